//! Why a request is not handed on, and what that is in HTTP.

use hyper::StatusCode;

use crate::base::units::ByteCount;
use crate::otlp::inflate::InflateError;
use crate::otlp::json_read::JsonReadError;
use crate::otlp::{Encoding, Signal};

/// A refused request: the reason, and the encoding to answer in once it is known.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) encoding: Option<Encoding>,
}

/// Why it is refused. The texts go to the client, so they hold nothing of ours.
#[derive(Debug, thiserror::Error)]
pub(super) enum Reason {
    #[error("nothing is served here; logs go to /v1/logs")]
    UnknownPath,
    #[error("{} is not served here: this receiver takes logs only", _0.path())]
    OtherSignal(Signal),
    #[error("only POST is served here")]
    Method,
    #[error("content type must be application/x-protobuf or application/json")]
    ContentType,
    #[error("the body is larger than {0}")]
    TooLarge(ByteCount),
    #[error("the body did not arrive in time")]
    TooSlow,
    #[error("the body ended early")]
    CutShort(#[source] hyper::Error),
    #[error(transparent)]
    Inflate(#[from] InflateError),
    #[error("cannot decode the body as protobuf")]
    Protobuf(#[from] prost::DecodeError),
    #[error("cannot decode the body as JSON")]
    Json(#[from] JsonReadError),
}

impl Refusal {
    /// Before the content type is known the answer is plain text.
    pub(super) fn plain(reason: Reason) -> Refusal {
        Refusal {
            reason,
            encoding: None,
        }
    }

    pub(super) fn encoded(reason: Reason, encoding: Encoding) -> Refusal {
        Refusal {
            reason,
            encoding: Some(encoding),
        }
    }
}

impl Reason {
    /// Whether the peer may still be sending the body, and in good faith.
    pub(super) fn leaves_body(&self) -> bool {
        !matches!(self, Reason::TooSlow | Reason::CutShort(_))
    }

    /// None of these is one of the four that clients retry: the same request would be refused again.
    pub(super) fn http_status(&self) -> StatusCode {
        match self {
            Reason::UnknownPath | Reason::OtherSignal(_) => StatusCode::NOT_FOUND,
            Reason::Method => StatusCode::METHOD_NOT_ALLOWED,
            Reason::ContentType | Reason::Inflate(InflateError::Unsupported { .. }) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Reason::TooLarge(_) | Reason::Inflate(InflateError::TooLarge { .. }) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Reason::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Reason::CutShort(_)
            | Reason::Inflate(InflateError::Malformed { .. })
            | Reason::Protobuf(_)
            | Reason::Json(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// The `google.rpc.Code` that goes with it.
    pub(super) fn rpc_code(&self) -> RpcCode {
        match self {
            Reason::TooSlow => RpcCode::DeadlineExceeded,
            Reason::TooLarge(_) | Reason::Inflate(InflateError::TooLarge { .. }) => {
                RpcCode::ResourceExhausted
            }
            _ => RpcCode::InvalidArgument,
        }
    }
}

/// The codes we send, with their numbers in `google/rpc/code.proto`.
#[derive(Debug, Clone, Copy)]
pub(super) enum RpcCode {
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    ResourceExhausted = 8,
    Unavailable = 14,
}
