//! Whose records they are: the service that each names, and the place that this runs at.

use crate::fake::{Answer, FakeOtlp, Flat, Seen};
use crate::harness::{Folder, Run};

const PROTOCOLS: [&str; 2] = ["http/protobuf", "http/json"];

/// `service/scope: message`
fn heads(records: &[Flat]) -> Vec<String> {
    let head = |one: &Flat| {
        let service = one.resource("service.name").unwrap();
        let service = service.trim_start_matches("text ");
        format!("{service}/{}: {}", one.scope, one.text())
    };
    records.iter().map(head).collect()
}

/// A system's log, in turn of three programs and of none.
const SYSLOG: &str = "\
Nov 20 09:00:00 web1 sshd[812]: session opened for ana
Nov 20 09:00:01 web1 CRON[900]: (root) CMD (run-parts)
Nov 20 09:00:02 web1 sshd[812]: session closed for ana
Nov 20 09:00:03 web1 last message repeated 2 times
Nov 20 09:00:04 web1 sshd[813]: session opened for eve
";

/// Guarantees: each record of a system's log belongs to the service that its tag names, in both encodings; the scope stays.
#[test]
fn each_record_of_a_system_log_has_its_own_service() {
    for protocol in PROTOCOLS {
        let (server, folder) = (FakeOtlp::accepting(), Folder::new());
        Run::send_to(&server)
            .arg(folder.file("syslog", SYSLOG))
            .args(["--protocol", protocol, "--resource", "team=ops"])
            .run()
            .receipt(0, "delivered");
        assert_eq!(
            heads(&server.records()),
            [
                "sshd/sshd: session opened for ana",
                "CRON/CRON: (root) CMD (run-parts)",
                "sshd/sshd: session closed for ana",
                "syslog/: last message repeated 2 times",
                "sshd/sshd: session opened for eve",
            ]
        );
        assert_eq!(server.seen().len(), 1);
        for record in server.records() {
            assert_eq!(record.resource("team"), Some("text ops"));
            assert_eq!(record.resource("host.name"), Some("text test-host"));
        }
    }
}

/// Guarantees: what the user says of the service counts for every record.
#[test]
fn a_service_that_somebody_said_beats_what_records_say() {
    let variable = [("OTEL_SERVICE_NAME", "said")];
    for (flags, env) in [(&["--service", "said"][..], None), (&[], Some(variable[0]))] {
        let (server, folder) = (FakeOtlp::accepting(), Folder::new());
        let mut run = Run::send_to(&server)
            .arg(folder.file("syslog", SYSLOG))
            .args(flags);
        if let Some((name, value)) = env {
            run = run.env(name, value);
        }
        run.run().receipt(0, "delivered");
        let heads = heads(&server.records());
        assert_eq!(heads[0], "said/sshd: session opened for ana");
        assert!(heads.iter().all(|head| head.starts_with("said/")));
    }
}

/// Guarantees: an entry of the journal belongs to its unit, in JSON and in the export format.
#[test]
fn an_entry_of_the_journal_belongs_to_its_unit() {
    let fields = [
        [
            ("MESSAGE", "up"),
            ("SYSLOG_IDENTIFIER", "nginx-log"),
            ("_SYSTEMD_UNIT", "nginx.service"),
        ],
        [
            ("MESSAGE", "hi"),
            ("SYSLOG_IDENTIFIER", "sudo"),
            ("_SYSTEMD_UNIT", "session-3.scope"),
        ],
    ];
    let time = ("__REALTIME_TIMESTAMP", "1790000000123456");
    let export = |entry: &[(&str, &str); 3]| {
        let lines = [time].into_iter().chain(*entry);
        let lines: Vec<_> = lines.map(|(key, value)| format!("{key}={value}")).collect();
        format!("{}\n\n", lines.join("\n"))
    };
    let json = |entry: &[(&str, &str); 3]| {
        let pairs = [time].into_iter().chain(*entry);
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.into()));
        format!("{}\n", serde_json::Value::Object(pairs.collect()))
    };
    for text in [
        fields.iter().map(export).collect::<String>(),
        fields.iter().map(json).collect(),
    ] {
        let server = FakeOtlp::accepting();
        Run::send_to(&server)
            .stdin(text)
            .run()
            .receipt(0, "delivered");
        assert_eq!(
            heads(&server.records()),
            ["nginx/nginx-log: up", "sudo/sudo: hi"]
        );
    }
}

