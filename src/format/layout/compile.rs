//! A pattern's text → the parts that `matching` runs.

use std::borrow::Cow;
use std::ops::Range;

use crate::format::layout::ends::{Fixed, LineEnd, PADDING, Until, is_blank};
use crate::format::layout::kinds::allows;
use crate::format::layout::level::Vocabulary;
use crate::format::layout::matching::Op;
use crate::format::layout::{
    Below, CAPTURES_MAX, Field, FieldKind, HasTime, Layout, Target, TimeKind,
};
use crate::format::timestamp::{TimeForm, TimeFormError};

/// Deepest nesting of parts that may be missing.
const DEPTH_MAX: usize = 4;

/// Why a pattern cannot be used. Places are byte offsets from 0.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LayoutError {
    /// A brace without its partner.
    #[error(
        "the brace at byte {at} has no partner; write \\{{ or \\}} for a brace that stands in the line"
    )]
    Brace {
        /// Where.
        at: usize,
    },
    /// `{}`
    #[error("the capture at byte {at} has no name")]
    Nameless {
        /// Where.
        at: usize,
    },
    /// A name that stands twice.
    #[error("{{{name}}} stands twice")]
    Twice {
        /// Which.
        name: String,
    },
    /// A kind of capture that does not exist.
    #[error("{{{capture}}} is no kind of capture that there is")]
    Kind {
        /// What was written.
        capture: String,
    },
    /// Two captures with nothing between them to tell where the first ends.
    #[error("nothing stands between {{{first}}} and what follows, so its end cannot be told")]
    Touching {
        /// The first of them.
        first: String,
    },
    /// A time's form.
    #[error("the form of {{{capture}}} cannot be read")]
    Time {
        /// What was written.
        capture: String,
        /// Why.
        source: TimeFormError,
    },
    /// Too many captures.
    #[error("there are more than {CAPTURES_MAX} captures")]
    TooMany,
    /// Too deep.
    #[error("parts that may be missing lie more than {DEPTH_MAX} deep")]
    TooDeep,
    /// Nothing to recognise a line by.
    #[error("a pattern needs a capture and something besides {{body}}")]
    Empty,
}

impl LayoutError {
    /// The part of the pattern that is at fault, in bytes; `None` when it is the whole.
    pub fn place(&self, pattern: &str) -> Option<Range<usize>> {
        let of = |capture: &str, nth: usize| {
            let (at, found) = pattern.match_indices(&format!("{{{capture}")).nth(nth)?;
            let open = at + found.len();
            let closed = pattern.get(open..)?.find('}').map_or(0, |end| end + 1);
            Some(at..open + closed)
        };
        match self {
            LayoutError::Brace { at } | LayoutError::Nameless { at } => Some(*at..*at + 1),
            LayoutError::Twice { name } => of(name, 1),
            LayoutError::Kind { capture } | LayoutError::Time { capture, .. } => of(capture, 0),
            LayoutError::Touching { first } => of(first, 0),
            LayoutError::TooMany | LayoutError::TooDeep | LayoutError::Empty => None,
        }
    }
}

impl LayoutError {
    /// The pattern with a mark below what is at fault.
    pub fn shown(&self, pattern: &str) -> String {
        let Some(place) = self.place(pattern) else {
            return pattern.to_owned();
        };
        let width = |range| {
            pattern
                .get(range)
                .map_or(0, |text: &str| text.chars().count())
        };
        let (before, marked) = (width(0..place.start), width(place));
        format!(
            "{pattern}\n{}{}",
            " ".repeat(before),
            "^".repeat(marked.max(1))
        )
    }
}

impl Layout {
    /// Compiles a pattern.
    ///
    /// Errors: the first thing in it that makes no sense.
    ///
    /// ```
    /// use otelctl::format::layout::Layout;
    /// assert!(Layout::compile("mine", "{time} {level} [{thread}] {scope} - {body}").is_ok());
    /// assert!(Layout::compile("mine", "{time} {level").is_err());
    /// ```
    pub fn compile(
        name: impl Into<Cow<'static, str>>,
        pattern: impl Into<Cow<'static, str>>,
    ) -> Result<Layout, LayoutError> {
        let pattern = pattern.into();
        let compiled = match &pattern {
            // The names of a built-in pattern live as long as the program: no record copies them.
            Cow::Borrowed(pattern) => compile(pattern, Cow::Borrowed)?,
            Cow::Owned(pattern) => compile(pattern, |name| Cow::Owned(name.to_owned()))?,
        };
        let (ops, fields, time, below) = compiled;
        Ok(Layout {
            name: name.into(),
            pattern,
            ops,
            fields,
            time,
            below,
        })
    }
}

