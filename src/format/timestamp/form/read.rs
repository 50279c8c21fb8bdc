//! Pieces and bytes → time.

use crate::format::timestamp::Leading;
use crate::format::timestamp::calendar::{
    SECONDS_PER_DAY, days_from_civil, days_from_ordinal, fixed_number, full_year, month, number,
    unix_nanos, weekday,
};
use crate::format::timestamp::clock::{clock_seconds, fraction_digits, offset};
use crate::format::timestamp::form::{Field, Piece, Width};
use crate::format::timestamp::tail::{Half, abbreviation};
use crate::format::timestamp::zone::Zone;

/// What was read so far.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
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
    for piece in pieces {
        at = parts.read(*piece, bytes, at)?;
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
