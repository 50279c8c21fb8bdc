//! What the lines of a head fit → the format of the file.

use crate::format::FormatKind;
use crate::format::detect::infer;
use crate::format::detect::lines::{Candidates, HeadLines, TextLine, holds};
use crate::format::detect::{Lost, RunnerUp};
use crate::format::layout::table::Evidence;
use crate::format::layout::{Captures, HasTime, Layout};
use crate::format::timestamp::Zone;

/// Most layouts of one file.
const LAYOUTS_MAX: usize = 8;

/// Most of them that are read off the lines.
const INFERRED_MAX: usize = 3;

/// A layout is believed by a tenth of the lines when its own marks tell it, and by this share, in percent, when they do not.
const SHARED_PERCENT_MIN: usize = 80;

/// Most lines, on the average, below the one that begins a record of a layout whose records are blocks.
const BLOCK_LINES_MAX: usize = 40;

/// The name of rows that are nobody's.
const UNNAMED: &str = "text";

/// Rows that fit what many loggers write: when the lines themselves say more, that counts.
const COMMON_NAMES: [&str; 8] = [
    "python-logging",
    "log4j",
    "logback",
    "tomcat",
    "nlog",
    "winston",
    "serilog",
    "gunicorn",
];

/// Runners-up told.
const RUNNERS_UP_MAX: usize = 5;

/// What a file is.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) kind: FormatKind,
    /// Lines that fit it.
    pub(super) fits: usize,
    /// Its layouts, in the order of trial.
    chosen: Vec<Chosen>,
    stamped: usize,
}

/// A layout of a file, and the lines that it took.
#[derive(Debug)]
struct Chosen {
    source: Source,
    layout: Layout,
    taken: usize,
}

/// Where a layout comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A row of the candidates.
    Row(usize),
    /// The lines themselves.
    Lines,
}

impl Chosen {
    fn row(&self) -> Option<usize> {
        match self.source {
            Source::Row(row) => Some(row),
            Source::Lines => None,
        }
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }
}

impl Choice {
    /// The choice for these lines.
    pub(super) fn of(lines: &HeadLines<'_>, zone: &mut Zone) -> Choice {
        let chosen = layouts_of(&lines.texts, lines.candidates, zone);
        let laid_out: usize = chosen.iter().map(|chosen| chosen.taken).sum();
        let stamped = lines.texts.iter().filter(|line| line.stamped).count();
        let timed = chosen
            .first()
            .is_some_and(|chosen| chosen.layout().time() == HasTime::Stamped);
        // Behind lines with a time, others are taken for their continuations: few fitting lines are enough.
        let enough = match chosen.first() {
            Some(chosen) if chosen.layout().heads_blocks() => BLOCK_LINES_MAX,
            _ if timed => 3,
            _ => 2,
        };
        // A layout says more than a time alone, and what it does not fit is still read by its time.
        let only_stamped = if timed && laid_out * 2 >= stamped {
            0
        } else {
            stamped
        };
        let candidates = [
            (FormatKind::OtlpJson, lines.payloads, 2),
            (FormatKind::Json, lines.objects, 2),
            (FormatKind::Syslog, lines.prioritised, 2),
            (FormatKind::Layout, laid_out, enough),
            (FormatKind::Logfmt, lines.pairs, 2),
            (FormatKind::Stamped, only_stamped, 3),
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
            chosen,
            stamped,
        }
    }

    /// The layouts of the file's text lines, in the order of trial.
    pub(super) fn layouts(&self) -> Vec<Layout> {
        self.used().map(|chosen| chosen.layout.clone()).collect()
    }

    /// How many lines each of them took.
    pub(super) fn taken(&self) -> Vec<usize> {
        self.used().map(|chosen| chosen.taken).collect()
    }

    fn used(&self) -> impl Iterator<Item = &Chosen> {
        let used = !matches!(self.kind, FormatKind::Plain | FormatKind::Stamped);
        self.chosen.iter().filter(move |_| used)
    }

    /// Gives up all layouts but those of this name; without any, its lines are text behind a time.
    pub(super) fn keep_only(&mut self, name: &str) {
        self.chosen.retain(|chosen| chosen.layout.name == name);
        if self.chosen.is_empty() {
            (self.kind, self.fits) = (FormatKind::Stamped, self.stamped);
        } else {
            self.kind = FormatKind::Layout;
            self.fits = self.chosen.iter().map(|chosen| chosen.taken).sum();
        }
    }

