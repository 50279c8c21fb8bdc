//! One line or more for each logger and product whose JSON is known, in the shape that it writes.
//!
//! Each says "hi" at 2026-09-21T14:13:20, with 123 milliseconds where its form has them.

use crate::format::fields::FieldMap;
use crate::format::json;
use crate::format::timestamp::Zone;
use crate::record::{Record, SeverityNumber, Value};
use jiff::tz::TimeZone;

const SECONDS: u64 = 1_790_000_000;
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn read(line: &str) -> Record<'_> {
    let mut record = Record::default();
    let mut zone = Zone::new(TimeZone::UTC);
    let fields = FieldMap::default();
    assert!(
        json::parse(line, &mut zone, &fields, &mut record, &mut 0),
        "{line}"
    );
    record
}

/// Severity 0 stands for none.
#[track_caller]
fn check(line: &str, severity: (u8, &str), scope: &str, keys: &[&str]) {
    let record = read(line);
    assert_eq!(record.body, Value::Text("hi".into()), "{line}");
    check_all_but_body(&record, severity, scope, keys);
}

/// For records without a message.
#[track_caller]
fn check_silent(line: &str, severity: (u8, &str), scope: &str, keys: &[&str]) {
    let record = read(line);
    assert_eq!(record.body, Value::Empty, "{line}");
    check_all_but_body(&record, severity, scope, keys);
}

#[track_caller]
fn check_all_but_body(record: &Record<'_>, severity: (u8, &str), scope: &str, keys: &[&str]) {
    let time = record.time.expect("it has a time").0;
    assert_eq!(time / 1_000_000_000, SECONDS, "{record:?}");
    assert!(
        matches!(time % 1_000_000_000, 0 | 123_000_000),
        "{record:?}"
    );
    let number = record.severity_number.map_or(0, SeverityNumber::get);
    assert_eq!((number, &*record.severity_text), severity, "{record:?}");
    assert_eq!(record.scope, scope, "{record:?}");
    let held: Vec<_> = record
        .attributes
        .iter()
        .map(|attribute| &*attribute.key)
        .collect();
    assert_eq!(held, keys, "{record:?}");
}

#[track_caller]
fn attribute<'r, 'a>(record: &'r Record<'a>, key: &str) -> &'r Value<'a> {
    let found = record
        .attributes
        .iter()
        .find(|attribute| attribute.key == key);
    &found
        .unwrap_or_else(|| panic!("{key} is missing: {record:?}"))
        .value
}

const EXCEPTION: [&str; 3] = [
    "exception.type",
    "exception.message",
    "exception.stacktrace",
];

#[test]
fn loggers_of_node() {
    check(
        r#"{"level":30,"time":1790000000123,"pid":7,"hostname":"h","name":"app","msg":"hi"}"#,
        (9, "30"),
        "app",
        &["pid", "hostname"],
    );
    check(
        r#"{"level":35,"time":1790000000123,"pid":7,"hostname":"h","msg":"hi"}"#,
        (11, "35"),
        "",
        &["pid", "hostname"],
    );
    check(
        r#"{"level":50,"time":1790000000123,"err":{"type":"TypeError","message":"no x","stack":"TypeError: no x\n    at f (/a.js:1:2)"},"msg":"hi"}"#,
        (17, "50"),
        "",
        &EXCEPTION,
    );
    check(
        r#"{"name":"app","hostname":"h","pid":7,"component":"db","level":40,"msg":"hi","time":"2026-09-21T14:13:20.123Z","src":{"file":"a.js","line":3},"v":0}"#,
        (13, "40"),
        "app",
        &["hostname", "pid", "component", "src", "v"],
    );
    check(
        r#"{"level":"http","message":"hi","timestamp":"2026-09-21T14:13:20.123Z","label":"web","service":"s"}"#,
        (7, "http"),
        "",
        &["label", "service"],
    );
    check(
        r#"{"level":"silly","message":"hi","timestamp":"2026-09-21T14:13:20.123Z"}"#,
        (1, "silly"),
        "",
        &[],
    );
    check(
        r#"{"level":"error","message":"hi","stack":"RangeError: too big\n    at g (/b.js:2:3)","timestamp":"2026-09-21T14:13:20.123Z"}"#,
        (17, "error"),
        "",
        &EXCEPTION,
    );
    check(
        r#"{"startTime":"2026-09-21T14:13:20.123Z","categoryName":"cart","text":"hi","level":{"level":30000,"levelStr":"WARN","colour":"yellow"},"pid":7}"#,
        (13, "WARN"),
        "cart",
        &["level", "pid"],
    );
}

