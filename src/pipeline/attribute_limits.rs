//! Limits of a record's attributes: how many there are, and how long a text in one may be.
//!
//! Characters are counted, not bytes; bytes of byte values. What lists and maps hold is cut too, only the topmost attributes are
//! counted. Body and resource are exempt, and so are requests that were OTLP already.
//!
//! Spec: OpenTelemetry common, "Attribute Limits"; logs SDK, "`LogRecord` Limits". Deviation: without the variables nothing is
//! limited, because the records are somebody else's.

use std::borrow::Cow;

use crate::record::{Record, Value};

/// Containers within each other that are looked into; no parser of ours makes deeper ones.
const DEPTH_MAX: usize = 128;

/// What a record may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttributeLimits {
    /// Most attributes of a record.
    pub count_max: Option<usize>,
    /// Most characters of a text.
    pub length_max: Option<usize>,
}

/// What was left out of the records of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limited {
    /// Records with attributes left out.
    pub dropped: u64,
    /// Records with texts that were cut.
    pub cut: u64,
}

impl AttributeLimits {
    /// Whether nothing is limited.
    pub fn is_none(&self) -> bool {
        self.count_max.is_none() && self.length_max.is_none()
    }

    /// Cuts a record down. The `others` are added by us and say where it comes from, so they count first.
    pub fn apply(&self, record: &mut Record<'_>, others: usize, limited: &mut Limited) {
        if let Some(count_max) = self.count_max {
            let own_max = count_max.saturating_sub(others);
            let over = record.attributes.len().saturating_sub(own_max);
            if over > 0 {
                record.attributes.truncate(own_max);
                let over = u32::try_from(over).unwrap_or(u32::MAX);
                record.dropped_attributes_count =
                    record.dropped_attributes_count.saturating_add(over);
                limited.dropped += 1;
            }
        }
        if let Some(length_max) = self.length_max {
            let mut cut = false;
            for attribute in &mut record.attributes {
                cut |= shorten(&mut attribute.value, length_max, DEPTH_MAX);
            }
            limited.cut += u64::from(cut);
        }
    }
}

/// Cuts a value; says whether something was cut.
fn shorten(value: &mut Value<'_>, length_max: usize, depth: usize) -> bool {
    match value {
        Value::Text(text) => {
            // Most texts have fewer bytes than they may have characters.
            if text.len() <= length_max {
                return false;
            }
            let Some((end, _)) = text.char_indices().nth(length_max) else {
                return false;
            };
            match text {
                Cow::Borrowed(whole) => *whole = whole.get(..end).unwrap_or_default(),
                Cow::Owned(whole) => whole.truncate(end),
            }
            true
        }
        Value::Bytes(bytes) if bytes.len() > length_max => {
            match bytes {
                Cow::Borrowed(whole) => *whole = whole.get(..length_max).unwrap_or_default(),
                Cow::Owned(whole) => whole.truncate(length_max),
            }
            true
        }
        Value::Array(items) if depth > 0 => items.iter_mut().fold(false, |cut, item| {
            shorten(item, length_max, depth - 1) | cut
        }),
        Value::Map(members) if depth > 0 => members.iter_mut().fold(false, |cut, member| {
            shorten(&mut member.value, length_max, depth - 1) | cut
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::Attribute;

    fn record(texts: &[&'static str]) -> Record<'static> {
        Record {
            body: Value::Text(Cow::Borrowed("a body that is long")),
            attributes: texts
                .iter()
                .map(|text| Attribute::text("k", *text))
                .collect(),
            ..Record::default()
        }
    }

    /// The texts that are left, how many attributes were dropped, and the counts.
    #[track_caller]
    fn check(limits: (Option<usize>, Option<usize>), texts: &[&'static str], expected: &str) {
        let limits = AttributeLimits {
            count_max: limits.0,
            length_max: limits.1,
        };
        let (mut record, mut limited) = (record(texts), Limited::default());
        limits.apply(&mut record, 1, &mut limited);
        let left: Vec<String> = record
            .attributes
            .iter()
            .map(|attribute| match &attribute.value {
                Value::Text(text) => text.to_string(),
                other => format!("{other:?}"),
            })
            .collect();
        let dropped = record.dropped_attributes_count;
        let found = format!(
            "{} -{dropped} {} {}",
            left.join(","),
            limited.dropped,
            limited.cut
        );
        assert_eq!(found, expected);
        assert_eq!(
            record.body,
            Value::Text(Cow::Borrowed("a body that is long"))
        );
    }

    #[test]
    fn characters_are_counted_and_the_body_is_exempt() {
        check(
            (None, Some(3)),
            &["abcd", "äöüß", "abc"],
            "abc,äöü,abc -0 0 1",
        );
        check((None, Some(0)), &["a", ""], ", -0 0 1");
        check((None, None), &["abcd"], "abcd -0 0 0");
    }

    #[test]
    fn attributes_over_the_limit_are_dropped_and_counted() {
        check((Some(3), None), &["a", "b", "c", "d"], "a,b -2 1 0");
        check((Some(3), None), &["a", "b"], "a,b -0 0 0");
        check((Some(0), None), &["a"], " -1 1 0");
        check((Some(2), Some(1)), &["ab", "cd"], "a -1 1 1");
    }

    #[test]
    fn what_lists_and_maps_hold_is_cut_too() {
        let text = |text: &'static str| Value::Text(Cow::Borrowed(text));
        let mut value = Value::Array(vec![
            text("abc"),
            Value::Map(vec![Attribute::text("k", "abcdef".to_owned())]),
            Value::Bytes(Cow::Borrowed(b"xyz")),
            Value::Int(12345),
        ]);
        assert!(shorten(&mut value, 2, DEPTH_MAX));
        let expected = Value::Array(vec![
            text("ab"),
            Value::Map(vec![Attribute::text("k", "ab")]),
            Value::Bytes(Cow::Borrowed(b"xy")),
            Value::Int(12345),
        ]);
        assert_eq!(value, expected);
        assert!(!shorten(&mut value, 2, DEPTH_MAX));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn a_text_keeps_its_first_characters(text in ".{0,40}", length_max in 0_usize..40) {
            let mut value = Value::Text(Cow::Owned(text.clone()));
            shorten(&mut value, length_max, DEPTH_MAX);
            let kept: String = text.chars().take(length_max).collect();
            prop_assert_eq!(value, Value::Text(Cow::Owned(kept)));
        }
    }
}
