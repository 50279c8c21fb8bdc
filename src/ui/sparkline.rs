//! The histogram of severities over time as one line of block characters.

use crate::pipeline::timeline::{Bucket, Timeline};
use crate::record::SeverityClass;

/// Most columns.
const COLUMNS_MAX: usize = 32;

const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One column: how high it is, and the worst class that fell into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) block: char,
    pub(super) worst: SeverityClass,
}

/// The columns in the order of time; empty when there are fewer than two, because one says nothing.
///
/// Buckets are joined in groups of equal size, so that each column covers the same span of time. A column with
/// records is never blank, and one without always is.
pub(super) fn sparkline(timeline: &Timeline) -> Vec<Column> {
    let buckets = timeline.buckets();
    if buckets.len() < 2 {
        return Vec::new();
    }
    let joined: Vec<Bucket> = buckets
        .chunks(buckets.len().div_ceil(COLUMNS_MAX))
        .map(sum)
        .collect();
    let highest = joined.iter().map(total).max().unwrap_or(0);
    joined
        .iter()
        .map(|bucket| Column {
            block: block(total(bucket), highest),
            worst: worst(bucket),
        })
        .collect()
}

fn sum(group: &[Bucket]) -> Bucket {
    let mut sum = Bucket::default();
    for (class, count) in group.iter().flat_map(|bucket| bucket.iter().enumerate()) {
        sum[class] += count;
    }
    sum
}

fn total(bucket: &Bucket) -> u64 {
    bucket.iter().sum()
}

fn worst(bucket: &Bucket) -> SeverityClass {
    SeverityClass::ALL
        .into_iter()
        .rev()
        .find(|class| bucket[*class as usize] > 0)
        .unwrap_or(SeverityClass::Unspecified)
}

fn block(count: u64, highest: u64) -> char {
    if count == 0 || highest == 0 {
        return ' ';
    }
    let eighths = (u128::from(count) * 8).div_ceil(u128::from(highest));
    HEIGHTS[usize::try_from(eighths - 1).unwrap_or(7).min(7)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::UnixNanos;

    fn drawn(timeline: &Timeline) -> String {
        sparkline(timeline)
            .iter()
            .map(|column| column.block)
            .collect()
    }

    #[test]
    fn columns_grow_with_their_counts_and_gaps_stay_blank() {
        let mut timeline = Timeline::default();
        for (bucket, count) in [(0, 1), (1, 100), (3, 50), (4, 13)] {
            for _ in 0..count {
                timeline.add(UnixNanos(bucket << 30), SeverityClass::Info);
            }
        }
        timeline.add(UnixNanos(4 << 30), SeverityClass::Error);
        assert_eq!(drawn(&timeline), "▁█ ▄▂");
        let worst: Vec<_> = sparkline(&timeline).iter().map(|c| c.worst).collect();
        assert_eq!(worst[3], SeverityClass::Info);
        assert_eq!(worst[4], SeverityClass::Error);
    }

    #[test]
    fn a_line_has_at_most_32_columns_and_at_least_two() {
        let mut timeline = Timeline::default();
        for second in 0..10_000_u64 {
            timeline.add(UnixNanos(second << 30), SeverityClass::Info);
        }
        assert!((2..=32).contains(&drawn(&timeline).chars().count()));
        let mut moment = Timeline::default();
        moment.add(UnixNanos(5), SeverityClass::Info);
        assert_eq!(drawn(&moment), "");
        assert_eq!(drawn(&Timeline::default()), "");
    }
}
