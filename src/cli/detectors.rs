//! What of the place this runs at is looked for: the words of `--detect`.

#![expect(
    clippy::doc_markdown,
    reason = "the doc comments are help text, printed as they are"
)]

use clap::ValueEnum;

/// A group of resource attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DetectArg {
    /// Nothing
    None,
    /// All but the ids: host, os, env, container, k8s, cloud and process
    All,
    /// host.name and host.arch
    Host,
    /// os.type, os.name, os.version, os.description and os.build_id
    Os,
    /// OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME
    Env,
    /// container.id and what else the container's files say
    Container,
    /// k8s.* from variables and files of the downward API
    K8s,
    /// cloud.* and faas.* from variables, never from the network
    Cloud,
    /// process.* of otelctl itself
    Process,
    /// The id of this machine, as it is
    #[value(name = "host.id")]
    HostId,
    /// An id of this run
    #[value(name = "service.instance.id")]
    InstanceId,
}

impl DetectArg {
    /// As it is written.
    pub fn word(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}
