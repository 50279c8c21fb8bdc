//! Which variables set which flag, so that a profile knows what it must not replace.
//!
//! A value that its reader would ignore does not count, as everywhere.

use crate::settings::env::{
    CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY, COMPRESSION, EnvReader, EnvVars,
    OTEL_BLRP_MAX_EXPORT_BATCH_SIZE, OTEL_BLRP_MAX_QUEUE_SIZE, OTEL_BLRP_SCHEDULE_DELAY,
    OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT, OTEL_SERVICE_NAME, OTELCTL_AUTH,
    OTELCTL_STATE_DIR, PROTOCOL, TIMEOUT,
};
use crate::settings::pairs::{key_value, members};
use crate::settings::resource::env_attributes;
use crate::settings::{Origin, env};

/// How a variable is read.
#[derive(Debug, Clone, Copy)]
enum Reads {
    /// Any text.
    Text,
    /// Whole milliseconds.
    Millis,
    /// A number of at least one.
    Count,
    /// One of these.
    Words(&'static [&'static str]),
}

/// A flag and the variables that set it, the first that is usable before the others.
const TABLE: [(&str, &[&str], Reads); 14] = [
    ("to", &ENDPOINT, Reads::Text),
    ("endpoint", &ENDPOINT, Reads::Text),
    (
        "protocol",
        &PROTOCOL,
        Reads::Words(&["http/protobuf", "http/json", "grpc"]),
    ),
    (
        "compression",
        &COMPRESSION,
        Reads::Words(&["gzip", "none", "zstd"]),
    ),
    ("ca-cert", &CERTIFICATE, Reads::Text),
    ("client-cert", &CLIENT_CERTIFICATE, Reads::Text),
    ("client-key", &CLIENT_KEY, Reads::Text),
    ("timeout", &TIMEOUT, Reads::Millis),
    (
        "batch-records-max",
        &[OTEL_BLRP_MAX_EXPORT_BATCH_SIZE],
        Reads::Count,
    ),
    ("flush-interval", &[OTEL_BLRP_SCHEDULE_DELAY], Reads::Millis),
    (
        "queue-records-max",
        &[OTEL_BLRP_MAX_QUEUE_SIZE],
        Reads::Count,
    ),
    ("service", &[OTEL_SERVICE_NAME], Reads::Text),
    ("state-dir", &[OTELCTL_STATE_DIR], Reads::Text),
    ("auth", &[OTELCTL_AUTH], Reads::Text),
];

/// Where to: the signal's own variable first.
const ENDPOINT: [&str; 2] = [
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT,
    OTEL_EXPORTER_OTLP_ENDPOINT,
];

/// The variable that sets a flag, when one does.
pub fn variable_of(flag: &str, env: &EnvVars) -> Option<Origin> {
    let (_, names, reads) = TABLE.iter().find(|(name, _, _)| *name == flag)?;
    // What is wrong with a variable is told where it is read.
    let mut reader = EnvReader::new(env);
    match reads {
        Reads::Text => env.first(names).map(|found| found.origin),
        Reads::Millis => reader.millis(names).map(|found| found.origin),
        Reads::Count => {
            let mut names = names.iter();
            names.find_map(|name| reader.count(name).map(|found| found.origin))
        }
        Reads::Words(words) => {
            let words: Vec<(&str, ())> = words.iter().map(|word| (*word, ())).collect();
            reader.word(names, &words).map(|found| found.origin)
        }
    }
}

/// The resource attributes that the environment sets, with what sets them.
pub fn resource_of(env: &EnvVars) -> Vec<(String, String)> {
    env_attributes(&mut EnvReader::new(env))
}

/// The names of the headers that the environment sets, as written.
pub fn headers_of(env: &EnvVars) -> Vec<String> {
    let list = env.first(&env::HEADERS);
    let members = list.iter().flat_map(|list| members(list.value));
    members
        .filter_map(|member| Some(key_value(member)?.0.to_owned()))
        .collect()
}
