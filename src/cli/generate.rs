//! Arguments of the commands that print generated text: shell completions and manual pages.

use clap::Args;
use clap_complete::Shell;

/// Everything `completions` takes.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell to complete for
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// Everything `man` takes.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command to describe, as in otelctl man token set; without it, otelctl itself
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}
