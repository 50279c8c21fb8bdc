//! Writes the protobuf wire form directly: tags, varints, lengths. The lengths of values are computed, that of a
//! record is patched in; nothing is built before it is written.
//!
//! The constants are the tag bytes (field number and wire type) of the messages of
//! `opentelemetry/proto/{collector/logs,logs,common,resource}/v1`, whose field numbers are all below 16: each tag is one byte.
//!
//! Spec: Protocol Buffers, "Encoding", <https://protobuf.dev/programming-guides/encoding/>.

/// `ExportLogsServiceRequest`
pub mod request {
    /// `resource_logs`
    pub const RESOURCE_LOGS: u8 = 0x0a;
}

/// `ResourceLogs`
pub mod resource_logs {
    /// `resource`
    pub const RESOURCE: u8 = 0x0a;
    /// `scope_logs`
    pub const SCOPE_LOGS: u8 = 0x12;
    /// `schema_url`
    pub const SCHEMA_URL: u8 = 0x1a;
}

/// `Resource`
pub mod resource {
    /// `attributes`
    pub const ATTRIBUTES: u8 = 0x0a;
}

/// `ScopeLogs`
pub mod scope_logs {
    /// `scope`
    pub const SCOPE: u8 = 0x0a;
    /// `log_records`
    pub const LOG_RECORDS: u8 = 0x12;
    /// `schema_url`
    pub const SCHEMA_URL: u8 = 0x1a;
}

/// `InstrumentationScope`
pub mod scope {
    /// `name`
    pub const NAME: u8 = 0x0a;
}

/// `LogRecord`
pub mod log_record {
    /// `time_unix_nano`, fixed64
    pub const TIME: u8 = 0x09;
    /// `severity_number`
    pub const SEVERITY_NUMBER: u8 = 0x10;
    /// `severity_text`
    pub const SEVERITY_TEXT: u8 = 0x1a;
    /// `body`
    pub const BODY: u8 = 0x2a;
    /// `attributes`
    pub const ATTRIBUTES: u8 = 0x32;
    /// `dropped_attributes_count`
    pub const DROPPED_ATTRIBUTES_COUNT: u8 = 0x38;
    /// `flags`, fixed32
    pub const FLAGS: u8 = 0x45;
    /// `trace_id`
    pub const TRACE_ID: u8 = 0x4a;
    /// `span_id`
    pub const SPAN_ID: u8 = 0x52;
    /// `observed_time_unix_nano`, fixed64
    pub const OBSERVED_TIME: u8 = 0x59;
    /// `event_name`
    pub const EVENT_NAME: u8 = 0x62;
}

/// `AnyValue`
pub mod any_value {
    /// `string_value`
    pub const STRING: u8 = 0x0a;
    /// `bool_value`
    pub const BOOL: u8 = 0x10;
    /// `int_value`
    pub const INT: u8 = 0x18;
    /// `double_value`
    pub const DOUBLE: u8 = 0x21;
    /// `array_value`
    pub const ARRAY: u8 = 0x2a;
    /// `kvlist_value`
    pub const KVLIST: u8 = 0x32;
    /// `bytes_value`
    pub const BYTES: u8 = 0x3a;
}

/// `ArrayValue` and `KeyValueList`
pub mod list {
    /// `values`
    pub const VALUES: u8 = 0x0a;
}

/// `KeyValue`
pub mod key_value {
    /// `key`
    pub const KEY: u8 = 0x0a;
    /// `value`
    pub const VALUE: u8 = 0x12;
}

/// The low byte of a number; what lies above it is meant to be cut off.
#[expect(
    clippy::cast_possible_truncation,
    reason = "varints are cut into bytes here"
)]
#[inline]
pub fn low_byte(value: u64) -> u8 {
    value as u8
}

/// How many bytes a varint takes.
#[inline]
pub fn varint_len(value: u64) -> usize {
    if value < 0x80 {
        return 1;
    }
    // Seven bits a byte.
    (70 - value.leading_zeros() as usize) / 7
}

/// How many bytes a length-delimited field takes, its tag included.
#[inline]
pub fn field_len(content_len: usize) -> usize {
    1 + varint_len(content_len as u64) + content_len
}

/// Writes a varint.
#[inline]
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    out.push(low_byte(value));
}

/// Writes the tag and the length of a length-delimited field; its content follows.
#[inline]
pub fn put_header(out: &mut Vec<u8>, tag: u8, content_len: usize) {
    out.push(tag);
    put_varint(out, content_len as u64);
}

/// Writes a length-delimited field.
#[inline]
pub fn put_bytes(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    put_header(out, tag, content.len());
    out.extend_from_slice(content);
}

/// Writes a message whose length is known only afterwards.
///
/// `KEPT` bytes are kept for the length: two suit nearly all records, one suits nearly all nested values. A message that needs
/// more or fewer is moved by the difference.
pub fn put_message<const KEPT: usize>(
    out: &mut Vec<u8>,
    tag: u8,
    write: impl FnOnce(&mut Vec<u8>),
) {
    out.push(tag);
    let kept_at = out.len();
    out.extend_from_slice(&[0; KEPT]);
    let start = out.len();
    write(out);
    let length = out.len() - start;
    let needed = varint_len(length as u64);
    let content_at = kept_at + needed;
    if needed > KEPT {
        out.resize(content_at + length, 0);
        out.copy_within(start..start + length, content_at);
    } else if needed < KEPT {
        out.copy_within(start..start + length, content_at);
        out.truncate(content_at + length);
    }
    let mut value = length as u64;
    for place in &mut out[kept_at..content_at] {
        *place = low_byte(value) | 0x80;
        value >>= 7;
    }
    out[content_at - 1] &= 0x7f;
}

/// Writes a varint field.
pub fn put_uint(out: &mut Vec<u8>, tag: u8, value: u64) {
    out.push(tag);
    put_varint(out, value);
}

/// Writes a 64-bit field of fixed size.
pub fn put_fixed64(out: &mut Vec<u8>, tag: u8, value: u64) {
    let mut field = [tag; 9];
    field[1..].copy_from_slice(&value.to_le_bytes());
    out.extend_from_slice(&field);
}

/// Writes a 32-bit field of fixed size.
pub fn put_fixed32(out: &mut Vec<u8>, tag: u8, value: u32) {
    out.push(tag);
    out.extend_from_slice(&value.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varint_takes_the_length_that_was_computed() {
        for value in [
            0,
            1,
            127,
            128,
            16_383,
            16_384,
            u64::from(u32::MAX),
            u64::MAX,
        ] {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            assert_eq!(out.len(), varint_len(value), "{value}");
        }
    }

    #[test]
    fn a_message_of_any_length_gets_its_shortest_length_prefix() {
        for length in [0, 1, 127, 128, 129, 16_383, 16_384, 100_000, 3_000_000] {
            let content = vec![0xab; length];
            let (mut one, mut two, mut expected) = (vec![7], vec![7], vec![7]);
            put_message::<1>(&mut one, 0x12, |out| out.extend_from_slice(&content));
            put_message::<2>(&mut two, 0x12, |out| out.extend_from_slice(&content));
            put_bytes(&mut expected, 0x12, &content);
            assert!(one == expected && two == expected, "{length}");
        }
    }
}
