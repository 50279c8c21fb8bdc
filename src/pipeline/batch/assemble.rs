//! Encoded records and their runs → the body of a request: resources and scopes are put around them.
//!
//! Runs of one resource that follow each other share a `ResourceLogs`, each of them is a `ScopeLogs`. Our own records have the
//! batch's resource, or that of the service they name; what was OTLP already has the resource that it came with.

use std::sync::Arc;

use crate::otlp::payload::Labelled;
use crate::otlp::protobuf::{
    field_len, put_bytes, put_header, request, resource_logs, scope, scope_logs,
};
use crate::otlp::{Encoding, SCHEMA_URL, json};
use crate::pipeline::batch::{AROUND_BYTES, Batch, Envelope, RecordSpan, Run, RunScope, place};
use crate::pipeline::buffers::Buffers;

/// What is put together.
struct Parts<'b> {
    envelope: &'b Envelope,
    records: &'b [u8],
    spans: &'b [RecordSpan],
    runs: &'b [Run],
}

/// Puts resource and scopes around the records. `spans` are places in `records`; they leave as places in the body.
pub(super) fn assemble(
    envelope: &Arc<Envelope>,
    records: &[u8],
    (mut spans, runs): (Vec<RecordSpan>, Vec<Run>),
    buffers: &Buffers,
) -> Batch {
    let around: usize = runs.iter().map(|run| run.room_bytes(envelope)).sum();
    let mut body = buffers.take(records.len() + around + AROUND_BYTES);
    let mut moves = Vec::with_capacity(runs.len());
    let parts = Parts {
        envelope,
        records,
        spans: &spans,
        runs: &runs,
    };
    match envelope.encoding {
        Encoding::Protobuf => parts.write_protobuf(&mut body, &mut moves),
        Encoding::Json => parts.write_json(&mut body, &mut moves),
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
        source_end: 0,
        runs,
        envelope: Arc::clone(envelope),
    }
}

impl<'b> Parts<'b> {
    /// Runs of one resource, each with the bytes of its records without framing behind the last of them.
    fn resources(&self) -> impl Iterator<Item = (&'b Labelled, Vec<(&'b RunScope, &'b [u8])>)> {
        let runs = self.runs.iter().enumerate().map(|(index, run)| {
            let next = self.runs.get(index + 1);
            let next = next.map_or(self.spans.len(), |next| next.first);
            let range = self.spans[run.first].start as usize..self.spans[next - 1].end as usize;
            (run, &self.records[range])
        });
        let mut runs = runs.peekable();
        std::iter::from_fn(move || {
            let (first, bytes) = runs.next()?;
            let resource = first.resource(self.envelope);
            let mut group = vec![(&first.scope, bytes)];
            while let Some((run, bytes)) =
                runs.next_if(|(run, _)| run.resource(self.envelope) == resource)
            {
                group.push((&run.scope, bytes));
            }
            Some((&**resource, group))
        })
    }

    fn write_protobuf(&self, body: &mut Vec<u8>, moves: &mut Vec<u32>) {
        for (resource, runs) in self.resources() {
            let scope_logs_len = |scope: &RunScope, bytes: &[u8]| {
                scope.protobuf_len() + bytes.len() + text_len(scope.schema_url())
            };
            let scopes_len: usize = runs
                .iter()
                .map(|(scope, bytes)| field_len(scope_logs_len(scope, bytes)))
                .sum();
            let length = resource.bytes.len() + scopes_len + text_len(&resource.schema_url);
            put_header(body, request::RESOURCE_LOGS, length);
            body.extend_from_slice(&resource.bytes);
            for (scope, bytes) in runs {
                put_header(
                    body,
                    resource_logs::SCOPE_LOGS,
                    scope_logs_len(scope, bytes),
                );
                scope.put_protobuf(body);
                moves.push(place(body.len()));
                body.extend_from_slice(bytes);
                put_text(body, scope_logs::SCHEMA_URL, scope.schema_url());
            }
            put_text(body, resource_logs::SCHEMA_URL, &resource.schema_url);
        }
    }

