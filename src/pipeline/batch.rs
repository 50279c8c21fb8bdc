//! Encoded records → one request body, and the places of the records in it.
//!
//! A batch keeps for each record where it lies in the body and its severity, and for each run of records with the same service and
//! scope where the run begins and what stands around it. So a part of a batch is assembled by copying bytes; nothing is encoded twice.
//! Records keep their order: when the scope changes, a new `ScopeLogs` begins, and when the service does, a new `ResourceLogs`.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::base::units::UnixNanos;
use crate::otlp::payload::{Around, GivenRecord, Labelled};
use crate::otlp::protobuf::{put_bytes, resource_logs};
use crate::otlp::{Encoding, SCHEMA_URL};
use crate::pipeline::batch::assemble::assemble;
use crate::pipeline::batch::services::Services;
use crate::pipeline::buffers::Buffers;
use crate::pipeline::encode::{self, Constants};
use crate::record::{Attribute, Record, SeverityClass, SeverityNumber};

mod assemble;
mod merge;
mod services;

/// Most bytes around a scope's records beside its name, and around a resource's scopes: keys, lengths, the schema URL.
const AROUND_BYTES: usize = 128;

const SERVICE_NAME: &str = "service.name";

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
    resource: Arc<Labelled>,
    /// What stands in the resource of a service that a record names itself; `None` when such names do not count.
    beside_service: Option<Vec<Attribute<'static>>>,
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
#[derive(Debug, Clone)]
struct Run {
    first: usize,
    scope: RunScope,
}

/// What stands around the records of a run.
#[derive(Debug, Clone)]
enum RunScope {
    /// The batch's own resource, and a logger's name.
    Named(Box<str>),
    /// The resource of another service or another source, and a logger's name.
    Foreign(Arc<Labelled>, Box<str>),
    /// What the records came with.
    Given(Arc<Around>),
}

/// One request's body, not compressed yet.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The body.
    pub body: Bytes,
    /// Its records, in order.
    pub spans: Vec<RecordSpan>,
    /// Up to where its source is resolved once this batch and all before it are.
    pub source_end: u64,
    runs: Vec<Run>,
    envelope: Arc<Envelope>,
}

impl Envelope {
    /// Encodes a resource.
    pub fn new(encoding: Encoding, attributes: &[Attribute<'_>]) -> Envelope {
        Envelope {
            encoding,
            resource: encoded(encoding, attributes),
            beside_service: None,
        }
    }

    /// The same for a source whose records may name their services: a record that does gets its own `service.name` in place of the
    /// one that is given here.
    pub fn of_services(encoding: Encoding, mut attributes: Vec<Attribute<'static>>) -> Envelope {
        let envelope = Envelope::new(encoding, &attributes);
        attributes.retain(|attribute| attribute.key != SERVICE_NAME);
        Envelope {
            beside_service: Some(attributes),
            ..envelope
        }
    }

    /// The resource of a service that a record names; `None` when such names do not count.
    fn resource_of(&self, service: &str) -> Option<Arc<Labelled>> {
        let mut attributes = vec![Attribute::text(SERVICE_NAME, service)];
        attributes.extend(self.beside_service.as_ref()?.iter().cloned());
        Some(encoded(self.encoding, &attributes))
    }
}

fn encoded(encoding: Encoding, attributes: &[Attribute<'_>]) -> Arc<Labelled> {
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
    Arc::new(Labelled {
        bytes: resource,
        schema_url: SCHEMA_URL.to_owned(),
    })
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
    /// What resources and scopes will add to the records, at most.
    around_bytes: usize,
    services: Services,
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
            services: Services::default(),
        }
    }

    /// How it writes.
    pub fn encoding(&self) -> Encoding {
        self.envelope.encoding
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
        let (closed, start) = self.make_room(start);
        if record.service.is_empty() {
            let continues = |run: &Run| matches!(&run.scope, RunScope::Named(name) if is_same(name, &record.scope));
            if !self.runs.last().is_some_and(continues) {
                self.begin_named(RunScope::Named(record.scope.as_ref().into()));
            }
        } else {
            self.continue_service(record);
        }
        self.push_span(start, SeverityClass::of(record.severity_number));
        closed
    }

    /// Encodes a record that is OTLP already, as it is. Returns the batch that had to be closed for it, if any.
    pub fn push_given(&mut self, record: GivenRecord<'_>, around: &Arc<Around>) -> Option<Batch> {
        let start = self.records.len();
        record.write(self.envelope.encoding, &mut self.records);
        let (closed, start) = self.make_room(start);
        let continues =
            |run: &Run| matches!(&run.scope, RunScope::Given(given) if Arc::ptr_eq(given, around));
        if !self.runs.last().is_some_and(continues) {
            let bytes = around.resource.room_bytes() + around.scope.room_bytes() + AROUND_BYTES;
            self.begin_run(RunScope::Given(Arc::clone(around)), bytes);
        }
        self.push_span(start, class_of_given(record));
        closed
    }

