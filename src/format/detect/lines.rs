//! What each line of a head fits.

use crate::format::detect::LINES_MAX;
use crate::format::detect::flavour;
use crate::format::json::{self, scan};
use crate::format::layout::table::{self, Evidence, ROWS};
use crate::format::layout::{Captures, Layout};
use crate::format::logfmt;
use crate::format::severity;
use crate::format::syslog;
use crate::format::timestamp::{self, Zone};
use crate::format::trace::{self, TraceState};
use crate::format::{Table, csv, journal_export, w3c};
use crate::otlp::payload::json_carries;

/// Rows of data below a line of names that must have as many cells.
const TABLE_ROWS_MIN: usize = 2;

/// Most blanks before the level or time of a line that begins a record.
const INDENT_MAX: usize = 6;

/// Lines that fit nothing, shown.
const UNFIT_MAX: usize = 5;

/// Most layouts of the user's own.
pub const OWN_LAYOUTS_MAX: usize = 64;

/// A set of candidates.
pub(super) type RowSet = [u64; 8];

const _: () = assert!(
    ROWS.len() + OWN_LAYOUTS_MAX <= size_of::<RowSet>() * 8,
    "every candidate has its bit"
);

/// The layouts that lines are tried with: the user's own, and behind them those of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidates<'l> {
    own: &'l [Layout],
    table: &'static [Layout],
}

impl<'l> Candidates<'l> {
    /// The user's own and the table's.
    pub(super) fn all(own: &'l [Layout]) -> Candidates<'l> {
        Candidates {
            own: own.get(..OWN_LAYOUTS_MAX).unwrap_or(own),
            table: table::layouts(),
        }
    }

    /// None but these.
    pub(super) fn only(own: &'l [Layout]) -> Candidates<'l> {
        Candidates {
            table: &[],
            ..Candidates::all(own)
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.own.len() + self.table.len()
    }

    /// The layout of a row.
    pub(super) fn layout(&self, row: usize) -> &'l Layout {
        match row.checked_sub(self.own.len()) {
            None => &self.own[row],
            Some(row) => &self.table[row],
        }
    }

    /// Its name.
    pub(super) fn name(&self, row: usize) -> &'l str {
        &self.layout(row).name
    }

    /// How sure a line makes us that fits it; what the user wrote is meant.
    pub(super) fn evidence(&self, row: usize) -> Evidence {
        row.checked_sub(self.own.len())
            .map_or(Evidence::Distinct, |row| ROWS[row].evidence)
    }

    /// Whether a layout of the user's own fits.
    fn own_fits(&self, rows: &RowSet) -> bool {
        (0..self.own.len()).any(|row| holds(rows, row))
    }

    fn rows_of(&self, line: &str, zone: &mut Zone) -> RowSet {
        let mut rows = RowSet::default();
        let Some(first) = line.bytes().next() else {
            return rows;
        };
        let begins_with_time = timestamp::at(line.as_bytes(), zone).is_some();
        let mut captures = Captures::EMPTY;
        for (index, layout) in self.own.iter().chain(self.table).enumerate() {
            let possible = layout.may_begin_with(first)
                && (begins_with_time || !layout.begins_with_any_time());
            if possible && layout.matches(line.as_bytes(), zone, &mut captures) {
                rows[index / 64] |= 1 << (index % 64);
            }
        }
        rows
    }
}

/// Whether a row is in the set.
pub(super) fn holds(rows: &RowSet, row: usize) -> bool {
    rows[row / 64] & (1 << (row % 64)) != 0
}

/// The lines of a head that begin records.
#[derive(Debug)]
pub(super) struct HeadLines<'l> {
    /// What they were tried with.
    pub(super) candidates: Candidates<'l>,
    /// How many.
    pub(super) count: usize,
    /// Those that are whole JSON objects.
    pub(super) objects: usize,
    /// Requests in OTLP/JSON, and those that are cut off.
    pub(super) payloads: usize,
    /// Objects that go on in further lines.
    pub(super) open_objects: usize,
    /// Who writes such objects; empty when unknown.
    pub(super) flavour: &'static str,
    /// Those that are `key=value` pairs.
    pub(super) pairs: usize,
    /// Those that begin with a syslog priority.
    pub(super) prioritised: usize,
    /// The others.
    pub(super) texts: Vec<TextLine<'l>>,
}

/// A line of text.
#[derive(Debug)]
pub(super) struct TextLine<'h> {
    /// Its number in the head, from 1.
    pub(super) number: usize,
    /// As it stands.
    pub(super) text: &'h str,
    /// The rows that it fits.
    pub(super) rows: RowSet,
    /// Whether it begins with a time.
    pub(super) stamped: bool,
}

