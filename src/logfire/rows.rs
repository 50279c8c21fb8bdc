//! What the query endpoints answer → rows, or why there are none.
//!
//! Rows come as `{"schema":…,"data":[…]}` of version 2, as `{"columns":…,"rows":[…]}` of version 1, or as CSV. Errors come as RFC 9457
//! (`application/problem+json`), as `{"detail":…}` with a text or a list, or as bare text. What a schema says of types is not needed: JSON has
//! its own, and the columns of a CSV that are not text are known.
//!
//! Spec: <https://logfire.pydantic.dev/docs/how-to-guides/query-api/>, RFC 9457, RFC 4180.

use std::time::Duration;

use serde_json::Value;

use crate::logfire::row::Row;
use crate::otlp::answer::status_text;

/// Columns that a CSV holds as JSON.
const JSON_COLUMNS: [&str; 4] = ["attributes", "otel_resource_attributes", "tags", "level"];

/// The longest wait that a body may ask for; a longer one is not a wait but an end.
const RETRY_SECONDS_MAX: f64 = 86_400.0;

/// An answer, whole.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`; Logfire sends none with JSON rows.
    pub content_type: &'a str,
    /// `Retry-After`, read by the caller.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: &'a [u8],
}

/// What it says.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// The rows that are there now.
    Rows(Vec<Row>),
    /// Ask later.
    Later {
        /// Not before this.
        after: Option<Duration>,
        /// What the server said.
        said: String,
    },
    /// The token may not ask.
    Denied {
        /// What the server said.
        said: String,
    },
    /// There is no such endpoint.
    NotThere,
    /// The question was understood and could not be answered.
    NotExecuted {
        /// What the server said.
        said: String,
    },
    /// The question was not understood.
    Invalid {
        /// What the server said.
        said: String,
    },
    /// The server is not well.
    Unwell {
        /// What the server said.
        said: String,
    },
    /// A success that holds no rows.
    Unreadable {
        /// Why.
        why: &'static str,
    },
}

/// Reads an answer of either endpoint.
pub fn read(answer: Answer<'_>) -> Reading {
    if (200..300).contains(&answer.status) {
        return match rows(answer.content_type, answer.body) {
            Ok(rows) => Reading::Rows(rows),
            Err(why) => Reading::Unreadable { why },
        };
    }
    let problem = Problem::read(answer);
    let said = problem.said;
    match answer.status {
        429 | 503 => Reading::Later {
            after: problem.after,
            said,
        },
        401..=403 => Reading::Denied { said },
        404 | 405 => Reading::NotThere,
        422 => Reading::Invalid { said },
        400..=499 if problem.may_pass => Reading::Later {
            after: problem.after,
            said,
        },
        400..=499 => Reading::NotExecuted { said },
        _ => Reading::Unwell { said },
    }
}

/// An error's body.
struct Problem {
    said: String,
    after: Option<Duration>,
    may_pass: bool,
}

impl Problem {
    fn read(answer: Answer<'_>) -> Problem {
        let status = answer.status;
        let object: Option<Value> = serde_json::from_slice(answer.body).ok();
        let object = object.unwrap_or_default();
        let member = |key: &str| object.get(key).filter(|value| !value.is_null());
        let detail = member("detail").map(detail_text);
        let title = member("title").map(detail_text);
        let bare = || {
            let text = String::from_utf8_lossy(answer.body);
            let is_text = !text.trim_start().starts_with(['<', '{']);
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            Some(line).filter(|line| is_text && !line.is_empty())
        };
        let said = detail.or(title).or_else(bare);
        let seconds = member("retry_after").and_then(Value::as_f64);
        let seconds = seconds.filter(|seconds| (0.0..RETRY_SECONDS_MAX).contains(seconds));
        Problem {
            said: status_text(status, &said.unwrap_or_default()),
            after: answer.retry_after.or(seconds.map(Duration::from_secs_f64)),
            may_pass: member("retryable").and_then(Value::as_bool) == Some(true),
        }
    }
}

/// A text, or the messages of a list of `{"loc":…,"msg":…}`.
fn detail_text(detail: &Value) -> String {
    let one = |item: &Value| {
        let message = item.get("msg").and_then(Value::as_str)?;
        let last = item.get("loc").and_then(|loc| loc.as_array()?.last());
        Some(match last.and_then(Value::as_str) {
            Some(field) => format!("{field}: {message}"),
            None => message.to_owned(),
        })
    };
    match detail {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let said: Vec<String> = items.iter().filter_map(one).collect();
            said.join("; ")
        }
        other => other.to_string(),
    }
}

fn rows(content_type: &str, body: &[u8]) -> Result<Vec<Row>, &'static str> {
    let media_type = content_type.split(';').next().unwrap_or_default();
    if media_type.trim().eq_ignore_ascii_case("text/csv") {
        let text = std::str::from_utf8(body).map_err(|_| "the CSV is not UTF-8")?;
        return csv_rows(text).ok_or("the CSV does not hold what its header says");
    }
    let answer: Value = serde_json::from_slice(body).map_err(|_| "the answer is not JSON")?;
    let held = answer.get("data").or_else(|| answer.get("rows"));
    let held = held.and_then(Value::as_array);
    let held = held.ok_or("the answer has neither `data` nor `rows`")?;
    held.iter()
        .map(|row| row.as_object().cloned())
        .collect::<Option<_>>()
        .ok_or("a row is not an object")
}

