//! Numbers, lengths of time and moments as people read them.

use std::time::Duration;

use jiff::Timestamp;

use crate::base::units::{ByteCount, UnixNanos};

/// `1204331` → `1,204,331`
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 record`, `2,000 records`
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// `40 ms`, `2.2 s`, `4 s`, `1 min 20 s`, `2 h 5 min`
pub(super) fn duration(length: Duration) -> String {
    let millis = length.as_millis();
    let seconds = length.as_secs();
    match millis {
        0..1_000 => format!("{} ms", millis.max(1)),
        1_000..10_000 if (millis / 100).is_multiple_of(10) => format!("{seconds} s"),
        1_000..10_000 => format!("{}.{} s", seconds, millis / 100 % 10),
        10_000..60_000 => format!("{seconds} s"),
        60_000..3_600_000 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// `96 MB/s`, or nothing when there is too little to speak of a rate.
pub(super) fn rate(bytes: u64, length: Duration) -> Option<String> {
    const WORTH_A_RATE: u64 = 1_000_000;
    let millis = length.as_millis().max(1);
    if bytes < WORTH_A_RATE {
        return None;
    }
    let each_second = u64::try_from(u128::from(bytes) * 1_000 / millis).unwrap_or(u64::MAX);
    Some(format!("{}/s", ByteCount(each_second)))
}

/// `2026-11-19 22:04:11`, UTC.
pub(super) fn moment(time: UnixNanos) -> String {
    timestamp(time).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-11-19 22:04:11.123`, UTC.
pub(super) fn moment_millis(time: UnixNanos) -> String {
    timestamp(time)
        .strftime("%Y-%m-%d %H:%M:%S%.3f")
        .to_string()
}

/// `2026-11-19T22:04:11.000000000Z`
///
/// Spec: RFC 3339, always with nine digits.
pub(super) fn rfc3339_nanos(time: UnixNanos) -> String {
    format!("{:.9}", timestamp(time))
}

/// `2026-11-19 22:04:11 … 2026-11-20 09:12:40 UTC`; the date is said once when both share it.
pub(super) fn time_range(first: UnixNanos, last: UnixNanos) -> String {
    let (first, last) = (moment(first), moment(last));
    if first == last {
        return format!("{first} UTC");
    }
    let (date, _) = first.split_once(' ').unwrap_or_default();
    match last.split_once(' ') {
        Some((last_date, clock)) if last_date == date => format!("{first} … {clock} UTC"),
        _ => format!("{first} … {last} UTC"),
    }
}

/// The last characters of a text that is too long, with `…` before them: the end of a path tells more than its start.
pub(super) fn cut_front(text: &str, characters_max: usize) -> String {
    let count = text.chars().count();
    if count <= characters_max {
        return text.to_owned();
    }
    let kept = text.chars().skip(count - characters_max.saturating_sub(1));
    std::iter::once('…').chain(kept).collect()
}

fn timestamp(time: UnixNanos) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(time.0)).expect("64 bits end in the year 2554")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: UnixNanos = UnixNanos(1_795_125_851_120_000_007);

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_204_331), "1,204,331");
        assert_eq!(counted(1, "record"), "1 record");
        assert_eq!(counted(0, "record"), "0 records");
    }

    #[test]
    fn lengths_of_time_carry_two_figures_and_their_unit() {
        let check = |millis, expected| {
            assert_eq!(duration(Duration::from_millis(millis)), expected);
        };
        check(0, "1 ms");
        check(999, "999 ms");
        check(2_249, "2.2 s");
        check(4_000, "4 s");
        check(30_500, "30 s");
        check(80_000, "1 min 20 s");
        check(7_500_000, "2 h 5 min");
    }

    #[test]
    fn moments_are_utc_and_the_receipts_carry_nanoseconds() {
        assert_eq!(moment(TIME), "2026-11-19 22:04:11");
        assert_eq!(moment_millis(TIME), "2026-11-19 22:04:11.120");
        assert_eq!(rfc3339_nanos(TIME), "2026-11-19T22:04:11.120000007Z");
        assert_eq!(
            rfc3339_nanos(UnixNanos(0)),
            "1970-01-01T00:00:00.000000000Z"
        );
        assert_eq!(
            rfc3339_nanos(UnixNanos(u64::MAX)),
            "2554-07-21T23:34:33.709551615Z"
        );
    }

    #[test]
    fn a_range_within_a_day_says_the_date_once() {
        let later = |seconds: u64| UnixNanos(TIME.0 + seconds * 1_000_000_000);
        assert_eq!(time_range(TIME, TIME), "2026-11-19 22:04:11 UTC");
        assert_eq!(
            time_range(TIME, later(60)),
            "2026-11-19 22:04:11 … 22:05:11 UTC"
        );
        assert_eq!(
            time_range(TIME, later(40_109)),
            "2026-11-19 22:04:11 … 2026-11-20 09:12:40 UTC"
        );
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        assert_eq!(cut_front("/var/log/app.log", 8), "…app.log");
        assert_eq!(cut_front("app.log", 7), "app.log");
    }
}
