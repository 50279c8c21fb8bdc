//! otelctl: ships log files and pipes as OTLP and accounts for every record.

pub mod base;
pub mod cli;
pub mod delivery;
pub mod failure;
pub mod flow;
pub mod format;
pub mod host;
pub mod net;
pub mod otlp;
pub mod pipeline;
pub mod receiver;
pub mod record;
pub mod settings;
pub mod source;
pub mod ui;
