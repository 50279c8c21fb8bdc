//! What the chosen destination means on the wire: URL, headers, encoding, compression, TLS, proxies.
//!
//! The variables of the OTLP exporter describe a server, so they count for HTTP destinations alone; `local`, `stdout` and
//! files take flags only, and say which of these make no sense there.

use std::path::PathBuf;

use url::Url;

use crate::cli::send::{CompressionArg, DestinationArgs, ProtocolArg};
use crate::otlp::{Compression, Encoding, Signal};
use crate::settings::destination::{Choice, choose};
use crate::settings::endpoint::{is_loopback, logs_url, printable_url};
use crate::settings::env::{COMPRESSION, EnvReader, LOGFIRE_TOKEN, PROTOCOL};
use crate::settings::headers::{PlainHeader, headers};
use crate::settings::logfire;
use crate::settings::resolve::{COMPRESSION_DEFAULT, ENCODING_DEFAULT};
use crate::settings::transport::{proxies, tls_files};
use crate::settings::{
    Destination, Header, Origin, ProxySettings, SettingsError, Sourced, TlsFiles,
};

/// Everything about where and how, resolved.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) destination: Sourced<Destination>,
    pub(super) encoding: Sourced<Encoding>,
    pub(super) compression: Sourced<Compression>,
    pub(super) headers: Vec<Header>,
    pub(super) tls: TlsFiles,
    pub(super) proxies: ProxySettings,
}

/// Resolves the destination's flags and variables.
pub(super) fn connection(
    args: &DestinationArgs,
    reader: &mut EnvReader<'_>,
) -> Result<Connection, SettingsError> {
    let to = reader.flag("--to");
    match choose(args, reader)? {
        Choice::Url { name, given, rule } => {
            let origin = match given.origin {
                Origin::Preset(_) => to,
                origin => origin,
            };
            let url = logs_url(given, rule)?;
            warn_of_doubled_path(&url, origin, reader);
            let headers = headers(&args.headers, reader)?;
            http(args, reader, Sourced::new((name, url), origin), headers)
        }
        Choice::Logfire(preset) => {
            let mut headers = headers(&args.headers, reader)?;
            let url = logfire::attach(preset, &mut headers, reader)?;
            let target = Sourced::new((preset.name(), url.value), url.origin);
            http(args, reader, target, headers)
        }
        Choice::Local { out } => local(args, reader, out),
        Choice::Stdout => lines(args, reader, "stdout", Destination::Stdout),
        Choice::File(path) => lines(args, reader, "file", Destination::File(path)),
    }
}

fn http(
    args: &DestinationArgs,
    reader: &mut EnvReader<'_>,
    target: Sourced<(&str, Url)>,
    headers: Vec<PlainHeader>,
) -> Result<Connection, SettingsError> {
    let origin = target.origin;
    let (name, url) = target.value;
    refuse_token_in_the_clear(&url, origin, &headers)?;
    let unsaid = if is_loopback(&url) {
        // Bytes on loopback cost less than compressing them.
        Compression::None
    } else {
        COMPRESSION_DEFAULT
    };
    Ok(Connection {
        encoding: encoding(protocol(args, reader))?,
        compression: compression(args, reader).unwrap_or(Sourced::new(unsaid, Origin::Default)),
        headers: headers.into_iter().map(PlainHeader::hidden).collect(),
        tls: tls_files(args, reader)?,
        proxies: proxies(reader.vars),
        destination: Sourced::new(
            Destination::Http {
                name: name.to_owned(),
                url: url.into(),
            },
            origin,
        ),
    })
}

fn protocol(args: &DestinationArgs, reader: &mut EnvReader<'_>) -> Option<Sourced<ProtocolArg>> {
    let words = [
        ("http/protobuf", ProtocolArg::HttpProtobuf),
        ("http/json", ProtocolArg::HttpJson),
        ("grpc", ProtocolArg::Grpc),
    ];
    protocol_flag(args, reader).or_else(|| reader.word(&PROTOCOL, &words))
}

fn protocol_flag(args: &DestinationArgs, reader: &EnvReader<'_>) -> Option<Sourced<ProtocolArg>> {
    let flag = args.protocol?;
    Some(Sourced::new(flag, reader.flag("--protocol")))
}

fn compression(args: &DestinationArgs, reader: &mut EnvReader<'_>) -> Option<Sourced<Compression>> {
    let words = [
        ("gzip", Compression::Gzip),
        ("none", Compression::None),
        ("zstd", Compression::Zstd),
    ];
    compression_flag(args, reader).or_else(|| reader.word(&COMPRESSION, &words))
}

fn compression_flag(
    args: &DestinationArgs,
    reader: &EnvReader<'_>,
) -> Option<Sourced<Compression>> {
    let compression = match args.compression? {
        CompressionArg::None => Compression::None,
        CompressionArg::Gzip => Compression::Gzip,
        CompressionArg::Zstd => Compression::Zstd,
    };
    Some(Sourced::new(compression, reader.flag("--compression")))
}

