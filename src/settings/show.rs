//! The effective settings as rows for people and scripts: a group, a key, a value, and who set it.
//!
//! The keys are the flags that can stand in a file, in the order of the help; a flag that this page has no word for is shown as it
//! was given. No row holds the value of a header, nor what a URL keeps secret.

mod values;

use std::fmt::Display;

use crate::base::secret::HIDDEN;
use crate::base::secret::looks::is_secret_value;
use crate::cli::layer::{self, Key};
use crate::cli::send::SendArgs;
use crate::settings::env::EnvVars;
use crate::settings::input::InputSettings;
use crate::settings::layers::variables::{resource_of, variable_of};
use crate::settings::layers::{Layers, Overlay};
use crate::settings::{Origin, SendSettings, Sourced, env};

/// In the place of a header's value, which may be one.
pub const SET: &str = "set";

/// One effective value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The heading of its group in the help.
    pub group: String,
    /// The flag, without its dashes.
    pub key: String,
    /// What is in force; nothing when there is no such value.
    pub value: Option<String>,
    /// Who set it.
    pub origin: Origin,
}

/// What happens when nobody sets a key that has no value by default.
pub fn when_unset(key: &str) -> &'static str {
    match key {
        "format" => "found out from the input",
        "tz" => "the system's zone",
        "service" => "from the input",
        "threads" => "one per core",
        "dead-letters" => "a new file in the state folder",
        "state-dir" => "the system's folder",
        _ => "not set",
    }
}

/// Everything that the rows are made of.
#[derive(Clone, Copy)]
pub struct Effective<'a> {
    /// The arguments, those of files among them.
    pub args: &'a SendArgs,
    /// Who set those.
    pub overlay: &'a Overlay,
    /// The files.
    pub layers: &'a Layers,
    /// The environment.
    pub env: &'a EnvVars,
    /// What came of it.
    pub send: &'a SendSettings,
    /// The same about reading.
    pub input: &'a InputSettings,
}

/// What a page knows of one key: its value, and who set it.
type Shown = (Option<String>, Origin);

