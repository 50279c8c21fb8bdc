//! Any text as a JSON line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::fields::FieldMap;
use otelctl::format::json;
use otelctl::record::Record;
use otelctl_fuzz::{look_at, text, zone};

fuzz_target!(|data: &[u8]| {
    let line = text(data);
    let (mut record, mut duplicates) = (Record::default(), 0);
    let read = json::parse(
        &line,
        &mut zone(),
        &FieldMap::default(),
        &mut record,
        &mut duplicates,
    );
    if read {
        look_at(&record);
    } else {
        assert_eq!(
            record,
            Record::default(),
            "a line that is no object leaves no trace"
        );
    }
    json::is_object(&line);
});
