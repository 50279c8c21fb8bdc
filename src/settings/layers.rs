//! The layers below the command line: a project's file and a profile stand in for flags that were not typed and that no variable
//! sets.
//!
//! Precedence: flag, variable, then the profile that was named, the project, the default profile; below them presets and defaults.
//! Each key becomes the words that would have been typed, so everything behind this sees arguments only, and asks the [`Overlay`]
//! who set them. Tables (`resource`, `attr`, `header`) are merged key by key.

mod apply;
pub mod variables;

use std::path::{Path, PathBuf};

use crate::base::spelling::nearest;
use crate::cli::layer;
use crate::cli::send::{SendArgs, Typed};
use crate::format::layout::Layout;
use crate::settings::env::{EnvVars, OTELCTL_CONFIG, OTELCTL_PROFILE};
use crate::settings::error::consent_hint;
use crate::settings::file::profiles::Profile;
use crate::settings::file::{ConfigFile, FileError, FileKind, is_writable_by_others};
use crate::settings::file::{load, project_path, usual_path};
use crate::settings::{Origin, Sourced, Spot};

/// Where files are looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places<'a> {
    /// The system's folder for configuration files.
    pub config_dir: Option<&'a Path>,
    /// The folder that the program was called in.
    pub working_dir: Option<&'a Path>,
}

/// Who set the flags that were not typed.
#[derive(Debug, Default)]
pub struct Overlay {
    flags: Vec<(String, String, Origin)>,
    pairs: Vec<(String, String, Origin)>,
    /// A project's word about where records go, taken without anybody's consent because they stay on this machine.
    unconfirmed: Option<Unconfirmed>,
}

#[derive(Debug)]
struct Unconfirmed {
    origin: Origin,
    folder: String,
}

impl Overlay {
    /// Everything was typed.
    pub const NONE: Overlay = Overlay {
        flags: Vec::new(),
        pairs: Vec::new(),
        unconfirmed: None,
    };

    /// Who set a flag, given with its dashes.
    pub fn flag(&self, flag: &'static str) -> Origin {
        let name = flag.trim_start_matches('-');
        let found = self.said(name);
        found.map_or(Origin::Flag(flag), |(_, origin)| origin)
    }

    /// What a file says about a flag, given without its dashes, and where.
    pub fn said(&self, flag: &str) -> Option<(&str, Origin)> {
        let found = self.flags.iter().find(|(held, _, _)| held == flag);
        found.map(|(_, value, origin)| (value.as_str(), *origin))
    }

    /// Who set one key of a flag that takes pairs.
    pub fn pair(&self, flag: &'static str, key: &str) -> Origin {
        let name = flag.trim_start_matches('-');
        let mut pairs = self.pairs.iter();
        let found = pairs.find(|(held, other, _)| held == name && is_same_key(name, other, key));
        found.map_or(Origin::Flag(flag), |(_, _, origin)| *origin)
    }

    /// The project's key that says where records go, and the project's folder, when nobody has agreed to it.
    pub fn unconfirmed(&self) -> Option<(Origin, &str)> {
        let found = self.unconfirmed.as_ref()?;
        Some((found.origin, &found.folder))
    }
}

/// Header names have no case; everything else has.
fn is_same_key(flag: &str, one: &str, other: &str) -> bool {
    match flag {
        "header" => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// What the files say.
#[derive(Debug, Default)]
pub struct Layers {
    /// The user's file.
    pub user: Option<ConfigFile>,
    /// The project's.
    pub project: Option<ConfigFile>,
    /// The name of the profile that is taken, and who named it.
    pub profile: Option<Sourced<String>>,
    /// Who may say where records go.
    consent: Consent,
}

/// Whether the user trusts a project's file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Consent {
    /// It is named in the user's own file.
    Given,
    /// It is not.
    #[default]
    Missing,
}

/// Why the layers make no sense.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A profile that is not there.
    #[error("there is no profile {name:?} (from {origin}); {known}")]
    Profile {
        /// As named.
        name: String,
        /// Who named it.
        origin: String,
        /// Those that there are.
        known: String,
        /// One that is written alike.
        nearest: Option<String>,
    },
    /// A project's file that says where records go.
    #[error("{} decides where records go, and nobody has agreed to that", .origin.named())]
    NoConsent {
        /// The key.
        origin: Origin,
        /// The project's folder.
        folder: String,
    },
    /// Keys that cannot be combined with each other or with what was typed.
    #[error("the profile and the command line do not fit together: {complaint}")]
    Mismatch {
        /// Why.
        complaint: String,
    },
}

