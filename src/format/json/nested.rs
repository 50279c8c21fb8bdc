//! Objects inside a record some of whose members have roles: `log: {level, logger}`, `fields: {message, …}`, `mdc: {traceId, …}`.
//!
//! What has a role is taken out; the rest stays together under the object's key. A user's paths reach into any object.

use std::borrow::Cow;

use crate::format::fields::{FieldMap, Part};
use crate::format::json::keys::{self, Container, Role};
use crate::format::json::roles::{Hints, Roles};
use crate::record::{Attribute, Record, Value};

impl<'a> Roles<'_, 'a> {
    pub(super) fn take_nested(
        &mut self,
        record: &mut Record<'a>,
        container: Container,
        key: &Cow<'a, str>,
        value: Value<'a>,
    ) -> Result<(), Value<'a>> {
        match (container, value) {
            (Container::Context | Container::Properties, Value::Map(mut members)) => {
                self.take_ids(record, &mut members);
                self.take_members(record, container, members)
            }
            (Container::Record, Value::Map(members)) if !is_loguru(&members) => {
                Err(Value::Map(members))
            }
            (_, Value::Map(members)) => self.take_members(record, container, members),
            (Container::Scopes, Value::Array(scopes)) => self.take_scopes(record, scopes),
            // Docker's and Fluent Bit's whole line.
            (Container::Log, text @ Value::Text(_)) => {
                self.give(record, Role::Message(5), key, text)
            }
            (_, value) => Err(value),
        }
    }

    /// Gives the members that have roles to them.
    pub(super) fn take_members(
        &mut self,
        record: &mut Record<'a>,
        container: Container,
        mut members: Vec<Attribute<'a>>,
    ) -> Result<(), Value<'a>> {
        let mut took = false;
        for member in &mut members {
            let Some((role, path)) = member_role(container, &member.key) else {
                continue;
            };
            let value = std::mem::take(&mut member.value);
            match self.give(record, role, &Cow::Borrowed(path), value) {
                // A key is never empty: so the members that are gone are marked.
                Ok(()) => (took, member.key) = (true, Cow::Borrowed("")),
                Err(value) => member.value = value,
            }
        }
        if took {
            members.retain(|member| !member.key.is_empty());
        }
        if took && container == Container::Scope {
            self.hints.add(Hints::MODEL);
        }
        if took && members.is_empty() {
            Ok(())
        } else {
            Err(Value::Map(members))
        }
    }

    /// The scopes of .NET's console: they stay, but their trace is the record's.
    fn take_scopes(
        &mut self,
        record: &mut Record<'a>,
        mut scopes: Vec<Value<'a>>,
    ) -> Result<(), Value<'a>> {
        for scope in &mut scopes {
            if let Value::Map(members) = scope {
                self.take_ids(record, members);
            }
        }
        Err(Value::Array(scopes))
    }

    /// Takes what a user's paths find in an object, and the rest by the role of its key.
    pub(crate) fn take_reached(
        &mut self,
        record: &mut Record<'a>,
        fields: &FieldMap,
        key: Cow<'a, str>,
        mut value: Value<'a>,
    ) {
        for (path, part) in fields.paths(&key) {
            let full = Cow::Owned(format!("{key}.{path}"));
            self.reach(record, path, (part, &full), &mut value);
        }
        if value != Value::Map(Vec::new()) {
            self.take(record, keys::role(&key), key, value);
        }
    }

    /// Follows a path: the whole rest of it is a member's key, or its first part is and leads on.
    fn reach(
        &mut self,
        record: &mut Record<'a>,
        path: &str,
        wanted: (Part, &Cow<'a, str>),
        value: &mut Value<'a>,
    ) {
        let (mut value, mut path) = (value, path);
        loop {
            let Value::Map(members) = value else {
                return;
            };
            if let Some(at) = members.iter().position(|member| member.key == path) {
                let found = std::mem::take(&mut members[at].value);
                match self.give(record, keys::role_of(wanted.0), wanted.1, found) {
                    Ok(()) => {
                        members.remove(at);
                    }
                    Err(back) => members[at].value = back,
                }
                return;
            }
            let Some((first, rest)) = path.split_once('.') else {
                return;
            };
            let Some(at) = members.iter().position(|member| member.key == first) else {
                return;
            };
            (value, path) = (&mut members[at].value, rest);
        }
    }
}

/// The role of a container's member, and the path by which an attribute is called when a better one takes its place.
fn member_role(container: Container, key: &str) -> Option<(Role, &'static str)> {
    Some(match (container, key) {
        (Container::Fields, "message") => (Role::Message(3), "fields.message"),
        (Container::Log, "level") => (Role::Level(1), "log.level"),
        (Container::Log, "logger") => (Role::Scope(1), "log.logger"),
        (Container::Syslog, "severity") => (Role::Level(3), "syslog.severity"),
        (Container::Syslog, "timestamp") => (Role::Time(3), "syslog.timestamp"),
        (Container::Record, "level") => (Role::Level(1), "record.level"),
        (Container::Record, "message") => (Role::Message(3), "record.message"),
        (Container::Record, "name") => (Role::Scope(3), "record.name"),
        (Container::Record, "time") => (Role::Time(1), "record.time"),
        (Container::Record, "exception") => (Role::Error, "record.exception"),
        (Container::Payload, "message") => (Role::Message(3), "jsonPayload.message"),
        (Container::Payload, "msg") => (Role::Message(3), "jsonPayload.msg"),
        (Container::Payload, "logger") => (Role::Scope(3), "jsonPayload.logger"),
        (Container::Payload, "level") => (Role::Level(4), "jsonPayload.level"),
        (Container::Context, "exception") => (Role::Error, "context.exception"),
        (Container::Properties, "SourceContext") => (Role::Scope(2), "Properties.SourceContext"),
        (Container::Scope, "name" | "Name") => (Role::Scope(1), "scope.name"),
        (Container::Trace, "id") => (Role::TraceId, "trace.id"),
        (Container::Span, "id") => (Role::SpanId, "span.id"),
        _ => return None,
    })
}

/// loguru's record is told by two members that it always has.
fn is_loguru(members: &[Attribute<'_>]) -> bool {
    let has = |key: &str| members.iter().any(|member| member.key == key);
    has("elapsed") && has("level")
}
