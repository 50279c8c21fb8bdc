//! The ways to a server: the connection with its TLS and its proxy, servers that are not Logfire, and an end by a signal.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use serde_json::{Value, json};

use crate::binary;
use crate::fake::{
    Answer, CERTIFICATE, CERTIFICATE_EXPIRED, CERTIFICATE_OF_ANOTHER, FakeOtlp, KEY,
};
use crate::harness::Run;
use crate::spike::{check, leg, legs};

/// Guarantees: any OTLP server is sent all three signals, and the verdict is no more than accepted.
#[test]
fn any_otlp_server_can_be_sent_to() {
    let server = FakeOtlp::script(vec![Answer::ok(); 4]);
    let outcome = Run::new()
        .args(["spike", "--json", "--to", server.url()])
        .run();
    let answer = check(&outcome, 0, "accepted", &[]);
    let skipped = legs(&answer, "skip");
    assert_eq!(
        leg(&answer, "visible")["detail"],
        "this backend cannot be asked"
    );
    assert!(skipped.contains(&"token".to_owned()) && skipped.contains(&"resource".to_owned()));
}

/// Guarantees: what another server says of an empty request is heard, and the request says nothing wrong of itself.
#[test]
fn what_another_server_says_of_an_empty_request_is_heard() {
    let run = |script: Vec<Answer>| {
        let server = FakeOtlp::script(script);
        let run = Run::new().in_no_time();
        let outcome = run.args(["spike", "--json", "--to", server.url()]).run();
        assert_eq!(server.seen()[0].header("content-encoding"), None);
        outcome
    };
    for status in [401, 403] {
        let denied = run(vec![Answer::says(status, "who are you?")]);
        let answer = check(&denied, 3, "failed", &["authorization"]);
        let detail = leg(&answer, "authorization")["detail"].clone();
        assert_eq!(detail, format!("HTTP {status}: who are you?"));
    }
    let unwell = run(vec![Answer::says(503, "starting"); 3]);
    let answer = check(&unwell, 4, "failed", &["authorization"]);
    assert_eq!(
        leg(&answer, "authorization")["detail"],
        "HTTP 503: starting"
    );
    let mut script = vec![Answer::status(404)];
    script.extend([Answer::ok(), Answer::ok(), Answer::ok()]);
    let answer = check(&run(script), 0, "accepted", &[]);
    let authorization = leg(&answer, "authorization");
    assert_eq!(
        (&authorization["status"], &authorization["detail"]),
        (
            &json!("skip"),
            &json!("an empty request tells nothing: HTTP 404")
        )
    );
}

/// Guarantees: a backend for logs alone is no fault, and one that refuses the logs is.
#[test]
fn a_backend_for_logs_alone_is_accepted() {
    let script = [200, 404, 200, 404].map(Answer::status).to_vec();
    let server = FakeOtlp::script(script);
    let outcome = Run::new()
        .args(["spike", "--json", "--to", server.url()])
        .run();
    let answer = check(&outcome, 0, "accepted", &[]);
    for name in ["traces", "metrics"] {
        assert_eq!(leg(&answer, name)["detail"], "this backend takes none");
    }
    let server = FakeOtlp::script([200, 404, 200, 404].map(Answer::status).to_vec());
    let drawn = Run::new().args(["spike", "--to", server.url()]).run();
    let told = "logs were taken, traces and metrics left out; nothing was verified";
    assert!(drawn.stdout.contains(told), "{}", drawn.stdout);
    let script = [200, 200, 404].map(Answer::status).to_vec();
    let server = FakeOtlp::script(script);
    let outcome = Run::new()
        .args(["spike", "--json", "--to", server.url()])
        .run();
    check(&outcome, 3, "failed", &["logs"]);
}

/// Guarantees: nobody there is told at the connection, and a destination without a server before it.
#[test]
fn nobody_there_is_told_at_the_connection() {
    let outcome = Run::new()
        .args(["spike", "--json", "--to", "http://127.0.0.1:9"])
        .run();
    let answer = check(&outcome, 4, "failed", &["connection"]);
    assert_eq!(legs(&answer, "skip").len(), 16);
    let outcome = Run::new().args(["spike", "--json", "--to", "stdout"]).run();
    let (code, message, hint) = outcome.error();
    assert_eq!((outcome.code, code.as_str()), (2, "settings"));
    assert_eq!(
        message,
        "a round trip needs a server, and --to stdout is none"
    );
    assert!(hint.contains("--local"), "{hint}");
}

/// The `https` URL of a server that answers whoever comes in plain HTTP.
fn speaks_no_tls() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _read = stream.read(&mut [0; 1_024]);
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").ok();
        }
    });
    format!("https://{address}")
}

