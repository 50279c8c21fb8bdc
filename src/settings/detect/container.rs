//! The container that this runs in, from the names of its control groups and the sources of its mounts.
//!
//! With version 1, and with version 2 where the host's tree is seen, the path of a control group ends with the id. With version 2 and
//! a namespace of its own it is `/`; then Docker and Podman are told by the files that they mount at `/etc/hostname` and the like.
//! In a pod those files belong to the sandbox and not to the container, so they tell nothing; the kubelet's own mounts tell the pod
//! and the container's name. Podman leaves a file with what else there is to know.
//!
//! Spec: semantic conventions, "Container"; cgroups(7); `proc_pid_mountinfo(5)`.

use crate::settings::detect::{Found, Surroundings};

/// Digits of an id.
const ID_DIGITS: usize = 64;

/// Digits of the part of an id that Fargate gives to all containers of a task.
const TASK_DIGITS: usize = 32;

/// Files that runtimes mount into each container.
const MOUNTED: [&str; 3] = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];

/// Where Podman says what it runs.
const CONTAINERENV: &str = "/run/.containerenv";

/// What stands before an id, and the runtime that puts it there.
const PREFIXES: [(&str, &str); 6] = [
    ("docker-", "docker"),
    ("cri-containerd-", "containerd"),
    ("nerdctl-", "containerd"),
    ("crio-", "cri-o"),
    ("libpod-", "podman"),
    ("", ""),
];

/// What is known of a container; texts are empty where it is not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Container {
    pub(super) id: String,
    pub(super) runtime: &'static str,
    /// Of the pod around it.
    pub(super) pod_uid: String,
    /// As the pod calls it.
    pub(super) name_in_pod: String,
}

pub(super) fn detect(around: &Surroundings<'_>, found: &mut Found) {
    let container = around.container();
    let told = around.read(CONTAINERENV).unwrap_or_default();
    let told = |key: &str| of_containerenv(&told, key);
    let id = Some(container.id.as_str()).filter(|id| !id.is_empty());
    found.text("container.id", id.or(told("id")));
    found.text("container.name", told("name"));
    found.text("container.image.name", told("image").map(without_tag));
    found.text("container.runtime.name", Some(container.runtime));
}

/// Whether the control groups are shown from inside of a namespace, or not at all.
pub(super) fn is_hidden(cgroup: &str) -> bool {
    let paths = || cgroup.lines().filter_map(path_of);
    paths().all(|path| path == "/" || path.starts_with("/.."))
}

/// The path of a line `4:memory:/docker/…`. It may hold colons itself.
fn path_of(line: &str) -> Option<&str> {
    line.splitn(3, ':').nth(2)
}

impl Container {
    /// Reads `/proc/self/cgroup`.
    pub(super) fn of_cgroup(cgroup: &str) -> Container {
        let mut container = Container::default();
        for path in cgroup.lines().filter_map(path_of) {
            // With containers inside of containers, the last one is the inner.
            for part in path.rsplit('/') {
                if let (true, Some((id, runtime))) = (container.id.is_empty(), id_of(part, path)) {
                    (container.id, container.runtime) = (id.to_owned(), runtime);
                }
                if let (true, Some(uid)) = (container.pod_uid.is_empty(), pod_uid(part)) {
                    container.pod_uid = uid;
                }
            }
        }
        container
    }

    /// Reads `/proc/self/mountinfo`.
    pub(super) fn of_mounts(mounts: &str) -> Container {
        let mut container = Container::default();
        let mut is_pod = false;
        for line in mounts.lines() {
            let mut fields = line.split(' ');
            let (Some(source), Some(target)) = (fields.nth(3), fields.next()) else {
                continue;
            };
            if let Some((uid, name)) = of_kubelet(source) {
                is_pod = true;
                uid.clone_into(&mut container.pod_uid);
                if let Some(name) = name {
                    name.clone_into(&mut container.name_in_pod);
                }
            }
            if MOUNTED.contains(&target)
                && let Some((id, runtime)) = of_mounted(source)
            {
                (container.id, container.runtime) = (id.to_owned(), runtime);
            }
            // The mount of the control groups may show the host's path even in a namespace.
            if target == "/sys/fs/cgroup" && container.id.is_empty() {
                let last = source.rsplit('/').next().unwrap_or_default();
                if let Some((id, runtime)) = id_of(last, source) {
                    (container.id, container.runtime) = (id.to_owned(), runtime);
                }
            }
        }
        if is_pod {
            // They are those of the sandbox.
            (container.id, container.runtime) = (String::new(), "");
        }
        container
    }
}

