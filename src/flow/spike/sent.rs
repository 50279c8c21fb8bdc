//! The known records: eight logs over six severities and four scopes, two spans, one counter, all with the run's id.
//!
//! Everything that a backend may get wrong is in them once: each type of attribute, times that differ in their nanoseconds, a body longer
//! than a message may be, quotes, line ends and letters outside of the first plane, an exception, and logs inside of spans.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Variant;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric,
    number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

use crate::base::units::UnixNanos;
use crate::flow::spike::drafts::{Draft, drafts};
use crate::logfire::RUN_ID;
use crate::otlp::SCHEMA_URL;
use crate::otlp::spans::{ExportTraceServiceRequest, ResourceSpans, ScopeSpans, Span, SpanStatus};

/// The attribute that tells the parts of a run from each other.
pub const PART: &str = "otelctl.part";

/// `service.name` of all of it.
pub const SERVICE: &str = "otelctl-spike";

/// `deployment.environment.name` of all of it.
pub const ENVIRONMENT: &str = "otelctl-spike";

/// The version of this program, its service and its scopes.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The scopes of the logs.
pub const SCOPES: [&str; 4] = ["Auth", "HTTP", "Database", "UI"];

/// The code of a span that ended well.
pub const STATUS_OK: i32 = 1;

/// The scope of the spans.
pub const SPAN_SCOPE: &str = "HTTP";

/// Nanoseconds between two records: no two share a microsecond, and their nanoseconds differ.
const STEP_NANOS: u64 = 1_234_567;

/// Whose run it is.
#[derive(Debug, Clone)]
pub struct Identity {
    /// A UUID.
    pub run_id: String,
    /// Of the one trace.
    pub trace_id: [u8; 16],
    /// Of the root and of its child.
    pub span_ids: [[u8; 8]; 2],
    /// `host.name`, when it is known.
    pub host_name: Option<String>,
    /// When the run begins; its records are of the second before.
    pub now: UnixNanos,
}

/// Whether the logs say in which span they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correlation {
    /// They do.
    Kept,
    /// There are no spans to speak of.
    LeftOut,
}

/// A run's records as they are sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Whose.
    pub identity: Identity,
    /// The resource.
    pub resource: Resource,
    /// Each with its scope.
    pub logs: Vec<(&'static str, LogRecord)>,
    /// Root and child.
    pub spans: Vec<Span>,
}

impl Identity {
    /// A new one.
    pub fn new(rng: &mut fastrand::Rng, now: UnixNanos, host_name: Option<String>) -> Identity {
        let bits = rng.u128(..);
        // Version 4, variant 1.
        let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let digits = format!("{bits:032x}");
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        let parts = [
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32),
        ];
        Identity {
            run_id: parts.join("-"),
            // An id of zeros stands for none.
            trace_id: rng.u128(1..).to_be_bytes(),
            span_ids: [rng.u64(1..).to_be_bytes(), rng.u64(1..).to_be_bytes()],
            host_name,
            now,
        }
    }
}

impl Sent {
    /// Makes the records.
    pub fn new(identity: Identity) -> Sent {
        let mut resource = vec![
            text("service.name", SERVICE),
            text("service.version", VERSION),
            text("deployment.environment.name", ENVIRONMENT),
            text("os.type", std::env::consts::OS),
        ];
        if let Some(name) = &identity.host_name {
            resource.push(text("host.name", name));
        }
        Sent {
            resource: Resource {
                attributes: resource,
                ..Resource::default()
            },
            logs: logs(&identity),
            spans: spans(&identity),
            identity,
        }
    }

