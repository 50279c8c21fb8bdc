//! Key names that a user gives for the parts of a structured record, beside those that are known.
//!
//! A name is a key as it stands, or a dotted path into nested objects: `event.created` finds the member `created` of the
//! object `event`. What a user names comes before everything that we would have taken ourselves.

/// The keys that a user names, in no order: the first one that a record holds with a fitting value is taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldMap {
    /// Keys of the record's time.
    pub time: Vec<String>,
    /// Keys of its level.
    pub level: Vec<String>,
    /// Keys of its message.
    pub message: Vec<String>,
    /// Keys of its logger.
    pub scope: Vec<String>,
}

/// The part of a record that a user's key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Time,
    Level,
    Message,
    Scope,
}

impl FieldMap {
    /// Whether the user named nothing, as most do.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
            && self.level.is_empty()
            && self.message.is_empty()
            && self.scope.is_empty()
    }

    /// What the user says about a key.
    pub(crate) fn part(&self, key: &str) -> Option<Part> {
        self.names()
            .find(|(name, _)| *name == key)
            .map(|(_, part)| part)
    }

    /// The paths that lead into the object of this key, without the key itself.
    pub(crate) fn paths<'f>(&'f self, key: &'f str) -> impl Iterator<Item = (&'f str, Part)> {
        self.names().filter_map(move |(name, part)| {
            let path = name.strip_prefix(key)?.strip_prefix('.')?;
            Some((path, part))
        })
    }

    fn names(&self) -> impl Iterator<Item = (&str, Part)> {
        [
            (&self.time, Part::Time),
            (&self.level, Part::Level),
            (&self.message, Part::Message),
            (&self.scope, Part::Scope),
        ]
        .into_iter()
        .flat_map(|(names, part)| names.iter().map(move |name| (name.as_str(), part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_key_or_a_path_into_its_object() {
        let fields = FieldMap {
            time: vec!["when".to_owned(), "event.created".to_owned()],
            level: vec!["event.how.bad".to_owned()],
            ..FieldMap::default()
        };
        assert!(!fields.is_empty() && FieldMap::default().is_empty());
        assert_eq!(fields.part("when"), Some(Part::Time));
        assert_eq!(fields.part("event.created"), Some(Part::Time));
        assert_eq!(fields.part("event"), None);
        let paths: Vec<_> = fields.paths("event").collect();
        assert_eq!(paths, [("created", Part::Time), ("how.bad", Part::Level)]);
        assert_eq!(fields.paths("even").count(), 0);
    }
}
