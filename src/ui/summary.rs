//! What a person reads when `send` is done: where the records came from, where each of them went, and when the bad ones happened.
//!
//! Turns a [`SendReport`] into rows. Every count of the tally that is not zero is shown, so what is shown adds up to what was read.

use std::cmp::Reverse;

use crate::base::escape::{printable, printable_cut};
use crate::base::units::ByteCount;
use crate::flow::report::{LocalCounts, Outcome, SendReport, SourceReport, Tally};
use crate::otlp::Compression;
use crate::record::SeverityClass;

use super::drops::severities;
use super::row::{Joint, Row};
use super::sparkline::sparkline;
use super::style::{Tone, Verbosity};
use super::text::{counted, cut_front, duration, rate, thousands, time_range};

/// Sources shown one by one; of the others only the unreadable ones.
const SOURCES_MAX: usize = 10;

/// Longest name of a source on a wide terminal, and its share of a narrow one. A longer one loses its start.
const NAME_MAX: usize = 24;
const NAME_SHARE: usize = 5;

/// Reasons shown of one exit.
const REASONS_MAX: usize = 5;

/// Most characters of a text that a server or the system gave.
const FOREIGN_TEXT_MAX: usize = 160;

/// The summary as rows.
pub(super) fn summary(report: &SendReport, verbosity: Verbosity, width: usize) -> Vec<Row> {
    let mut rows = source_rows(&report.sources, (width / NAME_SHARE).min(NAME_MAX));
    rows.push(work_row(report));
    rows.extend(exit_rows(report));
    rows.extend(severity_row(report));
    if verbosity == Verbosity::Verbose {
        rows.push(bytes_row(report));
    }
    rows.extend(local_row(report));
    rows.push(destination_row(report));
    rows
}

/// How far a run is, in one line: what was read, where it went, and what is under way.
pub(super) fn status(tally: &Tally) -> String {
    let ended = [
        (tally.delivered, "delivered"),
        (tally.rejected, "rejected"),
        (tally.dead_lettered, "dead-lettered"),
        (tally.dropped, "dropped"),
        (tally.filtered, "filtered"),
        (tally.unsent, "unsent"),
    ];
    let waiting = tally.read - ended.iter().map(|(count, _)| count).sum::<u64>();
    let parts = ended.into_iter().chain([(waiting, "under way")]);
    let shown = parts.filter(|(count, what)| *count > 0 || *what == "delivered");
    let mut text = format!("{} read", counted(tally.read, "record"));
    for (count, what) in shown {
        text = format!("{text} · {} {what}", thousands(count));
    }
    text
}

fn source_rows(sources: &[SourceReport], name_max: usize) -> Vec<Row> {
    let shown = sources.len().min(SOURCES_MAX);
    let (first, others) = sources.split_at(shown);
    let mut rows: Vec<Row> = first.iter().map(|one| source_row(one, name_max)).collect();
    if others.is_empty() {
        return rows;
    }
    let unreadable = others.iter().filter(|one| one.failure.is_some());
    rows.extend(
        unreadable
            .take(SOURCES_MAX)
            .map(|one| source_row(one, name_max)),
    );
    let sum = |count: fn(&SourceReport) -> u64| others.iter().map(count).sum();
    let more = format!("… and {} more", thousands(others.len() as u64));
    let lines = lines_to_records(
        sum(|one| one.lines),
        sum(|one| one.blank_lines),
        sum(|one| one.records),
    );
    rows.push(Row::new(Tone::Faint, &more).with(Joint::Dot, Tone::Plain, lines));
    rows
}

fn source_row(source: &SourceReport, name_max: usize) -> Row {
    let name = match source.name.as_str() {
        "-" => "stdin",
        name => name,
    };
    let mut row = Row::new(Tone::Strong, &cut_front(&printable(name), name_max));
    if !source.format.is_empty() {
        row = row.with(Joint::Dot, Tone::Accent, &source.format);
    }
    if source.start_offset > 0 && source.bytes == 0 && source.failure.is_none() {
        row = row.with(Joint::Dot, Tone::Plain, "nothing new");
    } else if source.lines > 0 || source.failure.is_none() {
        let lines = lines_to_records(source.lines, source.blank_lines, source.records);
        row = row.with(Joint::Dot, Tone::Plain, lines);
    }
    if source.start_offset > 0 {
        let from = format!("from byte {}", thousands(source.start_offset));
        row = row.with(Joint::Dot, Tone::Plain, from);
    }
    match source.first_time.zip(source.last_time) {
        Some((first, last)) => row = row.with(Joint::Dot, Tone::Faint, time_range(first, last)),
        None if source.records > 0 => row = row.with(Joint::Dot, Tone::Faint, "no times"),
        None => {}
    }
    if let Some(failure) = &source.failure {
        let text = format!(
            "not read to its end: {}",
            printable_cut(failure, FOREIGN_TEXT_MAX)
        );
        row = row.with(Joint::Line, Tone::Bad, text);
    }
    row
}

