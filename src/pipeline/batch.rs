//! Encoded records → one request body, and the places of the records in it.
//!
//! A batch keeps for each record where it lies in the body, its severity and its offset in the source, and for each run of records
//! with the same scope where the run begins. So a part of a batch is assembled by copying bytes; nothing is encoded twice. Records keep
//! their order: when the scope changes, a new `ScopeLogs` begins.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::base::units::UnixNanos;
use crate::otlp::protobuf::{
    field_len, put_bytes, put_header, request, resource_logs, scope, scope_logs,
};
use crate::otlp::{Encoding, SCHEMA_URL, json};
use crate::pipeline::buffers::Buffers;
use crate::pipeline::encode::{self, Constants};
use crate::record::{Attribute, Record, SeverityClass};

/// Most bytes around a scope's records beside its name, and around a resource's scopes: keys, lengths, the schema URL.
const AROUND_BYTES: usize = 128;

/// When a batch is full. Whichever limit is reached first closes it.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    /// Most records in one batch.
    pub records_max: usize,
    /// Most bytes of one batch, encoded and before compression. A record alone may be larger.
    pub encoded_bytes_max: usize,
}

/// The resource of a batch, encoded once for each source.
#[derive(Debug)]
pub struct Envelope {
    encoding: Encoding,
    /// `ResourceLogs.resource`: a protobuf field, or a JSON object.
    resource: Vec<u8>,
}

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordSpan {
    /// In the body, its framing included.
    pub start: u32,
    /// Behind its last byte; a JSON comma is not part of it.
    pub end: u32,
    /// How severe it is.
    pub class: SeverityClass,
}

/// Records of one scope that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    first: usize,
    scope: Box<str>,
}

/// One request's body, not compressed yet.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The body.
    pub body: Bytes,
    /// Its records, in order.
    pub spans: Vec<RecordSpan>,
    runs: Vec<Run>,
    envelope: Arc<Envelope>,
}

impl Envelope {
    /// Encodes a resource.
    pub fn new(encoding: Encoding, attributes: &[Attribute<'_>]) -> Envelope {
        let mut resource = Vec::new();
        match encoding {
            Encoding::Protobuf => {
                let mut fields = Vec::new();
                for attribute in attributes {
                    encode::protobuf::put_attribute(
                        &mut fields,
                        crate::otlp::protobuf::resource::ATTRIBUTES,
                        attribute,
                    );
                }
                put_bytes(&mut resource, resource_logs::RESOURCE, &fields);
            }
            Encoding::Json => {
                resource.extend_from_slice(b"{\"attributes\":[");
                encode::json::push_members(&mut resource, attributes);
                resource.extend_from_slice(b"]}");
            }
        }
        Envelope { encoding, resource }
    }
}

impl Batch {
    /// How many records it holds.
    pub fn record_count(&self) -> usize {
        self.spans.len()
    }

    /// How it is written.
    pub fn encoding(&self) -> Encoding {
        self.envelope.encoding
    }

    /// The record's own bytes, without framing around it.
    pub fn record(&self, index: usize) -> &[u8] {
        let span = self.spans[index];
        &self.body[span.start as usize..span.end as usize]
    }

    /// Two batches with the same records in the same order, or `None` when there is only one.
    pub fn halves(&self) -> Option<(Batch, Batch)> {
        let middle = self.spans.len() / 2;
        (middle > 0).then(|| (self.part(0..middle), self.part(middle..self.spans.len())))
    }

    fn part(&self, range: Range<usize>) -> Batch {
        let spans = &self.spans[range.clone()];
        let framing = self.framing_bytes();
        let mut records = Vec::new();
        let mut moved = Vec::with_capacity(spans.len());
        for span in spans {
            let start = place(records.len());
            records.extend_from_slice(&self.body[span.start as usize..span.end as usize + framing]);
            moved.push(RecordSpan {
                start,
                end: start + (span.end - span.start),
                class: span.class,
            });
        }
        let last_before = self
            .runs
            .iter()
            .rposition(|run| run.first <= range.start)
            .unwrap_or(0);
        let runs = self.runs[last_before..]
            .iter()
            .take_while(|run| run.first < range.end);
        let runs = runs
            .map(|run| Run {
                first: run.first.saturating_sub(range.start),
                scope: run.scope.clone(),
            })
            .collect();
        assemble(&self.envelope, &records, (moved, runs), &Buffers::default())
    }

