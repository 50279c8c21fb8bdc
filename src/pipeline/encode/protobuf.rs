//! The protobuf form of a record. Fields are written in the order of their numbers, as the reference encoders do, so that the bytes can be
//! compared with theirs.

use crate::base::units::UnixNanos;
use crate::otlp::protobuf::{
    any_value, field_len, key_value, list, log_record, put_bytes, put_fixed32, put_fixed64,
    put_header, put_message, put_uint, scope_logs, varint_len,
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
    put_message(out, scope_logs::LOG_RECORDS, |out| {
        put_fields(out, record, constants, observed)
    });
}

fn put_fields(out: &mut Vec<u8>, record: &Record<'_>, constants: &Constants, observed: UnixNanos) {
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
    put_header(out, log_record::BODY, value_len(&record.body));
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

/// Writes a `KeyValue` field.
pub fn put_attribute(out: &mut Vec<u8>, tag: u8, attribute: &Attribute<'_>) {
    let key = attribute.key.as_bytes();
    let value_len = value_len(&attribute.value);
    let length = field_len(key.len()) + field_len(value_len);
    if length < 0x80 {
        // Every length in it is one byte then: the common case without a branch for each.
        out.reserve(length + 2);
        out.extend_from_slice(&[tag, length as u8, key_value::KEY, key.len() as u8]);
        out.extend_from_slice(key);
        out.extend_from_slice(&[key_value::VALUE, value_len as u8]);
    } else {
        put_header(out, tag, length);
        put_bytes(out, key_value::KEY, key);
        put_header(out, key_value::VALUE, value_len);
    }
    put_value(out, &attribute.value);
}

/// How many bytes a `KeyValue` takes, without tag and length.
#[inline]
fn attribute_len(attribute: &Attribute<'_>) -> usize {
    field_len(attribute.key.len()) + field_len(value_len(&attribute.value))
}

/// How many bytes an `AnyValue` takes, without tag and length.
#[inline]
fn value_len(value: &Value<'_>) -> usize {
    match value {
        Value::Text(text) => field_len(text.len()),
        nested => other_len(nested),
    }
}

fn other_len(value: &Value<'_>) -> usize {
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
