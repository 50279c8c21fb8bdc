//! The one question the spike asks: every row of a run, by both query endpoints.
//!
//! Spec: <https://logfire.pydantic.dev/docs/how-to-guides/query-api/>.

use serde_json::json;
use url::{Url, form_urlencoded};

use crate::logfire::RUN_ID;
use crate::logfire::row::micros;

/// The columns that are asked for.
pub const COLUMNS: [&str; 21] = [
    "kind",
    "start_timestamp",
    "end_timestamp",
    "level",
    "message",
    "log_body",
    "span_name",
    "trace_id",
    "span_id",
    "parent_span_id",
    "otel_status_code",
    "otel_scope_name",
    "otel_scope_version",
    "service_name",
    "service_version",
    "deployment_environment",
    "attributes",
    "otel_resource_attributes",
    "exception_type",
    "exception_message",
    "exception_stacktrace",
];

/// Most rows of an answer; a run has a tenth of them.
const ROWS_MAX: u32 = 100;

/// How far before the run's start rows are looked for: its clock may be ahead of the server's.
const MARGIN_NANOS: u64 = 300 * 1_000_000_000;

/// The media types of an answer. Errors are asked for in the form that says whether a new try can help.
pub const ACCEPT: &str = "application/json, application/problem+json;q=0.9";

/// Which rows are meant.
#[derive(Debug, Clone)]
pub struct RunQuery {
    /// The value of [`RUN_ID`]; a UUID, so nothing in it needs a quote.
    pub run_id: String,
    /// When the run began, in Unix nanoseconds.
    pub since_unix_nano: u64,
}

impl RunQuery {
    /// The statement.
    pub fn sql(&self) -> String {
        let columns = COLUMNS.join(", ");
        format!(
            "SELECT {columns} FROM records WHERE attributes->>'{RUN_ID}' = '{}' ORDER BY start_timestamp",
            self.run_id
        )
    }

    fn min_timestamp(&self) -> String {
        micros(self.since_unix_nano.saturating_sub(MARGIN_NANOS))
    }

    /// The body of `POST /v2/query`.
    pub fn body(&self) -> String {
        json!({"sql": self.sql(), "min_timestamp": self.min_timestamp(), "limit": ROWS_MAX})
            .to_string()
    }

    /// The query of `GET /v1/query`.
    pub fn old_words(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("sql", &self.sql())
            .append_pair("min_timestamp", &self.min_timestamp())
            .append_pair("limit", &ROWS_MAX.to_string())
            .append_pair("json_rows", "true")
            .finish()
    }

    /// Where a person sees the rows, given the address of the project.
    pub fn link(&self, project_url: &Url) -> String {
        let mut url = project_url.clone();
        url.set_path(project_url.path().trim_end_matches('/'));
        let asked = format!("attributes->>'{RUN_ID}'='{}'", self.run_id);
        url.query_pairs_mut().append_pair("q", &asked);
        url.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_names_the_run_and_a_time_before_it() {
        let query = RunQuery {
            run_id: "0f".to_owned(),
            since_unix_nano: 1_779_887_796_517_321_999,
        };
        let body: serde_json::Value = serde_json::from_str(&query.body()).unwrap();
        assert_eq!(body["min_timestamp"], "2026-05-27T13:11:36.517321Z");
        let sql = body["sql"].as_str().unwrap();
        assert!(sql.ends_with(
            "FROM records WHERE attributes->>'otelctl.run_id' = '0f' ORDER BY start_timestamp"
        ));
        assert!(query.old_words().starts_with("sql=SELECT+kind%2C"));
    }

    #[test]
    fn the_link_keeps_what_the_address_of_the_project_has() {
        let query = RunQuery {
            run_id: "0f".to_owned(),
            since_unix_nano: 0,
        };
        let asked = "q=attributes-%3E%3E%27otelctl.run_id%27%3D%270f%27";
        for (project, base) in [
            ("https://l.example/o/p/", "https://l.example/o/p?"),
            (
                "https://l.example/o/p?team=a",
                "https://l.example/o/p?team=a&",
            ),
        ] {
            let link = query.link(&Url::parse(project).unwrap());
            assert_eq!(link, format!("{base}{asked}"));
        }
    }
}
