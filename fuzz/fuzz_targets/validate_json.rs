//! Any bytes as a payload in OTLP/JSON: the rules end, what was repaired keeps no fault that can be repaired, and repairing it again
//! changes nothing.

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
    let report = checker.finish();
    for finding in &report.findings {
        assert!(finding.byte.start <= finding.byte.end);
    }
    let Some(repaired) = repaired else {
        return;
    };
    assert!(report.repaired.iter().sum::<u64>() > 0);
    let mut again = Checker::new(options);
    assert_eq!(again.request(&repaired, Some(Encoding::Json)), None);
    for finding in &again.finish().findings {
        assert!(!finding.fixable, "{finding:?}");
    }
});
