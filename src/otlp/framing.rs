//! Where protobuf requests begin and end in a file, and whether bytes are such requests at all.
//!
//! Three ways are known: one request after another without anything between them, which is one large request for protobuf; each behind
//! its length as a varint; each behind its length in four bytes, as the Collector's file exporter writes them. Each piece is a request of
//! its own, so a file of any size is read in constant memory.
//!
//! Limits: a piece has at most [`PAYLOAD_BYTES_MAX`] bytes. A compressed request is none.

use std::ops::Range;

use crate::otlp::payload::{Carries, PAYLOAD_BYTES_MAX, Read, read_protobuf};
use crate::otlp::protobuf::{request, resource_logs, scope_logs};

/// How requests follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Without anything between them; a piece is the part of one resource.
    Bare,
    /// Each behind its length as a varint.
    Varint,
    /// Each behind its length in four bytes, the highest first.
    Length32,
}

/// The piece that begins at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The request, and where the next piece begins.
    Whole(Range<usize>),
    /// It has not ended yet; where it would begin and end.
    Cut(Range<usize>),
    /// No piece begins there.
    Lost,
}

impl Framing {
    const ALL: [Framing; 3] = [Framing::Bare, Framing::Varint, Framing::Length32];

    /// How the requests at the start of a file are framed; `None` when there are none.
    pub fn of(head: &[u8]) -> Option<Framing> {
        let fits = |framing: &Framing| match framing.frame(head, 0) {
            Frame::Lost => false,
            Frame::Cut(range) => {
                let seen = head.get(range.start..).unwrap_or_default();
                look(seen, range.len()).is_some()
            }
            Frame::Whole(range) => {
                let message = head.get(range).unwrap_or_default();
                carries(message).is_some() && !matches!(read_protobuf(message), Read::Broken)
            }
        };
        Framing::ALL.into_iter().find(fits)
    }

    /// The piece that begins at `from`.
    pub fn frame(self, bytes: &[u8], from: usize) -> Frame {
        let rest = bytes.get(from..).unwrap_or_default();
        let found = match self {
            Framing::Bare
                if rest
                    .first()
                    .is_some_and(|tag| *tag != request::RESOURCE_LOGS) =>
            {
                return Frame::Lost;
            }
            // The tag belongs to the piece.
            Framing::Bare => varint(rest.get(1..).unwrap_or_default())
                .map(|(header, length)| (0, length.saturating_add(1 + header as u64))),
            Framing::Varint => varint(rest),
            Framing::Length32 => length32(rest),
        };
        let Some((header, length)) = found else {
            // A varint that has not ended behind ten bytes is none.
            let is_open = rest.len() <= 10;
            return if is_open {
                Frame::Cut(from..bytes.len())
            } else {
                Frame::Lost
            };
        };
        let Some(length) = usize::try_from(length)
            .ok()
            .filter(|length| *length <= PAYLOAD_BYTES_MAX)
        else {
            return Frame::Lost;
        };
        let start = from + header;
        let range = start..start + length;
        if range.end > bytes.len() {
            Frame::Cut(range)
        } else {
            Frame::Whole(range)
        }
    }

    /// The end of the last whole piece of bytes that begin with one; with nothing to be found in them, all of them.
    pub fn last_end(self, bytes: &[u8]) -> Option<usize> {
        let mut last = None;
        loop {
            match self.frame(bytes, last.unwrap_or(0)) {
                Frame::Whole(range) if range.end < bytes.len() => last = Some(range.end),
                Frame::Whole(range) => return Some(range.end),
                Frame::Cut(_) => return last,
                Frame::Lost => return Some(bytes.len()),
            }
        }
    }
}

/// What a whole request carries; `None` when it has no record or is none.
pub fn carries(message: &[u8]) -> Option<Carries> {
    look(message, message.len())
}

/// Walks through resources and scopes to the first record.
///
/// Shape: the first bytes of a request, and its length → what it carries; `None` when no record is among them or they are no request.
fn look(message: &[u8], length: usize) -> Option<Carries> {
    for resource in Fields::of(message, length) {
        let (tag, resource, length) = resource?;
        if tag != request::RESOURCE_LOGS {
            return None;
        }
        for scope in Fields::of(resource, length) {
            let (tag, scope, length) = scope?;
            if tag != resource_logs::SCOPE_LOGS {
                continue;
            }
            for record in Fields::of(scope, length) {
                let (tag, record, _) = record?;
                if tag == scope_logs::LOG_RECORDS && !record.is_empty() {
                    return record_carries(record);
                }
            }
        }
    }
    None
}

/// A record begins with one of its fields; spans and metrics begin with an id or a name, whose tag a log record does not have.
fn record_carries(record: &[u8]) -> Option<Carries> {
    const LOG_TAGS: [u8; 11] = [
        0x09, 0x10, 0x1a, 0x2a, 0x32, 0x38, 0x45, 0x4a, 0x52, 0x59, 0x62,
    ];
    match record.first()? {
        0x0a => Some(Carries::Others),
        tag => LOG_TAGS.contains(tag).then_some(Carries::Logs),
    }
}

/// The fields of a message of which only the first bytes may be there: tag, the bytes that are there, length. A field of another shape
/// than resources and scopes have ends it with `None`.
struct Fields<'b> {
    rest: &'b [u8],
    /// Bytes that are left of the message, more than those of `rest` when it is cut.
    length: usize,
}

