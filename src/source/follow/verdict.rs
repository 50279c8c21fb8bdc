//! What happened to a path between two looks: a pure decision over plain observations.

use crate::source::follow::identity::Look;

/// What is known of the file that a path led to at the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// That look.
    pub look: Look,
    /// Up to where it was read.
    pub offset: u64,
    /// Whether it was like that for some looks: times are coarse, and a file that is written anew at once may keep its own.
    pub is_settled: bool,
}

/// What happened to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There was nothing, and there is nothing.
    Absent,
    /// A file has appeared.
    Appeared,
    /// Nothing was written.
    Unchanged,
    /// The file was written to.
    Grown,
    /// The file is shorter than what was read of it.
    Truncated,
    /// The same inode has other contents.
    Rewritten,
    /// The path leads to another file.
    Replaced,
    /// The path leads nowhere any more.
    Gone,
}

/// Decides what happened. `reads_the_same` tells whether the file there now still begins with what was read; it is asked only
/// where lengths and times leave it open.
pub fn verdict(
    known: Option<Known>,
    now: Option<Look>,
    reads_the_same: impl FnOnce() -> bool,
) -> Verdict {
    let (known, now) = match (known, now) {
        (None, None) => return Verdict::Absent,
        (None, Some(_)) => return Verdict::Appeared,
        (Some(_), None) => return Verdict::Gone,
        (Some(known), Some(now)) => (known, now),
    };
    if now.identity != known.look.identity {
        Verdict::Replaced
    } else if now.len < known.offset {
        Verdict::Truncated
    } else if now == known.look && known.is_settled {
        Verdict::Unchanged
    } else if !reads_the_same() {
        Verdict::Rewritten
    } else if now.len > known.offset {
        Verdict::Grown
    } else {
        Verdict::Unchanged
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::follow::identity::Identity;
    use crate::source::inode::Inode;
    use std::time::{Duration, SystemTime};

    /// A file by inode, length and the second of its last writing.
    fn look(ino: u64, len: u64, second: u64) -> Look {
        Look {
            identity: Identity {
                inode: Some(Inode { dev: 1, ino }),
                born: None,
            },
            len,
            written: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(second)),
        }
    }

    #[test]
    fn every_case_has_its_verdict() {
        let before = look(7, 100, 1);
        let read = |offset| {
            Some(Known {
                look: before,
                offset,
                is_settled: true,
            })
        };
        let fresh = Some(Known {
            look: before,
            offset: 100,
            is_settled: false,
        });
        for (known, now, same, expected) in [
            (None, None, true, Verdict::Absent),
            (None, Some(look(7, 0, 1)), true, Verdict::Appeared),
            (read(100), None, true, Verdict::Gone),
            (read(100), Some(before), false, Verdict::Unchanged),
            (read(90), Some(before), false, Verdict::Unchanged),
            (fresh, Some(before), true, Verdict::Unchanged),
            (fresh, Some(before), false, Verdict::Rewritten),
            (read(100), Some(look(7, 101, 2)), true, Verdict::Grown),
            (read(100), Some(look(7, 101, 1)), true, Verdict::Grown),
            (read(90), Some(look(7, 99, 2)), true, Verdict::Grown),
            (read(100), Some(look(7, 100, 2)), true, Verdict::Unchanged),
            (read(100), Some(look(7, 99, 2)), true, Verdict::Truncated),
            (read(100), Some(look(7, 0, 1)), false, Verdict::Truncated),
            (read(100), Some(look(7, 100, 2)), false, Verdict::Rewritten),
            (read(100), Some(look(7, 500, 2)), false, Verdict::Rewritten),
            (read(100), Some(look(8, 100, 1)), true, Verdict::Replaced),
            (read(100), Some(look(8, 0, 2)), false, Verdict::Replaced),
            (read(0), Some(look(7, 0, 2)), true, Verdict::Unchanged),
        ] {
            assert_eq!(verdict(known, now, || same), expected, "{known:?} {now:?}");
        }
    }
}
