//! Chunks of a source whose bytes are pushed as they come, beside those of others, instead of being waited for.
//!
//! What is pushed is held until a chunk of it is asked for. Limits: [`CHUNK_BYTES`] and one line more, as long as whoever pushes asks
//! for a chunk when it is told to.

use crate::format::Parser;
use crate::pipeline::stage::Chunk;
use crate::source::chunks::{CHUNK_BYTES, Chunker};
use crate::source::feed::Filled;

/// A line over the limit, whose rest is thrown away as it comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passing {
    skipped_bytes: u64,
    /// Whether its line break has come, and how many bytes of the next lines are held behind it.
    next_bytes: Option<usize>,
}

/// Why a chunk is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Enough was pushed, or it has waited for long enough.
    Lull(Filled),
    /// All of it, the last line as it is: its end does not come, or not soon.
    Everything,
}

impl Chunker {
    /// Takes more bytes; tells whether a chunk is due at once.
    pub fn push(&mut self, bytes: &[u8], parser: &Parser) -> bool {
        if let Some(passing) = &mut self.passing {
            passing.push(bytes, &mut self.carry);
            return passing.next_bytes.is_some();
        }
        self.carry.extend_from_slice(bytes);
        self.pass_over(parser);
        self.passing.is_none() && self.carry.len() >= CHUNK_BYTES
    }

    /// Bytes that are held.
    pub fn held_bytes(&self) -> usize {
        self.carry.len()
    }

    /// A chunk of what was pushed; `None` when no record is complete yet.
    pub fn cut_pushed(&mut self, due: Due, parser: &mut Parser) -> Option<Chunk> {
        let bytes = std::mem::take(&mut self.carry);
        let (cut, passed) = match (self.passing, due) {
            (Some(passing), due) => (passing.cut(bytes.len(), due), Some(passing)),
            (None, Due::Everything) => (Some(bytes.len()), None),
            (None, Due::Lull(filled)) => (self.cut(&bytes, filled, parser), None),
        };
        let Some(cut) = cut.filter(|cut| *cut > 0) else {
            self.carry = bytes;
            return None;
        };
        let skipped = passed.map_or(0, |passing| passing.skipped_bytes);
        let line_break = passed.map_or(0, |passing| u64::from(passing.next_bytes.is_some()));
        let mut chunk = self.take(bytes, cut, skipped + line_break);
        chunk.skipped_bytes = skipped;
        self.passing = None;
        self.pass_over(parser);
        Some(chunk)
    }

    /// Begins to pass over a line when all that is held is the beginning of one over the limit.
    fn pass_over(&mut self, parser: &Parser) {
        let limit = self.limits.line_bytes_max;
        let outgrown = self.carry.len() > limit && !parser.format().is_framed();
        if outgrown && memchr::memchr(b'\n', &self.carry).is_none() {
            self.passing = Some(Passing {
                skipped_bytes: (self.carry.len() - limit) as u64,
                next_bytes: None,
            });
            self.carry.truncate(limit);
        }
    }
}

impl Passing {
    fn push(&mut self, bytes: &[u8], carry: &mut Vec<u8>) {
        if let Some(next_bytes) = &mut self.next_bytes {
            *next_bytes += bytes.len();
            carry.extend_from_slice(bytes);
            return;
        }
        let newline = memchr::memchr(b'\n', bytes);
        self.skipped_bytes += newline.unwrap_or(bytes.len()) as u64;
        if let Some(newline) = newline {
            let next = &bytes[newline + 1..];
            self.next_bytes = Some(next.len());
            carry.extend_from_slice(next);
        }
    }

    /// Where the kept beginning of the line ends among the bytes that are held, once nothing more of it comes.
    fn cut(&self, held_bytes: usize, due: Due) -> Option<usize> {
        let is_over = self.next_bytes.is_some() || due == Due::Everything;
        is_over.then_some(held_bytes - self.next_bytes.unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::timestamp::Zone;
    use crate::format::{Format, FormatKind};
    use crate::pipeline::group::LineLimits;
    use jiff::tz::TimeZone;
    use std::sync::Arc;

    fn parser() -> Parser {
        let format = Arc::new(Format::of(FormatKind::Plain));
        Parser::new(format, Zone::new(TimeZone::UTC))
    }

    fn chunker(line_bytes_max: usize) -> Chunker {
        let limits = LineLimits::of_lines(line_bytes_max);
        Chunker::new(Vec::new(), 0, &parser(), limits)
    }

    const QUIET: Due = Due::Lull(Filled::Lull { quiet: true });

    #[test]
    fn complete_lines_are_cut_and_the_last_one_only_when_everything_is_wanted() {
        let mut chunker = chunker(100);
        chunker.push(b"one\ntw", &parser());
        let cut = |chunker: &mut Chunker, due| {
            let chunk = chunker.cut_pushed(due, &mut parser());
            chunk.map(|chunk| (chunk.bytes, chunk.start_offset, chunk.end_offset))
        };
        assert_eq!(cut(&mut chunker, QUIET), Some((b"one\n".to_vec(), 0, 4)));
        assert_eq!(cut(&mut chunker, QUIET), None);
        chunker.push(b"o", &parser());
        assert_eq!(cut(&mut chunker, QUIET), None);
        let rest = cut(&mut chunker, Due::Everything);
        assert_eq!(rest, Some((b"two".to_vec(), 4, 7)));
        assert_eq!(cut(&mut chunker, Due::Everything), None);
    }

    proptest::proptest! {
        #[test]
        fn chunks_follow_each_other_however_the_bytes_come(lines in proptest::collection::vec(0_usize..30, 0..20), pieces in proptest::collection::vec(1_usize..40, 1..8), ask in 1_usize..5) {
            let text: Vec<u8> = lines.iter().flat_map(|length| [vec![b'x'; *length], vec![b'\n']].concat()).collect();
            let mut chunker = chunker(10);
            let (mut at, mut count, mut skipped) = (0, 0, 0);
            let mut take = |chunk: Chunk| {
                assert_eq!(chunk.start_offset, at);
                at = chunk.end_offset;
                count += memchr::memchr_iter(b'x', &chunk.bytes).count();
                skipped += chunk.skipped_bytes;
            };
            let mut rest = &text[..];
            for (turn, piece) in pieces.iter().cycle().enumerate() {
                if rest.is_empty() { break }
                let (first, others) = rest.split_at((*piece).min(rest.len()));
                rest = others;
                if chunker.push(first, &parser()) || turn % ask == 0 {
                    while let Some(chunk) = chunker.cut_pushed(QUIET, &mut parser()) { take(chunk) }
                }
            }
            while let Some(chunk) = chunker.cut_pushed(Due::Everything, &mut parser()) { take(chunk) }
            proptest::prop_assert_eq!(at, text.len() as u64);
            let held = lines.iter().sum::<usize>();
            proptest::prop_assert_eq!(count as u64 + skipped, held as u64);
        }
    }
}
