//! What a line may be to a stack trace, told by the line alone.
//!
//! The first byte says no to most lines, the first word to nearly all others. A line is looked at once and never split; what stands
//! in a trace only because of the line before it (a message, say) is `LineKind::Other` here and left to the state.

use crate::format::severity;
use crate::format::trace::indent;
use crate::format::trace::name::{self, Name};
use crate::format::trace::opening::opening;

/// What a line may be to a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// Nothing that traces are made of.
    Other,
    /// It begins with a level word, a time or a bracket: surely a message of its own.
    Headed,

    // These join any record.
    /// Indented, or a closing bracket.
    Indented,
    /// `at …`, `... 3 more`: a place in the code, below which no message goes on.
    At,
    /// Another place in the code.
    Frame,
    /// `Caused by: …`: a message may follow.
    Cause,
    /// Words that stand between frames.
    Note,
    /// `goroutine 5 [running]:`
    Goroutine,
    /// `During handling of the above exception, another exception occurred:`
    Chain,
    /// `nested exception is:`
    Nested,
    /// Indented, with nothing but `^` and `~` on it.
    Caret,

    // These join a trace that expects them.
    /// `#3 …`
    Numbered,
    /// A numbered frame with an address: `3   libfoo.so   0x…`.
    Native,
    /// `main.run(0x…)`
    GoFunction,
    /// `created by …`, registers, and what else stands below goroutines.
    GoLine,
    /// `exit status 2`
    GoExit,
    /// `[signal SIGSEGV: …`
    GoSignal,
    /// `Node.js v22.1.0` and other last words.
    Trailer,
    /// `Next LogicException: …`
    Next,
    /// `^` at the start of a line.
    BareCaret,
    /// A line of equals signs.
    Rule,
    /// What stands in the report of a sanitizer.
    SanitizerLine,
    /// `SUMMARY: …`, below which only tables stand.
    SanitizerSummary,
    /// The last line of such a report.
    SanitizerEnd,

    // These open traces.
    /// `Type: message`
    Exception,
    /// An exception behind words that only runtimes write.
    Uncaught,
    /// `Unhandled exception:` and nothing more.
    Unhandled,
    /// `Traceback (most recent call last):`
    Traceback,
    /// `  + Exception Group Traceback (most recent call last):`
    GroupTraceback,
    /// `  File "x.py", line 3`, without the function: an error of syntax.
    PythonFile,
    /// `panic: …`
    GoPanic,
    /// `thread 'main' panicked at src/main.rs:2:5:`, and the message in the next line.
    RustPanic,
    /// `thread 'main' panicked at 'message', src/main.rs:2:5`
    RustPanicWhole,
    /// `/app/index.js:10` and nothing more.
    ScriptPlace,
    /// `app.rb:3:in 'run': message (Type)`
    RubyHeader,
    /// `==7==ERROR: AddressSanitizer: …`
    Sanitizer,
    /// `terminate called after …`
    Terminate,
}

