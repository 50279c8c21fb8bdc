//! A pattern for lines that no built-in format fits, learnt from the lines themselves.
//!
//! Each line's beginning is read as a row of elements: a time, a level, a number, something in brackets, a name before a colon. What
//! stands at the same place in most lines is a column; where the lines part, the message begins. Nothing is learnt from lines that
//! have neither a time nor a level at the same place.

use crate::format::layout::matching::is_name;
use crate::format::severity;
use crate::format::timestamp::{self, Zone};

/// Elements looked at.
const ELEMENTS_MAX: usize = 10;

/// Lines from which something can be learnt.
const LINES_MIN: usize = 3;

/// The share of lines, in percent, that must have the same element at a place.
const SHARE_PERCENT_MIN: usize = 80;

/// Brackets around an element.
const BRACKETS: [(u8, u8); 3] = [(b'[', b']'), (b'(', b')'), (b'<', b'>')];

/// What stands at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Element {
    what: What,
    /// The opening bracket; 0 without one.
    bracket: u8,
    /// What stands right behind it: `:`, `,`, `|` or 0.
    behind: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Time,
    Level,
    Integer,
    /// A name with dots or `::` in it, or one that a colon or bracket sets apart.
    Name,
    /// Anything else in brackets.
    Content,
    /// A mark that stands alone: `-`, `|`, `--`.
    Mark([u8; 3]),
}

/// An element and the text in it.
#[derive(Debug, Clone, Copy)]
struct Found<'l> {
    element: Element,
    text: &'l str,
}

/// Learns the pattern that most of the lines share.
///
/// Shape: lines that begin records → a pattern as [`super::Layout::compile`] reads it, or `None` when they have too little in common.
pub fn learn(lines: &[&str], zone: &mut Zone) -> Option<String> {
    if lines.len() < LINES_MIN {
        return None;
    }
    let rows: Vec<Vec<Found<'_>>> = lines.iter().map(|line| elements(line, zone)).collect();
    let mut agreeing: Vec<&Vec<Found<'_>>> = rows.iter().collect();
    let mut columns = Vec::new();
    for place in 0..ELEMENTS_MAX {
        let Some(element) = most_common(&agreeing, place) else {
            break;
        };
        agreeing.retain(|row| row.get(place).is_some_and(|found| found.element == element));
        if agreeing.len() * 100 < lines.len() * SHARE_PERCENT_MIN {
            break;
        }
        let texts: Vec<&str> = agreeing.iter().map(|row| row[place].text).collect();
        columns.push((element, column_name(element, &texts)));
    }
    written(&columns)
}

fn most_common(rows: &[&Vec<Found<'_>>], place: usize) -> Option<Element> {
    let mut counts: Vec<(Element, usize)> = Vec::new();
    for found in rows.iter().filter_map(|row| row.get(place)) {
        match counts
            .iter_mut()
            .find(|(element, _)| *element == found.element)
        {
            Some((_, count)) => *count += 1,
            None => counts.push((found.element, 1)),
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(element, _)| element)
}

/// The elements at the start of a line; they end where the message may begin.
fn elements<'l>(line: &'l str, zone: &mut Zone) -> Vec<Found<'l>> {
    let (mut found, mut at) = (Vec::new(), 0);
    let mut has_time = false;
    while found.len() < ELEMENTS_MAX {
        at += line.get(at..).map_or(0, |rest| {
            rest.len() - rest.trim_start_matches([' ', '\t']).len()
        });
        let Some(next) = element(line, at, has_time, zone) else {
            break;
        };
        has_time |= next.0.element.what == What::Time;
        found.push(next.0);
        at = next.1;
    }
    found
}

