//! The first bytes of a source: how many of them tell what it is, and the mark that may stand before them.

use crate::source::SourceError;

/// Bytes of a source's head that are looked at to recognise it.
pub const HEAD_BYTES: usize = 64 << 10;

/// How long the byte order mark of a UTF-8 text is, 0 without one.
///
/// Errors: the mark of UTF-16, which is not read.
pub fn byte_order_mark(head: &[u8], name: &str) -> Result<usize, SourceError> {
    match head {
        [0xef, 0xbb, 0xbf, ..] => Ok(3),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(SourceError::Utf16 {
            path: name.to_owned(),
        }),
        _ => Ok(0),
    }
}
