//! What is OTLP already → batches of its records as they are, with the resource and the scope that each came with.
//!
//! Nothing is added and nothing is left out: a record keeps its observed time and its counts of dropped attributes. Neighbours with
//! the same resource and scope share them in the batch, also when they came in different requests.

use std::sync::Arc;

use crate::base::units::UnixNanos;
use crate::otlp::framing::{Frame, Framing};
use crate::otlp::payload::{self, Around, Read};
use crate::pipeline::batch::{Batch, BatchBuilder, class_of_given};
use crate::pipeline::stage::ChunkStats;

/// What stood around the last record. One per worker and source.
#[derive(Debug, Default)]
pub struct Given {
    around: Option<Arc<Around>>,
}

/// Reads an object, when its first key is that of a request.
#[inline]
pub fn of_object(object: &[u8]) -> Option<Read> {
    let carries = payload::json_carries(object)?;
    Some(payload::read_json(object, carries))
}

/// Reads a request in protobuf with its frame.
pub fn of_frame(frame: &[u8], framing: Framing) -> Read {
    match framing.frame(frame, 0) {
        Frame::Whole(range) => frame
            .get(range)
            .map_or(Read::Broken, payload::read_protobuf),
        Frame::Cut(_) | Frame::Lost => Read::Broken,
    }
}

impl Given {
    /// Puts the records of a request into batches and counts them; `false` for what cannot be decoded, which the caller has to read as
    /// something else.
    pub fn take(
        &mut self,
        request: Read,
        stats: &mut ChunkStats,
        (builder, batches): (&mut BatchBuilder, &mut Vec<Batch>),
    ) -> bool {
        let payload = match request {
            Read::Logs(payload) => payload,
            Read::Others => {
                stats.payloads_skipped += 1;
                return true;
            }
            Read::Broken => {
                stats.payloads_broken += 1;
                return false;
            }
        };
        stats.tokens_hidden += payload.tokens_hidden();
        for scope in payload.scopes() {
            let around = scope.around(builder.encoding(), self.around.as_ref());
            for record in scope.records() {
                batches.extend(builder.push_given(record, &around));
                let time = record.time_unix_nano();
                stats.count_one(
                    (time != 0).then_some(UnixNanos(time)),
                    class_of_given(record),
                );
            }
            self.around = Some(around);
        }
        true
    }
}
