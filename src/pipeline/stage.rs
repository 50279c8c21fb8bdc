//! A chunk of input → closed batches and what there is to tell about it. This is the whole CPU work of a worker.

use std::borrow::Cow;
use std::time::Instant;

use crate::base::units::UnixNanos;
use crate::format::layout::Captures;
use crate::format::timestamp::Assumptions;
use crate::format::{Begin, FormatKind, Parser, Strays, journal_export};
use crate::otlp::payload::Read as Payload;
use crate::pipeline::attribute_limits::{AttributeLimits, Limited};
use crate::pipeline::batch::{Batch, BatchBuilder};
use crate::pipeline::clean::{Clean, Cleaner, OwnTime, Wrapping};
use crate::pipeline::given::{self, Given};
use crate::pipeline::group::{Group, Groups, LineLimits, RECORD_BYTES_MAX};
use crate::pipeline::place::{Place, Places};
use crate::pipeline::timeline::Timeline;
use crate::pipeline::times::{Outside, Passage, TimeRule};
use crate::pipeline::uid::{LOG_RECORD_UID, UidSeed};
use crate::pipeline::veil::Veil;
use crate::record::{Attribute, Record, SeverityClass, Value};

/// A piece of one source that begins and ends with a record.
#[derive(Debug, Default)]
pub struct Chunk {
    /// The lines.
    pub bytes: Vec<u8>,
    /// Where it begins in its source, after decompression.
    pub start_offset: u64,
    /// Where the next chunk begins.
    pub end_offset: u64,
    /// Bytes of the last line that were passed over because the line is too long.
    pub skipped_bytes: u64,
    /// When the oldest of the bytes came, if they came through a pipe.
    pub came_at: Option<Instant>,
    /// The last bytes before it, when somebody wants to find its place again.
    pub before: Vec<u8>,
    /// Whether the first line continues one whose beginning was a record already, because its end did not come in time.
    pub continues: bool,
}

/// What a chunk held.
#[derive(Debug, Clone, Default)]
pub struct ChunkStats {
    /// Lines.
    pub lines: u64,
    /// Lines with nothing on them.
    pub blank_lines: u64,
    /// Records made.
    pub records: u64,
    /// Records in which invalid UTF-8 was replaced.
    pub utf8_replaced: u64,
    /// Lines that were cut.
    pub lines_cut: u64,
    /// NUL bytes passed over at the start of a line: a hole left by log rotation.
    pub nul_bytes: u64,
    /// Keys that stood twice in their record.
    pub duplicate_keys: u64,
    /// What looked like an OTLP request and could not be decoded.
    pub payloads_broken: u64,
    /// OTLP requests of other signals, of which nothing is sent.
    pub payloads_skipped: u64,
    /// What was assumed to read times.
    pub assumed: Assumptions,
    /// The earliest time.
    pub first_time: Option<UnixNanos>,
    /// The latest.
    pub last_time: Option<UnixNanos>,
    /// Records outside the destination's window of time.
    pub outside: Outside,
    /// Records left out because of it.
    pub left_out: u64,
    /// Records whose message is longer than the destination shows.
    pub long_messages: u64,
    /// Logfire tokens that stood in the records and were hidden.
    pub tokens_hidden: u64,
    /// Records whose attributes were limited.
    pub limited: Limited,
    /// Records by severity.
    pub severity: [u64; SeverityClass::COUNT],
    /// Records by time and severity.
    pub timeline: Timeline,
}

/// One worker's tools for one source.
#[derive(Debug)]
pub struct Stage {
    parser: Parser,
    builder: BatchBuilder,
    cleaner: Cleaner,
    given: Given,
    limits: LineLimits,
    taking: Taking,
    uids: Option<UidSeed>,
    veil: Veil,
}

/// What the destination takes, as far as it depends on the single record.
#[derive(Debug, Clone, Default)]
pub struct Taking {
    /// Which times, and what to do about others.
    pub times: Option<TimeRule>,
    /// How much of a message it shows.
    pub message_bytes_max: Option<usize>,
    /// What its attributes may be.
    pub attributes: AttributeLimits,
}

impl Stage {
    /// Joins a parser and a batch builder.
    pub fn new(parser: Parser, builder: BatchBuilder, limits: LineLimits) -> Stage {
        Stage {
            limits: limits.of_format(parser.format()),
            cleaner: Cleaner::new(parser.format(), limits.line_bytes_max),
            given: Given::default(),
            taking: Taking::default(),
            parser,
            builder,
            uids: None,
            veil: Veil::default(),
        }
    }

