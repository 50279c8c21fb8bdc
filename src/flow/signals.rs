//! SIGINT, SIGTERM and SIGUSR1, as they come.

use std::io;

use crate::flow::plan::SignalMode;

/// The number of SIGINT.
pub(super) const SIGINT: u8 = 2;

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// An orderly end; the number of the signal.
    Stop(u8),
    /// A line that says how far the run is.
    Status,
}

/// The process's signals, or none.
pub(super) struct Signals {
    #[cfg(unix)]
    heard: Option<Streams>,
    #[cfg(not(unix))]
    heard: SignalMode,
}

#[cfg(unix)]
struct Streams {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    status: tokio::signal::unix::Signal,
}

impl Signals {
    /// Begins to listen. Must be called inside the runtime.
    #[cfg(unix)]
    pub(super) fn new(listening: SignalMode) -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let heard = match listening {
            SignalMode::Heard => Some(Streams {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                status: signal(SignalKind::user_defined1())?,
            }),
            SignalMode::Ignored => None,
        };
        Ok(Signals { heard })
    }

    /// Begins to listen. Must be called inside the runtime.
    #[cfg(not(unix))]
    pub(super) fn new(listening: SignalMode) -> io::Result<Signals> {
        Ok(Signals { heard: listening })
    }

    /// What the next signal asks for; waits for ever when none is listened to.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> Heard {
        /// The number of SIGTERM.
        const SIGTERM: u8 = 15;
        let Some(streams) = &mut self.heard else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = streams.interrupt.recv() => Heard::Stop(SIGINT),
            _ = streams.terminate.recv() => Heard::Stop(SIGTERM),
            _ = streams.status.recv() => Heard::Status,
        }
    }

    /// What the next signal asks for; waits for ever when none is listened to.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> Heard {
        let pressed = self.heard == SignalMode::Heard && tokio::signal::ctrl_c().await.is_ok();
        if pressed {
            Heard::Stop(SIGINT)
        } else {
            std::future::pending().await
        }
    }
}
