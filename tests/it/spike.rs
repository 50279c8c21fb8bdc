//! `otelctl spike`: the round trip, against the stand-in of Logfire on loopback with faults planted in it, and against other servers.

use std::fs;
use std::sync::Arc;
use std::time::Instant;

use otelctl::base::clock::{Clock, SystemClock};
use otelctl::base::secret::Secret;
use otelctl::base::units::UnixNanos;
use otelctl::flow::spike::local::StandinServer;
use otelctl::logfire::standin::{Expired, Faults, Project, RowFault};
use serde_json::{Value, json};

use crate::fake::{Answer, CERTIFICATE, FakeOtlp};
use crate::harness::{Folder, NOW, Outcome, Run};

const WRITE: &str = "pylf_v1_us_writehunter2";
const READ: &str = "pylf_v1_us_readhunter2";

/// The order of the legs, which scripts rely on.
const LEGS: [&str; 18] = [
    "configuration",
    "token",
    "connection",
    "authorization",
    "clock",
    "traces",
    "logs",
    "metrics",
    "visible",
    "count",
    "severities",
    "times",
    "bodies",
    "attributes",
    "exception",
    "correlation",
    "scopes",
    "resource",
];

/// The server's clock stands where the client's does.
#[derive(Debug)]
struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> UnixNanos {
        UnixNanos(NOW)
    }

    fn instant(&self) -> Instant {
        SystemClock.instant()
    }
}

fn standin(faults: Faults) -> StandinServer {
    let project = Project {
        write: Secret::new(WRITE),
        read: Secret::new(READ),
        faults,
    };
    StandinServer::start(project, Arc::new(StandingClock)).unwrap()
}

/// `otelctl spike` to a server, with these tokens; it waits no longer than a test may.
fn to(server: &StandinServer, write: Option<&str>, read: Option<&str>) -> Run {
    let to = format!("logfire?url={}", server.url());
    let mut run = Run::new().args(["spike", "--wait", "150ms", "--to", &to]);
    if let Some(token) = write {
        run = run.env("LOGFIRE_TOKEN", token);
    }
    if let Some(token) = read {
        run = run.env("LOGFIRE_READ_TOKEN", token);
    }
    run
}

fn with_faults(faults: Faults) -> Outcome {
    let server = standin(faults);
    to(&server, Some(WRITE), Some(READ)).arg("--json").run()
}

fn legs(answer: &Value, status: &str) -> Vec<String> {
    let legs = answer["legs"].as_array().unwrap().iter();
    legs.filter(|leg| leg["status"] == status)
        .map(|leg| leg["name"].as_str().unwrap().to_owned())
        .collect()
}

fn leg(answer: &Value, name: &str) -> Value {
    let legs = answer["legs"].as_array().unwrap().iter();
    let mut found = legs.filter(|leg| leg["name"] == name);
    found.next().cloned().unwrap()
}

#[track_caller]
fn check(outcome: &Outcome, code: u8, verdict: &str, failed: &[&str]) -> Value {
    let answer = outcome.json();
    let found = (
        outcome.code,
        answer["outcome"].as_str().unwrap(),
        legs(&answer, "fail"),
    );
    assert_eq!((found.0, found.1), (code, verdict), "{answer:#}");
    assert_eq!(found.2, failed, "{answer:#}");
    assert!(!outcome.printed().contains("hunter2"), "{answer:#}");
    answer
}

/// A fault of rows: it is found at this leg alone, with one difference at least.
#[track_caller]
fn check_rows(fault: RowFault, failed: &str) -> Value {
    let faults = Faults {
        rows: vec![fault],
        ..Faults::default()
    };
    let answer = check(&with_faults(faults), 1, "failed", &[failed]);
    let differences = leg(&answer, failed)["differences"]
        .as_array()
        .unwrap()
        .len();
    assert!(differences > 0, "{answer:#}");
    leg(&answer, failed)["differences"][0].clone()
}

