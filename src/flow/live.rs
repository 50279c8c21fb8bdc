//! The owner's queue of live records: what waits, what of it leaves now, and when to look again.
//!
//! It adds to the pure queue what that lacks: the time, the compressor for batches that were put together here, and the count of
//! requests on their way, of which a batch that is not full waits for the last.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::base::clock::Clock;
use crate::delivery::Shipment;
use crate::flow::owner::Place;
use crate::otlp::Compression;
use crate::otlp::compress::Compressor;
use crate::pipeline::queue::{Dropped, LEVELS, OnFull, Pace, Queue, QueueLimits};

/// Live records that wait.
pub(super) struct Live {
    queue: Queue<Held>,
    on_full: OnFull,
    compressor: Compressor,
    clock: Arc<dyn Clock>,
    under_way: usize,
}

/// What is kept of a shipment beside its records.
#[derive(Debug)]
struct Held {
    place: Place,
    compressed: Option<Bytes>,
}

/// What was given up.
pub(super) struct Given {
    pub(super) levels: [u64; LEVELS],
    /// Batches of which nothing is left.
    pub(super) emptied: Vec<Place>,
}

impl Live {
    pub(super) fn new(
        limits: QueueLimits,
        compression: Compression,
        clock: Arc<dyn Clock>,
    ) -> Live {
        Live {
            queue: Queue::new(limits),
            on_full: limits.on_full,
            compressor: Compressor::new(compression),
            clock,
            under_way: 0,
        }
    }

    /// Adds a shipment, the oldest record of which came at `since`.
    pub(super) fn push(&mut self, place: Place, shipment: Shipment, since: Option<Instant>) {
        let Shipment { batch, compressed } = shipment;
        let since = since.unwrap_or_else(|| self.clock.instant());
        self.queue.push(batch, Held { place, compressed }, since);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether reading has to wait for room.
    pub(super) fn holds_up(&self) -> bool {
        self.on_full == OnFull::Block && self.queue.is_full()
    }

    /// The next shipment, if one leaves now, with the places its records came from.
    pub(super) fn next(&mut self, reading: bool) -> Option<(Vec<Place>, Shipment)> {
        let taken = self.queue.take(self.clock.instant(), self.pace(reading))?;
        let mut compressed = None;
        let places = taken.tags.into_iter().map(|held| {
            compressed = held.compressed;
            held.place
        });
        let places = places.collect();
        if !taken.as_it_came || compressed.is_none() {
            let made = self.compressor.compress(&taken.batch.body);
            compressed = made.map(Bytes::from);
        }
        let batch = taken.batch;
        Some((places, Shipment { batch, compressed }))
    }

    /// A request with live records begins.
    pub(super) fn begin(&mut self) {
        self.under_way += 1;
    }

    /// And ends.
    pub(super) fn end(&mut self) {
        self.under_way -= 1;
    }

    /// What has to be given up for want of room.
    pub(super) fn shed(&mut self) -> Option<Given> {
        let Dropped { levels, emptied } = self.queue.shed();
        let emptied = emptied.into_iter().map(|held| held.place).collect();
        let any = levels.iter().any(|count| *count > 0);
        any.then_some(Given { levels, emptied })
    }

    /// How long until [`Live::next`] gives something that only has to wait.
    pub(super) fn wake_in(&self, reading: bool) -> Option<Duration> {
        let at = self.queue.deadline(self.pace(reading))?;
        Some(at.saturating_duration_since(self.clock.instant()))
    }

    fn pace(&self, reading: bool) -> Pace {
        match (reading, self.under_way) {
            (false, _) => Pace::Closing,
            (true, 0) => Pace::Free,
            (true, _) => Pace::Busy,
        }
    }
}
