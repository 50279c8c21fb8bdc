//! The rules that look at what a request means, once it is nodes: one walk, the same for both encodings.
//!
//! Shape: the nodes of one record, scope or resource, as soon as a reader has read it → findings. What a reader has reported
//! already is not reported again: a broken value counts as set. What was judged is forgotten, so memory is that of one record.
//! Limits: linear time; the keys of one list of attributes are compared through a set when there are many.

use super::Options;
use super::found::{Edit, Found, Place, Tail};
use super::rules::Code;
use super::schema::Name;
use super::traces::{self, Traces};
use super::tree::{At, Held, IdState, Node, ROOT, Span, Tree};
use crate::otlp::Encoding;

mod attributes;
mod conventions;
mod histograms;
mod logs;
mod metrics;
mod spans;
mod times;

/// A key of a list of attributes, and its fingerprint.
pub(super) type Key = (At, u64);

/// One request under the rules: what they know of it, and what they keep from one of its records to the next.
pub(super) struct Case<'c> {
    pub(super) bytes: &'c [u8],
    pub(super) encoding: Encoding,
    pub(super) options: &'c Options,
    /// Where the request begins in the input.
    pub(super) offset: u64,
    /// Room for the keys of one list.
    pub(super) keys: &'c mut Vec<Key>,
    /// Records, spans or data points of the input.
    pub(super) records: &'c mut u64,
    /// The traces of the input.
    pub(super) traces: &'c mut Traces,
    /// Whether there is a record, a span or a metric at all.
    pub(super) carries: bool,
    /// Whether there is a resource.
    pub(super) has_resource: bool,
    /// Whether the reading broke off: what stands behind the fault is not known, and not missed.
    pub(super) is_cut: bool,
}

impl Case<'_> {
    fn judge<'j>(&'j mut self, tree: &'j Tree, found: &'j mut Found) -> Judge<'j> {
        Judge {
            bytes: self.bytes,
            tree,
            found,
            encoding: self.encoding,
            options: self.options,
            keys: self.keys,
            renamed: Vec::new(),
            records: self.records,
            is_cut: self.is_cut,
            traces: self.traces,
            offset: self.offset,
        }
    }

    /// Judges a layer that was read to its end.
    fn layer(&mut self, tree: &Tree, found: &mut Found, at: At) {
        let name = tree.node(at).name;
        self.carries |= matches!(name, Name::LogRecords | Name::Spans | Name::Metrics);
        let mut judge = self.judge(tree, found);
        match name {
            Name::LogRecords => judge.log(at),
            Name::Spans => judge.span(at),
            Name::Metrics => judge.metric(at),
            Name::ScopeLogs | Name::ScopeSpans | Name::ScopeMetrics => judge.scope(at),
            _ => {
                judge.resource(at);
                self.has_resource = true;
            }
        }
    }

    /// Judges what was read of the scopes and resources that the reading broke off in.
    pub(super) fn cut(&mut self, tree: &Tree, found: &mut Found) {
        self.is_cut = true;
        let mut open: Vec<At> = tree.open_layers().collect();
        while let Some(at) = open.pop() {
            self.layer(tree, found, at);
        }
    }

    /// Judges the request as a whole, when all of it was read.
    pub(super) fn end(&mut self, tree: &Tree, found: &mut Found) {
        let is_empty = !self.carries && !self.is_cut;
        let has_any = self.has_resource || tree.children(ROOT).next().is_some();
        let bytes = self.bytes.len();
        let mut judge = self.judge(tree, found);
        if is_empty && has_any {
            let place = judge.whole(ROOT);
            judge.found.add(Code::EmptyRequest, place, || {
                "there is no record in this request".to_owned()
            });
        }
        judge.request_limits(bytes);
    }
}

/// Judges a message that was read, if it is a record or what holds records, and forgets it then.
///
/// Without a case it is only forgotten: for bytes that are read to see what they are.
#[inline]
pub(super) fn closed(
    case: Option<&mut Case<'_>>,
    (tree, found): (&mut Tree, &mut Found),
    bytes: &[u8],
    at: At,
) {
    if !tree.node(at).name.is_layer() {
        return;
    }
    // A record that was cut in two is no record.
    if let Some(case) = case
        && tree.node(at).held != Held::Broken
    {
        case.layer(tree, found, at);
    }
    found.settle(tree, bytes);
    tree.forget(at);
}

/// What the rules look at.
pub(super) struct Judge<'j> {
    pub(super) bytes: &'j [u8],
    pub(super) tree: &'j Tree,
    pub(super) found: &'j mut Found,
    pub(super) encoding: Encoding,
    pub(super) options: &'j Options,
    /// The keys of one list, kept for their room.
    pub(super) keys: &'j mut Vec<Key>,
    /// The old names in one list, and the new ones.
    pub(super) renamed: Vec<(At, &'static str)>,
    /// Records, spans or data points.
    pub(super) records: &'j mut u64,
    /// Whether the reading broke off: what stands behind the fault is not known, and not missed.
    pub(super) is_cut: bool,
    /// The traces of the input.
    pub(super) traces: &'j mut Traces,
    /// Where the request begins in the input.
    pub(super) offset: u64,
}

impl Judge<'_> {
    fn resource(&mut self, at: At) {
        let tree = self.tree;
        let mut named = None;
        for (child, node) in tree.children(at) {
            if node.name == Name::Resource && node.held == Held::Broken {
                return;
            }
            if node.name == Name::Resource && node.held == Held::Message {
                self.attributes(child, Name::Attributes);
                named = Some(child);
            }
        }
        self.service_name(at, named);
    }

    fn scope(&mut self, at: At) {
        let tree = self.tree;
        for (child, node) in tree.children(at) {
            if node.name == Name::Scope && node.held == Held::Message {
                self.attributes(child, Name::Attributes);
            }
        }
    }

    /// Without `service.name` nobody knows who speaks.
    fn service_name(&mut self, of: At, resource: Option<At>) {
        let (at, tail) = match resource {
            None if self.is_cut => return,
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
        let tree = self.tree;
        let is_it = |attribute: &At| {
            let key = tree.child(*attribute, Name::Key);
            key.is_some_and(|key| tree.text(key, self.bytes) == "service.name")
        };
        // Of one that was cut, the value may stand behind the cut.
        let is_set = |attribute| {
            let is_cut = tree.node(attribute).held == Held::Broken;
            let value = tree.child(attribute, Name::Value);
            let text = value.and_then(|value| tree.children(value).next());
            is_cut || text.is_some_and(|(_, text)| text.span.start < text.span.end)
        };
        let mut attributes = tree.named(resource, Name::Attributes).filter(is_it);
        attributes.any(is_set)
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