    /// Closes the batch when the record that was written at `start` is too much for it; tells where that record stands now.
    #[inline]
    fn make_room(&mut self, start: usize) -> (Option<Batch>, usize) {
        let over = self.records.len() + self.around_bytes > self.limits.encoded_bytes_max
            || self.spans.len() >= self.limits.records_max;
        if !over || self.spans.is_empty() {
            return (None, start);
        }
        (Some(self.close_before(start)), 0)
    }

    /// Begins a run for a record that names its service, unless it continues the one before it.
    fn continue_service(&mut self, record: &Record<'_>) {
        let name = &record.scope;
        let Some(resource) = self.services.resource(&self.envelope, &record.service) else {
            let continues =
                |run: &Run| matches!(&run.scope, RunScope::Named(held) if is_same(held, name));
            if !self.runs.last().is_some_and(continues) {
                self.begin_named(RunScope::Named(name.as_ref().into()));
            }
            return;
        };
        let continues = |run: &Run| matches!(&run.scope, RunScope::Foreign(held, scope) if Arc::ptr_eq(held, resource) && is_same(scope, name));
        if !self.runs.last().is_some_and(continues) {
            let scope = RunScope::Foreign(Arc::clone(resource), name.as_ref().into());
            self.begin_named(scope);
        }
    }

    /// Begins a run of a logger, and a resource when it is not that of the run before.
    fn begin_named(&mut self, scope: RunScope) {
        let run = Run {
            first: self.spans.len(),
            scope,
        };
        let resource = run.resource(&self.envelope);
        let before = self.runs.last();
        if !before.is_some_and(|before| before.resource(&self.envelope) == resource) {
            self.around_bytes += resource.bytes.len() + AROUND_BYTES;
        }
        self.around_bytes += run.scope_bytes() + AROUND_BYTES;
        self.runs.push(run);
    }

    fn begin_run(&mut self, scope: RunScope, bytes: usize) {
        self.around_bytes += bytes + AROUND_BYTES;
        self.runs.push(Run {
            first: self.spans.len(),
            scope,
        });
    }

    #[inline]
    fn push_span(&mut self, start: usize, class: SeverityClass) {
        let end = self.records.len() - usize::from(self.envelope.encoding == Encoding::Json);
        self.spans.push(RecordSpan {
            start: place(start),
            end: place(end),
            class,
        });
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
        self.around_bytes = 0;
        let records = &self.records[..start];
        let batch = assemble(&self.envelope, records, (spans, runs), &self.buffers);
        self.records.drain(..start);
        batch
    }

    /// How many attributes each record gets beside its own.
    pub fn constant_count(&self) -> usize {
        self.constants.count()
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

/// How severe a record is that is OTLP already.
pub fn class_of_given(record: GivenRecord<'_>) -> SeverityClass {
    let number = u8::try_from(record.severity_number()).unwrap_or(0);
    SeverityClass::of(SeverityNumber::new(number))
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
                .map(|(_, scope, record)| {
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

    #[test]
    fn a_service_that_changes_and_returns_has_a_resource_each_time() {
        let of = |service: &'static str, scope: &'static str| Record {
            service: service.into(),
            scope: scope.into(),
            ..Record::default()
        };
        let records = vec![
            of("", ""),
            of("a", "a"),
            of("a", "x"),
            of("b", "x"),
            of("a", "a"),
        ];
        let limits = BatchLimits {
            records_max: 100,
            encoded_bytes_max: 1 << 20,
        };
        for encoding in [Encoding::Protobuf, Encoding::Json] {
            let batch = built(encoding, records.clone(), limits).remove(0);
            let heads = |batch: &Batch| {
                let records = decoded(batch).into_iter();
                let heads = records.map(|(service, scope, _)| format!("{service}/{scope}"));
                heads.collect::<Vec<_>>()
            };
            assert_eq!(heads(&batch), ["s/", "a/a", "a/x", "b/x", "a/a"]);
            let (left, right) = batch.halves().unwrap();
            assert_eq!(heads(&left), ["s/", "a/a"]);
            assert_eq!(heads(&right), ["a/x", "b/x", "a/a"]);
            let odd = batch.only(|index| index % 2 == 1).unwrap();
            assert_eq!(heads(&odd), ["a/a", "b/x"]);
            let merged = Batch::merged(vec![right, left]).unwrap();
            assert_eq!(heads(&merged), ["a/x", "b/x", "a/a", "s/", "a/a"]);
        }
    }

    #[test]
    fn the_bytes_of_resources_count_for_the_limit() {
        let of = |service: &'static str| Record {
            service: service.into(),
            ..Record::default()
        };
        let limits = BatchLimits {
            records_max: 100,
            encoded_bytes_max: 2_000,
        };
        for encoding in [Encoding::Protobuf, Encoding::Json] {
            let records = (0..80).map(|index| of(["a", "b"][index % 2])).collect();
            for batch in built(encoding, records, limits) {
                assert!(batch.body.len() <= 2_000, "{}", batch.body.len());
            }
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
#[cfg(test)]
pub(crate) use oracle::{built, records};
