//! The shape of `src/`, held by tests: what may name what, who may touch the outside, how long a file gets.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

/// The modules in reading order. A module names itself and those before it. Some are not there yet.
const ORDER: [&str; 19] = [
    "base", "otlp", "record", "format", "pipeline", "validate", "net", "source", "delivery",
    "receiver", "logfire", "token", "flow", "cli", "settings", "host", "failure", "ui", "commands",
];

/// Adapters of the outside world that only `flow` brings together.
const PEERS: [&str; 5] = ["source", "delivery", "receiver", "logfire", "token"];

/// A word, and the only modules whose code may hold it. What tests do in their own module is their own affair.
const OWNERS: [(&str, &[&str]); 29] = [
    // The command line, and what is generated from it.
    ("clap::", &["cli", "commands", "lib"]),
    ("clap_complete::", &["cli", "commands"]),
    ("clap_mangen::", &["commands"]),
    // The network.
    ("rustls::", &["net"]),
    ("reqwest::", &["net", "delivery"]),
    ("hyper::", &["receiver"]),
    ("hyper_util::", &["net", "receiver"]),
    ("TcpListener", &["receiver", "flow"]),
    ("keyring::", &["token"]),
    // Secrets leave their wrapper where a request is made; `settings` writes the header that carries a token.
    (
        ".expose()",
        &["net", "delivery", "logfire", "token", "settings"],
    ),
    // Threads, tasks and channels.
    ("tokio::spawn", &["flow", "receiver"]),
    ("thread::spawn", &["flow"]),
    ("thread::scope", &["flow"]),
    ("JoinSet", &["flow", "receiver"]),
    // The official messages: everywhere but on the hot path. `flow::sample` decodes what a dry run would have sent.
    // `logfire` makes rows of them.
    (
        "prost::",
        &["otlp", "validate", "receiver", "logfire", "flow"],
    ),
    (
        "opentelemetry_proto::",
        &["otlp", "validate", "receiver", "logfire", "flow"],
    ),
    // The world around the process.
    ("env::var", &["host"]),
    ("env::args", &["main"]),
    ("fastrand::Rng::new", &["host"]),
    ("io::stdin", &["host"]),
    ("io::stdout", &["host"]),
    ("io::stderr", &["host"]),
    // The screen.
    ("indicatif::", &["ui"]),
    ("console::", &["ui", "host"]),
    // Compressed inputs; requests are compressed in `otlp`.
    ("bzip2::", &["source"]),
    ("lzma_rust2::", &["source"]),
    ("glob::", &["source"]),
    // The configuration file, and where it is.
    ("toml::", &["settings"]),
    ("dirs::", &["host"]),
];

/// Modules that are pure: they wait for nothing, ask no clock and open no file.
const PURE: [&str; 4] = ["record", "format", "pipeline", "validate"];

/// What a pure module does not say.
const IMPURE_WORDS: [&str; 8] = [
    "tokio::",
    "std::fs",
    "fs::",
    "File::",
    "std::net",
    "std::io",
    "SystemTime",
    "Instant::now",
];

/// A longer file holds two ideas.
const FILE_LINES_MAX: usize = 600;

/// Module names that say nothing.
const EMPTY_NAMES: [&str; 5] = ["utils", "util", "helpers", "helper", "misc"];

/// Guarantees: the imports of `src/` run one way.
#[test]
fn modules_name_only_what_comes_before_them() {
    let mut faults = Vec::new();
    for (file, module) in modules() {
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let rank = ORDER.iter().position(|name| *name == module);
        let Some(rank) = rank else {
            faults.push(format!(
                "{}: {module} is missing from ORDER",
                file.display()
            ));
            continue;
        };
        for (number, line) in product_lines(&file) {
            if line.trim_end().ends_with("crate::{") {
                faults.push(format!(
                    "{}:{number}: one `use` for each module",
                    file.display()
                ));
            }
            for later in ORDER.iter().skip(rank + 1) {
                if names_module(&line, later) {
                    faults.push(format!(
                        "{}:{number}: {module} names {later}",
                        file.display()
                    ));
                }
            }
        }
    }
    assert_none(&faults);
}

/// Guarantees: the adapters know nothing of each other.
#[test]
fn adapters_do_not_name_one_another() {
    let mut faults = Vec::new();
    for (file, module) in modules() {
        if !PEERS.contains(&module.as_str()) {
            continue;
        }
        for (number, line) in product_lines(&file) {
            for peer in PEERS.iter().filter(|peer| **peer != module) {
                if names_module(&line, peer) {
                    faults.push(format!(
                        "{}:{number}: {module} names {peer}",
                        file.display()
                    ));
                }
            }
        }
    }
    assert_none(&faults);
}

/// Guarantees: each part of the outside world has its owners, and nobody else touches it.
#[test]
fn the_outside_world_has_owners() {
    let mut faults = Vec::new();
    for (file, module) in modules() {
        for (number, line) in product_lines(&file) {
            for (word, owners) in OWNERS {
                if says(&line, word) && !owners.contains(&module.as_str()) {
                    faults.push(format!(
                        "{}:{number}: only {owners:?} may say {word}",
                        file.display()
                    ));
                }
            }
        }
    }
    assert_none(&faults);
}

/// Guarantees: parsing and encoding neither wait nor read nor ask for the time.
#[test]
fn the_middle_is_pure() {
    let mut faults = Vec::new();
    for (file, module) in modules() {
        if !PURE.contains(&module.as_str()) {
            continue;
        }
        for (number, line) in product_lines(&file) {
            for word in IMPURE_WORDS.iter().filter(|word| says(&line, word)) {
                faults.push(format!("{}:{number}: {module} says {word}", file.display()));
            }
        }
    }
    assert_none(&faults);
}

