//! What the path of a container's log file says about the container.
//!
//! kubelet: `/var/log/pods/<namespace>_<pod>_<uid>/<container>/<restart>.log` and
//! `/var/log/containers/<pod>_<namespace>_<container>-<id>.log`. Docker: `/var/lib/docker/containers/<id>/<id>-json.log`. The roots may
//! lie elsewhere, as they do where the host's files are mounted into a container; rotated files have something behind their name.
//!
//! Spec: semantic conventions, "Kubernetes" and "Container" resources.

use crate::record::{Attribute, Value};

/// The resource attributes that a path tells; none for any other path.
pub fn attributes(path: &str) -> Vec<Attribute<'_>> {
    let mut parts = path.rsplit(['/', '\\']);
    let (file, folder, above) = (parts.next(), parts.next(), parts.next());
    let root = parts.next();
    let file = file.unwrap_or_default();
    let folder = folder.unwrap_or_default();
    of_pod(file, folder, above.unwrap_or_default(), root)
        .or_else(|| of_link(file, folder))
        .or_else(|| of_docker(file, folder))
        .unwrap_or_default()
}

/// `pods/<namespace>_<pod>_<uid>/<container>/<restart>.log`
fn of_pod<'a>(
    file: &'a str,
    container: &'a str,
    pod: &'a str,
    root: Option<&str>,
) -> Option<Vec<Attribute<'a>>> {
    let restarts = file.split_once(".log")?.0.parse().ok();
    let mut names = pod.split('_');
    let (namespace, name, uid) = (names.next()?, names.next()?, names.next()?);
    let is_pod = root == Some("pods") && names.next().is_none();
    let mut found = texts([
        ("k8s.namespace.name", namespace),
        ("k8s.pod.name", name),
        ("k8s.pod.uid", uid),
        ("k8s.container.name", container),
    ])
    .filter(|_| is_pod)?;
    found.extend(restarts.map(|restarts| Attribute {
        key: "k8s.container.restart_count".into(),
        value: Value::Int(restarts),
    }));
    Some(found)
}

/// `containers/<pod>_<namespace>_<container>-<id>.log`
fn of_link<'a>(file: &'a str, folder: &str) -> Option<Vec<Attribute<'a>>> {
    let stem = file.split_once(".log")?.0;
    let mut names = stem.splitn(3, '_');
    let (pod, namespace) = (names.next()?, names.next()?);
    let (container, id) = names.next()?.rsplit_once('-')?;
    let is_link = folder == "containers" && is_id(id);
    texts([
        ("k8s.namespace.name", namespace),
        ("k8s.pod.name", pod),
        ("k8s.container.name", container),
        ("container.id", id),
    ])
    .filter(|_| is_link)
}

/// `<id>/<id>-json.log`
fn of_docker<'a>(file: &str, folder: &'a str) -> Option<Vec<Attribute<'a>>> {
    let is_log = file.strip_prefix(folder)?.starts_with("-json.log");
    (is_log && is_id(folder)).then(|| vec![Attribute::text("container.id", folder)])
}

fn texts<'a, const N: usize>(pairs: [(&'static str, &'a str); N]) -> Option<Vec<Attribute<'a>>> {
    let complete = pairs.iter().all(|(_, text)| !text.is_empty());
    complete.then(|| {
        let attributes = pairs.map(|(key, text)| Attribute::text(key, text));
        attributes.into()
    })
}

/// 64 hex digits.
fn is_id(id: &str) -> bool {
    const ID_DIGITS: usize = 64;
    id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4f0c9d1be27a386550d4c1b29e7f3a8840d2c6b5a19e8f7d6c5b4a39281706f5";

    #[track_caller]
    fn check(path: &str, expected: &[&str]) {
        let found: Vec<_> = attributes(path)
            .into_iter()
            .map(|attribute| match attribute.value {
                Value::Text(text) => format!("{}={text}", attribute.key),
                other => format!("{}={other:?}", attribute.key),
            })
            .collect();
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn the_path_of_a_pod_names_it() {
        let expected = [
            "k8s.namespace.name=shop",
            "k8s.pod.name=cart-7d9f8b6c5-x2x4z",
            "k8s.pod.uid=0b2c5a9e-31f1-4d52-9a7b-5f1e6d7c8b90",
            "k8s.container.name=app",
            "k8s.container.restart_count=Int(3)",
        ];
        let folder = "/var/log/pods/shop_cart-7d9f8b6c5-x2x4z_0b2c5a9e-31f1-4d52-9a7b-5f1e6d7c8b90";
        check(&format!("{folder}/app/3.log"), &expected);
        check(
            &format!("/host{folder}/app/3.log.20261120-090000.gz"),
            &expected,
        );
        check(&format!("{folder}/app/current.log"), &expected[..4]);
    }

    #[test]
    fn the_path_of_a_link_names_pod_and_container() {
        check(
            &format!("/var/log/containers/cart-0_shop_side-car-{ID}.log"),
            &[
                "k8s.namespace.name=shop",
                "k8s.pod.name=cart-0",
                "k8s.container.name=side-car",
                &format!("container.id={ID}"),
            ],
        );
    }

    #[test]
    fn the_path_of_docker_names_the_container() {
        let id = format!("container.id={ID}");
        check(
            &format!("/var/lib/docker/containers/{ID}/{ID}-json.log"),
            &[&id],
        );
        check(
            &format!("C:\\docker\\containers\\{ID}\\{ID}-json.log.1"),
            &[&id],
        );
    }

    #[test]
    fn any_other_path_says_nothing() {
        for path in [
            "",
            "/",
            "app.log",
            "/var/log/syslog",
            "/var/log/pods/a_b/app/0.log",
            "/var/log/pods/a_b_c_d/app/0.log",
            "/var/log/pods/_b_c/app/0.log",
            "/x/a_b_c/app/0.log",
            "/var/log/containers/a_b_c-123.log",
            "/x/x-json.log",
        ] {
            check(path, &[]);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_path_is_read_without_panic(path in "[/_a-c.é-]{0,30}(.log)?") {
            let _read = attributes(&path);
        }
    }
}
