//! Assembles the rest: the only place that starts threads and tasks and connects them by channels.
//!
//! [`send::send`] is the one flow so far: worker threads pull chunks from the inputs and turn them into shipments, the owner on the
//! main thread puts them in order, delivers them and keeps the accounts.

pub mod check;
mod drops;
mod feeder;
mod followed;
mod keeper;
mod ledger;
mod live;
mod local;
mod owner;
pub mod plan;
pub mod report;
mod sample;
pub mod send;
mod signals;
pub mod spike;
mod stop;
mod watermark;
mod worker;

use crate::base::units::ByteCount;
use crate::flow::report::Tally;
use crate::format::detect::Detection;
use crate::pipeline::queue::LEVELS;

/// What a running flow tells whoever watches. Plain facts; `ui` chooses the words.
#[derive(Debug)]
pub enum Event<'a> {
    /// A source was opened and recognised.
    Opened {
        /// Its place on the command line.
        source: usize,
        /// As the user named it.
        name: &'a str,
        /// What it was taken for, and why.
        detection: &'a Detection,
        /// Its size on disk; `None` for pipes.
        total: Option<ByteCount>,
    },
    /// How far everything is.
    Progress(&'a Progress),
    /// Somebody asked how far everything is.
    Status(&'a Tally),
    /// A request will be made again after a wait.
    Retrying {
        /// What went wrong, in one line.
        reason: &'a str,
        /// Until the next attempt.
        wait: std::time::Duration,
    },
    /// Records were given up, because no more could wait.
    Dropped {
        /// How many, by [`level_of`](crate::pipeline::queue::level_of) their severity.
        levels: &'a [u64; LEVELS],
        /// When.
        at: std::time::Instant,
    },
    /// Files are followed from now on.
    Following,
    /// Something the user should know of what is followed.
    Notice(&'a str),
}

/// How far a run is.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Bytes taken from each source, on disk, by its place on the command line.
    pub source_bytes: Vec<u64>,
    /// Which sources are read to their end and resolved.
    pub source_done: Vec<bool>,
    /// Lines read so far.
    pub lines_read: u64,
    /// Records read so far.
    pub records_read: u64,
    /// Records resolved so far.
    pub records_resolved: u64,
}
