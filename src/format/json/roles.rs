//! Fills a record from the keys and values of a structured line, each by its role; shared by JSON and logfmt.
//!
//! Each key plays at most one role. When two keys want the same one (`msg` and `message`), the better known wins and the other stays an
//! attribute; a value that does not fit its key's role stays an attribute too. So nothing is lost to a wrong guess.

use std::borrow::Cow;

use crate::format::json::keys::{Container, NAMES_ONLY, Role, TEXTS_ONLY};
use crate::format::json::levels::HeldLevel;
use crate::format::json::times::HeldTime;
use crate::format::timestamp::Zone;
use crate::format::trace;
use crate::format::unique::{self, KeyMask};
use crate::record::{Attribute, Record, SeverityNumber, SpanId, Value};

/// Fills one record, key by key.
#[derive(Debug)]
pub(crate) struct Roles<'z, 'a> {
    pub(super) zone: &'z mut Zone,
    mask: KeyMask,
    duplicates: u64,
    message: Option<(u8, Cow<'a, str>)>,
    scope: Option<(u8, Cow<'a, str>)>,
    pub(super) span: Option<(Attribute<'a>, SpanId)>,
    pub(super) time: Option<HeldTime<'a>>,
    pub(super) level: Option<HeldLevel<'a>>,
    pub(super) model: Option<SeverityNumber>,
    pub(super) nanos: Option<u64>,
    pub(super) hints: Hints,
}

/// What the keys that came by say about the whole record, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Hints(u8);

impl Hints {
    /// Python's logging wrote it.
    pub(super) const PYTHON: Hints = Hints(1);
    /// The Windows event log wrote it.
    pub(super) const WINDOWS: Hints = Hints(2);
    /// `MongoDB` wrote it.
    pub(super) const MONGO: Hints = Hints(4);
    /// It has the fields of OpenTelemetry's data model.
    pub(super) const MODEL: Hints = Hints(8);
    /// An exception was found.
    pub(super) const EXCEPTION: Hints = Hints(16);
    /// A date or a time alone was seen.
    pub(super) const HALF_TIME: Hints = Hints(32);

    pub(super) fn add(&mut self, hint: Hints) {
        self.0 |= hint.0;
    }

    pub(super) fn has(self, hint: Hints) -> bool {
        self.0 & hint.0 != 0
    }
}

impl<'z, 'a> Roles<'z, 'a> {
    /// For a new record.
    pub(crate) fn new(zone: &'z mut Zone) -> Roles<'z, 'a> {
        Roles {
            zone,
            mask: KeyMask::default(),
            duplicates: 0,
            message: None,
            scope: None,
            span: None,
            time: None,
            level: None,
            model: None,
            nanos: None,
            hints: Hints::default(),
        }
    }

    /// Whether a role is taken already by a key that no value of this one can beat.
    #[inline]
    pub(crate) fn is_filled(&self, role: Role) -> bool {
        match role {
            Role::Time(rank) => self.holds_a_better_time(rank),
            Role::Level(rank) => self.holds_a_better_level(rank),
            _ => false,
        }
    }

    /// Takes one key and its value.
    pub(crate) fn take(
        &mut self,
        record: &mut Record<'a>,
        role: Role,
        key: Cow<'a, str>,
        value: Value<'a>,
    ) {
        if let (Role::Level(rank), Value::Int(level), None) = (role, &value, &self.level)
            && key == "level"
            && self.take_usual_number(record, rank, *level)
        {
            return;
        }
        if let Err(value) = self.give(record, role, &key, value) {
            self.push(record, key, value);
        }
    }

    /// The same for a plain text, with a short way for the roles that nearly every record has.
    pub(crate) fn take_text(
        &mut self,
        record: &mut Record<'a>,
        role: Role,
        key: Cow<'a, str>,
        text: &'a str,
    ) {
        match role {
            Role::Message(rank) if self.message.is_none() => {
                self.message = Some((rank, key));
                record.body = Value::Text(Cow::Borrowed(text));
            }
            Role::Scope(rank) if self.scope.is_none() && names_a_scope(rank, text) => {
                self.scope = Some((rank, key));
                record.scope = Cow::Borrowed(text);
            }
            Role::Level(rank) if self.level.is_none() => self.take_word(record, rank, key, text),
            Role::Time(rank) if self.time.is_none() => self.take_stamp(record, rank, key, text),
            _ => self.take(record, role, key, Value::Text(Cow::Borrowed(text))),
        }
    }

    /// Gives a value to its role; back comes what the role does not take.
    pub(super) fn give(
        &mut self,
        record: &mut Record<'a>,
        role: Role,
        key: &Cow<'a, str>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        match (role, value) {
            (_, Value::Empty) => Err(Value::Empty),
            (Role::Time(rank), value) => self.take_time(record, rank, key, value),
            (Role::Level(rank), value) => self.take_level(record, rank, key, value),
            (Role::Message(rank), value) => self.take_message(record, rank, key, value),
            (Role::Scope(rank), Value::Text(name)) => self.take_scope(record, rank, key, name),
            (Role::SeverityNumber, value) => self.take_model_severity(value),
            (Role::Seconds, value) => self.take_seconds(record, value),
            (Role::Nanos, value) => self.take_nanos(record, value),
            (Role::TraceId, Value::Map(members)) => {
                self.take_members(record, Container::Trace, members)
            }
            (Role::SpanId, Value::Map(members)) => {
                self.take_members(record, Container::Span, members)
            }
            (Role::TraceId, value) => Self::take_trace(record, value),
            (Role::SpanId, value) => self.take_span(key, value),
            (Role::TraceFlags, value) => Self::take_flags(record, value),
            (Role::TraceParent, value) => self.take_parent(record, key, value),
            (Role::Error | Role::Stack, value) => self.take_exception(record, role, key, value),
            (Role::ErrorMessage | Role::ErrorStack, value) => {
                self.take_error_part(record, role, value)
            }
            (Role::Nested(container), value) => self.take_nested(record, container, key, value),
            (Role::MongoTime, value) => self.take_mongo_time(record, key, value),
            (Role::MongoLevel, value) if self.hints.has(Hints::MONGO) => {
                self.take_level(record, 1, key, value)
            }
            (Role::MongoComponent, Value::Text(name)) if self.hints.has(Hints::MONGO) => {
                self.take_scope(record, 2, key, name)
            }
            (Role::Python, value) => {
                self.hints.add(Hints::PYTHON);
                Err(value)
            }
            (Role::Windows, value) => {
                self.hints.add(Hints::WINDOWS);
                Err(value)
            }
            (_, value) => Err(value),
        }
    }

    /// Ends the record; returns how many keys stood twice.
    pub(crate) fn finish(&mut self, record: &mut Record<'a>) -> u64 {
        if let Some((held, id)) = self.span.take() {
            // A span without its trace says nothing to a tracing backend.
            match record.trace_id {
                Some(_) => record.span_id = Some(id),
                None => self.push(record, held.key, held.value),
            }
        }
        if self.hints != Hints::default() || self.nanos.is_some() {
            self.finish_hinted(record);
        }
        if self.level.is_none() || self.model.is_some() {
            self.finish_level(record);
        }
        if self.message.is_none() {
            take_request_line(record);
        } else if matches!(record.body, Value::Text(Cow::Owned(_))) {
            self.finish_body(record);
        }
        self.duplicates
    }

    /// Where the value of an attribute belongs.
    #[expect(
        clippy::inline_always,
        reason = "once for every key: as a call, the key and its room go through memory"
    )]
    #[inline(always)]
    pub(crate) fn room_for<'r>(
        &mut self,
        record: &'r mut Record<'a>,
        key: Cow<'a, str>,
    ) -> &'r mut Value<'a> {
        let room = unique::room_for(&mut record.attributes, &mut self.mask, key);
        self.duplicates += room.duplicates;
        room.value
    }

    pub(super) fn push(&mut self, record: &mut Record<'a>, key: Cow<'a, str>, value: Value<'a>) {
        self.duplicates += unique::push(&mut record.attributes, &mut self.mask, key, value);
    }

    #[cold]
    fn finish_hinted(&mut self, record: &mut Record<'a>) {
        self.finish_time(record);
        self.rescale_level(record);
        if self.hints.has(Hints::EXCEPTION) {
            rename_error_type(record);
        }
        if self.hints.has(Hints::MODEL) {
            self.lift_model_fields(record);
        }
    }

    /// The key under which the message stood.
    pub(super) fn message_key(&self) -> Option<&str> {
        self.message.as_ref().map(|(_, key)| &**key)
    }

    fn take_message(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: &Cow<'a, str>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        if rank >= TEXTS_ONLY && !matches!(value, Value::Text(_)) {
            return Err(value);
        }
        if let Some((held, held_key)) = &self.message {
            if held_key == key {
                self.duplicates += 1;
                record.body = value;
                return Ok(());
            }
            if *held <= rank {
                return Err(value);
            }
        }
        let value = self.unwrapped(value);
        let outranked = std::mem::replace(&mut record.body, value);
        if let Some((_, old_key)) = self.message.replace((rank, key.clone())) {
            self.push(record, old_key, outranked);
        }
        Ok(())
    }

    pub(super) fn take_scope(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: &Cow<'a, str>,
        name: Cow<'a, str>,
    ) -> Result<(), Value<'a>> {
        if !names_a_scope(rank, &name) {
            return Err(Value::Text(name));
        }
        if let Some((held, held_key)) = &self.scope {
            if held_key == key {
                self.duplicates += 1;
                record.scope = name;
                return Ok(());
            }
            if *held <= rank {
                return Err(Value::Text(name));
            }
        }
        let outranked = std::mem::replace(&mut record.scope, name);
        if let Some((_, old_key)) = self.scope.replace((rank, key.clone())) {
            self.push(record, old_key, Value::Text(outranked));
        }
        Ok(())
    }

    /// A message ends before its newline, and before the stack trace that stands in it.
    fn finish_body(&mut self, record: &mut Record<'a>) {
        let Value::Text(Cow::Owned(text)) = &mut record.body else {
            return;
        };
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
        if self.hints.has(Hints::EXCEPTION) || !text.contains('\n') {
            return;
        }
        let Some(found) = trace::find(text) else {
            return;
        };
        let parts = [
            ("exception.type", found.kind.to_owned()),
            ("exception.message", found.message.to_owned()),
            ("exception.stacktrace", found.stacktrace.to_owned()),
        ];
        let body_bytes = found.body.len();
        if text.starts_with(found.body) {
            text.truncate(body_bytes);
        }
        self.push_exception(record, parts);
    }
}

