//! A worker thread: takes a chunk, makes shipments of it, passes them on.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use std::time::Instant;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;
use crate::base::units::UnixNanos;
use crate::delivery::Shipment;
use crate::flow::feeder::{Feeder, FoundFile, OpenSource, Step};
use crate::flow::plan::RecordPlan;
use crate::format::Parser;
use crate::format::timestamp::Zone;
use crate::otlp::Compression;
use crate::otlp::compress::Compressor;
use crate::pipeline::batch::{Batch, BatchBuilder, BatchLimits};
use crate::pipeline::buffers::Buffers;
use crate::pipeline::stage::{Chunk, ChunkStats, Stage};
use crate::source::SourceError;
use crate::source::checkpoint::{Mark, Print, TAIL_BYTES_MAX};

/// How long the time at which a pipe or a followed file was opened stands for the time at which its records are written.
const ANCHOR_HOLDS: Duration = Duration::from_secs(600);

/// What the workers share.
pub(super) struct WorkerShared {
    pub(super) feeder: Mutex<Feeder>,
    /// One permit for each chunk between reading and its end; this bounds the memory.
    pub(super) room: Arc<Semaphore>,
    pub(super) shutdown: Shutdown,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) records: RecordPlan,
    pub(super) batch: BatchLimits,
    pub(super) buffers: Buffers,
    pub(super) compression: Compression,
    /// Live batches with fewer records may be put together, and are not compressed before.
    pub(super) live_records_max: usize,
}

/// A chunk's permit. There is none once the run is stopping: what a pipe has given already is still counted.
pub(super) type Room = Arc<Option<OwnedSemaphorePermit>>;

/// What became of a piece of work, for the owner, who puts them in order.
pub(super) struct Output {
    pub(super) number: u64,
    pub(super) product: Product,
    /// Returned when the last shipment of the chunk has come to its end.
    pub(super) room: Room,
}

/// The product of a step.
pub(super) enum Product {
    Opened(Arc<OpenSource>),
    Made {
        source: Arc<OpenSource>,
        bytes: u64,
        /// Where each shipment ends; without shipments, where the chunk does.
        ends: Vec<Mark>,
        stats: Box<ChunkStats>,
        shipments: Vec<Shipment>,
        came_at: Option<Instant>,
    },
    Failed {
        index: usize,
        error: SourceError,
    },
    Ended {
        index: usize,
    },
    Found(Box<FoundFile>),
    Notice(String),
}

/// Works until nothing is left or nobody listens.
pub(super) fn work(shop: &WorkerShared, outputs: &mpsc::Sender<Output>, runtime: &Handle) {
    let _alarm = Alarm(shop);
    let mut worker = Worker {
        shop,
        stage: None,
        compressor: Compressor::new(shop.compression),
        buffer: Vec::new(),
    };
    while let Some(output) = worker.next(runtime) {
        if outputs.blocking_send(output).is_err() {
            return;
        }
    }
}

/// Ends the run when a worker panics: the others would wait for its output for ever.
struct Alarm<'s>(&'s WorkerShared);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.shutdown.request();
            self.0.room.close();
        }
    }
}

/// One worker's tools, used again for every chunk.
struct Worker<'s> {
    shop: &'s WorkerShared,
    stage: Option<Tools>,
    compressor: Compressor,
    buffer: Vec<u8>,
}

