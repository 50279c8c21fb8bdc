//! Reads a logs request from OTLP/JSON, as leniently as the protobuf JSON mapping allows.
//!
//! Shape: one JSON object of anyone → an `ExportLogsServiceRequest`. 64-bit integers come as texts or numbers, ids as
//! hex of any case, enums as integers, `bytes` as base64 of either alphabet; `null`, absent and unknown members are no mistake.
//! What is wrong is named with its place and never guessed at: a request is read whole or not at all.
//!
//! Limits: `serde_json`'s nesting limit of 128, which is about forty nested attribute values.
//! Spec: OTLP 1.11, "JSON Protobuf Encoding"; protobuf JSON mapping.
//! Deviation: `null` is the default also as an element of a list; JavaScript writes it for what it cannot say.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Variant;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use serde_json::Value;

use crate::otlp::json_read::fields::Fields;

mod fields;

/// Why a body is no logs request.
#[derive(Debug, thiserror::Error)]
pub enum JsonReadError {
    /// Not JSON, cut short, or nested too deep.
    #[error("the body is not JSON")]
    Syntax(#[source] serde_json::Error),
    /// JSON, but a value that its field cannot hold.
    #[error("{path}: expected {expected}, found {found}", path = shown(path))]
    Value {
        /// Where, like `resourceLogs[0].scopeLogs[0].logRecords[3].traceId`; empty for the whole body.
        path: String,
        /// What the field takes.
        expected: &'static str,
        /// What kind of value is there; never the value itself.
        found: String,
    },
}

impl JsonReadError {
    fn expected(expected: &'static str, found: &Value) -> JsonReadError {
        let kind = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "another number",
            Value::String(_) => "another text",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        JsonReadError::wrong(expected, kind)
    }

    fn wrong(expected: &'static str, found: &str) -> JsonReadError {
        JsonReadError::Value {
            path: String::new(),
            expected,
            found: found.to_owned(),
        }
    }

    /// The same error, seen from the object that holds the member.
    fn within(self, member: &str) -> JsonReadError {
        self.prefixed(member.to_owned())
    }

    /// The same error, seen from the list that holds the element.
    fn within_index(self, index: usize) -> JsonReadError {
        self.prefixed(format!("[{index}]"))
    }

    fn prefixed(self, mut prefix: String) -> JsonReadError {
        match self {
            JsonReadError::Syntax(_) => self,
            JsonReadError::Value {
                path,
                expected,
                found,
            } => {
                if !path.is_empty() && !path.starts_with('[') {
                    prefix.push('.');
                }
                prefix.push_str(&path);
                JsonReadError::Value {
                    path: prefix,
                    expected,
                    found,
                }
            }
        }
    }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "the body" } else { path }
}

/// Reads a whole request.
///
/// Errors: the first wrong value, with its path.
pub fn read_request(body: &[u8]) -> Result<ExportLogsServiceRequest, JsonReadError> {
    let value: Value = serde_json::from_slice(body).map_err(JsonReadError::Syntax)?;
    if value.is_null() {
        return Err(JsonReadError::expected("an object", &value));
    }
    Ok(ExportLogsServiceRequest {
        resource_logs: Fields::of(&value)?.list("resourceLogs", read_resource_logs)?,
    })
}

fn read_resource_logs(value: &Value) -> Result<ResourceLogs, JsonReadError> {
    let fields = Fields::of(value)?;
    Ok(ResourceLogs {
        resource: fields.message("resource", read_resource)?,
        scope_logs: fields.list("scopeLogs", read_scope_logs)?,
        schema_url: fields.text("schemaUrl")?,
    })
}

fn read_resource(value: &Value) -> Result<Resource, JsonReadError> {
    let fields = Fields::of(value)?;
    Ok(Resource {
        attributes: fields.list("attributes", read_key_value)?,
        dropped_attributes_count: fields.integer("droppedAttributesCount")?,
        entity_refs: fields.list("entityRefs", read_entity_ref)?,
    })
}

fn read_entity_ref(value: &Value) -> Result<EntityRef, JsonReadError> {
    let fields = Fields::of(value)?;
    Ok(EntityRef {
        schema_url: fields.text("schemaUrl")?,
        r#type: fields.text("type")?,
        id_keys: fields.list("idKeys", fields::text)?,
        description_keys: fields.list("descriptionKeys", fields::text)?,
    })
}

