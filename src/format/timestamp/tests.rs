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

/// 2026-11-22T09:00:00Z, when the file was last written.
const ANCHOR: &str = "2026-11-22T09:00:00Z";

fn anchored(zone: &str, anchor: &str) -> Zone {
    let anchor: jiff::Timestamp = anchor.parse().unwrap();
    let nanos = u64::try_from(anchor.as_nanosecond()).unwrap();
    Zone::new(TimeZone::posix(zone).unwrap()).with_anchor(UnixNanos(nanos))
}

fn shown(found: Leading) -> (String, usize) {
    let stamp = jiff::Timestamp::from_nanosecond(i128::from(found.time().0)).unwrap();
    (stamp.to_string(), found.bytes())
}

/// The time in `written`, whatever follows; `written` is in UTC where it names no zone.
#[track_caller]
fn reads(written: &str, expected: &str) {
    for behind in ["", " INFO x", "] x", "\tx", " - x", ": x"] {
        // A time of day needs more than that.
        if behind == ": x" && written.as_bytes().get(2) == Some(&b':') {
            continue;
        }
        let line = format!("{written}{behind}");
        let found = at(line.as_bytes(), &mut anchored("UTC0", ANCHOR)).map(shown);
        assert_eq!(
            found,
            Some((expected.to_owned(), written.len())),
            "{line:?}"
        );
    }
    let glued = format!("{written}x1");
    let found = at(glued.as_bytes(), &mut anchored("UTC0", ANCHOR));
    assert!(
        found.is_none_or(|found| found.bytes() < written.len()),
        "{glued:?}"
    );
}

#[track_caller]
fn refuses(line: &str) {
    let found = at(line.as_bytes(), &mut anchored("UTC0", ANCHOR));
    assert_eq!(found, None, "{line:?}");
}

const NINE: &str = "2026-11-20T09:00:00Z";
const NINE_123: &str = "2026-11-20T09:00:00.123Z";
const NINE_PM: &str = "2026-11-20T21:00:00Z";

#[test]
fn dates_with_the_year_first_are_read_with_any_separator() {
    reads("2026-11-20 09:00", NINE);
    reads("2026-11-20  09:00:00", NINE);
    reads("2026-11-20 9:00:00", NINE);
    reads("2026-11-20, 09:00:00", NINE);
    reads("2026-11-20 @ 09:00:00.123", NINE_123);
    reads("2026-11-20:09:00:00", NINE);
    reads("2026/11/20-09:00:00,123", NINE_123);
    reads("2026-11-20-09.00.00.123456", "2026-11-20T09:00:00.123456Z");
    reads("2026-11-20 09:00:00:123", NINE_123);
    reads("2026-11-20 09:00:00 PM", NINE_PM);
    reads("2026-11-20 9:00:00.123 am", NINE_123);
    reads("2026/1/5 9:00:00", "2026-01-05T09:00:00Z");
    reads("2026.11.20 09:00:00", NINE);
    reads("2026-Nov-20 09:00:00.123", NINE_123);
    reads("2026 Nov 20 09:00:00", NINE);
    reads("2026 Nov  6 09:00:00.123", "2026-11-06T09:00:00.123Z");
}

#[test]
fn dates_without_separators_are_read() {
    reads("20261120T090000Z", NINE);
    reads("20261120T090000.123", NINE_123);
    reads("20261120T090000+0100", "2026-11-20T08:00:00Z");
    reads("20261120 09:00:00,123", NINE_123);
    reads("20261120-09:00:00:606", "2026-11-20T09:00:00.606Z");
    reads("20261120-9:0:7:6", "2026-11-20T09:00:07.006Z");
    reads("20261120-090000", NINE);
    reads("20261120090000", NINE);
    reads("20261120090000Z", NINE);
    reads("20261120090000123", NINE_123);
    reads("261120 09:00:00", NINE);
    reads("261120  9:00:00", NINE);
}