/// Guarantees: the trip to the stand-in verifies every leg, says that it is local, and looks like this.
#[test]
fn the_local_trip_is_verified_and_drawn() {
    let outcome = Run::new().in_no_time().args(["spike", "--local"]).run();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, ""),
        "{outcome:?}"
    );
    let port = outcome.stdout.split("127.0.0.1:").nth(1).unwrap();
    let port: String = port.chars().take_while(char::is_ascii_digit).collect();
    let run_id = outcome.stdout.split("run         ").nth(1).unwrap();
    let text = outcome.stdout.replace(&port, "PORT");
    assert_eq!(run_id.trim().len(), 36, "{run_id}");
    // How well it is compressed is another matter on each system.
    let lines = text
        .lines()
        .map(|line| line.split(" · HTTP 200").next().unwrap());
    let text = lines.collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(text.replace(run_id.trim(), "RUN"), @r"

    round trip to local, the stand-in of Logfire inside this process

    ✓ configuration            http://127.0.0.1:PORT
    ✓ token                    write and read, made for this run
    ✓ connection               dns 0.0 ms · tcp 0.0 ms
    ✓ authorization            write token of local/stand-in · read token accepted
    ✓ clock                    less than 2 s apart

    ✓ traces                   2 spans
    ✓ logs                     8 records
    ✓ metrics                  1 counter

    ✓ visible                  10 of 10 rows after 1 query
    ✓ count                    8 of 8 records, each once
    ✓ severities               TRACE DEBUG INFO WARN ERROR FATAL
    ✓ times                    equal to the microsecond, the grain that is kept
    ✓ bodies                   equal, the longest 720 bytes; messages to 512
    ✓ attributes               equal, and of their types: text, bool, int, double, list, map, bytes
    ✓ exception                type, message and stack trace
    ✓ correlation              2 spans of one trace, 2 logs inside of them
    ✓ scopes                   Auth, HTTP, Database, UI
    ✓ resource                 5 attributes: service, version, environment, os, host

    verified    10 of 10 rows came back as they were sent · visible after 1 ms
    local       against the stand-in inside this process, not against Logfire
    run         RUN
    ");
}

/// Guarantees: scripts get every leg in order, and are told that it was local.
#[test]
fn the_local_trip_in_json() {
    let begun = SystemClock.instant();
    let outcome = Run::new()
        .args(["spike", "--local", "--verify", "--json"])
        .run();
    let answer = check(&outcome, 0, "verified", &[]);
    assert!(begun.elapsed().as_secs() < 2);
    assert_eq!(legs(&answer, "pass"), LEGS);
    assert_eq!(
        (&answer["command"], &answer["local"]),
        (&json!("spike"), &json!(true))
    );
    assert_eq!(outcome.stdout.lines().count(), 1);
    let same = Run::new()
        .args(["spike", "--local", "--format", "json"])
        .run();
    check(&same, 0, "verified", &[]);
    let quiet = Run::new().args(["spike", "--local", "-q"]).run();
    assert_eq!((quiet.code, quiet.printed().as_str()), (0, ""));
}

/// Guarantees: a server that does everything right is verified by its tokens from the environment.
#[test]
fn a_project_with_both_tokens_is_verified() {
    let answer = check(&with_faults(Faults::default()), 0, "verified", &[]);
    assert_eq!(legs(&answer, "pass"), LEGS);
    assert_eq!(answer["local"], json!(false));
    let token = leg(&answer, "token");
    assert_eq!(
        token["detail"],
        "write from LOGFIRE_TOKEN · read from LOGFIRE_READ_TOKEN"
    );
}

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

/// Guarantees: what needs time gets it: rows that come late, a limit of queries, a server that is unwell for a moment.
#[test]
fn faults_that_pass_are_waited_for() {
    let late = Faults {
        late_queries: 2,
        ..Faults::default()
    };
    let limited = Faults {
        limited_queries: 1,
        ..Faults::default()
    };
    let broken = Faults {
        broken_queries: 1,
        ..Faults::default()
    };
    for (faults, queries) in [
        (late, "3 queries"),
        (limited, "2 queries"),
        (broken, "2 queries"),
    ] {
        let answer = check(&with_faults(faults), 0, "verified", &[]);
        let visible = leg(&answer, "visible");
        assert_eq!(visible["detail"], format!("10 of 10 rows after {queries}"));
        assert!(answer["visible_after_seconds"].as_f64().unwrap() > 0.0);
    }
}

/// Guarantees: when the wait is over, the last thing the server said is told.
#[test]
fn what_does_not_pass_fails_the_leg_of_visibility() {
    for (faults, said) in [
        (
            Faults {
                late_queries: u32::MAX,
                ..Faults::default()
            },
            "0 of 10 rows in 0.15 s",
        ),
        (
            Faults {
                broken_queries: u32::MAX,
                ..Faults::default()
            },
            "HTTP 500: Internal server error",
        ),
        (
            Faults {
                limited_queries: u32::MAX,
                ..Faults::default()
            },
            "HTTP 429: Rate limit exceeded",
        ),
    ] {
        let answer = check(&with_faults(faults), 1, "failed", &["visible"]);
        let detail = leg(&answer, "visible")["detail"].to_string();
        assert!(detail.contains(said), "{detail}");
        assert_eq!(legs(&answer, "skip").len(), 9);
    }
}

