//! The summary's one layout: a label, then pieces of text that break between them when the line is full.
//!
//! All labels share a column, so the eye finds its way. This is the print boundary of everything in the summary: labels and pieces are made
//! printable here, and nothing else is.

use console::measure_text_width;

use crate::base::escape::printable;

use super::style::{Paint, Tone};

/// Shortest label column, so that the summaries of different runs line up.
const LABEL_MIN: usize = 9;

const INDENT: &str = "  ";
const GAP: &str = "   ";

/// What stands before a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// ` · `, gone at a line's end.
    Dot,
    /// `, `, of which the comma stays.
    Comma,
    /// Two blanks.
    Wide,
    /// One blank, where a sentence may break.
    Space,
    /// A new line.
    Line,
}

impl Joint {
    fn text(self) -> &'static str {
        match self {
            Joint::Dot => " · ",
            Joint::Comma => ", ",
            Joint::Wide => "  ",
            Joint::Space => " ",
            Joint::Line => "",
        }
    }
}

/// Text that is never broken.
#[derive(Debug, Clone)]
struct Piece {
    joint: Joint,
    spans: Vec<(Tone, String)>,
}

/// One labelled paragraph.
#[derive(Debug, Clone)]
pub(super) struct Row {
    label: (Tone, String),
    pieces: Vec<Piece>,
}

impl Row {
    /// A row without text yet.
    pub(super) fn new(tone: Tone, label: &str) -> Row {
        Row {
            label: (tone, printable(label).into_owned()),
            pieces: Vec::new(),
        }
    }

    /// Adds a piece in one tone.
    pub(super) fn with(self, joint: Joint, tone: Tone, text: impl AsRef<str>) -> Row {
        self.with_spans(joint, vec![(tone, text.as_ref().to_owned())])
    }

    /// Adds a piece of several tones.
    pub(super) fn with_spans(mut self, joint: Joint, mut spans: Vec<(Tone, String)>) -> Row {
        for (_, text) in &mut spans {
            *text = printable(text).into_owned();
        }
        self.pieces.push(Piece { joint, spans });
        self
    }

    /// Adds what is there.
    pub(super) fn with_some(self, joint: Joint, tone: Tone, text: Option<String>) -> Row {
        match text {
            Some(text) => self.with(joint, tone, text),
            None => self,
        }
    }
}

/// The rows as lines.
pub(super) fn lay_out(rows: &[Row], paint: Paint, width: usize) -> String {
    let longest = rows
        .iter()
        .map(|row| measure_text_width(&row.label.1))
        .max();
    let label_width = longest.unwrap_or(0).max(LABEL_MIN);
    let mut out = String::new();
    for row in rows {
        lay_out_row(&mut out, row, label_width, (paint, width));
    }
    out
}

fn lay_out_row(out: &mut String, row: &Row, label_width: usize, (paint, width): (Paint, usize)) {
    let (tone, label) = &row.label;
    out.push_str(INDENT);
    out.push_str(&paint.label(*tone, label));
    let start = INDENT.len() + label_width + GAP.len();
    // The blanks that lead to the next piece; written only when one follows, so that no line ends with blanks.
    let mut blanks = start - INDENT.len() - measure_text_width(label);
    let mut column = start;
    for (index, piece) in row.pieces.iter().enumerate() {
        let joint = if index == 0 { "" } else { piece.joint.text() };
        let piece_width: usize = piece
            .spans
            .iter()
            .map(|(_, text)| measure_text_width(text))
            .sum();
        let full = column + measure_text_width(joint) + piece_width > width;
        if index > 0 && (full || piece.joint == Joint::Line) {
            if piece.joint == Joint::Comma {
                out.push(',');
            }
            out.push('\n');
            (blanks, column) = (start, start);
        } else {
            column += measure_text_width(joint);
            out.push_str(&paint.tone(Tone::Faint, joint));
        }
        out.push_str(&" ".repeat(blanks));
        blanks = 0;
        for (tone, text) in &piece.spans {
            out.push_str(&paint.tone(*tone, text));
        }
        column += piece_width;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_break_between_them_and_line_up_below_each_other() {
        let row = Row::new(Tone::Plain, "words")
            .with(Joint::Dot, Tone::Plain, "one two three")
            .with(Joint::Comma, Tone::Plain, "four five six seven")
            .with(Joint::Dot, Tone::Plain, "eight");
        let plain = Paint { color: false };
        assert_eq!(
            lay_out(&[row], plain, 40),
            "  words       one two three,\n              four five six seven\n              eight\n"
        );
    }

    #[test]
    fn labels_and_pieces_are_made_printable() {
        let row = Row::new(Tone::Plain, "a\u{1b}[2J").with(Joint::Dot, Tone::Plain, "b\nc");
        let text = lay_out(&[row], Paint { color: false }, 80);
        assert_eq!(text, "  a\\u{1b}[2J   b\\nc\n");
    }
}
