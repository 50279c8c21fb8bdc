//! What travels with a body: the headers and the path of a request, captured whole or told by flags.
//!
//! Shape: [`Head`] and the body as it went over the wire → findings about both. The body is decompressed and looked at as
//! what it is, so a wrong header does not hide what is wrong inside.

use std::borrow::Cow;

use super::rules::Code;
use super::{Checker, REQUEST_BYTES_MAX, framed, top};
use crate::base::units::ByteCount;
use crate::otlp::compress::Compressor;
use crate::otlp::{Compression, Encoding, Signal, inflate};

mod captured;

pub use captured::check_captured;

/// What is known of a request besides its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// `Content-Type`; `None` when nothing is known of it.
    pub content_type: Option<String>,
    /// `Content-Encoding`; empty when there is none, `None` when nothing is known of it.
    pub content_encoding: Option<String>,
    /// The path.
    pub path: Option<String>,
    /// How the body is written, when somebody says so besides its content type.
    pub encoding: Option<Encoding>,
}

/// Looks at a body with its head; returns it repaired and compressed as it was, when repairs are wanted and there are any.
pub fn check_body(checker: &mut Checker, head: &Head, body: &[u8]) -> Option<Vec<u8>> {
    if let Some(path) = &head.path {
        check_path(checker, path);
    }
    let plain = decompressed(checker, head.content_encoding.as_deref(), body)?;
    let repaired = check_plain(checker, head, &plain)?;
    let compressed = Compressor::new(compression_of(body)).compress(&repaired);
    Some(compressed.unwrap_or(repaired))
}

/// Looks at a body that is not compressed any more, with its content type.
fn check_plain(checker: &mut Checker, head: &Head, plain: &[u8]) -> Option<Vec<u8>> {
    let Some(content_type) = &head.content_type else {
        return plain_body(checker, plain, head.encoding);
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.starts_with("application/grpc") {
        return framed::check_all(checker, plain, framed::Framing::Grpc);
    }
    let declared = Encoding::from_content_type(content_type);
    let real = match declared {
        Some(declared) if plain.is_empty() || top::may_be(plain, declared) => declared,
        _ => top::encoding(plain),
    };
    if declared != Some(real) {
        checker.note(
            Code::ContentType,
            match declared {
                Some(_) => format!("the body is {}, not {media_type}", word(real)),
                None => format!("{media_type:?} is no content type of OTLP"),
            },
        );
    }
    checker.request(plain, Some(real))
}

/// Looks at a body of which nothing is known; returns it repaired.
pub fn plain_body(
    checker: &mut Checker,
    plain: &[u8],
    encoding: Option<Encoding>,
) -> Option<Vec<u8>> {
    let encoding = encoding.unwrap_or_else(|| top::encoding(plain));
    let framing = framed::framing(plain);
    if encoding == Encoding::Protobuf && framing != framed::Framing::Single {
        return framed::check_all(checker, plain, framing);
    }
    checker.request(plain, Some(encoding))
}

fn word(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Json => "JSON",
        Encoding::Protobuf => "protobuf",
    }
}

/// The compression that the first bytes tell.
fn compression_of(body: &[u8]) -> Compression {
    match body {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        _ => Compression::None,
    }
}

fn decompressed<'b>(
    checker: &mut Checker,
    header: Option<&str>,
    body: &'b [u8],
) -> Option<Cow<'b, [u8]>> {
    let real = compression_of(body);
    if let Some(header) = header {
        match inflate::content_encoding(header) {
            Ok(declared) if declared != real => {
                let declared = match declared {
                    Compression::None => "no Content-Encoding".to_owned(),
                    other => format!("Content-Encoding: {other}"),
                };
                let real = match real {
                    Compression::None => "not compressed".to_owned(),
                    other => other.to_string(),
                };
                let message = format!("the request says {declared}, and the body is {real}");
                checker.note(Code::ContentEncoding, message);
            }
            Ok(_) => {}
            Err(error) => {
                checker.note(Code::ContentEncoding, error.to_string());
                return None;
            }
        }
    }
    match inflate::inflate(body, real, ByteCount(REQUEST_BYTES_MAX as u64)) {
        Ok(plain) => Some(plain),
        Err(error) => {
            let cause = std::error::Error::source(&error);
            let cause = cause.map_or(String::new(), |cause| format!(": {cause}"));
            checker.note(Code::CompressionBroken, format!("{error}{cause}"));
            None
        }
    }
}

/// Looks at a path, and takes the signal from it.
fn check_path(checker: &mut Checker, path: &str) {
    let path = path.split('?').next().unwrap_or_default();
    let found = Signal::ALL
        .into_iter()
        .find(|signal| path.ends_with(signal.path()));
    match found {
        Some(signal) => checker.expect(signal),
        None => checker.note(
            Code::HttpPath,
            format!("{path:?} ends with none of /v1/logs, /v1/traces and /v1/metrics"),
        ),
    }
}
