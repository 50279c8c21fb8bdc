//! Keeps the keys of a record unique while it is filled: the last value of a key wins, as JSON readers have it.
//!
//! A 64-bit mask of cheap key hashes says "certainly new" for most keys, so that the common record costs one bit test a key.

use std::borrow::Cow;

use crate::record::{Attribute, Value};

/// Which keys a record may already hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyMask(u64);

impl KeyMask {
    /// Remembers a key; `false` when it was certainly not there before.
    #[inline]
    pub fn may_hold(&mut self, key: &str) -> bool {
        let bytes = key.as_bytes();
        let (first, last) = (
            bytes.first().copied().unwrap_or(0),
            bytes.last().copied().unwrap_or(0),
        );
        let middle = bytes.get(bytes.len() / 2).copied().unwrap_or(0);
        let mixed =
            (u32::from(first) ^ u32::from(last).rotate_left(7) ^ u32::from(middle).rotate_left(13))
                .wrapping_add(bytes.len() as u32 * 0x9e37);
        let bit = 1_u64 << (mixed.wrapping_mul(0x85eb_ca6b) >> 26);
        let held = self.0 & bit != 0;
        self.0 |= bit;
        held
    }
}

/// Adds an attribute; one with the same key is replaced and counted. Empty keys and empty values are left out.
#[inline]
pub fn push<'a>(
    attributes: &mut Vec<Attribute<'a>>,
    mask: &mut KeyMask,
    key: Cow<'a, str>,
    value: Value<'a>,
) -> u64 {
    if key.is_empty() || matches!(value, Value::Empty) {
        return 0;
    }
    if mask.may_hold(&key)
        && let Some(held) = attributes.iter_mut().find(|attribute| attribute.key == key)
    {
        held.value = value;
        return 1;
    }
    attributes.push(Attribute { key, value });
    0
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
        assert_eq!(kept, [("a", Value::Int(3)), ("b", Value::Int(2))]);
    }
}
