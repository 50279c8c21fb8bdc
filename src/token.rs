//! Where tokens are kept: the keychain of the system, or a file that its owner asked for.
//!
//! A token is bound to what it may do and to the origin it may be sent to; both make up its account, under which a store finds it again. Nothing is opened
//! before the first call.

pub mod credentials;
pub mod file;
#[cfg(feature = "keychain")]
pub mod keychain;
pub mod logfire;
mod tracked;

use std::fmt;
use std::io;

use crate::base::digest::Digest;
use crate::base::secret::Secret;

/// The name under which keychains list what is ours.
pub const SERVICE: &str = "otelctl";

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    /// Send telemetry.
    Write,
    /// Ask for what arrived.
    Read,
}

impl TokenKind {
    /// Both, in the order they are shown.
    pub const ALL: [TokenKind; 2] = [TokenKind::Write, TokenKind::Read];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            TokenKind::Write => "write",
            TokenKind::Read => "read",
        }
    }
}

/// Under which a store keeps a token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenAccount {
    /// What it may do.
    pub kind: TokenKind,
    /// Where it may be sent to: scheme, host and port, lower-case.
    pub origin: String,
}

impl TokenAccount {
    /// An account.
    pub fn new(kind: TokenKind, origin: impl Into<String>) -> TokenAccount {
        let origin = origin.into();
        TokenAccount { kind, origin }
    }
}

impl fmt::Display for TokenAccount {
    /// `write https://logfire-us.pydantic.dev`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.origin)
    }
}

/// Keeps tokens.
pub trait TokenStore: Send + Sync {
    /// The tokens of some accounts, each `None` where the store has no entry. One opening of the store for all.
    fn get(&self, accounts: &[TokenAccount]) -> Result<Vec<Option<Secret>>, StoreError>;

    /// Keeps a token in place of the one before.
    fn set(&self, account: &TokenAccount, token: &Secret) -> Result<(), StoreError>;

    /// Removes a token; `false` when there was none.
    fn remove(&self, account: &TokenAccount) -> Result<bool, StoreError>;
}

/// Why a store did not do what was asked. No text here holds a token.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is there and closed.
    #[error("the keychain is locked{}", because(.why))]
    Locked {
        /// What the system says.
        why: String,
    },
    /// There is none.
    #[error("there is no keychain here{}", because(.why))]
    Missing {
        /// What the system says.
        why: String,
    },
    /// It says nothing: most often it waits for a dialog that nobody sees.
    #[error("the keychain did not answer within {seconds} seconds")]
    Silent {
        /// How long it was waited for.
        seconds: u64,
    },
    /// Anything else of the keychain.
    #[error("the keychain refuses{}", because(.why))]
    Refused {
        /// What the system says.
        why: String,
    },
    /// A token file that others can read, or that is none.
    #[error("the token file {path} is not used: {why}")]
    Unsafe {
        /// Which.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A token file that cannot be read or written.
    #[error("cannot use the token file {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
}

fn because(why: &str) -> String {
    if why.is_empty() {
        String::new()
    } else {
        format!(": {why}")
    }
}

/// By what people tell tokens apart without seeing them: the first 8 hex digits of SHA-256.
pub fn fingerprint(token: &Secret) -> String {
    let digest = Digest::of(token.expose().as_bytes()).to_string();
    digest.chars().take(8).collect()
}

/// The keychain of a build without it.
#[derive(Debug)]
pub struct NoKeychain;

impl NoKeychain {
    fn missing<T>() -> Result<T, StoreError> {
        let why = "this otelctl was built without it".to_owned();
        Err(StoreError::Missing { why })
    }
}

impl TokenStore for NoKeychain {
    fn get(&self, _: &[TokenAccount]) -> Result<Vec<Option<Secret>>, StoreError> {
        NoKeychain::missing()
    }

    fn set(&self, _: &TokenAccount, _: &Secret) -> Result<(), StoreError> {
        NoKeychain::missing()
    }

    fn remove(&self, _: &TokenAccount) -> Result<bool, StoreError> {
        NoKeychain::missing()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_names_kind_and_origin() {
        let account = TokenAccount::new(TokenKind::Write, "https://logfire-us.pydantic.dev");
        assert_eq!(account.to_string(), "write https://logfire-us.pydantic.dev");
    }

    #[test]
    fn a_fingerprint_is_the_beginning_of_sha_256() {
        assert_eq!(fingerprint(&Secret::new("abc")), "ba7816bf");
    }

    #[test]
    fn a_build_without_keychain_says_so() {
        let error = NoKeychain.get(&[]).unwrap_err().to_string();
        assert!(error.contains("built without it"), "{error}");
    }
}
