//! Cuts a source into chunks that begin and end with a record, in constant memory.
//!
//! What follows the last boundary of a chunk is carried over to the next. A line that outgrows the limit is read to its end and
//! thrown away behind the limit, so that no line makes the program grow.

mod pushed;

use std::io;

use crate::format::Parser;
use crate::pipeline::group::{Boundaries, LineLimits};
use crate::pipeline::stage::Chunk;
use crate::source::feed::{Feed, Filled, Rest};

pub use self::pushed::Due;

/// Bytes of a chunk: what makes a request of about a megabyte, and fits the caches with it.
pub const CHUNK_BYTES: usize = 512 << 10;

/// Bytes of an over-long line passed over at a time.
const SKIP_BYTES: usize = 64 << 10;

/// The state of one source between two chunks.
#[derive(Debug)]
pub struct Chunker {
    carry: Vec<u8>,
    offset: u64,
    limits: LineLimits,
    boundaries: Boundaries,
    ended: bool,
    /// An error that came behind bytes that were still good.
    failed: Option<io::Error>,
    /// An over-long line of pushed bytes that is being passed over.
    passing: Option<pushed::Passing>,
}

impl Chunker {
    /// Begins at `offset` with bytes that were read already, for detection.
    pub fn new(head: Vec<u8>, offset: u64, parser: &Parser, limits: LineLimits) -> Chunker {
        Chunker {
            carry: head,
            offset,
            limits,
            boundaries: Boundaries::new(parser, limits),
            ended: false,
            failed: None,
            passing: None,
        }
    }

