//! Where secrets stand in a piece of any text: the one door through which foreign bytes go before people or scripts see them.
//!
//! Shape: bytes → the ranges that must not be shown. Found are tokens of known services, credentials behind a scheme, private keys
//! (also when one end of them is cut off), passwords in URLs, and what follows the name of a secret: in JSON whole or broken, as
//! `{"key":…,"value":…}`, in headers, as `name=value`, and as a protobuf attribute.
//! It is careful, not sure: ordinary words may be hidden with them, and nothing is told by it.
//! Limits: linear time, but for the rows of a small table; a value is followed for [`VALUE_BYTES_MAX`].

use std::ops::Range;

use memchr::memmem;

use super::looks::{self, PEM};
use super::{HIDDEN, shape};

/// Bytes of one value that are hidden; what is longer is no secret.
pub const VALUE_BYTES_MAX: usize = 8 << 10;

/// Longest name of a key that is looked at.
const NAME_BYTES_MAX: usize = 128;

/// Shortest credential behind a scheme; shorter words are words.
const CREDENTIAL_MIN: usize = 4;

/// The tag of a protobuf attribute's value, which follows its key.
const PROTOBUF_VALUE: u8 = 0x12;

/// Every place that must not be shown; they may overlap.
pub fn places(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    private_keys(bytes, &mut found);
    let mut from = 0;
    while let Some(token) = shape::next(bytes, from) {
        from = token.end;
        found.push(token.start..behind_breaks(bytes, token.end));
    }
    let mut at = 0;
    while at < bytes.len() {
        let word = word_from(bytes, at);
        if word.is_empty() {
            at += delimiter_length(bytes, at);
            continue;
        }
        look_at(bytes, word.clone(), &mut found);
        at = word.end;
    }
    found
}

/// A text with [`HIDDEN`] in place of each secret.
pub fn hidden(text: &str) -> String {
    let mut places = places(text.as_bytes());
    places.sort_by_key(|place| place.start);
    let (mut clean, mut at) = (String::new(), 0);
    for Range { start, end } in places {
        if end <= at {
            continue;
        }
        if start >= at {
            clean.push_str(text.get(at..start).unwrap_or_default());
            clean.push_str(HIDDEN);
        }
        at = end;
    }
    clean.push_str(text.get(at..).unwrap_or_default());
    clean
}

/// Looks at a word, and at what follows it.
fn look_at(bytes: &[u8], word: Range<usize>, found: &mut Vec<Range<usize>>) {
    let letters = of(bytes, &word);
    let mut starts = true;
    let end = behind_breaks(bytes, word.end);
    for (offset, byte) in letters.iter().enumerate() {
        let rest = letters.get(offset..).unwrap_or_default();
        // One that is cut off, by the end of the input or by something that belongs to no text, is told by its beginning.
        let is_cut = end > word.end || word.end == bytes.len();
        if starts && (is_cut && looks::begins_token(rest) || looks::is_token(rest)) {
            found.push(word.start + offset..end);
            break;
        }
        starts = !byte.is_ascii_alphanumeric();
    }
    if looks::is_scheme(letters) {
        found.extend(credential(bytes, word.end));
    }
    if letters.len() <= NAME_BYTES_MAX && looks::may_name_secret(letters) {
        found.extend(value_of_name(bytes, word.clone()));
    }
    if letters.ends_with(b"//") || bytes.get(word.end..word.end + 3) == Some(b"://") {
        found.extend(user_password(bytes, word.end));
    }
}

/// Where a word ends that broken escapes, control characters or bytes that are no text stand in.
fn behind_breaks(bytes: &[u8], from: usize) -> usize {
    let rest = limited(bytes, from);
    if !matches!(rest.first(), Some(b'\\' | 0..=0x1f | 0x7f..)) {
        return from;
    }
    let is_end = |byte: &u8| {
        matches!(
            byte,
            b'"' | b'\'' | b' ' | b'\n' | b'\r' | b'\t' | b',' | b'}'
        )
    };
    from + rest.iter().position(is_end).unwrap_or(rest.len())
}

/// The letters that names and tokens are made of.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'~')
}

fn word_from(bytes: &[u8], at: usize) -> Range<usize> {
    let rest = bytes.get(at..).unwrap_or_default();
    at..at + rest.iter().take_while(|byte| is_letter(**byte)).count()
}

