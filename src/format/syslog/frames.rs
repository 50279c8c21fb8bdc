//! A stream of syslog whose messages stand behind their lengths, `83 <34>1 …`, cut into its messages.
//!
//! Nothing stands between two messages, or a line break by mistake; a message may hold line breaks. A count is believed when a message
//! follows it, and when what stands behind the message is the next count, a line break or nothing. Otherwise the text up to the next line
//! break or count is a message by itself: senders that count characters in place of bytes lose no text. Each byte is looked at a few
//! times at most.
//!
//! Limits: a count has at most seven digits.
//! Spec: RFC 6587, section 3.4.1.

use std::ops::Range;

/// Digits of a count: 10 MB, far more than any receiver takes.
const DIGITS_MAX: usize = 7;

/// Bytes of a count, its blank and the longest priority.
const HEADER_BYTES_MAX: usize = DIGITS_MAX + " <191>".len();

/// Pieces of a head that must all have the right count.
const PIECES_TRIED: usize = 8;

/// Whether more bytes may follow those that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// None do.
    Ends,
    /// More may come.
    Open,
}

/// What begins at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A message of the length that stands before it.
    Counted(Range<usize>),
    /// A message without a count, or with a wrong one, which is left out.
    Line(Range<usize>),
    /// It cannot be told yet.
    Open,
}

/// The piece that begins at `from`, which is no blank.
pub fn piece(bytes: &[u8], from: usize, tail: Tail) -> Piece {
    let rest = bytes.get(from..).unwrap_or_default();
    let is_cut = tail == Tail::Open && may_be_header(rest);
    let Some((header, length)) = header(rest) else {
        return if is_cut {
            Piece::Open
        } else {
            line(bytes, from, tail)
        };
    };
    let start = from + header;
    let end = start + length;
    match bytes.get(end..) {
        None if tail == Tail::Open => Piece::Open,
        Some(behind) if is_next(behind) => Piece::Counted(start..end),
        _ => line(bytes, start, tail),
    }
}

/// Whether a file begins with messages and their lengths.
pub fn looks_like(head: &[u8]) -> bool {
    if header(head).is_none() {
        return false;
    }
    let mut from = 0;
    for _ in 0..PIECES_TRIED {
        match piece(head, from, Tail::Open) {
            Piece::Counted(range) => from = range.end + blanks(&head[range.end..]),
            Piece::Line(_) => return false,
            // A count that leads beyond the head may be any number, unless others were right before it.
            Piece::Open => return from > 0 || head.len() > HEADER_BYTES_MAX,
        }
    }
    true
}

/// Whether a message that has a count begins at `from`, wherever it may end.
pub fn is_counted(bytes: &[u8], from: usize) -> bool {
    bytes
        .get(from..)
        .is_some_and(|rest| header(rest).is_some_and(|(start, count)| rest.len() < start + count))
}

/// Blanks and line breaks at the start.
pub fn blanks(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

/// `83 <34>` → how many bytes the count and its blank take, and the count.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    let head = bytes.get(..bytes.len().min(HEADER_BYTES_MAX))?;
    let digits = head.iter().position(|byte| !byte.is_ascii_digit())?;
    let is_count = (1..=DIGITS_MAX).contains(&digits) && head.first() != Some(&b'0');
    let priority = head.get(digits..)?.strip_prefix(b" <")?;
    let end = priority.iter().position(|byte| !byte.is_ascii_digit())?;
    let is_priority = (1..=3).contains(&end) && priority.get(end) == Some(&b'>');
    let count = head
        .iter()
        .take(digits)
        .fold(0, |sum, digit| sum * 10 + usize::from(digit & 0xf));
    (is_count && is_priority).then_some((digits + 1, count))
}

/// Whether so few bytes may be the beginning of a header.
fn may_be_header(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut pass = |most: usize, is_part: fn(&u8) -> bool| {
        let count = rest
            .iter()
            .take(most)
            .take_while(|byte| is_part(byte))
            .count();
        rest = rest.get(count..).unwrap_or_default();
        rest.is_empty()
    };
    bytes.first().is_none_or(|first| *first != b'0')
        && (pass(DIGITS_MAX, u8::is_ascii_digit)
            || pass(1, |byte| *byte == b' ')
            || pass(1, |byte| *byte == b'<')
            || pass(3, u8::is_ascii_digit))
}

/// Whether this may stand behind a message.
fn is_next(behind: &[u8]) -> bool {
    behind
        .first()
        .is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
        || header(behind).is_some()
        || may_be_header(behind)
}

/// The text from `from` up to a line break or a count.
fn line(bytes: &[u8], from: usize, tail: Tail) -> Piece {
    let mut at = from;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(found) = memchr::memchr2(b'\n', b'<', rest) else {
            return match tail {
                Tail::Ends => Piece::Line(from..bytes.len()),
                Tail::Open => Piece::Open,
            };
        };
        at += found;
        if bytes[at] == b'\n' {
            return Piece::Line(from..at);
        }
        if let Some(count) = count_before(bytes, at).filter(|count| *count > from) {
            return Piece::Line(from..count);
        }
        at += 1;
    }
}

