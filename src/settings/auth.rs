//! How a server takes a token: which header, and what stands around the token in it.
//!
//! From a destination's row or from `--auth`. Nothing is guessed: without either of them no server gets a token. Nothing is doubled:
//! a token that has its scheme or its user name already is left as it is.

use crate::cli::send::HeaderArg;
use crate::otlp::base64::{from_base64, push_base64};
use crate::settings::env::{EnvReader, OTELCTL_AUTH};
use crate::settings::headers::checked;
use crate::settings::preset::params::Values;
use crate::settings::preset::{Form, Preset};
use crate::settings::{Origin, SettingsError, Sourced};

const AUTHORIZATION: &str = "authorization";

/// Where the token stands in a template.
const TOKEN: &str = "{token}";

/// Schemes that a token may bring along.
const SCHEMES: [&str; 4] = ["Bearer", "Basic", "ApiKey", "Api-Token"];

/// A header that is waiting for its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    /// Lower-case.
    pub(super) header: String,
    shape: Shape,
}

/// What stands around the token.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Raw,
    Scheme(String),
    Basic { user: String },
    Around { before: String, after: String },
}

/// A token that came with another scheme than the server wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WrongScheme {
    /// What the token begins with.
    pub(super) found: &'static str,
}

impl Template {
    /// Logfire's: the token alone.
    pub(super) fn raw() -> Template {
        Template {
            header: AUTHORIZATION.to_owned(),
            shape: Shape::Raw,
        }
    }

    /// A destination's own; `None` when it takes no token, or only with a user name that was not given.
    pub(super) fn of(preset: &Preset, values: &Values) -> Option<Template> {
        let shape = match preset.auth.form {
            Form::None | Form::Url(_) => return None,
            Form::Raw => Shape::Raw,
            Form::Scheme(scheme) => Shape::Scheme(scheme.to_owned()),
            Form::Basic(user) => Shape::Basic {
                user: values.get(user)?.to_owned(),
            },
        };
        Some(Template {
            header: preset.auth.header.to_owned(),
            shape,
        })
    }

    /// What `--auth` says, else `OTELCTL_AUTH`.
    pub(super) fn given(
        flag: Option<&HeaderArg>,
        reader: &EnvReader<'_>,
    ) -> Result<Option<Sourced<Template>>, SettingsError> {
        let flag = flag.map(|flag| Sourced::new(flag.as_typed(), reader.flag("--auth")));
        let Some(found) = flag.or_else(|| reader.vars.first(&[OTELCTL_AUTH])) else {
            return Ok(None);
        };
        let template = Template::parse(found.value).map_err(|problem| SettingsError::Auth {
            origin: found.origin,
            problem,
        })?;
        Ok(Some(Sourced::new(template, found.origin)))
    }

    /// Reads `raw`, `bearer`, `basic:USER`, or `name: … {token} …`. What is wrong is said without any of the text: it may be a token.
    fn parse(text: &str) -> Result<Template, &'static str> {
        let text = text.trim();
        let authorization = |shape| Template {
            header: AUTHORIZATION.to_owned(),
            shape,
        };
        if text.eq_ignore_ascii_case("raw") {
            return Ok(Template::raw());
        }
        if text.eq_ignore_ascii_case("bearer") {
            return Ok(authorization(Shape::Scheme("Bearer".to_owned())));
        }
        let (name, value) = text.split_once(':').ok_or("is not a template")?;
        if name.trim().eq_ignore_ascii_case("basic") && !value.contains(TOKEN) {
            let user = value.trim().to_owned();
            if user.is_empty() || user.contains(':') {
                return Err("names no user");
            }
            return Ok(authorization(Shape::Basic { user }));
        }
        let (before, after) = value
            .trim()
            .split_once(TOKEN)
            .ok_or("does not say where the token stands")?;
        if after.contains(TOKEN) {
            return Err("has the token twice");
        }
        // The header is checked with a value that is one, to be told of its name now and not of the token later.
        let header = checked(name.trim(), "x", Origin::Default)
            .map_err(|_| "has a header that cannot be set")?;
        Ok(Template {
            header: header.name,
            shape: Shape::Around {
                before: before.to_owned(),
                after: after.to_owned(),
            },
        })
    }

    /// The header's value.
    ///
    /// Errors: a token with another scheme than this one's.
    pub(super) fn filled(&self, token: &str) -> Result<String, WrongScheme> {
        match &self.shape {
            Shape::Raw => Ok(token.to_owned()),
            Shape::Around { before, after } => Ok(around(token, before, after)),
            Shape::Scheme(scheme) => match scheme_of(token) {
                None => Ok(format!("{scheme} {token}")),
                Some(found) if found.eq_ignore_ascii_case(scheme) => Ok(token.to_owned()),
                Some(found) => Err(WrongScheme { found }),
            },
            Shape::Basic { user } => match scheme_of(token) {
                None => Ok(basic(user, token)),
                Some("Basic") => Ok(token.to_owned()),
                Some(found) => Err(WrongScheme { found }),
            },
        }
    }
}

