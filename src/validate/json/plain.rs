//! Plain JSON where an `AnyValue` or a list of attributes belongs, and the edits that give each value its type.
//!
//! The repair puts text in around the values and takes none of them away, so it works at any depth and keeps the layout.

use super::{DEPTH_MAX, Lost, Reader};
use crate::validate::FixMode;
use crate::validate::found::{Edit, Edits, Found, Place, Tail};
use crate::validate::rules::Code;
use crate::validate::schema::{Field, Shape};
use crate::validate::tree::{At, Held, NO_INDEX, Span};

/// The edits that type a value.
struct Typed {
    list: Edits,
    /// Whether a part of it has no type that would keep it.
    unsure: bool,
}

impl Typed {
    fn new(found: &Found) -> Typed {
        Typed {
            list: found.edits_of_one(),
            unsure: false,
        }
    }

    /// All of them, or none.
    fn sure(self) -> Vec<Edit> {
        if self.unsure {
            Vec::new()
        } else {
            self.list.into_vec()
        }
    }
}

/// The type of a plain number.
enum NumberType {
    Int,
    Double,
}

/// The type that keeps a number as it is; none where each would change it.
fn number_type(text: &str) -> Option<NumberType> {
    let is_integer = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_integer && text != "-0" {
        return text.parse::<i64>().ok().map(|_| NumberType::Int);
    }
    let number = text.parse::<f64>().ok()?;
    number.is_finite().then_some(NumberType::Double)
}

