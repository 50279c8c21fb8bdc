//! Wrapped lines of a container runtime → the lines that the program wrote, and a tag for each: its time and its stream.
//!
//! The parts of a long line are put together, for each stream by itself, even when lines of the other stream stand between them. The
//! whole line stands where its last part stood and has that part's time, so that the times stay in order and nothing has to wait for a
//! line that may never end. What no runtime wrapped passes through without a tag. A part whose end is not in the chunk is given
//! out at the end of the chunk as it is.
//!
//! Limits: a line put together keeps at most `line_bytes_max` bytes; what is cut off is counted. The buffers are used again.

use crate::base::secret::shape::hide_text;
use crate::base::units::UnixNanos;
use crate::format::ansi;
use crate::format::container::{self, Runtime, Stream};
use crate::format::timestamp::Zone;

/// The lines that the program wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unwrapped {
    /// Each line with a line break behind it.
    pub bytes: Vec<u8>,
    /// One for each wrapped line, in the order of their places.
    pub tags: Vec<Tag>,
    /// Where each line begins that no runtime wrapped, and where it ended in the chunk.
    bare: Vec<(usize, usize)>,
    /// What Docker adds to lines, as JSON objects: [`Tag::extra`] names a place in here. Equal neighbours share one.
    pub extras: Vec<String>,
    /// Lines that lost their end to the limit.
    pub cut_lines: u64,
    /// The bytes they lost.
    pub cut_bytes: u64,
}

/// What the runtime says about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// Where the line begins.
    pub start: usize,
    /// Where it ends, its line break included. A line may hold further line breaks.
    pub end: usize,
    /// When the runtime read it, or its last part.
    pub time: UnixNanos,
    /// Where the program wrote it.
    pub stream: Stream,
    /// Which of [`Unwrapped::extras`] belongs to it.
    pub extra: Option<usize>,
    /// Where the wrapped line, or its last part, ended in the chunk, its line break included.
    source_end: usize,
    /// Whether no line of any stream was open behind it.
    settled: bool,
}

/// Finds the tags of places that mostly ascend.
#[derive(Debug, Clone)]
pub struct TagCursor<'u> {
    tags: &'u [Tag],
    at: usize,
}

impl Unwrapped {
    /// A cursor before the first tag.
    pub fn cursor(&self) -> TagCursor<'_> {
        TagCursor {
            tags: &self.tags,
            at: 0,
        }
    }

    /// Where the chunk can be cut so that what follows is what follows `offset` here.
    ///
    /// Shape: `offset` is where a line begins → a place in the chunk, or `None` when a cut there would tear a line of the other stream, or
    /// when no runtime wrapped the line before it.
    pub fn source_cut(&self, offset: usize) -> Option<usize> {
        let before = self.tags.partition_point(|tag| tag.end < offset);
        let tag = self.tags.get(before)?;
        (tag.end == offset && tag.settled).then_some(tag.source_end)
    }

    /// Where the line that begins at `start` ended in the chunk, when no runtime wrapped it.
    pub fn bare_end(&self, start: usize) -> usize {
        let before = self.bare.partition_point(|(begin, _)| *begin <= start);
        let line = before.checked_sub(1).and_then(|last| self.bare.get(last));
        line.map_or(start, |(_, end)| *end)
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.bare.clear();
        self.tags.clear();
        self.extras.clear();
        self.cut_lines = 0;
        self.cut_bytes = 0;
    }

    fn extra(&mut self, extra: Option<&str>) -> Option<usize> {
        let extra = extra?;
        if self.extras.last().is_none_or(|last| last != extra) {
            let mut extra = extra.to_owned();
            hide_text(&mut extra);
            self.extras.push(extra);
        }
        Some(self.extras.len() - 1)
    }
}

impl Tag {
    /// Where its wrapped line ended in the chunk, and which byte of its lines `start` is. Two lines that the end of a chunk cuts off
    /// end at the same place, and are told apart by their stream.
    pub fn place(&self, start: usize) -> (usize, u32) {
        let inside = start.saturating_sub(self.start) * Stream::ALL.len() + self.stream as usize;
        (self.source_end, u32::try_from(inside).unwrap_or(u32::MAX))
    }
}

