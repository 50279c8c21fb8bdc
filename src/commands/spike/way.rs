//! Where the round trip goes, and with which tokens; or why there is no way, as the leg that failed.

use std::sync::Arc;

use crate::base::causes;
use crate::base::secret::{Secret, remember};
use crate::cli::send::SendArgs;
use crate::cli::token::TokenArgs;
use crate::commands::layers;
use crate::commands::send::client_plan;
use crate::commands::spike::setup;
use crate::delivery::credentials::Headers;
use crate::failure::Failure;
use crate::flow::spike::Backend;
use crate::flow::spike::leg::{Fault, FaultKind, LegName};
use crate::flow::spike::local::StandinServer;
use crate::host::Host;
use crate::logfire::standin::{Faults, Project};
use crate::net::ClientPlan;
use crate::otlp::{Compression, Signal};
use crate::settings::env::{LOGFIRE_READ_TOKEN, LOGFIRE_TOKEN};
use crate::settings::preset::{self, Preset};
use crate::settings::token::{self, AnyQuery, Outside, TokenQuery, origin_of_url};
use crate::settings::{Destination, SendSettings, SettingsError, Sourced, printable_url, resolve};
use crate::token::{TokenKind, logfire};
use crate::ui::Ui;
use crate::ui::spike::Whereabouts;

/// A destination that takes no requests.
#[derive(Debug, thiserror::Error)]
#[error("a round trip needs a server, and --to {to} is none")]
struct NoServer {
    to: String,
}

/// Where the trip goes, and with what.
pub(super) struct Way {
    pub(super) shown: String,
    pub(super) whereabouts: Whereabouts,
    pub(super) backend: Backend,
    pub(super) client: ClientPlan,
    pub(super) write: Headers,
    pub(super) read: Option<Headers>,
    pub(super) compression: Compression,
    /// What is said of the destination.
    pub(super) place: String,
    /// What is said of the tokens; or why there are none to speak of.
    pub(super) tokens: Result<String, &'static str>,
}

/// Why there is no way: the leg that failed.
pub(super) enum NoWay {
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
        let fault = Fault {
            hint: failure.hint,
            ..Fault::new(FaultKind::Setup, causes::in_one_line(&*failure.error), None)
        };
        NoWay::Leg(leg, fault)
    }
}

impl From<Failure> for NoWay {
    fn from(failure: Failure) -> NoWay {
        NoWay::Failure(failure)
    }
}

/// A project of this run alone, and the headers with its two tokens.
pub(super) fn standin(host: &mut Host) -> Result<(StandinServer, [Headers; 2]), Failure> {
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

/// The way to the stand-in.
pub(super) fn local(server: &StandinServer, [write, read]: &[Headers; 2]) -> Way {
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
        place: url.to_owned(),
        tokens: Ok("write and read, made for this run".to_owned()),
    }
}

/// The way to a server.
pub(super) fn remote(to: &str, token: &TokenArgs, host: &Host, ui: &mut Ui) -> Result<Way, NoWay> {
    let settings = settings(to, token, host)?;
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
    let is_logfire = preset::find(name).is_some_and(Preset::is_logfire) || region.is_some();
    let read = if is_logfire {
        need_write_token(&settings, (to, &origin), host)?;
        read_token(&origin, host, ui)?
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
        client: in_time(client_plan(&settings, url)),
        write: settings
            .headers
            .iter()
            .map(|it| (it.name.clone(), it.value.clone()))
            .collect(),
        place: place.join(" · "),
        tokens: tokens(&settings, read.as_ref()),
        read: read.map(|read| header(&read.value)),
        compression: settings.compression.value,
    })
}

/// The settings that `send` would have.
fn settings(to: &str, token: &TokenArgs, host: &Host) -> Result<SendSettings, NoWay> {
    let stores = host.stores();
    let mut args = SendArgs::to_destination(to);
    args.destination.token = token.clone();
    let layers = layers(&args.input, &args.profile, host)?;
    let (args, overlay) = layers.send(args, &host.env).map_err(Failure::from)?;
    let settings = resolve::send(&args, &overlay, &host.env, &stores);
    settings.map_err(|error| without_settings(error, to, host))
}

/// Logfire takes nothing without a token, however it was named; asking it would only show that.
fn need_write_token(
    settings: &SendSettings,
    (to, origin): (&str, &str),
    host: &Host,
) -> Result<(), NoWay> {
    let mut headers = settings.headers.iter();
    if headers.any(|header| header.name == "authorization") {
        return Ok(());
    }
    let auth = preset::find("logfire").map(|preset| &preset.auth);
    let error = SettingsError::NoToken {
        destination: printable_url(origin),
        what: auth.map_or("a token", |auth| auth.what),
        made: auth.map(|auth| auth.made),
        variable: LOGFIRE_TOKEN,
    };
    Err(without_settings(error, to, host))
}

/// What is said of the tokens.
fn tokens(settings: &SendSettings, read: Option<&Sourced<Secret>>) -> Result<String, &'static str> {
    let mut headers = settings.headers.iter();
    let write = headers.find(|header| header.name == "authorization");
    let write = write.or(settings.headers.first());
    let write = write.ok_or("this destination is sent none")?;
    let read = read.map_or(String::new(), |read| {
        format!(" · read from {}", read.origin)
    });
    Ok(format!("write from {}{read}", write.origin))
}

/// The read token and who gave it. Without one the trip is still worth making.
///
/// Errors: a token that this server cannot know, because it is another region's.
fn read_token(origin: &str, host: &Host, ui: &mut Ui) -> Result<Option<Sourced<Secret>>, NoWay> {
    let stores = host.stores();
    let outside = Outside::new(&host.env, &stores);
    let query = TokenQuery {
        kind: TokenKind::Read,
        origin,
        is_logfire: true,
    };
    let found = token::find(&query, &TokenArgs::default(), &outside);
    for warning in outside.warnings.take() {
        ui.warning(&warning);
    }
    let found = found.unwrap_or_else(|error| {
        ui.warning(&format!("no read token: {}", causes::in_one_line(&error)));
        None
    });
    match &found {
        Some(token) => refuse_other_region(token, origin)?,
        None => return Ok(None),
    }
    Ok(found)
}

/// A region knows no other region's tokens.
fn refuse_other_region(token: &Sourced<Secret>, origin: &str) -> Result<(), NoWay> {
    let (Some(own), Some(here)) = (logfire::region(&token.value), logfire::region_at(origin))
    else {
        return Ok(());
    };
    if own == here {
        return Ok(());
    }
    let detail = format!(
        "the read token (from {}) is of region {own}, and {origin} is region {here}",
        token.origin
    );
    let hint = format!(
        "{LOGFIRE_READ_TOKEN} takes the read token of the project that the write token belongs to"
    );
    let fault = Fault::new(FaultKind::Setup, detail, Some(&hint));
    Err(NoWay::Leg(LegName::Token, fault))
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

/// A server that never answers shall not keep a check waiting for ever.
fn in_time(client: ClientPlan) -> ClientPlan {
    ClientPlan {
        timeout: client.timeout.or(Some(resolve::TIMEOUT_DEFAULT)),
        ..client
    }
}
