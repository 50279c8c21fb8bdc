//! One line of a container runtime, unwrapped: what the program wrote, and what the runtime said about it.
//!
//! Two runtimes are read. Docker's json-file driver writes `{"log":"text\n","stream":"stdout","time":"…"}`; a text without the line
//! break at its end is a part of a line. The CRI runtimes (containerd, CRI-O, podman's k8s-file) write `<time> <stream> <tags> <text>`;
//! the tag `P` marks a part, `F` the end of a line. Both take the text as it is: putting parts together is the affair of
//! [`crate::pipeline::unwrap`].
//!
//! Spec: Kubernetes `kuberuntime` log format; Docker logging driver `json-file`.

pub mod path;

use std::borrow::Cow;

use crate::base::units::UnixNanos;
use crate::format::json::scan::Scanner;
use crate::format::timestamp::{self, Zone};

/// Who wrapped the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// Docker's json-file driver.
    Docker,
    /// containerd, CRI-O and whatever else follows the Container Runtime Interface.
    Cri,
}

/// Where the program wrote the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Stream {
    /// Both of them.
    pub const ALL: [Stream; 2] = [Stream::Stdout, Stream::Stderr];

    /// The value of `log.iostream`.
    pub fn name(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
    }

    fn from_name(name: &[u8]) -> Option<Stream> {
        match name {
            b"stdout" => Some(Stream::Stdout),
            b"stderr" => Some(Stream::Stderr),
            _ => None,
        }
    }
}

/// What the runtime says about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// When the runtime read the line.
    pub time: UnixNanos,
    /// Where the program wrote it.
    pub stream: Stream,
    /// Whether the line ends here; else its next part follows in the same stream.
    pub complete: bool,
    /// Docker's labels and tags as a JSON object, when the driver was asked for them.
    pub extra: Option<&'a str>,
}

/// A line without its wrapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped<'a> {
    /// What the runtime says about it.
    pub envelope: Envelope<'a>,
    /// What the program wrote, without the line break that ended it.
    pub text: Cow<'a, str>,
}

/// Tells which runtime wrapped a line; `None` for a line that none did.
pub fn runtime_of(line: &str, zone: &mut Zone) -> Option<Runtime> {
    [Runtime::Docker, Runtime::Cri]
        .into_iter()
        .find(|runtime| unwrap(*runtime, line, zone).is_some())
}

/// Unwraps one line; `None` when it is not wrapped by this runtime.
pub fn unwrap<'a>(runtime: Runtime, line: &'a str, zone: &mut Zone) -> Option<Wrapped<'a>> {
    let mut decoded = Vec::new();
    let (envelope, plain) = read(runtime, line.as_bytes(), zone, &mut decoded)?;
    let text = match plain {
        Some(plain) => Cow::Borrowed(std::str::from_utf8(plain).ok()?),
        None => Cow::Owned(String::from_utf8(decoded).ok()?),
    };
    Some(Wrapped { envelope, text })
}

/// Unwraps one line of any bytes.
///
/// Shape: the envelope, and the text when it stands in the line as it is; a text with escapes is decoded behind `decoded` instead.
/// `decoded` is left as it was for a line that is not wrapped.
pub fn read<'a>(
    runtime: Runtime,
    line: &'a [u8],
    zone: &mut Zone,
    decoded: &mut Vec<u8>,
) -> Option<(Envelope<'a>, Option<&'a [u8]>)> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match runtime {
        Runtime::Cri => read_cri(line, zone).map(|(envelope, text)| (envelope, Some(text))),
        Runtime::Docker => {
            let room = decoded.len();
            let found = read_docker(line, zone, decoded)
                .or_else(|| read_any_docker(line, zone, decoded, room));
            if found.is_none() {
                decoded.truncate(room);
            }
            found
        }
    }
}

fn read_cri<'a>(line: &'a [u8], zone: &mut Zone) -> Option<(Envelope<'a>, &'a [u8])> {
    const STREAM_BYTES: usize = b" stdout ".len();
    if !line.first()?.is_ascii_digit() {
        return None;
    }
    let leading = timestamp::leading(line, zone)?;
    let (stream, rest) = line
        .get(leading.bytes()..)?
        .split_at_checked(STREAM_BYTES)?;
    let stream = Stream::from_name(stream.strip_prefix(b" ")?.strip_suffix(b" ")?)?;
    let (tag, rest) = rest.split_first()?;
    let complete = match tag {
        b'F' => true,
        b'P' => false,
        _ => return None,
    };
    let text = match rest.first() {
        None => rest,
        Some(b' ') => rest.get(1..)?,
        // Further tags follow behind colons; none is defined yet.
        Some(b':') => memchr::memchr(b' ', rest).map_or(&[][..], |end| &rest[end + 1..]),
        Some(_) => return None,
    };
    let envelope = Envelope {
        time: leading.time(),
        stream,
        complete,
        extra: None,
    };
    Some((envelope, text))
}

