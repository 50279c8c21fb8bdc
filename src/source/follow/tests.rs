//! Followed files in a folder of their own: what happens to them between two looks, and what is read of them.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::*;
use crate::base::clock::{Clock as _, SystemClock};

const POLL: Duration = Duration::from_millis(250);
const PART_WAIT: Duration = Duration::from_secs(5);

/// A folder, a follower of it, and what it has told so far.
struct Scene {
    folder: TempDir,
    follower: Follower,
    now: Instant,
    told: Vec<FollowEvent>,
}

fn plan(folder: &TempDir, words: &[&str]) -> FollowPlan {
    FollowPlan {
        words: words.iter().map(|word| folder.path().join(word)).collect(),
        from: From::Start,
        poll_interval: POLL,
        part_wait: PART_WAIT,
        part_at_end: PartAtEnd::Send,
        open_files_max: 256,
        own: Vec::new(),
        start_of: None,
    }
}

impl Scene {
    fn new(words: &[&str]) -> Scene {
        Scene::with(words, |_| {})
    }

    fn with(words: &[&str], change: impl FnOnce(&mut FollowPlan)) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = plan(&folder, words);
        change(&mut plan);
        Scene {
            follower: Follower::new(plan),
            folder,
            now: SystemClock.instant(),
            told: Vec::new(),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn append(&self, name: &str, text: &str) {
        let path = self.at(name);
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.at(from), self.at(to)).unwrap();
    }

    /// What rotation with `copytruncate` does.
    fn copy_and_truncate(&self, from: &str, to: &str) {
        fs::copy(self.at(from), self.at(to)).unwrap();
        OpenOptions::new()
            .write(true)
            .open(self.at(from))
            .unwrap()
            .set_len(0)
            .unwrap();
    }

    /// One look, and everything that can be read without another.
    fn poll(&mut self) {
        self.now += POLL;
        let told = &mut self.told;
        let mut emit = |event| {
            told.push(event);
            Ok(())
        };
        while self.follower.poll(self.now, &mut emit).unwrap() == Pace::More {}
    }

    fn polls(&mut self, count: usize) {
        (0..count).for_each(|_| self.poll());
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
        self.polls(3);
    }

    fn finish(&mut self) {
        let told = &mut self.told;
        let mut emit = |event| {
            told.push(event);
            Ok(())
        };
        self.follower.finish(self.now, &mut emit).unwrap();
    }

    /// What was read of each source, in the order they were found: `name: text`, with `|` behind a part and `$` at the end.
    #[track_caller]
    fn check(&self, expected: &[&str]) {
        let mut sources = BTreeMap::<usize, String>::new();
        for event in &self.told {
            let FollowEvent::File(number, came) = event else {
                continue;
            };
            let text = sources.entry(*number).or_default();
            match came {
                Came::Found { path, .. } => {
                    let name = path.file_name().unwrap().to_string_lossy();
                    *text = format!("{name}: ");
                }
                Came::Head(_) => {}
                Came::Bytes(bytes) => text.push_str(str::from_utf8(bytes).unwrap()),
                Came::Part(bytes) => text.push_str(&(String::from_utf8_lossy(bytes) + "|")),
                Came::Ended => text.push('$'),
                Came::Failed(error) => panic!("{error}"),
            }
        }
        let found: Vec<String> = sources
            .into_values()
            .map(|text| text.replace('\n', ";"))
            .collect();
        assert_eq!(found, expected);
    }

    fn notices(&self) -> Vec<String> {
        let folder = format!("{}/", self.folder.path().display());
        let notice = |event: &FollowEvent| match event {
            FollowEvent::Notice(notice) => Some(notice.to_string().replace(&folder, "")),
            FollowEvent::File(..) => None,
        };
        self.told.iter().filter_map(notice).collect()
    }

    /// Everything that was read, in the order it came.
    fn text(&self) -> String {
        let bytes = self.told.iter().filter_map(|event| match event {
            FollowEvent::File(_, Came::Bytes(bytes) | Came::Part(bytes)) => Some(bytes.as_slice()),
            _ => None,
        });
        String::from_utf8(bytes.collect::<Vec<_>>().concat()).unwrap()
    }
}

