//! The configuration file: formats of the user's own and profiles, by name.
//!
//! ```toml
//! default-profile = "prod"
//!
//! [profiles.prod]
//! to = "collector"
//! service = "shop"
//!
//! [formats.shop]
//! pattern = "{time} <{level}> {scope}: {body}"
//! ```
//!
//! It is read when it exists, and only by commands that have settings. A key that is not known is an error: it is a misspelt
//! one. The keys of a profile are the names of flags. A project's file, `.otelctl.toml`, has one table `[project]` in their place.

pub mod formats;
pub mod profiles;
pub mod template;

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::spelling::nearest;
use crate::format::detect::lines::OWN_LAYOUTS_MAX;
use crate::format::layout::Layout;
use crate::format::layout::compile::LayoutError;
use crate::settings::file::profiles::Profile;

/// Where the file is, below the system's folder for configuration.
pub const PATH: [&str; 2] = ["otelctl", "config.toml"];

/// Larger than any file that a person writes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The name of a project's own file.
pub const PROJECT_FILE: &str = ".otelctl.toml";

/// What a configuration file says.
#[derive(Debug, Clone, Default)]
pub struct ConfigFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its formats, in its order.
    pub formats: Vec<Layout>,
    /// Its profiles, in its order; of a project's file the one it has.
    pub profiles: Vec<Profile>,
    /// The profile that is taken when nobody names one.
    pub default_profile: Option<(String, Place)>,
    /// Folders of projects that may say where records go.
    pub trusted: Vec<PathBuf>,
}

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// The user's own.
    User,
    /// A project's.
    Project,
}

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
        known: Vec<String>,
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
    /// A value that its flag does not take.
    #[error("{place}: {key}: {complaint}")]
    Refused {
        /// File and line.
        place: Place,
        /// Its key.
        key: String,
        /// What is wrong with it.
        complaint: String,
    },
    /// A secret, which is not shown.
    #[error("{place}: {key} looks like a secret, and this file is no place for one")]
    Secret {
        /// File and line.
        place: Place,
        /// Its key.
        key: String,
    },
    /// A file that others can write.
    #[error(
        "others than you can write {path}, and could have your records and your token sent to them"
    )]
    Writable {
        /// Where.
        path: String,
    },
    /// Too many formats.
    #[error("{path} has more than {OWN_LAYOUTS_MAX} formats")]
    TooMany {
        /// Where.
        path: String,
    },
}

/// A place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}, line {}, column {}",
            self.path, self.line, self.column
        )
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
            FileError::Key { key, known, .. } => {
                let names = known.iter().map(String::as_str);
                Some(match nearest(key, names) {
                    Some(meant) => format!("did you mean {meant}?"),
                    None => format!("known here: {}", known.join(", ")),
                })
            }
            FileError::Value { .. } => None,
            FileError::Refused { key, .. } => Some(format!(
                "otelctl send --help tells what --{key} takes; the key takes the same"
            )),
            FileError::Secret { .. } => Some(
                "take it out, and keep it where it is safe: otelctl token set asks for it"
                    .to_owned(),
            ),
            FileError::Writable { path } => Some(format!("chmod go-w {path}")),
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

/// Reads a file.
///
/// Errors: what is wrong with it, with the line and the column.
pub fn load(path: &Path, kind: FileKind) -> Result<ConfigFile, FileError> {
    let shown = path.to_string_lossy().into_owned();
    let read_error = |source| FileError::Read {
        path: shown.clone(),
        source,
    };
    let metadata = fs::metadata(path).map_err(read_error)?;
    if metadata.len() > FILE_BYTES_MAX {
        return Err(read_error(io::ErrorKind::FileTooLarge.into()));
    }
    let text = fs::read_to_string(path).map_err(read_error)?;
    let mut found = parsed(&text, shown.clone(), kind)?;
    path.clone_into(&mut found.path);
    let names_places = !found.profiles.is_empty() || !found.trusted.is_empty();
    if kind == FileKind::User && names_places && is_writable_by_others(&metadata) {
        return Err(FileError::Writable { path: shown });
    }
    Ok(found)
}

