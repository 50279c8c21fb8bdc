//! How far this machine's clock is from the server's: the `Date` of one answer against the time of that very request. Pure.
//!
//! A `Date` has whole seconds, so the server's clock is taken to stand half a second after it, give or take half a second; and it was
//! written somewhere between the question and the answer.
//!
//! Spec: RFC 9110, section 6.6.1.

use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;

use crate::base::units::UnixNanos;
use crate::flow::spike::Backend;
use crate::flow::spike::leg::{Ending, Fault, FaultKind};

/// How far a clock may be ahead of Logfire's before records are outside of its window.
const AHEAD_MAX: Duration = Duration::from_secs(3_600);

/// How far behind.
const BEHIND_MAX: Duration = Duration::from_secs(24 * 3_600);

const HALF_SECOND_NANOS: i128 = 500_000_000;

/// One request by this machine's wall clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamps {
    pub(super) asked: UnixNanos,
    pub(super) answered: UnixNanos,
}

/// How the leg of the clocks ends, given the `Date` of an answer.
pub(super) fn judged(date: Option<&str>, stamps: Stamps, backend: Backend) -> Ending {
    let Some(server) = date.and_then(nanos_of) else {
        return Ending::Skip("the server names no date".to_owned());
    };
    let (asked, answered) = (i128::from(stamps.asked.0), i128::from(stamps.answered.0));
    let trip = (answered - asked).max(0);
    let apart = asked + trip / 2 - (server + HALF_SECOND_NANOS);
    let doubt = seconds(HALF_SECOND_NANOS + trip / 2);
    let size = Duration::from_nanos(u64::try_from(apart.unsigned_abs()).unwrap_or(u64::MAX));
    if size <= doubt {
        return Ending::Pass(format!("equal to within {:.1} s", doubt.as_secs_f64()));
    }
    let (word, limit) = if apart > 0 {
        ("ahead of", AHEAD_MAX)
    } else {
        ("behind", BEHIND_MAX)
    };
    let detail = format!("{} {word} the server's", told(size));
    if size <= limit {
        return Ending::Pass(detail);
    }
    match backend {
        Backend::Logfire => {
            let hint = "set this machine's clock: Logfire rejects records of such times";
            Ending::Fail(Fault::new(FaultKind::Refused, detail, Some(hint)))
        }
        // What others take is not known.
        Backend::Other => Ending::Skip(format!("{detail}; perhaps it takes no such times")),
    }
}

fn nanos_of(date: &str) -> Option<i128> {
    let date = DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(date);
    Some(date.ok()?.as_nanosecond())
}

fn seconds(nanos: i128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
}

/// `4.2 s`, `7200 s`
fn told(time: Duration) -> String {
    let time = time.as_secs_f64();
    if time < 60.0 {
        format!("{time:.1} s")
    } else {
        format!("{time:.0} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sat, 21 Nov 2026 12:00:00 GMT
    const DATE: &str = "Sat, 21 Nov 2026 12:00:00 GMT";
    const DATE_NANOS: u64 = 1_795_262_400_000_000_000;

    #[track_caller]
    fn check(asked_millis: i64, trip_millis: u64, backend: Backend, expected: &str) {
        let asked = DATE_NANOS.saturating_add_signed(asked_millis * 1_000_000);
        let stamps = Stamps {
            asked: UnixNanos(asked),
            answered: UnixNanos(asked + trip_millis * 1_000_000),
        };
        let found = match judged(Some(DATE), stamps, backend) {
            Ending::Pass(detail) => format!("pass: {detail}"),
            Ending::Fail(fault) => format!("fail: {}", fault.detail),
            Ending::Skip(why) => format!("skip: {why}"),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_date_stands_for_the_whole_of_its_second() {
        for asked in [0, 500, 999] {
            check(asked, 0, Backend::Logfire, "pass: equal to within 0.5 s");
        }
        check(-1, 0, Backend::Logfire, "pass: 0.5 s behind the server's");
    }

    #[test]
    fn a_slow_answer_is_no_skew() {
        check(
            -4_000,
            8_000,
            Backend::Logfire,
            "pass: equal to within 4.5 s",
        );
    }

    #[test]
    fn a_clock_outside_of_the_window_fails_at_logfire_alone() {
        let (ahead, behind) = (7_200_500, -100_000_000);
        check(
            ahead,
            0,
            Backend::Logfire,
            "fail: 7200 s ahead of the server's",
        );
        check(
            behind,
            0,
            Backend::Logfire,
            "fail: 100000 s behind the server's",
        );
        check(
            ahead,
            0,
            Backend::Other,
            "skip: 7200 s ahead of the server's; perhaps it takes no such times",
        );
        check(
            -7_199_500,
            0,
            Backend::Logfire,
            "pass: 7200 s behind the server's",
        );
    }

    #[test]
    fn a_server_without_a_date_cannot_be_compared() {
        let stamps = Stamps {
            asked: UnixNanos(1),
            answered: UnixNanos(0),
        };
        for date in [None, Some("yesterday")] {
            let ending = judged(date, stamps, Backend::Logfire);
            assert!(matches!(ending, Ending::Skip(_)), "{ending:?}");
        }
    }
}