fn read_scope_logs(value: &Value) -> Result<ScopeLogs, JsonReadError> {
    let fields = Fields::of(value)?;
    Ok(ScopeLogs {
        scope: fields.message("scope", read_scope)?,
        log_records: fields.list("logRecords", read_log_record)?,
        schema_url: fields.text("schemaUrl")?,
    })
}

fn read_scope(value: &Value) -> Result<InstrumentationScope, JsonReadError> {
    let fields = Fields::of(value)?;
    Ok(InstrumentationScope {
        name: fields.text("name")?,
        version: fields.text("version")?,
        attributes: fields.list("attributes", read_key_value)?,
        dropped_attributes_count: fields.integer("droppedAttributesCount")?,
    })
}

fn read_log_record(value: &Value) -> Result<LogRecord, JsonReadError> {
    let fields = Fields::of(value)?;
    Ok(LogRecord {
        time_unix_nano: fields.integer("timeUnixNano")?,
        observed_time_unix_nano: fields.integer("observedTimeUnixNano")?,
        severity_number: fields.integer("severityNumber")?,
        severity_text: fields.text("severityText")?,
        body: fields.message("body", read_any_value)?,
        attributes: fields.list("attributes", read_key_value)?,
        dropped_attributes_count: fields.integer("droppedAttributesCount")?,
        flags: fields.integer("flags")?,
        trace_id: fields.id::<16>("traceId")?,
        span_id: fields.id::<8>("spanId")?,
        event_name: fields.text("eventName")?,
    })
}

fn read_key_value(value: &Value) -> Result<KeyValue, JsonReadError> {
    let fields = Fields::of(value)?;
    Ok(KeyValue {
        key: fields.text("key")?,
        value: fields.message("value", read_any_value)?,
        key_strindex: 0,
    })
}

/// Reads one of the variants. None of them is the empty value; two are a mistake, for one would be lost.
fn read_any_value(value: &Value) -> Result<AnyValue, JsonReadError> {
    let fields = Fields::of(value)?;
    let variants = [
        fields.message("stringValue", |it| {
            fields::text(it).map(Variant::StringValue)
        })?,
        fields.message("boolValue", |it| fields::flag(it).map(Variant::BoolValue))?,
        fields.message("intValue", |it| fields::integer(it).map(Variant::IntValue))?,
        fields.message("doubleValue", |it| {
            fields::double(it).map(Variant::DoubleValue)
        })?,
        fields.message("arrayValue", |it| read_array(it).map(Variant::ArrayValue))?,
        fields.message("kvlistValue", |it| {
            read_kvlist(it).map(Variant::KvlistValue)
        })?,
        fields.message("bytesValue", |it| {
            fields::bytes(it).map(Variant::BytesValue)
        })?,
    ];
    let mut present = variants.into_iter().flatten();
    let first = present.next();
    if present.next().is_some() {
        return Err(JsonReadError::wrong("one value", "several"));
    }
    Ok(AnyValue { value: first })
}

fn read_array(value: &Value) -> Result<ArrayValue, JsonReadError> {
    Ok(ArrayValue {
        values: Fields::of(value)?.list("values", read_any_value)?,
    })
}

