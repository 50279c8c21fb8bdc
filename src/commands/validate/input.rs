//! One input: opened, decompressed, checked piece by piece or as a whole request, and written where it is repaired.

use std::fs::File;
use std::io::{self, Cursor, Read};

use super::lines::{self, Step, Trouble};
use super::output::Output;
use super::pieces::Pieces;
use super::unreadable;
use crate::cli::validate::{EncodingWord, ValidateArgs};
use crate::failure::Failure;
use crate::format::FormatKind;
use crate::format::detect::detect;
use crate::format::timestamp::Zone;
use crate::host::Host;
use crate::otlp::Encoding;
use crate::source::SourceError;
use crate::source::inflate::{self, MAGIC_BYTES};
use crate::source::inputs::Input;
use crate::source::packing::Packing;
use crate::ui::Ui;
use crate::validate::http::{self, Head};
use crate::validate::rules::Code;
use crate::validate::{Checker, Options, REQUEST_BYTES_MAX, Report};

/// Bytes at the start of an input that tell whether it is a log.
const SAMPLE_BYTES: usize = 64 << 10;

/// Fewer bytes are no log.
const LOG_BYTES_MIN: usize = 8;

/// What the keys of requests begin with.
const REQUEST_KEYS: [&str; 4] = [
    "resourceLogs",
    "resourceSpans",
    "resourceMetrics",
    "resource_",
];

/// What came of one input.
pub(super) struct Checked {
    pub(super) report: Report,
    /// Whether it was read to its end.
    pub(super) is_whole: bool,
    /// Whether nothing was in it, which protobuf takes for a request without records.
    pub(super) is_empty: bool,
    /// The format of the log that it is instead of a payload.
    pub(super) log_format: Option<String>,
}

/// How far an input was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// To its end.
    Whole,
    /// Not so far: a finding says why.
    Cut,
}

/// The bytes of an input, and what is known of them before they are read.
struct Opened {
    bytes: Box<dyn Read + Send>,
    packing: Packing,
    /// How many bytes will be read, where that is known.
    length: Option<u64>,
}

/// Reads one input to its end.
pub(super) fn check(
    args: &ValidateArgs,
    (input, options): (&Input, Options),
    (host, ui): (&mut Host, &mut Ui),
    out: &mut Output,
) -> Result<Checked, Failure> {
    let name = input.name();
    let mut opened = open(input, host).map_err(|source| {
        let path = name.clone();
        unreadable(SourceError::Open { path, source })
    })?;
    ui.checking(&name, opened.length);
    let is_one_request = args.http
        || args.content_type.is_some()
        || args.content_encoding.is_some()
        || args.path.is_some();
    if is_one_request {
        // Its compression is the request's own.
        opened.packing = Packing::Plain;
    }
    out.begin(opened.packing)?;
    if opened.packing == Packing::Xz && !matches!(out, Output::None) {
        ui.warning("xz is only read: what is repaired is written without compression");
    }
    let mut checker = Checker::new(options);
    let mut sample = Vec::new();
    let done = if is_one_request {
        check_request(args, &mut checker, opened.bytes, (ui, out))
    } else {
        check_stream(args, (&mut checker, &mut sample), opened, (ui, out))
    };
    let reach = done.map_err(|trouble| match trouble {
        Trouble::Write(error) => error.into(),
        Trouble::Read(source) => unreadable(SourceError::Read {
            path: name.clone(),
            offset: 0,
            source,
        }),
    })?;
    let report = checker.finish();
    Ok(Checked {
        log_format: log_format(&report, &sample, host),
        is_whole: reach == Reach::Whole,
        is_empty: sample.is_empty() && !is_one_request && reach == Reach::Whole,
        report,
    })
}

fn open(input: &Input, host: &mut Host) -> io::Result<Opened> {
    let (mut bytes, length): (Box<dyn Read + Send>, _) = match input {
        Input::File(path) => {
            let file = File::open(path)?;
            let length = file.metadata().ok().map(|known| known.len());
            (Box::new(file), length)
        }
        Input::Stream(path) => (Box::new(File::open(path)?), None),
        Input::Stdin => {
            let stdin = std::mem::replace(&mut host.stdin, Box::new(io::empty()));
            (stdin, None)
        }
    };
    let magic = start_of(&mut bytes, MAGIC_BYTES)?;
    let packing = Packing::of(&magic);
    Ok(Opened {
        bytes: Box::new(Cursor::new(magic).chain(bytes)),
        packing,
        length: length.filter(|_| packing == Packing::Plain),
    })
}

