//! The receiver inside the process, for `--to local`: real HTTP on a loopback port, real decoding, on a thread of its own.

use std::fs::File;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::base::shutdown::Shutdown;
use crate::flow::plan::FlowError;
use crate::flow::report::LocalCounts;
use crate::otlp::Signal;
use crate::otlp::json_logs::write_request;
use crate::receiver::{Received, ReceiverLimits, Reply, serve};
use crate::validate::{Checker, Level, Options, Report, rules};

/// A running receiver.
pub(super) struct Local {
    url: String,
    shutdown: Shutdown,
    thread: JoinHandle<io::Result<()>>,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    counts: LocalCounts,
    checker: Checker,
    out: Option<File>,
    failed: Option<io::Error>,
}

impl Local {
    /// Binds a free loopback port and serves it. What arrives is kept in `out` as OTLP/JSON lines.
    pub(super) fn start(out: Option<&Path>) -> Result<Local, FlowError> {
        let start = |source| FlowError::Start {
            what: "the receiver inside the process",
            source,
        };
        let out = out.map(|path| {
            File::create(path).map_err(|source| FlowError::Output {
                path: path.to_string_lossy().into_owned(),
                source,
            })
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(start)?;
        let address = listener.local_addr().map_err(start)?;
        let seen = Arc::new(Mutex::new(Seen {
            counts: LocalCounts::default(),
            checker: Checker::new(Options {
                signal: Some(Signal::Logs),
                ..Options::PLAIN
            }),
            out: out.transpose()?,
            failed: None,
        }));
        let shutdown = Shutdown::new();
        let (until, into) = (shutdown.clone(), Arc::clone(&seen));
        let thread = thread::spawn(move || run(listener, into, until));
        Ok(Local {
            url: format!("http://{address}{}", Signal::Logs.path()),
            shutdown,
            thread,
            seen,
        })
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Ends it and tells what it saw, and why not all of that was kept.
    pub(super) fn finish(self) -> (LocalCounts, Option<io::Error>) {
        self.shutdown.request();
        let served = self.thread.join().expect("the receiver does not panic");
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let checker = std::mem::replace(&mut seen.checker, Checker::new(Options::PLAIN));
        let counts = with_findings(seen.counts, &checker.finish());
        (counts, seen.failed.take().or(served.err()))
    }
}

fn run(listener: TcpListener, seen: Arc<Mutex<Seen>>, shutdown: Shutdown) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async move {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let handler = Arc::new(move |received: Received| keep(&seen, &received));
        serve(listener, ReceiverLimits::STANDARD, handler, shutdown).await;
        Ok(())
    })
}

/// The counts, and what the rules found in all that arrived.
fn with_findings(counts: LocalCounts, report: &Report) -> LocalCounts {
    let broken = rules::all().filter(|rule| rule.level >= Level::Warning);
    let common = broken.max_by_key(|rule| report.counts[rule.code as usize]);
    LocalCounts {
        errors: report.count(Level::Error),
        warnings: report.count(Level::Warning),
        common_fault: common
            .filter(|rule| report.counts[rule.code as usize] > 0)
            .map(|rule| rule.name),
        ..counts
    }
}

fn keep(seen: &Mutex<Seen>, received: &Received) -> Reply {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(out) = &mut seen.out {
        let mut line = Vec::new();
        write_request(&received.request, &mut line);
        line.push(b'\n');
        if let Err(error) = out.write_all(&line) {
            seen.failed.get_or_insert(error);
        }
    }
    let _not_repaired = seen
        .checker
        .request(&received.body, Some(received.encoding));
    seen.counts.requests += 1;
    let scopes = received
        .request
        .resource_logs
        .iter()
        .flat_map(|logs| &logs.scope_logs);
    seen.counts.records += scopes
        .map(|scope| scope.log_records.len() as u64)
        .sum::<u64>();
    Reply::Accepted
}
