//! The command line itself: help, version, and the generated texts.

use crate::harness::Run;

/// Guarantees: the help names every command and what each exit code means.
#[test]
fn the_help_lists_commands_and_exit_codes() {
    let outcome = Run::new().arg("--help").run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    for word in ["send", "detect", "completions", "man"] {
        let named = |line: &str| line.trim_start().starts_with(word);
        assert!(outcome.stdout.lines().any(named), "{word}");
    }
    let (_, codes) = outcome.stdout.split_once("Exit codes:").unwrap();
    for code in ["0", "1", "2", "3", "4", "101", "130"] {
        let told = |line: &str| line.trim_start().starts_with(&format!("{code}  "));
        assert!(codes.lines().any(told), "{code}");
    }
}

/// Guarantees: without a command the help is shown, as a fault of usage.
#[test]
fn no_command_is_answered_with_the_help() {
    let outcome = Run::new().run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("Usage: otelctl"), "{}", outcome.stderr);
}

/// Guarantees: the version is the package's.
#[test]
fn the_version_is_printed() {
    let outcome = Run::new().arg("--version").run();
    assert_eq!(outcome.code, 0);
    let expected = format!("otelctl {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(outcome.stdout, expected);
}

/// Guarantees: the short help of `send` fits the screen and names what people look for.
#[test]
fn the_short_help_of_send_is_stable() {
    let outcome = Run::new().args(["send", "-h"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout, @"");
}

/// Guarantees: every shell has completions, and every command a manual page.
#[test]
fn completions_and_manual_pages_are_generated() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = Run::new().args(["completions", shell]).run();
        assert_eq!(outcome.code, 0);
        assert!(outcome.stdout.contains("batch-bytes-max"), "{shell}");
    }
    for (words, title) in [(&["man"][..], "otelctl 1"), (&["man", "send"], "otelctl-send 1")] {
        let outcome = Run::new().args(words).run();
        assert_eq!(outcome.code, 0);
        let is_title = |line: &str| line.starts_with(&format!(".TH {title}"));
        assert!(outcome.stdout.lines().any(is_title), "{}", outcome.stdout);
    }
    let outcome = Run::new().args(["man", "nope", "--json"]).run();
    assert_eq!(outcome.code, 2);
    assert!(outcome.error().1.contains("nope"));
}
