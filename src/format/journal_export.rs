//! The journal's export format: `FIELD=value` lines, or `FIELD`, a length and raw bytes; a blank line ends an entry.
//!
//! An entry is found by walking its fields, because raw values may hold blank lines. Lines that are no field are passed over. A
//! message that is not UTF-8 is kept as bytes.
//!
//! Limits: a raw value of more than 64 MiB is none.
//! Spec: systemd, "Journal Export Formats".

use std::borrow::Cow;

use crate::format::ansi;
use crate::format::journald::Entry;
use crate::format::unique::KEYS_MAX;
use crate::record::{Record, Value};

/// A larger length is text that happens to stand where a length would.
const VALUE_BYTES_MAX: u64 = 64 << 20;

/// Bytes of the length before a raw value.
const LENGTH_BYTES: usize = 8;

/// Most bytes of a field's name.
const NAME_BYTES_MAX: usize = 64;

/// How much of a file is looked at for the fields of an entry.
const HEAD_BYTES: usize = 4_096;

/// An entry's place, as its bytes tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryEnd {
    /// Where it ends, its blank line included.
    pub end: usize,
    /// Up to where bytes were looked at to find the end: behind it when a length turned out to be none.
    pub looked_to: usize,
}

/// Where the entry that begins at `from` ends; `None` when that has not been read yet.
///
/// Blank lines before the entry belong to it.
pub fn entry_end(bytes: &[u8], from: usize) -> Option<EntryEnd> {
    let mut rest = bytes.get(from..)?;
    let (mut has_fields, mut looked_to) = (false, from);
    loop {
        if let Some(behind) = rest.strip_prefix(b"\n") {
            rest = behind;
            if has_fields {
                let end = bytes.len() - rest.len();
                let looked_to = looked_to.max(end);
                return Some(EntryEnd { end, looked_to });
            }
        } else {
            let (found, behind) = field(rest)?;
            rest = behind;
            has_fields = true;
            if found.is_none() {
                // The line may have been a name without a length behind it.
                looked_to = bytes.len() - rest.len() + LENGTH_BYTES;
            }
        }
    }
}

/// Whether a file begins with an entry.
pub fn looks_like(head: &[u8]) -> bool {
    const TIME: &[u8] = b"__REALTIME_TIMESTAMP=";
    let head = head.trim_ascii_start();
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    let first = memchr::memchr(b'=', head).and_then(|end| head.get(..end));
    first.is_some_and(is_name) && memchr::memmem::find(head, TIME).is_some()
}

/// Reads one entry, as [`entry_end`] told its end; `false` when it has no field, and the record is as it was.
pub fn parse<'a>(entry: &'a [u8], record: &mut Record<'a>) -> bool {
    let mut fields = Entry::default();
    let (mut rest, mut found) = (entry, false);
    while !rest.is_empty() {
        // The end of the input ends the last line.
        let (field, behind) = field(rest).unwrap_or_else(|| (line_field(rest), &[]));
        rest = behind;
        if let Some((name, value)) = field
            && let Ok(name) = std::str::from_utf8(name)
        {
            found = true;
            if record.attributes.len() < KEYS_MAX {
                fields.take(record, Cow::Borrowed(name), typed(value));
            }
        }
    }
    fields.finish(record);
    found
}

/// Whether a line of journalctl's is about its own output, like `-- No entries --`.
pub fn is_journal_note(line: &[u8]) -> bool {
    const NOTES: [&[u8]; 5] = [
        b"Boot ",
        b"Reboot",
        b"Logs begin at ",
        b"Journal begins at ",
        b"No entries",
    ];
    let Some(note) = line.strip_prefix(b"-- ") else {
        return false;
    };
    let is_closed = note.trim_ascii_end().ends_with(b" --");
    note.starts_with(b"cursor: ") || is_closed && NOTES.iter().any(|known| note.starts_with(known))
}

/// A name and its value.
type Field<'a> = Option<(&'a [u8], &'a [u8])>;

