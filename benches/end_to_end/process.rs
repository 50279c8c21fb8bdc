//! What one run of a program costs: its time, its processor and its memory.
//!
//! Taken from `/proc`, so Linux only, and without a line of unsafe code. One child at a time: the processor time is
//! the difference of what this process has inherited from the children it waited for.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// How the kernel counts processor time in `/proc`, on every Linux of today.
const TICK: Duration = Duration::from_millis(10);
/// How often the memory is looked at. The kernel keeps the peak; only what grows in the last moment is missed.
const SAMPLE_EVERY: Duration = Duration::from_millis(5);

/// One run, from start to exit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system, all threads; to [`TICK`].
    pub(crate) cpu: Duration,
    /// Peak resident memory, or 0 when the program was gone before the first look.
    pub(crate) peak_bytes: u64,
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Result<Cost> {
    let cpu_before = children_cpu()?;
    let started = Instant::now();
    let mut child = command
        .spawn()
        .map_err(|error| failed(command, &error.to_string()))?;
    let process_id = child.id();
    let sampler = thread::spawn(move || peak_bytes(process_id));
    let status = child.wait()?;
    let wall = started.elapsed();
    let peak_bytes = sampler.join().map_err(|_| "the memory sampler panicked")?;
    if !status.success() {
        return Err(failed(command, &status.to_string()));
    }
    let cpu = children_cpu()?.saturating_sub(cpu_before);
    Ok(Cost {
        wall,
        cpu,
        peak_bytes,
    })
}

/// Only the time, undisturbed by a sampler.
pub(crate) fn run_quick(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let status = command
        .status()
        .map_err(|error| failed(command, &error.to_string()))?;
    let wall = started.elapsed();
    if status.success() {
        Ok(wall)
    } else {
        Err(failed(command, &status.to_string()))
    }
}

fn failed(command: &Command, why: &str) -> Box<dyn std::error::Error + Send + Sync> {
    let words: Vec<_> = command
        .get_args()
        .map(|word| word.to_string_lossy())
        .collect();
    let program = command.get_program().to_string_lossy();
    format!("{program} {}: {why}", words.join(" ")).into()
}

/// Looks until the process has no memory any more, which is when it has ended.
fn peak_bytes(process_id: u32) -> u64 {
    let path = format!("/proc/{process_id}/status");
    let mut peak_kib = 0;
    while let Some(kib) = fs::read_to_string(&path)
        .ok()
        .and_then(|text| peak_kib_in(&text))
    {
        peak_kib = kib;
        thread::sleep(SAMPLE_EVERY);
    }
    peak_kib << 10
}

fn peak_kib_in(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time of all children waited for so far.
fn children_cpu() -> Result<Duration> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name in brackets and may hold anything; `cutime` is the 14th after it.
    let (_, fields) = text.rsplit_once(')').ok_or("/proc/self/stat has no name")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks: u32 = match fields.get(13..15) {
        Some([user, system]) => user.parse::<u32>()? + system.parse::<u32>()?,
        _ => return Err("/proc/self/stat is too short".into()),
    };
    Ok(TICK * ticks)
}
