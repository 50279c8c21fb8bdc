//! An input as it is read: requests on lines of their own or in frames are checked one after another, everything else as a
//! whole.
//!
//! Limits: one buffer, as large as the largest request, and bounded by what [`Pieces`] may hold. What is larger is passed unseen,
//! told as not checked, and given out as it is where repairs are wanted; what follows it is checked again.

use std::io;
use std::ops::Range;

use super::output::OutputError;
use super::pieces::Pieces;
use crate::otlp::Encoding;
use crate::validate::framed::{self, Frame, Framing};
use crate::validate::rules::Code;
use crate::validate::{Checker, http};

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

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Read(error)
    }
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
    mut pieces: Pieces,
    told: Told<'_>,
) -> Result<(), Trouble> {
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
    let max = pieces.part_bytes_max();
    if pieces.fill(max + 1)? {
        let skipped = skipped(&mut pieces, |_| None, told)?;
        note_unchecked(checker, "the input is one request", (skipped, max));
        return Ok(());
    }
    let repaired = http::plain_body(checker, pieces.rest(), encoding);
    told(Step::Repaired(repaired.as_deref().unwrap_or(pieces.rest())))?;
    Ok(())
}

fn check_lines(checker: &mut Checker, pieces: &mut Pieces, told: Told<'_>) -> Result<(), Trouble> {
    let (mut line, mut searched) = (1, 0);
    loop {
        let unseen = pieces.rest().get(searched..).unwrap_or_default();
        let newline = memchr::memchr(b'\n', unseen);
        let end = match newline {
            Some(newline) => searched + newline + 1,
            None if pieces.ended() => pieces.rest().len(),
            None if pieces.rest().len() > pieces.part_bytes_max() => {
                let end = |rest: &[u8]| memchr::memchr(b'\n', rest).map(|at| at + 1);
                let skipped = (skipped(pieces, end, told)?, pieces.part_bytes_max());
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
            told(Step::Checked(pieces.offset(), checker.records()))?;
            return Ok(());
        }
    }
}

fn check_line(
    checker: &mut Checker,
    line: &[u8],
    origin: (u64, u64),
    told: Told<'_>,
) -> Result<(), Trouble> {
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
) -> Result<(), Trouble> {
    while pieces.fill(1)? {
        let offset = pieces.offset();
        match framing.frame(pieces.rest()) {
            Frame::Whole(range) => {
                let end = range.end;
                let rest = pieces.rest();
                let repaired = framed::check_frame(checker, (framing, rest), range, offset);
                let frame = rest.get(..end).unwrap_or_default();
                told(Step::Repaired(repaired.as_deref().unwrap_or(frame)))?;
                pieces.pass(end);
            }
            Frame::Cut(needed) if needed > pieces.part_bytes_max() => {
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
                    let skipped = (skipped, pieces.part_bytes_max());
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
    told(Step::Checked(pieces.offset(), checker.records()))?;
    Ok(())
}

/// Passes over what is not checked, gives it out as it is, and tells which bytes it was.
fn skipped(
    pieces: &mut Pieces,
    end: impl FnMut(&[u8]) -> Option<usize>,
    told: Told<'_>,
) -> Result<Range<u64>, Trouble> {
    let start = pieces.offset();
    pieces.skip(end, |bytes| {
        told(Step::Repaired(bytes)).map_err(Trouble::from)
    })?;
    Ok(start..pieces.offset())
}

fn note_unchecked(checker: &mut Checker, what: &str, (bytes, max): (Range<u64>, usize)) {
    let count = bytes.end - bytes.start;
    let message = format!("{what} of {count} bytes; only up to {max} are checked");
    checker.note_at(Code::NotChecked, bytes, message);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::protobuf::{put_bytes, put_varint};
    use crate::validate::{Finding, FixMode, Options, Report};

    const GOOD: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1790000000000000000","body":{"stringValue":"paid"}}]}]}]}"#;

    /// More than one piece, so that every input here is read in several.
    const MAX: usize = 3 << 20;

    /// What is found in an input, and what is given out of it.
    fn checked(input: &[u8]) -> (Report, Vec<u8>) {
        let mut checker = Checker::new(Options {
            fix: FixMode::Structure,
            ..Options::PLAIN
        });
        let pieces = Pieces::new(Box::new(io::Cursor::new(input.to_vec())), MAX).unwrap();
        let mut out = Vec::new();
        let mut told = |step: Step<'_>| {
            if let Step::Repaired(bytes) = step {
                out.extend_from_slice(bytes);
            }
            Ok(())
        };
        assert!(check_all(&mut checker, None, pieces, &mut told).is_ok());
        (checker.finish(), out)
    }

    fn names(report: &Report) -> Vec<&'static str> {
        report.findings.iter().map(Finding::name).collect()
    }

    /// A request of one record whose body has this length.
    fn message(length: usize) -> Vec<u8> {
        let (mut body, mut record) = (Vec::new(), vec![0x09, 0, 0, 8, 107, 51, 98, 215, 24]);
        put_bytes(&mut body, 0x0a, &vec![b'b'; length]);
        put_bytes(&mut record, 0x2a, &body);
        let (mut scope, mut resource, mut request) = (Vec::new(), Vec::new(), Vec::new());
        put_bytes(&mut scope, 0x12, &record);
        put_bytes(&mut resource, 0x12, &scope);
        put_bytes(&mut request, 0x0a, &resource);
        request
    }

    fn delimited(lengths: &[usize]) -> Vec<u8> {
        let mut file = Vec::new();
        for length in lengths {
            let message = message(*length);
            put_varint(&mut file, message.len() as u64);
            file.extend(message);
        }
        file
    }

    #[test]
    fn a_line_that_is_too_long_is_told_and_those_behind_it_are_checked() {
        let long = GOOD.replace("paid", &"x".repeat(2 * MAX));
        let wrong = GOOD.replace("\"body\"", "\"spanId\":\"1\",\"body\"");
        let input = format!("{GOOD}\n{long}\n{wrong}\n{GOOD}");
        let (report, out) = checked(input.as_bytes());
        assert_eq!(
            names(&report),
            ["not-checked", "log-span-without-trace", "id-length"]
        );
        assert_eq!((report.requests, report.findings[1].line), (3, Some(3)));
        let told = report.findings[0].byte.clone();
        let start = GOOD.len() as u64 + 1;
        assert_eq!(told, start..start + long.len() as u64 + 1);
        assert!(out == input.as_bytes(), "{} bytes came out", out.len());
    }

    #[test]
    fn an_input_that_is_one_too_large_request_is_told_and_given_out_whole() {
        for input in [format!("[{}", "1".repeat(2 * MAX)), "[".repeat(2 * MAX)] {
            let (report, out) = checked(input.as_bytes());
            assert_eq!(names(&report), ["not-checked"]);
            assert_eq!(report.findings[0].byte, 0..input.len() as u64);
            assert!(out == input.as_bytes());
        }
    }

    #[test]
    fn messages_behind_their_lengths_are_checked_one_at_a_time() {
        let input = delimited(&[40, 2 << 20, 90_000, 2 << 20, 7]);
        let (report, out) = checked(&input);
        assert_eq!((report.requests, report.records), (5, 5));
        assert_eq!(report.count(crate::validate::Level::Error), 0);
        assert!(out == input);
    }

    #[test]
    fn a_message_that_is_too_long_is_told_and_those_behind_it_are_checked() {
        let input = delimited(&[40, 2 * MAX, 40]);
        let (report, out) = checked(&input);
        assert_eq!(report.counts[Code::NotChecked as usize], 1);
        assert_eq!((report.requests, report.records), (2, 2));
        assert!(out == input);
    }

    #[test]
    fn a_message_that_is_cut_is_told_and_given_out() {
        let whole = delimited(&[2 << 20, 40]);
        let length_of_nothing = [&whole[..], &[0xff, 0xff, 0xff, 0x7f, 1]].concat();
        for input in [whole.get(..whole.len() - 1).unwrap(), &length_of_nothing] {
            let (report, out) = checked(input);
            assert_eq!(report.counts[Code::FrameBroken as usize], 1);
            assert_eq!(report.counts[Code::NotChecked as usize], 0);
            assert!(out == input);
        }
    }
}
