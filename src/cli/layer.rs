//! Flags that stand in a file instead of on the command line: which there are, how their values are written, and the
//! arguments of a command with some of them added.
//!
//! The names, the kinds and the checks of the values are those of the command line's definition, so a new flag can stand in a file
//! without another word here. What was typed always stays.

use std::ffi::OsString;
use std::sync::OnceLock;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches};

use crate::cli::send::{SendArgs, Typed};
use crate::cli::{Cli, Command, command, config, input, parse};

/// Flags that belong to one run, or say where files are looked for: they stand on the command line alone.
const TYPED_ONLY: [&str; 14] = [
    "help",
    "json",
    "quiet",
    "verbose",
    "color",
    "config",
    "profile",
    "no-telemetry",
    "dry-run",
    "explain",
    "token-fd",
    "token-file",
    "all",
    "strict",
];

/// How a flag's value is written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// `true` or `false`.
    Switch,
    /// A text, or a number.
    One,
    /// A text, or a list of texts.
    Many,
    /// A table of texts.
    Pairs,
}

/// A flag that can stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The flag without its dashes.
    pub name: String,
    /// How its value is written.
    pub takes: Takes,
    /// The heading of its group in the help.
    pub group: String,
    /// The flags that cannot stand beside it.
    pub conflicts: Vec<String>,
}

/// Every flag of `send` that can stand in a file, in the order of the help.
pub fn keys() -> &'static [Key] {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    KEYS.get_or_init(read_keys)
}

fn read_keys() -> Vec<Key> {
    let root = command();
    let Some(send) = root.find_subcommand("send") else {
        return Vec::new();
    };
    let flags = send.get_arguments().filter_map(|flag| {
        let name = flag.get_long()?;
        let conflicts = send.get_arg_conflicts_with(flag);
        (!TYPED_ONLY.contains(&name)).then(|| Key {
            name: name.to_owned(),
            takes: takes(flag),
            group: flag.get_help_heading().unwrap_or_default().to_owned(),
            conflicts: conflicts
                .into_iter()
                .filter_map(|other| other.get_long().map(str::to_owned))
                .collect(),
        })
    });
    flags.collect()
}

fn takes(flag: &Arg) -> Takes {
    let is_pair = || {
        let names = flag.get_value_names().unwrap_or_default();
        names.iter().any(|name| name.as_str() == "K=V")
    };
    match flag.get_action() {
        ArgAction::SetTrue | ArgAction::SetFalse | ArgAction::Count => Takes::Switch,
        ArgAction::Append if is_pair() => Takes::Pairs,
        ArgAction::Append => Takes::Many,
        _ => Takes::One,
    }
}

/// The arguments of `send` that were typed, with more flags.
///
/// Errors: what is wrong with them, in a few words.
pub fn filled_send(typed: &Typed, more: &[OsString]) -> Result<SendArgs, String> {
    match filled(typed, more)? {
        Command::Send(args) => Ok(*args),
        Command::Config(config::ConfigArgs {
            command: config::ConfigCommand::Show(args),
        }) => Ok(args.send),
        _ => Err("these flags belong to send".to_owned()),
    }
}

/// The same for `detect`; flags that it does not take are left out.
pub fn filled_detect(typed: &Typed, more: &[OsString]) -> Result<input::DetectArgs, String> {
    let root = command();
    let detect = root.find_subcommand("detect");
    let is_known = |word: &&OsString| {
        let text = word.to_string_lossy();
        let name = text.trim_start_matches("--").split('=').next();
        detect.is_some_and(|detect| detect.get_arguments().any(|flag| flag.get_long() == name))
    };
    let more: Vec<OsString> = more.iter().filter(is_known).cloned().collect();
    match filled(typed, &more)? {
        Command::Detect(args) => Ok(*args),
        _ => Err("these flags belong to detect".to_owned()),
    }
}

fn filled(typed: &Typed, more: &[OsString]) -> Result<Command, String> {
    let (before, after) = typed.split();
    let words = before.iter().chain(more).chain(after).cloned();
    let parsed: Result<Cli, clap::Error> = parse(words);
    parsed
        .map(|cli| cli.command)
        .map_err(|error| complaint(&error))
}

/// What is wrong with one flag as it stands in a file; nothing when it is right.
pub fn complaint_about(words: &[OsString]) -> Option<String> {
    let words = ["otelctl", "send"]
        .map(OsString::from)
        .into_iter()
        .chain(words.iter().cloned());
    parse(words).err().map(|error| complaint(&error))
}

