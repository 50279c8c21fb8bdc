//! JSON lines: one object per record, its keys understood by what they mean.
//!
//! The object is read straight into the record, without a tree in between: texts without escapes are borrowed, only nested
//! objects and lists allocate.

mod errors;
mod ids;
pub(crate) mod keys;
mod levels;
mod model;
mod nested;
pub(crate) mod roles;
pub mod scan;
mod times;

use std::borrow::Cow;

use crate::format::fields::FieldMap;
use crate::format::journald;
use crate::format::json::keys::Role;
use crate::format::json::roles::Roles;
use crate::format::json::scan::Scanner;
use crate::format::timestamp::Zone;
use crate::format::unique;
use crate::record::Record;

/// Reads a line that is one JSON object; `false` when it is not, and the record is as it was.
pub fn parse<'a>(
    line: &'a str,
    zone: &mut Zone,
    fields: &FieldMap,
    record: &mut Record<'a>,
    duplicates: &mut u64,
) -> bool {
    let read = if journald::is_entry(line) {
        read_entry(line, record)
    } else if fields.is_empty() {
        let mut roles = Roles::new(zone);
        read_object(line, &mut roles, record).map(|()| *duplicates += roles.finish(record))
    } else {
        let mut roles = Roles::new(zone);
        read_named(line, &mut roles, fields, record).map(|()| *duplicates += roles.finish(record))
    };
    if read.is_none() {
        record.clear();
    }
    read.is_some()
}

fn read_object<'a>(
    line: &'a str,
    roles: &mut Roles<'_, 'a>,
    record: &mut Record<'a>,
) -> Option<()> {
    let mut scanner = Scanner::new(line);
    scanner.open(b'{')?;
    if !scanner.closes(b'}') {
        loop {
            let key = scanner.key()?;
            let role = keys::role(&key);
            read_member(&mut scanner, (role, key), roles, record)?;
            if record.attributes.len() > unique::KEYS_MAX {
                return None;
            }
            if scanner.closes(b'}') {
                break;
            }
            scanner.comma()?;
        }
    }
    scanner.at_end().then_some(())
}

/// The same for a user who named keys.
fn read_named<'a>(
    line: &'a str,
    roles: &mut Roles<'_, 'a>,
    fields: &FieldMap,
    record: &mut Record<'a>,
) -> Option<()> {
    let mut scanner = Scanner::new(line);
    scanner.open(b'{')?;
    if !scanner.closes(b'}') {
        loop {
            let key = scanner.key()?;
            if scanner.peeks(b'{') && fields.paths(&key).next().is_some() {
                let value = scanner.value()?;
                roles.take_reached(record, fields, key, value);
            } else {
                let role = keys::role_with(&key, fields);
                read_member(&mut scanner, (role, key), roles, record)?;
            }
            if record.attributes.len() > unique::KEYS_MAX {
                return None;
            }
            if scanner.closes(b'}') {
                break;
            }
            scanner.comma()?;
        }
    }
    scanner.at_end().then_some(())
}

/// Reads the value of a key to where its role wants it.
#[expect(
    clippy::inline_always,
    reason = "once for every key: as a call, the key goes through memory"
)]
#[inline(always)]
fn read_member<'a>(
    scanner: &mut Scanner<'a>,
    (role, key): (Role, Cow<'a, str>),
    roles: &mut Roles<'_, 'a>,
    record: &mut Record<'a>,
) -> Option<()> {
    if role == Role::Attribute || roles.is_filled(role) {
        scanner.value_into(roles.room_for(record, key))?;
        unique::settle(&mut record.attributes);
    } else if let Role::Time(rank) = role
        && let Some(number) = scanner.peek_number()
        && roles.take_epoch(record, rank, &key, number)
    {
        // A time's digits are read as they stand: a double would lose its nanoseconds.
        scanner.pass_number();
    } else if let Some(text) = scanner.text_value() {
        roles.take_text(record, role, key, text);
    } else {
        roles.take(record, role, key, scanner.value()?);
    }
    Some(())
}

