//! JSON scalars → what a node holds: numbers in both their forms, truths, text, bytes, enumerations and ids.

use super::integer::{Integer, Wide, parse_integer};
use super::unknown::quoted;
use super::{Lost, Reader};
use crate::otlp::base64;
use crate::otlp::json::push_hex_string;
use crate::validate::found::{Edit, Place, Tail};
use crate::validate::rules::Code;
use crate::validate::schema::{Enum, Field, Kind};
use crate::validate::tree::{At, Held, IdState, Span};

impl Reader<'_> {
    /// Reads a scalar into a node.
    pub(super) fn scalar(
        &mut self,
        field: &'static Field,
        kind: Kind,
        parent: At,
        index: u32,
    ) -> Result<(), Lost> {
        if self.peek() == Some(b'n') && self.bytes.get(self.at..self.at + 4) == Some(b"null") {
            return self.absent(field, parent);
        }
        if matches!(self.peek(), Some(b'{' | b'[')) {
            return self.wrong_type(field, parent, index, wanted(kind));
        }
        let start = self.at;
        // The node is added when all of it is known; faults name its place before.
        let at = self.tree.next();
        let read = if self.peek() == Some(b'"') {
            self.string(at)
                .map(|(span, escaped)| (span, self.text(at, (kind, span), escaped)))
        } else {
            self.bare(at, kind)
                .map(|held| (Span::new(start, self.at), held))
        };
        let (span, held) = read.unwrap_or((Span::new(start, start), None));
        let held = held.unwrap_or(Held::Broken);
        self.tree.add((parent, index), field.name, span, held);
        read.map(|_| ())
    }

    /// What a string holds for this kind.
    fn text(&mut self, at: At, (kind, span): (Kind, Span), escaped: bool) -> Option<Held> {
        match kind {
            Kind::Text if escaped => Some(Held::Escaped),
            Kind::Text => Some(Held::Text),
            Kind::Id(length) => self.id(at, span, length),
            Kind::Bytes => self.base64(at, span),
            Kind::Bool => self.quoted_bool(at, span),
            Kind::Double => self.quoted_double(at, span),
            Kind::Enum(names) => self.enum_name(at, span, names),
            _ => self.integer(at, kind, span, true),
        }
    }

    /// What a number or a word holds for this kind.
    fn bare(&mut self, at: At, kind: Kind) -> Result<Option<Held>, Lost> {
        let start = self.at;
        if let Some(span) = self.number() {
            return Ok(match kind {
                Kind::Double => self.finite(at, span).map(Held::Double),
                Kind::Text => {
                    self.unquoted(at, span);
                    None
                }
                Kind::Bool | Kind::Bytes | Kind::Id(_) => {
                    self.not_wanted(at, span, kind, "a number");
                    None
                }
                _ => self.integer(at, kind, span, false),
            });
        }
        let truth = self.word("true");
        if truth || self.word("false") {
            let span = Span::new(start, self.at);
            match kind {
                Kind::Bool => return Ok(Some(Held::Bool(truth))),
                Kind::Text => self.unquoted(at, span),
                _ => self.not_wanted(at, span, kind, "true or false"),
            }
            return Ok(None);
        }
        let place = self.here(at);
        match self.not_finite(place) {
            Some(number) if kind == Kind::Double => Ok(Some(Held::Double(number))),
            Some(_) => Ok(None),
            None => Err(self.lost(at, "a value must stand here")),
        }
    }

    /// A number with a fraction, which must not be larger than any.
    fn finite(&mut self, at: At, span: Span) -> Option<f64> {
        let number = double(span.of(self.bytes))?;
        if number.is_infinite() {
            let text = span.of(self.bytes);
            self.found.add(Code::NumberRange, own(at, span), || {
                format!("{} is larger than a double can be", bare_quote(text))
            });
        }
        Some(number)
    }

    /// An integer of this kind, from a number or from a string.
    fn integer(&mut self, at: At, kind: Kind, span: Span, in_quotes: bool) -> Option<Held> {
        let text = span.of(self.bytes);
        match parse_integer(text) {
            Integer::Whole(number) => self.fitting(at, kind, span, number),
            Integer::Odd(number) => {
                let place = own(at, span);
                let right = number.to_string();
                self.found.add_with(
                    Code::NumberForm,
                    place,
                    || format!("{} is {right}", bare_quote(text)),
                    || vec![Edit::replace(span, right.clone())],
                );
                self.fitting(at, kind, span, number)
            }
            Integer::Fraction => {
                self.found.add(Code::NumberNotInteger, own(at, span), || {
                    format!("{} has a fraction", bare_quote(text))
                });
                None
            }
            Integer::TooLarge => {
                self.out_of_range(at, kind, span);
                None
            }
            Integer::NotANumber if in_quotes => {
                self.not_a_number(at, kind, span);
                None
            }
            Integer::NotANumber => None,
        }
    }

    fn fitting(&mut self, at: At, kind: Kind, span: Span, number: Wide) -> Option<Held> {
        let (min, max) = range(kind);
        if let Kind::Enum(names) = kind
            && (min..=max).contains(&number)
        {
            let value = u64::try_from(number).unwrap_or(u64::MAX);
            enum_range(self.found, own(at, span), names, number);
            return Some(Held::Unsigned(value));
        }
        if number < min || number > max {
            self.out_of_range(at, kind, span);
            return None;
        }
        match u64::try_from(number) {
            Ok(number) if min == 0 => Some(Held::Unsigned(number)),
            _ => i64::try_from(number).ok().map(Held::Signed),
        }
    }

    #[cold]
    fn out_of_range(&mut self, at: At, kind: Kind, span: Span) {
        let (min, max) = range(kind);
        let text = span.of(self.bytes);
        self.found.add(Code::NumberRange, own(at, span), || {
            format!("{} is not between {min} and {max}", bare_quote(text))
        });
    }

    #[cold]
    fn not_a_number(&mut self, at: At, kind: Kind, span: Span) {
        let text = span.of(self.bytes);
        self.found.add(Code::WrongType, own(at, span), || {
            let is_date = text.len() > 9 && text.get(4) == Some(&b'-');
            let hint = if is_date { ", not a date" } else { "" };
            format!("{} must be {}{hint}", quoted(text), wanted(kind))
        });
    }

    #[cold]
    fn not_wanted(&mut self, at: At, span: Span, kind: Kind, met: &str) {
        self.found.add(Code::WrongType, own(at, span), || {
            format!("this must be {}, not {met}", wanted(kind))
        });
    }

    /// Text without its quotes.
    #[cold]
    fn unquoted(&mut self, at: At, span: Span) {
        self.found.add_with(
            Code::WrongType,
            own(at, span),
            || "text must stand in quotes".to_owned(),
            || vec![Edit::insert(span.start, "\""), Edit::insert(span.end, "\"")],
        );
    }

    #[cold]
    fn quoted_bool(&mut self, at: At, span: Span) -> Option<Held> {
        let text = span.of(self.bytes);
        let truth = match text {
            b"true" => Some("true"),
            b"false" => Some("false"),
            _ => None,
        };
        self.found.add_with(
            Code::WrongType,
            own(at, span),
            || format!("{} must be true or false, without quotes", quoted(text)),
            || truth.map(|word| unquote(span, word)).into_iter().collect(),
        );
        truth.map(|word| Held::Bool(word == "true"))
    }

    fn quoted_double(&mut self, at: At, span: Span) -> Option<Held> {
        let text = span.of(self.bytes);
        let number = match text {
            b"NaN" => Some(f64::NAN),
            b"Infinity" => Some(f64::INFINITY),
            b"-Infinity" => Some(f64::NEG_INFINITY),
            _ => double(text).filter(|_| text.last().is_some_and(u8::is_ascii_digit)),
        };
        if number.is_none() {
            self.found.add(Code::WrongType, own(at, span), || {
                format!("{} must be a number", quoted(text))
            });
        }
        number.map(Held::Double)
    }

    #[cold]
    fn enum_name(&mut self, at: At, span: Span, names: Enum) -> Option<Held> {
        let text = String::from_utf8_lossy(span.of(self.bytes)).into_owned();
        let by_digits = || text.parse::<usize>().ok();
        let number = names.number_of(&text).or_else(by_digits);
        self.found.add_with(
            Code::EnumName,
            own(at, span),
            || match number {
                Some(number) => format!("{} must be {number}", quoted(text.as_bytes())),
                None => format!("{} must be a number", quoted(text.as_bytes())),
            },
            || {
                let number = number.map(|number| unquote(span, &number.to_string()));
                number.into_iter().collect()
            },
        );
        number.map(|number| Held::Unsigned(number as u64))
    }

    fn base64(&mut self, at: At, span: Span) -> Option<Held> {
        let text = std::str::from_utf8(span.of(self.bytes)).unwrap_or("*");
        // A slash may be escaped in JSON.
        let text = text.replace("\\/", "/");
        let bytes = base64::from_base64(&text);
        if bytes.is_none() {
            self.found.add(Code::BytesBase64, own(at, span), || {
                format!("{} is not base64", quoted(text.as_bytes()))
            });
        }
        bytes.map(|bytes| Held::Bytes(Span::new(0, bytes.len()).end))
    }

    /// An id of so many bytes.
    fn id(&mut self, at: At, span: Span, length: u8) -> Option<Held> {
        let length = usize::from(length);
        let text = span.of(self.bytes);
        if text.is_empty() {
            return Some(Held::Id(IdState::Empty));
        }
        if text.len() == 2 * length && is_hex(text) {
            let zero = text.iter().fold(0, |seen, digit| seen | (digit ^ b'0')) == 0;
            let state = if zero { IdState::Zero } else { IdState::Set };
            return Some(Held::Id(state));
        }
        self.wrong_id(at, span, length);
        None
    }

    #[cold]
    fn wrong_id(&mut self, at: At, span: Span, length: usize) {
        let text = String::from_utf8_lossy(span.of(self.bytes)).replace("\\/", "/");
        let digits = 2 * length;
        let shown = quoted(text.as_bytes());
        let bytes = base64::from_base64(&text).filter(|bytes| bytes.len() == length);
        let all_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(bytes) = bytes.filter(|_| !all_hex) {
            let mut hex = Vec::new();
            push_hex_string(&mut hex, &bytes);
            let hex = String::from_utf8_lossy(&hex).trim_matches('"').to_owned();
            self.found.add_with(
                Code::IdBase64,
                own(at, span),
                || format!("{shown} is base64 of {hex}"),
                || vec![Edit::replace(span, hex.clone())],
            );
            return;
        }
        if all_hex {
            self.found.add(Code::IdLength, own(at, span), || {
                format!("the id has {} hex digits, not {digits}", text.len())
            });
            return;
        }
        let bare: String = text.chars().filter(|letter| *letter != '-').collect();
        let bare = bare.strip_prefix("0x").unwrap_or(&bare).to_owned();
        let meant = bare.len() == digits && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        self.found.add_with(
            Code::IdNotHex,
            own(at, span),
            || format!("{shown} is not made of {digits} hex digits"),
            || {
                let right = meant.then(|| Edit::replace(span, bare.clone()));
                right.into_iter().collect()
            },
        );
    }
}

