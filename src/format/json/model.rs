//! Records that have the fields of OpenTelemetry's own data model, as the console exporters of its SDKs print them.
//!
//! Their attributes are the record's attributes. Go's exporter writes each value with its type, and attributes as a list.

use crate::format::json::roles::{Hints, Roles};
use crate::record::{Attribute, Record, Value};

impl<'a> Roles<'_, 'a> {
    /// Lifts `Attributes` and `EventName` of the data model into the record.
    pub(super) fn lift_model_fields(&mut self, record: &mut Record<'a>) {
        let mut take = |names: [&str; 3]| {
            let at = record
                .attributes
                .iter()
                .position(|attribute| names.contains(&&*attribute.key))?;
            Some(record.attributes.remove(at))
        };
        let event_name = take(["eventName", "EventName", "event_name"]);
        let attributes = take(["attributes", "Attributes", "attributes"]);
        match event_name {
            Some(Attribute {
                value: Value::Text(name),
                ..
            }) => record.event_name = name,
            Some(other) => self.push(record, other.key, other.value),
            None => {}
        }
        let Some(attributes) = attributes else {
            return;
        };
        match members(attributes.value) {
            Ok(members) => {
                for member in members {
                    self.push(record, member.key, member.value);
                }
            }
            Err(value) => self.push(record, attributes.key, value),
        }
    }

    /// The value of Go's `{"Type": "String", "Value": "…"}`.
    pub(super) fn unwrapped(&mut self, value: Value<'a>) -> Value<'a> {
        match value {
            Value::Map(mut typed) if is_typed(&typed) => {
                self.hints.add(Hints::MODEL);
                typed.pop().map_or(Value::Empty, |member| member.value)
            }
            other => other,
        }
    }
}

fn is_typed(members: &[Attribute<'_>]) -> bool {
    matches!(members, [first, second] if first.key == "Type" && second.key == "Value")
}

/// The attributes of an object, or of Go's list of keys and values.
fn members(value: Value<'_>) -> Result<Vec<Attribute<'_>>, Value<'_>> {
    match value {
        Value::Map(members) => Ok(members),
        Value::Array(items) if items.iter().all(is_pair) => {
            Ok(items.into_iter().filter_map(pair).collect())
        }
        other => Err(other),
    }
}

fn is_pair(item: &Value<'_>) -> bool {
    match item {
        Value::Map(members) => {
            matches!(&**members, [key, value] if key.key == "Key" && value.key == "Value" && matches!(key.value, Value::Text(_)))
        }
        _ => false,
    }
}

fn pair(item: Value<'_>) -> Option<Attribute<'_>> {
    let Value::Map(mut members) = item else {
        return None;
    };
    let value = match members.pop()?.value {
        Value::Map(mut typed) if is_typed(&typed) => typed.pop()?.value,
        other => other,
    };
    match members.pop()?.value {
        Value::Text(key) => Some(Attribute { key, value }),
        _ => None,
    }
}
