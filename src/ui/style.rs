//! How the output looks, decided once: how much is said, in which form, with colours or without, how wide.
//!
//! Turns the environment and three choices of the user into a [`UiStyle`], and a tone into escape sequences.

use console::Style;

use crate::host::Watched;
use crate::record::SeverityClass;
use crate::settings::env::EnvVars;

/// Columns when nobody says how wide the terminal is.
const WIDTH_DEFAULT: usize = 80;

/// Columns of a log of a pipe or of CI, where long lines are cheaper than broken ones.
const WIDTH_UNWATCHED: usize = 120;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors only; nothing on success.
    Quiet,
    /// The summary and warnings.
    Normal,
    /// Also what happens on the way.
    Verbose,
}

/// Who reads standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// A person.
    Human,
    /// A script: one JSON object.
    Json,
}

/// What the user said about colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorChoice {
    /// The environment decides.
    Auto,
    /// Wherever it goes.
    Always,
    /// Nowhere.
    Never,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressMode {
    /// Moving bars.
    Bars,
    /// At most a plain line when something holds us up.
    Plain,
    /// Not at all.
    Hidden,
}

/// Who watches the two output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    /// Standard output.
    pub stdout: Watched,
    /// Standard error.
    pub stderr: Watched,
}

/// How the output looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UiStyle {
    /// How much is said.
    pub verbosity: Verbosity,
    /// For whom.
    pub format: OutputFormat,
    /// Whether standard error is coloured.
    pub color: bool,
    /// Whether what a person reads on standard output is.
    pub stdout_color: bool,
    /// How progress is shown.
    pub progress: ProgressMode,
    /// Columns.
    pub width: usize,
}

impl UiStyle {
    /// Decides from the environment, the terminal, and what the user chose.
    ///
    /// `NO_COLOR` beats `CLICOLOR_FORCE`, and the user's word beats both.
    /// Spec: <https://no-color.org>, <https://bixense.com/clicolors>. Deviation: an empty `NO_COLOR` counts too.
    pub fn decide(
        env: &EnvVars,
        streams: Streams,
        color: ColorChoice,
        format: OutputFormat,
        verbosity: Verbosity,
    ) -> UiStyle {
        let can_move = can_move_cursor(env);
        let screen = streams.stderr == Watched::Terminal && can_move;
        let stdout_screen = streams.stdout == Watched::Terminal && can_move;
        let colored = |screen| match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => colors_wanted(env, screen),
        };
        let in_ci = env
            .get("CI")
            .is_some_and(|value| !matches!(value, "0" | "false"));
        UiStyle {
            verbosity,
            format,
            color: colored(screen),
            stdout_color: colored(stdout_screen),
            progress: match verbosity {
                Verbosity::Quiet => ProgressMode::Hidden,
                _ if screen && !in_ci => ProgressMode::Bars,
                _ => ProgressMode::Plain,
            },
            width: width(env, streams.stderr),
        }
    }
}

/// Windows terminals do not set `TERM`.
fn can_move_cursor(env: &EnvVars) -> bool {
    env.get("TERM")
        .map_or(cfg!(windows), |terminal| terminal != "dumb")
}

fn colors_wanted(env: &EnvVars, screen: bool) -> bool {
    if env.is_set("NO_COLOR") {
        return false;
    }
    if env.get("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    screen && env.get("CLICOLOR") != Some("0")
}

fn width(env: &EnvVars, stderr_watched: Watched) -> usize {
    let named = || env.get("COLUMNS")?.parse().ok();
    let (measured, fallback) = match stderr_watched {
        Watched::Terminal => (screen_size().map(|(_, columns)| columns), WIDTH_DEFAULT),
        Watched::Unwatched => (None, WIDTH_UNWATCHED),
    };
    measured.or_else(named).unwrap_or(fallback).max(40)
}

/// Rows and columns of the terminal behind standard error, as they are now.
pub(super) fn screen_size() -> Option<(usize, usize)> {
    let (rows, columns) = console::Term::stderr().size_checked()?;
    Some((rows.into(), columns.into()))
}

/// What a piece of text means to its reader; the colour follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Faint,
    Strong,
    Good,
    Caution,
    Bad,
    Accent,
    Special,
}

impl Tone {
    /// The tone of a severity.
    pub(super) fn of(class: SeverityClass) -> Tone {
        match class {
            SeverityClass::Unspecified => Tone::Plain,
            SeverityClass::Trace | SeverityClass::Debug => Tone::Faint,
            SeverityClass::Info => Tone::Accent,
            SeverityClass::Warn => Tone::Caution,
            SeverityClass::Error | SeverityClass::Fatal => Tone::Bad,
        }
    }
}

/// Puts colours on text, or leaves it as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) color: bool,
}

impl Paint {
    /// The text in its tone. The text must be printable already.
    pub(super) fn tone(self, tone: Tone, text: &str) -> String {
        self.style(tone).apply_to(text).to_string()
    }

    /// The same in bold, for labels; what is faint stays faint.
    pub(super) fn label(self, tone: Tone, text: &str) -> String {
        match tone {
            Tone::Faint => self.tone(tone, text),
            _ => self.style(tone).bold().apply_to(text).to_string(),
        }
    }

    fn style(self, tone: Tone) -> Style {
        let style = Style::new().force_styling(self.color);
        match tone {
            Tone::Plain => style,
            Tone::Faint => style.dim(),
            Tone::Strong => style.bold(),
            Tone::Good => style.green(),
            Tone::Caution => style.yellow(),
            Tone::Bad => style.red(),
            Tone::Accent => style.cyan(),
            Tone::Special => style.magenta(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], watched: Watched, color: bool, progress: ProgressMode) {
        let env = EnvVars::new(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let style = UiStyle::decide(
            &env,
            Streams {
                stdout: Watched::Unwatched,
                stderr: watched,
            },
            ColorChoice::Auto,
            OutputFormat::Human,
            Verbosity::Normal,
        );
        assert_eq!((style.color, style.progress), (color, progress));
    }

    #[test]
    fn the_environment_decides_about_colours_and_bars() {
        use ProgressMode::{Bars, Plain};
        use Watched::{Terminal, Unwatched};
        let xterm = ("TERM", "xterm");
        check(&[xterm], Terminal, true, Bars);
        check(&[xterm], Unwatched, false, Plain);
        check(&[xterm, ("NO_COLOR", "")], Terminal, false, Bars);
        check(&[xterm, ("CLICOLOR", "0")], Terminal, false, Bars);
        check(&[("CLICOLOR_FORCE", "1")], Unwatched, true, Plain);
        check(
            &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
            Terminal,
            false,
            Plain,
        );
        check(&[("TERM", "dumb")], Terminal, false, Plain);
        check(&[], Unwatched, false, Plain);
        check(&[xterm, ("CI", "true")], Terminal, true, Plain);
        check(&[xterm, ("CI", "false")], Terminal, true, Bars);
    }

    #[test]
    fn the_users_word_beats_the_environment() {
        let env = EnvVars::new([("NO_COLOR".to_owned(), "1".to_owned())]);
        let style = UiStyle::decide(
            &env,
            Streams {
                stdout: Watched::Unwatched,
                stderr: Watched::Unwatched,
            },
            ColorChoice::Always,
            OutputFormat::Json,
            Verbosity::Quiet,
        );
        assert!(style.color);
        assert_eq!(style.progress, ProgressMode::Hidden);
    }
}