impl<'u> TagCursor<'u> {
    /// The tag of the line in which `offset` lies; `None` for a line that no runtime wrapped.
    pub fn tag_at(&mut self, offset: usize) -> Option<&'u Tag> {
        if self.at > 0 && offset < self.tags[self.at - 1].end {
            self.at = self.tags.partition_point(|tag| tag.end <= offset);
        }
        while self.tags.get(self.at).is_some_and(|tag| tag.end <= offset) {
            self.at += 1;
        }
        self.tags.get(self.at).filter(|tag| tag.start <= offset)
    }
}

/// Unwraps the chunks of one source. One per worker: it keeps its buffers.
#[derive(Debug)]
pub struct Unwrapper {
    runtime: Runtime,
    line_bytes_max: usize,
    open: [Parts; Stream::ALL.len()],
    out: Unwrapped,
    stripped: Vec<u8>,
}

/// A line that has not ended yet.
#[derive(Debug, Default)]
struct Parts {
    text: Vec<u8>,
    cut_bytes: u64,
    /// What the runtime said about the last part; `None` when no line is open.
    last: Option<(UnixNanos, Option<usize>)>,
}

impl Unwrapper {
    /// For lines that this runtime wrapped.
    pub fn new(runtime: Runtime, line_bytes_max: usize) -> Unwrapper {
        Unwrapper {
            runtime,
            line_bytes_max,
            open: Default::default(),
            out: Unwrapped::default(),
            stripped: Vec::new(),
        }
    }

    /// Unwraps a chunk of whole lines; the last one may lack its line break.
    pub fn unwrap(&mut self, chunk: &[u8], zone: &mut Zone) -> &Unwrapped {
        self.out.clear();
        let mut at = 0;
        while at < chunk.len() {
            let rest = &chunk[at..];
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            at = (at + end + 1).min(chunk.len());
            self.line(&rest[..end], at, zone);
        }
        self.flush(chunk.len());
        &self.out
    }

    /// Takes one line, which ends at `source_end`.
    fn line(&mut self, line: &[u8], source_end: usize, zone: &mut Zone) {
        let start = self.out.bytes.len();
        let Some((envelope, plain)) =
            container::read(self.runtime, line, zone, &mut self.out.bytes)
        else {
            self.out.bare.push((start, source_end));
            self.out.bytes.extend_from_slice(line);
            self.out.bytes.push(b'\n');
            return;
        };
        self.out.bytes.extend_from_slice(plain.unwrap_or_default());
        let extra = self.out.extra(envelope.extra);
        let stream = envelope.stream;
        let open = &mut self.open[stream as usize];
        if !envelope.complete || open.last.is_some() {
            open.push(&self.out.bytes[start..], self.line_bytes_max);
            open.last = Some((envelope.time, extra));
            self.out.bytes.truncate(start);
            if envelope.complete {
                self.close(stream, source_end);
            }
            return;
        }
        self.push_tag(start, source_end, stream, (envelope.time, extra));
    }

    /// Gives out the lines whose end is not here, the earlier one first.
    fn flush(&mut self, source_end: usize) {
        let mut streams = Stream::ALL;
        streams.sort_by_key(|stream| self.open[*stream as usize].last.map(|(time, _)| time));
        let whole = self.out.tags.len();
        for stream in streams {
            self.close(stream, source_end);
        }
        for tag in &mut self.out.tags[whole..] {
            tag.settled = false;
        }
    }

    /// Ends the open line of a stream, if there is one.
    fn close(&mut self, stream: Stream, source_end: usize) {
        let open = &mut self.open[stream as usize];
        let Some(last) = open.last.take() else {
            return;
        };
        let start = self.out.bytes.len();
        self.out.bytes.append(&mut open.text);
        let cut_bytes = std::mem::take(&mut open.cut_bytes);
        self.out.cut_bytes += cut_bytes;
        self.out.cut_lines += u64::from(cut_bytes > 0);
        self.push_tag(start, source_end, stream, last);
    }

    /// Ends the line that begins at `start`.
    fn push_tag(
        &mut self,
        start: usize,
        source_end: usize,
        stream: Stream,
        (time, extra): (UnixNanos, Option<usize>),
    ) {
        self.strip_escapes(start);
        self.out.bytes.push(b'\n');
        self.out.tags.push(Tag {
            start,
            end: self.out.bytes.len(),
            time,
            stream,
            extra,
            source_end,
            settled: self.open.iter().all(|open| open.last.is_none()),
        });
    }
}

