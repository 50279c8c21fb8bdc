//! The environment: the name of each variable that is read, and the rules for reading them.
//!
//! An empty value counts as unset. A value that cannot be read is warned about and counts as unset too, so the general
//! variable or the default takes its place. Words are compared without case, times are whole milliseconds.
//!
//! Spec: OpenTelemetry 1.60, "Environment Variable Specification" and "OTLP Exporter".

pub mod known;

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::settings::layers::Overlay;
use crate::settings::token::{NOWHERE, Stores};
use crate::settings::{Origin, SettingsError, Sourced};

/// Where logs go, used as it is.
pub const OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT";
/// The base of where all signals go.
pub const OTEL_EXPORTER_OTLP_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// `http/protobuf` or `http/json`, for logs before all signals.
pub const PROTOCOL: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
];
/// Request headers, `k1=v1,k2=v2`.
pub const HEADERS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_LOGS_HEADERS",
    "OTEL_EXPORTER_OTLP_HEADERS",
];
/// `gzip`, `none`; `zstd` too.
pub const COMPRESSION: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION",
    "OTEL_EXPORTER_OTLP_COMPRESSION",
];
/// Milliseconds to wait for an answer; the last is the batch processor's and only stands in.
pub const TIMEOUT: [&str; 3] = [
    "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
    "OTEL_BLRP_EXPORT_TIMEOUT",
];
/// A PEM file of certificates to trust.
pub const CERTIFICATE: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
];
/// A PEM file with our own certificate.
pub const CLIENT_CERTIFICATE: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
];
/// A PEM file with its key.
pub const CLIENT_KEY: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY",
    "OTEL_EXPORTER_OTLP_CLIENT_KEY",
];
/// Milliseconds a record waits for others.
pub const OTEL_BLRP_SCHEDULE_DELAY: &str = "OTEL_BLRP_SCHEDULE_DELAY";
/// Most records of one request.
pub const OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: &str = "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE";
/// Most records that wait.
pub const OTEL_BLRP_MAX_QUEUE_SIZE: &str = "OTEL_BLRP_MAX_QUEUE_SIZE";
/// `cumulative`, `delta` or `lowmemory`: how sums are counted.
pub const OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: &str =
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
/// `service.name`; beats the one in [`OTEL_RESOURCE_ATTRIBUTES`].
pub const OTEL_SERVICE_NAME: &str = "OTEL_SERVICE_NAME";
/// Resource attributes, `k1=v1,k2=v2`.
pub const OTEL_RESOURCE_ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";
/// Most attributes of a record; of logs before the general one.
pub const ATTRIBUTE_COUNT_LIMIT: [&str; 2] = [
    "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
];
/// Most characters of a text in an attribute; of logs before the general one.
pub const ATTRIBUTE_VALUE_LENGTH_LIMIT: [&str; 2] = [
    "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
];
/// `none` turns `send` off; everything but `otlp` is warned about.
pub const OTEL_LOGS_EXPORTER: &str = "OTEL_LOGS_EXPORTER";
/// `true` turns `send` off.
pub const OTEL_SDK_DISABLED: &str = "OTEL_SDK_DISABLED";
/// A declarative configuration, which is not read.
pub const OTEL_CONFIG_FILE: &str = "OTEL_CONFIG_FILE";
/// Its older name.
pub const OTEL_EXPERIMENTAL_CONFIG_FILE: &str = "OTEL_EXPERIMENTAL_CONFIG_FILE";
/// The configuration file of this program.
pub const OTELCTL_CONFIG: &str = "OTELCTL_CONFIG";
/// The profile that is taken.
pub const OTELCTL_PROFILE: &str = "OTELCTL_PROFILE";
/// The folder for what runs leave behind.
pub const OTELCTL_STATE_DIR: &str = "OTELCTL_STATE_DIR";
/// The token of the destination, whichever it is.
pub const OTELCTL_TOKEN: &str = "OTELCTL_TOKEN";
/// How a server that is given by its URL takes the token.
pub const OTELCTL_AUTH: &str = "OTELCTL_AUTH";
/// The read token of Pydantic Logfire.
pub const LOGFIRE_READ_TOKEN: &str = "LOGFIRE_READ_TOKEN";
/// The write token of Pydantic Logfire, or several of them with commas between.
pub const LOGFIRE_TOKEN: &str = "LOGFIRE_TOKEN";
/// Where Logfire is, when it is self-hosted.
pub const LOGFIRE_BASE_URL: &str = "LOGFIRE_BASE_URL";
/// The proxy of plain HTTP. Lower-case only: a CGI server sets the other from a request header.
pub const HTTP_PROXY: &str = "http_proxy";
/// The proxy of HTTPS.
pub const HTTPS_PROXY: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];
/// The proxy of both.
pub const ALL_PROXY: [&str; 2] = ["all_proxy", "ALL_PROXY"];
/// Hosts that need no proxy.
pub const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];
/// `true` in a job of GitHub Actions.
pub const GITHUB_ACTIONS: &str = "GITHUB_ACTIONS";
/// The file to which such a job adds its summary.
pub const GITHUB_STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// Set: no colours.
pub const NO_COLOR: &str = "NO_COLOR";
/// Set and not `0`: colours even in a pipe.
pub const CLICOLOR_FORCE: &str = "CLICOLOR_FORCE";

