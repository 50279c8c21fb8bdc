//! One command, one file: settings → flow → report.

mod again;
pub mod config;
pub mod destinations;
pub mod detect;
pub mod generate;
pub mod send;
pub mod spike;
pub mod token;
pub mod validate;

use std::io;

use crate::cli::config::ProfileArgs;
use crate::cli::input::InputArgs;
use crate::cli::{Cli, ColorWhen, Command, GlobalArgs};
use crate::failure::Failure;
use crate::host::Host;
use crate::settings::env::EnvVars;
use crate::settings::layers::{self, Layers, Places};
use crate::ui::{ColorChoice, OutputFormat, Streams, Ui, UiStyle, Verbosity};

/// Runs what was typed; returns the exit code.
pub fn run(cli: Cli, mut host: Host) -> u8 {
    let style = style(&cli.global, &host);
    let done = match cli.command {
        Command::Send(args) => return send::run(*args, host, style),
        Command::Detect(args) => {
            let mut ui = ui(&mut host, style);
            let done = detect::run(*args, &mut host, &mut ui).map(|()| 0);
            (ui, done)
        }
        Command::Config(args) => {
            let mut ui = ui(&mut host, style);
            let done = config::run(args, &host, &mut ui);
            (ui, done)
        }
        Command::Destinations(args) => {
            let mut ui = ui(&mut host, style);
            let done = destinations::run(&args, &mut ui).map(|()| 0);
            (ui, done)
        }
        Command::Token(args) => {
            let mut ui = ui(&mut host, style);
            let done = token::run(&args, &mut host, &mut ui);
            (ui, done)
        }
        Command::Completions(args) => {
            let mut ui = ui(&mut host, style);
            generate::completions(args, &mut ui);
            (ui, Ok(0))
        }
        Command::Man(args) => {
            let mut ui = ui(&mut host, style);
            let done = generate::man(&args, &mut ui).map(|()| 0);
            (ui, done)
        }
        Command::Validate(args) => {
            let mut ui = ui(&mut host, style);
            return match validate::run(&args, &mut host, &mut ui) {
                Ok(code) => finish(&mut ui, code),
                Err(failure) => fail(&mut ui, &failure),
            };
        }
        Command::Spike(args) => return spike::run(&args, host, style),
    };
    match done {
        (mut ui, Ok(code)) => finish(&mut ui, code),
        (mut ui, Err(failure)) => fail(&mut ui, &failure),
    }
}

/// What the configuration files say, those that are there.
pub(crate) fn layers(
    input: &InputArgs,
    profile: &ProfileArgs,
    host: &Host,
) -> Result<Layers, Failure> {
    let places = Places {
        config_dir: host.config_dir.as_deref(),
        working_dir: host.working_dir.as_deref(),
    };
    let named = (input.config.as_deref(), profile.profile.as_deref());
    Ok(layers::read(named, &host.env, places)?)
}

/// The face takes both output streams over.
pub(crate) fn ui(host: &mut Host, style: UiStyle) -> Ui {
    let stdout = std::mem::replace(&mut host.stdout, Box::new(io::sink()));
    let stderr = std::mem::replace(&mut host.stderr, Box::new(io::sink()));
    Ui::new(stdout, stderr, style)
}

/// A result that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the result to standard output")]
struct ResultLost {
    source: io::Error,
}

/// Ends a command that did its work. A result that was not written is told; a reader that went away wanted no more of it.
pub(crate) fn finish(ui: &mut Ui, code: u8) -> u8 {
    match ui.stdout_closed_by() {
        None | Some(io::ErrorKind::BrokenPipe) => code,
        Some(kind) => {
            let hint = "make room, or write it elsewhere".to_owned();
            let lost = ResultLost {
                source: kind.into(),
            };
            let failure = Failure::setup("output", lost, Some(hint));
            ui.error(&failure);
            code.max(failure.kind.exit_code())
        }
    }
}

/// Tells why a command could not do its work.
pub(crate) fn fail(ui: &mut Ui, failure: &Failure) -> u8 {
    ui.error(failure);
    failure.kind.exit_code()
}

fn style(global: &GlobalArgs, host: &Host) -> UiStyle {
    let color = match global.color {
        ColorWhen::Auto => ColorChoice::Auto,
        ColorWhen::Always => ColorChoice::Always,
        ColorWhen::Never => ColorChoice::Never,
    };
    let format = if global.json {
        OutputFormat::Json
    } else {
        OutputFormat::Human
    };
    let verbosity = match (global.quiet, global.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    UiStyle::decide(&host.env, streams(host), color, format, verbosity)
}

fn streams(host: &Host) -> Streams {
    Streams {
        stdout: host.stdout_watched,
        stderr: host.stderr_watched,
    }
}

/// How errors in the arguments themselves are shown: `--json` may be among words that make no sense otherwise.
pub(crate) fn style_unparsed(words: &[std::ffi::OsString], env: &EnvVars, host: &Host) -> UiStyle {
    let json = words.iter().any(|word| word == "--json");
    let format = if json {
        OutputFormat::Json
    } else {
        OutputFormat::Human
    };
    UiStyle::decide(
        env,
        streams(host),
        ColorChoice::Auto,
        format,
        Verbosity::Normal,
    )
}
