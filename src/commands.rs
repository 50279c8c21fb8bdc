//! One command, one file: settings → flow → report.

pub mod detect;
pub mod generate;
pub mod send;

use crate::cli::{Cli, ColorWhen, Command, GlobalArgs};
use crate::failure::Failure;
use crate::host::Host;
use crate::settings::env::EnvVars;
use crate::ui::{ColorChoice, OutputFormat, Ui, UiStyle, Verbosity};

/// Runs what was typed; returns the exit code.
pub fn run(cli: Cli, mut host: Host) -> u8 {
    let style = style(&cli.global, &host);
    if let Command::Send(args) = cli.command {
        return send::run(*args, host, style);
    }
    let stdout = std::mem::replace(&mut host.stdout, Box::new(std::io::sink()));
    let stderr = std::mem::replace(&mut host.stderr, Box::new(std::io::sink()));
    let mut ui = Ui::new(stdout, stderr, style);
    let done = match cli.command {
        Command::Detect(args) => detect::run(&args, &mut host, &mut ui),
        Command::Completions(args) => {
            generate::completions(args, &mut ui);
            Ok(())
        }
        Command::Man(args) => generate::man(&args, &mut ui),
        Command::Send(_) => unreachable!("handled above"),
    };
    match done {
        Ok(()) => 0,
        Err(failure) => fail(&mut ui, &failure),
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
    UiStyle::decide(&host.env, host.stderr_watched, color, format, verbosity)
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
        host.stderr_watched,
        ColorChoice::Auto,
        format,
        Verbosity::Normal,
    )
}
