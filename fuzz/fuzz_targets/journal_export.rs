//! Any bytes as the journal's export format; cut anywhere, they make the same records.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use otelctl::format::{Format, FormatKind, journal_export};
use otelctl::record::Record;
use otelctl_fuzz::{chunks, look_at, records};

fuzz_target!(|data: &[u8]| {
    journal_export::looks_like(data);
    journal_export::is_journal_note(data);
    let mut record = Record::default();
    if journal_export::parse(data, &mut record) {
        look_at(&record);
    }
    let format = Arc::new(Format::of(FormatKind::JournalExport));
    let cut = chunks(&format, data, 50);
    assert_eq!(records(&format, &cut).0, records(&format, &[data]).0);
});
