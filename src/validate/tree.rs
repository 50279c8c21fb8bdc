//! A request as a flat list of nodes, whichever encoding it came in: what the rules walk over.
//!
//! Shape: nodes stand in the order of the bytes; each knows its parent and where its last descendant ends, so a subtree is a
//! range and its children are found by skipping. A scalar keeps its number or where its bytes are; nothing is copied. What has
//! been judged is forgotten, so that a request's size does not matter, only that of its largest record. The list is used again
//! for the next request.
//! Limits: positions are 32 bits wide; larger requests are refused before they are read. [`NODES_MAX`] nodes at once.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::schema::Name;

/// Where something stands: offsets of its first byte and of the byte behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    /// The first byte.
    pub(super) start: u32,
    /// Behind the last byte.
    pub(super) end: u32,
}

impl Span {
    /// From offsets, which were checked to fit.
    #[inline]
    pub(super) fn new(start: usize, end: usize) -> Span {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span {
            start: narrow(start),
            end: narrow(end),
        }
    }

    /// Its bytes.
    #[inline]
    pub(super) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

/// What a node holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Held {
    /// Children.
    Message,
    /// Text as it stands.
    Text,
    /// JSON text with escapes in it.
    Escaped,
    /// Bytes, so many of them after decoding.
    Bytes(u32),
    /// An id; in JSON its span is that of the hex digits.
    Id(IdState),
    /// A truth.
    Bool(bool),
    /// An unsigned integer, or the number of an enumeration.
    Unsigned(u64),
    /// A signed integer.
    Signed(i64),
    /// A number with a fraction.
    Double(f64),
    /// `null`.
    Null,
    /// Something that was wrong and has been reported.
    Broken,
}

/// What an id is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdState {
    /// Right.
    Set,
    /// Nothing at all, which means the same as no field.
    Empty,
    /// Nothing but zeros.
    Zero,
}

/// One field of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Its value's bytes; of text without the quotes.
    pub(super) span: Span,
    /// The message it is in.
    parent: u32,
    /// The node behind its last descendant.
    skip: u32,
    /// Its place in a list; [`NO_INDEX`] when it is none.
    index: u32,
    /// Which field.
    pub(super) name: Name,
    /// Its value.
    pub(super) held: Held,
}

/// The index of what is no list.
pub(super) const NO_INDEX: u32 = u32::MAX;

/// A node's place in the tree.
pub(super) type At = u32;

/// The request itself.
pub(super) const ROOT: At = 0;

/// Most nodes that are kept at once: 160 MiB of them, far more than any one record has.
pub(super) const NODES_MAX: usize = if cfg!(test) { 1 << 16 } else { 4 << 20 };

