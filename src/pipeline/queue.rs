//! Records of live sources that wait to be sent: small encoded batches in, larger ones out, and what to give up when there is no room.
//!
//! Entries are batches in the order in which they were read. A batch leaves when it is full, when its oldest record has waited long
//! enough, or at once when a record of severity ERROR or above is waiting, though not more often than the gap between two such allows.
//! The queue is bounded by records and by bytes. When it is full, either nothing more is read, which is the caller's part, or records
//! are dropped: the oldest of the lowest severity that waits, the newcomer among them. There is no clock in here: the caller says what
//! time it is.
//!
//! Limits: an entry that lost most of its bytes is copied, so the memory is at most twice the bytes that count.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::pipeline::batch::{Batch, BatchLimits};
use crate::record::SeverityClass;

/// Severities that a record can be dropped by, TRACE to FATAL.
pub const LEVELS: usize = 6;

/// The places of [`SeverityClass::Error`] and above among the levels.
const HURRIED: std::ops::Range<usize> = 4..LEVELS;

/// A smaller body is copied when it begins to wait, so that it does not hold the memory of a large one.
const COPIED_BYTES_MAX: usize = 256 << 10;

/// What happens when no more can wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFull {
    /// Nothing more is read until there is room.
    Block,
    /// Records are given up, the least severe first.
    Drop,
}

/// What the queue holds at most, and when it gives something out.
#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// Most records that wait.
    pub records_max: usize,
    /// Most encoded bytes that wait.
    pub bytes_max: usize,
    /// When a batch is full. A batch that was larger when it came stays whole.
    pub batch: BatchLimits,
    /// Longest time a record waits for others.
    pub linger_max: Duration,
    /// Shortest time between two batches that leave early for a severe record.
    pub hurry_gap: Duration,
    /// What happens when no more can wait.
    pub on_full: OnFull,
}

/// What the caller is doing, as far as it decides whether a batch leaves before it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Nothing of the queue is on its way.
    Free,
    /// Something is, so what is not full waits for it.
    Busy,
    /// Nothing more will come.
    Closing,
}

/// What leaves the queue to be sent.
#[derive(Debug)]
pub struct Taken<T> {
    /// The records.
    pub batch: Batch,
    /// What the caller gave along with each entry that is in it.
    pub tags: Vec<T>,
    /// Whether it is one entry, just as it came.
    pub as_it_came: bool,
}

/// What was given up.
#[derive(Debug)]
pub struct Dropped<T> {
    /// Records by level: see [`level_of`].
    pub levels: [u64; LEVELS],
    /// What the caller gave along with each entry of which nothing is left.
    pub emptied: Vec<T>,
}

/// The queue. `T` is what the caller wants to know again of an entry.
#[derive(Debug)]
pub struct Queue<T> {
    limits: QueueLimits,
    entries: BTreeMap<u64, Entry<T>>,
    next_key: u64,
    bytes: usize,
    /// Records that wait, by level.
    left: [usize; LEVELS],
    /// For each level, the entries that hold records of it, oldest first.
    holders: [VecDeque<u64>; LEVELS],
    hurried_at: Option<Instant>,
}

#[derive(Debug)]
struct Entry<T> {
    batch: Batch,
    tag: T,
    since: Instant,
    bytes: usize,
    left: [usize; LEVELS],
    /// For each level, the place behind its last record that was dropped: those before it are gone.
    gone_before: [usize; LEVELS],
    as_it_came: bool,
}

/// Why a batch leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Ripe,
    Hurried,
}

/// The place of a severity among the levels. A record without severity counts as INFO.
pub fn level_of(class: SeverityClass) -> usize {
    match class {
        SeverityClass::Trace => 0,
        SeverityClass::Debug => 1,
        SeverityClass::Unspecified | SeverityClass::Info => 2,
        SeverityClass::Warn => 3,
        SeverityClass::Error => 4,
        SeverityClass::Fatal => 5,
    }
}

