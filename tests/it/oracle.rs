//! An oracle: it issues the records, answers their requests by lot, and knows at the end where each of them must be.
//!
//! The same promises are checked after every case, whatever was drawn: nothing lost, nothing invented, nothing changed, nothing sent twice
//! without cause, nothing leaked, and no more requests than the answers explain. At the end it is checked that the lot has seen
//! everything it is there for. A failure names its seed; `OTELCTL_ORACLE_SEED` runs that case alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::fake::{Answer, FakeOtlp, Seen, flatten_lines};
use crate::harness::{Folder, Receipt, Run};

/// Cases drawn when nobody names a seed.
const CASES: u64 = 160;

/// Cases at a time: most of their time is waits between tries.
const AT_A_TIME: usize = 16;

/// Planted in a header; must be in nothing that is printed or kept.
const TOKEN: &str = "hunter2-of-the-oracle";

/// What the server did, as it knows itself.
#[derive(Debug, Default, Clone)]
struct Told {
    /// How often each record was taken.
    taken: BTreeMap<String, u32>,
    /// The records in the order in which they were first taken.
    order: Vec<String>,
    /// Requests that were taken and whose answer was lost.
    ambiguous: u64,
    /// Requests that were answered so that they may be made again.
    failed: u64,
    denied: u64,
    too_large: u64,
    refused: u64,
    partly: u64,
    /// Requests after the third denial in a row.
    after_breaker: u64,
    denials_in_a_row: u32,
}

/// How the server is, for one case.
#[derive(Debug, Clone)]
struct Temper {
    records_max: usize,
    /// Out of a hundred.
    fails: u32,
    loses: u32,
    denies: u32,
    partly: u32,
}

/// One case.
#[derive(Debug)]
struct Case {
    seed: u64,
    lines: usize,
    poisoned: BTreeSet<usize>,
    piped: bool,
    json: bool,
    batch: u32,
    in_flight: u32,
    gzip: bool,
    temper: Temper,
}

impl Case {
    fn drawn(seed: u64) -> Case {
        let mut rng = fastrand::Rng::with_seed(seed);
        let lines = rng.usize(1..80);
        let poisoned = match rng.u32(0..3) {
            0 => (0..rng.usize(1..4)).map(|_| rng.usize(0..lines)).collect(),
            _ => BTreeSet::new(),
        };
        let rarely = |rng: &mut fastrand::Rng, most: u32| match rng.u32(0..3) {
            0 => rng.u32(0..most),
            _ => 0,
        };
        Case {
            seed,
            lines,
            poisoned,
            piped: rng.bool(),
            json: rng.bool(),
            batch: rng.u32(1..20),
            in_flight: rng.u32(1..5),
            gzip: rng.bool(),
            temper: Temper {
                records_max: if rng.bool() {
                    rng.usize(1..8)
                } else {
                    usize::MAX
                },
                fails: rarely(&mut rng, 20),
                loses: rarely(&mut rng, 20),
                denies: rarely(&mut rng, 60),
                partly: rarely(&mut rng, 15),
            },
        }
    }

    fn text(&self, number: usize) -> String {
        let poison = if self.poisoned.contains(&number) {
            " poison"
        } else {
            ""
        };
        format!("record {number} of {}{poison} \u{e9}\u{1f980}", self.seed)
    }

    fn texts(&self) -> BTreeSet<String> {
        (0..self.lines).map(|number| self.text(number)).collect()
    }

    /// The server of this case, and what it tells of itself.
    fn server(&self) -> (FakeOtlp, Arc<Mutex<Told>>) {
        let told = Arc::new(Mutex::new(Told::default()));
        let mut rng = fastrand::Rng::with_seed(!self.seed);
        let (temper, into) = (self.temper.clone(), Arc::clone(&told));
        let judge = move |seen: &Seen| into.lock().unwrap().answer(seen, &temper, &mut rng);
        (FakeOtlp::judging(judge), told)
    }

