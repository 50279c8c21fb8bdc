//! The wish to stop, shared by everything that reads or sends.
//!
//! Shape: one [`Shutdown`] per run; whoever reads asks [`Shutdown::is_requested`] between two chunks, whoever
//! waits awaits [`Shutdown::requested`]. A wish once made is never taken back.

use std::sync::Arc;

use tokio::sync::watch;

/// A shared, one-way stop flag.
#[derive(Debug, Clone)]
pub struct Shutdown {
    flag: Arc<watch::Sender<bool>>,
}

impl Shutdown {
    /// A flag that nobody has raised.
    pub fn new() -> Shutdown {
        Shutdown {
            flag: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Raises the flag.
    pub fn request(&self) {
        self.flag.send_replace(true);
    }

    /// Whether the flag is up.
    pub fn is_requested(&self) -> bool {
        *self.flag.borrow()
    }

    /// Waits until the flag is up.
    pub async fn requested(&self) {
        let mut receiver = self.flag.subscribe();
        // The sender lives in `self`, so waiting ends only with the flag.
        let _seen = receiver.wait_for(|up| *up).await;
    }
}

impl Default for Shutdown {
    fn default() -> Shutdown {
        Shutdown::new()
    }
}
