//! The message, and what loggers put around it: pairs, a logger, a place in the code, data in JSON.
//!
//! What reads as one of these is taken off; everything else stays in the body.

use std::borrow::Cow;

use crate::format::cef;
use crate::format::json::scan::Scanner;
use crate::format::layout::FieldKind;
use crate::format::layout::fill::{Filler, integer, text};
use crate::format::layout::kinds::{is_name, sourced};
use crate::format::layout::pairs::{self, PairStyle};
use crate::format::logfmt::typed;
use crate::format::text::push_exception;
use crate::format::unique;
use crate::record::Value;

/// Places at which Monolog's data is looked for.
const MONOLOG_TRIES_MAX: usize = 8;

impl<'a> Filler<'_, 'a> {
    /// The message: `whole` is `first` and the further lines in `more`.
    pub(super) fn message(
        &mut self,
        kind: FieldKind,
        first: &'a str,
        more: &'a str,
        whole: &'a str,
    ) {
        let style = match kind {
            FieldKind::Pairs | FieldKind::Structlog => PairStyle::Blank,
            FieldKind::ListedPairs => PairStyle::Listed,
            FieldKind::CommaPairs => PairStyle::Comma,
            FieldKind::Pretty => return self.pretty(first, more, whole),
            _ => return self.whole_message(kind, first, more, whole),
        };
        if !more.trim_ascii().is_empty() {
            return self.long_message(style, more, whole);
        }
        let (mut message, found) = pairs::split(style, first);
        self.pairs(style, found);
        if kind == FieldKind::Pairs && !found.is_empty() {
            // hclog puts a colon between its message and the pairs.
            message = message.strip_suffix(':').unwrap_or(message);
        }
        if kind == FieldKind::Structlog {
            message = self.bracketed_logger(message);
        }
        self.record.body = text(message);
    }

    /// A message of several lines: pairs stand behind its last one.
    fn long_message(&mut self, style: PairStyle, more: &'a str, whole: &'a str) {
        let last = more.rfind('\n').map_or(0, |newline| newline + 1);
        let (_, found) = pairs::split(style, more.get(last..).unwrap_or_default());
        self.pairs(style, found);
        let end = whole.len() - found.len();
        let message = whole.get(..end).unwrap_or(whole).trim_ascii_end();
        self.record.body = match message.strip_prefix("\n    ") {
            // Bunyan puts it on lines of its own, each indented.
            Some(indented) => Value::Text(Cow::Owned(indented.replace("\n    ", "\n"))),
            None => text(message),
        };
    }

    /// `message {"key":"value"} []`: context and extra data, each of which may be missing or empty.
    pub(super) fn monolog(&mut self, head: &'a str, rest: &'a str) {
        if let Some(message) = self.object_exception(head, rest) {
            self.record.body = text(message);
            return;
        }
        let found = memchr::memchr2_iter(b'{', b'[', rest.as_bytes())
            .filter(|at| *at > 0 && rest.as_bytes().get(at - 1) == Some(&b' '))
            .take(MONOLOG_TRIES_MAX)
            .find_map(|at| Some((at, trailing_values(rest.get(at..)?)?)));
        let Some((at, values)) = found else {
            return self.body(FieldKind::Text, head, rest);
        };
        for value in values.into_iter().flatten() {
            let Value::Map(members) = value else { continue };
            for member in members {
                unique::push(
                    &mut self.record.attributes,
                    &mut self.mask,
                    member.key,
                    member.value,
                );
            }
        }
        self.record.body = text(rest.get(..at).unwrap_or(rest).trim_ascii_end());
    }

    /// Laravel's `message {"exception":"[object] (Type(code: 0): what at file:7)` with a trace below, which is no JSON.
    fn object_exception(&mut self, head: &'a str, rest: &'a str) -> Option<&'a str> {
        let (_, object) = head.split_once("\"exception\":\"[object] (")?;
        let (message, _) = head.split_once(" {\"")?;
        let (kind, what) = object.split_once("(code: ").unwrap_or((object, ""));
        let what = what.split_once("): ").map_or("", |(_, what)| what);
        let what = what.rsplit_once(" at ").map_or(what, |(what, _)| what);
        let trace = rest.get(head.len()..).unwrap_or_default().trim_ascii();
        let trace = trace.strip_suffix("\"}").unwrap_or(trace).trim_ascii_end();
        push_exception(self.record, kind, what, trace);
        Some(message)
    }

    /// `message, key: value`, and lines below it that say where: `at src/main.rs:42`, `in shop::request with id: 7`.
    fn pretty(&mut self, first: &'a str, more: &'a str, whole: &'a str) {
        let (message, found) = pairs::split(PairStyle::Comma, first);
        for (key, value) in pairs::read(PairStyle::Comma, found) {
            let value = typed(value);
            unique::push(
                &mut self.record.attributes,
                &mut self.mask,
                Cow::Borrowed(key),
                value,
            );
        }
        let lines = || {
            more.lines()
                .map(str::trim_ascii)
                .filter(|line| !line.is_empty())
        };
        if !lines().all(|line| line.starts_with("at ") || line.starts_with("in ")) {
            return self.set_body(message, more, whole);
        }
        for line in lines() {
            if let Some(span) = line.strip_prefix("in ") {
                self.push("tracing.span", text(span));
            } else if let Some(place) = line.strip_prefix("at ")
                && let Some((file, line)) = place
                    .split_once(" on ")
                    .map_or(place, |(place, _)| place)
                    .rsplit_once(':')
            {
                self.push("code.file.path", text(file));
                self.push("code.line.number", integer(line));
            }
        }
        self.record.body = text(message);
    }

    /// The message of a format that puts no pairs behind it, or leaves them there.
    fn whole_message(&mut self, kind: FieldKind, first: &'a str, more: &'a str, whole: &'a str) {
        match kind {
            FieldKind::Request => self.request(first),
            FieldKind::Cef if cef::parse(whole, self.record) => {}
            FieldKind::Bracketed => {
                let message = self.bracketed_pairs(first);
                self.set_body(message, more, whole);
            }
            FieldKind::Trailing => {
                let message = self.trailing_logger(first);
                self.set_body(message, more, whole);
            }
            FieldKind::Sourced => {
                let message = self.trailing_source(first);
                self.set_body(message, more, whole);
            }
            FieldKind::Angled => {
                let whole = whole.trim_ascii_end();
                self.record.body = text(whole.strip_suffix('>').unwrap_or(whole).trim_ascii_end());
            }
            FieldKind::Json => {
                let message = self.trailing_object(first);
                self.set_body(message, more, whole);
            }
            _ => {
                if kind == FieldKind::Coded {
                    self.code(first);
                } else if kind == FieldKind::Noted {
                    let (_, found) = pairs::split(PairStyle::Blank, first);
                    self.pairs(PairStyle::Blank, found);
                }
                self.record.body = text(whole);
            }
        }
    }

    fn pairs(&mut self, style: PairStyle, found: &'a str) {
        for (key, value) in pairs::read(style, found) {
            let value = if style == PairStyle::Comma {
                text(value)
            } else {
                typed(value)
            };
            unique::push(
                &mut self.record.attributes,
                &mut self.mask,
                Cow::Borrowed(key),
                value,
            );
        }
    }

    /// The body is the message and the lines below it; when nothing was taken off the message, that is the text as it stands.
    fn set_body(&mut self, message: &'a str, more: &'a str, whole: &'a str) {
        self.record.body = Value::Text(if more.trim_ascii().is_empty() {
            Cow::Borrowed(message)
        } else if whole.len() == message.len() + more.len() {
            Cow::Borrowed(whole)
        } else {
            Cow::Owned(format!("{message}{more}"))
        });
    }

    /// `message   [logger]`, as structlog pads it.
    fn bracketed_logger(&mut self, message: &'a str) -> &'a str {
        let found = message
            .strip_suffix(']')
            .and_then(|inner| inner.rsplit_once(" ["))
            .filter(|(before, logger)| {
                is_name(logger.as_bytes()) && (before.ends_with(' ') || logger.contains('.'))
            });
        let Some((before, logger)) = found else {
            return message;
        };
        self.record.scope = Cow::Borrowed(logger);
        before.trim_ascii_end()
    }

    /// `message (logger)`, as Kafka has it.
    fn trailing_logger(&mut self, message: &'a str) -> &'a str {
        let found = message
            .trim_ascii_end()
            .strip_suffix(')')
            .and_then(|inner| inner.rsplit_once(" ("))
            .filter(|(_, logger)| is_name(logger.as_bytes()));
        let Some((before, place)) = found else {
            return message;
        };
        let is_line =
            |line: &str| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
        match place.rsplit_once(':').filter(|(_, line)| is_line(line)) {
            Some((logger, line)) => {
                self.record.scope = Cow::Borrowed(logger);
                self.push("code.line.number", integer(line));
            }
            None => self.record.scope = Cow::Borrowed(place),
        }
        before.trim_ascii_end()
    }

    /// `message    file.py:42`, as Rich has it.
    fn trailing_source(&mut self, message: &'a str) -> &'a str {
        let found = sourced(message.as_bytes()).and_then(|(start, colon)| {
            let place = message.get(start..colon)?;
            let line = message.get(colon + 1..)?.trim_ascii_end();
            Some((message.get(..start)?, place, line))
        });
        let Some((before, file, line)) = found else {
            return message;
        };
        self.push("code.file.path", text(file));
        self.push("code.line.number", integer(line));
        before.trim_ascii_end()
    }

    /// `message {"key": value}`, as zap's console has it.
    fn trailing_object(&mut self, message: &'a str) -> &'a str {
        let at = message
            .ends_with('}')
            .then(|| message.find("\t{").or_else(|| message.find(" {\"")));
        let Some((before, object)) = at.flatten().and_then(|at| message.split_at_checked(at))
        else {
            return message;
        };
        let mut scanner = Scanner::new(object.trim_ascii_start());
        match scanner.value() {
            Some(Value::Map(members)) if scanner.at_end() => {
                for member in members {
                    unique::push(
                        &mut self.record.attributes,
                        &mut self.mask,
                        member.key,
                        member.value,
                    );
                }
                before
            }
            _ => message,
        }
    }
}

/// One or two values of JSON that go on to the end of a text.
fn trailing_values(text: &str) -> Option<[Option<Value<'_>>; 2]> {
    let mut scanner = Scanner::new(text.trim_ascii_end());
    let first = scanner.value()?;
    if scanner.at_end() {
        return Some([Some(first), None]);
    }
    let second = scanner.value()?;
    let is_data = |value: &Value<'_>| matches!(value, Value::Map(_) | Value::Array(_));
    (scanner.at_end() && is_data(&second)).then_some([Some(first), Some(second)])
}
