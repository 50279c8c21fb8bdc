//! What stands behind a date: time of day, fraction of the second, offset. On the hot path for every line.
//!
//! Only the common forms are read here; `12:00:00:123 PM CEST` and its like are the tail's.

use crate::format::timestamp::Leading;
use crate::format::timestamp::calendar::{
    NANOS_PER_SECOND, SECONDS_PER_DAY, SECONDS_PER_HOUR, two, unix_nanos,
};
use crate::format::timestamp::digits;
use crate::format::timestamp::tail::Tail;
use crate::format::timestamp::zone::Zone;

/// Reads what follows the clock, which ends at `at`, of a day that is known.
#[expect(
    clippy::inline_always,
    reason = "asked for every line: as calls its parts return through memory"
)]
#[inline(always)]
pub(super) fn finish(
    line: &[u8],
    zone: &mut Zone,
    days: i64,
    (clock, at): (i64, usize),
) -> Option<Leading> {
    let (nanos, end) = fraction(line, at);
    let civil = days * SECONDS_PER_DAY + clock;
    match line.get(end..) {
        Some([b'Z'] | [b'Z', b' ' | b']' | b'\t', ..]) => {
            Leading::new(unix_nanos(civil, nanos)?, end + 1)
        }
        Some([b' ', b'+' | b'-' | b'U' | b'G' | b'Z' | b'z', ..]) => {
            finish_offset(line, zone, days, (clock, at))
        }
        None | Some([] | [b']' | b' ' | b'\t' | b',' | b'|', ..]) if !goes_on(line, end) => {
            Leading::new(unix_nanos(civil - zone.offset_seconds(civil), nanos)?, end)
        }
        _ => finish_offset(line, zone, days, (clock, at)),
    }
}

/// The same where an offset may follow.
#[inline(never)]
fn finish_offset(
    line: &[u8],
    zone: &mut Zone,
    days: i64,
    (clock, at): (i64, usize),
) -> Option<Leading> {
    let (nanos, end) = fraction(line, at);
    let civil = days * SECONDS_PER_DAY + clock;
    let (offset, end) = match offset(line, end) {
        Some((offset, end)) => (Some(offset), end),
        None => (None, end),
    };
    if goes_on(line, end) {
        return finish_rarely(line, zone, days, (clock, at));
    }
    Leading::new(unix_nanos(zone.seconds(civil, offset), nanos)?, end)
}

/// The same where more than a fraction and an offset may follow.
#[inline(never)]
pub(super) fn finish_rarely(
    line: &[u8],
    zone: &mut Zone,
    days: i64,
    (clock, at): (i64, usize),
) -> Option<Leading> {
    let tail = Tail::read(line, at, clock);
    let civil = days * SECONDS_PER_DAY + tail.clock;
    Leading::new(
        unix_nanos(zone.seconds(civil, tail.offset), tail.nanos)?,
        tail.end,
    )
}

/// Whether what follows may still belong to the time: `:123`, ` PM`, ` CEST`, `[Europe/Vienna]`. Most lines answer no.
#[inline]
pub(super) fn goes_on(line: &[u8], at: usize) -> bool {
    match line.get(at..) {
        // The letters that ` AM`, ` UTC`, ` CET`, ` CEST`, ` MSK` and ` AEDT` have in these places, and few level words.
        Some([b' ', _, second, third, ..]) => {
            matches!(second, b'M' | b'm' | b'.')
                || matches!(third, b'T' | b'C' | b'K' | b'S' | b'D')
        }
        Some([b':' | b'+' | b'-', digit, ..]) => digit.is_ascii_digit(),
        // 0xe2 is the first byte of the narrow blank that Java writes before AM; ` AM` may be the last of a line.
        Some([b'[' | b'A' | b'P' | b'a' | b'p' | 0xe2, ..] | [b' ', _, b'M' | b'm']) => true,
        _ => false,
    }
}

/// `HH:MM` or `HH:MM:SS` from `at` → seconds of the day, and where it ends. A leap second is read as the one before.
#[expect(
    clippy::inline_always,
    reason = "asked for every line: as a call it returns through memory"
)]
#[inline(always)]
pub(super) fn clock(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let text = line.get(at..).and_then(|rest| rest.first_chunk());
    match text.and_then(|text| digits::clock(*text)) {
        Some((hour, minute, second)) => Some((clock_seconds(hour, minute, second)?, at + 8)),
        None => short_clock(line, at),
    }
}

/// The same without seconds.
#[inline(never)]
fn short_clock(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let [tens, ones, b':'] = *line.get(at..)?.first_chunk()? else {
        return None;
    };
    minutes(line, at + 3, two(tens, ones)?)
}

