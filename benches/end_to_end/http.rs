//! Just enough HTTP/1.1 for the sink: the head of a request, and its body in pieces.
//!
//! A body is never kept here, whatever its size: the caller is handed each piece as it arrives.

use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;

use memchr::memmem;

/// Longest head, and how much is read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// What the sink must know of a request before its body.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) content_type: String,
    /// Empty when the body is as it is.
    pub(crate) content_encoding: String,
    framing: Framing,
}

#[derive(Debug)]
enum Framing {
    Length(usize),
    Chunked,
}

/// The requests of one connection, one after the other.
#[derive(Debug)]
pub(crate) struct Requests<'stream> {
    stream: &'stream TcpStream,
    buffer: Vec<u8>,
    /// Bytes of the buffer that arrived and were not yet used.
    start: usize,
    end: usize,
}

impl Requests<'_> {
    pub(crate) fn new(stream: &TcpStream) -> Requests<'_> {
        Requests {
            stream,
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
        }
    }

    /// The next head, or `None` when the client has closed the connection.
    pub(crate) fn head(&mut self) -> io::Result<Option<Head>> {
        if self.start == self.end && self.fill()? == 0 {
            return Ok(None);
        }
        let text = self.text_until(b"\r\n\r\n")?;
        parse_head(&text).map(Some)
    }

    /// Hands the body over in pieces.
    pub(crate) fn body(&mut self, head: &Head, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        match head.framing {
            Framing::Length(bytes) => self.pieces(bytes, &mut take),
            Framing::Chunked => loop {
                let line = self.text_until(b"\r\n")?;
                let size = line.split(';').next().unwrap_or_default().trim();
                let bytes = usize::from_str_radix(size, 16).map_err(|_| broken("chunk size"))?;
                self.pieces(bytes, &mut take)?;
                // Nobody here sends trailers, so a line break ends each chunk and the last one.
                self.text_until(b"\r\n")?;
                if bytes == 0 {
                    return Ok(());
                }
            },
        }
    }

    fn pieces(&mut self, mut bytes: usize, take: &mut impl FnMut(&[u8])) -> io::Result<()> {
        while bytes > 0 {
            if self.start == self.end && self.fill()? == 0 {
                return Err(broken("body"));
            }
            let piece_bytes = bytes.min(self.end - self.start);
            take(&self.buffer[self.start..self.start + piece_bytes]);
            self.start += piece_bytes;
            bytes -= piece_bytes;
        }
        Ok(())
    }

    /// The text before `mark`, which is skipped.
    fn text_until(&mut self, mark: &[u8]) -> io::Result<String> {
        loop {
            let arrived = &self.buffer[self.start..self.end];
            if let Some(at) = memmem::find(arrived, mark) {
                let text = String::from_utf8_lossy(&arrived[..at]).into_owned();
                self.start += at + mark.len();
                return Ok(text);
            }
            if self.fill()? == 0 {
                return Err(broken("head"));
            }
        }
    }

    /// Reads once more behind what is there; 0 is the end, or a buffer without room.
    fn fill(&mut self) -> io::Result<usize> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let mut stream = self.stream;
        let bytes = stream.read(&mut self.buffer[self.end..])?;
        self.end += bytes;
        Ok(bytes)
    }
}

fn parse_head(text: &str) -> io::Result<Head> {
    let mut head = Head {
        content_type: String::new(),
        content_encoding: String::new(),
        framing: Framing::Length(0),
    };
    for line in text.lines().skip(1) {
        let (name, value) = line.split_once(':').ok_or_else(|| broken("header"))?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-type" => value.clone_into(&mut head.content_type),
            "content-encoding" => value.clone_into(&mut head.content_encoding),
            "transfer-encoding" => head.framing = Framing::Chunked,
            "content-length" => {
                let bytes = value.parse().map_err(|_| broken("content length"))?;
                head.framing = Framing::Length(bytes);
            }
            _ => {}
        }
    }
    Ok(head)
}

fn broken(part: &str) -> io::Error {
    io::Error::new(
        ErrorKind::InvalidData,
        format!("request with a broken {part}"),
    )
}
