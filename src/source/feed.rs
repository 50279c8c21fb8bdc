//! Where a chunk's bytes come from: a file that is simply read, or a pipe behind a thread of its own.
//!
//! A pipe must not hold up the program: its thread blocks in `read` and hands blocks over a bounded channel, and whoever cuts chunks
//! waits only until nothing more is coming at the moment. What the first lines are is told from those of the flush interval.

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

/// Lines of a pipe that are enough to tell what it is, and records that are worth a request of their own.
pub const LIVE_RECORDS_MAX: usize = 256;

/// Longest time in which the first lines are collected to tell what they are.
const HEAD_WAIT_MAX: Duration = Duration::from_secs(1);

/// How long lines are collected before the complete records among them go on. Much shorter, and each line would be a chunk.
const PAUSE: Duration = Duration::from_millis(25);

/// When nothing has come for so long, the last record is taken for complete: a stack trace is written in far less, and an error must
/// not wait any longer.
const QUIET: Duration = Duration::from_millis(50);

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
    /// When a pause was told last, and when a lull at which lines were still coming.
    paused_at: Option<Instant>,
    flushed_at: Option<Instant>,
    /// Whether nothing has come since it was told that nothing comes.
    quiet_told: bool,
    /// Blocks that are still taken once the run shall end: what the thread had read by then.
    left_after_stop: usize,
}

/// How a fill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// As many bytes as were wanted.
    Enough,
    /// Nothing more is waiting at the moment: what is surely complete may go on.
    Pause,
    /// What was collected has waited long enough.
    Lull {
        /// Whether nothing has come for a while.
        quiet: bool,
    },
    /// There is no more.
    End,
}

/// How soon the end of a pipe's bytes is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Haste {
    /// After the flush interval.
    Calm,
    /// As soon as nothing more is waiting.
    Soon,
}

/// Whether bytes stay behind when some are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// None.
    None,
    /// The last bytes that came.
    Some,
}

impl Feed {
    /// Appends to `bytes` until they are `wanted_bytes` long, or a pipe has given nothing for the flush interval.
    pub fn fill(&mut self, bytes: &mut Vec<u8>, wanted_bytes: usize) -> io::Result<Filled> {
        self.fill_with(bytes, wanted_bytes, Haste::Calm)
    }

    /// The same, but a pipe tells at once when nothing more is waiting.
    pub fn fill_soon(&mut self, bytes: &mut Vec<u8>, wanted_bytes: usize) -> io::Result<Filled> {
        self.fill_with(bytes, wanted_bytes, Haste::Soon)
    }

    /// Bytes were taken to go on. Tells when the oldest of them came; only a pipe knows.
    pub fn taken(&mut self, rest: Rest) -> Option<Instant> {
        match self {
            Feed::Bulk(_) => None,
            Feed::Live(live) => live.taken(rest),
        }
    }

