//! Every rule against its own examples, and any bytes against the readers.

use proptest::prelude::*;

use super::example::findings;
use super::rules::{self, Code, Fixes, Sample};
use super::*;
use crate::pipeline::batch::BatchLimits;
use crate::pipeline::batch::{built, records};

/// Scripts match on these. They are added to at the end of a group, and never renamed.
const FROZEN: &str = "\
content-type content-encoding compression-broken http-request http-method http-path http-auth http-length \
frame-broken empty-request size-limit destination-limit not-checked json-syntax json-utf8 json-depth \
json-several-documents json-trailing-comma json-not-finite json-duplicate-key top-level-not-object \
top-level-unknown wrong-signal key-snake-case unknown-field wrong-type not-a-list null-value null-double \
null-in-list attributes-map value-plain value-two-members value-empty enum-name enum-range number-not-integer \
number-range number-form bytes-base64 id-base64 id-not-hex id-length id-zero id-missing log-id-zero \
log-span-without-trace link-id-missing span-own-parent trace-not-in-input attribute-key-empty \
attribute-key-duplicate attribute-deprecated attribute-type secret-like service-name-missing \
severity-disagrees flags-reserved body-missing time-missing time-unit time-implausible time-future time-order \
time-window metric-name-missing metric-no-data point-no-value temporality-unspecified histogram-bounds \
histogram-buckets histogram-count sum-negative quantile-range protobuf-truncated protobuf-wire-type \
protobuf-tag protobuf-varint protobuf-utf8 protobuf-depth protobuf-range";

fn names(sample: Sample) -> Vec<&'static str> {
    let (found, _) = findings(sample, FixMode::Nothing);
    found.iter().map(Finding::name).collect()
}

#[test]
fn every_row_stands_where_its_code_says() {
    for (index, rule) in rules::all().enumerate() {
        assert_eq!(rule.code as usize, index, "{}", rule.name);
        assert_eq!(rule.code.rule().name, rule.name);
    }
    assert_eq!(rules::all().count(), COUNT);
}

