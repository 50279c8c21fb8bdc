//! The look-up order as a table: what is set where, and whose token is taken.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Mutex;

use super::*;

const US: &str = "https://logfire-us.pydantic.dev";
const EU: &str = "https://logfire-eu.pydantic.dev";

/// A keychain with one answer for every call.
#[derive(Default)]
struct Fixed {
    held: Vec<(TokenAccount, Secret)>,
    fault: Option<fn() -> StoreError>,
    calls: Mutex<u32>,
}

impl TokenStore for Fixed {
    fn get(&self, accounts: &[TokenAccount]) -> Result<Vec<Option<Secret>>, StoreError> {
        *self.calls.lock().unwrap() += 1;
        if let Some(fault) = self.fault {
            return Err(fault());
        }
        let find = |account: &TokenAccount| {
            let found = self.held.iter().find(|(held, _)| held == account)?;
            Some(found.1.clone())
        };
        Ok(accounts.iter().map(find).collect())
    }

    fn set(&self, _: &TokenAccount, _: &Secret) -> Result<(), StoreError> {
        panic!("nothing is written by a look-up")
    }

    fn remove(&self, _: &TokenAccount) -> Result<bool, StoreError> {
        panic!("nothing is removed by a look-up")
    }
}

/// One world for a look-up.
#[derive(Default)]
struct World {
    env: Vec<(&'static str, &'static str)>,
    args: TokenArgs,
    keychain: Fixed,
    files: Option<FileStore>,
    working_dir: Option<PathBuf>,
}

impl World {
    fn with_env(name: &'static str, value: &'static str) -> World {
        World {
            env: vec![(name, value)],
            ..World::default()
        }
    }

    fn holding(mut self, kind: TokenKind, origin: &str, token: &str) -> World {
        let account = TokenAccount::new(kind, origin);
        self.keychain.held.push((account, Secret::new(token)));
        self
    }

    fn failing(mut self, fault: fn() -> StoreError) -> World {
        self.keychain.fault = Some(fault);
        self
    }

    /// `token (origin)` for the kind at the origins, how often the keychain was opened, and the number of warnings; or the error and its cause.
    #[track_caller]
    fn check(self, kind: TokenKind, origins: &[&str], expected: &str) {
        let env = EnvVars::new(self.env.iter().copied());
        let keychain = Arc::new(self.keychain);
        let stores = Stores {
            keychain: Some(Arc::clone(&keychain) as Arc<dyn TokenStore>),
            files: self.files,
            working_dir: self.working_dir,
        };
        let outside = Outside::new(&env, &stores);
        let query = AnyQuery {
            kinds: &[kind],
            origins,
            is_logfire: origins.iter().all(|origin| origin.contains("logfire")),
        };
        let found = match find_any(&query, &self.args, &outside).remove(0) {
            Ok(None) => "none".to_owned(),
            Ok(Some(found)) => {
                let said = found.token.value.scrub("x");
                assert_eq!(said, "x");
                let known = [
                    "t-env",
                    "t-own",
                    "t-key",
                    "t-file",
                    "t-sdk",
                    "t-kept",
                    "pylf_v1_eu_x",
                ];
                let is_it = |known: &&&str| found.token.value == Secret::new(**known);
                let token = known.iter().find(is_it).unwrap_or(&"another");
                format!(
                    "{token} ({}) for {}",
                    found.token.origin, found.origin_index
                )
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                [Some(error.to_string()), cause]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(": ")
            }
        };
        let calls = *keychain.calls.lock().unwrap();
        let warnings = outside.warnings.borrow().len();
        assert_eq!(format!("{found}, keychain {calls}, w{warnings}"), expected);
    }
}

fn write(path: &Path, text: &str, mode: u32) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    path.to_owned()
}

#[test]
fn each_place_comes_before_those_behind_it_and_the_keychain_is_opened_last_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = write(&folder.path().join("token"), "t-file\n", 0o600);
    let json = format!("{{\"token\":\"t-sdk\",\"logfire_api_url\":\"{US}\"}}");
    write(
        &folder.path().join(".logfire/logfire_credentials.json"),
        &json,
        0o644,
    );
    let files = FileStore::below(folder.path());
    let account = TokenAccount::new(TokenKind::Write, US);
    files.set(&account, &Secret::new("t-kept")).unwrap();
    let whole = || {
        World {
            env: vec![(OTELCTL_TOKEN, "t-own"), (LOGFIRE_TOKEN, "t-env")],
            args: TokenArgs {
                token_file: Some(token_file.clone()),
                token_fd: None,
            },
            files: Some(files.clone()),
            working_dir: Some(folder.path().to_owned()),
            ..World::default()
        }
        .holding(TokenKind::Write, US, "t-key")
    };
    let check = |world: World, expected| world.check(TokenKind::Write, &[US], expected);
    let mut world = whole();
    check(world, "t-file (--token-file) for 0, keychain 0, w0");
    world = whole();
    world.args = TokenArgs::default();
    check(world, "t-own (OTELCTL_TOKEN) for 0, keychain 0, w0");
    world = whole();
    world.args = TokenArgs::default();
    world.env.remove(0);
    check(world, "t-env (LOGFIRE_TOKEN) for 0, keychain 0, w0");
    let stored = || {
        let mut world = whole();
        world.args = TokenArgs::default();
        world.env.clear();
        world
    };
    check(stored(), "t-key (the keychain) for 0, keychain 1, w0");
    world = stored();
    world.keychain.held.clear();
    check(world, "t-sdk (the folder ./.logfire) for 0, keychain 1, w0");
    world = stored();
    world.keychain.held.clear();
    world.working_dir = None;
    check(
        world,
        "t-kept (the file of --insecure-storage) for 0, keychain 1, w0",
    );
    check(World::default(), "none, keychain 1, w0");
}