impl LayerError {
    /// One thing the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            LayerError::File(error) => error.hint(),
            LayerError::Profile { nearest, .. } => Some(match nearest {
                Some(name) => format!("did you mean {name}?"),
                None => "otelctl config path tells where profiles are read from, otelctl config init writes the file".to_owned(),
            }),
            LayerError::NoConsent { folder, .. } => Some(consent_hint(folder)),
            LayerError::Mismatch { .. } => None,
        }
    }
}

/// Where the user's file is, or would be; the second says whether somebody named it.
pub fn config_path(
    config: Option<&Path>,
    env: &EnvVars,
    config_dir: Option<&Path>,
) -> (Option<PathBuf>, bool) {
    let named = config.map(Path::to_owned);
    let named = named.or_else(|| env.get(OTELCTL_CONFIG).map(PathBuf::from));
    let is_named = named.is_some();
    (named.or_else(|| usual_path(config_dir)), is_named)
}

/// Reads the files that are there.
///
/// Errors: a file that was named and is not there, one that makes no sense, a profile that nobody has written.
pub fn read(
    (config, profile): (Option<&Path>, Option<&str>),
    env: &EnvVars,
    places: Places<'_>,
) -> Result<Layers, LayerError> {
    let (path, is_named) = config_path(config, env, places.config_dir);
    let path = path.filter(|path| is_named || path.exists());
    let user = path.map(|path| load(&path, FileKind::User)).transpose()?;
    let project = places.working_dir.and_then(project_path);
    let project = project
        .map(|path| load(&path, FileKind::Project))
        .transpose()?;
    let profile = chosen(profile, env, user.as_ref());
    let mut layers = Layers {
        consent: consent(user.as_ref(), project.as_ref())?,
        user,
        project,
        profile: None,
    };
    if let Some((name, origin)) = profile {
        let Some(found) = layers.find(&name) else {
            return Err(layers.no_profile(name, &origin));
        };
        let origin = match origin {
            Chooser::Said(origin) => origin,
            Chooser::File(line) => Origin::Profile(
                Spot {
                    key: "default-profile".to_owned(),
                    profile: Some(found.name.clone()),
                    path: layers.user_path(),
                    line,
                }
                .kept(),
            ),
        };
        layers.profile = Some(Sourced::new(name, origin));
    }
    Ok(layers)
}

/// Who chose the profile.
enum Chooser {
    /// Somebody who typed it or set a variable.
    Said(Origin),
    /// A line of the file.
    File(usize),
}

fn chosen(
    flag: Option<&str>,
    env: &EnvVars,
    file: Option<&ConfigFile>,
) -> Option<(String, Chooser)> {
    if let Some(name) = flag {
        return Some((name.to_owned(), Chooser::Said(Origin::Flag("--profile"))));
    }
    if let Some(name) = env.get(OTELCTL_PROFILE) {
        let origin = Origin::Env(OTELCTL_PROFILE);
        return Some((name.trim().to_owned(), Chooser::Said(origin)));
    }
    let (name, place) = file?.default_profile.as_ref()?;
    Some((name.clone(), Chooser::File(place.line)))
}

/// A project is trusted by its folder, and only while nobody else can write its file.
fn consent(user: Option<&ConfigFile>, project: Option<&ConfigFile>) -> Result<Consent, FileError> {
    let (Some(user), Some(project)) = (user, project) else {
        return Ok(Consent::Missing);
    };
    let folder = project
        .path
        .parent()
        .and_then(|folder| folder.canonicalize().ok());
    let is_it = |trusted: &PathBuf| trusted.canonicalize().ok() == folder;
    if folder.is_none() || !user.trusted.iter().any(is_it) {
        return Ok(Consent::Missing);
    }
    let metadata = project.path.metadata();
    if metadata.is_ok_and(|metadata| is_writable_by_others(&metadata)) {
        let path = project.path.to_string_lossy().into_owned();
        return Err(FileError::Writable { path });
    }
    Ok(Consent::Given)
}

