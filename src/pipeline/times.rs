//! Records whose time the destination would not take: counted, left out, or given another time.
//!
//! Some backends discard what is too old or too new, and do not say so. The rule is applied to each record before it is encoded;
//! records without a time are always taken, and so are those that came as OTLP, which are never changed.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;

use crate::base::units::UnixNanos;
use crate::record::{Attribute, Record};

/// Holds the record's own time once another was put in its place; RFC 3339.
pub const ORIGINAL_TIME: &str = "otelctl.original_time";

/// How far from the clock of the server a record's time may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeWindow {
    /// Before it.
    pub age_max: Duration,
    /// After it.
    pub ahead_max: Duration,
}

/// On which side of the window a time lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The server takes it.
    Inside,
    /// It is too old.
    Before,
    /// It is too new.
    After,
}

impl TimeWindow {
    /// On which side a time lies at `now`.
    #[inline]
    pub fn side(&self, time: UnixNanos, now: UnixNanos) -> Side {
        let nanos = |length: Duration| u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
        if time.0 < now.0.saturating_sub(nanos(self.age_max)) {
            Side::Before
        } else if time.0 > now.0.saturating_add(nanos(self.ahead_max)) {
            Side::After
        } else {
            Side::Inside
        }
    }
}

/// What becomes of records outside the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimePolicy {
    /// They are sent as they are.
    Keep,
    /// All records are moved by the same length, so that their latest is now.
    Shift,
    /// They get the time at which they are sent.
    Now,
    /// They are left out.
    Drop,
}

/// The window and the policy of a run, shared by its workers.
#[derive(Debug, Clone)]
pub struct TimeRule {
    /// What the destination takes.
    pub window: TimeWindow,
    /// What becomes of the others.
    pub policy: TimePolicy,
    /// Nanoseconds by which times are moved. Where nobody has looked ahead, the first record says.
    pub shift: Arc<OnceLock<i128>>,
}

/// Records outside the window, counted before anything is done about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outside {
    /// Too old.
    pub before: u64,
    /// Too new.
    pub after: u64,
}

impl Outside {
    /// Both.
    pub fn total(self) -> u64 {
        self.before + self.after
    }

    /// Counts one time; tells whether it is outside.
    pub fn count(&mut self, side: Side) -> bool {
        match side {
            Side::Inside => return false,
            Side::Before => self.before += 1,
            Side::After => self.after += 1,
        }
        true
    }

    /// Adds another count.
    pub fn add(&mut self, other: Outside) {
        self.before += other.before;
        self.after += other.after;
    }
}

/// Whether a record goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// It does.
    Passes,
    /// It is left out.
    LeftOut,
}

impl TimeRule {
    /// Applies the rule to a record that is about to be encoded at `now`.
    pub fn apply(&self, record: &mut Record<'_>, now: UnixNanos, outside: &mut Outside) -> Passage {
        let Some(time) = record.time else {
            return Passage::Passes;
        };
        let is_outside = outside.count(self.window.side(time, now));
        match self.policy {
            TimePolicy::Shift => {
                let here = || i128::from(now.0) - i128::from(time.0);
                let shifted = i128::from(time.0) + self.shift.get_or_init(here);
                replace(record, time, u64::try_from(shifted).unwrap_or(now.0));
            }
            TimePolicy::Now if is_outside => replace(record, time, now.0),
            TimePolicy::Drop if is_outside => return Passage::LeftOut,
            TimePolicy::Keep | TimePolicy::Now | TimePolicy::Drop => {}
        }
        Passage::Passes
    }
}

fn replace(record: &mut Record<'_>, original: UnixNanos, time: u64) {
    record.time = Some(UnixNanos(time));
    let held = |attribute: &Attribute<'_>| attribute.key == ORIGINAL_TIME;
    if let (Ok(original), false) = (
        Timestamp::from_nanosecond(i128::from(original.0)),
        record.attributes.iter().any(held),
    ) {
        let text = format!("{original:.9}");
        record.attributes.push(Attribute::text(ORIGINAL_TIME, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Value;

    const NOW: UnixNanos = UnixNanos(1_795_176_000_000_000_000);
    const HOUR: u64 = 3_600_000_000_000;

    fn rule(policy: TimePolicy) -> TimeRule {
        TimeRule {
            window: TimeWindow {
                age_max: Duration::from_secs(24 * 3_600),
                ahead_max: Duration::from_secs(3_600),
            },
            policy,
            shift: Arc::default(),
        }
    }

    /// The hours from now of these records after the rule, and how many were outside before it.
    fn hours(policy: TimePolicy, before: &[i64]) -> (Vec<i64>, u64) {
        let (rule, mut outside) = (rule(policy), Outside::default());
        let mut found = Vec::new();
        for hours in before {
            let mut record = Record {
                time: Some(UnixNanos(
                    NOW.0.wrapping_add_signed(hours * HOUR.cast_signed()),
                )),
                ..Record::default()
            };
            if rule.apply(&mut record, NOW, &mut outside) == Passage::Passes {
                let distance = record.time.unwrap().0.wrapping_sub(NOW.0).cast_signed();
                found.push(distance / HOUR.cast_signed());
            }
        }
        (found, outside.total())
    }

    #[test]
    fn each_policy_does_what_it_says() {
        let times = [-48, -24, -1, 1, 2];
        assert_eq!(hours(TimePolicy::Keep, &times), (times.to_vec(), 2));
        assert_eq!(hours(TimePolicy::Drop, &times), (vec![-24, -1, 1], 2));
        assert_eq!(hours(TimePolicy::Now, &times), (vec![0, -24, -1, 1, 0], 2));
        assert_eq!(
            hours(TimePolicy::Shift, &times),
            (vec![0, 24, 47, 49, 50], 2)
        );
    }

    #[test]
    fn a_shift_that_is_known_keeps_the_distances() {
        let rule = rule(TimePolicy::Shift);
        rule.shift.set(i128::from(100 * HOUR)).unwrap();
        let mut record = Record {
            time: Some(UnixNanos(NOW.0 - 100 * HOUR)),
            ..Record::default()
        };
        rule.apply(&mut record, NOW, &mut Outside::default());
        assert_eq!(record.time, Some(NOW));
        assert_eq!(record.attributes[0].key, ORIGINAL_TIME);
        let original = Value::Text("2026-11-16T08:00:00.000000000Z".into());
        assert_eq!(record.attributes[0].value, original);
    }

    #[test]
    fn a_record_without_a_time_is_taken_as_it_is() {
        let mut record = Record::default();
        let mut outside = Outside::default();
        let passage = rule(TimePolicy::Drop).apply(&mut record, NOW, &mut outside);
        assert_eq!((passage, outside.total()), (Passage::Passes, 0));
        assert_eq!(record, Record::default());
    }
}
