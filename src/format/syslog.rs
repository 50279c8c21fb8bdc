//! Syslog: RFC 5424, RFC 3164, and what daemons store of them in files.
//!
//! `<PRI>1 TIME HOST APP PROCID MSGID SD MSG` and `<PRI>Mmm dd hh:mm:ss host tag[pid]: msg`, the latter also without its PRI, without
//! its host, or with an ISO time, as rsyslog, syslog-ng, busybox and `journalctl -o short` write it. The tag or APP-NAME is scope and
//! service, elements of structured data keep their own names. A text without PRI that names neither a tag nor a repetition is refused: it is some
//! program's own log.
//!
//! Spec: RFC 5424, section 6; RFC 3164, sections 4 and 5; Logs Data Model, appendix A, "`RFC5424` Syslog".

pub mod frames;
mod header;
mod structured;

use std::borrow::Cow;

use crate::format::cef;
use crate::format::fields::FieldMap;
use crate::format::logfmt;
use crate::format::severity;
use crate::format::syslog::header::Header;
use crate::format::timestamp::{self, Zone};
use crate::format::unique::{self, KeyMask};
use crate::record::{Record, Value};

/// The words for the eight priorities, as `logger -p` and journald spell them.
const PRIORITIES: [&str; 8] = [
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
];

/// The words for the facilities, as `busybox` and `OpenWrt` print them.
const FACILITIES: [&str; 24] = [
    "kern",
    "user",
    "mail",
    "daemon",
    "auth",
    "syslog",
    "lpr",
    "news",
    "uucp",
    "cron",
    "authpriv",
    "ftp",
    "ntp",
    "security",
    "console",
    "solaris-cron",
    "local0",
    "local1",
    "local2",
    "local3",
    "local4",
    "local5",
    "local6",
    "local7",
];

/// Reads a record from its text; `false` when it is not syslog, and the record is as it was.
///
/// Shape: the first line holds the header; the body is what stands behind it, further lines included.
pub fn parse<'a>(text: &'a str, zone: &mut Zone, record: &mut Record<'a>) -> bool {
    let found = match priority(text) {
        Some((number, rest)) => read_prioritised(number, rest, zone, record),
        None => read_stored(text, zone, record).is_some(),
    };
    if !found {
        record.clear();
    }
    found
}

/// Whether a line begins with a priority: `<34>`.
pub fn looks_like(line: &str) -> bool {
    priority(line).is_some_and(|(_, rest)| !rest.trim_ascii().is_empty())
}

/// Whether a line without priority looks stored by a syslog daemon: time, host, then `tag[pid]:` or `tag:`.
pub fn looks_like_stored(line: &str, zone: &mut Zone) -> bool {
    read_stored(line, zone, &mut Record::default()).is_some()
}

/// The service that a tag or APP-NAME names: all of it but what devices put there, the code of the message.
///
/// Spec: Logs Data Model, appendix A, "`RFC5424` Syslog": APP-NAME is the resource's `service.name`.
pub(super) fn service_of(tag: &str) -> &str {
    if tag.starts_with('%') { "" } else { tag }
}

/// Takes a priority, 0 to 7, for the record's severity.
pub(super) fn set_priority(record: &mut Record<'_>, priority: u8) {
    record.severity_number = severity::from_number(i64::from(priority));
    record.severity_text = Cow::Borrowed(PRIORITIES[usize::from(priority & 7)]);
}

/// `<34>` → 34, and what follows.
fn priority(text: &str) -> Option<(u8, &str)> {
    const PRIORITY_MAX: u8 = 191;
    let inner = text.strip_prefix('<')?;
    let end = inner.bytes().take(4).position(|byte| byte == b'>')?;
    let (digits, rest) = inner.split_at_checked(end)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| digits.parse().ok())??;
    (number <= PRIORITY_MAX).then_some((number, rest.get(1..)?))
}

/// Everything but a lone priority makes a record.
fn read_prioritised<'a>(
    priority: u8,
    rest: &'a str,
    zone: &mut Zone,
    record: &mut Record<'a>,
) -> bool {
    if rest.trim_ascii().is_empty() {
        return false;
    }
    set_priority(record, priority & 7);
    let facility = i64::from(priority >> 3);
    // Firewalls write nothing but pairs.
    let pairs =
        logfmt::looks_like(rest) && logfmt::parse(rest, zone, &FieldMap::default(), record, &mut 0);
    if pairs {
        Attributes::new(record).number("syslog.facility", facility);
        return true;
    }
    set_priority(record, priority & 7);
    let mut out = Attributes::new(record);
    out.number("syslog.facility", facility);
    if read_5424(rest, zone, &mut out).is_none() {
        let (time, header) = header::behind_priority(rest, zone);
        out.record.time = time;
        out.header(header);
    }
    true
}

