//! The columns of `PostgreSQL`'s csvlog, whose files have no line of names.
//!
//! Versions 9.0 to 12 write 23 columns, 13 writes 24, 14 and later 26. Columns with a name in the semantic conventions get it.
//!
//! Spec: `PostgreSQL`, "Using CSV-Format Log Output"; semantic conventions, "Database" attributes.

use std::borrow::Cow;

use crate::format::csv::Column;
use crate::format::csv::cells::Cells;
use crate::format::json::keys::Role;
use crate::format::timestamp::{self, Zone};
use crate::record::{Record, SeverityNumber};

const COLUMNS: [(&str, Role); 26] = [
    ("log_time", Role::Time(0)),
    ("user.name", Role::Attribute),
    ("db.namespace", Role::Attribute),
    ("process.pid", Role::Attribute),
    ("connection_from", Role::Attribute),
    ("session_id", Role::Attribute),
    ("session_line_num", Role::Attribute),
    ("command_tag", Role::Attribute),
    ("session_start_time", Role::Attribute),
    ("virtual_transaction_id", Role::Attribute),
    ("transaction_id", Role::Attribute),
    ("error_severity", Role::Level(0)),
    ("db.response.status_code", Role::Attribute),
    ("message", Role::Message(0)),
    ("detail", Role::Attribute),
    ("hint", Role::Attribute),
    ("internal_query", Role::Attribute),
    ("internal_query_pos", Role::Attribute),
    ("context", Role::Attribute),
    ("db.query.text", Role::Attribute),
    ("query_pos", Role::Attribute),
    ("location", Role::Attribute),
    ("application_name", Role::Attribute),
    ("backend_type", Role::Attribute),
    ("leader_pid", Role::Attribute),
    ("query_id", Role::Attribute),
];

/// The columns of a row with csvlog's shape: their number, a time first, a level in the twelfth place.
pub(super) fn columns(row: &str, zone: &mut Zone) -> Option<Vec<Column>> {
    const LEVEL: usize = 11;
    let mut cells = Cells::new(row.trim_end_matches(['\r', '\n']), b',');
    let time = cells.next()?.text;
    let level = cells.nth(LEVEL - 1)?.text;
    let count = LEVEL + 1 + cells.take(COLUMNS.len()).count();
    let is_level = !level.is_empty() && level.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let fits = matches!(count, 23 | 24 | 26)
        && is_level
        && timestamp::whole(time_of(&time), zone).is_some();
    let named = |&(name, role): &(&'static str, Role)| Column {
        name: Cow::Borrowed(name),
        role,
    };
    fits.then(|| COLUMNS.iter().take(count).map(named).collect())
}

/// Reads the levels that are `PostgreSQL`'s own: `LOG`, and `DEBUG1` to `DEBUG5`, where more is less important.
pub(super) fn set_level(record: &mut Record<'_>) {
    if record.severity_text == "LOG" {
        record.severity_number = Some(SeverityNumber::INFO);
    } else if record.severity_text.starts_with("DEBUG") {
        record.severity_number = Some(SeverityNumber::DEBUG);
    }
}

/// Without the name of a zone that only the server's settings explain.
fn time_of(time: &str) -> &str {
    match time.rsplit_once(' ') {
        Some((stamp, zone)) if zone.bytes().all(|byte| byte.is_ascii_alphabetic()) => stamp,
        _ => time,
    }
}
