//! Makes any text safe to print on a terminal.
//!
//! Log content, file names and server messages may carry control sequences. Everything that a person is shown goes
//! through [`printable`]: C0 and C1 controls, DEL and the bidirectional overrides become visible escapes, so a text stays on its
//! line and cannot steer the terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with every control character and bidirectional override written as `\u{..}`; `\n`, `\r`, `\t` and `\0` keep their short names.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_unsafe, push_visible)
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

/// The same for a text of several lines that we laid out ourselves: line ends and tabs stay.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let steers = |character| is_unsafe(character) && !matches!(character, '\n' | '\t');
    escaped(text, steers, push_visible)
}

/// The same for compact JSON, which stays the same JSON: the writer leaves C1 controls and overrides bare, and they can only stand inside
/// strings, where `\u` escapes mean what they replace.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    escaped(json, is_unsafe, |safe, character| {
        write!(safe, "\\u{:04x}", u32::from(character)).expect("writing to a String cannot fail");
    })
}

/// The text with `push` called for each character that `steers` a terminal; borrowed when there is none.
fn escaped(
    text: &str,
    steers: impl Fn(char) -> bool,
    push: impl Fn(&mut String, char),
) -> Cow<'_, str> {
    if !text.chars().any(&steers) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if steers(character) {
            push(&mut safe, character);
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

fn push_visible(safe: &mut String, character: char) {
    match character {
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\t' => safe.push_str("\\t"),
        '\0' => safe.push_str("\\0"),
        other => {
            write!(safe, "\\u{{{:x}}}", u32::from(other)).expect("writing to a String cannot fail");
        }
    }
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
    fn our_own_lines_stay_lines() {
        assert_eq!(printable_lines("a\n\tb\u{1b}\r"), "a\n\tb\\u{1b}\\r");
    }

    #[test]
    fn json_stays_the_same_json() {
        assert_eq!(printable_json("\"a\u{9b}\u{202e}\""), "\"a\\u009b\\u202e\"");
    }

    #[test]
    fn a_long_text_is_cut_by_characters() {
        assert_eq!(printable_cut("äöüß", 4), "äöüß");
        assert_eq!(printable_cut("äöüßx", 4), "äöü…");
    }
}
