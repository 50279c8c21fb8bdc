//! `otelctl validate` never shows what looks like a secret, in no form, wherever it stands.

use crate::harness::Run;

/// Secrets of every kind: a name, the text that carries it, and the part that must not be seen.
const PLANTED: [(&str, &str, &str); 8] = [
    ("logfire", "pylf_v1_us_Zq8Kx2vN7wLmT4rB", "Zq8Kx2vN7wLmT4rB"),
    ("bearer", "Bearer Zq8Kx2vN7wLmT4rB", "Zq8Kx2vN7wLmT4rB"),
    (
        "basic",
        "Basic am9lOlpxOEt4MnZON3dMbVQ0ckI=",
        "am9lOlpxOEt4MnZON3dMbVQ0ckI",
    ),
    ("aws", "AKIAZQ8KX2VN7WLMT4RB", "ZQ8KX2VN7WLMT4RB"),
    (
        "github",
        "ghp_Zq8Kx2vN7wLmT4rBZq8Kx2vN7wLmT4rBZq8K",
        "Zq8Kx2vN7wLmT4rB",
    ),
    (
        "key",
        "-----BEGIN EC PRIVATE KEY-----\\nZq8Kx2vN7wLmT4rB\\n-----END EC PRIVATE KEY-----",
        "Zq8Kx2vN7wLmT4rB",
    ),
    (
        "jwt",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJacThLeDJ2TjcifQ.Zq8Kx2vN7wLmT4rB",
        "Zq8Kx2vN7wLmT4rB",
    ),
    (
        "url",
        "https://joe:Zq8Kx2vN7wLmT4rB@db.example/x",
        "Zq8Kx2vN7wLmT4rB",
    ),
];

const RESOURCE: &str =
    r#""resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}"#;

