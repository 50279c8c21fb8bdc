//! What becomes of records by what a server answers: the table of outcomes, one test for each row.

use std::net::{Ipv4Addr, TcpListener};

use crate::fake::{Answer, CERTIFICATE, FakeOtlp, Seen};
use crate::harness::{Folder, Outcome, Run};

/// Sends these lines, each in a request of its own and one after another.
#[track_caller]
fn one_by_one(server: &FakeOtlp, lines: &[&str]) -> Outcome {
    let folder = Folder::new();
    let input = lines.join("\n") + "\n";
    Run::send_to(server)
        .arg(folder.file("app.log", input))
        .args(["--batch-records-max", "1", "--in-flight", "1"])
        .run()
}

/// Guarantees: 429 and 503 are tried again, and the record counts once.
#[test]
fn a_busy_server_is_asked_again() {
    for status in [429, 503] {
        let busy = Answer::says(status, "busy").header("retry-after", "0");
        let server = FakeOtlp::script([busy, Answer::ok()]);
        let receipt = one_by_one(&server, &["one"]).receipt(0, "delivered");
        assert_eq!(
            (receipt.requests("sent"), receipt.requests("retried")),
            (2, 1)
        );
        assert_eq!(receipt.records("delivered"), 1);
        let seen = server.seen();
        assert_eq!(seen[0].request, seen[1].request);
        assert_eq!(receipt.0["bytes"]["wire"], 2 * seen[0].wire_bytes);
    }
}

/// Guarantees: a server that is busy for longer than the window leaves the records unsent, with its own words as the cause.
#[test]
fn a_server_that_stays_busy_leaves_the_records_unsent() {
    let server = FakeOtlp::script([Answer::says(503, "no room today")]);
    let folder = Folder::new();
    let outcome = Run::new()
        .args(["send", "--to", server.url(), "--retry-for", "0s"])
        .arg(folder.file("app.log", "one\ntwo\n"))
        .run();
    assert_eq!(outcome.code, 4);
    for part in [
        "error: ",
        "HTTP 503: no room today",
        "hint: ",
        "--retry-for",
    ] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
    assert_eq!(outcome.stdout, "");
}

/// Takes at most so many records at once.
fn small_server(records_max: usize) -> FakeOtlp {
    FakeOtlp::judging(move |seen| {
        if seen.records().len() > records_max {
            Answer::status(413)
        } else {
            Answer::ok()
        }
    })
}

/// Guarantees: what is too large is halved until it fits, and every record arrives once and in order.
#[test]
fn a_request_that_is_too_large_is_halved_until_it_fits() {
    for compression in ["none", "gzip", "zstd"] {
        for protocol in ["http/protobuf", "http/json"] {
            let lines: Vec<String> = (0..37)
                .map(|number| format!("2026-11-20T09:00:00Z INFO [l{}] r{number:02}", number / 5))
                .collect();
            let folder = Folder::new();
            let server = small_server(5);
            let outcome = Run::send_to(&server)
                .arg(folder.file("app.log", lines.join("\n")))
                .args(["--compression", compression, "--protocol", protocol])
                .run();
            let receipt = outcome.receipt(0, "delivered");
            let taken: Vec<Seen> = server.seen();
            let taken = taken.iter().filter(|seen| seen.records().len() <= 5);
            let found: Vec<_> = taken.flat_map(Seen::records).collect();
            let texts: Vec<_> = found
                .iter()
                .map(|one| format!("[{}] {}", one.scope, one.text()))
                .collect();
            let expected: Vec<_> = lines
                .iter()
                .map(|line| {
                    line.trim_start_matches("2026-11-20T09:00:00Z INFO ")
                        .to_owned()
                })
                .collect();
            assert_eq!(texts, expected);
            assert!(receipt.requests("split") >= 7);
            assert_eq!(receipt.requests("retried"), 0);
        }
    }
}

/// Guarantees: a record that is too large alone is rejected where nothing can be kept, and the others arrive.
#[test]
fn a_record_that_is_too_large_alone_is_rejected() {
    let has_giant = |seen: &Seen| seen.records().iter().any(|one| one.text().len() > 1_000);
    let server = FakeOtlp::judging(move |seen| {
        if has_giant(seen) {
            Answer::says(400, "http: request body too large")
        } else {
            Answer::ok()
        }
    });
    let folder = Folder::new();
    let input = format!("a\nb\n{}\nc\nd\n", "x".repeat(2_000));
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", input))
        .run();
    let receipt = outcome.receipt(1, "partial");
    assert_eq!(
        (receipt.records("delivered"), receipt.records("rejected")),
        (4, 1)
    );
    assert_eq!(
        receipt.0["reasons"]["rejected"]["too large for the server"],
        1
    );
}

