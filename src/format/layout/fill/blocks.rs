//! Records whose message is in blocks below its first line, or in brackets: `MySQL`'s slow queries, the journal's verbose output,
//! `TiDB`'s lines.
//!
//! Comments and fields become attributes, what is left is the body. Nothing here fails: a line that is none of these is passed, or
//! stays in the body.

use std::borrow::Cow;

use crate::format::journald;
use crate::format::layout::fill::{Filler, text};
use crate::format::logfmt::typed;
use crate::format::severity;
use crate::format::timestamp;
use crate::format::unique;

impl<'a> Filler<'_, 'a> {
    /// `    PRIORITY=6`, `    MESSAGE=started`, one in each line.
    pub(super) fn journal_fields(&mut self, lines: Option<&'a str>) {
        let mut heard = None;
        for line in lines.unwrap_or_default().lines() {
            let Some((key, value)) = line.trim_ascii_start().split_once('=') else {
                continue;
            };
            if let Some((voice, name)) = journald::service_of(key, value)
                && heard.is_none_or(|held| voice < held)
            {
                heard = Some(voice);
                self.record.service = Cow::Borrowed(name);
            }
            match key {
                "MESSAGE" => self.record.body = text(value),
                "PRIORITY" => {
                    self.record.severity_number = value
                        .parse()
                        .ok()
                        .filter(|level| (0..8).contains(level))
                        .and_then(severity::from_number);
                }
                "SYSLOG_IDENTIFIER" => self.record.scope = Cow::Borrowed(value),
                _ => {
                    let (key, value) = (Cow::Borrowed(key), typed(value));
                    unique::push(&mut self.record.attributes, &mut self.mask, key, value);
                }
            }
        }
    }

    /// `# User@Host: ana[ana] @ web1 [192.0.2.7]  Id: 9`, `# Query_time: 0.1  Lock_time: 0.0`, and below them the query.
    pub(super) fn slow_query(&mut self, whole: &'a str) {
        let mut rest = whole;
        while let Some(comment) = rest.strip_prefix("# ") {
            let (line, more) = comment.split_once('\n').unwrap_or((comment, ""));
            match line.strip_prefix("User@Host:") {
                Some(who) => self.slow_query_user(who),
                None if line.starts_with("Time:") => {}
                None => self.colon_pairs(line),
            }
            rest = more;
        }
        let query = rest.trim_ascii();
        if self.record.time.is_none() {
            let stamp = query
                .split_once("SET timestamp=")
                .and_then(|(_, behind)| behind.split(';').next());
            self.record.time = stamp.and_then(timestamp::epoch);
        }
        self.record.body = text(query);
    }

    /// ` ana[ana] @ web1 [192.0.2.7]  Id: 9`
    fn slow_query_user(&mut self, who: &'a str) {
        let (account, place) = who.split_once('@').unwrap_or((who, ""));
        let user = account.split('[').next().unwrap_or(account).trim_ascii();
        let (host, rest) = place.split_once('[').unwrap_or((place, ""));
        let (address, rest) = rest.split_once(']').unwrap_or((rest, ""));
        let parts = [
            ("user.name", user),
            ("client.host", host.trim_ascii()),
            ("client.address", address.trim_ascii()),
        ];
        for (key, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
            self.push(key, text(part));
        }
        self.colon_pairs(rest);
    }

    /// `Query_time: 0.1  Lock_time: 0.0`
    fn colon_pairs(&mut self, line: &'a str) {
        let mut words = line.split_ascii_whitespace().peekable();
        while let Some(word) = words.next() {
            let Some(key) = word.strip_suffix(':') else {
                continue;
            };
            let value = words.next_if(|next| !next.ends_with(':'));
            if let Some(value) = value.filter(|_| !key.is_empty()) {
                unique::push(
                    &mut self.record.attributes,
                    &mut self.mask,
                    Cow::Borrowed(key),
                    typed(value),
                );
            }
        }
    }

    /// `["message"] [key=value] [key="a value"]`, as `TiDB` has it.
    pub(super) fn bracketed_pairs(&mut self, line: &'a str) -> &'a str {
        let Some((message, mut rest)) = bracketed(line) else {
            return line;
        };
        while let Some((pair, behind)) = bracketed(rest.trim_ascii_start()) {
            if let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) {
                let value = match unquoted(value) {
                    Some(inner) => text(inner),
                    None => typed(value),
                };
                unique::push(
                    &mut self.record.attributes,
                    &mut self.mask,
                    Cow::Borrowed(key),
                    value,
                );
            }
            rest = behind;
        }
        unquoted(message).unwrap_or(message)
    }
}

/// The inside of the bracket that `line` begins with, and what is behind it. Brackets in quotes do not count.
fn bracketed(line: &str) -> Option<(&str, &str)> {
    let inner = line.strip_prefix('[')?;
    let (mut quoted, mut escaped) = (false, false);
    let end = inner.bytes().position(|byte| {
        let closes = byte == b']' && !quoted;
        quoted ^= byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })?;
    let (inside, behind) = inner.split_at_checked(end)?;
    Some((inside, behind.get(1..)?))
}

fn unquoted(value: &str) -> Option<&str> {
    value.strip_prefix('"')?.strip_suffix('"')
}
