//! One batch → its fate: attempts, waits, splits. Everything it needs to wait for it is given; it starts no task.

pub mod attempts;
pub mod credentials;
pub mod health;
pub mod http;
pub mod letters;
pub mod lines;
pub mod retry_after;

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::pipeline::batch::Batch;

/// A batch on its way.
#[derive(Debug)]
pub struct Shipment {
    /// The records.
    pub batch: Batch,
    /// Its body as it goes over the wire, when that differs from the batch's own.
    pub compressed: Option<Bytes>,
}

impl Shipment {
    /// The bytes that are sent.
    pub fn wire(&self) -> &Bytes {
        self.compressed.as_ref().unwrap_or(&self.batch.body)
    }
}

/// What became of a shipment. Its records left by exactly one exit: delivered, rejected, dead-lettered, or left.
#[derive(Debug, Default)]
pub struct Fate {
    /// Accepted.
    pub delivered: u64,
    /// Refused for what they are, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// The same, and kept.
    pub dead_lettered: BTreeMap<String, u64>,
    /// Records of batches that were kept because the server did not say which of them it rejected. Counted besides.
    pub suspect: u64,
    /// Not sent, because sending has to stop.
    pub left: Vec<Batch>,
    /// Requests made.
    pub sent: u64,
    /// Requests that repeated an earlier one.
    pub retried: u64,
    /// Requests that were halved.
    pub split: u64,
    /// Bytes sent, every attempt.
    pub wire_bytes: u64,
    /// What the server said beside its success.
    pub warnings: Vec<String>,
    /// Why sending must stop.
    pub stop: Option<Stop>,
}

impl Fate {
    /// Records that were not sent.
    pub fn unsent(&self) -> u64 {
        self.left
            .iter()
            .map(|batch| batch.record_count() as u64)
            .sum()
    }
}

/// Why sending must stop: everything that follows would fare the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Nobody listens at the address that nobody chose.
    NobodyThere {
        /// Why.
        causes: Vec<String>,
    },
    /// No answer came within the window.
    NoAnswer {
        /// The last fault, outermost cause first; or what the server said.
        causes: Vec<String>,
    },
    /// The credentials are not accepted.
    Denied {
        /// The status.
        status: u16,
        /// What the server said.
        message: String,
    },
    /// This is no OTLP endpoint.
    Misdirected {
        /// The status; `None` when it speaks no TLS.
        status: Option<u16>,
        /// What tells so.
        message: String,
    },
    /// The server's certificate is not trusted.
    Untrusted {
        /// Why.
        message: String,
    },
    /// The output cannot be written.
    Output {
        /// Why.
        cause: String,
        /// Whether its reader went away.
        closed: bool,
    },
}
