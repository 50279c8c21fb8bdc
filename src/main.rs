//! The binary: builds the world and runs the library in it.

use std::process::ExitCode;

use otelctl::host::{Host, hide_secrets_in_panics};

fn main() -> ExitCode {
    hide_secrets_in_panics();
    ExitCode::from(otelctl::run(Host::system(), std::env::args_os()))
}
