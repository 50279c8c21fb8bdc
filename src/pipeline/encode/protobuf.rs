//! The protobuf form of a record. Fields are written in the order of their numbers, as the reference encoders do, so that the bytes can be
//! compared with theirs.

use crate::base::units::UnixNanos;
use crate::otlp::protobuf::{
    any_value, field_len, key_value, list, log_record, put_bytes, put_fixed32, put_fixed64,
    put_header, put_uint, scope_logs, varint_len,
};
use crate::pipeline::encode::Constants;
use crate::record::{Attribute, Record, Value};

/// Writes `ScopeLogs.log_records`: the tag, the length, the record.
pub fn put_record(
    out: &mut Vec<u8>,
    record: &Record<'_>,
    constants: &Constants,
    observed: UnixNanos,
) {
    let body_len = value_len(&record.body);
    let length = record_len(record, body_len, constants);
    out.reserve(length + 16);
    put_header(out, scope_logs::LOG_RECORDS, length);
    if let Some(time) = record.time {
        put_fixed64(out, log_record::TIME, time.0);
    }
    if let Some(severity) = record.severity_number {
        put_uint(out, log_record::SEVERITY_NUMBER, u64::from(severity.get()));
    }
    if !record.severity_text.is_empty() {
        put_bytes(
            out,
            log_record::SEVERITY_TEXT,
            record.severity_text.as_bytes(),
        );
    }
    put_header(out, log_record::BODY, body_len);
    put_value(out, &record.body);
    for attribute in &record.attributes {
        put_attribute(out, log_record::ATTRIBUTES, attribute);
    }
    out.extend_from_slice(&constants.bytes);
    if let Some(flags) = record.trace_flags {
        put_fixed32(out, log_record::FLAGS, u32::from(flags));
    }
    if let Some(id) = &record.trace_id {
        put_bytes(out, log_record::TRACE_ID, id.as_bytes());
    }
    if let Some(id) = &record.span_id {
        put_bytes(out, log_record::SPAN_ID, id.as_bytes());
    }
    put_fixed64(out, log_record::OBSERVED_TIME, observed.0);
    if !record.event_name.is_empty() {
        put_bytes(out, log_record::EVENT_NAME, record.event_name.as_bytes());
    }
}

fn record_len(record: &Record<'_>, body_len: usize, constants: &Constants) -> usize {
    let text_len = |text: &str| {
        if text.is_empty() {
            0
        } else {
            field_len(text.len())
        }
    };
    let attributes: usize = record
        .attributes
        .iter()
        .map(|attribute| field_len(attribute_len(attribute)))
        .sum();
    let time = if record.time.is_some() { 9 } else { 0 };
    let severity = if record.severity_number.is_some() {
        2
    } else {
        0
    };
    let flags = if record.trace_flags.is_some() { 5 } else { 0 };
    let trace_id = if record.trace_id.is_some() {
        field_len(16)
    } else {
        0
    };
    let span_id = if record.span_id.is_some() {
        field_len(8)
    } else {
        0
    };
    let observed = 9;
    time + severity
        + text_len(&record.severity_text)
        + field_len(body_len)
        + attributes
        + constants.bytes.len()
        + flags
        + trace_id
        + span_id
        + observed
        + text_len(&record.event_name)
}

/// Writes a `KeyValue` field.
pub fn put_attribute(out: &mut Vec<u8>, tag: u8, attribute: &Attribute<'_>) {
    let value_len = value_len(&attribute.value);
    put_header(
        out,
        tag,
        field_len(attribute.key.len()) + field_len(value_len),
    );
    put_bytes(out, key_value::KEY, attribute.key.as_bytes());
    put_header(out, key_value::VALUE, value_len);
    put_value(out, &attribute.value);
}

/// How many bytes a `KeyValue` takes, without tag and length.
fn attribute_len(attribute: &Attribute<'_>) -> usize {
    field_len(attribute.key.len()) + field_len(value_len(&attribute.value))
}

/// How many bytes an `AnyValue` takes, without tag and length.
fn value_len(value: &Value<'_>) -> usize {
    match value {
        Value::Empty => 0,
        Value::Text(text) => field_len(text.len()),
        Value::Bool(_) => 2,
        // Negative integers are sign-extended to ten bytes.
        Value::Int(number) => 1 + varint_len(number.cast_unsigned()),
        Value::Double(_) => 9,
        Value::Bytes(bytes) => field_len(bytes.len()),
        Value::Array(items) => field_len(items.iter().map(|item| field_len(value_len(item))).sum()),
        Value::Map(members) => field_len(
            members
                .iter()
                .map(|member| field_len(attribute_len(member)))
                .sum(),
        ),
    }
}

fn put_value(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Empty => {}
        Value::Text(text) => put_bytes(out, any_value::STRING, text.as_bytes()),
        Value::Bool(truth) => put_uint(out, any_value::BOOL, u64::from(*truth)),
        Value::Int(number) => put_uint(out, any_value::INT, number.cast_unsigned()),
        Value::Double(number) => put_fixed64(out, any_value::DOUBLE, number.to_bits()),
        Value::Bytes(bytes) => put_bytes(out, any_value::BYTES, bytes),
        Value::Array(items) => {
            put_header(
                out,
                any_value::ARRAY,
                items.iter().map(|item| field_len(value_len(item))).sum(),
            );
            for item in items {
                put_header(out, list::VALUES, value_len(item));
                put_value(out, item);
            }
        }
        Value::Map(members) => {
            put_header(
                out,
                any_value::KVLIST,
                members
                    .iter()
                    .map(|member| field_len(attribute_len(member)))
                    .sum(),
            );
            for member in members {
                put_attribute(out, list::VALUES, member);
            }
        }
    }
}
