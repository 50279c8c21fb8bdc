//! Arguments of `destinations`.

use clap::Args;

/// Everything `destinations` takes.
#[derive(Debug, Args)]
pub struct DestinationsArgs {
    /// Show everything about this one; without it, all are listed
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}
