//! Destinations by their names: what a name stands for in URLs, headers, encodings and limits.
//!
//! One row for each, in [`table`]. A row is data: templates with `{parameters}` in them, and [`params`] fills them with checked
//! values, so that a parameter can name a place at a vendor and never another host.

pub mod params;
pub mod table;

use std::time::Duration;

use crate::base::spelling::nearest;
use crate::base::units::ByteCount;
use crate::otlp::{Compression, Encoding};

pub use table::PRESETS;

/// A destination.
#[derive(Debug, PartialEq, Eq)]
pub struct Preset {
    /// What `--to` takes.
    pub name: &'static str,
    /// Whose it is.
    pub about: &'static str,
    /// The whole URL of the logs endpoint, with `{parameters}`.
    pub url: &'static str,
    /// What the templates need.
    pub params: &'static [Param],
    /// How it takes a token.
    pub auth: Auth,
    /// Other headers; one whose parameter is not given is left out.
    pub headers: &'static [(&'static str, &'static str)],
    /// Which encodings it takes, the default first.
    pub encodings: &'static [Encoding],
    /// Which compressions it takes, the default first.
    pub compressions: &'static [Compression],
    /// What it takes of a request and of a record, as far as that is known.
    pub limits: Limits,
    /// What else there is to know, in sentences; empty when there is nothing.
    pub quirks: &'static str,
}

/// A part of the templates that the user fills in.
#[derive(Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Which values it takes.
    pub kind: ParamKind,
    /// Whether it can be left out.
    pub need: Need,
    /// Where its value is found, as a sentence without its full stop.
    pub found: &'static str,
    /// A value, for the texts that show how it is written.
    pub example: &'static str,
}

/// Which values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// One label of a host name.
    Label,
    /// A host name that is one of these or lies below one.
    Host(&'static [&'static str]),
    /// One segment of a path.
    Segment,
    /// The user name of Basic.
    User,
    /// A header's value.
    Text,
    /// The base URL of a server of the user's own.
    Base,
}

/// Whether something can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It cannot.
    Always,
    /// It can; this stands for it.
    Else(&'static str),
    /// It can.
    Optional,
}

/// How a destination takes a token.
#[derive(Debug, PartialEq, Eq)]
pub struct Auth {
    /// The header, lower-case.
    pub header: &'static str,
    /// What is in it.
    pub form: Form,
    /// Whether it answers without one; a destination without any token says [`Form::None`].
    pub need: AuthNeed,
    /// What the vendor calls the token, with an article.
    pub what: &'static str,
    /// Where one is made, as a sentence without its full stop.
    pub made: &'static str,
}

/// What is in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// There is no such header.
    None,
    /// The token.
    Raw,
    /// A scheme, a blank and the token.
    Scheme(&'static str),
    /// `Basic` and the base64 of a user name, `:` and the token. Holds the parameter with the name; without it nothing is sent.
    Basic(&'static str),
    /// The token is the URL itself, and there is no header. Holds the parameter with its host.
    Url(&'static str),
}

/// Whether a token is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthNeed {
    /// Nothing is sent without it.
    Needed,
    /// It is sent when there is one.
    Optional,
}

/// What a destination takes. What is not known is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request before compression.
    pub request_bytes_max: Option<ByteCount>,
    /// Bytes of a request after compression.
    pub wire_bytes_max: Option<ByteCount>,
    /// How old a record may be.
    pub age_max: Option<Duration>,
    /// How far ahead of the clock a record may be.
    pub ahead_max: Option<Duration>,
    /// Bytes of a body that are shown as the message.
    pub message_bytes_max: Option<usize>,
    /// Attributes of a record.
    pub attributes_max: Option<u32>,
}

/// Nothing is known.
pub const UNLIMITED: Limits = Limits {
    request_bytes_max: None,
    wire_bytes_max: None,
    age_max: None,
    ahead_max: None,
    message_bytes_max: None,
    attributes_max: None,
};

/// Destinations that are no servers, with what they are.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("local", "an OTLP receiver inside the process"),
    (
        "stdout",
        "standard output, one OTLP/JSON request on each line",
    ),
    ("file:PATH", "a file, in the same form"),
];

