//! What is known of the place this runs at → attributes of the resource, by the names of semantic conventions 1.44.
//!
//! Everything comes from the environment and a few small files; nothing asks the network or starts a program. What a file or a variable
//! does not say is left out. The children are pure: texts in, attributes out.
//!
//! `telemetry.sdk.*` is not among them: the records come from other programs, and their language and SDK are not ours. The id of the
//! machine and that of the run are told only to who asks for them by name.

mod cloud;
mod container;
mod kubernetes;
mod os;
mod process;

use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::detectors::DetectArg;
use crate::record::{Attribute, Value};
use crate::settings::detect::container::Container;
use crate::settings::env::{EnvReader, EnvVars};
use crate::settings::{Origin, Sourced};

/// What is looked for when nobody says: what is true of every program on this machine, and what says so itself.
pub(super) const DETECTORS_DEFAULT: [DetectArg; 5] = [
    DetectArg::Host,
    DetectArg::Os,
    DetectArg::Env,
    DetectArg::Container,
    DetectArg::K8s,
];

/// What `all` stands for.
const DETECTORS_ALL: [DetectArg; 7] = [
    DetectArg::Host,
    DetectArg::Os,
    DetectArg::Env,
    DetectArg::Container,
    DetectArg::K8s,
    DetectArg::Cloud,
    DetectArg::Process,
];

/// More of a file is not read: a machine may have thousands of mounts.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// This process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// Its program.
    pub executable: Option<PathBuf>,
}

/// Where detectors look.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'s> {
    /// The environment.
    pub env: &'s EnvVars,
    /// The folder under which the system's files are: `/`, but in tests.
    pub root: &'s Path,
    /// The name of this machine.
    pub host_name: Option<&'s str>,
    /// What systemd and D-Bus tell this machine from others by.
    pub machine_id: Option<&'s str>,
    /// This process.
    pub process: &'s Process,
    /// A random number for this run.
    pub run: u128,
}

/// Which groups are looked for, each of them once.
pub(super) fn detectors(
    said: Option<&[DetectArg]>,
    reader: &EnvReader<'_>,
) -> Sourced<Vec<DetectArg>> {
    let Some(said) = said else {
        return Sourced::new(DETECTORS_DEFAULT.to_vec(), Origin::Default);
    };
    let mut chosen = Vec::new();
    for word in said {
        let words: &[DetectArg] = match word {
            DetectArg::None => &[],
            DetectArg::All => &DETECTORS_ALL,
            one => std::slice::from_ref(one),
        };
        for word in words {
            if !chosen.contains(word) {
                chosen.push(*word);
            }
        }
    }
    Sourced::new(chosen, reader.flag("--detect"))
}

/// The attributes that these groups find, keys unique.
pub fn detect(detectors: &[DetectArg], around: &Surroundings<'_>) -> Vec<Attribute<'static>> {
    let mut found = Found::default();
    for detector in detectors {
        match detector {
            // What the user says is no detected attribute: it is read with the settings.
            DetectArg::None | DetectArg::All | DetectArg::Env => {}
            DetectArg::Host => host(around, &mut found),
            DetectArg::Os => os::detect(around, &mut found),
            DetectArg::Container => container::detect(around, &mut found),
            DetectArg::K8s => kubernetes::detect(around, &mut found),
            DetectArg::Cloud => cloud::detect(around.env, &mut found),
            DetectArg::Process => process::detect(around, &mut found),
            DetectArg::HostId => found.text("host.id", around.machine_id),
            DetectArg::InstanceId => {
                found.text("service.instance.id", Some(&uuid(around.run)));
            }
        }
    }
    found.0
}

fn host(around: &Surroundings<'_>, found: &mut Found) {
    found.text("host.name", around.host_name);
    found.text("host.arch", Some(arch(std::env::consts::ARCH)));
}

/// The conventions' word for a processor.
fn arch(name: &str) -> &str {
    match name {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        other => other,
    }
}

/// A UUID of version 4.
fn uuid(random: u128) -> String {
    const VERSION: u128 = 0xf << 76;
    const VARIANT: u128 = 0x3 << 62;
    let number = random & !VERSION & !VARIANT | 4 << 76 | 2 << 62;
    let digits = format!("{number:032x}");
    let part = |range| digits.get(range).unwrap_or_default();
    [
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32),
    ]
    .join("-")
}

/// Attributes with unique keys; the first of a key stays.
#[derive(Debug, Default)]
struct Found(Vec<Attribute<'static>>);

impl Found {
    /// Adds a text, if there is one.
    fn text(&mut self, key: impl Into<Cow<'static, str>>, text: Option<&str>) {
        if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
            self.add(key.into(), Value::Text(text.to_owned().into()));
        }
    }

    /// Adds a number, if there is one.
    fn number(&mut self, key: &'static str, number: Option<i64>) {
        if let Some(number) = number {
            self.add(key.into(), Value::Int(number));
        }
    }

    fn add(&mut self, key: Cow<'static, str>, value: Value<'static>) {
        if !self.0.iter().any(|held| held.key == key) {
            self.0.push(Attribute { key, value });
        }
    }
}

impl Surroundings<'_> {
    /// The text of a file, given from the root; `None` when it is not there or empty.
    fn read(&self, path: &str) -> Option<String> {
        let path = self.root.join(path.trim_start_matches('/'));
        let mut bytes = Vec::new();
        let file = File::open(path).ok()?;
        file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (!text.trim().is_empty()).then_some(text)
    }

    /// The first of these variables that is set.
    fn variable(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.env.get(name))
    }

    /// What the kernel says of the container that this runs in.
    fn container(&self) -> Container {
        let cgroup = self.read("/proc/self/cgroup").unwrap_or_default();
        if !container::is_hidden(&cgroup) {
            return Container::of_cgroup(&cgroup);
        }
        let mounts = self.read("/proc/self/mountinfo").unwrap_or_default();
        Container::of_mounts(&mounts)
    }
}

#[cfg(test)]
mod tests;