/// Whether a line is indented, as the inner lines of traces and pretty-printed values are.
pub fn is_indented(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

/// Whether a line only continues the record before it, told by the line alone.
///
/// So do indented lines, closing brackets, and the openings that stand between the frames of traces.
pub fn continues(line: &[u8]) -> bool {
    match line.first() {
        None => false,
        Some(b' ' | b'\t') => !indent::opens(line),
        Some(b'}' | b']' | b')') if is_closing(line) => true,
        Some(b'#') if indent::is_numbered(line) => line.starts_with(b"#0 "),
        Some(_) => opening(line).map_or_else(|| is_bare_frame(line), joins_any),
    }
}

/// The kinds that join any record; [`continues`] is true for them and no others.
pub(super) fn joins_any(kind: LineKind) -> bool {
    matches!(
        kind,
        LineKind::Indented
            | LineKind::At
            | LineKind::Frame
            | LineKind::Cause
            | LineKind::Note
            | LineKind::Goroutine
            | LineKind::Chain
            | LineKind::Nested
            | LineKind::Caret
    )
}

/// What a line may be to a trace.
pub(super) fn kind(line: &[u8]) -> LineKind {
    let Some(first) = line.first() else {
        return LineKind::Other;
    };
    match first {
        b' ' | b'\t' => indent::kind(line),
        b'}' | b']' | b')' if is_closing(line) => LineKind::Indented,
        b'#' if indent::is_numbered(line) => {
            if line.starts_with(b"#0 ") {
                LineKind::Frame
            } else {
                LineKind::Numbered
            }
        }
        _ => opening(line).unwrap_or_else(|| word(line, *first)),
    }
}

/// Lines whose kind is told by their first word.
fn word(line: &[u8], first: u8) -> LineKind {
    if is_bare_frame(line) {
        return LineKind::Frame;
    }
    match first {
        b'=' => rule(line),
        b'^' => LineKind::BareCaret,
        b'0'..=b'9' => numeral(line),
        b't' if line.starts_with(b"thread '") => rust_panic(line),
        b'/' | b'<' | b'-' | b'[' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'_' | 0x80.. => {
            named(line, first)
        }
        _ => LineKind::Other,
    }
}

fn named(line: &[u8], first: u8) -> LineKind {
    let len = name::name_len(line);
    // Most lines begin with a word in lower case or a capital, a blank, and another word.
    if let Some(b' ') = line.get(len)
        && len > 0
        && line.get(len + 1).is_some_and(u8::is_ascii_alphanumeric)
        && !line.get(1).is_some_and(u8::is_ascii_uppercase)
        && line.get(len + 1) != Some(&b'0')
    {
        return LineKind::Other;
    }
    if line.get(len) == Some(&b'=') && len > 0 {
        return LineKind::Headed;
    }
    if len > 0 && name::of_header(line).is_some_and(|(_, name)| name != Name::Perhaps) {
        return LineKind::Exception;
    }
    let len = first_word_len(line);
    let (word, whole) = (line.get(..len).unwrap_or_default(), len == line.len());
    if whole && is_script_place(word) {
        return LineKind::ScriptPlace;
    }
    if !whole && word.ends_with(b":in") && is_ruby_place(word) {
        return LineKind::RubyHeader;
    }
    if line.ends_with(b")") && memchr::memchr(b'(', word).is_some_and(|at| at > 0) {
        return LineKind::GoFunction;
    }
    if is_register(line, len) {
        return LineKind::GoLine;
    }
    if first == b'[' || is_level(line) {
        return LineKind::Headed;
    }
    LineKind::Other
}

/// First words longer than this say nothing.
const WORD_BYTES_MAX: usize = 512;

fn first_word_len(line: &[u8]) -> usize {
    let head = line.get(..WORD_BYTES_MAX).unwrap_or(line);
    memchr::memchr(b' ', head).unwrap_or(head.len())
}

/// `ERROR x`, `error: x`, `WARNING:root:x`.
fn is_level(line: &[u8]) -> bool {
    let head = line.get(..16).unwrap_or(line);
    let len = head
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(head.len());
    let word = head.get(..len).unwrap_or_default();
    let stands_well = matches!(head.get(len), Some(b':' | b'|' | b'/'))
        || word
            .get(..2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_uppercase));
    stands_well && std::str::from_utf8(word).is_ok_and(|word| severity::from_word(word).is_some())
}

fn is_script_place(word: &[u8]) -> bool {
    let Some(colon) = memchr::memrchr(b':', word) else {
        return false;
    };
    let (place, digits) = word.split_at(colon);
    let is_script = [
        &b".js"[..],
        b".ts",
        b".mjs",
        b".cjs",
        b".jsx",
        b".tsx",
        b"[eval]",
    ]
    .iter()
    .any(|end| place.ends_with(end))
        || place.starts_with(b"node:");
    is_script && digits.len() > 1 && digits.iter().skip(1).all(u8::is_ascii_digit)
}

/// `app.rb:3:in`, `-e:1:in`.
fn is_ruby_place(word: &[u8]) -> bool {
    let rest = word.get(..word.len().saturating_sub(3)).unwrap_or_default();
    rest.last().is_some_and(u8::is_ascii_digit)
}

/// `rax    0x0`
fn is_register(line: &[u8], len: usize) -> bool {
    (2..=6).contains(&len)
        && line
            .get(len..)
            .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"0x"))
}

/// Frames without indent that are told by their ends: those of Ruby, and of `backtrace_symbols`.
fn is_bare_frame(line: &[u8]) -> bool {
    match line.last() {
        Some(b'\'') => {
            let len = first_word_len(line);
            let word = line.get(..len).unwrap_or_default();
            let rest = line.get(len + 1..).unwrap_or_default();
            let inner = rest
                .get(1..rest.len().saturating_sub(1))
                .unwrap_or_default();
            word.ends_with(b":in") && is_ruby_place(word) && memchr::memchr(b'\'', inner).is_none()
        }
        Some(b']') => {
            let tail = line.get(line.len().saturating_sub(24)..).unwrap_or(line);
            memchr::memmem::find(tail, b"[0x").is_some()
                && matches!(line.first(), Some(b'/' | b'.' | b'a'..=b'z' | b'A'..=b'Z'))
                && memchr::memmem::find(line, b"+0x").is_some()
        }
        _ => false,
    }
}

/// Numbers of at least so many digits are times.
const TIME_DIGITS_MIN: usize = 10;

fn numeral(line: &[u8]) -> LineKind {
    let digits = line
        .iter()
        .take(TIME_DIGITS_MIN)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    match line.get(digits..).unwrap_or_default() {
        _ if digits == TIME_DIGITS_MIN => LineKind::Headed,
        [b' ' | b'\t', rest @ ..] if memchr::memmem::find(rest, b"0x").is_some() => {
            LineKind::Native
        }
        [b'#', b' ', ..] => LineKind::Native,
        [b'x', ..] if digits == 1 => LineKind::SanitizerLine,
        [b':' | b'-' | b'/' | b'.', next, ..] if next.is_ascii_digit() => LineKind::Headed,
        _ => LineKind::Other,
    }
}

