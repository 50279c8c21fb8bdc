//! What each destination is sent: the whole URL, every header, the encoding and the compression.

use super::*;
use crate::cli::send_args;
use crate::settings::Destination;
use crate::settings::connection::connection;
use crate::settings::env::{EnvVars, HEADERS, OTELCTL_AUTH};
use crate::settings::preset::PRESETS;

/// URL, headers, encoding and compression as lines, then the warnings; or the error and its hint.
fn request(flags: &str, env: &[(&str, &str)]) -> String {
    let mut args = send_args("").destination;
    let mut words = flags.split(" | ");
    while let Some(word) = words.next() {
        let value = words.next().unwrap();
        match word {
            "--to" => args.to = Some(value.to_owned()),
            "--auth" => args.auth = Some(value.parse().unwrap()),
            "--header" => args.headers.push(value.parse().unwrap()),
            other => panic!("{other}"),
        }
    }
    let env = EnvVars::new(env.iter().copied());
    let mut reader = EnvReader::new(&env);
    match connection(&args, &mut reader) {
        Ok(found) => {
            let Destination::Http { url, .. } = found.destination.value else {
                panic!("this is no server");
            };
            let mut lines = vec![url];
            let headers = found.headers.iter();
            lines.extend(
                headers.map(|header| format!("{}: {}", header.name, header.value.expose())),
            );
            let encoding = found.encoding.value.protocol();
            lines.push(format!("{encoding} {}", found.compression.value));
            lines.append(&mut reader.warnings);
            lines.join("\n")
        }
        Err(error) => format!("{error}; {}", error.hint().unwrap_or_default()),
    }
}

#[track_caller]
fn check(flags: &str, env: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(request(flags, env), expected.join("\n"), "{flags}");
}

