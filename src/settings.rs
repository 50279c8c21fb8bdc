//! What the user wants, resolved once: flags ⊕ environment ⊕ defaults → plain structs, each value with its origin.
//!
//! Nothing after this reads an argument or a variable. [`resolve`] is the way in.

mod auth;
mod connection;
mod destination;
pub mod detect;
mod endpoint;
pub mod env;
mod error;
pub mod file;
pub mod follow;
mod headers;
pub mod input;
pub mod layers;
pub mod limits;
pub mod lint;
mod logfire;
pub mod off;
mod pairs;
pub mod preset;
pub mod resolve;
mod resource;
pub mod show;
pub mod state;
mod target;
pub mod token;
mod transport;
pub mod zone;

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::base::secret::Secret;
use crate::base::units::ByteCount;
use crate::cli::detectors::DetectArg;
use crate::flow::plan::PathAttribute;
pub use crate::net::address::printable_url;
use crate::otlp::drop_count::Temporality;
use crate::otlp::{Compression, Encoding};
use crate::pipeline::classify::RetryCodes;
use crate::pipeline::queue::OnFull;
use crate::pipeline::times::TimePolicy;
pub use crate::settings::endpoint::is_loopback_url;
pub use crate::settings::error::{HeaderError, SettingsError};
use crate::settings::follow::FollowSettings;

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
    /// The keychain of the system.
    Keychain,
    /// The credentials that a Logfire SDK left in the working directory.
    LogfireFile,
    /// The file of `token set --insecure-storage`.
    InsecureFile,
    /// What was typed or piped in.
    Stdin,
    /// A key in a profile of a configuration file.
    Profile(&'static Spot),
}

/// A key in a configuration file. There are few in a run, and origins are copied everywhere, so each lives as long as the program.
#[derive(Debug, PartialEq, Eq)]
pub struct Spot {
    /// The key, which is a flag's name.
    pub key: String,
    /// The profile; nothing for a project's own table.
    pub profile: Option<String>,
    /// The whole path of the file.
    pub path: String,
    /// From 1.
    pub line: usize,
}

impl Spot {
    /// Keeps it for good.
    pub fn kept(self) -> &'static Spot {
        Box::leak(Box::new(self))
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.rsplit(['/', std::path::MAIN_SEPARATOR]);
        let file = path.into_iter().next().unwrap_or_default();
        match &self.profile {
            Some(profile) => write!(f, "profile {profile} ({file}, line {})", self.line),
            None => write!(f, "the project ({file}, line {})", self.line),
        }
    }
}

impl Origin {
    /// The setting as its origin calls it, for the beginning of a sentence: `--timeout`, or `timeout of profile prod (…)`.
    pub fn named(self) -> String {
        match self {
            Origin::Profile(spot) => format!("{} of {spot}", spot.key),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(name) | Origin::Env(name) => f.write_str(name),
            Origin::Preset(name) => write!(f, "the preset {name}"),
            Origin::Default => f.write_str("the default"),
            Origin::Keychain => f.write_str("the keychain"),
            Origin::LogfireFile => f.write_str("the folder ./.logfire"),
            Origin::Stdin => f.write_str("standard input"),
            Origin::InsecureFile => f.write_str("the file of --insecure-storage"),
            Origin::Profile(spot) => spot.fmt(f),
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

/// Where records go. `Debug` shows a URL as it may be printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Destination {
    /// An OTLP/HTTP endpoint.
    Http {
        /// A preset's name, or `url`.
        name: String,
        /// The whole URL of the logs endpoint, without user info. Its query may be a secret: show it by [`printable_url`].
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

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Http { name, url } => f
                .debug_struct("Http")
                .field("name", name)
                .field("url", &printable_url(url))
                .finish(),
            Destination::Local { out } => f.debug_struct("Local").field("out", out).finish(),
            Destination::Stdout => f.write_str("Stdout"),
            Destination::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
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

/// Proxies from the environment; empty means none. `Debug` shows their URLs without user info.
#[derive(Clone, Default, PartialEq, Eq)]
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

impl fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |url: &Option<String>| url.as_deref().map(printable_url);
        f.debug_struct("ProxySettings")
            .field("http", &shown(&self.http))
            .field("https", &shown(&self.https))
            .field("all", &shown(&self.all))
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
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
    /// Which statuses may work later.
    pub retry_codes: RetryCodes,
    /// Keeps what the server does not take; without it, a new file in the state folder does.
    pub dead_letters: Option<PathBuf>,
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
    /// What becomes of records whose time the destination does not take; `None` when nobody said.
    pub time_policy: Option<TimePolicy>,
    /// Whether `log.file.path` is added to each record.
    pub file_path: PathAttribute,
    /// Whether nothing is sent.
    pub dry_run: bool,
    /// Most records of a pipe that wait to be sent.
    pub queue_records_max: Sourced<NonZeroU32>,
    /// Most encoded bytes of a pipe that wait to be sent.
    pub queue_bytes_max: Sourced<ByteCount>,
    /// What happens when no more can wait.
    pub on_full: Sourced<OnFull>,
    /// How dropped records are counted for the destination.
    pub temporality: Sourced<Temporality>,
    /// Whether files are read from their checkpoints on.
    pub resume: Sourced<Resume>,
    /// Whether each record gets `log.record.uid`.
    pub uids: Sourced<Uids>,
    /// Most attributes of a record.
    pub attribute_count_max: Option<Sourced<usize>>,
    /// Most characters of a text in an attribute.
    pub attribute_length_max: Option<Sourced<usize>>,
    /// The state folder, when somebody chose it.
    pub state_dir: Option<Sourced<PathBuf>>,
    /// What was ignored on the way, one sentence each.
    pub warnings: Vec<String>,
    /// How the files are followed; `None` when they are not.
    pub follow: Option<FollowSettings>,
    /// What is looked for of the place this runs at.
    pub detect: Sourced<Vec<DetectArg>>,
}

/// Where files are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// From their start.
    Off,
    /// From where they are acknowledged.
    On,
}

/// Whether records get a uid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uids {
    /// None.
    Omit,
    /// Each its own.
    Attach,
}
