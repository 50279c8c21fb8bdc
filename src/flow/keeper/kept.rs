//! What a run remembers of the files it has opened, and which of them hold up the checkpoints of others.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::flow::feeder::KeptFile;
use crate::flow::keeper::Reached;
use crate::source::checkpoint::search;
use crate::source::checkpoint::{Entry, Mark, Print};
use crate::source::inode::{Inode, beside};

/// A file that was opened.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) path: PathBuf,
    /// The path that it is looked for under until it is read to its end.
    pub(super) drained_for: Option<PathBuf>,
    pub(super) identity: Option<Inode>,
    /// Of its first bytes.
    pub(super) head: Print,
    pub(super) generation: u32,
    pub(super) ended: bool,
    /// The offset that is written down.
    pub(super) written: Option<u64>,
}

/// Files that are not resolved yet and hold up the checkpoints of others behind them.
#[derive(Default)]
pub(super) struct Holders<'k> {
    /// By the path that was taken from a rotated one, which is not looked for any more once its successor has a mark of its own.
    paths: HashMap<&'k Path, usize>,
    /// By the inode, whose checkpoint the next contents take the place of.
    inodes: HashMap<Inode, usize>,
}

impl<'k> Holders<'k> {
    pub(super) fn of(files: &'k [Option<Kept>], reached: &[Reached]) -> Holders<'k> {
        let mut holders = Holders::default();
        for (index, (file, reached)) in files.iter().zip(reached).enumerate() {
            let Some(file) = file
                .as_ref()
                .filter(|file| !file.ended || !reached.is_settled)
            else {
                continue;
            };
            if let Some(path) = &file.drained_for {
                holders.paths.entry(path).or_insert(index);
            }
            if let Some(inode) = file.identity {
                holders.inodes.entry(inode).or_insert(index);
            }
        }
        holders
    }

    /// Whether a file waits for one before it.
    pub(super) fn hold(&self, index: usize, file: &Kept) -> bool {
        let is_before = |holder: Option<&usize>| holder.is_some_and(|holder| *holder < index);
        let inode = file.identity.and_then(|inode| self.inodes.get(&inode));
        is_before(self.paths.get(file.path.as_path())) || is_before(inode)
    }
}

impl Kept {
    pub(super) fn of(kept: &KeptFile) -> Kept {
        Kept {
            path: kept.path.clone(),
            drained_for: kept.start.drained_for.clone(),
            identity: kept.start.identity,
            head: Print::of(&kept.head),
            generation: kept.start.generation,
            ended: false,
            written: None,
        }
    }

    /// Where it is, once everything that was read of it is resolved: perhaps under another name. Of one that is not found, only the folder is
    /// left to say. One that holds more than was read keeps the path that was named: by that it is looked for in the next run.
    pub(super) fn whereabouts(&self, read_to: u64) -> PathBuf {
        if self.identity.is_none() || search::identity_of(&self.path) == self.identity {
            return self.path.clone();
        }
        let is_it = |metadata: &Metadata| Inode::of(metadata) == self.identity;
        let Some(found) = beside(&self.path, is_it) else {
            return self.path.parent().unwrap_or(&self.path).to_owned();
        };
        let is_read = std::fs::metadata(&found).is_ok_and(|file| file.len() <= read_to);
        if is_read { found } else { self.path.clone() }
    }

    /// What is remembered of it; `is_done` when it was read to its end and nothing of it is open.
    pub(super) fn entry(
        &self,
        mark: Mark,
        is_done: bool,
        (destination, now): (&str, u64),
    ) -> Entry {
        let path = match &self.drained_for {
            _ if is_done => self.whereabouts(mark.offset),
            Some(taken) => taken.clone(),
            None => self.path.clone(),
        };
        Entry {
            destination: destination.to_owned(),
            identity: self.identity,
            path,
            generation: self.generation,
            head: self.head,
            mark,
            last_seen: now,
        }
    }
}
