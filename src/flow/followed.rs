//! Followed files as steps: many sources at once, each with its own recognition and its own chunks.
//!
//! One thread reads them all and hands blocks over a bounded channel, so whoever is slow behind it stops the reading. The bytes of a
//! source wait here until a chunk is full, the flush interval is over, or a batch is complete and nothing more is waiting; what waits in all of them
//! together is bounded.

mod file;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::flow::feeder::{FeedPlan, FoundFile, Step};
use crate::flow::followed::file::{Live, Reading};
use crate::format::FormatKind;
use crate::format::detect::Detection;
use crate::source::SourceError;
use crate::source::checkpoint::search::Start;
use crate::source::checkpoint::{Mark, Print};
use crate::source::chunks::Due;
use crate::source::feed::{BLOCKS_MAX, Filled, LIVE_RECORDS_MAX};
use crate::source::follow::{Came, FollowEvent, FollowPlan, Follower, follow};
use crate::source::inputs::Input;

/// Bytes of all sources together that wait for the flush interval.
const HELD_BYTES_MAX: usize = 8 << 20;

/// Longest wait for a block before the clock is asked again.
const WAIT_MAX: Duration = Duration::from_millis(50);

/// The followed files of a run.
pub(super) struct Followed {
    events: Receiver<FollowEvent>,
    /// The thread ends when this is gone.
    _wake: Sender<()>,
    /// The number of the first followed source.
    first_index: usize,
    files: BTreeMap<usize, Live>,
    tasks: VecDeque<Task>,
    /// Since when bytes of a source wait, the longest first. An entry counts while its source says the same.
    waiting: VecDeque<(Instant, usize)>,
    /// Sources with a complete batch.
    full: VecDeque<usize>,
    held_bytes: usize,
    /// What the files under a path were taken for.
    known: HashMap<PathBuf, Detection>,
    is_over: bool,
}

/// What is to be done before more is received.
enum Task {
    Say(Step),
    Cut(usize, Due),
    /// A line was given up waiting for: what comes next continues it.
    Part(usize),
}

impl Followed {
    /// Starts the thread that reads.
    pub(super) fn start(plan: &FeedPlan, follow_plan: FollowPlan, first_index: usize) -> Followed {
        let (sender, events) = sync_channel(BLOCKS_MAX);
        let (wake, woken) = channel();
        let (clock, shutdown) = (Arc::clone(&plan.clock), plan.shutdown.clone());
        let follower = Follower::new(follow_plan);
        // Not joined: it ends when the run shall end, or when nobody listens.
        thread::spawn(move || follow(follower, &sender, &woken, (&*clock, &shutdown)));
        Followed {
            events,
            _wake: wake,
            first_index,
            files: BTreeMap::new(),
            tasks: VecDeque::new(),
            waiting: VecDeque::new(),
            full: VecDeque::new(),
            held_bytes: 0,
            known: HashMap::new(),
            is_over: false,
        }
    }

    /// The next step of any of the files; `None` when following has ended and everything was given.
    pub(super) fn next(&mut self, plan: &FeedPlan) -> Option<Step> {
        loop {
            match self.tasks.pop_front() {
                Some(Task::Say(step)) => {
                    if let Step::Ended { index } | Step::Failed { index, .. } = &step {
                        self.files.remove(index);
                    }
                    return Some(step);
                }
                Some(Task::Cut(index, due)) => {
                    if let Some(step) = self.cut(plan, index, due) {
                        return Some(step);
                    }
                }
                Some(Task::Part(index)) => {
                    if let Some(live) = self.files.get_mut(&index) {
                        live.continues = !live.is_framed();
                    }
                }
                None if self.is_over => return None,
                None => self.receive(plan),
            }
        }
    }

    /// Takes one event, or notices that something has waited for long enough.
    fn receive(&mut self, plan: &FeedPlan) {
        let now = plan.clock.instant();
        let left = self.left(now, plan.flush_interval);
        if left.is_zero() {
            self.cut_longest_waiting(now, plan.flush_interval);
            return;
        }
        match self.events.try_recv() {
            Ok(event) => self.take(plan, event),
            Err(TryRecvError::Disconnected) => self.end_all(),
            Err(TryRecvError::Empty) => {
                if let Some(index) = self.full.pop_front() {
                    let live = self.files.get(&index);
                    // It may have been cut meanwhile.
                    if live.is_some_and(|live| live.lines >= LIVE_RECORDS_MAX) {
                        self.cut_soon(index, Filled::Lull { quiet: false });
                    }
                    return;
                }
                match self.events.recv_timeout(left.min(WAIT_MAX)) {
                    Ok(event) => self.take(plan, event),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => self.end_all(),
                }
            }
        }
    }

    /// How long the source that waits longest may wait yet.
    fn left(&mut self, now: Instant, flush_interval: Duration) -> Duration {
        if self.held_bytes > HELD_BYTES_MAX && !self.waiting.is_empty() {
            return Duration::ZERO;
        }
        while let Some((since, index)) = self.waiting.front() {
            let live = self.files.get(index);
            if live.is_some_and(|live| live.waiting_since == Some(*since)) {
                return (*since + flush_interval).saturating_duration_since(now);
            }
            self.waiting.pop_front();
        }
        WAIT_MAX
    }

    fn cut_longest_waiting(&mut self, now: Instant, flush_interval: Duration) {
        let Some((_, index)) = self.waiting.pop_front() else {
            return;
        };
        let last = self.files.get(&index).and_then(|live| live.last_block);
        let quiet = last.is_none_or(|last| now.duration_since(last) >= flush_interval / 2);
        self.cut_soon(index, Filled::Lull { quiet });
    }

