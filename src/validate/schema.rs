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
            pub(super) const fn text(self) -> &'static str {
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

impl Name {
    /// Whether it is that of a record, or of what holds records.
    #[inline]
    pub(super) const fn is_layer(self) -> bool {
        matches!(
            self,
            Name::ResourceLogs
                | Name::ResourceSpans
                | Name::ResourceMetrics
                | Name::ScopeLogs
                | Name::ScopeSpans
                | Name::ScopeMetrics
                | Name::LogRecords
                | Name::Spans
                | Name::Metrics
        )
    }

    /// Whether the records of a request stand in messages of this name.
    pub(super) const fn holds_records(self) -> bool {
        self.is_layer() && !matches!(self, Name::LogRecords | Name::Spans | Name::Metrics)
    }
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
    Id(u8),
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

impl Kind {
    /// How a field of this kind stands on the wire.
    pub(super) const fn wire_type(self) -> u8 {
        match self {
            Kind::Text | Kind::Bytes | Kind::Id(_) | Kind::Message(_) => 2,
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => 1,
            Kind::Fixed32 => 5,
            _ => 0,
        }
    }
}

/// One field of a message.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: Name,
    /// The name, as it stands in JSON.
    pub(super) key: &'static str,
    /// Its number.
    pub(super) number: u32,
    /// What it holds.
    pub(super) kind: Kind,
    /// How it stands on the wire.
    pub(super) wire_type: u8,
    /// Whether it is a list.
    pub(super) repeated: bool,
}

/// Numbers above this one are no field's.
const NUMBER_MAX: usize = 31;

/// The fields of one message, and where each number stands among them.
#[derive(Debug)]
pub(super) struct Message {
    fields: &'static [Field],
    /// A field's place by its number; [`NO_FIELD`] for none.
    slots: [u8; NUMBER_MAX + 1],
}

const NO_FIELD: u8 = u8::MAX;

impl Message {
    /// Orders fields by their numbers.
    const fn of(fields: &'static [Field]) -> Message {
        let mut slots = [NO_FIELD; NUMBER_MAX + 1];
        let mut slot = 0;
        while slot < fields.len() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "no message has so many fields"
            )]
            let narrow = slot as u8;
            slots[fields[slot].number as usize] = narrow;
            slot += 1;
        }
        Message { fields, slots }
    }

    /// The field of this number.
    #[inline]
    pub(super) fn by_number(&self, number: u32) -> Option<(usize, &'static Field)> {
        let slot = usize::from(*self.slots.get(number as usize)?);
        Some((slot, self.fields.get(slot)?))
    }

    /// The field of this key; `hint` is where it is likely to be, and those behind it are likelier than those before.
    #[inline]
    pub(super) fn by_key(&self, key: &[u8], hint: usize) -> Option<(usize, &'static Field)> {
        let is_it = |field: &Field| field.key.as_bytes() == key;
        let (before, behind) = self.fields.split_at(hint.min(self.fields.len()));
        if let Some(at) = behind.iter().position(is_it) {
            return Some((hint + at, behind.get(at)?));
        }
        let at = before.iter().position(is_it)?;
        Some((at, before.get(at)?))
    }

    /// All fields.
    pub(super) fn fields(&self) -> &'static [Field] {
        self.fields
    }

    /// The field whose original name this key is, as `trace_id` is that of `traceId`.
    pub(super) fn by_original_name(&self, key: &str) -> Option<(usize, &'static Field)> {
        if !key.contains('_') {
            return None;
        }
        let fields = self.fields.iter().enumerate();
        fields
            .into_iter()
            .find(|(_, field)| original_name(field.key) == key)
    }
}

impl Shape {
    /// The field of this key.
    pub(super) fn by_key(self, key: &[u8]) -> Option<(usize, &'static Field)> {
        self.message().by_key(key, 0)
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
