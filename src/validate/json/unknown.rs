//! Keys that the schema does not know, and values that are missing or of the wrong kind.

use super::{Lost, Reader};
use crate::base::spelling::nearest;
use crate::validate::found::{Edit, Place, Tail};
use crate::validate::rules::Code;
use crate::validate::schema::{Field, Kind, Message, Shape};
use crate::validate::top::signal_of_key;
use crate::validate::tree::{At, Held, NO_INDEX, ROOT, Span};

/// Longest piece of the input that a message quotes.
const QUOTED_MAX: usize = 60;

impl Reader<'_> {
    /// The field that a key in snake case means; it is read as if it were right.
    #[cold]
    pub(super) fn snake_case(
        &mut self,
        shape: &'static Message,
        at: At,
        key: Span,
    ) -> Option<(usize, &'static Field)> {
        let text = std::str::from_utf8(key.of(self.bytes)).ok()?;
        let (slot, field) = shape.by_original_name(text)?;
        let place = Place {
            at,
            tail: Tail::Key(key),
            span: key,
        };
        let right = field.name.text();
        self.found.add_with(
            Code::KeySnakeCase,
            place,
            || format!("{} must be {right:?}", quoted(text.as_bytes())),
            || vec![Edit::replace(key, right)],
        );
        Some((slot, field))
    }

    /// Notes a key without a field, and passes its value. The keys of the outermost object are told about together.
    #[cold]
    pub(super) fn unknown(
        &mut self,
        shape: &'static Message,
        at: At,
        key: Span,
    ) -> Result<(), Lost> {
        let place = Place {
            at,
            tail: Tail::Key(key),
            span: key,
        };
        let other = signal_of_key(key.of(self.bytes));
        if at == ROOT && other.is_some() {
            self.found.add(Code::WrongSignal, place, || {
                "one request carries one signal".to_owned()
            });
        } else {
            let text = String::from_utf8_lossy(key.of(self.bytes)).into_owned();
            self.found.add(Code::UnknownField, place, || {
                let meant = meant(shape, &text);
                let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
                format!("there is no field {}{meant}", quoted(text.as_bytes()))
            });
        }
        self.skip(at)
    }

    /// Notes a `null`: as the default of a field it means nothing, in an `AnyValue` it loses the value.
    pub(super) fn absent(&mut self, field: &'static Field, parent: At) -> Result<(), Lost> {
        let start = self.at;
        if !self.word("null") {
            return Err(self.lost(parent, "a value must stand here"));
        }
        let span = Span::new(start, self.at);
        let holder = self.tree.node(parent);
        let in_value = matches!(holder.name.text(), "value" | "body" | "values");
        let loses = in_value || matches!(field.kind, Kind::Message(Shape::AnyValue));
        if !loses {
            if field.kind == Kind::Double {
                self.null_double(field, parent, span);
            }
            return Ok(());
        }
        if field.kind == Kind::Double {
            let null = self.tree.push(parent, field.name, NO_INDEX, span);
            self.tree.hold(null, Held::Null);
            self.null_double(field, parent, span);
            return Ok(());
        }
        let place = Place {
            at: parent,
            tail: Tail::Name(field.name),
            span,
        };
        let null = self.tree.push(parent, field.name, NO_INDEX, span);
        self.tree.hold(null, Held::Null);
        let edit = self.null_repair(field, span);
        self.found.add_with(
            Code::NullValue,
            place,
            || format!("{:?} is null, so the value is lost", field.name.text()),
            || edit.into_iter().collect(),
        );
        Ok(())
    }

    fn null_double(&mut self, field: &'static Field, parent: At, span: Span) {
        let place = Place {
            at: parent,
            tail: Tail::Name(field.name),
            span,
        };
        self.found.add_with(
            Code::NullDouble,
            place,
            || format!("{:?} must be a number", field.name.text()),
            || vec![Edit::replace(span, "\"NaN\"")],
        );
    }

    /// Takes the member out, with one of the commas around it.
    fn null_repair(&self, field: &'static Field, span: Span) -> Option<Edit> {
        if matches!(field.kind, Kind::Message(_)) {
            return Some(Edit::replace(span, "{}"));
        }
        let before = self.bytes.get(..span.start as usize)?;
        let open = before
            .iter()
            .rposition(|byte| matches!(byte, b'{' | b','))?;
        let behind = self.bytes.get(span.end as usize..)?;
        let blanks = behind
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let comma_before = before.get(open) == Some(&b',');
        let comma_behind = behind.get(blanks) == Some(&b',');
        let start = if comma_before { open } else { open + 1 };
        let end = span.end as usize
            + if comma_behind && !comma_before {
                blanks + 1
            } else {
                0
            };
        Some(Edit::replace(Span::new(start, end), ""))
    }

    /// Notes a `null` among the elements of a list.
    pub(super) fn null_element(
        &mut self,
        field: &'static Field,
        parent: At,
        index: u32,
    ) -> Result<(), Lost> {
        let start = self.at;
        if !self.word("null") {
            return Err(self.lost(parent, "a value must stand here"));
        }
        let span = Span::new(start, self.at);
        let at = self.tree.push(parent, field.name, index, span);
        let place = Place {
            at,
            tail: Tail::None,
            span,
        };
        self.found.add(Code::NullInList, place, || {
            format!("an element of {:?} is null", field.name.text())
        });
        Ok(())
    }

    /// Notes one element without the brackets of its list, and reads it.
    #[cold]
    pub(super) fn lone(&mut self, field: &'static Field, parent: At) -> Result<(), Lost> {
        let start = self.at;
        let is_element = match field.kind {
            Kind::Message(_) => self.peek() == Some(b'{'),
            _ => self.peek() != Some(b'{'),
        };
        if is_element {
            self.single(field, parent, 0)?;
        } else {
            self.skip(parent)?;
        }
        let place = Place {
            at: parent,
            tail: Tail::Name(field.name),
            span: Span::new(start, self.at),
        };
        let (open, close) = (place.span.start, place.span.end);
        self.found.add_with(
            Code::NotAList,
            place,
            || format!("{:?} must be a list", field.name.text()),
            || {
                if is_element {
                    vec![Edit::insert(open, "["), Edit::insert(close, "]")]
                } else {
                    Vec::new()
                }
            },
        );
        Ok(())
    }

    /// Notes a value of the wrong kind, and passes it.
    #[cold]
    pub(super) fn wrong_type(
        &mut self,
        field: &'static Field,
        parent: At,
        index: u32,
        wanted: &str,
    ) -> Result<(), Lost> {
        let start = self.at;
        let met = self.met();
        let span = Span::new(start, start);
        let at = self.tree.push(parent, field.name, index, span);
        self.tree.hold(at, Held::Broken);
        self.skip(parent)?;
        let span = Span::new(start, self.at);
        self.tree.place(at, span);
        let place = Place {
            at,
            tail: Tail::None,
            span,
        };
        self.found.add(Code::WrongType, place, || {
            format!("{:?} must be {wanted}, not {met}", field.name.text())
        });
        Ok(())
    }

    /// What kind of value comes next.
    pub(super) fn met(&self) -> &'static str {
        match self.peek() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            _ => "a number",
        }
    }
}