/// Guarantees: a partial success is counted, gives exit code 1 and is never sent again.
#[test]
fn a_partial_success_is_counted_and_never_resent() {
    let server = FakeOtlp::script([Answer::partial(2, "two are too old")]);
    let folder = Folder::new();
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", "1\n2\n3\n4\n5\n"))
        .run();
    let receipt = outcome.receipt(1, "partial");
    assert_eq!(
        (receipt.records("delivered"), receipt.records("rejected")),
        (3, 2)
    );
    assert_eq!(receipt.0["reasons"]["rejected"]["two are too old"], 2);
    assert_eq!(server.seen().len(), 1);
    assert_eq!(receipt.0["sources"][0]["acknowledged_offset"], 10);
}

/// Guarantees: a server cannot reject more than it was sent, and a negative count is none.
#[test]
fn a_senseless_partial_success_keeps_the_books_balanced() {
    let server = FakeOtlp::script([Answer::partial(99, "all")]);
    let receipt = one_by_one(&server, &["one"]).receipt(1, "partial");
    assert_eq!(receipt.records("rejected"), 1);
    let server = FakeOtlp::script([Answer::partial(-3, "odd")]);
    let receipt = one_by_one(&server, &["one"]).receipt(0, "delivered");
    receipt.assert_warns(&["the server says: odd"]);
}

/// Guarantees: a 2xx without a body, or with one that is not OTLP's, is a success.
#[test]
fn any_success_counts() {
    let odd = Answer::ok().header("content-type", "text/plain").body("ok");
    let server = FakeOtlp::script([Answer::status(202), Answer::status(204), odd]);
    let receipt = one_by_one(&server, &["a", "b", "c"]).receipt(0, "delivered");
    assert_eq!(receipt.records("delivered"), 3);
}

/// Guarantees: a refused batch is rejected with the server's words, and the others go on.
#[test]
fn a_refused_batch_does_not_stop_the_others() {
    let server = FakeOtlp::script([
        Answer::ok(),
        Answer::says(400, "bad attribute"),
        Answer::ok(),
    ]);
    let receipt = one_by_one(&server, &["a", "b", "c"]).receipt(1, "partial");
    assert_eq!(
        (receipt.records("delivered"), receipt.records("rejected")),
        (2, 1)
    );
    assert_eq!(
        receipt.0["reasons"]["rejected"]["HTTP 400: bad attribute"],
        1
    );
    assert_eq!(receipt.0["sources"][0]["acknowledged_offset"], 6);
}

/// Guarantees: credentials that are denied three times in a row stop the run, keep everything, and say where credentials come from.
#[test]
fn denied_credentials_stop_the_run() {
    for status in [401, 402, 403] {
        let denied = || Answer::says(status, "unknown key");
        let server = FakeOtlp::script([Answer::ok(), denied(), denied(), denied()]);
        let outcome = one_by_one(&server, &["a", "b", "c", "d"]);
        let receipt = outcome.receipt(3, "denied");
        assert_eq!(
            (receipt.records("delivered"), receipt.records("unsent")),
            (1, 3)
        );
        assert_eq!(receipt.stop().0, "denied");
        let stop = &receipt.0["stop"];
        assert_eq!(stop["causes"][0], "the server says: unknown key");
        assert!(stop["hint"].as_str().unwrap().contains("--header"));
        assert_eq!(receipt.0["sources"][0]["acknowledged_offset"], 2);
    }
}

/// Guarantees: what is no OTLP endpoint is told so, and keeps everything.
#[test]
fn a_wrong_endpoint_stops_the_run() {
    let answers = [
        Answer::says(404, "no such page"),
        Answer::status(405),
        Answer::status(415),
        Answer::html(200),
        Answer::html(404),
        Answer::status(302).header("location", "/login"),
    ];
    for answer in answers {
        let server = FakeOtlp::script([answer]);
        let outcome = one_by_one(&server, &["a", "b"]);
        let receipt = outcome.receipt(3, "misdirected");
        assert_eq!(
            (receipt.records("unsent"), receipt.requests("sent")),
            (2, 1)
        );
        let (code, message) = receipt.stop();
        assert_eq!(code, "misdirected");
        assert!(message.contains("is not an OTLP endpoint"), "{message}");
        assert!(
            receipt.0["stop"]["hint"]
                .as_str()
                .unwrap()
                .contains("/v1/logs")
        );
    }
}

