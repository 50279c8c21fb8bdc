//! Pieces and bytes → time.

use crate::format::timestamp::Leading;
use crate::format::timestamp::calendar::{
    SECONDS_PER_DAY, days_from_civil, days_from_ordinal, fixed_number, full_year, month, number,
    unix_nanos, weekday,
};
use crate::format::timestamp::clock::{clock_seconds, fraction_digits, offset};
use crate::format::timestamp::digits;
use crate::format::timestamp::form::{Field, Piece, Width};
use crate::format::timestamp::tail::{Half, abbreviation};
use crate::format::timestamp::zone::Zone;

/// The pieces that a shortcut stands for: three numbers and what is between them.
const SHORTENED_PIECES: usize = 5;

/// What was read so far.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    /// Since the epoch; known when year, month and day were read in one look.
    days: Option<i64>,
    hour: Option<i64>,
    minute: i64,
    second: i64,
    half: Option<Half>,
    nanos: u64,
    offset: Option<i64>,
    epoch_seconds: Option<i64>,
}

/// Reads all pieces, in their order.
pub(super) fn read(pieces: &[Piece], bytes: &[u8], zone: &mut Zone) -> Option<Leading> {
    let mut parts = Parts::default();
    let mut at = 0;
    let mut pieces = pieces.iter();
    while let Some(piece) = pieces.next() {
        let shortcut = match piece {
            Piece::Clock => parts.clock(bytes, at),
            Piece::Date(separator) => parts.date(*separator, bytes, at, zone),
            piece => {
                at = parts.read(*piece, bytes, at)?;
                continue;
            }
        };
        if let Some(end) = shortcut {
            at = end;
            pieces.nth(SHORTENED_PIECES - 1);
        }
    }
    let cut = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    if cut(bytes.get(at)) && cut(bytes.get(at.checked_sub(1)?)) {
        return None;
    }
    let seconds = parts.seconds(zone)?;
    Leading::new(unix_nanos(seconds, parts.nanos)?, at)
}

impl Parts {
    /// Reads one piece at `at`; returns where it ends.
    fn read(&mut self, piece: Piece, bytes: &[u8], at: usize) -> Option<usize> {
        match piece {
            Piece::Clock | Piece::Date(_) => Some(at),
            Piece::Literal(byte) => (*bytes.get(at)? == byte).then_some(at + 1),
            Piece::Blanks => blanks(bytes, at),
            Piece::Number { field, width } => self.number(field, width, bytes, at),
            Piece::Month => {
                let (month, end) = month(bytes, at)?;
                self.month = Some(month);
                Some(end)
            }
            Piece::Weekday => weekday(bytes, at),
            Piece::Half => {
                let (half, end) = Half::read(bytes, at)?;
                self.half = Some(half);
                Some(end)
            }
            Piece::Fraction(digits) => self.fraction(digits, bytes, at),
            Piece::OptionalFraction(mark, digits) => match bytes.get(at..) {
                Some([first, digit, ..]) if *first == mark && digit.is_ascii_digit() => {
                    self.fraction(digits, bytes, at + 1)
                }
                _ => Some(at),
            },
            Piece::Offset => {
                let (seconds, end) = offset(bytes, at)?;
                self.offset = Some(seconds);
                Some(end)
            }
            Piece::ZoneName => self.zone_name(bytes, at),
        }
    }

    /// Eight bytes of a clock, in the usual form; anything else is left to the single pieces.
    #[inline]
    fn clock(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let end = at + 8;
        let (hour, minute, second) = digits::clock(*bytes.get(at..)?.first_chunk()?)?;
        if bytes.get(end).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        (self.hour, self.minute, self.second) = (Some(hour), minute, second);
        Some(end)
    }

