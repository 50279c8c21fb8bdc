//! Arguments of `config`, and those by which every command that has settings chooses where they come from.

use clap::{Args, Subcommand};

use crate::cli::send::SendArgs;

/// Which profile is taken.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub struct ProfileArgs {
    /// Take settings from this profile of the configuration file
    ///
    /// A profile is a table [profiles.NAME] whose keys are the names of flags, like to = "collector" or timeout = "5s". What is
    /// typed and what variables say beats it. Without this flag, the profile that default-profile names is taken.
    ///
    /// [env: OTELCTL_PROFILE]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

/// Whether anything is done at all.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub struct SwitchArgs {
    /// Read nothing and send nothing
    ///
    /// For scripts that are run with and without telemetry. A pipe is read to its end, so that whoever writes into it goes on.
    ///
    /// [env: OTEL_SDK_DISABLED=true, OTEL_LOGS_EXPORTER=none]
    #[arg(long)]
    pub no_telemetry: bool,
}

/// Everything `config` takes.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What `config` can do.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show the settings that send would use, and who set each
    ///
    /// Takes the flags of send. What looks like a mistake is listed below the settings.
    Show(Box<ShowArgs>),

    /// Print where the files are that settings come from
    Path(PathArgs),

    /// Write a configuration file with everything in it commented out
    ///
    /// A file that is there already is left as it is.
    Init(PathArgs),
}

const EXAMPLES: &str = "\
Examples:
  otelctl config show
  otelctl config show --profile prod --to local
  otelctl config show --json | jq '.settings[] | select(.origin.kind != \"default\")'";

/// Everything `config show` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub struct ShowArgs {
    /// What `send` takes.
    #[command(flatten)]
    pub send: SendArgs,
    /// What is shown.
    #[command(flatten)]
    pub shown: ShownArgs,
}

/// What `config show` shows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Show")]
pub struct ShownArgs {
    /// Show every variable that is known too, and what it means here
    #[arg(long)]
    pub all: bool,

    /// Exit with 1 when something looks like a mistake
    #[arg(long)]
    pub strict: bool,
}

/// Which file is meant.
#[derive(Debug, Args)]
pub struct PathArgs {
    /// The configuration file [default: ~/.config/otelctl/config.toml]
    ///
    /// [env: OTELCTL_CONFIG]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub config: Option<std::path::PathBuf>,
}
