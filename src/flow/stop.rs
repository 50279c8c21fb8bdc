//! Why sending stopped, in words: what, on what, why, and what to do now.

use crate::delivery::Stop;
use crate::flow::report::{self, DestinationLabel};

/// Whether what is unsent can be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again<'f> {
    /// All inputs are files, and this command goes on where the run ended.
    By(&'f str),
    /// All inputs are files.
    Possible,
    /// A pipe is among them, and what it gave is in this file.
    Kept(&'f str),
    /// A pipe is among them, and what it gave is kept nowhere.
    Lost,
}

impl Again<'_> {
    fn hint(self) -> String {
        match self {
            Again::By(command) => format!("go on where it ended: {command}"),
            Again::Possible => "run it again: what is unsent is still in the input".to_owned(),
            Again::Kept(file) => {
                format!("what was read and is unsent is kept: otelctl send {file}")
            }
            Again::Lost => "what was read from the pipe and is unsent is lost: send it again from where it came".to_owned(),
        }
    }
}

/// The words for a run that a signal ended early.
pub(super) fn interrupted(signal: u8, again: Again<'_>) -> report::Stop {
    let name = if signal == 15 { "SIGTERM" } else { "SIGINT" };
    report::Stop {
        code: "interrupted",
        message: format!("interrupted by {name} before everything was read and sent"),
        causes: Vec::new(),
        hint: Some(again.hint()),
    }
}

/// The words for a stop.
pub(super) fn text_of(stop: &Stop, label: &DestinationLabel, again: Again<'_>) -> report::Stop {
    let url = &label.url;
    match stop {
        Stop::NobodyThere { causes } => report::Stop {
            code: "nobody-there",
            message: format!("nobody listens at {url}, where a collector would"),
            causes: causes.clone(),
            hint: Some(
                "name a destination with --to, or try --to local, which needs none".to_owned(),
            ),
        },
        Stop::NoAnswer { causes } => report::Stop {
            code: "no-answer",
            message: format!("{url} did not take the records within the time for retries"),
            causes: causes.clone(),
            hint: Some(format!(
                "check that it is up, or wait longer with --retry-for 1h; {}",
                again.hint()
            )),
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
                if *closed {
                    "its reader ended before everything was written"
                } else {
                    "make room or choose another place, and run it again"
                }
                .to_owned(),
            ),
        },
    }
}

fn said(message: &str) -> Vec<String> {
    // Some are our own words about the answer.
    if message.starts_with("the server ") {
        return vec![message.to_owned()];
    }
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
        "check the token, or the credentials in --header or OTEL_EXPORTER_OTLP_HEADERS".to_owned()
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
