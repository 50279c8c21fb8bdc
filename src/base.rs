//! What every other module may use and what knows no telemetry: units, the clock, secrets, shutdown, safe printing, private files.

pub mod clock;
pub mod digest;
pub mod escape;
pub mod private;
pub mod secret;
pub mod shutdown;
pub mod spelling;
pub mod units;
