//! The accounts of a run: what was read, what became of it, and how the run ended.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::delivery::{Fate, Stop};
use crate::flow::Progress;
use crate::flow::feeder::OpenSource;
use crate::flow::report;
use crate::flow::report::{
    ByteTotals, DestinationLabel, LocalCounts, Outcome, RequestCounts, SendReport, SourceReport,
    Tally,
};
use crate::flow::stop::{self, Again};
use crate::flow::watermark::Watermark;
use crate::format::timestamp::Assumptions;
use crate::pipeline::stage::ChunkStats;
use crate::pipeline::timeline::Timeline;
use crate::record::SeverityClass;
use crate::source::SourceError;
use crate::source::follow::Identity;

/// Different reasons and server messages that are kept.
const TEXTS_MAX: usize = 64;

/// The books.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    sources: Vec<SourceReport>,
    watermarks: Vec<Watermark>,
    progress: Progress,
    tally: Tally,
    reasons: BTreeMap<(&'static str, String), u64>,
    severity: [u64; SeverityClass::COUNT],
    timeline: Timeline,
    requests: RequestCounts,
    bytes: ByteTotals,
    oddities: Oddities,
    warnings: Vec<String>,
    stop: Option<Stop>,
    signal: Option<u8>,
    kept_less: bool,
}

/// What the user should know of the input, counted.
#[derive(Debug, Default)]
struct Oddities {
    utf8_replaced: u64,
    lines_cut: u64,
    nul_bytes: u64,
    duplicate_keys: u64,
    payloads_broken: u64,
    payloads_skipped: u64,
    assumed: Assumptions,
}

/// A chunk of a source, as it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadChunk<'s> {
    pub(super) source: usize,
    pub(super) bytes: u64,
    pub(super) end_offset: u64,
    pub(super) batches: usize,
    pub(super) stats: &'s ChunkStats,
}

/// What only the end of a run knows.
pub(super) struct Ending {
    pub(super) label: DestinationLabel,
    pub(super) elapsed: Duration,
    pub(super) zone_assumed: Option<String>,
    pub(super) line_bytes_max: usize,
    pub(super) dry_run: bool,
    pub(super) samples: Vec<String>,
    pub(super) local: Option<LocalCounts>,
    pub(super) out_file: Option<String>,
}

impl Ledger {
    /// For these inputs, as the user named them.
    pub(super) fn new(names: impl Iterator<Item = String>, warnings: Vec<String>) -> Ledger {
        let sources: Vec<SourceReport> = names
            .map(|name| SourceReport {
                name,
                ..SourceReport::default()
            })
            .collect();
        Ledger {
            watermarks: vec![Watermark::default(); sources.len()],
            progress: Progress {
                source_bytes: vec![0; sources.len()],
                source_done: vec![false; sources.len()],
                ..Progress::default()
            },
            sources,
            warnings,
            ..Ledger::default()
        }
    }

    /// A followed file was found; its place is behind all others.
    pub(super) fn find(
        &mut self,
        index: usize,
        name: String,
        (identity, start_offset): (Identity, u64),
    ) {
        assert_eq!(index, self.sources.len(), "files are found in their order");
        self.sources.push(SourceReport {
            name,
            start_offset,
            identity: Some(identity),
            ..SourceReport::default()
        });
        self.watermarks.push(Watermark::default());
        self.watermarks[index].start_at(start_offset);
        self.progress.source_bytes.push(0);
        self.progress.source_done.push(false);
    }

    /// A source begins.
    pub(super) fn open(&mut self, source: &OpenSource) {
        let report = &mut self.sources[source.index];
        report.format.clone_from(&source.detection.label);
        report.start_offset = source.start_offset;
        self.watermarks[source.index].start_at(source.start_offset);
    }

