//! An error in its one form, for people (`error:`, `caused by:`, `hint:`) and for scripts.
//!
//! A failed command and a run that stopped early look alike: both become a [`Stop`] first.

use serde_json::{Value, json};

use crate::base::causes;
use crate::base::escape::{printable, printable_lines};
use crate::failure::Failure;
use crate::flow::report::Stop;

use super::style::{Paint, Tone};

/// The failure's facts, its chain of sources walked to the end.
pub(super) fn stop_of(failure: &Failure) -> Stop {
    let causes = causes::chain(&*failure.error).skip(1);
    Stop {
        code: failure.code,
        message: failure.error.to_string(),
        causes: causes.map(ToString::to_string).collect(),
        hint: failure.hint.clone(),
    }
}

/// The lines a person reads.
pub(super) fn problem_text(stop: &Stop, paint: Paint) -> String {
    let label = paint.label(Tone::Bad, "error:");
    let mut lines = vec![format!("{label} {}\n", printable(&stop.message))];
    for cause in new_causes(stop) {
        let label = paint.tone(Tone::Faint, "caused by:");
        lines.push(format!("  {label} {}\n", printable(cause)));
    }
    if let Some(hint) = &stop.hint {
        // A hint may take several lines; they are ours, so they stay lines, but never at the margin.
        let hint = printable_lines(hint).trim().replace('\n', "\n      ");
        let label = paint.label(Tone::Accent, "hint:");
        lines.push(format!("{label} {hint}\n"));
    }
    lines.concat()
}

/// The object a script reads.
pub(super) fn problem_json(stop: &Stop) -> Value {
    json!({
        "code": stop.code,
        "message": stop.message,
        "causes": new_causes(stop).collect::<Vec<_>>(),
        "hint": stop.hint,
    })
}

/// The causes that tell something new: many errors of other crates repeat their source in their own text.
fn new_causes(stop: &Stop) -> impl Iterator<Item = &str> {
    let mut said = stop.message.clone();
    stop.causes.iter().map(String::as_str).filter(move |cause| {
        let new = !cause.trim().is_empty() && !said.contains(*cause);
        if new {
            said.push('\n');
            said.push_str(cause);
        }
        new
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open log file {path}")]
    struct Open {
        path: String,
        source: Middle,
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Middle(#[source] std::io::Error);

    fn failure() -> Failure {
        let source = Middle(std::io::Error::new(
            std::io::ErrorKind::NotFound,
            "No such file or directory",
        ));
        let path = "./a\u{1b}[2J.log".to_owned();
        Failure::setup(
            "input",
            Open { path, source },
            Some("check the name".to_owned()),
        )
    }

    #[test]
    fn the_chain_is_walked_repeats_are_skipped_and_controls_escaped() {
        let text = problem_text(&stop_of(&failure()), Paint { color: false });
        insta::assert_snapshot!(text, @r"
        error: cannot open log file ./a\u{1b}[2J.log
          caused by: No such file or directory
        hint: check the name
        ");
    }

    #[test]
    fn scripts_get_the_same_facts() {
        insta::assert_snapshot!(
            problem_json(&stop_of(&failure())),
            @r#"{"code":"input","message":"cannot open log file ./a\u001b[2J.log","causes":["No such file or directory"],"hint":"check the name"}"#
        );
    }
}
