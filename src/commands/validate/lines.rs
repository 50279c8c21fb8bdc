//! An input in pieces: requests on lines of their own are checked one after another, everything else as a whole.
//!
//! Limits: one buffer, as large as the longest line and at most one request; what is larger is told and not read on.

use std::io::{self, Read};

use super::output::OutputError;
use crate::otlp::Encoding;
use crate::validate::rules::Code;
use crate::validate::{Checker, REQUEST_BYTES_MAX, http};

/// Bytes read at a time.
const PIECE_BYTES: usize = 1 << 20;

/// Why an input was not checked to its end.
pub(super) enum Trouble {
    /// It cannot be read.
    Read(io::Error),
    /// What was repaired cannot be written.
    Write(OutputError),
}

impl From<OutputError> for Trouble {
    fn from(error: OutputError) -> Trouble {
        Trouble::Write(error)
    }
}

/// How far an input was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To its end.
    Whole,
    /// Not so far: a finding says why.
    Cut,
}

/// What happens on the way.
pub(super) enum Step<'b> {
    /// So many bytes were checked, with so many records in them.
    Checked(u64, u64),
    /// A piece of the input, repaired.
    Repaired(&'b [u8]),
}

/// Is told each step.
type Told<'w> = &'w mut dyn FnMut(Step<'_>) -> Result<(), OutputError>;

/// Checks an input to its end.
pub(super) fn check_all(
    checker: &mut Checker,
    encoding: Option<Encoding>,
    mut input: Box<dyn Read + Send>,
    told: Told<'_>,
) -> Result<Reach, Trouble> {
    let mut buffer = Vec::new();
    let mut ended = fill(&mut input, &mut buffer)?;
    if encoding == Some(Encoding::Protobuf) || !is_lines(&buffer, ended) {
        while !ended && buffer.len() <= REQUEST_BYTES_MAX {
            ended = fill(&mut input, &mut buffer)?;
        }
        let repaired = http::plain_body(checker, &buffer, encoding);
        if buffer.len() > REQUEST_BYTES_MAX {
            return Ok(Reach::Cut);
        }
        told(Step::Repaired(repaired.as_deref().unwrap_or(&buffer)))?;
        return Ok(Reach::Whole);
    }
    let (mut offset, mut line) = (0, 1);
    loop {
        let whole = match memchr::memrchr(b'\n', &buffer) {
            _ if ended => buffer.len(),
            Some(newline) => newline + 1,
            None => 0,
        };
        let lines = buffer.get(..whole).unwrap_or_default();
        let count = check_lines(checker, lines, (offset, line), told)?;
        line += count;
        offset += whole as u64;
        told(Step::Checked(offset, checker.records()))?;
        buffer.drain(..whole);
        if ended {
            return Ok(Reach::Whole);
        }
        if buffer.len() > REQUEST_BYTES_MAX {
            checker.note(Code::SizeLimit, format!("line {line} is too long"));
            return Ok(Reach::Cut);
        }
        ended = fill(&mut input, &mut buffer)?;
    }
}

fn check_lines(
    checker: &mut Checker,
    mut rest: &[u8],
    (mut offset, first): (u64, u64),
    told: Told<'_>,
) -> Result<u64, OutputError> {
    let mut count = 0;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        let (line, behind) = rest.split_at(end);
        if line.trim_ascii().is_empty() {
            if checker.repairs() {
                told(Step::Repaired(line))?;
            }
        } else {
            let origin = (offset, first + count);
            let repaired = checker.request_at(line, Some(Encoding::Json), origin);
            if checker.repairs() {
                told(Step::Repaired(repaired.as_deref().unwrap_or(line)))?;
            }
        }
        count += 1;
        offset += end as u64;
        rest = behind;
    }
    Ok(count)
}

/// Whether requests stand on lines of their own: the first line is a whole value, or the second one begins like a request.
fn is_lines(head: &[u8], ended: bool) -> bool {
    let text = head.trim_ascii_start();
    if text.first() != Some(&b'{') {
        return false;
    }
    let Some(newline) = memchr::memchr(b'\n', text) else {
        // One long line may be the first of many; at the end it is a document.
        return !ended;
    };
    let (first, rest) = text.split_at(newline);
    let second = rest.trim_ascii_start();
    is_request_start(second) || begins_and_ends(first, second)
}

/// Whether a line begins an object with the list of a signal.
fn is_request_start(line: &[u8]) -> bool {
    let inside = line.strip_prefix(b"{").unwrap_or_default();
    inside.trim_ascii_start().starts_with(b"\"resource")
}

/// Whether a line is an object by itself; a line below that goes on with something else tells that it is none, unless it holds all.
fn begins_and_ends(first: &[u8], second: &[u8]) -> bool {
    let ends = first.len() > 1 && first.trim_ascii_end().last() == Some(&b'}');
    let next_begins = second.is_empty() || second.first() == Some(&b'{');
    ends && (next_begins || serde_json::from_slice::<serde_json::Value>(first).is_ok())
}

/// Reads the next piece; whether the input has ended.
fn fill(input: &mut Box<dyn Read + Send>, buffer: &mut Vec<u8>) -> Result<bool, Trouble> {
    let before = buffer.len();
    input
        .by_ref()
        .take(PIECE_BYTES as u64)
        .read_to_end(buffer)
        .map_err(Trouble::Read)?;
    Ok(buffer.len() - before < PIECE_BYTES)
}
