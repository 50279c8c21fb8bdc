//! The OTLP/JSON form of a record. Fields that are unset are not written.

use crate::base::units::UnixNanos;
use crate::otlp::json::{
    push_base64_string, push_f64, push_hex_string, push_i64_string, push_string, push_u64,
    push_u64_string,
};
use crate::pipeline::encode::Constants;
use crate::record::{Attribute, Record, Value};

/// Writes one element of `logRecords` and the comma behind it.
pub fn push_record(
    out: &mut Vec<u8>,
    record: &Record<'_>,
    constants: &Constants,
    observed: UnixNanos,
) {
    out.push(b'{');
    if let Some(time) = record.time {
        out.extend_from_slice(b"\"timeUnixNano\":");
        push_u64_string(out, time.0);
        out.push(b',');
    }
    out.extend_from_slice(b"\"observedTimeUnixNano\":");
    push_u64_string(out, observed.0);
    if let Some(severity) = record.severity_number {
        out.extend_from_slice(b",\"severityNumber\":");
        push_u64(out, u64::from(severity.get()));
    }
    push_text_field(out, b",\"severityText\":", &record.severity_text);
    out.extend_from_slice(b",\"body\":");
    push_value(out, &record.body);
    push_attributes(out, &record.attributes, constants);
    if record.dropped_attributes_count > 0 {
        out.extend_from_slice(b",\"droppedAttributesCount\":");
        push_u64(out, u64::from(record.dropped_attributes_count));
    }
    if let Some(flags) = record.trace_flags {
        out.extend_from_slice(b",\"flags\":");
        push_u64(out, u64::from(flags));
    }
    if let Some(id) = &record.trace_id {
        out.extend_from_slice(b",\"traceId\":");
        push_hex_string(out, id.as_bytes());
    }
    if let Some(id) = &record.span_id {
        out.extend_from_slice(b",\"spanId\":");
        push_hex_string(out, id.as_bytes());
    }
    push_text_field(out, b",\"eventName\":", &record.event_name);
    out.extend_from_slice(b"},");
}

fn push_text_field(out: &mut Vec<u8>, name: &[u8], text: &str) {
    if !text.is_empty() {
        out.extend_from_slice(name);
        push_string(out, text);
    }
}

fn push_attributes(out: &mut Vec<u8>, attributes: &[Attribute<'_>], constants: &Constants) {
    if attributes.is_empty() && constants.bytes.is_empty() {
        return;
    }
    out.extend_from_slice(b",\"attributes\":[");
    push_members(out, attributes);
    if !attributes.is_empty() && !constants.bytes.is_empty() {
        out.push(b',');
    }
    out.extend_from_slice(&constants.bytes);
    out.push(b']');
}

/// Writes `KeyValue` objects, separated by commas.
pub fn push_members(out: &mut Vec<u8>, members: &[Attribute<'_>]) {
    for (index, member) in members.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_attribute(out, member);
    }
}

/// Writes one `KeyValue`.
pub fn push_attribute(out: &mut Vec<u8>, attribute: &Attribute<'_>) {
    out.extend_from_slice(b"{\"key\":");
    push_string(out, &attribute.key);
    out.extend_from_slice(b",\"value\":");
    push_value(out, &attribute.value);
    out.push(b'}');
}

fn push_value(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Empty => return out.extend_from_slice(b"{}"),
        Value::Text(text) => {
            out.extend_from_slice(b"{\"stringValue\":");
            push_string(out, text);
        }
        Value::Bool(true) => out.extend_from_slice(b"{\"boolValue\":true"),
        Value::Bool(false) => out.extend_from_slice(b"{\"boolValue\":false"),
        Value::Int(number) => {
            out.extend_from_slice(b"{\"intValue\":");
            push_i64_string(out, *number);
        }
        Value::Double(number) => {
            out.extend_from_slice(b"{\"doubleValue\":");
            push_f64(out, *number);
        }
        Value::Bytes(bytes) => {
            out.extend_from_slice(b"{\"bytesValue\":");
            push_base64_string(out, bytes);
        }
        Value::Array(items) => {
            out.extend_from_slice(b"{\"arrayValue\":{\"values\":[");
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_value(out, item);
            }
            out.extend_from_slice(b"]}");
        }
        Value::Map(members) => {
            out.extend_from_slice(b"{\"kvlistValue\":{\"values\":[");
            push_members(out, members);
            out.extend_from_slice(b"]}");
        }
    }
    out.push(b'}');
}
