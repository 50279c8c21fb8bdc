//! The queue beside a model of it that is a plain list, searched from its beginning for everything.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;

use crate::base::clock::{Clock as _, SystemClock};
use crate::otlp::Encoding;
use crate::pipeline::batch::{Batch, BatchLimits, built};
use crate::pipeline::queue::{LEVELS, OnFull, Pace, Queue, QueueLimits, class_of, level_of};
use crate::record::{self, Record, SeverityClass, SeverityNumber};

const GAP: Duration = Duration::from_millis(100);
const LINGER: Duration = Duration::from_secs(1);

/// What happens to a queue.
#[derive(Debug, Clone)]
enum Step {
    /// Records of these severity numbers come; 0 is none.
    Push(Vec<u8>),
    /// Time goes by.
    Wait(u64),
    /// A request may start.
    Take(Pace),
}

/// A record that waits.
#[derive(Debug, Clone, PartialEq)]
struct Waiting {
    id: usize,
    entry: usize,
    level: usize,
    bytes: usize,
    since: Instant,
}

/// The queue as a list.
struct Model {
    limits: QueueLimits,
    waiting: Vec<Waiting>,
    /// Bytes around the records of each entry ever.
    around: Vec<usize>,
    hurried_at: Option<Instant>,
}

impl Model {
    fn bytes_of(&self, waiting: &[Waiting]) -> usize {
        let mut entries: Vec<usize> = waiting.iter().map(|one| one.entry).collect();
        entries.dedup();
        let around: usize = entries.iter().map(|entry| self.around[*entry]).sum();
        around + waiting.iter().map(|one| one.bytes).sum::<usize>()
    }

    /// The records that are given up.
    fn shed(&mut self) -> Vec<Waiting> {
        let limits = self.limits;
        let mut gone = Vec::new();
        while limits.on_full == OnFull::Drop
            && self.waiting.len() > 1
            && (self.waiting.len() > limits.records_max
                || self.bytes_of(&self.waiting) > limits.bytes_max)
        {
            let lowest = self.waiting.iter().map(|one| one.level).min().unwrap();
            let at = self.waiting.iter().position(|one| one.level == lowest);
            gone.push(self.waiting.remove(at.unwrap()));
        }
        gone
    }

    /// The records that leave.
    fn take(&mut self, now: Instant, pace: Pace) -> Vec<Waiting> {
        let Some(oldest) = self.waiting.first() else {
            return Vec::new();
        };
        let (batch, limits) = (self.limits.batch, self.limits);
        let records_max = batch.records_max.min(limits.records_max);
        let bytes_max = batch.encoded_bytes_max.min(limits.bytes_max);
        let all_bytes = self.bytes_of(&self.waiting);
        let full = self.waiting.len() >= records_max || all_bytes >= bytes_max;
        let ripe = now >= oldest.since + LINGER;
        let severe = self.waiting.iter().any(|one| one.level >= 4);
        let hurry = severe && self.hurried_at.is_none_or(|last| now >= last + GAP);
        if !(pace == Pace::Closing || full || pace == Pace::Free && (ripe || hurry)) {
            return Vec::new();
        }
        if pace == Pace::Free && !full && !ripe {
            self.hurried_at = Some(now);
        }
        let entry = |index: usize| self.waiting.get(index).map(|one| one.entry);
        let ends = (1..=self.waiting.len()).filter(|end| entry(*end) != entry(end - 1));
        let fits =
            |end: &usize| *end <= records_max && self.bytes_of(&self.waiting[..*end]) <= bytes_max;
        let first = ends.clone().next().unwrap();
        let count = ends.take_while(fits).last().unwrap_or(first);
        self.waiting.drain(..count).collect()
    }
}

fn class(number: u8) -> SeverityClass {
    SeverityClass::of(SeverityNumber::new(number))
}

/// One batch with a record for each severity number; the bodies are numbers from `first_id` on.
fn batch(first_id: usize, numbers: &[u8]) -> Batch {
    let record = |(index, number): (usize, &u8)| Record {
        severity_number: SeverityNumber::new(*number),
        body: record::Value::Text((first_id + index).to_string().into()),
        ..Record::default()
    };
    let records = numbers.iter().enumerate().map(record).collect();
    let limits = BatchLimits {
        records_max: 100,
        encoded_bytes_max: 1 << 20,
    };
    built(Encoding::Json, records, limits).remove(0)
}

