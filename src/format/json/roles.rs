//! What the keys of a structured record mean, whichever logger wrote them; shared by JSON and logfmt.
//!
//! Each key plays at most one role. When two keys want the same one (`msg` and `message`), the better known wins and the other stays an
//! attribute; a value that does not fit its key's role stays an attribute too. So nothing is lost to a wrong guess.

use std::borrow::Cow;

use crate::base::units::UnixNanos;
use crate::format::severity;
use crate::format::text::push_exception;
use crate::format::timestamp::{self, Zone};
use crate::format::trace;
use crate::format::unique::{self, KeyMask};
use crate::record::{Attribute, Record, SpanId, TraceId, Value};

/// A key's role; the number is its rank among those that want the same, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Time,
    Level,
    Message(u8),
    Scope(u8),
    TraceId,
    SpanId,
    TraceFlags,
    Fields,
    Instant,
    Error,
    Stack,
    Attribute,
}

/// Fills one record, key by key.
#[derive(Debug)]
pub(crate) struct Roles<'z, 'a> {
    zone: &'z mut Zone,
    mask: KeyMask,
    duplicates: u64,
    message: Option<(u8, Cow<'a, str>)>,
    scope: Option<(u8, Cow<'a, str>)>,
    span: Option<(Cow<'a, str>, Cow<'a, str>)>,
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
        }
    }

    /// Takes a number as the record's time; `false` when it is no plausible one or the time is known.
    pub(crate) fn take_epoch(record: &mut Record<'a>, number: &str) -> bool {
        let time = timestamp::epoch(number).filter(|_| record.time.is_none());
        record.time = record.time.or(time);
        time.is_some()
    }

    /// Takes one key and its value.
    pub(crate) fn take(
        &mut self,
        record: &mut Record<'a>,
        role: Role,
        key: Cow<'a, str>,
        value: Value<'a>,
    ) {
        let taken = match (role, value) {
            (Role::Time, value) => self.take_time(record, value),
            (Role::Level, value) => take_level(record, value),
            (Role::Message(rank), value) => self.take_message(record, rank, &key, value),
            (Role::Scope(rank), Value::Text(name)) => self.take_scope(record, rank, &key, name),
            (Role::TraceId, Value::Text(id)) if record.trace_id.is_none() => {
                record.trace_id = TraceId::from_hex(&id);
                if record.trace_id.is_some() {
                    Ok(())
                } else {
                    Err(Value::Text(id))
                }
            }
            (Role::SpanId, Value::Text(id))
                if self.span.is_none() && SpanId::from_hex(&id).is_some() =>
            {
                self.span = Some((key, id));
                return;
            }
            (Role::TraceFlags, value) => take_flags(record, value),
            (Role::Fields, Value::Map(members)) => self.take_fields(record, members),
            (Role::Instant, value) => take_instant(record, value),
            (Role::Error, Value::Map(members)) => self.take_error(record, members),
            (Role::Error | Role::Stack, Value::Text(stack)) => self.take_stack(record, role, stack),
            (_, value) => Err(value),
        };
        if let Err(value) = taken {
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
            Role::Scope(rank) if self.scope.is_none() && !text.is_empty() => {
                self.scope = Some((rank, key));
                record.scope = Cow::Borrowed(text);
            }
            _ => self.take(record, role, key, Value::Text(Cow::Borrowed(text))),
        }
    }

    /// Ends the record; returns how many keys stood twice.
    pub(crate) fn finish(mut self, record: &mut Record<'a>) -> u64 {
        if let Some((key, id)) = self.span.take() {
            // A span without its trace says nothing to a tracing backend.
            match record.trace_id {
                Some(_) => record.span_id = SpanId::from_hex(&id),
                None => self.push(record, key, Value::Text(id)),
            }
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

    fn push(&mut self, record: &mut Record<'a>, key: Cow<'a, str>, value: Value<'a>) {
        self.duplicates += unique::push(&mut record.attributes, &mut self.mask, key, value);
    }

    fn take_time(&mut self, record: &mut Record<'a>, value: Value<'a>) -> Result<(), Value<'a>> {
        let time = match &value {
            Value::Text(text) => timestamp::whole(text, self.zone),
            Value::Int(number) => timestamp::epoch(&number.to_string()),
            _ => None,
        };
        if record.time.is_some() || time.is_none() {
            return Err(value);
        }
        record.time = time;
        Ok(())
    }

    fn take_message(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: &Cow<'a, str>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        if let Some((_, held)) = &self.message
            && held == key
            && value != Value::Empty
        {
            self.duplicates += 1;
            record.body = value;
            return Ok(());
        }
        if value == Value::Empty || self.message.as_ref().is_some_and(|(held, _)| *held <= rank) {
            return Err(value);
        }
        let outranked = std::mem::replace(&mut record.body, value);
        if let Some((_, old_key)) = self.message.replace((rank, key.clone())) {
            self.push(record, old_key, outranked);
        }
        Ok(())
    }

    fn take_scope(
        &mut self,
        record: &mut Record<'a>,
        rank: u8,
        key: &Cow<'a, str>,
        name: Cow<'a, str>,
    ) -> Result<(), Value<'a>> {
        if let Some((_, held)) = &self.scope
            && held == key
            && !name.is_empty()
        {
            self.duplicates += 1;
            record.scope = name;
            return Ok(());
        }
        if name.is_empty() || self.scope.as_ref().is_some_and(|(held, _)| *held <= rank) {
            return Err(Value::Text(name));
        }
        let outranked = std::mem::replace(&mut record.scope, name);
        if let Some((_, old_key)) = self.scope.replace((rank, key.clone())) {
            self.push(record, old_key, Value::Text(outranked));
        }
        Ok(())
    }

