//! A text that must never be printed: tokens and header values.
//!
//! It has no `Display` and no `Deref`; each use of the value is a visible [`Secret::expose`]. It is wiped when it goes, and compared in
//! a time that does not depend on where two values differ. What is [remembered](remember) is taken out of the text of a panic too.

pub mod door;
pub mod looks;
mod scrub;
pub mod shape;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

/// Stands in a text where a secret was.
pub const HIDDEN: &str = "[hidden]";

/// Most secrets of one process that are remembered. No run has as many.
const REMEMBERED_MAX: usize = 256;

/// The secrets that a panic must not show.
static REMEMBERED: Mutex<Vec<Secret>> = Mutex::new(Vec::new());

/// A secret text. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes the secret over.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    /// The secret itself, for the request header and the token's store only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The same without blanks and line ends around it.
    #[must_use]
    pub fn trimmed(&self) -> Secret {
        Secret::new(self.0.trim())
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it has a character that no header can carry.
    pub fn has_control(&self) -> bool {
        self.0.chars().any(char::is_control)
    }

    /// Replaces each occurrence of the secret in a text that came from outside.
    ///
    /// Shape: a server's message → the same with `[hidden]` in place of the secret, and of its last word
    /// when it has a scheme (`Basic abc` → also `abc`); as it is, percent-encoded, escaped for JSON, or anywhere inside of base64 of either
    /// alphabet. Whatever has the shape of a Logfire token is hidden too, whosever it is.
    pub fn scrub(&self, text: &str) -> String {
        let bare = self.0.rsplit(' ').next().unwrap_or_default();
        let mut clean = text.to_owned();
        for needle in [self.0.as_str(), bare] {
            // One or two characters would blank out half of any text and protect nothing.
            if needle.len() > 3 {
                clean = scrub::without(&clean, needle.as_bytes());
            }
        }
        shape::hidden(&clean)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Remembers a secret for as long as the process lives, so that [`scrub_remembered`] knows it.
pub fn remember(secret: &Secret) {
    let mut known = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() < REMEMBERED_MAX && !known.contains(secret) {
        known.push(secret.clone());
    }
}

/// A text without any secret that this process knows: for the message of a panic, which may hold anything.
pub fn scrub_remembered(text: &str) -> String {
    // A panic inside of `remember` must not wait for itself.
    let known = REMEMBERED.try_lock();
    let all = known.iter().flat_map(|known| known.iter());
    let clean = all.fold(text.to_owned(), |text, secret| secret.scrub(&text));
    shape::hidden(&clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_in_debug_and_is_scrubbed_with_and_without_its_scheme() {
        let secret = Secret::new("Bearer pylf_v1_us_abc");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(
            secret.scrub("bad token pylf_v1_us_abc"),
            "bad token [hidden]"
        );
        assert_eq!(
            secret.scrub("bad header Bearer pylf_v1_us_abc!"),
            "bad header [hidden]!"
        );
    }

    #[test]
    fn secrets_are_equal_when_they_say_the_same() {
        assert_eq!(Secret::new("abc"), Secret::new("abc"));
        assert_ne!(Secret::new("abc"), Secret::new("abd"));
        assert_ne!(Secret::new("abc"), Secret::new("ab"));
    }

    #[test]
    fn what_is_remembered_is_taken_out_of_any_text() {
        remember(&Secret::new("remembered-hunter2"));
        let text = scrub_remembered("called with remembered-hunter2 and pylf_v1_eu_x9");
        assert_eq!(text, "called with [hidden] and pylf_v1_[hidden]");
    }
}