    fn fill_with(
        &mut self,
        bytes: &mut Vec<u8>,
        wanted_bytes: usize,
        haste: Haste,
    ) -> io::Result<Filled> {
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
            Feed::Live(live) => live.fill(bytes, wanted_bytes, haste),
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
            paused_at: None,
            flushed_at: None,
            quiet_told: false,
            left_after_stop: BLOCKS_MAX + 1,
        }
    }

    fn fill(
        &mut self,
        bytes: &mut Vec<u8>,
        wanted_bytes: usize,
        haste: Haste,
    ) -> io::Result<Filled> {
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
                Err(TryRecvError::Empty) if haste == Haste::Calm && lines >= LIVE_RECORDS_MAX => {
                    return Ok(Filled::Lull { quiet: false });
                }
                Err(TryRecvError::Empty) => match self.wait(haste) {
                    Ok(block) => block?,
                    Err(filled) => return Ok(filled),
                },
            };
            let now = self.clock.instant();
            self.waiting_since.get_or_insert(now);
            self.last_block = Some(now);
            self.quiet_told = false;
            lines += memchr::memchr_iter(b'\n', &block).count();
            bytes.extend_from_slice(&block);
        }
        Ok(Filled::Enough)
    }

    /// Waits for a block until there is something to tell or the run shall end.
    fn wait(&mut self, haste: Haste) -> Result<Block, Filled> {
        loop {
            if self.shutdown.is_requested() {
                // The thread may hold a block that it has read and not handed over yet.
                let last = self.blocks.recv_timeout(STOP_CHECK);
                return last.map_err(|_| Filled::End);
            }
            let now = self.clock.instant();
            let left = match self.next_lull(haste, now) {
                Some((filled, at)) if at <= now => return Err(self.tell(filled, haste, now)),
                Some((_, at)) => at.duration_since(now).min(STOP_CHECK),
                None => STOP_CHECK,
            };
            match self.blocks.recv_timeout(left) {
                Ok(block) => return Ok(block),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Filled::End),
            }
        }
    }

    /// What is to be told next if nothing comes, and when. Without new bytes nothing is told twice.
    fn next_lull(&self, haste: Haste, now: Instant) -> Option<(Filled, Instant)> {
        let since = self.waiting_since.filter(|_| !self.quiet_told)?;
        let last = self.last_block.unwrap_or(since);
        let behind = |told: Option<Instant>| told.map_or(since, |told| told.max(since));
        if haste == Haste::Calm {
            let interval = self.flush_interval.min(HEAD_WAIT_MAX);
            let at = behind(self.flushed_at) + interval;
            let quiet = now.saturating_duration_since(last) >= interval / 2;
            return Some((Filled::Lull { quiet }, at));
        }
        let half = self.flush_interval / 2;
        let quiet = (Filled::Lull { quiet: true }, last + half.min(QUIET));
        let flush_at = behind(self.flushed_at) + self.flush_interval;
        let flush = (Filled::Lull { quiet: false }, flush_at);
        let pause = (Filled::Pause, behind(self.paused_at) + half.min(PAUSE));
        let pause_told = self.paused_at.is_some_and(|told| told >= last);
        [Some(quiet), Some(flush), (!pause_told).then_some(pause)]
            .into_iter()
            .flatten()
            .min_by_key(|(_, at)| (*at).max(now))
    }

    fn tell(&mut self, filled: Filled, haste: Haste, now: Instant) -> Filled {
        match filled {
            Filled::Pause => self.paused_at = Some(now),
            Filled::Lull { quiet } => {
                self.flushed_at = Some(now);
                // What was collected to be looked at is still to be taken.
                self.quiet_told = quiet && haste == Haste::Soon;
            }
            Filled::Enough | Filled::End => {}
        }
        filled
    }

    fn taken(&mut self, rest: Rest) -> Option<Instant> {
        let since = self.waiting_since.take();
        if rest == Rest::Some {
            self.waiting_since = self.last_block;
        }
        since
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::SystemClock;
    use crate::base::units::UnixNanos;
    use std::sync::Mutex;
    use std::sync::mpsc::sync_channel;

    /// A clock that goes on by a step each time it is asked.
    #[derive(Debug)]
    struct Ticking(Mutex<Instant>);

    const STEP: Duration = Duration::from_millis(5);

    impl Clock for Ticking {
        fn now(&self) -> UnixNanos {
            UnixNanos(1)
        }

        fn instant(&self) -> Instant {
            let mut now = self.0.lock().unwrap();
            *now += STEP;
            *now
        }
    }

    fn live(flush_interval: Duration) -> (SyncSender<Block>, LiveFeed) {
        let (sender, receiver) = sync_channel(BLOCKS_MAX);
        let clock = Arc::new(Ticking(Mutex::new(SystemClock.instant())));
        let feed = LiveFeed::new(receiver, flush_interval, clock, Shutdown::new());
        (sender, feed)
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_pause_is_told_once_and_then_that_it_is_quiet_and_then_nothing() {
        let (sender, mut feed) = live(SECOND);
        sender.send(Ok(b"one\n".to_vec())).unwrap();
        let mut bytes = Vec::new();
        let mut fill = |bytes: &mut Vec<u8>| feed.fill(bytes, 100, Haste::Soon).unwrap();
        assert_eq!(fill(&mut bytes), Filled::Pause);
        assert_eq!(fill(&mut bytes), Filled::Lull { quiet: true });
        // Until something comes, there is nothing new to tell.
        drop(sender);
        assert_eq!(fill(&mut bytes), Filled::End);
        assert_eq!(bytes, b"one\n");
    }

    #[test]
    fn the_first_lines_are_collected_for_the_flush_interval_or_a_second() {
        for interval in [SECOND / 10, 60 * SECOND] {
            let (sender, mut feed) = live(interval);
            sender.send(Ok(b"one\n".to_vec())).unwrap();
            let mut bytes = Vec::new();
            let before = feed.clock.instant();
            let filled = feed.fill(&mut bytes, 100, Haste::Calm).unwrap();
            assert_eq!(filled, Filled::Lull { quiet: true });
            let took = feed.clock.instant() - before;
            let expected = interval.min(HEAD_WAIT_MAX);
            assert!(took >= expected && took < expected + 10 * STEP, "{took:?}");
            // What was collected goes on at once.
            let filled = feed.fill(&mut bytes, 100, Haste::Soon).unwrap();
            assert_eq!(filled, Filled::Lull { quiet: true });
        }
    }

    #[test]
    fn what_stays_behind_has_waited_since_it_came() {
        let (sender, mut feed) = live(SECOND);
        sender.send(Ok(b"one\ntwo\n".to_vec())).unwrap();
        let mut bytes = Vec::new();
        feed.fill(&mut bytes, 100, Haste::Soon).unwrap();
        let came = feed.last_block;
        assert_eq!(feed.taken(Rest::Some), came);
        let mut rest = b"two\n".to_vec();
        let filled = feed.fill(&mut rest, 100, Haste::Soon).unwrap();
        assert_eq!(filled, Filled::Lull { quiet: true });
        assert_eq!(feed.taken(Rest::None), came);
        assert_eq!(feed.taken(Rest::None), None);
    }

    #[test]
    fn a_line_that_is_never_finished_is_waited_for_without_asking_again() {
        let (sender, mut feed) = live(SECOND);
        sender.send(Ok(b"prompt> ".to_vec())).unwrap();
        let mut bytes = Vec::new();
        assert_eq!(
            feed.fill(&mut bytes, 100, Haste::Soon).unwrap(),
            Filled::Pause
        );
        assert_eq!(
            feed.fill(&mut bytes, 100, Haste::Soon).unwrap(),
            Filled::Lull { quiet: true }
        );
        let now = feed.clock.instant();
        assert_eq!(feed.next_lull(Haste::Soon, now + 10 * SECOND), None);
        drop(sender);
    }
}
