//! Where the bytes that were read so far can be cut into chunks so that no record is torn.
//!
//! The last lines are asked from the end, because one that surely begins a record is most often near. Where none does, the bytes are
//! walked through as the workers will walk through them. Lines that a container runtime wrapped are unwrapped for it, at first only those
//! of the tail.

use crate::format::ansi;
use crate::format::layout::Captures;
use crate::format::syslog::frames::{self, Piece};
use crate::format::trace;
use crate::format::{Begin, FormatKind, Objects, Parser, journal_export};
use crate::pipeline::group::{Groups, LineLimits, RECORD_BYTES_MAX, Tail, breaks_object};
use crate::pipeline::unwrap::Unwrapper;

/// Most bytes of an entry of the journal's export format, core dumps excepted.
const ENTRY_BYTES_MAX: usize = 16 << 20;

/// How much of wrapped lines is looked at before all of them are.
const WRAPPED_TAIL_BYTES: usize = 32 << 10;

/// Places tried among wrapped lines: a line of the other stream may be open at each of them.
const WRAPPED_TRIES_MAX: usize = 64;

/// Finds the places at which one source can be cut.
#[derive(Debug)]
pub struct Boundaries {
    unwrapper: Option<Unwrapper>,
    limits: LineLimits,
}

impl Boundaries {
    /// For the source that `parser` reads.
    pub fn new(parser: &Parser, limits: LineLimits) -> Boundaries {
        let runtime = parser.format().runtime;
        Boundaries {
            unwrapper: runtime.map(|runtime| Unwrapper::new(runtime, limits.line_bytes_max)),
            limits,
        }
    }

    /// Where `bytes` can be cut so that no record is torn: the start of the last line that surely begins one.
    ///
    /// Shape: `bytes` begin with a record and may end anywhere → a place behind 0, or `None` when more must be read first.
    /// What follows the place belongs to the next chunk.
    pub fn last(&mut self, bytes: &[u8], parser: &mut Parser) -> Option<usize> {
        if self.unwrapper.is_none() {
            return last_boundary(bytes, parser, self.limits);
        }
        let complete = memchr::memrchr(b'\n', bytes)? + 1;
        let tail = line_start(bytes, complete.saturating_sub(WRAPPED_TAIL_BYTES));
        let found = self.last_wrapped(&bytes[tail..complete], parser);
        if let Some(cut) = found {
            return Some(tail + cut);
        }
        if complete > 2 * RECORD_BYTES_MAX {
            // Nothing joins over so many bytes.
            return Some(complete);
        }
        self.last_wrapped(&bytes[..complete], parser)
    }

    /// The same among wrapped lines.
    fn last_wrapped(&mut self, bytes: &[u8], parser: &mut Parser) -> Option<usize> {
        let unwrapped = self.unwrapper.as_mut()?.unwrap(bytes, parser.zone());
        let mut end = unwrapped.bytes.len();
        for _ in 0..WRAPPED_TRIES_MAX {
            let offset = last_boundary(&unwrapped.bytes[..end], parser, self.limits)?;
            if let Some(cut) = unwrapped.source_cut(offset) {
                return Some(cut);
            }
            end = offset;
        }
        None
    }
}

/// Where `bytes` can be cut so that no record is torn: the start of its last line that surely begins one.
///
/// Shape: `bytes` begin with a record and may end anywhere → a place behind 0, or `None` when more must be read first. What
/// follows the place belongs to the next chunk.
fn last_boundary(bytes: &[u8], parser: &mut Parser, limits: LineLimits) -> Option<usize> {
    match parser.format().kind {
        FormatKind::JournalExport => return last_entry_end(bytes),
        FormatKind::OtlpProtobuf(framing) => return framing.last_end(bytes),
        FormatKind::SyslogCounted => return last_counted_end(bytes, limits),
        _ => {}
    }
    let mut line_end = memchr::memrchr(b'\n', bytes)?;
    let floor = line_end.saturating_sub(RECORD_BYTES_MAX);
    // The last line that begins a record if none of the ordinary lines above it stands in a trace.
    let in_objects = parser.format().objects == Objects::ManyLines;
    let mut candidate = None;
    let mut above = 0;
    // That of the line below, unless it joins any record.
    let mut below: Option<(usize, &[u8])> = None;
    while line_end > floor {
        let start = line_start(bytes, line_end);
        if start == 0 {
            break;
        }
        let line = without_return(&bytes[start..line_end]);
        line_end = start - 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let begin = begins_raw(line, parser);
        match begin {
            Begin::Object
            | Begin::OpenObject
            | Begin::Record(Some(_))
            | Begin::Layout(_)
            | Begin::Marked
                if !in_objects || breaks_object(begin, line) =>
            {
                return Some(start);
            }
            Begin::Object
            | Begin::OpenObject
            | Begin::Record(Some(_))
            | Begin::Layout(_)
            | Begin::Marked
            | Begin::Nothing
            | Begin::Entry => {}
            Begin::Record(None) => {
                match candidate {
                    _ if !trace::is_ordinary(line) => (candidate, above) = (None, 0),
                    Some(_) if above == trace::LOOSE_LINES_MAX => return candidate,
                    Some(_) => above += 1,
                    None => candidate = Some(start),
                }
                below = Some((start, line));
            }
            Begin::Continuation => {
                if let Some((start, _)) = below.filter(|(_, below)| trace::parts(line, below)) {
                    return Some(start);
                }
                (candidate, above, below) = (None, 0, None);
            }
        }
    }
    boundary_by_walking(bytes, parser, limits)
}

