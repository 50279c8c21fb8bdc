//! Arguments of `send` that say how files are followed.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::base::units::parse_duration;

/// How files are followed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Follow")]
pub struct FollowArgs {
    /// Go on with the lines that are written to the files, until interrupted
    ///
    /// Files may be renamed, truncated or deleted, as log rotation does; what is left in the old one is read first. A pattern takes in files that
    /// appear later, and a file that is not there is waited for. Compressed files are left out. Quote patterns, or the
    /// shell expands them once.
    #[arg(short, long)]
    pub follow: bool,

    /// Begin with the start, the end or the checkpoint of files that are there already [default: start]
    ///
    /// Files that appear later are read from their start. checkpoint stands for --resume: files go on where they were last
    /// acknowledged, and what was rotated away since is read first; those without a checkpoint begin with their start. With
    /// --resume --from end they begin with their end.
    #[arg(long, value_name = "PLACE", value_enum)]
    pub from: Option<FromArg>,

    /// Look for new lines this often [default: 250ms]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub poll_interval: Option<Duration>,

    /// Keep at most this many files open [default: 256]
    ///
    /// The others are opened when they grow.
    #[arg(long, value_name = "COUNT")]
    pub open_files_max: Option<NonZeroU32>,
}

/// Where following begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FromArg {
    /// With the first line
    Start,
    /// With the next line that is written
    End,
    /// With the first line that is not acknowledged
    Checkpoint,
}
