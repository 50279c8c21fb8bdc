//! Destinations that discard some times without a word: nothing is sent there before somebody has decided.

use crate::fake::{FakeOtlp, Flat};
use crate::harness::{Folder, Run};

/// Records of two days ago, of ten minutes ago, and of two hours from now.
const LINES: &str = "2026-11-18T12:00:00Z INFO old\n2026-11-20T11:50:00Z INFO fresh\n2026-11-20T14:00:00Z INFO early\n";

fn to_logfire(server: &FakeOtlp, lines: &str, more: &[&str]) -> crate::harness::Outcome {
    let folder = Folder::new();
    Run::send()
        .args(["--to", "logfire", "--in-flight", "1"])
        .env("LOGFIRE_TOKEN", "pylf_v1_us_hunter2")
        .env("LOGFIRE_BASE_URL", server.url())
        .arg(folder.file("app.log", lines))
        .args(more)
        .run()
}

fn times(records: &[Flat]) -> Vec<(String, u64, Option<String>)> {
    let seconds = |record: &Flat| record.record.time_unix_nano / 1_000_000_000 % 1_000_000;
    records
        .iter()
        .map(|record| {
            let original = record.attribute("otelctl.original_time");
            (record.text().to_owned(), seconds(record), original)
        })
        .collect()
}

/// Guarantees: without a decision nothing is sent; the error counts what lies outside and names the choices.
#[test]
fn nothing_is_sent_before_somebody_has_decided() {
    let server = FakeOtlp::accepting();
    let outcome = to_logfire(&server, LINES, &[]);
    assert_eq!(outcome.code, 2);
    let error = &outcome.json()["error"];
    assert_eq!(error["code"], "time-window");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("2 of 3 records")
            && message
                .contains("1 older than 24 hours and 1 ahead of the clock by more than 1 hour"),
        "{message}"
    );
    assert!(error["hint"].as_str().unwrap().contains("--time shift"));
    assert!(server.seen().is_empty());
}

/// Guarantees: records that are all inside are sent without a question.
#[test]
fn fresh_records_are_sent_without_a_question() {
    let server = FakeOtlp::accepting();
    let outcome = to_logfire(&server, "2026-11-20T11:50:00Z INFO fresh\nno time\n", &[]);
    outcome.receipt(0, "delivered");
}

/// Guarantees: each choice does what it says, and the books tell it.
#[test]
fn each_choice_does_what_it_says() {
    let now = 1_795_176_000 % 1_000_000;
    let server = FakeOtlp::accepting();
    let receipt = to_logfire(&server, LINES, &["--time", "drop"]).receipt(0, "delivered");
    assert_eq!(
        (receipt.records("delivered"), receipt.records("filtered")),
        (1, 2)
    );
    assert_eq!(server.texts(), ["fresh"]);

    let server = FakeOtlp::accepting();
    let receipt = to_logfire(&server, LINES, &["--time", "keep"]).receipt(0, "delivered");
    receipt.assert_warns(&["2 records with a time outside"]);
    assert_eq!(server.records().len(), 3);

    let server = FakeOtlp::accepting();
    to_logfire(&server, LINES, &["--time", "now"]).receipt(0, "delivered");
    let found = times(&server.records());
    assert_eq!((found[0].1, found[1].1, found[2].1), (now, now - 600, now));
    let old = found[0].2.as_deref().unwrap();
    assert!(old.contains("2026-11-18T12:00:00.000000000Z"), "{old}");
    assert_eq!(found[1].2, None);
}

/// Guarantees: a shift keeps the distances and makes the latest record the present one; what is too long to fit is refused.
#[test]
fn a_shift_keeps_the_distances() {
    let now = 1_795_176_000 % 1_000_000;
    let server = FakeOtlp::accepting();
    let lines = "2026-01-02T03:00:00Z INFO a\n2026-01-02T04:00:00Z INFO b\n";
    to_logfire(&server, lines, &["--time", "shift"]).receipt(0, "delivered");
    let found = times(&server.records());
    assert_eq!((found[0].1, found[1].1), (now - 3_600, now));
    assert!(found.iter().all(|(_, _, original)| original.is_some()));

    let outcome = to_logfire(&server, LINES, &["--time", "shift"]);
    assert_eq!(outcome.code, 2);
    let message = outcome.json()["error"]["message"].to_string();
    assert!(
        message.contains("further apart than the 24 hours"),
        "{message}"
    );
}

/// Guarantees: a pipe cannot be looked at beforehand; what it sends outside is sent, and counted.
#[test]
fn a_pipe_is_sent_and_counted() {
    let server = FakeOtlp::accepting();
    let outcome = Run::send()
        .args(["--to", "logfire"])
        .env("LOGFIRE_TOKEN", "pylf_v1_us_hunter2")
        .env("LOGFIRE_BASE_URL", server.url())
        .stdin(LINES)
        .run();
    let receipt = outcome.receipt(0, "delivered");
    receipt.assert_warns(&["2 records with a time outside"]);
}

/// Guarantees: long bodies are noted once, and sent whole.
#[test]
fn long_bodies_are_noted_once() {
    let server = FakeOtlp::accepting();
    let long = "x".repeat(600);
    let outcome = to_logfire(&server, &format!("{long}\n{long}\nshort\n"), &[]);
    let receipt = outcome.receipt(0, "delivered");
    receipt.assert_warns(&["2 records with bodies over 512 bytes"]);
    assert_eq!(server.texts()[0].len(), 600);
}
