//! The compression of an input, and the same around what is written in its place.
//!
//! Shape: the first bytes → [`Packing`]; plain bytes → a [`Packer`] → the bytes of the new file, piece by piece.
//! Limits: xz is only read; the caller tells that what it writes is plain.

use std::io::{self, Write};

/// How an input is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

impl Packing {
    /// Told from the first [`MAGIC_BYTES`](super::inflate::MAGIC_BYTES) of an input.
    pub fn of(head: &[u8]) -> Packing {
        match head {
            [0x1f, 0x8b, ..] => Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Packing::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Packing::Xz,
            _ => Packing::Plain,
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Packing::Plain => "plain",
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
            Packing::Bzip2 => "bzip2",
            Packing::Xz => "xz",
        }
    }
}

/// Compresses what is written to it; the bytes are taken out in pieces.
pub struct Packer(Kind);

enum Kind {
    Plain(Vec<u8>),
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    Bzip2(bzip2::write::BzEncoder<Vec<u8>>),
}

impl Packer {
    /// For a compression; plain for one that is only read.
    pub fn new(packing: Packing) -> io::Result<Packer> {
        Ok(Packer(match packing {
            Packing::Plain | Packing::Xz => Kind::Plain(Vec::new()),
            Packing::Gzip => {
                let level = flate2::Compression::default();
                Kind::Gzip(flate2::write::GzEncoder::new(Vec::new(), level))
            }
            Packing::Zstd => Kind::Zstd(zstd::stream::write::Encoder::new(Vec::new(), 0)?),
            Packing::Bzip2 => {
                let level = bzip2::Compression::default();
                Kind::Bzip2(bzip2::write::BzEncoder::new(Vec::new(), level))
            }
        }))
    }

    /// Takes plain bytes; returns what can be written by now.
    pub fn pack(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match &mut self.0 {
            Kind::Plain(out) => {
                out.extend_from_slice(bytes);
                Ok(std::mem::take(out))
            }
            Kind::Gzip(encoder) => {
                encoder.write_all(bytes)?;
                Ok(std::mem::take(encoder.get_mut()))
            }
            Kind::Zstd(encoder) => {
                encoder.write_all(bytes)?;
                Ok(std::mem::take(encoder.get_mut()))
            }
            Kind::Bzip2(encoder) => {
                encoder.write_all(bytes)?;
                Ok(std::mem::take(encoder.get_mut()))
            }
        }
    }

    /// The last piece.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self.0 {
            Kind::Plain(out) => Ok(out),
            Kind::Gzip(encoder) => encoder.finish(),
            Kind::Zstd(encoder) => encoder.finish(),
            Kind::Bzip2(encoder) => encoder.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;
    use crate::source::inflate;

    #[test]
    fn what_is_packed_is_told_by_its_head_and_read_back() {
        for packing in [Packing::Plain, Packing::Gzip, Packing::Zstd, Packing::Bzip2] {
            let mut packer = Packer::new(packing).unwrap();
            let mut packed = packer.pack(b"one\n").unwrap();
            packed.extend(packer.pack(&b"two\n".repeat(100_000)).unwrap());
            packed.extend(packer.finish().unwrap());
            assert_eq!(Packing::of(&packed), packing);
            let mut plain = Vec::new();
            let mut reader = inflate::plain(Cursor::new(packed)).unwrap();
            reader.read_to_end(&mut plain).unwrap();
            assert_eq!(plain.len(), 4 + 400_000);
        }
    }
}
