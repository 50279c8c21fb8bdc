//! What was typed → the paths it stands for now. Patterns are expanded anew at every look.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::source::SourceError;
use crate::source::follow::Notice;
use crate::source::follow::guard::read_at;
use crate::source::inflate::{MAGIC_BYTES, is_compressed};

/// The words of the command line.
#[derive(Debug)]
pub(super) struct Targets {
    words: Vec<PathBuf>,
    /// Words of which it was said already that nothing is there.
    said: HashSet<PathBuf>,
}

impl Targets {
    pub(super) fn new(words: Vec<PathBuf>) -> Targets {
        Targets {
            words,
            said: HashSet::new(),
        }
    }

    /// The paths, each once, and what is to be said of words that stand for nothing yet.
    pub(super) fn paths(&mut self) -> (Vec<PathBuf>, Vec<Notice>) {
        let (mut paths, mut notices, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for word in &self.words {
            let is_there = fs::metadata(word).is_ok();
            let found = if is_there || !is_pattern(word) {
                vec![word.clone()]
            } else {
                matches(word)
            };
            let nothing = found.is_empty() || (!is_there && !is_pattern(word));
            if nothing && self.said.insert(word.clone()) {
                notices.push(if is_pattern(word) {
                    Notice::WaitingForMatch(word.clone())
                } else {
                    Notice::Waiting(word.clone())
                });
            }
            paths.extend(found.into_iter().filter(|path| seen.insert(path.clone())));
        }
        (paths, notices)
    }
}

/// Checks what can be checked before anything is there.
///
/// Errors: a folder, a compressed file, or a pattern that is none.
pub fn check(words: &[PathBuf]) -> Result<(), SourceError> {
    for word in words {
        let text = || word.to_string_lossy().into_owned();
        if word.is_dir() {
            return Err(SourceError::Directory { path: text() });
        }
        // A named pipe must not be opened to try it.
        let magic = word.is_file().then(|| {
            let file = File::open(word)?;
            read_at(&file, 0, MAGIC_BYTES)
        });
        if matches!(magic, Some(Ok(magic)) if is_compressed(&magic)) {
            return Err(SourceError::Compressed { path: text() });
        }
        if is_pattern(word) && fs::metadata(word).is_err() {
            glob::Pattern::new(&text()).map_err(|source| SourceError::Pattern {
                pattern: text(),
                source,
            })?;
        }
    }
    Ok(())
}

/// The files that the words stand for now and that can be followed.
pub fn there(words: &[PathBuf]) -> Vec<PathBuf> {
    let (mut paths, _) = Targets::new(words.to_vec()).paths();
    paths.retain(|path| {
        let magic = File::open(path).and_then(|file| read_at(&file, 0, MAGIC_BYTES));
        path.is_file() && magic.is_ok_and(|magic| !is_compressed(&magic))
    });
    paths
}

fn is_pattern(word: &Path) -> bool {
    word.to_string_lossy().contains(['*', '?', '['])
}

/// The files that match now; what cannot be looked at is not there.
fn matches(pattern: &Path) -> Vec<PathBuf> {
    let Ok(found) = glob::glob(&pattern.to_string_lossy()) else {
        return Vec::new();
    };
    found
        .filter_map(Result::ok)
        .filter(|path| !path.is_dir())
        .collect()
}
