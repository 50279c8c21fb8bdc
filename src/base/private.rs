//! Files and folders for their owner alone: checkpoints, undelivered records, tokens, the configuration.
//!
//! What is made here can be read by nobody else, and a symbolic link that somebody put in its place is an error where we chose the name.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Whether a path may lead somewhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// The user named it.
    Followed,
    /// We named it.
    Refused,
}

/// Makes a file that is not there yet. What is there is left alone, a link to nowhere too.
pub fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    for_owner(&mut options, Links::Refused);
    options.open(path)
}

/// Opens a file to write behind what is in it, or makes it, and the folders it is in.
pub fn append(path: &Path) -> io::Result<File> {
    create_parent(path)?;
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    for_owner(&mut options, Links::Followed);
    options.open(path)
}

/// How a file of ours is opened to be read and written, which is made when it is not there. Nothing of it is cut off.
pub fn update() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    for_owner(&mut options, Links::Refused);
    options
}

/// Opens a file for reading. One that we named never makes us wait: a pipe without a writer is opened at once.
pub fn open(path: &Path, links: Links) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    if links == Links::Refused {
        use rustix::fs::OFlags;
        custom_flags(&mut options, OFlags::NOFOLLOW | OFlags::NONBLOCK);
    }
    #[cfg(not(unix))]
    if links == Links::Refused && std::fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::other("it is a symbolic link"));
    }
    options.open(path)
}

/// Makes a folder and those above it, as far as they are not there.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The same for the folder that a file is in.
pub fn create_parent(path: &Path) -> io::Result<()> {
    let folder = path.parent();
    match folder.filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => create_folder(folder),
        None => Ok(()),
    }
}

/// Whether an error says that a link was found where none is followed.
#[cfg(unix)]
pub fn is_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// Whether an error says that a link was found where none is followed.
#[cfg(not(unix))]
pub fn is_link(_: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn for_owner(options: &mut OpenOptions, links: Links) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    if links == Links::Refused {
        custom_flags(options, rustix::fs::OFlags::NOFOLLOW);
    }
}

#[cfg(not(unix))]
fn for_owner(_: &mut OpenOptions, _: Links) {}

#[cfg(unix)]
fn custom_flags(options: &mut OpenOptions, flags: rustix::fs::OFlags) {
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags);
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[track_caller]
    fn check_mode(path: &Path, expected: u32) {
        let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, expected, "{}", path.display());
    }

    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a").join("b");
        append(&path).unwrap().write_all(b"one").unwrap();
        append(&path).unwrap().write_all(b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"onetwo");
        check_mode(&path, 0o600);
        check_mode(path.parent().unwrap(), 0o700);
        let new = folder.path().join("new");
        create_new(&new).unwrap();
        check_mode(&new, 0o600);
        assert!(create_new(&new).is_err());
        let kept = folder.path().join("kept");
        update().open(&kept).unwrap().write_all(b"x").unwrap();
        update().open(&kept).unwrap();
        assert_eq!(fs::read(&kept).unwrap(), b"x");
        check_mode(&kept, 0o600);
    }

    #[test]
    fn a_link_is_followed_only_where_the_user_named_it() {
        let folder = tempfile::tempdir().unwrap();
        let (there, link) = (folder.path().join("there"), folder.path().join("link"));
        fs::write(&there, "x").unwrap();
        symlink(&there, &link).unwrap();
        assert!(open(&link, Links::Followed).is_ok());
        assert!(append(&link).is_ok());
        assert!(is_link(&open(&link, Links::Refused).unwrap_err()));
        assert!(is_link(&update().open(&link).unwrap_err()));
        assert!(create_new(&link).is_err());
    }
}
