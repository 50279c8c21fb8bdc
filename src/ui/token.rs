//! What is shown of tokens: where they come from, for whom they are, and by what they can be told apart. Never the token.

use serde_json::{Value, json};

use crate::flow::check::Verdict;
use crate::settings::Origin;
use crate::token::{TokenAccount, TokenKind};

use super::row::{Joint, Row};
use super::style::Tone;

/// A token that was found.
#[derive(Debug, Clone)]
pub struct FoundToken {
    /// What it may do.
    pub kind: TokenKind,
    /// The origin it may be sent to.
    pub place: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Its region.
    pub region: Option<&'static str>,
    /// The beginning of its digest.
    pub fingerprint: String,
    /// What the server says, if it was asked.
    pub verdict: Option<Verdict>,
}

/// A token that was stored.
#[derive(Debug)]
pub struct StoredToken<'a> {
    /// The destination's name.
    pub destination: &'a str,
    /// The token.
    pub token: FoundToken,
    /// The file it is in, when it is not in the keychain.
    pub file: Option<String>,
}

/// The tokens of a destination.
#[derive(Debug, Clone)]
pub struct TokenStatus<'a> {
    /// The destination's name.
    pub destination: &'a str,
    /// Where tokens of it are sent.
    pub origin: String,
    /// The kinds that were looked for.
    pub kinds: Vec<(TokenKind, Option<FoundToken>)>,
}

/// A token that was removed.
#[derive(Debug)]
pub struct RemovedToken {
    /// Which.
    pub account: TokenAccount,
    /// From where.
    pub origin: Origin,
}

/// The word of a source in JSON.
fn source(origin: Origin) -> &'static str {
    match origin {
        Origin::Keychain => "keychain",
        Origin::Env(_) => "env",
        _ => "file",
    }
}

/// One sentence on a token that was stored.
pub(super) fn stored_text(stored: &StoredToken<'_>) -> String {
    let FoundToken {
        kind,
        place,
        fingerprint,
        ..
    } = &stored.token;
    let where_to = match &stored.file {
        Some(path) => format!("in {path}"),
        None => "in the keychain".to_owned(),
    };
    format!(
        "the {} token for {place} is stored {where_to}, fingerprint {fingerprint}",
        kind.name()
    )
}

/// The same for scripts.
pub(super) fn stored_json(stored: &StoredToken<'_>) -> Value {
    let token = &stored.token;
    json!({
        "command": "token set",
        "destination": stored.destination,
        "origin": token.place,
        "kind": token.kind.name(),
        "stored_in": source(token.origin),
        "file": stored.file,
        "region": token.region,
        "fingerprint": token.fingerprint,
    })
}

/// A row for each kind.
pub(super) fn status_rows(status: &TokenStatus<'_>) -> Vec<Row> {
    let to =
        Row::new(Tone::Accent, status.destination).with(Joint::Dot, Tone::Plain, &status.origin);
    let kinds = status.kinds.iter().map(|(kind, found)| {
        let row = Row::new(Tone::Plain, kind.name());
        let Some(found) = found else {
            return row.with(Joint::Dot, Tone::Faint, "none");
        };
        let row = row
            .with(Joint::Dot, Tone::Plain, format!("from {}", found.origin))
            .with_some(
                Joint::Dot,
                Tone::Plain,
                found.region.map(|region| format!("region {region}")),
            )
            .with(
                Joint::Dot,
                Tone::Plain,
                format!("fingerprint {}", found.fingerprint),
            );
        let row = if found.place == status.origin {
            row
        } else {
            row.with(Joint::Dot, Tone::Plain, &found.place)
        };
        match &found.verdict {
            Some(verdict) => {
                let (tone, text) = verdict_text(verdict);
                row.with(Joint::Line, tone, text)
            }
            None => row,
        }
    });
    std::iter::once(to).chain(kinds).collect()
}

fn verdict_text(verdict: &Verdict) -> (Tone, String) {
    match verdict {
        Verdict::Accepted {
            project: Some(name),
        } => (Tone::Good, format!("accepted, project {name}")),
        Verdict::Accepted { project: None } => (Tone::Good, "accepted".to_owned()),
        Verdict::Denied { said } => (Tone::Bad, format!("denied: {said}")),
        Verdict::Unclear { said } => (Tone::Caution, format!("no clear answer: {said}")),
        Verdict::NoAnswer { why } => (Tone::Caution, format!("no answer: {why}")),
    }
}

/// The same for scripts.
pub(super) fn status_json(status: &TokenStatus<'_>) -> Value {
    let kinds = status.kinds.iter().map(|(kind, found)| {
        let value = match found {
            None => json!({"source": "none", "region": null, "fingerprint": null}),
            Some(found) => {
                let mut value = json!({
                    "source": source(found.origin),
                    "from": found.origin.to_string(),
                    "origin": found.place,
                    "region": found.region,
                    "fingerprint": found.fingerprint,
                });
                if let (Some(verdict), Some(members)) = (&found.verdict, value.as_object_mut()) {
                    members.insert("check".to_owned(), verdict_json(verdict));
                }
                value
            }
        };
        (kind.name().to_owned(), value)
    });
    let kinds: serde_json::Map<String, Value> = kinds.collect();
    json!({
        "command": "token status",
        "destination": status.destination,
        "origin": status.origin,
        "kinds": kinds,
    })
}

fn verdict_json(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Accepted { project } => json!({"outcome": "accepted", "project": project}),
        Verdict::Denied { said } => json!({"outcome": "denied", "message": said}),
        Verdict::Unclear { said } => json!({"outcome": "unclear", "message": said}),
        Verdict::NoAnswer { why } => json!({"outcome": "unreachable", "message": why}),
    }
}

/// A line for each token that was removed, or one that there was none.
pub(super) fn removed_text(accounts: &[TokenAccount], removed: &[RemovedToken]) -> String {
    if removed.is_empty() {
        let places: Vec<&str> = accounts
            .iter()
            .map(|account| account.origin.as_str())
            .collect();
        let kind = accounts.first().map_or("", |account| account.kind.name());
        return format!("there is no {kind} token for {}\n", places.join(" or "));
    }
    let lines = removed.iter().map(|one| {
        let TokenAccount { kind, origin } = &one.account;
        format!(
            "the {} token for {origin} is removed from {}\n",
            kind.name(),
            one.origin
        )
    });
    lines.collect()
}

/// The same for scripts.
pub(super) fn removed_json(destination: &str, removed: &[RemovedToken]) -> Value {
    let removed: Vec<Value> = removed
        .iter()
        .map(|one| {
            json!({
                "kind": one.account.kind.name(),
                "origin": one.account.origin,
                "source": source(one.origin),
            })
        })
        .collect();
    json!({"command": "token rm", "destination": destination, "removed": removed})
}
