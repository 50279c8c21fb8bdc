//! What was read of a file, remembered by its edges: the first bytes and those before the place that was read up to.
//!
//! A file that was truncated and grew again, or was written anew under its old inode, is as long as before but reads differently there.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

/// Bytes remembered at each edge.
pub(super) const EDGE_BYTES: usize = 256;

/// The edges of what was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guard {
    offset: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Guard {
    /// Of a file of which everything before `offset` counts as read.
    pub fn of(file: &File, offset: u64) -> io::Result<Guard> {
        let before = offset.min(EDGE_BYTES as u64);
        let length = usize::try_from(before).unwrap_or(EDGE_BYTES);
        Ok(Guard {
            offset,
            head: read_at(file, 0, length)?,
            tail: read_at(file, offset - before, length)?,
        })
    }

    /// Up to where the file was read.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The first bytes, as far as they were read and are remembered.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The bytes before that place, as far as they are remembered.
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// These bytes were read behind the others.
    pub fn advance(&mut self, bytes: &[u8]) {
        if self.offset == self.head.len() as u64 {
            let missing = EDGE_BYTES.saturating_sub(self.head.len());
            self.head.extend(bytes.iter().take(missing));
        }
        let kept = bytes.len().min(EDGE_BYTES);
        self.tail.extend_from_slice(&bytes[bytes.len() - kept..]);
        let surplus = self.tail.len().saturating_sub(EDGE_BYTES);
        self.tail.drain(..surplus);
        self.offset += bytes.len() as u64;
    }

    /// Whether a file still begins with what was read.
    pub fn holds(&self, file: &File) -> io::Result<bool> {
        let tail_at = self.offset - self.tail.len() as u64;
        Ok(read_at(file, tail_at, self.tail.len())? == self.tail
            && read_at(file, 0, self.head.len())? == self.head)
    }
}

/// Whether a file may be a copy of another as it is now, complete or not yet, as far as its edges tell. An empty one may become one.
pub(super) fn may_be_copy(file: &File, of: &File) -> io::Result<bool> {
    let (len, of_len) = (file.metadata()?.len(), of.metadata()?.len());
    Ok(len == 0 || (len <= of_len && Guard::of(file, len)?.holds(of)?))
}

/// At most `length` bytes from `offset` on; fewer at the end of the file.
pub(super) fn read_at(mut file: &File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    file.seek(SeekFrom::Start(offset))?;
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_that_reads_differently_at_an_edge_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let text: Vec<u8> = (0..2_000_u32).flat_map(u32::to_le_bytes).collect();
        fs::write(&path, &text).unwrap();
        let open = || File::open(&path).unwrap();
        let guard = Guard::of(&open(), 4_000).unwrap();
        let mut grown = Guard::default();
        for piece in text[..4_000].chunks(7) {
            grown.advance(piece);
        }
        assert_eq!(grown, guard);
        assert!(guard.holds(&open()).unwrap());
        for (at, holds) in [(0, false), (3_999, false), (4_000, true)] {
            let mut changed = text.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).unwrap();
            assert_eq!(guard.holds(&open()).unwrap(), holds, "{at}");
        }
        fs::write(&path, &text[..3_999]).unwrap();
        assert!(!guard.holds(&open()).unwrap());
    }
}