/// The severity of a level.
pub fn class_of(level: usize) -> SeverityClass {
    // The first of all is that of records without severity.
    SeverityClass::ALL[level + 1]
}

impl<T> Queue<T> {
    /// An empty one. A batch is never larger than the queue.
    pub fn new(mut limits: QueueLimits) -> Queue<T> {
        let batch = &mut limits.batch;
        batch.records_max = batch.records_max.min(limits.records_max);
        batch.encoded_bytes_max = batch.encoded_bytes_max.min(limits.bytes_max);
        Queue {
            limits,
            entries: BTreeMap::new(),
            next_key: 0,
            bytes: 0,
            left: [0; LEVELS],
            holders: Default::default(),
            hurried_at: None,
        }
    }

    /// How many records wait.
    pub fn record_count(&self) -> usize {
        self.left.iter().sum()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What the caller gave along with the oldest entry.
    pub fn first(&self) -> Option<&T> {
        self.entries.first_key_value().map(|(_, entry)| &entry.tag)
    }

    /// Whether nothing more should be added: then the caller waits, or calls [`Queue::shed`].
    pub fn is_full(&self) -> bool {
        self.record_count() >= self.limits.records_max || self.bytes >= self.limits.bytes_max
    }

    /// Adds the records of a batch, the oldest of which was read at `since`.
    pub fn push(&mut self, batch: Batch, tag: T, since: Instant) {
        let mut left = [0; LEVELS];
        for span in &batch.spans {
            left[level_of(span.class)] += 1;
        }
        let key = self.next_key;
        self.next_key += 1;
        for (level, count) in left.iter().enumerate().filter(|(_, count)| **count > 0) {
            self.left[level] += count;
            self.holders[level].push_back(key);
        }
        let bytes = batch.body.len();
        self.bytes += bytes;
        let entry = Entry {
            batch: batch.compact(COPIED_BYTES_MAX),
            tag,
            since,
            bytes,
            left,
            gone_before: [0; LEVELS],
            as_it_came: true,
        };
        self.entries.insert(key, entry);
    }

    /// Gives up records until what is left is within the limits; does nothing unless that was asked for. One record may always wait.
    pub fn shed(&mut self) -> Dropped<T> {
        let mut dropped = Dropped {
            levels: [0; LEVELS],
            emptied: Vec::new(),
        };
        let limits = self.limits;
        let over = |records: usize, bytes| records > limits.records_max || bytes > limits.bytes_max;
        let mut records = self.record_count();
        while limits.on_full == OnFull::Drop && records > 1 && over(records, self.bytes) {
            self.drop_one(&mut dropped);
            records -= 1;
        }
        dropped
    }

    /// Drops the oldest record of the lowest level.
    fn drop_one(&mut self, dropped: &mut Dropped<T>) {
        let Some(level) = self.left.iter().position(|count| *count > 0) else {
            return;
        };
        let holder = self.holders[level].front().copied();
        let key = holder.expect("a level with records has a holder");
        let entry = self.entries.get_mut(&key).expect("a holder is here");
        self.bytes -= entry.drop_one(level);
        self.left[level] -= 1;
        dropped.levels[level] += 1;
        if entry.left[level] == 0 {
            self.holders[level].pop_front();
        }
        if entry.left == [0; LEVELS]
            && let Some(entry) = self.entries.remove(&key)
        {
            self.bytes -= entry.bytes;
            dropped.emptied.push(entry.tag);
        }
    }

    /// The next batch to send, if one is due now.
    pub fn take(&mut self, now: Instant, pace: Pace) -> Option<Taken<T>> {
        let due = self.due(now, pace)?;
        if due == Due::Hurried {
            self.hurried_at = Some(now);
        }
        let (mut records, mut bytes) = (0, 0);
        let (mut parts, mut tags) = (Vec::new(), Vec::new());
        let mut as_it_came = true;
        while let Some(entry) = self.entries.first_entry() {
            let held = entry.get();
            records += held.left.iter().sum::<usize>();
            bytes += held.bytes;
            let batch = self.limits.batch;
            let fits = records <= batch.records_max && bytes <= batch.encoded_bytes_max;
            if !fits && !parts.is_empty() {
                break;
            }
            let entry = entry.remove();
            self.bytes -= entry.bytes;
            for (sum, count) in self.left.iter_mut().zip(entry.left) {
                *sum -= count;
            }
            as_it_came = entry.as_it_came && parts.is_empty();
            let (batch, tag) = entry.open();
            parts.extend(batch);
            tags.push(tag);
        }
        let first = self.entries.first_key_value().map(|(key, _)| *key);
        let first = first.unwrap_or(self.next_key);
        for holders in &mut self.holders {
            while holders.front().is_some_and(|key| *key < first) {
                holders.pop_front();
            }
        }
        Some(Taken {
            batch: Batch::merged(parts).expect("an entry holds records"),
            tags,
            as_it_came,
        })
    }

    /// When [`Queue::take`] gives something that it does not give yet, if only time is missing.
    pub fn deadline(&self, pace: Pace) -> Option<Instant> {
        if pace == Pace::Busy {
            return None;
        }
        let ripe = self.ripe_at()?;
        Some(self.hurry_at().map_or(ripe, |hurried| ripe.min(hurried)))
    }

    fn due(&self, now: Instant, pace: Pace) -> Option<Due> {
        let ripe_at = self.ripe_at()?;
        let batch = self.limits.batch;
        let is_full =
            self.record_count() >= batch.records_max || self.bytes >= batch.encoded_bytes_max;
        match pace {
            Pace::Closing => Some(Due::Ripe),
            _ if is_full => Some(Due::Ripe),
            Pace::Busy => None,
            Pace::Free if ripe_at <= now => Some(Due::Ripe),
            Pace::Free => (self.hurry_at()? <= now).then_some(Due::Hurried),
        }
    }

    /// When the oldest record has waited long enough.
    fn ripe_at(&self) -> Option<Instant> {
        let (_, oldest) = self.entries.first_key_value()?;
        Some(oldest.since + self.limits.linger_max)
    }

    /// When a severe record may leave before its time, if there is one.
    fn hurry_at(&self) -> Option<Instant> {
        let hurried = self.left[HURRIED].iter().any(|count| *count > 0);
        let (_, oldest) = self.entries.first_key_value().filter(|_| hurried)?;
        let last = self.hurried_at;
        Some(last.map_or(oldest.since, |last| last + self.limits.hurry_gap))
    }
}

impl<T> Entry<T> {
    /// Drops the oldest record of a level that it holds; returns its bytes.
    fn drop_one(&mut self, level: usize) -> usize {
        let behind = &self.batch.spans[self.gone_before[level]..];
        let at = behind.iter().position(|span| level_of(span.class) == level);
        let index = self.gone_before[level] + at.expect("the level is not empty");
        let bytes = self.batch.record_bytes(index);
        self.gone_before[level] = index + 1;
        self.left[level] -= 1;
        self.bytes -= bytes;
        self.as_it_came = false;
        if 2 * self.bytes < self.batch.body.len()
            && let Some(batch) = self.batch.only(|index| self.stays(index))
        {
            self.batch = batch.compact(COPIED_BYTES_MAX);
            self.gone_before = [0; LEVELS];
        }
        bytes
    }

    fn stays(&self, index: usize) -> bool {
        index >= self.gone_before[level_of(self.batch.spans[index].class)]
    }

    /// What is left of it, and the caller's own.
    fn open(self) -> (Option<Batch>, T) {
        let batch = if self.gone_before == [0; LEVELS] {
            Some(self.batch)
        } else {
            self.batch.only(|index| self.stays(index))
        };
        (batch, self.tag)
    }
}

#[cfg(test)]
mod model;
