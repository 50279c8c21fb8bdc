//! A planted token, everywhere it could come out again: servers that repeat it in every form, files, arguments, records.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use otelctl::token::TokenKind;

use crate::binary::{ended, otelctl};
use crate::fake::{Answer, FakeOtlp};
use crate::harness::{Folder, MemoryKeychain, Outcome, Run};

/// What is planted. No other text holds its parts by chance.
const TOKEN: &str = "pylf_v1_us_Q7xPlantedZ9wSecret+/4";

/// The token in each form that a server may repeat it in.
fn forms() -> Vec<String> {
    let each = |form: fn(u8) -> String| TOKEN.bytes().map(form).collect::<Vec<_>>().concat();
    let percent = each(|byte| format!("%{byte:02X}"));
    let json = each(|byte| format!("\\u{byte:04x}"));
    let mut forms = vec![
        TOKEN.to_owned(),
        percent,
        json,
        TOKEN.replace('+', "%2B").replace('/', "%2f"),
    ];
    for around in ["", "u:", "Bearer ", "abc"] {
        let standard = base64(format!("{around}{TOKEN}").as_bytes());
        let unpadded = standard.trim_end_matches('=').to_owned();
        forms.push(standard.replace('+', "-").replace('/', "_"));
        forms.extend([unpadded, standard]);
    }
    forms
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| {
            word << 8 | usize::from(*group.get(at).unwrap_or(&0))
        });
        for at in 0..4 {
            let letter = ALPHABET[word >> (18 - 6 * at) & 63];
            text.push(if at <= group.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

/// No form of the token, nor a telling part of one, is in the text.
#[track_caller]
fn assert_clean(text: &str, of: &str) {
    for form in forms() {
        assert!(!text.contains(&form), "{form} in {of}: {text}");
        // Any eight characters from its middle would do for a leak.
        let middle = form.get(form.len() / 2..form.len() / 2 + 8).unwrap();
        assert!(!text.contains(middle), "{middle} of {form} in {of}: {text}");
    }
}

#[track_caller]
fn assert_clean_files(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_clean_files(&path);
        } else {
            let bytes = fs::read(&path).unwrap();
            assert_clean(&String::from_utf8_lossy(&bytes), &path.to_string_lossy());
        }
    }
}

#[track_caller]
fn assert_clean_outcome(outcome: &Outcome) {
    assert_clean(&outcome.stdout, "standard output");
    assert_clean(&outcome.stderr, "standard error");
}

/// An answer that repeats the form in its headers and its body.
fn echo(status: u16, form: &str) -> Answer {
    Answer::says(status, &format!("what is {form}?"))
        .header("x-logfire-warning", form)
        .header("www-authenticate", &format!("Bearer realm=\"{form}\""))
        .header("retry-after", form)
}

/// Guarantees: whatever a server repeats of the token, in whichever form, no output and no file shows it.
#[test]
fn no_server_makes_send_show_the_token() {
    for form in forms() {
        let partial = || Answer::partial(1, &format!("rejected for {form}"));
        for answer in [
            echo(200, &form),
            echo(400, &form),
            echo(401, &form),
            echo(404, &form),
            echo(503, &form),
            partial(),
        ] {
            let server = FakeOtlp::judging(move |_| answer.clone());
            let folder = Folder::new();
            let keychain = MemoryKeychain::default();
            keychain.put(TokenKind::Write, server.url(), TOKEN);
            let send = |flags: &[&str]| {
                Run::new()
                    .args([
                        "send",
                        "-v",
                        "--to",
                        "logfire",
                        "--time",
                        "keep",
                        "--retry-for",
                        "0s",
                    ])
                    .args(flags.iter().copied())
                    .env("LOGFIRE_BASE_URL", server.url())
                    .keychain(&keychain)
                    .state_dir(folder.path())
                    .stdin("one\ntwo\n")
                    .run()
            };
            assert_clean_outcome(&send(&[]));
            assert_clean_outcome(&send(&["--json"]));
            assert_clean_files(folder.path());
            for words in [
                &["token", "status", "--check", "-v"][..],
                &["token", "status", "--check", "--json"],
            ] {
                let run = Run::new().args(words.iter().copied()).keychain(&keychain);
                assert_clean_outcome(&run.env("LOGFIRE_BASE_URL", server.url()).run());
            }
        }
    }
}

/// Guarantees: no command shows the token it was given, wherever it was put.
#[test]
fn no_command_shows_the_token() {
    let folder = Folder::new();
    let log = folder.file("app.log", "2026-11-20 11:59:58 INFO one\n");
    let log = log.to_str().unwrap();
    let secret = folder.file("token", TOKEN);
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let file = secret.to_str().unwrap();
    let state = Folder::new();
    let keychain = MemoryKeychain::default();
    let commands: [&[&str]; 12] = [
        &[
            "send",
            log,
            "--to",
            "logfire",
            "--dry-run",
            "--token-file",
            file,
        ],
        &["send", log, "--to", "stdout"],
        &[
            "send",
            log,
            "--to",
            "http://127.0.0.1:9",
            "--retry-for",
            "0s",
        ],
        &["send", log, "--to", "nowhere"],
        &["send", log, "--to", TOKEN],
        &["detect", log],
        &["token", "set"],
        &["token", "set", "--kind", "read", "--json"],
        &["token", "set", "--to", "logfire-eu"],
        &["token", "status", "--token-file", file],
        &["token", "rm"],
        &["completions", "bash"],
    ];
    for words in commands {
        let run = Run::new().args(words.iter().copied()).arg("-v");
        let run = run
            .env("OTELCTL_TOKEN", TOKEN)
            .env("LOGFIRE_READ_TOKEN", TOKEN);
        let outcome = run
            .keychain(&keychain)
            .state_dir(state.path())
            .stdin(TOKEN)
            .run();
        assert_clean_outcome(&outcome);
    }
    assert_clean_files(state.path());
}

