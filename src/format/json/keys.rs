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

/// The longest key that is looked up.
const KEY_BYTES_MAX: usize = 24;
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
        let last = (name[name.len() - 1] & 31) as usize;
        // Each of its separators may be there or not.
        let mut bytes = letters(name);
        while bytes <= name.len() {
            ends[(name[0] & 31) as usize][last] |= 1 << bytes;
            // `_msg` and its like begin with one.
            ends[(b'_' & 31) as usize][last] |= 1 << (bytes + 1);
            bytes += 1;
        }
        assert!(bytes <= KEY_BYTES_MAX, "longer ones are not looked up");
        at += 1;
    }
    ends
};

const fn letters(name: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < name.len() {
        count += (name[at] != b'_') as usize;
        at += 1;
    }
    count
}

/// Frequent spellings beside those with `_` and those without any separator.
const SPELLINGS: [&str; 4] = ["log.level", "log.logger", "trace.id", "span.id"];

/// The longest key that fits a [`Word`].
const WORD_BYTES_MAX: usize = 16;

/// A key of 2 to 16 bytes as two integers that overlap in its middle, in lower case: compared and hashed in registers.
#[derive(Clone, Copy)]
struct Word {
    first: u64,
    last: u64,
    bytes: usize,
}

impl Word {
    #[inline]
    const fn of(key: &[u8]) -> Option<Word> {
        // In ASCII this bit is the case of a letter.
        const LOWER: u64 = 0x2020_2020_2020_2020;
        let (first, last) = if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk())
        {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            (
                u32::from_le_bytes(*first) as u64,
                u32::from_le_bytes(*last) as u64,
            )
        } else if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            (
                u16::from_le_bytes(*first) as u64,
                u16::from_le_bytes(*last) as u64,
            )
        } else {
            return None;
        };
        if key.len() > WORD_BYTES_MAX {
            return None;
        }
        Some(Word {
            first: first | LOWER,
            last: last | LOWER,
            bytes: key.len(),
        })
    }

    #[inline]
    fn role(self) -> Option<Role> {
        let mut at = self.hash();
        loop {
            let (held, role) = &WORDS[at % SLOTS];
            if held.first == self.first && held.last == self.last && held.bytes == self.bytes {
                return Some(*role);
            }
            if held.bytes == 0 {
                return None;
            }
            at += 1;
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a hash keeps what fits")]
    const fn hash(self) -> usize {
        let mixed = (self.first ^ self.last.rotate_left(29) ^ self.bytes as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 55) as usize
    }
}

/// The frequent spellings by their hash; a slot of 0 bytes is free.
static WORDS: [(Word, Role); SLOTS] = {
    let free = Word {
        first: 0,
        last: 0,
        bytes: 0,
    };
    let mut table = [(free, Role::Attribute); SLOTS];
    let mut at = 0;
    while at < NAMES.len() {
        let (name, role) = NAMES[at];
        // What begins with `error` is understood only with its dot, so not here.
        if !matches!(role, Role::ErrorMessage | Role::ErrorStack) {
            put_word(&mut table, name.as_bytes(), role);
            let (joined, bytes) = without_separators(name.as_bytes());
            put_word(&mut table, joined.split_at(bytes).0, role);
        }
        at += 1;
    }
    at = 0;
    while at < SPELLINGS.len() {
        let spelling = SPELLINGS[at].as_bytes();
        put_word(&mut table, spelling, role_of_name(fold(spelling)));
        at += 1;
    }
    table
};

const fn put_word(table: &mut [(Word, Role); SLOTS], spelling: &[u8], role: Role) {
    let Some(word) = Word::of(spelling) else {
        return;
    };
    let mut place = word.hash() % SLOTS;
    while table[place].0.bytes != 0 {
        place = (place + 1) % SLOTS;
    }
    table[place] = (word, role);
}

const fn without_separators(name: &[u8]) -> ([u8; KEY_BYTES_MAX], usize) {
    let (mut joined, mut bytes, mut at) = ([0; KEY_BYTES_MAX], 0, 0);
    while at < name.len() {
        if name[at] != b'_' {
            joined[bytes] = name[at];
            bytes += 1;
        }
        at += 1;
    }
    (joined, bytes)
}

const fn role_of_name(name: u128) -> Role {
    let mut at = 0;
    while at < NAMES.len() {
        if fold(NAMES[at].0.as_bytes()) == name {
            return NAMES[at].1;
        }
        at += 1;
    }
    panic!("a spelling is one of a name")
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