/// The same with the token `t0k3n` and the destination alone; `--protocol` and compression are the defaults of a far server.
const REQUESTS: &[(&str, &[&str])] = &[
    (
        "logfire",
        &[
            "https://logfire-us.pydantic.dev/v1/logs",
            "authorization: t0k3n",
        ],
    ),
    (
        "logfire?url=https://logfire.example.com/base",
        &[
            "https://logfire.example.com/base/v1/logs",
            "authorization: t0k3n",
        ],
    ),
    (
        "logfire-us",
        &[
            "https://logfire-us.pydantic.dev/v1/logs",
            "authorization: t0k3n",
        ],
    ),
    (
        "logfire-eu",
        &[
            "https://logfire-eu.pydantic.dev/v1/logs",
            "authorization: t0k3n",
        ],
    ),
    (
        "collector?url=https://otel.example.com",
        &["https://otel.example.com/v1/logs"],
    ),
    (
        "otel-lgtm?url=https://lgtm.example.com:4318/",
        &["https://lgtm.example.com:4318/v1/logs"],
    ),
    (
        "grafana-cloud?zone=prod-us-east-0&instance=123",
        &[
            "https://otlp-gateway-prod-us-east-0.grafana.net/otlp/v1/logs",
            "authorization: Basic MTIzOnQwazNu",
        ],
    ),
    (
        "loki?url=https://loki.example.com&tenant=team-a&user=ann",
        &[
            "https://loki.example.com/otlp/v1/logs",
            "x-scope-orgid: team-a",
            "authorization: Basic YW5uOnQwazNu",
        ],
    ),
    (
        "honeycomb?dataset=shop",
        &[
            "https://api.honeycomb.io/v1/logs",
            "x-honeycomb-dataset: shop",
            "x-honeycomb-team: t0k3n",
        ],
    ),
    (
        "honeycomb-eu",
        &[
            "https://api.eu1.honeycomb.io/v1/logs",
            "x-honeycomb-team: t0k3n",
        ],
    ),
    (
        "datadog?site=us5.datadoghq.com",
        &[
            "https://otlp.us5.datadoghq.com/v1/logs",
            "dd-api-key: t0k3n",
        ],
    ),
    (
        "newrelic",
        &["https://otlp.nr-data.net/v1/logs", "api-key: t0k3n"],
    ),
    (
        "newrelic-eu",
        &["https://otlp.eu01.nr-data.net/v1/logs", "api-key: t0k3n"],
    ),
    (
        "newrelic-gov",
        &["https://gov-otlp.nr-data.net/v1/logs", "api-key: t0k3n"],
    ),
    (
        "dash0?region=eu-west-1&dataset=production",
        &[
            "https://ingress.eu-west-1.aws.dash0.com/v1/logs",
            "dash0-dataset: production",
            "authorization: Bearer t0k3n",
        ],
    ),
    (
        "axiom?dataset=logs&domain=eu-central-1.aws.edge.axiom.co",
        &[
            "https://eu-central-1.aws.edge.axiom.co/v1/logs",
            "x-axiom-dataset: logs",
            "authorization: Bearer t0k3n",
        ],
    ),
    (
        "betterstack?host=s12.eu-nbg-2.betterstackdata.com",
        &[
            "https://s12.eu-nbg-2.betterstackdata.com/v1/logs",
            "authorization: Bearer t0k3n",
        ],
    ),
    (
        "signoz-cloud?region=eu",
        &[
            "https://ingest.eu.signoz.cloud/v1/logs",
            "signoz-ingestion-key: t0k3n",
        ],
    ),
    (
        "signoz?url=https://signoz.example.com",
        &["https://signoz.example.com/v1/logs"],
    ),
    (
        "elastic?host=shop.ingest.us-east-1.aws.elastic.cloud",
        &[
            "https://shop.ingest.us-east-1.aws.elastic.cloud/v1/logs",
            "authorization: ApiKey t0k3n",
        ],
    ),
    (
        "victorialogs?url=https://vl.example.com&account=12&project=34&stream-fields=host.name,service.name&user=ann",
        &[
            "https://vl.example.com/insert/opentelemetry/v1/logs",
            "accountid: 12",
            "projectid: 34",
            "vl-stream-fields: host.name,service.name",
            "authorization: Basic YW5uOnQwazNu",
        ],
    ),
    (
        "openobserve?url=https://o2.example.com&org=shop&user=ann@example.com&stream=web",
        &[
            "https://o2.example.com/api/shop/v1/logs",
            "stream-name: web",
            "authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwazNu",
        ],
    ),
    (
        "dynatrace?env=abc12345",
        &[
            "https://abc12345.live.dynatrace.com/api/v2/otlp/v1/logs",
            "authorization: Api-Token t0k3n",
        ],
    ),
    (
        "aws-cloudwatch?region=us-west-2&group=%2Fshop%2Fweb&stream=main",
        &[
            "https://logs.us-west-2.amazonaws.com/v1/logs",
            "x-aws-log-group: /shop/web",
            "x-aws-log-stream: main",
            "authorization: Bearer t0k3n",
        ],
    ),
    (
        "gcp?project=my-project",
        &[
            "https://telemetry.googleapis.com/v1/logs",
            "x-goog-user-project: my-project",
            "authorization: Bearer t0k3n",
        ],
    ),
    (
        "observe?customer=123456789012",
        &[
            "https://123456789012.collect.observeinc.com/v2/otel/v1/logs",
            "authorization: Bearer t0k3n",
        ],
    ),
    (
        "coralogix?domain=eu2.coralogix.com",
        &[
            "https://ingress.eu2.coralogix.com/v1/logs",
            "authorization: Bearer t0k3n",
        ],
    ),
    (
        "uptrace?url=https://uptrace.example.com",
        &["https://uptrace.example.com/v1/logs", "uptrace-dsn: t0k3n"],
    ),
    (
        "hyperdx",
        &["https://in-otel.hyperdx.io/v1/logs", "authorization: t0k3n"],
    ),
];

#[test]
fn each_destination_is_sent_what_its_documentation_says() {
    for (to, expected) in REQUESTS {
        let found = request(&format!("--to | {to}"), &[(OTELCTL_TOKEN, "t0k3n")]);
        let lines: Vec<&str> = found.lines().collect();
        let (head, rest) = lines.split_at(expected.len());
        assert_eq!(head, *expected, "{to}");
        assert_eq!(rest.first(), Some(&"http/protobuf gzip"), "{to}");
    }
}

#[test]
fn no_destination_is_left_out_of_the_table_above() {
    let tested = |name| {
        let mut names = REQUESTS.iter().map(|(to, _)| to.split('?').next());
        // The URL of Sumo Logic is its token, which has a test of its own.
        name == "sumologic" || names.any(|tested| tested == Some(name))
    };
    for preset in PRESETS {
        assert!(tested(preset.name), "{}", preset.name);
    }
}

