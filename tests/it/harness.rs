//! Runs whole commands in a world of the test's own, and checks the accounts of each run.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use otelctl::base::clock::{Clock, Pause, SystemClock};
use otelctl::base::secret::Secret;
use otelctl::base::units::UnixNanos;
use otelctl::flow::plan::SignalMode;
use otelctl::host::{Host, Watched};
use otelctl::settings::detect::Process;
use otelctl::settings::env::EnvVars;
use otelctl::token::{StoreError, TokenAccount, TokenKind, TokenStore};
use serde_json::Value;
use tempfile::TempDir;

use crate::fake::FakeOtlp;

/// When every run in this process happens: 2026-11-20T12:00:00Z.
pub(crate) const NOW: u64 = 1_795_176_000_000_000_000;

/// A wall clock that stands still. Waits go on, unless the test has the hand: then each one is over at once, and has moved it.
#[derive(Debug)]
struct FakeClock {
    hand: Option<Hand>,
}

/// The hand of a clock that moves only when the test moves it.
#[derive(Debug, Clone)]
pub(crate) struct Hand(Arc<Mutex<Instant>>);

impl Hand {
    /// A clock that stands.
    pub(crate) fn new() -> Hand {
        Hand(Arc::new(Mutex::new(SystemClock.instant())))
    }

    /// A clock with this hand, for a server inside of a test.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        let hand = Some(self.clone());
        Arc::new(FakeClock { hand })
    }

    /// Lets time go by.
    pub(crate) fn advance(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for FakeClock {
    fn now(&self) -> UnixNanos {
        UnixNanos(NOW)
    }

    fn instant(&self) -> Instant {
        match &self.hand {
            Some(hand) => *hand.0.lock().unwrap(),
            None => SystemClock.instant(),
        }
    }

    fn pause(&self, time: Duration) -> Pause {
        match &self.hand {
            Some(hand) => {
                hand.advance(time);
                Box::pin(std::future::ready(()))
            }
            None => SystemClock.pause(time),
        }
    }
}

/// A stream that can be looked at afterwards.
#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl Tape {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A command to run in this process.
pub(crate) struct Run {
    words: Vec<OsString>,
    stdin: Option<Box<dyn Read + Send>>,
    env: Vec<(String, String)>,
    hand: Option<Hand>,
    config_dir: Option<PathBuf>,
    working_dir: Option<PathBuf>,
    state_dir: Option<PathBuf>,
    keychain: MemoryKeychain,
    root: PathBuf,
}

/// A keychain that ends with the test; whoever holds a clone sees the same.
#[derive(Clone, Default)]
pub(crate) struct MemoryKeychain {
    held: Arc<Mutex<BTreeMap<TokenAccount, Secret>>>,
    fault: Option<fn() -> StoreError>,
    /// How often it was opened.
    opened: Arc<Mutex<u32>>,
}

impl MemoryKeychain {
    /// One that does nothing but fail.
    pub(crate) fn failing(fault: fn() -> StoreError) -> MemoryKeychain {
        MemoryKeychain {
            fault: Some(fault),
            ..MemoryKeychain::default()
        }
    }

    /// Puts a token in from outside.
    pub(crate) fn put(&self, kind: TokenKind, origin: &str, token: &str) {
        let account = TokenAccount::new(kind, origin);
        self.held
            .lock()
            .unwrap()
            .insert(account, Secret::new(token));
    }

    /// What it holds for an account.
    pub(crate) fn token(&self, kind: TokenKind, origin: &str) -> Option<String> {
        let account = TokenAccount::new(kind, origin);
        let held = self.held.lock().unwrap();
        held.get(&account).map(|token| token.expose().to_owned())
    }

    /// How often it was opened.
    pub(crate) fn opened(&self) -> u32 {
        *self.opened.lock().unwrap()
    }

    fn open(&self) -> Result<MutexGuard<'_, BTreeMap<TokenAccount, Secret>>, StoreError> {
        *self.opened.lock().unwrap() += 1;
        match self.fault {
            Some(fault) => Err(fault()),
            None => Ok(self.held.lock().unwrap()),
        }
    }
}

impl TokenStore for MemoryKeychain {
    fn get(&self, accounts: &[TokenAccount]) -> Result<Vec<Option<Secret>>, StoreError> {
        let held = self.open()?;
        Ok(accounts
            .iter()
            .map(|account| held.get(account).cloned())
            .collect())
    }

