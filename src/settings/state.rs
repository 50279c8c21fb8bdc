//! Where a run leaves what it could not deliver: the state folder, and the names of the files in it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::base::units::UnixNanos;
use crate::settings::env::{EnvVars, OTELCTL_STATE_DIR};

/// Our folder within the system's.
const FOLDER: &str = "otelctl";

/// The folder: the variable's, else ours within the system's; `None` on a system without one.
pub fn state_dir(env: &EnvVars, system: Option<&Path>) -> Option<PathBuf> {
    match env.get(OTELCTL_STATE_DIR) {
        Some(named) => Some(PathBuf::from(named)),
        None => system.map(|system| system.join(FOLDER)),
    }
}

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
    fn the_variable_names_the_folder_itself_and_the_system_only_its_parent() {
        let env = EnvVars::new([(OTELCTL_STATE_DIR, "/var/spool/o")]);
        let system = Some(Path::new("/home/ana/.local/state"));
        assert_eq!(state_dir(&env, system), Some("/var/spool/o".into()));
        let none = EnvVars::new([(OTELCTL_STATE_DIR, "")]);
        assert_eq!(
            state_dir(&none, system),
            Some("/home/ana/.local/state/otelctl".into())
        );
        assert_eq!(state_dir(&none, None), None);
    }

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
