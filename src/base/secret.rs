//! A text that must never be printed: tokens and header values.
//!
//! It has no `Display` and no `Deref`; each use of the value is a visible [`Secret::expose`].

use std::fmt;

/// A secret text. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the secret over.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    /// The secret itself, for the request header only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Replaces each occurrence of the secret in a text that came from outside.
    ///
    /// Shape: a server's message → the same with `[hidden]` in place of the secret, and of its last word
    /// when it has a scheme (`Basic abc` → also `abc`).
    pub fn scrub(&self, text: &str) -> String {
        let bare = self.0.rsplit(' ').next().unwrap_or_default();
        let mut clean = text.to_owned();
        for needle in [self.0.as_str(), bare] {
            // One or two characters would blank out half of any text and protect nothing.
            if needle.len() > 3 {
                clean = clean.replace(needle, "[hidden]");
            }
        }
        clean
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
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
}