#[test]
fn zones_are_read_by_offset_and_by_name() {
    reads("2026-11-20 10:00:00 CET", NINE);
    reads("2026-11-20 10:00:00.123 CET", NINE_123);
    reads("2026-11-20 04:00:00,123 EST", NINE_123);
    reads("2026-11-20 03:00:00 CST", NINE);
    reads("2026-11-20 09:00:00 IST", NINE);
    reads("2026-11-20 09:00:00 UTC", NINE);
    reads("2026-11-20 10:00:00 +0100 CET", NINE);
    reads("2026-11-20 10:00:00 UTC+1", NINE);
    reads("2026-11-20T10:00:00.123+01:00[Europe/Vienna]", NINE_123);
    reads("2026-11-20T09:00:00Z[UTC]", NINE);
}

#[test]
fn words_behind_a_time_are_no_zones() {
    check(
        "2026-11-20T09:00:00Z [main] x",
        Some(("2026-11-20T09:00:00Z", 20)),
    );
    check(
        "2026-11-20 09:00:00 FATAL x",
        Some(("2026-11-20T08:00:00Z", 19)),
    );
    check(
        "2026-11-20 09:00:00 GET /",
        Some(("2026-11-20T08:00:00Z", 19)),
    );
    check(
        "2026-11-20 09:00:00 AMQP x",
        Some(("2026-11-20T08:00:00Z", 19)),
    );
    check(
        "2026-11-20 09:00:00: 5 x",
        Some(("2026-11-20T08:00:00Z", 19)),
    );
    check(
        "2026-11-20 09:00:00, Info",
        Some(("2026-11-20T08:00:00Z", 19)),
    );
    check(
        "2026-11-20 09:00:00[main]",
        Some(("2026-11-20T08:00:00Z", 19)),
    );
    check("Nov 20 09:00:00 host x", None);
}

#[test]
fn access_logs_are_read() {
    reads("20/Nov/2026:10:00:00 +0100", NINE);
    reads("20/Nov/2026:09:00:00.123", NINE_123);
    reads("20/Nov/2026 09:00:00", NINE);
    reads("20/nov/2026:09:00:00 Z", NINE);
}

#[test]
fn dates_with_a_weekday_are_read() {
    reads("Fri Nov 20 09:00:00 2026", NINE);
    reads("Fri Nov 20 09:00:00.123 2026", NINE_123);
    reads("Fri Nov 20 10:00:00 CET 2026", NINE);
    reads("Fri Nov 20 10:00:00 2026 +0100", NINE);
    reads("Fri Nov  6 09:00:00 2026", "2026-11-06T09:00:00Z");
    reads("Fri Nov 20 09:00:00.123", NINE_123);
    reads("Fri Nov 20 2026 10:00:00 GMT+0100", NINE);
    reads("Fri, 20 Nov 2026 09:00:00 GMT", NINE);
    reads("Fri, 20 Nov 2026 10:00:00 +0100", NINE);
    reads("Fri, 20 Nov 2026 10:00:00 +0100 (CET)", NINE);
    reads("Friday, 20-Nov-26 09:00:00 GMT", NINE);
    reads("Friday, November 20, 2026 9:00:00 PM", NINE_PM);
}

#[test]
fn dates_with_a_named_month_are_read() {
    reads("20 Nov 2026 09:00:00.123", NINE_123);
    reads("20-Nov-2026 09:00:00.123", NINE_123);
    reads("20-Nov-2026 09:00:00 UTC", NINE);
    check(
        "[20-Nov-2026 09:00:00 Europe/Berlin] x",
        Some(("2026-11-20T08:00:00Z", 36)),
    );
    reads("20-Nov-2026::09:00:00", NINE);
    reads("20-Nov-26 09:00:00", NINE);
    reads("6 Nov 2026 09:00:00", "2026-11-06T09:00:00Z");
    reads("Nov 20, 2026 9:00:00 PM", NINE_PM);
    reads("Nov 20, 2026 9:00:00\u{202f}PM", NINE_PM);
    reads("Nov 20, 2026 12:00:00 AM", "2026-11-20T00:00:00Z");
    reads("Jul 09, 2015 3:23:29 PM", "2015-07-09T15:23:29Z");
    reads("Nov 20, 2026 09:00:00.123", NINE_123);
    reads("Nov 20 2026 09:00:00", NINE);
    reads("Nov 20, 2026 @ 09:00:00.123", NINE_123);
    reads("Nov 20, 2026, 9:00:00 AM", NINE);
    reads("November 20, 2026 at 9:00:00 AM", NINE);
}

