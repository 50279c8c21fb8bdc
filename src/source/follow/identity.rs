//! Which file a path or a handle leads to, whatever it is called.
//!
//! Device and inode alone are not enough: the inode of a deleted file is given to the next one that is created. Where the file
//! system tells when a file was born, that is part of it.

use std::fs::Metadata;
use std::time::SystemTime;

/// A file, by what stays when it is renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The device it is on; 0 where there is no such number.
    pub device: u64,
    /// Its number on the device; 0 where there is no such number.
    pub inode: u64,
    /// When it was created, where the file system tells.
    pub born: Option<SystemTime>,
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
        let (device, inode) = numbers(metadata);
        Look {
            identity: Identity {
                device,
                inode,
                born: metadata.created().ok(),
            },
            len: metadata.len(),
            written: metadata.modified().ok(),
        }
    }
}

#[cfg(unix)]
fn numbers(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn numbers(_: &Metadata) -> (u64, u64) {
    (0, 0)
}
