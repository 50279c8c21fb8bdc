//! `key=value` pairs, values bare or quoted, as logrus, go-kit, Heroku and Grafana write them.

use std::borrow::Cow;

use crate::base::units::UnixNanos;
use crate::format::fields::FieldMap;
use crate::format::json::keys::role_with;
use crate::format::json::roles::Roles;
use crate::format::timestamp::{self, Zone};
use crate::record::{Record, Value};

/// Reads a line of pairs into the record; `false` when the line is not one, and the record is as it was.
pub fn parse<'a>(
    line: &'a str,
    zone: &mut Zone,
    fields: &FieldMap,
    record: &mut Record<'a>,
    duplicates: &mut u64,
) -> bool {
    if !looks_like(line) {
        return false;
    }
    let mut roles = Roles::new(zone);
    let mut pairs = Pairs { rest: line };
    let mut halves = Halves::default();
    for (key, value) in pairs.by_ref() {
        halves.note(key, &value);
        roles.take(record, role_with(key, fields), Cow::Borrowed(key), value);
    }
    if !pairs.rest.trim_ascii().is_empty() {
        // Something behind the pairs is none: as plain text nothing of it is lost.
        record.clear();
        return false;
    }
    *duplicates += roles.finish(record);
    if let Some(time) = halves.time(zone) {
        record.time = Some(time);
    }
    true
}

/// A time in two or three pairs, as firewalls write it: `date=2026-11-20 time=09:00:00 tz="+0100"`.
#[derive(Default)]
struct Halves {
    date: String,
    clock: String,
    offset: String,
}

impl Halves {
    fn note(&mut self, key: &str, value: &Value<'_>) {
        const BYTES_MAX: usize = 32;
        let half = match key {
            "date" => &mut self.date,
            "time" => &mut self.clock,
            "tz" => &mut self.offset,
            _ => return,
        };
        if let Value::Text(text) = value
            && text.len() <= BYTES_MAX
        {
            half.clear();
            half.push_str(text);
        }
    }

    fn time(&self, zone: &mut Zone) -> Option<UnixNanos> {
        if self.date.is_empty() || self.clock.is_empty() {
            return None;
        }
        let civil = format!("{} {}", self.date, self.clock);
        timestamp::whole(&format!("{civil}{}", self.offset), zone)
            .or_else(|| timestamp::whole(&civil, zone))
    }
}

/// Whether a line consists of pairs: it begins with one and has at least two.
pub fn looks_like(line: &str) -> bool {
    let mut pairs = Pairs { rest: line };
    let is_pair = |rest: &str| {
        rest.trim_ascii_start()
            .bytes()
            .find(|byte| !is_key_byte(*byte))
            == Some(b'=')
    };
    is_pair(line) && pairs.next().is_some() && is_pair(pairs.rest)
}

/// The pairs of a line. A word without `=` is a key whose value is true, as Heroku has it.
struct Pairs<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, Value<'a>);

    fn next(&mut self) -> Option<(&'a str, Value<'a>)> {
        let rest = self.rest.trim_ascii_start();
        let key_end = rest
            .bytes()
            .position(|byte| !is_key_byte(byte))
            .unwrap_or(rest.len());
        if key_end == 0 {
            return None;
        }
        let key = rest.get(..key_end)?;
        let Some(after) = rest.get(key_end..)?.strip_prefix('=') else {
            self.rest = rest
                .get(key_end..)
                .filter(|after| after.is_empty() || after.starts_with(' '))?;
            return Some((key, Value::Bool(true)));
        };
        let (value, left) = if let Some(quoted) = after.strip_prefix('"') {
            quoted_value(quoted)?
        } else {
            bare_value(after)?
        };
        self.rest = left;
        Some((key, value))
    }
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'.' | b'-' | b'@' | b'/' | b':' | b'[' | b']' | b'$'
        )
}

fn bare_value(text: &str) -> Option<(Value<'_>, &str)> {
    let end = memchr::memchr2(b' ', b'\t', text.as_bytes()).unwrap_or(text.len());
    Some((typed(text.get(..end)?), text.get(end..)?))
}

/// Numbers and booleans get their type; everything else is text.
pub(super) fn typed(text: &str) -> Value<'_> {
    match text {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.starts_with('0') || digits.len() == 1 || digits.starts_with("0.");
    let numeric = plain && digits.starts_with(|first: char| first.is_ascii_digit());
    if numeric && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text
            .parse()
            .map_or(Value::Text(Cow::Borrowed(text)), Value::Int);
    }
    let dotted = numeric
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !digits.ends_with('.');
    match dotted.then(|| text.parse()) {
        Some(Ok(number)) => Value::Double(number),
        _ => Value::Text(Cow::Borrowed(text)),
    }
}

