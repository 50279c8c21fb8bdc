//! What the stand-in does wrong, so that a test can see it found.

use std::time::Duration;

use serde_json::Value;

use crate::logfire::cut;
use crate::logfire::row::Row;

/// Faults of the project. None by default.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// What happens to rows on their way in.
    pub rows: Vec<RowFault>,
    /// How long it takes until what was sent can be asked for.
    pub late: Duration,
    /// So many queries are answered with 429.
    pub limited_queries: u32,
    /// The seconds that they ask to wait.
    pub limited_seconds: u64,
    /// So many queries are answered with 500.
    pub broken_queries: u32,
    /// Whether there is no `/v2/query`.
    pub is_old: bool,
    /// The region it is in; tokens that name another one are unknown.
    pub region: Option<&'static str>,
    /// Which token has expired.
    pub expired: Option<Expired>,
    /// What every answer warns of.
    pub warning: Option<String>,
    /// Records of each request that are rejected.
    pub rejected: u64,
    /// Where it says that its project is seen, instead of nowhere that a person could go.
    pub project_url: Option<String>,
    /// The status with which traces are answered instead.
    pub traces_status: Option<u16>,
    /// How far its clock is ahead.
    pub clock_ahead_nanos: i64,
}

/// A token that was good once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expired {
    /// The one that sends.
    Write,
    /// The one that asks.
    Read,
}

/// One thing that happens to a row. The rows of a request are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFault {
    /// The log record at this place is lost.
    RecordDropped(usize),
    /// The log record at this place is there twice.
    RecordDoubled(usize),
    /// The log record at this place is INFO.
    LevelWrong(usize),
    /// The log record at this place is a microsecond late.
    TimeShifted(usize),
    /// Nothing is known of exceptions.
    ExceptionLost,
    /// Bodies end where messages end.
    BodyCut,
    /// Whole numbers become texts.
    AttributeType,
    /// Spans are lost.
    SpanMissing,
    /// Spans end a microsecond later.
    SpanLonger,
    /// Spans are named by their ids.
    SpanRenamed,
    /// Spans are taken for logs.
    SpanKind,
    /// Spans forget how they ended.
    SpanStatus,
    /// Logs forget the span they were written in.
    CorrelationLost,
    /// All records are of one scope.
    ScopeLost,
    /// Scopes have no version.
    ScopeVersionLost,
    /// The environment is lost.
    ResourceLost,
}

impl Faults {
    /// Whether a token may be of this region.
    pub(super) fn is_home(&self, token: &str) -> bool {
        let Some(region) = self.region else {
            return true;
        };
        let named = token.split('_').nth(2);
        token.split('_').next() != Some("pylf") || named == Some(region)
    }

    /// The rows of a log record after the faults.
    pub(super) fn on_log(&self, index: usize, row: Row) -> Vec<Row> {
        let mut rows = vec![row];
        for fault in &self.rows {
            match *fault {
                RowFault::RecordDropped(at) if at == index => rows.clear(),
                RowFault::RecordDoubled(at) if at == index => rows.extend(rows.clone()),
                fault => rows.iter_mut().for_each(|row| apply(fault, index, row)),
            }
        }
        rows
    }

    /// The rows of a span after the faults.
    pub(super) fn on_span(&self, row: Row) -> Vec<Row> {
        if self.rows.contains(&RowFault::SpanMissing) {
            return Vec::new();
        }
        let mut row = row;
        for fault in &self.rows {
            apply_to_span(*fault, &mut row);
            apply(*fault, usize::MAX, &mut row);
        }
        vec![row]
    }
}

fn apply_to_span(fault: RowFault, row: &mut Row) {
    let (column, value) = match fault {
        RowFault::SpanLonger => {
            let end = row.get("end_timestamp").and_then(Value::as_str);
            ("end_timestamp", end.map(shifted).into())
        }
        RowFault::SpanRenamed => {
            let id = row.get("span_id").cloned();
            ("span_name", id.unwrap_or_default())
        }
        RowFault::SpanKind => ("kind", "log".into()),
        RowFault::SpanStatus => ("otel_status_code", "UNSET".into()),
        _ => return,
    };
    row.insert(column.to_owned(), value);
}

fn apply(fault: RowFault, index: usize, row: &mut Row) {
    let set = |row: &mut Row, column: &str, value: Value| {
        row.insert(column.to_owned(), value);
    };
    match fault {
        RowFault::LevelWrong(at) if at == index => set(row, "level", 9.into()),
        RowFault::TimeShifted(at) if at == index => {
            if let Some(Value::String(time)) = row.get("start_timestamp") {
                let later = shifted(time);
                set(row, "start_timestamp", later.into());
            }
        }
        RowFault::ExceptionLost => {
            if let Some(Value::Object(attributes)) = row.get_mut("attributes") {
                attributes.retain(|key, _| !key.starts_with("exception."));
            }
        }
        RowFault::BodyCut => {
            if let Some(Value::String(body)) = row.get_mut("log_body") {
                *body = cut(body, crate::logfire::MESSAGE_BYTES_MAX).to_owned();
            }
        }
        RowFault::AttributeType => {
            if let Some(Value::Object(attributes)) = row.get_mut("attributes") {
                for value in attributes.values_mut().filter(|value| value.is_i64()) {
                    *value = value.to_string().into();
                }
            }
        }
        RowFault::CorrelationLost => {
            set(row, "parent_span_id", Value::Null);
            set(row, "span_id", "00000000000000ff".into());
        }
        RowFault::ScopeLost => set(row, "otel_scope_name", "otelctl".into()),
        RowFault::ScopeVersionLost => set(row, "otel_scope_version", "".into()),
        RowFault::ResourceLost => {
            set(row, "deployment_environment", Value::Null);
            if let Some(Value::Object(resource)) = row.get_mut("otel_resource_attributes") {
                resource.shift_remove("deployment.environment.name");
            }
        }
        _ => {}
    }
}

/// A time one microsecond later.
fn shifted(time: &str) -> String {
    let Ok(time) = time.parse::<jiff::Timestamp>() else {
        return time.to_owned();
    };
    let later = time.checked_add(jiff::SignedDuration::from_micros(1));
    format!("{:.6}", later.unwrap_or(time))
}