    /// Bytes between two records of a run: the comma of JSON.
    fn framing_bytes(&self) -> usize {
        usize::from(self.envelope.encoding == Encoding::Json)
    }
}

/// Fills batches, one at a time; kept by its worker so that its buffers are used again.
#[derive(Debug)]
pub struct BatchBuilder {
    envelope: Arc<Envelope>,
    constants: Arc<Constants>,
    limits: BatchLimits,
    buffers: Buffers,
    /// Encoded records, each with its framing behind it.
    records: Vec<u8>,
    spans: Vec<RecordSpan>,
    runs: Vec<Run>,
    /// What resource and scopes will add to the records, at most.
    around_bytes: usize,
}

impl BatchBuilder {
    /// An empty one for a source.
    pub fn new(
        envelope: Arc<Envelope>,
        constants: Arc<Constants>,
        limits: BatchLimits,
        buffers: Buffers,
    ) -> BatchBuilder {
        BatchBuilder {
            envelope,
            constants,
            limits,
            buffers,
            records: Vec::new(),
            spans: Vec::new(),
            runs: Vec::new(),
            around_bytes: 0,
        }
    }

    /// Encodes a record into the open batch. Returns the batch that had to be closed for it, if any.
    pub fn push(&mut self, record: &mut Record<'_>, observed: UnixNanos) -> Option<Batch> {
        if !self.constants_free(record) {
            record
                .attributes
                .retain(|attribute| !self.constants.holds(&attribute.key));
        }
        let start = self.records.len();
        encode::write_record(
            &mut self.records,
            self.envelope.encoding,
            record,
            &self.constants,
            observed,
        );
        let over = self.records.len() + self.around_bytes > self.limits.encoded_bytes_max
            || self.spans.len() >= self.limits.records_max;
        let closed = (over && !self.spans.is_empty()).then(|| self.close_before(start));
        let start = if closed.is_some() { 0 } else { start };
        if self
            .runs
            .last()
            .is_none_or(|run| !is_same(&run.scope, &record.scope))
        {
            if self.runs.is_empty() {
                self.around_bytes = self.envelope.resource.len() + AROUND_BYTES;
            }
            self.around_bytes += record.scope.len() + AROUND_BYTES;
            self.runs.push(Run {
                first: self.spans.len(),
                scope: record.scope.as_ref().into(),
            });
        }
        let end = self.records.len() - usize::from(self.envelope.encoding == Encoding::Json);
        self.spans.push(RecordSpan {
            start: place(start),
            end: place(end),
            class: SeverityClass::of(record.severity_number),
        });
        closed
    }

    /// Closes the open batch; `None` when it is empty.
    pub fn close(&mut self) -> Option<Batch> {
        (!self.spans.is_empty()).then(|| self.close_before(self.records.len()))
    }

    /// Closes the batch without what stands from `start` on, which stays as the first record of the next.
    fn close_before(&mut self, start: usize) -> Batch {
        let room = Vec::with_capacity(self.spans.len());
        let spans = std::mem::replace(&mut self.spans, room);
        let runs = std::mem::take(&mut self.runs);
        let records = &self.records[..start];
        let batch = assemble(&self.envelope, records, (spans, runs), &self.buffers);
        self.records.drain(..start);
        batch
    }

