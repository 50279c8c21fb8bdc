//! Every variable of OpenTelemetry's specification, Logfire and this program: which are obeyed, and why others mean nothing here.
//!
//! A name in neither list may be a misspelt one.

use crate::base::spelling::nearest;
use crate::settings::env as name;

/// Those that are obeyed, with what they set: a flag, or a few words.
pub const OBEYED: &[(&[&str], &str)] = &[
    (
        &[
            name::OTEL_EXPORTER_OTLP_LOGS_ENDPOINT,
            name::OTEL_EXPORTER_OTLP_ENDPOINT,
        ],
        "--to",
    ),
    (&name::PROTOCOL, "--protocol"),
    (&name::HEADERS, "--header"),
    (&name::COMPRESSION, "--compression"),
    (&name::TIMEOUT, "--timeout"),
    (&name::CERTIFICATE, "--ca-cert"),
    (&name::CLIENT_CERTIFICATE, "--client-cert"),
    (&name::CLIENT_KEY, "--client-key"),
    (&[name::OTEL_BLRP_SCHEDULE_DELAY], "--flush-interval"),
    (
        &[name::OTEL_BLRP_MAX_EXPORT_BATCH_SIZE],
        "--batch-records-max",
    ),
    (&[name::OTEL_BLRP_MAX_QUEUE_SIZE], "--queue-records-max"),
    (
        &[name::OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE],
        "how dropped records are counted",
    ),
    (&[name::OTEL_SERVICE_NAME], "--service"),
    (&[name::OTEL_RESOURCE_ATTRIBUTES], "--resource"),
    (&name::ATTRIBUTE_COUNT_LIMIT, "most attributes of a record"),
    (
        &name::ATTRIBUTE_VALUE_LENGTH_LIMIT,
        "most characters of an attribute",
    ),
    (&[name::OTEL_SDK_DISABLED], "true: nothing is read and sent"),
    (
        &[name::OTEL_LOGS_EXPORTER],
        "none: nothing is read and sent",
    ),
    (&[name::OTELCTL_CONFIG], "--config"),
    (&[name::OTELCTL_PROFILE], "--profile"),
    (&[name::OTELCTL_STATE_DIR], "--state-dir"),
    (&[name::LOGFIRE_TOKEN], "the write token of Logfire"),
    (&[name::LOGFIRE_BASE_URL], "the address of Logfire"),
    (&[name::OTELCTL_TOKEN], "the token of the destination"),
    (&[name::LOGFIRE_READ_TOKEN], "the read token of Logfire"),
    (&[name::OTELCTL_AUTH], "--auth"),
];

/// Why a variable means nothing here.
const OF_TRACES: &str = "is about traces, and logs are sent here";
const OF_METRICS: &str = "is about metrics, and logs are sent here";
const OF_SDKS: &str = "is about SDKs inside of programs";
const OF_GRPC: &str = "is about gRPC without a scheme; with HTTP the scheme of the URL decides";

/// Those that are known and mean nothing here.
pub const WITHOUT_MEANING: &[(&str, &str)] = &[
    ("OTEL_EXPORTER_OTLP_INSECURE", OF_GRPC),
    ("OTEL_EXPORTER_OTLP_LOGS_INSECURE", OF_GRPC),
    (
        "OTEL_CONFIG_FILE",
        "is a declarative configuration, which is not read",
    ),
    (
        "OTEL_EXPERIMENTAL_CONFIG_FILE",
        "is a declarative configuration, which is not read",
    ),
    ("OTEL_ENTITIES", OF_SDKS),
    ("OTEL_LOG_LEVEL", OF_SDKS),
    ("OTEL_PROPAGATORS", OF_SDKS),
    ("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", OF_SDKS),
    ("OTEL_SEMCONV_STABILITY_OPT_IN", OF_SDKS),
    ("OTEL_TRACES_SAMPLER", OF_TRACES),
    ("OTEL_TRACES_SAMPLER_ARG", OF_TRACES),
    ("OTEL_TRACES_EXPORTER", OF_TRACES),
    ("OTEL_METRICS_EXPORTER", OF_METRICS),
    ("OTEL_METRIC_EXPORT_INTERVAL", OF_METRICS),
    ("OTEL_METRIC_EXPORT_TIMEOUT", OF_METRICS),
    ("OTEL_METRICS_EXEMPLAR_FILTER", OF_METRICS),
    (
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
        OF_METRICS,
    ),
    ("OTEL_BSP_SCHEDULE_DELAY", OF_TRACES),
    ("OTEL_BSP_EXPORT_TIMEOUT", OF_TRACES),
    ("OTEL_BSP_MAX_QUEUE_SIZE", OF_TRACES),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", OF_TRACES),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", OF_TRACES),
    ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", OF_TRACES),
    ("OTEL_SPAN_EVENT_COUNT_LIMIT", OF_TRACES),
    ("OTEL_SPAN_LINK_COUNT_LIMIT", OF_TRACES),
    ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", OF_TRACES),
    ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", OF_TRACES),
];

