//! Dates as numbers and names: days since 1970 of a date of the Gregorian calendar, month and weekday names.
//!
//! The arithmetic is ours because it is on the hot path. Names are English, in any case, three letters or whole.

use crate::base::units::UnixNanos;

pub(super) const NANOS_PER_SECOND: u64 = 1_000_000_000;
pub(super) const SECONDS_PER_HOUR: i64 = 3_600;
pub(super) const SECONDS_PER_DAY: i64 = 86_400;

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

const WEEKDAYS: [&[u8]; 7] = [
    b"monday",
    b"tuesday",
    b"wednesday",
    b"thursday",
    b"friday",
    b"saturday",
    b"sunday",
];

/// The time that many seconds and nanoseconds after the epoch; none before it, and none that a signed reader cannot hold.
pub(super) fn unix_nanos(seconds: i64, nanos: u64) -> Option<UnixNanos> {
    let total = u64::try_from(seconds)
        .ok()?
        .checked_mul(NANOS_PER_SECOND)?
        .checked_add(nanos)?;
    // Consumers read the field as signed; and 0 means "unknown".
    (total > 0 && i64::try_from(total).is_ok()).then_some(UnixNanos(total))
}

pub(super) fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// The number at `at`, of at most `digits_max` digits, and where it ends. A longer run of digits is no number.
pub(super) fn number(line: &[u8], at: usize, digits_max: usize) -> Option<(i64, usize)> {
    let (mut value, mut end) = (0, at);
    while let Some(digit) = line.get(end).filter(|byte| byte.is_ascii_digit()) {
        if end - at == digits_max {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
        end += 1;
    }
    (end > at).then_some((value, end))
}

/// The number in exactly `digits` digits at `at`, whatever follows them.
pub(super) fn fixed_number(line: &[u8], at: usize, digits: usize) -> Option<i64> {
    line.get(at..at + digits)?.iter().try_fold(0, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        Some(sum * 10 + digit)
    })
}

/// The year of two digits, as POSIX reads it: 69 is 1969, 68 is 2068.
pub(super) fn full_year(short: i64) -> i64 {
    short + if short < 69 { 2_000 } else { 1_900 }
}

/// The month of a name's first three letters.
pub(super) fn month_of(name: [u8; 3]) -> Option<i64> {
    Some(match name.map(|byte| byte | 0x20) {
        [b'j', b'a', b'n'] => 1,
        [b'f', b'e', b'b'] => 2,
        [b'm', b'a', b'r'] => 3,
        [b'a', b'p', b'r'] => 4,
        [b'm', b'a', b'y'] => 5,
        [b'j', b'u', b'n'] => 6,
        [b'j', b'u', b'l'] => 7,
        [b'a', b'u', b'g'] => 8,
        [b's', b'e', b'p'] => 9,
        [b'o', b'c', b't'] => 10,
        [b'n', b'o', b'v'] => 11,
        [b'd', b'e', b'c'] => 12,
        _ => return None,
    })
}

/// The month named at `at`, and where its name ends.
pub(super) fn month(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let word = word(line, at);
    let month = month_of(*word.first_chunk()?)?;
    let name = MONTHS.get(usize::try_from(month - 1).ok()?)?;
    let fits = word.len() == 3
        || word.eq_ignore_ascii_case(name)
        || (month == 9 && word.eq_ignore_ascii_case(b"sept"));
    fits.then_some((month, at + word.len()))
}

/// Whether a weekday's name begins with these letters.
pub(super) fn is_weekday(name: [u8; 3]) -> bool {
    matches!(
        &name.map(|byte| byte | 0x20),
        b"mon" | b"tue" | b"wed" | b"thu" | b"fri" | b"sat" | b"sun"
    )
}