/// The next field, when the line is one, and what follows; `None` when it has not ended yet.
fn field(bytes: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let end = memchr::memchr(b'\n', bytes)?;
    let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
    let field = line_field(line);
    if field.is_some() || !is_name(line) {
        return Some((field, rest));
    }
    let (length, raw) = rest.split_first_chunk::<LENGTH_BYTES>()?;
    let length = u64::from_le_bytes(*length);
    if length > VALUE_BYTES_MAX {
        return Some((None, rest));
    }
    let (value, behind) = raw.split_at_checked(usize::try_from(length).ok()?)?;
    Some((Some((line, value)), behind.strip_prefix(b"\n")?))
}

/// `FIELD=value` on a line by itself.
fn line_field(line: &[u8]) -> Field<'_> {
    let end = line
        .iter()
        .take(NAME_BYTES_MAX + 1)
        .position(|byte| *byte == b'=')?;
    let name = line.get(..end).filter(|name| is_name(name))?;
    Some((name, &line[end + 1..]))
}

/// Text loses its colours here and not before, because they count in the length of a value.
fn typed(value: &[u8]) -> Value<'_> {
    let Ok(text) = std::str::from_utf8(value) else {
        return Value::Bytes(Cow::Borrowed(value));
    };
    if memchr::memchr(ansi::ESCAPE, value).is_none() {
        return Value::Text(Cow::Borrowed(text));
    }
    let mut clean = Vec::with_capacity(value.len());
    ansi::strip_into(value, &mut clean);
    match String::from_utf8(clean) {
        Ok(clean) => Value::Text(Cow::Owned(clean)),
        Err(_) => Value::Text(Cow::Borrowed(text)),
    }
}