/// Guarantees: the handshake has a time of its own, and each fault of it is told by its name, with what to do.
#[test]
fn faults_of_tls_are_told_apart() {
    let trusted = "OTEL_EXPORTER_OTLP_CERTIFICATE";
    let run = |server: &FakeOtlp, trust: Option<&str>| {
        let run = Run::new().args(["spike", "--json", "--no-metrics", "--to", server.url()]);
        match trust {
            Some(file) => run.env(trusted, file),
            None => run,
        }
    };
    let server = FakeOtlp::over_tls();
    let answer = check(&run(&server, Some(CERTIFICATE)).run(), 0, "accepted", &[]);
    let connection = leg(&answer, "connection")["detail"].to_string();
    assert!(connection.contains(" · tls "), "{connection}");

    let expired = FakeOtlp::over_tls_with(CERTIFICATE_EXPIRED);
    let another = FakeOtlp::over_tls_with(CERTIFICATE_OF_ANOTHER);
    let as_tls = speaks_no_tls();
    for (outcome, said, hinted) in [
        (
            run(&server, None).run(),
            "nothing that is trusted here has signed its certificate",
            trusted,
        ),
        (
            run(&expired, Some(CERTIFICATE_EXPIRED)).run(),
            "its certificate has expired",
            "renew",
        ),
        (
            run(&another, Some(CERTIFICATE_OF_ANOTHER)).run(),
            "its certificate is for otel.example.com",
            "use a name",
        ),
        (
            Run::new().args(["spike", "--json", "--to", &as_tls]).run(),
            "it does not speak TLS",
            "http://",
        ),
    ] {
        let answer = check(&outcome, 3, "failed", &["connection"]);
        let leg = leg(&answer, "connection");
        assert_eq!(leg["detail"], format!("no TLS with 127.0.0.1: {said}"));
        assert!(leg["hint"].as_str().unwrap().contains(hinted), "{leg}");
    }
}

/// Guarantees: a server that wants a client certificate is told at the connection, and one that knows ours is reached.
#[test]
fn a_client_certificate_that_is_wanted_is_told_at_the_connection() {
    let server = FakeOtlp::over_mutual_tls();
    let run = || {
        Run::new()
            .args(["spike", "--json", "--no-metrics", "--to", server.url()])
            .env("OTEL_EXPORTER_OTLP_CERTIFICATE", CERTIFICATE)
    };
    let answer = check(&run().run(), 3, "failed", &["connection"]);
    assert_eq!(
        leg(&answer, "connection")["detail"],
        "no TLS with 127.0.0.1: it wants a client certificate"
    );
    let with = |certificate: &str| {
        run()
            .env("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", certificate)
            .env("OTEL_EXPORTER_OTLP_CLIENT_KEY", KEY)
            .run()
    };
    let answer = check(&with(CERTIFICATE_EXPIRED), 3, "failed", &["connection"]);
    assert_eq!(
        leg(&answer, "connection")["detail"],
        "no TLS with 127.0.0.1: it does not take the client certificate"
    );
    check(&with(CERTIFICATE), 0, "accepted", &[]);
}

/// Guarantees: behind a proxy it is the proxy that is reached, and it is named.
#[test]
fn a_proxy_is_reached_instead_and_named() {
    let proxy = FakeOtlp::accepting();
    let to = "http://collector.invalid:4318";
    let run = Run::new()
        .in_no_time()
        .args(["spike", "--json", "--to", to])
        .env("http_proxy", proxy.url());
    let answer = check(&run.run(), 0, "accepted", &[]);
    let detail = leg(&answer, "connection")["detail"].to_string();
    let named = proxy.url().replace("http://", "proxy ");
    assert!(detail.contains(&named), "{detail}");
}

/// Guarantees: a trip that is interrupted has a verdict like any other, and says which leg was under way.
#[test]
fn an_interrupted_trip_ends_with_a_verdict() {
    for (signal, code, word) in [("INT", 130, "SIGINT"), ("TERM", 143, "SIGTERM")] {
        let server = FakeOtlp::script([Answer::silence()]);
        let words = ["spike", "--json", "--to", server.url()];
        let child = binary::otelctl(&words).spawn().unwrap();
        server.wait_for_request();
        binary::signal(child.id(), signal);
        let output = binary::ended(child);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["outcome"], "failed");
        assert_eq!(legs(&answer, "fail"), ["authorization"]);
        let detail = leg(&answer, "authorization")["detail"].clone();
        assert_eq!(detail, format!("interrupted by {word}"));
    }
}
