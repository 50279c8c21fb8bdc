//! Settings that can be obeyed and are probably not what was meant: each with a code, what it is, and what to do.
//!
//! Looks at the text of flags and variables. No finding shows the value of a header.

use url::Url;

use crate::cli::send::SendArgs;
use crate::net::address::printable_url;
use crate::settings::endpoint::is_loopback_url;
use crate::settings::env::known::meant_by;
use crate::settings::env::{
    EnvVars, HEADERS, LOGFIRE_TOKEN, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT,
};
use crate::settings::off::switched_off;
use crate::settings::pairs::{key_value, members, percent_decoded};
use crate::settings::{Destination, SendSettings};

/// Something that looks like a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable word for scripts.
    pub code: &'static str,
    /// What was found, and where.
    pub what: String,
    /// What to do.
    pub fix: String,
}

/// Variables whose text is looked at for blanks and quotes.
const TEXTS: [&str; 12] = [
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT,
    OTEL_EXPORTER_OTLP_ENDPOINT,
    HEADERS[0],
    HEADERS[1],
    "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION",
    "OTEL_EXPORTER_OTLP_COMPRESSION",
    "OTEL_SERVICE_NAME",
    "OTEL_RESOURCE_ATTRIBUTES",
    LOGFIRE_TOKEN,
    "LOGFIRE_BASE_URL",
];

