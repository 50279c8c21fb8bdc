//! `otelctl validate`: reads what it is given, piece by piece where it can, and shows what the rules found.

use std::path::{Path, PathBuf};

use crate::base::spelling::nearest;
use crate::cli::validate::{FixWord, FormatWord, LevelWord, SignalWord, ValidateArgs};
use crate::failure::Failure;
use crate::host::Host;
use crate::otlp::{Encoding, Signal};
use crate::source::SourceError;
use crate::source::inputs::{Input, inputs};
use crate::ui::{FindingsForm, FindingsFormat, Fixing, OutputFormat, Ui};
use crate::validate::{FixMode, Level, Options, Report, Traces, destination, rules};

mod input;
mod lines;
mod output;
mod pieces;

use input::Checked;
use output::{Draft, Output, Screen};

/// What was asked for cannot be done.
#[derive(Debug, thiserror::Error)]
enum WordError {
    #[error("there is no rule {name:?}")]
    Rule { name: String },
    #[error("there is no destination {name:?} with limits that are known")]
    Destination { name: String },
    #[error("{count} inputs cannot be written into one file")]
    SeveralInputs { count: usize },
}

/// Runs the command; returns the exit code.
pub fn run(args: &ValidateArgs, host: &mut Host, ui: &mut Ui) -> Result<u8, Failure> {
    if args.list {
        ui.rules();
        return Ok(0);
    }
    if let Some(name) = &args.explain {
        let rule = rules::by_name(name).ok_or_else(|| unknown_rule(name))?;
        ui.rule(rule);
        return Ok(0);
    }
    let options = options(args, host)?;
    let format = format(args, ui);
    let named = if args.files.is_empty() {
        vec![PathBuf::from("-")]
    } else {
        args.files.clone()
    };
    let (found, warnings) = inputs(&named).map_err(unreadable)?;
    for warning in &warnings {
        ui.warning(warning);
    }
    let mut out = output(args, &found)?;
    let mut all = Vec::new();
    for input in &found {
        let checked = input::check(args, (input, options), (host, ui), &mut out)?;
        out.end(ui, checked.report.encoding == Some(Encoding::Json))?;
        all.push((input.name(), checked));
    }
    let is_whole = all.iter().all(|(_, checked)| checked.is_whole);
    let form = FindingsForm {
        format,
        fixing: fixing(args, out, is_whole)?,
        logs: all.iter().filter_map(log_of).collect(),
    };
    for (name, _) in all.iter().filter(|(_, checked)| checked.is_empty) {
        ui.note(&format!("{name} is empty"));
    }
    let reports = reports(all);
    ui.findings(&reports, &form);
    let level = match args.fail_on {
        LevelWord::Error => Level::Error,
        LevelWord::Warning => Level::Warning,
        LevelWord::Note => Level::Note,
    };
    let is_repaired = matches!(form.fixing, Fixing::ToFile(_) | Fixing::ToStdout);
    let fails = |report: &Report| {
        if is_repaired {
            report.leaves(level)
        } else {
            report.reaches(level)
        }
    };
    Ok(u8::from(reports.iter().any(|(_, report)| fails(report))))
}

/// The reports, with what is known only when all inputs were read.
fn reports(all: Vec<(String, Checked)>) -> Vec<(String, Report)> {
    let mut spans = Traces::default();
    for (_, checked) in &all {
        spans.add_spans(&checked.report.traces);
    }
    all.into_iter()
        .map(|(name, mut checked)| {
            checked.report.add_orphans(&spans);
            (name, checked.report)
        })
        .collect()
}

/// Puts the repaired input into its place, unless it is not the whole; tells what became of it.
fn fixing(args: &ValidateArgs, out: Output, is_whole: bool) -> Result<Fixing, Failure> {
    Ok(match out {
        Output::None => Fixing::Nothing,
        Output::Screen(_) => Fixing::ToStdout,
        Output::File(draft) if is_whole => {
            draft.finish()?;
            let name = args.output.as_deref().unwrap_or(Path::new("-"));
            Fixing::ToFile(name.to_string_lossy().into_owned())
        }
        Output::File(_) => Fixing::NotWritten,
    })
}

/// The name of an input that is a log, and its format.
fn log_of((name, checked): &(String, Checked)) -> Option<(String, String)> {
    let format = checked.log_format.clone()?;
    Some((name.clone(), format))
}

fn options(args: &ValidateArgs, host: &Host) -> Result<Options, Failure> {
    let destination = match &args.destination {
        Some(name) => {
            let found = destination::by_name(name);
            Some(found.ok_or_else(|| unknown_destination(name))?)
        }
        None => None,
    };
    Ok(Options {
        signal: match args.signal {
            None | Some(SignalWord::Auto) => None,
            Some(SignalWord::Logs) => Some(Signal::Logs),
            Some(SignalWord::Traces) => Some(Signal::Traces),
            Some(SignalWord::Metrics) => Some(Signal::Metrics),
        },
        destination,
        now: Some(host.clock.now()),
        fix: match args.fix {
            None => FixMode::Nothing,
            Some(FixWord::Structure) => FixMode::Structure,
            Some(FixWord::Semconv) => FixMode::Semconv,
        },
    })
}

fn format(args: &ValidateArgs, ui: &Ui) -> FindingsFormat {
    match args.format {
        _ if ui.style().format == OutputFormat::Json => FindingsFormat::Json,
        FormatWord::Human => FindingsFormat::Human,
        FormatWord::Json => FindingsFormat::Json,
        FormatWord::Sarif => FindingsFormat::Sarif,
        FormatWord::Github => FindingsFormat::Github,
        FormatWord::Junit => FindingsFormat::Junit,
    }
}

fn output(args: &ValidateArgs, inputs: &[Input]) -> Result<Output, Failure> {
    if args.fix.is_none() {
        return Ok(Output::None);
    }
    let named = args.output.as_deref();
    let Some(path) = named.filter(|path| path.as_os_str() != "-") else {
        return Ok(Output::Screen(Screen::default()));
    };
    if let count @ 2.. = inputs.len() {
        let hint = "give one input, or leave -o out and take them from standard output".to_owned();
        let error = WordError::SeveralInputs { count };
        return Err(Failure::setup("usage", error, Some(hint)));
    }
    Ok(Output::File(Draft::open(path)?))
}

fn unreadable(error: SourceError) -> Failure {
    let hint = match &error {
        SourceError::Directory { path } => {
            let path = path.trim_end_matches('/');
            Some(format!(
                "name the files in it: otelctl validate '{path}/*.json'"
            ))
        }
        error => error.hint(),
    };
    Failure::setup("input", error, hint)
}

fn unknown_rule(name: &str) -> Failure {
    let near = nearest(name, rules::all().map(|rule| rule.name));
    let hint = match near {
        Some(near) => format!("did you mean {near}? otelctl validate --list shows all of them"),
        None => "otelctl validate --list shows all of them".to_owned(),
    };
    let name = name.to_owned();
    Failure::setup("usage", WordError::Rule { name }, Some(hint))
}

fn unknown_destination(name: &str) -> Failure {
    let known = destination::DESTINATIONS.map(|it| it.name);
    let near = nearest(&name.to_ascii_lowercase(), known);
    let meant = near.map_or(String::new(), |near| format!("did you mean {near}? "));
    let hint = format!("{meant}it is one of {}", known.join(", "));
    let name = name.to_owned();
    Failure::setup("usage", WordError::Destination { name }, Some(hint))
}
