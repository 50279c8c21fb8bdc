//! All checkpoints ↔ the bytes of the state file: one JSON object with its version and a checksum.
//!
//! Whatever is not exactly what was written is an error, because a wrong mark would skip records.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::path::PathBuf;

use flate2::Crc;
use serde_json::{Value, json};

use crate::base::digest::Digest;
use crate::source::checkpoint::{Entry, Mark, Print};
use crate::source::inode::Inode;

/// The layout of the file.
const VERSION: u64 = 1;

/// A longer state file is not ours.
pub const STATE_BYTES_MAX: u64 = 16 << 20;

/// Most entries that are kept.
pub const ENTRIES_MAX: usize = 10_000;

/// Most bytes of all entries together.
const ENTRIES_BYTES_MAX: u64 = STATE_BYTES_MAX - 1_024;

/// How long the entry of a file that is gone is kept, in seconds.
pub const KEPT_SECONDS: u64 = 7 * 24 * 60 * 60;

/// All checkpoints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// How often it was written.
    pub generation: u64,
    /// One for each file and destination.
    pub entries: Vec<Entry>,
}

/// A state file that is not what was written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Not JSON, or not ours.
    #[error("it cannot be read")]
    Damaged,
    /// It reads, but is not what was written.
    #[error("its checksum is wrong")]
    Checksum,
    /// Another version of this program wrote it.
    #[error("it is of a version that is not known here")]
    Version,
}

impl State {
    /// Puts entries in the places of those they follow, one after the other.
    pub fn put(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let held = self.entries.iter().enumerate();
        let mut places: HashMap<Key, usize> =
            held.map(|(place, entry)| (key(entry), place)).collect();
        for entry in entries {
            match places.entry(key(&entry)) {
                Occupied(place) => self.entries[*place.get()] = entry,
                Vacant(place) => {
                    place.insert(self.entries.len());
                    self.entries.push(entry);
                }
            }
        }
    }

    /// Leaves out what is too old and not there any more, and the oldest of what is too much to be read back.
    pub fn forget(&mut self, now: u64, is_there: impl Fn(&Entry) -> bool) {
        self.entries
            .retain(|entry| entry.last_seen + KEPT_SECONDS >= now || is_there(entry));
        let bytes: u64 = self.entries.iter().map(bytes_most).sum();
        if self.entries.len() > ENTRIES_MAX || bytes > ENTRIES_BYTES_MAX {
            self.entries
                .sort_by_key(|entry| std::cmp::Reverse(entry.last_seen));
            self.entries.truncate(ENTRIES_MAX);
            let mut left = ENTRIES_BYTES_MAX;
            self.entries.retain(|entry| {
                let rest = left.checked_sub(bytes_most(entry));
                left = rest.unwrap_or(0);
                rest.is_some()
            });
        }
    }

    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        let entries: Vec<Value> = self.entries.iter().map(entry_json).collect();
        let entries = Value::Array(entries);
        let state = json!({
            "version": VERSION,
            "crc32": checksum(self.generation, &entries),
            "generation": self.generation,
            "entries": entries,
        });
        let mut bytes = state.to_string().into_bytes();
        bytes.push(b'\n');
        bytes
    }

    /// What [`State::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Result<State, StateError> {
        let state: Value = serde_json::from_slice(bytes).map_err(|_| StateError::Damaged)?;
        match state["version"].as_u64() {
            Some(VERSION) => {}
            Some(_) => return Err(StateError::Version),
            None => return Err(StateError::Damaged),
        }
        let generation = state["generation"].as_u64().ok_or(StateError::Damaged)?;
        let entries = &state["entries"];
        let said = state["crc32"].as_u64().ok_or(StateError::Damaged)?;
        if said != u64::from(checksum(generation, entries)) {
            return Err(StateError::Checksum);
        }
        let entries = entries.as_array().ok_or(StateError::Damaged)?;
        let entries: Option<Vec<Entry>> = entries.iter().map(entry_of).collect();
        Ok(State {
            generation,
            entries: entries.ok_or(StateError::Damaged)?,
        })
    }
}

/// A file and a destination.
type Key = (String, Result<Inode, PathBuf>);

fn key(entry: &Entry) -> Key {
    let file = entry.identity.ok_or_else(|| entry.path.clone());
    (entry.destination.clone(), file)
}

/// How long an entry may be in the file: a byte of a text is written with at most six.
fn bytes_most(entry: &Entry) -> u64 {
    const OTHERS: usize = 512;
    let texts = entry.destination.len() + entry.path.as_os_str().len();
    (OTHERS + 6 * texts) as u64
}

/// Of the entries as they are written without blanks, and of the generation.
fn checksum(generation: u64, entries: &Value) -> u32 {
    let mut crc = Crc::new();
    crc.update(&generation.to_be_bytes());
    crc.update(entries.to_string().as_bytes());
    crc.sum()
}