    /// The name people see.
    pub(super) fn label(&self, lines: &HeadLines<'_>) -> String {
        match self.kind {
            FormatKind::Json if !lines.flavour.is_empty() => format!("json/{}", lines.flavour),
            FormatKind::Layout => self.name().unwrap_or("layout").to_owned(),
            kind => kind.name().to_owned(),
        }
    }

    /// The name of the first layout.
    fn name(&self) -> Option<&str> {
        self.chosen.first().map(|chosen| &*chosen.layout().name)
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
            .filter(|(kind, fits)| {
                *kind != self.kind && *fits > 0 && kind.name() != self.name().unwrap_or_default()
            })
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
        let mut told: Vec<String> = Vec::new();
        found.retain(|runner_up| {
            let is_new = !told.contains(&runner_up.label);
            told.push(runner_up.label.clone());
            is_new
        });
        found.truncate(RUNNERS_UP_MAX);
        found
    }

    fn lost_rows<'c>(&'c self, lines: &'c HeadLines<'_>) -> impl Iterator<Item = RunnerUp> + 'c {
        let texts = lines.texts.len();
        let chosen_name = self.name().unwrap_or_default().to_owned();
        let candidates = lines.candidates;
        (0..candidates.count()).filter_map(move |row| {
            let fits = lines
                .texts
                .iter()
                .filter(|line| holds(&line.rows, row))
                .count();
            if fits == 0 || (self.kind == FormatKind::Layout && chosen_name == candidates.name(row))
            {
                return None;
            }
            let used = self.kind == FormatKind::Layout
                && self.chosen.iter().any(|chosen| chosen.row() == Some(row));
            Some(RunnerUp {
                label: candidates.name(row).to_owned(),
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
        lines.unfit(|line| {
            line.stamped
                || self.chosen.iter().any(|chosen| match chosen.source {
                    Source::Row(row) => holds(&line.rows, row),
                    // It was read off nearly all of the lines that fit no row.
                    Source::Lines => true,
                })
        })
    }
}

/// Layouts that together fit the lines: rows of the table, and for lines that fit none of them, or only one that looks like
/// prose and says less, layouts that are read off the lines.
fn layouts_of(texts: &[TextLine<'_>], candidates: Candidates<'_>, zone: &mut Zone) -> Vec<Chosen> {
    let mut chosen = rows_of(texts, candidates);
    let is_distinct = |row: usize| {
        candidates.evidence(row) == Evidence::Distinct
            && !COMMON_NAMES.contains(&candidates.name(row))
    };
    let distinct: Vec<usize> = chosen
        .iter()
        .filter_map(Chosen::row)
        .filter(|row| is_distinct(*row))
        .collect();
    let mut weak: Vec<&TextLine<'_>> = texts
        .iter()
        .filter(|line| !distinct.iter().any(|row| holds(&line.rows, *row)))
        .collect();
    let is_timed = chosen
        .first()
        .is_some_and(|chosen| chosen.layout().time() == HasTime::Stamped);
    let stamped = weak.iter().filter(|line| line.stamped).count();
    if is_timed || stamped * 2 > weak.len() {
        // Some rows tell a time that stands in the midst of a line.
        let is_laid_out = |line: &TextLine<'_>| {
            chosen.iter().any(|chosen| {
                chosen.layout().time() == HasTime::Stamped
                    && chosen.row().is_some_and(|row| holds(&line.rows, row))
            })
        };
        weak.retain(|line| line.stamped || is_laid_out(line));
    }
    let mut at = chosen
        .iter()
        .position(|chosen| !chosen.row().is_some_and(is_distinct))
        .unwrap_or(chosen.len());
    let records = if is_timed {
        texts.iter().filter(|line| line.stamped).count()
    } else {
        texts.len()
    };
    if let Some(layout) = relaxed(&chosen, records) {
        insert(&mut chosen, &mut at, layout, (&mut weak, zone));
    }
    for _ in 0..INFERRED_MAX {
        let lines: Vec<&str> = weak.iter().map(|line| line.text).collect();
        let Some(inferred) = infer::infer(&lines, zone) else {
            break;
        };
        let common = chosen.get(at).and_then(Chosen::row);
        if common.is_some_and(|row| says_more(row, candidates, &inferred)) {
            break;
        }
        insert(&mut chosen, &mut at, inferred, (&mut weak, zone));
        // A nameless row that took a few other lines, too, would take openings of traces for records.
        let is_kept = |chosen: &Chosen| {
            let is_unnamed = chosen
                .row()
                .is_some_and(|row| candidates.name(row) == UNNAMED);
            !is_unnamed || chosen.taken * 10 >= texts.len()
        };
        chosen.retain(is_kept);
    }
    // What took its place has all its lines.
    chosen.retain(|chosen| chosen.taken > 0);
    chosen
}

/// Whether a row says more than a layout that was read off the lines.
fn says_more(row: usize, candidates: Candidates<'_>, inferred: &Layout) -> bool {
    let layout = candidates.layout(row);
    if layout.time() == HasTime::Stamped && inferred.time() != HasTime::Stamped {
        return true;
    }
    let (known, columns) = (captures_of(&layout.pattern), captures_of(&inferred.pattern));
    let splits_data = [":pairs}", ":json}"]
        .iter()
        .any(|end| inferred.pattern.ends_with(end));
    // What has no name of its own gives way to what is told from the lines.
    known > columns || (known == columns && candidates.name(row) != UNNAMED && !splits_data)
}

/// Puts a layout at a place, with those lines that it fits; rows behind it have taken these no more.
fn insert(
    chosen: &mut Vec<Chosen>,
    at: &mut usize,
    layout: Layout,
    (weak, zone): (&mut Vec<&TextLine<'_>>, &mut Zone),
) {
    let mut captures = Captures::EMPTY;
    let before = weak.len();
    weak.retain(|line| !layout.matches(line.text.as_bytes(), zone, &mut captures));
    let taken = before - weak.len();
    for chosen in chosen.iter_mut().skip(*at) {
        chosen.taken = chosen.taken.saturating_sub(taken);
    }
    let source = Source::Lines;
    let inserted = Chosen {
        source,
        layout,
        taken,
    };
    chosen.insert(*at, inserted);
    *at += 1;
}

/// In a format of dotted loggers, some loggers have no dot. Only when it has most lines, a plain word may be taken for one.
fn relaxed(chosen: &[Chosen], texts: usize) -> Option<Layout> {
    let found = chosen.iter().find(|chosen| chosen.taken * 2 >= texts);
    let known = &found.filter(|chosen| chosen.row().is_some())?.layout;
    let pattern = known.pattern.replace("{scope:dotted}", "{scope:name}");
    if pattern == known.pattern {
        return None;
    }
    Layout::compile(known.name.clone(), pattern).ok()
}

/// How many things a row says besides the message.
fn captures_of(pattern: &str) -> usize {
    let braces = pattern.matches('{').count();
    let others = pattern.matches("{?").count() + pattern.matches("\\{").count();
    (braces - others).saturating_sub(1)
}

/// Rows that together fit the lines: each time the most telling that fits at least half as many of those left as the best one does.
fn rows_of(texts: &[TextLine<'_>], candidates: Candidates<'_>) -> Vec<Chosen> {
    let mut left: Vec<&TextLine<'_>> = texts.iter().collect();
    let mut chosen = Vec::new();
    while chosen.len() < LAYOUTS_MAX && !left.is_empty() {
        let fits: Vec<usize> = (0..candidates.count())
            .map(|row| {
                let fits = left.iter().filter(|line| holds(&line.rows, row)).count();
                let all = texts.iter().filter(|line| holds(&line.rows, row)).count();
                if is_believed((row, candidates), all, texts.len(), &chosen) {
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
            candidates.name(*other) == candidates.name(row)
                && candidates.evidence(*other) == Evidence::Distinct
                && left.iter().any(|line| holds(&line.rows, *other))
        };
        let row = (0..row).find(is_kin).unwrap_or(row);
        let taken = left.iter().filter(|line| holds(&line.rows, row)).count();
        chosen.push(Chosen {
            source: Source::Row(row),
            layout: candidates.layout(row).clone(),
            taken,
        });
        left.retain(|line| !holds(&line.rows, row));
    }
    chosen
}

fn is_believed(
    (row, candidates): (usize, Candidates<'_>),
    fits: usize,
    texts: usize,
    chosen: &[Chosen],
) -> bool {
    let name = candidates.name(row);
    let relative_chosen = || chosen.iter().any(|other| other.layout.name == name);
    match candidates.evidence(row) {
        Evidence::Companion => relative_chosen(),
        Evidence::Alternative => !relative_chosen() && fits > 0,
        Evidence::Distinct if candidates.layout(row).heads_blocks() => {
            fits * BLOCK_LINES_MAX >= texts
        }
        Evidence::Distinct => fits * 10 >= texts || fits >= 10,
        Evidence::Shared => fits * 100 >= texts * SHARED_PERCENT_MIN,
    }
}
