//! The two output streams. A write never fails for the caller: the first error closes the stream and is remembered.
//!
//! [`Screen`] lets progress bars draw on such a stream; the bar library panics on a failed write while it gives way to
//! a message, and a terminal that went away must not stop the shipping.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;

use super::style::screen_size;

/// An output that may go away at any time.
#[derive(Clone)]
pub(super) struct Stream(Arc<Mutex<Inner>>);

struct Inner {
    to: Box<dyn Write + Send>,
    closed_by: Option<io::ErrorKind>,
}

impl Stream {
    /// Writes go here until one fails.
    pub(super) fn new(to: Box<dyn Write + Send>) -> Stream {
        Stream(Arc::new(Mutex::new(Inner {
            to,
            closed_by: None,
        })))
    }

    /// Writes the text and flushes, or does nothing once a write has failed.
    pub(super) fn write(&self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    /// The same for bytes that may be no text.
    pub(super) fn write_bytes(&self, bytes: &[u8]) {
        let mut inner = lock(&self.0);
        if bytes.is_empty() || inner.closed_by.is_some() {
            return;
        }
        let written = inner.to.write_all(bytes).and_then(|()| inner.to.flush());
        inner.closed_by = written.err().map(|error| error.kind());
    }

    /// Why nothing more is written.
    pub(super) fn closed_by(&self) -> Option<io::ErrorKind> {
        lock(&self.0).closed_by
    }
}

/// A panic elsewhere does not take the output away.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A [`Stream`] as the bar library sees it: collects until flushed, never fails.
pub(super) struct Screen {
    stream: Stream,
    pending: Mutex<String>,
    columns_fallback: usize,
}

impl Screen {
    /// Draws on the stream; its width is asked anew each time, so that a resized window stays whole.
    pub(super) fn new(stream: Stream, columns_fallback: usize) -> Screen {
        Screen {
            stream,
            pending: Mutex::new(String::new()),
            columns_fallback,
        }
    }

    fn collect(&self, text: &str) {
        lock(&self.pending).push_str(text);
    }

    fn move_cursor(&self, count: usize, direction: char) {
        if count > 0 {
            self.collect(&format!("\u{1b}[{count}{direction}"));
        }
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Screen(..)")
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        let columns = screen_size().map_or(self.columns_fallback, |(_, columns)| columns);
        u16::try_from(columns).unwrap_or(u16::MAX)
    }

    fn height(&self) -> u16 {
        let rows = screen_size().map_or(24, |(rows, _)| rows);
        u16::try_from(rows).unwrap_or(u16::MAX)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'A');
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'B');
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'C');
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'D');
        Ok(())
    }

    fn write_line(&self, s: &str) -> io::Result<()> {
        self.collect(s);
        self.collect("\n");
        Ok(())
    }

    fn write_str(&self, s: &str) -> io::Result<()> {
        self.collect(s);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.collect("\r\u{1b}[2K");
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let text = std::mem::take(&mut *lock(&self.pending));
        self.stream.write(&text);
        Ok(())
    }
}
