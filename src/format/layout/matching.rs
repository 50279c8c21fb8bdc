//! Runs a compiled pattern over one line.
//!
//! No backtracking: an optional part is taken when it fits where it stands, and what was taken stays taken.

use crate::base::units::UnixNanos;
use crate::format::layout::ends::{Fixed, Until, blanks, is_blank};
use crate::format::layout::kinds::{
    ends_with_a_logger, holds, is_name, is_shouted, may_be_missing, sourced,
};
use crate::format::layout::{Captures, FieldKind, Level, Span, TimeKind};
use crate::format::timestamp::{self, Zone};

/// The earliest time that a log has: no computer of 1973 wrote one that is still read.
const EARLIEST: UnixNanos = UnixNanos(100_000_000_000_000_000);

/// One part of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Op {
    /// These bytes.
    Fixed(Fixed),
    /// The record's time.
    Time(TimeKind),
    /// Its level.
    Level(Level),
    /// A capture that goes on until one of these follows.
    Field {
        slot: usize,
        kind: FieldKind,
        until: Until,
    },
    /// The rest of the line.
    Rest { slot: usize, kind: FieldKind },
    /// A part that may be missing.
    Optional(Box<[Op]>),
}

/// Whether a line of these parts may begin with this byte; wrong only by saying yes.
pub(super) fn may_begin_with(ops: &[Op], byte: u8) -> bool {
    for op in ops {
        return match op {
            Op::Fixed(fixed) if fixed.is_empty() => continue,
            Op::Fixed(fixed) => fixed.may_begin_with(byte),
            Op::Time(_) => byte.is_ascii_alphanumeric() || byte == b'@',
            Op::Field { kind, .. } => kind_may_begin_with(*kind, byte),
            Op::Optional(part) if may_begin_with(part, byte) => true,
            Op::Optional(_) => continue,
            Op::Level(_) | Op::Rest { .. } => true,
        };
    }
    true
}

fn kind_may_begin_with(kind: FieldKind, byte: u8) -> bool {
    match kind {
        FieldKind::Quoted | FieldKind::Request => byte == b'"',
        FieldKind::Int | FieldKind::Status => byte.is_ascii_digit() || byte == b'-',
        FieldKind::Name | FieldKind::Dotted | FieldKind::Source => is_name(&[byte]),
        FieldKind::Hex | FieldKind::Uuid => byte.is_ascii_hexdigit() || byte == b'-',
        FieldKind::SyslogFacility => byte.is_ascii_lowercase(),
        _ => true,
    }
}

/// Runs the whole pattern; what is left of the line must be blank.
pub(super) fn run(ops: &[Op], line: &[u8], zone: &mut Zone, captures: &mut Captures) -> bool {
    sequence(ops, line, 0, zone, captures).is_some_and(|end| {
        line.get(end..)
            .is_some_and(|rest| rest.iter().all(|byte| is_blank(*byte)))
    })
}

fn sequence(
    ops: &[Op],
    line: &[u8],
    mut at: usize,
    zone: &mut Zone,
    captures: &mut Captures,
) -> Option<usize> {
    for op in ops {
        at = match op {
            Op::Fixed(fixed) => fixed.end(line, at)?,
            Op::Time(kind) => time(kind, line, at, zone, captures)?,
            Op::Level(vocabulary) => level(*vocabulary, line, at, captures)?,
            Op::Field { slot, kind, until } => {
                let (span, end) = field(*kind, until, line, at)?;
                captures.spans[*slot] = span;
                end
            }
            Op::Rest { slot, kind } => {
                let rest = line.get(at..).unwrap_or_default();
                let fits = match kind {
                    FieldKind::Trailing => ends_with_a_logger(rest),
                    FieldKind::Cef => rest.starts_with(b"CEF:") || rest.starts_with(b"LEEF:"),
                    FieldKind::Sourced => sourced(rest).is_some(),
                    _ => true,
                };
                if !fits {
                    return None;
                }
                captures.spans[*slot] = span(at, line.len())?;
                line.len()
            }
            Op::Optional(part) => optional(part, line, at, zone, captures),
        };
    }
    Some(at)
}

