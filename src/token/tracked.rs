//! Whether git tracks a file: its name is looked up in the index of the repository around it. Git itself is not run, because a repository can
//! make it run anything.
//!
//! Reads index versions 2 to 4, with SHA-1 and SHA-256 names. Whatever else is found there counts as unknown.
//!
//! Spec: git, "Git index format".

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A larger index is not read: it would take longer than the whole command.
const INDEX_BYTES_MAX: u64 = 256 << 20;

/// Times, owner and size before the name of an entry's content.
const STAT_BYTES: usize = 40;

/// The bit in an entry's flags that says two more bytes follow.
const EXTENDED: u8 = 0x40;

/// Whether a file is tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tracked {
    /// It is.
    Yes,
    /// It is not, or there is no repository.
    No,
    /// The index cannot be read.
    Unknown,
}

/// Looks a file up that lies below the working directory.
pub(super) fn tracked(working_dir: &Path, file: &str) -> Tracked {
    let Ok(working_dir) = fs::canonicalize(working_dir) else {
        return Tracked::Unknown;
    };
    let Some(root) = working_dir
        .ancestors()
        .find(|folder| folder.join(".git").exists())
    else {
        return Tracked::No;
    };
    let Some(git) = git_folder(&root.join(".git")) else {
        return Tracked::Unknown;
    };
    let index = git.join("index");
    if !index.exists() {
        return Tracked::No;
    }
    let inside = working_dir.strip_prefix(root).unwrap_or(Path::new(""));
    let mut path: Vec<u8> = Vec::new();
    for part in inside {
        path.extend_from_slice(part.as_encoded_bytes());
        path.push(b'/');
    }
    path.extend_from_slice(file.as_bytes());
    match read(&index) {
        Some(bytes) => [20, 32]
            .into_iter()
            .find_map(|name_bytes| holds(&bytes, name_bytes, &path))
            .map_or(Tracked::Unknown, |held| {
                if held { Tracked::Yes } else { Tracked::No }
            }),
        None => Tracked::Unknown,
    }
}

/// The folder itself, or the one that the file of a worktree or a submodule names.
fn git_folder(dot_git: &Path) -> Option<PathBuf> {
    if dot_git.is_dir() {
        return Some(dot_git.to_owned());
    }
    let text = fs::read_to_string(dot_git).ok()?;
    let named = text.strip_prefix("gitdir:")?.trim();
    let folder = dot_git.parent()?.join(named);
    folder.is_dir().then_some(folder)
}

fn read(index: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = fs::File::open(index).ok()?.take(INDEX_BYTES_MAX + 1);
    file.read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= INDEX_BYTES_MAX).then_some(bytes)
}

/// Whether an index names the path or a folder above it; `None` when it cannot be read with names of this length.
fn holds(index: &[u8], name_bytes: usize, path: &[u8]) -> Option<bool> {
    let version = number(index, 4).filter(|_| index.starts_with(b"DIRC"))?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let count = number(index, 8)?;
    let (mut at, mut name) = (12, Vec::new());
    let mut held = false;
    for _ in 0..count {
        let flags = *index.get(at + STAT_BYTES + name_bytes)?;
        let extended = flags & EXTENDED != 0 && version > 2;
        let mut name_at = at + STAT_BYTES + name_bytes + if extended { 4 } else { 2 };
        if version == 4 {
            let (taken, length) = offset(index.get(name_at..)?)?;
            name.truncate(name.len().checked_sub(taken)?);
            name_at += length;
        } else {
            name.clear();
        }
        let rest = index.get(name_at..)?;
        let length = memchr::memchr(0, rest)?;
        name.extend_from_slice(&rest[..length]);
        // Where it is not, these are no entries of this length.
        if name.is_empty() {
            return None;
        }
        held |= names(&name, path);
        at = match version {
            4 => name_at + length + 1,
            // One to eight zeros fill the entry up.
            _ => at + (name_at + length - at + 8) / 8 * 8,
        };
    }
    // Another file holds the rest of a split index.
    (!has_extension(index, at, *b"link", name_bytes)?).then_some(held)
}

/// Whether one of the pieces behind the entries has this name; `None` when they do not lead to the checksum at the end.
fn has_extension(
    index: &[u8],
    entries_end: usize,
    name: [u8; 4],
    name_bytes: usize,
) -> Option<bool> {
    let (mut at, end) = (entries_end, index.len().checked_sub(name_bytes)?);
    let mut has = false;
    while at < end {
        has |= index.get(at..at + 4)? == name;
        at += 8 + usize::try_from(number(index, at + 4)?).ok()?;
    }
    (at == end).then_some(has)
}

/// Whether an entry is the path or, in a sparse index, a folder above it. Some file systems know no case.
fn names(entry: &[u8], path: &[u8]) -> bool {
    let is_start = path
        .get(..entry.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(entry));
    is_start && (entry.len() == path.len() || entry.ends_with(b"/"))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

/// Git's own form of a number of any length, as pack files have it, and how many bytes it took.
fn offset(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().take(8).enumerate() {
        if index > 0 {
            value += 1;
        }
        value = value << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const FILE: &str = ".logfire/logfire_credentials.json";

    #[track_caller]
    fn git(folder: &Path, words: &[&str]) -> bool {
        let status = Command::new("git")
            .args(words)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap()
            .status;
        status.success()
    }

    /// A repository with these files in its index.
    fn repository(format: &[&str], version: &str, files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        assert!(git(folder.path(), &[&["init", "-q"], format].concat()));
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "{}").unwrap();
        }
        assert!(git(folder.path(), &[&["add", "-f", "--"], files].concat()));
        assert!(git(
            folder.path(),
            &["update-index", "--index-version", version]
        ));
        folder
    }

    #[test]
    fn a_tracked_file_is_found_in_an_index_of_each_version() {
        for format in [&[][..], &["--object-format=sha256"]] {
            for version in ["2", "3", "4"] {
                let files = [".logfire/logfire_credentialr", FILE, "a", "z/b"];
                let folder = repository(format, version, &files);
                assert_eq!(tracked(folder.path(), FILE), Tracked::Yes, "{version}");
                let inside = folder.path().join("z");
                assert_eq!(tracked(&inside, FILE), Tracked::No, "{version}");
                assert_eq!(tracked(&inside, "b"), Tracked::Yes, "{version}");
            }
        }
    }

    #[test]
    fn a_file_that_is_only_there_is_not_tracked() {
        let folder = repository(&[], "2", &["a", ".logfire/.gitignore"]);
        fs::write(folder.path().join(FILE), "{}").unwrap();
        assert_eq!(tracked(folder.path(), FILE), Tracked::No);
        let alone = tempfile::tempdir().unwrap();
        assert_eq!(tracked(alone.path(), FILE), Tracked::No);
    }

    #[test]
    fn an_index_that_cannot_be_read_is_unknown() {
        let folder = repository(&[], "2", &["a"]);
        fs::write(folder.path().join(".git/index"), "DIRC\0\0\0\x09").unwrap();
        assert_eq!(tracked(folder.path(), FILE), Tracked::Unknown);
        let folder = repository(&[], "2", &["a"]);
        assert!(git(folder.path(), &["update-index", "--split-index"]));
        assert_eq!(tracked(folder.path(), FILE), Tracked::Unknown);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end_without_a_panic(bytes: Vec<u8>, version in 2_u8..5, count in 0_u8..9) {
            let head = [b"DIRC\0\0\0", &[version][..], &[0, 0, 0, count]].concat();
            let index = [head, bytes].concat();
            holds(&index, 20, b"a");
            holds(&index, 32, b"a");
        }
    }
}
