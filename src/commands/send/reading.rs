//! What a run reads, and how.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::detectors::DetectArg;
use crate::commands::send::delivery::refuse_input;
use crate::commands::send::kept::Kept;
use crate::failure::Failure;
use crate::flow::plan::{RecordPlan, UidPlan};
use crate::host::{Host, Watched};
use crate::pipeline::attribute_limits::AttributeLimits;
use crate::pipeline::group::LineLimits;
use crate::pipeline::stage::Taking;
use crate::settings::detect::{Surroundings, detect};
use crate::settings::input::InputSettings;
use crate::settings::zone::{time_zone, zone_name};
use crate::settings::{Destination, Resume, SendSettings, Sourced, Uids};
use crate::source;
use crate::source::follow::{FollowPlan, PartAtEnd};
use crate::source::inputs::{Input, inputs};

/// Shortest wait for the rest of a line: a program that buffers its output breaks off in the middle of one.
const PART_WAIT_MIN: Duration = Duration::from_secs(5);

/// Nothing to read.
#[derive(Debug, thiserror::Error)]
#[error("nothing to send: no file is named, and standard input is a terminal")]
struct NoInput;

/// What is followed. Our own output, also where it is redirected to, is left out: it would never end.
pub(super) fn follow_plan(
    settings: &SendSettings,
    files: &[PathBuf],
    kept: &Kept,
) -> Result<Option<FollowPlan>, Failure> {
    let Some(follow) = &settings.follow else {
        return Ok(None);
    };
    source::follow::check(files).map_err(|error| {
        let hint = error.hint();
        Failure::setup("input", error, hint)
    })?;
    let output = match &settings.destination.value {
        Destination::Local { out } => out.clone(),
        Destination::File(path) => Some(path.clone()),
        Destination::Http { .. } | Destination::Stdout => None,
    };
    if let Some(path) = &output {
        let named: Vec<Input> = files.iter().cloned().map(Input::File).collect();
        refuse_input(path, &named)?;
    }
    let streams = ["/dev/stdout", "/dev/stderr"].map(PathBuf::from);
    Ok(Some(FollowPlan {
        words: files.to_vec(),
        from: follow.from.value,
        poll_interval: follow.poll_interval.value,
        part_wait: settings.flush_interval.value.max(PART_WAIT_MIN),
        part_at_end: match settings.resume.value {
            Resume::On => PartAtEnd::Leave,
            Resume::Off => PartAtEnd::Send,
        },
        open_files_max: follow.open_files_max.value.get() as usize,
        own: output
            .into_iter()
            .chain(streams)
            .chain(kept.dead_letters.clone())
            .chain(kept.undelivered.clone())
            .collect(),
        start_of: None,
    }))
}

/// The files named; without any, a pipe.
pub(super) fn chosen_inputs(
    files: &[PathBuf],
    stdin: Watched,
) -> Result<(Vec<Input>, Vec<String>), Failure> {
    match (files, stdin) {
        ([], Watched::Terminal) => {
            let hint = "name a file (otelctl send app.log), pipe into it (app | otelctl send), or see otelctl send --help";
            Err(Failure::setup("usage", NoInput, Some(hint.to_owned())))
        }
        ([], Watched::Unwatched) => Ok((vec![Input::Stdin], Vec::new())),
        (files, _) => inputs(files).map_err(|error| {
            let hint = error.hint();
            Failure::setup("input", error, hint)
        }),
    }
}

pub(super) fn record_plan(
    settings: &SendSettings,
    input: InputSettings,
    host: &mut Host,
) -> Result<RecordPlan, Failure> {
    let zone = time_zone(input.time_zone.as_ref(), host.time_zone)?;
    let zone_assumed = input.time_zone.is_none().then(|| zone_name(&zone));
    let asks_instance = settings.detect.value.contains(&DetectArg::InstanceId);
    let run = if asks_instance { host.rng.u128(..) } else { 0 };
    let around = Surroundings {
        env: &host.env,
        root: &host.root,
        host_name: host.host_name.as_deref(),
        machine_id: host.machine_id.as_deref(),
        process: &host.process,
        run,
    };
    let detected = detect(&settings.detect.value, &around);
    Ok(RecordPlan {
        zone,
        zone_assumed,
        reading: input.reading,
        limits: LineLimits {
            line_bytes_max: settings.line_bytes_max.value.as_usize(),
            record_lines_max: input.record_lines_max.value,
        },
        service_name: settings
            .service_name
            .as_ref()
            .map(|name| name.value.clone()),
        resource: settings.resource.clone(),
        detected,
        taking: Taking::default(),
        attributes: settings.attributes.clone(),
        file_path: settings.file_path,
        uids: (settings.uids.value == Uids::Attach).then(|| uid_plan(host)),
    })
}

pub(super) fn attribute_limits(settings: &SendSettings) -> AttributeLimits {
    let value = |limit: &Option<Sourced<usize>>| limit.as_ref().map(|limit| limit.value);
    AttributeLimits {
        count_max: value(&settings.attribute_count_max),
        length_max: value(&settings.attribute_length_max),
    }
}

fn uid_plan(host: &mut Host) -> UidPlan {
    let machine = host.machine_id.as_ref().or(host.host_name.as_ref());
    UidPlan {
        machine: machine.cloned().unwrap_or_default(),
        run: host.rng.u128(..),
    }
}
