//! `--resume`: a run goes on where the last one was acknowledged, whatever happened to it, to the file and to the checkpoints.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use otelctl::source::checkpoint::lock::StateLock;

use crate::fake::{Answer, FakeOtlp, Flat};
use crate::harness::{Folder, Outcome, Run, gzip};

/// A server that takes so many requests and has no room for more.
struct Limited {
    server: FakeOtlp,
    room: Arc<AtomicUsize>,
}

impl Limited {
    fn to(requests: usize) -> Limited {
        let room = Arc::new(AtomicUsize::new(requests));
        let left = Arc::clone(&room);
        let server = FakeOtlp::judging(move |_| {
            let taken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
            match taken {
                Ok(_) => Answer::ok(),
                Err(_) => Answer::status(503),
            }
        });
        Limited { server, room }
    }

    fn set_room(&self, requests: usize) {
        self.room.store(requests, Ordering::SeqCst);
    }
}

/// A folder with files and checkpoints.
struct Place {
    folder: Folder,
}

impl Place {
    fn new() -> Place {
        Place {
            folder: Folder::new(),
        }
    }

    fn state(&self) -> PathBuf {
        self.folder.at("state")
    }

    /// `send` of one record a request, tried once.
    fn send(&self, server: &FakeOtlp, path: &Path) -> Run {
        Run::send()
            .arg(path)
            .args(["--to", server.url(), "--retry-for", "0s"])
            .args(["--batch-records-max", "1", "--in-flight", "1"])
            .state_dir(&self.state())
    }

    fn resume(&self, server: &FakeOtlp, path: &Path) -> Outcome {
        self.send(server, path).arg("--resume").run()
    }
}

fn lines(numbers: impl IntoIterator<Item = usize>) -> String {
    let line = |number| format!("line {number:04} {}\n", "x".repeat(30));
    numbers.into_iter().map(line).collect()
}

fn uid(record: &Flat) -> String {
    let uid = record.attribute("log.record.uid").unwrap();
    uid.strip_prefix("text ").unwrap().to_owned()
}

/// The texts that the server took, each with its only uid. No two share one.
#[track_caller]
pub(crate) fn uids(records: &[Flat]) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for record in records {
        let uid = uid(record);
        let held = found.entry(record.text().to_owned()).or_insert(uid.clone());
        assert_eq!(*held, uid, "{} has two uids", record.text());
    }
    let mut all: Vec<&String> = found.values().collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), found.len(), "two records share a uid");
    found
}

/// Texts that arrived, without those of requests that were refused: the refused are the last of each run.
#[track_caller]
fn assert_all_arrived(server: &FakeOtlp, expected: &str) {
    let uids = uids(&server.records());
    let mut expected: Vec<&str> = expected.lines().collect();
    expected.sort_unstable();
    let found: Vec<&str> = uids.keys().map(String::as_str).collect();
    assert_eq!(found, expected);
}

/// Guarantees: wherever a run ends, the next one goes on with the first record that was not acknowledged, and every record arrives
/// under one uid.
#[test]
fn a_run_goes_on_where_the_last_one_was_acknowledged() {
    let text = lines(0..12);
    for taken in 0..12 {
        let place = Place::new();
        let path = place.folder.file("app.log", &text);
        let limited = Limited::to(taken);
        let first = place.resume(&limited.server, &path);
        let receipt = first.receipt(4, "undelivered");
        assert_eq!(receipt.records("delivered"), taken as u64);
        let reached = receipt.0["sources"][0]["acknowledged_offset"].clone();
        assert_eq!(reached, lines(0..taken).len());
        limited.set_room(usize::MAX);
        let second = place.resume(&limited.server, &path).receipt(0, "delivered");
        assert_eq!(second.records("read"), 12 - taken as u64);
        assert_eq!(second.0["sources"][0]["start_offset"], reached);
        // The refused record came twice.
        assert_eq!(limited.server.records().len(), 13);
        assert_all_arrived(&limited.server, &text);
    }
}

/// Guarantees: with several requests under way, at most these and what has overtaken them are sent twice: twice as many requests.
#[test]
fn no_more_than_what_was_under_way_is_sent_twice() {
    let text = lines(0..200);
    for taken in [1, 7, 50, 90] {
        let place = Place::new();
        let path = place.folder.file("app.log", &text);
        let limited = Limited::to(taken);
        let run = || {
            Run::send()
                .arg(&path)
                .args(["--resume", "--to", limited.server.url()])
                .args(["--retry-for", "0s", "--batch-records-max", "2"])
                .args(["--in-flight", "3", "--protocol", "http/json"])
                .state_dir(&place.state())
                .run()
        };
        run().receipt(4, "undelivered");
        let before = limited.server.records().len();
        limited.set_room(usize::MAX);
        run().receipt(0, "delivered");
        assert_all_arrived(&limited.server, &text);
        let twice = limited.server.records().len() - 200;
        assert!(twice <= 2 * 2 * 3, "{twice} of {before} at {taken}");
    }
}

