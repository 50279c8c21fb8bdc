//! Several protobuf messages in one input: each behind its length, as a varint, in four bytes, or as gRPC frames them.
//!
//! Shape: the first bytes of an input → its [`Framing`]; bytes from the start of a frame → the [`Frame`]. So a file of any
//! size is checked one message at a time by whoever reads it.
//! Limits: a message has at most [`REQUEST_BYTES_MAX`] bytes, also when it is decompressed.

use std::ops::Range;

use super::protobuf::{looks_right, starts_right};
use super::rules::Code;
use super::{Checker, REQUEST_BYTES_MAX};
use crate::base::units::ByteCount;
use crate::otlp::compress::Compressor;
use crate::otlp::protobuf::put_varint;
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

/// What begins at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A message, and where it stands behind its header.
    Whole(Range<usize>),
    /// It has not ended yet; so many bytes are needed for it, or at least one more when even its length is not there.
    Cut(usize),
    /// No frame begins there.
    Lost,
}

/// Most bytes in front of a message.
const HEADER_BYTES_MAX: usize = 10;

/// Tells how the messages of a whole input follow one another; whatever fits no framing is a single one.
pub fn framing(bytes: &[u8]) -> Framing {
    Framing::of(bytes, true)
}

impl Framing {
    /// The same from the first bytes of an input; whether those are all of it.
    pub fn of(head: &[u8], ended: bool) -> Framing {
        if looks_right(head) || !ended && starts_right(head, usize::MAX) {
            return Framing::Single;
        }
        [Framing::Grpc, Framing::Length32, Framing::Delimited]
            .into_iter()
            .find(|framing| framing.fits(head, ended))
            .unwrap_or(Framing::Single)
    }

    /// Whether all frames hold what looks like a request. The last one of an input may be cut, when there are others.
    fn fits(self, bytes: &[u8], ended: bool) -> bool {
        let mut at = 0;
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            match self.frame(rest) {
                Frame::Whole(range) => {
                    let message = rest.get(range.clone()).unwrap_or_default();
                    if !self.is_compressed(rest) && !looks_right(message) {
                        return false;
                    }
                    at += range.end;
                }
                Frame::Cut(_) if at > 0 => return true,
                Frame::Cut(needed) => {
                    let header = self.header(rest).map_or(0, |(header, _)| header);
                    let seen = rest.get(header..).unwrap_or_default();
                    let right = self.is_compressed(rest) || starts_right(seen, needed - header);
                    return !ended && header > 0 && right;
                }
                Frame::Lost => return false,
            }
        }
        !bytes.is_empty()
    }

    /// The frame that begins with these bytes.
    pub fn frame(self, bytes: &[u8]) -> Frame {
        let Some((header, length)) = self.header(bytes) else {
            let open = bytes.len() < HEADER_BYTES_MAX && self != Framing::Grpc
                || self == Framing::Grpc && bytes.first().is_none_or(|flag| *flag <= 1);
            return if open {
                Frame::Cut(bytes.len() + 1)
            } else {
                Frame::Lost
            };
        };
        match usize::try_from(length) {
            Ok(length) if length <= bytes.len() - header => Frame::Whole(header..header + length),
            Ok(length) => Frame::Cut(header.saturating_add(length)),
            Err(_) => Frame::Cut(usize::MAX),
        }
    }

    /// Whether the message in a frame is compressed.
    pub fn is_compressed(self, frame: &[u8]) -> bool {
        self == Framing::Grpc && frame.first() == Some(&1)
    }

    /// How long the header is, and what it says about the message's length; `None` when there is no whole header.
    fn header(self, bytes: &[u8]) -> Option<(usize, u64)> {
        let length32 = |bytes: &[u8]| {
            let four = bytes.first_chunk::<4>()?;
            Some(u64::from(u32::from_be_bytes(*four)))
        };
        match self {
            Framing::Single => Some((0, bytes.len() as u64)),
            Framing::Length32 => Some((4, length32(bytes)?)),
            Framing::Grpc => {
                let (_, behind) = bytes.split_first().filter(|(flag, _)| **flag <= 1)?;
                Some((5, length32(behind)?))
            }
            Framing::Delimited => varint(bytes),
        }
    }
}

/// Its length and its value; `None` when it does not end.
fn varint(bytes: &[u8]) -> Option<(usize, u64)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(HEADER_BYTES_MAX).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Some((index + 1, value));
        }
    }
    None
}

