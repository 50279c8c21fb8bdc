//! How whole reports look, and that the face never stands in the way.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::base::units::{ByteCount, UnixNanos};
use crate::failure::FailureKind;
use crate::flow::report::{
    ByteTotals, DestinationLabel, LocalCounts, Outcome, RequestCounts, SourceReport, Tally,
};
use crate::format::detect::Detection;
use crate::format::{Format, FormatKind};
use crate::otlp::{Compression, Encoding};
use crate::pipeline::timeline::Timeline;
use crate::pipeline::times::Outside;
use crate::record::SeverityClass;

/// 2026-11-19 22:04:11 UTC.
const START: u64 = 1_795_125_851_000_000_000;

/// Bytes that can be looked at from outside.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// A stream whose reader went away.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

fn style(width: usize) -> UiStyle {
    UiStyle {
        verbosity: Verbosity::Normal,
        format: OutputFormat::Human,
        color: false,
        stdout_color: false,
        progress: ProgressMode::Plain,
        width,
    }
}

/// What goes to standard output and to standard error.
fn shown(style: UiStyle, act: impl FnOnce(&mut Ui)) -> (String, String) {
    let (stdout, stderr) = (Shared::default(), Shared::default());
    let mut ui = Ui::new(Box::new(stdout.clone()), Box::new(stderr.clone()), style);
    act(&mut ui);
    (stdout.text(), stderr.text())
}

fn summary_text(report: &SendReport, width: usize) -> String {
    shown(style(width), |ui| ui.send_report(report)).1
}

fn source(name: &str) -> SourceReport {
    SourceReport {
        name: name.to_owned(),
        format: "java-log4j".to_owned(),
        bytes: 214_000_000,
        lines: 1_204_331,
        records: 1_198_002,
        first_time: Some(UnixNanos(START)),
        last_time: Some(UnixNanos(START + 40_109_000_000_000)),
        acknowledged_offset: 214_000_000,
        ..SourceReport::default()
    }
}

fn timeline() -> Timeline {
    let mut timeline = Timeline::default();
    for step in 0..400_u64 {
        let (class, count) = match step {
            60..90 => (SeverityClass::Info, 4),
            270..280 => (SeverityClass::Warn, 6),
            280..300 => (SeverityClass::Error, 16),
            300..315 => (SeverityClass::Warn, 5),
            _ => (SeverityClass::Info, 2 + step % 3),
        };
        for _ in 0..count {
            timeline.add(UnixNanos(START + step * 100_000_000_000), class);
        }
    }
    timeline
}

fn delivered() -> SendReport {
    let mut severity = [0; SeverityClass::COUNT];
    severity[SeverityClass::Info as usize] = 1_180_119;
    severity[SeverityClass::Warn as usize] = 16_240;
    severity[SeverityClass::Error as usize] = 1_643;
    SendReport {
        outcome: Outcome::Delivered,
        dry_run: false,
        destination: DestinationLabel {
            name: "logfire".to_owned(),
            url: "https://logfire-us.pydantic.dev/v1/logs".to_owned(),
            encoding: Encoding::Protobuf,
            compression: Compression::Gzip,
        },
        sources: vec![source("app.log")],
        tally: Tally {
            read: 1_198_002,
            delivered: 1_198_002,
            ..Tally::default()
        },
        reasons: BTreeMap::new(),
        severity,
        timeline: timeline(),
        requests: RequestCounts {
            sent: 74,
            ..RequestCounts::default()
        },
        bytes: ByteTotals {
            input: 214_000_000,
            encoded: 190_000_000,
            wire: 31_000_000,
        },
        elapsed: Duration::from_millis(2_230),
        warnings: Vec::new(),
        stop: None,
        local: None,
        out_file: None,
        dead_letter_file: None,
        outside: Outside::default(),
        suspect: 0,
        undelivered_file: None,
        samples: Vec::new(),
        signal: None,
        dropped_severity: [0; SeverityClass::COUNT],
    }
}

