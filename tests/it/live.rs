//! Pipes that go on: when their records leave, in how many requests, and what is given up when the server does not keep up.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use opentelemetry_proto::tonic::metrics::v1::{Sum, metric, number_data_point};
use serde_json::Value;

use crate::fake::{Answer, FakeOtlp, shown};
use crate::harness::{Hand, Outcome, Run};

/// How long a request may take to come once it is due, before the clock moves on.
const LOOK: Duration = Duration::from_millis(80);

/// How far the clock moves at a time.
const STEP: Duration = Duration::from_millis(50);

/// The reading end of a pipe that the test writes into.
struct Pipe {
    blocks: Receiver<Vec<u8>>,
    left: Cursor<Vec<u8>>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.left.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            match self.blocks.recv() {
                Ok(block) => self.left = Cursor::new(block),
                Err(_) => return Ok(0),
            }
        }
    }
}

/// A run on an open pipe, in a time of its own.
struct Following {
    hand: Hand,
    pipe: Sender<Vec<u8>>,
    run: JoinHandle<Outcome>,
}

impl Following {
    fn start(server: &FakeOtlp, flags: &[&str]) -> Following {
        let hand = Hand::new();
        let (pipe, blocks) = channel();
        let reader = Pipe {
            blocks,
            left: Cursor::default(),
        };
        let run = Run::send_to(server)
            .args(flags)
            .in_time_of(&hand)
            .stdin_from(reader);
        Following {
            hand,
            pipe,
            run: thread::spawn(move || run.run()),
        }
    }

    fn write(&self, text: &str) {
        self.pipe.send(text.as_bytes().to_vec()).unwrap();
    }

    /// Lets time go by until a request comes; tells how much that was.
    #[track_caller]
    fn wait_for_request(&self, server: &FakeOtlp) -> Duration {
        for step in 0..200 {
            if server.has_request_within(LOOK) {
                return step * STEP;
            }
            self.hand.advance(STEP);
        }
        panic!("no request comes");
    }

    fn finish(self) -> Outcome {
        drop(self.pipe);
        self.run.join().unwrap()
    }
}

fn line(level: &str, number: usize) -> String {
    format!("2026-11-20T09:00:00Z {level} number {number}\n")
}

/// Guarantees: records that come slowly are sent together, within the flush interval.
#[test]
fn slow_lines_share_a_request_within_the_flush_interval() {
    let server = FakeOtlp::accepting();
    let run = Following::start(&server, &[]);
    // What the lines are is told from the first of them.
    run.write(&line("INFO", 0));
    run.wait_for_request(&server);
    let mut waited = Duration::ZERO;
    for number in 1..=5 {
        run.write(&line("INFO", number));
        assert!(!server.has_request_within(LOOK), "one by one");
        run.hand.advance(2 * STEP);
        waited += 2 * STEP;
    }
    waited += run.wait_for_request(&server);
    // Noticing takes its time, too.
    assert!(waited <= Duration::from_millis(1_300), "{waited:?}");
    assert_eq!(server.seen()[1].records().len(), 5);
    let outcome = run.finish();
    assert_eq!(outcome.receipt(0, "delivered").records("delivered"), 6);
}

/// Guarantees: an error leaves at once and takes along what waits; everything else waits.
#[test]
fn an_error_leaves_at_once_while_others_wait() {
    let server = FakeOtlp::accepting();
    let run = Following::start(&server, &["--flush-interval", "10m"]);
    run.write(&line("ERROR", 0));
    run.wait_for_request(&server);
    run.hand.advance(Duration::from_secs(10));
    run.write(&line("INFO", 1));
    for _ in 0..5 {
        assert!(!server.has_request_within(LOOK), "INFO waits");
        run.hand.advance(STEP);
    }
    run.write(&line("ERROR", 2));
    let waited = run.wait_for_request(&server);
    assert!(waited <= Duration::from_millis(150), "{waited:?}");
    assert_eq!(server.seen()[1].records().len(), 2);
    run.finish().receipt(0, "delivered");
}

/// Guarantees: a trace that is still being written when its first lines are read arrives whole, with its error.
#[test]
fn a_trace_that_comes_in_pieces_stays_whole() {
    let server = FakeOtlp::accepting();
    let run = Following::start(&server, &[]);
    run.write(&line("INFO", 0));
    run.wait_for_request(&server);
    run.write(
        &(line("INFO", 1) + &line("ERROR", 2) + "java.lang.IllegalStateException: no stock\n"),
    );
    for number in 0..4 {
        // Long enough for what is complete to go on, not long enough for the last record to be taken for complete.
        run.hand.advance(Duration::from_millis(30));
        assert!(!server.has_request_within(LOOK), "it is not complete");
        run.write(&format!(
            "\tat com.example.Shop.order(Shop.java:{number})\n"
        ));
    }
    run.wait_for_request(&server);
    let records = server.seen()[1].records();
    assert_eq!(records.len(), 2);
    assert!(records[1].text().starts_with("number 2"), "{records:?}");
    let trace = records[1]
        .attribute("exception.stacktrace")
        .unwrap_or_default();
    let whole = format!("{}{trace}", records[1].text());
    assert!(whole.contains("Shop.java:3"), "{whole}");
    run.finish().receipt(0, "delivered");
}

