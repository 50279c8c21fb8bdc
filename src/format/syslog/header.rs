//! The header of RFC 3164 as it is met in the field: `Mmm dd hh:mm:ss host tag[pid]: msg`, most of it optional.
//!
//! Read besides: an ISO time in place of the old one; busybox's `daemon.info` before the tag; macOS' `tag[pid] (sender) <Notice>:` and
//! names with blanks; Cisco's sequence number, second time and `%FACILITY-5-MNEMONIC:`. Nothing is searched for: each part stands
//! where it belongs or is not there.

use crate::base::units::UnixNanos;
use crate::format::severity;
use crate::format::syslog::{FACILITIES, PRIORITIES};
use crate::format::timestamp::{self, Leading, Zone};

/// Longer words are no names.
const NAME_BYTES_MAX: usize = 128;

/// What a header says; texts are empty where it is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Header<'a> {
    /// Known only where the daemon stored it as words.
    pub(super) facility: Option<i64>,
    pub(super) priority: Option<u8>,
    pub(super) host: &'a str,
    pub(super) tag: &'a str,
    pub(super) process: &'a str,
    pub(super) sender: &'a str,
    pub(super) message_id: &'a str,
    pub(super) body: &'a str,
}

/// Reads what stands behind a priority. Every text is a message.
pub(super) fn behind_priority<'a>(
    text: &'a str,
    zone: &mut Zone,
) -> (Option<UnixNanos>, Header<'a>) {
    let counted = behind_sequence(text.trim_ascii_start());
    // Some devices put their address before the time.
    let (address, rest) = match counted.split_once(' ') {
        Some((first, rest)) if first.ends_with(':') && is_address(first.trim_end_matches(':')) => {
            (first.trim_end_matches(':'), behind_sequence(rest))
        }
        _ => ("", counted),
    };
    let Some((time, rest)) = stamp(rest, zone) else {
        let body = text;
        let header = tagged(counted).unwrap_or(Header {
            body,
            ..Header::default()
        });
        return (None, header);
    };
    let header = hosted(rest).unwrap_or_else(|| untagged(rest));
    let (time, header) = cisco(time, header, zone);
    let host = if header.host.is_empty() {
        address
    } else {
        header.host
    };
    (time, Header { host, ..header })
}

/// Reads a line that a daemon stored without its priority.
pub(super) fn stored<'a>(
    text: &'a str,
    zone: &mut Zone,
) -> Option<(Option<UnixNanos>, Header<'a>)> {
    let (time, rest) = stamp(behind_sequence(text), zone)?;
    let header = hosted(rest).unwrap_or_else(|| untagged(rest));
    let (time, header) = cisco(time, header, zone);
    // Without a host and a process this is some program's `module: message`.
    let is_syslog = !header.host.is_empty()
        || !header.process.is_empty()
        || header.tag.starts_with('%')
        || bsd_bytes(text.as_bytes()).is_some();
    let is_told = !header.tag.is_empty() || is_note(header.body);
    (is_syslog && is_told).then_some((time, header))
}

/// A host, when the first word may be one, and a message.
fn untagged(text: &str) -> Header<'_> {
    let (host, body) = text.split_once(' ').unwrap_or(("", text));
    if is_host(host) && severity::from_word(host).is_none() && !is_note(text) {
        let (host, body) = (given(host), body.trim_ascii_start());
        return Header {
            host,
            body,
            ..Header::default()
        };
    }
    Header {
        body: text,
        ..Header::default()
    }
}

/// The time and what stands behind it, blanks passed.
fn stamp<'a>(text: &'a str, zone: &mut Zone) -> Option<(Option<UnixNanos>, &'a str)> {
    // Cisco marks a clock that is not set or not synchronised.
    let text = text.strip_prefix(['*', '.']).unwrap_or(text);
    let leading = timestamp::leading(text.as_bytes(), zone);
    let bytes = match leading {
        Some(leading) => leading.bytes(),
        None => bsd_bytes(text.as_bytes())?,
    };
    let rest = text.get(bytes..)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let is_end = rest.is_empty() || rest.starts_with(' ');
    let time = leading.map(Leading::time);
    is_end.then(|| (time, behind_zone(rest.trim_ascii_start())))
}

/// Cisco's name of the zone stands behind the time: `CET: %SYS-…`.
fn behind_zone(text: &str) -> &str {
    let zone = text
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_uppercase)
        .count();
    let behind = text.get(zone..).and_then(|rest| rest.strip_prefix(": "));
    behind
        .filter(|rest| (2..=5).contains(&zone) && rest.starts_with('%'))
        .unwrap_or(text)
}

