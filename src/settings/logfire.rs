//! The presets of Pydantic Logfire: the token from `LOGFIRE_TOKEN`, the address from the token's region.
//!
//! The token is attached here and nowhere else, so it can only go where a Logfire preset points.

use url::Url;

use crate::settings::endpoint::{PathRule, logs_url};
use crate::settings::env::{EnvReader, LOGFIRE_BASE_URL, LOGFIRE_TOKEN};
use crate::settings::headers::{PlainHeader, checked, insert};
use crate::settings::{Origin, SettingsError, Sourced};

const AUTHORIZATION: &str = "authorization";

/// One of the presets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preset {
    /// `logfire`: the region is the token's.
    ByToken,
    /// `logfire-us`
    Us,
    /// `logfire-eu`
    Eu,
}

impl Preset {
    /// The preset's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Preset::ByToken => "logfire",
            Preset::Us => "logfire-us",
            Preset::Eu => "logfire-eu",
        }
    }

    /// The region the name stands for.
    fn region(self) -> Option<&'static str> {
        match self {
            Preset::ByToken => None,
            Preset::Us => Some("us"),
            Preset::Eu => Some("eu"),
        }
    }
}

/// Adds the token to the headers and says where to send.
///
/// An `authorization` from a flag takes the token's place; one from a variable does only when there is no token.
pub(super) fn attach(
    preset: Preset,
    headers: &mut Vec<PlainHeader>,
    reader: &mut EnvReader<'_>,
) -> Result<Sourced<Url>, SettingsError> {
    add_token(preset, headers, reader)?;
    let authorization = headers.iter().find(|header| header.name == AUTHORIZATION);
    let region = authorization.and_then(|header| region_word(without_scheme(&header.value)));
    if let Some(base) = reader.vars.first(&[LOGFIRE_BASE_URL]) {
        if preset != Preset::ByToken {
            reader.warn(format!(
                "{LOGFIRE_BASE_URL} replaces the address of {}",
                preset.name()
            ));
        }
        let origin = base.origin;
        return Ok(Sourced::new(logs_url(base, PathRule::Base)?, origin));
    }
    let base = base_of(preset, region, reader);
    let base = Sourced::new(base, Origin::Preset(preset.name()));
    let url = logs_url(base, PathRule::Base)?;
    Ok(Sourced::new(url, reader.flag("--to")))
}

fn add_token(
    preset: Preset,
    headers: &mut Vec<PlainHeader>,
    reader: &mut EnvReader<'_>,
) -> Result<(), SettingsError> {
    let given = headers
        .iter()
        .find(|header| header.name == AUTHORIZATION)
        .map(|header| header.origin);
    if let Some(Origin::Flag(_)) = given {
        return Ok(());
    }
    let mut tokens = reader
        .vars
        .get(LOGFIRE_TOKEN)
        .into_iter()
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .filter(|token| !token.is_empty());
    let Some(token) = tokens.next() else {
        return match given {
            Some(_) => Ok(()),
            None => Err(SettingsError::NoToken {
                preset: preset.name(),
            }),
        };
    };
    let others = tokens.count();
    if others > 0 {
        reader.warn(format!(
            "{LOGFIRE_TOKEN} holds {} tokens, of which only the first is used",
            others + 1
        ));
    }
    if let Some(origin) = given {
        reader.warn(format!(
            "the {AUTHORIZATION} header of {origin} is ignored: {LOGFIRE_TOKEN} is set"
        ));
    }
    let header = checked(AUTHORIZATION, token, Origin::Env(LOGFIRE_TOKEN))
        .map_err(|source| SettingsError::BadToken { source })?;
    insert(headers, header);
    Ok(())
}

/// The address of a region, with a warning when the token is of another one or of none.
fn base_of(preset: Preset, found: Option<&str>, reader: &mut EnvReader<'_>) -> &'static str {
    const BASES: [(&str, &str); 4] = [
        ("us", "https://logfire-us.pydantic.dev"),
        ("eu", "https://logfire-eu.pydantic.dev"),
        ("stagingus", "https://logfire-us.pydantic.info"),
        ("stagingeu", "https://logfire-eu.pydantic.info"),
    ];
    let known = found.filter(|found| BASES.iter().any(|(region, _)| region == found));
    if preset == Preset::ByToken && known.is_none() {
        reader.warn("the Logfire token names no known region, so it is sent to the US");
    }
    if let (Some(chosen), Some(found)) = (preset.region(), known)
        && chosen != found
    {
        let name = preset.name();
        reader.warn(format!(
            "the Logfire token is of region {found}, which {name} does not know"
        ));
    }
    let region = preset.region().or(known);
    BASES
        .iter()
        .find(|(name, _)| Some(*name) == region)
        .map_or(BASES[0].1, |(_, base)| base)
}

/// The region in `pylf_v1_us_…`.
fn region_word(token: &str) -> Option<&str> {
    let (version, rest) = token.strip_prefix("pylf_v")?.split_once('_')?;
    let (region, _) = rest.split_once('_')?;
    let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let is_region = !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_version && is_region).then_some(region)
}

