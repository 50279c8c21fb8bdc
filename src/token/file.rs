//! Tokens in files: for machines without a keychain, and only when their owner asked for it.
//!
//! One file for each token, readable by its owner alone, in a folder that only its owner can enter. A file that others can read, and one that
//! is a symbolic link, is refused rather than used. The first line names the account, the second is the token.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::base::digest::Digest;
use crate::base::private::{self, Links, open};
use crate::base::secret::Secret;
use crate::token::{StoreError, TokenAccount, TokenStore};

/// Most bytes of a file with a token: no token is near it, and a wrong file is not read into memory.
pub const FILE_BYTES_MAX: u64 = 64 << 10;

/// Tokens in a folder. Neither is made before a token is set.
#[derive(Debug, Clone)]
pub struct FileStore {
    folder: PathBuf,
}

impl FileStore {
    /// Tokens below the program's state folder.
    pub fn below(state_dir: &Path) -> FileStore {
        FileStore {
            folder: state_dir.join("insecure-tokens"),
        }
    }

    /// The file of an account.
    pub fn path(&self, account: &TokenAccount) -> PathBuf {
        let name = Digest::of(account.to_string().as_bytes());
        self.folder.join(format!("{}-{name}", account.kind.name()))
    }

    fn read(&self, account: &TokenAccount) -> Result<Option<Secret>, StoreError> {
        let path = self.path(account);
        let text = match read_private(&path, Links::Refused) {
            Ok(text) => text,
            Err(StoreError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let token = text
            .expose()
            .split_once('\n')
            .map(|(_, token)| token.trim_end());
        Ok(token.filter(|token| !token.is_empty()).map(Secret::new))
    }

    fn write(&self, account: &TokenAccount, token: &Secret) -> io::Result<()> {
        private::create_folder(&self.folder)?;
        check_folder(&self.folder)?;
        let path = self.path(account);
        // Beside it and then in its place: whoever reads meanwhile finds the old token or the new one.
        let new = path.with_extension("new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private::create_new(&new)?;
        writeln!(file, "{account}")?;
        writeln!(file, "{}", token.expose())?;
        file.sync_data()?;
        fs::rename(&new, &path)
    }
}

impl TokenStore for FileStore {
    fn get(&self, accounts: &[TokenAccount]) -> Result<Vec<Option<Secret>>, StoreError> {
        accounts.iter().map(|account| self.read(account)).collect()
    }

    fn set(&self, account: &TokenAccount, token: &Secret) -> Result<(), StoreError> {
        let written = self.write(account, token);
        written.map_err(|source| file_error(&self.path(account), source))
    }

    fn remove(&self, account: &TokenAccount) -> Result<bool, StoreError> {
        let path = self.path(account);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(file_error(&path, error)),
        }
    }
}

/// Reads a file that only its owner can read. It is looked at after it was opened, so that nobody exchanges it in between.
pub fn read_private(path: &Path, links: Links) -> Result<Secret, StoreError> {
    let file = open(path, links).map_err(|error| file_error(path, error))?;
    let facts = file.metadata().map_err(|error| file_error(path, error))?;
    if facts.is_dir() {
        return Err(refused(path, "it is a folder"));
    }
    if links == Links::Refused && !facts.is_file() {
        return Err(refused(path, "it is not a file"));
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&facts) & 0o077 != 0 {
        return Err(refused(path, "its group or others can read it"));
    }
    text_of(file, path)
}

/// Reads a file descriptor that was handed over. Who opened it decided who may read it.
pub fn read_descriptor(descriptor: i32) -> Result<Secret, StoreError> {
    let path = PathBuf::from(format!("/dev/fd/{descriptor}"));
    let file = open(&path, Links::Followed).map_err(|error| file_error(&path, error))?;
    text_of(file, &path)
}

/// A folder that was there may be somebody else's, who would see what is put into it.
fn check_folder(folder: &Path) -> io::Result<()> {
    let facts = fs::symlink_metadata(folder)?;
    if !facts.is_dir() {
        return Err(io::Error::other("its folder is a symbolic link"));
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&facts) & 0o022 != 0 {
        return Err(io::Error::other("others can write to its folder"));
    }
    Ok(())
}

fn refused(path: &Path, why: &'static str) -> StoreError {
    let path = path.to_string_lossy().into_owned();
    StoreError::Unsafe { path, why }
}

fn text_of(file: File, path: &Path) -> Result<Secret, StoreError> {
    let mut bytes = Vec::new();
    let mut reader = file.take(FILE_BYTES_MAX + 1);
    let read = reader.read_to_end(&mut bytes);
    read.map_err(|error| file_error(path, error))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(refused(path, "it is too large for a token"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Secret::new(text)),
        Err(error) => {
            // Wiped like any other.
            drop(Secret::new(String::from_utf8_lossy(error.as_bytes())));
            Err(refused(path, "it is not text"))
        }
    }
}

fn file_error(path: &Path, source: io::Error) -> StoreError {
    let path = path.to_string_lossy().into_owned();
    // In words that say what was found.
    if private::is_link(&source) {
        let why = "it is a symbolic link";
        return StoreError::Unsafe { path, why };
    }
    StoreError::File { path, source }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenKind;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn account(kind: TokenKind) -> TokenAccount {
        TokenAccount::new(kind, "https://c")
    }

    #[test]
    fn a_token_is_kept_for_its_owner_alone_and_removed_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::below(folder.path());
        let write = account(TokenKind::Write);
        assert_eq!(store.get(std::slice::from_ref(&write)).unwrap(), [None]);
        assert!(!folder.path().join("insecure-tokens").exists());
        store.set(&write, &Secret::new("one")).unwrap();
        store.set(&write, &Secret::new("two")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store.path(&write)), 0o600);
        assert_eq!(mode(&folder.path().join("insecure-tokens")), 0o700);
        let both = [write.clone(), account(TokenKind::Read)];
        assert_eq!(store.get(&both).unwrap(), [Some(Secret::new("two")), None]);
        assert!(store.remove(&write).unwrap());
        assert!(!store.remove(&write).unwrap());
    }