/// Everything that looks like a mistake.
///
/// Shape: `settings` are what came out, when something did.
pub fn findings(args: &SendArgs, env: &EnvVars, settings: Option<&SendSettings>) -> Vec<Finding> {
    let mut found = Findings::default();
    found.off(args, env);
    found.texts(env);
    found.endpoints(env);
    found.env_headers(env);
    found.typed_headers(args);
    if let Some(settings) = settings {
        found.destination(settings);
        found.credentials(env, settings);
    }
    found.names(env);
    found.0
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, code: &'static str, what: String, fix: impl Into<String>) {
        let fix = fix.into();
        self.0.push(Finding { code, what, fix });
    }

    fn off(&mut self, args: &SendArgs, env: &EnvVars) {
        if let Some(by) = switched_off(&args.switch, env) {
            self.add(
                "switched-off",
                format!("{by} switches telemetry off: send reads and sends nothing"),
                "unset it to send",
            );
        }
    }

    /// Shells take quotes off; files of variables for containers do not.
    fn texts(&mut self, env: &EnvVars) {
        for name in TEXTS {
            let Some(text) = env.get(name) else {
                continue;
            };
            let trimmed = text.trim();
            if trimmed.len() < text.len() {
                self.add(
                    "blanks",
                    format!("{name} has blanks at its beginning or end"),
                    "take them off; they are ignored here, and not everywhere",
                );
            }
            let quoted =
                |mark| trimmed.len() > 1 && trimmed.starts_with(mark) && trimmed.ends_with(mark);
            if quoted('"') || quoted('\'') {
                self.add(
                    "quotes",
                    format!("{name} has quotes around its value, which are taken as a part of it"),
                    "take them off: files of variables are not read by a shell",
                );
            }
        }
    }

    fn endpoints(&mut self, env: &EnvVars) {
        for (name, is_base) in [
            (OTEL_EXPORTER_OTLP_ENDPOINT, true),
            (OTEL_EXPORTER_OTLP_LOGS_ENDPOINT, false),
        ] {
            let Some(text) = env.get(name).map(str::trim) else {
                continue;
            };
            let shown = printable_url(text);
            if !text.contains("://") {
                self.add(
                    "no-scheme",
                    format!("{name} has no scheme: {shown:?}"),
                    format!("write http:// or https:// before it: https://{shown}"),
                );
                continue;
            }
            let path = Url::parse(text).map(|url| url.path().to_owned());
            let path = path.unwrap_or_default();
            if is_base && path.trim_end_matches('/').ends_with("/v1/logs") {
                self.add(
                    "doubled-path",
                    format!("{name} ends with /v1/logs, and /v1/logs is appended to it"),
                    format!("leave out /v1/logs, or set {OTEL_EXPORTER_OTLP_LOGS_ENDPOINT}"),
                );
            } else if !is_base && path.ends_with("/v1/logs/") {
                self.add(
                    "trailing-slash",
                    format!("{name} ends with a slash, and is used as it is"),
                    "leave out the slash: most servers know /v1/logs only",
                );
            } else if !is_base && !path.ends_with("/v1/logs") {
                self.add(
                    "no-path",
                    format!("{name} is used as it is, and does not end with /v1/logs: {shown:?}"),
                    format!("append /v1/logs, or set {OTEL_EXPORTER_OTLP_ENDPOINT}"),
                );
            }
        }
    }

    fn env_headers(&mut self, env: &EnvVars) {
        let Some(list) = env.first(&HEADERS) else {
            return;
        };
        let origin = list.origin;
        for (index, member) in members(list.value).enumerate() {
            let number = index + 1;
            let Some((_, value)) = key_value(member) else {
                continue;
            };
            let decoded = percent_decoded(value);
            if decoded.is_none() {
                self.add(
                    "not-encoded",
                    format!("header {number} of {origin} has a % that begins no code, so its value is taken as it is"),
                    "write %25 for a %",
                );
            }
            let decoded = decoded.unwrap_or_default();
            if decoded.contains("%20") {
                self.add(
                    "encoded-twice",
                    format!("header {number} of {origin} still has %20 in it once it is decoded"),
                    "encode the value once",
                );
            }
            self.header_value(&format!("header {number} of {origin}"), &decoded);
        }
    }

    fn typed_headers(&mut self, args: &SendArgs) {
        for (index, header) in args.destination.headers.iter().enumerate() {
            let Some((_, value)) = header.as_typed().split_once(['=', ':']) else {
                continue;
            };
            let what = format!("--header number {}", index + 1);
            if value.contains("%20") {
                self.add(
                    "encoded-flag",
                    format!("{what} has %20 in it, which is not decoded in a flag"),
                    "write a blank; only the variables are encoded",
                );
            }
            self.header_value(&what, value.trim());
        }
    }

    fn header_value(&mut self, what: &str, value: &str) {
        let quoted = |mark| value.len() > 1 && value.starts_with(mark) && value.ends_with(mark);
        if quoted('"') || quoted('\'') {
            self.add(
                "header-quotes",
                format!("{what} has quotes around its value, which are sent"),
                "take them off",
            );
        }
        let lower = value.to_ascii_lowercase();
        for scheme in ["bearer", "basic"] {
            if lower.starts_with(&format!("{scheme} {scheme} ")) {
                self.add(
                    "doubled-scheme",
                    format!("{what} says {scheme} twice"),
                    "write it once",
                );
            }
        }
    }

    fn destination(&mut self, settings: &SendSettings) {
        let Destination::Http { url, .. } = &settings.destination.value else {
            return;
        };
        let Ok(parsed) = Url::parse(url) else {
            return;
        };
        let (shown, origin) = (printable_url(url), settings.destination.origin);
        if parsed.port() == Some(4317) {
            self.add(
                "grpc-port",
                format!("{shown} (from {origin}) has the port of gRPC, and HTTP is spoken"),
                "collectors listen for OTLP over HTTP on port 4318",
            );
        }
        if parsed.scheme() == "http" && !is_loopback_url(url) {
            self.add(
                "plain-http",
                format!("{shown} (from {origin}) is another machine, and nothing is encrypted on the way"),
                "write https:// if the server speaks it",
            );
        }
    }

    fn credentials(&mut self, env: &EnvVars, settings: &SendSettings) {
        let Destination::Http { name, .. } = &settings.destination.value else {
            return;
        };
        let list = env.first(&HEADERS);
        let is_authorization = |member: &str| {
            key_value(member).is_some_and(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        };
        let Some(list) = list.filter(|list| members(list.value).any(is_authorization)) else {
            return;
        };
        if name.starts_with("logfire") && env.get(LOGFIRE_TOKEN).is_some() {
            self.add(
                "two-credentials",
                format!(
                    "{} has an authorization header and {LOGFIRE_TOKEN} is set; the token is sent",
                    list.origin
                ),
                "unset one of them",
            );
        }
    }

    fn names(&mut self, env: &EnvVars) {
        for name in env.names() {
            if let Some(meant) = meant_by(name) {
                self.add(
                    "unknown-variable",
                    format!("{name} is set, and nobody reads it"),
                    format!("did you mean {meant}?"),
                );
            }
            if matches!(
                name,
                "OTEL_EXPORTER_OTLP_INSECURE" | "OTEL_EXPORTER_OTLP_LOGS_INSECURE"
            ) && env.get(name).is_some()
            {
                self.add(
                    "insecure",
                    format!("{name} means nothing for HTTP"),
                    "write http:// or https:// in the endpoint",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::send_args;
    use crate::settings::layers::Overlay;
    use crate::settings::resolve;
    use crate::settings::token::Stores;

    /// The codes of what is found.
    #[track_caller]
    fn check(flags: &str, env: &[(&str, &str)], expected: &[&str]) {
        let (args, env) = (send_args(flags), EnvVars::new(env.iter().copied()));
        let settings = resolve::send(&args, &Overlay::NONE, &env, &Stores::default()).ok();
        let found = findings(&args, &env, settings.as_ref());
        let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, expected, "{found:#?}");
        let told = format!("{found:?}");
        assert!(!told.contains("hunter2"), "{told}");
    }

    #[test]
    fn what_is_right_is_passed_over() {
        check("", &[], &[]);
        check(
            "--to https://c --header x=1",
            &[
                (HEADERS[1], "authorization=Basic%20hunter2==,b=c"),
                (OTEL_EXPORTER_OTLP_ENDPOINT, "https://c"),
                (OTEL_EXPORTER_OTLP_LOGS_ENDPOINT, "https://c/v1/logs"),
            ],
            &[],
        );
    }

    #[test]
    fn endpoints_are_looked_at() {
        let base = |url| [(OTEL_EXPORTER_OTLP_ENDPOINT, url)];
        let logs = |url| [(OTEL_EXPORTER_OTLP_LOGS_ENDPOINT, url)];
        check("", &base("https://c/v1/logs"), &["doubled-path"]);
        check("", &base("c:4318"), &["no-scheme"]);
        check("", &base("https://c:4317"), &["grpc-port"]);
        check("", &base("http://c"), &["plain-http"]);
        check("", &base("http://localhost:4318"), &[]);
        check("", &base(" https://c "), &["blanks"]);
        check("", &base("\"https://c\""), &["quotes"]);
        check("", &logs("https://c/v1/logs/"), &["trailing-slash"]);
        check("", &logs("https://c"), &["no-path"]);
    }

    #[test]
    fn headers_are_looked_at_and_not_shown() {
        let list = |text| [(HEADERS[1], text)];
        check("", &list("a=\"hunter2\""), &["header-quotes"]);
        check("", &list("\"a=hunter2\""), &["quotes"]);
        check("", &list("a=Bearer%2520hunter2"), &["encoded-twice"]);
        check("", &list("a=hunter2%"), &["not-encoded"]);
        check("", &list("a=Bearer Bearer hunter2"), &["doubled-scheme"]);
        check("--header a=Bearer%20hunter2", &[], &["encoded-flag"]);
        check("--header a='hunter2'", &[], &["header-quotes"]);
    }

    #[test]
    fn other_mistakes_are_found() {
        check(
            "",
            &[("OTEL_EXPORTER_OTLP_INSECURE", "true")],
            &["insecure"],
        );
        check(
            "",
            &[("OTEL_EXPORTER_OTLP_HEADER", "a=b")],
            &["unknown-variable"],
        );
        check("--no-telemetry", &[], &["switched-off"]);
        check(
            "--to logfire",
            &[
                (LOGFIRE_TOKEN, "pylf_v1_us_hunter2"),
                (HEADERS[1], "authorization=hunter2"),
            ],
            &["two-credentials"],
        );
    }
}
