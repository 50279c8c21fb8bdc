//! What was sent against what came back, one leg after the other: pure.
//!
//! A leg tells how many parts it compared. It passes only when it compared all that it is about: where a part did not arrive and the others are
//! equal, it is skipped and names that part. Where Logfire's documentation leaves a choice, each is taken: an exception may be in its
//! columns or in the attributes, the span of a log in `span_id` or in `parent_span_id`.

use serde_json::{Map, Value};

use crate::base::secret::scrub_remembered;
use crate::flow::spike::leg::{Difference, Ending, Fault, FaultKind, LegName};
use crate::flow::spike::parts::{Copies, Item, Part, Parts};
use crate::flow::spike::sent::{Correlation, SCOPES, STATUS_OK, Sent, VERSION};
use crate::logfire::MESSAGE_BYTES_MAX;
use crate::logfire::row::{Row, SPAN_LEVEL, hex, json_of, micros, object, text_of};
use crate::record::SeverityNumber;

/// Bytes of a message that must be the body's: a server may end what it cuts in its own way.
const MESSAGE_BYTES_SURE: usize = MESSAGE_BYTES_MAX - 12;

/// The field that stands for how often a part is there.
const ROWS: &str = "rows";

/// What stands where there is nothing.
const NOTHING: &str = "nothing";

/// Parts that are named when they did not arrive.
const NAMED_MAX: usize = 3;

/// Characters of each side of a difference; of longer ones, those around the first that differs.
const SIDE_CHARACTERS_MAX: usize = 80;

/// Characters before the first that differs.
const LEAD_CHARACTERS: usize = 16;

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

/// What one leg found.
#[derive(Default)]
struct Found {
    /// Parts that the leg is about.
    all: usize,
    /// Of these, those that were compared.
    compared: usize,
    /// Parts that did not arrive.
    missing: Vec<String>,
    differences: Vec<Difference>,
}

/// One part's share of what a leg found.
struct Side<'f> {
    part: String,
    found: &'f mut Found,
}

/// Compares one row of a part with what was sent.
type Look = fn(&Part<'_>, &Row, &Sent, &mut Side<'_>);

/// Compares one leg.
pub(super) fn compare(leg: LegName, parts: &Parts<'_>, copies: Copies) -> Ending {
    if leg == LegName::Correlation && parts.correlation == Correlation::LeftOut {
        return Ending::Skip("no spans were sent".to_owned());
    }
    let mut found = Found::default();
    let look: Look = match leg {
        LegName::Count => |_, row, _, side| side.check("kind", "log", cell(row, "kind")),
        LegName::Severities => severity,
        LegName::Times => times,
        LegName::Bodies => body,
        LegName::Attributes => attributes,
        LegName::Exception => exception,
        LegName::Correlation => correlation,
        LegName::Scopes => scope,
        _ => resource,
    };
    for part in parts.all.iter().filter(|part| is_about(leg, part)) {
        let is_counted = leg == LegName::Count || (leg == LegName::Correlation && !part.is_log());
        if is_counted {
            count(part, copies, &mut found);
        } else if part.rows.is_empty() {
            found.missing.push(part.name.clone());
        }
        found.compared += usize::from(!part.rows.is_empty());
        for row in &part.rows {
            let mut side = Side {
                part: part.name.clone(),
                found: &mut found,
            };
            look(part, row, parts.sent, &mut side);
        }
    }
    let detail = detail(leg, parts, copies);
    found.all = parts.all.iter().filter(|part| is_about(leg, part)).count();
    found.ending(&detail)
}

/// Whether a leg has anything to do with a part.
fn is_about(leg: LegName, part: &Part<'_>) -> bool {
    match leg {
        LegName::Count => part.is_log(),
        LegName::Correlation => part.is_traced(),
        LegName::Exception => part.attributes().keys().any(|key| is_of_exception(key)),
        _ => true,
    }
}

fn is_of_exception(key: &str) -> bool {
    key.starts_with("exception.")
}

impl Found {
    fn ending(self, detail: &str) -> Ending {
        let all = self.all;
        let missing = self.missing.get(..NAMED_MAX).unwrap_or(&self.missing);
        let mut missing = missing.join(", ");
        if self.missing.len() > NAMED_MAX {
            missing = format!("{missing} and {} more", self.missing.len() - NAMED_MAX);
        }
        let compared = self.compared;
        if !self.differences.is_empty() {
            let mut told = vec![self.wrong(all)];
            if !missing.is_empty() {
                told.push(format!("{missing} did not arrive"));
            }
            let mut fault = Fault::new(FaultKind::Differs, told.join("; "), None);
            fault.differences = self.differences;
            return Ending::Fail(fault);
        }
        match (compared, missing.as_str()) {
            (0, missing) => Ending::Skip(format!("nothing to compare: {missing} did not arrive")),
            (_, "") => Ending::Pass(format!("{compared} of {all} · {detail}")),
            (_, missing) => Ending::Skip(format!(
                "{compared} of {all} equal; {missing} did not arrive"
            )),
        }
    }
}

