//! What keeps a command from starting: exit code 2, a text that names the thing, and a hint.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::harness::{Folder, Run};

/// The error must name `thing` and its hint hold `hint`, for people and for scripts alike.
#[track_caller]
fn check(words: &[&dyn AsRef<std::ffi::OsStr>], code: &str, thing: &str, hint: &str) {
    let words: Vec<OsString> = words.iter().map(|word| word.as_ref().to_owned()).collect();
    let outcome = Run::new().args(words.clone()).stdin("x\n").run();
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert_eq!(outcome.stdout, "");
    let text = &outcome.stderr;
    assert!(text.starts_with("error: "), "{text}");
    assert!(text.contains(thing), "{thing} in {text}");
    assert!(text.contains(hint), "{hint} in {text}");
    let outcome = Run::new().args(words).arg("--json").stdin("x\n").run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (2, ""));
    let (found, message, advice) = outcome.error();
    assert_eq!(found, code);
    assert!(message.contains(thing), "{thing} in {message}");
    assert!(advice.contains(hint), "{hint} in {advice}");
    assert_eq!(outcome.json().as_object().unwrap().len(), 1);
}

/// The same for `send` to nowhere in particular.
#[track_caller]
fn check_input(path: &Path, thing: &str, hint: &str) {
    check(&[&"send", &path, &"--to", &"stdout"], "input", thing, hint);
    check(&[&"detect", &path], "input", thing, hint);
}

/// Guarantees: a missing file is named, with a way to look for it.
#[test]
fn a_missing_file_is_named() {
    let folder = Folder::new();
    check_input(
        &folder.at("missing.log"),
        "missing.log",
        "check the spelling",
    );
}

/// Guarantees: nothing is sent of the other files when one of those named is missing.
#[test]
fn a_missing_file_keeps_the_others_from_being_sent() {
    let folder = Folder::new();
    let good = folder.file("good.log", "one\n");
    let outcome = Run::send()
        .args([good, folder.at("missing.log")])
        .args(["--to", "stdout"])
        .run();
    assert_eq!(outcome.code, 2);
    assert_eq!(outcome.stdout.lines().count(), 1, "{}", outcome.stdout);
}

/// Guarantees: a directory is named, with a pattern for what is in it.
#[test]
fn a_directory_is_named() {
    let folder = Folder::new();
    check_input(folder.path(), "is a directory", "/*.log'");
}

/// Guarantees: a pattern without a match is named.
#[test]
fn a_pattern_without_a_match_is_named() {
    let folder = Folder::new();
    check_input(&folder.at("*.log"), "*.log", "check the pattern");
}

