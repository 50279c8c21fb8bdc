//! The lines a person reads, one leg at a time.

use std::time::Duration;

use crate::base::escape::{printable, printable_cut};
use crate::flow::spike::Verdict;
use crate::flow::spike::leg::{Difference, Leg, LegName, LegStatus, Step};
use crate::ui::row::{Joint, Row, lay_out};
use crate::ui::spike::{SpikeShown, Whereabouts};
use crate::ui::style::{Paint, Tone};
use crate::ui::text;

/// Columns of the names, and of the times.
const NAME_WIDTH: usize = 13;
const TIME_WIDTH: usize = 7;

/// Where the details begin: indent, mark, name, time and the gaps between.
const DETAIL_AT: usize = 2 + 2 + NAME_WIDTH + 2 + TIME_WIDTH + 3;

/// Fields that differ, shown below one leg.
const DIFFERENCES_MAX: usize = 6;

/// Most characters shown of each side of a difference.
const SIDE_MAX: usize = 40;

/// How far the drawing is.
#[derive(Debug)]
pub(crate) struct Drawing {
    is_drawn: bool,
    /// Whether a leg is shown before it ended.
    moves: bool,
    paint: Paint,
    width: usize,
    /// Legs that were not run, for the same reason.
    skipped: Vec<LegName>,
    why: String,
    has_pending: bool,
}

impl Default for Drawing {
    fn default() -> Drawing {
        Drawing::new(false, false, (Paint { color: false }, 80))
    }
}

impl Drawing {
    /// Nothing is drawn yet.
    pub(crate) fn new(is_drawn: bool, moves: bool, (paint, width): (Paint, usize)) -> Drawing {
        Drawing {
            is_drawn,
            moves: moves && is_drawn,
            paint,
            width,
            skipped: Vec::new(),
            why: String::new(),
            has_pending: false,
        }
    }

    /// What stands above the legs.
    pub(crate) fn head(&self, destination: &str) -> String {
        if !self.is_drawn {
            return String::new();
        }
        let arrow = self.paint.tone(Tone::Faint, "round trip to");
        let name = self.paint.label(Tone::Strong, &printable(destination));
        format!("\n  {arrow} {name}\n\n")
    }

    /// What a step adds to the screen.
    pub(crate) fn step(&mut self, step: &Step<'_>) -> String {
        if !self.is_drawn {
            return String::new();
        }
        match step {
            Step::Begun(name) if self.moves => {
                let mut out = self.flushed() + gap(*name);
                self.has_pending = true;
                let line = format!("  ○ {}", name.slug());
                out += &self.paint.tone(Tone::Faint, &line);
                out
            }
            Step::Begun(_) => String::new(),
            Step::Ended(leg) if leg.status == LegStatus::Skip => {
                let mut out = self.erased();
                if self.why != leg.detail {
                    out += &self.flushed();
                    self.why.clone_from(&leg.detail);
                }
                self.skipped.push(leg.name);
                out
            }
            Step::Ended(leg) => {
                let mut out = self.erased();
                out += &self.flushed();
                if !self.moves {
                    out += gap(leg.name);
                }
                out += &leg_lines(leg, self.paint, self.width);
                out
            }
        }
    }

    /// Takes a line that was shown before its leg ended away again.
    fn erased(&mut self) -> String {
        if std::mem::take(&mut self.has_pending) {
            return "\r\u{1b}[2K".to_owned();
        }
        String::new()
    }

    /// The line of the legs that were not run.
    fn flushed(&mut self) -> String {
        let skipped = std::mem::take(&mut self.skipped);
        let why = std::mem::take(&mut self.why);
        let (Some(first), Some(last)) = (skipped.first(), skipped.last()) else {
            return String::new();
        };
        let names = if first == last {
            first.slug().to_owned()
        } else {
            format!("{} … {}", first.slug(), last.slug())
        };
        let width = NAME_WIDTH + 2 + TIME_WIDTH;
        let line = format!("  – {names:<width$}   {}", printable(&why));
        self.paint.tone(Tone::Faint, &line) + "\n"
    }

    /// What stands below the legs.
    pub(crate) fn end(&mut self, shown: &SpikeShown<'_>) -> String {
        let mut out = self.flushed();
        if !self.is_drawn {
            let failed = shown.report.legs.iter();
            let failed = failed.filter(|leg| leg.status == LegStatus::Fail);
            out.extend(failed.map(|leg| leg_lines(leg, self.paint, self.width)));
        }
        out.push('\n');
        out + &lay_out(&verdict_rows(shown), self.paint, self.width) + "\n"
    }
}