#[test]
fn loggers_of_go() {
    check(
        r#"{"level":"dpanic","ts":1790000000.123,"logger":"a.b","caller":"a/b.go:7","msg":"hi","stacktrace":"main.f\n\t/a.go:1\nmain.main\n\t/a.go:9"}"#,
        (18, "dpanic"),
        "a.b",
        &["caller", "code.stacktrace"],
    );
    check(
        r#"{"level":"Level(-2)","ts":"2026-09-21T14:13:20.123Z","msg":"hi"}"#,
        (1, "Level(-2)"),
        "",
        &[],
    );
    check(
        r#"{"level":"warn","error":"eof","time":1790000000,"caller":"x.go:3","message":"hi"}"#,
        (13, "warn"),
        "",
        &["error", "caller"],
    );
    check(
        r#"{"level":"trace","time":"2026-09-21T14:13:20Z","message":"hi"}"#,
        (1, "trace"),
        "",
        &[],
    );
}

#[test]
fn loggers_of_go_with_other_words() {
    check(
        r#"{"time":"2026-09-21T14:13:20.123Z","level":"DEBUG-4","source":{"function":"main.f","file":"/a.go","line":3},"msg":"hi","n":1}"#,
        (1, "DEBUG-4"),
        "",
        &["source", "n"],
    );
    check(
        r#"{"time":"2026-09-21T14:13:20.123Z","level":"ERROR+1","msg":"hi"}"#,
        (18, "ERROR+1"),
        "",
        &[],
    );
    check(
        r#"{"level":"warning","msg":"hi","time":"2026-09-21T16:13:20+02:00","file":"a.go:3","func":"main.f"}"#,
        (13, "warning"),
        "",
        &["file", "func"],
    );
    check(
        r#"{"caller":"x.go:1","level":"info","msg":"hi","ts":"2026-09-21T14:13:20.123Z","err":"eof"}"#,
        (9, "info"),
        "",
        &["caller", "err"],
    );
    check(
        r#"{"ts":1790000000123.456,"caller":"a/b.go:1","msg":"hi","v":4,"pod":{"name":"p"}}"#
            .replace(".456", "")
            .as_str(),
        (0, ""),
        "",
        &["caller", "v", "pod"],
    );
    check(
        r#"{"@level":"warn","@message":"hi","@module":"core.raft","@timestamp":"2026-09-21T14:13:20.123000Z","peer":"n2"}"#,
        (13, "warn"),
        "core.raft",
        &["peer"],
    );
    check(
        r#"{"t":"2026-09-21T14:13:20.123Z","lvl":"eror","msg":"hi","id":3}"#,
        (17, "eror"),
        "",
        &["id"],
    );
    check(
        r#"{"level":"info","ts":1790000000.123,"logger":"http.log.access","msg":"hi","request":{"method":"GET"},"status":200}"#,
        (9, "info"),
        "http.log.access",
        &["request", "status"],
    );
}

