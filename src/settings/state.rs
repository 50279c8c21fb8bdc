//! Names of the files in which a run leaves what it could not deliver.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::base::units::UnixNanos;

/// A file that no other run has: named by what it holds, the second of the start and a random number.
pub fn fresh_file(
    state_dir: &Path,
    holds: &str,
    now: UnixNanos,
    rng: &mut fastrand::Rng,
) -> PathBuf {
    let second = i64::try_from(now.0 / 1_000_000_000).unwrap_or_default();
    let start = Timestamp::from_second(second).unwrap_or_default();
    let name = start.strftime("%Y%m%dT%H%M%SZ");
    state_dir
        .join(holds)
        .join(format!("{name}-{:08x}.jsonl", rng.u32(..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_when_its_run_began() {
        let mut rng = fastrand::Rng::with_seed(1);
        let now = UnixNanos(1_795_176_000_000_000_000);
        let path = fresh_file(Path::new("s"), "dead-letters", now, &mut rng);
        let shown = path.to_string_lossy().into_owned();
        assert!(
            shown.starts_with("s/dead-letters/20261120T120000Z-"),
            "{shown}"
        );
        assert_ne!(
            path,
            fresh_file(Path::new("s"), "dead-letters", now, &mut rng)
        );
    }
}
