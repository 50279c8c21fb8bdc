//! What a Logfire token tells of itself: its region, and with it the only origin that knows it.
//!
//! Spec: Logfire, `pylf_v<version>_<region>_…`; a region knows no other region's tokens.

use url::Url;

use crate::base::secret::Secret;
use crate::otlp::base64::from_base64;

/// What every token begins with, up to its version.
const PREFIX: &str = "pylf_v";

/// Each region and its origin.
pub const REGIONS: [(&str, &str); 4] = [
    ("us", "https://logfire-us.pydantic.dev"),
    ("eu", "https://logfire-eu.pydantic.dev"),
    ("stagingus", "https://logfire-us.pydantic.info"),
    ("stagingeu", "https://logfire-eu.pydantic.info"),
];

/// The origin of a region.
pub fn origin_of(region: &str) -> Option<&'static str> {
    let found = REGIONS.iter().find(|(name, _)| *name == region)?;
    Some(found.1)
}

/// The region at an origin.
pub fn region_at(origin: &str) -> Option<&'static str> {
    let found = REGIONS.iter().find(|(_, known)| *known == origin)?;
    Some(found.0)
}

/// The region that a token names; `None` for a token of another shape, or with a region that nobody knows.
pub fn region(token: &Secret) -> Option<&'static str> {
    region_in(token.expose())
}

/// The same for a header's value, wherever in it the token stands: behind a scheme, or in the base64 of `Basic`.
pub fn region_in(value: &str) -> Option<&'static str> {
    let word = region_word(value).map(str::to_owned);
    let word = word.or_else(|| region_word(&decoded(value)?).map(str::to_owned))?;
    let found = REGIONS.iter().find(|(name, _)| *name == word)?;
    Some(found.0)
}

/// Whether a header's value has a Logfire token in it.
pub fn is_in(value: &str) -> bool {
    let has = |text: &str| text.contains(PREFIX);
    has(value) || decoded(value).as_deref().is_some_and(has)
}

/// Whether this is Logfire's cloud, which takes Logfire's tokens.
pub fn is_cloud(url: &Url) -> bool {
    const DOMAINS: [&str; 2] = ["pydantic.dev", "pydantic.info"];
    let is_its = |host: &str| {
        let before = DOMAINS.iter().find_map(|domain| host.strip_suffix(domain));
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    url.scheme() == "https" && url.host_str().is_some_and(is_its)
}

/// Whether a token was written with its scheme, as in `Bearer pylf_…`.
pub fn has_scheme(token: &Secret) -> bool {
    let token = token.expose();
    without_scheme(token).len() < token.len()
}

fn region_word(text: &str) -> Option<&str> {
    let (_, token) = text.split_once(PREFIX)?;
    let (version, rest) = token.split_once('_')?;
    let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let (region, _) = rest.split_once('_')?;
    is_version.then_some(region)
}

/// The user and password of `Basic …`.
fn decoded(value: &str) -> Option<String> {
    let (scheme, word) = value.split_once(char::is_whitespace)?;
    let word = word.trim();
    let bytes = scheme
        .eq_ignore_ascii_case("basic")
        .then(|| from_base64(word))??;
    String::from_utf8(bytes).ok()
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

    #[test]
    fn the_region_is_the_second_word() {
        for (token, expected) in [
            ("pylf_v1_us_abc", Some("us")),
            ("Bearer pylf_v1_eu_abc", Some("eu")),
            ("pylf_v12_stagingus_abc", Some("stagingus")),
            ("pylf_v1_mars_abc", None),
            ("pylf_vx_us_abc", None),
            ("pylf_v1_us", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(region(&Secret::new(token)), expected, "{token}");
        }
    }

    #[test]
    fn a_region_is_found_wherever_a_header_has_its_token() {
        for (value, expected) in [
            ("Token pylf_v1_eu_abc", Some("eu")),
            // `me:pylf_v1_us_abc`
            ("Basic bWU6cHlsZl92MV91c19hYmM=", Some("us")),
            ("Basic bWU6c2VjcmV0", None),
            ("Basic not base64", None),
        ] {
            assert_eq!(region_in(value), expected, "{value}");
            assert_eq!(is_in(value), expected.is_some(), "{value}");
        }
    }

    #[test]
    fn the_cloud_is_what_its_owner_has_over_tls() {
        for (url, expected) in [
            ("https://logfire-us.pydantic.dev/v1/logs", true),
            ("https://logfire-eu.pydantic.info/v1/logs", true),
            ("https://pydantic.dev/", true),
            ("http://logfire-us.pydantic.dev/v1/logs", false),
            ("https://notpydantic.dev/", false),
            ("https://pydantic.dev.example.com/", false),
        ] {
            assert_eq!(is_cloud(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn regions_and_origins_belong_together() {
        for (region, origin) in REGIONS {
            assert_eq!(origin_of(region), Some(origin));
            assert_eq!(region_at(origin), Some(region));
        }
        assert!(has_scheme(&Secret::new("bearer x")) && !has_scheme(&Secret::new("x y")));
    }
}
