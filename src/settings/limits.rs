//! What destinations take of a single record, as far as they are known to discard the rest without a word.
//!
//! A destination is told by its preset or by the host of its URL.

use std::time::Duration;

use url::Url;

use crate::pipeline::times::TimeWindow;
use crate::settings::Destination;

/// The limits of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordLimits {
    /// Whose they are, for people.
    pub destination: &'static str,
    /// Which times it takes.
    pub window: TimeWindow,
    /// How much of a message it shows.
    pub message_bytes_max: usize,
}

/// Source: Logfire documentation, "Limits": records older than a day or more than an hour ahead are discarded; a message has at
/// most 512 bytes, while the body is kept.
const LOGFIRE: RecordLimits = RecordLimits {
    destination: "logfire",
    window: TimeWindow {
        age_max: Duration::from_secs(24 * 3_600),
        ahead_max: Duration::from_secs(3_600),
    },
    message_bytes_max: 512,
};

/// The limits of a destination, when it has any.
pub fn record_limits(destination: &Destination) -> Option<RecordLimits> {
    let Destination::Http { name, url } = destination else {
        return None;
    };
    let host = Url::parse(url).ok()?.host_str().map(str::to_owned);
    let is_logfire = |host: &str| host == "pydantic.dev" || host.ends_with(".pydantic.dev");
    let named = matches!(name.as_str(), "logfire" | "logfire-us" | "logfire-eu");
    (named || host.is_some_and(|host| is_logfire(&host))).then_some(LOGFIRE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, url: &str, expected: Option<&str>) {
        let destination = Destination::Http {
            name: name.to_owned(),
            url: url.to_owned(),
        };
        let found = record_limits(&destination).map(|limits| limits.destination);
        assert_eq!(found, expected, "{name} {url}");
    }

    #[test]
    fn logfire_is_known_by_its_preset_and_by_its_host() {
        check(
            "logfire",
            "https://logfire.internal/v1/logs",
            Some("logfire"),
        );
        let cloud = "https://logfire-eu.pydantic.dev/v1/logs";
        check("url", cloud, Some("logfire"));
        check("url", "https://pydantic.dev.evil.example/v1/logs", None);
        check("collector", "http://localhost:4318/v1/logs", None);
        assert_eq!(record_limits(&Destination::Stdout), None);
    }
}
