//! Plain text: an optional time, an optional level word and an optional `[logger]` before the message.

use std::borrow::Cow;

use crate::format::cef;
use crate::format::severity;
use crate::format::timestamp::Leading;
use crate::format::trace;
use crate::record::{Attribute, Record, SeverityNumber, Value};

/// Level words, loggers and separators looked at before the message.
const PREFIX_TOKENS_MAX: usize = 4;

/// Reads a record from its text, whose first line is `head_bytes` long. Every text is a record.
pub fn parse<'a>(
    text: &'a str,
    head_bytes: usize,
    leading: Option<Leading>,
    record: &mut Record<'a>,
) {
    let head = text.get(..head_bytes).unwrap_or(text);
    if leading.is_none() && cef::parse(text, record) {
        return;
    }
    record.time = leading.map(Leading::time);
    let from = leading.map_or(0, |leading| {
        skip_separators(head.as_bytes(), leading.bytes())
    });
    if head_bytes < text.len() {
        parse_lines(text, head, from, record);
        return;
    }
    let body_at = prefix(head, from, record);
    record.body = Value::Text(Cow::Borrowed(text.get(body_at..).unwrap_or_default()));
}

/// Several lines may hold a stack trace.
fn parse_lines<'a>(text: &'a str, head: &'a str, from: usize, record: &mut Record<'a>) {
    let opening = head.as_bytes().get(from..).unwrap_or_default();
    let mut found = None;
    // In front of its frames, `panic: …` and `Error: …` name the exception, and no level.
    if trace::opens(opening) {
        found = text.get(from..).and_then(trace::find);
    }
    let mut body = text.get(from..).unwrap_or_default();
    if found.is_none() {
        body = text.get(prefix(head, from, record)..).unwrap_or_default();
        found = trace::find(body);
    }
    if let Some(exception) = found {
        push_exception(
            record,
            exception.kind,
            exception.message,
            exception.stacktrace,
        );
        body = exception.body;
    }
    record.body = Value::Text(Cow::Borrowed(body));
}

/// Adds the attributes of an exception; what is empty is left out.
pub(super) fn push_exception<'a>(
    record: &mut Record<'a>,
    kind: &'a str,
    message: &'a str,
    stacktrace: &'a str,
) {
    let parts = [
        ("exception.type", kind),
        ("exception.message", message),
        ("exception.stacktrace", stacktrace),
    ];
    for (key, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
        record.attributes.push(Attribute::text(key, text));
    }
}

/// Takes level and logger off the head line, behind the time that ends before `at`; returns where the message begins.
fn prefix<'a>(head: &'a str, mut at: usize, record: &mut Record<'a>) -> usize {
    let bytes = head.as_bytes();
    let stamped = at > 0;
    for _ in 0..PREFIX_TOKENS_MAX {
        let Some(end) = token(head, at, stamped, record) else {
            break;
        };
        at = skip_separators(bytes, end);
    }
    at
}

/// Takes one level word or bracketed logger at `at`; returns where it ends, or `None` when the message begins here.
fn token<'a>(head: &'a str, at: usize, stamped: bool, record: &mut Record<'a>) -> Option<usize> {
    let rest = head.get(at..)?;
    if let Some(inner) = rest.strip_prefix('[') {
        let end = memchr::memchr(b']', inner.as_bytes())?;
        let content = inner.get(..end)?.trim_ascii();
        return bracketed(content, stamped, record).then_some(at + end + 2);
    }
    if record.severity_number.is_some() {
        return None;
    }
    let end = rest
        .bytes()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    let word = rest.get(..end)?;
    let number = severity::from_word(word)?;
    stands_for_a_level(word, rest.as_bytes().get(end..)?, stamped).then(|| {
        set_severity(record, number, word);
        at + end
    })
}

fn bracketed<'a>(content: &'a str, stamped: bool, record: &mut Record<'a>) -> bool {
    if record.severity_number.is_none()
        && let Some(number) = severity::from_word(content)
    {
        set_severity(record, number, content);
        return true;
    }
    // Without a time or a level before it, a bracket is as likely part of the message.
    let prefixed = stamped || record.severity_number.is_some();
    if prefixed && record.scope.is_empty() && looks_like_a_logger(content) {
        record.scope = Cow::Borrowed(content);
        return true;
    }
    false
}

fn set_severity<'a>(record: &mut Record<'a>, number: SeverityNumber, word: &'a str) {
    record.severity_number = Some(number);
    record.severity_text = Cow::Borrowed(word);
}

