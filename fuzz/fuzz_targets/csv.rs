//! A first line as names of columns, the others as their rows.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::csv::Header;
use otelctl::record::Record;
use otelctl_fuzz::{look_at, text, zone};

fuzz_target!(|data: &[u8]| {
    let table = text(data);
    let first = table.lines().next().unwrap_or_default();
    let headers = [Header::read(first), Header::postgres(first, &mut zone())];
    for header in headers.into_iter().flatten() {
        for row in table.lines().chain([table.as_str()]) {
            header.is_open(row);
            header.fits(row);
            let (mut record, mut duplicates) = (Record::default(), 0);
            if header.parse(row, &mut zone(), &mut record, &mut duplicates) {
                look_at(&record);
            }
        }
    }
});