/// The environment, read once. `Debug` shows the names only: values may be secrets.
#[derive(Clone, Default)]
pub struct EnvVars(BTreeMap<String, String>);

impl EnvVars {
    /// Names and values; values that are not Unicode are left out, because no setting of ours can be such.
    pub fn new<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> EnvVars
    where
        N: Into<String>,
        V: Into<String>,
    {
        let owned = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        EnvVars(owned.collect())
    }

    /// A variable's value. An empty one counts as unset, as OpenTelemetry's rules have it.
    ///
    /// Spec: OpenTelemetry environment variables, "Parsing empty value".
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The same with one more variable, or with another value of it.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> EnvVars {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Whether a variable is there at all, also with an empty value; `NO_COLOR` is read so.
    pub fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The first of several variables that is set, with its name.
    pub(super) fn first(&self, names: &[&'static str]) -> Option<Sourced<&str>> {
        self.all(names).next()
    }

    /// The name of each variable, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Those of several variables that are set, in the order given.
    pub(super) fn all<'a>(
        &'a self,
        names: &[&'static str],
    ) -> impl Iterator<Item = Sourced<&'a str>> {
        names
            .iter()
            .filter_map(|name| Some(Sourced::new(self.get(name)?, Origin::Env(name))))
    }
}

impl fmt::Debug for EnvVars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The environment with a list for what was wrong in it.
pub(super) struct EnvReader<'a> {
    /// What is read.
    pub(super) vars: &'a EnvVars,
    /// What was ignored, one sentence each.
    pub(super) warnings: Vec<String>,
    /// Where a token may be kept.
    pub(super) stores: &'a Stores,
    /// Which flags were not typed but stand in a file.
    overlay: &'a Overlay,
    /// What a token that is missing means.
    missing_token: MissingToken,
}

/// What it means that no token is there where one is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MissingToken {
    /// Nothing can be sent.
    Error,
    /// Nothing is sent: it is only told.
    Warning,
}

impl<'a> EnvReader<'a> {
    /// A reader that has found nothing wrong yet.
    pub(super) fn new(vars: &'a EnvVars) -> EnvReader<'a> {
        static TYPED: Overlay = Overlay::NONE;
        EnvReader::with_overlay(vars, &TYPED)
    }

    /// The same, when some flags stand in a file.
    pub(super) fn with_overlay(vars: &'a EnvVars, overlay: &'a Overlay) -> EnvReader<'a> {
        EnvReader {
            vars,
            warnings: Vec::new(),
            stores: &NOWHERE,
            overlay,
            missing_token: MissingToken::Error,
        }
    }

    /// The same with places that may hold a token.
    pub(super) fn with_stores(self, stores: &'a Stores) -> EnvReader<'a> {
        EnvReader { stores, ..self }
    }

    /// The same for somebody who only wants to see the settings.
    pub(super) fn only_looking(self) -> EnvReader<'a> {
        EnvReader {
            missing_token: MissingToken::Warning,
            ..self
        }
    }

    /// A token that is missing.
    pub(super) fn lacking(&mut self, error: SettingsError) -> Result<(), SettingsError> {
        match self.missing_token {
            MissingToken::Error => Err(error),
            MissingToken::Warning => {
                self.warn(error.to_string());
                Ok(())
            }
        }
    }

    /// Who set a flag that is there: whoever typed it, or the file it stands in.
    pub(super) fn flag(&self, flag: &'static str) -> Origin {
        self.overlay.flag(flag)
    }

    /// A flag's value with who set it, or the default.
    pub(super) fn flag_or<T>(&self, flag: Option<T>, name: &'static str, default: T) -> Sourced<T> {
        match flag {
            Some(value) => Sourced::new(value, self.flag(name)),
            None => Sourced::new(default, Origin::Default),
        }
    }

    /// The same for one of the flags that are repeated with keys, `--header` and its like.
    pub(super) fn pair(&self, flag: &'static str, key: &str) -> Origin {
        self.overlay.pair(flag, key)
    }

