//! Line → Record: what a format is, and how the text of one record becomes a [`Record`].
//!
//! Everything here is pure: text in, record out, no I/O and no clock. A text that does not fit its file's format is read
//! as plain text; nothing is ever refused. What a line is depends on the line and on its file's [`Format`] alone, never on the
//! lines before it, so that a file can be cut anywhere.

pub mod ansi;
pub mod cef;
pub mod container;
pub mod csv;
pub mod detect;
pub mod fields;
pub mod guess;
pub mod journal_export;
pub mod journald;
pub mod json;
pub mod layout;
pub mod logfmt;
pub mod severity;
pub mod syslog;
pub mod text;
pub mod timestamp;
pub mod trace;
pub mod unique;
pub mod w3c;

use std::sync::Arc;

use crate::format::container::Runtime;
use crate::format::fields::FieldMap;
use crate::format::guess::MissingSeverity;
use crate::format::layout::{Captures, HasTime, Layout, table};
use crate::format::timestamp::{Leading, Zone};
use crate::otlp::framing::Framing;
use crate::otlp::payload::PAYLOAD_BYTES_MAX;
use crate::record::{Record, Value};

/// The families of log formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatKind {
    /// One JSON object per line, or over several.
    Json,
    /// `key=value` pairs.
    Logfmt,
    /// Syslog with its priority: RFC 5424 or RFC 3164.
    Syslog,
    /// The same, each message behind its length: line breaks mean nothing.
    SyslogCounted,
    /// Text whose lines fit a layout.
    Layout,
    /// Columns that the file itself names.
    Table,
    /// The journal's export format.
    JournalExport,
    /// OTLP already, one request in JSON per line.
    OtlpJson,
    /// OTLP already, requests in protobuf.
    OtlpProtobuf(Framing),
    /// Text behind a time stamp.
    Stamped,
    /// Text without one.
    Plain,
}

impl FormatKind {
    /// The name people see.
    pub fn name(self) -> &'static str {
        match self {
            FormatKind::Json => "json",
            FormatKind::Logfmt => "logfmt",
            FormatKind::Syslog => "syslog",
            FormatKind::SyslogCounted => "syslog/counted",
            FormatKind::Layout => "layout",
            FormatKind::Table => "table",
            FormatKind::JournalExport => "journal-export",
            FormatKind::OtlpJson => "otlp/json",
            FormatKind::OtlpProtobuf(_) => "otlp/protobuf",
            FormatKind::Stamped => "text",
            FormatKind::Plain => "plain",
        }
    }
}

/// Columns that a file names in its head.
#[derive(Debug, Clone)]
pub enum Table {
    /// W3C extended logs and Zeek's.
    W3c(w3c::Header),
    /// Comma, tab or semicolon separated values.
    Csv(csv::Header),
}

/// What a source is: chosen when it is opened, the same for all that read it.
#[derive(Debug, Clone)]
pub struct Format {
    /// What most of it is.
    pub kind: FormatKind,
    /// The container runtime that wrapped its lines.
    pub runtime: Option<Runtime>,
    /// The layouts of its text lines, in the order of trial.
    pub layouts: Vec<Layout>,
    /// Its columns.
    pub table: Option<Table>,
    /// Whether its JSON objects span lines.
    pub objects: Objects,
    /// Whether lines may have another format than the file's own.
    pub strays: Strays,
    /// The keys that the user named.
    pub fields: FieldMap,
    /// What becomes of records without severity.
    pub severity: MissingSeverity,
}

/// How JSON objects lie in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objects {
    /// Each in its line.
    OneLine,
    /// Pretty-printed, or broken.
    ManyLines,
}

/// Whether lines may have another format than the file's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strays {
    /// Those with a time and marks of their own may.
    Recognised,
    /// The user said what the lines are.
    Never,
}

impl Format {
    /// A format without layouts or columns.
    pub fn of(kind: FormatKind) -> Format {
        Format {
            kind,
            runtime: None,
            layouts: Vec::new(),
            table: None,
            objects: Objects::OneLine,
            strays: Strays::Recognised,
            fields: FieldMap::default(),
            severity: MissingSeverity::Stays,
        }
    }