    fn run(&self, server: &FakeOtlp, folder: &Folder) -> crate::harness::Outcome {
        let lines: String = (0..self.lines).map(|at| self.text(at) + "\n").collect();
        let run = Run::send()
            .args(["--to", server.url(), "--retry-for", "60s"])
            .args(["--header", &format!("authorization={TOKEN}")])
            .args(["--batch-records-max", &self.batch.to_string()])
            .args(["--in-flight", &self.in_flight.to_string()])
            .args([
                "--protocol",
                if self.json {
                    "http/json"
                } else {
                    "http/protobuf"
                },
            ])
            .args(["--compression", if self.gzip { "gzip" } else { "none" }])
            .state_dir(folder.path());
        if self.piped {
            run.stdin(lines).run()
        } else {
            run.arg(folder.file("app.log", lines)).run()
        }
    }
}

impl Told {
    fn answer(&mut self, seen: &Seen, temper: &Temper, rng: &mut fastrand::Rng) -> Answer {
        self.after_breaker += u64::from(self.denials_in_a_row >= 3);
        let records = seen.records();
        let lot = |rng: &mut fastrand::Rng, share: u32| rng.u32(0..100) < share;
        if lot(rng, temper.denies) {
            self.denied += 1;
            self.denials_in_a_row += 1;
            return Answer::says(rng.choice([401, 402, 403]).unwrap(), "not you");
        }
        if lot(rng, temper.fails) {
            self.failed += 1;
            let status = rng.choice([408, 429, 500, 502, 503, 504, 0]).unwrap();
            return match status {
                0 => Answer::hang_up(),
                status => Answer::status(status).header("retry-after", "0"),
            };
        }
        self.denials_in_a_row = 0;
        if records.len() > temper.records_max {
            self.too_large += 1;
            return Answer::status(413);
        }
        if records.iter().any(|one| one.text().contains("poison")) {
            self.refused += 1;
            return Answer::says(400, "poison");
        }
        for record in &records {
            let times = self.taken.entry(record.text().to_owned()).or_default();
            if *times == 0 {
                self.order.push(record.text().to_owned());
            }
            *times += 1;
        }
        if lot(rng, temper.partly) {
            self.partly += 1;
            return match seen.header("content-type") {
                Some("application/json") => Answer::ok()
                    .header("content-type", "application/json")
                    .body(r#"{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"one is odd"}}"#),
                _ => Answer::partial(1, "one is odd"),
            };
        }
        if lot(rng, temper.loses) {
            self.ambiguous += 1;
            return Answer::ok().body("{}").cut_off();
        }
        Answer::ok()
    }
}

/// The records of a file that was kept, each with its exit.
fn kept(receipt: &Receipt, key: &str) -> Vec<(String, String)> {
    let Some(path) = receipt.0[key].as_str() else {
        return Vec::new();
    };
    let text = fs::read_to_string(path).unwrap();
    assert!(!text.contains(TOKEN), "the token is in {path}");
    let mut found = Vec::new();
    for line in text.lines() {
        let line_json: serde_json::Value = serde_json::from_str(line).unwrap();
        let exit = line_json["otelctl"]["exit"].as_str().unwrap().to_owned();
        found.extend(
            flatten_lines(line)
                .iter()
                .map(|one| (one.text().to_owned(), exit.clone())),
        );
    }
    found
}

/// What a record was issued as.
fn number_of(text: &str) -> usize {
    let number = text.split(' ').nth(1).unwrap();
    number.parse().unwrap()
}

/// What was made below a folder is a file that its owner alone may read, and no link.
#[track_caller]
fn assert_private(folder: &Path) {
    for kind in ["dead-letters", "undelivered"] {
        for file in fs::read_dir(folder.join(kind)).into_iter().flatten() {
            let path = file.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            assert!(metadata.is_file(), "{}", path.display());
            assert_eq!(metadata.mode() & 0o777, 0o600, "{}", path.display());
        }
    }
}

/// Runs one case and checks every promise.
fn check(case: &Case) -> (Told, u64) {
    let (folder, (server, told)) = (Folder::new(), case.server());
    let outcome = case.run(&server, &folder);
    let told = told.lock().unwrap().clone();
    let receipt = Receipt(outcome.json());
    let context = format!("{case:?}\n{told:?}\n{:#}", receipt.0);
    let issued = case.texts();

    // Integrity: what was taken was issued, unchanged.
    assert!(
        told.taken.keys().all(|text| issued.contains(text)),
        "{context}"
    );
    // Conservation: what was not taken is kept, or still in the file, as the receipt says.
    let dead: Vec<_> = kept(&receipt, "dead_letter_file");
    let left: Vec<_> = kept(&receipt, "undelivered_file");
    let found: BTreeSet<&String> = told
        .taken
        .keys()
        .chain(dead.iter().chain(&left).map(|(text, _)| text))
        .collect();
    let missing = issued.iter().filter(|text| !found.contains(text)).count() as u64;
    let unsent = receipt.records("unsent");
    assert!(
        missing <= if case.piped { 0 } else { unsent },
        "{missing} lost: {context}"
    );
    // No record has two ends: what is a dead letter was never taken.
    let buried: Vec<_> = dead
        .iter()
        .filter(|(_, exit)| exit == "dead_lettered")
        .collect();
    assert_eq!(
        buried.len() as u64,
        receipt.records("dead_lettered"),
        "{context}"
    );
    assert!(
        buried
            .iter()
            .all(|(text, _)| !told.taken.contains_key(text)),
        "{context}"
    );
    // Bounded duplication: only a lost answer explains a second copy.
    let copies: u64 = told.taken.values().map(|count| u64::from(count - 1)).sum();
    assert!(
        copies <= told.ambiguous * u64::from(case.batch),
        "{copies} copies: {context}"
    );
    // Economy: every further request is explained by an answer, and an open breaker lets nothing through but what was under way.
    let explained = told.failed + told.ambiguous + told.denied;
    assert!(receipt.requests("retried") <= explained, "{context}");
    assert!(told.after_breaker < u64::from(case.in_flight), "{context}");
    // Order: with one request at a time, that of the input.
    let numbers = told.order.iter().map(|text| number_of(text));
    assert!(
        case.in_flight > 1 || numbers.is_sorted(),
        "out of order: {context}"
    );
    assert_private(folder.path());
    // The exit code follows from what happened.
    let expected = match receipt.0["outcome"].as_str().unwrap() {
        "delivered" => 0,
        "partial" => 1,
        "denied" => 3,
        "undelivered" => 4,
        other => panic!("{other}: {context}"),
    };
    assert_eq!(outcome.code, expected, "{context}");
    assert_eq!(receipt.records("rejected"), told.partly, "{context}");
    assert!(
        !outcome.printed().contains(TOKEN),
        "the token was printed: {context}"
    );
    (told, copies)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a person names the case, no program"
)]
fn named_seed() -> Option<u64> {
    let seed = std::env::var("OTELCTL_ORACLE_SEED").ok()?;
    Some(seed.parse().unwrap())
}

