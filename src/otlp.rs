//! The OpenTelemetry protocol: its nouns, its two wire encodings, and the answers servers give.
//!
//! Spec: OTLP 1.11, <https://opentelemetry.io/docs/specs/otlp/>.

pub mod answer;
pub mod compress;
pub mod drop_count;
pub mod framing;
pub mod json;
pub mod payload;
pub mod protobuf;
pub mod spans;

use std::fmt;

pub(crate) mod base64;
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
