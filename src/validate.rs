//! Checks OTLP payloads: points at the fault, names the rule, says the repair.
//!
//! Shape: bytes of one request, in JSON or protobuf → [`Finding`]s, each with its path, its bytes and its message. Both
//! encodings are read into the same tree by readers of our own, which go on behind a fault, and the same rules walk over it.
//! A request may also stand in a captured HTTP request ([`http`]) or in frames ([`framed`]).
//!
//! Pure: nothing here reads files, asks the clock or prints. Memory is bounded by the size of one request; faults of one
//! kind are described up to [`DESCRIBED_MAX`] times and counted beyond.
//!
//! ```
//! use otelctl::validate::{Payload, check};
//!
//! let body = br#"{"resourceLogs":[{"resource":{"attributes":[
//!     {"key":"service.name","value":{"stringValue":"shop"}}]},
//!   "scopeLogs":[{"logRecords":[{"timeUnixNano":"1790000000000000000",
//!     "body":{"stringValue":"paid"},"traceId":"W47/95gDgQPSabYzgT/GDA=="}]}]}]}"#;
//! let findings = check(&Payload::new(body));
//! assert_eq!(findings.len(), 1);
//! assert_eq!(findings[0].name(), "id-base64");
//! assert_eq!(findings[0].path, "resourceLogs[0].scopeLogs[0].logRecords[0].traceId");
//! ```

pub mod destination;
pub mod example;
pub mod framed;
pub mod http;
pub mod page;
pub mod rules;

mod checker;
mod found;
mod json;
mod meaning;
mod protobuf;
mod schema;
mod top;
mod traces;
mod tree;
mod view;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::base::units::UnixNanos;
use crate::otlp::{Encoding, Signal};
use destination::Destination;
use rules::{COUNT, Code};

pub use checker::Checker;
pub use found::DESCRIBED_MAX;
pub use traces::Traces;
pub use view::View;

/// Most bytes of one request that are looked at: more than any receiver takes.
pub const REQUEST_BYTES_MAX: usize = 256 << 20;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// It decodes, and is almost surely a mistake.
    Warning,
    /// Receivers refuse it, or lose what it carries.
    Error,
}

impl Level {
    /// As scripts have it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// What is repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixMode {
    /// Nothing.
    Nothing,
    /// What can be repaired without guessing.
    Structure,
    /// Also the names of attributes.
    Semconv,
}

impl FixMode {
    fn repairs(self, code: Code) -> bool {
        match self {
            FixMode::Nothing => false,
            FixMode::Structure => code != Code::AttributeDeprecated,
            FixMode::Semconv => true,
        }
    }
}

/// How a payload is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What it should carry; any signal when nobody says.
    pub signal: Option<Signal>,
    /// Where it goes; its limits are looked at too.
    pub destination: Option<Destination>,
    /// The time; without it, nothing is said about the future.
    pub now: Option<UnixNanos>,
    /// What is repaired.
    pub fix: FixMode,
}

impl Options {
    /// Nothing is known and nothing is repaired.
    pub const PLAIN: Options = Options {
        signal: None,
        destination: None,
        now: None,
        fix: FixMode::Nothing,
    };
}

/// The bytes of one request, decompressed.
#[derive(Debug, Clone, Copy)]
pub struct Payload<'b> {
    /// The body.
    pub bytes: &'b [u8],
    /// How it is written; told from the bytes when nobody says.
    pub encoding: Option<Encoding>,
    /// What it should carry; told from the bytes when nobody says.
    pub signal: Option<Signal>,
}

impl<'b> Payload<'b> {
    /// A body of which nothing is known.
    pub fn new(bytes: &'b [u8]) -> Payload<'b> {
        Payload {
            bytes,
            encoding: None,
            signal: None,
        }
    }
}

/// A fault, where it is and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub code: Code,
    /// The way to it, as `resourceLogs[0].scopeLogs[0].logRecords[3].traceId`; `$` for the whole.
    pub path: String,
    /// Its line in JSON, from 1.
    pub line: Option<u64>,
    /// Its column in JSON, in characters from 1.
    pub column: Option<u64>,
    /// Its bytes in the decompressed input.
    pub byte: Range<u64>,
    /// What is wrong with this one.
    pub message: String,
    /// Whether it can be repaired without guessing.
    pub fixable: bool,
    /// What stands around it.
    pub view: View,
}

impl Finding {
    /// The rule's name.
    pub fn name(&self) -> &'static str {
        self.code.rule().name
    }

    /// How bad it is.
    pub fn level(&self) -> Level {
        self.code.rule().level
    }

    /// What to do.
    pub fn help(&self) -> &'static str {
        self.code.rule().help
    }
}

/// A repair that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Of which rule's fault.
    pub code: Code,
    /// The way to it.
    pub path: String,
}

/// What was found in one input.
#[derive(Debug, Clone)]
pub struct Report {
    /// The faults, up to [`DESCRIBED_MAX`] of each kind.
    pub findings: Vec<Finding>,
    /// How many there are of each kind, by code.
    pub counts: [u64; COUNT],
    /// What it carries; `None` when that is not known, or several.
    pub signal: Option<Signal>,
    /// How it is written; `None` when nothing could be read.
    pub encoding: Option<Encoding>,
    /// Requests in it.
    pub requests: u64,
    /// Records, spans or data points in it.
    pub records: u64,
    /// How many are left of each kind in what was repaired; without repairs the same as `counts`.
    pub left: [u64; COUNT],
    /// How many repairs were made for each kind, by code.
    pub repaired: [u64; COUNT],
    /// The repairs, up to [`DESCRIBED_MAX`] of each kind.
    pub repairs: Vec<Repair>,
    /// The traces it belongs to.
    pub traces: Traces,
}

impl Report {
    /// Adds what is known only when all inputs were read: `spans` holds the traces of all spans.
    pub fn add_orphans(&mut self, spans: &Traces) {
        let mut traces = std::mem::take(&mut self.traces);
        traces.add_spans(spans);
        let orphans = traces.orphans();
        self.counts[Code::TraceNotInInput as usize] += orphans.len() as u64;
        self.left[Code::TraceNotInInput as usize] += orphans.len() as u64;
        let most = usize::try_from(DESCRIBED_MAX).unwrap_or(usize::MAX);
        self.findings.extend(orphans.into_iter().take(most));
    }

    /// How many faults are of this level.
    pub fn count(&self, level: Level) -> u64 {
        let of_level = rules::all().filter(|rule| rule.level == level);
        of_level.map(|rule| self.counts[rule.code as usize]).sum()
    }

    /// Whether a fault is of this level or worse.
    pub fn reaches(&self, level: Level) -> bool {
        reaches(&self.counts, level)
    }

    /// The same of what is left in what was repaired.
    pub fn leaves(&self, level: Level) -> bool {
        reaches(&self.left, level)
    }
}

fn reaches(counts: &[u64; COUNT], level: Level) -> bool {
    rules::all().any(|rule| rule.level >= level && counts[rule.code as usize] > 0)
}

/// Checks one request.
///
/// Shape: a body, decompressed → its faults in the order of its bytes; none for a body that every receiver takes.
pub fn check(payload: &Payload<'_>) -> Vec<Finding> {
    let options = Options {
        signal: payload.signal,
        ..Options::PLAIN
    };
    let mut checker = Checker::new(options);
    checker.request(payload.bytes, payload.encoding);
    checker.finish().findings
}
