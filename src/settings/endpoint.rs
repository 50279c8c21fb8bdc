//! What users write as an endpoint → the whole URL of the logs endpoint.
//!
//! Keeps a query for the request, and never shows it: some vendors put their secret there. Refuses what could not be sent
//! or should not be printed (user info, fragments, other schemes).
//!
//! Spec: OTLP exporter, "Endpoint URLs for OTLP/HTTP".

use url::{Host, Url};

use crate::net::address::printable_url;
use crate::otlp::Signal;
use crate::settings::{SettingsError, Sourced};

/// How the path of an endpoint is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathRule {
    /// The signal's path is appended.
    Base,
    /// The same, unless it is there already.
    Typed,
    /// Nothing is appended.
    Verbatim,
}

/// Reads an endpoint.
///
/// Shape: `http://host:4318` → `http://host:4318/v1/logs`, or as `rule` has it.
/// Errors: no scheme, another scheme than http and https, no host, user info, a fragment.
pub(super) fn logs_url(given: Sourced<&str>, rule: PathRule) -> Result<Url, SettingsError> {
    let origin = given.origin;
    let text = given.value.trim();
    let shown = printable_url(text);
    if !text.contains("://") {
        return Err(SettingsError::NoScheme {
            suggestion: format!("{}://{shown}", likely_scheme(&shown)),
            text: shown,
            origin,
        });
    }
    let mut url = Url::parse(text).map_err(|source| SettingsError::Url {
        text: shown.clone(),
        origin,
        source,
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(SettingsError::Scheme {
            text: shown,
            origin,
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SettingsError::UserInfo {
            text: shown,
            origin,
        });
    }
    if url.fragment().is_some() {
        return Err(SettingsError::Fragment {
            text: shown,
            origin,
        });
    }
    append_path(&mut url, rule);
    Ok(url)
}

/// Whether the host is this machine by its name or its address. Nothing is looked up.
pub fn is_loopback_url(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| is_loopback(&url))
}

/// The same for a URL that was read already.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

fn append_path(url: &mut Url, rule: PathRule) {
    let suffix = Signal::Logs.path();
    let path = url.path().trim_end_matches('/');
    let is_there = rule == PathRule::Typed && path.ends_with(suffix);
    if rule == PathRule::Verbatim || is_there {
        return;
    }
    let path = format!("{path}{suffix}");
    url.set_path(&path);
}

/// A port other than 443 is rarely TLS's, and neither is this machine.
fn likely_scheme(text: &str) -> &'static str {
    let authority = text.split('/').next().unwrap_or_default();
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    if host == "localhost" || !matches!(port, "" | "443") {
        return "http";
    }
    "https"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Origin;

    /// The URL, or the error and its hint in one line.
    #[track_caller]
    fn check(text: &str, rule: PathRule, expected: &str) {
        let given = Sourced::new(text, Origin::Flag("--to"));
        let found = match logs_url(given, rule) {
            Ok(url) => url.to_string(),
            Err(error) => format!("{error}; {}", error.hint().unwrap_or_default()),
        };
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn a_base_gets_the_path_of_the_signal_appended() {
        check("http://c:4318", PathRule::Base, "http://c:4318/v1/logs");
        check("http://c:4318/", PathRule::Base, "http://c:4318/v1/logs");
        check("http://c/base/", PathRule::Base, "http://c/base/v1/logs");
        check("http://c/base", PathRule::Base, "http://c/base/v1/logs");
        check(
            "http://c/v1/logs",
            PathRule::Base,
            "http://c/v1/logs/v1/logs",
        );
        check("https://c?key=1", PathRule::Base, "https://c/v1/logs?key=1");
    }

    #[test]
    fn the_signals_own_endpoint_is_used_as_it_is() {
        check("http://c:4318", PathRule::Verbatim, "http://c:4318/");
        check("http://c/in", PathRule::Verbatim, "http://c/in");
        check("http://c/in/?a=b", PathRule::Verbatim, "http://c/in/?a=b");
    }

    #[test]
    fn a_typed_url_may_name_the_path_or_leave_it_out() {
        check("http://c:4318", PathRule::Typed, "http://c:4318/v1/logs");
        check("http://c/v1/logs", PathRule::Typed, "http://c/v1/logs");
        check(
            "http://c/otlp/v1/logs",
            PathRule::Typed,
            "http://c/otlp/v1/logs",
        );
        check("http://c/otlp", PathRule::Typed, "http://c/otlp/v1/logs");
        check("HTTP://C:80/", PathRule::Typed, "http://c/v1/logs");
    }

    #[test]
    fn a_missing_scheme_is_suggested() {
        check(
            "locahost:4318",
            PathRule::Base,
            "endpoint \"locahost:4318\" has no scheme (from --to); write http://locahost:4318",
        );
        check(
            "u:p@api.example.com/otlp?k=1",
            PathRule::Base,
            "endpoint \"api.example.com/otlp\" has no scheme (from --to); write https://api.example.com/otlp",
        );
    }

    #[test]
    fn what_cannot_be_sent_or_printed_is_refused() {
        let like = "write a URL like http://localhost:4318";
        check(
            "ftp://c",
            PathRule::Base,
            &format!("endpoint \"ftp://c/\" is neither http nor https (from --to); {like}"),
        );
        check(
            "http://",
            PathRule::Base,
            &format!("endpoint \"http://\" is not a URL (from --to); {like}"),
        );
        check(
            "http://u:p/w@c:x",
            PathRule::Base,
            &format!("endpoint \"http://c:x\" is not a URL (from --to); {like}"),
        );
        check(
            "https://u:p@c/a",
            PathRule::Base,
            "endpoint \"https://c/a\" was given with a user name (from --to); pass it as --header 'authorization: Basic …' instead",
        );
        check(
            "https://c/#a",
            PathRule::Base,
            "endpoint \"https://c/\" was given with a fragment (from --to); leave out the # and what follows, or write it as %23",
        );
    }

    #[test]
    fn loopback_is_told_from_other_hosts_without_looking_up_names() {
        for (url, expected) in [
            ("http://localhost:1/", true),
            ("http://LOCALHOST./", true),
            ("http://127.0.0.1/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:4318/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://128.0.0.1/", false),
            ("http://localhost.example.com/", false),
            ("http://[::2]/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
