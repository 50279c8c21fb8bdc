//! One OTLP log record or span → its row of Logfire's table `records`.
//!
//! What the documentation leaves open is decided here once: a log without ids gets empty ones, the span that a log was written in is
//! its `parent_span_id`, and `exception.*` attributes of logs stay attributes.
//!
//! Spec: <https://logfire.pydantic.dev/docs/reference/sql/>.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Variant;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use serde_json::{Map, Value, json};

use crate::logfire::{EXCEPTION_BYTES_MAX, MESSAGE_BYTES_MAX, cut};
use crate::otlp::base64::push_base64;
use crate::otlp::spans::Span;

/// A row: columns by name. What is not there is null.
pub type Row = Map<String, Value>;

/// The level of spans, which bring none.
pub const SPAN_LEVEL: i64 = 9;

/// The name of services that give none.
const SERVICE_UNKNOWN: &str = "unknown_service";

/// Attributes that become columns and are attributes no more.
const CONSUMED: [&str; 3] = ["logfire.msg", "logfire.tags", "logfire.level_num"];

/// Who sent it, and from where in the program.
#[derive(Debug, Clone, Copy)]
pub struct Place<'p> {
    /// The resource.
    pub resource: Option<&'p Resource>,
    /// The scope.
    pub scope: Option<&'p InstrumentationScope>,
}

/// The row of a log record.
pub fn of_log(record: &LogRecord, place: Place<'_>) -> Row {
    let attributes = object(&record.attributes);
    let time = match record.time_unix_nano {
        0 => record.observed_time_unix_nano,
        time => time,
    };
    let body = record.body.as_ref().map(json_of).unwrap_or_default();
    let body_text = text_of(&body);
    let given = attributes.get("logfire.msg").map(text_of);
    let message = given.unwrap_or_else(|| body_text.clone());
    let mut row = common(place, &attributes);
    row.insert("kind".to_owned(), "log".into());
    row.insert("start_timestamp".to_owned(), micros(time).into());
    row.insert("end_timestamp".to_owned(), micros(time).into());
    let level = attributes.get("logfire.level_num").cloned();
    let level = level.unwrap_or_else(|| record.severity_number.into());
    row.insert("level".to_owned(), level);
    let message = cut(&message, MESSAGE_BYTES_MAX).to_owned();
    let name = match record.event_name.as_str() {
        "" => message.clone(),
        name => cut(name, MESSAGE_BYTES_MAX).to_owned(),
    };
    row.insert("span_name".to_owned(), name.into());
    row.insert("message".to_owned(), message.into());
    row.insert("log_body".to_owned(), body_text.into());
    row.insert("trace_id".to_owned(), hex(&record.trace_id).into());
    row.insert("span_id".to_owned(), hex(&record.span_id).into());
    row.insert(
        "parent_span_id".to_owned(),
        some_hex(&record.span_id).into(),
    );
    row
}

/// The row of a span.
pub fn of_span(span: &Span, place: Place<'_>) -> Row {
    let attributes = object(&span.attributes);
    let mut row = common(place, &attributes);
    row.insert("kind".to_owned(), "span".into());
    let (start, end) = (span.start_time_unix_nano, span.end_time_unix_nano);
    row.insert("start_timestamp".to_owned(), micros(start).into());
    row.insert("end_timestamp".to_owned(), micros(end).into());
    row.insert("level".to_owned(), SPAN_LEVEL.into());
    let status = span.status.as_ref().map_or(0, |status| status.code);
    let status = ["UNSET", "OK", "ERROR"].get(usize::try_from(status).unwrap_or(usize::MAX));
    row.insert("otel_status_code".to_owned(), status.copied().into());
    let name = cut(&span.name, MESSAGE_BYTES_MAX);
    row.insert("span_name".to_owned(), name.into());
    row.insert("message".to_owned(), name.into());
    row.insert("trace_id".to_owned(), hex(&span.trace_id).into());
    row.insert("span_id".to_owned(), hex(&span.span_id).into());
    row.insert(
        "parent_span_id".to_owned(),
        some_hex(&span.parent_span_id).into(),
    );
    row
}