/// Other names by which destinations are looked for.
const ALIASES: [(&str, &str); 16] = [
    ("alloy", "collector"),
    ("better-stack", "betterstack"),
    ("cloudwatch", "aws-cloudwatch"),
    ("dd", "datadog"),
    ("elastic-cloud", "elastic"),
    ("google-cloud", "gcp"),
    ("grafana", "grafana-cloud"),
    ("lgtm", "otel-lgtm"),
    ("logtail", "betterstack"),
    ("new-relic", "newrelic"),
    ("nr", "newrelic"),
    ("otel", "collector"),
    ("otelcol", "collector"),
    ("sumo", "sumologic"),
    ("victoria-logs", "victorialogs"),
    ("vl", "victorialogs"),
];

/// The destination of a name or of another name for it.
pub fn find(name: &str) -> Option<&'static Preset> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = alias.map_or(name, |(_, name)| name);
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The name that was probably meant: a few letters are wrong, or it goes on.
pub fn nearest_name(name: &str) -> Option<&'static str> {
    let presets = || PRESETS.iter().map(|preset| preset.name);
    let built_in = BUILT_IN.iter().map(|(name, _)| *name);
    let aliases = ALIASES.iter().map(|(alias, _)| *alias);
    let found = nearest(name, built_in.chain(presets()).chain(aliases));
    found
        .map(|found| find(found).map_or(found, |preset| preset.name))
        .or_else(|| presets().find(|known| name.len() > 2 && known.starts_with(name)))
}

impl Preset {
    /// Whether it is Pydantic Logfire, whose token knows its region.
    pub fn is_logfire(&self) -> bool {
        self.name.starts_with("logfire")
    }

    /// `--to` with these parameters, and with examples for those that are needed and not given.
    ///
    /// Shape: `'grafana-cloud?zone=prod-us-east-0&instance=123456'`, quoted for a shell when that is needed.
    pub fn example(&self, given: &[(&str, &str)]) -> String {
        let pairs = self.params.iter().filter_map(|param| {
            let value = given.iter().find(|(name, _)| *name == param.name);
            let needed = (param.need == Need::Always).then_some(param.example);
            let value = value.map(|(_, value)| *value).or(needed)?;
            Some(format!("{}={}", param.name, params::percent_encoded(value)))
        });
        let pairs: Vec<String> = pairs.collect();
        if pairs.is_empty() {
            return self.name.to_owned();
        }
        format!("'{}?{}'", self.name, pairs.join("&"))
    }

    /// The authentication header as people write it, with `{token}` in the token's place.
    pub fn auth_header(&self) -> Option<String> {
        let header = self.auth.header;
        match self.auth.form {
            Form::None | Form::Url(_) => None,
            Form::Raw => Some(format!("{header}: {{token}}")),
            Form::Scheme(scheme) => Some(format!("{header}: {scheme} {{token}}")),
            Form::Basic(user) => Some(format!("{header}: Basic base64({{{user}}}:{{token}})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_stand_once() {
        let mut names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        names.extend(ALIASES.iter().map(|(alias, _)| *alias));
        let is_word = |name: &&str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        assert!(names.iter().all(is_word), "{names:?}");
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn every_alias_leads_to_a_destination() {
        for (alias, name) in ALIASES {
            assert_eq!(find(alias).map(|preset| preset.name), Some(name));
        }
    }

    #[test]
    fn a_name_that_is_nearly_right_is_recognised() {
        for (typed, expected) in [
            ("logfrie", Some("logfire")),
            ("grafana-clod", Some("grafana-cloud")),
            ("grafan", Some("grafana-cloud")),
            ("honey", Some("honeycomb")),
            ("stdin", None),
            ("zz", None),
        ] {
            assert_eq!(nearest_name(typed), expected, "{typed}");
        }
    }

    #[test]
    fn every_row_is_whole() {
        for preset in PRESETS {
            let name = preset.name;
            assert!(!preset.about.is_empty(), "{name}");
            assert!(preset.encodings.contains(&Encoding::Protobuf), "{name}");
            assert!(preset.compressions.contains(&Compression::None), "{name}");
            let texts = preset.headers.iter().map(|(_, value)| *value);
            for template in texts.chain([preset.url]) {
                for part in params::names(template) {
                    let known = preset.params.iter().any(|param| param.name == part);
                    assert!(known, "{name} has no parameter {part}");
                }
            }
            if let Form::Basic(user) | Form::Url(user) = preset.auth.form {
                assert!(
                    preset.params.iter().any(|param| param.name == user),
                    "{name}"
                );
            }
            if preset.auth.form != Form::None {
                let auth = &preset.auth;
                assert!(!auth.what.is_empty() && !auth.made.is_empty(), "{name}");
            }
        }
    }
}