    /// tracing's `{"message": …, …}`: the message is the record's, the rest stays together.
    fn take_fields(
        &mut self,
        record: &mut Record<'a>,
        mut members: Vec<Attribute<'a>>,
    ) -> Result<(), Value<'a>> {
        let message = members.iter().position(|member| member.key == "message");
        if let (Some(place), None) = (message, &self.message) {
            let member = members.remove(place);
            record.body = member.value;
            self.message = Some((0, member.key));
        }
        if members.is_empty() {
            Ok(())
        } else {
            Err(Value::Map(members))
        }
    }

    /// `{"type": …, "message": …, "stack": …}`; what else it holds stays under its own key.
    fn take_error(
        &mut self,
        record: &mut Record<'a>,
        mut members: Vec<Attribute<'a>>,
    ) -> Result<(), Value<'a>> {
        let mut take = |names: &[&str]| {
            let place = members.iter().position(|member| {
                names.contains(&&*member.key) && matches!(member.value, Value::Text(_))
            })?;
            Some(members.remove(place).value)
        };
        let Some(stack) = take(&["stack", "stacktrace", "stack_trace"]) else {
            return Err(Value::Map(members));
        };
        let parts = [
            ("exception.type", take(&["type", "name", "class"])),
            ("exception.message", take(&["message", "msg"])),
        ];
        for (key, value) in parts {
            self.push(record, Cow::Borrowed(key), value.unwrap_or_default());
        }
        self.push(record, Cow::Borrowed("exception.stacktrace"), stack);
        if members.is_empty() {
            Ok(())
        } else {
            Err(Value::Map(members))
        }
    }

    /// A stack trace as one text. Without an exception in it, it is only a stack.
    fn take_stack(
        &mut self,
        record: &mut Record<'a>,
        role: Role,
        stack: Cow<'a, str>,
    ) -> Result<(), Value<'a>> {
        if !stack.contains('\n') {
            return Err(Value::Text(stack));
        }
        if let Cow::Borrowed(text) = stack
            && let Some(found) = trace::find(text)
        {
            push_exception(record, found.kind, found.message, text);
            return Ok(());
        }
        let found =
            trace::find(&stack).map(|found| (found.kind.to_owned(), found.message.to_owned()));
        match found {
            Some((kind, message)) => {
                self.push(
                    record,
                    Cow::Borrowed("exception.type"),
                    Value::Text(Cow::Owned(kind)),
                );
                if !message.is_empty() {
                    self.push(
                        record,
                        Cow::Borrowed("exception.message"),
                        Value::Text(Cow::Owned(message)),
                    );
                }
                self.push(
                    record,
                    Cow::Borrowed("exception.stacktrace"),
                    Value::Text(stack),
                );
                Ok(())
            }
            None if role == Role::Stack => {
                self.push(record, Cow::Borrowed("code.stacktrace"), Value::Text(stack));
                Ok(())
            }
            None => Err(Value::Text(stack)),
        }
    }
}

fn take_level<'a>(record: &mut Record<'a>, value: Value<'a>) -> Result<(), Value<'a>> {
    if record.severity_number.is_some() || !record.severity_text.is_empty() {
        return Err(value);
    }
    match value {
        Value::Text(word) => {
            let bare = word.trim_ascii();
            record.severity_number = severity::from_word(bare)
                .or_else(|| severity::from_letter(bare))
                .or_else(|| severity::from_number(bare.parse().ok()?));
            record.severity_text = word;
            Ok(())
        }
        Value::Int(number) => {
            record.severity_number = severity::from_number(number);
            record.severity_text = decimal(number);
            Ok(())
        }
        other => Err(other),
    }
}

