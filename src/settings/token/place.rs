//! A destination's name or URL → the origins its token may belong to.

use url::Url;

use crate::settings::destination::{Choice, named};
use crate::settings::endpoint::{PathRule, is_loopback, logs_url};
use crate::settings::env::{EnvVars, LOGFIRE_BASE_URL};
use crate::settings::preset::{Preset, params};
use crate::settings::token::error::TokenError;
use crate::settings::{Origin, SettingsError, Sourced};
use crate::token::logfire;

const TO: Origin = Origin::Flag("--to");

/// What `--to` of `token` stands for when it is left out.
const TO_DEFAULT: &str = "logfire";

/// Where a token may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPlace {
    /// A preset's name, or `url`.
    pub name: String,
    /// Scheme, host and port. Several where the token decides, the usual one first.
    pub origins: Vec<String>,
    /// Whether it is Logfire.
    pub is_logfire: bool,
}

/// Reads a destination.
///
/// Errors: one that nobody knows, one without a server, one without TLS that is not on this machine.
pub fn place(to: Option<&str>, env: &EnvVars) -> Result<TokenPlace, SettingsError> {
    let to = to.unwrap_or(TO_DEFAULT);
    let place = match named(to, None, TO)? {
        Choice::Url { name, given, rule } => of_url(name, &logs_url(given, rule)?, false),
        Choice::Preset { preset, query } => of_preset(preset, query, env)?,
        Choice::Local { .. } | Choice::Stdout | Choice::File(_) => {
            return Err(TokenError::NoOrigin {
                name: to.to_owned(),
            }
            .into());
        }
    };
    refuse_plain(&place)?;
    Ok(place)
}

fn of_url(name: &str, url: &Url, is_preset: bool) -> TokenPlace {
    let origin = url.origin().ascii_serialization();
    TokenPlace {
        name: name.to_owned(),
        is_logfire: is_preset || logfire::is_cloud(url),
        origins: vec![origin],
    }
}

fn of_preset(
    preset: &'static Preset,
    query: Option<&str>,
    env: &EnvVars,
) -> Result<TokenPlace, SettingsError> {
    let values = params::read_for_host(preset, query, TO)?;
    let known = |base: Sourced<&str>| {
        let url = logs_url(base, PathRule::Verbatim)?;
        Ok(of_url(preset.name, &url, preset.is_logfire()))
    };
    if preset.is_logfire() {
        if let Some(base) = values.get("url") {
            return known(Sourced::new(base, TO));
        }
        if let Some(base) = env.first(&[LOGFIRE_BASE_URL]) {
            return known(base);
        }
        if preset.name == TO_DEFAULT {
            let origins = ["us", "eu"].into_iter().filter_map(logfire::origin_of);
            return Ok(TokenPlace {
                name: preset.name.to_owned(),
                origins: origins.map(str::to_owned).collect(),
                is_logfire: true,
            });
        }
    }
    let url = params::filled(preset.url, &values).unwrap_or_default();
    known(Sourced::new(&url, TO))
}

fn refuse_plain(place: &TokenPlace) -> Result<(), TokenError> {
    for origin in &place.origins {
        let is_private = |url: Url| url.scheme() == "https" || is_loopback(&url);
        if !Url::parse(origin).is_ok_and(is_private) {
            let origin = origin.clone();
            return Err(TokenError::Plain { origin });
        }
    }
    Ok(())
}

impl TokenPlace {
    /// The origins, borrowed.
    pub fn origins(&self) -> Vec<&str> {
        self.origins.iter().map(String::as_str).collect()
    }

    /// The region that the name stands for, when it stands for one.
    pub fn region(&self) -> Option<&'static str> {
        match self.origins.as_slice() {
            [only] => logfire::region_at(only),
            _ => None,
        }
    }
}

/// The origin of a URL as accounts name it.
pub fn origin_of_url(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, origins and whether it is Logfire, or the error.
    #[track_caller]
    fn check(to: &str, env: &[(&str, &str)], expected: &str) {
        let env = EnvVars::new(env.iter().copied());
        let found = match place(Some(to), &env) {
            Ok(place) => format!(
                "{} {} {}",
                place.name,
                place.origins.join(" "),
                place.is_logfire
            ),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_destination_has_one_origin_and_logfire_one_for_each_region() {
        let (us, eu) = (
            "https://logfire-us.pydantic.dev",
            "https://logfire-eu.pydantic.dev",
        );
        check("logfire", &[], &format!("logfire {us} {eu} true"));
        check("logfire-eu", &[], &format!("logfire-eu {eu} true"));
        check(eu, &[], &format!("url {eu} true"));
        check("https://C:4318/otlp", &[], "url https://c:4318 false");
        check("https://c:443", &[], "url https://c false");
        check("collector", &[], "collector http://localhost:4318 false");
        let base = [(LOGFIRE_BASE_URL, "https://logs.example.com/")];
        check("logfire", &base, "logfire https://logs.example.com true");
    }

    #[test]
    fn a_named_destination_is_the_server_that_its_parameters_name() {
        check("honeycomb", &[], "honeycomb https://api.honeycomb.io false");
        let zone = "grafana-cloud?zone=prod-us-east-0";
        let gateway = "https://otlp-gateway-prod-us-east-0.grafana.net";
        check(zone, &[], &format!("grafana-cloud {gateway} false"));
        check(
            "loki?url=https://l:3100/x",
            &[],
            "loki https://l:3100 false",
        );
        let missing = "destination grafana-cloud needs the parameter zone (from --to)";
        check("grafana-cloud", &[], missing);
        let own = [(LOGFIRE_BASE_URL, "https://logfire.example.com/")];
        let chosen = "logfire?url=https://l.example";
        check(chosen, &own, "logfire https://l.example true");
    }

    #[test]
    fn what_cannot_have_a_token_is_refused() {
        check("stdout", &[], "the destination stdout takes no token");
        let plain = "a token is not kept for http://c.example.com, which has no TLS";
        check("http://c.example.com", &[], plain);
    }
}
