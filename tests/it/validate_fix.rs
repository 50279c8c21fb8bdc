//! `otelctl validate --fix`: where the repaired input goes, in which form, and what is told of it.

use std::fs;
use std::io::Read as _;

use crate::harness::{Folder, Outcome, Run, gzip};

const BASE64: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1790000000000000000","traceId":"W47/95gDgQPSabYzgT/GDA==","body":{"stringValue":"paid"}}]}]}]}"#;

/// [`BASE64`], repaired.
fn right() -> String {
    BASE64.replace(
        "W47/95gDgQPSabYzgT/GDA==",
        "5b8efff798038103d269b633813fc60c",
    )
}

/// A request in protobuf whose one time is in milliseconds, and the same in nanoseconds.
fn protobuf(nanos: u64) -> Vec<u8> {
    let block = |tag: u8, inner: &[u8]| {
        let mut bytes = vec![tag, u8::try_from(inner.len()).unwrap()];
        bytes.extend_from_slice(inner);
        bytes
    };
    let text = |tag: u8, text: &str| block(tag, text.as_bytes());
    let value = |said: &str| text(0x0a, said);
    let name = [text(0x0a, "service.name"), block(0x12, &value("shop"))].concat();
    let resource = block(0x0a, &block(0x0a, &name));
    let time = [&[0x09][..], &nanos.to_le_bytes()].concat();
    let record = [time, block(0x2a, &value("paid"))].concat();
    let scope = block(0x12, &block(0x12, &record));
    block(0x0a, &[resource, scope].concat())
}

const MILLIS: u64 = 1_790_000_000_000;

fn fix(
    folder: &Folder,
    name: &str,
    bytes: impl Into<Vec<u8>>,
    words: &[&str],
) -> (Outcome, Vec<u8>) {
    let input = folder.file(name, bytes.into());
    let output = input.with_file_name("out");
    let run = Run::new().args(["validate", "--fix"]).args(words);
    let outcome = run.arg(&input).arg("-o").arg(&output).run();
    (outcome, fs::read(output).unwrap_or_default())
}

/// Guarantees: a file repaired in its own place holds the repair, through any link, with its permissions, and nothing beside it.
#[test]
#[cfg(unix)]
fn a_file_may_be_repaired_in_its_own_place() {
    use std::os::unix::fs::PermissionsExt as _;
    for link in ["none", "soft", "hard"] {
        let folder = Folder::new();
        let file = folder.file("a.json", BASE64);
        let other = file.with_file_name("b.json");
        match link {
            "soft" => std::os::unix::fs::symlink(&file, &other).unwrap(),
            "hard" => fs::hard_link(&file, &other).unwrap(),
            _ => {}
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let out = if link == "none" { &file } else { &other };
        let run = Run::new().args(["validate", "--fix", "-o"]).arg(out);
        let outcome = run.arg(&file).run();
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_eq!(fs::read_to_string(out).unwrap(), right(), "{link}");
        let mode = fs::metadata(out).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640, "{link}");
        if link == "soft" {
            assert!(fs::symlink_metadata(&other).unwrap().is_symlink());
        }
        if link == "hard" {
            assert_eq!(fs::read_to_string(&file).unwrap(), BASE64);
        }
        let entries = fs::read_dir(file.parent().unwrap()).unwrap().count();
        assert_eq!(entries, if link == "none" { 1 } else { 2 });
    }
}