#[test]
fn dates_without_year_are_read_near_the_anchor() {
    reads("Nov 20 09:00:00", NINE);
    reads("Nov 20 09:00:00.123", NINE_123);
    reads("Nov  6 09:00:00", "2026-11-06T09:00:00Z");
    reads("Nov 6 9:00:00", "2026-11-06T09:00:00Z");
    reads("Nov 20 09:00:00.123 UTC", NINE_123);
    reads("Nov 20 09:00:00 2026", NINE);
    reads("20 Nov 09:00:00.123", NINE_123);
    reads("Nov 24 09:00:00", "2025-11-24T09:00:00Z");
    reads("Feb 29 09:00:00", "2024-02-29T09:00:00Z");
    refuses("Feb 30 09:00:00");
}

#[test]
fn dates_of_three_numbers_are_read() {
    reads("11/20/2026 09:00:00", NINE);
    reads("11/20/2026 9:00:00 PM", NINE_PM);
    reads("11/20/2026 9:00 PM", NINE_PM);
    reads("20/11/2026 09:00:00", NINE);
    reads("20.11.2026 09:00:00,123", NINE_123);
    reads("6.11.2026 9:00:00", "2026-11-06T09:00:00Z");
    reads("06.11.26 09:00:00", "2026-11-06T09:00:00Z");
    reads("11-20-2026 09:00:00.123", NINE_123);
    reads("1/5/2026 09:00:00", "2026-01-05T09:00:00Z");
    reads("1/20/2026 09:00:00", "2026-01-20T09:00:00Z");
    reads("11/20/2026-09:00:00.123", NINE_123);
    reads("17/06/09 20:10:40", "2017-06-09T20:10:40Z");
    reads("26-11-20 09:00:00.123", NINE_123);
    reads("11/20/26 10:00:00:123 CET", NINE_123);
    reads("7/10/18 14:33:35:136 CEST", "2018-07-10T12:33:35.136Z");
}

#[test]
fn numbers_since_the_epoch_end_with_their_digits() {
    reads("1795165200", NINE);
    reads("1795165200.123", NINE_123);
    reads("1795165200123", NINE_123);
    reads("1795165200123456", "2026-11-20T09:00:00.123456Z");
    reads("1795165200123456789", "2026-11-20T09:00:00.123456789Z");
    refuses("1795165200-1234");
    refuses("1795165200.1.2");
    refuses("1795165200_x");
    refuses("179516520012345");
}

#[test]
fn tai64n_labels_are_read_with_the_leap_seconds_of_their_day() {
    reads("@4000000037c219bf2ef02e94", "1999-08-24T04:04:05.7874925Z");
    reads("@400000006b000c1a00000000", "2026-11-20T09:00:00Z");
    reads("@400000006b000c1a", NINE);
    refuses("@3fffffff6b000c1a00000000");
    refuses("@400000006b000c1affffffff");
    refuses("@4000 x");
    refuses("@someone said");
}

#[test]
fn a_time_of_day_is_read_near_the_anchor() {
    let today = "2026-11-22T09:00:00Z";
    reads("09:00:00", today);
    reads("09:00:00.123", "2026-11-22T09:00:00.123Z");
    reads("09:00:00,123", "2026-11-22T09:00:00.123Z");
    reads("10:00:00", "2026-11-22T10:00:00Z");
    reads("10:00:01", "2026-11-21T10:00:01Z");
    reads("23:59:59", "2026-11-21T23:59:59Z");
    reads("11:30:00 EET", "2026-11-22T09:30:00Z");
    let alone = |text: &str| time_of_day(text.as_bytes(), &mut anchored("UTC0", ANCHOR)).map(shown);
    assert_eq!(alone("9:00:00 AM: x"), Some((today.to_owned(), 10)));
    assert_eq!(alone("09:00:00,x"), Some((today.to_owned(), 8)));
    assert_eq!(alone("09:00"), None);
    assert_eq!(alone("24:00:00"), None);
    refuses("09:00:00, x");
    refuses("09:00:00-x");
    refuses("12:30 lunch");
    refuses("1:02:03 x");
}

