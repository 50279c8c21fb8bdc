//! What the key of a structured record means, whichever logger wrote it.
//!
//! A key is folded first: case and the separators `_`, `-`, `.` and blank do not count, so that `loggerName`, `logger_name` and
//! `logger.name` are one name. A folded name is one integer, looked up in a table that is made when the program is compiled. Most
//! keys mean nothing to us; their first letter, last letter and length together say so in a few instructions.

use crate::format::fields::{FieldMap, Part};

/// A key's role; the number is its rank among those that want the same, lowest first. Rank 0 is for what a user named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// None that we know.
    Attribute,
    /// When it happened.
    Time(u8),
    /// How severe it is, as a word or a number of the source's own scale.
    Level(u8),
    /// What it says.
    Message(u8),
    /// Who says it.
    Scope(u8),
    /// The severity on the model's own scale.
    SeverityNumber,
    /// Whole seconds of a time whose rest stands under another key.
    Seconds,
    /// That rest.
    Nanos,
    TraceId,
    SpanId,
    TraceFlags,
    /// All three of them, as W3C writes them.
    TraceParent,
    /// An exception as an object; as a text it is only an error's message.
    Error,
    /// A stack trace.
    Stack,
    /// Members of an error that are keys of the record: `error.message`.
    ErrorMessage,
    ErrorStack,
    /// An object some of whose members have roles of their own.
    Nested(Container),
    /// One letter keys of MongoDB, understood only behind its time.
    MongoTime,
    MongoLevel,
    MongoComponent,
    /// Only Python's logging writes this key.
    Python,
    /// Only the Windows event log writes this key.
    Windows,
}

/// The objects some of whose members have roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    /// tracing: `fields`.
    Fields,
    /// Elastic Common Schema and others: `log`.
    Log,
    /// Elixir's `LoggerJSON`: `syslog`.
    Syslog,
    /// loguru: `record`.
    Record,
    /// Google Cloud: `jsonPayload`.
    Payload,
    /// Mapped diagnostic contexts: `mdc`, `contextMap`, `context`.
    Context,
    /// Serilog: `Properties`.
    Properties,
    /// Microsoft.Extensions.Logging: `Scopes`, a list.
    Scopes,
    /// OpenTelemetry: `InstrumentationScope`.
    Scope,
    /// `trace` and `span` of Elastic Common Schema, with their `id`.
    Trace,
    Span,
}

/// The rank from which on a level counts only when we know its word: the key is used for other things, too.
pub(crate) const KNOWN_LEVELS_ONLY: u8 = 6;
/// The rank from which on a scope must look like the name of one.
pub(crate) const NAMES_ONLY: u8 = 3;
/// The rank from which on a message must be a text.
pub(crate) const TEXTS_ONLY: u8 = 4;

