//! A pull scanner over one line of JSON. It accepts what RFC 8259 does, and raw control characters in strings besides.

use std::borrow::Cow;

use crate::format::unique::{self, KeyMask};
use crate::record::Value;

/// Nesting read into values; what lies deeper is kept as its JSON text. Receivers' own decoders stop at about 100.
const DEPTH_MAX: u32 = 48;

/// A place in a text.
#[derive(Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// At the beginning.
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, at: 0 }
    }

    /// Whether only blanks are left.
    pub fn at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Whether this byte comes next.
    pub fn peeks(&mut self, byte: u8) -> bool {
        self.peek() == Some(byte)
    }

    /// Passes an opening bracket.
    pub fn open(&mut self, bracket: u8) -> Option<()> {
        (self.peek()? == bracket).then(|| self.at += 1)
    }

    /// Passes a closing bracket if it comes next.
    pub fn closes(&mut self, bracket: u8) -> bool {
        let closes = self.peek() == Some(bracket);
        self.at += usize::from(closes);
        closes
    }

    /// Passes a comma.
    pub fn comma(&mut self) -> Option<()> {
        self.open(b',')
    }

    /// A key and the colon behind it.
    #[expect(
        clippy::inline_always,
        reason = "once for every key: as a call, the key goes through memory"
    )]
    #[inline(always)]
    pub fn key(&mut self) -> Option<Cow<'a, str>> {
        let key = match self.text_value() {
            Some(plain) => Cow::Borrowed(plain),
            None => Cow::Owned(self.escaped_string()?),
        };
        self.open(b':')?;
        Some(key)
    }

    /// The digits of a number that comes next, without passing them.
    pub fn peek_number(&mut self) -> Option<&'a str> {
        matches!(self.peek()?, b'0'..=b'9' | b'-')
            .then(|| self.text.get(self.at..self.number_end()))?
    }

    /// Passes the number that [`Scanner::peek_number`] showed.
    pub fn pass_number(&mut self) {
        self.at = self.number_end();
    }

    /// The next value, whatever it is.
    pub fn value(&mut self) -> Option<Value<'a>> {
        let mut value = Value::Empty;
        self.value_into(&mut value).map(|()| value)
    }

    /// The next value when it is a text without escapes; else nothing is passed.
    #[inline]
    pub fn text_value(&mut self) -> Option<&'a str> {
        (self.peek()? == b'"').then(|| self.plain_string())?
    }

    /// Reads the next value into its place. Values are not handed around: moving one costs more than reading it.
    #[inline]
    pub fn value_into(&mut self, place: &mut Value<'a>) -> Option<()> {
        match self.text_value() {
            Some(text) => *place = Value::Text(Cow::Borrowed(text)),
            None => self.read_into(place, 0)?,
        }
        Some(())
    }

    fn read_into(&mut self, place: &mut Value<'a>, depth: u32) -> Option<()> {
        *place = match self.peek()? {
            b'"' => match self.plain_string() {
                Some(text) => Value::Text(Cow::Borrowed(text)),
                None => Value::Text(Cow::Owned(self.escaped_string()?)),
            },
            b'{' | b'[' if depth >= DEPTH_MAX => self.raw()?,
            b'{' => return self.object_into(place, depth),
            b'[' => return self.array_into(place, depth),
            b't' => self.word("true", Value::Bool(true))?,
            b'f' => self.word("false", Value::Bool(false))?,
            b'n' => self.word("null", Value::Empty)?,
            _ => self.number()?,
        };
        Some(())
    }

    fn object_into(&mut self, place: &mut Value<'a>, depth: u32) -> Option<()> {
        self.open(b'{')?;
        let mut members = Vec::new();
        let mut mask = KeyMask::default();
        if !self.closes(b'}') {
            loop {
                let key = self.key()?;
                let room = unique::room_for(&mut members, &mut mask, key);
                self.read_into(room.value, depth + 1)?;
                // Unlike an attribute, a member may be empty: the object says that it is there.
                if members.last().is_some_and(|last| last.key.is_empty()) {
                    members.pop();
                }
                if members.len() > unique::KEYS_MAX {
                    return None;
                }
                if self.closes(b'}') {
                    break;
                }
                self.comma()?;
            }
        }
        *place = Value::Map(members);
        Some(())
    }

    fn array_into(&mut self, place: &mut Value<'a>, depth: u32) -> Option<()> {
        self.open(b'[')?;
        let mut items = Vec::new();
        if !self.closes(b']') {
            loop {
                items.push(Value::Empty);
                self.read_into(items.last_mut()?, depth + 1)?;
                if self.closes(b']') {
                    break;
                }
                self.comma()?;
            }
        }
        *place = Value::Array(items);
        Some(())
    }

    /// An object or a list as it stands; only its brackets and strings are looked at.
    fn raw(&mut self) -> Option<Value<'a>> {
        let (start, mut depth) = (self.at, 0_usize);
        loop {
            match self.bytes().get(self.at)? {
                b'"' => {
                    if self.plain_string().is_none() {
                        self.escaped_string()?;
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return self
                    .text
                    .get(start..self.at)
                    .map(|text| Value::Text(Cow::Borrowed(text)));
            }
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Option<Value<'a>> {
        self.text.get(self.at..)?.starts_with(word).then(|| {
            self.at += word.len();
            value
        })
    }

    /// A short integer that comes next; else nothing is passed.
    #[inline]
    fn short_integer(&mut self) -> Option<i64> {
        // Eighteen digits always fit.
        const DIGITS_MAX: usize = 18;
        let rest = self.bytes().get(self.at..)?;
        let sign = usize::from(rest.first() == Some(&b'-'));
        let mut number = 0;
        let mut digits = 0;
        while let Some(digit @ b'0'..=b'9') = rest.get(sign + digits) {
            // One digit too many may wrap; then the number is not used.
            number = i64::wrapping_add(i64::wrapping_mul(number, 10), i64::from(digit - b'0'));
            digits += 1;
            if digits > DIGITS_MAX {
                return None;
            }
        }
        let goes_on = matches!(
            rest.get(sign + digits),
            Some(b'.' | b'e' | b'E' | b'+' | b'-')
        );
        if digits == 0 || goes_on {
            return None;
        }
        self.at += sign + digits;
        Some(if sign == 1 { -number } else { number })
    }

    fn number(&mut self) -> Option<Value<'a>> {
        if let Some(number) = self.short_integer() {
            return Some(Value::Int(number));
        }
        let (start, end) = (self.at, self.number_end());
        let text = self
            .text
            .get(start..end)
            .filter(|text| is_number(text.as_bytes()))?;
        self.at = end;
        let is_integer = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
        if is_integer {
            // What does not fit 64 bits keeps its digits as text.
            // Spec: common/attribute-type-mapping, "Integer Values".
            return Some(
                text.parse()
                    .map_or(Value::Text(Cow::Borrowed(text)), Value::Int),
            );
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Some(Value::Double(number)),
            _ => Some(Value::Text(Cow::Borrowed(text))),
        }
    }

    fn number_end(&self) -> usize {
        let is_part =
            |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let rest = self.bytes().get(self.at..).unwrap_or_default();
        self.at
            + rest
                .iter()
                .position(|byte| !is_part(byte))
                .unwrap_or(rest.len())
    }

    /// The string that begins here, when it has no escapes; else nothing is passed.
    #[inline]
    fn plain_string(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let end = string_end(self.bytes(), start)?;
        if self.bytes()[end] != b'"' {
            return None;
        }
        let text = self.text.get(start..end)?;
        self.at = end + 1;
        Some(text)
    }

    /// The string that begins here, which has escapes.
    #[cold]
    fn escaped_string(&mut self) -> Option<String> {
        self.open(b'"')?;
        let start = self.at;
        self.at = string_end(self.bytes(), start)?;
        let plain = self.text.get(start..self.at)?;
        let mut text = String::with_capacity(plain.len() + 32);
        text.push_str(plain);
        self.escaped(&mut text).map(|()| text)
    }

    /// The rest of a string from its first backslash on.
    fn escaped(&mut self, text: &mut String) -> Option<()> {
        loop {
            if self.bytes()[self.at] == b'"' {
                self.at += 1;
                return Some(());
            }
            let escape = *self.bytes().get(self.at + 1)?;
            self.at += 2;
            match escape {
                b'"' | b'\\' | b'/' => text.push(char::from(escape)),
                b'b' => text.push('\u{8}'),
                b'f' => text.push('\u{c}'),
                b'n' => text.push('\n'),
                b'r' => text.push('\r'),
                b't' => text.push('\t'),
                b'u' => text.push(self.unicode()?),
                _ => return None,
            }
            let next = string_end(self.bytes(), self.at)?;
            text.push_str(self.text.get(self.at..next)?);
            self.at = next;
        }
    }

    /// Four hex digits behind `\u`, or two such escapes that make one character. A lone surrogate becomes U+FFFD.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hex4()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let is_pair = self.bytes().get(self.at..self.at + 2) == Some(b"\\u");
        if !is_pair {
            return Some(char::REPLACEMENT_CHARACTER);
        }
        let back = self.at;
        self.at += 2;
        let second = self.hex4()?;
        if (0xdc00..0xe000).contains(&second) {
            return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        }
        self.at = back;
        Some(char::REPLACEMENT_CHARACTER)
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }
}

