//! Which destination was meant: a name, a URL, or what the environment says.
//!
//! Only chooses. What a name stands for in URLs, headers and encodings is `connection`'s.

use std::path::PathBuf;

use crate::cli::send::DestinationArgs;
use crate::net::address::printable_url;
use crate::settings::endpoint::PathRule;
use crate::settings::env::{
    EnvReader, EnvVars, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT,
};
use crate::settings::preset::{self, Preset, nearest_name};
use crate::settings::resolve::ENDPOINT_DEFAULT;
use crate::settings::{Origin, SettingsError, Sourced};

/// What was meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice<'a> {
    /// An OTLP/HTTP endpoint.
    Url {
        /// `url`.
        name: &'static str,
        /// As given.
        given: Sourced<&'a str>,
        /// How its path is meant.
        rule: PathRule,
    },
    /// A destination with a row.
    Preset {
        /// Its row.
        preset: &'static Preset,
        /// Its parameters, as typed.
        query: Option<&'a str>,
    },
    /// The receiver inside the process.
    Local {
        /// Keeps what arrived.
        out: Option<PathBuf>,
    },
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

/// Takes flags first, then the signal's endpoint, then the general one, then the default.
///
/// Errors: two flags that name a destination, an unknown name, `--out` without `--to local`.
pub(super) fn choose<'a>(
    args: &'a DestinationArgs,
    reader: &EnvReader<'a>,
) -> Result<Choice<'a>, SettingsError> {
    let choice = match (&args.to, &args.endpoint) {
        (Some(_), Some(_)) => {
            return Err(SettingsError::Combination {
                one: "--to".to_owned(),
                other: "--endpoint".to_owned(),
                hint: "leave one out",
            });
        }
        (Some(to), None) => named(to, args.out.clone(), reader.flag("--to"))?,
        (None, Some(url)) => url_of(url, reader.flag("--endpoint"), PathRule::Base),
        (None, None) => from_env(reader.vars),
    };
    if args.out.is_some() && !matches!(choice, Choice::Local { .. }) {
        return Err(SettingsError::Needs {
            given: reader.flag("--out"),
            needed: "--to local",
        });
    }
    Ok(choice)
}

fn from_env(env: &EnvVars) -> Choice<'_> {
    if let Some(found) = env.first(&[OTEL_EXPORTER_OTLP_LOGS_ENDPOINT]) {
        return url_of(found.value, found.origin, PathRule::Verbatim);
    }
    if let Some(found) = env.first(&[OTEL_EXPORTER_OTLP_ENDPOINT]) {
        return url_of(found.value, found.origin, PathRule::Base);
    }
    url_of(ENDPOINT_DEFAULT, Origin::Default, PathRule::Base)
}

fn url_of(text: &str, origin: Origin, rule: PathRule) -> Choice<'_> {
    Choice::Url {
        name: "url",
        given: Sourced::new(text, origin),
        rule,
    }
}

/// The same for a name or a URL alone.
pub(super) fn named(
    to: &str,
    out: Option<PathBuf>,
    origin: Origin,
) -> Result<Choice<'_>, SettingsError> {
    let file = to
        .strip_prefix("file://")
        .or_else(|| to.strip_prefix("file:"));
    if let Some(path) = file {
        if path.is_empty() {
            return Err(SettingsError::NoFileName { origin });
        }
        return Ok(Choice::File(PathBuf::from(path)));
    }
    Ok(match to {
        "local" => Choice::Local { out },
        "stdout" => Choice::Stdout,
        "file" => return Err(SettingsError::NoFileName { origin }),
        to => {
            let (name, query) = match to.split_once('?') {
                Some((name, query)) => (name, Some(query)),
                None => (to, None),
            };
            match preset::find(name) {
                Some(preset) => Choice::Preset { preset, query },
                None if is_url_like(name) => url_of(to, origin, PathRule::Typed),
                None => return Err(unknown_destination(name, origin)),
            }
        }
    })
}

/// Whether an endpoint was meant, though perhaps without its scheme.
fn is_url_like(text: &str) -> bool {
    let is_path = text.starts_with(['.', '/']);
    text == "localhost" || text.contains("://") || (!is_path && text.contains(['.', ':', '/']))
}

