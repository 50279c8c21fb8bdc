//! Asking until the records are there: what is waited for, for how long, and what the server says meanwhile.

use std::fs;
use std::time::Duration;

use otelctl::logfire::standin::{Faults, RowFault};
use serde_json::{Value, json};

use crate::fake::{Answer, FakeOtlp};
use crate::harness::{Folder, Run};
use crate::spike::{
    READ, WRITE, check, faulty_behind, leg, legs, logfire_behind, to, unchanged, with_faults,
};

/// Guarantees: what needs time gets it: rows that come late, a limit of queries, a server that is unwell for a moment.
#[test]
fn faults_that_pass_are_waited_for() {
    let late = Faults {
        late: Duration::from_secs(5),
        ..Faults::default()
    };
    let limited = Faults {
        limited_queries: 1,
        limited_seconds: 7,
        ..Faults::default()
    };
    let broken = Faults {
        broken_queries: 1,
        ..Faults::default()
    };
    for (faults, queries, visible_after) in [
        (late, "8 queries", 6.35),
        (limited, "2 queries", 7.0),
        (broken, "2 queries", 0.05),
    ] {
        let answer = check(&with_faults(faults), 0, "verified", &[]);
        let visible = leg(&answer, "visible");
        assert_eq!(
            visible["detail"],
            format!("10 of 10 rows after {queries}; a second look agrees")
        );
        assert_eq!(answer["visible_after_seconds"], json!(visible_after));
    }
}

/// Guarantees: a record that is there twice does not stand for one that is not there yet.
#[test]
fn a_doubled_record_does_not_end_the_wait_for_another() {
    let faults = Faults {
        rows: vec![RowFault::RecordDoubled(0), RowFault::RecordDropped(3)],
        ..Faults::default()
    };
    let answer = check(&with_faults(faults), 1, "failed", &["count"]);
    let detail = leg(&answer, "visible")["detail"].to_string();
    assert!(detail.contains("9 of 10 rows in 60 s"), "{detail}");
    assert_eq!(leg(&answer, "count")["detail"], "6 of 8 are there once");
}

/// Guarantees: doubles that come after all was there are seen by a second look.
#[test]
fn a_double_that_comes_late_is_found() {
    let mut questions = 0;
    let server = logfire_behind(move |seen, mut answered| {
        questions += u32::from(seen.path == "/v2/query");
        if questions == 2 {
            let mut answer: Value = serde_json::from_slice(&answered.body).unwrap();
            let rows = answer["data"].as_array_mut().unwrap();
            let last = rows.last().cloned().unwrap();
            rows.push(last);
            answered.body = answer.to_string().into_bytes();
        }
        unchanged(answered)
    });
    let run = to(server.url(), Some(WRITE), Some(READ));
    let answer = check(&run.arg("--json").run(), 1, "failed", &["count"]);
    let detail = leg(&answer, "visible")["detail"].to_string();
    assert!(detail.contains("a second look found 11"), "{detail}");
}

