//! `log.record.uid`: the same for the same record of the same file however often it is sent, so that a duplicate can be recognised.
//!
//! It is a digest of the machine, the file's generation, the record's place and its bytes. The generation is told by the file's first
//! line, not by its name, so that a rotated file keeps its uids; files that are copies of each other share them. A pipe has none that
//! could be told again, and its uids are those of one run.
//!
//! Spec: OpenTelemetry semantic conventions, "Log attributes": records with the same uid are duplicates of each other.

use std::sync::{Arc, OnceLock};

use crate::base::digest::{Digest, Digester};
use crate::pipeline::place::Place;

/// The attribute's name.
pub const LOG_RECORD_UID: &str = "log.record.uid";

/// Most bytes of a first line that count.
pub const FIRST_LINE_MAX: usize = 64 << 10;

/// What the uids of a source have in common.
#[derive(Debug, Clone)]
pub struct UidSeed {
    /// Of the machine and the generation, as far as something else than the contents tells it.
    base: Digester,
    /// Of a record that begins in the first line: its own bytes tell the contents, and the line may not be complete yet.
    within: Digester,
    /// Of all records behind that line, once it is known.
    behind: Arc<OnceLock<Behind>>,
}

#[derive(Debug)]
struct Behind {
    offset: u64,
    seed: Digester,
}

impl UidSeed {
    /// Of a file on this machine that is known to have been written anew so many times; its first line is still to be learned.
    pub fn of_file(machine: &str, rewrites: u32) -> UidSeed {
        UidSeed::new(machine, Digest::default(), rewrites)
    }

    /// Of a pipe, which is read by one run alone.
    pub fn of_run(machine: &str, run: u128) -> UidSeed {
        UidSeed::new(machine, Digest::of(&run.to_be_bytes()), 0)
    }

    fn new(machine: &str, run: Digest, rewrites: u32) -> UidSeed {
        let mut base = Digester::default();
        // All parts before the record's bytes have a fixed length, so no two records are written the same way.
        base.add(Digest::of(machine.as_bytes()).bytes());
        base.add(run.bytes());
        base.add(&rewrites.to_be_bytes());
        let mut within = base.clone();
        within.add(Digest::default().bytes());
        UidSeed {
            base,
            within,
            behind: Arc::default(),
        }
    }

    /// Takes the first bytes of a file; returns whether they hold its first line, or as much of it as counts.
    ///
    /// To be called before a record behind that line is asked for.
    pub fn learn(&self, head: &[u8]) -> bool {
        let head = head.get(..FIRST_LINE_MAX).unwrap_or(head);
        let line = match memchr::memchr(b'\n', head) {
            Some(newline) => &head[..=newline],
            None if head.len() == FIRST_LINE_MAX => head,
            None => return false,
        };
        self.behind.get_or_init(|| {
            let mut seed = self.base.clone();
            seed.add(Digest::of(line).bytes());
            Behind {
                offset: line.len() as u64,
                seed,
            }
        });
        true
    }

    /// The uid of the record that begins at a place, as 32 hexadecimal digits.
    pub fn uid(&self, place: Place, bytes: &[u8]) -> String {
        let behind = self.behind.get();
        let behind = behind.filter(|behind| place.offset >= behind.offset);
        let mut digester = behind.map_or(&self.within, |it| &it.seed).clone();
        digester.add(&place.offset.to_be_bytes());
        digester.add(&place.inside.to_be_bytes());
        digester.add(bytes);
        digester.finish().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uid_of(seed: &UidSeed, offset: u64, bytes: &[u8]) -> String {
        seed.uid(Place { offset, inside: 0 }, bytes)
    }

    fn uid(machine: &str, (head, rewrites): (&[u8], u32), offset: u64, bytes: &[u8]) -> String {
        let seed = UidSeed::of_file(machine, rewrites);
        assert!(seed.learn(head));
        uid_of(&seed, offset, bytes)
    }

    #[test]
    fn a_uid_stands_for_a_machine_a_generation_a_place_and_its_bytes() {
        let first: (&[u8], u32) = (b"one\ntwo\n", 0);
        let uids = [
            uid("a", first, 4, b"two"),
            uid("b", first, 4, b"two"),
            uid("a", (b"One\ntwo\n", 0), 4, b"two"),
            uid("a", (b"one\ntwo\n", 1), 4, b"two"),
            uid_of(&UidSeed::of_run("a", 7), 4, b"two"),
            uid_of(&UidSeed::of_run("a", 8), 4, b"two"),
            uid("a", first, 5, b"two"),
            uid("a", first, 4, b"too"),
            uid("a", first, 0, b"one"),
        ];
        for (index, uid) in uids.iter().enumerate() {
            assert_eq!(uid.len(), 32);
            assert!(!uids[..index].contains(uid), "{index}");
        }
        assert_eq!(uid("a", first, 4, b"two"), uids[0]);
    }

    #[test]
    fn a_file_that_grows_keeps_its_uids() {
        let whole = b"one\ntwo\nthree\n";
        let early = UidSeed::of_file("a", 0);
        assert!(!early.learn(b""));
        assert!(!early.learn(b"on"));
        let first = uid_of(&early, 0, b"one");
        let late = UidSeed::of_file("a", 0);
        assert!(late.learn(whole));
        assert_eq!(uid_of(&late, 0, b"one"), first);
        assert!(early.clone().learn(b"one\n"));
        assert_eq!(uid_of(&early, 0, b"one"), first);
        assert_eq!(uid_of(&early, 4, b"two"), uid_of(&late, 4, b"two"));
    }

    #[test]
    fn of_a_very_long_first_line_its_start_counts() {
        let long = vec![b'x'; FIRST_LINE_MAX + 1];
        let (start, whole) = (UidSeed::of_file("a", 0), UidSeed::of_file("a", 0));
        assert!(!start.learn(&long[..FIRST_LINE_MAX - 1]));
        assert!(start.learn(&long[..FIRST_LINE_MAX]));
        assert!(whole.learn(&long));
        let behind = FIRST_LINE_MAX as u64 + 2;
        assert_eq!(uid_of(&start, behind, b"y"), uid_of(&whole, behind, b"y"));
    }
}
