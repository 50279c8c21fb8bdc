//! Up to where each file is acknowledged, kept over runs: the file is the queue, and this is its mark.
//!
//! A file is known by its device and inode and by what stood at its beginning and before the mark, never by its name alone, so that
//! rotation, truncation and copies are told apart ([`identity`], [`search`]). The marks are kept in one file ([`state`]) that is
//! replaced as a whole ([`store`]) by one run at a time ([`lock`]). Damage leads to an earlier mark, never to a later one.

pub mod identity;
pub mod lock;
pub mod search;
pub mod state;
pub mod store;

use std::path::PathBuf;

use crate::base::digest::Digest;
use crate::source::inode::Inode;

/// Most bytes of a file's beginning by which it is known again.
pub const HEAD_BYTES_MAX: usize = 1_024;

/// Most bytes before the mark by which it is known again.
pub const TAIL_BYTES_MAX: usize = 256;

/// A few bytes of a file, as they are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Print {
    /// How many.
    pub len: u32,
    /// Their digest.
    pub digest: Digest,
}

/// A place in a file, and what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// After decompression.
    pub offset: u64,
    /// The bytes directly before it.
    pub tail: Print,
}

/// What is remembered of one file for one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where its records were acknowledged: what one server has is not at another.
    pub destination: String,
    /// Device and inode; `None` where the system tells none.
    pub identity: Option<Inode>,
    /// Where it was, or, while it is read to its end for another file that took its name, the path of that file.
    pub path: PathBuf,
    /// How many contents its inode had before these.
    pub generation: u32,
    /// The bytes it began with.
    pub head: Print,
    /// Everything before it is acknowledged.
    pub mark: Mark,
    /// When this was last written, in seconds since 1970.
    pub last_seen: u64,
}

impl Print {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Print {
        Print {
            len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            digest: Digest::of(bytes),
        }
    }

    /// Whether it is of these bytes. That of no bytes is of any.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        self.len == 0 || *self == Print::of(bytes)
    }
}