    /// The body of `/v1/logs`.
    pub fn logs_body(&self, correlation: Correlation) -> Vec<u8> {
        let scope_logs = SCOPES.iter().map(|name| ScopeLogs {
            scope: Some(scope(name)),
            log_records: self.logs_of(name, correlation),
            schema_url: SCHEMA_URL.to_owned(),
        });
        let request = ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                resource: Some(self.resource.clone()),
                scope_logs: scope_logs.collect(),
                schema_url: SCHEMA_URL.to_owned(),
            }],
        };
        request.encode_to_vec()
    }

    fn logs_of(&self, name: &str, correlation: Correlation) -> Vec<LogRecord> {
        let own = self.logs.iter().filter(|(scope, _)| *scope == name);
        let mut records: Vec<LogRecord> = own.map(|(_, record)| record.clone()).collect();
        if correlation == Correlation::LeftOut {
            for record in &mut records {
                record.trace_id.clear();
                record.span_id.clear();
                record.flags = 0;
            }
        }
        records
    }

    /// The body of `/v1/traces`.
    pub fn traces_body(&self) -> Vec<u8> {
        let request = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(self.resource.clone()),
                scope_spans: vec![ScopeSpans {
                    scope: Some(scope(SPAN_SCOPE)),
                    spans: self.spans.clone(),
                    schema_url: SCHEMA_URL.to_owned(),
                }],
                schema_url: SCHEMA_URL.to_owned(),
            }],
        };
        request.encode_to_vec()
    }

    /// The body of `/v1/metrics`.
    pub fn metrics_body(&self) -> Vec<u8> {
        let now = self.identity.now.0;
        let point = NumberDataPoint {
            attributes: vec![text(RUN_ID, &self.identity.run_id)],
            start_time_unix_nano: now.saturating_sub(1_000_000_000),
            time_unix_nano: now,
            value: Some(number_data_point::Value::AsInt(1)),
            ..NumberDataPoint::default()
        };
        let counter = Metric {
            name: "otelctl.spike.runs".to_owned(),
            description: "Round trips that were begun".to_owned(),
            unit: "{run}".to_owned(),
            data: Some(metric::Data::Sum(Sum {
                data_points: vec![point],
                aggregation_temporality: AggregationTemporality::Delta.into(),
                is_monotonic: true,
            })),
            ..Metric::default()
        };
        let request = ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                resource: Some(self.resource.clone()),
                scope_metrics: vec![ScopeMetrics {
                    scope: Some(scope("otelctl")),
                    metrics: vec![counter],
                    schema_url: SCHEMA_URL.to_owned(),
                }],
                schema_url: SCHEMA_URL.to_owned(),
            }],
        };
        request.encode_to_vec()
    }

    /// How many records and spans there are.
    pub fn row_count(&self, correlation: Correlation) -> usize {
        match correlation {
            Correlation::Kept => self.logs.len() + self.spans.len(),
            Correlation::LeftOut => self.logs.len(),
        }
    }
}

fn logs(identity: &Identity) -> Vec<(&'static str, LogRecord)> {
    let begun = identity.now.0.saturating_sub(900_000_000);
    let record = |(index, draft): (usize, Draft)| {
        let number = index + 1;
        let mut attributes = vec![
            text(RUN_ID, &identity.run_id),
            text(PART, &format!("log-{number}")),
        ];
        attributes.extend(draft.attributes);
        let span = draft.span.and_then(|index| identity.span_ids.get(index));
        let record = LogRecord {
            time_unix_nano: begun + number as u64 * STEP_NANOS,
            observed_time_unix_nano: identity.now.0,
            severity_number: draft.severity.0,
            severity_text: draft.severity.1.to_owned(),
            body: Some(any(Variant::StringValue(draft.body))),
            attributes,
            flags: u32::from(span.is_some()),
            trace_id: span.map(|_| identity.trace_id.to_vec()).unwrap_or_default(),
            span_id: span.map(|id| id.to_vec()).unwrap_or_default(),
            ..LogRecord::default()
        };
        (draft.scope, record)
    };
    // The stand-in counts the records of a request as they come, scope after scope.
    let mut drafts = drafts();
    drafts.sort_by_key(|draft| SCOPES.iter().position(|name| *name == draft.scope));
    drafts.into_iter().enumerate().map(record).collect()
}