/// Guarantees: a file that is acknowledged to its end delivers nothing, ends well and says so.
#[test]
fn a_file_that_is_acknowledged_to_its_end_delivers_nothing() {
    let place = Place::new();
    let path = place.folder.file("app.log", lines(0..3));
    let server = FakeOtlp::accepting();
    place.resume(&server, &path).receipt(0, "delivered");
    let again = place.resume(&server, &path).receipt(0, "delivered");
    assert_eq!(again.records("read"), 0);
    assert_eq!(server.records().len(), 3);
    let args = ["send", "--resume", "--to", server.url()];
    let run = Run::new().args(args).arg(&path).state_dir(&place.state());
    let told = run.run();
    assert_eq!(told.code, 0);
    assert!(told.stderr.contains("nothing new"), "{}", told.stderr);
    fs::write(&path, lines(0..5)).unwrap();
    let grown = place.resume(&server, &path).receipt(0, "delivered");
    assert_eq!(grown.records("delivered"), 2);
    assert_all_arrived(&server, &lines(0..5));
}

/// Guarantees: an interrupted run without `--resume` prints the command that goes on, and that command does.
#[test]
fn a_run_that_was_not_asked_to_resume_says_how_to_go_on() {
    let place = Place::new();
    let path = place.folder.file("my app.log", lines(0..5));
    let limited = Limited::to(3);
    let url = limited.server.url();
    let args = ["--to", url, "--retry-for", "0s", "--batch-records-max", "1"];
    let run = || {
        Run::new()
            .args(["send", "--in-flight", "1"])
            .args(args)
            .state_dir(&place.state())
    };
    let outcome = run().arg(&path).run();
    assert_eq!(outcome.code, 4);
    let expected = format!(
        "otelctl send --resume --in-flight 1 --to {url} --retry-for 0s --batch-records-max 1 '{}'",
        path.to_str().unwrap()
    );
    assert!(outcome.stderr.contains(&expected), "{}", outcome.stderr);
    limited.set_room(usize::MAX);
    assert_eq!(run().args(["--resume"]).arg(&path).run().code, 0);
    let texts = limited.server.texts();
    assert_eq!(texts.len(), 6, "the refused one came twice: {texts:?}");
}

/// Guarantees: a run without `--resume` reads from the start and says nothing, and a run to the end leaves no checkpoint behind.
#[test]
fn a_plain_run_reads_from_the_start() {
    let place = Place::new();
    let path = place.folder.file("app.log", lines(0..4));
    let limited = Limited::to(2);
    place
        .resume(&limited.server, &path)
        .receipt(4, "undelivered");
    limited.set_room(usize::MAX);
    let plain = place.send(&limited.server, &path).run();
    let receipt = plain.receipt(0, "delivered");
    assert_eq!(receipt.records("read"), 4);
    assert_eq!(receipt.0["warnings"].as_array().unwrap().len(), 0);
    // It brought the checkpoint up to date that was there.
    let resumed = place.resume(&limited.server, &path).receipt(0, "delivered");
    assert_eq!(resumed.records("read"), 0);
    let fresh = Place::new();
    let path = fresh.folder.file("app.log", lines(0..4));
    fresh
        .send(&limited.server, &path)
        .run()
        .receipt(0, "delivered");
    assert!(!fresh.state().exists());
}

/// Guarantees: dry runs and destinations that are no servers write no checkpoint; a dry run shows what is left.
#[test]
fn what_is_not_sent_to_a_server_leaves_no_checkpoint() {
    let place = Place::new();
    let path = place.folder.file("app.log", lines(0..4));
    let out = format!("file:{}", place.folder.at("out.json").to_str().unwrap());
    for to in ["local", "stdout", &out] {
        let run = Run::send().arg(&path).args(["--resume", "--to", to]);
        let receipt = run.state_dir(&place.state()).run().receipt(0, "delivered");
        receipt.assert_warns(&["--resume is ignored"]);
        assert!(!place.state().exists(), "{to}");
    }
    let limited = Limited::to(1);
    let dry = || {
        place
            .send(&limited.server, &path)
            .args(["--resume", "--dry-run"])
    };
    assert_eq!(dry().run().receipt(0, "undelivered").records("unsent"), 4);
    assert!(!place.state().exists());
    place
        .resume(&limited.server, &path)
        .receipt(4, "undelivered");
    let kept = fs::read(place.state().join("state.json")).unwrap();
    assert_eq!(dry().run().receipt(0, "undelivered").records("unsent"), 3);
    assert_eq!(fs::read(place.state().join("state.json")).unwrap(), kept);
}

