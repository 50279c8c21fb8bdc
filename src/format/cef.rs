//! Events of security devices: CEF (`CEF:0|Vendor|Product|Version|ID|Name|Severity|k=v …`) and LEEF, alone or as a syslog body.
//!
//! The name is the body; addresses and requests get the names of the semantic conventions, what else the event says keeps its own. A
//! value of CEF ends where the next `key=` begins, so it may hold blanks. The severity counts from 0 to 10.
//!
//! Spec: `ArcSight` Common Event Format, version 26; IBM Log Event Extended Format, versions 1 and 2.

use std::borrow::Cow;

use crate::format::logfmt::typed;
use crate::format::timestamp;
use crate::format::unique::{self, KeyMask};
use crate::record::{Record, SeverityNumber, Value};

/// Reads an event into a record, which may hold what syslog said before it; `false` when it is none, and the record is as it was.
pub fn parse<'a>(text: &'a str, record: &mut Record<'a>) -> bool {
    if let Some(rest) = text.strip_prefix("CEF:") {
        return read_cef(rest, record).is_some();
    }
    text.strip_prefix("LEEF:")
        .is_some_and(|rest| read_leef(rest, record).is_some())
}

fn read_cef<'a>(text: &'a str, record: &mut Record<'a>) -> Option<()> {
    let (_version, rest) = part(text)?;
    let (vendor, rest) = part(rest)?;
    let (product, rest) = part(rest)?;
    let (version, rest) = part(rest)?;
    let (id, rest) = part(rest)?;
    let (name, rest) = part(rest)?;
    let (severity, rest) = part(rest)?;
    let mut out = Event::new(record);
    out.head([vendor, product, version, id]);
    out.severity(&severity);
    out.record.body = Value::Text(name);
    let mut rest = rest;
    while let Some((key, value, behind)) = pair(rest) {
        out.take(key, value);
        rest = behind;
    }
    Some(())
}

fn read_leef<'a>(text: &'a str, record: &mut Record<'a>) -> Option<()> {
    let (format, rest) = part(text)?;
    let (vendor, rest) = part(rest)?;
    let (product, rest) = part(rest)?;
    let (version, rest) = part(rest)?;
    let (id, rest) = part(rest)?;
    let (delimiter, rest) = match rest.split_once('|') {
        Some((delimiter, rest)) if format.starts_with('2') => (leef_delimiter(delimiter), rest),
        _ => ('\t', rest),
    };
    record.body = Value::Text(id.clone());
    let mut out = Event::new(record);
    out.head([vendor, product, version, id]);
    for pair in rest.split(delimiter) {
        let Some((key, value)) = pair.split_once('=') else {
            continue;
        };
        if key == "sev" {
            out.severity(value);
        }
        out.take(key.trim_ascii(), Cow::Borrowed(value));
    }
    Some(())
}

/// One character, or `x09` and `0x09`, its code.
fn leef_delimiter(text: &str) -> char {
    let code = text.trim_start_matches('0').strip_prefix('x');
    let coded = code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
    coded.or_else(|| text.chars().next()).unwrap_or('\t')
}

/// The record that is filled.
struct Event<'r, 'a> {
    record: &'r mut Record<'a>,
    mask: KeyMask,
}

impl<'r, 'a> Event<'r, 'a> {
    fn new(record: &'r mut Record<'a>) -> Event<'r, 'a> {
        let mut mask = KeyMask::default();
        for attribute in &record.attributes {
            let _held = mask.may_hold(&attribute.key);
        }
        Event { record, mask }
    }