/// Guarantees: a Logfire token that a program logged reaches neither the output, nor the server, nor a file.
#[test]
fn a_token_in_a_log_goes_no_further() {
    let planted = "pylf_v1_eu_LoggedByMistake7xQ";
    let lines = format!(
        "plain {planted} end\n{{\"msg\":\"json {planted}\",\"token\":\"{planted}\",\"n\":{{\"t\":[\"{planted}\"]}}}}\nts=1 key={planted} msg=\"logfmt {planted}\"\n"
    );
    let wrapped = format!(
        "{}\n",
        serde_json::json!({"log": format!("docker {planted}\n"), "stream": "stdout", "time": "2026-11-20T11:00:00Z"})
    );
    let docker = wrapped.repeat(3);
    for input in [lines.as_str(), docker.as_str()] {
        let stdout = Run::send().args(["--to", "stdout"]).stdin(input).run();
        let receipt = stdout.receipt(0, "delivered");
        receipt.assert_warns(&["Logfire token", "went no further"]);
        assert!(!stdout.printed().contains("LoggedByMistake"), "{stdout:?}");
        assert!(stdout.stdout.contains("pylf_v1_****"), "{stdout:?}");
        let folder = Folder::new();
        let server = FakeOtlp::judging(|_| Answer::says(400, "no"));
        let run = Run::send_to(&server).state_dir(folder.path()).stdin(input);
        run.run().receipt(1, "partial");
        for seen in server.seen() {
            assert!(!String::from_utf8_lossy(&seen.body).contains("LoggedByMistake"));
            assert!(seen.records().len() <= 3);
        }
        let kept = fs::read_dir(folder.at("dead-letters"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        let kept = fs::read_to_string(kept.path()).unwrap();
        assert!(
            kept.contains("pylf_v1_****") && !kept.contains("LoggedByMistake"),
            "{kept}"
        );
        let file = folder.file("app.log", input);
        let detected = Run::new().arg("detect").arg(file).run();
        assert!(
            !detected.printed().contains("LoggedByMistake"),
            "{detected:?}"
        );
    }
}

/// Guarantees: the same for what is OTLP already, in both encodings.
#[test]
fn a_token_in_given_otlp_goes_no_further() {
    let server = FakeOtlp::accepting();
    Run::send_to(&server)
        .stdin("x PLANTED y\n")
        .run()
        .receipt(0, "delivered");
    let planted = b"pylf_v1_u";
    let mut body = server.seen()[0].body.clone();
    // Nine bytes for nine: the length of the text stays right, and an attribute's tag follows.
    let at = body
        .windows(9)
        .position(|part| part == b"x PLANTED")
        .unwrap();
    body[at..at + 9].copy_from_slice(planted);
    let folder = Folder::new();
    let mut framed = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    framed.extend(body);
    let file = folder.file("logs.otlp", framed);
    let outcome = Run::send().args(["--to", "stdout"]).arg(file).run();
    outcome
        .receipt(0, "delivered")
        .assert_warns(&["1 Logfire token"]);
    assert!(outcome.stdout.contains("pylf_v1_* y"), "{outcome:?}");
    let line = outcome
        .stdout
        .lines()
        .next()
        .unwrap()
        .replace("pylf_v1_*", "pylf_v1_q");
    let outcome = Run::send()
        .args(["--to", "stdout"])
        .stdin(line + "\n")
        .run();
    assert!(outcome.stdout.contains("pylf_v1_* y"), "{outcome:?}");
}

/// Guarantees: the token is no argument of the process, and is not in its output, whichever way it was handed over.
#[test]
fn the_token_is_in_no_argument_of_the_process() {
    let folder = Folder::new();
    let secret = folder.file("token", TOKEN);
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let server = FakeOtlp::judging(|_| echo(401, TOKEN));
    let words = [
        "send",
        "-v",
        "--to",
        "logfire",
        "--time",
        "keep",
        "--token-file",
        secret.to_str().unwrap(),
    ];
    let mut command = otelctl(&words);
    command
        .env("LOGFIRE_BASE_URL", server.url())
        .env("RUST_BACKTRACE", "full");
    command.stdin(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    let arguments = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    assert_clean(&String::from_utf8_lossy(&arguments), "the arguments");
    let output = ended(child);
    assert_clean(&String::from_utf8_lossy(&output.stdout), "standard output");
    assert_clean(&String::from_utf8_lossy(&output.stderr), "standard error");
}
