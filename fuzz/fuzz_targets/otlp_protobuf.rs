//! Any bytes as protobuf requests in each framing: cut anywhere, they make the same records.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use otelctl::format::{Format, FormatKind};
use otelctl::otlp::framing::{self, Framing};
use otelctl_fuzz::{chunks, records};

fuzz_target!(|data: &[u8]| {
    Framing::of(data);
    framing::carries(data);
    for framing in [Framing::Bare, Framing::Varint, Framing::Length32] {
        let format = Arc::new(Format::of(FormatKind::OtlpProtobuf(framing)));
        let whole = records(&format, &[data]).0;
        // What is lost is lost to the end of its chunk, so only sound files are cut.
        let sound = framing.last_end(data) == Some(data.len())
            && !whole.iter().any(|record| record.contains("bytesValue"));
        if sound {
            assert_eq!(records(&format, &chunks(&format, data, 50)).0, whole);
        }
    }
});
