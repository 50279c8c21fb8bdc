//! Delivery to a file or to standard output: OTLP/JSON lines, one request each, exactly what would have been sent.
//!
//! Spec: OpenTelemetry Protocol File Exporter.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use crate::delivery::{Fate, Shipment, Stop};

/// A place for lines, shared by the shipments that go there one after another.
pub struct LinesRoute(Mutex<Box<dyn Write + Send>>);

impl LinesRoute {
    /// Writes to `output`, which needs no buffer: a line is as large as a request.
    pub fn new(output: Box<dyn Write + Send>) -> LinesRoute {
        LinesRoute(Mutex::new(output))
    }

    /// Writes one line.
    pub fn deliver(&self, shipment: Shipment) -> Fate {
        let records = shipment.batch.record_count() as u64;
        match self.write(shipment.wire()) {
            Ok(()) => Fate {
                delivered: records,
                sent: 1,
                wire_bytes: shipment.wire().len() as u64 + 1,
                ..Fate::default()
            },
            Err(error) => Fate {
                left: vec![shipment.batch],
                stop: Some(Stop::Output {
                    closed: error.kind() == io::ErrorKind::BrokenPipe,
                    cause: error.to_string(),
                }),
                ..Fate::default()
            },
        }
    }

    fn write(&self, line: &[u8]) -> io::Result<()> {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        output.write_all(line)?;
        output.write_all(b"\n")?;
        output.flush()
    }
}
