//! Rules about spans, their events and their links.

use super::logs::is_unset;
use super::{Judge, is_set, unsigned};
use crate::validate::rules::Code;
use crate::validate::schema::Name;
use crate::validate::tree::{At, Held, IdState, Node};

/// The bits of a span's flags that have a meaning: those of W3C, and whether the parent is remote.
const SPAN_FLAGS_MAX: u64 = 0x3ff;

impl Judge<'_> {
    /// Looks at one span.
    pub(super) fn span(&mut self, at: At) {
        *self.records += 1;
        let tree = self.tree;
        let (mut trace, mut span, mut parent) = (None, None, None);
        let (mut start, mut end) = (None, None);
        for (child, node) in tree.children(at) {
            match node.name {
                Name::TraceId => trace = Some((child, node)),
                Name::SpanId => span = Some((child, node)),
                Name::ParentSpanId => parent = Some((child, node)),
                Name::StartTimeUnixNano => start = Some((child, node)),
                Name::EndTimeUnixNano => end = Some((child, node)),
                Name::Flags => self.flags(child, node, SPAN_FLAGS_MAX),
                Name::Events if node.held == Held::Message => self.event(child),
                Name::Links if node.held == Held::Message => self.link(child),
                _ => {}
            }
        }
        self.span_id(at, trace, Name::TraceId);
        self.span_id(at, span, Name::SpanId);
        if let Some((trace, _)) = self.trace_id(trace) {
            self.traces.span(trace);
        }
        self.own_parent(span, parent);
        self.interval(
            at,
            (start, Name::StartTimeUnixNano),
            (end, Name::EndTimeUnixNano),
        );
        self.attributes(at, Name::Attributes);
    }

    /// Both ids must be there.
    fn span_id(&mut self, at: At, id: Option<(At, Node)>, name: Name) {
        let place = self.place_of(at, id, name);
        match id.map(|(_, node)| node.held) {
            Some(Held::Id(IdState::Zero)) => {
                self.found.add(Code::IdZero, place, || {
                    format!("{:?} is all zeros", name.text())
                });
            }
            None | Some(Held::Id(IdState::Empty) | Held::Null) => {
                self.found.add(Code::IdMissing, place, || {
                    format!("{:?} is not set", name.text())
                });
            }
            _ => {}
        }
    }

    fn own_parent(&mut self, span: Option<(At, Node)>, parent: Option<(At, Node)>) {
        let (Some((_, span)), Some((at, parent))) = (span, parent) else {
            return;
        };
        let ids = (span.span.of(self.bytes), parent.span.of(self.bytes));
        if parent.held == Held::Id(IdState::Set) && ids.0.eq_ignore_ascii_case(ids.1) {
            let place = self.whole(at);
            self.found.add(Code::SpanOwnParent, place, || {
                "parentSpanId is the span's own id".to_owned()
            });
        }
    }

    fn event(&mut self, at: At) {
        let time = self.tree.child(at, Name::TimeUnixNano);
        let time = time.map(|time| (time, self.tree.node(time)));
        if let Some((time, node)) = time {
            self.time(time, node);
        }
        self.attributes(at, Name::Attributes);
    }

    fn link(&mut self, at: At) {
        for name in [Name::TraceId, Name::SpanId] {
            let id = self.tree.child(at, name).map(|id| self.tree.node(id));
            if !is_set(id) {
                let place = self.lacking(at, name);
                self.found.add(Code::LinkIdMissing, place, || {
                    format!("the link has no {:?}", name.text())
                });
                break;
            }
        }
        self.attributes(at, Name::Attributes);
    }

    /// A start and an end that must both be there, in this order.
    pub(super) fn interval(
        &mut self,
        at: At,
        (start, start_name): (Option<(At, Node)>, Name),
        (end, end_name): (Option<(At, Node)>, Name),
    ) {
        for (time, name) in [(start, start_name), (end, end_name)] {
            if let Some((time, node)) = time {
                self.time(time, node);
            }
            if is_unset(time) {
                let place = self.place_of(at, time, name);
                self.found.add(Code::TimeMissing, place, || {
                    format!("{:?} is not set", name.text())
                });
            }
        }
        self.order(start, end);
    }

    /// The end must not lie before the start.
    pub(super) fn order(&mut self, start: Option<(At, Node)>, end: Option<(At, Node)>) {
        let number = |member: Option<(At, Node)>| unsigned(member.map(|(_, node)| node));
        let (Some(first), Some(last), Some((at, _))) = (number(start), number(end), end) else {
            return;
        };
        if last < first && last != 0 {
            let place = self.whole(at);
            self.found.add(Code::TimeOrder, place, || {
                format!("it lies {} ns before the start", first - last)
            });
        }
    }
}