/// Field names are capitals, digits and underscores.
fn is_name(name: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    (1..=NAME_BYTES_MAX).contains(&name.len()) && name.iter().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(bytes: &[u8], from: usize) -> Option<usize> {
        entry_end(bytes, from).map(|found| found.end)
    }
    use crate::base::units::UnixNanos;
    use crate::record::SeverityNumber;

    fn raw(name: &str, value: &[u8]) -> Vec<u8> {
        let length = (value.len() as u64).to_le_bytes();
        [name.as_bytes(), b"\n", &length, value, b"\n"].concat()
    }

    fn read(entry: &[u8]) -> Record<'_> {
        let mut record = Record::default();
        assert!(parse(entry, &mut record));
        record
    }

    #[track_caller]
    fn check(entry: &[u8], expected: &[(&str, Value<'_>)]) {
        let record = read(entry);
        let found: Vec<_> = record
            .attributes
            .iter()
            .map(|found| (&*found.key, found.value.clone()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_entry_becomes_a_record() {
        let entry = b"__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1790000000123456\n_SOURCE_REALTIME_TIMESTAMP=1790000000123400\nPRIORITY=4\n_COMM=smartd\nSYSLOG_IDENTIFIER=smart\nMESSAGE=disk a=b hot\n\n";
        let record = read(entry);
        assert_eq!(record.time, Some(UnixNanos(1_790_000_000_123_400_000)));
        assert_eq!(record.severity_number.map(SeverityNumber::get), Some(13));
        assert_eq!(
            (&*record.severity_text, &*record.scope),
            ("warning", "smart")
        );
        assert_eq!(record.body, Value::Text("disk a=b hot".into()));
        check(
            entry,
            &[
                ("__CURSOR", Value::Text("s=1;i=2".into())),
                ("process.executable.name", Value::Text("smartd".into())),
                (
                    "__REALTIME_TIMESTAMP",
                    Value::Text("1790000000123456".into()),
                ),
            ],
        );
        let record = read(b"_COMM=smartd\n__REALTIME_TIMESTAMP=1790000000123456");
        assert_eq!(record.time, Some(UnixNanos(1_790_000_000_123_456_000)));
        assert_eq!(record.scope, "smartd");
    }

    #[test]
    fn fields_get_the_names_and_types_of_the_conventions() {
        check(
            b"_PID=412\nTID=x\nCODE_LINE=7\nCODE_FILE=a.c\n_EXE=/bin/a\n_SYSTEMD_UNIT=a.service\nSYSLOG_FACILITY=3\nPRIORITY=9\n",
            &[
                ("process.pid", Value::Int(412)),
                ("TID", Value::Text("x".into())),
                ("code.line.number", Value::Int(7)),
                ("code.file.path", Value::Text("a.c".into())),
                ("process.executable.path", Value::Text("/bin/a".into())),
                ("_SYSTEMD_UNIT", Value::Text("a.service".into())),
                ("syslog.facility", Value::Int(3)),
                ("PRIORITY", Value::Text("9".into())),
            ],
        );
    }

    #[test]
    fn a_field_that_stands_several_times_is_a_list() {
        let values = ["a", "b", "c"].map(|text| Value::Text(text.into()));
        check(
            b"TAG=a\nTAG=b\nTAG=c\n",
            &[("TAG", Value::Array(values.into()))],
        );
    }

    #[test]
    fn raw_values_may_hold_anything() {
        let message = raw("MESSAGE", b"one\n\nPRIORITY=1\n");
        let entry = [
            &b"PRIORITY=6\n"[..],
            &message,
            &raw("BLOB", b"\xff\n\n"),
            b"\n",
        ]
        .concat();
        let two = [&entry[..], &entry].concat();
        assert_eq!(end_of(&two, 0), Some(entry.len()));
        assert_eq!(end_of(&two, entry.len()), Some(two.len()));
        let record = read(&entry);
        assert_eq!(record.body, Value::Text("one\n\nPRIORITY=1\n".into()));
        assert_eq!(record.attributes[0].value, Value::Bytes(b"\xff\n\n".into()));
        for end in 0..entry.len() {
            assert_eq!(end_of(&entry[..end], 0), None, "{end}");
        }
    }

    #[test]
    fn entries_are_found_behind_blank_lines_and_between_others() {
        assert_eq!(end_of(b"\n\nA=1\n\nB=2", 0), Some(7));
        assert_eq!(end_of(b"\n\nA=1\n\nB=2", 7), None);
        assert_eq!(end_of(b"", 0), None);
        assert_eq!(end_of(b"A=1\nNOTALENGTH\nxxxxxxxxyy\nB=2\n\n", 0), Some(31));
        assert_eq!(end_of(b"A=1", 9), None);
        let mut record = Record::default();
        assert!(!parse(b"\n", &mut record) && !parse(b"no field\n", &mut record));
    }

    #[test]
    fn a_file_is_told_by_its_first_entry() {
        assert!(looks_like(
            b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\nMESSAGE=x\n\n"
        ));
        assert!(looks_like(b"\n__REALTIME_TIMESTAMP=1\n"));
        assert!(!looks_like(b"A=1\nB=2\n"));
        assert!(!looks_like(b"level=info __REALTIME_TIMESTAMP=1"));
        assert!(!looks_like(b""));
    }

    #[test]
    fn notes_of_journalctl_are_told_from_messages() {
        for note in [
            "-- Boot 0dc8 --",
            "-- Reboot --",
            "-- No entries --",
            "-- cursor: s=1",
            "-- Logs begin at Mon 2026-11-16 --",
            "-- Journal begins at Mon; ends at Tue. --",
        ] {
            assert!(is_journal_note(note.as_bytes()), "{note}");
        }
        for line in [
            "",
            "-- ",
            "-- x --",
            "--",
            "-- Boot",
            "Nov 20 09:00:00 h a[1]: -- Boot x --",
        ] {
            assert!(!is_journal_note(line.as_bytes()), "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
            text in "((MESSAGE|PRIORITY|_PID|A)(=|\n)[ -~]{0,9}\n{0,2}){0,6}",
        ) {
            for bytes in [&bytes[..], text.as_bytes()] {
                let mut at = 0;
                while let Some(end) = end_of(bytes, at) {
                    proptest::prop_assert!(end > at);
                    let _read = parse(&bytes[at..end], &mut Record::default());
                    at = end;
                }
                let _read = parse(bytes, &mut Record::default());
                let _told = looks_like(bytes);
            }
        }
    }
}
