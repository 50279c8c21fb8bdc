//! Where the reading of a file begins that was just found: where it was left, where an earlier run left it, at its start or at its end.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::source::follow::follower::{Follower, LEFT_MAX};
use crate::source::follow::guard::{Guard, read_at};
use crate::source::follow::identity::Identity;
use crate::source::follow::{Beginning, From};

/// How far the start of the last line is looked for.
const LINE_START_BYTES: usize = 64 << 10;

/// Inodes whose contents are counted.
const CONTENTS_MAX: usize = 1 << 16;

/// A file that was left and may come back.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) identity: Identity,
    pub(super) guard: Guard,
    pub(super) generation: u32,
}

impl Follower {
    /// Where to begin with a file that is not followed yet.
    pub(super) fn beginning(&mut self, path: &Path, identity: Identity, file: &File) -> Beginning {
        if let Some(left) = self.taken_up_again(identity, file) {
            return left;
        }
        let before = identity.inode.and_then(|inode| self.contents.get(&inode));
        if let Some(generation) = before {
            return Beginning {
                offset: 0,
                generation: generation.saturating_add(1),
            };
        }
        let known = self.plan.start_of.as_mut().and_then(|ask| ask(path));
        known.unwrap_or_else(|| {
            let is_old = self.plan.from == From::End && !self.has_started;
            Beginning {
                offset: if is_old {
                    last_line_start(file).unwrap_or(0)
                } else {
                    0
                },
                generation: 0,
            }
        })
    }

    /// Where this run left the file, when it has come back as it was.
    fn taken_up_again(&mut self, identity: Identity, file: &File) -> Option<Beginning> {
        let place = self
            .left
            .iter()
            .position(|left| left.identity == identity && left.guard.holds(file).unwrap_or(false));
        let left = self.left.remove(place?)?;
        Some(Beginning {
            offset: left.guard.offset(),
            generation: left.generation,
        })
    }

    /// Remembers a file that is left.
    pub(super) fn put_by(&mut self, left: Left) {
        if self.left.len() == LEFT_MAX {
            self.left.pop_front();
        }
        self.left.push_back(left);
    }

    /// Remembers which contents of an inode are read now.
    pub(super) fn note_contents(&mut self, identity: Identity, generation: u32) {
        if self.contents.len() >= CONTENTS_MAX {
            self.contents.clear();
        }
        if let Some(inode) = identity.inode {
            self.contents.insert(inode, generation);
        }
    }
}

/// Where the last line begins, or the end of the file when that is too far back.
fn last_line_start(file: &File) -> io::Result<u64> {
    let len = file.metadata()?.len();
    let from = len.saturating_sub(LINE_START_BYTES as u64);
    let last = read_at(file, from, LINE_START_BYTES)?;
    Ok(match memchr::memrchr(b'\n', &last) {
        Some(newline) => from + newline as u64 + 1,
        None if from == 0 => 0,
        None => len,
    })
}
