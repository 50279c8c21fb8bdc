//! Findings for people: what is wrong, where, the piece of the input with a mark below it, and the repair.
//!
//! Those of one kind stand together, the worst kinds first, and are folded behind the first few.

use console::measure_text_width;

use super::{Fixing, put, signal_word, tone};
use crate::base::escape::printable;
use crate::ui::style::{Paint, Tone, Verbosity};
use crate::ui::text::{counted, thousands};
use crate::validate::{Finding, Level, Report, View, rules};

/// Faults of one kind that are shown.
const SHOWN_MAX: usize = 3;

/// Repairs of one kind whose places are shown.
const REPAIRS_SHOWN_MAX: usize = 10;

/// What is written on.
#[derive(Debug, Clone, Copy)]
pub(in crate::ui) struct Paper {
    pub(in crate::ui) paint: Paint,
    pub(in crate::ui) width: usize,
    pub(in crate::ui) verbosity: Verbosity,
}

/// The whole answer; a quiet one tells nothing about inputs without findings.
pub(in crate::ui) fn human(reports: &[(String, Report)], fixing: &Fixing, paper: Paper) -> String {
    let (paint, width) = (paper.paint, paper.width);
    let mut text = String::new();
    for (name, report) in reports {
        let name = if name == "-" { "stdin" } else { name };
        for rule in sorted_rules(report) {
            let of_rule = || {
                report
                    .findings
                    .iter()
                    .filter(|finding| finding.code == rule.code)
            };
            for finding in of_rule().take(SHOWN_MAX) {
                text.push_str(&one(name, finding, paint, width));
            }
            let shown = of_rule().take(SHOWN_MAX).count() as u64;
            let more = report.counts[rule.code as usize].saturating_sub(shown);
            if more > 0 {
                let more = format!("… and {} more like it", thousands(more));
                put(
                    &mut text,
                    format_args!("{}\n\n", paint.tone(Tone::Faint, &more)),
                );
            }
        }
        if !(paper.verbosity == Verbosity::Quiet && report.findings.is_empty()) {
            text.push_str(&summary(name, report, paint));
            text.push_str(&repairs(report, fixing, paper));
        }
    }
    text
}

/// The rules that were broken, the worst first, then as they were met.
fn sorted_rules(report: &Report) -> Vec<&'static rules::Rule> {
    let mut found: Vec<&rules::Rule> = Vec::new();
    for finding in &report.findings {
        let rule = finding.code.rule();
        if !found.iter().any(|known| known.code == rule.code) {
            found.push(rule);
        }
    }
    found.sort_by_key(|rule| std::cmp::Reverse(rule.level));
    found
}

fn one(name: &str, finding: &Finding, paint: Paint, width: usize) -> String {
    let level = finding.level();
    let label = format!("{}[{}]:", level.name(), finding.name());
    let mut text = format!(
        "{} {}\n",
        paint.label(tone(level), &label),
        printable(&finding.message)
    );
    let place = match (finding.line, finding.column) {
        (Some(line), Some(column)) => format!("{name}:{line}:{column}"),
        _ if finding.byte.is_empty() => name.to_owned(),
        _ => format!(
            "{name}, bytes {} to {}",
            finding.byte.start, finding.byte.end
        ),
    };
    let arrow = paint.tone(Tone::Faint, "  -->");
    let path = paint.tone(Tone::Strong, &printable(&finding.path));
    put(
        &mut text,
        format_args!("{arrow} {}  {path}\n", printable(&place)),
    );
    text.push_str(&view(finding, paint, width));
    let fix = match finding.code {
        _ if !finding.fixable => "",
        rules::Code::AttributeDeprecated => "",
        _ => " (--fix does it)",
    };
    let help = paint.tone(Tone::Accent, "help:");
    put(
        &mut text,
        format_args!("   = {help} {}{fix}\n\n", finding.help()),
    );
    text
}

