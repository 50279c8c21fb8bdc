//! Request headers: those of the variables, then those of the flags, which replace them by name.
//!
//! A bad header in a variable is left out with a warning; a bad one on the command line is an error. Neither shows a value, nor
//! a name that may be a piece of one.

use http::HeaderName;

use crate::base::secret::{Secret, remember};
use crate::cli::send::HeaderArg;
use crate::settings::env::{EnvReader, HEADERS};
use crate::settings::error::HeaderError;
use crate::settings::pairs::{key_value, members, percent_decoded};
use crate::settings::{Header, Origin, SettingsError};

/// A header that was checked. Its value is looked at once more before it is hidden for good; there is no `Debug`.
pub(super) struct PlainHeader {
    /// Lower-case.
    pub(super) name: String,
    /// May be a secret.
    pub(super) value: String,
    /// Who set it.
    pub(super) origin: Origin,
    /// Whether it is what the destination takes its token in, and so never goes out in the clear.
    pub(super) is_token: bool,
}

impl PlainHeader {
    /// Hides the value.
    pub(super) fn hidden(self) -> Header {
        let value = Secret::new(self.value);
        remember(&value);
        Header {
            name: self.name,
            value,
            origin: self.origin,
        }
    }
}

/// All headers the user asked for, names unique; the last of a name wins.
pub(super) fn headers(
    flags: &[HeaderArg],
    reader: &mut EnvReader<'_>,
) -> Result<Vec<PlainHeader>, SettingsError> {
    let mut headers = Vec::new();
    let found = reader.vars.first(&HEADERS);
    for (index, member) in found
        .iter()
        .flat_map(|list| members(list.value))
        .enumerate()
    {
        let origin = found.as_ref().map_or(Origin::Default, |list| list.origin);
        match env_header(member, origin) {
            Ok(header) => insert(&mut headers, header),
            Err(error) => {
                let number = index + 1;
                reader.warn(format!("header {number} of {origin} is ignored: {error}"));
            }
        }
    }
    for (index, flag) in flags.iter().enumerate() {
        let error = |source| SettingsError::Header {
            number: index + 1,
            origin: Origin::Flag("--header"),
            source,
        };
        let mut header = flag_header(flag.as_typed()).map_err(error)?;
        header.origin = reader.pair("--header", &header.name);
        insert(&mut headers, header);
    }
    Ok(headers)
}

/// Adds a header in place of one of the same name.
pub(super) fn insert(headers: &mut Vec<PlainHeader>, header: PlainHeader) {
    headers.retain(|other| other.name != header.name);
    headers.push(header);
}

/// Checks a name and a value, both trimmed.
pub(super) fn checked(name: &str, value: &str, origin: Origin) -> Result<PlainHeader, HeaderError> {
    /// These say how the body was written and how the connection is used, which only the sender knows.
    const RESERVED: [&str; 6] = [
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
    ];
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| HeaderError::Name)?;
    let name = name.as_str().to_owned();
    if RESERVED.contains(&name.as_str()) {
        return Err(HeaderError::Reserved { name });
    }
    if value.is_empty() {
        return Err(HeaderError::NoValue { name });
    }
    if value.chars().any(char::is_control) {
        return Err(HeaderError::Control { name });
    }
    Ok(PlainHeader {
        name,
        value: value.to_owned(),
        origin,
        is_token: false,
    })
}

/// `name=value`, the value percent-encoded. One that is not is taken as it is, as other SDKs do.
fn env_header(member: &str, origin: Origin) -> Result<PlainHeader, HeaderError> {
    let (name, value) = key_value(member).ok_or(HeaderError::NoSeparator)?;
    let decoded = percent_decoded(value);
    checked(name, decoded.as_deref().unwrap_or(value).trim(), origin)
}

/// `name=value` or `name: value`, as typed. A name has neither character, so the first of them divides.
fn flag_header(text: &str) -> Result<PlainHeader, HeaderError> {
    let (name, value) = text
        .split_once(['=', ':'])
        .ok_or(HeaderError::NoSeparator)?;
    checked(name.trim(), value.trim(), Origin::Flag("--header"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::env::EnvVars;

    /// `name: value` lines and warnings, or the error and its cause.
    #[track_caller]
    fn check(flags: &[&str], env: &str, expected: &[&str]) {
        let flags: Vec<HeaderArg> = flags.iter().map(|text| text.parse().unwrap()).collect();
        let vars = EnvVars::new([(HEADERS[1], env)]);
        let mut reader = EnvReader::new(&vars);
        let mut lines = match headers(&flags, &mut reader) {
            Ok(headers) => headers
                .iter()
                .map(|header| format!("{}: {}", header.name, header.value))
                .collect(),
            Err(error @ SettingsError::Header { .. }) => {
                let cause = std::error::Error::source(&error).unwrap();
                vec![format!("{error}: {cause}")]
            }
            Err(error) => vec![error.to_string()],
        };
        lines.append(&mut reader.warnings);
        assert_eq!(lines, expected);
    }

    #[test]
    fn variables_are_decoded_and_flags_taken_as_typed() {
        check(
            &[],
            "Authorization=Basic%20abc==",
            &["authorization: Basic abc=="],
        );
        check(&[], "a=1+2, b = x y ", &["a: 1+2", "b: x y"]);
        check(&[], "a=100%", &["a: 100%"]);
        check(&["a=1%202"], "", &["a: 1%202"]);
        check(&["X-Key: a=b"], "", &["x-key: a=b"]);
        check(&["x-key=http://h"], "", &["x-key: http://h"]);
    }

    #[test]
    fn a_flag_replaces_a_variables_header_of_the_same_name() {
        check(&["A=2"], "a=1,b=1", &["b: 1", "a: 2"]);
        check(&["a=1", "a=2"], "", &["a: 2"]);
    }

    #[test]
    fn a_bad_header_in_a_variable_is_left_out_with_a_warning_that_shows_none_of_it() {
        check(
            &[],
            "hunter2,a=1",
            &[
                "a: 1",
                "header 1 of OTEL_EXPORTER_OTLP_HEADERS is ignored: it is not written name=value",
            ],
        );
        check(
            &[],
            "Bearer hunter2==",
            &[
                "header 1 of OTEL_EXPORTER_OTLP_HEADERS is ignored: its name is empty or has characters that a header name cannot have",
            ],
        );
        check(
            &[],
            "a=",
            &["header 1 of OTEL_EXPORTER_OTLP_HEADERS is ignored: a has no value"],
        );
        check(
            &[],
            "a=x%0d%0ab:c",
            &[
                "header 1 of OTEL_EXPORTER_OTLP_HEADERS is ignored: the value of a has a control character",
            ],
        );
    }

    #[test]
    fn a_bad_header_on_the_command_line_is_an_error() {
        let head =
            |number, cause| format!("header {number} cannot be sent (from --header): {cause}");
        check(
            &["hunter2"],
            "",
            &[&head(1, "it is not written name=value")],
        );
        check(&["a=1", "b="], "", &[&head(2, "b has no value")]);
        check(
            &["Content-Type: text/plain"],
            "",
            &[&head(1, "content-type is set by otelctl itself")],
        );
    }

    #[test]
    fn the_signals_variable_replaces_the_general_one() {
        let vars = EnvVars::new([(HEADERS[0], "a=1"), (HEADERS[1], "b=1")]);
        let found = headers(&[], &mut EnvReader::new(&vars)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "a");
    }
}
