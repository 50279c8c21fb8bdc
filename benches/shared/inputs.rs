//! The log files that are shipped: the same bytes on every machine, as large as asked for.
//!
//! One block of lines is made of seeded random words. A file is that block again and again, each line with the next
//! millisecond as its time, so that ten gigabytes take seconds and still hold no line twice.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use fastrand::Rng;

use crate::Result;

/// Lines made anew before they repeat: far more than any codec's window.
const BLOCK_BYTES: u64 = 64 << 20;
/// Time of the first line: 2026-11-20T09:24:31Z, in milliseconds.
const START_UNIX_MILLIS: u64 = 1_795_166_671_000;
/// Seed of the words; any number would do, but always the same.
const SEED: u64 = 4317;
const WORDS: &str = "accepted account after again answer batch before block buffer bytes cache cancelled \
    cart checkout client closed commit complete config connection consumer created customer deadline deleted \
    delivery disk done dropped elapsed empty entry event expired failed fetch file finished flush for found from \
    gateway handler header health host idle index inventory invoice item job key later leader limit listening \
    loaded lock memory message missing moved network new node not offset open order page partition payment \
    pending pool port process producer queue quota read ready rebalance received refresh region rejected replica \
    request reset response resumed retry returned route saved schedule service session shard shutdown size slow \
    snapshot socket started state stopped storage stream sync table task tenant thread timeout to token topic \
    transaction unknown updated upload user valid version wait with worker write zone";

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `2026-11-20T09:24:31.123Z INFO  words …`, about 127 bytes.
    Plain,
    /// An object as pino writes it, about 242 bytes, with one object inside.
    Json,
}

impl Shape {
    pub(crate) const ALL: [Shape; 2] = [Shape::Plain, Shape::Json];

    fn file_name(self) -> &'static str {
        match self {
            Shape::Plain => "plain.log",
            Shape::Json => "json.log",
        }
    }
}

/// A file to ship.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) line_count: u64,
}

impl Input {
    pub(crate) fn remove(self) -> Result<()> {
        Ok(fs::remove_file(&self.path)?)
    }
}

/// Writes a file of whole lines, at most `bytes` long and at least nearly so.
pub(crate) fn generate(folder: &Path, shape: Shape, bytes: u64) -> Result<Input> {
    let mut block = Block::new(shape, usize::try_from(bytes.min(BLOCK_BYTES))?);
    let path = folder.join(shape.file_name());
    let mut file = File::create(&path)?;
    let mut input = Input {
        path,
        bytes: 0,
        line_count: 0,
    };
    let mut clock = Stamper::new(shape);
    while input.bytes < bytes {
        let (lines, line_count) = block.next(&mut clock, bytes - input.bytes)?;
        if line_count == 0 {
            break;
        }
        file.write_all(lines)?;
        input.bytes += lines.len() as u64;
        input.line_count += line_count as u64;
    }
    Ok(input)
}

/// Lines without their times, which are filled in for each use.
struct Block {
    text: Vec<u8>,
    /// Where each line's time stands.
    time_offsets: Vec<usize>,
    /// Where each line ends, newline included.
    line_ends: Vec<usize>,
}

impl Block {
    fn new(shape: Shape, bytes: usize) -> Block {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let mut rng = Rng::with_seed(SEED);
        let mut block = Block {
            text: Vec::new(),
            time_offsets: Vec::new(),
            line_ends: Vec::new(),
        };
        while block.text.len() < bytes {
            match shape {
                Shape::Plain => block.push_plain(&mut rng, &words),
                Shape::Json => block.push_json(&mut rng, &words),
            }
            block.line_ends.push(block.text.len());
        }
        block
    }

    fn push_plain(&mut self, rng: &mut Rng, words: &[&str]) {
        self.time_offsets.push(self.text.len());
        let level = pick_level(rng, ["DEBUG", "INFO ", "WARN ", "ERROR"]);
        let text = sentence(rng, words, 60..116);
        let line = format!("{:24} {level} {text}\n", "");
        self.text.extend_from_slice(line.as_bytes());
    }

