//! Keeps the keys of a record unique while it is filled: the last value of a key wins, as JSON readers have it.
//!
//! A 64-bit mask of cheap key hashes says "certainly new" for most keys, so that the common record costs one bit test a key.

use std::borrow::Cow;

use crate::record::{Attribute, Value};

/// Most keys of one object: a search for the same key stays short. A line with more of them is kept as text.
pub const KEYS_MAX: usize = 1_024;

/// Which keys a record may already hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyMask(u64);

impl KeyMask {
    /// Remembers a key; `false` when it was certainly not there before.
    #[inline]
    pub fn may_hold(&mut self, key: &str) -> bool {
        let bytes = key.as_bytes();
        let at = |place: usize| bytes.get(place).copied().map_or(0, usize::from);
        let (first, middle, last) = (at(0), at(bytes.len() / 2), at(bytes.len().wrapping_sub(1)));
        let mixed = first ^ (middle << 2) ^ (last << 3) ^ (last >> 2) ^ bytes.len();
        let bit = 1_u64 << (mixed & 63);
        let held = self.0 & bit != 0;
        self.0 |= bit;
        held
    }
}

/// Where the value of a key belongs, and whether the key stood there before.
#[derive(Debug)]
pub struct Room<'r, 'a> {
    /// To be filled in.
    pub value: &'r mut Value<'a>,
    /// 1 for a key that is there already, else 0.
    pub duplicates: u64,
}

/// Makes room for the value of a key: behind the others, or in place of the value that the key had.
///
/// After the value is filled in, [`settle`] takes away what turned out to be nothing.
#[expect(
    clippy::inline_always,
    reason = "once for every key: as a call, the key and its room go through memory"
)]
#[inline(always)]
pub fn room_for<'r, 'a>(
    attributes: &'r mut Vec<Attribute<'a>>,
    mask: &mut KeyMask,
    key: Cow<'a, str>,
) -> Room<'r, 'a> {
    let held = if mask.may_hold(&key) {
        attributes.iter().position(|held| held.key == key)
    } else {
        None
    };
    let duplicates = u64::from(held.is_some());
    let place = held.unwrap_or(attributes.len());
    if held.is_none() {
        attributes.push(Attribute {
            key,
            value: Value::Empty,
        });
    } else {
        // The last one wins, and stands last, where `settle` looks.
        let attribute = attributes.remove(place);
        attributes.push(attribute);
    }
    let last = attributes.len() - 1;
    Room {
        value: &mut attributes[last].value,
        duplicates,
    }
}

/// Takes the last attribute away if its key or its value is empty.
#[inline]
pub fn settle(attributes: &mut Vec<Attribute<'_>>) {
    let is_nothing =
        |last: &Attribute<'_>| last.key.is_empty() || matches!(last.value, Value::Empty);
    if attributes.last().is_some_and(is_nothing) {
        attributes.pop();
    }
}

/// Adds an attribute; returns 1 when its key was there already, else 0.
#[inline]
pub fn push<'a>(
    attributes: &mut Vec<Attribute<'a>>,
    mask: &mut KeyMask,
    key: Cow<'a, str>,
    value: Value<'a>,
) -> u64 {
    let is_nothing = key.is_empty() || matches!(value, Value::Empty);
    if mask.may_hold(&key) || is_nothing {
        return push_again(attributes, mask, key, value);
    }
    attributes.push(Attribute { key, value });
    0
}

/// The same for a key that may be there already.
#[inline(never)]
fn push_again<'a>(
    attributes: &mut Vec<Attribute<'a>>,
    mask: &mut KeyMask,
    key: Cow<'a, str>,
    value: Value<'a>,
) -> u64 {
    let room = room_for(attributes, mask, key);
    *room.value = value;
    let duplicates = room.duplicates;
    settle(attributes);
    duplicates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_key_wins_and_is_counted() {
        let (mut attributes, mut mask) = (Vec::new(), KeyMask::default());
        let mut duplicates = 0;
        for (key, number) in [("a", 1), ("b", 2), ("a", 3), ("", 4)] {
            duplicates += push(
                &mut attributes,
                &mut mask,
                Cow::Borrowed(key),
                Value::Int(number),
            );
        }
        duplicates += push(
            &mut attributes,
            &mut mask,
            Cow::Borrowed("null"),
            Value::Empty,
        );
        assert_eq!(duplicates, 1);
        let kept: Vec<_> = attributes
            .iter()
            .map(|attribute| (&*attribute.key, attribute.value.clone()))
            .collect();
        assert_eq!(kept, [("b", Value::Int(2)), ("a", Value::Int(3))]);
    }
}
