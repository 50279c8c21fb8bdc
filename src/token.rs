//! The kinds of tokens a destination takes.

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Sending.
    Write,
    /// Asking.
    Read,
}