/// Looks at every message of an input; returns them framed anew, when repairs are wanted and there are any.
pub fn check_all(checker: &mut Checker, bytes: &[u8], framing: Framing) -> Option<Vec<u8>> {
    let (mut at, mut written, mut is_repaired) = (0, Vec::new(), false);
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let Frame::Whole(range) = framing.frame(rest) else {
            note_broken(checker, at as u64..bytes.len() as u64);
            break;
        };
        let end = range.end;
        let frame = rest.get(..end).unwrap_or_default();
        let repaired = check_frame(checker, (framing, rest), range, at as u64);
        is_repaired |= repaired.is_some();
        if checker.repairs() {
            written.extend_from_slice(repaired.as_deref().unwrap_or(frame));
        }
        at += end;
    }
    written.extend_from_slice(bytes.get(at..).unwrap_or_default());
    is_repaired.then_some(written)
}

/// Looks at one message of a frame that begins at an offset of the input; returns the frame with it repaired, compressed as it was.
pub fn check_frame(
    checker: &mut Checker,
    (framing, frame): (Framing, &[u8]),
    message: Range<usize>,
    offset: u64,
) -> Option<Vec<u8>> {
    let (start, end) = (offset + message.start as u64, offset + message.end as u64);
    let bytes = frame.get(message).unwrap_or_default();
    let is_compressed = framing.is_compressed(frame);
    let repaired = if is_compressed {
        let max = ByteCount(REQUEST_BYTES_MAX as u64);
        match inflate::inflate(bytes, Compression::Gzip, max) {
            Ok(plain) => {
                let repaired = checker.request_at(&plain, Some(Encoding::Protobuf), (start, 1))?;
                Compressor::new(Compression::Gzip).compress(&repaired)
            }
            Err(error) => {
                checker.note_at(Code::CompressionBroken, start..end, error.to_string());
                None
            }
        }
    } else {
        checker.request_at(bytes, Some(Encoding::Protobuf), (start, 1))
    };
    let mut written = Vec::new();
    write_frame(framing, is_compressed, &repaired?, &mut written);
    Some(written)
}

/// Notes that no whole frame begins where one should; what follows is not looked at.
pub fn note_broken(checker: &mut Checker, bytes: Range<u64>) {
    let message = format!("no whole message begins at byte {}", bytes.start);
    checker.note_at(Code::FrameBroken, bytes, message);
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
        Framing::Delimited => put_varint(to, message.len() as u64),
    }
    to.extend_from_slice(message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::protobuf::put_bytes;

    const ALL: [Framing; 3] = [Framing::Grpc, Framing::Length32, Framing::Delimited];

    /// A request whose only resource has a schema URL of this length.
    fn message(length: usize) -> Vec<u8> {
        let (mut resource, mut request) = (Vec::new(), Vec::new());
        put_bytes(&mut resource, 0x1a, &vec![b'u'; length]);
        put_bytes(&mut request, 0x0a, &resource);
        request
    }

    fn framed(framing: Framing, message: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_frame(framing, false, message, &mut bytes);
        bytes
    }

    #[test]
    fn a_framing_is_told_from_the_head_of_an_input() {
        for length in [1, 30, 300, 100_000] {
            let single = message(length);
            assert_eq!(framing(&single), Framing::Single);
            for cut in [single.len() - 1, single.len() / 2 + 2] {
                let head = single.get(..cut).unwrap();
                assert_eq!(Framing::of(head, false), Framing::Single, "{length} {cut}");
            }
            for expected in ALL {
                let file = framed(expected, &single).repeat(3);
                assert_eq!(framing(&file), expected);
                let head = file.get(..file.len() / 2).unwrap();
                assert_eq!(Framing::of(head, false), expected, "{length}");
            }
        }
    }

    #[test]
    fn a_last_frame_that_is_cut_is_one_fault_and_does_not_hide_the_others() {
        for expected in ALL {
            let file = framed(expected, &message(40)).repeat(3);
            let cut = file.get(..file.len() - 3).unwrap();
            assert_eq!(framing(cut), expected);
            let mut checker = Checker::new(crate::validate::Options::PLAIN);
            check_all(&mut checker, cut, expected);
            assert_eq!(checker.count(Code::FrameBroken), 1, "{expected:?}");
            assert_eq!(checker.finish().requests, 2);
        }
    }

    #[test]
    fn a_length_that_no_input_has_is_a_cut_frame_and_overflows_nothing() {
        let huge = [&[0xff; 9][..], &[1]].concat();
        assert!(matches!(Framing::Delimited.frame(&huge), Frame::Cut(_)));
        assert_eq!(Framing::Delimited.frame(&[0xff; 10]), Frame::Lost);
        assert_eq!(Framing::Grpc.frame(&[2]), Frame::Lost);
    }
}