/// Guarantees: a file that we may not read is named, with the way to its permissions.
#[test]
fn an_unreadable_file_is_named() {
    let folder = Folder::new();
    let path = folder.file("locked.log", "one\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser reads everything, so there is nothing to see.
    if File::open(&path).is_ok() {
        return;
    }
    check_input(&path, "locked.log", "check the permissions");
}

/// Guarantees: without a file and without a pipe, we say what to type.
#[test]
fn nothing_to_read_is_told() {
    let outcome = Run::new().args(["send", "--to", "stdout"]).run();
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.stderr, @r#"
    error: nothing to send: no file is named, and standard input is a terminal
    hint: name a file (otelctl send app.log), pipe into it (app | otelctl send), or see otelctl send --help
    "#);
}

/// Guarantees: what is no URL, or none that can be used, is named with its flag.
#[test]
fn a_url_that_cannot_be_used_is_named() {
    check(
        &[&"send", &"--to", &"http://"],
        "settings",
        "--to",
        "http://localhost:4318",
    );
    check(
        &[&"send", &"--to", &"ftp://host"],
        "settings",
        "ftp://host",
        "http://localhost:4318",
    );
    check(
        &[&"send", &"--to", &"localhost:4318"],
        "settings",
        "no scheme",
        "http://localhost:4318",
    );
    check(
        &[&"send", &"--endpoint", &"http://u:p@host"],
        "settings",
        "user name",
        "--header",
    );
}

/// Guarantees: an unknown flag is named, with what was probably meant.
#[test]
fn an_unknown_flag_is_named() {
    let outcome = Run::new().args(["send", "--compresion", "gzip"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(
        outcome.stderr.contains("'--compresion'"),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("'--compression'"),
        "{}",
        outcome.stderr
    );
    let outcome = Run::new().args(["send", "--nope", "--json"]).run();
    assert_eq!(outcome.code, 2);
    let (code, message, hint) = outcome.error();
    assert_eq!(code, "usage");
    assert!(
        message.contains("--nope") && hint.contains("--help"),
        "{message}"
    );
}

/// Guarantees: a value that cannot be read is named with its flag.
#[test]
fn a_value_that_cannot_be_read_is_named() {
    for (flag, value) in [
        ("--in-flight", "0"),
        ("--timeout", "soon"),
        ("--batch-bytes-max", "much"),
        ("--protocol", "smtp"),
        ("--resource", "novalue"),
    ] {
        let outcome = Run::new().args(["send", flag, value]).run();
        assert_eq!(outcome.code, 2);
        assert!(outcome.stderr.contains(flag), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(value), "{}", outcome.stderr);
    }
}

/// Guarantees: an unknown destination is answered with the known ones, and with the nearest.
#[test]
fn an_unknown_destination_is_named() {
    check(
        &[&"send", &"--to", &"logfrie"],
        "settings",
        "logfrie",
        "did you mean logfire?",
    );
    let outcome = Run::new()
        .args(["send", "--to", "nowhere"])
        .stdin("x\n")
        .run();
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("known are local, stdout")
            && outcome.stderr.contains("otelctl destinations"),
        "{}",
        outcome.stderr
    );
}

/// Guarantees: a Logfire destination without a token says where to get one.
#[test]
fn a_missing_token_is_told() {
    check(
        &[&"send", &"--to", &"logfire"],
        "settings",
        "LOGFIRE_TOKEN",
        "write token",
    );
}

/// Guarantees: flags that make no sense together are named.
#[test]
fn flags_that_exclude_each_other_are_named() {
    check(
        &[&"send", &"--out", &"o", &"--to", &"stdout"],
        "settings",
        "--out",
        "--to local",
    );
    check(
        &[&"send", &"--to", &"local", &"--endpoint", &"http://c"],
        "settings",
        "--endpoint",
        "leave one out",
    );
    check(
        &[&"send", &"--to", &"stdout", &"--compression", &"gzip"],
        "settings",
        "--compression",
        "another program",
    );
}

/// Guarantees: an unknown time zone is named, with the form of a right one.
#[test]
fn an_unknown_time_zone_is_named() {
    check(
        &[&"send", &"--tz", &"Mars/Olympus", &"--to", &"stdout"],
        "settings",
        "Mars/Olympus",
        "Europe/Berlin",
    );
}

/// Guarantees: an input is never written over.
#[test]
fn an_input_is_not_written_over() {
    let folder = Folder::new();
    let path = folder.file("app.log", "precious\n");
    let to = format!("file:{}", path.display());
    check(
        &[&"send", &path, &"--to", &to],
        "output",
        "app.log",
        "another place",
    );
    check(
        &[&"send", &path, &"--to", &"local", &"--out", &path],
        "output",
        "app.log",
        "another place",
    );
    let link = folder.at("link.jsonl");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let to = format!("file:{}", link.display());
    check(
        &[&"send", &path, &"--to", &to],
        "output",
        "link.jsonl",
        "another place",
    );
    assert_eq!(fs::read_to_string(path).unwrap(), "precious\n");
}

/// Guarantees: an output in a folder that is not there is named.
#[test]
fn an_output_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    let path = folder.file("app.log", "one\n");
    let out = folder.at("nowhere/out.jsonl");
    let to = format!("file:{}", out.display());
    check(
        &[&"send", &path, &"--to", &to],
        "output",
        "nowhere/out.jsonl",
        "can be written",
    );
    check(
        &[&"send", &path, &"--to", &"local", &"--out", &out],
        "setup",
        "nowhere/out.jsonl",
        "can be written",
    );
}

/// Guarantees: a full disk leaves the records unsent, exit code 4, and names the file.
#[test]
fn a_full_disk_is_told() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let run = |run: Run| {
        run.args(["--to", "file:/dev/full"])
            .stdin("one\ntwo\n")
            .run()
    };
    let receipt = run(Run::send()).receipt(4, "undelivered");
    assert_eq!(receipt.records("unsent"), 2);
    let (code, message) = receipt.stop();
    assert_eq!(code, "output");
    assert!(message.contains("/dev/full"), "{message}");
    let outcome = run(Run::new().arg("send"));
    assert_eq!(outcome.code, 4);
    insta::assert_snapshot!(outcome.stderr.lines().skip_while(|line| !line.starts_with("error:")).collect::<Vec<_>>().join("\n"), @r#"
    error: cannot write to /dev/full
      caused by: No space left on device (os error 28)
    hint: make room or choose another place, and run it again
    "#);
}

/// Guarantees: a full disk under `--out` is no success, though every record arrived.
#[test]
fn a_full_disk_under_out_is_no_success() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let outcome = Run::send()
        .args(["--to", "local", "--out", "/dev/full"])
        .stdin("one\ntwo\n")
        .run();
    let receipt = outcome.receipt(1, "partial");
    assert_eq!(receipt.records("delivered"), 2);
    receipt.assert_warns(&["not all that arrived could be kept", "No space left"]);
}

/// Guarantees: TLS files that cannot be read are named before anything is sent.
#[test]
fn an_unreadable_certificate_is_named() {
    let folder = Folder::new();
    let missing = folder.at("ca.pem");
    let to = [
        "send",
        "--to",
        "https://localhost:1",
        "--retry-for",
        "0s",
        "--ca-cert",
    ];
    let outcome = Run::new().args(to).arg(missing).stdin("x\n").run();
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("ca.pem"), "{}", outcome.stderr);
}

