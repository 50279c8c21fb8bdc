//! The rows of the schema: one table for each message, its fields in the order in which senders usually write them.

use super::{Enum, Field, Kind, Message, Name, Shape};
use crate::otlp::Signal;

const fn one(number: u32, name: Name, kind: Kind) -> Field {
    Field {
        name,
        key: name.text(),
        number,
        kind,
        wire_type: kind.wire_type(),
        repeated: false,
    }
}

const fn many(number: u32, name: Name, kind: Kind) -> Field {
    Field {
        name,
        key: name.text(),
        number,
        kind,
        wire_type: kind.wire_type(),
        repeated: true,
    }
}

static LOGS_REQUEST: Message = Message::of(&[many(
    1,
    Name::ResourceLogs,
    Kind::Message(Shape::OfResource(Signal::Logs)),
)]);

static TRACES_REQUEST: Message = Message::of(&[many(
    1,
    Name::ResourceSpans,
    Kind::Message(Shape::OfResource(Signal::Traces)),
)]);

static METRICS_REQUEST: Message = Message::of(&[many(
    1,
    Name::ResourceMetrics,
    Kind::Message(Shape::OfResource(Signal::Metrics)),
)]);

static RESOURCE_LOGS: Message = Message::of(&[
    one(1, Name::Resource, Kind::Message(Shape::Resource)),
    many(
        2,
        Name::ScopeLogs,
        Kind::Message(Shape::OfScope(Signal::Logs)),
    ),
    one(3, Name::SchemaUrl, Kind::Text),
]);

static RESOURCE_SPANS: Message = Message::of(&[
    one(1, Name::Resource, Kind::Message(Shape::Resource)),
    many(
        2,
        Name::ScopeSpans,
        Kind::Message(Shape::OfScope(Signal::Traces)),
    ),
    one(3, Name::SchemaUrl, Kind::Text),
]);

static RESOURCE_METRICS: Message = Message::of(&[
    one(1, Name::Resource, Kind::Message(Shape::Resource)),
    many(
        2,
        Name::ScopeMetrics,
        Kind::Message(Shape::OfScope(Signal::Metrics)),
    ),
    one(3, Name::SchemaUrl, Kind::Text),
]);

static SCOPE_LOGS: Message = Message::of(&[
    one(1, Name::Scope, Kind::Message(Shape::Scope)),
    many(2, Name::LogRecords, Kind::Message(Shape::LogRecord)),
    one(3, Name::SchemaUrl, Kind::Text),
]);

static SCOPE_SPANS: Message = Message::of(&[
    one(1, Name::Scope, Kind::Message(Shape::Scope)),
    many(2, Name::Spans, Kind::Message(Shape::Span)),
    one(3, Name::SchemaUrl, Kind::Text),
]);

static SCOPE_METRICS: Message = Message::of(&[
    one(1, Name::Scope, Kind::Message(Shape::Scope)),
    many(2, Name::Metrics, Kind::Message(Shape::Metric)),
    one(3, Name::SchemaUrl, Kind::Text),
]);

