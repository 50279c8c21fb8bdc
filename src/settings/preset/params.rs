//! `zone=prod-us-east-0&instance=123` → checked values, and templates filled with them.
//!
//! Values are checked by what they become: a label of a host has no dot, a host lies below one of the vendor's, a segment of a
//! path has no slash. So whatever is written here, the request goes to the vendor or to the server whose URL was given.

use url::Url;

use crate::base::spelling::nearest;
use crate::settings::pairs::percent_decoded;
use crate::settings::preset::{Need, Param, ParamKind, Preset};
use crate::settings::{Origin, SettingsError};

/// Longer values are no names.
const VALUE_BYTES_MAX: usize = 512;

/// The longest label of a host name. Spec: RFC 1035 §2.3.4.
const LABEL_BYTES_MAX: usize = 63;

/// Checked values by their names; a parameter that was left out has its default, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, String)>);

impl Values {
    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == name)?;
        Some(&found.1)
    }
}

/// Reads what stands behind the `?` of `--to`.
///
/// Errors: a parameter that is missing, unknown, given twice, or has a value that it cannot have.
pub fn read_query(
    preset: &Preset,
    query: Option<&str>,
    origin: Origin,
) -> Result<Values, SettingsError> {
    read(preset, pairs(query), origin)
}

/// The same where only the host is wanted: what the host does not hold may be left out, and has its example then.
pub fn read_for_host(
    preset: &Preset,
    query: Option<&str>,
    origin: Origin,
) -> Result<Values, SettingsError> {
    let mut pairs: Vec<(String, String)> = pairs(query).collect();
    let scheme_and_host: Vec<&str> = preset.url.splitn(4, '/').take(3).collect();
    let of_host = scheme_and_host.join("/");
    for param in preset.params {
        let is_given = pairs.iter().any(|(name, _)| name == param.name);
        let is_elsewhere = names(&of_host).all(|name| name != param.name);
        if param.need == Need::Always && is_elsewhere && !is_given {
            pairs.push((param.name.to_owned(), param.example.to_owned()));
        }
    }
    let read = read(preset, pairs.iter().cloned(), origin);
    // The error shows what was given, and not what was put in here.
    read.or_else(|_| read_query(preset, query, origin))
}

/// `a=1&b=2`, the values decoded. One that is not encoded is taken as it is.
fn pairs(query: Option<&str>) -> impl Iterator<Item = (String, String)> {
    let members = query.unwrap_or_default().split('&');
    members.filter(|member| !member.is_empty()).map(|member| {
        let (name, value) = member.split_once('=').unwrap_or((member, ""));
        let decoded = percent_decoded(value);
        let value = decoded.unwrap_or_else(|| value.to_owned());
        (name.to_owned(), value)
    })
}

