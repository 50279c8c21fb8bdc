//! otelctl: ships log files and pipes as OTLP and accounts for every record.
//!
//! # The data's way
//!
//! ```text
//! main thread   cli → settings → commands::send makes a plan → flow::send
//!
//! pump thread   one for each pipe: source::feed::pump opens and reads it → a bounded channel
//! N workers     in turn, behind one lock:
//!                 flow::feeder    opens the next input, format::detect tells what it is
//!                 source::chunks  cuts it into chunks that end with a record (pipeline::group says where)
//!               then each for itself:
//!                 pipeline::stage    group: lines of a record → format: Record → encode, batch: request bodies
//!                 otlp::compress     → Shipment
//! main thread   flow::owner     puts shipments in order, keeps a few requests in flight
//!                 delivery        attempts over net's client; pipeline::classify and retry say what an answer means → Fate
//!                 flow::ledger    writes down where each record went → SendReport
//!               ui              report → summary or receipt; failure → exit code
//! local thread  for --to local: receiver, a real OTLP endpoint with its own runtime (flow::local), validate looks at what arrives
//! ```
//!
//! Two commands go other ways:
//!
//! ```text
//! validate      file or pipe → validate: one tree of both encodings → findings, repairs → ui
//! spike         marked records → delivery → flow::spike asks for them → logfire: rows, compared leg by leg → ui
//!                 with --local both ends are logfire::standin behind receiver
//! ```
//!
//! Tokens come from `token` (keychain, files) by the order of `settings::token`; `delivery` asks once more when one is denied.
//!
//! A chunk takes one of a fixed number of permits before it is read and returns it when its last request has ended; that bounds
//! the memory.
//!
//! # What holds everywhere
//!
//! 1. A module names only those to its left; `tests/tidy.rs` holds it: base, otlp, record, format, pipeline, validate, net, source,
//!    delivery, receiver, logfire, token, flow, cli, settings, host, failure, ui, commands.
//! 2. `format` and `pipeline` never wait, read time, read files or print.
//! 3. Every record that was read leaves by exactly one exit, or the program panics: `flow::report::Tally`.
//! 4. A secret never appears in `Debug`, an error, a line we print or an argument we take: `base::secret`.
//! 5. Every queue and buffer has a limit; reaching it stops reading and never grows.
//! 6. `--help`, `--version` and completions touch neither network nor files.
//! 7. Text from outside is escaped before it reaches a terminal: `ui` and `base::escape`.

#![deny(missing_docs)]

pub mod base;
pub mod cli;
pub mod commands;
pub mod delivery;
pub mod failure;
pub mod flow;
pub mod format;
pub mod host;
pub mod logfire;
pub mod net;
pub mod otlp;
pub mod pipeline;
pub mod receiver;
pub mod record;
pub mod settings;
pub mod source;
pub mod token;
pub mod ui;
pub mod validate;

use std::ffi::OsString;

use crate::host::Host;
use crate::ui::OutputFormat;

/// Runs the program in a world; returns its exit code.
///
/// Shape: `words` as the shell gives them, the program's name first.
pub fn run(mut host: Host, words: impl IntoIterator<Item = OsString>) -> u8 {
    let words: Vec<OsString> = words.into_iter().collect();
    let error = match cli::parse(&words) {
        Ok(cli) => return commands::run(cli, host),
        Err(error) => error,
    };
    let style = commands::style_unparsed(&words, &host.env.clone(), &host);
    let mut ui = commands::ui(&mut host, style);
    if error.use_stderr() && style.format == OutputFormat::Json {
        let text = error.render().to_string();
        let said: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
        let message = said
            .join(" ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let message = message.trim_start_matches("error: ").to_owned();
        let hint = Some("see otelctl --help".to_owned());
        return commands::fail(&mut ui, &failure::Failure::setup("usage", message, hint));
    }
    let text = if style.color {
        error.render().ansi().to_string()
    } else {
        error.render().to_string()
    };
    if error.use_stderr() {
        ui.usage(&text);
        return 2;
    }
    ui.result(&error.render().to_string());
    0
}