/// The same with an hour of one or two digits.
pub(super) fn loose_clock(line: &[u8], at: usize) -> Option<(i64, usize)> {
    match line.get(at..at + 2)? {
        [hour, b':'] => minutes(line, at + 2, two(b'0', *hour)?),
        _ => clock(line, at),
    }
}

/// The same, with seconds in any case.
pub(super) fn full_clock(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let (clock, end) = loose_clock(line, at)?;
    (end - at > 5).then_some((clock, end))
}

fn minutes(line: &[u8], at: usize, hour: i64) -> Option<(i64, usize)> {
    let minute_end = at + 2;
    let text = line.get(at..minute_end)?;
    let minute = two(text[0], text[1])?;
    if hour > 23 || minute > 59 {
        return None;
    }
    let seconds = match line.get(minute_end..minute_end + 3) {
        Some([b':', tens, ones]) if tens.is_ascii_digit() => two(*tens, *ones)?,
        _ => return Some((hour * SECONDS_PER_HOUR + minute * 60, minute_end)),
    };
    Some((clock_seconds(hour, minute, seconds)?, minute_end + 3))
}

/// Seconds of the day; a leap second is read as the one before.
#[inline]
pub(super) fn clock_seconds(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let fits = hour <= 23 && minute <= 59 && second <= 60;
    fits.then(|| hour * SECONDS_PER_HOUR + minute * 60 + second.min(59))
}

/// Digits behind `.` or `,`, to the nanosecond; further ones are skipped.
#[expect(
    clippy::inline_always,
    reason = "asked for every line: as a call it returns through memory"
)]
#[inline(always)]
pub(super) fn fraction(line: &[u8], at: usize) -> (u64, usize) {
    if !matches!(line.get(at), Some(b'.' | b',')) {
        return (0, at);
    }
    match fraction_digits(line, at + 1) {
        (_, end) if end == at + 1 => (0, at),
        found => found,
    }
}

/// Digits of a fraction → nanoseconds, and where they end.
#[expect(
    clippy::inline_always,
    reason = "asked for every line: as a call it returns through memory"
)]
#[inline(always)]
pub(super) fn fraction_digits(line: &[u8], at: usize) -> (u64, usize) {
    match digits::eight(line, at).map(digits::fraction) {
        Some((value, count)) if count < 8 => (value * 10, at + count),
        _ => all_digits(line, at),
    }
}

/// The same one by one, for fractions of many digits.
#[inline(never)]
fn all_digits(line: &[u8], at: usize) -> (u64, usize) {
    let (mut nanos, mut scale, mut end) = (0, NANOS_PER_SECOND, at);
    while let Some(digit) = line.get(end).filter(|byte| byte.is_ascii_digit()) {
        scale /= 10;
        nanos += u64::from(digit - b'0') * scale;
        end += 1;
    }
    (nanos, end)
}

/// `Z`, `+02:00`, `+0200`, `+02`, ` UTC`, ` +0200` → seconds east of UTC, and where it ends.
#[inline]
pub(super) fn offset(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let spaced = line.get(at) == Some(&b' ');
    let start = at + usize::from(spaced);
    match *line.get(start)? {
        b'Z' | b'z' if !line.get(start + 1).is_some_and(u8::is_ascii_alphanumeric) => {
            Some((0, start + 1))
        }
        sign @ (b'+' | b'-') => {
            let (seconds, end) = offset_digits(line, start + 1, spaced)?;
            Some((if sign == b'-' { -seconds } else { seconds }, end))
        }
        b'U' | b'G' if matches!(line.get(start..start + 3), Some(b"UTC" | b"GMT")) => {
            (!line.get(start + 3).is_some_and(u8::is_ascii_alphanumeric)).then_some((0, start + 3))
        }
        _ => None,
    }
}

#[inline]
fn offset_digits(line: &[u8], at: usize, spaced: bool) -> Option<(i64, usize)> {
    let rest = line.get(at..)?;
    let [tens, ones] = *rest.first_chunk()?;
    let hours = two(tens, ones).filter(|hours| *hours <= 23)? * SECONDS_PER_HOUR;
    let (minutes, length) = match *rest {
        [_, _, b':', tens, ones, ..] => (Some(two(tens, ones)?), 5),
        [_, _, b':', ..] => return None,
        [_, _, tens, ones, ..] => (two(tens, ones), 4),
        _ => (None, 2),
    };
    match minutes {
        Some(minutes) if minutes <= 59 => Some((hours + minutes * 60, at + length)),
        // ` -5 items` is not an offset; `+02` right behind the time is.
        None if !spaced => Some((hours, at + 2)),
        _ => None,
    }
}
