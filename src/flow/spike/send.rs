//! The legs that carry telemetry: spans, logs and the counter, each in one request that is made again when it may work later.
//!
//! A request that went out and was not answered may have been taken. Making it again is what OTLP asks for, and may double what it holds:
//! how often each was perhaps taken is remembered for the comparison.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::base::units::ByteCount;
use crate::delivery::http::{HttpRoute, NoAnswer, Received};
use crate::flow::spike::leg::{Course, Ending, Fault, FaultKind, LegName};
use crate::flow::spike::sent::Correlation;
use crate::flow::spike::skew::Stamps;
use crate::flow::spike::{Backend, Metrics, Trip, shown};
use crate::net;
use crate::otlp::answer::status_text;
use crate::otlp::compress::Compressor;
use crate::otlp::{Compression, Encoding, Signal};
use crate::pipeline::classify::{Disposition, RetryCodes, classify};

/// Times a request is made before a fault that may pass counts as one.
const ATTEMPTS_MAX: u32 = 3;

/// From one attempt to the next, unless the server says otherwise.
const ATTEMPT_PAUSE: Duration = Duration::from_millis(250);

/// An answer that is final.
pub(super) struct Insisted {
    pub(super) received: Received,
    /// How often the server may have taken what was sent.
    pub(super) copies: usize,
    /// When the attempt that it is the answer of was made, and answered.
    pub(super) stamps: Stamps,
}

/// A request that was taken.
struct Taken {
    /// Status and size.
    detail: String,
    copies: usize,
}

/// A request that was not.
struct Problem {
    fault: Fault,
    /// Whether there is no such endpoint.
    is_elsewhere: bool,
    /// Whether a part of it was taken, which can be asked for.
    is_partly_taken: bool,
}

impl Trip<'_> {
    /// The three signals; tells whether there is anything to ask for.
    pub(super) async fn send_all(&mut self, course: &mut Course<'_>) -> bool {
        self.send_traces(course).await;
        course.begin(LegName::Logs);
        let body = self.sent.logs_body(self.correlation);
        let count = self.sent.logs.len();
        let url = self.plan.client.url.clone();
        let ending = match self.send(url, body).await {
            Ok(taken) => {
                self.is_sent = true;
                self.copies.logs = taken.copies;
                Ending::Pass(format!("{count} records · {}", taken.detail))
            }
            Err(problem) => {
                self.is_sent = problem.is_partly_taken;
                Ending::Fail(problem.fault)
            }
        };
        course.end(LegName::Logs, ending);
        if self.is_sent {
            self.send_metrics(course).await;
        }
        self.is_sent
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
            Ok(taken) => {
                self.copies.spans = taken.copies;
                let detail = format!("{count} spans · {}", taken.detail);
                course.end(LegName::Traces, Ok(detail));
            }
            Err(problem) => {
                self.correlation = Correlation::LeftOut;
                self.settle(LegName::Traces, problem, course);
            }
        }
    }

    /// Nothing documents where the attributes of a point are found again, so the counter is not asked for.
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
            Ok(taken) => {
                let detail = format!("1 counter · {} · not asked back", taken.detail);
                course.end(LegName::Metrics, Ok(detail));
            }
            Err(problem) => self.settle(LegName::Metrics, problem, course),
        }
    }

    /// A backend for logs alone is no fault.
    fn settle(&self, name: LegName, problem: Problem, course: &mut Course<'_>) {
        let ending = if self.plan.backend == Backend::Other && problem.is_elsewhere {
            Ending::Skip("this backend takes none".to_owned())
        } else {
            Ending::Fail(problem.fault)
        };
        course.end(name, ending);
    }

    /// Sends one body; what it took on the wire, or why it was not taken.
    async fn send(&mut self, url: String, body: Vec<u8>) -> Result<Taken, Problem> {
        let write = Arc::clone(&self.write);
        let route = self.route(url, &write);
        let compression = self.plan.compression;
        let wire = Compressor::new(compression).compress(&body).unwrap_or(body);
        let size = ByteCount(wire.len() as u64);
        let Insisted {
            received, copies, ..
        } = self
            .insist(&route, &Bytes::from(wire))
            .await
            .map_err(|fault| Problem {
                fault,
                is_elsewhere: false,
                is_partly_taken: false,
            })?;
        if let Some(warning) = judged(&received, &route, size)? {
            self.warn(warning);
        }
        let how = match compression {
            Compression::None => String::new(),
            compression => format!(" {compression}"),
        };
        Ok(Taken {
            detail: format!("HTTP {} · {size}{how}", received.status),
            copies,
        })
    }

    /// Makes a request until its answer is final; the fault when there is none.
    pub(super) async fn insist(
        &mut self,
        route: &HttpRoute,
        wire: &Bytes,
    ) -> Result<Insisted, Fault> {
        let clock = Arc::clone(&self.plan.clock);
        let mut copies = 1;
        for attempt in 1.. {
            let asked = clock.now();
            let answer = route.attempt(wire.clone(), &*clock).await;
            let answered = clock.now();
            let (after, fault) = match answer {
                Ok(received) => {
                    self.note_warning(&received, route);
                    let Some((after, fault)) = for_now(&received, route) else {
                        return Ok(Insisted {
                            received,
                            copies,
                            stamps: Stamps { asked, answered },
                        });
                    };
                    // Who answers like this may not know what became of it; only a 429 says that nothing was done.
                    copies += usize::from(received.status != 429);
                    (after, fault)
                }
                Err(no_answer) => {
                    let is_final = matches!(
                        no_answer.fault,
                        net::Fault::Certificate | net::Fault::NotTls
                    );
                    copies += usize::from(no_answer.fault == net::Fault::Other);
                    let fault = unanswered(&no_answer, &self.plan.client.url);
                    if is_final {
                        return Err(fault);
                    }
                    (None, fault)
                }
            };
            if let Some(wish) = after.filter(|wish| *wish > self.patience) {
                return Err(beyond(fault, wish, self.patience));
            }
            if attempt == ATTEMPTS_MAX {
                return Err(fault);
            }
            self.patience = self.patience.saturating_sub(after.unwrap_or_default());
            clock.pause(after.unwrap_or(ATTEMPT_PAUSE)).await;
        }
        unreachable!("the attempts end")
    }
}

