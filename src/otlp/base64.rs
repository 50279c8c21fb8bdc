//! Base64 for `bytesValue`: one way out, every legal way in.
//!
//! Spec: RFC 4648 §4 and §5; protobuf JSON mapping, "bytes": written standard with padding, read standard or
//! URL-safe, padded or not.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends the standard, padded form of `bytes`.
pub(super) fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    for group in bytes.chunks(3) {
        let mut word = 0;
        for index in 0..3 {
            word = word << 8 | usize::from(group.get(index).copied().unwrap_or(0));
        }
        for index in 0..4 {
            let letter = ALPHABET[word >> (18 - 6 * index) & 63];
            out.push(if index <= group.len() { letter } else { b'=' });
        }
    }
}

/// The bytes behind a text; `None` when it is no base64 of either alphabet.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let letters = text.as_bytes();
    let unpadded = match letters {
        [rest @ .., b'=', b'='] | [rest @ .., b'='] if letters.len().is_multiple_of(4) => rest,
        all => all,
    };
    let mut bytes = Vec::with_capacity(unpadded.len() / 4 * 3 + 2);
    for group in unpadded.chunks(4) {
        // One letter holds six bits: less than a byte, so a group of one is cut off.
        if group.len() == 1 {
            return None;
        }
        let mut word = 0;
        for index in 0..4 {
            let bits = group
                .get(index)
                .map_or(Some(0), |letter| six_bits(*letter))?;
            word = word << 6 | u32::from(bits);
        }
        bytes.extend_from_slice(&word.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}

fn six_bits(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&[u8]>) {
        assert_eq!(from_base64(text).as_deref(), expected, "{text:?}");
    }

    #[test]
    fn both_alphabets_are_read_padded_or_not() {
        check("", Some(b""));
        check("TQ==", Some(b"M"));
        check("TQ", Some(b"M"));
        check("TWE=", Some(b"Ma"));
        check("TWE", Some(b"Ma"));
        check("TWFu", Some(b"Man"));
        check("+/+/", Some(b"\xfb\xff\xbf"));
        check("-_-_", Some(b"\xfb\xff\xbf"));
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        check("T", None);
        check("TWFuT", None);
        check("TQ=", None);
        check("====", None);
        check("TQ==TQ==", None);
        check("T Q=", None);
        check("é", None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(bytes: Vec<u8>) {
            let mut text = Vec::new();
            push_base64(&mut text, &bytes);
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(from_base64(&text), Some(bytes.clone()));
            prop_assert_eq!(from_base64(text.trim_end_matches('=')), Some(bytes));
        }
    }
}
