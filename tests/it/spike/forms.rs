//! The result for machines: annotations and a summary of GitHub Actions, `JUnit` XML.

use std::fs;

use otelctl::logfire::standin::{Faults, RowFault};

use crate::harness::{Folder, Run};
use crate::spike::{LEGS, READ, WRITE, standin, to};

/// Guarantees: in a job of GitHub Actions, each leg that failed is an annotation, and the summary gets this table.
#[test]
fn a_job_of_github_actions_gets_annotations_and_a_summary() {
    let folder = Folder::new();
    let summary = folder.file("summary.md", "before\n");
    let server = standin(Faults {
        rows: vec![RowFault::LevelWrong(5)],
        ..Faults::default()
    });
    let run = || {
        to(server.url(), Some(WRITE), Some(READ))
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
    let run_id = text.split("run `").nth(1).unwrap();
    let run_id = run_id.split('`').next().unwrap();
    let port = server.url().rsplit(':').next().unwrap();
    let text = text.replace(run_id, "RUN").replace(port, "PORT");
    // How well it is compressed is another matter on each system.
    let lines = text
        .lines()
        .map(|line| match line.split_once(" · HTTP 200") {
            Some((start, _)) => format!("{start} |"),
            None => line.to_owned(),
        });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"
    before
    ### ❌ otelctl spike: failed

    severities: 1 field differs

    | | leg | time | |
    |---|---|--:|---|
    | ✅ | configuration |  | http://127.0.0.1:PORT/ |
    | ✅ | token |  | write from LOGFIRE\_TOKEN · read from LOGFIRE\_READ\_TOKEN |
    | ✅ | connection |  | dns 0.0 ms · tcp 0.0 ms |
    | ✅ | authorization |  | write token of local/stand-in · read token accepted |
    | ✅ | clock |  | equal to within 0.5 s |
    | ✅ | traces |  | 2 spans |
    | ✅ | logs |  | 8 records |
    | ✅ | metrics |  | 1 counter |
    | ✅ | visible | 50 ms | 10 of 10 rows after 1 query; a second look agrees |
    | ✅ | count |  | 8 of 8 · each once |
    | ❌ | severities |  | 1 field differs<br>log-6 level: expected 13 WARN, found 9 INFO |
    | ✅ | times |  | 10 of 10 · to the microsecond |
    | ✅ | bodies |  | 10 of 10 · to 720 bytes; messages to 512 |
    | ✅ | attributes |  | 10 of 10 · text bool int double list map bytes |
    | ✅ | exception |  | 1 of 1 · type, message and stack trace |
    | ✅ | correlation |  | 4 of 4 · spans of one trace, logs inside of them |
    | ✅ | scopes |  | 10 of 10 · Auth, HTTP, Database, UI |
    | ✅ | resource |  | 10 of 10 · service, version, environment, os, host |

    run `RUN` to logfire, http://127.0.0.1:PORT/
    ");
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

/// Every tag is closed in its order, attributes are quoted, and nothing stands bare that XML reads.
#[track_caller]
fn assert_well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let body = xml.split_once("?>").unwrap().1;
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        assert!(!text.contains('>'), "{text}");
        for reference in piece.split('&').skip(1) {
            let name = reference.split(';').next().unwrap();
            assert!(["amp", "lt", "gt", "quot"].contains(&name), "{piece}");
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Guarantees: `JUnit` has a case for each leg.
#[test]
fn junit_has_a_case_for_each_leg() {
    let server = standin(Faults {
        rows: vec![RowFault::ExceptionLost],
        ..Faults::default()
    });
    let outcome = to(server.url(), Some(WRITE), Some(READ))
        .args(["--format", "junit"])
        .run();
    assert_eq!(outcome.code, 1);
    let count = |what: &str| outcome.stdout.matches(what).count();
    assert_eq!((count("<testcase "), count("<failure ")), (LEGS.len(), 1));
    assert_well_formed(&outcome.stdout);
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
