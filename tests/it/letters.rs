//! What the server does not take and what a pipe cannot give again is kept, can be read by its owner alone, and can be sent again.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fake::{Answer, FakeOtlp, Seen};
use crate::harness::{Folder, Receipt, Run};

/// Refuses every request that holds this text in a body.
fn refusing(poison: &'static str) -> FakeOtlp {
    FakeOtlp::judging(move |seen: &Seen| {
        if seen.records().iter().any(|one| one.text().contains(poison)) {
            Answer::says(400, "bad record")
        } else {
            Answer::ok()
        }
    })
}

fn lines(count: usize, poisoned: &[usize]) -> String {
    let line = |at| {
        let word = if poisoned.contains(&at) {
            "poison"
        } else {
            "line"
        };
        format!("{word} {at}\n")
    };
    (0..count).map(line).collect()
}

#[track_caller]
fn dead_letters(receipt: &Receipt) -> PathBuf {
    let path = receipt.0["dead_letter_file"].as_str();
    PathBuf::from(path.expect("something was kept"))
}

#[track_caller]
fn replayed(file: &Path) -> Vec<String> {
    let server = FakeOtlp::accepting();
    Run::send_to(&server)
        .arg(file)
        .run()
        .receipt(0, "delivered");
    server.texts()
}

/// Guarantees: the records at fault are found and kept, all others of their batch are delivered, and the file can be sent again.
#[test]
fn poison_records_are_found_and_kept_and_the_others_delivered() {
    for protocol in ["http/protobuf", "http/json"] {
        let (server, folder) = (refusing("poison"), Folder::new());
        let outcome = Run::send_to(&server)
            .arg(folder.file("app.log", lines(64, &[5, 40])))
            .args(["--protocol", protocol])
            .state_dir(folder.path())
            .run();
        let receipt = outcome.receipt(1, "partial");
        assert_eq!(
            (
                receipt.records("delivered"),
                receipt.records("dead_lettered")
            ),
            (62, 2)
        );
        assert_eq!(
            receipt.0["reasons"]["dead_lettered"]["HTTP 400: bad record"],
            2
        );
        // Two searches in a batch of 64: at most two requests for each halving.
        assert!(receipt.requests("sent") <= 1 + 2 * 2 * 6, "{receipt:?}");
        let file = dead_letters(&receipt);
        let kept = fs::read_to_string(&file).unwrap();
        assert_eq!(
            kept.matches("\"reason\":\"HTTP 400: bad record\"").count(),
            2
        );
        assert_eq!(replayed(&file), ["poison 5", "poison 40"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        }
    }
}

/// Guarantees: a server that refuses everything is not asked for each record, and nothing is lost.
#[test]
fn a_server_that_refuses_everything_costs_few_requests() {
    let (server, folder) = (refusing(""), Folder::new());
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", lines(2_000, &[])))
        .args(["--batch-records-max", "200", "--in-flight", "1"])
        .state_dir(folder.path())
        .run();
    let receipt = outcome.receipt(1, "partial");
    assert_eq!(receipt.records("dead_lettered"), 2_000);
    assert!(receipt.requests("sent") < 600, "{receipt:?}");
    assert_eq!(replayed(&dead_letters(&receipt)).len(), 2_000);
}

/// Guarantees: a record that is too large alone is kept, with all that came with it.
#[test]
fn a_record_that_is_too_large_alone_is_kept() {
    let server = FakeOtlp::judging(|seen| {
        if seen.records().iter().any(|one| one.text().len() > 1_000) {
            Answer::status(413)
        } else {
            Answer::ok()
        }
    });
    let folder = Folder::new();
    let giant = "x".repeat(2_000);
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", format!("a\n{giant}\nb\n")))
        .state_dir(folder.path())
        .run();
    let receipt = outcome.receipt(1, "partial");
    assert_eq!(receipt.records("dead_lettered"), 1);
    assert_eq!(replayed(&dead_letters(&receipt)), [giant]);
}

/// Guarantees: the batch of a partial success is kept as suspect, counted by what the server said, and not resent.
#[test]
fn the_batch_of_a_partial_success_is_kept_as_suspect() {
    let (server, folder) = (
        FakeOtlp::script([Answer::partial(2, "two are too old")]),
        Folder::new(),
    );
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", lines(5, &[])))
        .state_dir(folder.path())
        .run();
    let receipt = outcome.receipt(1, "partial");
    assert_eq!(
        (receipt.records("delivered"), receipt.records("rejected")),
        (3, 2)
    );
    assert_eq!(receipt.0["suspect"], 5);
    assert_eq!(server.seen().len(), 1);
    let kept = fs::read_to_string(dead_letters(&receipt)).unwrap();
    assert!(kept.contains("{\"exit\":\"suspect\",\"reason\":\"two are too old\"}"));
}

/// Guarantees: a file for dead letters that cannot be written is told, and the records count as rejected.
#[test]
fn dead_letters_that_cannot_be_kept_are_rejected_and_told() {
    let (server, folder) = (refusing("poison"), Folder::new());
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", lines(4, &[2])))
        .arg("--dead-letters")
        .arg(folder.path())
        .run();
    let receipt = outcome.receipt(1, "partial");
    assert_eq!(
        (receipt.records("delivered"), receipt.records("rejected")),
        (3, 1)
    );
    receipt.assert_warns(&["what the server did not take is not kept"]);
}

/// Guarantees: the input is never the file for dead letters: its end would move away from the reader.
#[test]
fn an_input_is_no_file_for_dead_letters() {
    let folder = Folder::new();
    let file = folder.file("app.log", "a\n");
    let outcome = Run::send()
        .arg(&file)
        .arg("--dead-letters")
        .arg(&file)
        .run();
    assert_eq!(outcome.code, 2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "a\n");
}

/// Guarantees: what a pipe gave and nobody took is kept, and the hint is the command that sends it.
#[test]
fn what_a_pipe_gave_and_nobody_took_is_kept() {
    let (server, folder) = (
        FakeOtlp::judging(|_| Answer::says(401, "who are you")),
        Folder::new(),
    );
    let outcome = Run::send_to(&server)
        .stdin(lines(700, &[]))
        .args(["--batch-records-max", "100"])
        .state_dir(folder.path())
        .run();
    let receipt = outcome.receipt(3, "denied");
    assert_eq!(receipt.records("unsent"), 700);
    let file = PathBuf::from(receipt.0["undelivered_file"].as_str().unwrap());
    let mut found = replayed(&file);
    found.sort_by_key(|text| text.trim_start_matches("line ").parse::<u32>().unwrap());
    let expected: Vec<_> = lines(700, &[]).lines().map(str::to_owned).collect();
    assert_eq!(found, expected);
}

/// Guarantees: two denials and a success do not open the breaker, the third in a row does, and then nothing more is sent.
#[test]
fn three_denials_in_a_row_stop_sending() {
    let denied = || Answer::says(403, "not now");
    let one_by_one = ["--batch-records-max", "1", "--in-flight", "1"];
    let folder = Folder::new();
    let file = folder.file("app.log", lines(3, &[]));
    let script = [
        denied(),
        denied(),
        Answer::ok(),
        denied(),
        denied(),
        Answer::ok(),
        Answer::ok(),
    ];
    let server = FakeOtlp::script(script);
    let outcome = Run::send_to(&server).arg(&file).args(one_by_one).run();
    outcome.receipt(0, "delivered");
    let server = FakeOtlp::script([
        denied(),
        denied(),
        Answer::ok(),
        denied(),
        denied(),
        denied(),
    ]);
    let outcome = Run::send_to(&server).arg(&file).args(one_by_one).run();
    let receipt = outcome.receipt(3, "denied");
    assert_eq!(
        (receipt.records("delivered"), receipt.records("unsent")),
        (1, 2)
    );
    assert_eq!(server.seen().len(), 6);
}

/// Guarantees: with the specification's codes, a 500 is no reason to try again.
#[test]
fn the_specifications_codes_are_kept_to_when_asked_for() {
    let (server, folder) = (FakeOtlp::script([Answer::says(500, "oops")]), Folder::new());
    let outcome = Run::send_to(&server)
        .arg(folder.file("app.log", "a\n"))
        .args(["--retry-codes", "otlp"])
        .run();
    let receipt = outcome.receipt(1, "partial");
    assert_eq!(
        (receipt.records("rejected"), receipt.requests("sent")),
        (1, 1)
    );
}
