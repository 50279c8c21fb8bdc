//! `send --follow --resume`: whatever ends a run, and whatever happens to its files before the next one, every line arrives.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::binary::{ended, otelctl, receipt, signal, stderr};
use crate::fake::{Answer, FakeOtlp, Flat, flatten_lines};
use crate::harness::{Folder, gzip};
use crate::resume::uids;

/// A line that has not come by then is lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
enum Reply {
    Accepts,
    /// 503 to everything.
    Unavailable,
    /// 413 to more than two records.
    TooLarge,
    /// 400 to what holds a line with `poison`.
    Refuses,
    /// Takes the records and says nothing.
    ResetsOnce,
}

/// What happens to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rotation {
    None,
    Rename,
    CopyAndTruncate,
    RenameAndCompress,
    /// What was not read of it is lost to everybody.
    DeleteAndCreate,
}

/// When it happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Under the first run.
    Running,
    /// Between the runs.
    Down,
}

/// How the first run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With SIGTERM.
    InOrder,
    /// With SIGKILL when some lines are acknowledged.
    Killed,
    /// With SIGKILL when none is.
    KilledUnheard,
    /// With SIGTERM when none is.
    InOrderUnheard,
}

/// A server that remembers what it acknowledged.
struct Sink {
    server: FakeOtlp,
    reply: Arc<AtomicU64>,
    acknowledged: Arc<Mutex<Vec<Flat>>>,
    /// A word for each request that was taken.
    taken: Receiver<()>,
}

impl Sink {
    fn new() -> Sink {
        let reply = Arc::new(AtomicU64::new(Reply::Accepts as u64));
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let (mode, books) = (Arc::clone(&reply), Arc::clone(&acknowledged));
        let (told, taken) = channel();
        let server = FakeOtlp::judging(move |seen| {
            let records = seen.records();
            let mode_now = mode.load(Ordering::SeqCst);
            let is = |reply: Reply| mode_now == reply as u64;
            if is(Reply::Unavailable) {
                return Answer::status(503);
            }
            if is(Reply::TooLarge) && records.len() > 2 {
                return Answer::status(413);
            }
            if is(Reply::Refuses) && records.iter().any(|one| one.text().contains("poison")) {
                return Answer::says(400, "I do not like it");
            }
            books.lock().unwrap().extend(records);
            told.send(()).ok();
            if is(Reply::ResetsOnce) {
                mode.store(Reply::Accepts as u64, Ordering::SeqCst);
                return Answer::reset();
            }
            Answer::ok()
        });
        Sink {
            server,
            reply,
            acknowledged,
            taken,
        }
    }

    fn set(&self, reply: Reply) {
        self.reply.store(reply as u64, Ordering::SeqCst);
    }

    fn texts(&self) -> Vec<String> {
        let taken = self.acknowledged.lock().unwrap();
        taken.iter().map(|one| one.text().to_owned()).collect()
    }

    /// Waits until all of these have come.
    #[track_caller]
    fn wait_for(&self, expected: &BTreeSet<String>) {
        loop {
            let found: BTreeSet<String> = self.texts().into_iter().collect();
            let missing: Vec<&String> = expected.difference(&found).collect();
            if missing.is_empty() {
                return;
            }
            let more = self.taken.recv_timeout(PATIENCE);
            assert!(more.is_ok(), "never came: {missing:?}");
        }
    }
}

/// A followed file, what was written to it, and the checkpoints of its runs.
struct Scene {
    folder: Folder,
    sink: Sink,
    file: PathBuf,
    written: usize,
}

impl Scene {
    fn new() -> Scene {
        let folder = Folder::new();
        Scene {
            file: folder.at("app.log"),
            folder,
            sink: Sink::new(),
            written: 0,
        }
    }

    fn run(&self, flags: &[&str]) -> Child {
        let word = self.file.to_str().unwrap();
        let words = ["send", "--follow", word, "--json", "--to"];
        let url = [self.sink.server.url(), "--batch-records-max", "8"];
        let pace = ["--poll-interval", "5ms", "--flush-interval", "5ms"];
        let words = [&words[..], &url, &pace, flags].concat();
        let mut command = otelctl(&words);
        command
            .env("OTELCTL_STATE_DIR", self.folder.at("state"))
            .spawn()
            .unwrap()
    }