/// Guarantees: what cannot be written names the file and ends with 2, and an input that cannot be read to its end replaces nothing.
#[test]
fn half_an_output_is_none() {
    let folder = Folder::new();
    let file = folder.file("a.json", BASE64);
    let run = Run::new().args(["validate", "--fix", "-o", "/nowhere/out.json"]);
    let outcome = run.arg(&file).run();
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .contains("cannot write the repaired input to /nowhere/out.json"),
        "{}",
        outcome.stderr
    );
    let mut cut = gzip(format!("{BASE64}\n").repeat(2_000).as_bytes());
    cut.truncate(cut.len() / 2);
    let (outcome, written) = fix(&folder, "cut.gz", cut, &[]);
    assert_eq!((outcome.code, written.len()), (1, 0));
    assert!(
        outcome.stdout.contains("nothing was written"),
        "{}",
        outcome.stdout
    );
    let several = Run::new().args(["validate", "--fix", "-o", "x"]);
    let several = several.arg(&file).arg("-").stdin(BASE64).run();
    assert_eq!(several.code, 2);
    assert!(
        several
            .stderr
            .contains("2 inputs cannot be written into one file")
    );
}

/// Guarantees: what is repaired is compressed as it was.
#[test]
fn a_compressed_input_stays_compressed() {
    let folder = Folder::new();
    let (_, written) = fix(&folder, "a.gz", gzip(BASE64.as_bytes()), &[]);
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&*written)
        .read_to_string(&mut plain)
        .unwrap();
    assert_eq!(plain, right());
    let (_, written) = fix(
        &folder,
        "a.zst",
        zstd::encode_all(BASE64.as_bytes(), 1).unwrap(),
        &[],
    );
    assert_eq!(zstd::decode_all(&*written).unwrap(), right().into_bytes());
    let encoded = [
        "--content-type",
        "application/json",
        "--content-encoding",
        "gzip",
    ];
    let (_, written) = fix(&folder, "b.gz", gzip(BASE64.as_bytes()), &encoded);
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&*written)
        .read_to_string(&mut plain)
        .unwrap();
    assert_eq!(plain, right());
}

/// Guarantees: messages in frames are repaired within new frames, and a broken end is left as it is.
#[test]
fn frames_are_written_anew() {
    let folder = Folder::new();
    let frames = |nanos: u64| {
        let message = protobuf(nanos);
        let length = u8::try_from(message.len()).unwrap();
        let delimited = [&[length][..], &message].concat().repeat(2);
        let grpc = [&[0, 0, 0, 0, length][..], &message].concat().repeat(2);
        (delimited, grpc)
    };
    let (wrong, right) = (frames(MILLIS), frames(MILLIS * 1_000_000));
    let (outcome, written) = fix(&folder, "delimited", wrong.0, &["--json"]);
    assert_eq!(outcome.json()["payloads"][0]["repairs"], 2);
    assert_eq!(written, right.0);
    let (_, written) = fix(
        &folder,
        "grpc",
        wrong.1,
        &["--content-type", "application/grpc"],
    );
    assert_eq!(written, right.1);
    let (_, written) = fix(&folder, "single", protobuf(MILLIS), &[]);
    assert_eq!(written, protobuf(MILLIS * 1_000_000));
}