    fn head(&mut self, parts: [Cow<'a, str>; 4]) {
        let keys = [
            "deviceVendor",
            "deviceProduct",
            "deviceVersion",
            "deviceEventClassId",
        ];
        for (key, part) in keys.into_iter().zip(parts) {
            if !part.is_empty() {
                self.push(key, Value::Text(part));
            }
        }
    }

    /// 0 to 10, or CEF's words for it; it goes before a priority of syslog.
    fn severity(&mut self, text: &str) {
        let number = match text.trim_ascii() {
            "0" | "1" | "2" | "3" | "Low" => SeverityNumber::INFO,
            "4" | "5" | "6" | "Medium" => SeverityNumber::WARN,
            "7" | "8" | "High" => SeverityNumber::ERROR,
            "9" | "10" | "Very-High" => SeverityNumber::FATAL,
            _ => return,
        };
        // The device judges the event; syslog's priority is often the same for all its lines.
        self.record.severity_number = Some(number);
        self.record.severity_text = Cow::Owned(text.trim_ascii().to_owned());
    }

    fn take(&mut self, key: &'a str, value: Cow<'a, str>) {
        if matches!(key, "rt" | "devTime") && self.record.time.is_none() {
            self.record.time = timestamp::epoch(&value);
            if self.record.time.is_some() {
                return;
            }
        }
        if key.is_empty() || value.is_empty() || self.record.attributes.len() >= unique::KEYS_MAX {
            return;
        }
        let (key, is_text) = convention(key);
        let value = match value {
            Cow::Borrowed(text) if !is_text => typed(text),
            text => Value::Text(text),
        };
        self.push(key, value);
    }

    fn push(&mut self, key: &'a str, value: Value<'a>) {
        let key = Cow::Borrowed(key);
        let _duplicates = unique::push(&mut self.record.attributes, &mut self.mask, key, value);
    }
}

/// The name in the semantic conventions, and whether the value is text, whatever it looks like.
fn convention(key: &str) -> (&str, bool) {
    match key {
        "src" => ("source.address", true),
        "spt" | "srcPort" => ("source.port", false),
        "dst" => ("destination.address", true),
        "dpt" | "dstPort" => ("destination.port", false),
        "suser" | "usrName" => ("user.name", true),
        "request" | "url" => ("url.original", true),
        "requestMethod" => ("http.request.method", true),
        "requestClientApplication" => ("user_agent.original", true),
        own => (own, false),
    }
}

/// A part of the head up to its bar, `\|` and `\\` decoded.
fn part(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let bytes = text.as_bytes();
    let mut end = 0;
    loop {
        end += memchr::memchr2(b'|', b'\\', bytes.get(end..)?)?;
        if bytes[end] == b'|' {
            return Some((unescape(text.get(..end)?), text.get(end + 1..)?));
        }
        end += 2;
    }
}

/// A key, its value up to the next key, and what follows.
fn pair(text: &str) -> Option<(&str, Cow<'_, str>, &str)> {
    let text = text.trim_start_matches(' ');
    let (key, rest) = text.split_once('=')?;
    let bytes = rest.as_bytes();
    let mut at = 0;
    let end = loop {
        let Some(hit) = memchr::memchr2(b'=', b'\\', bytes.get(at..).unwrap_or_default()) else {
            break rest.len();
        };
        if bytes[at + hit] == b'\\' {
            at += hit + 2;
            continue;
        }
        // The word before `=` is a key when a blank stands before it; else the sign belongs to the value.
        let word = bytes[at..at + hit].iter().rposition(|byte| *byte == b' ');
        match word.filter(|word| is_key(&bytes[at + word + 1..at + hit])) {
            Some(word) => break at + word,
            None => at += hit + 1,
        }
    };
    let (value, behind) = rest.split_at_checked(end)?;
    Some((key, unescape(value.trim_ascii_end()), behind))
}

fn is_key(word: &[u8]) -> bool {
    let is_part = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']')
    };
    !word.is_empty() && word.iter().all(is_part)
}