impl Effective<'_> {
    /// The rows, group by group.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = self.file_rows();
        for key in layer::keys() {
            match key.name.as_str() {
                "endpoint" => {}
                "header" => rows.extend(self.headers(key)),
                "resource" => {
                    let origin = |name: &str| self.resource_origin(name);
                    rows.extend(pairs(key, &self.send.resource, &origin));
                }
                "attr" => {
                    let origin = |name: &str| self.overlay.pair("--attr", name);
                    rows.extend(pairs(key, &self.send.attributes, &origin));
                }
                _ => {
                    let known = values::value(&key.name, self);
                    let (value, origin) = known.unwrap_or_else(|| self.as_given(&key.name));
                    rows.push(row(key, key.name.clone(), value, origin));
                }
            }
        }
        rows.extend(values::without_flags(self));
        rows.sort_by_key(|row| group_rank(&row.group));
        rows
    }

    /// Which files the settings come from.
    fn file_rows(&self) -> Vec<Row> {
        let path =
            |file: &crate::settings::file::ConfigFile| file.path.to_string_lossy().into_owned();
        let user = self.layers.user.as_ref().map(path);
        let config_origin = match (&self.args.input.config, self.env.get(env::OTELCTL_CONFIG)) {
            (Some(_), _) => Origin::Flag("--config"),
            (None, Some(_)) => Origin::Env(env::OTELCTL_CONFIG),
            (None, None) => Origin::Default,
        };
        let profile = self.layers.profile.as_ref();
        let profile_origin = profile.map_or(Origin::Default, |name| name.origin);
        let settings = |key: &str, value, origin| Row {
            group: "Settings".to_owned(),
            key: key.to_owned(),
            value,
            origin,
        };
        let mut rows = vec![
            settings("config", user, config_origin),
            settings(
                "profile",
                profile.map(|name| name.value.clone()),
                profile_origin,
            ),
        ];
        if let Some(project) = &self.layers.project {
            rows.push(settings("project", Some(path(project)), Origin::Default));
        }
        rows
    }

    /// Each header by itself. Their values may be secrets, so it is only said that there is one.
    fn headers(&self, key: &Key) -> Vec<Row> {
        let each = self.send.headers.iter().map(|header| {
            let name = format!("{} {}", key.name, header.name);
            row(key, name, Some(SET.to_owned()), header.origin)
        });
        let rows: Vec<Row> = each.collect();
        if rows.is_empty() {
            return vec![row(key, key.name.clone(), None, Origin::Default)];
        }
        rows
    }

    fn resource_origin(&self, name: &str) -> Origin {
        if self
            .args
            .words
            .keys_of("resource")
            .iter()
            .any(|key| key == name)
        {
            return Origin::Flag("--resource");
        }
        let from_env = resource_of(self.env);
        if from_env.iter().any(|(key, _)| key == name) {
            return Origin::Env(env::OTEL_RESOURCE_ATTRIBUTES);
        }
        self.overlay.pair("--resource", name)
    }

    /// A flag that this page has no word for, as it was typed or written.
    fn as_given(&self, flag: &str) -> Shown {
        // Shown once in the life of a process.
        let name: &'static str = format!("--{flag}").leak();
        let hidden = |text: String| {
            if is_secret_value(&text) {
                HIDDEN.to_owned()
            } else {
                text
            }
        };
        if self.args.words.has(flag) {
            let value = self.args.words.value_of(flag);
            return (value.map(hidden), Origin::Flag(name));
        }
        if let Some((value, origin)) = self.overlay.said(flag) {
            return (Some(hidden(value.to_owned())), origin);
        }
        match variable_of(flag, self.env) {
            Some(origin) => (Some("set".to_owned()), origin),
            None => (None, Origin::Default),
        }
    }

    /// Who set a flag that keeps no origin of its own.
    pub(self) fn origin_of(&self, flag: &'static str) -> Origin {
        let name = flag.trim_start_matches('-');
        if self.args.words.has(name) {
            return Origin::Flag(flag);
        }
        if self.overlay.said(name).is_some() {
            return self.overlay.flag(flag);
        }
        variable_of(name, self.env).unwrap_or(Origin::Default)
    }
}

fn row(key: &Key, name: String, value: Option<String>, origin: Origin) -> Row {
    Row {
        group: key.group.clone(),
        key: name,
        value,
        origin,
    }
}

fn pairs(key: &Key, pairs: &[(String, String)], origin: &dyn Fn(&str) -> Origin) -> Vec<Row> {
    if pairs.is_empty() {
        return vec![row(key, key.name.clone(), None, Origin::Default)];
    }
    let each = pairs.iter().map(|(name, value)| {
        let shown = if is_secret_value(value) {
            HIDDEN
        } else {
            value
        };
        let label = format!("{} {name}", key.name);
        row(key, label, Some(shown.to_owned()), origin(name))
    });
    each.collect()
}

/// A value that has an origin.
fn sourced<T>(found: &Sourced<T>, text: impl Fn(&T) -> String) -> Shown {
    (Some(text(&found.value)), found.origin)
}

/// The same for one that may be missing.
fn optional<T>(found: Option<&Sourced<T>>, text: impl Fn(&T) -> String) -> Shown {
    match found {
        Some(found) => sourced(found, text),
        None => (None, Origin::Default),
    }
}

fn plain<T: Display>(value: &T) -> String {
    value.to_string()
}

/// The groups in the order in which they are read.
fn group_rank(group: &str) -> usize {
    const ORDER: [&str; 6] = [
        "Settings",
        "Input",
        "Destination",
        "Record",
        "Delivery",
        "Follow",
    ];
    ORDER
        .iter()
        .position(|known| *known == group)
        .unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests;
