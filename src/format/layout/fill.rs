//! What a pattern found → the record.

mod blocks;
mod message;

use std::borrow::Cow;

use crate::format::layout::kinds::{is_code, is_name};
use crate::format::layout::{Below, Captures, FieldKind, Layout, Span, Target};
use crate::format::logfmt::typed;
use crate::format::severity;
use crate::format::syslog;
use crate::format::text::push_exception;
use crate::format::timestamp::Leading;
use crate::format::trace;
use crate::format::unique::{self, KeyMask};
use crate::record::{Record, SeverityNumber, SpanId, TraceId, Value};

impl Layout {
    /// Makes the record.
    ///
    /// Shape: `text` is the whole record, its first line, `head_bytes` long, is the one that `captures` come from.
    pub fn fill<'a>(
        &self,
        text: &'a str,
        head_bytes: usize,
        captures: &Captures,
        record: &mut Record<'a>,
    ) {
        let head = text.get(..head_bytes).unwrap_or(text);
        record.time = captures.time.map(Leading::time);
        record.severity_number = captures.severity;
        if let Some(word) = captures.level.of(head) {
            record.severity_text = Cow::Borrowed(word);
        }
        let mut filler = Filler {
            record,
            mask: KeyMask::default(),
            span_id: None,
        };
        let mut has_body = false;
        for (field, span) in self.fields.iter().zip(&captures.spans) {
            let Some(found) = span.of(head) else {
                continue;
            };
            if field.target == Target::Body {
                has_body = true;
                let rest = text.get(span.start as usize..).unwrap_or(found);
                let behind = head.get(span.end as usize..).unwrap_or_default();
                if behind.trim_ascii().is_empty() {
                    filler.body(field.kind, found, rest);
                } else {
                    let more = text.get(head_bytes..).unwrap_or_default();
                    filler.body_amidst(field.kind, found, more);
                }
            } else if found != "-" {
                filler.take(&field.target, field.kind, found);
            }
        }
        if self.below != Below::More {
            filler.below(self.below, head, text);
        } else if !has_body {
            filler.body(FieldKind::Text, head, text);
        }
        if filler.record.trace_id.is_some() {
            filler.record.span_id = filler.span_id;
        }
    }
}

impl Span {
    fn of(self, head: &str) -> Option<&str> {
        head.get(self.start as usize..self.end as usize)
    }
}

/// The name of an attribute: borrowed for built-in patterns, so that a clone costs nothing.
type Key = Cow<'static, str>;

/// Digits that always fit 64 bits.
const INTEGER_DIGITS_MAX: usize = 18;

struct Filler<'r, 'a> {
    record: &'r mut Record<'a>,
    mask: KeyMask,
    span_id: Option<SpanId>,
}