    /// A chunk was read; returns its number for [`Ledger::settle`].
    pub(super) fn read(&mut self, chunk: &ReadChunk<'_>) -> u64 {
        let ReadChunk {
            source: index,
            bytes,
            end_offset,
            batches,
            stats,
        } = *chunk;
        let report = &mut self.sources[index];
        report.bytes += bytes;
        report.lines += stats.lines;
        report.blank_lines += stats.blank_lines;
        report.records += stats.records;
        report.first_time = [report.first_time, stats.first_time]
            .into_iter()
            .flatten()
            .min();
        report.last_time = report.last_time.max(stats.last_time);
        self.tally.read += stats.records;
        self.progress.lines_read += stats.lines;
        self.progress.records_read += stats.records;
        self.bytes.input += bytes;
        // Of inputs with a meter it is asked instead.
        self.progress.source_bytes[index] += bytes;
        for (sum, count) in self.severity.iter_mut().zip(stats.severity) {
            *sum += count;
        }
        self.timeline.merge(&stats.timeline);
        self.oddities.add(stats);
        self.watermarks[index].add(end_offset, batches)
    }

    /// A source could not be read to its end.
    pub(super) fn fail(&mut self, index: usize, error: &SourceError) {
        let mut text = error.to_string();
        if let Some(cause) = std::error::Error::source(error) {
            text = format!("{text}: {cause}");
        }
        self.warnings.push(match error.hint() {
            Some(hint) => format!("{text} ({hint})"),
            None => text.clone(),
        });
        self.sources[index].failure = Some(text);
        self.progress.source_done[index] = true;
    }

    /// A source was read to its end.
    pub(super) fn end(&mut self, index: usize) {
        self.progress.source_done[index] = true;
    }

    /// A batch was encoded.
    pub(super) fn encoded(&mut self, bytes: usize) {
        self.bytes.encoded += bytes as u64;
    }

    /// A batch came to its end.
    pub(super) fn settle(&mut self, index: usize, chunk: u64, fate: Fate) {
        let rejected: u64 = fate.rejected.values().sum();
        self.tally.delivered += fate.delivered;
        self.tally.rejected += rejected;
        self.tally.unsent += fate.unsent;
        for (reason, count) in fate.rejected {
            self.reject(reason, count);
        }
        self.requests.sent += fate.sent;
        self.requests.retried += fate.retried;
        self.requests.split += fate.split;
        self.bytes.wire += fate.wire_bytes;
        for warning in fate.warnings {
            if self.warnings.len() < TEXTS_MAX && !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        if fate.unsent == 0 {
            self.watermarks[index].resolve(chunk);
        }
        self.stop = self.stop.take().or(fate.stop);
        self.progress.records_resolved += fate.delivered + rejected;
    }

    /// Counts a reason. A server that says something else each time does not make the books grow.
    fn reject(&mut self, reason: String, count: u64) {
        let known = self.reasons.len() < TEXTS_MAX;
        let key = ("rejected", reason);
        let known = known || self.reasons.contains_key(&key);
        let key = if known {
            key
        } else {
            (key.0, "other reasons".to_owned())
        };
        *self.reasons.entry(key).or_default() += count;
    }

    /// Records that will not be sent any more.
    pub(super) fn leave(&mut self, records: u64) {
        self.tally.unsent += records;
    }

    /// The run shall end because of a signal.
    pub(super) fn interrupt(&mut self, signal: u8) {
        self.signal.get_or_insert(signal);
    }

    /// What arrived could not all be kept, though the user asked for it.
    pub(super) fn not_kept(&mut self, warning: String) {
        self.warnings.push(warning);
        self.kept_less = true;
    }

    /// How far the run is, but for the bytes read.
    pub(super) fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    /// Closes the books. Panics when they do not balance.
    pub(super) fn close(mut self, ending: Ending) -> SendReport {
        self.tally.assert_balanced();
        for (report, mark) in self.sources.iter_mut().zip(&self.watermarks) {
            report.acknowledged_offset = mark.acknowledged_offset();
        }
        self.oddities.tell(&ending, &mut self.warnings);
        let outcome = self.outcome(ending.dry_run);
        SendReport {
            outcome,
            dry_run: ending.dry_run,
            stop: self.stop_text(outcome, &ending.label),
            destination: ending.label,
            sources: self.sources,
            tally: self.tally,
            reasons: self.reasons,
            severity: self.severity,
            timeline: self.timeline,
            requests: self.requests,
            bytes: self.bytes,
            elapsed: ending.elapsed,
            warnings: self.warnings,
            local: ending.local,
            samples: ending.samples,
            out_file: ending.out_file,
            signal: self.signal,
        }
    }

    fn stop_text(&self, outcome: Outcome, label: &DestinationLabel) -> Option<report::Stop> {
        let piped = self.sources.iter().any(|source| source.name == "-");
        let again = if piped { Again::Lost } else { Again::Possible };
        let interrupted = |signal| stop::interrupted(signal, again);
        match &self.stop {
            Some(stop) => Some(stop::text_of(stop, label, again)),
            None if outcome == Outcome::Interrupted => self.signal.map(interrupted),
            None => None,
        }
    }

    fn outcome(&self, dry_run: bool) -> Outcome {
        let failed = self.sources.iter().any(|source| source.failure.is_some());
        match &self.stop {
            Some(Stop::Denied { .. }) => return Outcome::Denied,
            Some(Stop::Misdirected { .. } | Stop::Untrusted { .. }) => return Outcome::Misdirected,
            Some(_) => return Outcome::Undelivered,
            None => {}
        }
        let unread = self.progress.source_done.iter().any(|done| !done);
        if self.signal.is_some() && (self.tally.unsent > 0 || unread) {
            return Outcome::Interrupted;
        }
        if self.tally.rejected + self.tally.dropped + self.tally.dead_lettered > 0
            || failed
            || self.kept_less
        {
            Outcome::Partial
        } else if dry_run || self.tally.unsent > 0 {
            Outcome::Undelivered
        } else {
            Outcome::Delivered
        }
    }
}

impl Oddities {
    fn add(&mut self, stats: &ChunkStats) {
        self.utf8_replaced += stats.utf8_replaced;
        self.lines_cut += stats.lines_cut;
        self.nul_bytes += stats.nul_bytes;
        self.duplicate_keys += stats.duplicate_keys;
        self.payloads_broken += stats.payloads_broken;
        self.payloads_skipped += stats.payloads_skipped;
        self.assumed = self.assumed.union(stats.assumed);
    }