    /// Where the next chunk begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next chunk, in a buffer that was used before; `None` at the end.
    ///
    /// Errors: what the source says. What was read before it is given first, and the error at the next call.
    pub fn next(
        &mut self,
        feed: &mut Feed,
        parser: &mut Parser,
        mut bytes: Vec<u8>,
    ) -> io::Result<Option<Chunk>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        bytes.clear();
        bytes.append(&mut self.carry);
        let mut wanted = CHUNK_BYTES.max(bytes.len());
        loop {
            let filled = match feed.fill_soon(&mut bytes, wanted) {
                Ok(filled) => filled,
                Err(error) if bytes.is_empty() => return Err(error),
                Err(error) => {
                    self.failed = Some(error);
                    return Ok(Some(self.take_from(feed, bytes, usize::MAX)));
                }
            };
            if filled == Filled::End {
                self.ended = true;
                return Ok((!bytes.is_empty()).then(|| self.take_from(feed, bytes, usize::MAX)));
            }
            if let Some(cut) = self.cut(&bytes, filled, parser) {
                return Ok(Some(self.take_from(feed, bytes, cut)));
            }
            let is_line = !parser.format().is_framed();
            let outgrown = bytes.len() > self.limits.line_bytes_max;
            if is_line && outgrown && memchr::memchr(b'\n', &bytes).is_none() {
                return Ok(Some(self.take_cut_line(feed, bytes)));
            }
            wanted = bytes.len() + CHUNK_BYTES;
        }
    }

    /// Where the chunk ends, if it can end yet.
    fn cut(&mut self, bytes: &[u8], filled: Filled, parser: &mut Parser) -> Option<usize> {
        if parser.format().is_framed() {
            return self.boundaries.last(bytes, parser);
        }
        let complete = memchr::memrchr(b'\n', bytes).map(|newline| newline + 1);
        let tail_at = complete.unwrap_or(0);
        if bytes.len() - tail_at > self.limits.line_bytes_max && tail_at > 0 {
            // A line over the limit stands alone, so the lines before it are complete records.
            return complete;
        }
        match filled {
            Filled::Lull { quiet: true } => complete,
            // While lines keep coming, the last of them may not be the last of its record.
            Filled::Lull { quiet: false } => self.boundaries.last(bytes, parser).or(complete),
            Filled::Enough | Filled::Pause | Filled::End => self.boundaries.last(bytes, parser),
        }
    }

    /// The same for bytes that were waited for.
    fn take_from(&mut self, feed: &mut Feed, bytes: Vec<u8>, cut: usize) -> Chunk {
        let chunk = self.take(bytes, cut, 0);
        Chunk {
            came_at: feed.taken(self.rest()),
            ..chunk
        }
    }

    fn take(&mut self, mut bytes: Vec<u8>, cut: usize, skipped_bytes: u64) -> Chunk {
        let cut = cut.min(bytes.len());
        self.carry.extend_from_slice(&bytes[cut..]);
        bytes.truncate(cut);
        let start_offset = self.offset;
        self.offset += cut as u64 + skipped_bytes;
        Chunk {
            bytes,
            start_offset,
            end_offset: self.offset,
            skipped_bytes,
            ..Chunk::default()
        }
    }

    fn rest(&self) -> Rest {
        if self.carry.is_empty() {
            Rest::None
        } else {
            Rest::Some
        }
    }

    /// The beginning of a line that is over the limit, the rest of it read and thrown away.
    fn take_cut_line(&mut self, feed: &mut Feed, mut bytes: Vec<u8>) -> Chunk {
        let mut skipped = (bytes.len() - self.limits.line_bytes_max) as u64;
        bytes.truncate(self.limits.line_bytes_max);
        let mut passed = Vec::new();
        let line_break = loop {
            passed.clear();
            let filled = match feed.fill(&mut passed, SKIP_BYTES) {
                Ok(filled) => filled,
                Err(error) => {
                    self.failed = Some(error);
                    Filled::End
                }
            };
            if let Some(newline) = memchr::memchr(b'\n', &passed) {
                skipped += newline as u64;
                self.carry.extend_from_slice(&passed[newline + 1..]);
                break 1;
            }
            skipped += passed.len() as u64;
            if filled == Filled::End {
                break 0;
            }
        };
        let start_offset = self.offset;
        self.offset += bytes.len() as u64 + skipped + line_break;
        Chunk {
            bytes,
            start_offset,
            end_offset: self.offset,
            skipped_bytes: skipped,
            came_at: feed.taken(self.rest()),
            ..Chunk::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::timestamp::Zone;
    use crate::format::{Format, FormatKind};
    use crate::pipeline::group::Groups;
    use jiff::tz::TimeZone;
    use std::io::{Cursor, Read};
    use std::sync::Arc;

    fn parser() -> Parser {
        Parser::new(
            Arc::new(Format::of(FormatKind::Plain)),
            Zone::new(TimeZone::UTC),
        )
    }

    fn chunks(feed: &mut Feed, line_bytes_max: usize) -> Vec<Chunk> {
        let mut chunker = Chunker::new(
            Vec::new(),
            0,
            &parser(),
            LineLimits::of_lines(line_bytes_max),
        );
        std::iter::from_fn(|| chunker.next(feed, &mut parser(), Vec::new()).unwrap()).collect()
    }

    fn bulk(bytes: Vec<u8>) -> Feed {
        Feed::Bulk(Box::new(Cursor::new(bytes)))
    }

    #[test]
    fn chunks_follow_each_other_without_a_gap_and_end_with_a_record() {
        let text = "head of a record\n  and its second line\n".repeat(40_000);
        let found = chunks(&mut bulk(text.clone().into_bytes()), 1 << 20);
        assert!(found.len() > 2);
        let mut at = 0;
        for chunk in &found {
            assert_eq!(chunk.start_offset, at);
            assert!(chunk.bytes.starts_with(b"head"));
            at = chunk.end_offset;
        }
        assert_eq!(at, text.len() as u64);
    }

    #[test]
    fn an_endless_line_is_cut_and_does_not_grow_the_memory() {
        let line = io::repeat(b'x').take(5 << 20);
        let mut feed = Feed::Bulk(Box::new(
            Cursor::new("a\n").chain(line).chain(Cursor::new("\nb\n")),
        ));
        let found = chunks(&mut feed, 1_000);
        assert!(
            found
                .iter()
                .all(|chunk| chunk.bytes.capacity() <= 2 * CHUNK_BYTES)
        );
        let mut texts = Vec::new();
        for chunk in &found {
            let mut groups = Groups::new(
                &chunk.bytes,
                LineLimits::of_lines(1_000),
                chunk.skipped_bytes,
            );
            let mut parser = parser();
            while let Some(group) = groups.next_group(&mut parser) {
                texts.push((group.end - group.start, group.cut_bytes));
            }
        }
        assert_eq!(texts, [(1, 0), (1_000, (5 << 20) - 1_000), (1, 0)]);
        assert_eq!(found.last().unwrap().end_offset, (5 << 20) + 5);
    }

    #[test]
    fn what_was_read_before_an_error_comes_first() {
        struct Fails(Cursor<&'static str>);
        impl Read for Fails {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                match self.0.read(buffer)? {
                    0 => Err(io::Error::other("disk gone")),
                    count => Ok(count),
                }
            }
        }
        let mut feed = Feed::Bulk(Box::new(Fails(Cursor::new("one\ntwo\n"))));
        let mut chunker = Chunker::new(Vec::new(), 0, &parser(), LineLimits::of_lines(100));
        let first = chunker.next(&mut feed, &mut parser(), Vec::new()).unwrap();
        assert_eq!(first.unwrap().bytes, b"one\ntwo\n");
        let error = chunker
            .next(&mut feed, &mut parser(), Vec::new())
            .unwrap_err();
        assert_eq!(error.to_string(), "disk gone");
    }
}
