//! What is made of the bytes of files and pipes.

use proptest::prelude::*;

use crate::fake::{FakeOtlp, Flat, flatten_lines};
use crate::harness::{Folder, Outcome, Receipt, Run, gzip};

/// Sends a file that can be read to its end; gives what arrived and the receipt.
#[track_caller]
fn sent(bytes: impl AsRef<[u8]>, flags: &[&str]) -> (Vec<Flat>, Receipt) {
    let folder = Folder::new();
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", bytes))
        .args(["--in-flight", "1"])
        .args(flags)
        .run();
    (server.records(), outcome.receipt(0, "delivered"))
}

#[track_caller]
fn texts_of(bytes: impl AsRef<[u8]>) -> Vec<String> {
    texts(&sent(bytes, &[]).0)
}

fn texts(records: &[Flat]) -> Vec<String> {
    records.iter().map(|one| one.text().to_owned()).collect()
}

/// Guarantees: every member of a gzip file is read, whatever the file is called.
#[test]
fn every_member_of_a_gzip_file_is_read() {
    let bytes = [gzip(b"one\ntwo\n"), gzip(b"three\n")].concat();
    assert_eq!(texts_of(bytes), ["one", "two", "three"]);
}

/// Guarantees: every frame of a zstd file is read.
#[test]
fn every_frame_of_a_zstd_file_is_read() {
    let frame = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
    let bytes = [frame("one\ntwo\n"), frame("three\n")].concat();
    assert_eq!(texts_of(bytes), ["one", "two", "three"]);
}

/// Guarantees: compressed bytes on a pipe are recognised too.
#[test]
fn a_compressed_pipe_is_read() {
    let server = FakeOtlp::accepting();
    let run = Run::send_to(&server).arg("-").stdin(gzip(b"one\ntwo\n"));
    run.run().receipt(0, "delivered");
    assert_eq!(server.texts(), ["one", "two"]);
}

/// Guarantees: a byte order mark is no part of the first record.
#[test]
fn a_byte_order_mark_is_passed_over() {
    let (records, receipt) = sent("\u{feff}2026-11-20T09:00:00Z INFO one\n", &[]);
    assert_eq!(texts(&records), ["one"]);
    assert_eq!(receipt.0["sources"][0]["start_offset"], 3);
    assert_eq!(receipt.0["sources"][0]["acknowledged_offset"], 33);
}

/// Guarantees: UTF-16 is refused with the way to convert it, and other files are still sent.
#[test]
fn utf16_is_refused_with_the_way_to_convert_it() {
    let folder = Folder::new();
    let wide = folder.file("wide.log", b"\xff\xfeh\0i\0\n\0");
    let plain = folder.file("plain.log", "one\n");
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server).args([wide, plain]).run();
    let receipt = outcome.receipt(1, "partial");
    receipt.assert_warns(&["wide.log is UTF-16", "iconv -f UTF-16 -t UTF-8"]);
    assert_eq!(server.texts(), ["one"]);
}

/// Guarantees: carriage returns before line feeds are no part of records.
#[test]
fn windows_line_ends_are_taken_off() {
    assert_eq!(texts_of("one\r\n  more\r\ntwo\r\n"), ["one\n  more", "two"]);
}

/// Guarantees: blank lines are counted and make no record.
#[test]
fn blank_lines_are_counted_and_make_no_record() {
    let (records, receipt) = sent("\none\n\n \t\n\r\ntwo\n\n", &[]);
    assert_eq!(texts(&records), ["one", "two"]);
    let source = &receipt.0["sources"][0];
    assert_eq!(
        (&source["lines"], &source["blank_lines"]),
        (&7.into(), &5.into())
    );
}

/// Guarantees: bytes that are no UTF-8 are replaced visibly, and counted.
#[test]
fn invalid_utf8_is_replaced_and_counted() {
    let (records, receipt) = sent(b"good\nbad \xff\xc3 end\nfine \xc3\xa9\n", &[]);
    assert_eq!(
        texts(&records),
        ["good", "bad \u{fffd}\u{fffd} end", "fine é"]
    );
    receipt.assert_warns(&["1 record with invalid UTF-8"]);
}

/// Guarantees: NUL bytes inside a line arrive, and those before it, which log rotation leaves, are passed over and counted.
#[test]
fn nul_bytes_inside_a_line_arrive_and_a_hole_before_it_does_not() {
    let (records, receipt) = sent(b"a\0b\n\0\0\0hello\n", &[]);
    assert_eq!(texts(&records), ["a\0b", "hello"]);
    receipt.assert_warns(&["3 NUL bytes"]);
}

