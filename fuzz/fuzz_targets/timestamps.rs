//! Any text as a time stamp; and any form that compiles, on the rest of the input.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::timestamp::{self, TimeForm};
use otelctl_fuzz::{text, zone};

fuzz_target!(|data: &[u8]| {
    let mut zone = zone();
    for found in [
        timestamp::leading(data, &mut zone),
        timestamp::at(data, &mut zone),
        timestamp::time_of_day(data, &mut zone),
    ] {
        assert!(found.is_none_or(|found| found.bytes() <= data.len() && found.bytes() > 0));
    }
    let line = text(data);
    timestamp::whole(&line, &mut zone);
    timestamp::epoch(&line);
    let (pattern, rest) = line.split_once('\n').unwrap_or((&line, &line));
    if let Ok(form) = TimeForm::compile(pattern) {
        let found = form.read(rest.as_bytes(), &mut zone);
        assert!(found.is_none_or(|found| found.bytes() <= rest.len()));
    }
});