impl Found {
    /// How much is not as it was sent.
    fn wrong(&self, all: usize) -> String {
        let is_count = |one: &&Difference| one.field == ROWS;
        let uncounted = self.differences.iter().filter(is_count).count();
        let fields = match self.differences.len() - uncounted {
            0 => None,
            1 => Some("1 field differs".to_owned()),
            many => Some(format!("{many} fields differ")),
        };
        let there = format!("{} of {all} are there once", all - uncounted);
        let parts = (uncounted > 0).then_some(there).into_iter().chain(fields);
        parts.collect::<Vec<_>>().join(", ")
    }
}

impl Side<'_> {
    fn check(&mut self, field: &str, expected: impl Into<String>, found: impl Into<String>) {
        let (expected, found) = (expected.into(), found.into());
        if expected != found {
            // Before it is cut: half of a secret is not known again.
            let (expected, found) = around(&expected, &scrub_remembered(&found));
            self.found.differences.push(Difference {
                record: self.part.clone(),
                field: field.to_owned(),
                expected,
                found,
            });
        }
    }
}

/// Both sides, short enough to be read: of long ones the piece around the first character that differs, and how long each is.
fn around(expected: &str, found: &str) -> (String, String) {
    let is_short = |text: &str| text.chars().count() <= SIDE_CHARACTERS_MAX;
    if is_short(expected) && is_short(found) {
        return (expected.to_owned(), found.to_owned());
    }
    let pairs = expected.chars().zip(found.chars());
    let same = pairs.take_while(|(one, other)| one == other).count();
    let start = same.saturating_sub(LEAD_CHARACTERS);
    let piece = |text: &str| {
        let mut rest = text.chars().skip(start);
        let piece: String = rest.by_ref().take(SIDE_CHARACTERS_MAX / 2).collect();
        let head = if start > 0 { "…" } else { "" };
        let tail = if rest.next().is_some() { "…" } else { "" };
        format!("{head}{piece}{tail} ({} bytes)", text.len())
    };
    (piece(expected), piece(found))
}

/// What was compared, when all of it is equal.
fn detail(leg: LegName, parts: &Parts<'_>, copies: Copies) -> String {
    let bodies = || {
        let logs = parts.sent.logs.iter();
        let bodies = logs.filter_map(|(_, log)| log.body.as_ref().map(json_of));
        bodies.map(|body| text_of(&body).len()).max().unwrap_or(0)
    };
    match leg {
        LegName::Count => doubles(parts, copies),
        LegName::Severities => "TRACE DEBUG INFO WARN ERROR FATAL".to_owned(),
        LegName::Times => "to the microsecond".to_owned(),
        LegName::Bodies => {
            format!("to {} bytes; messages to {MESSAGE_BYTES_MAX}", bodies())
        }
        LegName::Attributes => "text bool int double list map bytes".to_owned(),
        LegName::Exception => "type, message and stack trace".to_owned(),
        LegName::Correlation => "spans of one trace, logs inside of them".to_owned(),
        LegName::Scopes => SCOPES.join(", "),
        _ => {
            let names = parts.sent.resource.attributes.iter().map(|pair| {
                let key = pair.key.trim_end_matches(".name").trim_end_matches(".type");
                key.rsplit('.').next().unwrap_or(key).to_owned()
            });
            names.collect::<Vec<_>>().join(", ")
        }
    }
}

/// `each once`; or what is doubled because a request had to be made again, which is no fault.
fn doubles(parts: &Parts<'_>, copies: Copies) -> String {
    let logs = parts.all.iter().filter(|part| part.is_log());
    let doubled = logs.filter(|part| part.rows.len() > 1).count();
    match (copies.logs, doubled) {
        (1, _) => "each once".to_owned(),
        (_, 0) => "each once, though sent again after a lost answer".to_owned(),
        (_, doubled) => format!("{doubled} doubled: sent again after a lost answer, no fault"),
    }
}

fn count(part: &Part<'_>, copies: Copies, found: &mut Found) {
    let (allowed, title) = match part.item {
        Item::Log(log) => {
            let severity = severity_word(log.severity_number.into());
            let title = format!("{} ({}, {severity})", part.name, part.scope);
            (copies.logs, title)
        }
        Item::Span(_) => (copies.spans, part.name.clone()),
    };
    let rows = part.rows.len();
    if !(1..=allowed).contains(&rows) {
        let mut side = Side { part: title, found };
        let expected = match allowed {
            1 => "1".to_owned(),
            many => format!("1 to {many}"),
        };
        side.check(ROWS, expected, rows.to_string());
    }
}

fn cell(row: &Row, column: &str) -> String {
    match row.get(column) {
        None | Some(Value::Null) => NOTHING.to_owned(),
        Some(value) => text_of(value),
    }
}

