//! Every character a person sees, and the JSON that scripts read: the only writer of standard output and standard error.
//!
//! Results go to standard output, everything else to standard error. Text from outside is made printable on its way. A
//! stream that goes away is remembered and never stops the shipping: no method here fails.

mod bar;
mod catalogue;
mod checking;
mod ci;
mod config;
mod destinations;
mod detection;
mod drops;
mod findings;
mod problem;
mod progress;
mod receipt;
mod row;
mod sample;
mod sparkline;
pub mod spike;
mod stream;
mod style;
mod summary;
mod text;
mod token;

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::base::escape::{printable, printable_cut, printable_json, printable_lines};
use crate::failure::{Failure, exit_code_of};
use crate::flow::report::{SendReport, Stop};
use crate::flow::{Event, Progress};
use crate::format::layout::Layout;
use crate::settings::Origin;
use crate::settings::lint::Finding;
use crate::settings::preset::Preset;
use crate::token::TokenAccount;

use crate::flow::spike::leg::Step;

use drops::DropLines;
use progress::Bars;
use spike::{Drawing, SpikeForm, SpikeShown};
use stream::Stream;
use style::{Paint, Tone};

pub use config::{ConfigFiles, SettingsReport, Variable};
pub use detection::{DetectionReport, FormatChoice, Timed};
pub use findings::{FindingsForm, FindingsFormat, Fixing};
pub use style::{ColorChoice, OutputFormat, ProgressMode, Streams, UiStyle, Verbosity};
pub use token::{FoundToken, RemovedToken, StoredToken, TokenStatus};

/// Most characters shown of why a request is made again.
const RETRY_REASON_MAX: usize = 160;

/// Different warnings remembered; beyond it a repeated one may be said again.
const WARNINGS_REMEMBERED_MAX: usize = 256;

/// The program's face.
pub struct Ui {
    stdout: Stream,
    stderr: Stream,
    style: UiStyle,
    paint: Paint,
    bars: Option<Bars>,
    said: BTreeSet<String>,
    /// Whether each source is told with what it was taken for.
    explains: bool,
    records_resolved: u64,
    /// Whether this hold-up was spoken of already.
    retry_said: bool,
    drop_lines: DropLines,
    drawing: Drawing,
    /// Whether it stands among workflow commands.
    draws_for_github: bool,
}

impl Ui {
    /// Owns both streams from now on.
    pub fn new(stdout: Box<dyn Write + Send>, stderr: Box<dyn Write + Send>, style: UiStyle) -> Ui {
        Ui {
            stdout: Stream::new(stdout),
            stderr: Stream::new(stderr),
            style,
            paint: Paint { color: style.color },
            bars: None,
            said: BTreeSet::new(),
            explains: false,
            records_resolved: 0,
            retry_said: false,
            drop_lines: DropLines::default(),
            drawing: Drawing::default(),
            draws_for_github: false,
        }
    }

    /// How the output looks.
    pub fn style(&self) -> UiStyle {
        self.style
    }

    /// Why standard output takes nothing more: the reader went away, the disk is full.
    pub fn stdout_closed_by(&self) -> Option<io::ErrorKind> {
        self.stdout.closed_by()
    }

    /// A command failed. For scripts it is the one object on standard output.
    pub fn error(&mut self, failure: &Failure) {
        match self.style.format {
            OutputFormat::Json if self.stdout_closed_by().is_none() => self.json_error(failure),
            // Nobody reads a result any more: at least a person may.
            OutputFormat::Json | OutputFormat::Human => self.problem(&problem::stop_of(failure)),
        }
    }

    /// The failure as `{"error":{…}}` on standard output.
    pub fn json_error(&mut self, failure: &Failure) {
        self.clear_progress();
        self.json(&json!({"error": problem::problem_json(&problem::stop_of(failure))}));
    }

    /// Something the user should know now. The same text is said once.
    pub fn warning(&mut self, text: &str) {
        if self.style.verbosity == Verbosity::Quiet || self.said.contains(text) {
            return;
        }
        if self.said.len() < WARNINGS_REMEMBERED_MAX {
            self.said.insert(text.to_owned());
        }
        self.labelled("warning:", Tone::Caution, text);
    }