/// The element at a place, and where the line goes on behind it.
fn element<'l>(
    line: &'l str,
    at: usize,
    has_time: bool,
    zone: &mut Zone,
) -> Option<(Found<'l>, usize)> {
    let bytes = line.as_bytes();
    let first = *bytes.get(at)?;
    if let Some((open, close)) = BRACKETS.into_iter().find(|(open, _)| *open == first) {
        let inner = line.get(at + 1..)?;
        let length = memchr::memchr(close, inner.as_bytes()).filter(|length| *length <= 120)?;
        let text = inner.get(..length)?.trim_ascii();
        let what = classified(text, has_time, zone).unwrap_or(What::Content);
        return Some(delimited(line, what, open, text, at + length + 2));
    }
    if !has_time && let Some(time) = timestamp::at(line.get(at..)?.as_bytes(), zone) {
        let end = at + time.bytes();
        return Some(delimited(line, What::Time, 0, line.get(at..end)?, end));
    }
    let rest = line.get(at..)?;
    let end = rest.find([' ', '\t', '|', ',', '[']).unwrap_or(rest.len());
    let word = rest.get(..end)?;
    if !word.is_empty() && word.len() <= 3 && word.bytes().all(|byte| matches!(byte, b'-' | b':')) {
        return Some((bare(What::Mark(mark(word)), 0, word), at + end));
    }
    if word.is_empty() {
        return (first == b'|').then(|| (bare(What::Mark(mark("|")), 0, "|"), at + 1));
    }
    named(line, word, at)
}

/// A level, a number or a name that is set apart.
fn named<'l>(line: &'l str, word: &'l str, at: usize) -> Option<(Found<'l>, usize)> {
    let text = word.strip_suffix(':').unwrap_or(word);
    let end = at + text.len();
    let is_upper = text
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let behind = line.get(end..)?;
    let apart =
        word.len() > text.len() || behind.starts_with('|') || behind.trim_start().starts_with("- ");
    if severity::from_word(text).is_some() && (is_upper || apart || behind.starts_with("  ")) {
        return Some(delimited(line, What::Level, 0, text, end));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(delimited(line, What::Integer, 0, text, end));
    }
    let dotted = text.contains("::") || (text.contains('.') && !text.ends_with('.'));
    (is_name(text.as_bytes()) && (dotted || apart))
        .then(|| delimited(line, What::Name, 0, text, end))
}

/// What the text in brackets is.
fn classified(text: &str, has_time: bool, zone: &mut Zone) -> Option<What> {
    if !has_time
        && timestamp::at(text.as_bytes(), zone).is_some_and(|time| time.bytes() == text.len())
    {
        return Some(What::Time);
    }
    if severity::from_word(text).is_some() {
        return Some(What::Level);
    }
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(What::Integer)
}

fn bare(what: What, behind: u8, text: &str) -> Found<'_> {
    let element = Element {
        what,
        bracket: 0,
        behind,
    };
    Found { element, text }
}

/// An element with the mark that stands right behind it.
fn delimited<'l>(
    line: &str,
    what: What,
    bracket: u8,
    text: &'l str,
    end: usize,
) -> (Found<'l>, usize) {
    let behind = match line.as_bytes().get(end) {
        Some(mark @ (b':' | b',' | b'|')) => *mark,
        _ => 0,
    };
    let element = Element {
        what,
        bracket,
        behind,
    };
    (Found { element, text }, end + usize::from(behind != 0))
}

fn mark(word: &str) -> [u8; 3] {
    let mut mark = [0; 3];
    for (place, byte) in mark.iter_mut().zip(word.bytes()) {
        *place = byte;
    }
    mark
}

/// What a column is called, told by all that stands in it.
fn column_name(element: Element, texts: &[&str]) -> &'static str {
    let all = |test: fn(&str) -> bool| texts.iter().all(|text| test(text));
    let most =
        |test: fn(&str) -> bool| texts.iter().filter(|text| test(text)).count() * 2 > texts.len();
    match element.what {
        What::Name => "scope",
        What::Content if most(is_thread) => "thread",
        What::Content if all(|text| is_name(text.as_bytes())) => "scope",
        _ => "",
    }
}

/// `main`, `pool-1-thread-2`, `http-nio-8080-exec-3`
fn is_thread(text: &str) -> bool {
    const PARTS: [&str; 8] = [
        "main",
        "hread",
        "pool",
        "exec",
        "worker",
        "Worker",
        "dispatcher",
        "scheduling",
    ];
    PARTS.iter().any(|part| text.contains(part))
}

