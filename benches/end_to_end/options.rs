//! The command line of the bench: `cargo bench --bench end_to_end -- …`.
//!
//! Read by hand, so that the bench needs no parser beside the product's own.

use std::path::PathBuf;
use std::process::Command;

use crate::Result;
use crate::cases::CASES;

/// Input of the timed cases, unless `--mib` says otherwise.
const INPUT_MIB: u64 = 1024;
/// Timed runs of each program in each case, unless `--runs` says otherwise.
const RUNS: usize = 3;
/// What `--only` knows beside the cases.
const EXTRAS: [&str; 2] = ["startup", "memory"];

/// What to measure, and where.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) input_bytes: u64,
    pub(crate) runs: usize,
    /// Where the inputs go; by default memory, when it has room.
    pub(crate) folder: Option<PathBuf>,
    /// Input of the second memory measurement, which is off by default.
    pub(crate) large_gib: Option<u64>,
    /// Names of the cases; empty means all.
    only: Vec<String>,
    /// The program under test, and arguments that come before `send`.
    program: Vec<String>,
}

impl Options {
    pub(crate) fn from_args(args: &[String]) -> Result<Options> {
        let mut options = Options {
            input_bytes: INPUT_MIB << 20,
            runs: RUNS,
            folder: None,
            large_gib: None,
            only: Vec::new(),
            program: vec![env!("CARGO_BIN_EXE_otelctl").to_owned()],
        };
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            // Cargo adds this one to whatever the user typed.
            if flag == "--bench" {
                continue;
            }
            let value = args
                .next()
                .ok_or_else(|| format!("{flag} is unknown or needs a value"))?;
            options.set(flag, value)?;
        }
        Ok(options)
    }

    fn set(&mut self, flag: &str, value: &str) -> Result<()> {
        match flag {
            "--mib" => self.input_bytes = at_least_one(flag, value)? << 20,
            "--runs" => self.runs = usize::try_from(at_least_one(flag, value)?)?,
            "--dir" => self.folder = Some(PathBuf::from(value)),
            "--large-gib" => self.large_gib = Some(at_least_one(flag, value)?),
            "--program" => self.program = value.split_whitespace().map(str::to_owned).collect(),
            "--only" => {
                self.only = value.split(',').map(str::to_owned).collect();
                let names = CASES.iter().map(|case| case.name).chain(EXTRAS);
                let known: Vec<&str> = names.collect();
                if let Some(name) = self
                    .only
                    .iter()
                    .find(|name| !known.contains(&name.as_str()))
                {
                    return Err(format!("no case {name}; there are {}", known.join(", ")).into());
                }
            }
            _ => return Err(format!("unknown flag {flag}").into()),
        }
        Ok(())
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }

    /// The program under test, ready for its own arguments.
    pub(crate) fn program(&self) -> Command {
        let mut words = self.program.iter();
        let mut command = Command::new(words.next().map_or("otelctl", String::as_str));
        command.args(words);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(changes_what_is_sent) {
                command.env_remove(name);
            }
        }
        command
    }
}

/// Whether a variable is a setting of the product or sends its requests through a proxy.
fn changes_what_is_sent(name: &str) -> bool {
    name.starts_with("OTEL") || name.to_ascii_lowercase().ends_with("_proxy")
}

fn at_least_one(flag: &str, value: &str) -> Result<u64> {
    match value.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("{flag} needs a number from 1, not {value}").into()),
    }
}