fn lines_to_records(lines: u64, blank_lines: u64, records: u64) -> String {
    let lines = counted(lines, "line");
    let blank = match blank_lines {
        0 => String::new(),
        count => format!(" ({} blank)", thousands(count)),
    };
    format!("{lines}{blank} → {}", counted(records, "record"))
}

/// What was done, how long it took, how many bytes it moved.
fn work_row(report: &SendReport) -> Row {
    let mut row = if report.dry_run {
        let read = counted(report.tally.read, "record");
        Row::new(Tone::Strong, "read").with(Joint::Dot, Tone::Plain, read)
    } else {
        let tone = match report.outcome {
            Outcome::Delivered => Tone::Good,
            _ => Tone::Strong,
        };
        Row::new(tone, "delivered").with(Joint::Dot, Tone::Plain, delivered_text(report))
    };
    row = row.with(Joint::Comma, Tone::Plain, duration(report.elapsed));
    if let Some(rate) = rate(report.bytes.input, report.elapsed) {
        let text = format!("{} read at {rate}", ByteCount(report.bytes.input));
        row = row.with(Joint::Dot, Tone::Plain, text);
    }
    if report.bytes.wire > 0 && !report.dry_run {
        let how = match report.destination.compression {
            Compression::None => String::new(),
            compression => format!(" ({compression})"),
        };
        let text = format!("{} on the wire{how}", ByteCount(report.bytes.wire));
        row = row.with(Joint::Dot, Tone::Plain, text);
    }
    row
}