/// One byte, or an escape of JSON, whose letter belongs to no word.
fn delimiter_length(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or_default() {
        [b'\\', b'u', _, _, _, _, ..] => 6,
        [
            b'\\',
            b'n' | b'r' | b't' | b'b' | b'f' | b'"' | b'\\' | b'/',
            ..,
        ] => 2,
        _ => 1,
    }
}

fn of<'b>(bytes: &'b [u8], range: &Range<usize>) -> &'b [u8] {
    bytes.get(range.clone()).unwrap_or_default()
}

fn limited(bytes: &[u8], from: usize) -> &[u8] {
    let end = bytes.len().min(from.saturating_add(VALUE_BYTES_MAX));
    bytes.get(from..end).unwrap_or_default()
}

/// What stands behind `Bearer` and its like.
fn credential(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let start = from + blanks(bytes, from);
    let ends = |byte: &&u8| !matches!(**byte, 0..=b' ' | b'"' | b'\'' | b',' | b'\\' | b'}' | b'<' | 0x7f..);
    let length = limited(bytes, start).iter().take_while(ends).count();
    let credential = start..behind_breaks(bytes, start + length);
    let letters = of(bytes, &credential);
    let is_word = letters.iter().all(u8::is_ascii_lowercase) && length < 12;
    (start > from && length >= CREDENTIAL_MIN && !is_word).then_some(credential)
}

fn blanks(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
        .count()
}

/// How long the quote is that stands here: with the backslashes before it, when JSON stands in JSON.
fn quote(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let slashes = rest
        .iter()
        .take(7)
        .take_while(|byte| **byte == b'\\')
        .count();
    match rest.get(slashes) {
        Some(b'"' | b'\'') => slashes + 1,
        _ => 0,
    }
}

/// What stands behind the name of a secret.
fn value_of_name(bytes: &[u8], name: Range<usize>) -> Option<Range<usize>> {
    if bytes.get(name.end) == Some(&PROTOBUF_VALUE) {
        return protobuf_value(bytes, name.end + 1);
    }
    let mut at = name.end + quote(bytes, name.end);
    let in_quotes = at > name.end;
    at += blanks(bytes, at);
    match bytes.get(at)? {
        b':' | b'=' => at += 1,
        b',' if in_quotes => at = behind_value_key(bytes, at + 1)?,
        _ => return None,
    }
    at += blanks(bytes, at);
    let rest = limited(bytes, at);
    if matches!(rest.first()?, b'{' | b'[') && in_quotes {
        return Some(at..at + structure_length(rest));
    }
    let open = quote(bytes, at);
    // A header's value reaches to the end of its line, a plain one to the next separator.
    let is_header = !in_quotes && bytes.get(name.end) == Some(&b':');
    let goes_on = |byte: &&u8| match **byte {
        b'\r' | b'\n' | b'"' | b'\\' => false,
        0..=b' ' | b',' | b';' | b'&' | b'}' | b']' => is_header,
        _ => true,
    };
    let length = match open {
        0 => rest.iter().take_while(goes_on).count(),
        open => text_length(bytes, at + open, open),
    };
    let value = at + open..at + open + length;
    // A plain value ends before a bracket; what stands in its place may end with one.
    let closing = match open {
        0 => closing_brackets(bytes, value.end),
        _ => 0,
    };
    let whole = value.start..value.end + closing;
    (length > 0 && !looks::is_redacted(of(bytes, &whole))).then_some(value)
}

/// How many brackets close here, of the two that a placeholder has at most.
fn closing_brackets(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default().iter().take(2);
    rest.take_while(|byte| matches!(byte, b'}' | b']')).count()
}

/// Behind `"value":`, which follows the comma behind a key.
fn behind_value_key(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from + blanks(bytes, from);
    let open = quote(bytes, at);
    at += open;
    let rest = bytes.get(at..)?.strip_prefix(b"value")?;
    at = bytes.len() - rest.len();
    at += quote(bytes, at);
    at += blanks(bytes, at);
    (open > 0 && bytes.get(at) == Some(&b':')).then_some(at + 1)
}