/// Guarantees: no redirect is followed, so no token reaches the other server.
#[test]
fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let other = FakeOtlp::accepting();
        let target = format!("{}/v1/logs", other.url());
        let server = FakeOtlp::script([Answer::status(status).header("location", &target)]);
        one_by_one(&server, &["a"]).receipt(3, "misdirected");
        assert!(other.seen().is_empty());
    }
}

/// Guarantees: a connection that breaks before a whole answer is tried again.
#[test]
fn a_broken_connection_is_tried_again() {
    let cut_off = Answer::says(200, "this is cut off").cut_off();
    for broken in [Answer::reset(), Answer::hang_up(), cut_off] {
        let server = FakeOtlp::script([broken, Answer::ok()]);
        let receipt = one_by_one(&server, &["one"]).receipt(0, "delivered");
        assert_eq!(
            (receipt.requests("sent"), receipt.requests("retried")),
            (2, 1)
        );
        assert_eq!(receipt.records("delivered"), 1);
    }
}

/// Guarantees: a server that closes the connection behind each answer gets every record once.
#[test]
fn a_server_that_closes_connections_gets_every_record_once() {
    let server = FakeOtlp::script([Answer::ok().closing(), Answer::ok().closing(), Answer::ok()]);
    let receipt = one_by_one(&server, &["a", "b", "c"]).receipt(0, "delivered");
    assert_eq!(receipt.requests("retried"), 0);
    assert_eq!(server.texts(), ["a", "b", "c"]);
}

/// Guarantees: the same when it closes them without a word, though a request may have to be repeated.
#[test]
fn a_server_that_closes_connections_without_a_word_gets_every_record_once() {
    let silent = || Answer::ok().closing_silently();
    let server = FakeOtlp::script([silent(), silent(), silent(), Answer::ok()]);
    one_by_one(&server, &["a", "b", "c", "d"]).receipt(0, "delivered");
    assert_eq!(server.texts(), ["a", "b", "c", "d"]);
}

/// Guarantees: a 413 that comes before the body is sent splits it too.
#[test]
fn a_proxy_that_refuses_a_body_before_reading_it_gets_smaller_ones() {
    let folder = Folder::new();
    let lines: Vec<String> = (0..4_000)
        .map(|number| format!("{number:04} {}", "x".repeat(90)))
        .collect();
    let server = FakeOtlp::behind_a_proxy(100 << 10);
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", lines.join("\n")))
        .run();
    let receipt = outcome.receipt(0, "delivered");
    assert_eq!(server.texts(), lines);
    assert!(receipt.requests("split") > 0);
}

/// Guarantees: when one of several requests under way is denied, the others' records are still counted where they went.
#[test]
fn a_denial_among_other_requests_keeps_the_books_balanced() {
    let server = FakeOtlp::judging(|seen| match seen.records()[0].text() {
        "7" => Answer::status(403),
        "3" => Answer::status(400),
        _ => Answer::ok(),
    });
    let folder = Folder::new();
    let lines: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", lines.join("\n")))
        .args(["--batch-records-max", "1", "--in-flight", "4"])
        .run();
    let receipt = outcome.receipt(3, "denied");
    assert_eq!(receipt.records("rejected"), 1);
    let delivered = receipt.records("delivered");
    // One was refused, and one denied three times.
    assert_eq!(delivered + 4, receipt.requests("sent"));
    assert!(delivered >= 6, "{delivered}");
    // Seven lines stand before the one that was denied.
    assert_eq!(receipt.0["sources"][0]["acknowledged_offset"], 14);
}

/// Guarantees: what runs on this machine is reached without the proxy.
#[test]
fn a_proxy_is_not_asked_for_this_machine() {
    let server = FakeOtlp::accepting();
    let proxy = empty_address();
    let outcome = Run::send_to(&server)
        .env("http_proxy", &proxy)
        .env("ALL_PROXY", &proxy)
        .stdin("one\n")
        .run();
    outcome.receipt(0, "delivered");
}

