//! Arguments of the commands that print generated text: shell completions and manual pages.

use clap::Args;
use clap_complete::Shell;

/// Print the completions of a shell
///
/// Put them where the shell looks for them, for example:
///   otelctl completions bash > ~/.local/share/bash-completion/completions/otelctl
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CompletionsArgs {
    /// The shell to complete for
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// Print a manual page in roff
///
/// Read it with `otelctl man | man -l -`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command to describe; without it, otelctl itself
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}
