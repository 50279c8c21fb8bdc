//! What a file is, told from its first lines, and why.
//!
//! Every line of the head is asked which formats it fits. Lines that only continue others have no say. Structured formats are told by
//! their own marks; among layouts the most telling wins that fits at least half as many lines as the best one does, and what it
//! does not fit is offered to the next.

mod choice;
mod flavour;
pub mod given;
mod infer;
pub mod lines;

use std::sync::Arc;

use crate::format::container::{self, Runtime};
use crate::format::detect::choice::Choice;
use crate::format::detect::lines::{Candidates, HeadLines};
use crate::format::layout::Layout;
use crate::format::syslog::frames;
use crate::format::timestamp::Zone;
use crate::format::{Format, FormatKind, Objects, Table, ansi, journal_export};
use crate::otlp::framing::Framing;
use crate::otlp::payload::json_carries;

/// Lines looked at; the head that is read for them is bounded by the source.
const LINES_MAX: usize = 300;

/// The share of lines, in percent, that must be wrapped for a container runtime to be recognised.
const WRAPPED_PERCENT_MIN: usize = 50;

/// What was found.
#[derive(Debug, Clone)]
pub struct Detection {
    /// How the file will be read.
    pub format: Arc<Format>,
    /// The name people and receipts see, like `json/pino`.
    pub label: String,
    /// Lines looked at: not blank, not continuing another.
    pub lines: usize,
    /// How many of them fit the chosen format.
    pub fits: usize,
    /// How many lines each layout of the format took, in its order.
    pub taken: Vec<usize>,
    /// The other formats that some lines fit, the better first.
    pub runners_up: Vec<RunnerUp>,
    /// Lines that fit nothing, the first few: their numbers, from 1, and their text.
    pub unfit: Vec<(usize, String)>,
}

/// A format that lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerUp {
    /// Its name.
    pub label: String,
    /// Lines that fit it.
    pub fits: usize,
    /// Why it lost.
    pub lost: Lost,
}

/// Why a format lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Another fits more lines.
    FewerLines,
    /// The chosen one says more about the same lines.
    SaysLess,
    /// It looks like prose by chance, and too few lines fit.
    TooFew,
    /// It is used for the lines that the chosen one does not fit.
    AlsoUsed,
}

impl Detection {
    /// How many of 100 lines fit the chosen format; plain text always fits.
    pub fn confidence_percent(&self) -> usize {
        if self.format.kind == FormatKind::Plain {
            return 100;
        }
        (self.fits * 100).checked_div(self.lines).unwrap_or(100)
    }

    /// A file whose format somebody said.
    pub fn given(format: Format, label: String) -> Detection {
        Detection {
            format: Arc::new(format),
            label,
            lines: 0,
            fits: 0,
            taken: Vec::new(),
            runners_up: Vec::new(),
            unfit: Vec::new(),
        }
    }
}

/// Looks at the head of a file; the last line may be cut off. The layouts in `own` are tried before those of the table.
pub fn detect(head: &[u8], zone: &mut Zone, own: &[Layout]) -> Detection {
    if let Some(framing) = Framing::of(head) {
        let format = Format::of(FormatKind::OtlpProtobuf(framing));
        let label = format.kind.name().to_owned();
        return Detection::given(format, label);
    }
    if frames::looks_like(head) {
        return counted();
    }
    let mut clean = Vec::new();
    let head = stripped(head, &mut clean);
    if journal_export::looks_like(head) {
        let label = FormatKind::JournalExport.name().to_owned();
        return Detection::given(Format::of(FormatKind::JournalExport), label);
    }
    let Some(runtime) = runtime_of(head, zone) else {
        return detect_lines(head, zone, own);
    };
    let inner = unwrapped(head, runtime, zone);
    wrapped(runtime, detect_lines(inner.as_bytes(), zone, own))
}

/// A stream of syslog whose messages are counted.
fn counted() -> Detection {
    let format = Format::of(FormatKind::SyslogCounted);
    let label = format.kind.name().to_owned();
    Detection::given(format, label)
}

