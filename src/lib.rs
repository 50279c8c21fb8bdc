//! otelctl: ships log files and pipes as OTLP and accounts for every record.

pub mod base;
pub mod otlp;
pub mod record;
pub mod format;
pub mod pipeline;
pub mod receiver;
pub mod flow;
pub mod cli;
pub mod settings;
pub mod host;
pub mod failure;
pub mod ui;