fn spans(identity: &Identity) -> Vec<Span> {
    let [root, child] = identity.span_ids;
    let begun = identity.now.0.saturating_sub(900_000_000);
    let span = |name: &str, id: [u8; 8], steps: u64| Span {
        trace_id: identity.trace_id.to_vec(),
        span_id: id.to_vec(),
        parent_span_id: Vec::new(),
        name: name.to_owned(),
        kind: 2,
        start_time_unix_nano: begun,
        end_time_unix_nano: begun + steps * STEP_NANOS,
        attributes: vec![
            text(RUN_ID, &identity.run_id),
            text(PART, &format!("span {name}")),
        ],
        status: None,
        flags: 1,
    };
    let mut checkout = span("checkout", root, 20);
    checkout.attributes.extend([
        pair("spike.items", Variant::IntValue(3)),
        pair("spike.paid", Variant::BoolValue(false)),
        pair("spike.total", Variant::DoubleValue(17.5)),
    ]);
    checkout.status = Some(SpanStatus {
        code: STATUS_OK,
        ..SpanStatus::default()
    });
    let query = Span {
        parent_span_id: root.to_vec(),
        kind: 3,
        ..span("query", child, 15)
    };
    vec![checkout, query]
}

fn scope(name: &str) -> InstrumentationScope {
    InstrumentationScope {
        name: name.to_owned(),
        version: VERSION.to_owned(),
        ..InstrumentationScope::default()
    }
}

pub(super) fn any(value: Variant) -> AnyValue {
    AnyValue { value: Some(value) }
}

pub(super) fn pair(key: &str, value: Variant) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(any(value)),
        ..KeyValue::default()
    }
}

pub(super) fn text(key: &str, value: &str) -> KeyValue {
    pair(key, Variant::StringValue(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn sent() -> Sent {
        let mut rng = fastrand::Rng::with_seed(7);
        Sent::new(Identity::new(
            &mut rng,
            UnixNanos(1_795_176_000_000_000_000),
            None,
        ))
    }

    #[test]
    fn the_run_id_is_a_uuid_of_version_4() {
        let id = sent().identity.run_id;
        assert_eq!(id.len(), 36);
        assert_eq!(id.chars().nth(14), Some('4'), "{id}");
        assert!(
            id.chars().nth(19).is_some_and(|one| "89ab".contains(one)),
            "{id}"
        );
    }

    #[test]
    fn all_that_a_backend_may_get_wrong_is_sent() {
        let sent = sent();
        let severities: BTreeSet<i32> = sent
            .logs
            .iter()
            .map(|(_, log)| log.severity_number)
            .collect();
        assert_eq!(severities, BTreeSet::from([1, 5, 9, 13, 17, 21]));
        let scopes: BTreeSet<&str> = sent.logs.iter().map(|(scope, _)| *scope).collect();
        assert_eq!(scopes.len(), 4);
        let nanos: BTreeSet<u64> = sent
            .logs
            .iter()
            .map(|(_, log)| log.time_unix_nano % 1_000)
            .collect();
        assert_eq!(nanos.len(), sent.logs.len());
        let in_spans = sent.logs.iter().filter(|(_, log)| !log.span_id.is_empty());
        assert_eq!(in_spans.count(), 2);
    }

    #[test]
    fn no_log_names_a_span_that_is_not_sent() {
        let sent = sent();
        let body = sent.logs_body(Correlation::LeftOut);
        let request = ExportLogsServiceRequest::decode(body.as_slice()).unwrap();
        let scopes = request.resource_logs.iter().flat_map(|one| &one.scope_logs);
        let logs: Vec<_> = scopes.flat_map(|scope| &scope.log_records).collect();
        assert_eq!(logs.len(), sent.logs.len());
        assert!(
            logs.iter()
                .all(|log| log.trace_id.is_empty() && log.span_id.is_empty())
        );
    }
}
