//! Why sending stopped, in words: what, on what, why, and what to do now.

use crate::delivery::Stop;
use crate::flow::report::{self, DestinationLabel};

/// The words for a stop.
pub(super) fn told(stop: &Stop, label: &DestinationLabel) -> report::Stop {
    let url = &label.url;
    match stop {
        Stop::NobodyThere { causes } => report::Stop {
            code: "nobody-there",
            message: format!("nobody listens at {url}, where a collector would"),
            causes: causes.clone(),
            hint: Some("name a destination with --to, or try --to local, which needs none".to_owned()),
        },
        Stop::NoAnswer { causes } => report::Stop {
            code: "no-answer",
            message: format!("{url} did not take the records within the time for retries"),
            causes: causes.clone(),
            hint: Some("check that it is up, or wait longer with --retry-for 1h; what is unsent is still in the input".to_owned()),
        },
        Stop::Denied { status, message } => report::Stop {
            code: "denied",
            message: format!("{url} does not accept the credentials (HTTP {status})"),
            causes: said(message),
            hint: Some(denied_hint(label)),
        },
        Stop::Misdirected { status, message } => misdirected(*status, message, url),
        Stop::Untrusted { message } => report::Stop {
            code: "certificate",
            message: format!("the certificate of {url} is not trusted"),
            causes: vec![message.clone()],
            hint: Some(
                "check the host name, or trust its authority with --ca-cert FILE".to_owned(),
            ),
        },
        Stop::Output { cause, closed } => report::Stop {
            code: "output",
            message: format!("cannot write to {url}"),
            causes: vec![cause.clone()],
            hint: Some(
                if *closed { "its reader ended before everything was written" } else { "make room or choose another place, and run it again" }.to_owned(),
            ),
        },
    }
}

fn said(message: &str) -> Vec<String> {
    let texts = Some(message).filter(|message| !message.is_empty());
    texts
        .map(|message| format!("the server says: {message}"))
        .into_iter()
        .collect()
}

fn denied_hint(label: &DestinationLabel) -> String {
    if label.name.starts_with("logfire") {
        "check LOGFIRE_TOKEN: it must be a write token of a project in this region".to_owned()
    } else {
        "check the credentials in --header or OTEL_EXPORTER_OTLP_HEADERS".to_owned()
    }
}

fn misdirected(status: Option<u16>, message: &str, url: &str) -> report::Stop {
    let (answer, causes, hint) = match status {
        Some(status) => (
            format!(" (HTTP {status})"),
            said(message),
            "check host, port and path: an OTLP/HTTP logs endpoint ends in /v1/logs, and a collector listens on port 4318",
        ),
        None => (
            String::new(),
            vec![message.to_owned()],
            "write http:// if the server is meant to be reached without TLS",
        ),
    };
    report::Stop {
        code: "misdirected",
        message: format!("{url} is not an OTLP endpoint{answer}"),
        causes,
        hint: Some(hint.to_owned()),
    }
}