/// An error of the argument parser without its frame.
fn complaint(error: &clap::Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let source = std::error::Error::source(error).map(ToString::to_string);
    match (error.kind(), source) {
        (ErrorKind::InvalidValue, _) => format!(
            "{:?} is none of {}",
            text(ContextKind::InvalidValue),
            text(ContextKind::ValidValue)
        ),
        (ErrorKind::ValueValidation, Some(why))
            if why.contains(&text(ContextKind::InvalidValue)) =>
        {
            why
        }
        (ErrorKind::ValueValidation, Some(why)) => {
            format!("{:?}: {why}", text(ContextKind::InvalidValue))
        }
        (ErrorKind::ArgumentConflict, _) => format!(
            "{} cannot be combined with {}",
            text(ContextKind::InvalidArg),
            text(ContextKind::PriorArg)
        ),
        _ => {
            let whole = error.to_string();
            let first = whole.lines().next().unwrap_or_default();
            first.trim_start_matches("error: ").to_owned()
        }
    }
}

/// What was typed: the words, where flags may be added, and which flags are there.
pub(super) fn typed(words: Vec<OsString>, matches: &ArgMatches) -> Typed {
    let (mut at, mut level) = (1, matches);
    while let Some((name, below)) = level.subcommand() {
        let rest = words.iter().skip(at);
        at += rest.take_while(|word| *word != name).count() + 1;
        level = below;
    }
    let at = at.min(words.len());
    let is_typed = |id: &&clap::Id| {
        let source = level.value_source(id.as_str());
        source == Some(clap::parser::ValueSource::CommandLine)
    };
    // The identifiers are the long names but for their underscores; a test holds it.
    let long = |id: &clap::Id| id.as_str().replace('_', "-");
    let given = level.ids().filter(is_typed).map(long).collect();
    Typed::new(words).with_flags(at, given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> &'static Key {
        keys().iter().find(|key| key.name == name).unwrap()
    }

    #[test]
    fn the_identifiers_of_flags_are_their_long_names() {
        let root = command();
        let send = root.find_subcommand("send").unwrap();
        for flag in send.get_arguments() {
            let long = flag.get_long().unwrap_or(flag.get_id().as_str());
            assert_eq!(flag.get_id().as_str().replace('_', "-"), long);
        }
    }

    #[test]
    fn every_flag_of_send_can_stand_in_a_file_or_belongs_to_the_command_line() {
        let root = command();
        let send = root.find_subcommand("send").unwrap();
        for flag in send.get_arguments().filter_map(Arg::get_long) {
            let is_key = keys().iter().any(|key| key.name == flag);
            assert!(is_key != TYPED_ONLY.contains(&flag), "{flag}");
        }
    }

    #[test]
    fn the_kind_of_a_flag_follows_from_its_definition() {
        assert_eq!(key("timeout").takes, Takes::One);
        assert_eq!(key("guess-severity").takes, Takes::Switch);
        assert_eq!(key("level-fields").takes, Takes::Many);
        assert_eq!(key("header").takes, Takes::Pairs);
        assert_eq!(key("attr").takes, Takes::Pairs);
        assert_eq!(key("timeout").group, "Delivery");
    }

    #[track_caller]
    fn check(flag: &str, expected: Option<&str>) {
        let found = complaint_about(&[OsString::from(flag)]);
        assert_eq!(found.as_deref(), expected, "{flag}");
    }

    #[test]
    fn a_bad_value_is_told_without_the_frame_of_the_command_line() {
        check("--timeout=5s", None);
        check(
            "--timeout=10",
            Some("\"10\" has no unit; write it like 10s"),
        );
        check(
            "--batch-bytes-max=1",
            Some("\"1\" has no unit; write it like 4MiB"),
        );
        check(
            "--compression=lz4",
            Some("\"lz4\" is none of none, gzip, zstd"),
        );
        check(
            "--in-flight=0",
            Some("\"0\": number would be zero for non-zero type"),
        );
    }

    #[test]
    fn flags_are_added_behind_the_command_and_what_was_typed_stays() {
        let words = ["otelctl", "--json", "send", "a.log", "--to", "local"];
        let Command::Send(args) = parse(words).unwrap().command else {
            panic!("send was typed");
        };
        assert!(args.words.has("to"));
        assert!(!args.words.has("uid"), "a default was not typed");
        let more = ["--timeout=5s", "--guess-severity"].map(OsString::from);
        let filled = filled_send(&args.words, &more).unwrap();
        assert_eq!(filled.destination.to.as_deref(), Some("local"));
        assert!(filled.input.guess_severity);
        assert_eq!(filled.delivery.timeout.unwrap().as_secs(), 5);
    }
}
