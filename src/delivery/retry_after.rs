//! Reads when a server wishes to be asked again.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;

use crate::base::units::UnixNanos;

/// `Retry-After`: seconds, or a date that is counted from `now`. A date in the past is now; what cannot be read is no wish.
///
/// Spec: RFC 9110, section 10.2.3.
pub fn retry_after(header: &str, now: UnixNanos) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(header)
        .ok()?;
    let wait = date.as_nanosecond() - i128::from(now.0);
    Some(Duration::from_nanos(u64::try_from(wait).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Option<u64>) {
        // Thu, 01 Oct 2026 00:00:00 GMT
        let now = UnixNanos(1_790_812_800_000_000_000);
        assert_eq!(
            retry_after(header, now).map(|wait| wait.as_secs()),
            expected,
            "{header:?}"
        );
    }

    #[test]
    fn seconds_and_dates_are_read_and_nonsense_is_no_wish() {
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("Thu, 01 Oct 2026 00:01:00 GMT", Some(60));
        check("Thu, 01 Oct 2020 00:01:00 GMT", Some(0));
        check("1000000000", Some(1_000_000_000));
        check("-1", None);
        check("soon", None);
        check("", None);
    }
}