/// The keys in the order in which Docker writes them; `None` for any other.
fn read_docker<'a>(
    line: &'a [u8],
    zone: &mut Zone,
    decoded: &mut Vec<u8>,
) -> Option<(Envelope<'a>, Option<&'a [u8]>)> {
    let text = line.strip_prefix(b"{\"log\":\"")?;
    let first = memchr::memchr2(b'"', b'\\', text)?;
    let (complete, plain, rest) = match &text[first..] {
        [b'"', rest @ ..] => (false, Some(&text[..first]), rest),
        [b'\\', b'n', b'"', rest @ ..] => (true, Some(&text[..first]), rest),
        _ => {
            let (end, complete) = unescape(text, first, decoded)?;
            (complete, None, text.get(end..)?)
        }
    };
    let rest = rest.strip_prefix(b",\"stream\":\"")?;
    let (stream, rest) = rest.split_at_checked(b"stdout".len())?;
    let stream = Stream::from_name(stream)?;
    let (extra, rest) = match rest.strip_prefix(b"\",\"time\":\"") {
        Some(rest) => (None, rest),
        None => extra_then_time(rest.strip_prefix(b"\",\"attrs\":")?)?,
    };
    let time = std::str::from_utf8(rest.strip_suffix(b"\"}")?).ok()?;
    let envelope = Envelope {
        time: timestamp::whole(time, zone)?,
        stream,
        complete,
        extra,
    };
    Some((envelope, plain))
}

/// `{…},"time":"…` → the object, and what stands behind the quote.
fn extra_then_time(text: &[u8]) -> Option<(Option<&str>, &[u8])> {
    const BETWEEN: &[u8] = b",\"time\":\"";
    let at = memchr::memmem::rfind(text, BETWEEN)?;
    let object = std::str::from_utf8(&text[..at]).ok()?;
    is_object(object).then(|| (Some(object), &text[at + BETWEEN.len()..]))
}

fn is_object(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.peeks(b'{') && scanner.value().is_some() && scanner.at_end()
}

/// The keys in any order and with blanks between them; what has other keys is some program's own JSON.
fn read_any_docker<'a>(
    line: &'a [u8],
    zone: &mut Zone,
    decoded: &mut Vec<u8>,
    room: usize,
) -> Option<(Envelope<'a>, Option<&'a [u8]>)> {
    let mut rest = line.strip_prefix(b"{")?;
    let (mut log, mut stream, mut time, mut extra) = (None, None, None, None);
    loop {
        let (key, behind) = string(rest)?;
        let value = behind.trim_ascii_start().strip_prefix(b":")?;
        if key == b"attrs" {
            let (object, behind) = object(value)?;
            extra = Some(object);
            rest = behind;
        } else {
            let (text, behind) = string(value)?;
            match key {
                b"log" => log = Some(text),
                b"stream" => stream = Stream::from_name(text),
                b"time" => time = timestamp::whole(std::str::from_utf8(text).ok()?, zone),
                _ => return None,
            }
            rest = behind;
        }
        rest = rest.trim_ascii_start();
        match rest.strip_prefix(b",") {
            Some(next) => rest = next,
            None => break,
        }
    }
    let (log, time, stream) = (log?, time?, stream?);
    decoded.truncate(room);
    let complete = (rest.trim_ascii() == b"}")
        .then(|| unescape(log, 0, decoded))??
        .1;
    let envelope = Envelope {
        time,
        stream,
        complete,
        extra,
    };
    Some((envelope, None))
}

/// The string that comes next, its escapes as they stand and its quote behind it, and what follows.
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_start().strip_prefix(b"\"")?;
    let mut end = 0;
    loop {
        end += memchr::memchr2(b'"', b'\\', text.get(end..)?)?;
        if text[end] == b'"' {
            return Some((&text[..end], &text[end + 1..]));
        }
        end += 2;
    }
}

/// The object that comes next, and what follows. Only its strings and brackets are looked at.
fn object(text: &[u8]) -> Option<(&str, &[u8])> {
    let text = text.trim_ascii_start();
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match text.get(at)? {
            b'"' => at = text.len() - string(&text[at..])?.1.len(),
            b'{' => (at, depth) = (at + 1, depth + 1),
            b'}' => (at, depth) = (at + 1, depth.checked_sub(1)?),
            _ => at += 1,
        }
        if depth == 0 {
            let object = std::str::from_utf8(&text[..at]).ok()?;
            return is_object(object).then_some((object, &text[at..]));
        }
    }
}

