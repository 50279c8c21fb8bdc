//! Any bytes as a compressed body, within a limit.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::base::units::ByteCount;
use otelctl::otlp::Compression;
use otelctl::otlp::inflate::{content_encoding, inflate};

fuzz_target!(|data: &[u8]| {
    let _ = content_encoding(&String::from_utf8_lossy(data));
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        let limit = ByteCount(1 << 16);
        if let Ok(plain) = inflate(data, compression, limit) {
            assert!(plain.len() <= limit.as_usize());
        }
    }
});