/// The receiver inside the process speaks HTTP, so bodies may be written and compressed as for a server.
fn local(
    args: &DestinationArgs,
    reader: &mut EnvReader<'_>,
    out: Option<PathBuf>,
) -> Result<Connection, SettingsError> {
    warn_without_server(args, reader, "local");
    Ok(Connection {
        destination: Sourced::new(Destination::Local { out }, reader.flag("--to")),
        encoding: encoding(protocol_flag(args, reader))?,
        compression: compression_flag(args, reader)
            .unwrap_or(Sourced::new(Compression::None, Origin::Preset("local"))),
        headers: Vec::new(),
        tls: TlsFiles::default(),
        proxies: ProxySettings::default(),
    })
}

/// OTLP/JSON lines: no other encoding has lines, and compressed ones would have none either.
fn lines(
    args: &DestinationArgs,
    reader: &mut EnvReader<'_>,
    name: &'static str,
    destination: Destination,
) -> Result<Connection, SettingsError> {
    let refused = |one: &str, hint| {
        let other = format!("--to {name}");
        let one = one.to_owned();
        Err(SettingsError::Combination { one, other, hint })
    };
    if let Some(ProtocolArg::HttpProtobuf | ProtocolArg::Grpc) = args.protocol {
        return refused("--protocol", "leave it out; lines are http/json");
    }
    if let Some(CompressionArg::Gzip | CompressionArg::Zstd) = args.compression {
        return refused("--compression", "compress the output with another program");
    }
    warn_without_server(args, reader, name);
    Ok(Connection {
        destination: Sourced::new(destination, reader.flag("--to")),
        encoding: Sourced::new(Encoding::Json, Origin::Preset(name)),
        compression: Sourced::new(Compression::None, Origin::Preset(name)),
        headers: Vec::new(),
        tls: TlsFiles::default(),
        proxies: ProxySettings::default(),
    })
}

fn warn_without_server(args: &DestinationArgs, reader: &mut EnvReader<'_>, name: &str) {
    for (flag, is_given) in [
        ("--header", !args.headers.is_empty()),
        ("--ca-cert", args.ca_cert.is_some()),
        ("--client-cert", args.client_cert.is_some()),
        ("--client-key", args.client_key.is_some()),
    ] {
        if is_given {
            reader.warn(format!("{flag} is ignored: --to {name} has no server"));
        }
    }
}

/// A base that ends with the signal's path is a common slip, and a 404 tells little of it.
fn warn_of_doubled_path(url: &Url, origin: Origin, reader: &mut EnvReader<'_>) {
    let path = Signal::Logs.path();
    if url.path().ends_with(&path.repeat(2)) {
        reader.warn(format!(
            "{path} is appended to the base URL of {origin}, which ends with it already"
        ));
    }
}

/// Whoever listens on the way reads what goes without TLS.
fn refuse_token_in_the_clear(
    url: &Url,
    origin: Origin,
    headers: &[PlainHeader],
) -> Result<(), SettingsError> {
    let is_token = |header: &PlainHeader| {
        header.origin == Origin::Env(LOGFIRE_TOKEN) || header.value.contains("pylf_v")
    };
    if url.scheme() == "https" || is_loopback(url) || !headers.iter().any(is_token) {
        return Ok(());
    }
    let url = printable_url(url.as_str());
    Err(SettingsError::TokenInTheClear { url, origin })
}

