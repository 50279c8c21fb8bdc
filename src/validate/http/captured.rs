//! A captured HTTP/1.1 request: its line, its headers, its body with its length or in chunks.

use std::borrow::Cow;

use super::{Head, check_body};
use crate::validate::Checker;
use crate::validate::rules::Code;

/// Looks at a whole request as it went over the wire; returns it with its body repaired. Line ends may be bare, as editors leave
/// them. Of the head, only the length of the body is written anew.
pub fn check_captured(checker: &mut Checker, bytes: &[u8]) -> Option<Vec<u8>> {
    let Some((head_bytes, rest)) = split(bytes) else {
        checker.note(
            Code::HttpRequest,
            "there is no empty line behind the headers",
        );
        return None;
    };
    let head_text = String::from_utf8_lossy(head_bytes);
    let Some(head) = Captured::read(&head_text) else {
        checker.note(Code::HttpRequest, "the first line is no request line");
        return None;
    };
    if head.method != "POST" {
        checker.note(Code::HttpMethod, format!("{} is not POST", head.method));
    }
    if let Some(value) = head.header("authorization") {
        check_authorization(checker, value);
    }
    let coding = head.header("transfer-encoding");
    let chunked = coding.is_some_and(|value| value.contains("chunked"));
    let joined = chunked.then(|| dechunked(rest));
    let lengths = checker.count(Code::HttpLength);
    let body = match &joined {
        Some(Some(body)) => body,
        Some(None) => {
            checker.note(Code::HttpLength, "the chunks of the body do not fit it");
            return None;
        }
        None => with_length(checker, head.header("content-length"), rest),
    };
    let known = Head {
        content_type: Some(head.header("content-type").unwrap_or_default().to_owned()),
        content_encoding: Some(
            head.header("content-encoding")
                .unwrap_or_default()
                .to_owned(),
        ),
        path: Some(head.path.to_owned()),
        encoding: None,
    };
    let has_wrong_length = checker.count(Code::HttpLength) > lengths;
    let body = repaired_body(checker, &known, body, has_wrong_length)?;
    let gap = bytes.len() - head_bytes.len() - rest.len();
    let gap = bytes.get(head_bytes.len()..head_bytes.len() + gap)?;
    let mut request = with_new_length(head_bytes, body.len());
    request.extend_from_slice(gap);
    if chunked {
        request.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
        request.extend_from_slice(&body);
        request.extend_from_slice(b"\r\n0\r\n\r\n");
    } else {
        request.extend_from_slice(&body);
    }
    Some(request)
}

/// The body that is written behind the right length: a repaired one, or one that was right where its length was wrong. What is
/// no whole request may be cut off, and keeps the length that it should have had.
fn repaired_body<'b>(
    checker: &mut Checker,
    known: &Head,
    body: &'b [u8],
    has_wrong_length: bool,
) -> Option<Cow<'b, [u8]>> {
    let errors = checker.errors();
    let repaired = check_body(checker, known, body);
    let is_right = checker.errors() == errors;
    if has_wrong_length && (is_right || repaired.is_some()) {
        checker.mend_noted(Code::HttpLength);
    }
    match repaired {
        Some(repaired) => Some(Cow::Owned(repaired)),
        None if has_wrong_length && is_right && checker.repairs() => Some(Cow::Borrowed(body)),
        None => None,
    }
}

/// The head of a request.
struct Captured<'h> {
    method: &'h str,
    path: &'h str,
    headers: Vec<(&'h str, &'h str)>,
}

impl<'h> Captured<'h> {
    /// Reads a head; `None` when its first line is no request line.
    fn read(head: &'h str) -> Option<Captured<'h>> {
        let mut lines = head.lines();
        let mut words = lines.next()?.split_whitespace();
        let (method, path) = (words.next()?, words.next()?);
        let is_http = words.next()?.starts_with("HTTP/");
        is_http.then(|| Captured {
            method,
            path,
            headers: lines.filter_map(|line| line.split_once(':')).collect(),
        })
    }

    /// The value of a header.
    fn header(&self, name: &str) -> Option<&'h str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.trim().eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }
}

/// A head whose `Content-Length`, where it has one, is this.
fn with_new_length(head: &[u8], length: usize) -> Vec<u8> {
    let mut written = Vec::new();
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        if name.trim_ascii().eq_ignore_ascii_case(b"content-length") {
            let end = line.len() - line.trim_ascii_end().len();
            written.extend_from_slice(format!("Content-Length: {length}").as_bytes());
            written.extend_from_slice(line.get(line.len() - end..).unwrap_or_default());
        } else {
            written.extend_from_slice(line);
        }
    }
    written
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let crlf = memchr::memmem::find(bytes, b"\r\n\r\n").map(|at| (at, at + 4));
    let bare = memchr::memmem::find(bytes, b"\n\n").map(|at| (at, at + 2));
    let (end, body) = match (crlf, bare) {
        (Some(crlf), Some(bare)) => crlf.min(bare),
        (found, other) => found.or(other)?,
    };
    Some((bytes.get(..end)?, bytes.get(body..)?))
}

fn with_length<'b>(checker: &mut Checker, header: Option<&str>, body: &'b [u8]) -> &'b [u8] {
    let Some(header) = header else {
        return body;
    };
    let Ok(length) = header.parse::<usize>() else {
        checker.note(Code::HttpLength, format!("{header:?} is no length"));
        return body;
    };
    // A line end that an editor put behind the body is not part of it.
    let trimmed = body.strip_suffix(b"\n").unwrap_or(body);
    let trimmed = trimmed.strip_suffix(b"\r").unwrap_or(trimmed);
    if length != body.len() && length != trimmed.len() {
        let message = format!(
            "Content-Length is {length}, and the body has {} bytes",
            body.len()
        );
        checker.note(Code::HttpLength, message);
        return body;
    }
    body.get(..length).unwrap_or(body)
}

/// The body without its chunks' lengths; `None` when they do not fit.
fn dechunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = memchr::memchr(b'\n', rest)?;
        let line = std::str::from_utf8(rest.get(..end)?).ok()?;
        let length = line.split(';').next().unwrap_or_default().trim();
        let length = usize::from_str_radix(length, 16).ok()?;
        rest = rest.get(end + 1..)?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..length)?);
        rest = rest.get(length..)?;
        rest = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"))?;
    }
}

/// The form only: whether the credential is right is known to the server alone. Nothing of it is shown.
fn check_authorization(checker: &mut Checker, value: &str) {
    let mut words = value.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_scheme = |word: &str| {
        ["bearer", "basic", "apikey", "api-token", "token"]
            .iter()
            .any(|scheme| word.eq_ignore_ascii_case(scheme))
    };
    let second = words.next();
    let fault = if value.is_empty() {
        Some("it is empty")
    } else if value.contains(['"', '\'', '$', '%', '<']) {
        Some("it holds quotes, or a variable that was not filled in")
    } else if is_scheme(first) && second.is_none() {
        Some("a scheme stands alone, without a credential")
    } else if is_scheme(first) && second.is_some_and(is_scheme) {
        Some("the scheme stands twice")
    } else if words.next().is_some() {
        Some("it has more than two words")
    } else {
        None
    };
    if let Some(fault) = fault {
        checker.note(Code::HttpAuth, fault);
    }
}
