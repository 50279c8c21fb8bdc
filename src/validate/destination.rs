//! What destinations add to the protocol: sizes, windows and advice of their own, and the rules that look at them.
//!
//! The figures are those of the destinations' own documentation; a destination that is not in the table has none that are known.

use super::found::Place;
use super::meaning::Judge;
use super::rules::Code;
use super::schema::Name;
use super::tree::{At, Held};
use crate::otlp::Encoding;

/// The limits of one destination; `None` where it has none that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    /// As `--for` and `--to` have it.
    pub name: &'static str,
    /// Bytes of a request, decompressed.
    pub request_bytes_max: u64,
    /// Seconds before and after now that a time may have.
    pub window: Option<(u64, u64)>,
    /// Bytes of a record's text.
    pub body_bytes_max: Option<usize>,
    /// Attributes of one record.
    pub attributes_max: Option<usize>,
    /// Bytes of an attribute's text.
    pub value_bytes_max: Option<usize>,
    /// Whether it reads protobuf only.
    pub protobuf_only: bool,
    /// Whether it drops summaries.
    pub no_summaries: bool,
}

const MIB: u64 = 1 << 20;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// The protocol itself, which the others are variations of.
const OTLP: Destination = Destination {
    name: "otlp",
    request_bytes_max: 64 * MIB,
    window: None,
    body_bytes_max: None,
    attributes_max: None,
    value_bytes_max: None,
    protobuf_only: false,
    no_summaries: false,
};

/// Every destination with limits of its own.
pub const DESTINATIONS: [Destination; 12] = [
    OTLP,
    Destination {
        name: "collector",
        request_bytes_max: 20 * MIB,
        ..OTLP
    },
    Destination {
        name: "logfire",
        request_bytes_max: 100_000_000,
        window: Some((DAY, HOUR)),
        body_bytes_max: Some(512),
        no_summaries: true,
        ..OTLP
    },
    Destination {
        name: "loki",
        request_bytes_max: 100 * MIB,
        window: Some((7 * DAY, 600)),
        body_bytes_max: Some(256 << 10),
        attributes_max: Some(128),
        value_bytes_max: Some(64 << 10),
        ..OTLP
    },
    Destination {
        name: "grafana-cloud",
        window: Some((7 * DAY, 600)),
        body_bytes_max: Some(256 << 10),
        attributes_max: Some(128),
        value_bytes_max: Some(64 << 10),
        ..OTLP
    },
    Destination {
        name: "newrelic",
        request_bytes_max: 1_000_000,
        value_bytes_max: Some(4_095),
        ..OTLP
    },
    Destination {
        name: "datadog",
        request_bytes_max: 5_000_000,
        window: Some((18 * HOUR, DAY)),
        body_bytes_max: Some(1_000_000),
        protobuf_only: true,
        ..OTLP
    },
    Destination {
        name: "honeycomb",
        request_bytes_max: 20 * MIB,
        attributes_max: Some(2_000),
        value_bytes_max: Some(64 << 10),
        ..OTLP
    },
    Destination {
        name: "dash0",
        window: Some((6 * HOUR, 3 * DAY)),
        body_bytes_max: Some(4 << 10),
        attributes_max: Some(16),
        value_bytes_max: Some(2_048),
        ..OTLP
    },
    Destination {
        name: "dynatrace",
        request_bytes_max: 8_000_000,
        protobuf_only: true,
        ..OTLP
    },
    Destination {
        name: "coralogix",
        request_bytes_max: 10_000_000,
        ..OTLP
    },
    Destination {
        name: "observe",
        request_bytes_max: 50_000_000,
        protobuf_only: true,
        ..OTLP
    },
];

/// The destination of this name.
pub fn by_name(name: &str) -> Option<Destination> {
    DESTINATIONS.into_iter().find(|it| it.name == name)
}

impl Judge<'_> {
    /// Looks at a request as a whole.
    pub(super) fn request_limits(&mut self, bytes: usize) {
        let Some(destination) = self.options.destination else {
            return;
        };
        let place = || Place {
            at: super::tree::ROOT,
            tail: super::found::Tail::None,
            span: super::tree::Span::new(0, 1.min(bytes)),
        };
        let max = destination.request_bytes_max;
        if bytes as u64 > max {
            self.found.add(Code::SizeLimit, place(), || {
                format!(
                    "{bytes} bytes are more than the {max} that {} takes",
                    destination.name
                )
            });
        }
        if destination.protobuf_only && self.encoding == Encoding::Json {
            self.found.add(Code::DestinationLimit, place(), || {
                format!("{} reads protobuf only", destination.name)
            });
        }
    }

    /// Looks at a record's text.
    pub(super) fn body_limit(&mut self, body: At) {
        let Some(destination) = self.options.destination else {
            return;
        };
        let Some(max) = destination.body_bytes_max else {
            return;
        };
        let Some((text, node)) = self.tree.children(body).next() else {
            return;
        };
        let length = node.span.of(self.bytes).len();
        if node.name == Name::StringValue && length > max {
            self.limit(text, || {
                format!("{length} bytes of text: {} keeps {max}", destination.name)
            });
        }
    }

    /// Looks at the number of attributes, whose keys were gathered.
    pub(super) fn attribute_count(&mut self, of: At) {
        let Some(destination) = self.options.destination else {
            return;
        };
        let count = self.keys.len();
        if self.tree.node(of).name != Name::LogRecords {
            return;
        }
        if destination.attributes_max.is_some_and(|max| count > max) {
            self.limit(of, || {
                format!(
                    "{count} attributes are more than {} keeps",
                    destination.name
                )
            });
        }
    }

    /// Looks at an attribute's text.
    pub(super) fn value_limit(&mut self, _key: &[u8], value: At) {
        let Some(destination) = self.options.destination else {
            return;
        };
        let Some(max) = destination.value_bytes_max else {
            return;
        };
        let Some((text, node)) = self.tree.children(value).next() else {
            return;
        };
        let length = node.span.of(self.bytes).len();
        if matches!(node.held, Held::Text | Held::Escaped) && length > max {
            self.limit(text, || {
                format!("{length} bytes of text: {} keeps {max}", destination.name)
            });
        }
    }

    /// Looks at a summary.
    pub(super) fn summary_limit(&mut self, at: At) {
        if let Some(destination) = self.options.destination
            && destination.no_summaries
        {
            self.limit(at, || format!("{} drops summaries", destination.name));
        }
    }

    #[cold]
    fn limit(&mut self, at: At, message: impl FnOnce() -> String) {
        let place = Place {
            at,
            tail: super::found::Tail::None,
            span: self.tree.node(at).span,
        };
        self.found.add(Code::DestinationLimit, place, message);
    }
}
