//! Tests of the syslog reader: one line of each kind that is met in the field.

use super::*;
use crate::base::units::UnixNanos;
use crate::record::SeverityNumber;
use jiff::tz::TimeZone;

fn zone() -> Zone {
    Zone::new(TimeZone::UTC)
}

fn read(text: &str) -> Option<Record<'_>> {
    let mut record = Record::default();
    let found = parse(text, &mut zone(), &mut record);
    assert!(found || record == Record::default(), "{text:?}");
    found.then_some(record)
}

/// `severity scope | body | attributes`
fn shown(record: &Record<'_>) -> String {
    let attributes: Vec<_> = record
        .attributes
        .iter()
        .map(|attribute| format!("{}={}", attribute.key, value(&attribute.value)))
        .collect();
    let severity = record.severity_number.map_or(0, SeverityNumber::get);
    let body = value(&record.body);
    format!(
        "{severity}{} {} | {body} | {}",
        record.severity_text,
        record.scope,
        attributes.join(" ")
    )
}

fn value(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => format!("#{number}"),
        Value::Array(values) => format!("{:?}", values.iter().map(self::value).collect::<Vec<_>>()),
        Value::Map(members) => {
            let members = members.iter();
            let members =
                members.map(|member| format!("{}:{}", member.key, self::value(&member.value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        other => format!("{other:?}"),
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let record = read(text).unwrap_or_else(|| panic!("{text:?} is syslog"));
    assert_eq!(shown(&record), expected, "{text:?}");
}

#[track_caller]
fn check_time(text: &str, nanos: u64) {
    let record = read(text).unwrap_or_else(|| panic!("{text:?} is syslog"));
    assert_eq!(record.time, Some(UnixNanos(nanos)), "{text:?}");
}

#[track_caller]
fn check_none(text: &str) {
    assert_eq!(read(text).map(|record| shown(&record)), None, "{text:?}");
}

#[test]
fn rfc_5424_is_read() {
    check(
        "<165>1 2026-11-20T09:00:00.003Z web-1 billing 411 INV7 - invoice sent",
        "10notice billing | invoice sent | syslog.facility=#20 host.name=web-1 process.pid=#411 syslog.msgid=INV7",
    );
    check(
        "<14>1 - - - - - - just text",
        "9info  | just text | syslog.facility=#1",
    );
    check("<14>1 - - - - - -", "9info  |  | syslog.facility=#1");
    check(
        "<9>1 2026-11-20T09:00:00+01:00 h app main - - \u{feff}größer\n\tmore",
        "19alert app | größer\n\tmore | syslog.facility=#1 host.name=h syslog.procid=main",
    );
    check_time(
        "<14>1 2026-09-21T16:13:20.5+02:00 h a - - - x",
        1_790_000_000_500_000_000,
    );
    assert_eq!(read("<14>1 - h a - - - x").unwrap().time, None);
}

#[test]
fn structured_data_keeps_its_names() {
    let check = |data: &str, expected: &str| {
        check(
            &format!("<14>1 2026-11-20T09:00:00Z h a - - {data}"),
            &format!("9info a | {expected} host.name=h"),
        );
    };
    check(
        r#"[shop@4711 order="17" note="say \"hi\" \\o/ [x\] \n"] paid"#,
        r#"paid | syslog.facility=#1 shop@4711={order:17,note:say "hi" \o/ [x] \n}"#,
    );
    check(
        r#"[a x="1"][b][c y=""] text [d]"#,
        "text [d] | syslog.facility=#1 a={x:1} b={} c={y:}",
    );
    check(
        r#"[a x= "1"  y ="2" ] t"#,
        "t | syslog.facility=#1 a={x:1,y:2}",
    );
    check(
        r#"[origin ip="::1" ip="::2" ip="::3"]"#,
        r#" | syslog.facility=#1 origin={ip:["::1", "::2", "::3"]}"#,
    );
    check(
        r#"[a x="1"][broken y="2 text"#,
        r#"[broken y="2 text | syslog.facility=#1 a={x:1}"#,
    );
    check(
        "[not data, a message",
        "[not data, a message | syslog.facility=#1",
    );
}

#[test]
fn the_trace_context_is_taken_from_its_element() {
    let text = r#"<14>1 - h a - - [opentelemetry trace_id="5b8efff798038103d269b633813fc60c" span_id="eee19b7ec3c1b174" trace_flags="01"] x"#;
    let record = read(text).unwrap();
    assert!(record.trace_id.is_some() && record.span_id.is_some());
    assert_eq!(record.trace_flags, Some(1));
}

#[test]
fn rfc_3164_is_read_with_and_without_its_priority() {
    let tail = "sshd | Accepted key | syslog.facility=#4 host.name=web-1 process.pid=#812";
    check(
        "<38>Nov 20 09:00:00 web-1 sshd[812]: Accepted key",
        &format!("9info {tail}"),
    );
    check(
        "<35>2026-11-20T09:00:00Z web-1 sshd[812]: Accepted key",
        &format!("17err {tail}"),
    );
    let tail = "sshd | Accepted key | host.name=web-1 process.pid=#812";
    for time in [
        "Nov 20 09:00:00",
        "Nov  2 09:00:00.123",
        "2026-11-20T09:00:00.123456+01:00",
        "1790000000.123456",
    ] {
        check(
            &format!("{time} web-1 sshd[812]: Accepted key"),
            &format!("0 {tail}"),
        );
    }
    check_time(
        "2026-09-21T14:13:20+0000 h a[1]: x",
        1_790_000_000_000_000_000,
    );
}

#[test]
fn parts_of_the_header_may_be_missing() {
    check(
        "<13>Nov 20 09:00:00 app[7]: x",
        "10notice app | x | syslog.facility=#1 process.pid=#7",
    );
    check("Nov 20 09:00:00 app[7]: x", "0 app | x | process.pid=#7");
    check("Nov 20 09:00:00 - app: x", "0 app | x | ");
    check(
        "<30>systemd[1]: Started it",
        "9info systemd | Started it | syslog.facility=#3 process.pid=#1",
    );
    check(
        "<6>usb 1-1: new device",
        "9info  | usb 1-1: new device | syslog.facility=#0",
    );
    check(
        "<13>hello world",
        "10notice  | hello world | syslog.facility=#1",
    );
    check(
        "<13>error: disk full",
        "10notice  | error: disk full | syslog.facility=#1",
    );
    check(
        "<34>Nov 20 09:00:00 h something else",
        "18crit  | something else | syslog.facility=#4 host.name=h",
    );
    check(
        "<34>Nov 20 09:00:00 h su: 'su root' failed\0\n",
        "18crit su | 'su root' failed | syslog.facility=#4 host.name=h",
    );
    check("<34>Nov 20 09:00:00", "18crit  |  | syslog.facility=#4");
}

#[test]
fn tags_of_all_kinds_are_told_from_the_message() {
    let check = |rest: &str, expected: &str| {
        let severity = if expected.starts_with(' ') { "0" } else { "" };
        check(
            &format!("Nov 20 09:00:00 h {rest}"),
            &format!("{severity}{expected}"),
        );
    };
    check(
        "kernel: [12345.678901] eth0: up",
        " kernel | [12345.678901] eth0: up | host.name=h",
    );
    check(
        "postfix/smtpd[9]: connect",
        " postfix/smtpd | connect | host.name=h process.pid=#9",
    );
    check(
        "sshd(pam_unix)[9]: closed",
        " sshd(pam_unix) | closed | host.name=h process.pid=#9",
    );
    check(
        "pam(sshd:auth)[9]: closed",
        " pam(sshd:auth) | closed | host.name=h process.pid=#9",
    );
    check(
        "CRON[9]: (root) CMD (date)",
        " CRON | (root) CMD (date) | host.name=h process.pid=#9",
    );
    check(
        "java[main]: up",
        " java | up | host.name=h syslog.procid=main",
    );
    check(
        "Web Helper[9]: up",
        " Web Helper | up | host.name=h process.pid=#9",
    );
    check(
        "app[9] no colon",
        " app | no colon | host.name=h process.pid=#9",
    );
    check(
        "launchd[1] (com.example.job[77]): exited",
        " launchd | exited | host.name=h process.pid=#1 syslog.sender=com.example.job[77]",
    );
    check(
        "login[5] <Notice>: USER",
        "10notice login | USER | host.name=h process.pid=#5",
    );
    check(
        "sudo:   ann : TTY=pts/0",
        " sudo |   ann : TTY=pts/0 | host.name=h",
    );
    check(
        "cron.info crond[3]: run",
        "9info crond | run | syslog.facility=#9 host.name=h process.pid=#3",
    );
    check(
        "last message repeated 3 times",
        "  | last message repeated 3 times | host.name=h",
    );
    check(
        "a[1]: one\n two",
        " a | one\n two | host.name=h process.pid=#1",
    );
}

#[test]
fn devices_of_cisco_are_read() {
    let body = "Configured from console by ann";
    let tail = format!("%SYS-5-CONFIG_I | {body} |");
    check(
        &format!("<189>76: 192.0.2.1: 000123: *Nov 20 09:00:00.123: %SYS-5-CONFIG_I: {body}"),
        &format!("10notice {tail} syslog.facility=#23 host.name=192.0.2.1"),
    );
    for text in [
        "<189>76: *Nov 20 09:00:00.123: ",
        "<189>Nov 20 09:00:00 CET: ",
        "<189>",
    ] {
        check(
            &format!("{text}%SYS-5-CONFIG_I: {body}"),
            &format!("10notice {tail} syslog.facility=#23"),
        );
    }
    check(
        &format!("<189>Nov 20 2026 09:00:00 192.0.2.1: %SYS-5-CONFIG_I: {body}"),
        &format!("10notice {tail} syslog.facility=#23 host.name=192.0.2.1"),
    );
    check(
        &format!("Nov 20 09:00:01 r1 000123: *Nov 20 09:00:00.123: %SYS-5-CONFIG_I: {body}"),
        &format!("10notice {tail} host.name=r1"),
    );
    check(
        "Nov 20 09:00:00: %ASA-6-302013: Built",
        "9info %ASA-6-302013 | Built | ",
    );
}

#[test]
fn what_is_no_syslog_is_refused() {
    for text in [
        "",
        "<13>",
        "<13> ",
        "<192>x",
        "<1x>y",
        "<>x",
        "<p>text</p>",
        "hello",
        "Nov 20 09:00:00 something happened here",
        "Nov 20 09:00:00 error: disk full",
        "2026-11-20T09:00:00Z INFO main: started",
        "2026-11-20T09:00:00Z main: started",
        "2026-11-20T09:00:00Z all the jobs: they failed to start [12]: no",
        "Nov 20 09:00 h a[1]: x",
    ] {
        check_none(text);
    }
    assert!(looks_like("<34>1 - - - - - -") && looks_like("<0>x"));
    assert!(!looks_like("<34>") && !looks_like("Nov 20 09:00:00 h a[1]: x"));
    assert!(looks_like_stored("Nov 20 09:00:00 h a[1]: x", &mut zone()));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_panic(
        line in "[ -~\\u{80}-\\u{2ff}\n]{0,80}",
        rest in r#"(<1?[0-9]{1,2}>)?(1 )?(Nov 20 09:00:00 |- )?([a-zé]{1,3} ){0,3}(a[\[(][1a]?[\])]?:? ?)?(\[a ?(b ?= ?"[\\"\]a]{0,4}"? ?){0,2}\]?){0,2}.{0,9}"#,
    ) {
        let _line = read(&line);
        let _rest = read(&rest);
    }
}
