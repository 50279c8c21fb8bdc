//! Single stages on lines in memory: no file, no socket, one thread.
//!
//! The first rows are floors, what nobody can do without; the stages of the product follow and are read against them.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench times itself, outside the product's rules"
)]
#![expect(
    clippy::cast_precision_loss,
    reason = "figures are shown with three digits"
)]

#[path = "shared/inputs.rs"]
#[expect(dead_code, reason = "the end-to-end bench uses more of an input")]
mod inputs;
#[path = "shared/timing.rs"]
mod timing;

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::str;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use otelctl::base::units::UnixNanos;
use otelctl::format::timestamp::Zone;
use otelctl::format::{FormatKind, Parser};
use otelctl::otlp::Encoding;
use otelctl::pipeline::batch::{BatchBuilder, BatchLimits, Envelope};
use otelctl::pipeline::buffers::Buffers;
use otelctl::pipeline::encode::Constants;
use otelctl::pipeline::stage::{Chunk, Stage};
use otelctl::record::{Attribute, Record};

use crate::inputs::Shape;
use crate::timing::{median, megabytes_per_second};

/// What the bench returns; the text is for a person.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Lines that each stage works on: as much as the product reads at once, so that the caches hold it as they do there.
const INPUT_BYTES: u64 = 1 << 20;
/// How often one run works on them.
const PASSES: u32 = 64;
/// Timed runs of each stage, after one that warms up.
const RUNS: usize = 5;

fn main() -> Result<()> {
    if !std::env::args().any(|arg| arg == "--bench") {
        // `cargo test --benches` runs this executable too; it has nothing to test.
        println!("micro measures only under `cargo bench`");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    println!("| lines | stage | MB/s |\n|---|---|--:|");
    for shape in Shape::ALL {
        let input = inputs::generate(folder.path(), shape, INPUT_BYTES)?;
        let lines = fs::read(&input.path)?;
        let name = format!("{shape:?}");
        stage(&name, "floor: find newlines", &lines, |lines| {
            memchr::memchr_iter(b'\n', lines).count()
        });
        stage(&name, "floor: check UTF-8", &lines, |lines| {
            str::from_utf8(lines).is_ok()
        });
        product_stages(&name, shape, &lines);
    }
    Ok(())
}

/// Parsing alone, and the whole of a worker's stage: lines to request bodies in both encodings.
fn product_stages(name: &str, shape: Shape, lines: &[u8]) {
    let kind = match shape {
        Shape::Plain => FormatKind::Stamped,
        Shape::Json => FormatKind::Json,
    };
    let parser = || Parser::new(kind, Zone::new(TimeZone::UTC));
    let mut parse = parser();
    stage(name, "parse", lines, |lines| {
        let text = str::from_utf8(lines).unwrap_or_default();
        let mut record = Record::default();
        let mut attributes = 0;
        for line in text.lines() {
            record.clear();
            parse.parse(line, line.len(), None, &mut record);
            attributes += record.attributes.len();
        }
        attributes
    });
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let constants = [Attribute::text("log.file.name", "bench.log")];
        let builder = BatchBuilder::new(
            Arc::new(Envelope::new(encoding, &[])),
            Arc::new(Constants::new(encoding, &constants)),
            BatchLimits {
                records_max: usize::MAX,
                encoded_bytes_max: 1 << 20,
            },
            Buffers::default(),
        );
        let mut worker = Stage::new(parser(), builder, 1 << 20);
        let chunk = Chunk {
            bytes: lines.to_vec(),
            ..Chunk::default()
        };
        let title = format!("parse, encode, {}", encoding.protocol());
        stage(name, &title, lines, |_| {
            worker.run(&chunk, UnixNanos(1)).0.len()
        });
    }
}

/// Prints one row: the median speed of `work` on all lines at once.
fn stage<T>(lines_name: &str, stage_name: &str, lines: &[u8], mut work: impl FnMut(&[u8]) -> T) {
    let mut times: Vec<Duration> = (0..=RUNS)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..PASSES {
                black_box(work(black_box(lines)));
            }
            started.elapsed() / PASSES
        })
        .collect();
    times.remove(0);
    let speed = megabytes_per_second(lines.len() as u64, median(&times));
    println!("| {lines_name:<5} | {stage_name:<28} | {speed:7.0} |");
}