fn csv_rows(text: &str) -> Option<Vec<Row>> {
    let mut records = csv_records(text)?.into_iter();
    let Some(header) = records.next() else {
        return Some(Vec::new());
    };
    let row = |cells: Vec<String>| {
        let pairs = header.iter().zip(&cells);
        let is_whole = cells.len() == header.len();
        is_whole.then(|| {
            pairs
                .map(|(name, cell)| (name.clone(), csv_value(name, cell)))
                .collect()
        })
    };
    records.map(row).collect()
}

fn csv_value(name: &str, cell: &str) -> Value {
    if cell.is_empty() {
        return Value::Null;
    }
    let parsed = JSON_COLUMNS
        .contains(&name)
        .then(|| serde_json::from_str(cell).ok());
    parsed.flatten().unwrap_or_else(|| cell.into())
}

/// The cells of each record; `None` when a quote is left open.
fn csv_records(text: &str) -> Option<Vec<Vec<String>>> {
    let mut records = Vec::new();
    let (mut record, mut cell) = (Vec::new(), String::new());
    let mut is_quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted && letters.peek() == Some(&'\n') => {}
            '\n' if !is_quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            other => cell.push(other),
        }
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        records.push(record);
    }
    (!is_quoted).then_some(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn answer(status: u16, content_type: &'static str, body: &str) -> Reading {
        read(Answer {
            status,
            content_type,
            retry_after: None,
            body: body.as_bytes(),
        })
    }

    #[track_caller]
    fn check_rows(content_type: &'static str, body: &str, expected: &Value) {
        match answer(200, content_type, body) {
            Reading::Rows(rows) => assert_eq!(json!(rows), *expected),
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn check(status: u16, body: &str, expected: Reading) {
        assert_eq!(answer(status, "", body), expected, "{body}");
    }

    fn said(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn rows_of_version_2_have_a_schema_beside_them() {
        let body = r#"{"schema":{"fields":[
            {"name":"level","data_type":"Int64","nullable":true},
            {"name":"start_timestamp","data_type":{"Timestamp":["Microsecond","UTC"]},"nullable":false}],"metadata":{}},
            "data":[{"level":17,"start_timestamp":"2026-05-27T13:16:36.517321Z"}]}"#;
        let expected = json!([{"level": 17, "start_timestamp": "2026-05-27T13:16:36.517321Z"}]);
        check_rows("", body, &expected);
        check_rows("application/json", body, &expected);
    }

    #[test]
    fn rows_of_version_1_have_columns_beside_them() {
        let body = r#"{"columns":[{"name":"message","datatype":"Utf8","nullable":true}],"rows":[{"message":"a"}]}"#;
        check_rows("application/json", body, &json!([{"message": "a"}]));
    }

    #[test]
    fn rows_of_csv_keep_their_quotes_and_line_ends() {
        let body = "level,message,attributes\r\n9,\"say \"\"no\"\"\nand go\",\"{\"\"a\"\":1}\"\r\n13,,{}\r\n";
        let expected = json!([
            {"level": 9, "message": "say \"no\"\nand go", "attributes": {"a": 1}},
            {"level": 13, "message": null, "attributes": {}},
        ]);
        check_rows("text/csv; charset=utf-8", body, &expected);
        let open = answer(200, "text/csv", "a\n\"b");
        assert!(matches!(open, Reading::Unreadable { .. }), "{open:?}");
    }

    #[test]
    fn errors_are_told_apart_by_their_status() {
        let detail = r#"{"detail":"column \"nope\" does not exist"}"#;
        let text = said("HTTP 400: column \"nope\" does not exist");
        check(400, detail, Reading::NotExecuted { said: text });
        let list = r#"{"detail":[{"type":"missing","loc":["body","min_timestamp"],"msg":"Field required"}]}"#;
        let text = said("HTTP 422: min_timestamp: Field required");
        check(422, list, Reading::Invalid { said: text });
        let text = said("HTTP 401: Invalid token");
        check(
            401,
            r#"{"detail":"Invalid token"}"#,
            Reading::Denied { said: text },
        );
        check(404, r#"{"detail":"Not Found"}"#, Reading::NotThere);
        check(
            500,
            "<html>",
            Reading::Unwell {
                said: said("HTTP 500"),
            },
        );
        let text = said("HTTP 502: bad gateway");
        check(502, "bad\n gateway", Reading::Unwell { said: text });
    }

    #[test]
    fn a_problem_says_whether_and_when_to_come_again() {
        let body = r#"{"type":"https://logfire.pydantic.dev/-/errors/rate-limited","title":"Rate limited","status":429,
            "detail":"too many queries","retryable":true,"retry_after":1.5}"#;
        let later = Reading::Later {
            after: Some(Duration::from_millis(1_500)),
            said: said("HTTP 429: too many queries"),
        };
        check(429, body, later);
        let body = r#"{"title":"Busy","status":409,"retryable":true}"#;
        let later = Reading::Later {
            after: None,
            said: said("HTTP 409: Busy"),
        };
        check(409, body, later);
    }

    #[test]
    fn a_success_without_rows_is_no_answer() {
        for body in ["", "<html>", "[]", "{}", r#"{"data":[1]}"#] {
            let found = answer(200, "", body);
            assert!(
                matches!(found, Reading::Unreadable { .. }),
                "{body}: {found:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic(status in 100_u16..600, csv: bool, body in ".{0,200}") {
            answer(status, if csv { "text/csv" } else { "" }, &body);
        }
    }
}
