//! An HTTP request → a decoded logs request, or why not.
//!
//! The order of the checks is that of their cost: path, method, headers, size, and only then the body. The body is
//! read frame by frame against its limit, whether or not it announced a length.
//!
//! Spec: OTLP 1.11, "OTLP/HTTP Request".

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName};
use hyper::{Method, Request};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message as _;

use crate::base::units::ByteCount;
use crate::otlp::inflate::{content_encoding, inflate};
use crate::otlp::json_read::read_request;
use crate::otlp::{Compression, Encoding, Signal};
use crate::receiver::refusal::{Reason, Refusal};
use crate::receiver::{Received, ReceiverLimits};

/// Reads one request to its end and decodes it.
pub(super) async fn receive(
    request: Request<Incoming>,
    limits: &ReceiverLimits,
) -> Result<Received, Refusal> {
    let signal = route(&request).map_err(Refusal::plain)?;
    let encoding = header(request.headers(), &CONTENT_TYPE)
        .and_then(|value| Encoding::from_content_type(&value))
        .ok_or(Refusal::plain(Reason::ContentType))?;
    let compression = compression_of(request.headers()).map_err(Refusal::plain)?;
    let wire = read_body(request.into_body(), limits)
        .await
        .map_err(|reason| Refusal::encoded(reason, encoding))?;
    let body = inflate(&wire, compression, limits.body_bytes_max)
        .map_err(|error| Refusal::encoded(error, encoding))?;
    let request = decode(&body, encoding).map_err(|reason| Refusal::encoded(reason, encoding))?;
    Ok(Received {
        signal,
        request,
        encoding,
        compression,
        body_bytes: ByteCount(body.len() as u64),
        wire_bytes: ByteCount(wire.len() as u64),
    })
}

fn route(request: &Request<Incoming>) -> Result<Signal, Reason> {
    let signal = Signal::from_path(request.uri().path()).ok_or(Reason::UnknownPath)?;
    if request.method() != Method::POST {
        return Err(Reason::Method);
    }
    match signal {
        Signal::Logs => Ok(signal),
        Signal::Metrics | Signal::Traces => Err(Reason::OtherSignal(signal)),
    }
}

/// All lines of a header as one, as HTTP reads them; `None` when there is none. Letters outside ASCII never match anything.
fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(|line| String::from_utf8_lossy(line.as_bytes()))
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

fn compression_of(headers: &HeaderMap) -> Result<Compression, Reason> {
    let encoding = header(headers, &CONTENT_ENCODING).unwrap_or_default();
    Ok(content_encoding(&encoding)?)
}

async fn read_body(body: Incoming, limits: &ReceiverLimits) -> Result<Vec<u8>, Reason> {
    tokio::time::timeout(limits.body_wait_max, collect(body, limits.wire_bytes_max))
        .await
        .map_err(|_elapsed| Reason::TooSlow)?
}

async fn collect(mut body: Incoming, bytes_max: ByteCount) -> Result<Vec<u8>, Reason> {
    // The lower bound is the announced length, 0 for a chunked body.
    if body.size_hint().lower() > bytes_max.0 {
        return Err(Reason::TooLarge(bytes_max));
    }
    let mut wire = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(Reason::CutShort)?;
        // A frame without data is a trailer, and OTLP has none.
        let Some(data) = frame.data_ref() else {
            continue;
        };
        if data.len() > bytes_max.as_usize() - wire.len() {
            return Err(Reason::TooLarge(bytes_max));
        }
        wire.extend_from_slice(data);
    }
    Ok(wire)
}

fn decode(body: &[u8], encoding: Encoding) -> Result<ExportLogsServiceRequest, Reason> {
    Ok(match encoding {
        Encoding::Protobuf => ExportLogsServiceRequest::decode(body)?,
        Encoding::Json => read_request(body)?,
    })
}
