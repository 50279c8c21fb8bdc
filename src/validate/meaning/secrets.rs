//! Values that look like secrets: tokens that are told by how they begin, and keys that are named after what they hold.

/// How tokens begin that cannot be taken for anything else, and how long they are at least.
const BEGINNINGS: [(&str, usize); 22] = [
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("glc_", 30),
    ("pylf_v", 20),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 35),
    ("npm_", 36),
    ("hvs.", 24),
    ("dt0c01.", 24),
    ("xaat-", 20),
    ("eyJhbGciOi", 40),
    ("-----BEGIN ", 30),
];

/// Headers and words before a credential.
const SCHEMES: [&str; 3] = ["Bearer ", "Basic ", "Token "];

/// The last part of keys that name a secret.
const KEYS: [&str; 10] = [
    "password",
    "passwd",
    "secret",
    "api_key",
    "apikey",
    "authorization",
    "access_token",
    "client_secret",
    "private_key",
    "refresh_token",
];

/// Shortest credential behind a scheme.
const CREDENTIAL_MIN: usize = 12;

/// Whether a text value of this key looks like a secret.
pub(super) fn looks_secret(key: &[u8], value: &[u8]) -> bool {
    if value.len() < 6 {
        return false;
    }
    let begins = BEGINNINGS.iter().any(|(beginning, least)| {
        value.len() >= *least && value.starts_with(beginning.as_bytes()) && is_token(value)
    });
    begins || has_scheme(value) || is_named(key) && !is_redacted(value)
}

/// Tokens have no blanks; a key in PEM has them, and says what it is.
fn is_token(value: &[u8]) -> bool {
    match value.strip_prefix(b"-----BEGIN ") {
        Some(rest) => memchr::memmem::find(rest, b"PRIVATE KEY").is_some(),
        None => !value.iter().any(|byte| matches!(byte, b' ' | b'/' | b'\\')),
    }
}

fn has_scheme(value: &[u8]) -> bool {
    SCHEMES.iter().any(|scheme| {
        value
            .strip_prefix(scheme.as_bytes())
            .is_some_and(|credential| {
                credential.len() >= CREDENTIAL_MIN
                    && !credential.contains(&b' ')
                    && !is_redacted(credential)
            })
    })
}

fn is_named(key: &[u8]) -> bool {
    let last = key
        .rsplit(|byte| matches!(byte, b'.' | b'-'))
        .next()
        .unwrap_or(key);
    KEYS.iter()
        .any(|name| last.eq_ignore_ascii_case(name.as_bytes()))
}

/// What is written in the place of a secret.
fn is_redacted(value: &[u8]) -> bool {
    let stars = value
        .iter()
        .filter(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'?'));
    let brackets = matches!(value.first(), Some(b'[' | b'<' | b'{' | b'('));
    brackets || stars.count() * 2 > value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, value: &str, expected: bool) {
        assert_eq!(looks_secret(key.as_bytes(), value.as_bytes()), expected);
    }

    #[test]
    fn tokens_are_told_by_how_they_begin() {
        check("note", "ghp_0123456789abcdefghijABCDEFGHIJ012345", true);
        check("note", "AKIAABCDEFGHIJKLMNOP", true);
        check("note", "AKIA is a prefix of keys", false);
        check("header", "Bearer 0123456789abcdef", true);
        check("header", "Bearer of bad news indeed", false);
        check("note", "sk-ant", false);
    }

    #[test]
    fn keys_name_secrets_unless_they_are_redacted() {
        check("db.password", "hunter22", true);
        check("http.request.header.authorization", "abcdefgh", true);
        check("db.password", "********", false);
        check("db.password", "[REDACTED]", false);
        check("password.reset", "requested", false);
    }
}
