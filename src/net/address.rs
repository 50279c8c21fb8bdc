//! URLs as they may be shown: without what only their owner may know.
//!
//! User info, queries and fragments may hold secrets, and with some vendors the path is one.

use url::Url;

use crate::base::secret::Secret;
use crate::base::secret::shape::hidden;

/// A shorter part of a secret path says nothing: `v1`, `receiver`.
const PATH_SECRET_MIN: usize = 12;

/// A URL as it may be printed: without user info, query and fragment.
///
/// Shape: `https://user:pass@host/path?key=1` → `https://host/path`. A text that is no URL loses everything up to its
/// last `@` and from its first `?` or `#`.
pub fn printable_url(url: &str) -> String {
    let parsed = Url::parse(url).ok().filter(Url::has_host);
    if let Some(mut parsed) = parsed {
        // Both can only fail on a URL without a host.
        let cleared = parsed.set_username("").and(parsed.set_password(None));
        if cleared.is_ok() {
            parsed.set_query(None);
            parsed.set_fragment(None);
            if has_secret_path(&parsed) {
                parsed.set_path("");
            }
            return hidden(parsed.as_str());
        }
    }
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let after_user = rest.rsplit('@').next().unwrap_or_default();
    let place = after_user.split(['?', '#']).next().unwrap_or_default();
    // A token pasted in the wrong place is not repeated.
    hidden(&format!("{scheme}{place}"))
}

/// What must not be shown of a URL, wherever it comes back.
///
/// Shape: `https://host/path?key=a%2Fb` → `key`, `a%2Fb`, `a/b`.
pub fn secrets_of(url: &str) -> Vec<Secret> {
    let Ok(url) = Url::parse(url) else {
        return Vec::new();
    };
    let mut secrets = Vec::new();
    let query = url.query().unwrap_or_default();
    secrets.extend(query.split(['&', '=']).map(Secret::new));
    for (name, value) in url.query_pairs() {
        secrets.extend([Secret::new(name), Secret::new(value)]);
    }
    if has_secret_path(&url) {
        let parts = url.path().split('/');
        let parts = parts.filter(|part| part.len() >= PATH_SECRET_MIN);
        secrets.extend(parts.map(Secret::new));
    }
    secrets.retain(|secret| !secret.is_empty());
    secrets
}

/// Some vendors give each source a URL of its own, and whoever knows its path may send.
fn has_secret_path(url: &Url) -> bool {
    /// Source: help.sumologic.com, "OTLP/HTTP Source".
    const SECRET_PATHS: [&str; 1] = ["sumologic.com"];
    let host = url.host_str().unwrap_or_default();
    let is_below = |end: &&str| {
        let before = host.strip_suffix(*end);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    SECRET_PATHS.iter().any(is_below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_url_has_no_secrets() {
        for (url, expected) in [
            ("https://u:p@h/a?k=1#f", "https://h/a"),
            ("https://h/a@b", "https://h/a@b"),
            (
                "https://endpoint4.collection.sumologic.com/receiver/v1/otlp/c2VjcmV0/v1/logs",
                "https://endpoint4.collection.sumologic.com/",
            ),
            ("u:p@h:4318?k", "h:4318"),
            ("localhost:4318", "localhost:4318"),
            ("stdout", "stdout"),
            ("pylf_v1_us_a/b", "pylf_v1_[hidden]/b"),
            ("https://h/pylf_v1_us_a", "https://h/pylf_v1_[hidden]"),
        ] {
            assert_eq!(printable_url(url), expected);
        }
    }

    #[test]
    fn what_a_server_repeats_of_a_secret_url_is_hidden() {
        let scrubbed = |url: &str, text: &str| {
            let secrets = secrets_of(url);
            secrets
                .iter()
                .fold(text.to_owned(), |text, secret| secret.scrub(&text))
        };
        let url = "https://h/v1/logs?api-key=hunter%2F2";
        assert_eq!(
            scrubbed(url, "no hunter/2, no hunter%2F2"),
            "no [hidden], no [hidden]"
        );
        let url =
            "https://endpoint4.collection.sumologic.com/receiver/v1/otlp/c2VjcmV0c2VjcmV0/v1/logs";
        assert_eq!(
            scrubbed(url, "no source at /receiver/v1/otlp/c2VjcmV0c2VjcmV0"),
            "no source at /receiver/v1/otlp/[hidden]"
        );
        let plain = "https://h/receiver/of-everything";
        assert!(secrets_of(plain).is_empty());
    }
}