/// Guarantees: what one server acknowledged is not acknowledged by another.
#[test]
fn each_destination_has_its_own_checkpoint() {
    let place = Place::new();
    let path = place.folder.file("app.log", lines(0..4));
    let (one, other) = (FakeOtlp::accepting(), FakeOtlp::accepting());
    place.resume(&one, &path).receipt(0, "delivered");
    let second = place.resume(&other, &path).receipt(0, "delivered");
    assert_eq!(second.records("delivered"), 4);
    assert_eq!(uids(&one.records()), uids(&other.records()));
}

/// Guarantees: a renamed file goes on under its new name, and what it still holds comes before the file that took its name.
#[test]
fn a_rotated_file_goes_on() {
    for names in [&["app.log.1"][..], &["app.log.1", "app.log"], &["app.log"]] {
        let place = Place::new();
        let path = place.folder.file("app.log", lines(0..6));
        let limited = Limited::to(2);
        place
            .resume(&limited.server, &path)
            .receipt(4, "undelivered");
        fs::rename(&path, place.folder.at("app.log.1")).unwrap();
        let has_new = names.contains(&"app.log");
        if has_new {
            place.folder.file("app.log", lines(6..8));
        }
        limited.set_room(usize::MAX);
        let run = names.iter().fold(
            Run::send().args(["--resume", "--to", limited.server.url()]),
            |run, name| run.arg(place.folder.at(name)),
        );
        let receipt = run.state_dir(&place.state()).run().receipt(0, "delivered");
        let expected = if has_new { 8 } else { 6 };
        assert_eq!(receipt.records("read"), expected as u64 - 2, "{names:?}");
        assert_all_arrived(&limited.server, &lines(0..expected));
    }
}

/// Guarantees: a run that ends inside a rotated file reads the rest of it in the next run, before the file that took its name.
#[test]
fn a_rotated_file_is_not_forgotten_by_a_second_interruption() {
    for is_copied in [false, true] {
        let place = Place::new();
        let path = place.folder.file("app.log", lines(0..8));
        let limited = Limited::to(2);
        place
            .resume(&limited.server, &path)
            .receipt(4, "undelivered");
        let rotated = place.folder.at("app.log.1");
        if is_copied {
            fs::copy(&path, &rotated).unwrap();
        } else {
            fs::rename(&path, &rotated).unwrap();
        }
        fs::write(&path, lines(8..10)).unwrap();
        for room in [0, 3, 1, 0] {
            limited.set_room(room);
            place
                .resume(&limited.server, &path)
                .receipt(4, "undelivered");
        }
        limited.set_room(usize::MAX);
        let last = place.resume(&limited.server, &path).receipt(0, "delivered");
        assert_eq!(last.records("read"), 4, "copied: {is_copied}");
        assert_all_arrived(&limited.server, &lines(0..10));
        let end = place.resume(&limited.server, &path).receipt(0, "delivered");
        assert_eq!(end.records("read"), 0);
    }
}

/// Guarantees: a file that was cut off and written anew is read from its start, with uids of their own; without a copy of what was cut
/// off, the user is told.
#[test]
fn a_truncated_file_is_read_from_its_start() {
    let place = Place::new();
    let path = place.folder.file("app.log", lines(0..6));
    let server = FakeOtlp::accepting();
    place.resume(&server, &path).receipt(0, "delivered");
    // The same first line, so that only the checkpoint tells the two generations apart.
    fs::write(&path, lines([0, 7])).unwrap();
    let receipt = place.resume(&server, &path).receipt(0, "delivered");
    assert_eq!(receipt.records("read"), 2);
    receipt.assert_warns(&["was cut off", "unknown"]);
    let records = server.records();
    assert_eq!(records[0].text(), records[6].text());
    assert_ne!(uid(&records[0]), uid(&records[6]));
}

/// Guarantees: a compressed file goes on by its plain bytes, and its uids are those of the file that was compressed.
#[test]
fn a_compressed_file_goes_on_by_its_plain_bytes() {
    let place = Place::new();
    // More than a small file, so that its bytes alone tell it.
    let text = lines(0..60);
    let path = place.folder.file("app.log.gz", gzip(text.as_bytes()));
    let limited = Limited::to(40);
    let first = place.resume(&limited.server, &path);
    assert_eq!(first.receipt(4, "undelivered").records("delivered"), 40);
    limited.set_room(usize::MAX);
    let receipt = place.resume(&limited.server, &path).receipt(0, "delivered");
    assert_eq!(receipt.records("delivered"), 20);
    assert_eq!(receipt.0["sources"][0]["start_offset"], lines(0..40).len());
    assert_all_arrived(&limited.server, &text);
    let plain = place.folder.file("copy.log", &text);
    let run = place
        .send(&limited.server, &plain)
        .args(["--uid", "always"]);
    run.run().receipt(0, "delivered");
    assert_all_arrived(&limited.server, &text);
}