/// All names, folded as [`fold`] does. In each role the better known come first.
const NAMES: [(&str, Role); 136] = [
    ("time", Role::Time(1)),
    ("timestamp", Role::Time(1)),
    ("ts", Role::Time(1)),
    ("@timestamp", Role::Time(1)),
    ("@t", Role::Time(1)),
    ("instant", Role::Time(1)),
    ("timemillis", Role::Time(2)),
    ("asctime", Role::Time(2)),
    ("datetime", Role::Time(2)),
    ("eventtime", Role::Time(2)),
    ("eventtimestamp", Role::Time(2)),
    ("logtime", Role::Time(2)),
    ("logtimestamp", Role::Time(2)),
    ("loggedat", Role::Time(2)),
    ("timecreated", Role::Time(2)),
    ("timegenerated", Role::Time(2)),
    ("timeunixnano", Role::Time(2)),
    ("timelocal", Role::Time(2)),
    ("timeiso8601", Role::Time(2)),
    ("epochmillis", Role::Time(2)),
    ("epoch", Role::Time(2)),
    ("unixtime", Role::Time(2)),
    ("msec", Role::Time(2)),
    ("starttime", Role::Time(3)),
    ("startutc", Role::Time(3)),
    ("startlocal", Role::Time(4)),
    ("requesttime", Role::Time(3)),
    ("requesttimeepoch", Role::Time(4)),
    ("date", Role::Time(3)),
    ("occurredat", Role::Time(3)),
    ("createdat", Role::Time(5)),
    ("created", Role::Time(5)),
    ("timestampseconds", Role::Seconds),
    ("timestampnanos", Role::Nanos),
    ("level", Role::Level(1)),
    ("severity", Role::Level(1)),
    ("severitytext", Role::Level(1)),
    ("loglevel", Role::Level(1)),
    ("lvl", Role::Level(1)),
    ("@l", Role::Level(1)),
    ("@level", Role::Level(1)),
    ("levelname", Role::Level(2)),
    ("leveldisplayname", Role::Level(2)),
    ("errorseverity", Role::Level(2)),
    ("severitylevel", Role::Level(2)),
    ("sev", Role::Level(2)),
    ("levelvalue", Role::Level(3)),
    ("levelno", Role::Level(3)),
    ("syslogseverity", Role::Level(4)),
    ("priority", Role::Level(KNOWN_LEVELS_ONLY)),
    ("messagetype", Role::Level(KNOWN_LEVELS_ONLY)),
    ("label", Role::Level(KNOWN_LEVELS_ONLY)),
    ("at", Role::Level(KNOWN_LEVELS_ONLY)),
    ("l", Role::Level(KNOWN_LEVELS_ONLY)),
    ("severitynumber", Role::SeverityNumber),
    ("msg", Role::Message(1)),
    ("@m", Role::Message(1)),
    ("@message", Role::Message(1)),
    ("formattedmessage", Role::Message(1)),
    ("renderedmessage", Role::Message(1)),
    ("message", Role::Message(2)),
    ("shortmessage", Role::Message(3)),
    ("eventmessage", Role::Message(3)),
    ("logmessage", Role::Message(3)),
    ("textpayload", Role::Message(3)),
    ("body", Role::Message(3)),
    ("event", Role::Message(TEXTS_ONLY)),
    ("text", Role::Message(6)),
    ("description", Role::Message(7)),
    ("content", Role::Message(7)),
    ("m", Role::Message(8)),
    ("@mt", Role::Message(9)),
    ("messagetemplate", Role::Message(9)),
    ("logger", Role::Scope(1)),
    ("loggername", Role::Scope(1)),
    ("loglogger", Role::Scope(1)),
    ("@logger", Role::Scope(1)),
    ("categoryname", Role::Scope(1)),
    ("target", Role::Scope(2)),
    ("sourcecontext", Role::Scope(2)),
    ("@module", Role::Scope(2)),
    ("name", Role::Scope(3)),
    ("channel", Role::Scope(3)),
    ("progname", Role::Scope(3)),
    ("component", Role::Scope(4)),
    ("subsystem", Role::Scope(4)),
    ("module", Role::Scope(6)),
    ("category", Role::Scope(6)),
    ("source", Role::Scope(7)),
    ("instrumentationscope", Role::Nested(Container::Scope)),
    ("scope", Role::Nested(Container::Scope)),
    ("traceid", Role::TraceId),
    ("@tr", Role::TraceId),
    ("trace", Role::TraceId),
    ("oteltraceid", Role::TraceId),
    ("xb3traceid", Role::TraceId),
    ("spanid", Role::SpanId),
    ("@sp", Role::SpanId),
    ("span", Role::SpanId),
    ("otelspanid", Role::SpanId),
    ("xb3spanid", Role::SpanId),
    ("traceflags", Role::TraceFlags),
    ("tracesampled", Role::TraceFlags),
    ("oteltracesampled", Role::TraceFlags),
    ("traceparent", Role::TraceParent),
    ("err", Role::Error),
    ("error", Role::Error),
    ("exception", Role::Error),
    ("thrown", Role::Error),
    ("throwable", Role::Error),
    ("exceptionobject", Role::Error),
    ("@x", Role::Stack),
    ("stack", Role::Stack),
    ("stacktrace", Role::Stack),
    ("backtrace", Role::Stack),
    ("excinfo", Role::Stack),
    ("exctext", Role::Stack),
    ("errormessage", Role::ErrorMessage),
    ("errorstacktrace", Role::ErrorStack),
    ("errorstack", Role::ErrorStack),
    ("fields", Role::Nested(Container::Fields)),
    ("log", Role::Nested(Container::Log)),
    ("syslog", Role::Nested(Container::Syslog)),
    ("record", Role::Nested(Container::Record)),
    ("jsonpayload", Role::Nested(Container::Payload)),
    ("context", Role::Nested(Container::Context)),
    ("contextmap", Role::Nested(Container::Context)),
    ("mdc", Role::Nested(Container::Context)),
    ("properties", Role::Nested(Container::Properties)),
    ("scopes", Role::Nested(Container::Scopes)),
    ("t", Role::MongoTime),
    ("s", Role::MongoLevel),
    ("c", Role::MongoComponent),
    ("lineno", Role::Python),
    ("funcname", Role::Python),
    ("providername", Role::Windows),
];

