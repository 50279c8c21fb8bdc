//! A chunk as it was read → the lines that the program wrote: unwrapped from its container runtime, without terminal colours.
//!
//! Nearly every chunk needs nothing of it and is passed on as it is. The buffers are used again.

use crate::base::units::UnixNanos;
use crate::format::json::scan::Scanner;
use crate::format::timestamp::Zone;
use crate::format::{Format, ansi};
use crate::pipeline::place::Places;
use crate::pipeline::unwrap::{TagCursor, Unwrapped, Unwrapper};
use crate::record::{Attribute, Record, Value};

/// Cleans the chunks of one source. One per worker.
#[derive(Debug)]
pub struct Cleaner {
    unwrapper: Option<Unwrapper>,
    escapes: Escapes,
    stripped: Vec<u8>,
}

/// What becomes of escape sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escapes {
    /// Taken out, as people do not see them either.
    Stripped,
    /// Left: records that say their length would lose their ends.
    Kept,
}

/// The lines of a chunk.
#[derive(Debug)]
pub struct Clean<'c> {
    /// The lines.
    pub bytes: &'c [u8],
    /// What the container runtime said about them.
    pub wrapping: Option<Wrapping<'c>>,
    /// Where they stood.
    pub places: Places<'c>,
}

/// What a container runtime said about the lines of a chunk.
#[derive(Debug)]
pub struct Wrapping<'c> {
    unwrapped: &'c Unwrapped,
    cursor: TagCursor<'c>,
}

impl Cleaner {
    /// For a source of this format.
    pub fn new(format: &Format, line_bytes_max: usize) -> Cleaner {
        let runtime = format.runtime;
        Cleaner {
            unwrapper: runtime.map(|runtime| Unwrapper::new(runtime, line_bytes_max)),
            escapes: if format.is_framed() {
                Escapes::Kept
            } else {
                Escapes::Stripped
            },
            stripped: Vec::new(),
        }
    }

    /// The lines of a chunk that begins at `base` of its source.
    pub fn clean<'c>(&'c mut self, chunk: &'c [u8], base: u64, zone: &mut Zone) -> Clean<'c> {
        if let Some(unwrapper) = &mut self.unwrapper {
            let unwrapped = unwrapper.unwrap(chunk, zone);
            return Clean {
                bytes: &unwrapped.bytes,
                places: Places::unwrapped(base, unwrapped),
                wrapping: Some(Wrapping {
                    cursor: unwrapped.cursor(),
                    unwrapped,
                }),
            };
        }
        let strips = self.escapes == Escapes::Stripped;
        let (bytes, places) = if strips && memchr::memchr(ansi::ESCAPE, chunk).is_some() {
            self.stripped.clear();
            ansi::strip_into(chunk, &mut self.stripped);
            let clean: &[u8] = &self.stripped;
            (clean, Places::stripped(base, chunk, clean))
        } else {
            (chunk, Places::same(base))
        };
        Clean {
            bytes,
            wrapping: None,
            places,
        }
    }
}

impl<'c> Wrapping<'c> {
    /// Lines that lost their end because they are too long when put together.
    pub fn cut_lines(&self) -> u64 {
        self.unwrapped.cut_lines
    }

    /// Adds what the runtime said about the line at `offset`.
    ///
    /// The record's own time stays when it names its zone and date; otherwise the runtime knows better.
    pub fn add_to<'r>(&mut self, record: &mut Record<'r>, offset: usize, own_time: OwnTime)
    where
        'c: 'r,
    {
        let Some(tag) = self.cursor.tag_at(offset) else {
            return;
        };
        if own_time == OwnTime::Assumed || record.time.is_none() {
            record.time = (tag.time != UnixNanos(0)).then_some(tag.time);
        }
        let mut push = |attribute: Attribute<'r>| {
            if record
                .attributes
                .iter()
                .all(|held| held.key != attribute.key)
            {
                record.attributes.push(attribute);
            }
        };
        push(Attribute::text("log.iostream", tag.stream.name()));
        let extra = tag.extra.and_then(|place| self.unwrapped.extras.get(place));
        if let Some(Value::Map(members)) = extra.and_then(|extra| Scanner::new(extra).value()) {
            members.into_iter().for_each(push);
        }
    }
}

/// How a record's own time was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnTime {
    /// It says everything.
    Complete,
    /// Its zone, year or date was assumed.
    Assumed,
}