impl<'a> Filler<'_, 'a> {
    fn take(&mut self, target: &Target, kind: FieldKind, found: &'a str) {
        match target {
            Target::Scope => self.record.scope = Cow::Borrowed(found),
            Target::App => {
                self.record.scope = Cow::Borrowed(found);
                self.record.service = Cow::Borrowed(syslog::service_of(found));
            }
            Target::Service(key) => {
                self.record.service = Cow::Borrowed(service_of(key, found));
                self.attribute(&Cow::Borrowed(*key), kind, found);
            }
            Target::TraceId => {
                self.record.trace_id = TraceId::from_hex(found);
                if self.record.trace_id.is_none() {
                    self.push("trace_id", text(found));
                }
            }
            Target::SpanId => {
                self.span_id = SpanId::from_hex(found);
                if self.span_id.is_none() {
                    self.push("span_id", text(found));
                }
            }
            Target::Attribute(key) => self.attribute(key, kind, found),
            Target::Body | Target::Nothing => {}
        }
    }

    fn attribute(&mut self, key: &Key, kind: FieldKind, found: &'a str) {
        let value = match kind {
            FieldKind::Int => integer(found),
            FieldKind::Number | FieldKind::Decimal => typed(found),
            FieldKind::Status => {
                self.suggest_severity(found);
                integer(found)
            }
            FieldKind::Address => return self.address(key, found),
            FieldKind::Located => return self.located(found),
            _ => text(found),
        };
        self.push_owned(key, value);
    }

    /// A host with a port behind it is two attributes: `client.address` and `client.port`.
    fn address(&mut self, key: &Key, found: &'a str) {
        let port = found.rsplit_once(':').filter(|(host, port)| {
            let is_port = !port.is_empty()
                && port.len() <= 5
                && port.bytes().all(|digit| digit.is_ascii_digit());
            // Eight groups are an IPv6 address without a port; nine have one.
            let colons = host.bytes().filter(|byte| *byte == b':').count();
            is_port && (colons == 0 || host.ends_with(']') || colons == 7)
        });
        let Some((host, port)) = port else {
            return self.push_owned(key, text(bare_host(found)));
        };
        self.push_owned(key, text(bare_host(host)));
        if let Some(stem) = key.strip_suffix(".address") {
            let key = match stem {
                "client" => Cow::Borrowed("client.port"),
                "server" => Cow::Borrowed("server.port"),
                other => Cow::Owned(format!("{other}.port")),
            };
            unique::push(
                &mut self.record.attributes,
                &mut self.mask,
                key,
                integer(port),
            );
        }
    }

    /// Documented for access logs: 5xx is an error, 4xx a warning, everything else information.
    fn suggest_severity(&mut self, status: &str) {
        if self.record.severity_number.is_some() || status.len() != 3 {
            return;
        }
        self.record.severity_number = Some(match status.as_bytes().first() {
            Some(b'5') => SeverityNumber::ERROR,
            Some(b'4') => SeverityNumber::WARN,
            _ => SeverityNumber::INFO,
        });
    }

    /// Sets the body: `head` is what the pattern left of the first line, `rest` goes on to the end of the record.
    fn body(&mut self, kind: FieldKind, head: &'a str, rest: &'a str) {
        let head = head.strip_suffix('\r').unwrap_or(head);
        if kind == FieldKind::Monolog {
            return self.monolog(head, rest);
        }
        if rest.len() > head.len()
            && let Some(exception) = trace::find(rest)
        {
            push_exception(
                self.record,
                exception.kind,
                exception.message,
                exception.stacktrace,
            );
            let end = exception.body.find('\n').unwrap_or(exception.body.len());
            let (first, more) = exception
                .body
                .split_at_checked(end)
                .unwrap_or((exception.body, ""));
            return self.message(kind, first, more, exception.body);
        }
        let more = rest.get(head.len()..).unwrap_or_default();
        self.message(kind, head, more, rest);
    }

    /// The same where the pattern goes on behind the body: `more` is what stands below the first line.
    fn body_amidst(&mut self, kind: FieldKind, found: &'a str, more: &'a str) {
        if more.trim_ascii().is_empty() {
            return self.message(kind, found, "", found);
        }
        let exception = trace::find(more.trim_ascii_start());
        let below = match &exception {
            Some(exception) => {
                push_exception(
                    self.record,
                    exception.kind,
                    exception.message,
                    exception.stacktrace,
                );
                exception.body
            }
            None => more,
        };
        self.message(kind, found, "", found);
        if !below.trim_ascii().is_empty() {
            let below = below.trim_start_matches(['\n', '\r']);
            self.record.body = Value::Text(Cow::Owned(format!("{found}\n{below}")));
        }
    }

    /// `thread:Logger@42`
    fn located(&mut self, found: &'a str) {
        let parts = found.rsplit_once(':').and_then(|(thread, place)| {
            let (logger, line) = place.rsplit_once('@')?;
            is_name(logger.as_bytes()).then_some((thread, logger, line))
        });
        let Some((thread, logger, line)) = parts else {
            return self.push("thread.name", text(found));
        };
        self.push("thread.name", text(thread));
        self.record.scope = Cow::Borrowed(logger);
        self.push("code.line.number", integer(line));
    }

    /// Formats whose message stands below their first line.
    fn below(&mut self, below: Below, head: &'a str, whole: &'a str) {
        match below {
            Below::SlowQuery => return self.slow_query(whole),
            Below::JournalFields => return self.journal_fields(whole.get(head.len()..)),
            Below::More | Below::Body | Below::LevelAndBody => {}
        }
        let mut lines = whole.get(head.len()..).unwrap_or_default().trim_ascii();
        if below == Below::LevelAndBody
            && let Some((word, rest)) = lines.split_once(": ")
            && let Some(number) = severity::from_word(word)
        {
            self.record.severity_number = Some(number);
            self.record.severity_text = Cow::Borrowed(word);
            lines = rest;
        }
        // GlassFish closes its message as it opened it.
        if head.trim_ascii_end().ends_with("[[") {
            lines = lines.strip_suffix("]]").unwrap_or(lines).trim_ascii_end();
        }
        self.body(
            FieldKind::Text,
            lines.split('\n').next().unwrap_or(lines),
            lines,
        );
    }

    /// `METHOD target PROTOCOL`; anything else a client sent is kept as it is.
    fn request(&mut self, line: &'a str) {
        self.record.body = text(line);
        let mut words = line.split(' ');
        let (method, target, protocol) = (words.next(), words.next(), words.next());
        let (Some(method), Some(target), None) = (method, target, words.next()) else {
            return self.push("http.request.original", text(line));
        };
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_method {
            return self.push("http.request.original", text(line));
        }
        self.push("http.request.method", text(method));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        self.push("url.path", text(path));
        if !query.is_empty() {
            self.push("url.query", text(query));
        }
        if let Some(protocol) = protocol {
            let version = protocol.strip_prefix("HTTP/").unwrap_or(protocol);
            self.push("network.protocol.version", text(version));
        }
    }

    /// `WFLYSRV0039: …`, `AH02217: …`: letters, then digits.
    fn code(&mut self, message: &'a str) {
        let Some((code, _)) = message.split_once(':') else {
            return;
        };
        if is_code(code.as_bytes()) {
            self.push("message.code", text(code));
        }
    }

    fn push(&mut self, key: &'static str, value: Value<'a>) {
        unique::push(
            &mut self.record.attributes,
            &mut self.mask,
            Cow::Borrowed(key),
            value,
        );
    }

    fn push_owned(&mut self, key: &Key, value: Value<'a>) {
        unique::push(
            &mut self.record.attributes,
            &mut self.mask,
            key.clone(),
            value,
        );
    }
}

/// A container's name without the number that tells the replicas of a service apart: all of them are one service.
fn service_of<'a>(key: &str, found: &'a str) -> &'a str {
    if key != "container.name" {
        return found;
    }
    let name = found.trim_end_matches(|last: char| last.is_ascii_digit());
    let is_numbered = name.len() < found.len();
    let name = name
        .strip_suffix(['-', '_'])
        .filter(|name| !name.is_empty());
    name.filter(|_| is_numbered).unwrap_or(found)
}

fn text(found: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(found))
}

fn integer(found: &str) -> Value<'_> {
    if found.is_empty() || found.len() > INTEGER_DIGITS_MAX {
        return long_integer(found);
    }
    let mut value = 0;
    for byte in found.bytes() {
        if !byte.is_ascii_digit() {
            return long_integer(found);
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    Value::Int(value)
}

#[inline(never)]
fn long_integer(found: &str) -> Value<'_> {
    found.parse().map_or_else(|_| text(found), Value::Int)
}

fn bare_host(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(host)
}