    /// The same for a destination that does not take everything.
    #[must_use]
    pub fn for_destination(self, taking: Taking) -> Stage {
        Stage { taking, ..self }
    }

    /// Gives each record a uid, or none.
    #[must_use]
    pub fn with_uids(mut self, uids: Option<UidSeed>) -> Stage {
        self.uids = uids;
        self
    }

    /// Turns a chunk into batches. The last one is closed too: a batch never holds records of two chunks.
    pub fn run(&mut self, chunk: &Chunk, observed: UnixNanos) -> (Vec<Batch>, ChunkStats) {
        let mut batches = Vec::new();
        let mut reader = Reader {
            parser: &mut self.parser,
            stats: ChunkStats::default(),
            taking: &self.taking,
            now: observed,
            continues: chunk.continues,
            others: self.builder.constant_count() + usize::from(self.uids.is_some()),
        };
        let zone = reader.parser.zone();
        let clean = self.cleaner.clean(&chunk.bytes, chunk.start_offset, zone);
        let hidden = &mut reader.stats.tokens_hidden;
        let bytes = self.veil.over(clean.bytes, reader.parser.format(), hidden);
        let mut around = Around::of(clean, self.uids.as_ref(), chunk.start_offset);
        let valid = std::str::from_utf8(bytes).ok();
        let mut groups = Groups::new(bytes, self.limits, chunk.skipped_bytes);
        let mut record = Record::default();
        while let Some(group) = groups.next_group(reader.parser) {
            let closed_before = batches.len();
            let bytes_of = &bytes[group.start..group.end];
            let payload = reader.payload(bytes_of, group);
            if let Some(payload) = payload {
                let out = (&mut self.builder, &mut batches);
                if self.given.take(payload, &mut reader.stats, out) {
                    around.mark(&mut batches[closed_before..], group.start);
                    continue;
                }
            }
            if group.begin == Begin::Entry {
                record.clear();
                reader.read_entry(bytes_of, &mut record);
                let passage = reader.finish(&mut around, (group, bytes_of), &mut record);
                batches.extend(push(&mut self.builder, passage, (&mut record, observed)));
                around.mark(&mut batches[closed_before..], group.start);
                continue;
            }
            let text = text_of(bytes, valid, group);
            let closed = match &text.lines {
                Cow::Borrowed(lines) => {
                    record.clear();
                    reader.read(lines, &text, group, &mut record);
                    let passage = reader.finish(&mut around, (group, bytes_of), &mut record);
                    push(&mut self.builder, passage, (&mut record, observed))
                }
                Cow::Owned(lines) => {
                    let mut own = Record::default();
                    reader.read(lines, &text, group, &mut own);
                    let passage = reader.finish(&mut around, (group, bytes_of), &mut own);
                    push(&mut self.builder, passage, (&mut own, observed))
                }
            };
            if let Some(batch) = closed {
                batches.push(batch);
                around.mark(&mut batches[closed_before..], group.start);
            }
        }
        if let Some(mut last) = self.builder.close() {
            last.source_end = chunk.end_offset;
            batches.push(last);
        }
        let mut stats = reader.stats;
        let counts = groups.counts();
        (stats.lines, stats.blank_lines) = (counts.lines, counts.blank);
        stats.lines_cut += around.cut_lines();
        stats.duplicate_keys = self.parser.take_duplicate_keys();
        (batches, stats)
    }
}

/// Encodes a record that the destination takes.
#[inline]
fn push(
    builder: &mut BatchBuilder,
    passage: Passage,
    (record, observed): (&mut Record<'_>, UnixNanos),
) -> Option<Batch> {
    match passage {
        Passage::Passes => builder.push(record, observed),
        Passage::LeftOut => None,
    }
}

/// Reads the records of one chunk.
struct Reader<'p> {
    parser: &'p mut Parser,
    stats: ChunkStats,
    taking: &'p Taking,
    now: UnixNanos,
    /// Whether the next record continues a line.
    continues: bool,
    /// Attributes of a record that are not its own.
    others: usize,
}

