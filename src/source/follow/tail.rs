//! One followed file: how far it was read, and what there is to read.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::source::feed::BLOCK_BYTES;
use crate::source::follow::Came;
use crate::source::follow::guard::{Guard, read_at};
use crate::source::follow::identity::Look;

/// A file from the moment it is found until it is left.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) path: PathBuf,
    pub(super) look: Look,
    pub(super) guard: Guard,
    /// Closed when too many are open; opened again by its identity.
    pub(super) file: Option<File>,
    /// The file under the same path before, as long as it is not read to its end.
    pub(super) after: Option<usize>,
    pub(super) ties: Ties,
    /// When it last grew or was left; `None` until one of them was seen.
    pub(super) active_at: Option<Instant>,
    /// Looks in a row that found nothing more to read.
    pub(super) quiet_looks: u32,
    /// Whether any of it was handed out.
    pub(super) has_begun: bool,
    /// Up to where no line break is missed: what is behind the offset and before this is the beginning of a line.
    seen: u64,
    start_offset: u64,
    /// How many contents its inode had before these.
    pub(super) generation: u32,
    /// Whether a look has been since its first bytes were read.
    is_looked_at: bool,
}

/// Whether anything leads to a file yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ties {
    /// A path does.
    Named,
    /// No path does any more.
    Orphan,
    /// It is the copy of a file that was truncated: nobody writes to it any more.
    Copy,
}

/// Whether a last line without line break is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    Hold,
    Send,
}

impl Tail {
    pub(super) fn new(path: PathBuf, look: Look, guard: Guard) -> Tail {
        Tail {
            seen: guard.offset(),
            start_offset: guard.offset(),
            generation: 0,
            is_looked_at: false,
            path,
            look,
            guard,
            file: None,
            after: None,
            ties: Ties::Named,
            active_at: None,
            quiet_looks: 0,
            has_begun: false,
        }
    }

    /// Up to where it was read.
    pub(super) fn offset(&self) -> u64 {
        self.guard.offset()
    }

    /// Whether its first bytes were not read.
    pub(super) fn starts_behind(&self) -> bool {
        self.start_offset > 0
    }

    /// Whether it may have been truncated before its first bytes were read: they are what tells a truncation later.
    pub(super) fn may_have_missed(&mut self, look: Look) -> bool {
        if self.offset() == 0 {
            return look != self.look;
        }
        let is_first = !std::mem::replace(&mut self.is_looked_at, true);
        is_first && self.start_offset == 0
    }

    /// A look found this.
    pub(super) fn looked(&mut self, look: Look, now: Instant) {
        if look.len > self.look.len.max(self.seen) {
            self.active_at = Some(now);
        }
        self.look = look;
        self.quiet_looks = if self.is_read() {
            self.quiet_looks.saturating_add(1)
        } else {
            0
        };
    }

    /// Goes on with the copy that was made before the file was truncated.
    pub(super) fn continue_in(&mut self, copy: File, look: Look) {
        (self.file, self.look) = (Some(copy), look);
        self.seen = self.offset();
        self.quiet_looks = 0;
        self.ties = Ties::Copy;
    }

    /// Whether no complete line is left, as far as is known.
    pub(super) fn is_read(&self) -> bool {
        self.look.len <= self.seen
    }

    /// Whether a last line without line break is held.
    pub(super) fn holds_part(&self) -> bool {
        self.look.len.min(self.seen) > self.offset()
    }

    /// Whether a last line without line break was held long enough.
    pub(super) fn part_is_due(&self, now: Instant, wait: Duration) -> bool {
        self.holds_part()
            && self
                .active_at
                .is_some_and(|at| now.duration_since(at) >= wait)
    }

    /// The next block and whether another may follow at once; `None` when there is nothing to hand out.
    pub(super) fn read(&mut self, parts: Parts) -> io::Result<Option<(Came, bool)>> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let Some(mut bytes) = self.behind(file)? else {
            // It was truncated since the last look; the next one tells.
            self.seen = self.look.len;
            return Ok(None);
        };
        let is_full = bytes.len() == BLOCK_BYTES;
        let lines = memchr::memrchr(b'\n', &bytes).map_or(0, |newline| newline + 1);
        let whole = bytes.len();
        let cut = match parts {
            _ if is_full && lines == 0 => whole,
            Parts::Send if !is_full => whole,
            Parts::Hold | Parts::Send => lines,
        };
        let start = self.offset();
        self.seen = if is_full {
            start + cut as u64
        } else {
            // Also when it has become shorter meanwhile: the next look tells.
            (start + whole as u64).max(self.look.len)
        };
        bytes.truncate(cut);
        if bytes.is_empty() {
            return Ok(None);
        }
        self.guard.advance(&bytes);
        let is_part = cut > lines && !is_full;
        let came = if is_part {
            Came::Part(bytes)
        } else {
            Came::Bytes(bytes)
        };
        Ok(Some((came, is_full)))
    }

    /// The bytes behind the offset; `None` when those before it are not the ones that were read.
    fn behind(&self, file: &File) -> io::Result<Option<Vec<u8>>> {
        let tail = self.guard.tail();
        let from = self.offset() - tail.len() as u64;
        let mut bytes = read_at(file, from, tail.len() + BLOCK_BYTES)?;
        if !bytes.starts_with(tail) {
            return Ok(None);
        }
        bytes.drain(..tail.len());
        Ok(Some(bytes))
    }
}
