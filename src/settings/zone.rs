//! The zone of times that name none.

use jiff::tz::TimeZone;

use crate::settings::{Origin, Sourced};

/// A zone that the tz database does not have.
#[derive(Debug, thiserror::Error)]
#[error("there is no time zone {zone:?} (from {origin})")]
pub struct ZoneError {
    zone: String,
    origin: Origin,
    source: jiff::Error,
}

impl ZoneError {
    /// One thing the user can do.
    pub fn hint(&self) -> String {
        "write it like Europe/Berlin or UTC".to_owned()
    }
}

/// How people know a zone.
pub fn zone_name(zone: &TimeZone) -> String {
    let name = zone.iana_name();
    name.unwrap_or("the local time of this machine").to_owned()
}

/// The zone that was named, or this machine's.
pub fn time_zone(
    named: Option<&Sourced<String>>,
    local: fn() -> TimeZone,
) -> Result<TimeZone, ZoneError> {
    let Some(named) = named else {
        return Ok(local());
    };
    TimeZone::get(&named.value).map_err(|source| ZoneError {
        zone: named.value.clone(),
        origin: named.origin,
        source,
    })
}
