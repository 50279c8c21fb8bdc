//! What columns hold → what they are, and the pattern that says so.
//!
//! A column is what most of its values look like: numbers, source lines, addresses, identifiers, threads or names. Of the names, the
//! one with the most dots is the logger; a column of which nothing is known is kept as context.

use std::fmt::Write;

use crate::format::detect::infer::prefix::{Mark, Prefix, is_dotted, is_thread};
use crate::format::layout;
use crate::format::layout::pairs::{self, PairStyle};

/// The keys of columns of which nothing is known.
const CONTEXTS: [&str; 4] = ["context", "context.2", "context.3", "context.4"];

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pid,
    Tid,
    Source,
    ScopeAndLine,
    ScopeFuncAndLine,
    FuncAndLine,
    Scope,
    Thread,
    Client,
    TraceId,
    SpanId,
    Request,
    Context(&'static str),
}

/// The pattern of the lines that begin with these marks; `None` when it would say nothing.
pub(super) fn pattern(marks: &[Mark], prefixes: &[Prefix<'_>]) -> Option<String> {
    let count = marks
        .iter()
        .filter(|mark| matches!(mark, Mark::Enclosed | Mark::Bare))
        .count();
    let columns: Vec<Vec<&str>> = (0..count)
        .map(|column| {
            prefixes
                .iter()
                .filter(|prefix| prefix.marks.starts_with(marks))
                .filter_map(|prefix| prefix.columns.get(column).copied())
                .collect()
        })
        .collect();
    let kinds = kinds(&columns)?;
    written(marks, &columns, &kinds, &Heads::of(marks, prefixes))
}

/// What the lines as a whole say.
struct Heads {
    indented: bool,
    level: &'static str,
    body: &'static str,
}

impl Heads {
    fn of(marks: &[Mark], prefixes: &[Prefix<'_>]) -> Heads {
        let lines: Vec<&Prefix<'_>> = prefixes
            .iter()
            .filter(|prefix| prefix.marks.starts_with(marks))
            .collect();
        let levels: Vec<&str> = lines
            .iter()
            .map(|line| line.level)
            .filter(|level| !level.is_empty())
            .collect();
        // A few lines are no records: `Error: gone` opens a trace.
        let is_upper = share(&levels, |level| {
            !level.bytes().any(|byte| byte.is_ascii_lowercase())
        }) >= 90;
        let is_lower = share(&levels, |level| {
            !level.bytes().any(|byte| byte.is_ascii_uppercase())
        }) >= 90;
        let with_pairs = lines.iter().filter(|line| has_pairs(line.line)).count();
        let with_object = lines.iter().filter(|line| has_object(line.line)).count();
        Heads {
            indented: lines.iter().any(|line| line.line.starts_with([' ', '\t'])),
            level: match (is_upper, is_lower) {
                (true, false) => "{level:upper}",
                (false, true) => "{level:lower}",
                _ => "{level}",
            },
            // Some messages end like pairs by chance.
            body: if with_object * 100 > lines.len() * 30 {
                "{body:json}"
            } else if with_pairs * 100 > lines.len() * 50 {
                "{body:pairs}"
            } else {
                "{body}"
            },
        }
    }
}

fn has_pairs(line: &str) -> bool {
    !pairs::split(PairStyle::Blank, line).1.is_empty()
}

fn has_object(line: &str) -> bool {
    line.ends_with('}') && (line.contains("\t{") || line.contains(" {\""))
}

fn kinds(columns: &[Vec<&str>]) -> Option<Vec<Kind>> {
    let scope = scope_of(columns);
    let mut found: Vec<Kind> = Vec::new();
    let mut contexts = CONTEXTS.iter();
    for (index, values) in columns.iter().enumerate() {
        let free = |kind: Kind| !found.contains(&kind);
        let kind = if scope == Some(index) {
            Some(scope_kind(values))
        } else {
            kind_of(values, scope.is_some()).filter(|kind| free(*kind))
        };
        let kind = match kind {
            None if most(values, is_number) && free(Kind::Pid) => Some(Kind::Pid),
            None if most(values, is_number) && free(Kind::Tid) => Some(Kind::Tid),
            kind => kind,
        };
        found.push(match kind {
            Some(kind) => kind,
            None => Kind::Context(contexts.next()?),
        });
    }
    Some(found)
}

/// How a logger's column is written.
fn scope_kind(values: &[&str]) -> Kind {
    if values.iter().all(|value| is_name_func_and_line(value)) {
        Kind::ScopeFuncAndLine
    } else if values.iter().all(|value| is_name_and_line(value)) {
        Kind::ScopeAndLine
    } else {
        Kind::Scope
    }
}

/// What values say without their neighbours.
fn kind_of(values: &[&str], has_scope: bool) -> Option<Kind> {
    let all = |is: fn(&str) -> bool| values.iter().all(|value| is(value));
    if values.is_empty() || all(is_number) {
        return None;
    }
    if all(is_source_line) {
        return Some(Kind::Source);
    }
    if all(is_name_and_line) {
        return Some(if has_scope {
            Kind::FuncAndLine
        } else {
            Kind::ScopeAndLine
        });
    }
    if all(|value| is_hex(value, 32)) {
        return Some(Kind::TraceId);
    }
    if all(|value| is_hex(value, 16)) {
        return Some(Kind::SpanId);
    }
    if all(|value| is_hex(value, 36)) {
        return Some(Kind::Request);
    }
    if all(is_address) {
        return Some(Kind::Client);
    }
    (share(values, is_thread) >= 50).then_some(Kind::Thread)
}

/// The column of the logger: the one with the most dotted names, of equals the last.
fn scope_of(columns: &[Vec<&str>]) -> Option<usize> {
    let rank = |values: &Vec<&str>| {
        let threads = share(values, is_thread);
        let mut dotted = share(values, is_dotted);
        if threads > 60 {
            dotted = 0;
        }
        let is_other = share(values, is_source_line) > 50
            || (share(values, is_name_and_line) > 50 && dotted < 20)
            || share(values, is_number) > 20
            || share(values, is_address) > 50
            || share(values, is_plain_name) < 90
            || (dotted < 20 && threads > 75)
            || values
                .iter()
                .all(|value| is_hex(value, 16) || is_hex(value, 32));
        (!is_other).then_some(dotted)
    };
    let ranked = columns.iter().enumerate();
    ranked
        .filter_map(|(index, values)| Some((rank(values)?, index)))
        .max()
        .map(|(_, index)| index)
}

fn written(marks: &[Mark], columns: &[Vec<&str>], kinds: &[Kind], heads: &Heads) -> Option<String> {
    let mut pattern = String::new();
    if heads.indented {
        pattern.push_str("{? }");
    }
    let mut column = 0;
    for (index, mark) in marks.iter().enumerate() {
        match mark {
            Mark::Time => pattern.push_str("{time}"),
            Mark::Level => pattern.push_str(heads.level),
            Mark::Letter => pattern.push_str("{level:letter}"),
            Mark::Enclosed | Mark::Bare => {
                let may_be_empty = columns.get(column)?.iter().any(|value| value.is_empty());
                let text = capture(*kinds.get(column)?, *mark == Mark::Enclosed);
                if may_be_empty {
                    write!(pattern, "{{?{text}}}").ok()?;
                } else {
                    pattern.push_str(&text);
                }
                column += 1;
            }
            // Names are padded before it.
            Mark::Byte(b':') if follows_a_column(marks, index) => pattern.push_str("{? }:"),
            Mark::Byte(byte) => pattern.push(char::from(*byte)),
        }
    }
    pattern.push_str(heads.body);
    Some(pattern)
}

fn follows_a_column(marks: &[Mark], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| marks.get(before));
    before.is_some_and(|before| !matches!(before, Mark::Byte(_)))
}

fn capture(kind: Kind, enclosed: bool) -> String {
    let plain = if enclosed { "text" } else { "token" };
    match kind {
        Kind::Pid => "{pid}".to_owned(),
        Kind::Tid => "{tid}".to_owned(),
        Kind::Source => "{file:source}:{line}".to_owned(),
        Kind::ScopeAndLine => "{scope:name}:{line}".to_owned(),
        Kind::ScopeFuncAndLine => "{scope:name}:{func:name}:{line}".to_owned(),
        Kind::FuncAndLine => "{func:name}:{line}".to_owned(),
        Kind::Scope if enclosed => "{scope:text}".to_owned(),
        Kind::Scope => "{scope:name}".to_owned(),
        Kind::Thread => format!("{{thread:{plain}}}"),
        Kind::Client => "{client:addr}".to_owned(),
        Kind::TraceId => "{trace_id}".to_owned(),
        Kind::SpanId => "{span_id}".to_owned(),
        Kind::Request => format!("{{request.id:{plain}}}"),
        Kind::Context(key) => format!("{{{key}:{plain}}}"),
    }
}

/// How many of 100 values are such.
fn share(values: &[&str], is: impl Fn(&str) -> bool) -> usize {
    let count = values.iter().filter(|value| is(value)).count();
    (count * 100).checked_div(values.len()).unwrap_or(0)
}

fn most(values: &[&str], is: impl Fn(&str) -> bool) -> bool {
    share(values, is) >= 80
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// `cart.py:42`
fn is_source_line(value: &str) -> bool {
    value
        .rsplit_once(':')
        .is_some_and(|(file, line)| is_number(line) && is_source(file))
}

fn is_source(file: &str) -> bool {
    layout::is_source(file.as_bytes())
}

/// `shop.cart:42`, `save:42`
fn is_name_and_line(value: &str) -> bool {
    value.rsplit_once(':').is_some_and(|(name, line)| {
        is_number(line) && is_plain_name(name) && !name.contains(':') && !is_source(name)
    })
}

/// `Cart:save:42`
fn is_name_func_and_line(value: &str) -> bool {
    value.rsplit_once(':').is_some_and(|(rest, line)| {
        let parts = rest.split_once(':');
        is_number(line)
            && parts.is_some_and(|(name, func)| {
                is_plain_name(name) && is_plain_name(func) && !func.contains(':')
            })
    })
}

fn is_plain_name(value: &str) -> bool {
    let starts = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'<' | b'$');
    value.bytes().next().is_some_and(starts)
        && !value
            .bytes()
            .any(|byte| matches!(byte, b' ' | b'\t' | b',' | b'='))
}

fn is_hex(value: &str, length: usize) -> bool {
    value.len() == length
        && value
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || (length == 36 && byte == b'-'))
}

/// An IP address, perhaps with a port.
fn is_address(value: &str) -> bool {
    let host = value.rsplit_once(':').map_or(value, |(host, _)| host);
    value.parse::<core::net::IpAddr>().is_ok()
        || host
            .trim_matches(['[', ']'])
            .parse::<core::net::IpAddr>()
            .is_ok()
}