    /// Whether its records say where they end, so that line breaks mean nothing.
    pub fn is_framed(&self) -> bool {
        matches!(
            self.kind,
            FormatKind::JournalExport | FormatKind::OtlpProtobuf(_) | FormatKind::SyslogCounted
        )
    }

    /// The longest line that is not cut: what the user said, or what a request needs.
    pub fn line_bytes_max(&self, said: usize) -> usize {
        match self.kind {
            FormatKind::OtlpJson => said.max(PAYLOAD_BYTES_MAX),
            _ => said,
        }
    }

    /// Whether its records begin with a time, so that every other line continues one.
    fn is_stamped(&self) -> bool {
        match self.kind {
            FormatKind::Stamped => true,
            FormatKind::Layout => self
                .layouts
                .first()
                .is_some_and(|layout| layout.time() == HasTime::Stamped),
            _ => false,
        }
    }
}

/// What a line is to the record before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// It begins a record, with this time when one was looked for.
    Record(Option<Leading>),
    /// It begins a record with this layout: one of the file's own, or behind them one of the table.
    Layout(u16),
    /// It begins a record of a format that has its own marks.
    Marked,
    /// It is a JSON object: a whole record in one line.
    Object,
    /// It begins a JSON object that goes on in further lines.
    OpenObject,
    /// It is a record as the journal exports it, framed by its own rules.
    Entry,
    /// It only continues the record before it.
    Continuation,
    /// It belongs to no record: a directive or a note about the file.
    Nothing,
}

/// Turns the text of one record into a record. One per worker: it remembers the last offset of its zone.
#[derive(Debug)]
pub struct Parser {
    format: Arc<Format>,
    stamped: bool,
    zone: Zone,
    duplicate_keys: u64,
}

impl Parser {
    /// A parser for one source.
    pub fn new(format: Arc<Format>, zone: Zone) -> Parser {
        Parser {
            stamped: format.is_stamped(),
            format,
            zone,
            duplicate_keys: 0,
        }
    }

    /// What it takes lines for.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// The zone in which times without one are read.
    pub fn zone(&mut self) -> &mut Zone {
        &mut self.zone
    }

