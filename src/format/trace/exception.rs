//! The text of a record → the exception in it: its type, its message, and where its trace begins.
//!
//! The first line that only a trace has, the anchor, tells the language; the exception is named above it, or in Python below. Each
//! line is looked at a fixed number of times, so that the work is linear in the text. A stack that names nothing is no exception.

use crate::format::trace::header::{Header, cleaned, header, python_name, ruby_header};
use crate::format::trace::line::{self, LineKind};
use crate::format::trace::name::{self, Name};

/// An exception found in a record's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exception<'a> {
    /// The message before the trace; all of the text when nothing stands before it.
    pub body: &'a str,
    /// Like `java.lang.IllegalStateException`; empty when it has no name.
    pub kind: &'a str,
    /// What it says; empty when it says nothing.
    pub message: &'a str,
    /// From its header to its end.
    pub stacktrace: &'a str,
}

/// How many lines that may be frames are tried: prose has such lines too.
const FRAMES_TRIED_MAX: u32 = 4;

/// Reads one line as the head of an exception: `Type: message` or `Type`.
///
/// A type is qualified or ends as exceptions do; anything else is prose with a colon.
pub fn exception_header(line: &str) -> Option<(&str, &str)> {
    let found =
        header(line).filter(|found| found.name != Name::Perhaps && !found.kind.is_empty())?;
    let rest = line.trim_end().get(found.message_at..).unwrap_or_default();
    Some((found.kind, found.message.unwrap_or(rest).trim()))
}

/// Finds the exception in the text of a record that has more than one line.
pub fn find(text: &str) -> Option<Exception<'_>> {
    let mut tried = 0;
    for at in line_starts(text) {
        let line = line_at(text, at);
        match line::kind(line.as_bytes()) {
            LineKind::Traceback | LineKind::GroupTraceback | LineKind::PythonFile => {
                return python(text, at);
            }
            LineKind::Goroutine => return go(text, at),
            LineKind::RustPanic | LineKind::RustPanicWhole => return rust(text, at),
            LineKind::Sanitizer => return sanitizer(text, at),
            LineKind::Terminate => return terminated(text, at),
            LineKind::Uncaught if line.starts_with("** (") => return elixir(text, at),
            LineKind::At
            | LineKind::Frame
            | LineKind::Note
            | LineKind::Cause
            | LineKind::Numbered
            | LineKind::Native => {
                if at == 0 || tried == FRAMES_TRIED_MAX {
                    return None;
                }
                tried += 1;
                if let Some(found) = framed(text, at) {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}

/// A trace that begins at `at` and reaches the end of the text.
fn exception<'a>(
    text: &'a str,
    at: usize,
    kind: &'a str,
    message: &'a str,
) -> Option<Exception<'a>> {
    if kind.is_empty() && message.is_empty() {
        return None;
    }
    let before = text.get(..at)?.trim_end();
    Some(Exception {
        body: if before.trim_start().is_empty() {
            text
        } else {
            before
        },
        kind,
        message,
        stacktrace: text.get(at..)?.trim_end(),
    })
}

/// The last traceback names the exception; above it stand its causes.
fn python(text: &str, at: usize) -> Option<Exception<'_>> {
    let (mut named, mut awaits_name, mut in_group) = ("", false, false);
    for start in line_starts(text).skip_while(|start| *start < at) {
        let line = line_at(text, start);
        let is_name = match line::kind(line.as_bytes()) {
            LineKind::GroupTraceback => {
                (awaits_name, in_group) = (true, true);
                false
            }
            LineKind::Traceback | LineKind::PythonFile => {
                (awaits_name, in_group) = (true, false);
                false
            }
            _ if !awaits_name => false,
            _ if in_group => line.trim_start().starts_with("| ") && !line.contains("|  "),
            _ => !line.is_empty() && !line::is_indented(line.as_bytes()),
        };
        if is_name {
            named = line.trim_start().trim_start_matches("| ");
            awaits_name = false;
        }
    }
    let (kind, message) = ruby_header(named).or_else(|| python_name(named))?;
    exception(text, at, kind, message)
}

