//! Makes any text safe to print on a terminal.
//!
//! Log content, file names and server messages may carry control sequences. Everything that a person is shown goes
//! through [`printable`]: C0 and C1 controls, DEL and the bidirectional overrides become visible escapes, so a text stays on its
//! line and cannot steer the terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with every control character and bidirectional override written as `\u{..}`; `\n`, `\r`, `\t` and `\0` keep their short names.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            '\0' => safe.push_str("\\0"),
            unsafe_one if is_unsafe(unsafe_one) => {
                write!(safe, "\\u{{{:x}}}", u32::from(unsafe_one))
                    .expect("writing to a String cannot fail");
            }
            plain => safe.push(plain),
        }
    }
    Cow::Owned(safe)
}

/// The same, cut to at most `characters_max` characters with `…` at the end.
pub fn printable_cut(text: &str, characters_max: usize) -> String {
    let safe = printable(text);
    if safe.chars().count() <= characters_max {
        return safe.into_owned();
    }
    let mut cut: String = safe
        .chars()
        .take(characters_max.saturating_sub(1))
        .collect();
    cut.push('…');
    cut
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{061c}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(printable(text), expected);
    }

    #[test]
    fn controls_and_overrides_become_visible_and_the_rest_stays() {
        check("plain ünïcode 日本", "plain ünïcode 日本");
        check("\u{1b}[2Jgone", "\\u{1b}[2Jgone");
        check("a\u{9b}2J", "a\\u{9b}2J");
        check("a\u{202e}b", "a\\u{202e}b");
        check("two\nlines\r\t\0", "two\\nlines\\r\\t\\0");
        check("\u{7f}", "\\u{7f}");
    }

    #[test]
    fn a_long_text_is_cut_by_characters() {
        assert_eq!(printable_cut("äöüß", 4), "äöüß");
        assert_eq!(printable_cut("äöüßx", 4), "äöü…");
    }
}
