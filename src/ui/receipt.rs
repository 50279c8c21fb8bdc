//! The receipt of `send --json`: a [`SendReport`] as the one JSON object that scripts rely on.
//!
//! Keys and their order are stable; a key that only some runs have stands at its object's end. Times are RFC 3339 with
//! nine digits, counts are integers.

use serde_json::{Map, Value, json};

use crate::flow::report::{Outcome, SendReport, SourceReport, Tally};
use crate::record::SeverityClass;

use super::problem::problem_json;
use super::text::rfc3339_nanos;

/// The exits whose reasons the receipt always names, also when there are none.
const EXITS: [&str; 4] = ["dropped", "filtered", "dead_lettered", "rejected"];

/// The report as a JSON object.
pub(super) fn receipt(report: &SendReport) -> Value {
    let mut receipt = json!({
        "command": "send",
        "outcome": report.outcome.name(),
        "dry_run": report.dry_run,
        "destination": {
            "name": report.destination.name,
            "url": report.destination.url,
            "protocol": report.destination.encoding.protocol(),
            "compression": report.destination.compression.to_string(),
        },
        "sources": report.sources.iter().map(source).collect::<Vec<_>>(),
        "records": records(&report.tally),
        "reasons": reasons(report),
        "severity": by_severity(&report.severity),
        "requests": {
            "sent": report.requests.sent,
            "retried": report.requests.retried,
            "split": report.requests.split,
        },
        "bytes": {
            "input": report.bytes.input,
            "encoded": report.bytes.encoded,
            "wire": report.bytes.wire,
        },
        "seconds": seconds(report),
        "dead_letter_file": report.dead_letter_file,
        "warnings": report.warnings,
    });
    if let Some(local) = &report.local {
        receipt["local"] = json!({
            "requests": local.requests,
            "records": local.records,
            "out": report.out_file,
        });
        if local.errors + local.warnings > 0 {
            receipt["local"]["errors"] = json!(local.errors);
            receipt["local"]["warnings"] = json!(local.warnings);
            receipt["local"]["common_fault"] = json!(local.common_fault);
        }
    }
    if report.tally.dropped > 0 {
        receipt["dropped_severity"] = by_severity(&report.dropped_severity);
    }
    if report.suspect > 0 {
        receipt["suspect"] = json!(report.suspect);
    }
    if let Some(file) = &report.undelivered_file {
        receipt["undelivered_file"] = json!(file);
    }
    if let Some(stop) = &report.stop {
        receipt["stop"] = problem_json(stop);
    }
    receipt
}

/// The receipt of a run that did nothing because telemetry is switched off. There is no destination: nobody looked for one.
pub(super) fn switched_off(by: &str) -> Value {
    json!({
        "command": "send",
        "outcome": Outcome::Disabled.name(),
        "dry_run": false,
        "destination": null,
        "sources": [],
        "records": records(&Tally::default()),
        "reasons": no_reasons(),
        "severity": {},
        "requests": {"sent": 0, "retried": 0, "split": 0},
        "bytes": {"input": 0, "encoded": 0, "wire": 0},
        "seconds": 0.0,
        "dead_letter_file": null,
        "warnings": [],
        "disabled_by": by,
    })
}

fn source(report: &SourceReport) -> Value {
    let mut source = json!({
        "name": report.name,
        "format": report.format,
        "bytes": report.bytes,
        "lines": report.lines,
        "records": report.records,
        "first_time": report.first_time.map(rfc3339_nanos),
        "last_time": report.last_time.map(rfc3339_nanos),
        "start_offset": report.start_offset,
        "acknowledged_offset": report.acknowledged_offset,
    });
    if report.blank_lines > 0 {
        source["blank_lines"] = json!(report.blank_lines);
    }
    if let Some(failure) = &report.failure {
        source["failure"] = json!(failure);
    }
    source
}

fn records(tally: &Tally) -> Value {
    json!({
        "read": tally.read,
        "delivered": tally.delivered,
        "rejected": tally.rejected,
        "dead_lettered": tally.dead_lettered,
        "dropped": tally.dropped,
        "filtered": tally.filtered,
        "unsent": tally.unsent,
    })
}

fn no_reasons() -> Map<String, Value> {
    let exits = EXITS.iter();
    exits.map(|exit| ((*exit).to_owned(), json!({}))).collect()
}

fn reasons(report: &SendReport) -> Value {
    let mut reasons = no_reasons();
    for ((exit, reason), count) in &report.reasons {
        let of_exit = reasons.entry(*exit).or_insert_with(|| json!({}));
        of_exit[reason] = json!(count);
    }
    Value::Object(reasons)
}

fn by_severity(counts: &[u64; SeverityClass::COUNT]) -> Value {
    SeverityClass::ALL
        .into_iter()
        .map(|class| (class, counts[class as usize]))
        .filter(|(_, count)| *count > 0)
        .map(|(class, count)| (class.name().to_owned(), json!(count)))
        .collect::<Map<_, _>>()
        .into()
}

/// To the millisecond.
fn seconds(report: &SendReport) -> f64 {
    (report.elapsed.as_secs_f64() * 1_000.0).round() / 1_000.0
}
