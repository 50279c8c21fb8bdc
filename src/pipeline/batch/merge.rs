//! Batches → one batch with all their records, or a batch without some of them. Nothing is encoded anew.
//!
//! The records are copied in their order. A batch of another source brings its own resource along, so that records of several sources
//! can share a request. Copies are as small as their content: the memory of a body that is used again may be much larger.

use std::sync::Arc;

use bytes::Bytes;

use crate::pipeline::batch::assemble::assemble;
use crate::pipeline::batch::{Batch, Envelope, RecordSpan, Run, RunScope, place};
use crate::pipeline::buffers::Buffers;

impl Batch {
    /// One batch with the records of all parts, in their order; `None` without any part. All parts have one encoding.
    pub fn merged(mut parts: Vec<Batch>) -> Option<Batch> {
        if parts.len() < 2 {
            return parts.pop();
        }
        let mut joined = Joined::new(Arc::clone(&parts.first()?.envelope));
        for part in &parts {
            joined.append(part, |_| true);
        }
        joined.finish()
    }

    /// The records for which `stays` holds, in their order; `None` when there is none.
    pub fn only(&self, stays: impl Fn(usize) -> bool) -> Option<Batch> {
        let mut joined = Joined::new(Arc::clone(&self.envelope));
        joined.append(self, stays);
        joined.finish()
    }

    /// The same in as little memory as it takes, for a batch that will wait. A body of `copied_bytes_max` or more stays where it is.
    #[must_use]
    pub fn compact(mut self, copied_bytes_max: usize) -> Batch {
        if self.body.len() < copied_bytes_max {
            self.body = Bytes::copy_from_slice(&self.body);
        }
        self.spans.shrink_to_fit();
        self.runs.shrink_to_fit();
        self
    }

    /// Bytes of one record with its framing.
    pub fn record_bytes(&self, index: usize) -> usize {
        let span = self.spans[index];
        (span.end - span.start) as usize + self.framing_bytes()
    }
}

/// Records put together.
struct Joined {
    envelope: Arc<Envelope>,
    records: Vec<u8>,
    spans: Vec<RecordSpan>,
    runs: Vec<Run>,
}

impl Joined {
    fn new(envelope: Arc<Envelope>) -> Joined {
        Joined {
            envelope,
            records: Vec::new(),
            spans: Vec::new(),
            runs: Vec::new(),
        }
    }

    fn append(&mut self, part: &Batch, stays: impl Fn(usize) -> bool) {
        // Behind the last record of a run there is no comma to copy.
        let framing = &b","[..part.framing_bytes()];
        for (number, run) in part.runs.iter().enumerate() {
            let next = part.runs.get(number + 1);
            let end = next.map_or(part.spans.len(), |next| next.first);
            let mut scope = Some(self.own(&run.scope, part));
            for index in (run.first..end).filter(|index| stays(*index)) {
                if let Some(scope) = scope.take() {
                    self.begin_run(scope);
                }
                let span = part.spans[index];
                let start = place(self.records.len());
                self.records.extend_from_slice(part.record(index));
                self.records.extend_from_slice(framing);
                self.spans.push(RecordSpan {
                    start,
                    end: start + (span.end - span.start),
                    class: span.class,
                });
            }
        }
    }

    /// A scope of a part as it is called here.
    fn own(&self, scope: &RunScope, part: &Batch) -> RunScope {
        let (resource, name) = match scope {
            RunScope::Named(name) => (&part.envelope.resource, name),
            RunScope::Foreign(resource, name) => (resource, name),
            RunScope::Given(_) => return scope.clone(),
        };
        if Arc::ptr_eq(resource, &self.envelope.resource) {
            RunScope::Named(name.clone())
        } else {
            RunScope::Foreign(Arc::clone(resource), name.clone())
        }
    }

    fn begin_run(&mut self, scope: RunScope) {
        let continues = self.runs.last().is_some_and(|run| run.scope.is(&scope));
        if !continues {
            self.runs.push(Run {
                first: self.spans.len(),
                scope,
            });
        }
    }

    fn finish(self) -> Option<Batch> {
        if self.spans.is_empty() {
            return None;
        }
        let parts = (self.spans, self.runs);
        // A pool of its own: the memory is freed with the batch.
        Some(assemble(
            &self.envelope,
            &self.records,
            parts,
            &Buffers::default(),
        ))
    }
}

