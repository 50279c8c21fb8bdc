//! Tells the destination how many records were dropped: the metric `otel.logs.dropped_count`, every minute while records are being
//! dropped, and at the end.
//!
//! A report is tried once. One that does not arrive is worth a warning, and the next one holds its counts too.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;

use crate::base::clock::Clock;
use crate::base::units::UnixNanos;
use crate::delivery::http::HttpRoute;
use crate::otlp::compress::Compressor;
use crate::otlp::drop_count::{DropCount, DropReport, Temporality};
use crate::otlp::{Compression, Signal};
use crate::pipeline::queue::{LEVELS, class_of};

/// Why the queue drops records.
pub(super) const QUEUE_FULL: &str = "queue_full";

/// Time between two reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(60);

/// Longest time a report may take; at the end of a run somebody waits for it.
const REPORT_WAIT_MAX: Duration = Duration::from_secs(5);

/// Where and how reports are made.
pub(super) struct DropPlan {
    /// `None`: the destination takes no metrics.
    pub(super) route: Option<Arc<HttpRoute>>,
    pub(super) compression: Compression,
    pub(super) resource: Vec<(String, String)>,
    pub(super) temporality: Temporality,
    pub(super) clock: Arc<dyn Clock>,
}

/// The counts, and what is known of them.
pub(super) struct Drops {
    plan: DropPlan,
    since: UnixNanos,
    counts: [u64; LEVELS],
    /// The counts in the last report that arrived.
    told: [u64; LEVELS],
    next_at: Option<Instant>,
    under_way: JoinSet<Report>,
}

/// A report that came to its end.
pub(super) struct Report {
    counts: [u64; LEVELS],
    now: UnixNanos,
    fault: Option<String>,
}

impl Drops {
    pub(super) fn new(plan: DropPlan) -> Drops {
        Drops {
            since: plan.clock.now(),
            counts: [0; LEVELS],
            told: [0; LEVELS],
            next_at: None,
            under_way: JoinSet::new(),
            plan,
        }
    }

    /// Records were dropped.
    pub(super) fn count(&mut self, levels: &[u64; LEVELS]) {
        for (sum, count) in self.counts.iter_mut().zip(levels) {
            *sum += count;
        }
        let now = self.plan.clock.instant();
        self.next_at.get_or_insert(now + REPORT_INTERVAL);
    }

    /// Begins a report if one is due.
    pub(super) fn tick(&mut self) {
        let now = self.plan.clock.instant();
        if self.next_at.is_none_or(|at| now < at) || !self.under_way.is_empty() {
            return;
        }
        self.next_at = None;
        if let Some(report) = self.report() {
            self.under_way.spawn(report);
        }
    }

    /// Waits for a report that is under way.
    pub(super) async fn ended(&mut self) -> Option<Report> {
        self.under_way.join_next().await?.ok()
    }

    /// Books a report; tells what kept it from arriving.
    pub(super) fn settle(&mut self, report: Report) -> Option<String> {
        if let Some(fault) = report.fault {
            // It is made again with the next one.
            let next = self.plan.clock.instant() + REPORT_INTERVAL;
            self.next_at.get_or_insert(next);
            return Some(format!(
                "the count of dropped records did not arrive: {fault}"
            ));
        }
        self.told = report.counts;
        if self.plan.temporality == Temporality::Delta {
            self.since = report.now;
        }
        None
    }

    /// The last report, in at most this time; tells what kept it from arriving.
    pub(super) async fn finish(&mut self, wait_max: Duration) -> Option<String> {
        let last = async {
            if let Some(earlier) = self.ended().await {
                self.settle(earlier);
            }
            let report = self.report()?.await;
            self.settle(report)
        };
        let late = || Some("the count of dropped records did not arrive in time".to_owned());
        let ended = tokio::time::timeout(wait_max.min(REPORT_WAIT_MAX), last);
        ended.await.unwrap_or_else(|_| late())
    }

    /// The report of what is not told yet; `None` when there is nothing to tell, or nobody to tell it to.
    fn report(&self) -> Option<impl Future<Output = Report> + Send + 'static> {
        let route = Arc::clone(self.plan.route.as_ref()?);
        if self.counts == self.told {
            return None;
        }
        let (counts, now) = (self.counts, self.plan.clock.now());
        let body = self.body(now, &route);
        let clock = Arc::clone(&self.plan.clock);
        Some(async move {
            let answer = tokio::time::timeout(REPORT_WAIT_MAX, route.attempt(body, &*clock)).await;
            let fault = match answer {
                Ok(Ok(received)) if (200..300).contains(&received.status) => None,
                Ok(Ok(received)) => Some(format!("HTTP {}", received.status)),
                Ok(Err(no_answer)) => Some(no_answer.causes.last().cloned().unwrap_or_default()),
                Err(_) => Some("no answer within the time limit".to_owned()),
            };
            Report { counts, now, fault }
        })
    }

    fn body(&self, now: UnixNanos, route: &HttpRoute) -> Bytes {
        let before = match self.plan.temporality {
            Temporality::Cumulative => [0; LEVELS],
            Temporality::Delta => self.told,
        };
        let counts: Vec<DropCount> = (0..LEVELS)
            .map(|level| DropCount {
                reason: QUEUE_FULL,
                severity: class_of(level).name(),
                records: self.counts[level] - before[level],
            })
            .filter(|count| count.records > 0)
            .collect();
        let report = DropReport {
            resource: &self.plan.resource,
            temporality: self.plan.temporality,
            since: self.since,
            now,
            counts: &counts,
        };
        let body = report.encode(route.encoding());
        let compressed = Compressor::new(self.plan.compression).compress(&body);
        Bytes::from(compressed.unwrap_or(body))
    }
}

/// Where the metrics of a destination go, told from where its logs go; `None` when that does not tell.
pub(super) fn metrics_url(logs_url: &str) -> Option<String> {
    let (path, query) = match logs_url.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (logs_url, None),
    };
    let base = path.strip_suffix(Signal::Logs.path())?;
    let url = format!("{base}{}", Signal::Metrics.path());
    Some(query.map_or(url.clone(), |query| format!("{url}?{query}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_go_beside_the_logs() {
        let check = |logs: &str, expected: Option<&str>| {
            assert_eq!(metrics_url(logs).as_deref(), expected, "{logs}");
        };
        check("http://a:1/v1/logs", Some("http://a:1/v1/metrics"));
        check(
            "https://a/b/v1/logs?k=/v1/logs",
            Some("https://a/b/v1/metrics?k=/v1/logs"),
        );
        check("https://a/otlp/logs", None);
    }
}
