//! Who holds the token of a destination: the variables, in their order.
//!
//! A token is asked for by the origin it is sent to, and `LOGFIRE_TOKEN` is Logfire's alone.

use crate::base::secret::Secret;
use crate::cli::token::TokenArgs;
use crate::settings::env::{EnvReader, LOGFIRE_TOKEN, OTELCTL_TOKEN};
use crate::settings::{Origin, SettingsError, Sourced};
use crate::token::TokenKind;

/// What is looked at.
pub(super) type Outside<'a> = EnvReader<'a>;

/// Which token is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenQuery<'a> {
    /// What for.
    pub kind: TokenKind,
    /// `https://host[:port]`, lower case, no path.
    pub origin: &'a str,
    /// Whether the destination is Logfire.
    pub is_logfire: bool,
}

/// The token and where it comes from; `None` when nobody has one.
#[expect(clippy::unnecessary_wraps, reason = "other places can fail")]
pub(super) fn find(
    query: &TokenQuery<'_>,
    _args: &TokenArgs,
    outside: &Outside<'_>,
) -> Result<Option<Sourced<Secret>>, SettingsError> {
    if query.kind == TokenKind::Read {
        return Ok(None);
    }
    let own = outside.vars.get(OTELCTL_TOKEN).map(str::trim);
    if let Some(token) = own.filter(|token| !token.is_empty()) {
        let origin = Origin::Env(OTELCTL_TOKEN);
        return Ok(Some(Sourced::new(Secret::new(token), origin)));
    }
    let list = query
        .is_logfire
        .then(|| outside.vars.get(LOGFIRE_TOKEN))
        .flatten();
    let first = list
        .into_iter()
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .find(|token| !token.is_empty());
    Ok(first.map(|token| Sourced::new(Secret::new(token), Origin::Env(LOGFIRE_TOKEN))))
}
