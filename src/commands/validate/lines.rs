//! An input in pieces: requests on lines of their own are checked one after another, everything else as a whole.
//!
//! Limits: one buffer, as large as the longest line and at most one request; what is larger is told and not read on.

use std::io::{self, Read};

use crate::otlp::Encoding;
use crate::validate::rules::Code;
use crate::validate::{Checker, REQUEST_BYTES_MAX, http};

/// Bytes read at a time.
const PIECE_BYTES: usize = 1 << 20;

/// What happens on the way.
pub(super) enum Step<'b> {
    /// So many bytes were checked, with so many records in them.
    Checked(u64, u64),
    /// A piece of the input, repaired.
    Repaired(&'b [u8]),
}

/// Is told each step.
type Told<'w> = &'w mut dyn FnMut(Step<'_>) -> io::Result<()>;

/// Checks an input to its end.
pub(super) fn check_all(
    checker: &mut Checker,
    encoding: Option<Encoding>,
    mut input: Box<dyn Read + Send>,
    told: Told<'_>,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    let mut ended = fill(&mut input, &mut buffer)?;
    if encoding == Some(Encoding::Protobuf) || !is_lines(&buffer, ended) {
        while !ended && buffer.len() <= REQUEST_BYTES_MAX {
            ended = fill(&mut input, &mut buffer)?;
        }
        let repaired = http::plain_body(checker, &buffer, encoding);
        return told(Step::Repaired(repaired.as_deref().unwrap_or(&buffer)));
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
            return Ok(());
        }
        if buffer.len() > REQUEST_BYTES_MAX {
            checker.note(Code::SizeLimit, format!("line {line} is too long"));
            return Ok(());
        }
        ended = fill(&mut input, &mut buffer)?;
    }
}

fn check_lines(
    checker: &mut Checker,
    mut rest: &[u8],
    (mut offset, first): (u64, u64),
    told: Told<'_>,
) -> io::Result<u64> {
    let mut count = 0;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        let (line, behind) = rest.split_at(end);
        if !line.trim_ascii().is_empty() {
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

/// Whether requests stand on lines of their own: the first line is a whole object, or the second one begins with one.
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
    let ends = first.trim_ascii_end().last() == Some(&b'}');
    first.len() > 1 && ends && (second.is_empty() || second.first() == Some(&b'{'))
        || second.starts_with(b"{\"resource")
}

/// Reads the next piece; whether the input has ended.
fn fill(input: &mut Box<dyn Read + Send>, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let before = buffer.len();
    input
        .by_ref()
        .take(PIECE_BYTES as u64)
        .read_to_end(buffer)?;
    Ok(buffer.len() - before < PIECE_BYTES)
}
