//! Times as one number: seconds, milliseconds, microseconds or nanoseconds since the epoch, and TAI64N labels.

use crate::base::units::UnixNanos;
use crate::format::timestamp::Leading;
use crate::format::timestamp::calendar::{NANOS_PER_SECOND, unix_nanos};
use crate::format::timestamp::clock::fraction;

/// The earliest and latest epoch seconds taken for a time: 2001-09-09 to 2096-10-02, where ten digits suffice.
const EPOCH_SECONDS: std::ops::Range<u64> = 1_000_000_000..4_000_000_000;

/// The TAI second that a label of 2^62 names is the one of the epoch.
const TAI64_BASE: u64 = 1 << 62;

/// What the loggers of daemontools, runit and s6 add to a POSIX clock: TAI's lead of 1970, and no leap second since.
const LABEL_LEAD: i64 = 10;

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
/// Deviation: TAI64N of libtai counts leap seconds; what writes logs does not.
pub(super) fn tai64n(line: &[u8]) -> Option<Leading> {
    let label = line.strip_prefix(b"@")?;
    let tai = i64::try_from(hexadecimal(label.get(..16)?)?.checked_sub(TAI64_BASE)?).ok()?;
    let (nanos, end) = match label.get(16..24).and_then(hexadecimal) {
        Some(nanos) => (nanos, 25),
        None => (0, 17),
    };
    let fits = nanos < NANOS_PER_SECOND;
    Leading::new(fits.then(|| unix_nanos(tai - LABEL_LEAD, nanos))??, end)
}

fn hexadecimal(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0, |sum, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        Some(sum << 4 | u64::from(digit))
    })
}