/// Takes the part if it fits, and nothing of it otherwise.
fn optional(
    part: &[Op],
    line: &[u8],
    at: usize,
    zone: &mut Zone,
    captures: &mut Captures,
) -> usize {
    if let Some(end) = sequence(part, line, at, zone, captures) {
        return end;
    }
    for op in part {
        match op {
            Op::Field { slot, .. } | Op::Rest { slot, .. } => captures.spans[*slot] = Span::ABSENT,
            Op::Time(_) => {
                captures.time = None;
                captures.stamp = Span::ABSENT;
            }
            Op::Level(_) => {
                captures.severity = None;
                captures.level = Span::ABSENT;
            }
            Op::Fixed(_) | Op::Optional(_) => {}
        }
    }
    at
}

fn span(start: usize, end: usize) -> Option<Span> {
    Some(Span {
        start: u32::try_from(start).ok()?,
        end: u32::try_from(end).ok()?,
    })
}

fn time(
    kind: &TimeKind,
    line: &[u8],
    at: usize,
    zone: &mut Zone,
    captures: &mut Captures,
) -> Option<usize> {
    let rest = line.get(at..)?;
    let found = match kind {
        TimeKind::Any => timestamp::at(rest, zone)?,
        TimeKind::Form(form) => form.read(rest, zone)?,
    };
    // A small number in brackets is a process, a line or a length, and no time since the epoch.
    if found.time() < EARLIEST {
        return None;
    }
    captures.time = Some(found);
    captures.stamp = span(at, at + found.bytes())?;
    Some(at + found.bytes())
}

fn level(vocabulary: Level, line: &[u8], at: usize, captures: &mut Captures) -> Option<usize> {
    let rest = line.get(at..)?;
    let (number, length) = vocabulary.read(rest)?;
    captures.severity = number;
    captures.level = span(at, at + length)?;
    Some(at + length)
}

/// A capture's place, and where the line goes on behind it.
#[inline]
fn field(kind: FieldKind, until: &Until, line: &[u8], at: usize) -> Option<(Span, usize)> {
    match kind {
        FieldKind::Quoted | FieldKind::Request => return quoted(line, at),
        FieldKind::Text | FieldKind::Located => return text(until, line, at),
        FieldKind::Capitals => {
            return text(until, line, at).filter(|(_, end)| is_shouted(&line[at..*end]));
        }
        _ => {}
    }
    let end = token_end(kind, until, line, at)?;
    let token = line.get(at..end).filter(|token| !token.is_empty())?;
    holds(kind, token).then_some((span(at, end)?, end))
}

/// Where a token ends; one with a blank in it is none.
#[inline]
fn token_end(kind: FieldKind, until: &Until, line: &[u8], at: usize) -> Option<usize> {
    if line.get(at) == Some(&b'-') && may_be_missing(kind) && until.forbids(b'-') {
        let is_number = matches!(kind, FieldKind::Int | FieldKind::Status);
        let is_nil = until.ends(line, at + 1);
        return match (is_nil, is_number) {
            (true, _) => Some(at + 1),
            (false, true) => until.end(line, at + 1),
            (false, false) => None,
        };
    }
    until.end(line, at)
}

/// Anything up to what ends it, without the blanks around it. A run of blanks is looked at once.
fn text(until: &Until, line: &[u8], at: usize) -> Option<(Span, usize)> {
    let start = blanks(line, at);
    let mut from = start;
    while let Some(stop) = until.next_stop(line, from) {
        if until.ends(line, stop) {
            // Nothing is no text: a part that may be missing is missing.
            let last = trimmed(line, start, stop);
            return (stop > start).then(|| Some((span(start, last)?, stop)))?;
        }
        from = if is_blank(line[stop]) {
            blanks(line, stop)
        } else {
            stop + 1
        };
    }
    let last = trimmed(line, start, line.len());
    let fits = line.len() > start && until.ends(line, line.len());
    fits.then_some((span(start, last)?, line.len()))
}

/// Where the text from `start` to `end` ends without blanks.
fn trimmed(line: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && is_blank(line[end - 1]) {
        end -= 1;
    }
    end
}

/// The inside of a text in double quotes, in which a backslash takes the next byte's meaning away.
fn quoted(line: &[u8], at: usize) -> Option<(Span, usize)> {
    if line.get(at) != Some(&b'"') {
        return None;
    }
    let start = at + 1;
    let mut from = start;
    loop {
        let found = from + memchr::memchr2(b'"', b'\\', line.get(from..)?)?;
        if line[found] == b'"' {
            return Some((span(start, found)?, found + 1));
        }
        from = found + 2;
    }
}
