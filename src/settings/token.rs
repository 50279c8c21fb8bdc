//! The token of a destination: found where the user keeps it, in a fixed order, and never shown.
//!
//! `--token-file` or `--token-fd`; `OTELCTL_TOKEN`, and for Logfire `LOGFIRE_TOKEN` or `LOGFIRE_READ_TOKEN`; the keychain; the credentials
//! file of a Logfire SDK in the working directory; the file that `token set --insecure-storage` made. The keychain is opened once for all that is looked
//! for, and not at all when something before it has the token.
//!
//! A keychain that cannot be opened does not hide what its owner put into a file for that very case. It does hide the SDK's file when it
//! exists and is locked: nobody should send to another project than on other days because a keychain was locked.

mod error;
mod place;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::private::Links;
use crate::base::secret::{Secret, remember};
use crate::cli::token::TokenArgs;
use crate::settings::env::{EnvVars, LOGFIRE_READ_TOKEN, LOGFIRE_TOKEN, OTELCTL_TOKEN};
use crate::settings::{Origin, SettingsError, Sourced};
use crate::token::file::{FileStore, read_descriptor, read_private};
use crate::token::{StoreError, TokenAccount, TokenKind, TokenStore, credentials, logfire};

pub use error::TokenError;
pub use place::{TokenPlace, origin_of_url, place};

const FILE_FLAG: Origin = Origin::Flag("--token-file");
const FD_FLAG: Origin = Origin::Flag("--token-fd");

/// Which token is wanted.
#[derive(Debug, Clone, Copy)]
pub struct TokenQuery<'a> {
    /// What it must be good for.
    pub kind: TokenKind,
    /// Where it will be sent: scheme, host and port, lower-case, no path.
    pub origin: &'a str,
    /// Whether that is Logfire, whose own variables and files count then.
    pub is_logfire: bool,
}

/// The places outside the environment that may hold a token. Nothing is opened before somebody asks.
#[derive(Clone, Default)]
pub struct Stores {
    /// The keychain.
    pub keychain: Option<Arc<dyn TokenStore>>,
    /// The files of `--insecure-storage`.
    pub files: Option<FileStore>,
    /// Where a Logfire SDK may have left its credentials.
    pub working_dir: Option<PathBuf>,
}

/// No place at all.
pub(super) static NOWHERE: Stores = Stores {
    keychain: None,
    files: None,
    working_dir: None,
};

/// What the look-up may ask.
pub struct Outside<'a> {
    /// The environment.
    pub env: &'a EnvVars,
    /// The stores.
    pub stores: &'a Stores,
    /// What was ignored, one sentence each.
    pub warnings: RefCell<Vec<String>>,
}

impl<'a> Outside<'a> {
    /// The world, without warnings yet.
    pub fn new(env: &'a EnvVars, stores: &'a Stores) -> Outside<'a> {
        Outside {
            env,
            stores,
            warnings: RefCell::default(),
        }
    }

    fn warn(&self, warning: String) {
        self.warnings.borrow_mut().push(warning);
    }
}

/// A token, where it comes from, and which of the origins that were asked for it belongs to.
#[derive(Debug, Clone)]
pub struct Found {
    /// The token.
    pub token: Sourced<Secret>,
    /// Its place among the origins.
    pub origin_index: usize,
}

/// Which token is wanted when it decides itself between several origins, as a Logfire token between regions.
#[derive(Debug, Clone, Copy)]
pub struct AnyQuery<'a> {
    /// Each kind is looked for by itself.
    pub kinds: &'a [TokenKind],
    /// The first stands for tokens that name none.
    pub origins: &'a [&'a str],
    /// Whether they are Logfire's.
    pub is_logfire: bool,
}

/// The token and where it comes from; `None` when nobody has one.
///
/// Errors: a token that cannot be used, and a keychain that cannot be opened when nothing else has the token.
pub fn find(
    query: &TokenQuery<'_>,
    args: &TokenArgs,
    outside: &Outside<'_>,
) -> Result<Option<Sourced<Secret>>, SettingsError> {
    let query = AnyQuery {
        kinds: &[query.kind],
        origins: &[query.origin],
        is_logfire: query.is_logfire,
    };
    let found = find_any(&query, args, outside).pop().transpose()?;
    Ok(found.flatten().map(|found| found.token))
}

