//! One layer after the other: which of its keys count, and the words they become.

use std::ffi::OsString;
use std::path::Path;

use crate::cli::layer::{self, Key};
use crate::cli::send::Typed;
use crate::settings::endpoint::is_loopback_url;
use crate::settings::env::EnvVars;
use crate::settings::file::profiles::{Entry, Profile, Said};
use crate::settings::file::{ConfigFile, FileKind, Place};
use crate::settings::layers::variables::{headers_of, resource_of, variable_of};
use crate::settings::layers::{LayerError, Overlay, Unconfirmed, is_same_key};
use crate::settings::{Origin, Spot};

/// Keys of a project's file that say nothing about where records go and which files are written; all others need consent.
const HARMLESS: [&str; 28] = [
    "format",
    "tz",
    "timestamp-fields",
    "level-fields",
    "message-fields",
    "scope-fields",
    "guess-severity",
    "record-lines-max",
    "line-bytes-max",
    "service",
    "resource",
    "attr",
    "file-path",
    "time",
    "uid",
    "compression",
    "protocol",
    "timeout",
    "retry-for",
    "retry-codes",
    "drain",
    "batch-bytes-max",
    "batch-records-max",
    "flush-interval",
    "in-flight",
    "queue-records-max",
    "queue-bytes-max",
    "on-full",
];

/// Keys that describe a server, and mean nothing when there is none.
const OF_SERVERS: [&str; 7] = [
    "protocol",
    "compression",
    "header",
    "ca-cert",
    "client-cert",
    "client-key",
    "auth",
];

/// Keys that mean something only when files are followed.
const OF_FOLLOWING: [&str; 3] = ["from", "poll-interval", "open-files-max"];

/// What is added so far.
pub(super) struct Adding<'a> {
    typed: &'a Typed,
    env: &'a EnvVars,
    keys: &'static [Key],
    words: Vec<OsString>,
    overlay: Overlay,
    env_headers: Vec<String>,
    env_resource: Vec<(String, String)>,
    follows: bool,
    /// Where a destination comes from that was typed or added, as far as it is known: `None` when a variable sets it.
    has_server: bool,
    /// Whether the layer that is added has named the destination.
    names_destination: bool,
}

