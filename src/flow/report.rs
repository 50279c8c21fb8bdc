//! What a run of `send` tells at its end: plain facts, which `ui` turns into words and into the JSON receipt.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::units::UnixNanos;
use crate::otlp::{Compression, Encoding};
use crate::pipeline::timeline::Timeline;
use crate::pipeline::times::Outside;
use crate::record::SeverityClass;
use crate::source::follow::Identity;

/// How a run ended. The exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every record read was delivered.
    Delivered,
    /// Some were rejected, dropped or dead-lettered, an input could not be read to its end, or `--out` could not be written.
    Partial,
    /// The server does not accept our credentials.
    Denied,
    /// The address is not an OTLP endpoint.
    Misdirected,
    /// Nobody answered in time; what is unsent can be sent again.
    Undelivered,
    /// A signal ended the run with records unsent.
    Interrupted,
    /// Telemetry is switched off: nothing was read and nothing sent.
    Disabled,
}

impl Outcome {
    /// The word of the receipt.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Delivered => "delivered",
            Outcome::Partial => "partial",
            Outcome::Denied => "denied",
            Outcome::Misdirected => "misdirected",
            Outcome::Undelivered => "undelivered",
            Outcome::Interrupted => "interrupted",
            Outcome::Disabled => "disabled",
        }
    }
}

/// Where every record that was read has gone. Each leaves by exactly one exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Records made from the input.
    pub read: u64,
    /// Accepted by the server.
    pub delivered: u64,
    /// Refused by the server for what they are.
    pub rejected: u64,
    /// Kept in the dead-letter file.
    pub dead_lettered: u64,
    /// Given up by us, with a reason.
    pub dropped: u64,
    /// Left out because the user asked for it.
    pub filtered: u64,
    /// Not sent; still in the input.
    pub unsent: u64,
}

impl Tally {
    /// Panics when a record was lost without being counted: that is our bug.
    pub fn assert_balanced(&self) {
        let ended = self.delivered
            + self.rejected
            + self.dead_lettered
            + self.dropped
            + self.filtered
            + self.unsent;
        assert_eq!(self.read, ended, "the accounts do not balance: {self:?}");
    }
}

/// One input, as far as it was read.
#[derive(Debug, Clone, Default)]
pub struct SourceReport {
    /// As the user named it; `-` for standard input.
    pub name: String,
    /// What it was taken for, like `json/pino`.
    pub format: String,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// Lines read, blank ones included.
    pub lines: u64,
    /// Lines with nothing on them; no record comes of these.
    pub blank_lines: u64,
    /// Records made.
    pub records: u64,
    /// The earliest time of a record.
    pub first_time: Option<UnixNanos>,
    /// The latest.
    pub last_time: Option<UnixNanos>,
    /// Where reading began.
    pub start_offset: u64,
    /// Everything before it is resolved.
    pub acknowledged_offset: u64,
    /// Why it could not be read to its end.
    pub failure: Option<String>,
    /// Which file it was, when it was followed: its name may be another's by now.
    pub identity: Option<Identity>,
}

/// Requests made.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestCounts {
    /// Every attempt.
    pub sent: u64,
    /// Attempts that repeated an earlier one.
    pub retried: u64,
    /// Requests that were halved for being too large.
    pub split: u64,
}

/// Bytes at each stage.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByteTotals {
    /// Read, after decompression.
    pub input: u64,
    /// Encoded as OTLP.
    pub encoded: u64,
    /// Sent, after compression, every attempt.
    pub wire: u64,
}

/// Where it went, as it may be printed.
#[derive(Debug, Clone)]
pub struct DestinationLabel {
    /// A preset's name, `local`, `stdout`, `file`, or `url`.
    pub name: String,
    /// Without user info and query.
    pub url: String,
    /// How the bodies are written.
    pub encoding: Encoding,
    /// How they are compressed.
    pub compression: Compression,
}

/// Why sending ended before its time.
#[derive(Debug, Clone)]
pub struct Stop {
    /// A stable word for scripts, like `denied`.
    pub code: &'static str,
    /// What went wrong, on what.
    pub message: String,
    /// Why, outermost cause first.
    pub causes: Vec<String>,
    /// What to do now.
    pub hint: Option<String>,
}

/// What the receiver inside the process counted, for `--to local`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LocalCounts {
    /// Requests it accepted.
    pub requests: u64,
    /// Records it decoded.
    pub records: u64,
    /// Faults that receivers refuse, or lose records for.
    pub errors: u64,
    /// Faults that are almost surely mistakes.
    pub warnings: u64,
    /// The rule that was broken most often among those.
    pub common_fault: Option<&'static str>,
}

/// Everything there is to tell about a run.
#[derive(Debug, Clone)]
pub struct SendReport {
    /// How it ended.
    pub outcome: Outcome,
    /// Whether nothing was to be sent.
    pub dry_run: bool,
    /// Where to.
    pub destination: DestinationLabel,
    /// From where, in the order of the command line.
    pub sources: Vec<SourceReport>,
    /// Where each record went.
    pub tally: Tally,
    /// Why records were rejected, dropped or filtered, `(exit, reason)` → count.
    pub reasons: BTreeMap<(&'static str, String), u64>,
    /// Records read, by [`SeverityClass`].
    pub severity: [u64; SeverityClass::COUNT],
    /// Records read, over their own time.
    pub timeline: Timeline,
    /// Requests made.
    pub requests: RequestCounts,
    /// Bytes moved.
    pub bytes: ByteTotals,
    /// From start to end.
    pub elapsed: Duration,
    /// Things the user should know, one sentence each.
    pub warnings: Vec<String>,
    /// Why it ended early.
    pub stop: Option<Stop>,
    /// What the receiver inside the process saw.
    pub local: Option<LocalCounts>,
    /// The file that keeps what arrived, for `--to local --out FILE`.
    pub out_file: Option<String>,
    /// The first records as they would arrive, one OTLP/JSON log record each; filled for a dry run.
    pub samples: Vec<String>,
    /// Records whose time the destination does not take, before anything was done about them.
    pub outside: Outside,
    /// Keeps what the server did not take, once something is in it.
    pub dead_letter_file: Option<String>,
    /// Records in it of batches that the server took in part; they are counted as delivered or rejected.
    pub suspect: u64,
    /// Keeps what was read from a pipe and not sent, once something is in it.
    pub undelivered_file: Option<String>,
    /// The signal that ended the run, 2 or 15.
    pub signal: Option<u8>,
    /// Records dropped, by [`SeverityClass`]; those without severity count as INFO.
    pub dropped_severity: [u64; SeverityClass::COUNT],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balanced_tally_passes() {
        Tally {
            read: 6,
            delivered: 1,
            rejected: 1,
            dead_lettered: 1,
            dropped: 1,
            filtered: 1,
            unsent: 1,
        }
        .assert_balanced();
    }

    #[test]
    #[should_panic(expected = "the accounts do not balance")]
    fn a_record_that_left_by_no_exit_is_our_bug() {
        Tally {
            read: 2,
            delivered: 1,
            ..Tally::default()
        }
        .assert_balanced();
    }
}
