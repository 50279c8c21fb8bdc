//! Times of a form that a person names, in the manner of `strptime`.
//!
//! A pattern is compiled once; reading does not allocate. It reads what [`super::at`] cannot tell from other text, such as
//! `%m%d %H:%M:%S.%f` of klog. A pattern without year, or without date, takes it from the anchor of the zone.

use thiserror::Error;

use crate::format::timestamp::Leading;
use crate::format::timestamp::zone::Zone;

mod compile;
mod read;

/// A form of times, compiled from a pattern.
///
/// `%Y %y %m %d %e %j %b %B %a %A %H %k %I %l %M %S %p %P`, `%f` and `%N` (digits of a fraction), `%L` (three of them), `%.f` and
/// `%,f` (a fraction with its mark, or nothing), `%z`, `%Z`, `%s` (seconds since the epoch), `%F %T %D %R`, `%%`. A number of two
/// digits may have one where no digit stands beside it. A blank is one or more blanks. Names are English, in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeForm {
    pieces: Vec<Piece>,
}

/// Why a pattern is no form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TimeFormError {
    /// A directive that is not known.
    #[error("unknown directive {directive} in time pattern")]
    UnknownDirective {
        /// As it was written, with its percent sign.
        directive: String,
    },
    /// A percent sign that ends the pattern.
    #[error("time pattern ends within a directive")]
    Unfinished,
    /// A pattern that does not tell a point in time.
    #[error("time pattern names neither a whole date nor a time of day")]
    Incomplete,
}

/// What is read at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// `HH:MM:SS` in one look; when it fits, the five pieces behind it are passed over.
    Clock,
    /// The same for `YYYY-MM-DD` with this separator.
    Date(u8),
    /// This byte.
    Literal(u8),
    /// One or more blanks.
    Blanks,
    /// A number of so many digits.
    Number { field: Field, width: Width },
    /// The name of a month.
    Month,
    /// The name of a weekday, which is only passed.
    Weekday,
    /// AM or PM.
    Half,
    /// Digits of a fraction, so many or all.
    Fraction(Option<usize>),
    /// The same behind this mark, or nothing at all.
    OptionalFraction(u8, Option<usize>),
    /// An offset, or `Z`.
    Offset,
    /// The abbreviation of a zone.
    ZoneName,
}

/// How many digits a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    /// So many.
    Exactly(usize),
    /// At least one, at most so many.
    UpTo(usize),
}

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Year,
    ShortYear,
    Month,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
    EpochSeconds,
}

impl TimeForm {
    /// Compiles a pattern.
    ///
    /// Errors: a directive that is not known, and a pattern that tells no point in time.
    pub fn compile(pattern: &str) -> Result<TimeForm, TimeFormError> {
        compile::compile(pattern).map(|pieces| TimeForm { pieces })
    }

    /// Reads a time of this form at the very start of `bytes`.
    ///
    /// Shape: `bytes` → the time, and how many of them it took. The form does not end within a number.
    pub fn read(&self, bytes: &[u8], zone: &mut Zone) -> Option<Leading> {
        read::read(&self.pieces, bytes, zone)
    }
}