static RESOURCE: Message = Message::of(&[
    many(1, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(2, Name::DroppedAttributesCount, Kind::Uint32),
    many(3, Name::EntityRefs, Kind::Message(Shape::EntityRef)),
]);

static ENTITY_REF: Message = Message::of(&[
    one(1, Name::SchemaUrl, Kind::Text),
    one(2, Name::Type, Kind::Text),
    many(3, Name::IdKeys, Kind::Text),
    many(4, Name::DescriptionKeys, Kind::Text),
]);

static SCOPE: Message = Message::of(&[
    one(1, Name::Name, Kind::Text),
    one(2, Name::Version, Kind::Text),
    many(3, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(4, Name::DroppedAttributesCount, Kind::Uint32),
]);

static LOG_RECORD: Message = Message::of(&[
    one(1, Name::TimeUnixNano, Kind::Fixed64),
    one(11, Name::ObservedTimeUnixNano, Kind::Fixed64),
    one(2, Name::SeverityNumber, Kind::Enum(Enum::Severity)),
    one(3, Name::SeverityText, Kind::Text),
    one(5, Name::Body, Kind::Message(Shape::AnyValue)),
    many(6, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(7, Name::DroppedAttributesCount, Kind::Uint32),
    one(8, Name::Flags, Kind::Fixed32),
    one(9, Name::TraceId, Kind::Id(16)),
    one(10, Name::SpanId, Kind::Id(8)),
    one(12, Name::EventName, Kind::Text),
]);

static KEY_VALUE: Message = Message::of(&[
    one(1, Name::Key, Kind::Text),
    one(2, Name::Value, Kind::Message(Shape::AnyValue)),
    one(3, Name::KeyStrindex, Kind::Int32),
]);

static ANY_VALUE: Message = Message::of(&[
    one(1, Name::StringValue, Kind::Text),
    one(2, Name::BoolValue, Kind::Bool),
    one(3, Name::IntValue, Kind::Int64),
    one(4, Name::DoubleValue, Kind::Double),
    one(5, Name::ArrayValue, Kind::Message(Shape::ArrayValue)),
    one(6, Name::KvlistValue, Kind::Message(Shape::KeyValueList)),
    one(7, Name::BytesValue, Kind::Bytes),
    one(8, Name::StringValueStrindex, Kind::Int32),
]);

static ARRAY_VALUE: Message = Message::of(&[many(1, Name::Values, Kind::Message(Shape::AnyValue))]);

static KEY_VALUE_LIST: Message =
    Message::of(&[many(1, Name::Values, Kind::Message(Shape::KeyValue))]);

static SPAN: Message = Message::of(&[
    one(1, Name::TraceId, Kind::Id(16)),
    one(2, Name::SpanId, Kind::Id(8)),
    one(3, Name::TraceState, Kind::Text),
    one(4, Name::ParentSpanId, Kind::Id(8)),
    one(16, Name::Flags, Kind::Fixed32),
    one(5, Name::Name, Kind::Text),
    one(6, Name::Kind, Kind::Enum(Enum::SpanKind)),
    one(7, Name::StartTimeUnixNano, Kind::Fixed64),
    one(8, Name::EndTimeUnixNano, Kind::Fixed64),
    many(9, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(10, Name::DroppedAttributesCount, Kind::Uint32),
    many(11, Name::Events, Kind::Message(Shape::Event)),
    one(12, Name::DroppedEventsCount, Kind::Uint32),
    many(13, Name::Links, Kind::Message(Shape::Link)),
    one(14, Name::DroppedLinksCount, Kind::Uint32),
    one(15, Name::Status, Kind::Message(Shape::Status)),
]);

static EVENT: Message = Message::of(&[
    one(1, Name::TimeUnixNano, Kind::Fixed64),
    one(2, Name::Name, Kind::Text),
    many(3, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(4, Name::DroppedAttributesCount, Kind::Uint32),
]);

static LINK: Message = Message::of(&[
    one(1, Name::TraceId, Kind::Id(16)),
    one(2, Name::SpanId, Kind::Id(8)),
    one(3, Name::TraceState, Kind::Text),
    many(4, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(5, Name::DroppedAttributesCount, Kind::Uint32),
    one(6, Name::Flags, Kind::Fixed32),
]);

static STATUS: Message = Message::of(&[
    one(2, Name::Message, Kind::Text),
    one(3, Name::Code, Kind::Enum(Enum::Status)),
]);

static METRIC: Message = Message::of(&[
    one(1, Name::Name, Kind::Text),
    one(2, Name::Description, Kind::Text),
    one(3, Name::Unit, Kind::Text),
    one(5, Name::Gauge, Kind::Message(Shape::Gauge)),
    one(7, Name::Sum, Kind::Message(Shape::Sum)),
    one(9, Name::Histogram, Kind::Message(Shape::Histogram)),
    one(
        10,
        Name::ExponentialHistogram,
        Kind::Message(Shape::ExponentialHistogram),
    ),
    one(11, Name::Summary, Kind::Message(Shape::Summary)),
    many(12, Name::Metadata, Kind::Message(Shape::KeyValue)),
]);

static GAUGE: Message =
    Message::of(&[many(1, Name::DataPoints, Kind::Message(Shape::NumberPoint))]);

static SUM: Message = Message::of(&[
    many(1, Name::DataPoints, Kind::Message(Shape::NumberPoint)),
    one(
        2,
        Name::AggregationTemporality,
        Kind::Enum(Enum::Temporality),
    ),
    one(3, Name::IsMonotonic, Kind::Bool),
]);

static HISTOGRAM: Message = Message::of(&[
    many(1, Name::DataPoints, Kind::Message(Shape::HistogramPoint)),
    one(
        2,
        Name::AggregationTemporality,
        Kind::Enum(Enum::Temporality),
    ),
]);

static EXPONENTIAL_HISTOGRAM: Message = Message::of(&[
    many(1, Name::DataPoints, Kind::Message(Shape::ExponentialPoint)),
    one(
        2,
        Name::AggregationTemporality,
        Kind::Enum(Enum::Temporality),
    ),
]);

static SUMMARY: Message = Message::of(&[many(
    1,
    Name::DataPoints,
    Kind::Message(Shape::SummaryPoint),
)]);

static NUMBER_POINT: Message = Message::of(&[
    many(7, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(2, Name::StartTimeUnixNano, Kind::Fixed64),
    one(3, Name::TimeUnixNano, Kind::Fixed64),
    one(4, Name::AsDouble, Kind::Double),
    one(6, Name::AsInt, Kind::Sfixed64),
    many(5, Name::Exemplars, Kind::Message(Shape::Exemplar)),
    one(8, Name::Flags, Kind::Uint32),
]);

static HISTOGRAM_POINT: Message = Message::of(&[
    many(9, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(2, Name::StartTimeUnixNano, Kind::Fixed64),
    one(3, Name::TimeUnixNano, Kind::Fixed64),
    one(4, Name::Count, Kind::Fixed64),
    one(5, Name::Sum, Kind::Double),
    many(6, Name::BucketCounts, Kind::Fixed64),
    many(7, Name::ExplicitBounds, Kind::Double),
    many(8, Name::Exemplars, Kind::Message(Shape::Exemplar)),
    one(10, Name::Flags, Kind::Uint32),
    one(11, Name::Min, Kind::Double),
    one(12, Name::Max, Kind::Double),
]);

static EXPONENTIAL_POINT: Message = Message::of(&[
    many(1, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(2, Name::StartTimeUnixNano, Kind::Fixed64),
    one(3, Name::TimeUnixNano, Kind::Fixed64),
    one(4, Name::Count, Kind::Fixed64),
    one(5, Name::Sum, Kind::Double),
    one(6, Name::Scale, Kind::Sint32),
    one(7, Name::ZeroCount, Kind::Fixed64),
    one(8, Name::Positive, Kind::Message(Shape::Buckets)),
    one(9, Name::Negative, Kind::Message(Shape::Buckets)),
    one(10, Name::Flags, Kind::Uint32),
    many(11, Name::Exemplars, Kind::Message(Shape::Exemplar)),
    one(12, Name::Min, Kind::Double),
    one(13, Name::Max, Kind::Double),
    one(14, Name::ZeroThreshold, Kind::Double),
]);

static BUCKETS: Message = Message::of(&[
    one(1, Name::Offset, Kind::Sint32),
    many(2, Name::BucketCounts, Kind::Uint64),
]);

static SUMMARY_POINT: Message = Message::of(&[
    many(7, Name::Attributes, Kind::Message(Shape::KeyValue)),
    one(2, Name::StartTimeUnixNano, Kind::Fixed64),
    one(3, Name::TimeUnixNano, Kind::Fixed64),
    one(4, Name::Count, Kind::Fixed64),
    one(5, Name::Sum, Kind::Double),
    many(6, Name::QuantileValues, Kind::Message(Shape::Quantile)),
    one(8, Name::Flags, Kind::Uint32),
]);

static QUANTILE: Message = Message::of(&[
    one(1, Name::Quantile, Kind::Double),
    one(2, Name::Value, Kind::Double),
]);

static EXEMPLAR: Message = Message::of(&[
    many(7, Name::FilteredAttributes, Kind::Message(Shape::KeyValue)),
    one(2, Name::TimeUnixNano, Kind::Fixed64),
    one(3, Name::AsDouble, Kind::Double),
    one(6, Name::AsInt, Kind::Sfixed64),
    one(4, Name::SpanId, Kind::Id(8)),
    one(5, Name::TraceId, Kind::Id(16)),
]);

impl Shape {
    /// The fields of this message.
    pub(in crate::validate) fn message(self) -> &'static Message {
        match self {
            Shape::Request(Signal::Logs) => &LOGS_REQUEST,
            Shape::Request(Signal::Traces) => &TRACES_REQUEST,
            Shape::Request(Signal::Metrics) => &METRICS_REQUEST,
            Shape::OfResource(Signal::Logs) => &RESOURCE_LOGS,
            Shape::OfResource(Signal::Traces) => &RESOURCE_SPANS,
            Shape::OfResource(Signal::Metrics) => &RESOURCE_METRICS,
            Shape::OfScope(Signal::Logs) => &SCOPE_LOGS,
            Shape::OfScope(Signal::Traces) => &SCOPE_SPANS,
            Shape::OfScope(Signal::Metrics) => &SCOPE_METRICS,
            Shape::Resource => &RESOURCE,
            Shape::EntityRef => &ENTITY_REF,
            Shape::Scope => &SCOPE,
            Shape::LogRecord => &LOG_RECORD,
            Shape::KeyValue => &KEY_VALUE,
            Shape::AnyValue => &ANY_VALUE,
            Shape::ArrayValue => &ARRAY_VALUE,
            Shape::KeyValueList => &KEY_VALUE_LIST,
            Shape::Span => &SPAN,
            Shape::Event => &EVENT,
            Shape::Link => &LINK,
            Shape::Status => &STATUS,
            Shape::Metric => &METRIC,
            Shape::Gauge => &GAUGE,
            Shape::Sum => &SUM,
            Shape::Histogram => &HISTOGRAM,
            Shape::ExponentialHistogram => &EXPONENTIAL_HISTOGRAM,
            Shape::Summary => &SUMMARY,
            Shape::NumberPoint => &NUMBER_POINT,
            Shape::HistogramPoint => &HISTOGRAM_POINT,
            Shape::ExponentialPoint => &EXPONENTIAL_POINT,
            Shape::Buckets => &BUCKETS,
            Shape::SummaryPoint => &SUMMARY_POINT,
            Shape::Quantile => &QUANTILE,
            Shape::Exemplar => &EXEMPLAR,
        }
    }
}
