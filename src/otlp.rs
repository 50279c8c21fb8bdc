//! The OpenTelemetry protocol: its nouns, its two wire encodings, and the answers servers give.
//!
//! [`Payload`] is the waist of the program: left of it we make only right ones, right of it we carry anyone's.
//!
//! Spec: OTLP 1.11, <https://opentelemetry.io/docs/specs/otlp/>.

pub mod answer;
pub mod compress;
pub mod json;
pub mod protobuf;

use std::fmt;

use bytes::Bytes;

mod base64;
pub mod inflate;
pub mod json_logs;
pub mod json_read;

/// The semantic conventions our attribute names are taken from.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.44.0";

/// What a payload carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// `ExportLogsServiceRequest`
    Logs,
    /// `ExportMetricsServiceRequest`
    Metrics,
    /// `ExportTraceServiceRequest`
    Traces,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Signal; 3] = [Signal::Logs, Signal::Metrics, Signal::Traces];

    /// The OTLP/HTTP path, relative to the endpoint.
    pub fn path(self) -> &'static str {
        match self {
            Signal::Logs => "/v1/logs",
            Signal::Metrics => "/v1/metrics",
            Signal::Traces => "/v1/traces",
        }
    }

    /// The signal of a request path.
    pub fn from_path(path: &str) -> Option<Signal> {
        Signal::ALL.into_iter().find(|signal| signal.path() == path)
    }
}

/// How a payload is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Binary protobuf, `http/protobuf`.
    Protobuf,
    /// OTLP/JSON, `http/json`.
    Json,
}

impl Encoding {
    /// The media type, bare: some receivers compare it exactly.
    pub fn content_type(self) -> &'static str {
        match self {
            Encoding::Protobuf => "application/x-protobuf",
            Encoding::Json => "application/json",
        }
    }

    /// The encoding of a `Content-Type` header, parameters ignored.
    pub fn from_content_type(header: &str) -> Option<Encoding> {
        let media_type = header.split(';').next().unwrap_or_default().trim();
        [Encoding::Protobuf, Encoding::Json]
            .into_iter()
            .find(|encoding| media_type.eq_ignore_ascii_case(encoding.content_type()))
    }

    /// The value of `OTEL_EXPORTER_OTLP_PROTOCOL` and `--protocol`.
    pub fn protocol(self) -> &'static str {
        match self {
            Encoding::Protobuf => "http/protobuf",
            Encoding::Json => "http/json",
        }
    }
}

/// How a payload's bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// As they are.
    None,
    /// `Content-Encoding: gzip`; every OTLP server must read it.
    Gzip,
    /// `Content-Encoding: zstd`; some servers read it.
    Zstd,
}

impl Compression {
    /// The `Content-Encoding` value, `None` for plain bytes.
    pub fn content_encoding(self) -> Option<&'static str> {
        match self {
            Compression::None => None,
            Compression::Gzip => Some("gzip"),
            Compression::Zstd => Some("zstd"),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.content_encoding().unwrap_or("none"))
    }
}

/// One request's body, ready for the wire.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The body as it goes out, compressed as `compression` says.
    pub bytes: Bytes,
    /// What it carries.
    pub signal: Signal,
    /// How it is written.
    pub encoding: Encoding,
    /// How it is compressed.
    pub compression: Compression,
    /// How many records it holds.
    pub record_count: u32,
}