impl Reader<'_> {
    /// Notes a plain value where an `AnyValue` belongs.
    #[cold]
    pub(super) fn plain_value(
        &mut self,
        field: &'static Field,
        parent: At,
        index: u32,
    ) -> Result<(), Lost> {
        let start = self.at;
        let met = self.met();
        let at = self
            .tree
            .push(parent, field.name, index, Span::new(start, start));
        self.tree.hold(at, Held::Broken);
        let mut edits = Typed::new(self.found);
        self.typed(at, &mut edits, 0)?;
        let span = Span::new(start, self.at);
        self.tree.place(at, span);
        let place = Place {
            at,
            tail: Tail::None,
            span,
        };
        self.found.add_with(
            Code::ValuePlain,
            place,
            || format!("{met} stands where an AnyValue belongs"),
            || edits.sure(),
        );
        Ok(())
    }

    /// Notes attributes that are written as an object.
    #[cold]
    pub(super) fn attribute_map(&mut self, field: &'static Field, parent: At) -> Result<(), Lost> {
        if self.is_pair() {
            return self.lone(field, parent);
        }
        let start = self.at;
        let at = self
            .tree
            .push(parent, field.name, NO_INDEX, Span::new(start, start));
        let mut edits = Typed::new(self.found);
        self.listed(at, &mut edits, 0)?;
        let span = Span::new(start, self.at);
        self.tree.place(at, span);
        let place = Place {
            at,
            tail: Tail::None,
            span,
        };
        self.found.add_with(
            Code::AttributesMap,
            place,
            || format!("{:?} must be a list of keys with values", field.name.text()),
            || edits.sure(),
        );
        Ok(())
    }

    /// Passes a plain value, and tells how it becomes an `AnyValue`.
    fn typed(&mut self, at: At, edits: &mut Typed, depth: usize) -> Result<(), Lost> {
        let start = Span::new(self.at, self.at).start;
        let (open, close) = match self.peek() {
            Some(b'"') => ("{\"stringValue\":", "}"),
            Some(b't' | b'f') => ("{\"boolValue\":", "}"),
            Some(b'n') if self.is_null() => ("{", "}"),
            Some(b'[') => ("{\"arrayValue\":{\"values\":", "}}"),
            Some(b'{') => ("{\"kvlistValue\":{\"values\":", "}}"),
            _ => return self.typed_number(at, edits),
        };
        if self.is_null() {
            if !self.word("null") {
                return Err(self.lost(at, "a value must stand here"));
            }
            edits.list.push(Edit::replace(
                Span {
                    start,
                    end: start + 4,
                },
                "{}",
            ));
            return Ok(());
        }
        edits.list.push(Edit::insert(start, open));
        match self.peek() {
            Some(b'[') if depth < DEPTH_MAX => self.elements(at, edits, depth + 1)?,
            Some(b'{') if depth < DEPTH_MAX => self.listed(at, edits, depth + 1)?,
            _ => self.skip(at)?,
        }
        edits
            .list
            .push(Edit::insert(Span::new(0, self.at).end, close));
        Ok(())
    }

    fn typed_number(&mut self, at: At, edits: &mut Typed) -> Result<(), Lost> {
        let start = self.at;
        let Some(span) = self.number() else {
            return self.typed_word(at, edits);
        };
        let text = std::str::from_utf8(span.of(self.bytes)).unwrap_or_default();
        let (open, close) = match number_type(text) {
            Some(NumberType::Int) => ("{\"intValue\":\"", "\"}"),
            Some(NumberType::Double) => ("{\"doubleValue\":", "}"),
            None => {
                edits.unsure = true;
                return Ok(());
            }
        };
        edits
            .list
            .push(Edit::insert(Span::new(start, start).start, open));
        edits.list.push(Edit::insert(span.end, close));
        Ok(())
    }

    /// Passes `NaN` or an infinity. Its type and its quotes are one repair: the quotes alone would make a text of it.
    fn typed_word(&mut self, at: At, edits: &mut Typed) -> Result<(), Lost> {
        let start = self.at;
        let Some((_, right)) = self.not_finite_word() else {
            return self.skip(at);
        };
        let span = Span::new(start, self.at);
        let edit = Edit::replace(span, format!("{{\"doubleValue\":\"{right}\"}}"));
        let place = Place {
            at,
            tail: Tail::None,
            span,
        };
        let told = (self.found.fix == FixMode::Nothing).then(|| edit.clone());
        self.found.add_with(
            Code::JsonNotFinite,
            place,
            || format!("{right} must be written in quotes"),
            || told.into_iter().collect(),
        );
        edits.list.push(edit);
        Ok(())
    }

    fn elements(&mut self, at: At, edits: &mut Typed, depth: usize) -> Result<(), Lost> {
        self.at += 1;
        self.blanks();
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.typed(at, edits, depth)?;
            if !self.goes_on(b']', at)? {
                return Ok(());
            }
        }
    }

    /// Passes an object, and tells how it becomes a list of `KeyValue`s. Values that are `AnyValue`s already are left.
    fn listed(&mut self, at: At, edits: &mut Typed, depth: usize) -> Result<(), Lost> {
        let brace = |at: usize| Span::new(at, at + 1);
        edits.list.push(Edit::replace(brace(self.at), "["));
        self.at += 1;
        self.blanks();
        if self.eat(b'}') {
            edits.list.push(Edit::replace(brace(self.at - 1), "]"));
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.lost(at, "a key in quotes must stand here"));
            }
            edits
                .list
                .push(Edit::insert(Span::new(self.at, self.at).start, "{\"key\":"));
            self.string(at)?;
            self.blanks();
            if !self.eat(b':') {
                return Err(self.lost(at, "a colon must stand behind the key"));
            }
            edits
                .list
                .push(Edit::replace(brace(self.at - 1), ",\"value\":"));
            self.blanks();
            if self.is_any_value() {
                self.skip(at)?;
            } else {
                self.typed(at, edits, depth)?;
            }
            edits
                .list
                .push(Edit::insert(Span::new(0, self.at).end, "}"));
            if !self.goes_on(b'}', at)? {
                edits.list.push(Edit::replace(brace(self.at - 1), "]"));
                return Ok(());
            }
        }
    }

    /// Whether an object comes next whose first key is that of an `AnyValue`.
    fn is_any_value(&self) -> bool {
        self.next_key()
            .is_some_and(|key| Shape::AnyValue.by_key(key).is_some())
    }

    /// Whether a single `KeyValue` comes next.
    fn is_pair(&self) -> bool {
        self.next_key() == Some(b"key")
    }

    /// The first key of the object that comes next.
    fn next_key(&self) -> Option<&[u8]> {
        let rest = self.bytes.get(self.at..)?;
        let inside = rest.strip_prefix(b"{")?.trim_ascii_start();
        let key = inside.strip_prefix(b"\"")?;
        key.split(|byte| *byte == b'"').next()
    }
}
