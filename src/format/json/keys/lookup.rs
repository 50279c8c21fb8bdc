//! The tables behind a key's role, made when the program is compiled.
//!
//! A key goes through up to three of them: [`ends`] says no to most keys by two letters and a length, [`Word`] finds the frequent
//! spellings as two integers, and [`slot`] finds any spelling, folded to one integer.

use crate::format::json::keys::{NAMES, Role};

/// The longest key that is looked up.
pub(super) const KEY_BYTES_MAX: usize = 24;
const SLOTS: usize = 512;

/// The lengths, as bits, of the names that may begin with these two bytes and end with this one.
#[inline]
pub(super) fn ends(first: u8, second: u8, last: u8) -> u32 {
    ENDS.first[place(first)][place(last)] & ENDS.second[place(second)][place(last)]
}

/// The role of a folded name.
pub(super) fn slot(name: u128) -> Role {
    let mut at = hash(name);
    loop {
        let (held, role) = TABLE[at % SLOTS];
        if held == name || held == 0 {
            return role;
        }
        at += 1;
    }
}

/// Five bits a letter; separators are passed over. 0 for what is certainly no name of ours.
pub(super) const fn fold(key: &[u8]) -> u128 {
    let (mut name, mut at) = (0, 0);
    while at < key.len() {
        let code = CODES[key[at] as usize];
        if code == OTHER {
            return 0;
        }
        if code != SEPARATOR {
            name = name << 5 | code as u128;
        }
        at += 1;
    }
    name
}

const SEPARATOR: u8 = 0;
const OTHER: u8 = 31;

/// The code of each byte: letters by their place in the alphabet, in any case.
const CODES: [u8; 256] = {
    let mut codes = [OTHER; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        codes[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => byte & 31,
            b'@' => 27,
            b'0'..=b'9' => 28,
            b'_' | b'-' | b'.' | b' ' => SEPARATOR,
            _ => OTHER,
        };
        byte += 1;
    }
    codes
};

#[expect(clippy::cast_possible_truncation, reason = "a hash keeps what fits")]
const fn hash(name: u128) -> usize {
    let mixed = (name as u64 ^ (name >> 61) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 55) as usize
}

/// The names by their hash; a slot with name 0 is free.
static TABLE: [(u128, Role); SLOTS] = {
    let mut table = [(0, Role::Attribute); SLOTS];
    let mut at = 0;
    while at < NAMES.len() {
        let (name, role) = NAMES[at];
        let folded = fold(name.as_bytes());
        assert!(folded != 0, "a name is made of letters");
        let mut place = hash(folded) % SLOTS;
        while table[place].0 != 0 {
            assert!(table[place].0 != folded, "no name stands twice");
            place = (place + 1) % SLOTS;
        }
        table[place] = (folded, role);
        at += 1;
    }
    table
};

/// The lengths, as bits, of the keys that begin and end like one of the names. Five bits of a letter do not tell its case.
struct Ends {
    first: [[u32; 32]; 32],
    second: [[u32; 32]; 32],
}

static ENDS: Ends = {
    let mut ends = Ends {
        first: [[0; 32]; 32],
        second: [[0; 32]; 32],
    };
    let mut at = 0;
    while at < NAMES.len() {
        let name = NAMES[at].0.as_bytes();
        let last = place(name[name.len() - 1]);
        let first = place(name[0]);
        // Each of its separators may be there or not.
        let mut bytes = letters(name);
        while bytes <= name.len() {
            ends.first[first][last] |= 1 << bytes;
            if name.len() > 1 {
                ends.second[place(name[1])][last] |= 1 << bytes;
            }
            if name.len() > 2 && name[1] == b'_' {
                ends.second[place(name[2])][last] |= 1 << bytes;
                ends.second[place(b'-')][last] |= 1 << bytes;
                ends.second[place(b'.')][last] |= 1 << bytes;
            }
            // `_msg` and its like begin with one.
            ends.first[place(b'_')][last] |= 1 << (bytes + 1);
            ends.second[first][last] |= 1 << (bytes + 1);
            bytes += 1;
        }
        assert!(bytes <= KEY_BYTES_MAX, "longer ones are not looked up");
        at += 1;
    }
    ends
};

