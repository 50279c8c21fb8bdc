//! The built-in text formats, each as its pattern and a line of it.
//!
//! The order counts: a row stands before every row that fits its lines too and says less about them. Rows that are [`Evidence::Distinct`]
//! are told by their own marks; those that are [`Evidence::Shared`] look like prose by chance, so most of a file's lines must
//! fit one of them before it is believed.

mod rows;

use std::sync::OnceLock;

use crate::format::layout::{Captures, HasTime, Layout};
use crate::format::timestamp::{self, Zone};

pub use self::rows::ROWS;

/// How sure a fitting line makes us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Hardly anything else looks like this: a few fitting lines tell the file, and one tells a stray line.
    Distinct,
    /// Other texts may look like this: only a file most of whose lines fit has this format.
    Shared,
    /// Says hardly anything by itself: it reads the lines that other rows of its name leave over.
    Companion,
    /// Stands within the records of another row of its name: it is used only in files that have no such line.
    Alternative,
}

/// A built-in format.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Who writes it. Several rows may share a name.
    pub name: &'static str,
    /// How sure a fitting line makes us.
    pub evidence: Evidence,
    /// See [`crate::format::layout`].
    pub pattern: &'static str,
    /// A line that fits.
    pub example: &'static str,
}

/// All rows, compiled at the first call.
pub fn layouts() -> &'static [Layout] {
    static LAYOUTS: OnceLock<Vec<Layout>> = OnceLock::new();
    LAYOUTS.get_or_init(|| {
        let compile = |row: &Row| Layout::compile(row.name, row.pattern);
        ROWS.iter()
            .map(|row| compile(row).expect("a test compiles every row"))
            .collect()
    })
}

/// The row of a line that stands in a file of another format: one with a time and marks of its own. `captures` then holds what
/// it found.
pub fn stray(line: &[u8], zone: &mut Zone, captures: &mut Captures) -> Option<u16> {
    let first = *line.first()?;
    // Most rows begin with a time: one look says no for all of them.
    let begins_with_time = timestamp::at(line, zone).is_some();
    candidates(first).iter().copied().find(|row| {
        let layout = &layouts()[usize::from(*row)];
        (begins_with_time || !layout.begins_with_any_time()) && layout.matches(line, zone, captures)
    })
}

/// The distinct rows with a time whose lines may begin with this byte.
fn candidates(first: u8) -> &'static [u16] {
    static BY_FIRST: OnceLock<Vec<Vec<u16>>> = OnceLock::new();
    let by_first = BY_FIRST.get_or_init(|| {
        let recognised = |index: usize| {
            let row = ROWS[index].evidence == Evidence::Distinct;
            row && layouts()[index].time() == HasTime::Stamped
        };
        let rows = |byte: u8| {
            (0..layouts().len())
                .filter(|index| recognised(*index) && layouts()[*index].may_begin_with(byte))
                .filter_map(|index| u16::try_from(index).ok())
                .collect()
        };
        (0..=u8::MAX).map(rows).collect()
    });
    &by_first[usize::from(first)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::UnixNanos;
    use jiff::tz::TimeZone;

    fn zone() -> Zone {
        Zone::new(TimeZone::UTC).with_anchor(UnixNanos(1_795_170_000_000_000_000))
    }

    fn fits(layout: &Layout, line: &str) -> bool {
        layout.matches(line.as_bytes(), &mut zone(), &mut Captures::EMPTY.clone())
    }

    #[test]
    fn every_row_compiles_and_fits_its_own_line() {
        let wrong: Vec<_> = ROWS
            .iter()
            .filter_map(|row| match Layout::compile(row.name, row.pattern) {
                Err(error) => Some(format!("{}: {}: {error}", row.name, row.pattern)),
                Ok(layout) if !fits(&layout, row.example) => Some(format!(
                    "{}: {}\n    {}",
                    row.name, row.pattern, row.example
                )),
                Ok(_) => None,
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn no_row_stands_behind_one_that_takes_its_line() {
        let first = |line| layouts().iter().position(|layout| fits(layout, line));
        let wrong: Vec<_> = ROWS
            .iter()
            .enumerate()
            .filter_map(|(index, row)| {
                let first = first(row.example)?;
                (first != index).then(|| {
                    format!(
                        "{}: {}\n    taken by {}",
                        row.name, row.example, ROWS[first].pattern
                    )
                })
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