#[test]
fn loggers_of_dotnet() {
    check(
        r#"{"@t":"2026-09-21T14:13:20.1230000Z","@mt":"hi","User":"u","SourceContext":"App.Cart"}"#,
        (9, ""),
        "App.Cart",
        &["User"],
    );
    check(
        r#"{"@t":"2026-09-21T14:13:20.1230000Z","@m":"hi","@mt":"{A}","@l":"Warning","@i":"a1b2","@r":["1"]}"#,
        (13, "Warning"),
        "",
        &["@mt", "@i", "@r"],
    );
    check(
        r#"{"@t":"2026-09-21T14:13:20.123Z","@l":"Error","@m":"hi","@x":"System.InvalidOperationException: no\n   at A.B.C() in c.cs:line 4"}"#,
        (17, "Error"),
        "",
        &EXCEPTION,
    );
    check(
        r#"{"Timestamp":"2026-09-21T14:13:20.1230000+00:00","Level":"Verbose","MessageTemplate":"{X}","RenderedMessage":"hi","Properties":{"SourceContext":"App.Db","X":1}}"#,
        (1, "Verbose"),
        "App.Db",
        &["MessageTemplate", "Properties"],
    );
    check(
        r#"{"EventId":7,"LogLevel":"Information","Category":"App.Startup","Message":"hi","State":{"Message":"hi"},"Timestamp":"2026-09-21T14:13:20.123Z"}"#,
        (9, "Information"),
        "App.Startup",
        &["EventId", "State"],
    );
    check(
        r#"{"Timestamp":"2026-09-21T14:13:20.123Z","LogLevel":3,"Category":"A.B","Message":"hi"}"#,
        (13, "3"),
        "A.B",
        &[],
    );
    check(
        r#"{ "time": "2026-09-21 14:13:20.1230", "level": "WARN", "logger": "A.B", "message": "hi", "exception": "" }"#,
        (13, "WARN"),
        "A.B",
        &["exception"],
    );
    check(
        r#"{"date":"2026-09-21T14:13:20.123Z","level":"FATAL","appname":"a.exe","logger":"A.B","thread":"1","message":"hi"}"#,
        (21, "FATAL"),
        "A.B",
        &["appname", "thread"],
    );
    let scoped = format!(
        r#"{{"Timestamp":"2026-09-21T14:13:20Z","LogLevel":"Error","Message":"hi","Scopes":[{{"Message":"s","SpanId":"00f067aa0ba902b7","TraceId":"{TRACE}"}}]}}"#
    );
    assert!(read(&scoped).span_id.is_some());
    let clef = format!(
        r#"{{"@t":"2026-09-21T14:13:20Z","@m":"hi","@tr":"{TRACE}","@sp":"00f067aa0ba902b7"}}"#
    );
    assert!(read(&clef).span_id.is_some() && read(&clef).attributes.is_empty());
}

#[test]
fn loggers_of_the_jvm() {
    check(
        r#"{"instant":{"epochSecond":1790000000,"nanoOfSecond":123000000},"thread":"main","level":"WARN","loggerName":"a.B","message":"hi","endOfBatch":false,"threadId":1}"#,
        (13, "WARN"),
        "a.B",
        &["thread", "endOfBatch", "threadId"],
    );
    check(
        r#"{"timeMillis":1790000000123,"thread":"main","level":"ERROR","loggerName":"a.B","message":"hi","thrown":{"commonElementCount":0,"message":"no","name":"java.io.IOException","extendedStackTrace":[{"class":"a.B","line":3}]}}"#,
        (17, "ERROR"),
        "a.B",
        &["thread", "exception.type", "exception.message", "thrown"],
    );
    check(
        r#"{"@timestamp":"2026-09-21T14:13:20.123Z","ecs.version":"1.2.0","log.level":"INFO","message":"hi","process.thread.name":"main","log.logger":"a.B"}"#,
        (9, "INFO"),
        "a.B",
        &["ecs.version", "process.thread.name"],
    );
    check(
        r#"{"@timestamp":"2026-09-21T14:13:20.123Z","log":{"level":"WARN","logger":"a.B"},"message":"hi","ecs":{"version":"8.11"}}"#,
        (13, "WARN"),
        "a.B",
        &["ecs"],
    );
    check(
        r#"{"@timestamp":"2026-09-21T14:13:20.123Z","log.level":"ERROR","message":"hi","error.type":"java.io.IOException","error.message":"no","error.stack_trace":"java.io.IOException: no\n\tat a.B.c(B.java:1)"}"#,
        (17, "ERROR"),
        "",
        &EXCEPTION,
    );
}

