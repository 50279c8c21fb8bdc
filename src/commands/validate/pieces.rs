//! An input that is read piece by piece, of which the part that is looked at stands in one buffer.
//!
//! Limits: the buffer is as large as the largest part that was asked for, and a piece. What is passed makes room when more is
//! read.

use std::io::{self, Read};

/// Bytes read at a time.
const PIECE_BYTES: usize = 1 << 20;

/// An input and what was read of it.
pub(super) struct Pieces {
    input: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// How much of the buffer is done with.
    passed: usize,
    /// Where the first byte that is not passed stands in the input.
    offset: u64,
    ended: bool,
    part_bytes_max: usize,
}

impl Pieces {
    /// Reads the first piece. No part should be asked for that is larger than `part_bytes_max`.
    pub(super) fn new(input: Box<dyn Read + Send>, part_bytes_max: usize) -> io::Result<Pieces> {
        let mut pieces = Pieces {
            input,
            buffer: Vec::new(),
            passed: 0,
            offset: 0,
            ended: false,
            part_bytes_max,
        };
        pieces.more()?;
        Ok(pieces)
    }

    /// What was read and not passed.
    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.passed..).unwrap_or_default()
    }

    /// Where that begins in the input.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The largest part that should be held at once.
    pub(super) fn part_bytes_max(&self) -> usize {
        self.part_bytes_max
    }

    /// Whether nothing follows it.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Is done with so many bytes.
    pub(super) fn pass(&mut self, count: usize) {
        let count = count.min(self.buffer.len() - self.passed);
        self.passed += count;
        self.offset += count as u64;
    }

    /// Reads another piece behind the rest.
    pub(super) fn more(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.passed);
        self.passed = 0;
        let before = self.buffer.len();
        let mut limited = self.input.by_ref().take(PIECE_BYTES as u64);
        limited.read_to_end(&mut self.buffer)?;
        self.ended = self.buffer.len() - before < PIECE_BYTES;
        Ok(())
    }

    /// Reads until the rest has so many bytes; whether it has.
    pub(super) fn fill(&mut self, bytes: usize) -> io::Result<bool> {
        while self.rest().len() < bytes && !self.ended {
            self.more()?;
        }
        Ok(self.rest().len() >= bytes)
    }

    /// Passes bytes unseen, as far as `end` finds no end in them; `with` gets them.
    pub(super) fn skip<E: From<io::Error>>(
        &mut self,
        mut end: impl FnMut(&[u8]) -> Option<usize>,
        mut with: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let rest = self.rest();
            let found = end(rest);
            let count = found.unwrap_or(rest.len());
            with(rest.get(..count).unwrap_or_default())?;
            self.pass(count);
            if found.is_some() || self.ended {
                return Ok(());
            }
            self.more()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_is_not_seen_again_and_what_is_skipped_is_counted() {
        let bytes: Vec<u8> = (0..3 * PIECE_BYTES)
            .map(|at| u8::from(at == 2 * PIECE_BYTES + 7))
            .collect();
        let mut pieces = Pieces::new(Box::new(io::Cursor::new(bytes)), usize::MAX).unwrap();
        assert_eq!((pieces.rest().len(), pieces.ended()), (PIECE_BYTES, false));
        pieces.pass(10);
        assert!(pieces.fill(PIECE_BYTES).unwrap());
        let mut skipped = 0;
        let end = |rest: &[u8]| memchr::memchr(1, rest).map(|at| at + 1);
        let with = |bytes: &[u8]| {
            skipped += bytes.len();
            Ok::<(), io::Error>(())
        };
        pieces.skip(end, with).unwrap();
        assert_eq!(skipped, 2 * PIECE_BYTES + 8 - 10);
        assert_eq!(pieces.offset(), 2 * PIECE_BYTES as u64 + 8);
        assert!(!pieces.fill(PIECE_BYTES).unwrap());
        assert!(pieces.ended());
    }
}
