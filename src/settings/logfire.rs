//! Where Pydantic Logfire is: the address from the token's region, from the name, or from `LOGFIRE_BASE_URL`.
//!
//! The regions know nothing of each other's tokens, so a token that goes to another region than its own is an error before
//! anything is sent.

use url::Url;

use crate::net::address::printable_url;
use crate::settings::auth::Template;
use crate::settings::endpoint::{PathRule, logs_url};
use crate::settings::env::{EnvReader, LOGFIRE_BASE_URL};
use crate::settings::headers::PlainHeader;
use crate::settings::preset::params::Values;
use crate::settings::preset::{AuthNeed, Preset};
use crate::settings::target::{Given, Wanted, place};
use crate::settings::{Origin, SettingsError, Sourced};
use crate::token::logfire;

/// The regions that have a name of their own, and in which tokens are kept for `logfire`.
const KEPT: [&str; 2] = ["us", "eu"];

/// Adds the token to the headers and says where to send.
pub(super) fn attach(
    (preset, template): (&'static Preset, &Template),
    values: &Values,
    headers: &mut Vec<PlainHeader>,
    (given, reader): (Given<'_>, &mut EnvReader<'_>),
) -> Result<Sourced<Url>, SettingsError> {
    let url = match chosen_base(preset, values, reader)? {
        Some(url) => {
            let origin = url.value.origin().ascii_serialization();
            let wanted = Wanted {
                template,
                name: preset.name,
                preset: Some(preset),
                url: &url.value,
                origins: &[&origin],
                is_logfire: true,
                need: AuthNeed::Needed,
            };
            place(&wanted, headers, given, reader)?;
            url
        }
        None => by_token((preset, template), headers, (given, reader))?,
    };
    refuse_other_region(&url, headers)?;
    Ok(url)
}

/// The address that somebody named: the parameter, the variable, or the destination's name.
fn chosen_base(
    preset: &Preset,
    values: &Values,
    reader: &mut EnvReader<'_>,
) -> Result<Option<Sourced<Url>>, SettingsError> {
    if let Some(base) = values.get("url") {
        let to = reader.flag("--to");
        let url = logs_url(Sourced::new(base, to), PathRule::Base)?;
        return Ok(Some(Sourced::new(url, to)));
    }
    let region = KEPT
        .into_iter()
        .find(|region| written(region, "") == preset.name);
    if let Some(base) = reader.vars.first(&[LOGFIRE_BASE_URL]) {
        if region.is_some() {
            let name = preset.name;
            reader.warn(format!("{LOGFIRE_BASE_URL} replaces the address of {name}"));
        }
        let origin = base.origin;
        return Ok(Some(Sourced::new(logs_url(base, PathRule::Base)?, origin)));
    }
    let to = reader.flag("--to");
    region.map(|region| address(region, to)).transpose()
}

/// The address that the token itself names, or the one that it was kept for.
fn by_token(
    (preset, template): (&'static Preset, &Template),
    headers: &mut Vec<PlainHeader>,
    (given, reader): (Given<'_>, &mut EnvReader<'_>),
) -> Result<Sourced<Url>, SettingsError> {
    let to = reader.flag("--to");
    let usual = address(KEPT[0], to)?;
    let origins = KEPT.map(|region| logfire::origin_of(region).unwrap_or_default());
    let wanted = Wanted {
        template,
        name: preset.name,
        preset: Some(preset),
        url: &usual.value,
        origins: &origins,
        is_logfire: true,
        need: AuthNeed::Needed,
    };
    let kept_for = place(&wanted, headers, given, reader)?;
    let kept_in = kept_for.and_then(|index| KEPT.get(index).copied());
    if let Some(region) = region_of(headers).or(kept_in) {
        return address(region, to);
    }
    reader.warn("the Logfire token names no known region, so it is sent to the US");
    Ok(usual)
}

/// The logs endpoint of a region.
fn address(region: &str, to: Origin) -> Result<Sourced<Url>, SettingsError> {
    let base = logfire::origin_of(region).unwrap_or_default();
    Ok(Sourced::new(
        logs_url(Sourced::new(base, to), PathRule::Base)?,
        to,
    ))
}

/// How the destination of a region is written.
fn written(region: &str, base: &str) -> String {
    if KEPT.contains(&region) {
        format!("logfire-{region}")
    } else {
        format!("'logfire?url={base}'")
    }
}

/// A token of one region that is about to go to another.
///
/// Errors: the region of the token and that of the URL are known, and not the same.
pub(super) fn refuse_other_region(
    url: &Sourced<Url>,
    headers: &[PlainHeader],
) -> Result<(), SettingsError> {
    let Some(region) = region_of(headers) else {
        return Ok(());
    };
    let base = logfire::origin_of(region).unwrap_or_default();
    let place = url.value.origin().ascii_serialization();
    if logfire::region_at(&place).is_none() || base == place {
        return Ok(());
    }
    Err(SettingsError::OtherRegion {
        region,
        url: printable_url(url.value.as_str()),
        origin: url.origin,
        base,
        to: written(region, base),
    })
}

/// The region of the token among the headers.
fn region_of(headers: &[PlainHeader]) -> Option<&'static str> {
    let mut tokens = headers.iter().filter(|header| header.is_token);
    tokens.find_map(|header| logfire::region_in(&header.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::send_args;
    use crate::settings::env::{EnvVars, HEADERS, LOGFIRE_TOKEN};
    use crate::settings::preset::find;
    use crate::settings::target::of_preset;

    const AUTHORIZATION: &str = "authorization";
    const US: &str = "https://logfire-us.pydantic.dev/v1/logs";
    const EU: &str = "https://logfire-eu.pydantic.dev/v1/logs";

    /// The URL, the authorization header and the number of warnings, or the error.
    #[track_caller]
    fn check(to: &str, env: &[(&str, &str)], flag: Option<&str>, expected: [&str; 3]) {
        let vars = EnvVars::new(env.iter().copied());
        let mut reader = EnvReader::new(&vars);
        let mut args = send_args("").destination;
        args.headers = flag.iter().map(|text| text.parse().unwrap()).collect();
        let given = Given { destination: &args };
        let (name, query) = to.split_once('?').map_or((to, None), |(a, b)| (a, Some(b)));
        let (url, headers) = match of_preset(find(name).unwrap(), query, given, &mut reader) {
            Ok(target) => (target.url.value.to_string(), target.headers),
            Err(error) => (error.to_string(), Vec::new()),
        };
        let sent = headers.iter().find(|header| header.name == AUTHORIZATION);
        let sent = sent.map_or("", |header| header.value.as_str());
        let warnings = reader.warnings.len().to_string();
        assert_eq!([url.as_str(), sent, warnings.as_str()], expected);
    }

    #[track_caller]
    fn check_token(to: &str, token: &str, expected: [&str; 3]) {
        check(to, &[(LOGFIRE_TOKEN, token)], None, expected);
    }

    #[test]
    fn the_region_is_the_tokens_and_else_the_us_with_a_warning() {
        check_token("logfire", "pylf_v1_us_a", [US, "pylf_v1_us_a", "0"]);
        check_token("logfire", "pylf_v12_eu_a", [EU, "pylf_v12_eu_a", "0"]);
        let staging = "https://logfire-us.pydantic.info/v1/logs";
        check_token(
            "logfire",
            "pylf_v1_stagingus_a",
            [staging, "pylf_v1_stagingus_a", "0"],
        );
        check_token("logfire", "pylf_v1_mars_a", [US, "pylf_v1_mars_a", "1"]);
        check_token("logfire", "pylf_vx_eu_a", [US, "pylf_vx_eu_a", "1"]);
        check_token("logfire", "abc", [US, "abc", "1"]);
    }

    #[test]
    fn a_token_of_another_region_is_not_sent() {
        check_token("logfire-us", "pylf_v1_us_a", [US, "pylf_v1_us_a", "0"]);
        check_token("logfire-eu", "abc", [EU, "abc", "0"]);
        let other = "the Logfire token is of region eu, and does not go to \"https://logfire-us.pydantic.dev/v1/logs\"";
        let from = |origin: &str| format!("{other} (from {origin})");
        check_token("logfire-us", "pylf_v1_eu_a", [&from("--to"), "", "0"]);
        check_token(
            "logfire-us",
            "Bearer pylf_v1_eu_a",
            [&from("--to"), "", "0"],
        );
        let env = [
            (LOGFIRE_TOKEN, "pylf_v1_eu_a"),
            (LOGFIRE_BASE_URL, "https://logfire-us.pydantic.dev"),
        ];
        check("logfire", &env, None, [&from(LOGFIRE_BASE_URL), "", "0"]);
        let flag = Some("authorization: pylf_v1_eu_a");
        check("logfire-us", &[], flag, [&from("--to"), "", "0"]);
        for hidden_in in ["Token pylf_v1_eu_a", "Basic bWU6cHlsZl92MV9ldV9h"] {
            let flag = format!("authorization: {hidden_in}");
            check("logfire-us", &[], Some(&flag), [&from("--to"), "", "0"]);
        }
    }

    #[test]
    fn the_hint_names_the_right_region() {
        let error = refuse_other_region(
            &address("us", Origin::Flag("--to")).unwrap(),
            &[PlainHeader {
                name: AUTHORIZATION.to_owned(),
                value: "pylf_v1_eu_a".to_owned(),
                origin: Origin::Env(LOGFIRE_TOKEN),
                is_token: true,
            }],
        );
        assert_eq!(
            error.unwrap_err().hint().unwrap(),
            "send it to its own region: --to logfire-eu (https://logfire-eu.pydantic.dev), or --to logfire, which goes by the token"
        );
    }

    #[test]
    fn a_bearer_token_keeps_its_scheme_and_the_first_of_several_is_used() {
        let bearer = "Bearer pylf_v1_eu_a";
        check_token("logfire", bearer, [EU, bearer, "0"]);
        check_token("logfire", " , pylf_v1_eu_a,b", [EU, "pylf_v1_eu_a", "1"]);
    }

    #[test]
    fn without_a_token_nothing_is_sent() {
        let missing = "destination logfire needs a write token, and LOGFIRE_TOKEN is not set";
        check("logfire", &[], None, [missing, "", "0"]);
        check_token("logfire", " , ", [missing, "", "0"]);
        check_token(
            "logfire",
            "a\u{7}b",
            [
                "the token of LOGFIRE_TOKEN has a control character in it, which cannot be sent",
                "",
                "0",
            ],
        );
    }

    #[test]
    fn an_authorization_of_a_flag_replaces_the_token_and_one_of_a_variable_stands_in() {
        let token = (LOGFIRE_TOKEN, "pylf_v1_us_a");
        let header = (HEADERS[1], "authorization=pylf_v1_eu_b");
        let flag = Some("Authorization: pylf_v1_eu_c");
        check("logfire", &[token], flag, [EU, "pylf_v1_eu_c", "0"]);
        check("logfire", &[header], None, [EU, "pylf_v1_eu_b", "0"]);
        check("logfire", &[token, header], None, [US, "pylf_v1_us_a", "1"]);
    }

    #[test]
    fn the_base_url_replaces_the_address() {
        let env = [
            (LOGFIRE_TOKEN, "abc"),
            (LOGFIRE_BASE_URL, "http://localhost:3000"),
        ];
        let url = "http://localhost:3000/v1/logs";
        check("logfire", &env, None, [url, "abc", "0"]);
        check("logfire-us", &env, None, [url, "abc", "1"]);
        let own = "logfire?url=https://logfire.example.com/";
        let url = "https://logfire.example.com/v1/logs";
        check(own, &env, None, [url, "abc", "0"]);
    }
}
