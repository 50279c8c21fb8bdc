//! The state file on a disk: replaced as a whole, so that a crash at any moment leaves the old or the new one.
//!
//! A new file is written and synced beside the old one, the old one becomes `.prev`, the new one takes its name, and the folder is
//! synced. A file that is damaged is set aside for whoever wants to look, and the one before it is used.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::base::private;
use crate::source::checkpoint::state::{STATE_BYTES_MAX, State, StateError};

const STATE_FILE: &str = "state.json";
const PREVIOUS_FILE: &str = "state.json.prev";
const NEW_FILE: &str = "state.json.new";

/// The operations of a file system that a state file needs. The product has one implementation; tests have one that fails.
pub trait Disk {
    /// An open file.
    type File;

    /// Makes a file that is not there yet, for its owner alone, and follows no link.
    fn create(&self, path: &Path) -> io::Result<Self::File>;
    /// Appends.
    fn write(&self, file: &mut Self::File, bytes: &[u8]) -> io::Result<()>;
    /// Waits until the file's bytes survive a loss of power.
    fn sync(&self, file: &mut Self::File) -> io::Result<()>;
    /// Renames over what is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Waits until the names in a folder survive a loss of power.
    fn sync_dir(&self, folder: &Path) -> io::Result<()>;
    /// A file's bytes, at most so many.
    fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The real one.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDisk;

/// The state file of a folder.
#[derive(Debug)]
pub struct Store<D = SystemDisk> {
    disk: D,
    folder: PathBuf,
}

/// What was read.
#[derive(Debug)]
pub struct Loaded {
    /// The checkpoints; none when there is no file.
    pub state: State,
    /// What the user should know: a file was damaged.
    pub warning: Option<String>,
}

impl<D: Disk> Store<D> {
    /// Of this folder, which is there.
    pub fn new(disk: D, folder: &Path) -> Store<D> {
        Store {
            disk,
            folder: folder.to_owned(),
        }
    }

    /// Reads the newest state that is whole. `now` in seconds since 1970 names what is set aside.
    ///
    /// Errors: a disk that cannot be read. Damage is no error.
    pub fn load(&self, now: u64) -> io::Result<Loaded> {
        let newest = match self.read(STATE_FILE)? {
            Some(Ok(state)) => return Ok(Loaded::whole(state)),
            Some(Err(error)) => Some((self.set_aside(STATE_FILE, now)?, error)),
            None => None,
        };
        let (state, damaged) = match self.read(PREVIOUS_FILE)? {
            Some(Ok(state)) => (Some(state), newest),
            Some(Err(error)) => {
                let aside = self.set_aside(PREVIOUS_FILE, now)?;
                (None, newest.or(Some((aside, error))))
            }
            None => (None, newest),
        };
        let Some((aside, error)) = damaged else {
            return Ok(Loaded::whole(state.unwrap_or_default()));
        };
        let instead = match &state {
            Some(_) => "the state before it is used, so some records may be sent again",
            None => "files are read from their beginning, so records may be sent again",
        };
        Ok(Loaded {
            state: state.unwrap_or_default(),
            warning: Some(format!(
                "state reset: the file with the checkpoints is damaged ({error}) and kept as {}; {instead}",
                aside.to_string_lossy()
            )),
        })
    }

    /// The newest state that is whole, without touching anything.
    pub fn peek(&self) -> State {
        let whole = |name| self.read(name).ok()??.ok();
        whole(STATE_FILE)
            .or_else(|| whole(PREVIOUS_FILE))
            .unwrap_or_default()
    }

    /// Writes a state. When this returns, it survives a loss of power.
    ///
    /// Errors: whatever the disk says; what is read afterwards is the state before it or this one.
    pub fn save(&self, state: &State) -> io::Result<()> {
        let at = |name: &str| self.folder.join(name);
        // Left over from a run that was killed.
        absent(self.disk.remove(&at(NEW_FILE)))?;
        let mut file = self.disk.create(&at(NEW_FILE))?;
        self.disk.write(&mut file, &state.encode())?;
        self.disk.sync(&mut file)?;
        drop(file);
        absent(self.disk.rename(&at(STATE_FILE), &at(PREVIOUS_FILE)))?;
        self.disk.rename(&at(NEW_FILE), &at(STATE_FILE))?;
        self.disk.sync_dir(&self.folder)
    }

    fn read(&self, name: &str) -> io::Result<Option<Result<State, StateError>>> {
        match self.disk.read(&self.folder.join(name), STATE_BYTES_MAX + 1) {
            Ok(bytes) if bytes.len() as u64 > STATE_BYTES_MAX => Ok(Some(Err(StateError::Damaged))),
            Ok(bytes) => Ok(Some(State::decode(&bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn set_aside(&self, name: &str, now: u64) -> io::Result<PathBuf> {
        let aside = self.folder.join(format!("{name}.corrupt-{now}"));
        self.disk.rename(&self.folder.join(name), &aside)?;
        Ok(aside)
    }
}

impl Loaded {
    fn whole(state: State) -> Loaded {
        Loaded {
            state,
            warning: None,
        }
    }
}

/// Whether there is a state file at all.
pub fn is_kept(folder: &Path) -> bool {
    [STATE_FILE, PREVIOUS_FILE]
        .iter()
        .any(|name| folder.join(name).exists())
}

/// A file that is not there need not be moved away.
fn absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

impl Disk for SystemDisk {
    type File = File;

    fn create(&self, path: &Path) -> io::Result<File> {
        private::create_new(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync(&self, file: &mut File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_dir(&self, folder: &Path) -> io::Result<()> {
        // Windows does not open folders, and needs none of it.
        if cfg!(unix) {
            File::open(folder)?.sync_all()
        } else {
            Ok(())
        }
    }

    fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(bytes_max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

#[cfg(test)]
mod tests;
