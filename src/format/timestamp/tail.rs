//! Whatever a log may write behind the seconds, for the forms that are too rare for the hot path.
//!
//! In this order, each part may be missing: a fraction behind `.`, `,` or `:`; AM or PM; an offset or the abbreviation of a
//! zone; and behind an offset the zone's name once more, ` UTC`, ` (CET)` or `[Europe/Vienna]`. An abbreviation that several
//! zones use, and a zone of the tz database, are passed but not read: the time is one without zone.

use crate::format::timestamp::calendar::{SECONDS_PER_HOUR, number, two};
use crate::format::timestamp::clock::{fraction, fraction_digits, offset};

/// The longest name in brackets that is passed.
const NAME_BYTES_MAX: usize = 48;

/// With what the names of the tz database begin.
const AREAS: [&[u8]; 11] = [
    b"Africa",
    b"America",
    b"Antarctica",
    b"Arctic",
    b"Asia",
    b"Atlantic",
    b"Australia",
    b"Etc",
    b"Europe",
    b"Indian",
    b"Pacific",
];

/// What was read behind the seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tail {
    /// Seconds of the day, AM or PM taken into account.
    pub(super) clock: i64,
    /// The fraction.
    pub(super) nanos: u64,
    /// Seconds east of UTC.
    pub(super) offset: Option<i64>,
    /// Where it ends.
    pub(super) end: usize,
}

impl Tail {
    /// Reads what follows a clock that ends at `at`.
    pub(super) fn read(line: &[u8], at: usize, clock: i64) -> Tail {
        let (nanos, at) = match line.get(at) {
            Some(b':') => colon_fraction(line, at),
            _ => fraction(line, at),
        };
        let halved = Half::read(line, at).and_then(|(half, end)| Some((half.of(clock)?, end)));
        let (clock, at) = halved.unwrap_or((clock, at));
        let (offset, end) = zone(line, at);
        Tail {
            clock,
            nanos,
            offset,
            end,
        }
    }
}

/// The half of the day that a clock of twelve hours is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// AM.
    Morning,
    /// PM.
    Afternoon,
}

impl Half {
    /// `AM`, `pm`, `a.m.` behind at most one blank, and where it ends.
    pub(super) fn read(line: &[u8], at: usize) -> Option<(Half, usize)> {
        let blank = match line.get(at..)? {
            [b' ', ..] => 1,
            // The narrow no-break blank of Java's English times.
            [0xe2, 0x80, 0xaf, ..] => 3,
            _ => 0,
        };
        let start = at + blank;
        let half = match line.get(start)? {
            b'A' | b'a' => Half::Morning,
            b'P' | b'p' => Half::Afternoon,
            _ => return None,
        };
        let end = match line.get(start + 1..)? {
            [b'M' | b'm', ..] => start + 2,
            [b'.', b'M' | b'm', b'.', ..] => start + 4,
            _ => return None,
        };
        ends_a_word(line, end).then_some((half, end))
    }

    /// Seconds of the day of a clock in this half. Some write the hours to 24 and the half as well; `13:00 AM` is nothing.
    pub(super) fn of(self, clock: i64) -> Option<i64> {
        let half_day = 12 * SECONDS_PER_HOUR;
        let noon_hour = clock / SECONDS_PER_HOUR == 12;
        match self {
            Half::Morning if noon_hour => Some(clock - half_day),
            Half::Morning => (clock < half_day).then_some(clock),
            Half::Afternoon if clock < half_day => Some(clock + half_day),
            Half::Afternoon => Some(clock),
        }
    }
}

/// `:123`, `:123456` or `:123456789`; a colon and another number is not a fraction.
fn colon_fraction(line: &[u8], at: usize) -> (u64, usize) {
    let (nanos, end) = fraction_digits(line, at + 1);
    if matches!(end - at - 1, 3 | 6 | 9) {
        (nanos, end)
    } else {
        (0, at)
    }
}

/// Seconds east of UTC when they are told, and where the zone at `at` ends.
pub(super) fn zone(line: &[u8], at: usize) -> (Option<i64>, usize) {
    if let Some((offset, end)) = offset(line, at) {
        let (offset, end) = offset_behind_name(line, end).unwrap_or((offset, end));
        return (Some(offset), name_behind(line, end));
    }
    let start = at + usize::from(line.get(at) == Some(&b' '));
    if let Some((offset, end)) = abbreviation(line, start) {
        return (offset, end);
    }
    (None, region(line, start).unwrap_or(at))
}

