//! What came back against what was sent: each fault at its leg, and how much a leg compared.

use std::time::Duration;

use otelctl::logfire::standin::{Expired, Faults, RowFault};
use serde_json::json;

use crate::fake::Answer;
use crate::spike::{
    READ, WRITE, check, check_rows, leg, logfire_behind, standin, to, unchanged, with_faults,
};

/// Guarantees: each thing that can happen to a record is found at its leg and nowhere else.
#[test]
fn what_happens_to_rows_is_found_at_its_leg() {
    let lost = check_rows(RowFault::RecordDropped(3), "count");
    assert_eq!(
        (&lost["expected"], &lost["found"]),
        (&json!("1"), &json!("0"))
    );
    assert_eq!(lost["record"], "log-4 (HTTP, 17 ERROR)");
    let doubled = check_rows(RowFault::RecordDoubled(0), "count");
    assert_eq!(doubled["found"], "2");
    let level = check_rows(RowFault::LevelWrong(5), "severities");
    assert_eq!(
        (&level["expected"], &level["found"]),
        (&json!("13 WARN"), &json!("9 INFO"))
    );
    let body = check_rows(RowFault::BodyCut, "bodies");
    assert!(
        body["found"].as_str().unwrap().contains("(512 bytes)"),
        "{body}"
    );
    let attribute = check_rows(RowFault::AttributeType, "attributes");
    assert_eq!(attribute["field"], "spike.int");
    assert_eq!(attribute["found"], "text \"9007199254740991\"");
    let exception = check_rows(RowFault::ExceptionLost, "exception");
    assert_eq!(exception["field"], "exception.type");
    let span = check_rows(RowFault::SpanMissing, "correlation");
    assert_eq!(span["record"], "span checkout");
    let parent = check_rows(RowFault::CorrelationLost, "correlation");
    assert_eq!(parent["field"], "parent_span_id");
    let scope = check_rows(RowFault::ScopeLost, "scopes");
    assert_eq!(
        (&scope["expected"], &scope["found"]),
        (&json!("Auth"), &json!("otelctl"))
    );
    check_rows(RowFault::ResourceLost, "resource");
}

/// Guarantees: a single microsecond is seen.
#[test]
fn a_time_that_is_a_microsecond_late_is_found() {
    let time = check_rows(RowFault::TimeShifted(2), "times");
    let micros = |side: &str| {
        let text = time[side].as_str().unwrap();
        text.parse::<jiff::Timestamp>().unwrap().as_microsecond()
    };
    assert_eq!(micros("found") - micros("expected"), 1);
}

/// Guarantees: each of the twelve ways to lose something is named at its leg, with both sides and its exit code.
#[test]
fn twelve_planted_faults_are_found() {
    let rows = |fault| Faults {
        rows: vec![fault],
        ..Faults::default()
    };
    let differing = [
        (RowFault::RecordDropped(3), "count", "1 → 0"),
        (RowFault::LevelWrong(5), "severities", "13 WARN → 9 INFO"),
        (
            RowFault::TimeShifted(2),
            "times",
            "2026-11-20T11:59:59.103703Z → 2026-11-20T11:59:59.103704Z",
        ),
        (
            RowFault::ExceptionLost,
            "exception",
            "CardDeclined → nothing",
        ),
        (
            RowFault::BodyCut,
            "bodies",
            "… body that is longer than a message may … (720 bytes) → … body that is lo (512 bytes)",
        ),
        (
            RowFault::AttributeType,
            "attributes",
            "int 9007199254740991 → text \"9007199254740991\"",
        ),
        (RowFault::SpanMissing, "correlation", "1 → 0"),
    ];
    for (fault, failed, sides) in differing {
        let answer = check(&with_faults(rows(fault)), 1, "failed", &[failed]);
        let first = &leg(&answer, failed)["differences"][0];
        let [expected, found] = ["expected", "found"].map(|side| first[side].as_str().unwrap());
        assert_eq!(format!("{expected} → {found}"), sides);
    }
    let late = Faults {
        late: Duration::from_secs(5),
        ..Faults::default()
    };
    let limited = Faults {
        limited_queries: 1,
        limited_seconds: 1,
        ..Faults::default()
    };
    for faults in [late, limited] {
        check(&with_faults(faults), 0, "verified", &[]);
    }
    let broken = Faults {
        broken_queries: u32::MAX,
        ..Faults::default()
    };
    let elsewhere = Faults {
        region: Some("eu"),
        ..Faults::default()
    };
    let expired = Faults {
        expired: Some(Expired::Write),
        ..Faults::default()
    };
    for (faults, code, failed, said) in [
        (broken, 1, "visible", "HTTP 500"),
        (elsewhere, 3, "authorization", "HTTP 401: Unknown token"),
        (expired, 3, "authorization", "HTTP 401: Token has expired"),
    ] {
        let answer = check(&with_faults(faults), code, "failed", &[failed]);
        let detail = leg(&answer, failed)["detail"].to_string();
        assert!(detail.contains(said), "{detail}");
    }
}

