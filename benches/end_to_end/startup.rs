//! How long otelctl needs to start, and to ship ten lines, beside programs that do next to nothing.
//!
//! The runs take turns, so that whatever disturbs one disturbs the others too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Result;
use crate::inputs::{self, Shape};
use crate::options::Options;
use crate::process;
use crate::report::{Check, Report, Target};
use crate::sink::Sink;
use crate::timing::median;

/// Runs of each program.
const RUNS: usize = 30;
/// Bytes that hold ten generated lines.
const TEN_LINES_BYTES: u64 = 1500;
/// Lines of the small file.
const LINES: usize = 10;
/// Most milliseconds `--version` and `--help` may cost beyond `true`.
const START_MILLIS_MAX: f64 = 5.0;
/// Most milliseconds ten lines may cost beyond one POST by curl.
const TEN_LINES_MILLIS_MAX: f64 = 10.0;

/// A program to be timed, and its times so far.
struct Racer {
    name: &'static str,
    command: Command,
    times: Vec<Duration>,
}

impl Racer {
    fn new(name: &'static str, mut command: Command) -> Racer {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Racer {
            name,
            command,
            times: Vec::new(),
        }
    }

    fn millis(&self) -> f64 {
        median(&self.times).as_secs_f64() * 1000.0
    }
}

pub(crate) fn measure(options: &Options, folder: &Path, report: &mut Report) -> Result<()> {
    eprintln!("startup");
    let with_flag = |flag: &str| {
        let mut command = options.program();
        command.arg(flag);
        command
    };
    let mut racers = [
        Racer::new("true", Command::new("true")),
        Racer::new("--version", with_flag("--version")),
        Racer::new("--help", with_flag("--help")),
    ];
    race(&mut racers, START_MILLIS_MAX, report)?;

    if process::run_quick(Command::new("curl").arg("--version").stdout(Stdio::null())).is_err() {
        eprintln!("startup: no curl here, so ten lines have nothing to be compared with");
        return Ok(());
    }
    let path = ten_lines(folder)?;
    let sink = Sink::null()?;
    let mut send = options.program();
    send.arg("send")
        .arg(&path)
        .args(["--to", &sink.url(), "-q"]);
    let mut racers = [
        Racer::new("curl, one POST", curl(&path, &sink)),
        Racer::new("ten lines", send),
    ];
    race(&mut racers, TEN_LINES_MILLIS_MAX, report)?;
    let arrived = sink.finish()?.request_count;
    if arrived == (RUNS * racers.len()) as u64 {
        Ok(())
    } else {
        Err(format!("{RUNS} runs each of curl and otelctl made {arrived} requests").into())
    }
}

/// Runs all in turn and compares each with the first.
fn race(racers: &mut [Racer], millis_max: f64, report: &mut Report) -> Result<()> {
    for _ in 0..RUNS {
        for racer in &mut *racers {
            racer.times.push(process::run_quick(&mut racer.command)?);
        }
    }
    let Some((first, others)) = racers.split_first() else {
        return Ok(());
    };
    report.starts.push((first.name, first.millis()));
    for racer in others {
        report.starts.push((racer.name, racer.millis()));
        report.checks.push(Check {
            case: "startup",
            what: format!("{} - {}, ms", racer.name, first.name),
            figure: racer.millis() - first.millis(),
            target: Target::AtMost(millis_max),
        });
    }
    Ok(())
}

fn ten_lines(folder: &Path) -> Result<PathBuf> {
    let input = inputs::generate(folder, Shape::Plain, TEN_LINES_BYTES)?;
    let text = fs::read_to_string(&input.path)?;
    let lines: Vec<&str> = text.split_inclusive('\n').take(LINES).collect();
    let path = folder.join("ten-lines.log");
    fs::write(&path, lines.concat())?;
    input.remove()?;
    Ok(path)
}

/// Posts the file itself: the sink does not look, and the size is near enough.
fn curl(path: &Path, sink: &Sink) -> Command {
    let mut command = Command::new("curl");
    command.args([
        "-sS",
        "--noproxy",
        "*",
        "-H",
        "content-type: application/x-protobuf",
    ]);
    command
        .arg("--data-binary")
        .arg(format!("@{}", path.display()));
    command.arg(format!("{}/v1/logs", sink.url()));
    command
}