    fn write_json(&self, body: &mut Vec<u8>, moves: &mut Vec<u32>) {
        body.extend_from_slice(b"{\"resourceLogs\":[");
        for (index, (resource, runs)) in self.resources().enumerate() {
            body.extend_from_slice(if index > 0 { b",{" } else { b"{" });
            if !resource.bytes.is_empty() {
                body.extend_from_slice(b"\"resource\":");
                body.extend_from_slice(&resource.bytes);
                body.push(b',');
            }
            body.extend_from_slice(b"\"scopeLogs\":[");
            for (index, (scope, bytes)) in runs.into_iter().enumerate() {
                body.extend_from_slice(if index > 0 { b",{" } else { b"{" });
                scope.push_json(body);
                body.extend_from_slice(b"\"logRecords\":[");
                moves.push(place(body.len()));
                body.extend_from_slice(bytes);
                body.push(b']');
                push_schema_url(body, scope.schema_url());
                body.push(b'}');
            }
            body.push(b']');
            push_schema_url(body, &resource.schema_url);
            body.push(b'}');
        }
        body.extend_from_slice(b"]}");
    }
}

impl Run {
    pub(super) fn resource<'b>(&'b self, envelope: &'b Envelope) -> &'b Arc<Labelled> {
        match &self.scope {
            RunScope::Named(_) => &envelope.resource,
            RunScope::Foreign(resource, _) => resource,
            RunScope::Given(around) => &around.resource,
        }
    }

    /// Enough for what stands around it.
    fn room_bytes(&self, envelope: &Envelope) -> usize {
        let resource = match &self.scope {
            RunScope::Named(_) if self.first > 0 => 0,
            _ => self.resource(envelope).room_bytes(),
        };
        resource + self.scope_bytes() + 2 * AROUND_BYTES
    }

    /// Enough for its scope.
    pub(super) fn scope_bytes(&self) -> usize {
        match &self.scope {
            RunScope::Named(name) | RunScope::Foreign(_, name) => name.len(),
            RunScope::Given(around) => around.scope.room_bytes(),
        }
    }
}

impl RunScope {
    fn schema_url(&self) -> &str {
        match self {
            RunScope::Named(_) | RunScope::Foreign(..) => SCHEMA_URL,
            RunScope::Given(around) => &around.scope.schema_url,
        }
    }

    fn protobuf_len(&self) -> usize {
        match self {
            RunScope::Named(name) | RunScope::Foreign(_, name) if name.is_empty() => 0,
            RunScope::Named(name) | RunScope::Foreign(_, name) => field_len(field_len(name.len())),
            RunScope::Given(around) => around.scope.bytes.len(),
        }
    }

    fn put_protobuf(&self, body: &mut Vec<u8>) {
        match self {
            RunScope::Named(name) | RunScope::Foreign(_, name) if name.is_empty() => {}
            RunScope::Named(name) | RunScope::Foreign(_, name) => {
                put_header(body, scope_logs::SCOPE, field_len(name.len()));
                put_bytes(body, scope::NAME, name.as_bytes());
            }
            RunScope::Given(around) => body.extend_from_slice(&around.scope.bytes),
        }
    }

    /// Writes the member and the comma behind it.
    fn push_json(&self, body: &mut Vec<u8>) {
        match self {
            RunScope::Named(name) | RunScope::Foreign(_, name) if name.is_empty() => {}
            RunScope::Named(name) | RunScope::Foreign(_, name) => {
                body.extend_from_slice(b"\"scope\":{\"name\":");
                json::push_string(body, name);
                body.extend_from_slice(b"},");
            }
            RunScope::Given(around) if around.scope.bytes.is_empty() => {}
            RunScope::Given(around) => {
                body.extend_from_slice(b"\"scope\":");
                body.extend_from_slice(&around.scope.bytes);
                body.push(b',');
            }
        }
    }
}

/// How many bytes a text field takes; none for an empty one.
fn text_len(text: &str) -> usize {
    if text.is_empty() {
        0
    } else {
        field_len(text.len())
    }
}

fn put_text(body: &mut Vec<u8>, tag: u8, text: &str) {
    if !text.is_empty() {
        put_bytes(body, tag, text.as_bytes());
    }
}

fn push_schema_url(body: &mut Vec<u8>, schema_url: &str) {
    if !schema_url.is_empty() {
        body.extend_from_slice(b",\"schemaUrl\":");
        json::push_string(body, schema_url);
    }
}
