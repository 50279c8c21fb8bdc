//! The pure middle: lines, records, batches. No I/O, no clock, no tokio; the caller brings the time.

pub mod timeline;
