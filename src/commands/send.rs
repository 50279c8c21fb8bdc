//! `otelctl send`: settings → plan → flow → report.

mod look;
mod off;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::base::digest::Digest;
use crate::base::shutdown::Shutdown;
use crate::cli::detectors::DetectArg;
use crate::cli::send::SendArgs;
use crate::commands::send::look::Wanted;
use crate::commands::{again, fail, finish, layers};
use crate::delivery::attempts::Address;
use crate::delivery::credentials::Headers;
use crate::failure::{Failure, exit_code_of};
use crate::flow::plan::{
    CheckpointMode, CheckpointPlan, DeliveryPlan, FlowError, HttpPlan, ReadAgain, RecordPlan,
    SendPlan, UidPlan, World,
};
use crate::flow::report::DestinationLabel;
use crate::flow::send::send;
use crate::host::{Host, Watched};
use crate::net::ClientPlan;
use crate::pipeline::attribute_limits::AttributeLimits;
use crate::pipeline::batch::BatchLimits;
use crate::pipeline::group::LineLimits;
use crate::pipeline::queue::QueueLimits;
use crate::pipeline::stage::Taking;
use crate::settings::detect::{Surroundings, detect};
use crate::settings::env::EnvVars;
use crate::settings::input::{self, InputSettings};
use crate::settings::layers::Overlay;
use crate::settings::limits::record_limits;
use crate::settings::off::switched_off;
use crate::settings::state::fresh_file;
use crate::settings::token::{self, Stores};
use crate::settings::zone::{time_zone, zone_name};
use crate::settings::{
    Destination, Header, Origin, Resume, SendSettings, Sourced, Uids, is_loopback_url,
    printable_url, resolve,
};
use crate::source;
use crate::source::feed::LIVE_RECORDS_MAX;
use crate::source::follow::{FollowPlan, PartAtEnd};
use crate::source::inputs::{Input, inputs};
use crate::ui::{Ui, UiStyle};

/// More threads than this wait for each other at the inputs.
const THREADS_MAX: usize = 256;

/// More requests at a time than this are an attack on the server.
const IN_FLIGHT_MAX: usize = 1_024;

/// Records of one request when only the bytes limit it; keeps the list of their places small.
const RECORDS_MAX: usize = 1 << 16;

/// Between two requests that leave early for a severe record: an error storm is sent by batches.
const HURRY_GAP: Duration = Duration::from_millis(100);
/// Shortest wait for the rest of a line: a program that buffers its output breaks off in the middle of one.
const PART_WAIT_MIN: Duration = Duration::from_secs(5);

/// A file that would be read and written at once.
#[derive(Debug, thiserror::Error)]
#[error("{path} is an input and the output")]
struct SameFile {
    path: String,
}

/// An output that cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}")]
struct OutputError {
    path: String,
    source: io::Error,
}

/// Nothing to read.
#[derive(Debug, thiserror::Error)]
#[error("nothing to send: no file is named, and standard input is a terminal")]
struct NoInput;

/// Checkpoints are asked for, and there is no place for them.
#[derive(Debug, thiserror::Error)]
#[error("there is no folder for checkpoints: the system names none")]
struct NoStateFolder;

/// Standard output, for records and for the receipt.
#[derive(Clone)]
struct SharedOutput(Arc<Mutex<Box<dyn Write + Send>>>);

impl Write for SharedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .flush()
    }
}

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

/// Files for what is not delivered; each is made only when something is to be kept.
struct Kept {
    dead_letters: Option<PathBuf>,
    undelivered: Option<PathBuf>,
}

