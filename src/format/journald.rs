//! Entries of the systemd journal: fields in capitals, from `journalctl -o json` or from any other form of the journal.
//!
//! Each field comes as a key and a value; a field that stands several times becomes a list. The message, its priority, its time
//! and its sender become the record's; what semantic conventions name gets their name; all else keeps its own key. Fields that tell
//! the service are kept too, because their names say more than its name does.
//!
//! Spec: systemd.journal-fields(7); "Journal Export Formats", "Journal JSON Format".

use std::borrow::Cow;

use crate::base::units::UnixNanos;
use crate::format::severity::{self, SYSLOG_WORDS};
use crate::format::unique::KeyMask;
use crate::record::{Attribute, Record, Value};

/// The keys that every entry has, in JSON; one of them says that a line is one.
const MARKS: [&str; 3] = [
    "\"__REALTIME_TIMESTAMP\"",
    "\"__CURSOR\"",
    "\"_SOURCE_REALTIME_TIMESTAMP\"",
];

const COMMAND: &str = "process.executable.name";

/// Which of the fields that tell a service is the nearest to it; the lower the better. Drivers of containers log in the name of their
/// own unit, and what a user's manager runs has that of the manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Voice {
    Container,
    UserUnit,
    Unit,
    Identifier,
}

/// The service that a field tells. Sessions and other scopes of systemd are none.
pub(super) fn service_of<'a>(key: &str, value: &'a str) -> Option<(Voice, &'a str)> {
    let unit = || value.strip_suffix(".service");
    let (voice, name) = match key {
        "CONTAINER_NAME" => (Voice::Container, value),
        "_SYSTEMD_USER_UNIT" => (Voice::UserUnit, unit()?),
        "_SYSTEMD_UNIT" if value.starts_with("user@") => return None,
        "_SYSTEMD_UNIT" => (Voice::Unit, unit()?),
        "SYSLOG_IDENTIFIER" => (Voice::Identifier, value),
        _ => return None,
    };
    (!name.is_empty()).then_some((voice, name))
}

/// Whether a key can be a field's: capitals, digits and underscores, as the journal demands.
pub fn is_field(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether a line of JSON is an entry. Its first key says no to nearly all other lines in a few instructions.
#[inline]
pub fn is_entry(line: &str) -> bool {
    let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    match line.as_bytes() {
        [b'{', b'"', first, second, ..] if is_capital(*first) && is_capital(*second) => {
            has_mark(line)
        }
        _ => false,
    }
}

#[cold]
fn has_mark(line: &str) -> bool {
    MARKS
        .iter()
        .any(|mark| memchr::memmem::find(line.as_bytes(), mark.as_bytes()).is_some())
}

/// Fills one record from the fields of an entry, in any order.
#[derive(Debug, Default)]
pub struct Entry<'a> {
    mask: KeyMask,
    /// When the journal received it, in microseconds as it stands there: its time, unless the sender's own is there, too.
    received: Option<Attribute<'a>>,
    /// What told the service.
    voice: Option<Voice>,
}

impl<'a> Entry<'a> {
    /// Takes one field.
    ///
    /// Shape: `value` is a text, raw bytes where it is none, or a list of them for a field that stands several times.
    /// Limits: none of its own; a caller stops at [`KEYS_MAX`](crate::format::unique::KEYS_MAX) attributes, because each key is searched among them.
    pub fn take(&mut self, record: &mut Record<'a>, key: Cow<'a, str>, value: Value<'a>) {
        if matches!(key.len(), 13 | 14 | 17 | 18) {
            self.take_service(record, &key, &value);
        }
        match (&*key, value) {
            (_, Value::Empty) => {}
            ("MESSAGE", value) if record.body == Value::Empty => record.body = value,
            ("PRIORITY", Value::Text(digit)) if record.severity_number.is_none() => {
                if !take_priority(record, &digit) {
                    self.add(record, key, Value::Text(digit));
                }
            }
            ("_SOURCE_REALTIME_TIMESTAMP", Value::Text(micros)) if record.time.is_none() => {
                record.time = from_micros(&micros);
                if record.time.is_none() {
                    self.add(record, key, Value::Text(micros));
                }
            }
            ("__REALTIME_TIMESTAMP", value) if self.received.is_none() => {
                self.received = Some(Attribute { key, value });
            }
            ("SYSLOG_IDENTIFIER", Value::Text(name))
                if record.scope.is_empty() && !name.is_empty() =>
            {
                record.scope = name;
            }
            (_, value) => {
                let (name, is_number) = convention(&key);
                let value = if is_number { integer(value) } else { value };
                // What should be a number and is none is not what the convention names.
                let fits = !is_number || !matches!(value, Value::Text(_));
                let name = name.filter(|_| fits);
                self.add(record, name.map_or(key, Cow::Borrowed), value);
            }
        }
    }

