//! Stack traces: which lines only continue a record, and what a trace says about its exception.
//!
//! Spec: semantic conventions, "Exceptions in logs": `exception.type`, `exception.message`, `exception.stacktrace`.

/// The line that opens a Python trace.
const PYTHON_HEADER: &str = "Traceback (most recent call last):";

/// Openings of unindented lines that belong to the record before them.
const CONTINUATIONS: [&[u8]; 10] = [
    b"at ",
    b"Caused by: ",
    b"Suppressed: ",
    b"Traceback (most recent call last):",
    b"During handling of the above exception",
    b"The above exception was the direct cause",
    b"... ",
    b"Stack backtrace:",
    b"stack backtrace:",
    b"goroutine ",
];

/// An exception found in a record's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exception<'a> {
    /// The message before the trace; all of the text when nothing stands before it.
    pub body: &'a str,
    /// Like `java.lang.IllegalStateException`.
    pub kind: &'a str,
    /// What it says; empty when it says nothing.
    pub message: &'a str,
    /// From its header to its end.
    pub stacktrace: &'a str,
}

/// Whether a line is indented, as the inner lines of traces and pretty-printed values are.
pub fn is_indented(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

/// Whether a line only continues the record before it, told by the line alone.
pub fn continues(line: &[u8]) -> bool {
    is_indented(line)
        || CONTINUATIONS
            .iter()
            .any(|opening| line.starts_with(opening))
        || is_closing(line)
}

/// Whether a line opens a Python trace, after which one unindented line names the exception.
pub fn opens_python(line: &[u8]) -> bool {
    // Asked for every line: the first byte says no to most.
    line.first() == Some(&b'T') && line.starts_with(PYTHON_HEADER.as_bytes())
}

/// A lone `}`, `]` or `)` with at most punctuation behind it: the end of something pretty-printed.
fn is_closing(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'}' | b']' | b')')) && line.len() <= 3
}

/// Finds the exception in the text of a record that has more than one line.
pub fn find(text: &str) -> Option<Exception<'_>> {
    find_python(text).or_else(|| find_frames(text))
}

fn find_python(text: &str) -> Option<Exception<'_>> {
    let header = text.find(PYTHON_HEADER)?;
    let at = if header == 0 || text.as_bytes().get(header - 1) == Some(&b'\n') {
        header
    } else {
        return None;
    };
    let stacktrace = text.get(at..)?.trim_end();
    let last = stacktrace
        .lines()
        .rev()
        .find(|line| !line.is_empty() && !is_indented(line.as_bytes()))?;
    let (kind, message) = exception_header(last)?;
    let before = text.get(..at)?.trim_end();
    Some(Exception {
        body: if before.is_empty() {
            stacktrace
        } else {
            before
        },
        kind,
        message,
        stacktrace,
    })
}

/// Java, .NET and JavaScript: a header line, then lines that begin with `at `.
fn find_frames(text: &str) -> Option<Exception<'_>> {
    let frames = line_starts(text).find(|at| is_frame(line_at(text, *at)))?;
    let header = line_starts(text)
        .take_while(|at| *at < frames)
        .filter(|at| *at > 0)
        .find(|at| exception_header(line_at(text, *at)).is_some());
    let at = header.unwrap_or(0);
    let (kind, message) = exception_header(line_at(text, at))?;
    let before = text.get(..at)?.trim_end();
    let body = if before.is_empty() { text } else { before };
    Some(Exception {
        body,
        kind,
        message,
        stacktrace: text.get(at..)?.trim_end(),
    })
}

fn is_frame(line: &str) -> bool {
    let trimmed = line.trim_start();
    trimmed.len() < line.len() && trimmed.starts_with("at ")
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|newline| newline + 1))
}

fn line_at(text: &str, at: usize) -> &str {
    text.get(at..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_default()
}

/// `Type: message` or `Type`, behind the words that runtimes put before it.
///
/// A type has a dot in it, or ends as exception types do; anything else is prose with a colon.
pub fn exception_header(line: &str) -> Option<(&str, &str)> {
    let mut rest = line.trim_end();
    for opening in ["Caused by: ", "Unhandled exception. ", "Uncaught "] {
        rest = rest.strip_prefix(opening).unwrap_or(rest);
    }
    if let Some(thread) = rest.strip_prefix("Exception in thread \"") {
        rest = thread.split_once("\" ")?.1;
    }
    let end = rest
        .find(|character: char| {
            !(character.is_alphanumeric() || matches!(character, '.' | '_' | '$'))
        })
        .unwrap_or(rest.len());
    let (kind, after) = rest.split_at_checked(end)?;
    let message = match after.strip_prefix(':') {
        Some(message) => message.trim_start(),
        None if after.is_empty() => "",
        None => return None,
    };
    let starts_well = kind.chars().next().is_some_and(char::is_alphabetic);
    let named_so = [
        "Error",
        "Exception",
        "Throwable",
        "Warning",
        "Interrupt",
        "Exit",
        "Iteration",
    ]
    .iter()
    .any(|end| kind.ends_with(end));
    let dotted = kind.contains('.')
        && !kind.ends_with('.')
        && kind.rsplit('.').next()?.starts_with(char::is_uppercase);
    (starts_well && (named_so || dotted)).then_some((kind, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_only_continue_are_told_by_themselves() {
        for line in [
            "\tat a.b.C.d(E.java:1)",
            "  File \"x.py\", line 3",
            "Caused by: java.io.IOException: x",
            "... 3 more",
            "})",
            "at f (x.js:1:2)",
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
        ] {
            assert!(!continues(line.as_bytes()), "{line:?}");
        }
    }

    #[test]
    fn a_java_trace_is_taken_off_the_message() {
        let found = find(
            "request failed\njava.lang.IllegalStateException: no \"x\"\n\tat a.B.c(D.java:1)\nCaused by: java.io.IOException\n\t... 2 more",
        );
        let found = found.unwrap();
        assert_eq!(
            (found.body, found.kind, found.message),
            (
                "request failed",
                "java.lang.IllegalStateException",
                "no \"x\""
            )
        );
        assert!(
            found.stacktrace.starts_with("java.lang.Ill") && found.stacktrace.ends_with("2 more")
        );
    }

    #[test]
    fn a_trace_without_a_message_before_it_is_the_message() {
        let found =
            find("Exception in thread \"main\" java.lang.Error: boom\n\tat a.B.c(D.java:1)")
                .unwrap();
        assert_eq!((found.kind, found.message), ("java.lang.Error", "boom"));
        assert!(found.body.ends_with("(D.java:1)"));
    }

    #[test]
    fn a_python_trace_names_its_exception_last() {
        let found = find("failed\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nValueError: bad 7").unwrap();
        assert_eq!(
            (found.body, found.kind, found.message),
            ("failed", "ValueError", "bad 7")
        );
        assert!(found.stacktrace.starts_with("Traceback"));
    }

    #[test]
    fn prose_with_colons_and_indents_is_no_exception() {
        assert_eq!(find("SELECT *\n  FROM t\n  WHERE a: b"), None);
        assert_eq!(find("note: this\n\tat the end"), None);
    }
}
