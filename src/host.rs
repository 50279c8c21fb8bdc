//! Everything outside the program: environment, clocks, randomness, the three streams. Tests fill their own.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, IsTerminal, Read, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::base::clock::{Clock, SystemClock};
use crate::base::escape::printable_lines;
use crate::base::secret::scrub_remembered;
use crate::flow::plan::SignalMode;
use crate::settings::detect::Process;
use crate::settings::env::{EnvVars, OTELCTL_STATE_DIR};
use crate::settings::token::Stores;
use crate::token::TokenStore;
use crate::token::file::FileStore;

/// Whether a stream is watched by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// A terminal.
    Terminal,
    /// A pipe, a file, nothing.
    Unwatched,
}

/// The world as the program sees it.
pub struct Host {
    /// The environment.
    pub env: EnvVars,
    /// Both clocks.
    pub clock: Arc<dyn Clock>,
    /// The one source of randomness.
    pub rng: fastrand::Rng,
    /// Standard input.
    pub stdin: Box<dyn Read + Send>,
    /// Whether standard input is a terminal.
    pub stdin_watched: Watched,
    /// Results go here.
    pub stdout: Box<dyn Write + Send>,
    /// Whether standard output is a terminal.
    pub stdout_watched: Watched,
    /// Everything else goes here.
    pub stderr: Box<dyn Write + Send>,
    /// Whether standard error is a terminal.
    pub stderr_watched: Watched,
    /// Whether signals of the process end the run; tests share one process and say no.
    pub signals: SignalMode,
    /// `host.name` of the resource.
    pub host_name: Option<String>,
    /// The system's folder for configuration files.
    pub config_dir: Option<PathBuf>,
    /// The folder that the program was called in.
    pub working_dir: Option<PathBuf>,
    /// The folder for what is kept between runs.
    pub state_dir: Option<PathBuf>,
    /// What the system tells this machine from others by. It is sent only when somebody asks for `host.id`; else only digests are.
    pub machine_id: Option<String>,
    /// The zone of this machine; asked for only when a command needs it.
    pub time_zone: fn() -> TimeZone,
    /// The keychain; not opened before it is asked.
    pub keychain: Arc<dyn TokenStore>,
    /// Reads a line from the terminal without showing it.
    pub read_hidden: fn() -> io::Result<String>,
    /// The folder under which the system's own files are looked for.
    pub root: PathBuf,
    /// This process.
    pub process: Process,
}

impl Host {
    /// The real world.
    pub fn system() -> Host {
        Host {
            env: EnvVars::new(std::env::vars_os().filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().ok()?))
            })),
            clock: Arc::new(SystemClock),
            rng: fastrand::Rng::new(),
            stdin: Box::new(io::stdin()),
            stdin_watched: watched(io::stdin().is_terminal()),
            stdout: Box::new(io::stdout()),
            stdout_watched: watched(io::stdout().is_terminal()),
            stderr: Box::new(io::stderr()),
            stderr_watched: watched(io::stderr().is_terminal()),
            signals: SignalMode::Heard,
            host_name: host_name(),
            config_dir: dirs::config_dir(),
            working_dir: std::env::current_dir().ok(),
            state_dir: dirs::state_dir()
                .or_else(dirs::data_local_dir)
                .map(|folder| folder.join("otelctl")),
            machine_id: machine_id(),
            time_zone: TimeZone::system,
            keychain: keychain(),
            read_hidden: || console::Term::stderr().read_secure_line(),
            root: PathBuf::from("/"),
            process: Process {
                id: std::process::id(),
                executable: std::env::current_exe().ok(),
            },
        }
    }

    /// Where tokens may be, beside the environment.
    pub fn stores(&self) -> Stores {
        let chosen = self.env.get(OTELCTL_STATE_DIR).map(Path::new);
        let folder = chosen.or(self.state_dir.as_deref());
        Stores {
            keychain: Some(Arc::clone(&self.keychain)),
            files: folder.map(FileStore::below),
            working_dir: self.working_dir.clone(),
        }
    }
}

#[cfg(feature = "keychain")]
fn keychain() -> Arc<dyn TokenStore> {
    Arc::new(crate::token::keychain::Keychain)
}

#[cfg(not(feature = "keychain"))]
fn keychain() -> Arc<dyn TokenStore> {
    Arc::new(crate::token::NoKeychain)
}

/// Makes the message of a panic show no secret that this process knows. The rest is as usual.
pub fn hide_secrets_in_panics() {
    panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let place = panic.location().map(ToString::to_string);
        let text = panic_text(
            thread.name().unwrap_or("<unnamed>"),
            &place.unwrap_or_default(),
            said(panic.payload()),
        );
        let trace = Backtrace::capture();
        let mut stderr = io::stderr().lock();
        // There is nobody left to tell.
        let _shown = stderr.write_all(text.as_bytes());
        if trace.status() == BacktraceStatus::Captured {
            let _shown = writeln!(stderr, "{}", scrub_remembered(&trace.to_string()));
        }
    }));
}

fn said(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let owned = || payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(owned).unwrap_or("a bug without a message")
}

/// What is printed of a panic.
fn panic_text(thread: &str, place: &str, message: &str) -> String {
    let message = scrub_remembered(message);
    format!(
        "\nthread '{thread}' panicked at {place}:\n{}\n",
        printable_lines(&message)
    )
}

fn watched(is_terminal: bool) -> Watched {
    if is_terminal {
        Watched::Terminal
    } else {
        Watched::Unwatched
    }
}

/// The kernel's name of this machine, without asking the network.
fn host_name() -> Option<String> {
    let read = |path| std::fs::read_to_string(path).ok();
    let name = read("/proc/sys/kernel/hostname").or_else(|| read("/etc/hostname"))?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// What systemd and D-Bus tell machines apart by.
fn machine_id() -> Option<String> {
    let read = |path| std::fs::read_to_string(path).ok();
    let id = read("/etc/machine-id").or_else(|| read("/var/lib/dbus/machine-id"))?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::{Secret, remember};

    #[test]
    fn the_text_of_a_panic_shows_no_secret() {
        let token = Secret::new("panicking-hunter2");
        remember(&token);
        let message =
            "no header for panicking-hunter2 or cGFuaWNraW5nLWh1bnRlcjI= or pylf_v1_us_q\u{1b}[2J";
        let text = panic_text("main", "src/net.rs:1:2", message);
        assert_eq!(
            text,
            "\nthread 'main' panicked at src/net.rs:1:2:\nno header for [hidden] or [hidden] or pylf_v1_[hidden]\\u{1b}[2J\n"
        );
        let payload: Box<dyn Any> = Box::new("a".to_owned());
        assert_eq!(said(&*payload), "a");
    }
}
