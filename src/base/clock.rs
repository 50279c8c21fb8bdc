//! The wall clock and the monotonic clock, behind one trait so that tests bring their own.
//!
//! This is the only file that asks the system for the time.

use std::fmt::Debug;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::base::units::UnixNanos;

/// A wait that has an end.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time. The product has one implementation, the tests another.
pub trait Clock: Debug + Send + Sync {
    /// The wall clock, for records and names.
    fn now(&self) -> UnixNanos;

    /// The monotonic clock, for everything that is waited for or measured.
    fn instant(&self) -> Instant;

    /// Lets this much time go by. Must be awaited inside of the runtime.
    fn pause(&self, time: Duration) -> Pause {
        Box::pin(tokio::time::sleep(time))
    }
}

/// The system's clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one owner of the wall clock"
    )]
    fn now(&self) -> UnixNanos {
        // A clock before 1970 is a broken machine; 0 is then "unknown" in OTLP's own terms.
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixNanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one owner of the monotonic clock"
    )]
    fn instant(&self) -> Instant {
        Instant::now()
    }
}