/// Google's agents read these keys from what a program prints.
const GOOGLE_PREFIX: &str = "logging.googleapis.com/";

/// The longest key that is looked up.
const KEY_BYTES_MAX: usize = 24;
/// Separators that a key may have beside the letters of its name.
const SEPARATORS_MAX: usize = 3;
const SLOTS: usize = 512;

/// The role of a key. Most keys have none, and that is found out in a few instructions.
#[inline]
pub(crate) fn role(key: &str) -> Role {
    let [first, .., last] = key.as_bytes() else {
        return one_letter(key);
    };
    let lengths = ENDS[usize::from(first & 31)][usize::from(last & 31)];
    if key.len() <= KEY_BYTES_MAX && lengths >> key.len() & 1 == 0 {
        return Role::Attribute;
    }
    looked_up(key)
}

/// The role of a key, a user's names first.
pub(crate) fn role_with(key: &str, fields: &FieldMap) -> Role {
    match fields.part(key) {
        Some(part) => role_of(part),
        None => role(key),
    }
}

/// The role of what a user named.
pub(crate) fn role_of(part: Part) -> Role {
    match part {
        Part::Time => Role::Time(0),
        Part::Level => Role::Level(0),
        Part::Message => Role::Message(0),
        Part::Scope => Role::Scope(0),
    }
}

/// Whether a key is one of these folded names.
pub(crate) fn is(key: &str, names: &[&str]) -> bool {
    let folded = fold(key.as_bytes());
    folded != 0
        && key.len() <= KEY_BYTES_MAX
        && names.iter().any(|name| fold(name.as_bytes()) == folded)
}

fn one_letter(key: &str) -> Role {
    match key {
        "" => Role::Attribute,
        letter => slot(fold(letter.as_bytes())),
    }
}

fn looked_up(key: &str) -> Role {
    if key.len() > KEY_BYTES_MAX {
        return key
            .strip_prefix(GOOGLE_PREFIX)
            .map_or(Role::Attribute, google);
    }
    let found = slot(fold(key.as_bytes()));
    // These two are an error's members only with their dot; else they are keys of the application.
    let needs_dot = matches!(found, Role::ErrorMessage | Role::ErrorStack);
    if needs_dot && !key.starts_with("error.") {
        return Role::Attribute;
    }
    found
}

fn google(key: &str) -> Role {
    match key {
        "trace" => Role::TraceId,
        "spanId" => Role::SpanId,
        "trace_sampled" => Role::TraceFlags,
        _ => Role::Attribute,
    }
}

/// The role of a folded name.
fn slot(name: u128) -> Role {
    let mut at = hash(name);
    loop {
        let (held, role) = TABLE[at % SLOTS];
        if held == name || held == 0 {
            return role;
        }
        at += 1;
    }
}

/// Five bits a letter; separators are passed over. 0 for what is certainly no name of ours.
const fn fold(key: &[u8]) -> u128 {
    let (mut name, mut at) = (0, 0);
    while at < key.len() {
        let code = CODES[key[at] as usize];
        if code == OTHER {
            return 0;
        }
        if code != SEPARATOR {
            name = name << 5 | code as u128;
        }
        at += 1;
    }
    name
}

const SEPARATOR: u8 = 0;
const OTHER: u8 = 31;

/// The code of each byte: letters by their place in the alphabet, in any case.
const CODES: [u8; 256] = {
    let mut codes = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        let ascii = byte as u8;
        codes[byte] = match ascii {
            b'a'..=b'z' | b'A'..=b'Z' => ascii & 31,
            b'@' => 27,
            b'0'..=b'9' => 28,
            b'_' | b'-' | b'.' | b' ' => SEPARATOR,
            _ => OTHER,
        };
        byte += 1;
    }
    codes
};

