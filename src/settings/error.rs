//! Why the settings make no sense: what is wrong with which value, who set it, and what to write instead.
//!
//! No text here holds a header's value, a token, or the user info and query of a URL.

use crate::base::units::ByteCount;
use crate::settings::Origin;

/// Why the settings make no sense. Each error about a value names who set it.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// `localhost:4318`.
    #[error("endpoint {text:?} has no scheme (from {origin})")]
    NoScheme {
        /// As given, made printable.
        text: String,
        /// The same with a likely scheme.
        suggestion: String,
        /// Who set it.
        origin: Origin,
    },
    /// Not a URL.
    #[error("endpoint {text:?} is not a URL (from {origin})")]
    Url {
        /// As given, made printable.
        text: String,
        /// Who set it.
        origin: Origin,
        /// What is wrong with it.
        source: url::ParseError,
    },
    /// `ftp://host`.
    #[error("endpoint {text:?} is neither http nor https (from {origin})")]
    Scheme {
        /// As given, made printable.
        text: String,
        /// Who set it.
        origin: Origin,
    },
    /// `https://user:password@host`.
    #[error("endpoint {text:?} was given with a user name (from {origin})")]
    UserInfo {
        /// Without the user name.
        text: String,
        /// Who set it.
        origin: Origin,
    },
    /// `https://host/#part`.
    #[error("endpoint {text:?} was given with a fragment (from {origin})")]
    Fragment {
        /// Without the fragment.
        text: String,
        /// Who set it.
        origin: Origin,
    },
    /// `--to logfrie`.
    #[error("unknown destination {name:?}, known are {known} and URLs (from {origin})")]
    UnknownDestination {
        /// Who named it.
        origin: Origin,
        /// As given.
        name: String,
        /// All names, with commas.
        known: String,
        /// One that is written alike.
        nearest: Option<&'static str>,
    },
    /// `--to file:`.
    #[error("destination \"file:\" names no file (from {origin})")]
    NoFileName {
        /// Who named it.
        origin: Origin,
    },
    /// Two that exclude each other.
    #[error("{one} cannot be combined with {other}")]
    Combination {
        /// A flag and its value.
        one: String,
        /// Another.
        other: String,
        /// What to do.
        hint: &'static str,
    },
    /// One that makes no sense without another.
    #[error("{} needs {needed}", .given.named())]
    Needs {
        /// What was given.
        given: Origin,
        /// What was not.
        needed: &'static str,
    },
    /// gRPC is not built yet.
    #[error("protocol grpc is not supported yet (from {origin})")]
    Grpc {
        /// Who asked for it.
        origin: Origin,
    },
    /// A header that cannot be sent.
    #[error("header {number} cannot be sent (from {origin})")]
    Header {
        /// From 1, among those of the same origin.
        number: usize,
        /// Who set it.
        origin: Origin,
        /// What is wrong with it.
        source: HeaderError,
    },
    /// A preset without its token.
    #[error("destination {preset} needs a write token, and LOGFIRE_TOKEN is not set")]
    NoToken {
        /// The preset's name.
        preset: &'static str,
    },
    /// The token has characters that no header can carry.
    #[error("the token in LOGFIRE_TOKEN cannot be sent")]
    BadToken {
        /// What is wrong with it.
        source: HeaderError,
    },
    /// A token in the clear.
    #[error("a Logfire token must not go to {url:?} without TLS (from {origin})")]
    TokenInTheClear {
        /// The endpoint, made printable.
        url: String,
        /// Who set it.
        origin: Origin,
    },
    /// A limit nothing fits into.
    #[error("{} must not be zero", .origin.named())]
    Zero {
        /// The flag.
        origin: Origin,
    },
    /// A limit that no memory holds.
    #[error("{} must not be more than {max}", .origin.named())]
    TooLarge {
        /// The flag.
        origin: Origin,
        /// The most it may be.
        max: ByteCount,
    },
    /// A project that says where records go, and credentials that would go there.
    #[error(
        "{origin} says where records go, and the credentials of {credentials} would go there too"
    )]
    NoConsent {
        /// The key in the project's file.
        origin: Origin,
        /// Who set them.
        credentials: Origin,
        /// The project's folder.
        folder: String,
    },
    /// A service without a name.
    #[error("the service name is empty (from {origin})")]
    EmptyService {
        /// Who set it.
        origin: Origin,
    },
}

/// Why a header cannot be sent. The value is never shown, nor a name that may be a part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// No `=` or `:`.
    #[error("it is not written name=value")]
    NoSeparator,
    /// Empty, or with characters that no name has.
    #[error("its name is empty or has characters that a header name cannot have")]
    Name,
    /// Nothing after the separator.
    #[error("{name} has no value")]
    NoValue {
        /// The header.
        name: String,
    },
    /// A newline or the like.
    #[error("the value of {name} has a control character")]
    Control {
        /// The header.
        name: String,
    },
    /// One that belongs to the body or the connection.
    #[error("{name} is set by otelctl itself")]
    Reserved {
        /// The header.
        name: String,
    },
}

impl SettingsError {
    /// One thing the user can do, if we know one.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            SettingsError::NoScheme { suggestion, .. } => format!("write {suggestion}"),
            SettingsError::Url { .. } | SettingsError::Scheme { .. } => {
                "write a URL like http://localhost:4318".to_owned()
            }
            SettingsError::UserInfo { .. } => {
                "pass it as --header 'authorization: Basic …' instead".to_owned()
            }
            SettingsError::Fragment { .. } => {
                "leave out the # and what follows, or write it as %23".to_owned()
            }
            SettingsError::UnknownDestination { nearest, .. } => {
                return nearest.map(|name| format!("did you mean {name}?"));
            }
            SettingsError::NoFileName { .. } => "write it like file:out.jsonl".to_owned(),
            SettingsError::Combination { hint, .. } => (*hint).to_owned(),
            SettingsError::Needs { needed, .. } => format!("add {needed}"),
            SettingsError::Grpc { .. } => {
                "pass --protocol http/protobuf; collectors listen for it on port 4318".to_owned()
            }
            SettingsError::Header { .. } => "write it like --header 'name: value'".to_owned(),
            SettingsError::NoToken { .. } | SettingsError::BadToken { .. } => {
                "create a write token in the project's settings and set LOGFIRE_TOKEN=pylf_…"
                    .to_owned()
            }
            SettingsError::TokenInTheClear { .. } => "use an https URL".to_owned(),
            SettingsError::Zero { .. } | SettingsError::TooLarge { .. } => {
                "leave it out for the default".to_owned()
            }
            SettingsError::NoConsent { folder, .. } => consent_hint(folder),
            SettingsError::EmptyService { .. } => {
                "leave it out to take the name from the input".to_owned()
            }
        })
    }
}

/// How to agree with what a project's file says.
pub(super) fn consent_hint(folder: &str) -> String {
    format!(
        "if that is right, name the destination with --to, or write into your own configuration file:\ntrusted-projects = [{folder:?}]"
    )
}
