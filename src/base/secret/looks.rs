//! What looks like a secret: by how tokens of known services begin, by the scheme before a credential, or by the name of its key.
//!
//! The one table of the program: settings refuse secrets in files by it, and `validate` warns of those in payloads by it.
//! Two measures are taken. One is sure, for warnings about other people's data; the other is careful, for what we print.

/// How tokens begin that are taken for nothing else, and how long they are at least. Letters of either case count.
const BEGINNINGS: [(&str, usize); 32] = [
    ("pylf_v", 10),
    ("ghp_", 24),
    ("gho_", 24),
    ("ghu_", 24),
    ("ghs_", 24),
    ("ghr_", 24),
    ("github_pat_", 24),
    ("glpat-", 20),
    ("glc_", 16),
    ("glsa_", 16),
    ("xaat-", 16),
    ("xapt-", 16),
    ("dt0c01.", 16),
    ("dt0s01.", 16),
    ("NRAK-", 16),
    ("hcaik_", 16),
    ("hcxik_", 16),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("sk-svcacct-", 20),
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("xoxa-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 35),
    ("npm_", 36),
    ("pypi-", 36),
    ("hvs.", 24),
    ("eyJ", 40),
];

/// Beginnings that ordinary words have too: they hide a text that we print, and are no reason for a warning.
const LOOSE_BEGINNINGS: [(&str, usize); 3] = [("sk-", 24), ("auth_", 24), ("acwl", 24)];

/// Words that stand before a credential.
const SCHEMES: [&str; 5] = ["bearer", "basic", "apikey", "api-token", "token"];

/// Names of keys whose values are secrets, as the end of a longer name too.
const NAMES: [&str; 11] = [
    "password",
    "passwd",
    "secret",
    "api_key",
    "apikey",
    "authorization",
    "access_token",
    "refresh_token",
    "access_key",
    "private_key",
    "license_key",
];

/// Names that hold a secret more often than not.
const LOOSE_NAMES: [&str; 6] = [
    "token",
    "cookie",
    "credential",
    "credentials",
    "dsn",
    "ingestion_key",
];

/// Whole names of headers that carry a key.
const HEADERS: [&str; 4] = ["x-honeycomb-team", "x-auth", "x-key", "authentication"];

/// Shortest credential behind a scheme that is warned of.
const CREDENTIAL_MIN: usize = 12;

/// Shortest value under the name of a secret that is warned of.
const VALUE_MIN: usize = 6;

/// The beginning of a private key in PEM.
pub(super) const PEM: &[u8] = b"-----BEGIN ";

/// Whether a key of this name may hold a secret: the name of one stands anywhere in it.
pub fn is_secret_name(name: &str) -> bool {
    let plain = name.to_ascii_lowercase();
    let joined = plain.replace('-', "_");
    HEADERS.contains(&plain.as_str())
        || NAMES
            .iter()
            .chain(&LOOSE_NAMES)
            .any(|part| joined.contains(part))
}

/// Whether a text is a token of a known kind, or a URL with a password in it.
pub fn is_secret_value(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let words =
        text.split(|character: char| character.is_whitespace() || "=,:;&?/".contains(character));
    let with_scheme = lower
        .split_once(' ')
        .is_some_and(|(scheme, rest)| SCHEMES.contains(&scheme) && rest.trim().len() >= 5);
    with_scheme || words.into_iter().any(|word| is_token(word.as_bytes())) || has_password(&lower)
}

/// The first bytes of what is looked at closer: nearly all values of a payload begin with others.
const FIRST_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < BEGINNINGS.len() {
        let first = BEGINNINGS[at].0.as_bytes()[0];
        table[first.to_ascii_lowercase() as usize] = true;
        table[first.to_ascii_uppercase() as usize] = true;
        at += 1;
    }
    at = 0;
    while at < SCHEMES.len() {
        let first = SCHEMES[at].as_bytes()[0];
        table[first as usize] = true;
        table[first.to_ascii_uppercase() as usize] = true;
        at += 1;
    }
    table[PEM[0] as usize] = true;
    table
};