fn entry_json(entry: &Entry) -> Value {
    let identity = |pick: fn(Inode) -> u64| entry.identity.map(pick);
    json!({
        "to": entry.destination,
        "dev": identity(|identity| identity.dev),
        "ino": identity(|identity| identity.ino),
        "path": entry.path.to_string_lossy(),
        "generation": entry.generation,
        "offset": entry.mark.offset,
        "head_len": entry.head.len,
        "head_hash": entry.head.digest.to_string(),
        "tail_len": entry.mark.tail.len,
        "tail_hash": entry.mark.tail.digest.to_string(),
        "last_seen": entry.last_seen,
    })
}

fn entry_of(value: &Value) -> Option<Entry> {
    let number = |key: &str| value[key].as_u64();
    let print = |len: &str, hash: &str| {
        Some(Print {
            len: u32::try_from(number(len)?).ok()?,
            digest: Digest::from_hex(value[hash].as_str()?)?,
        })
    };
    let identity = |(dev, ino)| Inode { dev, ino };
    Some(Entry {
        destination: value["to"].as_str()?.to_owned(),
        identity: number("dev").zip(number("ino")).map(identity),
        path: PathBuf::from(value["path"].as_str()?),
        generation: u32::try_from(number("generation")?).ok()?,
        head: print("head_len", "head_hash")?,
        mark: Mark {
            offset: number("offset")?,
            tail: print("tail_len", "tail_hash")?,
        },
        last_seen: number("last_seen")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(ino: u64, offset: u64) -> Entry {
        Entry {
            destination: "http://collector:4318/v1/logs".to_owned(),
            identity: Some(Inode { dev: 7, ino }),
            path: PathBuf::from("/var/log/app.log"),
            generation: 1,
            head: Print::of(b"head"),
            mark: Mark {
                offset,
                tail: Print::of(b"tail"),
            },
            last_seen: 200,
        }
    }

    fn state() -> State {
        State {
            generation: 9,
            entries: vec![entry(1, 10), entry(2, u64::MAX)],
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(State::decode(&state().encode()).unwrap(), state());
        let empty = State::default();
        assert_eq!(State::decode(&empty.encode()).unwrap(), empty);
    }

    #[test]
    fn no_prefix_and_no_flipped_bit_is_read_as_another_state() {
        let bytes = state().encode();
        // The line break at the end is not needed.
        for length in 0..bytes.len() - 1 {
            assert!(State::decode(&bytes[..length]).is_err(), "{length}");
        }
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[place] ^= 1 << bit;
                if let Ok(read) = State::decode(&damaged) {
                    assert_eq!(read, state(), "bit {bit} of byte {place}");
                }
            }
        }
    }

    #[test]
    fn a_later_version_is_not_guessed_at() {
        let text = String::from_utf8(state().encode()).unwrap();
        let later = text.replace("\"version\":1", "\"version\":2");
        assert!(matches!(
            State::decode(later.as_bytes()),
            Err(StateError::Version)
        ));
    }

    #[test]
    fn an_entry_takes_the_place_of_the_one_it_follows() {
        let mut state = state();
        let mut other = entry(1, 5);
        other.destination = "elsewhere".to_owned();
        state.put([entry(1, 30), other, entry(3, 7), entry(3, 8)]);
        let offsets: Vec<_> = state.entries.iter().map(|held| held.mark.offset).collect();
        assert_eq!(offsets, [30, u64::MAX, 5, 8]);
        let unnamed = |offset| Entry {
            identity: None,
            ..entry(9, offset)
        };
        state.put([unnamed(1), unnamed(2)]);
        assert_eq!(state.entries.len(), 5);
        assert_eq!(state.entries[4].mark.offset, 2);
    }

    #[test]
    fn what_is_gone_is_forgotten_after_a_week_and_what_is_too_much_at_once() {
        let mut state = state();
        state.forget(200 + KEPT_SECONDS, |_| false);
        assert_eq!(state.entries.len(), 2);
        state.forget(201 + KEPT_SECONDS, |entry| entry.mark.offset == 10);
        assert_eq!(state.entries, [entry(1, 10)]);
        let count = u64::try_from(ENTRIES_MAX).unwrap();
        state.entries = (0..=count).map(|ino| entry(ino, 1)).collect();
        state.entries[5].last_seen = 1;
        state.forget(200, |_| true);
        assert_eq!(state.entries.len(), ENTRIES_MAX);
        assert!(state.entries.iter().all(|entry| entry.last_seen == 200));
    }

    #[test]
    fn what_is_kept_can_be_read_back_however_long_its_paths_are() {
        let long = |ino| Entry {
            path: PathBuf::from("/\u{1}".repeat(2_000)),
            last_seen: 100 + ino,
            ..entry(ino, u64::MAX)
        };
        let mut state = State {
            generation: u64::MAX,
            entries: (0..2_000).map(long).collect(),
        };
        state.forget(200, |_| true);
        let bytes = state.encode();
        assert!(bytes.len() as u64 <= STATE_BYTES_MAX);
        assert!(state.entries.len() > 600);
        // The newest are kept.
        assert_eq!(state.entries[0].last_seen, 2_099);
        assert_eq!(State::decode(&bytes).unwrap(), state);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            State::decode(&bytes).ok();
        }
    }
}
