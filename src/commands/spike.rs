//! `otelctl spike`: the round trip, leg by leg.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::base::secret::shape::hidden;
use crate::base::secret::{Secret, remember};
use crate::cli::send::SendArgs;
use crate::cli::spike::{SpikeArgs, SpikeFormat};
use crate::cli::token::TokenArgs;
use crate::commands::layers;
use crate::commands::send::client_plan;
use crate::commands::{fail, finish};
use crate::delivery::credentials::Headers;
use crate::failure::{Failure, Wanted, exit_code_of_spike};
use crate::flow::plan::FlowError;
use crate::flow::spike::leg::{Course, Fault, FaultKind, LegName};
use crate::flow::spike::local::StandinServer;
use crate::flow::spike::sent::Identity;
use crate::flow::spike::{Backend, Metrics, SpikePlan, SpikeReport, Verdict, spike};
use crate::host::Host;
use crate::logfire::standin::{Faults, Project};
use crate::net::ClientPlan;
use crate::otlp::{Compression, Signal};
use crate::settings::env::{GITHUB_ACTIONS, GITHUB_STEP_SUMMARY};
use crate::settings::token::{self, AnyQuery, Outside, TokenQuery, origin_of_url};
use crate::settings::{Destination, SendSettings, SettingsError, printable_url, resolve};
use crate::token::{TokenKind, logfire};
use crate::ui::spike::{SpikeForm, SpikeShown, Whereabouts, as_summary};
use crate::ui::{OutputFormat, Ui, UiStyle};

/// The destination when none is named.
const TO_DEFAULT: &str = "logfire";

/// Ingestion is visible after seconds; a minute is patience.
const WAIT_DEFAULT: Duration = Duration::from_secs(60);

/// Why a trip that was accepted was not verified, and what would.
const READ_TOKEN_HINT: &str = "to verify what arrived, make a read token in the project's settings, and run \
    otelctl token set --kind read, or set LOGFIRE_READ_TOKEN";

/// A destination that takes no requests.
#[derive(Debug, thiserror::Error)]
#[error("a round trip needs a server, and --to {to} is none")]
struct NoServer {
    to: String,
}

/// A summary that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot add to the summary {path} (from {GITHUB_STEP_SUMMARY})")]
struct SummaryLost {
    path: String,
    source: std::io::Error,
}

