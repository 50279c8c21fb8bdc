//! A severity from the words of a message, for sources that state none; only when the user asks for it.
//!
//! A word counts when it stands alone near the start: `error`, `failed`, `warning`. What is denied or counted as none (`no error`,
//! `0 failed`) does not. The record's text stays as it is and gets no severity text: the source has none.

use crate::record::SeverityNumber;

/// Bytes of a message that are looked at.
const START_BYTES: usize = 96;

/// What becomes of a record without severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingSeverity {
    /// It stays without.
    #[default]
    Stays,
    /// The words of its message may set it.
    Guessed,
}

/// The most severe of the words at the start of a message.
pub fn severity_of(message: &str) -> Option<SeverityNumber> {
    let mut end = message.len().min(START_BYTES);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let start = message.get(..end).unwrap_or_default();
    let start = start.split('\n').next().unwrap_or_default();
    let mut before = "";
    let mut found = None;
    for word in start.split(|character: char| !character.is_alphanumeric()) {
        if word.is_empty() {
            continue;
        }
        if !denies(before) {
            found = found.max(of_word(word));
        }
        before = word;
    }
    found
}

fn of_word(word: &str) -> Option<SeverityNumber> {
    const WORDS: [(&str, SeverityNumber); 16] = [
        ("panic", SeverityNumber::FATAL),
        ("fatal", SeverityNumber::FATAL),
        ("critical", SeverityNumber::FATAL),
        ("emergency", SeverityNumber::FATAL),
        ("error", SeverityNumber::ERROR),
        ("errors", SeverityNumber::ERROR),
        ("exception", SeverityNumber::ERROR),
        ("fail", SeverityNumber::ERROR),
        ("failed", SeverityNumber::ERROR),
        ("failure", SeverityNumber::ERROR),
        ("crashed", SeverityNumber::ERROR),
        ("warn", SeverityNumber::WARN),
        ("warning", SeverityNumber::WARN),
        ("warnings", SeverityNumber::WARN),
        ("deprecated", SeverityNumber::WARN),
        ("debug", SeverityNumber::DEBUG),
    ];
    WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map(|(_, number)| *number)
}

fn denies(word: &str) -> bool {
    const WORDS: [&str; 6] = ["no", "not", "without", "0", "zero", "never"];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: Option<SeverityNumber>) {
        assert_eq!(severity_of(message), expected, "{message:?}");
    }

    #[test]
    fn whole_words_near_the_start_count() {
        check("Error: cannot bind", Some(SeverityNumber::ERROR));
        check("upload failed after 3 s", Some(SeverityNumber::ERROR));
        check("npm WARN old lockfile", Some(SeverityNumber::WARN));
        check("warning: a fatal one", Some(SeverityNumber::FATAL));
        check("errorless terrors", None);
        check("listening on port 8080", None);
        check("", None);
    }

    #[test]
    fn what_is_denied_does_not_count() {
        check("done, 0 failed", None);
        check("no errors found", None);
        check("finished without warnings", None);
    }

    #[test]
    fn words_far_from_the_start_or_on_later_lines_do_not_count() {
        check(&format!("{} error", "x ".repeat(60)), None);
        check("started\nerror", None);
        check(&"é".repeat(400), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_never_panics(text in ".*") {
            let _ = severity_of(&text);
        }
    }
}
