//! The words and numbers by which sources say how severe a record is.
//!
//! [`from_word`] knows the words that mean a level wherever they stand. [`from_label`] is for values that are known to be a
//! level, and takes letters, numbers, offsets and the vocabularies of single products besides. Numbers have a scale each.
//!
//! Spec: Logs Data Model, "Appendix B: `SeverityNumber` example mappings"; words beyond it follow the collector's aliases.

use crate::record::SeverityNumber;

/// The words of up to eight letters, the frequent ones first: a word is compared as one integer, most are found at the first
/// tries.
const WORDS: [(u64, u8); 58] = [
    (packed(b"info"), 9),
    (packed(b"warn"), 13),
    (packed(b"error"), 17),
    (packed(b"debug"), 5),
    (packed(b"warning"), 13),
    (packed(b"trace"), 1),
    (packed(b"fatal"), 21),
    (packed(b"notice"), 10),
    (packed(b"critical"), 18),
    (packed(b"err"), 17),
    (packed(b"severe"), 17),
    (packed(b"verbose"), 1),
    (packed(b"inf"), 9),
    (packed(b"wrn"), 13),
    (packed(b"dbg"), 5),
    (packed(b"trc"), 1),
    (packed(b"vrb"), 1),
    (packed(b"ftl"), 21),
    (packed(b"crit"), 18),
    (packed(b"alert"), 19),
    (packed(b"emerg"), 21),
    (packed(b"panic"), 21),
    (packed(b"dpanic"), 18),
    (packed(b"finest"), 1),
    (packed(b"finer"), 5),
    (packed(b"fine"), 6),
    (packed(b"config"), 7),
    (packed(b"silly"), 1),
    (packed(b"debg"), 5),
    (packed(b"eror"), 17),
    (packed(b"note"), 10),
    (packed(b"fatl"), 21),
    (packed(b"debu"), 5),
    (packed(b"crt"), 18),
    (packed(b"trac"), 1),
    (packed(b"fata"), 21),
    (packed(b"pani"), 21),
    (packed(b"erro"), 17),
    (packed(b"trce"), 1),
    (packed(b"dbug"), 5),
    (packed(b"success"), 9),
    (packed(b"trace2"), 2),
    (packed(b"trace3"), 3),
    (packed(b"trace4"), 4),
    (packed(b"debug2"), 6),
    (packed(b"debug3"), 7),
    (packed(b"debug4"), 8),
    (packed(b"info2"), 10),
    (packed(b"info3"), 11),
    (packed(b"info4"), 12),
    (packed(b"warn2"), 14),
    (packed(b"warn3"), 15),
    (packed(b"warn4"), 16),
    (packed(b"error2"), 18),
    (packed(b"error3"), 19),
    (packed(b"error4"), 20),
    (packed(b"ddebug"), 5),
    (packed(b"subdebug"), 5),
];

/// Reads a level word in any case: `WARN`, `warning`, `Err`.
///
/// Shape: one word without brackets or colon → its number; `None` for any other text.
#[inline]
pub fn from_word(word: &str) -> Option<SeverityNumber> {
    from_word_bytes(word.as_bytes())
}

/// The same for a word that was not yet checked to be text.
pub fn from_word_bytes(word: &[u8]) -> Option<SeverityNumber> {
    let number = match word.len() {
        3..=8 => {
            let wanted = packed(word);
            WORDS.iter().find(|(word, _)| *word == wanted)?.1
        }
        9 if word.eq_ignore_ascii_case(b"emergency") => 21,
        11 if word.eq_ignore_ascii_case(b"information") => 9,
        13 if word.eq_ignore_ascii_case(b"informational") => 9,
        _ => return None,
    };
    SeverityNumber::new(number)
}

/// A word of up to eight letters as one integer, in lower case.
const fn packed(word: &[u8]) -> u64 {
    let (mut value, mut at) = (0, 0);
    while at < word.len() {
        // In ASCII this bit is the case of a letter, and digits have it set.
        value = value << 8 | (word[at] | 0x20) as u64;
        at += 1;
    }
    value
}

/// Reads a single level letter, as JSON loggers and logcat abbreviate: `I`, `w`.
pub fn from_letter(letter: &str) -> Option<SeverityNumber> {
    let number = match letter.as_bytes() {
        b"T" | b"t" | b"V" | b"v" => 1,
        b"D" | b"d" => 5,
        b"I" | b"i" => 9,
        b"W" | b"w" => 13,
        b"E" | b"e" => 17,
        b"C" | b"c" => 18,
        b"F" | b"f" => 21,
        _ => return None,
    };
    SeverityNumber::new(number)
}