/// Tells `ERROR disk full` and `error: disk full` from the prose `Error opening the file`.
fn stands_for_a_level(word: &str, after: &[u8], stamped: bool) -> bool {
    let bytes = word.as_bytes();
    let delimited = match after {
        [] => stamped,
        [b':' | b'|' | b']' | b'\t', ..] | [b' ', b' ' | b'-' | b'|' | b'[', ..] => true,
        [b' ', ..] => false,
        _ => return false,
    };
    if delimited
        || bytes
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    {
        return stamped || delimited || bytes.len() > 2;
    }
    // These four are not words with which sentences begin.
    stamped && matches!(word, "info" | "warn" | "debug" | "trace")
}

/// A dotted or plain identifier: `app.db`, `worker-3`, `My::Module`; not a number, not a sentence.
fn looks_like_a_logger(content: &str) -> bool {
    let bytes = content.as_bytes();
    bytes
        .first()
        .is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && bytes.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'/' | b'$' | b'-')
        })
}

/// Passes blanks, and one `-`, `:` or `|` among them.
fn skip_separators(bytes: &[u8], from: usize) -> usize {
    let blanks = |mut at: usize| {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        at
    };
    let at = blanks(from);
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'-' | b'|'), Some(b' ')) => blanks(at + 1),
        (Some(b':'), Some(b' ' | b'\t') | None) if at == from => blanks(at + 1),
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::timestamp::{self, Zone};
    use jiff::tz::TimeZone;

    fn stamp(line: &str) -> Option<Leading> {
        timestamp::leading(line.as_bytes(), &mut Zone::new(TimeZone::UTC))
    }

    #[track_caller]
    fn check(line: &str, severity: Option<u8>, scope: &str, body: &str) {
        let mut record = Record::default();
        parse(
            line,
            line.find('\n').unwrap_or(line.len()),
            stamp(line),
            &mut record,
        );
        let found = (
            record.severity_number.map(SeverityNumber::get),
            &*record.scope,
            record.body,
        );
        assert_eq!(
            found,
            (severity, scope, Value::Text(Cow::Borrowed(body))),
            "{line:?}"
        );
    }

    #[test]
    fn time_level_and_logger_are_taken_off_the_message() {
        check("2026-11-20T09:00:00Z INFO started", Some(9), "", "started");
        check(
            "2026-11-20 09:00:00,123 WARN  [app.db] slow query",
            Some(13),
            "app.db",
            "slow query",
        );
        check(
            "[2026-11-20 09:00:00] [error] [core] no space",
            Some(17),
            "core",
            "no space",
        );
        check(
            "2026-11-20T09:00:00Z [info     ] padded",
            Some(9),
            "",
            "padded",
        );
        check(
            "2026-11-20T09:00:00Z - DEBUG - dashed",
            Some(5),
            "",
            "dashed",
        );
        check(
            "2026-11-20T09:00:00Z | Warning | piped",
            Some(13),
            "",
            "piped",
        );
        check("2026-11-20T09:00:00Z info lower", Some(9), "", "lower");
        check("ERROR: no time here", Some(17), "", "no time here");
        check("[WARN] no time either", Some(13), "", "no time either");
    }

    #[test]
    fn prose_keeps_all_its_words() {
        check(
            "2026-11-20T09:00:00Z Error opening file",
            None,
            "",
            "Error opening file",
        );
        check(
            "2026-11-20T09:00:00Z error opening file",
            None,
            "",
            "error opening file",
        );
        check("Information is power", None, "", "Information is power");
        check("[12] queued", None, "", "[12] queued");
        check("2026-11-20T09:00:00Z [42] queued", None, "", "[42] queued");
        check(
            "2026-11-20T09:00:00Z INFO -5 degrees",
            Some(9),
            "",
            "-5 degrees",
        );
        check(
            "2026-11-20T09:00:00Z INFO http://x: ok",
            Some(9),
            "",
            "http://x: ok",
        );
        check("", None, "", "");
    }

    #[test]
    fn lines_of_one_record_stay_together() {
        check(
            "2026-11-20T09:00:00Z INFO select\n  from t",
            Some(9),
            "",
            "select\n  from t",
        );
    }

    #[test]
    fn a_stack_trace_becomes_an_exception() {
        let text =
            "2026-11-20T09:00:00Z ERROR failed\njava.io.IOException: gone\n\tat a.B.c(D.java:1)";
        let mut record = Record::default();
        parse(text, 33, stamp(text), &mut record);
        assert_eq!(record.body, Value::Text(Cow::Borrowed("failed")));
        let keys: Vec<_> = record
            .attributes
            .iter()
            .map(|attribute| &*attribute.key)
            .collect();
        assert_eq!(
            keys,
            [
                "exception.type",
                "exception.message",
                "exception.stacktrace"
            ]
        );
    }
}
