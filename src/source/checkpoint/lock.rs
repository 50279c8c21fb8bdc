//! One run at a time keeps checkpoints: a lock of the kernel, which ends with the process however it ends.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::base::private;

/// The file in the state folder that is locked.
const LOCK_FILE: &str = "lock";

/// Most bytes read of what the other run says about itself.
const HOLDER_BYTES_MAX: u64 = 200;

/// The lock. It is given back when this is dropped.
#[derive(Debug)]
pub struct StateLock {
    file: File,
}

#[cfg(unix)]
impl Drop for StateLock {
    fn drop(&mut self) {
        // A process that is just being started by another thread holds a copy of the file until it runs, so closing is not enough.
        let _ended_anyway = rustix::fs::flock(&self.file, rustix::fs::FlockOperation::Unlock);
    }
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run has it.
    #[error("{holder} keeps checkpoints in {folder} at this moment")]
    Held {
        /// The state folder.
        folder: String,
        /// Who.
        holder: String,
    },
    /// The folder or the file in it.
    #[error("cannot use the state folder {folder}")]
    Folder {
        /// The state folder.
        folder: String,
        /// Why.
        source: io::Error,
    },
}

impl LockError {
    /// One thing the user can do.
    pub fn hint(&self) -> String {
        match self {
            LockError::Held { .. } => {
                "wait until it ends, or give this run its own folder in OTELCTL_STATE_DIR"
            }
            LockError::Folder { .. } => {
                "check its permissions, or choose another one with OTELCTL_STATE_DIR"
            }
        }
        .to_owned()
    }
}

impl StateLock {
    /// Takes the lock without waiting. The folder is made when it is not there.
    pub fn take(folder: &Path) -> Result<StateLock, LockError> {
        let name = || folder.to_string_lossy().into_owned();
        let folder_error = |source| LockError::Folder {
            folder: name(),
            source,
        };
        private::create_folder(folder).map_err(folder_error)?;
        let mut file = match open_locked(&folder.join(LOCK_FILE)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(LockError::Held {
                    folder: name(),
                    holder: holder(folder),
                });
            }
            Err(error) => return Err(folder_error(error)),
        };
        // Only for the message of another run: the lock itself is the kernel's.
        let told = file
            .set_len(0)
            .and_then(|()| write!(file, "process {}", std::process::id()));
        told.map_err(folder_error)?;
        Ok(StateLock { file })
    }
}

/// What the other run says about itself.
fn holder(folder: &Path) -> String {
    let mut text = String::new();
    let read = File::open(folder.join(LOCK_FILE))
        .and_then(|file| file.take(HOLDER_BYTES_MAX).read_to_string(&mut text));
    match read {
        Ok(count) if count > 0 => text,
        _ => "another run".to_owned(),
    }
}

#[cfg(unix)]
fn open_locked(path: &Path) -> io::Result<File> {
    use rustix::fs::{FlockOperation, flock};
    let file = private::update().open(path)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

/// A file that nobody else may open is a lock.
#[cfg(windows)]
fn open_locked(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    /// `ERROR_SHARING_VIOLATION`.
    const SHARING_VIOLATION: i32 = 32;
    let opened = private::update().share_mode(0).open(path);
    opened.map_err(|error| match error.raw_os_error() {
        Some(SHARING_VIOLATION) => io::ErrorKind::WouldBlock.into(),
        _ => error,
    })
}

#[cfg(not(any(unix, windows)))]
fn open_locked(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_lock_is_held_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("a/state");
        let lock = StateLock::take(&state).unwrap();
        let refused = StateLock::take(&state).unwrap_err();
        let me = format!("process {} keeps checkpoints in", std::process::id());
        assert!(refused.to_string().starts_with(&me), "{refused}");
        drop(lock);
        StateLock::take(&state).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_and_the_lock_are_the_users_alone_and_no_links() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        drop(StateLock::take(&state).unwrap());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&state), 0o700);
        assert_eq!(mode(&state.join(LOCK_FILE)), 0o600);
        fs::remove_file(state.join(LOCK_FILE)).unwrap();
        std::os::unix::fs::symlink("/dev/null", state.join(LOCK_FILE)).unwrap();
        assert!(matches!(
            StateLock::take(&state),
            Err(LockError::Folder { .. })
        ));
    }
}
