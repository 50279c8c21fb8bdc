//! `otelctl validate` on valid payloads in memory: megabytes per second of one core, beside a plain decoder of the same bytes.
//!
//! Logs are written by the product's own encoder, traces with the official messages. Every row gives the validator and, in
//! turn with it, the reference: `serde_json` to a tree of values for JSON lines, `prost` to the official messages for
//! protobuf. The ratio of the two travels between machines; the megabytes do not.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench times itself, outside the product's rules"
)]
#![expect(
    clippy::cast_precision_loss,
    reason = "figures are shown with three digits"
)]

#[path = "shared/payloads.rs"]
mod payloads;
#[path = "shared/timing.rs"]
mod timing;

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use otelctl::base::units::UnixNanos;
use otelctl::otlp::{Encoding, Signal};
use otelctl::validate::{Checker, Options};
use prost::Message;

use crate::timing::{median, megabytes_per_second};

/// What the bench returns; the text is for a person.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Different requests of 512 records in a row: some megabytes, more than the second cache holds.
const REQUESTS: usize = 24;
/// Timed runs of each, after one that warms up.
const RUNS: usize = 9;
/// How often one run goes through all requests.
const PASSES: u32 = 4;
/// When the payloads are looked at: an hour after they were written.
const NOW: UnixNanos = UnixNanos(payloads::START_UNIX_NANOS + 3_600_000_000_000);

fn main() -> Result<()> {
    if !std::env::args().any(|arg| arg == "--bench") {
        // `cargo test --benches` runs this executable too; it has nothing to test.
        println!("validate measures only under `cargo bench`");
        return Ok(());
    }
    println!(
        "| payload | MiB | validate MB/s | reference | MB/s | ratio |\n|---|--:|--:|---|--:|--:|"
    );
    for (signal, encoding) in [
        (Signal::Logs, Encoding::Json),
        (Signal::Traces, Encoding::Json),
        (Signal::Logs, Encoding::Protobuf),
        (Signal::Traces, Encoding::Protobuf),
    ] {
        row(signal, encoding)?;
    }
    Ok(())
}

/// Measures one kind of payload, and prints it.
fn row(signal: Signal, encoding: Encoding) -> Result<()> {
    let name = format!("{} {}", signal.path(), encoding.protocol());
    if !is_wanted(&name) {
        return Ok(());
    }
    let requests = payloads::requests(signal, encoding, REQUESTS)?;
    let bytes: usize = requests.iter().map(Vec::len).sum();
    let checked = check(&requests, encoding);
    if checked != (REQUESTS * payloads::RECORDS) as u64 {
        return Err(format!("{name}: {checked} records were found right").into());
    }
    let (title, reference) = reference(signal, encoding);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..=RUNS {
        ours.push(timed(|| check(&requests, encoding)));
        theirs.push(timed(|| requests.iter().filter(|it| reference(it)).count()));
    }
    ours.remove(0);
    theirs.remove(0);
    let speed = |times: &[Duration]| megabytes_per_second(bytes as u64, median(times));
    let (ours, theirs) = (speed(&ours), speed(&theirs));
    println!(
        "| {name:<26} | {:4.1} | {ours:5.0} | {title} | {theirs:5.0} | {:4.2} |",
        bytes as f64 / f64::from(1 << 20),
        ours / theirs
    );
    Ok(())
}

/// Looks at every request; the number of records in them, zero when there was any fault.
fn check(requests: &[Vec<u8>], encoding: Encoding) -> u64 {
    let options = Options {
        now: Some(NOW),
        ..Options::PLAIN
    };
    let mut checker = Checker::new(options);
    let mut offset = 0;
    for (line, request) in requests.iter().enumerate() {
        checker.request_at(request, Some(encoding), (offset, line as u64 + 1));
        offset += request.len() as u64;
    }
    let report = checker.finish();
    if report.findings.is_empty() {
        report.records
    } else {
        0
    }
}

/// Reads one request; whether it could be read.
type Reference = fn(&[u8]) -> bool;

fn reference(signal: Signal, encoding: Encoding) -> (&'static str, Reference) {
    fn prost<M: Message + Default>(bytes: &[u8]) -> bool {
        M::decode(bytes).map(black_box).is_ok()
    }
    let json: Reference = |bytes| {
        serde_json::from_slice::<serde_json::Value>(bytes)
            .map(black_box)
            .is_ok()
    };
    match (encoding, signal) {
        (Encoding::Json, _) => ("serde_json to Value", json),
        (_, Signal::Traces) => ("prost", prost::<ExportTraceServiceRequest>),
        _ => ("prost", prost::<ExportLogsServiceRequest>),
    }
}

/// Processor time of the work where the system tells it, so that other programs on the machine do not count.
fn timed<T>(mut work: impl FnMut() -> T) -> Duration {
    let (started, before) = (Instant::now(), processor_time());
    for _ in 0..PASSES {
        black_box(work());
    }
    let took = match (before, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => started.elapsed(),
    };
    took / PASSES
}

/// What this thread has used so far; Linux only.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

/// Whether `--only TEXT` asks for a row; without it, all are wanted.
fn is_wanted(name: &str) -> bool {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--only");
    arguments.nth(1).is_none_or(|wanted| name.contains(&wanted))
}