/// Guarantees: gRPC, which is not spoken yet, is answered with what is.
#[test]
fn grpc_is_answered_with_what_is_spoken() {
    let words: [&dyn AsRef<std::ffi::OsStr>; 3] = [&"send", &"--protocol", &"grpc"];
    check(&words, "settings", "grpc", "http/protobuf");
}

/// The texts between `opening` and the next quotation mark, in each file of a folder.
fn words_behind(folder: &Path, opening: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            words_behind(&path, opening, found);
            continue;
        }
        if path.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (product, _) = text
            .split_once("#[cfg(test)]\nmod tests")
            .unwrap_or((&text, ""));
        let words = product.split(opening).skip(1);
        found.extend(
            words
                .filter_map(|rest| rest.split('"').next())
                .map(str::to_owned),
        );
    }
}

/// Guarantees: every code that a script may see is produced by a test in this folder.
#[test]
fn every_code_is_produced_by_a_test() {
    let mut codes = BTreeSet::new();
    for opening in [
        "code: \"",
        "Failure::setup(\"",
        "Failure::setup(\n            \"",
    ] {
        words_behind(Path::new("src"), opening, &mut codes);
    }
    codes.retain(|code| {
        !code.is_empty()
            && code
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    });
    let expected = [
        "certificate",
        "denied",
        "input",
        "interrupted",
        "keychain",
        "misdirected",
        "no-answer",
        "nobody-there",
        "output",
        "settings",
        "setup",
        "state",
        "time-window",
        "token",
        "usage",
    ];
    assert_eq!(
        codes.iter().map(String::as_str).collect::<Vec<_>>(),
        expected
    );
    let tests = [
        include_str!("binary.rs"),
        include_str!("delivery.rs"),
        include_str!("cli.rs"),
        include_str!("errors.rs"),
        include_str!("resume.rs"),
        include_str!("times.rs"),
        include_str!("token.rs"),
    ];
    // This function names each of them once.
    let here = |code: &&str| tests.concat().matches(&format!("\"{code}\"")).count() > 1;
    let (_, missing): (Vec<&str>, Vec<&str>) = expected.into_iter().partition(here);
    assert!(missing.is_empty(), "no test produces {missing:?}");
}

/// Guarantees: a format that nobody knows is named, with the one that was probably meant and the way to the list.
#[test]
fn an_unknown_format_is_named() {
    for command in ["send", "detect"] {
        check(
            &[&command, &"-", &"--format", &"nginx-eror"],
            "settings",
            "nginx-eror",
            "did you mean nginx-error? otelctl detect --list",
        );
    }
}

/// Guarantees: the place in a pattern that is at fault is marked.
#[test]
fn a_pattern_that_makes_no_sense_is_shown_with_its_fault() {
    let words = ["detect", "-", "--format", "{time} {level:lvl} {body}"];
    let outcome = Run::new().args(words).stdin("x\n").run();
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.stderr, @r#"
    error: the pattern "{time} {level:lvl} {body}" cannot be used (from --format)
      caused by: {level:lvl} is no kind of capture that there is
    hint: {time} {level:lvl} {body}
                 ^^^^^^^^^^^
          otelctl detect --list shows all formats with their patterns
    "#);
}

/// Guarantees: a configuration file that cannot be used is named, with the line.
#[test]
fn a_configuration_file_that_cannot_be_used_is_named() {
    let folder = Folder::new();
    let check_file = |text: &str, thing: &str, hint: &str| {
        let file = folder.file("c.toml", text);
        check(
            &[&"detect", &"-", &"--config", &file],
            "settings",
            thing,
            hint,
        );
    };
    check_file(
        "[formats.x]\npatern = 'a'\n",
        "line 2, column 1: there is no key",
        "pattern?",
    );
    check_file(
        "[formats.x]\npattern = '{time'\n",
        "line 2, column 11: the pattern of x",
        "^",
    );
    check_file(
        "[formats.x]\npattern = '[{level}] {body}'\nexample = 'x'\n",
        "line 3, column 11: the example of x",
        "[{level}] {body}",
    );
    check_file(
        "[formats.x\n",
        "line 1, column 11 is no TOML",
        "[formats.shop]",
    );
    let missing = folder.at("missing.toml");
    check(
        &[&"detect", &"-", &"--config", &missing],
        "settings",
        "missing.toml",
        "ls -l",
    );
}

/// Guarantees: help and completions do not read the configuration file.
#[test]
fn a_broken_configuration_file_does_not_stop_the_help() {
    let folder = Folder::new();
    let file = folder.file("c.toml", "nonsense");
    for words in [["detect", "--help"], ["completions", "bash"]] {
        let run = Run::new().args(words);
        let outcome = run.env("OTELCTL_CONFIG", file.to_str().unwrap()).run();
        assert_eq!(outcome.code, 0, "{outcome:?}");
    }
}
