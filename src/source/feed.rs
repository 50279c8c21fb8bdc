//! Where a chunk's bytes come from: a file that is simply read, or a pipe behind a thread of its own.
//!
//! A pipe must not hold up the program: its thread blocks in `read` and hands blocks over a bounded channel, and whoever cuts chunks
//! waits no longer than the flush interval.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;
use crate::source::inflate;

/// Bytes read from a pipe at a time.
pub const BLOCK_BYTES: usize = 64 << 10;

/// Blocks of a pipe that wait at most: with [`BLOCK_BYTES`], half a megabyte.
pub const BLOCKS_MAX: usize = 8;

/// Lines that make a batch of a pipe worth sending as soon as nothing more is waiting.
pub const LIVE_RECORDS_MAX: usize = 256;

/// How often a waiting pipe looks whether the run shall end.
const STOP_CHECK: Duration = Duration::from_millis(50);

/// How many bytes of a source were taken, on disk: asked for by the progress bar, and free while nobody asks.
#[derive(Debug, Default)]
pub struct Meter {
    counted: AtomicU64,
    /// A file knows its own position.
    file: OnceLock<Arc<File>>,
}

impl Meter {
    /// Asks this file from now on.
    pub fn watch(&self, file: Arc<File>) {
        // A source is opened once.
        let _first = self.file.set(file);
    }

    /// The file that is asked.
    pub fn file(&self) -> Option<&Arc<File>> {
        self.file.get()
    }

    /// Bytes taken so far.
    pub fn bytes(&self) -> u64 {
        match self.file.get() {
            Some(file) => (&**file).stream_position().unwrap_or(0),
            None => self.counted.load(Ordering::Relaxed),
        }
    }

    fn add(&self, bytes: u64) {
        self.counted.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A block of a pipe, or why there is none.
pub type Block = io::Result<Vec<u8>>;

/// Bytes, from either kind of source.
pub enum Feed {
    /// A file.
    Bulk(Box<dyn Read + Send>),
    /// A pipe.
    Live(LiveFeed),
}

/// The reading end of a pipe's channel.
pub struct LiveFeed {
    blocks: Receiver<Block>,
    flush_interval: Duration,
    clock: Arc<dyn Clock>,
    shutdown: Shutdown,
    /// When the oldest byte that waits has come.
    waiting_since: Option<Instant>,
    last_block: Option<Instant>,
    /// Blocks that are still taken once the run shall end: what the thread had read by then.
    left_after_stop: usize,
}

/// How a fill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// As many bytes as were wanted.
    Enough,
    /// The flush interval is over, or a batch is complete and nothing more is waiting.
    Lull {
        /// Whether nothing has come for a while.
        quiet: bool,
    },
    /// There is no more.
    End,
}

impl Feed {
    /// Appends to `bytes` until they are `wanted_bytes` long.
    pub fn fill(&mut self, bytes: &mut Vec<u8>, wanted_bytes: usize) -> io::Result<Filled> {
        match self {
            Feed::Bulk(reader) => {
                let missing = wanted_bytes.saturating_sub(bytes.len());
                bytes.reserve_exact(missing);
                reader.by_ref().take(missing as u64).read_to_end(bytes)?;
                Ok(if bytes.len() >= wanted_bytes {
                    Filled::Enough
                } else {
                    Filled::End
                })
            }
            Feed::Live(live) => live.fill(bytes, wanted_bytes),
        }
    }

    /// Gives nothing but the error that came behind what could be read.
    pub fn broken(error: io::Error) -> Feed {
        Feed::Bulk(Box::new(Broken(Some(error))))
    }

    /// Whether what was taken from it is gone from where it came: then it is given out even when the run shall end.
    pub fn is_live(&self) -> bool {
        matches!(self, Feed::Live(_))
    }
}

/// A source that has failed already.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

impl LiveFeed {
    /// Over a channel that [`pump`] fills.
    pub fn new(
        blocks: Receiver<Block>,
        flush_interval: Duration,
        clock: Arc<dyn Clock>,
        shutdown: Shutdown,
    ) -> LiveFeed {
        LiveFeed {
            blocks,
            flush_interval,
            clock,
            shutdown,
            waiting_since: None,
            last_block: None,
            left_after_stop: BLOCKS_MAX + 1,
        }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, wanted_bytes: usize) -> io::Result<Filled> {
        let mut lines = memchr::memchr_iter(b'\n', bytes).count();
        if !bytes.is_empty() && self.waiting_since.is_none() {
            self.waiting_since = Some(self.clock.instant());
        }
        while bytes.len() < wanted_bytes {
            if self.shutdown.is_requested() {
                let Some(left) = self.left_after_stop.checked_sub(1) else {
                    return Ok(Filled::End);
                };
                self.left_after_stop = left;
            }
            let block = match self.blocks.try_recv() {
                Ok(block) => block?,
                Err(TryRecvError::Disconnected) => return Ok(Filled::End),
                Err(TryRecvError::Empty) if lines >= LIVE_RECORDS_MAX => {
                    return Ok(self.lull(false));
                }
                Err(TryRecvError::Empty) => match self.wait() {
                    Ok(block) => block?,
                    Err(filled) => return Ok(filled),
                },
            };
            let now = self.clock.instant();
            self.waiting_since.get_or_insert(now);
            self.last_block = Some(now);
            lines += memchr::memchr_iter(b'\n', &block).count();
            bytes.extend_from_slice(&block);
        }
        self.waiting_since = None;
        Ok(Filled::Enough)
    }

    /// Waits for a block until the flush interval is over or the run shall end.
    fn wait(&mut self) -> Result<Block, Filled> {
        loop {
            if self.shutdown.is_requested() {
                // The thread may hold a block that it has read and not handed over yet.
                let last = self.blocks.recv_timeout(STOP_CHECK);
                return last.map_err(|_| Filled::End);
            }
            let now = self.clock.instant();
            let left = match self.waiting_since {
                Some(since) => (since + self.flush_interval).saturating_duration_since(now),
                None => STOP_CHECK,
            };
            if left.is_zero() {
                let quiet = self
                    .last_block
                    .is_none_or(|last| now.duration_since(last) >= self.flush_interval / 2);
                return Err(self.lull(quiet));
            }
            match self.blocks.recv_timeout(left.min(STOP_CHECK)) {
                Ok(block) => return Ok(block),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Filled::End),
            }
        }
    }

    fn lull(&mut self, quiet: bool) -> Filled {
        self.waiting_since = None;
        Filled::Lull { quiet }
    }
}

/// Opens a pipe, reads it to its end and hands its bytes over, decompressed. Runs on a thread of its own, because opening may
/// wait for a writer and reading for bytes; it ends with the pipe or with the process.
pub fn pump(
    open: impl FnOnce() -> io::Result<Box<dyn Read + Send>>,
    blocks: &SyncSender<Block>,
    meter: &Meter,
) {
    let mut reader = match open().and_then(inflate::plain) {
        Ok(reader) => reader,
        Err(error) => return drop(blocks.send(Err(error))),
    };
    loop {
        let mut block = vec![0; BLOCK_BYTES];
        let sent = match reader.read(&mut block) {
            Ok(0) => return,
            Ok(count) => {
                block.truncate(count);
                meter.add(count as u64);
                blocks.send(Ok(block))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return drop(blocks.send(Err(error))),
        };
        if sent.is_err() {
            return;
        }
    }
}
