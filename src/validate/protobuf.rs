//! OTLP in protobuf → nodes: a wire reader that knows at which byte every field stands.
//!
//! Shape: the bytes of one request → the tree, and what is wrong on the wire. A message that cannot be read to its end is
//! left there and its parent goes on behind it, so one fault does not hide the next.
//! Limits: one pass; messages may stand [`DEPTH_MAX`] deep in one another.
//!
//! Spec: Protocol Buffers, "Encoding".

use super::found::{Found, Place, Tail};
use super::json::DEPTH_MAX;
use super::meaning::{self, Case};
use super::rules::Code;
use super::schema::{Field, Kind, Message, Shape};
use super::tree::{At, Held, IdState, NO_INDEX, ROOT, Span, Tree};

mod likely;
mod wire;

use wire::Wire;

pub(super) use likely::likely_signals;

/// The rest of a message cannot be read; the reason was noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lost;

struct Reader<'r> {
    bytes: &'r [u8],
    tree: &'r mut Tree,
    found: &'r mut Found,
    /// The rules, for what has been read; `None` when bytes are only tried.
    case: Option<Case<'r>>,
    depth: usize,
    /// Whether any message could not be read to its end.
    lost: bool,
}

/// Where a field stands: its parent, its place in a list, and its bytes.
#[derive(Clone, Copy)]
struct Slot {
    parent: At,
    index: u32,
    span: Span,
}

/// Reads a request of this shape, and has each part of it judged when there is a case.
pub(super) fn read(
    bytes: &[u8],
    shape: Shape,
    (tree, found): (&mut Tree, &mut Found),
    case: Option<Case<'_>>,
) {
    tree.begin(bytes.len());
    let mut reader = Reader {
        bytes,
        tree,
        found,
        case,
        depth: 0,
        lost: false,
    };
    reader.message(shape.message(), ROOT, Span::new(0, bytes.len()));
    if let Some(case) = &mut reader.case {
        case.is_cut = reader.lost;
        case.end(reader.tree, reader.found);
    }
}

/// Whether bytes look like a protobuf request: fields 1 of messages to the end.
pub(super) fn looks_right(bytes: &[u8]) -> bool {
    let mut wire = Wire::new(bytes, Span::new(0, bytes.len()));
    while !wire.is_done() {
        if wire.varint() != Some(0x0a) || wire.block().is_none() {
            return false;
        }
    }
    true
}

/// Whether the first bytes of a request of this length look like one: fields 1 of messages that do not reach behind its end.
pub(super) fn starts_right(head: &[u8], length: usize) -> bool {
    let mut wire = Wire::new(head, Span::new(0, head.len()));
    while !wire.is_done() {
        if wire.varint() != Some(0x0a) {
            return false;
        }
        let Some(block) = wire.varint() else {
            return !wire.is_too_long();
        };
        let end = usize::try_from(block)
            .ok()
            .and_then(|block| block.checked_add(wire.at()));
        match end {
            Some(end) if end <= head.len() => wire.pass_to(end),
            // It is cut: of what is in it, at least the first tag is that of a resource's field.
            Some(end) if end <= length => {
                let tag = head.get(wire.at());
                return tag.is_none_or(|tag| matches!(tag, 0x0a | 0x12 | 0x1a));
            }
            _ => return false,
        }
    }
    true
}

/// Whether text is ASCII, as most short texts are: without a call, eight bytes at a time.
#[inline]
fn is_ascii(text: &[u8]) -> bool {
    const HIGHS: u64 = (u64::MAX / 255) << 7;
    let Some(last) = text.last_chunk::<8>() else {
        return text.iter().fold(0, |seen, byte| seen | byte) < 0x80;
    };
    let (eights, _) = text.as_chunks::<8>();
    let seen = eights
        .iter()
        .fold(u64::from_le_bytes(*last), |seen, eight| {
            seen | u64::from_le_bytes(*eight)
        });
    seen & HIGHS == 0
}

