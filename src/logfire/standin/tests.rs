//! The stand-in against what is known of the real server.

use std::time::Instant;

use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;

use super::*;
use crate::base::clock::SystemClock;

/// 2026-11-20T12:00:00Z.
const NOW: u64 = 1_795_176_000_000_000_000;
const HOUR: u64 = 3_600 * 1_000_000_000;

#[derive(Debug)]
struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> UnixNanos {
        UnixNanos(NOW)
    }

    fn instant(&self) -> Instant {
        SystemClock.instant()
    }
}

fn standin() -> Standin {
    let project = Project {
        write: Secret::new("pylf_v1_us_w"),
        read: Secret::new("pylf_v1_us_r"),
        faults: Faults::default(),
    };
    Standin::new(project, Arc::new(StandingClock))
}

fn ask<'a>(method: &'a str, path: &'a str, token: &'a str, body: &'a [u8]) -> Asked<'a> {
    Asked {
        method,
        path,
        query: "",
        authorization: (!token.is_empty()).then_some(token),
        content_type: "application/x-protobuf",
        accept: "",
        body,
    }
}

fn logs(times: &[u64]) -> Vec<u8> {
    let record = |time: &u64| LogRecord {
        time_unix_nano: *time,
        ..LogRecord::default()
    };
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            scope_logs: vec![ScopeLogs {
                log_records: times.iter().map(record).collect(),
                ..ScopeLogs::default()
            }],
            ..ResourceLogs::default()
        }],
    }
    .encode_to_vec()
}

#[track_caller]
fn query(accept: &str, body: &Value) -> (u16, String, String) {
    let body = body.to_string();
    let asked = Asked {
        accept,
        ..ask("POST", QUERY_PATH, "pylf_v1_us_r", body.as_bytes())
    };
    let answered = standin().answer(asked);
    let is_type = |(name, _): &&(&str, String)| *name == "content-type";
    let content_type = answered.headers.iter().find(is_type);
    let content_type = content_type.map(|(_, value)| value.clone());
    let body = String::from_utf8(answered.body).unwrap();
    (answered.status, content_type.unwrap_or_default(), body)
}

#[test]
fn a_token_is_taken_with_and_without_its_scheme_and_for_its_own_right_alone() {
    let check = |path, token, expected| {
        let answered = standin().answer(ask("GET", path, token, b""));
        assert_eq!(answered.status, expected, "{path} {token}");
    };
    check(INFO_PATH, "pylf_v1_us_w", 200);
    check(INFO_PATH, "bearer pylf_v1_us_w", 200);
    check(INFO_PATH, "Bearer pylf_v1_us_r", 401);
    check(INFO_PATH, "", 401);
    check(READ_TOKEN_PATH, "Bearer pylf_v1_us_r", 200);
    check(READ_TOKEN_PATH, "pylf_v1_us_w", 401);
    check("/v1/unheard-of", "pylf_v1_us_w", 404);
}

#[test]
fn records_outside_of_the_window_are_rejected_and_the_rest_is_kept() {
    let check = |times: &[u64], status: u16, rejected: i64, kept: usize| {
        let mut standin = standin();
        let body = logs(times);
        let answered = standin.answer(ask("POST", "/v1/logs", "pylf_v1_us_w", &body));
        assert_eq!(
            (answered.status, standin.rows.len()),
            (status, kept),
            "{times:?}"
        );
        if status == 200 {
            let answer = ExportLogsServiceResponse::decode(&*answered.body).unwrap();
            let partial = answer.partial_success.unwrap_or_default();
            assert_eq!(partial.rejected_log_records, rejected, "{times:?}");
        }
    };
    check(&[NOW, NOW - 24 * HOUR, NOW + HOUR], 200, 0, 3);
    check(&[NOW, NOW - 24 * HOUR - 1, NOW + HOUR + 1], 200, 2, 1);
    check(&[NOW - 25 * HOUR], 400, 0, 0);
}

#[test]
fn queries_are_refused_in_the_forms_of_the_real_server() {
    let minimum = "2026-11-20T11:00:00Z";
    let other = json!({"sql": "SELECT 1", "min_timestamp": minimum});
    let (status, content_type, body) = query("", &other);
    assert_eq!((status, content_type.as_str()), (400, "application/json"));
    assert!(body.starts_with("{\"detail\":\""), "{body}");
    let (status, content_type, body) = query("application/problem+json", &other);
    assert_eq!(
        (status, content_type.as_str()),
        (400, "application/problem+json")
    );
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&body["status"], &body["retryable"]),
        (&json!(400), &json!(false))
    );
    let (status, _, body) = query("", &json!({"sql": "SELECT 1"}));
    assert_eq!(status, 422);
    assert!(
        body.contains("min_timestamp") && body.contains("Field required"),
        "{body}"
    );
    let many = json!({"sql": "SELECT 1", "min_timestamp": minimum, "limit": 10_001});
    assert_eq!(query("", &many).0, 422);
}

#[test]
fn rows_come_as_json_with_a_schema_or_as_csv() {
    let sql =
        "SELECT level, message FROM records WHERE attributes->>'a' = 'b' ORDER BY start_timestamp";
    let asked = json!({"sql": sql, "min_timestamp": "2026-11-20T11:00:00Z"});
    let (status, content_type, body) = query("application/json", &asked);
    assert_eq!((status, content_type.as_str()), (200, ""));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["schema"]["fields"][0]["data_type"], "Int64");
    assert_eq!(body["data"], json!([]));
    let (_, content_type, body) = query("text/csv", &asked);
    assert_eq!(
        (content_type.as_str(), body.as_str()),
        ("text/csv", "level,message\r\n")
    );
}

#[test]
fn the_date_is_the_servers_own() {
    assert_eq!(http_date(UnixNanos(NOW)), "Fri, 20 Nov 2026 12:00:00 GMT");
}
