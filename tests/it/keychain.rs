//! The real keychain of Linux: a gnome-keyring on a session bus of its own, and machines on which it fails.
//!
//! Needs `dbus-run-session`, `dbus-daemon`, `gnome-keyring-daemon` and `secret-tool` (Debian: dbus, gnome-keyring, libsecret-tools). Without them
//! these tests fail, because a keychain that nobody tried is not a promise.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use otelctl::base::clock::{Clock as _, SystemClock};

use crate::binary::ended;
use crate::fake::FakeOtlp;
use crate::harness::Folder;

/// The promise: a machine without a usable keychain says so within this time.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(6);

const NEEDED: &str = "these tests need the Debian packages dbus, gnome-keyring and libsecret-tools";

/// Unlocks a new keyring, or the one that is there, with the password `pw`.
const UNLOCK: &str =
    "printf 'pw\\n' | gnome-keyring-daemon --unlock --components=secrets > /dev/null";

/// A user with nothing in their folders, and no display.
struct User {
    home: Folder,
    runtime: Folder,
}

impl User {
    fn new() -> User {
        let (home, runtime) = (Folder::new(), Folder::new());
        fs::set_permissions(runtime.path(), fs::Permissions::from_mode(0o700)).unwrap();
        User { home, runtime }
    }

    /// A command in this user's world. Nothing of the developer's own session is in it.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.home.path())
            .env("XDG_DATA_HOME", self.home.at("data"))
            .env("XDG_STATE_HOME", self.home.at("state"))
            .env("XDG_CONFIG_HOME", self.home.at("config"))
            .env("XDG_RUNTIME_DIR", self.runtime.path())
            .env("OTELCTL", env!("CARGO_BIN_EXE_otelctl"))
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs lines of shell on a session bus of their own, `$OTELCTL` being the binary.
    #[track_caller]
    fn on_a_bus(&self, lines: &str, url: &str) -> Output {
        let script = format!("set -e\n{lines}");
        let mut command = self.command("dbus-run-session");
        command
            .args(["--", "sh", "-c", &script])
            .env("LOGFIRE_BASE_URL", url);
        ended(command.spawn().expect(NEEDED))
    }

    /// Runs the binary, which must fail in time, name the ways that work, and write nothing.
    #[track_caller]
    fn fails(&self, words: &str, bus: Option<&str>, said: &str) {
        let before = files_below(&self.home);
        let mut command = self.command(env!("CARGO_BIN_EXE_otelctl"));
        command.args(words.split(' ')).stdin(Stdio::piped());
        if let Some(bus) = bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        let begun = SystemClock.instant();
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(b"pylf_v1_us_hunter2\n")
            .ok();
        let output = ended(child);
        let took = SystemClock.instant().duration_since(begun);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words}: {text}");
        for part in [said, "LOGFIRE_TOKEN", "--token-file"] {
            assert!(text.contains(part), "{words}: {part} in {text}");
        }
        assert!(!text.contains("hunter2"), "{text}");
        assert!(took < ANSWER_WAIT_MAX, "{words} took {took:?}");
        assert_eq!(files_below(&self.home), before, "{words} wrote something");
    }

    #[track_caller]
    fn all_fail(&self, bus: Option<&str>, said: &str) {
        for words in ["token set", "token status", "send --to logfire"] {
            self.fails(words, bus, said);
        }
    }
}

/// How many files there are.
fn files_below(folder: &Folder) -> usize {
    let list = Command::new("find")
        .arg(folder.path())
        .args(["-type", "f"])
        .output()
        .unwrap();
    String::from_utf8_lossy(&list.stdout).lines().count()
}

#[track_caller]
fn stdout_of(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Guarantees: a token in a real Secret Service is set, found by other programs, used by `send`, and removed.
#[test]
fn a_token_lives_in_a_real_keyring() {
    let (user, server) = (User::new(), FakeOtlp::accepting());
    let lines = format!(
        r#"{UNLOCK}
        printf 'keyring-hunter2\n' | "$OTELCTL" token set
        echo "seen: $(secret-tool lookup service otelctl username "write $LOGFIRE_BASE_URL")"
        "$OTELCTL" token status --json
        echo one | "$OTELCTL" send --to logfire --time keep --json > /dev/null
        "$OTELCTL" token rm
        secret-tool lookup service otelctl username "write $LOGFIRE_BASE_URL" || echo gone
        "$OTELCTL" token status > /dev/null || echo "status $?""#
    );
    let text = stdout_of(&user.on_a_bus(&lines, server.url()));
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains("is stored in the keychain"), "{text}");
    assert_eq!(lines[1], "seen: keyring-hunter2");
    let status: serde_json::Value = serde_json::from_str(lines[2]).unwrap();
    assert_eq!(status["kinds"]["write"]["source"], "keychain");
    assert!(lines[3].contains("is removed from the keychain"), "{text}");
    assert_eq!(&lines[4..], ["gone", "status 1"]);
    assert_eq!(
        server.seen()[0].header("authorization"),
        Some("keyring-hunter2")
    );
}