/// Guarantees: the replicas of a compose service are one service.
#[test]
fn lines_of_compose_belong_to_the_service_of_their_container() {
    let text = "web-1  | listening\ndb-1   | ready\nweb-2  | listening\nweb-2  | bye\n";
    let server = FakeOtlp::accepting();
    Run::send_to(&server)
        .stdin(text)
        .run()
        .receipt(0, "delivered");
    let expected = [
        "web/: listening",
        "db/: ready",
        "web/: listening",
        "web/: bye",
    ];
    assert_eq!(heads(&server.records()), expected);
    let first = &server.records()[0];
    assert_eq!(first.attribute("container.name").unwrap(), "text web-1");
}

/// Guarantees: a batch of several services is split, and what is refused of it is kept and sent again, each record with its service.
#[test]
fn services_survive_splitting_and_dead_letters() {
    for protocol in PROTOCOLS {
        let server = FakeOtlp::judging(|seen: &Seen| {
            let is_bad = |one: &Flat| one.text().contains("CMD");
            if seen.records().iter().any(is_bad) {
                Answer::says(400, "bad record")
            } else {
                Answer::ok()
            }
        });
        let folder = Folder::new();
        let outcome = Run::send_to(&server)
            .arg(folder.file("syslog", SYSLOG))
            .args(["--protocol", protocol])
            .state_dir(folder.path())
            .run();
        let receipt = outcome.receipt(1, "partial");
        assert_eq!(
            (
                receipt.records("delivered"),
                receipt.records("dead_lettered")
            ),
            (4, 1)
        );
        let letters = receipt.0["dead_letter_file"].as_str().unwrap().to_owned();
        let again = FakeOtlp::accepting();
        Run::send_to(&again)
            .arg(letters)
            .run()
            .receipt(0, "delivered");
        assert_eq!(
            heads(&again.records()),
            ["CRON/CRON: (root) CMD (run-parts)"]
        );
        let mut arrived = heads(&server.records());
        arrived.retain(|head| !head.contains("CMD"));
        arrived.sort();
        arrived.dedup();
        assert_eq!(arrived.len(), 4, "{arrived:?}");
    }
}

const ID: &str = "9f2b61c7d0e84a35b6f1c2d3e4a5968778695a4b3c2d1e0f9a8b7c6d5e4f3a21";

/// A machine that is a container in a pod.
fn pod() -> Folder {
    let root = Folder::new();
    let write = |path: &str, text: &str| {
        let path = root.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "etc/os-release",
        "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\n",
    );
    write(
        "proc/self/cgroup",
        &format!("0::/kubepods.slice/cri-containerd-{ID}.scope\n"),
    );
    write(
        "var/run/secrets/kubernetes.io/serviceaccount/namespace",
        "shop",
    );
    root
}

/// What a run in that pod says of this key.
#[track_caller]
fn said(key: &str, flags: &[&str]) -> Option<String> {
    let (server, root) = (FakeOtlp::accepting(), pod());
    Run::send_to(&server)
        .stdin("hello\n")
        .args(flags)
        .env("NODE_NAME", "node-7")
        .env("OTEL_RESOURCE_ATTRIBUTES", "team=a,os.version=mine")
        .root(root.path())
        .run()
        .receipt(0, "delivered");
    server.records()[0].resource(key).map(str::to_owned)
}

