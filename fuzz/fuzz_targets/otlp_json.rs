//! Any text as a logs request in OTLP/JSON: what is read can be written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::otlp::json_logs;
use otelctl::otlp::json_read::read_request;

fuzz_target!(|data: &[u8]| {
    let Ok(request) = read_request(data) else {
        return;
    };
    let mut written = Vec::new();
    json_logs::write_request(&request, &mut written);
    let again = read_request(&written).expect("what is written can be read");
    let mut twice = Vec::new();
    json_logs::write_request(&again, &mut twice);
    assert_eq!(written, twice);
});
