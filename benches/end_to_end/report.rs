//! The tables: what was measured, and beside each target the figure that meets or misses it.

use std::fmt;
use std::time::Duration;

use crate::Result;
use crate::measure::{cpus, peak_bytes, walls};
use crate::process::Cost;
use crate::timing::{median, megabytes_per_second};

/// Everything the bench has found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) figures: Vec<Figure>,
    /// Program and median milliseconds.
    pub(crate) starts: Vec<(&'static str, f64)>,
    pub(crate) checks: Vec<Check>,
    failures: Vec<String>,
}

/// One program in one case. What does not apply or was not measured is `None`.
#[derive(Debug)]
pub(crate) struct Figure {
    case: &'static str,
    who: String,
    /// Of input, whatever went over the wire.
    megabytes_per_second: f64,
    cpu_seconds_per_gigabyte: Option<f64>,
    peak_bytes: Option<u64>,
    pub(crate) request_count: Option<u64>,
    pub(crate) wire_bytes: Option<u64>,
}

/// A figure and what it should be.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) case: &'static str,
    pub(crate) what: String,
    pub(crate) figure: f64,
    pub(crate) target: Target,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Shown for the reader, without a promise.
    None,
}

impl Target {
    pub(crate) fn at_least(limit: Option<f64>) -> Target {
        limit.map_or(Target::None, Target::AtLeast)
    }

    fn verdict(self, figure: f64) -> &'static str {
        let meets = match self {
            Target::AtLeast(limit) => figure >= limit,
            Target::AtMost(limit) => figure <= limit,
            Target::None => return "",
        };
        if meets { "PASS" } else { "MISS" }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Target::AtLeast(limit) => format!(">= {limit}"),
            Target::AtMost(limit) => format!("<= {limit}"),
            Target::None => "-".to_owned(),
        };
        f.pad(&text)
    }
}

impl Figure {
    /// Medians of several runs, and their worst peak.
    pub(crate) fn run(case: &'static str, who: &str, input_bytes: u64, costs: &[Cost]) -> Figure {
        let cpu = median(&cpus(costs)).as_secs_f64();
        Figure {
            cpu_seconds_per_gigabyte: Some(cpu / (input_bytes as f64 / 1e9)),
            peak_bytes: Some(peak_bytes(costs)),
            ..Figure::timed(case, who, input_bytes, median(&walls(costs)))
        }
    }

    /// Something of which only the time is known.
    pub(crate) fn timed(case: &'static str, who: &str, input_bytes: u64, wall: Duration) -> Figure {
        Figure {
            case,
            who: who.to_owned(),
            megabytes_per_second: megabytes_per_second(input_bytes, wall),
            cpu_seconds_per_gigabyte: None,
            peak_bytes: None,
            request_count: None,
            wire_bytes: None,
        }
    }
}

impl Report {
    pub(crate) fn note_failure(&mut self, what: &str, outcome: Result<()>) {
        if let Err(error) = outcome {
            eprintln!("{what}: {error}");
            self.failures.push(format!("{what}: {error}"));
        }
    }

    pub(crate) fn has_failures(&self) -> bool {
        !self.failures.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.figures.is_empty() {
            write_figures(f, &self.figures)?;
        }
        if !self.starts.is_empty() {
            writeln!(f, "\n| program | ms |\n|---|--:|")?;
            for (program, millis) in &self.starts {
                writeln!(f, "| {program:<16} | {millis:6.2} |")?;
            }
        }
        if !self.checks.is_empty() {
            writeln!(
                f,
                "\n| case | what | figure | target | |\n|---|---|--:|---|---|"
            )?;
            for check in &self.checks {
                let Check {
                    case,
                    what,
                    figure,
                    target,
                } = check;
                let verdict = target.verdict(*figure);
                writeln!(
                    f,
                    "| {case:<15} | {what:<30} | {figure:7.2} | {target:<7} | {verdict:<4} |"
                )?;
            }
        }
        for failure in &self.failures {
            writeln!(f, "\nFAILED {failure}")?;
        }
        Ok(())
    }
}

fn write_figures(f: &mut fmt::Formatter<'_>, figures: &[Figure]) -> fmt::Result {
    writeln!(
        f,
        "\n| case | who | MB/s | cpu s/GB | peak MiB | requests | wire MB |"
    )?;
    writeln!(f, "|---|---|--:|--:|--:|--:|--:|")?;
    for figure in figures {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        writeln!(
            f,
            "| {:<15} | {:<20} | {:7.0} | {:>6} | {:>6} | {:>7} | {:>7} |",
            figure.case,
            figure.who,
            figure.megabytes_per_second,
            or_dash(
                figure
                    .cpu_seconds_per_gigabyte
                    .map(|cpu| format!("{cpu:.2}"))
            ),
            or_dash(
                figure
                    .peak_bytes
                    .map(|bytes| format!("{:.1}", mebibytes(bytes)))
            ),
            or_dash(figure.request_count.map(|count| count.to_string())),
            or_dash(
                figure
                    .wire_bytes
                    .map(|bytes| format!("{:.0}", bytes as f64 / 1e6))
            ),
        )?;
    }
    Ok(())
}

/// 2^20 bytes each.
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
