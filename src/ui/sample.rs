//! The first records of a dry run, as they would arrive, in a form that is read at a glance.
//!
//! Turns one OTLP/JSON log record into a row: time, severity and body on its first line, attributes below.

use serde_json::Value;

use crate::base::escape::printable_cut;
use crate::base::units::UnixNanos;
use crate::record::{SeverityClass, SeverityNumber};

use super::row::{Joint, Row};
use super::style::Tone;
use super::text::moment_millis;

/// Most attributes shown of a record.
const ATTRIBUTES_MAX: usize = 12;

/// Most characters shown of an attribute's value.
const VALUE_MAX: usize = 48;

/// Columns before the body: indent, time, severity and the gaps between them.
const BODY_START: usize = 2 + 23 + 3 + 5 + 2;

/// The record as a row. Text that is no OTLP/JSON log record is shown as it is.
pub(super) fn sample_row(sample: &str, width: usize) -> Row {
    let body_max = width.saturating_sub(BODY_START).max(24);
    let Ok(record) = serde_json::from_str::<Value>(sample) else {
        return Row::new(Tone::Faint, "").with(
            Joint::Dot,
            Tone::Plain,
            printable_cut(sample, width),
        );
    };
    let time = integer(&record["timeUnixNano"])
        .filter(|nanos| *nanos > 0)
        .map_or("no time".to_owned(), |nanos| {
            moment_millis(UnixNanos(nanos))
        });
    let (class, word) = severity(&record);
    let mut row = Row::new(Tone::Faint, &time)
        .with(
            Joint::Dot,
            Tone::of(class),
            format!("{:<5}", printable_cut(&word, 11)),
        )
        .with(
            Joint::Wide,
            Tone::Plain,
            printable_cut(&value_text(&record["body"]), body_max),
        );
    for (joint, text) in attributes(&record, width) {
        row = row.with(joint, Tone::Faint, text);
    }
    row
}

pub(super) fn severity(record: &Value) -> (SeverityClass, String) {
    let number = integer(&record["severityNumber"])
        .and_then(|number| SeverityNumber::new(u8::try_from(number).ok()?));
    let class = SeverityClass::of(number);
    let word = match (record["severityText"].as_str(), class) {
        (Some(text), _) if !text.is_empty() => text,
        (_, SeverityClass::Unspecified) => "-",
        (_, class) => class.name(),
    };
    (class, word.to_owned())
}

pub(super) fn attributes(record: &Value, width: usize) -> Vec<(Joint, String)> {
    let listed = record["attributes"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut texts: Vec<String> = listed
        .iter()
        .take(ATTRIBUTES_MAX)
        .map(|pair| {
            let key = pair["key"].as_str().unwrap_or_default();
            let value = value_text(&pair["value"]);
            let pair = format!("{key}={}", printable_cut(&value, VALUE_MAX));
            printable_cut(&pair, width.saturating_sub(BODY_START).max(24))
        })
        .collect();
    if listed.len() > ATTRIBUTES_MAX {
        texts.push(format!("… and {} more", listed.len() - ATTRIBUTES_MAX));
    }
    let joints = std::iter::once(Joint::Line).chain(std::iter::repeat(Joint::Dot));
    joints.zip(texts).collect()
}

/// OTLP/JSON writes 64-bit integers as strings; readers take both.
pub(super) fn integer(value: &Value) -> Option<u64> {
    match value {
        Value::String(digits) => digits.parse().ok(),
        other => other.as_u64(),
    }
}

/// An `AnyValue` as one short text.
pub(super) fn value_text(value: &Value) -> String {
    let Some((kind, inner)) = value.as_object().and_then(|fields| fields.iter().next()) else {
        return String::new();
    };
    match (kind.as_str(), inner) {
        ("arrayValue", list) => {
            let items: Vec<_> = items(list).map(value_text).collect();
            format!("[{}]", items.join(", "))
        }
        ("kvlistValue", list) => {
            let pairs: Vec<_> = items(list)
                .map(|pair| {
                    let key = pair["key"].as_str().unwrap_or_default();
                    format!("{key}={}", value_text(&pair["value"]))
                })
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list["values"].as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::row::lay_out;
    use super::super::style::Paint;
    use super::*;

    fn shown(sample: &str) -> String {
        lay_out(&[sample_row(sample, 80)], Paint { color: false }, 80)
    }

    #[test]
    fn every_kind_of_value_is_shown_and_controls_are_escaped() {
        let sample = r#"{"timeUnixNano":"1795125851120000007","severityNumber":13,"severityText":"warn",
            "body":{"stringValue":"disk\u001b[2J full\nnow"},"attributes":[
            {"key":"pid","value":{"intValue":"12"}},{"key":"ok","value":{"boolValue":true}},
            {"key":"tags","value":{"arrayValue":{"values":[{"stringValue":"a"},{"doubleValue":1.5}]}}},
            {"key":"http","value":{"kvlistValue":{"values":[{"key":"status","value":{"intValue":"507"}}]}}}]}"#;
        insta::assert_snapshot!(shown(sample), @r"
        2026-11-19 22:04:11.120   warn   disk\u{1b}[2J full\nnow
                                  pid=12 · ok=true · tags=[a, 1.5] · http={status=507}
        ");
    }

    #[test]
    fn what_is_no_record_is_shown_as_it_is() {
        assert!(shown("not json").contains("not json"));
        assert!(shown("{}").contains("no time"));
    }
}
