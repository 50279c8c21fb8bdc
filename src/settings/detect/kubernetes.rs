//! The pod that this runs in, as its own manifest tells it: variables and files of the downward API.
//!
//! Names that other programs use too, like `NODE_NAME`, count only inside of a pod: Kubernetes sets `KUBERNETES_SERVICE_HOST` in each,
//! and mounts the namespace of the service account. Annotations `resource.opentelemetry.io/…` are attributes as they stand.
//!
//! Spec: semantic conventions, "Kubernetes"; Kubernetes, "Downward API".

use crate::settings::detect::{Found, Surroundings};

/// The namespace of the service account, in each pod that has one.
const NAMESPACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// Where the documentation mounts the files of the downward API.
const PODINFO: &str = "/etc/podinfo";

/// Attributes, and the variables for them: those that only Kubernetes can mean, then those that count in a pod.
const VARIABLES: [(&str, &[&str], &[&str]); 10] = [
    ("k8s.cluster.name", &["K8S_CLUSTER_NAME"], &["CLUSTER_NAME"]),
    (
        "k8s.namespace.name",
        &["K8S_NAMESPACE_NAME", "K8S_NAMESPACE", "K8S_POD_NAMESPACE"],
        &["POD_NAMESPACE", "MY_POD_NAMESPACE"],
    ),
    (
        "k8s.node.name",
        &["K8S_NODE_NAME", "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME"],
        &["NODE_NAME", "MY_NODE_NAME", "KUBE_NODE_NAME"],
    ),
    (
        "k8s.pod.name",
        &["K8S_POD_NAME", "OTEL_RESOURCE_ATTRIBUTES_POD_NAME"],
        &["POD_NAME", "MY_POD_NAME"],
    ),
    (
        "k8s.pod.uid",
        &["K8S_POD_UID", "OTEL_RESOURCE_ATTRIBUTES_POD_UID"],
        &["POD_UID", "MY_POD_UID"],
    ),
    ("k8s.pod.ip", &["K8S_POD_IP"], &["POD_IP", "MY_POD_IP"]),
    (
        "k8s.container.name",
        &[
            "K8S_CONTAINER_NAME",
            "OTEL_RESOURCE_ATTRIBUTES_CONTAINER_NAME",
        ],
        &["CONTAINER_NAME", "MY_CONTAINER_NAME"],
    ),
    (
        "k8s.deployment.name",
        &["K8S_DEPLOYMENT_NAME"],
        &["DEPLOYMENT_NAME"],
    ),
    ("k8s.daemonset.name", &["K8S_DAEMONSET_NAME"], &[]),
    ("k8s.statefulset.name", &["K8S_STATEFULSET_NAME"], &[]),
];

/// Attributes, and the files for them under [`PODINFO`].
const FILES: [(&str, &[&str]); 4] = [
    ("k8s.namespace.name", &["namespace", "pod_namespace"]),
    ("k8s.node.name", &["node_name", "nodename"]),
    ("k8s.pod.name", &["name", "pod_name", "podname"]),
    ("k8s.pod.uid", &["uid", "pod_uid"]),
];

pub(super) fn detect(around: &Surroundings<'_>, found: &mut Found) {
    let namespace = around.read(NAMESPACE);
    let is_pod = namespace.is_some() || around.env.get("KUBERNETES_SERVICE_HOST").is_some();
    for (key, own, shared) in VARIABLES {
        let shared = if is_pod { shared } else { &[] };
        let value = around.variable(own).or_else(|| around.variable(shared));
        found.text(key, value);
    }
    if !is_pod && !around.root.join(PODINFO.trim_start_matches('/')).is_dir() {
        return;
    }
    let file = |name: &str| around.read(&format!("{PODINFO}/{name}"));
    if let Some(annotations) = file("annotations") {
        of_annotations(&annotations, found);
    }
    for (key, names) in FILES {
        let text = names.iter().find_map(|name| file(name));
        found.text(key, text.as_deref());
    }
    if let Some(labels) = file("labels") {
        of_labels(&labels, found);
    }
    found.text("k8s.namespace.name", namespace.as_deref());
    let container = around.container();
    found.text("k8s.pod.uid", Some(&container.pod_uid));
    found.text("k8s.container.name", Some(&container.name_in_pod));
}

/// Annotations that are resource attributes.
fn of_annotations(text: &str, found: &mut Found) {
    const PREFIX: &str = "resource.opentelemetry.io/";
    for (key, value) in pairs(text) {
        let key = key.strip_prefix(PREFIX).filter(|key| !key.is_empty());
        if let Some(key) = key.filter(|key| *key != "service.name") {
            found.text(key.to_owned(), Some(&value));
        }
    }
}

fn of_labels(text: &str, found: &mut Found) {
    for (key, value) in pairs(text) {
        found.text(format!("k8s.pod.label.{key}"), Some(&value));
    }
}

/// Lines like `tier="web \"2\""`.
fn pairs(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.lines().filter_map(|line| {
        let (key, quoted) = line.split_once('=')?;
        let inner = quoted.trim_end().strip_prefix('"')?.strip_suffix('"')?;
        (!key.is_empty()).then(|| (key, unescaped(inner)))
    })
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let escaped = (character == '\\').then(|| rest.next()).flatten();
        out.push(match escaped {
            None => character,
            Some('n') => '\n',
            Some('t') => '\t',
            Some(other) => other,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::detect::tests::shown;

    #[test]
    fn labels_and_annotations_are_read_as_the_kubelet_writes_them() {
        let mut found = Found::default();
        of_labels(
            "app=\"cart\"\ntier=\"a \\\"b\\\"\"\nbroken\n=\"x\"\n",
            &mut found,
        );
        let annotations = "kubernetes.io/config.seen=\"2026\"\nresource.opentelemetry.io/service.version=\"1.2\"\nresource.opentelemetry.io/service.name=\"x\"\n";
        of_annotations(annotations, &mut found);
        let expected = "k8s.pod.label.app=cart k8s.pod.label.tier=a \"b\" service.version=1.2";
        assert_eq!(shown(&found.0), expected);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "([a-z./]{0,9}=?\"?[\\\\\"nx=]{0,6}\"?\n?){0,4}") {
            of_labels(&text, &mut Found::default());
            of_annotations(&text, &mut Found::default());
        }
    }
}
