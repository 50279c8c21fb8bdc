//! Writes OTLP/JSON directly: strings, numbers, ids, base64.
//!
//! Beyond what JSON asks for, C1 controls, DEL and the bidirectional overrides are escaped too, so that OTLP/JSON lines are safe to look at
//! on a terminal; a reader gets the same characters back.
//!
//! Spec: OTLP, "JSON Protobuf Encoding": 64-bit integers are decimal strings, ids are hex, other bytes base64.

use std::io::Write as _;

use crate::otlp::base64;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes a quoted JSON string.
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut clean_from = 0;
    let mut at = 0;
    while let Some(found) = next_suspect(bytes, at) {
        let character = text
            .get(found..)
            .and_then(|rest| rest.chars().next())
            .unwrap_or_default();
        at = found + character.len_utf8();
        if needs_escape(character) {
            out.extend_from_slice(&bytes[clean_from..found]);
            push_escape(out, character);
            clean_from = at;
        }
    }
    out.extend_from_slice(&bytes[clean_from..]);
    out.push(b'"');
}

/// The first byte from `from` on that may begin a character to be escaped. Eight bytes are looked at together.
fn next_suspect(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        if has_suspect(u64::from_le_bytes(*word)) {
            break;
        }
        at += 8;
    }
    bytes
        .get(at..)?
        .iter()
        .position(|byte| is_suspect(*byte))
        .map(|offset| at + offset)
}

fn is_suspect(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f | 0xc2 | 0xd8 | 0xe2 | 0xef)
}

/// Whether one of eight bytes is a control character, a quote, a backslash, DEL or not ASCII.
fn has_suspect(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let below = |limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGHS;
    let equal = |byte: u8| {
        let zeroed = word ^ (ONES * u64::from(byte));
        zeroed.wrapping_sub(ONES) & !zeroed & HIGHS
    };
    (below(0x20) | equal(b'"') | equal(b'\\') | equal(0x7f) | (word & HIGHS)) != 0
}

fn needs_escape(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '"' | '\\' | '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn push_escape(out: &mut Vec<u8>, character: char) {
    match character {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        // All that are escaped lie in the first plane, so four digits suffice.
        other => write!(out, "\\u{:04x}", u32::from(other)).expect("writing to a Vec cannot fail"),
    }
}

/// Writes a 64-bit integer as OTLP/JSON has it: a decimal string.
pub fn push_u64_string(out: &mut Vec<u8>, value: u64) {
    out.push(b'"');
    push_u64(out, value);
    out.push(b'"');
}

/// Writes a signed 64-bit integer as a decimal string.
pub fn push_i64_string(out: &mut Vec<u8>, value: i64) {
    out.push(b'"');
    if value < 0 {
        out.push(b'-');
    }
    push_u64(out, value.unsigned_abs());
    out.push(b'"');
}

/// Writes a JSON number.
pub fn push_u64(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Writes a double; NaN and the infinities are strings, as protobuf's JSON mapping has them.
pub fn push_f64(out: &mut Vec<u8>, value: f64) {
    let name: &[u8] = match value {
        value if value.is_nan() => b"\"NaN\"",
        f64::INFINITY => b"\"Infinity\"",
        f64::NEG_INFINITY => b"\"-Infinity\"",
        finite => return write!(out, "{finite:?}").expect("writing to a Vec cannot fail"),
    };
    out.extend_from_slice(name);
}

/// Writes a quoted id in lower-case hex.
pub fn push_hex_string(out: &mut Vec<u8>, id: &[u8]) {
    out.push(b'"');
    for byte in id {
        out.push(HEX[usize::from(byte >> 4)]);
        out.push(HEX[usize::from(byte & 15)]);
    }
    out.push(b'"');
}

/// Writes quoted bytes in base64 with padding.
pub fn push_base64_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    base64::push_base64(out, bytes);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(
            written(|out| push_string(out, "a\u{1b}[2J\u{9b}\u{202e}\u{7f}é日\n\"\\")),
            r#""a\u001b[2J\u009b\u202e\u007fé日\n\"\\""#
        );
    }

    #[test]
    fn numbers_ids_and_bytes_are_written_as_otlp_json_has_them() {
        assert_eq!(
            written(|out| push_i64_string(out, i64::MIN)),
            "\"-9223372036854775808\""
        );
        assert_eq!(written(|out| push_u64(out, 0)), "0");
        assert_eq!(written(|out| push_f64(out, 1e300)), "1e300");
        assert_eq!(written(|out| push_f64(out, f64::NAN)), "\"NaN\"");
        assert_eq!(
            written(|out| push_hex_string(out, &[0x5b, 0x0e])),
            "\"5b0e\""
        );
        assert_eq!(written(|out| push_base64_string(out, b"fo")), "\"Zm8=\"");
    }

    proptest::proptest! {
        #[test]
        fn any_text_reads_back_as_it_was(text in proptest::collection::vec(proptest::char::any(), 0..40)) {
            let text: String = text.into_iter().collect();
            let json = written(|out| push_string(out, &text));
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }

        #[test]
        fn any_double_reads_back_as_it_was(value in proptest::num::f64::NORMAL) {
            let json = written(|out| push_f64(out, value));
            proptest::prop_assert_eq!(json.parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
    }
}
