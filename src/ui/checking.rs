//! What `validate` shows while it runs and at its end.

use crate::flow::Progress;
use crate::ui::style::Paint;
use crate::ui::{FindingsFormat, OutputFormat, Ui, Verbosity, findings};
use crate::validate::Report;
use crate::validate::rules::Rule;

impl Ui {
    /// An input is about to be checked.
    pub fn checking(&mut self, name: &str) {
        self.clear_progress();
        if let Some(bars) = self.bars() {
            bars.open(0, if name == "-" { "stdin" } else { name }, None);
        }
    }

    /// So many bytes of it are checked, and so many records.
    pub fn checked(&mut self, bytes: u64, records: u64) {
        if let Some(bars) = self.bars() {
            bars.update(&Progress {
                source_bytes: vec![bytes],
                source_done: vec![false],
                records_read: records,
                ..Progress::default()
            });
        }
    }

    /// What `validate` found in each input. Where the repaired input goes to standard output, people read it on the other stream.
    pub fn findings(&mut self, reports: &[(String, Report)], format: FindingsFormat, fixing: bool) {
        self.clear_progress();
        let color = if fixing {
            self.style.color
        } else {
            self.style.stdout_color
        };
        let text = match format {
            FindingsFormat::Human => {
                let quiet = self.style.verbosity == Verbosity::Quiet;
                findings::human(reports, (Paint { color }, self.style.width), quiet)
            }
            FindingsFormat::Json => findings::json(reports),
            FindingsFormat::Sarif => findings::sarif(reports),
            FindingsFormat::Github => findings::github(reports),
            FindingsFormat::Junit => findings::junit(reports),
        };
        let stream = if fixing { &self.stderr } else { &self.stdout };
        self.write(stream, &text);
    }

    /// Every rule, in a line each.
    pub fn rules(&mut self) {
        if self.style.format == OutputFormat::Json {
            self.json(&findings::rules_json());
            return;
        }
        let paint = Paint {
            color: self.style.stdout_color,
        };
        self.write(&self.stdout, &findings::rules_text(paint));
    }

    /// One rule, explained.
    pub fn rule(&mut self, rule: &Rule) {
        if self.style.format == OutputFormat::Json {
            self.json(&findings::rule_json(rule));
            return;
        }
        let paint = Paint {
            color: self.style.stdout_color,
        };
        self.write(&self.stdout, &findings::rule_text(rule, paint));
    }

    /// A piece of a result that is not for people: as it is.
    pub fn raw_result(&mut self, bytes: &[u8]) {
        self.stdout.write_bytes(bytes);
    }
}