/// The pattern of the columns; numbers and unnamed contents are called by their place.
fn written(columns: &[(Element, &'static str)]) -> Option<String> {
    let has = |what: What| columns.iter().any(|(element, _)| element.what == what);
    let says_more = columns
        .iter()
        .any(|(element, _)| !matches!(element.what, What::Time | What::Mark(_)));
    if !(has(What::Time) || has(What::Level)) || !says_more {
        return None;
    }
    let (mut pattern, mut used) = (String::new(), Vec::new());
    for (place, (element, name)) in columns.iter().enumerate() {
        let glued = place > 0 && columns[place - 1].0.behind == b'|';
        if place > 0 && !glued {
            pattern.push(' ');
        }
        let open = BRACKETS
            .into_iter()
            .find(|(open, _)| *open == element.bracket);
        open.inspect(|(open, _)| pattern.push(char::from(*open)));
        match element.what {
            What::Mark(mark) => pattern.extend(
                mark.iter()
                    .filter(|byte| **byte != 0)
                    .map(|byte| char::from(*byte)),
            ),
            what => pattern.push_str(&capture(what, name, place, &mut used)),
        }
        open.inspect(|(_, close)| pattern.push(char::from(*close)));
        if element.behind != 0 {
            pattern.push(char::from(element.behind));
        }
    }
    if columns
        .last()
        .is_none_or(|(element, _)| element.behind != b'|')
    {
        pattern.push(' ');
    }
    pattern.push_str("{body}");
    Some(pattern)
}

fn capture(what: What, name: &'static str, place: usize, used: &mut Vec<&'static str>) -> String {
    let fixed = match what {
        What::Time => "time",
        What::Level => "level",
        _ => name,
    };
    if !fixed.is_empty() && !used.contains(&fixed) {
        used.push(fixed);
        return format!("{{{fixed}}}");
    }
    let kind = if what == What::Integer { "int" } else { "text" };
    format!("{{field{}:{kind}}}", place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::layout::{Captures, Layout};
    use jiff::tz::TimeZone;

    #[track_caller]
    fn check(lines: &[&str], expected: Option<&str>) {
        let mut zone = Zone::new(TimeZone::UTC);
        let found = learn(lines, &mut zone);
        assert_eq!(found.as_deref(), expected, "{lines:?}");
        if let Some(pattern) = found {
            let layout = Layout::compile("learnt", pattern).unwrap();
            let mut captures = Captures::EMPTY;
            for line in lines {
                assert!(
                    layout.matches(line.as_bytes(), &mut zone, &mut captures),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn columns_that_all_lines_share_are_found() {
        check(
            &[
                "2026-11-20 09:00:00 <7> INFO (main) shop.cart: saved 3 items",
                "2026-11-20 09:00:01 <7> WARN (pool-2) shop.web: slow answer",
                "2026-11-20 09:00:02 <8> ERROR (pool-1) shop.cart: gone",
            ],
            Some("{time} <{field2:int}> {level} ({thread}) {scope}: {body}"),
        );
        check(
            &[
                "INFO | 2026-11-20 09:00:00 | 812 | cart saved",
                "WARN | 2026-11-20 09:00:01 | 813 | slow answer",
                "INFO | 2026-11-20 09:00:02 | 814 | 7 items",
            ],
            Some("{level} | {time} | {field5:int} | {body}"),
        );
    }

    #[test]
    fn the_message_is_not_taken_for_columns() {
        check(
            &[
                "2026-11-20 09:00:00 cart saved",
                "2026-11-20 09:00:01 slow answer",
                "2026-11-20 09:00:02 gone",
            ],
            None,
        );
        check(&["hello there", "who is it", "nobody: really"], None);
        check(&["2026-11-20 09:00:00 INFO one"], None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_learnt_compiles(lines in proptest::collection::vec("(2026-11-20 09:00:00 ?)?[\\[<(]?[A-Za-z:.|,\\-0-9 \\])>é]{0,20}", 3..6)) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            if let Some(pattern) = learn(&lines, &mut Zone::new(TimeZone::UTC)) {
                proptest::prop_assert!(Layout::compile("learnt", pattern.clone()).is_ok(), "{}", pattern);
            }
        }
    }
}
