//! Keeps the checkpoints of a run: finds where to begin, and writes down how far each file is acknowledged.
//!
//! Written at most once a second while records are delivered, and at the end. A mark is written only behind what the ledger has seen
//! resolved; what is unsent stays behind it. A run that was not asked to resume leaves a checkpoint when it ends early, so that the
//! next one can go on, and brings those up to date that are there when it reads its files to their end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::base::clock::Clock;
use crate::flow::feeder::OpenSource;
use crate::flow::plan::{CheckpointMode, CheckpointPlan, FlowError};
use crate::source::checkpoint::lock::{LockError, StateLock};
use crate::source::checkpoint::search::{self, Found, Start};
use crate::source::checkpoint::state::State;
use crate::source::checkpoint::store::{Store, SystemDisk, is_kept};
use crate::source::checkpoint::{Entry, Mark, Print};
use crate::source::inode::Inode;
use crate::source::inputs::Input;

/// The shortest time between two writes.
const SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// The books of the checkpoints.
pub(super) struct Keeper {
    /// `None` when this run keeps none.
    plan: Option<CheckpointPlan>,
    clock: Arc<dyn Clock>,
    open: Option<OpenState>,
    files: Vec<Option<Kept>>,
    /// What was written last.
    saved: Vec<Mark>,
    saved_at: Option<Instant>,
    failed: Option<String>,
}

/// The state while this run has the lock.
struct OpenState {
    store: Store,
    state: State,
    _lock: StateLock,
}

/// A file that was opened.
#[derive(Debug)]
struct Kept {
    path: PathBuf,
    /// The path that it is looked for under until it is read to its end.
    drained_for: Option<PathBuf>,
    identity: Option<Inode>,
    head: Arc<[u8]>,
    generation: u32,
    ended: bool,
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
        inputs: Vec<Input>,
        clock: Arc<dyn Clock>,
    ) -> Result<(Keeper, Found), FlowError> {
        let mut keeper = Keeper {
            plan,
            clock,
            open: None,
            files: Vec::new(),
            saved: Vec::new(),
            saved_at: None,
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
                found = search::find(found.inputs, &keeper.entries(&state));
            }
            Some(plan) if plan.mode == CheckpointMode::Resume => {
                let (open, warning) = keeper.open_state()?;
                found = search::find(found.inputs, &keeper.entries(&open.state));
                found.warnings.extend(warning);
                keeper.open = Some(open);
            }
            _ => {}
        }
        keeper.files = found.inputs.iter().map(|_| None).collect();
        keeper.saved = vec![Mark::default(); keeper.files.len()];
        Ok((keeper, found))
    }

    /// Whether marks need what stands before them.
    pub(super) fn is_keeping(&self) -> bool {
        let mode = self.plan.as_ref().map(|plan| plan.mode);
        matches!(mode, Some(CheckpointMode::Resume | CheckpointMode::Leave))
    }

    /// A source begins.
    pub(super) fn begin(&mut self, source: &OpenSource) {
        let Some(kept) = &source.kept else {
            return;
        };
        self.files[source.index] = Some(Kept {
            path: kept.path.clone(),
            drained_for: kept.start.drained_for.clone(),
            identity: kept.start.identity,
            head: Arc::clone(&kept.head),
            generation: kept.start.generation,
            ended: false,
        });
        self.saved[source.index].offset = kept.start.mark.offset;
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
        let is_early = |last| now.duration_since(last) < SAVE_INTERVAL;
        if !self.saved_at.is_some_and(is_early) {
            let reached = reached();
            let mut both = self.saved.iter().zip(&reached);
            if both.any(|(saved, now)| saved.offset != now.mark.offset) {
                self.saved_at = Some(now);
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
        state.forget(now, |entry| {
            entry.identity.is_some() && search::identity_of(&entry.path) == entry.identity
        });
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
        for (index, Reached { mark, is_settled }) in reached.iter().enumerate() {
            let Some(Some(file)) = self.files.get(index) else {
                continue;
            };
            if is_held(&self.files, reached, index) {
                continue;
            }
            let mut entry = file.entry(*mark, &plan.destination, now);
            if let Some(taken) = file
                .drained_for
                .as_ref()
                .filter(|_| !file.ended || !is_settled)
            {
                entry.path.clone_from(taken);
            }
            open.state.put(entry);
            self.saved[index] = *mark;
        }
        open.state.generation += 1;
        let saved = open.store.save(&open.state);
        self.failed = saved.err().map(|error| error.to_string());
    }

    fn seconds(&self) -> u64 {
        self.clock.now().0 / 1_000_000_000
    }
}

/// Whether a file waits for a rotated one before it: that one is not looked for any more once this has a mark of its own.
fn is_held(files: &[Option<Kept>], reached: &[Reached], index: usize) -> bool {
    let Some(file) = &files[index] else {
        return false;
    };
    let before = files[..index].iter().zip(reached).rev();
    before
        .map_while(|(before, reached)| Some((before.as_ref()?, reached)))
        .take_while(|(before, _)| before.drained_for.as_ref() == Some(&file.path))
        .any(|(before, reached)| !before.ended || !reached.is_settled)
}

impl Kept {
    /// What is remembered of it.
    fn entry(&self, mark: Mark, destination: &str, now: u64) -> Entry {
        let consumed = usize::try_from(mark.offset).unwrap_or(usize::MAX);
        let head = self.head.get(..consumed).unwrap_or(&self.head);
        Entry {
            destination: destination.to_owned(),
            identity: self.identity,
            path: self.path.clone(),
            generation: self.generation,
            head: Print::of(head),
            mark,
            modified: modified(&self.path),
            last_seen: now,
        }
    }
}

/// An error and why.
fn told(error: &FlowError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// When a file was last written, in seconds since 1970.
fn modified(path: &Path) -> u64 {
    let time = std::fs::metadata(path).and_then(|metadata| metadata.modified());
    let since = time
        .ok()
        .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_secs())
}
