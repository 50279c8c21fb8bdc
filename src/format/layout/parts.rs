//! Where the captures of a pattern lie in a line, for those who show it.
//!
//! Turns a line into its parts, in the order of the line. Not for the hot path: it allocates.

use std::ops::Range;

use crate::format::layout::{Captures, Layout, Span, Target};
use crate::format::timestamp::Zone;

/// What a part of a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// When it happened.
    Time,
    /// How severe it is.
    Level,
    /// The logger.
    Scope,
    /// The message.
    Body,
    /// An attribute, or an id of a trace.
    Attribute,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it says.
    pub role: Role,
    /// The name of what it becomes: `time`, `body`, an attribute's key.
    pub name: String,
    /// Its bytes.
    pub range: Range<usize>,
}

impl Layout {
    /// Where the captures lie in `line`; empty when the line does not fit.
    pub fn parts(&self, line: &[u8], zone: &mut Zone) -> Vec<Part> {
        let mut captures = Captures::EMPTY;
        if !self.matches(line, zone, &mut captures) {
            return Vec::new();
        }
        let fields = self.fields.iter().zip(&captures.spans);
        let fixed = [
            (Role::Time, "time", captures.stamp),
            (Role::Level, "level", captures.level),
        ];
        let mut parts: Vec<Part> = fields
            .filter_map(|(field, span)| {
                let (role, name) = named(&field.target)?;
                part(role, name, *span)
            })
            .chain(
                fixed
                    .into_iter()
                    .filter_map(|(role, name, span)| part(role, name, span)),
            )
            .collect();
        parts.sort_by_key(|part| part.range.start);
        parts
    }
}

fn part(role: Role, name: &str, span: Span) -> Option<Part> {
    (span != Span::ABSENT).then(|| Part {
        role,
        name: name.to_owned(),
        range: span.start as usize..span.end as usize,
    })
}

fn named(target: &Target) -> Option<(Role, &str)> {
    Some(match target {
        Target::Body => (Role::Body, "body"),
        Target::Scope | Target::App => (Role::Scope, "scope"),
        Target::Service(key) => (Role::Attribute, *key),
        Target::TraceId => (Role::Attribute, "trace_id"),
        Target::SpanId => (Role::Attribute, "span_id"),
        Target::Attribute(key) => (Role::Attribute, key),
        Target::Nothing => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[track_caller]
    fn check(pattern: &str, line: &str, expected: &[(&str, &str)]) {
        let layout = Layout::compile("mine", pattern.to_owned()).unwrap();
        let parts = layout.parts(line.as_bytes(), &mut Zone::new(TimeZone::UTC));
        let found: Vec<_> = parts
            .iter()
            .map(|part| (part.name.as_str(), line.get(part.range.clone()).unwrap()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_capture_of_a_line_is_found_in_its_order() {
        check(
            "{level} {time} [{thread}]{? {trace_id}} {_} {scope} - {body}",
            "INFO 2026-11-20 09:00:00 [main] x app.Cart - saved two",
            &[
                ("level", "INFO"),
                ("time", "2026-11-20 09:00:00"),
                ("thread.name", "main"),
                ("scope", "app.Cart"),
                ("body", "saved two"),
            ],
        );
    }

    #[test]
    fn a_line_that_does_not_fit_has_no_parts() {
        check("{time} {body}", "no time here", &[]);
    }
}
