//! What was typed → the command that goes on where the run ended, to be copied into a shell.
//!
//! Secrets are left out: the values of headers, and what a URL holds beside its place.

use std::ffi::OsString;

use crate::base::secret::HIDDEN;
use crate::settings::{preset, printable_url};

/// The same command with `--resume`, quoted for a shell.
pub(super) fn command(words: &[OsString]) -> String {
    let texts = words.iter().map(|word| word.to_string_lossy().into_owned());
    let mut texts: Vec<String> = without_secrets(texts);
    let is_asked = texts
        .iter()
        .take_while(|word| *word != "--")
        .any(|word| word == "--resume");
    let command = texts.iter().skip(1).position(|word| word == "send");
    if let (false, Some(at)) = (is_asked, command) {
        texts.insert(at + 2, "--resume".to_owned());
    }
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    quoted.join(" ")
}

fn without_secrets(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut before = String::new();
    words
        .map(|word| {
            let shown = match (before.as_str(), word.split_once('=')) {
                ("--header", _) => hidden(&word),
                ("--to" | "--endpoint", _) => shown(&word),
                (_, Some(("--header", value))) => format!("--header={}", hidden(value)),
                (_, Some((flag @ ("--to" | "--endpoint"), value))) => {
                    format!("{flag}={}", shown(value))
                }
                _ => word.clone(),
            };
            before = word;
            shown
        })
        .collect()
}

/// A header without its value.
fn hidden(header: &str) -> String {
    match header.split_once(['=', ':']) {
        Some((name, _)) => format!("{name}={HIDDEN}"),
        None => HIDDEN.to_owned(),
    }
}

/// A destination as it may be printed: what may be secret stands before an `@` or behind a `?` or `#`.
fn shown(word: &str) -> String {
    let name = word.split('?').next().unwrap_or_default();
    // The parameters of a destination are no secrets, and without them it is not the same.
    if preset::find(name).is_some() {
        return word.to_owned();
    }
    if word.starts_with("file:") {
        return word.to_owned();
    }
    // Also a path may be a secret, which only the URL itself tells. A slash at its end is none.
    let printable = printable_url(word);
    if printable.trim_end_matches('/') == word.trim_end_matches('/') {
        word.to_owned()
    } else {
        printable
    }
}

/// A word as a POSIX shell reads it back.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"%+,-./:=@_".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[&str], expected: &str) {
        let words: Vec<OsString> = words.iter().map(Into::into).collect();
        assert_eq!(command(&words), expected);
    }

    #[test]
    fn the_command_goes_on_with_the_same_words() {
        check(
            &["otelctl", "send", "app.log", "--to", "http://c:4318"],
            "otelctl send --resume app.log --to http://c:4318",
        );
        check(
            &["otelctl", "--json", "send", "my app's.log"],
            r"otelctl --json send --resume 'my app'\''s.log'",
        );
        check(
            &["otelctl", "send", "--resume", "a.log"],
            "otelctl send --resume a.log",
        );
        check(
            &["otelctl", "send", "--attr", "", "--", "--resume", "*"],
            "otelctl send --resume --attr '' -- --resume '*'",
        );
    }

    #[test]
    fn the_parameters_of_a_destination_stay() {
        check(
            &["otelctl", "send", "a", "--to", "dash0?region=eu-west-1"],
            "otelctl send --resume a --to 'dash0?region=eu-west-1'",
        );
    }

    #[test]
    fn secrets_are_left_out() {
        check(
            &[
                "otelctl",
                "send",
                "a",
                "--header",
                "Authorization: Bearer x",
            ],
            "otelctl send --resume a --header 'Authorization=[hidden]'",
        );
        check(
            &["otelctl", "send", "a", "--header=k=x", "--header", "x"],
            "otelctl send --resume a '--header=k=[hidden]' --header '[hidden]'",
        );
        for to in [
            &["--to", "https://u:x@c/?k=x"][..],
            &["--to=https://u:x@c/?k=x"],
        ] {
            let words = [&["otelctl", "send", "a"], to].concat();
            let words: Vec<OsString> = words.iter().map(Into::into).collect();
            let shown = command(&words);
            assert!(!shown.contains("u:x") && !shown.contains("k=x"), "{shown}");
        }
    }
}