/// Guarantees: when the wait is over, the last thing the server said is told.
#[test]
fn what_does_not_pass_fails_the_leg_of_visibility() {
    for (faults, said) in [
        (
            Faults {
                late: Duration::from_secs(3_600),
                ..Faults::default()
            },
            "0 of 10 rows in 60 s",
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
        let visible = leg(&answer, "visible");
        let detail = visible["detail"].to_string();
        assert!(detail.contains(said), "{detail}");
        assert!(visible["hint"].is_string());
        assert_eq!(legs(&answer, "skip").len(), 9);
        assert_eq!(answer["visible_after_seconds"], json!(null));
    }
}

/// Guarantees: a server that asks for more patience than there is is not asked again.
#[test]
fn a_wish_to_wait_beyond_the_wait_ends_the_trip() {
    let faults = Faults {
        limited_queries: u32::MAX,
        limited_seconds: 120,
        ..Faults::default()
    };
    let answer = check(&with_faults(faults), 1, "failed", &["visible"]);
    let visible = leg(&answer, "visible");
    assert_eq!(
        visible["detail"],
        "no answer after 1 query: HTTP 429: Rate limit exceeded; it asks for a wait of 120 s, and 60 s of --wait are left"
    );
    assert_eq!(
        visible["hint"],
        "run it again in 120 s, or with a longer --wait"
    );
    let busy = Answer::status(429).header("retry-after", "90");
    let server = FakeOtlp::script([Answer::ok(), Answer::ok(), busy]);
    let run = Run::new().in_no_time();
    let outcome = run.args(["spike", "--json", "--to", server.url()]).run();
    let answer = check(&outcome, 4, "failed", &["logs"]);
    let detail = leg(&answer, "logs")["detail"].to_string();
    assert!(detail.contains("it asks for a wait of 90 s"), "{detail}");
}

/// Guarantees: what came before a server asked for too much patience is compared all the same.
#[test]
fn rows_that_came_before_the_server_had_enough_are_compared() {
    let mut queries = 0;
    let faults = Faults {
        rows: vec![RowFault::RecordDropped(3)],
        ..Faults::default()
    };
    let server = faulty_behind(faults, move |seen, answered| {
        queries += u32::from(seen.path == "/v2/query");
        if queries > 1 && seen.path == "/v2/query" {
            return Answer::status(429).header("retry-after", "120");
        }
        unchanged(answered)
    });
    let run = to(server.url(), Some(WRITE), Some(READ)).in_no_time();
    let answer = check(&run.arg("--json").run(), 1, "failed", &["visible", "count"]);
    let detail = leg(&answer, "visible")["detail"].to_string();
    assert!(detail.contains("9 of 10 rows after 2 queries"), "{detail}");
}

/// Guarantees: a server that takes records and never answers a question does not keep the trip waiting beyond its wait.
#[test]
fn a_question_without_an_answer_ends_with_the_wait() {
    let server = logfire_behind(|seen, answered| match seen.path.as_str() {
        "/v2/query" => Answer::silence(),
        _ => unchanged(answered),
    });
    let run = to(server.url(), Some(WRITE), Some(READ));
    let outcome = run.args(["--json", "--wait", "100ms"]).run();
    let answer = check(&outcome, 1, "failed", &["visible"]);
    let detail = leg(&answer, "visible")["detail"].to_string();
    assert!(detail.contains("no answer within the wait"), "{detail}");
}

/// Guarantees: a pause of our own is no wish of the server, however short the wait is.
#[test]
fn a_short_wait_does_not_end_our_own_retries() {
    let script = [200, 200, 503, 200, 200].map(Answer::status).to_vec();
    let server = FakeOtlp::script(script);
    let run = Run::new().in_no_time();
    let outcome = run
        .args(["spike", "--json", "--wait", "100ms", "--to", server.url()])
        .run();
    check(&outcome, 0, "accepted", &[]);
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

/// Guarantees: what a server says is shown without secrets and not longer than a person reads.
#[test]
fn texts_of_servers_are_cut_and_hold_no_secrets() {
    let long = format!("{WRITE} {READ} {}", "x".repeat(5_000));
    let said = long.clone();
    let server = logfire_behind(move |seen, answered| match seen.path.as_str() {
        "/v1/info" => {
            let project = json!({
                "project_name": said,
                "project_url": "https://logfire-us.pydantic.dev/o/p)(|<b>",
            });
            Answer::ok()
                .header("x-logfire-warning", &said)
                .body(project.to_string())
        }
        "/v2/query" => Answer::status(400)
            .header("content-type", "application/problem+json")
            .body(json!({"title": "no", "detail": said}).to_string()),
        _ => unchanged(answered),
    });
    let folder = Folder::new();
    let summary = folder.at("summary.md");
    let run = || to(server.url(), Some(WRITE), Some(READ));
    let answer = check(&run().arg("--json").run(), 3, "failed", &["visible"]);
    for text in [
        &leg(&answer, "authorization")["detail"],
        &leg(&answer, "visible")["detail"],
        &answer["warnings"][0],
    ] {
        let length = text.as_str().unwrap().chars().count();
        assert!(length < 400, "{text}");
    }
    let github = run()
        .args(["--format", "github"])
        .env("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())
        .run();
    assert!(!github.printed().contains("hunter2"));
    let text = fs::read_to_string(&summary).unwrap();
    let link = "(https://logfire-us.pydantic.dev/o/p%29%28%7C%3Cb%3E?q=attributes-";
    assert!(text.contains(link), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

/// Guarantees: the older endpoint is asked with the words that the URL already has, and what it says of our own words is shown.
#[test]
fn the_older_endpoint_keeps_the_query_of_the_url() {
    let server = logfire_behind(|seen, answered| {
        assert_eq!(seen.path.matches('?').count(), 1, "{}", seen.path);
        match seen.path.split_once('?') {
            Some(("/v2/query", _)) => Answer::status(404),
            Some(("/v1/query", words)) => {
                assert!(
                    words.starts_with("team=blue-hunter2&sql=SELECT+"),
                    "{words}"
                );
                assert!(seen.header("accept").is_some());
                Answer::status(400)
                    .body(json!({"detail": "sql: no limit of 100 for blue-hunter2"}).to_string())
            }
            _ => unchanged(answered),
        }
    });
    let base = format!("{}?team=blue-hunter2", server.url());
    let outcome = Run::new()
        .in_no_time()
        .args(["spike", "--json"])
        .env("LOGFIRE_BASE_URL", &base)
        .env("LOGFIRE_TOKEN", WRITE)
        .env("LOGFIRE_READ_TOKEN", READ)
        .run();
    let answer = check(&outcome, 3, "failed", &["visible"]);
    let detail = leg(&answer, "visible")["detail"].to_string();
    assert!(detail.contains("sql: no limit of 100 for"), "{detail}");
}
