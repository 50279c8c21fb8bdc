//! How fast `otelctl send` ships a file, beside what this machine could do at best.
//!
//! Each case runs the real binary against a sink in another process, and next to it the limits: the same requests
//! posted ready made, the codec alone, and a bare program that has no features. Ratios travel between machines,
//! megabytes per second do not. `benches/README.md` says how to run it and what each figure means.
//!
//! The same executable plays three parts, chosen by its first argument: the bench, the sink and the bare program.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its table; progress goes to stderr"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench times and waits for itself, outside the product's rules"
)]
#![expect(
    clippy::cast_precision_loss,
    reason = "figures are shown with three digits"
)]

#[path = "end_to_end/bare.rs"]
mod bare;
#[path = "end_to_end/bare_json.rs"]
mod bare_json;
#[path = "end_to_end/cases.rs"]
mod cases;
#[path = "end_to_end/codec.rs"]
mod codec;
#[path = "end_to_end/folder.rs"]
mod folder;
#[path = "end_to_end/http.rs"]
mod http;
#[path = "shared/inputs.rs"]
mod inputs;
#[path = "end_to_end/measure.rs"]
mod measure;
#[path = "end_to_end/memory.rs"]
mod memory;
#[path = "end_to_end/options.rs"]
mod options;
#[path = "end_to_end/process.rs"]
mod process;
#[path = "end_to_end/replay.rs"]
mod replay;
#[path = "end_to_end/report.rs"]
mod report;
#[path = "end_to_end/serve.rs"]
mod serve;
#[path = "end_to_end/sink.rs"]
mod sink;
#[path = "end_to_end/startup.rs"]
mod startup;
#[path = "shared/timing.rs"]
mod timing;
#[path = "end_to_end/verify.rs"]
mod verify;

use std::error::Error;
use std::process::ExitCode;

use crate::cases::CASES;
use crate::options::Options;
use crate::report::Report;

/// What every part of the bench returns; the text is for a person.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    match play_part() {
        Ok(exit_code) => exit_code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn play_part() -> Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("--sink") => serve::run(&args[1..])?,
        Some("--bare") => bare::run(&args[1..])?,
        _ if args.iter().any(|arg| arg == "--bench") => return bench(&Options::from_args(&args)?),
        // `cargo test --benches` runs this executable too; it has nothing to test.
        _ => println!("end_to_end measures only under `cargo bench`"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs what was asked for. A case that cannot run is reported and the others go on.
fn bench(options: &Options) -> Result<ExitCode> {
    let folder = folder::create(options)?;
    let mut report = Report::default();
    if options.wants("startup") {
        let outcome = startup::measure(options, folder.path(), &mut report);
        report.note_failure("startup", outcome);
    }
    for shape in inputs::Shape::ALL {
        let cases: Vec<_> = CASES
            .iter()
            .filter(|case| case.shape == shape && options.wants(case.name))
            .collect();
        if cases.is_empty() {
            continue;
        }
        let input = inputs::generate(folder.path(), shape, options.input_bytes)?;
        for case in cases {
            let outcome = measure::measure(case, &input, options, &mut report);
            report.note_failure(case.name, outcome);
        }
        input.remove()?;
    }
    if options.wants("memory") {
        let outcome = memory::measure(options, folder.path(), &mut report);
        report.note_failure("memory", outcome);
    }
    println!("{report}");
    Ok(if report.has_failures() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
