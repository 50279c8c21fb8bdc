//! The protobuf form of a record. Fields are written in the order of their numbers, as the reference encoders do, so that the bytes can be
//! compared with theirs.

use crate::base::units::UnixNanos;
use crate::otlp::protobuf::{
    any_value, field_len, key_value, list, log_record, low_byte, put_bytes, put_fixed32,
    put_fixed64, put_header, put_message, put_uint, scope_logs, varint_len,
};
use crate::pipeline::encode::Constants;
use crate::record::{Attribute, Record, SeverityNumber, Value};

/// Writes `ScopeLogs.log_records`: the tag, the length, the record.
pub fn put_record(
    out: &mut Vec<u8>,
    record: &Record<'_>,
    constants: &Constants,
    observed: UnixNanos,
) {
    put_message::<2>(out, scope_logs::LOG_RECORDS, |out| {
        put_fields(out, record, constants, observed);
    });
}

fn put_fields(out: &mut Vec<u8>, record: &Record<'_>, constants: &Constants, observed: UnixNanos) {
    let severity = record.severity_number.map_or(0, SeverityNumber::get);
    let text = record.severity_text.as_bytes();
    if let (Some(time), 1.., 1..=127) = (record.time, severity, text.len()) {
        // The common beginning in one piece.
        let [t0, t1, t2, t3, t4, t5, t6, t7] = time.0.to_le_bytes();
        out.extend_from_slice(&[
            log_record::TIME,
            t0,
            t1,
            t2,
            t3,
            t4,
            t5,
            t6,
            t7,
            log_record::SEVERITY_NUMBER,
            severity,
            log_record::SEVERITY_TEXT,
            low_byte(text.len() as u64),
        ]);
        out.extend_from_slice(text);
    } else {
        put_beginning(out, record);
    }
    put_any_value(out, log_record::BODY, &record.body);
    for attribute in &record.attributes {
        put_attribute(out, log_record::ATTRIBUTES, attribute);
    }
    out.extend_from_slice(&constants.bytes);
    if record.dropped_attributes_count > 0 {
        let count = u64::from(record.dropped_attributes_count);
        put_uint(out, log_record::DROPPED_ATTRIBUTES_COUNT, count);
    }
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

fn put_beginning(out: &mut Vec<u8>, record: &Record<'_>) {
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
}

/// Writes a `KeyValue` field.
pub fn put_attribute(out: &mut Vec<u8>, tag: u8, attribute: &Attribute<'_>) {
    let key = attribute.key.as_bytes();
    if let Value::Text(text) = &attribute.value
        && key.len() + text.len() < 0x70
    {
        // The common case: every length in it is one byte.
        let byte = |length: usize| low_byte(length as u64);
        let (key_len, text_len) = (key.len(), text.len());
        out.reserve(key_len + text_len + 8);
        out.extend_from_slice(&[
            tag,
            byte(key_len + text_len + 6),
            key_value::KEY,
            byte(key_len),
        ]);
        out.extend_from_slice(key);
        let value = [
            key_value::VALUE,
            byte(text_len + 2),
            any_value::STRING,
            byte(text_len),
        ];
        out.extend_from_slice(&value);
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let Some(value_len) = leaf_len(&attribute.value) else {
        return put_message::<1>(out, tag, |out| {
            put_bytes(out, key_value::KEY, key);
            put_any_value(out, key_value::VALUE, &attribute.value);
        });
    };
    let length = field_len(key.len()) + field_len(value_len);
    put_header(out, tag, length);
    put_bytes(out, key_value::KEY, key);
    put_header(out, key_value::VALUE, value_len);
    put_value(out, &attribute.value);
}

/// Writes an `AnyValue` field.
fn put_any_value(out: &mut Vec<u8>, tag: u8, value: &Value<'_>) {
    match leaf_len(value) {
        Some(length) => {
            put_header(out, tag, length);
            put_value(out, value);
        }
        None => put_message::<1>(out, tag, |out| put_value(out, value)),
    }
}

/// How many bytes an `AnyValue` takes, without tag and length; `None` for lists and maps, whose lengths are patched in.
#[inline]
fn leaf_len(value: &Value<'_>) -> Option<usize> {
    Some(match value {
        Value::Text(text) => field_len(text.len()),
        Value::Empty => 0,
        Value::Bool(_) => 2,
        // Negative integers are sign-extended to ten bytes.
        Value::Int(number) => 1 + varint_len(number.cast_unsigned()),
        Value::Double(_) => 9,
        Value::Bytes(bytes) => field_len(bytes.len()),
        Value::Array(_) | Value::Map(_) => return None,
    })
}

fn put_value(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Text(text) => put_bytes(out, any_value::STRING, text.as_bytes()),
        Value::Empty => {}
        Value::Bool(truth) => put_uint(out, any_value::BOOL, u64::from(*truth)),
        Value::Int(number) => put_uint(out, any_value::INT, number.cast_unsigned()),
        Value::Double(number) => put_fixed64(out, any_value::DOUBLE, number.to_bits()),
        Value::Bytes(bytes) => put_bytes(out, any_value::BYTES, bytes),
        Value::Array(items) => put_message::<1>(out, any_value::ARRAY, |out| {
            for item in items {
                put_any_value(out, list::VALUES, item);
            }
        }),
        Value::Map(members) => put_message::<1>(out, any_value::KVLIST, |out| {
            for member in members {
                put_attribute(out, list::VALUES, member);
            }
        }),
    }
}
