//! Rules about metrics.
//!
//! Rows of the table in the module above; documentation and tests are made from them.

use super::{Code, Fixes, Rule, Sample};
use crate::validate::Level;

/// The rows, in the order of their codes.
pub(super) const ROWS: [Rule; 9] = [
    Rule {
        code: Code::MetricNameMissing,
        name: "metric-name-missing",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the metric has no name",
        help: "give it a name",
        why: "A metric is identified by its name.",
        spec: "Metrics Data Model",
        bad: Sample::Metric(r#""name":"""#),
        good: Sample::Metric(r#""name":"jobs""#),
    },
    Rule {
        code: Code::MetricNoData,
        name: "metric-no-data",
        level: Level::Warning,
        fixes: Fixes::Never,
        says: "the metric has no data",
        help: "set gauge, sum, histogram, exponentialHistogram or summary",
        why: "Without one of the five there is nothing to store, and receivers drop the metric silently.",
        spec: "opentelemetry-proto, metrics.proto Metric",
        bad: Sample::Metric(r#""unit":"1""#),
        good: Sample::Metric(
            r#""gauge":{"dataPoints":[{"timeUnixNano":"1790000000000000000","asInt":"1"}]}"#,
        ),
    },
    Rule {
        code: Code::PointNoValue,
        name: "point-no-value",
        level: Level::Warning,
        fixes: Fixes::Never,
        says: "the data point has no value",
        help: "set asInt or asDouble, or the flag for no recorded value",
        why: "A point without a value reads as nothing or as zero.",
        spec: "opentelemetry-proto, metrics.proto NumberDataPoint",
        bad: Sample::Metric(r#""gauge":{"dataPoints":[{"timeUnixNano":"1790000000000000000"}]}"#),
        good: Sample::Metric(
            r#""gauge":{"dataPoints":[{"timeUnixNano":"1790000000000000000","asInt":"1"}]}"#,
        ),
    },
    Rule {
        code: Code::TemporalityUnspecified,
        name: "temporality-unspecified",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the aggregation temporality is not set",
        help: "set aggregationTemporality to 1 (delta) or 2 (cumulative)",
        why: "Sums and histograms mean nothing without it; the value 0 must not be used.",
        spec: "opentelemetry-proto, metrics.proto AggregationTemporality",
        bad: Sample::Metric(r#""sum":{"dataPoints":[]}"#),
        good: Sample::Metric(r#""sum":{"dataPoints":[],"aggregationTemporality":2}"#),
    },
    Rule {
        code: Code::HistogramBounds,
        name: "histogram-bounds",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the bounds of the buckets do not rise",
        help: "list finite bounds, each larger than the one before; the last bucket needs none",
        why: "Bounds must strictly increase, and infinity is implied by the last bucket.",
        spec: "opentelemetry-proto, metrics.proto explicit_bounds",
        bad: Sample::Metric(
            r#""histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1790000000000000000","count":"3","bucketCounts":["1","1","1"],"explicitBounds":[2,1]}]}"#,
        ),
        good: Sample::Metric(
            r#""histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1790000000000000000","count":"3","bucketCounts":["1","1","1"],"explicitBounds":[1,2]}]}"#,
        ),
    },
    Rule {
        code: Code::HistogramBuckets,
        name: "histogram-buckets",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the histogram has a wrong number of buckets",
        help: "write one count more than there are bounds, or neither",
        why: "n bounds make n + 1 buckets.",
        spec: "opentelemetry-proto, metrics.proto bucket_counts",
        bad: Sample::Metric(
            r#""histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1790000000000000000","count":"3","bucketCounts":["1","2"],"explicitBounds":[1,2]}]}"#,
        ),
        good: Sample::Metric(
            r#""histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1790000000000000000","count":"3","bucketCounts":["1","2"],"explicitBounds":[1]}]}"#,
        ),
    },
    Rule {
        code: Code::HistogramCount,
        name: "histogram-count",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the buckets do not add up to the count",
        help: "set count to the sum of the buckets",
        why: "count must equal the sum of all buckets, the zero bucket included.",
        spec: "opentelemetry-proto, metrics.proto count",
        bad: Sample::Metric(
            r#""histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1790000000000000000","count":"9","bucketCounts":["1","2"],"explicitBounds":[1]}]}"#,
        ),
        good: Sample::Metric(
            r#""histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1790000000000000000","count":"3","bucketCounts":["1","2"],"explicitBounds":[1]}]}"#,
        ),
    },
    Rule {
        code: Code::SumNegative,
        name: "sum-negative",
        level: Level::Warning,
        fixes: Fixes::Never,
        says: "a monotonic sum is negative",
        help: "do not mark a sum as monotonic that can fall",
        why: "A monotonic sum only grows, so neither its value nor its delta is below zero.",
        spec: "Metrics Data Model, Sums",
        bad: Sample::Metric(
            r#""sum":{"isMonotonic":true,"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1790000000000000000","asInt":"-1"}]}"#,
        ),
        good: Sample::Metric(
            r#""sum":{"isMonotonic":true,"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"1790000000000000000","asInt":"1"}]}"#,
        ),
    },
    Rule {
        code: Code::QuantileRange,
        name: "quantile-range",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the quantile lies outside 0 to 1",
        help: "write the 99th percentile as 0.99",
        why: "Quantiles are fractions between 0 and 1.",
        spec: "opentelemetry-proto, metrics.proto ValueAtQuantile",
        bad: Sample::Metric(
            r#""summary":{"dataPoints":[{"timeUnixNano":"1790000000000000000","quantileValues":[{"quantile":99,"value":1}]}]}"#,
        ),
        good: Sample::Metric(
            r#""summary":{"dataPoints":[{"timeUnixNano":"1790000000000000000","quantileValues":[{"quantile":0.99,"value":1}]}]}"#,
        ),
    },
];
