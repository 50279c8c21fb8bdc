//! What `validate` found, in the forms that people, scripts and continuous integration read; and the rules themselves.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use super::style::{Paint, Tone};
use crate::base::escape::printable;
use crate::otlp::{Encoding, Signal};
use crate::validate::example::{place, shown};
use crate::validate::page::fix_word;
use crate::validate::rules::{self, Rule};
use crate::validate::{Finding, Level, Report};

mod excerpt;
mod human;
mod machine;

pub(super) use human::{Paper, human};
pub(super) use machine::{github, junit, sarif};

/// In which form findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingsFormat {
    /// For people.
    Human,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// `JUnit` XML.
    Junit,
}

/// What became of the repairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fixing {
    /// None were asked for.
    Nothing,
    /// They stand on standard output.
    ToStdout,
    /// They stand in this file.
    ToFile(String),
    /// They were not written: the input cannot be read to its end.
    NotWritten,
}

/// How findings are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingsForm {
    /// In which form.
    pub format: FindingsFormat,
    /// What became of the repairs.
    pub fixing: Fixing,
    /// Inputs that are logs instead of payloads: the format of each.
    pub logs: BTreeMap<String, String>,
}

/// Adds to a text.
fn put(text: &mut String, arguments: fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("writing to a String cannot fail");
}

/// The tone of a level.
fn tone(level: Level) -> Tone {
    match level {
        Level::Error => Tone::Bad,
        Level::Warning => Tone::Caution,
        Level::Note => Tone::Accent,
    }
}

/// A signal as scripts have it.
fn signal_word(signal: Option<Signal>) -> Option<&'static str> {
    signal.map(|signal| signal.path().trim_start_matches("/v1/"))
}

/// The findings as one object on one line.
pub(super) fn json(reports: &[(String, Report)], form: &FindingsForm) -> String {
    let payloads: Vec<Value> = reports
        .iter()
        .map(|(name, report)| payload_json(name, report, form.logs.get(name)))
        .collect();
    let total = |level| -> u64 { reports.iter().map(|(_, report)| report.count(level)).sum() };
    let mut object = json!({
        "command": "validate",
        "payloads": payloads,
        "errors": total(Level::Error),
        "warnings": total(Level::Warning),
        "notes": total(Level::Note),
    });
    if let (Fixing::ToFile(name), Some(members)) = (&form.fixing, object.as_object_mut()) {
        members.insert("written".to_owned(), name.as_str().into());
    }
    crate::base::escape::printable_json(&object.to_string()).into_owned() + "\n"
}

fn payload_json(name: &str, report: &Report, log: Option<&String>) -> Value {
    let encoding = report.encoding.map(|encoding| match encoding {
        Encoding::Json => "json",
        Encoding::Protobuf => "protobuf",
    });
    let repairs = report.repairs.iter();
    let repairs: Vec<Value> = repairs
        .map(|repair| json!({"code": repair.code.rule().name, "path": repair.path}))
        .collect();
    let findings: Vec<Value> = report.findings.iter().map(finding_json).collect();
    let described = findings.len() as u64;
    let mut object = json!({
        "name": name,
        "signal": signal_word(report.signal),
        "encoding": encoding,
        "requests": report.requests,
        "records": report.records,
        "findings": findings,
        "findings_not_listed": report.counts.iter().sum::<u64>().saturating_sub(described),
        "repairs": report.repaired.iter().sum::<u64>(),
        "findings_left": report.left.iter().sum::<u64>(),
        "repaired": repairs,
    });
    if let (Some(log), Some(members)) = (log, object.as_object_mut()) {
        members.insert("looks_like".to_owned(), log.as_str().into());
    }
    object
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "code": finding.name(),
        "level": finding.level().name(),
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "byte": [finding.byte.start, finding.byte.end],
        "message": finding.message,
        "help": finding.help(),
        "fixable": finding.fixable,
    })
}

/// Every rule in a line.
pub(super) fn rules_text(paint: Paint) -> String {
    let mut text = String::new();
    for rule in rules::all() {
        let name = format!("{:<26}", rule.name);
        let level = format!("{:<8}", rule.level.name());
        put(
            &mut text,
            format_args!(
                "{}{}{}\n",
                paint.tone(Tone::Strong, &name),
                paint.tone(tone(rule.level), &level),
                rule.says
            ),
        );
    }
    text
}

/// Every rule for scripts.
pub(super) fn rules_json() -> Value {
    let all: Vec<Value> = rules::all().map(rule_json).collect();
    json!({"command": "validate", "rules": all})
}

/// One rule for scripts.
pub(super) fn rule_json(rule: &Rule) -> Value {
    json!({
        "code": rule.name,
        "level": rule.level.name(),
        "message": rule.says,
        "help": rule.help,
        "why": rule.why,
        "spec": rule.spec,
        "fix": fix_word(rule.fixes),
        "bad": shown(rule.bad),
        "good": shown(rule.good),
    })
}

/// One rule, explained.
pub(super) fn rule_text(rule: &Rule, paint: Paint) -> String {
    let level = paint.label(
        tone(rule.level),
        &format!("{}[{}]", rule.level.name(), rule.name),
    );
    let mut text = format!("{level}: {}\n\n{}\n\n", rule.says, rule.why);
    let mut row = |label: &str, said: &str| {
        if !said.is_empty() {
            let label = paint.tone(Tone::Faint, &format!("{label:<8}"));
            put(&mut text, format_args!("  {label}{}\n", printable(said)));
        }
    };
    row("repair", rule.help);
    row("--fix", fix_word(rule.fixes).trim_matches('`'));
    row("spec", rule.spec);
    for (label, sample) in [("wrong", rule.bad), ("right", rule.good)] {
        if let Some(fragment) = shown(sample) {
            let cut: String = fragment.chars().take(400).collect();
            row(label, &format!("{cut}  ({})", place(sample)));
        }
    }
    text
}
