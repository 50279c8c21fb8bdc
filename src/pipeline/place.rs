//! Where the lines that a chunk was cleaned to stood in the chunk.
//!
//! Colours that were taken out move what stands behind them, and a runtime's lines are put together; the places told here are those of
//! the source, so that they do not depend on where it was cut into chunks.

use crate::pipeline::unwrap::{TagCursor, Unwrapped};

/// Where a record begins in its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// In the source, after decompression. For a line that a container runtime wrapped: where its wrapped line ends.
    pub offset: u64,
    /// Which byte of that line it is, when it holds several records.
    pub inside: u32,
}

/// The places of one chunk's lines. Asked for places that ascend.
#[derive(Debug)]
pub struct Places<'c> {
    base: u64,
    kind: Kind<'c>,
}

#[derive(Debug)]
enum Kind<'c> {
    /// The lines stand as they were read.
    Same,
    /// Lines became shorter, and none became two.
    Stripped(Stripped<'c>),
    /// A runtime wrapped them.
    Unwrapped {
        lines: &'c Unwrapped,
        cursor: TagCursor<'c>,
    },
}

#[derive(Debug)]
struct Stripped<'c> {
    chunk: &'c [u8],
    clean: &'c [u8],
    clean_at: usize,
    chunk_at: usize,
}

impl<'c> Places<'c> {
    /// Of lines that stand as they were read, in a chunk that begins at `base`.
    pub fn same(base: u64) -> Places<'c> {
        let kind = Kind::Same;
        Places { base, kind }
    }

    /// Of lines without the escape sequences that they had in the chunk.
    pub fn stripped(base: u64, chunk: &'c [u8], clean: &'c [u8]) -> Places<'c> {
        let kind = Kind::Stripped(Stripped {
            chunk,
            clean,
            clean_at: 0,
            chunk_at: 0,
        });
        Places { base, kind }
    }

    /// Of lines that were unwrapped.
    pub fn unwrapped(base: u64, lines: &'c Unwrapped) -> Places<'c> {
        let cursor = lines.cursor();
        let kind = Kind::Unwrapped { lines, cursor };
        Places { base, kind }
    }

    /// The place of the record whose first line begins at `start` of the cleaned lines.
    pub fn of(&mut self, start: usize) -> Place {
        let (offset, inside) = match &mut self.kind {
            Kind::Same => (start, 0),
            Kind::Stripped(stripped) => (stripped.in_chunk(start), 0),
            Kind::Unwrapped { lines, cursor } => match cursor.tag_at(start) {
                Some(tag) => tag.place(start),
                None => (lines.bare_end(start), 0),
            },
        };
        Place {
            offset: self.base + offset as u64,
            inside,
        }
    }

    /// Up to where the source is read once everything before `start` is; `None` when lines of two streams overlap there.
    pub fn cut(&mut self, start: usize) -> Option<u64> {
        let offset = match &mut self.kind {
            Kind::Same => start,
            Kind::Stripped(stripped) => stripped.in_chunk(start),
            Kind::Unwrapped { lines, .. } => lines.source_cut(start)?,
        };
        Some(self.base + offset as u64)
    }
}

impl Stripped<'_> {
    /// No line break is part of an escape sequence, so the lines are still as many.
    fn in_chunk(&mut self, start: usize) -> usize {
        if start < self.clean_at {
            (self.clean_at, self.chunk_at) = (0, 0);
        }
        let passed = self.clean.get(self.clean_at..start).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', passed).count();
        let rest = self.chunk.get(self.chunk_at..).unwrap_or_default();
        if let Some(before) = lines.checked_sub(1) {
            let newline = memchr::memchr_iter(b'\n', rest).nth(before);
            self.chunk_at += newline.map_or(rest.len(), |newline| newline + 1);
        }
        self.clean_at = start;
        self.chunk_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::container::Runtime;
    use crate::format::timestamp::Zone;
    use crate::pipeline::unwrap::Unwrapper;
    use jiff::tz::TimeZone;

    #[test]
    fn lines_without_their_colours_are_found_where_they_stood() {
        let chunk = b"\x1b[31mred\x1b[0m\nplain\n\n\x1b[1mbold\nend\n";
        let clean = b"red\nplain\n\nbold\nend\n";
        let mut places = Places::stripped(100, chunk, clean);
        let starts = [0, 4, 11, 16];
        let found = starts.map(|start| places.of(start).offset - 100);
        assert_eq!(found, [0, 13, 20, 29]);
        assert_eq!(places.cut(11), Some(120));
    }

    #[test]
    fn no_two_lines_of_a_runtime_share_a_place() {
        let text = "2026-11-20T09:00:00Z stdout P par\n2026-11-20T09:00:00Z stderr F whole\nbare\n2026-11-20T09:00:00Z stdout F tial\n2026-11-20T09:00:00Z stdout F last\n";
        let mut unwrapper = Unwrapper::new(Runtime::Cri, 1 << 20);
        let lines = unwrapper.unwrap(text.as_bytes(), &mut Zone::new(TimeZone::UTC));
        assert_eq!(lines.bytes, b"whole\nbare\npartial\nlast\n");
        let mut places = Places::unwrapped(1_000, lines);
        let found = [0, 6, 11, 19].map(|start| places.of(start));
        assert!(found.is_sorted(), "{found:?}");
        let ends = found.map(|place| place.offset - 1_000);
        assert_eq!(ends, [70, 75, 110, 145]);
        assert_eq!(places.cut(6), None);
        assert_eq!(places.cut(19), Some(1_110));
    }
}
