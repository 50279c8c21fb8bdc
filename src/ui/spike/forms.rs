//! The same for machines: JSON, the annotations and the summary of GitHub Actions, `JUnit` XML.
//!
//! Spec: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>; the `JUnit` form as the Jenkins plugin reads it.

use serde_json::{Value, json};

use crate::base::escape::printable;
use crate::flow::spike::Verdict;
use crate::flow::spike::leg::{Difference, Leg, LegStatus};
use crate::ui::ci::{workflow_command, xml_attribute, xml_text};
use crate::ui::spike::{SpikeShown, Whereabouts, time_of};

/// One object.
pub fn as_json(shown: &SpikeShown<'_>) -> Value {
    let report = shown.report;
    let difference = |one: &Difference| json!({"record": one.record, "field": one.field, "expected": one.expected, "found": one.found});
    let leg = |leg: &Leg| {
        let differences: Vec<Value> = leg.differences.iter().map(difference).collect();
        json!({
            "name": leg.name.slug(),
            "status": leg.status.word(),
            "detail": leg.detail,
            "seconds": leg.took.as_secs_f64(),
            "differences": differences,
            "hint": leg.hint,
        })
    };
    let legs: Vec<Value> = report.legs.iter().map(leg).collect();
    json!({
        "command": "spike",
        "outcome": shown.word(),
        "run_id": report.run_id,
        "destination": shown.destination,
        "local": shown.whereabouts == Whereabouts::Local,
        "legs": legs,
        "visible_after_seconds": report.visible_after.map(|time| time.as_secs_f64()),
        "link": report.link,
        "warnings": report.warnings,
        "hint": shown.hint,
    })
}

/// A workflow command for each leg that failed, and one for the verdict. They end in line ends.
pub fn as_annotations(shown: &SpikeShown<'_>) -> String {
    let mut out = String::new();
    for leg in shown
        .report
        .legs
        .iter()
        .filter(|leg| leg.status == LegStatus::Fail)
    {
        let title = format!("otelctl spike: {}", leg.name.slug());
        out += &workflow_command("error", &[("title", title)], &explained(leg));
    }
    let local = local_words(shown);
    let sentence = format!("{}{local}: {}", shown.word(), shown.sentence());
    let level = match shown.report.verdict {
        Verdict::Verified => "notice",
        Verdict::Accepted if shown.code == 0 => "warning",
        Verdict::Accepted => "error",
        Verdict::Failed(_) => return out,
    };
    let title = ("title", "otelctl spike".to_owned());
    out + &workflow_command(level, &[title], &sentence)
}

/// A leg's fault, what differs, and what to do, in lines.
fn explained(leg: &Leg) -> String {
    let mut lines = vec![printable(&leg.detail).into_owned()];
    for one in &leg.differences {
        let line = format!(
            "{} {}: expected {}, found {}",
            one.record, one.field, one.expected, one.found
        );
        lines.push(printable(&line).into_owned());
    }
    lines.extend(leg.hint.iter().map(|hint| format!("hint: {hint}")));
    lines.join("\n")
}

