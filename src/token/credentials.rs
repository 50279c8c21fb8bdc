//! The credentials that a Logfire SDK left in the working directory: read, never written.
//!
//! They count for the destination they name and for no other. A repository may carry such files to have other people's logs sent to its own
//! project, so symbolic links are not followed, and what git tracks is refused.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use serde_json::Value;
use url::Url;

use crate::base::private::{Links, open};
use crate::base::secret::Secret;
use crate::token::file::FILE_BYTES_MAX;
use crate::token::tracked::{Tracked, tracked};
use crate::token::{StoreError, TokenKind};

/// The SDK's folder.
const FOLDER: &str = ".logfire";

/// The file of a kind, and its member that names the server.
fn file_of(kind: TokenKind) -> (&'static str, &'static str) {
    match kind {
        TokenKind::Write => ("logfire_credentials.json", "logfire_api_url"),
        TokenKind::Read => ("read_token.json", "base_url"),
    }
}

/// The token of a kind for one of the origins, and which it is; `None` when there is none for these.
///
/// Errors: a file for these that may be somebody else's, or that cannot be read.
pub fn find(
    working_dir: &Path,
    kind: TokenKind,
    origins: &[&str],
) -> Result<Option<(usize, Secret)>, StoreError> {
    let (name, url_key) = file_of(kind);
    let untrusted = |why| StoreError::Unsafe {
        path: format!("./{FOLDER}/{name}"),
        why,
    };
    let folder = working_dir.join(FOLDER);
    let Ok(facts) = fs::symlink_metadata(&folder) else {
        return Ok(None);
    };
    let path = folder.join(name);
    if facts.is_symlink() {
        let error = Err(untrusted("its folder is a symbolic link"));
        return if path.exists() { error } else { Ok(None) };
    }
    let text = match read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) if path.is_symlink() => return Err(untrusted("it is a symbolic link")),
        Err(_) => return Err(untrusted("it cannot be read")),
    };
    let members: Value = serde_json::from_str(text.expose())
        .map_err(|_| untrusted("it is not the JSON of a Logfire SDK"))?;
    let member = |key: &str| members.get(key).and_then(Value::as_str);
    let origin = member(url_key)
        .and_then(|url| Url::parse(url).ok())
        .map(|url| url.origin().ascii_serialization());
    let index = origins
        .iter()
        .position(|known| Some(*known) == origin.as_deref());
    let (Some(index), Some(token)) = (index, member("token")) else {
        return Ok(None);
    };
    match tracked(working_dir, &format!("{FOLDER}/{name}")) {
        Tracked::No => Ok(Some((index, Secret::new(token)))),
        Tracked::Yes => Err(untrusted("git tracks it, so it may be somebody else's")),
        Tracked::Unknown => Err(untrusted("it cannot be told whether git tracks it")),
    }
}

fn read(path: &Path) -> io::Result<Secret> {
    let file = open(path, Links::Refused)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    let mut text = String::new();
    file.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(Secret::new(text))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    const US: &str = "https://logfire-us.pydantic.dev";
    const EU: &str = "https://logfire-eu.pydantic.dev";

    /// A working directory with the SDK's file in it.
    fn folder(json: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        let path = folder.path().join(".logfire/logfire_credentials.json");
        fs::write(path, json).unwrap();
        folder
    }

    fn credentials() -> tempfile::TempDir {
        folder(&format!(
            "{{\"token\":\"t0k\",\"logfire_api_url\":\"{EU}/\"}}"
        ))
    }

    /// The place of the token's origin, or what is wrong.
    #[track_caller]
    fn check(working_dir: &Path, origins: &[&str], expected: &str) {
        let found = match find(working_dir, TokenKind::Write, origins) {
            Ok(Some((index, token))) => format!("{index} {}", token.expose()),
            Ok(None) => "none".to_owned(),
            Err(error) => error.to_string(),
        };
        assert!(found.ends_with(expected), "{found}");
    }

    #[test]
    fn the_token_counts_for_the_destination_that_the_file_names() {
        let folder = credentials();
        check(folder.path(), &[US, EU], "1 t0k");
        check(folder.path(), &[EU], "0 t0k");
        check(folder.path(), &[US], "none");
        let empty = tempfile::tempdir().unwrap();
        check(empty.path(), &[EU], "none");
        let read = find(folder.path(), TokenKind::Read, &[EU]).unwrap();
        assert_eq!(read, None);
    }

    #[test]
    fn a_file_of_another_shape_is_refused_and_one_without_a_server_is_none() {
        check(folder("t0k").path(), &[EU], "not the JSON of a Logfire SDK");
        check(folder("{\"token\":\"t0k\"}").path(), &[EU], "none");
    }

    #[test]
    fn links_are_not_followed() {
        let theirs = credentials();
        let ours = tempfile::tempdir().unwrap();
        symlink(theirs.path().join(FOLDER), ours.path().join(FOLDER)).unwrap();
        check(ours.path(), &[EU], "its folder is a symbolic link");
        let ours = tempfile::tempdir().unwrap();
        fs::create_dir(ours.path().join(FOLDER)).unwrap();
        let name = ".logfire/logfire_credentials.json";
        symlink(theirs.path().join(name), ours.path().join(name)).unwrap();
        check(ours.path(), &[EU], "it is a symbolic link");
    }

    #[test]
    fn what_git_tracks_is_refused() {
        let folder = credentials();
        let git = |words: &[&str]| {
            let done = Command::new("git")
                .args(words)
                .current_dir(folder.path())
                .output();
            assert!(done.unwrap().status.success());
        };
        git(&["init", "-q"]);
        check(folder.path(), &[EU], "0 t0k");
        git(&["add", "-f", "."]);
        check(
            folder.path(),
            &[EU],
            "git tracks it, so it may be somebody else's",
        );
    }
}
