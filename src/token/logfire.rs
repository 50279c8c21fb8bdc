//! What a Logfire token tells of itself: its region, and with it the only origin that knows it.
//!
//! Spec: Logfire, `pylf_v<version>_<region>_…`; a region knows no other region's tokens.

use crate::base::secret::Secret;

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

/// The same for a header's value.
pub fn region_in(text: &str) -> Option<&'static str> {
    let word = region_word(without_scheme(text))?;
    let found = REGIONS.iter().find(|(name, _)| *name == word)?;
    Some(found.0)
}

/// Whether a token was written with its scheme, as in `Bearer pylf_…`.
pub fn has_scheme(token: &Secret) -> bool {
    let token = token.expose();
    without_scheme(token).len() < token.len()
}

fn region_word(token: &str) -> Option<&str> {
    let (version, rest) = token.strip_prefix("pylf_v")?.split_once('_')?;
    let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let (region, _) = rest.split_once('_')?;
    is_version.then_some(region)
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
    fn regions_and_origins_belong_together() {
        for (region, origin) in REGIONS {
            assert_eq!(origin_of(region), Some(origin));
            assert_eq!(region_at(origin), Some(region));
        }
        assert!(has_scheme(&Secret::new("bearer x")) && !has_scheme(&Secret::new("x y")));
    }
}