/// Where the trip goes, and with what.
struct Way {
    shown: String,
    whereabouts: Whereabouts,
    backend: Backend,
    client: ClientPlan,
    write: Headers,
    read: Option<Headers>,
    compression: Compression,
    /// What is said of the destination and of the tokens.
    details: (String, Result<String, &'static str>),
}

/// Why there is no way: the leg that failed.
enum NoWay {
    Leg(LegName, Fault),
    Failure(Failure),
}

impl From<SettingsError> for NoWay {
    /// What is wrong with a token is not wrong with the configuration.
    fn from(error: SettingsError) -> NoWay {
        let leg = match &error {
            SettingsError::NoToken { .. }
            | SettingsError::BadToken { .. }
            | SettingsError::Token(_) => LegName::Token,
            _ => LegName::Configuration,
        };
        let failure = Failure::from(error);
        let mut detail = failure.error.to_string();
        let mut cause = failure.error.source();
        while let Some(error) = cause {
            detail = format!("{detail}: {error}");
            cause = error.source();
        }
        let fault = Fault {
            hint: failure.hint,
            ..Fault::new(FaultKind::Setup, detail, None)
        };
        NoWay::Leg(leg, fault)
    }
}

impl From<Failure> for NoWay {
    fn from(failure: Failure) -> NoWay {
        NoWay::Failure(failure)
    }
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
    let standin = is_local.then(|| standin(host)).transpose()?;
    let way = match &standin {
        Some((server, headers)) => Ok(local_way(server, headers)),
        None => way(to, &args.token, host, ui),
    };
    let shown = match &way {
        Ok(way) => way.shown.clone(),
        // A token may have been pasted in the wrong place.
        Err(_) => hidden(&printable_url(to)),
    };
    ui.spike_begins(form, &shown);
    let (report, whereabouts) = legs(args, (way, identity), host, ui)?;
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
        hint: hint(&report, to),
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
    (way, identity): (Result<Way, NoWay>, Identity),
    host: &Host,
    ui: &mut Ui,
) -> Result<(SpikeReport, Whereabouts), Failure> {
    let run_id = identity.run_id.clone();
    let mut watch = |step: &crate::flow::spike::leg::Step<'_>| ui.spike_step(step);
    let mut course = Course::new(Arc::clone(&host.clock), &mut watch);
    course.begin(LegName::Configuration);
    let way = match way {
        Ok(way) => way,
        Err(NoWay::Failure(failure)) => return Err(failure),
        Err(NoWay::Leg(name, fault)) => {
            if name != LegName::Configuration {
                let detail = "the destination is known".to_owned();
                course.end(LegName::Configuration, Ok(detail));
                course.begin(name);
            }
            course.end(name, Err(fault));
            return Ok((SpikeReport::unsent(run_id, course), Whereabouts::Remote));
        }
    };
    course.end(LegName::Configuration, Ok(way.details.0));
    course.begin(LegName::Token);
    match way.details.1 {
        Ok(detail) => course.end(LegName::Token, Ok(detail)),
        Err(why) => course.skip(LegName::Token, why),
    }
    let plan = SpikePlan {
        client: way.client,
        backend: way.backend,
        write: way.write,
        read: way.read,
        compression: way.compression,
        wait: args.wait.unwrap_or(WAIT_DEFAULT),
        metrics: if args.no_metrics {
            Metrics::LeftOut
        } else {
            Metrics::Sent
        },
        identity,
        clock: Arc::clone(&host.clock),
    };
    let report = spike(&plan, course).map_err(setup)?;
    Ok((report, way.whereabouts))
}

fn setup(error: FlowError) -> Failure {
    let hint = error.hint();
    Failure::setup("setup", error, hint)
}

/// What would verify a trip that was only accepted.
fn hint(report: &SpikeReport, to: &str) -> Option<&'static str> {
    let is_logfire = to.starts_with(TO_DEFAULT) || is_cloud(to);
    let is_told = report.legs.iter().any(|leg| leg.hint.is_some());
    (report.verdict == Verdict::Accepted && is_logfire && !is_told).then_some(READ_TOKEN_HINT)
}

fn is_cloud(url: &str) -> bool {
    let origin = origin_of_url(url);
    origin.is_some_and(|origin| logfire::region_at(&origin).is_some())
}

/// A project of this run alone, and the headers with its two tokens.
fn standin(host: &mut Host) -> Result<(StandinServer, [Headers; 2]), Failure> {
    let mut token = |kind: &str| Secret::new(format!("{kind}-{:032x}", host.rng.u128(..)));
    let (write, read) = (token("write"), token("read"));
    remember(&write);
    remember(&read);
    let headers = [&write, &read].map(header);
    let project = Project {
        write,
        read,
        faults: Faults::default(),
    };
    let server = StandinServer::start(project, Arc::clone(&host.clock)).map_err(setup)?;
    Ok((server, headers))
}

fn header(token: &Secret) -> Headers {
    vec![("authorization".to_owned(), token.clone())]
}

fn local_way(server: &StandinServer, [write, read]: &[Headers; 2]) -> Way {
    let url = server.url();
    Way {
        shown: "local, the stand-in of Logfire inside this process".to_owned(),
        whereabouts: Whereabouts::Local,
        backend: Backend::Logfire,
        client: ClientPlan {
            url: format!("{url}{}", Signal::Logs.path()),
            timeout: Some(resolve::TIMEOUT_DEFAULT),
            ..ClientPlan::default()
        },
        write: write.clone(),
        read: Some(read.clone()),
        compression: Compression::Gzip,
        details: (
            url.to_owned(),
            Ok("write and read, made for this run".to_owned()),
        ),
    }
}

