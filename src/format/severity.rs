//! The words and numbers by which sources say how severe a record is.
//!
//! Spec: Logs Data Model, "Appendix B: `SeverityNumber` example mappings"; words beyond it follow the collector's aliases.

use crate::record::SeverityNumber;

/// Longest word of the table.
const WORD_BYTES_MAX: usize = 11;

/// Reads a level word in any case: `WARN`, `warning`, `Err`.
///
/// Shape: one word without brackets or colon → its number; `None` for any other text.
pub fn from_word(word: &str) -> Option<SeverityNumber> {
    let bytes = word.as_bytes();
    if bytes.is_empty() || bytes.len() > WORD_BYTES_MAX {
        return None;
    }
    let mut lower = [0; WORD_BYTES_MAX];
    for (place, byte) in lower.iter_mut().zip(bytes) {
        *place = byte.to_ascii_lowercase();
    }
    let number = match &lower[..bytes.len()] {
        b"trace" | b"trc" | b"vrb" | b"finest" | b"verbose" | b"silly" => 1,
        b"trace2" => 2,
        b"trace3" => 3,
        b"trace4" => 4,
        b"debug" | b"dbg" | b"debg" | b"finer" => 5,
        b"debug2" | b"fine" => 6,
        b"debug3" | b"config" => 7,
        b"debug4" => 8,
        b"info" | b"inf" | b"information" | b"informative" | b"informat" | b"success" => 9,
        b"info2" | b"notice" | b"note" => 10,
        b"info3" => 11,
        b"info4" => 12,
        b"warn" | b"warning" | b"wrn" => 13,
        b"warn2" => 14,
        b"warn3" => 15,
        b"warn4" => 16,
        b"error" | b"err" | b"eror" | b"severe" => 17,
        b"error2" | b"critical" | b"crit" | b"dpanic" => 18,
        b"error3" | b"alert" => 19,
        b"error4" => 20,
        b"fatal" | b"ftl" | b"emerg" | b"emergency" | b"panic" => 21,
        b"fatal2" => 22,
        b"fatal3" => 23,
        b"fatal4" => 24,
        _ => return None,
    };
    SeverityNumber::new(number)
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
    let number = match level {
        0 => 21,
        1 => 19,
        2 => 18,
        3 => 17,
        4 => 13,
        5 => 10,
        6 => 9,
        7 => 5,
        10 => 1,
        20 => 5,
        30 => 9,
        40 => 13,
        50 => 17,
        60 => 21,
        _ => return None,
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