    /// Something the user may like to know.
    pub fn note(&mut self, text: &str) {
        if self.style.verbosity != Verbosity::Quiet {
            self.labelled("note:", Tone::Accent, text);
        }
    }

    /// A result, on standard output, laid out by the caller; it ends with a line end.
    pub fn result(&mut self, text: &str) {
        let mut text = printable_lines(text).into_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        self.write(&self.stdout, &text);
    }

    /// From now on, each source is told with what it was taken for.
    pub fn explain_sources(&mut self) {
        self.explains = true;
    }

    /// What a file is, and what its first records become: the answer of `detect`.
    pub fn detection(&mut self, report: &DetectionReport<'_>) {
        if self.style.format == OutputFormat::Json {
            self.json(&detection::as_json(report));
            return;
        }
        let paint = Paint {
            color: self.style.stdout_color,
        };
        let text = detection::as_text(report, paint, self.style.width);
        self.write(&self.stdout, &text);
    }

    /// Every format that is known; `own` are the user's.
    pub fn catalogue(&mut self, own: &[Layout]) {
        if self.style.format == OutputFormat::Json {
            self.json(&catalogue::as_json(own));
            return;
        }
        let paint = Paint {
            color: self.style.stdout_color,
        };
        let text = catalogue::as_text(own, paint, self.style.width);
        self.write(&self.stdout, &text);
    }

    /// Asks for something; the answer is typed behind it.
    pub fn prompt(&mut self, text: &str) {
        self.say(&printable(text));
    }

    /// A token was stored.
    pub fn token_stored(&mut self, stored: &StoredToken<'_>) {
        match self.style.format {
            OutputFormat::Json => self.json(&token::stored_json(stored)),
            OutputFormat::Human if self.style.verbosity == Verbosity::Quiet => {}
            OutputFormat::Human => self.result(&token::stored_text(stored)),
        }
    }

    /// Where the tokens of a destination come from.
    pub fn token_status(&mut self, status: &TokenStatus<'_>) {
        if self.style.format == OutputFormat::Json {
            self.json(&token::status_json(status));
            return;
        }
        let paint = Paint {
            color: self.style.stdout_color,
        };
        let rows = token::status_rows(status);
        let text = row::lay_out(&rows, paint, self.style.width);
        self.write(&self.stdout, &text);
    }

    /// Which tokens were removed.
    pub fn tokens_removed(
        &mut self,
        destination: &str,
        accounts: &[TokenAccount],
        removed: &[RemovedToken],
    ) {
        match self.style.format {
            OutputFormat::Json => self.json(&token::removed_json(destination, removed)),
            OutputFormat::Human if self.style.verbosity == Verbosity::Quiet => {}
            OutputFormat::Human => self.result(&token::removed_text(accounts, removed)),
        }
    }

    /// Every destination with a name.
    pub fn destinations(&mut self) {
        match self.style.format {
            OutputFormat::Json => self.json(&destinations::list_as_json()),
            OutputFormat::Human => {
                let text = destinations::list_as_text(self.stdout_paint(), self.style.width);
                self.write(&self.stdout, &text);
            }
        }
    }

    /// All about one destination.
    pub fn destination(&mut self, preset: &Preset) {
        match self.style.format {
            OutputFormat::Json => self.json(&destinations::one_as_json(preset)),
            OutputFormat::Human => {
                let paint = self.stdout_paint();
                let text = destinations::one_as_text(preset, paint, self.style.width);
                self.write(&self.stdout, &text);
            }
        }
    }

    /// The effective settings: the answer of `config show`.
    pub fn settings(&mut self, report: &SettingsReport<'_>) {
        if self.style.format == OutputFormat::Json {
            self.json(&config::as_json(report));
            return;
        }
        let text = config::as_text(report, self.stdout_paint(), self.style.width);
        self.write(&self.stdout, &text);
        for text in report.warnings {
            self.warning(text);
        }
    }