#[test]
fn a_destination_whose_url_is_the_secret_takes_a_url_of_the_host_that_was_named() {
    let to = "--to | sumologic?host=endpoint4.collection.sumologic.com";
    let url = "https://endpoint4.collection.sumologic.com/receiver/v1/otlp/c2VjcmV0";
    let sent = format!("{url}/v1/logs");
    check(to, &[(OTELCTL_TOKEN, url)], &[&sent, "http/protobuf gzip"]);
    let refused = "the token in OTELCTL_TOKEN is no https URL of endpoint4.collection.sumologic.com, which sumologic needs; copy the whole URL of the source, beginning with https://";
    for other in [
        "https://evil.example/receiver",
        "http://endpoint4.collection.sumologic.com/receiver",
        "hunter2",
    ] {
        check(to, &[(OTELCTL_TOKEN, other)], &[refused]);
    }
}

#[test]
fn a_destination_without_its_token_says_where_one_is_made_and_how_it_is_handed_over() {
    check(
        "--to | honeycomb",
        &[],
        &[
            "destination honeycomb needs an ingest API key, and OTELCTL_TOKEN is not set; create an ingest key in the environment's settings, under API Keys; otelctl token set --to honeycomb keeps it in the keychain, OTELCTL_TOKEN and --token-file hand it to one run",
        ],
    );
    // Logfire's token is Logfire's alone.
    let logfire = [("LOGFIRE_TOKEN", "pylf_v1_us_a")];
    assert!(request("--to | newrelic", &logfire).contains("needs a license key"));
    assert!(request("--to | https://c | --auth | bearer", &logfire).contains("needs a token"));
}

#[test]
fn a_header_of_a_flag_takes_the_place_of_the_token_and_one_of_a_variable_stands_in() {
    let url = "https://api.honeycomb.io/v1/logs";
    let token = (OTELCTL_TOKEN, "t0k3n");
    let header = (HEADERS[1], "x-honeycomb-team=other");
    let end = "http/protobuf gzip";
    check(
        "--to | honeycomb | --header | X-Honeycomb-Team: mine",
        &[token],
        &[url, "x-honeycomb-team: mine", end],
    );
    check(
        "--to | honeycomb",
        &[header],
        &[url, "x-honeycomb-team: other", end],
    );
    check(
        "--to | honeycomb",
        &[token, header],
        &[
            url,
            "x-honeycomb-team: t0k3n",
            end,
            "the x-honeycomb-team header of OTEL_EXPORTER_OTLP_HEADERS is ignored: there is a token in OTELCTL_TOKEN",
        ],
    );
}

#[test]
fn a_url_gets_the_token_only_as_it_is_told() {
    let token = (OTELCTL_TOKEN, "t0k3n");
    let (url, end) = ("https://c/v1/logs", "http/protobuf gzip");
    let warning = "the token in OTELCTL_TOKEN is not sent: nothing says how https://c/v1/logs takes it; add --auth bearer, raw, basic:USER or 'x-api-key: {token}'";
    check("--to | https://c", &[token], &[url, end, warning]);
    check(
        "--to | https://c | --auth | bearer",
        &[token],
        &[url, "authorization: Bearer t0k3n", end],
    );
    check(
        "--to | https://c | --auth | x-api-key: {token}",
        &[token],
        &[url, "x-api-key: t0k3n", end],
    );
    check(
        "--to | https://c",
        &[token, (OTELCTL_AUTH, "basic:ann")],
        &[url, "authorization: Basic YW5uOnQwazNu", end],
    );
    check(
        "--to | https://c | --header | authorization: mine",
        &[token],
        &[url, "authorization: mine", end],
    );
    check(
        "--to | https://c | --auth | hunter2",
        &[token],
        &[
            "the authentication is not a template (from --auth); write bearer, raw, basic:USER or 'x-api-key: {token}', these letters and not the token itself",
        ],
    );
}

#[test]
fn logfires_cloud_gets_logfires_token_by_its_url_too() {
    let token = ("LOGFIRE_TOKEN", "pylf_v1_us_a");
    check(
        "--to | https://logfire-us.pydantic.dev",
        &[token],
        &[
            "https://logfire-us.pydantic.dev/v1/logs",
            "authorization: pylf_v1_us_a",
            "http/protobuf gzip",
        ],
    );
    check(
        "--to | https://pydantic.dev.evil.example",
        &[token],
        &[
            "https://pydantic.dev.evil.example/v1/logs",
            "http/protobuf gzip",
        ],
    );
    check(
        "--to | https://logfire-eu.pydantic.dev",
        &[token],
        &[
            "the Logfire token is of region us, and does not go to \"https://logfire-eu.pydantic.dev/v1/logs\" (from --to); send it to its own region: --to logfire-us (https://logfire-us.pydantic.dev), or --to logfire, which goes by the token",
        ],
    );
}

