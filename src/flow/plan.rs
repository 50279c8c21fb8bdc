//! What a run of `send` is to do: plain values, resolved before anything starts.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;
use crate::delivery::attempts::Address;
use crate::delivery::credentials::Headers;
use crate::delivery::http::BadHeader;
use crate::flow::Event;
use crate::flow::report::DestinationLabel;
use crate::format::detect::given::Reading;
use crate::net::{ClientPlan, NetError};
use crate::otlp::drop_count::Temporality;
use crate::otlp::{Compression, Encoding};
use crate::pipeline::batch::BatchLimits;
use crate::pipeline::classify::RetryCodes;
use crate::pipeline::group::LineLimits;
use crate::pipeline::queue::QueueLimits;
use crate::pipeline::stage::Taking;
use crate::record::Attribute;
use crate::source::checkpoint::lock::LockError;
use crate::source::follow::FollowPlan;
use crate::source::inputs::Input;

/// Everything a run needs to know.
pub struct SendPlan {
    /// What to read, in this order.
    pub inputs: Vec<Input>,
    /// Standard input, when it is among them.
    pub stdin: Option<Box<dyn Read + Send>>,
    /// How records are made.
    pub records: RecordPlan,
    /// How bodies are written.
    pub encoding: Encoding,
    /// How they are compressed.
    pub compression: Compression,
    /// When a batch is full.
    pub batch: BatchLimits,
    /// Longest time a record of a pipe waits for others.
    pub flush_interval: Duration,
    /// What of a pipe may wait to be sent.
    pub queue: QueueLimits,
    /// How dropped records are counted for the destination.
    pub temporality: Temporality,
    /// Threads that parse and encode.
    pub threads: usize,
    /// Most requests at a time.
    pub in_flight_max: usize,
    /// Longest time for what is under way once the run shall end.
    pub drain: Duration,
    /// Where records go.
    pub delivery: DeliveryPlan,
    /// Keeps what a pipe gave and could not be sent.
    pub undelivered: Option<PathBuf>,
    /// The same, as it may be printed.
    pub label: DestinationLabel,
    /// What was noticed before.
    pub warnings: Vec<String>,
    /// Where checkpoints are kept, when this run keeps or follows any.
    pub checkpoints: Option<CheckpointPlan>,
    /// Files that are followed, behind the inputs.
    pub follow: Option<FollowPlan>,
}

/// How a run deals with checkpoints.
#[derive(Debug, Clone)]
pub struct CheckpointPlan {
    /// The state folder.
    pub folder: PathBuf,
    /// What tells this destination from others.
    pub destination: String,
    /// What is done.
    pub mode: CheckpointMode,
    /// The command that goes on where this run ends, when all inputs are files.
    pub again: Option<String>,
}

/// What is done with checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointMode {
    /// Read from them on, and keep them.
    Resume,
    /// Read from them on, and write nothing.
    Look,
    /// Read from the start, and leave one where the run ends early.
    Leave,
}

/// What the uids of records are made of.
#[derive(Debug, Clone)]
pub struct UidPlan {
    /// What tells this machine from others.
    pub machine: String,
    /// What tells this run from others, for pipes.
    pub run: u128,
}

/// How records are made.
#[derive(Debug, Clone)]
pub struct RecordPlan {
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// Its name, when nobody chose it: then it is worth a word.
    pub zone_assumed: Option<String>,
    /// What the user said about the sources.
    pub reading: Reading,
    /// Longest line and record.
    pub limits: LineLimits,
    /// `service.name`, when somebody said it.
    pub service_name: Option<String>,
    /// The other attributes of the resource.
    pub resource: Vec<(String, String)>,
    /// What was detected of the place this runs at. What the user said and what the path of a file says goes before it.
    pub detected: Vec<Attribute<'static>>,
    /// What the destination takes of records.
    pub taking: Taking,
    /// Attributes added to each record.
    pub attributes: Vec<(String, String)>,
    /// Whether `log.file.path` is among them.
    pub file_path: PathAttribute,
    /// Whether each gets `log.record.uid`.
    pub uids: Option<UidPlan>,
}

/// Whether records carry the whole path of their file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathAttribute {
    /// Only its name.
    Omit,
    /// `log.file.path` too.
    Attach,
}

/// Where records go.
pub enum DeliveryPlan {
    /// To an OTLP/HTTP endpoint.
    Http(Box<HttpPlan>),
    /// To the receiver inside the process.
    Local {
        /// Keeps what arrived.
        out: Option<PathBuf>,
    },
    /// As OTLP/JSON lines.
    Lines(Box<dyn Write + Send>),
    /// Nowhere: a dry run.
    Nowhere,
}

/// Reads what the headers are made of once more; `None` when that is not possible. It may wait for a keychain.
pub type ReadAgain = Arc<dyn Fn() -> Option<Headers> + Send + Sync>;

/// How records go to an OTLP/HTTP endpoint.
pub struct HttpPlan {
    /// How to reach it.
    pub client: ClientPlan,
    /// Extra headers.
    pub headers: Headers,
    /// Makes them anew when the server denies them.
    pub renew: Option<ReadAgain>,
    /// Longest time one batch is tried.
    pub retry_for: Duration,
    /// Which statuses may work later.
    pub retry_codes: RetryCodes,
    /// Who chose the address.
    pub address: Address,
    /// Keeps what the server does not take.
    pub dead_letters: Option<PathBuf>,
}

/// What a run takes from the outside.
pub struct World<'w> {
    /// Both clocks.
    pub clock: Arc<dyn Clock>,
    /// For jitter.
    pub rng: fastrand::Rng,
    /// The wish to stop.
    pub shutdown: Shutdown,
    /// Whether SIGINT and SIGTERM raise that wish.
    pub signals: SignalMode,
    /// Who watches.
    pub watcher: &'w mut dyn FnMut(Event<'_>),
}

/// Whether the run listens to the process's signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalMode {
    /// SIGINT and SIGTERM ask for an orderly end.
    Heard,
    /// They do what they do.
    Ignored,
}

/// Why a run could not start.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The connection.
    #[error(transparent)]
    Net(#[from] NetError),
    /// A header.
    #[error(transparent)]
    Header(#[from] BadHeader),
    /// The file for what arrives at the receiver inside the process.
    #[error("cannot write {path}")]
    Output {
        /// Where.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The checkpoints.
    #[error(transparent)]
    State(#[from] LockError),
    /// A thread, a socket or the runtime.
    #[error("cannot start {what}")]
    Start {
        /// What.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
}

impl FlowError {
    /// One thing the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            FlowError::Net(error) => error.hint().map(str::to_owned),
            FlowError::Header(_) => Some("write it as --header NAME=VALUE".to_owned()),
            FlowError::Output { .. } => {
                Some("choose a place that can be written to and has room".to_owned())
            }
            FlowError::State(error) => Some(error.hint()),
            FlowError::Start { .. } => None,
        }
    }
}
