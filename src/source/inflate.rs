//! Compressed inputs, known by their first bytes and not by their names.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek as _, SeekFrom};
use std::sync::Arc;

use crate::source::packing::Packing;

/// Bytes read from the disk at a time before they are inflated.
const BUFFER_BYTES: usize = 64 << 10;

/// Bytes at the start that tell what it is.
pub const MAGIC_BYTES: usize = 6;

/// Whatever the input is, as plain bytes. Several compressed members in a row are all read.
pub fn plain<R: Read + Send + 'static>(mut input: R) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::with_capacity(MAGIC_BYTES);
    input
        .by_ref()
        .take(MAGIC_BYTES as u64)
        .read_to_end(&mut magic)?;
    let packing = Packing::of(&magic);
    let whole = Cursor::new(magic).chain(input);
    Ok(match packing {
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(buffered(whole))),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(buffered(whole))?),
        Packing::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(buffered(whole))),
        Packing::Xz => Box::new(lzma_rust2::XzReader::new(buffered(whole), true)),
        Packing::Plain => Box::new(whole),
    })
}

/// A file's plain bytes from an offset on; `None` when it ends before. What is compressed is inflated up to there.
pub fn from_offset(file: &Arc<File>, offset: u64) -> io::Result<Option<Box<dyn Read + Send>>> {
    let mut shared = Arc::clone(file);
    shared.rewind()?;
    let mut magic = Vec::with_capacity(MAGIC_BYTES);
    shared
        .by_ref()
        .take(MAGIC_BYTES as u64)
        .read_to_end(&mut magic)?;
    if !is_compressed(&magic) {
        let reached = file.metadata()?.len() >= offset;
        shared.seek(SeekFrom::Start(offset))?;
        return Ok(reached.then_some(Box::new(shared)));
    }
    shared.rewind()?;
    let mut reader = plain(shared)?;
    let passed = io::copy(&mut reader.by_ref().take(offset), &mut io::sink())?;
    Ok((passed == offset).then_some(reader))
}

/// Whether these first bytes are those of a compression that [`plain`] reads.
pub fn is_compressed(head: &[u8]) -> bool {
    Packing::of(head) != Packing::Plain
}

fn buffered<R: Read>(input: R) -> BufReader<R> {
    BufReader::with_capacity(BUFFER_BYTES, input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn read(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut found = Vec::new();
        plain(Cursor::new(bytes))?.read_to_end(&mut found)?;
        Ok(found)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn bzip2(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_member_of_a_compressed_input_is_read() {
        for compress in [gzip, bzip2, |bytes: &[u8]| {
            zstd::encode_all(bytes, 1).unwrap()
        }] {
            let twice = [compress(b"one\n"), compress(b"two\n")].concat();
            assert_eq!(read(twice).unwrap(), b"one\ntwo\n");
        }
    }

    #[test]
    fn xz_is_read() {
        let mut writer =
            lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
        writer.write_all(b"one\n").unwrap();
        let bytes = writer.finish().unwrap();
        assert_eq!(
            read([bytes.clone(), bytes].concat()).unwrap(),
            b"one\none\n"
        );
    }

    #[test]
    fn plain_and_tiny_inputs_come_through_as_they_are() {
        for bytes in [&b""[..], b"a", b"plain text", b"\x1f", b"BZ is no archive"] {
            assert_eq!(read(bytes.to_vec()).unwrap(), bytes);
        }
    }

    #[test]
    fn reading_goes_on_from_an_offset_of_the_plain_bytes() {
        let folder = tempfile::tempdir().unwrap();
        for bytes in [b"one\ntwo\n".to_vec(), gzip(b"one\ntwo\n")] {
            let path = folder.path().join("app.log");
            std::fs::write(&path, bytes).unwrap();
            let file = Arc::new(File::open(&path).unwrap());
            for (offset, rest) in [
                (4, Some("two\n")),
                (0, Some("one\ntwo\n")),
                (8, Some("")),
                (9, None),
            ] {
                let found = from_offset(&file, offset).unwrap().map(|mut reader| {
                    let mut text = String::new();
                    reader.read_to_string(&mut text).unwrap();
                    text
                });
                assert_eq!(found.as_deref(), rest);
            }
        }
    }

    #[test]
    fn a_cut_off_archive_is_an_error_after_its_bytes() {
        let mut bytes = gzip(b"some lines that were logged\n");
        bytes.truncate(bytes.len() - 6);
        assert_eq!(
            read(bytes).unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
    }
}
