//! What was sent against what came back, one leg after the other: pure.
//!
//! Rows are found by their part, so a record that is lost, doubled or changed is named. Where Logfire's documentation leaves a choice, each is
//! taken: an exception may be in its columns or in the attributes, the span of a log in `span_id` or in `parent_span_id`.

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use serde_json::{Map, Value};

use crate::flow::spike::leg::{Difference, LegName};
use crate::flow::spike::sent::{Correlation, PART, Sent};
use crate::logfire::MESSAGE_BYTES_MAX;
use crate::logfire::row::{Row, hex, json_of, micros, object, text_of};
use crate::record::SeverityNumber;

/// Bytes of a message that must be the body's: a server may end what it cuts in its own way.
const MESSAGE_BYTES_SURE: usize = MESSAGE_BYTES_MAX - 12;

/// The legs of the comparison, in their order.
pub(super) const LEGS: [LegName; 9] = [
    LegName::Count,
    LegName::Severities,
    LegName::Times,
    LegName::Bodies,
    LegName::Attributes,
    LegName::Exception,
    LegName::Correlation,
    LegName::Scopes,
    LegName::Resource,
];

/// The result of one leg.
pub(super) struct Compared {
    /// What was compared.
    pub(super) detail: String,
    /// What is not as it was sent.
    pub(super) differences: Vec<Difference>,
}

/// Both sides.
#[derive(Clone, Copy)]
pub(super) struct Sides<'s> {
    pub(super) sent: &'s Sent,
    pub(super) rows: &'s [Row],
    pub(super) correlation: Correlation,
}

/// Compares one leg; `None` when there is nothing to compare.
pub(super) fn compare(leg: LegName, sides: Sides<'_>) -> Option<Compared> {
    let logs = sides.sent.logs.len();
    let (detail, differences) = match leg {
        LegName::Count => (format!("{logs} of {logs} records, each once"), count(sides)),
        LegName::Severities => {
            let all = "TRACE DEBUG INFO WARN ERROR FATAL".to_owned();
            (all, sides.each_log(severity))
        }
        LegName::Times => {
            let detail = "equal to the microsecond, the grain that is kept".to_owned();
            (detail, sides.each_log(time))
        }
        LegName::Bodies => {
            let longest = sides.sent.logs.iter().map(|(_, log)| body_of(log).len());
            let longest = longest.max().unwrap_or(0);
            let detail =
                format!("equal, the longest {longest} bytes; messages to {MESSAGE_BYTES_MAX}");
            (detail, sides.each_log(body))
        }
        LegName::Attributes => {
            let detail = "equal, and of their types: text, bool, int, double, list, map, bytes";
            (detail.to_owned(), sides.each_log(attributes))
        }
        LegName::Exception => {
            let detail = "type, message and stack trace".to_owned();
            (detail, sides.each_log(exception))
        }
        LegName::Correlation if sides.correlation == Correlation::LeftOut => return None,
        LegName::Correlation => {
            let detail = "2 spans of one trace, 2 logs inside of them".to_owned();
            (detail, correlation(sides))
        }
        LegName::Scopes => {
            let names = crate::flow::spike::sent::SCOPES.join(", ");
            (names, scopes(sides))
        }
        LegName::Resource => {
            let count = sides.sent.resource.attributes.len();
            let detail = format!("{count} attributes: service, version, environment, os, host");
            (detail, sides.each_log_of(resource))
        }
        _ => return None,
    };
    Some(Compared {
        detail,
        differences,
    })
}

