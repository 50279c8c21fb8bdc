//! The answers of `otelctl config`: settings with their origins in aligned columns, what looks like a mistake, and files.

use console::measure_text_width;
use serde_json::{Value, json};

use crate::base::escape::printable;
use crate::settings::Origin;
use crate::settings::env::known::Known;
use crate::settings::lint::Finding;
use crate::settings::show::{Row as Setting, when_unset};

use super::row::{Joint, Row, lay_out};
use super::style::{Paint, Tone};

/// Wider values do not push the column of origins away.
const VALUE_WIDTH_MAX: usize = 44;

/// What `config show` tells.
pub struct SettingsReport<'a> {
    /// The settings, group by group.
    pub rows: &'a [Setting],
    /// Every variable, when they were asked for.
    pub variables: &'a [Variable],
    /// What looks like a mistake.
    pub findings: &'a [Finding],
    /// What was ignored.
    pub warnings: &'a [String],
}

/// A variable that is known.
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Whether it has a value.
    pub is_set: bool,
    /// What it means.
    pub known: Known,
}

/// A file that settings come from, or what is kept beside them.
pub struct ConfigFiles {
    /// `config`, `project` or `state`.
    pub what: &'static str,
    /// Where it is, or would be.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
}

/// The settings for a person.
pub(super) fn as_text(report: &SettingsReport<'_>, paint: Paint, width: usize) -> String {
    let (key_width, value_width) = widths(report.rows);
    let mut out = String::new();
    let mut group = "";
    for row in report.rows {
        if row.group != group {
            let gap = if group.is_empty() { "" } else { "\n" };
            let heading = paint.label(Tone::Plain, &printable(&row.group));
            out.extend([gap, heading.as_str(), "\n"]);
            group = &row.group;
        }
        out.push_str(&line(row, (key_width, value_width), paint));
    }
    if !report.variables.is_empty() {
        let heading = paint.label(Tone::Plain, "Variables");
        let variables = variables_text(report.variables, paint, width);
        out.extend([
            "
",
            heading.as_str(),
            "
",
            variables.as_str(),
        ]);
    }
    if !report.findings.is_empty() {
        out.push('\n');
        out.push_str(&findings_text(report.findings, paint, width));
    }
    out
}

fn widths(rows: &[Setting]) -> (usize, usize) {
    let widest = |width: &dyn Fn(&Setting) -> usize| rows.iter().map(width).max().unwrap_or(0);
    let value = |row: &Setting| measure_text_width(&value_text(row));
    // Paths of files are long, and stand in the first group.
    let counts = |row: &Setting| row.value.is_some() && row.group != "Settings";
    let value =
        |row: &Setting| Some(value(row)).filter(|width| counts(row) && *width <= VALUE_WIDTH_MAX);
    (
        widest(&|row| measure_text_width(&printable(&row.key))),
        widest(&|row| value(row).unwrap_or(0)),
    )
}

fn value_text(row: &Setting) -> String {
    match &row.value {
        Some(value) => printable(value).into_owned(),
        None => when_unset(&row.key).to_owned(),
    }
}

fn line(row: &Setting, (key_width, value_width): (usize, usize), paint: Paint) -> String {
    let blanks =
        |text: &str, width: usize| " ".repeat(width.saturating_sub(measure_text_width(text)));
    let (key, value) = (printable(&row.key), value_text(row));
    let is_default = row.origin == Origin::Default;
    let tone = if is_default || row.value.is_none() {
        Tone::Faint
    } else {
        Tone::Plain
    };
    let origin = match row.origin {
        Origin::Default => "default".to_owned(),
        other => printable(&other.to_string()).into_owned(),
    };
    let origin_tone = if is_default {
        Tone::Faint
    } else {
        Tone::Accent
    };
    if row.value.is_none() && is_default {
        return format!(
            "  {}{}   {}\n",
            key,
            blanks(&key, key_width),
            paint.tone(Tone::Faint, &value)
        );
    }
    format!(
        "  {}{}   {}{}   {}\n",
        key,
        blanks(&key, key_width),
        paint.tone(tone, &value),
        blanks(&value, value_width),
        paint.tone(origin_tone, &origin)
    )
}

