//! What the user wants, resolved once: flags ⊕ environment ⊕ defaults → plain structs, each value with its origin.
//!
//! Nothing after this reads an argument or a variable.

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::base::secret::Secret;
use crate::base::units::ByteCount;
use crate::otlp::{Compression, Encoding};

/// Who set a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A command-line flag, like `--to`.
    Flag(&'static str),
    /// An environment variable.
    Env(&'static str),
    /// A destination's preset.
    Preset(&'static str),
    /// Nobody: the built-in default.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(name) | Origin::Env(name) => f.write_str(name),
            Origin::Preset(name) => write!(f, "the preset {name}"),
            Origin::Default => f.write_str("the default"),
        }
    }
}

/// A value and who set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Who set it.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value with its origin.
    pub fn new(value: T, origin: Origin) -> Sourced<T> {
        Sourced { value, origin }
    }
}

/// Where records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// An OTLP/HTTP endpoint.
    Http {
        /// A preset's name, or `url`.
        name: String,
        /// The whole URL of the logs endpoint, without user info.
        url: String,
    },
    /// The receiver inside the process.
    Local {
        /// Keeps what arrived, as OTLP/JSON lines.
        out: Option<PathBuf>,
    },
    /// OTLP/JSON lines on standard output.
    Stdout,
    /// OTLP/JSON lines in a file.
    File(PathBuf),
}

/// A request header. The value may be a secret, so it always counts as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Lower-case.
    pub name: String,
    /// Never printed.
    pub value: Secret,
    /// Who set it.
    pub origin: Origin,
}

/// Files for TLS, all PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Trusted instead of the system's roots.
    pub ca_cert: Option<PathBuf>,
    /// Our own certificate; needs the key.
    pub client_cert: Option<PathBuf>,
    /// Its key.
    pub client_key: Option<PathBuf>,
}

/// Proxies from the environment; empty means none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxySettings {
    /// `http_proxy` (the upper-case form is not read: a CGI server sets it from a request header).
    pub http: Option<String>,
    /// `HTTPS_PROXY` or `https_proxy`.
    pub https: Option<String>,
    /// `ALL_PROXY` or `all_proxy`.
    pub all: Option<String>,
    /// `NO_PROXY` or `no_proxy`.
    pub no_proxy: Option<String>,
}

/// Everything `send` needs to know.
#[derive(Debug, Clone)]
pub struct SendSettings {
    /// Where to.
    pub destination: Sourced<Destination>,
    /// How bodies are written.
    pub encoding: Sourced<Encoding>,
    /// How they are compressed.
    pub compression: Sourced<Compression>,
    /// Longest wait for one answer; `None` waits for ever.
    pub timeout: Sourced<Option<Duration>>,
    /// Longest time one batch is tried again.
    pub retry_for: Sourced<Duration>,
    /// Longest time for what is under way after a first SIGINT.
    pub drain: Sourced<Duration>,
    /// Extra request headers, names unique.
    pub headers: Vec<Header>,
    /// TLS files.
    pub tls: TlsFiles,
    /// Proxies.
    pub proxies: ProxySettings,
    /// `service.name`, when somebody said it.
    pub service_name: Option<Sourced<String>>,
    /// Other resource attributes, keys unique.
    pub resource: Vec<(String, String)>,
    /// Attributes added to each record, keys unique.
    pub attributes: Vec<(String, String)>,
    /// The zone of times that name none: an IANA name; `None` is the system's.
    pub time_zone: Option<Sourced<String>>,
    /// Longest line.
    pub line_bytes_max: Sourced<ByteCount>,
    /// Most encoded bytes of one request, before compression.
    pub batch_bytes_max: Sourced<ByteCount>,
    /// Most records of one request; `None` leaves it to the bytes.
    pub batch_records_max: Option<Sourced<NonZeroU32>>,
    /// Longest time a record of a pipe waits for others.
    pub flush_interval: Sourced<Duration>,
    /// Most requests at a time.
    pub in_flight_max: Sourced<NonZeroU32>,
    /// Threads that parse and encode; `None` is one per core.
    pub threads: Option<NonZeroU32>,
    /// Whether `log.file.path` is added to each record.
    pub file_path: FilePath,
    /// Whether nothing is sent.
    pub dry_run: bool,
    /// What was ignored on the way, one sentence each.
    pub warnings: Vec<String>,
}

/// Whether records carry the whole path of their file beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilePath {
    /// `log.file.name` alone.
    Omit,
    /// `log.file.path` too.
    Attach,
}
