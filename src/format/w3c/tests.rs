//! Tests of logs that name their fields: IIS, `CloudFront`, Exchange and Zeek.

use super::*;
use crate::base::units::UnixNanos;
use jiff::tz::TimeZone;

const TIME: UnixNanos = UnixNanos(1_790_000_000_000_000_000);

/// A zone that must not matter: the times are UTC.
fn zone() -> Zone {
    Zone::new(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap())
}

/// `body | attributes`
fn shown(header: &Header, line: &str) -> Option<String> {
    let mut record = Record::default();
    if !header.parse(line, &mut zone(), &mut record) {
        assert_eq!(record, Record::default(), "{line:?}");
        return None;
    }
    assert_eq!(record.time, Some(TIME), "{line:?}");
    let show = |value: &Value<'_>| match value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => format!("#{number}"),
        other => format!("{other:?}"),
    };
    let attributes = record.attributes.iter();
    let attributes: Vec<_> = attributes
        .map(|found| format!("{}={}", found.key, show(&found.value)))
        .collect();
    Some(format!("{} | {}", show(&record.body), attributes.join(" ")))
}

#[track_caller]
fn check(head: &str, line: &str, expected: &str) {
    let header = Header::read_head(head).unwrap_or_else(|| panic!("{head:?} names fields"));
    assert!(header.fits(line), "{line:?}");
    assert_eq!(shown(&header, line).as_deref(), Some(expected), "{line:?}");
}

#[test]
fn lines_of_iis_are_read_by_their_directive() {
    check(
        "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Referer) sc-status sc-substatus time-taken\n",
        "2026-09-21 14:13:20 192.0.2.1 GET /cart id=7 443 SHOP\\ann 192.0.2.7 HTTP/1.1 Mozilla/5.0+(X11) - 404 0 15",
        "GET /cart | server.address=192.0.2.1 http.request.method=GET url.path=/cart url.query=id=7 server.port=#443 user.name=SHOP\\ann client.address=192.0.2.7 network.protocol.version=1.1 user_agent.original=Mozilla/5.0+(X11) http.response.status_code=#404 sc-substatus=#0 time-taken=#15",
    );
}

#[test]
fn lines_of_iis_are_read_by_their_shape() {
    for (line, expected) in [
        (
            "2026-09-21 14:13:20 ::1 GET / - 80 - ::1 curl/8 http://a/ 200 0 0 18 ",
            "GET / | server.address=::1 http.request.method=GET url.path=/ server.port=#80 client.address=::1 user_agent.original=curl/8 http.request.header.referer=http://a/ http.response.status_code=#200 sc-substatus=#0 sc-win32-status=#0 time-taken=#18",
        ),
        (
            "2026-09-21 14:13:20 192.0.2.1 HEAD / - 80 - ::1 curl/8 200 0 0 18",
            "HEAD / | server.address=192.0.2.1 http.request.method=HEAD url.path=/ server.port=#80 client.address=::1 user_agent.original=curl/8 http.response.status_code=#200 sc-substatus=#0 sc-win32-status=#0 time-taken=#18",
        ),
        (
            "2026-09-21 14:13:20 W3SVC1 192.0.2.1 GET / - 80 - ::1 curl/8 200 0 0",
            "GET / | s-sitename=W3SVC1 server.address=192.0.2.1 http.request.method=GET url.path=/ server.port=#80 client.address=::1 user_agent.original=curl/8 http.response.status_code=#200 sc-substatus=#0 sc-win32-status=#0",
        ),
    ] {
        let header = Header::iis_default(line).unwrap();
        assert_eq!(shown(&header, line).as_deref(), Some(expected), "{line:?}");
    }
    for line in [
        "",
        "2026-09-21 14:13:20 INFO GET /x took 3 ms",
        "a b c d e f g h i j k l m n o",
    ] {
        assert!(!looks_like_iis(line), "{line:?}");
    }
}

#[test]
fn lines_of_cloudfront_are_told_apart_by_tabs() {
    check(
        "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(X-Own) cs-protocol time-taken\n",
        "2026-09-21\t14:13:20\tFRA2-C1\t2390\t192.0.2.7\tGET\td1.example.net\t/img a.png\t200\tv\thttps\t0.001",
        "GET /img a.png | x-edge-location=FRA2-C1 http.response.size=#2390 client.address=192.0.2.7 http.request.method=GET http.request.header.host=d1.example.net url.path=/img a.png http.response.status_code=#200 http.request.header.x-own=v url.scheme=https time-taken=Double(0.001)",
    );
}

#[test]
fn lines_of_exchange_are_told_apart_by_commas() {
    let line = "2026-09-21T14:13:20.000Z,192.0.2.7,\"Hi, \"\"you\"\"\",,SMTP";
    check(
        "#Log-type: Message Tracking Log\n#Fields: date-time,client-ip,message-subject,related,source\n",
        line,
        &format!("{line} | client.address=192.0.2.7 message-subject=Hi, \"you\" source=SMTP"),
    );
}

#[test]
fn quoted_values_may_hold_blanks() {
    check(
        "#Fields: date time x-note sc-status",
        "2026-09-21 14:13:20 \"not found\" 404",
        "2026-09-21 14:13:20 \"not found\" 404 | x-note=not found http.response.status_code=#404",
    );
}

#[test]
fn tables_of_zeek_are_read_with_their_types() {
    let head = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2026-09-21-14-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tproto\tlocal\ttags\tsizes\tnote\tcode\n#types\ttime\tstring\taddr\tport\tenum\tbool\tset[string]\tvector[count]\tstring\tstring\n";
    let line = "1790000000.000000\tCx1\t192.0.2.7\t50122\ttcp\tT\ta,b\t1,2\t(empty)\t42";
    check(
        head,
        line,
        &format!(
            "{line} | uid=Cx1 source.address=192.0.2.7 source.port=#50122 network.transport=tcp local=Bool(true) tags=Array([Text(\"a\"), Text(\"b\")]) sizes=Array([Int(1), Int(2)]) code=42"
        ),
    );
    let mut record = Record::default();
    let header = Header::read_head(head).unwrap();
    assert!(header.parse(line, &mut zone(), &mut record));
    assert_eq!(record.scope, "conn");
}

#[test]
fn lines_of_another_length_are_refused() {
    let header = Header::read("#Fields: date time sc-status").unwrap();
    for line in [
        "",
        "2026-09-21 14:13:20",
        "2026-09-21 14:13:20 200 x",
        "hello",
    ] {
        assert_eq!(shown(&header, line), None, "{line:?}");
    }
}

#[test]
fn directives_are_told_from_comments() {
    for line in [
        "#Fields: a",
        "#Software: x",
        "#fields\ta",
        "#close\t2026",
        "#Version: 1.0",
    ] {
        assert!(is_directive(line), "{line:?}");
    }
    for line in ["", "#", "# a comment", "#pathology", "Fields: a", "#Fields"] {
        assert!(!is_directive(line), "{line:?}");
    }
    for line in [
        "",
        "#Fields:",
        "#Fields: ",
        "#Version: 1.0",
        "# Fields: a b",
    ] {
        assert_eq!(Header::read(line), None, "{line:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_panic(names in "[a-c ,\té()#-]{0,20}", line in "[ -~\u{80}-\u{2ff}\t]{0,40}") {
        let _shape = looks_like_iis(&line);
        for names in [format!("#Fields: {names}"), format!("#fields\t{names}"), "#Fields: date time cs-method".to_owned()] {
            if let Some(header) = Header::read(&names) {
                let _read = header.parse(&line, &mut zone(), &mut Record::default());
                let _fits = header.fits(&line);
            }
        }
    }
}
