//! Bytes → the lines of each record. Lines that only continue a record join it.
//!
//! A blank line is no record, and belongs to one only between its lines; a line over the limit is cut and stands alone. Where a
//! record begins is told by the format, and inside of a stack trace by what stood above; the same rules cut the input into chunks,
//! so that the records do not depend on where it was cut.

use crate::format::json::scan;
use crate::format::layout::Captures;
use crate::format::trace::TraceState;
use crate::format::{Begin, Format, FormatKind, Parser};

mod boundary;
mod framed;

pub use self::boundary::Boundaries;

/// Most lines joined into one record: longer traces than this are loops.
pub const RECORD_LINES_MAX: u32 = 1_024;

/// How long lines and records may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineLimits {
    /// Bytes of a line; what is behind them is cut.
    pub line_bytes_max: usize,
    /// Lines joined into one record.
    pub record_lines_max: u32,
}

impl LineLimits {
    /// Lines of this length, and records as long as they usually may be.
    pub fn of_lines(line_bytes_max: usize) -> LineLimits {
        LineLimits {
            line_bytes_max,
            record_lines_max: RECORD_LINES_MAX,
        }
    }

    /// What becomes of them in a source of this format.
    #[must_use]
    pub fn of_format(self, format: &Format) -> LineLimits {
        LineLimits {
            line_bytes_max: format.line_bytes_max(self.line_bytes_max),
            ..self
        }
    }
}

/// Most bytes joined into one record: what receivers take of one record.
pub const RECORD_BYTES_MAX: usize = 256 << 10;

/// What was seen of the input, for the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCounts {
    /// All lines.
    pub lines: u64,
    /// Lines with nothing but blanks on them.
    pub blank: u64,
}

/// The lines of one record, as places in the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Where it begins.
    pub start: usize,
    /// Where its first line ends, without the line break.
    pub head_end: usize,
    /// Where its last line ends, without the line break.
    pub end: usize,
    /// Bytes of an over-long line that were left out.
    pub cut_bytes: u64,
    /// What its first line is.
    pub begin: Begin,
    /// What the layout found in its first line.
    pub captures: Captures,
    /// How many braces are open behind its last line; 0 for everything that is no object of many lines.
    depth: u32,
    lines: u32,
    trace: TraceState,
    stands_alone: bool,
}

/// Whether more input follows the bytes that are walked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// They end with a record.
    Ends,
    /// The last record may go on.
    Open,
}

/// Where a record ends when the lines behind this place turn out not to be its own.
#[derive(Debug, Clone, Copy)]
struct SureEnd {
    end: usize,
    lines: u32,
    /// Where to read on.
    at: usize,
    counts: LineCounts,
}

/// Walks through a chunk, record by record.
///
/// The record that is handed out and the line behind it stand in two places that change their roles: on the hot path a line is written
/// down once and never moved.
#[derive(Debug)]
pub struct Groups<'c> {
    bytes: &'c [u8],
    at: usize,
    limits: LineLimits,
    /// Bytes of the last line that were skipped when the chunk was read.
    skipped: u64,
    slots: [Group; 2],
    /// The place of the line behind the record that was handed out.
    ahead: usize,
    /// Whether there is such a line.
    is_ahead: bool,
    tail: Tail,
    counts: LineCounts,
}