fn encoding(protocol: Option<Sourced<ProtocolArg>>) -> Result<Sourced<Encoding>, SettingsError> {
    let Some(Sourced { value, origin }) = protocol else {
        return Ok(Sourced::new(ENCODING_DEFAULT, Origin::Default));
    };
    match value {
        ProtocolArg::HttpProtobuf => Ok(Sourced::new(Encoding::Protobuf, origin)),
        ProtocolArg::HttpJson => Ok(Sourced::new(Encoding::Json, origin)),
        ProtocolArg::Grpc => Err(SettingsError::Grpc { origin }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::send_args;
    use crate::settings::env::{CLIENT_KEY, EnvVars, LOGFIRE_BASE_URL};

    /// Destination, encoding, compression and number of warnings in one line, or the error.
    #[track_caller]
    fn check(flags: &str, env: &[(&str, &str)], expected: &str) {
        let found = match resolved(flags, env) {
            Ok((found, warnings)) => {
                let place = match found.destination.value {
                    Destination::Http { name, url } => format!("{name} {url}"),
                    other => format!("{other:?}"),
                };
                let (encoding, compression) = (found.encoding, found.compression);
                format!(
                    "{place} {} ({}) {} ({}) w{}",
                    encoding.value.protocol(),
                    encoding.origin,
                    compression.value,
                    compression.origin,
                    warnings.len()
                )
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    fn resolved(
        flags: &str,
        env: &[(&str, &str)],
    ) -> Result<(Connection, Vec<String>), SettingsError> {
        let args = send_args(flags);
        let env = EnvVars::new(env.iter().copied());
        let mut reader = EnvReader::new(&env);
        let found = connection(&args.destination, &mut reader)?;
        Ok((found, reader.warnings))
    }

    #[test]
    fn bodies_are_protobuf_and_compressed_except_on_loopback() {
        check(
            "--to https://c",
            &[],
            "url https://c/v1/logs http/protobuf (the default) gzip (the default) w0",
        );
        check(
            "",
            &[],
            "url http://localhost:4318/v1/logs http/protobuf (the default) none (the default) w0",
        );
        check(
            "--to collector --compression gzip",
            &[],
            "collector http://localhost:4318/v1/logs http/protobuf (the default) gzip (--compression) w0",
        );
    }

    #[test]
    fn a_path_that_is_appended_twice_is_warned_about() {
        let rest = "http/protobuf (the default) gzip (the default)";
        check(
            "--endpoint https://c/v1/logs",
            &[],
            &format!("url https://c/v1/logs/v1/logs {rest} w1"),
        );
        check(
            "--to https://c/v1/logs",
            &[],
            &format!("url https://c/v1/logs {rest} w0"),
        );
    }

    #[test]
    fn flags_beat_variables_and_the_signals_variable_the_general_one() {
        let env = [
            (PROTOCOL[1], "HTTP/json"),
            (COMPRESSION[0], "none"),
            (COMPRESSION[1], "gzip"),
        ];
        check(
            "--to https://c",
            &env,
            "url https://c/v1/logs http/json (OTEL_EXPORTER_OTLP_PROTOCOL) none (OTEL_EXPORTER_OTLP_LOGS_COMPRESSION) w0",
        );
        check(
            "--to https://c --protocol http/protobuf --compression zstd",
            &env,
            "url https://c/v1/logs http/protobuf (--protocol) zstd (--compression) w0",
        );
        check(
            "--to https://c",
            &[(PROTOCOL[0], "thrift"), (COMPRESSION[1], "lz4")],
            "url https://c/v1/logs http/protobuf (the default) gzip (the default) w2",
        );
    }

    #[test]
    fn grpc_is_refused_whoever_asks_for_it() {
        check(
            "--protocol grpc",
            &[],
            "protocol grpc is not supported yet (from --protocol)",
        );
        check(
            "",
            &[(PROTOCOL[1], "GRPC")],
            "protocol grpc is not supported yet (from OTEL_EXPORTER_OTLP_PROTOCOL)",
        );
        check(
            "--protocol http/protobuf",
            &[(PROTOCOL[1], "grpc")],
            "url http://localhost:4318/v1/logs http/protobuf (--protocol) none (the default) w0",
        );
    }

    #[test]
    fn lines_are_plain_json_and_ask_the_environment_nothing() {
        let env = [
            (PROTOCOL[1], "grpc"),
            (COMPRESSION[1], "gzip"),
            (CLIENT_KEY[1], "k"),
        ];
        let plain = "Stdout http/json (the preset stdout) none (the preset stdout) w0";
        check("--to stdout", &env, plain);
        check(
            "--to stdout --protocol http/json --compression none",
            &env,
            plain,
        );
        check(
            "--to file:o --header a=1 --ca-cert c",
            &[],
            "File(\"o\") http/json (the preset file) none (the preset file) w2",
        );
        check(
            "--to stdout --protocol http/protobuf",
            &[],
            "--protocol cannot be combined with --to stdout",
        );
        check(
            "--to file:o --compression gzip",
            &[],
            "--compression cannot be combined with --to file",
        );
    }

    #[test]
    fn the_receiver_inside_the_process_takes_flags_only() {
        let env = [(PROTOCOL[1], "grpc"), (COMPRESSION[1], "gzip")];
        check(
            "--to local",
            &env,
            "Local { out: None } http/protobuf (the default) none (the preset local) w0",
        );
        check(
            "--to local --protocol http/json --compression zstd",
            &env,
            "Local { out: None } http/json (--protocol) zstd (--compression) w0",
        );
    }

    #[test]
    fn a_logfire_token_needs_tls_unless_it_stays_on_this_machine() {
        let token = (LOGFIRE_TOKEN, "selfhosted");
        let base = |url| [token, (LOGFIRE_BASE_URL, url)];
        let refused = "a Logfire token must not go to \"http://c/v1/logs\" without TLS";
        check(
            "--to logfire",
            &base("http://c"),
            &format!("{refused} (from LOGFIRE_BASE_URL)"),
        );
        check(
            "--to http://c --header a=pylf_v1_us_a",
            &[],
            &format!("{refused} (from --to)"),
        );
        let rest = "http/protobuf (the default) none (the default) w0";
        check(
            "--to logfire",
            &base("http://127.0.0.1:1"),
            &format!("logfire http://127.0.0.1:1/v1/logs {rest}"),
        );
        check(
            "--to http://c --compression none",
            &[token],
            "url http://c/v1/logs http/protobuf (the default) none (--compression) w0",
        );
    }

    #[test]
    fn the_logfire_token_goes_to_logfire_presets_only() {
        let token = [(LOGFIRE_TOKEN, "pylf_v1_eu_a")];
        let (logfire, _) = resolved("--to logfire", &token).unwrap();
        assert_eq!(logfire.headers.len(), 1);
        assert_eq!(logfire.headers[0].name, "authorization");
        let (other, _) = resolved("--to https://c", &token).unwrap();
        assert_eq!(other.headers, []);
    }
}
