//! Looks into a request with the official messages, independent of the product's own encoder and decoder.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message;

/// What one request holds.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    pub(crate) record_count: u64,
    /// Records without time, severity or body; a request that does not decode is one fault.
    pub(crate) fault_count: u64,
}

pub(crate) fn verify(content_type: &str, content_encoding: &str, body: &[u8]) -> Verified {
    let mut verified = Verified::default();
    let Some(request) = decode(content_type, content_encoding, body) else {
        verified.fault_count = 1;
        return verified;
    };
    let scopes = request
        .resource_logs
        .iter()
        .flat_map(|resource| &resource.scope_logs);
    for record in scopes.flat_map(|scope| &scope.log_records) {
        verified.record_count += 1;
        verified.fault_count += u64::from(!is_whole(record));
    }
    verified
}

fn decode(
    content_type: &str,
    content_encoding: &str,
    body: &[u8],
) -> Option<ExportLogsServiceRequest> {
    let mut inflated = Vec::new();
    let body = match content_encoding {
        "" | "identity" => body,
        "gzip" => {
            MultiGzDecoder::new(body).read_to_end(&mut inflated).ok()?;
            &inflated
        }
        _ => return None,
    };
    match content_type {
        "application/json" => serde_json::from_slice(body).ok(),
        _ => ExportLogsServiceRequest::decode(body).ok(),
    }
}

/// Every generated line has all three.
fn is_whole(record: &LogRecord) -> bool {
    record.time_unix_nano != 0 && record.severity_number != 0 && record.body.is_some()
}
