//! The letters of JSON: blanks, strings, numbers, and values that are passed over.

use super::{Lost, Reader};
use crate::validate::found::{Edit, Place, Tail};
use crate::validate::rules::Code;
use crate::validate::tree::{At, Span};

/// Arrays and objects within one another that are passed over; a byte each is kept.
const PASSED_DEPTH_MAX: usize = 10_000;

impl Reader<'_> {
    /// The next byte.
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes the next byte if it is this one.
    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_it = self.peek() == Some(byte);
        self.at += usize::from(is_it);
        is_it
    }

    /// Passes white space.
    #[inline]
    pub(super) fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Reads a string, whose quote comes next; whether it has escapes.
    pub(super) fn string(&mut self, at: At) -> Result<(Span, bool), Lost> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.plain_letters();
            match self.peek() {
                Some(b'"') => {
                    let span = Span::new(start, self.at);
                    self.at += 1;
                    return Ok((span, escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape(at)?;
                }
                Some(_) => {
                    return Err(self.lost(at, "a control character must be escaped in a string"));
                }
                None => return Err(self.lost(at, "the string has no end")),
            }
        }
    }

    /// Passes letters that mean themselves, eight at a time.
    #[inline]
    fn plain_letters(&mut self) {
        const ONES: u64 = u64::MAX / 255;
        const HIGHS: u64 = ONES << 7;
        let mut rest = self.bytes.get(self.at..).unwrap_or_default();
        while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
            let word = u64::from_le_bytes(*eight);
            let quote = word ^ (ONES * u64::from(b'"'));
            let slash = word ^ (ONES * u64::from(b'\\'));
            let is_quote = quote.wrapping_sub(ONES) & !quote;
            let is_slash = slash.wrapping_sub(ONES) & !slash;
            let is_control = word.wrapping_sub(ONES * 0x20) & !word;
            // Of the bits that are set, the lowest is right; those above it may come from a borrow.
            let special = (is_quote | is_slash | is_control) & HIGHS;
            if special != 0 {
                self.at += special.trailing_zeros() as usize / 8;
                return;
            }
            self.at += 8;
            rest = behind;
        }
        let plain = |byte: &&u8| !matches!(**byte, b'"' | b'\\' | 0..=0x1f);
        self.at += rest.iter().take_while(plain).count();
    }

    fn escape(&mut self, at: At) -> Result<(), Lost> {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        self.at += match rest {
            [b'u', digits @ ..]
                if digits.len() >= 4 && digits.iter().take(4).all(u8::is_ascii_hexdigit) =>
            {
                6
            }
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            _ => return Err(self.lost(at, "JSON has no such escape")),
        };
        Ok(())
    }

    /// Reads a number; `None` when what comes next is none.
    pub(super) fn number(&mut self) -> Option<Span> {
        let start = self.at;
        self.eat(b'-');
        let zero_first = self.peek() == Some(b'0');
        let digits = self.digits();
        let mut right = digits > 0 && !(zero_first && digits > 1);
        if self.eat(b'.') {
            right &= self.digits() > 0;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if !self.eat(b'-') {
                self.eat(b'+');
            }
            right &= self.digits() > 0;
        }
        if !right {
            self.at = start;
            return None;
        }
        Some(Span::new(start, self.at))
    }

    fn digits(&mut self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    /// Takes a word like `true`.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_it = rest.starts_with(word.as_bytes())
            && !rest.get(word.len()).is_some_and(u8::is_ascii_alphanumeric);
        self.at += if is_it { word.len() } else { 0 };
        is_it
    }

    /// Whether a `null` comes next, and not another word with its first letter.
    pub(super) fn is_null(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.starts_with(b"null")
    }

    /// Takes `NaN` or an infinity; its number and its name.
    pub(super) fn not_finite_word(&mut self) -> Option<(f64, &'static str)> {
        let words = [
            ("NaN", f64::NAN, "NaN"),
            ("nan", f64::NAN, "NaN"),
            ("Infinity", f64::INFINITY, "Infinity"),
            ("inf", f64::INFINITY, "Infinity"),
            ("-Infinity", f64::NEG_INFINITY, "-Infinity"),
            ("-inf", f64::NEG_INFINITY, "-Infinity"),
        ];
        let (_, number, right) = words.into_iter().find(|(word, ..)| self.word(word))?;
        Some((number, right))
    }

    /// Takes `NaN` or an infinity, which JSON does not have, and notes it.
    pub(super) fn not_finite(&mut self, place: Place) -> Option<f64> {
        let start = self.at;
        let (number, right) = self.not_finite_word()?;
        let span = Span::new(start, self.at);
        self.found.add_with(
            Code::JsonNotFinite,
            Place { span, ..place },
            || format!("{right} must be written in quotes"),
            || vec![Edit::replace(span, format!("\"{right}\""))],
        );
        Some(number)
    }

    /// Passes one value of any kind, without recursion.
    pub(super) fn skip(&mut self, at: At) -> Result<(), Lost> {
        let mut open = Vec::new();
        loop {
            if self.skip_one(at, &mut open)? {
                continue;
            }
            loop {
                let Some(&close) = open.last() else {
                    return Ok(());
                };
                if self.goes_on(close, at)? {
                    self.skip_key(close, at)?;
                    break;
                }
                open.pop();
            }
        }
    }

    /// Passes a scalar, or enters a container that is not empty: then true.
    fn skip_one(&mut self, at: At, open: &mut Vec<u8>) -> Result<bool, Lost> {
        let close = match self.peek() {
            Some(b'{') => b'}',
            Some(b'[') => b']',
            _ => return self.skip_scalar(at).map(|()| false),
        };
        if open.len() >= PASSED_DEPTH_MAX {
            let place = self.here(at);
            self.found.add(Code::JsonDepth, place, || {
                format!("more than {PASSED_DEPTH_MAX} brackets are open")
            });
            return Err(Lost);
        }
        self.at += 1;
        self.blanks();
        if self.eat(close) {
            return Ok(false);
        }
        open.push(close);
        self.skip_key(close, at)?;
        Ok(true)
    }

    fn skip_key(&mut self, close: u8, at: At) -> Result<(), Lost> {
        if close == b']' {
            return Ok(());
        }
        if self.peek() != Some(b'"') {
            return Err(self.lost(at, "a key in quotes must stand here"));
        }
        self.string(at)?;
        self.blanks();
        if !self.eat(b':') {
            return Err(self.lost(at, "a colon must stand behind the key"));
        }
        self.blanks();
        Ok(())
    }

    fn skip_scalar(&mut self, at: At) -> Result<(), Lost> {
        match self.peek() {
            Some(b'"') => self.string(at).map(|_| ()),
            Some(b't') if self.word("true") => Ok(()),
            Some(b'f') if self.word("false") => Ok(()),
            Some(b'n') if self.word("null") => Ok(()),
            _ if self.number().is_some() => Ok(()),
            _ => {
                let place = self.here(at);
                match self.not_finite(place) {
                    Some(_) => Ok(()),
                    None => Err(self.lost(at, "a value must stand here")),
                }
            }
        }
    }

    /// Notes a comma before a closing bracket.
    #[cold]
    pub(super) fn trailing_comma(&mut self, comma: usize, at: At) {
        let span = Span::new(comma, comma + 1);
        let place = Place {
            at,
            tail: Tail::None,
            span,
        };
        self.found.add_with(
            Code::JsonTrailingComma,
            place,
            || "nothing follows this comma".to_owned(),
            || vec![Edit::replace(span, "")],
        );
    }
}
