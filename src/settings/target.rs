//! A server that was chosen → its URL and its headers, with the token where it belongs.
//!
//! The token is asked for by the origin of the final URL, so what holds tokens by their origins cannot hand one out for another
//! server. A header of the same name from a flag takes its place, one from a variable does only when there is no token.

use url::Url;

use crate::cli::send::DestinationArgs;
use crate::net::address::printable_url;
use crate::settings::auth::Template;
use crate::settings::endpoint::{PathRule, is_loopback, logs_url};
use crate::settings::env::{EnvReader, LOGFIRE_TOKEN, OTELCTL_TOKEN};
use crate::settings::headers::{PlainHeader, checked, headers, insert};
use crate::settings::logfire;
use crate::settings::preset::params::{self, Values};
use crate::settings::preset::{AuthNeed, Form, Preset};
use crate::settings::token::{self, AnyQuery, Found, NOWHERE, Outside};
use crate::settings::{Origin, SettingsError, Sourced};
use crate::token::TokenKind;
use crate::token::logfire::{is_cloud, is_in};

/// What was typed about the server and its token.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) destination: &'a DestinationArgs,
}

/// A server, and what each request to it carries.
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) url: Sourced<Url>,
    pub(super) headers: Vec<PlainHeader>,
    /// Its row, when it was chosen by its name.
    pub(super) preset: Option<&'static Preset>,
}

/// How and for whom a token is asked for.
pub(super) struct Wanted<'a> {
    pub(super) template: &'a Template,
    /// The destination's name.
    pub(super) name: &'static str,
    /// Whose words say what is missing.
    pub(super) preset: Option<&'static Preset>,
    pub(super) url: &'a Url,
    /// Where the token may belong; several where it decides itself.
    pub(super) origins: &'a [&'a str],
    pub(super) is_logfire: bool,
    pub(super) need: AuthNeed,
}