fn severity(part: &Part<'_>, row: &Row, _: &Sent, side: &mut Side<'_>) {
    let level = match row.get("level").and_then(Value::as_i64) {
        Some(number) => severity_word(number),
        None => cell(row, "level"),
    };
    match part.item {
        Item::Log(log) => side.check("level", severity_word(log.severity_number.into()), level),
        Item::Span(span) => {
            side.check("level", severity_word(SPAN_LEVEL), level);
            if span.status.as_ref().is_some_and(|it| it.code == STATUS_OK) {
                let code = cell(row, "otel_status_code").to_ascii_uppercase();
                let code = code.trim_start_matches("STATUS_CODE_");
                side.check("otel_status_code", "OK", code);
            }
        }
    }
}

/// `13 WARN`
fn severity_word(number: i64) -> String {
    let severity = u8::try_from(number).ok().and_then(SeverityNumber::new);
    match severity {
        Some(severity) => format!("{number} {}", severity.class().name()),
        None => number.to_string(),
    }
}

fn times(part: &Part<'_>, row: &Row, _: &Sent, side: &mut Side<'_>) {
    let mut check = |column: &str, sent: u64| {
        let text = cell(row, column);
        let read = text.parse::<jiff::Timestamp>().ok();
        let nanos = read.and_then(|time| u64::try_from(time.as_nanosecond()).ok());
        side.check(column, micros(sent), nanos.map_or(text, micros));
    };
    match part.item {
        Item::Log(log) => check("start_timestamp", log.time_unix_nano),
        Item::Span(span) => {
            check("start_timestamp", span.start_time_unix_nano);
            check("end_timestamp", span.end_time_unix_nano);
        }
    }
}

/// Bodies and messages of logs; the names of spans, which stand in the same place.
fn body(part: &Part<'_>, row: &Row, _: &Sent, side: &mut Side<'_>) {
    let message = cell(row, "message");
    match part.item {
        Item::Log(log) => {
            let body = log.body.as_ref().map(json_of);
            let body = body.as_ref().map(text_of).unwrap_or_default();
            side.check("log_body", &body, cell(row, "log_body"));
            if !is_start(&body, &message) {
                side.check("message", body, message);
            }
        }
        Item::Span(span) => {
            side.check("span_name", &span.name, cell(row, "span_name"));
            side.check("message", &span.name, message);
        }
    }
}

/// Whether a message is what is kept of a long body.
fn is_start(body: &str, message: &str) -> bool {
    let start = |text: &str| {
        text.as_bytes()
            .get(..MESSAGE_BYTES_SURE)
            .map(<[u8]>::to_vec)
    };
    body.len() > MESSAGE_BYTES_MAX && start(message).is_some() && start(body) == start(message)
}

fn attributes(part: &Part<'_>, row: &Row, _: &Sent, side: &mut Side<'_>) {
    let kept = attributes_of(row);
    for (key, value) in part.attributes() {
        // Exceptions have a leg of their own.
        if !is_of_exception(&key) {
            let now = kept.get(&key).map_or(NOTHING.to_owned(), typed);
            side.check(&key, typed(&value), now);
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

fn exception(part: &Part<'_>, row: &Row, _: &Sent, side: &mut Side<'_>) {
    let kept = attributes_of(row);
    for (key, value) in part.attributes() {
        if is_of_exception(&key) {
            let column = row
                .get(&key.replace('.', "_"))
                .filter(|cell| !cell.is_null());
            let now = column.or_else(|| kept.get(&key));
            let now = now.map_or(NOTHING.to_owned(), text_of);
            side.check(&key, text_of(&value), now);
        }
    }
}

fn correlation(part: &Part<'_>, row: &Row, _: &Sent, side: &mut Side<'_>) {
    match part.item {
        Item::Span(span) => {
            side.check("kind", "span", cell(row, "kind"));
            side.check("trace_id", hex(&span.trace_id), cell(row, "trace_id"));
            side.check("span_id", hex(&span.span_id), cell(row, "span_id"));
            let parent = match hex(&span.parent_span_id) {
                none if none.is_empty() => NOTHING.to_owned(),
                some => some,
            };
            side.check("parent_span_id", parent, id_or_nothing(row));
        }
        Item::Log(log) => {
            side.check("trace_id", hex(&log.trace_id), cell(row, "trace_id"));
            let span = hex(&log.span_id);
            if cell(row, "span_id") != span {
                side.check("parent_span_id", span, cell(row, "parent_span_id"));
            }
        }
    }
}

/// Servers have several ways to write that there is no parent.
fn id_or_nothing(row: &Row) -> String {
    match cell(row, "parent_span_id") {
        none if none.chars().all(|digit| digit == '0') => NOTHING.to_owned(),
        some => some,
    }
}

fn scope(part: &Part<'_>, row: &Row, _: &Sent, side: &mut Side<'_>) {
    side.check("otel_scope_name", part.scope, cell(row, "otel_scope_name"));
    let version = cell(row, "otel_scope_version");
    side.check("otel_scope_version", VERSION, version);
}

fn resource(_: &Part<'_>, row: &Row, sent: &Sent, side: &mut Side<'_>) {
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
            side.check(column, text_of(&value), cell(row, column));
        }
        let now = kept.get(&key).map_or(NOTHING.to_owned(), text_of);
        side.check(&key, text_of(&value), now);
    }
}