impl<'c> Groups<'c> {
    /// Over all lines of `bytes`; a last line without line break counts.
    pub fn new(bytes: &'c [u8], limits: LineLimits, skipped: u64) -> Groups<'c> {
        Groups {
            tail: Tail::Ends,
            bytes,
            at: 0,
            limits,
            skipped,
            slots: [Group::default(); 2],
            ahead: 0,
            is_ahead: false,
            counts: LineCounts::default(),
        }
    }

    /// What was seen so far.
    pub fn counts(&self) -> LineCounts {
        self.counts
    }

    /// The next record's lines.
    pub fn next_group(&mut self, parser: &mut Parser) -> Option<&Group> {
        match parser.format().kind {
            FormatKind::JournalExport => return self.next_entry(),
            FormatKind::OtlpProtobuf(framing) => return self.next_frame(framing),
            FormatKind::SyslogCounted => return self.next_counted(parser),
            _ => {}
        }
        let open = self.ahead;
        if !self.is_ahead && !self.read_line(open, parser) {
            return None;
        }
        let line = 1 - open;
        self.is_ahead = false;
        let mut sure = None;
        loop {
            let (at, counts) = (self.at, self.counts);
            if !self.read_line(line, parser) {
                if sure.is_some() && self.may_go_on(open) {
                    sure = None;
                }
                break;
            }
            let Some(trace) = self.joined(open, line) else {
                (self.ahead, self.is_ahead) = (line, true);
                break;
            };
            if !trace.is_tentative() {
                sure = None;
            } else if sure.is_none() {
                let Group { end, lines, .. } = self.slots[open];
                sure = Some(SureEnd {
                    end,
                    lines,
                    at,
                    counts,
                });
            }
            if self.slots[open].depth > 0 {
                self.close_braces(open, line);
            }
            self.slots[open].extend(self.slots[line].end, trace);
        }
        if let Some(sure) = sure {
            self.take_back(open, sure);
        }
        Some(&self.slots[open])
    }

    /// What the open record becomes with the line, or `None` when the line begins another.
    #[inline]
    fn joined(&self, open: usize, line: usize) -> Option<TraceState> {
        let (record, next) = (&self.slots[open], &self.slots[line]);
        if record.depth > 0 {
            let joins = !breaks_object(next.begin, &self.bytes[next.start..next.end]);
            return (joins && record.fits(next, self.limits)).then_some(TraceState::PLAIN);
        }
        if record.stands_alone || next.stands_alone {
            return None;
        }
        let trace = match (next.begin, record.begin) {
            // Everything up to the next header: no state is needed.
            (Begin::Continuation, Begin::Record(Some(_)) | Begin::Layout(_) | Begin::Marked) => {
                TraceState::PLAIN
            }
            (Begin::Continuation, _) => {
                let joined = record.trace.accepts(&self.bytes[next.start..next.end]);
                match joined {
                    None if !record.trace.is_tentative() => TraceState::PLAIN,
                    joined => joined?,
                }
            }
            (Begin::Record(None), Begin::Record(None) | Begin::Continuation | Begin::Layout(_))
                if !record.trace.is_plain() =>
            {
                record.trace.accepts(&self.bytes[next.start..next.end])?
            }
            _ => return None,
        };
        record.fits(next, self.limits).then_some(trace)
    }

    /// Whether lines that joined on trust may still be proved by the input that follows.
    fn may_go_on(&self, open: usize) -> bool {
        self.tail == Tail::Open && self.bytes.len() - self.slots[open].start <= RECORD_BYTES_MAX
    }

    /// Gives up lines that joined on trust; they are read once more, as records of their own.
    #[cold]
    fn take_back(&mut self, open: usize, sure: SureEnd) {
        let record = &mut self.slots[open];
        (record.end, record.lines) = (sure.end, sure.lines);
        (self.at, self.counts) = (sure.at, sure.counts);
        self.is_ahead = false;
    }

    /// Writes the next line that is not blank into a place, as a record of its own; `false` at the end.
    #[inline]
    fn read_line(&mut self, place: usize, parser: &mut Parser) -> bool {
        while self.at < self.bytes.len() {
            let start = self.at;
            let newline = memchr::memchr(b'\n', &self.bytes[start..]);
            let mut end = newline.map_or(self.bytes.len(), |newline| start + newline);
            self.at = end + 1;
            self.counts.lines += 1;
            if end > start && self.bytes[end - 1] == b'\r' {
                end -= 1;
            }
            let is_blank = |byte: &u8| byte.is_ascii_whitespace();
            if self.bytes[start..end].iter().all(is_blank) {
                self.counts.blank += 1;
                continue;
            }
            self.write_line(place, start, end, parser);
            if self.slots[place].begin == Begin::Nothing {
                self.counts.blank += 1;
                continue;
            }
            return true;
        }
        false
    }

    /// Counts the braces of a line that joins an object; with the last one closed, the object is whole.
    #[cold]
    fn close_braces(&mut self, open: usize, line: usize) {
        let text = &self.bytes[self.slots[line].start..self.slots[line].end];
        let record = &mut self.slots[open];
        record.depth = scan::depth_behind(text, record.depth);
        record.stands_alone |= record.depth == 0;
    }

    #[inline]
    fn write_line(&mut self, place: usize, start: usize, end: usize, parser: &mut Parser) {
        let kept_end = end.min(start + self.limits.line_bytes_max);
        let is_last = self.at >= self.bytes.len();
        let skipped = if is_last { self.skipped } else { 0 };
        let line = &self.bytes[start..kept_end];
        let slot = &mut self.slots[place];
        let begin = parser.begins(line, &mut slot.captures);
        slot.start = start;
        slot.head_end = kept_end;
        slot.end = kept_end;
        slot.cut_bytes = (end - kept_end) as u64 + skipped;
        slot.lines = 1;
        slot.trace = match begin {
            Begin::Record(None) => TraceState::begin(line),
            Begin::Layout(_) if parser.asks_traces() => TraceState::begin(line),
            _ => TraceState::PLAIN,
        };
        slot.stands_alone = slot.cut_bytes > 0 || begin == Begin::Object;
        slot.depth = match begin {
            Begin::OpenObject => scan::depth_behind(line, 0),
            _ => 0,
        };
        slot.begin = begin;
    }
}

impl Default for Group {
    fn default() -> Group {
        Group {
            start: 0,
            head_end: 0,
            end: 0,
            cut_bytes: 0,
            begin: Begin::Continuation,
            captures: Captures::EMPTY,
            depth: 0,
            lines: 0,
            trace: TraceState::PLAIN,
            stands_alone: false,
        }
    }
}

impl Group {
    #[inline]
    fn fits(&self, line: &Group, limits: LineLimits) -> bool {
        self.lines < limits.record_lines_max && line.end - self.start <= RECORD_BYTES_MAX
    }