const fn place(byte: u8) -> usize {
    (byte & 31) as usize
}

const fn letters(name: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < name.len() {
        count += (name[at] != b'_') as usize;
        at += 1;
    }
    count
}

/// Frequent spellings beside those with `_` and those without any separator.
const SPELLINGS: [&str; 4] = ["log.level", "log.logger", "trace.id", "span.id"];

/// The longest key that fits a [`Word`].
const WORD_BYTES_MAX: usize = 16;

/// A key of 2 to 16 bytes as two integers that overlap in its middle, in lower case: compared and hashed in registers.
#[derive(Clone, Copy)]
pub(super) struct Word {
    first: u64,
    last: u64,
    bytes: usize,
}

impl Word {
    #[inline]
    pub(super) const fn of(key: &[u8]) -> Option<Word> {
        // In ASCII this bit is the case of a letter.
        const LOWER: u64 = 0x2020_2020_2020_2020;
        let (first, last) = if let (Some(first), Some(last)) =
            (key.first_chunk::<8>(), key.last_chunk::<8>())
        {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (key.first_chunk::<4>(), key.last_chunk::<4>()) {
            (
                u32::from_le_bytes(*first) as u64,
                u32::from_le_bytes(*last) as u64,
            )
        } else if let (Some(first), Some(last)) = (key.first_chunk::<2>(), key.last_chunk::<2>()) {
            (
                u16::from_le_bytes(*first) as u64,
                u16::from_le_bytes(*last) as u64,
            )
        } else {
            return None;
        };
        if key.len() > WORD_BYTES_MAX {
            return None;
        }
        Some(Word {
            first: first | LOWER,
            last: last | LOWER,
            bytes: key.len(),
        })
    }

    #[inline]
    pub(super) fn role(self) -> Option<Role> {
        let mut at = self.hash();
        loop {
            let (held, role) = &WORDS[at % SLOTS];
            if held.first == self.first && held.last == self.last && held.bytes == self.bytes {
                return Some(*role);
            }
            if held.bytes == 0 {
                return None;
            }
            at += 1;
        }
    }

    const fn hash(self) -> usize {
        let mixed = (self.first ^ self.last.rotate_left(29) ^ self.bytes as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 55) as usize
    }
}

/// The frequent spellings by their hash; a slot of 0 bytes is free.
static WORDS: [(Word, Role); SLOTS] = {
    let free = Word {
        first: 0,
        last: 0,
        bytes: 0,
    };
    let mut table = [(free, Role::Attribute); SLOTS];
    let mut at = 0;
    while at < NAMES.len() {
        let (name, role) = NAMES[at];
        // What begins with `error` is understood only with its dot, so not here.
        if !matches!(role, Role::ErrorMessage | Role::ErrorStack) {
            put_word(&mut table, name.as_bytes(), role);
            let (joined, bytes) = without_separators(name.as_bytes());
            put_word(&mut table, joined.split_at(bytes).0, role);
        }
        at += 1;
    }
    at = 0;
    while at < SPELLINGS.len() {
        let spelling = SPELLINGS[at].as_bytes();
        put_word(&mut table, spelling, role_of_name(fold(spelling)));
        at += 1;
    }
    table
};

const fn put_word(table: &mut [(Word, Role); SLOTS], spelling: &[u8], role: Role) {
    let Some(word) = Word::of(spelling) else {
        return;
    };
    let mut place = word.hash() % SLOTS;
    while table[place].0.bytes != 0 {
        place = (place + 1) % SLOTS;
    }
    table[place] = (word, role);
}

const fn without_separators(name: &[u8]) -> ([u8; KEY_BYTES_MAX], usize) {
    let (mut joined, mut bytes, mut at) = ([0; KEY_BYTES_MAX], 0, 0);
    while at < name.len() {
        if name[at] != b'_' {
            joined[bytes] = name[at];
            bytes += 1;
        }
        at += 1;
    }
    (joined, bytes)
}

const fn role_of_name(name: u128) -> Role {
    let mut at = 0;
    while at < NAMES.len() {
        if fold(NAMES[at].0.as_bytes()) == name {
            return NAMES[at].1;
        }
        at += 1;
    }
    panic!("a spelling is one of a name")
}
