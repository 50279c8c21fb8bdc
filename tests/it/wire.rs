//! What arrives at a server: every field of every record, in every encoding, however many requests and threads are under way.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use crate::fake::{FakeOtlp, Flat, Seen};
use crate::harness::{Folder, NOW, Receipt, Run};

/// 2026-11-20T09:00:00Z
const START: u64 = 1_795_165_200_000_000_000;

/// Between two records; no round number, so that each digit of a time counts.
const STEP: u64 = 1_000_003;

const LEVELS: [(&str, i32); 4] = [("INFO", 9), ("WARN", 13), ("ERROR", 17), ("DEBUG", 5)];

/// A file of this many lines; each has a text of its own length.
fn lines(count: u64) -> String {
    (0..count).map(|number| line(number) + "\n").collect()
}

fn line(number: u64) -> String {
    let nanos = number * STEP;
    let (level, _) = level(number);
    format!(
        "2026-11-20T09:{:02}:{:02}.{:09}Z {level} [{}] {}",
        nanos / 60_000_000_000,
        nanos / 1_000_000_000 % 60,
        nanos % 1_000_000_000,
        logger(number),
        body(number)
    )
}

fn level(number: u64) -> (&'static str, i32) {
    LEVELS[usize::try_from(number).unwrap() % LEVELS.len()]
}

/// Changes now and then, so that requests hold several scopes, some of them again.
fn logger(number: u64) -> &'static str {
    ["app.db", "app.web", "core"][usize::try_from(number / 10).unwrap() % 3]
}

fn body(number: u64) -> String {
    let padding = "ünï·日本 lorem ipsum "
        .repeat(8 + usize::try_from(number % 7).unwrap())
        .trim_end()
        .to_owned();
    format!("event {number:07} {padding}")
}

fn text(value: &str) -> AnyValue {
    AnyValue {
        value: Some(Value::StringValue(value.to_owned())),
    }
}

/// What the line must become.
fn expected(number: u64) -> LogRecord {
    let (word, severity) = level(number);
    LogRecord {
        time_unix_nano: START + number * STEP,
        observed_time_unix_nano: NOW,
        severity_number: severity,
        severity_text: word.to_owned(),
        body: Some(text(&body(number))),
        attributes: vec![KeyValue {
            key: "log.file.name".to_owned(),
            value: Some(text("app.log")),
            ..KeyValue::default()
        }],
        ..LogRecord::default()
    }
}

/// The number in a record's body.
fn number(one: &Flat) -> u64 {
    let digits = one.text().split(' ').nth(1).unwrap();
    digits.parse().unwrap()
}

/// The records in the order of the file; each request must hold a run of neighbours.
#[track_caller]
fn in_order(mut seen: Vec<Seen>) -> Vec<Flat> {
    seen.sort_by_key(|request| number(&request.records()[0]));
    for request in &seen {
        let numbers: Vec<u64> = request.records().iter().map(number).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]));
    }
    seen.iter().flat_map(Seen::records).collect()
}

#[track_caller]
fn assert_records(found: &[Flat], count: u64) {
    assert_eq!(found.len() as u64, count);
    for (index, one) in (0..).zip(found) {
        assert_eq!(one.record, expected(index));
        assert_eq!(one.scope, logger(index), "{index}");
    }
}

/// Sends `count` lines in such a way and looks at all that arrived.
#[track_caller]
fn check(count: u64, protocol: &str, compression: &str, flags: &[&str]) -> (Vec<Seen>, Receipt) {
    let folder = Folder::new();
    let input = lines(count);
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", &input))
        .args(["--protocol", protocol, "--compression", compression])
        .args(flags)
        .run();
    let receipt = outcome.receipt(0, "delivered");
    assert_eq!(receipt.records("delivered"), count);
    let source = &receipt.0["sources"][0];
    assert_eq!(source["acknowledged_offset"], input.len());
    assert_eq!(source["bytes"], input.len());
    let seen = server.seen();
    assert_eq!(receipt.requests("sent"), seen.len() as u64);
    let wire: usize = seen.iter().map(|request| request.wire_bytes).sum();
    assert_eq!(receipt.0["bytes"]["wire"], wire);
    let encoded: usize = seen.iter().map(|request| request.body.len()).sum();
    assert_eq!(receipt.0["bytes"]["encoded"], encoded);
    if flags.windows(2).any(|pair| pair == ["--in-flight", "1"]) {
        let arrived: Vec<Flat> = seen.iter().flat_map(Seen::records).collect();
        assert_records(&arrived, count);
    }
    assert_records(&in_order(seen.clone()), count);
    (seen, receipt)
}

