//! Every format that is known, as a table: its name, its pattern and a line of it.

use serde_json::{Value, json};

use crate::base::escape::printable_cut;
use crate::format::detect::given::STRUCTURED;
use crate::format::layout::Layout;
use crate::format::layout::table::ROWS;

use super::row::{Joint, Row, lay_out};
use super::style::{Paint, Tone};

/// Wider lines are hard to read, however wide the terminal is.
const WIDTH_MAX: usize = 100;

/// Columns before the second one.
const START: usize = 2 + NAME_WIDTH + 3;

/// The longest name, so that long lines are cut where the screen ends.
const NAME_WIDTH: usize = 18;

/// The table; the user's own formats stand first, as they are tried first.
pub(super) fn as_text(own: &[Layout], paint: Paint, width: usize) -> String {
    let width = width.min(WIDTH_MAX);
    let room = width.saturating_sub(START).max(24);
    let row = |name: &str, pattern: &str, example: &str| {
        let row = Row::new(Tone::Accent, &format!("{name:<NAME_WIDTH$}")).with(
            Joint::Line,
            Tone::Plain,
            printable_cut(pattern, room),
        );
        if example.is_empty() {
            row
        } else {
            row.with(Joint::Line, Tone::Faint, printable_cut(example, room))
        }
    };
    let mut rows: Vec<Row> = own
        .iter()
        .map(|layout| row(&layout.name, &layout.pattern, ""))
        .collect();
    rows.extend(
        STRUCTURED
            .iter()
            .map(|known| row(known.name, known.about, known.example)),
    );
    let mut above = "";
    for known in ROWS {
        // Several patterns of one program stand below each other.
        let name = if known.name == above { "" } else { known.name };
        rows.push(row(name, known.pattern, known.example));
        above = known.name;
    }
    lay_out(&rows, paint, width)
}

/// The same for scripts, nothing cut.
pub(super) fn as_json(own: &[Layout]) -> Value {
    let own = own.iter().map(
        |layout| json!({"name": layout.name, "source": "configuration", "pattern": layout.pattern}),
    );
    let structured = STRUCTURED.iter().map(|known| {
        json!({"name": known.name, "source": "built-in", "about": known.about, "example": known.example})
    });
    let rows = ROWS.iter().map(|row| {
        json!({"name": row.name, "source": "built-in", "pattern": row.pattern, "example": row.example})
    });
    let formats: Vec<Value> = own.chain(structured).chain(rows).collect();
    json!({"command": "detect", "formats": formats})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_listed_and_no_line_is_wider_than_a_hundred() {
        let own = [Layout::compile("shop", "{time} {body}").unwrap()];
        let text = as_text(&own, Paint { color: false }, 300);
        for name in ["shop", "journal-export", "nginx-error", "spring-boot-trace"] {
            assert!(
                text.lines().any(|line| line.trim_start().starts_with(name)),
                "{name}"
            );
        }
        let widest = text
            .lines()
            .max_by_key(|line| line.chars().count())
            .unwrap();
        assert!(widest.chars().count() <= 100, "{widest}");
    }

    #[test]
    fn no_name_is_wider_than_its_column() {
        let widest = ROWS.iter().map(|row| row.name.len()).max();
        assert!(widest.unwrap() <= NAME_WIDTH);
    }
}
