//! The bench's handle on a sink process: start it, point a program at it, ask what arrived.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::Result;

/// A running sink. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Sink {
    child: Child,
    output: BufReader<ChildStdout>,
    port: u16,
}

/// What a sink has seen.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) request_count: u64,
    /// Bodies as sent, so compressed when they were.
    pub(crate) wire_bytes: u64,
    /// Zero unless the sink counts.
    pub(crate) record_count: u64,
    /// Requests that do not decode, and records without time, severity or body.
    pub(crate) fault_count: u64,
}

impl Sink {
    /// A sink that reads and forgets.
    pub(crate) fn null() -> Result<Sink> {
        Sink::start(&[OsStr::new("null")])
    }

    /// A sink that decodes everything.
    pub(crate) fn count() -> Result<Sink> {
        Sink::start(&[OsStr::new("count")])
    }

    /// A sink that keeps every request in `folder`.
    pub(crate) fn record(folder: &Path) -> Result<Sink> {
        Sink::start(&[OsStr::new("record"), folder.as_os_str()])
    }

    fn start(mode: &[&OsStr]) -> Result<Sink> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("--sink")
            .args(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("the sink has no stdout")?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let port = line.trim().parse()?;
        Ok(Sink {
            child,
            output,
            port,
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends the sink.
    pub(crate) fn finish(mut self) -> Result<Seen> {
        drop(self.child.stdin.take());
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        self.child.wait()?;
        let mut numbers = line.split_whitespace().map(str::parse);
        let mut next = || numbers.next().ok_or("the sink has not reported");
        Ok(Seen {
            request_count: next()??,
            wire_bytes: next()??,
            record_count: next()??,
            fault_count: next()??,
        })
    }
}

impl Drop for Sink {
    /// After [`Sink::finish`] there is nothing left to end, and both calls say so.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
