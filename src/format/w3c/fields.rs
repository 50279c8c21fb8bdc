//! The names of fields that are known, what they are called in the semantic conventions, and how their values are read.
//!
//! A field that is not listed keeps its name; its numbers are numbers.
//!
//! Spec: semantic conventions, "HTTP", "URL", "Client", "Server", "Source" and "Destination" attributes; IIS, "W3C Logging".

use std::borrow::Cow;

use crate::format::w3c::automatic;
use crate::record::Value;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) key: Cow<'static, str>,
    pub(super) kind: Kind,
}

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `2026-11-20`
    Date,
    /// `09:00:00`
    Clock,
    /// A whole time.
    Stamp,
    /// The method of a request.
    Method,
    /// The path of a request.
    Path,
    /// `HTTP/1.1`, of which the number is kept.
    Version,
    /// Text, whatever it looks like.
    Text,
    /// Numbers and booleans are told by their looks.
    Automatic,
    /// Zeek's `T` and `F`.
    Bool,
    /// Zeek's sets and vectors.
    List,
    /// A list of numbers.
    Numbers,
}

/// Names that need no change stand here too, so that their keys are not allocated for each record.
const W3C: [(&str, &str, Kind); 50] = [
    ("date", "date", Kind::Date),
    ("time", "time", Kind::Clock),
    ("date-time", "date-time", Kind::Stamp),
    ("timestamp", "timestamp", Kind::Stamp),
    ("x-timestamp", "x-timestamp", Kind::Stamp),
    ("cs-method", "http.request.method", Kind::Method),
    ("cs-uri-stem", "url.path", Kind::Path),
    ("cs-uri-query", "url.query", Kind::Text),
    ("cs-uri", "url.original", Kind::Text),
    ("cs-uri-scheme", "url.scheme", Kind::Text),
    ("cs-protocol", "url.scheme", Kind::Text),
    ("cs-version", "network.protocol.version", Kind::Version),
    (
        "cs-protocol-version",
        "network.protocol.version",
        Kind::Version,
    ),
    ("cs-bytes", "http.request.size", Kind::Automatic),
    ("cs-username", "user.name", Kind::Text),
    ("cs-user-agent", "user_agent.original", Kind::Text),
    ("cs-referer", "http.request.header.referer", Kind::Text),
    ("cs-host", "http.request.header.host", Kind::Text),
    ("cs(user-agent)", "user_agent.original", Kind::Text),
    ("cs(referer)", "http.request.header.referer", Kind::Text),
    ("cs(host)", "http.request.header.host", Kind::Text),
    ("cs(cookie)", "http.request.header.cookie", Kind::Text),
    ("sc-status", "http.response.status_code", Kind::Automatic),
    ("sc-bytes", "http.response.size", Kind::Automatic),
    ("sc-substatus", "sc-substatus", Kind::Automatic),
    ("sc-win32-status", "sc-win32-status", Kind::Automatic),
    (
        "sc-content-type",
        "http.response.header.content-type",
        Kind::Text,
    ),
    ("sc-content-len", "http.response.body.size", Kind::Automatic),
    ("sc-range-start", "sc-range-start", Kind::Automatic),
    ("sc-range-end", "sc-range-end", Kind::Automatic),
    ("c-ip", "client.address", Kind::Text),
    ("c-port", "client.port", Kind::Automatic),
    ("s-ip", "server.address", Kind::Text),
    ("s-port", "server.port", Kind::Automatic),
    ("s-computername", "host.name", Kind::Text),
    ("s-sitename", "s-sitename", Kind::Text),
    ("time-taken", "time-taken", Kind::Automatic),
    ("time-to-first-byte", "time-to-first-byte", Kind::Automatic),
    ("x-edge-location", "x-edge-location", Kind::Text),
    ("x-edge-result-type", "x-edge-result-type", Kind::Text),
    (
        "x-edge-response-result-type",
        "x-edge-response-result-type",
        Kind::Text,
    ),
    (
        "x-edge-detailed-result-type",
        "x-edge-detailed-result-type",
        Kind::Text,
    ),
    ("x-edge-request-id", "x-edge-request-id", Kind::Text),
    ("x-host-header", "x-host-header", Kind::Text),
    (
        "x-forwarded-for",
        "http.request.header.x-forwarded-for",
        Kind::Text,
    ),
    ("ssl-protocol", "ssl-protocol", Kind::Text),
    ("ssl-cipher", "tls.cipher", Kind::Text),
    ("fle-status", "fle-status", Kind::Text),
    (
        "fle-encrypted-fields",
        "fle-encrypted-fields",
        Kind::Automatic,
    ),
    ("client-ip", "client.address", Kind::Text),
];