/// The end of the last whole entry. One that has outgrown every limit is cut where it is.
fn last_entry_end(bytes: &[u8]) -> Option<usize> {
    let (mut last, mut at, mut looked_to) = (None, 0, 0);
    while let Some(found) = journal_export::entry_end(bytes, at) {
        at = found.end;
        looked_to = looked_to.max(found.looked_to);
        // Entries whose ends depend on bytes behind a place end elsewhere without them.
        if looked_to <= at {
            last = Some(at);
        }
    }
    let outgrown = bytes.len() > ENTRY_BYTES_MAX;
    last.or_else(|| outgrown.then_some(bytes.len()))
}

/// The end of the last message of a stream that counts them. A line without an end is cut where it has outgrown its limit.
fn last_counted_end(bytes: &[u8], limits: LineLimits) -> Option<usize> {
    let mut at = 0;
    loop {
        let start = at + frames::blanks(&bytes[at..]);
        if start >= bytes.len() {
            return (start > 0).then_some(start);
        }
        match frames::piece(bytes, start, frames::Tail::Open) {
            Piece::Counted(range) | Piece::Line(range) => at = range.end,
            Piece::Open => {
                let is_held = frames::is_counted(bytes, start)
                    || bytes.len() - start <= limits.line_bytes_max;
                let end = if is_held { at } else { bytes.len() };
                return (end > 0).then_some(end);
            }
        }
    }
}

/// What a line is that may still hold escape sequences.
fn begins_raw(line: &[u8], parser: &mut Parser) -> Begin {
    let mut captures = Captures::EMPTY;
    if memchr::memchr(ansi::ESCAPE, line).is_none() {
        return parser.begins(line, &mut captures);
    }
    let mut clean = Vec::with_capacity(line.len());
    ansi::strip_into(line, &mut clean);
    parser.begins(&clean, &mut captures)
}

/// Walks through the bytes as the workers will, for traces and for records that have outgrown their limits.
fn boundary_by_walking(bytes: &[u8], parser: &mut Parser, limits: LineLimits) -> Option<usize> {
    let complete = memchr::memrchr(b'\n', bytes)? + 1;
    let bytes = &bytes[..complete];
    if memchr::memchr(ansi::ESCAPE, bytes).is_none() {
        return last_start(bytes, parser, limits);
    }
    // The workers will not see the escape sequences; no line break is part of one.
    let mut clean = Vec::with_capacity(bytes.len());
    ansi::strip_into(bytes, &mut clean);
    let cut = last_start(&clean, parser, limits)?;
    let lines = memchr::memchr_iter(b'\n', &clean[..cut]).count();
    let last = memchr::memchr_iter(b'\n', bytes).nth(lines.checked_sub(1)?)?;
    Some(last + 1)
}

/// Where the last record of whole lines begins, or their end when nothing can join it any more.
fn last_start(bytes: &[u8], parser: &mut Parser, limits: LineLimits) -> Option<usize> {
    let complete = bytes.len();
    let mut groups = Groups::new(bytes, limits, 0);
    groups.tail = Tail::Open;
    let mut last = None;
    while let Some(group) = groups.next_group(parser) {
        last = Some(group.start);
    }
    match last {
        // Behind so many bytes, and behind blank lines alone, nothing joins any more.
        Some(start) if complete - start > RECORD_BYTES_MAX => Some(complete),
        None => Some(complete),
        Some(start) => (start > 0).then_some(start),
    }
}

fn line_start(bytes: &[u8], line_end: usize) -> usize {
    memchr::memrchr(b'\n', &bytes[..line_end]).map_or(0, |newline| newline + 1)
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use crate::format::container::Runtime;
    use crate::format::timestamp::Zone;
    use jiff::tz::TimeZone;
    use std::sync::Arc;

    #[test]
    fn an_entry_is_not_cut_where_its_end_depends_on_what_follows() {
        // `K` is a field's name, and what stands where its length would be is none, which the eight bytes behind it tell.
        let bytes = b"A=1\n\nK\n\x08\n\n$\n\nB=22222222\n\n";
        let inside = bytes.len() - 12;
        assert_eq!(last_entry_end(&bytes[..inside]), Some(5));
        assert_eq!(last_entry_end(bytes), Some(bytes.len()));
    }

    #[test]
    fn a_trace_in_wrapped_lines_is_not_torn() {
        let wrapped = |log: &str| {
            format!(
                "{{\"log\":\"{log}\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-20T09:00:00Z\"}}\n"
            )
        };
        let record = [
            wrapped("2026-11-20 09:00:00 ERROR failed"),
            wrapped("java.io.IOException: gone"),
            wrapped("\\tat a.B.c(D.java:1)"),
        ];
        let text = record.concat().repeat(3);
        let mut format = Format::of(FormatKind::Stamped);
        format.runtime = Some(Runtime::Docker);
        let mut parser = Parser::new(Arc::new(format), Zone::new(TimeZone::UTC));
        let mut boundaries = Boundaries::new(&parser, LineLimits::of_lines(1_000));
        let length = record.concat().len();
        let mut cuts = 0;
        for seen in 0..=text.len() {
            let cut = boundaries.last(&text.as_bytes()[..seen], &mut parser);
            assert!(cut.is_none_or(|cut| cut % length == 0), "{seen}: {cut:?}");
            cuts += usize::from(cut.is_some());
        }
        assert!(cuts > 0);
    }
}
