//! Repeated timing: the median of some runs, and how many bytes per second that is.
//!
//! The median, because a run on a busy machine is only ever disturbed upwards.

use std::time::Duration;

/// Bytes in one megabyte, as every figure here counts them.
const MEGABYTE: f64 = 1e6;

/// The middle of `figures`; of an even number the upper one, of none zero.
pub(crate) fn median<T: Copy + Default + PartialOrd>(figures: &[T]) -> T {
    let mut sorted = figures.to_vec();
    sorted.sort_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal));
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// 10^6 bytes per second.
pub(crate) fn megabytes_per_second(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / MEGABYTE / took.as_secs_f64()
}
