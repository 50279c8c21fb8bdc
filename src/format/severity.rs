//! The words and numbers by which sources say how severe a record is.
//!
//! Spec: Logs Data Model, "Appendix B: `SeverityNumber` example mappings"; words beyond it follow the collector's aliases.

use crate::record::SeverityNumber;

/// The words of up to eight letters, the frequent ones first: a word is compared as one integer, most are found at the first
/// tries.
const WORDS: [(u64, u8); 47] = [
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
];

/// Reads a level word in any case: `WARN`, `warning`, `Err`.
///
/// Shape: one word without brackets or colon → its number; `None` for any other text.
pub fn from_word(word: &str) -> Option<SeverityNumber> {
    let bytes = word.as_bytes();
    let number = match bytes.len() {
        3..=8 => {
            let wanted = packed(bytes);
            WORDS.iter().find(|(word, _)| *word == wanted)?.1
        }
        9 if word.eq_ignore_ascii_case("emergency") => 21,
        11 if word.eq_ignore_ascii_case("information") => 9,
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

/// Reads a number: 10 to 60 by tens as pino and bunyan count, 0 to 7 as syslog does.
///
/// The two scales do not overlap; any other number is unknown rather than guessed.
pub fn from_number(level: i64) -> Option<SeverityNumber> {
    const SYSLOG: [u8; 8] = [21, 19, 18, 17, 13, 10, 9, 5];
    const PINO: [u8; 7] = [0, 1, 5, 9, 13, 17, 21];
    let level = usize::try_from(level).ok()?;
    let number = match SYSLOG.get(level) {
        Some(number) => *number,
        None if level.is_multiple_of(10) => *PINO.get(level / 10)?,
        None => return None,
    };
    SeverityNumber::new(number)
}

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
    }

    #[test]
    fn numbers_of_pino_and_syslog_are_told_apart() {
        let read = |level| from_number(level).map(SeverityNumber::get);
        assert_eq!(read(30), Some(9));
        assert_eq!(read(60), Some(21));
        assert_eq!(read(3), Some(17));
        assert_eq!(read(0), Some(21));
        assert_eq!(read(35), None);
        assert_eq!(read(-4), None);
    }
}