fn rule(line: &[u8]) -> LineKind {
    let equals = line.iter().take_while(|byte| **byte == b'=').count();
    let rest = line.get(equals..).unwrap_or_default();
    if equals >= 10 && rest.is_empty() {
        return LineKind::Rule;
    }
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match rest.get(digits..).unwrap_or_default() {
        [b'=', b'=', rest @ ..] if equals == 2 && digits > 0 => match rest {
            b"ABORTING" => LineKind::SanitizerEnd,
            rest if rest.starts_with(b"ERROR: ") || rest.starts_with(b"WARNING: ") => {
                LineKind::Sanitizer
            }
            _ => LineKind::SanitizerLine,
        },
        _ if equals >= 4 && line.ends_with(b"===") => LineKind::Trailer,
        _ => LineKind::Other,
    }
}

fn rust_panic(line: &[u8]) -> LineKind {
    if memchr::memmem::find(line, b" panicked at ").is_none() {
        LineKind::Other
    } else if line.ends_with(b":") {
        LineKind::RustPanic
    } else {
        LineKind::RustPanicWhole
    }
}

/// Closing brackets with at most punctuation behind them: the end of something pretty-printed.
fn is_closing(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'}' | b']' | b')'))
        && line.len() <= 8
        && line.iter().all(|byte| {
            matches!(
                byte,
                b'}' | b']' | b')' | b'>' | b',' | b';' | b'.' | b':' | b' ' | b'"'
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: LineKind, lines: &[&str]) {
        for line in lines {
            assert_eq!(kind(line.as_bytes()), expected, "{line:?}");
        }
    }

    #[test]
    fn lines_that_only_continue_are_told_by_themselves() {
        for line in [
            "\tat a.b.C.d(E.java:1)",
            "  File \"x.py\", line 3, in f",
            "Caused by: java.io.IOException: x",
            "Caused by:",
            "... 3 more",
            "})",
            "}]);",
            "at f (x.js:1:2)",
            "goroutine 7 [select, 3 minutes]:",
            "lib/shop.rb:3:in `total'",
            "./prog(main+0x1f)[0x55d0c0ffee]",
        ] {
            assert!(continues(line.as_bytes()), "{line:?}");
        }
        for line in [
            "hello",
            "attention",
            "{\"a\":1}",
            "Causes",
            "",
            "}{ not closing",
            "... and more",
            "goroutine leak found",
            "Traceback (most recent call last):",
            "  + Exception Group Traceback (most recent call last):",
            "  File \"x.py\", line 3",
        ] {
            assert!(!continues(line.as_bytes()), "{line:?}");
        }
    }

    #[test]
    fn a_line_is_known_by_its_first_word() {
        use LineKind as K;
        check(
            K::Other,
            &[
                "Started the server",
                "hello: world",
                "x",
                "thread pool is full",
                "done in 3s (ok)",
                "7 files",
                "12ab",
            ],
        );
        check(
            K::Headed,
            &[
                "ERROR: no",
                "WARN x",
                "error: no",
                "12:00:01 x",
                "[main] x",
                "level=info x",
            ],
        );
    }

    #[test]
    fn a_line_is_known_by_the_words_of_its_runtime() {
        use LineKind as K;
        check(
            K::Exception,
            &["java.io.IOException: x", "TypeError: x", "Error"],
        );
        check(
            K::Uncaught,
            &[
                "Exception in thread \"main\" a.B: c",
                "Unhandled exception. System.Exception: x",
                "Unhandled Exception: System.Exception: x",
                "PHP Fatal error:  Uncaught Exception: no in /a.php:3",
                "** (RuntimeError) no",
            ],
        );
        check(
            K::Unhandled,
            &["Unhandled exception:", "FATAL EXCEPTION: main"],
        );
        check(
            K::GoFunction,
            &[
                "main.run(0x1, 0x2)",
                "net/http.(*conn).serve(0xc0, ...)",
                "panic({0x1, 0x2})",
            ],
        );
        check(
            K::RustPanic,
            &[
                "thread 'main' panicked at src/main.rs:2:5:",
                "thread 'w' (71) panicked at a.rs:1:1:",
            ],
        );
        check(
            K::RubyHeader,
            &[
                "app.rb:3:in `run': it is 'x' (ArgumentError)",
                "-e:1:in 'Object#f': no (RuntimeError)",
            ],
        );
        check(
            K::ScriptPlace,
            &[
                "/srv/app/index.js:10",
                "node:internal/modules/cjs/loader:1215",
            ],
        );
        check(
            K::Sanitizer,
            &["==71==ERROR: AddressSanitizer: heap-use-after-free on address 0x1"],
        );
        check(K::Rule, &["================"]);
    }

    proptest::proptest! {
        #[test]
        fn kinds_that_join_any_record_are_those_that_continue(line in "[ \tac#}(.=0-9'a-zA-Z:`]{0,40}") {
            let line = line.as_bytes();
            proptest::prop_assert_eq!(joins_any(kind(line)), continues(line));
        }

        #[test]
        fn any_bytes_have_a_kind(line in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            proptest::prop_assert_eq!(joins_any(kind(&line)), continues(&line));
        }
    }
}
