//! What the logs of a run say, before they get their times and their ids: each severity, each scope, each type of attribute, a body longer than
//! a message may be, letters that are hard to carry, an exception, and two logs inside of spans.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Variant;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};

use crate::flow::spike::sent::{any, pair, text};

/// One log before it gets its time and its ids.
pub(super) struct Draft {
    pub(super) scope: &'static str,
    pub(super) severity: (i32, &'static str),
    pub(super) body: String,
    pub(super) attributes: Vec<KeyValue>,
    /// Its place among the spans.
    pub(super) span: Option<usize>,
}

/// The eight logs of a run.
pub(super) fn drafts() -> Vec<Draft> {
    let draft = |scope, severity, body: &str| Draft {
        scope,
        severity,
        body: body.to_owned(),
        attributes: Vec::new(),
        span: None,
    };
    let long = "a body that is longer than a message may be; ".repeat(16);
    vec![
        draft("Auth", (1, "TRACE"), "session looked up"),
        Draft {
            attributes: every_type(),
            ..draft("Auth", (9, "INFO"), "user signed in")
        },
        Draft {
            span: Some(0),
            ..draft("HTTP", (9, "INFO"), "POST /checkout")
        },
        Draft {
            attributes: exception(),
            ..draft("HTTP", (17, "ERROR"), "payment failed: card declined")
        },
        draft("Database", (5, "DEBUG"), &long),
        Draft {
            span: Some(1),
            ..draft("Database", (13, "WARN"), "slow query: 1.2 s")
        },
        draft(
            "UI",
            (21, "FATAL"),
            "screen lost: \"checkout\"\n\tat 'cart' \\ 🛒 日本語",
        ),
        draft("UI", (9, "INFO"), "screen shown again"),
    ]
}

/// An attribute of each type.
fn every_type() -> Vec<KeyValue> {
    let texts = ["a", "b, c", "\"d\""];
    let texts = texts.map(|text| any(Variant::StringValue(text.to_owned())));
    let list = |values: Vec<AnyValue>| Variant::ArrayValue(ArrayValue { values });
    let map = vec![text("plan", "pro"), pair("seats", Variant::IntValue(3))];
    vec![
        text("spike.text", "ünïcode \"quoted\""),
        text("spike.empty", ""),
        pair("spike.true", Variant::BoolValue(true)),
        pair("spike.int", Variant::IntValue(9_007_199_254_740_991)),
        pair("spike.negative", Variant::IntValue(-7)),
        pair("spike.double", Variant::DoubleValue(0.25)),
        pair("spike.texts", list(texts.to_vec())),
        pair(
            "spike.numbers",
            list(vec![any(Variant::IntValue(1)), any(Variant::IntValue(2))]),
        ),
        pair(
            "spike.map",
            Variant::KvlistValue(KeyValueList { values: map }),
        ),
        pair(
            "spike.bytes",
            Variant::BytesValue(b"\x00\xffspike".to_vec()),
        ),
    ]
}

fn exception() -> Vec<KeyValue> {
    vec![
        text("exception.type", "CardDeclined"),
        text("exception.message", "card declined"),
        text(
            "exception.stacktrace",
            "CardDeclined: card declined\n    at charge (payment.rs:42)\n    at checkout (cart.rs:7)",
        ),
    ]
}
