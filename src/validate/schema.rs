//! The messages of OTLP as tables: every field with its name in JSON, its number on the wire and what it holds.
//!
//! One table for both encodings, so that a JSON key and a protobuf field lead to the same node and the same rules.
//! Profiles are not in it: they are still in development.
//!
//! Spec: opentelemetry-proto 1.11, `opentelemetry/proto/**`.

use crate::otlp::Signal;

mod messages;

macro_rules! names {
    ($($variant:ident $text:literal,)*) => {
        /// The name of a field. Fields of several messages share one.
        #[expect(clippy::enum_variant_names, reason = "a field is called name")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Name { $(#[doc = $text] $variant,)* }

        impl Name {
            /// As JSON has it.
            pub(super) fn text(self) -> &'static str {
                match self { $(Name::$variant => $text,)* }
            }
        }
    };
}

names! {
    ResourceLogs "resourceLogs",
    ResourceSpans "resourceSpans",
    ResourceMetrics "resourceMetrics",
    ScopeLogs "scopeLogs",
    ScopeSpans "scopeSpans",
    ScopeMetrics "scopeMetrics",
    Resource "resource",
    Scope "scope",
    SchemaUrl "schemaUrl",
    LogRecords "logRecords",
    Spans "spans",
    Metrics "metrics",
    Attributes "attributes",
    DroppedAttributesCount "droppedAttributesCount",
    EntityRefs "entityRefs",
    Type "type",
    IdKeys "idKeys",
    DescriptionKeys "descriptionKeys",
    Name "name",
    Version "version",
    Key "key",
    Value "value",
    KeyStrindex "keyStrindex",
    StringValue "stringValue",
    BoolValue "boolValue",
    IntValue "intValue",
    DoubleValue "doubleValue",
    ArrayValue "arrayValue",
    KvlistValue "kvlistValue",
    BytesValue "bytesValue",
    StringValueStrindex "stringValueStrindex",
    Values "values",
    TimeUnixNano "timeUnixNano",
    ObservedTimeUnixNano "observedTimeUnixNano",
    SeverityNumber "severityNumber",
    SeverityText "severityText",
    Body "body",
    Flags "flags",
    TraceId "traceId",
    SpanId "spanId",
    EventName "eventName",
    TraceState "traceState",
    ParentSpanId "parentSpanId",
    Kind "kind",
    StartTimeUnixNano "startTimeUnixNano",
    EndTimeUnixNano "endTimeUnixNano",
    Events "events",
    DroppedEventsCount "droppedEventsCount",
    Links "links",
    DroppedLinksCount "droppedLinksCount",
    Status "status",
    Message "message",
    Code "code",
    Description "description",
    Unit "unit",
    Gauge "gauge",
    Sum "sum",
    Histogram "histogram",
    ExponentialHistogram "exponentialHistogram",
    Summary "summary",
    Metadata "metadata",
    DataPoints "dataPoints",
    AggregationTemporality "aggregationTemporality",
    IsMonotonic "isMonotonic",
    AsDouble "asDouble",
    AsInt "asInt",
    Exemplars "exemplars",
    Count "count",
    BucketCounts "bucketCounts",
    ExplicitBounds "explicitBounds",
    Min "min",
    Max "max",
    Scale "scale",
    ZeroCount "zeroCount",
    Positive "positive",
    Negative "negative",
    ZeroThreshold "zeroThreshold",
    Offset "offset",
    QuantileValues "quantileValues",
    Quantile "quantile",
    FilteredAttributes "filteredAttributes",
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// UTF-8 text.
    Text,
    /// A truth.
    Bool,
    /// Bytes; base64 in JSON.
    Bytes,
    /// An id of so many bytes; hex in JSON.
    Id(usize),
    /// A number with a fraction.
    Double,
    /// A signed integer of 64 bits, as a varint.
    Int64,
    /// An unsigned integer of 64 bits, as a varint.
    Uint64,
    /// An unsigned integer of 64 bits, in eight bytes.
    Fixed64,
    /// A signed integer of 64 bits, in eight bytes.
    Sfixed64,
    /// A signed integer of 32 bits, as a varint.
    Int32,
    /// The same in zigzag form.
    Sint32,
    /// An unsigned integer of 32 bits, as a varint.
    Uint32,
    /// An unsigned integer of 32 bits, in four bytes.
    Fixed32,
    /// A number with a name.
    Enum(Enum),
    /// Another message.
    Message(Shape),
}