    /// Notes something the user should know.
    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// The first of the variables that holds whole milliseconds.
    pub(super) fn millis(&mut self, names: &[&'static str]) -> Option<Sourced<Duration>> {
        let found = self.number(names, "a number of milliseconds")?;
        let value = Duration::from_millis(u64::from(found.value));
        Some(Sourced::new(value, found.origin))
    }

    /// The first of the variables that holds a number, zero included.
    pub(super) fn limit(&mut self, names: &[&'static str]) -> Option<Sourced<usize>> {
        let found = self.number(names, "a number")?;
        let value = usize::try_from(found.value).unwrap_or(usize::MAX);
        Some(Sourced::new(value, found.origin))
    }

    /// A count of at least one.
    pub(super) fn count(&mut self, name: &'static str) -> Option<Sourced<NonZeroU32>> {
        let found = self.number(&[name], "a positive number")?;
        let value = NonZeroU32::new(found.value);
        if value.is_none() {
            self.warn(format!("{name} is ignored: \"0\" is not a positive number"));
        }
        Some(Sourced::new(value?, found.origin))
    }

    /// Whether the variable says `true`.
    pub(super) fn is_true(&mut self, name: &'static str) -> bool {
        self.word(&[name], &[("true", true), ("false", false)])
            .is_some_and(|found| found.value)
    }

    /// The first of the variables that holds one of the words.
    pub(super) fn word<T: Copy>(
        &mut self,
        names: &[&'static str],
        words: &[(&str, T)],
    ) -> Option<Sourced<T>> {
        for found in self.vars.all(names) {
            let text = found.value.trim();
            if let Some((_, value)) = words
                .iter()
                .find(|(word, _)| word.eq_ignore_ascii_case(text))
            {
                return Some(Sourced::new(*value, found.origin));
            }
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let (origin, known) = (found.origin, known.join(", "));
            self.warnings.push(format!(
                "{origin} is ignored: {:?} is none of {known}",
                found.value
            ));
        }
        None
    }

    fn number(&mut self, names: &[&'static str], wanted: &str) -> Option<Sourced<u32>> {
        for found in self.vars.all(names) {
            let number = found.value.trim().parse().ok();
            // The specification's integers are those of the smallest of its languages.
            if let Some(number) = number.filter(|number| *number <= i32::MAX.unsigned_abs()) {
                return Some(Sourced::new(number, found.origin));
            }
            let origin = found.origin;
            self.warnings.push(format!(
                "{origin} is ignored: {:?} is not {wanted}",
                found.value
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> EnvVars {
        EnvVars::new(pairs.iter().copied())
    }

    /// Reads milliseconds from `OTEL_EXPORTER_OTLP_LOGS_TIMEOUT=specific` and `OTEL_EXPORTER_OTLP_TIMEOUT=general`.
    #[track_caller]
    fn check(specific: &str, general: &str, expected: Option<u64>, warnings: usize) {
        let vars = env(&[(TIMEOUT[0], specific), (TIMEOUT[1], general)]);
        let mut reader = EnvReader::new(&vars);
        let found = reader.millis(&TIMEOUT).map(|found| found.value);
        assert_eq!(found, expected.map(Duration::from_millis));
        assert_eq!(reader.warnings.len(), warnings, "{:?}", reader.warnings);
    }

    #[test]
    fn a_bad_number_is_warned_about_and_counts_as_unset() {
        check("250", "", Some(250), 0);
        check(" 250 ", "", Some(250), 0);
        check("0", "", Some(0), 0);
        check("2147483647", "", Some(2_147_483_647), 0);
        check("2147483648", "", None, 1);
        check("-1", "", None, 1);
        check("10s", "", None, 1);
        check("", "", None, 0);
    }

    #[test]
    fn the_signals_own_variable_beats_the_general_one_unless_it_is_bad() {
        check("1", "2", Some(1), 0);
        check("", "2", Some(2), 0);
        check("soon", "2", Some(2), 1);
    }

    #[test]
    fn words_are_compared_without_case_and_unknown_ones_shown_as_written() {
        let vars = env(&[(OTEL_SDK_DISABLED, "TRUE"), (PROTOCOL[0], "Thrift")]);
        let mut reader = EnvReader::new(&vars);
        assert!(reader.is_true(OTEL_SDK_DISABLED));
        assert_eq!(reader.word(&PROTOCOL, &[("grpc", 1)]), None);
        assert_eq!(
            reader.warnings,
            ["OTEL_EXPORTER_OTLP_LOGS_PROTOCOL is ignored: \"Thrift\" is none of grpc"]
        );
    }

    #[test]
    fn a_boolean_is_true_only_by_that_word() {
        for (text, expected, warnings) in [("true", true, 0), ("False", false, 0), ("1", false, 1)]
        {
            let vars = env(&[(OTEL_SDK_DISABLED, text)]);
            let mut reader = EnvReader::new(&vars);
            assert_eq!(reader.is_true(OTEL_SDK_DISABLED), expected, "{text}");
            assert_eq!(reader.warnings.len(), warnings, "{text}");
        }
    }

    #[test]
    fn a_count_of_zero_is_not_a_count() {
        let vars = env(&[(OTEL_BLRP_MAX_QUEUE_SIZE, "0")]);
        let mut reader = EnvReader::new(&vars);
        assert_eq!(reader.count(OTEL_BLRP_MAX_QUEUE_SIZE), None);
        assert_eq!(reader.warnings.len(), 1);
    }

    #[test]
    fn values_do_not_show_in_debug() {
        let shown = format!("{:?}", env(&[(LOGFIRE_TOKEN, "hunter2")]));
        assert_eq!(shown, "{\"LOGFIRE_TOKEN\"}");
    }
}
