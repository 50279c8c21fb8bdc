//! `otelctl token` and the use of its tokens by `send`, with a keychain in memory.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use otelctl::token::{StoreError, TokenKind};

use crate::fake::{Answer, FakeOtlp};
use crate::harness::{Folder, MemoryKeychain, Outcome, Run};

const US: &str = "https://logfire-us.pydantic.dev";
const EU: &str = "https://logfire-eu.pydantic.dev";

/// `otelctl token …` with this keychain; the value, if any, through the pipe.
fn token(keychain: &MemoryKeychain, words: &str, value: &str) -> Outcome {
    let run = Run::new()
        .arg("token")
        .args(words.split(' '))
        .keychain(keychain);
    if value.is_empty() {
        run.run()
    } else {
        run.stdin(value).run()
    }
}

/// What was printed holds all of these, and not the token.
#[track_caller]
fn assert_says(outcome: &Outcome, code: u8, parts: &[&str]) {
    assert_eq!(outcome.code, code, "{outcome:?}");
    let text = outcome.printed();
    for part in parts {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
}

/// Guarantees: a token is set, shown by its fingerprint, and removed, and its value is in no output.
#[test]
fn a_token_is_set_shown_and_removed() {
    let keychain = MemoryKeychain::default();
    let none = token(&keychain, "status", "");
    assert_says(&none, 1, &["logfire", "write", "read", "none"]);
    let set = token(&keychain, "set", "pylf_v1_eu_hunter2\n");
    assert_says(
        &set,
        0,
        &["write token", EU, "in the keychain", "fingerprint 534329b7"],
    );
    let kept = keychain.token(TokenKind::Write, EU);
    assert_eq!(kept.as_deref(), Some("pylf_v1_eu_hunter2"));
    let status = token(&keychain, "status", "");
    assert_says(&status, 0, &["from the keychain", "region eu", "534329b7"]);
    let json = token(&keychain, "status --json", "").json();
    assert_eq!(json["command"], "token status");
    assert_eq!(
        (&json["destination"], &json["origin"]),
        (&"logfire".into(), &EU.into())
    );
    assert_eq!(json["kinds"]["write"]["source"], "keychain");
    assert_eq!(json["kinds"]["write"]["region"], "eu");
    assert_eq!(json["kinds"]["write"]["fingerprint"], "534329b7");
    assert_eq!(json["kinds"]["read"]["source"], "none");
    assert_says(
        &token(&keychain, "rm", ""),
        0,
        &["is removed from the keychain", EU],
    );
    assert_says(
        &token(&keychain, "rm", ""),
        1,
        &["there is no write token", US, EU],
    );
    assert_eq!(keychain.token(TokenKind::Write, EU), None);
}

/// Guarantees: on a terminal, the token is asked for and not shown.
#[test]
fn a_token_is_typed_on_a_terminal() {
    let keychain = MemoryKeychain::default();
    let set = token(
        &keychain,
        "set --to https://otlp.example.com --kind read",
        "",
    );
    assert_says(
        &set,
        0,
        &[
            "read token for url (not shown): ",
            "https://otlp.example.com",
        ],
    );
    let kept = keychain.token(TokenKind::Read, "https://otlp.example.com");
    assert_eq!(kept.as_deref(), Some("typed-hunter2"));
}

/// Guarantees: a value that cannot be right is refused with what is wrong, and nothing is stored.
#[test]
fn a_value_that_cannot_be_right_is_refused() {
    for (words, value, parts) in [
        ("set", "\n", &["is empty"][..]),
        ("set", "a-hunter2\nb-hunter2\n", &["control character"]),
        ("set", "\"pylf_v1_us_hunter2\"", &["stands in quotes"]),
        ("set", "LOGFIRE_TOKEN=hunter2", &["like a variable"]),
        (
            "set --to logfire-us",
            "pylf_v1_eu_hunter2",
            &["of the region eu", "--to logfire-eu", EU],
        ),
        (
            "set",
            "pylf_v1_stagingus_hunter2",
            &["--to https://logfire-us.pydantic.info"],
        ),
        (
            "set --to http://c.example.com",
            "hunter2",
            &["no TLS", "https"],
        ),
        ("set --to stdout", "hunter2", &["takes no token"]),
        ("set --to logfrie", "hunter2", &["did you mean logfire?"]),
    ] {
        let keychain = MemoryKeychain::default();
        assert_says(&token(&keychain, words, value), 2, parts);
        assert_eq!(keychain.opened(), 0, "{value}");
    }
}

/// Guarantees: a token without a region is kept for the US, with a warning; one with its scheme stays as it is.
#[test]
fn a_token_without_a_region_is_kept_for_the_us() {
    let keychain = MemoryKeychain::default();
    let set = token(&keychain, "set", "plain-hunter2");
    assert_says(&set, 0, &["warning: ", "names no known region", US]);
    assert_says(
        &token(&keychain, "set", "Bearer pylf_v1_us_hunter2"),
        0,
        &[US],
    );
    let kept = keychain.token(TokenKind::Write, US);
    assert_eq!(kept.as_deref(), Some("Bearer pylf_v1_us_hunter2"));
}

/// Guarantees: a stored token is used by `send`, for the origin it was stored for, and the keychain is opened once.
#[test]
fn a_stored_token_is_used_by_send() {
    let server = FakeOtlp::accepting();
    let keychain = MemoryKeychain::default();
    keychain.put(TokenKind::Write, server.url(), "pylf_v1_us_hunter2");
    let send = || {
        Run::send()
            .args(["--to", "logfire", "--time", "keep"])
            .env("LOGFIRE_BASE_URL", server.url())
            .keychain(&keychain)
            .stdin("one\n")
    };
    let outcome = send().run();
    outcome.receipt(0, "delivered");
    assert!(!outcome.printed().contains("hunter2"));
    assert_eq!(keychain.opened(), 1);
    assert_eq!(
        server.seen()[0].header("authorization"),
        Some("pylf_v1_us_hunter2")
    );
    // Another origin never sees it.
    let other = FakeOtlp::accepting();
    let denied = send().env("LOGFIRE_BASE_URL", other.url()).run();
    assert_eq!((denied.code, other.seen().len()), (2, 0), "{denied:?}");
}

/// Guarantees: a command that needs no token does not open the keychain.
#[test]
fn a_destination_without_a_token_does_not_open_the_keychain() {
    let server = FakeOtlp::accepting();
    let keychain = MemoryKeychain::default();
    for to in [server.url(), "stdout", "local"] {
        let run = Run::send()
            .args(["--to", to])
            .keychain(&keychain)
            .stdin("one\n");
        run.run().receipt(0, "delivered");
    }
    let with_env = Run::send()
        .args(["--to", "logfire", "--time", "keep"])
        .env("LOGFIRE_BASE_URL", server.url())
        .env("OTELCTL_TOKEN", "own-hunter2");
    with_env
        .keychain(&keychain)
        .stdin("one\n")
        .run()
        .receipt(0, "delivered");
    assert_eq!(keychain.opened(), 0);
    assert_eq!(
        server.seen().last().unwrap().header("authorization"),
        Some("own-hunter2")
    );
}

/// Guarantees: a keychain that cannot be used is an error that names the ways that work, and nothing is written.
#[test]
fn a_keychain_that_cannot_be_used_names_the_ways_that_work() {
    let locked = || StoreError::Locked {
        why: "no prompt".to_owned(),
    };
    let missing = || StoreError::Missing {
        why: "no bus".to_owned(),
    };
    let silent = || StoreError::Silent { seconds: 5 };
    for (fault, said) in [
        (locked as fn() -> StoreError, "locked"),
        (missing, "no keychain here"),
        (silent, "did not answer within 5 seconds"),
    ] {
        let keychain = MemoryKeychain::failing(fault);
        let folder = Folder::new();
        for words in ["token set", "token status", "send --to logfire"] {
            let run = Run::new()
                .args(words.split(' '))
                .keychain(&keychain)
                .stdin("x-hunter2\n");
            let outcome = run.state_dir(folder.path()).run();
            assert_says(&outcome, 2, &[said, "LOGFIRE_TOKEN", "--token-file"]);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let json = token(&keychain, "status --json", "").error();
        assert_eq!(json.0, "keychain");
    }
}

/// Guarantees: the file of --insecure-storage is made after a warning, for its owner alone, and is used and removed like a keychain's entry.
#[test]
fn insecure_storage_is_warned_about_and_used() {
    let server = FakeOtlp::accepting();
    let folder = Folder::new();
    let missing = MemoryKeychain::failing(|| StoreError::Missing { why: String::new() });
    let run = |words: &[&str]| {
        Run::new()
            .args(words.iter().copied())
            .env("LOGFIRE_BASE_URL", server.url())
            .state_dir(folder.path())
            .keychain(&missing)
    };
    let set = run(&["token", "set", "--insecure-storage"])
        .stdin("kept-hunter2")
        .run();
    assert_says(&set, 0, &["warning: ", "as it is", "insecure-tokens"]);
    let kept = fs::read_dir(folder.at("insecure-tokens"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_says(&run(&["token", "status"]).run(), 0, &["--insecure-storage"]);
    let unused = run(&["token", "set", "--insecure-storage"])
        .env("LOGFIRE_TOKEN", "near-hunter2")
        .stdin("kept-hunter2")
        .run();
    assert_says(&unused, 0, &["not used", "LOGFIRE_TOKEN"]);
    let send = || run(&["send", "--json", "--to", "logfire", "--time", "keep"]).stdin("one\n");
    send().run().receipt(0, "delivered");
    assert_eq!(
        server.seen()[0].header("authorization"),
        Some("kept-hunter2")
    );
    fs::set_permissions(kept.path(), fs::Permissions::from_mode(0o644)).unwrap();
    assert_says(&send().run(), 2, &["can read it", "chmod 600"]);
    assert_says(
        &run(&["token", "rm"]).run(),
        0,
        &["removed from the file of --insecure-storage"],
    );
    assert!(!kept.path().exists());
}

/// Guarantees: the credentials of a Logfire SDK in the working directory are used for the server they name.
#[test]
fn credentials_of_an_sdk_are_used_for_their_server() {
    let server = FakeOtlp::accepting();
    let folder = Folder::new();
    fs::create_dir(folder.at(".logfire")).unwrap();
    let json = serde_json::json!({"token": "sdk-hunter2", "logfire_api_url": server.url()});
    folder.file(".logfire/logfire_credentials.json", json.to_string());
    let send = |base: &str| {
        Run::send()
            .args(["--to", "logfire", "--time", "keep"])
            .env("LOGFIRE_BASE_URL", base)
            .working_dir(folder.path())
            .stdin("one\n")
            .run()
    };
    send(server.url()).receipt(0, "delivered");
    assert_eq!(
        server.seen()[0].header("authorization"),
        Some("sdk-hunter2")
    );
    assert_eq!(send("http://127.0.0.1:9").error().0, "settings");
}

/// Guarantees: `status --check` asks Logfire for the project, and another server to take nothing; the exit code follows.
#[test]
fn status_asks_the_server() {
    let info = r#"{"project_name":"shop","project_url":"https://logfire.example/shop"}"#;
    let server = FakeOtlp::script([
        Answer::ok()
            .header("content-type", "application/json")
            .body(info),
        Answer::says(401, "unknown token pylf_v1_us_hunter2"),
        Answer::html(404),
        Answer::ok(),
    ]);
    let keychain = MemoryKeychain::default();
    keychain.put(TokenKind::Write, server.url(), "pylf_v1_us_hunter2");
    let check = |code, part: &str| {
        let run = Run::new()
            .args(["token", "status", "--check"])
            .keychain(&keychain);
        assert_says(
            &run.env("LOGFIRE_BASE_URL", server.url()).run(),
            code,
            &[part],
        );
    };
    check(0, "accepted, project shop");
    check(3, "denied: HTTP 401: unknown token pylf_v1_[hidden]");
    check(3, "no clear answer: HTTP 404");
    let words = format!("status --check --to {}", server.url());
    assert_says(&token(&keychain, &words, ""), 2, &["add --auth"]);
    let words = words + " --auth bearer";
    assert_says(&token(&keychain, &words, ""), 0, &["accepted"]);
    let seen = server.seen();
    let asked = |index: usize| {
        let one = &seen[index];
        let authorization = one.header("authorization").unwrap_or_default();
        format!("{} {} {authorization}", one.method, one.path)
    };
    assert_eq!(asked(0), "GET /v1/info pylf_v1_us_hunter2");
    assert_eq!(asked(3), "POST /v1/logs Bearer pylf_v1_us_hunter2");
    keychain.put(TokenKind::Write, "http://127.0.0.1:9", "t-hunter2");
    let away = "status --check --auth raw --to http://127.0.0.1:9";
    let away = token(&keychain, away, "");
    assert_says(&away, 4, &["no answer"]);
}

/// Guarantees: when the server denies the token, it is read once more before that counts.
#[test]
fn a_denied_token_is_read_once_more() {
    let folder = Folder::new();
    let path = folder.file("token", "old-hunter2\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let renewed = path.clone();
    let server = FakeOtlp::judging(move |seen| {
        if seen.header("authorization") == Some("new-hunter2") {
            return Answer::ok();
        }
        fs::write(&renewed, "new-hunter2\n").unwrap();
        Answer::says(401, "unknown token")
    });
    let run = Run::send()
        .args(["--to", "logfire", "--time", "keep", "--token-file"])
        .arg(&path)
        .env("LOGFIRE_BASE_URL", server.url())
        .stdin("one\n");
    let receipt = run.run().receipt(0, "delivered");
    assert_eq!(receipt.requests("sent"), 2);
    assert_eq!(server.seen().len(), 2);
}

/// Guarantees: a token that stays denied stops the run after three denials, as before.
#[test]
fn a_token_that_stays_denied_stops_the_run() {
    let server = FakeOtlp::judging(|_| Answer::says(401, "no"));
    let keychain = MemoryKeychain::default();
    keychain.put(TokenKind::Write, server.url(), "old-hunter2");
    let run = Run::send()
        .args(["--to", "logfire", "--time", "keep"])
        .env("LOGFIRE_BASE_URL", server.url())
        .keychain(&keychain)
        .stdin("one\n");
    run.run().receipt(3, "denied");
    assert_eq!(server.seen().len(), 3);
    assert_eq!(keychain.opened(), 2, "once to begin with, and once more");
}
