//! The beginning of one line → the columns that may stand before its message.
//!
//! Limits: at most [`STEPS_MAX`] columns, each at most [`COLUMN_BYTES_MAX`] long; every byte is looked at a fixed number of times.

use crate::format::layout;
use crate::format::severity;
use crate::format::timestamp::{self, Leading, Zone};

/// Most columns before a message.
const STEPS_MAX: usize = 10;

/// Longest column.
const COLUMN_BYTES_MAX: usize = 120;

/// How many words ahead a level is looked for.
const AHEAD_WORDS_MAX: usize = 5;

/// What a beginning consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Mark {
    Time,
    /// A level's word.
    Level,
    /// A level's letter.
    Letter,
    /// A column in brackets, whose byte stands before and behind it.
    Enclosed,
    /// A column without.
    Bare,
    /// What stands between columns; a blank stands for any number of them.
    Byte(u8),
}

/// The beginning of one line.
#[derive(Debug)]
pub(super) struct Prefix<'a> {
    pub(super) marks: Vec<Mark>,
    /// Where the message may begin: behind so many marks.
    pub(super) ends: Vec<usize>,
    /// The word of its level.
    pub(super) level: &'a str,
    /// The whole line.
    pub(super) line: &'a str,
    /// What the columns hold, in their order.
    pub(super) columns: Vec<&'a str>,
}

struct Reader<'a, 'z> {
    line: &'a str,
    at: usize,
    found: Prefix<'a>,
    zone: &'z mut Zone,
}

impl<'a> Prefix<'a> {
    /// Reads the beginning of a line.
    pub(super) fn read(line: &'a str, zone: &mut Zone) -> Prefix<'a> {
        let mut reader = Reader {
            line,
            at: line.len() - line.trim_ascii_start().len(),
            found: Prefix {
                marks: Vec::new(),
                ends: Vec::new(),
                columns: Vec::new(),
                level: "",
                line,
            },
            zone,
        };
        for _ in 0..STEPS_MAX {
            let is_column = reader.enclosed() || reader.time() || reader.level() || reader.bare();
            if !is_column || !reader.separator() {
                break;
            }
            reader.found.ends.push(reader.found.marks.len());
        }
        reader.found
    }
}

impl<'a> Reader<'a, '_> {
    fn rest(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or_default()
    }

    fn has(&self, mark: Mark) -> bool {
        self.found.marks.contains(&mark)
    }

    fn has_level(&self) -> bool {
        self.has(Mark::Level) || self.has(Mark::Letter)
    }

    fn mark(&mut self, mark: Mark, bytes: usize) {
        self.found.marks.push(mark);
        self.at += bytes;
    }

    fn time(&mut self) -> bool {
        if self.has(Mark::Time) {
            return false;
        }
        let bytes = self.rest().as_bytes();
        let found = timestamp::at(bytes, self.zone)
            .or_else(|| timestamp::time_of_day(bytes, self.zone))
            .map(Leading::bytes);
        if let Some(length) = found {
            self.mark(Mark::Time, length);
        }
        found.is_some()
    }

    /// A level that stands for itself: in capitals, or with a mark behind it.
    fn level(&mut self) -> bool {
        let rest = self.rest();
        if self.has_level() {
            return false;
        }
        let length = rest
            .bytes()
            .take_while(u8::is_ascii_alphanumeric)
            .take(16)
            .count();
        let word = rest.get(..length).unwrap_or_default();
        let behind = rest.as_bytes().get(length).copied();
        if severity::from_word(word).is_some() {
            let is_upper = !word.bytes().any(|byte| byte.is_ascii_lowercase());
            let marked = matches!(behind, Some(b':' | b'|' | b'\t' | b']' | b'['))
                || matches!(
                    rest.as_bytes().get(length..length + 2),
                    Some(b" |" | b" -" | b"  " | b" [" | b" :")
                );
            let length = length + offset_length(rest.get(length..).unwrap_or_default());
            if is_upper || marked || self.has(Mark::Time) {
                self.found.level = word;
                self.mark(Mark::Level, length);
                return true;
            }
        }
        let is_letter =
            length == 1 && matches!(word, "T" | "V" | "D" | "I" | "W" | "E" | "F" | "C");
        if is_letter && matches!(behind, Some(b' ' | b':' | b'|' | b'\t')) {
            self.mark(Mark::Letter, 1);
        }
        is_letter && self.found.marks.last() == Some(&Mark::Letter)
    }

