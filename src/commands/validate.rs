//! `otelctl validate`: reads what it is given, piece by piece where it can, and shows what the rules found.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use crate::base::spelling::nearest;
use crate::cli::validate::{
    EncodingWord, FixWord, FormatWord, LevelWord, SignalWord, ValidateArgs,
};
use crate::failure::Failure;
use crate::host::Host;
use crate::otlp::{Encoding, Signal};
use crate::source::inputs::{Input, inputs};
use crate::source::{SourceError, inflate};
use crate::ui::{FindingsFormat, OutputFormat, Ui};
use crate::validate::http::{self, Head};
use crate::validate::{
    Checker, FixMode, Level, Options, REQUEST_BYTES_MAX, Report, Traces, destination, rules,
};

mod lines;
mod pieces;

use lines::Step;
use pieces::Pieces;

/// A word that names nothing.
#[derive(Debug, thiserror::Error)]
enum WordError {
    #[error("there is no rule {name:?}")]
    Rule { name: String },
    #[error("there is no destination {name:?} with limits that are known")]
    Destination { name: String },
    #[error("cannot write the repaired input to {path}")]
    Output { path: String, source: io::Error },
}

/// Where the repaired input goes.
type Out = Option<Box<dyn Write>>;

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
    let mut out = output(args)?;
    let mut reports = Vec::new();
    for input in &found {
        let report = check(args, (input, options), (host, ui), &mut out)?;
        reports.push((input.name(), report));
    }
    let mut spans = Traces::default();
    for (_, report) in &reports {
        spans.add_spans(&report.traces);
    }
    for (_, report) in &mut reports {
        report.add_orphans(&spans);
    }
    let fixing = args.fix.is_some() && args.output.is_none();
    ui.findings(&reports, format, fixing);
    let level = match args.fail_on {
        LevelWord::Error => Level::Error,
        LevelWord::Warning => Level::Warning,
        LevelWord::Note => Level::Note,
    };
    Ok(u8::from(
        reports.iter().any(|(_, report)| report.reaches(level)),
    ))
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

/// Reads one input to its end.
fn check(
    args: &ValidateArgs,
    (input, options): (&Input, Options),
    (host, ui): (&mut Host, &mut Ui),
    out: &mut Out,
) -> Result<Report, Failure> {
    let name = input.name();
    let open = |source| {
        unreadable(SourceError::Open {
            path: name.clone(),
            source,
        })
    };
    let bytes: Box<dyn Read + Send> = match input {
        Input::File(path) | Input::Stream(path) => Box::new(File::open(path).map_err(open)?),
        Input::Stdin => std::mem::replace(&mut host.stdin, Box::new(io::empty())),
    };
    ui.checking(&name);
    let mut checker = Checker::new(options);
    let read = |source| {
        unreadable(SourceError::Read {
            path: name.clone(),
            offset: 0,
            source,
        })
    };
    let is_one_request = args.http
        || args.content_type.is_some()
        || args.content_encoding.is_some()
        || args.path.is_some();
    if is_one_request {
        let repaired = check_request(args, &mut checker, bytes).map_err(read)?;
        if let Some(repaired) = repaired.filter(|_| args.fix.is_some()) {
            wanted_output(args, out, ui, &repaired).map_err(read)?;
        }
    } else {
        check_stream(args, &mut checker, bytes, (ui, out)).map_err(read)?;
    }
    Ok(checker.finish())
}

/// One request, with what its headers said or with them; returns its body, repaired.
fn check_request(
    args: &ValidateArgs,
    checker: &mut Checker,
    bytes: Box<dyn Read + Send>,
) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    let mut limited = bytes.take(REQUEST_BYTES_MAX as u64 + 1);
    limited.read_to_end(&mut body)?;
    if body.len() > REQUEST_BYTES_MAX {
        let message = format!("it has more than {REQUEST_BYTES_MAX} bytes");
        checker.note(rules::Code::NotChecked, message);
        return Ok(None);
    }
    if args.http {
        http::check_captured(checker, &body);
        return Ok(None);
    }
    let head = Head {
        content_type: args.content_type.clone(),
        content_encoding: args.content_encoding.clone(),
        path: args.path.clone(),
    };
    let repaired = http::check_body(checker, &head, &body);
    Ok(Some(repaired.unwrap_or(body)))
}

/// Requests one after the other, perhaps compressed as a whole.
fn check_stream(
    args: &ValidateArgs,
    checker: &mut Checker,
    bytes: Box<dyn Read + Send>,
    (ui, out): (&mut Ui, &mut Out),
) -> io::Result<()> {
    let plain = inflate::plain(bytes)?;
    let encoding = match args.encoding {
        None | Some(EncodingWord::Auto) => None,
        Some(EncodingWord::Json) => Some(Encoding::Json),
        Some(EncodingWord::Protobuf) => Some(Encoding::Protobuf),
    };
    let mut told = |step: Step<'_>| match step {
        Step::Repaired(bytes) => wanted_output(args, out, ui, bytes),
        Step::Checked(bytes, records) => {
            ui.checked(bytes, records);
            Ok(())
        }
    };
    let pieces = Pieces::new(plain, REQUEST_BYTES_MAX);
    let done = pieces.and_then(|pieces| lines::check_all(checker, encoding, pieces, &mut told));
    match done {
        Err(error) if is_broken(&error) => {
            checker.note(rules::Code::CompressionBroken, error.to_string());
            Ok(())
        }
        done => done,
    }
}

/// Writes a piece of the repaired input where it is wanted.
fn wanted_output(args: &ValidateArgs, out: &mut Out, ui: &mut Ui, bytes: &[u8]) -> io::Result<()> {
    match out {
        Some(file) => file.write_all(bytes),
        None if args.fix.is_some() => {
            ui.raw_result(bytes);
            Ok(())
        }
        None => Ok(()),
    }
}

fn output(args: &ValidateArgs) -> Result<Out, Failure> {
    let Some(path) = &args.output else {
        return Ok(None);
    };
    match File::create(path) {
        Ok(file) => Ok(Some(Box::new(io::BufWriter::new(file)))),
        Err(source) => {
            let path = path.to_string_lossy().into_owned();
            let hint = "check the folder and its permissions".to_owned();
            let error = WordError::Output { path, source };
            Err(Failure::setup("output", error, Some(hint)))
        }
    }
}

/// Whether an error is one of a decompressor: about the bytes, not about reading them.
fn is_broken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::Other
    )
}

fn unreadable(error: SourceError) -> Failure {
    let hint = error.hint();
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
    let known = destination::DESTINATIONS.map(|it| it.name).join(", ");
    let hint = format!("one of {known}");
    let name = name.to_owned();
    Failure::setup("usage", WordError::Destination { name }, Some(hint))
}