fn delivered_text(report: &SendReport) -> String {
    let records = counted(report.tally.delivered, "record");
    let requests = counted(report.requests.sent, "request");
    let notes: Vec<String> = [
        (report.requests.retried, "retried"),
        (report.requests.split, "split"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", thousands(count)))
    .collect();
    if notes.is_empty() {
        return format!("{records} in {requests}");
    }
    format!("{records} in {requests} ({})", notes.join(", "))
}

/// One row for each way out that a record took other than being delivered.
fn exit_rows(report: &SendReport) -> impl Iterator<Item = Row> {
    let tally = &report.tally;
    // A dry run sends nothing by wish; its last row says so.
    let unsent = if report.dry_run { 0 } else { tally.unsent };
    [
        ("rejected", "rejected", tally.rejected, Tone::Bad),
        (
            "dead letters",
            "dead_lettered",
            tally.dead_lettered,
            Tone::Bad,
        ),
        ("dropped", "dropped", tally.dropped, Tone::Bad),
        ("filtered", "filtered", tally.filtered, Tone::Strong),
        ("unsent", "unsent", unsent, Tone::Caution),
    ]
    .into_iter()
    .filter(|(_, _, count, _)| *count > 0)
    .map(|(label, exit, count, tone)| {
        let row = Row::new(tone, label).with(Joint::Dot, Tone::Plain, counted(count, "record"));
        let row = with_file(with_reasons(row, report, exit, count), report, exit);
        if exit == "dropped" {
            with_severities(row, report)
        } else {
            row
        }
    })
}

/// The file that keeps what took this way out.
fn with_file(row: Row, report: &SendReport, exit: &str) -> Row {
    let (file, suspect) = match exit {
        "dead_lettered" => (&report.dead_letter_file, 0),
        "rejected" => (&report.dead_letter_file, report.suspect),
        "unsent" => (&report.undelivered_file, 0),
        _ => return row,
    };
    let Some(file) = file
        .as_deref()
        .filter(|_| exit != "rejected" || suspect > 0)
    else {
        return row;
    };
    let file = printable(file);
    let kept = if suspect > 0 {
        let all = counted(suspect, "record");
        format!("they are among {all} kept in {file}, most of which were delivered")
    } else {
        format!("kept; send them again with: otelctl send {file}")
    };
    row.with(Joint::Line, Tone::Plain, kept)
}

/// A single reason stays on the line; several stand below each other, the most frequent first.
fn with_reasons(mut row: Row, report: &SendReport, exit: &str, count: u64) -> Row {
    let mut reasons: Vec<(u64, String)> = report
        .reasons
        .iter()
        .filter(|((of, _), _)| *of == exit)
        .map(|((_, reason), count)| (*count, printable_cut(reason, FOREIGN_TEXT_MAX)))
        .collect();
    if let [(of_reason, reason)] = reasons.as_slice()
        && *of_reason == count
    {
        return row.with(Joint::Dot, Tone::Plain, reason);
    }
    reasons.sort_by_key(|(count, _)| Reverse(*count));
    let digits = thousands(reasons.first().map_or(0, |first| first.0)).len();
    for (count, reason) in reasons.iter().take(REASONS_MAX) {
        let line = format!("{:>digits$}  {reason}", thousands(*count));
        row = row.with(Joint::Line, Tone::Plain, line);
    }
    let more = reasons.len().saturating_sub(REASONS_MAX);
    if more > 0 {
        let text = format!("… and {} more", counted(more as u64, "reason"));
        row = row.with(Joint::Line, Tone::Faint, text);
    }
    row
}

/// What was dropped matters less, the less severe it is.
fn with_severities(row: Row, report: &SendReport) -> Row {
    let classes = SeverityClass::ALL.into_iter();
    let text = severities(classes.map(|class| (class, report.dropped_severity[class as usize])));
    if text.is_empty() {
        return row;
    }
    row.with(Joint::Line, Tone::Plain, text)
}

fn severity_row(report: &SendReport) -> Option<Row> {
    let counts = SeverityClass::ALL
        .into_iter()
        .map(|class| (class, report.severity[class as usize]))
        .filter(|(_, count)| *count > 0);
    let mut row = Row::new(Tone::Strong, "severity");
    let columns = sparkline(&report.timeline);
    let mut joint = Joint::Dot;
    if !columns.is_empty() {
        let blocks = columns
            .iter()
            .map(|column| (Tone::of(column.worst), column.block.to_string()))
            .collect();
        row = row.with_spans(Joint::Dot, blocks);
        joint = Joint::Wide;
    }
    let mut shown = false;
    for (class, count) in counts {
        let spans = vec![
            (Tone::of(class), class.name().to_owned()),
            (Tone::Plain, format!(" {}", thousands(count))),
        ];
        row = row.with_spans(joint, spans);
        (joint, shown) = (Joint::Dot, true);
    }
    shown.then_some(row)
}

fn bytes_row(report: &SendReport) -> Row {
    let bytes = &report.bytes;
    Row::new(Tone::Strong, "bytes").with(
        Joint::Dot,
        Tone::Plain,
        format!(
            "{} read → {} encoded ({}) → {} sent ({})",
            ByteCount(bytes.input),
            ByteCount(bytes.encoded),
            report.destination.encoding.protocol(),
            ByteCount(bytes.wire),
            report.destination.compression,
        ),
    )
}

/// What the receiver inside the process has to say.
fn local_row(report: &SendReport) -> Option<Row> {
    let local = report.local?;
    let tone = if local.records == report.tally.delivered {
        Tone::Good
    } else {
        Tone::Bad
    };
    let text = format!(
        "{} decoded from {}",
        counted(local.records, "record"),
        counted(local.requests, "request")
    );
    let kept = report
        .out_file
        .as_ref()
        .map(|file| format!("kept in {file}"));
    Some(
        Row::new(tone, "received")
            .with(Joint::Dot, Tone::Plain, text)
            .with_some(Joint::Comma, Tone::Plain, kept)
            .with_some(Joint::Dot, Tone::Caution, local_findings(&local)),
    )
}

/// What the rules of `validate` found in what arrived; nothing when that is nothing.
fn local_findings(local: &LocalCounts) -> Option<String> {
    let common = local.common_fault?;
    let counts = [(local.errors, "error"), (local.warnings, "warning")];
    let found: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count, word))
        .collect();
    Some(format!("{}, mostly {common}", found.join(" and ")))
}

fn destination_row(report: &SendReport) -> Row {
    let place = place(report);
    let tally = &report.tally;
    if report.dry_run {
        let would = format!("{} would go to", counted(tally.unsent, "record"));
        return Row::new(Tone::Caution, "dry run")
            .with(Joint::Dot, Tone::Strong, "nothing was sent")
            .with(Joint::Dot, Tone::Plain, would)
            .with(Joint::Space, Tone::Plain, place);
    }
    let clean = report.outcome == Outcome::Delivered
        && tally.rejected + tally.dead_lettered + tally.dropped == 0;
    Row::new(Tone::Strong, "to")
        .with(Joint::Dot, Tone::Plain, place)
        .with_some(
            Joint::Dot,
            Tone::Good,
            clean.then(|| "nothing rejected, nothing dropped".to_owned()),
        )
}

/// The address, and its name when the address does not tell it.
fn place(report: &SendReport) -> String {
    let destination = &report.destination;
    let (name, url) = (&destination.name, &destination.url);
    if url.is_empty() {
        name.clone()
    } else if name == "url" || url.contains(name) {
        url.clone()
    } else {
        format!("{url} ({name})")
    }
}
