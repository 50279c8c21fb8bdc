//! Times as logs write them, read at 20 ns a line.
//!
//! Read here: RFC 3339 and its relatives (`T` or space, `-`, `/` or `.` in the date, fraction behind `.` or `,`, offset with or
//! without colon, ` UTC`), the access-log form `20/Nov/2026:09:00:00 +0000`, ctime `Fri Nov 20 09:00:00 2026`, and seconds,
//! milliseconds, microseconds or nanoseconds since the epoch. Any of them may stand in brackets. Calendar arithmetic is ours because it is
//! on the hot path; zones are jiff's.

use std::num::NonZeroU64;

use jiff::civil;
use jiff::tz::TimeZone;

use crate::base::units::UnixNanos;

const NANOS_PER_SECOND: u64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// The earliest and latest epoch seconds taken for a time: 2001-09-09 to 2096-10-02, where ten digits suffice.
const EPOCH_SECONDS: std::ops::Range<u64> = 1_000_000_000..4_000_000_000;

/// The zone of times that name none, with the offset of the last hour asked for.
#[derive(Debug, Clone)]
pub struct Zone {
    rules: TimeZone,
    cached_hour: i64,
    cached_offset: i64,
    /// The last date as it was written, and its day: lines of one day follow each other.
    cached_date: [u8; 10],
    cached_days: i64,
    assumed: bool,
}

impl Zone {
    /// A zone of the tz database, or the system's.
    pub fn new(zone: TimeZone) -> Zone {
        Zone {
            rules: zone,
            cached_hour: i64::MIN,
            cached_offset: 0,
            cached_date: [0; 10],
            cached_days: 0,
            assumed: false,
        }
    }

    /// Whether a time without zone was read since the last call.
    pub fn take_assumed(&mut self) -> bool {
        std::mem::take(&mut self.assumed)
    }

    /// The day of `2026-11-20`, whatever its separators.
    #[inline]
    fn days(&mut self, date: &[u8; 10]) -> Option<i64> {
        if *date != self.cached_date {
            let [y0, y1, y2, y3, first, m0, m1, second, d0, d1] = *date;
            let year = two(y0, y1)? * 100 + two(y2, y3)?;
            let days = days_from_civil(year, two(m0, m1)?, two(d0, d1)?)?;
            self.cached_days = (first == second).then_some(days)?;
            self.cached_date = *date;
        }
        Some(self.cached_days)
    }

    /// Seconds to take away from this civil time to get UTC. In a gap or a fold the compatible reading of RFC 5545 is taken.
    fn offset_seconds(&mut self, civil_seconds: i64) -> i64 {
        self.assumed = true;
        // Offsets change on the quarter hour at the finest; the cache keeps most lines from the zone rules.
        let quarter = civil_seconds.div_euclid(900);
        if quarter != self.cached_hour {
            self.cached_offset = self.look_up(civil_seconds);
            self.cached_hour = quarter;
        }
        self.cached_offset
    }

    fn look_up(&self, civil_seconds: i64) -> i64 {
        let epoch = civil::date(1970, 1, 1).at(0, 0, 0, 0);
        let Ok(at) = epoch.checked_add(jiff::SignedDuration::from_secs(civil_seconds)) else {
            return 0;
        };
        self.rules
            .to_ambiguous_zoned(at)
            .compatible()
            .map_or(0, |zoned| civil_seconds - zoned.timestamp().as_second())
    }
}

/// The time at the start of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leading {
    /// Never 0, so that "no time" needs no room of its own and the whole is returned in two registers.
    nanos: NonZeroU64,
    bytes: u32,
}

impl Leading {
    fn new(time: UnixNanos, bytes: usize) -> Option<Leading> {
        Some(Leading {
            nanos: NonZeroU64::new(time.0)?,
            bytes: u32::try_from(bytes).ok()?,
        })
    }

    /// The time.
    pub fn time(self) -> UnixNanos {
        UnixNanos(self.nanos.get())
    }

    /// How many bytes of the line it took, its brackets included.
    pub fn bytes(self) -> usize {
        self.bytes as usize
    }
}

