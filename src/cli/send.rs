//! Arguments of `send`, grouped as its help groups them.

#![expect(
    clippy::doc_markdown,
    reason = "the doc comments are help text, printed as they are"
)]

use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, ValueEnum, ValueHint};

use crate::base::units::{ByteCount, parse_duration};
use crate::cli::EXIT_CODES;
use crate::cli::config::{ProfileArgs, SwitchArgs};
use crate::cli::detectors::DetectArg;
use crate::cli::follow::FollowArgs;
use crate::cli::input::InputArgs;
use crate::cli::token::TokenArgs;

const EXAMPLES: &str = "\
Examples:
  otelctl send app.log --to local
  otelctl send 'logs/*.gz' --to logfire --service shop
  kubectl logs -f deploy/web | otelctl send --to https://otlp.example.com
  otelctl send app.log --to stdout | jq .
  otelctl send --follow '/var/log/app/*.log' --from end --to collector";

/// Everything `send` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub struct SendArgs {
    /// Files, globs, or - for standard input [default: standard input, when it is a pipe]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// All that was typed.
    #[arg(skip)]
    pub words: Typed,

    /// How the input is read.
    #[command(flatten)]
    pub input: InputArgs,
    /// How lines are cut.
    #[command(flatten)]
    pub lines: LineArgs,
    /// Where to, and by which protocol.
    #[command(flatten)]
    pub destination: DestinationArgs,
    /// What is added to the records.
    #[command(flatten)]
    pub record: RecordArgs,
    /// Batches, limits, retries.
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    /// How files are followed.
    #[command(flatten)]
    pub follow: FollowArgs,
    /// Which profile is taken.
    #[command(flatten)]
    pub profile: ProfileArgs,
    /// Whether anything is done at all.
    #[command(flatten)]
    pub switch: SwitchArgs,
}

impl SendArgs {
    /// What typing `--to NAME|URL` gives.
    pub fn to_destination(to: &str) -> SendArgs {
        /// The flags of `send` without the rest of the command line.
        #[derive(Parser)]
        struct Alone {
            #[command(flatten)]
            send: SendArgs,
        }
        let mut args = Alone::parse_from(["send"]).send;
        args.destination.to = Some(to.to_owned());
        args
    }
}

/// How lines are cut.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub struct LineArgs {
    /// Cut lines that are longer than this [default: 1MiB]
    ///
    /// A record that was cut carries the attribute log.truncated.
    #[arg(long, value_name = "SIZE")]
    pub line_bytes_max: Option<ByteCount>,

    /// Say for each input what it is taken for, and by which pattern
    #[arg(long)]
    pub explain: bool,
}

/// Where to, and by which protocol.
#[derive(Debug, Args)]
#[command(next_help_heading = "Destination")]
pub struct DestinationArgs {
    /// Send to a named destination or a URL [default: http://localhost:4318]
    ///
    /// Names: local (a receiver inside the process), stdout and file:PATH (OTLP/JSON lines), collector
    /// (http://localhost:4318), logfire, logfire-us and logfire-eu (with the token of otelctl token set or of
    /// LOGFIRE_TOKEN; LOGFIRE_BASE_URL replaces the address), and those of many vendors, which otelctl destinations lists:
    /// otel-lgtm, grafana-cloud, loki, honeycomb, honeycomb-eu, datadog, newrelic, newrelic-eu, newrelic-gov, dash0, axiom,
    /// betterstack, signoz-cloud, signoz, elastic, victorialogs, openobserve, dynatrace, aws-cloudwatch, gcp, observe,
    /// coralogix, sumologic, uptrace, hyperdx. Some need parameters: 'grafana-cloud?zone=prod-us-east-0&instance=123456'.
    /// /v1/logs is appended to a URL that does not end with it.
    ///
    /// [env: OTEL_EXPORTER_OTLP_LOGS_ENDPOINT (used as it is), OTEL_EXPORTER_OTLP_ENDPOINT (a base)]
    #[arg(long, value_name = "NAME|URL")]
    pub to: Option<String>,

    /// Keep what arrives at --to local as OTLP/JSON lines
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,

    /// Send to this base URL; /v1/logs is appended
    ///
    /// [env: OTEL_EXPORTER_OTLP_ENDPOINT]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub endpoint: Option<String>,

    /// Write request bodies like this [default: http/protobuf]
    ///
    /// [env: OTEL_EXPORTER_OTLP_LOGS_PROTOCOL, OTEL_EXPORTER_OTLP_PROTOCOL]
    #[arg(long, value_enum, ignore_case = true)]
    pub protocol: Option<ProtocolArg>,