impl Unwrapper {
    /// Takes the escape sequences out of the line that begins at `start`.
    fn strip_escapes(&mut self, start: usize) {
        let bytes = &mut self.out.bytes;
        if memchr::memchr(ansi::ESCAPE, &bytes[start..]).is_none() {
            return;
        }
        self.stripped.clear();
        ansi::strip_into(&bytes[start..], &mut self.stripped);
        bytes.truncate(start);
        bytes.extend_from_slice(&self.stripped);
    }
}

impl Parts {
    fn push(&mut self, part: &[u8], line_bytes_max: usize) {
        let room = line_bytes_max.saturating_sub(self.text.len());
        let kept = part.get(..room).unwrap_or(part);
        self.text.extend_from_slice(kept);
        self.cut_bytes += (part.len() - kept.len()) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    const FIRST: u64 = 1_790_000_000_000_000_000;

    fn zone() -> Zone {
        Zone::new(TimeZone::UTC)
    }

    /// `12 stdout P text` → a line of the second 12.
    fn cri(rows: &[&str]) -> String {
        let line = |row: &&str| {
            row.split_once(' ').map_or_else(
                || format!("{row}\n"),
                |(second, rest)| format!("{}.{second:0>9}Z {rest}\n", "2026-09-21T14:13:20"),
            )
        };
        rows.iter().map(line).collect()
    }

    fn seen(out: &Unwrapped) -> Vec<String> {
        let mut cursor = out.cursor();
        let mut at = 0;
        let lines = out.bytes.split_inclusive(|byte| *byte == b'\n');
        lines
            .map(|line| {
                let tag = cursor.tag_at(at);
                at += line.len();
                let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap());
                tag.map_or(format!("- {text}"), |tag| {
                    format!("{} {} {text}", tag.time.0 - FIRST, tag.stream.name())
                })
            })
            .collect()
    }

    #[track_caller]
    fn check(rows: &[&str], expected: &[&str]) {
        let mut unwrapper = Unwrapper::new(Runtime::Cri, 1 << 20);
        let first = seen(unwrapper.unwrap(cri(rows).as_bytes(), &mut zone()));
        assert_eq!(first, expected);
        let again = seen(unwrapper.unwrap(cri(rows).as_bytes(), &mut zone()));
        assert_eq!(again, expected, "nothing is left over for the next chunk");
    }

    #[test]
    fn parts_are_put_together_for_each_stream() {
        check(
            &[
                "1 stdout P a",
                "2 stderr P x",
                "3 stdout P b",
                "4 stderr F y",
                "5 stderr F z",
                "6 stdout F c",
                "7 stdout F d",
            ],
            &["4 stderr xy", "5 stderr z", "6 stdout abc", "7 stdout d"],
        );
    }

    #[test]
    fn what_is_not_wrapped_passes_through_without_a_tag() {
        check(
            &["1 stdout F a", "bare", "2 stdout P b", "", "3 stdout F "],
            &["1 stdout a", "- bare", "- ", "3 stdout b"],
        );
    }

    #[test]
    fn parts_without_their_end_are_given_out_at_the_end() {
        check(
            &[
                "1 stderr P x",
                "2 stdout P a",
                "3 stderr P y",
                "4 stdout P b",
                "5 stderr P z",
            ],
            &["4 stdout ab", "5 stderr xyz"],
        );
        check(&["1 stdout P "], &["1 stdout "]);
        check(&[], &[]);
    }

    #[test]
    fn a_line_with_line_breaks_in_it_has_one_tag() {
        let line = |log, stream| {
            format!(
                "{{\"log\":\"{log}\",\"stream\":\"{stream}\",\"time\":\"2026-09-21T14:13:20Z\"}}\n"
            )
        };
        let chunk = [
            line("one\\ntwo\\n", "stdout"),
            line("par", "stderr"),
            line("three\\n", "stdout"),
            line("t\\u0022\\n", "stderr"),
        ]
        .concat();
        let mut unwrapper = Unwrapper::new(Runtime::Docker, 1 << 20);
        let out = unwrapper.unwrap(chunk.trim_end().as_bytes(), &mut zone());
        assert_eq!(out.tags.len(), 3);
        let expected = [
            "0 stdout one",
            "0 stdout two",
            "0 stdout three",
            "0 stderr part\"",
        ];
        assert_eq!(seen(out), expected);
    }