/// Cisco's sequence number: `000123: `.
fn behind_sequence(text: &str) -> &str {
    let digits = text.bytes().take(10).take_while(u8::is_ascii_digit).count();
    let behind = text.get(digits..).and_then(|rest| rest.strip_prefix(": "));
    behind
        .filter(|_| digits > 0)
        .map_or(text, str::trim_ascii_start)
}

/// How many bytes `Nov 20 09:00:00.123` or `Nov 20 2026 09:00:00` takes.
fn bsd_bytes(line: &[u8]) -> Option<usize> {
    let head: &[u8; 15] = line.first_chunk()?;
    let date = head[..3].iter().all(u8::is_ascii_alphabetic)
        && head[3] == b' '
        && (head[4] == b' ' || head[4].is_ascii_digit())
        && head[5].is_ascii_digit()
        && head[6] == b' ';
    let at = if date && head[9] != b':' { 12 } else { 7 };
    let clock = line.get(at..at + 8).filter(|_| date)?;
    let is_clock = clock.iter().enumerate().all(|(place, byte)| match place {
        2 | 5 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let rest = &line[at + 8..];
    let fraction = match rest {
        [b'.' | b',', digits @ ..] => {
            1 + digits
                .iter()
                .take(9)
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        }
        _ => 0,
    };
    is_clock.then_some(at + 8 + fraction)
}

/// `host tag[pid]: msg`, or the same without host.
fn hosted(text: &str) -> Option<Header<'_>> {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    if let Some(address) = first.strip_suffix(':').filter(|first| is_address(first)) {
        let found = tagged(behind_sequence(rest));
        let body = rest.trim_ascii_start();
        return Some(Header {
            host: address,
            ..found.unwrap_or(Header {
                body,
                ..Header::default()
            })
        });
    }
    if let Some(header) = tagged(text) {
        return Some(header);
    }
    let rest = rest.trim_ascii_start();
    if let Some(header) = prioritised(first, rest) {
        return Some(header);
    }
    if !is_host(first) || severity::from_word(first).is_some() {
        return None;
    }
    let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    let header = prioritised(word, behind.trim_ascii_start())
        .or_else(|| tagged(rest))
        .or_else(|| tagged_by_words(rest))?;
    let host = given(first);
    Some(Header { host, ..header })
}

/// `daemon.info tag[pid]: msg`
fn prioritised<'a>(word: &str, rest: &'a str) -> Option<Header<'a>> {
    let (facility, priority) = word.split_once('.')?;
    let place = FACILITIES.iter().position(|name| *name == facility)?;
    let priority = match priority {
        "panic" => 0,
        "error" => 3,
        "warn" => 4,
        name => PRIORITIES.iter().position(|known| *known == name)?,
    };
    let body = rest;
    let header = tagged(rest).unwrap_or(Header {
        body,
        ..Header::default()
    });
    Some(Header {
        facility: i64::try_from(place).ok(),
        priority: u8::try_from(priority).ok(),
        ..header
    })
}

/// `tag[pid]: msg`, `tag[pid] (sender) <Notice>: msg`, `tag: msg`
fn tagged(text: &str) -> Option<Header<'_>> {
    let end = name_end(text.as_bytes());
    let (tag, rest) = text.split_at_checked(end)?;
    if !(1..=NAME_BYTES_MAX).contains(&end) {
        return None;
    }
    if rest.starts_with('[') {
        return with_process(tag, rest);
    }
    let body = message(rest)?;
    let is_name = tag.bytes().any(|byte| byte.is_ascii_alphabetic());
    let header = Header {
        tag,
        body,
        priority: mnemonic(tag),
        ..Header::default()
    };
    // `error: …` is a level and a message.
    (is_name && severity::from_word(tag).is_none()).then_some(header)
}

/// `Google Chrome Helper[12]: msg`: names with blanks are told by their capitals and their process.
fn tagged_by_words(text: &str) -> Option<Header<'_>> {
    let head = text.as_bytes();
    let head = head.get(..head.len().min(NAME_BYTES_MAX))?;
    let end = memchr::memchr2(b'[', b':', head)?;
    let (tag, rest) = text.split_at_checked(end)?;
    let capitals = |word: &str| word.starts_with(|first: char| first.is_ascii_uppercase());
    let is_name = rest.starts_with('[') && tag.split(' ').all(capitals);
    is_name.then(|| with_process(tag, rest))?
}

/// Where the first word ends: at a blank, a bracket, or a colon before a blank. Parentheses may hold colons.
fn name_end(bytes: &[u8]) -> usize {
    let mut depth = 0_u32;
    let mut head = bytes.iter().enumerate().take(NAME_BYTES_MAX + 1);
    let end = head.position(|(at, byte)| match byte {
        b'(' => {
            depth += 1;
            false
        }
        b')' => {
            depth = depth.saturating_sub(1);
            false
        }
        b'[' => depth == 0,
        b':' => depth == 0 && matches!(bytes.get(at + 1), None | Some(b' ' | b'\t' | b'\n')),
        b'!'..=b'~' => matches!(byte, b'"' | b'=' | b'{' | b'<' | b','),
        _ => true,
    });
    end.unwrap_or(bytes.len().min(NAME_BYTES_MAX + 1))
}

