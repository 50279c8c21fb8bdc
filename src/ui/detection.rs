//! What a file is, and why, as a person reads it: the format and its patterns, what lost against them, what to be warned of, and the first
//! records below their lines.
//!
//! Turns a [`DetectionReport`] into rows; [`json`] turns the same into an object for scripts.

mod json;
mod line;
mod words;

use serde_json::Value;

use crate::format::detect::{Detection, Lost};
use crate::format::timestamp::Assumptions;
use crate::pipeline::preview::Preview;
use crate::record::SeverityClass;

use super::row::{Joint, Row, lay_out};
use super::sample;
use super::style::{Paint, Tone};
use super::text::{counted, cut_front, moment_millis};
use crate::base::escape::{printable, printable_cut};
use crate::base::units::UnixNanos;

pub(super) use json::as_json;
pub(super) use words::in_one_line;

/// Wider lines are hard to read, however wide the terminal is.
const WIDTH_MAX: usize = 100;

/// The longest label.
const LABEL_WIDTH: usize = 10;

/// Who said what the format is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatChoice {
    /// The file's own lines.
    Detected,
    /// The user.
    Told,
}

/// Everything there is to tell about a file.
#[derive(Debug)]
pub struct DetectionReport<'a> {
    /// As the user named it.
    pub name: &'a str,
    /// What it is.
    pub detection: &'a Detection,
    /// Who said so.
    pub choice: FormatChoice,
    /// The first records.
    pub previews: &'a [Preview],
    /// What was assumed to read times.
    pub assumed: Assumptions,
    /// The zone in which times without one were read, when nobody chose it.
    pub zone_assumed: Option<&'a str>,
    /// Records of which at least one has a time of its own.
    pub timed: Timed,
}

/// Whether records have times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timed {
    /// Some have.
    Some,
    /// There are records, and none has.
    None,
    /// There are no records.
    Empty,
}

/// The whole report.
pub(super) fn as_text(report: &DetectionReport<'_>, paint: Paint, width: usize) -> String {
    let width = width.min(WIDTH_MAX);
    let mut text = lay_out(&[title(report, width)], paint, width);
    let mut rows = patterns(report.detection);
    rows.extend(runners_up(report.detection));
    rows.extend(warnings(report));
    rows.extend(unfit(report.detection, width));
    text.push_str(&lay_out(&rows, paint, width));
    let has_parts = report
        .previews
        .iter()
        .any(|preview| !preview.parts.is_empty());
    if paint.color && has_parts {
        text.push_str(&lay_out(&[line::legend()], paint, width));
    }
    for preview in report.previews {
        text.push('\n');
        if !preview.line.is_empty() {
            text.push_str(&line::painted(preview, paint, width));
        }
        text.push_str(&lay_out(&record(preview, width), paint, width));
    }
    text
}

/// A row whose label takes as much room as all others.
fn labelled(tone: Tone, label: &str) -> Row {
    Row::new(tone, &format!("{label:<LABEL_WIDTH$}"))
}

/// What it is, and how sure that is.
fn title(report: &DetectionReport<'_>, width: usize) -> Row {
    let name = if report.name == "-" {
        "stdin"
    } else {
        report.name
    };
    let name = cut_front(&printable(name), width / 3);
    let title = labelled(Tone::Strong, &name);
    let title = title.with(Joint::Dot, Tone::Accent, &report.detection.label);
    words::certainty(report.detection, report.choice)
        .into_iter()
        .fold(title, |title, fact| {
            title.with(Joint::Dot, Tone::Plain, fact)
        })
}

/// The patterns, whole, so that they can be copied.
fn patterns(detection: &Detection) -> Vec<Row> {
    let layouts = &detection.format.layouts;
    if let [only] = layouts.as_slice() {
        let row = labelled(Tone::Faint, "pattern");
        return vec![row.with(Joint::Dot, Tone::Plain, &only.pattern)];
    }
    let labels = std::iter::once("patterns").chain(std::iter::repeat(""));
    let layouts = labels.zip(layouts.iter().zip(&detection.taken));
    layouts
        .map(|(label, (layout, taken))| {
            labelled(Tone::Faint, label)
                .with(Joint::Dot, Tone::Plain, &layout.name)
                .with(Joint::Dot, Tone::Faint, counted(*taken as u64, "line"))
                .with(Joint::Line, Tone::Plain, &layout.pattern)
        })
        .collect()
}