/// Bytes of a text up to the quote that closes it, one like that which opened it; up to the end of the line when it has none.
fn text_length(bytes: &[u8], from: usize, open: usize) -> usize {
    let rest = limited(bytes, from);
    let opened = from.checked_sub(1).and_then(|at| bytes.get(at));
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        let behind = rest.get(at..).unwrap_or_default();
        let slashes = behind.iter().take_while(|byte| **byte == b'\\').count();
        // Of the backslashes before a quote some escape each other; a quote within this text has more left than the one that opened it.
        let own = slashes % (2 * open);
        if behind.get(slashes) == opened {
            if own < open {
                return at + slashes - own;
            }
            at += slashes + 1;
        } else if *byte == b'\n' {
            return at;
        } else {
            at += (slashes + slashes % 2).max(1);
        }
    }
    rest.len()
}

/// Bytes of an object or a list up to its closing bracket.
fn structure_length(rest: &[u8]) -> usize {
    let (mut depth, mut at, mut in_text) = (0_usize, 0, false);
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

/// A value behind its length, as protobuf writes it.
fn protobuf_value(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let rest = bytes.get(from..)?;
    let (mut length, mut header) = (0_usize, 0);
    for byte in rest.iter().take(3) {
        length |= usize::from(byte & 0x7f) << (7 * header);
        header += 1;
        if *byte < 0x80 {
            break;
        }
    }
    let start = from + header;
    let end = bytes
        .len()
        .min(start.saturating_add(length.min(VALUE_BYTES_MAX)));
    (start < end).then_some(start..end)
}

/// The password of `scheme://user:password@host`.
fn user_password(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let start = from + 3;
    let ends = |byte: &&u8| !matches!(**byte, 0..=b' ' | b'"' | b'/' | b'?' | b'#' | b'\\');
    let length = limited(bytes, start).iter().take_while(ends).count();
    let authority = of(bytes, &(start..start + length));
    let stop = behind_breaks(bytes, start + length);
    let is_cut = stop > start + length || stop == bytes.len();
    let end = match memchr::memrchr(b'@', authority) {
        Some(at_sign) => start + at_sign,
        // Without its end, what stands behind a host's colon is a port or a password.
        None if is_cut => stop,
        None => return None,
    };
    let password = start + memchr::memchr(b':', authority)? + 1;
    let is_port = of(bytes, &(password..end)).iter().all(u8::is_ascii_digit);
    (password < end && !is_port).then_some(password..end)
}

/// Private keys in PEM, each from behind its first line's beginning to its last line.
fn private_keys(bytes: &[u8], found: &mut Vec<Range<usize>>) {
    let (end_line, kind) = (b"-----END ".as_slice(), b"PRIVATE KEY".as_slice());
    let mut from = 0;
    loop {
        let rest = bytes.get(from..).unwrap_or_default();
        let begin = memmem::find(rest, PEM);
        let end = memmem::find(rest, end_line);
        let is_secret = |at: usize| {
            let line = rest.get(at..).unwrap_or_default();
            memmem::find(line.get(..line.len().min(48)).unwrap_or_default(), kind).is_some()
        };
        match (begin, end) {
            // What stands before an end without a beginning belongs to a key that began earlier.
            (None, Some(end)) => {
                if is_secret(end) {
                    found.push(from..from + end);
                }
                from += end + end_line.len();
            }
            (Some(begin), Some(end)) if end < begin => {
                if is_secret(end) {
                    found.push(from..from + end);
                }
                from += end + end_line.len();
            }
            (Some(begin), end) => {
                let stop = end.unwrap_or(rest.len());
                if is_secret(begin) {
                    found.push(from + begin + PEM.len()..from + stop);
                }
                from += end.map_or(rest.len(), |end| end + end_line.len());
            }
            (None, None) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(hidden(text), expected, "{text}");
    }

    #[test]
    fn tokens_are_hidden_wherever_they_stand() {
        check("a pylf_v1_us_x9 b", "a [hidden] b");
        check("xpylf_v1_us_x9 b", "xpylf_v1_[hidden] b");
        check("k=ghp_0123456789abcdefghijABCDEFGHIJ012345;", "k=[hidden];");
        check(r#"{"\nAKIAABCDEFGHIJKLMNOP"}"#, r#"{"\n[hidden]"}"#);
        check("url/AKIAABCDEFGHIJKLMNOP/x", "url/[hidden]/x");
        check(
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
            "[hidden]",
        );
        check("Akia trains and ghp_ words", "Akia trains and ghp_ words");
        check("cut off: AKIAABCDE", "cut off: [hidden]");
    }

    #[test]
    fn credentials_are_hidden_behind_their_scheme() {
        check("Bearer abc123xyz", "Bearer [hidden]");
        check("basic dXNlcjpwYXNzd29yZA==\"", "basic [hidden]\"");
        check("basic income for all", "basic income for all");
        check(
            "Authorization: ApiKey a b c\r\nHost: x",
            "Authorization: [hidden]\r\nHost: x",
        );
        check("https://joe:hunter2@db/x", "https://joe:[hidden]@db/x");
        check("https://joe:hunt", "https://joe:[hidden]");
        check("https://joe:pa'ss@db/x", "https://joe:[hidden]@db/x");
        check("'https://db:80/x'", "'https://db:80/x'");
        check("password=pa'rest next", "password=[hidden] next");
        check("https://db:8080", "https://db:8080");
    }

    #[test]
    fn values_are_hidden_behind_the_name_of_a_secret() {
        check(
            r#""password":"hunter2","a":1"#,
            r#""password":"[hidden]","a":1"#,
        );
        check(
            r#"{"db.password" : "hunter2 und"#,
            r#"{"db.password" : "[hidden]"#,
        );
        check(r#""password":12345}"#, r#""password":[hidden]}"#);
        check(
            r#""api-key":{"stringValue":"hunter2"},"b""#,
            r#""api-key":[hidden],"b""#,
        );
        check(
            r#"{"key":"x.secret","value":{"stringValue":"hun}ter"}},{"#,
            r#"{"key":"x.secret","value":[hidden]},{"#,
        );
        check(
            r#""body":"{\"password\":\"hunter2\"}""#,
            r#""body":"{\"password\":\"[hidden]\"}""#,
        );
        check("password=hunter2 user=joe", "password=[hidden] user=joe");
        check(
            "\u{a}\u{b}db.password\u{12}\u{9}\u{a}\u{7}hunter2z",
            "\u{a}\u{b}db.password\u{12}\u{9}[hidden]z",
        );
        check(r#""password":"[REDACTED]""#, r#""password":"[REDACTED]""#);
        check(r#""token_count":"12""#, r#""token_count":"12""#);
    }

    #[test]
    fn a_text_ends_at_a_quote_like_the_one_that_opened_it() {
        check(
            r#""db.password":"pa'ssw0rd-x9","a":1"#,
            r#""db.password":"[hidden]","a":1"#,
        );
        check("password='pa\"ss' b", "password='[hidden]' b");
        check(
            r#""password":"a\\","b":"c""#,
            r#""password":"[hidden]","b":"c""#,
        );
        check(
            r#""{\"password\":\"a\\\"b'c\",\"d\":1}""#,
            r#""{\"password\":\"[hidden]\",\"d\":1}""#,
        );
        check(
            r#""{\"password\":\"a\\\\\",\"d\":1}""#,
            r#""{\"password\":\"[hidden]\",\"d\":1}""#,
        );
    }

    #[test]
    fn what_stands_in_the_place_of_a_secret_is_shown() {
        for text in [
            "password=[hidden] b",
            "password={{token}}",
            "password=<hidden>, b",
            "password: (not shown)\r\n",
            r#""password":"[hidden]""#,
        ] {
            check(text, text);
        }
        check(
            r#""password":"(Zq8Kx2vN7","a":1"#,
            r#""password":"[hidden]","a":1"#,
        );
    }

    #[test]
    fn private_keys_are_hidden_also_when_one_end_is_missing() {
        let key = "a -----BEGIN EC PRIVATE KEY-----\\nMHcCAQ\\n-----END EC PRIVATE KEY----- b";
        check(key, "a -----BEGIN [hidden]-----END EC PRIVATE KEY----- b");
        check("-----BEGIN PRIVATE KEY-----\nMHcCAQ", "-----BEGIN [hidden]");
        check(
            "MHcCAQ\n-----END PRIVATE KEY-----",
            "[hidden]-----END PRIVATE KEY-----",
        );
        check(
            "-----BEGIN CERTIFICATE-----\nMI\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\nMI\n-----END CERTIFICATE-----",
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_places_within_them(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            for place in places(&bytes) {
                proptest::prop_assert!(place.start <= place.end && place.end <= bytes.len());
            }
        }

        #[test]
        fn nearly_secret_texts_never_panic(parts in proptest::collection::vec("(password|\"|\\\\|:|=|,|value|é|\\{|\\[|Bearer |://|@|-----BEGIN |-----END |PRIVATE KEY| )", 0..16)) {
            let _clean = hidden(&parts.concat());
        }
    }
}
