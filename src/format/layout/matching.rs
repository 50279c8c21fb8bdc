//! Runs a compiled pattern over one line.
//!
//! No backtracking: an optional part is taken when it fits where it stands, and what was taken stays taken.

use crate::base::units::UnixNanos;
use crate::format::layout::{Captures, FieldKind, Level, Span, TimeKind};
use crate::format::timestamp::{self, Zone};

/// In fixed bytes: blanks may stand here. No log line means anything by this byte.
pub(super) const PADDING: u8 = 0;

/// The earliest time that a log has: no computer of 1973 wrote one that is still read.
const EARLIEST: UnixNanos = UnixNanos(100_000_000_000_000_000);

/// One part of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Op {
    /// These bytes; a blank among them stands for one or more, [`PADDING`] for any number.
    Fixed(Box<[u8]>),
    /// The record's time.
    Time(TimeKind),
    /// Its level.
    Level(Level),
    /// A capture that goes on until one of these follows.
    Field {
        slot: usize,
        kind: FieldKind,
        until: Until,
    },
    /// The rest of the line.
    Rest { slot: usize, kind: FieldKind },
    /// A part that may be missing.
    Optional(Box<[Op]>),
}

/// What ends a capture.
#[derive(Debug, Clone)]
pub(super) struct Until {
    /// Any of these.
    pub(super) fixed: Box<[Box<[u8]>]>,
    /// Their first bytes, and the blanks.
    pub(super) stops: ByteSet,
    /// Whether the end of the line does, too.
    pub(super) line_end: LineEnd,
}

/// Whether a capture may go to the end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    Ends,
    Fails,
}

/// A set of bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(super) fn add(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    fn holds(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0
    }
}

/// Whether a line of these parts may begin with this byte; wrong only by saying yes.
pub(super) fn may_begin_with(ops: &[Op], byte: u8) -> bool {
    for op in ops {
        return match op {
            Op::Fixed(bytes) if bytes.is_empty() => continue,
            Op::Fixed(bytes) => match bytes[0] {
                PADDING => true,
                b' ' => is_blank(byte),
                first => first == byte,
            },
            Op::Time(_) => byte.is_ascii_alphanumeric() || byte == b'@',
            Op::Field { kind, .. } => kind_may_begin_with(*kind, byte),
            Op::Optional(part) if may_begin_with(part, byte) => true,
            Op::Optional(_) => continue,
            Op::Level(_) | Op::Rest { .. } => true,
        };
    }
    true
}

fn kind_may_begin_with(kind: FieldKind, byte: u8) -> bool {
    match kind {
        FieldKind::Quoted | FieldKind::Request => byte == b'"',
        FieldKind::Int | FieldKind::Status => byte.is_ascii_digit() || byte == b'-',
        FieldKind::Name | FieldKind::Dotted | FieldKind::Source => is_name(&[byte]),
        FieldKind::Hex | FieldKind::Uuid => byte.is_ascii_hexdigit() || byte == b'-',
        FieldKind::SyslogFacility => byte.is_ascii_lowercase(),
        _ => true,
    }
}

/// Runs the whole pattern; what is left of the line must be blank.
pub(super) fn run(ops: &[Op], line: &[u8], zone: &mut Zone, captures: &mut Captures) -> bool {
    sequence(ops, line, 0, zone, captures).is_some_and(|end| {
        line.get(end..)
            .is_some_and(|rest| rest.iter().all(|byte| is_blank(*byte)))
    })
}

