//! Structured data of RFC 5424: `[id name="value" …][…]` → one attribute for each element, a map of its texts.
//!
//! Blanks around `=` are let pass, as some senders write them. What is no structured data after all belongs to the message. The
//! element `opentelemetry` holds the trace context.
//!
//! Spec: RFC 5424, section 6.3; Trace Context in non-OTLP Log Formats, "Syslog RFC5424".

use std::borrow::Cow;

use crate::format::syslog::Attributes;
use crate::format::unique::{self, KeyMask};
use crate::record::{Attribute, Record, SpanId, TraceId, Value};

/// Reads the structured data at the start of a text; returns the message behind it.
pub(super) fn read<'a>(text: &'a str, out: &mut Attributes<'_, 'a>) -> &'a str {
    if let Some(rest) = text.strip_prefix('-')
        && (rest.is_empty() || rest.starts_with([' ', '\n', '\r']))
    {
        return rest.strip_prefix(' ').unwrap_or(rest);
    }
    let mut rest = text;
    let mut elements = 0;
    while let Some(inner) = rest.strip_prefix('[') {
        let Some((id, members, behind)) = element(inner) else {
            break;
        };
        elements += 1;
        if elements > unique::KEYS_MAX {
            break;
        }
        if id == "opentelemetry" {
            take_context(out.record, &members);
        }
        out.push(id, Value::Map(members));
        rest = behind;
    }
    rest.strip_prefix(' ').unwrap_or(rest)
}

/// An element behind its bracket → its id, its parameters, and what follows.
fn element(text: &str) -> Option<(&str, Vec<Attribute<'_>>, &str)> {
    let end = text.find([' ', ']', '=', '"', '\n'])?;
    let (id, mut rest) = text.split_at_checked(end)?;
    let (mut members, mut mask) = (Vec::new(), KeyMask::default());
    loop {
        let blanks = rest.trim_ascii_start();
        if let Some(behind) = blanks.strip_prefix(']') {
            return (!id.is_empty()).then_some((id, members, behind));
        }
        let (name, value) = blanks.split_once('=')?;
        let name = name.trim_ascii_end();
        let is_name = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b']' | b'"');
        if name.is_empty() || !name.bytes().all(is_name) || members.len() == unique::KEYS_MAX {
            return None;
        }
        let (value, behind) = quoted(value.trim_ascii_start())?;
        add(&mut members, &mut mask, name, value);
        rest = behind;
    }
}

/// Adds a parameter. One that stands several times becomes a list.
fn add<'a>(
    members: &mut Vec<Attribute<'a>>,
    mask: &mut KeyMask,
    name: &'a str,
    value: Cow<'a, str>,
) {
    let value = Value::Text(value);
    let held = mask
        .may_hold(name)
        .then(|| members.iter_mut().find(|member| member.key == name));
    match held.flatten().map(|member| &mut member.value) {
        None => members.push(Attribute {
            key: Cow::Borrowed(name),
            value,
        }),
        Some(Value::Array(values)) => values.push(value),
        Some(held) => *held = Value::Array(vec![std::mem::take(held), value]),
    }
}

/// A quoted value, `\"`, `\\` and `\]` decoded, and what follows. Before any other character a backslash is itself.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let text = text.strip_prefix('"')?;
    let bytes = text.as_bytes();
    let mut end = memchr::memchr2(b'"', b'\\', bytes)?;
    if bytes[end] == b'"' {
        return Some((Cow::Borrowed(text.get(..end)?), text.get(end + 1..)?));
    }
    let (mut value, mut from) = (String::new(), 0);
    loop {
        value.push_str(text.get(from..end)?);
        if bytes[end] == b'"' {
            return Some((Cow::Owned(value), text.get(end + 1..)?));
        }
        // The character behind the backslash is copied with what follows it.
        let escapes = matches!(bytes.get(end + 1), Some(b'"' | b'\\' | b']'));
        from = end + usize::from(escapes);
        let next = end + 1 + usize::from(escapes);
        end = next + memchr::memchr2(b'"', b'\\', bytes.get(next..)?)?;
    }
}

fn take_context(record: &mut Record<'_>, members: &[Attribute<'_>]) {
    let member = |name: &str| {
        let found = members.iter().find(|member| member.key == name);
        match found.map(|member| &member.value) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    };
    record.trace_id = member("trace_id").and_then(|id| TraceId::from_hex(id));
    if record.trace_id.is_some() {
        record.span_id = member("span_id").and_then(|id| SpanId::from_hex(id));
        let flags = member("trace_flags").and_then(|hex| u8::from_str_radix(hex, 16).ok());
        record.trace_flags = flags;
    }
}
