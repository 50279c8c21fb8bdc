//! `otelctl send`: settings → plan → flow → report.

mod delivery;
mod kept;
mod look;
mod off;
mod reading;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::base::shutdown::Shutdown;
use crate::cli::send::SendArgs;
pub(super) use crate::commands::send::delivery::client_plan;
use crate::commands::send::delivery::{SharedOutput, delivery_plan, label, refuse_input, renewal};
use crate::commands::send::kept::{Kept, checkpoint_plan};
use crate::commands::send::look::Wanted;
use crate::commands::send::reading::{attribute_limits, chosen_inputs, follow_plan, record_plan};
use crate::commands::{fail, finish, layers};
use crate::failure::{Failure, exit_code_of};
use crate::flow::plan::{FlowError, SendPlan, World};
use crate::flow::send::send;
use crate::host::Host;
use crate::pipeline::batch::BatchLimits;
use crate::pipeline::queue::QueueLimits;
use crate::settings::input;
use crate::settings::limits::record_limits;
use crate::settings::off::switched_off;
use crate::settings::{SendSettings, resolve};
use crate::source::feed::LIVE_RECORDS_MAX;
use crate::source::inputs::Input;
use crate::ui::{Ui, UiStyle};

/// More threads than this wait for each other at the inputs.
const THREADS_MAX: usize = 256;

/// More requests at a time than this are an attack on the server.
const IN_FLIGHT_MAX: usize = 1_024;

/// Records of one request when only the bytes limit it; keeps the list of their places small.
const RECORDS_MAX: usize = 1 << 16;

/// Between two requests that leave early for a severe record: an error storm is sent by batches.
const HURRY_GAP: Duration = Duration::from_millis(100);

/// Runs the command; returns the exit code.
pub fn run(args: SendArgs, mut host: Host, style: UiStyle) -> u8 {
    let stdout = std::mem::replace(&mut host.stdout, Box::new(io::sink()));
    let stdout = SharedOutput(Arc::new(Mutex::new(stdout)));
    let stderr = std::mem::replace(&mut host.stderr, Box::new(io::sink()));
    let mut ui = Ui::new(Box::new(stdout.clone()), stderr, style);
    if let Some(by) = switched_off(&args.switch, &host.env) {
        ui.switched_off(by);
        off::drain(&args.files, host);
        return finish(&mut ui, 0);
    }
    if args.lines.explain {
        ui.explain_sources();
    }
    let world_parts = (Arc::clone(&host.clock), host.rng.fork(), host.signals);
    let (clock, rng, signals) = world_parts;
    let looked = plan(args, host, stdout).and_then(|(plan, wanted)| {
        let look = wanted.map(|wanted| wanted.look(&plan, (&clock, signals)));
        Ok((plan, look.transpose()?.flatten()))
    });
    let plan = match looked {
        Ok((plan, None)) => plan,
        Ok((_, Some(signal))) => return 128 + signal,
        Err(failure) => return fail(&mut ui, &failure),
    };
    let report = send(
        plan,
        World {
            clock,
            rng,
            shutdown: Shutdown::new(),
            signals,
            watcher: &mut |event| ui.event(&event),
        },
    );
    match report {
        Ok(report) => {
            ui.send_report(&report);
            finish(&mut ui, exit_code_of(&report))
        }
        Err(error) => {
            let hint = error.hint();
            let failure = match error {
                FlowError::State(error) => Failure::setup("state", error, hint),
                error => Failure::setup("setup", error, hint),
            };
            fail(&mut ui, &failure)
        }
    }
}

fn plan(
    args: SendArgs,
    mut host: Host,
    stdout: SharedOutput,
) -> Result<(SendPlan, Option<Wanted>), Failure> {
    let layers = layers(&args.input, &args.profile, &host)?;
    let (args, overlay) = layers.send(args, &host.env)?;
    let stores = host.stores();
    let settings = resolve::send(&args, &overlay, &host.env, &stores)?;
    let args = Arc::new(args);
    let kept = Kept::new(&settings, &mut host);
    let follow = follow_plan(&settings, &args.files, &kept)?;
    let (inputs, noted) = match follow {
        Some(_) => (Vec::new(), Vec::new()),
        None => chosen_inputs(&args.files, host.stdin_watched)?,
    };
    let input = input::input(&args.input, layers.formats(), &overlay)?;
    let renew = renewal((&args, overlay), &settings, (host.env.clone(), stores));
    let wanted = record_limits(&settings.destination.value).map(|limits| Wanted {
        limits,
        policy: settings.time_policy,
    });
    let mut records = record_plan(&settings, input, &mut host)?;
    records.taking = wanted.map(Wanted::taking).unwrap_or_default();
    records.taking.attributes = attribute_limits(&settings);
    if let Some(path) = &kept.dead_letters {
        refuse_input(path, &inputs)?;
    }
    let (checkpoints, about_them) = checkpoint_plan(&settings, &inputs, &host, args.words.words())?;
    let delivery = delivery_plan(&settings, &inputs, stdout, (kept.dead_letters, renew))?;
    let stdin = inputs.contains(&Input::Stdin).then_some(host.stdin);
    let threads = settings
        .threads
        .map_or_else(cores, |threads| threads.get() as usize);
    let plan = SendPlan {
        stdin,
        records,
        encoding: settings.encoding.value,
        compression: settings.compression.value,
        batch: BatchLimits {
            records_max: settings
                .batch_records_max
                .as_ref()
                .map_or(RECORDS_MAX, |count| count.value.get() as usize),
            encoded_bytes_max: settings.batch_bytes_max.value.as_usize(),
        },
        flush_interval: settings.flush_interval.value,
        queue: queue_limits(&settings),
        temporality: settings.temporality.value,
        threads: threads.min(THREADS_MAX),
        in_flight_max: (settings.in_flight_max.value.get() as usize).min(IN_FLIGHT_MAX),
        drain: settings.drain.value,
        delivery,
        undelivered: kept.undelivered,
        label: label(&settings),
        warnings: settings
            .warnings
            .into_iter()
            .chain(noted)
            .chain(about_them)
            .collect(),
        checkpoints,
        inputs,
        follow,
    };
    Ok((plan, wanted))
}

/// What of a pipe may wait. Its records leave in smaller batches than a file's, because somebody may look for them.
fn queue_limits(settings: &SendSettings) -> QueueLimits {
    let records_max = settings.batch_records_max.as_ref();
    QueueLimits {
        records_max: settings.queue_records_max.value.get() as usize,
        bytes_max: settings.queue_bytes_max.value.as_usize(),
        batch: BatchLimits {
            records_max: records_max.map_or(LIVE_RECORDS_MAX, |count| count.value.get() as usize),
            encoded_bytes_max: settings.batch_bytes_max.value.as_usize(),
        },
        linger_max: settings.flush_interval.value,
        hurry_gap: HURRY_GAP,
        on_full: settings.on_full.value,
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
