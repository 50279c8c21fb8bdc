//! The `key=value` pairs that loggers put behind a message, and the code that some put before it.
//!
//! Only what reads as pairs up to the end of the line is taken off the message. Each scan goes forward once.

use crate::format::layout::kinds::letters_digits_and;

/// Longest key: what is longer is not one.
const KEY_BYTES_MAX: usize = 64;

/// auditd puts this between what the kernel said and what it means.
const SEPARATOR: char = '\x1d';

/// How pairs stand behind a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairStyle {
    /// `message key=value key="a b"`
    Blank,
    /// `message (key=value, key=value)`
    Listed,
    /// `message, key: value, key: "a b"`
    Comma,
}

/// Where the pairs behind a message begin; the length of `text` when there are none.
///
/// Shape: the rest of a line → the end of its message, and the text of the pairs.
pub fn split(style: PairStyle, text: &str) -> (&str, &str) {
    let found = match style {
        PairStyle::Blank => blank_start(text),
        PairStyle::Listed => listed_start(text),
        PairStyle::Comma => comma_start(text),
    };
    let Some(at) = found else {
        return (text, "");
    };
    let (message, pairs) = text.split_at_checked(at).unwrap_or((text, ""));
    (message.trim_ascii_end(), pairs)
}

/// The pairs of a text that [`split`] has found, in their order; quotes are off.
pub fn read(style: PairStyle, pairs: &str) -> Pairs<'_> {
    let rest = match style {
        PairStyle::Listed => pairs
            .trim_ascii()
            .trim_start_matches('(')
            .strip_suffix(')')
            .unwrap_or(pairs),
        PairStyle::Blank | PairStyle::Comma => pairs,
    };
    Pairs { style, rest }
}

/// Walks through pairs.
#[derive(Debug)]
pub struct Pairs<'a> {
    style: PairStyle,
    rest: &'a str,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let start = self.rest.trim_start_matches([' ', '\t', ',', SEPARATOR]);
        let length = pair_length(self.style, start)?;
        let (pair, rest) = start.split_at_checked(length)?;
        self.rest = rest;
        let mark = if self.style == PairStyle::Comma {
            ':'
        } else {
            '='
        };
        let (key, value) = pair.split_once(mark)?;
        let value = value.trim_ascii();
        let bare = value
            .strip_prefix('"')
            .and_then(|inner| inner.strip_suffix('"'))
            .or_else(|| {
                value
                    .strip_prefix('\'')
                    .and_then(|inner| inner.strip_suffix('\''))
            });
        Some((key, bare.unwrap_or(value)))
    }
}

/// The first of the pairs that go on to the end of the text. Words without `=` are passed over in one look.
fn blank_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut first) = (word_with_equals(bytes, 0)?, None);
    while at < bytes.len() {
        let rest = text.get(at..).unwrap_or_default();
        if let Some(length) = pair_length(PairStyle::Blank, rest) {
            first = first.or(Some(at));
            at = skip_blanks(bytes, at + length);
        } else {
            first = None;
            let word = memchr::memchr2(b' ', b'\t', rest.as_bytes());
            at = word_with_equals(bytes, at + word?)?;
        }
    }
    first
}

/// The start of the first word from `at` on that has a `=` in it.
fn word_with_equals(bytes: &[u8], at: usize) -> Option<usize> {
    let before = bytes.get(at..)?;
    let before = before.get(..memchr::memchr(b'=', before)?)?;
    let blank = before
        .iter()
        .rposition(|byte| matches!(byte, b' ' | b'\t' | b'\x1d'));
    Some(at + blank.map_or(0, |blank| blank + 1))
}

/// The last parenthesis of a line that ends with one, if pairs stand in it.
fn listed_start(text: &str) -> Option<usize> {
    let inner = text.trim_ascii_end().strip_suffix(')')?;
    let open = memchr::memrchr(b'(', inner.as_bytes())?;
    let list = inner.get(open + 1..)?;
    let before_is_blank = open == 0 || text.as_bytes().get(open - 1) == Some(&b' ');
    let mut rest = list;
    loop {
        let length = pair_length(PairStyle::Listed, rest)?;
        rest = rest.get(length..)?;
        if rest.is_empty() {
            return before_is_blank.then_some(open);
        }
        rest = rest.strip_prefix(',')?.trim_ascii_start();
    }
}

