//! The bytes of one protobuf message: tags, varints, fixed numbers and blocks, none of them past its end.

use crate::validate::found::{Place, Tail};
use crate::validate::tree::{At, Span};

/// A message that is being read.
pub(super) struct Wire<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
    too_long: bool,
}

impl<'b> Wire<'b> {
    /// The message in this span.
    pub(super) fn new(bytes: &'b [u8], span: Span) -> Wire<'b> {
        let end = (span.end as usize).min(bytes.len());
        Wire {
            bytes,
            at: (span.start as usize).min(end),
            end,
            too_long: false,
        }
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    /// Whether reading stopped for a varint that does not end.
    pub(super) fn is_too_long(&self) -> bool {
        self.too_long
    }

    /// The next byte's offset.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes on at an offset, which must not lie behind the end.
    pub(super) fn pass_to(&mut self, at: usize) {
        self.at = at.min(self.end);
    }

    /// From a start to here, within a node.
    pub(super) fn place(&self, at: At, start: usize) -> Place {
        let end = self.at.max(start + 1).min(self.end);
        Place {
            at,
            tail: Tail::None,
            span: Span::new(start.min(end), end),
        }
    }

    /// Reads a varint.
    #[inline]
    pub(super) fn varint(&mut self) -> Option<u64> {
        let rest = self.bytes.get(self.at..self.end)?;
        if let Some(&byte) = rest.first()
            && byte < 0x80
        {
            self.at += 1;
            return Some(u64::from(byte));
        }
        let mut value = 0_u64;
        for (index, byte) in rest.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.at += index + 1;
                return Some(value);
            }
        }
        self.too_long = rest.len() >= 10;
        None
    }

    /// Reads a field's number and wire type.
    #[inline]
    pub(super) fn tag(&mut self) -> Option<(u32, u64)> {
        let tag = self.varint()?;
        Some((u32::try_from(tag >> 3).ok()?, tag & 7))
    }

    /// Reads a length and the span behind it.
    #[inline]
    pub(super) fn block(&mut self) -> Option<Span> {
        let length = usize::try_from(self.varint()?).ok()?;
        let end = self.at.checked_add(length)?;
        if end > self.end {
            return None;
        }
        let span = Span::new(self.at, end);
        self.at = end;
        Some(span)
    }

    /// Reads a number of this wire type.
    #[inline]
    pub(super) fn scalar(&mut self, wire_type: u64) -> Option<u64> {
        match wire_type {
            0 => self.varint(),
            1 => {
                let rest = self.bytes.get(self.at..self.end)?;
                let eight = rest.first_chunk::<8>()?;
                self.at += 8;
                Some(u64::from_le_bytes(*eight))
            }
            5 => {
                let rest = self.bytes.get(self.at..self.end)?;
                let four = rest.first_chunk::<4>()?;
                self.at += 4;
                Some(u32::from_le_bytes(*four).into())
            }
            _ => None,
        }
    }

    /// Passes a value.
    pub(super) fn skip(&mut self, wire_type: u64) -> Option<()> {
        match wire_type {
            2 => self.block().map(|_| ()),
            _ => self.scalar(wire_type).map(|_| ()),
        }
    }
}
