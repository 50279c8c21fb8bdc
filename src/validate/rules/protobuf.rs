//! Rules about protobuf on the wire.
//!
//! Rows of the table in the module above; documentation and tests are made from them.

use super::{Code, Fixes, Rule, Sample};
use crate::validate::Level;

/// The rows, in the order of their codes.
pub(super) const ROWS: [Rule; 7] = [
    Rule {
        code: Code::ProtobufTruncated,
        name: "protobuf-truncated",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the message is cut off",
        help: "send the whole message; its length stands before it",
        why: "A length or a fixed field reaches behind the end. The bytes were cut, or the length was computed wrongly.",
        spec: "Protocol Buffers, Encoding",
        bad: Sample::Hex("0a05"),
        good: Sample::Hex(
            "0a2f0a180a160a0c736572766963652e6e616d6512060a0473686f7012131211090000f323845bd7182a060a0470616964",
        ),
    },
    Rule {
        code: Code::ProtobufWireType,
        name: "protobuf-wire-type",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the field has the wrong wire type",
        help: "encode the field with the type that the schema gives it",
        why: "The type on the wire does not match the field; decoders refuse the message.",
        spec: "Protocol Buffers, Encoding",
        bad: Sample::Hex(
            "0a310a180a160a0c736572766963652e6e616d6512060a0473686f7012151213090000f323845bd7182a060a04706169641801",
        ),
        good: Sample::Hex(
            "0a2f0a180a160a0c736572766963652e6e616d6512060a0473686f7012131211090000f323845bd7182a060a0470616964",
        ),
    },
    Rule {
        code: Code::ProtobufTag,
        name: "protobuf-tag",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "this is no field of a protobuf message",
        help: "check that these bytes are an uncompressed OTLP message",
        why: "Field numbers go from 1 to 536,870,911 and wire types from 0 to 5; groups are not used. Text and compressed bytes usually fail here.",
        spec: "Protocol Buffers, Encoding",
        bad: Sample::Hex("07"),
        good: Sample::Hex(
            "0a2f0a180a160a0c736572766963652e6e616d6512060a0473686f7012131211090000f323845bd7182a060a0470616964",
        ),
    },
    Rule {
        code: Code::ProtobufVarint,
        name: "protobuf-varint",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "a number is longer than ten bytes",
        help: "encode it as a varint",
        why: "Varints of 64 bits have at most ten bytes.",
        spec: "Protocol Buffers, Encoding",
        bad: Sample::Hex("0affffffffffffffffffffff01"),
        good: Sample::Hex(
            "0a2f0a180a160a0c736572766963652e6e616d6512060a0473686f7012131211090000f323845bd7182a060a0470616964",
        ),
    },
    Rule {
        code: Code::ProtobufUtf8,
        name: "protobuf-utf8",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the text is not UTF-8",
        help: "replace what is not UTF-8, or send it as bytesValue",
        why: "Strings must be UTF-8; many decoders refuse the whole request.",
        spec: "Protocol Buffers, Scalar Value Types",
        bad: Sample::Hex(
            "0a350a180a160a0c736572766963652e6e616d6512060a0473686f7012191217090000f323845bd7182a060a04706169641a04636166e9",
        ),
        good: Sample::Hex(
            "0a2f0a180a160a0c736572766963652e6e616d6512060a0473686f7012131211090000f323845bd7182a060a0470616964",
        ),
    },
    Rule {
        code: Code::ProtobufDepth,
        name: "protobuf-depth",
        level: Level::Error,
        fixes: Fixes::Never,
        says: "the message is nested too deeply",
        help: "flatten the value",
        why: "Decoders stop at a hundred levels.",
        spec: "Protocol Buffers, Recursion Limits",
        bad: Sample::None,
        good: Sample::None,
    },
    Rule {
        code: Code::ProtobufRange,
        name: "protobuf-range",
        level: Level::Warning,
        fixes: Fixes::Never,
        says: "the number does not fit the field",
        help: "send a number of 32 bits",
        why: "Decoders keep the lowest 32 bits and say nothing.",
        spec: "Protocol Buffers, Updating A Message Type",
        bad: Sample::Hex(
            "0a350a180a160a0c736572766963652e6e616d6512060a0473686f7012191217090000f323845bd7182a060a047061696438ffffffff1f",
        ),
        good: Sample::Hex(
            "0a2f0a180a160a0c736572766963652e6e616d6512060a0473686f7012131211090000f323845bd7182a060a0470616964",
        ),
    },
];
