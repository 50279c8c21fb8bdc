//! Why there is no token, and the ways that work instead. No text here holds one.

use std::sync::Arc;

use crate::settings::Origin;
use crate::token::StoreError;

/// Why a token cannot be used or found.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Two flags for one token.
    #[error("--token-file cannot be combined with --token-fd")]
    Both,
    /// A file that cannot or may not be read.
    #[error("cannot take the token of {origin}")]
    Unreadable {
        /// Who named it.
        origin: Origin,
        /// Why.
        source: StoreError,
    },
    /// Nothing but blanks.
    #[error("the token of {origin} is empty")]
    Empty {
        /// Who set it.
        origin: Origin,
    },
    /// A line break in the middle, or the like.
    #[error("the token of {origin} has a control character in it, which cannot be sent")]
    Control {
        /// Who set it.
        origin: Origin,
    },
    /// Tokens for two regions, and nobody says which.
    #[error("{origin} holds a token for {one} and one for {other}")]
    Several {
        /// Which store.
        origin: Origin,
        /// An origin.
        one: String,
        /// Another.
        other: String,
    },
    /// The keychain, and nothing else has the token.
    #[error("cannot {doing} the token")]
    Keychain {
        /// What was to be done.
        doing: &'static str,
        /// Whether Logfire's own variables count.
        is_logfire: bool,
        /// Why.
        source: Arc<StoreError>,
    },
    /// Pasted with what stood around it.
    #[error("the token of {origin} {shape}")]
    Shape {
        /// Who set it.
        origin: Origin,
        /// What it looks like.
        shape: &'static str,
    },
    /// It would be denied there.
    #[error("the token is of the region {region}, and {name} is another")]
    Region {
        /// Its region.
        region: &'static str,
        /// The destination.
        name: String,
        /// Where the token belongs.
        home: &'static str,
    },
    /// A destination that takes no token.
    #[error("the destination {name} takes no token")]
    NoOrigin {
        /// Its name.
        name: String,
    },
    /// Whoever listens on the way would read it.
    #[error("a token is not kept for {origin}, which has no TLS")]
    Plain {
        /// The origin.
        origin: String,
    },
}

impl TokenError {
    /// One thing the user can do.
    pub fn hint(&self) -> String {
        match self {
            TokenError::Both => "leave one out".to_owned(),
            TokenError::Unreadable {
                origin: Origin::LogfireFile,
                ..
            } => "keep the token yourself: otelctl token set, or LOGFIRE_TOKEN".to_owned(),
            TokenError::Unreadable {
                source: StoreError::Unsafe { path, .. },
                ..
            } => format!("chmod 600 {path}, or hand it over open: --token-fd 3 3< {path}"),
            TokenError::Unreadable { .. } => {
                "name a file that you can read, or set OTELCTL_TOKEN".to_owned()
            }
            TokenError::Empty { .. } | TokenError::Control { .. } => {
                "it is one line of text; copy it again from where it was made".to_owned()
            }
            TokenError::Several { .. } => {
                "say which with --to logfire-us or --to logfire-eu".to_owned()
            }
            TokenError::Keychain {
                doing: "remove", ..
            } => {
                "unlock the keychain and try again; a token that is not stored there is not in use"
                    .to_owned()
            }
            TokenError::Keychain { is_logfire, .. } => ways(*is_logfire),
            TokenError::Shape { .. } => {
                "paste the token alone, without quotes and without a name before it".to_owned()
            }
            TokenError::Region { region, home, .. } => match *region {
                "us" | "eu" => format!("use --to logfire-{region}, which is {home}"),
                _ => format!("use --to {home}"),
            },
            TokenError::NoOrigin { .. } => {
                "name a server: --to logfire, or --to https://…".to_owned()
            }
            TokenError::Plain { .. } => "use an https URL".to_owned(),
        }
    }
}

/// The ways that work without a keychain.
fn ways(is_logfire: bool) -> String {
    let name = if is_logfire {
        "LOGFIRE_TOKEN or OTELCTL_TOKEN"
    } else {
        "OTELCTL_TOKEN"
    };
    format!("set {name}, pass --token-file FILE, or use otelctl token set --insecure-storage")
}
