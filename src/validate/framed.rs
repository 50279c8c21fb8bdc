//! Several protobuf messages in one input: each behind its length, as a varint, in four bytes, or as gRPC frames them.

use std::ops::Range;

use super::Checker;
use super::protobuf::looks_right;
use super::rules::Code;
use crate::base::units::ByteCount;
use crate::otlp::compress::Compressor;
use crate::otlp::{Compression, Encoding, inflate};

/// How messages follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// There is one.
    Single,
    /// Each behind its length as a varint.
    Delimited,
    /// Each behind its length in four bytes, the highest first.
    Length32,
    /// gRPC: a byte that tells whether it is compressed, and its length in four bytes.
    Grpc,
}

/// One message: whether it is compressed, and its bytes.
type Frame = (bool, Range<usize>);

/// Tells how the messages follow one another; whatever fits no framing is a single one.
pub fn framing(bytes: &[u8]) -> Framing {
    if looks_right(bytes) {
        return Framing::Single;
    }
    [Framing::Grpc, Framing::Length32, Framing::Delimited]
        .into_iter()
        .find(|framing| fits(*framing, bytes))
        .unwrap_or(Framing::Single)
}

fn fits(framing: Framing, bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        match frame(framing, bytes, at) {
            Some((compressed, range)) => {
                let message = bytes.get(range.clone()).unwrap_or_default();
                if !compressed && !looks_right(message) {
                    return false;
                }
                at = range.end;
            }
            None => return false,
        }
    }
    !bytes.is_empty()
}

/// The message whose frame begins at a place; `None` when it is cut off or none.
fn frame(framing: Framing, bytes: &[u8], at: usize) -> Option<Frame> {
    let rest = bytes.get(at..)?;
    let length32 = |bytes: &[u8]| {
        let four = bytes.first_chunk::<4>()?;
        usize::try_from(u32::from_be_bytes(*four)).ok()
    };
    let (compressed, header, length) = match framing {
        Framing::Single => (false, 0, rest.len()),
        Framing::Length32 => (false, 4, length32(rest)?),
        Framing::Grpc => {
            let (flag, behind) = rest.split_first()?;
            if *flag > 1 {
                return None;
            }
            (*flag == 1, 5, length32(behind)?)
        }
        Framing::Delimited => {
            let (mut length, mut header) = (0_usize, 0);
            for byte in rest.iter().take(5) {
                length |= usize::from(byte & 0x7f) << (7 * header);
                header += 1;
                if *byte < 0x80 {
                    break;
                }
            }
            (false, header, length)
        }
    };
    let start = at + header;
    let end = start.checked_add(length)?;
    (end <= bytes.len() && header > 0 || framing == Framing::Single)
        .then_some((compressed, start..end))
}

/// Looks at every message of an input; returns them framed anew, when repairs are wanted and there are any.
pub fn check_all(checker: &mut Checker, bytes: &[u8], framing: Framing) -> Option<Vec<u8>> {
    let (mut at, mut written, mut is_repaired) = (0, Vec::new(), false);
    while at < bytes.len() {
        let Some((compressed, range)) = frame(framing, bytes, at) else {
            checker.note_at(
                Code::FrameBroken,
                at as u64..bytes.len() as u64,
                format!("no whole message begins at byte {at}"),
            );
            break;
        };
        let message = bytes.get(range.clone()).unwrap_or_default();
        let repaired = check_one(checker, message, range.start as u64, compressed);
        if checker.repairs() {
            match repaired {
                Some(repaired) => {
                    is_repaired = true;
                    write_frame(framing, compressed, &repaired, &mut written);
                }
                None => written.extend_from_slice(bytes.get(at..range.end).unwrap_or_default()),
            }
        }
        at = range.end;
    }
    written.extend_from_slice(bytes.get(at..).unwrap_or_default());
    is_repaired.then_some(written)
}

/// Looks at one message; returns it repaired, and compressed as it was.
fn check_one(
    checker: &mut Checker,
    message: &[u8],
    offset: u64,
    compressed: bool,
) -> Option<Vec<u8>> {
    if !compressed {
        return checker.request_at(message, Some(Encoding::Protobuf), (offset, 1));
    }
    let max = ByteCount(super::REQUEST_BYTES_MAX as u64);
    match inflate::inflate(message, Compression::Gzip, max) {
        Ok(plain) => {
            let repaired = checker.request_at(&plain, Some(Encoding::Protobuf), (offset, 1))?;
            Compressor::new(Compression::Gzip).compress(&repaired)
        }
        Err(error) => {
            let end = offset + message.len() as u64;
            checker.note_at(Code::CompressionBroken, offset..end, error.to_string());
            None
        }
    }
}

fn write_frame(framing: Framing, compressed: bool, message: &[u8], to: &mut Vec<u8>) {
    let length32 = u32::try_from(message.len()).unwrap_or(u32::MAX);
    match framing {
        Framing::Single => {}
        Framing::Length32 => to.extend_from_slice(&length32.to_be_bytes()),
        Framing::Grpc => {
            to.push(u8::from(compressed));
            to.extend_from_slice(&length32.to_be_bytes());
        }
        Framing::Delimited => {
            let mut rest = length32;
            while rest >= 0x80 {
                to.push(rest.to_le_bytes()[0] | 0x80);
                rest >>= 7;
            }
            to.push(rest.to_le_bytes()[0]);
        }
    }
    to.extend_from_slice(message);
}