    /// What looks like a mistake, when there are no settings to show. A script gets the error that follows.
    pub fn mistakes(&mut self, findings: &[Finding]) {
        if self.style.format == OutputFormat::Human && !findings.is_empty() {
            let text = config::findings_text(findings, self.stdout_paint(), self.style.width);
            self.write(&self.stdout, &text);
        }
    }

    /// Where settings come from: the answer of `config path`.
    pub fn config_files(&mut self, files: &[ConfigFiles]) {
        if self.style.format == OutputFormat::Json {
            self.json(&config::files_json(files));
            return;
        }
        let text = config::files_text(files, self.stdout_paint(), self.style.width);
        self.write(&self.stdout, &text);
    }

    /// A configuration file was written.
    pub fn config_written(&mut self, path: &str) {
        if self.style.format == OutputFormat::Json {
            self.json(&json!({"command": "config init", "path": path}));
            return;
        }
        self.note(&format!(
            "wrote {path}; otelctl config show tells what is in force"
        ));
    }

    fn stdout_paint(&self) -> Paint {
        Paint {
            color: self.style.stdout_color,
        }
    }

    /// How the command is used, or what was wrong with its words: laid out by the argument parser.
    pub fn usage(&mut self, text: &str) {
        self.write(&self.stderr, text);
    }

    /// A result for scripts: one object on one line of standard output.
    pub fn json(&mut self, value: &Value) {
        let text = printable_json(&value.to_string()).into_owned() + "\n";
        self.write(&self.stdout, &text);
    }

    /// Something happened in a running flow.
    pub fn event(&mut self, event: &Event<'_>) {
        match *event {
            Event::Opened {
                source,
                name,
                detection,
                total,
            } => {
                let name = if name == "-" { "stdin" } else { name };
                if self.explains {
                    self.note(&detection::in_one_line(name, detection));
                } else if self.style.verbosity == Verbosity::Verbose {
                    self.note(&format!("reading {name} as {}", detection.label));
                }
                if let Some(bars) = self.bars() {
                    bars.open(source, name, total);
                }
            }
            Event::Progress(progress) => self.progress(progress),
            Event::Status(tally) => {
                let text = summary::status(tally);
                self.labelled("status:", Tone::Accent, &text);
            }
            Event::Retrying { reason, wait } => self.retrying(reason, wait),
            Event::Dropped { levels, at } => {
                if let Some(text) = self.drop_lines.add(levels, at)
                    && self.style.verbosity != Verbosity::Quiet
                {
                    self.labelled("warning:", Tone::Caution, &text);
                }
            }
            Event::Following => {
                if let Some(bars) = self.bars() {
                    bars.follow();
                }
            }
            Event::Notice(text) => self.note(text),
        }
    }

    /// A round trip begins.
    pub fn spike_begins(&mut self, form: SpikeForm, destination: &str) {
        let is_drawn = matches!(form, SpikeForm::Human | SpikeForm::Github)
            && self.style.verbosity != Verbosity::Quiet;
        let moves = self.style.stdout_color && self.style.progress == ProgressMode::Bars;
        self.drawing = Drawing::new(is_drawn, moves, (self.stdout_paint(), self.style.width));
        self.draws_for_github = form == SpikeForm::Github;
        let text = self.drawing.head(destination);
        self.write_drawn(&text);
    }

    /// The drawing stands between commands of ours, and holds texts of servers.
    fn write_drawn(&self, text: &str) {
        if self.draws_for_github {
            self.write(&self.stdout, &ci::without_commands(text));
        } else {
            self.write(&self.stdout, text);
        }
    }

    /// One of its legs was begun, or ended.
    pub fn spike_step(&mut self, step: &Step<'_>) {
        let text = self.drawing.step(step);
        self.write_drawn(&text);
    }

    /// It ended.
    pub fn spike_ends(&mut self, form: SpikeForm, shown: &SpikeShown<'_>) {
        let text = match form {
            SpikeForm::Json => return self.json(&spike::as_json(shown)),
            SpikeForm::Junit => return self.result(&spike::as_junit(shown)),
            SpikeForm::Github | SpikeForm::Human => {
                let is_quiet = self.style.verbosity == Verbosity::Quiet;
                if is_quiet && shown.code == 0 {
                    return;
                }
                let text = self.drawing.end(shown);
                self.write_drawn(&text);
                if form == SpikeForm::Human {
                    return;
                }
                spike::as_annotations(shown)
            }
        };
        self.write(&self.stdout, &text);
    }

