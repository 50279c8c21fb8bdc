//! Lines and the times in them, form by form.

use jiff::tz::TimeZone;

use super::*;

fn berlin() -> Zone {
    Zone::new(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap())
}

#[track_caller]
fn check(line: &str, expected: Option<(&str, usize)>) {
    let found = leading(line.as_bytes(), &mut berlin()).map(|found| {
        let (time, length) = (found.time(), found.bytes());
        let stamp = jiff::Timestamp::from_nanosecond(i128::from(time.0)).unwrap();
        (stamp.to_string(), length)
    });
    assert_eq!(
        found,
        expected.map(|(time, length)| (time.to_owned(), length)),
        "{line:?}"
    );
}

#[test]
fn rfc_3339_and_its_relatives_are_read() {
    check("2026-11-20T09:00:00Z x", Some(("2026-11-20T09:00:00Z", 20)));
    check(
        "2026-11-20T09:00:00.123456789Z",
        Some(("2026-11-20T09:00:00.123456789Z", 30)),
    );
    check(
        "2026-11-20 09:00:00,123 INFO",
        Some(("2026-11-20T08:00:00.123Z", 23)),
    );
    check(
        "2026-11-20 09:00:00.5 +0200 x",
        Some(("2026-11-20T07:00:00.5Z", 27)),
    );
    check(
        "2026-11-20T09:00:00+02:00",
        Some(("2026-11-20T07:00:00Z", 25)),
    );
    check(
        "2026-11-20T09:00:00-0530",
        Some(("2026-11-20T14:30:00Z", 24)),
    );
    check(
        "2026/11/20 09:00:00 UTC x",
        Some(("2026-11-20T09:00:00Z", 23)),
    );
    check(
        "[2026-11-20 09:00:00Z] x",
        Some(("2026-11-20T09:00:00Z", 22)),
    );
    check("2026-11-20T09:00Z", Some(("2026-11-20T09:00:00Z", 17)));
    check("2026-06-30T23:59:60Z", Some(("2026-06-30T23:59:59Z", 20)));
    check(
        "2024-02-29T00:00:00.1234567891234Z",
        Some(("2024-02-29T00:00:00.123456789Z", 34)),
    );
}

#[test]
fn other_common_forms_are_read() {
    check(
        "[20/Nov/2026:09:00:00 +0100] \"GET",
        Some(("2026-11-20T08:00:00Z", 28)),
    );
    check(
        "Fri Nov 20 09:00:00 2026 x",
        Some(("2026-11-20T08:00:00Z", 24)),
    );
    check(
        "[Fri Nov  6 09:00:00.123456 2026] x",
        Some(("2026-11-06T08:00:00.123456Z", 33)),
    );
    check("1790000000 x", Some(("2026-09-21T14:13:20Z", 10)));
    check("1790000000.25 x", Some(("2026-09-21T14:13:20.25Z", 13)));
    check("1790000000123 x", Some(("2026-09-21T14:13:20.123Z", 13)));
}

#[test]
fn what_is_not_a_time_is_left_alone() {
    check("", None);
    check("hello", None);
    check("2026-13-20T09:00:00Z", None);
    check("2026-02-30T09:00:00Z", None);
    check("2026-11-20T24:00:00Z", None);
    check("2026-11-20", None);
    check("2026-11-20T09:00:00Zebra", None);
    check("1790000000123456789012", None);
    check("99999999999", None);
    check("1600-01-01T00:00:00Z", None);
    check("2300-01-01T00:00:00Z", None);
    check("[2026-11-20 09:00:00Z x", None);
}

#[test]
fn summer_time_gaps_and_folds_take_the_compatible_reading() {
    check("2026-07-01 12:00:00 x", Some(("2026-07-01T10:00:00Z", 19)));
    check("2026-03-29 02:30:00 x", Some(("2026-03-29T01:30:00Z", 19)));
    check("2026-10-25 02:30:00 x", Some(("2026-10-25T00:30:00Z", 19)));
}

#[test]
fn a_space_and_a_number_are_no_offset() {
    check(
        "2026-11-20T09:00:00 -5 items",
        Some(("2026-11-20T08:00:00Z", 19)),
    );
    check(
        "2026-11-20T09:00:00 - x",
        Some(("2026-11-20T08:00:00Z", 19)),
    );
}

#[test]
fn epochs_in_json_are_exact_to_the_digit() {
    assert_eq!(
        epoch("1731391316.698123456"),
        Some(UnixNanos(1_731_391_316_698_123_456))
    );
    assert_eq!(
        epoch("1731391316698"),
        Some(UnixNanos(1_731_391_316_698_000_000))
    );
    assert_eq!(
        epoch("1731391316698.5"),
        Some(UnixNanos(1_731_391_316_698_500_000))
    );
    assert_eq!(epoch("42"), None);
    assert_eq!(epoch("1731391316x"), None);
}

proptest::proptest! {
    #[test]
    fn every_second_is_read_as_jiff_reads_it(seconds in 1_i64..9_000_000_000, nanos in 0_i32..1_000_000_000) {
        let stamp = jiff::Timestamp::new(seconds, nanos).unwrap();
        let found = whole(&stamp.to_string(), &mut berlin()).map(|time| i128::from(time.0));
        proptest::prop_assert_eq!(found, Some(stamp.as_nanosecond()));
    }

    #[test]
    fn no_bytes_make_it_panic(line in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
        let _read = leading(&line, &mut berlin());
    }
}