/// `\n` and `\r` are line breaks; before any other character a backslash is left out.
fn unescape(text: &str) -> Cow<'_, str> {
    let Some((first, rest)) = text.split_once('\\') else {
        return Cow::Borrowed(text);
    };
    let mut plain = String::with_capacity(text.len());
    plain.push_str(first);
    let mut escaped = true;
    for character in rest.chars() {
        match character {
            'n' if escaped => plain.push('\n'),
            'r' if escaped => plain.push('\r'),
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            other => plain.push(other),
        }
        escaped = false;
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::UnixNanos;

    #[track_caller]
    fn check(text: &str, severity: Option<u8>, body: &str, expected: &str) {
        let mut record = Record::default();
        assert!(parse(text, &mut record), "{text:?}");
        assert_eq!(
            record.severity_number.map(SeverityNumber::get),
            severity,
            "{text:?}"
        );
        assert_eq!(record.body, Value::Text(body.into()), "{text:?}");
        let shown = record.attributes.iter().map(|found| match &found.value {
            Value::Text(text) => format!("{}={text}", found.key),
            other => format!("{}={other:?}", found.key),
        });
        assert_eq!(shown.collect::<Vec<_>>().join(";"), expected, "{text:?}");
    }

    #[test]
    fn events_of_cef_are_read() {
        let head =
            "deviceVendor=Acme;deviceProduct=Wall|2;deviceVersion=1.0;deviceEventClassId=100";
        check(
            r"CEF:0|Acme|Wall\|2|1.0|100|worm stopped|9|src=192.0.2.1 spt=1232 msg=it came\=by night, a=b too act=blocked a\\b cs1Label=Rule",
            Some(21),
            "worm stopped",
            &format!(
                r"{head};source.address=192.0.2.1;source.port=Int(1232);msg=it came=by night,;a=b too;act=blocked a\b;cs1Label=Rule"
            ),
        );
        check(r"CEF:0|Acme|Wall\|2|1.0|100|x|Low|", Some(9), "x", head);
        check(
            r"CEF:0|Acme|Wall\|2|1.0|100|x|?|msg=a\nb",
            None,
            "x",
            &format!("{head};msg=a\nb"),
        );
    }

    #[test]
    fn events_of_leef_are_read() {
        let head = "deviceVendor=Acme;deviceProduct=Wall;deviceVersion=1;deviceEventClassId=deny";
        let expected = format!("{head};source.address=192.0.2.1;sev=Int(5);what=a b");
        check(
            "LEEF:1.0|Acme|Wall|1|deny|src=192.0.2.1\tsev=5\twhat=a b",
            Some(13),
            "deny",
            &expected,
        );
        check(
            "LEEF:2.0|Acme|Wall|1|deny|^|src=192.0.2.1^sev=5^what=a b",
            Some(13),
            "deny",
            &expected,
        );
        check(
            "LEEF:2.0|Acme|Wall|1|deny|0x5E|src=192.0.2.1^sev=5^what=a b",
            Some(13),
            "deny",
            &expected,
        );
    }

    #[test]
    fn the_time_of_receipt_is_the_time_when_there_is_no_other() {
        let text = "CEF:0|a|b|c|d|e|5|rt=1790000000123 x=1";
        let mut record = Record::default();
        assert!(parse(text, &mut record));
        assert_eq!(record.time, Some(UnixNanos(1_790_000_000_123_000_000)));
        record.attributes.clear();
        assert!(parse(text, &mut record));
        assert_eq!(record.attributes.len(), 6, "known from syslog already");
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for text in [
            "",
            "CEF:0",
            "CEF:0|a|b|c|d|e|5",
            "CEF: what",
            "LEEF:1.0|a|b",
            "xCEF:0|a|b|c|d|e|5|",
        ] {
            let mut record = Record::default();
            assert!(
                !parse(text, &mut record) && record == Record::default(),
                "{text:?}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(head in r"(LEEF:[12]|CEF:0)(\|[a-é\\|]{0,3}){4,7}\|", rest in r"([ a-c=\\\t|]{0,6}é?){0,8}") {
            let _read = parse(&format!("{head}{rest}"), &mut Record::default());
        }
    }
}
