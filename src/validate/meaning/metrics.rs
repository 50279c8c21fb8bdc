//! Rules about metrics, their data points and exemplars.

use super::{Judge, is_set, unsigned};
use crate::validate::found::{Place, Tail};
use crate::validate::rules::Code;
use crate::validate::schema::Name;
use crate::validate::tree::{At, Held, Node};

/// The flag of a point that has no value on purpose.
const NO_RECORDED_VALUE: u64 = 1;

/// The bits of a point's flags that have a meaning.
const POINT_FLAGS_MAX: u64 = 1;

impl Judge<'_> {
    /// Looks at one metric.
    pub(super) fn metric(&mut self, at: At) {
        let tree = self.tree;
        let (mut name, mut data) = (None, None);
        for (child, node) in tree.children(at) {
            match node.name {
                Name::Name => name = Some((child, node)),
                Name::Gauge
                | Name::Sum
                | Name::Histogram
                | Name::ExponentialHistogram
                | Name::Summary => {
                    if data.is_some() {
                        let place = self.whole(child);
                        self.two_members(place, "a metric");
                    }
                    data = Some((child, node));
                }
                _ => {}
            }
        }
        if name.is_none_or(|(_, node)| {
            matches!(node.held, Held::Text) && node.span.start == node.span.end
        }) {
            let place = self.place_of(at, name, Name::Name);
            self.found.add(Code::MetricNameMissing, place, || {
                "the metric has no name".to_owned()
            });
        }
        match data {
            Some((data, node)) if node.held == Held::Message => self.data(data, node.name),
            Some(_) => {}
            None => {
                let place = Place {
                    tail: Tail::None,
                    ..self.lacking(at, Name::Gauge)
                };
                self.found.add(Code::MetricNoData, place, || {
                    "none of gauge, sum, histogram, exponentialHistogram and summary is set"
                        .to_owned()
                });
            }
        }
    }

    fn data(&mut self, at: At, name: Name) {
        let tree = self.tree;
        if matches!(
            name,
            Name::Sum | Name::Histogram | Name::ExponentialHistogram
        ) {
            self.temporality(at);
        }
        if name == Name::Summary {
            self.summary_limit(at);
        }
        let monotonic = tree
            .child(at, Name::IsMonotonic)
            .is_some_and(|it| tree.node(it).held == Held::Bool(true));
        for point in tree.named(at, Name::DataPoints) {
            if tree.node(point).held != Held::Message {
                continue;
            }
            *self.records += 1;
            match name {
                Name::Gauge | Name::Sum => self.number_point(point, monotonic),
                Name::Histogram => self.histogram_point(point),
                Name::ExponentialHistogram => self.exponential_point(point),
                _ => self.summary_point(point),
            }
        }
    }

    fn temporality(&mut self, at: At) {
        let child = self.tree.child(at, Name::AggregationTemporality);
        let child = child.map(|child| (child, self.tree.node(child)));
        let unset = matches!(
            child.map(|(_, node)| node.held),
            None | Some(Held::Unsigned(0) | Held::Null)
        );
        if unset {
            let place = self.place_of(at, child, Name::AggregationTemporality);
            self.found.add(Code::TemporalityUnspecified, place, || {
                "aggregationTemporality must be 1 (delta) or 2 (cumulative)".to_owned()
            });
        }
    }

    fn number_point(&mut self, at: At, monotonic: bool) {
        let tree = self.tree;
        let (mut value, mut flags): (Option<(At, Node)>, _) = (None, None);
        for (child, node) in tree.children(at) {
            match node.name {
                Name::AsInt | Name::AsDouble => {
                    if value.is_some() {
                        let place = self.whole(child);
                        self.two_members(place, "a data point");
                    }
                    value = Some((child, node));
                }
                Name::Flags => flags = Some(node),
                _ => {}
            }
        }
        let Some((value, node)) = value else {
            if unsigned(flags).unwrap_or(0) & NO_RECORDED_VALUE == 0 {
                let place = self.lacking(at, Name::AsInt);
                self.found.add(Code::PointNoValue, place, || {
                    "neither asInt nor asDouble is set".to_owned()
                });
            }
            return self.point(at);
        };
        let negative = match node.held {
            Held::Signed(number) => number < 0,
            Held::Double(number) => number < 0.0,
            _ => false,
        };
        if monotonic && negative {
            let place = self.whole(value);
            self.found.add(Code::SumNegative, place, || {
                "a monotonic sum cannot be negative".to_owned()
            });
        }
        self.point(at);
    }

    /// What all data points have: times, flags, attributes, exemplars.
    pub(super) fn point(&mut self, at: At) {
        let tree = self.tree;
        let (mut start, mut time) = (None, None);
        for (child, node) in tree.children(at) {
            match node.name {
                Name::StartTimeUnixNano => start = Some((child, node)),
                Name::TimeUnixNano => time = Some((child, node)),
                Name::Flags => self.flags(child, node, POINT_FLAGS_MAX),
                Name::Exemplars if node.held == Held::Message => self.exemplar(child),
                _ => {}
            }
        }
        if let Some((start, node)) = start {
            self.time(start, node);
        }
        if let Some((time, node)) = time {
            self.time(time, node);
        }
        if super::logs::is_unset(time) {
            let place = self.place_of(at, time, Name::TimeUnixNano);
            self.found.add(Code::TimeMissing, place, || {
                "\"timeUnixNano\" is not set".to_owned()
            });
        }
        self.order(start, time);
        self.attributes(at, Name::Attributes);
    }

    fn exemplar(&mut self, at: At) {
        let tree = self.tree;
        let mut value = false;
        let (mut trace, mut span) = (None, None);
        for (child, node) in tree.children(at) {
            match node.name {
                Name::AsInt | Name::AsDouble => {
                    if value {
                        let place = self.whole(child);
                        self.two_members(place, "an exemplar");
                    }
                    value = true;
                }
                Name::TimeUnixNano => self.time(child, node),
                Name::TraceId => trace = Some(node),
                Name::SpanId => span = Some(node),
                _ => {}
            }
        }
        if is_set(span) && !is_set(trace) {
            let place = self.lacking(at, Name::TraceId);
            self.found.add(Code::LogSpanWithoutTrace, place, || {
                "the exemplar has a spanId and no traceId".to_owned()
            });
        }
        self.attributes(at, Name::FilteredAttributes);
    }

    fn summary_point(&mut self, at: At) {
        let tree = self.tree;
        for quantile in tree.named(at, Name::QuantileValues) {
            let Some(fraction) = tree.child(quantile, Name::Quantile) else {
                continue;
            };
            if let Held::Double(number) = tree.node(fraction).held
                && !(0.0..=1.0).contains(&number)
            {
                let place = self.whole(fraction);
                self.found.add(Code::QuantileRange, place, || {
                    format!("{number} is not between 0 and 1")
                });
            }
        }
        self.point(at);
    }
}