    fn push_json(&mut self, rng: &mut Rng, words: &[&str]) {
        let level = pick_level(rng, ["20", "30", "40", "50"]);
        let head = format!("{{\"level\":{level},\"time\":");
        self.time_offsets.push(self.text.len() + head.len());
        let (host, id) = (rng.u8(1..9), rng.u32(..));
        let (method, order) = (
            pick_level(rng, ["PUT", "GET", "POST", "DELETE"]),
            rng.u16(1000..),
        );
        let (tenths, text) = (rng.u16(1..9999), json_text(rng, words));
        let line = format!(
            "{head}{:13},\"pid\":4711,\"hostname\":\"web-{host}\",\"name\":\"shop\",\"req\":{{\"id\":\"{id:08x}\",\
             \"method\":\"{method}\",\"url\":\"/api/orders/{order}\",\"ms\":{}.{}}},\"cached\":{},\"msg\":\"{text}\"}}\n",
            "",
            tenths / 10,
            tenths % 10,
            rng.bool(),
        );
        self.text.extend_from_slice(line.as_bytes());
    }

    /// As many whole lines as fit into `bytes_max`, each with its time.
    fn next(&mut self, clock: &mut Stamper, bytes_max: u64) -> Result<(&[u8], usize)> {
        let line_count = self
            .line_ends
            .partition_point(|&end| end as u64 <= bytes_max);
        for &offset in &self.time_offsets[..line_count] {
            clock.stamp(&mut self.text[offset..])?;
        }
        let end = line_count
            .checked_sub(1)
            .map_or(0, |last| self.line_ends[last]);
        Ok((&self.text[..end], line_count))
    }
}

/// Mostly the second of four, seldom the last.
fn pick_level<'a>(rng: &mut Rng, choices: [&'a str; 4]) -> &'a str {
    choices[match rng.u8(..100) {
        0..10 => 0,
        10..90 => 1,
        90..97 => 2,
        _ => 3,
    }]
}

fn sentence(rng: &mut Rng, words: &[&str], bytes: std::ops::Range<usize>) -> String {
    let bytes = rng.usize(bytes);
    let mut text = String::new();
    while text.len() < bytes {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(words[rng.usize(..words.len())]);
    }
    text
}

/// A message as it stands in JSON; one in fifty holds escapes.
fn json_text(rng: &mut Rng, words: &[&str]) -> String {
    let mut text = sentence(rng, words, 42..84);
    if rng.u8(..50) == 0 {
        text.push_str(" \\\"quoted\\\" and\\ncontinued");
    }
    text
}

/// Writes times one millisecond apart, in the width each shape keeps for them.
struct Stamper {
    shape: Shape,
    unix_millis: u64,
    /// `2026-11-20T09:24:31.`, or empty when the second has changed.
    second_text: String,
}

impl Stamper {
    fn new(shape: Shape) -> Stamper {
        Stamper {
            shape,
            unix_millis: START_UNIX_MILLIS,
            second_text: String::new(),
        }
    }

    fn stamp(&mut self, text: &mut [u8]) -> Result<()> {
        match self.shape {
            Shape::Plain => {
                if self.second_text.is_empty() {
                    let second =
                        jiff::Timestamp::from_millisecond(i64::try_from(self.unix_millis)?)?;
                    self.second_text = second.strftime("%Y-%m-%dT%H:%M:%S.").to_string();
                }
                text[..20].copy_from_slice(self.second_text.as_bytes());
                put_digits(&mut text[20..23], self.unix_millis % 1000);
                text[23] = b'Z';
            }
            Shape::Json => put_digits(&mut text[..13], self.unix_millis),
        }
        self.unix_millis += 1;
        if self.unix_millis.is_multiple_of(1000) {
            self.second_text.clear();
        }
        Ok(())
    }
}

fn put_digits(text: &mut [u8], mut number: u64) {
    for digit in text.iter_mut().rev() {
        *digit = b"0123456789"[usize::try_from(number % 10).unwrap_or(0)];
        number /= 10;
    }
}