impl<'l> HeadLines<'l> {
    /// Asks each line of the head.
    pub(super) fn read(
        head: &'l str,
        zone: &mut Zone,
        candidates: Candidates<'l>,
    ) -> HeadLines<'l> {
        let mut lines = HeadLines {
            candidates,
            count: 0,
            objects: 0,
            open_objects: 0,
            flavour: "",
            pairs: 0,
            prioritised: 0,
            texts: Vec::new(),
            payloads: 0,
        };
        let (mut depth, mut trace) = (0, TraceState::PLAIN);
        for (index, line) in head.lines().take(LINES_MAX).enumerate() {
            let line = line.trim_ascii_end();
            if line.is_empty() || journal_export::is_journal_note(line.as_bytes()) {
                continue;
            }
            if depth > 0 && !line.starts_with('{') {
                depth = scan::depth_behind(line.as_bytes(), depth);
                lines.objects += usize::from(depth == 0);
                continue;
            }
            depth = 0;
            if line.starts_with('{') {
                depth = lines.object(line);
                trace = TraceState::PLAIN;
                continue;
            }
            let rows = candidates.rows_of(line, zone);
            let joined = trace.accepts(line.as_bytes());
            if let Some(state) = joined.filter(|_| !trace.is_plain() && rows == RowSet::default()) {
                trace = state;
                continue;
            }
            if trace::continues(line.as_bytes()) && !begins_indented(line, zone) {
                continue;
            }
            trace = TraceState::begin(line.as_bytes());
            lines.text(index + 1, line, rows, zone);
        }
        lines
    }

    /// Takes a line that begins with a brace; returns how many are open behind it.
    fn object(&mut self, line: &str) -> u32 {
        let depth = scan::depth_behind(line.as_bytes(), 0);
        if json_carries(line.as_bytes()).is_some() {
            self.count += 1;
            self.payloads += 1;
            self.open_objects += usize::from(depth > 0);
        } else if depth > 0 {
            self.count += 1;
            self.open_objects += 1;
        } else if json::is_object(line) {
            self.count += 1;
            self.objects += 1;
        }
        if self.flavour.is_empty() {
            self.flavour = flavour::of_json(line);
        }
        depth
    }

    /// The first lines of text that do not fit, with their numbers.
    pub(super) fn unfit(&self, fits: impl Fn(&TextLine<'_>) -> bool) -> Vec<(usize, String)> {
        self.texts
            .iter()
            .filter(|line| !fits(line))
            .take(UNFIT_MAX)
            .map(|line| (line.number, line.text.chars().take(160).collect()))
            .collect()
    }

    fn text(&mut self, number: usize, line: &'l str, rows: RowSet, zone: &mut Zone) {
        self.count += 1;
        let own = self.candidates.own_fits(&rows);
        if !own && syslog::looks_like(line) {
            self.prioritised += 1;
            return;
        }
        let stamped = timestamp::leading(line.as_bytes(), zone).is_some();
        if !own && !stamped && logfmt::looks_like(line) {
            self.pairs += 1;
            return;
        }
        self.texts.push(TextLine {
            number,
            text: line,
            rows,
            stamped,
        });
    }
}

/// Whether a level or a time stands behind the few blanks at a line's start, as loggers align them to the right.
fn begins_indented(line: &str, zone: &mut Zone) -> bool {
    let inner = line.trim_start_matches(' ');
    let blanks = line.len() - inner.len();
    if blanks == 0 || blanks > INDENT_MAX {
        return false;
    }
    let length = inner.bytes().take_while(u8::is_ascii_uppercase).count();
    let word = inner.get(..length).unwrap_or_default();
    let delimited = inner
        .as_bytes()
        .get(length)
        .is_some_and(|next| matches!(next, b' ' | b'[' | b':'));
    (delimited && severity::from_word(word).is_some())
        || timestamp::at(inner.as_bytes(), zone).is_some()
}

/// The columns that a head names, or that its rows are known by.
pub(super) fn table_of(head: &str, zone: &mut Zone) -> Option<Table> {
    if let Some(header) = w3c::Header::read_head(head) {
        return Some(Table::W3c(header));
    }
    let mut rows = head.lines().filter(|line| !line.starts_with('#'));
    let first = rows.next()?;
    if let Some(header) = w3c::Header::iis_default(first) {
        return Some(Table::W3c(header));
    }
    if let Some(header) = csv::Header::read(first) {
        let fitting = rows.clone().take(20).filter(|row| header.fits(row)).count();
        let rows = rows.take(20).filter(|row| !row.is_empty()).count();
        return (fitting * 2 > rows && fitting >= TABLE_ROWS_MIN.min(rows))
            .then_some(Table::Csv(header));
    }
    csv::Header::postgres(first, zone).map(Table::Csv)
}
