//! Compares what is committed with what it is made from: completions, manual pages, and the tables of the README.
//!
//! `UPDATE_GENERATED=1 cargo test --test generated` writes the completions and the pages anew.

#![expect(
    clippy::disallowed_methods,
    reason = "the one variable of this test is not the program's"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap_complete::Shell;
use otelctl::cli;
use otelctl::commands::generate::{completions_text, pages};

const README: &str = include_str!("../README.md");

/// Where the names of all variables stand.
const VARIABLES: &str = include_str!("../src/settings/env.rs");

/// The files of one folder: names and contents.
type Files = Vec<(String, String)>;

/// Guarantees: the completions in the repository are those of the program.
#[test]
fn the_committed_completions_are_the_programs() {
    let names = [
        (Shell::Bash, "otelctl.bash"),
        (Shell::Zsh, "_otelctl"),
        (Shell::Fish, "otelctl.fish"),
        (Shell::PowerShell, "_otelctl.ps1"),
        (Shell::Elvish, "otelctl.elv"),
    ];
    let files = names.map(|(shell, name)| (name.to_owned(), completions_text(shell)));
    compare("completions", &files.to_vec());
}

/// Guarantees: the manual pages in the repository are those of the program.
#[test]
fn the_committed_manual_pages_are_the_programs() {
    let files: Files = pages()
        .into_iter()
        .map(|(name, text)| (format!("{name}.1"), text))
        .collect();
    compare("man", &files);
}

/// Guarantees: the page of the rules is that of the table.
#[test]
fn the_committed_page_of_rules_is_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let page = otelctl::validate::page::rules_page();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &page).expect("the repository can be written to");
    }
    assert!(
        fs::read_to_string(&path).is_ok_and(|committed| committed == page),
        "docs/rules.md is out of date: UPDATE_GENERATED=1 cargo test --test generated"
    );
}

/// Compares a folder with what it should hold, nothing more and nothing less.
#[track_caller]
fn compare(folder: &str, files: &Files) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        write(&folder, files);
    }
    let wanted: BTreeSet<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    assert_eq!(paths(&folder), wanted, "the files in {}", folder.display());
    for (name, text) in files {
        let committed = fs::read_to_string(folder.join(name)).expect("it was listed");
        assert!(
            committed == *text,
            "{name} is out of date: UPDATE_GENERATED=1 cargo test --test generated"
        );
    }
}

fn write(folder: &Path, files: &Files) {
    fs::create_dir_all(folder).expect("the repository can be written to");
    for path in paths(folder) {
        fs::remove_file(path).expect("the repository can be written to");
    }
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("the repository can be written to");
    }
}

fn paths(folder: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(folder)
        .expect("the folder exists")
        .map(|entry| entry.expect("the folder can be listed").path())
        .collect()
}

/// Guarantees: the README's table of exit codes is the help's, word for word.
#[test]
fn the_readmes_exit_codes_are_those_of_the_help() {
    let of_help: Vec<(&str, &str)> = cli::EXIT_CODES
        .lines()
        .filter_map(|line| line.trim().split_once("  "))
        .collect();
    let of_readme: Vec<(&str, &str)> = section("Exit codes")
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .filter_map(|row| row.split_once(" | "))
        .filter(|(code, _)| code.parse::<u8>().is_ok())
        .collect();
    assert_eq!(of_readme, of_help);
    assert_eq!(of_help.len(), 7);
}

/// The text below a heading of the README, up to the next heading.
fn section(heading: &str) -> &'static str {
    let (_, rest) = README
        .split_once(&format!("\n## {heading}\n"))
        .expect("the README has the heading");
    rest.split("\n## ").next().unwrap_or(rest)
}

/// Guarantees: the README names no flag that the program does not take.
#[test]
fn every_flag_in_the_readme_exists() {
    let mut known: BTreeSet<String> = ["--help", "--version"].map(str::to_owned).into();
    let root = cli::command();
    let mut commands = vec![&root];
    while let Some(command) = commands.pop() {
        let names = command.get_arguments().filter_map(|flag| flag.get_long());
        known.extend(names.map(|name| format!("--{name}")));
        commands.extend(command.get_subcommands());
    }
    // The flags of cargo are not ours.
    let lines = README.lines().filter(|line| !line.contains("cargo"));
    let named: BTreeSet<String> = lines.flat_map(flags).collect();
    let unknown: Vec<_> = named.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(named.len() > 10, "{named:?}");
}

/// The long flags in a line, whatever stands around them.
fn flags(line: &str) -> Vec<String> {
    line.split(|character: char| !(character.is_ascii_lowercase() || character == '-'))
        .filter(|word| word.starts_with("--") && word.len() > 2 && !word.starts_with("---"))
        .map(|word| word.trim_end_matches('-').to_owned())
        .collect()
}

/// Guarantees: the README's table of variables has every one that is read, and no other.
#[test]
fn every_variable_in_the_readme_is_read_and_the_other_way_round() {
    let code = VARIABLES.split("#[cfg(test)]").next().unwrap_or_default();
    let read: BTreeSet<&str> = code
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| ours(text))
        .collect();
    let named: BTreeSet<&str> = README
        .split(|character: char| !(character.is_ascii_uppercase() || character == '_'))
        .filter(|word| ours(word))
        .collect();
    assert_eq!(named, read);
    assert!(named.len() > 20, "{named:?}");
}

/// Whether a word is the whole name of a variable of OpenTelemetry or Logfire.
fn ours(word: &str) -> bool {
    (word.starts_with("OTEL_") || word.starts_with("LOGFIRE_"))
        && !word.ends_with('_')
        && word
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}
