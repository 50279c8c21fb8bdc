//! Inputs and checkpoints → where to begin in each file, and which rotated files to read to their end before.
//!
//! A file whose name is taken by another, or that was cut off, may have left unread records behind, in a file of another name in the
//! same folder or in a copy. That file is looked for and put before the one that has the name now. What cannot be read counts as another
//! file, so that doubt leads to reading again and never to skipping.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::checkpoint::identity::{Evidence, Node, Verdict, judge};
use crate::source::checkpoint::{Entry, HEAD_BYTES_MAX, Mark};
use crate::source::inflate;
use crate::source::inode::Inode;
use crate::source::inputs::Input;

/// Most files of a folder that are looked at to find a rotated one.
const FOLDER_FILES_MAX: usize = 1_000;

/// Bytes that must have been read of a file before another inode is taken for it, unless it is looked for: files that begin alike are
/// not copies.
const MOVED_OFFSET_MIN: u64 = HEAD_BYTES_MAX as u64;

/// Where reading begins in one input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Start {
    /// Where, and what stands before it; 0 is the beginning.
    pub mark: Mark,
    /// The file that was found; another one begins at 0.
    pub identity: Option<Inode>,
    /// How many contents its inode had before these.
    pub generation: u32,
    /// The path that the user named, when this is a rotated file that is read before what has the path now.
    pub drained_for: Option<PathBuf>,
}

/// What to read, in order.
#[derive(Debug, Default)]
pub struct Found {
    /// The inputs, the rotated ones among them.
    pub inputs: Vec<Input>,
    /// Where to begin in each.
    pub starts: Vec<Start>,
    /// What the user should know, one sentence each.
    pub warnings: Vec<String>,
}

/// Finds where to begin. `entries` are those of the run's destination.
pub fn find(inputs: Vec<Input>, entries: &[&Entry]) -> Found {
    let named: HashSet<Inode> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::File(path) => identity_of(path),
            Input::Stream(_) | Input::Stdin => None,
        })
        .collect();
    let mut search = Search {
        entries,
        taken: named,
        found: Found::default(),
    };
    for input in inputs {
        match input {
            Input::File(path) => search.file(path),
            other => search.push(other, Start::default()),
        }
    }
    search.found
}

/// Where to begin in one file; `None` when nothing is remembered of it.
pub fn start_in(path: &Path, entries: &[&Entry]) -> Option<Start> {
    let identity = identity_of(path);
    let known = known(entries, path, identity)?;
    Some(start_of(Some(known), identity))
}

/// What the system tells a file apart by.
pub fn identity_of(path: &Path) -> Option<Inode> {
    Inode::of(&fs::metadata(path).ok()?)
}

struct Search<'e> {
    entries: &'e [&'e Entry],
    /// Files that are read anyway.
    taken: HashSet<Inode>,
    found: Found,
}

/// What a file is, and to which checkpoint.
#[derive(Debug, Clone, Copy)]
struct Match<'e> {
    entry: &'e Entry,
    verdict: Verdict,
}

impl<'e> Search<'e> {
    fn push(&mut self, input: Input, start: Start) {
        self.found.inputs.push(input);
        self.found.starts.push(start);
    }

    fn file(&mut self, path: PathBuf) {
        let identity = identity_of(&path);
        let known = known(self.entries, &path, identity);
        let absolute = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        let left = self.entries.iter().copied().filter(|entry| {
            let is_other = entry.identity.is_some() && entry.identity != identity;
            is_other && entry.path == absolute
        });
        let mut left: Vec<&Entry> = left.collect();
        left.sort_by_key(|entry| entry.last_seen);
        let changed =
            |known: &Match<'_>| !matches!(known.verdict, Verdict::Continue | Verdict::Moved);
        let was_changed = known.filter(changed);
        left.extend(was_changed.map(|known| known.entry));
        for entry in left {
            let is_found = self.drain(entry, &path, &absolute);
            let is_truncated = was_changed
                .is_some_and(|known| known.verdict == Verdict::Truncated && known.entry == entry);
            if is_truncated && !is_found {
                self.found.warnings.push(format!(
                    "{} was cut off since it was read, and no copy of it was found: whether records behind byte {} are lost is unknown",
                    path.to_string_lossy(),
                    entry.mark.offset
                ));
            }
        }
        self.push(Input::File(path), start_of(known, identity));
    }