type Compiled = (Box<[Op]>, Box<[Field]>, HasTime, Below);

fn compile<'p>(
    pattern: &'p str,
    own: fn(&'p str) -> Cow<'static, str>,
) -> Result<Compiled, LayoutError> {
    let (parts, end) = parse(pattern, 0, 0)?;
    debug_assert!(
        end == pattern.len(),
        "the outermost part ends with the pattern"
    );
    let mut compiler = Compiler {
        own,
        fields: Vec::new(),
        names: Vec::new(),
        time: HasTime::Timeless,
        below: Below::More,
        depth: 0,
    };
    let ops = compiler.ops(&parts, &Follow::END)?;
    let is_body = |part: &Part<'_>| matches!(part, Part::Capture { name, .. } if *name == "body");
    if compiler.names.is_empty() || parts.iter().all(is_body) {
        return Err(LayoutError::Empty);
    }
    Ok((
        ops.into(),
        compiler.fields.into(),
        compiler.time,
        compiler.below,
    ))
}

/// What a pattern consists of, as it is written.
#[derive(Debug)]
enum Part<'p> {
    Fixed(Vec<u8>),
    Capture { name: &'p str, kind: &'p str },
    Optional(Vec<Part<'p>>),
}

/// Reads parts up to the end or to the brace that closes this part; returns where it stopped.
fn parse(pattern: &str, from: usize, depth: usize) -> Result<(Vec<Part<'_>>, usize), LayoutError> {
    if depth > DEPTH_MAX {
        return Err(LayoutError::TooDeep);
    }
    let bytes = pattern.as_bytes();
    let (mut parts, mut fixed, mut at) = (Vec::new(), Vec::new(), from);
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match (byte, next) {
            (b'\\', Some(escaped)) => {
                fixed.push(*escaped);
                at += 2;
            }
            (b'{', Some(b'?')) => {
                flush(&mut parts, &mut fixed);
                let (inner, end) = parse(pattern, at + 2, depth + 1)?;
                if bytes.get(end) != Some(&b'}') {
                    return Err(LayoutError::Brace { at });
                }
                parts.push(Part::Optional(inner));
                at = end + 1;
            }
            (b'{', _) => {
                flush(&mut parts, &mut fixed);
                let (part, end) = capture(pattern, at)?;
                parts.push(part);
                at = end;
            }
            (b'}', _) if depth > 0 => break,
            (b'}', _) => return Err(LayoutError::Brace { at }),
            (b' ' | b'\t', _) => {
                if fixed.last() != Some(&b' ') {
                    fixed.push(b' ');
                }
                at += 1;
            }
            (byte, _) => {
                fixed.push(*byte);
                at += 1;
            }
        }
    }
    flush(&mut parts, &mut fixed);
    Ok((parts, at))
}

fn flush(parts: &mut Vec<Part<'_>>, fixed: &mut Vec<u8>) {
    if !fixed.is_empty() {
        parts.push(Part::Fixed(std::mem::take(fixed)));
    }
}

/// `{name:kind}` from its brace on, and where it ends.
fn capture(pattern: &str, at: usize) -> Result<(Part<'_>, usize), LayoutError> {
    let inner = pattern.get(at + 1..).unwrap_or_default();
    let length = inner.find('}').ok_or(LayoutError::Brace { at })?;
    let written = inner.get(..length).unwrap_or_default();
    let (name, kind) = written.split_once(':').unwrap_or((written, ""));
    if name.is_empty() || name.contains('{') {
        return Err(LayoutError::Nameless { at });
    }
    Ok((Part::Capture { name, kind }, at + length + 2))
}

/// What may stand behind a part.
#[derive(Debug, Clone)]
struct Follow {
    fixed: Vec<Fixed>,
    line_end: LineEnd,
    /// A capture may follow at once.
    touching: bool,
}

impl Follow {
    const END: Follow = Follow {
        fixed: Vec::new(),
        line_end: LineEnd::Ends,
        touching: false,
    };

    fn until(&self, kind: FieldKind) -> Until {
        // A token has no blanks; what may have them is read as text.
        let holds_blanks = matches!(
            kind,
            FieldKind::Text | FieldKind::Located | FieldKind::Capitals
        );
        Until::new(&self.fixed, self.line_end, |byte| {
            allows(kind, byte) && (holds_blanks || !is_blank(byte))
        })
    }
}

