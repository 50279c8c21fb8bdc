//! Limit C for JSON lines: one pass from the text straight to an OTLP record.
//!
//! `time`, `level` and `msg` go where they belong, everything else becomes an attribute. Lengths are not known before
//! a field is written, so each gets three bytes of room, which a varint may take even when it needs fewer.

use std::str;

use crate::bare::{put_bytes, put_varint, time_and_severity};

/// Room for a length below 2 MiB.
const LENGTH_BYTES: usize = 3;

/// Writes one `log_records` entry, or `None` for a line of another kind.
pub(crate) fn put_record(out: &mut Vec<u8>, line: &[u8]) -> Option<()> {
    let mut scan = Scan { text: line, at: 0 };
    let (mut time_unix_millis, mut level) = (0, 0);
    let record = open(out, 0x12);
    scan.members(|scan, key| {
        match key {
            b"time" => time_unix_millis = scan.integer()?,
            b"level" => level = scan.integer()?,
            b"msg" => {
                let body = open(out, 0x2a);
                scan.put_value(out)?;
                close(out, body);
            }
            _ => scan.put_key_value(out, 0x32, key)?,
        }
        Some(())
    })?;
    let (severity, text): (u8, &[u8]) = match level {
        20 => (5, b"DEBUG"),
        30 => (9, b"INFO"),
        40 => (13, b"WARN"),
        50 => (17, b"ERROR"),
        _ => return None,
    };
    out.extend_from_slice(&time_and_severity(time_unix_millis * 1_000_000, severity));
    out.push(0x1a);
    put_bytes(out, text);
    close(out, record);
    Some(())
}

/// Starts a field whose length comes later.
fn open(out: &mut Vec<u8>, tag: u8) -> usize {
    out.extend_from_slice(&[tag, 0, 0, 0]);
    out.len()
}

fn close(out: &mut [u8], start: usize) {
    let [first, second, third, ..] = (out.len() - start).to_le_bytes();
    let length = u32::from_le_bytes([first, second, third, 0]);
    let [low, ..] = length.to_le_bytes();
    let [middle, ..] = (length >> 7).to_le_bytes();
    let [high, ..] = (length >> 14).to_le_bytes();
    out[start - LENGTH_BYTES..start].copy_from_slice(&[low | 0x80, middle | 0x80, high & 0x7f]);
}

/// A place in one line of JSON without white space.
struct Scan<'line> {
    text: &'line [u8],
    at: usize,
}

impl<'line> Scan<'line> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Goes through an object; `take` must take each member's value.
    fn members(
        &mut self,
        mut take: impl FnMut(&mut Scan<'line>, &'line [u8]) -> Option<()>,
    ) -> Option<()> {
        self.expect(b'{')?;
        while self.peek()? != b'}' {
            let (key, _) = self.string()?;
            self.expect(b':')?;
            take(self, key)?;
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.expect(b'}')
    }

    fn put_key_value(&mut self, out: &mut Vec<u8>, tag: u8, key: &[u8]) -> Option<()> {
        let pair = open(out, tag);
        out.push(0x0a);
        put_bytes(out, key);
        let value = open(out, 0x12);
        self.put_value(out)?;
        close(out, value);
        close(out, pair);
        Some(())
    }

    /// Writes the value here as an `AnyValue`.
    fn put_value(&mut self, out: &mut Vec<u8>) -> Option<()> {
        match self.peek()? {
            b'"' => {
                let (text, has_escapes) = self.string()?;
                out.push(0x0a);
                if has_escapes {
                    put_bytes(out, &unescape(text)?);
                } else {
                    put_bytes(out, text);
                }
            }
            b'{' => {
                let list = open(out, 0x32);
                self.members(|scan, key| scan.put_key_value(out, 0x0a, key))?;
                close(out, list);
            }
            b't' | b'f' => {
                let word = self.word();
                out.extend_from_slice(&[0x10, u8::from(word == b"true")]);
            }
            _ => put_number(out, self.word())?,
        }
        Some(())
    }

    /// A string as it is written, and whether a backslash is in it.
    fn string(&mut self) -> Option<(&'line [u8], bool)> {
        self.expect(b'"')?;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at += quote_or_backslash(self.text.get(self.at..)?)?;
            if self.text[self.at] == b'"' {
                self.at += 1;
                return Some((&self.text[start..self.at - 1], has_escapes));
            }
            has_escapes = true;
            self.at += 2;
        }
    }

    /// Everything up to the next comma or bracket.
    fn word(&mut self) -> &'line [u8] {
        let rest = &self.text[self.at..];
        let bytes = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b'}'))
            .unwrap_or(rest.len());
        self.at += bytes;
        &rest[..bytes]
    }

    fn integer(&mut self) -> Option<u64> {
        digits(self.word())
    }
}

/// Where the string ends or an escape stands. Eight bytes at a time, because most strings are short.
fn quote_or_backslash(text: &[u8]) -> Option<usize> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Sets the high bit of each byte that is zero; only the lowest one set is exact.
    let zeros = |word: u64| word.wrapping_sub(EACH) & !word & (EACH << 7);
    let (words, _) = text.as_chunks::<8>();
    for (index, bytes) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        let quotes = zeros(word ^ (EACH * u64::from(b'"')));
        let backslashes = zeros(word ^ (EACH * u64::from(b'\\')));
        let found = quotes | backslashes;
        if found != 0 {
            return Some(index * 8 + usize::try_from(found.trailing_zeros()).ok()? / 8);
        }
    }
    let start = words.len() * 8;
    let is_mark = |byte: &u8| matches!(byte, b'"' | b'\\');
    text[start..].iter().position(is_mark).map(|at| start + at)
}

fn put_number(out: &mut Vec<u8>, word: &[u8]) -> Option<()> {
    if let Some(integer) = digits(word) {
        out.push(0x18);
        put_varint(out, integer);
    } else {
        let number: f64 = str::from_utf8(word).ok()?.parse().ok()?;
        out.push(0x21);
        out.extend_from_slice(&number.to_le_bytes());
    }
    Some(())
}

fn digits(word: &[u8]) -> Option<u64> {
    word.iter().try_fold(0_u64, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u64::from(digit - b'0'))
    })
}

/// The escapes that the generated inputs hold.
fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next()? {
                b'n' => b'\n',
                b't' => b'\t',
                b'u' => return None,
                other => *other,
            },
            _ => byte,
        });
    }
    Some(plain)
}