/// Where the count begins that stands before the `<` of a priority. Digits at the end of the text before it are taken for a part of it.
fn count_before(bytes: &[u8], at: usize) -> Option<usize> {
    let before = bytes.get(..at)?.strip_suffix(b" ")?;
    let last = before.iter().rev().take(DIGITS_MAX + 1);
    let digits = last.take_while(|byte| byte.is_ascii_digit()).count();
    let start = before.len() - digits;
    header(bytes.get(start..)?).map(|_| start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All pieces of a whole stream: `#` before those that are counted.
    fn pieces(stream: &[u8]) -> Vec<String> {
        let (mut found, mut from) = (Vec::new(), blanks(stream));
        while from < stream.len() {
            let (mark, range) = match piece(stream, from, Tail::Ends) {
                Piece::Counted(range) => ("#", range),
                Piece::Line(range) => ("", range),
                Piece::Open => panic!("the stream has ended"),
            };
            let text = String::from_utf8_lossy(&stream[range.clone()]);
            found.push(format!("{mark}{text}"));
            assert!(range.end > from);
            from = range.end + blanks(&stream[range.end..]);
        }
        found
    }

    #[track_caller]
    fn check(stream: &str, expected: &[&str]) {
        assert_eq!(pieces(stream.as_bytes()), expected, "{stream:?}");
    }

    #[test]
    fn messages_are_cut_at_their_counts() {
        check("8 <34>1 ab9 <34>1 abc", &["#<34>1 ab", "#<34>1 abc"]);
        check("9 <34>1 a\nb8 <34>1 ab", &["#<34>1 a\nb", "#<34>1 ab"]);
        check("8 <34>1 ab\n8 <34>1 cd\n", &["#<34>1 ab", "#<34>1 cd"]);
        check("9 <34>1 ab\n8 <34>1 cd", &["#<34>1 ab\n", "#<34>1 cd"]);
    }

    #[test]
    fn a_wrong_count_costs_no_text() {
        // Too few, as by who counts characters.
        check("8 <34>1 aéé8 <34>1 cd", &["<34>1 aéé", "#<34>1 cd"]);
        check("5 <34>1 ab\n8 <34>1 cd", &["<34>1 ab", "#<34>1 cd"]);
        // Too many.
        check("12 <34>1 ab8 <34>1 cd", &["<34>1 ab", "#<34>1 cd"]);
        check("9000 <34>1 ab\n8 <34>1 cd", &["<34>1 ab", "#<34>1 cd"]);
        // None.
        check(
            "<34>1 ab\nnoise\n8 <34>1 cd",
            &["<34>1 ab", "noise", "#<34>1 cd"],
        );
        check("08 <34>1 ab", &["08 <34>1 ab"]);
    }

    #[test]
    fn what_has_not_come_yet_is_waited_for() {
        let stream = b"8 <34>1 ab12 <34>1 abcdef";
        for seen in 1..stream.len() {
            let found = piece(&stream[..seen], 0, Tail::Open);
            let is_there = seen >= 10;
            let expected = if is_there {
                Piece::Counted(2..10)
            } else {
                Piece::Open
            };
            assert_eq!(found, expected, "{seen}");
            if is_there && seen > 10 {
                assert_eq!(piece(&stream[..seen], 10, Tail::Open), Piece::Open);
            }
        }
        assert_eq!(piece(b"no line break", 0, Tail::Open), Piece::Open);
        assert_eq!(piece(b"9999999 <1>", 0, Tail::Open), Piece::Open);
        assert_eq!(piece(b"99999999 <1>\n", 0, Tail::Open), Piece::Line(0..12));
    }

    #[test]
    fn a_stream_is_told_by_its_first_counts() {
        let is_told = |head: &str| looks_like(head.as_bytes());
        assert!(is_told("8 <34>1 ab9 <34>1 abc"));
        assert!(is_told("10 <34>1 a\nbc"));
        assert!(is_told(
            "800 <34>1 2026-11-20T09:00:00Z web1 cart - - - saved"
        ));
        for other in [
            "",
            "8",
            "8 ",
            "12 <34> x",
            "<34>1 ab",
            "7 <b> bold",
            "8 <34>1 abnoise\n",
            "2026 <x>",
        ] {
            assert!(!is_told(other), "{other:?}");
        }
    }

    #[test]
    fn many_wrong_counts_are_read_in_linear_time() {
        for part in ["1 <1>", "9 <1", " <", "1 <1> "] {
            let stream = part.repeat((1 << 18) / part.len());
            let mut from = 0;
            while from < stream.len() {
                from = match piece(stream.as_bytes(), from, Tail::Ends) {
                    Piece::Counted(range) | Piece::Line(range) => range.end.max(from + 1),
                    Piece::Open => break,
                };
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_cut_without_panic_and_without_loss(stream in "([0-9]{1,3} <[0-9]{1,3}>[a-z \n<é]{0,9}|[0-9 <>\na]{0,5}){0,6}") {
            let bytes = stream.as_bytes();
            let found = pieces(bytes).concat();
            let kept = |text: &str| text.bytes().filter(u8::is_ascii_lowercase).count();
            proptest::prop_assert_eq!(kept(&found), kept(&stream));
            let _told = looks_like(bytes);
            for from in 0..bytes.len() {
                let _piece = (piece(bytes, from, Tail::Open), piece(bytes, from, Tail::Ends));
            }
        }

        #[test]
        fn counted_messages_come_back(messages in proptest::collection::vec("[a-z0-9 <>\n]{0,20}", 1..6)) {
            // Text that begins with a blank and ends without one is cut nowhere else.
            let messages: Vec<_> = messages.iter().map(|text| format!("<34>1 {text}.")).collect();
            let counted: Vec<_> = messages.iter().map(|text| format!("{} {text}", text.len())).collect();
            let stream = counted.concat();
            let expected: Vec<_> = messages.iter().map(|text| format!("#{text}")).collect();
            proptest::prop_assert_eq!(pieces(stream.as_bytes()), expected);
            proptest::prop_assert!(looks_like(stream.as_bytes()));
        }
    }
}
