//! Digests of 128 bits, the first half of SHA-256: the same on every machine and in every version, and nobody can choose bytes that
//! meet another's.
//!
//! They tell records and files apart; they keep no secret.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Bytes of a digest.
const BYTES: usize = 16;

/// A digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Digest([u8; BYTES]);

/// A digest of bytes that come in parts.
#[derive(Debug, Clone, Default)]
pub struct Digester(Sha256);

impl Digester {
    /// Adds a part. Where one part ends and the next begins is not told apart.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all parts.
    pub fn finish(self) -> Digest {
        let whole = self.0.finalize();
        let mut half = [0; BYTES];
        half.copy_from_slice(&whole[..BYTES]);
        Digest(half)
    }
}

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        let mut digester = Digester::default();
        digester.add(bytes);
        digester.finish()
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What [`fmt::Display`] wrote; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Digest> {
        let lower_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_digest = text.len() == 2 * BYTES && text.as_bytes().iter().all(lower_hex);
        let number = is_digest.then(|| u128::from_str_radix(text, 16).ok())?;
        number.map(|number| Digest(number.to_be_bytes()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_first_half_of_sha_256() {
        let shown = Digest::of(b"abc").to_string();
        assert_eq!(shown, "ba7816bf8f01cfea414140de5dae2223");
        let mut parts = Digester::default();
        parts.add(b"a");
        parts.add(b"bc");
        assert_eq!(parts.finish(), Digest::of(b"abc"));
    }

    #[test]
    fn a_digest_is_read_back_and_nothing_else_is_one() {
        let digest = Digest::of(b"");
        assert_eq!(Digest::from_hex(&digest.to_string()), Some(digest));
        for text in ["", "00", &"g".repeat(32), &"+".repeat(32), &"é".repeat(16)] {
            assert_eq!(Digest::from_hex(text), None, "{text}");
        }
    }
}