/// Guarantees: a captured request keeps its head, with the new length of its body, in whichever form that has.
#[test]
fn a_captured_request_keeps_its_head() {
    let folder = Folder::new();
    let request = |body: &[u8], headers: &str| {
        let head = format!(
            "POST /v1/logs HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\n{headers}\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    let length = |text: &str| format!("Content-Length: {}\r\n", text.len());
    let input = request(BASE64.as_bytes(), &length(BASE64));
    let (_, written) = fix(&folder, "a", input, &["--http"]);
    let expected = request(right().as_bytes(), &length(&right()));
    assert_eq!(written, expected);
    let again = Run::new().args(["validate", "--http", "--fail-on", "note"]);
    assert_eq!(again.stdin(written).run().code, 0);
    let chunks = format!("{:x}\r\n{BASE64}\r\n0\r\n\r\n", BASE64.len());
    let input = request(chunks.as_bytes(), "Transfer-Encoding: chunked\r\n");
    let (_, written) = fix(&folder, "b", input, &["--http"]);
    let again = Run::new().args(["validate", "--http", "--fail-on", "note"]);
    let again = again.stdin(written).run();
    assert_eq!(again.code, 0, "{}", again.stdout);
}

/// Guarantees: a length that is written anew is no fault that is left, and one over a body that may be cut off stays.
#[test]
fn a_wrong_length_is_repaired_and_not_told_as_left() {
    let request = |body: &str, length: usize| {
        format!(
            "POST /v1/logs HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let length = right().len();
    for body in [BASE64, &right()] {
        let run = Run::new().args(["validate", "--http", "--fix", "--json"]);
        let outcome = run.stdin(request(body, 7)).run();
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_eq!(outcome.stdout, request(&right(), length));
        let found: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
        let payload = &found["payloads"][0];
        assert_eq!(payload["findings_left"], 0);
        assert_eq!(payload["repairs"], u64::from(body == BASE64) + 1);
        assert_eq!(payload["findings"][0]["code"], "http-length");
        assert_eq!(payload["findings"][0]["fixable"], true);
    }
    let cut = right().trim_end_matches('}').to_owned();
    let cut = request(&cut, length);
    let run = Run::new().args(["validate", "--http", "--fix"]);
    let outcome = run.stdin(cut.clone()).run();
    assert_eq!((outcome.code, outcome.stdout), (1, cut));
}

/// Guarantees: renaming makes no key twice, whether the new name is there or two old ones share it; the finding stays.
#[test]
fn an_old_name_stays_where_the_new_one_is_taken() {
    let body = |keys: &[&str]| {
        let attribute =
            |key: &&str| format!(r#"{{"key":"{key}","value":{{"stringValue":"shop.example"}}}}"#);
        let list: Vec<String> = keys.iter().map(attribute).collect();
        let list = format!(r#""attributes":[{}],"body""#, list.join(","));
        right().replace("\"body\"", &list)
    };
    for (before, after, left) in [
        (
            &["net.host.name", "net.peer.name", "http.method"][..],
            &["net.host.name", "net.peer.name", "http.request.method"][..],
            2,
        ),
        (
            &["http.request.method", "http.method"],
            &["http.request.method", "http.method"],
            1,
        ),
        (
            &["http.method", "http\\u002erequest.method"],
            &["http.method", "http\\u002erequest.method"],
            1,
        ),
        (
            &["net.host.name", "http.url"],
            &["server.address", "url.full"],
            0,
        ),
    ] {
        let run = Run::new().args(["validate", "--fix=semconv", "--json"]);
        let outcome = run.stdin(body(before)).run();
        assert_eq!(outcome.stdout, body(after));
        let found: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
        let payload = &found["payloads"][0];
        assert_eq!(payload["findings_left"], left, "{payload}");
        let findings = payload["findings"].as_array().unwrap();
        let unfixable = findings.iter().filter(|it| it["fixable"] == false);
        assert_eq!(unfixable.count(), left);
    }
}

/// Guarantees: JSON inputs written one behind the other do not share a line; what is no JSON text is written as it is.
#[test]
fn several_inputs_do_not_run_together() {
    let folder = Folder::new();
    let written = |inputs: &[&[u8]]| {
        let mut run = Run::new().args(["validate", "--fix"]);
        for (index, bytes) in inputs.iter().enumerate() {
            run = run.arg(folder.file(&format!("{index}"), bytes));
        }
        run.run().stdout
    };
    let (one, line) = (right(), format!("{}\n", right()));
    let inputs = [
        one.as_bytes(),
        BASE64.as_bytes(),
        line.as_bytes(),
        one.as_bytes(),
    ];
    assert_eq!(written(&inputs), format!("{one}\n{one}\n{one}\n{one}"));
    // Its bytes are ASCII, as the harness wants them.
    let message = protobuf(0x1857_0000_0000_0000);
    let twice = [&message[..], &message].concat();
    assert_eq!(written(&[&message, &message]).into_bytes(), twice);
}

/// Guarantees: the exit code of a repair is that of what is left, so that what follows it in a script runs on a right payload.
#[test]
fn the_exit_code_speaks_of_what_is_left() {
    let broken = BASE64.replace("traceId\":\"", "traceId\":\"!");
    let lines = format!("{BASE64}\n{broken}\n{BASE64}\n");
    let level = ["--fail-on", "note"];
    for (body, code, left) in [(BASE64, 0, 0), (&broken, 1, 1), (&lines, 1, 1)] {
        let run = Run::new().args(["validate", "--fix", "--json"]);
        let outcome = run.args(level).stdin(body).run();
        assert_eq!(outcome.code, code, "{}", outcome.stderr);
        let found: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
        assert_eq!(found["payloads"][0]["findings_left"], left);
        // The result says the same of itself.
        let again = Run::new().args(["validate", "--json"]).args(level);
        let again = again.stdin(outcome.stdout).run();
        assert_eq!(again.code, code);
        let found = again.json();
        let findings = found["payloads"][0]["findings"].as_array().unwrap();
        assert_eq!(findings.len(), left);
    }
}

/// Guarantees: what was changed is told for each rule, with `--verbose` each place, and for scripts with its path.
#[test]
fn every_repair_is_told() {
    let body = BASE64.replace("traceId", "trace_id").replace(
        "\"body\"",
        "\"attributes\":{\"http.method\":\"GET\"},\"body\"",
    );
    let folder = Folder::new();
    let (outcome, _) = fix(&folder, "a.json", body.clone(), &["-v"]);
    let told = outcome.stdout.split_once(": logs, ").unwrap().1;
    let told = told.replace(
        &folder
            .file("a.json", "")
            .with_file_name("out")
            .to_string_lossy()
            .into_owned(),
        "OUT",
    );
    insta::assert_snapshot!(told, @r"
    1 record in 1 request: 3 errors
      3 repairs, written to OUT; 1 finding left
           1  key-snake-case
              resourceLogs[0].scopeLogs[0].logRecords[0].trace_id
           1  attributes-map
              resourceLogs[0].scopeLogs[0].logRecords[0].attributes
           1  id-base64
              resourceLogs[0].scopeLogs[0].logRecords[0].traceId
    ");
    let scripts = Run::new()
        .args(["validate", "--fix=semconv", "--json"])
        .stdin(body)
        .run();
    let found: serde_json::Value = serde_json::from_str(&scripts.stderr).unwrap();
    let payload = &found["payloads"][0];
    assert_eq!(payload["repairs"], 4);
    let codes: Vec<_> = payload["repaired"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        [
            "key-snake-case",
            "id-base64",
            "attributes-map",
            "attribute-deprecated"
        ]
    );
    let path = "resourceLogs[0].scopeLogs[0].logRecords[0].attributes";
    assert_eq!(payload["repaired"][2]["path"], path);
}

/// Guarantees: a line that cannot be followed hides none of those below, and is written as it is.
#[test]
fn a_broken_line_does_not_hide_the_next() {
    for broken in [
        "{\"resourceLogs\":[",
        "{\"resourceLogs\":[{\"resource\":",
        "no json at all",
        "{}}",
    ] {
        let folder = Folder::new();
        let lines = format!("{}\n{broken}\n{BASE64}\n", right());
        let (outcome, written) = fix(&folder, "a.jsonl", lines.clone(), &["--json"]);
        let found = outcome.json();
        let findings = found["payloads"][0]["findings"].as_array().unwrap();
        assert_eq!(findings.last().unwrap()["line"], 3, "{broken} {found}");
        assert_eq!(findings.last().unwrap()["code"], "id-base64");
        assert_eq!(
            String::from_utf8(written).unwrap(),
            lines.replace(BASE64, &right())
        );
        let first = format!("{broken}\n{BASE64}\n");
        let (outcome, _) = fix(&folder, "b.jsonl", first, &["--json"]);
        if broken.starts_with("{\"") {
            assert!(
                outcome.stdout.contains("id-base64"),
                "{broken} {}",
                outcome.stdout
            );
        }
    }
}
