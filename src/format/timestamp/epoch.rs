//! Times as one number: seconds, milliseconds, microseconds or nanoseconds since the epoch, and TAI64N labels.

use crate::base::units::UnixNanos;
use crate::format::timestamp::Leading;
use crate::format::timestamp::calendar::{NANOS_PER_SECOND, unix_nanos};
use crate::format::timestamp::clock::fraction;

/// The earliest and latest epoch seconds taken for a time: 2001-09-09 to 2096-10-02, where ten digits suffice.
const EPOCH_SECONDS: std::ops::Range<u64> = 1_000_000_000..4_000_000_000;

/// The TAI second that a label of 2^62 names is the one of the epoch.
const TAI64_BASE: u64 = 1 << 62;

/// Since when, in seconds since the epoch, TAI is how many seconds ahead of UTC. Announced by the IERS.
const LEAP_SECONDS: [(i64, i64); 28] = [
    (1_483_228_800, 37),
    (1_435_708_800, 36),
    (1_341_100_800, 35),
    (1_230_768_000, 34),
    (1_136_073_600, 33),
    (915_148_800, 32),
    (867_715_200, 31),
    (820_454_400, 30),
    (773_020_800, 29),
    (741_484_800, 28),
    (709_948_800, 27),
    (662_688_000, 26),
    (631_152_000, 25),
    (567_993_600, 24),
    (489_024_000, 23),
    (425_865_600, 22),
    (394_329_600, 21),
    (362_793_600, 20),
    (315_532_800, 19),
    (283_996_800, 18),
    (252_460_800, 17),
    (220_924_800, 16),
    (189_302_400, 15),
    (157_766_400, 14),
    (126_230_400, 13),
    (94_694_400, 12),
    (78_796_800, 11),
    (63_072_000, 10),
];

/// 10 digits are seconds, 13 milliseconds, 16 microseconds, 19 nanoseconds; seconds may have a fraction.
pub(super) fn digits(line: &[u8]) -> Option<Leading> {
    let digits = line
        .iter()
        .take(20)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    of_length(line, digits)
}

/// The same at the start of a line, where parts of another number are none.
pub(super) fn at(line: &[u8], digits: usize) -> Option<Leading> {
    let found = of_length(line, digits)?;
    let goes_on = match line.get(found.bytes()..) {
        Some([b'-' | b'_' | b'/' | b'.', next, ..]) => next.is_ascii_alphanumeric(),
        _ => false,
    };
    (!goes_on).then_some(found)
}

fn of_length(line: &[u8], digits: usize) -> Option<Leading> {
    let number = line.get(..digits)?.iter().fold(0_u64, |sum, digit| {
        sum.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))
    });
    let scale = match digits {
        10 => NANOS_PER_SECOND,
        13 => 1_000_000,
        16 => 1_000,
        19 => 1,
        _ => return None,
    };
    let nanos = number.checked_mul(scale)?;
    if !EPOCH_SECONDS.contains(&(nanos / NANOS_PER_SECOND)) {
        return None;
    }
    let (fraction_nanos, end) = if matches!(line.get(digits), Some(b'.')) {
        fraction(line, digits)
    } else {
        (0, digits)
    };
    Leading::new(
        UnixNanos(nanos + fraction_nanos * scale / NANOS_PER_SECOND),
        end,
    )
}

/// `@4000000037c219bf2ef02e94`: seconds of TAI in 16 hexadecimal digits, nanoseconds in 8, which may be missing.
///
/// Spec: TAI64N of libtai.
pub(super) fn tai64n(line: &[u8]) -> Option<Leading> {
    let label = line.strip_prefix(b"@")?;
    let tai = i64::try_from(hexadecimal(label.get(..16)?)?.checked_sub(TAI64_BASE)?).ok()?;
    let (nanos, end) = match label.get(16..24).and_then(hexadecimal) {
        Some(nanos) => (nanos, 25),
        None => (0, 17),
    };
    let (_, ahead) = LEAP_SECONDS
        .into_iter()
        .find(|(since, ahead)| tai - ahead >= *since)?;
    let fits = nanos < NANOS_PER_SECOND;
    Leading::new(fits.then(|| unix_nanos(tai - ahead, nanos))??, end)
}

fn hexadecimal(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0, |sum, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        Some(sum << 4 | u64::from(digit))
    })
}