    /// `[…]`, `(…)` or `<…>`.
    fn enclosed(&mut self) -> bool {
        let rest = self.rest();
        let Some((open, close)) = rest.bytes().next().and_then(closing) else {
            return false;
        };
        let inner = rest.get(1..).unwrap_or_default();
        let near = inner.as_bytes();
        let near = near
            .get(..COLUMN_BYTES_MAX.min(near.len()))
            .unwrap_or_default();
        let Some(length) = memchr::memchr(close, near) else {
            return false;
        };
        let content = inner.get(..length).unwrap_or_default();
        let content = content.trim_ascii();
        if content.contains(char::from(open)) || content.contains(['{', '}']) {
            return false;
        }
        self.mark(Mark::Byte(open), 0);
        self.content(content);
        self.mark(Mark::Byte(close), length + 2);
        true
    }

    /// What stands in brackets: a time, a level, both, or a column.
    fn content(&mut self, content: &'a str) {
        let bytes = content.as_bytes();
        if !self.has(Mark::Time)
            && let Some(leading) =
                timestamp::at(bytes, self.zone).or_else(|| timestamp::time_of_day(bytes, self.zone))
        {
            let behind = content.get(leading.bytes()..).unwrap_or_default();
            if behind.is_empty() {
                return self.mark(Mark::Time, 0);
            }
            if !self.has_level() && severity::from_word(behind.trim_ascii()).is_some() {
                self.mark(Mark::Time, 0);
                self.mark(Mark::Byte(b' '), 0);
                self.found.level = behind.trim_ascii();
                return self.mark(Mark::Level, 0);
            }
        }
        if !self.has_level() {
            if severity::from_word(content).is_some() {
                self.found.level = content;
                return self.mark(Mark::Level, 0);
            }
            if content.len() == 1 && severity::from_letter(content).is_some() {
                return self.mark(Mark::Letter, 0);
            }
        }
        self.mark(Mark::Enclosed, 0);
        self.found.columns.push(content);
    }

    /// A word that is no word of a sentence, or stands before a mark or a level.
    fn bare(&mut self) -> bool {
        let rest = self.rest();
        let length = word_length(rest);
        let word = rest.get(..length).unwrap_or_default();
        if word.is_empty() || word.contains(['{', '}', '\\']) {
            return false;
        }
        let behind = rest.get(length..).unwrap_or_default();
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        // Behind a logger, what looks like one begins the message.
        let has_logger = self.has_level()
            && self.found.columns.iter().any(|column| {
                let file = column.rsplit_once(':').map_or(*column, |(file, _)| file);
                is_dotted(column) && !layout::is_source(file.as_bytes())
            });
        let with_line = word.rsplit_once(':').is_some();
        let stands_out = is_number
            || is_hex(word)
            || is_thread(word)
            || ((!has_logger || with_line) && (is_dotted(word) || marked(behind)));
        if is_code(word) {
            return false;
        }
        if !stands_out && (self.has_level() || !level_ahead(behind)) {
            return false;
        }
        self.mark(Mark::Bare, length);
        self.found.columns.push(word);
        true
    }

    /// What stands behind a column; `false` when it does not end here.
    fn separator(&mut self) -> bool {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let blanks = count(bytes, |byte| matches!(byte, b' ' | b'\t'));
        let behind = bytes.get(blanks..).unwrap_or_default();
        let signs = count(behind, |byte| {
            matches!(byte, b'-' | b':' | b'|' | b',' | b'>')
        });
        let next = behind.get(signs).copied();
        let blanks_behind = count(behind.get(signs..).unwrap_or_default(), |byte| {
            matches!(byte, b' ' | b'\t')
        });
        let first = behind.first().copied();
        let delimited = blanks_behind > 0 || next.is_none() || next == Some(b'[');
        let glued = blanks == 0 && signs == 1 && matches!(first, Some(b':' | b'|' | b','));
        if signs > 0 && signs <= 3 && (delimited || glued) {
            let is_colon = first == Some(b':') || first == Some(b',');
            if blanks > 0 && !is_colon && first != Some(b'|') {
                self.mark(Mark::Byte(b' '), 0);
            }
            for sign in behind.iter().take(signs) {
                self.mark(Mark::Byte(*sign), 0);
            }
            if blanks_behind > 0 && first != Some(b'|') {
                self.mark(Mark::Byte(b' '), 0);
            }
            self.at += blanks + signs + blanks_behind;
            return true;
        }
        if blanks > 0 {
            self.mark(Mark::Byte(b' '), blanks);
            return true;
        }
        matches!(first, Some(b'[' | b'(' | b'<'))
            && matches!(self.found.marks.last(), Some(Mark::Byte(_)))
    }
}