/// A panic stands above its goroutines.
fn go(text: &str, goroutine: usize) -> Option<Exception<'_>> {
    for at in line_starts(text).take_while(|at| *at < goroutine) {
        let line = line_at(text, at);
        let (kind, from) = if line::kind(line.as_bytes()) == LineKind::GoPanic {
            let end = line.find(": ").unwrap_or(line.len());
            (line.get(..end)?, at + end)
        } else if let Some((before, served)) = line.split_once("panic serving ") {
            let address = served.find(": ").unwrap_or(served.len());
            (
                "panic",
                at + before.len() + "panic serving ".len() + address,
            )
        } else {
            continue;
        };
        let said = text.get(from..goroutine)?.trim_start_matches(": ");
        let end = ["\n\n", "\n\t", "\n[signal ", " [recovered"]
            .iter()
            .filter_map(|end| said.find(end))
            .min();
        return exception(
            text,
            at,
            kind,
            said.get(..end.unwrap_or(said.len()))?.trim(),
        );
    }
    None
}

fn rust(text: &str, at: usize) -> Option<Exception<'_>> {
    let line = line_at(text, at);
    if !line.ends_with(':') {
        let (_, said) = line.split_once(" panicked at ")?;
        let message = said.rsplit_once(", ").map_or(said, |(message, _)| message);
        return exception(text, at, "panic", message.trim_matches('\''));
    }
    let from = at + line.len();
    let is_end = |start: &usize| {
        let kind = line::kind(line_at(text, *start).as_bytes());
        matches!(kind, LineKind::Note | LineKind::Frame | LineKind::At)
    };
    let end = line_starts(text)
        .skip_while(|start| *start <= from)
        .find(is_end)
        .unwrap_or(text.len());
    exception(text, at, "panic", text.get(from..end)?.trim())
}

/// `==7==ERROR: AddressSanitizer: heap-use-after-free on …`
fn sanitizer(text: &str, at: usize) -> Option<Exception<'_>> {
    let line = line_at(text, at);
    let (_, said) = line
        .split_once("ERROR: ")
        .or_else(|| line.split_once("WARNING: "))?;
    let (kind, message) = said.split_once(": ").unwrap_or((said, ""));
    let rule = text.get(..at)?.trim_end();
    let above = rule.rfind('\n').map_or(0, |newline| newline + 1);
    let is_rule = line::kind(line_at(rule, above).as_bytes()) == LineKind::Rule;
    exception(text, if is_rule { above } else { at }, kind, message)
}

/// What the runtimes of C++ and Objective-C say about an exception that nobody caught.
fn terminated(text: &str, at: usize) -> Option<Exception<'_>> {
    let line = line_at(text, at);
    let (_, quoted) = line.split_once('\'')?;
    let (kind, after) = quoted.split_once('\'')?;
    let message = match after.strip_prefix(", reason: ") {
        Some(reason) => reason.trim_matches('\''),
        None => line_at(text, at + line.len() + 1)
            .trim()
            .strip_prefix("what():")
            .unwrap_or_default()
            .trim_start(),
    };
    exception(text, at, kind, message)
}

/// `** (RuntimeError) no such user`
fn elixir(text: &str, at: usize) -> Option<Exception<'_>> {
    let (kind, message) = line_at(text, at).strip_prefix("** (")?.split_once(')')?;
    exception(text, at, kind, message.trim())
}

/// Java, .NET, JavaScript, PHP, Ruby, Dart, Perl: a header, then frames. The surest header wins, and of equals the outermost.
fn framed(text: &str, frames: usize) -> Option<Exception<'_>> {
    let head = text.get(..frames)?;
    let mut best: Option<(usize, Header<'_>)> = None;
    for at in line_starts(head).take_while(|at| *at < frames) {
        let line = line_at(head, at);
        if line::kind(line.as_bytes()) == LineKind::Unhandled && line.starts_with("Unhandled") {
            return unhandled(text, at, frames);
        }
        if let Some(header) = header(line)
            && best
                .as_ref()
                .is_none_or(|(_, best)| best.name < header.name)
        {
            best = Some((at, header));
        }
    }
    // What is only qualified may be the name of a logger, with the exception behind it.
    let is_sure = best
        .as_ref()
        .is_some_and(|(_, best)| best.name > Name::Qualified);
    if let Some(found) = (!is_sure).then(|| embedded(text, frames)).flatten() {
        return Some(found);
    }
    let Some((at, header)) = best else {
        return perl(text, frames);
    };
    let message = match header.message {
        Some(message) => message,
        None => message_until(text, at + header.message_at, frames)?,
    };
    // Node prints the source above the error.
    let is_script = line::kind(line_at(text, 0).as_bytes()) == LineKind::ScriptPlace;
    exception(
        text,
        if is_script { 0 } else { at },
        header.kind,
        cleaned(message),
    )
}