/// Numbers with names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Enum {
    /// `SeverityNumber`
    Severity,
    /// `SpanKind`
    SpanKind,
    /// `StatusCode`
    Status,
    /// `AggregationTemporality`
    Temporality,
}

/// The messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A request of this signal.
    Request(Signal),
    /// What one resource sent of this signal.
    OfResource(Signal),
    /// What one scope sent of this signal.
    OfScope(Signal),
    Resource,
    EntityRef,
    Scope,
    LogRecord,
    KeyValue,
    AnyValue,
    ArrayValue,
    KeyValueList,
    Span,
    Event,
    Link,
    Status,
    Metric,
    Gauge,
    Sum,
    Histogram,
    ExponentialHistogram,
    Summary,
    NumberPoint,
    HistogramPoint,
    ExponentialPoint,
    Buckets,
    SummaryPoint,
    Quantile,
    Exemplar,
}

/// One field of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: Name,
    /// Its number.
    pub(super) number: u32,
    /// What it holds.
    pub(super) kind: Kind,
    /// Whether it is a list.
    pub(super) repeated: bool,
}

impl Shape {
    /// The field of this key; `hint` is where it is likely to be.
    pub(super) fn by_key(self, key: &[u8], hint: usize) -> Option<(usize, &'static Field)> {
        let fields = self.fields();
        let is_it = |field: &Field| field.name.text().as_bytes() == key;
        if let Some(field) = fields.get(hint).filter(|field| is_it(field)) {
            return Some((hint, field));
        }
        fields.iter().enumerate().find(|(_, field)| is_it(field))
    }

    /// The field whose original name this key is, as `trace_id` is that of `traceId`.
    pub(super) fn by_original_name(self, key: &str) -> Option<(usize, &'static Field)> {
        if !key.contains('_') {
            return None;
        }
        let fields = self.fields().iter().enumerate();
        fields
            .into_iter()
            .find(|(_, field)| original_name(field.name.text()) == key)
    }
}

/// `traceId` → `trace_id`.
pub(super) fn original_name(name: &str) -> String {
    let mut original = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            original.push('_');
        }
        original.push(letter.to_ascii_lowercase());
    }
    original
}

impl Enum {
    /// The names and their numbers, without the common part in front.
    fn names(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Enum::Severity => (
                "SEVERITY_NUMBER_",
                &[
                    "UNSPECIFIED",
                    "TRACE",
                    "TRACE2",
                    "TRACE3",
                    "TRACE4",
                    "DEBUG",
                    "DEBUG2",
                    "DEBUG3",
                    "DEBUG4",
                    "INFO",
                    "INFO2",
                    "INFO3",
                    "INFO4",
                    "WARN",
                    "WARN2",
                    "WARN3",
                    "WARN4",
                    "ERROR",
                    "ERROR2",
                    "ERROR3",
                    "ERROR4",
                    "FATAL",
                    "FATAL2",
                    "FATAL3",
                    "FATAL4",
                ],
            ),
            Enum::SpanKind => (
                "SPAN_KIND_",
                &[
                    "UNSPECIFIED",
                    "INTERNAL",
                    "SERVER",
                    "CLIENT",
                    "PRODUCER",
                    "CONSUMER",
                ],
            ),
            Enum::Status => ("STATUS_CODE_", &["UNSET", "OK", "ERROR"]),
            Enum::Temporality => (
                "AGGREGATION_TEMPORALITY_",
                &["UNSPECIFIED", "DELTA", "CUMULATIVE"],
            ),
        }
    }

    /// The number of a name, with or without the part that all share.
    pub(super) fn number_of(self, text: &str) -> Option<usize> {
        let (common, names) = self.names();
        let upper = text.to_ascii_uppercase();
        let short = upper.strip_prefix(common).unwrap_or(&upper);
        names.iter().position(|name| *name == short)
    }

    /// The largest number that has a name.
    pub(super) fn max(self) -> u64 {
        self.names().1.len() as u64 - 1
    }
}