/// Guarantees: a server without the second version of queries is asked by the first.
#[test]
fn an_older_server_is_asked_by_the_older_endpoint() {
    let faults = Faults {
        is_old: true,
        ..Faults::default()
    };
    check(&with_faults(faults), 0, "verified", &[]);
}

/// Guarantees: a token of another region and an expired one are told by the server's word, with a hint.
#[test]
fn tokens_of_another_region_and_expired_ones_are_denied_at_their_leg() {
    let region = Faults {
        region: Some("eu"),
        ..Faults::default()
    };
    let expired = |which| Faults {
        expired: Some(which),
        ..Faults::default()
    };
    for (faults, said, hinted) in [
        (
            region,
            "the write token is denied: HTTP 401: Unknown token",
            "region",
        ),
        (
            expired(Expired::Write),
            "the write token is denied: HTTP 401: Token has expired",
            "make a new token",
        ),
        (
            expired(Expired::Read),
            "the read token is denied: HTTP 401: Token has expired",
            "make a new token",
        ),
    ] {
        let answer = check(&with_faults(faults), 3, "failed", &["authorization"]);
        let leg = leg(&answer, "authorization");
        assert_eq!(leg["detail"], said);
        assert!(leg["hint"].as_str().unwrap().contains(hinted), "{leg}");
    }
    let outcome = Run::new()
        .args(["spike", "--json", "--to", "logfire-eu"])
        .env("LOGFIRE_TOKEN", WRITE)
        .run();
    let answer = check(&outcome, 2, "failed", &["configuration"]);
    assert!(
        leg(&answer, "configuration")["hint"].is_string(),
        "{answer:#}"
    );
}

/// Guarantees: each way to have the wrong tokens is told apart.
#[test]
fn tokens_that_are_missing_or_swapped_are_told_apart() {
    let server = standin(Faults::default());
    let run = |write, read| to(&server, write, read).arg("--json").run();

    let none = check(&run(None, None), 2, "failed", &["token"]);
    let detail = leg(&none, "token")["detail"].to_string();
    assert!(detail.contains("LOGFIRE_TOKEN"), "{detail}");

    let write = check(&run(Some(WRITE), None), 0, "accepted", &[]);
    assert!(
        write["hint"]
            .as_str()
            .unwrap()
            .contains("LOGFIRE_READ_TOKEN")
    );
    assert_eq!(leg(&write, "visible")["detail"], "no read token");

    let only_read = check(&run(None, Some(READ)), 2, "failed", &["token"]);
    assert_eq!(
        leg(&only_read, "token")["detail"],
        "there is only a read token (from LOGFIRE_READ_TOKEN), and it cannot send"
    );

    let as_write = check(&run(Some(READ), None), 3, "failed", &["authorization"]);
    let detail = leg(&as_write, "authorization")["detail"].to_string();
    assert!(
        detail.contains("the token that should send is a read token"),
        "{detail}"
    );

    let as_read = check(
        &run(Some(WRITE), Some(WRITE)),
        3,
        "failed",
        &["authorization"],
    );
    let detail = leg(&as_read, "authorization")["detail"].to_string();
    assert!(detail.contains("it is a write token"), "{detail}");

    let swapped = check(
        &run(Some(READ), Some(WRITE)),
        3,
        "failed",
        &["authorization"],
    );
    let swapped = leg(&swapped, "authorization");
    assert!(
        swapped["detail"].as_str().unwrap().contains("swapped"),
        "{swapped}"
    );
    assert!(
        swapped["hint"]
            .as_str()
            .unwrap()
            .starts_with("exchange them"),
        "{swapped}"
    );
}

/// Guarantees: `--verify` takes no for an answer when nothing was verified.
#[test]
fn accepted_is_not_enough_for_verify() {
    let server = standin(Faults::default());
    let outcome = to(&server, Some(WRITE), None)
        .args(["--verify", "--json"])
        .run();
    check(&outcome, 1, "accepted", &[]);
}

/// Guarantees: records that a server rejects, a clock that is too far off and warnings are told.
#[test]
fn what_the_server_says_beside_its_answers_is_told() {
    let rejected = Faults {
        rejected: 1,
        ..Faults::default()
    };
    let answer = check(&with_faults(rejected), 1, "failed", &["logs"]);
    let detail = leg(&answer, "logs")["detail"].to_string();
    assert!(detail.contains("HTTP 200, but 1 rejected"), "{detail}");

    let ahead = Faults {
        clock_ahead_nanos: -7_200_000_000_000,
        ..Faults::default()
    };
    let answer = with_faults(ahead).json();
    let clock = leg(&answer, "clock");
    assert_eq!(
        (&clock["status"], &clock["detail"]),
        (&json!("fail"), &json!("7200 s ahead of the server's"))
    );

    let warning = Faults {
        warning: Some("this token ends in 3 days".to_owned()),
        ..Faults::default()
    };
    let answer = check(&with_faults(warning), 0, "verified", &[]);
    assert_eq!(answer["warnings"], json!(["this token ends in 3 days"]));
}

