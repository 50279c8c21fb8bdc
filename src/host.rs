//! Everything outside the program: environment, clocks, randomness, the three streams. Tests fill their own.

use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::base::clock::{Clock, SystemClock};
use crate::flow::plan::SignalMode;
use crate::settings::detect::Process;
use crate::settings::env::EnvVars;

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
    /// The folder for what is kept between runs.
    pub state_dir: Option<PathBuf>,
    /// What the system tells this machine from others by. It is sent only when somebody asks for `host.id`; else only digests are.
    pub machine_id: Option<String>,
    /// The zone of this machine; asked for only when a command needs it.
    pub time_zone: fn() -> TimeZone,
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
            state_dir: dirs::state_dir()
                .or_else(dirs::data_local_dir)
                .map(|folder| folder.join("otelctl")),
            machine_id: machine_id(),
            time_zone: TimeZone::system,
            root: PathBuf::from("/"),
            process: Process {
                id: std::process::id(),
                executable: std::env::current_exe().ok(),
            },
        }
    }
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