    /// Writes so many lines; returns them.
    fn write(&mut self, count: usize) -> BTreeSet<String> {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.file)
            .unwrap();
        let numbers = self.written..self.written + count;
        self.written += count;
        let line = |number| match number % 10 {
            7 => format!("line {number} poison"),
            _ => format!("line {number}"),
        };
        let lines: Vec<String> = numbers.map(line).collect();
        file.write_all((lines.join("\n") + "\n").as_bytes())
            .unwrap();
        lines.into_iter().collect()
    }

    fn rotate(&self, rotation: Rotation) {
        let old = self.folder.at("app.log.1");
        match rotation {
            Rotation::None => {}
            Rotation::Rename => fs::rename(&self.file, &old).unwrap(),
            Rotation::CopyAndTruncate => {
                fs::copy(&self.file, &old).unwrap();
                fs::write(&self.file, "").unwrap();
            }
            Rotation::RenameAndCompress => {
                fs::rename(&self.file, &old).unwrap();
                let packed = gzip(&fs::read(&old).unwrap());
                fs::write(self.folder.at("app.log.1.gz"), packed).unwrap();
                fs::remove_file(&old).unwrap();
            }
            Rotation::DeleteAndCreate => fs::remove_file(&self.file).unwrap(),
        }
    }

    /// The lines of all dead letters.
    fn dead_letters(&self) -> BTreeSet<String> {
        let folder = self.folder.at("state").join("dead-letters");
        let files = fs::read_dir(folder).into_iter().flatten();
        files
            .flat_map(|file| {
                let text = fs::read_to_string(file.unwrap().path()).unwrap();
                flatten_lines(&text)
            })
            .map(|record| record.text().to_owned())
            .collect()
    }
}

/// A first run, its end, a rotation, and a second run that brings the rest.
#[derive(Debug, Clone, Copy)]
struct Case {
    rotation: Rotation,
    moment: Moment,
    end: End,
    /// To the second run.
    reply: Reply,
}

impl Case {
    /// Runs it; returns how many records came again.
    fn run(self) -> usize {
        let mut scene = Scene::new();
        let mut expected = self.first(&mut scene);
        // So that there is something to wait for in any case.
        expected.extend(scene.write(3));
        scene.sink.set(self.reply);
        self.second(&scene, &expected);
        let delivered: BTreeSet<String> = scene.sink.texts().into_iter().collect();
        let kept = scene.dead_letters();
        for line in &expected {
            let is_there = delivered.contains(line) || kept.contains(line);
            assert!(is_there, "{self:?}: {line} is lost");
        }
        let records = scene.sink.acknowledged.lock().unwrap();
        let twice = records.len() - uids(&records).len();
        if self.end == End::InOrder && self.reply != Reply::ResetsOnce {
            assert_eq!(twice, 0, "{self:?}: a line came twice");
        }
        twice
    }

    /// Returns the lines that must arrive in the end.
    fn first(self, scene: &mut Scene) -> BTreeSet<String> {
        let mut expected = scene.write(20);
        let is_unheard = matches!(self.end, End::KilledUnheard | End::InOrderUnheard);
        if is_unheard {
            scene.sink.set(Reply::Unavailable);
        }
        // What is not heard is not waited for; the rest has time enough on a slow machine.
        let drain = if is_unheard { "50ms" } else { "30s" };
        let child = scene.run(&["--resume", "--drain", drain]);
        match self.end {
            End::KilledUnheard | End::InOrderUnheard => scene.sink.server.wait_for_request(),
            End::InOrder | End::Killed => scene.sink.wait_for(&expected),
        }
        if self.moment == Moment::Running {
            expected.extend(self.rotate(scene));
        }
        let is_in_order = matches!(self.end, End::InOrder | End::InOrderUnheard);
        signal(child.id(), if is_in_order { "TERM" } else { "KILL" });
        let output = ended(child);
        if is_in_order {
            let expected = if is_unheard { 143 } else { 0 };
            let code = output.status.code();
            assert_eq!(code, Some(expected), "{self:?}: {}", stderr(&output));
        }
        if self.moment == Moment::Down {
            expected.extend(self.rotate(scene));
        }
        if self.rotation == Rotation::DeleteAndCreate {
            // What was acknowledged of the deleted file, and all of the new one.
            let new = fs::read_to_string(&scene.file).unwrap();
            let left: BTreeSet<&str> = new.lines().collect();
            let acknowledged = scene.sink.texts();
            expected.retain(|line| left.contains(line.as_str()) || acknowledged.contains(line));
        }
        expected
    }

    /// Rotates, with new lines before, as far as they can be read again, and behind it.
    fn rotate(self, scene: &mut Scene) -> BTreeSet<String> {
        let mut written = BTreeSet::new();
        if self.rotation != Rotation::DeleteAndCreate {
            written.extend(scene.write(5));
        }
        scene.rotate(self.rotation);
        written.extend(scene.write(5));
        written
    }