/// Decodes a string up to its quote or the text's end, the first escape being at `hit`.
///
/// Shape: where the text goes on behind the quote, and whether the string ended with a line break, which is left out.
fn unescape(text: &[u8], mut hit: usize, decoded: &mut Vec<u8>) -> Option<(usize, bool)> {
    let (room, mut from) = (decoded.len(), 0);
    loop {
        decoded.extend_from_slice(text.get(from..hit)?);
        match (text.get(hit), text.get(hit + 1)) {
            (Some(b'"') | None, _) => break,
            (Some(b'\\'), Some(escape)) => from = hit + escaped(*escape, text, hit, decoded)?,
            (Some(b'\\'), None) => return None,
            // Where the search began, any other byte may stand.
            _ => from = hit,
        }
        let rest = text.get(from..)?;
        hit = from + memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    }
    let complete = decoded.len() > room && decoded.last() == Some(&b'\n');
    decoded.truncate(decoded.len() - usize::from(complete));
    Some((hit + 1, complete))
}

/// Decodes the escape at `at`; returns how long it is.
#[inline]
fn escaped(escape: u8, text: &[u8], at: usize, decoded: &mut Vec<u8>) -> Option<usize> {
    let plain = match escape {
        b'"' | b'\\' | b'/' => escape,
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => return unicode(text, at, decoded),
        _ => return None,
    };
    decoded.push(plain);
    Some(2)
}

/// `\u003c`, or two such escapes that make one character. A lone surrogate becomes U+FFFD.
fn unicode(text: &[u8], at: usize, decoded: &mut Vec<u8>) -> Option<usize> {
    let first = hex4(text.get(at + 2..at + 6)?)?;
    let second = match text.get(at + 6..at + 12) {
        Some([b'\\', b'u', digits @ ..]) => hex4(digits),
        _ => None,
    };
    let (character, bytes) = match (first, second) {
        (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) => {
            (0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00), 12)
        }
        _ => (first, 6),
    };
    let character = char::from_u32(character).unwrap_or(char::REPLACEMENT_CHARACTER);
    decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(bytes)
}

