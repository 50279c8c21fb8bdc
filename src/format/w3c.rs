//! Server logs whose directives name their fields: W3C extended logs (IIS, `CloudFront`, Exchange) and Zeek's tables.
//!
//! `#Fields: date time …` names the fields of the lines that follow; the date and the time are UTC by the specification. Zeek's
//! `#fields` does the same with tabs, and `#types` gives their types. A field that is `-` says nothing and is left out. The body is the
//! request, `GET /path`, or the whole line where there is none.
//!
//! Spec: W3C, "Extended Log File Format" (WD-logfile-960323); Zeek, "Log Formats".

mod fields;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use crate::format::csv::cells::Cells;
use crate::format::csv::join_time;
use crate::format::logfmt::typed;
use crate::format::timestamp::{self, Zone};
use crate::format::unique::{self, KeyMask};
use crate::format::w3c::fields::{Field, Kind};
use crate::record::{Record, Value};

/// Most fields of a line.
const FIELDS_MAX: usize = 256;

/// IIS' fields as a fresh installation has them, the latest version first. Which it was is told by their number and the third field.
const IIS: [&str; 3] = [
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken",
    "date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status",
];

/// What the fields of the lines are.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    fields: Vec<Field>,
    layout: Layout,
    /// Zeek's name for the log, like `conn`.
    path: String,
}

/// How the fields of a line are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// By tabs in a line that has some, else by blanks.
    Blanks,
    /// By commas, as Exchange does.
    Commas,
    /// By tabs, in Zeek's way.
    Zeek,
}

/// Whether a line is a directive: it says something about the file and is no record.
pub fn is_directive(line: &str) -> bool {
    const DIRECTIVES: [&str; 17] = [
        "Version:",
        "Fields:",
        "Software:",
        "Start-Date:",
        "End-Date:",
        "Date:",
        "Remark:",
        "Log-type:",
        "separator",
        "set_separator",
        "empty_field",
        "unset_field",
        "path",
        "open",
        "close",
        "fields",
        "types",
    ];
    line.strip_prefix('#').is_some_and(|rest| {
        DIRECTIVES.iter().any(|name| {
            rest.strip_prefix(name)
                .is_some_and(|rest| name.ends_with(':') || rest.starts_with(['\t', ' ']))
        })
    })
}

impl Header {
    /// Reads the directive that names the fields; `None` for any other line.
    pub fn read(line: &str) -> Option<Header> {
        if let Some(names) = line.strip_prefix("#fields\t") {
            return Header::new(names.trim_end().split('\t'), Layout::Zeek);
        }
        let names = line.strip_prefix("#Fields:")?;
        if names.contains(',') {
            return Header::new(names.trim().split(','), Layout::Commas);
        }
        Header::new(names.split_ascii_whitespace(), Layout::Blanks)
    }

    /// Reads all directives at the start of a file.
    pub fn read_head(head: &str) -> Option<Header> {
        let directives = || head.lines().take_while(|line| line.starts_with('#'));
        let mut header = directives().find_map(Header::read)?;
        for line in directives() {
            header.refine(line);
        }
        Some(header)
    }

    /// Takes a directive that says more about the fields: Zeek's `#types` and `#path`.
    pub fn refine(&mut self, line: &str) {
        if self.layout != Layout::Zeek {
            return;
        }
        if let Some(path) = line.strip_prefix("#path\t") {
            path.trim_end().clone_into(&mut self.path);
        } else if let Some(types) = line.strip_prefix("#types\t") {
            for (field, name) in self.fields.iter_mut().zip(types.trim_end().split('\t')) {
                field.kind = fields::zeek_kind(field.kind, name);
            }
        }
    }

    /// IIS' own choice of fields, when a line has its shape: for files whose directives are elsewhere.
    pub fn iis_default(line: &str) -> Option<Header> {
        let names = iis_fields(line)?;
        Header::new(names.split(' '), Layout::Blanks)
    }