/// The first of the `, key: value` that go on to the end of the text.
fn comma_start(text: &str) -> Option<usize> {
    // nginx says first who asked; what stands before may look like pairs, and belongs to the message.
    if let Some(client) = memchr::memmem::find(text.as_bytes(), b", client: ") {
        return Some(client);
    }
    let mut first = None;
    for comma in memchr::memmem::find_iter(text.as_bytes(), b", ") {
        let behind = text.get(comma + 2..).unwrap_or_default();
        if key_length(behind).is_some_and(|length| {
            behind
                .get(length..)
                .is_some_and(|rest| rest.starts_with(": "))
        }) {
            first = first.or(Some(comma));
        }
    }
    first
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\x1d')) {
        at += 1;
    }
    at
}

fn key_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let starts = bytes
        .first()
        .is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'_' | b'@'));
    let seen = bytes.get(..=KEY_BYTES_MAX).unwrap_or(bytes);
    let length = seen
        .iter()
        .position(|byte| !KEY[usize::from(*byte)])
        .unwrap_or(seen.len());
    (starts && length <= KEY_BYTES_MAX).then_some(length)
}

/// What keys consist of, by byte.
const KEY: [bool; 256] = letters_digits_and(*b"_.-@/#");

/// The length of the pair at the start of a text.
fn pair_length(style: PairStyle, text: &str) -> Option<usize> {
    let key = key_length(text)?;
    let bytes = text.as_bytes();
    let value_at = match style {
        PairStyle::Comma => (bytes.get(key..key + 2)? == b": ").then_some(key + 2)?,
        PairStyle::Blank | PairStyle::Listed => (*bytes.get(key)? == b'=').then_some(key + 1)?,
    };
    let value = bytes.get(value_at..)?;
    let quoted = matches!(value.first(), Some(b'"' | b'\''));
    let length = if quoted {
        quoted_length(value)?
    } else {
        bare_length(style, value)
    };
    let end = value_at + length;
    match (style, bytes.get(end)) {
        (_, None)
        | (PairStyle::Blank, Some(b' ' | b'\t' | b'\x1d'))
        | (PairStyle::Listed | PairStyle::Comma, Some(b',')) => Some(end),
        _ => None,
    }
}

fn quoted_length(value: &[u8]) -> Option<usize> {
    let quote = *value.first()?;
    let mut from = 1;
    loop {
        let found = from + memchr::memchr2(quote, b'\\', value.get(from..)?)?;
        if value[found] == quote {
            return Some(found + 1);
        }
        from = found + 2;
    }
}

/// A bare value ends at a blank or a comma; brackets of debug output keep their blanks.
fn bare_length(style: PairStyle, value: &[u8]) -> usize {
    let stop = if style == PairStyle::Blank {
        b' '
    } else {
        b','
    };
    let mut depth = 0_usize;
    for (at, byte) in value.iter().enumerate() {
        match byte {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            b'\x1d' if style == PairStyle::Blank => return at,
            byte if *byte == stop && depth == 0 => return at,
            _ => {}
        }
    }
    value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(style: PairStyle, text: &str, message: &str, expected: &[(&str, &str)]) {
        let (found, pairs) = split(style, text);
        assert_eq!(found, message, "{text:?}");
        assert_eq!(read(style, pairs).collect::<Vec<_>>(), expected, "{text:?}");
    }

    #[test]
    fn pairs_behind_a_message_are_taken_off_it() {
        check(
            PairStyle::Blank,
            r#"listening port=8080 host="a b" tags=[x y]"#,
            "listening",
            &[("port", "8080"), ("host", "a b"), ("tags", "[x y]")],
        );
        check(
            PairStyle::Listed,
            "saved (id=7, path=/a b)",
            "saved",
            &[("id", "7"), ("path", "/a b")],
        );
        check(
            PairStyle::Comma,
            r#"open() failed (2: No such file), client: ::1, request: "GET /, x HTTP/1.1""#,
            "open() failed (2: No such file)",
            &[("client", "::1"), ("request", "GET /, x HTTP/1.1")],
        );
    }

    #[test]
    fn prose_with_equals_signs_stays_whole() {
        for text in [
            "a=1 is the answer",
            "1=1 2=2",
            "x == y",
            "k=\"open",
            "retry (attempt 3)",
            "",
        ] {
            check(PairStyle::Blank, text, text, &[]);
            check(PairStyle::Listed, text, text, &[]);
        }
        check(PairStyle::Comma, "a, b, c: d", "a, b", &[("c", "d")]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_split_without_panic(text in "[a-c=\"'(),: \\\\\\[é]{0,40}") {
            for style in [PairStyle::Blank, PairStyle::Listed, PairStyle::Comma] {
                let (message, pairs) = split(style, &text);
                proptest::prop_assert!(message.len() + pairs.len() <= text.len());
                proptest::prop_assert!(read(style, pairs).count() <= text.len());
            }
        }
    }
}
