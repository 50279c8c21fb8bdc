//! From what the rules noted to what people see: paths, lines and columns, and a piece of the input around the fault.
//!
//! The faults of a request are walked in the order of its bytes, so lines are counted once.
//! Everything of the input that is shown goes through [`Hidden`]: what looks like a secret, by the rule or by itself, is masked in the
//! excerpt, and neither the path nor the message repeats it.

use std::ops::Range;

use super::Finding;
use super::found::{Found, Place, Tail};
use super::rules::Code;
use super::tree::{Span, Tree};
use crate::base::secret::{self, door};
use crate::otlp::Encoding;

/// Bytes shown before a fault, of it, and behind it.
const BEFORE_MAX: usize = 48;
const MARKED_MAX: usize = 44;
const BEHIND_MAX: usize = 32;

/// Bytes of a hex view, and how many of them stand before the fault.
const HEX_BYTES: usize = 16;
const HEX_BEFORE: usize = 4;

/// Bytes around a fault in which secrets are looked for, so that one that begins or ends far away is known.
const LOOKED_BEFORE: usize = 4 << 10;
const LOOKED_BEHIND: usize = 256;

/// A piece of the input around a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// JSON: its line in three pieces, each cut where it is long.
    Text {
        /// Before the fault.
        before: String,
        /// The fault.
        marked: String,
        /// Behind it.
        behind: String,
    },
    /// Protobuf: some bytes, and which of them are the fault.
    Hex {
        /// Where they begin.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
        /// The first of the fault, and how many.
        marked: (usize, usize),
    },
    /// Nothing that could be shown.
    None,
}

/// Where a request stands in its input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    /// Offset of its first byte.
    pub(super) offset: u64,
    /// Its first line, from 1.
    pub(super) line: u64,
}

/// A place in the lines of a text.
struct Cursor {
    at: usize,
    line: u64,
    column: u64,
}

/// Works out what was noted of a request.
pub(super) fn findings(
    found: &mut Found,
    tree: &Tree,
    (bytes, encoding): (&[u8], Encoding),
    origin: Origin,
) -> Vec<Finding> {
    let mut raws = found.take(tree, bytes);
    raws.sort_by_key(|raw| raw.place.span.start);
    let mut secrets = std::mem::take(&mut found.secrets);
    secrets.sort_by_key(|secret| secret.start);
    let mut cursor = Cursor {
        at: 0,
        line: origin.line,
        column: 1,
    };
    raws.into_iter()
        .map(|raw| {
            let span = raw.place.span;
            let is_json = encoding == Encoding::Json;
            if is_json {
                cursor.advance(bytes, span.start as usize);
            }
            let hidden = Hidden::around(bytes, span, &secrets);
            Finding {
                path: raw.path,
                line: is_json.then_some(cursor.line),
                column: is_json.then_some(cursor.column),
                byte: origin.offset + u64::from(span.start)..origin.offset + u64::from(span.end),
                view: view(bytes, encoding, span, (&hidden, origin.offset)),
                code: raw.code,
                message: hidden.message(raw.code, span, raw.message),
                fixable: raw.fixable,
            }
        })
        .collect()
}

impl Cursor {
    fn advance(&mut self, bytes: &[u8], to: usize) {
        let passed = bytes.get(self.at..to).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', passed).count() as u64;
        let rest = match memchr::memrchr(b'\n', passed) {
            Some(newline) => {
                self.column = 1;
                passed.get(newline + 1..).unwrap_or_default()
            }
            None => passed,
        };
        self.line += lines;
        let starts_character = |byte: &&u8| **byte & 0xc0 != 0x80;
        self.column += rest.iter().filter(starts_character).count() as u64;
        self.at = self.at.max(to);
    }
}

/// Where secrets stand around a fault.
struct Hidden(Vec<Range<usize>>);

impl Hidden {
    /// Looks around a fault; `secrets` are those that the rule found, in order.
    fn around(bytes: &[u8], span: Span, secrets: &[Span]) -> Hidden {
        let start = (span.start as usize).min(bytes.len());
        let from = start.saturating_sub(LOOKED_BEFORE);
        let shown = (span.end as usize).clamp(start, start + MARKED_MAX + BEHIND_MAX);
        let to = (shown + BEHIND_MAX + LOOKED_BEHIND).min(bytes.len());
        let window = bytes.get(from..to).unwrap_or_default();
        let mut places = door::places(window);
        for place in &mut places {
            *place = place.start + from..place.end + from;
        }
        let first = secrets.partition_point(|secret| (secret.end as usize) < from);
        let known = secrets.iter().skip(first);
        let near = known.take_while(|secret| (secret.start as usize) < to);
        places.extend(near.map(|secret| secret.start as usize..secret.end as usize));
        Hidden(places)
    }

