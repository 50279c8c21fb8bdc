//! What the fuzz targets share: a zone, texts of any bytes, and a stage over a whole input or over chunks of it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use otelctl::base::units::UnixNanos;
use otelctl::format::timestamp::Zone;
use otelctl::format::{Format, Parser};
use otelctl::otlp::Encoding;
use otelctl::pipeline::batch::{BatchBuilder, BatchLimits, Envelope};
use otelctl::pipeline::buffers::Buffers;
use otelctl::pipeline::encode::Constants;
use otelctl::pipeline::group::{Boundaries, LineLimits};
use otelctl::pipeline::stage::{Chunk, ChunkStats, Stage};
use otelctl::record::Record;

/// Most bytes of a line, as large as any input.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// UTC, in November 2026.
pub fn zone() -> Zone {
    Zone::new(TimeZone::UTC).with_anchor(UnixNanos(1_795_170_000_000_000_000))
}

/// The input as the parsers get it.
pub fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// A record and what a parser made of it must both be printable.
pub fn look_at(record: &Record<'_>) {
    assert!(!format!("{record:?}").is_empty());
    assert!(
        record
            .attributes
            .iter()
            .all(|attribute| !attribute.key.is_empty()),
        "{record:?}"
    );
}

/// Every record of an input, encoded as JSON, and the counts of its chunks.
pub fn records(format: &Arc<Format>, chunks: &[&[u8]]) -> (Vec<String>, Vec<ChunkStats>) {
    let envelope = Arc::new(Envelope::new(Encoding::Json, &[]));
    let constants = Arc::new(Constants::new(Encoding::Json, &[]));
    let limits = BatchLimits {
        records_max: 100,
        encoded_bytes_max: 1 << 20,
    };
    let builder = BatchBuilder::new(envelope, constants, limits, Buffers::default());
    let parser = Parser::new(Arc::clone(format), zone());
    let mut stage = Stage::new(parser, builder, LineLimits::of_lines(LINE_BYTES_MAX));
    let (mut found, mut counts) = (Vec::new(), Vec::new());
    for bytes in chunks {
        let chunk = Chunk {
            bytes: bytes.to_vec(),
            ..Chunk::default()
        };
        let (batches, stats) = stage.run(&chunk, UnixNanos(1));
        let held: usize = batches.iter().map(|batch| batch.record_count()).sum();
        assert_eq!(held as u64, stats.records);
        for batch in &batches {
            let whole: serde_json::Value =
                serde_json::from_slice(&batch.body).expect("a request is JSON");
            assert!(whole["resourceLogs"].is_array());
            found.extend((0..batch.record_count()).map(|index| text(batch.record(index))));
        }
        counts.push(stats);
    }
    (found, counts)
}

/// Cuts an input where the program would, had it read `step` bytes at a time.
pub fn chunks<'d>(format: &Arc<Format>, data: &'d [u8], step: usize) -> Vec<&'d [u8]> {
    let mut parser = Parser::new(Arc::clone(format), zone());
    let mut boundaries = Boundaries::new(&parser, LineLimits::of_lines(LINE_BYTES_MAX));
    let (mut chunks, mut start, mut read) = (Vec::new(), 0, 0);
    while read < data.len() {
        read = (read + step).min(data.len());
        let cut = match read == data.len() {
            true => Some(read - start),
            false => boundaries.last(&data[start..read], &mut parser),
        };
        if let Some(cut) = cut {
            assert!(cut > 0 && start + cut <= read, "a chunk moves on");
            chunks.push(&data[start..start + cut]);
            start += cut;
        }
    }
    chunks
}
