//! Arguments that say what to read and how: shared by `send` and `detect`.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::config::ProfileArgs;
use crate::cli::send::Typed;

/// How the input is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// Read the input as this format [default: what it looks like]
    ///
    /// The name of a format (otelctl detect --list shows them all), one from the configuration file, or a pattern like
    /// '{time} {level} [{thread}] {scope} - {body}'. Lines of other formats are then not looked for.
    #[arg(long, value_name = "NAME|PATTERN")]
    pub format: Option<String>,

    /// Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]
    ///
    /// The default is in the system's folder for configuration, which has other names on other systems. Each format is a table [formats.NAME] with a pattern and, if you
    /// like, an example that must fit. They are tried before the built-in ones. Profiles are told at --profile; otelctl config init
    /// writes a file to begin with.
    ///
    /// [env: OTELCTL_CONFIG]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Take times that name no zone to be in this one [default: the system's zone]
    ///
    /// An IANA name, like Europe/Vienna or UTC.
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,

    /// Take the time of JSON and logfmt records from these keys
    ///
    /// With commas between them, or repeated; a dotted path leads into nested objects, as in event.created. The first key
    /// that a record holds is taken, before those that are known.
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub timestamp_fields: Vec<String>,

    /// Take the level from these keys
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub level_fields: Vec<String>,

    /// Take the message from these keys
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub message_fields: Vec<String>,

    /// Take the logger, which becomes the scope, from these keys
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub scope_fields: Vec<String>,

    /// Guess a missing severity by words like error in the message
    ///
    /// Whole words near the start of the message count. Without this flag nothing is guessed.
    #[arg(long)]
    pub guess_severity: bool,

    /// Join at most this many lines into one record [default: 1024]
    #[arg(long, value_name = "COUNT")]
    pub record_lines_max: Option<NonZeroU32>,
}

const EXAMPLES: &str = "\
Examples:
  otelctl detect app.log
  otelctl detect app.log --format '{time} <{level}> {scope}: {body}'
  otelctl detect --list";

/// How patterns are written, for the long help and the page.
const PATTERNS: &str = "\
Patterns:
  A pattern looks like the line: '{time} {level} [{thread}] {scope} - {body}'.
  A blank stands for one or more blanks or tabs; \\{ and \\} are braces of the line.
  {name} or {name:kind}   what stands here, up to what follows in the pattern
  {? ...}                 a part that may be missing
  {_}                     something that is left out
  {time}                  a time in any unambiguous form; {time:%d.%m.%Y %H:%M} in this one
  {level}                 a level word; also level:any, upper, letter, syslog, pri
  {scope}                 the logger
  {body}                  the message; in the last place, the rest of the line
  {below}                 the message stands on the lines below
  {trace_id} {span_id}    the trace
  {host} {pid} {tid} {thread} {file} {line} {func} {client} {user} {status} {method}
                          attributes with their OpenTelemetry names
  {any.other.name}        an attribute of this name
  Kinds: token, int, num, name, dotted, path, module, source, hex, uuid, date, ip, addr,
  quoted, text, request, status, code, tag, uptime, located; for the rest of the line:
  pairs, list, commas, json, trailing, coded, noted, structlog.";

/// Everything `detect` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{PATTERNS}"))]
pub struct DetectArgs {
    /// The file to look at, or - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "list")]
    pub file: Option<PathBuf>,

    /// List every format that is known, with its pattern and a line of it
    #[arg(long, conflicts_with = "file")]
    pub list: bool,

    /// How the input is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// Which profile is taken.
    #[command(flatten)]
    pub profile: ProfileArgs,

    /// All that was typed.
    #[arg(skip)]
    pub words: Typed,
}