/// Where the name of a weekday at `at` ends.
pub(super) fn weekday(line: &[u8], at: usize) -> Option<usize> {
    let short = line
        .get(at..)?
        .first_chunk()
        .filter(|name| is_weekday(**name))?;
    let word = word(line, at);
    let fits = word.len() == 3
        || WEEKDAYS.iter().any(|name| {
            name.starts_with(&short.map(|byte| byte | 0x20)) && word.eq_ignore_ascii_case(name)
        });
    fits.then_some(at + word.len())
}

/// The letters at `at`; no name is longer than ten of them.
fn word(line: &[u8], at: usize) -> &[u8] {
    let rest = line.get(at..).unwrap_or_default();
    let letters = rest
        .iter()
        .take(10)
        .take_while(|byte| byte.is_ascii_alphabetic());
    rest.get(..letters.count()).unwrap_or_default()
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted in 400-year eras that begin in March.
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
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

/// Days from 1970-01-01 to the day of a year that is counted from 1.
pub(super) fn days_from_ordinal(year: i64, day_of_year: i64) -> Option<i64> {
    let first = days_from_civil(year, 1, 1)?;
    let last = days_from_civil(year, 12, 31)?;
    let days = first + day_of_year - 1;
    (first..=last).contains(&days).then_some(days)
}

/// The year in which a day lies.
pub(super) fn year_of(days: i64) -> i64 {
    // The mean year is right but for the days around New Year.
    let near = 1_970 + (days * 400).div_euclid(146_097);
    let begins_later = |year| days_from_civil(year, 1, 1).is_some_and(|first| first > days);
    if begins_later(near) {
        near - 1
    } else if begins_later(near + 1) {
        near
    } else {
        near + 1
    }
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

    #[track_caller]
    fn check_month(text: &str, expected: Option<(i64, usize)>) {
        assert_eq!(month(text.as_bytes(), 0), expected, "{text:?}");
    }

    #[test]
    fn months_are_named_short_or_whole_in_any_case() {
        check_month("Nov 20", Some((11, 3)));
        check_month("NOVEMBER 20", Some((11, 8)));
        check_month("sept 1", Some((9, 4)));
        check_month("Sep", Some((9, 3)));
        check_month("Marching", None);
        check_month("No", None);
        check_month("Nove 20", None);
        check_month("", None);
    }

    #[test]
    fn weekdays_are_named_short_or_whole_in_any_case() {
        assert_eq!(weekday(b"Fri, 20", 0), Some(3));
        assert_eq!(weekday(b"x wednesday,", 2), Some(11));
        assert_eq!(weekday(b"Sunset", 0), None);
        assert_eq!(weekday(b"Th 1", 0), None);
        assert_eq!(weekday(b"Mona", 0), None);
    }

    #[test]
    fn years_of_two_digits_lie_around_the_epoch() {
        assert_eq!(full_year(0), 2000);
        assert_eq!(full_year(68), 2068);
        assert_eq!(full_year(69), 1969);
        assert_eq!(full_year(99), 1999);
    }

    #[test]
    fn a_number_longer_than_asked_for_is_none() {
        assert_eq!(number(b"2026-", 0, 4), Some((2026, 4)));
        assert_eq!(number(b"20261", 0, 4), None);
        assert_eq!(number(b"x", 0, 4), None);
        assert_eq!(fixed_number(b"20261", 0, 4), Some(2026));
        assert_eq!(fixed_number(b"202", 0, 4), None);
        assert_eq!(fixed_number(b"2 26", 0, 4), None);
    }

    proptest::proptest! {
        #[test]
        fn days_are_those_of_jiff(days in -200_000_i64..200_000) {
            let epoch = jiff::civil::date(1970, 1, 1);
            let date = epoch.checked_add(jiff::SignedDuration::from_secs(days * SECONDS_PER_DAY)).unwrap();
            let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
            proptest::prop_assert_eq!(days_from_civil(year, month, day), Some(days));
            proptest::prop_assert_eq!(days_from_ordinal(year, i64::from(date.day_of_year())), Some(days));
            proptest::prop_assert_eq!(year_of(days), year);
        }
    }
}