#[test]
fn encoders_of_logback() {
    check(
        r#"{"@timestamp":"2026-09-21T14:13:20.123Z","@version":"1","message":"hi","logger_name":"a.B","thread_name":"main","level":"ERROR","level_value":40000,"stack_trace":"java.lang.Error: no\n\tat a.B.c(B.java:1)\n"}"#,
        (17, "ERROR"),
        "a.B",
        &[
            "@version",
            "thread_name",
            "level_value",
            "exception.type",
            "exception.message",
            "exception.stacktrace",
        ],
    );
    check(
        r#"{"@timestamp":"2026-09-21T14:13:20.123Z","level_value":30000,"message":"hi"}"#,
        (13, "30000"),
        "",
        &[],
    );
    check(
        r#"{"sequenceNumber":0,"timestamp":1790000000123,"nanoseconds":123000000,"level":"INFO","threadName":"main","loggerName":"a.B","mdc":{"user":"u"},"message":"{}","formattedMessage":"hi","throwable":null}"#,
        (9, "INFO"),
        "a.B",
        &[
            "sequenceNumber",
            "nanoseconds",
            "threadName",
            "mdc",
            "message",
        ],
    );
    check(
        r#"{"timestamp":"2026-09-21T14:13:20.123Z","sequence":9,"loggerClassName":"org.jboss.logging.Logger","loggerName":"a.B","level":"SEVERE","message":"hi","threadName":"main"}"#,
        (17, "SEVERE"),
        "a.B",
        &["sequence", "loggerClassName", "threadName"],
    );
    let mdc = format!(
        r#"{{"@timestamp":"2026-09-21T14:13:20Z","message":"hi","mdc":{{"traceId":"{TRACE}","spanId":"00f067aa0ba902b7","user":"u"}}}}"#
    );
    let record = read(&mdc);
    assert!(record.trace_id.is_some() && record.span_id.is_some());
    assert!(format!("{:?}", attribute(&record, "mdc")).contains("user"));
}

#[test]
fn loggers_of_python() {
    check(
        r#"{"event":"hi","level":"warning","timestamp":"2026-09-21T14:13:20.123Z","logger":"a.b","user":"u"}"#,
        (13, "warning"),
        "a.b",
        &["user"],
    );
    check(
        r#"{"event":"hi","level":"error","timestamp":"2026-09-21T14:13:20.123Z","exception":"Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nValueError: no"}"#,
        (17, "error"),
        "",
        &EXCEPTION,
    );
    check(
        r#"{"asctime":"2026-09-21 14:13:20,123","levelname":"CRITICAL","name":"a.b","module":"b","funcName":"f","message":"hi"}"#,
        (18, "CRITICAL"),
        "a.b",
        &["module", "funcName"],
    );
    check(
        r#"{"created":1790000000.123,"levelno":30,"lineno":4,"name":"a","message":"hi"}"#,
        (13, "30"),
        "a",
        &["lineno"],
    );
    check(
        r#"{"time":1790000000.123,"level":20,"lineno":4,"message":"hi"}"#,
        (9, "20"),
        "",
        &["lineno"],
    );
    check(
        r#"{"text":"2026 | INFO | hi\n","record":{"elapsed":{"repr":"0:00:01","seconds":1.0},"exception":null,"extra":{},"level":{"icon":"i","name":"SUCCESS","no":25},"message":"hi","name":"a.b","time":{"repr":"2026-09-21 14:13:20.123000+00:00","timestamp":1790000000.123}}}"#,
        (9, "SUCCESS"),
        "a.b",
        &["text", "record"],
    );
    let otel = format!(
        r#"{{"message":"hi","otelTraceID":"{TRACE}","otelSpanID":"00f067aa0ba902b7","otelTraceSampled":true}}"#
    );
    let record = read(&otel);
    assert!(
        record.span_id.is_some() && record.trace_flags == Some(1) && record.attributes.is_empty()
    );
}

#[test]
fn loggers_of_rust_and_ruby() {
    check(
        r#"{"timestamp":"2026-09-21T14:13:20.123000Z","level":"INFO","fields":{"message":"hi","n":3},"target":"a::b","span":{"name":"s"},"spans":[{"name":"s"}]}"#,
        (9, "INFO"),
        "a::b",
        &["fields", "span", "spans"],
    );
    check(
        r#"{"msg":"hi","level":"CRIT","ts":"2026-09-21T14:13:20.123Z","version":"1"}"#,
        (18, "CRIT"),
        "",
        &["version"],
    );
    check(
        r#"{"host":"h","application":"a","timestamp":"2026-09-21T14:13:20.123000Z","level":"error","level_index":4,"pid":7,"thread":"main","name":"Shop","message":"hi","payload":{"n":1},"exception":{"name":"RuntimeError","message":"no","stack_trace":["a.rb:1:in `f'","b.rb:2:in `g'"]}}"#,
        (17, "error"),
        "Shop",
        &[
            "host",
            "application",
            "level_index",
            "pid",
            "thread",
            "payload",
            "exception.type",
            "exception.message",
            "exception.stacktrace",
        ],
    );
    check(
        r#"{"severity":"ANY","time":"2026-09-21T14:13:20.123+00:00","progname":"app","pid":7,"message":"hi"}"#,
        (0, "ANY"),
        "app",
        &["pid"],
    );
    check(
        r#"{"method":"GET","path":"/","controller":"Shop","action":"index","status":500,"exception":["ActiveRecord::RecordNotFound","no shop"],"@timestamp":"2026-09-21T14:13:20.123Z","@version":"1","message":"hi"}"#,
        (0, ""),
        "",
        &[
            "method",
            "path",
            "controller",
            "action",
            "status",
            "exception.type",
            "exception.message",
            "@version",
        ],
    );
}

