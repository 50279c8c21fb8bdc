//! Rows as CSV, for those who ask for `text/csv`.

use crate::logfire::row::{Row, text_of};

/// A header and one line for each row; objects as JSON, nulls empty.
///
/// Spec: RFC 4180.
pub(super) fn written(columns: &[&str], rows: &[Row]) -> String {
    let mut lines = vec![columns.join(",")];
    for row in rows {
        let cells = columns.iter().map(|name| {
            let cell = row.get(*name).map(text_of).unwrap_or_default();
            if cell.contains(['"', ',', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        });
        lines.push(cells.collect::<Vec<_>>().join(","));
    }
    lines.join("\r\n") + "\r\n"
}
