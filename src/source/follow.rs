//! Followed files: paths and patterns → the bytes that are written to them, through rotation, truncation and disappearance.
//!
//! [`Follower::poll`] looks at every path and reads what is new, a block of each file in turn. It needs no notification by the
//! system: each look compares identity, length and time of writing of the path and of the open handle, so nothing depends on how many
//! events came between two looks. One file, from the moment it is found until it is left, is one source; a new file under the
//! same path is another.
//!
//! Only complete lines are handed out. A last line without line break is held until the break comes or nothing was written for
//! [`FollowPlan::part_wait`]; then it is handed out as it is, and what follows of it later is a record of its own.
//!
//! Limits: lines written between the copying and the truncating of `copytruncate` are lost to every reader. A file that comes and is deleted between
//! two looks is never seen.

mod beginning;
mod follower;
mod guard;
mod identity;
mod reading;
mod rotation;
mod tail;
mod targets;
#[cfg(test)]
mod tests;
mod verdict;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;

pub use self::follower::Follower;
pub use self::guard::Guard;
pub use self::identity::{Identity, Look};
pub use self::targets::{check, there};
pub use self::verdict::{Known, Verdict, verdict};

/// How often a follower that waits looks whether the run shall end.
const STOP_CHECK: Duration = Duration::from_millis(50);

/// Where the reading of a file begins that is there when following begins. One that appears later is read from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// With its first byte.
    Start,
    /// With the first line that is not complete yet.
    End,
}

/// What becomes of a last line without line break when following ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartAtEnd {
    /// It is handed out, as at the end of a pipe.
    Send,
    /// It stays in the file, for a later run that goes on at its start.
    Leave,
}

/// Where the reading of a file begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beginning {
    /// Everything before it counts as read.
    pub offset: u64,
    /// How many contents its inode had before these.
    pub generation: u32,
}

/// Tells where to go on with a file that an earlier run has read; `None` for one that is not known.
pub type StartOf = Box<dyn FnMut(&Path) -> Option<Beginning> + Send>;

/// What to follow, and how.
pub struct FollowPlan {
    /// Paths and patterns, as they were typed.
    pub words: Vec<PathBuf>,
    /// Where to begin.
    pub from: From,
    /// The time between two looks.
    pub poll_interval: Duration,
    /// How long a last line without line break is held after the last growth of its file.
    pub part_wait: Duration,
    /// What becomes of it at the end.
    pub part_at_end: PartAtEnd,
    /// Most files that are open at a time.
    pub open_files_max: usize,
    /// Files that we write ourselves; they are never followed.
    pub own: Vec<PathBuf>,
    /// Goes before `from`, for files that an earlier run has read.
    pub start_of: Option<StartOf>,
}

/// What a follower has to tell.
#[derive(Debug)]
pub enum FollowEvent {
    /// Of the file with this number; they are counted as they are found.
    File(usize, Came),
    /// Something the user should know.
    Notice(Notice),
}

/// What came of a file.
#[derive(Debug)]
pub enum Came {
    /// It was found. Nothing of it was read yet.
    Found {
        /// Where.
        path: PathBuf,
        /// Which file it is.
        identity: Identity,
        /// Where its reading begins.
        beginning: Beginning,
        /// What stands before that.
        before: Guard,
    },
    /// Its first bytes, to recognise it by, when its reading begins behind them.
    Head(Vec<u8>),
    /// More of it: complete lines, or a piece of a line that is longer than a block.
    Bytes(Vec<u8>),
    /// More of it, at whose end the line break is missing and was waited for long enough.
    Part(Vec<u8>),
    /// It is left: rotated away, truncated or deleted, and read to its end.
    Ended,
    /// It cannot be read further.
    Failed(std::io::Error),
}

/// Something about a path that the user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Nothing is there yet.
    Waiting(PathBuf),
    /// No file matches the pattern yet.
    WaitingForMatch(PathBuf),
    /// It is compressed, so it does not grow line by line.
    Compressed(PathBuf),
    /// We write it ourselves.
    Own(PathBuf),
    /// It is neither a file nor missing.
    NotAFile(PathBuf),
    /// It is there and cannot be opened.
    Unreadable(PathBuf, std::io::ErrorKind),
    /// It was truncated before this many of its bytes were read, and no copy was found.
    Unread(PathBuf, u64),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::Waiting(path) => write!(f, "waiting for {} to appear", path.display()),
            Notice::WaitingForMatch(path) => {
                write!(f, "waiting for a file that matches {}", path.display())
            }
            Notice::Compressed(path) => write!(
                f,
                "{} is compressed and not followed; send it without --follow",
                path.display()
            ),
            Notice::Own(path) => write!(
                f,
                "{} is written by otelctl itself and not followed",
                path.display()
            ),
            Notice::NotAFile(path) => {
                write!(f, "{} is not a file and not followed", path.display())
            }
            Notice::Unreadable(path, kind) => {
                write!(f, "cannot open {} yet: {kind}", path.display())
            }
            Notice::Unread(path, bytes) => write!(
                f,
                "{} lost its last {bytes} bytes before they were read",
                path.display()
            ),
        }
    }
}

/// Nobody takes what the follower has to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// Takes what a follower has to tell.
pub type Emit<'e> = dyn FnMut(FollowEvent) -> Result<(), Gone> + 'e;

/// Whether another poll finds more at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// There is more to read already.
    More,
    /// Everything was read.
    Idle,
}

/// Follows until the run shall end, then takes what is there already. Runs on a thread of its own; a full channel stops the reading.
pub fn follow(
    mut follower: Follower,
    events: &SyncSender<FollowEvent>,
    wake: &Receiver<()>,
    (clock, shutdown): (&dyn Clock, &Shutdown),
) {
    let mut emit = |event| events.send(event).map_err(|_| Gone);
    while !shutdown.is_requested() {
        let pace = match follower.poll(clock.instant(), &mut emit) {
            Ok(pace) => pace,
            Err(Gone) => return,
        };
        let mut left = follower.poll_interval();
        while pace == Pace::Idle && !left.is_zero() && !shutdown.is_requested() {
            let pause = left.min(STOP_CHECK);
            match wake.recv_timeout(pause) {
                Err(RecvTimeoutError::Timeout) => left -= pause,
                Err(RecvTimeoutError::Disconnected) => return,
                Ok(()) => break,
            }
        }
    }
    // Whoever listens sees the channel's end.
    let _taken = follower.finish(clock.instant(), &mut emit);
}