    /// The same for the ten bytes of a date.
    #[inline]
    fn date(&mut self, separator: u8, bytes: &[u8], at: usize, zone: &mut Zone) -> Option<usize> {
        let end = at + 10;
        let date: &[u8; 10] = bytes.get(at..)?.first_chunk()?;
        if date[4] != separator || date[7] != separator || bytes.get(end)?.is_ascii_digit() {
            return None;
        }
        self.days = Some(zone.days(date)?);
        Some(end)
    }

    fn number(&mut self, field: Field, width: Width, bytes: &[u8], at: usize) -> Option<usize> {
        let (value, end) = match width {
            Width::Exactly(digits) => (fixed_number(bytes, at, digits)?, at + digits),
            // Padding with a blank, as `%e` writes it.
            Width::UpTo(digits) if bytes.get(at) == Some(&b' ') => {
                number(bytes, at + 1, digits - 1)?
            }
            Width::UpTo(digits) => number(bytes, at, digits)?,
        };
        match field {
            Field::Year => self.year = Some(value),
            Field::ShortYear => self.year = Some(full_year(value)),
            Field::Month => self.month = Some(value),
            Field::Day => self.day = Some(value),
            Field::DayOfYear => self.day_of_year = Some(value),
            Field::Hour => self.hour = Some(value),
            Field::Minute => self.minute = value,
            Field::Second => self.second = value,
            Field::EpochSeconds => self.epoch_seconds = Some(value),
        }
        Some(end)
    }

    fn fraction(&mut self, digits: Option<usize>, bytes: &[u8], at: usize) -> Option<usize> {
        let end = digits.map_or(bytes.len(), |digits| at + digits);
        let (nanos, found_end) = fraction_digits(bytes.get(..end)?, at);
        let fits = found_end > at && digits.is_none_or(|_| found_end == end);
        self.nanos = fits.then_some(nanos)?;
        Some(found_end)
    }

    /// Takes the offset of a known abbreviation; another word is only passed.
    fn zone_name(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        if let Some((offset, end)) = abbreviation(bytes, at) {
            self.offset = offset.or(self.offset);
            return Some(end);
        }
        let is_name =
            |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'-');
        let letters = bytes.get(at..)?.iter().take_while(is_name).count();
        (letters > 0).then_some(at + letters)
    }

    /// Seconds since the epoch of the time that was read.
    fn seconds(&self, zone: &mut Zone) -> Option<i64> {
        if self.epoch_seconds.is_some() {
            return self.epoch_seconds;
        }
        let clock = clock_seconds(self.hour.unwrap_or_default(), self.minute, self.second)?;
        let clock = self.half.map_or(Some(clock), |half| half.of(clock))?;
        let days = match (self.year, self.day_of_year, self.month.zip(self.day)) {
            _ if self.days.is_some() => self.days?,
            (Some(year), Some(day_of_year), _) => days_from_ordinal(year, day_of_year)?,
            (Some(year), None, Some((month, day))) => days_from_civil(year, month, day)?,
            (None, _, Some(month_day)) => {
                return zone.yearless_seconds(month_day, clock, self.offset);
            }
            _ => return zone.dateless_seconds(clock, self.offset),
        };
        Some(zone.seconds(days * SECONDS_PER_DAY + clock, self.offset))
    }
}