#[test]
fn loggers_of_php_and_elixir() {
    check(
        r#"{"message":"hi","context":{"user":1},"level":550,"level_name":"ALERT","channel":"shop","datetime":"2026-09-21T14:13:20.123000+00:00","extra":{}}"#,
        (19, "ALERT"),
        "shop",
        &["context", "level", "extra"],
    );
    check(
        r#"{"message":"hi","level":250,"channel":"shop","datetime":{"date":"2026-09-21 14:13:20.123000","timezone_type":3,"timezone":"UTC"}}"#,
        (10, "250"),
        "shop",
        &[],
    );
    check(
        r#"{"message":"hi","context":{"exception":{"class":"LogicException","message":"no","code":0,"file":"/a.php:3"}},"level":400,"level_name":"ERROR","channel":"shop","datetime":"2026-09-21T14:13:20+00:00"}"#,
        (17, "ERROR"),
        "shop",
        &["exception.type", "exception.message", "context", "level"],
    );
    check(
        r#"{"time":"2026-09-21T14:13:20.123Z","severity":"notice","message":"hi","metadata":{"pid":"x"}}"#,
        (10, "notice"),
        "",
        &["metadata"],
    );
    check(
        r#"{"message":"hi","syslog":{"hostname":"h","severity":"warn","timestamp":"2026-09-21T14:13:20.123Z"},"logger":{"thread_name":"x"}}"#,
        (13, "warn"),
        "",
        &["syslog", "logger"],
    );
}

#[test]
fn databases() {
    check(
        r#"{"t":{"$date":"2026-09-21T14:13:20.123+00:00"},"s":"I","c":"NETWORK","id":22943,"ctx":"conn1","msg":"hi","attr":{"n":1}}"#,
        (9, "I"),
        "NETWORK",
        &["id", "ctx", "attr"],
    );
    check(
        r#"{"t":{"$date":"2026-09-21T14:13:20.123Z"},"s":"D2","c":"-","id":1,"ctx":"main","msg":"hi"}"#,
        (5, "D2"),
        "-",
        &["id", "ctx"],
    );
    check(
        r#"{"type": "server", "timestamp": "2026-09-21T14:13:20,123Z", "level": "WARN", "component": "o.e.c.r", "cluster.name": "es", "message": "hi", "stacktrace": ["java.lang.IllegalStateException: no", "at a.B.c(B.java:1)"] }"#,
        (13, "WARN"),
        "o.e.c.r",
        &[
            "type",
            "cluster.name",
            "exception.type",
            "exception.message",
            "exception.stacktrace",
        ],
    );
    check(
        r#"{"timestamp":"2026-09-21 14:13:20.123 UTC","pid":7,"error_severity":"LOG","message":"hi","backend_type":"checkpointer"}"#,
        (9, "LOG"),
        "",
        &["pid", "backend_type"],
    );
    check(
        r#"{ "prio" : 2, "err_code" : 10, "subsystem" : "Server", "msg" : "hi", "time" : "2026-09-21T14:13:20.123000Z", "label" : "Warning" }"#,
        (13, "Warning"),
        "Server",
        &["prio", "err_code"],
    );
    check(
        r#"{"date_time":"1790000000.123000","thread_name":"","thread_id":"9","level":"Information","logger_name":"Pool","message":"hi"}"#,
        (9, "Information"),
        "Pool",
        &["thread_name", "thread_id"],
    );
}

