//! Findings for people: what is wrong, where, the piece of the input with a mark below it, and the repair.
//!
//! Those of one kind stand together, the worst kinds first, and are folded behind the first few.

use super::excerpt::{excerpt, wrapped};
use super::{FindingsForm, Fixing, put, signal_word, tone};
use crate::base::escape::printable;
use crate::ui::style::{Paint, Tone, Verbosity};
use crate::ui::text::{counted, thousands};
use crate::validate::{Finding, Level, Report, rules};

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
pub(in crate::ui) fn human(
    reports: &[(String, Report)],
    form: &FindingsForm,
    paper: Paper,
) -> String {
    let (paint, width) = (paper.paint, paper.width);
    let mut text = String::new();
    for (name, report) in reports {
        if let Some(log) = form.logs.get(name) {
            text.push_str(&no_payload(name, log, paper));
            continue;
        }
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
            text.push_str(&repairs(report, &form.fixing, paper));
        }
    }
    text
}

/// An input that is a log: the rules that it breaks help nobody, the commands for it do.
fn no_payload(name: &str, log: &str, paper: Paper) -> String {
    let label = paper.paint.label(Tone::Bad, "error:");
    let (file, word) = match name {
        "-" => ("stdin".to_owned(), "-".to_owned()),
        name => (name.to_owned(), quoted(name)),
    };
    let what = match log {
        "plain" => "a log".to_owned(),
        log => format!("a log ({log})"),
    };
    let said = format!("{file} is no OTLP but looks like {what}");
    let said = wrapped(&printable(&said), (7, 2), paper.width);
    let mut text = format!("{label} {said}\n");
    for (command, does) in [("send", "ships it"), ("detect", "shows what it becomes")] {
        let command = format!("otelctl {command:<6} {}", printable(&word));
        let command = paper.paint.tone(Tone::Strong, &command);
        put(&mut text, format_args!("   = {command}   {does}\n"));
    }
    text + "\n"
}

/// A file name as a shell takes it.
fn quoted(name: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+,@%:".contains(letter);
    if name.chars().all(plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
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
    let message = wrapped(&printable(&finding.message), (label.len() + 1, 2), width);
    let mut text = format!("{} {message}\n", paint.label(tone(level), &label));
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
    text.push_str(&excerpt(finding, paint, width));
    let fix = match finding.code {
        _ if !finding.fixable => "",
        rules::Code::AttributeDeprecated => "",
        _ => " (--fix does it)",
    };
    let help = paint.tone(Tone::Accent, "help:");
    let said = wrapped(&format!("{}{fix}", finding.help()), (11, 11), width);
    put(&mut text, format_args!("   = {help} {said}\n\n"));
    text
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

/// How much is left for a person.
fn left(report: &Report) -> String {
    match report.left.iter().sum::<u64>() {
        0 => "; nothing is left".to_owned(),
        count => format!("; {} left", counted(count, "finding")),
    }
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
        _ => format!("  {}{now}{}\n", counted(total, "repair"), left(report)),
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
