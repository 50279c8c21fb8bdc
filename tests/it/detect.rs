//! `otelctl detect`: what a file is, why, and what its first records become.

use crate::harness::{Folder, Run, gzip};

const LINES: &str = "\
2026-11-20T09:00:00.5Z INFO [app.db] connected
2026-11-20T09:00:01Z WARN [app.web] slow: 1.5 s
2026-11-20T09:10:00Z ERROR [app.web] gone\u{1b}[2J
2026-11-20T09:10:01Z INFO the fourth
";

/// Guarantees: people see the format, what it is not, and the first records, escaped.
#[test]
fn people_see_the_format_and_the_first_records() {
    let outcome = Run::new().args(["detect", "-"]).stdin(LINES).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout, @r#"
    -: text, 75 % of 4 lines
      2026-11-20 09:00:00.500   INFO   connected
      2026-11-20 09:00:01.000   WARN   slow: 1.5 s
      2026-11-20 09:10:00.000   ERROR  gone
    "#);
}

/// Guarantees: scripts get the same as one object.
#[test]
fn scripts_get_one_object() {
    let folder = Folder::new();
    let line =
        "{\"level\":30,\"time\":1790000000123,\"pid\":1,\"hostname\":\"h\",\"msg\":\"hi\"}\n";
    let file = folder.file("app.log", gzip(line.repeat(5).as_bytes()));
    let outcome = Run::new().args(["detect", "--json"]).arg(file).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let found = outcome.json();
    assert_eq!(outcome.stdout.lines().count(), 1);
    assert_eq!(found["command"], "detect");
    assert_eq!(
        (&found["format"], &found["confidence"]),
        (&"json/pino".into(), &100.into())
    );
    assert_eq!(found["records"].as_array().unwrap().len(), 3);
    assert_eq!(found["records"][0]["body"]["stringValue"], "hi");
    assert_eq!(found["runners_up"].as_array().unwrap().len(), 0);
}

/// Guarantees: an empty file is no fault.
#[test]
fn an_empty_file_is_plain_text_without_records() {
    let outcome = Run::new().args(["detect", "--json", "-"]).stdin("").run();
    assert_eq!(outcome.code, 0);
    let found = outcome.json();
    assert_eq!(
        (&found["format"], &found["lines"]),
        (&"plain".into(), &0.into())
    );
    assert!(found["records"].as_array().unwrap().is_empty());
}
