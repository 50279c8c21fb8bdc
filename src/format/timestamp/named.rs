//! Times whose month is a word: access logs, syslog, ctime, RFC 5322, `java.util.logging`.
//!
//! `20/Nov/2026:09:00:00 +0000`, `Nov 20 09:00:00`, `Fri Nov 20 09:00:00 2026`, `Fri, 20 Nov 2026 09:00:00 GMT`,
//! `Nov 20, 2026 9:00:00 AM`, `20-Nov-2026 09:00:00.123`, `2026 Nov 20 09:00:00`. Where no year stands, the zone's anchor tells it.

use crate::format::timestamp::Leading;
use crate::format::timestamp::calendar::{
    SECONDS_PER_DAY, days_from_civil, full_year, is_weekday, month, month_of, number, two,
    unix_nanos, weekday,
};
use crate::format::timestamp::clock::{clock, finish, fraction, full_clock, goes_on, offset};
use crate::format::timestamp::iso::{clock_behind, gap};
use crate::format::timestamp::tail::{Tail, zone as offset_or_zone};
use crate::format::timestamp::zone::Zone;

/// `20/Nov/2026:09:00:00 +0000`
#[inline]
pub(super) fn access_log(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let head: &[u8; 12] = line.first_chunk()?;
    let [date @ .., b':' | b' '] = head else {
        return None;
    };
    let days = zone.access_days(date)?;
    finish(line, zone, days, clock(line, 12)?)
}

/// Reads the time at the start of a line that begins with a letter.
pub(super) fn read(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let name: [u8; 3] = *line.first_chunk()?;
    if let Some(number) = month_of(name) {
        if let Some(found) = syslog(line, zone, number) {
            return Some(found);
        }
        let (number, at) = month(line, 0)?;
        return month_first(line, zone, number, at);
    }
    if !is_weekday(name) {
        return None;
    }
    if let Some(found) = ctime(line, zone) {
        return Some(found);
    }
    let at = weekday(line, 0)?;
    let at = match line.get(at..)? {
        [b',', b' ', ..] => at + 2,
        [b' ' | b',', ..] => at + 1,
        _ => return None,
    };
    if line.get(at)?.is_ascii_digit() {
        let (_, end) = number(line, at, 2)?;
        return behind(day_first(line.get(at..)?, zone, end - at)?, at);
    }
    let (number, at) = month(line, at)?;
    month_first(line, zone, number, at)
}

/// `Nov 20 09:00:00` and nothing rare: the lines of a syslog.
#[inline]
fn syslog(line: &[u8], zone: &mut Zone, month: i64) -> Option<Leading> {
    let [_, _, _, b' ', tens, ones, b' '] = *line.first_chunk()? else {
        return None;
    };
    let day = two(if tens == b' ' { b'0' } else { tens }, ones)?;
    let (clock, at) = clock(line, 7)?;
    let (nanos, end) = fraction(line, at);
    let year_follows = matches!(
        line.get(end..end + 2),
        Some([b' ', b'0'..=b'9' | b'+' | b'-'])
    );
    if at != 15 || year_follows || goes_on(line, end) {
        return None;
    }
    let seconds = zone.yearless_seconds((month, day), clock, None)?;
    Leading::new(unix_nanos(seconds, nanos)?, end)
}

/// `Fri Nov 20 09:00:00.123456 2026`
fn ctime(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let [_, _, _, b' ', m0, m1, m2, b' ', tens, ones, b' '] = *line.first_chunk()? else {
        return None;
    };
    let day = two(if tens == b' ' { b'0' } else { tens }, ones)?;
    let month = month_of([m0, m1, m2])?;
    let (clock, at) = clock(line, 11)?;
    let (nanos, at) = fraction(line, at);
    let [b' ', y0, y1, y2, y3] = *line.get(at..)?.first_chunk()? else {
        return None;
    };
    let end = at + 5;
    if line.get(end) == Some(&b' ') && goes_on(line, end) {
        return None;
    }
    let year = two(y0, y1)? * 100 + two(y2, y3)?;
    let civil = days_from_civil(year, month, day)? * SECONDS_PER_DAY + clock;
    let (offset, end) = match offset(line, end) {
        Some((offset, end)) => (Some(offset), end),
        None => (None, end),
    };
    Leading::new(unix_nanos(zone.seconds(civil, offset), nanos)?, end)
}