/// The same for several kinds and origins, an answer for each kind. The keychain is opened once.
pub fn find_any(
    query: &AnyQuery<'_>,
    args: &TokenArgs,
    outside: &Outside<'_>,
) -> Vec<Result<Option<Found>, SettingsError>> {
    let said: Vec<_> = query
        .kinds
        .iter()
        .map(|kind| said(*kind, query, args, outside))
        .collect();
    let missing = |index: &usize| matches!(said.get(*index), Some(Ok(None)));
    let open: Vec<TokenKind> = (0..said.len())
        .filter(missing)
        .filter_map(|index| query.kinds.get(index).copied())
        .collect();
    let mut kept = kept(&open, query, outside).into_iter();
    let found = said.into_iter().map(|said| match said {
        Ok(None) => kept.next().unwrap_or(Ok(None)),
        said => said,
    });
    found
        .map(|found| {
            if let Ok(Some(found)) = &found {
                remember(&found.token.value);
            }
            found.map_err(SettingsError::from)
        })
        .collect()
}

/// What flags and variables say.
fn said(
    kind: TokenKind,
    query: &AnyQuery<'_>,
    args: &TokenArgs,
    outside: &Outside<'_>,
) -> Result<Option<Found>, TokenError> {
    let given = match kind {
        // Both flags are about the token that sends.
        TokenKind::Write => from_flags(args)?,
        TokenKind::Read => None,
    };
    let Some(token) = given.map_or_else(|| from_env(kind, query, outside), |it| Ok(Some(it)))?
    else {
        return Ok(None);
    };
    Ok(Some(Found {
        origin_index: index_by_region(&token.value, query.origins),
        token,
    }))
}

fn from_flags(args: &TokenArgs) -> Result<Option<Sourced<Secret>>, TokenError> {
    let (read, origin) = match (&args.token_file, args.token_fd) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(TokenError::Both),
        (Some(path), None) => (read_private(path, Links::Followed), FILE_FLAG),
        (None, Some(descriptor)) => (read_descriptor(descriptor), FD_FLAG),
    };
    let text = read.map_err(|source| TokenError::Unreadable { origin, source })?;
    checked(&text, origin).map(Some)
}

fn from_env(
    kind: TokenKind,
    query: &AnyQuery<'_>,
    outside: &Outside<'_>,
) -> Result<Option<Sourced<Secret>>, TokenError> {
    let (own, logfire) = match kind {
        TokenKind::Write => (Some(OTELCTL_TOKEN), LOGFIRE_TOKEN),
        TokenKind::Read => (None, LOGFIRE_READ_TOKEN),
    };
    if let Some(name) = own
        && let Some(value) = outside.env.get(name)
    {
        return checked(&Secret::new(value), Origin::Env(name)).map(Some);
    }
    let list = outside.env.get(logfire).filter(|_| query.is_logfire);
    let mut tokens = list
        .into_iter()
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .filter(|token| !token.is_empty());
    let Some(token) = tokens.next() else {
        return Ok(None);
    };
    let others = tokens.count();
    if others > 0 {
        let count = others + 1;
        outside.warn(format!(
            "{logfire} holds {count} tokens, of which only the first is used"
        ));
    }
    checked(&Secret::new(token), Origin::Env(logfire)).map(Some)
}

/// What the stores hold, in the order of `kinds`.
fn kept(
    kinds: &[TokenKind],
    query: &AnyQuery<'_>,
    outside: &Outside<'_>,
) -> Vec<Result<Option<Found>, TokenError>> {
    let accounts: Vec<TokenAccount> = kinds
        .iter()
        .flat_map(|kind| {
            query
                .origins
                .iter()
                .map(|origin| TokenAccount::new(*kind, *origin))
        })
        .collect();
    if accounts.is_empty() {
        return Vec::new();
    }
    let keychain = outside.stores.keychain.as_ref();
    let answers = keychain.map_or(Ok(Vec::new()), |keychain| keychain.get(&accounts));
    let (answers, fault) = match answers {
        Ok(answers) => (answers, None),
        Err(error) => (Vec::new(), Some(Arc::new(error))),
    };
    let mut answers = answers.into_iter();
    kinds
        .iter()
        .map(|kind| {
            let of_kind: Vec<_> = answers.by_ref().take(query.origins.len()).collect();
            if let Some(found) = only_one(of_kind, query.origins, Origin::Keychain)? {
                return Ok(Some(found));
            }
            from_files(*kind, query, (outside, fault.as_ref()))
        })
        .collect()
}