/// Reads the time at the start of a log line.
///
/// Shape: `line` → the time, and how many bytes of `line` it took, its brackets included.
/// Units: nanoseconds since the Unix epoch, UTC. A time without offset is taken in `zone`.
/// Errors: none; a line that starts with no known form gives `None`, and the record keeps only its observed time.
/// Spec: OTLP `LogRecord.time_unix_nano` (0 means unknown, so we leave it out rather than guess).
pub fn leading(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    match *line.first()? {
        b'[' => {
            let Leading { nanos, bytes } = bare(line.get(1..)?, zone)?;
            let closes = line.get(1 + bytes as usize) == Some(&b']');
            let bytes = bytes + 2;
            closes.then_some(Leading { nanos, bytes })
        }
        b'0'..=b'9' | b'A'..=b'Z' => {
            let found = bare(line, zone)?;
            let next = line.get(found.bytes());
            next.is_none_or(|next| !next.is_ascii_alphanumeric())
                .then_some(found)
        }
        _ => None,
    }
}

/// Reads a text that is a time and nothing else, as JSON values are.
pub fn whole(text: &str, zone: &mut Zone) -> Option<UnixNanos> {
    let bytes = text.trim_ascii().as_bytes();
    let found = bare(bytes, zone)?;
    (found.bytes() == bytes.len()).then_some(found.time())
}

/// Reads a number since the epoch, its unit told by its size: `1731391316`, `1731391316.698`, `1731391316698`.
pub fn epoch(number: &str) -> Option<UnixNanos> {
    let found = epoch_digits(number.as_bytes())?;
    (found.bytes() == number.len()).then_some(found.time())
}

fn bare(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    if line.first()?.is_ascii_alphabetic() {
        return ctime(line, zone);
    }
    match line.get(4) {
        Some(b'-' | b'/' | b'.') => iso(line, zone),
        _ if line.get(2) == Some(&b'/') => access_log(line, zone),
        _ => epoch_digits(line),
    }
}

/// `2026-11-20T09:00:00.123Z` and relatives.
fn iso(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let head: &[u8; 16] = line.first_chunk()?;
    let [date @ .., b'T' | b't' | b' ' | b'_'] = head.first_chunk::<11>()? else {
        return None;
    };
    if head[13] != b':' {
        return None;
    }
    let days = zone.days(date)?;
    let (clock, mut at) = clock(line, 11)?;
    let (nanos, fraction_end) = fraction(line, at);
    at = fraction_end;
    let civil = days * SECONDS_PER_DAY + clock;
    let (offset, end) = offset(line, at).unwrap_or_else(|| (zone.offset_seconds(civil), at));
    Leading::new(unix_nanos(civil - offset, nanos)?, end)
}

/// `20/Nov/2026:09:00:00 +0000`
fn access_log(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let head: &[u8; 20] = line.first_chunk()?;
    let year = two(head[7], head[8])? * 100 + two(head[9], head[10])?;
    let days = days_from_civil(year, month(&head[3..6])?, two(head[0], head[1])?)?;
    let (clock, at) = (head[11] == b':').then(|| clock(line, 12))??;
    let civil = days * SECONDS_PER_DAY + clock;
    let (offset, end) = offset(line, at).unwrap_or_else(|| (zone.offset_seconds(civil), at));
    Leading::new(unix_nanos(civil - offset, 0)?, end)
}

/// `Fri Nov 20 09:00:00.123456 2026`
fn ctime(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let head: &[u8; 16] = line.first_chunk()?;
    let days_name = head[3] == b' ' && head[7] == b' ' && head[10] == b' ';
    let day = if head[8] == b' ' {
        two(b'0', head[9])?
    } else {
        two(head[8], head[9])?
    };
    let month = days_name.then(|| month(&head[4..7]))??;
    let (clock, at) = clock(line, 11)?;
    let (nanos, at) = fraction(line, at);
    let year = line.get(at..at + 5)?;
    let year_number = (year[0] == b' ')
        .then(|| Some(two(year[1], year[2])? * 100 + two(year[3], year[4])?))??;
    let civil = days_from_civil(year_number, month, day)? * SECONDS_PER_DAY + clock;
    Leading::new(
        unix_nanos(civil - zone.offset_seconds(civil), nanos)?,
        at + 5,
    )
}