    #[test]
    fn what_docker_adds_is_kept_once_for_neighbours() {
        let line = |tag| {
            format!(
                "{{\"log\":\"x\\n\",\"stream\":\"stdout\",\"attrs\":{{\"tag\":\"{tag}\"}},\"time\":\"2026-09-21T14:13:20Z\"}}\n"
            )
        };
        let chunk = [line("a"), line("a"), line("b")].concat();
        let mut unwrapper = Unwrapper::new(Runtime::Docker, 1 << 20);
        let out = unwrapper.unwrap(chunk.as_bytes(), &mut zone());
        assert_eq!(out.extras, [r#"{"tag":"a"}"#, r#"{"tag":"b"}"#]);
        let extras: Vec<_> = out.tags.iter().map(|tag| tag.extra).collect();
        assert_eq!(extras, [Some(0), Some(0), Some(1)]);
    }

    #[test]
    fn a_line_put_together_is_cut_at_the_limit_and_counted() {
        for (limit, text, cut_lines, cut_bytes) in
            [(6, "abcdef", 0, 0), (5, "abcde", 1, 1), (2, "ab", 1, 4)]
        {
            let mut unwrapper = Unwrapper::new(Runtime::Cri, limit);
            let rows = cri(&["1 stdout P abc", "2 stdout P de", "3 stdout F f"]);
            let out = unwrapper.unwrap(rows.as_bytes(), &mut zone());
            assert_eq!(seen(out), [format!("3 stdout {text}")]);
            assert_eq!((out.cut_lines, out.cut_bytes), (cut_lines, cut_bytes));
        }
    }

    #[test]
    fn a_chunk_is_cut_only_where_no_line_is_open() {
        let mut unwrapper = Unwrapper::new(Runtime::Cri, 1 << 20);
        let rows = cri(&[
            "1 stdout F a",
            "2 stdout P b",
            "3 stderr F c",
            "4 stdout F d",
            "5 stdout F e",
        ]);
        let line = rows.len() / 5;
        let out = unwrapper.unwrap(rows.as_bytes(), &mut zone());
        assert_eq!(out.bytes, b"a\nc\nbd\ne\n");
        let cuts = [0, 2, 3, 4, 7, 9].map(|offset| out.source_cut(offset));
        assert_eq!(
            cuts,
            [None, Some(line), None, None, Some(4 * line), Some(5 * line)]
        );
    }

    #[test]
    fn the_cursor_also_goes_back() {
        let mut unwrapper = Unwrapper::new(Runtime::Cri, 1 << 20);
        let rows = cri(&["1 stdout F abc", "bare", "2 stdout F d"]);
        let out = unwrapper.unwrap(rows.as_bytes(), &mut zone());
        let mut cursor = out.cursor();
        let mut time = |at| cursor.tag_at(at).map(|tag| tag.time.0 - FIRST);
        assert_eq!(
            [9, 0, 3, 4, 8, 9, 10, 11, 2].map(&mut time),
            [
                Some(2),
                Some(1),
                Some(1),
                None,
                None,
                Some(2),
                Some(2),
                None,
                Some(1)
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn the_times_of_lines_stay_in_order(rows in proptest::collection::vec("std(out|err) [FP] [a-z]{0,4}", 0..12)) {
            let rows: Vec<_> = rows.iter().enumerate().map(|(second, row)| format!("{second} {row}")).collect();
            let rows: Vec<_> = rows.iter().map(String::as_str).collect();
            let mut unwrapper = Unwrapper::new(Runtime::Cri, 1 << 20);
            let out = unwrapper.unwrap(cri(&rows).as_bytes(), &mut zone());
            proptest::prop_assert!(out.tags.is_sorted_by_key(|tag| (tag.start, tag.end)));
            let ended = out.tags.len().saturating_sub(2);
            proptest::prop_assert!(out.tags[..ended].is_sorted_by_key(|tag| tag.time));
        }

        #[test]
        fn no_bytes_make_it_panic(chunk in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            for runtime in [Runtime::Docker, Runtime::Cri] {
                let mut unwrapper = Unwrapper::new(runtime, 7);
                let out = unwrapper.unwrap(&chunk, &mut zone());
                let wanted = chunk.len() + usize::from(!chunk.is_empty() && chunk.last() != Some(&b'\n'));
                proptest::prop_assert_eq!(out.bytes.len(), wanted);
            }
        }
    }
}
