//! Text formats written like the line itself: `{time} {level} [{thread}] {scope} - {body}`.
//!
//! A [`Layout`] is compiled once from such a pattern and then told for each line whether it fits; what its captures
//! hold becomes the record. Matching goes forward only: each part looks at the line at most once, so a line costs its length
//! times the (fixed) number of parts, whatever stands in it. The built-in formats are rows of [`table`].
//!
//! In a pattern a blank stands for one or more blanks or tabs, `{? …}` for a part that may be missing, `\{` and `\}` for braces;
//! padding inside brackets does not count. A captured `-` means "nothing", as it does in access logs and syslog.

pub mod compile;
mod ends;
pub mod fill;
mod kinds;
mod level;
mod matching;
pub mod pairs;
pub mod parts;
pub mod table;

use std::borrow::Cow;

pub(in crate::format) use crate::format::layout::kinds::is_source;

use crate::format::layout::level::Vocabulary;
use crate::format::layout::matching::Op;
use crate::format::timestamp::{Leading, TimeForm, Zone};
use crate::record::SeverityNumber;

/// Most captures of one pattern: more columns than any log line has.
pub const CAPTURES_MAX: usize = 24;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The name people see.
    pub name: Cow<'static, str>,
    /// As it was written.
    pub pattern: Cow<'static, str>,
    ops: Box<[Op]>,
    fields: Box<[Field]>,
    time: HasTime,
    below: Below,
}

/// What the lines below the first hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    /// More of the body, if anything.
    More,
    /// The body itself.
    Body,
    /// The level, a colon and the body.
    LevelAndBody,
    /// `KEY=value` as the journal's verbose output has it.
    JournalFields,
    /// Comments that say who asked and how long it took, and the query.
    SlowQuery,
}

/// Whether a pattern holds a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HasTime {
    /// It does.
    Stamped,
    /// Its lines have none.
    Timeless,
}

/// What becomes of a capture.
#[derive(Debug, Clone)]
struct Field {
    target: Target,
    kind: FieldKind,
}

/// Where a capture goes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Body,
    Scope,
    /// The tag of a syslog line: the scope, and the service.
    App,
    /// A service or a container, under this key.
    Service(&'static str),
    TraceId,
    SpanId,
    Attribute(Cow<'static, str>),
    Nothing,
}

/// What a capture may hold, and what is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Bytes without blanks, up to what follows in the pattern.
    Token,
    /// A whole number.
    Int,
    /// A number, perhaps with a fraction.
    Number,
    /// Letters, digits and `_ . - $ : / @ #`, beginning with a letter, `_` or `<`.
    Name,
    /// A session of SQL Server: `spid5s`, `Server`, `Logon`, `Backup`.
    Spid,
    /// A syslog facility: `daemon`, `local7`.
    SyslogFacility,
    /// An event of a security device, which goes on to the end of the line: `CEF:0|…`.
    Cef,
    /// The rest of the line as `TiDB` has it: `["message"] [key=value]`.
    Bracketed,
    /// Digits with a dot among them.
    Decimal,
    /// Words in capitals, blanks between them.
    Capitals,
    /// What Cisco calls a facility: capitals, digits and `_`, no dash.
    Facility,
    /// A name with a dot or `::` in it, as loggers of large programs have.
    Dotted,
    /// A Rust module's path: names with `::` between them.
    Module,
    /// The same, or one name without a dot.
    Path,
    /// A syslog tag: anything up to its bracket or colon.
    Tag,
    /// A source file's name, with a dot in it.
    Source,
    /// Hex digits.
    Hex,
    /// Hex digits and dashes.
    Uuid,
    /// A date of digits and dots or dashes.
    Date,
    /// Seconds with their unit: `0.012s`.
    Uptime,
    /// Capitals, then digits: `AH02217`.
    Code,
    /// A thread with its logger and line behind it: `main:Logger@42`.
    Located,
    /// An IP address.
    Ip,
    /// An IP address or host name, perhaps with a port behind it.
    Address,
    /// A text in double quotes.
    Quoted,
    /// Anything, blanks too, up to what follows in the pattern.
    Text,
    /// An HTTP request line in double quotes.
    Request,
    /// An HTTP status; it suggests a severity.
    Status,
    /// The rest of the line with `key=value` pairs at its end.
    Pairs,
    /// The rest of the line with `(key=value, key=value)` at its end.
    ListedPairs,
    /// The rest of the line with `, key: value` at its end.
    CommaPairs,
    /// The rest of the line, whose first word may be a message's code like `WFLYSRV0039:`.
    Coded,
    /// The rest of the line; `key=value` pairs at its end are copied, and stay.
    Noted,
    /// The rest of the line with `(logger)` at its end.
    Trailing,
    /// The rest of the line with `file.py:42` at its end, as Rich has it.
    Sourced,
    /// The rest of the record but for a `>` at its end, as `WebLogic` has it.
    Angled,
    /// The rest of the line with `, key: value` at its end, and below it `at file.rs:42` and `in span`.
    Pretty,
    /// The rest of the line with context and extra data at its end, as Monolog has them.
    Monolog,
    /// The rest of the line with a JSON object at its end.
    Json,
    /// The rest of the line as structlog's console has it: message, `[logger]`, pairs.
    Structlog,
}

/// A place in the line; absent when a part of the pattern was missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    const ABSENT: Span = Span {
        start: u32::MAX,
        end: u32::MAX,
    };
}

/// What a pattern found in one line. Made once and written over for every line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captures {
    time: Option<Leading>,
    severity: Option<SeverityNumber>,
    stamp: Span,
    level: Span,
    spans: [Span; CAPTURES_MAX],
}

impl Captures {
    /// Nothing found yet.
    pub const EMPTY: Captures = Captures {
        time: None,
        severity: None,
        stamp: Span::ABSENT,
        level: Span::ABSENT,
        spans: [Span::ABSENT; CAPTURES_MAX],
    };
}

impl Layout {
    /// Whether its lines carry a time.
    pub fn time(&self) -> HasTime {
        self.time
    }

    /// Whether most lines of a file stand below the one that it fits.
    pub fn heads_blocks(&self) -> bool {
        self.below != Below::More
    }

    /// Whether its lines begin with a time in any form.
    pub fn begins_with_any_time(&self) -> bool {
        matches!(self.ops.first(), Some(Op::Time(TimeKind::Any)))
    }

    /// Whether a line of it may begin with this byte; wrong only by saying yes.
    pub fn may_begin_with(&self, byte: u8) -> bool {
        matching::may_begin_with(&self.ops, byte)
    }

    /// Whether `line`, the first of a record, has this layout; if so, `captures` holds what was found.
    #[inline]
    pub fn matches(&self, line: &[u8], zone: &mut Zone, captures: &mut Captures) -> bool {
        captures.time = None;
        captures.severity = None;
        captures.stamp = Span::ABSENT;
        captures.level = Span::ABSENT;
        captures.spans[..self.fields.len()].fill(Span::ABSENT);
        matching::run(&self.ops, line, zone, captures)
    }
}

/// How a pattern writes its time.
#[derive(Debug, Clone)]
enum TimeKind {
    /// Any form that is unambiguous.
    Any,
    /// As `strptime` would say it.
    Form(Box<TimeForm>),
}

/// How a pattern writes its level.
type Level = Vocabulary;
