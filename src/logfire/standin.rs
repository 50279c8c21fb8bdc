//! A stand-in of Logfire: its ingest and query endpoints, for one project, in memory.
//!
//! It takes tokens in both forms, keeps the time window with partial success, cuts messages, maps rows as [`row`](crate::logfire::row)
//! says, and answers the queries of the spike. It is no SQL engine: any other statement is refused the way the real server
//! refuses one it cannot run. What it does wrong on purpose is in [`Faults`].
//!
//! Limits: [`ROWS_MAX`] rows are kept; further ones are rejected.

mod ask;
mod csv;
mod faults;
mod take;

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use crate::base::clock::Clock;
use crate::base::secret::Secret;
use crate::base::units::UnixNanos;
use crate::logfire::row::Row;
use crate::logfire::{INFO_PATH, QUERY_PATH, QUERY_PATH_OLD, READ_TOKEN_PATH, WARNING_HEADER};
use crate::otlp::Signal;

pub use faults::{Expired, Faults, RowFault};

/// Most rows that are kept.
pub const ROWS_MAX: usize = 10_000;

/// The name of its project.
pub const PROJECT: &str = "local/stand-in";

/// What a project is.
#[derive(Debug, Clone)]
pub struct Project {
    /// The token that may send.
    pub write: Secret,
    /// The token that may ask.
    pub read: Secret,
    /// What is wrong with it.
    pub faults: Faults,
}

/// One request.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// Without the query.
    pub path: &'a str,
    /// Behind the `?`.
    pub query: &'a str,
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `Content-Type`.
    pub content_type: &'a str,
    /// `Accept`.
    pub accept: &'a str,
    /// The body, inflated.
    pub body: &'a [u8],
}

/// Its answer.
#[derive(Debug, Clone)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answered {
    fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Answered {
        let headers = match content_type {
            "" => Vec::new(),
            content_type => vec![("content-type", content_type.to_owned())],
        };
        Answered {
            status,
            headers,
            body: body.into(),
        }
    }

    fn json(status: u16, value: &Value) -> Answered {
        Answered::new(status, "application/json", value.to_string())
    }

    fn detail(status: u16, detail: &str) -> Answered {
        Answered::json(status, &json!({"detail": detail}))
    }
}

/// The stand-in.
#[derive(Debug)]
pub struct Standin {
    project: Project,
    clock: Arc<dyn Clock>,
    rows: Vec<Row>,
    queries_seen: u32,
    /// When rows came last.
    taken_at: Option<Instant>,
}

impl Standin {
    /// An empty project.
    pub fn new(project: Project, clock: Arc<dyn Clock>) -> Standin {
        Standin {
            project,
            clock,
            rows: Vec::new(),
            queries_seen: 0,
            taken_at: None,
        }
    }

    /// Answers one request.
    pub fn answer(&mut self, asked: Asked<'_>) -> Answered {
        let mut answered = self.route(asked);
        let now = UnixNanos(
            self.clock
                .now()
                .0
                .saturating_add_signed(self.project.faults.clock_ahead_nanos),
        );
        answered.headers.push(("date", http_date(now)));
        if let Some(warning) = &self.project.faults.warning {
            answered.headers.push((WARNING_HEADER, warning.clone()));
        }
        answered
    }

    /// Whether what came last cannot be asked for yet.
    fn is_late(&self) -> bool {
        let now = self.clock.instant();
        self.taken_at
            .is_some_and(|taken| now.saturating_duration_since(taken) < self.project.faults.late)
    }

    fn route(&mut self, asked: Asked<'_>) -> Answered {
        match (asked.method, asked.path) {
            ("POST", path) if Signal::from_path(path).is_some() => {
                match self.denial(asked, Right::Write) {
                    Some(denied) => denied,
                    None => self.take(asked),
                }
            }
            ("GET", INFO_PATH) => self.denial(asked, Right::Write).unwrap_or_else(|| {
                let url = self.project.faults.project_url.as_deref();
                let url = url.unwrap_or("http://localhost/local/stand-in");
                Answered::json(200, &json!({"project_name": PROJECT, "project_url": url}))
            }),
            ("GET", READ_TOKEN_PATH) => self.denial(asked, Right::Read).unwrap_or_else(|| {
                let names = json!({"organization_name": "local", "project_name": "stand-in"});
                Answered::json(200, &names)
            }),
            ("POST", QUERY_PATH) if self.project.faults.is_old => not_found(),
            ("POST", QUERY_PATH) | ("GET", QUERY_PATH_OLD) => {
                match self.denial(asked, Right::Read) {
                    Some(denied) => denied,
                    None => self.ask(asked),
                }
            }
            _ => not_found(),
        }
    }

    /// Why the request's token may not do this.
    fn denial(&self, asked: Asked<'_>, right: Right) -> Option<Answered> {
        let Some(header) = asked.authorization else {
            return Some(Answered::detail(
                401,
                "Missing or invalid authorization header",
            ));
        };
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => header.trim(),
        };
        let faults = &self.project.faults;
        let (wanted, expired) = match right {
            Right::Write => (&self.project.write, faults.expired == Some(Expired::Write)),
            Right::Read => (&self.project.read, faults.expired == Some(Expired::Read)),
        };
        let given = Secret::new(token);
        if given != *wanted || !faults.is_home(token) {
            return Some(Answered::detail(401, "Unknown token"));
        }
        expired.then(|| Answered::detail(401, "Token has expired"))
    }
}

#[derive(Debug, Clone, Copy)]
enum Right {
    Write,
    Read,
}

fn not_found() -> Answered {
    Answered::detail(404, "Not Found")
}

/// `Sat, 21 Nov 2026 12:00:00 GMT`
///
/// Spec: RFC 9110, section 5.6.7.
fn http_date(time: UnixNanos) -> String {
    let time = jiff::Timestamp::from_nanosecond(i128::from(time.0));
    let time = time.expect("64 bits end in the year 2554");
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests;