/// The digits of a level, without an allocation for the usual ones.
fn decimal<'a>(number: i64) -> Cow<'a, str> {
    match number {
        10 => Cow::Borrowed("10"),
        20 => Cow::Borrowed("20"),
        30 => Cow::Borrowed("30"),
        40 => Cow::Borrowed("40"),
        50 => Cow::Borrowed("50"),
        60 => Cow::Borrowed("60"),
        other => Cow::Owned(other.to_string()),
    }
}

fn take_flags<'a>(record: &mut Record<'a>, value: Value<'a>) -> Result<(), Value<'a>> {
    let flags = match &value {
        Value::Text(hex) if hex.len() == 2 => u8::from_str_radix(hex, 16).ok(),
        Value::Int(number) => u8::try_from(*number).ok(),
        _ => None,
    };
    match flags {
        Some(flags) => {
            record.trace_flags = Some(flags);
            Ok(())
        }
        None => Err(value),
    }
}

/// log4j2's `{"epochSecond": …, "nanoOfSecond": …}`.
fn take_instant<'a>(record: &mut Record<'a>, value: Value<'a>) -> Result<(), Value<'a>> {
    let Value::Map(members) = &value else {
        return Err(value);
    };
    let number = |name: &str| {
        let member = members.iter().find(|member| member.key == name)?;
        if let Value::Int(number) = member.value {
            u64::try_from(number).ok()
        } else {
            None
        }
    };
    let time = number("epochSecond").and_then(|seconds| {
        seconds
            .checked_mul(1_000_000_000)?
            .checked_add(number("nanoOfSecond")?)
    });
    match time {
        Some(nanos) if record.time.is_none() => {
            record.time = Some(UnixNanos(nanos));
            Ok(())
        }
        _ => Err(value),
    }
}

/// The role of a key, told by its length first: most keys have none, and that is found out in a few instructions.
pub(crate) fn role(key: &str) -> Role {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    match key.len() {
        2 => match key {
            "ts" | "@t" => Role::Time,
            "@l" => Role::Level,
            "@m" => Role::Message(0),
            "@x" => Role::Stack,
            _ => Role::Attribute,
        },
        3 if is("msg") => Role::Message(0),
        3 if is("lvl") => Role::Level,
        3 if is("err") => Role::Error,
        3 if is("log") => Role::Message(6),
        4 if is("time") || is("date") => Role::Time,
        4 if is("name") => Role::Scope(3),
        4 if is("body") => Role::Message(4),
        4 if is("text") => Role::Message(5),
        5 if is("level") => Role::Level,
        5 if is("event") => Role::Message(3),
        5 if is("error") => Role::Error,
        5 if is("stack") => Role::Stack,
        6 => match key {
            "logger" | "Logger" => Role::Scope(0),
            "target" => Role::Scope(1),
            "fields" => Role::Fields,
            "spanId" | "spanID" | "spanid" => Role::SpanId,
            _ => Role::Attribute,
        },
        7 => role_of_seven(key),
        8..=13 => role_of_long(key),
        _ => Role::Attribute,
    }
}

fn role_of_seven(key: &str) -> Role {
    match key {
        "message" | "Message" | "MESSAGE" => Role::Message(1),
        "traceId" | "traceID" | "TraceId" | "traceid" => Role::TraceId,
        "span_id" | "span.id" => Role::SpanId,
        "asctime" => Role::Time,
        "instant" => Role::Instant,
        _ => Role::Attribute,
    }
}

fn role_of_long(key: &str) -> Role {
    match key {
        "trace_id" | "trace.id" => Role::TraceId,
        "severity" | "Severity" | "loglevel" | "logLevel" | "LogLevel" | "levelname"
        | "log_level" | "log.level" => Role::Level,
        "datetime" | "DateTime" | "timestamp" | "Timestamp" | "timeStamp" | "@timestamp"
        | "timeMillis" | "event_time" | "eventTime" => Role::Time,
        "loggerName" | "logger_name" | "log.logger" | "logger.name" | "LoggerName" => {
            Role::Scope(0)
        }
        "category" | "Category" => Role::Scope(4),
        "SourceContext" => Role::Scope(1),
        "short_message" => Role::Message(2),
        "trace_flags" | "traceFlags" => Role::TraceFlags,
        "exception" | "Exception" => Role::Error,
        "stack_trace" | "stacktrace" | "stackTrace" | "exc_info" | "exc_text" => Role::Stack,
        _ => Role::Attribute,
    }
}
