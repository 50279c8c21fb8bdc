//! Line → Record: what a format is, and how the text of one record becomes a [`Record`].
//!
//! Everything here is pure: text in, record out, no I/O and no clock. A text that does not fit its file's format is read
//! as plain text; nothing is ever refused.

pub mod cef;
pub mod container;
pub mod csv;
pub mod detect;
pub mod fields;
pub mod journal_export;
mod journal_fields;
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

use crate::format::fields::FieldMap;
use crate::format::timestamp::{Leading, Zone};
use crate::record::Record;

/// The families of log formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatKind {
    /// One JSON object per line.
    Json,
    /// `key=value` pairs.
    Logfmt,
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
            FormatKind::Stamped => "text",
            FormatKind::Plain => "plain",
        }
    }
}

/// What a line is to the record before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// It begins a record, with this time when one was looked for.
    Record(Option<Leading>),
    /// It is a JSON object: a whole record in one line.
    Object,
    /// It only continues the record before it.
    Continuation,
}

/// Turns the text of one record into a record. One per worker: it remembers the last offset of its zone.
#[derive(Debug)]
pub struct Parser {
    kind: FormatKind,
    zone: Zone,
    fields: FieldMap,
    duplicate_keys: u64,
}

impl Parser {
    /// A parser for one source.
    pub fn new(kind: FormatKind, zone: Zone) -> Parser {
        Parser {
            kind,
            zone,
            fields: FieldMap::default(),
            duplicate_keys: 0,
        }
    }

    /// The same parser, with the key names that a user gives.
    #[must_use]
    pub fn with_fields(self, fields: FieldMap) -> Parser {
        Parser { fields, ..self }
    }

    /// What it takes lines for.
    pub fn kind(&self) -> FormatKind {
        self.kind
    }

    /// What a line is to the record before it. In a file of stamped lines, every line without a stamp continues.
    #[expect(
        clippy::inline_always,
        reason = "asked for every line: as a call it returns through memory and costs twice"
    )]
    #[inline(always)]
    pub fn begins(&mut self, line: &[u8]) -> Begin {
        if line.first() == Some(&b'{') && line.last() == Some(&b'}') {
            return Begin::Object;
        }
        if self.kind == FormatKind::Stamped {
            return match timestamp::leading(line, &mut self.zone) {
                Some(leading) => Begin::Record(Some(leading)),
                None => Begin::Continuation,
            };
        }
        if trace::continues(line) {
            Begin::Continuation
        } else {
            Begin::Record(None)
        }
    }

    /// Reads one record.
    ///
    /// Shape: `text` is all lines of the record, the first of them `head_bytes` long; `leading` is its time when
    /// [`Parser::begins`] found one; `record` is empty but for the room of its attributes.
    pub fn parse<'a>(
        &mut self,
        text: &'a str,
        head_bytes: usize,
        leading: Option<Leading>,
        record: &mut Record<'a>,
    ) {
        let is_line = head_bytes == text.len();
        let is_object = is_line && text.trim_ascii_start().starts_with('{');
        let duplicates = &mut self.duplicate_keys;
        if is_object && json::parse(text, &mut self.zone, &self.fields, record, duplicates) {
            return;
        }
        if is_line
            && self.kind == FormatKind::Logfmt
            && logfmt::parse(text, &mut self.zone, &self.fields, record, duplicates)
        {
            return;
        }
        let leading = leading.or_else(|| timestamp::leading(text.as_bytes(), &mut self.zone));
        text::parse(text, head_bytes, leading, record);
    }

    /// Keys that stood twice in one record, since the last call. The last value won.
    pub fn take_duplicate_keys(&mut self) -> u64 {
        std::mem::take(&mut self.duplicate_keys)
    }

    /// Whether a time without zone was read since the last call.
    pub fn take_zone_assumed(&mut self) -> bool {
        self.zone.take_assumed()
    }
}
