//! Arguments of `token`, and those by which other commands are told of a token.

#![expect(
    clippy::doc_markdown,
    reason = "the doc comments are help text, printed as they are"
)]

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use crate::cli::EXIT_CODES;
use crate::cli::send::HeaderArg;
use crate::token::TokenKind;

const EXAMPLES: &str = "\
Examples:
  otelctl token set
  pass show logfire/write | otelctl token set --to logfire-eu
  otelctl token status --check
  otelctl token rm --kind read";

/// Where a token comes from, beside the environment and the stores.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Destination")]
pub struct TokenArgs {
    /// Read the token from this file, which only you may be able to read
    ///
    /// It comes before OTELCTL_TOKEN, LOGFIRE_TOKEN and the keychain. When the server denies it, the file is read once more.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub token_file: Option<PathBuf>,

    /// Read the token from this open descriptor, as in --token-fd 3 3< FILE
    #[arg(long, value_name = "FD", value_parser = clap::value_parser!(i32).range(3..))]
    pub token_fd: Option<i32>,
}

/// Everything `token` takes.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"),
    arg_required_else_help = true
)]
pub struct TokenCommandArgs {
    /// What to do with the token.
    #[command(subcommand)]
    pub action: TokenAction,
}

/// What is done with a token.
#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Store a token in the keychain of the system
    ///
    /// Asks for it on a terminal without showing it, and reads standard input otherwise. There is no flag that takes the value:
    /// other users could see it. A token is bound to its destination and is sent nowhere else.
    Set(TokenSetArgs),

    /// Show where the token comes from, its region and its fingerprint
    ///
    /// The fingerprint is the first 8 hex digits of the token's SHA-256. The exit code is 1 when there is no token.
    Status(TokenStatusArgs),

    /// Remove a token from the keychain, and from the file that --insecure-storage made
    Rm(TokenPlaceArgs),
}

/// Which token is meant.
#[derive(Debug, Clone, Args)]
pub struct TokenPlaceArgs {
    /// The destination the token is for, a name or a URL [default: logfire]
    ///
    /// For logfire, the token names its region; without one, both regions are looked at.
    #[arg(long, value_name = "NAME|URL")]
    pub to: Option<String>,

    /// What the token may do [default: write]
    #[arg(long, value_enum, ignore_case = true)]
    pub kind: Option<KindArg>,
}

/// Everything `token set` takes.
#[derive(Debug, Args)]
pub struct TokenSetArgs {
    /// Which token.
    #[command(flatten)]
    pub place: TokenPlaceArgs,

    /// Store it unencrypted in a file that only you can read, for machines without a keychain
    #[arg(long)]
    pub insecure_storage: bool,
}

/// Everything `token status` takes.
#[derive(Debug, Args)]
pub struct TokenStatusArgs {
    /// The destination the token is for, a name or a URL [default: logfire]
    #[arg(long, value_name = "NAME|URL")]
    pub to: Option<String>,

    /// Look at this kind of token only [default: both]
    #[arg(long, value_enum, ignore_case = true)]
    pub kind: Option<KindArg>,

    /// Ask the server whether it accepts the token
    ///
    /// Logfire is asked for the token's project, other destinations take an export without records. The exit code is 3
    /// when the token is denied, and 4 when nobody answers.
    #[arg(long)]
    pub check: bool,

    /// How a server that is given by its URL takes the token, as in otelctl send --auth
    #[arg(long, value_name = "HOW")]
    pub auth: Option<HeaderArg>,

    /// Where else a token may come from.
    #[command(flatten)]
    pub token: TokenArgs,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// Send telemetry
    Write,
    /// Ask for what arrived
    Read,
}

impl From<KindArg> for TokenKind {
    fn from(arg: KindArg) -> TokenKind {
        match arg {
            KindArg::Write => TokenKind::Write,
            KindArg::Read => TokenKind::Read,
        }
    }
}
