//! Trace context in the keys of a record: 32 and 16 hex digits, a W3C `traceparent`, or Google's path.
//!
//! An id that is none, is all zero or has another length stays an attribute.

use std::borrow::Cow;

use crate::format::json::keys::{self, Role};
use crate::format::json::roles::Roles;
use crate::record::{Attribute, Record, SpanId, TraceId, Value};

impl<'a> Roles<'_, 'a> {
    /// `5b8e…`, `0x5b8e…` as Python's exporter writes it, or `projects/p/traces/5b8e…`.
    pub(super) fn take_trace(record: &mut Record<'a>, value: Value<'a>) -> Result<(), Value<'a>> {
        let id = match &value {
            Value::Text(text) if record.trace_id.is_none() => trace_id(text),
            _ => None,
        };
        if id.is_none() {
            return Err(value);
        }
        record.trace_id = id;
        Ok(())
    }

    /// Held until the end: a span without a trace stays an attribute.
    pub(super) fn take_span(
        &mut self,
        key: &Cow<'a, str>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        let id = match &value {
            Value::Text(text) if self.span.is_none() => span_id(text),
            _ => None,
        };
        match id {
            Some(id) => {
                let key = key.clone();
                self.span = Some((Attribute { key, value }, id));
                Ok(())
            }
            None => Err(value),
        }
    }

    /// `01`, 1 or whether the trace is sampled.
    pub(super) fn take_flags(record: &mut Record<'a>, value: Value<'a>) -> Result<(), Value<'a>> {
        let flags = match &value {
            Value::Text(hex) if hex.len() == 2 => u8::from_str_radix(hex, 16).ok(),
            Value::Text(word) => match &**word {
                "true" | "True" | "1" => Some(1),
                "false" | "False" | "0" => Some(0),
                _ => None,
            },
            Value::Int(number) => u8::try_from(*number).ok(),
            Value::Bool(sampled) => Some(u8::from(*sampled)),
            _ => None,
        };
        if flags.is_none() || record.trace_flags.is_some() {
            return Err(value);
        }
        record.trace_flags = flags;
        Ok(())
    }

    /// `00-<trace>-<span>-<flags>`
    ///
    /// Spec: W3C Trace Context, "traceparent Header".
    pub(super) fn take_parent(
        &mut self,
        record: &mut Record<'a>,
        key: &Cow<'a, str>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        let parts = match &value {
            Value::Text(text) if record.trace_id.is_none() && self.span.is_none() => parent(text),
            _ => None,
        };
        let Some((trace, span, flags)) = parts else {
            return Err(value);
        };
        record.trace_id = Some(trace);
        record.trace_flags = record.trace_flags.or(Some(flags));
        let key = key.clone();
        self.span = Some((Attribute { key, value }, span));
        Ok(())
    }

    /// Takes the ids out of an object that holds them among others; a span only together with a trace.
    pub(super) fn take_ids(&mut self, record: &mut Record<'a>, members: &mut Vec<Attribute<'a>>) {
        let find = |members: &[Attribute<'_>], role| {
            members
                .iter()
                .position(|member| keys::role(&member.key) == role)
        };
        if let Some(at) = find(members, Role::TraceId)
            && let Value::Text(text) = &members[at].value
            && let Some(id) = trace_id(text)
            && record.trace_id.is_none_or(|held| held == id)
        {
            record.trace_id = Some(id);
            members.remove(at);
        } else {
            return;
        }
        if let Some(at) = find(members, Role::SpanId)
            && let Value::Text(text) = &members[at].value
            && let Some(id) = span_id(text)
            && self.span.is_none()
        {
            self.span = Some((members.remove(at), id));
        }
    }
}

fn trace_id(text: &str) -> Option<TraceId> {
    let digits = match text.len() {
        32 => text,
        34 => text.strip_prefix("0x")?,
        _ => text.strip_prefix("projects/")?.split_once("/traces/")?.1,
    };
    TraceId::from_hex(digits)
}

fn span_id(text: &str) -> Option<SpanId> {
    SpanId::from_hex(text.strip_prefix("0x").unwrap_or(text))
}

fn parent(text: &str) -> Option<(TraceId, SpanId, u8)> {
    let mut parts = text.split('-');
    let version = parts.next()?;
    let (trace, span) = (parts.next()?, parts.next()?);
    let flags = parts.next().filter(|flags| flags.len() == 2)?;
    let is_right =
        version.len() == 2 && version != "ff" && (version != "00" || parts.next().is_none());
    if !is_right {
        return None;
    }
    Some((
        TraceId::from_hex(trace)?,
        SpanId::from_hex(span)?,
        u8::from_str_radix(flags, 16).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn trace_ids_are_read_in_the_forms_that_are_written() {
        assert!(trace_id(TRACE).is_some());
        assert_eq!(trace_id(&format!("0x{TRACE}")), trace_id(TRACE));
        assert_eq!(
            trace_id(&format!("projects/shop-1/traces/{TRACE}")),
            trace_id(TRACE)
        );
        assert_eq!(trace_id("35155a4b79bd19f6"), None);
        assert_eq!(trace_id(&"0".repeat(32)), None);
        assert_eq!(trace_id("projects/x"), None);
        assert_eq!(trace_id(""), None);
    }

    #[test]
    fn a_parent_is_read_when_it_is_whole() {
        assert!(parent(&format!("00-{TRACE}-00f067aa0ba902b7-01")).is_some());
        assert!(parent(&format!("00-{TRACE}-00f067aa0ba902b7-01-x")).is_none());
        assert!(parent(&format!("00-{TRACE}-00f067aa0ba902b7")).is_none());
        assert!(parent(&format!("ff-{TRACE}-00f067aa0ba902b7-01")).is_none());
        assert!(parent("").is_none());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_an_id_or_none_without_panic(text in ".{0,60}") {
            let _trace = trace_id(&text);
            let _span = span_id(&text);
            let _parent = parent(&text);
        }
    }
}