    /// Whether a line has as many values as there are fields.
    pub fn fits(&self, line: &str) -> bool {
        let mut values = Values::new(line, self.layout);
        values.by_ref().take(self.fields.len()).count() == self.fields.len()
            && values.next().is_none()
    }

    /// Reads a line; `false` when it has another number of values, and the record is as it was.
    pub fn parse<'a>(&self, line: &'a str, zone: &mut Zone, record: &mut Record<'a>) -> bool {
        let line = line.trim_end();
        let found = self.fill(line, zone, record).is_some();
        if !found {
            record.clear();
        }
        found
    }

    fn new<'n>(names: impl Iterator<Item = &'n str>, layout: Layout) -> Option<Header> {
        let names = names.map(str::trim_ascii).take(FIELDS_MAX + 1);
        let fields: Vec<_> = match layout {
            Layout::Zeek => names.map(fields::zeek).collect(),
            Layout::Blanks | Layout::Commas => names.map(fields::w3c).collect(),
        };
        let is_header = (1..=FIELDS_MAX).contains(&fields.len())
            && fields.iter().all(|field| !field.key.is_empty());
        is_header.then(|| Header {
            fields,
            layout,
            path: String::new(),
        })
    }

    fn fill<'a>(&self, line: &'a str, zone: &mut Zone, record: &mut Record<'a>) -> Option<()> {
        let mut row = Row::default();
        let mut values = Values::new(line, self.layout);
        for field in &self.fields {
            let (text, place) = values.next()?;
            let is_empty =
                matches!(&*text, "" | "-") || self.layout == Layout::Zeek && text == "(empty)";
            if !is_empty {
                row.take(field, (text, place), zone, record);
            }
        }
        if values.next().is_some() {
            return None;
        }
        row.finish(zone, record);
        if !self.path.is_empty() {
            record.scope = Cow::Owned(self.path.clone());
        }
        record.body = Value::Text(row.request(line).unwrap_or(Cow::Borrowed(line)));
        Some(())
    }
}

/// Whether a line has the shape of IIS' own choice of fields.
pub fn looks_like_iis(line: &str) -> bool {
    iis_fields(line).is_some()
}

fn iis_fields(line: &str) -> Option<&'static str> {
    let mut values = line.trim_end().split(' ');
    let (date, time) = (values.next()?, values.next()?);
    let is_time = date.len() == 10
        && date.as_bytes()[4] == b'-'
        && time.len() >= 8
        && time.as_bytes()[2] == b':';
    let third = values.next()?;
    let has_site = third.starts_with("W3SVC");
    let address = if has_site { values.next()? } else { third };
    let (method, path) = (values.next()?, values.next()?);
    let is_request = method.len() > 1
        && method.bytes().all(|byte| byte.is_ascii_uppercase())
        && path.starts_with(['/', '*', '-']);
    let is_address = address.contains(['.', ':'])
        && address
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'%'));
    let count = 5 + usize::from(has_site) + values.take(FIELDS_MAX).count();
    let fields = match (has_site, count) {
        (false, 15) => IIS[0],
        (false, 14) => IIS[1],
        (true, 14) => IIS[2],
        _ => return None,
    };
    (is_time && is_request && is_address).then_some(fields)
}

/// The values of a line, each with its place there.
struct Values<'a> {
    line: &'a str,
    at: usize,
    separator: u8,
    cells: Option<Cells<'a>>,
    ended: bool,
}

