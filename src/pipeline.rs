//! The pure middle: record texts, records, batches. No I/O, no clock, no tokio; the caller brings the time.

pub mod attribute_limits;
pub mod batch;
pub mod buffers;
pub mod classify;
pub mod clean;
pub mod encode;
pub mod given;
pub mod group;
pub mod place;
pub mod preview;
pub mod queue;
pub mod retry;
pub mod stage;
pub mod timeline;
pub mod times;
pub mod uid;
pub mod unwrap;
pub mod veil;
