//! The round trip: sends known records, asks for exactly those, compares field by field, and says which leg failed.
//!
//! One request at a time, each leg after the one before. A leg that fails ends those that tell nothing without it; a signal ends the leg that
//! is under way and with it the trip, which then has a verdict like any other. Settings and tokens are the caller's: the [`Course`] comes with
//! their legs run.
//!
//! A request whose answer was lost is sent again, so what it holds may arrive twice. That is OTLP's own rule and no fault of the server: such
//! doubles are told and forgiven. The counter is not asked for: nothing documents where its attributes are found again.

mod ask;
mod asked;
mod authorize;
mod compare;
mod connect;
mod drafts;
pub mod leg;
pub mod local;
mod parts;
mod send;
pub mod sent;
mod skew;

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::base::clock::Clock;
use crate::base::secret::scrub_remembered;
use crate::delivery::credentials::{Credentials, Headers};
use crate::delivery::http::{HttpRoute, Received};
use crate::flow::plan::{FlowError, SignalMode};
use crate::flow::signals::{Heard, Signals};
use crate::flow::spike::leg::{Course, FaultKind, Leg};
use crate::flow::spike::parts::Copies;
use crate::flow::spike::sent::{Correlation, Identity, Sent};
use crate::logfire::WARNING_HEADER;
use crate::logfire::query::RunQuery;
use crate::net::{self, ClientPlan};
use crate::otlp::{Compression, Encoding, Signal};

/// Different warnings of a server that are kept.
const WARNINGS_MAX: usize = 10;

/// Whether the counter is sent too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metrics {
    /// It is.
    Sent,
    /// It is not.
    LeftOut,
}

/// Which backend it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Logfire, which can be asked.
    Logfire,
    /// Any other OTLP server.
    Other,
}

/// How often the records are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// From the first question to the second; each pause is twice the one before.
    pub first: Duration,
    /// The longest pause, unless the server asks for more.
    pub max: Duration,
}

/// Ingestion takes seconds, and the stand-in none.
pub const PACE: Pace = Pace {
    first: Duration::from_millis(50),
    max: Duration::from_secs(5),
};

/// A round trip to make.
pub struct SpikePlan {
    /// The URL of the logs endpoint, and how to reach it.
    pub client: ClientPlan,
    /// What it is.
    pub backend: Backend,
    /// Headers of everything that is sent, the write token among them.
    pub write: Headers,
    /// The header with the read token.
    pub read: Option<Headers>,
    /// How bodies are compressed.
    pub compression: Compression,
    /// Longest wait for the records to be visible, and for a server that asks for patience.
    pub wait: Duration,
    /// How often they are asked for.
    pub pace: Pace,
    /// Whether metrics are sent.
    pub metrics: Metrics,
    /// Whose records they are.
    pub identity: Identity,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Whether signals of the process end the trip.
    pub signals: SignalMode,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every field came back as it was sent.
    Verified,
    /// The server took all of it, and nothing was verified.
    Accepted,
    /// A leg failed.
    Failed(FaultKind),
}

/// A round trip that ended.
#[derive(Debug)]
pub struct SpikeReport {
    /// The value of `otelctl.run_id`.
    pub run_id: String,
    /// Every leg.
    pub legs: Vec<Leg>,
    /// What came of it.
    pub verdict: Verdict,
    /// From the last answer to the records' being visible.
    pub visible_after: Option<Duration>,
    /// Where a person sees them.
    pub link: Option<String>,
    /// What the server wants the user to know.
    pub warnings: Vec<String>,
    /// Log records and spans that were sent.
    pub sent: usize,
}

/// What is known while the legs are run.
struct Trip<'t> {
    plan: &'t SpikePlan,
    http: net::HttpClient,
    write: Arc<Credentials>,
    read: Option<Arc<Credentials>>,
    sent: Sent,
    project_url: Option<Url>,
    warnings: Vec<String>,
    visible_after: Option<Duration>,
    correlation: Correlation,
    copies: Copies,
    /// Whether records were taken, all or some of them.
    is_sent: bool,
    /// How much of the wait is left for a server that asks for patience while it is sent to.
    patience: Duration,
}

/// Makes the round trip.
///
/// Errors: what keeps any request from being made.
pub fn spike(plan: &SpikePlan, mut course: Course<'_>) -> Result<SpikeReport, FlowError> {
    let runtime = super::send::runtime()?;
    let mut trip = Trip::new(plan)?;
    let listening = |source| FlowError::Start {
        what: "listening for signals",
        source,
    };
    let signal = runtime.block_on(async {
        let mut signals = Signals::new(plan.signals)?;
        Ok(tokio::select! {
            signal = stop(&mut signals) => Some(signal),
            () = trip.run(&mut course) => None,
        })
    });
    // A look-up of a name can hang, and nobody waits for it after a signal.
    runtime.shutdown_background();
    if let Some(signal) = signal.map_err(listening)? {
        course.interrupt(signal);
    }
    course.skip_rest("not reached");
    Ok(trip.report(course))
}