#[test]
fn logfires_variables_count_for_logfire_alone_and_the_first_of_several_is_taken() {
    let world = World::with_env(LOGFIRE_TOKEN, "t-env");
    world.check(TokenKind::Write, &["https://c"], "none, keychain 1, w0");
    let world = World::with_env(LOGFIRE_TOKEN, " , t-env ,b");
    world.check(
        TokenKind::Write,
        &[US],
        "t-env (LOGFIRE_TOKEN) for 0, keychain 0, w1",
    );
    let world = World::with_env(LOGFIRE_READ_TOKEN, "t-env");
    world.check(
        TokenKind::Read,
        &[US],
        "t-env (LOGFIRE_READ_TOKEN) for 0, keychain 0, w0",
    );
    let world = World::with_env(OTELCTL_TOKEN, "t-own");
    world.check(TokenKind::Read, &[US], "none, keychain 1, w0");
    let world = World::with_env(OTELCTL_TOKEN, "t-own");
    world.check(
        TokenKind::Write,
        &["https://c"],
        "t-own (OTELCTL_TOKEN) for 0, keychain 0, w0",
    );
}

#[test]
fn a_token_goes_to_the_origin_it_belongs_to() {
    let world = World::with_env(LOGFIRE_TOKEN, "pylf_v1_eu_x");
    world.check(
        TokenKind::Write,
        &[US, EU],
        "pylf_v1_eu_x (LOGFIRE_TOKEN) for 1, keychain 0, w0",
    );
    let world = World::default().holding(TokenKind::Write, EU, "t-key");
    world.check(
        TokenKind::Write,
        &[US, EU],
        "t-key (the keychain) for 1, keychain 1, w0",
    );
    let world = World::default().holding(TokenKind::Write, EU, "t-key");
    world.check(TokenKind::Write, &[US], "none, keychain 1, w0");
    let world = World::default().holding(TokenKind::Write, EU, "t-key");
    world.check(TokenKind::Read, &[EU], "none, keychain 1, w0");
    let both = World::default()
        .holding(TokenKind::Write, US, "t-key")
        .holding(TokenKind::Write, EU, "t-key");
    let expected = format!("the keychain holds a token for {US} and one for {EU}, keychain 1, w0");
    both.check(TokenKind::Write, &[US, EU], &expected);
}

#[test]
fn a_keychain_that_cannot_be_opened_is_an_error_unless_a_file_was_made_for_that() {
    let missing = || StoreError::Missing {
        why: "no bus".to_owned(),
    };
    let silent = || StoreError::Silent { seconds: 5 };
    let world = World::default().failing(missing);
    world.check(
        TokenKind::Write,
        &[US],
        "cannot look for the token: there is no keychain here: no bus, keychain 1, w0",
    );
    let folder = tempfile::tempdir().unwrap();
    let json = format!("{{\"token\":\"t-sdk\",\"logfire_api_url\":\"{US}\"}}");
    write(
        &folder.path().join(".logfire/logfire_credentials.json"),
        &json,
        0o644,
    );
    let in_folder = |fault| World {
        working_dir: Some(folder.path().to_owned()),
        ..World::default().failing(fault)
    };
    let sdk = "t-sdk (the folder ./.logfire) for 0, keychain 1, w0";
    in_folder(missing).check(TokenKind::Write, &[US], sdk);
    in_folder(silent).check(
        TokenKind::Write,
        &[US],
        "cannot look for the token: the keychain did not answer within 5 seconds, keychain 1, w0",
    );
    let files = FileStore::below(folder.path());
    let account = TokenAccount::new(TokenKind::Write, US);
    files.set(&account, &Secret::new("t-kept")).unwrap();
    let world = World {
        files: Some(files),
        ..in_folder(silent)
    };
    let kept = "t-kept (the file of --insecure-storage) for 0, keychain 1, w0";
    world.check(TokenKind::Write, &[US], kept);
}

#[test]
fn a_token_that_cannot_be_sent_names_who_set_it() {
    for (value, expected) in [
        ("  ", "the token of OTELCTL_TOKEN is empty"),
        (
            "a\u{7}b",
            "the token of OTELCTL_TOKEN has a control character in it, which cannot be sent",
        ),
        (
            "a\nb",
            "the token of OTELCTL_TOKEN has a control character in it, which cannot be sent",
        ),
    ] {
        let world = World::with_env(OTELCTL_TOKEN, value);
        world.check(
            TokenKind::Write,
            &[US],
            &format!("{expected}, keychain 0, w0"),
        );
    }
}

#[test]
fn a_token_file_that_others_can_read_is_refused_and_nothing_stands_in() {
    let folder = tempfile::tempdir().unwrap();
    for (text, mode, why) in [
        ("t-file", 0o640, "can read it"),
        ("t-file", 0o604, "can read it"),
        ("\n", 0o600, "is empty"),
    ] {
        let path = write(&folder.path().join("token"), text, mode);
        let args = TokenArgs {
            token_file: Some(path),
            token_fd: None,
        };
        let env = EnvVars::new([(OTELCTL_TOKEN, "t-own")]);
        let query = TokenQuery {
            kind: TokenKind::Write,
            origin: US,
            is_logfire: true,
        };
        let error = find(&query, &args, &Outside::new(&env, &NOWHERE)).unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let said = format!("{error} {}", cause.unwrap_or_default());
        assert!(said.contains(why), "{said}");
        assert!(!error.hint().unwrap_or_default().is_empty());
    }
}
