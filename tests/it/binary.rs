//! The real binary, for what only a process has: pipes that close, streams that are missing, signals, exit codes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use otelctl::base::clock::{Clock as _, SystemClock};
use serde_json::Value;

use crate::fake::{Answer, FakeOtlp};
use crate::harness::{Folder, assert_balanced};

/// A process that has not ended by then hangs.
const END_WAIT: Duration = Duration::from_secs(30);

/// Between two signals to a process that is to end at the second.
const SIGNAL_WAIT: Duration = Duration::from_millis(100);

/// Not the user's own. The runs that leave checkpoints here share no files.
const STATE_DIR: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/state");

pub(crate) fn otelctl(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_otelctl"));
    command
        .args(words)
        .env_clear()
        .env("OTELCTL_STATE_DIR", STATE_DIR)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Waits for the end and takes all that was printed; a process that hangs is ended and fails the test.
#[track_caller]
pub(crate) fn ended(child: Child) -> Output {
    let pid = child.id();
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = receiver.recv_timeout(END_WAIT) else {
        signal(pid, "KILL");
        panic!("the process hangs");
    };
    output.unwrap()
}

/// Sends INT after INT until the process ends.
#[track_caller]
fn interrupted_again_and_again(child: Child) -> Output {
    let pid = child.id();
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    for _ in 0..50 {
        signal(pid, "INT");
        match receiver.recv_timeout(SIGNAL_WAIT) {
            Ok(output) => return output.unwrap(),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    signal(pid, "KILL");
    panic!("the process does not end");
}

/// Whether the process is there does not matter: it may end on its own between two signals.
pub(crate) fn signal(pid: u32, name: &str) {
    let line = format!("kill -{name} {pid} 2>/dev/null");
    Command::new("sh").args(["-c", &line]).status().unwrap();
}

#[track_caller]
pub(crate) fn receipt(output: &Output) -> Value {
    let text = str::from_utf8(&output.stdout).unwrap();
    let receipt = serde_json::from_str(text.trim_end()).unwrap();
    assert_balanced(&receipt);
    receipt
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Guarantees: the process's exit code is the command's.
#[test]
fn exit_codes_reach_the_shell() {
    let code = |words: &[&str]| ended(otelctl(words).spawn().unwrap()).status.code();
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["send", "--nope"]), Some(2));
    assert_eq!(code(&["send", "/nowhere/missing.log"]), Some(2));
    let server = FakeOtlp::script([
        Answer::says(400, "no"),
        Answer::says(401, "no"),
        Answer::says(401, "no"),
        Answer::says(401, "no"),
    ]);
    let folder = Folder::new();
    let file = folder.file("app.log", "one\n");
    let send = ["send", file.to_str().unwrap(), "--to", server.url()];
    assert_eq!(code(&send), Some(1));
    assert_eq!(code(&send), Some(3));
}

/// Guarantees: a reader that goes away ends the run in order, with exit code 4 and without a panic.
#[test]
fn a_reader_that_goes_away_ends_the_run() {
    let folder = Folder::new();
    let file = folder.file("app.log", "a line of some length\n".repeat(100_000));
    let words = ["send", file.to_str().unwrap(), "--to", "stdout"];
    let mut child = otelctl(&words).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let output = ended(child);
    assert!(first.starts_with("{\"resourceLogs\""), "{first}");
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let text = stderr(&output);
    assert!(text.contains("cannot write to standard output"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}

/// Runs a line of shell in which `$OTELCTL` is the binary.
#[track_caller]
fn shell(line: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .env("OTELCTL", env!("CARGO_BIN_EXE_otelctl"))
        .env("OTELCTL_STATE_DIR", STATE_DIR)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    ended(command.spawn().unwrap())
}

/// Guarantees: a closed standard input is an empty one.
#[test]
fn a_closed_standard_input_is_empty() {
    let output = shell("exec \"$OTELCTL\" send --to local --json <&-", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(receipt(&output)["records"]["read"], 0);
}

/// Guarantees: a closed standard output never stops the shipping.
#[test]
fn a_closed_standard_output_still_delivers() {
    let server = FakeOtlp::accepting();
    let line = "printf 'one\\ntwo\\n' | \"$OTELCTL\" send --to \"$URL\" --json >&-";
    let output = shell(line, &[("URL", server.url())]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(server.texts(), ["one", "two"]);
}

/// Guarantees: nor does a reader of the receipt that went away.
#[test]
fn a_receipt_that_nobody_reads_still_delivers() {
    let server = FakeOtlp::accepting();
    let words = ["send", "--to", server.url(), "--json"];
    let mut child = otelctl(&words).stdin(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"one\n").unwrap();
    let output = ended(child);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(server.texts(), ["one"]);
}

/// A run on a pipe that stays open, after its first request has come.
struct Following {
    child: Child,
    /// Closing it would end the input.
    pipe: std::process::ChildStdin,
}

fn following(server: &FakeOtlp, flags: &[&str]) -> Following {
    let words = [
        &[
            "send",
            "--json",
            "--to",
            server.url(),
            "--flush-interval",
            "20ms",
        ],
        flags,
    ]
    .concat();
    let mut child = otelctl(&words).stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(b"one\ntwo\n").unwrap();
    server.wait_for_request();
    Following { child, pipe }
}

/// Guarantees: an interrupt of a pipe that stays open ends it in order: what was read is delivered, the receipt balances.
#[test]
fn an_interrupt_ends_an_open_pipe_in_order() {
    for name in ["INT", "TERM"] {
        let server = FakeOtlp::accepting();
        let run = following(&server, &[]);
        signal(run.child.id(), name);
        let output = ended(run.child);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let receipt = receipt(&output);
        assert_eq!(receipt["outcome"], "delivered");
        assert_eq!(receipt["records"]["delivered"], 2);
        assert_eq!(server.texts(), ["one", "two"]);
    }
}

/// Guarantees: what was read from a pipe before an interrupt is delivered, even when its flush interval is far from over.
#[test]
fn an_interrupt_does_not_lose_what_a_pipe_has_given_already() {
    let server = FakeOtlp::accepting();
    let words = [
        "send",
        "--json",
        "--flush-interval",
        "10m",
        "--to",
        server.url(),
    ];
    let mut child = otelctl(&words).stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // More than the pipe holds: when the last byte is taken, most of it has been read.
    let line = format!("{}\n", "x".repeat(1_023));
    pipe.write_all(line.repeat(200).as_bytes()).unwrap();
    signal(child.id(), "INT");
    let output = ended(child);
    let receipt = receipt(&output);
    let read = receipt["records"]["read"].as_u64().unwrap();
    assert!(read >= 136, "64 KiB may be left in the pipe: {read}");
    assert_eq!(receipt["records"]["delivered"], read);
}

/// Guarantees: an interrupt in the middle of a file delivers a prefix of it, and the receipt tells up to which byte.
#[test]
fn an_interrupt_inside_a_file_tells_how_far_it_came() {
    let (gate, opened) = channel::<()>();
    let mut first = true;
    // The second request is held until the signal is on its way, so the file cannot be read to its end before.
    let server = FakeOtlp::judging(move |_| {
        if !std::mem::take(&mut first) {
            opened.recv().ok();
        }
        Answer::ok()
    });
    let line = format!("{}\n", "x".repeat(1_023));
    let folder = Folder::new();
    let file = folder.file("app.log", line.repeat(24 << 10));
    let words = ["send", file.to_str().unwrap(), "--to", server.url()];
    let words = [&words[..], &["--json", "--in-flight", "1"]].concat();
    let child = otelctl(&words).spawn().unwrap();
    server.wait_for_request();
    signal(child.id(), "INT");
    drop(gate);
    let output = ended(child);
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let receipt = receipt(&output);
    assert_eq!(receipt["outcome"], "interrupted");
    assert_eq!(receipt["records"]["unsent"], 0);
    assert_eq!(receipt["stop"]["code"], "interrupted");
    let delivered = receipt["records"]["delivered"].as_u64().unwrap();
    assert!(delivered > 0 && delivered < 24 << 10, "{delivered}");
    assert_eq!(
        receipt["sources"][0]["acknowledged_offset"],
        delivered << 10
    );
    assert_eq!(server.records().len() as u64, delivered);
}

/// Guarantees: records that cannot be delivered within the drain time are unsent, and the exit code says so.
#[test]
fn an_interrupt_while_the_server_is_busy_leaves_records_unsent() {
    let server = FakeOtlp::judging(|_| Answer::status(503).header("retry-after", "600"));
    let run = following(&server, &["--drain", "50ms"]);
    signal(run.child.id(), "INT");
    let output = ended(run.child);
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let receipt = receipt(&output);
    assert_eq!(receipt["records"]["unsent"], 2);
    assert_eq!(receipt["sources"][0]["acknowledged_offset"], 0);
}

/// Guarantees: the second interrupt ends the run at once, and the books are still closed.
#[test]
fn the_second_interrupt_ends_at_once() {
    let server = FakeOtlp::judging(|_| Answer::silence());
    let run = following(&server, &["--drain", "10m", "--timeout", "10m"]);
    let output = interrupted_again_and_again(run.child);
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert_eq!(receipt(&output)["records"]["unsent"], 2);
}

/// Guarantees: records of a pipe do not wait for its end.
#[test]
fn records_of_an_open_pipe_are_sent_after_the_flush_interval() {
    let server = FakeOtlp::accepting();
    let run = following(&server, &[]);
    assert_eq!(server.texts(), ["one", "two"]);
    drop(run.pipe);
    let output = ended(run.child);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(receipt(&output)["outcome"], "delivered");
}

/// Guarantees: a named pipe is read like any other.
#[test]
fn a_named_pipe_is_read_to_its_end() {
    let server = FakeOtlp::accepting();
    let folder = Folder::new();
    let pipe = folder.at("pipe.log");
    let line = "mkfifo \"$P\" && (printf 'one\\ntwo\\n' > \"$P\" &) && exec \"$OTELCTL\" send \"$P\" --to \"$URL\" --json";
    let variables = [("P", pipe.to_str().unwrap()), ("URL", server.url())];
    let output = shell(line, &variables);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(receipt(&output)["sources"][0]["bytes"], 8);
    assert_eq!(server.texts(), ["one", "two"]);
}

/// Guarantees: the real world's environment and streams are heard.
#[test]
fn the_environment_is_heard() {
    let server = FakeOtlp::accepting();
    let folder = Folder::new();
    let file = folder.file("app.log", "one\n");
    let mut command = otelctl(&["send", file.to_str().unwrap(), "--json"]);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", server.url())
        .env("OTEL_SERVICE_NAME", "named");
    let output = ended(command.spawn().unwrap());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(receipt(&output)["records"]["delivered"], 1);
    let service = server.records()[0]
        .resource("service.name")
        .map(str::to_owned);
    assert_eq!(service.as_deref(), Some("text named"));
}

/// Guarantees: SIGUSR1 asks for a line that says how far the run is, and the run goes on.
#[cfg(unix)]
#[test]
fn a_running_process_says_how_far_it_is() {
    let server = FakeOtlp::accepting();
    let words = [
        "send",
        "--json",
        "--to",
        server.url(),
        "--flush-interval",
        "10ms",
    ];
    let mut child = otelctl(&words).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"one\ntwo\n").unwrap();
    server.wait_for_request();
    signal(child.id(), "USR1");
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    errors.read_line(&mut line).unwrap();
    assert!(line.starts_with("status: 2 records read · "), "{line}");
    drop(input);
    let output = ended(child);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(receipt(&output)["records"]["delivered"], 2);
}

/// How often the run is killed.
const KILLS: usize = 200;

/// Waits for the end of a process, and kills it when its time is over. Its exit code, unless it was killed.
#[track_caller]
fn ended_or_killed(child: Child, life: Duration) -> Option<i32> {
    let pid = child.id();
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let ended = receiver.recv_timeout(life).or_else(|_| {
        signal(pid, "KILL");
        receiver.recv_timeout(END_WAIT)
    });
    ended.unwrap().unwrap().status.code()
}

/// Guarantees: a run that is killed at any moment and started again with `--resume` delivers every record under one uid, and its
/// checkpoints are never damaged.
#[test]
fn a_run_that_is_killed_again_and_again_delivers_every_record() {
    let seed = fastrand::u64(..);
    let mut rng = fastrand::Rng::with_seed(seed);
    let folder = Folder::new();
    let (mut kills, mut files) = (0, 0);
    let mut life_max = END_WAIT;
    while kills < KILLS {
        files += 1;
        let server = FakeOtlp::accepting();
        let lines: Vec<String> = (0..100)
            .map(|id| format!("file {files} id {id:03}"))
            .collect();
        let file = folder.file(&format!("{files}.log"), lines.join("\n") + "\n");
        let words = [
            "send",
            "--resume",
            file.to_str().unwrap(),
            "--to",
            server.url(),
        ];
        let words = [
            &words[..],
            &["--batch-records-max", "5", "--in-flight", "2"],
        ]
        .concat();
        loop {
            // The first run shows how long one takes here; the others end somewhere in it, or live to its end.
            let share = if files == 1 || kills == KILLS {
                1.0
            } else {
                rng.f64()
            };
            let started = SystemClock.instant();
            let child = otelctl(&words)
                .env("OTELCTL_STATE_DIR", folder.at("state"))
                .spawn()
                .unwrap();
            let code = ended_or_killed(child, life_max.mul_f64(share));
            if files == 1 {
                life_max = (SystemClock.instant() - started).mul_f64(1.2);
            }
            if kills == KILLS {
                life_max = END_WAIT;
            }
            match code {
                Some(code) => {
                    assert_eq!(code, 0, "seed {seed}");
                    break;
                }
                None => kills = KILLS.min(kills + 1),
            }
        }
        let found = crate::resume::uids(&server.records());
        assert!(found.keys().eq(lines.iter()), "seed {seed}: {found:?}");
    }
    let state = std::fs::read_dir(folder.at("state")).unwrap();
    let names = state.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    let damaged: Vec<String> = names.filter(|name| name.contains("corrupt")).collect();
    assert!(damaged.is_empty(), "seed {seed}: {damaged:?}");
}