/// The field that was probably meant.
fn meant(shape: &Message, key: &str) -> Option<String> {
    let others = [
        ("instrumentationLibrarySpans", "scopeSpans"),
        ("instrumentationLibraryLogs", "scopeLogs"),
        ("instrumentationLibraryMetrics", "scopeMetrics"),
        ("instrumentationLibrary", "scope"),
        ("traceFlags", "flags"),
        ("message", "body"),
        ("timestamp", "timeUnixNano"),
        ("severity", "severityNumber"),
        ("level", "severityText"),
        ("kvListValue", "kvlistValue"),
        ("parentId", "parentSpanId"),
        ("startTime", "startTimeUnixNano"),
        ("endTime", "endTimeUnixNano"),
    ];
    let names = || shape.fields().iter().map(|field| field.key);
    let known = |name: &&str| names().any(|known| known == *name);
    let renamed = others
        .into_iter()
        .find(|(old, new)| *old == key && known(new));
    let same = || names().find(|name| name.eq_ignore_ascii_case(key));
    let found = renamed.map(|(_, new)| new).or_else(same);
    let found = found.or_else(|| nearest(key, names()));
    found.map(|name| format!("{name:?}"))
}

/// A piece of the input in quotes, cut when it is long.
pub(in crate::validate) fn quoted(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.chars().count() <= QUOTED_MAX {
        return format!("{text:?}");
    }
    let cut: String = text.chars().take(QUOTED_MAX).collect();
    format!("{cut:?}…")
}