    fn second(self, scene: &Scene, expected: &BTreeSet<String>) {
        let child = scene.run(&["--from", "checkpoint"]);
        let is_taken = |line: &&String| self.reply != Reply::Refuses || !line.contains("poison");
        let taken = expected.iter().filter(is_taken).cloned().collect();
        scene.sink.wait_for(&taken);
        signal(child.id(), "TERM");
        let output = ended(child);
        let receipt = receipt(&output);
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "{self:?}: {}", stderr(&output));
        assert_eq!(receipt["records"]["unsent"], 0, "{self:?}");
    }
}

/// All cases of a rotation.
#[track_caller]
fn sweep(rotation: Rotation) {
    let replies = [
        Reply::Accepts,
        Reply::TooLarge,
        Reply::Refuses,
        Reply::ResetsOnce,
    ];
    let mut twice = 0;
    for moment in [Moment::Running, Moment::Down] {
        for end in [
            End::InOrder,
            End::Killed,
            End::KilledUnheard,
            End::InOrderUnheard,
        ] {
            for reply in replies {
                let case = Case {
                    rotation,
                    moment,
                    end,
                    reply,
                };
                twice += case.run();
            }
        }
    }
    assert!(
        twice > 0,
        "no case made a duplicate, so none was put to the test"
    );
}

/// Guarantees: whatever ends a run that follows, and whatever the server then answers, every line arrives or is a dead letter, and one that
/// comes twice has one uid.
#[test]
fn no_line_is_lost_over_crash_and_reply() {
    sweep(Rotation::None);
}

/// Guarantees: the same when the file is renamed, under the run or between two runs.
#[test]
fn no_line_is_lost_over_crash_and_renaming_and_reply() {
    sweep(Rotation::Rename);
}

/// Guarantees: the same when it is copied and truncated.
#[test]
fn no_line_is_lost_over_crash_and_truncation_and_reply() {
    sweep(Rotation::CopyAndTruncate);
}

/// Guarantees: the same when it is renamed and compressed.
#[test]
fn no_line_is_lost_over_crash_and_compression_and_reply() {
    sweep(Rotation::RenameAndCompress);
}

/// Guarantees: the same for all that is left when it is deleted and made anew.
#[test]
fn no_line_that_is_left_is_lost_over_crash_and_deletion_and_reply() {
    sweep(Rotation::DeleteAndCreate);
}

/// Guarantees: `--from end` counts for files that are not known; the next run goes on where the one before ended.
#[test]
fn a_file_that_was_begun_at_its_end_goes_on_there() {
    let mut scene = Scene::new();
    let old = scene.write(3);
    let flags = ["--resume", "--from", "end"];
    let child = scene.run(&flags);
    let state = scene.folder.at("state").join("state.json");
    let written = (0..1_000_000).any(|_| {
        std::thread::yield_now();
        is_written(&state)
    });
    assert!(written, "no checkpoint is written");
    signal(child.id(), "TERM");
    assert_eq!(ended(child).status.code(), Some(0));
    assert_eq!(scene.sink.texts(), [""; 0]);
    let new = scene.write(2);
    let child = scene.run(&flags);
    scene.sink.wait_for(&new);
    signal(child.id(), "TERM");
    let output = ended(child);
    let found: BTreeSet<String> = scene.sink.texts().into_iter().collect();
    assert_eq!(found, new, "{}", stderr(&output));
    assert!(found.is_disjoint(&old));
}

fn is_written(state: &Path) -> bool {
    fs::read_to_string(state).is_ok_and(|text| text.contains("app.log"))
}

/// Guarantees: when the server is gone for good, nothing is kept twice: the lines stay in their file, no undelivered file is made, and the
/// command that goes on does.
#[test]
fn what_a_dead_server_did_not_take_stays_in_the_file() {
    let mut scene = Scene::new();
    let lines = scene.write(5);
    scene.sink.set(Reply::Unavailable);
    let output = ended(scene.run(&["--resume", "--retry-for", "0s"]));
    assert_eq!(output.status.code(), Some(4));
    let receipt = receipt(&output);
    assert_eq!(receipt["records"]["unsent"], 5);
    let hint = receipt["stop"]["hint"].as_str().unwrap();
    assert!(hint.contains("go on where it ended: "), "{hint}");
    assert!(!scene.folder.at("state").join("undelivered").exists());
    scene.sink.set(Reply::Accepts);
    let child = scene.run(&["--resume"]);
    scene.sink.wait_for(&lines);
    signal(child.id(), "TERM");
    assert_eq!(ended(child).status.code(), Some(0));
    assert_eq!(scene.sink.texts().len(), 5);
}
