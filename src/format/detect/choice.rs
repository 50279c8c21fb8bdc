//! What the lines of a head fit → the format of the file.

use crate::format::FormatKind;
use crate::format::detect::lines::{HeadLines, RowSet, TextLine};
use crate::format::detect::{Lost, RunnerUp};
use crate::format::layout::table::{self, Evidence, ROWS};
use crate::format::layout::{HasTime, Layout};

/// Most layouts of one file.
const LAYOUTS_MAX: usize = 8;

/// A layout is believed by a tenth of the lines when its own marks tell it, and by this share, in percent, when they do not.
const SHARED_PERCENT_MIN: usize = 80;

/// Most lines, on the average, below the one that begins a record of a layout whose records are blocks.
const BLOCK_LINES_MAX: usize = 40;

/// Lines that fit nothing, shown.
const UNFIT_MAX: usize = 5;

/// Runners-up told.
const RUNNERS_UP_MAX: usize = 5;

/// What a file is.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) kind: FormatKind,
    /// Lines that fit it.
    pub(super) fits: usize,
    /// Rows of the table, in the order of trial, with the lines that each took.
    rows: Vec<(usize, usize)>,
    /// What was learnt, when most lines that fit no row fit it.
    learnt: Option<Layout>,
    stamped: usize,
}

impl Choice {
    /// The choice for these lines.
    pub(super) fn of(lines: &HeadLines) -> Choice {
        let rows = layouts_of(&lines.texts);
        let taken: usize = rows.iter().map(|(_, taken)| taken).sum();
        let (learnt, by_learnt) = learnt_of(lines, &rows);
        let laid_out = taken + by_learnt;
        let stamped = lines.texts.iter().filter(|line| line.stamped).count();
        let first = rows.first().map(|(row, _)| &table::layouts()[*row]);
        let timed = first
            .or(learnt.as_ref())
            .is_some_and(|layout| layout.time() == HasTime::Stamped);
        // Behind lines with a time, others are taken for their continuations: few fitting lines are enough.
        let enough = match first {
            Some(layout) if layout.heads_blocks() => BLOCK_LINES_MAX,
            _ if timed => 3,
            _ => 2,
        };
        let candidates = [
            (FormatKind::OtlpJson, lines.payloads, 2),
            (FormatKind::Json, lines.objects, 2),
            (FormatKind::Syslog, lines.prioritised, 2),
            (FormatKind::Layout, laid_out, enough),
            (FormatKind::Logfmt, lines.pairs, 2),
            (FormatKind::Stamped, stamped, 3),
        ];
        // In a file of a layout with times, a stamped line that fits none is a record too: the layout says more.
        let laid_out_enough = timed && laid_out * enough >= lines.count;
        let best = candidates
            .into_iter()
            .filter(|(_, fits, share)| *fits > 0 && fits * share >= lines.count)
            .filter(|(kind, ..)| *kind != FormatKind::Stamped || !laid_out_enough)
            // Of equals the first wins: it says more.
            .rev()
            .max_by_key(|(kind, fits, _)| (*fits, *kind == FormatKind::Layout));
        let (kind, fits) = best.map_or((FormatKind::Plain, lines.count), |(kind, fits, _)| {
            (kind, fits)
        });
        Choice {
            kind,
            fits,
            rows,
            learnt,
            stamped,
        }
    }

    /// The layouts of the file's text lines, in the order of trial.
    pub(super) fn layouts(&self) -> Vec<Layout> {
        if matches!(self.kind, FormatKind::Plain | FormatKind::Stamped) {
            return Vec::new();
        }
        let rows = self.rows.iter();
        rows.map(|(row, _)| table::layouts()[*row].clone())
            .chain(self.learnt.clone())
            .collect()
    }

    /// The name people see.
    pub(super) fn label(&self, lines: &HeadLines) -> String {
        match self.kind {
            FormatKind::Json if !lines.flavour.is_empty() => format!("json/{}", lines.flavour),
            FormatKind::Layout => self
                .rows
                .first()
                .map_or("learnt", |(row, _)| ROWS[*row].name)
                .to_owned(),
            kind => kind.name().to_owned(),
        }
    }

    /// The formats that lost, the better first, and why.
    pub(super) fn runners_up(&self, lines: &HeadLines) -> Vec<RunnerUp> {
        let structured = [
            (FormatKind::OtlpJson, lines.payloads),
            (FormatKind::Json, lines.objects),
            (FormatKind::Syslog, lines.prioritised),
            (FormatKind::Logfmt, lines.pairs),
            (FormatKind::Stamped, self.stamped),
        ];
        let mut found: Vec<_> = structured
            .into_iter()
            .filter(|(kind, fits)| *kind != self.kind && *fits > 0)
            .map(|(kind, fits)| RunnerUp {
                label: kind.name().to_owned(),
                fits,
                lost: if fits < self.fits {
                    Lost::FewerLines
                } else {
                    Lost::SaysLess
                },
            })
            .collect();
        found.extend(self.lost_rows(lines));
        found.sort_by_key(|runner_up| std::cmp::Reverse(runner_up.fits));
        found.dedup_by(|next, kept| next.label == kept.label);
        found.truncate(RUNNERS_UP_MAX);
        found
    }

