//! Stack traces: which lines join a record, and what a trace says about its exception.
//!
//! A trace begins with words that only runtimes write, or with the name of an exception, and goes on with frames; each language has its
//! own form of both. What a line may be is told by [`mod@line`], what may follow it by [`state`], what the whole says by [`exception`].
//! No line is looked at more than a few times, and none is kept.
//!
//! Spec: semantic conventions, "Exceptions in logs": `exception.type`, `exception.message`, `exception.stacktrace`.

pub mod exception;
mod header;
mod indent;
pub mod line;
mod name;
mod opening;
pub mod state;

pub use crate::format::trace::exception::{Exception, exception_header, find};
pub use crate::format::trace::line::{continues, is_indented};
pub use crate::format::trace::state::{LOOSE_LINES_MAX, TraceState, is_ordinary, opens, parts};
