//! The rules that look at what a request means, once it is nodes: one walk, the same for both encodings.
//!
//! Shape: the tree → findings about resources, scopes, records, spans and metrics. What a reader has reported already is
//! not reported again: a broken value counts as set.
//! Limits: linear time; the keys of one list of attributes are compared through a set when there are many.

use super::Options;
use super::found::{Edit, Found, Place, Tail};
use super::rules::Code;
use super::schema::Name;
use super::traces::{self, Traces};
use super::tree::{At, Held, IdState, Node, ROOT, Span, Tree};
use crate::otlp::{Encoding, Signal};

mod attributes;
mod conventions;
mod histograms;
mod logs;
mod metrics;
mod spans;
mod times;

/// What the rules look at.
pub(super) struct Judge<'j> {
    pub(super) bytes: &'j [u8],
    pub(super) tree: &'j Tree,
    pub(super) found: &'j mut Found,
    pub(super) encoding: Encoding,
    pub(super) options: &'j Options,
    /// The keys of one list, kept for their room.
    pub(super) keys: Vec<At>,
    /// Records, spans or data points.
    pub(super) records: u64,
    /// Whether there is a record, a span or a metric at all.
    pub(super) carries: bool,
    /// Whether the reading broke off: what stands behind the fault is not known, and not missed.
    pub(super) is_cut: bool,
    /// The traces of the input.
    pub(super) traces: &'j mut Traces,
    /// Where the request begins in the input.
    pub(super) offset: u64,
}

impl Judge<'_> {
    /// Walks over a request.
    pub(super) fn request(&mut self, signal: Signal) {
        let tree = self.tree;
        for (resource, node) in tree.children(ROOT) {
            if node.held == Held::Message {
                self.resource(resource, signal);
            }
        }
        if !self.carries && tree.children(ROOT).next().is_some() {
            let place = self.whole(ROOT);
            self.found.add(Code::EmptyRequest, place, || {
                "there is no record in this request".to_owned()
            });
        }
    }

    fn resource(&mut self, at: At, signal: Signal) {
        let tree = self.tree;
        let mut named = None;
        for (child, node) in tree.children(at) {
            match node.name {
                Name::Resource if node.held == Held::Message => {
                    self.attributes(child, Name::Attributes);
                    named = Some(child);
                }
                Name::ScopeLogs | Name::ScopeSpans | Name::ScopeMetrics
                    if node.held == Held::Message =>
                {
                    self.scope(child, signal);
                }
                _ => {}
            }
        }
        self.service_name(at, named);
    }

    fn scope(&mut self, at: At, signal: Signal) {
        let tree = self.tree;
        for (child, node) in tree.children(at) {
            if node.held != Held::Message {
                continue;
            }
            self.carries |= node.name != Name::Scope;
            match (node.name, signal) {
                (Name::Scope, _) => self.attributes(child, Name::Attributes),
                (Name::LogRecords, _) => self.log(child),
                (Name::Spans, _) => self.span(child),
                (Name::Metrics, _) => self.metric(child),
                _ => {}
            }
        }
    }

    /// Without `service.name` nobody knows who speaks.
    fn service_name(&mut self, of: At, resource: Option<At>) {
        let is_last = self.tree.is_last(of);
        let (at, tail) = match resource {
            None if self.is_cut && is_last => return,
            Some(resource) if self.has_service_name(resource) => return,
            Some(resource) => (resource, Tail::Name(Name::Attributes)),
            None => (of, Tail::Name(Name::Resource)),
        };
        let place = Place {
            tail,
            ..self.whole(at)
        };
        self.found.add(Code::ServiceNameMissing, place, || {
            "service.name is not set".to_owned()
        });
    }

    fn has_service_name(&self, resource: At) -> bool {
        self.tree
            .named(resource, Name::Attributes)
            .any(|attribute| {
                let is_it = self
                    .tree
                    .child(attribute, Name::Key)
                    .is_some_and(|key| self.tree.text(key, self.bytes) == "service.name");
                is_it
                    && self
                        .tree
                        .child(attribute, Name::Value)
                        .is_some_and(|value| {
                            let text = self.tree.children(value).next();
                            text.is_none_or(|(_, text)| text.span.start < text.span.end)
                                && text.is_some()
                        })
            })
    }

    /// The trace of a node's id, when that is right.
    fn trace_id(&self, id: Option<(At, Node)>) -> Option<([u8; 16], (u64, u64))> {
        let (_, node) = id?;
        if node.held != Held::Id(IdState::Set) {
            return None;
        }
        let (start, end) = (u64::from(node.span.start), u64::from(node.span.end));
        let trace = traces::id(node.span, self.bytes, self.encoding)?;
        Some((trace, (self.offset + start, self.offset + end)))
    }

    /// Whether a value holds nothing at all, not even a member that nobody knows.
    fn is_empty(&self, at: At, node: Node) -> bool {
        let text = node.span.of(self.bytes);
        let blank = match self.encoding {
            Encoding::Json => {
                text.iter()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .count()
                    <= 2
            }
            Encoding::Protobuf => text.is_empty(),
        };
        node.held == Held::Message && self.tree.children(at).next().is_none() && blank
    }

    /// A node itself.
    fn whole(&self, at: At) -> Place {
        Place {
            at,
            tail: Tail::None,
            span: self.tree.node(at).span,
        }
    }

    /// A field that a node lacks.
    fn lacking(&self, at: At, name: Name) -> Place {
        let span = self.tree.node(at).span;
        let end = span.end.min(span.start + 1);
        Place {
            at,
            tail: Tail::Name(name),
            span: Span { end, ..span },
        }
    }

    /// The repair that writes another integer in a node's place.
    fn integer_edit(&self, node: Node, number: u64) -> Vec<Edit> {
        let text = match self.encoding {
            Encoding::Json => number.to_string().into_bytes(),
            Encoding::Protobuf => number.to_le_bytes().to_vec(),
        };
        vec![Edit::replace(node.span, text)]
    }
}

/// What a node's number is; broken and missing ones are `None`.
fn unsigned(node: Option<Node>) -> Option<u64> {
    match node?.held {
        Held::Unsigned(number) => Some(number),
        _ => None,
    }
}

/// Whether an id is there, and not only zeros. A broken one counts as there.
fn is_set(node: Option<Node>) -> bool {
    !matches!(
        node.map(|node| node.held),
        None | Some(Held::Id(IdState::Empty | IdState::Zero) | Held::Null)
    )
}
