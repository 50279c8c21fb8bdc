//! The list syntax of OpenTelemetry's variables, `k1=v1,k2=v2`, which headers and resource attributes share.
//!
//! Spec: W3C Baggage without properties. A literal `+` stays a `+`: this is no form encoding.

/// The members of a list; blank ones are left out, as two commas in a row say nothing.
pub(super) fn members(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|member| !member.is_empty())
}

/// A member's key and value, trimmed; the first `=` divides, because values of base64 end with some.
pub(super) fn key_value(member: &str) -> Option<(&str, &str)> {
    let (key, value) = member.split_once('=')?;
    Some((key.trim(), value.trim()))
}

/// Turns `%20` and the like into what they stand for.
///
/// Errors: `None` for a `%` without two hexadecimal digits, and for bytes that are not UTF-8.
pub(super) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = hex_digit(rest.next()?)?;
        let low = hex_digit(rest.next()?)?;
        bytes.push(high << 4 | low);
    }
    String::from_utf8(bytes).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(percent_decoded(text).as_deref(), expected, "{text:?}");
    }

    #[test]
    fn percent_signs_are_decoded_and_pluses_are_not() {
        check("Basic%20a%3D%3D", Some("Basic a=="));
        check("a+b", Some("a+b"));
        check("%c3%A4", Some("ä"));
        check("ü", Some("ü"));
        check("100%", None);
        check("%4", None);
        check("%zz", None);
        check("%+1", None);
        check("%ff", None);
    }

    #[test]
    fn the_first_equals_sign_divides_and_blanks_around_are_dropped() {
        assert_eq!(key_value(" a = b=c== "), Some(("a", "b=c==")));
        assert_eq!(key_value("a="), Some(("a", "")));
        assert_eq!(key_value("a"), None);
        assert!(members(" a=1 ,, b=2,").eq(["a=1", "b=2"]));
    }
}
