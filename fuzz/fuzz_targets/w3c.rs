//! A first line as W3C or Zeek directives, the others as their rows.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::w3c::{self, Header};
use otelctl::record::Record;
use otelctl_fuzz::{look_at, text, zone};

fuzz_target!(|data: &[u8]| {
    let head = text(data);
    let headers = [
        Header::read_head(&head),
        Header::read(head.lines().next().unwrap_or_default()),
        Header::iis_default(&head),
    ];
    for mut header in headers.into_iter().flatten() {
        for line in head.lines() {
            w3c::is_directive(line);
            header.refine(line);
            header.fits(line);
            let mut record = Record::default();
            if header.parse(line, &mut zone(), &mut record) {
                look_at(&record);
            }
        }
    }
});
