//! Where a token is taken from, as typed.

use std::path::PathBuf;

/// Where a token is taken from when it stands neither in a variable nor in a store.
#[derive(Debug, Clone, Default)]
pub struct TokenArgs {
    /// A file that holds nothing else.
    pub token_file: Option<PathBuf>,
    /// An open file descriptor.
    pub token_fd: Option<i32>,
}
