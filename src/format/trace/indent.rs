//! What an indented line may be to a stack trace: a place in the code, or anything else that belongs to the line above.

use crate::format::trace::line::LineKind;

/// Whether an indented line opens a trace of its own.
pub(super) fn opens(line: &[u8]) -> bool {
    matches!(line.trim_ascii_start().first(), Some(b'+' | b'F'))
        && matches!(kind(line), LineKind::GroupTraceback | LineKind::PythonFile)
}

/// What an indented line may be to a trace.
pub(super) fn kind(line: &[u8]) -> LineKind {
    let inner = line.trim_ascii_start();
    match inner.first() {
        Some(b'+') if inner.starts_with(b"+ Exception Group Traceback (") => {
            LineKind::GroupTraceback
        }
        Some(b'F') if inner.starts_with(b"File \"") => python_file(inner),
        Some(b'a') if inner.starts_with(b"at ") => LineKind::At,
        Some(b'f')
            if inner.starts_with(b"from ") && memchr::memmem::find(inner, b":in ").is_some() =>
        {
            LineKind::Frame
        }
        Some(b'e') if inner.starts_with(b"eval at ") => LineKind::Frame,
        Some(b'#') if is_numbered(inner) => LineKind::Frame,
        Some(b'.') if inner.starts_with(b"... ") => LineKind::At,
        Some(b'(') if memchr::memmem::find(inner, b".ex").is_some() => LineKind::Frame,
        Some(b'n') if inner.starts_with(b"nested exception is:") => LineKind::Nested,
        Some(b'C') if inner.starts_with(b"Caused by: ") => LineKind::Cause,
        Some(b'S') if inner.starts_with(b"Suppressed: ") => LineKind::Cause,
        Some(b'-') if inner.starts_with(b"--- End of ") || inner.starts_with(b"---> ") => {
            LineKind::Note
        }
        Some(b'0'..=b'9') => indented_numeral(inner),
        Some(b'^' | b'~') if inner.iter().all(|byte| matches!(byte, b'^' | b'~' | b' ')) => {
            LineKind::Caret
        }
        _ => framed_by_end(inner),
    }
}

/// `   0: main::run`, `\t 1: from a.rb:3:in 'f'`, `0# main at a.cpp:3`
fn indented_numeral(inner: &[u8]) -> LineKind {
    let digits = inner
        .iter()
        .take(6)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    match inner.get(digits..).unwrap_or_default() {
        [b':' | b'#', b' ', ..] => LineKind::Frame,
        _ => LineKind::Indented,
    }
}

/// Frames that are told by their ends: `lib/a.rb:3:in 'f'`, `main::f(7) called at a.pl line 3`.
fn framed_by_end(inner: &[u8]) -> LineKind {
    let is_frame = match inner.last() {
        Some(b'\'') => memchr::memmem::find(inner, b":in ").is_some(),
        Some(b'0'..=b'9') => memchr::memmem::find(inner, b" called at ").is_some(),
        _ => false,
    };
    if is_frame {
        LineKind::Frame
    } else {
        LineKind::Indented
    }
}

/// `File "a.py", line 3, in f`, or without the function, which errors of syntax do not have.
fn python_file(inner: &[u8]) -> LineKind {
    let ends_with_line = inner.last().is_some_and(u8::is_ascii_digit)
        && memchr::memmem::find(inner, b"\", line ").is_some();
    if ends_with_line && memchr::memmem::find(inner, b", in ").is_none() {
        LineKind::PythonFile
    } else {
        LineKind::Frame
    }
}

/// `#3 ` and what looks like a place in the code.
pub(super) fn is_numbered(line: &[u8]) -> bool {
    let digits = line
        .iter()
        .skip(1)
        .take(6)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let rest = line.get(1 + digits..).unwrap_or_default();
    digits > 0
        && rest.first() == Some(&b' ')
        && (memchr::memchr2(b'(', b'{', rest).is_some()
            || memchr::memmem::find(rest, b"0x").is_some())
}
