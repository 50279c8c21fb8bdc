//! What a body is, told by its outermost part: which signal a JSON object carries, and whether bytes are JSON at all.

use super::FixMode;
use super::found::Found;
use super::json;
use super::protobuf;
use super::schema::Shape;
use super::tree::{Span, Tree};
use crate::otlp::{Encoding, Signal};

/// What the outermost value of a JSON body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Top {
    /// An object with the list of this signal under this key.
    Request(Signal, Span),
    /// An object without members.
    Empty,
    /// A request of the signal that is still in development.
    Profiles,
    /// An object whose first key this is, and none of whose keys is known.
    Unknown(Span),
    /// No object.
    Other,
}

/// The keys of requests, in both spellings.
const KEYS: [(&[u8], Signal); 6] = [
    (b"resourceLogs", Signal::Logs),
    (b"resource_logs", Signal::Logs),
    (b"resourceSpans", Signal::Traces),
    (b"resource_spans", Signal::Traces),
    (b"resourceMetrics", Signal::Metrics),
    (b"resource_metrics", Signal::Metrics),
];

/// The signal whose key this is.
pub(super) fn signal_of_key(key: &[u8]) -> Option<Signal> {
    KEYS.iter()
        .find(|(known, _)| *known == key)
        .map(|(_, signal)| *signal)
}

/// Looks at the outermost value.
pub(super) fn top(bytes: &[u8]) -> Top {
    let blanks = bytes.len() - bytes.trim_ascii_start().len();
    let Some(inside) = bytes.get(blanks..).and_then(|rest| rest.strip_prefix(b"{")) else {
        return Top::Other;
    };
    let start = blanks + 1 + (inside.len() - inside.trim_ascii_start().len());
    let rest = bytes.get(start..).unwrap_or_default();
    if rest.first() == Some(&b'}') {
        return Top::Empty;
    }
    let key = first_key(rest, start);
    if let Some(signal) = signal_of_key(key.of(bytes)) {
        return Top::Request(signal, key);
    }
    if key.of(bytes) == b"resourceProfiles" {
        return Top::Profiles;
    }
    let found = json::keys(bytes).into_iter().find_map(|key| {
        let signal = signal_of_key(key.of(bytes))?;
        Some(Top::Request(signal, key))
    });
    found.unwrap_or(Top::Unknown(key))
}

fn first_key(rest: &[u8], start: usize) -> Span {
    let key = rest.strip_prefix(b"\"").unwrap_or_default();
    let length = memchr::memchr(b'"', key).unwrap_or(0);
    Span::new(start + 1, start + 1 + length)
}

/// How a body is written.
pub(super) fn encoding(bytes: &[u8]) -> Encoding {
    let first = bytes.trim_ascii_start().first();
    let starts_json =
        matches!(first, Some(b'{' | b'[' | b'"' | 0xef)) && !is_block_of_that_length(bytes);
    // A message begins with 0x0a, which is a line end too.
    let looks_protobuf = bytes.first() == Some(&0x0a) && protobuf::looks_right(bytes);
    let is_text = || {
        let head = bytes.get(..bytes.len().min(64)).unwrap_or_default();
        first.is_some()
            && head
                .iter()
                .all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
    };
    if !looks_protobuf && (starts_json || is_text()) {
        Encoding::Json
    } else {
        Encoding::Protobuf
    }
}

/// Whether a line end and a bracket or quote are rather a tag and a length: what follows is no text.
fn is_block_of_that_length(bytes: &[u8]) -> bool {
    let [0x0a, open @ (b'{' | b'[' | b'"'), rest @ ..] = bytes else {
        return false;
    };
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..);
    let next = rest.trim_ascii_start().first();
    !rest.iter().take(64).all(is_text)
        || (*open == b'{' && !matches!(next, None | Some(b'"' | b'}')))
}

/// Whether a body may be what somebody says it is: its first bytes do not always tell.
pub(super) fn may_be(bytes: &[u8], declared: Encoding) -> bool {
    declared == encoding(bytes)
        || (declared == Encoding::Protobuf
            && bytes.first() == Some(&0x0a)
            && protobuf::starts_right(bytes, bytes.len()))
}

/// The signal of a protobuf body, which `known` is likely to be.
///
/// Nothing in protobuf says it. Most often the first record does by the types of its fields; only when that says nothing, or
/// something else than is known, the body is read on trial.
pub(super) fn protobuf_signal(bytes: &[u8], known: Option<Signal>, tree: &mut Tree) -> Signal {
    let likely = protobuf::likely_signals(bytes);
    match (known, likely.as_slice()) {
        (None, [only]) => *only,
        (None, _) => best_signal(bytes, tree).0,
        (Some(known), likely) if likely.contains(&known) => known,
        (Some(known), _) => match faults_as(bytes, known, tree) {
            0 => known,
            faults => match best_signal(bytes, tree) {
                (signal, fewer) if fewer < faults => signal,
                _ => known,
            },
        },
    }
}

/// The signal that a protobuf body decodes as with the fewest faults, and how many those are.
fn best_signal(bytes: &[u8], tree: &mut Tree) -> (Signal, u64) {
    let tried = [Signal::Logs, Signal::Traces, Signal::Metrics]
        .map(|signal| (signal, faults_as(bytes, signal, tree)));
    tried
        .into_iter()
        .min_by_key(|(_, faults)| *faults)
        .unwrap_or((Signal::Logs, 0))
}

/// How many faults a protobuf body has as this signal.
fn faults_as(bytes: &[u8], signal: Signal, tree: &mut Tree) -> u64 {
    let mut found = Found::new(FixMode::Nothing);
    protobuf::read(bytes, Shape::Request(signal), (tree, &mut found), None);
    found.counts.iter().sum()
}
