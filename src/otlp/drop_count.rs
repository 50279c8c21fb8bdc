//! How many records were dropped → a metrics request with `otel.logs.dropped_count`, in either encoding.
//!
//! It is a monotonic sum with one point for each reason and severity. It is made seldom, so it goes through the official messages.
//!
//! Spec: OTLP 1.11, `ExportMetricsServiceRequest`; OpenTelemetry metrics data model, "Sums".

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric,
    number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;
use serde_json::json;

use crate::base::units::UnixNanos;
use crate::otlp::{Encoding, SCHEMA_URL};

const NAME: &str = "otel.logs.dropped_count";
const DESCRIPTION: &str = "Log records that were given up before they were sent";
const UNIT: &str = "{record}";
const SCOPE: (&str, &str) = ("otelctl", env!("CARGO_PKG_VERSION"));

/// From when a sum counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temporality {
    /// From the start of the run.
    Cumulative,
    /// From the last report that arrived.
    Delta,
}

/// How many records of one severity were dropped for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DropCount {
    /// Why, like `queue_full`.
    pub reason: &'static str,
    /// The severity's short name.
    pub severity: &'static str,
    /// How many.
    pub records: u64,
}

/// What one report says.
#[derive(Debug, Clone, Copy)]
pub struct DropReport<'r> {
    /// Attributes of the resource.
    pub resource: &'r [(String, String)],
    /// How the counts are meant.
    pub temporality: Temporality,
    /// Since when they count.
    pub since: UnixNanos,
    /// Until when.
    pub now: UnixNanos,
    /// The counts.
    pub counts: &'r [DropCount],
}

impl DropReport<'_> {
    /// The body of the request.
    pub fn encode(&self, encoding: Encoding) -> Vec<u8> {
        match encoding {
            Encoding::Protobuf => self.message().encode_to_vec(),
            Encoding::Json => self.json().to_string().into_bytes(),
        }
    }

    fn aggregation(&self) -> AggregationTemporality {
        match self.temporality {
            Temporality::Cumulative => AggregationTemporality::Cumulative,
            Temporality::Delta => AggregationTemporality::Delta,
        }
    }

    fn message(&self) -> ExportMetricsServiceRequest {
        let point = |count: &DropCount| NumberDataPoint {
            attributes: vec![
                text("reason", count.reason),
                text("severity", count.severity),
            ],
            start_time_unix_nano: self.since.0,
            time_unix_nano: self.now.0,
            value: Some(number_data_point::Value::AsInt(as_int(count.records))),
            ..NumberDataPoint::default()
        };
        let metric = Metric {
            name: NAME.to_owned(),
            description: DESCRIPTION.to_owned(),
            unit: UNIT.to_owned(),
            data: Some(metric::Data::Sum(Sum {
                data_points: self.counts.iter().map(point).collect(),
                aggregation_temporality: self.aggregation().into(),
                is_monotonic: true,
            })),
            ..Metric::default()
        };
        let attributes = self.resource.iter().map(|(key, value)| text(key, value));
        ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                resource: Some(Resource {
                    attributes: attributes.collect(),
                    ..Resource::default()
                }),
                scope_metrics: vec![ScopeMetrics {
                    scope: Some(InstrumentationScope {
                        name: SCOPE.0.to_owned(),
                        version: SCOPE.1.to_owned(),
                        ..InstrumentationScope::default()
                    }),
                    metrics: vec![metric],
                    schema_url: String::new(),
                }],
                schema_url: SCHEMA_URL.to_owned(),
            }],
        }
    }

    /// The same in OTLP/JSON: 64-bit numbers are texts.
    fn json(&self) -> serde_json::Value {
        let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
        let attributes = self.resource.iter().map(|(key, value)| text(key, value));
        let points = self.counts.iter().map(|count| {
            json!({
                "attributes": [text("reason", count.reason), text("severity", count.severity)],
                "startTimeUnixNano": self.since.0.to_string(),
                "timeUnixNano": self.now.0.to_string(),
                "asInt": as_int(count.records).to_string(),
            })
        });
        let metric = json!({
            "name": NAME,
            "description": DESCRIPTION,
            "unit": UNIT,
            "sum": {
                "dataPoints": points.collect::<Vec<_>>(),
                "aggregationTemporality": self.aggregation() as i32,
                "isMonotonic": true,
            },
        });
        json!({"resourceMetrics": [{
            "resource": {"attributes": attributes.collect::<Vec<_>>()},
            "scopeMetrics": [{
                "scope": {"name": SCOPE.0, "version": SCOPE.1},
                "metrics": [metric],
            }],
            "schemaUrl": SCHEMA_URL,
        }]})
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
}

fn as_int(records: u64) -> i64 {
    i64::try_from(records).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_say_the_same() {
        let resource = [("service.name".to_owned(), "shop \"1\"".to_owned())];
        let count = |severity, records| DropCount {
            reason: "queue_full",
            severity,
            records,
        };
        let counts = [count("DEBUG", 7), count("INFO", 1)];
        for temporality in [Temporality::Cumulative, Temporality::Delta] {
            let report = DropReport {
                resource: &resource,
                temporality,
                since: UnixNanos(1_790_000_000_000_000_000),
                now: UnixNanos(1_790_000_060_000_000_000),
                counts: &counts,
            };
            let binary = report.encode(Encoding::Protobuf);
            let binary = ExportMetricsServiceRequest::decode(&*binary).unwrap();
            let json = report.encode(Encoding::Json);
            let json: ExportMetricsServiceRequest = serde_json::from_slice(&json).unwrap();
            assert_eq!(binary, json);
            assert_eq!(binary, report.message());
        }
    }
}
