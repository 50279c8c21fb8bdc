//! The legs up to the last request that carries telemetry: the connection, the tokens, the clock, and the three signals.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::delivery::credentials::Credentials;
use crate::delivery::http::{HttpRoute, NoAnswer, Received};
use crate::flow::spike::leg::{Course, Fault, FaultKind, LegName};
use crate::flow::spike::sent::Correlation;
use crate::flow::spike::{Backend, Metrics, Trip};
use crate::logfire::{INFO_PATH, READ_TOKEN_PATH};
use crate::net::reach::{Reach, ReachError};
use crate::otlp::answer::error_message;
use crate::otlp::compress::Compressor;
use crate::otlp::{Compression, Encoding, Signal};
use crate::pipeline::classify::{Answer, Disposition, RetryCodes, classify};

/// Times a request is made before a fault that may pass counts as one.
const ATTEMPTS_MAX: u32 = 3;

/// From one attempt to the next, unless the server says otherwise.
const ATTEMPT_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause that a server may ask for here; somebody is watching.
const ATTEMPT_PAUSE_MAX: Duration = Duration::from_secs(5);

/// How far a clock may be ahead of the server's before records are outside of its window.
const AHEAD_MAX: Duration = Duration::from_secs(3_600);

/// How far behind.
const BEHIND_MAX: Duration = Duration::from_secs(24 * 3_600);

const READ_TOKEN_HINT: &str =
    "make a read token in the project's settings and run: otelctl token set --kind read";

/// The connection's leg.
pub(super) fn connection(reached: Result<Reach, ReachError>) -> Result<String, Fault> {
    let millis = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
    match reached {
        Ok(Reach::Proxy) => Ok("through the proxy".to_owned()),
        Ok(Reach::Direct { dns, tcp, tls, .. }) => {
            let mut steps = vec![
                format!("dns {}", millis(dns)),
                format!("tcp {}", millis(tcp)),
            ];
            steps.extend(tls.map(|time| format!("tls {}", millis(time))));
            Ok(steps.join(" · "))
        }
        Err(error) => {
            let (kind, hint) = match &error {
                ReachError::Dns { .. } => {
                    let hint = "check the name, and this machine's DNS";
                    (FaultKind::Undelivered, hint)
                }
                ReachError::Tcp { .. } => {
                    (FaultKind::Undelivered, "check the port and the firewall")
                }
                // A new try meets the same certificate.
                ReachError::Tls { .. } => (
                    FaultKind::Refused,
                    "check the certificate: OTEL_EXPORTER_OTLP_CERTIFICATE names what to trust",
                ),
            };
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            let detail = format!("{error}: {cause}");
            Err(Fault::new(kind, detail, Some(hint)))
        }
    }
}

/// One answer to one request.
enum Reply {
    /// With a status.
    Said(Received),
    /// None.
    Nothing(NoAnswer),
}

