//! What every other module may use and what knows no telemetry: units, the clock, secrets, shutdown, safe printing.

pub mod causes;
pub mod clock;
pub mod digest;
pub mod escape;
pub mod secret;
pub mod shutdown;
pub mod spelling;
pub mod units;
