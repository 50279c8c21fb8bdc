//! Files that hold OTLP already: their records arrive as they are.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

use crate::fake::{Answer, FakeOtlp};
use crate::harness::{Folder, Receipt, Run};

/// A record with the resource and the scope around it, each without its list.
type Whole = (ResourceLogs, ScopeLogs, LogRecord);

fn wholes(requests: &[ExportLogsServiceRequest]) -> Vec<Whole> {
    let mut found = Vec::new();
    for logs in requests.iter().flat_map(|request| &request.resource_logs) {
        let resource = ResourceLogs {
            scope_logs: Vec::new(),
            ..logs.clone()
        };
        for scoped in &logs.scope_logs {
            let scope = ScopeLogs {
                log_records: Vec::new(),
                ..scoped.clone()
            };
            let records = scoped.log_records.iter();
            found.extend(records.map(|one| (resource.clone(), scope.clone(), one.clone())));
        }
    }
    found
}

fn lines(text: &str) -> Vec<ExportLogsServiceRequest> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn text(text: &str) -> AnyValue {
    AnyValue {
        value: Some(Value::StringValue(text.to_owned())),
    }
}

fn pair(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(text(value)),
        ..KeyValue::default()
    }
}

fn record(number: u64) -> LogRecord {
    LogRecord {
        time_unix_nano: 1_790_000_000_000_000_000 + number,
        observed_time_unix_nano: 1_790_000_000_500_000_000 + number,
        severity_number: 9 + i32::try_from(number % 3).unwrap() * 4,
        severity_text: "loud".into(),
        body: Some(text(&format!("record \u{1b}[1m{number}"))),
        attributes: vec![pair("n", &number.to_string())],
        dropped_attributes_count: 3,
        flags: 0x101,
        trace_id: vec![7; 16],
        span_id: vec![8; 8],
        event_name: "shop.order".into(),
    }
}

/// Two resources, the first with two scopes, with records of these numbers.
fn request(numbers: std::ops::Range<u64>) -> ExportLogsServiceRequest {
    let scope_logs = |name: &str, rest: u64| ScopeLogs {
        scope: (!name.is_empty()).then(|| InstrumentationScope {
            name: name.to_owned(),
            version: "1.2".into(),
            attributes: vec![pair("team", "shop")],
            dropped_attributes_count: 1,
        }),
        log_records: numbers
            .clone()
            .filter(|number| number % 3 == rest)
            .map(record)
            .collect(),
        schema_url: format!("https://example.com/scope/{rest}"),
    };
    let resource_logs = |service: Option<&str>, scopes| ResourceLogs {
        resource: service.map(|service| Resource {
            attributes: vec![pair("service.name", service)],
            dropped_attributes_count: 2,
            entity_refs: Vec::new(),
        }),
        scope_logs: scopes,
        schema_url: service.map_or(String::new(), |_| "https://example.com/r".into()),
    };
    ExportLogsServiceRequest {
        resource_logs: vec![
            resource_logs(Some("shop"), vec![scope_logs("a", 0), scope_logs("", 1)]),
            resource_logs(None, vec![scope_logs("b", 2)]),
        ],
    }
}

fn requests() -> Vec<ExportLogsServiceRequest> {
    vec![request(0..20), request(20..21), request(21..70)]
}

/// Sends a file; gives what arrived and the receipt.
#[track_caller]
fn sent(bytes: impl AsRef<[u8]>, flags: &[&str]) -> (Vec<Whole>, Receipt) {
    let (folder, server) = (Folder::new(), FakeOtlp::accepting());
    let run = Run::send_to(&server).arg(folder.file("app.otlp", bytes));
    let outcome = run.args(["--in-flight", "1"]).args(flags).run();
    let arrived: Vec<_> = server.seen().into_iter().map(|one| one.request).collect();
    (wholes(&arrived), outcome.receipt(0, "delivered"))
}

/// Guarantees: what `--to file:` wrote is sent again as it is, whatever the first file was.
#[test]
fn what_a_run_wrote_is_sent_again_as_it_is() {
    let folder = Folder::new();
    let log = "2026-11-20T09:00:00Z INFO [shop.cart] one\n\
               2026-11-20T09:00:01Z ERROR [shop.pay] two\n  at the second line\n";
    let object = "{\"time\":\"2026-11-20T09:00:02Z\",\"level\":\"warn\",\"logger\":\"x\",\"msg\":\"three\"}\n";
    let inputs = [
        folder.file("a.log", log.repeat(50)),
        folder.file("b.json", object.repeat(50)),
    ];
    let to = |name: &str| format!("file:{}", folder.at(name).display());
    let run = Run::send().args(inputs).args(["--to", &to("once")]);
    let first = run.run().receipt(0, "delivered");
    let run = Run::send().arg(folder.at("once"));
    let again = run
        .args(["--to", &to("twice")])
        .run()
        .receipt(0, "delivered");
    let read = |name: &str| std::fs::read_to_string(folder.at(name)).unwrap();
    assert_eq!(
        wholes(&lines(&read("twice"))),
        wholes(&lines(&read("once")))
    );
    assert_eq!(again.records("delivered"), 150);
    assert_eq!(again.0["severity"], first.0["severity"]);
    assert_eq!(again.0["sources"][0]["format"], "otlp/json");
    assert_eq!(
        again.0["sources"][0]["first_time"],
        first.0["sources"][0]["first_time"]
    );
}

