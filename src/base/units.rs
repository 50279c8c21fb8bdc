//! Quantities with their unit in the type, and how people write and read them.
//!
//! Flags take `500ms`, `10s`, `5m`, `4MiB`; a bare number is refused, because nobody can tell what it counts.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Nanoseconds since the Unix epoch, UTC. OTLP reads 0 as "unknown".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixNanos(pub u64);

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteCount(pub u64);

/// Why a quantity could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// A number without a unit.
    #[error("{text:?} has no unit; write it like {example}")]
    NoUnit {
        /// What was typed.
        text: String,
        /// A right one.
        example: &'static str,
    },
    /// Not a number, or an unknown unit.
    #[error("{text:?} is not a quantity; write it like {example}")]
    Malformed {
        /// What was typed.
        text: String,
        /// A right one.
        example: &'static str,
    },
}

impl ByteCount {
    /// As an index into memory; saturates on machines with small addresses.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl FromStr for ByteCount {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<ByteCount, UnitError> {
        const UNITS: [(&str, u64); 8] = [
            ("b", 1),
            ("kb", 1_000),
            ("mb", 1_000_000),
            ("gb", 1_000_000_000),
            ("kib", 1 << 10),
            ("mib", 1 << 20),
            ("gib", 1 << 30),
            ("tib", 1 << 40),
        ];
        scaled(text, &UNITS, "4MiB").map(ByteCount)
    }
}

impl fmt::Display for ByteCount {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const STEPS: [(u64, &str); 4] = [
            (1_000_000_000_000, "TB"),
            (1_000_000_000, "GB"),
            (1_000_000, "MB"),
            (1_000, "kB"),
        ];
        for (step, unit) in STEPS {
            if self.0 >= step {
                let shown = self.0 as f64 / step as f64;
                let digits = usize::from(shown < 10.0);
                return write!(f, "{shown:.digits$} {unit}");
            }
        }
        write!(f, "{} B", self.0)
    }
}

/// Reads a length of time: `250ms`, `10s`, `5m`, `1h`.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    scaled(text, &UNITS, "10s").map(Duration::from_millis)
}

fn scaled(text: &str, units: &[(&str, u64)], example: &'static str) -> Result<u64, UnitError> {
    let malformed = || UnitError::Malformed {
        text: text.to_owned(),
        example,
    };
    let trimmed = text.trim();
    let digits_end = trimmed
        .find(|character: char| !character.is_ascii_digit() && character != '.' && character != '_')
        .ok_or_else(|| UnitError::NoUnit {
            text: text.to_owned(),
            example,
        })?;
    let (number, unit) = trimmed.split_at(digits_end);
    let unit = unit.trim().to_ascii_lowercase();
    let scale = units
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(malformed)?
        .1;
    let number = number.replace('_', "");
    match number.parse::<u64>() {
        Ok(whole) => whole.checked_mul(scale).ok_or_else(malformed),
        Err(_) => fraction(&number, scale).ok_or_else(malformed),
    }
}

/// `1.5` of a unit: exact to the unit's own grain.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded by the check before the cast"
)]
fn fraction(number: &str, scale: u64) -> Option<u64> {
    let value: f64 = number.parse().ok()?;
    let scaled = (value * scale as f64).round();
    (0.0..9e15).contains(&scaled).then_some(scaled as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_bytes(text: &str, expected: Option<u64>) {
        assert_eq!(
            text.parse::<ByteCount>().ok().map(|count| count.0),
            expected,
            "{text:?}"
        );
    }

    #[test]
    fn sizes_are_read_with_their_unit_and_refused_without() {
        check_bytes("4MiB", Some(4 << 20));
        check_bytes("1.5 kb", Some(1_500));
        check_bytes("10B", Some(10));
        check_bytes("4096", None);
        check_bytes("4 bananas", None);
        check_bytes("-1MiB", None);
        check_bytes("99999999999999TiB", None);
    }

    #[test]
    fn durations_are_read_with_their_unit_and_refused_without() {
        assert_eq!(
            parse_duration("250ms").ok(),
            Some(Duration::from_millis(250))
        );
        assert_eq!(parse_duration("5m").ok(), Some(Duration::from_secs(300)));
        assert_eq!(
            parse_duration("0.5s").ok(),
            Some(Duration::from_millis(500))
        );
        assert_eq!(
            parse_duration("10").unwrap_err().to_string(),
            "\"10\" has no unit; write it like 10s"
        );
        assert!(parse_duration("soon").is_err());
    }

    #[test]
    fn sizes_are_shown_with_at_most_three_digits() {
        assert_eq!(ByteCount(999).to_string(), "999 B");
        assert_eq!(ByteCount(1_500).to_string(), "1.5 kB");
        assert_eq!(ByteCount(214_400_000).to_string(), "214 MB");
    }
}
