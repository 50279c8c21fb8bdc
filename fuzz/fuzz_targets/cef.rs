//! Any text as a CEF or LEEF event.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::cef;
use otelctl::record::Record;
use otelctl_fuzz::{look_at, text};

fuzz_target!(|data: &[u8]| {
    let rest = text(data);
    for event in [
        rest.clone(),
        format!("CEF:0|{rest}"),
        format!("LEEF:2.0|{rest}"),
    ] {
        let mut record = Record::default();
        if cef::parse(&event, &mut record) {
            look_at(&record);
        } else {
            assert_eq!(
                record,
                Record::default(),
                "what is no event leaves no trace"
            );
        }
    }
});
