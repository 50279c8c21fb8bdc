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
    /// A known word in small letters.
    Lower,
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
    /// SSSD's bit of debugging: `0x0010` is fatal, `0x0400` a trace.
    Sssd,
    /// PHP: `Warning`, `Fatal error`.
    Php,
    /// Unreal's: `Display`, `VeryVerbose`.
    Unreal,
    /// npm's: `silly`, `verbose`, `timing`, `http`.
    Npm,
    /// .NET's console: `info`, `fail`, `crit`.
    DotNet,
    /// Erlang's reports: `INFO`, `CRASH`.
    Report,
    /// `ESXi`: `In(182)`, two letters and a syslog priority.
    Esxi,
    /// `WebSphere`: one letter, digit or sign, as `A` audit, `O` standard output, `3` finest.
    WebSphere,
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
            "lower" => Vocabulary::Lower,
            "php" => Vocabulary::Php,
            "unreal" => Vocabulary::Unreal,
            "npm" => Vocabulary::Npm,
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
                let number = number.or_else(|| label(word));
                (number, word.len())
            }),
            Vocabulary::Upper => {
                let (word, number) = word(text)?;
                let is_upper = !word.iter().any(u8::is_ascii_lowercase);
                is_upper.then_some((Some(number?), word.len()))
            }
            Vocabulary::Lower => {
                let (word, number) = word(text)?;
                let is_lower = !word.iter().any(u8::is_ascii_uppercase);
                is_lower.then_some((Some(number?), word.len()))
            }
            Vocabulary::Padded => {
                let (word, number) = word(text)?;
                let is_lower = word.iter().all(u8::is_ascii_lowercase);
                let padded = is_lower && text.get(word.len()) == Some(&b' ');
                padded.then_some((Some(number?), word.len()))
            }
            Vocabulary::Php => php(text),
            Vocabulary::Unreal => unreal(text),
            Vocabulary::Npm => npm(text),
            Vocabulary::DotNet => dotnet(text),
            Vocabulary::Report => report(text),
            Vocabulary::Esxi => esxi(text),
            Vocabulary::Letter => letter(text),
            Vocabulary::Redis => redis(text),
            Vocabulary::WebSphere => websphere(text),
            Vocabulary::Postgres => postgres(text),
            Vocabulary::Sssd => sssd(text),
            Vocabulary::PostgresOnly => postgres_only(text),
            Vocabulary::Syslog | Vocabulary::Priority => number(text),
        }
    }
}

/// The word at the start, with the severity it says.
#[inline]
fn word(text: &[u8]) -> Option<(&[u8], Option<SeverityNumber>)> {
    let seen = text.get(..=WORD_BYTES_MAX).unwrap_or(text);
    let ends = seen.iter().position(|byte| !byte.is_ascii_alphanumeric());
    let length = ends.unwrap_or(seen.len());
    let begins = text.first().is_some_and(u8::is_ascii_alphabetic);
    if !begins || length > WORD_BYTES_MAX {
        return None;
    }
    let word = text.get(..length)?;
    let number = severity::from_word_bytes(word);
    if number.is_some()
        && let Some(offset) = offset(text.get(length..).unwrap_or_default())
    {
        let word = text.get(..length + offset)?;
        return Some((word, label(word)));
    }
    Some((word, number))
}

fn label(word: &[u8]) -> Option<SeverityNumber> {
    severity::from_label(str::from_utf8(word).ok()?)
}

/// The length of slog's `+2` or `-4` behind a level.
fn offset(behind: &[u8]) -> Option<usize> {
    let sign = *behind.first()?;
    let digits = behind
        .get(1..)?
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let ends = behind
        .get(1 + digits)
        .is_none_or(|next| matches!(next, b' ' | b'\t' | b']' | b'|'));
    (matches!(sign, b'+' | b'-') && (1..=2).contains(&digits) && ends).then_some(1 + digits)
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

/// Spec: `WebSphere` Application Server documentation, "Log and trace file interpretation".
fn websphere(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let number = match *text.first()? {
        b'F' => 21,
        b'E' => 17,
        b'W' => 13,
        b'A' | b'I' | b'O' => 9,
        b'C' => 7,
        b'1' => 6,
        b'D' | b'2' => 5,
        b'3' | b'>' | b'<' => 1,
        // Standard error, and what is not known.
        b'R' | b'Z' => return Some((None, 1)),
        _ => return None,
    };
    Some((SeverityNumber::new(number), 1))
}

/// Spec: `PostgreSQL` documentation, "Message Severity Levels".
fn postgres(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let (word, number) = word(text)?;
    let number = match word {
        b"LOG" | b"INFO" | b"STATEMENT" | b"DETAIL" | b"HINT" | b"CONTEXT" | b"QUERY"
        | b"LOCATION" => SeverityNumber::new(9),
        b"NOTICE" => SeverityNumber::new(10),
        b"PANIC" => SeverityNumber::new(24),
        b"DEBUG1" | b"DEBUG2" | b"DEBUG3" | b"DEBUG4" | b"DEBUG5" => SeverityNumber::new(5),
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

/// Words that npm has besides the usual ones say what a line is about, and no severity.
fn npm(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let (word, number) = word(text)?;
    let is_topic = matches!(word, b"timing" | b"http" | b"notice");
    (number.is_some() || is_topic).then_some((number, word.len()))
}

fn unreal(text: &[u8]) -> Option<(Option<SeverityNumber>, usize)> {
    let (word, _) = word(text)?;
    let number = match word {
        b"Fatal" => 21,
        b"Error" => 17,
        b"Warning" => 13,
        b"Display" | b"Log" => 9,
        b"Verbose" => 5,
        b"VeryVerbose" => 1,
        _ => return None,
    };
    Some((SeverityNumber::new(number), word.len()))
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
        b"PROGRESS" => SeverityNumber::new(9),
        b"CRASH" | b"SUPERVISOR" => SeverityNumber::new(17),
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
