//! Why the settings make no sense: what is wrong with which value, who set it, and what to write instead.
//!
//! No text here holds a header's value, a token, or the user info and query of a URL.

use crate::base::units::ByteCount;
use crate::settings::Origin;
use crate::settings::token::TokenError;

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
    #[error(
        "unknown destination {name:?}, known are local, stdout, file:PATH, collector, logfire, many more, and URLs (from {origin})"
    )]
    UnknownDestination {
        /// Who named it.
        origin: Origin,
        /// As given.
        name: String,
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
    /// A destination without its token.
    #[error("destination {destination} needs {what}, and {variable} is not set")]
    NoToken {
        /// Its name, or its URL as it may be printed.
        destination: String,
        /// What the vendor calls it, with an article.
        what: &'static str,
        /// Where one is made.
        made: Option<&'static str>,
        /// The variable that would hold it.
        variable: &'static str,
    },
    /// The token has characters that no header can carry.
    #[error("the token in {origin} cannot be sent")]
    BadToken {
        /// Who holds it.
        origin: Origin,
        /// What is wrong with it.
        source: HeaderError,
    },
    /// A token in the clear.
    #[error("{what} must not go to {url:?} without TLS (from {origin})")]
    TokenInTheClear {
        /// Whose token it is.
        what: &'static str,
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
    /// The token.
    #[error(transparent)]
    Token(#[from] TokenError),
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
    /// A parameter that a destination cannot do without.
    #[error("destination {preset} needs the parameter {param} (from {origin})")]
    MissingParam {
        /// The destination.
        preset: &'static str,
        /// The parameter.
        param: &'static str,
        /// Where its value is found.
        found: &'static str,
        /// The whole `--to`, what was given in it.
        example: String,
        /// Who chose the destination.
        origin: Origin,
    },
    /// A parameter that a destination does not have.
    #[error("destination {preset} has no parameter {param} (from {origin})")]
    UnknownParam {
        /// The destination.
        preset: &'static str,
        /// As given, or `…` when it does not look like a name.
        param: String,
        /// One that is written alike.
        nearest: Option<&'static str>,
        /// All there are, with commas.
        known: String,
        /// Who set it.
        origin: Origin,
    },
    /// A parameter's value that cannot stand where it belongs.
    #[error("the parameter {param} of {preset} {why} (from {origin})")]
    BadParam {
        /// The destination.
        preset: &'static str,
        /// The parameter.
        param: &'static str,
        /// What is wrong with it.
        why: &'static str,
        /// A value that is right.
        example: &'static str,
        /// Who set it.
        origin: Origin,
    },
    /// A template that says nothing about the token.
    #[error("the authentication {problem} (from {origin})")]
    Auth {
        /// Who set it.
        origin: Origin,
        /// What is wrong with it, without a word of it: it may be a token.
        problem: &'static str,
    },
    /// `Basic …` where `Bearer …` is wanted.
    #[error("the token in {origin} begins with {found}, which {destination} does not take")]
    TokenScheme {
        /// Who holds it.
        origin: Origin,
        /// A known scheme.
        found: &'static str,
        /// The destination.
        destination: &'static str,
    },
    /// The token of a destination whose URL is the secret.
    #[error("the token in {origin} is no https URL of {host}, which {destination} needs")]
    TokenUrl {
        /// Who holds it.
        origin: Origin,
        /// The destination.
        destination: &'static str,
        /// The host that was named.
        host: String,
    },
    /// A token that its destination does not know.
    #[error("the Logfire token is of region {region}, and does not go to {url:?} (from {origin})")]
    OtherRegion {
        /// The token's.
        region: &'static str,
        /// Where it would have gone, made printable.
        url: String,
        /// Who chose that.
        origin: Origin,
        /// The address of the token's region.
        base: &'static str,
        /// How that is written after `--to`.
        to: String,
    },
    /// An encoding or a compression that the destination does not take.
    #[error("destination {preset} does not take {what} (from {origin})")]
    NotTaken {
        /// The destination.
        preset: &'static str,
        /// What was asked for.
        what: &'static str,
        /// Who asked for it.
        origin: Origin,
        /// What it takes, with commas.
        taken: String,
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
                let meant = nearest.map(|name| format!("did you mean {name}? "));
                meant.unwrap_or_default() + "otelctl destinations lists all"
            }
            SettingsError::NoFileName { .. } => "write it like file:out.jsonl".to_owned(),
            SettingsError::Combination { hint, .. } => (*hint).to_owned(),
            SettingsError::Needs { needed, .. } => format!("add {needed}"),
            SettingsError::Grpc { .. } => {
                "pass --protocol http/protobuf; collectors listen for it on port 4318".to_owned()
            }
            SettingsError::Header { .. } => "write it like --header 'name: value'".to_owned(),
            SettingsError::NoToken {
                destination, made, ..
            } => no_token_hint(destination, *made),
            SettingsError::BadToken { .. } => {
                "copy the token again; a line end or a quotation mark may have come along"
                    .to_owned()
            }
            SettingsError::TokenInTheClear { .. } => "use an https URL".to_owned(),
            SettingsError::Zero { .. } | SettingsError::TooLarge { .. } => {
                "leave it out for the default".to_owned()
            }
            SettingsError::Token(error) => error.hint(),
            SettingsError::NoConsent { folder, .. } => consent_hint(folder),
            SettingsError::EmptyService { .. } => {
                "leave it out to take the name from the input".to_owned()
            }
            _ => return self.destination_hint(),
        })
    }

    /// The same for what is wrong with a destination and its token.
    fn destination_hint(&self) -> Option<String> {
        Some(match self {
            SettingsError::MissingParam { found, example, .. } => {
                format!("{found}: write --to {example}")
            }
            SettingsError::UnknownParam { nearest, known, .. } => {
                let meant = nearest.map(|name| format!("did you mean {name}? "));
                let known = match known.as_str() {
                    "" => "it has none".to_owned(),
                    known => format!("known are {known}"),
                };
                meant.unwrap_or_default() + &known
            }
            SettingsError::BadParam { param, example, .. } => {
                format!("write it like {param}={example}")
            }
            SettingsError::Auth { .. } => {
                "write bearer, raw, basic:USER or 'x-api-key: {token}', these letters and not the token itself".to_owned()
            }
            SettingsError::TokenScheme { .. } => {
                "leave the scheme out: it is put before the token".to_owned()
            }
            SettingsError::TokenUrl { .. } => {
                "copy the whole URL of the source, beginning with https://".to_owned()
            }
            SettingsError::OtherRegion { base, to, .. } => format!(
                "send it to its own region: --to {to} ({base}), or --to logfire, which goes by the token"
            ),
            SettingsError::NotTaken { taken, .. } => format!("it takes {taken}"),
            _ => return None,
        })
    }
}

/// Where a token is made, and the ways to hand it over.
fn no_token_hint(destination: &str, made: Option<&str>) -> String {
    let ways = format!(
        "otelctl token set --to {destination} keeps it in the keychain, OTELCTL_TOKEN and --token-file hand it to one run"
    );
    match made {
        Some(made) => format!("{made}; {ways}"),
        None => ways,
    }
}

/// How to agree with what a project's file says.
pub(super) fn consent_hint(folder: &str) -> String {
    format!(
        "if that is right, name the destination with --to, or write into your own configuration file:\ntrusted-projects = [{folder:?}]"
    )
}
