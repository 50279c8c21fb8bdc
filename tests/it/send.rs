//! `otelctl send` towards people and scripts: the summary, the receipt, quiet and dry runs, and the built-in destinations.

use std::fs;

use crate::fake::{Answer, FakeOtlp, Seen, flatten_lines};
use crate::harness::{Folder, Run};

const LINES: &str = "\
2026-11-20T09:00:00.5Z INFO [app.db] connected
2026-11-20T09:00:01Z WARN [app.web] slow: 1.5 s
2026-11-20T09:10:00Z ERROR [app.web] gone
";

/// Guarantees: the summary says what was read, where it went, how severe it was and when.
#[test]
fn the_summary_tells_what_became_of_the_records() {
    let outcome = Run::new()
        .args(["send", "--to", "stdout"])
        .stdin(LINES)
        .in_no_time()
        .run();
    assert_eq!(outcome.code, 0);
    assert_eq!(flatten_lines(&outcome.stdout).len(), 3);
    insta::assert_snapshot!(outcome.stderr, @r#"
    stdin       text · 3 lines → 3 records · 2026-11-20 09:00:00 … 09:10:00 UTC
    delivered   3 records in 1 request, 1 ms · 1.2 kB on the wire
    severity    █                ▄  INFO 1 · WARN 1 · ERROR 1
    to          standard output (stdout) · nothing rejected, nothing dropped
    "#);
}

/// Guarantees: the receipt has the keys that scripts rely on, in their order.
#[test]
fn the_receipt_has_its_keys() {
    let outcome = Run::send()
        .args(["--to", "stdout"])
        .stdin(LINES)
        .in_no_time()
        .run();
    outcome.receipt(0, "delivered");
    insta::assert_snapshot!(outcome.stdout.lines().last().unwrap(), @r#"{"command":"send","outcome":"delivered","dry_run":false,"destination":{"name":"stdout","url":"standard output","protocol":"http/json","compression":"none"},"sources":[{"name":"-","format":"text","bytes":137,"lines":3,"records":3,"first_time":"2026-11-20T09:00:00.500000000Z","last_time":"2026-11-20T09:10:00.000000000Z","start_offset":0,"acknowledged_offset":137}],"records":{"read":3,"delivered":3,"rejected":0,"dead_lettered":0,"dropped":0,"filtered":0,"unsent":0},"reasons":{"dropped":{},"filtered":{},"dead_lettered":{},"rejected":{}},"severity":{"INFO":1,"WARN":1,"ERROR":1},"requests":{"sent":1,"retried":0,"split":0},"bytes":{"input":137,"encoded":1235,"wire":1236},"seconds":0.0,"dead_letter_file":null,"warnings":[]}"#);
}

/// Guarantees: with `--json`, standard output is one object and standard error has no summary.
#[test]
fn json_is_one_object_and_nothing_else() {
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server).stdin(LINES).run();
    outcome.receipt(0, "delivered");
    assert_eq!(outcome.stdout.lines().count(), 1);
    assert_eq!(outcome.stderr, "");
}

/// Guarantees: with `-q`, a success prints nothing and a failure still does.
#[test]
fn quiet_prints_nothing_on_success() {
    let mut answers = vec![Answer::ok()];
    let judge = move |_: &Seen| answers.pop().unwrap_or_else(|| Answer::says(400, "bad"));
    let server = FakeOtlp::judging(judge);
    let run = || {
        let words = ["send", "-q", "--to", server.url()];
        Run::new().args(words).stdin(LINES).run()
    };
    let outcome = run();
    assert_eq!((outcome.code, outcome.printed().as_str()), (0, ""));
    let outcome = run();
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stderr.contains("HTTP 400: bad"),
        "{}",
        outcome.stderr
    );
}

/// Guarantees: a dry run reads everything, sends nothing and says so.
#[test]
fn a_dry_run_sends_nothing() {
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server).arg("--dry-run").stdin(LINES).run();
    assert_eq!(outcome.code, 0);
    let receipt = outcome.json();
    assert_eq!(receipt["dry_run"], true);
    assert_eq!(
        (&receipt["records"]["read"], &receipt["records"]["unsent"]),
        (&3.into(), &3.into())
    );
    assert_eq!(receipt["requests"]["sent"], 0);
    assert!(server.seen().is_empty());
}

/// Guarantees: a dry run does not touch the output either.
#[test]
fn a_dry_run_writes_no_file() {
    let folder = Folder::new();
    let out = folder.at("out.jsonl");
    let to = format!("file:{}", out.display());
    let outcome = Run::send()
        .args(["--dry-run", "--to", &to])
        .stdin(LINES)
        .run();
    assert_eq!(outcome.code, 0);
    assert!(!out.exists());
}