/// Words that mean a level only where nothing but a level can stand; the products that use them are named.
const LABELS: [(&str, u8); 13] = [
    // winston's, as its OpenTelemetry transport has it.
    ("http", 7),
    // PostgreSQL, OCaml and the browser's console.
    ("log", 9),
    // MySQL.
    ("system", 9),
    // .NET's console.
    ("fail", 17),
    ("failure", 17),
    // macOS.
    ("fault", 21),
    // Elasticsearch.
    ("deprecation", 13),
    // Monit, logcat.
    ("noti", 10),
    // RabbitMQ, which cuts its words.
    ("debu", 5),
    ("assert", 21),
    // MongoDB, PostgreSQL.
    ("debug1", 5),
    ("debug5", 5),
    ("disaster", 21),
];

/// Reads a value that is known to be a level: `warn`, `E`, `30`, `INFO+2`, `[error]`, `Level(-2)`, `D2`.
///
/// Shape: the value as it stands, also with blanks or brackets around it → its number; `None` for a word that is none.
pub fn from_label(label: &str) -> Option<SeverityNumber> {
    let bare = label.trim_ascii();
    from_word(bare).or_else(|| from_rare_label(bare))
}

#[cold]
fn from_rare_label(label: &str) -> Option<SeverityNumber> {
    let is_around =
        |around: char| !around.is_ascii_alphanumeric() && around != '+' && around != '-';
    if let Some(number) = label
        .strip_prefix("Level(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return from_number(number.parse().ok()?);
    }
    let word = label.trim_matches(is_around);
    from_word(word)
        .or_else(|| from_letter(word))
        .or_else(|| {
            let is_it = |entry: &&(&str, u8)| entry.0.eq_ignore_ascii_case(word);
            SeverityNumber::new(LABELS.iter().find(is_it)?.1)
        })
        .or_else(|| from_number(word.parse().ok()?))
        .or_else(|| with_offset(word))
        .or_else(|| debug_verbosity(word))
}

/// slog's `DEBUG-4` and `ERROR+1`: levels lie as far from each other there as on the model's scale.
fn with_offset(label: &str) -> Option<SeverityNumber> {
    let at = label.find(['+', '-'])?;
    let (word, offset) = label.split_at_checked(at)?;
    let number = i64::from(from_word(word)?.get()).checked_add(offset.parse().ok()?)?;
    SeverityNumber::new(u8::try_from(number.clamp(1, 24)).ok()?)
}

/// `MongoDB`'s `D1` to `D5` and klog's like.
fn debug_verbosity(label: &str) -> Option<SeverityNumber> {
    matches!(label.as_bytes(), [b'D' | b'd', b'1'..=b'5']).then_some(SeverityNumber::DEBUG)
}

/// The scales on which sources count their levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Nothing is known but the number: syslog's, bunyan's or Monolog's, which do not overlap.
    Usual,
    /// Python's logging: 10 is debug, 50 critical.
    Python,
    /// Google Cloud's `LogSeverity`: 100 is debug, 800 emergency.
    Cloud,
    /// The model's own, 1 to 24.
    Model,
    /// .NET's `LogLevel`: 0 is trace, 5 critical.
    DotNet,
    /// logback's integers: 10000 is debug, 40000 error.
    Logback,
    /// The Windows event log: 1 is critical, 5 verbose.
    Windows,
    /// Azure's Application Insights: 0 is verbose, 4 critical.
    Insights,
}

/// Reads a number of which only its size says whose it is; see [`Scale::Usual`].
pub fn from_number(level: i64) -> Option<SeverityNumber> {
    on_scale(Scale::Usual, level)
}

/// Reads a number on a scale. Any number that the scale does not have is unknown rather than guessed.
pub fn on_scale(scale: Scale, level: i64) -> Option<SeverityNumber> {
    let pick = |numbers: &[u8]| numbers.get(usize::try_from(level).ok()?).copied();
    let number = match scale {
        Scale::Usual => return usual(level),
        Scale::Model => u8::try_from(level).ok(),
        Scale::Python => python(level),
        Scale::Cloud if level % 100 == 0 => {
            return SeverityNumber::new(
                *[0, 5, 9, 10, 13, 17, 18, 19, 21].get(usize::try_from(level / 100).ok()?)?,
            );
        }
        Scale::Cloud => None,
        Scale::DotNet => pick(&[1, 5, 9, 13, 17, 21]),
        Scale::Windows => pick(&[0, 21, 17, 13, 9, 5]),
        Scale::Insights => pick(&[1, 9, 13, 17, 21]),
        Scale::Logback => match level {
            5_000 => Some(1),
            10_000 => Some(5),
            20_000 => Some(9),
            30_000 => Some(13),
            40_000 => Some(17),
            50_000 => Some(21),
            _ => None,
        },
    };
    SeverityNumber::new(number?)
}

