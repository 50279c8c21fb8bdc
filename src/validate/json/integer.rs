//! The text of a number → an integer, by its digits: a float would round what is larger than 2^53.
//!
//! Shape: `9007199254740993.0`, `1.79e18`, `-0` → the integer each of them means, or why it is none.

/// An integer before its width is looked at.
pub(super) type Wide = i128;

/// A number's text, or what stands instead.
pub(super) enum Integer {
    /// Digits only.
    Whole(Wide),
    /// Whole, but with a point or an exponent.
    Odd(Wide),
    /// It has a fraction.
    Fraction,
    /// More digits than any field has room for.
    TooLarge,
    /// No number.
    NotANumber,
}

/// What a number's text means as an integer.
pub(super) fn parse_integer(text: &[u8]) -> Integer {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        if digits.len() > 30 {
            return Integer::TooLarge;
        }
        let number = if digits.len() < 20 {
            // Nineteen digits fit 64 bits, and most numbers have fewer.
            let fold = |number: u64, digit: &u8| number * 10 + u64::from(digit - b'0');
            Wide::from(digits.iter().fold(0, fold))
        } else {
            digits.iter().fold(0, |number: Wide, digit| {
                number * 10 + Wide::from(digit - b'0')
            })
        };
        return Integer::Whole(if digits.len() < text.len() {
            -number
        } else {
            number
        });
    }
    decimal(text)
}

/// An integer that is written with a point or an exponent, read by its digits: a float would round it.
fn decimal(text: &[u8]) -> Integer {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let end = digits.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = digits.split_at(end.unwrap_or(digits.len()));
    let point = mantissa.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = mantissa.split_at(point.unwrap_or(mantissa.len()));
    let fraction = fraction.strip_prefix(b".").unwrap_or(fraction);
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let exponent = match exponent {
        [] => Some(0),
        [_, sign @ (b'+' | b'-'), rest @ ..] if is_number(rest) => {
            Some(exponent_of(rest) * if *sign == b'-' { -1 } else { 1 })
        }
        [_, rest @ ..] if is_number(rest) => Some(exponent_of(rest)),
        _ => None,
    };
    let (Some(exponent), true) = (
        exponent,
        is_number(whole) && (point.is_none() || is_number(fraction)),
    ) else {
        return Integer::NotANumber;
    };
    let kept = fraction
        .iter()
        .rposition(|digit| *digit != b'0')
        .map_or(0, |last| last + 1);
    let significant = whole.iter().chain(fraction.iter().take(kept));
    let significant: Vec<u8> = significant
        .skip_while(|digit| **digit == b'0')
        .copied()
        .collect();
    let trailing = significant
        .iter()
        .rev()
        .take_while(|digit| **digit == b'0')
        .count();
    let shift = exponent - Wide::try_from(kept).unwrap_or(Wide::MAX);
    let zeros = Wide::try_from(trailing).unwrap_or(0);
    if significant.is_empty() {
        return Integer::Odd(0);
    }
    if shift + zeros < 0 {
        return Integer::Fraction;
    }
    let length = Wide::try_from(significant.len())
        .unwrap_or(Wide::MAX)
        .saturating_add(shift);
    if length > 30 {
        return Integer::TooLarge;
    }
    let number = (0..length).fold(0, |number: Wide, index| {
        let digit = usize::try_from(index)
            .ok()
            .and_then(|index| significant.get(index));
        number * 10 + Wide::from(digit.map_or(0, |digit| digit - b'0'))
    });
    Integer::Odd(if digits.len() < text.len() {
        -number
    } else {
        number
    })
}

/// An exponent's digits; beyond any that matters, they are all the same.
fn exponent_of(digits: &[u8]) -> Wide {
    digits.iter().fold(0, |number: Wide, digit| {
        (number * 10 + Wide::from(digit - b'0')).min(1 << 60)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an integer's text means: its digits, `fraction`, `too large` or `none`.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match parse_integer(text.as_bytes()) {
            Integer::Whole(number) | Integer::Odd(number) => number.to_string(),
            Integer::Fraction => "fraction".to_owned(),
            Integer::TooLarge => "too large".to_owned(),
            Integer::NotANumber => "none".to_owned(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn an_integer_with_a_point_or_an_exponent_keeps_every_digit() {
        check("9007199254740993.0", "9007199254740993");
        check("9007199254740993e0", "9007199254740993");
        check("1790000000.000000001e9", "1790000000000000001");
        check("1.79e18", "1790000000000000000");
        check("1790E+2", "179000");
        check("1500e-2", "15");
        check("-12.50e1", "-125");
        check("-0", "0");
        check("-0.0", "0");
        check("0e400", "0");
        check("1e400", "too large");
        check("1e99999999999999999999999999", "too large");
        check("1e-400", "fraction");
        check("0.5", "fraction");
        check("15e-2", "fraction");
        check("1e", "none");
        check("1.", "none");
        check(".5", "none");
        check("1e+", "none");
        check("0x10", "none");
        check("", "none");
    }
}