/// Guarantees: the last line counts without a line end.
#[test]
fn a_last_line_without_a_line_end_is_a_record() {
    assert_eq!(texts_of("one\ntwo"), ["one", "two"]);
    assert_eq!(texts_of("x"), ["x"]);
}

/// Guarantees: a line over the limit is cut, says so, and is counted; the lines beside it are whole.
#[test]
fn a_line_over_the_limit_is_cut_and_says_so() {
    for (length, limit) in [(3_000, 1_024), (3 << 20, 1 << 20)] {
        let input = format!("before\n{}\nafter\n", "x".repeat(length));
        let flag = format!("{limit}B");
        let (records, receipt) = sent(input, &["--line-bytes-max", &flag]);
        assert_eq!(records.len(), 3);
        assert_eq!((records[0].text(), records[2].text()), ("before", "after"));
        assert_eq!(records[1].text().len(), limit);
        assert_eq!(records[1].attribute("log.truncated").unwrap(), "bool true");
        let original = records[1].attribute("log.original_length");
        assert_eq!(original.unwrap(), format!("int {length}"));
        assert_eq!(records[0].attribute("log.truncated"), None);
        receipt.assert_warns(&["1 line cut", "--line-bytes-max"]);
    }
}

/// Guarantees: a line of exactly the limit is whole.
#[test]
fn a_line_of_exactly_the_limit_is_whole() {
    let (records, _) = sent("12345678\n123456789\n", &["--line-bytes-max", "8B"]);
    assert_eq!(texts(&records), ["12345678", "12345678"]);
    assert_eq!(records[0].attribute("log.truncated"), None);
    assert!(records[1].attribute("log.truncated").is_some());
}

/// Guarantees: an empty file is no fault and makes no request.
#[test]
fn an_empty_file_makes_no_request() {
    for bytes in [&b""[..], b"\n\n", b"\xef\xbb\xbf"] {
        let (records, receipt) = sent(bytes, &[]);
        assert!(records.is_empty());
        assert_eq!((receipt.records("read"), receipt.requests("sent")), (0, 0));
    }
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server).stdin("").run();
    assert_eq!(outcome.receipt(0, "delivered").records("read"), 0);
}

/// Guarantees: several files and patterns are read in their order, each with a resource of its own.
#[test]
fn several_files_and_patterns_are_read_in_order() {
    let folder = Folder::new();
    let first = folder.file("z.log", "z1\nz2\n");
    folder.file("b.txt", "no\n");
    for name in ["web-1", "web-2"] {
        folder.file(&format!("{name}.log"), format!("{name} up\n"));
    }
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server)
        .args([first, folder.at("web-*.log")])
        .args(["--in-flight", "1"])
        .run();
    let receipt = outcome.receipt(0, "delivered");
    assert_eq!(server.texts(), ["z1", "z2", "web-1 up", "web-2 up"]);
    let services: Vec<_> = server
        .records()
        .iter()
        .map(|one| one.resource("service.name").unwrap().to_owned())
        .collect();
    assert_eq!(services, ["text z", "text z", "text web-1", "text web-2"]);
    let sources = receipt.0["sources"].as_array().unwrap();
    let counts: Vec<_> = sources.iter().map(|one| one["records"].as_u64()).collect();
    assert_eq!(counts, [Some(2), Some(1), Some(1)]);
}

/// Guarantees: a file that is named twice is read once, and we say so.
#[test]
fn a_file_named_twice_is_read_once() {
    let folder = Folder::new();
    let file = folder.file("app.log", "one\n");
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server).args([file, folder.at("*.log")]).run();
    let receipt = outcome.receipt(0, "delivered");
    assert_eq!(server.texts(), ["one"]);
    receipt.assert_warns(&["app.log is named twice"]);
}

/// Guarantees: `-` reads the pipe at its place among the files.
#[test]
fn a_dash_is_the_pipe() {
    let folder = Folder::new();
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server)
        .arg(folder.file("a.log", "first\n"))
        .args(["-", "--in-flight", "1"])
        .arg(folder.file("b.log", "last\n"))
        .stdin("middle\nmore")
        .run();
    let receipt = outcome.receipt(0, "delivered");
    assert_eq!(server.texts(), ["first", "middle", "more", "last"]);
    assert_eq!(receipt.0["sources"][1]["name"], "-");
}