impl Trip<'_> {
    /// The tokens' leg and the clocks'; tells whether to go on.
    pub(super) async fn authorize(&mut self, course: &mut Course<'_>) -> bool {
        course.begin(LegName::Authorization);
        let (result, received) = match self.plan.backend {
            Backend::Logfire => self.ask_logfire().await,
            Backend::Other => self.ask_other().await,
        };
        let may_go_on = result.is_ok();
        course.end(LegName::Authorization, result);
        if may_go_on {
            course.begin(LegName::Clock);
            match received.as_ref().and_then(|answer| self.skew(answer)) {
                Some(result) => course.end(LegName::Clock, result),
                None => course.skip(LegName::Clock, "the server names no date"),
            }
        }
        may_go_on
    }

    async fn ask_logfire(&mut self) -> (Result<String, Fault>, Option<Received>) {
        let write = Arc::clone(&self.write);
        let received = match self.get(INFO_PATH, &write).await {
            Reply::Said(received) => received,
            Reply::Nothing(no_answer) => return (Err(unanswered(&no_answer)), None),
        };
        match received.status {
            200..=299 => {
                let name = self.learn_project(&received);
                let write = name.map_or("write token accepted".to_owned(), |name| {
                    format!("write token of {name}")
                });
                let result = self.check_read().await;
                (result.map(|read| write + &read), Some(received))
            }
            401..=403 => (Err(self.denied_write(&received).await), None),
            404 => {
                let detail = "the server does not tell about tokens (HTTP 404)";
                (Ok(detail.to_owned()), Some(received))
            }
            _ => (Err(unexpected(&received)), None),
        }
    }

    /// What is known of the read token, to stand behind what is known of the other.
    async fn check_read(&mut self) -> Result<String, Fault> {
        let Some(read) = self.read.clone() else {
            return Ok(String::new());
        };
        match self.get(READ_TOKEN_PATH, &read).await {
            Reply::Said(received) if (401..=403).contains(&received.status) => {
                let said = said(&received);
                let is_write = self.is_good_for(INFO_PATH, &read).await;
                let (detail, hint) = if is_write {
                    let detail = format!("the read token is denied ({said}): it is a write token");
                    (detail, READ_TOKEN_HINT)
                } else {
                    (
                        format!("the read token is denied: {said}"),
                        denied_hint(&said, READ_TOKEN_HINT),
                    )
                };
                Err(Fault::new(FaultKind::Refused, detail, Some(hint)))
            }
            Reply::Said(received) if (200..300).contains(&received.status) => {
                Ok(" · read token accepted".to_owned())
            }
            // An older server has no such endpoint; the query will tell.
            _ => Ok(String::new()),
        }
    }

    /// Why the write token was denied: it may be the other one.
    async fn denied_write(&mut self, received: &Received) -> Fault {
        let said = said(received);
        let write = Arc::clone(&self.write);
        if !self.is_good_for(READ_TOKEN_PATH, &write).await {
            let hint = "check that it is whole, not revoked, and of this region: each region knows its own tokens only";
            let detail = format!("the write token is denied: {said}");
            return Fault::new(FaultKind::Refused, detail, Some(denied_hint(&said, hint)));
        }
        let is_swapped = match self.read.clone() {
            Some(read) => self.is_good_for(INFO_PATH, &read).await,
            None => false,
        };
        let (detail, hint) = if is_swapped {
            (
                "the two tokens are swapped: the one that should send can only read",
                "exchange them: LOGFIRE_TOKEN takes the write token, LOGFIRE_READ_TOKEN the read token",
            )
        } else {
            (
                "the token that should send is a read token",
                "make a write token in the project's settings and run: otelctl token set",
            )
        };
        Fault::new(FaultKind::Refused, format!("{detail} ({said})"), Some(hint))
    }

    async fn is_good_for(&mut self, path: &str, credentials: &Arc<Credentials>) -> bool {
        let reply = self.get(path, credentials).await;
        matches!(reply, Reply::Said(received) if (200..300).contains(&received.status))
    }

    async fn ask_other(&mut self) -> (Result<String, Fault>, Option<Received>) {
        let write = Arc::clone(&self.write);
        let route = self.route(self.plan.client.url.clone(), &write);
        // A message without fields has no bytes, and nothing to compress.
        let received = match route.attempt(Bytes::new(), &*self.plan.clock).await {
            Ok(received) => received,
            Err(no_answer) => return (Err(unanswered(&no_answer)), None),
        };
        let hint = "check OTEL_EXPORTER_OTLP_HEADERS, or the token: otelctl token status --to URL";
        let result = match received.status {
            401..=403 => {
                let detail = route.presentable(&said(&received));
                Err(Fault::new(FaultKind::Refused, detail, Some(hint)))
            }
            200..=299 => Ok("an empty request is taken".to_owned()),
            status => Ok(format!("an empty request is answered with HTTP {status}")),
        };
        (result, Some(received))
    }

    async fn get(&mut self, path: &str, credentials: &Arc<Credentials>) -> Reply {
        let url = self
            .beside(path)
            .unwrap_or_else(|| self.plan.client.url.clone());
        let route = self.route(url, credentials);
        match route.ask(&*self.plan.clock).await {
            Ok(mut received) => {
                self.note_warning(&received, &route);
                // Nothing after this shows a token that the server repeats.
                let text = String::from_utf8_lossy(&received.body).into_owned();
                received.body = route.credentials().scrub(text).into_bytes();
                Reply::Said(received)
            }
            Err(no_answer) => Reply::Nothing(no_answer),
        }
    }

    fn learn_project(&mut self, received: &Received) -> Option<String> {
        let answer: serde_json::Value = serde_json::from_slice(&received.body).ok()?;
        let text = |key: &str| Some(answer.get(key)?.as_str()?.to_owned());
        let url = text("project_url");
        self.project_url = url.filter(|url| url.starts_with("https://"));
        text("project_name")
    }

    /// How far the clocks are apart.
    fn skew(&self, received: &Received) -> Option<Result<String, Fault>> {
        let date = received.header("date")?;
        let date = DateTimeParser::new()
            .relaxed_weekday(true)
            .parse_timestamp(date);
        let server = u64::try_from(date.ok()?.as_nanosecond()).ok()?;
        let ours = self.plan.clock.now().0;
        let apart = Duration::from_nanos(ours.abs_diff(server));
        // The server's date has no fraction.
        if apart < Duration::from_secs(2) {
            return Some(Ok("less than 2 s apart".to_owned()));
        }
        let (word, limit) = if ours > server {
            ("ahead of", AHEAD_MAX)
        } else {
            ("behind", BEHIND_MAX)
        };
        let detail = format!("{} s {word} the server's", apart.as_secs());
        if apart <= limit {
            return Some(Ok(detail));
        }
        let hint = "set this machine's clock: the server rejects records of such times";
        Some(Err(Fault::new(FaultKind::Refused, detail, Some(hint))))
    }

    /// The three signals; tells whether there is anything to ask for.
    pub(super) async fn send_all(&mut self, course: &mut Course<'_>) -> bool {
        self.send_traces(course).await;
        course.begin(LegName::Logs);
        let body = self.sent.logs_body(self.correlation);
        let count = self.sent.logs.len();
        let url = self.plan.client.url.clone();
        let result = self.send(url, body).await.map_err(|problem| problem.fault);
        let are_there = result.is_ok();
        course.end(
            LegName::Logs,
            result.map(|size| format!("{count} records · {size}")),
        );
        if !are_there {
            return false;
        }
        self.send_metrics(course).await;
        true
    }

    /// Spans go first, so that no log names one that is not there.
    async fn send_traces(&mut self, course: &mut Course<'_>) {
        let Some(url) = self.url_of(Signal::Traces) else {
            self.correlation = Correlation::LeftOut;
            course.skip(LegName::Traces, "the URL does not tell where traces go");
            return;
        };
        course.begin(LegName::Traces);
        let body = self.sent.traces_body();
        let count = self.sent.spans.len();
        match self.send(url, body).await {
            Ok(size) => course.end(LegName::Traces, Ok(format!("{count} spans · {size}"))),
            Err(problem) => {
                self.correlation = Correlation::LeftOut;
                self.settle(LegName::Traces, problem, course);
            }
        }
    }

    async fn send_metrics(&mut self, course: &mut Course<'_>) {
        if self.plan.metrics == Metrics::LeftOut {
            course.skip(LegName::Metrics, "--no-metrics");
            return;
        }
        let Some(url) = self.url_of(Signal::Metrics) else {
            course.skip(LegName::Metrics, "the URL does not tell where metrics go");
            return;
        };
        course.begin(LegName::Metrics);
        let body = self.sent.metrics_body();
        match self.send(url, body).await {
            Ok(size) => course.end(LegName::Metrics, Ok(format!("1 counter · {size}"))),
            Err(problem) => self.settle(LegName::Metrics, problem, course),
        }
    }

    /// A backend for logs alone is no fault.
    fn settle(&self, name: LegName, problem: Problem, course: &mut Course<'_>) {
        if self.plan.backend == Backend::Other && problem.is_elsewhere {
            course.skip(name, "this backend takes none");
        } else {
            course.end(name, Err(problem.fault));
        }
    }

    /// Sends one body; what it took on the wire, or why it was not taken.
    async fn send(&mut self, url: String, body: Vec<u8>) -> Result<String, Problem> {
        let write = Arc::clone(&self.write);
        let route = self.route(url, &write);
        let compression = self.plan.compression;
        let wire = Compressor::new(compression).compress(&body).unwrap_or(body);
        let size = crate::base::units::ByteCount(wire.len() as u64);
        let wire = Bytes::from(wire);
        let mut attempt = 1;
        loop {
            let answer = route.attempt(wire.clone(), &*self.plan.clock).await;
            let (pause, fault) = match answer {
                Ok(received) => {
                    self.note_warning(&received, &route);
                    match judged(&received, &route) {
                        Judged::Taken => {
                            let how = match compression {
                                Compression::None => String::new(),
                                compression => format!(" {compression}"),
                            };
                            return Ok(format!("HTTP {} · {size}{how}", received.status));
                        }
                        Judged::Not(problem) => return Err(problem),
                        Judged::NotNow { after, fault } => (after, fault),
                    }
                }
                Err(no_answer) => (None, unanswered(&no_answer)),
            };
            if attempt == ATTEMPTS_MAX {
                return Err(Problem {
                    fault,
                    is_elsewhere: false,
                });
            }
            attempt += 1;
            let pause = pause.unwrap_or(ATTEMPT_PAUSE).min(ATTEMPT_PAUSE_MAX);
            tokio::time::sleep(pause).await;
        }
    }
}

