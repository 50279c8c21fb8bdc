//! The round trip: sends known records, asks for exactly those, compares field by field, and says which leg failed.
//!
//! One request at a time, each leg after the one before. A leg that fails ends those that need it and no others. Settings and tokens are
//! the caller's: the [`Course`] comes with their legs run.

mod ask;
mod asked;
pub mod compare;
pub mod leg;
pub mod local;
mod send;
pub mod sent;

use std::sync::Arc;
use std::time::Duration;

use crate::base::clock::Clock;
use crate::delivery::credentials::{Credentials, Headers};
use crate::delivery::http::HttpRoute;
use crate::flow::plan::FlowError;
use crate::flow::spike::leg::{Course, FaultKind, Leg, LegName};
use crate::flow::spike::sent::{Correlation, Identity, Sent};
use crate::logfire::WARNING_HEADER;
use crate::logfire::query::RunQuery;
use crate::net::{self, ClientPlan};
use crate::otlp::{Compression, Encoding, Signal};

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
    /// Longest wait for the records to be visible.
    pub wait: Duration,
    /// Whether metrics are sent.
    pub metrics: Metrics,
    /// Whose records they are.
    pub identity: Identity,
    /// The time.
    pub clock: Arc<dyn Clock>,
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
    project_url: Option<String>,
    warnings: Vec<String>,
    visible_after: Option<Duration>,
    correlation: Correlation,
}

/// Makes the round trip.
///
/// Errors: what keeps any request from being made.
pub fn spike(plan: &SpikePlan, mut course: Course<'_>) -> Result<SpikeReport, FlowError> {
    let runtime = super::send::runtime()?;
    let credentials = |headers: &Headers| Credentials::new(headers.clone(), None).map(Arc::new);
    let mut trip = Trip {
        plan,
        http: net::client(&plan.client)?,
        write: credentials(&plan.write)?,
        read: plan.read.as_ref().map(credentials).transpose()?,
        sent: Sent::new(plan.identity.clone()),
        project_url: None,
        warnings: Vec::new(),
        visible_after: None,
        correlation: Correlation::Kept,
    };
    if trip.connect(&mut course) {
        runtime.block_on(trip.run(&mut course));
    }
    course.skip_rest("not reached");
    let verdict = match course.fault {
        Some(kind) => Verdict::Failed(kind),
        None if trip.visible_after.is_some() => Verdict::Verified,
        None => Verdict::Accepted,
    };
    let query = trip.query();
    Ok(SpikeReport {
        run_id: plan.identity.run_id.clone(),
        legs: course.legs,
        verdict,
        visible_after: trip.visible_after,
        link: trip.project_url.as_deref().map(|url| query.link(url)),
        warnings: trip.warnings,
        sent: trip.sent.row_count(trip.correlation),
    })
}

impl SpikeReport {
    /// The report of a trip that ended before anything was sent.
    pub fn unsent(run_id: String, mut course: Course<'_>) -> SpikeReport {
        course.skip_rest("not reached");
        SpikeReport {
            run_id,
            legs: course.legs,
            verdict: Verdict::Failed(course.fault.unwrap_or(FaultKind::Setup)),
            visible_after: None,
            link: None,
            warnings: Vec::new(),
            sent: 0,
        }
    }
}

impl Trip<'_> {
    async fn run(&mut self, course: &mut Course<'_>) {
        if !self.authorize(course).await {
            return;
        }
        if !self.send_all(course).await {
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

    /// Reaches the server; tells whether that went well.
    fn connect(&mut self, course: &mut Course<'_>) -> bool {
        course.begin(LegName::Connection);
        let reached = net::reach::reach(&self.plan.client, &*self.plan.clock);
        course.end(LegName::Connection, send::connection(reached));
        !course.has_failed()
    }

    fn query(&self) -> RunQuery {
        RunQuery {
            run_id: self.plan.identity.run_id.clone(),
            since_unix_nano: self.plan.identity.now.0,
        }
    }

    /// A route to a path beside the logs endpoint.
    fn route(&self, url: String, credentials: &Arc<Credentials>) -> HttpRoute {
        let (encoding, credentials) = (Encoding::Protobuf, Arc::clone(credentials));
        let compression = self.plan.compression;
        HttpRoute::new(self.http.clone(), url, encoding, compression, credentials)
    }

    /// Remembers what the server wants the user to know.
    fn note_warning(&mut self, received: &crate::delivery::http::Received, route: &HttpRoute) {
        if let Some(text) = received.header(WARNING_HEADER) {
            let text = route.presentable(text);
            if !self.warnings.contains(&text) {
                self.warnings.push(text);
            }
        }
    }

    /// Where another signal of the destination goes, when where its logs go tells that.
    fn url_of(&self, signal: Signal) -> Option<String> {
        self.beside(signal.path())
    }

    fn beside(&self, path_and_query: &str) -> Option<String> {
        let logs = &self.plan.client.url;
        let (path, query) = logs.split_once('?').unwrap_or((logs, ""));
        let base = path.strip_suffix(Signal::Logs.path())?;
        let url = format!("{base}{path_and_query}");
        Some(if query.is_empty() {
            url
        } else {
            format!("{url}?{query}")
        })
    }
}
