//! What is measured, and the targets each case has to meet.

use crate::inputs::Shape;

/// Most processor time per input byte, as a multiple of the bare program's.
pub(crate) const BARE_CPU_RATIO_MAX: f64 = 2.0;
/// Most resident memory at any time, in MiB, however large the input.
pub(crate) const PEAK_MIB_MAX: f64 = 48.0;

/// One way to ship one kind of file.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// Value of `--compression`.
    pub(crate) compression: &'static str,
    /// Value of `--protocol`.
    pub(crate) protocol: &'static str,
    /// Least speed, as a share of posting the same requests ready made.
    pub(crate) replay_ratio_min: Option<f64>,
    /// Least speed, as a share of only compressing the same bodies on two threads.
    pub(crate) codec_ratio_min: Option<f64>,
}

impl Case {
    pub(crate) fn is_compressed(&self) -> bool {
        self.compression == "gzip"
    }

    /// Whether the bare program speaks this: it knows protobuf only.
    pub(crate) fn has_bare(&self) -> bool {
        self.protocol == PROTOBUF
    }
}

const PROTOBUF: &str = "http/protobuf";

/// Every case, in the order of the table.
pub(crate) const CASES: [Case; 5] = [
    Case {
        name: "plain",
        shape: Shape::Plain,
        compression: "none",
        protocol: PROTOBUF,
        replay_ratio_min: Some(0.25),
        codec_ratio_min: None,
    },
    Case {
        name: "plain-gzip",
        shape: Shape::Plain,
        compression: "gzip",
        protocol: PROTOBUF,
        replay_ratio_min: None,
        codec_ratio_min: Some(0.75),
    },
    Case {
        name: "plain-http-json",
        shape: Shape::Plain,
        compression: "none",
        protocol: "http/json",
        replay_ratio_min: Some(0.15),
        codec_ratio_min: None,
    },
    Case {
        name: "json",
        shape: Shape::Json,
        compression: "none",
        protocol: PROTOBUF,
        replay_ratio_min: Some(0.18),
        codec_ratio_min: None,
    },
    Case {
        name: "json-gzip",
        shape: Shape::Json,
        compression: "gzip",
        protocol: PROTOBUF,
        replay_ratio_min: None,
        codec_ratio_min: Some(0.75),
    },
];
