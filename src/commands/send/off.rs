//! What is left to do when telemetry is switched off: whoever writes into our pipe goes on as if nothing were.
//!
//! Files are not opened, and nothing of a pipe is looked at.

use std::io;
use std::path::PathBuf;

use crate::host::{Host, Watched};

/// Reads a pipe to its end. Without this its writer would be ended by SIGPIPE, or wait for ever.
pub(super) fn drain(files: &[PathBuf], mut host: Host) {
    let is_input = files.is_empty() || files.iter().any(|file| file.as_os_str() == "-");
    if is_input && host.stdin_watched == Watched::Unwatched {
        // A pipe that cannot be read has no writer who waits for us.
        io::copy(&mut host.stdin, &mut io::sink()).ok();
    }
}