/// Guarantees: resource, scope, schemas and every field of a record survive both encodings and every size of a batch.
#[test]
fn json_lines_arrive_as_they_are() {
    let requests = requests();
    let texts: Vec<_> = requests
        .iter()
        .map(|one| serde_json::to_string(one).unwrap())
        .collect();
    let file = texts.join("\n");
    for flags in [
        &[][..],
        &["--protocol", "http/json"],
        &["--batch-records-max", "7"],
        &["--batch-bytes-max", "2KiB"],
    ] {
        let (arrived, receipt) = sent(&file, flags);
        assert_eq!(arrived, wholes(&requests), "{flags:?}");
        assert_eq!(receipt.records("read"), 70);
        assert_eq!(receipt.0["warnings"].as_array().map(Vec::len), Some(0));
    }
}

/// Guarantees: protobuf is read in each framing, and a file of many pieces is cut between them.
#[test]
fn protobuf_arrives_as_it_is_in_each_framing() {
    let requests = requests();
    let bare: Vec<u8> = requests
        .iter()
        .flat_map(prost::Message::encode_to_vec)
        .collect();
    let varint: Vec<u8> = requests
        .iter()
        .flat_map(prost::Message::encode_length_delimited_to_vec)
        .collect();
    let length32 = |one: &ExportLogsServiceRequest| {
        let length = u32::try_from(one.encoded_len()).unwrap().to_be_bytes();
        [&length[..], &one.encode_to_vec()].concat()
    };
    let length32: Vec<u8> = requests.iter().flat_map(length32).collect();
    for file in [bare, varint, length32] {
        let (arrived, receipt) = sent(&file, &[]);
        assert_eq!(arrived, wholes(&requests));
        assert_eq!(receipt.0["sources"][0]["format"], "otlp/protobuf");
        let (arrived, _) = sent(file.repeat(60), &["--protocol", "http/json"]);
        assert_eq!(arrived, wholes(&vec![requests.clone(); 60].concat()));
    }
}

/// Guarantees: one request larger than a chunk and than a line may be is read whole.
#[test]
fn a_large_request_is_read_whole() {
    let large = [request(0..9_000)];
    let json = serde_json::to_string(&large[0]).unwrap();
    assert!(json.len() > 2 << 20);
    assert_eq!(sent(json, &[]).0, wholes(&large));
    assert_eq!(sent(large[0].encode_to_vec(), &[]).0, wholes(&large));
}

/// Guarantees: a batch that is too large for the server is halved with its resources and scopes.
#[test]
fn a_batch_that_is_too_large_is_halved() {
    let (folder, requests) = (Folder::new(), requests());
    let server = FakeOtlp::judging(|seen| {
        let count = seen.records().len();
        if count > 4 {
            Answer::status(413)
        } else {
            Answer::ok()
        }
    });
    let bytes: Vec<u8> = requests
        .iter()
        .flat_map(prost::Message::encode_to_vec)
        .collect();
    let run = Run::send_to(&server).arg(folder.file("app.otlp", bytes));
    run.args(["--in-flight", "1"]).run().receipt(0, "delivered");
    let taken = server.seen().into_iter().map(|one| one.request);
    let taken: Vec<_> = taken
        .filter(|one| wholes(std::slice::from_ref(one)).len() <= 4)
        .collect();
    assert_eq!(wholes(&taken), wholes(&requests));
}

/// Guarantees: what is no logs request is told: other signals are passed over, what is broken is text.
#[test]
fn other_signals_are_passed_over_and_broken_lines_are_text() {
    let good = serde_json::to_string(&request(0..3)).unwrap();
    let file = [
        good.as_str(),
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}]}]}]}"#,
        r#"{"resourceMetrics":[]}"#,
        r#"{"resourceLogs":[{"scopeLogs":"torn"}]}"#,
        "2026-11-20T09:00:00Z INFO a line of text",
        r#"{"resourceLogs":[{"scopeLogs":[{"#,
        &good,
    ]
    .join("\n");
    let (arrived, receipt) = sent(file, &[]);
    assert_eq!(arrived.len(), 3 + 3 + 3);
    receipt.assert_warns(&["2 OTLP requests", "no logs"]);
    receipt.assert_warns(&["2 OTLP requests", "cannot be decoded"]);
    let observed = |whole: &Whole| whole.2.observed_time_unix_nano;
    assert_eq!(observed(&arrived[3]), crate::harness::NOW);
}

/// Guarantees: a torn protobuf file loses nothing: what cannot be decoded is a record of its bytes.
#[test]
fn what_is_torn_of_protobuf_is_a_record_of_bytes() {
    let mut file = request(0..30).encode_length_delimited_to_vec();
    let whole = file.len();
    file.extend(request(30..60).encode_length_delimited_to_vec());
    let (arrived, receipt) = sent(&file[..file.len() - 5], &[]);
    assert_eq!(arrived.len(), 31);
    assert_eq!(arrived[..30], wholes(&[request(0..30)]));
    let body = arrived[30].2.body.clone().unwrap().value;
    let torn = file[whole..file.len() - 5].to_vec();
    assert_eq!(body, Some(Value::BytesValue(torn)));
    receipt.assert_warns(&["1 OTLP request ", "cannot be decoded"]);
}
