//! A log record as we hold it between parsing and encoding: valid by construction, borrowing from the input chunk.
//!
//! The names are those of the OpenTelemetry log data model. Nothing here is allocated for a record whose texts
//! stand in the input as they are sent.
//!
//! Spec: Logs Data Model, <https://opentelemetry.io/docs/specs/otel/logs/data-model/>.

use std::borrow::Cow;

use crate::base::units::UnixNanos;

/// One log record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record<'a> {
    /// When it happened, by its source; `None` when the source does not say.
    pub time: Option<UnixNanos>,
    /// How severe it is, on the model's scale.
    pub severity_number: Option<SeverityNumber>,
    /// The source's own word for it; empty when it has none.
    pub severity_text: Cow<'a, str>,
    /// The message.
    pub body: Value<'a>,
    /// The instrumentation scope's name: the logger. Empty when the source does not say.
    pub scope: Cow<'a, str>,
    /// The name of the service that it comes from, by its own text. Empty when that does not say.
    pub service: Cow<'a, str>,
    /// Everything else the source said, in its order, keys unique.
    pub attributes: Vec<Attribute<'a>>,
    /// The trace it belongs to, only when the input carries it.
    pub trace_id: Option<TraceId>,
    /// The span it belongs to; only together with a trace.
    pub span_id: Option<SpanId>,
    /// W3C trace flags.
    pub trace_flags: Option<u8>,
    /// The name that identifies the event's structure; empty for ordinary records.
    pub event_name: Cow<'a, str>,
    /// Attributes that were left out because of a limit.
    pub dropped_attributes_count: u32,
}

impl Record<'_> {
    /// Empties the record and keeps the room of its attributes.
    #[inline]
    pub fn clear(&mut self) {
        self.time = None;
        self.severity_number = None;
        self.severity_text = Cow::Borrowed("");
        self.body = Value::Empty;
        self.scope = Cow::Borrowed("");
        self.service = Cow::Borrowed("");
        self.attributes.clear();
        self.trace_id = None;
        self.span_id = None;
        self.trace_flags = None;
        self.event_name = Cow::Borrowed("");
        self.dropped_attributes_count = 0;
    }
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute<'a> {
    /// Never empty.
    pub key: Cow<'a, str>,
    /// What it holds.
    pub value: Value<'a>,
}

impl<'a> Attribute<'a> {
    /// A key with a text.
    pub fn text(key: &'static str, text: impl Into<Cow<'a, str>>) -> Attribute<'a> {
        Attribute {
            key: Cow::Borrowed(key),
            value: Value::Text(text.into()),
        }
    }
}

/// An `AnyValue`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value<'a> {
    /// No value at all.
    #[default]
    Empty,
    /// Valid UTF-8.
    Text(Cow<'a, str>),
    /// `true` or `false`
    Bool(bool),
    /// Fits 64 bits with sign; wider ones are texts.
    Int(i64),
    /// Any double, also NaN and the infinities.
    Double(f64),
    /// Raw bytes.
    Bytes(Cow<'a, [u8]>),
    /// A list.
    Array(Vec<Value<'a>>),
    /// A nested object, its keys in the input's order.
    Map(Vec<Attribute<'a>>),
}

/// A W3C trace id: 16 bytes, never all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId([u8; 16]);

/// A W3C span id: 8 bytes, never all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanId([u8; 8]);

impl TraceId {
    /// Reads 32 hex digits of any case. `None` for anything else and for the all-zero id, which means "no trace".
    pub fn from_hex(text: &str) -> Option<TraceId> {
        hex_bytes(text).map(TraceId)
    }

    /// The id's bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl SpanId {
    /// Reads 16 hex digits of any case. `None` for anything else and for the all-zero id.
    pub fn from_hex(text: &str) -> Option<SpanId> {
        hex_bytes(text).map(SpanId)
    }

    /// The id's bytes.
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

fn hex_bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    (bytes != [0; N]).then_some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// A severity on the model's scale, 1 to 24.
///
/// Spec: Logs Data Model, "Field: `SeverityNumber`".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeverityNumber(u8);

impl SeverityNumber {
    /// The lowest of each range.
    pub const TRACE: SeverityNumber = SeverityNumber(1);
    /// See [`SeverityNumber::TRACE`].
    pub const DEBUG: SeverityNumber = SeverityNumber(5);
    /// See [`SeverityNumber::TRACE`].
    pub const INFO: SeverityNumber = SeverityNumber(9);
    /// See [`SeverityNumber::TRACE`].
    pub const WARN: SeverityNumber = SeverityNumber(13);
    /// See [`SeverityNumber::TRACE`].
    pub const ERROR: SeverityNumber = SeverityNumber(17);
    /// See [`SeverityNumber::TRACE`].
    pub const FATAL: SeverityNumber = SeverityNumber(21);

    /// A number of the scale; `None` outside 1 to 24.
    pub const fn new(number: u8) -> Option<SeverityNumber> {
        if matches!(number, 1..=24) {
            Some(SeverityNumber(number))
        } else {
            None
        }
    }

    /// The number itself.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The range it lies in.
    pub const fn class(self) -> SeverityClass {
        match self.0 {
            0..=4 => SeverityClass::Trace,
            5..=8 => SeverityClass::Debug,
            9..=12 => SeverityClass::Info,
            13..=16 => SeverityClass::Warn,
            17..=20 => SeverityClass::Error,
            _ => SeverityClass::Fatal,
        }
    }
}

/// The six ranges of the scale, and one for records that state none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the model's own")]
pub enum SeverityClass {
    Unspecified,
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl SeverityClass {
    /// All of them, lowest first.
    pub const ALL: [SeverityClass; 7] = [
        SeverityClass::Unspecified,
        SeverityClass::Trace,
        SeverityClass::Debug,
        SeverityClass::Info,
        SeverityClass::Warn,
        SeverityClass::Error,
        SeverityClass::Fatal,
    ];

    /// How many there are.
    pub const COUNT: usize = SeverityClass::ALL.len();

    /// The class of a record's severity.
    pub fn of(number: Option<SeverityNumber>) -> SeverityClass {
        number.map_or(SeverityClass::Unspecified, SeverityNumber::class)
    }

    /// The model's short name.
    pub fn name(self) -> &'static str {
        match self {
            SeverityClass::Unspecified => "UNSPECIFIED",
            SeverityClass::Trace => "TRACE",
            SeverityClass::Debug => "DEBUG",
            SeverityClass::Info => "INFO",
            SeverityClass::Warn => "WARN",
            SeverityClass::Error => "ERROR",
            SeverityClass::Fatal => "FATAL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hex_of_their_length_and_never_zero() {
        assert!(TraceId::from_hex("5B8EFFF798038103D269B633813FC60C").is_some());
        assert!(TraceId::from_hex("00000000000000000000000000000000").is_none());
        assert!(TraceId::from_hex("5b8efff798038103d269b633813fc60").is_none());
        assert!(SpanId::from_hex("eee19b7ec3c1b174").is_some());
        assert!(SpanId::from_hex("eee19b7ec3c1b17g").is_none());
    }

    #[test]
    fn a_severity_lies_in_its_range() {
        assert_eq!(SeverityNumber::new(0), None);
        assert_eq!(SeverityNumber::new(25), None);
        assert_eq!(
            SeverityNumber::new(16).map(SeverityNumber::class),
            Some(SeverityClass::Warn)
        );
        assert_eq!(SeverityClass::of(None).name(), "UNSPECIFIED");
    }
}