    /// Names the service, unless a nearer voice did already.
    fn take_service(&mut self, record: &mut Record<'a>, key: &str, value: &Value<'a>) {
        let Value::Text(text) = value else {
            return;
        };
        let Some((voice, name)) = service_of(key, text) else {
            return;
        };
        if self.voice.is_some_and(|held| held <= voice) {
            return;
        }
        self.voice = Some(voice);
        record.service = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(..name.len()).unwrap_or(text)),
            Cow::Owned(_) => Cow::Owned(name.to_owned()),
        };
    }

    /// Ends the record.
    pub fn finish(mut self, record: &mut Record<'a>) {
        if let Some(received) = self.received.take() {
            let time = match &received.value {
                Value::Text(micros) if record.time.is_none() => from_micros(micros),
                _ => None,
            };
            match time {
                Some(_) => record.time = time,
                None => self.add(record, received.key, received.value),
            }
        }
        if record.scope.is_empty() {
            let command = record
                .attributes
                .iter()
                .find(|attribute| attribute.key == COMMAND);
            if let Some(Value::Text(name)) = command.map(|found| &found.value) {
                record.scope = name.clone();
                if self.voice.is_none() {
                    record.service = name.clone();
                }
            }
        }
    }

    /// Adds an attribute; a second value under its key makes a list.
    fn add(&mut self, record: &mut Record<'a>, key: Cow<'a, str>, value: Value<'a>) {
        let held = if self.mask.may_hold(&key) {
            record
                .attributes
                .iter_mut()
                .find(|attribute| attribute.key == key)
        } else {
            None
        };
        match held {
            Some(held) => match &mut held.value {
                Value::Array(values) => values.push(value),
                first => *first = Value::Array(vec![std::mem::take(first), value]),
            },
            None if key.is_empty() => {}
            None => record.attributes.push(Attribute { key, value }),
        }
    }
}

/// A value of the journal's JSON: a list of byte numbers is what is no text, and any other list has one value for each time that
/// its field stands in the entry.
pub fn from_json(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Array(items) if is_bytes(&items) => bytes(&items),
        Value::Array(items) => Value::Array(items.into_iter().map(from_json_item).collect()),
        other => other,
    }
}

fn from_json_item(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Array(items) if is_bytes(&items) => bytes(&items),
        other => other,
    }
}

fn is_bytes(items: &[Value<'_>]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(item, Value::Int(0..=255)))
}

fn bytes<'a>(items: &[Value<'_>]) -> Value<'a> {
    let bytes: Vec<u8> = items
        .iter()
        .filter_map(|item| match item {
            Value::Int(number) => u8::try_from(*number).ok(),
            _ => None,
        })
        .collect();
    match String::from_utf8(bytes) {
        Ok(text) => Value::Text(Cow::Owned(text)),
        Err(error) => Value::Bytes(Cow::Owned(error.into_bytes())),
    }
}

/// The semantic convention for a field, and whether its value is a number.
fn convention(key: &str) -> (Option<&'static str>, bool) {
    let (name, is_number) = match key {
        "_PID" => ("process.pid", true),
        "TID" => ("thread.id", true),
        "_COMM" => (COMMAND, false),
        "_EXE" => ("process.executable.path", false),
        "_CMDLINE" => ("process.command_line", false),
        "_HOSTNAME" => ("host.name", false),
        "_MACHINE_ID" => ("host.id", false),
        "CODE_FILE" => ("code.file.path", false),
        "CODE_LINE" => ("code.line.number", true),
        "CODE_FUNC" => ("code.function.name", false),
        "SYSLOG_FACILITY" => ("syslog.facility", true),
        "CONTAINER_ID_FULL" => ("container.id", false),
        "CONTAINER_NAME" => ("container.name", false),
        "IMAGE_NAME" => ("container.image.name", false),
        _ => return (None, false),
    };
    (Some(name), is_number)
}