    /// One sentence for each thing that was seen.
    fn tell(&self, ending: &Ending, warnings: &mut Vec<String>) {
        let limit = ending.line_bytes_max;
        let mut tell = |count: u64, one: &str, more: &str, what: &str| {
            if count > 0 {
                let noun = if count == 1 { one } else { more };
                warnings.push(format!("{count} {noun} {what}"));
            }
        };
        let replaced = "with invalid UTF-8, which was replaced";
        tell(self.utf8_replaced, "record", "records", replaced);
        let cut = format!("cut for being longer than {limit} bytes (raise --line-bytes-max)");
        tell(self.lines_cut, "line", "lines", &cut);
        let (one, more) = ("OTLP request", "OTLP requests");
        let broken = "that cannot be decoded, read as text";
        tell(self.payloads_broken, one, more, broken);
        let others = "passed over for holding no logs but another signal";
        tell(self.payloads_skipped, one, more, others);
        let hole = "passed over at the start of a line, as log rotation leaves them";
        tell(self.nul_bytes, "NUL byte", "NUL bytes", hole);
        let twice = "standing twice in a record, of which the last value was taken";
        tell(self.duplicate_keys, "key", "keys", twice);
        if self.assumed.year {
            warnings.push(
                "times without a year were read as the year before the file was last written"
                    .to_owned(),
            );
        }
        if self.assumed.date {
            warnings.push(
                "times of day without a date were read as of the day the file was last written"
                    .to_owned(),
            );
        }
        if let (true, Some(zone)) = (self.assumed.zone, &ending.zone_assumed) {
            warnings.push(format!(
                "times without a zone were read as {zone} (choose with --tz)"
            ));
        }
    }
}
