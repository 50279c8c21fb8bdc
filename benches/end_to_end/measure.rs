//! One case: what arrives is right, then otelctl and its limits in turn, so that a noisy minute disturbs them alike.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Result;
use crate::cases::{BARE_CPU_RATIO_MAX, Case, PEAK_MIB_MAX};
use crate::codec;
use crate::inputs::Input;
use crate::options::Options;
use crate::process::{self, Cost};
use crate::replay::{self, Recorded};
use crate::report::{Check, Figure, Report, Target, mebibytes};
use crate::sink::{Seen, Sink};
use crate::timing::median;

/// The same bodies, ready to be posted and, for a compressed case, as they were before.
struct Limits {
    requests: Vec<Recorded>,
    bodies: Vec<Vec<u8>>,
}

/// The runs of one case, one entry per run.
#[derive(Default)]
struct Runs {
    product: Vec<Cost>,
    bare: Vec<Cost>,
    replay: Vec<Duration>,
    codec: Vec<Duration>,
}

pub(crate) fn measure(
    case: &Case,
    input: &Input,
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    eprintln!("{}: checking", case.name);
    check_arrival(case, input, options)?;
    let limits = record(case, input, options)?;
    let mut runs = Runs::default();
    let mut seen = None;
    for run in 1..=options.runs {
        eprintln!("{}: run {run} of {}", case.name, options.runs);
        seen = Some(measure_once(case, input, options, &limits, &mut runs)?);
    }
    let seen = seen.ok_or("no runs")?;
    add_figures(case, input, &runs, &seen, report);
    if case.is_compressed()
        && let Some(wall) = codec::gzip_program(&input.path)
    {
        report.figures.push(Figure::timed(
            case.name,
            "gzip -1 of the input",
            input.bytes,
            wall,
        ));
    }
    add_checks(case, input, &runs, report);
    Ok(())
}

/// Runs `otelctl send` on `input` in the manner of `case`.
pub(crate) fn send(case: &Case, input: &Path, options: &Options, sink: &Sink) -> Result<Cost> {
    process::run(with_send_args(&mut options.program(), case, input, sink))
}

fn send_bare(case: &Case, input: &Path, sink: &Sink) -> Result<Cost> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--bare");
    process::run(with_send_args(&mut command, case, input, sink))
}

fn with_send_args<'command>(
    command: &'command mut Command,
    case: &Case,
    input: &Path,
    sink: &Sink,
) -> &'command mut Command {
    command.arg("send").arg(input).args(["--to", &sink.url()]);
    command.args([
        "--compression",
        case.compression,
        "--protocol",
        case.protocol,
        "-q",
    ])
}

/// Speed without every record is no speed.
fn check_arrival(case: &Case, input: &Input, options: &Options) -> Result<()> {
    let sink = Sink::count()?;
    send(case, &input.path, options, &sink)?;
    let seen = sink.finish()?;
    if seen.record_count == input.line_count && seen.fault_count == 0 {
        return Ok(());
    }
    let (lines, records, faults) = (input.line_count, seen.record_count, seen.fault_count);
    Err(format!("of {lines} lines {records} records arrived, with {faults} faults").into())
}

fn record(case: &Case, input: &Input, options: &Options) -> Result<Limits> {
    let folder = input.path.with_extension("requests");
    fs::create_dir(&folder)?;
    let sink = Sink::record(&folder)?;
    send(case, &input.path, options, &sink)?;
    sink.finish()?;
    let requests = replay::load(&folder)?;
    fs::remove_dir_all(&folder)?;
    let bodies = if case.is_compressed() {
        codec::inflate(&requests)?
    } else {
        Vec::new()
    };
    Ok(Limits { requests, bodies })
}

fn measure_once(
    case: &Case,
    input: &Input,
    options: &Options,
    limits: &Limits,
    runs: &mut Runs,
) -> Result<Seen> {
    let sink = Sink::null()?;
    runs.product.push(send(case, &input.path, options, &sink)?);
    let seen = sink.finish()?;
    let sink = Sink::null()?;
    runs.replay
        .push(replay::post(&limits.requests, &sink.url())?);
    sink.finish()?;
    if case.has_bare() {
        let sink = Sink::null()?;
        runs.bare.push(send_bare(case, &input.path, &sink)?);
        sink.finish()?;
    }
    if case.is_compressed() {
        runs.codec.push(codec::compress(&limits.bodies)?);
    }
    Ok(seen)
}

fn add_figures(case: &Case, input: &Input, runs: &Runs, seen: &Seen, report: &mut Report) {
    let mut product = Figure::run(case.name, "otelctl", input.bytes, &runs.product);
    product.request_count = Some(seen.request_count);
    product.wire_bytes = Some(seen.wire_bytes);
    report.figures.push(product);
    let replay = median(&runs.replay);
    report
        .figures
        .push(Figure::timed(case.name, "replay", input.bytes, replay));
    if case.has_bare() {
        report.figures.push(Figure::run(
            case.name,
            "bare program",
            input.bytes,
            &runs.bare,
        ));
    }
    if case.is_compressed() {
        let codec = median(&runs.codec);
        report.figures.push(Figure::timed(
            case.name,
            "codec, 2 threads",
            input.bytes,
            codec,
        ));
    }
}

fn add_checks(case: &Case, input: &Input, runs: &Runs, report: &mut Report) {
    let wall = median(&walls(&runs.product)).as_secs_f64();
    let mut check = |what: &str, figure: f64, target: Target| {
        report.checks.push(Check {
            case: case.name,
            what: what.to_owned(),
            figure,
            target,
        });
    };
    let replay = median(&runs.replay).as_secs_f64() / wall;
    check(
        "speed / replay",
        replay,
        Target::at_least(case.replay_ratio_min),
    );
    if case.is_compressed() {
        let codec = median(&runs.codec).as_secs_f64() / wall;
        check(
            "speed / codec alone",
            codec,
            Target::at_least(case.codec_ratio_min),
        );
    }
    if case.has_bare() {
        let cpu = median(&cpus(&runs.product)).as_secs_f64();
        let bare = median(&cpus(&runs.bare)).as_secs_f64();
        check(
            "processor / bare",
            cpu / bare,
            Target::AtMost(BARE_CPU_RATIO_MAX),
        );
    }
    let what = format!("peak MiB at {:.0} MiB", mebibytes(input.bytes));
    check(
        &what,
        mebibytes(peak_bytes(&runs.product)),
        Target::AtMost(PEAK_MIB_MAX),
    );
}

pub(crate) fn walls(costs: &[Cost]) -> Vec<Duration> {
    costs.iter().map(|cost| cost.wall).collect()
}

pub(crate) fn cpus(costs: &[Cost]) -> Vec<Duration> {
    costs.iter().map(|cost| cost.cpu).collect()
}

/// The worst run, because a limit is a limit.
pub(crate) fn peak_bytes(costs: &[Cost]) -> u64 {
    costs.iter().map(|cost| cost.peak_bytes).max().unwrap_or(0)
}
