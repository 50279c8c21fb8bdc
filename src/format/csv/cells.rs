//! The cells of a row: split at a separator, quotes taken off.
//!
//! A cell that begins with a quote ends at the next quote that is not doubled; it may hold separators and line breaks. Quotes inside
//! other cells are characters like any.
//!
//! Spec: RFC 4180, section 2.

use std::borrow::Cow;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::format) struct Cell<'a> {
    /// What it holds, quotes taken off.
    pub(in crate::format) text: Cow<'a, str>,
    /// Whether it stood in quotes: then it is text, even when it looks like a number.
    pub(in crate::format) quoted: bool,
}

/// Walks through the cells of a row; an empty row has one empty cell.
#[derive(Debug)]
pub(in crate::format) struct Cells<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Cells<'a> {
    /// Over a row, which may have several lines.
    pub(in crate::format) fn new(row: &'a str, separator: u8) -> Cells<'a> {
        Cells {
            rest: Some(row),
            separator,
        }
    }

    fn bare(&mut self, text: &'a str) -> Option<Cell<'a>> {
        let end = separator_in(text.as_bytes(), self.separator);
        let (cell, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
        self.rest = end.and_then(|_| rest.get(1..));
        let text = Cow::Borrowed(cell);
        Some(Cell {
            text,
            quoted: false,
        })
    }

    /// A cell behind its opening quote; `None` when it does not end as one.
    fn quoted(&mut self, text: &'a str) -> Option<Cell<'a>> {
        let (end, doubled) = closing(text.as_bytes())?;
        let (inner, rest) = text.split_at_checked(end)?;
        let rest = rest.get(1..)?;
        match rest.as_bytes().first() {
            None => self.rest = None,
            Some(byte) if *byte == self.separator => self.rest = rest.get(1..),
            Some(_) => return None,
        }
        let text = if doubled {
            Cow::Owned(inner.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(inner)
        };
        Some(Cell { text, quoted: true })
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        let text = self.rest.take()?;
        let quoted = text.strip_prefix('"').and_then(|inner| self.quoted(inner));
        quoted.or_else(|| self.bare(text))
    }
}

/// Where a separator is. Most cells are shorter than a call of a vectorised search takes.
#[inline]
fn separator_in(text: &[u8], separator: u8) -> Option<usize> {
    const SHORT_BYTES: usize = 16;
    let short = text.get(..SHORT_BYTES).unwrap_or(text);
    let near = short.iter().position(|byte| *byte == separator);
    near.or_else(|| Some(short.len() + memchr::memchr(separator, &text[short.len()..])?))
}

/// Whether a quote is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// The row may end here.
    Closed,
    /// The row goes on in the next line.
    Open,
}

/// What is open behind a line, when `before` was before it.
pub(super) fn quote_after(line: &str, separator: u8, before: Quote) -> Quote {
    let mut rest = line.as_bytes();
    let mut quote = before;
    loop {
        if quote == Quote::Open {
            let Some((end, _)) = closing(rest) else {
                return Quote::Open;
            };
            rest = &rest[end + 1..];
            quote = Quote::Closed;
        } else if let Some(inner) = rest.strip_prefix(b"\"") {
            rest = inner;
            quote = Quote::Open;
            continue;
        }
        match memchr::memchr(separator, rest) {
            Some(end) => rest = &rest[end + 1..],
            None => return Quote::Closed,
        }
    }
}

/// Where the quote is that ends a cell, and whether doubled ones stand before it.
fn closing(text: &[u8]) -> Option<(usize, bool)> {
    let (mut at, mut doubled) = (0, false);
    loop {
        at += memchr::memchr(b'"', text.get(at..)?)?;
        if text.get(at + 1) != Some(&b'"') {
            return Some((at, doubled));
        }
        doubled = true;
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row: &str, expected: &[&str]) {
        let cells: Vec<_> = Cells::new(row, b',').map(|cell| cell.text).collect();
        assert_eq!(cells, expected, "{row:?}");
    }

    #[test]
    fn cells_are_split_and_their_quotes_taken_off() {
        check("a,b,c", &["a", "b", "c"]);
        check("", &[""]);
        check(",", &["", ""]);
        check(
            "\"a,b\",\"say \"\"hi\"\"\",\"\"",
            &["a,b", "say \"hi\"", ""],
        );
        check("\"one\ntwo\",x", &["one\ntwo", "x"]);
        check("5\" disk,x", &["5\" disk", "x"]);
        check("\"a\"b,x", &["\"a\"b", "x"]);
        check("\"open,x", &["\"open", "x"]);
    }

    #[test]
    fn an_open_quote_is_seen_at_the_end_of_a_line() {
        let after = |line, before| quote_after(line, b',', before);
        assert_eq!(after("a,b", Quote::Closed), Quote::Closed);
        assert_eq!(after("a,\"b", Quote::Closed), Quote::Open);
        assert_eq!(after("a,\"b \"\"c\"\"", Quote::Closed), Quote::Open);
        assert_eq!(after("more, of \"\" it", Quote::Open), Quote::Open);
        assert_eq!(after("end\",x", Quote::Open), Quote::Closed);
        assert_eq!(after("end\",\"x", Quote::Open), Quote::Open);
        assert_eq!(after("5\" disk,x", Quote::Closed), Quote::Closed);
        assert_eq!(after("", Quote::Open), Quote::Open);
    }

    proptest::proptest! {
        #[test]
        fn rows_are_read_as_they_were_written(cells in proptest::collection::vec("[a-c\",\n]{0,6}", 1..6)) {
            let quoted: Vec<_> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let row = quoted.join(",");
            let read: Vec<_> = Cells::new(&row, b',').map(|cell| cell.text.into_owned()).collect();
            proptest::prop_assert_eq!(read, cells);
            let mut quote = Quote::Closed;
            for line in row.split('\n') {
                quote = quote_after(line, b',', quote);
            }
            proptest::prop_assert_eq!(quote, Quote::Closed);
        }
    }
}
