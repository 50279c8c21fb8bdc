//! The first records of a head, each with the line it comes from and what lies where in it.
//!
//! The records are made by the same [`Stage`] as those that are sent. Only for showing: everything is copied.

use std::ops::Range;
use std::sync::Arc;

use crate::base::units::UnixNanos;
use crate::format::layout::parts::{Part, Role};
use crate::format::timestamp::Zone;
use crate::format::{Begin, Format, FormatKind, Parser};
use crate::otlp::Encoding;
use crate::pipeline::batch::{Batch, BatchBuilder, BatchLimits, Envelope};
use crate::pipeline::buffers::Buffers;
use crate::pipeline::clean::Cleaner;
use crate::pipeline::encode::Constants;
use crate::pipeline::group::{Group, Groups, LineLimits};
use crate::pipeline::stage::{Chunk, ChunkStats, Stage};
use crate::pipeline::veil::Veil;
use crate::record::{Record, Value};

/// A record and its line.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// Its first line, without what a container runtime or a terminal put around it.
    pub line: String,
    /// Lines below it.
    pub more_lines: usize,
    /// What lies where in the line, as far as that can be told, in its order and without overlaps.
    pub parts: Vec<Part>,
    /// The name of its scope; empty without one.
    pub scope: String,
    /// The record as OTLP/JSON.
    pub record: Vec<u8>,
}

/// The first `count` records of a head that ends with a line, and what all of it held.
pub fn previews(
    head: Vec<u8>,
    (format, zone): (&Arc<Format>, &Zone),
    limits: LineLimits,
    observed: UnixNanos,
    count: usize,
) -> (Vec<Preview>, ChunkStats) {
    let parser = || Parser::new(Arc::clone(format), zone.clone());
    let is_given = matches!(
        format.kind,
        FormatKind::OtlpJson | FormatKind::OtlpProtobuf(_)
    );
    let mut shown = if is_given {
        // A request holds any number of records, and none of them has a line.
        vec![Preview::default(); count]
    } else {
        lines(&head, parser(), limits, count)
    };
    let builder = BatchBuilder::new(
        Arc::new(Envelope::new(Encoding::Json, &[])),
        Arc::new(Constants::new(Encoding::Json, &[])),
        BatchLimits {
            records_max: count,
            encoded_bytes_max: usize::MAX,
        },
        Buffers::default(),
    );
    let chunk = Chunk {
        bytes: head,
        ..Chunk::default()
    };
    let (batches, stats) = Stage::new(parser(), builder, limits).run(&chunk, observed);
    let made = batches.first().map_or(0, Batch::record_count);
    shown.truncate(made);
    for (index, preview) in shown.iter_mut().enumerate() {
        preview.record = batches[0].record(index).to_vec();
    }
    (shown, stats)
}

/// The lines of the first records.
fn lines(head: &[u8], mut parser: Parser, limits: LineLimits, count: usize) -> Vec<Preview> {
    let mut cleaner = Cleaner::new(parser.format(), limits.line_bytes_max);
    let clean = cleaner.clean(head, 0, parser.zone());
    let mut veil = Veil::default();
    let bytes = veil.over(clean.bytes, parser.format(), &mut 0);
    let mut groups = Groups::new(bytes, limits, 0);
    let mut found = Vec::new();
    while found.len() < count
        && let Some(group) = groups.next_group(&mut parser)
    {
        let group = *group;
        found.push(preview(bytes, &group, &mut parser));
    }
    found
}

fn preview(bytes: &[u8], group: &Group, parser: &mut Parser) -> Preview {
    let text = String::from_utf8_lossy(&bytes[group.start..group.end]);
    let text = text.trim_start_matches('\0');
    let line = text.lines().next().unwrap_or_default();
    let mut record = Record::default();
    if group.begin != Begin::Entry {
        let found = (group.begin, &group.captures);
        parser.parse(text, line.len(), found, &mut record);
    }
    let parts = match group.begin {
        Begin::Entry => Vec::new(),
        Begin::Layout(index) => {
            let layout = parser.layout(index).cloned();
            layout.map_or_else(Vec::new, |layout| {
                layout.parts(line.as_bytes(), parser.zone())
            })
        }
        _ => {
            let stamp = match group.begin {
                Begin::Record(Some(leading)) => Some(0..leading.bytes()),
                _ => None,
            };
            borrowed_parts(line, stamp, &record)
        }
    };
    Preview {
        more_lines: text.lines().count().saturating_sub(1),
        parts: apart(line, parts),
        line: line.to_owned(),
        scope: record.scope.clone().into_owned(),
        record: Vec::new(),
    }
}