impl Reader<'_> {
    fn read<'a>(
        &mut self,
        lines: &'a str,
        source: &Text<'_>,
        group: &Group,
        record: &mut Record<'a>,
    ) {
        self.stats.utf8_replaced += u64::from(source.replaced);
        let holes = lines.bytes().take_while(|byte| *byte == 0).count();
        let text = lines.get(holes..).unwrap_or_default();
        self.stats.nul_bytes += holes as u64;
        let single = group.head_end == group.end;
        let head_bytes = if single {
            text.len()
        } else {
            text.find('\n').unwrap_or(text.len())
        };
        if holes == 0 && !source.replaced {
            let found = (group.begin, &group.captures);
            self.parser.parse(text, head_bytes, found, record);
        } else {
            // The places that were found are those of the bytes as they were read.
            let mut captures = Captures::EMPTY;
            let head = text.get(..head_bytes).unwrap_or(text);
            let begin = self.parser.begins(head.as_bytes(), &mut captures);
            self.parser
                .parse(text, head_bytes, (begin, &captures), record);
        }
        if group.cut_bytes > 0 {
            self.stats.lines_cut += 1;
            mark_cut(record, text.len() as u64 + group.cut_bytes);
        }
    }

    /// What is OTLP already, read; `None` for everything else.
    fn payload(&self, bytes: &[u8], group: &Group) -> Option<Payload> {
        let format = self.parser.format();
        let may_be = format.strays == Strays::Recognised || format.kind == FormatKind::OtlpJson;
        match (format.kind, group.begin) {
            (FormatKind::OtlpProtobuf(framing), _) => Some(given::of_frame(bytes, framing)),
            (_, Begin::Object | Begin::OpenObject) if may_be => given::of_object(bytes),
            _ => None,
        }
    }

    /// Reads an entry of the journal's export format, whose fields may hold any bytes, or what stands in place of one.
    fn read_entry<'a>(&mut self, entry: &'a [u8], record: &mut Record<'a>) {
        let is_journal = self.parser.format().kind == FormatKind::JournalExport;
        if is_journal && journal_export::parse(entry, record) {
            return;
        }
        let kept = entry.get(..RECORD_BYTES_MAX).unwrap_or(entry);
        record.body = Value::Bytes(Cow::Borrowed(kept));
        if kept.len() < entry.len() {
            mark_cut(record, entry.len() as u64);
        }
    }

    /// Adds what the container runtime says and the uid, counts the record, and asks whether the destination takes it.
    fn finish<'r, 'c: 'r>(
        &mut self,
        around: &mut Around<'c>,
        (group, bytes): (&Group, &[u8]),
        record: &mut Record<'r>,
    ) -> Passage {
        let assumed = self.parser.zone().take_assumptions();
        self.stats.assumed = self.stats.assumed.union(assumed);
        if let Some(wrapping) = &mut around.wrapping {
            let own_time = if assumed == Assumptions::NONE {
                OwnTime::Complete
            } else {
                OwnTime::Assumed
            };
            wrapping.add_to(record, group.start, own_time);
        }
        let limits = &self.taking.attributes;
        if !limits.is_none() {
            limits.apply(record, self.others, &mut self.stats.limited);
        }
        if let Some(uids) = around.uids {
            let place = around.places.of(group.start);
            add_uid(record, uids, (place, bytes));
        }
        if std::mem::take(&mut self.continues) {
            record.attributes.push(Attribute {
                key: Cow::Borrowed("log.continued"),
                value: Value::Bool(true),
            });
        }
        self.stats.count(record);
        self.taken(record)
    }

    /// Most destinations take every record: this costs them two comparisons.
    #[inline]
    fn taken(&mut self, record: &mut Record<'_>) -> Passage {
        if let (Some(bytes_max), Value::Text(body)) = (self.taking.message_bytes_max, &record.body)
        {
            self.stats.long_messages += u64::from(body.len() > bytes_max);
        }
        let Some(times) = &self.taking.times else {
            return Passage::Passes;
        };
        let passage = times.apply(record, self.now, &mut self.stats.outside);
        self.stats.left_out += u64::from(passage == Passage::LeftOut);
        passage
    }
}

/// What is known of a chunk's lines beside their text.
struct Around<'c> {
    wrapping: Option<Wrapping<'c>>,
    places: Places<'c>,
    uids: Option<&'c UidSeed>,
    /// The last place that a batch was known to end at.
    resolved_to: u64,
}