/// Guarantees: a storm of errors is sent by batches.
#[test]
fn a_storm_of_errors_makes_requests_by_batches() {
    let server = FakeOtlp::accepting();
    let input: String = (0..100_000).map(|number| line("ERROR", number)).collect();
    let receipt = Run::send_to(&server).stdin(input).run();
    let receipt = receipt.receipt(0, "delivered");
    assert_eq!(receipt.records("delivered"), 100_000);
    let sent = receipt.requests("sent");
    assert!(sent <= 100_000 / 256 + 10, "{sent}");
    assert_eq!(server.seen().len() as u64, sent);
}

/// A server that holds the first request with logs until the gate is dropped, and tells when it has come.
fn holding(metrics: Answer) -> (FakeOtlp, Receiver<()>, Sender<()>) {
    let (arrived, arrival) = channel();
    let (gate, opened) = channel::<()>();
    let server = FakeOtlp::judging(move |seen| {
        if seen.metrics.is_some() {
            return metrics.clone();
        }
        arrived.send(()).ok();
        opened.recv().ok();
        Answer::ok()
    });
    (server, arrival, gate)
}

const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/// A run that has no room for most of what it reads.
fn overfull(server: &FakeOtlp) -> Run {
    let lines = (0..600).map(|number| line(LEVELS[number % 6], number));
    Run::send_to(server)
        .args(["--on-full", "drop", "--queue-records-max", "120"])
        .args(["--batch-records-max", "50", "--in-flight", "1"])
        .in_no_time()
        .stdin(lines.collect::<String>())
}

/// The points of a request with the count of dropped records: severity → count.
#[track_caller]
fn points(sum: &Sum) -> BTreeMap<String, u64> {
    let points = sum.data_points.iter().map(|point| {
        let attribute = |key: &str| {
            let found = point.attributes.iter().find(|pair| pair.key == key);
            shown(found.unwrap().value.as_ref())
        };
        assert_eq!(attribute("reason"), "text queue_full");
        let Some(number_data_point::Value::AsInt(count)) = point.value else {
            panic!("not a whole number: {point:?}");
        };
        let severity = attribute("severity").replace("text ", "");
        (severity, u64::try_from(count).unwrap())
    });
    points.collect()
}

/// The sum that the server was told last.
#[track_caller]
fn told(server: &FakeOtlp) -> Sum {
    let seen = server.seen();
    let last = seen.iter().rev().find_map(|one| one.metrics.as_ref());
    let resource = &last.expect("a metric was sent").resource_metrics[0];
    let metric = &resource.scope_metrics[0].metrics[0];
    assert_eq!(metric.name, "otel.logs.dropped_count");
    let Some(metric::Data::Sum(sum)) = &metric.data else {
        panic!("not a sum: {metric:?}");
    };
    assert!(sum.is_monotonic);
    sum.clone()
}

#[track_caller]
fn check_drops(flags: &[&str], env: &[(&str, &str)], temporality: i32) {
    let (server, arrival, gate) = holding(Answer::ok());
    let run = overfull(&server).args(flags);
    let run = env
        .iter()
        .fold(run, |run, (name, value)| run.env(name, value));
    let run = thread::spawn(move || run.run());
    arrival.recv().unwrap();
    drop(gate);
    let outcome = run.join().unwrap();
    let receipt = outcome.receipt(1, "partial");
    // The first batch is on its way, and of the others 120 stay: all FATAL, and the newest ERROR.
    let first: u64 = 50;
    assert_eq!(receipt.records("delivered"), first + 120);
    assert_eq!(receipt.records("dropped"), 600 - first - 120);
    assert_eq!(receipt.0["reasons"]["dropped"]["queue_full"], 430);
    let by_severity = &receipt.0["dropped_severity"];
    assert_eq!(by_severity.get("FATAL"), None, "{by_severity}");
    assert_eq!(by_severity["TRACE"], 91, "{by_severity}");
    let records = server.records();
    let severe = records
        .iter()
        .skip(50)
        .filter(|one| one.record.severity_number >= 17);
    assert_eq!(severe.count(), 120);
    assert_eq!(
        receipt.0["sources"][0]["acknowledged_offset"],
        receipt.0["sources"][0]["bytes"]
    );
    let sum = told(&server);
    assert_eq!(sum.aggregation_temporality, temporality);
    let expected: BTreeMap<String, u64> = by_severity
        .as_object()
        .unwrap()
        .iter()
        .map(|(severity, count)| (severity.clone(), Value::as_u64(count).unwrap()))
        .collect();
    assert_eq!(points(&sum), expected);
    assert!(
        outcome.stderr.is_empty() || outcome.stderr.contains("dropped"),
        "{}",
        outcome.stderr
    );
}

