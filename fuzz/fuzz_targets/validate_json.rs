//! Any bytes as a payload in OTLP/JSON: the rules end, and what was repaired keeps no fault that can be repaired.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::otlp::Encoding;
use otelctl::validate::{Checker, FixMode, Options};

fuzz_target!(|data: &[u8]| {
    let options = Options {
        fix: FixMode::Semconv,
        ..Options::PLAIN
    };
    let mut checker = Checker::new(options);
    let repaired = checker.request(data, Some(Encoding::Json));
    for finding in &checker.finish().findings {
        assert!(finding.byte.start <= finding.byte.end);
    }
    if let Some(repaired) = repaired {
        let mut again = Checker::new(Options::PLAIN);
        again.request(&repaired, Some(Encoding::Json));
    }
});