/// `[pid]: msg` behind a tag.
fn with_process<'a>(tag: &'a str, rest: &'a str) -> Option<Header<'a>> {
    let inner = rest.strip_prefix('[')?;
    let head = inner.as_bytes();
    let end = memchr::memchr(b']', head.get(..head.len().min(NAME_BYTES_MAX))?)?;
    let (process, behind) = inner.split_at_checked(end)?;
    let behind = behind.get(1..)?;
    let header = Header {
        tag,
        process,
        ..Header::default()
    };
    if let Some(body) = message(behind) {
        return (!process.contains(' ')).then_some(Header { body, ..header });
    }
    let is_number = !process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit());
    let words = behind.strip_prefix(' ').filter(|_| is_number)?;
    let (sender, level, body) = sender(words).unwrap_or(("", "", words));
    let priority = PRIORITIES
        .iter()
        .position(|name| level.eq_ignore_ascii_case(name));
    let priority = priority.and_then(|priority| u8::try_from(priority).ok());
    Some(Header {
        priority,
        sender,
        body,
        ..header
    })
}

/// `(sender): msg`, `<Notice>: msg`, `(sender) <Notice>: msg`
fn sender(text: &str) -> Option<(&str, &str, &str)> {
    let (sender, rest) = match text.strip_prefix('(') {
        Some(inner) => {
            let end = inner
                .bytes()
                .take(NAME_BYTES_MAX)
                .position(|byte| byte == b')')?;
            (inner.get(..end)?, inner.get(end + 1..)?)
        }
        None => ("", text),
    };
    let rest = rest.trim_start_matches(' ');
    let (level, rest) = match rest.strip_prefix('<') {
        Some(inner) => {
            let end = inner.bytes().take(16).position(|byte| byte == b'>')?;
            (inner.get(..end)?, inner.get(end + 1..)?)
        }
        None => ("", rest),
    };
    Some((sender, level, message(rest)?))
}

/// What stands behind the colon and its blank.
fn message(text: &str) -> Option<&str> {
    let body = text.strip_prefix(':')?;
    Some(body.strip_prefix(' ').unwrap_or(body))
}

/// The severity in Cisco's `%LINK-3-UPDOWN`.
fn mnemonic(tag: &str) -> Option<u8> {
    let mut parts = tag.strip_prefix('%')?.split('-');
    let (_, code, _) = (parts.next()?, parts.next()?, parts.next()?);
    let code = match parts.next() {
        // Some facilities have a dash in their names.
        Some(_) => tag.split('-').find(|part| part.len() == 1)?,
        None => code,
    };
    match code.as_bytes() {
        [digit @ b'0'..=b'7'] => Some(digit - b'0'),
        _ => None,
    }
}

/// A message of Cisco's may hold a second header: `000123: *Nov 20 09:00:00.123: %SYS-5-CONFIG_I: msg`.
fn cisco<'a>(
    time: Option<UnixNanos>,
    header: Header<'a>,
    zone: &mut Zone,
) -> (Option<UnixNanos>, Header<'a>) {
    if !header.tag.is_empty() {
        return (time, header);
    }
    let inner = behind_sequence(header.body);
    let inner = stamp(inner, zone).map_or(inner, |(_, rest)| rest);
    let found = inner.starts_with('%').then(|| tagged(inner)).flatten();
    match found {
        Some(found) => (
            time,
            Header {
                host: header.host,
                ..found
            },
        ),
        None => (time, header),
    }
}

/// `-` stands for nothing.
fn given(word: &str) -> &str {
    if word == "-" { "" } else { word }
}

fn is_host(word: &str) -> bool {
    let is_part = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'-' | b'_' | b':' | b'@' | b'/' | b'%')
    };
    (1..=255).contains(&word.len())
        && word.bytes().all(is_part)
        && !word.ends_with(':')
        && (word == "-" || word.bytes().any(|byte| byte.is_ascii_alphanumeric()))
}

/// An address of IPv4, before which some devices put a colon.
fn is_address(word: &str) -> bool {
    let is_part = |part: &str| part.len() <= 3 && part.parse::<u8>().is_ok();
    word.len() < 16 && word.split('.').count() == 4 && word.split('.').all(is_part)
}

/// What daemons write in their own name.
fn is_note(text: &str) -> bool {
    [
        "last message repeated ",
        "message repeated ",
        "--- last message repeated ",
        "-- MARK --",
    ]
    .iter()
    .any(|note| text.starts_with(note))
}
