//! An input as it is read: requests on lines of their own or in frames are checked one after another, everything else as a
//! whole.
//!
//! Limits: one buffer, as large as the largest request and at most [`REQUEST_BYTES_MAX`] and a piece. What is larger is passed
//! unseen, told as not checked, and given out as it is where repairs are wanted; what follows it is checked again.

use std::io::{self, Read};
use std::ops::Range;

use super::pieces::Pieces;
use crate::otlp::Encoding;
use crate::validate::framed::{self, Frame, Framing};
use crate::validate::rules::Code;
use crate::validate::{Checker, REQUEST_BYTES_MAX, http};

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
    input: Box<dyn Read + Send>,
    told: Told<'_>,
) -> io::Result<()> {
    let mut pieces = Pieces::new(input)?;
    let framing = match encoding {
        Some(Encoding::Json) => Framing::Single,
        _ => Framing::of(pieces.rest(), pieces.ended()),
    };
    if framing != Framing::Single {
        return check_frames(checker, framing, &mut pieces, told);
    }
    if encoding != Some(Encoding::Protobuf) && is_lines(pieces.rest(), pieces.ended()) {
        return check_lines(checker, &mut pieces, told);
    }
    if pieces.fill(REQUEST_BYTES_MAX + 1)? {
        let skipped = skipped(&mut pieces, |_| None, told)?;
        note_unchecked(checker, "the input is one request", skipped);
        return Ok(());
    }
    let repaired = http::plain_body(checker, pieces.rest(), encoding);
    told(Step::Repaired(repaired.as_deref().unwrap_or(pieces.rest())))
}

fn check_lines(checker: &mut Checker, pieces: &mut Pieces, told: Told<'_>) -> io::Result<()> {
    let (mut line, mut searched) = (1, 0);
    loop {
        let unseen = pieces.rest().get(searched..).unwrap_or_default();
        let newline = memchr::memchr(b'\n', unseen);
        let end = match newline {
            Some(newline) => searched + newline + 1,
            None if pieces.ended() => pieces.rest().len(),
            None if pieces.rest().len() > REQUEST_BYTES_MAX => {
                let end = |rest: &[u8]| memchr::memchr(b'\n', rest).map(|at| at + 1);
                let skipped = skipped(pieces, end, told)?;
                note_unchecked(checker, &format!("line {line} is one request"), skipped);
                (line, searched) = (line + 1, 0);
                continue;
            }
            None => {
                searched = pieces.rest().len();
                told(Step::Checked(pieces.offset(), checker.records()))?;
                pieces.more()?;
                continue;
            }
        };
        let text = pieces.rest().get(..end).unwrap_or_default();
        check_line(checker, text, (pieces.offset(), line), told)?;
        pieces.pass(end);
        (line, searched) = (line + 1, 0);
        if pieces.ended() && pieces.rest().is_empty() {
            return told(Step::Checked(pieces.offset(), checker.records()));
        }
    }
}

fn check_line(
    checker: &mut Checker,
    line: &[u8],
    origin: (u64, u64),
    told: Told<'_>,
) -> io::Result<()> {
    let mut repaired = None;
    if !line.trim_ascii().is_empty() {
        repaired = checker.request_at(line, Some(Encoding::Json), origin);
    }
    if checker.repairs() {
        told(Step::Repaired(repaired.as_deref().unwrap_or(line)))?;
    }
    Ok(())
}

fn check_frames(
    checker: &mut Checker,
    framing: Framing,
    pieces: &mut Pieces,
    told: Told<'_>,
) -> io::Result<()> {
    while pieces.fill(1)? {
        let offset = pieces.offset();
        match framing.frame(pieces.rest()) {
            Frame::Whole(range) => {
                let end = range.end;
                framed::check_frame(checker, (framing, pieces.rest()), range, offset);
                told(Step::Repaired(pieces.rest().get(..end).unwrap_or_default()))?;
                pieces.pass(end);
            }
            Frame::Cut(needed) if needed > REQUEST_BYTES_MAX => {
                let mut left = needed;
                let end = |rest: &[u8]| {
                    let reached = left <= rest.len();
                    let end = left.min(rest.len());
                    left -= end;
                    reached.then_some(end)
                };
                let skipped = skipped(pieces, end, told)?;
                if skipped.end - skipped.start < needed as u64 {
                    framed::note_broken(checker, skipped);
                } else {
                    note_unchecked(checker, "the message is one request", skipped);
                }
            }
            Frame::Cut(needed) if !pieces.ended() => {
                told(Step::Checked(offset, checker.records()))?;
                pieces.fill(needed)?;
            }
            Frame::Cut(_) | Frame::Lost => {
                let skipped = skipped(pieces, |_| None, told)?;
                framed::note_broken(checker, skipped);
            }
        }
    }
    told(Step::Checked(pieces.offset(), checker.records()))
}

/// Passes over what is not checked, gives it out as it is, and tells which bytes it was.
fn skipped(
    pieces: &mut Pieces,
    end: impl FnMut(&[u8]) -> Option<usize>,
    told: Told<'_>,
) -> io::Result<Range<u64>> {
    let start = pieces.offset();
    pieces.skip(end, |bytes| told(Step::Repaired(bytes)))?;
    Ok(start..pieces.offset())
}

fn note_unchecked(checker: &mut Checker, what: &str, bytes: Range<u64>) {
    let count = bytes.end - bytes.start;
    let message = format!("{what} of {count} bytes; only up to {REQUEST_BYTES_MAX} are checked");
    checker.note_at(Code::NotChecked, bytes, message);
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
