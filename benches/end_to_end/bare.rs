//! Limit C: a program that only reads, splits, parses time and level, encodes and posts.
//!
//! It takes the product's own command line, and has nothing else of it: no detection, no retry, no accounts. Two
//! threads share the file, each with a connection of its own and one request in flight. It panics or stops at
//! anything that the generated inputs do not hold.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread;

use libdeflater::Compressor;

use crate::Result;
use crate::{bare_json, codec};

/// Read at once, and so the input of one request.
const CHUNK_BYTES: usize = 1 << 20;
/// Threads that read, encode and post.
const THREADS: usize = 2;
/// Room before the records for what the request starts with.
const START_BYTES: usize = 64;

/// Shape: `send FILE --to URL --compression none|gzip` and what else the product is told.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let path = args.get(1).ok_or("--bare needs: send FILE --to URL")?;
    let url = value_of(args, "--to").ok_or("--bare needs --to URL")?;
    let address = url.strip_prefix("http://").ok_or("only http://")?;
    let is_compressed = value_of(args, "--compression") == Some("gzip");
    if value_of(args, "--protocol") == Some("http/json") {
        return Err("the bare program knows protobuf only".into());
    }
    let chunks = Mutex::new(Chunks {
        file: File::open(path)?,
        carry: Vec::new(),
    });
    let work = || -> Result<()> {
        let compressor = if is_compressed {
            Some(codec::gzip()?)
        } else {
            None
        };
        let post = Post::open(address, compressor)?;
        ship(&chunks, post)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| "a thread panicked")?)
    })
}

fn value_of<'a>(args: &'a [String], flag: &str) -> Option<&'a str> {
    let at = args.iter().position(|arg| arg == flag)?;
    args.get(at + 1).map(String::as_str)
}

/// A file in pieces of whole lines.
struct Chunks {
    file: File,
    /// The start of a line whose end was not read yet.
    carry: Vec<u8>,
}

impl Chunks {
    /// Puts the next lines at the start of `chunk` and says how many bytes they have; 0 is the end.
    fn next(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        let mut end = self.carry.len();
        chunk[..end].copy_from_slice(&self.carry);
        self.carry.clear();
        loop {
            let bytes = self.file.read(&mut chunk[end..])?;
            end += bytes;
            if bytes == 0 || end == chunk.len() {
                break;
            }
        }
        if let Some(newline) = memchr::memrchr(b'\n', &chunk[..end]) {
            self.carry.extend_from_slice(&chunk[newline + 1..end]);
            end = newline + 1;
        }
        Ok(end)
    }
}

fn ship(chunks: &Mutex<Chunks>, mut post: Post) -> Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut request = Vec::new();
    loop {
        let bytes = match chunks.lock() {
            Ok(mut chunks) => chunks.next(&mut chunk)?,
            Err(_) => return Err("the other thread panicked".into()),
        };
        if bytes == 0 {
            return Ok(());
        }
        let start = encode(&chunk[..bytes], &mut request)?;
        post.send(&request[start..])?;
    }
}

/// Builds the request in place of what `request` held. Shape: lines → where in `request` the message starts.
fn encode(lines: &[u8], request: &mut Vec<u8>) -> Result<usize> {
    let text = std::str::from_utf8(lines)?;
    request.clear();
    request.resize(START_BYTES, 0);
    let is_json = text.starts_with('{');
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', lines) {
        let line = &lines[start..end];
        start = end + 1;
        if is_json {
            bare_json::put_record(request, line).ok_or("a JSON line of another kind")?;
        } else {
            put_record(request, line).ok_or("a plain line of another kind")?;
        }
    }
    // resource_logs(1) { resource(1) { attributes(1) { service.name } }, scope_logs(2) { log_records(2)* } }
    let mut scope_head = vec![0x12];
    put_varint(&mut scope_head, (request.len() - START_BYTES) as u64);
    let resource: &[u8] = b"\x0a\x16\x0a\x14\x0a\x0cservice.name\x12\x04\x0a\x02ab";
    let mut head = vec![0x0a];
    let inner_bytes = resource.len() + scope_head.len() + request.len() - START_BYTES;
    put_varint(&mut head, inner_bytes as u64);
    head.extend_from_slice(resource);
    head.extend_from_slice(&scope_head);
    let message_start = START_BYTES - head.len();
    request[message_start..START_BYTES].copy_from_slice(&head);
    Ok(message_start)
}

