//! Keeps batches that could not be delivered: OTLP/JSON lines that `otelctl send FILE` sends again, each with the reason beside it.
//!
//! The file is made when the first batch comes, readable by its owner alone. A batch counts as kept once its line is on the disk. The
//! reason is a member of its own in the line's object, which readers of OTLP/JSON pass over.
//!
//! Spec: OpenTelemetry Protocol File Exporter; OTLP 1.11, "JSON Protobuf Encoding" (unknown fields are ignored).

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::base::private;
use crate::otlp::Encoding;
use crate::otlp::json::push_string;
use crate::otlp::json_logs::transcode_request;
use crate::pipeline::batch::Batch;

/// Why a batch is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The server will not take it.
    DeadLettered,
    /// The server did not take some of it, and does not say which.
    Suspect,
    /// There was no time to deliver it, and it cannot be read again.
    Undelivered,
}

impl Exit {
    fn name(self) -> &'static str {
        match self {
            Exit::DeadLettered => "dead_lettered",
            Exit::Suspect => "suspect",
            Exit::Undelivered => "undelivered",
        }
    }
}

/// A file of batches.
#[derive(Debug)]
pub struct Letters {
    path: Option<PathBuf>,
    file: Mutex<Option<File>>,
}

/// Why a batch is not kept.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// There is no place for such files.
    #[error("there is no place to keep it")]
    Nowhere,
    /// The file cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
}

impl Letters {
    /// Keeps batches at `path`, behind what is there already; `None` keeps nothing.
    pub fn new(path: Option<PathBuf>) -> Letters {
        Letters {
            path,
            file: Mutex::new(None),
        }
    }

    /// The file, once something is in it.
    pub fn written(&self) -> Option<&Path> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.as_ref().and(self.path.as_deref())
    }

    /// Keeps a batch; when this returns well, it is on the disk.
    pub fn keep(&self, batch: &Batch, exit: Exit, reason: &str) -> Result<(), LetterError> {
        let path = self.path.as_deref().ok_or(LetterError::Nowhere)?;
        let line = line_of(batch, exit, reason);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let write = |file: &mut Option<File>| {
            if file.is_none() {
                *file = Some(private::append(path)?);
            }
            let Some(file) = file else { return Ok(()) };
            file.write_all(&line)?;
            file.sync_data()
        };
        write(&mut file).map_err(|source| LetterError::Write {
            path: path.to_string_lossy().into_owned(),
            source,
        })
    }
}

/// The request of a batch as one line, with what became of it as its last member.
fn line_of(batch: &Batch, exit: Exit, reason: &str) -> Vec<u8> {
    let mut line = match batch.encoding() {
        Encoding::Json => batch.body.to_vec(),
        Encoding::Protobuf => {
            let mut line = Vec::new();
            transcode_request(&batch.body, &mut line)
                .expect("a batch is a request that we encoded or decoded before");
            line
        }
    };
    let closing = line.pop();
    debug_assert_eq!(closing, Some(b'}'), "a request is a JSON object");
    line.extend_from_slice(b",\"otelctl\":{\"exit\":\"");
    line.extend_from_slice(exit.name().as_bytes());
    line.extend_from_slice(b"\",\"reason\":");
    push_string(&mut line, reason);
    line.extend_from_slice(b"}}\n");
    line
}
