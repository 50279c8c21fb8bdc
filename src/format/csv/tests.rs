//! Tests of tables: what is taken for names, and what rows become.

use super::*;
use crate::record::SeverityNumber;
use jiff::tz::TimeZone;

fn zone() -> Zone {
    Zone::new(TimeZone::UTC)
}

/// `time severity scope | body | attributes`
fn shown(header: &Header, row: &str) -> Option<String> {
    let mut record = Record::default();
    if !header.parse(row, &mut zone(), &mut record, &mut 0) {
        assert_eq!(record, Record::default(), "{row:?}");
        return None;
    }
    let attributes: Vec<_> = record
        .attributes
        .iter()
        .map(|attribute| format!("{}={:?}", attribute.key, attribute.value))
        .collect();
    let attributes = attributes.join(" ").replace("Text(\"", "(\"");
    let body = match &record.body {
        Value::Text(text) => text.to_string(),
        other => format!("{other:?}"),
    };
    let time = record.time.map_or(0, |time| time.0 / 1_000_000);
    let severity = record.severity_number.map_or(0, SeverityNumber::get);
    Some(format!(
        "{time} {severity} {} | {body} | {attributes}",
        record.scope
    ))
}

#[track_caller]
fn check(names: &str, row: &str, expected: &str) {
    let header = Header::read(names).unwrap_or_else(|| panic!("{names:?} are names"));
    assert!(header.fits(row), "{row:?}");
    assert_eq!(shown(&header, row).as_deref(), Some(expected), "{row:?}");
}

#[test]
fn rows_are_understood_by_the_names_above_them() {
    check(
        "timestamp,level,logger,message,user_id,ok",
        "2026-09-21T14:13:20.5Z,WARN,shop.cart,\"no \"\"stock\"\", sorry\",17,true\r\n",
        "1790000000500 13 shop.cart | no \"stock\", sorry | user_id=Int(17) ok=Bool(true)",
    );
    check(
        "\u{feff}Time;Severity;Message;Duration\n",
        "1790000000;error;42;0.5",
        "1790000000000 17  | 42 | Duration=Double(0.5)",
    );
    check(
        "ts\tmsg\tid",
        "1790000000.25\tgone\t007",
        "1790000000250 0  | gone | id=(\"007\")",
    );
    check("a,level,b", "\"1\",info,", "0 9  | Empty | a=(\"1\")");
    check(
        "Log Level,Message,Host Name",
        "info,hi,a",
        "0 9  | hi | Host Name=(\"a\")",
    );
}

#[test]
fn a_date_and_a_time_in_two_columns_are_read_together() {
    let names = "Date,Time,Level,Message";
    check(
        names,
        "2026-09-21,14:13:20.123,info,hi",
        "1790000000123 9  | hi | ",
    );
    check(
        names,
        "someday,noon,info,hi",
        "0 9  | hi | Date=(\"someday\") Time=(\"noon\")",
    );
}

#[test]
fn rows_of_another_length_are_refused() {
    let header = Header::read("time,level,message").unwrap();
    for row in ["", "a,b", "a,b,c,d", "a,\"b,c\""] {
        assert_eq!(shown(&header, row), None, "{row:?}");
        assert!(!header.fits(row), "{row:?}");
    }
}

#[test]
fn a_row_may_have_several_lines() {
    let header = Header::read("time,level,message,x").unwrap();
    assert!(header.is_open("1790000000,info,\"one"));
    assert!(!header.is_open("1790000000,info,\"one\",1"));
    assert_eq!(header.quote_after("two\",1", Quote::Open), Quote::Closed);
    check(
        "time,level,message,x",
        "1790000000,info,\"one\ntwo\",1",
        "1790000000000 9  | one\ntwo | x=Int(1)",
    );
}

#[test]
fn what_is_no_line_of_names_is_left_alone() {
    for line in [
        "",
        "level,message",
        "a,b,c",
        "time,level,level",
        "time,level,",
        "time,level,17",
        "time,level,\"x=1\"",
        "2026-09-21T14:13:20Z,info,message",
        "The time, the level, and whatever else there was to tell of it",
        "{\"time\":1,\"level\":2,\"msg\":3}",
    ] {
        assert_eq!(Header::read(line), None, "{line:?}");
    }
    let many =
        |count: usize| (0..count).fold("time".to_owned(), |line, at| format!("{line},c{at}"));
    assert!(Header::read(&many(255)).is_some() && Header::read(&many(256)).is_none());
}

#[test]
fn csvlog_of_postgres_is_told_by_its_shape() {
    let start = "2026-09-21 14:13:20.123 UTC,\"ann\",\"shop\",4711,\"192.0.2.7:50122\",68d0.1,3,\"SELECT\",2026-09-21 14:00:00 UTC,3/12,0";
    let row = |level: &str, end: &str| {
        format!(
            "{start},{level},42P01,\"no table \"\"x\"\"\",,,,,,\"select 1\n from x\",15,,\"psql\"{end}"
        )
    };
    let expected = |severity: u8, end: &str| {
        format!(
            "1790000000123 {severity}  | no table \"x\" | user.name=(\"ann\") db.namespace=(\"shop\") process.pid=Int(4711) connection_from=(\"192.0.2.7:50122\") session_id=(\"68d0.1\") session_line_num=Int(3) command_tag=(\"SELECT\") session_start_time=(\"2026-09-21 14:00:00 UTC\") virtual_transaction_id=(\"3/12\") transaction_id=Int(0) db.response.status_code=(\"42P01\") db.query.text=(\"select 1\\n from x\") query_pos=Int(15) application_name=(\"psql\"){end}"
        )
    };
    for (level, severity) in [("ERROR", 17), ("LOG", 9), ("DEBUG3", 5), ("FATAL", 21)] {
        for (cells, end) in [
            ("", ""),
            (",\"client backend\"", " backend_type=(\"client backend\")"),
            (
                ",\"client backend\",,-9",
                " backend_type=(\"client backend\") query_id=Int(-9)",
            ),
        ] {
            let row = row(level, cells);
            let header = Header::postgres(&row, &mut zone()).unwrap();
            assert_eq!(shown(&header, &row), Some(expected(severity, end)));
        }
    }
    for row in [
        "",
        "a,b,c",
        &start.replace("2026", "x"),
        &row("ERROR", ",1,2,3,4,5"),
    ] {
        assert_eq!(Header::postgres(row, &mut zone()), None, "{row:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_panic(names in "[a-c ,;\"é\n]{0,20}", row in "[ -~\u{80}-\u{2ff}\n]{0,40}") {
        let _names = Header::read(&names);
        let _shape = Header::postgres(&row, &mut zone());
        let header = Header::read("date,time,message").unwrap();
        let _row = shown(&header, &row);
    }
}