/// Checks parameters, wherever they come from.
pub fn read(
    preset: &Preset,
    pairs: impl IntoIterator<Item = (String, String)>,
    origin: Origin,
) -> Result<Values, SettingsError> {
    let mut values: Vec<(&'static str, String)> = Vec::new();
    for (name, value) in pairs {
        let Some(param) = preset.params.iter().find(|param| param.name == name) else {
            return Err(unknown(preset, &name, origin));
        };
        let bad = |why| SettingsError::BadParam {
            preset: preset.name,
            param: param.name,
            why,
            example: param.example,
            origin,
        };
        if values.iter().any(|(known, _)| *known == param.name) {
            return Err(bad("is given twice"));
        }
        let value = checked(param.kind, value.trim()).map_err(bad)?;
        values.push((param.name, value));
    }
    let is_missing = |param: &&Param| {
        param.need == Need::Always && !values.iter().any(|(name, _)| *name == param.name)
    };
    if let Some(param) = preset.params.iter().find(is_missing) {
        let given: Vec<_> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        return Err(SettingsError::MissingParam {
            preset: preset.name,
            param: param.name,
            found: param.found,
            example: preset.example(&given),
            origin,
        });
    }
    for param in preset.params {
        let is_given = values.iter().any(|(name, _)| *name == param.name);
        if let (false, Need::Else(value)) = (is_given, param.need) {
            values.push((param.name, value.to_owned()));
        }
    }
    Ok(Values(values))
}

fn unknown(preset: &Preset, name: &str, origin: Origin) -> SettingsError {
    let names = || preset.params.iter().map(|param| param.name);
    // Something long or strange is no name, and may be a secret.
    let is_name = name.len() <= 32
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    SettingsError::UnknownParam {
        preset: preset.name,
        param: if is_name { name } else { "…" }.to_owned(),
        nearest: nearest(name, names()),
        known: names().collect::<Vec<_>>().join(", "),
        origin,
    }
}

/// The value as it is put in, or why it cannot be.
fn checked(kind: ParamKind, value: &str) -> Result<String, &'static str> {
    if value.is_empty() {
        return Err("has no value");
    }
    if value.len() > VALUE_BYTES_MAX {
        return Err("is too long");
    }
    if value.chars().any(char::is_control) {
        return Err("has a control character");
    }
    match kind {
        ParamKind::Label => label(value),
        ParamKind::Host(ends) => host(value, ends),
        ParamKind::Segment => segment(value),
        ParamKind::User if value.contains(':') => Err("has a colon, which ends a user name"),
        ParamKind::User => Ok(value.to_owned()),
        ParamKind::Text if value.is_ascii() => Ok(value.to_owned()),
        ParamKind::Text => Err("has a character that no header has"),
        ParamKind::Base => base(value),
    }
}

fn label(value: &str) -> Result<String, &'static str> {
    let is_inside = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_inside || value.len() > LABEL_BYTES_MAX {
        return Err("is not one part of a host name (letters, digits and hyphens)");
    }
    if value.starts_with('-') || value.ends_with('-') {
        return Err("begins or ends with a hyphen");
    }
    Ok(value.to_ascii_lowercase())
}

fn host(value: &str, ends: &[&str]) -> Result<String, &'static str> {
    let value = value.trim_end_matches('.').to_ascii_lowercase();
    for part in value.split('.') {
        label(part).map_err(|_| "is not a host name (no scheme, no port, no path)")?;
    }
    let lies_below = |end: &&str| {
        value
            .strip_suffix(*end)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    if ends.iter().any(lies_below) {
        Ok(value)
    } else {
        Err("is no host of this vendor; for another one, pass its URL to --to with --auth")
    }
}

fn segment(value: &str) -> Result<String, &'static str> {
    let is_plain = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    if !is_plain || value.bytes().all(|byte| byte == b'.') {
        return Err("is not one part of a path (letters, digits, - . _ ~)");
    }
    Ok(value.to_owned())
}

/// Keeps a path, drops the slash at its end.
fn base(value: &str) -> Result<String, &'static str> {
    let url = Url::parse(value).map_err(|_| "is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("was given with a user name");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("was given with a query or a fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The names between braces in a template.
pub fn names(template: &str) -> impl Iterator<Item = &str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}

/// A template with the values in their places; `None` when one is not there.
pub fn filled(template: &str, values: &Values) -> Option<String> {
    let mut pieces = template.split('{');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, text) = piece.split_once('}')?;
        out.push_str(values.get(name)?);
        out.push_str(text);
    }
    Some(out)
}