impl Reader<'_> {
    /// Reads the fields of a message; whether it was read to its end.
    fn message(&mut self, shape: &'static Message, at: At, span: Span) -> bool {
        let mut whole = true;
        let place = Place {
            at,
            tail: Tail::None,
            span,
        };
        if self.depth >= DEPTH_MAX {
            self.found.add(Code::ProtobufDepth, place, || {
                format!("more than {DEPTH_MAX} messages stand in one another")
            });
            whole = false;
        } else {
            self.depth += 1;
            let mut wire = Wire::new(self.bytes, span);
            let mut counts = [0_u32; 24];
            while !wire.is_done() {
                if self.field(&mut wire, (shape, at), &mut counts).is_err() {
                    whole = false;
                    break;
                }
            }
            self.depth -= 1;
        }
        self.tree.close(at, span.end as usize);
        self.lost |= !whole;
        whole
    }

    fn field(
        &mut self,
        wire: &mut Wire<'_>,
        (shape, at): (&'static Message, At),
        counts: &mut [u32; 24],
    ) -> Result<(), Lost> {
        let start = wire.at();
        if self.tree.is_full() {
            return Err(self.full(wire.place(at, start)));
        }
        let Some(tag) = wire.varint() else {
            return Err(self.cut_off(at, wire, start));
        };
        let (number, wire_type) = (tag >> 3, tag & 7);
        if number == 0 || number > 0x1fff_ffff || matches!(wire_type, 3 | 4 | 6 | 7) {
            let place = wire.place(at, start);
            self.found.add(Code::ProtobufTag, place, || {
                format!("field {number} of wire type {wire_type} cannot be")
            });
            return Err(Lost);
        }
        let number = u32::try_from(number).unwrap_or(0);
        let Some((slot, field)) = shape.by_number(number) else {
            return self.unknown(wire, at, (start, number, wire_type));
        };
        let index = if field.repeated {
            counts.get_mut(slot)
        } else {
            None
        };
        self.known(wire, field, (at, wire_type, start), index)
    }

    /// Reads a field that the schema has.
    fn known(
        &mut self,
        wire: &mut Wire<'_>,
        field: &'static Field,
        (parent, wire_type, start): (At, u64, usize),
        count: Option<&mut u32>,
    ) -> Result<(), Lost> {
        let right = u64::from(field.wire_type);
        let repeated = count.is_some();
        if wire_type == 2 && repeated && right != 2 {
            return self.packed(wire, field, parent, count);
        }
        if wire_type != right {
            let value = wire.skip(wire_type);
            let mut place = wire.place(parent, start);
            place.tail = Tail::Name(field.name);
            self.found.add(Code::ProtobufWireType, place, || {
                let name = field.name.text();
                format!("{name:?} has wire type {wire_type}, not {right}")
            });
            return match value {
                Some(()) => Ok(()),
                None => Err(self.cut_off(parent, wire, start)),
            };
        }
        let index = count.map_or(NO_INDEX, |count| {
            *count += 1;
            *count - 1
        });
        let slot = |span| Slot {
            parent,
            index,
            span,
        };
        let before = wire.at();
        match right {
            2 => match wire.block() {
                Some(span) => self.block(field, slot(span)),
                None => return Err(self.cut_off_in(parent, wire, (start, field))),
            },
            _ => match wire.scalar(right) {
                Some(bits) => self.number(field, slot(Span::new(before, wire.at())), bits),
                None => return Err(self.cut_off_in(parent, wire, (start, field))),
            },
        }
        Ok(())
    }

    /// Reads numbers that stand behind one another without tags.
    fn packed(
        &mut self,
        wire: &mut Wire<'_>,
        field: &'static Field,
        parent: At,
        count: Option<&mut u32>,
    ) -> Result<(), Lost> {
        let start = wire.at();
        let Some(span) = wire.block() else {
            return Err(self.cut_off_in(parent, wire, (start, field)));
        };
        let mut inner = Wire::new(self.bytes, span);
        let mut none = 0;
        let count = count.unwrap_or(&mut none);
        while !inner.is_done() {
            let before = inner.at();
            if self.tree.is_full() {
                return Err(self.full(inner.place(parent, before)));
            }
            let Some(bits) = inner.scalar(field.wire_type.into()) else {
                self.cut_off_in(parent, &inner, (before, field));
                break;
            };
            let slot = Slot {
                parent,
                index: *count,
                span: Span::new(before, inner.at()),
            };
            self.number(field, slot, bits);
            *count += 1;
        }
        Ok(())
    }

    /// A field that the schema does not have.
    fn unknown(
        &mut self,
        wire: &mut Wire<'_>,
        at: At,
        (start, number, wire_type): (usize, u32, u64),
    ) -> Result<(), Lost> {
        if wire.skip(wire_type).is_none() {
            return Err(self.cut_off(at, wire, start));
        }
        let place = wire.place(at, start);
        self.found.add(Code::UnknownField, place, || {
            format!("the message has no field {number}")
        });
        Ok(())
    }

    /// What a field with a length holds.
    fn block(&mut self, field: &'static Field, slot: Slot) {
        let span = slot.span;
        let at = self.tree.next();
        let place = (slot.parent, slot.index);
        let bytes = span.of(self.bytes);
        let held = match field.kind {
            Kind::Message(shape) => {
                self.tree.add(place, field.name, span, Held::Message);
                let whole = self.message(shape.message(), at, span);
                return self.closed(at, whole);
            }
            Kind::Text => self.text(at, span),
            Kind::Id(length) => self.id(at, span, length),
            _ => Held::Bytes(Span::new(0, bytes.len()).end),
        };
        self.tree.add(place, field.name, span, held);
    }

    /// Has a message judged. One that was cut is broken, unless it holds records: those were judged by themselves.
    fn closed(&mut self, at: At, whole: bool) {
        if !whole && !self.tree.node(at).name.holds_records() {
            self.tree.hold(at, Held::Broken);
        }
        if let Some(case) = &mut self.case {
            case.is_cut = !whole;
        }
        let room = (&mut *self.tree, &mut *self.found);
        meaning::closed(self.case.as_mut(), room, self.bytes, at);
    }

    fn text(&mut self, at: At, span: Span) -> Held {
        let text = span.of(self.bytes);
        if is_ascii(text) {
            return Held::Text;
        }
        let Err(error) = std::str::from_utf8(text) else {
            return Held::Text;
        };
        let bad = span.start as usize + error.valid_up_to();
        let place = Place {
            at,
            tail: Tail::None,
            span: Span::new(bad, bad + error.error_len().unwrap_or(1)),
        };
        self.found.add(Code::ProtobufUtf8, place, || {
            format!("the byte at {bad} is not UTF-8")
        });
        Held::Text
    }

    fn id(&mut self, at: At, span: Span, length: u8) -> Held {
        let length = usize::from(length);
        let bytes = span.of(self.bytes);
        if bytes.is_empty() {
            return Held::Id(IdState::Empty);
        }
        if bytes.len() == length {
            let zero = bytes.iter().all(|byte| *byte == 0);
            return Held::Id(if zero { IdState::Zero } else { IdState::Set });
        }
        let place = Place {
            at,
            tail: Tail::None,
            span,
        };
        self.found.add(Code::IdLength, place, || {
            let hex = bytes.len() == 2 * length && bytes.iter().all(u8::is_ascii_hexdigit);
            let hint = if hex {
                ": it is hex text, which only JSON has"
            } else {
                ""
            };
            format!("the id has {} bytes, not {length}{hint}", bytes.len())
        });
        Held::Broken
    }

    /// What a field without a length holds.
    fn number(&mut self, field: &'static Field, slot: Slot, bits: u64) {
        let at = self.tree.next();
        let place = || Place {
            at,
            tail: Tail::None,
            span: slot.span,
        };
        let signed = bits.cast_signed();
        let held = match field.kind {
            Kind::Bool => Held::Bool(bits != 0),
            Kind::Double => Held::Double(f64::from_bits(bits)),
            Kind::Int64 | Kind::Sfixed64 => Held::Signed(signed),
            Kind::Int32 => {
                if i32::try_from(signed).is_err() {
                    self.range(place(), bits);
                }
                Held::Signed(signed)
            }
            Kind::Sint32 => Held::Signed((bits >> 1).cast_signed() ^ -(bits & 1).cast_signed()),
            Kind::Enum(names) => {
                super::json::enum_range(self.found, place(), names, i128::from(signed));
                Held::Unsigned(bits)
            }
            Kind::Uint32 => {
                if u32::try_from(bits).is_err() {
                    self.range(place(), bits);
                }
                Held::Unsigned(bits)
            }
            _ => Held::Unsigned(bits),
        };
        let parent = (slot.parent, slot.index);
        self.tree.add(parent, field.name, slot.span, held);
    }

    /// Notes that there are too many nodes to go on.
    #[cold]
    fn full(&mut self, place: Place) -> Lost {
        self.found.add(Code::NotChecked, place, || {
            "this record has too many values: from here on, nothing of it was checked".to_owned()
        });
        Lost
    }

    #[cold]
    fn range(&mut self, place: Place, bits: u64) {
        self.found.add(Code::ProtobufRange, place, || {
            format!("{bits} does not fit into 32 bits")
        });
    }

    #[cold]
    fn cut_off(&mut self, at: At, wire: &Wire<'_>, start: usize) -> Lost {
        self.note_cut(wire.place(at, start), wire)
    }

    #[cold]
    fn cut_off_in(
        &mut self,
        parent: At,
        wire: &Wire<'_>,
        (start, field): (usize, &'static Field),
    ) -> Lost {
        let mut place = wire.place(parent, start);
        place.tail = Tail::Name(field.name);
        self.note_cut(place, wire)
    }

    fn note_cut(&mut self, place: Place, wire: &Wire<'_>) -> Lost {
        let code = if wire.is_too_long() {
            Code::ProtobufVarint
        } else {
            Code::ProtobufTruncated
        };
        let start = place.span.start;
        self.found.add(code, place, || match code {
            Code::ProtobufVarint => format!("the number at byte {start} has more than ten bytes"),
            _ => format!("the field at byte {start} reaches behind the end of its message"),
        });
        Lost
    }
}
