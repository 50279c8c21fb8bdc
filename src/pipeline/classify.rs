//! What one answer means for the batch: one pure function, one table.
//!
//! Spec: OTLP/HTTP, "OTLP/HTTP Response". Deviation: 408 and 500 are tried again too, because gateways answer them for faults that
//! pass; [`RetryCodes::Otlp`] keeps to the letter.

use std::time::Duration;

use crate::otlp::Encoding;
use crate::otlp::answer::{self, PartialSuccess};

/// An answer, whole.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, empty when there is none.
    pub content_type: &'a str,
    /// `Retry-After` in whole seconds or as a date, read by the caller.
    pub retry_after: Option<Duration>,
    /// The body, as far as it was read.
    pub body: &'a [u8],
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// All of it was taken.
    Delivered {
        /// A warning of the server; empty when it has none.
        message: String,
    },
    /// Some records were not taken; which ones the protocol does not say. Never resent.
    PartlyRejected {
        /// How many.
        rejected: u64,
        /// Why.
        message: String,
    },
    /// The request is too large; half of it may fit.
    Split,
    /// It may work later.
    Retry {
        /// Not before this.
        after: Option<Duration>,
        /// What the server said.
        message: String,
    },
    /// The batch is refused for what it holds.
    Refused {
        /// What the server said.
        message: String,
    },
    /// Our credentials are.
    Denied {
        /// What the server said.
        message: String,
    },
    /// This is no OTLP endpoint.
    Misdirected {
        /// What tells so.
        message: String,
    },
}

/// Which statuses may work later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryCodes {
    /// 408, 429, 500, 502, 503, 504.
    Broad,
    /// 429, 502, 503, 504, as the specification has it.
    Otlp,
}

impl RetryCodes {
    fn hold(self, status: u16) -> bool {
        match status {
            429 | 502..=504 => true,
            408 | 500 => self == RetryCodes::Broad,
            _ => false,
        }
    }
}

/// Reads an answer to a request that was sent in `encoding`.
pub fn classify(encoding: Encoding, codes: RetryCodes, answer: Answer<'_>) -> Disposition {
    let message = || answer::error_message(answer.content_type, answer.body);
    match answer.status {
        200..=299 if answer::is_html(answer.content_type, answer.body) => {
            Disposition::Misdirected {
                message: "the server answered with a web page".to_owned(),
            }
        }
        200..=299 => success(answer::partial_success(encoding, answer.body)),
        413 => Disposition::Split,
        // The collector's way of saying 413.
        400 if message().contains("request body too large") => Disposition::Split,
        status if codes.hold(status) => Disposition::Retry {
            after: answer.retry_after,
            message: message(),
        },
        401..=403 => Disposition::Denied { message: message() },
        300..=399 => Disposition::Misdirected {
            message: "the server redirects, and redirects are not followed".to_owned(),
        },
        404 | 405 | 415 => Disposition::Misdirected { message: message() },
        _ if answer::is_html(answer.content_type, answer.body) => Disposition::Misdirected {
            message: "the server answered with a web page".to_owned(),
        },
        _ => Disposition::Refused { message: message() },
    }
}

fn success(partial: PartialSuccess) -> Disposition {
    match partial.rejected {
        0 => Disposition::Delivered {
            message: partial.message,
        },
        rejected => Disposition::PartlyRejected {
            rejected,
            message: partial.message,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(status: u16, content_type: &str, body: &[u8]) -> &'static str {
        class_by(RetryCodes::Broad, status, content_type, body)
    }

    fn class_by(codes: RetryCodes, status: u16, content_type: &str, body: &[u8]) -> &'static str {
        match classify(
            Encoding::Json,
            codes,
            Answer {
                status,
                content_type,
                retry_after: None,
                body,
            },
        ) {
            Disposition::Delivered { .. } => "delivered",
            Disposition::PartlyRejected { .. } => "partly",
            Disposition::Split => "split",
            Disposition::Retry { .. } => "retry",
            Disposition::Refused { .. } => "refused",
            Disposition::Denied { .. } => "denied",
            Disposition::Misdirected { .. } => "misdirected",
        }
    }

    #[test]
    fn every_status_has_one_meaning() {
        for status in 200..=599 {
            let expected = match status {
                200..=299 => "delivered",
                300..=399 | 404 | 405 | 415 => "misdirected",
                401..=403 => "denied",
                408 | 429 | 500 | 502 | 503 | 504 => "retry",
                413 => "split",
                _ => "refused",
            };
            assert_eq!(class(status, "", b""), expected, "{status}");
            let strict = match status {
                408 | 500 => "refused",
                _ => expected,
            };
            assert_eq!(
                class_by(RetryCodes::Otlp, status, "", b""),
                strict,
                "{status}"
            );
        }
    }

    #[test]
    fn what_a_success_says_is_listened_to() {
        assert_eq!(
            class(200, "application/json", b"{\"partialSuccess\":{}}"),
            "delivered"
        );
        assert_eq!(
            class(
                200,
                "application/json",
                b"{\"partialSuccess\":{\"rejectedLogRecords\":\"2\"}}"
            ),
            "partly"
        );
        assert_eq!(
            class(200, "text/html; charset=utf-8", b"hello"),
            "misdirected"
        );
        assert_eq!(class(200, "", b"<!doctype html><title>x"), "misdirected");
        assert_eq!(class(204, "", b""), "delivered");
        assert_eq!(class(400, "text/html", b"<html>Bad Request"), "misdirected");
        assert_eq!(class(503, "text/html", b"<html>Unavailable"), "retry");
    }

    #[test]
    fn the_collectors_400_for_a_large_body_is_split() {
        assert_eq!(
            class(
                400,
                "application/json",
                b"{\"message\":\"http: request body too large\"}"
            ),
            "split"
        );
        assert_eq!(
            class(400, "application/json", b"{\"message\":\"bad id\"}"),
            "refused"
        );
    }
}
