//! The words by which lines of traces begin, and nothing else does.

use crate::format::trace::line::LineKind;

type Opening = (&'static [u8], LineKind);

/// Openings of lines by their first byte; the longer ones first.
fn openings(first: u8) -> &'static [Opening] {
    use LineKind as K;
    match first {
        b'A'..=b'Z' => capitals(first),
        b'(' => &[(b"(Use `node ", K::Trailer), (b"(", K::Trailer)],
        b'*' => &[
            (b"*** First throw call stack:", K::Note),
            (b"*** Terminating app due to", K::Terminate),
            (b"** (", K::Uncaught),
        ],
        b'-' => &[(b"--- End of ", K::Note), (b"---> ", K::Note)],
        b'.' => &[(b"... ", K::At), (b"...additional frames", K::GoLine)],
        b'<' => &[(b"<asynchronous suspension>", K::Note)],
        b'=' => &[(b"=>0x", K::SanitizerLine)],
        b'[' => &[
            (b"[signal ", K::GoSignal),
            (b"[CIRCULAR REFERENCE", K::Note),
            (b"[stacktrace]", K::Note),
            (b"[previous exception]", K::Note),
            (b"[Switching to Thread ", K::Trailer),
        ],
        b'a' => &[(b"at ", K::At), (b"allocated by thread ", K::SanitizerLine)],
        b'c' => &[(b"created by ", K::GoLine)],
        b'e' => &[(b"exit status ", K::GoExit), (b"exception '", K::Uncaught)],
        b'f' => &[
            (b"fatal error: ", K::GoPanic),
            (b"freed by thread ", K::SanitizerLine),
        ],
        b'g' => &[(b"goroutine ", K::Goroutine)],
        b'l' => &[(b"libc++abi", K::Trailer)],
        b'n' => &[
            (b"note: run with `RUST_", K::Note),
            (b"note: Some details are omitted", K::Note),
            (b"nested exception is:", K::Nested),
        ],
        b'p' => &[
            (b"panic: ", K::GoPanic),
            (b"previously allocated by", K::SanitizerLine),
        ],
        b'r' => &[(b"runtime: ", K::GoLine)],
        b's' => &[(b"stack backtrace:", K::Note)],
        b't' => &[(b"terminate called ", K::Terminate)],
        b'u' => &[(b"unexpected fault address ", K::GoPanic)],
        _ => &[],
    }
}

fn capitals(first: u8) -> &'static [Opening] {
    use LineKind as K;
    match first {
        b'A' => &[(b"Aborted", K::Trailer), (b"Address 0x", K::SanitizerLine)],
        b'C' => &[
            (b"Caused by:", K::Cause),
            (b"Current stack trace:", K::Note),
        ],
        b'D' => &[
            (b"During handling of the above exception", K::Chain),
            (b"Direct leak of ", K::SanitizerLine),
        ],
        b'E' => &[
            (b"Exception in thread ", K::Uncaught),
            (b"Emitted '", K::Trailer),
        ],
        b'F' => &[
            (b"FATAL EXCEPTION", K::Unhandled),
            (b"Fatal error: ", K::Uncaught),
            (b"From previous event:", K::Note),
            (b"Function: ", K::Trailer),
        ],
        b'H' => &[(b"HINT: ", K::SanitizerLine), (b"Hint: ", K::SanitizerLine)],
        b'I' => &[(b"Indirect leak of ", K::SanitizerLine)],
        b'L' => &[(b"Last message", K::Trailer), (b"Location:", K::Trailer)],
        b'N' => &[(b"Node.js v", K::Trailer), (b"Next ", K::Next)],
        b'P' => &[
            (b"PHP Fatal error:  Uncaught ", K::Uncaught),
            (b"PHP Fatal error: Uncaught ", K::Uncaught),
            (b"PHP Stack trace:", K::Note),
            (b"PHP   ", K::Note),
            (b"Process: ", K::Trailer),
            (b"Program received signal ", K::Terminate),
            (b"PC=0x", K::GoSignal),
        ],
        b'R' => &[(b"READ of size ", K::SanitizerLine)],
        _ => later_capitals(first),
    }
}

fn later_capitals(first: u8) -> &'static [Opening] {
    use LineKind as K;
    match first {
        b'S' => &[
            (b"Suppressed: ", K::Cause),
            (b"Stack backtrace:", K::Note),
            (b"Stack (most recent call last):", K::Note),
            (b"Stack trace:", K::Note),
            (b"Stack Trace:", K::Note),
            (b"SUMMARY: ", K::SanitizerSummary),
            (b"Shadow byte", K::SanitizerLine),
            (b"SIGQUIT: quit", K::GoPanic),
            (b"SIGABRT: abort", K::GoPanic),
            (b"SIGSEGV: segmentation violation", K::GoPanic),
            (b"State: ", K::Trailer),
        ],
        b'T' => &[
            (b"Traceback (most recent call last):", K::Traceback),
            (b"Traceback (innermost last):", K::Traceback),
            (b"The above exception was the direct cause", K::Chain),
            (b"This frame has ", K::SanitizerLine),
            (b"The signal is caused by", K::SanitizerLine),
            (b"Thrown at:", K::Note),
        ],
        b'U' => &[
            (b"Unhandled exception. ", K::Uncaught),
            (b"Unhandled exception:", K::Unhandled),
            (b"Unhandled Exception:", K::Unhandled),
            (b"Uncaught ", K::Uncaught),
        ],
        b'W' => &[
            (b"Wrapped by: ", K::Cause),
            (b"WRITE of size ", K::SanitizerLine),
            (b"WARNING: ThreadSanitizer:", K::Sanitizer),
        ],
        _ => &[],
    }
}

/// The kind of a line that begins with such words, if the rest of it fits them.
pub(super) fn opening(line: &[u8]) -> Option<LineKind> {
    let (_, kind) = openings(*line.first()?).iter().find(|(opening, _)| {
        // The second byte says no to most that the first has not.
        opening
            .get(1)
            .is_none_or(|second| line.get(1) == Some(second))
            && line.starts_with(opening)
    })?;
    let fits = match kind {
        LineKind::Goroutine => line.ends_with(b":") && memchr::memchr(b'[', line).is_some(),
        LineKind::At if line.starts_with(b"... ") => line.get(4).is_some_and(u8::is_ascii_digit),
        // Alone on its line; services greet with it too.
        LineKind::Trailer if line.starts_with(b"Node.js v") => {
            line.len() <= 20 && !line.iter().skip(9).any(|byte| *byte == b' ')
        }
        LineKind::Trailer if line.starts_with(b"(") => {
            line.len() == 1 || line.starts_with(b"(Use ")
        }
        LineKind::Unhandled if line.len() > 20 && line.first() == Some(&b'U') => {
            return Some(LineKind::Uncaught);
        }
        _ => true,
    };
    fits.then_some(*kind)
}