/// What logs and spans have alike.
fn common(place: Place<'_>, attributes: &Map<String, Value>) -> Row {
    let resource = place.resource.map(|resource| object(&resource.attributes));
    let resource = resource.unwrap_or_default();
    let of_resource = |key: &str| resource.get(key).cloned().unwrap_or_default();
    let mut row = Row::new();
    let name = resource.get("service.name").cloned();
    let name = name.unwrap_or_else(|| SERVICE_UNKNOWN.into());
    row.insert("service_name".to_owned(), name);
    for (column, key) in [
        ("service_namespace", "service.namespace"),
        ("service_version", "service.version"),
        ("service_instance_id", "service.instance.id"),
        ("process_pid", "process.pid"),
    ] {
        row.insert(column.to_owned(), of_resource(key));
    }
    let environment = resource.get("deployment.environment.name");
    let environment = environment.or_else(|| resource.get("deployment.environment"));
    let environment = environment.cloned().unwrap_or_default();
    row.insert("deployment_environment".to_owned(), environment);
    let (scope, version) = match place.scope {
        Some(scope) => (scope.name.as_str(), scope.version.as_str()),
        None => ("", ""),
    };
    row.insert("otel_scope_name".to_owned(), scope.into());
    row.insert("otel_scope_version".to_owned(), version.into());
    row.insert("otel_resource_attributes".to_owned(), resource.into());
    row.insert(
        "tags".to_owned(),
        attributes
            .get("logfire.tags")
            .cloned()
            .unwrap_or_else(|| json!([])),
    );
    let mut kept = attributes.clone();
    for key in CONSUMED {
        kept.shift_remove(key);
    }
    for key in ["exception.message", "exception.stacktrace"] {
        if let Some(Value::String(text)) = kept.get_mut(key) {
            *text = cut(text, EXCEPTION_BYTES_MAX).to_owned();
        }
    }
    row.insert("attributes".to_owned(), kept.into());
    row
}

/// `2026-05-27T13:16:36.517321Z`: what Logfire keeps of a time.
pub fn micros(time_unix_nano: u64) -> String {
    let time = jiff::Timestamp::from_nanosecond(i128::from(time_unix_nano));
    let time = time.expect("64 bits end in the year 2554");
    // Written from whole seconds and digits, so that nothing is rounded.
    let micros = time_unix_nano % 1_000_000_000 / 1_000;
    format!("{}.{micros:06}Z", time.strftime("%Y-%m-%dT%H:%M:%S"))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}

fn some_hex(bytes: &[u8]) -> Option<String> {
    (!bytes.is_empty()).then(|| hex(bytes))
}

/// Attributes as one object.
pub fn object(attributes: &[KeyValue]) -> Map<String, Value> {
    attributes
        .iter()
        .map(|pair| {
            let value = pair.value.as_ref().map(json_of).unwrap_or_default();
            (pair.key.clone(), value)
        })
        .collect()
}

/// A value as JSON; bytes as base64. The depth is bounded by the decoder.
pub fn json_of(value: &AnyValue) -> Value {
    match &value.value {
        Some(Variant::StringValue(text)) => text.as_str().into(),
        Some(Variant::BoolValue(value)) => (*value).into(),
        Some(Variant::IntValue(number)) => (*number).into(),
        Some(Variant::DoubleValue(number)) => (*number).into(),
        Some(Variant::ArrayValue(array)) => array.values.iter().map(json_of).collect(),
        Some(Variant::KvlistValue(list)) => object(&list.values).into(),
        Some(Variant::BytesValue(bytes)) => {
            let mut text = Vec::new();
            push_base64(&mut text, bytes);
            String::from_utf8_lossy(&text).into_owned().into()
        }
        _ => Value::Null,
    }
}

/// A text as it is, anything else as JSON.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: &str, value: &str) -> KeyValue {
        KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue {
                value: Some(Variant::StringValue(value.to_owned())),
            }),
            ..KeyValue::default()
        }
    }

    #[test]
    fn a_log_becomes_a_row_with_its_message_cut_and_its_body_whole() {
        let long = "ä".repeat(300);
        let record = LogRecord {
            time_unix_nano: 1_779_887_796_517_321_999,
            severity_number: 17,
            body: text("", &long).value,
            span_id: vec![0xab; 8],
            ..LogRecord::default()
        };
        let place = Place {
            resource: None,
            scope: None,
        };
        let row = of_log(&record, place);
        assert_eq!(row["start_timestamp"], "2026-05-27T13:16:36.517321Z");
        assert_eq!(row["level"], 17);
        assert_eq!(row["message"], "ä".repeat(256));
        assert_eq!(row["log_body"], long);
        assert_eq!(row["service_name"], "unknown_service");
        assert_eq!(row["parent_span_id"], "abababababababab");
    }

    #[test]
    fn attributes_of_logfire_itself_are_consumed() {
        let record = LogRecord {
            attributes: vec![text("logfire.msg", "said"), text("a", "b")],
            body: text("", "body").value,
            ..LogRecord::default()
        };
        let place = Place {
            resource: None,
            scope: None,
        };
        let row = of_log(&record, place);
        assert_eq!(
            (&row["message"], &row["log_body"]),
            (&json!("said"), &json!("body"))
        );
        assert_eq!(row["attributes"], json!({"a": "b"}));
    }
}
