//! An HTTP request → a decoded logs request, or why not.
//!
//! The order of the checks is that of their cost: path, method, headers, size, and only then the body. The body is
//! read frame by frame against its limit, whether or not it announced a length.
//!
//! Spec: OTLP 1.11, "OTLP/HTTP Request".

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, EXPECT, HeaderMap, HeaderName};
use hyper::http::request::Parts;
use hyper::{Method, Request};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message as _;

use crate::base::units::ByteCount;
use crate::otlp::inflate::{content_encoding, inflate};
use crate::otlp::json_read::read_request;
use crate::otlp::{Compression, Encoding, Signal};
use crate::receiver::refusal::{Reason, Refusal};
use crate::receiver::{Asked, Received, ReceiverLimits};

/// Reads one request to its end and decodes it.
pub(super) async fn receive(
    request: Request<Incoming>,
    limits: &ReceiverLimits,
) -> Result<Received, Refusal> {
    let (head, mut body) = request.into_parts();
    let received = read(&head, &mut body, limits).await;
    discard_rest(received, (&head, body), limits)
}

/// Reads one request of any kind to its end.
pub(super) async fn take(
    request: Request<Incoming>,
    limits: &ReceiverLimits,
) -> Result<Asked, Refusal> {
    let (head, mut body) = request.into_parts();
    let asked = read_any(&head, &mut body, limits).await;
    discard_rest(asked.map_err(Refusal::plain), (&head, body), limits)
}

async fn read_any(
    head: &Parts,
    body: &mut Incoming,
    limits: &ReceiverLimits,
) -> Result<Asked, Reason> {
    let compression = compression_of(&head.headers)?;
    let wire = read_body(body, limits).await?;
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = head.headers.iter();
    Ok(Asked {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect(),
        body: inflate(&wire, compression, limits.body_bytes_max)?.into_owned(),
    })
}

fn discard_rest<T>(
    received: Result<T, Refusal>,
    (head, body): (&Parts, Incoming),
    limits: &ReceiverLimits,
) -> Result<T, Refusal> {
    if let Err(refusal) = &received
        && refusal.reason.leaves_body()
        && !head.headers.contains_key(EXPECT)
    {
        tokio::spawn(discard(body, *limits));
    }
    received
}

async fn read(
    head: &Parts,
    body: &mut Incoming,
    limits: &ReceiverLimits,
) -> Result<Received, Refusal> {
    let signal = route(head).map_err(Refusal::plain)?;
    let encoding = header(&head.headers, &CONTENT_TYPE)
        .and_then(|value| Encoding::from_content_type(&value))
        .ok_or(Refusal::plain(Reason::ContentType))?;
    let refuse = |reason| Refusal::encoded(reason, encoding);
    let compression = compression_of(&head.headers).map_err(refuse)?;
    let wire = read_body(body, limits).await.map_err(refuse)?;
    let plain = inflate(&wire, compression, limits.body_bytes_max)
        .map_err(|error| refuse(Reason::Inflate(error)))?;
    Ok(Received {
        signal,
        request: decode(&plain, encoding).map_err(refuse)?,
        encoding,
        compression,
        body_bytes: ByteCount(plain.len() as u64),
        body: plain.into_owned(),
        wire_bytes: ByteCount(wire.len() as u64),
    })
}

fn route(head: &Parts) -> Result<Signal, Reason> {
    let signal = Signal::from_path(head.uri.path()).ok_or(Reason::UnknownPath)?;
    if head.method != Method::POST {
        return Err(Reason::Method);
    }
    match signal {
        Signal::Logs => Ok(signal),
        Signal::Metrics | Signal::Traces => Err(Reason::OtherSignal(signal)),
    }
}

/// All lines of a header as one, as HTTP reads them; `None` when there is none.
///
/// A letter outside ASCII is kept as something that matches nothing we know.
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

async fn read_body(body: &mut Incoming, limits: &ReceiverLimits) -> Result<Vec<u8>, Reason> {
    tokio::time::timeout(limits.body_wait_max, collect(body, limits.wire_bytes_max))
        .await
        .map_err(|_elapsed| Reason::TooSlow)?
}

async fn collect(body: &mut Incoming, bytes_max: ByteCount) -> Result<Vec<u8>, Reason> {
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

/// Reads what a refused request still sends, for a while.
///
/// The answer is on its way by now. Closing on a peer that still writes resets the connection, and the peer may lose
/// the answer: it would take "never again" for "try again".
async fn discard(mut body: Incoming, limits: ReceiverLimits) {
    let mut left = limits.body_bytes_max.as_usize();
    let rest = async {
        while let Some(Ok(frame)) = body.frame().await {
            match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
                Some(fewer) => left = fewer,
                None => break,
            }
        }
    };
    // Whether all of it came does not matter: dropping the body closes the connection.
    let _in_time = tokio::time::timeout(limits.body_wait_max, rest).await;
}

fn decode(body: &[u8], encoding: Encoding) -> Result<ExportLogsServiceRequest, Reason> {
    Ok(match encoding {
        Encoding::Protobuf => ExportLogsServiceRequest::decode(body)?,
        Encoding::Json => read_request(body)?,
    })
}
