//! Any file: what it is told to be, and the same records however it is cut.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::detect::detect;
use otelctl_fuzz::{chunks, records, zone};

fuzz_target!(|data: &[u8]| {
    let Some((step, file)) = data.split_first() else {
        return;
    };
    let found = detect(file, &mut zone(), &[]);
    assert!(found.confidence_percent() <= 100 && !found.label.is_empty());
    let format = found.format;
    let (whole, _) = records(&format, &[file]);
    // Parts of a wrapped line that a chunk tears are records by themselves.
    if format.runtime.is_none() {
        let cut = chunks(&format, file, usize::from(*step).max(16));
        assert_eq!(records(&format, &cut).0, whole);
    }
});