/// What it could have been. What is used for other lines stands among the patterns.
fn runners_up(detection: &Detection) -> Vec<Row> {
    let labels = std::iter::once("not").chain(std::iter::repeat(""));
    let lost = detection
        .runners_up
        .iter()
        .filter(|other| other.lost != Lost::AlsoUsed);
    labels
        .zip(lost)
        .map(|(label, other)| {
            let lines = counted(detection.lines as u64, "line");
            labelled(Tone::Faint, label)
                .with(Joint::Dot, Tone::Plain, &other.label)
                .with(
                    Joint::Dot,
                    Tone::Faint,
                    format!("fits {} of {lines}", other.fits),
                )
                .with(Joint::Dot, Tone::Faint, words::lost(other.lost, detection))
        })
        .collect()
}

fn warnings(report: &DetectionReport<'_>) -> Vec<Row> {
    let warnings = words::warnings(report);
    let labels = std::iter::once("warning").chain(std::iter::repeat(""));
    labels
        .zip(&warnings)
        .map(|(label, warning)| {
            let mut words = warning.split(' ');
            let first = labelled(Tone::Caution, label).with(
                Joint::Space,
                Tone::Plain,
                words.next().unwrap_or_default(),
            );
            words.fold(first, |row, word| row.with(Joint::Space, Tone::Plain, word))
        })
        .collect()
}

/// The first lines that fit nothing.
fn unfit(detection: &Detection, width: usize) -> Vec<Row> {
    let room = width.saturating_sub(24).max(20);
    let labels = std::iter::once("unfit").chain(std::iter::repeat(""));
    let digits = detection
        .unfit
        .last()
        .map_or(0, |(number, _)| number.to_string().len());
    labels
        .zip(&detection.unfit)
        .map(|(label, (number, line))| {
            labelled(Tone::Faint, label)
                .with(Joint::Dot, Tone::Faint, format!("line {number:>digits$}"))
                .with(Joint::Wide, Tone::Plain, printable_cut(line, room))
        })
        .collect()
}

/// What a record holds, a row for each part.
fn record(preview: &Preview, width: usize) -> Vec<Row> {
    let Ok(record) = serde_json::from_slice::<Value>(&preview.record) else {
        return Vec::new();
    };
    let room = width.saturating_sub(16).max(24);
    let row = |label, tone, text: String| {
        labelled(Tone::Faint, label).with(Joint::Dot, tone, printable_cut(&text, room))
    };
    let time = sample::integer(&record["timeUnixNano"]).filter(|nanos| *nanos > 0);
    let mut rows = vec![match time {
        Some(nanos) => row(
            "time",
            Tone::Plain,
            format!("{} UTC", moment_millis(UnixNanos(nanos))),
        ),
        None => row(
            "time",
            Tone::Faint,
            "none; only the time it was read".to_owned(),
        ),
    }];
    rows.push(severity(&record));
    if let Some(scope) = Some(&preview.scope).filter(|scope| !scope.is_empty()) {
        rows.push(row("scope", Tone::Plain, scope.to_owned()));
    }
    rows.push(row(
        "body",
        Tone::Plain,
        sample::value_text(&record["body"]),
    ));
    if let Some(trace) = record["traceId"].as_str().filter(|id| !id.is_empty()) {
        let span = record["spanId"].as_str().unwrap_or_default();
        rows.push(row(
            "trace",
            Tone::Plain,
            format!("{trace} {span}").trim().to_owned(),
        ));
    }
    let attributes = sample::attributes(&record, width);
    if !attributes.is_empty() {
        let all = labelled(Tone::Faint, "attributes");
        rows.push(
            attributes
                .into_iter()
                .enumerate()
                .fold(all, |all, (index, (_, text))| {
                    let joint = if index == 0 { Joint::Space } else { Joint::Dot };
                    all.with(joint, Tone::Plain, text)
                }),
        );
    }
    rows
}

/// The number, its name, and the source's word when it is another.
fn severity(record: &Value) -> Row {
    let (class, word) = sample::severity(record);
    let row = labelled(Tone::Faint, "severity");
    let number = sample::integer(&record["severityNumber"]);
    let Some(number) = number.filter(|_| class != SeverityClass::Unspecified) else {
        return row.with(Joint::Dot, Tone::Faint, "none");
    };
    if word.eq_ignore_ascii_case(class.name()) {
        return row.with(Joint::Dot, Tone::of(class), format!("{number} {word}"));
    }
    let source = printable_cut(&word, 24);
    row.with(
        Joint::Dot,
        Tone::of(class),
        format!("{number} {}", class.name()),
    )
    .with(Joint::Wide, Tone::Faint, format!("from {source:?}"))
}