impl<'c> Around<'c> {
    fn of(clean: Clean<'c>, uids: Option<&'c UidSeed>, start_offset: u64) -> Around<'c> {
        Around {
            wrapping: clean.wrapping,
            places: clean.places,
            uids,
            resolved_to: start_offset,
        }
    }

    /// Lines that a container runtime had cut.
    fn cut_lines(&self) -> u64 {
        self.wrapping.as_ref().map_or(0, Wrapping::cut_lines)
    }

    /// Notes on batches that were closed for the record at `start` up to where the source is resolved with them.
    fn mark(&mut self, closed: &mut [Batch], start: usize) {
        for batch in closed {
            self.resolved_to = self.places.cut(start).unwrap_or(self.resolved_to);
            batch.source_end = self.resolved_to;
        }
    }
}

/// A uid that the record brought along stays.
fn add_uid(record: &mut Record<'_>, uids: &UidSeed, (place, bytes): (Place, &[u8])) {
    let held = |attribute: &Attribute<'_>| attribute.key == LOG_RECORD_UID;
    if !record.attributes.iter().any(held) {
        let uid = uids.uid(place, bytes);
        let uid = Attribute::text(LOG_RECORD_UID, uid);
        record.attributes.push(uid);
    }
}

impl ChunkStats {
    fn count(&mut self, record: &Record<'_>) {
        self.count_one(record.time, SeverityClass::of(record.severity_number));
    }

    /// Counts one record.
    pub(super) fn count_one(&mut self, time: Option<UnixNanos>, class: SeverityClass) {
        self.records += 1;
        self.severity[class as usize] += 1;
        let Some(time) = time else {
            return;
        };
        self.first_time = Some(self.first_time.map_or(time, |first| first.min(time)));
        self.last_time = Some(self.last_time.map_or(time, |last| last.max(time)));
        self.timeline.add(time, class);
    }
}

/// Says on the record that its line was longer than what is left of it.
fn mark_cut(record: &mut Record<'_>, original_bytes: u64) {
    record.attributes.push(Attribute {
        key: Cow::Borrowed("log.truncated"),
        value: Value::Bool(true),
    });
    let bytes = i64::try_from(original_bytes).unwrap_or(i64::MAX);
    record.attributes.push(Attribute {
        key: Cow::Borrowed("log.original_length"),
        value: Value::Int(bytes),
    });
}

struct Text<'c> {
    lines: Cow<'c, str>,
    replaced: bool,
}

/// The text of a group: borrowed when it is valid UTF-8 with plain line breaks.
fn text_of<'c>(bytes: &'c [u8], valid: Option<&'c str>, group: &Group) -> Text<'c> {
    let range = group.start..group.end;
    let (lines, replaced) = match valid.and_then(|text| text.get(range.clone())) {
        Some(text) => (Cow::Borrowed(text), false),
        // Also when a line was cut inside a character: the half is taken off rather than replaced.
        None => lossy(&bytes[range], group.cut_bytes > 0),
    };
    let is_single = group.head_end == group.end;
    if is_single || !lines.contains('\r') {
        return Text { lines, replaced };
    }
    Text {
        lines: Cow::Owned(lines.replace("\r\n", "\n")),
        replaced,
    }
}