impl<'a> Adding<'a> {
    /// Nothing yet.
    pub(super) fn new(typed: &'a Typed, env: &'a EnvVars) -> Adding<'a> {
        Adding {
            typed,
            env,
            keys: &[],
            words: Vec::new(),
            overlay: Overlay::default(),
            env_headers: headers_of(env),
            env_resource: resource_of(env),
            follows: typed.has("follow"),
            names_destination: false,
            has_server: typed.value_of("to").is_none_or(|to| names_server(&to)),
        }
    }

    /// The words and who set them.
    pub(super) fn done(self) -> (Vec<OsString>, Overlay) {
        (self.words, self.overlay)
    }

    /// Adds what a layer says and nobody above it has said.
    pub(super) fn add(
        &mut self,
        file: &ConfigFile,
        profile: &Profile,
        (kind, is_trusted): (FileKind, bool),
    ) -> Result<(), LayerError> {
        if self.keys.is_empty() && !profile.entries.is_empty() {
            self.keys = layer::keys();
        }
        profile.check()?;
        self.names_destination = false;
        // The destination first: what else counts depends on it.
        let (destination, rest): (Vec<&Entry>, Vec<&Entry>) =
            profile.entries.iter().partition(|entry| {
                matches!(
                    entry.flag.as_str(),
                    "to" | "endpoint" | "follow" | "service"
                )
            });
        let both: Vec<&Entry> = destination.into_iter().chain(rest).collect();
        for entry in both {
            let name = (kind == FileKind::User).then(|| profile.name.clone());
            let spot = |place: &Place| {
                Origin::Profile(
                    Spot {
                        key: entry.flag.clone(),
                        profile: name.clone(),
                        path: place.path.clone(),
                        line: place.line,
                    }
                    .kept(),
                )
            };
            let before = self.words.len();
            self.add_entry(entry, &spot);
            if self.words.len() > before && !is_trusted {
                self.ask_consent(entry, spot(&entry.place), &file.path)?;
            }
        }
        Ok(())
    }

    fn add_entry(&mut self, entry: &Entry, spot: &dyn Fn(&Place) -> Origin) {
        let flag = entry.flag.as_str();
        if !self.counts(flag) {
            return;
        }
        if let Said::Pairs(pairs) = &entry.said {
            for (key, value, place) in pairs {
                if !self.is_said(flag, key) {
                    let word = format!("--{flag}={key}={value}");
                    self.words.push(OsString::from(word));
                    let pair = (flag.to_owned(), key.clone(), spot(place));
                    self.overlay.pairs.push(pair);
                }
            }
            return;
        }
        if self.is_taken(flag) {
            return;
        }
        // How one server takes a token says nothing of another.
        if flag == "auth" && !self.names_destination {
            return;
        }
        let words = entry.words();
        match flag {
            "follow" => self.follows = !words.is_empty(),
            "to" | "endpoint" => {
                self.has_server = names_server(&value(entry));
                self.names_destination = true;
            }
            _ => {}
        }
        self.words.extend(words);
        let said = (flag.to_owned(), value(entry), spot(&entry.place));
        self.overlay.flags.push(said);
    }

    /// Whether a key means anything in this run.
    fn counts(&self, flag: &str) -> bool {
        (self.follows || !OF_FOLLOWING.contains(&flag))
            && (self.has_server || !OF_SERVERS.contains(&flag))
    }

    /// Whether a flag was typed, is set by a variable or by a layer above, or could not stand beside one that is.
    fn is_taken(&self, flag: &str) -> bool {
        let is_there = |name: &str| self.typed.has(name) || self.overlay.said(name).is_some();
        let other = match flag {
            "to" => "endpoint",
            "endpoint" => "to",
            other => other,
        };
        let key = self.keys.iter().find(|key| key.name == flag);
        let excluded = key.is_some_and(|key| key.conflicts.iter().any(|name| is_there(name)));
        is_there(flag)
            || is_there(other)
            || excluded
            || variable_of(flag, self.env).is_some()
            || (flag == "service" && self.is_said("resource", SERVICE_NAME))
    }

    /// Whether a key of a table is set already.
    fn is_said(&self, flag: &str, key: &str) -> bool {
        let same = |other: &String| is_same_key(flag, other, key);
        let mut pairs = self.overlay.pairs.iter();
        let above = pairs.any(|(held, other, _)| held == flag && same(other));
        let by_variable = match flag {
            "header" => self.env_headers.iter().any(same),
            "resource" => self.env_resource.iter().any(|(name, _)| name == key),
            _ => false,
        };
        let service = flag == "resource"
            && key == SERVICE_NAME
            && (self.typed.has("service")
                || self.overlay.said("service").is_some()
                || variable_of("service", self.env).is_some());
        above || by_variable || service || self.typed.keys_of(flag).iter().any(same)
    }

    /// A project may say what records are, and not where they go.
    fn ask_consent(
        &mut self,
        entry: &Entry,
        origin: Origin,
        path: &Path,
    ) -> Result<(), LayerError> {
        if HARMLESS.contains(&entry.flag.as_str()) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(path);
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let folder = folder.to_string_lossy().into_owned();
        if matches!(entry.flag.as_str(), "to" | "endpoint") && stays_here(&value(entry)) {
            self.overlay.unconfirmed = Some(Unconfirmed { origin, folder });
            return Ok(());
        }
        Err(LayerError::NoConsent { origin, folder })
    }
}

const SERVICE_NAME: &str = "service.name";

fn value(entry: &Entry) -> String {
    match &entry.said {
        Said::Values(values) => values.join(","),
        Said::Switch(is_on) => is_on.to_string(),
        Said::Pairs(_) => String::new(),
    }
}

/// Whether what is sent to a destination leaves the process over HTTP.
fn names_server(to: &str) -> bool {
    !matches!(to, "local" | "stdout") && !to.starts_with("file:")
}

/// Whether nothing leaves this machine, and no file is written.
fn stays_here(to: &str) -> bool {
    matches!(to, "local" | "stdout" | "collector") || is_loopback_url(to)
}
