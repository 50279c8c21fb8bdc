//! Keeps the checkpoints of a run: finds where to begin, and writes down how far each file is acknowledged.
//!
//! Written at most once a second while records are delivered, and at the end. A mark is written only behind what the ledger has seen
//! resolved; what is unsent stays behind it. A run that was not asked to resume leaves a checkpoint when it ends early, so that the
//! next one can go on, and brings those up to date that are there when it reads its files to their end.

mod kept;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::clock::Clock;
use crate::flow::feeder::{FoundFile, OpenSource};
use crate::flow::keeper::kept::{Holders, Kept};
use crate::flow::plan::{CheckpointMode, CheckpointPlan, FlowError};
use crate::source::checkpoint::lock::{LockError, StateLock};
use crate::source::checkpoint::search::{self, Found, Start};
use crate::source::checkpoint::state::State;
use crate::source::checkpoint::store::{Store, SystemDisk, is_kept};
use crate::source::checkpoint::{Entry, Mark};
use crate::source::follow::{Beginning, FollowPlan, there};
use crate::source::inode::Inode;
use crate::source::inputs::Input;

/// The shortest time between two writes.
const SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// The same while a followed file is not known yet: it may be renamed at any time, and then nothing else leads to it.
const URGENT_INTERVAL: Duration = Duration::from_millis(100);

/// The books of the checkpoints.
pub(super) struct Keeper {
    /// `None` when this run keeps none.
    plan: Option<CheckpointPlan>,
    clock: Arc<dyn Clock>,
    is_following: bool,
    open: Option<OpenState>,
    files: Vec<Option<Kept>>,
    /// The offsets that were written last; `None` when none is.
    saved: Vec<Option<u64>>,
    saved_at: Option<Instant>,
    /// Whether a followed file was begun of which nothing is written down yet.
    is_urgent: bool,
    failed: Option<String>,
}

/// The state while this run has the lock.
struct OpenState {
    store: Store,
    state: State,
    _lock: StateLock,
}

/// How far a source is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    /// Everything before it is resolved.
    pub(super) mark: Mark,
    /// Whether nothing that was read is open.
    pub(super) is_settled: bool,
}

/// How far a run came, for the decision what to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// Everything was read and resolved.
    ToTheEnd,
    /// Something is left.
    LessFar,
}

impl Keeper {
    /// Takes the lock and finds where to begin in each input.
    ///
    /// Errors: another run, or a state folder that cannot be used.
    pub(super) fn open(
        plan: Option<CheckpointPlan>,
        (inputs, follow): (Vec<Input>, Option<&mut FollowPlan>),
        clock: Arc<dyn Clock>,
    ) -> Result<(Keeper, Found), FlowError> {
        let mut keeper = Keeper {
            plan,
            clock,
            is_following: follow.is_some(),
            open: None,
            files: Vec::new(),
            saved: Vec::new(),
            saved_at: None,
            is_urgent: false,
            failed: None,
        };
        let mut found = Found {
            starts: vec![Start::default(); inputs.len()],
            inputs,
            warnings: Vec::new(),
        };
        match &keeper.plan {
            Some(plan) if plan.mode == CheckpointMode::Look => {
                let state = Store::new(SystemDisk, &plan.folder).peek();
                found = begin_with(found.inputs, follow, &keeper.entries(&state));
            }
            Some(plan) if plan.mode == CheckpointMode::Resume => {
                let (open, warning) = keeper.open_state()?;
                found = begin_with(found.inputs, follow, &keeper.entries(&open.state));
                found.warnings.extend(warning);
                keeper.open = Some(open);
            }
            _ => {}
        }
        keeper.files = found.inputs.iter().map(|_| None).collect();
        keeper.saved = vec![Some(0); keeper.files.len()];
        Ok((keeper, found))
    }

    /// Whether marks need what stands before them.
    pub(super) fn is_keeping(&self) -> bool {
        let mode = self.plan.as_ref().map(|plan| plan.mode);
        matches!(mode, Some(CheckpointMode::Resume | CheckpointMode::Leave))
    }