/// A server that was given by its URL. Only what `--auth` says puts a token into its requests, or that it is Logfire's cloud.
pub(super) fn of_url(
    (name, url): (&'static str, Sourced<Url>),
    given: Given<'_>,
    reader: &mut EnvReader<'_>,
) -> Result<Target, SettingsError> {
    let mut headers = headers(&given.destination.headers, reader)?;
    let is_logfire = is_cloud(&url.value);
    let auth = Template::given(given.destination.auth.as_ref(), reader)?;
    let raw = Template::raw();
    let template = auth
        .as_ref()
        .map(|found| &found.value)
        .or(is_logfire.then_some(&raw));
    match template {
        Some(template) => {
            let wanted = Wanted {
                template,
                name,
                preset: None,
                url: &url.value,
                origins: &[&origin_of(&url.value)],
                is_logfire,
                need: if auth.is_some() {
                    AuthNeed::Needed
                } else {
                    AuthNeed::Optional
                },
            };
            place(&wanted, &mut headers, given, reader)?;
        }
        None => warn_of_unused_token(&headers, &url.value, given, reader),
    }
    if is_logfire {
        logfire::refuse_other_region(&url, &headers)?;
    }
    refuse_token_in_the_clear(&url, &headers)?;
    Ok(Target {
        name,
        url,
        headers,
        preset: None,
    })
}

/// A server that was given by its name.
pub(super) fn of_preset(
    preset: &'static Preset,
    query: Option<&str>,
    given: Given<'_>,
    reader: &mut EnvReader<'_>,
) -> Result<Target, SettingsError> {
    let to = reader.flag("--to");
    let values = params::read_query(preset, query, to)?;
    let mut headers = headers(&given.destination.headers, reader)?;
    add_own_headers((preset, to), &values, &mut headers);
    let auth = given.destination.auth.as_ref();
    let own = Template::of(preset, &values);
    // The variable is for servers that have no form of their own.
    let said = if auth.is_some() || own.is_none() {
        Template::given(auth, reader)?
    } else {
        None
    };
    let need = match (&said, preset.auth.need) {
        (Some(_), _) => AuthNeed::Needed,
        (None, need) => need,
    };
    let template = said.map(|said| said.value).or(own);
    let url = if preset.is_logfire() {
        let raw = Template::raw();
        let template = template.as_ref().unwrap_or(&raw);
        logfire::attach((preset, template), &values, &mut headers, (given, reader))?
    } else if let Form::Url(host) = preset.auth.form {
        warn_of_unused_auth(given, reader);
        secret_url(preset, values.get(host).unwrap_or_default(), given, reader)?
    } else {
        let url = filled_url((preset, to), &values)?;
        match &template {
            Some(template) => {
                let wanted = Wanted {
                    template,
                    name: preset.name,
                    preset: Some(preset),
                    url: &url,
                    origins: &[&origin_of(&url)],
                    is_logfire: false,
                    need,
                };
                place(&wanted, &mut headers, given, reader)?;
            }
            None => warn_of_unused_token(&headers, &url, given, reader),
        }
        Sourced::new(url, to)
    };
    refuse_token_in_the_clear(&url, &headers)?;
    Ok(Target {
        name: preset.name,
        url,
        headers,
        preset: Some(preset),
    })
}

/// `--auth` where there is no header to put the token into.
fn warn_of_unused_auth(given: Given<'_>, reader: &mut EnvReader<'_>) {
    if given.destination.auth.is_some() {
        reader.warn("--auth is ignored: the token is the URL itself");
    }
}

/// The URL of a row. Its values were checked, so that only a URL of the user's own can be one that cannot be used.
fn filled_url((preset, to): (&Preset, Origin), values: &Values) -> Result<Url, SettingsError> {
    let text = params::filled(preset.url, values).unwrap_or_default();
    logs_url(Sourced::new(&text, to), PathRule::Verbatim)
}

/// A header that the user set stays.
fn add_own_headers(
    (preset, to): (&Preset, Origin),
    values: &Values,
    headers: &mut Vec<PlainHeader>,
) {
    for (name, template) in preset.headers {
        let is_set = headers.iter().any(|header| header.name == *name);
        let value = params::filled(template, values).filter(|_| !is_set);
        let header = value.and_then(|value| checked(name, &value, to).ok());
        headers.extend(header);
    }
}

/// Puts the token into its header. Returns the place among the origins of the one that it was kept for.
///
/// Errors: no token where one is needed, a token that no header can carry or that has another scheme.
pub(super) fn place(
    wanted: &Wanted<'_>,
    headers: &mut Vec<PlainHeader>,
    given: Given<'_>,
    reader: &mut EnvReader<'_>,
) -> Result<Option<usize>, SettingsError> {
    let name = wanted.template.header.as_str();
    let mut held = None;
    for header in headers.iter_mut().filter(|header| header.name == name) {
        header.is_token = true;
        held = Some(header.origin);
    }
    if let Some(Origin::Flag(_)) = held {
        return Ok(None);
    }
    let found = find((wanted.origins, wanted.is_logfire), held, given, reader)?;
    let Some(Found {
        token,
        origin_index,
    }) = found
    else {
        return match (held, wanted.need) {
            (None, AuthNeed::Needed) => Err(missing(wanted)),
            _ => Ok(None),
        };
    };
    let origin = token.origin;
    if let Some(held) = held {
        reader.warn(format!(
            "the {name} header of {held} is ignored: there is a token in {origin}"
        ));
    }
    let value = wanted
        .template
        .filled(token.value.expose())
        .map_err(|wrong| SettingsError::TokenScheme {
            origin,
            found: wrong.found,
            destination: wanted.name,
        })?;
    let mut header = checked(name, &value, origin)
        .map_err(|source| SettingsError::BadToken { origin, source })?;
    header.is_token = true;
    insert(headers, header);
    Ok(token::is_stored(origin).then_some(origin_index))
}

/// Looks for a token. A variable that has the whole header is nearer to this run than what is stored.
fn find(
    (origins, is_logfire): (&[&str], bool),
    held: Option<Origin>,
    given: Given<'_>,
    reader: &mut EnvReader<'_>,
) -> Result<Option<Found>, SettingsError> {
    let query = AnyQuery {
        kinds: &[TokenKind::Write],
        origins,
        is_logfire,
    };
    let stores = if held.is_some() {
        &NOWHERE
    } else {
        reader.stores
    };
    let outside = Outside::new(reader.vars, stores);
    let found = token::find_any(&query, &given.destination.token, &outside).pop();
    reader.warnings.append(&mut outside.warnings.take());
    Ok(found.transpose()?.flatten())
}

/// A URL's origin as accounts name it.
fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn missing(wanted: &Wanted<'_>) -> SettingsError {
    let auth = wanted.preset.map(|preset| &preset.auth);
    let auth = auth.filter(|auth| auth.form != Form::None);
    SettingsError::NoToken {
        destination: match wanted.preset {
            Some(preset) => preset.name.to_owned(),
            None => printable_url(wanted.url.as_str()),
        },
        what: auth.map_or("a token", |auth| auth.what),
        made: auth.map(|auth| auth.made),
        variable: if wanted.is_logfire {
            LOGFIRE_TOKEN
        } else {
            OTELCTL_TOKEN
        },
    }
}

/// A destination whose URL is its secret: the token is the URL, and must be of the host that was named.
fn secret_url(
    preset: &'static Preset,
    host: &str,
    given: Given<'_>,
    reader: &mut EnvReader<'_>,
) -> Result<Sourced<Url>, SettingsError> {
    let to = reader.flag("--to");
    let named = logs_url(
        Sourced::new(&format!("https://{host}"), to),
        PathRule::Verbatim,
    )?;
    let origins: [&str; 1] = [&origin_of(&named)];
    let Some(Found { token, .. }) = find((&origins, false), None, given, reader)? else {
        return Err(SettingsError::NoToken {
            destination: preset.name.to_owned(),
            what: preset.auth.what,
            made: Some(preset.auth.made),
            variable: OTELCTL_TOKEN,
        });
    };
    let other = SettingsError::TokenUrl {
        origin: token.origin,
        destination: preset.name,
        host: host.to_owned(),
    };
    let text = Sourced::new(token.value.expose(), token.origin);
    match logs_url(text, PathRule::Typed) {
        Ok(url) if url.origin() == named.origin() => Ok(Sourced::new(url, to)),
        _ => Err(other),
    }
}

/// A token that was given for this run and that nothing says how to send.
fn warn_of_unused_token(
    headers: &[PlainHeader],
    url: &Url,
    given: Given<'_>,
    reader: &mut EnvReader<'_>,
) {
    let has_own = headers.iter().any(|header| header.name == "authorization");
    let flags = &given.destination.token;
    let file = flags.token_file.as_ref().map(|_| "--token-file");
    let descriptor = flags.token_fd.map(|_| "--token-fd");
    let variable = reader.vars.get(OTELCTL_TOKEN).map(|_| OTELCTL_TOKEN);
    let said = file.or(descriptor).or(variable.filter(|_| !has_own));
    if let Some(said) = said {
        let place = printable_url(url.as_str());
        reader.warn(format!(
            "the token in {said} is not sent: nothing says how {place} takes it; add --auth bearer, raw, basic:USER or 'x-api-key: {{token}}'"
        ));
    }
}

/// Whoever listens on the way reads what goes without TLS.
fn refuse_token_in_the_clear(
    url: &Sourced<Url>,
    headers: &[PlainHeader],
) -> Result<(), SettingsError> {
    let is_logfires =
        |header: &PlainHeader| header.origin == Origin::Env(LOGFIRE_TOKEN) || is_in(&header.value);
    let is_safe = url.value.scheme() == "https" || is_loopback(&url.value);
    let token = headers
        .iter()
        .find(|header| header.is_token || is_logfires(header));
    let Some(token) = token.filter(|_| !is_safe) else {
        return Ok(());
    };
    Err(SettingsError::TokenInTheClear {
        what: if is_logfires(token) {
            "a Logfire token"
        } else {
            "a token"
        },
        url: printable_url(url.value.as_str()),
        origin: url.origin,
    })
}

#[cfg(test)]
mod tests;
