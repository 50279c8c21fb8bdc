//! The name of a service → its resource, encoded once.
//!
//! A journal or a system's log holds records of many services in turn, so the resources that were made are kept. Whoever asks gets the
//! same one for the same name, as long as it is kept.
//!
//! Limits: [`SERVICES_MAX`] names are kept; where more come, all are made anew. A longer name than [`NAME_BYTES_MAX`] is none.

use std::collections::HashMap;
use std::sync::Arc;

use crate::otlp::payload::Labelled;
use crate::pipeline::batch::Envelope;

/// More than a machine runs; where each line has a name of its own, this bounds the memory.
const SERVICES_MAX: usize = 1_024;

/// Longer than the name of any unit of systemd.
const NAME_BYTES_MAX: usize = 256;

/// The resources of one source's services.
#[derive(Debug, Default)]
pub(super) struct Services {
    made: HashMap<Box<str>, Arc<Labelled>>,
    /// The one that was asked for last.
    last: Option<(Box<str>, Arc<Labelled>)>,
}

impl Services {
    /// The resource of a service; `None` when records of the source cannot name theirs.
    pub(super) fn resource(
        &mut self,
        envelope: &Envelope,
        service: &str,
    ) -> Option<&Arc<Labelled>> {
        envelope.beside_service.as_ref()?;
        if service.len() > NAME_BYTES_MAX {
            return None;
        }
        let is_last = |(name, _): &(Box<str>, _)| **name == *service;
        if !self.last.as_ref().is_some_and(is_last) {
            self.last = Some((service.into(), self.find(envelope, service)?));
        }
        self.last.as_ref().map(|(_, resource)| resource)
    }

    fn find(&mut self, envelope: &Envelope, service: &str) -> Option<Arc<Labelled>> {
        if let Some(made) = self.made.get(service) {
            return Some(Arc::clone(made));
        }
        let resource = envelope.resource_of(service)?;
        if self.made.len() >= SERVICES_MAX {
            self.made.clear();
        }
        self.made.insert(service.into(), Arc::clone(&resource));
        Some(resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::Encoding;
    use crate::record::Attribute;

    fn envelope() -> Envelope {
        let attributes = [("service.name", "file"), ("host.name", "h")];
        let attributes = attributes.map(|(key, value)| Attribute::text(key, value));
        Envelope::of_services(Encoding::Json, attributes.to_vec())
    }

    #[test]
    fn a_service_takes_the_place_of_the_files_and_leaves_the_rest() {
        let mut services = Services::default();
        let envelope = envelope();
        let resource = services.resource(&envelope, "sshd").unwrap();
        let text = String::from_utf8_lossy(&resource.bytes);
        let value = |key: &str, value: &str| {
            format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#)
        };
        let members = [value("service.name", "sshd"), value("host.name", "h")].join(",");
        assert_eq!(text, format!(r#"{{"attributes":[{members}]}}"#));
    }

    #[test]
    fn a_service_that_comes_again_is_the_same() {
        let (mut services, envelope) = (Services::default(), envelope());
        let mut ask = |name: &str| Arc::clone(services.resource(&envelope, name).unwrap());
        let first = ask("a");
        ask("b");
        assert!(Arc::ptr_eq(&first, &ask("a")));
    }

    #[test]
    fn the_memory_for_names_has_an_end() {
        let (mut services, envelope) = (Services::default(), envelope());
        for number in 0..3 * SERVICES_MAX {
            services.resource(&envelope, &format!("s{number}")).unwrap();
        }
        assert!(services.made.len() <= SERVICES_MAX);
        let long = "x".repeat(NAME_BYTES_MAX + 1);
        assert!(services.resource(&envelope, &long).is_none());
    }

    #[test]
    fn names_do_not_count_where_somebody_said_the_service() {
        let envelope = Envelope::new(Encoding::Json, &[]);
        assert!(Services::default().resource(&envelope, "a").is_none());
    }
}
