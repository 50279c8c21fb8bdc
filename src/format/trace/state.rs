//! What a record that is still open may take in next: a state machine over lines, without memory of their text.
//!
//! A line that stands in a trace by its place alone, like the second line of a message, is taken on trust: [`TraceState::is_tentative`]
//! says so until a frame below it proves it right. No more than [`LOOSE_LINES_MAX`] of them stand in a row.

use crate::format::trace::line::{self, LineKind};
use crate::format::trace::name;

/// Most lines in a row that join only by their place.
pub const LOOSE_LINES_MAX: u8 = 16;

/// What the lines of an open record were, as far as it matters to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceState {
    place: Place,
    /// Lines in a row, up to here, that joined by their place alone.
    loose: u8,
    tentative: bool,
}

/// Where in a trace the last line stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In no trace.
    Plain,
    /// In a message with a level or a time, under which a trace may stand.
    Headed,
    /// At an exception, above its frames.
    Header,
    /// At words that only a runtime writes, above the exception.
    Unhandled,
    /// Between two names of exceptions that nest.
    Nested,
    /// Among frames, of most languages.
    Frames,
    PythonHeader,
    PythonFrames,
    /// At the exception below the frames.
    PythonEnd,
    /// At the words between two tracebacks.
    PythonChain,
    /// At a panic, above its goroutines.
    GoPanic,
    Go,
    /// The message is in the next line.
    RustPanic,
    Rust,
    /// At the place in a script, above its source.
    Script,
    /// Below the caret under that source.
    ScriptCaret,
    /// At the line above a sanitizer's report.
    Rule,
    Sanitizer,
    SanitizerTail,
    /// At the end; nothing follows but what joins any record.
    End,
}

impl TraceState {
    /// A record of which nothing is known; what joins any record joins it.
    pub const PLAIN: TraceState = TraceState::sure(Place::Plain);

    const fn sure(place: Place) -> TraceState {
        TraceState {
            place,
            loose: 0,
            tentative: false,
        }
    }

    /// The state after the first line of a record.
    #[inline]
    pub fn begin(line: &[u8]) -> TraceState {
        TraceState::sure(opened_by(line::kind(line)))
    }

    /// Whether the record takes in only what joins any record, so that nobody need ask.
    #[inline]
    pub fn is_plain(self) -> bool {
        matches!(self.place, Place::Plain | Place::End)
    }

    /// Whether the last lines joined on trust, and belong to the record only if a later one proves it.
    #[inline]
    pub fn is_tentative(self) -> bool {
        self.tentative
    }

    /// The state when `line` joins the record, or `None` when it does not.
    ///
    /// A line for which [`continues`](crate::format::trace::continues) is true is refused only after tentative lines.
    pub fn accepts(self, line: &[u8]) -> Option<TraceState> {
        let kind = line::kind(line);
        if line::joins_any(kind) {
            return self.continued(kind);
        }
        if let Some(next) = self.follows(kind) {
            return Some(next);
        }
        match self.place {
            // One line, whatever it says.
            Place::RustPanic => self.loose_in(Place::Rust, false),
            Place::PythonHeader | Place::PythonFrames if ends_python(kind, line) => {
                self.loose_in(Place::PythonEnd, false)
            }
            place if takes_messages(place) && may_be_message(kind) => self.loose_in(place, true),
            _ => None,
        }
    }

    fn loose_in(self, place: Place, tentative: bool) -> Option<TraceState> {
        (self.loose < LOOSE_LINES_MAX).then(|| TraceState {
            place,
            loose: self.loose + 1,
            tentative: tentative || self.tentative,
        })
    }

