//! Which file a path or a handle leads to, whatever it is called.
//!
//! Device and inode alone are not enough: the inode of a deleted file is given to the next one that is created. Where the file
//! system tells when a file was born, that is part of it.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::source::inode::{Inode, beside};

/// A file, by what stays when it is renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Its number, where there is such a thing.
    pub inode: Option<Inode>,
    /// When it was created, where the file system tells.
    pub born: Option<SystemTime>,
}

impl Identity {
    /// Where the file is now, when it was renamed within its folder.
    pub(super) fn beside(self, path: &Path) -> Option<PathBuf> {
        beside(path, |metadata| Look::of(metadata).identity == self)
    }
}

/// What one look at a file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Which file it is.
    pub identity: Identity,
    /// Its length in bytes.
    pub len: u64,
    /// When it was last written.
    pub written: Option<SystemTime>,
}

impl Look {
    /// What the metadata of a path or a handle say.
    pub fn of(metadata: &Metadata) -> Look {
        Look {
            identity: Identity {
                inode: Inode::of(metadata),
                born: metadata.created().ok(),
            },
            len: metadata.len(),
            written: metadata.modified().ok(),
        }
    }
}
