//! Exceptions in the keys of a record: an object, a stack trace as one text or as a list of lines, or members behind a dot.
//!
//! What is understood becomes `exception.type`, `exception.message` and `exception.stacktrace`; the rest of an object stays under
//! its own key. A record has one exception: a second one stays as it is.
//!
//! Spec: semantic conventions, "Exceptions in logs".

use std::borrow::Cow;

use crate::format::json::keys::{self, Role};
use crate::format::json::roles::{Hints, Roles};
use crate::format::trace;
use crate::record::{Attribute, Record, Value};

/// The names of an error's members, as keys are folded.
const TYPES: [&str; 7] = [
    "type",
    "class",
    "name",
    "classname",
    "exceptiontype",
    "exceptionclass",
    "kind",
];
const MESSAGES: [&str; 3] = ["message", "msg", "localizedmessage"];
const STACKS: [&str; 6] = [
    "stack",
    "stacktrace",
    "extendedstacktrace",
    "backtrace",
    "traceback",
    "trace",
];

impl<'a> Roles<'_, 'a> {
    pub(super) fn take_exception(
        &mut self,
        record: &mut Record<'a>,
        role: Role,
        key: &str,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        if self.hints.has(Hints::EXCEPTION) {
            return Err(value);
        }
        match value {
            Value::Map(members) => self.take_error(record, members),
            Value::Array(items) => self.take_lines(record, items),
            Value::Text(text) if text.contains('\n') => self.take_stack(record, role, text),
            // The text of an error alone is Go's habit; only an exception's begins with its type.
            Value::Text(text) if role == Role::Stack || !keys::is(key, &["err", "error"]) => {
                self.take_header(record, text)
            }
            other => Err(other),
        }
    }

    /// Adds an exception; what is empty is left out.
    pub(super) fn push_exception(
        &mut self,
        record: &mut Record<'a>,
        parts: [(&'static str, String); 3],
    ) {
        self.hints.add(Hints::EXCEPTION);
        for (key, text) in parts {
            if !text.is_empty() {
                self.push(record, Cow::Borrowed(key), Value::Text(Cow::Owned(text)));
            }
        }
    }

    /// `error.message` and `error.stack_trace` of Elastic Common Schema.
    pub(super) fn take_error_part(
        &mut self,
        record: &mut Record<'a>,
        role: Role,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        let key = match role {
            Role::ErrorMessage => "exception.message",
            _ => "exception.stacktrace",
        };
        let is_there = record
            .attributes
            .iter()
            .any(|attribute| attribute.key == key);
        if is_there || !matches!(value, Value::Text(_)) {
            return Err(value);
        }
        self.hints.add(Hints::EXCEPTION);
        self.push(record, Cow::Borrowed(key), value);
        Ok(())
    }

    /// `{"type": …, "message": …, "stack": …}`, under the names that loggers use; what else it holds stays under its own key.
    fn take_error(
        &mut self,
        record: &mut Record<'a>,
        mut members: Vec<Attribute<'a>>,
    ) -> Result<(), Value<'a>> {
        let find = |names: &[&str]| {
            names.iter().find_map(|name| {
                members.iter().position(|member| {
                    keys::is(&member.key, &[*name]) && matches!(member.value, Value::Text(_))
                })
            })
        };
        let (kind, message, stack) = (find(&TYPES), find(&MESSAGES), find(&STACKS));
        let lines = members
            .iter()
            .position(|member| keys::is(&member.key, &STACKS) && is_lines(&member.value));
        let is_exception = stack.or(lines).is_some() || (kind.is_some() && message.is_some());
        if !is_exception {
            return Err(Value::Map(members));
        }
        // A key is never empty: so the members that are gone are marked.
        let mut take = |at: Option<usize>| match at {
            Some(at) => {
                members[at].key = Cow::Borrowed("");
                std::mem::take(&mut members[at].value)
            }
            None => Value::Empty,
        };
        let stack = match take(stack.or(lines)) {
            Value::Array(items) => Value::Text(Cow::Owned(join(&items))),
            other => other,
        };
        let parts = [
            ("exception.type", take(kind)),
            ("exception.message", take(message)),
        ];
        let parts = described(parts, &stack);
        self.hints.add(Hints::EXCEPTION);
        for (key, value) in parts {
            self.push(record, Cow::Borrowed(key), value);
        }
        self.push(record, Cow::Borrowed("exception.stacktrace"), stack);
        members.retain(|member| !member.key.is_empty());
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
        let found = trace::find(&stack)
            .map(|found| (found.kind.to_owned(), found.message.to_owned()))
            .or_else(|| first_line_header(&stack));
        if let Some((kind, message)) = found {
            let parts = [
                ("exception.type", kind),
                ("exception.message", message),
                ("exception.stacktrace", stack.into_owned()),
            ];
            self.push_exception(record, parts);
            return Ok(());
        }
        if role != Role::Stack {
            return Err(Value::Text(stack));
        }
        self.push(record, Cow::Borrowed("code.stacktrace"), Value::Text(stack));
        Ok(())
    }

    /// A stack trace as a list of its lines, or Rails' list of a type and a message.
    fn take_lines(
        &mut self,
        record: &mut Record<'a>,
        items: Vec<Value<'a>>,
    ) -> Result<(), Value<'a>> {
        if let [Value::Text(kind), Value::Text(message)] = &*items
            && is_a_type(kind)
            && !is_a_type(message)
        {
            let parts = [
                ("exception.type", kind.to_string()),
                ("exception.message", message.to_string()),
                ("", String::new()),
            ];
            self.push_exception(record, parts);
            return Ok(());
        }
        let list = Value::Array(items);
        let Value::Array(items) = &list else {
            return Err(list);
        };
        if !is_lines(&list) {
            return Err(list);
        }
        let text = Cow::Owned(join(items));
        self.take_stack(record, Role::Stack, text)
    }

    /// `java.lang.IllegalStateException: no such shop`
    fn take_header(
        &mut self,
        record: &mut Record<'a>,
        text: Cow<'a, str>,
    ) -> Result<(), Value<'a>> {
        let Some((kind, message)) =
            trace::exception_header(&text).filter(|(_, message)| !message.is_empty())
        else {
            return Err(Value::Text(text));
        };
        let parts = [
            ("exception.type", kind.to_owned()),
            ("exception.message", message.to_owned()),
            ("", String::new()),
        ];
        self.push_exception(record, parts);
        Ok(())
    }
}