/// Guarantees: the token of Logfire goes nowhere else.
#[test]
fn the_token_of_logfire_goes_nowhere_else() {
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server)
        .env("LOGFIRE_TOKEN", TOKEN)
        .stdin("one\n")
        .run();
    outcome.receipt(0, "delivered");
    let headers = &server.seen()[0].headers;
    assert!(!headers.iter().any(|(_, value)| value.contains(TOKEN)));
}

/// Guarantees: a server that does not answer is waited for no longer than asked, and then tried again.
#[test]
fn a_silent_server_is_tried_again() {
    let mut first = true;
    let server = FakeOtlp::judging(move |_| {
        if std::mem::take(&mut first) {
            Answer::silence()
        } else {
            Answer::ok()
        }
    });
    let outcome = Run::send_to(&server)
        .stdin("one\n")
        .args(["--timeout", "300ms"])
        .run();
    assert!(outcome.receipt(0, "delivered").requests("retried") > 0);
}

/// A URL at which nobody listens.
fn empty_address() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Guarantees: an address that was chosen and where nobody listens gives exit code 4, names it and says what to do.
#[test]
fn nobody_at_a_chosen_address_is_told_with_a_hint() {
    let folder = Folder::new();
    let file = folder.file("app.log", "one\ntwo\n");
    let url = empty_address();
    let to = ["--to", &url, "--retry-for", "0s"];
    let receipt = Run::send()
        .arg(&file)
        .args(to)
        .run()
        .receipt(4, "undelivered");
    assert_eq!(receipt.records("unsent"), 2);
    assert_eq!(receipt.stop().0, "no-answer");
    assert_eq!(receipt.0["sources"][0]["acknowledged_offset"], 0);
    let outcome = Run::new().arg("send").arg(&file).args(to).run();
    assert_eq!(outcome.code, 4);
    for part in ["error: ", &url, "refused", "hint: "] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
}

/// Guarantees: nobody at the address that nobody chose ends the run at once, whatever the window, and names `--to local`.
#[test]
fn nobody_at_the_default_address_is_told_at_once() {
    // A collector may be running here; then there is nothing to see.
    if TcpListener::bind((Ipv4Addr::LOCALHOST, 4318)).is_err() {
        return;
    }
    let outcome = Run::send().stdin("one\n").run();
    let receipt = outcome.receipt(4, "undelivered");
    assert_eq!(
        (receipt.records("unsent"), receipt.requests("sent")),
        (1, 1)
    );
    assert_eq!(receipt.stop().0, "nobody-there");
    assert!(
        receipt.0["stop"]["hint"]
            .as_str()
            .unwrap()
            .contains("--to local")
    );
}

const TOKEN: &str = "pylf_v1_us_s3cr3tS3cr3ts3cr3t";

/// A server that repeats what it was sent as credentials, in every kind of answer.
fn parrot(header: &'static str) -> FakeOtlp {
    let mut turn = 0;
    FakeOtlp::judging(move |seen| {
        let secret = seen.header(header).unwrap().to_owned();
        assert!(secret.contains(TOKEN));
        let message = format!("no: {secret} ({TOKEN})");
        turn += 1;
        match turn {
            1 => Answer::partial(0, &message),
            2 => Answer::partial(1, &message),
            3 => Answer::says(400, &message),
            4 => Answer::status(400).body(message),
            5 => Answer::says(503, &message).header("retry-after", "0"),
            6 => Answer::ok()
                .header("content-type", "text/plain")
                .body(message),
            _ => Answer::says(401, &message),
        }
    })
}

#[track_caller]
fn assert_hidden(run: impl Fn() -> Run) {
    for flags in [&["--json"][..], &[], &["-v"]] {
        let outcome = run()
            .args(flags)
            .args(["--batch-records-max", "1", "--in-flight", "1"])
            .stdin("1\n2\n3\n4\n5\n6\n7\n8\n")
            .run();
        assert_eq!(outcome.code, 3, "{outcome:?}");
        let printed = outcome.printed();
        assert!(printed.contains("[hidden]"), "{printed}");
        assert!(!printed.contains("s3cr3t"), "{printed}");
    }
}

/// Guarantees: a token in a header's flag is shown nowhere, though the server repeats it.
#[test]
fn a_token_of_a_flag_is_shown_nowhere() {
    let header = format!("Authorization: Bearer {TOKEN}");
    assert_hidden(|| {
        let server = parrot("authorization");
        let run = Run::new().args(["send", "--to", server.url(), "--header", &header]);
        keep(server, run)
    });
}

