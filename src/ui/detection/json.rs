//! A detection as the object that scripts read.

use serde_json::{Value, json};

use super::{DetectionReport, words};
use crate::pipeline::preview::Preview;

/// A record, with its scope, which stands outside of it on the wire.
fn record(preview: &Preview) -> Option<Value> {
    let mut record: Value = serde_json::from_slice(&preview.record).ok()?;
    if !preview.scope.is_empty() {
        record["scope"] = json!({"name": preview.scope});
    }
    Some(record)
}

/// The same as the text says.
pub(in crate::ui) fn as_json(report: &DetectionReport<'_>) -> Value {
    let detection = report.detection;
    let layouts = detection.format.layouts.iter();
    let patterns: Vec<Value> = layouts
        .enumerate()
        .map(|(index, layout)| {
            let lines = detection.taken.get(index);
            json!({"name": layout.name, "pattern": layout.pattern, "lines": lines})
        })
        .collect();
    let runners_up: Vec<Value> = detection
        .runners_up
        .iter()
        .map(|runner_up| {
            json!({
                "format": runner_up.label,
                "fits": runner_up.fits,
                "of": detection.lines,
                "why": words::lost_word(runner_up.lost),
            })
        })
        .collect();
    let unfit: Vec<Value> = detection
        .unfit
        .iter()
        .map(|(line, text)| json!({"line": line, "text": text}))
        .collect();
    let records: Vec<Value> = report.previews.iter().filter_map(record).collect();
    json!({
        "command": "detect",
        "name": report.name,
        "format": detection.label,
        "confidence": detection.confidence_percent(),
        "lines": detection.lines,
        "fits": detection.fits,
        "patterns": patterns,
        "runners_up": runners_up,
        "unfit": unfit,
        "warnings": words::warnings(report),
        "records": records,
    })
}
