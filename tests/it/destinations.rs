//! Destinations by their names: what a server of one's own receives, what is refused beforehand, and how they are listed.

use crate::fake::{Answer, FakeOtlp, Seen};
use crate::harness::{Folder, Run};

const TOKEN: &str = "hunter2-t0k3n";

/// Sends a line to a destination of one's own; `{url}` stands for the server.
fn send_to(server: &FakeOtlp, to: &str) -> Run {
    let to = to.replace("{url}", server.url());
    Run::send()
        .args(["--to", &to, "--retry-for", "5s"])
        .stdin("one\n")
}

/// The one request that such a destination receives.
#[track_caller]
fn received(to: &str, env: &[(&str, &str)]) -> Seen {
    let server = FakeOtlp::accepting();
    let mut run = send_to(&server, to);
    for (name, value) in env {
        run = run.env(name, value);
    }
    let outcome = run.run();
    outcome.receipt(0, "delivered");
    assert!(!outcome.printed().contains(TOKEN), "{outcome:?}");
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    seen.into_iter().next().unwrap()
}

/// The path and these headers.
#[track_caller]
fn check(to: &str, path: &str, headers: &[(&str, Option<&str>)]) {
    let seen = received(to, &[("OTELCTL_TOKEN", TOKEN)]);
    assert_eq!(seen.path, path);
    assert_eq!(seen.header("content-type"), Some("application/x-protobuf"));
    assert_eq!(seen.header("content-encoding"), None);
    assert_eq!(seen.records().len(), 1);
    for (name, value) in headers {
        assert_eq!(seen.header(name), *value, "{to}: {name}");
    }
}

/// Guarantees: each shape of a request arrives as the table has it: paths, Basic, raw headers, tenants, none.
#[test]
fn a_server_of_ones_own_receives_what_the_table_says() {
    // base64 of ann:hunter2-t0k3n
    let basic = Some("Basic YW5uOmh1bnRlcjItdDBrM24=");
    check(
        "loki?url={url}&tenant=team-a&user=ann",
        "/otlp/v1/logs",
        &[("authorization", basic), ("x-scope-orgid", Some("team-a"))],
    );
    check(
        "loki?url={url}",
        "/otlp/v1/logs",
        &[("authorization", None), ("x-scope-orgid", None)],
    );
    check(
        "victorialogs?url={url}&account=12&user=ann",
        "/insert/opentelemetry/v1/logs",
        &[
            ("authorization", basic),
            ("accountid", Some("12")),
            ("projectid", None),
        ],
    );
    check(
        "openobserve?url={url}&org=shop&user=ann&stream=web",
        "/api/shop/v1/logs",
        &[("authorization", basic), ("stream-name", Some("web"))],
    );
    check(
        "uptrace?url={url}",
        "/v1/logs",
        &[("uptrace-dsn", Some(TOKEN)), ("authorization", None)],
    );
    check(
        "hyperdx?url={url}",
        "/v1/logs",
        &[("authorization", Some(TOKEN))],
    );
    check(
        "collector?url={url}",
        "/v1/logs",
        &[("authorization", None)],
    );
    check("signoz?url={url}/base/", "/base/v1/logs", &[]);
    check(
        "logfire?url={url}",
        "/v1/logs",
        &[("authorization", Some(TOKEN))],
    );
}

/// Guarantees: a server given by its URL gets the token in the form that was told, and without one it gets none and a warning says so.
#[test]
fn a_url_gets_the_token_as_told_and_else_none() {
    let token = ("OTELCTL_TOKEN", TOKEN);
    let auth = |how| [token, ("OTELCTL_AUTH", how)];
    let bearer = received("{url}", &auth("bearer"));
    let expected = format!("Bearer {TOKEN}");
    assert_eq!(bearer.header("authorization"), Some(expected.as_str()));
    let own = received("{url}", &auth("x-api-key: k={token}"));
    let expected = format!("k={TOKEN}");
    assert_eq!(own.header("x-api-key"), Some(expected.as_str()));
    let none = received("{url}", &[token]);
    assert!(none.headers.iter().all(|(_, value)| !value.contains(TOKEN)));
    let server = FakeOtlp::accepting();
    let run = send_to(&server, "{url}").env("OTELCTL_TOKEN", TOKEN);
    let receipt = run.run().receipt(0, "delivered");
    receipt.assert_warns(&["the token in OTELCTL_TOKEN is not sent", "--auth bearer"]);
    assert_eq!(receipt.0["warnings"].as_array().unwrap().len(), 1);
}

