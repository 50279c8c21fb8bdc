//! The examples of the rules: a fragment in the document it stands for, and what is found in it.

use super::rules::Sample;
use super::{Checker, Finding, FixMode, Options, destination, framed, http};
use crate::base::units::UnixNanos;
use crate::otlp::{Encoding, Signal};

/// When the examples are looked at, in nanoseconds since 1970: a day in September 2026.
pub const NOW: UnixNanos = UnixNanos(1_790_000_000_000_000_000);

/// A resource that nothing is said about.
const RESOURCE: &str =
    r#""resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}"#;

/// What is found in a sample, and the sample repaired.
pub fn findings(sample: Sample, fix: FixMode) -> (Vec<Finding>, Option<Vec<u8>>) {
    let signal = match sample {
        Sample::Hex(_) => Some(Signal::Logs),
        _ => None,
    };
    let destination = match sample {
        Sample::To(name, _) => destination::by_name(name),
        _ => None,
    };
    let mut checker = Checker::new(Options {
        signal,
        destination,
        now: Some(NOW),
        fix,
    });
    let body = body(sample);
    let repaired = match sample {
        Sample::Http(_) => http::check_captured(&mut checker, &body),
        Sample::HexAny(_) => http::check_body(&mut checker, &http::Head::default(), &body),
        Sample::Grpc(_) => framed::check_all(&mut checker, &body, framed::Framing::Grpc),
        Sample::Hex(_) => checker.request(&body, Some(Encoding::Protobuf)),
        Sample::None => None,
        _ => checker.request(&body, Some(Encoding::Json)),
    };
    (checker.finish().findings, repaired)
}

/// A sample as a person reads it: without what stands around a fragment.
pub fn shown(sample: Sample) -> Option<&'static str> {
    match sample {
        Sample::None => None,
        Sample::Log(text)
        | Sample::Span(text)
        | Sample::Metric(text)
        | Sample::Resource(text)
        | Sample::Document(text)
        | Sample::Hex(text)
        | Sample::HexJson(text)
        | Sample::HexAny(text)
        | Sample::Grpc(text)
        | Sample::Http(text)
        | Sample::To(_, text) => Some(text),
    }
}

/// Where a sample belongs, in words.
pub fn place(sample: Sample) -> &'static str {
    match sample {
        Sample::Log(_) => "in a log record",
        Sample::Span(_) => "in a span",
        Sample::Metric(_) => "in a metric",
        Sample::Resource(_) => "in a resource",
        Sample::Document(_) => "as the body",
        Sample::Hex(_) | Sample::HexJson(_) | Sample::HexAny(_) => "as the body, in hex",
        Sample::Grpc(_) => "as a gRPC stream, in hex",
        Sample::Http(_) => "as a request",
        Sample::To(_, _) => "in a log record, for this destination",
        Sample::None => "",
    }
}

/// The bytes of a sample, whole.
pub fn body(sample: Sample) -> Vec<u8> {
    match sample {
        Sample::Log(members) | Sample::To(_, members) => {
            let defaults = [
                (
                    r#""timeUnixNano""#,
                    r#""timeUnixNano":"1790000000000000000","#,
                ),
                (r#""body""#, r#""body":{"stringValue":"paid"},"#),
            ];
            logs(&with(members, &defaults))
        }
        Sample::Span(members) => {
            let defaults = [
                (
                    r#""traceId":"0"#,
                    r#""traceId":"5b8efff798038103d269b633813fc60c","#,
                ),
                (r#""spanId":"""#, r#""spanId":"eee19b7ec3c1b174","#),
                (
                    r#""startTimeUnixNano""#,
                    r#""startTimeUnixNano":"1790000000000000000","#,
                ),
                (
                    r#""endTimeUnixNano""#,
                    r#""endTimeUnixNano":"1790000001000000000","#,
                ),
            ];
            let span = with(members, &defaults);
            format!(
                r#"{{"resourceSpans":[{{{RESOURCE},"scopeSpans":[{{"spans":[{{{span}}}]}}]}}]}}"#
            )
            .into_bytes()
        }
        Sample::Metric(members) => {
            let data = ["gauge", "sum", "istogram", "summary", "unit"];
            let filler =
                r#""gauge":{"dataPoints":[{"timeUnixNano":"1790000000000000000","asInt":"1"}]},"#;
            let has_data = data.iter().any(|name| members.contains(name));
            let filler = if has_data { "" } else { filler };
            let metric = with(members, &[(r#""name""#, r#""name":"jobs","#)]);
            format!(
                r#"{{"resourceMetrics":[{{{RESOURCE},"scopeMetrics":[{{"metrics":[{{{filler}{metric}}}]}}]}}]}}"#
            )
            .into_bytes()
        }
        Sample::Resource(members) => {
            let record = r#""timeUnixNano":"1790000000000000000","body":{"stringValue":"paid"}"#;
            format!(
                r#"{{"resourceLogs":[{{"resource":{{{members}}},"scopeLogs":[{{"logRecords":[{{{record}}}]}}]}}]}}"#
            )
            .into_bytes()
        }
        Sample::Document(text) | Sample::Http(text) => text.as_bytes().to_vec(),
        Sample::Hex(hex) | Sample::HexJson(hex) | Sample::HexAny(hex) | Sample::Grpc(hex) => {
            from_hex(hex)
        }
        Sample::None => Vec::new(),
    }
}

fn logs(record: &str) -> Vec<u8> {
    format!(r#"{{"resourceLogs":[{{{RESOURCE},"scopeLogs":[{{"logRecords":[{{{record}}}]}}]}}]}}"#)
        .into_bytes()
}

/// The members, and the defaults of those that they do not have.
fn with(members: &str, defaults: &[(&str, &str)]) -> String {
    let missing = defaults.iter().filter(|(name, _)| !members.contains(name));
    let mut text: String = missing.map(|(_, member)| *member).collect();
    text.push_str(members);
    text
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or(0);
    hex.as_bytes()
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, half| byte << 4 | digit(half)))
        .map(|byte| u8::try_from(byte).unwrap_or(0))
        .collect()
}
