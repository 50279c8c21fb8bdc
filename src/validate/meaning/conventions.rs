//! Well-known attributes: the type each has, and the new name of those that were renamed.
//!
//! The list that matters to logs, resources, HTTP and exceptions; an attribute that is not in it is left alone.
//!
//! Spec: Semantic Conventions 1.44, attribute registry.

/// The type of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Text,
    Int,
    Bool,
    Texts,
}

impl Wanted {
    /// In words.
    pub(super) fn text(self) -> &'static str {
        match self {
            Wanted::Text => "a stringValue",
            Wanted::Int => "an intValue",
            Wanted::Bool => "a boolValue",
            Wanted::Texts => "an arrayValue of strings",
        }
    }
}

/// What is known of an attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    key: &'static str,
    /// Its type.
    pub(super) wanted: Wanted,
    /// What it is called now.
    pub(super) new_name: Option<&'static str>,
}

const fn is(key: &'static str, wanted: Wanted) -> Known {
    Known {
        key,
        wanted,
        new_name: None,
    }
}

const fn was(key: &'static str, wanted: Wanted, new_name: &'static str) -> Known {
    Known {
        key,
        wanted,
        new_name: Some(new_name),
    }
}

/// Sorted by key.
static KNOWN: [Known; 117] = [
    is("client.address", Wanted::Text),
    is("client.port", Wanted::Int),
    is("cloud.account.id", Wanted::Text),
    is("cloud.provider", Wanted::Text),
    is("cloud.region", Wanted::Text),
    was("code.column", Wanted::Int, "code.column.number"),
    is("code.column.number", Wanted::Int),
    is("code.file.path", Wanted::Text),
    was("code.filepath", Wanted::Text, "code.file.path"),
    was("code.function", Wanted::Text, "code.function.name"),
    is("code.function.name", Wanted::Text),
    is("code.line.number", Wanted::Int),
    was("code.lineno", Wanted::Int, "code.line.number"),
    is("code.stacktrace", Wanted::Text),
    is("container.id", Wanted::Text),
    is("container.image.name", Wanted::Text),
    is("container.image.tags", Wanted::Texts),
    is("container.name", Wanted::Text),
    was("container.runtime", Wanted::Text, "container.runtime.name"),
    is("db.collection.name", Wanted::Text),
    was("db.name", Wanted::Text, "db.namespace"),
    is("db.namespace", Wanted::Text),
    was("db.operation", Wanted::Text, "db.operation.name"),
    is("db.operation.name", Wanted::Text),
    is("db.query.text", Wanted::Text),
    was("db.statement", Wanted::Text, "db.query.text"),
    was("db.system", Wanted::Text, "db.system.name"),
    is("db.system.name", Wanted::Text),
    was(
        "deployment.environment",
        Wanted::Text,
        "deployment.environment.name",
    ),
    is("deployment.environment.name", Wanted::Text),
    was("enduser.id", Wanted::Text, "user.id"),
    is("error.type", Wanted::Text),
    is("exception.message", Wanted::Text),
    is("exception.stacktrace", Wanted::Text),
    is("exception.type", Wanted::Text),
    is("host.arch", Wanted::Text),
    is("host.id", Wanted::Text),
    is("host.ip", Wanted::Texts),
    is("host.mac", Wanted::Texts),
    is("host.name", Wanted::Text),
    was("http.client_ip", Wanted::Text, "client.address"),
    was("http.flavor", Wanted::Text, "network.protocol.version"),
    was("http.method", Wanted::Text, "http.request.method"),
    is("http.request.body.size", Wanted::Int),
    is("http.request.method", Wanted::Text),
    is("http.request.resend_count", Wanted::Int),
    was(
        "http.request_content_length",
        Wanted::Int,
        "http.request.body.size",
    ),
    was(
        "http.resend_count",
        Wanted::Int,
        "http.request.resend_count",
    ),
    is("http.response.body.size", Wanted::Int),
    is("http.response.status_code", Wanted::Int),
    was(
        "http.response_content_length",
        Wanted::Int,
        "http.response.body.size",
    ),
    is("http.route", Wanted::Text),
    was("http.scheme", Wanted::Text, "url.scheme"),
    was("http.status_code", Wanted::Int, "http.response.status_code"),
    was("http.url", Wanted::Text, "url.full"),
    was("http.user_agent", Wanted::Text, "user_agent.original"),
    is("k8s.container.name", Wanted::Text),
    is("k8s.container.restart_count", Wanted::Int),
    is("k8s.deployment.name", Wanted::Text),
    is("k8s.namespace.name", Wanted::Text),
    is("k8s.node.name", Wanted::Text),
    is("k8s.pod.name", Wanted::Text),
    is("k8s.pod.uid", Wanted::Text),
    is("log.file.name", Wanted::Text),
    is("log.file.path", Wanted::Text),
    is("log.iostream", Wanted::Text),
    is("log.record.original", Wanted::Text),
    is("log.record.uid", Wanted::Text),
    was(
        "messaging.operation",
        Wanted::Text,
        "messaging.operation.type",
    ),
    is("messaging.system", Wanted::Text),
    was("net.host.name", Wanted::Text, "server.address"),
    was("net.host.port", Wanted::Int, "server.port"),
    was("net.peer.ip", Wanted::Text, "network.peer.address"),
    was("net.peer.name", Wanted::Text, "server.address"),
    was("net.peer.port", Wanted::Int, "server.port"),
    was("net.protocol.name", Wanted::Text, "network.protocol.name"),
    was(
        "net.protocol.version",
        Wanted::Text,
        "network.protocol.version",
    ),
    was("net.sock.peer.addr", Wanted::Text, "network.peer.address"),
    was("net.sock.peer.port", Wanted::Int, "network.peer.port"),
    was("net.transport", Wanted::Text, "network.transport"),
    is("network.peer.address", Wanted::Text),
    is("network.peer.port", Wanted::Int),
    is("network.protocol.name", Wanted::Text),
    is("network.protocol.version", Wanted::Text),
    is("network.transport", Wanted::Text),
    is("os.name", Wanted::Text),
    is("os.type", Wanted::Text),
    is("os.version", Wanted::Text),
    is("process.command_args", Wanted::Texts),
    is("process.command_line", Wanted::Text),
    is("process.executable.name", Wanted::Text),
    is("process.executable.path", Wanted::Text),
    is("process.exit.code", Wanted::Int),
    is("process.interactive", Wanted::Bool),
    is("process.parent_pid", Wanted::Int),
    is("process.pid", Wanted::Int),
    is("process.runtime.name", Wanted::Text),
    is("process.runtime.version", Wanted::Text),
    is("rpc.system", Wanted::Text),
    is("server.address", Wanted::Text),
    is("server.port", Wanted::Int),
    is("service.instance.id", Wanted::Text),
    is("service.name", Wanted::Text),
    is("service.namespace", Wanted::Text),
    is("service.version", Wanted::Text),
    is("session.id", Wanted::Text),
    is("telemetry.sdk.language", Wanted::Text),
    is("telemetry.sdk.name", Wanted::Text),
    is("telemetry.sdk.version", Wanted::Text),
    is("thread.id", Wanted::Int),
    is("thread.name", Wanted::Text),
    is("url.full", Wanted::Text),
    is("url.path", Wanted::Text),
    is("url.query", Wanted::Text),
    is("url.scheme", Wanted::Text),
    is("user.id", Wanted::Text),
    is("user_agent.original", Wanted::Text),
];

