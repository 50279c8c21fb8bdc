//! A piece of the input with a mark below the fault, cut to the width of the screen; and sentences that are broken between words.

use console::measure_text_width;

use super::{put, tone};
use crate::base::escape::printable;
use crate::ui::style::{Paint, Tone};
use crate::validate::{Finding, View};

/// Columns before the piece.
const GUTTER: usize = 7;

/// Columns behind the fault that are kept while something before it can be cut.
const BEHIND_MIN: usize = 12;

/// The piece of the input, with a mark below the fault.
pub(super) fn excerpt(finding: &Finding, paint: Paint, width: usize) -> String {
    let gutter = finding.line.map_or(String::new(), |line| line.to_string());
    let bar = |gutter: &str| {
        let gutter = format!("{gutter:>4} |");
        paint.tone(Tone::Faint, &gutter)
    };
    let (line, marks) = match &finding.view {
        View::None => return String::new(),
        View::Text {
            before,
            marked,
            behind,
        } => text(before, marked, behind, width.saturating_sub(GUTTER)),
        View::Hex {
            offset,
            bytes,
            marked: (first, count),
        } => {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let before = format!("0x{offset:06x}  ");
            let blanks = before.len() + 3 * first;
            let marks = " ".repeat(blanks) + &"^".repeat((3 * count).saturating_sub(1).max(2));
            (before + &hex.join(" "), marks)
        }
    };
    let marks = paint.tone(tone(finding.level()), &marks);
    let mut text = String::new();
    put(&mut text, format_args!("{}\n", bar("")));
    put(
        &mut text,
        format_args!("{} {line}\n{} {marks}\n", bar(&gutter), bar("")),
    );
    text
}

/// A line in three pieces, each made printable, the outer ones cut so that it fits; and the marks below the middle one.
fn text(before: &str, marked: &str, behind: &str, room: usize) -> (String, String) {
    let (before, marked) = (printable(before.trim_start()), printable(marked));
    let behind = printable(behind);
    let middle = measure_text_width(&marked);
    let left = measure_text_width(&before);
    let right = measure_text_width(&behind);
    let over = (left + middle + right).saturating_sub(room);
    let from_right = over.min(right.saturating_sub(BEHIND_MIN));
    let before = without_start(&before, over - from_right);
    let behind = without_end(&behind, from_right);
    let marks = " ".repeat(measure_text_width(&before)) + &"^".repeat(middle.max(1));
    (format!("{before}{marked}{behind}"), marks)
}

/// A text without so many columns at its start.
fn without_start(text: &str, columns: usize) -> String {
    if columns == 0 {
        return text.to_owned();
    }
    let mut gone = 0;
    let kept = text.chars().skip_while(|letter| {
        let goes = gone < columns + 1;
        gone += measure_text_width(letter.encode_utf8(&mut [0; 4]));
        goes
    });
    format!("…{}", kept.collect::<String>())
}

/// A text without so many columns at its end.
fn without_end(text: &str, columns: usize) -> String {
    if columns == 0 {
        return text.to_owned();
    }
    let room = measure_text_width(text).saturating_sub(columns + 1);
    let mut used = 0;
    let kept = text.chars().take_while(|letter| {
        used += measure_text_width(letter.encode_utf8(&mut [0; 4]));
        used <= room
    });
    format!("{}…", kept.collect::<String>())
}

/// A sentence on lines that fit: the first begins at one column, the others at another.
pub(super) fn wrapped(text: &str, (first, next): (usize, usize), width: usize) -> String {
    let mut lines = String::new();
    let mut column = first;
    for (index, word) in text.split(' ').enumerate() {
        let length = measure_text_width(word);
        if index > 0 && column + 1 + length > width {
            lines.push('\n');
            lines.push_str(&" ".repeat(next));
            column = next;
        } else if index > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_fits_the_screen_and_its_marks_stand_below_the_fault() {
        let (before, marked, behind) = ("a".repeat(48), "b".repeat(20), "c".repeat(32));
        for room in [40, 73, 100, 200] {
            let (line, marks) = text(&before, &marked, &behind, room);
            assert!(measure_text_width(&line) <= room, "{line}");
            let at = marks.find('^').unwrap();
            assert_eq!(line.chars().position(|letter| letter == 'b'), Some(at));
            assert_eq!(marks.matches('^').count(), 20);
        }
    }

    #[test]
    fn sentences_break_between_words() {
        assert_eq!(wrapped("one two three", (4, 2), 11), "one two\n  three");
        assert_eq!(wrapped("one", (4, 2), 5), "one");
        assert_eq!(wrapped("averylongword b", (0, 1), 5), "averylongword\n b");
    }
}