/// The id in a part of a control group's path, and the runtime if the part or the path names it.
fn id_of<'p>(part: &'p str, path: &str) -> Option<(&'p str, &'static str)> {
    let name = part.strip_suffix(".scope").unwrap_or(part);
    // systemd's groups as containerd names them: `<slice>:cri-containerd:<id>`.
    let (before, name) = name.rsplit_once(':').unwrap_or(("", name));
    let (id, runtime) = PREFIXES
        .iter()
        .find_map(|(prefix, runtime)| Some((name.strip_prefix(prefix)?, *runtime)))?;
    let is_docker = path.starts_with("/docker/") || path.contains("/docker/");
    let runtime = match runtime {
        "" if before.ends_with(":cri-containerd") || before == "cri-containerd" => "containerd",
        "" if is_docker => "docker",
        named => named,
    };
    (is_id(id) || is_task_id(id)).then_some((id, runtime))
}

fn is_id(id: &str) -> bool {
    id.len() == ID_DIGITS && is_hex(id)
}

/// `<task>-<number>`, as Fargate has it.
fn is_task_id(id: &str) -> bool {
    id.split_once('-').is_some_and(|(task, number)| {
        let is_number =
            (1..=12).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        task.len() == TASK_DIGITS && is_hex(task) && is_number
    })
}

fn is_hex(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.bytes().all(is_digit)
}

/// `pod0b2c5a9e-…`, `kubepods-burstable-pod0b2c5a9e_….slice`, also before a colon.
fn pod_uid(part: &str) -> Option<String> {
    let slice = part.split(':').next().unwrap_or(part);
    let slice = slice.strip_suffix(".slice").unwrap_or(slice);
    let uid = match slice.strip_prefix("pod") {
        Some(uid) => uid,
        None => slice.strip_prefix("kubepods")?.rsplit_once("-pod")?.1,
    };
    let uid = uid.replace('_', "-");
    is_uid(&uid).then_some(uid)
}

/// A UUID, or the digest that static pods have.
fn is_uid(uid: &str) -> bool {
    let digits = uid.replace('-', "");
    matches!(uid.len(), 32 | 36) && digits.len() == 32 && is_hex(&digits)
}

/// `…/kubelet/pods/<uid>/containers/<name>/<file>`, `…/kubelet/pods/<uid>/etc-hosts`
fn of_kubelet(source: &str) -> Option<(&str, Option<&str>)> {
    let (_, behind) = source.split_once("/pods/")?;
    let mut parts = behind.split('/');
    let uid = parts.next().filter(|uid| is_uid(uid))?;
    let name = match (parts.next(), parts.next(), parts.next()) {
        (Some("containers"), Some(name), Some(_)) => Some(name),
        _ => None,
    };
    Some((uid, name))
}

/// `…/containers/<id>/hostname`, `…/overlay-containers/<id>/userdata/hostname`
fn of_mounted(source: &str) -> Option<(&str, &'static str)> {
    let mut parts = source.rsplit('/').skip(1);
    let last = parts.next()?;
    let (id, above) = match last {
        "userdata" => (parts.next()?, parts.next()?),
        id => (id, parts.next()?),
    };
    let runtime = match above {
        "containers" => "docker",
        above if above.ends_with("-containers") => "podman",
        _ => return None,
    };
    is_id(id).then_some((id, runtime))
}