fn around(token: &str, before: &str, after: &str) -> String {
    let start = before.trim_end();
    let has_scheme = !start.is_empty()
        && scheme_of(token).is_some_and(|scheme| scheme.eq_ignore_ascii_case(start));
    if has_scheme {
        return format!("{token}{after}");
    }
    format!("{before}{token}{after}")
}

/// The scheme that a token begins with. No token has a blank in it.
fn scheme_of(token: &str) -> Option<&'static str> {
    let (first, _) = token.split_once(char::is_whitespace)?;
    SCHEMES
        .into_iter()
        .find(|scheme| scheme.eq_ignore_ascii_case(first))
}

/// `Basic …` of a user and a password; one that holds its user already, also in base64, is not given another.
fn basic(user: &str, token: &str) -> String {
    let with_colon = format!("{user}:");
    let decoded = from_base64(token);
    if decoded.is_some_and(|bytes| bytes.starts_with(with_colon.as_bytes())) {
        return format!("Basic {token}");
    }
    let pair = if token.starts_with(&with_colon) {
        token.to_owned()
    } else {
        with_colon + token
    };
    let mut value = b"Basic ".to_vec();
    push_base64(&mut value, pair.as_bytes());
    String::from_utf8_lossy(&value).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header with the token in it, or what is wrong.
    #[track_caller]
    fn check(template: &str, token: &str, expected: &str) {
        let found = match Template::parse(template) {
            Ok(template) => match template.filled(token) {
                Ok(value) => format!("{}: {value}", template.header),
                Err(wrong) => format!("has {}", wrong.found),
            },
            Err(problem) => problem.to_owned(),
        };
        assert_eq!(found, expected, "{template:?} {token:?}");
    }

    #[test]
    fn a_template_says_where_the_token_stands() {
        check("raw", "t0", "authorization: t0");
        check("Bearer", "t0", "authorization: Bearer t0");
        check("basic:ann", "t0", "authorization: Basic YW5uOnQw");
        check("X-Key: {token}", "t0", "x-key: t0");
        check(
            "authorization: ApiKey {token}",
            "t0",
            "authorization: ApiKey t0",
        );
        check("x-key:k={token};v=1", "t0", "x-key: k=t0;v=1");
    }

    #[test]
    fn what_the_token_brings_along_is_not_doubled() {
        check("bearer", "bearer t0", "authorization: bearer t0");
        check("basic:ann", "ann:t0", "authorization: Basic YW5uOnQw");
        check("basic:ann", "YW5uOnQw", "authorization: Basic YW5uOnQw");
        check(
            "basic:ann",
            "Basic YW5uOnQw",
            "authorization: Basic YW5uOnQw",
        );
        check(
            "authorization: ApiKey {token}",
            "ApiKey t0",
            "authorization: ApiKey t0",
        );
        check("raw", "Bearer t0", "authorization: Bearer t0");
    }

    #[test]
    fn a_token_with_another_scheme_is_refused() {
        check("bearer", "Basic YW5uOnQw", "has Basic");
        check("basic:ann", "Bearer t0", "has Bearer");
    }

    #[test]
    fn a_template_that_makes_no_sense_is_refused_without_a_word_of_it() {
        check("hunter2", "", "is not a template");
        check("x-key: hunter2", "", "does not say where the token stands");
        check("x-key: {token}{token}", "", "has the token twice");
        check(
            "content-type: {token}",
            "",
            "has a header that cannot be set",
        );
        check("a b: {token}", "", "has a header that cannot be set");
        check("basic:", "", "names no user");
    }
}