fn read_kvlist(value: &Value) -> Result<KeyValueList, JsonReadError> {
    Ok(KeyValueList {
        values: Fields::of(value)?.list("values", read_key_value)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request around one log record.
    fn request(record: &str) -> String {
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{record}]}}]}}]}}"#)
    }

    fn read_record(record: &str) -> Result<LogRecord, JsonReadError> {
        let mut read = read_request(request(record).as_bytes())?;
        Ok(read
            .resource_logs
            .remove(0)
            .scope_logs
            .remove(0)
            .log_records
            .remove(0))
    }

    #[track_caller]
    fn check(record: &str, expected: LogRecord) {
        let found = read_record(record).unwrap_or_else(|error| panic!("{record}: {error}"));
        assert_eq!(found, expected, "{record}");
    }

    #[track_caller]
    fn check_body(body: &str, expected: Option<Variant>) {
        let record = format!(r#"{{"body":{body}}}"#);
        let value = expected.map(|variant| AnyValue {
            value: Some(variant),
        });
        let body = Some(value.unwrap_or_default());
        check(
            &record,
            LogRecord {
                body,
                ..LogRecord::default()
            },
        );
    }

    #[track_caller]
    fn check_error(record: &str, expected: &str) {
        let error = read_record(record).expect_err(record).to_string();
        let text = error.strip_prefix("resourceLogs[0].scopeLogs[0].logRecords[0]");
        assert_eq!(text.unwrap_or(&error), expected, "{record}");
    }

    fn at(time_unix_nano: u64) -> LogRecord {
        LogRecord {
            time_unix_nano,
            ..LogRecord::default()
        }
    }

    fn severe(severity_number: i32) -> LogRecord {
        LogRecord {
            severity_number,
            ..LogRecord::default()
        }
    }

    #[test]
    fn integers_come_as_texts_or_numbers() {
        check(
            r#"{"timeUnixNano":"1790000000000000001"}"#,
            at(1_790_000_000_000_000_001),
        );
        check(
            r#"{"timeUnixNano":1790000000000000001}"#,
            at(1_790_000_000_000_000_001),
        );
        check(r#"{"timeUnixNano":18446744073709551615}"#, at(u64::MAX));
        check(r#"{"timeUnixNano":1e3}"#, at(1_000));
        check(r#"{"severityNumber":9}"#, severe(9));
        check(r#"{"severityNumber":"9"}"#, severe(9));
        check(r#"{"severityNumber":-1}"#, severe(-1));
        check(
            r#"{"flags":"1"}"#,
            LogRecord {
                flags: 1,
                ..LogRecord::default()
            },
        );
        check_body(
            r#"{"intValue":-9223372036854775808}"#,
            Some(Variant::IntValue(i64::MIN)),
        );
        check_body(
            r#"{"intValue":"9223372036854775807"}"#,
            Some(Variant::IntValue(i64::MAX)),
        );
    }

    #[test]
    fn null_absent_and_unknown_members_are_no_mistake() {
        check("{}", LogRecord::default());
        check("null", LogRecord::default());
        check(
            r#"{"severityText":null,"timeUnixNano":null,"traceId":null,"body":null,"attributes":null}"#,
            LogRecord::default(),
        );
        check(
            r#"{"time_unix_nano":"5","shoeSize":{"a":[1]}}"#,
            LogRecord::default(),
        );
        assert_eq!(
            read_request(b"{}").unwrap(),
            ExportLogsServiceRequest::default()
        );
        assert_eq!(
            read_request(br#"{"resourceLogs":null}"#).unwrap(),
            ExportLogsServiceRequest::default()
        );
    }

    #[test]
    fn ids_are_hex_of_any_case_and_empty_is_unset() {
        let record = LogRecord {
            trace_id: vec![0xab; 16],
            span_id: vec![0xcd; 8],
            ..LogRecord::default()
        };
        check(
            &format!(
                r#"{{"traceId":"{}","spanId":"{}"}}"#,
                "aB".repeat(16),
                "CD".repeat(8)
            ),
            record,
        );
        check(r#"{"traceId":"","spanId":""}"#, LogRecord::default());
    }

    #[test]
    fn values_of_every_kind_are_read() {
        check_body("{}", None);
        check_body(r#"{"doubleValue":null}"#, None);
        check_body(
            r#"{"stringValue":"","intValue":null}"#,
            Some(Variant::StringValue(String::new())),
        );
        check_body(r#"{"boolValue":false}"#, Some(Variant::BoolValue(false)));
        check_body(r#"{"doubleValue":1}"#, Some(Variant::DoubleValue(1.0)));
        check_body(r#"{"doubleValue":"1.5"}"#, Some(Variant::DoubleValue(1.5)));
        check_body(
            r#"{"doubleValue":"Infinity"}"#,
            Some(Variant::DoubleValue(f64::INFINITY)),
        );
        check_body(
            r#"{"doubleValue":"-Infinity"}"#,
            Some(Variant::DoubleValue(f64::NEG_INFINITY)),
        );
        check_body(
            r#"{"bytesValue":"-_8"}"#,
            Some(Variant::BytesValue(vec![0xfb, 0xff])),
        );
        check_body(
            r#"{"bytesValue":"+/8="}"#,
            Some(Variant::BytesValue(vec![0xfb, 0xff])),
        );
        check_body(
            r#"{"arrayValue":{}}"#,
            Some(Variant::ArrayValue(ArrayValue::default())),
        );
        check_body(
            r#"{"kvlistValue":{}}"#,
            Some(Variant::KvlistValue(KeyValueList::default())),
        );
        let gaps = ArrayValue {
            values: vec![AnyValue::default(); 2],
        };
        check_body(
            r#"{"arrayValue":{"values":[null,{}]}}"#,
            Some(Variant::ArrayValue(gaps)),
        );
        let nan = read_record(r#"{"body":{"doubleValue":"NaN"}}"#)
            .unwrap()
            .body
            .unwrap()
            .value;
        assert!(matches!(nan, Some(Variant::DoubleValue(number)) if number.is_nan()));
    }

    #[test]
    fn a_wrong_id_or_number_is_named_with_its_place() {
        check_error(
            r#"{"traceId":"abc"}"#,
            ".traceId: expected 32 hex digits or nothing, found a text of 3 bytes",
        );
        check_error(
            &format!(r#"{{"traceId":"{}"}}"#, "0x".repeat(16)),
            ".traceId: expected 32 hex digits or nothing, found another text",
        );
        check_error(
            r#"{"spanId":7}"#,
            ".spanId: expected 16 hex digits or nothing, found another number",
        );
        check_error(
            r#"{"severityNumber":"SEVERITY_NUMBER_INFO"}"#,
            ".severityNumber: expected an integer of 32 bits, found another text",
        );
        check_error(
            r#"{"severityNumber":2147483648}"#,
            ".severityNumber: expected an integer of 32 bits, found one out of range",
        );
        check_error(
            r#"{"timeUnixNano":-1}"#,
            ".timeUnixNano: expected an unsigned integer of 64 bits, found one out of range",
        );
        check_error(
            r#"{"timeUnixNano":1.5}"#,
            ".timeUnixNano: expected an unsigned integer of 64 bits, found another number",
        );
        check_error(
            r#"{"timeUnixNano":"18446744073709551616"}"#,
            ".timeUnixNano: expected an unsigned integer of 64 bits, found one out of range",
        );
        check_error(
            r#"{"timeUnixNano":""}"#,
            ".timeUnixNano: expected an unsigned integer of 64 bits, found another text",
        );
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named_with_its_place() {
        check_error(
            r#"{"severityText":5}"#,
            ".severityText: expected a text, found another number",
        );
        check_error(
            r#"{"body":"hello"}"#,
            ".body: expected an object, found another text",
        );
        check_error(
            r#"{"body":{"boolValue":"true"}}"#,
            ".body.boolValue: expected true or false, found another text",
        );
        check_error(
            r#"{"body":{"doubleValue":"inf"}}"#,
            ".body.doubleValue: expected a number, NaN, Infinity or -Infinity, found another text",
        );
        check_error(
            r#"{"body":{"bytesValue":"T"}}"#,
            ".body.bytesValue: expected base64, found another text",
        );
        check_error(
            r#"{"body":{"stringValue":"a","intValue":"1"}}"#,
            ".body: expected one value, found several",
        );
        check_error(
            r#"{"attributes":{}}"#,
            ".attributes: expected an array, found an object",
        );
        check_error(
            r#"{"attributes":[{"key":"a"},{"key":"b","value":{"arrayValue":{"values":[{},[]]}}}]}"#,
            ".attributes[1].value.arrayValue.values[1]: expected an object, found an array",
        );
    }

    #[test]
    fn what_is_no_json_object_is_refused() {
        for body in ["", "{", "{} {}", "nul", "\u{feff}{}"] {
            assert!(
                matches!(read_request(body.as_bytes()), Err(JsonReadError::Syntax(_))),
                "{body}"
            );
        }
        assert!(matches!(
            read_request(b"\xff"),
            Err(JsonReadError::Syntax(_))
        ));
        for body in ["null", "[]", "1"] {
            let error = read_request(body.as_bytes()).unwrap_err().to_string();
            assert!(
                error.starts_with("the body: expected an object, found "),
                "{error}"
            );
        }
    }

    #[test]
    fn nesting_is_read_to_a_depth_and_refused_beyond_it() {
        let nested = |depth: usize| {
            let open = r#"{"arrayValue":{"values":["#.repeat(depth);
            format!(r#"{{"body":{open}{}}}"#, "]}}".repeat(depth))
        };
        assert!(read_record(&nested(39)).is_ok());
        assert!(matches!(
            read_record(&nested(60)),
            Err(JsonReadError::Syntax(_))
        ));
        assert!(matches!(
            read_record(&nested(100_000)),
            Err(JsonReadError::Syntax(_))
        ));
    }
}
