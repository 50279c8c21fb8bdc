//! Rules about times.
//!
//! Rows of the table in the module above; documentation and tests are made from them.

use super::{Code, Fixes, Rule, Sample};
use crate::validate::Level;

/// The rows, in the order of their codes.
pub(super) const ROWS: [Rule; 6] = [
    Rule {
        code: Code::TimeMissing,
        name: "time-missing",
        level: Level::Warning,
        fixes: Fixes::Never,
        says: "there is no time",
        help: "set it, in nanoseconds since 1970",
        why: "Zero and nothing both mean that the time is unknown: a record without both its times, a span without start or end, or a data point without a time ends up in 1970 or is dropped.",
        spec: "Logs Data Model, Field: Timestamp",
        bad: Sample::Log(r#""timeUnixNano":"0""#),
        good: Sample::Log(r#""timeUnixNano":"1790000000000000000""#),
    },
    Rule {
        code: Code::TimeUnit,
        name: "time-unit",
        level: Level::Warning,
        fixes: Fixes::Always,
        says: "the time is not in nanoseconds",
        help: "multiply it to nanoseconds",
        why: "Read as nanoseconds the number lies in 1970; in another unit it is a plausible date.",
        spec: "opentelemetry-proto, logs.proto",
        bad: Sample::Log(r#""timeUnixNano":"1790000000000""#),
        good: Sample::Log(r#""timeUnixNano":"1790000000000000000""#),
    },
    Rule {
        code: Code::TimeImplausible,
        name: "time-implausible",
        level: Level::Warning,
        fixes: Fixes::Never,
        says: "the time lies before 1980",
        help: "check the unit and the clock",
        why: "Telemetry is younger; backends drop what lies outside their window.",
        spec: "Logs Data Model, Field: Timestamp",
        bad: Sample::Log(r#""timeUnixNano":"17""#),
        good: Sample::Log(r#""timeUnixNano":"1790000000000000000""#),
    },
    Rule {
        code: Code::TimeFuture,
        name: "time-future",
        level: Level::Warning,
        fixes: Fixes::Never,
        says: "the time lies in the future",
        help: "check the clock, the zone and the unit",
        why: "More than a day ahead no clock is wrong by accident; backends drop or rewrite such records.",
        spec: "Logs Data Model, Field: Timestamp",
        bad: Sample::Log(r#""timeUnixNano":"9000000000000000000""#),
        good: Sample::Log(r#""timeUnixNano":"1790000000000000000""#),
    },
    Rule {
        code: Code::TimeOrder,
        name: "time-order",
        level: Level::Warning,
        fixes: Fixes::Never,
        says: "the end lies before the start",
        help: "take both from the same clock",
        why: "A span must end after it starts, and a data point after its interval begins.",
        spec: "opentelemetry-proto, trace.proto",
        bad: Sample::Span(r#""endTimeUnixNano":"1789999999000000000""#),
        good: Sample::Span(r#""endTimeUnixNano":"1790000001000000000""#),
    },
    Rule {
        code: Code::TimeWindow,
        name: "time-window",
        level: Level::Warning,
        fixes: Fixes::Never,
        says: "the time lies outside the destination's window",
        help: "send it in time; otelctl send --time shift moves old records",
        why: "Some destinations silently drop what is older or further ahead than they allow. Given with --for.",
        spec: "the destination's documentation",
        bad: Sample::To("logfire", r#""timeUnixNano":"1600000000000000000""#),
        good: Sample::To("logfire", r#""timeUnixNano":"1790000000000000000""#),
    },
];
