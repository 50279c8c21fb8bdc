//! OTLP/JSON → nodes: a reader of our own that knows where every value stands and goes on behind most faults.
//!
//! Shape: the bytes of one request → the tree, and what is wrong with the JSON or with the types in it. A fault of a value
//! is noted and the value passed over; only JSON that cannot be followed any more ends the reading.
//! Limits: one pass, linear time; values that nobody asked for are passed over without recursion, and messages may stand
//! [`DEPTH_MAX`] deep in one another.
//!
//! Spec: RFC 8259; OTLP 1.11, "JSON Protobuf Encoding"; `ProtoJSON`.

use super::found::{Found, Place, Tail};
use super::meaning::{self, Case};
use super::rules::Code;
use super::schema::{Field, Kind, Message, Shape};
use super::tree::{At, Held, NO_INDEX, ROOT, Span, Tree};

mod integer;
mod plain;
mod scalar;
mod scan;
mod unknown;

pub(super) use scalar::enum_range;
pub(super) use unknown::quoted;

/// Messages within one another, as protobuf decoders allow.
pub(super) const DEPTH_MAX: usize = 100;

/// Keys of the outermost object that are looked at.
const KEYS_MAX: usize = 100;

/// The JSON cannot be followed any more; the reason was noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost;

/// A reader of one request.
pub(super) struct Reader<'r> {
    bytes: &'r [u8],
    at: usize,
    tree: &'r mut Tree,
    found: &'r mut Found,
    /// The rules, for what has been read; `None` for bodies that are no request.
    case: Option<Case<'r>>,
    depth: usize,
}

/// Reads a request of this shape, and has each part of it judged; returns where it ends.
pub(super) fn read(
    bytes: &[u8],
    shape: Shape,
    (tree, found): (&mut Tree, &mut Found),
    case: Case<'_>,
) -> Result<usize, Lost> {
    let mut reader = Reader::new(bytes, (tree, found), Some(case));
    reader.blanks();
    reader.message(shape.message(), ROOT)?;
    reader.tree.place(ROOT, Span::new(0, reader.at));
    if let Some(case) = &mut reader.case {
        case.end(reader.tree, reader.found);
    }
    reader.blanks();
    Ok(reader.at)
}

/// Passes over one value; whether it is JSON. For bodies that are no request of ours.
pub(super) fn pass(bytes: &[u8], tree: &mut Tree, found: &mut Found) -> Result<usize, Lost> {
    let mut reader = Reader::new(bytes, (tree, found), None);
    reader.blanks();
    reader.skip(ROOT)?;
    reader.blanks();
    Ok(reader.at)
}

/// The keys of the outermost object, as far as it can be read.
pub(super) fn keys(bytes: &[u8]) -> Vec<Span> {
    let (mut tree, mut found) = (Tree::default(), Found::new(super::FixMode::Nothing));
    let mut reader = Reader::new(bytes, (&mut tree, &mut found), None);
    let mut keys = Vec::new();
    let _cut_short = reader.gather(&mut keys);
    keys
}

impl<'r> Reader<'r> {
    fn new(
        bytes: &'r [u8],
        (tree, found): (&'r mut Tree, &'r mut Found),
        case: Option<Case<'r>>,
    ) -> Reader<'r> {
        tree.begin(bytes.len());
        Reader {
            bytes,
            at: 0,
            tree,
            found,
            case,
            depth: 0,
        }
    }
}