/// Whether all are hex digits; without a branch, so that they are looked at many at a time.
fn is_hex(text: &[u8]) -> bool {
    let others = text.iter().fold(0, |others, byte| {
        let is_digit = byte.wrapping_sub(b'0') < 10;
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 6;
        others + u32::from(!is_digit && !is_letter)
    });
    others == 0
}

/// A number of the input as it stands, cut when it is long.
fn bare_quote(text: &[u8]) -> String {
    quoted(text).replace('"', "")
}

/// The place of a node's own value.
fn own(at: At, span: Span) -> Place {
    Place {
        at,
        tail: Tail::None,
        span,
    }
}

/// Takes the quotes around a value away with it.
fn unquote(span: Span, text: &str) -> Edit {
    let span = Span {
        start: span.start.saturating_sub(1),
        end: span.end + 1,
    };
    Edit::replace(span, text)
}

/// Notes a number that the enumeration has no name for.
pub(in crate::validate) fn enum_range(
    found: &mut crate::validate::found::Found,
    place: Place,
    names: Enum,
    number: Wide,
) {
    if number < 0 || number > Wide::from(names.max()) {
        found.add(Code::EnumRange, place, || {
            format!("{number} is not between 0 and {}", names.max())
        });
    }
}

/// What a field of this kind takes, in words.
fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a string",
        Kind::Bool => "true or false",
        Kind::Bytes => "a string of base64",
        Kind::Id(_) => "a string of hex digits",
        Kind::Double => "a number",
        Kind::Message(_) => "an object",
        Kind::Fixed64 => "a whole number, as nanoseconds and counts are",
        _ => "a whole number",
    }
}

/// The smallest and the largest number of a kind.
fn range(kind: Kind) -> (Wide, Wide) {
    match kind {
        Kind::Int64 | Kind::Sfixed64 => (i64::MIN.into(), i64::MAX.into()),
        Kind::Uint64 | Kind::Fixed64 => (0, u64::MAX.into()),
        Kind::Uint32 | Kind::Fixed32 => (0, u32::MAX.into()),
        _ => (i32::MIN.into(), i32::MAX.into()),
    }
}

fn double(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
