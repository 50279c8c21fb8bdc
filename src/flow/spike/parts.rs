//! The parts of a run, each with the rows it came back as. Pure.
//!
//! A part is one log record or one span. It is found by the attribute that numbers it, so a part that is lost, doubled or changed can be named.

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use serde_json::Value;

use crate::flow::spike::sent::{Correlation, PART, SPAN_SCOPE, Sent};
use crate::logfire::row::{Row, json_of, text_of};
use crate::otlp::spans::Span;

/// How often the server may have taken each request: more than once when its answer was lost and it was made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Copies {
    pub(super) logs: usize,
    pub(super) spans: usize,
}

impl Default for Copies {
    fn default() -> Copies {
        Copies { logs: 1, spans: 1 }
    }
}

/// What was sent.
#[derive(Clone, Copy)]
pub(super) enum Item<'s> {
    Log(&'s LogRecord),
    Span(&'s Span),
}

/// One part.
pub(super) struct Part<'s> {
    pub(super) name: String,
    pub(super) scope: &'static str,
    pub(super) item: Item<'s>,
    pub(super) rows: Vec<&'s Row>,
}

impl Part<'_> {
    /// Its attributes as they were sent.
    pub(super) fn attributes(&self) -> serde_json::Map<String, Value> {
        crate::logfire::row::object(match self.item {
            Item::Log(log) => &log.attributes,
            Item::Span(span) => &span.attributes,
        })
    }

    pub(super) fn is_log(&self) -> bool {
        matches!(self.item, Item::Log(_))
    }

    /// Whether it has a place in the trace.
    pub(super) fn is_traced(&self) -> bool {
        match self.item {
            Item::Log(log) => !log.span_id.is_empty(),
            Item::Span(_) => true,
        }
    }
}

/// All parts of a run.
pub(super) struct Parts<'s> {
    pub(super) all: Vec<Part<'s>>,
    pub(super) sent: &'s Sent,
    pub(super) correlation: Correlation,
}

impl<'s> Parts<'s> {
    /// Finds each part's rows.
    pub(super) fn new(sent: &'s Sent, correlation: Correlation, rows: &'s [Row]) -> Parts<'s> {
        let part = |name: String, scope, item| Part {
            rows: rows.iter().filter(|row| is_of(row, &name)).collect(),
            name,
            scope,
            item,
        };
        let logs = sent.logs.iter();
        let logs = logs.map(|(scope, log)| part(name_of(log), *scope, Item::Log(log)));
        let are_spans_sent = correlation == Correlation::Kept;
        let spans = sent.spans.iter().filter(|_| are_spans_sent);
        let spans =
            spans.map(|span| part(format!("span {}", span.name), SPAN_SCOPE, Item::Span(span)));
        Parts {
            all: logs.chain(spans).collect(),
            sent,
            correlation,
        }
    }

    /// How many came back.
    pub(super) fn found(&self) -> usize {
        let is_there = |part: &&Part<'_>| !part.rows.is_empty();
        self.all.iter().filter(is_there).count()
    }
}

fn is_of(row: &Row, name: &str) -> bool {
    let attributes = row.get("attributes");
    attributes.and_then(|all| all.get(PART)) == Some(&Value::from(name))
}

fn name_of(log: &LogRecord) -> String {
    let part = log.attributes.iter().find(|pair| pair.key == PART);
    let value = part.and_then(|pair| pair.value.as_ref()).map(json_of);
    value.as_ref().map(text_of).unwrap_or_default()
}
