//! Records that say where they end, so that line breaks mean nothing: one at a time, each a group without further lines.
//!
//! What fits no frame is a record too: nothing is passed over but blanks between two records.

use crate::format::syslog::frames::{self, Piece};
use crate::format::{Begin, Parser, journal_export};
use crate::otlp::framing::{Frame, Framing};
use crate::pipeline::group::{Group, Groups};

impl Groups<'_> {
    /// The next entry of the journal's export format; what is left of a torn one is an entry too.
    pub(super) fn next_entry(&mut self) -> Option<&Group> {
        let rest = self.bytes.get(self.at..)?;
        let gap = rest.iter().take_while(|byte| **byte == b'\n').count();
        let start = self.at + gap;
        if start >= self.bytes.len() {
            return None;
        }
        let end = journal_export::entry_end(self.bytes, start)
            .map_or(self.bytes.len(), |found| found.end);
        self.counts.lines += memchr::memchr_iter(b'\n', &self.bytes[self.at..end]).count() as u64;
        self.at = end;
        self.slots[0] = Group {
            start,
            head_end: end,
            end,
            begin: Begin::Entry,
            ..Group::default()
        };
        Some(&self.slots[0])
    }

    /// The next request in protobuf; bytes that are none are one to their end.
    pub(super) fn next_frame(&mut self, framing: Framing) -> Option<&Group> {
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        self.at = match framing.frame(self.bytes, start) {
            Frame::Whole(range) => range.end,
            Frame::Cut(_) | Frame::Lost => self.bytes.len(),
        };
        self.counts.lines += 1;
        self.slots[0] = Group {
            start,
            head_end: self.at,
            end: self.at,
            begin: Begin::Entry,
            ..Group::default()
        };
        Some(&self.slots[0])
    }

    /// The next message of a stream that counts them; what is not counted is a record by its line.
    pub(super) fn next_counted(&mut self, parser: &mut Parser) -> Option<&Group> {
        let start = self.at + frames::blanks(self.bytes.get(self.at..)?);
        if start >= self.bytes.len() {
            return None;
        }
        let range = match frames::piece(self.bytes, start, frames::Tail::Ends) {
            Piece::Counted(range) | Piece::Line(range) => range,
            Piece::Open => start..self.bytes.len(),
        };
        self.at = range.end;
        self.counts.lines += 1;
        let message = self.bytes[range.clone()].trim_ascii_end();
        let kept = &message[..message.len().min(self.limits.line_bytes_max)];
        let head = memchr::memchr(b'\n', kept).unwrap_or(kept.len());
        let slot = &mut self.slots[0];
        *slot = Group {
            start: range.start,
            head_end: range.start + head,
            end: range.start + kept.len(),
            cut_bytes: (message.len() - kept.len()) as u64,
            ..Group::default()
        };
        slot.begin = parser.begins(&kept[..head], &mut slot.captures);
        Some(&self.slots[0])
    }
}