#[derive(Debug)]
struct Compiler<'p> {
    own: fn(&'p str) -> Cow<'static, str>,
    fields: Vec<Field>,
    names: Vec<&'p str>,
    time: HasTime,
    below: Below,
    depth: usize,
}

impl<'p> Compiler<'p> {
    fn ops(&mut self, parts: &[Part<'p>], behind: &Follow) -> Result<Vec<Op>, LayoutError> {
        let mut ops = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let rest = parts.get(index + 1..).unwrap_or_default();
            ops.push(match part {
                Part::Fixed(bytes) => Op::Fixed(padded(bytes, rest.first())),
                Part::Optional(inner) => {
                    self.depth += 1;
                    let inner = self.ops(inner, &follow(rest, behind))?;
                    self.depth -= 1;
                    Op::Optional(inner.into())
                }
                Part::Capture { name, kind } => self.capture(name, kind, &follow(rest, behind))?,
            });
        }
        Ok(ops)
    }

    fn capture(
        &mut self,
        name: &'p str,
        kind: &'p str,
        follow: &Follow,
    ) -> Result<Op, LayoutError> {
        // In a part that may be missing, a name may stand again: alternatives give the same thing.
        if name != "_" && self.depth == 0 && self.names.contains(&name) {
            return Err(LayoutError::Twice {
                name: name.to_owned(),
            });
        }
        self.names.push(name);
        let unknown = || LayoutError::Kind {
            capture: written(name, kind),
        };
        match name {
            "time" => {
                self.time = HasTime::Stamped;
                return Ok(Op::Time(time_kind(name, kind)?));
            }
            "level" => {
                let kind = if kind.is_empty() { "word" } else { kind };
                return Ok(Op::Level(Vocabulary::named(kind).ok_or_else(unknown)?));
            }
            "below" => {
                self.below = match kind {
                    "" => Below::Body,
                    "level" => Below::LevelAndBody,
                    "slow" => Below::SlowQuery,
                    "journal" => Below::JournalFields,
                    _ => return Err(unknown()),
                };
                return Ok(Op::Fixed(Fixed::new(&[])));
            }
            _ => {}
        }
        let target = target(name, self.own);
        let kind = field_kind(name, kind, &target, follow).ok_or_else(unknown)?;
        if self.fields.len() == CAPTURES_MAX {
            return Err(LayoutError::TooMany);
        }
        let slot = self.fields.len();
        let delimits_itself = matches!(kind, FieldKind::Quoted | FieldKind::Request);
        let ends = target == Target::Body && is_end(follow) && !delimits_itself;
        let to_the_end = takes_the_rest(kind) || ends;
        self.fields.push(Field { target, kind });
        if to_the_end {
            return Ok(Op::Rest { slot, kind });
        }
        if follow.touching && !delimits_itself {
            return Err(LayoutError::Touching {
                first: name.to_owned(),
            });
        }
        Ok(Op::Field {
            slot,
            kind,
            until: follow.until(kind),
        })
    }
}

fn written(name: &str, kind: &str) -> String {
    if kind.is_empty() {
        name.to_owned()
    } else {
        format!("{name}:{kind}")
    }
}

fn is_end(follow: &Follow) -> bool {
    follow.fixed.is_empty() && !follow.touching
}

fn takes_the_rest(kind: FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Pairs
            | FieldKind::ListedPairs
            | FieldKind::CommaPairs
            | FieldKind::Coded
            | FieldKind::Noted
            | FieldKind::Trailing
            | FieldKind::Json
            | FieldKind::Bracketed
            | FieldKind::Cef
            | FieldKind::Sourced
            | FieldKind::Monolog
            | FieldKind::Pretty
            | FieldKind::Angled
            | FieldKind::Structlog
    )
}

fn time_kind(name: &str, form: &str) -> Result<TimeKind, LayoutError> {
    if form.is_empty() {
        return Ok(TimeKind::Any);
    }
    let form = TimeForm::compile(form).map_err(|source| LayoutError::Time {
        capture: written(name, form),
        source,
    })?;
    Ok(TimeKind::Form(Box::new(form)))
}

