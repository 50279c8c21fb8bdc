//! The query endpoints: the spike's statement → rows. Any other one is answered as by a server that cannot run it.

use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::logfire::query::COLUMNS;
use crate::logfire::row::{Row, text_of};
use crate::logfire::standin::{Answered, Asked, Standin, csv};

/// Rows of an answer when the request does not say.
const LIMIT_DEFAULT: u64 = 100;

/// Most rows of an answer.
const LIMIT_MAX: u64 = 10_000;

/// A question that was understood.
struct Question {
    sql: String,
    min_timestamp: String,
    limit: usize,
    is_old: bool,
}

/// The statement's parts.
struct Statement<'s> {
    columns: Vec<&'s str>,
    key: &'s str,
    value: &'s str,
}

impl Standin {
    /// Answers a question whose token is right.
    pub(super) fn ask(&mut self, asked: Asked<'_>) -> Answered {
        let faults = &self.project.faults;
        self.queries_seen += 1;
        let seen = self.queries_seen;
        if seen <= faults.limited_queries {
            let mut answered = problem(asked, 429, "rate-limited", "Rate limit exceeded");
            let seconds = faults.limited_seconds.to_string();
            answered.headers.push(("retry-after", seconds));
            return answered;
        }
        if seen <= faults.broken_queries {
            return problem(asked, 500, "internal", "Internal server error");
        }
        let question = match question(asked) {
            Ok(question) => question,
            Err(refusal) => return refusal,
        };
        let Some(statement) = statement(&question.sql) else {
            let detail = "this stand-in runs only the statement of otelctl spike";
            return problem(asked, 400, "query-failed", detail);
        };
        let is_late = self.is_late();
        let matching = |row: &&Row| {
            let attributes = row.get("attributes");
            let value = attributes.and_then(|attributes| attributes.get(statement.key));
            let time = row.get("start_timestamp").map(text_of);
            value.is_some_and(|value| text_of(value) == statement.value)
                && time.is_some_and(|time| time >= question.min_timestamp)
        };
        let mut rows: Vec<&Row> = self
            .rows
            .iter()
            .filter(|_| !is_late)
            .filter(matching)
            .collect();
        rows.sort_by_key(|row| row.get("start_timestamp").map(text_of));
        let rows = rows.into_iter().take(question.limit);
        let rows: Vec<Row> = rows.map(|row| chosen(row, &statement.columns)).collect();
        written(asked, &question, (&statement.columns, &rows))
    }
}

fn written(asked: Asked<'_>, question: &Question, (columns, rows): (&[&str], &[Row])) -> Answered {
    let mut answered = if asked.accept.contains("text/csv") {
        Answered::new(200, "text/csv", csv::written(columns, rows))
    } else if question.is_old {
        let columns: Vec<Value> = columns
            .iter()
            .map(|name| json!({"name": name, "datatype": data_type(name), "nullable": true}))
            .collect();
        Answered::new(
            200,
            "",
            json!({"columns": columns, "rows": rows}).to_string(),
        )
    } else {
        let fields: Vec<Value> = columns
            .iter()
            .map(|name| json!({"name": name, "data_type": data_type(name), "nullable": true}))
            .collect();
        let schema = json!({"fields": fields, "metadata": {}});
        // The real server sends no content type here.
        Answered::new(200, "", json!({"schema": schema, "data": rows}).to_string())
    };
    let context = crate::logfire::standin::PROJECT.to_owned();
    answered.headers.push(("x-logfire-context", context));
    answered
}

fn data_type(column: &str) -> Value {
    match column {
        "level" => "Int64".into(),
        "start_timestamp" | "end_timestamp" => json!({"Timestamp": ["Microsecond", "UTC"]}),
        _ => "Utf8".into(),
    }
}

fn chosen(row: &Row, columns: &[&str]) -> Row {
    columns
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                row.get(*name).cloned().unwrap_or_default(),
            )
        })
        .collect()
}

fn question(asked: Asked<'_>) -> Result<Question, Answered> {
    let is_old = asked.method == "GET";
    let members: Map<String, Value> = if is_old {
        form_urlencoded::parse(asked.query.as_bytes())
            .map(|(key, value)| (key.into_owned(), Value::from(value.into_owned())))
            .collect()
    } else {
        serde_json::from_slice(asked.body).map_err(|_| {
            let item =
                json!([{"type": "json_invalid", "loc": ["body", 0], "msg": "JSON decode error"}]);
            invalid(asked, &item)
        })?
    };
    let text = |name: &str| match members.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(invalid(
            asked,
            &json!([{"type": "missing", "loc": ["body", name], "msg": "Field required"}]),
        )),
    };
    let limit = members.get("limit").map_or(Some(LIMIT_DEFAULT), |limit| {
        limit.as_u64().or_else(|| limit.as_str()?.parse().ok())
    });
    let limit = limit.filter(|limit| *limit <= LIMIT_MAX).ok_or_else(|| {
        let message = "Input should be less than or equal to 10000";
        invalid(
            asked,
            &json!([{"type": "less_than_equal", "loc": ["body", "limit"], "msg": message}]),
        )
    })?;
    let min_timestamp = match text("min_timestamp") {
        Ok(time) => time,
        Err(_) if is_old => String::new(),
        Err(refusal) => return Err(refusal),
    };
    Ok(Question {
        sql: text("sql")?,
        min_timestamp,
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
        is_old,
    })
}

/// `SELECT columns FROM records WHERE attributes->>'key' = 'value' ORDER BY start_timestamp`, and nothing else.
fn statement(sql: &str) -> Option<Statement<'_>> {
    let (columns, rest) = sql
        .strip_prefix("SELECT ")?
        .split_once(" FROM records WHERE ")?;
    let (key, rest) = rest.strip_prefix("attributes->>'")?.split_once("' = '")?;
    let value = rest.strip_suffix("' ORDER BY start_timestamp")?;
    let columns: Vec<&str> = columns.split(',').map(str::trim).collect();
    let are_known = columns.iter().all(|name| COLUMNS.contains(name));
    let are_plain = !key.contains('\'') && !value.contains('\'');
    (are_known && are_plain).then_some(Statement {
        columns,
        key,
        value,
    })
}

fn invalid(asked: Asked<'_>, detail: &Value) -> Answered {
    if !wants_problem(asked) {
        return Answered::json(422, &json!({"detail": detail}));
    }
    let mut answered = problem(asked, 422, "validation", "the request is not valid");
    let body = problem_body(422, "validation", detail);
    answered.body = body.to_string().into_bytes();
    answered
}

/// An error in the form that the request asked for.
fn problem(asked: Asked<'_>, status: u16, kind: &str, detail: &str) -> Answered {
    if !wants_problem(asked) {
        return Answered::detail(status, detail);
    }
    let body = problem_body(status, kind, &detail.into()).to_string();
    Answered::new(status, "application/problem+json", body)
}

fn problem_body(status: u16, kind: &str, detail: &Value) -> Value {
    json!({
        "type": format!("https://logfire.pydantic.dev/-/errors/{kind}"),
        "title": kind.replace('-', " "),
        "status": status,
        "detail": detail,
        "retryable": status == 429,
        "error_details": {"detail": detail},
    })
}

fn wants_problem(asked: Asked<'_>) -> bool {
    asked.accept.contains("application/problem+json")
}