fn way(to: &str, token: &TokenArgs, host: &Host, ui: &mut Ui) -> Result<Way, NoWay> {
    let stores = host.stores();
    let mut args = SendArgs::to_destination(to);
    args.destination.token = token.clone();
    let layers = layers(&args.input, &args.profile, host)?;
    let (args, overlay) = layers.send(args, &host.env).map_err(Failure::from)?;
    let settings = resolve::send(&args, &overlay, &host.env, &stores);
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return Err(without_settings(error, to, host)),
    };
    for warning in &settings.warnings {
        ui.warning(warning);
    }
    let Destination::Http { name, url } = &settings.destination.value else {
        let error = NoServer { to: to.to_owned() };
        let hint = "try it without a server: otelctl spike --local".to_owned();
        return Err(Failure::setup("settings", error, Some(hint)).into());
    };
    let origin = origin_of_url(url).unwrap_or_default();
    let region = logfire::region_at(&origin);
    let is_logfire = name.starts_with(TO_DEFAULT) || region.is_some();
    let read = if is_logfire {
        read_token(&origin, host, ui)
    } else {
        None
    };
    let mut place = vec![printable_url(&origin)];
    place.extend(region.map(|region| format!("region {region}")));
    Ok(Way {
        shown: match name.as_str() {
            "url" => printable_url(&origin),
            name => format!("{name}, {}", printable_url(&origin)),
        },
        whereabouts: Whereabouts::Remote,
        backend: if is_logfire {
            Backend::Logfire
        } else {
            Backend::Other
        },
        client: client_plan(&settings, url),
        write: settings
            .headers
            .iter()
            .map(|it| (it.name.clone(), it.value.clone()))
            .collect(),
        details: (place.join(" · "), tokens(&settings, read.as_ref())),
        read: read.map(|(token, _)| header(&token)),
        compression: settings.compression.value,
    })
}

/// What is said of the tokens.
fn tokens(
    settings: &SendSettings,
    read: Option<&(Secret, String)>,
) -> Result<String, &'static str> {
    let write = settings
        .headers
        .iter()
        .find(|header| header.name == "authorization");
    let write = write.or(settings.headers.first());
    let write = write.ok_or("this destination is sent none")?;
    let read = read.map_or(String::new(), |(_, origin)| {
        format!(" · read from {origin}")
    });
    Ok(format!("write from {}{read}", write.origin))
}

/// The read token and who gave it. Without one the trip is still worth making.
fn read_token(origin: &str, host: &Host, ui: &mut Ui) -> Option<(Secret, String)> {
    let stores = host.stores();
    let outside = Outside::new(&host.env, &stores);
    let query = TokenQuery {
        kind: TokenKind::Read,
        origin,
        is_logfire: true,
    };
    match token::find(&query, &TokenArgs::default(), &outside) {
        Ok(found) => found.map(|token| (token.value, token.origin.to_string())),
        Err(error) => {
            ui.warning(&format!("no read token: {error}"));
            None
        }
    }
}

/// The fault of the settings; without a write token, a read token that is there explains it.
fn without_settings(error: SettingsError, to: &str, host: &Host) -> NoWay {
    let has_none = matches!(error, SettingsError::NoToken { .. });
    let mut no_way = NoWay::from(error);
    let Ok(place) = token::place(Some(to), &host.env) else {
        return no_way;
    };
    let stores = host.stores();
    let outside = Outside::new(&host.env, &stores);
    let query = AnyQuery {
        kinds: &[TokenKind::Read],
        origins: &place.origins(),
        is_logfire: place.is_logfire,
    };
    let found = has_none.then(|| token::find_any(&query, &TokenArgs::default(), &outside).pop());
    if let Some(Some(Ok(Some(found)))) = found
        && let NoWay::Leg(_, fault) = &mut no_way
    {
        let origin = found.token.origin;
        fault.detail = format!("there is only a read token (from {origin}), and it cannot send");
    }
    no_way
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