fn closing(open: u8) -> Option<(u8, u8)> {
    match open {
        b'[' => Some((b'[', b']')),
        b'(' => Some((b'(', b')')),
        b'<' => Some((b'<', b'>')),
        _ => None,
    }
}

fn count(bytes: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| is_part(**byte)).count()
}

/// A word goes on to a blank or a bar, and to a colon that neither a digit nor a colon follows.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).filter(|_| at < COLUMN_BYTES_MAX) {
        let next = bytes.get(at + 1).copied();
        match byte {
            b' ' | b'\t' | b'|' | b',' | b'[' | b']' | b'(' | b')' | b'"' | b'\'' | b'=' => break,
            b':' if next == Some(b':') => at += 1,
            b':' if !next.is_some_and(|next| next.is_ascii_digit()) => break,
            b'-' if matches!(next, Some(b' ') | None) => break,
            _ => {}
        }
        at += 1;
    }
    at
}

/// `shop.cart`, `shop::cart`, `cart.py:42`: a name with parts.
pub(super) fn is_dotted(word: &str) -> bool {
    let starts = word
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let is_part = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'.' | b'-' | b'$' | b':' | b'/' | b'#')
    };
    let inner = word.trim_end_matches(['.', ':']);
    starts
        && inner.len() == word.len()
        && word.bytes().all(is_part)
        && (word.contains('.') || word.contains("::"))
}

/// Whether a mark follows that ends a column.
fn marked(behind: &str) -> bool {
    if behind.starts_with('\t') {
        return true;
    }
    let trimmed = behind.trim_ascii_start();
    let spaced = trimmed.len() < behind.len();
    match trimmed.as_bytes() {
        [b':', next, ..] => !spaced || *next == b' ',
        [b'|', ..] => true,
        [b'>', b' ', ..] | [b'-', b' ' | b'-', ..] => spaced,
        _ => false,
    }
}

/// Whether a level in capitals or brackets is among the next words.
fn level_ahead(behind: &str) -> bool {
    let near = behind.as_bytes();
    let near = near.get(..near.len().min(200)).unwrap_or_default();
    let words = near
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .filter(|word| !word.is_empty());
    words.take(AHEAD_WORDS_MAX).any(|word| {
        let bare = str::from_utf8(word)
            .unwrap_or_default()
            .trim_matches(['[', ']', ':', '|', '(', ')', '<', '>', '-']);
        severity::from_word(bare).is_some() && !bare.bytes().any(|byte| byte.is_ascii_lowercase())
    })
}

/// Names that runtimes give to threads.
pub(super) fn is_thread(value: &str) -> bool {
    const PARTS: [&str; 8] = [
        "thread",
        "pool",
        "worker",
        "exec",
        "dispatcher",
        "nio",
        "scheduler",
        "timer",
    ];
    let lower = value.to_ascii_lowercase();
    let numbered = value
        .rsplit_once(['-', '_', '#'])
        .is_some_and(|(name, number)| {
            !name.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && !number.is_empty()
        });
    lower == "main" || numbered || PARTS.iter().any(|part| lower.contains(part))
}

/// slog's `+2` or `-4` behind a level.
fn offset_length(behind: &str) -> usize {
    let digits = behind
        .bytes()
        .skip(1)
        .take_while(u8::is_ascii_digit)
        .count();
    if behind.starts_with(['+', '-']) && (1..=2).contains(&digits) {
        1 + digits
    } else {
        0
    }
}

/// A message's code, as `CWWKF0010I` and `BEA-000360`.
fn is_code(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = word.get(letters..).unwrap_or_default();
    let digits = rest
        .trim_start_matches('-')
        .trim_end_matches(|letter: char| letter.is_ascii_uppercase());
    letters >= 2 && digits.len() >= 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number in hex digits, as threads have.
fn is_hex(word: &str) -> bool {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    digits.len() >= 6
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && digits.bytes().any(|byte| byte.is_ascii_digit())
}
