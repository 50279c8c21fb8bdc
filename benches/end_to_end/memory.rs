//! Peak memory must not depend on the size of the input: a small file, and on request a large one, in each case.

use std::path::Path;

use crate::Result;
use crate::cases::{CASES, PEAK_MIB_MAX};
use crate::inputs::{self, Shape};
use crate::measure;
use crate::options::Options;
use crate::report::{Check, Figure, Report, Target, mebibytes};
use crate::sink::Sink;

/// The small input.
const SMALL_BYTES: u64 = 64 << 20;

pub(crate) fn measure(options: &Options, folder: &Path, report: &mut Report) -> Result<()> {
    let large_bytes = options.large_gib.map(|gib| gib << 30);
    for input_bytes in [Some(SMALL_BYTES), large_bytes].into_iter().flatten() {
        for shape in Shape::ALL {
            measure_shape(shape, input_bytes, options, folder, report)?;
        }
    }
    Ok(())
}

fn measure_shape(
    shape: Shape,
    input_bytes: u64,
    options: &Options,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let input = inputs::generate(folder, shape, input_bytes)?;
    for case in CASES.iter().filter(|case| case.shape == shape) {
        eprintln!("memory: {} at {:.0} MiB", case.name, mebibytes(input_bytes));
        let sink = Sink::null()?;
        let cost = measure::send(case, &input.path, options, &sink)?;
        let seen = sink.finish()?;
        let who = format!("otelctl, {:.0} MiB", mebibytes(input_bytes));
        let mut figure = Figure::run(case.name, &who, input.bytes, &[cost]);
        figure.request_count = Some(seen.request_count);
        figure.wire_bytes = Some(seen.wire_bytes);
        report.figures.push(figure);
        report.checks.push(Check {
            case: case.name,
            what: format!("peak MiB at {:.0} MiB", mebibytes(input_bytes)),
            figure: mebibytes(cost.peak_bytes),
            target: Target::AtMost(PEAK_MIB_MAX),
        });
    }
    input.remove()
}
