//! The tokens of the trip: missing, swapped, expired, and of another region.

use otelctl::logfire::standin::{Expired, Faults};

use crate::harness::Run;
use crate::spike::{READ, WRITE, check, leg, standin, to, with_faults};

/// Guarantees: a token of another region and an expired one are told by the server's word, with a hint.
#[test]
fn tokens_of_another_region_and_expired_ones_are_denied_at_their_leg() {
    let region = Faults {
        region: Some("eu"),
        ..Faults::default()
    };
    let expired = |which| Faults {
        expired: Some(which),
        ..Faults::default()
    };
    for (faults, said, hinted) in [
        (
            region,
            "the write token is denied: HTTP 401: Unknown token",
            "region",
        ),
        (
            expired(Expired::Write),
            "the write token is denied: HTTP 401: Token has expired",
            "make a new token",
        ),
        (
            expired(Expired::Read),
            "the read token is denied: HTTP 401: Token has expired",
            "make a new token",
        ),
    ] {
        let answer = check(&with_faults(faults), 3, "failed", &["authorization"]);
        let leg = leg(&answer, "authorization");
        assert_eq!(leg["detail"], said);
        assert!(leg["hint"].as_str().unwrap().contains(hinted), "{leg}");
    }
    let outcome = Run::new()
        .args(["spike", "--json", "--to", "logfire-eu"])
        .env("LOGFIRE_TOKEN", WRITE)
        .run();
    let answer = check(&outcome, 2, "failed", &["configuration"]);
    assert!(
        leg(&answer, "configuration")["hint"].is_string(),
        "{answer:#}"
    );
}

/// Guarantees: a read token of another region is told before anything is sent.
#[test]
fn a_read_token_of_another_region_is_told_at_the_leg_of_the_tokens() {
    let outcome = Run::new()
        .args(["spike", "--json", "--to", "logfire"])
        .env("LOGFIRE_TOKEN", WRITE)
        .env("LOGFIRE_READ_TOKEN", "pylf_v1_eu_readhunter2")
        .run();
    let answer = check(&outcome, 2, "failed", &["token"]);
    let token = leg(&answer, "token");
    assert_eq!(
        token["detail"],
        "the read token (from LOGFIRE_READ_TOKEN) is of region eu, and https://logfire-us.pydantic.dev is region us"
    );
    assert!(token["hint"].is_string());
}

/// Guarantees: what is odd about the variable of the read token is told.
#[test]
fn a_list_of_read_tokens_is_warned_of() {
    let server = standin(Faults::default());
    let list = format!("{READ},{READ}");
    let run = to(server.url(), Some(WRITE), Some(&list)).arg("--json");
    let outcome = run.run();
    check(&outcome, 0, "verified", &[]);
    let warned = "LOGFIRE_READ_TOKEN holds 2 tokens, of which only the first is used";
    assert!(outcome.stderr.contains(warned), "{}", outcome.stderr);
}

/// Guarantees: Logfire takes nothing without a token, however it was named.
#[test]
fn logfire_by_its_url_needs_a_token_too() {
    let run = || {
        let url = "https://logfire-us.pydantic.dev";
        Run::new().args(["spike", "--json", "--to", url])
    };
    let answer = check(&run().run(), 2, "failed", &["token"]);
    let token = leg(&answer, "token");
    let detail = token["detail"].to_string();
    assert!(detail.contains("LOGFIRE_TOKEN is not set"), "{detail}");
    assert!(token["hint"].to_string().contains("token set"), "{token}");
    let only_read = run().env("LOGFIRE_READ_TOKEN", READ).run();
    let answer = check(&only_read, 2, "failed", &["token"]);
    let detail = leg(&answer, "token")["detail"].to_string();
    assert!(detail.contains("only a read token"), "{detail}");
}

/// Guarantees: each way to have the wrong tokens is told apart.
#[test]
fn tokens_that_are_missing_or_swapped_are_told_apart() {
    let server = standin(Faults::default());
    let run = |write, read| to(server.url(), write, read).arg("--json").run();

    let none = check(&run(None, None), 2, "failed", &["token"]);
    let detail = leg(&none, "token")["detail"].to_string();
    assert!(detail.contains("LOGFIRE_TOKEN"), "{detail}");

    let write = check(&run(Some(WRITE), None), 0, "accepted", &[]);
    assert!(
        write["hint"]
            .as_str()
            .unwrap()
            .contains("LOGFIRE_READ_TOKEN")
    );
    assert_eq!(leg(&write, "visible")["detail"], "no read token");

    let only_read = check(&run(None, Some(READ)), 2, "failed", &["token"]);
    assert_eq!(
        leg(&only_read, "token")["detail"],
        "there is only a read token (from LOGFIRE_READ_TOKEN), and it cannot send"
    );

    let as_write = check(&run(Some(READ), None), 3, "failed", &["authorization"]);
    let detail = leg(&as_write, "authorization")["detail"].to_string();
    assert!(
        detail.contains("the token that should send is a read token"),
        "{detail}"
    );

    let as_read = check(
        &run(Some(WRITE), Some(WRITE)),
        3,
        "failed",
        &["authorization"],
    );
    let detail = leg(&as_read, "authorization")["detail"].to_string();
    assert!(detail.contains("it is a write token"), "{detail}");

    let swapped = check(
        &run(Some(READ), Some(WRITE)),
        3,
        "failed",
        &["authorization"],
    );
    let swapped = leg(&swapped, "authorization");
    assert!(
        swapped["detail"].as_str().unwrap().contains("swapped"),
        "{swapped}"
    );
    assert!(
        swapped["hint"]
            .as_str()
            .unwrap()
            .starts_with("exchange them"),
        "{swapped}"
    );
}

/// Guarantees: `--verify` takes no for an answer when nothing was verified.
#[test]
fn accepted_is_not_enough_for_verify() {
    let server = standin(Faults::default());
    let outcome = to(server.url(), Some(WRITE), None)
        .args(["--verify", "--json"])
        .run();
    check(&outcome, 1, "accepted", &[]);
    let junit = to(server.url(), Some(WRITE), None)
        .args(["--verify", "--format", "junit"])
        .run();
    assert_eq!(junit.code, 1);
    assert!(junit.stdout.contains(r#"tests="19" failures="1""#));
    assert!(junit.stdout.contains(r#"name="verdict"><failure"#));
}

/// Guarantees: a token that was typed where the destination belongs is not shown.
#[test]
fn a_token_in_the_wrong_place_is_not_shown() {
    let outcome = Run::new().args(["spike", "--json", "--to", WRITE]).run();
    check(&outcome, 2, "failed", &["configuration"]);
}