/// A message may have several lines; the frames end it, and so do its causes.
fn message_until(text: &str, from: usize, frames: usize) -> Option<&str> {
    let message = text.get(from..frames.max(from))?;
    let end = line_starts(message).skip(1).find(|at| {
        let line = line_at(message, *at).as_bytes();
        let kind = line::kind(line);
        matches!(kind, LineKind::Cause | LineKind::Note)
    });
    Some(message.get(..end.unwrap_or(message.len()))?.trim())
}

/// Dart: the message stands below the words, and may name the type.
fn unhandled(text: &str, at: usize, frames: usize) -> Option<Exception<'_>> {
    let line_end = at + line_at(text, at).len();
    let said = text.get(line_end..frames.max(line_end))?.trim();
    let first = said.lines().next().unwrap_or_default();
    if let Some(kind) = first.strip_prefix("Instance of '") {
        return exception(text, at, kind.trim_end_matches('\''), "");
    }
    match header(first) {
        Some(header) => {
            let message = said.get(header.message_at..).unwrap_or_default();
            exception(text, at, header.kind, message.trim())
        }
        None => exception(text, at, "", said),
    }
}

/// A message with the exception somewhere in the line above its frames: all of the line is the body.
fn embedded(text: &str, frames: usize) -> Option<Exception<'_>> {
    let head = text.get(..frames)?.trim_end();
    let above = head.rfind('\n').map_or(0, |newline| newline + 1);
    [0, above].into_iter().find_map(|start| {
        let line = line_at(text, start);
        let mut words = memchr::memchr_iter(b' ', line.as_bytes()).map(|blank| blank + 1);
        let (at, (len, _)) = words.find_map(|at| {
            let named = name::of_header(line.as_bytes().get(at..)?)?;
            (named.1 > Name::Qualified).then_some((at, named))
        })?;
        let kind = line.get(at..at + len)?;
        let from = at + name::message_at(line.as_bytes().get(at..)?, len)?;
        Some(Exception {
            body: head,
            kind,
            message: cleaned(line.get(from..)?.trim()),
            stacktrace: text.get(start + at..)?.trim_end(),
        })
    })
}

/// `message at x.pl line 3.`, and below it who called.
fn perl(text: &str, frames: usize) -> Option<Exception<'_>> {
    let above = text.get(..frames)?.trim_end();
    let at = above.rfind('\n').map_or(0, |newline| newline + 1);
    let is_stack = line_at(text, frames).contains(" called at ");
    let (message, place) = line_at(text, at).rsplit_once(" at ")?;
    (is_stack && place.contains(" line ")).then(|| exception(text, at, "", message))?
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|newline| newline + 1))
}

