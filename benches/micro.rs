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
use otelctl::format::detect::detect;
use otelctl::format::layout::{Captures, Layout, table};
use otelctl::format::timestamp::Zone;
use otelctl::format::{Format, FormatKind, Parser};
use otelctl::otlp::Encoding;
use otelctl::pipeline::batch::{BatchBuilder, BatchLimits, Envelope};
use otelctl::pipeline::buffers::Buffers;
use otelctl::pipeline::encode::Constants;
use otelctl::pipeline::group::LineLimits;
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
/// The same for a single layout: there are hundreds of them.
const LAYOUT_PASSES: u32 = 8;
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
        product_stages(&name, &lines);
    }
    for (row, layout) in table::ROWS.iter().zip(table::layouts()) {
        layout_stage(row, layout.clone());
    }
    for (name, byte) in WORST_LINES {
        worst_stage(name, byte);
    }
    Ok(())
}

/// Lines on which a careless parser is quadratic: a mebibyte of the same.
const WORST_LINES: [(&str, u8); 8] = [
    ("letters", b'a'),
    ("digits", b'7'),
    ("blanks", b' '),
    ("brackets", b'['),
    ("braces", b'{'),
    ("quotes", b'"'),
    ("colons", b':'),
    ("equals", b'='),
];

/// One layout, over its own example line.
fn layout_stage(row: &table::Row, layout: Layout) {
    let line = format!("{}\n", row.example);
    let lines = line.repeat((1 << 20) / line.len());
    let mut format = Format::of(FormatKind::Layout);
    format.layouts = vec![layout];
    let zone = Zone::new(TimeZone::UTC).with_anchor(UnixNanos(1_795_170_000_000_000_000));
    let mut parser = Parser::new(Arc::new(format), zone);
    timed(
        row.name,
        "layout",
        lines.as_bytes(),
        LAYOUT_PASSES,
        |lines| parse_all(&mut parser, lines),
    );
}

/// One line of a mebibyte, through detection and parsing as each kind.
fn worst_stage(name: &str, byte: u8) {
    let mut line = b"2026-11-20 09:00:00 INFO [".to_vec();
    line.resize(1 << 20, byte);
    for (title, from) in [("worst, behind a header", 0), ("worst, alone", 26)] {
        let line = &line[from..];
        timed(name, title, line, LAYOUT_PASSES, |line| {
            let mut zone = Zone::new(TimeZone::UTC);
            let head = line.get(..64 << 10).unwrap_or(line);
            let format = detect(head, &mut zone, &[]).format;
            parse_all(&mut Parser::new(format, zone), line)
        });
    }
}

fn parse_all(parser: &mut Parser, lines: &[u8]) -> usize {
    let text = str::from_utf8(lines).unwrap_or_default();
    let (mut record, mut captures, mut attributes) = (Record::default(), Captures::EMPTY, 0);
    let mut from = 0;
    for end in memchr::memchr_iter(b'\n', lines).chain([lines.len()]) {
        let line = text.get(from..end).unwrap_or_default();
        from = end + 1;
        record.clear();
        let begin = parser.begins(line.as_bytes(), &mut captures);
        parser.parse(line, line.len(), (begin, &captures), &mut record);
        attributes += record.attributes.len();
    }
    attributes
}

/// Parsing alone, and the whole of a worker's stage: lines to request bodies in both encodings.
fn product_stages(name: &str, lines: &[u8]) {
    let head = lines.get(..lines.len().min(64 << 10)).unwrap_or(lines);
    let format = detect(head, &mut Zone::new(TimeZone::UTC), &[]).format;
    let parser = || Parser::new(Arc::clone(&format), Zone::new(TimeZone::UTC));
    let mut parse = parser();
    stage(name, "parse", lines, |lines| parse_all(&mut parse, lines));
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
        let mut worker = Stage::new(parser(), builder, LineLimits::of_lines(1 << 20));
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
fn stage<T>(lines_name: &str, stage_name: &str, lines: &[u8], work: impl FnMut(&[u8]) -> T) {
    timed(lines_name, stage_name, lines, PASSES, work);
}

/// The same with another number of passes.
fn timed<T>(
    lines_name: &str,
    stage_name: &str,
    lines: &[u8],
    passes: u32,
    mut work: impl FnMut(&[u8]) -> T,
) {
    if !is_wanted(lines_name, stage_name) {
        return;
    }
    let mut times: Vec<Duration> = (0..=RUNS)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..passes {
                black_box(work(black_box(lines)));
            }
            started.elapsed() / passes
        })
        .collect();
    times.remove(0);
    let speed = megabytes_per_second(lines.len() as u64, median(&times));
    println!("| {lines_name:<5} | {stage_name:<28} | {speed:7.0} |");
}

/// Whether `--only TEXT` asks for a row; without it, all are wanted.
fn is_wanted(lines_name: &str, stage_name: &str) -> bool {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--only");
    let wanted = arguments.nth(1);
    wanted.is_none_or(|wanted| lines_name.contains(&wanted) || stage_name.contains(&wanted))
}
