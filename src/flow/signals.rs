//! SIGINT and SIGTERM, as they come.

use std::io;

use crate::flow::plan::SignalMode;

/// The number of SIGINT.
pub(super) const SIGINT: u8 = 2;

/// The process's signals, or none.
pub(super) struct Signals {
    #[cfg(unix)]
    heard: Option<(tokio::signal::unix::Signal, tokio::signal::unix::Signal)>,
    #[cfg(not(unix))]
    heard: SignalMode,
}

impl Signals {
    /// Begins to listen. Must be called inside the runtime.
    #[cfg(unix)]
    pub(super) fn new(listening: SignalMode) -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let heard = match listening {
            SignalMode::Heard => Some((
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
            )),
            SignalMode::Ignored => None,
        };
        Ok(Signals { heard })
    }

    /// Begins to listen. Must be called inside the runtime.
    #[cfg(not(unix))]
    pub(super) fn new(listening: SignalMode) -> io::Result<Signals> {
        Ok(Signals { heard: listening })
    }

    /// The number of the next signal; waits for ever when none is listened to.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> u8 {
        /// The number of SIGTERM.
        const SIGTERM: u8 = 15;
        match &mut self.heard {
            None => std::future::pending().await,
            Some((interrupt, terminate)) => tokio::select! {
                _ = interrupt.recv() => SIGINT,
                _ = terminate.recv() => SIGTERM,
            },
        }
    }

    /// The number of the next signal; waits for ever when none is listened to.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> u8 {
        let pressed = self.heard == SignalMode::Heard && tokio::signal::ctrl_c().await.is_ok();
        if pressed {
            SIGINT
        } else {
            std::future::pending().await
        }
    }
}