/// Every number of requests and threads, over an input of two chunks and many batches.
#[track_caller]
fn check_all(protocol: &str, compression: &str) {
    for in_flight in ["1", "4"] {
        for threads in ["1", "3"] {
            let flags = [
                "--in-flight",
                in_flight,
                "--threads",
                threads,
                "--batch-bytes-max",
                "64KiB",
            ];
            let (seen, _) = check(2_000, protocol, compression, &flags);
            assert!(seen.len() >= 8, "{} requests", seen.len());
            let longest = seen.iter().map(|request| request.body.len()).max();
            // The limit is of the records; what frames each change of logger comes on top.
            assert!(longest.unwrap() <= (64 << 10) * 11 / 10, "{longest:?}");
        }
    }
}

/// Guarantees: `http/protobuf` without compression carries every record exactly and in order.
#[test]
fn protobuf_arrives_as_it_was_read() {
    check_all("http/protobuf", "none");
}

/// Guarantees: `http/protobuf` with gzip carries every record exactly and in order.
#[test]
fn gzipped_protobuf_arrives_as_it_was_read() {
    check_all("http/protobuf", "gzip");
}

/// Guarantees: `http/protobuf` with zstd carries every record exactly and in order.
#[test]
fn zstandard_protobuf_arrives_as_it_was_read() {
    check_all("http/protobuf", "zstd");
}

/// Guarantees: `http/json` without compression carries every record exactly and in order.
#[test]
fn json_arrives_as_it_was_read() {
    check_all("http/json", "none");
}

/// Guarantees: `http/json` with gzip carries every record exactly and in order.
#[test]
fn gzipped_json_arrives_as_it_was_read() {
    check_all("http/json", "gzip");
}

/// Guarantees: `http/json` with zstd carries every record exactly and in order.
#[test]
fn zstandard_json_arrives_as_it_was_read() {
    check_all("http/json", "zstd");
}

/// Guarantees: a file of many chunks arrives whole, in order and in requests of about a megabyte at most.
#[test]
fn a_file_of_several_chunks_arrives_whole() {
    let flags = ["--in-flight", "4", "--threads", "3"];
    let (seen, receipt) = check(11_000, "http/protobuf", "gzip", &flags);
    assert!(receipt.0["bytes"]["input"].as_u64().unwrap() > 3 << 20);
    assert!(seen.len() >= 4, "{} requests", seen.len());
    assert!(seen.iter().all(|request| request.body.len() <= 1 << 20));
    let flags = ["--in-flight", "1", "--threads", "3"];
    check(11_000, "http/protobuf", "none", &flags);
}

/// Guarantees: a limit that nothing fits into still sends every record, one by one.
#[test]
fn a_tiny_batch_limit_sends_each_record_alone() {
    for flag in [["--batch-bytes-max", "1B"], ["--batch-records-max", "1"]] {
        let (seen, _) = check(25, "http/protobuf", "none", &flag);
        assert_eq!(seen.len(), 25);
    }
}

