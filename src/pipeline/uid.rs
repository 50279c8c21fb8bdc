//! `log.record.uid`: the same for the same record of the same file however often it is sent, so that a duplicate can be recognised.
//!
//! It is a digest of the machine, the file's generation, the record's place and its bytes. The generation is told by the file's first
//! line, not by its name, so that a rotated file keeps its uids; files that are copies of each other share them. A pipe has none that
//! could be told again, and its uids are those of one run.
//!
//! Spec: OpenTelemetry semantic conventions, "Log attributes": records with the same uid are duplicates of each other.

use crate::base::digest::{Digest, Digester};
use crate::pipeline::place::Place;

/// The attribute's name.
pub const LOG_RECORD_UID: &str = "log.record.uid";

/// Most bytes of a first line that count.
const FIRST_LINE_MAX: usize = 64 << 10;

/// Which of the files that had one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    origin: Digest,
    rewrites: u32,
}

impl Generation {
    /// Of a file that begins with `head` and is known to have been written anew so many times.
    pub fn of_file(head: &[u8], rewrites: u32) -> Generation {
        let head = head.get(..FIRST_LINE_MAX).unwrap_or(head);
        let line = match memchr::memchr(b'\n', head) {
            Some(newline) => &head[..newline],
            None if head.len() == FIRST_LINE_MAX => head,
            // It may still grow, and what is read of it later shall have the same generation.
            None => b"",
        };
        Generation {
            origin: Digest::of(line),
            rewrites,
        }
    }

    /// Of a pipe, which is read by one run alone.
    pub fn of_run(run: u128) -> Generation {
        Generation {
            origin: Digest::of(&run.to_be_bytes()),
            rewrites: 0,
        }
    }
}

/// What the uids of a source have in common.
#[derive(Debug, Clone)]
pub struct UidSeed(Digester);

impl UidSeed {
    /// For a generation on this machine.
    pub fn new(machine: &str, generation: Generation) -> UidSeed {
        let mut digester = Digester::default();
        // All parts before the record's bytes have a fixed length, so no two records are written the same way.
        digester.add(Digest::of(machine.as_bytes()).bytes());
        digester.add(generation.origin.bytes());
        digester.add(&generation.rewrites.to_be_bytes());
        UidSeed(digester)
    }

    /// The uid of the record that begins at a place, as 32 hexadecimal digits.
    pub fn uid(&self, place: Place, bytes: &[u8]) -> String {
        let mut digester = self.0.clone();
        digester.add(&place.offset.to_be_bytes());
        digester.add(&place.inside.to_be_bytes());
        digester.add(bytes);
        digester.finish().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uid(machine: &str, generation: Generation, offset: u64, bytes: &[u8]) -> String {
        UidSeed::new(machine, generation).uid(Place { offset, inside: 0 }, bytes)
    }

    #[test]
    fn a_uid_stands_for_a_machine_a_generation_a_place_and_its_bytes() {
        let first = Generation::of_file(b"one\ntwo\n", 0);
        let uids = [
            uid("a", first, 4, b"two"),
            uid("b", first, 4, b"two"),
            uid("a", Generation::of_file(b"One\ntwo\n", 0), 4, b"two"),
            uid("a", Generation::of_file(b"one\ntwo\n", 1), 4, b"two"),
            uid("a", Generation::of_run(7), 4, b"two"),
            uid("a", first, 5, b"two"),
            uid("a", first, 4, b"too"),
        ];
        for (index, uid) in uids.iter().enumerate() {
            assert_eq!(uid.len(), 32);
            assert!(!uids[..index].contains(uid), "{index}");
        }
        assert_eq!(uid("a", first, 4, b"two"), uids[0]);
    }

    #[test]
    fn a_file_that_grows_keeps_its_generation() {
        let small = Generation::of_file(b"one\nt", 0);
        assert_eq!(small, Generation::of_file(b"one\ntwo\nthree\n", 0));
        let open = Generation::of_file(b"on", 0);
        assert_eq!(open, Generation::of_file(b"one, and more", 0));
        let long = vec![b'x'; FIRST_LINE_MAX + 1];
        assert_eq!(
            Generation::of_file(&long, 0),
            Generation::of_file(&long[..FIRST_LINE_MAX], 0)
        );
    }
}
