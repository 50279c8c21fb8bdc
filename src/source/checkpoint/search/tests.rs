//! Rotations by hand, and where reading begins after each.

use super::*;

use crate::source::checkpoint::{Print, TAIL_BYTES_MAX};
use std::io::Write as _;
use tempfile::TempDir;

/// A folder in which `app.log` was read up to an offset.
struct Case {
    folder: TempDir,
    entries: Vec<Entry>,
}

/// Lines that differ, longer than what is remembered of a file.
fn lines(count: usize) -> String {
    let line = |number| format!("{number:04} {}\n", "x".repeat(40));
    (0..count).map(line).collect()
}

const LINE: u64 = 46;

impl Case {
    fn new() -> Case {
        Case {
            folder: tempfile::tempdir().unwrap(),
            entries: Vec::new(),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.at(name), bytes).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.at(from), self.at(to)).unwrap();
    }

    /// Remembers a file that was read up to an offset.
    fn read(&mut self, name: &str, offset: u64) {
        let bytes = fs::read(self.at(name)).unwrap();
        let read = &bytes[..usize::try_from(offset).unwrap()];
        self.entries.push(Entry {
            destination: "there".to_owned(),
            identity: identity_of(&self.at(name)),
            path: self.at(name),
            generation: 0,
            head: Print::of(&read[..read.len().min(HEAD_BYTES_MAX)]),
            mark: Mark {
                offset,
                tail: Print::of(&read[read.len().saturating_sub(TAIL_BYTES_MAX)..]),
            },
            last_seen: self.entries.len() as u64,
        });
    }

    /// Where reading begins, as `name@offset`, `+generation` behind it when there is one.
    #[track_caller]
    fn check(&self, names: &[&str], expected: &[&str], warnings: usize) {
        let inputs = names.iter().map(|name| Input::File(self.at(name)));
        let entries: Vec<&Entry> = self.entries.iter().collect();
        let found = find(inputs.collect(), &entries);
        let shown = found
            .inputs
            .iter()
            .zip(&found.starts)
            .map(|(input, start)| {
                let name = input.name();
                let name = name.rsplit('/').next().unwrap();
                let generation = match start.generation {
                    0 => String::new(),
                    count => format!("+{count}"),
                };
                format!("{name}@{}{generation}", start.mark.offset)
            });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
        assert_eq!(found.warnings.len(), warnings, "{:?}", found.warnings);
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_file_that_grew_goes_on() {
    let mut case = Case::new();
    case.write("app.log", lines(50));
    case.check(&["app.log"], &["app.log@0"], 0);
    case.read("app.log", 50 * LINE);
    case.check(&["app.log"], &["app.log@2300"], 0);
    case.write("app.log", lines(60));
    case.check(&["app.log"], &["app.log@2300"], 0);
}

#[test]
fn a_small_file_goes_on_too() {
    let mut case = Case::new();
    case.write("app.log", "one\ntwo\n");
    case.read("app.log", 4);
    case.check(&["app.log"], &["app.log@4"], 0);
}

#[test]
fn a_renamed_file_goes_on_under_its_new_name() {
    let mut case = Case::new();
    case.write("app.log", lines(50));
    case.read("app.log", 10 * LINE);
    case.rename("app.log", "app.log.1");
    case.check(&["app.log.1"], &["app.log.1@460"], 0);
}

#[test]
fn what_a_rotated_file_still_holds_is_read_before_the_new_file() {
    let mut case = Case::new();
    case.write("app.log", lines(50));
    case.read("app.log", 10 * LINE);
    case.rename("app.log", "app.log.1");
    case.write("app.log", "new\n");
    case.check(&["app.log"], &["app.log.1@460", "app.log@0"], 0);
    // When it is named itself, it is read once.
    let both = ["app.log", "app.log.1"];
    case.check(&both, &["app.log@0", "app.log.1@460"], 0);
}

#[test]
fn a_rotated_file_that_was_read_to_its_end_is_left_alone() {
    let mut case = Case::new();
    case.write("app.log", lines(50));
    case.read("app.log", 50 * LINE);
    case.rename("app.log", "app.log.1");
    case.write("app.log", "new\n");
    case.check(&["app.log"], &["app.log@0"], 0);
}

#[test]
fn a_rotated_file_that_was_compressed_goes_on_by_its_plain_bytes() {
    let mut case = Case::new();
    case.write("app.log", lines(50));
    case.read("app.log", 30 * LINE);
    case.write("app.log.1.gz", gzip(lines(50).as_bytes()));
    // Not removed: the next file could get its inode.
    fs::create_dir(case.at("elsewhere")).unwrap();
    case.rename("app.log", "elsewhere/app.log");
    case.check(&["app.log.1.gz"], &["app.log.1.gz@1380"], 0);
    case.write("app.log", "new\n");
    case.check(&["app.log"], &["app.log.1.gz@1380", "app.log@0"], 0);
}

#[test]
fn a_truncated_file_is_read_from_its_start_behind_its_copy() {
    let mut case = Case::new();
    case.write("app.log", lines(50));
    case.read("app.log", 30 * LINE);
    case.write("app.log.1", lines(50));
    case.write("app.log", "new\n");
    case.check(&["app.log"], &["app.log.1@1380", "app.log@0+1"], 0);
    // The copy was read in part by a run that was interrupted.
    case.read("app.log.1", 40 * LINE);
    case.check(&["app.log"], &["app.log.1@1840", "app.log@0+1"], 0);
}

#[test]
fn a_truncated_file_without_a_copy_is_read_from_its_start_and_told() {
    let mut case = Case::new();
    case.write("app.log", lines(50));
    case.read("app.log", 30 * LINE);
    case.write("app.log", "new\n");
    case.check(&["app.log"], &["app.log@0+1"], 1);
}

#[test]
fn a_file_that_outgrew_its_mark_after_it_was_cut_off_is_still_another() {
    let mut case = Case::new();
    case.write("app.log", lines(50));
    case.read("app.log", 30 * LINE);
    case.write("app.log", lines(50).replace('x', "y"));
    case.check(&["app.log"], &["app.log@0+1"], 0);
    // The same beginning, and something else before the mark.
    case.write("app.log", lines(25) + &"z".repeat(2_000));
    case.check(&["app.log"], &["app.log@0+1"], 0);
    case.write("app.log.1", lines(50));
    case.check(&["app.log"], &["app.log.1@1380", "app.log@0+1"], 0);
}

#[test]
fn a_copy_goes_on_and_a_file_that_only_begins_alike_does_not() {
    let mut case = Case::new();
    case.write("app.log", lines(50));
    case.read("app.log", 40 * LINE);
    case.write("copy.log", lines(45));
    case.check(&["copy.log"], &["copy.log@1840"], 0);
    let mut small = Case::new();
    small.write("app.log", "banner\none\n");
    small.read("app.log", 7);
    small.write("other.log", "banner\ntwo\n");
    small.check(&["other.log"], &["other.log@0"], 0);
}

#[test]
fn a_compressed_file_goes_on_and_a_damaged_one_is_read_again() {
    let mut case = Case::new();
    let whole = gzip(lines(50).as_bytes());
    case.write("plain", lines(50));
    case.read("plain", 30 * LINE);
    // Not removed: the next file could get its inode.
    fs::create_dir(case.at("elsewhere")).unwrap();
    case.rename("plain", "elsewhere/plain");
    case.write("app.gz", &whole);
    case.check(&["app.gz"], &["app.gz@1380"], 0);
    case.write("app.gz", &whole[..whole.len() / 2]);
    case.check(&["app.gz"], &["app.gz@0"], 0);
}

#[test]
fn a_missing_file_and_a_pipe_begin_where_they_are() {
    let case = Case::new();
    case.check(&["gone.log"], &["gone.log@0"], 0);
    let found = find(vec![Input::Stdin], &[]);
    assert_eq!(found.starts, [Start::default()]);
}