/// Guarantees: rows of spans are compared like those of logs, each thing at its leg.
#[test]
fn what_happens_to_spans_is_found_at_its_leg() {
    let longer = check_rows(RowFault::SpanLonger, "times");
    assert_eq!(
        (&longer["record"], &longer["field"]),
        (&json!("span checkout"), &json!("end_timestamp"))
    );
    let renamed = check_rows(RowFault::SpanRenamed, "bodies");
    assert_eq!(
        (&renamed["field"], &renamed["expected"]),
        (&json!("span_name"), &json!("checkout"))
    );
    let kind = check_rows(RowFault::SpanKind, "correlation");
    assert_eq!(
        (&kind["expected"], &kind["found"]),
        (&json!("span"), &json!("log"))
    );
    let status = check_rows(RowFault::SpanStatus, "severities");
    assert_eq!(
        (&status["field"], &status["found"]),
        (&json!("otel_status_code"), &json!("UNSET"))
    );
    let version = check_rows(RowFault::ScopeVersionLost, "scopes");
    assert_eq!(version["field"], "otel_scope_version");
}

/// Guarantees: a leg tells how much it compared, and does not pass where something was not there to compare.
#[test]
fn a_leg_does_not_pass_for_a_record_that_did_not_arrive() {
    let lost = |place| Faults {
        rows: vec![RowFault::RecordDropped(place)],
        ..Faults::default()
    };
    let answer = with_faults(lost(3)).json();
    assert_eq!(
        leg(&answer, "visible")["detail"],
        "9 of 10 rows in 60 s, 19 queries"
    );
    assert_eq!(leg(&answer, "count")["detail"], "7 of 8 are there once");
    let partly = [
        "severities",
        "times",
        "bodies",
        "attributes",
        "scopes",
        "resource",
    ];
    for name in partly {
        let leg = leg(&answer, name);
        assert_eq!(leg["status"], "skip", "{leg}");
        assert_eq!(leg["detail"], "9 of 10 equal; log-4 did not arrive");
    }
    // The only record with an exception is the one that was lost.
    let exception = leg(&answer, "exception");
    assert_eq!(
        (&exception["status"], &exception["detail"]),
        (
            &json!("skip"),
            &json!("nothing to compare: log-4 did not arrive")
        )
    );
    assert_eq!(leg(&answer, "correlation")["status"], "pass");
    assert_eq!(answer["visible_after_seconds"], json!(null));

    let spans = Faults {
        rows: vec![RowFault::SpanMissing],
        ..Faults::default()
    };
    let answer = with_faults(spans).json();
    assert_eq!(
        leg(&answer, "times")["detail"],
        "8 of 10 equal; span checkout, span query did not arrive"
    );
    assert_eq!(
        leg(&answer, "correlation")["detail"],
        "2 of 4 are there once"
    );
}

/// Guarantees: a request whose answer was lost is made again, and what it doubles is told and is no fault of the server.
#[test]
fn doubles_of_a_request_that_was_made_again_are_not_the_servers_fault() {
    let answers: [fn() -> Answer; 3] = [
        Answer::hang_up,
        || Answer::status(503),
        || Answer::status(500),
    ];
    for answer in answers {
        let mut is_lost = false;
        let server = logfire_behind(move |seen, answered| {
            if seen.path == "/v1/logs" && !std::mem::replace(&mut is_lost, true) {
                return answer();
            }
            unchanged(answered)
        });
        let run = to(server.url(), Some(WRITE), Some(READ)).in_no_time();
        let answer = check(&run.arg("--json").run(), 0, "verified", &[]);
        assert_eq!(
            leg(&answer, "count")["detail"],
            "8 of 8 · 8 doubled: sent again after a lost answer, no fault"
        );
    }
}

/// Guarantees: a person sees what was sent beside what came back.
#[test]
fn a_difference_is_drawn_side_by_side() {
    let server = standin(Faults {
        rows: vec![RowFault::LevelWrong(5), RowFault::ScopeLost],
        ..Faults::default()
    });
    let outcome = to(server.url(), Some(WRITE), Some(READ)).in_no_time().run();
    assert_eq!(outcome.code, 1);
    let (_, legs) = outcome.stdout.split_once("  ✗ severities").unwrap();
    let (legs, _) = legs.split_once("  run ").unwrap();
    insta::assert_snapshot!(legs, @r"
                 1 field differs
                      expected   found
        log-6 level   13 WARN    9 INFO
    ✓ times                    10 of 10 · to the microsecond
    ✓ bodies                   10 of 10 · to 720 bytes; messages to 512
    ✓ attributes               10 of 10 · text bool int double list map bytes
    ✓ exception                1 of 1 · type, message and stack trace
    ✓ correlation              4 of 4 · spans of one trace, logs inside of them
    ✗ scopes                   10 fields differ
                                expected   found
        log-1 otel_scope_name   Auth       otelctl
        log-2 otel_scope_name   Auth       otelctl
        log-3 otel_scope_name   HTTP       otelctl
        log-4 otel_scope_name   HTTP       otelctl
        log-5 otel_scope_name   Database   otelctl
        log-6 otel_scope_name   Database   otelctl
        and 4 more
    ✓ resource                 10 of 10 · service, version, environment, os, host

    failed      severities: 1 field differs; and 1 more leg
    ");
}
