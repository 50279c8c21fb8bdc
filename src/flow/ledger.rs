//! The accounts of a run: what was read, what became of it, and how the run ended.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::delivery::{Fate, Stop};
use crate::flow::Progress;
use crate::flow::feeder::{FoundFile, OpenSource};
use crate::flow::keeper::{Came, Reached};
use crate::flow::report;
use crate::flow::report::{
    ByteTotals, DestinationLabel, LocalCounts, Outcome, RequestCounts, SendReport, SourceReport,
    Tally,
};
use crate::flow::stop::{self, Again};
use crate::flow::watermark::Watermark;
use crate::format::Strays;
use crate::format::timestamp::Assumptions;
use crate::pipeline::attribute_limits::Limited;
use crate::pipeline::queue::{LEVELS, class_of};
use crate::pipeline::stage::{ChunkStats, Taking};
use crate::pipeline::timeline::Timeline;
use crate::pipeline::times::{Outside, TimePolicy};
use crate::record::SeverityClass;
use crate::source::SourceError;
use crate::source::checkpoint::{Mark, Print};

/// Why records are left out whose time the destination would not take.
const OUTSIDE: &str = "time outside of what the destination takes";

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
    suspect: u64,
    kept_less: bool,
    dropped_severity: [u64; SeverityClass::COUNT],
}

/// What the user should know of the input, counted.
#[derive(Debug, Default)]
struct Oddities {
    utf8_replaced: u64,
    tokens_hidden: u64,
    lines_cut: u64,
    nul_bytes: u64,
    duplicate_keys: u64,
    payloads_broken: u64,
    payloads_skipped: u64,
    outside: Outside,
    long_messages: u64,
    limited: Limited,
    assumed: Assumptions,
}

/// A chunk of a source, as it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadChunk<'s> {
    pub(super) source: usize,
    pub(super) bytes: u64,
    /// Where each of its batches ends; without batches, where the chunk does.
    pub(super) ends: &'s [Mark],
    pub(super) batches: usize,
    pub(super) stats: &'s ChunkStats,
}

/// What only the end of a run knows.
pub(super) struct Ending {
    pub(super) label: DestinationLabel,
    pub(super) elapsed: Duration,
    pub(super) zone_assumed: Option<String>,
    pub(super) taking: Taking,
    pub(super) line_bytes_max: usize,
    pub(super) dry_run: bool,
    pub(super) samples: Vec<String>,
    pub(super) local: Option<LocalCounts>,
    pub(super) out_file: Option<String>,
    pub(super) dead_letter_file: Option<String>,
    pub(super) undelivered_file: Option<String>,
    /// The command that goes on where this run ended.
    pub(super) again: Option<String>,
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
    pub(super) fn find(&mut self, file: &FoundFile) {
        let count = self.sources.len();
        assert_eq!(file.index, count, "files are found in their order");
        self.sources.push(SourceReport {
            name: file.name.clone(),
            start_offset: file.start.mark.offset,
            identity: Some(file.identity),
            ..SourceReport::default()
        });
        let mut watermark = Watermark::default();
        watermark.start_at(file.start.mark);
        self.watermarks.push(watermark);
        self.progress.source_bytes.push(0);
        self.progress.source_done.push(false);
    }

    /// A source begins.
    pub(super) fn open(&mut self, source: &OpenSource) {
        let report = &mut self.sources[source.index];
        report.format.clone_from(&source.detection.label);
        report.start_offset = source.start_offset;
        let found = &source.detection;
        if found.format.strays == Strays::Never && found.lines > 0 && found.fits == 0 {
            self.warnings.push(format!(
                "none of the first {} lines of {} fits the format that was asked for, {} (otelctl detect shows what it looks like)",
                found.lines, report.name, found.label
            ));
        }
        let kept = source.kept.as_ref();
        self.watermarks[source.index].start_at(Mark {
            offset: source.start_offset,
            tail: kept.map_or_else(Print::default, |kept| kept.start.mark.tail),
        });
    }