/// Short names for what many formats have; any other name is an attribute's own.
fn target<'p>(name: &'p str, own: fn(&'p str) -> Cow<'static, str>) -> Target {
    let key = match name {
        "body" => return Target::Body,
        "scope" => return Target::Scope,
        "syslog.app" => return Target::App,
        "service.name" => return Target::Service("service.name"),
        "container.name" => return Target::Service("container.name"),
        "trace_id" => return Target::TraceId,
        "span_id" => return Target::SpanId,
        "_" => return Target::Nothing,
        "host" => "host.name",
        "pid" => "process.pid",
        "tid" => "thread.id",
        "thread" => "thread.name",
        "file" => "code.file.path",
        "line" => "code.line.number",
        "func" => "code.function.name",
        "client" => "client.address",
        "server" => "server.address",
        "user" => "user.name",
        "status" => "http.response.status_code",
        "method" => "http.request.method",
        other => return Target::Attribute(own(other)),
    };
    Target::Attribute(Cow::Borrowed(key))
}

fn field_kind(name: &str, kind: &str, target: &Target, follow: &Follow) -> Option<FieldKind> {
    Some(match kind {
        "" => match name {
            "pid" | "tid" | "line" => FieldKind::Int,
            "status" => FieldKind::Status,
            "trace_id" | "span_id" => FieldKind::Hex,
            "scope" => FieldKind::Name,
            "body" | "thread" if !is_end(follow) => FieldKind::Text,
            _ if *target == Target::Body => FieldKind::Text,
            _ => FieldKind::Token,
        },
        "token" => FieldKind::Token,
        "int" => FieldKind::Int,
        "num" => FieldKind::Number,
        "name" => FieldKind::Name,
        "spid" => FieldKind::Spid,
        "facility" => FieldKind::SyslogFacility,
        "cef" => FieldKind::Cef,
        "bracketed" => FieldKind::Bracketed,
        "decimal" => FieldKind::Decimal,
        "upper" => FieldKind::Capitals,
        "cisco" => FieldKind::Facility,
        "dotted" => FieldKind::Dotted,
        "path" => FieldKind::Path,
        "module" => FieldKind::Module,
        "tag" => FieldKind::Tag,
        "source" => FieldKind::Source,
        "hex" => FieldKind::Hex,
        "uuid" => FieldKind::Uuid,
        "date" => FieldKind::Date,
        "uptime" => FieldKind::Uptime,
        "code" => FieldKind::Code,
        "located" => FieldKind::Located,
        "ip" => FieldKind::Ip,
        "addr" => FieldKind::Address,
        "quoted" => FieldKind::Quoted,
        "text" => FieldKind::Text,
        "request" => FieldKind::Request,
        "status" => FieldKind::Status,
        "pairs" => FieldKind::Pairs,
        "list" => FieldKind::ListedPairs,
        "commas" => FieldKind::CommaPairs,
        "coded" => FieldKind::Coded,
        "noted" => FieldKind::Noted,
        "trailing" => FieldKind::Trailing,
        "pretty" => FieldKind::Pretty,
        "monolog" => FieldKind::Monolog,
        "sourced" => FieldKind::Sourced,
        "angled" => FieldKind::Angled,
        "json" => FieldKind::Json,
        "structlog" => FieldKind::Structlog,
        _ => return None,
    })
}

/// What may stand behind a part: the rest of its own sequence, and if all of that may be missing, what is behind.
fn follow(rest: &[Part<'_>], behind: &Follow) -> Follow {
    let mut found = Follow {
        fixed: Vec::new(),
        line_end: LineEnd::Fails,
        touching: false,
    };
    for (index, part) in rest.iter().enumerate() {
        match part {
            Part::Fixed(bytes) => {
                found.fixed.push(padded(bytes, rest.get(index + 1)));
                return found;
            }
            Part::Capture { name: "below", .. } => {}
            Part::Capture { .. } => {
                found.touching = true;
                return found;
            }
            Part::Optional(inner) => {
                let first = follow(inner, &Follow::END);
                found.fixed.extend(first.fixed);
                found.touching |= first.touching;
            }
        }
    }
    found.fixed.extend(behind.fixed.iter().cloned());
    found.line_end = behind.line_end;
    found.touching |= behind.touching;
    found
}

/// Fixed bytes with room for padding on the inner sides of brackets.
fn padded(bytes: &[u8], after: Option<&Part<'_>>) -> Fixed {
    let mut padded = Vec::with_capacity(bytes.len() + 2);
    if matches!(bytes.first(), Some(b']' | b')' | b'|')) {
        padded.push(PADDING);
    }
    padded.extend_from_slice(bytes);
    let opens = matches!(bytes.last(), Some(b'[' | b'(' | b'|'));
    if opens && matches!(after, Some(Part::Capture { .. } | Part::Optional(_))) {
        padded.push(PADDING);
    }
    Fixed::new(&padded)
}
