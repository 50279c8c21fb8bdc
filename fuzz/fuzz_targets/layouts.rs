//! Every built-in layout on any line; and any pattern that compiles, on the rest of the input.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::layout::{Captures, Layout, table};
use otelctl::record::Record;
use otelctl_fuzz::{look_at, text, zone};

fn try_on(layout: &Layout, line: &str) {
    let mut zone = zone();
    let mut captures = Captures::EMPTY;
    let head = line.lines().next().unwrap_or_default();
    if layout.matches(head.as_bytes(), &mut zone, &mut captures) {
        let mut record = Record::default();
        layout.fill(line, head.len(), &captures, &mut record);
        look_at(&record);
    }
}

fuzz_target!(|data: &[u8]| {
    let line = text(data);
    for layout in table::layouts() {
        try_on(layout, &line);
    }
    table::stray(line.as_bytes(), &mut zone(), &mut Captures::EMPTY.clone());
    let (pattern, rest) = line.split_once('\n').unwrap_or((&line, &line));
    if let Ok(layout) = Layout::compile("fuzzed", pattern.to_owned()) {
        try_on(&layout, rest);
    }
});