    /// A chunk was read; returns the number of each of its batches for [`Ledger::settle`].
    pub(super) fn read(&mut self, chunk: &ReadChunk<'_>) -> Vec<u64> {
        let ReadChunk {
            source: index,
            bytes,
            ends,
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
        self.tally.filtered += stats.left_out;
        if stats.left_out > 0 {
            self.count_reason("filtered", OUTSIDE.to_owned(), stats.left_out);
        }
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
        let mark = &mut self.watermarks[index];
        let pending = usize::from(batches > 0);
        ends.iter().map(|end| mark.add(*end, pending)).collect()
    }

    /// How far each source is.
    pub(super) fn reached(&self) -> Vec<Reached> {
        let reached = |mark: &Watermark| Reached {
            mark: mark.acknowledged(),
            is_settled: mark.is_settled(),
        };
        self.watermarks.iter().map(reached).collect()
    }

    /// Whether everything was read and resolved.
    pub(super) fn came(&self) -> Came {
        let is_whole = self.stop.is_none()
            && self.progress.source_done.iter().all(|done| *done)
            && self.watermarks.iter().all(Watermark::is_settled);
        if is_whole {
            Came::ToTheEnd
        } else {
            Came::LessFar
        }
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
    pub(super) fn settle(&mut self, index: usize, batch: u64, fate: Fate) {
        let unsent = fate.unsent();
        let rejected: u64 = fate.rejected.values().sum();
        let dead_lettered: u64 = fate.dead_lettered.values().sum();
        self.tally.delivered += fate.delivered;
        self.tally.rejected += rejected;
        self.tally.dead_lettered += dead_lettered;
        self.tally.unsent += unsent;
        self.suspect += fate.suspect;
        for (reason, count) in fate.rejected {
            self.count_reason("rejected", reason, count);
        }
        for (reason, count) in fate.dead_lettered {
            self.count_reason("dead_lettered", reason, count);
        }
        self.requests.sent += fate.sent;
        self.requests.retried += fate.retried;
        self.requests.split += fate.split;
        self.bytes.wire += fate.wire_bytes;
        for warning in fate.warnings {
            self.warn(warning);
        }
        if unsent == 0 {
            self.watermarks[index].resolve(batch);
        }
        self.stop = self.stop.take().or(fate.stop);
        self.progress.records_resolved += fate.delivered + rejected + dead_lettered;
    }

    /// Counts a reason. A server that says something else each time does not make the books grow.
    fn count_reason(&mut self, exit: &'static str, reason: String, count: u64) {
        let known = self.reasons.len() < TEXTS_MAX;
        let key = (exit, reason);
        let known = known || self.reasons.contains_key(&key);
        let key = if known {
            key
        } else {
            (key.0, "other reasons".to_owned())
        };
        *self.reasons.entry(key).or_default() += count;
    }

    /// Another batch of a chunk, delivered together with one that was settled, or dropped whole, came to its end.
    pub(super) fn resolve(&mut self, index: usize, chunk: u64) {
        self.watermarks[index].resolve(chunk);
    }

    /// Records were given up for a reason, counted by level.
    pub(super) fn drop_records(&mut self, reason: &str, levels: &[u64; LEVELS]) {
        let records: u64 = levels.iter().sum();
        self.tally.dropped += records;
        self.progress.records_resolved += records;
        *self
            .reasons
            .entry(("dropped", reason.to_owned()))
            .or_default() += records;
        for (level, count) in levels.iter().enumerate() {
            self.dropped_severity[class_of(level) as usize] += count;
        }
    }

    /// Something the user should know.
    pub(super) fn warn(&mut self, warning: String) {
        if self.warnings.len() < TEXTS_MAX && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
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
        self.warn(warning);
        self.kept_less = true;
    }

    /// Where the records have gone so far; those under way are in `read` alone.
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How far the run is, but for the bytes read.
    pub(super) fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    /// Closes the books. Panics when they do not balance.
    pub(super) fn close(mut self, ending: Ending) -> SendReport {
        self.tally.assert_balanced();
        for (report, mark) in self.sources.iter_mut().zip(&self.watermarks) {
            report.acknowledged_offset = mark.acknowledged().offset;
        }
        self.oddities.tell(&ending, &mut self.warnings);
        let outcome = self.outcome(ending.dry_run);
        SendReport {
            outcome,
            dry_run: ending.dry_run,
            stop: self.stop_text(outcome, &ending),
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
            outside: self.oddities.outside,
            out_file: ending.out_file,
            dead_letter_file: ending.dead_letter_file,
            suspect: self.suspect,
            undelivered_file: ending.undelivered_file,
            signal: self.signal,
            dropped_severity: self.dropped_severity,
        }
    }

    fn stop_text(&self, outcome: Outcome, ending: &Ending) -> Option<report::Stop> {
        let piped = self.sources.iter().any(|source| source.name == "-");
        let again = match (&ending.undelivered_file, &ending.again) {
            (Some(file), _) => Again::Kept(file),
            _ if piped => Again::Lost,
            (None, Some(command)) => Again::By(command),
            (None, None) => Again::Possible,
        };
        let interrupted = |signal| stop::interrupted(signal, again);
        match &self.stop {
            Some(stop) => Some(stop::text_of(stop, &ending.label, again)),
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
        self.tokens_hidden += stats.tokens_hidden;
        self.lines_cut += stats.lines_cut;
        self.nul_bytes += stats.nul_bytes;
        self.duplicate_keys += stats.duplicate_keys;
        self.payloads_broken += stats.payloads_broken;
        self.payloads_skipped += stats.payloads_skipped;
        self.outside.add(stats.outside);
        self.long_messages += stats.long_messages;
        self.limited.dropped += stats.limited.dropped;
        self.limited.cut += stats.limited.cut;
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
        let hidden = "in the records, which went no further: stars stand in its place";
        let all_hidden = "in the records, which went no further: stars stand in their place";
        let said = if self.tokens_hidden == 1 {
            hidden
        } else {
            all_hidden
        };
        tell(self.tokens_hidden, "Logfire token", "Logfire tokens", said);
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
        let fewer = "from which attributes over the limit were left out (droppedAttributesCount says how many)";
        tell(self.limited.dropped, "record", "records", fewer);
        let shorter = "with attributes cut to the limit of their length";
        tell(self.limited.cut, "record", "records", shorter);
        if let Some(bytes_max) = ending.taking.message_bytes_max {
            let long = format!(
                "with bodies over {bytes_max} bytes, of which the destination shows the beginning as the message and keeps the whole"
            );
            tell(self.long_messages, "record", "records", &long);
        }
        if ending
            .taking
            .times
            .as_ref()
            .is_some_and(|rule| rule.policy == TimePolicy::Keep)
        {
            let lost = "with a time outside of what the destination takes, which it discards or refuses (see --time)";
            tell(self.outside.total(), "record", "records", lost);
        }
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