    #[inline]
    fn extend(&mut self, end: usize, trace: TraceState) {
        self.end = end;
        self.lines += 1;
        self.trace = trace;
    }
}

/// Whether a line shows that the open object above it is broken: it begins an object of its own, or it stands at the margin, where no
/// line of an object does but its brackets and keys, and begins a record by its format.
fn breaks_object(begin: Begin, line: &[u8]) -> bool {
    match begin {
        Begin::Object | Begin::OpenObject => true,
        Begin::Record(Some(_)) | Begin::Layout(_) | Begin::Marked => {
            let may_be_inside = |byte: &u8| byte.is_ascii_whitespace() || b"\"]},".contains(byte);
            !line.first().is_some_and(may_be_inside)
        }
        _ => false,
    }
}

#[cfg(test)]
mod traces;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::layout::Layout;
    use crate::format::timestamp::Zone;
    use crate::format::{Format, FormatKind, Objects};
    use jiff::tz::TimeZone;
    use std::sync::Arc;

    fn parser(kind: FormatKind) -> Parser {
        Parser::new(Arc::new(Format::of(kind)), Zone::new(TimeZone::UTC))
    }

    pub(super) fn cut(bytes: &[u8], parser: &mut Parser, line_bytes_max: usize) -> Option<usize> {
        Boundaries::new(parser, LineLimits::of_lines(line_bytes_max)).last(bytes, parser)
    }

    fn grouped(kind: FormatKind, text: &str, limit: usize) -> Vec<(String, u64)> {
        let (mut parser, mut groups, mut found) = (
            parser(kind),
            Groups::new(text.as_bytes(), LineLimits::of_lines(limit), 0),
            Vec::new(),
        );
        while let Some(group) = groups.next_group(&mut parser) {
            found.push((
                text.get(group.start..group.end).unwrap().to_owned(),
                group.cut_bytes,
            ));
        }
        found
    }