    /// A line that joins any record.
    fn continued(self, kind: LineKind) -> Option<TraceState> {
        use Place as P;
        let place = match (kind, self.place) {
            (LineKind::Goroutine, _) => P::Go,
            (LineKind::Chain, _) => P::PythonChain,
            (LineKind::Nested, _) => P::Nested,
            (LineKind::Caret, P::Script) => P::ScriptCaret,
            (LineKind::At, _) | (LineKind::Frame | LineKind::Note, P::Rust | P::RustPanic) => {
                P::Frames
            }
            // A detail below a line taken on trust proves nothing.
            (LineKind::Indented | LineKind::Caret, place) if self.tentative => {
                return self.loose_in(place, true);
            }
            (_, P::PythonHeader | P::PythonChain) => P::PythonFrames,
            (_, P::RustPanic) => P::Rust,
            (
                _,
                place @ (P::PythonFrames
                | P::PythonEnd
                | P::Go
                | P::GoPanic
                | P::Rust
                | P::Sanitizer
                | P::SanitizerTail),
            )
            | (LineKind::Indented | LineKind::Caret, place) => place,
            (LineKind::Cause, _) => P::Header,
            _ => P::Frames,
        };
        Some(TraceState::sure(place))
    }

    /// A line that joins the traces which expect it.
    fn follows(self, kind: LineKind) -> Option<TraceState> {
        use LineKind as K;
        use Place as P;
        let place = match (self.place, kind) {
            (P::Nested | P::Unhandled | P::ScriptCaret, K::Exception | K::Uncaught)
            | (P::Frames, K::Next) => P::Header,
            (P::Header | P::Frames | P::Unhandled, K::Numbered | K::Native)
            | (P::Header | P::Frames | P::ScriptCaret, K::Trailer)
            | (P::PythonHeader | P::PythonFrames, K::RubyHeader) => P::Frames,
            (P::Unhandled, K::Trailer) => P::Unhandled,
            (P::Script, K::BareCaret) => P::ScriptCaret,
            (P::Go, K::GoFunction | K::GoLine) | (P::GoPanic, K::GoLine) => P::Go,
            (P::GoPanic, K::GoSignal) => P::GoPanic,
            (P::PythonHeader | P::PythonFrames, K::Exception) => P::PythonEnd,
            (P::PythonHeader | P::PythonFrames | P::PythonChain | P::Headed, K::PythonFile) => {
                P::PythonFrames
            }
            (P::PythonChain | P::Headed, K::Traceback | K::GroupTraceback) => opened_by(kind),
            (P::Sanitizer, K::SanitizerLine | K::Numbered | K::Native)
            | (P::Sanitizer | P::Rule, K::Sanitizer) => P::Sanitizer,
            (P::Sanitizer | P::SanitizerTail, K::SanitizerSummary)
            | (P::SanitizerTail, K::SanitizerLine) => P::SanitizerTail,
            (P::Sanitizer | P::SanitizerTail, K::Rule | K::SanitizerEnd)
            | (P::Go | P::GoPanic, K::GoExit) => P::End,
            // Below a log line, an exception is its trace if frames follow.
            (P::Headed, K::Exception | K::Uncaught | K::RubyHeader) => {
                return self.loose_in(P::Header, true);
            }
            _ => return None,
        };
        Some(TraceState::sure(place))
    }
}

fn opened_by(kind: LineKind) -> Place {
    match kind {
        LineKind::Headed => Place::Headed,
        LineKind::Exception | LineKind::Uncaught | LineKind::RubyHeader | LineKind::Terminate => {
            Place::Header
        }
        LineKind::Unhandled => Place::Unhandled,
        LineKind::Traceback => Place::PythonHeader,
        LineKind::GroupTraceback => Place::Frames,
        LineKind::PythonFile => Place::PythonFrames,
        LineKind::GoPanic => Place::GoPanic,
        LineKind::RustPanic => Place::RustPanic,
        LineKind::RustPanicWhole => Place::Rust,
        LineKind::ScriptPlace => Place::Script,
        LineKind::Rule => Place::Rule,
        LineKind::Sanitizer => Place::Sanitizer,
        _ => Place::Plain,
    }
}

/// `Type: message` or `Type`, whatever the type is called: only the frames above it tell.
fn ends_python(kind: LineKind, line: &[u8]) -> bool {
    let len = name::name_len(line);
    kind != LineKind::Headed && len > 0 && matches!(line.get(len..), Some([] | [b':', ..]))
}

/// Where a message of several lines may stand.
fn takes_messages(place: Place) -> bool {
    matches!(
        place,
        Place::Header
            | Place::Unhandled
            | Place::GoPanic
            | Place::Rust
            | Place::Script
            | Place::ScriptCaret
    )
}

