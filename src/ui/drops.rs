//! Dropped records, told while they are dropped: one line a second at most, with what was dropped since the last.

use std::time::{Duration, Instant};

use super::text::{counted, thousands};
use crate::pipeline::queue::{LEVELS, class_of};
use crate::record::SeverityClass;

/// Time between two lines.
const LINE_INTERVAL: Duration = Duration::from_secs(1);

/// What was dropped and not told yet.
#[derive(Debug, Default)]
pub(super) struct DropLines {
    untold: [u64; LEVELS],
    told_at: Option<Instant>,
}

impl DropLines {
    /// Adds what was dropped now; returns the line, when one is due.
    pub(super) fn add(&mut self, levels: &[u64; LEVELS], now: Instant) -> Option<String> {
        for (sum, count) in self.untold.iter_mut().zip(levels) {
            *sum += count;
        }
        if self.told_at.is_some_and(|told| now < told + LINE_INTERVAL) {
            return None;
        }
        self.told_at = Some(now);
        let levels = std::mem::take(&mut self.untold);
        let records = counted(levels.iter().sum(), "record");
        let by_severity = levels
            .iter()
            .enumerate()
            .map(|(level, count)| (class_of(level), *count));
        let by_severity = severities(by_severity);
        Some(format!(
            "dropped {records} for which the queue had no room: {by_severity}"
        ))
    }
}

/// Counts by severity that are not zero, like `DEBUG 12 · INFO 3`.
pub(super) fn severities(counts: impl Iterator<Item = (SeverityClass, u64)>) -> String {
    let texts: Vec<String> = counts
        .filter(|(_, count)| *count > 0)
        .map(|(class, count)| format!("{} {}", class.name(), thousands(count)))
        .collect();
    texts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::{Clock as _, SystemClock};

    #[test]
    fn a_second_is_told_in_one_line() {
        let mut lines = DropLines::default();
        let start = SystemClock.instant();
        let mut add = |levels, millis| lines.add(&levels, start + Duration::from_millis(millis));
        assert_eq!(
            add([0, 1, 0, 0, 0, 0], 0).unwrap(),
            "dropped 1 record for which the queue had no room: DEBUG 1"
        );
        assert_eq!(add([0, 0, 2, 0, 0, 0], 999), None);
        assert_eq!(
            add([0, 1_200, 0, 0, 0, 1], 1_000).unwrap(),
            "dropped 1,203 records for which the queue had no room: DEBUG 1,200 · INFO 2 · FATAL 1"
        );
    }
}