fn unknown_destination(name: &str, origin: Origin) -> SettingsError {
    // A token pasted in the wrong place is not repeated.
    let shown = if name.contains("pylf_v") {
        "pylf_…".to_owned()
    } else {
        printable_url(name)
    };
    SettingsError::UnknownDestination {
        origin,
        name: shown,
        nearest: nearest_name(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::send_args;

    /// The choice in a short form, or the error with its hint.
    #[track_caller]
    fn check(flags: &[&str], env: &[(&str, &str)], expected: &str) {
        let env = EnvVars::new(env.iter().copied());
        let args = send_args(&flags.join(" ")).destination;
        let found = match choose(&args, &EnvReader::new(&env)) {
            Ok(Choice::Url { name, given, rule }) => {
                format!("{name} {} {rule:?} ({})", given.value, given.origin)
            }
            Ok(Choice::Preset { preset, query }) => format!("{} {query:?}", preset.name),
            Ok(other) => format!("{other:?}"),
            Err(error) => match error.hint() {
                Some(hint) => format!("{error}; {hint}"),
                None => error.to_string(),
            },
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn names_stand_for_destinations() {
        check(&["--to", "local"], &[], "Local { out: None }");
        check(
            &["--to", "local", "--out", "o"],
            &[],
            "Local { out: Some(\"o\") }",
        );
        check(&["--to", "stdout"], &[], "Stdout");
        check(&["--to", "file:a/b"], &[], "File(\"a/b\")");
        check(&["--to", "file:///a/b"], &[], "File(\"/a/b\")");
        check(&["--to", "logfire"], &[], "logfire None");
        check(&["--to", "logfire-eu"], &[], "logfire-eu None");
        check(&["--to", "collector"], &[], "collector None");
        check(
            &["--to", "grafana?zone=a"],
            &[],
            "grafana-cloud Some(\"zone=a\")",
        );
        let with_url = "loki?url=http://loki:3100";
        check(
            &["--to", with_url],
            &[],
            "loki Some(\"url=http://loki:3100\")",
        );
    }

    #[test]
    fn urls_are_typed_bases_and_the_environments_follow_the_specification() {
        let logs = (OTEL_EXPORTER_OTLP_LOGS_ENDPOINT, "http://l");
        let all = (OTEL_EXPORTER_OTLP_ENDPOINT, "http://a");
        check(&["--to", "http://c"], &[logs], "url http://c Typed (--to)");
        check(
            &["--endpoint", "http://c"],
            &[logs],
            "url http://c Base (--endpoint)",
        );
        check(
            &[],
            &[logs, all],
            "url http://l Verbatim (OTEL_EXPORTER_OTLP_LOGS_ENDPOINT)",
        );
        check(
            &[],
            &[all],
            "url http://a Base (OTEL_EXPORTER_OTLP_ENDPOINT)",
        );
        check(&[], &[], "url http://localhost:4318 Base (the default)");
        check(&["--to", "localhost"], &[], "url localhost Typed (--to)");
        check(&["--to", "c:4318"], &[], "url c:4318 Typed (--to)");
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones_and_the_nearest() {
        let known = "known are local, stdout, file:PATH, collector, logfire, many more, and URLs (from --to)";
        let list = "otelctl destinations lists all";
        for (name, shown, hint) in [
            ("logfrie", "logfrie", "did you mean logfire? "),
            ("collectr", "collectr", "did you mean collector? "),
            ("loky?url=http://l", "loky", "did you mean loki? "),
            ("list", "list", ""),
            ("./out.jsonl", "./out.jsonl", ""),
            ("pylf_v1_us_secret", "pylf_…", ""),
        ] {
            let expected = format!("unknown destination {shown:?}, {known}; {hint}{list}");
            check(&["--to", name], &[], &expected);
        }
    }

    #[test]
    fn flags_that_make_no_sense_together_are_refused() {
        check(
            &["--to", "local", "--endpoint", "http://c"],
            &[],
            "--to cannot be combined with --endpoint; leave one out",
        );
        let needs = "--out needs --to local; add --to local";
        check(&["--out", "o"], &[], needs);
        check(&["--out", "o", "--to", "stdout"], &[], needs);
        let nameless =
            "destination \"file:\" names no file (from --to); write it like file:out.jsonl";
        check(&["--to", "file:"], &[], nameless);
        check(&["--to", "file"], &[], nameless);
    }
}
