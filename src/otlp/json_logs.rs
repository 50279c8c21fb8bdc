//! Writes a logs request as one line of OTLP/JSON.
//!
//! Shape: any `ExportLogsServiceRequest` → one JSON object without line feeds. Fields that hold their default are
//! left out, except where readers are known to want them: a `KeyValue` has its `key`, a list value its `values`.
//! This is for requests of others; our own records have an encoder of their own.
//!
//! Spec: OTLP 1.11, "JSON Protobuf Encoding".
//! Deviation: `stringValueStrindex` and `keyStrindex` point into a table that only profiles have, so they are left out.

use std::io::Write as _;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, EntityRef, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::{DecodeError, Message as _};

use crate::otlp::json::{push_base64_string, push_f64, push_hex_string, push_string};

/// Appends the request as one JSON object, without a line feed at its end.
pub fn write_request(request: &ExportLogsServiceRequest, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    object.list("resourceLogs", &request.resource_logs, write_resource_logs);
    object.close();
}

/// The same for a request in protobuf.
///
/// Errors: what the decoder says of bytes that are no request.
pub fn transcode_request(body: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
    write_request(&ExportLogsServiceRequest::decode(body)?, out);
    Ok(())
}

fn write_resource_logs(logs: &ResourceLogs, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    object.message("resource", logs.resource.as_ref(), write_resource);
    object.list("scopeLogs", &logs.scope_logs, write_scope_logs);
    object.text("schemaUrl", &logs.schema_url);
    object.close();
}

pub(super) fn write_resource(resource: &Resource, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    object.list("attributes", &resource.attributes, write_key_value);
    object.number("droppedAttributesCount", resource.dropped_attributes_count);
    object.list("entityRefs", &resource.entity_refs, write_entity_ref);
    object.close();
}

fn write_entity_ref(entity: &EntityRef, out: &mut Vec<u8>) {
    let write_text = |key: &String, out: &mut Vec<u8>| push_string(out, key);
    let mut object = Object::open(out);
    object.text("schemaUrl", &entity.schema_url);
    object.text("type", &entity.r#type);
    object.list("idKeys", &entity.id_keys, write_text);
    object.list("descriptionKeys", &entity.description_keys, write_text);
    object.close();
}

fn write_scope_logs(logs: &ScopeLogs, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    object.message("scope", logs.scope.as_ref(), write_scope);
    object.list("logRecords", &logs.log_records, write_record);
    object.text("schemaUrl", &logs.schema_url);
    object.close();
}

pub(super) fn write_scope(scope: &InstrumentationScope, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    object.text("name", &scope.name);
    object.text("version", &scope.version);
    object.list("attributes", &scope.attributes, write_key_value);
    object.number("droppedAttributesCount", scope.dropped_attributes_count);
    object.close();
}

/// Appends one record as one JSON object.
pub fn write_record(record: &LogRecord, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    object.wide_number("timeUnixNano", record.time_unix_nano);
    object.wide_number("observedTimeUnixNano", record.observed_time_unix_nano);
    object.number("severityNumber", record.severity_number);
    object.text("severityText", &record.severity_text);
    object.message("body", record.body.as_ref(), write_any_value);
    object.list("attributes", &record.attributes, write_key_value);
    object.number("droppedAttributesCount", record.dropped_attributes_count);
    object.number("flags", record.flags);
    object.id("traceId", &record.trace_id);
    object.id("spanId", &record.span_id);
    object.text("eventName", &record.event_name);
    object.close();
}

fn write_key_value(pair: &KeyValue, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    push_string(object.member("key"), &pair.key);
    object.message("value", pair.value.as_ref(), write_any_value);
    object.close();
}

fn write_any_value(value: &AnyValue, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    match &value.value {
        None | Some(Value::StringValueStrindex(_)) => {}
        Some(Value::StringValue(text)) => push_string(object.member("stringValue"), text),
        Some(Value::BoolValue(flag)) => push_display(object.member("boolValue"), flag),
        Some(Value::IntValue(number)) => push_quoted(object.member("intValue"), number),
        Some(Value::DoubleValue(number)) => push_f64(object.member("doubleValue"), *number),
        Some(Value::ArrayValue(array)) => {
            write_values(&array.values, write_any_value, object.member("arrayValue"));
        }
        Some(Value::KvlistValue(list)) => {
            write_values(&list.values, write_key_value, object.member("kvlistValue"));
        }
        Some(Value::BytesValue(bytes)) => {
            push_base64_string(object.member("bytesValue"), bytes);
        }
    }
    object.close();
}

fn write_values<T>(items: &[T], write: impl Fn(&T, &mut Vec<u8>), out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"values\":");
    push_list(out, items, write);
    out.push(b'}');
}