/// `1 TIME HOST APP PROCID MSGID SD MSG`
fn read_5424<'a>(text: &'a str, zone: &mut Zone, out: &mut Attributes<'_, 'a>) -> Option<()> {
    let (version, rest) = text.split_once(' ')?;
    let is_version = version.len() < 3 && version.bytes().all(|byte| byte.is_ascii_digit());
    let (time, rest) = word(is_version.then_some(rest)?)?;
    let time = match time {
        "-" => None,
        time => Some(timestamp::whole(time, zone)?),
    };
    let (host, rest) = word(rest)?;
    let (app, rest) = word(rest)?;
    let (process, rest) = word(rest)?;
    let (message_id, rest) = word(rest)?;
    out.record.time = time;
    let nil = |text: &'a str| if text == "-" { "" } else { text };
    let body = structured::read(rest, out);
    out.header(Header {
        host: nil(host),
        tag: nil(app),
        process: nil(process),
        message_id: nil(message_id),
        body: body.strip_prefix('\u{feff}').unwrap_or(body),
        ..Header::default()
    });
    Some(())
}

/// Up to the next blank, of the first line only; and what stands behind the blank.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text
        .bytes()
        .position(|byte| byte.is_ascii_whitespace())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    (!word.is_empty()).then_some((word, rest.strip_prefix(' ').unwrap_or(rest)))
}

/// A line of a file, whose priority was not stored.
fn read_stored<'a>(text: &'a str, zone: &mut Zone, record: &mut Record<'a>) -> Option<()> {
    let (time, header) = header::stored(text, zone)?;
    record.time = time;
    Attributes::new(record).header(header);
    Some(())
}

/// The record that is filled, its keys kept unique.
struct Attributes<'r, 'a> {
    record: &'r mut Record<'a>,
    mask: KeyMask,
}

impl<'r, 'a> Attributes<'r, 'a> {
    fn new(record: &'r mut Record<'a>) -> Attributes<'r, 'a> {
        Attributes {
            record,
            mask: KeyMask::default(),
        }
    }

    fn push(&mut self, key: &'a str, value: Value<'a>) {
        let key = Cow::Borrowed(key);
        let _duplicates = unique::push(&mut self.record.attributes, &mut self.mask, key, value);
    }

    fn number(&mut self, key: &'static str, number: i64) {
        self.push(key, Value::Int(number));
    }

    fn text(&mut self, key: &'static str, text: &'a str) {
        if !text.is_empty() {
            self.push(key, Value::Text(Cow::Borrowed(text)));
        }
    }

    fn header(&mut self, header: Header<'a>) {
        // What stands in angle brackets before the message is surer than words in it.
        if self.record.severity_number.is_none() {
            if let Some(priority) = header.priority {
                set_priority(self.record, priority);
            }
            if let Some(facility) = header.facility {
                self.number("syslog.facility", facility);
            }
        }
        self.text("host.name", header.host);
        match header.process.parse() {
            Ok(pid)
                if header
                    .process
                    .starts_with(|first: char| first.is_ascii_digit()) =>
            {
                self.number("process.pid", pid);
            }
            _ => self.text("syslog.procid", header.process),
        }
        self.text("syslog.sender", header.sender);
        self.text("syslog.msgid", header.message_id);
        self.record.scope = Cow::Borrowed(header.tag);
        self.record.service = Cow::Borrowed(service_of(header.tag));
        let mut body = header.body.trim_end_matches(['\0', '\n', '\r']);
        // Cisco's firewalls put their code where the tag stands, behind a colon of its own.
        if header.tag.is_empty()
            && let Some(coded) = body.strip_prefix(": %").and_then(|_| body.get(2..))
            && let Some((code, message)) = coded.split_once(": ")
        {
            self.record.scope = Cow::Borrowed(code);
            body = message;
        }
        if !cef::parse(body, self.record) {
            self.record.body = Value::Text(Cow::Borrowed(body));
        }
    }
}

#[cfg(test)]
mod tests;
