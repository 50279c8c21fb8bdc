//! What looks like a secret: by the name of its key, or by how tokens of known services begin.
//!
//! A text that is none of these passes. Nothing here shows what it looked at.

/// Parts of names whose values are secrets.
const NAMES: [&str; 14] = [
    "token",
    "password",
    "passwd",
    "secret",
    "api-key",
    "api_key",
    "apikey",
    "access-key",
    "ingestion-key",
    "license-key",
    "authorization",
    "cookie",
    "credential",
    "dsn",
];

/// Whole names of headers that carry a key.
const HEADERS: [&str; 4] = ["x-honeycomb-team", "x-auth", "x-key", "authentication"];

/// How tokens begin, and how long such a text is at least.
const BEGINNINGS: [(&str, usize); 21] = [
    ("pylf_v", 8),
    ("bearer ", 12),
    ("basic ", 12),
    ("apikey ", 12),
    ("api-token ", 14),
    ("glc_", 12),
    ("glsa_", 12),
    ("xaat-", 12),
    ("xapt-", 12),
    ("dt0c01.", 12),
    ("dt0s", 16),
    ("nrak-", 12),
    ("hcaik_", 12),
    ("hcxik_", 12),
    ("auth_", 24),
    ("eyj", 40),
    ("ghp_", 24),
    ("github_pat_", 24),
    ("sk-", 24),
    ("akia", 20),
    ("acwl", 24),
];

/// Whether a key of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    HEADERS.contains(&name.as_str()) || NAMES.iter().any(|part| name.contains(part))
}

/// Whether a text is a token of a known kind, or a URL with a password in it.
pub fn is_secret_value(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    let begins = |word: &str| {
        let has = |(start, length_min): &(&str, usize)| {
            word.starts_with(start) && word.len() >= *length_min
        };
        BEGINNINGS.iter().any(has)
    };
    let words =
        lower.split(|character: char| character.is_whitespace() || "=,:;&?/".contains(character));
    begins(&lower) || words.clone().any(begins) || has_password(&lower)
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
}