    #[track_caller]
    fn check(kind: FormatKind, text: &str, expected: &[&str]) {
        let found: Vec<_> = grouped(kind, text, 1_000)
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn continuation_lines_join_the_record_before_them() {
        check(
            FormatKind::Plain,
            "a\n  b\n\tat c\nd\n",
            &["a\n  b\n\tat c", "d"],
        );
        check(
            FormatKind::Plain,
            "Traceback (most recent call last):\n  File x\nValueError: y\nnext\n",
            &[
                "Traceback (most recent call last):\n  File x\nValueError: y",
                "next",
            ],
        );
        check(
            FormatKind::Stamped,
            "2026-11-20T09:00:00Z a\nanything\n2026-11-20T09:00:01Z b",
            &["2026-11-20T09:00:00Z a\nanything", "2026-11-20T09:00:01Z b"],
        );
        check(
            FormatKind::Json,
            "{\"a\":1}\n  odd\n{\"a\":2}\n",
            &["{\"a\":1}", "  odd", "{\"a\":2}"],
        );
    }

    #[test]
    fn a_broken_object_ends_where_a_line_at_the_margin_begins_a_record() {
        let mut format = Format::of(FormatKind::Stamped);
        format.kind = FormatKind::Json;
        format.objects = Objects::ManyLines;
        format.layouts = vec![Layout::compile("test", "{time} {level} {message}").unwrap()];
        let text = concat!(
            "{\"a\":\n  2026-11-20T09:00:00Z INFO inside\n}\n",
            "{\"torn\":[\n2026-11-20T09:00:01Z INFO b\n2026-11-20T09:00:02Z INFO c\n",
        );
        let parser = || Parser::new(Arc::new(format.clone()), Zone::new(TimeZone::UTC));
        let (mut groups, mut starts) = (
            Groups::new(text.as_bytes(), LineLimits::of_lines(1_000), 0),
            Vec::new(),
        );
        while let Some(group) = groups.next_group(&mut parser()) {
            starts.push(group.start);
        }
        assert_eq!(starts, [0, 43, 53, 81]);
        for seen in 0..=text.len() {
            let cut = cut(&text.as_bytes()[..seen], &mut parser(), 1_000);
            assert!(cut.is_none_or(|cut| starts.contains(&cut)), "{cut:?}");
        }
    }

    #[test]
    fn blank_lines_are_counted_and_make_no_record() {
        let mut groups = Groups::new(b"\n\r\n  \na\n\n", LineLimits::of_lines(100), 0);
        let mut parser = parser(FormatKind::Plain);
        assert!(groups.next_group(&mut parser).is_some());
        assert!(groups.next_group(&mut parser).is_none());
        assert_eq!(groups.counts(), LineCounts { lines: 5, blank: 4 });
    }

    #[test]
    fn a_line_over_the_limit_is_cut_and_stands_alone() {
        assert_eq!(
            grouped(FormatKind::Plain, "12345\n  x\n123456789\n  y\n", 5),
            [
                ("12345\n  x".into(), 0),
                ("12345".into(), 4),
                ("  y".into(), 0)
            ]
        );
    }

    #[test]
    fn a_long_run_of_blank_lines_can_be_cut() {
        let blank = "\n".repeat(RECORD_BYTES_MAX + 10);
        for text in [blank.clone(), format!("head\n{blank}")] {
            let cut = cut(text.as_bytes(), &mut parser(FormatKind::Plain), 100);
            assert_eq!(cut, Some(text.len()));
        }
        assert_eq!(
            cut(b"head\n\n\n", &mut parser(FormatKind::Plain), 100),
            None
        );
    }

    #[test]
    fn a_record_with_too_many_lines_is_continued_in_another() {
        let text = format!("a\n{}", " b\n".repeat(1_500));
        let found = grouped(FormatKind::Plain, &text, 100);
        assert_eq!(
            found
                .iter()
                .map(|(text, _)| text.lines().count())
                .collect::<Vec<_>>(),
            [1_024, 477]
        );
    }

    fn lines() -> impl proptest::strategy::Strategy<Value = String> {
        let line = proptest::sample::select(vec![
            "2026-11-20T09:00:00Z head",
            "plain",
            "a\nb\nc\nd\ne\nf\ng\nh\ni",
            "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns",
            "  indented",
            "\tat x.y",
            "{\"a\":1}",
            "Traceback (most recent call last):",
            "ValueError: x",
            "shop.NoFunds: x",
            "",
            "",
            "level=info msg=x",
            "ERROR failed",
            "Caused by: a.B: c",
            "nested exception is:",
            "During handling of the above exception, another exception occurred:",
            "panic: x",
            "goroutine 7 [running]:",
            "main.main()",
            "exit status 2",
            "thread 'main' panicked at src/main.rs:2:5:",
            "note: run with `RUST_BACKTRACE=1`",
            "/srv/index.js:10",
            "    ^",
            "Node.js v22.1.0",
            "app.rb:3:in `f': no (E)",
            "Stack trace:",
            "#0 /a.php(3): f()",
            "#1 {main}",
            "Unhandled exception:",
            "==========",
            "==7==ERROR: AddressSanitizer: x",
            "SUMMARY: AddressSanitizer: x",
        ]);
        proptest::strategy::Strategy::prop_map(proptest::collection::vec(line, 0..100), |lines| {
            lines.join("\n")
        })
    }

    proptest::proptest! {
        #[test]
        fn records_are_the_same_wherever_the_input_is_cut(text in lines(), at in 0_usize..2_000, kind in 0_usize..4) {
            let kind = [FormatKind::Json, FormatKind::Logfmt, FormatKind::Stamped, FormatKind::Plain][kind];
            let whole: Vec<_> = grouped(kind, &text, 100);
            let seen = &text.as_bytes()[..at.min(text.len())];
            if let Some(cut) = cut(seen, &mut parser(kind), 100) {
                let mut halves = grouped(kind, text.get(..cut).unwrap(), 100);
                halves.extend(grouped(kind, text.get(cut..).unwrap(), 100));
                proptest::prop_assert_eq!(halves, whole);
            }
        }
    }
}