/// Guarantees: what is dropped is the least severe, counted by severity and reason, and told to the destination with the same numbers.
#[test]
fn drops_are_counted_by_severity_and_told_to_the_destination() {
    check_drops(&[], &[], 2);
    let delta = [("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta")];
    check_drops(
        &["--protocol", "http/json", "--compression", "gzip"],
        &delta,
        1,
    );
}

/// Guarantees: the headers of the logs go with the metric, and its path stands beside theirs.
#[test]
fn the_metric_goes_beside_the_logs_with_their_headers() {
    let (server, _arrival, gate) = holding(Answer::ok());
    drop(gate);
    overfull(&server)
        .args(["--header", "x-key=7"])
        .run()
        .receipt(1, "partial");
    let seen = server.seen();
    let metrics = seen.iter().find(|one| one.metrics.is_some()).unwrap();
    assert_eq!(
        (metrics.method.as_str(), metrics.path.as_str()),
        ("POST", "/v1/metrics")
    );
    assert_eq!(metrics.header("x-key"), Some("7"));
}

/// Guarantees: a server that takes no metrics changes nothing but that the user is told.
#[test]
fn a_metric_that_does_not_arrive_is_a_warning() {
    let (server, _arrival, gate) = holding(Answer::status(404));
    drop(gate);
    let receipt = overfull(&server).run().receipt(1, "partial");
    receipt.assert_warns(&["the count of dropped records did not arrive", "HTTP 404"]);
}

/// Guarantees: the user is told of drops while they happen, and in the summary by severity.
#[test]
fn drops_are_told_at_once_and_in_the_summary() {
    let (server, _arrival, gate) = holding(Answer::ok());
    drop(gate);
    let lines: String = (0..20).map(|number| line("DEBUG", number)).collect();
    let outcome = Run::new()
        .args(["send", "--to", server.url(), "--on-full", "drop"])
        .args([
            "--queue-records-max",
            "5",
            "--batch-records-max",
            "5",
            "--in-flight",
            "1",
        ])
        .in_no_time()
        .stdin(lines)
        .run();
    assert_eq!(outcome.code, 1);
    for part in ["warning: dropped 10 records", "DEBUG 10", "queue_full"] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
}

/// Guarantees: nothing is dropped unless that was asked for, however small the queue.
#[test]
fn a_full_queue_stops_the_reading_and_loses_nothing() {
    let (server, arrival, gate) = holding(Answer::ok());
    let lines: Vec<String> = (0..600)
        .map(|number| line(LEVELS[number % 6], number))
        .collect();
    let run = Run::send_to(&server)
        .args([
            "--queue-records-max",
            "3",
            "--batch-records-max",
            "2",
            "--in-flight",
            "1",
        ])
        .stdin(lines.concat());
    let run = thread::spawn(move || run.run());
    arrival.recv().unwrap();
    drop(gate);
    let receipt = run.join().unwrap().receipt(0, "delivered");
    assert_eq!(receipt.records("delivered"), 600);
    let expected: Vec<String> = (0..600).map(|number| format!("number {number}")).collect();
    assert_eq!(server.texts(), expected);
}

/// A source that tells when it was read to its end.
struct Told {
    input: Cursor<Vec<u8>>,
    at_end: Sender<()>,
}

impl Read for Told {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        if count == 0 {
            self.at_end.send(()).ok();
        }
        Ok(count)
    }
}

/// Guarantees: whoever writes into the pipe never waits for the network when records may be dropped.
#[test]
fn a_reader_that_drops_does_not_wait_for_the_server() {
    let (server, arrival, gate) = holding(Answer::ok());
    let (at_end, ended) = channel();
    // More than all that may be under way outside the queue.
    let line = format!("{}\n", "x".repeat(1_023));
    let source = Told {
        input: Cursor::new(line.repeat(6 << 10).into_bytes()),
        at_end,
    };
    let run = Run::send_to(&server)
        .args(["--on-full", "drop", "--timeout", "10m"])
        .args(["--in-flight", "1", "--threads", "2"])
        .stdin_from(source);
    let run = thread::spawn(move || run.run());
    arrival.recv().unwrap();
    ended.recv().unwrap();
    drop(gate);
    let receipt = run.join().unwrap().receipt(1, "partial");
    assert!(receipt.records("dropped") > 0);
}
