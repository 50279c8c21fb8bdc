//! Bytes in, with positions: files and pipes, decompressed, cut into chunks that begin and end with a record.

pub mod checkpoint;
pub mod chunks;
pub mod feed;
pub mod follow;
pub mod head;
pub mod inflate;
pub mod inode;
pub mod inputs;
pub mod name;
pub mod packing;

use std::io;

/// Why an input could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file that is not there or that we may not read.
    #[error("cannot open {path}")]
    Open {
        /// As it was typed.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A directory where a file was expected.
    #[error("{path} is a directory")]
    Directory {
        /// As it was typed.
        path: String,
    },
    /// A pattern that no file matches.
    #[error("no file matches {pattern}")]
    NoMatch {
        /// As it was typed.
        pattern: String,
    },
    /// Not a pattern.
    #[error("{pattern} is not a file name pattern")]
    Pattern {
        /// As it was typed.
        pattern: String,
        /// Why.
        source: glob::PatternError,
    },
    /// Reading stopped before the end.
    #[error("cannot read {path} behind byte {offset}")]
    Read {
        /// As it was typed.
        path: String,
        /// After decompression.
        offset: u64,
        /// Why.
        source: io::Error,
    },
    /// Compressed, where lines are waited for.
    #[error("{path} is compressed and cannot be followed")]
    Compressed {
        /// As it was typed.
        path: String,
    },
    /// UTF-16 text.
    #[error("{path} is UTF-16 text, and only UTF-8 is read")]
    Utf16 {
        /// As it was typed.
        path: String,
    },
}

impl SourceError {
    /// One thing the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            SourceError::Open { path, source } if source.kind() == io::ErrorKind::NotFound => {
                Some(format!("check the spelling: ls -l {path}"))
            }
            SourceError::Open { path, .. } => Some(format!("check the permissions: ls -l {path}")),
            SourceError::Directory { path } => Some(format!(
                "name the files in it: otelctl send '{}/*.log'",
                path.trim_end_matches('/')
            )),
            SourceError::NoMatch { .. } => {
                Some("check the pattern, and quote it only if otelctl shall expand it".to_owned())
            }
            SourceError::Pattern { .. } => Some("write [[] for a bracket".to_owned()),
            SourceError::Read { source, .. } if source.kind() == io::ErrorKind::UnexpectedEof => {
                Some("the file is cut off; what could be read was sent".to_owned())
            }
            SourceError::Read { .. } => None,
            SourceError::Compressed { .. } => Some("send it without --follow".to_owned()),
            SourceError::Utf16 { path } => Some(format!(
                "convert it: iconv -f UTF-16 -t UTF-8 {path} | otelctl send"
            )),
        }
    }
}
