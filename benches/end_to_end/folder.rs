//! Where the inputs go: memory, when that has room, so that no disk is measured.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::Result;
use crate::options::Options;

/// The file system that is memory.
const MEMORY_FOLDER: &str = "/dev/shm";
/// Most room one run takes, as a multiple of its input: the input, and its requests as OTLP/JSON.
const ROOM_FACTOR: u64 = 4;

/// A folder that goes away with the bench: in memory when that has room, so that no disk is measured.
pub(crate) fn create(options: &Options) -> Result<TempDir> {
    let large_bytes = options.large_gib.unwrap_or(0) << 30;
    let wanted = large_bytes.max(options.input_bytes * ROOM_FACTOR);
    let parent = match &options.folder {
        Some(folder) => folder.clone(),
        None if memory_room_bytes() > wanted => PathBuf::from(MEMORY_FOLDER),
        None => std::env::temp_dir(),
    };
    eprintln!("inputs under {}", parent.display());
    Ok(tempfile::Builder::new()
        .prefix("otelctl-bench-")
        .tempdir_in(parent)?)
}

/// What the memory folder may take: its own limit, but never more than two thirds of what is free.
fn memory_room_bytes() -> u64 {
    let folder_kib = Command::new("df")
        .args(["-Pk", MEMORY_FOLDER])
        .output()
        .ok()
        .and_then(|output| nth_number(&String::from_utf8_lossy(&output.stdout), 1, 3));
    let free_kib = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text
            .lines()
            .position(|line| line.starts_with("MemAvailable:"))?;
        nth_number(&text, line, 1)
    });
    let room_kib = folder_kib.unwrap_or(0).min(free_kib.unwrap_or(0) / 3 * 2);
    room_kib << 10
}

fn nth_number(text: &str, line_index: usize, word_index: usize) -> Option<u64> {
    let line = text.lines().nth(line_index)?;
    line.split_whitespace().nth(word_index)?.parse().ok()
}
