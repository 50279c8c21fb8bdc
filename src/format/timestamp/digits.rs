//! Digits read eight at a time, without a branch for each: a clock, a fraction.
//!
//! A byte less its `0` is a digit when it is less than ten; all eight are asked at once by adding to each what makes the others
//! reach the byte's highest bit.

/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;
const ZEROS: u64 = 0x3030_3030_3030_3030;
/// What lifts all but the digits to the highest bit.
const NO_DIGIT: u64 = 0x7676_7676_7676_7676;

/// `09:00:00` → 9, 0 and 0, each below 100.
#[inline]
pub(super) fn clock(text: [u8; 8]) -> Option<(i64, i64, i64)> {
    const COLONS: u64 = u64::from_le_bytes(*b"00:00:00");
    /// Under a colon, anything but zero is lifted.
    const NO_CLOCK: u64 = 0x7676_7f76_767f_7676;
    let digits = u64::from_le_bytes(text) ^ COLONS;
    // A byte that overflows has its highest bit set itself.
    if (digits.wrapping_add(NO_CLOCK) | digits) & HIGH != 0 {
        return None;
    }
    let pairs = (digits * 10 + (digits >> 8)).to_le_bytes();
    Some((pairs[0].into(), pairs[3].into(), pairs[6].into()))
}

/// The eight bytes at `at`; behind the end of `line`, zeros.
#[inline]
pub(super) fn eight(line: &[u8], at: usize) -> Option<[u8; 8]> {
    let rest = line.get(at..)?;
    if let Some(text) = rest.first_chunk() {
        return Some(*text);
    }
    let last = u64::from_le_bytes(*line.last_chunk()?);
    let missing = 8 * (8 - u32::try_from(rest.len()).ok()?);
    Some(last.checked_shr(missing).unwrap_or(0).to_le_bytes())
}

/// The digits at the start as a fraction of eight digits, and how many there are.
#[inline]
pub(super) fn fraction(text: [u8; 8]) -> (u64, usize) {
    let digits = u64::from_le_bytes(text) ^ ZEROS;
    // An overflow spoils only bytes behind the first that is no digit.
    let others = (digits.wrapping_add(NO_DIGIT) | digits) & HIGH;
    let count = others.trailing_zeros() / 8;
    let digits = digits & 1_u64.checked_shl(count * 8).unwrap_or(0).wrapping_sub(1);
    (number(digits), count as usize)
}

/// The number of eight digits, the first of them in the lowest byte.
#[inline]
fn number(digits: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits * 10 + (digits >> 8);
    let first = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let second = ((pairs >> 16) & PAIRS).wrapping_mul(1 + (10_000 << 32));
    first.wrapping_add(second) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_digits_and_colons_in_their_places() {
        assert_eq!(clock(*b"09:08:07"), Some((9, 8, 7)));
        assert_eq!(clock(*b"99:99:99"), Some((99, 99, 99)));
        assert_eq!(clock(*b"00:00:00"), Some((0, 0, 0)));
        assert_eq!(clock(*b"09:08.07"), None);
        assert_eq!(clock(*b"0::08:07"), None);
        assert_eq!(clock(*b"09:08:0/"), None);
        assert_eq!(clock([0xff; 8]), None);
    }

    #[test]
    fn zeros_stand_behind_the_end() {
        assert_eq!(eight(b"0123456789", 1), Some(*b"12345678"));
        assert_eq!(eight(b"0123456789", 2), Some(*b"23456789"));
        assert_eq!(eight(b"0123456789", 7), Some(*b"789\0\0\0\0\0"));
        assert_eq!(eight(b"0123456789", 10), Some([0; 8]));
        assert_eq!(eight(b"0123456789", 11), None);
        assert_eq!(eight(b"0123456", 3), None);
    }

    #[test]
    fn a_fraction_ends_with_its_digits() {
        assert_eq!(fraction(*b"12345678"), (12_345_678, 8));
        assert_eq!(fraction(*b"123 INFO"), (12_300_000, 3));
        assert_eq!(fraction(*b"9Z345678"), (90_000_000, 1));
        assert_eq!(fraction(*b" 2345678"), (0, 0));
        assert_eq!(fraction(*b"12:\xff\xff\xff\xff\xff"), (12_000_000, 2));
    }

    proptest::proptest! {
        #[test]
        fn eight_bytes_are_read_as_one_by_one(text in proptest::array::uniform8(b'-'..b'<')) {
            let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let digits = text.iter().take(count).map(|byte| u64::from(byte - b'0'));
            let value = digits.chain(std::iter::repeat(0)).take(8).fold(0, |sum, digit| sum * 10 + digit);
            proptest::prop_assert_eq!(fraction(text), (value, count));
        }
    }
}