#[test]
fn without_an_anchor_a_time_needs_its_date() {
    check("Nov 20 09:00:00 x", None);
    check("Fri Nov 20 09:00:00.123 x", None);
    check("20 Nov 09:00:00 x", None);
    check("09:00:00 x", None);
    assert_eq!(time_of_day(b"09:00:00", &mut berlin()), None);
}

#[test]
fn what_is_a_letter_away_from_a_time_is_left_alone() {
    for line in [
        "1.2.3.4",
        "1.2.3.4 09:00:00",
        "10.0.0.1 - - [20",
        "192.168.100.1 x",
        "10.20.30.40 09:00:00 x",
        "2026-11-20",
        "2026-11-20 x",
        "2026-11-20 10.11.12.13 connected",
        "2026-11",
        "20.11.2026",
        "20.11.2026 x",
        "v1.2.3 09:00:00",
        "10/10 done",
        "10/10/10 done",
        "555-123-4567 called",
        "12-34-5678 09:00:00",
        "13/13/2026 09:00:00",
        "March on",
        "March 5",
        "May I",
        "May 12 boxes",
        "May 12:30:45",
        "Mark 20 09:00:00",
        "Nov 20 09:00 x",
        "Nov 32 09:00:00",
        "Nov 20 24:00:00",
        "Sun 20 09:00:00",
        "Sunday is free",
        "Mon, 1 x",
        "20 Novels 2026 09:00:00",
        "20-Nov/2026 09:00:00",
        "20261120 x",
        "20261320T090000",
        "20261120T250000",
        "20261120T0900001",
        "99999999999999 x",
        "hello",
        "-",
        "@",
        "",
    ] {
        refuses(line);
    }
    check("Nov 20 09:00:00 2026.example.com x", None);
}

#[test]
fn the_year_is_the_latest_that_is_at_most_a_day_ahead() {
    let case = |zone: &str, anchor: &str, line: &str, expected: &str| {
        let found = at(line.as_bytes(), &mut anchored(zone, anchor)).map(shown);
        let (time, _) = found.unwrap();
        assert_eq!(time, expected, "{line:?} at {anchor}");
    };
    let new_year = "2027-01-02T00:00:00Z";
    case(
        "UTC0",
        new_year,
        "Dec 31 23:59:59 x",
        "2026-12-31T23:59:59Z",
    );
    case(
        "UTC0",
        new_year,
        "Jan  2 00:00:00 x",
        "2027-01-02T00:00:00Z",
    );
    case(
        "UTC0",
        new_year,
        "Jan  3 00:00:00 x",
        "2027-01-03T00:00:00Z",
    );
    case(
        "UTC0",
        new_year,
        "Jan  3 00:00:01 x",
        "2026-01-03T00:00:01Z",
    );
    let eve = "2026-12-31T23:59:59Z";
    case("UTC0", eve, "Jan  1 23:59:59 x", "2027-01-01T23:59:59Z");
    case("UTC0", eve, "Jan  2 00:00:00 x", "2026-01-02T00:00:00Z");
    // Fourteen hours east, the anchor is in the new year already; fourteen hours west, it is long in the old one.
    case("XXX-14", eve, "Jan  1 13:59:59 x", "2026-12-31T23:59:59Z");
    case("XXX-14", eve, "Jan  2 13:59:59 x", "2027-01-01T23:59:59Z");
    case("XXX-14", eve, "Jan  2 14:00:00 x", "2026-01-02T00:00:00Z");
    case("XXX14", eve, "Dec 31 09:59:59 x", "2026-12-31T23:59:59Z");
    case("XXX14", eve, "Jan  1 09:59:59 x", "2027-01-01T23:59:59Z");
    case("XXX14", eve, "Jan  1 10:00:00 x", "2026-01-02T00:00:00Z");
    // The year that has the day.
    case(
        "UTC0",
        "2028-02-28T00:00:00Z",
        "Feb 29 00:00:00 x",
        "2028-02-29T00:00:00Z",
    );
    case(
        "UTC0",
        "2028-02-27T00:00:00Z",
        "Feb 29 00:00:00 x",
        "2024-02-29T00:00:00Z",
    );
    case(
        "UTC0",
        "2103-06-01T00:00:00Z",
        "Feb 29 00:00:00 x",
        "2096-02-29T00:00:00Z",
    );
    // Gaps and folds take the compatible reading in these forms too.
    let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
    case(
        berlin,
        "2026-12-01T00:00:00Z",
        "Mar 29 02:30:00 x",
        "2026-03-29T01:30:00Z",
    );
    case(
        berlin,
        "2026-12-01T00:00:00Z",
        "Oct 25 02:30:00 x",
        "2026-10-25T00:30:00Z",
    );
}

