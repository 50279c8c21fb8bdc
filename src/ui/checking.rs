//! What `validate` shows while it runs and at its end.

use crate::base::units::ByteCount;
use crate::flow::Progress;
use crate::ui::style::Paint;
use crate::ui::{FindingsForm, FindingsFormat, Fixing, OutputFormat, Ui, findings};
use crate::validate::Report;
use crate::validate::rules::Rule;

impl Ui {
    /// An input is about to be checked.
    pub fn checking(&mut self, name: &str, length: Option<u64>) {
        self.clear_progress();
        if let Some(bars) = self.bars() {
            let name = if name == "-" { "stdin" } else { name };
            bars.open(0, name, length.map(ByteCount));
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
    pub fn findings(&mut self, reports: &[(String, Report)], form: &FindingsForm) {
        self.clear_progress();
        let beside = form.fixing == Fixing::ToStdout;
        let color = if beside {
            self.style.color
        } else {
            self.style.stdout_color
        };
        let text = match form.format {
            FindingsFormat::Human => {
                let paper = findings::Paper {
                    paint: Paint { color },
                    width: self.style.width,
                    verbosity: self.style.verbosity,
                };
                findings::human(reports, form, paper)
            }
            FindingsFormat::Json => findings::json(reports, form),
            FindingsFormat::Sarif => findings::sarif(reports),
            FindingsFormat::Github => findings::github(reports),
            FindingsFormat::Junit => findings::junit(reports),
        };
        let stream = if beside { &self.stderr } else { &self.stdout };
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
