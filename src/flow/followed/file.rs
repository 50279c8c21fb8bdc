//! One followed file: what waits of it, and what is known of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::flow::feeder::{FeedPlan, OpenSource, Opening, Step, leave_trail};
use crate::format::Parser;
use crate::format::detect::Detection;
use crate::pipeline::uid::{FIRST_LINE_MAX, UidSeed};
use crate::source::SourceError;
use crate::source::checkpoint::HEAD_BYTES_MAX;
use crate::source::checkpoint::search::Start;
use crate::source::chunks::{Chunker, Due};
use crate::source::head::{HEAD_BYTES, byte_order_mark};
use crate::source::inputs::Input;

/// A followed file.
pub(super) struct Live {
    pub(super) path: PathBuf,
    pub(super) start: Start,
    /// The last bytes that were given out, or stand before the first.
    trail: Vec<u8>,
    /// Its first bytes, when its reading begins behind them.
    pub(super) head: Option<Vec<u8>>,
    /// How many bytes have come.
    received: u64,
    first_line: Option<FirstLine>,
    pub(super) reading: Reading,
    pub(super) lines: usize,
    pub(super) waiting_since: Option<Instant>,
    pub(super) last_block: Option<Instant>,
    /// Whether its next chunk begins inside a line.
    pub(super) continues: bool,
}

/// A first line that is not complete yet; the uids of the records behind it need it.
struct FirstLine {
    seed: UidSeed,
    /// What is there of it.
    bytes: Vec<u8>,
}

/// How far a file is known.
pub(super) enum Reading {
    /// Too little of it has come to recognise it.
    Early(Vec<u8>),
    Open(Box<Open>),
}

pub(super) struct Open {
    source: Arc<OpenSource>,
    chunker: Chunker,
    parser: Parser,
}

impl Live {
    pub(super) fn new(path: PathBuf, start: Start, trail: Vec<u8>) -> Live {
        Live {
            path,
            start,
            trail,
            head: None,
            received: 0,
            first_line: None,
            reading: Reading::Early(Vec::new()),
            lines: 0,
            waiting_since: None,
            last_block: None,
            continues: false,
        }
    }

    /// Takes bytes; tells whether a chunk is full, or enough is there to recognise the file.
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        let offset = self.start.mark.offset + self.received;
        self.received += bytes.len() as u64;
        self.first_line = self
            .first_line
            .take()
            .and_then(|line| line.grown(offset, bytes));
        match &mut self.reading {
            Reading::Early(early) => {
                early.extend_from_slice(bytes);
                early.len() >= HEAD_BYTES
            }
            Reading::Open(open) => open.chunker.push(bytes, &open.parser),
        }
    }

    pub(super) fn held_bytes(&self) -> usize {
        match &self.reading {
            Reading::Early(early) => early.len(),
            Reading::Open(open) => open.chunker.held_bytes(),
        }
    }

    pub(super) fn is_framed(&self) -> bool {
        matches!(&self.reading, Reading::Open(open) if open.parser.format().is_framed())
    }

    /// Recognises the file by what has come of it, or by its head.
    pub(super) fn open(
        &mut self,
        plan: &FeedPlan,
        index: usize,
        mut bytes: Vec<u8>,
        known: Option<&Detection>,
    ) -> Result<Arc<OpenSource>, SourceError> {
        let head = self.head.take();
        let name = self.path.to_string_lossy().into_owned();
        let mark = byte_order_mark(head.as_deref().unwrap_or(&bytes), &name)?;
        let first_bytes = head.as_deref().unwrap_or(&bytes);
        let first_bytes = first_bytes.get(..HEAD_BYTES_MAX).unwrap_or(first_bytes);
        let first_bytes: Arc<[u8]> = Arc::from(first_bytes);
        let input = Input::File(self.path.clone());
        let uids = plan.uids(&input, self.start.generation);
        let mut start_offset = self.start.mark.offset;
        self.first_line = uids.clone().and_then(|seed| {
            let line = FirstLine {
                seed,
                bytes: Vec::new(),
            };
            let line = line.grown(0, head.as_deref().unwrap_or_default())?;
            line.grown(start_offset, &bytes)
        });
        if start_offset == 0 {
            start_offset = mark as u64;
            bytes.drain(..mark);
        }
        let head = head.as_deref().and_then(|head| head.get(mark..));
        let head = head.unwrap_or(&bytes);
        let opening = Opening {
            index,
            head,
            total: None,
            start_offset,
            known,
            is_live: true,
            uids,
            kept: plan.kept(&input, first_bytes, self.start.clone()),
        };
        let (source, parser) = plan.recognised(&input, opening);
        let limits = plan.records.limits.of_format(&source.detection.format);
        let mut chunker = Chunker::new(Vec::new(), start_offset, &parser, limits);
        chunker.push(&bytes, &parser);
        let source = Arc::new(source);
        self.reading = Reading::Open(Box::new(Open {
            source: Arc::clone(&source),
            chunker,
            parser,
        }));
        Ok(source)
    }

    pub(super) fn cut(&mut self, due: Due) -> Option<Step> {
        let Reading::Open(open) = &mut self.reading else {
            return None;
        };
        let mut chunk = open.chunker.cut_pushed(due, &mut open.parser)?;
        let starts_a_line = matches!(chunk.bytes.first(), Some(b'\n' | b'\r'));
        chunk.came_at = self.waiting_since;
        if open.source.kept.is_some() {
            leave_trail(&mut self.trail, &mut chunk);
        }
        chunk.continues = std::mem::take(&mut self.continues) && !starts_a_line;
        Some(Step::Chunk(Arc::clone(&open.source), chunk))
    }
}

impl FirstLine {
    /// With bytes of the file from an offset on; `None` once it is complete.
    fn grown(mut self, offset: u64, bytes: &[u8]) -> Option<FirstLine> {
        let known = (self.bytes.len() as u64).saturating_sub(offset);
        let new = usize::try_from(known)
            .ok()
            .and_then(|known| bytes.get(known..));
        let new = new.unwrap_or_default();
        let most = FIRST_LINE_MAX.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(new.get(..most).unwrap_or(new));
        (!self.seed.learn(&self.bytes)).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::place::Place;

    #[test]
    fn a_first_line_grows_by_what_is_new_of_it() {
        let place = |offset| Place { offset, inside: 0 };
        let whole = UidSeed::of_file("machine", 0);
        assert!(whole.learn(b"first\nsecond\n"));
        // What was found of it reaches over what is read later, or ends where that begins.
        for (head, offset) in [("fir", 3), ("fir", 1), ("", 0)] {
            let seed = UidSeed::of_file("machine", 0);
            let line = FirstLine {
                seed: seed.clone(),
                bytes: head.as_bytes().to_vec(),
            };
            let bytes = &b"first\nsecond\n"[offset..];
            let line = line.grown(offset as u64, &bytes[..1]).unwrap();
            assert!(line.grown(offset as u64 + 1, &bytes[1..]).is_none());
            let uid = |seed: &UidSeed| seed.uid(place(6), b"second");
            assert_eq!(uid(&seed), uid(&whole), "{head} {offset}");
        }
    }
}
