//! A round trip as it is shown: its legs as they happen, the verdict, and the same for scripts, GitHub Actions and `JUnit`.
//!
//! A line for each leg: how it ended, its name, its time, what was seen. Legs that were not run share one line for each reason. Fields that differ stand
//! below their leg, what was sent beside what came back. Every text is made printable here.

mod forms;
mod lines;

use std::time::Duration;

use crate::flow::spike::leg::{Leg, LegName, LegStatus};
use crate::flow::spike::{SpikeReport, Verdict};
use crate::ui::text;

pub use forms::{as_annotations, as_json, as_junit, as_summary};
pub(super) use lines::Drawing;

/// Who reads the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpikeForm {
    /// A person.
    Human,
    /// A script.
    Json,
    /// GitHub Actions.
    Github,
    /// A reader of `JUnit` XML.
    Junit,
}

/// Whether it was Logfire that was spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// A server.
    Remote,
    /// The stand-in inside the process.
    Local,
}

/// A round trip that ended, with what surrounds it.
#[derive(Debug, Clone, Copy)]
pub struct SpikeShown<'a> {
    /// What came of it.
    pub report: &'a SpikeReport,
    /// Where it went, made printable.
    pub destination: &'a str,
    /// Whose server it was.
    pub whereabouts: Whereabouts,
    /// The exit code.
    pub code: u8,
    /// Whether somebody could have verified more, and how.
    pub hint: Option<&'a str>,
}

/// How long a leg took, when that is worth a word.
fn time_of(leg: &Leg) -> String {
    let is_short = leg.took < Duration::from_millis(1);
    if is_short || leg.status == LegStatus::Skip {
        return String::new();
    }
    text::duration(leg.took)
}

impl SpikeShown<'_> {
    /// The verdict's word.
    fn word(&self) -> &'static str {
        match self.report.verdict {
            Verdict::Verified => "verified",
            Verdict::Accepted => "accepted",
            Verdict::Failed(_) => "failed",
        }
    }

    /// What was taken, where nothing was verified.
    fn accepted(&self) -> String {
        let sent = [LegName::Traces, LegName::Logs, LegName::Metrics];
        let is_left = |name: &&LegName| {
            let mut legs = self.report.legs.iter();
            legs.any(|leg| leg.name == **name && leg.status == LegStatus::Skip)
        };
        let left: Vec<&str> = sent
            .iter()
            .filter(is_left)
            .map(|name| name.slug())
            .collect();
        match left.as_slice() {
            [] => "everything was taken; nothing was verified".to_owned(),
            left => format!(
                "logs were taken, {} left out; nothing was verified",
                left.join(" and ")
            ),
        }
    }

    /// The verdict in one sentence.
    fn sentence(&self) -> String {
        let sent = self.report.sent;
        let failed = self.report.legs.iter();
        let mut failed = failed.filter(|leg| leg.status == LegStatus::Fail);
        match self.report.verdict {
            Verdict::Verified => format!("{sent} of {sent} rows came back as they were sent"),
            Verdict::Accepted => self.accepted(),
            Verdict::Failed(_) => match (failed.next(), failed.count()) {
                (Some(leg), 0) => format!("{}: {}", leg.name.slug(), leg.detail),
                (Some(leg), more) => {
                    let plural = if more == 1 { "leg" } else { "legs" };
                    format!(
                        "{}: {}; and {more} more {plural}",
                        leg.name.slug(),
                        leg.detail
                    )
                }
                (None, _) => String::new(),
            },
        }
    }
}
