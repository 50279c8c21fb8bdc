//! What an OTLP server answers, read and written: a success, a partial one, a `google.rpc.Status`, or something that no OTLP server says.

use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceResponse,
};
use prost::Message as _;
use serde_json::json;

use crate::otlp::Encoding;

/// `google.rpc.Status`, of which servers are asked to send the message.
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// What a success says about its records.
///
/// Spec: OTLP, "Partial Success".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartialSuccess {
    /// Records the server did not take.
    pub rejected: u64,
    /// Why, or a warning when nothing was rejected.
    pub message: String,
}

/// Reads the body of a 2xx. A body that cannot be read counts as a full success: a 2xx is never resent.
pub fn partial_success(encoding: Encoding, body: &[u8]) -> PartialSuccess {
    let found = match encoding {
        Encoding::Protobuf => from_protobuf(body),
        Encoding::Json => from_json(body),
    };
    found.unwrap_or_default()
}

fn from_protobuf(body: &[u8]) -> Option<PartialSuccess> {
    let partial = ExportLogsServiceResponse::decode(body)
        .ok()?
        .partial_success?;
    Some(PartialSuccess {
        rejected: u64::try_from(partial.rejected_log_records).unwrap_or(0),
        message: partial.error_message,
    })
}

fn from_json(body: &[u8]) -> Option<PartialSuccess> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let partial = answer.get("partialSuccess")?;
    let rejected = partial
        .get("rejectedLogRecords")
        .and_then(|count| count.as_u64().or_else(|| count.as_str()?.parse().ok()));
    let message = partial
        .get("errorMessage")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    Some(PartialSuccess {
        rejected: rejected.unwrap_or(0),
        message: message.to_owned(),
    })
}

/// The body of a success. The three messages of success have the same fields at the same numbers.
pub fn success_body(encoding: Encoding, partial: Option<ExportLogsPartialSuccess>) -> Vec<u8> {
    match encoding {
        Encoding::Protobuf => ExportLogsServiceResponse {
            partial_success: partial,
        }
        .encode_to_vec(),
        Encoding::Json => match partial {
            None => b"{}".to_vec(),
            Some(partial) => json!({"partialSuccess": {
                "rejectedLogRecords": partial.rejected_log_records.to_string(),
                "errorMessage": partial.error_message,
            }})
            .to_string()
            .into_bytes(),
        },
    }
}

/// A status with what was said beside it, as it is shown to people.
///
/// Shape: `HTTP 401: Unknown token`, or `HTTP 401` when nothing was said.
pub fn status_text(status: u16, message: &str) -> String {
    match message {
        "" => format!("HTTP {status}"),
        message => format!("HTTP {status}: {message}"),
    }
}

/// The text of an error answer for people, as the server's `Content-Type` lets us read it; empty when it says nothing readable.
pub fn error_message(content_type: &str, body: &[u8]) -> String {
    let message = match Encoding::from_content_type(content_type) {
        Some(Encoding::Protobuf) => Status::decode(body).ok().map(|status| status.message),
        _ => serde_json::from_slice::<serde_json::Value>(body)
            .ok()
            .and_then(|answer| json_message(&answer)),
    };
    message
        .filter(|message| !message.is_empty())
        .unwrap_or_else(|| readable(body))
}

/// `message` is `google.rpc.Status`'s word; the others are what gateways in front of receivers say.
fn json_message(answer: &serde_json::Value) -> Option<String> {
    let found = ["message", "detail", "error", "title"]
        .into_iter()
        .find_map(|key| answer.get(key));
    Some(match found? {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// A body that is text, in one line; markup and binary say nothing to a person.
fn readable(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) if !is_html("", body) && !text.contains('\0') => {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// Whether an answer is a web page: its content type says so, or its first character.
pub fn is_html(content_type: &str, body: &[u8]) -> bool {
    content_type.to_ascii_lowercase().contains("text/html")
        || body.trim_ascii_start().first() == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_success_is_read_in_both_encodings_and_both_number_forms() {
        for json in [
            r#"{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"old"}}"#,
            r#"{"partialSuccess":{"rejectedLogRecords":3,"errorMessage":"old"}}"#,
        ] {
            assert_eq!(
                partial_success(Encoding::Json, json.as_bytes()),
                PartialSuccess {
                    rejected: 3,
                    message: "old".to_owned()
                }
            );
        }
        let protobuf = [0x0a, 7, 0x08, 3, 0x12, 3, b'o', b'l', b'd'];
        assert_eq!(partial_success(Encoding::Protobuf, &protobuf).rejected, 3);
    }

    #[test]
    fn an_empty_or_unreadable_success_is_a_full_one() {
        for body in [
            &b""[..],
            b"{}",
            b"{\"partialSuccess\":{}}",
            b"\x0a\x00",
            b"nonsense \xff",
        ] {
            assert_eq!(
                partial_success(Encoding::Json, body),
                PartialSuccess::default()
            );
            assert_eq!(
                partial_success(Encoding::Protobuf, body),
                PartialSuccess::default()
            );
        }
    }

    #[test]
    fn an_error_gives_its_message_and_markup_gives_none() {
        assert_eq!(
            error_message("application/json", br#"{"code":3,"message":"bad id"}"#),
            "bad id"
        );
        assert_eq!(
            error_message("application/x-protobuf", &[0x08, 3, 0x12, 2, b'n', b'o']),
            "no"
        );
        assert_eq!(error_message("text/plain", b"not \n here"), "not here");
        assert_eq!(error_message("text/html", b"<html>x</html>"), "");
        assert!(is_html("", b"  <!doctype html>"));
    }
}
