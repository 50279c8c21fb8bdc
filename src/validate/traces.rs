//! Which traces the spans of an input belong to, and which ones its log records name: what a single request cannot tell.
//!
//! Limits: [`TRACES_MAX`] traces of each kind are remembered; beyond it nothing is said about further ones.

use std::collections::{HashMap, HashSet};

use super::rules::Code;
use super::tree::Span;
use super::{Finding, View};
use crate::otlp::Encoding;

/// Different traces remembered.
const TRACES_MAX: usize = 100_000;

/// The traces of one or several inputs.
#[derive(Debug, Clone, Default)]
pub struct Traces {
    of_spans: HashSet<[u8; 16]>,
    /// Where each was named first.
    of_logs: HashMap<[u8; 16], (u64, u64)>,
    /// The ones that were remembered last: those of a trace often follow one another.
    last_of_spans: Option<[u8; 16]>,
    last_of_logs: Option<[u8; 16]>,
}

impl Traces {
    /// Remembers the trace of a span.
    pub(super) fn span(&mut self, id: [u8; 16]) {
        if self.last_of_spans != Some(id) && self.of_spans.len() < TRACES_MAX {
            self.last_of_spans = Some(id);
            self.of_spans.insert(id);
        }
    }

    /// Remembers the trace that a log record names, at these bytes.
    pub(super) fn log(&mut self, id: [u8; 16], byte: (u64, u64)) {
        if self.last_of_logs != Some(id) && self.of_logs.len() < TRACES_MAX {
            self.last_of_logs = Some(id);
            self.of_logs.entry(id).or_insert(byte);
        }
    }

    /// Adds the spans of another input.
    pub fn add_spans(&mut self, other: &Traces) {
        self.of_spans.extend(&other.of_spans);
    }

    /// What to say about the log records, when all spans are known. Nothing when there are none.
    pub fn orphans(&self) -> Vec<Finding> {
        if self.of_spans.is_empty() || self.of_spans.len() >= TRACES_MAX {
            return Vec::new();
        }
        let mut orphans: Vec<_> = self
            .of_logs
            .iter()
            .filter(|(id, _)| !self.of_spans.contains(*id))
            .collect();
        orphans.sort_by_key(|(_, byte)| **byte);
        orphans
            .into_iter()
            .map(|(id, byte)| Finding {
                code: Code::TraceNotInInput,
                path: "$".to_owned(),
                line: None,
                column: None,
                byte: byte.0..byte.1,
                message: format!("trace {} has no span here", hex(id)),
                fixable: false,
                view: View::None,
            })
            .collect()
    }
}

fn hex(id: &[u8]) -> String {
    let digits = id.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The bytes of a trace id that was found to be right.
pub(super) fn id(span: Span, bytes: &[u8], encoding: Encoding) -> Option<[u8; 16]> {
    let text = span.of(bytes);
    if encoding == Encoding::Protobuf {
        return text.first_chunk::<16>().copied();
    }
    let mut id = [0; 16];
    let (pairs, _) = text.as_chunks::<2>();
    // They are hex digits, as the reader saw; nine lie between the bits of a letter and its worth.
    let worth = |digit: u8| (digit & 15) + 9 * (digit >> 6);
    for (byte, [high, low]) in id.iter_mut().zip(pairs) {
        *byte = worth(*high) << 4 | worth(*low);
    }
    (text.len() == 32).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_behind_a_record_of_its_trace_is_remembered() {
        let mut traces = Traces::default();
        for id in [1, 2, 3] {
            traces.log([id; 16], (id.into(), 9));
        }
        traces.span([3; 16]);
        traces.span([1; 16]);
        let orphans = traces.orphans();
        let found: Vec<_> = orphans.iter().map(|it| it.byte.start).collect();
        assert_eq!(found, [2]);
    }
}
