//! A line with its parts in colours, and what the colours mean.

use console::{measure_text_width, truncate_str};

use super::labelled;
use crate::base::escape::printable;
use crate::format::layout::parts::Role;
use crate::pipeline::preview::Preview;
use crate::ui::row::{Joint, Row};
use crate::ui::style::{Paint, Tone};
use crate::ui::text::counted;

const INDENT: &str = "  ";

/// What the colours mean.
pub(super) fn legend() -> Row {
    let roles = [
        (Role::Time, "time"),
        (Role::Level, "level"),
        (Role::Scope, "scope"),
        (Role::Attribute, "attribute"),
        (Role::Body, "body"),
    ];
    roles
        .into_iter()
        .fold(labelled(Tone::Faint, "colours"), |row, (role, word)| {
            row.with(Joint::Wide, tone(role), word)
        })
}

/// The line, cut where the screen ends, and how many follow it.
pub(super) fn painted(preview: &Preview, paint: Paint, width: usize) -> String {
    let more = match preview.more_lines {
        0 => String::new(),
        count => format!(" … and {}", counted(count as u64, "more line")),
    };
    let mut room = width.saturating_sub(INDENT.len() + measure_text_width(&more));
    let mut text = INDENT.to_owned();
    for (tone, piece) in pieces(preview) {
        let piece = printable(piece);
        let cut = truncate_str(&piece, room, "…");
        room -= measure_text_width(&cut).min(room);
        text.push_str(&paint.tone(tone, &cut));
        if room == 0 {
            break;
        }
    }
    text.push_str(&paint.tone(Tone::Faint, &more));
    text.push('\n');
    text
}

/// The line in pieces: what is no part of it is faint, unless there are no parts at all.
fn pieces(preview: &Preview) -> Vec<(Tone, &str)> {
    let line = preview.line.as_str();
    if preview.parts.is_empty() {
        return vec![(Tone::Plain, line)];
    }
    let (mut pieces, mut at) = (Vec::new(), 0);
    for part in &preview.parts {
        let between = line.get(at..part.range.start).unwrap_or_default();
        pieces.push((Tone::Faint, between));
        pieces.push((
            tone(part.role),
            line.get(part.range.clone()).unwrap_or_default(),
        ));
        at = part.range.end;
    }
    pieces.push((Tone::Faint, line.get(at..).unwrap_or_default()));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

fn tone(role: Role) -> Tone {
    match role {
        Role::Time => Tone::Accent,
        Role::Level => Tone::Caution,
        Role::Scope => Tone::Good,
        Role::Attribute => Tone::Special,
        Role::Body => Tone::Strong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::layout::parts::Part;

    fn preview(line: &str, ranges: &[(Role, std::ops::Range<usize>)]) -> Preview {
        let part = |(role, range): &(Role, std::ops::Range<usize>)| Part {
            role: *role,
            name: String::new(),
            range: range.clone(),
        };
        Preview {
            line: line.to_owned(),
            more_lines: 2,
            parts: ranges.iter().map(part).collect(),
            scope: String::new(),
            record: Vec::new(),
        }
    }

    #[test]
    fn a_long_line_is_cut_and_control_characters_are_escaped() {
        let plain = Paint { color: false };
        let shown = painted(
            &preview("INFO a\u{1b}[2J long line", &[(Role::Level, 0..4)]),
            plain,
            40,
        );
        assert_eq!(shown, "  INFO a\\u{1b}[2J lo… … and 2 more lines\n");
    }

    #[test]
    fn every_part_has_its_colour() {
        let paint = Paint { color: true };
        let shown = painted(
            &preview("INFO a", &[(Role::Level, 0..4), (Role::Body, 5..6)]),
            paint,
            80,
        );
        assert!(
            shown.contains("\u{1b}[33mINFO") && shown.contains("\u{1b}[1ma"),
            "{shown:?}"
        );
    }
}