#[test]
fn servers() {
    check(
        r#"{"channel_numeric":1,"channel":"OPS","timestamp":"1790000000.123000000","severity":"INFO","file":"a.go","line":3,"message":"hi"}"#,
        (9, "INFO"),
        "OPS",
        &["channel_numeric", "file", "line"],
    );
    check(
        r#"{"type":"log","@timestamp":"2026-09-21T14:13:20Z","tags":["info"],"pid":7,"message":"hi"}"#,
        (0, ""),
        "",
        &["type", "tags", "pid"],
    );
    check_silent(
        r#"{"time":"2026-09-21T14:13:20.123Z","type":"request","auth":{"token_type":"service"},"request":{"id":"1","operation":"read"}}"#,
        (0, ""),
        "",
        &["type", "auth", "request"],
    );
    check(
        r#"{"timestamp":"2026-09-21 14:13:20.123000+0000","eventMessage":"hi","messageType":"Error","subsystem":"com.example.net","category":"dns","processID":7}"#,
        (17, "Error"),
        "com.example.net",
        &["category", "processID"],
    );
    check(
        r#"{"TimeCreated":"/Date(1790000000123)/","Level":4,"ProviderName":"Shop","Id":7,"Message":"hi"}"#,
        (9, "4"),
        "",
        &["ProviderName", "Id"],
    );
}

#[test]
fn googles_cloud() {
    check(
        r#"{"severity":"NOTICE","message":"hi","time":"2026-09-21T14:13:20.123Z","logging.googleapis.com/labels":{"a":"b"},"httpRequest":{"status":200}}"#,
        (10, "NOTICE"),
        "",
        &["logging.googleapis.com/labels", "httpRequest"],
    );
    check(
        r#"{"severity":"WARNING","message":"hi","timestampSeconds":1790000000,"timestampNanos":123000000}"#,
        (13, "WARNING"),
        "",
        &[],
    );
    check(
        r#"{"severity":600,"message":"hi","timestampNanos":123000000,"timestampSeconds":"1790000000"}"#,
        (18, "600"),
        "",
        &[],
    );
    check(
        r#"{"severity":"ERROR","message":"hi","timestamp":{"seconds":1790000000,"nanos":123000000}}"#,
        (17, "ERROR"),
        "",
        &[],
    );
    check(
        r#"{"insertId":"1x","jsonPayload":{"message":"hi","n":1},"resource":{"type":"k8s"},"timestamp":"2026-09-21T14:13:20.123Z","severity":"INFO"}"#,
        (9, "INFO"),
        "",
        &["insertId", "jsonPayload", "resource"],
    );
    check(
        r#"{"insertId":"1x","textPayload":"hi","timestamp":"2026-09-21T14:13:20.123Z","severity":"DEFAULT"}"#,
        (0, "DEFAULT"),
        "",
        &["insertId"],
    );
    let google = format!(
        r#"{{"message":"hi","logging.googleapis.com/trace":"projects/p/traces/{TRACE}","logging.googleapis.com/spanId":"00f067aa0ba902b7","logging.googleapis.com/trace_sampled":true}}"#
    );
    let record = read(&google);
    assert!(
        record.span_id.is_some() && record.trace_flags == Some(1) && record.attributes.is_empty()
    );
}

#[test]
fn other_clouds() {
    check(
        r#"{"timestamp":"2026-09-21T14:13:20.123Z","level":"INFO","message":"hi","requestId":"9"}"#,
        (9, "INFO"),
        "",
        &["requestId"],
    );
    check_silent(
        r#"{"eventVersion":"1.08","eventTime":"2026-09-21T14:13:20Z","eventName":"GetObject","awsRegion":"x"}"#,
        (0, ""),
        "",
        &["eventVersion", "eventName", "awsRegion"],
    );
    check_silent(
        r#"{"time":"2026-09-21T14:13:20.123Z","resourceId":"/S/1","operationName":"Write","category":"Audit","level":"Informational","properties":{"a":1}}"#,
        (9, "Informational"),
        "Audit",
        &["resourceId", "operationName", "properties"],
    );
    check(
        r#"{"timestamp":"2026-09-21T14:13:20.123Z","severityLevel":2,"message":"hi"}"#,
        (13, "2"),
        "",
        &[],
    );
    check(
        r#"{"version":"1.1","host":"h","short_message":"hi","full_message":"hi there","timestamp":1790000000.123,"level":4,"_logger":"a.B","_user":"u"}"#,
        (13, "4"),
        "a.B",
        &["version", "host", "full_message", "_user"],
    );
}

