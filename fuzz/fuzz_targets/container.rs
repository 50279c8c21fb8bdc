//! Any lines as those of a container runtime.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::container::{self, Runtime};
use otelctl::pipeline::unwrap::Unwrapper;
use otelctl_fuzz::{text, zone};

fuzz_target!(|data: &[u8]| {
    let line = text(data);
    container::runtime_of(&line, &mut zone());
    for runtime in [Runtime::Docker, Runtime::Cri] {
        let mut unwrapper = Unwrapper::new(runtime, 200);
        let out = unwrapper.unwrap(data, &mut zone());
        assert!(out.tags.is_sorted_by_key(|tag| (tag.start, tag.end)));
        assert!(out.tags.iter().all(|tag| tag.end <= out.bytes.len()));
        assert!(out.bytes.is_empty() || out.bytes.ends_with(b"\n"));
    }
});
