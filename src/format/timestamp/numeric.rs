//! Times that begin with a digit and are not RFC 3339 as most write it: the number of digits tells the form.
//!
//! Dates of three numbers: with the year first, or of four digits, they are plain. `20.11.2026` has the day first; of `11/20/2026`
//! and `11-20-2026` the first is the month unless it is greater than 12. Of three numbers of two digits the first is the year, as
//! in `26/11/20 09:00:00`, where that is a date.

use crate::format::timestamp::Leading;
use crate::format::timestamp::calendar::{days_from_civil, full_year, number};
use crate::format::timestamp::clock::full_clock;
use crate::format::timestamp::iso::{basic, clock_behind, gap, packed, short_basic};
use crate::format::timestamp::zone::Zone;
use crate::format::timestamp::{epoch, named, time_of_day};

/// Reads the time at the start of a line that begins with a digit.
pub(super) fn read(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let digits = line
        .iter()
        .take(20)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let next = line.get(digits..).unwrap_or_default();
    match (digits, next) {
        (2, [b':', ..]) => clock_alone(line, zone),
        (1 | 2, [b' ' | b'-' | b'/', letter, ..]) if letter.is_ascii_alphabetic() => {
            named::day_first(line, zone, digits)
        }
        (4, [b' ' | b'-' | b'/', letter, ..]) if letter.is_ascii_alphabetic() => {
            named::year_first(line, zone)
        }
        (1 | 2 | 4, [b'-' | b'/' | b'.', digit, ..]) if digit.is_ascii_digit() => {
            separated(line, zone, digits)
        }
        (6, [b' ', ..]) => short_basic(line, zone),
        (8, _) => basic(line, zone),
        (14 | 17, _) => packed(line, zone, digits),
        (10 | 13 | 16 | 19, _) => epoch::at(line, digits),
        _ => None,
    }
}

/// `09:00:00.123` where nothing but a time is likely.
fn clock_alone(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let found = time_of_day(line, zone)?;
    let next = line.get(found.bytes());
    let delimited = matches!(next, None | Some(b' ' | b'\t' | b'[' | b']' | b'|'));
    delimited.then_some(found)
}

/// A date of three numbers with one separator.
fn separated(line: &[u8], zone: &mut Zone, digits: usize) -> Option<Leading> {
    let separator = line.get(digits);
    let (first, at) = number(line, 0, 4)?;
    let (second, second_end) = number(line, at + 1, 2)?;
    if line.get(second_end) != separator {
        return None;
    }
    let (third, end) = number(line, second_end + 1, 4)?;
    let dots = separator == Some(&b'.');
    let days = match (digits, end - second_end - 1) {
        (4, 1 | 2) => days_from_civil(first, second, third)?,
        (1 | 2, 4) if dots || first > 12 => days_from_civil(third, second, first)?,
        (1 | 2, 4) => days_from_civil(third, first, second)?,
        (2, 2) if dots && second_end == 5 => days_from_civil(full_year(third), second, first)?,
        (1 | 2, 2) if !dots => {
            // Who leaves out zeros, or writes milliseconds behind a colon, is not one of those with the year first.
            let padded = digits == 2 && second_end == 5 && has_plain_clock(line, end);
            short_year([first, second, third], padded)?
        }
        _ => return None,
    };
    clock_behind(line, zone, days, end)
}

fn has_plain_clock(line: &[u8], date_end: usize) -> bool {
    gap(line, date_end)
        .and_then(|at| Some((at, full_clock(line, at)?.1)))
        .is_some_and(|(at, end)| end - at == 8 && !goes_on_with_colon(line, end))
}

fn goes_on_with_colon(line: &[u8], at: usize) -> bool {
    matches!(line.get(at..at + 2), Some([b':', digit]) if digit.is_ascii_digit())
}

/// The day of three numbers below 100, of which the year may be the first or the last.
fn short_year([first, second, third]: [i64; 3], year_may_be_first: bool) -> Option<i64> {
    let year_first = || days_from_civil(full_year(first), second, third);
    let month_first = || days_from_civil(full_year(third), first, second);
    let day_first = || days_from_civil(full_year(third), second, first);
    year_may_be_first
        .then(year_first)
        .flatten()
        .or_else(month_first)
        .or_else(day_first)
}