#[test]
fn lines_are_read_as_they_are_written() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log", "1\n2\n");
    scene.poll();
    scene.append("a.log", "3\n");
    scene.polls(2);
    scene.append("a.log", "4\n5\n");
    scene.poll();
    scene.check(&["a.log: 1;2;3;4;5;"]);
    scene.finish();
    scene.check(&["a.log: 1;2;3;4;5;$"]);
}

#[test]
fn the_end_is_the_last_line_that_is_not_complete() {
    let mut scene = Scene::with(&["*.log"], |plan| plan.from = From::End);
    scene.append("a.log", "old\nhalf a ");
    scene.append("b.log", "old\n");
    scene.poll();
    scene.wait(PART_WAIT);
    scene.check(&["a.log: ", "b.log: "]);
    scene.append("a.log", "line\n");
    scene.append("c.log", "all of it\n");
    scene.poll();
    scene.check(&["a.log: half a line;", "b.log: ", "c.log: all of it;"]);
    let heads = scene.told.iter().filter_map(|event| match event {
        FollowEvent::File(_, Came::Head(head)) => Some(head.as_slice()),
        _ => None,
    });
    assert_eq!(heads.collect::<Vec<_>>(), [b"old\nhalf a line\n"]);
}

#[test]
fn an_earlier_run_tells_where_to_go_on() {
    let mut scene = Scene::with(&["*.log"], |plan| {
        plan.start_of = Some(Box::new(|path| {
            path.ends_with("a.log").then_some(Beginning {
                offset: 2,
                generation: 0,
            })
        }));
    });
    scene.append("a.log", "1\n2\n");
    scene.append("b.log", "3\n");
    scene.poll();
    scene.check(&["a.log: 2;", "b.log: 3;"]);
}

#[test]
fn a_renamed_file_is_read_to_its_end_before_the_new_one() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log", "1\n");
    scene.poll();
    scene.append("a.log", "2\n");
    scene.rename("a.log", "a.log.1");
    scene.append("a.log", "4\n");
    scene.poll();
    // Its writer has not turned to the new one yet.
    scene.append("a.log.1", "3\n");
    scene.polls(2);
    scene.check(&["a.log: 1;2;3;", "a.log: 4;"]);
    assert_eq!(scene.text(), "1\n2\n3\n4\n");
    scene.wait(Duration::from_secs(6));
    scene.append("a.log", "5\n");
    scene.poll();
    scene.check(&["a.log: 1;2;3;$", "a.log: 4;5;"]);
}

#[test]
fn a_file_that_was_renamed_twice_between_two_looks_is_not_lost() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log.1", "long ago\n");
    scene.append("a.log", "1\n");
    scene.poll();
    scene.append("a.log", "2\n");
    scene.rename("a.log.1", "a.log.2");
    scene.rename("a.log", "a.log.1");
    scene.append("a.log", "3\n");
    scene.rename("a.log.2", "a.log.3");
    scene.rename("a.log.1", "a.log.2");
    scene.rename("a.log", "a.log.1");
    scene.append("a.log", "4\n");
    scene.polls(4);
    scene.check(&["a.log: 1;2;", "a.log.1: 3;", "a.log: 4;"]);
    assert_eq!(scene.text(), "1\n2\n3\n4\n");
}

#[test]
fn a_pattern_that_takes_in_the_rotated_files_reads_them_once() {
    let mut scene = Scene::new(&["a.log*"]);
    scene.append("a.log", "1\n");
    scene.poll();
    scene.append("a.log", "2\n");
    scene.rename("a.log", "a.log.1");
    scene.append("a.log", "3\n");
    scene.polls(2);
    scene.copy_and_truncate("a.log", "a.log.2");
    scene.append("a.log", "4\n");
    scene.polls(2);
    scene.wait(Duration::from_secs(6));
    scene.check(&["a.log: 1;2;", "a.log: 3;$", "a.log: 4;"]);
}

#[test]
fn what_was_not_read_before_a_truncation_is_read_from_the_copy() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log", "1\n");
    scene.poll();
    scene.append("a.log", "2\n");
    scene.copy_and_truncate("a.log", "a.log.1");
    scene.append("a.log", "3\n");
    scene.polls(3);
    scene.check(&["a.log: 1;2;$", "a.log: 3;"]);
    assert_eq!(scene.text(), "1\n2\n3\n");
}