/// Guarantees: a Java stack trace is one record with the exception's attributes.
#[test]
fn a_java_stack_trace_becomes_an_exception() {
    let trace = "java.lang.IllegalStateException: no \"x\"\n\tat a.B.c(D.java:1)\nCaused by: java.io.IOException: gone\n\t... 2 more";
    let input =
        format!("2026-11-20T09:00:00Z ERROR failed\n{trace}\n2026-11-20T09:00:01Z INFO on\n");
    let (records, receipt) = sent(input, &[]);
    assert_eq!(texts(&records), ["failed", "on"]);
    let attribute = |key| records[0].attribute(key).unwrap();
    assert_eq!(
        attribute("exception.type"),
        "text java.lang.IllegalStateException"
    );
    assert_eq!(attribute("exception.message"), "text no \"x\"");
    assert_eq!(attribute("exception.stacktrace"), format!("text {trace}"));
    assert_eq!(receipt.0["sources"][0]["lines"], 6);
}

/// Guarantees: a Python trace without times is one record, named by its last line; a log line above it, and no other, is its message.
#[test]
fn a_python_trace_becomes_an_exception() {
    let trace = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nValueError: bad 7";
    let input = format!("starting\n{trace}\nERROR: failed\n{trace}\nnext\n");
    let (records, _) = sent(input, &[]);
    assert_eq!(texts(&records), ["starting", trace, "failed", "next"]);
    for record in &records[1..3] {
        let attribute = |key| record.attribute(key).unwrap();
        assert_eq!(attribute("exception.type"), "text ValueError");
        assert_eq!(attribute("exception.message"), "text bad 7");
        assert_eq!(attribute("exception.stacktrace"), format!("text {trace}"));
    }
}

/// A file of compressed lines without its last bytes, and the lines.
fn cut_off_gzip(lines: usize) -> (Vec<u8>, Vec<String>) {
    let lines: Vec<String> = (0..lines)
        .map(|number| format!("line {number:06}"))
        .collect();
    let mut bytes = gzip((lines.join("\n") + "\n").as_bytes());
    bytes.truncate(bytes.len() - 6);
    (bytes, lines)
}

#[track_caller]
fn assert_cut_off(outcome: &Outcome, name: &str, found: &[String], lines: &[String]) {
    let receipt = outcome.receipt(1, "partial");
    receipt.assert_warns(&[name, "cut off"]);
    assert_eq!(found, lines);
    let failure = receipt.0["sources"][0]["failure"].as_str().unwrap();
    assert!(failure.contains("cannot read"), "{failure}");
}

/// Guarantees: what can be read of a cut-off archive is delivered, the exit code is 1 and a warning names the file.
#[test]
fn a_cut_off_gzip_file_delivers_what_it_has() {
    for count in [3, 200_000] {
        let (bytes, lines) = cut_off_gzip(count);
        let folder = Folder::new();
        let server = FakeOtlp::accepting();
        let outcome = Run::send_to(&server)
            .arg(folder.file("cut.log.gz", bytes))
            .args(["--in-flight", "1"])
            .run();
        assert_cut_off(&outcome, "cut.log.gz", &server.texts(), &lines);
    }
}

/// Guarantees: the same holds for a pipe.
#[test]
fn a_cut_off_gzip_pipe_delivers_what_it_has() {
    let (bytes, lines) = cut_off_gzip(3);
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server).stdin(bytes).run();
    assert_cut_off(&outcome, "-", &server.texts(), &lines);
}

/// Lines of all kinds, so that chunks end inside of traces, between blank lines and before objects.
const FRAGMENTS: [&[u8]; 9] = [
    b"2026-11-20T09:00:00Z INFO head\n",
    b"plain words\n",
    b"  indented\n",
    b"\tat a.B.c(D.java:1)\n",
    b"{\"level\":30,\"time\":1790000000123,\"msg\":\"hi\",\"k\":{\"a\":[1,2]}}\n",
    b"Traceback (most recent call last):\n",
    b"ValueError: x\n",
    b"\r\n",
    b"level=info msg=\"a b\" \xff n=1\n",
];

/// The records of an input as OTLP/JSON lines, and its receipt.
fn written(bytes: &[u8], threads: &str) -> (String, Receipt) {
    let folder = Folder::new();
    let outcome = Run::send()
        .arg(folder.file("app.log", bytes))
        .args([
            "--to",
            "stdout",
            "--line-bytes-max",
            "2KiB",
            "--threads",
            threads,
        ])
        .run();
    let receipt = outcome.receipt(0, "delivered");
    let (lines, _) = outcome
        .stdout
        .trim_end()
        .rsplit_once('\n')
        .unwrap_or_default();
    (lines.to_owned(), receipt)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// Guarantees: no input makes the program panic or lose count, and what it writes decodes.
    #[test]
    fn any_bytes_are_accounted_for(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let (lines, receipt) = written(&bytes, "2");
        let records = flatten_lines(&lines);
        prop_assert_eq!(records.len() as u64, receipt.records("read"));
        prop_assert_eq!(&receipt.0["bytes"]["input"], bytes.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(6) })]

    /// Guarantees: the records do not depend on how many threads made them.
    #[test]
    fn the_records_are_the_same_on_any_number_of_threads(pattern in proptest::collection::vec(0..FRAGMENTS.len(), 3..40)) {
        let block: Vec<u8> = pattern.iter().flat_map(|index| FRAGMENTS[*index]).copied().collect();
        let input = block.repeat((1_400 << 10) / block.len());
        let (one, receipt) = written(&input, "1");
        let (three, other) = written(&input, "3");
        prop_assert!(one == three);
        prop_assert_eq!(&receipt.0["records"], &other.0["records"]);
        prop_assert_eq!(&receipt.0["severity"], &other.0["severity"]);
    }
}

