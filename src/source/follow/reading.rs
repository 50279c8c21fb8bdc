//! Which files are open, and what is read of them in turn.

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use crate::source::follow::beginning::Left;
use crate::source::follow::follower::Follower;
use crate::source::follow::guard::read_at;
use crate::source::follow::identity::Look;
use crate::source::follow::tail::{Parts, Tail, Ties};
use crate::source::follow::{Came, Emit, FollowEvent, Gone, Notice, Pace};
use crate::source::head::HEAD_BYTES;
use crate::source::inflate::is_compressed;

/// Whether a file is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    Yes,
    /// Too many others are, and none of them can be closed now.
    NoRoom,
    /// It is nowhere in its folder.
    NotFound,
}

impl Follower {
    /// Files that are open.
    pub fn open_files(&self) -> usize {
        let tails = self.tails.values();
        tails.filter(|tail| tail.file.is_some()).count()
    }

    /// At most one block of each file.
    pub(super) fn read(
        &mut self,
        now: Instant,
        parts: Parts,
        emit: &mut Emit<'_>,
    ) -> Result<Pace, Gone> {
        let (mut is_more, mut has_read, mut is_crowded) = (false, false, false);
        let numbers: Vec<usize> = self.tails.keys().copied().collect();
        for number in numbers {
            let Some(tail) = self.tails.get(&number) else {
                continue;
            };
            let is_due = tail.part_is_due(now, self.plan.part_wait);
            let parts = if is_due { Parts::Send } else { parts };
            let is_wanted = !tail.is_read() || (parts == Parts::Send && tail.holds_part());
            if tail.after.is_some() || !is_wanted {
                continue;
            }
            match self.open(number) {
                Opened::Yes => {
                    is_more |= self.read_one(number, parts, emit)? == Pace::More;
                    has_read = true;
                }
                Opened::NoRoom => is_crowded = true,
                // The next look tells what became of it.
                Opened::NotFound => {}
            }
        }
        // What was read now may be closed for the others.
        Ok(if is_more || (is_crowded && has_read) {
            Pace::More
        } else {
            Pace::Idle
        })
    }

    fn read_one(&mut self, number: usize, parts: Parts, emit: &mut Emit<'_>) -> Result<Pace, Gone> {
        let Some(tail) = self.tails.get_mut(&number) else {
            return Ok(Pace::Idle);
        };
        let (came, is_more) = match tail.read(parts) {
            Ok(Some(read)) => read,
            Ok(None) => return Ok(Pace::Idle),
            Err(error) => {
                self.ignored.insert(tail.look.identity);
                self.tails.remove(&number);
                emit(FollowEvent::File(number, Came::Failed(error)))?;
                return Ok(Pace::Idle);
            }
        };
        if !tail.has_begun && is_gzip_that_was_empty(tail, &came) {
            let (path, identity) = (tail.path.clone(), tail.look.identity);
            self.ignored.insert(identity);
            self.tails.remove(&number);
            self.say_once(&path, Notice::Compressed(path.clone()), emit)?;
            emit(FollowEvent::File(number, Came::Ended))?;
            return Ok(Pace::Idle);
        }
        begin(number, tail, emit)?;
        emit(FollowEvent::File(number, came))?;
        Ok(if is_more { Pace::More } else { Pace::Idle })
    }

    /// Sees that a file is open. A closed one is looked for by its identity.
    pub(super) fn open(&mut self, number: usize) -> Opened {
        let Some(tail) = self.tails.get(&number) else {
            return Opened::NotFound;
        };
        if tail.file.is_some() {
            return Opened::Yes;
        }
        let (path, identity) = (tail.path.clone(), tail.look.identity);
        if !self.make_room() {
            return Opened::NoRoom;
        }
        let open = |path: &Path| {
            let file = File::open(path).ok()?;
            let look = Look::of(&file.metadata().ok()?);
            (look.identity == identity).then_some(file)
        };
        let file = open(&path).or_else(|| open(&identity.beside(&path)?));
        match self.tails.get_mut(&number) {
            Some(tail) if file.is_some() => {
                tail.file = file;
                Opened::Yes
            }
            _ => Opened::NotFound,
        }
    }

    /// Closes the file that has not grown for the longest time, if there must be room. One that is not read to its end stays open.
    fn make_room(&mut self) -> bool {
        if self.open_files() < self.plan.open_files_max {
            return true;
        }
        let idle = self
            .tails
            .values_mut()
            .filter(|tail| tail.file.is_some() && tail.is_read() && tail.ties == Ties::Named)
            .min_by_key(|tail| tail.active_at);
        match idle {
            Some(tail) => {
                tail.file = None;
                true
            }
            None => false,
        }
    }

    /// Hands out what is left of a file and forgets it.
    pub(super) fn leave(&mut self, number: usize, emit: &mut Emit<'_>) -> Result<(), Gone> {
        let Some(mut tail) = self.tails.remove(&number) else {
            return Ok(());
        };
        if tail.ties != Ties::Named
            && let Ok(Some((came, _))) = tail.read(Parts::Send)
        {
            begin(number, &mut tail, emit)?;
            emit(FollowEvent::File(number, came))?;
        }
        self.put_by(Left {
            identity: tail.look.identity,
            guard: tail.guard,
            generation: tail.generation,
        });
        emit(FollowEvent::File(number, Came::Ended))
    }
}

/// Hands out the head of a file whose reading begins behind it, before its first bytes.
fn begin(number: usize, tail: &mut Tail, emit: &mut Emit<'_>) -> Result<(), Gone> {
    let has_begun = std::mem::replace(&mut tail.has_begun, true);
    let started_behind = tail.starts_behind();
    if has_begun || !started_behind {
        return Ok(());
    }
    let head = tail
        .file
        .as_ref()
        .and_then(|file| read_at(file, 0, HEAD_BYTES).ok());
    emit(FollowEvent::File(
        number,
        Came::Head(head.unwrap_or_default()),
    ))
}

/// A compressed file that was found before its first bytes were written.
fn is_gzip_that_was_empty(tail: &Tail, came: &Came) -> bool {
    match came {
        Came::Bytes(bytes) | Came::Part(bytes) => !tail.starts_behind() && is_compressed(bytes),
        _ => false,
    }
}
