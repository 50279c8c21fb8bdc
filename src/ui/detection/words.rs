//! The words of a detection: how sure it is, why others lost, what to be warned of.

use crate::format::FormatKind;
use crate::format::detect::{Detection, Lost, runtime_name};
use crate::format::layout::HasTime;
use crate::format::timestamp::Assumptions;

use super::{DetectionReport, FormatChoice, Timed};
use crate::ui::text::counted;

/// How sure it is, in pieces.
pub(super) fn certainty(detection: &Detection, choice: FormatChoice) -> Vec<String> {
    let mut facts = Vec::new();
    if choice == FormatChoice::Told {
        facts.push("as told".to_owned());
    } else if detection.format.kind == FormatKind::Plain {
        facts.push("no format was recognised".to_owned());
    }
    if detection.lines > 0 && detection.format.kind != FormatKind::Plain {
        facts.push(format!("confidence {} %", detection.confidence_percent()));
        let lines = counted(detection.lines as u64, "line");
        facts.push(if detection.fits == detection.lines {
            match detection.lines {
                1 => "the one line fits".to_owned(),
                _ => format!("all {lines} fit"),
            }
        } else {
            format!("{} of {lines} fit", detection.fits)
        });
    } else if detection.lines > 0 {
        facts.push(counted(detection.lines as u64, "line"));
    }
    facts
}

/// Why a format lost.
pub(super) fn lost(lost: Lost, detection: &Detection) -> String {
    let winner = &detection.label;
    match lost {
        Lost::FewerLines => format!("fewer than {winner}"),
        Lost::SaysLess => format!("tells less about them than {winner}"),
        Lost::TooFew => "so few may fit it by chance".to_owned(),
        Lost::AlsoUsed => format!("used for those that {winner} does not fit"),
    }
}

/// A stable word for scripts.
pub(super) fn lost_word(lost: Lost) -> &'static str {
    match lost {
        Lost::FewerLines => "fewer-lines",
        Lost::SaysLess => "says-less",
        Lost::TooFew => "too-few",
        Lost::AlsoUsed => "also-used",
    }
}

/// What a person should know before sending the file.
pub(super) fn warnings(report: &DetectionReport<'_>) -> Vec<String> {
    let detection = report.detection;
    let mut found = doubts(detection);
    let assumed = if report.timed == Timed::None {
        Assumptions::NONE
    } else {
        report.assumed
    };
    if assumed.zone {
        found.push(match report.zone_assumed {
            Some(zone) => format!("times name no zone; they are read as {zone} (choose with --tz)"),
            None => "times name no zone; they are read in the one given with --tz".to_owned(),
        });
    }
    if assumed.year {
        found.push("times name no year; it is that before the file was last written".to_owned());
    }
    if assumed.date {
        found.push("times name no date; it is the day the file was last written".to_owned());
    }
    if report.timed == Timed::None {
        // What was assumed was for looking only: no record has a time.
        found.push(if counts_from_boot(detection) {
            "stamps count from the start of a machine or program; records keep only the time they were read"
                .to_owned()
        } else {
            "no times were found; records keep only the time they were read".to_owned()
        });
    }
    found
}

/// What is to be said about the lines themselves.
fn doubts(detection: &Detection) -> Vec<String> {
    let wrapped = detection.format.runtime.map(|runtime| {
        let name = runtime_name(runtime);
        format!("lines are wrapped by {name}; what is in them is shown")
    });
    let misses = detection.lines.saturating_sub(detection.fits);
    let unfit = (misses > 0 && detection.format.kind != FormatKind::Plain).then(|| {
        // Rounded up: a single line of many is not nothing.
        let percent = (misses * 100).div_ceil(detection.lines);
        let verb = if misses == 1 { "does" } else { "do" };
        format!(
            "{} ({percent} %) {verb} not fit; read as text, or as part of the record above",
            counted(misses as u64, "line")
        )
    });
    wrapped.into_iter().chain(unfit).collect()
}

/// Whether what stands in place of a time counts from a start.
fn counts_from_boot(detection: &Detection) -> bool {
    let layouts = &detection.format.layouts;
    layouts
        .iter()
        .all(|layout| layout.time() == HasTime::Timeless)
        && layouts
            .iter()
            .any(|layout| layout.pattern.contains("monotonic") || layout.pattern.contains("uptime"))
}

/// What a source is taken for, for `--explain`.
pub(in crate::ui) fn in_one_line(name: &str, detection: &Detection) -> String {
    let mut facts = vec![detection.label.clone()];
    facts.extend(certainty(detection, FormatChoice::Detected));
    let layouts = detection.format.layouts.iter();
    facts.extend(layouts.map(|layout| layout.pattern.clone().into_owned()));
    facts.extend(doubts(detection));
    format!("{name}: {}", facts.join(" · "))
}
