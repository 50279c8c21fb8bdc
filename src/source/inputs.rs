//! What the user named → the inputs to read: patterns expanded, each file once, all of them looked at before anything is sent.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::source::SourceError;

/// One thing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file that is read once from its start to its end.
    File(PathBuf),
    /// Something without an end known beforehand: a named pipe, a device.
    Stream(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// As the user named it.
    pub fn name(&self) -> String {
        match self {
            Input::File(path) | Input::Stream(path) => path.to_string_lossy().into_owned(),
            Input::Stdin => "-".to_owned(),
        }
    }
}

/// Expands and checks what was typed.
///
/// Shape: words → inputs in the same order, a file that is named twice only once, and one warning for each that was left out.
/// Errors: the first that is missing, unreadable, a directory, or a pattern without a match.
pub fn inputs(words: &[PathBuf]) -> Result<(Vec<Input>, Vec<String>), SourceError> {
    let (mut found, mut warnings, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for word in words {
        if word.as_os_str() == "-" {
            if !found.contains(&Input::Stdin) {
                found.push(Input::Stdin);
            }
            continue;
        }
        for path in expanded(word)? {
            let input = check(path)?;
            if seen.insert(identity(&input)) {
                found.push(input);
            } else {
                warnings.push(format!("{} is named twice and read once", input.name()));
            }
        }
    }
    Ok((found, warnings))
}

/// The files that a word stands for. A file whose name looks like a pattern is itself.
fn expanded(word: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let pattern = word.to_string_lossy().into_owned();
    let is_pattern = pattern.contains(['*', '?', '[']);
    if !is_pattern || fs::symlink_metadata(word).is_ok() {
        return Ok(vec![word.to_owned()]);
    }
    let matches = glob::glob(&pattern).map_err(|source| SourceError::Pattern {
        pattern: pattern.clone(),
        source,
    })?;
    let found: Result<Vec<PathBuf>, _> = matches.collect();
    let found = found.map_err(|error| SourceError::Open {
        path: error.path().to_string_lossy().into_owned(),
        source: error.into(),
    })?;
    let files: Vec<PathBuf> = found.into_iter().filter(|path| !path.is_dir()).collect();
    if files.is_empty() {
        return Err(SourceError::NoMatch { pattern });
    }
    Ok(files)
}

fn check(path: PathBuf) -> Result<Input, SourceError> {
    let text = path.to_string_lossy().into_owned();
    let open_error = |source: io::Error| SourceError::Open {
        path: text.clone(),
        source,
    };
    let metadata = fs::metadata(&path).map_err(open_error)?;
    if metadata.is_dir() {
        return Err(SourceError::Directory { path: text });
    }
    if !metadata.is_file() {
        // Opening a named pipe to try it would take its writer away.
        return Ok(Input::Stream(path));
    }
    File::open(&path).map_err(open_error)?;
    Ok(Input::File(path))
}

/// What tells two names of one file: the path without links.
fn identity(input: &Input) -> PathBuf {
    match input {
        Input::File(path) | Input::Stream(path) => {
            fs::canonicalize(path).unwrap_or_else(|_| path.clone())
        }
        Input::Stdin => PathBuf::from("-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&Path]) -> Result<Vec<String>, String> {
        let words: Vec<PathBuf> = words.iter().map(|word| word.to_path_buf()).collect();
        let (found, _) = inputs(&words).map_err(|error| error.to_string())?;
        Ok(found
            .iter()
            .map(|input| input.name().rsplit('/').next().unwrap().to_owned())
            .collect())
    }

    #[test]
    fn patterns_are_expanded_in_order_and_each_file_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.log", "a.log", "c.txt", "we[ir]d.log"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let pattern = folder.path().join("*.log");
        let twice = folder.path().join("a.log");
        assert_eq!(
            names(&[&twice, &pattern]).unwrap(),
            ["a.log", "b.log", "we[ir]d.log"]
        );
        assert_eq!(
            names(&[&folder.path().join("we[ir]d.log")]).unwrap(),
            ["we[ir]d.log"]
        );
        assert_eq!(names(&[Path::new("-"), Path::new("-")]).unwrap(), ["-"]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            names(&[&folder.path().join("missing.log")])
                .unwrap_err()
                .starts_with("cannot open ")
        );
        assert!(
            names(&[folder.path()])
                .unwrap_err()
                .ends_with(" is a directory")
        );
        assert!(
            names(&[&folder.path().join("*.nope")])
                .unwrap_err()
                .starts_with("no file matches ")
        );
    }
}