/// What the exporter's variables for other signals end with.
const OF_SIGNALS: [&str; 9] = [
    "ENDPOINT",
    "PROTOCOL",
    "HEADERS",
    "COMPRESSION",
    "TIMEOUT",
    "CERTIFICATE",
    "CLIENT_KEY",
    "CLIENT_CERTIFICATE",
    "INSECURE",
];

/// What a variable is to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It sets this.
    Obeyed(&'static str),
    /// It is known, and this is why it means nothing.
    WithoutMeaning(&'static str),
}

/// Looks a variable up by its name.
pub fn known(name: &str) -> Option<Known> {
    let obeyed = OBEYED.iter().find(|(names, _)| names.contains(&name));
    if let Some((_, sets)) = obeyed {
        return Some(Known::Obeyed(sets));
    }
    let other = WITHOUT_MEANING.iter().find(|(other, _)| *other == name);
    if let Some((_, why)) = other {
        return Some(Known::WithoutMeaning(why));
    }
    let of_signal = name.strip_prefix("OTEL_EXPORTER_OTLP_")?;
    let signals = [("TRACES_", OF_TRACES), ("METRICS_", OF_METRICS)];
    signals.into_iter().find_map(|(signal, why)| {
        let what = of_signal.strip_prefix(signal)?;
        let is_known = OF_SIGNALS.contains(&what);
        is_known.then_some(Known::WithoutMeaning(why))
    })
}

/// The name that a misspelt one was probably meant to be. Only names that begin like ours are looked at.
pub fn meant_by(name: &str) -> Option<&'static str> {
    let is_ours = ["OTEL_", "OTELCTL_", "LOGFIRE_"];
    if known(name).is_some() || !is_ours.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    nearest(
        name,
        OBEYED.iter().flat_map(|(names, _)| names.iter().copied()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_obeyed_or_has_a_reason() {
        assert_eq!(known("OTEL_SERVICE_NAME"), Some(Known::Obeyed("--service")));
        assert_eq!(
            known("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
            Some(Known::WithoutMeaning(OF_TRACES))
        );
        assert_eq!(known("OTEL_EXPORTER_OTLP_TRACES_COLOUR"), None);
        assert_eq!(known("PATH"), None);
    }

    #[test]
    fn no_variable_is_in_both_lists() {
        for (name, _) in WITHOUT_MEANING {
            let is_obeyed = OBEYED.iter().any(|(names, _)| names.contains(name));
            assert!(!is_obeyed, "{name}");
        }
    }

    #[test]
    fn a_misspelt_name_is_recognised() {
        let headers = Some("OTEL_EXPORTER_OTLP_HEADERS");
        assert_eq!(meant_by("OTEL_EXPORTER_OTLP_HEADER"), headers);
        assert_eq!(meant_by("OTEL_EXPORTER_OTLP_HEADERS"), None);
        assert_eq!(meant_by("OTEL_PYTHON_LOG_CORRELATION"), None);
        assert_eq!(meant_by("OTLP_HEADERS"), None);
    }
}
