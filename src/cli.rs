//! The command line: what may be typed, and the manual of it. The doc comments are the help text.
//!
//! Only records what was typed. Nothing is computed here: a flag that was not given is `None`, and the defaults that the
//! help names live in `settings::resolve`, which a test there compares. Values are read as far as their unit or their word.

#![expect(
    clippy::doc_markdown,
    reason = "the doc comments are help text, printed as they are"
)]

pub mod config;
pub mod destinations;
pub mod detectors;
pub mod follow;
pub mod generate;
pub mod input;
pub mod layer;
pub mod send;
pub mod spike;
pub mod token;
pub mod validate;

use std::ffi::OsString;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::cli::config::{ConfigArgs, ConfigCommand};
use crate::cli::destinations::DestinationsArgs;
use crate::cli::generate::{CompletionsArgs, ManArgs};
use crate::cli::input::DetectArgs;
use crate::cli::send::SendArgs;
use crate::cli::spike::SpikeArgs;
use crate::cli::token::TokenCommandArgs;
use crate::cli::validate::ValidateArgs;

/// What each exit code means, as the help, the man page and the README print it.
pub const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  the answer is no: records rejected or dropped, an input cut short, findings, a round trip that failed
    2  could not start: usage, settings, no credentials, input unreadable
    3  the server said no: credentials denied, or not an OTLP endpoint
    4  not delivered: unreachable, or the retry window ended
  101  a bug in otelctl
  130  interrupted by SIGINT (143: by SIGTERM) before all was read and sent";

const EXAMPLES: &str = "\
Examples:
  Ship a file to a receiver inside the process, without any network:
    otelctl send app.log --to local

  Follow a pipe into a collector on this machine:
    docker logs -f web 2>&1 | otelctl send --service web --to collector

  See what a file is taken for, before sending it:
    otelctl detect app.log";

/// Ship log files and pipes as OTLP, and account for every record
///
/// otelctl understands a log file or a pipe, delivers it as OpenTelemetry log records over OTLP/HTTP, and says what became of
/// each record. Results go to standard output, everything else to standard error.
#[derive(Debug, Parser)]
#[command(
    name = "otelctl",
    version,
    max_term_width = 100,
    after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}")
)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct GlobalArgs {
    /// Print the result as one JSON object on standard output
    ///
    /// Errors are printed as JSON too; the exit code stays the same.
    #[arg(long, global = true)]
    pub json: bool,

    /// Print nothing when all went well
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print more about what happens
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// Use colours
    ///
    /// With auto, colours are used on a terminal. NO_COLOR turns them off and CLICOLOR_FORCE on.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value = "auto"
    )]
    pub color: ColorWhen,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless the environment says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A command and its arguments. The comments here are what the help says; those of the structs are for readers of the code.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ship log files or a pipe as OTLP
    ///
    /// Reads each file once from its start to its end, finds out what it is, and delivers its records. Compressed files
    /// (gzip, zstd, bzip2, xz) are recognised by their content.
    Send(Box<SendArgs>),

    /// Tell what a file is, why, and what its records become
    ///
    /// Reads the first lines and sends nothing.
    Detect(Box<DetectArgs>),

    /// Show the settings and who set each, and write a file for them
    Config(ConfigArgs),

    /// List the destinations that have a name, or show everything about one
    ///
    /// What is not one of them is reached by its URL.
    Destinations(DestinationsArgs),

    /// Keep the token of a destination in the keychain of the system
    Token(TokenCommandArgs),

    /// Print the completions of a shell
    ///
    /// Put them where the shell looks for them. For bash:
    ///
    /// otelctl completions bash > ~/.local/share/bash-completion/completions/otelctl
    Completions(CompletionsArgs),

    /// Print a manual page in roff
    ///
    /// Read it with: otelctl man send | man -l -
    Man(ManArgs),

    /// Check OTLP payloads, point at the fault and say the repair
    ///
    /// Reads requests in JSON or protobuf, as files, lines, frames or captured HTTP requests, and sends nothing.
    Validate(Box<ValidateArgs>),
    /// Send known records, ask for exactly those, and say which leg of the way failed
    ///
    /// Every field that comes back is compared with what was sent. Made for Pydantic Logfire, which can be asked; any OTLP server
    /// can be sent to.
    Spike(SpikeArgs),
}

/// Reads the words of a command line, the program's own name first.
///
/// Errors: what cannot be understood, and also `--help` and `--version`, whose text is to be printed.
pub fn parse<T: Into<OsString> + Clone>(
    words: impl IntoIterator<Item = T>,
) -> Result<Cli, clap::Error> {
    let words: Vec<OsString> = words.into_iter().map(Into::into).collect();
    let matches = command().try_get_matches_from(&words)?;
    let mut cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))?;
    let kept = match &mut cli.command {
        Command::Send(args) => Some(&mut args.words),
        Command::Detect(args) => Some(&mut args.words),
        Command::Config(ConfigArgs {
            command: ConfigCommand::Show(args),
        }) => Some(&mut args.send.words),
        _ => None,
    };
    if let Some(kept) = kept {
        *kept = layer::typed(words, &matches);
    }
    Ok(cli)
}

/// The whole command line, for completions, man pages and the tests of the help.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The arguments of a `send` with these flags, blanks between them, for the tests of what is made of them.
#[cfg(test)]
pub(crate) fn send_args(flags: &str) -> SendArgs {
    let words = ["otelctl", "send"]
        .into_iter()
        .chain(flags.split_whitespace());
    let Command::Send(args) = parse(words).expect("the test's flags are right").command else {
        panic!("send was typed");
    };
    *args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_flag_and_command_is_explained_in_a_line_without_a_full_stop() {
        for subcommand in command().get_subcommands() {
            let about = subcommand.get_about().map(ToString::to_string);
            assert_explained(subcommand.get_name(), about);
            for argument in subcommand.get_arguments() {
                let help = argument.get_help().map(ToString::to_string);
                assert_explained(argument.get_id().as_str(), help);
            }
        }
    }

    #[track_caller]
    fn assert_explained(name: &str, text: Option<String>) {
        let text = text.unwrap_or_default();
        assert!(!text.is_empty(), "{name} has no help");
        assert!(!text.ends_with('.'), "{name} ends with a full stop");
    }

    #[test]
    fn the_help_of_a_command_is_its_own() {
        let about = |name: &str| {
            let command = command();
            let found = command.find_subcommand(name).unwrap().get_about().unwrap();
            found.to_string()
        };
        assert_eq!(about("send"), "Ship log files or a pipe as OTLP");
        assert_eq!(about("man"), "Print a manual page in roff");
    }

    #[test]
    fn global_flags_are_taken_before_and_after_the_command() {
        for words in [["otelctl", "--json", "send"], ["otelctl", "send", "--json"]] {
            assert!(parse(words).unwrap().global.json);
        }
        assert!(parse(["otelctl", "send", "-q", "-v"]).is_err());
    }
}
