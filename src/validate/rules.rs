//! The closed table of rules: each fault that can be found, what it means, how it is repaired, and an example of both.
//!
//! Shape: a [`Code`] is what the checks name; its [`Rule`] is what people and scripts see. The codes are frozen: scripts
//! match on them, so they are added to and never renamed.

use crate::validate::Level;

mod ids;
mod json;
mod meaning;
mod metrics;
mod protobuf;
mod request;
mod times;

/// A fault that can be found.
#[expect(clippy::doc_markdown, reason = "the text is that of the rule")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The content type is not that of the body.
    ContentType,
    /// The content encoding is not that of the body.
    ContentEncoding,
    /// The body cannot be decompressed.
    CompressionBroken,
    /// Not an HTTP request.
    HttpRequest,
    /// The method is not POST.
    HttpMethod,
    /// The path is none of OTLP's.
    HttpPath,
    /// The Authorization header has an unusual form.
    HttpAuth,
    /// The body is not as long as Content-Length says.
    HttpLength,
    /// The frames do not fit the bytes.
    FrameBroken,
    /// The request carries no records.
    EmptyRequest,
    /// The request is larger than the destination takes.
    SizeLimit,
    /// The destination does not keep this as it is.
    DestinationLimit,
    /// A part of the input was too large to be checked.
    NotChecked,
    /// The JSON ends early or is malformed.
    JsonSyntax,
    /// The JSON is not UTF-8.
    JsonUtf8,
    /// The JSON is nested too deeply.
    JsonDepth,
    /// Something follows the request.
    JsonSeveralDocuments,
    /// A comma stands before the closing bracket.
    JsonTrailingComma,
    /// NaN or Infinity stands without quotes.
    JsonNotFinite,
    /// The same key stands twice in an object.
    JsonDuplicateKey,
    /// The body is not an object.
    TopLevelNotObject,
    /// The object is no OTLP request.
    TopLevelUnknown,
    /// The payload carries another signal.
    WrongSignal,
    /// The key is in snake_case.
    KeySnakeCase,
    /// The message has no such field.
    UnknownField,
    /// The value has the wrong type.
    WrongType,
    /// A list is needed here.
    NotAList,
    /// Null stands where a value belongs.
    NullValue,
    /// Null stands where a number belongs.
    NullDouble,
    /// Null stands in a list.
    NullInList,
    /// Attributes are written as a plain object.
    AttributesMap,
    /// A plain value stands where an AnyValue belongs.
    ValuePlain,
    /// More than one of the alternatives is set.
    ValueTwoMembers,
    /// The value is empty.
    ValueEmpty,
    /// An enumeration is written by name.
    EnumName,
    /// The number has no name in the enumeration.
    EnumRange,
    /// A whole number is needed here.
    NumberNotInteger,
    /// The number does not fit the field.
    NumberRange,
    /// An integer is written with a point or an exponent.
    NumberForm,
    /// BytesValue is not base64.
    BytesBase64,
    /// The id is base64, not hex.
    IdBase64,
    /// The id has characters that are no hex digits.
    IdNotHex,
    /// The id has the wrong length.
    IdLength,
    /// The id is all zeros.
    IdZero,
    /// The span has no id.
    IdMissing,
    /// The id is all zeros.
    LogIdZero,
    /// The record names a span but no trace.
    LogSpanWithoutTrace,
    /// The link names no span.
    LinkIdMissing,
    /// The span is its own parent.
    SpanOwnParent,
    /// The record's trace has no span in the input.
    TraceNotInInput,
    /// The attribute has no key.
    AttributeKeyEmpty,
    /// The key was used before in the same list.
    AttributeKeyDuplicate,
    /// The attribute has a new name.
    AttributeDeprecated,
    /// The attribute has another type by the conventions.
    AttributeType,
    /// The value looks like a secret.
    SecretLike,
    /// The resource has no service.name.
    ServiceNameMissing,
    /// SeverityText and severityNumber disagree.
    SeverityDisagrees,
    /// Flags have bits that are reserved.
    FlagsReserved,
    /// The record has neither a body nor an event name.
    BodyMissing,
    /// There is no time.
    TimeMissing,
    /// The time is not in nanoseconds.
    TimeUnit,
    /// The time lies before 1980.
    TimeImplausible,
    /// The time lies in the future.
    TimeFuture,
    /// The end lies before the start.
    TimeOrder,
    /// The time lies outside the destination's window.
    TimeWindow,
    /// The metric has no name.
    MetricNameMissing,
    /// The metric has no data.
    MetricNoData,
    /// The data point has no value.
    PointNoValue,
    /// The aggregation temporality is not set.
    TemporalityUnspecified,
    /// The bounds of the buckets do not rise.
    HistogramBounds,
    /// The histogram has a wrong number of buckets.
    HistogramBuckets,
    /// The buckets do not add up to the count.
    HistogramCount,
    /// A monotonic sum is negative.
    SumNegative,
    /// The quantile lies outside 0 to 1.
    QuantileRange,
    /// The message is cut off.
    ProtobufTruncated,
    /// The field has the wrong wire type.
    ProtobufWireType,
    /// This is no field of a protobuf message.
    ProtobufTag,
    /// A number is longer than ten bytes.
    ProtobufVarint,
    /// The text is not UTF-8.
    ProtobufUtf8,
    /// The message is nested too deeply.
    ProtobufDepth,
    /// The number does not fit the field.
    ProtobufRange,
}

