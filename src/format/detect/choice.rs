//! What the lines of a head fit → the format of the file.

use crate::format::FormatKind;
use crate::format::detect::lines::{Candidates, HeadLines, TextLine, holds};
use crate::format::detect::{Lost, RunnerUp};
use crate::format::layout::table::Evidence;
use crate::format::layout::{HasTime, Layout};

/// Most layouts of one file.
const LAYOUTS_MAX: usize = 8;

/// A layout is believed by a tenth of the lines when its own marks tell it, and by this share, in percent, when they do not.
const SHARED_PERCENT_MIN: usize = 80;

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
    learnt: Option<(Layout, usize)>,
    stamped: usize,
}

impl Choice {
    /// The choice for these lines.
    pub(super) fn of(lines: &HeadLines<'_>) -> Choice {
        let rows = layouts_of(&lines.texts, lines.candidates);
        let taken: usize = rows.iter().map(|(_, taken)| taken).sum();
        let (learnt, by_learnt) = learnt_of(lines, &rows);
        let laid_out = taken + by_learnt;
        let stamped = lines.texts.iter().filter(|line| line.stamped).count();
        let first = rows.first().map(|(row, _)| lines.candidates.layout(*row));
        let timed = first
            .or(learnt.as_ref())
            .is_some_and(|layout| layout.time() == HasTime::Stamped);
        // Behind lines with a time, others are taken for their continuations: few fitting lines are enough.
        let enough = if timed { 3 } else { 2 };
        let candidates = [
            (FormatKind::OtlpJson, lines.payloads, 2),
            (FormatKind::Json, lines.objects, 2),
            (FormatKind::Syslog, lines.prioritised, 2),
            (FormatKind::Layout, laid_out, enough),
            (FormatKind::Logfmt, lines.pairs, 2),
            (FormatKind::Stamped, stamped, 3),
        ];
        let best = candidates
            .into_iter()
            .filter(|(_, fits, share)| *fits > 0 && fits * share >= lines.count)
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
            learnt: learnt.map(|layout| (layout, by_learnt)),
            stamped,
        }
    }

    /// The layouts of the file's text lines, in the order of trial.
    pub(super) fn layouts(&self, lines: &HeadLines<'_>) -> Vec<Layout> {
        let learnt = self.learnt.as_ref().filter(|_| self.uses_layouts());
        self.used()
            .map(|(row, _)| lines.candidates.layout(*row).clone())
            .chain(learnt.map(|(layout, _)| layout.clone()))
            .collect()
    }

    /// How many lines each of them took.
    pub(super) fn taken(&self) -> Vec<usize> {
        let learnt = self.learnt.as_ref().filter(|_| self.uses_layouts());
        let used = self.used().map(|(_, taken)| *taken);
        used.chain(learnt.map(|(_, taken)| *taken)).collect()
    }

    fn used(&self) -> impl Iterator<Item = &(usize, usize)> {
        let used = self.uses_layouts();
        self.rows.iter().filter(move |_| used)
    }

    fn uses_layouts(&self) -> bool {
        !matches!(self.kind, FormatKind::Plain | FormatKind::Stamped)
    }

    /// Gives up all layouts but those of this name; without any, its lines are text behind a time.
    pub(super) fn keep_only(&mut self, name: &str, lines: &HeadLines<'_>) {
        self.rows
            .retain(|(row, _)| lines.candidates.layout(*row).name == name);
        self.learnt = None;
        if self.rows.is_empty() {
            (self.kind, self.fits) = (FormatKind::Stamped, self.stamped);
        } else {
            self.kind = FormatKind::Layout;
            self.fits = self.rows.iter().map(|(_, taken)| taken).sum();
        }
    }

    /// The name people see.
    pub(super) fn label(&self, lines: &HeadLines<'_>) -> String {
        match self.kind {
            FormatKind::Json if !lines.flavour.is_empty() => format!("json/{}", lines.flavour),
            FormatKind::Layout => self
                .rows
                .first()
                .map_or("learnt", |(row, _)| &lines.candidates.layout(*row).name)
                .to_owned(),
            kind => kind.name().to_owned(),
        }
    }

    /// The formats that lost, the better first, and why.
    pub(super) fn runners_up(&self, lines: &HeadLines<'_>) -> Vec<RunnerUp> {
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
        let own = self.label(lines);
        found.retain(|runner_up| runner_up.label != own);
        found.sort_by_key(|runner_up| std::cmp::Reverse(runner_up.fits));
        found.dedup_by(|next, kept| next.label == kept.label);
        found.truncate(RUNNERS_UP_MAX);
        found
    }

    fn lost_rows<'c>(&'c self, lines: &'c HeadLines<'_>) -> impl Iterator<Item = RunnerUp> + 'c {
        let texts = lines.texts.len();
        let candidates = lines.candidates;
        let chosen = self.rows.first().map(|(row, _)| *row);
        (0..candidates.count()).filter_map(move |row| {
            let name = &candidates.layout(row).name;
            let fits = lines
                .texts
                .iter()
                .filter(|line| holds(&line.rows, row))
                .count();
            let chosen_name = chosen.map(|chosen| &candidates.layout(chosen).name);
            if fits == 0 || (self.kind == FormatKind::Layout && chosen_name == Some(name)) {
                return None;
            }
            let used =
                self.kind == FormatKind::Layout && self.rows.iter().any(|(used, _)| *used == row);
            Some(RunnerUp {
                label: name.clone().into_owned(),
                fits,
                lost: match candidates.evidence(row) {
                    _ if used => Lost::AlsoUsed,
                    Evidence::Shared if fits * 100 < texts * SHARED_PERCENT_MIN => Lost::TooFew,
                    _ if fits < self.fits => Lost::FewerLines,
                    _ => Lost::SaysLess,
                },
            })
        })
    }

    /// The first lines that fit neither the chosen format nor one that goes with it.
    pub(super) fn unfit(&self, lines: &HeadLines<'_>) -> Vec<(usize, String)> {
        if matches!(self.kind, FormatKind::Plain) {
            return Vec::new();
        }
        let fits = |line: &TextLine| {
            line.stamped
                || line.fits_learnt
                || self.rows.iter().any(|(row, _)| holds(&line.rows, *row))
        };
        lines.unfit(fits)
    }
}

/// Rows that together fit the lines: each time the most telling that fits at least half as many of those left as the best one does.
fn layouts_of(texts: &[TextLine], candidates: Candidates<'_>) -> Vec<(usize, usize)> {
    let mut left: Vec<&TextLine> = texts.iter().collect();
    let mut chosen = Vec::new();
    while chosen.len() < LAYOUTS_MAX && !left.is_empty() {
        let fits: Vec<usize> = (0..candidates.count())
            .map(|row| {
                let fits = left.iter().filter(|line| holds(&line.rows, row)).count();
                let all = texts.iter().filter(|line| holds(&line.rows, row)).count();
                if is_believed(candidates.evidence(row), all, texts.len()) {
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
        chosen.push((row, fits[row]));
        left.retain(|line| !holds(&line.rows, row));
    }
    chosen
}

/// What was learnt, and how many lines that no chosen row takes fit it.
fn learnt_of(lines: &HeadLines<'_>, rows: &[(usize, usize)]) -> (Option<Layout>, usize) {
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

fn is_believed(evidence: Evidence, fits: usize, texts: usize) -> bool {
    match evidence {
        Evidence::Distinct => fits * 10 >= texts || fits >= 10,
        Evidence::Shared => fits * 100 >= texts * SHARED_PERCENT_MIN,
    }
}