/// `HH:MM` or `HH:MM:SS` from `at` → seconds of the day, and where it ends. A leap second is read as the one before.
fn clock(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let minute_end = at + 5;
    let text = line.get(at..minute_end)?;
    let (hour, minute) = (two(text[0], text[1])?, two(text[3], text[4])?);
    if text[2] != b':' || hour > 23 || minute > 59 {
        return None;
    }
    let seconds = match line.get(minute_end..minute_end + 3) {
        Some([b':', tens, ones]) => two(*tens, *ones)?,
        _ => return Some((hour * 3_600 + minute * 60, minute_end)),
    };
    (seconds <= 60).then(|| (hour * 3_600 + minute * 60 + seconds.min(59), minute_end + 3))
}

/// Digits behind `.` or `,`, to the nanosecond; further ones are skipped.
fn fraction(line: &[u8], at: usize) -> (u64, usize) {
    let starts = matches!(line.get(at), Some(b'.' | b','))
        && line.get(at + 1).is_some_and(u8::is_ascii_digit);
    if !starts {
        return (0, at);
    }
    let (mut nanos, mut scale, mut end) = (0, NANOS_PER_SECOND, at + 1);
    while let Some(digit) = line.get(end).filter(|byte| byte.is_ascii_digit()) {
        scale /= 10;
        nanos += u64::from(digit - b'0') * scale;
        end += 1;
    }
    (nanos, end)
}