/// `Nov 20, 2026 9:00:00 AM`, `Nov 20 2026 09:00:00`, `Nov 20 09:00:00 2026`, `Nov 20 09:00:00`: what follows the month.
fn month_first(line: &[u8], zone: &mut Zone, month: i64, at: usize) -> Option<Leading> {
    let at = skip(line, at, b'.');
    let (day, day_end) = number(line, blanks(line, at)?, 2)?;
    let at = gap(line, day_end)?;
    if let Some((year, end)) = number(line, at, 4).filter(|(_, end)| end - at == 4) {
        return clock_behind(line, zone, days_from_civil(year, month, day)?, end);
    }
    year_behind(line, zone, (month, day), at)
}

/// `20 Nov 2026 09:00:00`, `20-Nov-26 09:00:00`, `20 Nov 09:00:00`, with a day of so many digits.
pub(super) fn day_first(line: &[u8], zone: &mut Zone, digits: usize) -> Option<Leading> {
    let separator = line.get(digits)?;
    let (day, _) = number(line, 0, 2)?;
    let (month, at) = month(line, digits + 1)?;
    if line.get(at)? != separator {
        return None;
    }
    let at = at + 1;
    let (value, end) = number(line, at, 4)?;
    let year = match end - at {
        4 => value,
        2 if line.get(end) != Some(&b':') => full_year(value),
        _ if *separator == b' ' => return year_behind(line, zone, (month, day), at),
        _ => return None,
    };
    clock_behind(line, zone, days_from_civil(year, month, day)?, end)
}

/// `2026 Nov 20 09:00:00`, `2026-Nov-20 09:00:00`
pub(super) fn year_first(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let (year, at) = number(line, 0, 4)?;
    let separator = line.get(at)?;
    let (month, at) = month(line, at + 1)?;
    if line.get(at)? != separator {
        return None;
    }
    let at = if *separator == b' ' {
        blanks(line, at)?
    } else {
        at + 1
    };
    let (day, end) = number(line, at, 2)?;
    clock_behind(line, zone, days_from_civil(year, month, day)?, end)
}

/// The clock at `at`; a year may stand behind it, and an offset before or behind that.
fn year_behind(line: &[u8], zone: &mut Zone, month_day: (i64, i64), at: usize) -> Option<Leading> {
    let (clock, at) = full_clock(line, at)?;
    let tail = Tail::read(line, at, clock);
    let Some((year, end)) = year(line, tail.end) else {
        let seconds = zone.yearless_seconds(month_day, tail.clock, tail.offset)?;
        return Leading::new(unix_nanos(seconds, tail.nanos)?, tail.end);
    };
    let days = days_from_civil(year, month_day.0, month_day.1)?;
    let (offset, end) = match tail.offset {
        Some(_) => (tail.offset, end),
        None => offset_or_zone(line, end),
    };
    let seconds = zone.seconds(days * SECONDS_PER_DAY + tail.clock, offset);
    Leading::new(unix_nanos(seconds, tail.nanos)?, end)
}

/// ` 2026` at `at`, and not a number that a message begins with. A year too early or late is one, so that no other is assumed.
fn year(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let start = (line.get(at) == Some(&b' ')).then_some(at + 1)?;
    let (year, end) = number(line, start, 4)?;
    let delimited = matches!(
        line.get(end),
        None | Some(b' ' | b'\t' | b']' | b':' | b',')
    );
    (delimited && (1_900..2_400).contains(&year)).then_some((year, end))
}

/// Passes one or two blanks.
fn blanks(line: &[u8], at: usize) -> Option<usize> {
    let first = (line.get(at) == Some(&b' ')).then_some(at + 1)?;
    Some(skip(line, first, b' '))
}

fn skip(line: &[u8], at: usize, byte: u8) -> usize {
    at + usize::from(line.get(at) == Some(&byte))
}

/// A time that was found so many bytes behind the start.
fn behind(found: Leading, at: usize) -> Option<Leading> {
    Leading::new(found.time(), found.bytes() + at)
}
