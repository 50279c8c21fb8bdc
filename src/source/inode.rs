//! What the system tells files apart by, whatever they are called.
//!
//! The number of a deleted file is given to the next one that is created, so it is never enough alone.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

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

/// The file that is meant, in the folder of a path: where one is that was renamed.
pub fn beside(path: &Path, is_meant: impl Fn(&Metadata) -> bool) -> Option<PathBuf> {
    let folder = path.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let files = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let mut files = files.filter_map(Result::ok);
    let found = files.find(|file| file.metadata().is_ok_and(|found| is_meant(&found)));
    found.map(|file| file.path())
}