/// The parts of a line that a record borrows: texts stand in it as they are sent.
fn borrowed_parts(line: &str, stamp: Option<Range<usize>>, record: &Record<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |role, name: &str, range: Option<Range<usize>>| {
        if let Some(range) = range {
            parts.push(Part {
                role,
                name: name.to_owned(),
                range,
            });
        }
    };
    add(Role::Time, "time", stamp);
    add(Role::Level, "level", place(line, &record.severity_text));
    add(Role::Scope, "scope", place(line, &record.scope));
    if let Value::Text(text) = &record.body {
        add(Role::Body, "body", place(line, text));
    }
    for attribute in &record.attributes {
        if let Value::Text(text) = &attribute.value {
            add(Role::Attribute, &attribute.key, place(line, text));
        }
    }
    parts
}

/// Where a text lies in the line, as far as it reaches; one that was made anew lies elsewhere.
fn place(line: &str, text: &str) -> Option<Range<usize>> {
    let start = text.as_ptr().addr().checked_sub(line.as_ptr().addr())?;
    let end = line.len().min(start.checked_add(text.len())?);
    (start < end).then_some(start..end)
}

/// The parts in the line's order, none of them in another. A dash that stands for nothing is no part.
fn apart(line: &str, mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by_key(|part| (part.range.start, part.range.end));
    let mut end = 0;
    parts.retain(|part| {
        let is_nothing = part.role == Role::Attribute && line.get(part.range.clone()) == Some("-");
        let behind = part.range.start >= end && !part.range.is_empty() && !is_nothing;
        if behind {
            end = part.range.end;
        }
        behind
    });
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::FormatKind;
    use jiff::tz::TimeZone;

    #[track_caller]
    fn check(format: Format, head: &str, expected: &[&str]) {
        let (format, zone) = (Arc::new(format), Zone::new(TimeZone::UTC));
        let (found, _) = previews(
            head.as_bytes().to_vec(),
            (&format, &zone),
            LineLimits::of_lines(1_000),
            UnixNanos(1),
            2,
        );
        let shown: Vec<String> = found.iter().map(text).collect();
        assert_eq!(shown, expected);
    }

    fn text(preview: &Preview) -> String {
        let parts: Vec<_> = preview
            .parts
            .iter()
            .map(|part| {
                format!(
                    "{}={}",
                    part.name,
                    preview.line.get(part.range.clone()).unwrap()
                )
            })
            .collect();
        assert!(preview.record.starts_with(b"{"));
        format!("+{} {}", preview.more_lines, parts.join("|"))
    }

    #[test]
    fn the_parts_of_stamped_text_are_those_of_its_record() {
        check(
            Format::of(FormatKind::Stamped),
            "2026-11-20T09:00:00Z WARN [app.web] slow\n  more\n2026-11-20T09:00:01Z hi\n2026-11-20T09:00:02Z no\n",
            &[
                "+1 time=2026-11-20T09:00:00Z|level=WARN|scope=app.web|body=slow",
                "+0 time=2026-11-20T09:00:01Z|body=hi",
            ],
        );
    }

    #[test]
    fn the_parts_of_an_object_are_its_texts() {
        check(
            Format::of(FormatKind::Json),
            "{\"level\":\"info\",\"msg\":\"saved\",\"user\":\"ana\",\"n\":1}\n",
            &["+0 level=info|body=saved|user=ana"],
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            for kind in [FormatKind::Json, FormatKind::Logfmt, FormatKind::Stamped, FormatKind::Plain] {
                let (format, zone) = (Arc::new(Format::of(kind)), Zone::new(TimeZone::UTC));
                let limits = LineLimits::of_lines(50);
                let (found, _) = previews(bytes.clone(), (&format, &zone), limits, UnixNanos(1), 3);
                for preview in &found {
                    for part in &preview.parts {
                        proptest::prop_assert!(part.range.end <= preview.line.len());
                    }
                }
            }
        }
    }
}
