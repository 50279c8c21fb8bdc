//! The binary: builds the world and runs the library in it.

use std::process::ExitCode;

use otelctl::host::Host;

fn main() -> ExitCode {
    ExitCode::from(otelctl::run(Host::system(), std::env::args_os()))
}