/// One JSON object while it is written: it knows whether a comma is due.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> Object<'a> {
    fn open(out: &'a mut Vec<u8>) -> Object<'a> {
        out.push(b'{');
        Object {
            out,
            is_empty: true,
        }
    }

    /// Writes a name; the caller appends exactly one value.
    fn member(&mut self, name: &'static str) -> &mut Vec<u8> {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    fn text(&mut self, name: &'static str, text: &str) {
        if !text.is_empty() {
            push_string(self.member(name), text);
        }
    }

    fn number(&mut self, name: &'static str, number: impl Into<i64>) {
        let number = number.into();
        if number != 0 {
            push_display(self.member(name), number);
        }
    }

    fn wide_number(&mut self, name: &'static str, number: u64) {
        if number != 0 {
            push_quoted(self.member(name), number);
        }
    }

    fn id(&mut self, name: &'static str, id: &[u8]) {
        if id.is_empty() {
            return;
        }
        push_hex_string(self.member(name), id);
    }

    fn message<T>(
        &mut self,
        name: &'static str,
        message: Option<&T>,
        write: impl Fn(&T, &mut Vec<u8>),
    ) {
        if let Some(message) = message {
            write(message, self.member(name));
        }
    }

    fn list<T>(&mut self, name: &'static str, items: &[T], write: impl Fn(&T, &mut Vec<u8>)) {
        if !items.is_empty() {
            push_list(self.member(name), items, write);
        }
    }

    fn close(self) {
        self.out.push(b'}');
    }
}

fn push_list<T>(out: &mut Vec<u8>, items: &[T], write: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

fn push_display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("writing to a Vec cannot fail");
}