    #[test]
    fn a_file_that_others_can_read_and_a_link_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::below(folder.path());
        let write = account(TokenKind::Write);
        store.set(&write, &Secret::new("one")).unwrap();
        let path = store.path(&write);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = store.get(std::slice::from_ref(&write)).unwrap_err();
        assert!(error.to_string().contains("can read it"), "{error}");
        let other = folder.path().join("other");
        fs::rename(&path, &other).unwrap();
        symlink(&other, &path).unwrap();
        let error = store.get(&[write]).unwrap_err().to_string();
        assert!(error.contains("symbolic link"), "{error}");
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_not_used() {
        let place = tempfile::tempdir().unwrap();
        let store = FileStore::below(place.path());
        let folder = place.path().join("insecure-tokens");
        let set = || {
            let set = store.set(&account(TokenKind::Write), &Secret::new("one"));
            let error: &dyn std::error::Error = &set.unwrap_err();
            error.source().unwrap().to_string()
        };
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(set(), "others can write to its folder");
        fs::rename(&folder, place.path().join("other")).unwrap();
        symlink(place.path().join("other"), &folder).unwrap();
        assert_eq!(set(), "its folder is a symbolic link");
    }

    #[test]
    fn a_pipe_in_the_place_of_a_token_is_not_waited_for() {
        let place = tempfile::tempdir().unwrap();
        let store = FileStore::below(place.path());
        let write = account(TokenKind::Write);
        store.set(&write, &Secret::new("one")).unwrap();
        let path = store.path(&write);
        fs::remove_file(&path).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR).unwrap();
        let error = store.get(&[write]).unwrap_err().to_string();
        assert!(error.contains("not a file"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_token_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t");
        let long = vec![b'a'; 65 << 10];
        for (bytes, why) in [(&b"\xff\xfe"[..], "not text"), (&long, "too large")] {
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let error = read_private(&path, Links::Followed).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
        let error = read_private(folder.path(), Links::Followed).unwrap_err();
        assert!(error.to_string().contains("folder"), "{error}");
    }
}