impl Reader<'_> {
    fn gather(&mut self, keys: &mut Vec<Span>) -> Result<(), Lost> {
        self.blanks();
        self.eat(b'{');
        self.blanks();
        while keys.len() < KEYS_MAX && self.peek() == Some(b'"') {
            let (key, _) = self.string(ROOT)?;
            keys.push(key);
            self.blanks();
            if !self.eat(b':') {
                break;
            }
            self.blanks();
            self.skip(ROOT)?;
            if !self.goes_on(b'}', ROOT)? {
                break;
            }
        }
        Ok(())
    }

    /// Reads the members of an object, whose brace comes next.
    fn message(&mut self, shape: &'static Message, at: At) -> Result<(), Lost> {
        if self.depth >= DEPTH_MAX {
            let place = self.here(at);
            self.found.add(Code::JsonDepth, place, || {
                format!("more than {DEPTH_MAX} messages stand in one another")
            });
            return self.skip(at);
        }
        self.depth += 1;
        self.at += 1;
        let (mut seen, mut hint) = (0_u32, 0);
        self.blanks();
        if !self.eat(b'}') {
            loop {
                self.member(shape, at, (&mut seen, &mut hint))?;
                if !self.goes_on(b'}', at)? {
                    break;
                }
            }
        }
        self.depth -= 1;
        self.tree.close(at, self.at);
        Ok(())
    }

    /// Reads one member of an object.
    fn member(
        &mut self,
        shape: &'static Message,
        at: At,
        (seen, hint): (&mut u32, &mut usize),
    ) -> Result<(), Lost> {
        if self.tree.is_full() {
            return Err(self.full(at));
        }
        if self.peek() != Some(b'"') {
            return Err(self.lost(at, "a key in quotes must stand here"));
        }
        let (key, _) = self.string(at)?;
        self.blanks();
        if !self.eat(b':') {
            return Err(self.lost(at, "a colon must stand behind the key"));
        }
        self.blanks();
        let known = shape.by_key(key.of(self.bytes), *hint);
        let Some((slot, field)) = known.or_else(|| self.snake_case(shape, at, key)) else {
            return self.unknown(shape, at, key);
        };
        if *seen & (1 << slot) != 0 {
            let place = Place {
                at,
                tail: Tail::Name(field.name),
                span: key,
            };
            self.found.add(Code::JsonDuplicateKey, place, || {
                format!("{:?} stands twice in this object", field.name.text())
            });
        }
        *seen |= 1 << slot;
        *hint = slot + 1;
        self.field(field, at)
    }

    /// Reads a field's value, or its list of them.
    fn field(&mut self, field: &'static Field, parent: At) -> Result<(), Lost> {
        if !field.repeated {
            return self.single(field, parent, NO_INDEX);
        }
        match self.peek() {
            Some(b'[') => self.list(field, parent),
            Some(b'n') if self.is_null() => self.absent(field, parent),
            Some(b'{') if field.kind == Kind::Message(Shape::KeyValue) => {
                self.attribute_map(field, parent)
            }
            _ => self.lone(field, parent),
        }
    }

    /// Reads the elements of a list, whose bracket comes next.
    fn list(&mut self, field: &'static Field, parent: At) -> Result<(), Lost> {
        self.at += 1;
        self.blanks();
        if self.eat(b']') {
            return Ok(());
        }
        let mut index = 0;
        loop {
            if self.tree.is_full() {
                return Err(self.full(parent));
            }
            if self.is_null() {
                self.null_element(field, parent, index)?;
            } else {
                self.single(field, parent, index)?;
            }
            index = index.saturating_add(1);
            if !self.goes_on(b']', parent)? {
                return Ok(());
            }
        }
    }

    /// Reads one value.
    fn single(&mut self, field: &'static Field, parent: At, index: u32) -> Result<(), Lost> {
        match field.kind {
            Kind::Message(shape) => match self.peek() {
                Some(b'{') => {
                    let span = Span::new(self.at, self.at);
                    let at = self.tree.push(parent, field.name, index, span);
                    self.tree.hold(at, Held::Message);
                    self.message(shape.message(), at)?;
                    let room = (&mut *self.tree, &mut *self.found);
                    meaning::closed(self.case.as_mut(), room, self.bytes, at);
                    Ok(())
                }
                Some(b'n') if self.is_null() => self.absent(field, parent),
                _ if shape == Shape::AnyValue => self.plain_value(field, parent, index),
                _ => self.wrong_type(field, parent, index, "an object"),
            },
            kind => self.scalar(field, kind, parent, index),
        }
    }

    /// Passes what stands between two members or elements; whether another one follows.
    fn goes_on(&mut self, close: u8, at: At) -> Result<bool, Lost> {
        self.blanks();
        if self.eat(close) {
            return Ok(false);
        }
        let comma = self.at;
        if !self.eat(b',') {
            return Err(self.lost(at, "a comma or a closing bracket must stand here"));
        }
        self.blanks();
        if self.peek() != Some(close) {
            return Ok(true);
        }
        self.trailing_comma(comma, at);
        self.at += 1;
        Ok(false)
    }

    /// This place, within a node.
    fn here(&self, at: At) -> Place {
        let end = (self.at + 1).min(self.bytes.len());
        Place {
            at,
            tail: Tail::None,
            span: Span::new(self.at.min(end), end),
        }
    }

    /// Notes that there are too many nodes to go on.
    #[cold]
    fn full(&mut self, at: At) -> Lost {
        let place = self.here(at);
        self.found.add(Code::NotChecked, place, || {
            "this record has too many values: from here on, nothing of the request was checked"
                .to_owned()
        });
        Lost
    }

    /// Notes JSON that cannot be followed.
    #[cold]
    fn lost(&mut self, at: At, expected: &str) -> Lost {
        let ended = self.at >= self.bytes.len();
        let place = self.here(at);
        self.found.add(Code::JsonSyntax, place, || {
            if ended {
                "the JSON ends here, in the middle of a value".to_owned()
            } else {
                expected.to_owned()
            }
        });
        Lost
    }
}