impl RunScope {
    fn is(&self, other: &RunScope) -> bool {
        match (self, other) {
            (RunScope::Named(one), RunScope::Named(other)) => one == other,
            (RunScope::Foreign(one, name), RunScope::Foreign(other, other_name)) => {
                // Two workers have a resource each for the same service.
                one == other && name == other_name
            }
            (RunScope::Given(one), RunScope::Given(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::Encoding;
    use crate::pipeline::batch::BatchLimits;
    use crate::pipeline::batch::oracle::{built, decoded, records};
    use crate::record::Record;
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use prost::Message as _;

    const LIMITS: BatchLimits = BatchLimits {
        records_max: 2,
        encoded_bytes_max: 1 << 20,
    };

    fn encoding(json: bool) -> Encoding {
        if json {
            Encoding::Json
        } else {
            Encoding::Protobuf
        }
    }

    /// The records' own bytes.
    fn bytes_of(batch: &Batch) -> Vec<Vec<u8>> {
        (0..batch.record_count())
            .map(|index| batch.record(index).to_vec())
            .collect()
    }

    proptest::proptest! {
        #[test]
        fn a_merged_batch_holds_the_records_of_its_parts(records in records(), json in proptest::bool::ANY) {
            let parts = built(encoding(json), records, LIMITS);
            let found: Vec<_> = parts.iter().flat_map(decoded).collect();
            let bytes: Vec<_> = parts.iter().flat_map(bytes_of).collect();
            let classes: Vec<_> = parts.iter().flat_map(|part| &part.spans).map(|span| span.class).collect();
            if let Some(merged) = Batch::merged(parts) {
                proptest::prop_assert_eq!(decoded(&merged), found);
                proptest::prop_assert_eq!(bytes_of(&merged), bytes);
                proptest::prop_assert_eq!(merged.spans.iter().map(|span| span.class).collect::<Vec<_>>(), classes);
            }
        }

        #[test]
        fn the_others_stay_in_their_order_when_some_are_left_out(records in records(), gone in proptest::collection::vec(proptest::bool::ANY, 64), json in proptest::bool::ANY) {
            let limits = BatchLimits { records_max: 100, ..LIMITS };
            for whole in built(encoding(json), records, limits) {
                let stays = |index: usize| !gone[index % gone.len()];
                let kept = |index: &usize| stays(*index);
                let all = decoded(&whole);
                let expected: Vec<_> = (0..all.len()).filter(kept).map(|index| all[index].clone()).collect();
                let found = whole.only(stays);
                proptest::prop_assert_eq!(found.as_ref().map(decoded).unwrap_or_default(), expected);
                if let Some(found) = found {
                    let (left, right) = found.halves().unwrap_or((found.clone(), found.clone()));
                    proptest::prop_assert!(left.record_count() + right.record_count() >= found.record_count());
                    let bytes: Vec<_> = (0..all.len()).filter(kept).map(|index| whole.record(index).to_vec()).collect();
                    proptest::prop_assert_eq!(bytes_of(&found), bytes);
                }
            }
        }
    }

    #[test]
    fn records_of_two_sources_share_a_request_and_keep_their_resources() {
        for json in [false, true] {
            let record = || vec![Record::default()];
            let batch = || built(encoding(json), record(), LIMITS).remove(0);
            let (one, other) = (batch(), batch());
            // The second pair is of the same two sources as the first.
            let parts = vec![one.clone(), other.clone(), other, one];
            let merged = Batch::merged(parts).unwrap();
            let request = match merged.encoding() {
                Encoding::Protobuf => ExportLogsServiceRequest::decode(&*merged.body).unwrap(),
                Encoding::Json => serde_json::from_slice(&merged.body).unwrap(),
            };
            // Both resources say the same here, so they are one.
            let counts: Vec<Vec<usize>> = request
                .resource_logs
                .iter()
                .map(|logs| {
                    assert_eq!(logs.resource.as_ref().unwrap().attributes.len(), 1);
                    let scopes = logs.scope_logs.iter();
                    scopes.map(|scope| scope.log_records.len()).collect()
                })
                .collect();
            assert_eq!(counts, [[1, 2, 1]]);
            let (left, right) = merged.halves().unwrap();
            assert_eq!((left.record_count(), right.record_count()), (2, 2));
        }
    }

    #[test]
    fn a_batch_that_waits_takes_only_the_memory_that_it_needs() {
        let batch = built(Encoding::Protobuf, vec![Record::default()], LIMITS).remove(0);
        let body = batch.body.clone();
        let (small, large) = (batch.clone().compact(1 << 20), batch.compact(0));
        assert_eq!(small.body, body);
        assert!(small.body.as_ptr() != body.as_ptr() && large.body.as_ptr() == body.as_ptr());
        assert_eq!(small.spans.capacity(), 1);
    }
}