    /// Whether some of these bytes are a secret's.
    fn touches(&self, span: Span) -> bool {
        let (start, end) = (span.start as usize, span.end as usize);
        self.0
            .iter()
            .any(|place| place.start < end && start < place.end)
    }

    /// What a finding says: what the rule says in general where it would repeat a secret.
    fn message(&self, code: Code, span: Span, message: String) -> String {
        if code != Code::SecretLike && self.touches(span) {
            return code.rule().says.to_owned();
        }
        door::hidden(&message)
    }

    /// A copy of some bytes in which no secret can be read.
    fn masked(&self, bytes: &[u8], from: usize, to: usize) -> Vec<u8> {
        let mut copy = bytes.get(from..to).unwrap_or_default().to_vec();
        for place in &self.0 {
            let start = place.start.clamp(from, to) - from;
            let end = place.end.clamp(from, to) - from;
            if let Some(piece) = copy.get_mut(start..end) {
                piece.fill(b'*');
            }
        }
        copy
    }
}

/// The whole way to a place, for people and scripts.
pub(super) fn shown_path(tree: &Tree, place: &Place, bytes: &[u8]) -> String {
    let hidden = match place.tail {
        Tail::Key(span) => Hidden::around(bytes, span, &[]),
        _ => Hidden(Vec::new()),
    };
    path(tree, place, (bytes, &hidden))
}

fn path(tree: &Tree, place: &Place, (bytes, hidden): (&[u8], &Hidden)) -> String {
    let mut path = tree.path(place.at);
    let dot = if path.is_empty() { "" } else { "." };
    match place.tail {
        Tail::None => {}
        Tail::Name(name) => path = format!("{path}{dot}{}", name.text()),
        Tail::Key(span) if hidden.touches(span) => {
            path = format!("{path}[{:?}]", secret::HIDDEN);
        }
        Tail::Key(span) => {
            let key = String::from_utf8_lossy(span.of(bytes));
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let key: String = key.chars().take(80).collect();
            if !key.is_empty() && key.bytes().all(is_name) {
                path = format!("{path}{dot}{key}");
            } else {
                path = format!("{path}[{key:?}]");
            }
        }
    }
    if path.is_empty() {
        path.push('$');
    }
    path
}

fn view(bytes: &[u8], encoding: Encoding, span: Span, (hidden, offset): (&Hidden, u64)) -> View {
    let (start, end) = (span.start as usize, span.end as usize);
    if bytes.is_empty() {
        return View::None;
    }
    if encoding == Encoding::Protobuf {
        let from = start.saturating_sub(HEX_BEFORE).min(bytes.len());
        let to = (from + HEX_BYTES).min(bytes.len());
        let marked = end.min(to).saturating_sub(start);
        return View::Hex {
            offset: offset + from as u64,
            bytes: hidden.masked(bytes, from, to),
            marked: (start.min(to) - from, marked),
        };
    }
    let line_start = bytes
        .get(start.saturating_sub(BEFORE_MAX)..start.min(bytes.len()))
        .and_then(|before| memchr::memrchr(b'\n', before).map(|at| before.len() - at - 1));
    let before = line_start.unwrap_or(BEFORE_MAX).min(start);
    let rest = bytes.get(start..).unwrap_or_default();
    let line = memchr::memchr(
        b'\n',
        rest.get(..rest.len().min(MARKED_MAX + BEHIND_MAX))
            .unwrap_or_default(),
    );
    let line_end = start + line.unwrap_or(rest.len());
    let marked_end = end.min(line_end).min(start + MARKED_MAX);
    let behind_end = line_end.min(marked_end + BEHIND_MAX);
    let piece = |from: usize, to: usize| {
        let text = hidden.masked(bytes, from, to);
        let text = String::from_utf8_lossy(&text);
        text.trim_matches('\u{fffd}').replace('\t', " ")
    };
    let mut shown = piece(start - before, start);
    if line_start.is_none() && start > BEFORE_MAX {
        shown.insert(0, '…');
    }
    let mut marked = piece(start, marked_end);
    if end > marked_end {
        marked.push('…');
    }
    let mut behind = piece(marked_end, behind_end);
    if behind_end < line_end && end <= marked_end {
        behind.push('…');
    } else if end > marked_end {
        behind.clear();
    }
    View::Text {
        before: shown,
        marked,
        behind: behind.trim_end().to_owned(),
    }
}
