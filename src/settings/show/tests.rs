//! The table of precedence: for every setting, who sets it when some of flag, variable and profile do.

use std::fs;

use super::*;
use crate::cli::layer::Takes;
use crate::cli::send_args;
use crate::settings::layers::{Places, read};
use crate::settings::token::Stores;
use crate::settings::{input, resolve};

/// A setting, and three values that tell the layers apart: typed, in the variable with what it shows, in the profile.
struct Case {
    key: &'static str,
    flag: &'static str,
    variable: Option<(&'static str, &'static str, &'static str)>,
    profile: &'static str,
    /// What else must be there for the setting to mean something.
    beside: &'static str,
    default: &'static str,
}

const fn case(key: &'static str, flag: &'static str, profile: &'static str) -> Case {
    Case {
        key,
        flag,
        variable: None,
        profile,
        beside: "",
        default: "-",
    }
}

const fn with(case: Case, name: &'static str, text: &'static str, shown: &'static str) -> Case {
    Case {
        variable: Some((name, text, shown)),
        ..case
    }
}

const fn default(case: Case, default: &'static str) -> Case {
    Case { default, ..case }
}

const fn beside(case: Case, beside: &'static str) -> Case {
    Case { beside, ..case }
}

/// Every key that can stand in a file.
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn cases() -> Vec<Case> {
    let to = "http://localhost:4318/v1/logs";
    let endpoint = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT";
    vec![
        case("format", "json", "logfmt"),
        case("tz", "UTC", "Europe/Vienna"),
        case("timestamp-fields", "a", "b"),
        case("level-fields", "a", "b"),
        case("message-fields", "a", "b"),
        case("scope-fields", "a", "b"),
        default(case("guess-severity", "true", "true"), "false"),
        default(case("record-lines-max", "1", "2"), "1024"),
        default(case("line-bytes-max", "1KiB", "2KiB"), "1MiB"),
        default(
            with(
                case("to", "http://f/v1/logs", "http://p/v1/logs"),
                endpoint,
                "http://v/v1/logs",
                "http://v/v1/logs",
            ),
            to,
        ),
        beside(case("out", "f", "p"), "--to local"),
        default(
            with(
                case("protocol", "http/json", "http/json"),
                "OTEL_EXPORTER_OTLP_PROTOCOL",
                "HTTP/json",
                "http/json",
            ),
            "http/protobuf",
        ),
        default(
            with(
                case("compression", "gzip", "zstd"),
                "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION",
                "gzip",
                "gzip",
            ),
            "none",
        ),
        with(
            case("header x-org", SET, SET),
            "OTEL_EXPORTER_OTLP_HEADERS",
            "x-org=v",
            SET,
        ),
        with(
            case("ca-cert", "f", "p"),
            "OTEL_EXPORTER_OTLP_CERTIFICATE",
            "v",
            "v",
        ),
        beside(
            with(
                case("client-cert", "f", "p"),
                "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
                "v",
                "v",
            ),
            "--client-key k",
        ),
        beside(
            with(
                case("client-key", "f", "p"),
                "OTEL_EXPORTER_OTLP_CLIENT_KEY",
                "v",
                "v",
            ),
            "--client-cert c",
        ),
        with(case("service", "f", "p"), "OTEL_SERVICE_NAME", "v", "v"),
        with(
            case("resource a.b", "f", "p"),
            "OTEL_RESOURCE_ATTRIBUTES",
            "a.b=v",
            "v",
        ),
        case("attr a.b", "f", "p"),
        default(case("file-path", "true", "true"), "false"),
        case("time", "keep", "drop"),
        default(case("uid", "always", "always"), "never"),
        default(
            with(
                case("timeout", "1s", "2s"),
                "OTEL_BLRP_EXPORT_TIMEOUT",
                "3000",
                "3s",
            ),
            "10s",
        ),
        default(case("retry-for", "1s", "2s"), "5m"),
        default(case("retry-codes", "otlp", "otlp"), "broad"),
        case("dead-letters", "f", "p"),
        default(case("drain", "1s", "2s"), "10s"),
        default(case("batch-bytes-max", "1KiB", "2KiB"), "1MiB"),
        with(
            case("batch-records-max", "1", "2"),
            "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
            "3",
            "3",
        ),
        default(
            with(
                case("flush-interval", "1ms", "2ms"),
                "OTEL_BLRP_SCHEDULE_DELAY",
                "3",
                "3ms",
            ),
            "1s",
        ),
        default(case("in-flight", "1", "2"), "4"),
        case("threads", "1", "2"),
        default(
            with(
                case("queue-records-max", "1", "2"),
                "OTEL_BLRP_MAX_QUEUE_SIZE",
                "3",
                "3",
            ),
            "2048",
        ),
        default(case("queue-bytes-max", "1KiB", "2KiB"), "16MiB"),
        default(case("on-full", "drop", "drop"), "block"),
        default(case("resume", "true", "true"), "false"),
        with(case("state-dir", "f", "p"), "OTELCTL_STATE_DIR", "v", "v"),
        default(case("follow", "true", "true"), "false"),
        default(
            beside(case("from", "end", "end"), "a.log --follow"),
            "start",
        ),
        default(
            beside(case("poll-interval", "1s", "2s"), "a.log --follow"),
            "250ms",
        ),
        default(
            beside(case("open-files-max", "1", "2"), "a.log --follow"),
            "256",
        ),
        with(
            case("auth", "raw", "bearer"),
            "OTELCTL_AUTH",
            "basic:ann",
            SET,
        ),
        default(case("detect", "os", "none"), "host,os,env,container,k8s"),
    ]
}

/// What is typed for a case.
fn typed(case: &Case) -> String {
    let (flag, key) = case.key.split_once(' ').unwrap_or((case.key, ""));
    match kind(flag) {
        Takes::Switch => format!("--{flag}"),
        Takes::Pairs => format!("--{flag} {key}={}", case.flag),
        _ => format!("--{flag} {}", case.flag),
    }
}

/// What the profile says for a case, on its third line.
fn written(case: &Case) -> String {
    let (flag, key) = case.key.split_once(' ').unwrap_or((case.key, ""));
    let value = match kind(flag) {
        Takes::Switch => "true".to_owned(),
        Takes::Pairs => format!("{{ {key:?} = {:?} }}", case.profile),
        _ => format!("{:?}", case.profile),
    };
    // A profile's word about the token is for the server that it names.
    let beside = match flag {
        "auth" => "to = 'http://localhost:4318'\n",
        _ => "",
    };
    format!("[profiles.p]\n\n{flag} = {value}\n{beside}")
}

fn kind(flag: &str) -> Takes {
    let keys = layer::keys();
    keys.iter().find(|key| key.name == flag).unwrap().takes
}

/// Runs everything that `config show` runs, and gives back its rows.
fn shown(flags: &str, env: &[(&str, &str)], file: &str) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, file).unwrap();
    own(&path);
    // For those cases that put a token into a header.
    let token = ("OTELCTL_TOKEN", "t0");
    let env = EnvVars::new(env.iter().copied().chain([token]));
    let profile = file.contains("[profiles.p]").then_some("p");
    let layers = read((Some(&path), profile), &env, Places::default()).unwrap();
    let (args, overlay) = layers.send(send_args(flags), &env).unwrap();
    let send = resolve::send(&args, &overlay, &env, &Stores::default()).unwrap();
    let input = input::input(&args.input, layers.formats(), &overlay).unwrap();
    let (args, overlay, layers, env) = (&args, &overlay, &layers, &env);
    let effective = Effective {
        args,
        overlay,
        layers,
        env,
        send: &send,
        input: &input,
    };
    effective.rows()
}