/// The last bytes of [`NAMES`].
const LAST_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < NAMES.len() {
        let name = NAMES[at].as_bytes();
        let last = name[name.len() - 1];
        table[last as usize] = true;
        table[last.to_ascii_uppercase() as usize] = true;
        at += 1;
    }
    table
};

/// Whether a text value of this key looks like a secret, surely enough to warn of it.
pub fn looks_secret(key: &[u8], value: &[u8]) -> bool {
    let is_in =
        |table: &[bool; 256], byte: Option<&u8>| byte.is_some_and(|byte| table[*byte as usize]);
    let by_value = || is_in(&FIRST_BYTES, value.first()) && holds_secret(value);
    let by_key = || is_in(&LAST_BYTES, key.last()) && names_secret(key, &NAMES);
    value.len() >= VALUE_MIN && (by_value() || by_key()) && !is_redacted(value)
}

/// Whether a value is a secret by itself.
fn holds_secret(value: &[u8]) -> bool {
    let is_word = || !value.iter().any(|byte| matches!(byte, b' ' | b'/' | b'\\'));
    begins(&BEGINNINGS, value) && is_word() || is_private_key(value) || has_scheme(value)
}

/// Whether a word begins like a token and is long enough for one.
pub(super) fn is_token(word: &[u8]) -> bool {
    begins(&BEGINNINGS, word) || begins(&LOOSE_BEGINNINGS, word)
}

/// Whether a word begins like a token of which the end may be missing.
pub(super) fn begins_token(word: &[u8]) -> bool {
    let shorter = BEGINNINGS.map(|(beginning, least)| (beginning, least.min(beginning.len() + 4)));
    begins(&shorter, word)
}

/// Whether a word stands before a credential.
pub(super) fn is_scheme(word: &[u8]) -> bool {
    SCHEMES
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
}

/// Whether the last part of a key names a secret, surely or not.
pub(super) fn may_name_secret(key: &[u8]) -> bool {
    let is_header = |name: &&str| key.eq_ignore_ascii_case(name.as_bytes());
    names_secret(key, &NAMES) || names_secret(key, &LOOSE_NAMES) || HEADERS.iter().any(is_header)
}

/// What is written in the place of a secret.
pub(super) fn is_redacted(value: &[u8]) -> bool {
    let blanks = value
        .iter()
        .filter(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'?'));
    is_placeholder(value) || blanks.count() * 2 > value.len()
}

/// Whether a value is words in brackets that belong together, as `[redacted]`, `<hidden>`, `{{token}}` and `${TOKEN}`.
fn is_placeholder(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"$").unwrap_or(value);
    in_brackets(value).is_some_and(|inside| {
        let inside = in_brackets(inside).unwrap_or(inside);
        inside.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'-' | b'*' | b'.')
        })
    })
}

/// What stands between a bracket and the one that closes it.
fn in_brackets(value: &[u8]) -> Option<&[u8]> {
    let (first, rest) = value.split_first()?;
    let (last, inside) = rest.split_last()?;
    let is_pair = matches!(
        (first, last),
        (b'[', b']') | (b'<', b'>') | (b'{', b'}') | (b'(', b')')
    );
    is_pair.then_some(inside)
}

fn begins(table: &[(&str, usize)], word: &[u8]) -> bool {
    table.iter().any(|(beginning, least)| {
        let start = word.get(..beginning.len());
        word.len() >= *least
            && start.is_some_and(|start| start.eq_ignore_ascii_case(beginning.as_bytes()))
    })
}

fn is_private_key(value: &[u8]) -> bool {
    let behind = value.strip_prefix(PEM);
    behind.is_some_and(|behind| memchr::memmem::find(behind, b"PRIVATE KEY").is_some())
}

