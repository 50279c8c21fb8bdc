//! The ingest endpoints: a request → rows, and the answer.

use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest,
};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use prost::Message as _;

use crate::logfire::row::{Place, Row, of_log, of_span};
use crate::logfire::standin::{Answered, Asked, ROWS_MAX, Standin};
use crate::otlp::answer::success_body;
use crate::otlp::json_read::read_request;
use crate::otlp::spans::ExportTraceServiceRequest;
use crate::otlp::{Encoding, Signal};

/// How old a record may be.
const AGE_NANOS_MAX: u64 = 24 * 3_600 * 1_000_000_000;

/// How far ahead of the server's clock.
const AHEAD_NANOS_MAX: u64 = 3_600 * 1_000_000_000;

/// What became of a request's records.
#[derive(Debug, Default)]
struct Taken {
    rows: Vec<Row>,
    count: u64,
    rejected: u64,
}

impl Standin {
    /// Takes a request whose token is right.
    pub(super) fn take(&mut self, asked: Asked<'_>) -> Answered {
        let Some(encoding) = Encoding::from_content_type(asked.content_type) else {
            return Answered::detail(415, "Unsupported content type");
        };
        let taken = match Signal::from_path(asked.path) {
            Some(Signal::Logs) => self.logs(encoding, asked.body),
            Some(Signal::Traces) => match self.project.faults.traces_status {
                Some(status) => return Answered::detail(status, "traces are not taken"),
                None => self.spans(encoding, asked.body),
            },
            Some(Signal::Metrics) => metrics(encoding, asked.body),
            None => None,
        };
        let Some(mut taken) = taken else {
            return Answered::detail(400, "Invalid request body");
        };
        let free = ROWS_MAX.saturating_sub(self.rows.len());
        taken.rejected += taken.rows.len().saturating_sub(free) as u64;
        taken.rows.truncate(free);
        self.rows.append(&mut taken.rows);
        self.taken_at = Some(self.clock.instant());
        answer(encoding, &taken)
    }

    fn logs(&self, encoding: Encoding, body: &[u8]) -> Option<Taken> {
        let request = match encoding {
            Encoding::Protobuf => ExportLogsServiceRequest::decode(body).ok()?,
            Encoding::Json => read_request(body).ok()?,
        };
        let mut taken = Taken::default();
        for logs in &request.resource_logs {
            for scope in &logs.scope_logs {
                let place = Place {
                    resource: logs.resource.as_ref(),
                    scope: scope.scope.as_ref(),
                };
                for record in &scope.log_records {
                    let index = taken.count;
                    taken.count += 1;
                    let time = match record.time_unix_nano {
                        0 => record.observed_time_unix_nano,
                        time => time,
                    };
                    if index < self.project.faults.rejected || !self.is_in_window(time) {
                        taken.rejected += 1;
                        continue;
                    }
                    let row = of_log(record, place);
                    let index = usize::try_from(index).unwrap_or(usize::MAX);
                    taken.rows.extend(self.project.faults.on_log(index, row));
                }
            }
        }
        Some(taken)
    }

    /// Spans are read from protobuf only: the spike writes nothing else.
    fn spans(&self, encoding: Encoding, body: &[u8]) -> Option<Taken> {
        let request =
            (encoding == Encoding::Protobuf).then(|| ExportTraceServiceRequest::decode(body));
        let request = request?.ok()?;
        let mut taken = Taken::default();
        for spans in &request.resource_spans {
            for scope in &spans.scope_spans {
                let place = Place {
                    resource: spans.resource.as_ref(),
                    scope: scope.scope.as_ref(),
                };
                for span in &scope.spans {
                    taken.count += 1;
                    let times = [span.start_time_unix_nano, span.end_time_unix_nano];
                    if !times.into_iter().all(|time| self.is_in_window(time)) {
                        taken.rejected += 1;
                        continue;
                    }
                    let row = of_span(span, place);
                    taken.rows.extend(self.project.faults.on_span(row));
                }
            }
        }
        Some(taken)
    }

    fn is_in_window(&self, time_unix_nano: u64) -> bool {
        let now = self.clock.now().0;
        let now = now.saturating_add_signed(self.project.faults.clock_ahead_nanos);
        let first = now.saturating_sub(AGE_NANOS_MAX);
        (first..=now.saturating_add(AHEAD_NANOS_MAX)).contains(&time_unix_nano)
    }
}

/// Points are read and not kept: nobody asks for them.
fn metrics(encoding: Encoding, body: &[u8]) -> Option<Taken> {
    let request =
        (encoding == Encoding::Protobuf).then(|| ExportMetricsServiceRequest::decode(body));
    let request = request?.ok()?;
    let scopes = request
        .resource_metrics
        .iter()
        .flat_map(|one| &one.scope_metrics);
    Some(Taken {
        count: scopes.map(|scope| scope.metrics.len() as u64).sum(),
        ..Taken::default()
    })
}

/// The answer that goes with it.
fn answer(encoding: Encoding, taken: &Taken) -> Answered {
    let message = "some records are outside of the time window or beyond a limit";
    if taken.rejected > 0 && taken.rejected == taken.count {
        return Answered::detail(
            400,
            "all records are outside of the time window or beyond a limit",
        );
    }
    let partial = (taken.rejected > 0).then(|| ExportLogsPartialSuccess {
        rejected_log_records: i64::try_from(taken.rejected).unwrap_or(i64::MAX),
        error_message: message.to_owned(),
    });
    let body = success_body(encoding, partial);
    Answered::new(200, encoding.content_type(), body)
}