#[test]
fn a_file_that_grew_beyond_its_old_length_after_a_truncation_is_read_anew() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log", "first of all\n");
    scene.poll();
    scene.append("a.log", "last\n");
    scene.copy_and_truncate("a.log", "a.log.1");
    scene.append("a.log", "another beginning, and longer\n");
    scene.polls(3);
    scene.check(&[
        "a.log: first of all;last;$",
        "a.log: another beginning, and longer;",
    ]);
}

#[test]
fn a_copy_that_is_seen_before_the_truncation_is_not_read_twice() {
    let mut scene = Scene::new(&["a.log*"]);
    scene.append("a.log", "1\n");
    scene.poll();
    fs::copy(scene.at("a.log"), scene.at("a.log.1")).unwrap();
    scene.polls(2);
    fs::write(scene.at("a.log"), "").unwrap();
    scene.poll();
    scene.append("a.log", "2\n");
    scene.polls(2);
    scene.check(&["a.log: 1;$", "a.log: 2;"]);
}

#[test]
fn a_look_in_the_middle_of_a_rotation_loses_nothing() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log.9", "long ago\n");
    scene.append("a.log", "1\n");
    scene.poll();
    scene.rename("a.log", "a.log.1");
    scene.poll();
    scene.append("a.log", "2\n");
    scene.rename("a.log", "a.log.2");
    scene.append("a.log", "3\n");
    scene.polls(4);
    scene.wait(Duration::from_secs(6));
    scene.rename("a.log", "a.log.3");
    scene.append("a.log", "4\n");
    scene.polls(4);
    assert_eq!(scene.text(), "1\n2\n3\n4\n");
}

#[test]
fn files_that_all_begin_alike_are_neither_lost_nor_read_twice() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log.9", "start\nlong ago\n");
    scene.append("a.log", "start\n");
    scene.polls(2);
    scene.append("a.log", "1\n");
    for number in 2..5 {
        scene.rename("a.log", &format!("a.log.{number}"));
        scene.append("a.log", "start\n");
        scene.polls(number % 3);
        scene.append("a.log", &format!("{number}\n"));
    }
    scene.polls(4);
    assert_eq!(scene.text(), "start\n1\nstart\n2\nstart\n3\nstart\n4\n");
}

#[test]
fn two_truncations_between_two_looks_lose_nothing() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log", "1\n");
    scene.poll();
    scene.append("a.log", "2\n");
    scene.copy_and_truncate("a.log", "a.log.1");
    scene.append("a.log", "3\n");
    scene.copy_and_truncate("a.log", "a.log.2");
    scene.poll();
    // The file is empty now, so its length does not tell of another truncation.
    scene.append("a.log", "4\n");
    scene.copy_and_truncate("a.log", "a.log.3");
    scene.append("a.log", "5\n");
    scene.polls(5);
    assert_eq!(scene.text(), "1\n2\n3\n4\n5\n");
}

#[test]
fn a_copy_of_what_is_there_now_is_not_taken_for_an_older_file() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log", "1\n");
    scene.poll();
    scene.append("a.log", "2\n");
    scene.copy_and_truncate("a.log", "a.log.1");
    scene.append("a.log", "3\n4\n");
    // The next rotation is under way, and the copy is not complete.
    scene.append("a.log.2", "3\n");
    scene.polls(3);
    assert_eq!(scene.text(), "1\n2\n3\n4\n");
    fs::copy(scene.at("a.log"), scene.at("a.log.2")).unwrap();
    scene.copy_and_truncate("a.log", "a.log.2");
    scene.append("a.log", "5\n");
    scene.polls(3);
    assert_eq!(scene.text(), "1\n2\n3\n4\n5\n");
}

#[test]
fn a_truncation_in_place_begins_anew_and_tells_what_was_not_read() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log", "1\n2\n");
    scene.poll();
    scene.append("a.log", "half");
    scene.poll();
    fs::write(scene.at("a.log"), "3\n").unwrap();
    scene.polls(2);
    scene.check(&["a.log: 1;2;$", "a.log: 3;"]);
    assert_eq!(
        scene.notices(),
        ["a.log lost its last 4 bytes before they were read"]
    );
}