/// The next quote or backslash from `at` on. Most strings of logs are shorter than a call of a vectorised search takes, so
/// eight bytes are looked at together, here.
#[inline]
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let zero_at = |byte: u8| {
            let zeroed = word ^ (ONES * u64::from(byte));
            zeroed.wrapping_sub(ONES) & !zeroed & HIGHS
        };
        let found = zero_at(b'"') | zero_at(b'\\');
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    let offset = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    Some(at + offset)
}

/// Spec: RFC 8259, section 6; leading zeros are let pass.
fn is_number(text: &[u8]) -> bool {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let digits = |from: usize| {
        unsigned
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut at = digits(0);
    if at == 0 {
        return false;
    }
    if unsigned.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        at += 1 + fraction;
        if fraction == 0 {
            return false;
        }
    }
    if matches!(unsigned.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(unsigned.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        at += 1 + sign + exponent;
        if exponent == 0 {
            return false;
        }
    }
    at == unsigned.len()
}

/// How many braces are open behind a line, when `depth` were open before it. Braces in strings do not count, and no string goes on in
/// the next line.
pub fn depth_behind(line: &[u8], mut depth: u32) -> u32 {
    let mut rest = line;
    while let Some(at) = memchr::memchr3(b'{', b'}', b'"', rest) {
        let byte = rest[at];
        rest = &rest[at + 1..];
        match byte {
            b'{' => depth = depth.saturating_add(1),
            b'}' => depth = depth.saturating_sub(1),
            _ => rest = behind_string(rest),
        }
    }
    depth
}

/// What follows the quote that ends a string.
fn behind_string(mut rest: &[u8]) -> &[u8] {
    while let Some(at) = memchr::memchr2(b'"', b'\\', rest) {
        let passed = if rest[at] == b'"' { 1 } else { 2 };
        let ends = passed == 1;
        rest = rest.get(at + passed..).unwrap_or_default();
        if ends {
            return rest;
        }
    }
    &[]
}
