//! The destinations as a table, and all that is known about one of them.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::settings::preset::{
    AuthNeed, BUILT_IN, Form, Limits, Need, PRESETS, Param, ParamKind, Preset,
};

use super::row::{Joint, Row, lay_out};
use super::style::{Paint, Tone};

/// Wider lines are hard to read, however wide the terminal is.
const WIDTH_MAX: usize = 100;

/// The longest description, so that what is needed stands in a column.
const ABOUT_WIDTH: usize = 44;

/// The table: name, what it is, what it needs.
pub(super) fn list_as_text(paint: Paint, width: usize) -> String {
    let row = |name: &str, about: &str, needs: &str| {
        let row = Row::new(Tone::Accent, name);
        if needs.is_empty() {
            return row.with(Joint::Wide, Tone::Plain, about);
        }
        row.with(Joint::Wide, Tone::Plain, format!("{about:<ABOUT_WIDTH$}"))
            .with(Joint::Wide, Tone::Faint, needs)
    };
    let built_in = BUILT_IN.iter().map(|(name, about)| row(name, about, ""));
    let presets = PRESETS
        .iter()
        .map(|preset| row(preset.name, preset.about, &needs(preset).join(", ")));
    let rows: Vec<Row> = built_in.chain(presets).collect();
    let text = lay_out(&rows, paint, width.min(WIDTH_MAX));
    let below =
        "otelctl destinations NAME tells more; --to takes any other OTLP/HTTP server by its URL.";
    format!("{text}\n  {}\n", paint.tone(Tone::Faint, below))
}

/// The same for scripts.
pub(super) fn list_as_json() -> Value {
    let built_in = BUILT_IN
        .iter()
        .map(|(name, about)| json!({"name": name, "about": about}));
    let presets = PRESETS.iter().map(members);
    let all: Vec<Value> = built_in.chain(presets).collect();
    json!({"command": "destinations", "destinations": all})
}

/// One destination for scripts.
pub(super) fn one_as_json(preset: &Preset) -> Value {
    json!({"command": "destinations", "destination": members(preset)})
}

/// Everything about one.
pub(super) fn one_as_text(preset: &Preset, paint: Paint, width: usize) -> String {
    let width = width.min(WIDTH_MAX);
    let mut rows =
        vec![Row::new(Tone::Accent, preset.name).with(Joint::Wide, Tone::Plain, preset.about)];
    let plain = |label: &str, text: &str| words(Row::new(Tone::Plain, label), Tone::Plain, text);
    rows.push(plain("url", &shown_url(preset)));
    rows.extend(token_row(preset));
    for (name, value) in preset.headers {
        rows.push(plain("header", &format!("{name}: {value}")));
    }
    rows.extend(preset.params.iter().map(param_row));
    rows.push(plain("takes", &takes(preset)));
    let limits = limits(preset.limits).join(", ");
    if !limits.is_empty() {
        rows.push(plain("limits", &limits));
    }
    if !preset.quirks.is_empty() {
        rows.push(words(
            Row::new(Tone::Plain, "note"),
            Tone::Faint,
            preset.quirks,
        ));
    }
    let mut start = Row::new(Tone::Plain, "start");
    for command in commands(preset) {
        start = start.with(Joint::Line, Tone::Strong, command);
    }
    rows.push(start);
    lay_out(&rows, paint, width)
}

/// A text that breaks at its blanks.
fn words(row: Row, tone: Tone, text: &str) -> Row {
    text.split_whitespace()
        .fold(row, |row, word| row.with(Joint::Space, tone, word))
}

fn token_row(preset: &Preset) -> Option<Row> {
    let auth = &preset.auth;
    if auth.form == Form::None {
        return None;
    }
    let header = preset
        .auth_header()
        .unwrap_or_else(|| "the URL itself".to_owned());
    let optional = match auth.need {
        AuthNeed::Needed => "",
        AuthNeed::Optional => " (optional)",
    };
    let row = Row::new(Tone::Plain, "token").with(
        Joint::Line,
        Tone::Plain,
        format!("{header}{optional}"),
    );
    let made = format!("{}: {}", auth.what, auth.made);
    let mut parts = made.split_whitespace();
    let first = parts.next().unwrap_or_default();
    let row = row.with(Joint::Line, Tone::Faint, first);
    Some(parts.fold(row, |row, word| row.with(Joint::Space, Tone::Faint, word)))
}

fn param_row(param: &Param) -> Row {
    let need = match param.need {
        Need::Always => String::new(),
        Need::Else(value) if value == param.example => " (the default)".to_owned(),
        Need::Else(value) => format!(" [default: {value}]"),
        Need::Optional => " (optional)".to_owned(),
    };
    let row = Row::new(Tone::Plain, "parameter").with(
        Joint::Line,
        Tone::Plain,
        format!("{}={}{need}", param.name, param.example),
    );
    let mut parts = param.found.split_whitespace();
    let row = row.with(Joint::Line, Tone::Faint, parts.next().unwrap_or_default());
    parts.fold(row, |row, word| row.with(Joint::Space, Tone::Faint, word))
}

