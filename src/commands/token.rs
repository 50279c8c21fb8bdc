//! `otelctl token`: stores a token, tells where it comes from, removes it. The value is never shown.

use std::io::{self, Read as _};
use std::sync::Arc;

use crate::base::secret::{Secret, remember};
use crate::cli::token::{
    TokenAction, TokenArgs, TokenCommandArgs, TokenPlaceArgs, TokenSetArgs, TokenStatusArgs,
};
use crate::commands::send::client_plan;
use crate::failure::{Failure, FailureKind};
use crate::flow::check::{CheckPlan, Question, Verdict, check};
use crate::host::{Host, Watched};
use crate::settings::token::{self, AnyQuery, Found, Outside, TokenError, TokenPlace};
use crate::settings::{Destination, Origin, SettingsError, resolve};
use crate::token::file::FILE_BYTES_MAX;
use crate::token::{StoreError, TokenAccount, TokenKind, TokenStore, fingerprint, logfire};
use crate::ui::{FoundToken, RemovedToken, StoredToken, TokenStatus, Ui};

/// The answer is no: there is no such token.
const NONE: u8 = 1;

/// A terminal or a pipe that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the token from standard input")]
struct NotRead {
    source: io::Error,
}

/// No folder for the file.
#[derive(Debug, thiserror::Error)]
#[error("there is no folder for the token file: the system names none")]
struct NoFolder;

/// Runs the command; returns the exit code.
pub fn run(args: &TokenCommandArgs, host: &mut Host, ui: &mut Ui) -> Result<u8, Failure> {
    match &args.action {
        TokenAction::Set(args) => set(args, host, ui),
        TokenAction::Status(args) => status(args, host, ui),
        TokenAction::Rm(args) => rm(args, host, ui),
    }
}

fn set(args: &TokenSetArgs, host: &mut Host, ui: &mut Ui) -> Result<u8, Failure> {
    let place = token::place(args.place.to.as_deref(), &host.env)?;
    let kind = args.place.kind.map_or(TokenKind::Write, TokenKind::from);
    let token = read_token(host, ui, &place, kind)?;
    remember(&token);
    let (origin, warning) = token::home(&token, &place).map_err(SettingsError::from)?;
    if let Some(warning) = warning {
        ui.warning(&warning);
    }
    let account = TokenAccount::new(kind, origin);
    let stores = host.stores();
    let mut stored = StoredToken {
        destination: &place.name,
        token: described(&account, &token, Origin::Keychain),
        file: None,
    };
    if args.insecure_storage {
        let hint = "name a folder in OTELCTL_STATE_DIR".to_owned();
        let no_folder = || Failure::setup("token", NoFolder, Some(hint));
        let files = stores.files.ok_or_else(no_folder)?;
        let path = files.path(&account).to_string_lossy().into_owned();
        ui.warning(&format!(
            "the token is written to {path} as it is: whoever can read your files, or their backup, can use it"
        ));
        let kept = files.set(&account, &token);
        kept.map_err(|error| store_failure("store", &place, error))?;
        stored.token.origin = Origin::InsecureFile;
        stored.file = Some(path);
    } else {
        let kept = host.keychain.set(&account, &token);
        kept.map_err(|error| store_failure("store", &place, error))?;
    }
    ui.token_stored(&stored);
    if let Some(nearer) = nearer((&account, &place), stored.token.origin, host) {
        ui.warning(&format!(
            "it is not used as long as there is a token in {nearer}, which goes before it"
        ));
    }
    Ok(0)
}

/// Where a token is that is used instead of the one that was just kept.
fn nearer(
    (account, place): (&TokenAccount, &TokenPlace),
    kept: Origin,
    host: &Host,
) -> Option<Origin> {
    let stores = host.stores();
    let query = AnyQuery {
        kinds: &[account.kind],
        origins: &[&account.origin],
        is_logfire: place.is_logfire,
    };
    let outside = Outside::new(&host.env, &stores);
    let found = token::find_any(&query, &TokenArgs::default(), &outside).pop()?;
    let origin = found.ok()??.token.origin;
    (origin != kept).then_some(origin)
}

/// From the terminal without showing it, else from standard input.
fn read_token(
    host: &mut Host,
    ui: &mut Ui,
    place: &TokenPlace,
    kind: TokenKind,
) -> Result<Secret, Failure> {
    let read = if host.stdin_watched == Watched::Terminal {
        let name = &place.name;
        ui.prompt(&format!("{} token for {name} (not shown): ", kind.name()));
        (host.read_hidden)()
    } else {
        let mut text = String::new();
        let stdin = std::mem::replace(&mut host.stdin, Box::new(io::empty()));
        let read = stdin.take(FILE_BYTES_MAX).read_to_string(&mut text);
        read.map(|_| text)
    };
    let text = read.map_err(|source| {
        let hint = "pipe it in: pass show logfire | otelctl token set".to_owned();
        Failure::setup("input", NotRead { source }, Some(hint))
    })?;
    let token = token::typed(&Secret::new(text)).map_err(SettingsError::from)?;
    Ok(token.value)
}

