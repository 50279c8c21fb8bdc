//! A pipe for a long time: 20,000 lines a second through a server that fails for three of every ten seconds.
//!
//! Memory and open files of the process are read each second. What they reach in the second half of the run may not be more than in
//! the first, and every line must arrive, each once unless its answer was lost. `cargo bench --bench soak -- --seconds 600` is the
//! long form; without it, it takes a minute.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench waits by itself, outside the product's rules"
)]

#[path = "end_to_end/http.rs"]
mod http;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;

use crate::http::Requests;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const LINES_PER_SECOND: u64 = 20_000;
/// Lines are written so many times a second.
const WRITES_PER_SECOND: u64 = 50;
/// Of every ten seconds, the server fails in so many.
const FAILING_SECONDS: u64 = 3;
/// What the second half may have more than the first: the allocator's and the kernel's own unrest.
const MEMORY_SLACK_KIB: u64 = 4 << 10;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if !args.iter().any(|arg| arg == "--bench") {
        println!("soak measures only under `cargo bench`");
        return ExitCode::SUCCESS;
    }
    let seconds = args
        .iter()
        .skip_while(|arg| *arg != "--seconds")
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(60);
    match soak(seconds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What arrived: how often each line, and how many requests were turned away.
#[derive(Default)]
struct Arrived {
    copies: BTreeMap<u64, u32>,
    turned_away: u64,
}

/// Memory and open files of a process, once a second.
#[derive(Debug, Clone, Copy)]
struct Sample {
    rss_kib: u64,
    files: usize,
}

fn soak(seconds: u64) -> Result<()> {
    let (started, arrived) = (Instant::now(), Arc::new(Mutex::new(Arrived::default())));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}", listener.local_addr()?);
    let into = Arc::clone(&arrived);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let into = Arc::clone(&into);
            thread::spawn(move || serve(&stream, &into, started));
        }
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_otelctl"))
        .args(["send", "-", "-q", "--to", &url, "--retry-for", "1h"])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut input = child
        .stdin
        .take()
        .ok_or("the program has no standard input")?;
    let (mut samples, mut number) = (Vec::new(), 0);
    for write in 0..seconds * WRITES_PER_SECOND {
        let mut lines = Vec::new();
        for _ in 0..LINES_PER_SECOND / WRITES_PER_SECOND {
            writeln!(
                lines,
                "2026-11-20T09:00:00.{:03}Z INFO line {number}",
                number % 1000
            )?;
            number += 1;
        }
        input.write_all(&lines)?;
        let due = Duration::from_millis((write + 1) * 1_000 / WRITES_PER_SECOND);
        thread::sleep(due.saturating_sub(started.elapsed()));
        if write % WRITES_PER_SECOND == 0 {
            samples.push(sample(child.id())?);
        }
    }
    drop(input);
    let status = child.wait()?;
    let arrived = arrived.lock().map_err(|_| "the server panicked")?;
    println!(
        "lines {number} · requests turned away {}",
        arrived.turned_away
    );
    judge(&samples)?;
    let lost = number - arrived.copies.len() as u64;
    let copies: u64 = arrived
        .copies
        .values()
        .map(|count| u64::from(count - 1))
        .sum();
    println!("lost {lost} · second copies {copies} · {status}");
    if lost > 0 || copies > 0 || !status.success() {
        return Err("not every line arrived once".into());
    }
    Ok(())
}

fn judge(samples: &[Sample]) -> Result<()> {
    let (first, second) = samples.split_at(samples.len() / 2);
    let most = |half: &[Sample]| {
        let rss = half.iter().map(|sample| sample.rss_kib).max();
        let files = half.iter().map(|sample| sample.files).max();
        (rss.unwrap_or(0), files.unwrap_or(0))
    };
    let ((rss_first, files_first), (rss_second, files_second)) = (most(first), most(second));
    println!(
        "memory {rss_first} KiB, then {rss_second} KiB · open files {files_first}, then {files_second}"
    );
    if rss_second > rss_first + MEMORY_SLACK_KIB || files_second > files_first + 2 {
        return Err("the process grows".into());
    }
    Ok(())
}

fn sample(pid: u32) -> Result<Sample> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let rss = rss.ok_or("no VmRSS")?.trim().trim_end_matches(" kB");
    Ok(Sample {
        rss_kib: rss.parse()?,
        files: fs::read_dir(format!("/proc/{pid}/fd"))?.count(),
    })
}

/// Answers the requests of one connection: by the clock, all is well or nothing is.
fn serve(stream: &TcpStream, arrived: &Mutex<Arrived>, started: Instant) {
    let mut requests = Requests::new(stream);
    while let Ok(Some(head)) = requests.head() {
        let mut body = Vec::new();
        if requests
            .body(&head, |piece| body.extend_from_slice(piece))
            .is_err()
        {
            return;
        }
        let fails = started.elapsed().as_secs() % 10 >= 10 - FAILING_SECONDS;
        let Ok(mut arrived) = arrived.lock() else {
            return;
        };
        let status = if fails {
            arrived.turned_away += 1;
            "503 Service Unavailable"
        } else {
            count(&body, &mut arrived);
            "200 OK"
        };
        drop(arrived);
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        let mut stream = stream;
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn count(body: &[u8], arrived: &mut Arrived) {
    let Ok(request) = ExportLogsServiceRequest::decode(body) else {
        return;
    };
    let scopes = request
        .resource_logs
        .iter()
        .flat_map(|logs| &logs.scope_logs);
    for record in scopes.flat_map(|scope| &scope.log_records) {
        if let Some(Value::StringValue(text)) =
            record.body.as_ref().and_then(|body| body.value.as_ref())
            && let Some(number) = text.rsplit(' ').next().and_then(|word| word.parse().ok())
        {
            *arrived.copies.entry(number).or_default() += 1;
        }
    }
}
