//! What the key of a structured record means, whichever logger wrote it.
//!
//! A key is folded first: case and the separators `_`, `-`, `.` and blank do not count, so that `loggerName`, `logger_name` and
//! `logger.name` are one name. A folded name is one integer, looked up in a table that is made when the program is compiled. Most
//! keys mean nothing to us; their first two letters, last letter and length together say so in a few instructions.

mod lookup;

use crate::format::fields::{FieldMap, Part};
use crate::format::json::keys::lookup::{KEY_BYTES_MAX, Word, ends, fold, slot};

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
    /// One-letter keys of `MongoDB`, understood only behind its time.
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

/// All names, with `_` where a key may have a separator. In each role the better known come first.
const NAMES: [(&str, Role); 136] = [
    ("time", Role::Time(1)),
    ("time_stamp", Role::Time(1)),
    ("ts", Role::Time(1)),
    ("@timestamp", Role::Time(1)),
    ("@t", Role::Time(1)),
    ("instant", Role::Time(1)),
    ("time_millis", Role::Time(2)),
    ("asctime", Role::Time(2)),
    ("date_time", Role::Time(2)),
    ("event_time", Role::Time(2)),
    ("event_timestamp", Role::Time(2)),
    ("log_time", Role::Time(2)),
    ("log_timestamp", Role::Time(2)),
    ("logged_at", Role::Time(2)),
    ("time_created", Role::Time(2)),
    ("time_generated", Role::Time(2)),
    ("time_unix_nano", Role::Time(2)),
    ("time_local", Role::Time(2)),
    ("time_iso8601", Role::Time(2)),
    ("epoch_millis", Role::Time(2)),
    ("epoch", Role::Time(2)),
    ("unix_time", Role::Time(2)),
    ("msec", Role::Time(2)),
    ("start_time", Role::Time(3)),
    ("start_utc", Role::Time(3)),
    ("start_local", Role::Time(4)),
    ("request_time", Role::Time(3)),
    ("request_time_epoch", Role::Time(4)),
    ("date", Role::Time(3)),
    ("occurred_at", Role::Time(3)),
    ("created_at", Role::Time(5)),
    ("created", Role::Time(5)),
    ("timestamp_seconds", Role::Seconds),
    ("timestamp_nanos", Role::Nanos),
    ("level", Role::Level(1)),
    ("severity", Role::Level(1)),
    ("severity_text", Role::Level(1)),
    ("log_level", Role::Level(1)),
    ("lvl", Role::Level(1)),
    ("@l", Role::Level(1)),
    ("@level", Role::Level(1)),
    ("level_name", Role::Level(2)),
    ("level_display_name", Role::Level(2)),
    ("error_severity", Role::Level(2)),
    ("severity_level", Role::Level(2)),
    ("sev", Role::Level(2)),
    ("level_value", Role::Level(3)),
    ("level_no", Role::Level(3)),
    ("syslog_severity", Role::Level(4)),
    ("priority", Role::Level(KNOWN_LEVELS_ONLY)),
    ("message_type", Role::Level(KNOWN_LEVELS_ONLY)),
    ("label", Role::Level(KNOWN_LEVELS_ONLY)),
    ("at", Role::Level(KNOWN_LEVELS_ONLY)),
    ("l", Role::Level(KNOWN_LEVELS_ONLY)),
    ("severity_number", Role::SeverityNumber),
    ("msg", Role::Message(1)),
    ("@m", Role::Message(1)),
    ("@message", Role::Message(1)),
    ("formatted_message", Role::Message(1)),
    ("rendered_message", Role::Message(1)),
    ("message", Role::Message(2)),
    ("short_message", Role::Message(3)),
    ("event_message", Role::Message(3)),
    ("log_message", Role::Message(3)),
    ("text_payload", Role::Message(3)),
    ("body", Role::Message(3)),
    ("event", Role::Message(TEXTS_ONLY)),
    ("text", Role::Message(6)),
    ("description", Role::Message(7)),
    ("content", Role::Message(7)),
    ("m", Role::Message(8)),
    ("@mt", Role::Message(9)),
    ("message_template", Role::Message(9)),
    ("logger", Role::Scope(1)),
    ("logger_name", Role::Scope(1)),
    ("log_logger", Role::Scope(1)),
    ("@logger", Role::Scope(1)),
    ("category_name", Role::Scope(1)),
    ("target", Role::Scope(2)),
    ("source_context", Role::Scope(2)),
    ("@module", Role::Scope(2)),
    ("name", Role::Scope(3)),
    ("channel", Role::Scope(3)),
    ("prog_name", Role::Scope(3)),
    ("component", Role::Scope(4)),
    ("subsystem", Role::Scope(4)),
    ("module", Role::Scope(6)),
    ("category", Role::Scope(6)),
    ("source", Role::Scope(7)),
    ("instrumentation_scope", Role::Nested(Container::Scope)),
    ("scope", Role::Nested(Container::Scope)),
    ("trace_id", Role::TraceId),
    ("@tr", Role::TraceId),
    ("trace", Role::TraceId),
    ("otel_trace_id", Role::TraceId),
    ("x_b3_trace_id", Role::TraceId),
    ("span_id", Role::SpanId),
    ("@sp", Role::SpanId),
    ("span", Role::SpanId),
    ("otel_span_id", Role::SpanId),
    ("x_b3_span_id", Role::SpanId),
    ("trace_flags", Role::TraceFlags),
    ("trace_sampled", Role::TraceFlags),
    ("otel_trace_sampled", Role::TraceFlags),
    ("traceparent", Role::TraceParent),
    ("err", Role::Error),
    ("error", Role::Error),
    ("exception", Role::Error),
    ("thrown", Role::Error),
    ("throwable", Role::Error),
    ("exception_object", Role::Error),
    ("@x", Role::Stack),
    ("stack", Role::Stack),
    ("stack_trace", Role::Stack),
    ("backtrace", Role::Stack),
    ("exc_info", Role::Stack),
    ("exc_text", Role::Stack),
    ("error_message", Role::ErrorMessage),
    ("error_stack_trace", Role::ErrorStack),
    ("error_stack", Role::ErrorStack),
    ("fields", Role::Nested(Container::Fields)),
    ("log", Role::Nested(Container::Log)),
    ("syslog", Role::Nested(Container::Syslog)),
    ("record", Role::Nested(Container::Record)),
    ("json_payload", Role::Nested(Container::Payload)),
    ("context", Role::Nested(Container::Context)),
    ("context_map", Role::Nested(Container::Context)),
    ("mdc", Role::Nested(Container::Context)),
    ("properties", Role::Nested(Container::Properties)),
    ("scopes", Role::Nested(Container::Scopes)),
    ("t", Role::MongoTime),
    ("s", Role::MongoLevel),
    ("c", Role::MongoComponent),
    ("lineno", Role::Python),
    ("func_name", Role::Python),
    ("provider_name", Role::Windows),
];

/// Google's agents read these keys from what a program prints.
const GOOGLE_PREFIX: &str = "logging.googleapis.com/";

/// The role of a key. Most keys have none, and that is found out in a few instructions.
#[inline]
pub(crate) fn role(key: &str) -> Role {
    let bytes = key.as_bytes();
    let ([first, second, ..], [.., last]) = (bytes, bytes) else {
        return one_letter(key);
    };
    if key.len() <= KEY_BYTES_MAX && ends(*first, *second, *last) >> key.len() & 1 == 0 {
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
    if let Some(role) = Word::of(key.as_bytes()).and_then(Word::role) {
        return role;
    }
    folded(key)
}

/// The role of a key in a spelling that is not among the frequent ones.
#[cold]
fn folded(key: &str) -> Role {
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
            let joined = name.replace('_', "");
            if !matches!(role, Role::ErrorMessage | Role::ErrorStack) {
                check(name, role);
                check(&name.to_uppercase(), role);
                check(&name.replace('_', "-"), role);
                check(&joined, role);
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
            "name$",
        ] {
            check(key, Role::Attribute);
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
