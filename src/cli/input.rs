//! Arguments that say what to read and how: shared by `send` and `detect`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// How the input is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// Take times that name no zone to be in this one [default: the system's zone]
    ///
    /// An IANA name, like Europe/Vienna or UTC.
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,
}

/// Everything `detect` takes.
#[derive(Debug, Args)]
pub struct DetectArgs {
    /// The file to look at, or - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// How the input is read.
    #[command(flatten)]
    pub input: InputArgs,
}
