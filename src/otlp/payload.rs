//! Logs that are OTLP already: one request of a file → its records, each of which can be written again as it is, in either encoding.
//!
//! What stands around the records, resource and scope, is kept encoded in an [`Around`], which neighbours share. A request of another
//! signal is told apart and not read.
//!
//! Limits: a request is read whole, so it has at most [`PAYLOAD_BYTES_MAX`] bytes.
//! Deviation: fields that the messages do not have yet are lost.

use std::sync::Arc;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;

use crate::base::secret::shape::{hide, hide_text, may_be_in};
use crate::otlp::protobuf::{resource_logs, scope_logs};
use crate::otlp::{Encoding, framing, json_logs, json_read};

/// Most bytes of one request in a file: more than any receiver takes of one.
pub const PAYLOAD_BYTES_MAX: usize = 32 << 20;

/// The first key of a request, and whether it carries logs.
const JSON_KEYS: [(&[u8], Carries); 4] = [
    (b"\"resourceLogs\"", Carries::Logs),
    (b"\"resourceSpans\"", Carries::Others),
    (b"\"resourceMetrics\"", Carries::Others),
    (b"\"resourceProfiles\"", Carries::Others),
];

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// Log records.
    Logs,
    /// Traces, metrics or profiles.
    Others,
}

/// What a piece of a file is.
#[derive(Debug)]
pub enum Read {
    /// A request with logs.
    Logs(Payload),
    /// A request of another signal.
    Others,
    /// A request that cannot be decoded.
    Broken,
}

/// One request, read, and how many tokens were hidden in it.
#[derive(Debug)]
pub struct Payload(ExportLogsServiceRequest, u64);

/// The records of one scope of one resource.
#[derive(Debug, Clone, Copy)]
pub struct GivenScope<'p> {
    resource: &'p ResourceLogs,
    scope: &'p ScopeLogs,
}

/// One record as it was given.
#[derive(Debug, Clone, Copy)]
pub struct GivenRecord<'p>(&'p LogRecord);

/// What stands around records, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// That of the resource.
    pub resource: Arc<Labelled>,
    /// That of the scope.
    pub scope: Labelled,
}

/// A resource or a scope, and the schema of its attributes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labelled {
    /// A protobuf field, or a JSON object; empty when there is none.
    pub bytes: Vec<u8>,
    /// Empty when there is none.
    pub schema_url: String,
}

impl Labelled {
    /// Enough for its bytes and its schema.
    pub fn room_bytes(&self) -> usize {
        self.bytes.len() + self.schema_url.len()
    }
}

/// Tells a request by the first key of a JSON object; `None` for any other object.
#[inline]
pub fn json_carries(text: &[u8]) -> Option<Carries> {
    let rest = text.strip_prefix(b"{")?.trim_ascii_start();
    let known = JSON_KEYS.iter().find(|(key, _)| rest.starts_with(key));
    known.map(|(_, carries)| *carries)
}

/// Reads a request in OTLP/JSON that [`json_carries`] told.
pub fn read_json(text: &[u8], carries: Carries) -> Read {
    match carries {
        Carries::Others => Read::Others,
        Carries::Logs => json_read::read_request(text)
            .map_or(Read::Broken, |request| Read::Logs(Payload(request, 0))),
    }
}

/// Reads a request in protobuf.
pub fn read_protobuf(message: &[u8]) -> Read {
    match ExportLogsServiceRequest::decode(message) {
        Ok(request) if has_sound_ids(&request) => {
            let mut payload = Payload(request, 0);
            if may_be_in(message) {
                payload.hide_tokens();
            }
            Read::Logs(payload)
        }
        Err(_) if framing::carries(message) == Some(Carries::Others) => Read::Others,
        _ => Read::Broken,
    }
}

/// Whether every id has its length or none: receivers refuse the whole request otherwise.
fn has_sound_ids(request: &ExportLogsServiceRequest) -> bool {
    let scopes = request.resource_logs.iter().flat_map(|it| &it.scope_logs);
    scopes.flat_map(|scope| &scope.log_records).all(|record| {
        matches!(record.trace_id.len(), 0 | 16) && matches!(record.span_id.len(), 0 | 8)
    })
}

impl Payload {
    /// Its scopes that have records, in order.
    pub fn scopes(&self) -> impl Iterator<Item = GivenScope<'_>> {
        self.0.resource_logs.iter().flat_map(|resource| {
            let scopes = resource.scope_logs.iter();
            scopes
                .filter(|scope| !scope.log_records.is_empty())
                .map(move |scope| GivenScope { resource, scope })
        })
    }
}