#[test]
fn collectors_and_hosts() {
    check(
        r#"{"date":1790000000.123,"log":"hi\n","stream":"stderr","kubernetes":{"pod_name":"p"}}"#,
        (0, ""),
        "",
        &["stream", "kubernetes"],
    );
    check(
        r#"{"log":"hi\n","stream":"stdout","time":"2026-09-21T14:13:20.123Z"}"#,
        (0, ""),
        "",
        &["stream"],
    );
    check(
        r#"{"_time":"2026-09-21T14:13:20.123Z","_msg":"hi","level":"info"}"#,
        (9, "info"),
        "",
        &[],
    );
    check(
        r#"{"event":{"provider":"app"},"fly":{"app":{"name":"a"}},"log":{"level":"info"},"message":"hi","timestamp":"2026-09-21T14:13:20.123Z"}"#,
        (9, "info"),
        "",
        &["event", "fly"],
    );
    check(
        r#"{"id":"1","message":"hi","timestamp":1790000000123,"source":"lambda","level":"info","type":"stdout"}"#,
        (9, "info"),
        "lambda",
        &["id", "type"],
    );
    check(
        r#"{"date":"2026-09-21T14:13:20.123Z","type":"s","description":"hi","log_id":"9"}"#,
        (0, ""),
        "",
        &["type", "log_id"],
    );
    check(
        r#"{"dd.trace_id":"123","dd.span_id":"4","level":"info","message":"hi","timestamp":1790000000123}"#,
        (9, "info"),
        "",
        &["dd.trace_id", "dd.span_id"],
    );
}

#[test]
fn networks_and_access_logs() {
    check_silent(
        r#"{"timestamp":"2026-09-21T14:13:20.123000+0000","flow_id":1,"event_type":"alert","src_ip":"10.0.0.1"}"#,
        (0, ""),
        "",
        &["flow_id", "event_type", "src_ip"],
    );
    check_silent(
        r#"{"ts":1790000000.123,"uid":"C1","id.orig_h":"10.0.0.1","proto":"tcp"}"#,
        (0, ""),
        "",
        &["uid", "id.orig_h", "proto"],
    );
    check_silent(
        r#"{"timestamp":1790000000123,"formatVersion":1,"action":"BLOCK","httpRequest":{"uri":"/"}}"#,
        (0, ""),
        "",
        &["formatVersion", "action", "httpRequest"],
    );
    check_silent(
        r#"{"@timestamp":1790000000123,"created_at":1790000000123,"action":"repo.create"}"#,
        (0, ""),
        "",
        &["created_at", "action"],
    );
    check_silent(
        r#"{"start_time":"2026-09-21T14:13:20.123Z","method":"GET","path":"/","response_code":200}"#,
        (0, ""),
        "",
        &["method", "path", "response_code"],
    );
    check_silent(
        r#"{"date":"2026-09-21","time":"14:13:20","x-edge-location":"FRA"}"#,
        (0, ""),
        "",
        &["x-edge-location"],
    );
    let record = read(
        r#"{"time_local":"21/Sep/2026:14:13:20 +0000","request":"GET /a HTTP/1.1","status":200}"#,
    );
    assert_eq!(record.body, Value::Text("GET /a HTTP/1.1".into()));
    check_all_but_body(&record, (0, ""), "", &["request", "status"]);
    let record = read(
        r#"{"ClientHost":"1.2.3.4","RequestMethod":"GET","StartUTC":"2026-09-21T14:13:19Z","level":"info","msg":"","time":"2026-09-21T14:13:20Z"}"#,
    );
    check_all_but_body(
        &record,
        (9, "info"),
        "",
        &["ClientHost", "RequestMethod", "StartUTC"],
    );
}