/// `2026-11-20T09:24:31.123Z INFO  words …` as one `log_records` entry.
fn put_record(out: &mut Vec<u8>, line: &[u8]) -> Option<()> {
    let time = unix_nanos(line.get(..24)?)?;
    let level_end = 25 + memchr::memchr(b' ', line.get(25..)?)?;
    let level = &line[25..level_end];
    let severity = severity_number(level)?;
    let body = line[level_end..].trim_ascii_start();
    let body_bytes = 1 + varint_bytes(body.len()) + body.len();
    let level_bytes = u8::try_from(level.len()).ok()?;
    let record_bytes =
        TIME_AND_SEVERITY_BYTES + 2 + level.len() + 1 + varint_bytes(body_bytes) + body_bytes;
    out.push(0x12);
    put_varint(out, record_bytes as u64);
    out.extend_from_slice(&time_and_severity(time, severity));
    out.extend_from_slice(&[0x1a, level_bytes]);
    out.extend_from_slice(level);
    out.push(0x2a);
    put_varint(out, body_bytes as u64);
    out.push(0x0a);
    put_bytes(out, body);
    Some(())
}

const TIME_AND_SEVERITY_BYTES: usize = 20;

/// Fields 1, 11 (the time observed, here the same) and 2.
pub(crate) fn time_and_severity(
    time_unix_nano: u64,
    severity: u8,
) -> [u8; TIME_AND_SEVERITY_BYTES] {
    let time = time_unix_nano.to_le_bytes();
    let mut fields = [0; TIME_AND_SEVERITY_BYTES];
    fields[0] = 0x09;
    fields[1..9].copy_from_slice(&time);
    fields[9] = 0x59;
    fields[10..18].copy_from_slice(&time);
    fields[18..].copy_from_slice(&[0x10, severity]);
    fields
}

fn severity_number(level: &[u8]) -> Option<u8> {
    Some(match level {
        b"DEBUG" => 5,
        b"INFO" => 9,
        b"WARN" => 13,
        b"ERROR" => 17,
        _ => return None,
    })
}

/// Reads `2026-11-20T09:24:31.123Z`.
fn unix_nanos(text: &[u8]) -> Option<u64> {
    let number = |range: std::ops::Range<usize>| {
        text[range].iter().try_fold(0_u64, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + u64::from(digit - b'0'))
        })
    };
    let marks = [
        text[4], text[7], text[10], text[13], text[16], text[19], text[23],
    ];
    if &marks != b"--T::.Z" {
        return None;
    }
    let days = days_since_1970(number(0..4)?, number(5..7)?, number(8..10)?)?;
    let seconds = ((days * 24 + number(11..13)?) * 60 + number(14..16)?) * 60 + number(17..19)?;
    Some((seconds * 1000 + number(20..23)?) * 1_000_000)
}

/// Counts in years that start in March, so that the leap day is the last of its year.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month < 3 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let days = year * 365 + year / 4 - year / 100 + year / 400;
    // 1970-01-01 is day 719,468 of that count.
    (days + (month_from_march * 153 + 2) / 5 + day - 1).checked_sub(719_468)
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

pub(crate) fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn varint_bytes(number: usize) -> usize {
    match number {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        _ => 3,
    }
}

/// One connection, one request at a time.
struct Post {
    stream: TcpStream,
    address: String,
    compressor: Option<Compressor>,
    compressed: Vec<u8>,
}

impl Post {
    fn open(address: &str, compressor: Option<Compressor>) -> Result<Post> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let address = address.to_owned();
        Ok(Post {
            stream,
            address,
            compressor,
            compressed: Vec::new(),
        })
    }

    fn send(&mut self, message: &[u8]) -> Result<()> {
        let (body, encoding) = match &mut self.compressor {
            None => (message, ""),
            Some(compressor) => {
                codec::gzip_into(compressor, message, &mut self.compressed)?;
                (&*self.compressed, "content-encoding: gzip\r\n")
            }
        };
        let head = format!(
            "POST /v1/logs HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-protobuf\r\n{encoding}content-length: {}\r\n\r\n",
            self.address,
            body.len(),
        );
        self.stream.write_all(head.as_bytes())?;
        self.stream.write_all(body)?;
        self.read_answer()
    }

    /// The sink's answer has no body, so it ends with its head.
    fn read_answer(&mut self) -> Result<()> {
        let mut buffer = [0; 512];
        let mut end = 0;
        while !buffer[..end].ends_with(b"\r\n\r\n") {
            let bytes = self.stream.read(&mut buffer[end..])?;
            if bytes == 0 {
                return Err("the sink has closed the connection".into());
            }
            end += bytes;
        }
        if buffer.starts_with(b"HTTP/1.1 200") {
            Ok(())
        } else {
            Err("the sink has not answered 200".into())
        }
    }
}
