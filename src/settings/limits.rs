//! What destinations take of a request and of a single record, as far as it is known.
//!
//! A destination is told by its name, Logfire's cloud also by the host of its URL. What is not known limits nothing.

use std::time::Duration;

use url::Url;

use crate::base::units::ByteCount;
use crate::pipeline::times::TimeWindow;
use crate::settings::env::EnvReader;
use crate::settings::preset::{self, Limits, Preset};
use crate::settings::resolve::{BATCH_BYTES_MAX_DEFAULT, size};
use crate::settings::{Destination, Origin, SettingsError, Sourced};
use crate::token::logfire::is_cloud;

/// The limits of a destination for a single record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordLimits {
    /// Whose they are, for people.
    pub destination: &'static str,
    /// Whether they are Logfire's, which keeps silent about what it discards.
    pub is_logfire: bool,
    /// Which times it takes.
    pub window: Option<TimeWindow>,
    /// How much of a message it shows.
    pub message_bytes_max: Option<usize>,
}

/// The limits of a destination, when it has any for a record.
pub fn record_limits(destination: &Destination) -> Option<RecordLimits> {
    let preset = preset_of(destination)?;
    let limits = RecordLimits {
        destination: preset.name,
        is_logfire: preset.is_logfire(),
        window: window(preset.limits),
        message_bytes_max: preset.limits.message_bytes_max,
    };
    (limits.window.is_some() || limits.message_bytes_max.is_some()).then_some(limits)
}

/// The row of a destination.
fn preset_of(destination: &Destination) -> Option<&'static Preset> {
    let Destination::Http { name, url } = destination else {
        return None;
    };
    preset::find(name).or_else(|| {
        let url = Url::parse(url).ok()?;
        is_cloud(&url).then(|| preset::find("logfire"))?
    })
}

/// A side about which nothing is known is open.
fn window(limits: Limits) -> Option<TimeWindow> {
    let is_known = limits.age_max.is_some() || limits.ahead_max.is_some();
    is_known.then(|| TimeWindow {
        age_max: limits.age_max.unwrap_or(Duration::MAX),
        ahead_max: limits.ahead_max.unwrap_or(Duration::MAX),
    })
}

/// When a batch is full: what was said, else the default, or less where the destination takes less.
pub(super) fn batch_bytes_max(
    flag: Option<ByteCount>,
    destination: &Destination,
    reader: &mut EnvReader<'_>,
) -> Result<Sourced<ByteCount>, SettingsError> {
    let found = size(reader, flag, "--batch-bytes-max", BATCH_BYTES_MAX_DEFAULT)?;
    let Some(preset) = preset_of(destination) else {
        return Ok(found);
    };
    let Some(most) = preset.limits.request_bytes_max else {
        return Ok(found);
    };
    if found.origin == Origin::Default {
        let fitting = fitting(most);
        return Ok(if fitting < found.value {
            Sourced::new(fitting, Origin::Preset(preset.name))
        } else {
            found
        });
    }
    if found.value > most {
        let name = preset.name;
        reader.warn(format!(
            "{} is {}, and {name} takes requests of at most {most}: larger ones are halved when it refuses them",
            found.origin, found.value
        ));
    }
    Ok(found)
}

/// What frames the records comes on top of their bytes: a tenth leaves room for it.
fn fitting(most: ByteCount) -> ByteCount {
    ByteCount(most.0 - most.0 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::env::EnvVars;

    fn http(name: &str, url: &str) -> Destination {
        Destination::Http {
            name: name.to_owned(),
            url: url.to_owned(),
        }
    }

    #[track_caller]
    fn check(name: &str, url: &str, expected: Option<&str>) {
        let found = record_limits(&http(name, url)).map(|limits| limits.destination);
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

    #[test]
    fn a_window_is_open_on_the_side_of_which_nothing_is_known() {
        let window = |name| {
            record_limits(&http(name, "https://c"))
                .unwrap()
                .window
                .unwrap()
        };
        assert_eq!(window("dash0").age_max, Duration::from_secs(6 * 3_600));
        assert_eq!(window("datadog").age_max, Duration::from_secs(18 * 3_600));
        assert_eq!(window("datadog").ahead_max, Duration::MAX);
        assert_eq!(record_limits(&http("axiom", "https://c")), None);
    }

    /// The size of a batch, who set it, and the number of warnings.
    #[track_caller]
    fn check_batch(name: &str, flag: Option<u64>, expected: &str) {
        let vars = EnvVars::default();
        let mut reader = EnvReader::new(&vars);
        let destination = http(name, "https://c");
        let found = batch_bytes_max(flag.map(ByteCount), &destination, &mut reader).unwrap();
        let warnings = reader.warnings.len();
        let found = format!("{} ({}) w{warnings}", found.value.0, found.origin);
        assert_eq!(found, expected);
    }

    #[test]
    fn a_batch_is_no_larger_than_the_destination_takes() {
        check_batch("newrelic-eu", None, "900000 (the preset newrelic-eu) w0");
        check_batch("datadog", None, "1048576 (the default) w0");
        check_batch("axiom", None, "1048576 (the default) w0");
        check_batch("url", None, "1048576 (the default) w0");
        check_batch(
            "newrelic",
            Some(1_000_000),
            "1000000 (--batch-bytes-max) w0",
        );
        check_batch(
            "newrelic",
            Some(1_000_001),
            "1000001 (--batch-bytes-max) w1",
        );
        check_batch("url", Some(8 << 20), "8388608 (--batch-bytes-max) w0");
    }
}