#[test]
fn the_data_model_itself() {
    let js = format!(
        r#"{{"instrumentationScope":{{"name":"shop"}},"timestamp":1790000000123000,"traceId":"{TRACE}","spanId":"00f067aa0ba902b7","traceFlags":1,"severityText":"error","severityNumber":18,"eventName":"paid","body":"hi","attributes":{{"n":1}}}}"#
    );
    check(&js, (18, "error"), "shop", &["n"]);
    assert_eq!(read(&js).event_name, "paid");
    let python = format!(
        r#"{{"body":"hi","severity_number":9,"severity_text":"INFO","attributes":{{"a":"b"}},"timestamp":"2026-09-21T14:13:20.123000Z","trace_id":"0x{TRACE}","span_id":"0x00f067aa0ba902b7","trace_flags":1,"resource":{{"attributes":{{}}}}}}"#
    );
    check(&python, (9, "INFO"), "", &["resource", "a"]);
    assert!(read(&python).span_id.is_some());
    let go = format!(
        r#"{{"Timestamp":"2026-09-21T14:13:20.123Z","Severity":5,"SeverityText":"DEBUG","Body":{{"Type":"String","Value":"hi"}},"Attributes":[{{"Key":"n","Value":{{"Type":"Int64","Value":1}}}}],"TraceID":"{TRACE}","SpanID":"00f067aa0ba902b7","TraceFlags":"01","Scope":{{"Name":"shop","Version":""}}}}"#
    );
    let record = read(&go);
    assert_eq!(record.severity_number.map(SeverityNumber::get), Some(5));
    assert_eq!(attribute(&record, "n"), &Value::Int(1));
    assert_eq!(
        (record.scope.as_ref(), &record.body),
        ("shop", &Value::Text("hi".into()))
    );
}

#[test]
fn a_users_keys_come_first_and_reach_into_objects() {
    let fields = FieldMap {
        time: vec!["event.created".to_owned()],
        level: vec!["how_bad".to_owned()],
        message: vec!["event.original.text".to_owned()],
        scope: vec!["unit".to_owned()],
    };
    let line = r#"{"time":1700000000,"level":"info","msg":"other","unit":"a b","event":{"created":"2026-09-21T14:13:20Z","original":{"text":"hi","n":1}},"how_bad":"warn"}"#;
    let (mut record, mut zone) = (Record::default(), Zone::new(TimeZone::UTC));
    assert!(json::parse(line, &mut zone, &fields, &mut record, &mut 0));
    assert_eq!(record.body, Value::Text("hi".into()));
    check_all_but_body(
        &record,
        (13, "warn"),
        "a b",
        &["time", "msg", "event", "level"],
    );
    assert_eq!(attribute(&record, "time"), &Value::Int(1_700_000_000));
}

#[test]
fn a_value_that_does_not_fit_its_role_stays_an_attribute() {
    let record = read(
        r#"{"level":99,"time":"noon","name":"two words","source":"stdout","traceId":"7","spanId":"00f067aa0ba902b7","trace_flags":"x","error":{"code":1},"priority":"gold","event":{"a":1},"record":{"name":"x"}}"#,
    );
    assert_eq!(record.attributes.len(), 11, "{record:?}");
    assert_eq!((record.body, record.time), (Value::Empty, None));
}

#[test]
fn a_stack_trace_in_a_message_is_taken_off_it() {
    let record =
        read(r#"{"message":"boom\njava.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\n"}"#);
    assert_eq!(record.body, Value::Text("boom".into()));
    assert_eq!(
        attribute(&record, "exception.type"),
        &Value::Text("java.lang.IllegalStateException".into())
    );
    let record = read(r#"{"message":"two\nlines\n"}"#);
    assert_eq!(record.body, Value::Text("two\nlines".into()));
}

proptest::proptest! {
    #[test]
    fn any_values_under_known_keys_are_taken_without_panic(members in proptest::collection::vec((
        "time|timestamp|level|severity|severityNumber|msg|message|name|logger|err|exception|stack|log|fields|record|scope|mdc|trace|span|traceparent|t|s|c|@t|@m|@mt|attributes|timestampSeconds|timestampNanos|date",
        r#"-?[0-9]{1,20}|"[ -!#-\[\]-~]{0,12}"|null|true|\[\]|\["a","b"\]|\{\}|\{"name":"x","level":1\}|\{"type":"E","message":"m","stack":"a\\nb"\}|\{"Type":"x","Value":2\}|\{"\$date":1\}|\{"seconds":9,"nanos":-1\}"#,
    ), 0..7)) {
        let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        let _record = read(&format!("{{{}}}", members.join(",")));
    }
}