/// The bodies of a batch.
fn ids(batch: &Batch) -> Vec<usize> {
    let body: serde_json::Value = serde_json::from_slice(&batch.body).unwrap();
    let list = |value: &serde_json::Value, key: &str| value[key].as_array().unwrap().clone();
    let resources = list(&body, "resourceLogs");
    let scopes = resources.iter().flat_map(|one| list(one, "scopeLogs"));
    let records = scopes.flat_map(|one| list(&one, "logRecords"));
    let text = |one: serde_json::Value| one["body"]["stringValue"].as_str().unwrap().to_owned();
    records.map(|one| text(one).parse().unwrap()).collect()
}

fn ids_of(waiting: &[Waiting]) -> Vec<usize> {
    waiting.iter().map(|one| one.id).collect()
}

/// The two beside each other.
struct Both {
    queue: Queue<usize>,
    model: Model,
    now: Instant,
    next_id: usize,
    /// Each record that has left, once for each exit.
    left: Vec<usize>,
    resolved_entries: Vec<usize>,
}

impl Both {
    fn new(limits: QueueLimits) -> Both {
        Both {
            queue: Queue::new(limits),
            model: Model {
                limits,
                waiting: Vec::new(),
                around: Vec::new(),
                hurried_at: None,
            },
            now: SystemClock.instant(),
            next_id: 0,
            left: Vec::new(),
            resolved_entries: Vec::new(),
        }
    }

    fn push(&mut self, numbers: &[u8]) {
        let batch = batch(self.next_id, numbers);
        let entry = self.model.around.len();
        let bytes = |index| batch.record_bytes(index);
        let inside: usize = (0..numbers.len()).map(bytes).sum();
        self.model.around.push(batch.body.len() - inside);
        for (index, number) in numbers.iter().enumerate() {
            self.model.waiting.push(Waiting {
                id: self.next_id + index,
                entry,
                level: level_of(class(*number)),
                bytes: bytes(index),
                since: self.now,
            });
        }
        self.next_id += numbers.len();
        self.queue.push(batch, entry, self.now);
    }

    fn shed(&mut self) {
        let dropped = self.queue.shed();
        let gone = self.model.shed();
        let mut levels = [0; LEVELS];
        for one in &gone {
            levels[one.level] += 1;
        }
        assert_eq!(dropped.levels, levels);
        // Nothing that was dropped is more severe than anything that was kept.
        let most = gone.iter().map(|one| one.level).max();
        let least = self.model.waiting.iter().map(|one| one.level).min();
        assert!(most.zip(least).is_none_or(|(most, least)| most <= least));
        self.left.extend(ids_of(&gone));
        self.resolve(dropped.emptied, &gone);
    }

    fn take(&mut self, pace: Pace) -> bool {
        let due = self.queue.deadline(pace).is_some_and(|at| at <= self.now);
        let expected = self.model.take(self.now, pace);
        let taken = self.queue.take(self.now, pace);
        assert!(!due || taken.is_some(), "the deadline has passed");
        let Some(taken) = taken else {
            assert_eq!(ids_of(&expected), [0; 0]);
            return false;
        };
        assert_eq!(ids(&taken.batch), ids_of(&expected));
        self.left.extend(ids(&taken.batch));
        self.resolve(taken.tags, &expected);
        true
    }

    /// Each entry is told of once: when nothing of it waits any more.
    fn resolve(&mut self, mut tags: Vec<usize>, gone: &[Waiting]) {
        let waits = |entry: usize| self.model.waiting.iter().any(|one| one.entry == entry);
        let mut expected: Vec<usize> = gone.iter().map(|one| one.entry).collect();
        expected.retain(|entry| !waits(*entry));
        expected.sort_unstable();
        expected.dedup();
        tags.sort_unstable();
        assert_eq!(tags, expected);
        self.resolved_entries.extend(tags);
    }

    fn check(&self) {
        assert_eq!(self.queue.record_count(), self.model.waiting.len());
        assert_eq!(self.queue.is_empty(), self.model.waiting.is_empty());
        assert_eq!(self.queue.bytes, self.model.bytes_of(&self.model.waiting));
        let holders: usize = self.queue.holders.iter().map(VecDeque::len).sum();
        assert!(holders <= self.queue.record_count());
    }

