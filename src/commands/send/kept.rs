//! What a run keeps on this machine: checkpoints, and what was not delivered.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::base::digest::Digest;
use crate::commands::again;
use crate::failure::Failure;
use crate::flow::plan::{CheckpointMode, CheckpointPlan};
use crate::host::Host;
use crate::settings::state::fresh_file;
use crate::settings::{Destination, Resume, SendSettings, printable_url};
use crate::source::inputs::Input;

/// Checkpoints are asked for, and there is no place for them.
#[derive(Debug, thiserror::Error)]
#[error("there is no folder for checkpoints: the system names none")]
struct NoStateFolder;

/// Files for what is not delivered; each is made only when something is to be kept.
pub(super) struct Kept {
    pub(super) dead_letters: Option<PathBuf>,
    pub(super) undelivered: Option<PathBuf>,
}

impl Kept {
    pub(super) fn new(settings: &SendSettings, host: &mut Host) -> Kept {
        let chosen = settings.state_dir.as_ref().map(|folder| &folder.value);
        let folder = chosen.or(host.state_dir.as_ref()).cloned();
        let now = host.clock.now();
        let mut fresh = |holds| Some(fresh_file(folder.as_deref()?, holds, now, &mut host.rng));
        let named = settings.dead_letters.clone();
        Kept {
            dead_letters: named.or_else(|| fresh("dead-letters")),
            undelivered: fresh("undelivered"),
        }
    }
}

/// What tells one server from another in the checkpoints. What may not be printed of a URL counts too, as a digest.
fn checkpoint_key(url: &str) -> String {
    let printable = printable_url(url);
    if printable == url {
        return printable;
    }
    format!("{printable}#{}", Digest::of(url.as_bytes()))
}

/// How the run deals with checkpoints, and what there is to say about it.
pub(super) fn checkpoint_plan(
    settings: &SendSettings,
    inputs: &[Input],
    host: &Host,
    words: &[OsString],
) -> Result<(Option<CheckpointPlan>, Option<String>), Failure> {
    let is_asked = settings.resume.value == Resume::On;
    let without = |why: &str| {
        Ok((
            None,
            is_asked.then(|| format!("--resume is ignored: {why}")),
        ))
    };
    let Destination::Http { url, .. } = &settings.destination.value else {
        return without(
            "what is not sent to a server is not acknowledged, and always read from the start",
        );
    };
    let is_file = |input: &Input| matches!(input, Input::File(_));
    let is_following = settings.follow.is_some();
    if is_following && !is_asked {
        return Ok((None, None));
    }
    if !is_following && !inputs.iter().any(is_file) {
        return without("a pipe is read from where it is");
    }
    let chosen = settings.state_dir.as_ref().map(|folder| &folder.value);
    let Some(folder) = chosen.or(host.state_dir.as_ref()) else {
        if is_asked {
            let hint = "name a folder in OTELCTL_STATE_DIR".to_owned();
            return Err(Failure::setup("state", NoStateFolder, Some(hint)));
        }
        return Ok((None, None));
    };
    let mode = match (settings.dry_run, settings.resume.value) {
        (true, Resume::On) => CheckpointMode::Look,
        (true, Resume::Off) => return Ok((None, None)),
        (false, Resume::On) => CheckpointMode::Resume,
        (false, Resume::Off) => CheckpointMode::Leave,
    };
    let plan = CheckpointPlan {
        folder: folder.clone(),
        destination: checkpoint_key(url),
        mode,
        again: inputs.iter().all(is_file).then(|| again::command(words)),
    };
    Ok((Some(plan), None))
}