/// Whether somebody else can write a file. Groups count: who is in one is not for us to know.
#[cfg(unix)]
pub fn is_writable_by_others(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o022 != 0
}

/// Other systems keep a user's files from others by where they are.
#[cfg(not(unix))]
pub fn is_writable_by_others(_: &fs::Metadata) -> bool {
    false
}

/// The file in the system's folder for configuration.
pub fn usual_path(config_dir: Option<&Path>) -> Option<PathBuf> {
    Some(config_dir?.join(PATH[0]).join(PATH[1]))
}

/// A project's file: the one in the folder, or in those above it up to the root of its repository.
///
/// Without a repository only the folder itself counts, because nobody knows where a project ends.
pub fn project_path(folder: &Path) -> Option<PathBuf> {
    let own = folder.join(PROJECT_FILE);
    if own.exists() {
        return Some(own);
    }
    let root = folder
        .ancestors()
        .find(|above| above.join(".git").exists())?;
    folder
        .ancestors()
        .skip(1)
        .take_while(|above| above.starts_with(root))
        .map(|above| above.join(PROJECT_FILE))
        .find(|path| path.exists())
}

/// Reads the text of a file.
fn parsed(text: &str, path: String, kind: FileKind) -> Result<ConfigFile, FileError> {
    const USER: [&str; 4] = ["formats", "profiles", "default-profile", "trusted-projects"];
    const PROJECT: [&str; 2] = ["formats", "project"];
    let file = File { text, path };
    let table = DeTable::parse(text).map_err(|error| FileError::Toml {
        place: file.place(&error.span().unwrap_or_default()),
        message: error.message().to_owned(),
    })?;
    let known: &[&str] = match kind {
        FileKind::User => &USER,
        FileKind::Project => &PROJECT,
    };
    let mut found = ConfigFile::default();
    for (key, value) in table.get_ref() {
        let name = key.get_ref().as_ref();
        if !known.contains(&name) {
            let names = known.iter().map(|name| (*name).to_owned());
            return Err(file.unknown(key, names.collect()));
        }
        match name {
            "formats" => found.formats = file.formats(key, value)?,
            "profiles" => found.profiles = file.profiles(key, value)?,
            "project" => found.profiles = vec![file.profile(key, value)?],
            "default-profile" => {
                let name = value.get_ref().as_str();
                let name = name.ok_or_else(|| file.value(key, "the name of a profile"))?;
                found.default_profile = Some((name.to_owned(), file.place(&value.span())));
            }
            _ => found.trusted = file.folders(key, value)?,
        }
    }
    Ok(found)
}

/// The text of a file, for the places in it.
struct File<'t> {
    text: &'t str,
    path: String,
}

type Key<'t> = Spanned<toml::de::DeString<'t>>;

impl File<'_> {
    fn folders(
        &self,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<PathBuf>, FileError> {
        let wrong = || self.value(key, "a list of absolute paths");
        let list = value.get_ref().as_array().ok_or_else(wrong)?;
        let folder = |item: &Spanned<DeValue<'_>>| {
            let path = item.get_ref().as_str().map(PathBuf::from);
            path.filter(|path| path.is_absolute()).ok_or_else(wrong)
        };
        list.iter().map(folder).collect()
    }

    fn unknown(&self, key: &Key<'_>, known: Vec<String>) -> FileError {
        FileError::Key {
            place: self.place(&key.span()),
            key: key.get_ref().to_string(),
            known,
        }
    }

    fn value(&self, key: &Key<'_>, wanted: &'static str) -> FileError {
        FileError::Value {
            place: self.place(&key.span()),
            key: key.get_ref().to_string(),
            wanted,
        }
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let on_line = self.text.get(line_start..span.start).unwrap_or_default();
        Place {
            path: self.path.clone(),
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: 1 + on_line.chars().count(),
        }
    }
}

#[cfg(test)]
mod tests;