/// Guarantees: a reader is told by each file's first line what it is for, and reaches its end.
#[test]
fn every_file_says_what_it_is_for_and_ends_in_time() {
    let mut faults = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for file in rust_files(Path::new(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            if !text.starts_with("//! ") {
                faults.push(format!("{}: does not begin with `//! `", file.display()));
            }
            let count = text.lines().count();
            let is_test = folder == "tests" || is_test_module(&file);
            if count > FILE_LINES_MAX && !is_test {
                faults.push(format!("{}: {count} lines", file.display()));
            }
        }
    }
    assert_none(&faults);
}

/// Guarantees: a module is a file of its own name, and its name says something.
#[test]
fn modules_have_names_that_say_something() {
    let mut faults = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for file in rust_files(Path::new(folder)) {
            if file.ends_with("mod.rs") {
                faults.push(format!("{}: name it after its folder", file.display()));
            }
            let parts = file.with_extension("");
            let empty = |part: &std::ffi::OsStr| EMPTY_NAMES.iter().any(|name| part == *name);
            if parts.iter().any(empty) {
                faults.push(format!("{}: says nothing", file.display()));
            }
        }
    }
    assert_none(&faults);
}

/// Guarantees: no test is switched off, and none waits for the clock.
#[test]
fn no_test_is_ignored_and_none_sleeps() {
    // In two parts, so that this file does not find itself.
    let words = [concat!("#[ign", "ore"), concat!("thread::sl", "eep")];
    let mut faults = Vec::new();
    for folder in ["src", "tests"] {
        for file in rust_files(Path::new(folder)) {
            for (number, line) in all_lines(&file) {
                for word in words.iter().filter(|word| line.contains(**word)) {
                    faults.push(format!("{}:{number}: {word}", file.display()));
                }
            }
        }
    }
    assert_none(&faults);
}

/// Guarantees: the rules above can fail.
#[test]
fn every_test_that_the_guarantees_name_exists() {
    let code: String = ["src", "tests"]
        .iter()
        .flat_map(|folder| rust_files(Path::new(folder)))
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let page = fs::read_to_string("docs/guarantees.md").unwrap();
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let named = rows.flat_map(|row| row.rsplit('|').nth(1).unwrap_or_default().split(','));
    let names = named.filter_map(|cell| cell.trim().strip_prefix('`')?.strip_suffix('`'));
    let missing: Vec<String> = names
        .filter(|name| !code.contains(&format!("fn {name}(")))
        .map(|name| format!("docs/guarantees.md names a test that is not there: {name}"))
        .collect();
    assert_none(&missing);
}

#[test]
fn a_planted_fault_is_seen() {
    assert!(names_module("use crate::flow::Event;", "flow"));
    assert!(names_module("use crate::{base, flow};", "flow"));
    assert!(!names_module("use crate::flower::Event;", "flow"));
    assert!(!names_module("let flow = 1;", "flow"));
    assert!(says("clap::Parser", "clap::"));
    assert!(!says("myclap::Parser", "clap::"));
    assert!(says("secret.expose().len()", ".expose()"));
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Whether a line of code names a module of this crate: `crate::flow::…` or within `crate::{…}`.
fn names_module(line: &str, module: &str) -> bool {
    let is_end = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    let by_path = line
        .match_indices("crate::")
        .filter_map(|(at, word)| line.get(at + word.len()..)?.strip_prefix(module))
        .any(is_end);
    let in_list = line.split_once("crate::{").is_some_and(|(_, list)| {
        list.split([',', '{', '}'])
            .filter_map(|item| item.trim().strip_prefix(module))
            .any(is_end)
    });
    by_path || in_list
}

/// Whether a line says a word, not merely the end of a longer one.
fn says(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let starts_a_word = word.starts_with(|first: char| first.is_alphanumeric());
        !starts_a_word || before.is_none_or(|last| !last.is_alphanumeric() && last != '_')
    })
}

/// The files of `src/`, each with the module it belongs to: `src/otlp/json.rs` and `src/otlp.rs` are both `otlp`'s.
fn modules() -> Vec<(PathBuf, String)> {
    let files = rust_files(Path::new("src"));
    assert!(files.len() > 50, "the files of src/ were not found");
    files
        .into_iter()
        .map(|file| {
            let inside = file.strip_prefix("src").unwrap().iter().next().unwrap();
            let module = inside.to_string_lossy().trim_end_matches(".rs").to_owned();
            (file, module)
        })
        .collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Lines without their comments, numbered from 1, up to the tests at the file's end.
fn product_lines(file: &Path) -> Vec<(usize, String)> {
    if is_test_module(file) {
        return Vec::new();
    }
    let mut lines = all_lines(file);
    let tests = lines.windows(2).position(|pair| {
        let opens_module = pair[1].1.starts_with("mod ") && pair[1].1.ends_with('{');
        pair[0].1 == "#[cfg(test)]" && opens_module
    });
    lines.truncate(tests.unwrap_or(lines.len()));
    lines
}

/// Whether the module above declares this file for tests only.
fn is_test_module(file: &Path) -> bool {
    let above = file.parent().unwrap().with_extension("rs");
    let name = file.file_stem().unwrap().to_string_lossy();
    let declared = format!("#[cfg(test)]\nmod {name};");
    fs::read_to_string(above).is_ok_and(|text| text.contains(&declared))
}

fn all_lines(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap();
    let without_comment = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    text.lines()
        .map(without_comment)
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .collect()
}
