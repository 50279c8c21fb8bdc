//! Findings for continuous integration: SARIF 2.1.0, annotations of GitHub Actions, `JUnit` XML.

use serde_json::{Value, json};

use super::put;

use crate::base::escape::{printable, printable_json};
use crate::ui::ci::{workflow_command, xml_attribute};
use crate::validate::{Finding, Level, Report, rules};

/// SARIF 2.1.0, on one line.
pub(in crate::ui) fn sarif(reports: &[(String, Report)]) -> String {
    let all: Vec<Value> = rules::all()
        .map(|rule| {
            json!({
                "id": rule.name,
                "shortDescription": {"text": rule.says},
                "fullDescription": {"text": rule.why},
                "help": {"text": rule.help},
                "defaultConfiguration": {"level": rule.level.name()},
            })
        })
        .collect();
    let results: Vec<Value> = reports
        .iter()
        .flat_map(|(name, report)| report.findings.iter().map(|found| result(name, found)))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "otelctl",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": all,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    printable_json(&log.to_string()).into_owned() + "\n"
}

fn result(name: &str, finding: &Finding) -> Value {
    let region = match (finding.line, finding.column) {
        (Some(line), Some(column)) => json!({"startLine": line, "startColumn": column}),
        _ => json!({
            "byteOffset": finding.byte.start,
            "byteLength": finding.byte.end - finding.byte.start,
        }),
    };
    json!({
        "ruleId": finding.name(),
        "ruleIndex": finding.code as usize,
        "level": finding.level().name(),
        "message": {"text": format!("{}; repair: {}", finding.message, finding.help())},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(name)},
                "region": region,
            },
            "logicalLocations": [{"fullyQualifiedName": finding.path}],
        }],
    })
}

/// A file name as a relative reference.
fn uri(name: &str) -> String {
    if name == "-" {
        return "stdin".to_owned();
    }
    let kept =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_' | b'~');
    name.bytes()
        .map(|byte| {
            if kept(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// One workflow command for each finding.
pub(in crate::ui) fn github(reports: &[(String, Report)]) -> String {
    let mut text = String::new();
    for (name, report) in reports {
        for finding in &report.findings {
            let word = match finding.level() {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "notice",
            };
            let mut properties = vec![("file", name.clone())];
            properties.extend(finding.line.map(|line| ("line", line.to_string())));
            properties.extend(finding.column.map(|column| ("col", column.to_string())));
            properties.push(("title", finding.name().to_owned()));
            let message = format!(
                "{}: {}; repair: {}",
                finding.path,
                finding.message,
                finding.help()
            );
            text += &workflow_command(word, &properties, &printable(&message));
        }
    }
    text
}

/// One suite for each input, one case for each rule that was broken in it.
pub(in crate::ui) fn junit(reports: &[(String, Report)]) -> String {
    let mut text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"otelctl validate\">\n"
            .to_owned();
    for (name, report) in reports {
        let broken: Vec<&rules::Rule> = rules::all()
            .filter(|rule| report.counts[rule.code as usize] > 0)
            .collect();
        let errors = broken.iter().filter(|rule| rule.level == Level::Error);
        put(
            &mut text,
            format_args!(
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
                xml_attribute(name),
                broken.len().max(1),
                errors.count()
            ),
        );
        for rule in &broken {
            text.push_str(&case(name, report, rule));
        }
        if broken.is_empty() {
            let name = xml_attribute(name);
            put(
                &mut text,
                format_args!("    <testcase classname=\"{name}\" name=\"valid\"/>\n"),
            );
        }
        text.push_str("  </testsuite>\n");
    }
    text + "</testsuites>\n"
}

fn case(name: &str, report: &Report, rule: &rules::Rule) -> String {
    let lines: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.code == rule.code)
        .map(|finding| xml_attribute(&format!("{}: {}", finding.path, finding.message)))
        .collect();
    let lines = lines.join("\n");
    let inner = if rule.level == Level::Error {
        format!(
            "<failure message=\"{}\" type=\"{}\">{lines}</failure>",
            xml_attribute(rule.says),
            rule.name
        )
    } else {
        format!("<system-out>{lines}</system-out>")
    };
    format!(
        "    <testcase classname=\"{}\" name=\"{}\">{inner}</testcase>\n",
        xml_attribute(name),
        rule.name
    )
}
