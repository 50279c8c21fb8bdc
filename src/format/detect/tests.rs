//! Heads of files → what they are taken for.

use super::*;
use crate::base::units::UnixNanos;
use jiff::tz::TimeZone;

fn zone() -> Zone {
    Zone::new(TimeZone::UTC).with_anchor(UnixNanos(1_795_170_000_000_000_000))
}

#[track_caller]
fn check(head: &str, label: &str, confidence: usize) {
    let found = detect(head.as_bytes(), &mut zone(), &[]);
    assert_eq!(
        (found.label.as_str(), found.confidence_percent()),
        (label, confidence),
        "{head:?}"
    );
}

#[test]
fn files_are_told_by_their_first_lines() {
    check(
        "2026-11-20T09:00:00Z INFO a\n2026-11-20T09:00:01Z INFO b\n\tat x\n",
        "text",
        100,
    );
    check(
        "{\"level\":30,\"time\":1,\"pid\":1,\"hostname\":\"h\",\"msg\":\"x\"}\n",
        "json/pino",
        100,
    );
    check("{\"a\":1}\n{\"a\":2}\n", "json", 100);
    check("level=info msg=hi\nlevel=warn msg=\"a b\"\n", "logfmt", 100);
    check(
        "{\"resourceLogs\":[]}\n{ \"resourceSpans\" : []}\n{\"resourceLogs\":[{\"scope",
        "otlp/json",
        100,
    );
    check("{\n \"resourceLogs\": [\n {}\n ]\n}\n", "otlp/json", 100);
    check("hello\nworld\n", "plain", 100);
    check("", "plain", 100);
    check("<34>1 2026-11-20T09:00:00Z h app - - - x\n", "syslog", 100);
}

#[test]
fn a_mixed_file_is_what_most_of_it_is() {
    check(
        "starting\n{\"msg\":1}\n{\"msg\":2}\n{\"msg\":3}\n",
        "json",
        75,
    );
    check("a\nb\nc\nd\ne\n2026-11-20T09:00:00Z x\n", "plain", 100);
}

#[test]
fn a_layout_that_nobody_knows_is_read_off_the_lines() {
    let head = "2026-11-20 09:00:00 <7> INFO (main) shop.cart: saved\n\
                2026-11-20 09:00:01 <7> WARN (main) shop.web: slow\n\
                2026-11-20 09:00:02 <8> INFO (pool-1) shop.cart: gone\n\
                2026-11-20 09:00:03 <8> INFO (pool-1) shop.cart: back\n";
    let found = detect(head.as_bytes(), &mut zone(), &[]);
    let pattern = found.format.layouts.first().map(|layout| &*layout.pattern);
    assert!(
        pattern.is_some_and(|pattern| pattern.contains("{scope")),
        "{pattern:?}"
    );
}