fn hex4(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| {
        Some(sum << 4 | char::from(*digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    const TIME: UnixNanos = UnixNanos(1_790_000_000_123_456_789);

    fn zone() -> Zone {
        Zone::new(TimeZone::UTC)
    }

    #[track_caller]
    fn check(runtime: Runtime, line: &str, stream: Stream, complete: bool, text: &str) {
        let found = unwrap(runtime, line, &mut zone());
        let found = found.unwrap_or_else(|| panic!("{line} is wrapped"));
        let envelope = Envelope {
            time: TIME,
            stream,
            complete,
            extra: found.envelope.extra,
        };
        assert_eq!((found.envelope, &*found.text), (envelope, text), "{line}");
        assert_eq!(runtime_of(line, &mut zone()), Some(runtime), "{line}");
    }

    #[track_caller]
    fn check_none(line: &str) {
        assert_eq!(runtime_of(line, &mut zone()), None, "{line}");
    }

    #[test]
    fn a_line_that_ends_inside_an_escape_is_not_wrapped() {
        check_none("{\"log\":\"half of an \\");
        check_none("{\"log\":\"one\\ntwo\\");
    }

    #[test]
    fn docker_lines_are_unwrapped() {
        use Stream::{Stderr, Stdout};
        let check = |log: &str, stream: &str, kind, complete, text| {
            let line = format!(
                r#"{{"log":"{log}","stream":"{stream}","time":"2026-09-21T14:13:20.123456789Z"}}"#
            );
            check(Runtime::Docker, &line, kind, complete, text);
        };
        check(r"ready\n", "stdout", Stdout, true, "ready");
        check("half of a", "stderr", Stderr, false, "half of a");
        check(r"\n", "stdout", Stdout, true, "");
        check("", "stdout", Stdout, false, "");
        check(
            r"a \u003cb\u003e \u001b[31mred\n",
            "stdout",
            Stdout,
            true,
            "a <b> \u{1b}[31mred",
        );
        check(
            r"\ud83d\ude00 \ud83d. \u00e9\n",
            "stdout",
            Stdout,
            true,
            "😀 \u{fffd}. é",
        );
        check(
            r#"{\"msg\":\"C:\\\\x\"}\r\n"#,
            "stdout",
            Stdout,
            true,
            "{\"msg\":\"C:\\\\x\"}\r",
        );
        check(r"one\ntwo\n", "stdout", Stdout, true, "one\ntwo");
        check(
            r#"fake\",\"stream\":\"x\n"#,
            "stdout",
            Stdout,
            true,
            "fake\",\"stream\":\"x",
        );
    }

    #[test]
    fn docker_keys_may_stand_in_any_order() {
        for line in [
            r#"{"time":"2026-09-21T14:13:20.123456789Z","stream":"stderr","log":"x \"y\"\n"}"#,
            r#"{ "stream" : "stderr" , "log" : "x \"y\"\n" , "time" : "2026-09-21T14:13:20.123456789Z" }"#,
            "{\"log\":\"x \\\"y\\\"\\n\",\"time\":\"2026-09-21T14:13:20.123456789Z\",\"stream\":\"stderr\"}\r",
        ] {
            check(Runtime::Docker, line, Stream::Stderr, true, "x \"y\"");
        }
    }

    #[test]
    fn labels_of_docker_are_kept_as_they_stand() {
        let labels = r#"{"app":"web","tag":"a,\"time\":\"b"}"#;
        let time = r#""time":"2026-09-21T14:13:20.123456789Z""#;
        for line in [
            format!(r#"{{"log":"x\n","stream":"stdout","attrs":{labels},{time}}}"#),
            format!(r#"{{{time},"attrs": {labels},"log":"x\n","stream":"stdout"}}"#),
        ] {
            let found = unwrap(Runtime::Docker, &line, &mut zone());
            assert_eq!(found.unwrap().envelope.extra, Some(labels), "{line}");
        }
    }

    #[test]
    fn cri_lines_are_unwrapped() {
        use Stream::{Stderr, Stdout};
        let check = |rest: &str, kind, complete, text| {
            let line = format!("2026-09-21T14:13:20.123456789Z {rest}");
            check(Runtime::Cri, &line, kind, complete, text);
        };
        check("stdout F ready", Stdout, true, "ready");
        check("stderr P half ", Stderr, false, "half ");
        check("stdout F ", Stdout, true, "");
        check("stdout F", Stdout, true, "");
        check("stdout P:more:tags  two", Stdout, false, " two");
        check("stdout F {\"log\":1}\r", Stdout, true, "{\"log\":1}");
    }

    #[test]
    fn what_no_runtime_wrapped_is_left_alone() {
        check_none("");
        check_none("hello");
        check_none("2026-09-21T14:13:20Z INFO stdout F");
        check_none("2026-09-21T14:13:20Z stdout X text");
        check_none("2026-09-21T14:13:20Z stdout Full");
        check_none(r#"{"log":"x","stream":"stdout"}"#);
        check_none(r#"{"log":"x","stream":"other","time":"2026-09-21T14:13:20Z"}"#);
        check_none(r#"{"log":"x","stream":"stdout","time":"yesterday"}"#);
        check_none(
            r#"{"log":"x","stream":"stdout","time":"2026-09-21T14:13:20Z","kubernetes":{}}"#,
        );
        check_none(r#"{"log":"a"b","stream":"stdout","time":"2026-09-21T14:13:20Z"}"#);
        check_none(r#"{"log":"a\q","stream":"stdout","time":"2026-09-21T14:13:20Z"}"#);
        check_none(r#"{"log":7,"stream":"stdout","time":"2026-09-21T14:13:20Z"}"#);
        check_none(r#"{"log":"x","stream":"stdout","attrs":{1},"time":"2026-09-21T14:13:20Z"}"#);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            line in proptest::collection::vec(proptest::num::u8::ANY, 0..60),
            json in r#"\{("(log|stream|time|attrs)":("[^"]{0,8}(\\.){0,3}"|\{[^}]{0,6}\}?),?){0,5}\}?"#,
        ) {
            for line in [&line[..], json.as_bytes()] {
                for runtime in [Runtime::Docker, Runtime::Cri] {
                    let mut decoded = b"before".to_vec();
                    let found = read(runtime, line, &mut zone(), &mut decoded);
                    proptest::prop_assert!(found.is_some() || decoded == b"before");
                }
            }
        }

        #[test]
        fn any_text_comes_back_as_it_went_in(text in "[ -~\\n\\t\u{80}-\u{ffff}😀]{0,60}") {
            let log = serde_json::to_string(&format!("{text}\n")).unwrap();
            let line = format!(r#"{{"log":{log},"stream":"stdout","time":"2026-09-21T14:13:20Z"}}"#);
            let found = unwrap(Runtime::Docker, &line, &mut zone()).unwrap();
            proptest::prop_assert_eq!(&*found.text, text);
            proptest::prop_assert!(found.envelope.complete);
        }
    }
}
