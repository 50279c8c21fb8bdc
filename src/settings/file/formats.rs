//! Formats of the user's own: `[formats.NAME]` with a pattern and perhaps an example.
//!
//! The example may be left out; when it is there, it must fit.

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::DeValue;

use crate::base::units::UnixNanos;
use crate::format::detect::lines::OWN_LAYOUTS_MAX;
use crate::format::layout::{Captures, Layout};
use crate::format::timestamp::Zone;

use super::{File, FileError, Key};

/// The moment near which an example without a year is read; any will do.
const ANCHOR: UnixNanos = UnixNanos(1_800_000_000_000_000_000);

impl File<'_> {
    /// The formats, in the order of the file: they are tried in it, and the table is sorted by name.
    pub(super) fn formats(
        &self,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<Layout>, FileError> {
        let formats = value.get_ref().as_table();
        let mut found = Vec::new();
        for (name, format) in formats.ok_or_else(|| self.value(key, "a table"))? {
            found.push((name.span().start, self.format(name, format)?));
        }
        if found.len() > OWN_LAYOUTS_MAX {
            return Err(FileError::TooMany {
                path: self.path.clone(),
            });
        }
        found.sort_by_key(|(at, _)| *at);
        Ok(found.into_iter().map(|(_, layout)| layout).collect())
    }

    fn format(&self, name: &Key<'_>, format: &Spanned<DeValue<'_>>) -> Result<Layout, FileError> {
        let fields = format.get_ref().as_table();
        let fields = fields.ok_or_else(|| self.value(name, "a table with a pattern"))?;
        let (mut pattern, mut example) = (None, None);
        for (key, value) in fields {
            let slot = match key.get_ref().as_ref() {
                "pattern" => &mut pattern,
                "example" => &mut example,
                _ => {
                    return Err(
                        self.unknown(key, ["pattern", "example"].map(str::to_owned).to_vec())
                    );
                }
            };
            let text = value.get_ref().as_str();
            let text = text.ok_or_else(|| self.value(key, "a text"))?;
            *slot = Some((value.span(), text));
        }
        let (span, pattern) = pattern.ok_or_else(|| self.value(name, "a table with a pattern"))?;
        let name = name.get_ref().to_string();
        let layout = Layout::compile(name.clone(), pattern.to_owned()).map_err(|source| {
            FileError::Pattern {
                place: self.place(&span),
                name: name.clone(),
                pattern: pattern.to_owned(),
                source: Box::new(source),
            }
        })?;
        if let Some((span, example)) = example
            && !fits(&layout, example)
        {
            return Err(FileError::Example {
                place: self.place(&span),
                name,
                pattern: pattern.to_owned(),
                example: example.to_owned(),
            });
        }
        Ok(layout)
    }
}

/// Whether the first line of an example fits.
fn fits(layout: &Layout, example: &str) -> bool {
    let line = example.lines().next().unwrap_or_default();
    let mut zone = Zone::new(TimeZone::UTC).with_anchor(ANCHOR);
    layout.matches(line.as_bytes(), &mut zone, &mut Captures::EMPTY.clone())
}