/// `Z`, `+02:00`, `+0200`, `+02`, ` UTC`, ` +0200` → seconds east of UTC, and where it ends.
fn offset(line: &[u8], at: usize) -> Option<(i64, usize)> {
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

fn offset_digits(line: &[u8], at: usize, spaced: bool) -> Option<(i64, usize)> {
    let hours = two(*line.get(at)?, *line.get(at + 1)?)?;
    let colon = usize::from(line.get(at + 2) == Some(&b':'));
    let minutes_at = at + 2 + colon;
    let minutes = match (line.get(minutes_at), line.get(minutes_at + 1)) {
        (Some(tens), Some(ones)) => two(*tens, *ones),
        _ => None,
    };
    match minutes {
        Some(minutes) if hours <= 23 && minutes <= 59 => {
            Some((hours * 3_600 + minutes * 60, minutes_at + 2))
        }
        // ` -5 items` is not an offset; `+02` right behind the time is.
        None if colon == 0 && !spaced && hours <= 23 => Some((hours * 3_600, at + 2)),
        _ => None,
    }
}

/// 10 digits are seconds, 13 milliseconds, 16 microseconds, 19 nanoseconds; seconds may have a fraction.
fn epoch_digits(line: &[u8]) -> Option<Leading> {
    let digits = line
        .iter()
        .take(20)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
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

fn unix_nanos(seconds: i64, nanos: u64) -> Option<UnixNanos> {
    let total = u64::try_from(seconds)
        .ok()?
        .checked_mul(NANOS_PER_SECOND)?
        .checked_add(nanos)?;
    // Consumers read the field as signed; and 0 means "unknown".
    (total > 0 && i64::try_from(total).is_ok()).then_some(UnixNanos(total))
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

fn month(name: &[u8]) -> Option<i64> {
    let index = MONTHS
        .iter()
        .position(|month| month.eq_ignore_ascii_case(name))?;
    i64::try_from(index + 1).ok()
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted in 400-year eras that begin in March.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        Zone::new(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap())
    }

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, usize)>) {
        let found = leading(line.as_bytes(), &mut berlin()).map(|found| {
            let (time, length) = (found.time(), found.bytes());
            let stamp = jiff::Timestamp::from_nanosecond(i128::from(time.0)).unwrap();
            (stamp.to_string(), length)
        });
        assert_eq!(
            found,
            expected.map(|(time, length)| (time.to_owned(), length)),
            "{line:?}"
        );
    }

    #[test]
    fn rfc_3339_and_its_relatives_are_read() {
        check("2026-11-20T09:00:00Z x", Some(("2026-11-20T09:00:00Z", 20)));
        check(
            "2026-11-20T09:00:00.123456789Z",
            Some(("2026-11-20T09:00:00.123456789Z", 30)),
        );
        check(
            "2026-11-20 09:00:00,123 INFO",
            Some(("2026-11-20T08:00:00.123Z", 23)),
        );
        check(
            "2026-11-20 09:00:00.5 +0200 x",
            Some(("2026-11-20T07:00:00.5Z", 27)),
        );
        check(
            "2026-11-20T09:00:00+02:00",
            Some(("2026-11-20T07:00:00Z", 25)),
        );
        check(
            "2026-11-20T09:00:00-0530",
            Some(("2026-11-20T14:30:00Z", 24)),
        );
        check(
            "2026/11/20 09:00:00 UTC x",
            Some(("2026-11-20T09:00:00Z", 23)),
        );
        check(
            "[2026-11-20 09:00:00Z] x",
            Some(("2026-11-20T09:00:00Z", 22)),
        );
        check("2026-11-20T09:00Z", Some(("2026-11-20T09:00:00Z", 17)));
        check("2026-06-30T23:59:60Z", Some(("2026-06-30T23:59:59Z", 20)));
        check(
            "2024-02-29T00:00:00.1234567891234Z",
            Some(("2024-02-29T00:00:00.123456789Z", 34)),
        );
    }

    #[test]
    fn other_common_forms_are_read() {
        check(
            "[20/Nov/2026:09:00:00 +0100] \"GET",
            Some(("2026-11-20T08:00:00Z", 28)),
        );
        check(
            "Fri Nov 20 09:00:00 2026 x",
            Some(("2026-11-20T08:00:00Z", 24)),
        );
        check(
            "[Fri Nov  6 09:00:00.123456 2026] x",
            Some(("2026-11-06T08:00:00.123456Z", 33)),
        );
        check("1790000000 x", Some(("2026-09-21T14:13:20Z", 10)));
        check("1790000000.25 x", Some(("2026-09-21T14:13:20.25Z", 13)));
        check("1790000000123 x", Some(("2026-09-21T14:13:20.123Z", 13)));
    }

    #[test]
    fn what_is_not_a_time_is_left_alone() {
        check("", None);
        check("hello", None);
        check("2026-13-20T09:00:00Z", None);
        check("2026-02-30T09:00:00Z", None);
        check("2026-11-20T24:00:00Z", None);
        check("2026-11-20", None);
        check("2026-11-20T09:00:00Zebra", None);
        check("1790000000123456789012", None);
        check("99999999999", None);
        check("1600-01-01T00:00:00Z", None);
        check("2300-01-01T00:00:00Z", None);
        check("[2026-11-20 09:00:00Z x", None);
    }

    #[test]
    fn summer_time_gaps_and_folds_take_the_compatible_reading() {
        check("2026-07-01 12:00:00 x", Some(("2026-07-01T10:00:00Z", 19)));
        check("2026-03-29 02:30:00 x", Some(("2026-03-29T01:30:00Z", 19)));
        check("2026-10-25 02:30:00 x", Some(("2026-10-25T00:30:00Z", 19)));
    }

    #[test]
    fn a_space_and_a_number_are_no_offset() {
        check(
            "2026-11-20T09:00:00 -5 items",
            Some(("2026-11-20T08:00:00Z", 19)),
        );
        check(
            "2026-11-20T09:00:00 - x",
            Some(("2026-11-20T08:00:00Z", 19)),
        );
    }

    #[test]
    fn epochs_in_json_are_exact_to_the_digit() {
        assert_eq!(
            epoch("1731391316.698123456"),
            Some(UnixNanos(1_731_391_316_698_123_456))
        );
        assert_eq!(
            epoch("1731391316698"),
            Some(UnixNanos(1_731_391_316_698_000_000))
        );
        assert_eq!(
            epoch("1731391316698.5"),
            Some(UnixNanos(1_731_391_316_698_500_000))
        );
        assert_eq!(epoch("42"), None);
        assert_eq!(epoch("1731391316x"), None);
    }

    proptest::proptest! {
        #[test]
        fn every_second_is_read_as_jiff_reads_it(seconds in 1_i64..9_000_000_000, nanos in 0_i32..1_000_000_000) {
            let stamp = jiff::Timestamp::new(seconds, nanos).unwrap();
            let found = whole(&stamp.to_string(), &mut berlin()).map(|time| i128::from(time.0));
            proptest::prop_assert_eq!(found, Some(stamp.as_nanosecond()));
        }

        #[test]
        fn no_bytes_make_it_panic(line in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let _read = leading(&line, &mut berlin());
        }
    }
}