    fn set(&self, account: &TokenAccount, token: &Secret) -> Result<(), StoreError> {
        self.open()?.insert(account.clone(), token.clone());
        Ok(())
    }

    fn remove(&self, account: &TokenAccount) -> Result<bool, StoreError> {
        Ok(self.open()?.remove(account).is_some())
    }
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// `otelctl` without arguments, on a terminal without input, in an empty environment.
    pub(crate) fn new() -> Run {
        Run {
            words: vec!["otelctl".into()],
            stdin: None,
            env: Vec::new(),
            hand: None,
            config_dir: None,
            working_dir: None,
            state_dir: None,
            keychain: MemoryKeychain::default(),
            root: PathBuf::from("/nowhere"),
        }
    }

    /// With this keychain instead of an empty one.
    pub(crate) fn keychain(mut self, keychain: &MemoryKeychain) -> Run {
        self.keychain = keychain.clone();
        self
    }

    /// `otelctl send --json`, whose receipt is checked.
    pub(crate) fn send() -> Run {
        Run::new().args(["send", "--json"])
    }

    /// The same to a fake server. A retry that no script foresaw ends soon.
    pub(crate) fn send_to(server: &FakeOtlp) -> Run {
        Run::send().args(["--to", server.url(), "--retry-for", "5s"])
    }