impl Worker<'_> {
    fn next(&mut self, runtime: &Handle) -> Option<Output> {
        let buffer = std::mem::take(&mut self.buffer);
        let (work, room) = {
            let mut feeder = self
                .shop
                .feeder
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            // Inside the lock, so that the first chunk that is not resolved always has its room.
            let room = runtime.block_on(Arc::clone(&self.shop.room).acquire_owned());
            (feeder.next(buffer)?, room.ok())
        };
        let product = match work.step {
            Step::Opened(source) => Product::Opened(source),
            Step::Chunk(source, chunk) => self.make(source, chunk),
            Step::Failed { index, error } => Product::Failed { index, error },
            Step::Ended { index } => Product::Ended { index },
            Step::Found(file) => Product::Found(file),
            Step::Notice(text) => Product::Notice(text),
        };
        Some(Output {
            number: work.number,
            product,
            room: Arc::new(room),
        })
    }

    fn make(&mut self, source: Arc<OpenSource>, chunk: Chunk) -> Product {
        let observed = self.shop.clock.now();
        let (batches, stats) = self.stage(&source, observed).run(&chunk, observed);
        let ends = ends(&source, &chunk, &batches);
        let live_records_max = self.shop.live_records_max;
        let shipments = batches.into_iter().map(|batch| {
            let is_whole = !source.is_live || batch.record_count() >= live_records_max;
            let compressed = is_whole.then(|| self.compressor.compress(&batch.body));
            Shipment {
                compressed: compressed.flatten().map(Bytes::from),
                batch,
            }
        });
        let product = Product::Made {
            shipments: shipments.collect(),
            bytes: chunk.end_offset - chunk.start_offset,
            ends,
            stats: Box::new(stats),
            came_at: chunk.came_at,
            source,
        };
        self.buffer = chunk.bytes;
        product
    }

    /// The stage for a source; made anew when the source changes.
    fn stage(&mut self, source: &Arc<OpenSource>, observed: UnixNanos) -> &mut Stage {
        let shop = self.shop;
        let make = || {
            let anchor = anchor_at(source, observed);
            let zone = Zone::new(shop.records.zone.clone()).with_anchor(anchor);
            let parser = Parser::new(Arc::clone(&source.detection.format), zone);
            let builder = BatchBuilder::new(
                Arc::clone(&source.envelope),
                Arc::clone(&source.constants),
                shop.batch,
                shop.buffers.clone(),
            );
            let stage = Stage::new(parser, builder, shop.records.limits)
                .for_destination(shop.records.taking.clone())
                .with_uids(source.uids.clone());
            Tools {
                index: source.index,
                stage,
                made: observed,
            }
        };
        self.stage = self
            .stage
            .take()
            .filter(|held| held.index == source.index && !held.is_stale(source, observed));
        &mut self.stage.get_or_insert_with(make).stage
    }
}

/// A stage for one source.
struct Tools {
    index: usize,
    stage: Stage,
    made: UnixNanos,
}

impl Tools {
    fn is_stale(&self, source: &OpenSource, observed: UnixNanos) -> bool {
        let age = observed.0.saturating_sub(self.made.0);
        source.total.is_none() && u128::from(age) > ANCHOR_HOLDS.as_nanos()
    }
}

/// Near which times of a source lie: with one that stays open, the days go by.
fn anchor_at(source: &OpenSource, observed: UnixNanos) -> UnixNanos {
    let open_for = observed.0.saturating_sub(source.opened.0);
    if source.total.is_none() && u128::from(open_for) > ANCHOR_HOLDS.as_nanos() {
        observed
    } else {
        source.anchor
    }
}

/// Where each batch of a chunk ends in its source.
fn ends(source: &OpenSource, chunk: &Chunk, batches: &[Batch]) -> Vec<Mark> {
    let mark = |offset| Mark {
        offset,
        tail: if source.kept.is_some() {
            tail_before(chunk, offset)
        } else {
            Print::default()
        },
    };
    if batches.is_empty() {
        return vec![mark(chunk.end_offset)];
    }
    batches.iter().map(|batch| mark(batch.source_end)).collect()
}

/// The bytes directly before a place in a chunk, as far as they are known.
fn tail_before(chunk: &Chunk, offset: u64) -> Print {
    let read = usize::try_from(offset - chunk.start_offset).unwrap_or(usize::MAX);
    let Some(read) = chunk.bytes.get(..read) else {
        // A part of the last line was passed over.
        return Print::default();
    };
    let from_chunk = &read[read.len().saturating_sub(TAIL_BYTES_MAX)..];
    let missing = TAIL_BYTES_MAX - from_chunk.len();
    let before = &chunk.before[chunk.before.len().saturating_sub(missing)..];
    Print::of(&[before, from_chunk].concat())
}