#[test]
fn the_date_is_the_anchors_in_the_zone_or_the_day_before() {
    let case = |zone: &str, anchor: &str, line: &str, expected: &str| {
        let found = at(line.as_bytes(), &mut anchored(zone, anchor)).map(shown);
        assert_eq!(found.unwrap().0, expected, "{line:?} at {anchor}");
    };
    // 01:00 in Kiritimati of the day that has not begun in UTC.
    case(
        "XXX-14",
        "2026-12-31T11:00:00Z",
        "01:00:00 x",
        "2026-12-31T11:00:00Z",
    );
    case(
        "XXX-14",
        "2026-12-31T11:00:00Z",
        "02:00:00 x",
        "2026-12-31T12:00:00Z",
    );
    case(
        "XXX-14",
        "2026-12-31T11:00:00Z",
        "23:00:00 x",
        "2026-12-31T09:00:00Z",
    );
    case(
        "XXX14",
        "2027-01-01T01:00:00Z",
        "11:00:00 x",
        "2027-01-01T01:00:00Z",
    );
    case(
        "XXX14",
        "2027-01-01T01:00:00Z",
        "23:00:00 x",
        "2026-12-31T13:00:00Z",
    );
    let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
    // An hour is missing between the anchor, 01:59 in winter time, and 03:30 in summer time.
    case(
        berlin,
        "2026-03-29T00:59:00Z",
        "03:30:00 x",
        "2026-03-29T01:30:00Z",
    );
    case(
        berlin,
        "2026-03-29T00:59:00Z",
        "04:30:00 x",
        "2026-03-28T03:30:00Z",
    );
    case(
        berlin,
        "2026-10-25T01:30:00Z",
        "02:30:00 x",
        "2026-10-25T00:30:00Z",
    );
}

#[test]
fn what_was_assumed_is_told_once() {
    let mut zone = anchored("UTC0", ANCHOR);
    assert!(at(b"2026-11-20T09:00:00Z x", &mut zone).is_some());
    let taken = |zone: &mut Zone| {
        (
            zone.take_assumed(),
            zone.take_year_assumed(),
            zone.take_date_assumed(),
        )
    };
    assert_eq!(taken(&mut zone), (false, false, false));
    assert!(at(b"Nov 20 09:00:00 x", &mut zone).is_some());
    assert_eq!(taken(&mut zone), (true, true, false));
    assert_eq!(taken(&mut zone), (false, false, false));
    assert!(at(b"09:00:00 x", &mut zone).is_some());
    assert_eq!(taken(&mut zone), (true, false, true));
    assert!(at(b"Nov 20 09:00:00 UTC x", &mut zone).is_some());
    assert_eq!(taken(&mut zone), (false, true, false));
    assert!(at(b"09:00:00Z x", &mut zone).is_some());
    assert_eq!(taken(&mut zone), (false, false, true));
}