impl<'s> Sides<'s> {
    fn rows_of(self, part: &str) -> Vec<&'s Row> {
        let is_it = |row: &&Row| {
            let attributes = row.get("attributes");
            attributes.and_then(|all| all.get(PART)) == Some(&Value::from(part))
        };
        self.rows.iter().filter(is_it).collect()
    }

    /// Each log with its row; those without one are `count`'s.
    fn pairs(self) -> Vec<(String, &'s LogRecord, &'s Row)> {
        let pair = |(_, log): &'s (&'static str, LogRecord)| {
            let part = part_of(log);
            let row = self.rows_of(&part).first().copied()?;
            Some((part, log, row))
        };
        self.sent.logs.iter().filter_map(pair).collect()
    }

    fn each_log(self, one: fn(&LogRecord, &Row, &mut Differences)) -> Vec<Difference> {
        let mut all = Vec::new();
        for (part, log, row) in self.pairs() {
            let mut found = Differences { part, all };
            one(log, row, &mut found);
            all = found.all;
        }
        all
    }

    fn each_log_of(self, one: fn(&Sent, &Row, &mut Differences)) -> Vec<Difference> {
        let mut all = Vec::new();
        for (part, _, row) in self.pairs() {
            let mut found = Differences { part, all };
            one(self.sent, row, &mut found);
            all = found.all;
        }
        all
    }
}

/// The differences of one record.
struct Differences {
    part: String,
    all: Vec<Difference>,
}

impl Differences {
    fn check(&mut self, field: &str, expected: impl Into<String>, found: impl Into<String>) {
        let (expected, found) = (expected.into(), found.into());
        if expected != found {
            self.all.push(Difference {
                record: self.part.clone(),
                field: field.to_owned(),
                expected,
                found,
            });
        }
    }
}

fn part_of(log: &LogRecord) -> String {
    let part = log.attributes.iter().find(|pair| pair.key == PART);
    let value = part.and_then(|pair| pair.value.as_ref()).map(json_of);
    value.as_ref().map(text_of).unwrap_or_default()
}

fn body_of(log: &LogRecord) -> String {
    let value = log.body.as_ref().map(json_of);
    value.as_ref().map(text_of).unwrap_or_default()
}

fn cell(row: &Row, column: &str) -> String {
    match row.get(column) {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(value) => text_of(value),
    }
}

fn count(sides: Sides<'_>) -> Vec<Difference> {
    let mut all = Vec::new();
    for (scope, log) in &sides.sent.logs {
        let part = part_of(log);
        let found = sides.rows_of(&part).len();
        let mut one = Differences {
            part: format!(
                "{part} ({scope}, {})",
                severity_word(log.severity_number.into())
            ),
            all,
        };
        one.check("rows", "1", found.to_string());
        all = one.all;
    }
    all
}

fn severity(log: &LogRecord, row: &Row, found: &mut Differences) {
    let level = match row.get("level").and_then(Value::as_i64) {
        Some(number) => severity_word(number),
        None => cell(row, "level"),
    };
    found.check("level", severity_word(log.severity_number.into()), level);
}

/// `13 WARN`
fn severity_word(number: i64) -> String {
    let severity = u8::try_from(number).ok().and_then(SeverityNumber::new);
    match severity {
        Some(severity) => format!("{number} {}", severity.class().name()),
        None => number.to_string(),
    }
}

fn time(log: &LogRecord, row: &Row, found: &mut Differences) {
    let text = cell(row, "start_timestamp");
    let read = text.parse::<jiff::Timestamp>().ok();
    let nanos = read.and_then(|time| u64::try_from(time.as_nanosecond()).ok());
    let shown = nanos.map_or(text, micros);
    found.check("start_timestamp", micros(log.time_unix_nano), shown);
}

fn body(log: &LogRecord, row: &Row, found: &mut Differences) {
    let body = body_of(log);
    let (kept, message) = (cell(row, "log_body"), cell(row, "message"));
    if kept != body {
        let sizes = (sized(&body), sized(&kept));
        let texts = if sizes.0 == sizes.1 {
            (body.clone(), kept)
        } else {
            sizes
        };
        found.check("log_body", texts.0, texts.1);
    }
    let is_start = body.len() > MESSAGE_BYTES_MAX
        && message.len() >= MESSAGE_BYTES_SURE
        && body.as_bytes().get(..MESSAGE_BYTES_SURE)
            == message.as_bytes().get(..MESSAGE_BYTES_SURE);
    if !is_start {
        found.check("message", body, message);
    }
}

fn sized(text: &str) -> String {
    let start: String = text.chars().take(24).collect();
    format!("{start:?}… ({} bytes)", text.len())
}

