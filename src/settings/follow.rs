//! What the arguments say about following → [`FollowSettings`], each value with its origin.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::follow::{FollowArgs, FromArg};
use crate::settings::env::EnvReader;
use crate::settings::{Origin, SettingsError, Sourced};
use crate::source::follow::From;

/// A file that was named is wanted whole; `tail` users say so.
pub const FROM_DEFAULT: From = From::Start;
/// Soon enough for eyes, and a thousand files cost a few milliseconds a second.
pub const POLL_INTERVAL_DEFAULT: Duration = Duration::from_millis(250);
/// A quarter of what most systems allow a process.
pub const OPEN_FILES_MAX_DEFAULT: NonZeroU32 = NonZeroU32::new(256).expect("256 is not 0");

/// How files are followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowSettings {
    /// Where to begin with files that are there.
    pub from: Sourced<From>,
    /// The time between two looks.
    pub poll_interval: Sourced<Duration>,
    /// Most files that are open at a time.
    pub open_files_max: Sourced<NonZeroU32>,
}

/// How the files are followed; `None` when they are not.
///
/// Errors: a flag that needs `--follow`, standard input or nothing to follow, no time between two looks.
pub(super) fn follow(
    args: &FollowArgs,
    files: &[PathBuf],
    reader: &EnvReader<'_>,
) -> Result<Option<FollowSettings>, SettingsError> {
    if !args.follow {
        let lone = [
            (args.from.is_some(), "--from"),
            (args.poll_interval.is_some(), "--poll-interval"),
            (args.open_files_max.is_some(), "--open-files-max"),
        ];
        return match lone.into_iter().find(|(is_given, _)| *is_given) {
            Some((_, flag)) => Err(SettingsError::Needs {
                given: reader.flag(flag),
                needed: "--follow",
            }),
            None => Ok(None),
        };
    }
    if files.is_empty() || files.iter().any(|file| file.as_os_str() == "-") {
        return Err(SettingsError::Combination {
            one: "--follow".to_owned(),
            other: "standard input".to_owned(),
            hint: "leave out --follow: a pipe is read until it ends; or name the files to follow",
        });
    }
    let from = args.from.map(|from| match from {
        FromArg::Start | FromArg::Checkpoint => From::Start,
        FromArg::End => From::End,
    });
    let poll_interval = sourced(
        args.poll_interval,
        reader.flag("--poll-interval"),
        POLL_INTERVAL_DEFAULT,
    );
    if poll_interval.value.is_zero() {
        return Err(SettingsError::Zero {
            origin: poll_interval.origin,
        });
    }
    Ok(Some(FollowSettings {
        from: sourced(from, reader.flag("--from"), FROM_DEFAULT),
        poll_interval,
        open_files_max: sourced(
            args.open_files_max,
            reader.flag("--open-files-max"),
            OPEN_FILES_MAX_DEFAULT,
        ),
    }))
}

fn sourced<T>(flag: Option<T>, origin: Origin, default: T) -> Sourced<T> {
    match flag {
        Some(value) => Sourced::new(value, origin),
        None => Sourced::new(default, Origin::Default),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::send_args;
    use crate::settings::env::EnvVars;

    #[track_caller]
    fn check(flags: &str, expected: &str) {
        let args = send_args(flags);
        let found = match follow(
            &args.follow,
            &args.files,
            &EnvReader::new(&EnvVars::default()),
        ) {
            Ok(None) => "not".to_owned(),
            Ok(Some(found)) => format!(
                "{:?} ({}), {:?}, {}",
                found.from.value,
                found.from.origin,
                found.poll_interval.value,
                found.open_files_max.value
            ),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{flags}");
    }

    #[test]
    fn files_are_followed_when_it_is_said() {
        check("a.log", "not");
        check("-f a.log", "Start (the default), 250ms, 256");
        let flags = "a.log --follow --from end --poll-interval 1s --open-files-max 8";
        check(flags, "End (--from), 1s, 8");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        check("a.log --from end", "--from needs --follow");
        check("a.log --poll-interval 1s", "--poll-interval needs --follow");
        check(
            "--follow",
            "--follow cannot be combined with standard input",
        );
        check(
            "-f a.log -",
            "--follow cannot be combined with standard input",
        );
        check(
            "-f a.log --poll-interval 0s",
            "--poll-interval must not be zero",
        );
    }
}
