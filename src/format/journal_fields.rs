//! What the fields of a journal entry mean, whichever way the entry was printed.
//!
//! The message is the body, the priority the severity, the identifier the scope; the source's own time goes before the journal's. Fields
//! with a name in the semantic conventions get it, all others keep theirs. A field that stands several times becomes a list. The
//! journal's own addresses, which begin with two underscores, are left out.
//!
//! Spec: systemd.journal-fields(7); semantic conventions, "Process", "Host", "Code" and "Thread" attributes.

use std::borrow::Cow;

use crate::base::units::UnixNanos;
use crate::format::syslog;
use crate::format::unique::KeyMask;
use crate::record::{Attribute, Record, Value};

/// Most different fields of one entry, as journald takes them; further ones are left out.
const FIELDS_MAX: usize = 1_024;

/// Fills one record, field by field.
#[derive(Debug)]
pub(super) struct JournalFields<'r, 'a> {
    record: &'r mut Record<'a>,
    mask: KeyMask,
    source_time: Option<UnixNanos>,
    command: Option<Cow<'a, str>>,
    has_message: bool,
}

impl<'r, 'a> JournalFields<'r, 'a> {
    /// For an empty record.
    pub(super) fn new(record: &'r mut Record<'a>) -> JournalFields<'r, 'a> {
        JournalFields {
            record,
            mask: KeyMask::default(),
            source_time: None,
            command: None,
            has_message: false,
        }
    }

    /// Takes one field; numbers are texts, as the journal has them.
    pub(super) fn take(&mut self, name: Cow<'a, str>, value: Value<'a>) {
        let left = match &value {
            Value::Text(text) => self.take_text(&name, text.clone()),
            _ => false,
        };
        if left {
            return;
        }
        match &*name {
            "MESSAGE" if !self.has_message => {
                self.has_message = true;
                self.record.body = value;
            }
            hidden if hidden.starts_with("__") => {}
            _ => {
                let (key, is_number) = convention(&name);
                let number = match &value {
                    Value::Text(text) if is_number => text.parse().ok().map(Value::Int),
                    _ => None,
                };
                match (number, key) {
                    (Some(number), key) => self.push(Cow::Borrowed(key), number),
                    (None, key) if is_number || key.is_empty() => self.push(name, value),
                    (None, key) => self.push(Cow::Borrowed(key), value),
                }
            }
        }
    }

    /// Ends the record.
    pub(super) fn finish(self) {
        if self.source_time.is_some() {
            self.record.time = self.source_time;
        }
        if let Some(command) = self.command.filter(|_| self.record.scope.is_empty()) {
            self.record.scope = command;
        }
    }

    /// Takes the fields that a record has room of its own for; `false` leaves the field an attribute.
    fn take_text(&mut self, name: &str, text: Cow<'a, str>) -> bool {
        match name {
            "PRIORITY" if self.record.severity_number.is_none() => match text.as_bytes() {
                [digit @ b'0'..=b'7'] => syslog::set_priority(self.record, digit - b'0'),
                _ => return false,
            },
            "_SOURCE_REALTIME_TIMESTAMP" if self.source_time.is_none() => {
                self.source_time = microseconds(&text);
                return self.source_time.is_some();
            }
            "__REALTIME_TIMESTAMP" => self.record.time = self.record.time.or(microseconds(&text)),
            "SYSLOG_IDENTIFIER" if self.record.scope.is_empty() => self.record.scope = text,
            "_COMM" => {
                self.command = Some(text);
                return false;
            }
            _ => return false,
        }
        true
    }

    fn push(&mut self, key: Cow<'a, str>, value: Value<'a>) {
        let attributes = &mut self.record.attributes;
        let held = self.mask.may_hold(&key);
        let place = held.then(|| attributes.iter().position(|held| held.key == key));
        let Some(place) = place.flatten() else {
            if attributes.len() < FIELDS_MAX {
                attributes.push(Attribute { key, value });
            }
            return;
        };
        match &mut attributes[place].value {
            Value::Array(values) => values.push(value),
            held => *held = Value::Array(vec![std::mem::take(held), value]),
        }
    }
}

/// The attribute for a field, and whether it is a number; empty for a field without one.
fn convention(name: &str) -> (&'static str, bool) {
    match name {
        "_PID" => ("process.pid", true),
        "TID" => ("thread.id", true),
        "CODE_LINE" => ("code.line.number", true),
        "SYSLOG_FACILITY" => ("syslog.facility", true),
        "_COMM" => ("process.executable.name", false),
        "_EXE" => ("process.executable.path", false),
        "_CMDLINE" => ("process.command_line", false),
        "_HOSTNAME" => ("host.name", false),
        "_MACHINE_ID" => ("host.id", false),
        "CODE_FILE" => ("code.file.path", false),
        "CODE_FUNC" => ("code.function.name", false),
        "CONTAINER_ID_FULL" => ("container.id", false),
        "CONTAINER_NAME" => ("container.name", false),
        "IMAGE_NAME" => ("container.image.name", false),
        _ => ("", false),
    }
}

/// Microseconds since the epoch; 0 means unknown.
fn microseconds(text: &str) -> Option<UnixNanos> {
    let nanos = text.parse::<u64>().ok()?.checked_mul(1_000)?;
    (nanos > 0 && i64::try_from(nanos).is_ok()).then_some(UnixNanos(nanos))
}
