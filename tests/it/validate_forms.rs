//! `otelctl validate`: the shapes of real exporters, the required structure of SARIF, destinations, conflicts, and inputs that are no
//! payloads.

use crate::harness::{Folder, Run};

/// Guarantees: what the exporters of the SDKs write has no finding of any level.
#[test]
fn the_shapes_of_the_sdks_have_no_findings() {
    for name in ["logs", "events", "traces", "metrics"] {
        let file = format!("{}/tests/data/otlp/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let run = Run::new().args(["validate", "--fail-on", "note"]).arg(file);
        let outcome = run.run();
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (0, ""),
            "{}",
            outcome.stdout
        );
        assert!(
            outcome.stdout.ends_with(": no findings\n"),
            "{}",
            outcome.stdout
        );
    }
}

/// Guarantees: SARIF has what its schema requires, with regions that begin at 1 and rules that the results point at.
#[test]
fn sarif_has_what_its_schema_requires() {
    let folder = Folder::new();
    let json = folder.file(
        "a.json",
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"12"}]}]}]}"#,
    );
    let binary = folder.file("a.bin", vec![0x0a, 5, b'a', b'b', b'c']);
    let run = Run::new().args(["validate", "--format", "sarif"]);
    let outcome = run.arg(json).arg(binary).run();
    let sarif: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "otelctl");
    let rules = driver["rules"].as_array().unwrap();
    assert!(
        rules
            .iter()
            .all(|rule| rule["id"].is_string() && rule["shortDescription"]["text"].is_string())
    );
    let results = run["results"].as_array().unwrap();
    assert!(results.len() >= 3);
    for result in results {
        assert!(result["message"]["text"].is_string());
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].is_string());
        let region = &place["region"];
        let starts_at_one = region["startLine"].as_u64().is_some_and(|line| line > 0)
            && region["startColumn"]
                .as_u64()
                .is_some_and(|column| column > 0);
        let is_binary = region["byteOffset"].is_u64() && region["byteLength"].is_u64();
        assert!(starts_at_one || is_binary, "{region}");
    }
}

/// Guarantees: a plain log is told as one, with the commands for it, and a payload that is wrong is not.
#[test]
fn a_log_is_told_where_it_belongs() {
    let folder = Folder::new();
    let log = "2026-11-20 09:00:00,123 INFO  [main] shop.Cart - paid\n2026-11-20 09:00:01,123 WARN  [main] shop.Cart - late\n";
    let ndjson = "{\"level\":\"info\",\"msg\":\"paid\",\"time\":1790000000000}\n{\"level\":\"warn\",\"msg\":\"late\",\"time\":1790000001000}\n";
    for (name, text) in [("app.log", log), ("app.ndjson", ndjson)] {
        let file = folder.file(name, text);
        let outcome = Run::new().arg("validate").arg(&file).run();
        assert_eq!(outcome.code, 1);
        let said = format!("otelctl send   {}", file.display());
        assert!(
            outcome.stdout.contains("is no OTLP but looks like a log"),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stdout.contains(&said), "{}", outcome.stdout);
    }
    for (name, text) in [
        ("list.json", "[{\"body\":{\"stringValue\":\"paid\"}}]"),
        ("list2.json", "[\n{\"body\":\n{\"stringValue\":\"paid\"}}]"),
        ("keys.json", "{\"logs\":[]}"),
        ("broken.json", "{\"resourceLogs\":[\n\n"),
        ("empty.json", ""),
        ("binary", "\u{1}\u{2}\0\u{3}abcdefgh\nabc"),
    ] {
        let outcome = Run::new()
            .arg("validate")
            .arg(folder.file(name, text))
            .run();
        assert!(
            !outcome.stdout.contains("looks like a log"),
            "{name} {}",
            outcome.stderr
        );
    }
}

/// Guarantees: each destination that has limits of its own is obeyed, and a name that is misspelt is answered with the nearest.
#[test]
fn every_destination_is_obeyed() {
    let record = |members: &str| {
        format!(
            r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},"scopeLogs":[{{"logRecords":[{{{members}}}]}}]}}]}}"#
        )
    };
    let at = |time: u64| {
        record(&format!(
            r#""timeUnixNano":"{time}","body":{{"stringValue":"paid"}}"#
        ))
    };
    let old = at(crate::harness::NOW - 40 * 86_400 * 1_000_000_000);
    let now = crate::harness::NOW;
    let long = record(&format!(
        r#""timeUnixNano":"{now}","body":{{"stringValue":"{}"}}"#,
        "a".repeat(1_000_001)
    ));
    let value = record(&format!(
        r#""timeUnixNano":"{now}","body":{{"stringValue":"a"}},"attributes":[{{"key":"a","value":{{"stringValue":"{}"}}}}]"#,
        "a".repeat(70_000)
    ));
    let check = |name: &str, body: &str, code: &str| {
        let run = Run::new().args(["validate", "--json", "--for", name]);
        let outcome = run.stdin(body.to_owned()).run();
        assert!(
            outcome.stdout.contains(&format!("\"code\":\"{code}\"")),
            "{name} {code} {}",
            outcome.stdout
        );
    };
    for name in ["logfire", "loki", "grafana-cloud", "datadog", "dash0"] {
        check(name, &old, "time-window");
    }
    for name in ["logfire", "loki", "grafana-cloud", "datadog", "dash0"] {
        check(name, &long, "destination-limit");
    }
    for name in ["loki", "grafana-cloud", "newrelic", "honeycomb", "dash0"] {
        check(name, &value, "destination-limit");
    }
    for name in ["datadog", "dynatrace", "observe"] {
        check(name, &at(now), "destination-limit");
    }
    check("newrelic", &long, "size-limit");
    for name in ["otlp", "collector", "coralogix"] {
        let run = Run::new().args(["validate", "--fail-on", "note", "--for", name]);
        assert_eq!(run.stdin(at(now)).run().code, 0, "{name}");
    }
    let wrong = Run::new()
        .args(["validate", "--for", "lokki"])
        .stdin("{}")
        .run();
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("did you mean loki?"),
        "{}",
        wrong.stderr
    );
}

/// Guarantees: `--encoding` is obeyed beside the headers that say nothing of it, and refused beside the one that does.
#[test]
fn the_encoding_is_obeyed_or_refused() {
    let refused = [
        "validate",
        "--encoding",
        "json",
        "--content-type",
        "application/json",
    ];
    assert_eq!(Run::new().args(refused).stdin("{}").run().code, 2);
    let obeyed = ["validate", "--encoding", "protobuf", "--path", "/v1/logs"];
    let outcome = Run::new().args(obeyed).stdin("{\"resourceLogs\":[]}").run();
    assert!(
        outcome.stdout.contains("error[protobuf-"),
        "{}",
        outcome.stdout
    );
}

/// Guarantees: in a pipe no progress is drawn, however long the input is.
#[test]
fn a_pipe_sees_no_progress() {
    let line = "{\"resourceLogs\":[]}\n".repeat(300_000);
    let outcome = Run::new().arg("validate").stdin(line).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}