fn status(args: &TokenStatusArgs, host: &mut Host, ui: &mut Ui) -> Result<u8, Failure> {
    let place = token::place(args.to.as_deref(), &host.env)?;
    let chosen = args.kind.map(|kind| vec![TokenKind::from(kind)]);
    let kinds = chosen.unwrap_or_else(|| TokenKind::ALL.to_vec());
    let stores = host.stores();
    let outside = Outside::new(&host.env, &stores);
    let query = AnyQuery {
        kinds: &kinds,
        origins: &place.origins(),
        is_logfire: place.is_logfire,
    };
    let found = token::find_any(&query, &args.token, &outside);
    for warning in outside.warnings.take() {
        ui.warning(&warning);
    }
    let has_any = found.iter().any(|found| matches!(found, Ok(Some(_))));
    let mut report = TokenStatus {
        destination: &place.name,
        origin: place.origins.first().cloned().unwrap_or_default(),
        kinds: Vec::new(),
    };
    let mut code = if has_any { 0 } else { NONE };
    for (kind, found) in kinds.iter().zip(found) {
        let found = match found {
            Ok(found) => found,
            Err(error) if has_any => {
                ui.warning(&format!("no {} token: {error}", kind.name()));
                None
            }
            Err(error) => return Err(error.into()),
        };
        let shown = found.map(|found| {
            let mut shown = shown(*kind, &found, &place);
            if args.check {
                let verdict = ask(*kind, &found, (args, &place, shown.place.as_str()), host)?;
                code = code.max(code_of(&verdict));
                shown.verdict = Some(verdict);
            }
            Ok::<_, Failure>(shown)
        });
        report.kinds.push((*kind, shown.transpose()?));
    }
    let first = report.kinds.iter().find_map(|(_, found)| found.as_ref());
    if let Some(found) = first {
        report.origin.clone_from(&found.place);
    }
    ui.token_status(&report);
    Ok(code)
}

/// What may be shown of a token that was found.
fn shown(kind: TokenKind, found: &Found, place: &TokenPlace) -> FoundToken {
    // A token that names its region is at home there, also where the destination was named by its token alone.
    let home = logfire::region(&found.token.value).and_then(logfire::origin_of);
    let known = place.origins.get(found.origin_index).cloned();
    let by_token = home.filter(|_| place.origins.len() > 1).map(str::to_owned);
    let origin = by_token.or(known).unwrap_or_default();
    let account = TokenAccount::new(kind, origin);
    described(&account, &found.token.value, found.token.origin)
}

fn described(account: &TokenAccount, token: &Secret, origin: Origin) -> FoundToken {
    FoundToken {
        kind: account.kind,
        place: account.origin.clone(),
        origin,
        region: logfire::region(token).or(logfire::region_at(&account.origin)),
        fingerprint: fingerprint(token),
        verdict: None,
    }
}

/// Asks the server about a token.
fn ask(
    kind: TokenKind,
    found: &Found,
    (args, place, origin): (&TokenStatusArgs, &TokenPlace, &str),
    host: &Host,
) -> Result<Verdict, Failure> {
    // Headers, TLS files, proxies and the time limit are those of `send`.
    let to = match &args.to {
        Some(to) if !place.is_logfire => to.clone(),
        _ => format!("logfire?url={origin}"),
    };
    let how = (to.as_str(), args.auth.as_ref());
    let settings = resolve::with_token(how, &found.token.value, &host.env)?;
    let (url, question) = match (place.is_logfire, kind, &settings.destination.value) {
        (true, TokenKind::Write, _) => (format!("{origin}/v1/info"), Question::About),
        (true, TokenKind::Read, _) => (format!("{origin}/v1/read-token-info"), Question::About),
        (false, _, Destination::Http { url, .. }) => (url.clone(), Question::EmptyExport),
        (false, _, _) => (origin.to_owned(), Question::EmptyExport),
    };
    let headers = settings.headers.iter();
    let plan = CheckPlan {
        client: client_plan(&settings, &url),
        headers: headers
            .map(|header| (header.name.clone(), header.value.clone()))
            .collect(),
        question,
    };
    check(plan, &*host.clock).map_err(|error| {
        let hint = error.hint();
        Failure::setup("setup", error, hint)
    })
}

fn code_of(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Accepted { .. } => 0,
        Verdict::Denied { .. } | Verdict::Unclear { .. } => FailureKind::Refused.exit_code(),
        Verdict::NoAnswer { .. } => FailureKind::Undelivered.exit_code(),
    }
}

fn rm(args: &TokenPlaceArgs, host: &mut Host, ui: &mut Ui) -> Result<u8, Failure> {
    let place = token::place(args.to.as_deref(), &host.env)?;
    let kind = args.kind.map_or(TokenKind::Write, TokenKind::from);
    let accounts: Vec<_> = place
        .origins
        .iter()
        .map(|origin| TokenAccount::new(kind, origin.clone()))
        .collect();
    let mut removed = Vec::new();
    let stores = host.stores();
    if let Some(files) = &stores.files {
        remove_all(files, &accounts, Origin::InsecureFile, &mut removed)
            .map_err(|error| store_failure("remove", &place, error))?;
    }
    let done = remove_all(&*host.keychain, &accounts, Origin::Keychain, &mut removed);
    let fault = match done {
        // A machine without a keychain keeps nothing in it.
        Err(StoreError::Missing { .. }) if !removed.is_empty() => None,
        Err(error) => Some(store_failure("remove", &place, error)),
        Ok(()) => None,
    };
    if let Some(failure) = fault {
        for one in removed {
            ui.warning(&format!("{} is removed from {}", one.account, one.origin));
        }
        return Err(failure);
    }
    ui.tokens_removed(&place.name, &accounts, &removed);
    Ok(if removed.is_empty() { NONE } else { 0 })
}

fn remove_all(
    store: &dyn TokenStore,
    accounts: &[TokenAccount],
    origin: Origin,
    removed: &mut Vec<RemovedToken>,
) -> Result<(), StoreError> {
    for account in accounts {
        if store.remove(account)? {
            let account = account.clone();
            removed.push(RemovedToken { account, origin });
        }
    }
    Ok(())
}

fn store_failure(doing: &'static str, place: &TokenPlace, error: StoreError) -> Failure {
    let error = TokenError::Keychain {
        doing,
        is_logfire: place.is_logfire,
        source: Arc::new(error),
    };
    SettingsError::from(error).into()
}
