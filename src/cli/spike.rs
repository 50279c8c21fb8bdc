//! Arguments of `spike`.

#![expect(
    clippy::doc_markdown,
    reason = "the doc comments are help text, printed as they are"
)]

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::base::units::parse_duration;
use crate::cli::EXIT_CODES;
use crate::cli::token::TokenArgs;

const EXAMPLES: &str = "\
Examples:
  See every leg without a network, against the stand-in of Logfire inside the process:
    otelctl spike --local

  Check a project, and fail unless every field came back as it was sent:
    LOGFIRE_TOKEN=… LOGFIRE_READ_TOKEN=… otelctl spike --verify

  Check that a collector takes logs, traces and metrics:
    otelctl spike --to http://localhost:4318";

/// Everything `spike` takes.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}")
)]
pub struct SpikeArgs {
    /// The destination, a name or a URL [default: logfire]
    ///
    /// What is not Logfire cannot be asked for what arrived: there, only the sending is checked.
    #[arg(long, value_name = "NAME|URL", conflicts_with = "local")]
    pub to: Option<String>,

    /// Make the trip to a stand-in of Logfire inside the process
    ///
    /// Real HTTP on a loopback port and the same legs, but it shows how this program works, not that Logfire does.
    #[arg(long)]
    pub local: bool,

    /// Fail unless what arrived was asked for and compared
    ///
    /// Without it, a destination that takes everything and cannot be asked is enough.
    #[arg(long)]
    pub verify: bool,

    /// Wait at most this long for the records to be visible [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub wait: Option<Duration>,

    /// Send no metric
    #[arg(long)]
    pub no_metrics: bool,

    /// Print the result like this [default: human, and github where GITHUB_ACTIONS is true]
    ///
    /// With github, each leg that failed becomes an annotation, and a table is added to the file in GITHUB_STEP_SUMMARY.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        ignore_case = true,
        conflicts_with = "json"
    )]
    pub format: Option<SpikeFormat>,

    /// Where else the write token may come from.
    #[command(flatten)]
    pub token: TokenArgs,
}

/// Who reads the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SpikeFormat {
    /// A person
    Human,
    /// A script: one object, as with --json
    Json,
    /// GitHub Actions
    Github,
    /// Whatever reads JUnit XML
    Junit,
}