/// Reads an entry of the systemd journal.
fn read_entry<'a>(line: &'a str, record: &mut Record<'a>) -> Option<()> {
    let mut scanner = Scanner::new(line);
    let mut entry = journald::Entry::default();
    scanner.open(b'{')?;
    if !scanner.closes(b'}') {
        loop {
            let key = scanner.key()?;
            entry.take(record, key, journald::from_json(scanner.value()?));
            if record.attributes.len() > unique::KEYS_MAX {
                return None;
            }
            if scanner.closes(b'}') {
                break;
            }
            scanner.comma()?;
        }
    }
    scanner.at_end().then(|| entry.finish(record))
}

/// Whether a line is one whole JSON object; for detection.
pub fn is_object(line: &str) -> bool {
    let mut scanner = Scanner::new(line);
    scanner.peeks(b'{') && scanner.value().is_some() && scanner.at_end()
}

#[cfg(test)]
mod ecosystems;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::UnixNanos;
    use crate::record::{SeverityNumber, Value};
    use jiff::tz::TimeZone;

    fn read(line: &str) -> Option<Record<'_>> {
        let mut record = Record::default();
        let mut zone = Zone::new(TimeZone::UTC);
        parse(line, &mut zone, &FieldMap::default(), &mut record, &mut 0).then_some(record)
    }

    #[track_caller]
    fn check(line: &str, severity: u8, scope: &str, keys: &[&str]) {
        let (time, body) = (1_790_000_000_123_000_000, "hi");
        let record = read(line).unwrap();
        assert_eq!(record.time, Some(UnixNanos(time)), "{line}");
        assert_eq!(
            record.severity_number.map(SeverityNumber::get),
            Some(severity),
            "{line}"
        );
        assert_eq!(
            (&*record.scope, &record.body),
            (scope, &Value::Text(body.into())),
            "{line}"
        );
        assert_eq!(
            record
                .attributes
                .iter()
                .map(|attribute| &*attribute.key)
                .collect::<Vec<_>>(),
            keys,
            "{line}"
        );
    }

    #[test]
    fn the_shapes_of_common_loggers_are_understood() {
        check(
            r#"{"level":30,"time":1790000000123,"pid":7,"hostname":"h","name":"app","msg":"hi"}"#,
            9,
            "app",
            &["pid", "hostname"],
        );
        check(
            r#"{"level":"warn","ts":1790000000.123,"caller":"a.go:1","logger":"x.y","msg":"hi"}"#,
            13,
            "x.y",
            &["caller"],
        );
        check(
            r#"{"time":"2026-09-21T14:13:20.123Z","level":"ERROR","msg":"hi","n":1}"#,
            17,
            "",
            &["n"],
        );
        check(
            r#"{"event":"hi","level":"info","timestamp":"2026-09-21T14:13:20.123Z","logger":"s"}"#,
            9,
            "s",
            &[],
        );
        check(
            r#"{"timestamp":"2026-09-21T14:13:20.123Z","level":"DEBUG","fields":{"message":"hi","user":"u"},"target":"a::b"}"#,
            5,
            "a::b",
            &["fields"],
        );
        check(
            r#"{"@timestamp":"2026-09-21T14:13:20.123Z","message":"hi","logger_name":"c.D","level":"INFO","level_value":20000}"#,
            9,
            "c.D",
            &["level_value"],
        );
    }

    #[test]
    fn trace_context_is_taken_only_when_it_is_right() {
        let record = read(r#"{"msg":"x","trace_id":"5b8efff798038103d269b633813fc60c","span_id":"eee19b7ec3c1b174"}"#).unwrap();
        assert!(
            record.trace_id.is_some() && record.span_id.is_some() && record.attributes.is_empty()
        );
        let record =
            read(r#"{"msg":"x","trace_id":"35155a4b79bd19f6","span_id":"eee19b7ec3c1b174"}"#)
                .unwrap();
        assert!(record.trace_id.is_none() && record.span_id.is_none());
        assert_eq!(
            record.attributes.len(),
            2,
            "what is no id stays an attribute"
        );
    }

    #[test]
    fn values_keep_their_types_and_nulls_are_left_out() {
        let record = read(r#"{"a":null,"b":{"c":[1,2.5,"x",null,{}]},"d":18446744073709551616,"e":true,"f":"q\"\u00e9\ud83d\ude00"}"#).unwrap();
        let values: Vec<_> = record
            .attributes
            .iter()
            .map(|attribute| (&*attribute.key, format!("{:?}", attribute.value)))
            .collect();
        assert_eq!(values.len(), 4);
        assert!(values[0].1.contains("Double(2.5)") && values[0].1.contains("Empty"));
        assert_eq!(
            values[1],
            ("d", "Text(\"18446744073709551616\")".to_owned())
        );
        assert_eq!(values[3], ("f", "Text(\"q\\\"é😀\")".to_owned()));
    }

    #[test]
    fn the_last_of_two_equal_keys_wins_also_for_the_message() {
        let record = read(r#"{"msg":"first","logger":"a","msg":"last","logger":"b"}"#).unwrap();
        assert_eq!(
            (&record.body, &*record.scope),
            (&Value::Text("last".into()), "b")
        );
        assert!(record.attributes.is_empty());
    }

    #[test]
    fn a_second_message_stays_an_attribute() {
        let record = read(r#"{"event":"user.login","message":"hi","text":"more"}"#).unwrap();
        assert_eq!(record.body, Value::Text("hi".into()));
        assert_eq!(
            record
                .attributes
                .iter()
                .map(|attribute| &*attribute.key)
                .collect::<Vec<_>>(),
            ["event", "text"]
        );
    }

    #[test]
    fn an_error_object_becomes_an_exception() {
        let record = read(r#"{"msg":"x","err":{"type":"TypeError","message":"no","stack":"TypeError: no\n    at f","code":"E1"}}"#).unwrap();
        let keys: Vec<_> = record
            .attributes
            .iter()
            .map(|attribute| &*attribute.key)
            .collect();
        assert_eq!(
            keys,
            [
                "exception.type",
                "exception.message",
                "exception.stacktrace",
                "err"
            ]
        );
    }

    #[test]
    fn what_is_not_one_object_is_refused() {
        for line in [
            "",
            "{",
            "[1]",
            r#"{"a":1"#,
            r#"{"a":1} x"#,
            r#"{"a" 1}"#,
            r#"{"a":01x}"#,
            r#"{"a":"\q"}"#,
            r"{'a':1}",
            r#"{"a":1,}"#,
        ] {
            assert_eq!(read(line), None, "{line}");
        }
        assert!(read("{}").is_some());
        assert!(read(r#" { "a" : [ ] , "b" : { } } "#).is_some());
    }

    #[test]
    fn an_object_with_too_many_keys_is_kept_as_text() {
        let keys: Vec<_> = (0..2_000).map(|key| format!("\"k{key}\":1")).collect();
        let line = format!("{{{}}}", keys.join(","));
        assert_eq!(read(&line), None);
        assert_eq!(read(&format!("{{\"nested\":{line}}}")), None);
    }

    #[test]
    fn what_lies_too_deep_is_kept_as_text() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
        let record = read(&deep).unwrap();
        assert!(format!("{:?}", record.attributes[0].value).contains("Text(\"[[[["));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(line in "[ -~\\u{80}-\\u{2ff}]{0,80}", json in r#"\{("[a-z]{0,4}":("[^"\\]{0,5}"|[0-9.eE+-]{1,6}|\[.{0,6}\]),?){0,4}\}?"#) {
            let _text = read(&line);
            let _json = read(&json);
        }
    }
}
