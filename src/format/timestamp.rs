//! Times as logs write them, read at 20 ns a line.
//!
//! [`at`] reads every form that can be told from other text: RFC 3339 and its relatives, access logs, syslog, ctime, RFC 5322 and
//! other dates with a named month, dates of three numbers, numbers since the epoch, TAI64N, and a time of day alone. Times without
//! year or date need a [`Zone`] with an anchor. A form that only a person can tell is a [`TimeForm`]. Calendar arithmetic is ours
//! because it is on the hot path; zones are jiff's.

mod calendar;
mod clock;
mod digits;
mod epoch;
mod form;
mod iso;
mod named;
mod numeric;
mod tail;
#[cfg(test)]
mod tests;
mod zone;

pub use self::form::{TimeForm, TimeFormError};
pub use self::zone::{Assumptions, Zone};

use std::num::NonZeroU64;

use crate::base::units::UnixNanos;
use crate::format::timestamp::calendar::unix_nanos;
use crate::format::timestamp::clock::full_clock;
use crate::format::timestamp::tail::Tail;

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
            let Leading { nanos, bytes } = at(line.get(1..)?, zone)?;
            let closes = line.get(1 + bytes as usize) == Some(&b']');
            let bytes = bytes + 2;
            closes.then_some(Leading { nanos, bytes })
        }
        b'0'..=b'9' | b'@'..=b'Z' => at(line, zone),
        _ => None,
    }
}

/// Reads the time at the very start of `bytes`, in any form that can be told from other text.
///
/// Shape: `bytes` → the time, and how many of them it took. What follows is no letter and no digit.
/// Units: nanoseconds since the Unix epoch, UTC. A time without offset is taken in `zone`; one without year or date is read
/// only when `zone` has an anchor.
/// Errors: none; what starts with no known form gives `None`, mostly after a few bytes.
#[inline]
pub fn at(bytes: &[u8], zone: &mut Zone) -> Option<Leading> {
    let found = known(bytes, zone)?;
    let next = bytes.get(found.bytes());
    next.is_none_or(|next| !next.is_ascii_alphanumeric())
        .then_some(found)
}

/// Reads a time of day at the very start of `bytes`: `09:00:00`, `09:00:00.123`, `9:00:00 PM`.
///
/// Shape: `bytes` → the time, and how many of them it took. Its date is that of the anchor of `zone`; without one, `None`.
pub fn time_of_day(bytes: &[u8], zone: &mut Zone) -> Option<Leading> {
    let (clock, end) = full_clock(bytes, 0)?;
    let tail = Tail::read(bytes, end, clock);
    if bytes.get(tail.end).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let seconds = zone.dateless_seconds(tail.clock, tail.offset)?;
    Leading::new(unix_nanos(seconds, tail.nanos)?, tail.end)
}

/// Reads a text that is a time and nothing else, as JSON values are.
pub fn whole(text: &str, zone: &mut Zone) -> Option<UnixNanos> {
    let bytes = text.trim_ascii().as_bytes();
    let found = at(bytes, zone)?;
    (found.bytes() == bytes.len()).then_some(found.time())
}

/// Reads a number since the epoch, its unit told by its size: `1731391316`, `1731391316.698`, `1731391316698`.
pub fn epoch(number: &str) -> Option<UnixNanos> {
    let found = epoch::digits(number.as_bytes())?;
    (found.bytes() == number.len()).then_some(found.time())
}

/// The common forms first; what is left is told by its first byte.
#[inline]
fn known(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    let found = match line.get(2..5)? {
        [_, _, b'-' | b'/' | b'.'] => iso::iso(line, zone),
        [b'/', letter, _] if letter.is_ascii_alphabetic() => named::access_log(line, zone),
        _ => None,
    };
    match found {
        Some(found) => Some(found),
        None => uncommon(line, zone),
    }
}

#[inline(never)]
fn uncommon(line: &[u8], zone: &mut Zone) -> Option<Leading> {
    match *line.first()? {
        b'0'..=b'9' => numeric::read(line, zone),
        b'a'..=b'z' | b'A'..=b'Z' => named::read(line, zone),
        b'@' => epoch::tai64n(line),
        _ => None,
    }
}