    /// Add a request header (repeatable)
    ///
    /// Written K=V or 'K: V'. It replaces a header of the same name from the environment. Other users of this machine can
    /// see the arguments of a process, so a secret is better kept in the variable.
    ///
    /// [env: OTEL_EXPORTER_OTLP_LOGS_HEADERS, OTEL_EXPORTER_OTLP_HEADERS]
    #[arg(id = "header", long = "header", value_name = "K=V")]
    pub headers: Vec<HeaderArg>,

    /// Compress request bodies [default: gzip, none on loopback]
    ///
    /// [env: OTEL_EXPORTER_OTLP_LOGS_COMPRESSION, OTEL_EXPORTER_OTLP_COMPRESSION]
    #[arg(long, value_enum, ignore_case = true)]
    pub compression: Option<CompressionArg>,

    /// Trust the certificates in this PEM file instead of the system's
    ///
    /// [env: OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE, OTEL_EXPORTER_OTLP_CERTIFICATE]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca_cert: Option<PathBuf>,

    /// Present this client certificate (PEM); needs --client-key
    ///
    /// [env: OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub client_cert: Option<PathBuf>,

    /// Use this private key (PEM) for --client-cert
    ///
    /// [env: OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY, OTEL_EXPORTER_OTLP_CLIENT_KEY]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub client_key: Option<PathBuf>,

    /// Send the token so: raw, bearer, basic:USER, 'NAME: {token}'
    ///
    /// Named destinations know how they take a token. A server that is given by its URL gets one only with this, or when it is
    /// Logfire's cloud. The word {token} stands for the token, which is never an argument.
    ///
    /// [env: OTELCTL_AUTH]
    #[arg(long, value_name = "HOW")]
    pub auth: Option<HeaderArg>,

    /// The token.
    #[command(flatten)]
    pub token: TokenArgs,
}

/// What is added to the records.
#[derive(Debug, Args)]
#[command(next_help_heading = "Record")]
pub struct RecordArgs {
    /// Name the service the records come from
    ///
    /// Without it, the name is taken from the environment, else from each record that tells it (the tag of syslog, the unit of
    /// the journal, the name of a container), else from the file's name, without date, rotation and extension. A pipe has none and
    /// becomes unknown_service:otelctl.
    ///
    /// [env: OTEL_SERVICE_NAME, or service.name in OTEL_RESOURCE_ATTRIBUTES]
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,

    /// Add a resource attribute (repeatable, the last of a key wins)
    ///
    /// [env: OTEL_RESOURCE_ATTRIBUTES]
    #[arg(long = "resource", value_name = "K=V", value_parser = key_value)]
    pub resource: Vec<(String, String)>,

    /// Add an attribute to each record (repeatable, the last of a key wins)
    #[arg(id = "attr", long = "attr", value_name = "K=V", value_parser = key_value)]
    pub attributes: Vec<(String, String)>,

    /// Add the attribute log.file.path to each record
    ///
    /// The file's name alone, log.file.name, is always there.
    #[arg(long)]
    pub file_path: bool,

    /// What to do with records whose time the destination does not take: keep, shift, now or drop
    ///
    /// Logfire discards records older than 24 hours or more than one hour ahead, and does not say so. Files are looked through
    /// first, and without this nothing is sent when records lie outside. keep sends them as they are. shift moves all records by the
    /// same length, so that the latest is now. now gives those outside the present time. drop leaves those outside out. The
    /// original time is kept in the attribute otelctl.original_time.
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        value_name = "POLICY",
        hide_possible_values = true
    )]
    pub time: Option<TimeArg>,
    /// Add the attribute log.record.uid, by which duplicates are recognised
    ///
    /// A record of a file has the same uid whenever and however often it is sent. With auto, it is added when records may be sent
    /// twice by several runs: with --resume and --follow. Records that are OTLP already stay as they are.
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub uid: UidWhen,

    /// Add what is found of the place this runs at to the resource [default: host,os,env,container,k8s]
    ///
    /// With commas between the words. Nothing is asked over the network, and what is not found is left out. --resource,
    /// --service and the variables of env beat what is found; without env, OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME are not
    /// read. The log of another container, told by its path, gets nothing of the container this runs in.
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        value_name = "LIST",
        value_delimiter = ','
    )]
    pub detect: Option<Vec<DetectArg>>,
}

/// Batches, limits, retries.
#[derive(Debug, Args)]
#[command(next_help_heading = "Delivery")]
pub struct DeliveryArgs {
    /// Wait at most this long for one answer; 0s waits for ever [default: 10s]
    ///
    /// [env, in milliseconds: OTEL_EXPORTER_OTLP_LOGS_TIMEOUT, OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_BLRP_EXPORT_TIMEOUT]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub timeout: Option<Duration>,

    /// Retry a batch for at most this long; 0s never retries [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub retry_for: Option<Duration>,