fn usual(level: i64) -> Option<SeverityNumber> {
    const SYSLOG: [u8; 8] = [21, 19, 18, 17, 13, 10, 9, 5];
    let number = match level {
        0..=7 => SYSLOG[usize::try_from(level).ok()?],
        // bunyan and pino; levels between theirs are placed between, as OpenTelemetry's bridge does.
        10..=60 => u8::try_from(1 + (level - 10) * 2 / 5).ok()?,
        // Monolog's debug, zap's debug and slog's debug.
        100 | -1 | -4 => 5,
        200 => 9,
        250 => 10,
        300 => 13,
        400 => 17,
        500 => 18,
        550 => 19,
        600 => 21,
        // What is finer than debug to zap and slog.
        -127..0 => 1,
        _ => return None,
    };
    SeverityNumber::new(number)
}

/// Levels between the named ones are placed between, as OpenTelemetry's Python SDK does.
fn python(level: i64) -> Option<u8> {
    let above = |base: i64| u8::try_from(base + (level % 10).min(3)).ok();
    match level {
        1..=9 => Some(1),
        10..=19 => above(5),
        20..=29 => above(9),
        30..=39 => above(13),
        40..=49 => above(17),
        50..=59 => above(21),
        _ => None,
    }
}

/// The words of syslog's severities, as journald and others show them; the place in the list is the number.
pub const SYSLOG_WORDS: [&str; 8] = [
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Option<u8>) {
        assert_eq!(
            from_word(word).map(SeverityNumber::get),
            expected,
            "{word:?}"
        );
    }

    #[test]
    fn level_words_are_read_in_any_case() {
        check("WARN", Some(13));
        check("warning", Some(13));
        check("Error", Some(17));
        check("INFORMATION", Some(9));
        check("emerg", Some(21));
        check("FINEST", Some(1));
        check("fatal2", None);
        check("warm", None);
        check("", None);
        check("informationally", None);
        check("Informational", Some(9));
        check("FATL", Some(21));
        check("erro", Some(17));
        check("unknown", None);
        check("any", None);
    }

    #[track_caller]
    fn check_label(label: &str, expected: Option<u8>) {
        assert_eq!(
            from_label(label).map(SeverityNumber::get),
            expected,
            "{label:?}"
        );
    }

    #[track_caller]
    fn check_number(scale: Scale, level: i64, expected: Option<u8>) {
        assert_eq!(
            on_scale(scale, level).map(SeverityNumber::get),
            expected,
            "{scale:?} {level}"
        );
    }

    #[test]
    fn labels_may_be_words_letters_numbers_and_offsets() {
        check_label(" warn ", Some(13));
        check_label("[error]", Some(17));
        check_label("warn_", Some(13));
        check_label("I", Some(9));
        check_label("30", Some(9));
        check_label("http", Some(7));
        check_label("silly", Some(1));
        check_label("LOG", Some(9));
        check_label("D3", Some(5));
        check_label("gold", None);
        check_label("UNKNOWN", None);
        check_label("", None);
        check_label("-", None);
    }

    #[test]
    fn offsets_are_added_to_their_word() {
        check_label("DEBUG-4", Some(1));
        check_label("INFO+2", Some(11));
        check_label("ERROR+1", Some(18));
        check_label("ERROR+400", Some(24));
        check_label("DEBUG-99999999999999999999", None);
        check_label("TRACE-9", Some(1));
        check_label("Level(-2)", Some(1));
        check_label("Level(-1)", Some(5));
    }

    #[test]
    fn numbers_that_say_whose_they_are_need_no_scale() {
        check_number(Scale::Usual, 30, Some(9));
        check_number(Scale::Usual, 35, Some(11));
        check_number(Scale::Usual, 60, Some(21));
        check_number(Scale::Usual, 3, Some(17));
        check_number(Scale::Usual, 0, Some(21));
        check_number(Scale::Usual, 550, Some(19));
        check_number(Scale::Usual, -1, Some(5));
        check_number(Scale::Usual, 9, None);
        check_number(Scale::Usual, 61, None);
        check_number(Scale::Usual, 150, None);
        check_number(Scale::Usual, i64::MIN, None);
    }

    #[test]
    fn other_numbers_are_read_on_their_scale() {
        check_number(Scale::Python, 30, Some(13));
        check_number(Scale::Python, 25, Some(12));
        check_number(Scale::Python, 0, None);
        check_number(Scale::Cloud, 800, Some(21));
        check_number(Scale::Cloud, 0, None);
        check_number(Scale::Cloud, 150, None);
        check_number(Scale::Cloud, -100, None);
        check_number(Scale::Model, 24, Some(24));
        check_number(Scale::Model, 0, None);
        check_number(Scale::DotNet, 0, Some(1));
        check_number(Scale::DotNet, 6, None);
        check_number(Scale::Logback, 30_000, Some(13));
        check_number(Scale::Windows, 4, Some(9));
        check_number(Scale::Windows, 0, None);
        check_number(Scale::Insights, 2, Some(13));
    }

    proptest::proptest! {
        #[test]
        fn any_label_is_read_without_panic(label in ".{0,24}", level: i64) {
            let _label = from_label(&label);
            let _number = from_number(level);
        }
    }
}
