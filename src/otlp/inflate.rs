//! Undoes the compression of a request body, within a limit.
//!
//! The body comes from anyone, so it may be a bomb: the output grows while it is read and never past the limit, and a
//! zstd frame may not ask for a window larger than [`ZSTD_WINDOW_LOG_MAX`]. One encoding only: a list of them
//! (`gzip, gzip`) multiplies what a few bytes can become, and nobody sends one.
//!
//! Spec: OTLP 1.11, "OTLP/HTTP Request"; RFC 9110 §8.4; RFC 8878 §3.1.1.1.2.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use crate::base::units::ByteCount;
use crate::otlp::Compression;

/// The largest zstd window: 2^23 bytes, 8 MiB.
///
/// RFC 8878 recommends that every decoder takes as much, and no level below 20 exceeds it.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// Why a body could not be decompressed.
#[derive(Debug, thiserror::Error)]
pub enum InflateError {
    /// A `Content-Encoding` that is unknown, or more than one.
    #[error("content encoding {encoding:?} is not supported; send gzip, zstd or none")]
    Unsupported {
        /// The header as it came.
        encoding: String,
    },
    /// More bytes than allowed, compressed or not.
    #[error("the decompressed body is larger than {bytes_max}")]
    TooLarge {
        /// The limit.
        bytes_max: ByteCount,
    },
    /// Not a stream of this compression, or cut short.
    #[error("cannot decompress the body as {compression}")]
    Malformed {
        /// What the header promised.
        compression: Compression,
        /// What the decoder says.
        source: io::Error,
    },
}

/// Reads a `Content-Encoding` header; an empty one means plain bytes.
///
/// Errors: [`InflateError::Unsupported`].
pub fn content_encoding(header: &str) -> Result<Compression, InflateError> {
    match header.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(Compression::None),
        "gzip" | "x-gzip" => Ok(Compression::Gzip),
        "zstd" => Ok(Compression::Zstd),
        _ => Err(InflateError::Unsupported {
            encoding: header.to_owned(),
        }),
    }
}

/// Decompresses a whole body.
///
/// Shape: the body as received → the plain bytes, borrowed when they were plain already. Streams that follow one
/// another in one body are read as one.
/// Errors: [`InflateError::TooLarge`], [`InflateError::Malformed`].
/// Limits: reads at most one byte past `bytes_max`, whatever the body would become.
pub fn inflate(
    body: &[u8],
    compression: Compression,
    bytes_max: ByteCount,
) -> Result<Cow<'_, [u8]>, InflateError> {
    let plain = match compression {
        Compression::None => Ok(Cow::Borrowed(body)),
        Compression::Gzip => read_capped(MultiGzDecoder::new(body), bytes_max).map(Cow::Owned),
        Compression::Zstd => zstd_decoder(body)
            .and_then(|decoder| read_capped(decoder, bytes_max))
            .map(Cow::Owned),
    };
    let plain = plain.map_err(|source| InflateError::Malformed {
        compression,
        source,
    })?;
    if plain.len() > bytes_max.as_usize() {
        return Err(InflateError::TooLarge { bytes_max });
    }
    Ok(plain)
}

fn zstd_decoder(body: &[u8]) -> io::Result<impl Read> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
    Ok(decoder)
}

/// Reads until the end or one byte past the limit: that byte is how the caller knows.
fn read_capped(reader: impl Read, bytes_max: ByteCount) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    reader
        .take(bytes_max.0.saturating_add(1))
        .read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression as Level;
    use flate2::write::GzEncoder;

    use super::*;

    const CAP: ByteCount = ByteCount(1 << 16);

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(plain: &[u8]) -> Vec<u8> {
        zstd::encode_all(plain, 1).unwrap()
    }

    /// In short words, so that a case stays a line.
    fn outcome(body: &[u8], compression: Compression) -> String {
        match inflate(body, compression, CAP) {
            Ok(plain) => format!("{} bytes", plain.len()),
            Err(InflateError::TooLarge { .. }) => "too large".to_owned(),
            Err(InflateError::Malformed { .. }) => "malformed".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[track_caller]
    fn check(body: &[u8], compression: Compression, expected: &str) {
        assert_eq!(outcome(body, compression), expected, "{compression}");
    }

    #[test]
    fn a_body_at_the_limit_passes_and_one_byte_more_does_not() {
        let at = vec![b'x'; CAP.as_usize()];
        let over = vec![b'x'; CAP.as_usize() + 1];
        check(&at, Compression::None, "65536 bytes");
        check(&over, Compression::None, "too large");
        check(&gzip(&at), Compression::Gzip, "65536 bytes");
        check(&gzip(&over), Compression::Gzip, "too large");
        check(&zstd(&at), Compression::Zstd, "65536 bytes");
        check(&zstd(&over), Compression::Zstd, "too large");
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let zeros = vec![0; 4 << 20];
        let (gzip_bomb, zstd_bomb) = (gzip(&zeros), zstd(&zeros));
        assert!(gzip_bomb.len() < 1 << 20 && zstd_bomb.len() < 1 << 16);
        check(&gzip_bomb, Compression::Gzip, "too large");
        check(&zstd_bomb, Compression::Zstd, "too large");
    }

    #[test]
    fn a_zstd_window_over_the_limit_is_refused_before_it_is_allocated() {
        // A frame without a content size, its window 2^(10 + 14) bytes, that is 16 MiB; then an empty last block.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 14 << 3, 0x01, 0x00, 0x00];
        check(&frame, Compression::Zstd, "malformed");
        let allowed = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3, 0x01, 0x00, 0x00];
        check(&allowed, Compression::Zstd, "0 bytes");
    }

    #[test]
    fn streams_in_a_row_are_one_body_and_broken_ones_are_refused() {
        let gzip_pair = [gzip(b"one"), gzip(b"two")].concat();
        check(&gzip_pair, Compression::Gzip, "6 bytes");
        let zstd_pair = [zstd(b"one"), zstd(b"two")].concat();
        check(&zstd_pair, Compression::Zstd, "6 bytes");
        check(
            &gzip_pair[..gzip_pair.len() - 1],
            Compression::Gzip,
            "malformed",
        );
        check(
            &zstd_pair[..zstd_pair.len() - 1],
            Compression::Zstd,
            "malformed",
        );
        check(b"plain", Compression::Gzip, "malformed");
        check(b"plain", Compression::Zstd, "malformed");
    }

    #[track_caller]
    fn check_header(header: &str, expected: Option<Compression>) {
        assert_eq!(content_encoding(header).ok(), expected, "{header:?}");
    }

    #[test]
    fn one_known_encoding_is_read_and_lists_are_refused() {
        check_header("", Some(Compression::None));
        check_header("identity", Some(Compression::None));
        check_header(" GZIP ", Some(Compression::Gzip));
        check_header("x-gzip", Some(Compression::Gzip));
        check_header("zstd", Some(Compression::Zstd));
        check_header("br", None);
        check_header("gzip, gzip", None);
        check_header("gzip,", None);
    }
}