fn variables_text(variables: &[Variable], paint: Paint, width: usize) -> String {
    let row = |variable: &Variable| {
        let tone = if variable.is_set {
            Tone::Accent
        } else {
            Tone::Faint
        };
        let state = if variable.is_set { "set" } else { "not set" };
        let (joint, what) = match variable.known {
            Known::Obeyed(sets) => ("sets", sets),
            Known::WithoutMeaning(why) => ("is not obeyed:", why),
        };
        Row::new(tone, &variable.name)
            .with(Joint::Dot, tone, state)
            .with(Joint::Dot, Tone::Plain, format!("{joint} {what}"))
    };
    let rows: Vec<Row> = variables.iter().map(row).collect();
    lay_out(&rows, paint, width)
}

/// What looks like a mistake, for a person.
pub(super) fn findings_text(findings: &[Finding], paint: Paint, width: usize) -> String {
    let heading = match findings.len() {
        1 => "One thing looks like a mistake".to_owned(),
        count => format!("{count} things look like mistakes"),
    };
    let row = |finding: &Finding| {
        let row = Row::new(Tone::Caution, finding.code);
        let row = sentence(row, &finding.what, Tone::Plain);
        sentence(row, &finding.fix, Tone::Faint)
    };
    let rows: Vec<Row> = findings.iter().map(row).collect();
    let heading = paint.label(Tone::Caution, &heading);
    format!("{heading}\n{}", lay_out(&rows, paint, width))
}

/// A sentence on its own line, broken between words.
fn sentence(row: Row, text: &str, tone: Tone) -> Row {
    text.split(' ').enumerate().fold(row, |row, (index, word)| {
        let joint = if index == 0 {
            Joint::Line
        } else {
            Joint::Space
        };
        row.with(joint, tone, word)
    })
}

/// The same for scripts.
pub(super) fn as_json(report: &SettingsReport<'_>) -> Value {
    let settings = report.rows.iter().map(|row| {
        json!({
            "group": row.group,
            "key": row.key,
            "value": row.value,
            "origin": origin_json(row.origin),
        })
    });
    let mut shown = json!({
        "command": "config show",
        "settings": settings.collect::<Vec<_>>(),
        "findings": findings_json(report.findings),
        "warnings": report.warnings,
    });
    if !report.variables.is_empty() {
        let variables = report.variables.iter().map(|variable| {
            let (is_obeyed, what) = match variable.known {
                Known::Obeyed(sets) => (true, sets),
                Known::WithoutMeaning(why) => (false, why),
            };
            json!({"name": variable.name, "set": variable.is_set, "obeyed": is_obeyed, "what": what})
        });
        shown["variables"] = variables.collect();
    }
    shown
}

fn findings_json(findings: &[Finding]) -> Value {
    let each = findings
        .iter()
        .map(|finding| json!({"code": finding.code, "message": finding.what, "hint": finding.fix}));
    each.collect()
}

fn origin_json(origin: Origin) -> Value {
    match origin {
        Origin::Flag(name) => json!({"kind": "flag", "name": name}),
        Origin::Env(name) => json!({"kind": "variable", "name": name}),
        Origin::Preset(name) => json!({"kind": "preset", "name": name}),
        Origin::Default => json!({"kind": "default"}),
        Origin::Keychain => json!({"kind": "keychain"}),
        Origin::LogfireFile | Origin::InsecureFile => {
            json!({"kind": "file", "name": origin.to_string()})
        }
        Origin::Stdin => json!({"kind": "stdin"}),
        Origin::Profile(spot) => json!({
            "kind": if spot.profile.is_some() { "profile" } else { "project" },
            "name": spot.profile,
            "file": spot.path,
            "line": spot.line,
        }),
    }
}

/// Files and folders for a person.
pub(super) fn files_text(files: &[ConfigFiles], paint: Paint, width: usize) -> String {
    let row = |file: &ConfigFiles| {
        let (tone, state) = if file.exists {
            (Tone::Good, "is there")
        } else {
            (Tone::Faint, "is not there")
        };
        Row::new(Tone::Plain, file.what)
            .with(Joint::Line, Tone::Plain, &file.path)
            .with(Joint::Dot, tone, state)
    };
    let rows: Vec<Row> = files.iter().map(row).collect();
    lay_out(&rows, paint, width)
}

/// The same for scripts.
pub(super) fn files_json(files: &[ConfigFiles]) -> Value {
    let each = files
        .iter()
        .map(|file| json!({"what": file.what, "path": file.path, "exists": file.exists}));
    json!({"command": "config path", "paths": each.collect::<Vec<_>>()})
}