/// How many rules there are.
pub const COUNT: usize = 81;

/// The groups, in the order of their codes.
const GROUPS: [&[Rule]; 7] = [
    &request::ROWS,
    &json::ROWS,
    &ids::ROWS,
    &meaning::ROWS,
    &times::ROWS,
    &metrics::ROWS,
    &protobuf::ROWS,
];

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What the checks name.
    pub code: Code,
    /// What scripts match on, in kebab case.
    pub name: &'static str,
    /// How bad it is.
    pub level: Level,
    /// Whether it can be repaired without guessing.
    pub fixes: Fixes,
    /// What is wrong, in one line.
    pub says: &'static str,
    /// What to do.
    pub help: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// Where it is written.
    pub spec: &'static str,
    /// Bytes that have this fault.
    pub bad: Sample,
    /// The same, repaired.
    pub good: Sample,
}

/// Whether a fault can be repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixes {
    /// No, it needs a person.
    Never,
    /// Where the right value follows from the wrong one.
    Sometimes,
    /// Yes.
    Always,
    /// With `--fix=semconv`.
    WhenAsked,
}

/// A piece of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// Members of a log record.
    Log(&'static str),
    /// Members of a span.
    Span(&'static str),
    /// Members of a metric.
    Metric(&'static str),
    /// Members of a resource.
    Resource(&'static str),
    /// A whole body in JSON.
    Document(&'static str),
    /// A whole body in protobuf, as hex.
    Hex(&'static str),
    /// A whole body in JSON, as hex.
    HexJson(&'static str),
    /// A whole body of whichever encoding, as hex.
    HexAny(&'static str),
    /// Messages of a gRPC stream, as hex.
    Grpc(&'static str),
    /// A whole request with its head.
    Http(&'static str),
    /// Members of a log record on its way to a destination.
    To(&'static str, &'static str),
    /// None that would fit a page.
    None,
}

impl Code {
    /// The rule.
    pub fn rule(self) -> &'static Rule {
        let mut index = self as usize;
        for group in GROUPS {
            match group.get(index) {
                Some(rule) => return rule,
                None => index -= group.len(),
            }
        }
        unreachable!("a test compares the table with the codes")
    }
}

/// Every rule, in the order of the table.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.into_iter().flatten()
}

/// The rule of a name.
pub fn by_name(name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.name == name)
}