/// Guarantees: the request line and headers are those of OTLP/HTTP, and nothing claims to be an SDK.
#[test]
fn requests_look_like_otlp() {
    for (protocol, content_type) in [
        ("http/protobuf", "application/x-protobuf"),
        ("http/json", "application/json"),
    ] {
        let flags = ["--header", "x-team: a b", "--header", "x-key=c=d"];
        let (seen, receipt) = check(3, protocol, "gzip", &flags);
        let request = &seen[0];
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/v1/logs")
        );
        assert_eq!(request.header("content-type"), Some(content_type));
        assert_eq!(request.header("content-encoding"), Some("gzip"));
        assert_eq!(request.header("x-team"), Some("a b"));
        assert_eq!(request.header("x-key"), Some("c=d"));
        assert!(
            request
                .header("user-agent")
                .unwrap()
                .starts_with("otelctl/")
        );
        assert_eq!(receipt.0["destination"]["protocol"], protocol);
        assert_eq!(receipt.0["destination"]["compression"], "gzip");
    }
}

/// What one record becomes, sent with these flags and variables.
#[track_caller]
fn one(file: &str, content: &str, flags: &[&str], env: &[(&str, &str)]) -> Flat {
    let folder = Folder::new();
    let server = FakeOtlp::accepting();
    let mut run = Run::send_to(&server)
        .arg(folder.file(file, content))
        .args(flags);
    for (name, value) in env {
        run = run.env(name, value);
    }
    run.run().receipt(0, "delivered");
    let mut records = server.records();
    assert_eq!(records.len(), 1);
    records.remove(0)
}

/// Guarantees: the resource names the service and this machine, and claims neither a process nor an SDK.
#[test]
fn the_resource_is_the_services_and_not_ours() {
    let found = one("shop-2026-11-19.log.1", "hello\n", &[], &[]);
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let expected = [
        ("service.name", "text shop".to_owned()),
        ("host.name", "text test-host".to_owned()),
        ("host.arch", format!("text {arch}")),
        ("os.type", format!("text {os}")),
    ];
    assert_eq!(
        found.resource,
        expected.map(|(key, value)| (key.to_owned(), value))
    );
    assert_eq!(found.resource_schema, otelctl::otlp::SCHEMA_URL);
}

/// Guarantees: a flag beats a variable, a variable beats the file's name.
#[test]
fn the_service_is_named_by_the_nearest_word() {
    let both = [
        ("OTEL_SERVICE_NAME", "of-variable"),
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.name=of-list,team=a%20b",
        ),
    ];
    let service = |flags: &[&str], env: &[(&str, &str)]| {
        let found = one("app.log", "hello\n", flags, env);
        found.resource("service.name").unwrap().to_owned()
    };
    assert_eq!(service(&["--service", "of-flag"], &both), "text of-flag");
    assert_eq!(service(&[], &both), "text of-variable");
    assert_eq!(service(&[], &both[1..]), "text of-list");
    assert_eq!(service(&[], &[]), "text app");
    let found = one("app.log", "hello\n", &["--resource", "team=c"], &both);
    assert_eq!(found.resource("team"), Some("text c"));
}

/// Guarantees: `--attr` and `--resource` are added, and beat what we would have said ourselves.
#[test]
fn attributes_of_the_user_are_added_and_win() {
    let flags = [
        "--attr",
        "env=prod",
        "--attr",
        "log.file.name=other",
        "--attr",
        "n=7",
        "--resource",
        "host.name=elsewhere",
        "--resource",
        "deployment.environment.name=prod",
    ];
    let found = one(
        "app.log",
        "{\"msg\":\"x\",\"env\":\"dev\",\"k\":1}\n",
        &flags,
        &[],
    );
    assert_eq!(found.attribute("env").unwrap(), "text prod");
    assert_eq!(found.attribute("log.file.name").unwrap(), "text other");
    assert_eq!(found.attribute("n").unwrap(), "text 7");
    assert_eq!(found.attribute("k").unwrap(), "int 1");
    assert_eq!(found.resource("host.name"), Some("text elsewhere"));
    let environment = found.resource("deployment.environment.name");
    assert_eq!(environment, Some("text prod"));
    let mut keys: Vec<_> = found
        .record
        .attributes
        .iter()
        .map(|pair| &pair.key)
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(
        keys.len(),
        found.record.attributes.len(),
        "a key stands twice"
    );
}