/// 64-bit integers are texts in JSON: a JavaScript number holds only 53 bits.
fn push_quoted(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    push_display(out, format_args!("\"{value}\""));
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{ArrayValue, KeyValueList};
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::otlp::json_read::read_request;

    fn written(request: &ExportLogsServiceRequest) -> String {
        let mut out = Vec::new();
        write_request(request, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[track_caller]
    fn check(value: Option<Value>, expected: &str) {
        let mut out = Vec::new();
        write_any_value(&AnyValue { value }, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn values_are_written_in_their_json_form() {
        check(None, "{}");
        check(
            Some(Value::StringValue("a\"\\\n\u{1}é".to_owned())),
            r#"{"stringValue":"a\"\\\n\u0001é"}"#,
        );
        check(Some(Value::BoolValue(false)), r#"{"boolValue":false}"#);
        check(
            Some(Value::IntValue(i64::MIN)),
            r#"{"intValue":"-9223372036854775808"}"#,
        );
        check(Some(Value::DoubleValue(1.0)), r#"{"doubleValue":1.0}"#);
        check(Some(Value::DoubleValue(1e300)), r#"{"doubleValue":1e300}"#);
        check(
            Some(Value::DoubleValue(f64::NAN)),
            r#"{"doubleValue":"NaN"}"#,
        );
        check(
            Some(Value::DoubleValue(f64::INFINITY)),
            r#"{"doubleValue":"Infinity"}"#,
        );
        check(
            Some(Value::DoubleValue(f64::NEG_INFINITY)),
            r#"{"doubleValue":"-Infinity"}"#,
        );
        check(
            Some(Value::BytesValue(vec![0xfb, 0xff])),
            r#"{"bytesValue":"+/8="}"#,
        );
        check(
            Some(Value::ArrayValue(ArrayValue::default())),
            r#"{"arrayValue":{"values":[]}}"#,
        );
        check(
            Some(Value::KvlistValue(KeyValueList::default())),
            r#"{"kvlistValue":{"values":[]}}"#,
        );
    }

    #[test]
    fn a_record_is_written_without_its_defaults() {
        let record = LogRecord {
            time_unix_nano: 1_790_000_000_000_000_000,
            severity_number: 9,
            trace_id: vec![0xAB; 16],
            body: Some(AnyValue { value: None }),
            ..LogRecord::default()
        };
        let mut out = Vec::new();
        write_record(&record, &mut out);
        let expected = r#"{"timeUnixNano":"1790000000000000000","severityNumber":9,"body":{},"traceId":"abababababababababababababababab"}"#;
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert_eq!(written(&ExportLogsServiceRequest::default()), "{}");
    }

    /// Which values to make: the crate's own reader wants no bytes, infinities and entities as OTLP/JSON writes them.
    #[derive(Debug, Clone, Copy)]
    enum Kinds {
        All,
        CrateReads,
    }

    fn any_value(kinds: Kinds) -> impl Strategy<Value = AnyValue> {
        let shared = prop_oneof![
            ".{0,6}".prop_map(Value::StringValue),
            any::<bool>().prop_map(Value::BoolValue),
            any::<i64>().prop_map(Value::IntValue),
            proptest::num::f64::NORMAL.prop_map(Value::DoubleValue),
        ];
        let leaf = match kinds {
            Kinds::CrateReads => shared.boxed(),
            Kinds::All => prop_oneof![
                shared,
                Just(Value::DoubleValue(f64::INFINITY)),
                Just(Value::DoubleValue(-0.0)),
                any::<Vec<u8>>().prop_map(Value::BytesValue),
            ]
            .boxed(),
        };
        let leaf = option::of(leaf).prop_map(|value| AnyValue { value });
        leaf.prop_recursive(3, 12, 3, |inner| {
            let array = vec(inner.clone(), 0..3)
                .prop_map(|values| Value::ArrayValue(ArrayValue { values }));
            let list = vec(pair_of(inner), 0..3)
                .prop_map(|values| Value::KvlistValue(KeyValueList { values }));
            prop_oneof![array, list].prop_map(|value| AnyValue { value: Some(value) })
        })
    }

    fn pair_of(value: impl Strategy<Value = AnyValue>) -> impl Strategy<Value = KeyValue> {
        (".{0,4}", option::of(value)).prop_map(|(key, value)| KeyValue {
            key,
            value,
            key_strindex: 0,
        })
    }

    fn log_record(kinds: Kinds) -> impl Strategy<Value = LogRecord> {
        let times = (any::<u64>(), any::<u64>());
        let numbers = (any::<i32>(), any::<u32>(), any::<u32>());
        let texts = (".{0,4}", ".{0,4}");
        let ids = (option::of(any::<[u8; 16]>()), option::of(any::<[u8; 8]>()));
        let values = (
            option::of(any_value(kinds)),
            vec(pair_of(any_value(kinds)), 0..3),
        );
        (times, numbers, texts, ids, values).prop_map(|(times, numbers, texts, ids, values)| {
            LogRecord {
                time_unix_nano: times.0,
                observed_time_unix_nano: times.1,
                severity_number: numbers.0,
                dropped_attributes_count: numbers.1,
                flags: numbers.2,
                severity_text: texts.0,
                event_name: texts.1,
                trace_id: ids.0.map(Vec::from).unwrap_or_default(),
                span_id: ids.1.map(Vec::from).unwrap_or_default(),
                body: values.0,
                attributes: values.1,
            }
        })
    }

    fn resource(kinds: Kinds) -> impl Strategy<Value = Resource> {
        let entities_end = match kinds {
            Kinds::All => 3,
            Kinds::CrateReads => 1,
        };
        let entity =
            ("a{0,2}", ".{0,2}", vec(".{0,2}", 0..2)).prop_map(|(schema_url, r#type, id_keys)| {
                EntityRef {
                    schema_url,
                    r#type,
                    description_keys: id_keys.clone(),
                    id_keys,
                }
            });
        let parts = (
            vec(pair_of(any_value(kinds)), 0..2),
            any::<u32>(),
            vec(entity, 0..entities_end),
        );
        parts.prop_map(
            |(attributes, dropped_attributes_count, entity_refs)| Resource {
                attributes,
                dropped_attributes_count,
                entity_refs,
            },
        )
    }

    fn scope(kinds: Kinds) -> impl Strategy<Value = InstrumentationScope> {
        let parts = (
            ".{0,2}",
            ".{0,2}",
            vec(pair_of(any_value(kinds)), 0..2),
            any::<u32>(),
        );
        parts.prop_map(|(name, version, attributes, dropped_attributes_count)| {
            InstrumentationScope {
                name,
                version,
                attributes,
                dropped_attributes_count,
            }
        })
    }

    fn request(kinds: Kinds) -> impl Strategy<Value = ExportLogsServiceRequest> {
        let scope_logs = (
            option::of(scope(kinds)),
            vec(log_record(kinds), 0..3),
            ".{0,2}",
        )
            .prop_map(|(scope, log_records, schema_url)| ScopeLogs {
                scope,
                log_records,
                schema_url,
            });
        let resource_logs = (option::of(resource(kinds)), vec(scope_logs, 0..3), ".{0,2}")
            .prop_map(|(resource, scope_logs, schema_url)| ResourceLogs {
                resource,
                scope_logs,
                schema_url,
            });
        vec(resource_logs, 0..2)
            .prop_map(|resource_logs| ExportLogsServiceRequest { resource_logs })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_written_is_one_line_and_is_read_back(request in request(Kinds::All)) {
            let line = written(&request);
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(read_request(line.as_bytes()).unwrap(), request);
        }

        #[test]
        fn the_crates_own_reader_reads_what_is_written(request in request(Kinds::CrateReads)) {
            let read: ExportLogsServiceRequest = serde_json::from_str(&written(&request)).unwrap();
            prop_assert_eq!(read, request);
        }
    }
}