/// `+1`, `+01`, `+0100` or `+01:00` behind the `GMT` that ends at `at`.
fn offset_behind_name(line: &[u8], at: usize) -> Option<(i64, usize)> {
    let [b'C' | b'T', sign @ (b'+' | b'-')] = line.get(at.checked_sub(1)?..=at)? else {
        return None;
    };
    let (value, end) = number(line, at + 1, 4)?;
    let (hours, minutes, end) = match (end - at - 1, line.get(end..end + 3)) {
        (1 | 2, Some([b':', tens, ones])) if tens.is_ascii_digit() => {
            (value, two(*tens, *ones)?, end + 3)
        }
        (1 | 2, _) => (value, 0, end),
        (4, _) => (value / 100, value % 100, end),
        _ => return None,
    };
    let fits = hours <= 23 && minutes <= 59;
    let seconds = hours * SECONDS_PER_HOUR + minutes * 60;
    fits.then_some((if *sign == b'-' { -seconds } else { seconds }, end))
}

/// Passes the name of the zone whose offset ended at `at`.
fn name_behind(line: &[u8], at: usize) -> usize {
    let name = match line.get(at..) {
        Some([b'[', ..]) => closed(line, at + 1, b']', |name| {
            matches!(name, b"UTC" | b"GMT" | b"Z") || region(name, 0) == Some(name.len())
        }),
        Some([b' ', b'(', ..]) => closed(line, at + 2, b')', |name| {
            name.ends_with(b" Time")
                || abbreviation(name, 0).is_some_and(|(_, end)| end == name.len())
        }),
        Some([b' ', ..]) => abbreviation(line, at + 1).map(|(_, end)| end),
        _ => None,
    };
    name.unwrap_or(at)
}

/// Where the bracket ends that opened before `at`, when what stands in it is a zone's name.
fn closed(line: &[u8], at: usize, close: u8, is_name: fn(&[u8]) -> bool) -> Option<usize> {
    let rest = line.get(at..)?;
    let end = rest
        .iter()
        .take(NAME_BYTES_MAX)
        .position(|byte| *byte == close)?;
    is_name(rest.get(..end)?).then_some(at + end + 1)
}

/// Where `Europe/Vienna` at `at` ends.
fn region(line: &[u8], at: usize) -> Option<usize> {
    let rest = line.get(at..)?;
    let area = AREAS.into_iter().find(|area| rest.starts_with(area))?;
    let place = rest.get(area.len()..)?.strip_prefix(b"/")?;
    let length = place
        .iter()
        .take(NAME_BYTES_MAX)
        .take_while(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'-')
        })
        .count();
    (length > 0).then_some(at + area.len() + 1 + length)
}

/// Seconds east of UTC of `CEST` at `at`, when only one zone is called so, and where it ends.
pub(super) fn abbreviation(line: &[u8], at: usize) -> Option<(Option<i64>, usize)> {
    let rest = line.get(at..)?;
    let letters = rest
        .iter()
        .take(5)
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    let offset = match rest.get(..letters)? {
        // Of India, Israel and Ireland.
        b"IST" => None,
        name => Some(abbreviated_minutes(name)? * 60),
    };
    let end = at + letters;
    ends_a_word(line, end).then_some((offset, end))
}

/// Minutes east of UTC. Of zones that are called the same, those of RFC 5322 are meant.
fn abbreviated_minutes(name: &[u8]) -> Option<i64> {
    let minutes = match name {
        b"UTC" | b"GMT" | b"UT" | b"WET" => 0,
        b"CET" | b"MET" | b"BST" | b"WEST" => 60,
        b"CEST" | b"MEST" | b"EET" | b"SAST" => 120,
        b"EEST" | b"MSK" => 180,
        b"PKT" => 300,
        b"WIB" => 420,
        b"AWST" | b"HKT" | b"SGT" => 480,
        b"JST" | b"KST" => 540,
        b"ACST" => 570,
        b"AEST" => 600,
        b"ACDT" => 630,
        b"AEDT" => 660,
        b"NZST" => 720,
        b"NZDT" => 780,
        b"EDT" => -240,
        b"EST" | b"CDT" => -300,
        b"CST" | b"MDT" => -360,
        b"MST" | b"PDT" => -420,
        b"PST" | b"AKDT" => -480,
        b"AKST" => -540,
        b"HST" => -600,
        _ => return None,
    };
    Some(minutes)
}