#[test]
fn times_that_no_reader_can_hold_are_left_alone() {
    refuses("20/Nov/1969:09:00:00 +0000 x");
    refuses("Fri Nov 20 09:00:00 1969 x");
    refuses("20.11.2263 09:00:00 x");
    refuses("0001-01-01 00:00:00 x");
    let mut zone = anchored("UTC0", "1970-01-01T00:00:00Z");
    assert_eq!(at(b"23:00:00 x", &mut zone), None);
    assert_eq!(at(b"Nov 20 09:00:00 x", &mut zone), None);
    let mut zone = Zone::new(TimeZone::UTC).with_anchor(UnixNanos(u64::MAX));
    assert_eq!(at(b"09:00:00 x", &mut zone), None);
}

/// Forms of jiff's printer that are read without being told.
const PRINTED: [&str; 14] = [
    "%Y-%m-%d %H:%M:%S.%6f",
    "%Y%m%dT%H%M%S.%6fZ",
    "%Y-%m-%d-%H.%M.%S.%6f",
    "%d/%b/%Y:%H:%M:%S.%6f %z",
    "%a %b %e %H:%M:%S.%6f %Y",
    "%d %b %Y %H:%M:%S.%6f",
    "%d-%b-%Y %H:%M:%S.%6f",
    "%b %d, %Y %-I:%M:%S.%6f %p",
    "%b %d %Y %H:%M:%S.%6f",
    "%Y %b %e %H:%M:%S.%6f",
    "%m/%d/%Y %H:%M:%S.%6f",
    "%d.%m.%Y %H:%M:%S,%6f",
    "%a, %d %b %Y %H:%M:%S.%6f GMT",
    "%s.%6f",
];

proptest::proptest! {
    #[test]
    fn every_second_is_read_in_every_form(seconds in 1_000_000_000_i64..4_000_000_000, micros in 0_i32..1_000_000) {
        let stamp = jiff::Timestamp::new(seconds, micros * 1_000).unwrap();
        for form in PRINTED {
            let text = stamp.to_zoned(TimeZone::UTC).strftime(form).to_string();
            let found = whole(&text, &mut anchored("UTC0", ANCHOR)).map(|time| i128::from(time.0));
            proptest::prop_assert_eq!(found, Some(stamp.as_nanosecond()), "{}", text);
        }
    }

    #[test]
    fn a_year_or_date_left_out_is_found_again(
        anchor in 100_000_000_i64..4_000_000_000,
        back in -86_400_i64..86_400 * 364,
        hours in -14_i8..15,
    ) {
        let zone = TimeZone::fixed(jiff::tz::offset(hours));
        let nanos = u64::try_from(anchor).unwrap() * 1_000_000_000;
        let mut here = Zone::new(zone.clone()).with_anchor(UnixNanos(nanos));
        let stamp = jiff::Timestamp::from_second(anchor - back).unwrap();
        let mut read = |stamp: jiff::Timestamp, form: &str| {
            let text = stamp.to_zoned(zone.clone()).strftime(form).to_string();
            whole(&text, &mut here).map(|time| i128::from(time.0))
        };
        // In a leap year, 364 days may be the same date.
        proptest::prop_assert_eq!(read(stamp, "%b %e %H:%M:%S"), Some(stamp.as_nanosecond()));
        if (0..82_800).contains(&back) {
            proptest::prop_assert_eq!(read(stamp, "%H:%M:%S"), Some(stamp.as_nanosecond()));
        }
    }

    #[test]
    fn no_text_of_times_makes_it_panic(line in "[0-9A-Zapm@ :,./+\\[()-]{0,40}", text in "(Nov|Fri|[0-9]{1,4}|[ ,:./-]|AM|CET|\\+01){0,14}") {
        for line in [line, text] {
            let mut zone = anchored("UTC0", ANCHOR);
            let found = leading(line.as_bytes(), &mut zone);
            proptest::prop_assert!(found.is_none_or(|found| found.bytes() <= line.len()));
            let _day = time_of_day(line.as_bytes(), &mut zone);
        }
    }
}
