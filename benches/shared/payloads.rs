//! Requests as a busy service sends them: 512 records each, with ids, times, a resource, and six to eight attributes.
//!
//! Seeded, so the same bytes everywhere; none of them has a fault. Logs come from the product's encoder, traces from the
//! official messages.

use std::sync::Arc;

use fastrand::Rng;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use otelctl::base::units::UnixNanos;
use otelctl::otlp::{Encoding, Signal};
use otelctl::pipeline::batch::{BatchBuilder, BatchLimits, Envelope};
use otelctl::pipeline::buffers::Buffers;
use otelctl::pipeline::encode::Constants;
use otelctl::record::{Attribute, Record, SeverityNumber, SpanId, TraceId, Value};
use prost::Message as _;

use crate::Result;

/// Records or spans of one request.
pub(crate) const RECORDS: usize = 512;
/// Time of the first record: 2026-11-20T09:24:31Z.
pub(crate) const START_UNIX_NANOS: u64 = 1_795_166_671_000_000_000;
/// Seed of the values; any number would do, but always the same.
const SEED: u64 = 4317;

const ROUTES: [&str; 6] = [
    "/api/orders/{id}",
    "/api/carts",
    "/api/carts/{id}/items",
    "/health",
    "/api/invoices/{id}",
    "/login",
];
const METHODS: [&str; 4] = ["GET", "PUT", "POST", "DELETE"];
const MESSAGES: [&str; 5] = [
    "order accepted and handed to the payment service",
    "cart updated, 3 items are left in it",
    "upstream answered after 2 retries; the answer was kept in the cache for 30 seconds",
    "request finished",
    "invoice \"2026-11\" was rendered\nand put into the outbox",
];

/// So many requests of one signal.
pub(crate) fn requests(signal: Signal, encoding: Encoding, count: usize) -> Result<Vec<Vec<u8>>> {
    let mut rng = Rng::with_seed(SEED);
    (0..count)
        .map(|index| match signal {
            Signal::Traces => spans(&mut rng, encoding, index),
            _ => Ok(logs(&mut rng, encoding, index)),
        })
        .collect()
}

/// What a record or span says about itself.
struct Facts {
    nanos: u64,
    trace: u128,
    span: u64,
    text: &'static str,
    attributes: Vec<(&'static str, Fact)>,
}

#[derive(Clone)]
enum Fact {
    Text(String),
    Int(i64),
    Double(f64),
    Bool(bool),
}

fn facts(rng: &mut Rng, at: usize) -> Facts {
    let route = ROUTES[rng.usize(..ROUTES.len())];
    let text = |text: &str| Fact::Text(text.to_owned());
    let mut attributes = vec![
        (
            "http.request.method",
            text(METHODS[rng.usize(..METHODS.len())]),
        ),
        ("http.route", text(route)),
        (
            "http.response.status_code",
            Fact::Int([200, 204, 404, 500][rng.usize(..4)]),
        ),
        (
            "url.path",
            Fact::Text(format!("/api/orders/{}", rng.u32(..))),
        ),
        ("duration_ms", Fact::Double(f64::from(rng.u16(1..)) / 8.0)),
        (
            "thread.name",
            Fact::Text(format!("worker-{}", rng.u8(..16))),
        ),
    ];
    if rng.bool() {
        attributes.push(("cache.hit", Fact::Bool(rng.bool())));
        attributes.push(("customer.id", Fact::Text(format!("c-{:08x}", rng.u32(..)))));
    }
    Facts {
        nanos: START_UNIX_NANOS + at as u64 * 1_217_003,
        trace: rng.u128(1..),
        span: rng.u64(1..),
        text: MESSAGES[rng.usize(..MESSAGES.len())],
        attributes,
    }
}

fn resource() -> [(&'static str, &'static str); 5] {
    [
        ("service.name", "shop"),
        ("service.version", "4.17.2"),
        ("host.name", "web-3"),
        ("telemetry.sdk.language", "rust"),
        ("deployment.environment.name", "production"),
    ]
}

fn logs(rng: &mut Rng, encoding: Encoding, index: usize) -> Vec<u8> {
    let around: Vec<_> = resource()
        .map(|(key, text)| Attribute::text(key, text))
        .into();
    let limits = BatchLimits {
        records_max: usize::MAX,
        encoded_bytes_max: usize::MAX / 2,
    };
    let mut builder = BatchBuilder::new(
        Arc::new(Envelope::new(encoding, &around)),
        Arc::new(Constants::new(encoding, &[])),
        limits,
        Buffers::default(),
    );
    for at in 0..RECORDS {
        let it = facts(rng, index * RECORDS + at);
        let attributes = it.attributes.into_iter().map(|(key, fact)| Attribute {
            key: key.into(),
            value: match fact {
                Fact::Text(text) => Value::Text(text.into()),
                Fact::Int(number) => Value::Int(number),
                Fact::Double(number) => Value::Double(number),
                Fact::Bool(truth) => Value::Bool(truth),
            },
        });
        let mut record = Record {
            time: Some(UnixNanos(it.nanos)),
            severity_number: SeverityNumber::new(9),
            severity_text: "INFO".into(),
            body: Value::Text(it.text.into()),
            scope: "shop.http".into(),
            attributes: attributes.collect(),
            trace_id: TraceId::from_hex(&format!("{:032x}", it.trace)),
            span_id: SpanId::from_hex(&format!("{:016x}", it.span)),
            trace_flags: Some(1),
            ..Record::default()
        };
        builder.push(&mut record, UnixNanos(it.nanos + 1_000_000));
    }
    builder
        .close()
        .map_or_else(Vec::new, |batch| batch.body.to_vec())
}

fn spans(rng: &mut Rng, encoding: Encoding, index: usize) -> Result<Vec<u8>> {
    let around =
        resource().map(|(key, text)| pair(key, any_value::Value::StringValue(text.into())));
    let spans = (0..RECORDS).map(|at| {
        let it = facts(rng, index * RECORDS + at);
        let attributes = it.attributes.into_iter().map(|(key, fact)| {
            let value = match fact {
                Fact::Text(text) => any_value::Value::StringValue(text),
                Fact::Int(number) => any_value::Value::IntValue(number),
                Fact::Double(number) => any_value::Value::DoubleValue(number),
                Fact::Bool(truth) => any_value::Value::BoolValue(truth),
            };
            pair(key, value)
        });
        Span {
            trace_id: it.trace.to_be_bytes().to_vec(),
            span_id: it.span.to_be_bytes().to_vec(),
            parent_span_id: rng.u64(1..).to_be_bytes().to_vec(),
            flags: 0x101,
            name: it.text.into(),
            kind: 2,
            start_time_unix_nano: it.nanos,
            end_time_unix_nano: it.nanos + 81_003_117,
            attributes: attributes.collect(),
            ..Span::default()
        }
    });
    let scope = ScopeSpans {
        scope: Some(InstrumentationScope {
            name: "shop.http".into(),
            ..InstrumentationScope::default()
        }),
        spans: spans.collect(),
        ..ScopeSpans::default()
    };
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: around.into(),
                ..Resource::default()
            }),
            scope_spans: vec![scope],
            ..ResourceSpans::default()
        }],
    };
    Ok(match encoding {
        Encoding::Json => serde_json::to_vec(&request)?,
        Encoding::Protobuf => request.encode_to_vec(),
    })
}

fn pair(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}