fn quoted_value(text: &str) -> Option<(Value<'_>, &str)> {
    let bytes = text.as_bytes();
    let mut end = memchr::memchr2(b'"', b'\\', bytes)?;
    if bytes[end] == b'"' {
        return Some((
            Value::Text(Cow::Borrowed(text.get(..end)?)),
            text.get(end + 1..)?,
        ));
    }
    let (mut value, mut from) = (String::with_capacity(text.len()), 0);
    loop {
        value.push_str(text.get(from..end)?);
        if bytes[end] == b'"' {
            return Some((Value::Text(Cow::Owned(value)), text.get(end + 1..)?));
        }
        match bytes.get(end + 1)? {
            b'n' => value.push('\n'),
            b't' => value.push('\t'),
            b'r' => value.push('\r'),
            b'"' => value.push('"'),
            b'\\' => value.push('\\'),
            b'u' if unicode(text, end + 2).is_some() => {
                value.extend(unicode(text, end + 2));
                from = end + 6;
                end = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
                continue;
            }
            // Not an escape of Go's %q that we know: keep both characters.
            _ => {
                value.push('\\');
                from = end + 1;
                end = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
                continue;
            }
        }
        from = end + 2;
        end = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
    }
}

/// The character of `\u00e9`, from its digits on.
fn unicode(text: &str, at: usize) -> Option<char> {
    let digits = text.get(at..at + 4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    char::from_u32(is_hex.then(|| u32::from_str_radix(digits, 16).ok())??)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::SeverityNumber;
    use jiff::tz::TimeZone;

    fn read(line: &str) -> Option<Record<'_>> {
        let mut record = Record::default();
        let mut zone = Zone::new(TimeZone::UTC);
        parse(line, &mut zone, &FieldMap::default(), &mut record, &mut 0).then_some(record)
    }

    #[test]
    fn pairs_get_their_roles_and_types() {
        let record = read(r#"time="2026-11-20T09:00:00Z" level=warning msg="disk \"sda\" full" free=0.5 count=7 id=007 ok=true logger=app.db"#).unwrap();
        assert!(record.time.is_some());
        assert_eq!(record.severity_number.map(SeverityNumber::get), Some(13));
        assert_eq!(record.body, Value::Text("disk \"sda\" full".into()));
        assert_eq!(record.scope, "app.db");
        let attributes: Vec<_> = record
            .attributes
            .iter()
            .map(|attribute| (&*attribute.key, attribute.value.clone()))
            .collect();
        assert_eq!(
            attributes,
            [
                ("free", Value::Double(0.5)),
                ("count", Value::Int(7)),
                ("id", Value::Text("007".into())),
                ("ok", Value::Bool(true))
            ]
        );
    }

    #[test]
    fn prose_with_an_equals_sign_is_not_logfmt() {
        assert_eq!(read("the answer is x=42"), None);
        assert_eq!(read("x=42"), None);
        assert_eq!(read("hello"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn a_line_that_is_not_pairs_to_its_end_is_left_to_plain_text() {
        assert_eq!(read(r#"a=1 b=2 c="open"#), None);
        assert_eq!(read(r#"a=1 b="x\"#), None);
        assert_eq!(read("a=1 b=2 (and more)"), None);
        assert!(read("a=1 b=2 flag").is_some());
    }

    #[track_caller]
    fn check(line: &str, severity: u8, body: &Value<'_>, keys: &[&str]) {
        let record = read(line).unwrap();
        assert_eq!(
            record.severity_number.map_or(0, SeverityNumber::get),
            severity,
            "{line}"
        );
        assert_eq!(&record.body, body, "{line}");
        let held: Vec<_> = record
            .attributes
            .iter()
            .map(|attribute| &*attribute.key)
            .collect();
        assert_eq!(held, keys, "{line}");
    }

    #[test]
    fn the_pairs_of_common_programs_are_understood() {
        let hi = Value::Text("hi".into());
        check(
            "at=info method=GET path=\"/a?b=c\" host=x.example dyno=web.1 connect=1ms status=200",
            9,
            &Value::Empty,
            &["method", "path", "host", "dyno", "connect", "status"],
        );
        check("at=checkout msg=hi n=1", 0, &hi, &["at", "n"]);
        check(
            "ts=2026-09-21T14:13:20.123Z caller=main.go:7 level=warn component=tsdb msg=hi err=\"eof\"",
            13,
            &hi,
            &["caller", "err"],
        );
        check("ts=1790000000.123 lvl=eror msg=hi", 17, &hi, &[]);
        check(
            "time=2026-09-21T14:13:20.123+02:00 level=INFO+2 source=/a/b.go:7 msg=hi req.id=7",
            11,
            &hi,
            &["source", "req.id"],
        );
        check(
            "t=2026-09-21T14:13:20+0000 lvl=info msg=hi logger=context userId=1",
            9,
            &hi,
            &["userId"],
        );
        check(
            "level=error msg=\"caf\\u00e9 \\u00zz\" sub:key=1 a[0]=2",
            17,
            &Value::Text("caf\u{e9} \\u00zz".into()),
            &["sub:key", "a[0]"],
        );
    }

    #[test]
    fn a_users_keys_come_first() {
        let fields = FieldMap {
            message: vec!["what".to_owned()],
            ..FieldMap::default()
        };
        let (mut record, mut zone) = (Record::default(), Zone::new(TimeZone::UTC));
        assert!(parse(
            "msg=a what=b",
            &mut zone,
            &fields,
            &mut record,
            &mut 0
        ));
        assert_eq!(record.body, Value::Text("b".into()));
        assert_eq!(record.attributes.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_read_or_refused_without_panic(line in ".{0,60}", pairs in r#"([a-z]{1,4}=("[^"]{0,6}"|[^ ]{0,5}|"\\u[0-9a-f]{0,5}")? ?){0,5}"#) {
            let _line = read(&line);
            let _pairs = read(&pairs);
        }
    }
}