    /// Takes the progress off the screen; what is said next stands alone.
    pub fn clear_progress(&mut self) {
        if let Some(bars) = self.bars.take() {
            bars.clear();
        }
    }

    /// What became of a run: the summary for a person, the receipt for a script.
    pub fn send_report(&mut self, report: &SendReport) {
        self.clear_progress();
        if self.style.format == OutputFormat::Json {
            self.json(&receipt::receipt(report));
            return;
        }
        if self.style.verbosity == Verbosity::Quiet && exit_code_of(report) == 0 {
            return;
        }
        if report.dry_run && !report.samples.is_empty() {
            self.samples(&report.samples);
        }
        let rows = summary::summary(report, self.style.verbosity, self.style.width);
        self.say(&row::lay_out(&rows, self.paint, self.style.width));
        for text in &report.warnings {
            self.warning(text);
        }
        if let Some(stop) = &report.stop {
            self.problem(stop);
        }
    }

    /// Telemetry is switched off, and by whom: a line for people, a receipt without records for scripts.
    pub fn switched_off(&mut self, by: Origin) {
        let by = by.to_string();
        self.note(&format!("nothing is read or sent: {by} says so"));
        if self.style.format == OutputFormat::Json {
            self.json(&receipt::switched_off(&by));
        }
    }

    fn samples(&self, samples: &[String]) {
        let rows: Vec<_> = samples
            .iter()
            .map(|sample| sample::sample_row(sample, self.style.width))
            .collect();
        let title = match samples.len() {
            1 => "the first record, as it would arrive:".to_owned(),
            count => format!("the first {count} records, as they would arrive:"),
        };
        self.say(&format!("  {}\n", self.paint.tone(Tone::Faint, &title)));
        self.say(&row::lay_out(&rows, self.paint, self.style.width));
        self.say("\n");
    }

    fn problem(&mut self, stop: &Stop) {
        self.clear_progress();
        self.say(&problem::problem_text(stop, self.paint));
    }

    fn progress(&mut self, progress: &Progress) {
        if progress.records_resolved > self.records_resolved {
            self.records_resolved = progress.records_resolved;
            if std::mem::take(&mut self.retry_said)
                && let Some(bars) = &mut self.bars
            {
                bars.status(None);
            }
        }
        if let Some(bars) = self.bars() {
            bars.update(progress);
        }
    }

    /// A hold-up is spoken of once; after that only the line below the bars changes.
    fn retrying(&mut self, reason: &str, wait: std::time::Duration) {
        let text = format!(
            "{}, trying again in {}",
            printable_cut(reason, RETRY_REASON_MAX),
            text::duration(wait)
        );
        let first = !std::mem::replace(&mut self.retry_said, true);
        if first || self.style.verbosity == Verbosity::Verbose {
            if self.style.verbosity != Verbosity::Quiet {
                self.labelled("warning:", Tone::Caution, &text);
            }
        } else if let Some(bars) = &mut self.bars {
            bars.status(Some(&text));
        }
    }

    /// The bars, if this run has such.
    fn bars(&mut self) -> Option<&mut Bars> {
        if self.style.progress != ProgressMode::Bars {
            return None;
        }
        let (stderr, paint, width) = (&self.stderr, self.paint, self.style.width);
        let bars = self
            .bars
            .get_or_insert_with(|| Bars::new(stderr.clone(), paint, width));
        Some(bars)
    }

    fn labelled(&self, label: &str, tone: Tone, text: &str) {
        let label = self.paint.label(tone, label);
        self.say(&format!("{label} {}\n", printable(text)));
    }

    fn say(&self, text: &str) {
        self.write(&self.stderr, text);
    }

    fn write(&self, stream: &Stream, text: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| stream.write(text)),
            None => stream.write(text),
        }
    }
}

#[cfg(test)]
mod tests;