fn logs(record: &str) -> String {
    format!(r#"{{"resourceLogs":[{{{RESOURCE},"scopeLogs":[{{"logRecords":[{{{record}}}]}}]}}]}}"#)
}

#[track_caller]
fn check(name: &str, words: &[&str], body: impl Into<Vec<u8>>, hidden: &str) {
    let body = body.into();
    let forms: [&[&str]; 7] = [
        &[],
        &["--json"],
        &["--format", "sarif"],
        &["--format", "github"],
        &["--format", "junit"],
        &["--fix=semconv", "-v", "-o", "/dev/null"],
        &["--fix", "--json", "-o", "/dev/null"],
    ];
    let pieces = [
        Some(hidden),
        hidden.get(..8),
        hidden.get(hidden.len() - 8..),
    ]
    .map(Option::unwrap);
    let hex: Vec<String> = hidden
        .bytes()
        .take(5)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let hex = hex.join(" ");
    for form in forms {
        let run = Run::new().args(["validate", "--for", "logfire"]);
        let outcome = run.args(words).args(form).stdin(body.clone()).run();
        let said = outcome.stdout + &outcome.stderr;
        assert!(!said.is_empty());
        for piece in pieces {
            assert!(!said.contains(piece), "{name} {form:?} {piece}\n{said}");
        }
        assert!(!said.contains(&hex), "{name} {form:?}\n{said}");
    }
}

/// Guarantees: a secret is not shown as a value, as a key, as a field, in a type that it does not have, nor beside a fault.
#[test]
fn no_secret_is_shown_wherever_it_stands_in_a_payload() {
    for (name, text, hidden) in PLANTED {
        for record in [
            format!(r#""attributes":[{{"key":"note","value":{{"stringValue":"{text}"}}}}]"#),
            format!(r#""attributes":[{{"key":"{text}","value":{{}}}}]"#),
            format!(
                r#""attributes":[{{"key":"{text}","value":{{"intValue":"1"}}}},{{"key":"{text}","value":{{"intValue":"1"}}}}]"#
            ),
            format!(r#""attributes":{{"{text}":"{text}"}}"#),
            format!(r#""attributes":[{{"key":"n","value":{{"intValue":"{text}"}}}}]"#),
            format!(r#""attributes":[{{"key":"n","value":{{"boolValue":"{text}"}}}}]"#),
            format!(r#""attributes":[{{"key":"n","value":{{"doubleValue":"{text}"}}}}]"#),
            format!(r#""attributes":[{{"key":"n","value":{{"bytesValue":"*{text}"}}}}]"#),
            format!(r#""attributes":[{{"key":"n","value":"{text}"}}]"#),
            format!(r#""attributes":[{{"key":"n","value":{{"stringvalue":"{text}"}}}}]"#),
            format!(r#""{text}":1"#),
            format!(r#""body":"{text}""#),
            format!(r#""traceId":"{text}","spanId":"{text}""#),
            format!(r#""severityNumber":"{text}","flags":"{text}""#),
            format!(r#""timeUnixNano":"{text}","body":{{"stringValue":"{text}"}},"x":1"#),
        ] {
            check(name, &[], logs(&record), hidden);
        }
    }
}

/// Guarantees: a value under the name of a secret is not shown, whatever it is and whatever is wrong with it.
#[test]
fn no_value_under_the_name_of_a_secret_is_shown() {
    let hidden = "hunter2hunter2";
    for record in [
        r#""attributes":[{"key":"db.password","value":{"stringValue":"hunter2hunter2"}}]"#,
        r#""attributes":[{"value":{"stringValue":"hunter2hunter2"},"key":"db.password"}]"#,
        r#""attributes":[{"key":"db.password","value":{"intValue":"hunter2hunter2"}}]"#,
        r#""attributes":[{"key":"db.password","value":"hunter2hunter2"}]"#,
        r#""attributes":{"db.password":"hunter2hunter2"}"#,
        r#""attributes":{"auth":{"client_secret":"hunter2hunter2"}}"#,
        r#""password":"hunter2hunter2""#,
        r#""attributes":[{"key":"x-api-key","value":{"stringValue":"hunter2hunter2""#,
        r#""attributes":[{"key":"x-api-key","value":{"stringValue":"hunter2hunter2"#,
        r#""attributes":[{"key":"x-api-key","value":{"stringValue":"hunter2hunter2"} !"#,
        r#""body":{"stringValue":"{\"password\":\"hunter2hunter2\"}"},"x":1"#,
    ] {
        check("named", &[], logs(record), hidden);
    }
}

/// Guarantees: a quote of the other kind, or one that is escaped, does not end a secret, and a bracket before it does not excuse it.
#[test]
fn no_secret_is_shown_behind_a_quote_or_a_bracket_in_it() {
    let hidden = "hunter2hunter2";
    for record in [
        r#""attributes":{"db.password":"pa'hunter2hunter2"}"#,
        r#""attributes":{"db.password":"pa\"hunter2hunter2"}"#,
        r#""attributes":[{"key":"db.password","value":"pa'hunter2hunter2"}]"#,
        r#""attributes":[{"key":"db.password","value":{"intValue":"pa'hunter2hunter2"}}]"#,
        r#""db.password":"pa'hunter2hunter2""#,
        r#""db.password":"(hunter2hunter2""#,
        r#""db.password":"<hunter2hunter2""#,
        r#""attributes":{"db.password":"<hunter2hunter2"}"#,
        r#""attributes":[{"key":"db.password","value":{"stringValue":"(hunter2hunter2"}}]"#,
        r#""body":"{\"password\":\"pa'hunter2hunter2\"}""#,
        r#""body":"{\"password\":\"pa\\\"hunter2hunter2\"}""#,
    ] {
        check("quoted", &[], logs(record), hidden);
    }
}

/// Guarantees: broken JSON around a secret, a cut one and one in protobuf do not show it.
#[test]
fn no_secret_is_shown_in_what_is_broken() {
    for (name, text, hidden) in PLANTED {
        let whole = logs(&format!(
            r#""attributes":[{{"key":"note","value":{{"stringValue":"{text}"}}}}]"#
        ));
        let at = whole.find(hidden).unwrap();
        for cut in [at + 10, at + hidden.len(), at + hidden.len() + 3] {
            check(name, &[], whole.get(..cut).unwrap_or(&whole), hidden);
        }
        check(name, &[], whole.replace("\"note\"", "note"), hidden);
        check(
            name,
            &[],
            whole.replace(hidden, &format!("{hidden}\\q")),
            hidden,
        );
        check(name, &[], format!("{text}\n{text}\n"), hidden);
        check(name, &[], format!("[{{\"message\":\"{text}\"}}]"), hidden);
        let mut protobuf = vec![0x0a, 4, 0x12, 0x7f];
        protobuf.extend_from_slice(text.as_bytes());
        check(name, &["--encoding", "protobuf"], protobuf.clone(), hidden);
        protobuf.splice(0..4, [0x0b]);
        check(name, &["--encoding", "protobuf"], protobuf, hidden);
    }
}

/// Guarantees: the headers of a captured request are not shown.
#[test]
fn no_header_is_shown() {
    for (name, text, hidden) in PLANTED {
        for header in [
            "Authorization",
            "X-Api-Key",
            "Content-Type",
            "Content-Encoding",
            "Content-Length",
        ] {
            let request = format!(
                "POST /v1/{text} HTTP/1.1\r\n{header}: \"{text}\r\nHost: x\r\n\r\n{{\"a\":1}}"
            );
            check(name, &["--http"], request, hidden);
        }
        let words = ["--content-type", "--path"].map(|flag| format!("{flag}={text}"));
        check(name, &[&words[0], &words[1]], "{}", hidden);
    }
}
