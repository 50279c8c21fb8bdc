//! `otelctl spike`: the round trip, leg by leg.

mod way;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::base::secret::shape::hidden;
use crate::cli::spike::{SpikeArgs, SpikeFormat};
use crate::commands::spike::way::{NoWay, Way};
use crate::commands::{fail, finish};
use crate::failure::{Failure, Wanted, exit_code_of_spike};
use crate::flow::plan::FlowError;
use crate::flow::spike::leg::{Course, Ending, Fault, LegName, Step};
use crate::flow::spike::sent::Identity;
use crate::flow::spike::{Backend, Metrics, PACE, SpikePlan, SpikeReport, Verdict, spike};
use crate::host::Host;
use crate::settings::env::{GITHUB_ACTIONS, GITHUB_STEP_SUMMARY};
use crate::settings::printable_url;
use crate::ui::spike::{SpikeForm, SpikeShown, Whereabouts, as_summary};
use crate::ui::{OutputFormat, Ui, UiStyle};

/// The destination when none is named.
const TO_DEFAULT: &str = "logfire";

/// Ingestion is visible after seconds; a minute is patience.
const WAIT_DEFAULT: Duration = Duration::from_secs(60);

/// Why a trip that was accepted was not verified, and what would.
const READ_TOKEN_HINT: &str = "to verify what arrived, make a read token in the project's settings, and run \
    otelctl token set --kind read, or set LOGFIRE_READ_TOKEN";

/// A summary that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot add to the summary {path} (from {GITHUB_STEP_SUMMARY})")]
struct SummaryLost {
    path: String,
    source: std::io::Error,
}

/// Runs the command; returns the exit code.
pub fn run(args: &SpikeArgs, mut host: Host, mut style: UiStyle) -> u8 {
    let form = form(args, &host, style);
    if form == SpikeForm::Json {
        style.format = OutputFormat::Json;
    }
    let mut ui = super::ui(&mut host, style);
    match trip(args, form, &mut host, &mut ui) {
        Ok(code) => finish(&mut ui, code),
        Err(failure) => fail(&mut ui, &failure),
    }
}

fn form(args: &SpikeArgs, host: &Host, style: UiStyle) -> SpikeForm {
    match args.format {
        _ if style.format == OutputFormat::Json => SpikeForm::Json,
        Some(SpikeFormat::Json) => SpikeForm::Json,
        Some(SpikeFormat::Github) => SpikeForm::Github,
        Some(SpikeFormat::Junit) => SpikeForm::Junit,
        None if host.env.get(GITHUB_ACTIONS) == Some("true") => SpikeForm::Github,
        None | Some(SpikeFormat::Human) => SpikeForm::Human,
    }
}

fn trip(args: &SpikeArgs, form: SpikeForm, host: &mut Host, ui: &mut Ui) -> Result<u8, Failure> {
    let to = args.to.as_deref().unwrap_or(TO_DEFAULT);
    let is_local = args.local || to == "local";
    let identity = Identity::new(&mut host.rng, host.clock.now(), host.host_name.clone());
    let standin = is_local.then(|| way::standin(host)).transpose()?;
    let way = match &standin {
        Some((server, headers)) => Ok(way::local(server, headers)),
        None => match way::remote(to, &args.token, host, ui) {
            Ok(way) => Ok(way),
            Err(NoWay::Leg(name, fault)) => Err((name, fault)),
            Err(NoWay::Failure(failure)) => return Err(failure),
        },
    };
    // A token may have been pasted in the wrong place.
    let unknown = || {
        (
            hidden(&printable_url(to)),
            Whereabouts::Remote,
            Backend::Other,
        )
    };
    let known = way.as_ref().ok();
    let known = known.map(|way| (way.shown.clone(), way.whereabouts, way.backend));
    let (shown, whereabouts, backend) = known.unwrap_or_else(unknown);
    ui.spike_begins(form, &shown);
    let report = legs(args, (way, identity), host, ui)?;
    let wanted = if args.verify {
        Wanted::Verified
    } else {
        Wanted::Accepted
    };
    let shown = SpikeShown {
        report: &report,
        destination: &shown,
        whereabouts,
        code: exit_code_of_spike(report.verdict, wanted),
        hint: hint(&report, backend),
    };
    ui.spike_ends(form, &shown);
    if form == SpikeForm::Github {
        summarize(&shown, host)?;
    }
    Ok(shown.code)
}

/// Runs every leg there is a way for.
fn legs(
    args: &SpikeArgs,
    (way, identity): (Result<Way, (LegName, Fault)>, Identity),
    host: &Host,
    ui: &mut Ui,
) -> Result<SpikeReport, Failure> {
    let run_id = identity.run_id.clone();
    let mut watch = |step: &Step<'_>| ui.spike_step(step);
    let mut course = Course::new(Arc::clone(&host.clock), &mut watch);
    course.begin(LegName::Configuration);
    let way = match way {
        Ok(way) => way,
        Err((name, fault)) => {
            if name != LegName::Configuration {
                let detail = "the destination is known".to_owned();
                course.end(LegName::Configuration, Ok(detail));
                course.begin(name);
            }
            course.end(name, Err(fault));
            return Ok(SpikeReport::unsent(run_id, course));
        }
    };
    course.end(LegName::Configuration, Ok(way.place.clone()));
    course.begin(LegName::Token);
    let tokens = way.tokens.clone();
    let tokens = tokens.map_or_else(|why| Ending::Skip(why.to_owned()), Ending::Pass);
    course.end(LegName::Token, tokens);
    spike(&plan(args, (way, identity), host), course).map_err(setup)
}

fn plan(args: &SpikeArgs, (way, identity): (Way, Identity), host: &Host) -> SpikePlan {
    SpikePlan {
        client: way.client,
        backend: way.backend,
        write: way.write,
        read: way.read,
        compression: way.compression,
        wait: args.wait.unwrap_or(WAIT_DEFAULT),
        pace: PACE,
        metrics: if args.no_metrics {
            Metrics::LeftOut
        } else {
            Metrics::Sent
        },
        identity,
        clock: Arc::clone(&host.clock),
        signals: host.signals,
    }
}

fn setup(error: FlowError) -> Failure {
    let hint = error.hint();
    Failure::setup("setup", error, hint)
}

/// What would verify a trip that was only accepted.
fn hint(report: &SpikeReport, backend: Backend) -> Option<&'static str> {
    let is_told = report.legs.iter().any(|leg| leg.hint.is_some());
    let may_verify = report.verdict == Verdict::Accepted && backend == Backend::Logfire;
    (may_verify && !is_told).then_some(READ_TOKEN_HINT)
}

/// Adds the table to the job's summary, where there is one.
fn summarize(shown: &SpikeShown<'_>, host: &Host) -> Result<(), Failure> {
    let Some(path) = host.env.get(GITHUB_STEP_SUMMARY) else {
        return Ok(());
    };
    let file = OpenOptions::new().append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(as_summary(shown).as_bytes()));
    written.map_err(|source| {
        let path = path.to_owned();
        Failure::setup("output", SummaryLost { path, source }, None)
    })
}