/// `id="4f0c…"`
fn of_containerenv<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let (_, value) = pairs.into_iter().find(|(held, _)| *held == key)?;
    value.strip_prefix('"')?.strip_suffix('"')
}

/// `registry:5000/shop/cart:1.2@sha256:…` → `registry:5000/shop/cart`
fn without_tag(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((before, tag)) if !tag.contains('/') => before,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "9f2b61c7d0e84a35b6f1c2d3e4a5968778695a4b3c2d1e0f9a8b7c6d5e4f3a21";
    const OTHER: &str = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809";
    const POD: &str = "6b1f0c52-3d0e-4a7b-9c41-2f8d5e7a9b30";

    /// `id` is written `ID`, `OTHER` and `POD` in the samples.
    #[track_caller]
    fn check(read: fn(&str) -> Container, sample: &str, expected: (&str, &str, &str, &str)) {
        let filled = |text: &str| {
            let text = text.replace("OTHER", OTHER).replace("ID", ID);
            text.replace("P_O_D", &POD.replace('-', "_"))
                .replace("POD", POD)
        };
        let found = read(&filled(sample));
        let (id, runtime, pod_uid, name) = expected;
        let found = (
            &*found.id,
            found.runtime,
            &*found.pod_uid,
            &*found.name_in_pod,
        );
        let (id, pod_uid) = (filled(id), filled(pod_uid));
        assert_eq!(found, (&*id, runtime, &*pod_uid, name), "{sample}");
    }

    #[track_caller]
    fn cgroup(sample: &str, id: &str, runtime: &'static str, pod_uid: &str) {
        assert!(!is_hidden(sample), "{sample}");
        check(Container::of_cgroup, sample, (id, runtime, pod_uid, ""));
    }

    #[track_caller]
    fn mounts(sample: &str, id: &str, runtime: &'static str, pod: (&str, &str)) {
        check(Container::of_mounts, sample, (id, runtime, pod.0, pod.1));
    }

    #[test]
    fn control_groups_name_the_container() {
        cgroup(
            "12:pids:/docker/ID\n11:cpu,cpuacct:/docker/ID\n1:name=systemd:/docker/ID\n",
            "ID",
            "docker",
            "",
        );
        cgroup("0::/system.slice/docker-ID.scope\n", "ID", "docker", "");
        cgroup("0::/docker/OTHER/docker/ID\n", "ID", "docker", "");
        cgroup("0::/machine.slice/libpod-ID.scope\n", "ID", "podman", "");
        cgroup(
            "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container\n",
            "ID",
            "podman",
            "",
        );
        cgroup("0::/default/ID\n", "ID", "", "");
        cgroup(
            "0::/user.slice/user-1000.slice/user@1000.service/user.slice/nerdctl-ID.scope\n",
            "ID",
            "containerd",
            "",
        );
        cgroup(
            "9:memory:/ecs/4c2d0f9be1a7468d95f3a0b1c2d3e4f5/ID\n",
            "ID",
            "",
            "",
        );
        cgroup(
            "1:name=systemd:/ecs/4c2d0f9be1a7468d95f3a0b1c2d3e4f5/4c2d0f9be1a7468d95f3a0b1c2d3e4f5-2604412187\n",
            "4c2d0f9be1a7468d95f3a0b1c2d3e4f5-2604412187",
            "",
            "",
        );
    }

    #[test]
    fn control_groups_name_the_pod_too() {
        cgroup("5:memory:/kubepods/burstable/podPOD/ID\n", "ID", "", "POD");
        cgroup(
            "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podP_O_D.slice/cri-containerd-ID.scope\n",
            "ID",
            "containerd",
            "POD",
        );
        cgroup(
            "0::/kubepods.slice/kubepods-podP_O_D.slice/crio-ID.scope/container\n",
            "ID",
            "cri-o",
            "POD",
        );
        cgroup(
            "3:cpu:/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podP_O_D.slice/docker-ID.scope\n",
            "ID",
            "docker",
            "POD",
        );
        cgroup(
            "2:cpu:/system.slice/containerd.service/kubepods-burstable-podP_O_D.slice:cri-containerd:ID\n",
            "ID",
            "containerd",
            "POD",
        );
    }

    #[test]
    fn control_groups_of_a_host_name_none() {
        cgroup(
            "0::/user.slice/user-1000.slice/session-3.scope\n",
            "",
            "",
            "",
        );
        cgroup("0::/system.slice/docker.service\n", "", "", "");
        cgroup("0::/machine.slice/libpod-conmon-ID.scope\n", "", "", "");
        cgroup("0::/kubepods.slice/crio-conmon-ID.scope\n", "", "", "");
        cgroup("0::/a/ID.mount\n", "", "", "");
        assert!(is_hidden("") && is_hidden("0::/\n") && is_hidden("0::/../..\n"));
    }

    #[test]
    fn mounts_name_the_container_of_docker_and_podman() {
        let mount = |source: &str, target: &str| {
            format!("731 712 254:1 {source} {target} rw,relatime - ext4 /dev/vda1 rw\n")
        };
        let docker = mount("/var/lib/docker/containers/ID/hostname", "/etc/hostname");
        mounts(&docker, "ID", "docker", ("", ""));
        let rootless = mount(
            "/containers/overlay-containers/ID/userdata/resolv.conf",
            "/etc/resolv.conf",
        );
        mounts(&rootless, "ID", "podman", ("", ""));
        let cgroup = "31 23 0:26 /../../../docker-ID.scope /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
        mounts(cgroup, "ID", "docker", ("", ""));
        // A host sees the mounts of all its containers, but not there.
        let host = mount(
            "/var/lib/docker/containers/ID/mounts/shm",
            "/var/lib/docker/containers/ID/mounts/shm",
        );
        mounts(&host, "", "", ("", ""));
        mounts("", "", "", ("", ""));
        mounts("torn line\n1 2 3\n", "", "", ("", ""));
    }

    #[test]
    fn mounts_of_a_pod_name_it_and_not_its_sandbox() {
        let mount = |source: &str, target: &str| {
            format!("731 712 254:1 {source} {target} rw - ext4 /dev/vda1 rw\n")
        };
        let hosts = mount("/var/lib/kubelet/pods/POD/etc-hosts", "/etc/hosts");
        let log = mount(
            "/var/lib/kubelet/pods/POD/containers/cart/6f1a2b3c",
            "/dev/termination-log",
        );
        for sandbox in [
            "/var/lib/docker/containers/OTHER/hostname",
            "/run/containers/storage/overlay-containers/OTHER/userdata/hostname",
            "/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/OTHER/hostname",
        ] {
            let sandbox = mount(sandbox, "/etc/hostname");
            mounts(&[&*sandbox, &hosts, &log].concat(), "", "", ("POD", "cart"));
            mounts(&[&*hosts, &sandbox].concat(), "", "", ("POD", ""));
        }
    }

    #[test]
    fn podman_says_what_it_runs() {
        let text = "engine=\"podman-5.4.0\"\nname=\"cart\"\nid=\"9f2b\"\nimage=\"registry.example:5000/shop/cart:1.2\"\nrootless=1\n";
        assert_eq!(of_containerenv(text, "name"), Some("cart"));
        assert_eq!(of_containerenv(text, "rootless"), None);
        let image = of_containerenv(text, "image").map(without_tag);
        assert_eq!(image, Some("registry.example:5000/shop/cart"));
        assert_eq!(without_tag("localhost:5000/cart"), "localhost:5000/cart");
        assert_eq!(without_tag("cart@sha256:00"), "cart");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "([0-9]{1,2}:[a-z,=]{0,6}:)?(/?[a-f0-9:._-]{0,12}|/docker|/pods|/kubepods-pod| ){0,8}\n?.{0,9}") {
            let _read = (Container::of_cgroup(&text), Container::of_mounts(&text), is_hidden(&text));
            let _told = (of_containerenv(&text, "id"), without_tag(&text), pod_uid(&text));
        }
    }
}
