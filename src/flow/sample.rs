//! The first records of a batch as they would arrive, for a dry run.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message as _;

use crate::otlp::Encoding;
use crate::otlp::json_logs::write_record;
use crate::pipeline::batch::Batch;

/// At most `count` records, each as one OTLP/JSON object.
pub(super) fn first_records(batch: &Batch, count: usize) -> Vec<String> {
    let texts = |json: Vec<u8>| String::from_utf8_lossy(&json).into_owned();
    let count = count.min(batch.record_count());
    if count == 0 {
        return Vec::new();
    }
    if batch.encoding() == Encoding::Json {
        return (0..count)
            .map(|index| texts(batch.record(index).to_vec()))
            .collect();
    }
    // Decoded from the very bytes that would go out, by the official messages.
    let Ok(request) = ExportLogsServiceRequest::decode(&*batch.body) else {
        return Vec::new();
    };
    let scopes = request
        .resource_logs
        .iter()
        .flat_map(|logs| &logs.scope_logs);
    let records = scopes.flat_map(|scope| &scope.log_records).take(count);
    records
        .map(|record| {
            let mut json = Vec::new();
            write_record(record, &mut json);
            texts(json)
        })
        .collect()
}
