//! Profiles: `[profiles.NAME]`, whose keys are flags of `send` by their long names.
//!
//! The values are kept as the words that would have been typed; what a word means is the command line's to say. Names, types and
//! secrets are checked for every profile of a file, values when a profile is taken.

use std::ffi::OsString;

use toml::Spanned;
use toml::de::DeValue;

use crate::base::secret::looks::{is_secret_name, is_secret_value};
use crate::cli::layer::{self, Takes};
use crate::settings::Origin;
use crate::settings::headers::checked;
use crate::settings::preset::params::percent_encoded;

use super::{File, FileError, Key, Place};

/// Other names of flags, as one would write them in a file.
const ALIASES: [(&str, &str); 3] = [
    ("headers", "header"),
    ("attributes", "attr"),
    ("time-zone", "tz"),
];

/// What fills the `?…` of the destination.
const PARAMS: &str = "params";

/// Flags whose name has the word of a secret in it, and whose value is none.
const NO_SECRETS: [&str; 2] = ["token-file", "token-fd"];

/// One profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What it sets, in its order.
    pub entries: Vec<Entry>,
}

/// One setting of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The flag, without its dashes.
    pub flag: String,
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub said: Said,
}

/// What an entry says, as it would be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A flag without a value is there or not.
    Switch(bool),
    /// One value, or several.
    Values(Vec<String>),
    /// Keys and values, each with its place.
    Pairs(Vec<(String, String, Place)>),
}

impl Profile {
    /// Fails when a flag does not take what the profile says.
    pub fn check(&self) -> Result<(), FileError> {
        let all: Vec<OsString> = self.entries.iter().flat_map(Entry::words).collect();
        // Reading the words costs its time, so they are read together, and one by one only to find the culprit.
        if layer::complaint_about(&all).is_some() {
            self.entries.iter().try_for_each(Entry::check_value)?;
        }
        self.entries.iter().try_for_each(Entry::check_headers)
    }
}

impl Entry {
    /// The words that say the same on the command line.
    pub fn words(&self) -> Vec<OsString> {
        let flag = &self.flag;
        let words: Vec<String> = match &self.said {
            Said::Switch(true) => vec![format!("--{flag}")],
            Said::Switch(false) => Vec::new(),
            Said::Values(values) => values
                .iter()
                .map(|value| format!("--{flag}={value}"))
                .collect(),
            Said::Pairs(pairs) => pairs
                .iter()
                .map(|(key, value, _)| format!("--{flag}={key}={value}"))
                .collect(),
        };
        words.into_iter().map(OsString::from).collect()
    }

    fn refused(&self, place: &Place, complaint: String) -> FileError {
        FileError::Refused {
            place: place.clone(),
            key: self.flag.clone(),
            complaint,
        }
    }

    /// Fails when the flag does not take the value.
    pub(super) fn check_value(&self) -> Result<(), FileError> {
        match layer::complaint_about(&self.words()) {
            Some(complaint) => Err(self.refused(&self.place, complaint)),
            None => Ok(()),
        }
    }

    /// Fails when a header cannot be sent.
    fn check_headers(&self) -> Result<(), FileError> {
        if let ("header", Said::Pairs(pairs)) = (self.flag.as_str(), &self.said) {
            for (name, value, place) in pairs {
                checked(name, value.trim(), Origin::Default)
                    .map_err(|error| self.refused(place, error.to_string()))?;
            }
        }
        Ok(())
    }
}