fn ends_a_word(line: &[u8], at: usize) -> bool {
    !line.get(at).is_some_and(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon is the clock; what is behind it, and how much of it is taken.
    #[track_caller]
    fn check(text: &str, hour: i64, nanos: u64, offset_minutes: Option<i64>, end: usize) {
        let expected = Tail {
            clock: hour * SECONDS_PER_HOUR,
            nanos,
            offset: offset_minutes.map(|minutes| minutes * 60),
            end,
        };
        assert_eq!(
            Tail::read(text.as_bytes(), 0, 9 * SECONDS_PER_HOUR),
            expected,
            "{text:?}"
        );
    }

    #[test]
    fn fractions_stand_behind_a_dot_a_comma_or_a_colon() {
        check(".5 x", 9, 500_000_000, None, 2);
        check(",123456789123 x", 9, 123_456_789, None, 13);
        check(":123 x", 9, 123_000_000, None, 4);
        check(":123456 x", 9, 123_456_000, None, 7);
        check(":42 x", 9, 0, None, 0);
        check(": x", 9, 0, None, 0);
        check(". x", 9, 0, None, 0);
    }

    #[test]
    fn am_and_pm_are_taken_into_account() {
        check(" AM x", 9, 0, None, 3);
        check("PM", 21, 0, None, 2);
        check(".25 pm Z", 21, 250_000_000, Some(0), 8);
        check(" p.m. x", 21, 0, None, 5);
        check("\u{202f}PM x", 21, 0, None, 5);
        check(" AMD x", 9, 0, None, 0);
        check(" a.b", 9, 0, None, 0);
        let noon = 12 * SECONDS_PER_HOUR;
        assert_eq!(Half::Morning.of(noon + 5), Some(5));
        assert_eq!(Half::Afternoon.of(noon + 5), Some(noon + 5));
        assert_eq!(Half::Afternoon.of(noon + 3_605), Some(noon + 3_605));
        assert_eq!(Half::Morning.of(noon + 3_605), None);
    }

    #[test]
    fn zones_are_read_where_only_one_is_meant() {
        check("Z", 9, 0, Some(0), 1);
        check(" CEST x", 9, 0, Some(120), 5);
        check(" CST", 9, 0, Some(-360), 4);
        check(" IST x", 9, 0, None, 4);
        check(" ACST x", 9, 0, Some(570), 5);
        check(" GMT+0100 x", 9, 0, Some(60), 9);
        check(" UTC-3 x", 9, 0, Some(-180), 6);
        check(" UTC+05:30", 9, 0, Some(330), 10);
        check(" Europe/Vienna x", 9, 0, None, 14);
        check(" America/Argentina/Buenos_Aires] x", 9, 0, None, 31);
        check(" HTTP x", 9, 0, None, 0);
        check(" ESTABLISHED", 9, 0, None, 0);
        check(" Europe is far", 9, 0, None, 0);
        check(" Z80 x", 9, 0, None, 0);
    }

    #[test]
    fn a_zone_named_behind_its_offset_is_passed() {
        check("+01:00[Europe/Vienna] x", 9, 0, Some(60), 21);
        check("Z[UTC] x", 9, 0, Some(0), 6);
        check("Z[main] x", 9, 0, Some(0), 1);
        check(" +0000 UTC m=+0.1", 9, 0, Some(0), 10);
        check(" +0100 (CET)", 9, 0, Some(60), 12);
        check(" +0100 (main) x", 9, 0, Some(60), 6);
        check(
            " GMT+0100 (Central European Standard Time)",
            9,
            0,
            Some(60),
            42,
        );
        check(" +0530 IST", 9, 0, Some(330), 10);
        check(" +0100 [main] x", 9, 0, Some(60), 6);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(line in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let tail = Tail::read(&line, 0, 0);
            proptest::prop_assert!(tail.end <= line.len());
        }
    }
}
