//! Moving bars for a person who waits: one for each file, and one for all of them when there are several.
//!
//! With many files only the overall bar is shown. A pipe has no end to draw, so it gets a spinner with its records and their rate.
//! Nothing here has a thread of its own: bars move when the flow reports.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};

use crate::base::escape::printable;
use crate::base::units::ByteCount;
use crate::flow::Progress;

use super::bar::{FIGURES_WIDTH, Kind, style, template};
use super::stream::{Screen, Stream};
use super::style::{Paint, Tone};
use super::text::{counted, cut_front, thousands};

/// With more files than this only the overall bar is shown.
const FILE_BARS_MAX: usize = 8;

/// Longest name beside a bar.
const NAME_MAX: usize = 20;

/// Longest bar.
const TRACK_MAX: usize = 32;

/// Redraws a second, at most.
const REDRAWS_HZ: u8 = 15;

/// An opened source.
struct Source {
    name: String,
    total: Option<u64>,
    bar: Option<ProgressBar>,
}

/// The bars of one run.
pub(super) struct Bars {
    multi: MultiProgress,
    paint: Paint,
    columns: usize,
    sources: BTreeMap<usize, Source>,
    source_count: usize,
    overall: Option<ProgressBar>,
    status: Option<ProgressBar>,
    /// The one line of followed files, which come and go and have no end.
    followed: Option<ProgressBar>,
}

impl Bars {
    /// No bars yet.
    pub(super) fn new(stream: Stream, paint: Paint, columns: usize) -> Bars {
        let screen = Screen::new(stream, columns);
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(screen), REDRAWS_HZ);
        Bars {
            multi: MultiProgress::with_draw_target(target),
            paint,
            columns,
            sources: BTreeMap::new(),
            source_count: 0,
            overall: None,
            status: None,
            followed: None,
        }
    }

    /// From now on one line stands for all files: how many there are, and how many lines they gave.
    pub(super) fn follow(&mut self) {
        let bar = self.multi.add(new_bar(None));
        bar.set_style(style(Kind::Lines, TRACK_MAX, self.paint));
        bar.tick();
        self.followed = Some(bar);
    }

    /// A source appears.
    pub(super) fn open(&mut self, source: usize, name: &str, total: Option<ByteCount>) {
        if self.followed.is_some() {
            return;
        }
        let place = self.sources.len();
        let total = total.map(|bytes| bytes.0);
        let bar = (place < FILE_BARS_MAX).then(|| self.multi.insert(place, new_bar(total)));
        let name = cut_front(&printable(name), NAME_MAX);
        self.sources.insert(source, Source { name, total, bar });
        if self.sources.len() == FILE_BARS_MAX + 1 {
            for bar in self.sources.values_mut().filter_map(|one| one.bar.take()) {
                bar.finish_and_clear();
                self.multi.remove(&bar);
            }
        }
        if self.sources.len() == 2 {
            self.overall = Some(self.multi.insert(2, new_bar(None)));
        }
        self.restyle();
    }

    /// The run went on.
    pub(super) fn update(&mut self, progress: &Progress) {
        if let Some(bar) = &self.followed {
            let files = progress.source_done.iter().filter(|done| !**done).count();
            let prefix = counted(files as u64, "file");
            bar.set_prefix(self.paint.tone(Tone::Strong, &prefix));
            bar.set_position(progress.lines_read);
            bar.tick();
            return;
        }
        let known_before = self.all_known();
        self.source_count = progress.source_bytes.len();
        if known_before != self.all_known() {
            self.restyle();
        }
        let alone = self.sources.len() == 1;
        for (index, source) in &self.sources {
            let Some(bar) = &source.bar else { continue };
            let bytes = progress.source_bytes.get(*index).copied().unwrap_or(0);
            bar.set_position(match source.kind(alone) {
                Kind::Records => progress.records_read,
                _ => bytes,
            });
            if progress.source_done.get(*index) == Some(&true) && !bar.is_finished() {
                bar.abandon();
            }
            bar.tick();
        }
        self.update_overall(progress);
    }

    fn update_overall(&self, progress: &Progress) {
        let Some(overall) = &self.overall else { return };
        let bytes = progress.source_bytes.iter().sum();
        let done = progress.source_done.iter().filter(|done| **done).count() as u64;
        let count = self.source_count as u64;
        if self.all_known() {
            overall.set_length(self.sources.values().filter_map(|one| one.total).sum());
            overall.set_position(bytes);
        } else {
            overall.set_length(count);
            overall.set_position(done);
            overall.set_message(ByteCount(bytes).to_string());
        }
        let prefix = format!("{}/{} files", thousands(done), thousands(count));
        overall.set_prefix(self.padded(&prefix));
        overall.tick();
    }

    /// Says below the bars what they wait for; nothing takes the line away.
    pub(super) fn status(&mut self, text: Option<&str>) {
        if let Some(bar) = self.status.take() {
            bar.finish_and_clear();
            self.multi.remove(&bar);
        }
        if let Some(text) = text {
            let bar = self.multi.add(new_bar(None));
            bar.set_style(template("  {msg}"));
            bar.set_message(self.paint.tone(Tone::Caution, &printable(text)));
            bar.tick();
            self.status = Some(bar);
        }
    }

    /// Takes the bars away while something else is written.
    pub(super) fn suspend(&self, write: impl FnOnce()) {
        self.multi.suspend(write);
    }

    /// Takes them away for good.
    pub(super) fn clear(&self) {
        let all = self.sources.values().filter_map(|one| one.bar.as_ref());
        let others = self
            .overall
            .iter()
            .chain(&self.status)
            .chain(&self.followed);
        for bar in all.chain(others) {
            bar.finish_and_clear();
        }
    }

    /// Whether the overall bar can count bytes: every source is open and has a size.
    fn all_known(&self) -> bool {
        self.sources.len() >= self.source_count
            && self.sources.values().all(|one| one.total.is_some())
    }

    fn name_width(&self) -> usize {
        let longest = |least| {
            self.sources
                .values()
                .filter(|one| one.bar.is_some())
                .map(|one| one.name.chars().count())
                .fold(least, usize::max)
        };
        longest(if self.overall.is_some() { 11 } else { 0 })
    }

    fn padded(&self, name: &str) -> String {
        let width = self.name_width();
        self.paint.tone(Tone::Strong, &format!("{name:<width$}"))
    }

    /// Names and bars share their columns, so all change when one comes or goes.
    fn restyle(&self) {
        let track = self
            .columns
            .saturating_sub(FIGURES_WIDTH + self.name_width())
            .clamp(8, TRACK_MAX);
        let alone = self.sources.len() == 1;
        for source in self.sources.values() {
            if let Some(bar) = &source.bar {
                bar.set_style(style(source.kind(alone), track, self.paint));
                bar.set_prefix(self.padded(&source.name));
            }
        }
        if let Some(overall) = &self.overall {
            let kind = if self.all_known() {
                Kind::Sized
            } else {
                Kind::Files
            };
            overall.set_style(style(kind, track, self.paint));
        }
    }
}

impl Source {
    fn kind(&self, alone: bool) -> Kind {
        match self.total {
            Some(_) => Kind::Sized,
            None if alone => Kind::Records,
            None => Kind::Bytes,
        }
    }
}

/// Hidden until it joins the others, or it would draw on its own.
fn new_bar(total: Option<u64>) -> ProgressBar {
    ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden())
}