impl Layers {
    /// The user's own formats; a project's come first, because they are nearer.
    pub fn formats(&self) -> Vec<Layout> {
        let files = [&self.project, &self.user].into_iter().flatten();
        files
            .flat_map(|file| file.formats.iter().cloned())
            .collect()
    }

    /// The arguments of `send` with what the layers add, and who set what.
    ///
    /// Errors: a value that its flag does not take, a project that says where records go, flags that exclude each other.
    pub fn send(&self, args: SendArgs, env: &EnvVars) -> Result<(SendArgs, Overlay), LayerError> {
        let (words, overlay) = self.words(&args.words, env)?;
        if words.is_empty() {
            return Ok((args, overlay));
        }
        let filled = layer::filled_send(&args.words, &words);
        let mut filled = filled.map_err(|complaint| LayerError::Mismatch { complaint })?;
        // What was typed is what is typed again to go on.
        filled.words = args.words;
        Ok((filled, overlay))
    }

    /// The same for `detect`.
    pub fn detect(
        &self,
        args: crate::cli::input::DetectArgs,
        env: &EnvVars,
    ) -> Result<(crate::cli::input::DetectArgs, Overlay), LayerError> {
        let (words, overlay) = self.words(&args.words, env)?;
        if words.is_empty() {
            return Ok((args, overlay));
        }
        let filled = layer::filled_detect(&args.words, &words);
        let filled = filled.map_err(|complaint| LayerError::Mismatch { complaint })?;
        Ok((filled, overlay))
    }

    fn words(
        &self,
        typed: &Typed,
        env: &EnvVars,
    ) -> Result<(Vec<std::ffi::OsString>, Overlay), LayerError> {
        let mut adding = apply::Adding::new(typed, env);
        for (file, profile, kind) in self.ordered() {
            let trusted = kind == FileKind::User || self.consent == Consent::Given;
            adding.add(file, profile, (kind, trusted))?;
        }
        Ok(adding.done())
    }

    /// What is looked at, in this order.
    fn ordered(&self) -> Vec<(&ConfigFile, &Profile, FileKind)> {
        let project = self.project.as_ref();
        let project =
            project.and_then(|file| Some((file, file.profiles.first()?, FileKind::Project)));
        let name = self.profile.as_ref();
        let own = name.and_then(|name| self.find(&name.value));
        let own = own.and_then(|own| Some((self.user.as_ref()?, own, FileKind::User)));
        let is_named = name.is_some_and(|name| !matches!(name.origin, Origin::Profile(_)));
        let ordered = if is_named {
            [own, project]
        } else {
            [project, own]
        };
        ordered.into_iter().flatten().collect()
    }

    fn find(&self, name: &str) -> Option<&Profile> {
        let profiles = &self.user.as_ref()?.profiles;
        profiles.iter().find(|profile| profile.name == name)
    }

    fn user_path(&self) -> String {
        let path = self.user.as_ref().map(|file| file.path.to_string_lossy());
        path.unwrap_or_default().into_owned()
    }

    fn no_profile(&self, name: String, origin: &Chooser) -> LayerError {
        let profiles = self.user.as_ref().map_or(&[][..], |file| &file.profiles);
        let names: Vec<&str> = profiles
            .iter()
            .map(|profile| profile.name.as_str())
            .collect();
        let known = match (&self.user, names.is_empty()) {
            (None, _) => "there is no configuration file".to_owned(),
            (_, true) => format!("{} has none", self.user_path()),
            _ => format!("known are {}", names.join(", ")),
        };
        LayerError::Profile {
            nearest: nearest(&name, names.iter().copied()).map(str::to_owned),
            origin: match origin {
                Chooser::Said(origin) => origin.to_string(),
                Chooser::File(line) => {
                    format!("default-profile in {}, line {line}", self.user_path())
                }
            },
            name,
            known,
        }
    }
}