    /// Retry these HTTP statuses [default: broad]
    ///
    /// broad: 408, 429, 500, 502, 503, 504. otlp: 429, 502, 503, 504, as the specification has it.
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        value_name = "CODES",
        hide_possible_values = true
    )]
    pub retry_codes: Option<RetryCodesArg>,

    /// Keep what the server does not take in this file [default: a new one in the state directory]
    ///
    /// It holds OTLP/JSON lines with the reason beside each; otelctl send FILE sends them again. What is there already stays.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub dead_letters: Option<PathBuf>,

    /// Finish what is under way for at most this long after an interrupt [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub drain: Option<Duration>,

    /// Send a batch when it has this many bytes, before compression [default: 1MiB]
    #[arg(long, value_name = "SIZE")]
    pub batch_bytes_max: Option<ByteCount>,

    /// Send a batch when it has this many records
    ///
    /// A batch is sent as soon as it reaches this or --batch-bytes-max.
    ///
    /// Without it, records of a pipe leave as soon as 256 of them are waiting.
    ///
    /// [env: OTEL_BLRP_MAX_EXPORT_BATCH_SIZE]
    #[arg(long, value_name = "COUNT")]
    pub batch_records_max: Option<NonZeroU32>,

    /// Let a record of a pipe wait at most this long for others [default: 1s]
    ///
    /// A record of severity ERROR or FATAL does not wait, and takes the others along.
    ///
    /// [env, in milliseconds: OTEL_BLRP_SCHEDULE_DELAY]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub flush_interval: Option<Duration>,

    /// Have at most this many requests under way at a time [default: 4]
    ///
    /// With 1, the records of a file arrive in its order. With more, requests may overtake one another.
    #[arg(long, value_name = "COUNT")]
    pub in_flight: Option<NonZeroU32>,

    /// Parse and encode on this many threads; without it, one per core
    #[arg(long, value_name = "COUNT")]
    pub threads: Option<NonZeroU32>,

    /// Do everything but the sending, and show the first records
    #[arg(long)]
    pub dry_run: bool,

    /// Let at most this many records of a pipe wait to be sent [default: 2048]
    ///
    /// [env: OTEL_BLRP_MAX_QUEUE_SIZE]
    #[arg(long, value_name = "COUNT")]
    pub queue_records_max: Option<NonZeroU32>,

    /// Let at most this many bytes of a pipe's records wait to be sent [default: 16MiB]
    #[arg(long, value_name = "SIZE")]
    pub queue_bytes_max: Option<ByteCount>,

    /// Do this when no more records of a pipe can wait [default: block]
    ///
    /// block stops reading, so that whoever writes into the pipe waits. drop gives up the oldest of the least severe records, TRACE
    /// and DEBUG first; they are counted by severity, and the count is sent as the metric otel.logs.dropped_count.
    #[arg(long, value_enum, ignore_case = true, value_name = "WHAT")]
    pub on_full: Option<OnFullArg>,

    /// Read each file from where its records were last acknowledged
    ///
    /// How far the server has acknowledged each file is kept in the state folder, for each destination by itself, while this runs.
    /// A file is known by its inode and its content, so that renamed, truncated and compressed files are told apart. A run without
    /// this flag reads from the start, and leaves a checkpoint when it ends early. One run at a time can keep checkpoints in a folder.
    /// With --follow, what cannot be delivered stays in its files, and the next run with this flag goes on there.
    ///
    /// [env: OTELCTL_STATE_DIR (the state folder)]
    #[arg(long)]
    pub resume: bool,

    /// Keep checkpoints and what could not be delivered in this folder
    ///
    /// Without it, in the system's folder for what programs leave behind.
    ///
    /// [env: OTELCTL_STATE_DIR]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,
}

/// What to do when no more can wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnFullArg {
    /// Stop reading
    Block,
    /// Give up the least severe records
    Drop,
}

/// When records get a uid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UidWhen {
    /// When several runs may send the same record
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How request bodies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProtocolArg {
    /// Binary protobuf over HTTP
    #[value(name = "http/protobuf")]
    HttpProtobuf,
    /// OTLP/JSON over HTTP
    #[value(name = "http/json")]
    HttpJson,
    /// Known, so that the settings can say what to do instead.
    #[value(name = "grpc", hide = true)]
    Grpc,
}

/// Which statuses may work later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RetryCodesArg {
    /// The specification's, and 408 and 500
    Broad,
    /// The specification's
    Otlp,
}

/// What becomes of records whose time the destination does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TimeArg {
    /// They are sent as they are
    Keep,
    /// All records are moved by the same length
    Shift,
    /// They get the present time
    Now,
    /// They are left out
    Drop,
}