#[expect(clippy::cast_possible_truncation, reason = "a hash keeps what fits")]
const fn hash(name: u128) -> usize {
    let mixed = (name as u64 ^ (name >> 61) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 55) as usize
}

/// The names by their hash; a slot with name 0 is free.
static TABLE: [(u128, Role); SLOTS] = {
    let mut table = [(0, Role::Attribute); SLOTS];
    let mut at = 0;
    while at < NAMES.len() {
        let (name, role) = NAMES[at];
        let folded = fold(name.as_bytes());
        assert!(folded != 0, "a name is made of letters");
        let mut place = hash(folded) % SLOTS;
        while table[place].0 != 0 {
            assert!(table[place].0 != folded, "no name stands twice");
            place = (place + 1) % SLOTS;
        }
        table[place] = (folded, role);
        at += 1;
    }
    table
};

/// The lengths, as bits, of the keys that begin and end like one of the names. Five bits of a letter do not tell its case.
static ENDS: [[u32; 32]; 32] = {
    let mut ends = [[0; 32]; 32];
    let mut at = 0;
    while at < NAMES.len() {
        let name = NAMES[at].0.as_bytes();
        assert!(name.len() <= KEY_BYTES_MAX, "longer ones are not looked up");
        let last = (name[name.len() - 1] & 31) as usize;
        let lengths = ((1 << (SEPARATORS_MAX + 1)) - 1) << name.len();
        ends[(name[0] & 31) as usize][last] |= lengths;
        // `_msg` and its like begin with a separator.
        ends[(b'_' & 31) as usize][last] |= lengths;
        at += 1;
    }
    ends
};

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, expected: Role) {
        assert_eq!(role(key), expected, "{key:?}");
    }

    #[test]
    fn case_and_separators_do_not_count() {
        for key in [
            "loggerName",
            "logger_name",
            "logger.name",
            "LoggerName",
            "logger-name",
            "_logger_name",
        ] {
            check(key, Role::Scope(1));
        }
        for key in ["time", "Time", "TIME", "_time"] {
            check(key, Role::Time(1));
        }
        for key in [
            "log.level",
            "log_level",
            "logLevel",
            "LogLevel",
            "loglevel",
            "LOG_LEVEL",
        ] {
            check(key, Role::Level(1));
        }
        check("time_iso8601", Role::Time(2));
        check("X-B3-TraceId", Role::TraceId);
        check("instrumentation_scope", Role::Nested(Container::Scope));
    }

    #[test]
    fn every_name_is_found() {
        for (name, role) in NAMES {
            if !matches!(role, Role::ErrorMessage | Role::ErrorStack) {
                check(name, role);
                check(&name.to_uppercase(), role);
                check(&format!("_{name}"), role);
            }
        }
        check("error.message", Role::ErrorMessage);
        check("error.stack_trace", Role::ErrorStack);
        check("logging.googleapis.com/trace", Role::TraceId);
    }

    #[test]
    fn other_keys_are_attributes() {
        for key in [
            "",
            "_",
            "id",
            "user",
            "type",
            "tim",
            "times",
            "timé",
            "levels",
            "messages",
            "error_message",
            "errorMessage",
            "trace/id",
            "logging.googleapis.com/labels",
            "a.very.long.key.that.is.no.name.of.anything",
            "@",
            "...",
            "x",
            "dd.trace_id",
            "span.name",
            "time_",
            "name$",
        ] {
            let expected = if key == "time_" {
                Role::Time(1)
            } else {
                Role::Attribute
            };
            check(key, expected);
        }
    }

    #[test]
    fn a_users_name_comes_before_ours() {
        let fields = FieldMap {
            scope: vec!["message".to_owned()],
            ..FieldMap::default()
        };
        assert_eq!(role_with("message", &fields), Role::Scope(0));
        assert_eq!(role_with("msg", &fields), Role::Message(1));
    }

    proptest::proptest! {
        #[test]
        fn any_key_is_looked_up_without_panic(key in ".{0,40}") {
            let _role = role(&key);
        }
    }
}