#[test]
fn every_bad_example_has_exactly_its_fault_and_every_good_one_has_none() {
    let mut faults = Vec::new();
    for rule in rules::all() {
        let bad = names(rule.bad);
        if rule.bad != Sample::None && bad != [rule.name] {
            faults.push(format!("{} bad: {bad:?}", rule.name));
        }
        let good = names(rule.good);
        if !good.is_empty() {
            faults.push(format!("{} good: {good:?}", rule.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A payload without what JSON leaves open: the form of integers and the order of members.
fn normal(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(values) => values.into_iter().map(normal).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            let members = members.into_iter().map(|(key, value)| (key, normal(value)));
            Value::Object(members.collect())
        }
        other => other,
    }
}

#[test]
fn the_repair_of_a_bad_example_is_the_good_one() {
    for rule in rules::all() {
        if matches!(rule.fixes, Fixes::Never) || rule.bad == Sample::None {
            continue;
        }
        let (_, repaired) = findings(rule.bad, FixMode::Semconv);
        let repaired = repaired.unwrap_or_else(|| panic!("{} was not repaired", rule.name));
        let good = example::body(rule.good);
        if matches!(rule.bad, Sample::Http(_)) {
            assert_eq!(repaired, good, "{}", rule.name);
            continue;
        }
        let read = |bytes: &[u8]| -> serde_json::Value {
            normal(
                serde_json::from_slice(bytes)
                    .unwrap_or_else(|error| panic!("{}: {error}", rule.name)),
            )
        };
        assert_eq!(read(&repaired), read(&good), "{}", rule.name);
    }
}

#[test]
fn the_codes_are_frozen() {
    let codes: Vec<_> = rules::all().map(|rule| rule.name).collect();
    assert_eq!(codes.join(" "), FROZEN);
}

/// Fixes a payload; what is left of faults that can be repaired, and whether fixing again would change it.
fn fixed_twice(bytes: &[u8], encoding: Encoding) -> Option<(Vec<u8>, Vec<Finding>)> {
    let options = Options {
        fix: FixMode::Semconv,
        now: Some(example::NOW),
        ..Options::PLAIN
    };
    let mut checker = Checker::new(options);
    let fixed = checker.request(bytes, Some(encoding))?;
    let mut again = Checker::new(options);
    let twice = again.request(&fixed, Some(encoding));
    let left = again.finish().findings;
    assert_eq!(twice, None, "{}", String::from_utf8_lossy(&fixed));
    Some((fixed, left))
}

#[track_caller]
fn check_fixed(bytes: &[u8], encoding: Encoding) {
    if let Some((fixed, left)) = fixed_twice(bytes, encoding) {
        let fixable: Vec<_> = left.iter().filter(|it| it.fixable).collect();
        assert!(
            fixable.is_empty(),
            "{fixable:?} {}",
            String::from_utf8_lossy(&fixed)
        );
    }
}

/// A piece of JSON as people get it wrong, a few levels deep.
fn wrong_json() -> impl Strategy<Value = String> {
    let keys = "(resourceLogs|resource_logs|resource|scopeLogs|scope_logs|logRecords|log_records|attributes|\
        body|key|value|values|stringValue|string_value|intValue|doubleValue|boolValue|kvlistValue|arrayValue|\
        timeUnixNano|time_unix_nano|severityNumber|traceId|trace_id|flags|http.method|x)";
    let leaf = prop_oneof![
        "(null|true|false|NaN|-Infinity|0|-0|12|1.5|1e3|1790000000000|9007199254740993.0|1e400)",
        "\"(a|true|SEVERITY_NUMBER_INFO|W47/95gDgQPSabYzgT\\\\/GDA==|00000000000000000000000000000000|http.method|12|1e3)\"",
    ];
    leaf.prop_recursive(7, 60, 4, move |inner| {
        let member = (keys, inner.clone()).prop_map(|(key, value)| format!("\"{key}\":{value}"));
        let comma = prop_oneof![9 => Just(""), 1 => Just(",")];
        let object =
            (prop::collection::vec(member, 0..4), comma.clone()).prop_map(|(members, comma)| {
                format!(
                    "{{{}{}}}",
                    members.join(","),
                    if members.is_empty() { "" } else { comma }
                )
            });
        let list = (prop::collection::vec(inner, 0..3), comma).prop_map(|(values, comma)| {
            format!(
                "[{}{}]",
                values.join(","),
                if values.is_empty() { "" } else { comma }
            )
        });
        prop_oneof![2 => object, 1 => list]
    })
}

proptest! {
    #[test]
    fn what_we_encode_has_no_finding(records in records(), json in any::<bool>()) {
        let encoding = if json { Encoding::Json } else { Encoding::Protobuf };
        let limits = BatchLimits { records_max: 7, encoded_bytes_max: 2_000 };
        let mut records = records;
        for record in &mut records {
            // A time that was read is one of our days; what has no value keeps none, and the rules say so.
            record.time = record.time.map(|time| UnixNanos(1_500_000_000_000_000_000 + time.0 % 300_000_000_000_000_000));
        }
        for batch in built(encoding, records, limits) {
            let payload = Payload { encoding: Some(encoding), signal: Some(Signal::Logs), ..Payload::new(&batch.body) };
            let mut found = check(&payload);
            found.retain(|it| !matches!(it.code, Code::ValueEmpty | Code::BodyMissing));
            prop_assert!(found.is_empty(), "{:?} {}", found, String::from_utf8_lossy(&batch.body));
        }
    }

    #[test]
    fn what_is_repaired_once_needs_no_second_repair(members in wrong_json()) {
        for text in [
            members.clone(),
            format!("{{\"resourceLogs\":{members}}}"),
            format!("{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{{\"attributes\":{members},\"body\":{members}}}]}}]}}]}}"),
        ] {
            check_fixed(text.as_bytes(), Encoding::Json);
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for encoding in [None, Some(Encoding::Json), Some(Encoding::Protobuf)] {
            let _found = check(&Payload { encoding, ..Payload::new(&bytes) });
        }
        let mut checker = Checker::new(Options { fix: FixMode::Semconv, ..Options::PLAIN });
        http::check_captured(&mut checker, &bytes);
        http::plain_body(&mut checker, &bytes, None);
        check_fixed(&bytes, Encoding::Protobuf);
    }

    #[test]
    fn nearly_right_payloads_never_panic_and_their_repairs_end(cut in 0_usize..400, with in any::<u8>(), rule in 0..COUNT) {
        let rule = rules::all().nth(rule).unwrap();
        let mut bytes = example::body(rule.bad);
        if let Some(byte) = bytes.get_mut(cut) {
            *byte = with;
        }
        let encoding = if matches!(rule.bad, Sample::Hex(_)) { Encoding::Protobuf } else { Encoding::Json };
        check_fixed(&bytes, encoding);
    }
}

#[test]
fn deep_and_long_inputs_end() {
    for bytes in [
        vec![b'['; 1 << 20],
        b"{\"a\":".repeat(200_000),
        vec![b'{'; 1 << 20],
        vec![b'"'; 1 << 20],
        vec![b'1'; 1 << 20],
        vec![0x0a; 1 << 20],
        vec![b' '; 1 << 20],
    ] {
        let found = check(&Payload::new(&bytes));
        assert!(!found.is_empty());
    }
}

#[test]
fn a_record_with_too_many_values_is_told_as_not_checked() {
    let nodes = tree::NODES_MAX;
    // Empty values in a list: two bytes each in protobuf, three in JSON.
    let inside = [0x0a, 0].repeat(nodes + 9);
    let mut wire = inside;
    for tag in [0x2a, 0x2a, 0x12, 0x12, 0x0a] {
        let mut around = Vec::new();
        crate::otlp::protobuf::put_bytes(&mut around, tag, &wire);
        wire = around;
    }
    let text = format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{{"arrayValue":{{"values":[{}{{}}]}}}}}}]}}]}}]}}"#,
        "{},".repeat(nodes + 9)
    );
    for bytes in [&wire[..], text.as_bytes()] {
        let found = check(&Payload::new(bytes));
        let told = found.iter().filter(|it| it.code == Code::NotChecked);
        assert_eq!(told.count(), 1);
    }
}

