//! How one progress bar looks: its track and the figures beside it.
//!
//! The bar library keeps position, rate and the time left; the words and the colours are ours.

use std::fmt;
use std::time::Duration;

use indicatif::{ProgressState, ProgressStyle};

use crate::base::units::ByteCount;

use super::style::{Paint, Tone};
use super::text::{counted, duration, thousands};

/// Columns of a line beside its name and its bar: blanks, bytes, rate and time left.
pub(super) const FIGURES_WIDTH: usize = 2 + 2 + 2 + 15 + 2 + 8 + 2 + 13;

/// What a bar can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bytes of a known total.
    Sized,
    /// Files of a known number; the bytes are in the message.
    Files,
    /// Records without an end.
    Records,
    /// Bytes without an end.
    Bytes,
    /// Lines without an end.
    Lines,
}

/// A style of our own making.
pub(super) fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).expect("our templates are right")
}

/// How a bar of this kind looks; all bars of a run share the width of their track.
pub(super) fn style(kind: Kind, track_width: usize, paint: Paint) -> ProgressStyle {
    template(match kind {
        Kind::Sized => "  {prefix}  {track}  {amount}",
        Kind::Files => "  {prefix}  {track}  {msg}",
        Kind::Records => "  {prefix}  {spinner} {records}",
        Kind::Bytes => "  {prefix}  {spinner} {stream}",
        Kind::Lines => "  {prefix}  {spinner} {lines}",
    })
    .tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ")
    .with_key(
        "track",
        shown(move |state| track(state.fraction(), track_width, paint)),
    )
    .with_key("amount", shown(amount))
    .with_key(
        "records",
        shown(|state| {
            format!(
                "{}  {}/s",
                counted(state.pos(), "record"),
                thousands(per_second(state))
            )
        }),
    )
    .with_key(
        "lines",
        shown(|state| {
            format!(
                "{}  {} lines/s",
                counted(state.pos(), "line"),
                thousands(per_second(state))
            )
        }),
    )
    .with_key(
        "stream",
        shown(|state| {
            format!(
                "{}  {}/s",
                ByteCount(state.pos()),
                ByteCount(per_second(state))
            )
        }),
    )
}

/// A function of the bar's state as the bar library wants it.
fn shown(
    text: impl Fn(&ProgressState) -> String + Clone + Send + Sync + 'static,
) -> impl Fn(&ProgressState, &mut dyn fmt::Write) + Clone + Send + Sync + 'static {
    move |state, out| {
        out.write_str(&text(state))
            .expect("the bar library writes to a String");
    }
}

/// `107 MB / 214 MB    96 MB/s  eta 1 s`
fn amount(state: &ProgressState) -> String {
    let total = state.len().unwrap_or(0);
    let position = state.pos();
    let bytes = format!(
        "{:>6} / {:<6}",
        ByteCount(position).to_string(),
        ByteCount(total).to_string()
    );
    let rate = format!("{}/s", ByteCount(per_second(state)));
    let rest = if state.is_finished() {
        "done".to_owned()
    } else if position >= total {
        "finishing".to_owned()
    } else {
        let left = Duration::from_secs(state.eta().as_secs().max(1));
        format!("eta {}", duration(left))
    };
    format!("{bytes}  {rate:>8}  {rest}")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is never negative, and the cast saturates"
)]
fn per_second(state: &ProgressState) -> u64 {
    state.per_sec() as u64
}

/// The bar itself, to half a column.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a fraction of a few columns"
)]
fn track(fraction: f32, width: usize, paint: Paint) -> String {
    let halves = (fraction.clamp(0.0, 1.0) * (width * 2) as f32) as usize;
    let mut filled = "━".repeat(halves / 2);
    if halves % 2 == 1 {
        filled.push('╸');
    }
    let empty = "─".repeat(width - halves.div_ceil(2));
    paint.tone(Tone::Accent, &filled) + &paint.tone(Tone::Faint, &empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_fills_by_half_columns_and_keeps_its_width() {
        let plain = Paint { color: false };
        assert_eq!(track(0.0, 4, plain), "────");
        assert_eq!(track(0.125, 4, plain), "╸───");
        assert_eq!(track(0.5, 4, plain), "━━──");
        assert_eq!(track(1.5, 4, plain), "━━━━");
    }
}
