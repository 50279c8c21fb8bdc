//! The configuration file: formats of the user's own, by name.
//!
//! ```toml
//! [formats.shop]
//! pattern = "{time} <{level}> {scope}: {body}"
//! example = "2026-11-20 09:00:00 <info> cart: saved"
//! ```
//!
//! It is read when it exists, and only by commands that read logs. A key that is not known is an error: it is a misspelt one. The example
//! may be left out; when it is there, it must fit.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::spelling::nearest;
use crate::base::units::UnixNanos;
use crate::format::detect::lines::OWN_LAYOUTS_MAX;
use crate::format::layout::compile::LayoutError;
use crate::format::layout::{Captures, Layout};
use crate::format::timestamp::Zone;

/// Where the file is, below the system's folder for configuration.
pub const PATH: [&str; 2] = ["otelctl", "config.toml"];

/// Larger than any file that a person writes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The moment near which an example without a year is read; any will do.
const ANCHOR: UnixNanos = UnixNanos(1_800_000_000_000_000_000);

/// Why the configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not there, or not to be read.
    #[error("cannot read the configuration file {path}")]
    Read {
        /// Where.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Not TOML.
    #[error("{place} is no TOML: {message}")]
    Toml {
        /// File and line.
        place: Place,
        /// What its parser says.
        message: String,
    },
    /// A key that is not known.
    #[error("{place}: there is no key {key:?}")]
    Key {
        /// File and line.
        place: Place,
        /// As written.
        key: String,
        /// The keys that there are.
        known: &'static [&'static str],
    },
    /// A value of another type, or none.
    #[error("{place}: {key} must be {wanted}")]
    Value {
        /// File and line.
        place: Place,
        /// Its key.
        key: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A pattern that makes no sense.
    #[error("{place}: the pattern of {name} cannot be used")]
    Pattern {
        /// File and line.
        place: Place,
        /// The format.
        name: String,
        /// As written.
        pattern: String,
        /// Why.
        source: Box<LayoutError>,
    },
    /// An example that its own pattern does not fit.
    #[error("{place}: the example of {name} does not fit its pattern")]
    Example {
        /// File and line.
        place: Place,
        /// The format.
        name: String,
        /// As written.
        pattern: String,
        /// As written.
        example: String,
    },
    /// Too many formats.
    #[error("{path} has more than {OWN_LAYOUTS_MAX} formats")]
    TooMany {
        /// Where.
        path: String,
    },
}

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    path: String,
    line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, line {}", self.path, self.line)
    }
}

impl FileError {
    /// One thing the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            FileError::Read { path, .. } => Some(format!("check the file: ls -l {path}")),
            FileError::Toml { .. } => Some(
                "write it like this:\n[formats.shop]\npattern = \"{time} {level} {body}\""
                    .to_owned(),
            ),
            FileError::Key { key, known, .. } => Some(match nearest(key, known.iter().copied()) {
                Some(meant) => format!("did you mean {meant}?"),
                None => format!("known here: {}", known.join(", ")),
            }),
            FileError::Value { .. } => None,
            FileError::Pattern {
                pattern, source, ..
            } => Some(source.shown(pattern)),
            FileError::Example {
                pattern, example, ..
            } => Some(format!("{pattern}\n{example}")),
            FileError::TooMany { .. } => Some("pass another file with --config".to_owned()),
        }
    }
}

/// The formats of the file, in its order.
///
/// Errors: what is wrong with it, with the line.
pub fn load(path: &Path) -> Result<Vec<Layout>, FileError> {
    let shown = path.to_string_lossy().into_owned();
    let read_error = |source| FileError::Read {
        path: shown.clone(),
        source,
    };
    let length = fs::metadata(path).map_err(read_error)?.len();
    if length > FILE_BYTES_MAX {
        return Err(read_error(io::ErrorKind::FileTooLarge.into()));
    }
    let text = fs::read_to_string(path).map_err(read_error)?;
    formats(&text, shown)
}

/// The file in the system's folder for configuration, when it is there.
pub fn default_path(config_dir: Option<&Path>) -> Option<PathBuf> {
    let path = config_dir?.join(PATH[0]).join(PATH[1]);
    path.exists().then_some(path)
}

fn formats(text: &str, path: String) -> Result<Vec<Layout>, FileError> {
    let file = File { text, path };
    let table = DeTable::parse(text).map_err(|error| FileError::Toml {
        place: file.place(error.span().unwrap_or_default()),
        message: error.message().to_owned(),
    })?;
    let mut found = Vec::new();
    for (key, value) in table.get_ref() {
        if key.get_ref() != "formats" {
            return Err(file.unknown(key, &["formats"]));
        }
        let formats = value.get_ref().as_table();
        for (name, format) in formats.ok_or_else(|| file.value(key, "a table"))? {
            found.push((name.span().start, file.format(name, format)?));
        }
    }
    if found.len() > OWN_LAYOUTS_MAX {
        return Err(FileError::TooMany { path: file.path });
    }
    // The table is sorted by name, and formats are tried in the order in which they were written.
    found.sort_by_key(|(at, _)| *at);
    Ok(found.into_iter().map(|(_, layout)| layout).collect())
}