fn blanks(bytes: &[u8], at: usize) -> Option<usize> {
    let blanks = bytes.get(at..)?.iter();
    let count = blanks
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    (count > 0).then_some(at + count)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use crate::base::units::UnixNanos;
    use crate::format::timestamp::{TimeForm, Zone};

    /// In UTC, with the anchor at 2026-11-22T09:00:00Z.
    fn zone() -> Zone {
        Zone::new(TimeZone::UTC).with_anchor(UnixNanos(1_795_338_000_000_000_000))
    }

    #[track_caller]
    fn check(pattern: &str, line: &str, expected: Option<(&str, usize)>) {
        let form = TimeForm::compile(pattern).unwrap();
        let found = form.read(line.as_bytes(), &mut zone()).map(|found| {
            let nanos = i128::from(found.time().0);
            let stamp = jiff::Timestamp::from_nanosecond(nanos).unwrap();
            (stamp.to_string(), found.bytes())
        });
        let expected = expected.map(|(time, bytes)| (time.to_owned(), bytes));
        assert_eq!(found, expected, "{pattern:?} {line:?}");
    }

    #[test]
    fn forms_without_year_are_read_near_the_anchor() {
        let klog = "%m%d %H:%M:%S.%f";
        let time = "2026-11-20T09:00:00.597069Z";
        check(
            klog,
            "1120 09:00:00.597069       1 x.go:1]",
            Some((time, 20)),
        );
        check(
            klog,
            "1220 09:00:00.5 x",
            Some(("2025-12-20T09:00:00.5Z", 15)),
        );
        check(klog, "1320 09:00:00.5 x", None);
        check(klog, "0000 09:00:00.5 x", None);
        check(klog, "112 09:00:00.5 x", None);
        let logcat = "%m-%d %H:%M:%S.%f";
        let time = "2026-11-20T09:00:00.123Z";
        check(
            logcat,
            "11-20 09:00:00.123  1702  2395 D x",
            Some((time, 18)),
        );
        check(logcat, "11-20  9:00:00.123 x", Some((time, 18)));
        check(
            "%m.%d %T",
            "11.20 09:00:00] x",
            Some(("2026-11-20T09:00:00Z", 14)),
        );
        check(
            "%H:%M:%S %p",
            "09:00:00 PM",
            Some(("2026-11-21T21:00:00Z", 11)),
        );
        check("%H:%M", "08:30 x", Some(("2026-11-22T08:30:00Z", 5)));
    }

    #[test]
    fn digits_without_separators_have_their_places() {
        let hdfs = "%y%m%d %H%M%S";
        check(
            hdfs,
            "261120 090000 148 INFO x",
            Some(("2026-11-20T09:00:00Z", 13)),
        );
        check(hdfs, "261120 0900001 x", None);
        check(hdfs, "261120 90000 x", None);
        check(
            "%Y%m%d%H%M%S%L",
            "20261120090000123",
            Some(("2026-11-20T09:00:00.123Z", 17)),
        );
        check("%Y%j %H", "2026324 9", Some(("2026-11-20T09:00:00Z", 9)));
        check("%Y%j", "2026366", None);
        check(
            "%Y-%m-%d",
            "2026-11-20 x",
            Some(("2026-11-20T00:00:00Z", 10)),
        );
        check("%d/%m/%y", "6/1/26", Some(("2026-01-06T00:00:00Z", 6)));
    }

    #[test]
    fn names_zones_and_halves_are_read() {
        let form = "%A, %d. %B %Y %I:%M:%S %P %Z";
        let time = "2026-11-20T20:00:00Z";
        check(
            form,
            "friday, 20. NOVEMBER 2026 9:00:00 pm CET x",
            Some((time, 40)),
        );
        check(
            "%a %b %e %T %Z %Y",
            "Fri Nov  6 09:00:00 XYZ 2026",
            Some(("2026-11-06T09:00:00Z", 28)),
        );
        check(
            "%F %T %z",
            "2026-11-20 10:00:00 +01:00",
            Some(("2026-11-20T09:00:00Z", 26)),
        );
        check(
            "%FT%T%z",
            "2026-11-20T10:00:00+0100",
            Some(("2026-11-20T09:00:00Z", 24)),
        );
        check(
            "%FT%T%z",
            "2026-11-20T10:00:00Z",
            Some(("2026-11-20T10:00:00Z", 20)),
        );
        check("%FT%T%z", "2026-11-20T10:00:00 x", None);
        check("%I:%M %p", "13:00 AM", None);
        check("%b %d %T", "Nob 20 09:00:00", None);
    }

    #[test]
    fn fractions_may_be_optional_and_of_a_given_length() {
        check(
            "%F %T%.f",
            "2026-11-20 09:00:00.25 x",
            Some(("2026-11-20T09:00:00.25Z", 22)),
        );
        check(
            "%F %T%.f",
            "2026-11-20 09:00:00 x",
            Some(("2026-11-20T09:00:00Z", 19)),
        );
        check(
            "%F %T%,f",
            "2026-11-20 09:00:00,25",
            Some(("2026-11-20T09:00:00.25Z", 22)),
        );
        check(
            "%F %T%,f",
            "2026-11-20 09:00:00.25",
            Some(("2026-11-20T09:00:00Z", 19)),
        );
        check(
            "%T.%3f%F",
            "09:00:00.1232026-11-20",
            Some(("2026-11-20T09:00:00.123Z", 22)),
        );
        check("%T.%3f", "09:00:00.12", None);
        check("%T.%f", "09:00:00.x", None);
        check(
            "%T.%N",
            "09:00:00.1234567891",
            Some(("2026-11-22T09:00:00.123456789Z", 19)),
        );
        check(
            "%s.%L",
            "1795165200.123 x",
            Some(("2026-11-20T09:00:00.123Z", 14)),
        );
        check("%s", "1795165200", Some(("2026-11-20T09:00:00Z", 10)));
        check("%s", "0", None);
    }

    #[test]
    fn literals_are_exact_and_blanks_are_not() {
        check(
            "[%F  %T]",
            "[2026-11-20 \t 09:00:00] x",
            Some(("2026-11-20T09:00:00Z", 23)),
        );
        check("[%F %T]", "[2026-11-2009:00:00]", None);
        check(
            "100%% at %H h",
            "100% at 9 h",
            Some(("2026-11-22T09:00:00Z", 11)),
        );
        check("%Hé%M", "09é00", Some(("2026-11-22T09:00:00Z", 6)));
        check("%H:%M", "", None);
    }

    /// Patterns that jiff prints, and that tell the microsecond.
    const PRINTED: [&str; 11] = [
        "%Y-%m-%d %H:%M:%S.%6f %z",
        "%Y-%m-%dT%H:%M:%S%.6f",
        "%y%m%d %H%M%S %6f",
        "%d/%b/%Y:%H:%M:%S %z %6f",
        "%a, %d %B %y %I:%M:%S.%6f %p",
        "%A %b %e %T.%6f %Y",
        "%Y%j%H%M%S%6f",
        "%m/%d/%Y %-I:%M:%S %P %6f",
        "%D %R:%S.%6f",
        "%k %M %S.%6f %F",
        "%s.%6f",
    ];

    proptest::proptest! {
        #[test]
        fn what_is_printed_is_read_again(seconds in 1_i64..3_000_000_000, micros in 0_i32..1_000_000) {
            let stamp = jiff::Timestamp::new(seconds, micros * 1_000).unwrap();
            for pattern in PRINTED {
                let text = stamp.to_zoned(TimeZone::UTC).strftime(pattern).to_string();
                let found = TimeForm::compile(pattern).unwrap().read(text.as_bytes(), &mut zone());
                let found = found.map(|found| (i128::from(found.time().0), found.bytes()));
                proptest::prop_assert_eq!(found, Some((stamp.as_nanosecond(), text.len())), "{} {}", pattern, text);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(line in proptest::collection::vec(proptest::num::u8::ANY, 0..40), text in "[0-9 :./]{0,30}") {
            for pattern in PRINTED.into_iter().chain(["%m%d %T", "%H:%M", "%Z %H", "%L%H"]) {
                let form = TimeForm::compile(pattern).unwrap();
                for bytes in [line.as_slice(), text.as_bytes()] {
                    let found = form.read(bytes, &mut zone());
                    proptest::prop_assert!(found.is_none_or(|found| found.bytes() <= bytes.len()));
                }
            }
        }
    }
}
