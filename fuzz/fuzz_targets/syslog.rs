//! Any text as a syslog message.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::syslog;
use otelctl::record::Record;
use otelctl_fuzz::{look_at, text, zone};

fuzz_target!(|data: &[u8]| {
    let line = text(data);
    let mut record = Record::default();
    syslog::looks_like(&line);
    syslog::looks_like_stored(&line, &mut zone());
    if syslog::parse(&line, &mut zone(), &mut record) {
        look_at(&record);
    }
    if let Some((start, end)) = syslog::frame(data) {
        assert!(start <= end);
    }
});
