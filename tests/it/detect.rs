//! `otelctl detect`: what a file is, why, and what its first records become.

use crate::harness::{Folder, Run, gzip};

const LINES: &str = "\
2026-11-20T09:00:00.5Z INFO [app.db] connected
2026-11-20T09:00:01Z WARN [app.web] slow: 1.5 s
2026-11-20T09:10:00Z ERROR [app.web] gone\u{1b}[2J
2026-11-20T09:10:01Z INFO the fourth
";

/// Guarantees: people see the format and its pattern, what it is not and why, and the first records, escaped.
#[test]
fn people_see_the_format_and_the_first_records() {
    let outcome = Run::new().args(["detect", "-"]).stdin(LINES).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout, @r#"
    stdin        text · confidence 75 % · 3 of 4 lines fit
    pattern      {time} {level:upper} [{scope:text}] {body}
    warning      1 line (25 %) does not fit; read as text, or as part of the record above

    2026-11-20T09:00:00.5Z INFO [app.db] connected
    time         2026-11-20 09:00:00.500 UTC
    severity     9 INFO
    scope        app.db
    body         connected

    2026-11-20T09:00:01Z WARN [app.web] slow: 1.5 s
    time         2026-11-20 09:00:01.000 UTC
    severity     13 WARN
    scope        app.web
    body         slow: 1.5 s

    2026-11-20T09:10:00Z ERROR [app.web] gone
    time         2026-11-20 09:10:00.000 UTC
    severity     17 ERROR
    scope        app.web
    body         gone
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

/// Lines of a web server's two logs, and one of neither.
const MIXED: &str = "\
192.0.2.7 - ana [20/Nov/2026:09:00:00 +0000] \"GET /cart HTTP/1.1\" 200 1543 \"-\" \"curl/8.5.0\"
192.0.2.7 - - [20/Nov/2026:09:00:01 +0000] \"GET /cart?id=7 HTTP/1.1\" 503 12 \"-\" \"curl/8.5.0\"
2026/11/20 09:00:01 [error] 29#30: *7 upstream timed out, client: 192.0.2.7, server: shop
what is this
";

/// Guarantees: of several layouts in a file each is shown with its count, and lines that fit none with their number.
#[test]
fn each_pattern_of_a_file_and_the_lines_that_fit_none_are_shown() {
    let outcome = Run::new().args(["detect", "-"]).stdin(MIXED).run();
    insta::assert_snapshot!(outcome.stdout, @r#"
    stdin        access-combined · confidence 75 % · 3 of 4 lines fit
    patterns     access-combined · 2 lines
                 {client:addr} {client.identity} {user} [{time}] {body:request} {status} {http.response.body.size:int}{? {http.request.header.referer:quoted} {user_agent.original:quoted}{? {http.request.header.x-forwarded-for:quoted}}}{? - -}{? {access.extra:text}}
                 nginx-error · 1 line
                 {time} [{level:any}] {pid}#{tid}: {?*{nginx.connection:int} }{body:commas}
    not          text · fits 1 of 4 lines · fewer than access-combined
                 syslog-iso · fits 1 of 4 lines · so few may fit it by chance
    warning      1 line (25 %) does not fit; read as text, or as part of the record above
                 times name no zone; they are read as UTC (choose with --tz)
    unfit        line 4  what is this

    192.0.2.7 - ana [20/Nov/2026:09:00:00 +0000] "GET /cart HTTP/1.1" 200 1543 "-" "curl/8.5.0"
    time         2026-11-20 09:00:00.000 UTC
    severity     9 INFO
    body         GET /cart HTTP/1.1
    attributes   client.address=192.0.2.7 · user.name=ana · http.request.method=GET · url.path=/cart
                 network.protocol.version=1.1 · http.response.status_code=200
                 http.response.body.size=1543 · user_agent.original=curl/8.5.0

    192.0.2.7 - - [20/Nov/2026:09:00:01 +0000] "GET /cart?id=7 HTTP/1.1" 503 12 "-" "curl/8.5.0"
    time         2026-11-20 09:00:01.000 UTC
    severity     17 ERROR
    body         GET /cart?id=7 HTTP/1.1
    attributes   client.address=192.0.2.7 · http.request.method=GET · url.path=/cart · url.query=id=7
                 network.protocol.version=1.1 · http.response.status_code=503
                 http.response.body.size=12 · user_agent.original=curl/8.5.0

    2026/11/20 09:00:01 [error] 29#30: *7 upstream timed out, client: 192.0.2.7, se… … and 1 more line
    time         2026-11-20 09:00:01.000 UTC
    severity     17 error
    body         upstream timed out, client: 192.0.2.7, server: shop\nwhat is this
    attributes   process.pid=29 · thread.id=30 · nginx.connection=7
    "#);
    let found = Run::new()
        .args(["detect", "-", "--json"])
        .stdin(MIXED)
        .run()
        .json();
    insta::assert_snapshot!(found["patterns"], @r#"[{"name":"access-combined","pattern":"{client:addr} {client.identity} {user} [{time}] {body:request} {status} {http.response.body.size:int}{? {http.request.header.referer:quoted} {user_agent.original:quoted}{? {http.request.header.x-forwarded-for:quoted}}}{? - -}{? {access.extra:text}}","lines":2},{"name":"nginx-error","pattern":"{time} [{level:any}] {pid}#{tid}: {?*{nginx.connection:int} }{body:commas}","lines":1}]"#);
    insta::assert_snapshot!(found["unfit"], @r#"[{"line":4,"text":"what is this"}]"#);
    insta::assert_snapshot!(found["warnings"], @r#"["1 line (25 %) does not fit; read as text, or as part of the record above","times name no zone; they are read as UTC (choose with --tz)"]"#);
    assert_eq!((&found["lines"], &found["fits"]), (&4.into(), &3.into()));
}

/// Guarantees: why others lost is told, for people and for scripts.
#[test]
fn runners_up_come_with_the_reason() {
    let lines = "2026-11-20T09:00:00Z  INFO 1 --- [main] c.e.Shop : up\n".repeat(3);
    let found = Run::new()
        .args(["detect", "-", "--json"])
        .stdin(lines.clone())
        .run()
        .json();
    assert_eq!(found["format"], "spring-boot");
    insta::assert_snapshot!(found["runners_up"], @r#"[{"format":"text","fits":3,"of":3,"why":"says-less"}]"#);
    let shown = Run::new().args(["detect", "-"]).stdin(lines).run().stdout;
    assert!(
        shown.contains("tells less about them than spring-boot"),
        "{shown}"
    );
}

/// Guarantees: what a container runtime put around lines is taken off and told.
#[test]
fn wrapped_lines_are_unwrapped_and_told() {
    let line = "2026-11-20T09:00:00.123456789Z stdout F level=info msg=\"cart saved\" id=7\n";
    let outcome = Run::new().args(["detect", "-"]).stdin(line.repeat(2)).run();
    insta::assert_snapshot!(outcome.stdout, @r#"
    stdin        cri: logfmt · confidence 100 % · all 2 lines fit
    warning      lines are wrapped by cri; what is in them is shown

    level=info msg="cart saved" id=7
    time         2026-11-20 09:00:00.123 UTC
    severity     9 info
    body         cart saved
    attributes   id=7 · log.iostream=stdout

    level=info msg="cart saved" id=7
    time         2026-11-20 09:00:00.123 UTC
    severity     9 info
    body         cart saved
    attributes   id=7 · log.iostream=stdout
    "#);
}

/// Guarantees: stamps that count from a start are no times, and that is said.
#[test]
fn monotonic_stamps_are_told() {
    let lines = "[    0.000000] Linux version 6.1.0\n[   12.345678] usb 1-1: new device\n";
    let found = Run::new()
        .args(["detect", "-", "--json"])
        .stdin(lines)
        .run()
        .json();
    insta::assert_snapshot!(found["warnings"], @r#"["stamps count from the start of a machine or program; records keep only the time they were read"]"#);
}

/// Guarantees: on a terminal, or when colours are asked for, the parts of a line are coloured and the colours explained.
#[test]
fn the_parts_of_a_line_are_coloured() {
    let words = ["detect", "-", "--color", "always"];
    let shown = Run::new().args(words).stdin(LINES).run().stdout;
    assert!(shown.contains("colours"), "{shown}");
    assert!(
        shown.contains("\u{1b}[36m2026-11-20T09:00:00.5Z"),
        "{shown:?}"
    );
    assert!(!shown.contains("\u{1b}[2J"));
}

/// Guarantees: a format that is named is taken, whatever the lines look like.
#[test]
fn a_named_format_is_taken() {
    let format = |format: &str| {
        let words = ["detect", "-", "--json", "--format", format];
        Run::new().args(words).stdin(LINES).run().json()
    };
    assert_eq!(format("plain")["format"], "plain");
    assert_eq!(format("json")["fits"], 0);
    let mine = format("{time} {level} [{service.part}] {body}");
    assert_eq!(
        (&mine["format"], &mine["fits"]),
        (&"pattern".into(), &3.into())
    );
    let attributes = &mine["records"][0]["attributes"];
    assert_eq!(attributes[0]["key"], "service.part", "{mine:#}");
}

/// Guarantees: keys that the user names are time, level, message and scope of a record.
#[test]
fn named_keys_are_obeyed() {
    let line = r#"{"when":"2026-11-20T09:00:00Z","how":{"bad":"error"},"text":"x","part":"cart"}"#;
    let found = Run::new()
        .args(["detect", "-", "--json", "--timestamp-fields", "ts,when"])
        .args([
            "--level-fields",
            "how.bad",
            "--message-fields",
            "text",
            "--scope-fields",
            "part",
        ])
        .stdin(line)
        .run()
        .json();
    let record = &found["records"][0];
    assert_eq!(record["timeUnixNano"], "1795165200000000000");
    assert_eq!(record["severityNumber"], 17);
    assert_eq!(record["body"]["stringValue"], "x");
    assert_eq!(record["scope"]["name"], "cart");
}

/// Guarantees: a severity is guessed only when that is asked for.
#[test]
fn a_severity_is_guessed_only_when_asked_for() {
    let severity = |flags: &[&str]| {
        let run = Run::new().args(["detect", "-", "--json"]).args(flags);
        run.stdin("upload failed\n").run().json()["records"][0]["severityNumber"].clone()
    };
    assert!(severity(&[]).is_null());
    assert_eq!(severity(&["--guess-severity"]), 17);
}

/// Guarantees: a record gets no longer than its user allows.
#[test]
fn a_record_has_at_most_as_many_lines_as_allowed() {
    let lines = format!("2026-11-20T09:00:00Z a\n{}", "  more\n".repeat(5));
    let records = |flags: &[&str]| {
        let run = Run::send().args(["--to", "stdout"]).args(flags);
        run.stdin(lines.clone())
            .run()
            .receipt(0, "delivered")
            .records("read")
    };
    assert_eq!(records(&[]), 1);
    assert_eq!(records(&["--record-lines-max", "2"]), 3);
}

/// Guarantees: `--list` shows every format, and scripts get them whole.
#[test]
fn every_format_is_listed() {
    let shown = Run::new().args(["detect", "--list"]).run();
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    let start: Vec<&str> = shown.stdout.lines().take(6).collect();
    insta::assert_snapshot!(start.join("\n"), @r#"
    json                 one JSON object per line, or one over several lines
                         {"time":"2026-11-20T09:00:00Z","level":"info","msg":"saved","id":7}
    logfmt               key=value pairs, values bare or quoted
                         time=2026-11-20T09:00:00Z level=info msg="cart saved" id=7
    syslog               RFC 5424 or RFC 3164, with its priority
                         <34>1 2026-11-20T09:00:00Z web1 cart 812 - - saved
    "#);
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 100));
    let found = Run::new().args(["detect", "--list", "--json"]).run().json();
    let formats = found["formats"].as_array().unwrap();
    assert!(formats.len() > 100);
    assert!(formats.iter().all(|format| format["example"].is_string()));
    assert!(Run::new().args(["detect", "--list", "x.log"]).run().code == 2);
}

/// Guarantees: formats of the configuration file come before the built-in ones, from each place where the file may be.
#[test]
fn formats_of_the_configuration_file_are_found() {
    let folder = Folder::new();
    let text = "[formats.shop]\npattern = '{time} {level} {_} {body}'\nexample = '2026-11-20T09:00:00Z INFO x y'\n";
    std::fs::create_dir(folder.at("otelctl")).unwrap();
    let file = folder.file("otelctl/config.toml", text);
    let format = |run: Run| {
        let found = run
            .args(["detect", "-", "--json"])
            .stdin(LINES)
            .run()
            .json();
        found["format"].as_str().unwrap().to_owned()
    };
    let path = file.to_str().unwrap();
    assert_eq!(format(Run::new()), "text");
    assert_eq!(format(Run::new().config_dir(folder.path())), "shop");
    assert_eq!(format(Run::new().env("OTELCTL_CONFIG", path)), "shop");
    let outcome = Run::new()
        .args([
            "detect", "-", "--json", "--format", "shop", "--config", path,
        ])
        .stdin(LINES)
        .run();
    assert_eq!(outcome.json()["format"], "shop");
    let listed = Run::new()
        .args(["detect", "--list", "--config", path])
        .run()
        .stdout;
    assert!(listed.starts_with("  shop  "), "{listed}");
}

/// Guarantees: `send` reads with the format that was named, and says on request what each input is taken for.
#[test]
fn send_explains_what_it_takes_inputs_for() {
    let folder = Folder::new();
    let file = folder.file("app.log", LINES);
    let outcome = Run::new()
        .args([
            "send",
            "--to",
            "local",
            "--explain",
            "--format",
            "{time} {level} {body}",
        ])
        .arg(file)
        .run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let note = outcome.stderr.lines().next().unwrap_or_default();
    assert!(note.starts_with("note: "), "{note}");
    assert!(
        note.ends_with("pattern · confidence 100 % · all 4 lines fit · {time} {level} {body}"),
        "{note}"
    );
}
