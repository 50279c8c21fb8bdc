//! Any lines as plain text with stack traces in it: every byte that is not blank is in one record, however the input is cut.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use otelctl::format::{Format, FormatKind, Parser};
use otelctl::pipeline::group::{Groups, LineLimits};
use otelctl_fuzz::{LINE_BYTES_MAX, chunks, records, zone};

fuzz_target!(|data: &[u8]| {
    let format = Arc::new(Format::of(FormatKind::Plain));
    let mut parser = Parser::new(Arc::clone(&format), zone());
    let mut groups = Groups::new(data, LineLimits::of_lines(LINE_BYTES_MAX), 0);
    let mut end = 0;
    while let Some(group) = groups.next_group(&mut parser) {
        assert!(end <= group.start && group.start < group.end && group.end <= data.len());
        assert!(
            data[end..group.start].iter().all(u8::is_ascii_whitespace)
                || data[end..].starts_with(b"-- ")
        );
        end = group.end;
    }
    let cut = chunks(&format, data, 64);
    assert_eq!(records(&format, &cut).0, records(&format, &[data]).0);
});
