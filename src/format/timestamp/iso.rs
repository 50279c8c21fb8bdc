//! RFC 3339 and its relatives, year first: the form of most logs, and the hot path.
//!
//! Read on the hot path: `2026-11-20T09:00:00.123Z`, with `/` or `.` in the date, a blank or `_` before the clock, no seconds.
//! Read besides: other separators, hours and months of one digit, dates without separators, `20261120090000`.

use crate::format::timestamp::Leading;
use crate::format::timestamp::calendar::{
    SECONDS_PER_DAY, days_from_civil, fixed_number, number, unix_nanos,
};
use crate::format::timestamp::clock::{
    clock, clock_seconds, finish, finish_rarely, full_clock, loose_clock,
};
use crate::format::timestamp::tail::zone as offset_or_zone;
use crate::format::timestamp::zone::Zone;

/// Blanks between date and clock.
const BLANKS_MAX: usize = 4;

/// `2026-11-20T09:00:00.123Z` and relatives.
#[inline]
pub(super) fn iso(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let head: &[u8; 16] = line.first_chunk()?;
    let [date @ .., b'T' | b't' | b' ' | b'_'] = head.first_chunk::<11>()? else {
        return None;
    };
    if head[13] != b':' {
        return None;
    }
    let days = zone.days(date)?;
    finish(line, zone, days, clock(line, 11)?)
}

/// Reads the clock and all behind it, of a date that ends at `at`.
pub(super) fn clock_behind(line: &[u8], zone: &mut Zone, days: i64, at: usize) -> Option<Leading> {
    if line.get(at) == Some(&b'-')
        && let Some(clock) = dotted_clock(line, at + 1)
    {
        return finish_rarely(line, zone, days, clock);
    }
    let clock = loose_clock(line, gap(line, at)?)?;
    finish_rarely(line, zone, days, clock)
}

/// Where the clock begins behind a date that ends at `at`.
pub(super) fn gap(line: &[u8], at: usize) -> Option<usize> {
    let rest = line.get(at..)?;
    let blanks = |from: usize| {
        let blanks = rest.iter().skip(from).take(BLANKS_MAX);
        from + blanks.take_while(|byte| **byte == b' ').count()
    };
    let length = match rest {
        [b' ', b'@' | b'-', b' ', ..] => 3,
        [b' ', b'a', b't', b' ', ..] => 4,
        [b':', b':', ..] => 2,
        [b' ' | b',', ..] => blanks(1),
        [b'T' | b't' | b'_' | b'-' | b':', ..] => 1,
        _ => return None,
    };
    Some(at + length)
}

/// `09.00.00` as DB2 writes it.
fn dotted_clock(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let text = line.get(at..at + 8)?;
    (text[2] == b'.' && text[5] == b'.').then_some(())?;
    let part = |from| fixed_number(text, from, 2);
    Some((clock_seconds(part(0)?, part(3)?, part(6)?)?, at + 8))
}

/// `20261120T090000.123Z`, `20261120-9:00:00:606`, `20261120 09:00:00`: a date of eight digits.
pub(super) fn basic(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let days = packed_date(line)?;
    let at = gap(line, 8)?;
    if let Some(clock) = packed_clock(line, at) {
        return finish_rarely(line, zone, days, clock);
    }
    if line.get(8) == Some(&b'-') {
        return unpadded(line, zone, days, at);
    }
    finish_rarely(line, zone, days, full_clock(line, at)?)
}

/// `9:0:7:6`: no part has leading zeros, and the last counts milliseconds. With a `.` before it, it is a fraction.
fn unpadded(line: &[u8], zone: &mut Zone, days: i64, at: usize) -> Option<Leading> {
    let (hour, at) = number(line, at, 2)?;
    let (minute, at) = number(line, colon(line, at)?, 2)?;
    let (second, at) = number(line, colon(line, at)?, 2)?;
    let clock = clock_seconds(hour, minute, second)?;
    let milliseconds = colon(line, at).and_then(|at| number(line, at, 3));
    let Some((milliseconds, end)) = milliseconds else {
        return finish_rarely(line, zone, days, (clock, at));
    };
    let nanos = u64::try_from(milliseconds).ok()? * 1_000_000;
    let (offset, end) = offset_or_zone(line, end);
    let seconds = zone.seconds(days * SECONDS_PER_DAY + clock, offset);
    Leading::new(unix_nanos(seconds, nanos)?, end)
}

fn colon(line: &[u8], at: usize) -> Option<usize> {
    (line.get(at) == Some(&b':')).then_some(at + 1)
}

/// `20261120090000`, `20261120090000.123`, `20261120090000123`, of 14 or 17 digits.
pub(super) fn packed(line: &[u8], zone: &mut Zone, digits: usize) -> Option<Leading> {
    let days = packed_date(line)?;
    let (clock, at) = packed_clock_digits(line, 8)?;
    if digits == at {
        return finish_rarely(line, zone, days, (clock, at));
    }
    let nanos = u64::try_from(fixed_number(line, at, digits - at)?).ok()? * 1_000_000;
    let (offset, end) = offset_or_zone(line, digits);
    let seconds = zone.seconds(days * SECONDS_PER_DAY + clock, offset);
    Leading::new(unix_nanos(seconds, nanos)?, end)
}

/// `261120  9:00:00`, as old servers of `MySQL` write.
pub(super) fn short_basic(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let part = |at| fixed_number(line, at, 2);
    let days = days_from_civil(2_000 + part(0)?, part(2)?, part(4)?)?;
    finish_rarely(line, zone, days, full_clock(line, gap(line, 6)?)?)
}

fn packed_date(line: &[u8]) -> Option<i64> {
    let part = |at| fixed_number(line, at, 2);
    days_from_civil(fixed_number(line, 0, 4)?, part(4)?, part(6)?)
}

/// `090000`, and no digit behind it.
fn packed_clock(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let found = packed_clock_digits(line, at)?;
    (!line.get(found.1).is_some_and(u8::is_ascii_digit)).then_some(found)
}

fn packed_clock_digits(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let part = |at| fixed_number(line, at, 2);
    let clock = clock_seconds(part(at)?, part(at + 2)?, part(at + 4)?)?;
    Some((clock, at + 6))
}