impl Payload {
    /// How many Logfire tokens were hidden in it, as far as its bytes were not looked through before.
    pub fn tokens_hidden(&self) -> u64 {
        self.1
    }

    /// Hides the Logfire tokens in all its texts.
    fn hide_tokens(&mut self) {
        let mut count = 0;
        for logs in &mut self.0.resource_logs {
            let resource = logs.resource.iter_mut();
            count += hide_all(resource.flat_map(|it| &mut it.attributes));
            for scope in &mut logs.scope_logs {
                if let Some(scope) = &mut scope.scope {
                    count += hide_text(&mut scope.name) + hide_text(&mut scope.version);
                    count += hide_all(&mut scope.attributes);
                }
                for record in &mut scope.log_records {
                    count += hide_text(&mut record.severity_text);
                    count += hide_text(&mut record.event_name);
                    count += record.body.as_mut().map_or(0, hide_in_value);
                    count += hide_all(&mut record.attributes);
                }
            }
        }
        self.1 = count;
    }
}

fn hide_all<'p>(pairs: impl IntoIterator<Item = &'p mut KeyValue>) -> u64 {
    let hide = |pair: &mut KeyValue| {
        hide_text(&mut pair.key) + pair.value.as_mut().map_or(0, hide_in_value)
    };
    pairs.into_iter().map(hide).sum()
}

/// The decoder has limited how deep values are nested.
fn hide_in_value(value: &mut AnyValue) -> u64 {
    match &mut value.value {
        Some(any_value::Value::StringValue(text)) => hide_text(text),
        Some(any_value::Value::BytesValue(bytes)) => hide(bytes),
        Some(any_value::Value::ArrayValue(list)) => list.values.iter_mut().map(hide_in_value).sum(),
        Some(any_value::Value::KvlistValue(map)) => hide_all(&mut map.values),
        _ => 0,
    }
}

impl<'p> GivenScope<'p> {
    /// What stands around its records; the one before it is shared as far as it is the same.
    pub fn around(&self, encoding: Encoding, before: Option<&Arc<Around>>) -> Arc<Around> {
        let mut around = Around {
            resource: Arc::new(labelled_resource(self.resource, encoding)),
            scope: labelled_scope(self.scope, encoding),
        };
        match before {
            Some(before) if **before == around => return Arc::clone(before),
            Some(before) if before.resource == around.resource => {
                around.resource = Arc::clone(&before.resource);
            }
            _ => {}
        }
        Arc::new(around)
    }

    /// Its records, in order.
    pub fn records(&self) -> impl Iterator<Item = GivenRecord<'p>> + use<'p> {
        self.scope.log_records.iter().map(GivenRecord)
    }
}

impl GivenRecord<'_> {
    /// When it happened; 0 when it does not say.
    pub fn time_unix_nano(&self) -> u64 {
        self.0.time_unix_nano
    }

    /// How severe it is; 0 when it does not say, and any number by mistake.
    pub fn severity_number(&self) -> i32 {
        self.0.severity_number
    }

    /// Writes it, framed as its encoding needs it in a batch: a protobuf field, or a JSON object with a comma behind it.
    pub fn write(&self, encoding: Encoding, out: &mut Vec<u8>) {
        match encoding {
            Encoding::Protobuf => put_field(out, scope_logs::LOG_RECORDS, self.0),
            Encoding::Json => {
                json_logs::write_record(self.0, out);
                out.push(b',');
            }
        }
    }
}

fn labelled_resource(logs: &ResourceLogs, encoding: Encoding) -> Labelled {
    let mut bytes = Vec::new();
    if let Some(resource) = &logs.resource {
        match encoding {
            Encoding::Protobuf => put_field(&mut bytes, resource_logs::RESOURCE, resource),
            Encoding::Json => json_logs::write_resource(resource, &mut bytes),
        }
    }
    Labelled {
        bytes,
        schema_url: logs.schema_url.clone(),
    }
}

fn labelled_scope(logs: &ScopeLogs, encoding: Encoding) -> Labelled {
    let mut bytes = Vec::new();
    if let Some(scope) = &logs.scope {
        match encoding {
            Encoding::Protobuf => put_field(&mut bytes, scope_logs::SCOPE, scope),
            Encoding::Json => json_logs::write_scope(scope, &mut bytes),
        }
    }
    Labelled {
        bytes,
        schema_url: logs.schema_url.clone(),
    }
}

/// Writes a message as a field.
fn put_field(out: &mut Vec<u8>, tag: u8, message: &impl prost::Message) {
    crate::otlp::protobuf::put_header(out, tag, message.encoded_len());
    message.encode_raw(out);
}
