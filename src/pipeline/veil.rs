//! Takes Logfire tokens out of what programs wrote, before anything is made of it: a token in a log file is somebody's mistake, and goes no further.
//!
//! Lengths stay, so every place and every offset stays what it was. Chunks without a token, which is nearly all of them, cost one
//! search.

use crate::base::secret::shape;
use crate::format::{Format, FormatKind};

/// Covers the tokens of one chunk at a time. One per worker, so that its buffer is used again.
#[derive(Debug, Default)]
pub struct Veil(Vec<u8>);

impl Veil {
    /// The bytes without tokens; counts how many there were.
    ///
    /// Limits: frames of protobuf are left to [`read_protobuf`](crate::otlp::payload::read_protobuf), because there a text ends
    /// where its length says, and not where it looks like it.
    pub fn over<'v>(&'v mut self, bytes: &'v [u8], format: &Format, count: &mut u64) -> &'v [u8] {
        let is_framed = matches!(format.kind, FormatKind::OtlpProtobuf(_));
        if is_framed || !shape::may_be_in(bytes) {
            return bytes;
        }
        self.0.clear();
        self.0.extend_from_slice(bytes);
        *count += shape::hide(&mut self.0);
        &self.0
    }
}
