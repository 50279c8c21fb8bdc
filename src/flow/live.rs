//! The owner's queue of live records: what waits, what of it leaves now, and when to look again.
//!
//! It adds to the pure queue what that lacks: the time, the compressor for batches that were put together here, and the count of
//! requests on their way, of which a batch that is not full waits for the last.

use std::collections::BTreeSet;
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
    /// The live sources that are open. What the last of them left has nothing to wait for.
    open: BTreeSet<usize>,
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
            open: BTreeSet::new(),
        }
    }

    /// A live source begins.
    pub(super) fn open(&mut self, source: usize) {
        self.open.insert(source);
    }

    /// A source has ended, live or not.
    pub(super) fn close(&mut self, source: usize) {
        self.open.remove(&source);
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

    /// Where the oldest batch that waits comes from.
    pub(super) fn first(&self) -> Option<Place> {
        self.queue.first().map(|held| held.place)
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
        match (reading && !self.open.is_empty(), self.under_way) {
            (false, _) => Pace::Closing,
            (true, 0) => Pace::Free,
            (true, _) => Pace::Busy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::SystemClock;
    use crate::base::units::UnixNanos;
    use crate::flow::watermark::Watermark;
    use crate::format::timestamp::Zone;
    use crate::format::{Format, FormatKind, Parser};
    use crate::otlp::Encoding;
    use crate::pipeline::batch::{BatchBuilder, BatchLimits, Envelope};
    use crate::pipeline::buffers::Buffers;
    use crate::pipeline::encode::Constants;
    use crate::pipeline::group::LineLimits;
    use crate::pipeline::stage::{Chunk, Stage};
    use crate::source::checkpoint::Mark;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    /// A chunk with these levels, as a worker gives it.
    fn shipment(levels: &[&str]) -> Shipment {
        let limits = BatchLimits {
            records_max: 100,
            encoded_bytes_max: 1 << 20,
        };
        let builder = BatchBuilder::new(
            Arc::new(Envelope::new(Encoding::Protobuf, &[])),
            Arc::new(Constants::new(Encoding::Protobuf, &[])),
            limits,
            Buffers::default(),
        );
        let format = Arc::new(Format::of(FormatKind::Stamped));
        let parser = Parser::new(format, Zone::new(TimeZone::UTC));
        let lines = levels
            .iter()
            .map(|level| format!("2026-11-20T09:00:00Z {level} text\n"));
        let chunk = Chunk {
            bytes: lines.collect::<String>().into_bytes(),
            ..Chunk::default()
        };
        let mut stage = Stage::new(parser, builder, LineLimits::of_lines(1 << 10));
        let (mut batches, _) = stage.run(&chunk, UnixNanos(1));
        Shipment {
            batch: batches.remove(0),
            compressed: None,
        }
    }

    /// The accounts of a run that sends, drops and gives up, beside a list of what each chunk still has to come.
    struct Books {
        live: Live,
        mark: Watermark,
        /// For each chunk, whether everything of it has come to its end.
        resolved: Vec<bool>,
        under_way: Vec<(Vec<Place>, u64)>,
        read: u64,
        ended: u64,
    }

    impl Books {
        fn read(&mut self, levels: &[&str]) {
            let end_offset = 10 * (self.resolved.len() as u64 + 1);
            let place = Place {
                source: 0,
                batch: self.mark.add(
                    Mark {
                        offset: end_offset,
                        ..Mark::default()
                    },
                    1,
                ),
                number: end_offset,
            };
            self.resolved.push(false);
            self.read += levels.len() as u64;
            self.live.push(place, shipment(levels), None);
        }

        fn shed(&mut self) {
            if let Some(given) = self.live.shed() {
                self.ended += given.levels.iter().sum::<u64>();
                self.resolve(&given.emptied);
            }
        }

        fn start(&mut self, reading: bool) {
            if let Some((places, shipment)) = self.live.next(reading) {
                self.live.begin();
                let records = shipment.batch.record_count() as u64;
                self.under_way.push((places, records));
            }
        }

        fn end_one(&mut self, pick: usize) {
            if self.under_way.is_empty() {
                return;
            }
            let (places, records) = self.under_way.remove(pick % self.under_way.len());
            self.live.end();
            self.ended += records;
            self.resolve(&places);
        }

        fn resolve(&mut self, places: &[Place]) {
            for place in places {
                self.mark.resolve(place.batch);
                let chunk = usize::try_from(place.batch).unwrap();
                assert!(!std::mem::replace(&mut self.resolved[chunk], true));
            }
        }

        fn check(&self) {
            let prefix = self.resolved.iter().take_while(|resolved| **resolved);
            assert_eq!(self.mark.acknowledged().offset, 10 * prefix.count() as u64);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_record_ends_once_and_the_mark_is_that_of_a_scan(
            steps in proptest::collection::vec((0_usize..4, 0_usize..100), 1..60),
            records_max in 1_usize..4,
            drops in any::<bool>(),
        ) {
            let limits = QueueLimits {
                records_max,
                bytes_max: 1 << 20,
                batch: BatchLimits { records_max: 2, encoded_bytes_max: 1 << 20 },
                linger_max: Duration::ZERO,
                hurry_gap: Duration::ZERO,
                on_full: if drops { OnFull::Drop } else { OnFull::Block },
            };
            let mut books = Books {
                live: Live::new(limits, Compression::None, Arc::new(SystemClock)),
                mark: Watermark::default(),
                resolved: Vec::new(),
                under_way: Vec::new(),
                read: 0,
                ended: 0,
            };
            books.live.open(0);
            let levels = ["TRACE", "INFO", "WARN", "ERROR", "FATAL"];
            for (what, pick) in steps {
                match what {
                    0 | 1 if !books.live.holds_up() => {
                        books.read(&levels[pick % 5..=(pick % 5 + what).min(4)]);
                        books.shed();
                    }
                    2 => books.start(true),
                    _ => books.end_one(pick),
                }
                books.check();
            }
            while !books.live.is_empty() {
                books.start(false);
            }
            while !books.under_way.is_empty() {
                books.end_one(0);
                books.check();
            }
            prop_assert_eq!(books.ended, books.read);
            prop_assert!(books.resolved.iter().all(|resolved| *resolved));
        }
    }
}
