//! Rules about the buckets of histograms.

use super::{Judge, unsigned};
use crate::validate::found::{Place, Tail};
use crate::validate::rules::Code;
use crate::validate::schema::Name;
use crate::validate::tree::{At, Held, Node, Span};

/// The counts of some buckets.
#[derive(Default)]
struct Buckets {
    count: u64,
    sum: u128,
    span: Span,
    broken: bool,
}

impl Buckets {
    fn add(&mut self, node: Node) {
        match node.held {
            Held::Unsigned(number) => self.sum += u128::from(number),
            _ => self.broken = true,
        }
        if self.count == 0 {
            self.span.start = node.span.start;
        }
        self.span.end = node.span.end;
        self.count += 1;
    }
}

impl Judge<'_> {
    /// Looks at a point of a histogram with bounds.
    pub(super) fn histogram_point(&mut self, at: At) {
        let tree = self.tree;
        let mut buckets = Buckets::default();
        let (mut bounds, mut last, mut count) = (0_u64, f64::NEG_INFINITY, None);
        let mut fault = None;
        for (child, node) in tree.children(at) {
            match node.name {
                Name::BucketCounts => buckets.add(node),
                Name::ExplicitBounds => {
                    bounds += 1;
                    if let Held::Double(bound) = node.held {
                        let rises = bound > last && bound.is_finite();
                        if !rises && fault.is_none() {
                            fault = Some((child, bound, last));
                        }
                        last = bound;
                    }
                }
                Name::Count => count = Some((child, node)),
                _ => {}
            }
        }
        if let Some((bound, number, before)) = fault {
            let place = self.whole(bound);
            self.found.add(Code::HistogramBounds, place, || {
                if number.is_finite() {
                    format!("{number} does not lie above {before}")
                } else {
                    format!("{number} cannot be a bound")
                }
            });
        }
        let both = bounds > 0 || buckets.count > 0;
        let none = buckets.count == 0 && bounds == 0;
        if both && !none && buckets.count != bounds + 1 {
            let place = self.bucket_place(at, buckets.span);
            let counts = buckets.count;
            self.found.add(Code::HistogramBuckets, place, || {
                format!("{bounds} bounds need {} counts, not {counts}", bounds + 1)
            });
        } else if buckets.count > 0 {
            self.adds_up(count, &buckets);
        }
        self.point(at);
    }

    /// Looks at a point of an exponential histogram.
    pub(super) fn exponential_point(&mut self, at: At) {
        let tree = self.tree;
        let mut buckets = Buckets::default();
        let mut count = None;
        for (child, node) in tree.children(at) {
            match node.name {
                Name::Positive | Name::Negative if node.held == Held::Message => {
                    for counts in tree.named(child, Name::BucketCounts) {
                        buckets.add(tree.node(counts));
                    }
                }
                Name::ZeroCount => buckets.add(node),
                Name::Count => count = Some((child, node)),
                _ => {}
            }
        }
        if buckets.count > 0 {
            self.adds_up(count, &buckets);
        }
        self.point(at);
    }

    fn adds_up(&mut self, count: Option<(At, Node)>, buckets: &Buckets) {
        let Some((at, node)) = count else {
            return;
        };
        let Some(number) = unsigned(Some(node)).filter(|_| !buckets.broken) else {
            return;
        };
        if u128::from(number) != buckets.sum {
            let place = self.whole(at);
            let sum = buckets.sum;
            self.found.add(Code::HistogramCount, place, || {
                format!("the buckets add up to {sum}, not to {number}")
            });
        }
    }

    fn bucket_place(&self, at: At, span: Span) -> Place {
        if span == Span::default() {
            return self.lacking(at, Name::BucketCounts);
        }
        Place {
            at,
            tail: Tail::Name(Name::BucketCounts),
            span,
        }
    }
}