impl<'a> Values<'a> {
    fn new(line: &'a str, layout: Layout) -> Values<'a> {
        let has_tabs = || memchr::memchr(b'\t', line.as_bytes()).is_some();
        let tabs = match layout {
            Layout::Zeek => true,
            Layout::Blanks => has_tabs(),
            Layout::Commas => false,
        };
        Values {
            line,
            at: 0,
            separator: if tabs { b'\t' } else { b' ' },
            cells: (layout == Layout::Commas).then(|| Cells::new(line, b',')),
            ended: false,
        }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = (Cow<'a, str>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(cells) = &mut self.cells {
            return Some((cells.next()?.text, 0..0));
        }
        if self.ended {
            return None;
        }
        let rest = self.line.get(self.at..)?;
        let quoted = rest.strip_prefix('"').and_then(|inner| {
            let end = memchr::memchr(b'"', inner.as_bytes())? + 2;
            let behind = rest.as_bytes().get(end);
            behind
                .is_none_or(|behind| *behind == self.separator)
                .then_some(end)
        });
        let length = quoted
            .or_else(|| memchr::memchr(self.separator, rest.as_bytes()))
            .unwrap_or(rest.len());
        let place = self.at..self.at + length;
        self.at = place.end + 1;
        self.ended = place.end >= self.line.len();
        let value = self.line.get(place.clone())?;
        let value = match quoted {
            Some(_) => value.trim_matches('"'),
            None => value,
        };
        Some((Cow::Borrowed(value), place))
    }
}

/// What the fields of a line say together.
#[derive(Debug, Default)]
struct Row<'a> {
    mask: KeyMask,
    date: Option<Cow<'a, str>>,
    clock: Option<Cow<'a, str>>,
    method: Option<(Cow<'a, str>, Range<usize>)>,
    path: Option<(Cow<'a, str>, Range<usize>)>,
}

impl<'a> Row<'a> {
    fn take(
        &mut self,
        field: &Field,
        (text, place): (Cow<'a, str>, Range<usize>),
        zone: &mut Zone,
        record: &mut Record<'a>,
    ) {
        let value = match field.kind {
            Kind::Date => return self.date = Some(text),
            Kind::Clock => return self.clock = Some(text),
            Kind::Stamp if record.time.is_none() => match timestamp::whole(&text, zone) {
                Some(time) => return record.time = Some(time),
                None => Value::Text(text),
            },
            Kind::Method => {
                self.method = Some((text.clone(), place));
                Value::Text(text)
            }
            Kind::Path => {
                self.path = Some((text.clone(), place));
                Value::Text(text)
            }
            kind => fields::value(kind, text),
        };
        self.push(field.key.clone(), value, record);
    }

    fn push(&mut self, key: Cow<'static, str>, value: Value<'a>, record: &mut Record<'a>) {
        let _duplicates = unique::push(&mut record.attributes, &mut self.mask, key, value);
    }

    /// Reads date and time together; what is no time stays.
    fn finish(&mut self, zone: &mut Zone, record: &mut Record<'a>) {
        let (date, clock) = (self.date.take(), self.clock.take());
        if let (Some(date), Some(clock)) = (&date, &clock)
            && record.time.is_none()
        {
            record.time = join_time(date, clock, "Z", zone);
            if record.time.is_some() {
                return;
            }
        }
        for (key, text) in [("date", date), ("time", clock)] {
            if let Some(text) = text {
                self.push(Cow::Borrowed(key), Value::Text(text), record);
            }
        }
    }

    /// `GET /path`, borrowed where both stand next to each other.
    fn request(self, line: &'a str) -> Option<Cow<'a, str>> {
        let ((method, first), (path, second)) = (self.method?, self.path?);
        let together = line.get(first.start..second.end);
        let borrowed = together.filter(|together| {
            first.end + 1 == second.start
                && together.len() == method.len() + 1 + path.len()
                && together.as_bytes().get(method.len()) == Some(&b' ')
        });
        Some(borrowed.map_or_else(|| Cow::Owned(format!("{method} {path}")), Cow::Borrowed))
    }
}

/// A number where it is one, else text.
fn automatic(text: Cow<'_, str>) -> Value<'_> {
    match text {
        Cow::Borrowed(text) => typed(text),
        owned @ Cow::Owned(_) => Value::Text(owned),
    }
}