fn sequence(
    ops: &[Op],
    line: &[u8],
    mut at: usize,
    zone: &mut Zone,
    captures: &mut Captures,
) -> Option<usize> {
    for op in ops {
        at = match op {
            Op::Fixed(bytes) => fixed(bytes, line, at)?,
            Op::Time(kind) => time(kind, line, at, zone, captures)?,
            Op::Level(vocabulary) => level(*vocabulary, line, at, captures)?,
            Op::Field { slot, kind, until } => {
                let (span, end) = field(*kind, until, line, at)?;
                captures.spans[*slot] = span;
                end
            }
            Op::Rest { slot, kind } => {
                let rest = line.get(at..).unwrap_or_default();
                let fits = match kind {
                    FieldKind::Trailing => ends_with_a_logger(rest),
                    FieldKind::Cef => rest.starts_with(b"CEF:") || rest.starts_with(b"LEEF:"),
                    FieldKind::Sourced => sourced(rest).is_some(),
                    _ => true,
                };
                if !fits {
                    return None;
                }
                captures.spans[*slot] = span(at, line.len())?;
                line.len()
            }
            Op::Optional(part) => optional(part, line, at, zone, captures),
        };
    }
    Some(at)
}

/// Takes the part if it fits, and nothing of it otherwise.
fn optional(
    part: &[Op],
    line: &[u8],
    at: usize,
    zone: &mut Zone,
    captures: &mut Captures,
) -> usize {
    if let Some(end) = sequence(part, line, at, zone, captures) {
        return end;
    }
    for op in part {
        match op {
            Op::Field { slot, .. } | Op::Rest { slot, .. } => captures.spans[*slot] = Span::ABSENT,
            Op::Time(_) => {
                captures.time = None;
                captures.stamp = Span::ABSENT;
            }
            Op::Level(_) => {
                captures.severity = None;
                captures.level = Span::ABSENT;
            }
            Op::Fixed(_) | Op::Optional(_) => {}
        }
    }
    at
}