const ZEEK: [(&str, &str, Kind); 34] = [
    ("ts", "ts", Kind::Stamp),
    ("uid", "uid", Kind::Text),
    ("id.orig_h", "source.address", Kind::Text),
    ("id.orig_p", "source.port", Kind::Automatic),
    ("id.resp_h", "destination.address", Kind::Text),
    ("id.resp_p", "destination.port", Kind::Automatic),
    ("proto", "network.transport", Kind::Text),
    ("method", "http.request.method", Kind::Method),
    ("uri", "url.original", Kind::Path),
    ("status_code", "http.response.status_code", Kind::Automatic),
    ("user_agent", "user_agent.original", Kind::Text),
    ("referrer", "http.request.header.referer", Kind::Text),
    ("host", "host", Kind::Text),
    ("service", "service", Kind::Text),
    ("duration", "duration", Kind::Automatic),
    ("orig_bytes", "orig_bytes", Kind::Automatic),
    ("resp_bytes", "resp_bytes", Kind::Automatic),
    ("conn_state", "conn_state", Kind::Text),
    ("local_orig", "local_orig", Kind::Automatic),
    ("local_resp", "local_resp", Kind::Automatic),
    ("missed_bytes", "missed_bytes", Kind::Automatic),
    ("history", "history", Kind::Text),
    ("orig_pkts", "orig_pkts", Kind::Automatic),
    ("orig_ip_bytes", "orig_ip_bytes", Kind::Automatic),
    ("resp_pkts", "resp_pkts", Kind::Automatic),
    ("resp_ip_bytes", "resp_ip_bytes", Kind::Automatic),
    ("tunnel_parents", "tunnel_parents", Kind::Text),
    ("trans_id", "trans_id", Kind::Automatic),
    ("query", "query", Kind::Text),
    ("qtype_name", "qtype_name", Kind::Text),
    ("rcode_name", "rcode_name", Kind::Text),
    ("answers", "answers", Kind::Text),
    ("trans_depth", "trans_depth", Kind::Automatic),
    ("server_name", "server_name", Kind::Text),
];

/// A field of a W3C extended log.
pub(super) fn w3c(name: &str) -> Field {
    let found = W3C
        .iter()
        .find(|(known, ..)| known.eq_ignore_ascii_case(name));
    found.map_or_else(|| header_field(name), |(_, key, kind)| field(key, *kind))
}

/// A field of one of Zeek's logs.
pub(super) fn zeek(name: &str) -> Field {
    let found = ZEEK.iter().find(|(known, ..)| *known == name);
    found.map_or_else(
        || own(name.to_owned(), Kind::Automatic),
        |(_, key, kind)| field(key, *kind),
    )
}

/// How values of a Zeek type are read; a field that plays a part keeps it.
pub(super) fn zeek_kind(known: Kind, name: &str) -> Kind {
    match (known, name) {
        (Kind::Stamp | Kind::Method | Kind::Path, _) => known,
        (_, "bool") => Kind::Bool,
        (_, "count" | "int" | "port" | "double" | "interval" | "time") => Kind::Automatic,
        (_, list) if list.starts_with("set[") || list.starts_with("vector[") => {
            let numbers = [
                "[count]",
                "[int]",
                "[port]",
                "[double]",
                "[interval]",
                "[time]",
            ];
            if numbers.iter().any(|end| list.ends_with(end)) {
                Kind::Numbers
            } else {
                Kind::List
            }
        }
        _ => Kind::Text,
    }
}

/// A value that plays no part in the record but its own.
pub(super) fn value(kind: Kind, text: Cow<'_, str>) -> Value<'_> {
    match (kind, text) {
        (Kind::Automatic, text) => automatic(text),
        (Kind::Bool, text) if text == "T" => Value::Bool(true),
        (Kind::Bool, text) if text == "F" => Value::Bool(false),
        (Kind::Version, Cow::Borrowed(text)) => {
            Value::Text(Cow::Borrowed(text.strip_prefix("HTTP/").unwrap_or(text)))
        }
        (Kind::List, Cow::Borrowed(text)) => Value::Array(
            text.split(',')
                .map(|item| Value::Text(item.into()))
                .collect(),
        ),
        (Kind::Numbers, Cow::Borrowed(text)) => {
            Value::Array(text.split(',').map(|item| automatic(item.into())).collect())
        }
        (_, text) => Value::Text(text),
    }
}

/// `cs(X-Name)` and `sc(X-Name)` are headers; any other field keeps its name.
fn header_field(name: &str) -> Field {
    let inner = |opening: &str| name.strip_prefix(opening)?.strip_suffix(')');
    if let Some(header) = inner("cs(") {
        return own(
            format!("http.request.header.{}", header.to_ascii_lowercase()),
            Kind::Text,
        );
    }
    if let Some(header) = inner("sc(").or_else(|| inner("rs(")) {
        return own(
            format!("http.response.header.{}", header.to_ascii_lowercase()),
            Kind::Text,
        );
    }
    own(name.to_owned(), Kind::Automatic)
}

fn field(key: &'static str, kind: Kind) -> Field {
    Field {
        key: Cow::Borrowed(key),
        kind,
    }
}

fn own(key: String, kind: Kind) -> Field {
    Field {
        key: Cow::Owned(key),
        kind,
    }
}