/// The nodes of a request that are not judged yet.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Forgets the request before and begins another.
    pub(super) fn begin(&mut self, end: usize) {
        self.nodes.clear();
        self.nodes.push(Node {
            span: Span::new(0, end),
            parent: ROOT,
            skip: 1,
            index: NO_INDEX,
            // The root's own name is never shown.
            name: Name::Resource,
            held: Held::Message,
        });
    }

    /// Adds a node; [`Tree::close`] follows when its descendants are there.
    #[inline]
    pub(super) fn push(&mut self, parent: At, name: Name, index: u32, span: Span) -> At {
        let at = self.next();
        self.add((parent, index), name, span, Held::Broken);
        at
    }

    /// The place of the node that is added next.
    #[inline]
    pub(super) fn next(&self) -> At {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    /// Adds a node of which all is known.
    #[inline]
    pub(super) fn add(&mut self, (parent, index): (At, u32), name: Name, span: Span, held: Held) {
        let skip = self.next() + 1;
        self.nodes.push(Node {
            span,
            parent,
            skip,
            index,
            name,
            held,
        });
    }

    /// Forgets a node and all that follow it.
    #[inline]
    pub(super) fn forget(&mut self, at: At) {
        self.nodes.truncate(at as usize);
    }

    /// Whether a reader should add no more.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.nodes.len() >= NODES_MAX
    }

    /// Says what a node holds.
    #[inline]
    pub(super) fn hold(&mut self, at: At, held: Held) {
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.held = held;
        }
    }

    /// Ends a node.
    #[inline]
    pub(super) fn close(&mut self, at: At, end: usize) {
        let skip = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.skip = skip;
            node.span.end = Span::new(0, end).end;
        }
    }

    /// Ends the messages that the reading broke off in. What was read before stays; the record that was cut in two is no record.
    pub(super) fn cut_off(&mut self, end: usize) {
        let mut here = Span::new(0, self.nodes.len().saturating_sub(1)).end;
        while here != ROOT {
            let node = self.node(here);
            if node.held == Held::Message && node.span.start == node.span.end {
                self.close(here, end);
                if !node.name.holds_records() {
                    self.hold(here, Held::Broken);
                }
            }
            here = node.parent;
        }
        self.close(ROOT, end);
    }

    /// The scopes and resources that are not judged yet, each behind the one it is in.
    pub(super) fn open_layers(&self) -> impl Iterator<Item = At> + '_ {
        let is_open = |node: &Node| node.name.is_layer() && node.held == Held::Message;
        let all = (ROOT..self.next()).skip(1);
        all.filter(move |at| is_open(&self.node(*at)))
    }

    /// Says where a node's value stands.
    #[inline]
    pub(super) fn place(&mut self, at: At, span: Span) {
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.span = span;
        }
    }

    /// A node.
    #[inline]
    pub(super) fn node(&self, at: At) -> Node {
        self.nodes[at as usize]
    }

    /// A node's children, in order.
    #[inline]
    pub(super) fn children(&self, at: At) -> Children<'_> {
        Children {
            tree: self,
            next: at + 1,
            end: self.node(at).skip,
        }
    }

    /// The children of one name.
    pub(super) fn named(&self, at: At, name: Name) -> impl Iterator<Item = At> + '_ {
        self.children(at)
            .filter(move |child| child.1.name == name)
            .map(|child| child.0)
    }

    /// The last child of a name: protobuf lets it win.
    pub(super) fn child(&self, at: At, name: Name) -> Option<At> {
        self.named(at, name).last()
    }

    /// The way to a node, as in `resourceLogs[0].scopeLogs[0]`.
    pub(super) fn path(&self, at: At) -> String {
        let mut way = Vec::new();
        let mut here = at;
        while here != ROOT {
            way.push(here);
            here = self.node(here).parent;
        }
        let mut path = String::new();
        for step in way.into_iter().rev() {
            let node = self.node(step);
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(node.name.text());
            if node.index != NO_INDEX {
                write!(path, "[{}]", node.index).expect("writing to a String cannot fail");
            }
        }
        path
    }

    /// A node's text; empty when it holds none.
    pub(super) fn text<'b>(&self, at: At, bytes: &'b [u8]) -> Cow<'b, str> {
        let node = self.node(at);
        match node.held {
            Held::Text => String::from_utf8_lossy(node.span.of(bytes)),
            Held::Escaped => {
                let raw = String::from_utf8_lossy(node.span.of(bytes));
                Cow::Owned(unescaped(&raw))
            }
            _ => Cow::Borrowed(""),
        }
    }
}

/// JSON text without its escapes.
pub(super) fn unescaped(raw: &str) -> String {
    serde_json::from_str(&format!("\"{raw}\"")).unwrap_or_else(|_| raw.to_owned())
}

/// A walk over the children of a node.
pub(super) struct Children<'t> {
    tree: &'t Tree,
    next: At,
    end: At,
}

impl Iterator for Children<'_> {
    type Item = (At, Node);

    #[inline]
    fn next(&mut self) -> Option<(At, Node)> {
        if self.next >= self.end {
            return None;
        }
        let at = self.next;
        let node = self.tree.node(at);
        self.next = node.skip;
        Some((at, node))
    }
}