fn has_scheme(value: &[u8]) -> bool {
    let mut words = value.splitn(2, |byte| *byte == b' ');
    let (Some(scheme), Some(credential)) = (words.next(), words.next()) else {
        return false;
    };
    is_scheme(scheme)
        && credential.len() >= CREDENTIAL_MIN
        && !credential.contains(&b' ')
        && !is_redacted(credential)
}

/// Whether a key ends with one of the names, as a word of its own.
fn names_secret(key: &[u8], names: &[&str]) -> bool {
    names.iter().any(|name| {
        let Some(start) = key.len().checked_sub(name.len()) else {
            return false;
        };
        let (before, end) = key.split_at(start);
        let same = |(one, other): (&u8, u8)| match one {
            b'-' => other == b'_',
            one => one.to_ascii_lowercase() == other,
        };
        end.iter().zip(name.bytes()).all(same)
            && before
                .last()
                .is_none_or(|byte| !byte.is_ascii_alphanumeric())
    })
}

/// Whether a text is a URL with a user's password, or with a parameter whose name says that it is a secret.
fn has_password(text: &str) -> bool {
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    let authority = place.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    let is_secret = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        !value.is_empty() && (is_secret_name(name) || matches!(name, "key" | "sig" | "pass"))
    };
    authority.contains('@') || query.split('&').any(is_secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            "token",
            "Authorization",
            "dd-api-key",
            "x-honeycomb-team",
            "uptrace-dsn",
            "signoz-ingestion-key",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "x-scope-orgid",
            "dash0-dataset",
            "stream-name",
            "service.name",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn tokens_are_known_by_their_beginning() {
        for text in [
            "pylf_v1_us_abcdef",
            "Bearer abcdefgh",
            "glc_eyJvIjoiMTIzNDU2",
            "https://user:pass@host",
            "https://host/?key=abc",
            "grafana-cloud?token=abc",
        ] {
            assert!(is_secret_value(text), "{text}");
        }
        for text in [
            "shop",
            "Basic",
            "bearer",
            "skipped-records-of-a-long-name",
            "logfire-us",
            "",
        ] {
            assert!(!is_secret_value(text), "{text}");
        }
    }

    #[track_caller]
    fn check(key: &str, value: &str, expected: bool) {
        assert_eq!(looks_secret(key.as_bytes(), value.as_bytes()), expected);
    }

    #[test]
    fn a_warning_needs_a_token_that_nothing_else_looks_like() {
        check("note", "ghp_0123456789abcdefghijABCDEFGHIJ012345", true);
        check("note", "AKIAABCDEFGHIJKLMNOP", true);
        check("note", "AKIA is a prefix of keys", false);
        check("header", "Bearer 0123456789abcdef", true);
        check("header", "bearer 0123456789abcdef", true);
        check("header", "Bearer of bad news indeed", false);
        check("note", "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEE", true);
        check("note", "-----BEGIN CERTIFICATE-----\\nMHcCAQEE", false);
        check("note", "sk-ant", false);
        check("slug", "sk-learn-pipelines-of-today", false);
    }

    #[test]
    fn keys_name_secrets_unless_they_are_redacted() {
        check("db.password", "hunter22", true);
        check("http.request.header.authorization", "abcdefgh", true);
        check("x-api-key", "abcdefgh", true);
        check("AWS_SECRET_ACCESS_KEY", "abcdefgh", true);
        check("db.password", "********", false);
        check("db.password", "[REDACTED]", false);
        check("password.reset", "requested", false);
        check("nopassword", "requested", false);
    }

    #[test]
    fn a_secret_that_begins_with_a_bracket_is_not_taken_for_redacted() {
        for secret in [
            "(Zq8Kx2vN7",
            "<Tr0ub4dor",
            "[Zq8Kx2)",
            "{Zq8#Kx2}",
            "${Zq8Kx2",
        ] {
            check("db.password", secret, true);
        }
        for redacted in [
            "[redacted]",
            "<hidden>",
            "(not shown)",
            "{{token}}",
            "{{ .Values.token }}",
            "${DB_PASSWORD}",
            "[****]",
        ] {
            check("db.password", redacted, false);
        }
    }
}