/// What has to be given: parameters without a default, and the token.
fn needs(preset: &Preset) -> Vec<&'static str> {
    let params = preset.params.iter();
    let needed = params.filter(|param| param.need == Need::Always);
    let has_token = preset.auth.form != Form::None && preset.auth.need == AuthNeed::Needed;
    needed
        .map(|param| param.name)
        .chain(has_token.then_some("token"))
        .collect()
}

/// Logfire's URL is the region's, unless one is given.
fn shown_url(preset: &Preset) -> String {
    if preset.name == "logfire" {
        "https://logfire-us.pydantic.dev/v1/logs or https://logfire-eu.pydantic.dev/v1/logs, by the token".to_owned()
    } else {
        preset.url.to_owned()
    }
}

fn takes(preset: &Preset) -> String {
    let encodings: Vec<&str> = preset.encodings.iter().map(|one| one.protocol()).collect();
    let compressions: Vec<String> = preset
        .compressions
        .iter()
        .map(ToString::to_string)
        .collect();
    format!("{}; {}", encodings.join(", "), compressions.join(", "))
}

fn limits(limits: Limits) -> Vec<String> {
    let bytes = |bytes, what| Some(format!("{} {what}", bytes?));
    [
        bytes(
            limits.request_bytes_max.map(|bytes| bytes.to_string()),
            "of a request before compression",
        ),
        bytes(
            limits.wire_bytes_max.map(|bytes| bytes.to_string()),
            "of a request after compression",
        ),
        limits
            .age_max
            .map(|age| format!("no older than {}", length(age))),
        limits
            .ahead_max
            .map(|ahead| format!("no more than {} ahead of the clock", length(ahead))),
        bytes(
            limits.message_bytes_max.map(|bytes| bytes.to_string()),
            "bytes of a message",
        ),
        bytes(
            limits.attributes_max.map(|count| count.to_string()),
            "attributes of a record",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whole hours, or minutes.
fn length(length: Duration) -> String {
    match length.as_secs() / 60 {
        minutes if minutes.is_multiple_of(60) => format!("{} h", minutes / 60),
        minutes => format!("{minutes} min"),
    }
}

/// What is typed to begin with it.
fn commands(preset: &Preset) -> Vec<String> {
    let to = preset.example(&[]);
    let set = format!("otelctl token set --to {to}");
    let send = format!("otelctl send app.log --to {to}");
    let has_token = preset.auth.form != Form::None && preset.auth.need == AuthNeed::Needed;
    has_token.then_some(set).into_iter().chain([send]).collect()
}

fn members(preset: &Preset) -> Value {
    let encodings: Vec<&str> = preset.encodings.iter().map(|one| one.protocol()).collect();
    let compressions: Vec<String> = preset
        .compressions
        .iter()
        .map(ToString::to_string)
        .collect();
    let headers: Map<String, Value> = preset
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs());
    let limits = preset.limits;
    json!({
        "name": preset.name,
        "about": preset.about,
        "url": preset.url,
        "parameters": preset.params.iter().map(param_members).collect::<Vec<_>>(),
        "token": token_members(preset),
        "headers": headers,
        "protocols": encodings,
        "compressions": compressions,
        "limits": {
            "request_bytes": limits.request_bytes_max.map(|bytes| bytes.0),
            "compressed_request_bytes": limits.wire_bytes_max.map(|bytes| bytes.0),
            "age_seconds": seconds(limits.age_max),
            "ahead_seconds": seconds(limits.ahead_max),
            "message_bytes": limits.message_bytes_max,
            "attributes": limits.attributes_max,
        },
        "note": preset.quirks,
        "commands": commands(preset),
    })
}

fn param_members(param: &Param) -> Value {
    let default = match param.need {
        Need::Else(value) => Some(value),
        Need::Always | Need::Optional => None,
    };
    let hosts: Option<&[&str]> = match param.kind {
        ParamKind::Host(ends) => Some(ends),
        _ => None,
    };
    json!({
        "name": param.name,
        "needed": param.need == Need::Always,
        "default": default,
        "found": param.found,
        "example": param.example,
        "hosts": hosts,
    })
}

fn token_members(preset: &Preset) -> Value {
    if preset.auth.form == Form::None {
        return Value::Null;
    }
    json!({
        "header": preset.auth_header(),
        "needed": preset.auth.need == AuthNeed::Needed,
        "what": preset.auth.what,
        "made": preset.auth.made,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_destination_is_listed_on_a_line_of_its_own() {
        let text = list_as_text(Paint { color: false }, 120);
        for preset in PRESETS {
            let mut lines = text
                .lines()
                .filter(|line| line.split_whitespace().next() == Some(preset.name));
            let line = lines.next().unwrap();
            assert!(line.contains(preset.about), "{line}");
            assert!(
                needs(preset).iter().all(|need| line.contains(need)),
                "{line}"
            );
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
    }

    #[test]
    fn no_description_is_wider_than_its_column() {
        let widest = PRESETS.iter().map(|preset| preset.about.len()).max();
        assert!(widest.unwrap() <= ABOUT_WIDTH);
    }
}
