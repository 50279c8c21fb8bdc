//! Rules about attributes and the values in them.

use std::collections::HashSet;

use super::Judge;
use super::conventions::{self, Wanted, fingerprint};
use crate::base::secret::looks::looks_secret;
use crate::otlp::Encoding;
use crate::validate::found::{Edit, Place};
use crate::validate::json::quoted;
use crate::validate::rules::Code;
use crate::validate::schema::Name;
use crate::validate::tree::{At, Held, Span};

/// Keys that are compared one by one; more go through a set.
const COMPARED_MAX: usize = 16;

/// A name that old keys of one list get.
struct NewName {
    name: &'static str,
    print: u64,
    /// Keys that have it, or would get it.
    count: usize,
}

impl Judge<'_> {
    /// Looks at the attributes of a node.
    pub(super) fn attributes(&mut self, of: At, list: Name) {
        let tree = self.tree;
        self.keys.clear();
        for (attribute, node) in tree.children(of) {
            if node.name == list && node.held == Held::Message {
                self.attribute(attribute);
            }
        }
        self.attribute_count(of);
        if !self.renamed.is_empty() {
            self.old_names();
        }
        self.duplicates();
    }

    fn attribute(&mut self, at: At) {
        let tree = self.tree;
        let (mut key, mut value) = (None, None);
        for (child, node) in tree.children(at) {
            match node.name {
                Name::Key => key = Some((child, node)),
                Name::Value => value = Some((child, node)),
                _ => {}
            }
        }
        if let Some((value, node)) = value
            && node.held == Held::Message
        {
            self.any_value(value);
        }
        match key {
            Some((_, node)) if node.held == Held::Broken => return,
            Some((key, node)) if node.span.start < node.span.end => {
                self.key(key, node.span, value.map(|(value, _)| value));
            }
            _ => {
                let place = self.place_of(at, key, Name::Key);
                self.found.add(Code::AttributeKeyEmpty, place, || {
                    "an attribute has no key".to_owned()
                });
            }
        }
        let empty = value.is_none_or(|(value, node)| self.is_empty(value, node));
        if empty {
            let place = self.place_of(at, value, Name::Value);
            self.found.add(Code::ValueEmpty, place, || {
                "the attribute has an empty value".to_owned()
            });
        }
    }

    /// Looks at a key, and at the value under it.
    fn key(&mut self, at: At, span: Span, value: Option<At>) {
        let bytes = span.of(self.bytes);
        let print = match self.tree.node(at).held {
            Held::Escaped => fingerprint(self.tree.text(at, self.bytes).as_bytes()),
            _ => fingerprint(bytes),
        };
        self.keys.push((at, print));
        if let Some(value) = value {
            self.convention((at, bytes, print), value);
            self.secret(bytes, value);
            self.value_limit(bytes, value);
        }
    }

    /// Whether two texts are the same, however they are escaped.
    fn same_text(&self, one: At, other: At) -> bool {
        let (left, right) = (self.tree.node(one), self.tree.node(other));
        if left.held == Held::Text && right.held == Held::Text {
            return left.span.of(self.bytes) == right.span.of(self.bytes);
        }
        self.tree.text(one, self.bytes) == self.tree.text(other, self.bytes)
    }

    #[cold]
    fn duplicate(&mut self, at: At) {
        let place = self.whole(at);
        let key = quoted(place.span.of(self.bytes));
        self.found.add(Code::AttributeKeyDuplicate, place, || {
            format!("{key} was used before")
        });
    }

    /// Looks for keys that were used before, among those that were gathered.
    fn duplicates(&mut self) {
        let keys = std::mem::take(self.keys);
        if keys.len() > COMPARED_MAX {
            let mut seen = HashSet::new();
            for (key, _) in &keys {
                if !seen.insert(self.tree.text(*key, self.bytes)) {
                    self.duplicate(*key);
                }
            }
        } else {
            for (index, (key, print)) in keys.iter().enumerate() {
                let mut before = keys.iter().take(index);
                if before.any(|(other, mark)| mark == print && self.same_text(*other, *key)) {
                    self.duplicate(*key);
                }
            }
        }
        *self.keys = keys;
    }

    /// A well-known key: whether it has a new name, and a value of its type.
    fn convention(&mut self, (at, key, print): (At, &[u8], u64), value: At) {
        let Some(known) = conventions::known(key, print) else {
            return;
        };
        if let Some(new) = known.new_name {
            self.renamed.push((at, new));
        }
        let member = self.tree.children(value).next().map(|(_, node)| node.name);
        let right = match (known.wanted, member) {
            (_, None) => true,
            (Wanted::Text, Some(name)) => name == Name::StringValue,
            (Wanted::Int, Some(name)) => name == Name::IntValue,
            (Wanted::Bool, Some(name)) => name == Name::BoolValue,
            (Wanted::Texts, Some(name)) => name == Name::ArrayValue,
        };
        if !right {
            let place = self.whole(value);
            self.found.add(Code::AttributeType, place, || {
                let met = member.map_or("", Name::text);
                format!("{} is {}, not {met}", quoted(key), known.wanted.text())
            });
        }
    }

    /// Notes the old names that were gathered. One is repaired only where no other key has the new name, or gets it too.
    #[cold]
    fn old_names(&mut self) {
        let renamed = std::mem::take(&mut self.renamed);
        let names = self.new_names(&renamed);
        for (at, new) in renamed {
            let is_free = names.iter().any(|it| it.name == new && it.count == 1);
            let is_mended = is_free && self.encoding == Encoding::Json;
            let place = self.whole(at);
            let key = quoted(place.span.of(self.bytes));
            let edit = is_mended.then(|| Edit::replace(place.span, new));
            self.found.add_with(
                Code::AttributeDeprecated,
                place,
                || format!("{key} is now {new:?}"),
                || edit.into_iter().collect(),
            );
        }
    }

    /// The new names, and how many keys of the list have each or would get it. There are no more of them than the table has.
    fn new_names(&self, renamed: &[(At, &'static str)]) -> Vec<NewName> {
        let mut names: Vec<NewName> = Vec::new();
        for (_, new) in renamed {
            match names.iter_mut().find(|it| it.name == *new) {
                Some(known) => known.count += 1,
                None => names.push(NewName {
                    name: new,
                    print: fingerprint(new.as_bytes()),
                    count: 1,
                }),
            }
        }
        for (key, print) in self.keys.iter() {
            let same = names.iter_mut().find(|it| it.print == *print);
            if let Some(known) = same.filter(|it| self.tree.text(*key, self.bytes) == it.name) {
                known.count += 1;
            }
        }
        names
    }

    fn secret(&mut self, key: &[u8], value: At) {
        let Some((at, node)) = self.tree.children(value).next() else {
            return;
        };
        if matches!(node.held, Held::Text | Held::Escaped)
            && looks_secret(key, node.span.of(self.bytes))
        {
            let place = self.whole(at);
            self.found.add(Code::SecretLike, place, || {
                format!("the value of {} looks like a secret", quoted(key))
            });
        }
    }

    /// One value: that it is one, and those within it.
    pub(super) fn any_value(&mut self, at: At) {
        let tree = self.tree;
        let mut members = tree.children(at);
        let Some((first, node)) = members.next() else {
            return;
        };
        if let Some((second, _)) = members.next() {
            let place = self.whole(second);
            self.two_members(place, "an AnyValue");
        }
        match node.name {
            Name::ArrayValue => {
                for value in tree.named(first, Name::Values) {
                    if tree.node(value).held == Held::Message {
                        self.any_value(value);
                    }
                }
            }
            Name::KvlistValue => {
                for pair in tree.named(first, Name::Values) {
                    if let Some(value) = tree.child(pair, Name::Value)
                        && tree.node(value).held == Held::Message
                    {
                        self.any_value(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Notes a second one of alternatives.
    #[cold]
    pub(super) fn two_members(&mut self, place: Place, of: &str) {
        self.found.add(Code::ValueTwoMembers, place, || {
            format!("{of} has one value, and this is another one")
        });
    }
}
