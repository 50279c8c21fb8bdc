//! `otelctl spike`: the round trip, against the stand-in of Logfire on loopback with faults planted in it, and against other servers.

mod forms;
mod rows;
mod tokens;
mod waits;
mod ways;

use otelctl::base::clock::{Clock as _, SystemClock};
use otelctl::base::secret::Secret;
use otelctl::flow::spike::local::StandinServer;
use otelctl::logfire::standin::{Answered, Asked, Faults, Project, RowFault, Standin};
use serde_json::{Value, json};

use crate::fake::{Answer, FakeOtlp, Seen};
use crate::harness::{Hand, Outcome, Run};

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

fn project(faults: Faults) -> Project {
    Project {
        write: Secret::new(WRITE),
        read: Secret::new(READ),
        faults,
    }
}

fn standin_in_time_of(faults: Faults, hand: &Hand) -> StandinServer {
    StandinServer::start(project(faults), hand.clock()).unwrap()
}

fn standin(faults: Faults) -> StandinServer {
    standin_in_time_of(faults, &Hand::new())
}

/// `otelctl spike` to a server, with these tokens. Its waits are over at once.
fn to(url: &str, write: Option<&str>, read: Option<&str>) -> Run {
    let to = format!("logfire?url={url}");
    let mut run = Run::new().in_no_time().args(["spike", "--to", &to]);
    if let Some(token) = write {
        run = run.env("LOGFIRE_TOKEN", token);
    }
    if let Some(token) = read {
        run = run.env("LOGFIRE_READ_TOKEN", token);
    }
    run
}

/// The trip with both tokens, in a time that client and server share.
fn with_faults(faults: Faults) -> Outcome {
    let hand = Hand::new();
    let server = standin_in_time_of(faults, &hand);
    let run = to(server.url(), Some(WRITE), Some(READ));
    run.in_time_of(&hand).arg("--json").run()
}

/// A Logfire behind something that changes what it answers.
fn logfire_behind(change: impl FnMut(&Seen, Answered) -> Answer + Send + 'static) -> FakeOtlp {
    faulty_behind(Faults::default(), change)
}

/// The same, of one with faults of its own.
fn faulty_behind(
    faults: Faults,
    mut change: impl FnMut(&Seen, Answered) -> Answer + Send + 'static,
) -> FakeOtlp {
    let mut standin = Standin::new(project(faults), Hand::new().clock());
    FakeOtlp::judging(move |seen| {
        let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
        let answered = standin.answer(Asked {
            method: &seen.method,
            path,
            query,
            authorization: seen.header("authorization"),
            content_type: seen.header("content-type").unwrap_or_default(),
            accept: seen.header("accept").unwrap_or_default(),
            body: &seen.body,
        });
        change(seen, answered)
    })
}

fn unchanged(answered: Answered) -> Answer {
    let answer = Answer::status(answered.status).body(answered.body);
    let headers = answered.headers.iter();
    headers.fold(answer, |answer, (name, value)| answer.header(name, value))
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
    // Every row is there at last, or the wait is over; but only a wait that went well has a length.
    let is_whole = leg(&answer, "visible")["detail"]
        .as_str()
        .unwrap()
        .starts_with("10 of 10");
    assert_eq!(answer["visible_after_seconds"].is_number(), is_whole);
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
    ✓ clock                    equal to within 0.5 s

    ✓ traces                   2 spans
    ✓ logs                     8 records
    ✓ metrics                  1 counter

    ✓ visible          50 ms   10 of 10 rows after 1 query; a second look agrees
    ✓ count                    8 of 8 · each once
    ✓ severities               10 of 10 · TRACE DEBUG INFO WARN ERROR FATAL
    ✓ times                    10 of 10 · to the microsecond
    ✓ bodies                   10 of 10 · to 720 bytes; messages to 512
    ✓ attributes               10 of 10 · text bool int double list map bytes
    ✓ exception                1 of 1 · type, message and stack trace
    ✓ correlation              4 of 4 · spans of one trace, logs inside of them
    ✓ scopes                   10 of 10 · Auth, HTTP, Database, UI
    ✓ resource                 10 of 10 · service, version, environment, os, host

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

/// Guarantees: records that a server rejects, a clock that is too far off and warnings are told.
#[test]
fn what_the_server_says_beside_its_answers_is_told() {
    let rejected = Faults {
        rejected: 1,
        ..Faults::default()
    };
    let answer = check(&with_faults(rejected), 1, "failed", &["logs", "count"]);
    let detail = leg(&answer, "logs")["detail"].to_string();
    assert!(detail.contains("HTTP 200, but 1 rejected"), "{detail}");
    // What was taken is asked for, and what was not is named.
    assert_eq!(leg(&answer, "metrics")["status"], "pass");
    let lost = &leg(&answer, "count")["differences"][0];
    assert_eq!(
        (&lost["expected"], &lost["found"]),
        (&json!("1"), &json!("0"))
    );

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
    let dated = Answer::ok().header("date", "Thu, 19 Nov 2026 12:00:00 GMT");
    let server = FakeOtlp::script([dated, Answer::ok(), Answer::ok(), Answer::ok()]);
    let run = Run::new().in_no_time();
    let outcome = run.args(["spike", "--json", "--to", server.url()]).run();
    let answer = check(&outcome, 0, "accepted", &[]);
    let clock = leg(&answer, "clock");
    assert_eq!(clock["status"], "skip");
    let detail = clock["detail"].to_string();
    assert!(detail.contains("86400 s ahead of the server's"), "{detail}");

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
        "8 of 8 rows after 1 query; a second look agrees"
    );
}

/// Guarantees: nothing is sent to `/v1/metrics` when nobody wants it.
#[test]
fn metrics_can_be_left_out() {
    let outcome = Run::new()
        .in_no_time()
        .args(["spike", "--local", "--no-metrics", "--json"])
        .run();
    let answer = check(&outcome, 0, "verified", &[]);
    assert_eq!(legs(&answer, "skip"), ["metrics"]);
}