/// How request bodies are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompressionArg {
    /// As they are
    None,
    /// What every OTLP server reads
    Gzip,
    /// Smaller and faster, but not every server reads it
    Zstd,
}

/// All words of the command line, and which flags are among them. Some words may hold secrets, so `Debug` shows none of them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Typed {
    words: Vec<OsString>,
    /// How many words there are up to the command.
    at: usize,
    /// The flags, without their dashes.
    flags: Vec<String>,
}

impl Typed {
    /// Keeps these words, the program's name first.
    pub fn new(words: Vec<OsString>) -> Typed {
        Typed {
            at: words.len().min(2),
            words,
            flags: Vec::new(),
        }
    }

    /// The same with the flags that are among them; more may be added at a place.
    #[must_use]
    pub(super) fn with_flags(self, at: usize, flags: Vec<String>) -> Typed {
        Typed { at, flags, ..self }
    }

    /// The words.
    pub fn words(&self) -> &[OsString] {
        &self.words
    }

    /// The words up to the command, and those behind it.
    pub(super) fn split(&self) -> (&[OsString], &[OsString]) {
        self.words.split_at(self.at.min(self.words.len()))
    }

    /// Whether a flag was typed.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// What was typed behind a flag, the first time.
    pub fn value_of(&self, flag: &str) -> Option<String> {
        self.values_of(flag).next()
    }

    /// The keys of the pairs that were typed behind a flag.
    pub fn keys_of(&self, flag: &str) -> Vec<String> {
        let key = |pair: String| {
            let key = pair.split(['=', ':']).next().unwrap_or_default();
            key.trim().to_owned()
        };
        self.values_of(flag).map(key).collect()
    }

    fn values_of<'a>(&'a self, flag: &'a str) -> impl Iterator<Item = String> + 'a {
        let (_, words) = self.split();
        let text = |word: &OsString| word.to_string_lossy().into_owned();
        words.iter().enumerate().filter_map(move |(index, word)| {
            let word = text(word);
            let rest = word.strip_prefix("--")?.strip_prefix(flag)?;
            match rest.strip_prefix('=') {
                Some(value) => Some(value.to_owned()),
                None if rest.is_empty() => words.get(index + 1).map(text),
                None => None,
            }
        })
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(..)")
    }
}

/// The text of one `--header`. It may hold a secret, so `Debug` shows nothing of it, and any text is taken here:
/// clap would print a refused one.
#[derive(Clone, PartialEq, Eq)]
pub struct HeaderArg(String);

impl HeaderArg {
    /// The text as typed.
    pub fn as_typed(&self) -> &str {
        &self.0
    }
}

impl FromStr for HeaderArg {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<HeaderArg, Self::Err> {
        Ok(HeaderArg(text.to_owned()))
    }
}

impl fmt::Debug for HeaderArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeaderArg(..)")
    }
}

fn key_value(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("write it like key=value")?;
    let key = key.trim();
    if key.is_empty() {
        return Err("the key is empty; write it like key=value");
    }
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::cli::{Command, parse};

    /// What clap says about the arguments; empty when it takes them.
    fn complaint(arguments: &[&str]) -> String {
        let words = ["otelctl", "send"].iter().chain(arguments);
        match parse(words) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[track_caller]
    fn check(arguments: &[&str], part_of_complaint: &str) {
        let said = complaint(arguments);
        assert_eq!(said.is_empty(), part_of_complaint.is_empty(), "{said}");
        assert!(said.contains(part_of_complaint), "{said}");
    }

    #[test]
    fn quantities_need_a_unit() {
        check(&["--timeout", "250ms"], "");
        check(&["--timeout", "10"], "has no unit; write it like 10s");
        check(&["--line-bytes-max", "4MiB"], "");
        check(
            &["--batch-bytes-max", "4096"],
            "has no unit; write it like 4MiB",
        );
        check(&["--in-flight", "0"], "zero");
    }

    #[test]
    fn attributes_are_pairs_with_a_key() {
        check(&["--attr", "a=b=c", "--attr", "empty="], "");
        check(&["--attr", "novalue"], "write it like key=value");
        check(&["--resource", "=v"], "the key is empty");
    }

    #[test]
    fn words_are_taken_in_any_case_and_others_refused() {
        check(&["--protocol", "HTTP/JSON", "--compression", "GZip"], "");
        check(&["--compression", "snappy"], "invalid value");
    }

    #[test]
    fn a_header_that_makes_no_sense_is_never_echoed() {
        check(&["--header", "hunter2"], "");
        let words = ["otelctl", "send", "--header", "x=hunter2"];
        let Command::Send(args) = parse(words).unwrap().command else {
            panic!("send was typed");
        };
        assert_eq!(args.destination.headers[0].as_typed(), "x=hunter2");
        assert!(!format!("{args:?}").contains("hunter2"));
    }
}