/// The token of `Bearer token`, or the whole.
fn without_scheme(value: &str) -> &str {
    match value.split_once(char::is_whitespace) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::env::{EnvVars, HEADERS};
    use crate::settings::headers::headers;

    const US: &str = "https://logfire-us.pydantic.dev/v1/logs";
    const EU: &str = "https://logfire-eu.pydantic.dev/v1/logs";

    /// The URL, the authorization header and the number of warnings, or the error.
    #[track_caller]
    fn check(preset: Preset, env: &[(&str, &str)], flag: Option<&str>, expected: [&str; 3]) {
        let vars = EnvVars::new(env.iter().copied());
        let mut reader = EnvReader::new(&vars);
        let flags: Vec<_> = flag.iter().map(|text| text.parse().unwrap()).collect();
        let mut found = headers(&flags, &mut reader).unwrap();
        let url = match attach(preset, &mut found, &mut reader) {
            Ok(url) => url.value.to_string(),
            Err(error) => error.to_string(),
        };
        let sent = found.iter().find(|header| header.name == AUTHORIZATION);
        let sent = sent.map_or("", |header| header.value.as_str());
        let warnings = reader.warnings.len().to_string();
        assert_eq!([url.as_str(), sent, warnings.as_str()], expected);
    }

    #[track_caller]
    fn check_token(preset: Preset, token: &str, expected: [&str; 3]) {
        check(preset, &[(LOGFIRE_TOKEN, token)], None, expected);
    }

    #[test]
    fn the_region_is_the_tokens_and_else_the_us_with_a_warning() {
        let by_token = Preset::ByToken;
        check_token(by_token, "pylf_v1_us_a", [US, "pylf_v1_us_a", "0"]);
        check_token(by_token, "pylf_v12_eu_a", [EU, "pylf_v12_eu_a", "0"]);
        let staging = "https://logfire-us.pydantic.info/v1/logs";
        check_token(
            by_token,
            "pylf_v1_stagingus_a",
            [staging, "pylf_v1_stagingus_a", "0"],
        );
        check_token(by_token, "pylf_v1_mars_a", [US, "pylf_v1_mars_a", "1"]);
        check_token(by_token, "pylf_vx_eu_a", [US, "pylf_vx_eu_a", "1"]);
        check_token(by_token, "abc", [US, "abc", "1"]);
    }

    #[test]
    fn a_token_of_another_region_than_the_presets_is_warned_about() {
        check_token(Preset::Us, "pylf_v1_us_a", [US, "pylf_v1_us_a", "0"]);
        check_token(Preset::Us, "pylf_v1_eu_a", [US, "pylf_v1_eu_a", "1"]);
        check_token(Preset::Eu, "abc", [EU, "abc", "0"]);
    }

    #[test]
    fn a_bearer_token_keeps_its_scheme_and_the_first_of_several_is_used() {
        let bearer = "Bearer pylf_v1_eu_a";
        check_token(Preset::ByToken, bearer, [EU, bearer, "0"]);
        check_token(
            Preset::ByToken,
            " , pylf_v1_eu_a,b",
            [EU, "pylf_v1_eu_a", "1"],
        );
    }

    #[test]
    fn without_a_token_nothing_is_sent() {
        let missing = "destination logfire needs a write token, and LOGFIRE_TOKEN is not set";
        check(Preset::ByToken, &[], None, [missing, "", "0"]);
        check_token(Preset::ByToken, " , ", [missing, "", "0"]);
        check_token(
            Preset::ByToken,
            "a\u{7}b",
            ["the token in LOGFIRE_TOKEN cannot be sent", "", "0"],
        );
    }

    #[test]
    fn an_authorization_of_a_flag_replaces_the_token_and_one_of_a_variable_stands_in() {
        let token = (LOGFIRE_TOKEN, "pylf_v1_us_a");
        let header = (HEADERS[1], "authorization=pylf_v1_eu_b");
        let flag = Some("Authorization: pylf_v1_eu_c");
        check(Preset::ByToken, &[token], flag, [EU, "pylf_v1_eu_c", "0"]);
        check(Preset::ByToken, &[header], None, [EU, "pylf_v1_eu_b", "0"]);
        check(
            Preset::ByToken,
            &[token, header],
            None,
            [US, "pylf_v1_us_a", "1"],
        );
    }

    #[test]
    fn the_base_url_replaces_the_address() {
        let env = [
            (LOGFIRE_TOKEN, "abc"),
            (LOGFIRE_BASE_URL, "http://localhost:3000"),
        ];
        let url = "http://localhost:3000/v1/logs";
        check(Preset::ByToken, &env, None, [url, "abc", "0"]);
        check(Preset::Us, &env, None, [url, "abc", "1"]);
    }
}