/// Guarantees: `--detect` chooses what is found of the place this runs at; what the user says counts before it.
#[test]
fn the_place_is_detected_as_far_as_somebody_wants_it() {
    let text = |text: &str| Some(format!("text {text}"));
    let id = text(ID);
    assert_eq!(said("container.id", &[]), id);
    assert_eq!(said("k8s.namespace.name", &[]), text("shop"));
    assert_eq!(said("k8s.node.name", &[]), text("node-7"));
    assert_eq!(said("os.name", &[]), text("Debian GNU/Linux"));
    assert_eq!(said("os.version", &[]), text("mine"));
    assert_eq!(said("os.version", &["--detect", "os"]), text("13"));
    assert_eq!(said("team", &["--detect", "os"]), None);
    assert_eq!(said("container.id", &["--detect", "os,env"]), None);
    assert_eq!(said("container.id", &["--detect", "container"]), id);
    let flags = ["--resource", "container.id=other"];
    assert_eq!(said("container.id", &flags), text("other"));
    assert_eq!(said("process.pid", &[]), None);
    assert_eq!(
        said("process.pid", &["--detect", "process"]),
        Some("int 812".to_owned())
    );
    assert_eq!(said("host.id", &["--detect", "all"]), None);
    let asked = ["--detect", "host.id,service.instance.id"];
    assert_eq!(said("host.id", &asked), text("0123456789abcdef"));
    assert!(said("service.instance.id", &asked).is_some());
    for key in ["host.name", "os.type", "team", "container.id"] {
        assert_eq!(said(key, &["--detect", "none"]), None, "{key}");
    }
    assert_eq!(
        said("service.name", &["--detect", "none"]),
        text("unknown_service:otelctl")
    );
}

/// Guarantees: the log of another container, told by its path, gets nothing of the container this runs in but the node.
#[test]
fn the_log_of_another_container_is_not_taken_for_ours() {
    let (server, root, logs) = (FakeOtlp::accepting(), pod(), Folder::new());
    let folder = logs.at("pods/web_cart-0_6b1f0c52-3d0e-4a7b-9c41-2f8d5e7a9b30/app");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("0.log");
    std::fs::write(&file, "2026-11-20T09:00:00.1Z stdout F hello\n").unwrap();
    Run::send_to(&server)
        .arg(file)
        .env("NODE_NAME", "node-7")
        .root(root.path())
        .run()
        .receipt(0, "delivered");
    let found = &server.records()[0];
    assert_eq!(found.resource("service.name"), Some("text app"));
    assert_eq!(found.resource("k8s.namespace.name"), Some("text web"));
    assert_eq!(found.resource("k8s.node.name"), Some("text node-7"));
    assert_eq!(found.resource("container.id"), None);
}

/// Guarantees: the file of a container that only its id names does not make a service of that id.
#[test]
fn an_id_is_no_service() {
    let (server, logs) = (FakeOtlp::accepting(), Folder::new());
    let folder = logs.at(&format!("containers/{ID}"));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{ID}-json.log"));
    let line = r#"{"log":"hello\n","stream":"stdout","time":"2026-11-20T09:00:00.1Z"}"#;
    std::fs::write(&file, line).unwrap();
    Run::send_to(&server)
        .arg(file)
        .run()
        .receipt(0, "delivered");
    let found = &server.records()[0];
    assert_eq!(
        found.resource("service.name"),
        Some("text unknown_service:otelctl")
    );
    assert_eq!(
        found.resource("container.id").unwrap(),
        format!("text {ID}")
    );
}

/// Guarantees: messages that stand behind their lengths are cut at them, also with line breaks in them and over several chunks, and
/// one with a wrong length is cut at its line.
#[test]
fn counted_syslog_is_cut_at_its_counts() {
    let message = |text: &str| {
        let message = format!("<165>1 2026-11-20T09:00:00Z web1 cart 812 - - {text}");
        format!("{} {message}", message.len())
    };
    let long = "x".repeat(700 << 10);
    let parts = [
        message("saved"),
        message("failed\n  at a.B"),
        message(&long),
        message("wrong").replacen(char::is_numeric, "1", 1),
        message("back"),
    ];
    let expected = ["saved", "failed\n  at a.B", &long, "wrong", "back"];
    for flags in [&[][..], &["--format", "syslog"]] {
        let (server, folder) = (FakeOtlp::accepting(), Folder::new());
        let outcome = Run::send_to(&server)
            .arg(folder.file("stream", parts.concat()))
            .args(["--in-flight", "1"])
            .args(flags)
            .run();
        let receipt = outcome.receipt(0, "delivered");
        assert_eq!(receipt.0["sources"][0]["format"], "syslog/counted");
        let found = server.records();
        let texts: Vec<_> = found.iter().map(Flat::text).collect();
        assert!(texts == expected, "{} records", texts.len());
        assert!(found.iter().all(|one| one.scope == "cart"));
    }
    let server = FakeOtlp::accepting();
    let outcome = Run::send_to(&server).stdin(parts.concat()).run();
    assert_eq!(outcome.receipt(0, "delivered").records("delivered"), 5);
}
