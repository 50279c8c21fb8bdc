//! Logfire tokens by their shape, `pylf_v1_…`, wherever they stand: what a program logs of them is hidden, whosever they are.
//!
//! Hiding keeps the length, so that every place in the text stays what it was. What is left tells that there was a token, and its version.
//!
//! Limits: a token whose characters are written in another form, as in base64, is not recognised.

use std::ops::Range;

use memchr::memmem;

use super::HIDDEN;

/// What each of them begins with.
const PREFIX: &[u8] = b"pylf_v";

/// Whether such a text may hold one. One pass over the bytes, as fast as they can be read.
#[inline]
pub fn may_be_in(bytes: &[u8]) -> bool {
    memmem::find(bytes, PREFIX).is_some()
}

/// Puts stars in place of the secret part of each token; tells how many there were.
pub fn hide(bytes: &mut [u8]) -> u64 {
    let (mut count, mut from) = (0, 0);
    while let Some(secret) = next(bytes, from) {
        from = secret.end;
        bytes[secret].fill(b'*');
        count += 1;
    }
    count
}

/// The same in a text.
pub fn hide_text(text: &mut String) -> u64 {
    if !may_be_in(text.as_bytes()) {
        return 0;
    }
    let mut bytes = std::mem::take(text).into_bytes();
    let count = hide(&mut bytes);
    // ASCII took the place of ASCII.
    *text = String::from_utf8(bytes).unwrap_or_default();
    count
}

/// A text with [`HIDDEN`] in place of the secret part of each token: shorter, for people.
pub fn hidden(text: &str) -> String {
    let Some(first) = next(text.as_bytes(), 0) else {
        return text.to_owned();
    };
    let (mut clean, mut kept_to, mut found) = (String::new(), 0, Some(first));
    while let Some(secret) = found {
        clean.push_str(text.get(kept_to..secret.start).unwrap_or_default());
        clean.push_str(HIDDEN);
        kept_to = secret.end;
        found = next(text.as_bytes(), kept_to);
    }
    clean.push_str(text.get(kept_to..).unwrap_or_default());
    clean
}

/// The secret part of the next token: what follows `pylf_v` and the version.
///
/// Spec: Logfire, `pylf_v\d+_[A-Za-z0-9_-]+`.
pub(super) fn next(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let mut from = from;
    loop {
        let found = memmem::find(bytes.get(from..)?, PREFIX)?;
        let version = from + found + PREFIX.len();
        let rest = bytes.get(version..)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_secret = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let behind = rest.get(digits + 1..).unwrap_or_default();
        let length = behind.iter().take_while(|byte| is_secret(byte)).count();
        if digits > 0 && length > 0 && rest.get(digits) == Some(&b'_') {
            let start = version + digits + 1;
            return Some(start..start + length);
        }
        from = version;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a text in a record, and in a message for people.
    #[track_caller]
    fn check(text: &str, expected: &str, shown: &str) {
        let mut bytes = text.to_owned();
        hide_text(&mut bytes);
        assert_eq!(bytes, expected);
        assert_eq!(hidden(text), shown);
    }

    #[test]
    fn a_token_is_hidden_and_keeps_its_length() {
        check("pylf_v1_us_ab-C_9", "pylf_v1_*********", "pylf_v1_[hidden]");
        check("a pylf_v12_x b", "a pylf_v12_* b", "a pylf_v12_[hidden] b");
        check(
            "{\"t\":\"pylf_v1_eu_q\",\"u\":\"pylf_v2_z\"}",
            "{\"t\":\"pylf_v1_****\",\"u\":\"pylf_v2_*\"}",
            "{\"t\":\"pylf_v1_[hidden]\",\"u\":\"pylf_v2_[hidden]\"}",
        );
    }

    #[test]
    fn what_only_begins_like_one_stays() {
        for text in [
            "pylf_v",
            "pylf_v1",
            "pylf_v1_",
            "pylf_v_x",
            "pylf_vx_y",
            "pylf_v1_*",
            "",
        ] {
            check(text, text, text);
        }
        check(
            "pylf_vpylf_v1_a",
            "pylf_vpylf_v1_*",
            "pylf_vpylf_v1_[hidden]",
        );
    }

    #[test]
    fn tokens_are_counted() {
        let mut text = b"pylf_v1_a pylf_v1_b pylf_v1_ pylf_v1_c".to_vec();
        assert_eq!(hide(&mut text), 3);
        assert_eq!(hide(&mut text), 0);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_keep_their_length(parts in proptest::collection::vec("(pylf_v|[0-9]{1,2}|_|[a-z*]{0,3}| )", 0..12)) {
            let mut text = parts.concat();
            let length = text.len();
            hide_text(&mut text);
            proptest::prop_assert_eq!(text.len(), length);
            proptest::prop_assert_eq!(hide_text(&mut text), 0);
        }
    }
}