/// The piece of the input, with a mark below the fault.
fn view(finding: &Finding, paint: Paint, _width: usize) -> String {
    let gutter = finding.line.map_or(String::new(), |line| line.to_string());
    let bar = |gutter: &str| {
        let gutter = format!("{gutter:>4} |");
        paint.tone(Tone::Faint, &gutter)
    };
    let (line, marks) = match &finding.view {
        View::None => return String::new(),
        View::Text {
            before,
            marked,
            behind,
        } => {
            let trimmed = before.trim_start();
            let (before, marked) = (printable(trimmed), printable(marked));
            let marks = marked_below(&before, measure_text_width(&marked).max(1));
            (format!("{before}{marked}{}", printable(behind)), marks)
        }
        View::Hex {
            offset,
            bytes,
            marked: (first, count),
        } => {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let before = format!("0x{offset:06x}  ");
            let blanks = before.len() + 3 * first;
            let marks = " ".repeat(blanks) + &"^".repeat((3 * count).saturating_sub(1).max(2));
            (before + &hex.join(" "), marks)
        }
    };
    let marks = paint.tone(tone(finding.level()), &marks);
    format!(
        "{}\n{} {line}\n{} {marks}\n",
        bar(""),
        bar(&gutter),
        bar("")
    )
}

fn marked_below(before: &str, width: usize) -> String {
    " ".repeat(measure_text_width(before)) + &"^".repeat(width)
}

fn summary(name: &str, report: &Report, paint: Paint) -> String {
    let signal = signal_word(report.signal).unwrap_or("payload");
    let counts: Vec<String> = [
        (Level::Error, "error"),
        (Level::Warning, "warning"),
        (Level::Note, "note"),
    ]
    .into_iter()
    .filter_map(|(level, word)| {
        let count = report.count(level);
        (count > 0).then(|| paint.tone(tone(level), &counted(count, word)))
    })
    .collect();
    let found = if counts.is_empty() {
        paint.tone(Tone::Good, "no findings")
    } else {
        counts.join(", ")
    };
    format!(
        "{}: {signal}, {} in {}: {found}\n",
        printable(name),
        counted(report.records, "record"),
        counted(report.requests, "request")
    )
}

/// What was repaired: how often for each rule, where when more is asked for, and where it stands now.
fn repairs(report: &Report, fixing: &Fixing, paper: Paper) -> String {
    let total = report.repaired.iter().sum::<u64>();
    let now = match fixing {
        Fixing::Nothing => return String::new(),
        Fixing::NotWritten => {
            let what = "nothing was written: the input could not be read to its end";
            return format!("  {}\n", paper.paint.tone(Tone::Caution, what));
        }
        Fixing::ToFile(name) => format!(", written to {}", printable(name)),
        Fixing::ToStdout => String::new(),
    };
    let mut text = match total {
        0 => format!("  nothing to repair without guessing{now}\n"),
        _ => format!("  {}{now}\n", counted(total, "repair")),
    };
    for rule in rules::all() {
        let count = report.repaired[rule.code as usize];
        if count == 0 {
            continue;
        }
        let number = format!("{:>8}", thousands(count));
        let name = paper.paint.tone(Tone::Strong, rule.name);
        put(&mut text, format_args!("{number}  {name}\n"));
        if paper.verbosity != Verbosity::Verbose {
            continue;
        }
        let places = report.repairs.iter().filter(|it| it.code == rule.code);
        for repair in places.take(REPAIRS_SHOWN_MAX) {
            put(
                &mut text,
                format_args!("          {}\n", printable(&repair.path)),
            );
        }
        let more = count.saturating_sub(REPAIRS_SHOWN_MAX as u64);
        if more > 0 {
            let more = format!("… and {} more", thousands(more));
            let more = paper.paint.tone(Tone::Faint, &more);
            put(&mut text, format_args!("          {more}\n"));
        }
    }
    text
}