fn line_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
    let line = rest.get(..end).unwrap_or_default();
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Body, type and message; the trace reaches from the rest of the text behind the body to its end.
    #[track_caller]
    fn check(text: &str, body: &str, kind: &str, message: &str) {
        let found = find(text).unwrap_or_else(|| panic!("nothing in {text:?}"));
        assert_eq!(
            (found.body, found.kind, found.message),
            (body, kind, message),
            "{text:?}"
        );
        assert!(text.ends_with(found.stacktrace), "{text:?}");
    }

    /// A trace with no message in front: the body is all of it.
    #[track_caller]
    fn alone(text: &str, kind: &str, message: &str) {
        check(text, text, kind, message);
        let below = format!("cannot sell\n{text}");
        check(&below, "cannot sell", kind, message);
        assert_eq!(find(&below).unwrap().stacktrace, text);
    }

    #[test]
    fn java_names_the_outermost_exception_first() {
        alone(
            "java.lang.IllegalStateException: no \"x\"\n\tat a.B.c(D.java:1)\nCaused by: java.io.IOException\n\t... 2 more",
            "java.lang.IllegalStateException",
            "no \"x\"",
        );
        alone(
            "Exception in thread \"main\" java.lang.Error: boom\n\tat a.B.c(D.java:1)",
            "java.lang.Error",
            "boom",
        );
        alone(
            "org.db.QueryException: near SELEC\nSELEC id\n\n\tat org.db.Parser.parse(Parser.java:301)",
            "org.db.QueryException",
            "near SELEC\nSELEC id",
        );
        check(
            "FATAL EXCEPTION: main\nProcess: org.shop, PID: 7\njava.lang.NullPointerException: cart\n\tat a.B.c(D.kt:1)",
            "FATAL EXCEPTION: main\nProcess: org.shop, PID: 7",
            "java.lang.NullPointerException",
            "cart",
        );
    }

    #[test]
    fn an_exception_in_the_line_of_its_message_leaves_the_line_whole() {
        let text = "shop.Worker: RuntimeException: no stock\n  at shop.Queue.put(Queue.java:50)";
        let found = find(text).unwrap();
        assert_eq!(
            (found.kind, found.message),
            ("RuntimeException", "no stock")
        );
        assert_eq!(found.body, "shop.Worker: RuntimeException: no stock");
        let text = "cannot sell: TypeError: no stock\n    at f (/srv/a.js:1:2)";
        let found = find(text).unwrap();
        assert_eq!(
            (found.body, found.kind, found.message),
            ("cannot sell: TypeError: no stock", "TypeError", "no stock")
        );
        assert!(found.stacktrace.starts_with("TypeError: no stock\n"));
    }

    #[test]
    fn python_names_its_exception_last() {
        alone(
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nValueError: bad 7\nand more",
            "ValueError",
            "bad 7",
        );
        alone(
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 2, in f\nKeyboardInterrupt",
            "KeyboardInterrupt",
            "",
        );
        alone(
            "  File \"a.py\", line 3\n    def f(:\n          ^\nSyntaxError: invalid syntax",
            "SyntaxError",
            "invalid syntax",
        );
        alone(
            "  + Exception Group Traceback (most recent call last):\n  |   File \"a.py\", line 2, in <module>\n  | ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | ValueError: one\n    +------------------------------------",
            "ExceptionGroup",
            "two (2 sub-exceptions)",
        );
    }

    #[test]
    fn go_and_rust_panic() {
        alone(
            "panic: no stock [recovered]\n\tpanic: again\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:9 +0x25",
            "panic",
            "no stock",
        );
        alone(
            "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select]:\nmain.main()",
            "fatal error",
            "all goroutines are asleep - deadlock!",
        );
        alone(
            "http: panic serving 127.0.0.1:5: no stock\ngoroutine 34 [running]:\nmain.f()",
            "panic",
            "no stock",
        );
        alone(
            "thread 'main' panicked at src/main.rs:4:10:\nassertion failed: stock\n  left: 3\n right: 4\nnote: run with `RUST_BACKTRACE=1`",
            "panic",
            "assertion failed: stock\n  left: 3\n right: 4",
        );
        alone(
            "thread 'main' panicked at 'no stock', src/main.rs:4:10\nstack backtrace:\n   0: a",
            "panic",
            "no stock",
        );
        check(
            "Error: cannot sell\n\nCaused by:\n    0: no stock",
            "Error: cannot sell\n\nCaused by:\n    0: no stock",
            "Error",
            "cannot sell",
        );
    }

    #[test]
    fn scripts_throw_errors() {
        alone(
            "TypeError: cart.total is not a function\n    at Shop.pay (/srv/shop.js:31:12)",
            "TypeError",
            "cart.total is not a function",
        );
        check(
            "/srv/index.js:10\n    throw err;\n    ^\n\nError: no stock\n    at f (/srv/index.js:10:11)\n\nNode.js v22.1.0",
            "/srv/index.js:10\n    throw err;\n    ^\n\nError: no stock\n    at f (/srv/index.js:10:11)\n\nNode.js v22.1.0",
            "Error",
            "no stock",
        );
        alone(
            "TypeError [ERR_INVALID_ARG_TYPE]: no\n    at f (/srv/a.js:1:2)",
            "TypeError",
            "no",
        );
        alone(
            "shop.rb:18:in `sell': it's gone (OutOfStock)\n\tfrom shop.rb:14:in `run'",
            "OutOfStock",
            "it's gone",
        );
        alone(
            "ActionController::RoutingError (No route matches [GET] \"/cart\"):\n  \n  lib/rack.rb:31:in `call'",
            "ActionController::RoutingError",
            "No route matches [GET] \"/cart\"",
        );
        alone(
            "PHP Fatal error:  Uncaught OutOfStock: no stock in /srv/shop.php:31\nStack trace:\n#0 {main}\n  thrown in /srv/shop.php on line 31",
            "OutOfStock",
            "no stock",
        );
        alone(
            "exception 'Exception' with message 'no stock' in /srv/shop.php:5\nStack trace:\n#0 {main}",
            "Exception",
            "no stock",
        );
        alone(
            "no stock at /srv/shop.pl line 31.\n\tmain::sell(7) called at /srv/shop.pl line 9",
            "",
            "no stock",
        );
        alone(
            "** (RuntimeError) no stock\n    (shop 1.0.0) lib/shop.ex:31: Shop.sell/1",
            "RuntimeError",
            "no stock",
        );
    }

    #[test]
    fn compiled_languages_have_their_own_words() {
        alone(
            "Unhandled exception. System.InvalidOperationException: no stock\n ---> System.IO.IOException: disk full\n   at Shop.Disk.Write()",
            "System.InvalidOperationException",
            "no stock",
        );
        alone(
            "System.ArgumentNullException: Value cannot be null.\nParameter name: cart\n   at Shop.Cart.Total()",
            "System.ArgumentNullException",
            "Value cannot be null.\nParameter name: cart",
        );
        alone(
            "Unhandled exception:\nException: no stock\n#0      main (file:///srv/main.dart:7:1)",
            "Exception",
            "no stock",
        );
        alone(
            "Unhandled exception:\nInstance of 'OutOfStock'\n#0      main (file:///srv/main.dart:7:1)",
            "OutOfStock",
            "",
        );
        alone(
            "Unhandled exception:\nBad state: No element\n#0      main (file:///srv/main.dart:7:1)",
            "",
            "Bad state: No element",
        );
        alone(
            "==========\n==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n    #0 0x4c in f",
            "AddressSanitizer",
            "heap-use-after-free on address 0x1",
        );
        alone(
            "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no stock",
            "std::runtime_error",
            "no stock",
        );
        alone(
            "*** Terminating app due to uncaught exception 'NSRangeException', reason: 'index 7'\n*** First throw call stack:",
            "NSRangeException",
            "index 7",
        );
    }

    #[test]
    fn a_stack_without_a_name_and_prose_are_no_exceptions() {
        for text in [
            "SELECT *\n  FROM t\n  WHERE a: b",
            "note: this\n\tat the end",
            "recovered\ngoroutine 7 [running]:\nmain.main()",
            "    at f (a.js:1:2)\n    at g (a.js:2:2)",
            "usage:\n  run  begins\n  stop  ends",
        ] {
            assert_eq!(find(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_read_in_linear_time() {
        for piece in [
            "Error (",
            "A.B: ",
            "Caused by: x\n",
            "\tat x\n",
            " at ",
            "#1 (\n",
            "x.rb:1:in `a': ",
            "** (a) b\n",
            "panic: x\n",
        ] {
            let text = format!("x\n{}\n\tat a.b(c)", piece.repeat((1 << 20) / piece.len()));
            let _found = find(&text);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_exception_or_none(text in "[ \ta-cE:.()'#0\\n]{0,80}|.{0,80}", trace in proptest::sample::select(vec!["\n\tat x", "\ngoroutine 7 [x]:", "\nTraceback (most recent call last):\n", "\nthread 'é' panicked at é:", "\n#0 (", "\nUnhandled exception:\n#0 ("])) {
            for text in [format!("{text}{trace}"), format!("{text}{trace}{text}"), text] {
                if let Some(found) = find(&text) {
                    proptest::prop_assert!(text.contains(found.body) && text.contains(found.stacktrace));
                }
            }
        }
    }
}