/// The wish and the fault of an answer that may be another one later.
fn for_now(received: &Received, route: &HttpRoute) -> Option<(Option<Duration>, Fault)> {
    let Disposition::Retry { after, message } = disposition(received) else {
        return None;
    };
    let said = status_text(received.status, &shown(route, &message));
    let hint = "the server is not well or has too much to do; run it again later";
    Some((after, Fault::new(FaultKind::Undelivered, said, Some(hint))))
}

/// The fault when the server asks for more patience than is left.
pub(super) fn beyond(fault: Fault, pause: Duration, left: Duration) -> Fault {
    let pause = pause.as_secs_f64().ceil();
    let left = (left.as_secs_f64() * 10.0).round() / 10.0;
    Fault {
        detail: format!(
            "{}; it asks for a wait of {pause} s, and {left} s of --wait are left",
            fault.detail
        ),
        hint: Some(format!(
            "run it again in {pause} s, or with a longer --wait"
        )),
        ..fault
    }
}

fn disposition(received: &Received) -> Disposition {
    classify(Encoding::Protobuf, RetryCodes::Broad, received.answer())
}

/// What the server says beside having taken all of it, or why it did not.
fn judged(
    received: &Received,
    route: &HttpRoute,
    size: ByteCount,
) -> Result<Option<String>, Problem> {
    let status = received.status;
    let said = |message: &str| status_text(status, &shown(route, message));
    let not = |kind, detail: String, hint: &str| {
        Err(Problem {
            fault: Fault::new(kind, detail, Some(hint)),
            is_elsewhere: matches!(status, 404 | 405 | 415 | 501),
            is_partly_taken: kind == FaultKind::Differs && (200..300).contains(&status),
        })
    };
    match disposition(received) {
        Disposition::Delivered { message } => {
            Ok(Some(shown(route, &message)).filter(|message| !message.is_empty()))
        }
        Disposition::PartlyRejected { rejected, message } => {
            let message = shown(route, &message);
            let detail = format!("HTTP {status}, but {rejected} rejected: {message}");
            let hint = "the server says why; its clock and this machine's may be apart";
            not(FaultKind::Differs, detail, hint)
        }
        Disposition::Denied { message } => {
            let hint = "the server denies the token: otelctl token status";
            not(FaultKind::Refused, said(&message), hint)
        }
        Disposition::Misdirected { message } => {
            let hint = "check the URL: this is no OTLP/HTTP endpoint";
            not(FaultKind::Refused, said(&message), hint)
        }
        Disposition::Refused { message } | Disposition::Retry { message, .. } => {
            let hint = "the server does not take what every OTLP server should";
            not(FaultKind::Differs, said(&message), hint)
        }
        Disposition::Split => {
            let hint = format!("the server takes less than {size} in a request: raise its limit");
            not(FaultKind::Differs, said("too large"), &hint)
        }
    }
}

/// The fault of a request that got no whole answer.
pub(super) fn unanswered(no_answer: &NoAnswer, url: &str) -> Fault {
    let why = no_answer.causes.last().cloned().unwrap_or_default();
    let (kind, hint) = match no_answer.fault {
        net::Fault::Certificate => (
            FaultKind::Refused,
            "OTEL_EXPORTER_OTLP_CERTIFICATE names the file with the authority to trust",
        ),
        net::Fault::NotTls => (FaultKind::Refused, "try the URL with http://"),
        net::Fault::ConnectionRefused => (
            FaultKind::Undelivered,
            "it listened a moment ago: look whether the server still runs",
        ),
        net::Fault::Other if url.starts_with("http:") => (
            FaultKind::Undelivered,
            "look at the server's own log; if it speaks TLS, write https://",
        ),
        net::Fault::Other => (
            FaultKind::Undelivered,
            "look at the server's own log, and at what stands between",
        ),
    };
    Fault::new(kind, format!("no answer: {why}"), Some(hint))
}
