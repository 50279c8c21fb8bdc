//! What the system tells files apart by, whatever they are called.
//!
//! The number of a deleted file is given to the next one that is created, so it is never enough alone.

use std::fs::Metadata;

/// What the system tells files apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Inode {
    /// The device.
    pub dev: u64,
    /// The inode on it.
    pub ino: u64,
}

impl Inode {
    /// Of a file that is there; `None` where the system tells none.
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Option<Inode> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Inode {
            dev: metadata.dev(),
            ino: metadata.ino(),
        })
    }

    /// Of a file that is there; `None` where the system tells none.
    #[cfg(not(unix))]
    pub fn of(_: &Metadata) -> Option<Inode> {
        None
    }
}
