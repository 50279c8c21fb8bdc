//! `--to` → the origin to which a token for it belongs, without any token at hand.
//!
//! What keeps tokens keeps them by this. Parameters that do not change the host may be left out.

use crate::settings::destination::{Choice, choose_named};
use crate::settings::endpoint::{PathRule, logs_url};
use crate::settings::env::{EnvVars, LOGFIRE_BASE_URL};
use crate::settings::logfire;
use crate::settings::preset::Preset;
use crate::settings::preset::params;
use crate::settings::{Origin, SettingsError, Sourced};

const TO: Origin = Origin::Flag("--to");

/// Where a token belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPlace {
    /// The destination's name, or `url`.
    pub name: &'static str,
    /// The server.
    pub origin: TokenOrigin,
    /// Whether it is Logfire, whose variables count too.
    pub is_logfire: bool,
    /// The destination's row, which has the vendor's words.
    pub preset: Option<&'static Preset>,
}

/// Which server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenOrigin {
    /// `https://host[:port]`, lower case.
    Known(String),
    /// The token itself says, by its region: see [`origin_of_logfire_token`].
    ByToken,
}

/// The place of a destination's token.
///
/// Errors: an unknown destination, one that is no server, a parameter of the host that is missing or wrong.
pub fn token_place(to: &str, env: &EnvVars) -> Result<TokenPlace, SettingsError> {
    match choose_named(to)? {
        Choice::Url { name, given, rule } => {
            let url = logs_url(given, rule)?;
            Ok(TokenPlace {
                name,
                is_logfire: logfire::is_cloud(&url),
                origin: TokenOrigin::Known(url.origin().ascii_serialization()),
                preset: None,
            })
        }
        Choice::Preset { preset, query } => Ok(TokenPlace {
            name: preset.name,
            origin: origin_of_preset(preset, query, env)?,
            is_logfire: preset.is_logfire(),
            preset: Some(preset),
        }),
        Choice::Local { .. } | Choice::Stdout | Choice::File(_) => {
            Err(SettingsError::Combination {
                one: "a token".to_owned(),
                other: format!("--to {to}"),
                hint: "name a server; this destination takes no token",
            })
        }
    }
}

/// The origin of the region that a Logfire token names; `None` when it names no known one.
pub fn origin_of_logfire_token(token: &str) -> Option<&'static str> {
    logfire::origin_of_token(token)
}

fn origin_of_preset(
    preset: &'static Preset,
    query: Option<&str>,
    env: &EnvVars,
) -> Result<TokenOrigin, SettingsError> {
    let values = params::read_for_host(preset, query, TO)?;
    let known = |base: Sourced<&str>| {
        let url = logs_url(base, PathRule::Verbatim)?;
        let origin = url.origin().ascii_serialization();
        Ok(TokenOrigin::Known(origin))
    };
    if preset.is_logfire() {
        if let Some(base) = values.get("url") {
            return known(Sourced::new(base, TO));
        }
        if let Some(base) = env.first(&[LOGFIRE_BASE_URL]) {
            return known(base);
        }
        if preset.name == "logfire" {
            return Ok(TokenOrigin::ByToken);
        }
    }
    let url = params::filled(preset.url, &values).unwrap_or_default();
    known(Sourced::new(&url, TO))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The origin, or the error.
    #[track_caller]
    fn check(to: &str, env: &[(&str, &str)], expected: &str) {
        let env = EnvVars::new(env.iter().copied());
        let found = match token_place(to, &env) {
            Ok(place) => match place.origin {
                TokenOrigin::Known(origin) => origin,
                TokenOrigin::ByToken => "by the token".to_owned(),
            },
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{to}");
    }

    #[test]
    fn a_token_belongs_to_the_server_and_not_to_a_path() {
        check("https://C.example:443/in?k=1", &[], "https://c.example");
        check("http://127.0.0.1:4318", &[], "http://127.0.0.1:4318");
        check("honeycomb", &[], "https://api.honeycomb.io");
        check("axiom", &[], "https://api.axiom.co");
        check(
            "grafana-cloud?zone=prod-us-east-0",
            &[],
            "https://otlp-gateway-prod-us-east-0.grafana.net",
        );
        check("loki?url=https://l:3100/x", &[], "https://l:3100");
        check("openobserve", &[], "http://localhost:5080");
        check(
            "grafana-cloud",
            &[],
            "destination grafana-cloud needs the parameter zone (from --to)",
        );
        check("local", &[], "a token cannot be combined with --to local");
    }

    #[test]
    fn a_logfire_token_says_itself_where_it_belongs() {
        check("logfire", &[], "by the token");
        check("logfire-eu", &[], "https://logfire-eu.pydantic.dev");
        let own = [(LOGFIRE_BASE_URL, "https://logfire.example.com/")];
        check("logfire", &own, "https://logfire.example.com");
        check("logfire?url=https://l.example", &own, "https://l.example");
        assert_eq!(
            origin_of_logfire_token("pylf_v1_eu_x"),
            Some("https://logfire-eu.pydantic.dev")
        );
        assert_eq!(origin_of_logfire_token("x"), None);
    }

    #[test]
    fn the_place_is_the_origin_by_which_a_run_asks() {
        use crate::settings::preset::PRESETS;
        let env = EnvVars::default();
        for preset in PRESETS.iter().filter(|preset| preset.name != "logfire") {
            let to = preset.example(&[]);
            let place = token_place(to.trim_matches('\''), &env).unwrap();
            let values = params::read_query(
                preset,
                to.trim_matches('\'')
                    .split_once('?')
                    .map(|(_, query)| query),
                TO,
            );
            let url = params::filled(preset.url, &values.unwrap()).unwrap();
            let url = url::Url::parse(&url).unwrap();
            let origin = url.origin().ascii_serialization();
            assert_eq!(place.origin, TokenOrigin::Known(origin), "{to}");
        }
    }
}
