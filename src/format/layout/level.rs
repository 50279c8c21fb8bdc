//! The level at a place in a line, by the vocabulary of the program that wrote it.

use crate::format::severity;
use crate::record::SeverityNumber;

/// Longest level word; `INFORMATION` has eleven letters.
const WORD_BYTES_MAX: usize = 12;

/// The words or signs in which a format writes its levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// A word that is known to be a level.
    Word,
    /// A word in the place of a level, known or not.
    Any,
    /// A known word in capitals.
    Upper,
    /// A known word in small letters with a blank behind it, as structlog fills its brackets.
    Padded,
    /// One letter: `I`, `W`, `E`.
    Letter,
    /// Redis: `.` debug, `-` verbose, `*` notice, `#` warning.
    Redis,
    /// `PostgreSQL`: `LOG`, `STATEMENT`, `DEBUG1`.
    Postgres,
    /// The same, with a colon behind it.
    PostgresOnly,
    /// `WebSphere`'s letters: besides the usual, `A` audit, `O` and `R` what went to the console.
    WebSphere,
    /// SSSD's bit of debugging: `0x0010` is fatal, `0x0400` a trace.
    Sssd,
    /// PHP: `Warning`, `Fatal error`.
    Php,
    /// .NET's console: `info`, `fail`, `crit`.
    DotNet,
    /// Erlang's reports: `INFO`, `CRASH`.
    Report,
    /// `ESXi`: `In(182)`, two letters and a syslog priority.
    Esxi,
    /// 0 to 7 as syslog counts.
    Syslog,
    /// The number of a syslog priority: facility × 8 + severity.
    Priority,
}

impl Vocabulary {
    /// The vocabulary a pattern names.
    pub(super) fn named(name: &str) -> Option<Vocabulary> {
        Some(match name {
            "word" => Vocabulary::Word,
            "any" => Vocabulary::Any,
            "letter" => Vocabulary::Letter,
            "redis" => Vocabulary::Redis,
            "postgres" => Vocabulary::Postgres,
            "pglog" => Vocabulary::PostgresOnly,
            "websphere" => Vocabulary::WebSphere,
            "sssd" => Vocabulary::Sssd,
            "padded" => Vocabulary::Padded,
            "upper" => Vocabulary::Upper,
            "php" => Vocabulary::Php,
            "dotnet" => Vocabulary::DotNet,
            "esxi" => Vocabulary::Esxi,
            "report" => Vocabulary::Report,
            "syslog" => Vocabulary::Syslog,
            "pri" => Vocabulary::Priority,
            _ => return None,
        })
    }

    /// The severity at the start of `text`, and the length of its word. A word without a known severity has none.
    #[inline]
    pub(super) fn read(self, text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
        match self {
            Vocabulary::Word => {
                let (word, number) = word(text)?;
                Some((Some(number?), word.len()))
            }
            Vocabulary::Any => word(text).map(|(word, number)| {
                let number = number.or_else(|| severity::from_label(word));
                (number, word.len())
            }),
            Vocabulary::Upper => {
                let (word, number) = word(text)?;
                let is_upper = !word.bytes().any(|byte| byte.is_ascii_lowercase());
                is_upper.then_some((Some(number?), word.len()))
            }
            Vocabulary::Padded => {
                let (word, number) = word(text)?;
                let is_lower = word.bytes().all(|byte| byte.is_ascii_lowercase());
                let padded = is_lower && text.get(word.len()) == Some(&b' ');
                padded.then_some((Some(number?), word.len()))
            }
            Vocabulary::Php => php(text),
            Vocabulary::DotNet => dotnet(text),
            Vocabulary::Report => report(text),
            Vocabulary::Esxi => esxi(text),
            Vocabulary::Letter => letter(text),
            Vocabulary::Redis => redis(text),
            Vocabulary::Postgres => postgres(text),
            Vocabulary::WebSphere => {
                let alone = text.get(1) == Some(&b' ');
                match text.first()? {
                    _ if !alone => None,
                    b'A' | b'O' => Some((SeverityNumber::new(9), 1)),
                    b'R' => Some((SeverityNumber::new(17), 1)),
                    b'C' => Some((SeverityNumber::new(7), 1)),
                    _ => letter(text),
                }
            }
            Vocabulary::Sssd => sssd(text),
            Vocabulary::PostgresOnly => postgres_only(text),
            Vocabulary::Syslog | Vocabulary::Priority => number(text),
        }
    }
}