/// Guarantees: I1–I4, I6, I8, I9, I12 and I15 of the delivery's invariants, whatever a server answers; and that the lot reaches every one of
/// its answers.
#[test]
fn every_record_is_where_it_must_be_whatever_the_server_answers() {
    if let Some(seed) = named_seed() {
        check(&Case::drawn(seed));
        return;
    }
    let all = Mutex::new((Told::default(), 0, 0));
    thread::scope(|scope| {
        for lane in 0..AT_A_TIME as u64 {
            let all = &all;
            scope.spawn(move || {
                for seed in (lane..CASES).step_by(AT_A_TIME) {
                    let (told, copies) = check(&Case::drawn(seed));
                    let mut all = all.lock().unwrap();
                    all.0.too_large += told.too_large;
                    all.0.refused += told.refused;
                    all.0.partly += told.partly;
                    all.0.failed += told.failed;
                    all.1 += copies;
                    all.2 += u32::from(told.denials_in_a_row >= 3);
                }
            });
        }
    });
    let (told, copies, breakers) = all.into_inner().unwrap();
    let reached = [
        told.too_large,
        told.refused,
        told.partly,
        told.failed,
        copies,
        breakers.into(),
    ];
    assert!(
        reached.iter().all(|count| *count > 0),
        "the lot misses something: {reached:?}"
    );
}
