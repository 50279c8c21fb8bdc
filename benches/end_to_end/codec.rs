//! Limit B: only compressing the same bodies, with the codec and level the product uses; and `gzip -1` beside it.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use libdeflater::{CompressionLvl, Compressor};

use crate::Result;
use crate::process;
use crate::replay::Recorded;

/// The product's default.
const GZIP_LEVEL: i32 = 1;
/// As many as the targets speak of.
const THREADS: usize = 2;

/// The bodies as they were before compression.
pub(crate) fn inflate(requests: &[Recorded]) -> Result<Vec<Vec<u8>>> {
    let mut bodies = Vec::new();
    for request in requests {
        let mut body = Vec::new();
        if request.content_encoding == "gzip" {
            MultiGzDecoder::new(&*request.body).read_to_end(&mut body)?;
        } else {
            body.extend_from_slice(&request.body);
        }
        bodies.push(body);
    }
    Ok(bodies)
}

/// Two threads compress everything, each body as one gzip member.
pub(crate) fn compress(bodies: &[Vec<u8>]) -> Result<Duration> {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| compress_from(bodies, &next)))
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| "a compressing thread panicked")?)
    })?;
    Ok(started.elapsed())
}

fn compress_from(bodies: &[Vec<u8>], next: &AtomicUsize) -> Result<()> {
    let mut compressor = gzip()?;
    let mut compressed = Vec::new();
    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
        gzip_into(&mut compressor, body, &mut compressed)?;
    }
    Ok(())
}

/// The codec of limit B and of the bare program.
pub(crate) fn gzip() -> Result<Compressor> {
    let level = CompressionLvl::new(GZIP_LEVEL).map_err(|_| "the codec has no such level")?;
    Ok(Compressor::new(level))
}

/// Compresses `body` as one gzip member in place of what `compressed` held.
pub(crate) fn gzip_into(
    compressor: &mut Compressor,
    body: &[u8],
    compressed: &mut Vec<u8>,
) -> Result<()> {
    compressed.resize(compressor.gzip_compress_bound(body.len()), 0);
    let bytes = compressor.gzip_compress(body, compressed)?;
    compressed.truncate(bytes);
    Ok(())
}

/// `gzip -1` of the input itself, on one core, or `None` where there is no such program.
pub(crate) fn gzip_program(input: &Path) -> Option<Duration> {
    let mut command = Command::new("gzip");
    command.args(["-1", "-c"]).arg(input).stdout(Stdio::null());
    process::run(&mut command).ok().map(|cost| cost.wall)
}