/// What is known of the attribute of this key, whose [`fingerprint`] this is.
#[inline]
pub(super) fn known(key: &[u8], print: u64) -> Option<&'static Known> {
    let mut place = place_of(print);
    loop {
        let row = KNOWN.get(usize::from(PLACES[place]))?;
        if row.key.as_bytes() == key {
            return Some(row);
        }
        place = (place + 1) % PLACES_LEN;
    }
}

/// A number that two different keys hardly ever share, made of a key's length, its first bytes and its last ones.
#[inline]
pub(super) const fn fingerprint(key: &[u8]) -> u64 {
    let (first, last) = match (key.first_chunk::<8>(), key.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (short(key), 0),
    };
    let mixed = first ^ last.rotate_left(29) ^ (key.len() as u64).rotate_left(52);
    mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The bytes of a key of less than eight.
const fn short(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let mut at = 0;
    while at < key.len() && at < bytes.len() {
        bytes[at] = key[at];
        at += 1;
    }
    u64::from_le_bytes(bytes)
}

/// Four times the rows, so that most keys that are not known meet an empty place at once.
const PLACES_LEN: usize = 512;

/// Which row stands at which place: the one of its fingerprint, or the next one that was free. Others hold no row's number.
static PLACES: [u8; PLACES_LEN] = places();

#[expect(clippy::cast_possible_truncation, reason = "nine bits are left")]
const fn place_of(print: u64) -> usize {
    (print >> (64 - PLACES_LEN.trailing_zeros())) as usize
}

const fn places() -> [u8; PLACES_LEN] {
    let mut places = [u8::MAX; PLACES_LEN];
    let mut row = 0;
    while row < KNOWN.len() {
        let mut place = place_of(fingerprint(KNOWN[row].key.as_bytes()));
        while places[place] != u8::MAX {
            place = (place + 1) % PLACES_LEN;
        }
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer rows")]
        let narrow = row as u8;
        places[place] = narrow;
        row += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_row_is_found() {
        assert!(KNOWN.is_sorted_by(|one, other| one.key < other.key));
        assert!(KNOWN.len() < usize::from(u8::MAX) && KNOWN.len() * 4 < PLACES_LEN);
        for row in &KNOWN {
            assert_eq!(by_name(row.key).unwrap().key, row.key);
        }
        for key in ["", "a", "nothing.of.this", "http.Method", "user.idd"] {
            assert!(by_name(key).is_none());
        }
    }

    fn by_name(key: &str) -> Option<&'static Known> {
        known(key.as_bytes(), fingerprint(key.as_bytes()))
    }

    #[test]
    fn new_names_are_not_old_ones() {
        for row in &KNOWN {
            if let Some(new) = row.new_name {
                assert!(by_name(new).is_none_or(|known| known.new_name.is_none()));
            }
        }
    }
}