    /// Adds arguments.
    pub(crate) fn args<T: Into<OsString>>(mut self, words: impl IntoIterator<Item = T>) -> Run {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    /// Adds one argument.
    pub(crate) fn arg(self, word: impl Into<OsString>) -> Run {
        self.args([word.into()])
    }

    /// Pipes bytes in.
    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Run {
        self.stdin = Some(Box::new(Cursor::new(bytes.into())));
        self
    }

    /// Pipes in what a reader gives.
    pub(crate) fn stdin_from(mut self, reader: impl Read + Send + 'static) -> Run {
        self.stdin = Some(Box::new(reader));
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Run {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The folder in which the system keeps configuration files.
    pub(crate) fn config_dir(mut self, folder: &Path) -> Run {
        self.config_dir = Some(folder.to_owned());
        self
    }

    /// The folder that the program is called in; without it there is none.
    pub(crate) fn working_dir(mut self, folder: &Path) -> Run {
        self.working_dir = Some(folder.to_owned());
        self
    }

    /// The system's folder for what programs leave behind; without it there is none.
    pub(crate) fn state_dir(mut self, folder: &Path) -> Run {
        self.state_dir = Some(folder.to_owned());
        self
    }

    /// The folder under which the system's files are; without it there are none.
    pub(crate) fn root(mut self, folder: &Path) -> Run {
        folder.clone_into(&mut self.root);
        self
    }

    /// Nothing takes any time, so that durations can be printed and compared.
    pub(crate) fn in_no_time(self) -> Run {
        self.in_time_of(&Hand::new())
    }

    /// Time goes by when the test says so.
    pub(crate) fn in_time_of(mut self, hand: &Hand) -> Run {
        self.hand = Some(hand.clone());
        self
    }

    /// Runs it. A receipt that does not balance ends the test.
    #[track_caller]
    pub(crate) fn run(self) -> Outcome {
        let (stdout, stderr) = (Tape::default(), Tape::default());
        let host = Host {
            env: EnvVars::new(self.env),
            clock: Arc::new(FakeClock { hand: self.hand }),
            rng: fastrand::Rng::with_seed(7),
            stdin_watched: if self.stdin.is_some() {
                Watched::Unwatched
            } else {
                Watched::Terminal
            },
            stdin: self.stdin.unwrap_or_else(|| Box::new(io::empty())),
            stdout: Box::new(stdout.clone()),
            stdout_watched: Watched::Unwatched,
            stderr: Box::new(stderr.clone()),
            stderr_watched: Watched::Unwatched,
            signals: SignalMode::Ignored,
            host_name: Some("test-host".to_owned()),
            config_dir: self.config_dir,
            working_dir: self.working_dir,
            state_dir: self.state_dir,
            machine_id: Some("0123456789abcdef".to_owned()),
            time_zone: || TimeZone::UTC,
            keychain: Arc::new(self.keychain),
            read_hidden: || Ok("typed-hunter2".to_owned()),
            root: self.root,
            process: Process {
                id: 812,
                executable: Some("/opt/otelctl".into()),
            },
        };
        let is_json_send = ["send", "--json"]
            .iter()
            .all(|word| self.words.iter().any(|given| given == word));
        let outcome = Outcome {
            code: otelctl::run(host, self.words),
            stdout: stdout.text(),
            stderr: stderr.text(),
        };
        if is_json_send {
            let answer = outcome.json();
            assert!(
                answer.get("error").is_some() || answer["command"] == "send",
                "neither a receipt nor an error: {answer}"
            );
            if answer.get("error").is_none() {
                assert_balanced(&answer);
            }
        }
        outcome
    }
}

impl Outcome {
    /// The last line of standard output as JSON; the lines before it are records, for `--to stdout`.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let last = self.stdout.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The receipt of a run that ended so, its accounts checked.
    #[track_caller]
    pub(crate) fn receipt(&self, code: u8, outcome: &str) -> Receipt {
        let receipt = self.json();
        assert_eq!(
            (self.code, &receipt["outcome"]),
            (code, &outcome.into()),
            "{receipt:#}"
        );
        assert_balanced(&receipt);
        Receipt(receipt)
    }

    /// The error of `--json`: its code, its message and its hint.
    #[track_caller]
    pub(crate) fn error(&self) -> (String, String, String) {
        let error = &self.json()["error"];
        let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
        (text("code"), text("message"), text("hint"))
    }

    /// Everything that was printed.
    pub(crate) fn printed(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// What `send --json` printed.
#[derive(Debug)]
pub(crate) struct Receipt(pub(crate) Value);

impl Receipt {
    /// One of the exits, or `read`.
    #[track_caller]
    pub(crate) fn records(&self, exit: &str) -> u64 {
        self.0["records"][exit].as_u64().unwrap()
    }

    /// `sent`, `retried` or `split`.
    #[track_caller]
    pub(crate) fn requests(&self, kind: &str) -> u64 {
        self.0["requests"][kind].as_u64().unwrap()
    }

    /// Whether a warning holds all of these.
    #[track_caller]
    pub(crate) fn assert_warns(&self, parts: &[&str]) {
        let warnings = self.0["warnings"].as_array().unwrap();
        let holds_all = |warning: &Value| {
            let text = warning.as_str().unwrap();
            parts.iter().all(|part| text.contains(part))
        };
        assert!(
            warnings.iter().any(holds_all),
            "no warning with {parts:?} in {warnings:#?}"
        );
    }

    /// Why sending stopped: the code and the message.
    #[track_caller]
    pub(crate) fn stop(&self) -> (String, String) {
        let text = |key: &str| self.0["stop"][key].as_str().unwrap_or_default().to_owned();
        (text("code"), text("message"))
    }
}

/// The equation of the program: every record that was read left by exactly one exit.
#[track_caller]
pub(crate) fn assert_balanced(receipt: &Value) {
    let records = &receipt["records"];
    let count = |exit: &str| records[exit].as_u64().unwrap();
    let exits = [
        "delivered",
        "rejected",
        "dead_lettered",
        "dropped",
        "filtered",
        "unsent",
    ];
    let left: u64 = exits.into_iter().map(count).sum();
    assert_eq!(count("read"), left, "{receipt:#}");
    let sources = receipt["sources"].as_array().unwrap();
    let made: u64 = sources
        .iter()
        .map(|source| source["records"].as_u64().unwrap())
        .sum();
    assert_eq!(count("read"), made, "{receipt:#}");
    let reasons = receipt["reasons"]["rejected"].as_object().unwrap();
    let reasoned: u64 = reasons.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(count("rejected"), reasoned, "{receipt:#}");
    let dropped = receipt["reasons"]["dropped"].as_object().unwrap();
    let reasoned: u64 = dropped.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(count("dropped"), reasoned, "{receipt:#}");
    let severities = receipt["severity"].as_object().unwrap();
    let classed: u64 = severities
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(count("read"), classed, "{receipt:#}");
}

/// A folder that is gone after the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// An empty one.
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A place in it.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// Bytes as one gzip member.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Guarantees: a receipt that does not balance fails the test.
#[test]
#[should_panic(expected = "left: 3")]
fn a_receipt_that_does_not_balance_fails_the_test() {
    let mut receipt = Run::send()
        .args(["--to", "stdout"])
        .stdin("1\n2\n")
        .run()
        .json();
    receipt["records"]["read"] = 3.into();
    assert_balanced(&receipt);
}