/// Guarantees: logs name no span that was not taken.
#[test]
fn without_traces_no_log_names_a_span() {
    let faults = Faults {
        traces_status: Some(400),
        ..Faults::default()
    };
    let answer = check(&with_faults(faults), 1, "failed", &["traces"]);
    assert_eq!(leg(&answer, "correlation")["status"], "skip");
    assert_eq!(
        leg(&answer, "visible")["detail"],
        "8 of 8 rows after 1 query"
    );
}

/// Guarantees: any OTLP server is sent all three signals, and the verdict is no more than accepted.
#[test]
fn any_otlp_server_can_be_sent_to() {
    let server = FakeOtlp::script(vec![Answer::ok(); 4]);
    let outcome = Run::new()
        .args(["spike", "--json", "--to", server.url()])
        .run();
    let answer = check(&outcome, 0, "accepted", &[]);
    let skipped = legs(&answer, "skip");
    assert_eq!(
        leg(&answer, "visible")["detail"],
        "this backend cannot be asked"
    );
    assert!(skipped.contains(&"token".to_owned()) && skipped.contains(&"resource".to_owned()));
}

/// Guarantees: a backend for logs alone is no fault, and one that refuses the logs is.
#[test]
fn a_backend_for_logs_alone_is_accepted() {
    let script = [200, 404, 200, 404].map(Answer::status).to_vec();
    let server = FakeOtlp::script(script);
    let outcome = Run::new()
        .args(["spike", "--json", "--to", server.url()])
        .run();
    let answer = check(&outcome, 0, "accepted", &[]);
    for name in ["traces", "metrics"] {
        assert_eq!(leg(&answer, name)["detail"], "this backend takes none");
    }
    let script = [200, 200, 404].map(Answer::status).to_vec();
    let server = FakeOtlp::script(script);
    let outcome = Run::new()
        .args(["spike", "--json", "--to", server.url()])
        .run();
    check(&outcome, 3, "failed", &["logs"]);
}

/// Guarantees: nobody there is told at the connection, and a destination without a server before it.
#[test]
fn nobody_there_is_told_at_the_connection() {
    let outcome = Run::new()
        .args(["spike", "--json", "--to", "http://127.0.0.1:9"])
        .run();
    let answer = check(&outcome, 4, "failed", &["connection"]);
    assert_eq!(legs(&answer, "skip").len(), 16);
    let outcome = Run::new().args(["spike", "--json", "--to", "stdout"]).run();
    let (code, message, hint) = outcome.error();
    assert_eq!((outcome.code, code.as_str()), (2, "settings"));
    assert_eq!(
        message,
        "a round trip needs a server, and --to stdout is none"
    );
    assert!(hint.contains("--local"), "{hint}");
}

/// Guarantees: a token that was typed where the destination belongs is not shown.
#[test]
fn a_token_in_the_wrong_place_is_not_shown() {
    let outcome = Run::new().args(["spike", "--json", "--to", WRITE]).run();
    check(&outcome, 2, "failed", &["configuration"]);
}

/// Guarantees: nothing is sent to `/v1/metrics` when nobody wants it.
#[test]
fn metrics_can_be_left_out() {
    let outcome = Run::new()
        .args(["spike", "--local", "--no-metrics", "--json"])
        .run();
    let answer = check(&outcome, 0, "verified", &[]);
    assert_eq!(legs(&answer, "skip"), ["metrics"]);
}