    fn constants_free(&self, record: &Record<'_>) -> bool {
        record
            .attributes
            .iter()
            .all(|attribute| !self.constants.holds(&attribute.key))
    }
}

/// Equality of two names, most often both empty. An empty text has no address, and the C library's comparison of such is slow: the
/// processor recovers from a masked load of an unmapped page, 200 ns for each record.
fn is_same(left: &str, right: &str) -> bool {
    left.len() == right.len() && (left.is_empty() || left == right)
}

fn place(offset: usize) -> u32 {
    u32::try_from(offset)
        .expect("a batch is smaller than 4 GiB: lines and batches are limited far below")
}

/// Puts resource and scopes around the records. `spans` are places in `records`; they leave as places in the body.
fn assemble(
    envelope: &Arc<Envelope>,
    records: &[u8],
    (mut spans, runs): (Vec<RecordSpan>, Vec<Run>),
    buffers: &Buffers,
) -> Batch {
    let scopes: usize = runs.iter().map(|run| run.scope.len() + AROUND_BYTES).sum();
    let around = envelope.resource.len() + scopes + AROUND_BYTES;
    let mut body = buffers.take(records.len() + around);
    let mut moves = Vec::with_capacity(runs.len());
    match envelope.encoding {
        Encoding::Protobuf => {
            assemble_protobuf(&mut body, envelope, records, (&spans, &runs), &mut moves);
        }
        Encoding::Json => assemble_json(&mut body, envelope, records, (&spans, &runs), &mut moves),
    }
    for (index, (run, moved_to)) in runs.iter().zip(moves).enumerate() {
        let next = runs.get(index + 1).map_or(spans.len(), |next| next.first);
        let delta = moved_to - spans[run.first].start;
        for span in &mut spans[run.first..next] {
            span.start += delta;
            span.end += delta;
        }
    }
    Batch {
        body: buffers.share(body),
        spans,
        runs,
        envelope: Arc::clone(envelope),
    }
}

/// The bytes of each run in `records`, without framing behind its last record.
fn run_bytes<'r>(
    records: &'r [u8],
    (spans, runs): (&'r [RecordSpan], &'r [Run]),
) -> impl Iterator<Item = (&'r str, &'r [u8])> {
    runs.iter().enumerate().map(move |(index, run)| {
        let next = runs.get(index + 1).map_or(spans.len(), |next| next.first);
        let range = spans[run.first].start as usize..spans[next - 1].end as usize;
        (&*run.scope, &records[range])
    })
}

fn assemble_protobuf(
    body: &mut Vec<u8>,
    envelope: &Envelope,
    records: &[u8],
    places: (&[RecordSpan], &[Run]),
    moves: &mut Vec<u32>,
) {
    let schema_len = field_len(SCHEMA_URL.len());
    let scope_len = |name: &str| {
        if name.is_empty() {
            0
        } else {
            field_len(field_len(name.len()))
        }
    };
    let scope_logs_len = |name: &str, bytes: &[u8]| scope_len(name) + bytes.len() + schema_len;
    let scopes_len: usize = run_bytes(records, places)
        .map(|(name, bytes)| field_len(scope_logs_len(name, bytes)))
        .sum();
    put_header(
        body,
        request::RESOURCE_LOGS,
        envelope.resource.len() + scopes_len + schema_len,
    );
    body.extend_from_slice(&envelope.resource);
    for (name, bytes) in run_bytes(records, places) {
        put_header(body, resource_logs::SCOPE_LOGS, scope_logs_len(name, bytes));
        if !name.is_empty() {
            put_header(body, scope_logs::SCOPE, field_len(name.len()));
            put_bytes(body, scope::NAME, name.as_bytes());
        }
        moves.push(place(body.len()));
        body.extend_from_slice(bytes);
        put_bytes(body, scope_logs::SCHEMA_URL, SCHEMA_URL.as_bytes());
    }
    put_bytes(body, resource_logs::SCHEMA_URL, SCHEMA_URL.as_bytes());
}