/// Pieces of which JSON lines, and what only looks like them, are made.
const TOKENS: [&str; 30] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\"a\"",
    "\"msg\":\"hi\"",
    "\"level\":50",
    "\"time\":1790000000.123456789",
    "\"ts\":\"2026-11-20T09:00:00Z\"",
    "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\"",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\n",
    "\\\\",
    "-7",
    "1.5e3",
    "18446744073709551616",
    "true",
    "null",
    "{\"k\":{\"b\":[1,{}]}}",
    "\"k\":1,\"k\":2",
    "\n",
    "\r\n",
    " ",
    "k=v",
    "é\u{9b}",
];

/// What arrives of a text in one encoding.
fn arrived(text: &str, protocol: &str) -> Vec<Flat> {
    let folder = Folder::new();
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", text))
        .args(["--protocol", protocol])
        .run();
    outcome.receipt(0, "delivered");
    server.records()
}

/// Texts that are nearly JSON.
fn token_soup() -> impl Strategy<Value = String> {
    let whole_object = proptest::collection::vec(0..TOKENS.len(), 0..12).prop_map(|parts| {
        let parts: Vec<&str> = parts.iter().map(|index| TOKENS[*index]).collect();
        format!("{{\"x\":{}}}\n", parts.join(""))
    });
    let pieces = proptest::collection::vec(0..TOKENS.len(), 0..20)
        .prop_map(|parts| parts.iter().map(|index| TOKENS[*index]).collect::<String>() + "\n");
    proptest::collection::vec(prop_oneof![whole_object, pieces], 1..20)
        .prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// Guarantees: both encodings say the same, whatever the input is.
    #[test]
    fn both_encodings_say_the_same(text in token_soup()) {
        prop_assert_eq!(arrived(&text, "http/protobuf"), arrived(&text, "http/json"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(6) })]

    /// Guarantees: a pipe's records are those of a file of the same bytes.
    #[test]
    fn a_pipe_gives_the_records_of_the_file(pattern in proptest::collection::vec(0..FRAGMENTS.len(), 3..40)) {
        let mut block = FRAGMENTS[0].to_vec();
        block.extend(pattern.iter().flat_map(|index| FRAGMENTS[*index]).copied());
        let input = block.repeat((400 << 10) / block.len());
        let told = |records: Vec<Flat>| -> Vec<(String, i32, Option<String>)> {
            let told = |one: &Flat| (one.text().to_owned(), one.record.severity_number, one.attribute("exception.type"));
            records.iter().map(told).collect()
        };
        let outcome = Run::send()
            .args(["--to", "stdout", "--flush-interval", "10m"])
            .stdin(input.clone())
            .in_no_time()
            .run();
        let receipt = outcome.receipt(0, "delivered");
        let (lines, _) = outcome.stdout.trim_end().rsplit_once('\n').unwrap();
        let (of_file, other) = written(&input, "2");
        prop_assert_eq!(&receipt.0["records"], &other.0["records"]);
        prop_assert!(told(flatten_lines(lines)) == told(flatten_lines(&of_file)));
    }
}

/// Guarantees: a format that was asked for and fits nothing is warned about, and the lines are sent all the same.
#[test]
fn a_format_that_fits_no_line_is_warned_about() {
    let folder = Folder::new();
    let outcome = Run::send()
        .args(["--to", "stdout", "--format", "log4j"])
        .arg(folder.file("app.log", "hello\nworld\n"))
        .run();
    let receipt = outcome.receipt(0, "delivered");
    receipt.assert_warns(&["none of the first 2 lines", "log4j"]);
    let fitting = "2026-11-20 09:00:00,123 INFO  [main] org.shop.Cart:42 - saved\n";
    let outcome = Run::send()
        .args(["--to", "stdout", "--format", "log4j", "--tz", "UTC"])
        .arg(folder.file("app.log", fitting))
        .run();
    let receipt = outcome.receipt(0, "delivered");
    assert_eq!(receipt.0["warnings"], serde_json::json!([]));
}