/// Guarantees: a token follows no redirect, whatever its header is called.
#[test]
fn a_token_follows_no_redirect() {
    let elsewhere = FakeOtlp::accepting();
    let target = format!("{}/v1/logs", elsewhere.url());
    let server = FakeOtlp::script([Answer::status(307).header("location", &target)]);
    let run = send_to(&server, "uptrace?url={url}").env("OTELCTL_TOKEN", TOKEN);
    let receipt = run.run().receipt(3, "misdirected");
    assert_eq!(receipt.stop().0, "misdirected");
    assert!(elsewhere.seen().is_empty());
}

/// The error's message and hint, of settings, before anything is sent.
#[track_caller]
fn refused(words: &[&str], env: &[(&str, &str)]) -> String {
    let mut run = Run::send().args(words.iter().copied()).stdin("one\n");
    for (name, value) in env {
        run = run.env(name, value);
    }
    let outcome = run.run();
    assert_eq!(outcome.code, 2, "{outcome:?}");
    let (code, message, hint) = outcome.error();
    assert_eq!(code, "settings");
    assert!(!outcome.printed().contains(TOKEN), "{outcome:?}");
    format!("{message}\n{hint}")
}

/// Guarantees: a parameter that is missing or wrong is named before anything is sent, with what to write.
#[test]
fn a_wrong_parameter_is_named_with_what_to_write() {
    insta::assert_snapshot!(refused(&["--to", "grafana"], &[]), @r#"
    destination grafana-cloud needs the parameter zone (from --to)
    it is in the address of the OTLP gateway, in the Cloud Portal under OpenTelemetry: write --to 'grafana-cloud?zone=prod-us-east-0&instance=123456'
    "#);
    insta::assert_snapshot!(refused(&["--to", "dash0?regoin=eu-west-1"], &[]), @r#"
    destination dash0 has no parameter regoin (from --to)
    did you mean region? known are region, dataset
    "#);
    insta::assert_snapshot!(refused(&["--to", "datadog?site=evil.example"], &[]), @r#"
    the parameter site of datadog is no host of this vendor; for another one, pass its URL to --to with --auth (from --to)
    write it like site=datadoghq.eu
    "#);
}

/// Guarantees: a destination without its token says where one is made and how it is handed over.
#[test]
fn a_missing_token_is_told_in_the_vendors_words() {
    insta::assert_snapshot!(refused(&["--to", "nr"], &[]), @r#"
    destination newrelic needs a license key, and OTELCTL_TOKEN is not set
    create an ingest license key in the account's settings, under API keys; otelctl token set --to newrelic keeps it in the keychain, OTELCTL_TOKEN and --token-file hand it to one run
    "#);
}

/// Guarantees: a Logfire token of another region is not sent, and the hint has the right one.
#[test]
fn a_token_of_another_region_is_told_before_anything_is_sent() {
    let token = [("LOGFIRE_TOKEN", "pylf_v1_eu_hunter2-t0k3n")];
    insta::assert_snapshot!(refused(&["--to", "logfire-us"], &token), @r#"
    the Logfire token is of region eu, and does not go to "https://logfire-us.pydantic.dev/v1/logs" (from --to)
    send it to its own region: --to logfire-eu (https://logfire-eu.pydantic.dev), or --to logfire, which goes by the token
    "#);
}

/// Guarantees: no token goes to another machine without TLS, whoever takes it in whichever header.
#[test]
fn no_token_leaves_the_machine_in_the_clear() {
    let token = [("OTELCTL_TOKEN", TOKEN)];
    let words = ["--to", "loki?url=http://loki.example.com&user=ann"];
    insta::assert_snapshot!(refused(&words, &token), @r#"
    a token must not go to "http://loki.example.com/otlp/v1/logs" without TLS (from --to)
    use an https URL
    "#);
}

/// Guarantees: what a flag asks for and the destination does not take is refused.
#[test]
fn what_a_destination_does_not_take_is_refused() {
    let token = [("OTELCTL_TOKEN", TOKEN)];
    let words = ["--to", "datadog", "--protocol", "http/json"];
    insta::assert_snapshot!(refused(&words, &token), @r#"
    destination datadog does not take http/json (from --protocol)
    it takes http/protobuf
    "#);
}

/// Guarantees: the window of a destination's row is looked at before a file is sent.
#[test]
fn records_outside_of_a_destinations_window_are_told_before_anything_is_sent() {
    let folder = Folder::new();
    let lines = "2026-11-01T12:00:00Z INFO old\n2026-11-20T12:30:00Z INFO early\n2026-11-20T11:00:00Z INFO fresh\n";
    let server = FakeOtlp::accepting();
    let to = format!("loki?url={}", server.url());
    let run = Run::send()
        .args(["--to", &to])
        .arg(folder.file("app.log", lines));
    let outcome = run.run();
    let (code, message, _) = outcome.error();
    assert_eq!((outcome.code, code.as_str()), (2, "time-window"));
    assert_eq!(
        message,
        "2 of 3 records have a time that loki does not take: 1 older than 168 hours and 1 ahead of the clock by more than 10 minutes"
    );
    assert!(server.seen().is_empty());
}

/// Guarantees: every destination is listed with what it needs.
#[test]
fn destinations_are_listed() {
    let outcome = Run::new().arg("destinations").run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout, @r#"
      local            an OTLP receiver inside the process
      stdout           standard output, one OTLP/JSON request on each line
      file:PATH        a file, in the same form
      logfire          Pydantic Logfire, in the region of the token  token
      logfire-us       Pydantic Logfire, US                          token
      logfire-eu       Pydantic Logfire, EU                          token
      collector        OpenTelemetry Collector, Grafana Alloy
      otel-lgtm        Grafana's container for trying things out
      grafana-cloud    Grafana Cloud, by its OTLP gateway            zone, instance, token
      loki             Loki of your own, 3.0 or newer
      honeycomb        Honeycomb, US                                 token
      honeycomb-eu     Honeycomb, EU                                 token
      datadog          Datadog, by its OTLP intake                   token
      newrelic         New Relic, US                                 token
      newrelic-eu      New Relic, EU                                 token
      newrelic-gov     New Relic, FedRAMP                            token
      dash0            Dash0                                         region, token
      axiom            Axiom                                         dataset, token
      betterstack      Better Stack Telemetry                        host, token
      signoz-cloud     SigNoz Cloud                                  region, token
      signoz           SigNoz of your own
      elastic          Elastic Cloud, by its managed OTLP endpoint   host, token
      victorialogs     VictoriaLogs of your own
      openobserve      OpenObserve, of your own or in the cloud      user, token
      dynatrace        Dynatrace SaaS                                env, token
      aws-cloudwatch   Amazon CloudWatch Logs, by a bearer token     region, group, stream, token
      gcp              Google Cloud, by its Telemetry API            project, token
      observe          Observe                                       customer, token
      coralogix        Coralogix                                     domain, token
      sumologic        Sumo Logic, by an OTLP/HTTP source            host, token
      uptrace          Uptrace, in the cloud or of your own          token
      hyperdx          HyperDX, in the cloud or of your own          token

      otelctl destinations NAME tells more; --to takes any other OTLP/HTTP server by its URL.
    "#);
}

/// Guarantees: all about one destination is shown, by another name of it too.
#[test]
fn one_destination_is_shown_whole() {
    let outcome = Run::new().args(["destinations", "grafana"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout, @r#"
      grafana-cloud   Grafana Cloud, by its OTLP gateway
      url             https://otlp-gateway-{zone}.grafana.net/otlp/v1/logs
      token           authorization: Basic base64({instance}:{token})
                      an access policy token: create an access policy with the scope logs:write in the
                      Cloud Portal, and a token (glc_…) for it
      parameter       zone=prod-us-east-0
                      it is in the address of the OTLP gateway, in the Cloud Portal under OpenTelemetry
      parameter       instance=123456
                      it is the number beside the OTLP gateway, in the Cloud Portal under OpenTelemetry
      takes           http/protobuf, http/json; gzip, none
      note            OTLP/JSON is meant for little traffic. Resource attributes like service.name
                      become labels, the others structured metadata.
      start           otelctl token set --to 'grafana-cloud?zone=prod-us-east-0&instance=123456'
                      otelctl send app.log --to 'grafana-cloud?zone=prod-us-east-0&instance=123456'
    "#);
    let outcome = Run::new().args(["destinations", "loki"]).run();
    insta::assert_snapshot!(outcome.stdout, @r#"
      loki        Loki of your own, 3.0 or newer
      url         {url}/otlp/v1/logs
      token       authorization: Basic base64({user}:{token}) (optional)
                  a password, where a gateway asks for one: it is the password of the gateway before
                  Loki
      header      x-scope-orgid: {tenant}
      parameter   url=http://localhost:3100 (the default)
                  it is where Loki listens
      parameter   tenant=team-a (optional)
                  it is the tenant's id, where auth_enabled is true
      parameter   user=loki (optional)
                  it is the user name of the gateway before Loki, whose password is the token
      takes       http/protobuf, http/json; gzip, zstd, none
      limits      105 MB of a request after compression, no older than 168 h, no more than 10 min ahead
                  of the clock, 128 attributes of a record
      note        The limits are the server's defaults. A line has at most 256 kB, structured metadata
                  64 kB.
      start       otelctl send app.log --to loki
    "#);
}

/// Guarantees: scripts get the same as one object.
#[test]
fn destinations_are_told_to_scripts() {
    let all = Run::new().args(["destinations", "--json"]).run().json();
    let all = all["destinations"].as_array().unwrap();
    assert!(all.len() > 30, "{}", all.len());
    let one = Run::new()
        .args(["destinations", "newrelic", "--json"])
        .run()
        .json();
    let one = &one["destination"];
    assert_eq!(one["limits"]["request_bytes"], 1_000_000);
    assert_eq!(one["token"]["header"], "api-key: {token}");
    assert!(all.contains(one));
    let unknown = Run::new().args(["destinations", "lokki", "--json"]).run();
    assert_eq!(unknown.code, 2);
    let (code, message, hint) = unknown.error();
    assert_eq!(code, "settings");
    assert!(message.contains("lokki"), "{message}");
    assert_eq!(hint, "did you mean loki? otelctl destinations lists all");
}

/// Guarantees: the help of `--to` names every destination, and no other.
#[test]
fn the_help_names_every_destination() {
    let help = Run::new().args(["send", "--help"]).run().stdout;
    let help = help.split_whitespace().collect::<Vec<&str>>().join(" ");
    let (_, rest) = help.split_once("--to <NAME|URL>").unwrap();
    let (text, _) = rest.split_once("Some need parameters").unwrap();
    let words: Vec<&str> = text
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'))
        .collect();
    let all = Run::new().args(["destinations", "--json"]).run().json();
    for destination in all["destinations"].as_array().unwrap() {
        let name = destination["name"].as_str().unwrap();
        let word = name.split(':').next().unwrap();
        assert!(words.contains(&word), "{name}");
    }
    let (_, list) = text.split_once("lists:").unwrap();
    for name in list
        .split([',', '.'])
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let known = Run::new().args(["destinations", name]).run();
        assert_eq!(known.code, 0, "{name}");
    }
}
