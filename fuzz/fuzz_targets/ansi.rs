//! Any bytes without their escape sequences: nothing is added, and doing it twice changes nothing more.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::ansi::strip_into;

fuzz_target!(|data: &[u8]| {
    let (mut once, mut twice) = (Vec::new(), Vec::new());
    strip_into(data, &mut once);
    assert!(once.len() <= data.len());
    let breaks = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(
        breaks(&once),
        breaks(data),
        "a line break is never part of a sequence"
    );
    strip_into(&once, &mut twice);
    assert!(twice.len() <= once.len());
});
