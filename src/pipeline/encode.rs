//! Record → the bytes of one `LogRecord`, in either encoding, without anything in between.

pub mod json;
pub mod protobuf;

use crate::base::units::UnixNanos;
use crate::otlp::Encoding;
use crate::record::{Attribute, Record};

/// What every record of a source gets: attributes of the source and of the user, already encoded.
#[derive(Debug, Clone)]
pub struct Constants {
    /// The encoded attributes: protobuf fields, or JSON objects separated by commas.
    bytes: Vec<u8>,
    /// Their keys; a record's own attribute of the same key gives way.
    keys: Vec<String>,
}

impl Constants {
    /// Encodes the attributes once.
    pub fn new(encoding: Encoding, attributes: &[Attribute<'_>]) -> Constants {
        let mut bytes = Vec::new();
        for (index, attribute) in attributes.iter().enumerate() {
            match encoding {
                Encoding::Protobuf => protobuf::put_attribute(
                    &mut bytes,
                    crate::otlp::protobuf::log_record::ATTRIBUTES,
                    attribute,
                ),
                Encoding::Json => {
                    if index > 0 {
                        bytes.push(b',');
                    }
                    json::push_attribute(&mut bytes, attribute);
                }
            }
        }
        Constants {
            bytes,
            keys: attributes
                .iter()
                .map(|attribute| attribute.key.clone().into_owned())
                .collect(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Whether a key is taken.
    pub fn holds(&self, key: &str) -> bool {
        self.keys.iter().any(|held| held == key)
    }
}

/// Writes one record, framed as its encoding needs it in a batch.
pub fn write_record(
    out: &mut Vec<u8>,
    encoding: Encoding,
    record: &Record<'_>,
    constants: &Constants,
    observed: UnixNanos,
) {
    match encoding {
        Encoding::Protobuf => protobuf::put_record(out, record, constants, observed),
        Encoding::Json => json::push_record(out, record, constants, observed),
    }
}