/// A value as it stands in `--to NAME?…`.
pub fn percent_encoded(value: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _written = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::settings::preset::{PRESETS, find};

    /// The URL, or the error with its hint.
    #[track_caller]
    fn check(to: &str, expected: &str) {
        let (name, query) = to.split_once('?').unwrap_or((to, ""));
        let preset = find(name).unwrap();
        let found = match read_query(preset, Some(query), Origin::Flag("--to")) {
            Ok(values) => filled(preset.url, &values).unwrap(),
            Err(error) => format!("{error}; {}", error.hint().unwrap_or_default()),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn parameters_are_decoded_and_put_in() {
        check(
            "grafana-cloud?zone=prod-us-east-0&instance=123",
            "https://otlp-gateway-prod-us-east-0.grafana.net/otlp/v1/logs",
        );
        check("loki", "http://localhost:3100/otlp/v1/logs");
        check(
            "loki?url=https%3A%2F%2Floki.example.com%2Fgw%2F",
            "https://loki.example.com/gw/otlp/v1/logs",
        );
        check("datadog", "https://otlp.datadoghq.com/v1/logs");
        check(
            "datadog?site=us5.datadoghq.com&",
            "https://otlp.us5.datadoghq.com/v1/logs",
        );
    }

    #[test]
    fn a_missing_parameter_is_named_with_the_place_where_it_is_found_and_the_whole_destination() {
        check(
            "grafana-cloud?instance=77",
            "destination grafana-cloud needs the parameter zone (from --to); it is in the address of the OTLP gateway, in the Cloud Portal under OpenTelemetry: write --to 'grafana-cloud?zone=prod-us-east-0&instance=77'",
        );
    }

    #[test]
    fn an_unknown_parameter_is_answered_with_the_nearest() {
        check(
            "grafana-cloud?zoen=a",
            "destination grafana-cloud has no parameter zoen (from --to); did you mean zone? known are zone, instance",
        );
        check(
            "honeycomb?hcaik_01:secret",
            "destination honeycomb has no parameter … (from --to); known are dataset",
        );
        check(
            "gcp?project=a&project=b",
            "the parameter project of gcp is given twice (from --to); write it like project=my-project",
        );
    }

    #[test]
    fn a_parameter_cannot_name_another_host() {
        let not_a_label = |value: &str| {
            check(
                &format!("observe?customer={value}"),
                "the parameter customer of observe is not one part of a host name (letters, digits and hyphens) (from --to); write it like customer=123456789012",
            );
        };
        for value in [
            "evil.example%2F",
            "a.b",
            "x%40evil.example",
            "a%23",
            "a%3F",
            "a%5C",
            "ä",
            "a:1",
        ] {
            not_a_label(value);
        }
        check(
            "datadog?site=evil.example",
            "the parameter site of datadog is no host of this vendor; for another one, pass its URL to --to with --auth (from --to); write it like site=datadoghq.eu",
        );
        check(
            "datadog?site=evildatadoghq.com",
            "the parameter site of datadog is no host of this vendor; for another one, pass its URL to --to with --auth (from --to); write it like site=datadoghq.eu",
        );
        check(
            "openobserve?user=a%40b&org=..",
            "the parameter org of openobserve is not one part of a path (letters, digits, - . _ ~) (from --to); write it like org=default",
        );
    }

    #[test]
    fn what_is_shown_can_be_written() {
        for preset in PRESETS {
            let to = preset.example(&[]);
            let to = to.trim_matches('\'');
            let (name, query) = to.split_once('?').map_or((to, None), |(a, b)| (a, Some(b)));
            assert_eq!(name, preset.name);
            let values = read_query(preset, query, Origin::Flag("--to"));
            assert!(values.is_ok(), "{to}: {values:?}");
            for param in preset.params {
                let found = checked(param.kind, param.example);
                assert!(found.is_ok(), "{name} {}: {found:?}", param.name);
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_the_host_is_the_vendors(value in "\\PC{0,24}", index in any::<prop::sample::Index>()) {
            let preset = &PRESETS[index.index(PRESETS.len())];
            let pairs = preset.params.iter().map(|param| (param.name.to_owned(), match param.kind {
                ParamKind::Base => param.example.to_owned(),
                _ => value.clone(),
            }));
            let Ok(values) = read(preset, pairs, Origin::Default) else { return Ok(()) };
            let url = Url::parse(&filled(preset.url, &values).unwrap()).unwrap();
            let host = url.host_str().unwrap().to_owned();
            let has_base = preset.params.iter().any(|param| param.kind == ParamKind::Base);
            let has_vendor = preset.params.iter().any(|param| matches!(param.kind, ParamKind::Host(_)));
            if !has_base && !has_vendor {
                let plain = preset.url.strip_prefix("https://").unwrap().split('/').next().unwrap();
                let tail = plain.rsplit('}').next().unwrap();
                prop_assert!(host.ends_with(tail), "{host}");
            }
            prop_assert!(url.username().is_empty() && url.query().is_none() && url.fragment().is_none());
        }
    }
}
