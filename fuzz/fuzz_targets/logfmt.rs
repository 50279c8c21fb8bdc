//! Any text as a logfmt line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::fields::FieldMap;
use otelctl::format::logfmt;
use otelctl::record::Record;
use otelctl_fuzz::{look_at, text, zone};

fuzz_target!(|data: &[u8]| {
    let line = text(data);
    let (mut record, mut duplicates) = (Record::default(), 0);
    logfmt::looks_like(&line);
    if logfmt::parse(
        &line,
        &mut zone(),
        &FieldMap::default(),
        &mut record,
        &mut duplicates,
    ) {
        look_at(&record);
    }
});
