//! A text without a secret, in whichever form it stands there.
//!
//! Found are: the secret as it is; any of its characters written `%2B`, `\u002b` or `\/`; and its base64 of either alphabet, padded or not,
//! also where it is only a part of what was encoded, as in `Basic base64(user:secret)`. Of base64 the whole run of letters goes.

use std::ops::Range;

use super::HIDDEN;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Shorter pieces of base64 stand in ordinary words.
const BASE64_BYTES_MIN: usize = 6;

/// The text with [`HIDDEN`] in place of each occurrence of `secret`.
pub(super) fn without(text: &str, secret: &[u8]) -> String {
    let plain = replaced(text, |bytes, at| {
        Some(at..match_at(bytes, at, secret, is_same)?)
    });
    cores(secret)
        .into_iter()
        .filter(|core| core.len() >= BASE64_BYTES_MIN)
        .fold(plain, |text, core| {
            replaced(&text, |bytes, at| {
                let end = match_at(bytes, at, &core, is_same_letter)?;
                let before = bytes.get(..at).unwrap_or_default().iter().rev();
                let start = at - before.take_while(|byte| is_letter(**byte)).count();
                Some(start..end + run_length(bytes.get(end..).unwrap_or_default()))
            })
        })
}

/// Replaces what is found around a place. A find may begin before the place, and even in the last one.
fn replaced(text: &str, found: impl Fn(&[u8], usize) -> Option<Range<usize>>) -> String {
    let bytes = text.as_bytes();
    let mut clean = String::new();
    let (mut kept_to, mut at) = (0, 0);
    while at < bytes.len() {
        let Some(Range { start, end }) = found(bytes, at).filter(|found| found.end > at) else {
            at += 1;
            continue;
        };
        clean.push_str(text.get(kept_to..start).unwrap_or_default());
        clean.push_str(HIDDEN);
        (kept_to, at) = (end, end);
    }
    clean.push_str(text.get(kept_to..).unwrap_or_default());
    clean
}

/// Where `needle` ends when it begins at `at`, each of its bytes in any of its forms.
fn match_at(text: &[u8], at: usize, needle: &[u8], same: fn(u8, u8) -> bool) -> Option<usize> {
    let mut at = at;
    for wanted in needle {
        let rest = text.get(at..)?;
        let literal = rest.first().filter(|byte| same(**byte, *wanted)).map(|_| 1);
        let length = literal.or_else(|| {
            let (byte, length) = escaped(rest)?;
            same(byte, *wanted).then_some(length)
        });
        at += length?;
    }
    Some(at)
}

/// The byte that an escape stands for, and how long the escape is.
fn escaped(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'%', high, low, ..] => Some((byte_of([*high, *low])?, 3)),
        [b'\\', b'u', b'0', b'0', high, low, ..] => Some((byte_of([*high, *low])?, 6)),
        [b'\\', byte, ..] => Some((*byte, 2)),
        _ => None,
    }
}

fn byte_of(digits: [u8; 2]) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(digits[0])? * 16 + value(digits[1])?).ok()
}

fn is_same(left: u8, right: u8) -> bool {
    left == right
}

/// Equality over both alphabets of base64.
fn is_same_letter(left: u8, right: u8) -> bool {
    let standard = |letter| match letter {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    standard(left) == standard(right)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn run_length(bytes: &[u8]) -> usize {
    let letters = bytes.iter().take_while(|byte| is_letter(**byte)).count();
    let padding = bytes.iter().skip(letters).take_while(|byte| **byte == b'=');
    letters + padding.count()
}

/// What base64 makes of the secret behind zero, one or two other bytes: the letters that depend on nothing else.
fn cores(secret: &[u8]) -> [Vec<u8>; 3] {
    [0, 1, 2].map(|shift| {
        let mut bytes = vec![0; shift];
        bytes.extend_from_slice(secret);
        // Letters that hold bits of what stands before or behind are left out.
        let first = (shift * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        let letters = (first..last).map(|index| letter(&bytes, index));
        letters.collect()
    })
}

/// The letter of six bits.
fn letter(bytes: &[u8], index: usize) -> u8 {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let six = (0..6).fold(0, |six, offset| six << 1 | bit(index * 6 + offset));
    ALPHABET[usize::from(six & 63)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "s3cr+t/To_ken-9";

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(without(text, TOKEN.as_bytes()), expected, "{text}");
    }

    #[test]
    fn a_secret_is_found_as_it_is_and_as_urls_and_json_write_it() {
        check("no s3cr+t/To_ken-9!", "no [hidden]!");
        check("s3cr+t/To_ken-9s3cr+t/To_ken-9", "[hidden][hidden]");
        check("a=s3cr%2Bt%2fTo_ken-9&b", "a=[hidden]&b");
        check("%73%33cr%2bt/To%5Fken-9", "[hidden]");
        check(r#""s3cr+t\/To_ken-9""#, r#""[hidden]""#);
        check(r"s3cr\u002bt\u002FTo_ken-9", "[hidden]");
        check("é s3cr+t/To_ken-9 é", "é [hidden] é");
        check("s3cr+t/To_ken-", "s3cr+t/To_ken-");
        check("100% \\", "100% \\");
    }

    #[test]
    fn a_secret_is_found_in_base64_wherever_it_stands() {
        // Each is what an encoder makes of the text named, the secret standing for S.
        for (text, encoded) in [
            ("S", "czNjcit0L1RvX2tlbi05"),
            ("a:S", "YTpzM2NyK3QvVG9fa2VuLTk="),
            ("a:S without padding", "YTpzM2NyK3QvVG9fa2VuLTk"),
            ("ab:S", "YWI6czNjcit0L1RvX2tlbi05"),
            ("Bearer S", "QmVhcmVyIHMzY3IrdC9Ub19rZW4tOQ=="),
        ] {
            let clean = without(&format!("got {encoded}."), TOKEN.as_bytes());
            assert_eq!(clean, "got [hidden].", "{text}");
        }
    }

    #[test]
    fn both_alphabets_are_known() {
        let secret = [0xfb, 0xef, 0xbe, 0xff, 0xff, 0xfe];
        assert_eq!(without("x ++++///+ y", &secret), "x [hidden] y");
        assert_eq!(without("x ----___- y", &secret), "x [hidden] y");
        assert_eq!(without("x %2b%2b++//%2f+ y", &secret), "x [hidden] y");
    }

    proptest::proptest! {
        #[test]
        fn any_text_and_any_secret_come_to_an_end(text: String, secret in proptest::collection::vec(proptest::num::u8::ANY, 4..20)) {
            let clean = without(&text, &secret);
            proptest::prop_assert!(clean.len() <= text.len() * 8 + 8);
        }
    }
}