/// The head without terminal colours.
fn stripped<'h>(head: &'h [u8], clean: &'h mut Vec<u8>) -> &'h [u8] {
    if memchr::memchr(ansi::ESCAPE, head).is_none() {
        return head;
    }
    ansi::strip_into(head, clean);
    clean
}

/// The format of lines that a container runtime wrapped.
fn wrapped(runtime: Runtime, mut detection: Detection) -> Detection {
    let mut format = Format::clone(&detection.format);
    format.runtime = Some(runtime);
    detection.format = Arc::new(format);
    detection.label = format!("{}: {}", runtime_name(runtime), detection.label);
    detection
}

/// The name people see.
pub fn runtime_name(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Docker => "docker",
        Runtime::Cri => "cri",
    }
}

/// The runtime that wrapped most of the lines.
fn runtime_of(head: &[u8], zone: &mut Zone) -> Option<Runtime> {
    let lines = whole_lines(head).take(LINES_MAX);
    let (mut count, mut wrapped, mut found) = (0, 0, None);
    for line in lines {
        count += 1;
        if let Some(runtime) = container::runtime_of(&String::from_utf8_lossy(line), zone) {
            found = found.or(Some(runtime));
            wrapped += usize::from(found == Some(runtime));
        }
    }
    found.filter(|_| wrapped * 100 >= count * WRAPPED_PERCENT_MIN)
}

/// What stands in wrapped lines; parts of one line are put together.
fn unwrapped(head: &[u8], runtime: Runtime, zone: &mut Zone) -> String {
    let mut inner = String::with_capacity(head.len());
    for line in whole_lines(head) {
        let line = String::from_utf8_lossy(line);
        let wrapped = container::unwrap(runtime, &line, zone);
        let (text, complete) = match &wrapped {
            Some(wrapped) => (&*wrapped.text, wrapped.envelope.complete),
            None => (&*line, true),
        };
        inner.push_str(text);
        if complete {
            inner.push('\n');
        }
    }
    inner
}

fn whole_lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .filter(|line| !line.is_empty())
}

fn detect_lines(head: &[u8], zone: &mut Zone, own: &[Layout]) -> Detection {
    let text = String::from_utf8_lossy(head);
    if let Some(table) = lines::table_of(&text, zone) {
        return of_table(table, &text);
    }
    let mut lines = HeadLines::read(&text, zone, Candidates::all(own));
    if lines.payloads == 0 && json_carries(head.trim_ascii_start()).is_some() {
        // Pretty-printed: its first key is not in its first line.
        lines.payloads = lines.objects;
    }
    let choice = Choice::of(&lines, zone);
    of_lines(&lines, &choice)
}

fn of_lines(lines: &HeadLines<'_>, choice: &Choice) -> Detection {
    let label = choice.label(lines);
    let mut format = Format::of(choice.kind);
    format.layouts = choice.layouts();
    if lines.open_objects > 0 {
        format.objects = Objects::ManyLines;
    }
    Detection {
        format: Arc::new(format),
        label,
        lines: lines.count,
        fits: choice.fits,
        taken: choice.taken(),
        runners_up: choice.runners_up(lines),
        unfit: choice.unfit(lines),
    }
}

fn of_table(table: Table, text: &str) -> Detection {
    let rows = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .take(LINES_MAX);
    let fits = |row: &str| match &table {
        Table::W3c(header) => header.fits(row),
        Table::Csv(header) => header.fits(row),
    };
    let (mut lines, mut fit) = (0, 0);
    for row in rows {
        lines += 1;
        fit += usize::from(fits(row));
    }
    let label = match table {
        Table::W3c(_) => "w3c",
        Table::Csv(_) => "csv",
    };
    let mut format = Format::of(FormatKind::Table);
    format.table = Some(table);
    Detection {
        lines,
        fits: fit,
        ..Detection::given(format, label.to_owned())
    }
}

#[cfg(test)]
mod tests;