/// Whether a text can be a logger's name. From [`NAMES_ONLY`] on, the key is used for other things, too.
#[inline]
fn names_a_scope(rank: u8, text: &str) -> bool {
    const NAME_BYTES_MAX: usize = 200;
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else {
        return false;
    };
    rank < NAMES_ONLY
        || (*first != b'/'
            && bytes.len() <= NAME_BYTES_MAX
            && bytes.iter().all(|byte| *byte > b' ')
            && (rank < 7 || !matches!(text, "stdout" | "stderr")))
}

/// An access log's entry has no message; its request line says what happened.
fn take_request_line(record: &mut Record<'_>) {
    const KEYS: [&str; 3] = ["request", "request_line", "requestLine"];
    let line = record.attributes.iter().find_map(|attribute| {
        let text = match &attribute.value {
            Value::Text(text) if KEYS.contains(&&*attribute.key) => text,
            _ => return None,
        };
        text.contains(' ').then(|| text.clone())
    });
    if let Some(line) = line {
        record.body = Value::Text(line);
    }
}

/// Beside an exception, `error.type` is its class; else it is the application's own word.
fn rename_error_type(record: &mut Record<'_>) {
    if record
        .attributes
        .iter()
        .any(|attribute| attribute.key == "exception.type")
    {
        return;
    }
    let kind = record
        .attributes
        .iter_mut()
        .find(|attribute| attribute.key == "error.type");
    if let Some(kind) = kind {
        kind.key = Cow::Borrowed("exception.type");
    }
}