fn span(start: usize, end: usize) -> Option<Span> {
    Some(Span {
        start: u32::try_from(start).ok()?,
        end: u32::try_from(end).ok()?,
    })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn blanks(line: &[u8], mut at: usize) -> usize {
    while line.get(at).is_some_and(|byte| is_blank(*byte)) {
        at += 1;
    }
    at
}

/// Where `bytes` end that stand at `at`.
#[inline]
fn fixed(bytes: &[u8], line: &[u8], mut at: usize) -> Option<usize> {
    for (index, byte) in bytes.iter().enumerate() {
        if *byte == PADDING {
            at = blanks(line, at);
            continue;
        }
        let Some(found) = line.get(at).copied() else {
            // Blanks at the end of a line are often trimmed.
            return (index + 1 == bytes.len() && *byte == b' ').then_some(at);
        };
        if *byte == b' ' {
            if !is_blank(found) {
                return None;
            }
            at = blanks(line, at + 1);
        } else if found == *byte {
            at += 1;
        } else {
            return None;
        }
    }
    Some(at)
}

fn time(
    kind: &TimeKind,
    line: &[u8],
    at: usize,
    zone: &mut Zone,
    captures: &mut Captures,
) -> Option<usize> {
    let rest = line.get(at..)?;
    let found = match kind {
        TimeKind::Any => timestamp::at(rest, zone)?,
        TimeKind::Form(form) => form.read(rest, zone)?,
    };
    // A small number in brackets is a process, a line or a length, and no time since the epoch.
    if found.time() < EARLIEST {
        return None;
    }
    captures.time = Some(found);
    captures.stamp = span(at, at + found.bytes())?;
    Some(at + found.bytes())
}

fn level(vocabulary: Level, line: &[u8], at: usize, captures: &mut Captures) -> Option<usize> {
    let rest = line.get(at..)?;
    let (number, length) = vocabulary.read(rest)?;
    captures.severity = number;
    captures.level = span(at, at + length)?;
    Some(at + length)
}

impl Until {
    /// Whether the capture may end at `at`.
    #[inline]
    fn ends(&self, line: &[u8], at: usize) -> bool {
        if at >= line.len() {
            return self.line_end == LineEnd::Ends;
        }
        self.fixed
            .iter()
            .any(|bytes| fixed(bytes, line, at).is_some())
    }
}

/// A capture's place, and where the line goes on behind it.
#[inline]
fn field(kind: FieldKind, until: &Until, line: &[u8], at: usize) -> Option<(Span, usize)> {
    match kind {
        FieldKind::Quoted | FieldKind::Request => return quoted(line, at),
        FieldKind::Text | FieldKind::Located => return text(until, line, at),
        FieldKind::Capitals => {
            return text(until, line, at).filter(|(_, end)| is_shouted(&line[at..*end]));
        }
        _ => {}
    }
    let end = token_end(until, line, at)?;
    let token = line.get(at..end).filter(|token| !token.is_empty())?;
    holds(kind, token).then_some((span(at, end)?, end))
}

fn token_end(until: &Until, line: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    while let Some(byte) = line.get(end) {
        if until.stops.holds(*byte) {
            if until.ends(line, end) {
                return Some(end);
            }
            if is_blank(*byte) {
                return None;
            }
        }
        end += 1;
    }
    until.ends(line, end).then_some(end)
}

/// Anything up to what ends it, without the blanks around it. A run of blanks is looked at once.
fn text(until: &Until, line: &[u8], at: usize) -> Option<(Span, usize)> {
    let start = blanks(line, at);
    // An empty text does not go on behind what ends it.
    if start < line.len() && until.stops.holds(line[start]) && until.ends(line, start) {
        return None;
    }
    let (mut end, mut last) = (start, start);
    while let Some(byte) = line.get(end) {
        if until.stops.holds(*byte) && until.ends(line, end) {
            // Nothing is no text: a part that may be missing is missing.
            return (end > start).then(|| Some((span(start, last)?, end)))?;
        }
        if is_blank(*byte) {
            end = blanks(line, end);
            continue;
        }
        end += 1;
        last = end;
    }
    (end > start && until.line_end == LineEnd::Ends).then_some((span(start, last)?, end))
}

/// The inside of a text in double quotes, in which a backslash takes the next byte's meaning away.
fn quoted(line: &[u8], at: usize) -> Option<(Span, usize)> {
    if line.get(at) != Some(&b'"') {
        return None;
    }
    let start = at + 1;
    let mut from = start;
    loop {
        let found = from + memchr::memchr2(b'"', b'\\', line.get(from..)?)?;
        if line[found] == b'"' {
            return Some((span(start, found)?, found + 1));
        }
        from = found + 2;
    }
}

fn holds(kind: FieldKind, token: &[u8]) -> bool {
    let nil = token == b"-";
    match kind {
        FieldKind::Int | FieldKind::Status => {
            nil || token
                .strip_prefix(b"-")
                .unwrap_or(token)
                .iter()
                .all(u8::is_ascii_digit)
        }
        FieldKind::Number => {
            nil || token.iter().all(|byte| {
                byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')
            })
        }
        FieldKind::Spid => {
            let digits = token.strip_prefix(b"spid").unwrap_or_default();
            digits.first().is_some_and(u8::is_ascii_digit)
                || matches!(token, b"Server" | b"Logon" | b"Backup")
        }
        FieldKind::SyslogFacility => is_facility(token),
        FieldKind::Decimal => {
            memchr::memchr(b'.', token).is_some()
                && token
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || *byte == b'.')
        }
        FieldKind::Facility => token
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_'),
        FieldKind::Hex => nil || token.iter().all(u8::is_ascii_hexdigit),
        FieldKind::Ip => {
            nil || token.iter().any(|byte| matches!(byte, b'.' | b':'))
                && token
                    .iter()
                    .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'%'))
        }
        FieldKind::Name => is_name(token),
        FieldKind::Path => is_path(token),
        FieldKind::Module => is_path(token) && memchr::memmem::find(token, b"::").is_some(),
        FieldKind::Dotted => {
            let separated = memchr::memchr(b'.', token).is_some()
                || memchr::memmem::find(token, b"::").is_some();
            is_name(token) && separated && token.len() > 2
        }
        FieldKind::Source => is_source(token),
        FieldKind::Uuid => {
            token.len() == 36
                && token
                    .iter()
                    .all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
        }
        FieldKind::Date => token
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')),
        FieldKind::Uptime => token.strip_suffix(b"s").is_some_and(|digits| {
            digits
                .iter()
                .all(|byte| byte.is_ascii_digit() || *byte == b'.')
        }),
        FieldKind::Code => is_code(token),
        _ => true,
    }
}

