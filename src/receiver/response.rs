//! A reply or a refusal → an HTTP response in the request's own encoding.
//!
//! Success is an `ExportLogsServiceResponse`, everything else a `google.rpc.Status`; before the encoding is known,
//! plain text.
//!
//! Spec: OTLP 1.11, "OTLP/HTTP Response"; `google/rpc/status.proto`.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsPartialSuccess;
use prost::Message;
use serde_json::json;

use crate::base::causes;
use crate::otlp::Encoding;
use crate::otlp::answer::success_body;
use crate::receiver::refusal::{Reason, Refusal, RpcCode};
use crate::receiver::{Answered, Reply};

/// The longest message we send back: a client may have to keep it in a log line.
const MESSAGE_CHARS_MAX: usize = 1_000;

/// `google.rpc.Status` without its details.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Status {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}

/// The answer to a request that the handler has seen.
pub(super) fn of_reply(reply: Reply, encoding: Encoding) -> Response<Full<Bytes>> {
    match reply {
        Reply::Accepted => {
            let body = success_body(encoding, None);
            response(StatusCode::OK, encoding.content_type(), body)
        }
        Reply::Partial { rejected, message } => {
            let partial = ExportLogsPartialSuccess {
                rejected_log_records: i64::try_from(rejected).unwrap_or(i64::MAX),
                error_message: message,
            };
            let body = success_body(encoding, Some(partial));
            response(StatusCode::OK, encoding.content_type(), body)
        }
        Reply::Unavailable { retry_after } => {
            let message = "not ready for more; send it again later".to_owned();
            let body = status_body(RpcCode::Unavailable, message, encoding);
            let content_type = encoding.content_type();
            let mut response = response(StatusCode::SERVICE_UNAVAILABLE, content_type, body);
            let part = u64::from(retry_after.subsec_nanos() > 0);
            let seconds = retry_after.as_secs().saturating_add(part);
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
    }
}

/// An answer that was made elsewhere.
pub(super) fn of_answer(answer: Answered) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    let status = StatusCode::from_u16(answer.status);
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &answer.headers {
        let pair = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = pair {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// The answer to a request that the handler never sees.
pub(super) fn of_refusal(refusal: &Refusal) -> Response<Full<Bytes>> {
    let reason = &refusal.reason;
    // A length that is sure to be read.
    let message = causes::in_one_line(reason);
    let message = message.chars().take(MESSAGE_CHARS_MAX).collect::<String>();
    let (content_type, body) = match refusal.encoding {
        Some(encoding) => (
            encoding.content_type(),
            status_body(reason.rpc_code(), message, encoding),
        ),
        None => ("text/plain; charset=utf-8", message.into_bytes()),
    };
    let mut response = response(reason.http_status(), content_type, body);
    if matches!(reason, Reason::Method) {
        let headers = response.headers_mut();
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

fn status_body(code: RpcCode, message: String, encoding: Encoding) -> Vec<u8> {
    let code = code as i32;
    match encoding {
        Encoding::Protobuf => Status { code, message }.encode_to_vec(),
        Encoding::Json => json!({"code": code, "message": message})
            .to_string()
            .into_bytes(),
    }
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: Vec<u8>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