/// Nobody else may write a file with profiles, whatever the umask of the test is.
fn own(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Guarantees: flag, variable, profile, default, for every setting and every combination.
#[test]
fn the_origin_of_every_setting_is_right_in_every_combination() {
    for case in cases() {
        for layers in 0..8_u8 {
            let (flag, variable, profile) = (layers & 4 > 0, layers & 2 > 0, layers & 1 > 0);
            // A certificate alone is an error, and a variable that there is not makes no new case.
            let is_half = layers == 0 && case.key.starts_with("client-");
            if is_half || (variable && case.variable.is_none()) {
                continue;
            }
            let variable = case.variable.filter(|_| variable);
            let flags = if flag { typed(&case) } else { String::new() };
            let env: Vec<(&str, &str)> = variable
                .iter()
                .map(|(name, text, _)| (*name, *text))
                .collect();
            let file = if profile {
                written(&case)
            } else {
                String::new()
            };
            // A pipe cannot be followed.
            let files = if case.key == "follow" { "a.log" } else { "" };
            let rows = shown(&format!("{files} {} {flags}", case.beside), &env, &file);
            let found = rows.iter().find(|row| row.key == case.key);
            let found = found.map_or(("-".to_owned(), "the default".to_owned()), |row| {
                let value = row.value.clone();
                (value.unwrap_or("-".to_owned()), row.origin.to_string())
            });
            let expected = if flag {
                let (name, _) = case.key.split_once(' ').unwrap_or((case.key, ""));
                (case.flag, format!("--{name}"))
            } else if let Some((name, _, shown)) = variable {
                (shown, name.to_owned())
            } else if profile {
                (case.profile, "profile p (config.toml, line 3)".to_owned())
            } else {
                (case.default, "the default".to_owned())
            };
            assert_eq!(
                found,
                (expected.0.to_owned(), expected.1),
                "{} {layers:03b}",
                case.key
            );
        }
    }
}

/// Guarantees: no key is left out of the table above.
#[test]
fn the_table_has_every_key() {
    let cases = cases();
    for key in layer::keys() {
        let is_there = cases
            .iter()
            .any(|case| case.key.split(' ').next() == Some(&key.name));
        assert!(is_there || key.name == "endpoint", "{}", key.name);
    }
}

#[test]
fn a_bad_variable_leaves_its_place_to_the_profile() {
    let file = "[profiles.p]\ntimeout = '2s'\ncompression = 'zstd'\n";
    let env = [
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "lz4"),
    ];
    let rows = shown("", &env, file);
    let origin = |key: &str| {
        let row = rows.iter().find(|row| row.key == key).unwrap();
        row.origin.to_string()
    };
    assert_eq!(origin("timeout"), "profile p (config.toml, line 2)");
    assert_eq!(origin("compression"), "profile p (config.toml, line 3)");
}

#[test]
fn what_describes_a_server_is_left_out_where_there_is_none() {
    let file = "[profiles.p]\nto = 'https://c'\nprotocol = 'http/protobuf'\nheaders = { a = 'b' }\nca-cert = 'c'\n";
    let rows = shown("--to stdout", &[], file);
    let row = rows.iter().find(|row| row.key == "protocol").unwrap();
    assert_eq!(row.origin, Origin::Preset("stdout"));
    assert!(rows.iter().all(|row| row.key != "header a"));
}

#[test]
fn how_a_token_is_sent_does_not_go_along_to_another_server() {
    let file = "[profiles.p]\nto = 'https://one.example'\nauth = 'bearer'\n";
    let header = |flags: &str| {
        let rows = shown(flags, &[], file);
        rows.iter().any(|row| row.key == "header authorization")
    };
    assert!(header(""));
    assert!(!header("--to https://two.example"));
}