/// Guarantees: what another program stored under our name is used.
#[test]
fn a_token_that_another_program_stored_is_used() {
    let (user, server) = (User::new(), FakeOtlp::accepting());
    let lines = format!(
        r#"{UNLOCK}
        printf theirs-hunter2 | secret-tool store --label=x service otelctl username "write $LOGFIRE_BASE_URL"
        echo one | "$OTELCTL" send --to logfire --time keep --json > /dev/null"#
    );
    stdout_of(&user.on_a_bus(&lines, server.url()));
    assert_eq!(
        server.seen()[0].header("authorization"),
        Some("theirs-hunter2")
    );
}

/// Guarantees: without a session bus, the error comes in time and names the ways that work.
#[test]
fn a_machine_without_a_bus_is_told_the_ways_that_work() {
    User::new().all_fail(None, "no keychain here");
}

/// Guarantees: the same on a bus where nobody keeps secrets.
#[test]
fn a_bus_without_a_secret_service_is_no_keychain() {
    let (user, bus) = (User::new(), Bus::start(User::new()));
    user.all_fail(Some(&bus.address), "no keychain here");
}

/// Guarantees: the same with a keyring that is locked, and nobody to unlock it.
#[test]
fn a_locked_keyring_is_told_in_time() {
    let user = User::new();
    let server = FakeOtlp::accepting();
    let fill = format!("{UNLOCK}\nprintf 'locked-hunter2\\n' | \"$OTELCTL\" token set");
    stdout_of(&user.on_a_bus(&fill, server.url()));
    let try_it = r#"printf '' | gnome-keyring-daemon --start --components=secrets > /dev/null
        for words in 'token set' 'token status' 'send --to logfire'; do
            code=0
            echo x | "$OTELCTL" $words || code=$?
            echo "$code" >&2
        done"#;
    let begun = SystemClock.instant();
    let output = user.on_a_bus(try_it, server.url());
    let took = SystemClock.instant().duration_since(begun);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(text.matches("the keychain is locked").count(), 3, "{text}");
    assert_eq!(text.matches("--token-file").count(), 3, "{text}");
    assert_eq!(
        text.lines().filter(|line| *line == "2").count(),
        3,
        "{text}"
    );
    assert!(took < ANSWER_WAIT_MAX * 3, "{took:?}");
    assert_eq!(server.seen().len(), 0);
    assert!(!user.home.at("state").exists());
}

/// Guarantees: a Secret Service that never answers is given up after five seconds.
#[test]
fn a_secret_service_that_never_answers_is_given_up() {
    let (user, bus) = (User::new(), Bus::start(User::new()));
    let _silent = bus.silent_service();
    for words in ["token set", "token status", "send --to logfire"] {
        user.fails(words, Some(&bus.address), "did not answer within 5 seconds");
    }
}

/// A session bus on which nothing is started by itself.
struct Bus {
    daemon: Child,
    address: String,
    _user: User,
}

impl Bus {
    #[track_caller]
    fn start(user: User) -> Bus {
        let socket = user.runtime.at("bus");
        let configuration = format!(
            "<busconfig><type>session</type><listen>unix:path={}</listen><policy context=\"default\"><allow send_destination=\"*\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
            socket.display()
        );
        let file = user.home.file("bus.conf", configuration);
        let mut command = user.command("dbus-daemon");
        command.args(["--nofork", "--print-address=1"]);
        command.arg(format!("--config-file={}", file.display()));
        let mut daemon = command.spawn().expect(NEEDED);
        let mut address = String::new();
        let mut lines = BufReader::new(daemon.stdout.take().unwrap());
        lines.read_line(&mut address).unwrap();
        Bus {
            daemon,
            address: address.trim().to_owned(),
            _user: user,
        }
    }

    /// Takes the name of the Secret Service and reads nothing that comes.
    fn silent_service(&self) -> zbus::blocking::Connection {
        let builder = zbus::blocking::connection::Builder::address(&*self.address).unwrap();
        let connection = builder.build().unwrap();
        let bus = "org.freedesktop.DBus";
        // By hand: asked for in the library's own way, the name would come with an object that answers.
        let wanted = ("org.freedesktop.secrets", 0_u32);
        let answer = connection.call_method(
            Some(bus),
            "/org/freedesktop/DBus",
            Some(bus),
            "RequestName",
            &wanted,
        );
        assert_eq!(answer.unwrap().body().deserialize::<u32>().unwrap(), 1);
        connection
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        self.daemon.kill().ok();
        self.daemon.wait().ok();
    }
}