#[test]
fn ten_thousand_faults_are_counted_and_a_thousand_described() {
    let record =
        r#"{"timeUnixNano":"1790000000000000000","body":{"stringValue":"x"},"traceId":"1"},"#;
    let records = record.repeat(10_000);
    let body = format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{}]}}]}}]}}"#,
        records.trim_end_matches(',')
    );
    let mut checker = Checker::new(Options::PLAIN);
    checker.request(body.as_bytes(), None);
    let report = checker.finish();
    assert_eq!(report.counts[Code::IdLength as usize], 10_000);
    let described = report
        .findings
        .iter()
        .filter(|it| it.code == Code::IdLength);
    assert_eq!(described.count() as u64, DESCRIBED_MAX);
}

/// What is found in a body, as names with their paths.
fn found(body: &str) -> Vec<String> {
    let found = check(&Payload::new(body.as_bytes()));
    found
        .iter()
        .map(|it| format!("{} {}", it.name(), it.path))
        .collect()
}

#[test]
fn what_stands_before_a_syntax_fault_is_judged_and_nothing_is_missed_behind_it() {
    let body = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1790000000000","body":{"stringValue":"a"}},{"timeUnixNano":!"#;
    assert_eq!(
        found(body),
        [
            "time-unit resourceLogs[0].scopeLogs[0].logRecords[0].timeUnixNano",
            "json-syntax resourceLogs[0].scopeLogs[0].logRecords[1].timeUnixNano",
        ]
    );
    let resource =
        r#"{"resourceLogs":[{"resource":{"attributes":[]},"scopeLogs":[]},{"scopeLogs":[}"#;
    assert_eq!(
        found(resource),
        [
            "service-name-missing resourceLogs[0].resource.attributes",
            "json-syntax resourceLogs[1]",
        ]
    );
}

