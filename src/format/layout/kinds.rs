//! What a capture's bytes may be, by its kind.

use crate::format::layout::FieldKind;

/// Whether a capture of this kind may have this byte in it.
pub(super) fn allows(kind: FieldKind, byte: u8) -> bool {
    match kind {
        FieldKind::Int | FieldKind::Status => byte.is_ascii_digit(),
        FieldKind::Number => byte.is_ascii_digit() || b".-+eE".contains(&byte),
        FieldKind::Decimal => byte.is_ascii_digit() || byte == b'.',
        FieldKind::Facility => byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_',
        FieldKind::Hex => byte.is_ascii_hexdigit(),
        FieldKind::Ip => byte.is_ascii_hexdigit() || b".:%".contains(&byte),
        FieldKind::Name | FieldKind::Dotted => NAME[usize::from(byte)],
        FieldKind::Path | FieldKind::Module => {
            byte.is_ascii_alphanumeric() || b"_:-".contains(&byte)
        }
        FieldKind::Uuid => byte.is_ascii_hexdigit() || byte == b'-',
        FieldKind::Date => byte.is_ascii_digit() || b".-".contains(&byte),
        FieldKind::Uptime => byte.is_ascii_digit() || b".s".contains(&byte),
        _ => true,
    }
}

/// Whether `-` stands for a missing value of this kind, though its bytes would not allow it.
pub(super) fn may_be_missing(kind: FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Int | FieldKind::Status | FieldKind::Hex | FieldKind::Ip
    )
}

/// Whether a capture of this kind may hold these bytes, each of which it allows. There is at least one.
#[inline]
pub(super) fn holds(kind: FieldKind, token: &[u8]) -> bool {
    match kind {
        FieldKind::Name => begins_name(token),
        FieldKind::Path => begins_path(token),
        FieldKind::Module => begins_path(token) && has_colons(token),
        FieldKind::Dotted => {
            let separated = memchr::memchr(b'.', token).is_some() || has_colons(token);
            begins_name(token) && separated && token.len() > 2
        }
        FieldKind::Spid => {
            let digits = token.strip_prefix(b"spid").unwrap_or_default();
            digits.first().is_some_and(u8::is_ascii_digit)
                || matches!(token, b"Server" | b"Logon" | b"Backup")
        }
        FieldKind::SyslogFacility => is_facility(token),
        FieldKind::Decimal => memchr::memchr(b'.', token).is_some(),
        FieldKind::Ip => memchr::memchr2(b'.', b':', token).is_some() || token == b"-",
        FieldKind::Source => is_source(token),
        FieldKind::Uuid => token.len() == 36,
        FieldKind::Uptime => memchr::memchr(b's', token) == Some(token.len() - 1),
        FieldKind::Code => is_code(token),
        _ => true,
    }
}

fn has_colons(token: &[u8]) -> bool {
    memchr::memmem::find(token, b"::").is_some()
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

pub(super) fn is_shouted(text: &[u8]) -> bool {
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

fn begins_path(token: &[u8]) -> bool {
    let first = token.first();
    first.is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
}

/// Whether a line ends with `(logger)`.
pub(super) fn ends_with_a_logger(rest: &[u8]) -> bool {
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
    begins_name(token) && token.iter().all(|byte| NAME[usize::from(*byte)])
}

fn begins_name(token: &[u8]) -> bool {
    let first = token.first();
    first.is_some_and(|first| first.is_ascii_alphabetic() || b"_<$".contains(first))
}

/// What names consist of, by byte.
const NAME: [bool; 256] = letters_digits_and(*b"_.-$:/@#<>+~*\\");

/// The letters and digits of ASCII and these signs, by byte.
pub(super) const fn letters_digits_and<const SIGNS: usize>(signs: [u8; SIGNS]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        set[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < SIGNS {
        set[signs[at] as usize] = true;
        at += 1;
    }
    set
}