#[test]
fn a_deleted_file_is_read_to_its_end_and_its_successor_from_the_start() {
    // With few handles the first is closed, and its inode may be the second's.
    for open_files_max in [256, 1] {
        let mut scene = Scene::with(&["a.log", "b.log"], |plan| {
            plan.open_files_max = open_files_max;
        });
        scene.append("a.log", "1\n");
        scene.append("b.log", "other\n");
        scene.polls(2);
        fs::remove_file(scene.at("a.log")).unwrap();
        scene.append("a.log", "2\n3\n");
        scene.polls(3);
        scene.wait(Duration::from_secs(6));
        scene.check(&["a.log: 1;$", "b.log: other;", "a.log: 2;3;"]);
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_elsewhere_now_is_another_file() {
    let mut scene = Scene::new(&["current"]);
    scene.append("one", "1\n");
    std::os::unix::fs::symlink(scene.at("one"), scene.at("current")).unwrap();
    scene.poll();
    scene.append("one", "2\n");
    scene.append("two", "3\n");
    std::os::unix::fs::symlink(scene.at("two"), scene.at("next")).unwrap();
    scene.rename("next", "current");
    scene.polls(2);
    scene.wait(Duration::from_secs(6));
    scene.check(&["current: 1;2;$", "current: 3;"]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_rotated_file_that_was_compressed_is_not_read_again() {
    let mut scene = Scene::new(&["a.log*"]);
    scene.append("a.log", "1\n");
    scene.poll();
    scene.append("a.log", "2\n");
    scene.rename("a.log", "a.log.1");
    scene.append("a.log", "3\n");
    // Its compression begins with an empty file.
    fs::write(scene.at("a.log.1.gz"), "").unwrap();
    scene.polls(2);
    fs::write(scene.at("a.log.1.gz"), gzip(b"1\n2\n")).unwrap();
    fs::remove_file(scene.at("a.log.1")).unwrap();
    scene.polls(2);
    scene.wait(Duration::from_secs(6));
    scene.check(&["a.log: 1;2;$", "a.log: 3;", "a.log.1.gz: $"]);
    assert_eq!(
        scene.notices(),
        ["a.log.1.gz is compressed and not followed; send it without --follow"]
    );
}

#[test]
fn a_folder_that_vanishes_and_comes_back_is_gone_on_with() {
    for away in [Duration::ZERO, Duration::from_secs(120)] {
        let mut scene = Scene::new(&["logs/a.log"]);
        fs::create_dir(scene.at("logs")).unwrap();
        scene.append("logs/a.log", "1\n");
        scene.poll();
        scene.rename("logs", "elsewhere");
        scene.wait(away);
        scene.append("elsewhere/a.log", "2\n");
        scene.rename("elsewhere", "logs");
        scene.polls(2);
        scene.append("logs/a.log", "3\n");
        scene.poll();
        assert_eq!(scene.text(), "1\n2\n3\n");
        fs::remove_dir_all(scene.at("logs")).unwrap();
        scene.polls(2);
        fs::create_dir(scene.at("logs")).unwrap();
        scene.append("logs/a.log", "4\n");
        scene.polls(2);
        assert_eq!(scene.text(), "1\n2\n3\n4\n");
    }
}

#[test]
fn what_is_not_there_yet_is_waited_for_and_said_once() {
    let mut scene = Scene::with(&["a.log", "*.txt"], |plan| plan.from = From::End);
    scene.polls(3);
    assert_eq!(
        scene.notices(),
        [
            "waiting for a.log to appear".to_owned(),
            "waiting for a file that matches *.txt".to_owned()
        ]
    );
    scene.append("a.log", "1\n");
    scene.append("b.txt", "2\n");
    scene.polls(2);
    scene.check(&["a.log: 1;", "b.txt: 2;"]);
    assert_eq!(scene.notices().len(), 2);
}

#[test]
fn a_last_line_without_line_break_is_held_and_then_given_in_parts() {
    let mut scene = Scene::new(&["a.log"]);
    scene.append("a.log", "1\nhalf");
    scene.polls(3);
    scene.check(&["a.log: 1;"]);
    scene.append("a.log", " a line\nanother");
    scene.polls(3);
    scene.check(&["a.log: 1;half a line;"]);
    scene.wait(PART_WAIT);
    scene.check(&["a.log: 1;half a line;another|"]);
    scene.append("a.log", " one\n");
    scene.polls(2);
    scene.check(&["a.log: 1;half a line;another| one;"]);
}

#[test]
fn at_the_end_a_last_line_is_given_or_left() {
    for (part_at_end, expected) in [
        (PartAtEnd::Send, "a.log: 1;2;half|$"),
        (PartAtEnd::Leave, "a.log: 1;2;$"),
    ] {
        let mut scene = Scene::with(&["a.log"], |plan| plan.part_at_end = part_at_end);
        scene.append("a.log", "1\n");
        scene.poll();
        scene.append("a.log", "2\nhalf");
        scene.finish();
        scene.check(&[expected]);
    }
}

#[test]
fn lines_longer_than_a_block_come_in_pieces() {
    let mut scene = Scene::new(&["a.log"]);
    let long = "x".repeat(300_000);
    scene.append("a.log", &format!("{long}\n{long}"));
    scene.polls(2);
    assert_eq!(scene.text().len(), 300_001 + 300_000 - 300_000 % 65_536);
    scene.append("a.log", "\nend\n");
    scene.polls(2);
    assert_eq!(scene.text(), format!("{long}\n{long}\nend\n"));
}

#[test]
fn many_files_share_few_handles() {
    let mut scene = Scene::with(&["*.log"], |plan| plan.open_files_max = 8);
    for number in 0..100 {
        scene.append(&format!("{number:03}.log"), "1\n");
    }
    scene.polls(2);
    assert!(scene.follower.open_files() <= 8);
    for number in 0..100 {
        scene.append(&format!("{number:03}.log"), "2\n");
    }
    // Those that are closed are found again by what they are, not by their names.
    scene.poll();
    for number in 0..100 {
        scene.append(&format!("{number:03}.log"), "3\n");
        scene.rename(&format!("{number:03}.log"), &format!("{number:03}.log.1"));
        scene.append(&format!("{number:03}.log"), "4\n");
    }
    for _ in 0..20 {
        scene.wait(Duration::from_secs(6));
        assert!(scene.follower.open_files() <= 8);
    }
    let old = (0..100).map(|number| format!("{number:03}.log: 1;2;3;$"));
    let new = (0..100).map(|number| format!("{number:03}.log: 4;"));
    let expected: Vec<String> = old.chain(new).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    scene.check(&expected);
}

#[test]
fn a_file_of_our_own_is_never_followed() {
    let mut scene = Scene::new(&["*.log"]);
    let own = scene.at("undelivered.log");
    scene.follower = Follower::new(FollowPlan {
        own: vec![own],
        ..plan(&scene.folder, &["*.log"])
    });
    scene.append("a.log", "1\n");
    scene.poll();
    scene.append("undelivered.log", "{}\n");
    scene.polls(2);
    scene.check(&["a.log: 1;"]);
    assert_eq!(
        scene.notices(),
        ["undelivered.log is written by otelctl itself and not followed"]
    );
}

#[test]
fn a_name_and_a_link_of_one_file_read_it_once() {
    let mut scene = Scene::new(&["a.log", "b.log"]);
    scene.append("a.log", "1\n");
    fs::hard_link(scene.at("a.log"), scene.at("b.log")).unwrap();
    scene.polls(2);
    scene.append("b.log", "2\n");
    scene.poll();
    scene.check(&["a.log: 1;2;"]);
}

#[test]
fn words_that_can_never_be_followed_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused =
        |word: &str| check(&[folder.path().join(word)]).map_err(|error| error.to_string());
    assert!(refused("").unwrap_err().ends_with("is a directory"));
    assert!(
        refused("[a.log")
            .unwrap_err()
            .ends_with("is not a file name pattern")
    );
    assert_eq!(refused("not there"), Ok(()));
    assert_eq!(check(&[Path::new("*.log").to_owned()]).ok(), Some(()));
}
