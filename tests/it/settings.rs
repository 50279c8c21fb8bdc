//! Settings from files: profiles, projects, what `config` tells about them, and telemetry that is switched off.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::fake::FakeOtlp;
use crate::harness::{Folder, Outcome, Run};

/// A configuration file that nobody else can write, in its usual place.
fn config(folder: &Folder, text: &str) -> PathBuf {
    fs::create_dir_all(folder.at("otelctl")).unwrap();
    let path = folder.file("otelctl/config.toml", text);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// `config show --json` with more words; the origin of one key.
#[track_caller]
fn origin(outcome: &Outcome, key: &str) -> (String, String) {
    let shown = outcome.json();
    let settings = shown["settings"].as_array().unwrap();
    let row = settings.iter().find(|row| row["key"] == key).unwrap();
    let kind = row["origin"]["kind"].as_str().unwrap().to_owned();
    (row["value"].as_str().unwrap_or_default().to_owned(), kind)
}

/// Guarantees: a profile says where records go and what they have, and what is typed beats it.
#[test]
fn a_profile_is_obeyed_by_send() {
    let (folder, server) = (Folder::new(), FakeOtlp::script([]));
    let file = format!(
        "default-profile = 'dev'\n[profiles.dev]\nto = {:?}\nservice = 'shop'\nattributes = {{ a = 'b' }}\nheaders = {{ x-org = 'me' }}\n",
        server.url()
    );
    drop(server);
    config(&folder, &file);
    let out = folder.at("out.jsonl");
    let to = format!("file:{}", out.display());
    let outcome = Run::send()
        .args(["--to", &to, "--service", "typed"])
        .config_dir(folder.path())
        .stdin("one\n")
        .run();
    outcome.receipt(0, "delivered");
    let sent = fs::read_to_string(out).unwrap();
    assert!(
        sent.contains("\"typed\"") && !sent.contains("\"shop\""),
        "{sent}"
    );
    assert!(sent.contains("\"key\":\"a\""), "{sent}");
}

/// Guarantees: a profile with a mistake is named with line and column, and with what to write; nothing is sent.
#[test]
fn a_profile_with_a_mistake_keeps_send_from_starting() {
    for (text, thing, hint) in [
        (
            "timout = '5s'",
            "line 2, column 1: there is no key \"timout\"",
            "did you mean timeout?",
        ),
        (
            "timeout = '10'",
            "line 2, column 1: timeout: \"10\" has no unit; write it like 10s",
            "--timeout",
        ),
        (
            "api-key = 'hunter2'",
            "line 2, column 1: api-key looks like a secret",
            "otelctl token set",
        ),
        (
            "to = 'collectr'",
            "(from profile p (config.toml, line 2))",
            "collector",
        ),
        (
            "line-bytes-max = '0B'",
            "line-bytes-max of profile p (config.toml, line 2) must not be zero",
            "leave it out",
        ),
        (
            "format = 'jsn'",
            "(from profile p (config.toml, line 2))",
            "json",
        ),
    ] {
        let folder = Folder::new();
        config(&folder, &format!("[profiles.p]\n{text}\n"));
        let outcome = Run::send()
            .args(["--profile", "p"])
            .config_dir(folder.path())
            .stdin("one\n")
            .run();
        assert_eq!(outcome.code, 2, "{outcome:?}");
        let (code, message, advice) = outcome.error();
        assert_eq!(code, "settings");
        assert!(message.contains(thing), "{thing} in {message}");
        assert!(advice.contains(hint), "{hint} in {advice}");
        assert!(!outcome.printed().contains("hunter2"));
    }
}

/// Guarantees: a file with profiles that others can write is refused.
#[test]
fn a_file_with_profiles_that_others_can_write_is_refused() {
    let folder = Folder::new();
    let path = config(&folder, "[profiles.p]\nto = 'local'\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    let outcome = Run::send().config_dir(folder.path()).stdin("x\n").run();
    assert_eq!(outcome.code, 2);
    let (_, message, hint) = outcome.error();
    assert!(
        message.starts_with("others than you can write"),
        "{message}"
    );
    assert!(hint.starts_with("chmod go-w "), "{hint}");
}

/// Guarantees: a profile that nobody has written is named, with those that there are.
#[test]
fn an_unknown_profile_is_answered_with_the_known_ones() {
    let folder = Folder::new();
    config(&folder, "[profiles.prod]\n[profiles.dev]\n");
    let run = || Run::send().config_dir(folder.path()).stdin("x\n");
    let (_, message, hint) = run().env("OTELCTL_PROFILE", "prd").run().error();
    let expected = "there is no profile \"prd\" (from OTELCTL_PROFILE); known are prod, dev";
    assert_eq!(message, expected);
    assert_eq!(hint, "did you mean prod?");
    let none = Run::send().args(["--profile", "x"]).stdin("x\n").run();
    let (_, message, hint) = none.error();
    assert!(
        message.ends_with("there is no configuration file"),
        "{message}"
    );
    assert!(hint.contains("otelctl config init"), "{hint}");
}

/// Guarantees: a project may say what records are; where they go, and with whose credentials, needs consent.
#[test]
fn a_project_decides_where_records_go_only_with_consent() {
    let (home, project) = (Folder::new(), Folder::new());
    fs::create_dir_all(project.at(".git")).unwrap();
    fs::create_dir_all(project.at("src")).unwrap();
    let write = |text: &str| {
        let path = project.file(".otelctl.toml", text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    };
    let run = |words: &[&str]| {
        Run::new()
            .args(["config", "show", "--json"])
            .args(words.iter().copied())
            .config_dir(home.path())
            .working_dir(&project.at("src"))
    };
    write("[project]\nservice = 'shop'\n");
    let service = ("shop".to_owned(), "project".to_owned());
    assert_eq!(origin(&run(&[]).run(), "service"), service);

    write("[project]\nservice = 'shop'\nto = 'https://elsewhere.example'\n");
    let refused = run(&[]).run();
    assert_eq!(refused.code, 2, "{refused:?}");
    let (_, message, hint) = refused.error();
    assert!(message.contains("line 3"), "{message}");
    assert!(
        hint.contains("--to") && hint.contains("trusted-projects = ["),
        "{hint}"
    );
    assert_eq!(origin(&run(&["--to", "local"]).run(), "to").1, "flag");
    let folder = project.path().canonicalize().unwrap();
    config(
        &home,
        &format!("trusted-projects = [{:?}]\n", folder.display().to_string()),
    );
    assert_eq!(origin(&run(&[]).run(), "to").1, "project");
    fs::set_permissions(
        project.at(".otelctl.toml"),
        fs::Permissions::from_mode(0o666),
    )
    .unwrap();
    assert!(
        run(&[])
            .run()
            .error()
            .1
            .contains("others than you can write")
    );

    config(&home, "");
    write("[project]\nto = 'http://127.0.0.1:9'\n");
    assert_eq!(origin(&run(&[]).run(), "to").1, "project");
    let with_key = run(&[])
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-key=hunter2")
        .run();
    let (_, message, _) = with_key.error();
    assert!(
        message.contains("the credentials of OTEL_EXPORTER_OTLP_HEADERS"),
        "{message}"
    );
    assert!(!with_key.printed().contains("hunter2"));
}

/// Guarantees: the settings are shown with who set each, aligned, and secrets are not shown.
#[test]
#[expect(clippy::too_many_lines, reason = "the page is as long as it is")]
fn the_settings_are_shown_with_their_origins() {
    let folder = Folder::new();
    config(
        &folder,
        "[profiles.prod]\nto = 'http://otlp.example.com:4317'\nservice = 'shop'\nretry-for = '90s'\nresource = { deployment.environment.name = 'prod' }\nheaders = { x-org = 'shop' }\n",
    );
    let outcome = Run::new()
        .args([
            "config",
            "show",
            "--profile",
            "prod",
            "--timeout",
            "5s",
            "--attr",
            "a=b",
        ])
        .config_dir(folder.path())
        .env(
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=\"Bearer hunter2\"",
        )
        .env("OTEL_BLRP_MAX_QUEUE_SIZE", "4096")
        .run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    // The path is as long as the system's folder for temporary files has it.
    let lines = outcome.stdout.lines();
    let lines: Vec<&str> = lines
        .filter(|line| !line.starts_with("  config "))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    Settings
      profile                                prod                                   --profile

    Input
      format                                 found out from the input
      tz                                     the system's zone
      timestamp-fields                       not set
      level-fields                           not set
      message-fields                         not set
      scope-fields                           not set
      guess-severity                         false                                  default
      record-lines-max                       1024                                   default
      line-bytes-max                         1MiB                                   default

    Destination
      to                                     http://otlp.example.com:4317/v1/logs   profile prod (config.toml, line 2)
      out                                    not set
      protocol                               http/protobuf                          default
      header authorization                   set                                    OTEL_EXPORTER_OTLP_HEADERS
      header x-org                           set                                    profile prod (config.toml, line 6)
      compression                            gzip                                   default
      ca-cert                                not set
      client-cert                            not set
      client-key                             not set
      auth                                   not set

    Record
      service                                shop                                   profile prod (config.toml, line 3)
      resource deployment.environment.name   prod                                   profile prod (config.toml, line 5)
      attr a                                 b                                      --attr
      file-path                              false                                  default
      time                                   not set
      uid                                    never                                  default
      detect                                 host,os,env,container,k8s              default
      attribute count limit                  not set
      attribute length limit                 not set

    Delivery
      timeout                                5s                                     --timeout
      retry-for                              90s                                    profile prod (config.toml, line 4)
      retry-codes                            broad                                  default
      dead-letters                           a new file in the state folder
      drain                                  10s                                    default
      batch-bytes-max                        1MiB                                   default
      batch-records-max                      not set
      flush-interval                         1s                                     default
      in-flight                              4                                      default
      threads                                one per core
      queue-records-max                      4096                                   OTEL_BLRP_MAX_QUEUE_SIZE
      queue-bytes-max                        16MiB                                  default
      on-full                                block                                  default
      resume                                 false                                  default
      state-dir                              the system's folder
      temporality of drops                   cumulative                             default

    Follow
      follow                                 false                                  default
      from                                   not set
      poll-interval                          not set
      open-files-max                         not set

    3 things look like mistakes
      header-quotes   header 1 of OTEL_EXPORTER_OTLP_HEADERS has quotes around its value, which are sent
                      take them off
      grpc-port       http://otlp.example.com:4317/v1/logs (from profile prod (config.toml, line 2)) has the port of gRPC,
                      and HTTP is spoken
                      collectors listen for OTLP over HTTP on port 4318
      plain-http      http://otlp.example.com:4317/v1/logs (from profile prod (config.toml, line 2)) is another machine, and
                      nothing is encrypted on the way
                      write https:// if the server speaks it
    "#);
}

/// Guarantees: what looks like a mistake is told, and makes the exit code 1 only when it is asked for.
#[test]
fn findings_are_told_and_count_only_when_strict() {
    let run = |strict: &[&str]| {
        Run::new()
            .args(["config", "show", "--json"])
            .args(strict.iter().copied())
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c/v1/logs")
            .run()
    };
    let outcome = run(&[]);
    assert_eq!(outcome.code, 0);
    assert_eq!(outcome.json()["findings"][0]["code"], "doubled-path");
    assert_eq!(run(&["--strict"]).code, 1);
    let broken = Run::new()
        .args(["config", "show"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "c:4318")
        .run();
    assert_eq!(broken.code, 2);
    assert!(broken.stdout.contains("no-scheme"), "{}", broken.stdout);
    let all = Run::new().args(["config", "show", "--all", "--json"]).run();
    let variables = all.json()["variables"].as_array().unwrap().len();
    assert!(variables > 50, "{variables}");
}

/// Guarantees: the file is made once, for its owner alone, and is right as it is.
#[test]
fn a_configuration_file_is_written_once() {
    let folder = Folder::new();
    let run = |word: &str| {
        let run = Run::new().args(["config", word, "--json"]);
        run.config_dir(folder.path()).run()
    };
    assert_eq!(run("path").json()["paths"][0]["exists"], false);
    assert_eq!(run("init").code, 0);
    let path = folder.at("otelctl/config.toml");
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(run("path").json()["paths"][0]["exists"], true);
    assert_eq!(run("show").code, 0);
    let again = run("init");
    assert_eq!(again.code, 2);
    assert!(again.error().1.ends_with("is there already"));
    let text = Run::new()
        .args(["config", "path"])
        .config_dir(folder.path())
        .state_dir(&folder.at("none"))
        .run();
    let text = text
        .stdout
        .replace(&folder.path().display().to_string(), "~");
    insta::assert_snapshot!(text, @r#"
    config      ~/otelctl/config.toml · is there
    state       ~/none · is not there
    "#);
}

/// Guarantees: with telemetry switched off nothing is read and sent, a pipe is drained, and the exit code is 0.
#[test]
fn switched_off_means_nothing_is_read_and_sent() {
    let off = |run: Run, by: &str| {
        let outcome = run.args(["--to", "http://127.0.0.1:9"]).run();
        let receipt = outcome.receipt(0, "disabled");
        assert_eq!(receipt.0["disabled_by"], by);
        assert_eq!(receipt.records("read"), 0);
        let told = format!("note: nothing is read or sent: {by} says so\n");
        assert_eq!(outcome.stderr, told);
    };
    off(
        Run::send().args(["--no-telemetry", "missing.log"]),
        "--no-telemetry",
    );
    off(
        Run::send().stdin("x\n").env("OTEL_SDK_DISABLED", "True"),
        "OTEL_SDK_DISABLED",
    );
    off(
        Run::send().stdin("x\n").env("OTEL_LOGS_EXPORTER", "none"),
        "OTEL_LOGS_EXPORTER",
    );
    let outcome = Run::send()
        .args(["--to", "stdout"])
        .stdin("x\n")
        .env("OTEL_SDK_DISABLED", "1")
        .env("OTEL_LOGS_EXPORTER", "console")
        .env("OTEL_EXPERIMENTAL_CONFIG_FILE", "o.yaml")
        .run();
    let receipt = outcome.receipt(0, "delivered");
    receipt.assert_warns(&["OTEL_SDK_DISABLED is ignored", "\"1\""]);
    receipt.assert_warns(&["OTEL_LOGS_EXPORTER is ignored", "console"]);
    receipt.assert_warns(&["OTEL_EXPERIMENTAL_CONFIG_FILE is not read"]);
}

/// Guarantees: a pipe is read to its end when telemetry is switched off, so that its writer goes on.
#[test]
fn a_pipe_is_drained_when_telemetry_is_switched_off() {
    struct Counted(std::sync::Arc<std::sync::atomic::AtomicUsize>, usize);
    impl std::io::Read for Counted {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let taken = buffer.len().min(self.1);
            self.1 -= taken;
            self.0
                .fetch_add(taken, std::sync::atomic::Ordering::Relaxed);
            Ok(taken)
        }
    }
    let count = std::sync::Arc::default();
    let reader = Counted(std::sync::Arc::clone(&count), 300_000);
    let outcome = Run::send().arg("--no-telemetry").stdin_from(reader).run();
    assert_eq!(outcome.code, 0);
    assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 300_000);
}

/// Guarantees: the limits of attributes are obeyed, counted in the record and told once.
#[test]
fn the_limits_of_attributes_are_obeyed() {
    let line = "{\"msg\":\"a long message\",\"a\":\"äöüß\",\"b\":\"2\",\"c\":\"3\"}\n";
    for (protocol, dropped) in [
        ("http/json", "\"droppedAttributesCount\":2"),
        ("http/protobuf", ""),
    ] {
        let folder = Folder::new();
        let out = folder.at("out.jsonl");
        let outcome = Run::send()
            .args(["--to", "local", "--protocol", protocol, "--out"])
            .arg(&out)
            .stdin(line.repeat(2))
            .env("OTEL_ATTRIBUTE_COUNT_LIMIT", "7")
            .env("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "2")
            .env("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3")
            .run();
        let receipt = outcome.receipt(0, "delivered");
        receipt.assert_warns(&["2 records", "left out"]);
        receipt.assert_warns(&["2 records", "cut"]);
        let arrived = fs::read_to_string(out).unwrap();
        assert!(
            arrived.contains("\"äöü\"") && arrived.contains("a long message"),
            "{arrived}"
        );
        assert!(arrived.contains(dropped), "{arrived}");
        assert!(arrived.contains("droppedAttributesCount"), "{arrived}");
        assert!(!arrived.contains("\"key\":\"c\""), "{arrived}");
    }
}

/// Guarantees: formats of a project come before those of the user, and `detect` takes a profile's word too.
#[test]
fn detect_takes_formats_and_profiles() {
    let (home, project) = (Folder::new(), Folder::new());
    config(
        &home,
        "[profiles.p]\nformat = 'mine'\nto = 'local'\n[formats.theirs]\npattern = '[{level}] {body}'\n",
    );
    project.file(
        ".otelctl.toml",
        "[formats.mine]\npattern = '<{level}> {body}'\n",
    );
    let outcome = Run::new()
        .args(["detect", "-", "--json", "--profile", "p"])
        .config_dir(home.path())
        .working_dir(project.path())
        .stdin("<info> one\n")
        .run();
    assert_eq!(outcome.json()["format"], "mine", "{outcome:?}");
    let list = Run::new()
        .args(["detect", "--list"])
        .config_dir(home.path())
        .working_dir(project.path())
        .run();
    let names: Vec<&str> = list
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(names[..2], ["mine", "theirs"]);
}

/// Guarantees: settings are shown although the destination's token is missing, which is told.
#[test]
fn settings_are_shown_without_a_token() {
    for to in ["logfire", "logfire-eu", "honeycomb", "datadog"] {
        let run = Run::new().args(["config", "show", "--json", "--to", to]);
        let shown = run.run();
        assert_eq!(shown.code, 0, "{to}: {}", shown.stderr);
        let warnings = shown.json()["warnings"].to_string();
        assert!(
            warnings.contains(&format!("destination {to} needs")),
            "{warnings}"
        );
        assert!(!warnings.contains("region"), "{warnings}");
    }
}