fn partial() -> SendReport {
    let mut second = source("/var/log/nginx/access-2026-11-19.log");
    second.format = "nginx".to_owned();
    second.failure = Some("corrupt gzip stream\u{1b}[2J".to_owned());
    let mut dropped_severity = [0; SeverityClass::COUNT];
    dropped_severity[SeverityClass::Debug as usize] = 3;
    dropped_severity[SeverityClass::Info as usize] = 1;
    SendReport {
        dropped_severity,
        outcome: Outcome::Partial,
        sources: vec![source("app.log"), second],
        tally: Tally {
            read: 2_396_004,
            delivered: 2_395_000,
            rejected: 900,
            dropped: 4,
            filtered: 100,
            ..Tally::default()
        },
        reasons: BTreeMap::from([
            (("rejected", "attribute \u{202e}too long".to_owned()), 888),
            (("rejected", "timestamp too old".to_owned()), 12),
            (("dropped", "larger than a request may be".to_owned()), 4),
            (("filtered", "below --min-severity".to_owned()), 100),
        ]),
        warnings: vec!["app.log: 3 lines were longer than 1 MiB and cut".to_owned()],
        local: Some(LocalCounts {
            requests: 74,
            records: 2_395_000,
            ..LocalCounts::default()
        }),
        out_file: Some("arrived.jsonl".to_owned()),
        ..delivered()
    }
}

fn undelivered() -> SendReport {
    SendReport {
        outcome: Outcome::Undelivered,
        tally: Tally {
            read: 1_198_002,
            delivered: 900_000,
            unsent: 298_002,
            ..Tally::default()
        },
        requests: RequestCounts {
            sent: 91,
            retried: 17,
            split: 0,
        },
        elapsed: Duration::from_secs(302),
        stop: Some(Stop {
            code: "undelivered",
            message: "no answer from https://logfire-us.pydantic.dev within 5 min".to_owned(),
            causes: vec![
                "connection refused".to_owned(),
                "connection refused".to_owned(),
            ],
            hint: Some("run the same command with --resume to send the rest".to_owned()),
        }),
        ..delivered()
    }
}

fn dry_run() -> SendReport {
    let sample = r#"{"timeUnixNano":"1795125851120000007","severityNumber":9,"severityText":"INFO",
        "body":{"stringValue":"listening on port 8080"},"attributes":[
        {"key":"log.file.name","value":{"stringValue":"app.log"}},{"key":"pid","value":{"intValue":"12"}}]}"#;
    SendReport {
        outcome: Outcome::Undelivered,
        dry_run: true,
        tally: Tally {
            read: 1_198_002,
            unsent: 1_198_002,
            ..Tally::default()
        },
        samples: vec![
            sample.to_owned(),
            sample.replace("INFO", "").replace(":9,", ":17,"),
        ],
        ..delivered()
    }
}

fn many_sources() -> SendReport {
    let mut sources: Vec<_> = (1..=1_000)
        .map(|number| SourceReport {
            lines: 1_199,
            blank_lines: 1,
            records: 1_198,
            first_time: None,
            last_time: None,
            ..source(&format!("logs/worker-{number:04}.log"))
        })
        .collect();
    sources[500].failure = Some("permission denied".to_owned());
    SendReport {
        sources,
        ..delivered()
    }
}