fn lossy(bytes: &[u8], cut: bool) -> (Cow<'_, str>, bool) {
    let whole = match std::str::from_utf8(bytes) {
        Ok(text) => return (Cow::Borrowed(text), false),
        Err(error) if cut && error.error_len().is_none() => &bytes[..error.valid_up_to()],
        Err(_) => bytes,
    };
    let text = String::from_utf8_lossy(whole);
    let replaced = matches!(text, Cow::Owned(_));
    (text, replaced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::timestamp::Zone;
    use crate::format::{Format, FormatKind};
    use crate::otlp::Encoding;
    use crate::pipeline::batch::{BatchLimits, Envelope};
    use crate::pipeline::buffers::Buffers;
    use crate::pipeline::encode::Constants;
    use jiff::tz::TimeZone;
    use std::sync::Arc;

    fn run(
        kind: FormatKind,
        bytes: &[u8],
        line_bytes_max: usize,
        skipped_bytes: u64,
    ) -> (String, ChunkStats) {
        let chunk = Chunk {
            bytes: bytes.to_vec(),
            skipped_bytes,
            ..Chunk::default()
        };
        run_chunk(kind, &chunk, line_bytes_max)
    }

    fn run_chunk(kind: FormatKind, chunk: &Chunk, line_bytes_max: usize) -> (String, ChunkStats) {
        let envelope = Arc::new(Envelope::new(Encoding::Json, &[]));
        let constants = Arc::new(Constants::new(Encoding::Json, &[]));
        let limits = BatchLimits {
            records_max: 1_000,
            encoded_bytes_max: 1 << 20,
        };
        let builder = BatchBuilder::new(envelope, constants, limits, Buffers::default());
        let mut stage = Stage::new(
            Parser::new(Arc::new(Format::of(kind)), Zone::new(TimeZone::UTC)),
            builder,
            LineLimits::of_lines(line_bytes_max),
        );
        let (batches, stats) = stage.run(chunk, UnixNanos(1));
        (
            batches
                .iter()
                .map(|batch| String::from_utf8_lossy(&batch.body).into_owned())
                .collect(),
            stats,
        )
    }

    #[test]
    fn invalid_utf8_is_replaced_and_counted_by_record() {
        let (json, stats) = run(FormatKind::Plain, b"ok\nbad \xff\xfe x\nfine\n", 100, 0);
        assert!(json.contains("bad \u{fffd}\u{fffd} x"), "{json}");
        assert_eq!((stats.records, stats.utf8_replaced), (3, 1));
    }

    #[test]
    fn a_cut_line_says_so_and_ends_between_characters() {
        let (json, stats) = run(FormatKind::Plain, "aé€longer\nnext\n".as_bytes(), 4, 0);
        assert!(
            json.contains(r#""stringValue":"aé"}"#)
                && json.contains("log.truncated")
                && json.contains("log.original_length"),
            "{json}"
        );
        assert_eq!(
            (stats.lines_cut, stats.utf8_replaced, stats.records),
            (1, 0, 2)
        );
    }

    #[test]
    fn a_hole_of_nul_bytes_is_passed_over_and_counted() {
        let (json, stats) = run(
            FormatKind::Stamped,
            b"\0\0\0\x002026-11-20T09:00:00Z INFO back\n",
            100,
            0,
        );
        assert!(
            json.contains("\"timeUnixNano\"") && !json.contains("u0000"),
            "{json}"
        );
        assert_eq!(stats.nul_bytes, 4);
    }

    #[test]
    fn colours_in_a_journal_entry_do_not_move_its_end() {
        let message = b"\x1b[31mno stock\x1b[0m";
        let length = (message.len() as u64).to_le_bytes();
        let entry = [b"MESSAGE\n", &length[..], message, b"\nPRIORITY=3\n\n"].concat();
        let (json, stats) = run(FormatKind::JournalExport, &entry.repeat(2), 100, 0);
        assert!(json.contains("{\"stringValue\":\"no stock\"}"), "{json}");
        assert_eq!(
            (stats.records, stats.severity[SeverityClass::Error as usize]),
            (2, 2)
        );
    }

    #[test]
    fn windows_line_breaks_leave_no_trace() {
        let (json, stats) = run(FormatKind::Plain, b"one\r\n  two\r\nthree\r\n", 100, 0);
        assert!(
            json.contains(r"one\n  two") && !json.contains(r"\r"),
            "{json}"
        );
        assert_eq!((stats.lines, stats.records), (3, 2));
    }

    #[test]
    fn the_rest_of_a_line_says_that_it_continues_one() {
        let chunk = |continues| Chunk {
            bytes: b"rest\nnext\n".to_vec(),
            continues,
            ..Chunk::default()
        };
        for continues in [true, false] {
            let (json, _) = run_chunk(FormatKind::Plain, &chunk(continues), 100);
            let marks = json.matches("log.continued").count();
            assert_eq!(marks, usize::from(continues), "{json}");
            let (first, _) = json.split_once("next").unwrap();
            assert_eq!(first.contains("log.continued"), continues, "{json}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_make_records_that_decode(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), kind in 0_usize..4) {
            let kind = [FormatKind::Json, FormatKind::Logfmt, FormatKind::Stamped, FormatKind::Plain][kind];
            let (json, stats) = run(kind, &bytes, 50, 0);
            if stats.records > 0 {
                let request: serde_json::Value = serde_json::from_str(&json).unwrap();
                let scopes = request["resourceLogs"][0]["scopeLogs"].as_array().unwrap();
                let count: usize = scopes.iter().map(|scope| scope["logRecords"].as_array().unwrap().len()).sum();
                proptest::prop_assert_eq!(count as u64, stats.records);
            }
            proptest::prop_assert!(stats.records + stats.blank_lines <= stats.lines);
            proptest::prop_assert_eq!(stats.severity.iter().sum::<u64>(), stats.records);
        }
    }
}