fn assemble_json(
    body: &mut Vec<u8>,
    envelope: &Envelope,
    records: &[u8],
    places: (&[RecordSpan], &[Run]),
    moves: &mut Vec<u32>,
) {
    body.extend_from_slice(b"{\"resourceLogs\":[{\"resource\":");
    body.extend_from_slice(&envelope.resource);
    body.extend_from_slice(b",\"scopeLogs\":[");
    for (index, (name, bytes)) in run_bytes(records, places).enumerate() {
        body.extend_from_slice(if index > 0 { b",{" } else { b"{" });
        if !name.is_empty() {
            body.extend_from_slice(b"\"scope\":{\"name\":");
            json::push_string(body, name);
            body.extend_from_slice(b"},");
        }
        body.extend_from_slice(b"\"logRecords\":[");
        moves.push(place(body.len()));
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"],\"schemaUrl\":");
        json::push_string(body, SCHEMA_URL);
        body.push(b'}');
    }
    body.extend_from_slice(b"],\"schemaUrl\":");
    json::push_string(body, SCHEMA_URL);
    body.extend_from_slice(b"}]}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::batch::oracle::{built, decoded, records};
    use proptest::strategy::Strategy as _;

    #[test]
    fn a_batch_is_closed_before_it_exceeds_its_bytes_and_a_large_record_goes_alone() {
        let records =
            ["a".repeat(50), "b".repeat(50), "c".repeat(500), "d".into()].map(|body| Record {
                body: crate::record::Value::Text(body.into()),
                ..Record::default()
            });
        let limits = BatchLimits {
            records_max: 100,
            encoded_bytes_max: 480,
        };
        let counts: Vec<_> = built(Encoding::Protobuf, records.into(), limits)
            .iter()
            .map(Batch::record_count)
            .collect();
        assert_eq!(counts, [2, 1, 1]);
    }

    #[test]
    fn a_batch_is_closed_at_its_number_of_records() {
        let records = (0..7).map(|_| Record::default()).collect();
        let limits = BatchLimits {
            records_max: 3,
            encoded_bytes_max: 1 << 20,
        };
        let counts: Vec<_> = built(Encoding::Json, records, limits)
            .iter()
            .map(Batch::record_count)
            .collect();
        assert_eq!(counts, [3, 3, 1]);
    }

    #[test]
    fn a_scope_that_changes_and_returns_keeps_the_order() {
        let scoped = |scope: &'static str, body: &'static str| Record {
            scope: scope.into(),
            body: crate::record::Value::Text(body.into()),
            ..Record::default()
        };
        let limits = BatchLimits {
            records_max: 100,
            encoded_bytes_max: 1 << 20,
        };
        for encoding in [Encoding::Protobuf, Encoding::Json] {
            let batches = built(
                encoding,
                vec![
                    scoped("x", "1"),
                    scoped("y", "2"),
                    scoped("x", "3"),
                    scoped("", "4"),
                ],
                limits,
            );
            let found: Vec<_> = decoded(&batches[0])
                .iter()
                .map(|(scope, record)| {
                    (
                        scope.clone(),
                        format!("{:?}", record.body.as_ref().unwrap()),
                    )
                })
                .collect();
            assert_eq!(
                found
                    .iter()
                    .map(|(scope, _)| scope.as_str())
                    .collect::<Vec<_>>(),
                ["x", "y", "x", ""]
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn an_independent_decoder_reads_back_what_was_encoded(records in records(), json in proptest::bool::ANY) {
            let encoding = if json { Encoding::Json } else { Encoding::Protobuf };
            let limits = BatchLimits { records_max: 5, encoded_bytes_max: 400 };
            let batches = built(encoding, records.clone(), limits);
            let found: Vec<_> = batches.iter().flat_map(decoded).collect();
            let expected: Vec<_> = records.iter().map(oracle::expected).collect();
            proptest::prop_assert_eq!(found, expected);
        }

        #[test]
        fn our_protobuf_is_byte_for_byte_what_prost_writes(records in records()) {
            use prost::Message as _;
            let limits = BatchLimits { records_max: 100, encoded_bytes_max: 1 << 20 };
            for batch in built(Encoding::Protobuf, records, limits) {
                let request = opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest::decode(&*batch.body).unwrap();
                proptest::prop_assert_eq!(request.encode_to_vec(), batch.body.to_vec());
            }
        }

        #[test]
        fn halves_hold_the_same_records_in_the_same_order(records in records().prop_filter("two", |records| records.len() > 1), json in proptest::bool::ANY) {
            let encoding = if json { Encoding::Json } else { Encoding::Protobuf };
            let limits = BatchLimits { records_max: 100, encoded_bytes_max: 1 << 20 };
            let whole = built(encoding, records, limits).remove(0);
            let (left, right) = whole.halves().unwrap();
            let mut found = decoded(&left);
            found.extend(decoded(&right));
            proptest::prop_assert_eq!(found, decoded(&whole));
            let singles = |batch: &Batch| (0..batch.record_count()).map(|index| batch.record(index).to_vec()).collect::<Vec<_>>();
            let mut parts = singles(&left);
            parts.extend(singles(&right));
            proptest::prop_assert_eq!(parts, singles(&whole));
        }
    }
}

#[cfg(test)]
mod oracle;