/// Guarantees: a token in the variable for headers is shown nowhere, though the server repeats it.
#[test]
fn a_token_of_the_headers_variable_is_shown_nowhere() {
    let list = format!("x-other=1,x-api-key={TOKEN}");
    assert_hidden(|| {
        let server = parrot("x-api-key");
        let run = Run::new().args(["send", "--endpoint", server.url()]);
        keep(server, run.env("OTEL_EXPORTER_OTLP_HEADERS", &list))
    });
}

/// Guarantees: the token of Logfire is shown nowhere, though the server repeats it.
#[test]
fn the_token_of_logfire_is_shown_nowhere() {
    assert_hidden(|| {
        let server = parrot("authorization");
        let run = Run::new()
            .args(["send", "--to", "logfire"])
            .env("LOGFIRE_TOKEN", TOKEN)
            .env("LOGFIRE_BASE_URL", server.url());
        keep(server, run)
    });
}

/// The server lives as long as the process: the run outlives the closure that made both.
fn keep(server: FakeOtlp, run: Run) -> Run {
    std::mem::forget(server);
    run
}

/// Guarantees: a secret in the query of a URL goes to the server and is shown nowhere.
#[test]
fn the_query_of_a_url_is_shown_nowhere() {
    let server = FakeOtlp::script([Answer::says(503, "later")]);
    let url = format!("{}?key={TOKEN}", server.url());
    let outcome = Run::new()
        .args(["send", "--to", &url, "--retry-for", "0s", "-v"])
        .stdin("one\n")
        .run();
    assert_eq!(outcome.code, 4);
    assert!(server.seen()[0].path.contains(TOKEN));
    assert!(!outcome.printed().contains("s3cr3t"), "{outcome:?}");
}

/// Guarantees: what a server says cannot steer the terminal.
#[test]
fn the_servers_words_cannot_steer_the_terminal() {
    let evil = "gone\u{1b}[2J\u{202e}\u{9b}1m";
    let denied = || Answer::says(401, evil);
    let server = FakeOtlp::script([Answer::partial(1, evil), denied(), denied(), denied()]);
    let outcome = Run::new()
        .args(["send", "--to", server.url()])
        .args(["--batch-records-max", "1", "--in-flight", "1"])
        .stdin("1\n2\n")
        .run();
    assert_eq!(outcome.code, 3);
    assert!(
        outcome.stderr.contains("gone\\u{1b}[2J"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains(['\u{1b}', '\u{202e}', '\u{9b}']));
}

/// Guarantees: a certificate that is not trusted stops the run at once, with a hint, and nothing is sent.
#[test]
fn an_untrusted_certificate_stops_the_run() {
    let server = FakeOtlp::over_tls();
    let outcome = Run::send_to(&server).stdin("one\n").run();
    let receipt = outcome.receipt(3, "misdirected");
    assert_eq!(
        (receipt.records("unsent"), receipt.requests("retried")),
        (1, 0)
    );
    let (code, message) = receipt.stop();
    assert_eq!(code, "certificate");
    assert!(message.contains("is not trusted"), "{message}");
    assert!(
        receipt.0["stop"]["hint"]
            .as_str()
            .unwrap()
            .contains("--ca-cert")
    );
    assert!(server.seen().is_empty());
}

/// Guarantees: `--ca-cert`, and its variable, make it trusted.
#[test]
fn a_certificate_is_trusted_when_asked_for() {
    let server = FakeOtlp::over_tls();
    let by_flag = Run::send_to(&server).args(["--ca-cert", CERTIFICATE]);
    let by_variable = Run::send_to(&server).env("OTEL_EXPORTER_OTLP_CERTIFICATE", CERTIFICATE);
    for run in [by_flag, by_variable] {
        let outcome = run
            .args(["--batch-records-max", "1"])
            .stdin("1\n2\n3\n")
            .run();
        assert_eq!(outcome.receipt(0, "delivered").records("delivered"), 3);
    }
    assert_eq!(server.seen().len(), 6);
}

/// Guarantees: a certificate of another name is not taken for the server's.
#[test]
fn a_certificate_of_another_name_is_not_taken() {
    let server = FakeOtlp::over_tls();
    let url = server.url().replace("127.0.0.1", "localhost");
    let outcome = Run::send()
        .args(["--to", &url, "--ca-cert", CERTIFICATE, "--retry-for", "5s"])
        .stdin("one\n")
        .run();
    outcome.receipt(3, "misdirected");
}