/// A request that was not taken.
struct Problem {
    fault: Fault,
    /// Whether there is no such endpoint.
    is_elsewhere: bool,
}

enum Judged {
    Taken,
    Not(Problem),
    NotNow {
        after: Option<Duration>,
        fault: Fault,
    },
}

fn judged(received: &Received, route: &HttpRoute) -> Judged {
    let answer = Answer {
        status: received.status,
        content_type: &received.content_type,
        retry_after: received.retry_after,
        body: &received.body,
    };
    let said = |message: &str| said_with(received.status, &route.presentable(message));
    let not = |kind, detail: String, hint: Option<&str>| {
        Judged::Not(Problem {
            fault: Fault::new(kind, detail, hint),
            is_elsewhere: matches!(received.status, 404 | 405 | 415 | 501),
        })
    };
    match classify(Encoding::Protobuf, RetryCodes::Broad, answer) {
        Disposition::Delivered { .. } => Judged::Taken,
        Disposition::PartlyRejected { rejected, message } => {
            let message = route.presentable(&message);
            let detail = format!(
                "HTTP {}, but {rejected} rejected: {message}",
                received.status
            );
            not(FaultKind::Differs, detail, None)
        }
        Disposition::Retry { after, message } => Judged::NotNow {
            after,
            fault: Fault::new(FaultKind::Undelivered, said(&message), None),
        },
        Disposition::Denied { message } => {
            let hint = "the server denies the token";
            not(FaultKind::Refused, said(&message), Some(hint))
        }
        Disposition::Misdirected { message } => {
            let hint = "check the URL: this is no OTLP/HTTP endpoint";
            not(FaultKind::Refused, said(&message), Some(hint))
        }
        Disposition::Refused { message } => not(FaultKind::Differs, said(&message), None),
        Disposition::Split => not(FaultKind::Differs, said("too large"), None),
    }
}

fn said(received: &Received) -> String {
    let message = error_message(&received.content_type, &received.body);
    said_with(received.status, &message)
}

fn said_with(status: u16, message: &str) -> String {
    if message.is_empty() {
        return format!("HTTP {status}");
    }
    format!("HTTP {status}: {message}")
}

fn denied_hint<'h>(said: &str, otherwise: &'h str) -> &'h str {
    if said.contains("expired") {
        "make a new token in the project's settings, and store it: otelctl token set --kind write|read"
    } else {
        otherwise
    }
}

fn unexpected(received: &Received) -> Fault {
    let kind = match received.status {
        408 | 429 | 500..=599 => FaultKind::Undelivered,
        _ => FaultKind::Refused,
    };
    Fault::new(kind, said(received), None)
}

fn unanswered(no_answer: &NoAnswer) -> Fault {
    let why = no_answer.causes.last().cloned().unwrap_or_default();
    Fault::new(FaultKind::Undelivered, why, None)
}