/// What stands above a leg: the way there, and the way back, are set apart.
fn gap(name: LegName) -> &'static str {
    match name {
        LegName::Traces | LegName::Visible => "\n",
        _ => "",
    }
}

fn leg_lines(leg: &Leg, paint: Paint, width: usize) -> String {
    let (mark, tone) = match leg.status {
        LegStatus::Pass => ("✓", Tone::Good),
        LegStatus::Fail => ("✗", Tone::Bad),
        LegStatus::Skip => ("–", Tone::Faint),
    };
    let name = format!("{:<NAME_WIDTH$}", leg.name.slug());
    let name = if leg.status == LegStatus::Fail {
        paint.label(Tone::Bad, &name)
    } else {
        name
    };
    let time = match leg.took {
        time if time < Duration::from_millis(1) => String::new(),
        time => text::duration(time),
    };
    let time = paint.tone(Tone::Faint, &format!("{time:>TIME_WIDTH$}"));
    let detail = match leg.status {
        LegStatus::Fail => printable(&leg.detail).into_owned(),
        _ => printable_cut(&leg.detail, width.saturating_sub(DETAIL_AT).max(20)),
    };
    let mut out = format!("  {} {name}  {time}   {detail}\n", paint.tone(tone, mark));
    out += &difference_lines(&leg.differences, paint);
    out
}

/// What was sent beside what came back.
fn difference_lines(differences: &[Difference], paint: Paint) -> String {
    let shown = differences.iter().take(DIFFERENCES_MAX);
    let cut = |text: &str| printable_cut(text, SIDE_MAX);
    let mut rows: Vec<[String; 3]> = shown
        .map(|one| {
            let place = format!("{} {}", one.record, one.field);
            [cut(&place), cut(&one.expected), cut(&one.found)]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    rows.insert(0, ["", "expected", "found"].map(str::to_owned));
    let width = |column: usize| {
        let cells = rows
            .iter()
            .map(|row| console::measure_text_width(&row[column]));
        cells.max().unwrap_or(0)
    };
    let widths = [width(0), width(1)];
    let padded = |text: &str, width: usize| {
        let blanks = width.saturating_sub(console::measure_text_width(text));
        format!("{text}{}", " ".repeat(blanks))
    };
    let mut out = String::new();
    for (index, [place, expected, found]) in rows.iter().enumerate() {
        let (good, bad) = match index {
            0 => (Tone::Faint, Tone::Faint),
            _ => (Tone::Good, Tone::Bad),
        };
        let place = paint.tone(Tone::Faint, &padded(place, widths[0]));
        let expected = paint.tone(good, &padded(expected, widths[1]));
        let found = paint.tone(bad, found);
        out.extend(["      ", &place, "   ", &expected, "   ", &found, "\n"]);
    }
    if differences.len() > DIFFERENCES_MAX {
        let more = format!("      and {} more\n", differences.len() - DIFFERENCES_MAX);
        out += &paint.tone(Tone::Faint, &more);
    }
    out
}

fn verdict_rows(shown: &SpikeShown<'_>) -> Vec<Row> {
    let report = shown.report;
    let tone = match report.verdict {
        Verdict::Verified => Tone::Good,
        Verdict::Accepted => Tone::Caution,
        Verdict::Failed(_) => Tone::Bad,
    };
    let mut verdict = Row::new(tone, shown.word()).with(Joint::Dot, Tone::Plain, shown.sentence());
    if report.verdict == Verdict::Verified
        && let Some(time) = report.visible_after
    {
        let time = format!("visible after {}", text::duration(time));
        verdict = verdict.with(Joint::Dot, Tone::Plain, time);
    }
    let mut rows = vec![verdict];
    if shown.whereabouts == Whereabouts::Local {
        let text = "against the stand-in inside this process, not against Logfire";
        rows.push(Row::new(Tone::Caution, "local").with(Joint::Dot, Tone::Plain, text));
    }
    rows.push(Row::new(Tone::Faint, "run").with(Joint::Dot, Tone::Faint, &report.run_id));
    if let Some(link) = &report.link {
        rows.push(Row::new(Tone::Faint, "look").with(Joint::Dot, Tone::Accent, link));
    }
    for warning in &report.warnings {
        rows.push(Row::new(Tone::Caution, "warning").with(Joint::Dot, Tone::Plain, warning));
    }
    let hints = report.legs.iter().filter_map(|leg| leg.hint.as_deref());
    for hint in hints.chain(shown.hint) {
        rows.push(words(Row::new(Tone::Accent, "hint"), hint));
    }
    rows
}

/// A sentence that may break between its words.
fn words(row: Row, sentence: &str) -> Row {
    sentence
        .split(' ')
        .fold(row, |row, word| row.with(Joint::Space, Tone::Plain, word))
}
