//! The groups together, over folders that stand for the system's root.

use std::fs;

use tempfile::TempDir;

use super::*;

/// Attributes on one line.
pub(super) fn shown(attributes: &[Attribute<'_>]) -> String {
    let shown = attributes.iter().map(|attribute| match &attribute.value {
        Value::Text(text) => format!("{}={text}", attribute.key),
        Value::Int(number) => format!("{}={number}", attribute.key),
        other => format!("{}={other:?}", attribute.key),
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// Files in a root of their own.
fn root(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

#[track_caller]
fn check(words: &[DetectArg], files: &[(&str, &str)], env: &[(&str, &str)], expected: &str) {
    let (root, env) = (root(files), EnvVars::new(env.iter().copied()));
    let process = Process {
        id: 812,
        executable: Some("/opt/bin/otelctl".into()),
    };
    let around = Surroundings {
        env: &env,
        root: root.path(),
        host_name: Some("web-1"),
        machine_id: Some("5f0c"),
        process: &process,
        run: 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
    };
    assert_eq!(shown(&detect(words, &around)), expected);
}

#[test]
fn without_files_and_variables_only_the_machine_is_told() {
    let words = DETECTORS_DEFAULT;
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = arch(std::env::consts::ARCH);
    let expected = format!("host.name=web-1 host.arch={arch} os.type={os}");
    check(&words, &[], &[], &expected);
    check(&[], &[], &[], "");
}

#[test]
fn a_process_and_ids_are_told_to_who_asks() {
    use DetectArg::{HostId, InstanceId, Process};
    let files = [
        ("proc/self/status", "PPid:\t7\nUid:\t5\t5\t5\t5\n"),
        ("etc/passwd", "ana:x:5:5::/:/bin/sh\n"),
    ];
    let expected = "process.pid=812 process.parent_pid=7 process.executable.name=otelctl process.executable.path=/opt/bin/otelctl process.owner=ana";
    check(&[Process], &files, &[("USER", "eve")], expected);
    check(
        &[HostId, InstanceId],
        &[],
        &[],
        "host.id=5f0c service.instance.id=01234567-89ab-4def-8123-456789abcdef",
    );
}

#[test]
fn variables_of_a_pod_count_in_a_pod() {
    let shared = [("POD_NAME", "cart-0"), ("NODE_NAME", "builder")];
    let own = ("K8S_POD_NAME", "cart-1");
    check(&[DetectArg::K8s], &[], &shared, "");
    let expected = "k8s.pod.name=cart-1";
    check(&[DetectArg::K8s], &[], &[shared[1], own], expected);
    let pod = [&shared[..], &[("KUBERNETES_SERVICE_HOST", "10.0.0.1")]].concat();
    let expected = "k8s.node.name=builder k8s.pod.name=cart-0";
    check(&[DetectArg::K8s], &[], &pod, expected);
}

#[test]
fn files_of_a_pod_tell_what_variables_do_not() {
    let uid = "6b1f0c52-3d0e-4a7b-9c41-2f8d5e7a9b30";
    let mounts = format!(
        "7 6 8:1 /var/lib/kubelet/pods/{uid}/containers/cart/1f /dev/termination-log rw - ext4 x rw\n"
    );
    let files = [
        (
            "var/run/secrets/kubernetes.io/serviceaccount/namespace",
            "shop",
        ),
        ("etc/podinfo/labels", "app=\"cart\"\n"),
        ("etc/podinfo/name", "cart-0\n"),
        ("proc/self/cgroup", "0::/\n"),
        ("proc/self/mountinfo", &mounts),
    ];
    let expected = format!(
        "k8s.pod.name=cart-9 k8s.pod.label.app=cart k8s.namespace.name=shop k8s.pod.uid={uid} k8s.container.name=cart"
    );
    check(
        &[DetectArg::K8s],
        &files,
        &[("POD_NAME", "cart-9")],
        &expected,
    );
}

#[test]
fn a_container_is_told_by_its_control_group_or_its_mounts() {
    let id = "9f2b61c7d0e84a35b6f1c2d3e4a5968778695a4b3c2d1e0f9a8b7c6d5e4f3a21";
    let cgroup = format!("0::/system.slice/docker-{id}.scope\n");
    let expected = format!("container.id={id} container.runtime.name=docker");
    check(
        &[DetectArg::Container],
        &[("proc/self/cgroup", &cgroup)],
        &[],
        &expected,
    );
    let mount =
        format!("7 6 8:1 /var/lib/docker/containers/{id}/hosts /etc/hosts rw - ext4 x rw\n");
    let hidden = [
        ("proc/self/cgroup", "0::/\n"),
        ("proc/self/mountinfo", &mount),
    ];
    check(&[DetectArg::Container], &hidden, &[], &expected);
    // The host's own groups are seen, so what is mounted is not asked.
    let host = [
        ("proc/self/cgroup", "0::/init.scope\n"),
        ("proc/self/mountinfo", &mount),
    ];
    check(&[DetectArg::Container], &host, &[], "");
}

#[test]
fn words_are_taken_once_and_all_is_all_but_the_ids() {
    use DetectArg::{All, Host, HostId, None, Os};
    let vars = EnvVars::default();
    let reader = EnvReader::new(&vars);
    let said = |said: &[DetectArg]| detectors(Some(said), &reader);
    let chosen = |words: &[DetectArg]| said(words).value;
    assert_eq!(chosen(&[Os, Host, Os]), [Os, Host]);
    assert_eq!(chosen(&[None]), []);
    assert_eq!(chosen(&[All]).len(), 7);
    assert!(!chosen(&[All]).contains(&HostId));
    assert_eq!(said(&[None]).origin.to_string(), "--detect");
    assert_eq!(
        detectors(Option::None, &reader).origin.to_string(),
        "the default"
    );
}