/// Whether a line opens nothing of its own.
fn may_be_message(kind: LineKind) -> bool {
    kind != LineKind::Headed && opened_by(kind) == Place::Plain
}

/// Whether a line opens a trace, so that its first word is no level: `panic: …`, `Error: …`.
pub fn opens(line: &[u8]) -> bool {
    !matches!(opened_by(line::kind(line)), Place::Plain | Place::Headed)
}

/// Whether `line` begins a record wherever `above`, the line above it, stands in a trace.
///
/// Shape: `line` is one for which [`continues`](crate::format::trace::continues) is false.
pub fn parts(above: &[u8], line: &[u8]) -> bool {
    line::kind(above) == LineKind::At
        && !matches!(
            line::kind(line),
            LineKind::Numbered | LineKind::Native | LineKind::Trailer | LineKind::Next
        )
}

/// Whether a line opens no trace and stands but by its place: behind [`LOOSE_LINES_MAX`] of them and one more, no trace is
/// open.
pub fn is_ordinary(line: &[u8]) -> bool {
    matches!(line::kind(line), LineKind::Other | LineKind::Headed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records that the lines make, as a reader without formats would group them.
    fn records(text: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut state: Option<TraceState> = None;
        for line in text.lines() {
            let joined = state.and_then(|state| state.accepts(line.as_bytes()));
            if let (Some(joined), Some(record)) = (joined, found.last_mut()) {
                record.push('\n');
                record.push_str(line);
                state = Some(joined);
            } else if !line.trim().is_empty() {
                found.push(line.to_owned());
                state = Some(TraceState::begin(line.as_bytes()));
            }
        }
        found
    }

    #[track_caller]
    fn joins(first: &str, next: &str) {
        assert_eq!(
            records(&format!("{first}\n{next}")).len(),
            1,
            "{next:?} below {first:?}"
        );
    }

    #[track_caller]
    fn parts(first: &str, next: &str) {
        assert_eq!(
            records(&format!("{first}\n{next}")).len(),
            2,
            "{next:?} below {first:?}"
        );
    }

    #[test]
    fn a_plain_line_takes_in_what_joins_any_record_and_no_more() {
        joins("hello", "  more");
        joins("hello", "Caused by: a.B: c");
        joins("recovered", "goroutine 7 [running]:");
        parts("hello", "world");
        parts("hello", "TypeError: x");
        parts("hello", "Traceback (most recent call last):");
        parts("hello", "exit status 2");
        parts("hello", "main.run(0x1)");
    }

    #[test]
    fn a_log_line_takes_in_the_trace_below_it() {
        joins("ERROR:root:failed", "Traceback (most recent call last):");
        joins("[12:00:00 ERR] failed", "System.Exception: no\n   at A.B()");
        joins(
            "error: failed",
            "** (RuntimeError) no\n    (app 1.0.0) lib/a.ex:3: A.b/1",
        );
        parts("ERROR:root:failed", "ERROR:root:again");
    }

    #[test]
    fn lines_taken_on_trust_are_proved_by_a_frame() {
        let state = TraceState::begin(b"java.lang.Exception: one");
        let state = state.accepts(b"two").unwrap();
        assert!(state.is_tentative());
        let state = state.accepts(b"\tdetail").unwrap();
        assert!(state.is_tentative());
        assert!(
            !state
                .accepts(b"\tat a.B.c(D.java:1)")
                .unwrap()
                .is_tentative()
        );
        assert_eq!(state.accepts(b"java.lang.Exception: another"), None);
    }

    #[test]
    fn so_many_lines_and_no_more_are_taken_on_trust() {
        let mut state = TraceState::begin(b"java.lang.Exception: one");
        for _ in 0..LOOSE_LINES_MAX {
            state = state.accepts(b"more").unwrap();
        }
        assert_eq!(state.accepts(b"more"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_lines_have_a_state(lines in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..40), 0..20)) {
            let mut state = TraceState::PLAIN;
            for line in &lines {
                state = state.accepts(line).unwrap_or_else(|| TraceState::begin(line));
                proptest::prop_assert!(state.loose <= LOOSE_LINES_MAX);
            }
        }
    }
}