impl File<'_> {
    /// The profiles, in the order of the file.
    pub(super) fn profiles(
        &self,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<Profile>, FileError> {
        let profiles = value.get_ref().as_table();
        let profiles = profiles.ok_or_else(|| self.value(key, "a table of profiles"))?;
        let mut found = Vec::new();
        for (name, profile) in profiles {
            found.push((name.span().start, self.profile(name, profile)?));
        }
        found.sort_by_key(|(at, _)| *at);
        Ok(found.into_iter().map(|(_, profile)| profile).collect())
    }

    /// One profile.
    pub(super) fn profile(
        &self,
        name: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Profile, FileError> {
        let entries = value.get_ref().as_table();
        let entries = entries.ok_or_else(|| self.value(name, "a table of settings"))?;
        let known = layer::keys();
        let (mut found, mut params) = (Vec::new(), None);
        for (key, value) in entries {
            if key.get_ref().as_ref() == PARAMS {
                params = Some((key, self.pairs(key, value, PARAMS)?));
                continue;
            }
            let entry = self.entry(key, value, known)?;
            found.push((key.span().start, entry));
        }
        found.sort_by_key(|(at, _)| *at);
        let mut entries: Vec<Entry> = found.into_iter().map(|(_, entry)| entry).collect();
        if let Some((key, params)) = params {
            self.add_params(key, params, &mut entries)?;
        }
        Ok(Profile {
            name: name.get_ref().to_string(),
            entries,
        })
    }

    fn entry(
        &self,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
        known: &[layer::Key],
    ) -> Result<Entry, FileError> {
        let written = key.get_ref().as_ref();
        let alias = ALIASES.iter().find(|(alias, _)| *alias == written);
        let name = alias.map_or(written, |(_, flag)| *flag);
        let Some(flag) = known.iter().find(|flag| flag.name == name) else {
            if is_secret_name(written) && !NO_SECRETS.contains(&written) {
                return Err(self.secret(key));
            }
            return Err(self.unknown(key, names(known)));
        };
        let said = match flag.takes {
            Takes::Switch => match value.get_ref() {
                DeValue::Boolean(is_on) => Said::Switch(*is_on),
                _ => return Err(self.value(key, "true or false")),
            },
            Takes::One => match scalar(value.get_ref()) {
                Some(text) => Said::Values(vec![text]),
                None => return Err(self.value(key, "a text or a number")),
            },
            Takes::Many => Said::Values(self.texts(key, value)?),
            Takes::Pairs => Said::Pairs(self.pairs(key, value, &flag.name)?),
        };
        if let Said::Values(values) = &said
            && values.iter().any(|text| is_secret_value(text))
        {
            return Err(self.secret(key));
        }
        Ok(Entry {
            flag: flag.name.clone(),
            place: self.place(&key.span()),
            said,
        })
    }

    fn texts(&self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, FileError> {
        let wrong = || self.value(key, "a text or a list of texts");
        if let Some(text) = scalar(value.get_ref()) {
            return Ok(vec![text]);
        }
        let list = value.get_ref().as_array().ok_or_else(wrong)?;
        let text = |item: &Spanned<DeValue<'_>>| scalar(item.get_ref()).ok_or_else(wrong);
        list.iter().map(text).collect()
    }

    /// A table of texts; `a.b = 1` is the key `a.b`, as attributes are named.
    fn pairs(
        &self,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
        of: &str,
    ) -> Result<Vec<(String, String, Place)>, FileError> {
        let wrong = |key: &Key<'_>| self.value(key, "a table of texts, like { key = \"value\" }");
        let table = value.get_ref().as_table().ok_or_else(|| wrong(key))?;
        let mut open: Vec<_> = table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), key, value))
            .collect();
        let mut found = Vec::new();
        while let Some((name, key, value)) = open.pop() {
            if let Some(table) = value.get_ref().as_table() {
                let inner = table.iter();
                open.extend(
                    inner.map(|(key, value)| (format!("{name}.{}", key.get_ref()), key, value)),
                );
                continue;
            }
            let text = scalar(value.get_ref()).ok_or_else(|| wrong(key))?;
            // What a record or a resource has may well be called token.count.
            let is_attribute = matches!(of, "attr" | "resource");
            if (!is_attribute && is_secret_name(&name)) || is_secret_value(&text) {
                return Err(self.secret(key));
            }
            found.push((key.span().start, (name, text, self.place(&key.span()))));
        }
        found.sort_by_key(|(at, _)| *at);
        Ok(found.into_iter().map(|(_, pair)| pair).collect())
    }

    /// Parameters become part of the destination, as they are typed: `name?zone=…`.
    fn add_params(
        &self,
        key: &Key<'_>,
        params: Vec<(String, String, Place)>,
        entries: &mut [Entry],
    ) -> Result<(), FileError> {
        let to = entries.iter_mut().find(|entry| entry.flag == "to");
        let Some(Said::Values(values)) = to.map(|entry| &mut entry.said) else {
            return Err(self.value(key, "beside the key to, whose parameters they are"));
        };
        for destination in values {
            for (name, value, _) in &params {
                let joint = if destination.contains('?') { '&' } else { '?' };
                let pair = format!(
                    "{joint}{}={}",
                    percent_encoded(name),
                    percent_encoded(value)
                );
                destination.push_str(&pair);
            }
        }
        Ok(())
    }

    fn secret(&self, key: &Key<'_>) -> FileError {
        FileError::Secret {
            place: self.place(&key.span()),
            key: key.get_ref().to_string(),
        }
    }
}

/// What can stand in a profile.
fn names(known: &[layer::Key]) -> Vec<String> {
    let aliases = ALIASES.iter().map(|(alias, _)| (*alias).to_owned());
    let flags = known.iter().map(|flag| flag.name.clone());
    flags.chain(aliases).chain([PARAMS.to_owned()]).collect()
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => return None,
    })
}
