//! `service.name` and the other resource attributes, from flags and variables.
//!
//! `--service` beats `--resource service.name=…`, which beats `OTEL_SERVICE_NAME`, which beats `OTEL_RESOURCE_ATTRIBUTES`.
//! One pair that cannot be read discards that variable as a whole. Both variables are read only where `--detect` has `env`.
//!
//! Spec: OpenTelemetry Resource SDK, "Specifying resource information via an environment variable".

use crate::cli::detectors::DetectArg;
use crate::cli::send::RecordArgs;
use crate::settings::env::{EnvReader, OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME};
use crate::settings::pairs::{key_value, members, percent_decoded};
use crate::settings::{Origin, SettingsError, Sourced};

const SERVICE_NAME: &str = "service.name";

/// What is known about the producer of the records.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// `service.name`, when somebody said it.
    pub(super) service_name: Option<Sourced<String>>,
    /// Everything else, keys unique.
    pub(super) attributes: Vec<(String, String)>,
}

/// Merges what flags and variables say.
pub(super) fn resource(
    args: &RecordArgs,
    detectors: &[DetectArg],
    reader: &mut EnvReader<'_>,
) -> Result<Resource, SettingsError> {
    let reads_env = detectors.contains(&DetectArg::Env);
    let from_env = if reads_env {
        env_attributes(reader)
    } else {
        Vec::new()
    };
    let named = |pairs: &[(String, String)], origin| {
        let found = pairs.iter().rfind(|(key, _)| key == SERVICE_NAME)?;
        Some(Sourced::new(found.1.clone(), origin))
    };
    let typed = args.service.clone();
    let service_name = typed
        .map(|name| Sourced::new(name, reader.flag("--service")))
        .or_else(|| named(&args.resource, reader.pair("--resource", SERVICE_NAME)))
        .or_else(|| {
            let name = reader.vars.get(OTEL_SERVICE_NAME).filter(|_| reads_env)?;
            let name = name.to_owned();
            Some(Sourced::new(name, Origin::Env(OTEL_SERVICE_NAME)))
        })
        .or_else(|| {
            // Empty counts as unset here, so that the input may still tell the name.
            named(&from_env, Origin::Env(OTEL_RESOURCE_ATTRIBUTES))
                .filter(|name| !name.value.is_empty())
        });
    if let Some(name) = service_name.as_ref().filter(|name| name.value.is_empty()) {
        return Err(SettingsError::EmptyService {
            origin: name.origin,
        });
    }
    let mut attributes = unique(from_env.iter().chain(&args.resource));
    attributes.retain(|(key, _)| key != SERVICE_NAME);
    Ok(Resource {
        service_name,
        attributes,
    })
}

/// The pairs with the last value of each key, at the place of its first.
pub(super) fn unique<'a>(
    pairs: impl IntoIterator<Item = &'a (String, String)>,
) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for (key, value) in pairs {
        match kept.iter_mut().find(|(other, _)| other == key) {
            Some((_, old)) => old.clone_from(value),
            None => kept.push((key.clone(), value.clone())),
        }
    }
    kept
}

pub(super) fn env_attributes(reader: &mut EnvReader<'_>) -> Vec<(String, String)> {
    let Some(list) = reader.vars.get(OTEL_RESOURCE_ATTRIBUTES) else {
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for member in members(list) {
        let Some(pair) = decoded_pair(member) else {
            reader.warn(format!(
                "{OTEL_RESOURCE_ATTRIBUTES} is ignored as a whole: {member:?} is not a percent-encoded key=value"
            ));
            return Vec::new();
        };
        pairs.push(pair);
    }
    pairs
}

fn decoded_pair(member: &str) -> Option<(String, String)> {
    let (key, value) = key_value(member)?;
    let key = percent_decoded(key).filter(|key| !key.is_empty())?;
    Some((key, percent_decoded(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::send::UidWhen;
    use crate::settings::env::EnvVars;

    /// The service (`-` for none) with its origin, the attributes, and the number of warnings, in one line.
    #[track_caller]
    fn check(
        service: Option<&str>,
        resource_flags: &[(&str, &str)],
        env: [&str; 2],
        expected: &str,
    ) {
        let args = RecordArgs {
            uid: UidWhen::Auto,
            service: service.map(str::to_owned),
            resource: resource_flags
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            attributes: Vec::new(),
            file_path: false,
            time: None,
            detect: None,
        };
        let vars = EnvVars::new([
            (OTEL_SERVICE_NAME, env[0]),
            (OTEL_RESOURCE_ATTRIBUTES, env[1]),
        ]);
        let mut reader = EnvReader::new(&vars);
        let found = match resource(&args, &[DetectArg::Env], &mut reader) {
            Ok(Resource {
                service_name,
                attributes,
            }) => {
                let name = service_name.map_or("-".to_owned(), |name| {
                    format!("{} ({})", name.value, name.origin)
                });
                let pairs: Vec<String> = attributes
                    .iter()
                    .map(|(key, value)| format!(" {key}={value}"))
                    .collect();
                format!("{name}{} w{}", pairs.concat(), reader.warnings.len())
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn the_service_is_named_by_the_most_specific_voice() {
        let all = ["env", "service.name=attr"];
        let flag = [("service.name", "res")];
        check(Some("flag"), &flag, all, "flag (--service) w0");
        check(None, &flag, all, "res (--resource) w0");
        check(None, &[], all, "env (OTEL_SERVICE_NAME) w0");
        check(
            None,
            &[],
            ["", all[1]],
            "attr (OTEL_RESOURCE_ATTRIBUTES) w0",
        );
        check(None, &[], ["", ""], "- w0");
        check(None, &[], ["", "service.name="], "- w0");
    }

    #[test]
    fn an_empty_service_on_the_command_line_is_an_error() {
        check(
            Some(""),
            &[],
            ["", ""],
            "the service name is empty (from --service)",
        );
        check(
            None,
            &[("service.name", "")],
            ["env", ""],
            "the service name is empty (from --resource)",
        );
    }

    #[test]
    fn flags_beat_the_variable_key_by_key() {
        check(
            None,
            &[("a", "2"), ("c", "3"), ("c", "4")],
            ["", "a=1,b=1"],
            "- a=2 b=1 c=4 w0",
        );
    }

    #[test]
    fn without_env_the_variables_are_not_read() {
        let args = crate::cli::send_args("--detect host").record;
        let vars = EnvVars::new([
            (OTEL_SERVICE_NAME, "n"),
            (OTEL_RESOURCE_ATTRIBUTES, "a=1,b"),
        ]);
        let mut reader = EnvReader::new(&vars);
        let found = resource(&args, &[DetectArg::Host], &mut reader).unwrap();
        assert_eq!((found.service_name, found.attributes), (None, Vec::new()));
        assert_eq!(reader.warnings.len(), 0);
    }

    #[test]
    fn one_bad_pair_discards_the_whole_variable() {
        check(None, &[], ["", "a=1%2C2,b="], "- a=1,2 b= w0");
        check(None, &[], ["", "a=1,b"], "- w1");
        check(None, &[], ["", "a=1,=2"], "- w1");
        check(None, &[], ["", "a=1,b=100%"], "- w1");
        check(
            None,
            &[("c", "1")],
            ["n", "a=1,b"],
            "n (OTEL_SERVICE_NAME) c=1 w1",
        );
    }
}