/// The number of the first signal that asks for an end.
async fn stop(signals: &mut Signals) -> u8 {
    loop {
        if let Heard::Stop(signal) = signals.next().await {
            return signal;
        }
    }
}

/// A server's text as it may be shown: without any secret, on not more than a few lines.
fn shown(route: &HttpRoute, text: &str) -> String {
    route.presentable(&scrub_remembered(text))
}

impl SpikeReport {
    /// The report of a trip that ended before anything was sent.
    pub fn unsent(run_id: String, mut course: Course<'_>) -> SpikeReport {
        course.skip_rest("not reached");
        SpikeReport {
            run_id,
            verdict: Verdict::Failed(course.fault.unwrap_or(FaultKind::Setup)),
            legs: course.legs,
            visible_after: None,
            link: None,
            warnings: Vec::new(),
            sent: 0,
        }
    }
}

impl<'t> Trip<'t> {
    fn new(plan: &'t SpikePlan) -> Result<Trip<'t>, FlowError> {
        let credentials = |headers: &Headers| Credentials::new(headers.clone(), None).map(Arc::new);
        Ok(Trip {
            plan,
            http: net::client(&plan.client)?,
            write: credentials(&plan.write)?,
            read: plan.read.as_ref().map(credentials).transpose()?,
            sent: Sent::new(plan.identity.clone()),
            project_url: None,
            warnings: Vec::new(),
            visible_after: None,
            correlation: Correlation::Kept,
            copies: Copies::default(),
            is_sent: false,
            patience: plan.wait,
        })
    }

    async fn run(&mut self, course: &mut Course<'_>) {
        let goes_on = self.connect(course).await
            && self.authorize(course).await
            && self.send_all(course).await;
        if !goes_on {
            return;
        }
        if self.plan.backend == Backend::Other {
            course.skip_rest("this backend cannot be asked");
        } else if self.read.is_none() {
            course.skip_rest("no read token");
        } else {
            self.read_back(course).await;
        }
    }

    fn report(self, course: Course<'_>) -> SpikeReport {
        let verdict = match course.fault {
            Some(kind) => Verdict::Failed(kind),
            None if self.visible_after.is_some() => Verdict::Verified,
            None => Verdict::Accepted,
        };
        let query = self.query();
        // Where nothing was taken there is nothing to look at.
        let is_sent = self.is_sent;
        let url = self.project_url.as_ref().filter(|_| is_sent);
        SpikeReport {
            run_id: self.plan.identity.run_id.clone(),
            legs: course.legs,
            verdict,
            visible_after: self.visible_after,
            link: url.map(|url| query.link(url)),
            warnings: self.warnings,
            sent: if is_sent {
                self.sent.row_count(self.correlation)
            } else {
                0
            },
        }
    }

    fn query(&self) -> RunQuery {
        RunQuery {
            run_id: self.plan.identity.run_id.clone(),
            since_unix_nano: self.plan.identity.now.0,
        }
    }

    /// A route for messages of OTLP.
    fn route(&self, url: String, credentials: &Arc<Credentials>) -> HttpRoute {
        let (encoding, credentials) = (Encoding::Protobuf, Arc::clone(credentials));
        let compression = self.plan.compression;
        HttpRoute::new(self.http.clone(), url, encoding, compression, credentials)
    }

    /// A route for what has no compressed body.
    fn plain_route(
        &self,
        url: String,
        credentials: &Arc<Credentials>,
        body: Encoding,
    ) -> HttpRoute {
        let credentials = Arc::clone(credentials);
        HttpRoute::new(self.http.clone(), url, body, Compression::None, credentials)
    }

    /// Remembers what the server wants the user to know.
    fn note_warning(&mut self, received: &Received, route: &HttpRoute) {
        if let Some(text) = received.header(WARNING_HEADER) {
            self.warn(shown(route, text));
        }
    }

    fn warn(&mut self, text: String) {
        if self.warnings.len() < WARNINGS_MAX && !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// Where another signal of the destination goes, when where its logs go tells that.
    fn url_of(&self, signal: Signal) -> Option<String> {
        self.beside(signal.path())
    }

    /// A path beside that of the logs. What the URL has in its query stays there.
    fn beside(&self, path: &str) -> Option<String> {
        let logs = &self.plan.client.url;
        let (before, query) = logs.split_once('?').unwrap_or((logs, ""));
        let base = before.strip_suffix(Signal::Logs.path())?;
        Some(match query {
            "" => format!("{base}{path}"),
            query => format!("{base}{path}?{query}"),
        })
    }
}
