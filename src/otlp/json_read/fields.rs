//! The members of one JSON object, read as protobuf fields.
//!
//! Shape: a [`Fields`] and a name → the field's value; `null` and absence are the field's default. A reader turns a
//! wrong value into a [`JsonReadError`] that names the field; the callers above add where that field stands.
//!
//! Spec: protobuf JSON mapping, "JSON Options" and its table; OTLP 1.11, "JSON Protobuf Encoding" for ids and enums.

use std::num::IntErrorKind;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::otlp::base64::from_base64;
use crate::otlp::json_read::JsonReadError;

/// One object's members; none for `null`.
pub(super) struct Fields<'a>(Option<&'a Map<String, Value>>);

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value) -> Result<Fields<'a>, JsonReadError> {
        match value {
            Value::Null => Ok(Fields(None)),
            Value::Object(members) => Ok(Fields(Some(members))),
            other => Err(JsonReadError::expected("an object", other)),
        }
    }

    /// The member's value; `None` when it is absent or `null`.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0?.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Result<String, JsonReadError> {
        self.or_default(name, text)
    }

    /// A field of 32 or 64 bits, also an enum: its number, or the same number as a text.
    pub(super) fn integer<T: Integer>(&self, name: &str) -> Result<T, JsonReadError> {
        self.or_default(name, integer)
    }

    /// A trace or span id: empty, or exactly this many bytes in hex.
    pub(super) fn id<const BYTES: usize>(&self, name: &str) -> Result<Vec<u8>, JsonReadError> {
        self.or_default(name, id::<BYTES>)
    }

    pub(super) fn message<T>(
        &self,
        name: &str,
        read: impl Fn(&Value) -> Result<T, JsonReadError>,
    ) -> Result<Option<T>, JsonReadError> {
        let field = self
            .get(name)
            .map(|value| read(value).map_err(|error| error.within(name)));
        field.transpose()
    }

    pub(super) fn list<T>(
        &self,
        name: &str,
        read: impl Fn(&Value) -> Result<T, JsonReadError>,
    ) -> Result<Vec<T>, JsonReadError> {
        self.or_default(name, |value| match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| read(item).map_err(|error| error.within_index(index)))
                .collect(),
            other => Err(JsonReadError::expected("an array", other)),
        })
    }

    fn or_default<T: Default>(
        &self,
        name: &str,
        read: impl Fn(&Value) -> Result<T, JsonReadError>,
    ) -> Result<T, JsonReadError> {
        Ok(self.message(name, read)?.unwrap_or_default())
    }
}

/// An integer type of protobuf.
pub(super) trait Integer:
    FromStr<Err = std::num::ParseIntError> + TryFrom<i128> + Default
{
    /// What a wrong value should have been.
    const EXPECTED: &'static str;
}

impl Integer for i32 {
    const EXPECTED: &'static str = "an integer of 32 bits";
}

impl Integer for u32 {
    const EXPECTED: &'static str = "an unsigned integer of 32 bits";
}

impl Integer for i64 {
    const EXPECTED: &'static str = "an integer of 64 bits";
}

impl Integer for u64 {
    const EXPECTED: &'static str = "an unsigned integer of 64 bits";
}

pub(super) fn text(value: &Value) -> Result<String, JsonReadError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(JsonReadError::expected("a text", other)),
    }
}

pub(super) fn integer<T: Integer>(value: &Value) -> Result<T, JsonReadError> {
    let wrong = || JsonReadError::expected(T::EXPECTED, value);
    match value {
        Value::String(digits) => {
            digits
                .parse()
                .map_err(|error: std::num::ParseIntError| match error.kind() {
                    IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => {
                        JsonReadError::wrong(T::EXPECTED, "one out of range")
                    }
                    _ => wrong(),
                })
        }
        Value::Number(number) => {
            let wide = number.as_i128().or_else(|| whole(number.as_f64()?));
            let wide = wide.ok_or_else(wrong)?;
            T::try_from(wide).map_err(|_| JsonReadError::wrong(T::EXPECTED, "one out of range"))
        }
        _ => Err(wrong()),
    }
}

/// `1.0` and `1e3` are integers in protobuf's JSON.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole, and checked against the range"
)]
fn whole(number: f64) -> Option<i128> {
    (number.fract() == 0.0 && number.abs() < 1e20).then_some(number as i128)
}

pub(super) fn double(value: &Value) -> Result<f64, JsonReadError> {
    let wrong = || JsonReadError::expected("a number, NaN, Infinity or -Infinity", value);
    match value {
        Value::Number(number) => number.as_f64().ok_or_else(wrong),
        Value::String(text) => match text.as_str() {
            "NaN" => Ok(f64::NAN),
            "Infinity" => Ok(f64::INFINITY),
            "-Infinity" => Ok(f64::NEG_INFINITY),
            // Rust also reads `inf` and `nan`, which no encoder of OTLP writes.
            digits => digits
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .ok_or_else(wrong),
        },
        _ => Err(wrong()),
    }
}

pub(super) fn bytes(value: &Value) -> Result<Vec<u8>, JsonReadError> {
    let decoded = value.as_str().and_then(from_base64);
    decoded.ok_or_else(|| JsonReadError::expected("base64", value))
}

pub(super) fn flag(value: &Value) -> Result<bool, JsonReadError> {
    value
        .as_bool()
        .ok_or_else(|| JsonReadError::expected("true or false", value))
}

fn id<const BYTES: usize>(value: &Value) -> Result<Vec<u8>, JsonReadError> {
    let expected = match BYTES {
        16 => "32 hex digits or nothing",
        _ => "16 hex digits or nothing",
    };
    let digits = match value {
        Value::String(digits) => digits.as_bytes(),
        other => return Err(JsonReadError::expected(expected, other)),
    };
    if digits.is_empty() {
        return Ok(Vec::new());
    }
    if digits.len() != 2 * BYTES {
        return Err(JsonReadError::wrong(
            expected,
            &format!("a text of {} bytes", digits.len()),
        ));
    }
    let id: Option<Vec<u8>> = digits.chunks_exact(2).map(hex_byte).collect();
    id.ok_or_else(|| JsonReadError::expected(expected, value))
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    let digit = |letter: u8| char::from(letter).to_digit(16);
    let byte = digit(pair[0])? << 4 | digit(pair[1])?;
    u8::try_from(byte).ok()
}