#[test]
fn the_flag_replaces_how_a_destination_takes_its_token_and_the_variable_does_not() {
    let token = (OTELCTL_TOKEN, "t0k3n");
    let end = "http/protobuf gzip";
    check(
        "--to | logfire-us | --auth | bearer",
        &[token],
        &[
            "https://logfire-us.pydantic.dev/v1/logs",
            "authorization: Bearer t0k3n",
            end,
        ],
    );
    check(
        "--to | honeycomb",
        &[token, (OTELCTL_AUTH, "bearer")],
        &[
            "https://api.honeycomb.io/v1/logs",
            "x-honeycomb-team: t0k3n",
            end,
        ],
    );
    check(
        "--to | loki?url=https://loki.example.com",
        &[token, (OTELCTL_AUTH, "bearer")],
        &[
            "https://loki.example.com/otlp/v1/logs",
            "authorization: Bearer t0k3n",
            end,
        ],
    );
}

#[test]
fn no_token_goes_to_another_machine_in_the_clear() {
    let token = (OTELCTL_TOKEN, "t0k3n");
    let refused = |url: &str| {
        format!("a token must not go to \"{url}\" without TLS (from --to); use an https URL")
    };
    for (flags, url) in [
        ("--to | http://c | --auth | bearer", "http://c/v1/logs"),
        (
            "--to | loki?url=http://loki:3100&user=ann",
            "http://loki:3100/otlp/v1/logs",
        ),
        (
            "--to | uptrace?url=http://uptrace",
            "http://uptrace/v1/logs",
        ),
        (
            "--to | uptrace?url=http://uptrace | --header | uptrace-dsn=x",
            "http://uptrace/v1/logs",
        ),
    ] {
        check(flags, &[token], &[&refused(url)]);
    }
    check(
        "--to | http://127.0.0.1:1 | --auth | raw",
        &[token],
        &[
            "http://127.0.0.1:1/v1/logs",
            "authorization: t0k3n",
            "http/protobuf none",
        ],
    );
}

#[test]
fn a_token_with_the_scheme_of_another_destination_is_refused() {
    check(
        "--to | dash0?region=eu-west-1",
        &[(OTELCTL_TOKEN, "Basic YW5uOnQwazNu")],
        &[
            "the token in OTELCTL_TOKEN begins with Basic, which dash0 does not take; leave the scheme out: it is put before the token",
        ],
    );
}

#[test]
fn headers_of_the_environment_do_not_go_along_to_another_server() {
    let env = |endpoint: &'static str| {
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            (HEADERS[1], "api-key=hunter2,x-tenant=shop"),
        ]
    };
    let sent = ["api-key: hunter2", "x-tenant: shop"];
    let https = "http/protobuf gzip";
    let one = env("https://one.example:4317");
    let url = "https://one.example/v1/logs";
    check(
        "--to | https://one.example",
        &one,
        &[url, sent[0], sent[1], https],
    );
    let not_sent = |name: &str, to: &str| {
        format!(
            "the header {name} of OTEL_EXPORTER_OTLP_HEADERS is not sent to {to}: OTEL_EXPORTER_OTLP_ENDPOINT names https://one.example:4317/; add --header if it is meant"
        )
    };
    let to = "https://two.example/";
    check(
        "--to | https://two.example | --header | x-tenant: mine",
        &one,
        &[
            "https://two.example/v1/logs",
            "x-tenant: mine",
            https,
            &not_sent("api-key", to),
        ],
    );
    let flags = "--to | logfire | --header | authorization: t0k3n";
    let to = "https://logfire-us.pydantic.dev/";
    let found = request(flags, &one);
    assert!(found.contains(&not_sent("api-key", to)), "{found}");
    assert!(!found.contains("hunter2"), "{found}");
    let local = env("http://127.0.0.1:4317");
    let found = request("--to | collector", &local);
    assert!(found.contains(sent[0]), "{found}");
}