    fn cut_soon(&mut self, index: usize, filled: Filled) {
        self.tasks.push_back(Task::Cut(index, Due::Lull(filled)));
    }

    /// The follower has ended: all that was read is given out.
    fn end_all(&mut self) {
        self.is_over = true;
        for index in self.files.keys() {
            self.tasks.push_back(Task::Cut(*index, Due::Everything));
            self.tasks
                .push_back(Task::Say(Step::Ended { index: *index }));
        }
    }

    fn take(&mut self, plan: &FeedPlan, event: FollowEvent) {
        let now = plan.clock.instant();
        let (number, came) = match event {
            FollowEvent::File(number, came) => (number, came),
            FollowEvent::Notice(notice) => {
                let step = Step::Notice(notice.to_string());
                return self.tasks.push_back(Task::Say(step));
            }
        };
        let index = self.first_index + number;
        if let Came::Found {
            path,
            identity,
            beginning,
            before,
        } = came
        {
            let start = Start {
                mark: Mark {
                    offset: beginning.offset,
                    tail: Print::of(before.tail()),
                },
                identity: identity.inode,
                generation: beginning.generation,
                drained_for: None,
            };
            let input = Input::File(path.clone());
            let found = FoundFile {
                index,
                name: path.to_string_lossy().into_owned(),
                identity,
                kept: plan.kept(&input, Arc::from(before.head()), start.clone()),
                start: start.clone(),
            };
            self.tasks
                .push_back(Task::Say(Step::Found(Box::new(found))));
            let live = Live::new(path, start, before.tail().to_vec());
            self.files.insert(index, live);
            return;
        }
        let Some(live) = self.files.get_mut(&index) else {
            // It has failed, and the follower does not know.
            return;
        };
        match came {
            Came::Found { .. } => {}
            Came::Head(head) => live.head = Some(head),
            Came::Bytes(bytes) => self.arrive(index, &bytes, now),
            Came::Part(bytes) => {
                self.arrive(index, &bytes, now);
                self.tasks.push_back(Task::Cut(index, Due::Everything));
                self.tasks.push_back(Task::Part(index));
            }
            Came::Ended => {
                self.tasks.push_back(Task::Cut(index, Due::Everything));
                self.tasks.push_back(Task::Say(Step::Ended { index }));
            }
            Came::Failed(source) => {
                let error = SourceError::Read {
                    path: live.path.to_string_lossy().into_owned(),
                    offset: live.start.mark.offset,
                    source,
                };
                self.tasks.push_back(Task::Cut(index, Due::Everything));
                self.tasks
                    .push_back(Task::Say(Step::Failed { index, error }));
            }
        }
    }

    fn arrive(&mut self, index: usize, bytes: &[u8], now: Instant) {
        let Some(live) = self.files.get_mut(&index) else {
            return;
        };
        let before = live.held_bytes();
        let is_full = live.push(bytes);
        self.held_bytes += live.held_bytes().saturating_sub(before);
        live.last_block = Some(now);
        live.lines += memchr::memchr_iter(b'\n', bytes).count();
        if live.waiting_since.is_none() {
            live.waiting_since = Some(now);
            self.waiting.push_back((now, index));
        }
        if is_full {
            self.cut_soon(index, Filled::Enough);
        } else if live.lines >= LIVE_RECORDS_MAX && !self.full.contains(&index) {
            self.full.push_back(index);
        }
    }

    /// A chunk of a source, or its opening, after which the chunk is asked for again.
    fn cut(&mut self, plan: &FeedPlan, index: usize, due: Due) -> Option<Step> {
        let live = self.files.get_mut(&index)?;
        let before = live.held_bytes();
        if let Reading::Early(bytes) = &mut live.reading {
            if bytes.is_empty() {
                return None;
            }
            let bytes = std::mem::take(bytes);
            let known = self.known.get(&live.path);
            return Some(match live.open(plan, index, bytes, known) {
                Ok(source) => {
                    if !is_unsure(&source.detection) {
                        let detection = source.detection.clone();
                        self.known.insert(live.path.clone(), detection);
                    }
                    self.tasks.push_front(Task::Cut(index, due));
                    Step::Opened(source)
                }
                Err(error) => {
                    self.held_bytes -= before;
                    self.files.remove(&index);
                    self.tasks.retain(|task| !task.ends(index));
                    Step::Failed { index, error }
                }
            });
        }
        // A part is not the end: there may be more of a frame that is not complete.
        let is_part = live.is_framed() && !self.tasks.iter().any(|task| task.ends(index));
        let due = match due {
            Due::Everything if is_part => Due::Lull(Filled::Lull { quiet: true }),
            due => due,
        };
        let found = live.cut(due);
        self.held_bytes = self.held_bytes.saturating_sub(before) + live.held_bytes();
        (live.lines, live.waiting_since) = (0, None);
        if live.held_bytes() > 0 && found.is_some() {
            // The last record may still grow, so it waits anew.
            let now = plan.clock.instant();
            live.waiting_since = Some(now);
            self.waiting.push_back((now, index));
        }
        if due == Due::Everything && found.is_some() {
            self.tasks.push_front(Task::Cut(index, due));
        }
        found
    }
}

impl Task {
    /// Whether it says that a source has ended.
    fn ends(&self, of: usize) -> bool {
        matches!(self, Task::Say(Step::Ended { index } | Step::Failed { index, .. }) if *index == of)
    }
}

/// Whether the first lines of a file did not tell much: then a file of the same path before it knows better.
pub(super) fn is_unsure(detection: &Detection) -> bool {
    matches!(
        detection.format.kind,
        FormatKind::Plain | FormatKind::Stamped
    )
}
