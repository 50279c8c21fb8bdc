//! The messages of `/v1/traces`, as far as a span of ours needs them.
//!
//! They are written out here because the feature of `opentelemetry-proto` that holds them brings the whole tracing SDK and its random
//! numbers along: 27 crates for four messages. What other messages use is theirs.
//!
//! Spec: OTLP 1.11, `opentelemetry/proto/trace/v1/trace.proto`.

use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

/// `ExportTraceServiceRequest`
#[derive(Clone, PartialEq, Message)]
pub struct ExportTraceServiceRequest {
    /// One entry for each resource.
    #[prost(message, repeated, tag = "1")]
    pub resource_spans: Vec<ResourceSpans>,
}

/// The spans of one resource.
#[derive(Clone, PartialEq, Message)]
pub struct ResourceSpans {
    /// Who made them.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// One entry for each scope.
    #[prost(message, repeated, tag = "2")]
    pub scope_spans: Vec<ScopeSpans>,
    /// Whose names the attributes of the resource are.
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

/// The spans of one scope.
#[derive(Clone, PartialEq, Message)]
pub struct ScopeSpans {
    /// Which part of the program made them.
    #[prost(message, optional, tag = "1")]
    pub scope: Option<InstrumentationScope>,
    /// The spans.
    #[prost(message, repeated, tag = "2")]
    pub spans: Vec<Span>,
    /// Whose names the attributes of the spans are.
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

/// How a span ended.
#[derive(Clone, PartialEq, Message)]
pub struct SpanStatus {
    /// What is to be said about it; only errors have something.
    #[prost(string, tag = "2")]
    pub message: String,
    /// 0 is unset, 1 ok, 2 an error.
    #[prost(int32, tag = "3")]
    pub code: i32,
}

/// One span. Its events and links are not read.
#[derive(Clone, PartialEq, Message)]
pub struct Span {
    /// 16 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub trace_id: Vec<u8>,
    /// 8 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub span_id: Vec<u8>,
    /// 8 bytes, or none for a root.
    #[prost(bytes = "vec", tag = "4")]
    pub parent_span_id: Vec<u8>,
    /// What was done.
    #[prost(string, tag = "5")]
    pub name: String,
    /// 1 is internal, 2 server, 3 client.
    #[prost(int32, tag = "6")]
    pub kind: i32,
    /// Unix nanoseconds.
    #[prost(fixed64, tag = "7")]
    pub start_time_unix_nano: u64,
    /// Unix nanoseconds.
    #[prost(fixed64, tag = "8")]
    pub end_time_unix_nano: u64,
    /// What is known of it.
    #[prost(message, repeated, tag = "9")]
    pub attributes: Vec<KeyValue>,
    /// How it ended.
    #[prost(message, optional, tag = "15")]
    pub status: Option<SpanStatus>,
    /// W3C trace flags.
    #[prost(fixed32, tag = "16")]
    pub flags: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_stand_at_their_numbers() {
        let span = Span {
            trace_id: vec![7; 16],
            span_id: vec![8; 8],
            name: "a".to_owned(),
            kind: 2,
            start_time_unix_nano: 1,
            status: Some(SpanStatus {
                code: 1,
                ..SpanStatus::default()
            }),
            flags: 1,
            ..Span::default()
        };
        let mut expected = vec![0x0a, 16];
        expected.extend([7; 16]);
        expected.extend([0x12, 8]);
        expected.extend([8; 8]);
        expected.extend([0x2a, 1, b'a', 0x30, 2, 0x39, 1, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend([0x7a, 2, 0x18, 1]);
        expected.extend([0x85, 0x01, 1, 0, 0, 0]);
        assert_eq!(span.encode_to_vec(), expected);
    }
}
