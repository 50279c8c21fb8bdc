//! Rules about log records.

use super::{Judge, is_set, unsigned};
use crate::format::severity;
use crate::record::SeverityNumber;
use crate::validate::found::{Edit, Place, Tail};
use crate::validate::rules::Code;
use crate::validate::schema::Name;
use crate::validate::tree::{At, Held, IdState, Node, Span};

/// The bits of a record's flags that have a meaning.
const LOG_FLAGS_MAX: u64 = 0xff;

/// Words that sources use for neighbouring classes.
const LOOSE_WORDS: [&str; 9] = [
    "critical",
    "crit",
    "alert",
    "emerg",
    "emergency",
    "panic",
    "severe",
    "notice",
    "fatal",
];

/// The members of a record that are looked at together.
#[derive(Default)]
struct Members {
    time: Option<(At, Node)>,
    observed: Option<(At, Node)>,
    severity: Option<Node>,
    text: Option<At>,
    body: Option<(At, Node)>,
    event: bool,
    trace: Option<(At, Node)>,
    span: Option<(At, Node)>,
}

impl Judge<'_> {
    /// Looks at one record.
    pub(super) fn log(&mut self, at: At) {
        *self.records += 1;
        let tree = self.tree;
        let mut it = Members::default();
        let mut attributes = false;
        for (child, node) in tree.children(at) {
            match node.name {
                Name::TimeUnixNano => it.time = Some((child, node)),
                Name::ObservedTimeUnixNano => it.observed = Some((child, node)),
                Name::SeverityNumber => it.severity = Some(node),
                Name::SeverityText => it.text = Some(child),
                Name::Body => it.body = Some((child, node)),
                Name::EventName => it.event = node.span.start < node.span.end,
                Name::TraceId => it.trace = Some((child, node)),
                Name::SpanId => it.span = Some((child, node)),
                Name::Flags => self.flags(child, node, LOG_FLAGS_MAX),
                Name::Attributes => attributes = true,
                _ => {}
            }
        }
        self.log_times(at, &it);
        self.log_body(at, &it);
        self.log_severity(&it);
        self.log_ids(at, &it);
        if attributes {
            self.attributes(at, Name::Attributes);
        }
    }

    fn log_times(&mut self, at: At, it: &Members) {
        for (time, node) in [it.time, it.observed].into_iter().flatten() {
            self.time(time, node);
        }
        if is_unset(it.time) && is_unset(it.observed) {
            let place = self.place_of(at, it.time, Name::TimeUnixNano);
            self.found.add(Code::TimeMissing, place, || {
                "neither timeUnixNano nor observedTimeUnixNano is set".to_owned()
            });
        }
    }

    fn log_body(&mut self, at: At, it: &Members) {
        let empty = it.body.is_none_or(|(body, node)| self.is_empty(body, node));
        if let Some((body, node)) = it.body
            && node.held == Held::Message
        {
            self.any_value(body);
            self.body_limit(body);
        }
        if empty && !it.event {
            let place = self.place_of(at, it.body, Name::Body);
            self.found.add(Code::BodyMissing, place, || {
                "the record has no body and is no event".to_owned()
            });
        }
    }

    fn log_severity(&mut self, it: &Members) {
        let (Some(number), Some(text)) = (unsigned(it.severity), it.text) else {
            return;
        };
        if !(1..=24).contains(&number) {
            return;
        }
        let word = self.tree.text(text, self.bytes);
        let Some(said) = severity::from_word(&word).map(SeverityNumber::get) else {
            return;
        };
        let apart = ((number - 1) / 4).abs_diff((u64::from(said) - 1) / 4);
        let loose = LOOSE_WORDS
            .iter()
            .any(|loose| word.eq_ignore_ascii_case(loose));
        if apart > u64::from(loose) {
            let place = self.whole(text);
            let word = word.into_owned();
            self.found.add(Code::SeverityDisagrees, place, || {
                let class = |number: u64| {
                    let classes = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
                    let class = usize::try_from((number - 1) / 4).unwrap_or(0);
                    classes.get(class).copied().unwrap_or("FATAL")
                };
                format!("{word:?} is written, but {number} means {}", class(number))
            });
        }
    }

    fn log_ids(&mut self, at: At, it: &Members) {
        for (id, node) in [it.trace, it.span].into_iter().flatten() {
            if node.held == Held::Id(IdState::Zero) {
                let place = self.whole(id);
                let edit = self.emptied(node);
                self.found.add_with(
                    Code::LogIdZero,
                    place,
                    || "an id of zeros is none".to_owned(),
                    || edit.into_iter().collect(),
                );
            }
        }
        if let Some((trace, byte)) = self.trace_id(it.trace) {
            self.traces.log(trace, byte);
        }
        let node = |member: Option<(At, Node)>| member.map(|(_, node)| node);
        if is_set(node(it.span)) && !is_set(node(it.trace)) {
            let place = self.lacking(at, Name::TraceId);
            self.found.add(Code::LogSpanWithoutTrace, place, || {
                "spanId is set and traceId is not".to_owned()
            });
        }
    }

    /// Takes the digits of an id away; an empty one means none.
    fn emptied(&self, node: Node) -> Option<Edit> {
        (self.encoding == crate::otlp::Encoding::Json).then(|| Edit::replace(node.span, ""))
    }

    /// Bits that must be zero.
    pub(super) fn flags(&mut self, at: At, node: Node, max: u64) {
        if let Held::Unsigned(flags) = node.held
            && flags > max
        {
            let place = self.whole(at);
            self.found.add(Code::FlagsReserved, place, || {
                format!("{flags:#x} has bits above {max:#x}")
            });
        }
    }

    /// A member where it stands, or where it is missing.
    pub(super) fn place_of(&self, at: At, member: Option<(At, Node)>, name: Name) -> Place {
        match member {
            Some((child, node)) => Place {
                at: child,
                tail: Tail::None,
                span: Span { ..node.span },
            },
            None => self.lacking(at, name),
        }
    }
}

/// Whether a time is zero or not there. A broken one is neither.
pub(super) fn is_unset(member: Option<(At, Node)>) -> bool {
    matches!(
        member.map(|(_, node)| node.held),
        None | Some(Held::Unsigned(0) | Held::Null)
    )
}