fn start_of(bytes: &mut Box<dyn Read + Send>, most: usize) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    bytes.take(most as u64).read_to_end(&mut start)?;
    Ok(start)
}

/// One request, with what its headers said or with them.
fn check_request(
    args: &ValidateArgs,
    checker: &mut Checker,
    bytes: Box<dyn Read + Send>,
    (ui, out): (&mut Ui, &mut Output),
) -> Result<Reach, Trouble> {
    let mut body = Vec::new();
    let mut limited = bytes.take(REQUEST_BYTES_MAX as u64 + 1);
    limited.read_to_end(&mut body).map_err(Trouble::Read)?;
    if body.len() > REQUEST_BYTES_MAX {
        let message = format!("it has more than {REQUEST_BYTES_MAX} bytes");
        checker.note(Code::NotChecked, message);
        return Ok(Reach::Cut);
    }
    let repaired = if args.http {
        http::check_captured(checker, &body)
    } else {
        let head = Head {
            content_type: args.content_type.clone(),
            content_encoding: args.content_encoding.clone(),
            path: args.path.clone(),
            encoding: encoding(args),
        };
        http::check_body(checker, &head, &body)
    };
    out.write(ui, repaired.as_deref().unwrap_or(&body))?;
    Ok(Reach::Whole)
}

/// Requests one after the other, perhaps compressed as a whole. Keeps the start of what was read.
fn check_stream(
    args: &ValidateArgs,
    (checker, sample): (&mut Checker, &mut Vec<u8>),
    opened: Opened,
    (ui, out): (&mut Ui, &mut Output),
) -> Result<Reach, Trouble> {
    let is_packed = opened.packing != Packing::Plain;
    let mut told = |step: Step<'_>| match step {
        Step::Repaired(bytes) => out.write(ui, bytes),
        Step::Checked(bytes, records) => {
            ui.checked(bytes, records);
            Ok(())
        }
    };
    let plain = inflate::plain(opened.bytes).and_then(|mut plain| {
        *sample = start_of(&mut plain, SAMPLE_BYTES)?;
        let whole: Box<dyn Read + Send> = Box::new(Cursor::new(sample.clone()).chain(plain));
        Ok(whole)
    });
    let done = plain
        .and_then(|plain| Pieces::new(plain, REQUEST_BYTES_MAX))
        .map_err(Trouble::Read)
        .and_then(|pieces| lines::check_all(checker, encoding(args), pieces, &mut told));
    match done {
        Err(Trouble::Read(error)) if is_packed && is_broken(&error) => {
            checker.note(Code::CompressionBroken, error.to_string());
            Ok(Reach::Cut)
        }
        done => done.map(|()| Reach::Whole),
    }
}

fn encoding(args: &ValidateArgs) -> Option<Encoding> {
    match args.encoding {
        None | Some(EncodingWord::Auto) => None,
        Some(EncodingWord::Json) => Some(Encoding::Json),
        Some(EncodingWord::Protobuf) => Some(Encoding::Protobuf),
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

/// The format of an input that has no record of OTLP and is text that looks like a log.
fn log_format(report: &Report, sample: &[u8], host: &Host) -> Option<String> {
    let is_text = memchr::memchr(0, sample).is_none()
        && String::from_utf8_lossy(sample)
            .chars()
            .filter(|letter| *letter == char::REPLACEMENT_CHARACTER)
            .count()
            < 4;
    let names_signal = REQUEST_KEYS
        .iter()
        .any(|key| memchr::memmem::find(sample, key.as_bytes()).is_some());
    let text = sample.trim_ascii();
    if report.records > 0 || text.len() < LOG_BYTES_MIN || !is_text || names_signal {
        return None;
    }
    let zone = Zone::new(jiff::tz::TimeZone::UTC);
    let found = detect(sample, &mut zone.with_anchor(host.clock.now()), &[]);
    let is_one_line = memchr::memchr(b'\n', text).is_none();
    match found.format.kind {
        FormatKind::OtlpJson | FormatKind::OtlpProtobuf(_) => None,
        FormatKind::Plain | FormatKind::Json if is_one_line => None,
        FormatKind::Plain if matches!(text.first(), Some(b'{' | b'[')) => None,
        _ => Some(found.label),
    }
}