    /// Whether the next run finds unsent records of followed files where this one did.
    pub(super) fn goes_on_in_followed(&self) -> bool {
        self.is_resuming() && self.is_following
    }

    /// A followed file was found; its place is behind all others. It is remembered though nothing of it may be read for long:
    /// whoever begins at its end wants to go on there.
    pub(super) fn find(&mut self, file: &FoundFile) {
        self.files.push(file.kept.as_ref().map(Kept::of));
        // At its start there is nothing yet by which it would be known again.
        let is_known = file.start.mark.offset > 0;
        self.saved.push((!is_known).then_some(0));
    }

    /// A source begins.
    pub(super) fn begin(&mut self, source: &OpenSource) {
        if let Some(kept) = &source.kept {
            self.files[source.index] = Some(Kept::of(kept));
            if self.is_following && source.is_live {
                self.saved[source.index] = None;
                self.is_urgent = true;
            } else {
                self.saved[source.index] = Some(kept.start.mark.offset);
            }
        }
    }

    /// A source was read to its end.
    pub(super) fn end(&mut self, index: usize) {
        if let Some(Some(file)) = self.files.get_mut(index) {
            file.ended = true;
        }
    }

    /// Writes the marks down when it is time and they have moved. A failure is told at the end.
    pub(super) fn save_in_time(&mut self, reached: impl Fn() -> Vec<Reached>) {
        if self.open.is_none() {
            return;
        }
        let now = self.clock.instant();
        let interval = if self.is_urgent {
            URGENT_INTERVAL
        } else {
            SAVE_INTERVAL
        };
        let is_early = |last| now.duration_since(last) < interval;
        if !self.saved_at.is_some_and(is_early) {
            let reached = reached();
            let mut both = self.saved.iter().zip(&reached);
            if both.any(|(saved, now)| *saved != Some(now.mark.offset)) {
                self.saved_at = Some(now);
                self.is_urgent = false;
                self.save(&reached);
            }
        }
    }

    /// Writes the last marks down. Returns what the user should know, and whether a run that resumes goes on where this one ended.
    pub(super) fn close(mut self, came: Came, reached: &[Reached]) -> (Option<String>, bool) {
        let Some(plan) = &self.plan else {
            return (None, false);
        };
        let touches = match (plan.mode, came) {
            (CheckpointMode::Look, _) => false,
            (CheckpointMode::Resume, _) => true,
            (CheckpointMode::Leave, Came::LessFar) => {
                reached.iter().any(|one| one.mark.offset > 0) || is_kept(&plan.folder)
            }
            (CheckpointMode::Leave, Came::ToTheEnd) => is_kept(&plan.folder),
        };
        if !touches {
            // Nothing is acknowledged, and the beginning is where a run begins without a checkpoint.
            return (None, plan.mode == CheckpointMode::Leave);
        }
        let mut warning = None;
        if plan.mode == CheckpointMode::Leave {
            match self.open_state() {
                Ok((open, damage)) => {
                    warning = damage;
                    self.open = Some(open);
                }
                Err(error) => self.failed = Some(told(&error)),
            }
        }
        if came == Came::ToTheEnd && !self.is_resuming() {
            self.keep_only_known();
        }
        self.save(reached);
        let failed = self.failed.take();
        let is_saved = failed.is_none();
        let failed = failed.filter(|_| came == Came::LessFar || self.is_resuming());
        let told = failed.map(|why| format!("the checkpoint could not be written: {why}"));
        (told.or(warning), is_saved)
    }

    fn is_resuming(&self) -> bool {
        let mode = self.plan.as_ref().map(|plan| plan.mode);
        mode == Some(CheckpointMode::Resume)
    }

    /// A run that nobody asked to keep anything brings only those checkpoints up to date that are there.
    fn keep_only_known(&mut self) {
        let Some(open) = &self.open else {
            return;
        };
        let known: Vec<Inode> = self
            .entries(&open.state)
            .iter()
            .filter_map(|entry| entry.identity)
            .collect();
        for file in &mut self.files {
            let is_known = |file: &Kept| file.identity.is_some_and(|own| known.contains(&own));
            if !file.as_ref().is_some_and(is_known) {
                *file = None;
            }
        }
    }