/// Spec: RFC 5424 section 6.2.1, under the names that `syslog.conf` has for them.
fn is_facility(token: &[u8]) -> bool {
    const NAMES: [&[u8]; 14] = [
        b"kern",
        b"user",
        b"mail",
        b"daemon",
        b"auth",
        b"syslog",
        b"lpr",
        b"news",
        b"uucp",
        b"cron",
        b"authpriv",
        b"ftp",
        b"ntp",
        b"security",
    ];
    let local = token.strip_prefix(b"local").unwrap_or_default();
    matches!(local, [b'0'..=b'7']) || NAMES.contains(&token)
}

fn is_shouted(text: &[u8]) -> bool {
    text.iter()
        .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b' ' | b'_'))
}

/// A file of source code. The endings are what tells it from a logger.
pub(in crate::format) fn is_source(token: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 36] = [
        b"py", b"go", b"rs", b"java", b"js", b"ts", b"c", b"cc", b"cpp", b"h", b"hpp", b"cxx",
        b"kt", b"scala", b"rb", b"php", b"cs", b"swift", b"ex", b"exs", b"erl", b"mjs", b"cjs",
        b"tsx", b"jsx", b"vb", b"fs", b"pl", b"pm", b"lua", b"dart", b"clj", b"groovy", b"m",
        b"mm", b"hs",
    ];
    let ending = memchr::memrchr(b'.', token).and_then(|dot| token.get(dot + 1..));
    ending.is_some_and(|ending| ENDINGS.contains(&ending)) && token.len() > 2
}

fn is_path(token: &[u8]) -> bool {
    token
        .first()
        .is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && token
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-'))
}

/// Whether a line ends with `(logger)`.
fn ends_with_a_logger(rest: &[u8]) -> bool {
    let logger = rest
        .trim_ascii_end()
        .strip_suffix(b")")
        .and_then(|inner| Some(&inner[memchr::memrchr(b'(', inner)? + 1..]));
    logger.is_some_and(is_name)
}

/// A message, and the `file.py:42` at the end of its line.
pub(super) fn sourced(rest: &[u8]) -> Option<(usize, usize)> {
    let line = rest.trim_ascii_end();
    let colon = memchr::memrchr(b':', line)?;
    let digits = line.get(colon + 1..)?;
    let start = memchr::memrchr(b' ', line.get(..colon)?)? + 1;
    let is_line = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    (is_line && is_source(line.get(start..colon)?)).then_some((start, colon))
}

/// Two or more capitals, then three or more digits, perhaps with a dash between them.
pub(super) fn is_code(token: &[u8]) -> bool {
    let letters = token
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    let digits = token.get(letters..).unwrap_or_default();
    let digits = digits.strip_prefix(b"-").unwrap_or(digits);
    letters >= 2 && digits.len() >= 3 && token.len() <= 16 && digits.iter().all(u8::is_ascii_digit)
}

/// Letters, digits and what loggers put between them; it does not begin with a digit.
pub(super) fn is_name(token: &[u8]) -> bool {
    token
        .first()
        .is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'_' | b'<' | b'$'))
        && token.iter().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'_' | b'.'
                        | b'-'
                        | b'$'
                        | b':'
                        | b'/'
                        | b'@'
                        | b'#'
                        | b'<'
                        | b'>'
                        | b'+'
                        | b'~'
                        | b'*'
                        | b'\\'
                )
        })
}