/// The text of a file, for the places in it.
struct File<'t> {
    text: &'t str,
    path: String,
}

type Key<'t> = Spanned<toml::de::DeString<'t>>;

impl File<'_> {
    fn format(&self, name: &Key<'_>, format: &Spanned<DeValue<'_>>) -> Result<Layout, FileError> {
        let fields = format.get_ref().as_table();
        let fields = fields.ok_or_else(|| self.value(name, "a table with a pattern"))?;
        let (mut pattern, mut example) = (None, None);
        for (key, value) in fields {
            let slot = match key.get_ref().as_ref() {
                "pattern" => &mut pattern,
                "example" => &mut example,
                _ => return Err(self.unknown(key, &["pattern", "example"])),
            };
            let text = value.get_ref().as_str();
            let text = text.ok_or_else(|| self.value(key, "a text"))?;
            *slot = Some((value.span(), text));
        }
        let (span, pattern) = pattern.ok_or_else(|| self.value(name, "a table with a pattern"))?;
        let name = name.get_ref().to_string();
        let layout = Layout::compile(name.clone(), pattern.to_owned()).map_err(|source| {
            FileError::Pattern {
                place: self.place(span),
                name: name.clone(),
                pattern: pattern.to_owned(),
                source: Box::new(source),
            }
        })?;
        if let Some((span, example)) = example
            && !fits(&layout, example)
        {
            return Err(FileError::Example {
                place: self.place(span),
                name,
                pattern: pattern.to_owned(),
                example: example.to_owned(),
            });
        }
        Ok(layout)
    }

    fn unknown(&self, key: &Key<'_>, known: &'static [&'static str]) -> FileError {
        FileError::Key {
            place: self.place(key.span()),
            key: key.get_ref().to_string(),
            known,
        }
    }

    fn value(&self, key: &Key<'_>, wanted: &'static str) -> FileError {
        FileError::Value {
            place: self.place(key.span()),
            key: key.get_ref().to_string(),
            wanted,
        }
    }

    fn place(&self, span: Range<usize>) -> Place {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        Place {
            path: self.path.clone(),
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
        }
    }
}

/// Whether the first line of an example fits.
fn fits(layout: &Layout, example: &str) -> bool {
    let line = example.lines().next().unwrap_or_default();
    let mut zone = Zone::new(TimeZone::UTC).with_anchor(ANCHOR);
    layout.matches(line.as_bytes(), &mut zone, &mut Captures::EMPTY.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the formats, or the error with its hint.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match formats(text, "c.toml".to_owned()) {
            Ok(layouts) => layouts
                .iter()
                .map(|layout| &*layout.name)
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => format!("{error}; {}", error.hint().unwrap_or_default()),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn formats_keep_the_order_of_the_file() {
        check("", "");
        check("[formats]\n", "");
        check(
            "[formats.shop]\npattern = '{time} {body}'\n[formats.\"a b\"]\npattern = '[{level}] {body}'\nexample = '[info] x'\n",
            "shop a b",
        );
    }

    #[test]
    fn what_is_not_known_is_named_with_its_line() {
        check(
            "[format.x]\n",
            "c.toml, line 1: there is no key \"format\"; did you mean formats?",
        );
        check(
            "[formats.x]\npattern = '{time} {body}'\ncolour = 1\n",
            "c.toml, line 3: there is no key \"colour\"; known here: pattern, example",
        );
        check(
            "[formats.x]\npattern = 1\n",
            "c.toml, line 2: pattern must be a text; ",
        );
        check(
            "\nformats.x = 1\n",
            "c.toml, line 2: x must be a table with a pattern; ",
        );
        check(
            "[formats.x]\n",
            "c.toml, line 1: x must be a table with a pattern; ",
        );
        check("formats = 1\n", "c.toml, line 1: formats must be a table; ");
    }

    #[test]
    fn a_pattern_and_its_example_are_tried() {
        check(
            "[formats.x]\npattern = '{time} {nope:nope}'\n",
            "c.toml, line 2: the pattern of x cannot be used; {time} {nope:nope}\n       ^^^^^^^^^^^",
        );
        check(
            "[formats.x]\npattern = '[{level}] {body}'\nexample = 'info x'\n",
            "c.toml, line 3: the example of x does not fit its pattern; [{level}] {body}\ninfo x",
        );
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        let Err(FileError::Toml { place, .. }) = formats("a = 1\nb = = 2\n", "c.toml".to_owned())
        else {
            panic!("it is no TOML");
        };
        assert_eq!(place.line, 2);
    }
}