    /// Puts the file that holds what is unread behind this mark before the one that has its path now. Whether it was found.
    fn drain(&mut self, entry: &'e Entry, path: &Path, absolute: &Path) -> bool {
        if entry.mark.offset == 0 && entry.head.len == 0 {
            return false;
        }
        let Some(rotated) = rotated(entry, path) else {
            return false;
        };
        let identity = identity_of(&rotated);
        if identity.is_some_and(|identity| self.taken.contains(&identity)) {
            return true;
        }
        // Some of it may have been read under its own name already.
        let own = known(self.entries, &rotated, identity);
        let own = own.filter(|own| matches!(own.verdict, Verdict::Continue | Verdict::Moved));
        let own = own.map(|own| own.entry.mark);
        let mark = own
            .filter(|own| own.offset > entry.mark.offset)
            .unwrap_or(entry.mark);
        if is_more_behind(&rotated, mark.offset).unwrap_or(false) {
            self.taken.extend(identity);
            let start = Start {
                mark,
                identity,
                generation: entry.generation,
                drained_for: Some(absolute.to_owned()),
            };
            self.push(Input::File(rotated), start);
        }
        true
    }
}

/// The file in the same folder that this checkpoint speaks of: by its inode, else by its bytes.
fn rotated(entry: &Entry, path: &Path) -> Option<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let own = identity_of(path);
    let files = fs::read_dir(folder).ok()?.take(FOLDER_FILES_MAX);
    let mut files: Vec<PathBuf> = files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|file| fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file()))
        .filter(|file| identity_of(file) != own)
        .collect();
    files.sort();
    let is_it = |file: &PathBuf, inode| {
        let verdict = verdict(file, entry, inode);
        matches!(verdict, Verdict::Continue | Verdict::Moved)
    };
    let same = |file: &&PathBuf| entry.identity == identity_of(file) && is_it(file, Node::Same);
    let by_inode = files.iter().find(same);
    let by_bytes = || files.iter().find(|file| is_it(file, Node::Other));
    by_inode.or_else(by_bytes).cloned()
}

/// The checkpoint that speaks of this file, or of one that had its inode.
fn known<'e>(entries: &[&'e Entry], path: &Path, identity: Option<Inode>) -> Option<Match<'e>> {
    let judged = |entry: &'e Entry, inode| Match {
        entry,
        verdict: verdict(path, entry, inode),
    };
    let same = entries.iter().copied();
    let mut same = same.filter(|entry| entry.identity.is_some() && entry.identity == identity);
    if let Some(entry) = same.next() {
        return Some(judged(entry, Node::Same));
    }
    let others = entries.iter().copied();
    others
        .filter(|entry| entry.mark.offset >= MOVED_OFFSET_MIN)
        .map(|entry| judged(entry, Node::Other))
        .filter(|found| found.verdict == Verdict::Moved)
        .max_by_key(|found| found.entry.mark.offset)
}

/// Where to begin in a file of which this is known.
fn start_of(known: Option<Match<'_>>, identity: Option<Inode>) -> Start {
    let beginning = Mark::default();
    let (mark, generation) = match known {
        None => (beginning, 0),
        Some(Match { entry, verdict }) => match verdict {
            Verdict::Continue | Verdict::Moved => (entry.mark, entry.generation),
            Verdict::Rewritten | Verdict::Truncated | Verdict::Reused => {
                (beginning, entry.generation.saturating_add(1))
            }
            Verdict::New => (beginning, 0),
        },
    };
    Start {
        mark,
        identity,
        generation,
        drained_for: None,
    }
}

/// What a file is to a checkpoint; one that cannot be read is another.
fn verdict(path: &Path, entry: &Entry, inode: Node) -> Verdict {
    let unreadable = match inode {
        Node::Same => Verdict::Reused,
        Node::Other => Verdict::New,
    };
    evidence(path, entry, inode).map_or(unreadable, judge)
}

/// Compares a file with what is remembered.
fn evidence(path: &Path, entry: &Entry, inode: Node) -> io::Result<Evidence> {
    let file = Arc::new(File::open(path)?);
    let head = bytes_at(&file, 0, entry.head.len)?;
    let head = head.is_some_and(|head| entry.head.matches(&head));
    if !head && inode == Node::Other {
        // What is compressed is not inflated to no purpose.
        return Ok(Evidence {
            inode,
            reaches: false,
            head,
            tail: false,
        });
    }
    let tail = entry.mark.tail;
    let before = entry.mark.offset.saturating_sub(u64::from(tail.len));
    let found = bytes_at(&file, before, tail.len)?;
    Ok(Evidence {
        inode,
        reaches: found.is_some(),
        head,
        tail: found.is_some_and(|found| tail.matches(&found)),
    })
}

/// So many bytes from an offset on; `None` when the file ends before.
fn bytes_at(file: &Arc<File>, offset: u64, count: u32) -> io::Result<Option<Vec<u8>>> {
    let Some(reader) = inflate::from_offset(file, offset)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    reader.take(u64::from(count)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 == u64::from(count)).then_some(bytes))
}

fn is_more_behind(path: &Path, offset: u64) -> io::Result<bool> {
    let file = Arc::new(File::open(path)?);
    Ok(bytes_at(&file, offset, 1)?.is_some())
}

#[cfg(test)]
mod tests;
