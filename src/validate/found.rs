//! What the readers and the rules found in one request, and how it could be repaired.
//!
//! A fault is counted always and described only as long as few of its kind are: ten million of them cost ten million
//! additions. Its path, line and view are worked out afterwards, for the described ones.

use std::ops::Range;

use super::rules::{COUNT, Code};
use super::schema::Name;
use super::tree::{At, Span, Tree};
use super::view;
use crate::validate::FixMode;

/// Described faults of one kind in one input; further ones are counted.
pub const DESCRIBED_MAX: u64 = 1000;

/// Where a fault is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The node it is at or in.
    pub(super) at: At,
    /// What follows the node's path.
    pub(super) tail: Tail,
    /// Its bytes.
    pub(super) span: Span,
}

/// The end of a path that has no node of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing.
    None,
    /// A field that is missing, or a list as a whole.
    Name(Name),
    /// A key of the input; its span is in the bytes.
    Key(Span),
}

/// A replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// What is taken away; empty where something is put in.
    pub(super) span: Span,
    /// What stands there then.
    pub(super) text: Vec<u8>,
}

impl Edit {
    /// Puts another text in the place of one.
    pub(super) fn replace(span: Span, text: impl Into<Vec<u8>>) -> Edit {
        Edit {
            span,
            text: text.into(),
        }
    }

    /// Puts text before a place.
    pub(super) fn insert(at: u32, text: impl Into<Vec<u8>>) -> Edit {
        Edit::replace(Span { start: at, end: at }, text)
    }
}

/// The edits of one fault. Where nothing is repaired, only one is kept, to tell that there are any: a list of a million
/// values would need millions.
#[derive(Debug)]
pub(super) struct Edits {
    list: Vec<Edit>,
    all: bool,
}

impl Edits {
    /// Adds one.
    pub(super) fn push(&mut self, edit: Edit) {
        if self.all || self.list.is_empty() {
            self.list.push(edit);
        }
    }

    /// Those that were kept.
    pub(super) fn into_vec(self) -> Vec<Edit> {
        self.list
    }
}

/// A repair: its edits are made together or not at all.
#[derive(Debug)]
pub(super) struct Mend {
    pub(super) code: Code,
    pub(super) place: Place,
    /// The way to it, of those that are described; empty until [`Found::settle`] works it out.
    pub(super) path: String,
    pub(super) edits: Vec<Edit>,
    is_described: bool,
}

/// A fault whose path, line and view are not worked out yet.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) code: Code,
    pub(super) place: Place,
    /// The way to it; empty until [`Found::settle`] works it out.
    pub(super) path: String,
    pub(super) message: String,
    pub(super) fixable: bool,
}

/// The faults of one request.
#[derive(Debug)]
pub(super) struct Found {
    /// How often each was found in this input so far.
    pub(super) counts: [u64; COUNT],
    /// Those of this request that are described.
    pub(super) raws: Vec<Raw>,
    /// How many of those have their paths, and of the repairs.
    settled: (usize, usize),
    /// The repairs of this request; filled only when they are wanted.
    pub(super) mends: Vec<Mend>,
    /// Values of this request that look like secrets, and are never shown.
    pub(super) secrets: Vec<Span>,
    /// What is repaired.
    pub(super) fix: FixMode,
}

impl Found {
    /// Nothing found yet.
    pub(super) fn new(fix: FixMode) -> Found {
        Found {
            counts: [0; COUNT],
            raws: Vec::new(),
            settled: (0, 0),
            mends: Vec::new(),
            secrets: Vec::new(),
            fix,
        }
    }

    /// Room for the edits of one fault.
    pub(super) fn edits_of_one(&self) -> Edits {
        Edits {
            list: Vec::new(),
            all: self.fix != FixMode::Nothing,
        }
    }

    /// Works out the paths of what was noted since the last time, while the nodes on the way are still there.
    #[inline]
    pub(super) fn settle(&mut self, tree: &Tree, bytes: &[u8]) {
        if self.settled != (self.raws.len(), self.mends.len()) {
            self.work_out(tree, bytes);
        }
    }

    fn work_out(&mut self, tree: &Tree, bytes: &[u8]) {
        let (raws, mends) = self.settled;
        for raw in self.raws.iter_mut().skip(raws) {
            raw.path = view::shown_path(tree, &raw.place, bytes);
        }
        let mends = self.mends.iter_mut().skip(mends);
        for mend in mends.filter(|mend| mend.is_described) {
            mend.path = view::shown_path(tree, &mend.place, bytes);
        }
        self.settled = (self.raws.len(), self.mends.len());
    }

    /// Takes what was noted of a request, with its paths.
    pub(super) fn take(&mut self, tree: &Tree, bytes: &[u8]) -> Vec<Raw> {
        self.settle(tree, bytes);
        self.settled.0 = 0;
        std::mem::take(&mut self.raws)
    }

    /// Takes the repairs of a request, with the paths of those that are described.
    pub(super) fn take_mends(&mut self, tree: &Tree, bytes: &[u8]) -> Vec<Mend> {
        self.settle(tree, bytes);
        self.settled.1 = 0;
        std::mem::take(&mut self.mends)
    }

    /// Notes a fault that needs a person.
    #[cold]
    pub(super) fn add(&mut self, code: Code, place: Place, message: impl FnOnce() -> String) {
        self.add_with(code, place, message, Vec::new);
    }

    /// Notes a fault and its repair; one without edits needs a person.
    #[cold]
    pub(super) fn add_with(
        &mut self,
        code: Code,
        place: Place,
        message: impl FnOnce() -> String,
        repair: impl FnOnce() -> Vec<Edit>,
    ) {
        let count = &mut self.counts[code as usize];
        *count += 1;
        let described = *count <= DESCRIBED_MAX;
        if code == Code::SecretLike {
            self.secrets.push(place.span);
        }
        if !described && self.fix == FixMode::Nothing {
            return;
        }
        let edits = repair();
        let fixable = !edits.is_empty();
        if fixable && self.fix.repairs(code) {
            self.mends.push(Mend {
                code,
                place: place.clone(),
                path: String::new(),
                edits,
                is_described: described,
            });
        }
        if described {
            self.raws.push(Raw {
                code,
                place,
                path: String::new(),
                message: message(),
                fixable,
            });
        }
    }
}

/// The bytes with the repairs made, and which of them were. One that overlaps another is left for the next round.
pub(super) fn mended(bytes: &[u8], mends: &[Mend]) -> (Vec<u8>, Vec<bool>) {
    let mut edits: Vec<(usize, &Edit)> = Vec::new();
    for (index, mend) in mends.iter().enumerate() {
        edits.extend(mend.edits.iter().map(|edit| (index, edit)));
    }
    // Stable, so that several texts put in at one place keep their order.
    edits.sort_by_key(|(_, edit)| (edit.span.start, edit.span.end));
    let mut made = vec![true; mends.len()];
    let mut behind = 0;
    for (index, edit) in &edits {
        if edit.span.start < behind {
            made[*index] = false;
        } else {
            behind = edit.span.end;
        }
    }
    let wanted = edits.iter().filter(|(index, _)| made[*index]);
    let mut out = Vec::with_capacity(bytes.len() + 16 * edits.len());
    let mut at = 0;
    for (_, edit) in wanted {
        let Range { start, end } = edit.span.start as usize..edit.span.end as usize;
        out.extend_from_slice(bytes.get(at..start).unwrap_or_default());
        out.extend_from_slice(&edit.text);
        at = end.min(bytes.len());
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    (out, made)
}
