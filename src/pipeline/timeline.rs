//! How many records of each severity fell into which span of time, in constant memory and without knowing the range beforehand.
//!
//! Bucket widths are powers of two of nanoseconds, so finding a bucket is a shift; when a time does not fit,
//! neighbouring buckets are merged and the width doubles. Two timelines of different widths add up.

use crate::base::units::UnixNanos;
use crate::record::SeverityClass;

/// Buckets kept: enough for a wide terminal.
const BUCKETS_MAX: usize = 64;

/// The first width: 2^30 ns, about one second.
const FIRST_SHIFT: u32 = 30;

/// Counts of one bucket, by [`SeverityClass`].
pub type Bucket = [u64; SeverityClass::COUNT];

/// A histogram of record times that stretches as it is filled.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Index of the first bucket, in units of `2^shift` ns since the epoch.
    first: u64,
    shift: u32,
    buckets: Vec<Bucket>,
}

impl Timeline {
    /// Counts one record.
    pub fn add(&mut self, time: UnixNanos, class: SeverityClass) {
        self.add_count(time.0, class as usize, 1);
    }

    /// Counts all that the other one counted.
    pub fn merge(&mut self, other: &Timeline) {
        for (index, bucket) in other.buckets.iter().enumerate() {
            let start = (other.first + index as u64) << other.shift;
            for (class, count) in bucket.iter().enumerate().filter(|(_, count)| **count > 0) {
                while self.shift < other.shift {
                    self.coarsen();
                }
                self.add_count(start, class, *count);
            }
        }
    }

    /// The counts in the order of time; empty when no record had a time.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Start of the first bucket and the width of each, in nanoseconds.
    pub fn span(&self) -> (UnixNanos, u64) {
        (UnixNanos(self.first << self.shift), 1 << self.shift)
    }

    fn add_count(&mut self, time_nanos: u64, class: usize, count: u64) {
        loop {
            if let Some(index) = self.bucket_for(time_nanos) {
                self.buckets[index][class] += count;
                return;
            }
            self.coarsen();
        }
    }

    /// The bucket of a time, made if it is near enough; `None` when the width must double first.
    fn bucket_for(&mut self, time_nanos: u64) -> Option<usize> {
        if self.buckets.is_empty() {
            self.shift = self.shift.max(FIRST_SHIFT);
            self.first = time_nanos >> self.shift;
            self.buckets.push(Bucket::default());
            return Some(0);
        }
        let wanted = time_nanos >> self.shift;
        if wanted < self.first {
            let missing = usize::try_from(self.first - wanted).ok()?;
            if missing.saturating_add(self.buckets.len()) > BUCKETS_MAX {
                return None;
            }
            self.buckets
                .splice(0..0, (0..missing).map(|_| Bucket::default()));
            self.first = wanted;
            return Some(0);
        }
        let index = usize::try_from(wanted - self.first).ok()?;
        if index >= BUCKETS_MAX {
            return None;
        }
        if index >= self.buckets.len() {
            self.buckets.resize(index + 1, Bucket::default());
        }
        Some(index)
    }

    fn coarsen(&mut self) {
        if self.buckets.is_empty() {
            self.shift = self.shift.max(FIRST_SHIFT) + 1;
            return;
        }
        let mut merged: Vec<Bucket> = Vec::with_capacity(BUCKETS_MAX);
        let first = self.first >> 1;
        for (index, bucket) in self.buckets.iter().enumerate() {
            let place = usize::try_from(((self.first + index as u64) >> 1) - first)
                .expect("at most as many buckets as before");
            if place == merged.len() {
                merged.push(Bucket::default());
            }
            for (sum, count) in merged[place].iter_mut().zip(bucket) {
                *sum += count;
            }
        }
        self.first = first;
        self.shift += 1;
        self.buckets = merged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(timeline: &Timeline) -> u64 {
        timeline.buckets().iter().flatten().sum()
    }

    #[test]
    fn nothing_is_lost_however_far_apart_the_times_are() {
        let mut timeline = Timeline::default();
        for time in [
            1_790_000_000_000_000_000,
            0,
            1_790_000_000_000_000_001,
            u64::MAX,
            5,
        ] {
            timeline.add(UnixNanos(time), SeverityClass::Info);
        }
        assert_eq!(total(&timeline), 5);
        assert!(timeline.buckets().len() <= BUCKETS_MAX);
    }

    #[test]
    fn merging_keeps_every_count_whatever_the_widths() {
        let mut wide = Timeline::default();
        wide.add(UnixNanos(0), SeverityClass::Warn);
        wide.add(UnixNanos(u64::MAX / 2), SeverityClass::Error);
        let mut narrow = Timeline::default();
        for second in 0..100 {
            narrow.add(UnixNanos(second << 30), SeverityClass::Info);
        }
        let mut left = wide.clone();
        left.merge(&narrow);
        narrow.merge(&wide);
        assert_eq!(total(&left), 102);
        assert_eq!(total(&narrow), 102);
    }
}
