//! What the official messages make of a batch, for the property tests; and records to try.

use std::borrow::Cow;
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message as _;

use crate::base::units::UnixNanos;
use crate::otlp::Encoding;
use crate::pipeline::batch::{Batch, BatchBuilder, BatchLimits, Envelope};
use crate::pipeline::buffers::Buffers;
use crate::pipeline::encode::Constants;
use crate::record::{Attribute, Record, SeverityNumber, SpanId, TraceId, Value};

/// What records come from that name no service.
const SERVICE: &str = "s";

const OBSERVED: UnixNanos = UnixNanos(1_790_000_000_000_000_000);

/// All batches that the records make.
pub(crate) fn built(
    encoding: Encoding,
    records: Vec<Record<'static>>,
    limits: BatchLimits,
) -> Vec<Batch> {
    let envelope = Arc::new(Envelope::of_services(
        encoding,
        vec![Attribute::text("service.name", SERVICE)],
    ));
    let constants = Arc::new(Constants::new(
        encoding,
        &[Attribute::text("log.file.name", "a.log")],
    ));
    let mut builder = BatchBuilder::new(envelope, constants, limits, Buffers::default());
    let mut batches: Vec<_> = records
        .into_iter()
        .filter_map(|mut record| builder.push(&mut record, OBSERVED))
        .collect();
    batches.extend(builder.close());
    batches
}

/// A record as the official messages have it, behind its service and its scope.
pub(super) type Decoded = (String, String, LogRecord);

/// The records of a batch.
pub(super) fn decoded(batch: &Batch) -> Vec<Decoded> {
    let request = match batch.encoding() {
        Encoding::Protobuf => ExportLogsServiceRequest::decode(&*batch.body).unwrap(),
        Encoding::Json => serde_json::from_slice(&batch.body).unwrap(),
    };
    let mut found = Vec::new();
    for logs in request.resource_logs {
        assert_eq!(logs.schema_url, crate::otlp::SCHEMA_URL);
        let [service] = <[KeyValue; 1]>::try_from(logs.resource.unwrap().attributes).unwrap();
        let Some(any_value::Value::StringValue(service)) = service.value.unwrap().value else {
            panic!("a service is a text");
        };
        for scope in logs.scope_logs {
            let name = scope.scope.map(|scope| scope.name).unwrap_or_default();
            let records = scope.log_records.into_iter();
            found.extend(records.map(|record| (service.clone(), name.clone(), record)));
        }
    }
    found
}

/// What a record must arrive as.
pub(super) fn expected(record: &Record<'_>) -> Decoded {
    let mut attributes: Vec<_> = record.attributes.iter().map(key_value).collect();
    attributes.push(KeyValue {
        key: "log.file.name".into(),
        value: Some(AnyValue {
            value: Some(any_value::Value::StringValue("a.log".into())),
        }),
        ..KeyValue::default()
    });
    let sent = LogRecord {
        time_unix_nano: record.time.map_or(0, |time| time.0),
        observed_time_unix_nano: OBSERVED.0,
        severity_number: record
            .severity_number
            .map_or(0, |severity| i32::from(severity.get())),
        severity_text: record.severity_text.to_string(),
        body: Some(any_value(&record.body)),
        attributes,
        dropped_attributes_count: record.dropped_attributes_count,
        flags: u32::from(record.trace_flags.unwrap_or(0)),
        trace_id: record
            .trace_id
            .map(|id| id.as_bytes().to_vec())
            .unwrap_or_default(),
        span_id: record
            .span_id
            .map(|id| id.as_bytes().to_vec())
            .unwrap_or_default(),
        event_name: record.event_name.to_string(),
    };
    let service = if record.service.is_empty() {
        SERVICE
    } else {
        &record.service
    };
    (service.to_owned(), record.scope.to_string(), sent)
}

fn key_value(attribute: &Attribute<'_>) -> KeyValue {
    KeyValue {
        key: attribute.key.to_string(),
        value: Some(any_value(&attribute.value)),
        ..KeyValue::default()
    }
}

fn any_value(value: &Value<'_>) -> AnyValue {
    let value = match value {
        Value::Empty => None,
        Value::Text(text) => Some(any_value::Value::StringValue(text.to_string())),
        Value::Bool(truth) => Some(any_value::Value::BoolValue(*truth)),
        Value::Int(number) => Some(any_value::Value::IntValue(*number)),
        Value::Double(number) => Some(any_value::Value::DoubleValue(*number)),
        Value::Bytes(bytes) => Some(any_value::Value::BytesValue(bytes.to_vec())),
        Value::Array(items) => Some(any_value::Value::ArrayValue(ArrayValue {
            values: items.iter().map(any_value).collect(),
        })),
        Value::Map(members) => Some(any_value::Value::KvlistValue(KeyValueList {
            values: members.iter().map(key_value).collect(),
        })),
    };
    AnyValue { value }
}

fn text() -> impl Strategy<Value = Cow<'static, str>> {
    prop_oneof![
        "[a-z]{0,8}",
        "\\PC{0,20}",
        Just("\0\u{1b}\u{202e}\n\"\\".to_owned()),
        "[a-z]{120,140}"
    ]
    .prop_map(Cow::Owned)
}

fn value() -> impl Strategy<Value = Value<'static>> {
    let leaf = prop_oneof![
        text().prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        prop::num::f64::NORMAL.prop_map(Value::Double),
        vec(any::<u8>(), 0..20).prop_map(|bytes| Value::Bytes(Cow::Owned(bytes))),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            members(inner).prop_map(Value::Map)
        ]
    })
}

fn members(
    value: impl Strategy<Value = Value<'static>>,
) -> impl Strategy<Value = Vec<Attribute<'static>>> {
    vec(value, 0..4).prop_map(|values| {
        values
            .into_iter()
            .enumerate()
            .map(|(index, value)| Attribute {
                key: Cow::Owned(format!("key.{index}")),
                value,
            })
            .collect()
    })
}

/// A handful of records with anything in them.
pub(crate) fn records() -> impl Strategy<Value = Vec<Record<'static>>> {
    let ids = prop_oneof![
        Just(None),
        Just(Some((
            TraceId::from_hex("5b8efff798038103d269b633813fc60c"),
            SpanId::from_hex("eee19b7ec3c1b174")
        )))
    ];
    let parts = (
        prop::option::of(1_u64..u64::MAX),
        0_u8..25,
        text(),
        value(),
        prop::sample::select(vec![
            ("", ""),
            ("a", ""),
            ("b.c", ""),
            ("", "x"),
            ("a", "x"),
            ("", "y"),
        ]),
        members(value()),
        ids,
    );
    let record = parts.prop_map(
        |(time, severity, severity_text, body, (scope, service), attributes, ids)| Record {
            time: time.map(UnixNanos),
            severity_number: SeverityNumber::new(severity),
            severity_text,
            body,
            scope: Cow::Borrowed(scope),
            service: Cow::Borrowed(service),
            attributes,
            trace_id: ids.and_then(|(trace, _)| trace),
            span_id: ids.and_then(|(_, span)| span),
            trace_flags: ids.map(|_| 1),
            event_name: Cow::Borrowed(""),
            dropped_attributes_count: u32::from(severity) / 8,
        },
    );
    vec(record, 1..12)
}