/// The word at the start, with the severity it says.
fn word(text: &[u8]) -> Option<(&str, Option<SeverityNumber>)> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric();
    let length = text
        .iter()
        .take(WORD_BYTES_MAX + 1)
        .take_while(|byte| is_part(byte))
        .count();
    let begins = text.first().is_some_and(u8::is_ascii_alphabetic);
    if !begins || length > WORD_BYTES_MAX {
        return None;
    }
    let word = str::from_utf8(text.get(..length)?).ok()?;
    Some((word, severity::from_word(word)))
}

fn letter(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let letter = str::from_utf8(text.get(..1)?).ok()?;
    // MongoDB counts its debugging: `D1` to `D5`.
    let length = match text {
        [b'D', b'1'..=b'5', ..] => 2,
        _ => 1,
    };
    Some((Some(severity::from_letter(letter)?), length))
}

fn redis(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let number = match *text.first()? {
        b'.' => 5,
        b'-' => 9,
        b'*' => 10,
        b'#' => 13,
        _ => return None,
    };
    Some((SeverityNumber::new(number), 1))
}

/// Spec: `PostgreSQL` documentation, "Message Severity Levels".
fn postgres(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let (word, number) = word(text)?;
    let number = match word {
        "LOG" | "INFO" | "STATEMENT" | "DETAIL" | "HINT" | "CONTEXT" | "QUERY" | "LOCATION" => {
            SeverityNumber::new(9)
        }
        "NOTICE" => SeverityNumber::new(10),
        "PANIC" => SeverityNumber::new(24),
        "DEBUG1" | "DEBUG2" | "DEBUG3" | "DEBUG4" | "DEBUG5" => SeverityNumber::new(5),
        _ => Some(number?),
    };
    Some((number, word.len()))
}

/// Spec: sssd(8), "debug levels".
fn sssd(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let digits = text.strip_prefix(b"0x")?;
    let length = digits
        .iter()
        .take(8)
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let mask = u32::from_str_radix(str::from_utf8(digits.get(..length)?).ok()?, 16).ok()?;
    let number = match mask {
        0x10 => 21,
        0x20 => 18,
        0x40 => 17,
        0x80 => 13,
        0x100 | 0x200 => 9,
        0x400 => 5,
        _ => 1,
    };
    Some((SeverityNumber::new(number), length + 2))
}

/// The words that hardly any other program writes in capitals and with two blanks behind their colon.
fn postgres_only(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let found = postgres(text)?;
    let is_upper = text
        .get(..found.1)?
        .iter()
        .all(|byte| !byte.is_ascii_lowercase());
    let behind = text.get(found.1..)?;
    (is_upper && behind.starts_with(b":  ")).then_some(found)
}

/// Spec: PHP manual, "Error constants".
fn php(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    const KINDS: [(&str, u8); 10] = [
        ("Fatal error", 21),
        ("Parse error", 21),
        ("Core error", 21),
        ("Compile error", 21),
        ("Recoverable fatal error", 17),
        ("Warning", 13),
        ("Strict Standards", 13),
        ("Deprecated", 13),
        ("Notice", 10),
        ("Stack trace", 9),
    ];
    let (kind, number) = KINDS
        .iter()
        .find(|(kind, _)| text.starts_with(kind.as_bytes()))?;
    Some((SeverityNumber::new(*number), kind.len()))
}

fn dotnet(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let number = match text.get(..4)? {
        b"trce" => 1,
        b"dbug" => 5,
        b"info" => 9,
        b"warn" => 13,
        b"fail" => 17,
        b"crit" => 21,
        _ => return None,
    };
    Some((SeverityNumber::new(number), 4))
}

fn report(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let (word, number) = word(text)?;
    let number = match word {
        "PROGRESS" => SeverityNumber::new(9),
        "CRASH" | "SUPERVISOR" => SeverityNumber::new(17),
        _ => number,
    };
    Some((number, word.len()))
}

/// Spec: RFC 5424 section 6.2.1 counts the priority.
fn esxi(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let [first, second, b'(', rest @ ..] = text else {
        return None;
    };
    let is_word = first.is_ascii_uppercase() && second.is_ascii_lowercase();
    let (severity, length) = number(rest)?;
    (is_word && rest.get(length) == Some(&b')')).then_some((severity, length + 4))
}

/// A number of up to three digits; its last three bits are the severity.
fn number(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let length = text
        .iter()
        .take(4)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let digits = str::from_utf8(text.get(..length)?).ok()?;
    let value: i64 = digits.parse().ok().filter(|value| *value <= 191)?;
    Some((severity::from_number(value % 8), length))
}
