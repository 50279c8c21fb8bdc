//! What the chosen destination means on the wire: URL, headers, encoding, compression, TLS, proxies.
//!
//! The variables of the OTLP exporter describe a server, so they count for HTTP destinations alone; `local`, `stdout` and
//! files take flags only, and say which of these make no sense there.

use std::path::PathBuf;

use url::Url;

use crate::cli::send::{CompressionArg, DestinationArgs, ProtocolArg};
use crate::otlp::{Compression, Encoding, Signal};
use crate::settings::destination::{Choice, choose};
use crate::settings::endpoint::{is_loopback, logs_url};
use crate::settings::env::{COMPRESSION, EnvReader, PROTOCOL};
use crate::settings::headers::PlainHeader;
use crate::settings::preset::Preset;
use crate::settings::resolve::{COMPRESSION_DEFAULT, ENCODING_DEFAULT};
use crate::settings::target::{Given, Target, of_preset, of_url};
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
    let given = Given { destination: args };
    match choose(args, reader)? {
        Choice::Url {
            name,
            given: url,
            rule,
        } => {
            let origin = url.origin;
            let url = logs_url(url, rule)?;
            warn_of_doubled_path(&url, origin, reader);
            let target = of_url((name, Sourced::new(url, origin)), given, reader)?;
            http(args, reader, target)
        }
        Choice::Preset { preset, query } => {
            let target = of_preset(preset, query, given, reader)?;
            http(args, reader, target)
        }
        Choice::Local { out } => local(args, reader, out),
        Choice::Stdout => lines(args, reader, "stdout", Destination::Stdout),
        Choice::File(path) => lines(args, reader, "file", Destination::File(path)),
    }
}

fn http(
    args: &DestinationArgs,
    reader: &mut EnvReader<'_>,
    target: Target,
) -> Result<Connection, SettingsError> {
    let asked = encoding(protocol(args, reader))?;
    let encoding = taken_encoding(asked, target.preset, reader)?;
    let asked = compression(args, reader);
    let compression = taken_compression(asked, (target.preset, &target.url.value), reader)?;
    let headers = target.headers.into_iter().map(PlainHeader::hidden);
    Ok(Connection {
        encoding,
        compression,
        headers: headers.collect(),
        tls: tls_files(args, reader)?,
        proxies: proxies(reader.vars),
        destination: Sourced::new(
            Destination::Http {
                name: target.name.to_owned(),
                url: target.url.value.into(),
            },
            target.url.origin,
        ),
    })
}

/// The encoding, or the destination's own where a variable asks for one that it does not take.
fn taken_encoding(
    asked: Sourced<Encoding>,
    preset: Option<&'static Preset>,
    reader: &mut EnvReader<'_>,
) -> Result<Sourced<Encoding>, SettingsError> {
    let Some(preset) = preset.filter(|preset| !preset.encodings.contains(&asked.value)) else {
        return Ok(asked);
    };
    let names = preset.encodings.iter().map(|one| one.protocol());
    let what = asked.value.protocol();
    refuse_flag(preset, (what, asked.origin), names.collect(), reader)?;
    let own = preset.encodings.first().copied();
    Ok(Sourced::new(
        own.unwrap_or(ENCODING_DEFAULT),
        Origin::Preset(preset.name),
    ))
}

/// The same for the compression. What nobody asked for is none on loopback, where bytes cost less than compressing them.
fn taken_compression(
    asked: Option<Sourced<Compression>>,
    (preset, url): (Option<&'static Preset>, &Url),
    reader: &mut EnvReader<'_>,
) -> Result<Sourced<Compression>, SettingsError> {
    let Some(asked) = asked else {
        let unsaid = if is_loopback(url) {
            Compression::None
        } else {
            COMPRESSION_DEFAULT
        };
        return Ok(Sourced::new(unsaid, Origin::Default));
    };
    let Some(preset) = preset.filter(|preset| !preset.compressions.contains(&asked.value)) else {
        return Ok(asked);
    };
    let name = |one: Compression| one.content_encoding().unwrap_or("none");
    let names = preset.compressions.iter().map(|one| name(*one));
    let what = name(asked.value);
    refuse_flag(preset, (what, asked.origin), names.collect(), reader)?;
    let own = preset.compressions.first().copied();
    Ok(Sourced::new(
        own.unwrap_or(COMPRESSION_DEFAULT),
        Origin::Preset(preset.name),
    ))
}

/// A variable is meant for every server, so it gives way with a warning; what was said for this run does not.
fn refuse_flag(
    preset: &'static Preset,
    (what, origin): (&'static str, Origin),
    taken: Vec<&str>,
    reader: &mut EnvReader<'_>,
) -> Result<(), SettingsError> {
    let taken = taken.join(", ");
    let name = preset.name;
    if !matches!(origin, Origin::Env(_)) {
        return Err(SettingsError::NotTaken {
            preset: name,
            what,
            origin,
            taken,
        });
    }
    reader.warn(format!(
        "{origin} is ignored: {name} does not take {what}, but {taken}"
    ));
    Ok(())
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
        ("--auth", args.auth.is_some()),
        ("--token-file", args.token.token_file.is_some()),
        ("--token-fd", args.token.token_fd.is_some()),
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
    use crate::settings::env::{
        CLIENT_KEY, EnvVars, LOGFIRE_BASE_URL, LOGFIRE_TOKEN, OTELCTL_TOKEN,
    };

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
            "--to file:o --token-file t",
            &[],
            "File(\"o\") http/json (the preset file) none (the preset file) w1",
        );
        check(
            "--to https://c --token-file t",
            &[],
            "url https://c/v1/logs http/protobuf (the default) gzip (the default) w1",
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
    fn what_a_destination_does_not_take_is_refused_of_a_flag_and_replaced_of_a_variable() {
        let env = [
            (OTELCTL_TOKEN, "t0k3n"),
            (PROTOCOL[1], "http/json"),
            (COMPRESSION[1], "zstd"),
        ];
        let url = "datadog https://otlp.datadoghq.com/v1/logs";
        let own = "(the preset datadog)";
        check(
            "--to datadog",
            &env,
            &format!("{url} http/protobuf {own} gzip {own} w2"),
        );
        let refused = "destination datadog does not take";
        check(
            "--to datadog --protocol http/json",
            &env[..1],
            &format!("{refused} http/json (from --protocol)"),
        );
        check(
            "--to datadog --compression zstd",
            &env[..1],
            &format!("{refused} zstd (from --compression)"),
        );
        check(
            "--to honeycomb --compression zstd --protocol http/json",
            &env[..1],
            "honeycomb https://api.honeycomb.io/v1/logs http/json (--protocol) zstd (--compression) w0",
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