/// The credentials of a Logfire SDK, and the files of `--insecure-storage`.
fn from_files(
    kind: TokenKind,
    query: &AnyQuery<'_>,
    (outside, fault): (&Outside<'_>, Option<&Arc<StoreError>>),
) -> Result<Option<Found>, TokenError> {
    let mut refused = None;
    let may_be_another_project = !matches!(
        fault.map(AsRef::as_ref),
        None | Some(StoreError::Missing { .. })
    );
    if query.is_logfire
        && !may_be_another_project
        && let Some(folder) = &outside.stores.working_dir
    {
        match credentials::find(folder, kind, query.origins) {
            Ok(Some((index, token))) => {
                let token = checked(&token, Origin::LogfireFile)?;
                return Ok(Some(Found {
                    token,
                    origin_index: index,
                }));
            }
            Ok(None) => {}
            Err(source) => {
                let origin = Origin::LogfireFile;
                refused = Some(TokenError::Unreadable { origin, source });
            }
        }
    }
    if let Some(files) = &outside.stores.files {
        let accounts: Vec<_> = query
            .origins
            .iter()
            .map(|origin| TokenAccount::new(kind, *origin))
            .collect();
        let origin = Origin::InsecureFile;
        let tokens = files.get(&accounts);
        let tokens = tokens.map_err(|source| TokenError::Unreadable { origin, source })?;
        if let Some(found) = only_one(tokens, query.origins, origin)? {
            return Ok(Some(found));
        }
    }
    match (fault, refused) {
        (_, Some(error)) => Err(error),
        (Some(fault), None) => Err(TokenError::Keychain {
            doing: "look for",
            is_logfire: query.is_logfire,
            source: Arc::clone(fault),
        }),
        (None, None) => Ok(None),
    }
}

/// The one token among those of several origins; two are one too many to choose between.
fn only_one(
    tokens: Vec<Option<Secret>>,
    origins: &[&str],
    origin: Origin,
) -> Result<Option<Found>, TokenError> {
    let mut held = tokens
        .into_iter()
        .enumerate()
        .filter_map(|(index, token)| Some((index, token?)));
    let Some((index, token)) = held.next() else {
        return Ok(None);
    };
    if let Some((other, _)) = held.next() {
        let name = |index: usize| origins.get(index).copied().unwrap_or_default().to_owned();
        return Err(TokenError::Several {
            origin,
            one: name(index),
            other: name(other),
        });
    }
    Ok(Some(Found {
        token: checked(&token, origin)?,
        origin_index: index,
    }))
}

/// The origin of the region that a token names, when it is among those asked for; else the first.
fn index_by_region(token: &Secret, origins: &[&str]) -> usize {
    let origin = logfire::region(token).and_then(logfire::origin_of);
    let place = origins.iter().position(|known| Some(*known) == origin);
    place.unwrap_or(0)
}

/// Whether it was kept there for one origin alone.
pub(super) fn is_stored(origin: Origin) -> bool {
    matches!(
        origin,
        Origin::Keychain | Origin::LogfireFile | Origin::InsecureFile
    )
}

/// Whether what came from there may be another when it is looked at once more.
pub fn may_change(origin: Origin) -> bool {
    match origin {
        Origin::Keychain | Origin::LogfireFile | Origin::InsecureFile => true,
        flag => flag == FILE_FLAG,
    }
}

/// A token that was typed or piped in.
///
/// Errors: also what only surrounds a token in other places: quotes, the name of a variable.
pub fn typed(token: &Secret) -> Result<Sourced<Secret>, TokenError> {
    let origin = Origin::Stdin;
    let token = checked(token, origin)?;
    let text = token.value.expose();
    let name = text.split_once('=').map(|(name, _)| name);
    let is_variable = |name: &str| {
        name.ends_with("TOKEN")
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let shape = if text.starts_with(['"', '\'']) {
        "stands in quotes"
    } else if name.is_some_and(is_variable) {
        "is written like a variable"
    } else {
        return Ok(token);
    };
    Err(TokenError::Shape { origin, shape })
}

/// Which of the destination's origins a token belongs to, and what the user should know about it.
///
/// Errors: a Logfire token of another region than the destination's.
pub fn home(token: &Secret, place: &TokenPlace) -> Result<(String, Option<String>), TokenError> {
    let first = place.origins.first().cloned().unwrap_or_default();
    let region = logfire::region(token);
    let Some((region, home)) = region.and_then(|it| Some((it, logfire::origin_of(it)?))) else {
        let is_unsure = place.origins.len() > 1;
        let warning = format!("the Logfire token names no known region, so it is kept for {first}");
        return Ok((first, is_unsure.then_some(warning)));
    };
    if place.origins.iter().any(|origin| origin == home) {
        return Ok((home.to_owned(), None));
    }
    if place.region().is_some() || place.origins.len() > 1 {
        return Err(TokenError::Region {
            region,
            name: place.name.clone(),
            home,
        });
    }
    let warning = format!(
        "the token is of Logfire's region {region}, which is at {home}; it is kept for {first}"
    );
    Ok((first, Some(warning)))
}

/// A token as it is sent: without the line break that files end with.
///
/// Errors: nothing left, or a control character, which no header can carry.
pub fn checked(token: &Secret, origin: Origin) -> Result<Sourced<Secret>, TokenError> {
    let trimmed = token.trimmed();
    if trimmed.is_empty() {
        return Err(TokenError::Empty { origin });
    }
    if trimmed.has_control() {
        return Err(TokenError::Control { origin });
    }
    Ok(Sourced::new(trimmed, origin))
}

#[cfg(test)]
mod tests;
