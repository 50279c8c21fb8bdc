//! What the arguments say about reading, with the formats of the user's own → [`InputSettings`]: the format, the user's own formats, keys, limits.

use crate::cli::input::InputArgs;
use crate::format::detect::given::{Given, GivenError, Reading};
use crate::format::fields::FieldMap;
use crate::format::guess::MissingSeverity;
use crate::format::layout::Layout;
use crate::format::layout::compile::LayoutError;
use crate::pipeline::group::RECORD_LINES_MAX;
use crate::settings::layers::Overlay;
use crate::settings::{Origin, Sourced};

/// Longer traces than this are loops.
pub const RECORD_LINES_MAX_DEFAULT: u32 = RECORD_LINES_MAX;

/// How the input is read.
#[derive(Debug, Clone)]
pub struct InputSettings {
    /// The zone of times that name none: an IANA name; `None` is the system's.
    pub time_zone: Option<Sourced<String>>,
    /// What the user said about the sources.
    pub reading: Reading,
    /// Most lines of one record.
    pub record_lines_max: Sourced<u32>,
}

/// Why the input cannot be read as told.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A format that nobody knows.
    #[error("there is no format {name:?} (from {origin})")]
    Format {
        /// Who named it.
        origin: Origin,
        /// As typed.
        name: String,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A pattern that makes no sense.
    #[error("the pattern {pattern:?} cannot be used (from {origin})")]
    Pattern {
        /// Who gave it.
        origin: Origin,
        /// As typed.
        pattern: String,
        /// Why.
        source: LayoutError,
    },
}

impl InputError {
    /// One thing the user can do.
    pub fn hint(&self) -> Option<String> {
        const LIST: &str = "otelctl detect --list shows all formats";
        match self {
            InputError::Format { nearest, .. } => Some(match nearest {
                Some(name) => format!("did you mean {name}? {LIST}"),
                None => format!("{LIST}; a pattern has a {{ in it"),
            }),
            InputError::Pattern {
                pattern, source, ..
            } => Some(format!(
                "{}\n{LIST} with their patterns",
                source.shown(pattern)
            )),
        }
    }
}

impl InputError {
    fn new(error: GivenError, origin: Origin) -> InputError {
        match error {
            GivenError::Unknown { name, nearest } => InputError::Format {
                origin,
                name,
                nearest,
            },
            GivenError::Pattern { pattern, source } => InputError::Pattern {
                origin,
                pattern,
                source,
            },
        }
    }
}

/// Resolves how the input is read.
///
/// Shape: `own` are the formats of the configuration files.
/// Errors: a format that nobody knows, a pattern that makes no sense.
pub fn input(
    args: &InputArgs,
    own: Vec<Layout>,
    overlay: &Overlay,
) -> Result<InputSettings, InputError> {
    let given = args.format.as_deref().map(|text| Given::read(text, &own));
    let given = given
        .transpose()
        .map_err(|error| InputError::new(error, overlay.flag("--format")))?;
    Ok(InputSettings {
        time_zone: args
            .tz
            .clone()
            .map(|zone| Sourced::new(zone, overlay.flag("--tz"))),
        reading: Reading {
            given,
            own,
            fields: FieldMap {
                time: args.timestamp_fields.clone(),
                level: args.level_fields.clone(),
                message: args.message_fields.clone(),
                scope: args.scope_fields.clone(),
            },
            severity: if args.guess_severity {
                MissingSeverity::Guessed
            } else {
                MissingSeverity::Stays
            },
        },
        record_lines_max: match args.record_lines_max {
            Some(count) => Sourced::new(count.get(), overlay.flag("--record-lines-max")),
            None => Sourced::new(RECORD_LINES_MAX_DEFAULT, Origin::Default),
        },
    })
}
