//! The lines a person reads, one leg at a time.

use console::measure_text_width;

use crate::base::escape::{printable, printable_cut};
use crate::flow::spike::Verdict;
use crate::flow::spike::leg::{Difference, Leg, LegName, LegStatus, Step};
use crate::ui::row::{Joint, Row, lay_out};
use crate::ui::spike::{SpikeShown, Whereabouts, time_of};
use crate::ui::style::{Paint, Tone};
use crate::ui::text;

/// Columns of the names, and of the times.
const NAME_WIDTH: usize = 13;
const TIME_WIDTH: usize = 7;

/// Where the details begin: indent, mark, name, time and the gaps between.
const DETAIL_AT: usize = 2 + 2 + NAME_WIDTH + 2 + TIME_WIDTH + 3;

/// Fields that differ, shown below one leg.
const DIFFERENCES_MAX: usize = 6;

/// What stands before them.
const DIFFERENCE_INDENT: &str = "      ";

/// Above the two sides of a difference, or before them.
const EXPECTED: &str = "expected";
const FOUND: &str = "found";

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
            format!("{}…{}", first.slug(), last.slug())
        };
        let width = NAME_WIDTH + 2 + TIME_WIDTH;
        let room = self.width.saturating_sub(DETAIL_AT).max(20);
        let why = wrapped(&why, room).join(&format!("\n{}", " ".repeat(DETAIL_AT)));
        let line = format!("  – {names:<width$}   {why}");
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
    let time = paint.tone(Tone::Faint, &format!("{:>TIME_WIDTH$}", time_of(leg)));
    let room = width.saturating_sub(DETAIL_AT).max(20);
    let detail = match leg.status {
        // What is wrong is told whole.
        LegStatus::Fail => wrapped(&leg.detail, room).join(&format!("\n{}", " ".repeat(DETAIL_AT))),
        _ => printable_cut(&leg.detail, room),
    };
    let mut out = format!("  {} {name}  {time}   {detail}\n", paint.tone(tone, mark));
    out += &difference_lines(&leg.differences, paint, width);
    out
}

/// A text in lines of at most so many columns, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in printable(text).split(' ') {
        let last = lines.last_mut().expect("there is a line");
        let has_room = measure_text_width(last) + 1 + measure_text_width(word) <= width;
        if last.is_empty() {
            last.push_str(word);
        } else if has_room {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// What was sent and what came back: beside each other where there is room, else below each other.
fn difference_lines(differences: &[Difference], paint: Paint, width: usize) -> String {
    let rows: Vec<[String; 3]> = differences
        .iter()
        .take(DIFFERENCES_MAX)
        .map(|one| {
            let place = format!("{} {}", one.record, one.field);
            [place, one.expected.clone(), one.found.clone()]
                .map(|text| printable(&text).into_owned())
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let longest = |column: usize, least: &str| {
        let cells = rows.iter().map(|row| measure_text_width(&row[column]));
        cells.max().unwrap_or(0).max(least.len())
    };
    let widths = [longest(0, ""), longest(1, EXPECTED), longest(2, FOUND)];
    let beside = DIFFERENCE_INDENT.len() + widths.iter().sum::<usize>() + 2 * 3;
    let mut out = if beside <= width {
        beside_lines(&rows, widths, paint)
    } else {
        below_lines(&rows, paint, width)
    };
    if differences.len() > DIFFERENCES_MAX {
        let more = differences.len() - DIFFERENCES_MAX;
        let more = paint.tone(Tone::Faint, &format!("and {more} more"));
        out.extend([DIFFERENCE_INDENT, &more, "\n"]);
    }
    out
}

fn beside_lines(rows: &[[String; 3]], widths: [usize; 3], paint: Paint) -> String {
    let padded = |text: &str, width: usize| {
        let blanks = width.saturating_sub(measure_text_width(text));
        format!("{text}{}", " ".repeat(blanks))
    };
    let line = |[place, expected, found]: [&str; 3], (good, bad): (Tone, Tone)| {
        let place = paint.tone(Tone::Faint, &padded(place, widths[0]));
        let expected = paint.tone(good, &padded(expected, widths[1]));
        let found = paint.tone(bad, found);
        format!("{DIFFERENCE_INDENT}{place}   {expected}   {found}\n")
    };
    let head = line(["", EXPECTED, FOUND], (Tone::Faint, Tone::Faint));
    let lines = rows
        .iter()
        .map(|[place, expected, found]| line([place, expected, found], (Tone::Good, Tone::Bad)));
    std::iter::once(head).chain(lines).collect()
}

fn below_lines(rows: &[[String; 3]], paint: Paint, width: usize) -> String {
    let room = width.saturating_sub(DIFFERENCE_INDENT.len() + 2 + EXPECTED.len() + 2);
    let side = |label: &str, text: &str, tone: Tone| {
        let label = paint.tone(Tone::Faint, &format!("{label:<8}"));
        let text = paint.tone(tone, &printable_cut(text, room.max(20)));
        format!("{DIFFERENCE_INDENT}  {label}  {text}\n")
    };
    let one = |[place, expected, found]: &[String; 3]| {
        [
            format!("{DIFFERENCE_INDENT}{}\n", paint.tone(Tone::Faint, place)),
            side(EXPECTED, expected, Tone::Good),
            side(FOUND, found, Tone::Bad),
        ]
        .concat()
    };
    rows.iter().map(one).collect()
}

fn verdict_rows(shown: &SpikeShown<'_>) -> Vec<Row> {
    let report = shown.report;
    let tone = match report.verdict {
        Verdict::Verified => Tone::Good,
        Verdict::Accepted => Tone::Caution,
        Verdict::Failed(_) => Tone::Bad,
    };
    let mut verdict = words(Row::new(tone, shown.word()), &shown.sentence());
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
    // What was not taken cannot be looked for.
    if report.sent > 0 {
        rows.push(Row::new(Tone::Faint, "run").with(Joint::Dot, Tone::Faint, &report.run_id));
    }
    if let Some(link) = &report.link {
        rows.push(Row::new(Tone::Faint, "look").with(Joint::Dot, Tone::Accent, link));
    }
    for warning in &report.warnings {
        rows.push(words(Row::new(Tone::Caution, "warning"), warning));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn time(found: &str) -> Vec<Difference> {
        vec![Difference {
            record: "log-3".to_owned(),
            field: "start_timestamp".to_owned(),
            expected: "2026-11-20T11:59:59.103703Z".to_owned(),
            found: found.to_owned(),
        }]
    }

    #[test]
    fn both_sides_stand_below_each_other_where_there_is_no_room_beside() {
        let differences = time("2026-11-20T11:59:59.103704Z");
        let plain = Paint { color: false };
        let wide = difference_lines(&differences, plain, 100);
        assert_eq!(wide.lines().count(), 2, "{wide}");
        let narrow = difference_lines(&differences, plain, 80);
        assert_eq!(
            narrow,
            "      log-3 start_timestamp\n        expected  2026-11-20T11:59:59.103703Z\n        found     2026-11-20T11:59:59.103704Z\n"
        );
        assert!(narrow.lines().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn a_fault_is_told_whole_in_lines_that_fit() {
        assert_eq!(wrapped("one two three", 9), ["one two", "three"]);
        assert_eq!(wrapped("", 9), [""]);
        assert_eq!(wrapped("longerthanthat x", 9), ["longerthanthat", "x"]);
    }
}