fn integer(value: Value<'_>) -> Value<'_> {
    match &value {
        Value::Text(digits) => digits.parse().map_or(value, Value::Int),
        _ => value,
    }
}

fn take_priority(record: &mut Record<'_>, digit: &str) -> bool {
    let number = digit.parse().ok().filter(|number| (0..=7).contains(number));
    let word = number.and_then(|number: i64| SYSLOG_WORDS.get(usize::try_from(number).ok()?));
    let Some((number, word)) = number.zip(word) else {
        return false;
    };
    record.severity_number = severity::from_number(number);
    record.severity_text = Cow::Borrowed(word);
    true
}

/// The journal counts in microseconds, always.
fn from_micros(micros: &str) -> Option<UnixNanos> {
    let nanos = micros.parse::<u64>().ok()?.checked_mul(1_000)?;
    (nanos > 0 && i64::try_from(nanos).is_ok()).then_some(UnixNanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fields::FieldMap;
    use crate::format::json;
    use crate::format::timestamp::Zone;
    use crate::record::SeverityNumber;
    use jiff::tz::TimeZone;

    fn read(line: &str) -> Record<'_> {
        let mut record = Record::default();
        let mut zone = Zone::new(TimeZone::UTC);
        assert!(json::parse(
            line,
            &mut zone,
            &FieldMap::default(),
            &mut record,
            &mut 0
        ));
        record
    }

    #[track_caller]
    fn check(line: &str, key: &str, expected: &Value<'_>) {
        let record = read(line);
        let found = record
            .attributes
            .iter()
            .find(|attribute| attribute.key == key)
            .unwrap_or_else(|| panic!("{key} is missing: {:?}", record.attributes));
        assert_eq!(&found.value, expected, "{line}");
    }

    const ENTRY: &str = r#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1790000000123456","_SOURCE_REALTIME_TIMESTAMP":"1790000000120000","PRIORITY":"4","SYSLOG_FACILITY":"3","SYSLOG_IDENTIFIER":"dhcpd","_PID":"812","_COMM":"dhcpd","_EXE":"/usr/sbin/dhcpd","_CMDLINE":"dhcpd -4","_HOSTNAME":"gw-1","_MACHINE_ID":"0f3c","_SYSTEMD_UNIT":"dhcpd.service","TID":"813","CODE_FILE":"src/lease.c","CODE_LINE":"77","CODE_FUNC":"renew","MESSAGE":"no free leases"}"#;

    #[test]
    fn an_entry_becomes_a_record() {
        let record = read(ENTRY);
        assert_eq!(record.time, Some(UnixNanos(1_790_000_000_120_000_000)));
        assert_eq!(record.severity_number.map(SeverityNumber::get), Some(13));
        assert_eq!(
            (&*record.severity_text, &*record.scope),
            ("warning", "dhcpd")
        );
        assert_eq!(record.body, Value::Text("no free leases".into()));
    }

    #[test]
    fn the_service_is_the_container_the_unit_or_who_calls_itself_so() {
        #[track_caller]
        fn service(fields: &[(&str, &str)], expected: &str) {
            for turned in [false, true] {
                let mut fields = fields.to_vec();
                if turned {
                    fields.reverse();
                }
                let (mut record, mut entry) = (Record::default(), Entry::default());
                for (key, value) in fields {
                    entry.take(&mut record, key.into(), Value::Text(value.into()));
                }
                entry.finish(&mut record);
                assert_eq!(record.service, expected);
            }
        }
        let unit = ("_SYSTEMD_UNIT", "nginx.service");
        let name = ("SYSLOG_IDENTIFIER", "nginx-log");
        service(&[unit, name], "nginx");
        service(&[name], "nginx-log");
        service(&[("_SYSTEMD_UNIT", "getty@tty1.service")], "getty@tty1");
        service(&[("_SYSTEMD_UNIT", "session-3.scope"), name], "nginx-log");
        service(
            &[("_SYSTEMD_UNIT", "init.scope"), ("UNIT", "a.service")],
            "",
        );
        let manager = ("_SYSTEMD_UNIT", "user@1000.service");
        let user = ("_SYSTEMD_USER_UNIT", "sync.service");
        service(&[manager, user, name], "sync");
        service(&[manager, name], "nginx-log");
        let docker = ("_SYSTEMD_UNIT", "docker.service");
        let id = ("SYSLOG_IDENTIFIER", "4f0c9d1be27a");
        service(&[docker, ("CONTAINER_NAME", "web"), id], "web");
        service(&[("_COMM", "cron")], "cron");
        service(&[("_COMM", "cron"), unit], "nginx");
        service(&[("PRIORITY", "3")], "");
        assert_eq!(read(ENTRY).service, "dhcpd");
    }

    #[test]
    fn fields_get_the_names_and_types_of_the_conventions() {
        check(ENTRY, "process.pid", &Value::Int(812));
        check(ENTRY, "thread.id", &Value::Int(813));
        check(
            ENTRY,
            "process.executable.name",
            &Value::Text("dhcpd".into()),
        );
        check(
            ENTRY,
            "process.command_line",
            &Value::Text("dhcpd -4".into()),
        );
        check(ENTRY, "host.name", &Value::Text("gw-1".into()));
        check(ENTRY, "host.id", &Value::Text("0f3c".into()));
        check(ENTRY, "code.line.number", &Value::Int(77));
        check(ENTRY, "code.file.path", &Value::Text("src/lease.c".into()));
        check(ENTRY, "syslog.facility", &Value::Int(3));
        check(ENTRY, "_SYSTEMD_UNIT", &Value::Text("dhcpd.service".into()));
        check(
            ENTRY,
            "__REALTIME_TIMESTAMP",
            &Value::Text("1790000000123456".into()),
        );
        check(
            r#"{"MESSAGE":"x","CONTAINER_NAME":"web","__CURSOR":"a"}"#,
            "container.name",
            &Value::Text("web".into()),
        );
    }

    #[test]
    fn the_time_of_receipt_and_the_command_stand_in() {
        let record = read(
            r#"{"_COMM":"cron","__REALTIME_TIMESTAMP":"1790000000123456","MESSAGE":"x","PRIORITY":"9"}"#,
        );
        assert_eq!(record.time, Some(UnixNanos(1_790_000_000_123_456_000)));
        assert_eq!(record.scope, "cron");
        assert_eq!(record.severity_number, None);
        assert_eq!(
            record.attributes.len(),
            2,
            "the command and what is no priority"
        );
    }

    #[test]
    fn bytes_are_text_where_they_can_be() {
        let body = |list: &str| {
            let line = format!(r#"{{"MESSAGE":{list},"__CURSOR":"a"}}"#);
            format!("{:?}", read(&line).body)
        };
        assert_eq!(
            body("[72,105,27]"),
            format!("{:?}", Value::Text("Hi\u{1b}".into()))
        );
        assert_eq!(
            body("[255,0]"),
            format!("{:?}", Value::Bytes(Cow::Borrowed(&[255, 0])))
        );
        assert_eq!(body("null"), "Empty");
        assert!(body("[256]").starts_with("Array"));
    }

    #[test]
    fn a_field_that_stands_twice_is_a_list() {
        let expected = Value::Array(vec![Value::Text("a".into()), Value::Text("b".into())]);
        check(r#"{"__CURSOR":"x","UNIT":["a",[98]]}"#, "UNIT", &expected);
        check(
            r#"{"__CURSOR":"x","UNIT":"a","UNIT":"b"}"#,
            "UNIT",
            &expected,
        );
    }

    #[test]
    fn other_lines_in_capitals_are_no_entries() {
        assert!(!is_entry(r#"{"MESSAGE":"x","LEVEL":"info"}"#));
        assert!(!is_entry(r#"{"Message":"x","__CURSOR":"1"}"#));
        assert!(!is_entry(r#"{"_id":"7","__CURSOR":"1"}"#));
        assert!(!is_entry("{"));
        assert!(is_field("_SYSTEMD_UNIT") && is_field("MESSAGE"));
        assert!(!is_field("") && !is_field("Message") && !is_field("_SYSTEMD-UNIT"));
    }

    proptest::proptest! {
        #[test]
        fn any_fields_are_taken_without_panic(fields in proptest::collection::vec(("[A-Z_]{0,12}|MESSAGE|PRIORITY|_PID|__REALTIME_TIMESTAMP", ".{0,20}"), 0..8)) {
            let (mut record, mut entry) = (Record::default(), Entry::default());
            for (key, text) in &fields {
                entry.take(&mut record, Cow::Borrowed(key), Value::Text(Cow::Borrowed(text)));
            }
            entry.finish(&mut record);
        }
    }
}