    fn finish(mut self) {
        while self.take(Pace::Closing) {
            self.check();
        }
        assert_eq!(self.queue.bytes, 0);
        self.left.sort_unstable();
        let all: Vec<usize> = (0..self.next_id).collect();
        assert_eq!(self.left, all, "each record leaves exactly once");
        self.resolved_entries.sort_unstable();
        let all: Vec<usize> = (0..self.model.around.len()).collect();
        assert_eq!(self.resolved_entries, all, "each entry is resolved once");
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pace = prop_oneof![Just(Pace::Free), Just(Pace::Busy), Just(Pace::Closing)];
    let step = prop_oneof![
        3 => vec(0_u8..=24, 1..5).prop_map(Step::Push),
        1 => prop_oneof![Just(30_u64), Just(100), Just(400)].prop_map(Step::Wait),
        2 => pace.prop_map(Step::Take),
    ];
    vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_queue_does_what_a_list_would_do(
        steps in steps(),
        records_max in 1_usize..4,
        batch_records_max in 1_usize..6,
        bytes_max in prop_oneof![Just(1_usize << 20), 300_usize..2_000],
        drops in any::<bool>(),
    ) {
        let limits = QueueLimits {
            records_max,
            bytes_max,
            batch: BatchLimits { records_max: batch_records_max, encoded_bytes_max: 1_500 },
            linger_max: LINGER,
            hurry_gap: GAP,
            on_full: if drops { OnFull::Drop } else { OnFull::Block },
        };
        let mut both = Both::new(limits);
        for step in steps {
            match step {
                Step::Push(numbers) => {
                    both.push(&numbers);
                    both.shed();
                }
                Step::Wait(millis) => both.now += Duration::from_millis(millis),
                Step::Take(pace) => {
                    both.take(pace);
                }
            }
            both.check();
        }
        both.finish();
    }
}

/// A queue for some records that drops what is too much.
fn dropping(records_max: usize, batch_records_max: usize) -> Queue<char> {
    Queue::new(QueueLimits {
        records_max,
        bytes_max: 1 << 20,
        batch: BatchLimits {
            records_max: batch_records_max,
            encoded_bytes_max: 1 << 20,
        },
        linger_max: LINGER,
        hurry_gap: GAP,
        on_full: OnFull::Drop,
    })
}

/// Pushes severities one by one into a queue for two that drops; tells which are left.
#[track_caller]
fn check(numbers: &[u8], left: &[usize]) {
    let mut queue = dropping(2, 10);
    let now = SystemClock.instant();
    for (id, number) in numbers.iter().enumerate() {
        queue.push(batch(id, &[*number]), 'x', now);
        queue.shed();
    }
    let taken = queue.take(now, Pace::Closing).unwrap();
    assert_eq!(ids(&taken.batch), left, "{numbers:?}");
}

#[test]
fn the_oldest_of_the_least_severe_is_given_up() {
    const TRACE: u8 = 1;
    const DEBUG: u8 = 5;
    const INFO: u8 = 9;
    const ERROR: u8 = 17;
    const FATAL: u8 = 21;
    check(&[DEBUG, TRACE, INFO], &[0, 2]);
    check(&[INFO, ERROR, DEBUG], &[0, 1]);
    check(&[DEBUG, DEBUG, DEBUG], &[1, 2]);
    check(&[0, INFO, INFO], &[1, 2]);
    check(&[0, INFO, DEBUG], &[0, 1]);
    check(&[ERROR, FATAL, ERROR], &[1, 2]);
    check(&[FATAL, FATAL, ERROR], &[0, 1]);
    check(&[FATAL, FATAL, FATAL], &[1, 2]);
}

#[test]
fn a_level_has_the_name_of_its_records() {
    for level in 0..LEVELS {
        assert_eq!(level_of(class_of(level)), level);
    }
}

#[test]
fn a_batch_that_came_full_leaves_as_it_came() {
    let whole = batch(0, &[9; 40]);
    let mut queue = dropping(100, 4);
    let now = SystemClock.instant();
    queue.push(whole.clone(), 'a', now);
    queue.push(batch(40, &[9]), 'b', now);
    let taken = queue.take(now, Pace::Busy).unwrap();
    assert_eq!((taken.as_it_came, taken.tags), (true, vec!['a']));
    assert_eq!(taken.batch.body, whole.body);
    assert!(queue.take(now, Pace::Busy).is_none());
}
