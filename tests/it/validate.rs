//! `otelctl validate`: what is found, how it is shown in each form, and what the repairs make of it.

use crate::harness::{Folder, Run, gzip};

const GOOD: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1790000000000000000","body":{"stringValue":"paid"}}]}]}]}"#;

/// [`GOOD`] with more members in its record.
fn with(members: &str) -> String {
    GOOD.replace("\"body\"", &format!("{members},\"body\""))
}

/// Guarantees: a payload without faults is said to have none, and the command ends with 0.
#[test]
fn a_right_payload_has_no_findings() {
    let outcome = Run::new().args(["validate", "-"]).stdin(GOOD).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(
        outcome.stdout,
        "stdin: logs, 1 record in 1 request: no findings\n"
    );
}

/// Guarantees: a base64 id is pointed at, with its line, its path and the repair.
#[test]
fn people_see_the_fault_and_the_repair() {
    let body = with(r#""traceId":"W47/95gDgQPSabYzgT/GDA==""#);
    let outcome = Run::new().args(["validate"]).stdin(body).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(outcome.stdout, @r#"
    error[id-base64]: "W47/95gDgQPSabYzgT/GDA==" is base64 of 5b8efff798038103d269b633813fc60c
      --> stdin:1:178  resourceLogs[0].scopeLogs[0].logRecords[0].traceId
         |
       1 | …"timeUnixNano":"1790000000000000000","traceId":"W47/95gDgQPSabYzgT/GDA==","body":{"stringValue":"paid"}}…
         |                                                  ^^^^^^^^^^^^^^^^^^^^^^^^
       = help: write its bytes as hex digits (--fix does it)

    stdin: logs, 1 record in 1 request: 1 error
    "#);
}

/// Guarantees: scripts get the documented object.
#[test]
fn scripts_get_one_object() {
    let body = with(r#""traceId":"1234""#);
    let outcome = Run::new()
        .args(["validate", "--json", "-"])
        .stdin(body)
        .run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    let found = outcome.json();
    assert_eq!(found["command"], "validate");
    assert_eq!(
        (&found["errors"], &found["warnings"]),
        (&1.into(), &0.into())
    );
    let payload = &found["payloads"][0];
    assert_eq!(
        (&payload["signal"], &payload["encoding"]),
        (&"logs".into(), &"json".into())
    );
    assert_eq!(payload["records"], 1);
    let finding = &payload["findings"][0];
    assert_eq!(finding["code"], "id-length");
    assert_eq!(
        finding["path"],
        "resourceLogs[0].scopeLogs[0].logRecords[0].traceId"
    );
    assert_eq!(
        (&finding["line"], &finding["fixable"]),
        (&1.into(), &false.into())
    );
}

/// Guarantees: `--fail-on` decides about the exit code, and warnings alone do not end with 1.
#[test]
fn the_level_decides_about_the_exit_code() {
    let body = with(r#""traceFlags":1"#);
    let run = |level: &str| {
        Run::new()
            .args(["validate", "--fail-on", level])
            .stdin(body.clone())
            .run()
            .code
    };
    assert_eq!((run("error"), run("warning"), run("note")), (0, 1, 1));
}

/// Guarantees: the repaired payload goes to standard output, what was found to the other stream, and the result is valid.
#[test]
fn what_is_repaired_validates() {
    let body = with(
        r#""trace_id":"W47/95gDgQPSabYzgT/GDA==","attributes":{"http.method":"GET","n":[1,2.5,{"a":null}]}"#,
    );
    let fixed = Run::new()
        .args(["validate", "--fix=semconv"])
        .stdin(body)
        .run();
    assert_eq!(fixed.code, 0);
    assert!(
        fixed.stderr.contains(": 3 errors\n  4 repairs; "),
        "{}",
        fixed.stderr
    );
    let again = Run::new()
        .args(["validate", "--fail-on", "note"])
        .stdin(fixed.stdout.clone())
        .run();
    let found = (again.code, again.stdout.contains("value-empty"));
    assert!(found == (0, false), "{} {}", fixed.stdout, again.stdout);
    assert!(fixed.stdout.contains("http.request.method"));
}

/// Guarantees: requests on lines of their own are told by their line, also when they are compressed.
#[test]
fn lines_and_compressed_lines_are_read_one_by_one() {
    let folder = Folder::new();
    let lines = format!("{GOOD}\n{}\n{GOOD}\n", with(r#""traceId":"12""#));
    let file = folder.file("logs.jsonl.gz", gzip(lines.as_bytes()));
    let outcome = Run::new().args(["validate", "--json"]).arg(file).run();
    let found = outcome.json();
    let payload = &found["payloads"][0];
    assert_eq!(
        (&payload["requests"], &payload["records"]),
        (&3.into(), &3.into())
    );
    assert_eq!(payload["findings"][0]["line"], 2);
    let column = payload["findings"][0]["column"].as_u64().unwrap();
    assert!(column < 250, "{column}");
}

/// Guarantees: headers that do not fit the body are findings, given as flags or in a captured request.
#[test]
fn headers_are_checked_against_the_body() {
    let wrong = Run::new()
        .args(["validate", "--content-type", "application/x-protobuf"])
        .stdin(GOOD)
        .run();
    assert!(
        wrong.stdout.starts_with("error[content-type]"),
        "{}",
        wrong.stdout
    );
    let request = format!(
        "POST /v1/traces HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer \"s3cret\"\r\n\r\n{GOOD}"
    );
    let captured = Run::new().args(["validate", "--http"]).stdin(request).run();
    assert_eq!(captured.code, 1);
    assert!(captured.stdout.contains("error[wrong-signal]"));
    assert!(captured.stdout.contains("warning[http-auth]"));
    assert!(!captured.stdout.contains("s3cret"), "{}", captured.stdout);
}

/// Guarantees: a value that looks like a secret is told without being shown.
#[test]
fn a_secret_is_not_shown() {
    let body =
        with(r#""attributes":[{"key":"db.password","value":{"stringValue":"hunter2hunter2"}}]"#);
    for form in ["human", "json", "sarif", "github", "junit"] {
        let outcome = Run::new()
            .args(["validate", "--format", form])
            .stdin(body.clone())
            .run();
        assert!(outcome.stdout.contains("secret-like"), "{form}");
        assert!(!outcome.stdout.contains("hunter2"), "{}", outcome.stdout);
    }
}

/// Guarantees: the forms for continuous integration hold the rule, the file and the place.
#[test]
fn continuous_integration_gets_its_forms() {
    let folder = Folder::new();
    let file = folder.file("a b.json", with(r#""traceId":"12""#));
    let run = |form: &str| {
        let run = Run::new().args(["validate", "--format", form]).arg(&file);
        run.run().stdout
    };
    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(
        (&sarif["version"], &result["ruleId"]),
        (&"2.1.0".into(), &"id-length".into())
    );
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["region"]["startLine"], 1);
    let uri = location["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.ends_with("a%20b.json"), "{uri}");
    let github = run("github");
    assert!(github.starts_with("::error file="), "{github}");
    assert!(
        github.contains(",line=1,col=178,title=id-length::"),
        "{github}"
    );
    let junit = run("junit");
    assert!(
        junit.contains("failures=\"1\"") && junit.contains("type=\"id-length\""),
        "{junit}"
    );
}

/// Guarantees: a rule is explained by its code, and a wrong code is answered with the nearest one.
#[test]
fn rules_are_explained_and_listed() {
    let explained = Run::new()
        .args(["validate", "--explain", "id-base64"])
        .run();
    assert_eq!(explained.code, 0);
    assert!(
        explained.stdout.contains("hex and not base64"),
        "{}",
        explained.stdout
    );
    let listed = Run::new().args(["validate", "--list"]).run();
    assert!(listed.stdout.lines().count() > 60);
    let wrong = Run::new()
        .args(["validate", "--explain", "id-base46"])
        .run();
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("did you mean id-base64?"),
        "{}",
        wrong.stderr
    );
}

/// Guarantees: what cannot be read ends with 2.
#[test]
fn a_missing_file_ends_with_2() {
    let outcome = Run::new().args(["validate", "/nowhere/at-all.json"]).run();
    assert_eq!(outcome.code, 2);
}

/// Guarantees: a destination's limits are looked at when it is named.
#[test]
fn a_destination_adds_its_own_limits() {
    let body = GOOD.replace("1790000000000000000", "1600000000000000000");
    let outcome = Run::new()
        .args(["validate", "--for", "logfire"])
        .stdin(body)
        .run();
    assert!(
        outcome.stdout.contains("warning[time-window]"),
        "{}",
        outcome.stdout
    );
    let unknown = Run::new()
        .args(["validate", "--for", "nobody"])
        .stdin(GOOD)
        .run();
    assert_eq!(unknown.code, 2);
}

/// Guarantees: a record whose trace has no span is told only when the input holds spans too.
#[test]
fn a_trace_without_spans_is_told_when_there_are_spans() {
    let folder = Folder::new();
    let logs = with(r#""traceId":"5b8efff798038103d269b633813fc60c""#);
    let spans = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60d","spanId":"eee19b7ec3c1b174","name":"pay","startTimeUnixNano":"1790000000000000000","endTimeUnixNano":"1790000001000000000"}]}]}]}"#;
    let logs = folder.file("logs.json", logs);
    let spans = folder.file("spans.json", spans);
    let alone = Run::new().arg("validate").arg(&logs).run();
    assert!(alone.stdout.ends_with("no findings\n"), "{}", alone.stdout);
    let both = Run::new().arg("validate").arg(&logs).arg(&spans).run();
    assert!(
        both.stdout.contains("note[trace-not-in-input]"),
        "{}",
        both.stdout
    );
    assert_eq!(both.code, 0);
}

/// Guarantees: a compressed input that is cut off is a finding, not a failure.
#[test]
fn a_cut_compressed_input_is_a_finding() {
    let mut body = gzip(GOOD.as_bytes());
    body.truncate(body.len() - 9);
    let outcome = Run::new().args(["validate"]).stdin(body).run();
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("error[compression-broken]"));
}

/// Guarantees: `send --to local` tells what the rules found in what arrived, and nothing when all is right.
#[test]
fn what_arrived_is_checked_by_the_same_rules() {
    let folder = Folder::new();
    let line = |time: &str| {
        format!(
            r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},"scopeLogs":[{{"logRecords":[{{"timeUnixNano":"{time}","severityNumber":9,"body":{{"stringValue":"paid"}}}}]}}]}}]}}"#
        ) + "\n"
    };
    let send = |name: &str, text: String| {
        let file = folder.file(name, text);
        let run = Run::send().arg(file).args(["--to", "local"]);
        run.run().receipt(0, "delivered").0["local"].clone()
    };
    let wrong = send("wrong.jsonl", line("1795176000000"));
    assert_eq!(wrong["errors"], 0, "{wrong}");
    assert_eq!(wrong["warnings"], 1, "{wrong}");
    assert_eq!(wrong["common_fault"], "time-unit", "{wrong}");
    let right = send("right.jsonl", line("1795176000000000000"));
    assert!(right.get("warnings").is_none(), "{right}");
}
