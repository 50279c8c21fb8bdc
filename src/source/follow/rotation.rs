//! What rotation leaves beside a file: `app.log.1`, `app.log-20261119`, `app-2026-11-19.log`, `app.1.log`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::source::follow::identity::Look;

/// A file that was rotated away from a path.
#[derive(Debug, Clone)]
pub(super) struct Rotated {
    pub(super) path: PathBuf,
    pub(super) look: Look,
}

/// The rotated files of a path, the longest unwritten first. A folder that cannot be read has none.
pub(super) fn rotated(path: &Path) -> Vec<Rotated> {
    let Ok(entries) = fs::read_dir(folder(path)) else {
        return Vec::new();
    };
    let mut found: Vec<Rotated> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|other| is_rotated(path, other))
        .filter_map(|path| {
            let metadata = fs::symlink_metadata(&path).ok()?;
            let look = Look::of(&metadata);
            metadata.is_file().then_some(Rotated { path, look })
        })
        .collect();
    found.sort_by(|one, other| {
        (one.look.written, &one.path).cmp(&(other.look.written, &other.path))
    });
    found
}

/// The folder of a path.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether one name is the other's with a number or a date added, in front of the extension or behind it.
pub(super) fn is_rotated(path: &Path, other: &Path) -> bool {
    let (Some(stem), Some(name)) = (
        path.file_stem().and_then(|stem| stem.to_str()),
        other.file_name().and_then(|name| name.to_str()),
    ) else {
        return false;
    };
    let extension = path.extension().and_then(|extension| extension.to_str());
    let Some(added) = name.strip_prefix(stem) else {
        return false;
    };
    let dotted = extension.map(|extension| format!(".{extension}"));
    let added = match &dotted {
        None => Some(added),
        Some(dotted) => added
            .strip_prefix(dotted.as_str())
            .or_else(|| added.strip_suffix(dotted.as_str())),
    };
    added.is_some_and(is_number_or_date)
}

fn is_number_or_date(added: &str) -> bool {
    let kept = added.strip_suffix(".old").or(added.strip_suffix(".bak"));
    let text = match kept {
        Some("") => return true,
        Some(text) => text,
        None => added,
    };
    text.starts_with(['.', '-', '_'])
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".-_T".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, other: &str, expected: bool) {
        let found = is_rotated(Path::new(path), Path::new(other));
        assert_eq!(found, expected, "{path} {other}");
    }

    #[test]
    fn a_number_or_a_date_makes_a_rotated_name() {
        check("/v/app.log", "/v/app.log.1", true);
        check("/v/app.log", "/v/app.log-20261119", true);
        check("/v/app.log", "/v/app.log.2026-11-19T10", true);
        check("/v/app.log", "/v/app-2026-11-19.log", true);
        check("/v/app.log", "/v/app.1.log", true);
        check("/v/app.log", "/v/app.log.old", true);
        check("/v/syslog", "/v/syslog.1", true);
        check("/v/app.log", "/v/app.log", false);
        check("/v/app.log", "/v/app.log.1.gz", false);
        check("/v/app.log", "/v/app-errors.log", false);
        check("/v/app.log", "/v/app.txt", false);
        check("/v/app.log", "/v/app2.log", false);
        check("/v/app.log", "/v/other.log.1", false);
    }
}
