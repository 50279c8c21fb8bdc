//! Tables: rows of cells below a line of names, their meaning told by the names as in JSON.
//!
//! Separators are comma, tab, semicolon and bar. A line is taken for names only when it has at least three, all different, one of which
//! means time, level or message. A date and a time in columns of their own are read together. `PostgreSQL`'s csvlog has no line of names; it
//! is told by its shape.
//!
//! Limits: 256 columns.
//! Spec: RFC 4180; `PostgreSQL`, "Using CSV-Format Log Output".

pub(in crate::format) mod cells;
mod postgres;

use std::borrow::Cow;

use crate::base::units::UnixNanos;
use crate::format::csv::cells::{Cell, Cells, Quote};
use crate::format::json::keys::{Role, role};
use crate::format::json::roles::Roles;
use crate::format::logfmt::typed;
use crate::format::timestamp::{self, Zone};
use crate::format::unique;
use crate::record::{Record, Value};

const COLUMNS: std::ops::RangeInclusive<usize> = 3..=256;
const NAME_BYTES_MAX: usize = 64;

/// What the columns of a file are.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    separator: u8,
    columns: Vec<Column>,
    /// The columns of date and time, when they are two.
    clock: Option<(usize, usize)>,
    postgres: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Column {
    name: Cow<'static, str>,
    role: Role,
}

impl Header {
    /// Reads a line of names; `None` for any other line.
    pub fn read(line: &str) -> Option<Header> {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line).trim_end();
        let separator = [b',', b'\t', b';', b'|']
            .into_iter()
            .max_by_key(|separator| memchr::memchr_iter(*separator, line.as_bytes()).count())?;
        let mut columns: Vec<Column> = Vec::new();
        for cell in Cells::new(line, separator) {
            let name = cell.text.trim_ascii();
            let is_new = columns.iter().all(|column| column.name != name);
            if !is_name(name) || !is_new || columns.len() == *COLUMNS.end() {
                return None;
            }
            columns.push(Column {
                name: Cow::Owned(name.to_owned()),
                role: role_of(name),
            });
        }
        let tells = |column: &Column| {
            matches!(
                column.role,
                Role::Time(_) | Role::Level(_) | Role::Message(_)
            )
        };
        let is_header = COLUMNS.contains(&columns.len()) && columns.iter().any(tells);
        let place = |name: &str| {
            let mut names = columns.iter().map(|column| &column.name);
            names.position(|known| known.eq_ignore_ascii_case(name))
        };
        let clock = place("date").zip(place("time"));
        is_header.then_some(Header {
            separator,
            columns,
            clock,
            postgres: false,
        })
    }

    /// `PostgreSQL`'s columns, when a row has its shape.
    pub fn postgres(row: &str, zone: &mut Zone) -> Option<Header> {
        postgres::columns(row, zone).map(|columns| Header {
            separator: b',',
            columns,
            clock: None,
            postgres: true,
        })
    }

    /// Whether a row has as many cells as there are columns.
    pub fn fits(&self, row: &str) -> bool {
        Cells::new(row.trim_end_matches(['\r', '\n']), self.separator)
            .take(self.columns.len() + 1)
            .count()
            == self.columns.len()
    }

    /// Whether a line that begins a row leaves a quote open: then the row goes on in the next line.
    pub fn is_open(&self, line: &str) -> bool {
        self.quote_after(line, Quote::Closed) == Quote::Open
    }

    /// Whether a quote is open behind a line, for rows of many lines.
    pub fn quote_after(&self, line: &str, before: Quote) -> Quote {
        cells::quote_after(line, self.separator, before)
    }

    /// Reads a row; `false` when it has another number of cells, and the record is as it was.
    pub fn parse<'a>(
        &self,
        row: &'a str,
        zone: &mut Zone,
        record: &mut Record<'a>,
        duplicates: &mut u64,
    ) -> bool {
        let row = row.trim_end_matches(['\r', '\n']);
        if self.clock.is_some() {
            record.time = self.clock_time(row, zone);
        }
        let is_timed = record.time.is_some();
        let mut roles = Roles::new(zone);
        let mut cells = Cells::new(row, self.separator);
        for (place, column) in self.columns.iter().enumerate() {
            let Some(cell) = cells.next() else {
                record.clear();
                return false;
            };
            let is_clock = |(date, time)| is_timed && (place == date || place == time);
            if !cell.text.is_empty() && !self.clock.is_some_and(is_clock) {
                take(&mut roles, record, column, cell);
            }
        }
        if cells.next().is_some() {
            record.clear();
            return false;
        }
        *duplicates += roles.finish(record);
        if self.postgres {
            postgres::set_level(record);
        }
        true
    }

    /// The time of a row whose date and time stand apart.
    fn clock_time(&self, row: &str, zone: &mut Zone) -> Option<UnixNanos> {
        let (date_at, time_at) = self.clock?;
        let (mut date, mut time) = (None, None);
        let cells = Cells::new(row, self.separator).take(date_at.max(time_at) + 1);
        for (place, cell) in cells.enumerate() {
            if place == date_at {
                date = Some(cell.text);
            } else if place == time_at {
                time = Some(cell.text);
            }
        }
        join_time(&date?, &time?, "", zone)
    }
}

/// A date and a time of day as one time. What stands behind `suffix` is their zone.
pub(super) fn join_time(
    date: &str,
    time: &str,
    suffix: &str,
    zone: &mut Zone,
) -> Option<UnixNanos> {
    const BYTES_MAX: usize = 48;
    let mut joined = [b' '; BYTES_MAX];
    let mut at = 0;
    for part in [date.trim_ascii(), " ", time.trim_ascii(), suffix] {
        joined
            .get_mut(at..at + part.len())?
            .copy_from_slice(part.as_bytes());
        at += part.len();
    }
    timestamp::whole(std::str::from_utf8(&joined[..at]).ok()?, zone)
}

fn take<'a>(roles: &mut Roles<'_, 'a>, record: &mut Record<'a>, column: &Column, cell: Cell<'a>) {
    // The names of a header live with it, not with the input; the built-in ones are not copied.
    let key = column.name.clone();
    let value = match cell.text {
        // A time's digits are read as they stand; a message is text, whatever it looks like.
        Cow::Borrowed(text)
            if !cell.quoted && !matches!(column.role, Role::Time(_) | Role::Message(_)) =>
        {
            typed(text)
        }
        text => Value::Text(text),
    };
    if column.role == Role::Attribute {
        *roles.room_for(record, key) = value;
        unique::settle(&mut record.attributes);
    } else {
        roles.take(record, column.role, key, value);
    }
}

/// The role of a column; names are written in more ways than keys are.
fn role_of(name: &str) -> Role {
    match role(name) {
        Role::Attribute => role(&name.to_ascii_lowercase().replace(' ', "_")),
        known => known,
    }
}

/// A few words of letters, digits and the signs of identifiers; not a number, not a sentence.
fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| {
        byte.is_ascii_alphanumeric() || b"_.-@ /()#:".contains(&byte) || !byte.is_ascii()
    };
    name.len() <= NAME_BYTES_MAX
        && name.bytes().all(is_part)
        && name
            .bytes()
            .any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && memchr::memchr_iter(b' ', name.as_bytes()).count() < 4
}

#[cfg(test)]
mod tests;