    /// The checkpoints of this run's destination.
    fn entries<'s>(&self, state: &'s State) -> Vec<&'s Entry> {
        let destination = self.plan.as_ref().map(|plan| plan.destination.as_str());
        let entries = state.entries.iter();
        entries
            .filter(|entry| Some(entry.destination.as_str()) == destination)
            .collect()
    }

    /// Takes the lock and reads what is kept.
    fn open_state(&self) -> Result<(OpenState, Option<String>), FlowError> {
        let folder = self.plan.as_ref().map(|plan| plan.folder.as_path());
        let folder = folder.unwrap_or(Path::new("."));
        let lock = StateLock::take(folder)?;
        let store = Store::new(SystemDisk, folder);
        let now = self.seconds();
        let loaded = store.load(now).map_err(|source| LockError::Folder {
            folder: folder.to_string_lossy().into_owned(),
            source,
        })?;
        let mut state = loaded.state;
        state.forget(now, is_there);
        let open = OpenState {
            store,
            state,
            _lock: lock,
        };
        Ok((open, loaded.warning))
    }

    /// Writes down how far each file is acknowledged.
    fn save(&mut self, reached: &[Reached]) {
        let now = self.seconds();
        let Some((plan, open)) = self.plan.as_ref().zip(self.open.as_mut()) else {
            return;
        };
        let holders = Holders::of(&self.files, reached);
        let is_held = |(index, file): (usize, &Option<Kept>)| {
            file.as_ref().is_some_and(|file| holders.hold(index, file))
        };
        let held: Vec<bool> = self.files.iter().enumerate().map(is_held).collect();
        let mut entries = Vec::new();
        for (index, Reached { mark, is_settled }) in reached.iter().enumerate() {
            if held[index] {
                continue;
            }
            self.saved[index] = Some(mark.offset);
            let Some(file) = &mut self.files[index] else {
                continue;
            };
            let is_done = file.ended && *is_settled;
            if file.written == Some(mark.offset) && !is_done {
                continue;
            }
            file.written = Some(mark.offset);
            entries.push(file.entry(*mark, is_done, (&plan.destination, now)));
            if is_done {
                // There is nothing more to say of it.
                self.files[index] = None;
            }
        }
        open.state.put(entries);
        open.state.forget(now, is_there);
        open.state.generation += 1;
        let saved = open.store.save(&open.state);
        self.failed = saved.err().map(|error| error.to_string());
    }

    fn seconds(&self) -> u64 {
        self.clock.now().0 / 1_000_000_000
    }
}

/// Where to begin in the inputs, or in what is followed.
fn begin_with(inputs: Vec<Input>, follow: Option<&mut FollowPlan>, entries: &[&Entry]) -> Found {
    match follow {
        None => search::find(inputs, entries),
        Some(follow) => go_on_following(follow, entries),
    }
}

/// Tells a follower where to go on. What was rotated away meanwhile is read before, as files that do not grow any more.
fn go_on_following(follow: &mut FollowPlan, entries: &[&Entry]) -> Found {
    let owned: Vec<Entry> = entries.iter().map(|entry| (*entry).clone()).collect();
    follow.start_of = Some(Box::new(move |path| {
        let entries: Vec<&Entry> = owned.iter().collect();
        let start = search::start_in(path, &entries)?;
        Some(Beginning {
            offset: start.mark.offset,
            generation: start.generation,
        })
    }));
    let named = there(&follow.words).into_iter().map(Input::File);
    let found = search::find(named.collect(), entries);
    let rotated = found.inputs.into_iter().zip(found.starts);
    let rotated = rotated.filter(|(_, start)| start.drained_for.is_some());
    let (inputs, starts) = rotated.unzip();
    Found {
        inputs,
        starts,
        warnings: found.warnings,
    }
}

/// Whether the file of a checkpoint is where it was.
fn is_there(entry: &Entry) -> bool {
    entry.identity.is_some() && search::identity_of(&entry.path) == entry.identity
}

/// An error and why.
fn told(error: &FlowError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