/// Fills in the type from the first line of the stack when nothing else names it.
fn described<'a>(
    mut parts: [(&'static str, Value<'a>); 2],
    stack: &Value<'a>,
) -> [(&'static str, Value<'a>); 2] {
    let Value::Text(stack) = stack else {
        return parts;
    };
    if parts[0].1 == Value::Empty
        && let Some((kind, message)) = first_line_header(stack)
    {
        parts[0].1 = Value::Text(Cow::Owned(kind));
        if parts[1].1 == Value::Empty && !message.is_empty() {
            parts[1].1 = Value::Text(Cow::Owned(message));
        }
    }
    parts
}

fn first_line_header(stack: &str) -> Option<(String, String)> {
    let (kind, message) = trace::exception_header(stack.lines().next()?)?;
    Some((kind.to_owned(), message.to_owned()))
}

/// A name with capitals and without blanks: `ActiveRecord::RecordNotFound`.
fn is_a_type(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.' | b'\\' | b'$')
        })
}

fn is_lines(value: &Value<'_>) -> bool {
    match value {
        Value::Array(items) => {
            !items.is_empty() && items.iter().all(|item| matches!(item, Value::Text(_)))
        }
        _ => false,
    }
}

fn join(items: &[Value<'_>]) -> String {
    let texts: Vec<&str> = items
        .iter()
        .filter_map(|item| match item {
            Value::Text(text) => Some(&**text),
            _ => None,
        })
        .collect();
    texts.join("\n")
}