/// Guarantees: the whole path is told only when asked for.
#[test]
fn the_path_is_attached_on_demand() {
    let found = one("app.log", "hello\n", &[], &[]);
    assert_eq!(found.attribute("log.file.path"), None);
    let found = one("app.log", "hello\n", &["--file-path"], &[]);
    let path = found.attribute("log.file.path").unwrap();
    assert!(
        path.starts_with("text /") && path.ends_with("/app.log"),
        "{path}"
    );
}

/// Guarantees: a pipe's records say that they came by a stream, and carry no file's name.
#[test]
fn records_of_a_pipe_name_the_stream() {
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server).stdin("hello\n").run();
    outcome.receipt(0, "delivered");
    let found = &server.records()[0];
    assert_eq!(found.attribute("log.iostream").unwrap(), "text stdout");
    assert_eq!(found.attribute("log.file.name"), None);
    let service = found.resource("service.name");
    assert_eq!(service, Some("text unknown_service:otelctl"));
}

/// Guarantees: a JSON record keeps the type of each value, its trace context, and the nanoseconds of its time.
#[test]
fn a_json_record_keeps_types_and_trace_context() {
    let line = r#"{"time":"2026-11-20T09:00:00.123456789Z","level":"warn","logger":"a.b","msg":"hi","trace_id":"0AF7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","n":-7,"big":18446744073709551615,"ratio":0.25,"ok":true,"none":null,"list":[1,"x",null],"map":{"a":{"b":2}},"quote":"\"é\"\n"}"#;
    for protocol in ["http/protobuf", "http/json"] {
        let content = format!("{line}\n");
        let found = one("app.log", &content, &["--protocol", protocol], &[]);
        let record = &found.record;
        assert_eq!(record.time_unix_nano, START + 123_456_789);
        assert_eq!(record.observed_time_unix_nano, NOW);
        assert_eq!(
            (record.severity_number, &*record.severity_text),
            (13, "warn")
        );
        assert_eq!((found.text(), &*found.scope), ("hi", "a.b"));
        let trace_id = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
        assert_eq!(record.trace_id, trace_id);
        assert_eq!(record.span_id, 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
        let attribute = |key| found.attribute(key).unwrap_or_default();
        assert_eq!(attribute("n"), "int -7");
        assert_eq!(attribute("big"), "text 18446744073709551615");
        assert_eq!(attribute("ratio"), "double 0.25");
        assert_eq!(attribute("ok"), "bool true");
        assert_eq!(found.attribute("none"), None);
        assert_eq!(attribute("list"), "[int 1, text x, nothing]");
        assert_eq!(attribute("map"), "{a={b=int 2}}");
        assert_eq!(attribute("quote"), "text \"é\"\n");
    }
}

/// Guarantees: a record whose input tells no time, level or trace claims none.
#[test]
fn what_the_input_does_not_say_is_not_claimed() {
    let record = one("app.log", "hello\n", &[], &[]).record;
    assert_eq!((record.time_unix_nano, record.severity_number), (0, 0));
    assert_eq!(record.observed_time_unix_nano, NOW);
    assert_eq!(record.severity_text, "");
    assert!(record.trace_id.is_empty() && record.span_id.is_empty());
    assert_eq!(record.flags, 0);
}

/// Guarantees: times without a zone are read in the one that was chosen, else in the machine's, and the receipt says so.
#[test]
fn times_without_a_zone_are_read_in_the_chosen_one() {
    let content = "2026-11-20 10:00:00 INFO hello\n";
    let found = one("app.log", content, &["--tz", "Europe/Vienna"], &[]);
    assert_eq!(found.record.time_unix_nano, START);
    let folder = Folder::new();
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server)
        .arg(folder.file("a.log", content))
        .run();
    let receipt = outcome.receipt(0, "delivered");
    receipt.assert_warns(&["without a zone", "UTC", "--tz"]);
    let hour = 3_600_000_000_000;
    assert_eq!(server.records()[0].record.time_unix_nano, START + hour);
}
