//! `send --follow`: lines that are written while it runs, rotation under it, its end, and what it refuses.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use crate::binary::{ended, otelctl, receipt, signal, stderr};
use crate::fake::FakeOtlp;
use crate::harness::{Folder, Run, gzip};

/// Between lines that are written until one is seen.
const PACE: Duration = Duration::from_millis(10);

/// Lines after which a slow machine has seen one.
const LINES_MAX: usize = 6_000;

/// A running `send --follow --json` of this word.
fn following(server: &FakeOtlp, word: &Path, flags: &[&str]) -> Child {
    let word = word.to_str().unwrap();
    let words = ["send", "--follow", word, "--json", "--to", server.url()];
    let pace = ["--poll-interval", "5ms", "--flush-interval", "20ms"];
    let words = [&words[..], &pace, flags].concat();
    otelctl(&words).spawn().unwrap()
}

/// Waits until so many records have come.
#[track_caller]
fn wait_for(server: &FakeOtlp, count: usize) {
    while server.records().len() < count {
        server.wait_for_request();
    }
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// Writes lines until one has come: until a follower has looked at its file, a new line may count as old.
#[track_caller]
fn append_until_seen(server: &FakeOtlp, path: &Path, line: impl Fn(usize) -> String) {
    let is_seen = |number| {
        append(path, &line(number));
        server.has_request_within(PACE)
    };
    assert!((0..LINES_MAX).any(is_seen), "no line has come");
}

/// Guarantees: lines that are written while it runs arrive; an interrupt ends it with exit code 0 and a receipt of every file.
#[test]
fn lines_arrive_as_they_are_written_and_an_interrupt_ends_it_in_order() {
    for name in ["INT", "TERM"] {
        let server = FakeOtlp::accepting();
        let folder = Folder::new();
        let file = folder.file("app.log", "one\n");
        folder.file("idle.log", "");
        let child = following(&server, &folder.at("*.log"), &[]);
        wait_for(&server, 1);
        append(&file, "two\n");
        wait_for(&server, 2);
        append(&folder.at("new.log"), "three\n");
        wait_for(&server, 3);
        append(&file, "four\nhalf a line");
        signal(child.id(), name);
        let output = ended(child);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let receipt = receipt(&output);
        assert_eq!(receipt["outcome"], "delivered");
        let texts = server.texts();
        assert_eq!(texts, ["one", "two", "three", "four", "half a line"]);
        let sources = receipt["sources"].as_array().unwrap();
        let name = |index: usize| sources[index]["name"].as_str().unwrap();
        assert!(name(0).ends_with("/app.log") && name(1).ends_with("/idle.log"));
        assert!(name(2).ends_with("/new.log"));
        assert_eq!(sources[0]["acknowledged_offset"], 24);
        assert_eq!(stderr(&output), "");
    }
}

/// Guarantees: with `--from end` only what is written from then on is sent, read by what stands before it.
#[test]
fn from_the_end_only_new_lines_are_sent() {
    let server = FakeOtlp::accepting();
    let folder = Folder::new();
    let line = |second: u32, text: &str| {
        format!("2026-11-20 09:00:{second:02},123 INFO  [main] app.Shop - {text}\n")
    };
    let old = (0..9).map(|second| line(second, "old")).collect::<String>();
    let file = folder.file("app.log", &old);
    let child = following(&server, &file, &["--from", "end"]);
    append_until_seen(&server, &file, |number| {
        line(u32::try_from(number % 60).unwrap(), "new")
    });
    signal(child.id(), "TERM");
    let output = ended(child);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(server.texts().iter().all(|text| text == "new"));
    assert!(
        server
            .records()
            .iter()
            .all(|one| one.attribute("thread.name").is_some())
    );
    let receipt = receipt(&output);
    assert!(receipt["sources"][0]["start_offset"].as_u64().unwrap() >= old.len() as u64);
}

/// Guarantees: a record has the same uid whether it was followed or read from the file, also where a byte order mark stands at the
/// beginning, or where the first line was not complete when it was found.
#[test]
fn a_followed_record_has_the_uid_that_it_has_in_the_file() {
    for (before, from) in [("\u{feff}one\ntwo\n", "start"), ("not comp", "end")] {
        let server = FakeOtlp::accepting();
        let folder = Folder::new();
        let file = folder.file("app.log", before);
        let child = following(&server, &file, &["--uid", "always", "--from", from]);
        append_until_seen(&server, &file, |number| format!("line {number}\n"));
        signal(child.id(), "TERM");
        assert_eq!(ended(child).status.code(), Some(0));
        let followed = server.records().len();
        let words = ["send", file.to_str().unwrap(), "--uid", "always"];
        let mut sent = otelctl(&[&words[..], &["--to", server.url()]].concat());
        assert_eq!(ended(sent.spawn().unwrap()).status.code(), Some(0));
        let records = server.records();
        assert!(records.len() >= 2 * followed);
        crate::resume::uids(&records);
    }
}

/// Writes numbered lines and rotates under the reader, sometimes twice between two looks; then every line has come once.
#[track_caller]
fn assert_nothing_lost(rotate: fn(&Path, &Path)) {
    let server = FakeOtlp::accepting();
    let folder = Folder::new();
    let file = folder.at("app.log");
    append(&file, "line 0\n");
    let child = following(&server, &file, &[]);
    wait_for(&server, 1);
    let mut number = 1;
    for round in 1..=12 {
        for _ in 0..150 {
            append(&file, &format!("line {number}\n"));
            number += 1;
        }
        if round % 3 == 0 {
            // The lines before are read now; those of the other rounds are not.
            wait_for(&server, number);
        }
        rotate(&file, &folder.at(&format!("app.log.{round}")));
    }
    append(&file, "the last\n");
    wait_for(&server, number + 1);
    signal(child.id(), "TERM");
    let output = ended(child);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut expected: Vec<String> = (0..number).map(|number| format!("line {number}")).collect();
    expected.push("the last".to_owned());
    let mut found = server.texts();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(receipt(&output)["records"]["delivered"], expected.len());
}

/// Guarantees: rotation by renaming loses nothing and doubles nothing.
#[test]
fn rotation_by_renaming_loses_nothing() {
    assert_nothing_lost(|file, rotated| {
        fs::rename(file, rotated).unwrap();
        File::create(file).unwrap();
    });
}

/// Guarantees: nor does rotation by copying and truncating, as long as nothing is written in between.
#[test]
fn rotation_by_copying_and_truncating_loses_nothing() {
    assert_nothing_lost(|file, rotated| {
        fs::copy(file, rotated).unwrap();
        let truncated = OpenOptions::new().write(true).open(file).unwrap();
        truncated.set_len(0).unwrap();
    });
}

/// Guarantees: a thousand files are followed with a few handles.
#[test]
fn a_thousand_files_are_followed_with_few_handles() {
    let server = FakeOtlp::accepting();
    let folder = Folder::new();
    for number in 0..1_000 {
        folder.file(&format!("{number:04}.log"), format!("first {number}\n"));
    }
    let child = following(&server, &folder.at("*.log"), &["--open-files-max", "16"]);
    wait_for(&server, 1_000);
    for number in 0..1_000 {
        let path = folder.at(&format!("{number:04}.log"));
        append(&path, &format!("second {number}\n"));
    }
    wait_for(&server, 2_000);
    if let Ok(handles) = fs::read_dir(format!("/proc/{}/fd", child.id())) {
        let links = handles.filter_map(|handle| fs::read_link(handle.ok()?.path()).ok());
        let logs = links.filter(|path| path.starts_with(folder.path())).count();
        assert!(logs <= 17, "{logs} open");
    }
    signal(child.id(), "TERM");
    let output = ended(child);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let receipt = receipt(&output);
    assert_eq!(receipt["records"]["delivered"], 2_000);
    assert_eq!(receipt["sources"].as_array().unwrap().len(), 1_000);
}

/// Guarantees: what is not there yet is waited for and said once; a file keeps its format when its successor begins with a line that tells
/// little.
#[test]
fn a_file_that_is_not_there_is_waited_for() {
    let server = FakeOtlp::accepting();
    let folder = Folder::new();
    let file = folder.at("app.log");
    let mut child = following(&server, &file, &[]);
    let mut said = vec![0; 512];
    let mut pipe = child.stderr.take().unwrap();
    let count = pipe.read(&mut said).unwrap();
    let said = String::from_utf8(said[..count].to_vec()).unwrap();
    let expected = format!("note: waiting for {} to appear\n", file.display());
    assert_eq!(said, expected);
    append(&file, &"{\"level\":\"error\",\"msg\":\"one\"}\n".repeat(5));
    wait_for(&server, 5);
    fs::rename(&file, folder.at("app.log.1")).unwrap();
    append(&file, "starting\n");
    wait_for(&server, 6);
    append(&file, "{\"level\":\"error\",\"msg\":\"two\"}\n");
    wait_for(&server, 7);
    signal(child.id(), "TERM");
    let output = ended(child);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(server.texts()[4..], ["one", "starting", "two"]);
    let receipt = receipt(&output);
    assert_eq!(
        receipt["sources"][1]["format"],
        receipt["sources"][0]["format"]
    );
}

/// Guarantees: the output is never its own input.
#[test]
fn the_output_is_not_followed() {
    let folder = Folder::new();
    folder.file("app.log", "one\n");
    let out = folder.at("out.log");
    let pattern = folder.at("*.log");
    let to = format!("file:{}", out.display());
    let words = ["send", "-f", pattern.to_str().unwrap(), "--to", &to];
    let pace = [
        "--json",
        "--poll-interval",
        "5ms",
        "--flush-interval",
        "20ms",
    ];
    let mut child = otelctl(&[&words[..], &pace].concat()).spawn().unwrap();
    let mut said = vec![0; 512];
    let mut pipe = child.stderr.take().unwrap();
    let count = pipe.read(&mut said).unwrap();
    let said = String::from_utf8_lossy(&said[..count]).into_owned();
    assert!(
        said.contains("out.log is written by otelctl itself"),
        "{said}"
    );
    signal(child.id(), "TERM");
    let output = ended(child);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(receipt(&output)["records"]["read"], 1);
}

/// Guarantees: what cannot be followed is refused before anything starts, and told what to do instead.
#[test]
fn what_cannot_be_followed_is_refused() {
    let folder = Folder::new();
    let zipped = folder.file("app.log.gz", gzip(b"one\n"));
    let refused = |word: &Path| {
        let run = Run::send().args(["--follow", "--to", "local"]).arg(word);
        let outcome = run.run();
        assert_eq!(outcome.code, 2);
        let (_, message, hint) = outcome.error();
        (message, hint)
    };
    let (message, hint) = refused(Path::new("-"));
    assert_eq!(message, "--follow cannot be combined with standard input");
    assert!(hint.contains("leave out --follow"), "{hint}");
    let (message, hint) = refused(&zipped);
    assert!(message.ends_with("app.log.gz is compressed and cannot be followed"));
    assert_eq!(hint, "send it without --follow");
    assert!(refused(folder.path()).0.ends_with("is a directory"));
}