impl Kept {
    fn new(settings: &SendSettings, host: &mut Host) -> Kept {
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

/// What is followed. Our own output, also where it is redirected to, is left out: it would never end.
fn follow_plan(
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

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The files named; without any, a pipe.
fn chosen_inputs(files: &[PathBuf], stdin: Watched) -> Result<(Vec<Input>, Vec<String>), Failure> {
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

fn record_plan(
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

fn attribute_limits(settings: &SendSettings) -> AttributeLimits {
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

/// What tells one server from another in the checkpoints. What may not be printed of a URL counts too, as a digest.
fn checkpoint_key(url: &str) -> String {
    let printable = printable_url(url);
    if printable == url {
        return printable;
    }
    format!("{printable}#{}", Digest::of(url.as_bytes()))
}

/// How the run deals with checkpoints, and what there is to say about it.
fn checkpoint_plan(
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

fn delivery_plan(
    settings: &SendSettings,
    inputs: &[Input],
    stdout: SharedOutput,
    (dead_letters, renew): (Option<PathBuf>, Option<ReadAgain>),
) -> Result<DeliveryPlan, Failure> {
    if settings.dry_run {
        return Ok(DeliveryPlan::Nowhere);
    }
    Ok(match &settings.destination.value {
        Destination::Http { url, .. } => DeliveryPlan::Http(Box::new(HttpPlan {
            client: client_plan(settings, url),
            headers: headers(settings),
            renew,
            retry_for: settings.retry_for.value,
            retry_codes: settings.retry_codes,
            dead_letters,
            address: if settings.destination.origin == Origin::Default {
                Address::Assumed
            } else {
                Address::Chosen
            },
        })),
        Destination::Local { out } => {
            if let Some(path) = out {
                refuse_input(path, inputs)?;
            }
            DeliveryPlan::Local { out: out.clone() }
        }
        Destination::Stdout => DeliveryPlan::Lines(Box::new(stdout)),
        Destination::File(path) => {
            refuse_input(path, inputs)?;
            DeliveryPlan::Lines(Box::new(create(path)?))
        }
    })
}

fn headers(settings: &SendSettings) -> Headers {
    let headers = settings.headers.iter();
    headers
        .map(|header| (header.name.clone(), header.value.clone()))
        .collect()
}

/// Resolves everything once more for the sake of the headers, where the token is kept in a place that may change.
fn renewal(
    (args, overlay): (&Arc<SendArgs>, Overlay),
    settings: &SendSettings,
    (env, stores): (EnvVars, Stores),
) -> Option<ReadAgain> {
    let may_change = |header: &Header| token::may_change(header.origin);
    if !settings.headers.iter().any(may_change) {
        return None;
    }
    let (args, destination) = (Arc::clone(args), settings.destination.clone());
    Some(Arc::new(move || {
        let again = resolve::send(&args, &overlay, &env, &stores).ok()?;
        // A token of another region is for another server.
        (again.destination == destination).then(|| headers(&again))
    }))
}

pub(super) fn client_plan(settings: &SendSettings, url: &str) -> ClientPlan {
    let proxies = &settings.proxies;
    // What runs on this machine is not behind a proxy.
    let direct = is_loopback_url(url);
    let proxy = |own: &Option<String>| {
        own.clone()
            .or_else(|| proxies.all.clone())
            .filter(|_| !direct)
    };
    ClientPlan {
        url: url.to_owned(),
        timeout: settings.timeout.value,
        ca_cert: settings.tls.ca_cert.clone(),
        client_cert: settings
            .tls
            .client_cert
            .clone()
            .zip(settings.tls.client_key.clone()),
        http_proxy: proxy(&proxies.http),
        https_proxy: proxy(&proxies.https),
        no_proxy: proxies.no_proxy.clone(),
    }
}

/// Writing over an input would destroy what is to be read.
fn refuse_input(path: &Path, inputs: &[Input]) -> Result<(), Failure> {
    let target = fs::canonicalize(path);
    let same = inputs.iter().any(|input| match input {
        Input::File(file) => target
            .as_ref()
            .is_ok_and(|target| fs::canonicalize(file).is_ok_and(|file| file == *target)),
        Input::Stdin => {
            let stdin = fs::canonicalize("/dev/stdin");
            target
                .as_ref()
                .is_ok_and(|target| stdin.is_ok_and(|stdin| stdin == *target))
        }
        Input::Stream(_) => false,
    });
    if !same {
        return Ok(());
    }
    let error = SameFile {
        path: path.to_string_lossy().into_owned(),
    };
    Err(Failure::setup(
        "output",
        error,
        Some("choose another place for the output".to_owned()),
    ))
}

fn create(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|source| {
        let error = OutputError {
            path: path.to_string_lossy().into_owned(),
            source,
        };
        Failure::setup(
            "output",
            error,
            Some("choose a place that can be written to".to_owned()),
        )
    })
}

fn label(settings: &SendSettings) -> DestinationLabel {
    let (name, url) = match &settings.destination.value {
        Destination::Http { name, url } => (name.clone(), printable_url(url)),
        Destination::Local { .. } => (
            "local".to_owned(),
            "the receiver inside the process".to_owned(),
        ),
        Destination::Stdout => ("stdout".to_owned(), "standard output".to_owned()),
        Destination::File(path) => ("file".to_owned(), path.to_string_lossy().into_owned()),
    };
    DestinationLabel {
        name,
        url,
        encoding: settings.encoding.value,
        compression: settings.compression.value,
    }
}