impl<'b> Fields<'b> {
    fn of(bytes: &'b [u8], length: usize) -> Fields<'b> {
        Fields {
            rest: bytes,
            length,
        }
    }

    fn read(&mut self) -> Option<(u8, &'b [u8], usize)> {
        let (tag, behind) = self.rest.split_first()?;
        let (header, length) = varint(behind)?;
        let length = usize::try_from(length).ok()?;
        let left = self.length.checked_sub(1 + header)?.checked_sub(length)?;
        // Resource or scope, what it holds, schema URL: all of them have a length.
        if !matches!(tag, 0x0a | 0x12 | 0x1a) {
            return None;
        }
        let content = behind.get(header..).unwrap_or_default();
        let (content, rest) = content.split_at(length.min(content.len()));
        (self.rest, self.length) = (rest, left);
        Some((*tag, content, length))
    }
}

impl<'b> Iterator for Fields<'b> {
    type Item = Option<(u8, &'b [u8], usize)>;

    fn next(&mut self) -> Option<Self::Item> {
        // The last bytes of a cut message may hold half a tag and length.
        let is_cut = self.rest.len() < self.length;
        if self.rest.is_empty() || is_cut && self.rest.len() < 11 {
            return None;
        }
        let field = self.read();
        if field.is_none() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Its length and its value; `None` when it does not end.
fn varint(bytes: &[u8]) -> Option<(usize, u64)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * u32::try_from(index).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((index + 1, value));
        }
    }
    None
}

fn length32(bytes: &[u8]) -> Option<(usize, u64)> {
    let length = bytes.first_chunk::<4>()?;
    Some((4, u64::from(u32::from_be_bytes(*length))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
    use prost::Message as _;

    fn request(text: &str) -> Vec<u8> {
        let record = LogRecord {
            time_unix_nano: 1_790_000_000_000_000_000,
            severity_text: text.to_owned(),
            ..LogRecord::default()
        };
        let scope = ScopeLogs {
            log_records: vec![record.clone(), record],
            ..ScopeLogs::default()
        };
        let resource = ResourceLogs {
            scope_logs: vec![scope],
            ..ResourceLogs::default()
        };
        let resource_logs = vec![resource];
        ExportLogsServiceRequest { resource_logs }.encode_to_vec()
    }

    fn framed(framing: Framing, message: &[u8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap();
        let mut bytes = Vec::new();
        match framing {
            Framing::Bare => {}
            Framing::Varint => crate::otlp::protobuf::put_varint(&mut bytes, length.into()),
            Framing::Length32 => bytes.extend(length.to_be_bytes()),
        }
        bytes.extend(message);
        bytes
    }

    #[test]
    fn a_framing_is_told_from_the_first_request_also_when_it_is_cut() {
        for framing in Framing::ALL {
            for text in ["", "loud", &"x".repeat(300), &"x".repeat(20_000)] {
                let file = framed(framing, &request(text)).repeat(2);
                assert_eq!(Framing::of(&file), Some(framing));
                let cut = file.get(..file.len() / 2 - 1).unwrap();
                let enough = text.len() >= 300;
                assert!(Framing::of(cut) == Some(framing) || !enough, "{framing:?}");
            }
        }
    }

    #[test]
    fn other_bytes_are_no_requests() {
        for bytes in [
            "",
            "\n",
            "\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
            "\nhello\nworld, this is a text\n",
            "{\"resourceLogs\":[]}",
            "\0\0\0\u{5}abcde",
            "\u{1f}\u{8b}\u{8}",
        ] {
            assert_eq!(Framing::of(bytes.as_bytes()), None, "{bytes:?}");
        }
    }

    #[test]
    fn other_signals_are_told_by_their_first_record() {
        // ResourceSpans, ScopeSpans, a Span that begins with its trace id.
        let span = [&[0x0a, 16][..], &[7; 16]].concat();
        let field = |tag: u8, content: Vec<u8>| {
            let mut bytes = Vec::new();
            crate::otlp::protobuf::put_bytes(&mut bytes, tag, &content);
            bytes
        };
        let file = field(0x0a, field(0x12, field(0x12, span)));
        assert_eq!(carries(&file), Some(Carries::Others));
        assert_eq!(Framing::of(&file), Some(Framing::Bare));
        assert!(matches!(read_protobuf(&file), Read::Others));
    }

    #[test]
    fn pieces_are_found_from_their_starts() {
        for framing in Framing::ALL {
            let piece = framed(framing, &request("loud"));
            let file = piece.repeat(3);
            let cut = |end: usize| framing.last_end(file.get(..end).unwrap());
            assert_eq!(cut(piece.len() - 1), None, "{framing:?}");
            assert_eq!(cut(piece.len()), Some(piece.len()));
            assert_eq!(cut(file.len() - 1), Some(2 * piece.len()));
            let torn = [&file[..], &[0xff; 30]].concat();
            assert_eq!(framing.last_end(&torn), Some(torn.len()));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_never_panic(bytes in proptest::collection::vec(proptest::sample::select(vec![0_u8, 1, 3, 9, 10, 16, 18, 26, 127, 128, 255]), 0..60)) {
            for framing in Framing::ALL {
                let end = framing.last_end(&bytes);
                proptest::prop_assert!(end.is_none_or(|end| end <= bytes.len()));
            }
            let _told = (Framing::of(&bytes), carries(&bytes));
        }
    }
}