/// Guarantees: a dry run shows the first records as they would arrive, in either encoding.
#[test]
fn a_dry_run_shows_the_first_records() {
    let shown = |protocol: &str| {
        let outcome = Run::new()
            .args([
                "send",
                "--dry-run",
                "--to",
                "http://localhost:1",
                "--protocol",
                protocol,
            ])
            .stdin(LINES)
            .in_no_time()
            .run();
        assert_eq!(outcome.code, 0);
        let (samples, _) = outcome.stderr.split_once("\n\n").unwrap();
        samples.to_owned()
    };
    assert_eq!(shown("http/protobuf"), shown("http/json"));
    insta::assert_snapshot!(shown("http/json"), @r#"
    the first 3 records, as they would arrive:
    2026-11-20 09:00:00.500   INFO   connected
                              log.iostream=stdout
    2026-11-20 09:00:01.000   WARN   slow: 1.5 s
                              log.iostream=stdout
    2026-11-20 09:10:00.000   ERROR  gone
                              log.iostream=stdout
    "#);
}

/// Guarantees: log content and file names cannot steer the terminal, and the records keep them as they are.
#[test]
fn content_and_names_cannot_steer_the_terminal() {
    let folder = Folder::new();
    let evil = "clear\u{1b}[2J \u{202e}right\u{9b}1m\u{7}";
    let file = folder.file(
        "evil\u{1b}[2J\u{202e}.log",
        format!("{{\"msg\":\"x\",\"k\":\"{}\"}}\n{evil}\n", "a\\u001b[2J"),
    );
    let outcome = Run::new()
        .args(["send", "--dry-run", "--to", "http://localhost:1", "-v"])
        .arg(&file)
        .run();
    assert_eq!(outcome.code, 0);
    let is_unsafe =
        |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
    assert!(!outcome.printed().contains(is_unsafe), "{outcome:?}");
    assert!(outcome.stderr.contains("\\u{1b}[2J"), "{}", outcome.stderr);
    let outcome = Run::send()
        .args(["--dry-run", "--to", "local"])
        .arg(&file)
        .run();
    assert!(!outcome.printed().contains(is_unsafe), "{outcome:?}");
    let server = FakeOtlp::accepting();
    Run::send_to(&server)
        .arg(&file)
        .run()
        .receipt(0, "delivered");
    // Colours and cursor movements are no part of a message; everything else arrives as it was.
    assert_eq!(server.texts()[1], evil.replace("\u{1b}[2J", ""));
}

/// Guarantees: the receiver inside the process decodes what it was sent, and keeps it as lines that can be read back.
#[test]
fn the_receiver_inside_the_process_counts_and_keeps_what_arrives() {
    for protocol in ["http/protobuf", "http/json"] {
        for compression in ["none", "gzip", "zstd"] {
            let folder = Folder::new();
            let out = folder.at("out.jsonl");
            let outcome = Run::send()
                .args([
                    "--to",
                    "local",
                    "--protocol",
                    protocol,
                    "--compression",
                    compression,
                ])
                .arg("--out")
                .arg(&out)
                .stdin(LINES)
                .run();
            let receipt = outcome.receipt(0, "delivered");
            assert_eq!(receipt.0["local"]["records"], 3);
            let kept = flatten_lines(&fs::read_to_string(out).unwrap());
            let texts: Vec<_> = kept.iter().map(|one| one.text().to_owned()).collect();
            assert_eq!(texts, ["connected", "slow: 1.5 s", "gone"]);
            assert_eq!(kept[2].scope, "app.web");
            assert_eq!(kept[0].record.time_unix_nano, 1_795_165_200_500_000_000);
        }
    }
}

/// Guarantees: `file:` writes what would have been sent as lines, and replaces what was there.
#[test]
fn a_file_takes_what_would_have_been_sent() {
    let folder = Folder::new();
    let out = folder.file("out.jsonl", "old content\n".repeat(1_000));
    let to = format!("file:{}", out.display());
    let outcome = Run::send()
        .args(["--to", &to, "--batch-records-max", "2"])
        .stdin(LINES)
        .run();
    let receipt = outcome.receipt(0, "delivered");
    let written = fs::read_to_string(out).unwrap();
    assert_eq!(written.lines().count(), 2);
    assert_eq!(flatten_lines(&written).len(), 3);
    assert_eq!(receipt.0["bytes"]["wire"], written.len());
}

/// Guarantees: what a collector's variables say is heard, and a flag beats it.
#[test]
fn the_variables_of_the_specification_are_heard() {
    let server = FakeOtlp::accepting();
    let base = format!("{}/base", server.url());
    let outcome = Run::send()
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &base)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
        .env("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-a=1%202,x-b=2")
        .env("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "2")
        .args(["--header", "x-b: 3"])
        .stdin(LINES)
        .run();
    outcome.receipt(0, "delivered");
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].path, "/base/v1/logs");
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    assert_eq!(seen[0].header("content-encoding"), Some("gzip"));
    assert_eq!(seen[0].header("x-a"), Some("1 2"));
    assert_eq!(seen[0].header("x-b"), Some("3"));
}

/// Guarantees: a variable that cannot be read is warned about and counts as unset.
#[test]
fn a_bad_variable_is_warned_about() {
    let outcome = Run::send()
        .args(["--to", "http://127.0.0.1:1", "--dry-run"])
        .env("OTEL_EXPORTER_OTLP_TIMEOUT", "soon")
        .env("OTEL_RESOURCE_ATTRIBUTES", "a=1,broken")
        .stdin("one\n")
        .run();
    assert_eq!(outcome.code, 0);
    let warnings = outcome.json()["warnings"].to_string();
    for name in ["OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_RESOURCE_ATTRIBUTES"] {
        assert!(warnings.contains(name), "{warnings}");
    }
}

/// Guarantees: the longest times that can be typed are as good as for ever, and break nothing.
#[test]
fn a_very_long_time_is_no_fault() {
    for flag in ["--retry-for", "--timeout", "--drain", "--flush-interval"] {
        let server = FakeOtlp::accepting();
        let outcome = Run::send()
            .args(["--to", server.url(), flag, "5000000000000h"])
            .stdin("one\n")
            .run();
        outcome.receipt(0, "delivered");
    }
}