#[test]
fn a_duplicate_key_is_found_wherever_it_stands_among_many() {
    let attribute = |key: &str| format!(r#"{{"key":"{key}","value":{{"boolValue":true}}}}"#);
    for (count, first, second) in [
        (3, 0, 2),
        (16, 0, 15),
        (17, 0, 16),
        (17, 0, 1),
        (40, 3, 20),
        (40, 20, 39),
    ] {
        let mut keys: Vec<String> = (0..count).map(|index| format!("k{index}")).collect();
        // A key that is written with an escape is the same key, and one that is empty takes no part.
        keys[second] = keys[first].replace('k', "\\u006b");
        let mut list: Vec<String> = keys.iter().map(|key| attribute(key)).collect();
        list.insert(0, r#"{"value":{"boolValue":true}}"#.to_owned());
        let record = format!(r#""attributes":[{}]"#, list.join(","));
        let body = example::body(Sample::Log(Box::leak(record.into_boxed_str())));
        let names: Vec<_> = check(&Payload::new(&body))
            .iter()
            .map(|it| it.name().to_owned())
            .collect();
        assert_eq!(
            names,
            ["attribute-key-empty", "attribute-key-duplicate"],
            "{count} {first} {second}"
        );
    }
}

#[test]
fn a_plain_number_keeps_every_digit_or_is_left() {
    for (number, expected) in [
        (
            "9007199254740993",
            Some(r#"{"intValue":"9007199254740993"}"#),
        ),
        (
            "-9223372036854775808",
            Some(r#"{"intValue":"-9223372036854775808"}"#),
        ),
        ("1.50", Some(r#"{"doubleValue":1.50}"#)),
        ("-0", Some(r#"{"doubleValue":-0}"#)),
        ("NaN", Some(r#"{"doubleValue":"NaN"}"#)),
        ("nan", Some(r#"{"doubleValue":"NaN"}"#)),
        ("-Infinity", Some(r#"{"doubleValue":"-Infinity"}"#)),
        ("18446744073709551615", None),
        ("1e400", None),
    ] {
        let body = format!(
            r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{number}}}]}}]}}]}}"#
        );
        let mut checker = Checker::new(Options {
            fix: FixMode::Structure,
            ..Options::PLAIN
        });
        let repaired = checker.request(body.as_bytes(), None);
        let repaired = repaired.map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(
            repaired,
            expected.map(|right| body.replace(number, right)),
            "{number}"
        );
    }
}

/// The names of what is found in a protobuf request that is expected to carry this signal.
fn found_on_wire(bytes: &[u8], signal: Signal) -> Vec<&'static str> {
    let found = check(&Payload {
        encoding: Some(Encoding::Protobuf),
        signal: Some(signal),
        ..Payload::new(bytes)
    });
    found.iter().map(Finding::name).collect()
}

#[test]
fn what_is_behind_the_cut_of_a_message_is_not_missed() {
    for hex in [
        "0a050a7f616263",
        // A record whose body is cut, before its time.
        "0a200a180a160a0c736572766963652e6e616d6512060a0473686f70120412022a7f",
    ] {
        let bytes = example::body(Sample::Hex(hex));
        assert_eq!(found_on_wire(&bytes, Signal::Logs), ["protobuf-truncated"]);
    }
}

#[test]
fn a_small_n_begins_more_than_null() {
    for body in [
        r#"{"resourceLogs":[nan]}"#,
        r#"{"resourceLogs":nan}"#,
        r#"{"resourceLogs":[{"resource":nan}]}"#,
    ] {
        let names = found(body);
        assert!(
            names.iter().any(|it| it.starts_with("json-not-finite")),
            "{names:?}"
        );
    }
}

#[test]
fn a_block_as_long_as_a_brace_is_no_json() {
    let mut bytes = vec![0x0a, b'{', 0x0a, 0x7f];
    bytes.resize(125, 1);
    assert_eq!(top::encoding(&bytes), Encoding::Protobuf);
    for json in ["\n{\"resourceLogs\":[]}", "\n{}", "\n[1]", "\n{\n \"a\":1}"] {
        assert_eq!(top::encoding(json.as_bytes()), Encoding::Json, "{json:?}");
        assert!(
            !top::may_be(json.as_bytes(), Encoding::Protobuf),
            "{json:?}"
        );
    }
}

#[test]
fn traces_with_a_fault_are_not_read_as_logs() {
    use crate::otlp::protobuf::put_bytes;
    // The last field is a name of wire type 0.
    let span = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[7; 8], &[0x28, 1]].concat();
    let (mut scope, mut resource, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    put_bytes(&mut scope, 0x12, &span);
    put_bytes(&mut resource, 0x12, &scope);
    put_bytes(&mut bytes, 0x0a, &resource);
    let names = found_on_wire(&bytes, Signal::Logs);
    assert!(names.contains(&"wrong-signal"), "{names:?}");
}