    /// What a line is to the record before it. In a file of stamped lines, every line without a stamp continues.
    ///
    /// When a layout fits, `captures` holds what it found.
    #[expect(
        clippy::inline_always,
        reason = "asked for every line: as a call it returns through memory and costs twice"
    )]
    #[inline(always)]
    pub fn begins(&mut self, line: &[u8], captures: &mut Captures) -> Begin {
        if line.first() == Some(&b'{') && line.last() == Some(&b'}') {
            return Begin::Object;
        }
        if self.format.kind == FormatKind::Stamped {
            return match timestamp::leading(line, &mut self.zone) {
                Some(leading) => Begin::Record(Some(leading)),
                None => Begin::Continuation,
            };
        }
        self.begins_formatted(line, captures)
    }

    fn begins_formatted(&mut self, line: &[u8], captures: &mut Captures) -> Begin {
        let format = &*self.format;
        for (index, layout) in (0_u16..).zip(&format.layouts) {
            if layout.matches(line, &mut self.zone, captures) {
                return Begin::Layout(index);
            }
        }
        if let Some(begin) = self.marked(line) {
            return begin;
        }
        if trace::is_indented(line) || self.format.strays == Strays::Never {
            return self.unmarked(line);
        }
        if let Some(row) = table::stray(line, &mut self.zone, captures) {
            let own = u16::try_from(self.format.layouts.len()).unwrap_or(u16::MAX);
            return Begin::Layout(own.saturating_add(row));
        }
        self.unmarked(line)
    }

    /// What the marks at its start make of a line.
    fn marked(&self, line: &[u8]) -> Option<Begin> {
        let format = &*self.format;
        if let Some(table) = &format.table {
            let line = str::from_utf8(line).ok()?;
            return Some(match table {
                Table::W3c(_) if w3c::is_directive(line) => Begin::Nothing,
                Table::W3c(header) if header.fits(line) => Begin::Marked,
                Table::Csv(header) if header.fits(line) => Begin::Marked,
                Table::W3c(_) | Table::Csv(_) => return None,
            });
        }
        match *line.first()? {
            b'{' if format.objects == Objects::ManyLines => Some(Begin::OpenObject),
            b'<' => {
                let line = str::from_utf8(line.get(..line.len().min(256))?).ok()?;
                syslog::looks_like(line).then_some(Begin::Marked)
            }
            b'-' => journal_export::is_journal_note(line).then_some(Begin::Nothing),
            _ => None,
        }
    }

    /// A line of no format: what is stamped begins a record; in a file whose records begin with their format's marks, the rest
    /// continues.
    fn unmarked(&mut self, line: &[u8]) -> Begin {
        if self.stamped
            && let Some(leading) = timestamp::leading(line, &mut self.zone)
        {
            return Begin::Record(Some(leading));
        }
        let joins = self.stamped
            || self.format.kind == FormatKind::Layout
            || self.format.objects == Objects::ManyLines
            || trace::continues(line);
        if joins {
            Begin::Continuation
        } else {
            Begin::Record(None)
        }
    }

    /// Whether lines below one of a layout may be told from its record only by what they say.
    pub fn asks_traces(&self) -> bool {
        !self.stamped && self.format.kind != FormatKind::Layout
    }

    /// Reads one record.
    ///
    /// Shape: `text` is all lines of the record, the first of them `head_bytes` long; `begin` and `captures` are what
    /// [`Parser::begins`] said of that line; `record` is empty but for the room of its attributes.
    pub fn parse<'a>(
        &mut self,
        text: &'a str,
        head_bytes: usize,
        found: (Begin, &Captures),
        record: &mut Record<'a>,
    ) {
        self.parse_any(text, head_bytes, found, record);
        if self.format.severity == MissingSeverity::Guessed
            && record.severity_number.is_none()
            && let Value::Text(message) = &record.body
        {
            record.severity_number = guess::severity_of(message);
        }
    }

    fn parse_any<'a>(
        &mut self,
        text: &'a str,
        head_bytes: usize,
        (begin, captures): (Begin, &Captures),
        record: &mut Record<'a>,
    ) {
        if let Begin::Layout(index) = begin
            && let Some(layout) = self.layout(index)
        {
            layout.fill(text, head_bytes, captures, record);
            return;
        }
        if self.parse_structured(text, head_bytes, begin, record) {
            return;
        }
        let leading = match begin {
            Begin::Record(Some(leading)) => Some(leading),
            _ => timestamp::leading(text.as_bytes(), &mut self.zone),
        };
        text::parse(text, head_bytes, leading, record);
    }

    /// The layout that a line was found to have.
    pub fn layout(&self, index: u16) -> Option<&Layout> {
        let index = usize::from(index);
        let own = &self.format.layouts;
        own.get(index)
            .or_else(|| table::layouts().get(index - own.len()))
    }

    /// Reads a record of a format with a structure of its own; `false` when it is none.
    fn parse_structured<'a>(
        &mut self,
        text: &'a str,
        head_bytes: usize,
        begin: Begin,
        record: &mut Record<'a>,
    ) -> bool {
        let format = &*self.format;
        let (zone, duplicates) = (&mut self.zone, &mut self.duplicate_keys);
        if format.kind == FormatKind::Plain && format.strays == Strays::Never {
            return false;
        }
        let is_line = head_bytes == text.len();
        let is_object =
            (is_line || begin == Begin::OpenObject) && text.trim_ascii_start().starts_with('{');
        if is_object && json::parse(text, zone, &format.fields, record, duplicates) {
            return true;
        }
        match (&format.table, begin) {
            (Some(Table::W3c(header)), Begin::Marked) => return header.parse(text, zone, record),
            (Some(Table::Csv(header)), Begin::Marked) => {
                return header.parse(text, zone, record, duplicates);
            }
            (None, Begin::Marked) => return syslog::parse(text, zone, record),
            _ => {}
        }
        is_line
            && format.kind == FormatKind::Logfmt
            && logfmt::parse(text, zone, &format.fields, record, duplicates)
    }

    /// Keys that stood twice in one record, since the last call. The last value won.
    pub fn take_duplicate_keys(&mut self) -> u64 {
        std::mem::take(&mut self.duplicate_keys)
    }
}
