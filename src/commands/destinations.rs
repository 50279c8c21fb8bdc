//! `otelctl destinations`: which names `--to` takes, and everything about one of them.

use crate::cli::destinations::DestinationsArgs;
use crate::failure::Failure;
use crate::settings::preset::{find, nearest_name};
use crate::ui::Ui;

/// A name that nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("there is no destination {name:?} with a description")]
struct UnknownName {
    name: String,
}

/// Runs the command.
pub fn run(args: &DestinationsArgs, ui: &mut Ui) -> Result<(), Failure> {
    let Some(typed) = &args.name else {
        ui.destinations();
        return Ok(());
    };
    // Somebody may have copied the whole of `--to`.
    let name = typed.split('?').next().unwrap_or_default();
    if let Some(preset) = find(name) {
        ui.destination(preset);
        return Ok(());
    }
    let meant = nearest_name(name).map(|name| format!("did you mean {name}? "));
    let hint = meant.unwrap_or_default() + "otelctl destinations lists all";
    let error = UnknownName {
        name: name.to_owned(),
    };
    Err(Failure::setup("settings", error, Some(hint)))
}