fn attributes(log: &LogRecord, row: &Row, found: &mut Differences) {
    let kept = attributes_of(row);
    for (key, value) in object(&log.attributes) {
        // Exceptions have a leg of their own.
        if !key.starts_with("exception.") {
            let now = kept.get(&key).map_or("nothing".to_owned(), typed);
            found.check(&key, typed(&value), now);
        }
    }
}

/// `int 7`, `text "7"`: the type is half of the value.
fn typed(value: &Value) -> String {
    let kind = match value {
        Value::Null => return "null".to_owned(),
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "double",
        Value::Number(_) => "int",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        // The order of keys means nothing in JSON, and servers sort them.
        Value::Object(members) => return format!("map {}", sorted(members)),
    };
    format!("{kind} {value}")
}

fn sorted(members: &Map<String, Value>) -> String {
    let mut pairs: Vec<String> = members
        .iter()
        .map(|(key, value)| format!("{key}: {}", typed(value)))
        .collect();
    pairs.sort();
    format!("{{{}}}", pairs.join(", "))
}

fn attributes_of(row: &Row) -> Map<String, Value> {
    let attributes = row.get("attributes").and_then(Value::as_object);
    attributes.cloned().unwrap_or_default()
}

fn exception(log: &LogRecord, row: &Row, found: &mut Differences) {
    let kept = attributes_of(row);
    for (key, value) in object(&log.attributes) {
        if !key.starts_with("exception.") {
            continue;
        }
        let column = row
            .get(&key.replace('.', "_"))
            .filter(|cell| !cell.is_null());
        let now = column.or_else(|| kept.get(&key)).map(text_of);
        found.check(
            &key,
            text_of(&value),
            now.unwrap_or_else(|| "nothing".to_owned()),
        );
    }
}

fn correlation(sides: Sides<'_>) -> Vec<Difference> {
    let mut all = Vec::new();
    for span in &sides.sent.spans {
        let part = format!("span {}", span.name);
        let mut found = Differences {
            part: part.clone(),
            all,
        };
        match sides.rows_of(&part).first() {
            None => found.check("rows", "1", "0"),
            Some(row) => {
                found.check("trace_id", hex(&span.trace_id), cell(row, "trace_id"));
                found.check("span_id", hex(&span.span_id), cell(row, "span_id"));
                if !span.parent_span_id.is_empty() {
                    let parent = cell(row, "parent_span_id");
                    found.check("parent_span_id", hex(&span.parent_span_id), parent);
                }
            }
        }
        all = found.all;
    }
    for (part, log, row) in sides.pairs() {
        if log.span_id.is_empty() {
            continue;
        }
        let mut found = Differences { part, all };
        found.check("trace_id", hex(&log.trace_id), cell(row, "trace_id"));
        let own = cell(row, "span_id");
        let span = hex(&log.span_id);
        let parent = cell(row, "parent_span_id");
        if own != span {
            found.check("parent_span_id", span, parent);
        }
        all = found.all;
    }
    all
}

fn scopes(sides: Sides<'_>) -> Vec<Difference> {
    let mut all = Vec::new();
    for (scope, log) in &sides.sent.logs {
        let part = part_of(log);
        if let Some(row) = sides.rows_of(&part).first() {
            let mut found = Differences { part, all };
            found.check("otel_scope_name", *scope, cell(row, "otel_scope_name"));
            all = found.all;
        }
    }
    all
}

fn resource(sent: &Sent, row: &Row, found: &mut Differences) {
    let kept = row
        .get("otel_resource_attributes")
        .and_then(Value::as_object);
    let kept = kept.cloned().unwrap_or_default();
    for (key, value) in object(&sent.resource.attributes) {
        let column = match key.as_str() {
            "service.name" => "service_name",
            "service.version" => "service_version",
            "deployment.environment.name" => "deployment_environment",
            _ => "",
        };
        if !column.is_empty() {
            found.check(column, text_of(&value), cell(row, column));
        }
        let now = kept.get(&key).map_or("nothing".to_owned(), text_of);
        found.check(&key, text_of(&value), now);
    }
}