#[test]
fn a_delivered_file_on_a_wide_and_on_a_narrow_terminal() {
    insta::assert_snapshot!(summary_text(&delivered(), 120), @r"
    app.log     java-log4j · 1,204,331 lines → 1,198,002 records · 2026-11-19 22:04:11 … 2026-11-20 09:12:40 UTC
    delivered   1,198,002 records in 74 requests, 2.2 s · 214 MB read at 96 MB/s · 31 MB on the wire (gzip)
    severity    ▂▂▂▃▂▂▂▂▂▂▂▂▃█▃▂▂▂▁  INFO 1,180,119 · WARN 16,240 · ERROR 1,643
    to          https://logfire-us.pydantic.dev/v1/logs · nothing rejected, nothing dropped
    ");
    insta::assert_snapshot!(summary_text(&delivered(), 80), @r"
    app.log     java-log4j · 1,204,331 lines → 1,198,002 records
                2026-11-19 22:04:11 … 2026-11-20 09:12:40 UTC
    delivered   1,198,002 records in 74 requests, 2.2 s · 214 MB read at 96 MB/s
                31 MB on the wire (gzip)
    severity    ▂▂▂▃▂▂▂▂▂▂▂▂▃█▃▂▂▂▁  INFO 1,180,119 · WARN 16,240 · ERROR 1,643
    to          https://logfire-us.pydantic.dev/v1/logs
                nothing rejected, nothing dropped
    ");
}

#[test]
fn a_partial_delivery_names_every_exit_and_its_reasons() {
    insta::assert_snapshot!(summary_text(&partial(), 100), @r"
      app.log                java-log4j · 1,204,331 lines → 1,198,002 records
                             2026-11-19 22:04:11 … 2026-11-20 09:12:40 UTC
      …cess-2026-11-19.log   nginx · 1,204,331 lines → 1,198,002 records
                             2026-11-19 22:04:11 … 2026-11-20 09:12:40 UTC
                             not read to its end: corrupt gzip stream\u{1b}[2J
      delivered              2,395,000 records in 74 requests, 2.2 s · 214 MB read at 96 MB/s
                             31 MB on the wire (gzip)
      rejected               900 records
                             888  attribute \u{202e}too long
                              12  timestamp too old
      dropped                4 records · larger than a request may be
                             DEBUG 3 · INFO 1
      filtered               100 records · below --min-severity
      severity               ▂▂▂▃▂▂▂▂▂▂▂▂▃█▃▂▂▂▁  INFO 1,180,119 · WARN 16,240 · ERROR 1,643
      received               2,395,000 records decoded from 74 requests, kept in arrived.jsonl
      to                     https://logfire-us.pydantic.dev/v1/logs
    warning: app.log: 3 lines were longer than 1 MiB and cut
    ");
}

#[test]
fn an_undelivered_run_says_why_and_what_to_do() {
    insta::assert_snapshot!(summary_text(&undelivered(), 100), @r"
      app.log     java-log4j · 1,204,331 lines → 1,198,002 records
                  2026-11-19 22:04:11 … 2026-11-20 09:12:40 UTC
      delivered   900,000 records in 91 requests (17 retried), 5 min 2 s · 214 MB read at 709 kB/s
                  31 MB on the wire (gzip)
      unsent      298,002 records
      severity    ▂▂▂▃▂▂▂▂▂▂▂▂▃█▃▂▂▂▁  INFO 1,180,119 · WARN 16,240 · ERROR 1,643
      to          https://logfire-us.pydantic.dev/v1/logs
    error: no answer from https://logfire-us.pydantic.dev within 5 min
      caused by: connection refused
    hint: run the same command with --resume to send the rest
    ");
}

#[test]
fn a_dry_run_says_so_and_shows_the_first_records() {
    insta::assert_snapshot!(summary_text(&dry_run(), 100), @r"
    the first 2 records, as they would arrive:
    2026-11-19 22:04:11.120   INFO   listening on port 8080
                              log.file.name=app.log · pid=12
    2026-11-19 22:04:11.120   ERROR  listening on port 8080
                              log.file.name=app.log · pid=12

    app.log     java-log4j · 1,204,331 lines → 1,198,002 records
                2026-11-19 22:04:11 … 2026-11-20 09:12:40 UTC
    read        1,198,002 records, 2.2 s · 214 MB read at 96 MB/s
    severity    ▂▂▂▃▂▂▂▂▂▂▂▂▃█▃▂▂▂▁  INFO 1,180,119 · WARN 16,240 · ERROR 1,643
    dry run     nothing was sent · 1,198,002 records would go to
                https://logfire-us.pydantic.dev/v1/logs
    ");
}

#[test]
fn of_many_sources_the_first_and_the_unreadable_ones_are_shown() {
    insta::assert_snapshot!(summary_text(&many_sources(), 100), @r"
    logs/worker-0001.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0002.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0003.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0004.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0005.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0006.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0007.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0008.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0009.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0010.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
    logs/worker-0501.log   java-log4j · 1,199 lines (1 blank) → 1,198 records · no times
                           not read to its end: permission denied
    … and 990 more         1,187,010 lines (990 blank) → 1,186,020 records
    delivered              1,198,002 records in 74 requests, 2.2 s · 214 MB read at 96 MB/s
                           31 MB on the wire (gzip)
    severity               ▂▂▂▃▂▂▂▂▂▂▂▂▃█▃▂▂▂▁  INFO 1,180,119 · WARN 16,240 · ERROR 1,643
    to                     https://logfire-us.pydantic.dev/v1/logs · nothing rejected, nothing dropped
    ");
}

#[test]
fn the_receipt_has_the_keys_scripts_rely_on() {
    let receipt = receipt::receipt(&partial());
    let lines: Vec<String> = receipt
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    insta::assert_snapshot!(printable_json(&lines.join("\t")).replace("\\u0009", "\n"), @r#"
    command: "send"
    outcome: "partial"
    dry_run: false
    destination: {"name":"logfire","url":"https://logfire-us.pydantic.dev/v1/logs","protocol":"http/protobuf","compression":"gzip"}
    sources: [{"name":"app.log","format":"java-log4j","bytes":214000000,"lines":1204331,"records":1198002,"first_time":"2026-11-19T22:04:11.000000000Z","last_time":"2026-11-20T09:12:40.000000000Z","start_offset":0,"acknowledged_offset":214000000},{"name":"/var/log/nginx/access-2026-11-19.log","format":"nginx","bytes":214000000,"lines":1204331,"records":1198002,"first_time":"2026-11-19T22:04:11.000000000Z","last_time":"2026-11-20T09:12:40.000000000Z","start_offset":0,"acknowledged_offset":214000000,"failure":"corrupt gzip stream\u001b[2J"}]
    records: {"read":2396004,"delivered":2395000,"rejected":900,"dead_lettered":0,"dropped":4,"filtered":100,"unsent":0}
    reasons: {"dropped":{"larger than a request may be":4},"filtered":{"below --min-severity":100},"dead_lettered":{},"rejected":{"attribute \u202etoo long":888,"timestamp too old":12}}
    severity: {"INFO":1180119,"WARN":16240,"ERROR":1643}
    requests: {"sent":74,"retried":0,"split":0}
    bytes: {"input":214000000,"encoded":190000000,"wire":31000000}
    seconds: 2.23
    dead_letter_file: null
    warnings: ["app.log: 3 lines were longer than 1 MiB and cut"]
    local: {"requests":74,"records":2395000,"out":"arrived.jsonl"}
    dropped_severity: {"DEBUG":3,"INFO":1}
    "#);
}

#[test]
fn the_receipt_of_a_stopped_run_carries_the_error() {
    let receipt = receipt::receipt(&undelivered());
    insta::assert_snapshot!(receipt["stop"], @r#"{"code":"undelivered","message":"no answer from https://logfire-us.pydantic.dev within 5 min","causes":["connection refused"],"hint":"run the same command with --resume to send the rest"}"#);
    assert_eq!(
        receipt.as_object().unwrap().keys().next_back().unwrap(),
        "stop"
    );
}

#[test]
fn json_is_one_printable_line_on_stdout_and_nothing_on_stderr() {
    let json = UiStyle {
        format: OutputFormat::Json,
        ..style(80)
    };
    let (stdout, stderr) = shown(json, |ui| ui.send_report(&partial()));
    assert_eq!(stdout.lines().count(), 1);
    assert!(!stdout.contains('\u{202e}') && stdout.contains("\\u202e"));
    assert_eq!(stderr, "");
    let failure = Failure {
        kind: FailureKind::Setup,
        code: "settings",
        error: "no such flag".into(),
        hint: None,
    };
    let (stdout, _) = shown(json, |ui| ui.error(&failure));
    insta::assert_snapshot!(stdout, @r#"{"error":{"code":"settings","message":"no such flag","causes":[],"hint":null}}"#);
}

#[test]
fn quiet_says_nothing_on_success_and_everything_on_failure() {
    let quiet = UiStyle {
        verbosity: Verbosity::Quiet,
        ..style(80)
    };
    let (stdout, stderr) = shown(quiet, |ui| {
        ui.warning("w");
        ui.send_report(&delivered());
        ui.send_report(&dry_run());
    });
    assert_eq!((stdout.as_str(), stderr.as_str()), ("", ""));
    let (_, stderr) = shown(quiet, |ui| ui.send_report(&undelivered()));
    assert!(stderr.contains("unsent") && stderr.contains("hint:"));
}

#[test]
fn a_closed_stream_is_remembered_and_stops_nothing() {
    let bars = UiStyle {
        progress: ProgressMode::Bars,
        ..style(80)
    };
    let mut ui = Ui::new(Box::new(Closed), Box::new(Closed), bars);
    run_through(&mut ui);
    ui.result("text");
    ui.json(&json!({}));
    assert_eq!(ui.stdout_closed_by(), Some(io::ErrorKind::BrokenPipe));
}

/// Every event, then a report.
fn run_through(ui: &mut Ui) {
    let detection = Detection::given(Format::of(FormatKind::Plain), "plain".to_owned());
    ui.explain_sources();
    for source in 0..12 {
        ui.event(&Event::Opened {
            source,
            name: "evil\u{1b}[2J\u{9b}.log",
            detection: &detection,
            total: (source != 1).then_some(ByteCount(1_000)),
        });
    }
    for step in 0..=10_u64 {
        ui.event(&Event::Progress(&Progress {
            source_bytes: vec![step * 100; 12],
            source_done: vec![step == 10; 12],
            lines_read: step * 10,
            records_read: step * 10,
            records_resolved: step,
        }));
        for _ in 0..2 {
            ui.event(&Event::Retrying {
                reason: "no answer from \u{1b}[31mevil",
                wait: Duration::from_secs(4),
            });
        }
    }
    ui.warning("said\u{7f} once");
    ui.warning("said\u{7f} once");
    ui.send_report(&partial());
}

#[test]
fn followed_files_share_one_line() {
    let bars = UiStyle {
        progress: ProgressMode::Bars,
        ..style(80)
    };
    let (_, stderr) = shown(bars, |ui| {
        ui.event(&Event::Following);
        ui.event(&Event::Progress(&Progress {
            source_bytes: vec![9; 3],
            source_done: vec![false, true, false],
            lines_read: 1_234,
            records_read: 7,
            records_resolved: 7,
        }));
        ui.event(&Event::Notice("waiting for a.log to appear"));
    });
    assert!(stderr.contains("2 files"), "{stderr}");
    assert!(stderr.contains("1,234 lines"), "{stderr}");
    assert!(
        stderr.contains("note: waiting for a.log to appear\n"),
        "{stderr}"
    );
}

#[test]
fn bars_let_no_control_character_of_a_name_or_a_server_through() {
    let bars = UiStyle {
        progress: ProgressMode::Bars,
        ..style(80)
    };
    let (_, stderr) = shown(bars, run_through);
    assert!(stderr.contains("\\u{1b}[2J"));
    assert!(!stderr.contains("\u{1b}[2J") && !stderr.contains("\u{1b}[31m"));
    assert!(!stderr.contains(['\u{9b}', '\u{7f}', '\u{202e}']));
    assert_eq!(stderr.matches("once\n").count(), 1);
}

#[test]
fn without_a_terminal_a_retry_is_one_line_for_each_hold_up() {
    let retrying = Event::Retrying {
        reason: "no answer from http://localhost:4318",
        wait: Duration::from_secs(4),
    };
    let resolved = |records_resolved| Progress {
        records_resolved,
        ..Progress::default()
    };
    let (_, stderr) = shown(style(80), |ui| {
        ui.event(&retrying);
        ui.event(&Event::Progress(&resolved(0)));
        ui.event(&retrying);
        ui.event(&Event::Progress(&resolved(1)));
        ui.event(&retrying);
    });
    let line = "warning: no answer from http://localhost:4318, trying again in 4 s\n";
    assert_eq!(stderr, line.repeat(2));
}

#[test]
fn the_counts_shown_add_up_to_the_tally() {
    for report in [delivered(), partial(), undelivered(), dry_run()] {
        report.tally.assert_balanced();
        let text = summary_text(&report, 120);
        let labels = [
            "delivered",
            "rejected",
            "dead letters",
            "dropped",
            "filtered",
            "unsent",
        ];
        let mut sum: u64 = text
            .lines()
            .filter_map(|line| count_after(line, &labels))
            .sum();
        if report.dry_run {
            sum += count_after(text.split("sent · ").last().unwrap(), &[""]).unwrap();
        }
        assert_eq!(sum, report.tally.read, "{text}");
    }
}

/// The first number of a line that starts with one of the labels.
fn count_after(line: &str, labels: &[&str]) -> Option<u64> {
    let line = line.trim_start();
    let rest = labels.iter().find_map(|label| line.strip_prefix(label))?;
    let number = rest.split_whitespace().next()?;
    number.replace(',', "").parse().ok()
}