/// Guarantees: a person sees what was sent beside what came back.
#[test]
fn a_difference_is_drawn_side_by_side() {
    let server = standin(Faults {
        rows: vec![RowFault::LevelWrong(5), RowFault::ScopeLost],
        ..Faults::default()
    });
    let outcome = to(&server, Some(WRITE), Some(READ)).in_no_time().run();
    assert_eq!(outcome.code, 1);
    let (_, legs) = outcome.stdout.split_once("  ✗ severities").unwrap();
    let (legs, _) = legs.split_once("  run ").unwrap();
    insta::assert_snapshot!(legs, @r"
                 1 field differs
                      expected   found
        log-6 level   13 WARN    9 INFO
    ✓ times                    equal to the microsecond, the grain that is kept
    ✓ bodies                   equal, the longest 720 bytes; messages to 512
    ✓ attributes               equal, and of their types: text, bool, int, double, list, map, bytes
    ✓ exception                type, message and stack trace
    ✓ correlation              2 spans of one trace, 2 logs inside of them
    ✗ scopes                   8 fields differ
                                expected   found
        log-1 otel_scope_name   Auth       otelctl
        log-2 otel_scope_name   Auth       otelctl
        log-3 otel_scope_name   HTTP       otelctl
        log-4 otel_scope_name   HTTP       otelctl
        log-5 otel_scope_name   Database   otelctl
        log-6 otel_scope_name   Database   otelctl
        and 2 more
    ✓ resource                 5 attributes: service, version, environment, os, host

    failed      severities: 1 field differs; and 1 more leg
    ");
}

/// Guarantees: in a job of GitHub Actions, each leg that failed is an annotation, and the summary gets a table.
#[test]
fn a_job_of_github_actions_gets_annotations_and_a_summary() {
    let folder = Folder::new();
    let summary = folder.file("summary.md", "before\n");
    let server = standin(Faults {
        rows: vec![RowFault::LevelWrong(5)],
        ..Faults::default()
    });
    let run = || {
        to(&server, Some(WRITE), Some(READ))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())
    };
    let outcome = run().run();
    assert_eq!(outcome.code, 1);
    let annotations: Vec<&str> = outcome
        .stdout
        .lines()
        .filter(|line| line.starts_with("::"))
        .collect();
    assert_eq!(
        annotations,
        [
            "::error title=otelctl spike%3A severities::1 field differs%0Alog-6 level: expected 13 WARN, found 9 INFO"
        ]
    );
    let text = fs::read_to_string(&summary).unwrap();
    assert!(
        text.starts_with("before\n### ❌ otelctl spike: failed\n"),
        "{text}"
    );
    assert!(
        text.contains("\n| | leg | time | |\n|---|---|--:|---|\n| ✅ | configuration |"),
        "{text}"
    );
    let row = "| 1 field differs<br>log-6 level: expected 13 WARN, found 9 INFO |\n";
    assert!(text.contains(row), "{text}");
    let json = run().arg("--json").run();
    assert_eq!(json.stdout.lines().count(), 1, "{json:?}");
}

/// Guarantees: the annotation of a trip that went well says what it was worth.
#[test]
fn a_job_that_went_well_is_noticed() {
    let outcome = Run::new()
        .args(["spike", "--local", "--format", "github"])
        .run();
    let last = outcome.stdout.lines().last().unwrap();
    assert_eq!(
        last,
        "::notice title=otelctl spike::verified (local, not against Logfire): 10 of 10 rows came back as they were sent"
    );
    let lost = Run::new()
        .args(["spike", "--local", "--format", "github"])
        .env("GITHUB_STEP_SUMMARY", "/nowhere/at/all")
        .run();
    assert_eq!(lost.code, 2);
}

/// Guarantees: `JUnit` has a case for each leg.
#[test]
fn junit_has_a_case_for_each_leg() {
    let server = standin(Faults {
        rows: vec![RowFault::ExceptionLost],
        ..Faults::default()
    });
    let outcome = to(&server, Some(WRITE), Some(READ))
        .args(["--format", "junit"])
        .run();
    assert_eq!(outcome.code, 1);
    let count = |what: &str| outcome.stdout.matches(what).count();
    assert_eq!((count("<testcase "), count("<failure ")), (LEGS.len(), 1));
    assert!(
        outcome
            .stdout
            .contains(r#"tests="18" failures="1" errors="0" skipped="0""#)
    );
    assert!(
        outcome
            .stdout
            .contains("exception.type: expected CardDeclined, found nothing")
    );
}

/// Guarantees: the handshake has a time of its own, and a certificate that is not trusted ends the trip at the connection.
#[test]
fn tls_is_timed_by_itself_and_its_certificate_checked() {
    let server = FakeOtlp::over_tls();
    let run = || Run::new().args(["spike", "--json", "--no-metrics", "--to", server.url()]);
    let outcome = run()
        .env("OTEL_EXPORTER_OTLP_CERTIFICATE", CERTIFICATE)
        .run();
    let answer = check(&outcome, 0, "accepted", &[]);
    let connection = leg(&answer, "connection")["detail"].to_string();
    assert!(connection.contains(" · tls "), "{connection}");
    let answer = check(&run().run(), 3, "failed", &["connection"]);
    let connection = leg(&answer, "connection")["detail"].to_string();
    assert!(connection.contains("no TLS with 127.0.0.1"), "{connection}");
}