    fn lost_rows(&self, lines: &HeadLines) -> impl Iterator<Item = RunnerUp> {
        let texts = lines.texts.len();
        let chosen = self.rows.first().map(|(row, _)| *row);
        (0..ROWS.len()).filter_map(move |row| {
            let fits = lines
                .texts
                .iter()
                .filter(|line| holds(&line.rows, row))
                .count();
            let chosen_name = chosen.map(|chosen| ROWS[chosen].name);
            if fits == 0 || (self.kind == FormatKind::Layout && chosen_name == Some(ROWS[row].name))
            {
                return None;
            }
            let used =
                self.kind == FormatKind::Layout && self.rows.iter().any(|(used, _)| *used == row);
            Some(RunnerUp {
                label: ROWS[row].name.to_owned(),
                fits,
                lost: match ROWS[row].evidence {
                    _ if used => Lost::AlsoUsed,
                    Evidence::Shared if fits * 100 < texts * SHARED_PERCENT_MIN => Lost::TooFew,
                    _ if fits < self.fits => Lost::FewerLines,
                    _ => Lost::SaysLess,
                },
            })
        })
    }

    /// The first lines that fit neither the chosen format nor one that goes with it.
    pub(super) fn unfit(&self, lines: &HeadLines) -> Vec<(usize, String)> {
        if matches!(self.kind, FormatKind::Plain) {
            return Vec::new();
        }
        let fits = |line: &&TextLine| {
            line.stamped
                || line.fits_learnt
                || self.rows.iter().any(|(row, _)| holds(&line.rows, *row))
        };
        let unfit = lines.texts.iter().filter(|line| !fits(line));
        unfit
            .take(UNFIT_MAX)
            .map(|line| (line.number, line.start.clone()))
            .collect()
    }
}

fn holds(rows: &RowSet, row: usize) -> bool {
    rows[row / 64] & (1 << (row % 64)) != 0
}

/// Rows that together fit the lines: each time the most telling that fits at least half as many of those left as the best one does.
fn layouts_of(texts: &[TextLine]) -> Vec<(usize, usize)> {
    let mut left: Vec<&TextLine> = texts.iter().collect();
    let mut chosen = Vec::new();
    while chosen.len() < LAYOUTS_MAX && !left.is_empty() {
        let fits: Vec<usize> = (0..ROWS.len())
            .map(|row| {
                let fits = left.iter().filter(|line| holds(&line.rows, row)).count();
                let all = texts.iter().filter(|line| holds(&line.rows, row)).count();
                if is_believed(row, all, texts.len(), &chosen) {
                    fits
                } else {
                    0
                }
            })
            .collect();
        let best = fits.iter().copied().max().unwrap_or(0);
        let Some(row) = fits.iter().position(|fits| *fits > 0 && fits * 2 >= best) else {
            break;
        };
        // Rows of one name say more about some of its lines: they are tried first.
        let is_kin = |other: &usize| {
            ROWS[*other].name == ROWS[row].name
                && ROWS[*other].evidence == Evidence::Distinct
                && left.iter().any(|line| holds(&line.rows, *other))
        };
        let row = (0..row).find(is_kin).unwrap_or(row);
        let taken = left.iter().filter(|line| holds(&line.rows, row)).count();
        chosen.push((row, taken));
        left.retain(|line| !holds(&line.rows, row));
    }
    chosen
}

/// What was learnt, and how many lines that no chosen row takes fit it.
fn learnt_of(lines: &HeadLines, rows: &[(usize, usize)]) -> (Option<Layout>, usize) {
    let taken = |line: &TextLine| rows.iter().any(|(row, _)| holds(&line.rows, *row));
    let left = lines.texts.iter().filter(|line| !taken(line));
    let (count, fits) = left.fold((0, 0), |(count, fits), line| {
        (count + 1, fits + usize::from(line.fits_learnt))
    });
    if fits * 2 > count {
        (lines.learnt.clone(), fits)
    } else {
        (None, 0)
    }
}

fn is_believed(row: usize, fits: usize, texts: usize, chosen: &[(usize, usize)]) -> bool {
    let relative_chosen = || {
        chosen
            .iter()
            .any(|(other, _)| ROWS[*other].name == ROWS[row].name)
    };
    match ROWS[row].evidence {
        Evidence::Companion => relative_chosen(),
        Evidence::Alternative => !relative_chosen() && fits > 0,
        Evidence::Distinct if table::layouts()[row].heads_blocks() => {
            fits * BLOCK_LINES_MAX >= texts
        }
        Evidence::Distinct => fits * 10 >= texts || fits >= 10,
        Evidence::Shared => fits * 100 >= texts * SHARED_PERCENT_MIN,
    }
}
