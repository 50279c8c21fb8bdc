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
fn every_bad_example_has_its_fault_and_every_good_one_has_none() {
    let mut faults = Vec::new();
    for rule in rules::all() {
        let bad = names(rule.bad);
        if rule.bad != Sample::None && bad.first() != Some(&rule.name) {
            faults.push(format!("{} bad: {bad:?}", rule.name));
        }
        let good = names(rule.good);
        if !good.is_empty() {
            faults.push(format!("{} good: {good:?}", rule.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_can_always_be_repaired_is_repaired_in_its_example() {
    for rule in rules::all() {
        if matches!(rule.fixes, Fixes::Never) || rule.bad == Sample::None {
            continue;
        }
        let (_, repaired) = findings(rule.bad, FixMode::Semconv);
        let repaired = repaired.unwrap_or_else(|| panic!("{} was not repaired", rule.name));
        let mut checker = Checker::new(Options::PLAIN);
        checker.request(&repaired, None);
        let left: Vec<_> = checker.finish().findings;
        let same = left.iter().any(|finding| finding.code == rule.code);
        let text = String::from_utf8_lossy(&repaired);
        assert!(!same, "{}: {text}", rule.name);
        let errors = left.iter().any(|finding| finding.level() == Level::Error);
        assert!(!errors, "{}: {text} {left:?}", rule.name);
    }
}

#[test]
fn the_codes_are_frozen() {
    let codes: Vec<_> = rules::all().map(|rule| rule.name).collect();
    assert_eq!(codes.join(" "), FROZEN);
}

proptest! {
    #[test]
    fn what_we_encode_has_no_error(records in records(), json in any::<bool>()) {
        let encoding = if json { Encoding::Json } else { Encoding::Protobuf };
        let limits = BatchLimits { records_max: 7, encoded_bytes_max: 2_000 };
        for batch in built(encoding, records.clone(), limits) {
            let payload = Payload { encoding: Some(encoding), signal: Some(Signal::Logs), ..Payload::new(&batch.body) };
            let found = check(&payload);
            let errors: Vec<_> = found.iter().filter(|it| it.level() == Level::Error).collect();
            prop_assert!(errors.is_empty(), "{:?} {}", errors, String::from_utf8_lossy(&batch.body));
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
    }

    #[test]
    fn nearly_right_json_never_panics(cut in 0_usize..400, with in any::<u8>(), rule in 0..COUNT) {
        let rule = rules::all().nth(rule).unwrap();
        let mut bytes = example::body(rule.bad);
        if let Some(byte) = bytes.get_mut(cut) {
            *byte = with;
        }
        let mut checker = Checker::new(Options { fix: FixMode::Semconv, ..Options::PLAIN });
        checker.request(&bytes, None);
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