/// Guarantees: a damaged state is set aside and told of once, and reading begins earlier, never later.
#[test]
fn damaged_checkpoints_lead_to_reading_earlier() {
    for is_previous_whole in [true, false] {
        let place = Place::new();
        let path = place.folder.file("app.log", lines(0..8));
        let limited = Limited::to(2);
        place
            .resume(&limited.server, &path)
            .receipt(4, "undelivered");
        limited.set_room(3);
        place
            .resume(&limited.server, &path)
            .receipt(4, "undelivered");
        let state = place.state().join("state.json");
        let previous = place.state().join("state.json.prev");
        let whole = fs::read(&state).unwrap();
        fs::write(&state, &whole[..whole.len() / 2]).unwrap();
        if !is_previous_whole {
            fs::write(&previous, "").unwrap();
        }
        limited.set_room(usize::MAX);
        let receipt = place.resume(&limited.server, &path).receipt(0, "delivered");
        receipt.assert_warns(&["state reset", "state.json.corrupt-1795176000"]);
        let read = receipt.records("read");
        assert!(read >= 3 && (is_previous_whole == (read < 8)), "{read}");
        assert_all_arrived(&limited.server, &lines(0..8));
        let after = place.resume(&limited.server, &path).receipt(0, "delivered");
        assert_eq!(after.0["warnings"].as_array().unwrap().len(), 0);
    }
}

/// Guarantees: a second run over the same checkpoints is refused before anything is sent, and says whom to wait for.
#[test]
fn a_second_run_over_the_same_checkpoints_is_refused() {
    let place = Place::new();
    let path = place.folder.file("app.log", lines(0..2));
    let server = FakeOtlp::accepting();
    let lock = StateLock::take(&place.state()).unwrap();
    let outcome = place.resume(&server, &path);
    assert_eq!(outcome.code, 2);
    let (code, message, hint) = outcome.error();
    assert_eq!(code, "state");
    let process = format!("process {}", std::process::id());
    assert!(message.contains(&process), "{message}");
    assert!(hint.contains("wait"), "{hint}");
    assert_eq!(server.seen().len(), 0);
    // A plain run needs none.
    place.send(&server, &path).run().receipt(0, "delivered");
    drop(lock);
    place.resume(&server, &path).receipt(0, "delivered");
}

/// Guarantees: pipes are read as they come, with a word about it, and their uids are those of one run.
#[test]
fn a_pipe_is_not_resumed() {
    let server = FakeOtlp::accepting();
    let place = Place::new();
    for _ in 0..2 {
        let run = Run::send_to(&server).args(["--resume"]).stdin("a\na\n");
        let receipt = run.state_dir(&place.state()).run().receipt(0, "delivered");
        receipt.assert_warns(&["--resume is ignored"]);
    }
    let records = server.records();
    assert_ne!(uid(&records[0]), uid(&records[1]));
    assert!(!place.state().exists());
}

/// Guarantees: a uid is added when it is asked for, does not depend on batches, threads and splits, and is left alone when the record
/// brings its own.
#[test]
fn uids_depend_on_the_record_alone() {
    let folder = Folder::new();
    let text: String = lines(0..3_000) + "\u{1b}[31mred\u{1b}[0m\nblue\n";
    let path = folder.file("app.log", text);
    let server = FakeOtlp::accepting();
    let mut found = Vec::new();
    for flags in [
        &["--threads", "1"][..],
        &["--batch-bytes-max", "2KiB"],
        &["--protocol", "http/json"],
    ] {
        let before = server.records().len();
        let run = Run::send_to(&server).arg(&path).args(["--uid", "always"]);
        run.args(flags.iter().copied())
            .run()
            .receipt(0, "delivered");
        found.push(uids(&server.records()[before..]));
    }
    assert_eq!(found[0].len(), 3_002);
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]));
    let own = folder.file("own.json", "{\"msg\":\"a\",\"log.record.uid\":\"mine\"}\n");
    Run::send_to(&server)
        .arg(&own)
        .args(["--uid", "always"])
        .run()
        .receipt(0, "delivered");
    assert_eq!(uid(server.records().last().unwrap()), "mine");
    let before = server.records().len();
    Run::send_to(&server)
        .arg(&path)
        .run()
        .receipt(0, "delivered");
    let plain = &server.records()[before..];
    assert!(
        plain
            .iter()
            .all(|record| record.attribute("log.record.uid").is_none())
    );
}