fn local_words(shown: &SpikeShown<'_>) -> &'static str {
    match shown.whereabouts {
        Whereabouts::Local => " (local, not against Logfire)",
        Whereabouts::Remote => "",
    }
}

/// What a job adds to its summary: the verdict and a table of the legs, in Markdown.
pub fn as_summary(shown: &SpikeShown<'_>) -> String {
    let report = shown.report;
    let sign = match report.verdict {
        Verdict::Verified => "✅",
        Verdict::Accepted => "⚠️",
        Verdict::Failed(_) => "❌",
    };
    let mut out = vec![format!(
        "### {sign} otelctl spike: {}{}\n\n{}\n\n| | leg | time | |\n|---|---|--:|---|\n",
        shown.word(),
        local_words(shown),
        cell(&shown.sentence())
    )];
    for leg in &report.legs {
        let mark = match leg.status {
            LegStatus::Pass => "✅",
            LegStatus::Fail => "❌",
            LegStatus::Skip => "➖",
        };
        let time = time_of(leg);
        let detail = match leg.status {
            LegStatus::Fail => cell(&explained(leg)),
            _ => cell(&leg.detail),
        };
        out.push(format!(
            "| {mark} | {} | {time} | {detail} |\n",
            leg.name.slug()
        ));
    }
    let to = cell(shown.destination);
    out.push(match report.sent {
        0 => format!("\nto {to}\n"),
        _ => format!("\nrun `{}` to {to}\n", report.run_id),
    });
    if let Some(link) = &report.link {
        out.push(format!("\n[the records in Logfire]({})\n", target(link)));
    }
    for warning in &report.warnings {
        out.push(format!("\n> {}\n", cell(warning)));
    }
    out.push("\n".to_owned());
    out.concat()
}

/// An address as the target of a link. It was read as a URL before, so only what Markdown itself reads is left to escape.
fn target(link: &str) -> String {
    let mut out = String::with_capacity(link.len());
    for letter in link.chars() {
        match letter {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '|' => out.push_str("%7C"),
            '\\' => out.push_str("%5C"),
            blank if blank.is_whitespace() || blank.is_control() => out.push_str("%20"),
            letter => out.push(letter),
        }
    }
    out
}

/// A text that stays inside of its cell, as it is.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("<br>"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '@' => {
                out.push('\\');
                out.push(letter);
            }
            control if control.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// The verdict as a case that failed.
fn verdict_case(shown: &SpikeShown<'_>) -> String {
    let said = format!("{}: {}", shown.word(), shown.sentence());
    let hint = shown.hint.unwrap_or_default();
    format!(
        "    <testcase classname=\"otelctl.spike\" name=\"verdict\"><failure message=\"{}\">{}</failure></testcase>\n",
        xml_attribute(&said),
        xml_text(hint)
    )
}

/// One suite, a case for each leg.
pub fn as_junit(shown: &SpikeShown<'_>) -> String {
    let legs = &shown.report.legs;
    let count = |status| legs.iter().filter(|leg| leg.status == status).count();
    // A verdict that is not enough fails, though no leg did.
    let has_failed = count(LegStatus::Fail) > 0;
    let verdict = (shown.code != 0 && !has_failed).then(|| verdict_case(shown));
    let failures = count(LegStatus::Fail) + usize::from(verdict.is_some());
    let skipped = count(LegStatus::Skip);
    let took: f64 = legs.iter().map(|leg| leg.took.as_secs_f64()).sum();
    let name = format!("otelctl spike{}", local_words(shown));
    let sums = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{took:.3}\"",
        legs.len() + usize::from(verdict.is_some())
    );
    let mut out = vec![format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"otelctl spike\" {sums}>\n  <testsuite name=\"{}\" {sums}>\n",
        xml_attribute(&name)
    )];
    for leg in legs {
        let seconds = leg.took.as_secs_f64();
        let head = format!(
            "    <testcase classname=\"otelctl.spike\" name=\"{}\" time=\"{seconds:.3}\"",
            leg.name.slug()
        );
        let detail = xml_attribute(&leg.detail);
        out.push(match leg.status {
            LegStatus::Pass => format!("{head}/>\n"),
            LegStatus::Skip => format!("{head}><skipped message=\"{detail}\"/></testcase>\n"),
            LegStatus::Fail => {
                let text = xml_text(&explained(leg));
                format!("{head}><failure message=\"{detail}\">{text}</failure></testcase>\n")
            }
        });
    }
    out.extend(verdict);
    out.push("  </testsuite>\n</testsuites>\n".to_owned());
    out.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_a_table_holds_any_text() {
        assert_eq!(cell("a|b\n<c> `d`"), "a\\|b<br>&lt;c&gt; \\`d\\`");
    }

    #[test]
    fn an_address_stays_inside_of_its_link() {
        assert_eq!(
            target("https://a.example/o)(p|"),
            "https://a.example/o%29%28p%7C"
        );
    }
}
