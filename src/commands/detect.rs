//! `otelctl detect`: what a file is, why, and what its first records become.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::base::escape::printable;
use crate::cli::input::DetectArgs;
use crate::failure::Failure;
use crate::format::Parser;
use crate::format::detect::{Detection, detect};
use crate::format::timestamp::Zone;
use crate::host::Host;
use crate::otlp::Encoding;
use crate::pipeline::batch::{BatchBuilder, BatchLimits, Envelope};
use crate::pipeline::buffers::Buffers;
use crate::pipeline::encode::Constants;
use crate::pipeline::stage::{Chunk, Stage};
use crate::settings::resolve::LINE_BYTES_MAX_DEFAULT;
use crate::settings::zone::time_zone;
use crate::settings::{Origin, Sourced};
use crate::source::head::{HEAD_BYTES, byte_order_mark};
use crate::source::inputs::{Input, inputs};
use crate::source::{SourceError, inflate};
use crate::ui::{OutputFormat, Ui};

/// Records shown.
const RECORDS_SHOWN: usize = 3;

/// Runs the command.
pub fn run(args: &DetectArgs, host: &mut Host, ui: &mut Ui) -> Result<(), Failure> {
    let zone = zone(args, host)?;
    let mut head = head(&args.file, host)?;
    let detection = detect(
        &head,
        &mut Zone::new(zone.clone()).with_anchor(host.clock.now()),
    );
    complete_lines(&mut head);
    let records = first_records(&detection, head, zone, host);
    let name = args.file.to_string_lossy();
    if ui.style().format == OutputFormat::Json {
        ui.json(&as_json(&name, &detection, records));
    } else {
        ui.result(&as_text(&name, &detection));
        for record in &records {
            ui.sample(record);
        }
    }
    Ok(())
}

fn zone(args: &DetectArgs, host: &Host) -> Result<TimeZone, Failure> {
    let named = args
        .input
        .tz
        .clone()
        .map(|name| Sourced::new(name, Origin::Flag("--tz")));
    Ok(time_zone(named.as_ref(), host.time_zone)?)
}

fn head(path: &Path, host: &mut Host) -> Result<Vec<u8>, Failure> {
    let setup = |error: SourceError| {
        let hint = error.hint();
        Failure::setup("input", error, hint)
    };
    let (found, _) = inputs(&[PathBuf::from(path)]).map_err(setup)?;
    let mut head = Vec::new();
    for input in found {
        let open_error = |source| {
            setup(SourceError::Open {
                path: input.name(),
                source,
            })
        };
        let bytes: Box<dyn Read + Send> = match &input {
            Input::File(path) | Input::Stream(path) => {
                Box::new(File::open(path).map_err(open_error)?)
            }
            Input::Stdin => std::mem::replace(&mut host.stdin, Box::new(std::io::empty())),
        };
        let plain = inflate::plain(bytes).map_err(open_error)?;
        plain
            .take(HEAD_BYTES as u64)
            .read_to_end(&mut head)
            .map_err(open_error)?;
    }
    let mark = byte_order_mark(&head, &path.to_string_lossy()).map_err(setup)?;
    head.drain(..mark);
    Ok(head)
}

/// Takes off a last line that the head has cut in two.
fn complete_lines(head: &mut Vec<u8>) {
    if head.len() == HEAD_BYTES
        && let Some(newline) = memchr::memrchr(b'\n', head)
    {
        head.truncate(newline + 1);
    }
}

/// The first records as they would arrive, OTLP/JSON.
fn first_records(detection: &Detection, head: Vec<u8>, zone: TimeZone, host: &Host) -> Vec<Value> {
    let envelope = Arc::new(Envelope::new(Encoding::Json, &[]));
    let constants = Arc::new(Constants::new(Encoding::Json, &[]));
    let limits = BatchLimits {
        records_max: RECORDS_SHOWN,
        encoded_bytes_max: usize::MAX,
    };
    let builder = BatchBuilder::new(envelope, constants, limits, Buffers::default());
    let mut stage = Stage::new(
        Parser::new(
            Arc::clone(&detection.format),
            Zone::new(zone).with_anchor(host.clock.now()),
        ),
        builder,
        LINE_BYTES_MAX_DEFAULT.as_usize(),
    );
    let chunk = Chunk {
        bytes: head,
        ..Chunk::default()
    };
    let (batches, _) = stage.run(&chunk, host.clock.now());
    let Some(first) = batches.first() else {
        return Vec::new();
    };
    (0..first.record_count())
        .filter_map(|index| serde_json::from_slice(first.record(index)).ok())
        .collect()
}

fn as_text(name: &str, detection: &Detection) -> String {
    let mut text = format!(
        "{}: {}, {} % of {} lines\n",
        printable(name),
        detection.label,
        detection.confidence_percent(),
        detection.lines
    );
    for runner_up in &detection.runners_up {
        writeln!(
            text,
            "  not {}: {} of {} lines fit it",
            runner_up.label, runner_up.fits, detection.lines
        )
        .expect("writing to a String cannot fail");
    }
    text
}

fn as_json(name: &str, detection: &Detection, records: Vec<Value>) -> Value {
    let runners_up: Vec<Value> = detection
        .runners_up
        .iter()
        .map(|runner_up| json!({"format": runner_up.label, "fits": runner_up.fits, "of": detection.lines}))
        .collect();
    json!({
        "command": "detect",
        "name": name,
        "format": detection.label,
        "confidence": detection.confidence_percent(),
        "lines": detection.lines,
        "runners_up": runners_up,
        "records": records,
    })
}
