//! Arguments and environment → [`SendSettings`], each value with its origin: flag, else variable, else preset, else default.
//!
//! The defaults are the constants here; `--help` names them, and a test compares the two.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::base::secret::Secret;
use crate::base::units::ByteCount;
use crate::cli::follow::FromArg;
use crate::cli::send::{
    DeliveryArgs, HeaderArg, OnFullArg, RetryCodesArg, SendArgs, TimeArg, UidWhen,
};
use crate::flow::plan::PathAttribute;
use crate::otlp::drop_count::Temporality;
use crate::otlp::{Compression, Encoding};
use crate::pipeline::classify::RetryCodes;
use crate::pipeline::queue::OnFull;
use crate::pipeline::times::TimePolicy;
use crate::settings::connection::connection;
use crate::settings::detect::detectors;
use crate::settings::env::{
    ATTRIBUTE_COUNT_LIMIT, ATTRIBUTE_VALUE_LENGTH_LIMIT, EnvReader, EnvVars,
    OTEL_BLRP_MAX_EXPORT_BATCH_SIZE, OTEL_BLRP_MAX_QUEUE_SIZE, OTEL_BLRP_SCHEDULE_DELAY,
    OTEL_CONFIG_FILE, OTEL_EXPERIMENTAL_CONFIG_FILE,
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE, OTEL_SDK_DISABLED, OTELCTL_STATE_DIR,
    OTELCTL_TOKEN, TIMEOUT,
};
use crate::settings::follow::follow;
use crate::settings::layers::Overlay;
use crate::settings::limits::batch_bytes_max;
use crate::settings::off::warn_of_exporters;
use crate::settings::resource::{resource, unique};
use crate::settings::token::Stores;
use crate::settings::{Header, Origin, Resume, SendSettings, SettingsError, Sourced, Uids};

/// Where a collector listens: OTLP/HTTP's own port on this machine. A base URL.
pub const ENDPOINT_DEFAULT: &str = "http://localhost:4318";
/// What the specification recommends, and the smaller one.
pub const ENCODING_DEFAULT: Encoding = Encoding::Protobuf;
/// Every OTLP server reads it. On loopback nothing is compressed.
pub const COMPRESSION_DEFAULT: Compression = Compression::Gzip;
/// The specification's time for one answer.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);
/// Long enough for a server's restart.
pub const RETRY_FOR_DEFAULT: Duration = Duration::from_secs(300);
/// Shorter than the patience of most supervisors, which send SIGKILL after 30 s or more.
pub const DRAIN_DEFAULT: Duration = Duration::from_secs(10);
/// Longer than any line written for people.
pub const LINE_BYTES_MAX_DEFAULT: ByteCount = ByteCount(1 << 20);
/// Below every server's limit, and large enough that the overhead of a request does not count.
pub const BATCH_BYTES_MAX_DEFAULT: ByteCount = ByteCount(1 << 20);
/// The most a line or a batch may be allowed: it is held in memory whole, a few at a time.
pub const BYTES_MAX: ByteCount = ByteCount(256 << 20);
/// The batch processor's delay in the specification.
pub const FLUSH_INTERVAL_DEFAULT: Duration = Duration::from_secs(1);
/// Hides the round trip of a far server without looking like an attack.
pub const IN_FLIGHT_MAX_DEFAULT: NonZeroU32 = NonZeroU32::new(4).expect("4 is not 0");
/// The batch processor's queue in the specification.
pub const QUEUE_RECORDS_MAX_DEFAULT: NonZeroU32 = NonZeroU32::new(2_048).expect("2048 is not 0");
/// Many times what so many ordinary records take, and nothing to a machine.
pub const QUEUE_BYTES_MAX_DEFAULT: ByteCount = ByteCount(16 << 20);
/// Whoever writes into a pipe waits by nature; nothing is lost.
pub const ON_FULL_DEFAULT: OnFull = OnFull::Block;

/// Resolves everything `send` needs.
///
/// Errors: the first value on the command line or in the environment that makes no sense, with who set it. Values in
/// variables that the specification lets pass are in the settings' warnings instead.
pub fn send(
    args: &SendArgs,
    overlay: &Overlay,
    env: &EnvVars,
    stores: &Stores,
) -> Result<SendSettings, SettingsError> {
    let reader = EnvReader::with_overlay(env, overlay).with_stores(stores);
    resolved(args, overlay, reader)
}

/// The same to be looked at: a token that is missing is among the warnings.
pub fn to_show(
    args: &SendArgs,
    overlay: &Overlay,
    env: &EnvVars,
    stores: &Stores,
) -> Result<SendSettings, SettingsError> {
    let reader = EnvReader::with_overlay(env, overlay).with_stores(stores);
    resolved(args, overlay, reader.only_looking())
}

fn resolved(
    args: &SendArgs,
    overlay: &Overlay,
    mut reader: EnvReader<'_>,
) -> Result<SendSettings, SettingsError> {
    warn_of_what_is_not_obeyed(&mut reader);
    let connection = connection(&args.destination, &mut reader)?;
    refuse_unconfirmed(overlay, &connection.headers)?;
    let detect = detectors(args.record.detect.as_deref(), &reader);
    let resource = resource(&args.record, &detect.value, &mut reader)?;
    let delivery = &args.delivery;
    let destination = &connection.destination.value;
    let batch_bytes_max = batch_bytes_max(delivery.batch_bytes_max, destination, &mut reader)?;
    Ok(SendSettings {
        destination: connection.destination,
        encoding: connection.encoding,
        compression: connection.compression,
        headers: connection.headers,
        tls: connection.tls,
        proxies: connection.proxies,
        timeout: timeout(delivery, &mut reader),
        retry_for: reader.flag_or(delivery.retry_for, "--retry-for", RETRY_FOR_DEFAULT),
        retry_codes: retry_codes(delivery),
        dead_letters: delivery.dead_letters.clone(),
        drain: reader.flag_or(delivery.drain, "--drain", DRAIN_DEFAULT),
        service_name: resource.service_name,
        resource: resource.attributes,
        attributes: unique(&args.record.attributes),
        line_bytes_max: size(
            &reader,
            args.lines.line_bytes_max,
            "--line-bytes-max",
            LINE_BYTES_MAX_DEFAULT,
        )?,
        batch_bytes_max,
        batch_records_max: batch_records_max(delivery, &mut reader),
        flush_interval: flush_interval(delivery, &mut reader),
        in_flight_max: reader.flag_or(delivery.in_flight, "--in-flight", IN_FLIGHT_MAX_DEFAULT),
        threads: delivery.threads,
        time_policy: args.record.time.map(time_policy),
        file_path: if args.record.file_path {
            PathAttribute::Attach
        } else {
            PathAttribute::Omit
        },
        dry_run: delivery.dry_run,
        queue_records_max: queue_records_max(delivery, &mut reader),
        queue_bytes_max: not_zero(reader.flag_or(
            delivery.queue_bytes_max,
            "--queue-bytes-max",
            QUEUE_BYTES_MAX_DEFAULT,
        ))?,
        on_full: reader.flag_or(delivery.on_full.map(on_full), "--on-full", ON_FULL_DEFAULT),
        temporality: temporality(&mut reader),
        resume: resume(args, &reader),
        uids: uids(args, &reader),
        attribute_count_max: reader.limit(&ATTRIBUTE_COUNT_LIMIT),
        attribute_length_max: reader.limit(&ATTRIBUTE_VALUE_LENGTH_LIMIT),
        state_dir: state_dir(delivery, &reader),
        follow: follow(&args.follow, &args.files, &reader)?,
        warnings: reader.warnings,
        detect,
    })
}

/// The settings with which `send` would put this token into its requests.
///
/// Errors: also a destination of which nobody says how it takes a token.
pub fn with_token(
    (to, auth): (&str, Option<&HeaderArg>),
    token: &Secret,
    env: &EnvVars,
) -> Result<SendSettings, SettingsError> {
    let mut args = SendArgs::to_destination(to);
    args.destination.auth = auth.cloned();
    let env = env.clone().with(OTELCTL_TOKEN, token.expose());
    let settings = send(&args, &Overlay::NONE, &env, &Stores::default())?;
    let is_in = |header: &Header| header.origin == Origin::Env(OTELCTL_TOKEN);
    if settings.headers.iter().any(is_in) {
        return Ok(settings);
    }
    Err(SettingsError::Needs {
        given: Origin::Flag("--check"),
        needed: "--auth, which says how this server takes a token",
    })
}

/// A project's file may choose a place on this machine, but not hand somebody's credentials to it.
fn refuse_unconfirmed(overlay: &Overlay, headers: &[Header]) -> Result<(), SettingsError> {
    let Some((origin, folder)) = overlay.unconfirmed() else {
        return Ok(());
    };
    // A header that was typed is meant for this run; a token that was handed over, only for a destination that was chosen.
    let is_own = |header: &&Header| match header.origin {
        Origin::Flag(flag) => flag.starts_with("--token"),
        Origin::Profile(_) => false,
        _ => true,
    };
    match headers.iter().find(is_own) {
        None => Ok(()),
        Some(header) => Err(SettingsError::NoConsent {
            origin,
            credentials: header.origin,
            folder: folder.to_owned(),
        }),
    }
}

fn retry_codes(args: &DeliveryArgs) -> RetryCodes {
    match args.retry_codes {
        None | Some(RetryCodesArg::Broad) => RetryCodes::Broad,
        Some(RetryCodesArg::Otlp) => RetryCodes::Otlp,
    }
}

fn time_policy(word: TimeArg) -> TimePolicy {
    match word {
        TimeArg::Keep => TimePolicy::Keep,
        TimeArg::Shift => TimePolicy::Shift,
        TimeArg::Now => TimePolicy::Now,
        TimeArg::Drop => TimePolicy::Drop,
    }
}

fn resume(args: &SendArgs, reader: &EnvReader<'_>) -> Sourced<Resume> {
    if args.follow.from == Some(FromArg::Checkpoint) {
        return Sourced::new(Resume::On, reader.flag("--from"));
    }
    let flag = args.delivery.resume.then_some(Resume::On);
    reader.flag_or(flag, "--resume", Resume::Off)
}

fn uids(args: &SendArgs, reader: &EnvReader<'_>) -> Sourced<Uids> {
    match args.record.uid {
        UidWhen::Always => Sourced::new(Uids::Attach, reader.flag("--uid")),
        UidWhen::Never => Sourced::new(Uids::Omit, reader.flag("--uid")),
        UidWhen::Auto => {
            let follow = args.follow.follow.then_some("--follow");
            let flag = args.delivery.resume.then_some("--resume").or(follow);
            match flag {
                Some(flag) => Sourced::new(Uids::Attach, reader.flag(flag)),
                None => Sourced::new(Uids::Omit, Origin::Default),
            }
        }
    }
}

fn state_dir(args: &DeliveryArgs, reader: &EnvReader<'_>) -> Option<Sourced<PathBuf>> {
    if let Some(folder) = args.state_dir.clone() {
        return Some(Sourced::new(folder, reader.flag("--state-dir")));
    }
    let said = reader.vars.get(OTELCTL_STATE_DIR)?;
    Some(Sourced::new(
        PathBuf::from(said),
        Origin::Env(OTELCTL_STATE_DIR),
    ))
}

fn warn_of_what_is_not_obeyed(reader: &mut EnvReader<'_>) {
    // Whoever comes here is not switched off; only a word that is no truth value is told.
    reader.is_true(OTEL_SDK_DISABLED);
    warn_of_exporters(reader);
    for name in [OTEL_CONFIG_FILE, OTEL_EXPERIMENTAL_CONFIG_FILE] {
        if reader.vars.get(name).is_some() {
            reader.warn(format!(
                "the file in {name} is not read; other variables count"
            ));
        }
    }
}

pub(super) fn size(
    reader: &EnvReader<'_>,
    flag: Option<ByteCount>,
    name: &'static str,
    default: ByteCount,
) -> Result<Sourced<ByteCount>, SettingsError> {
    let found = not_zero(reader.flag_or(flag, name, default))?;
    if found.value > BYTES_MAX {
        return Err(SettingsError::TooLarge {
            origin: found.origin,
            max: BYTES_MAX,
        });
    }
    Ok(found)
}

fn not_zero(found: Sourced<ByteCount>) -> Result<Sourced<ByteCount>, SettingsError> {
    if found.value.0 == 0 {
        return Err(SettingsError::Zero {
            origin: found.origin,
        });
    }
    Ok(found)
}

/// Zero stands for no limit, in the flag as in the variables.
fn timeout(args: &DeliveryArgs, reader: &mut EnvReader<'_>) -> Sourced<Option<Duration>> {
    let found = match args.timeout {
        Some(time) => Sourced::new(time, reader.flag("--timeout")),
        None => reader
            .millis(&TIMEOUT)
            .unwrap_or(Sourced::new(TIMEOUT_DEFAULT, Origin::Default)),
    };
    let limit = Some(found.value).filter(|time| !time.is_zero());
    Sourced::new(limit, found.origin)
}

fn batch_records_max(
    args: &DeliveryArgs,
    reader: &mut EnvReader<'_>,
) -> Option<Sourced<NonZeroU32>> {
    match args.batch_records_max {
        Some(count) => Some(Sourced::new(count, reader.flag("--batch-records-max"))),
        None => reader.count(OTEL_BLRP_MAX_EXPORT_BATCH_SIZE),
    }
}

fn flush_interval(args: &DeliveryArgs, reader: &mut EnvReader<'_>) -> Sourced<Duration> {
    match args.flush_interval {
        Some(time) => Sourced::new(time, reader.flag("--flush-interval")),
        None => reader
            .millis(&[OTEL_BLRP_SCHEDULE_DELAY])
            .unwrap_or(Sourced::new(FLUSH_INTERVAL_DEFAULT, Origin::Default)),
    }
}

fn queue_records_max(args: &DeliveryArgs, reader: &mut EnvReader<'_>) -> Sourced<NonZeroU32> {
    match args.queue_records_max {
        Some(count) => Sourced::new(count, reader.flag("--queue-records-max")),
        None => reader
            .count(OTEL_BLRP_MAX_QUEUE_SIZE)
            .unwrap_or(Sourced::new(QUEUE_RECORDS_MAX_DEFAULT, Origin::Default)),
    }
}

fn on_full(arg: OnFullArg) -> OnFull {
    match arg {
        OnFullArg::Block => OnFull::Block,
        OnFullArg::Drop => OnFull::Drop,
    }
}

/// `lowmemory` counts such sums from one report to the next.
fn temporality(reader: &mut EnvReader<'_>) -> Sourced<Temporality> {
    let words = [
        ("cumulative", Temporality::Cumulative),
        ("delta", Temporality::Delta),
        ("lowmemory", Temporality::Delta),
    ];
    reader
        .word(&[OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE], &words)
        .unwrap_or(Sourced::new(Temporality::Cumulative, Origin::Default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::parse_duration;
    use crate::cli::detectors::DetectArg;
    use crate::cli::{command, send_args};
    use crate::settings::Destination;
    use crate::settings::detect::DETECTORS_DEFAULT;
    use crate::settings::follow::{FROM_DEFAULT, OPEN_FILES_MAX_DEFAULT, POLL_INTERVAL_DEFAULT};
    use crate::settings::input::RECORD_LINES_MAX_DEFAULT;
    use clap::ValueEnum as _;

    fn resolved(flags: &str, env: &[(&str, &str)]) -> Result<SendSettings, SettingsError> {
        let args = send_args(flags);
        let env = EnvVars::new(env.iter().copied());
        send(&args, &Overlay::NONE, &env, &Stores::default())
    }

    /// One value of the settings with its origin.
    #[track_caller]
    fn check<T: std::fmt::Debug>(
        flags: &str,
        env: &[(&str, &str)],
        pick: impl Fn(SendSettings) -> Sourced<T>,
        expected: &str,
    ) {
        let found = match resolved(flags, env) {
            Ok(settings) => {
                let Sourced { value, origin } = pick(settings);
                format!("{value:?} ({origin})")
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn the_timeout_is_the_flags_the_exporters_the_processors_or_the_default() {
        let pick = |settings: SendSettings| settings.timeout;
        let env = [(TIMEOUT[1], "2000"), (TIMEOUT[2], "3000")];
        check("--timeout 1s", &env, pick, "Some(1s) (--timeout)");
        check("", &env, pick, "Some(2s) (OTEL_EXPORTER_OTLP_TIMEOUT)");
        check("", &env[1..], pick, "Some(3s) (OTEL_BLRP_EXPORT_TIMEOUT)");
        check("", &[], pick, "Some(10s) (the default)");
        check("--timeout 0s", &env, pick, "None (--timeout)");
        let none = [(TIMEOUT[0], "0")];
        check("", &none, pick, "None (OTEL_EXPORTER_OTLP_LOGS_TIMEOUT)");
    }

    #[test]
    fn the_batch_processors_variables_count() {
        let env = [
            (OTEL_BLRP_SCHEDULE_DELAY, "250"),
            (OTEL_BLRP_MAX_EXPORT_BATCH_SIZE, "512"),
            (OTEL_BLRP_MAX_QUEUE_SIZE, "4096"),
        ];
        let flush = |settings: SendSettings| settings.flush_interval;
        check("", &env, flush, "250ms (OTEL_BLRP_SCHEDULE_DELAY)");
        check("--flush-interval 2s", &env, flush, "2s (--flush-interval)");
        let records = |settings: SendSettings| settings.batch_records_max.unwrap();
        check("", &env, records, "512 (OTEL_BLRP_MAX_EXPORT_BATCH_SIZE)");
        check(
            "--batch-records-max 9",
            &env,
            records,
            "9 (--batch-records-max)",
        );
        let queue = |settings: SendSettings| settings.queue_records_max;
        check("", &env, queue, "4096 (OTEL_BLRP_MAX_QUEUE_SIZE)");
        let flag = "--queue-records-max 9";
        check(flag, &env, queue, "9 (--queue-records-max)");
        let bad = [(OTEL_BLRP_MAX_QUEUE_SIZE, "-1")];
        check("", &bad, queue, "2048 (the default)");
        assert_eq!(resolved("", &bad).unwrap().warnings.len(), 1);
        assert_eq!(resolved("", &[]).unwrap().batch_records_max, None);
    }

    #[test]
    fn a_size_of_zero_is_refused() {
        let pick = |settings: SendSettings| settings.line_bytes_max;
        check(
            "--line-bytes-max 1B",
            &[],
            pick,
            "ByteCount(1) (--line-bytes-max)",
        );
        check(
            "--line-bytes-max 0B",
            &[],
            pick,
            "--line-bytes-max must not be zero",
        );
        let queue = |settings: SendSettings| settings.queue_bytes_max;
        check(
            "--queue-bytes-max 0B",
            &[],
            queue,
            "--queue-bytes-max must not be zero",
        );
        check(
            "--queue-bytes-max 1GiB",
            &[],
            queue,
            "ByteCount(1073741824) (--queue-bytes-max)",
        );
    }

    #[test]
    fn what_happens_to_a_full_queue_and_how_it_is_counted_can_be_chosen() {
        let on_full = |settings: SendSettings| settings.on_full;
        check("", &[], on_full, "Block (the default)");
        check("--on-full drop", &[], on_full, "Drop (--on-full)");
        let temporality = |settings: SendSettings| settings.temporality;
        let name = OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE;
        check("", &[], temporality, "Cumulative (the default)");
        check(
            "",
            &[(name, "monthly")],
            temporality,
            "Cumulative (the default)",
        );
        for word in ["delta", "LowMemory"] {
            let expected = format!("Delta ({name})");
            check("", &[(name, word)], temporality, &expected);
        }
    }

    #[test]
    fn flags_without_a_variable_are_taken_over() {
        let flags = "--attr a=1 --attr b=2 --attr a=3 --file-path --dry-run --threads 3";
        let settings = resolved(flags, &[]).unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(settings.attributes, [pair("a", "3"), pair("b", "2")]);
        assert_eq!(settings.file_path, PathAttribute::Attach);
        assert_eq!(settings.threads, NonZeroU32::new(3));
        assert!(settings.dry_run);
    }

    #[test]
    fn uids_come_with_resuming_unless_somebody_says_otherwise() {
        let pick = |settings: SendSettings| settings.uids;
        check("", &[], pick, "Omit (the default)");
        check("--resume", &[], pick, "Attach (--resume)");
        check("-f a.log", &[], pick, "Attach (--follow)");
        check("--uid always", &[], pick, "Attach (--uid)");
        check("--resume --uid never", &[], pick, "Omit (--uid)");
        let resume = |settings: SendSettings| settings.resume;
        check("--resume", &[], resume, "On (--resume)");
        check("-f a --from checkpoint", &[], resume, "On (--from)");
        let folder = |settings: SendSettings| settings.state_dir.unwrap();
        let env = [(OTELCTL_STATE_DIR, "/s")];
        check("", &env, folder, "\"/s\" (OTELCTL_STATE_DIR)");
    }

    #[test]
    fn variables_that_are_not_obeyed_are_warned_about() {
        let env = [(OTEL_SDK_DISABLED, "yes"), (OTEL_CONFIG_FILE, "o.yaml")];
        assert_eq!(resolved("", &env).unwrap().warnings.len(), 2);
        let off = [(OTEL_SDK_DISABLED, "false"), (OTEL_CONFIG_FILE, "")];
        assert_eq!(resolved("", &off).unwrap().warnings, [""; 0]);
    }

    #[test]
    fn no_secret_shows_in_debug() {
        let env = [
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=hunter2"),
            ("https_proxy", "http://u:hunter2@proxy:1"),
        ];
        let flags = "--to https://c?key=hunter2 --header b=hunter2";
        let settings = resolved(flags, &env).unwrap();
        let shown = format!("{settings:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        let Destination::Http { url, .. } = settings.destination.value else {
            panic!("a URL was given");
        };
        assert_eq!(url, "https://c/v1/logs?key=hunter2");
    }

    /// What `[default: …]` says in the help of a flag, and whether the constant is the same.
    fn is_backed(flag: &str, said: &str) -> bool {
        let time = |default| parse_duration(said) == Ok(default);
        let bytes = |default| said.parse() == Ok(default);
        match flag {
            "to" => said == ENDPOINT_DEFAULT,
            "protocol" => said == ENCODING_DEFAULT.protocol(),
            "compression" => said == format!("{COMPRESSION_DEFAULT}, none on loopback"),
            "timeout" => time(TIMEOUT_DEFAULT),
            "retry_for" => time(RETRY_FOR_DEFAULT),
            "drain" => time(DRAIN_DEFAULT),
            "flush_interval" => time(FLUSH_INTERVAL_DEFAULT),
            "record_lines_max" => said == RECORD_LINES_MAX_DEFAULT.to_string(),
            "line_bytes_max" => bytes(LINE_BYTES_MAX_DEFAULT),
            "batch_bytes_max" => bytes(BATCH_BYTES_MAX_DEFAULT),
            "queue_records_max" => said == QUEUE_RECORDS_MAX_DEFAULT.to_string(),
            "queue_bytes_max" => bytes(QUEUE_BYTES_MAX_DEFAULT),
            "on_full" => said == format!("{ON_FULL_DEFAULT:?}").to_lowercase(),
            "in_flight" => said == IN_FLIGHT_MAX_DEFAULT.to_string(),
            "from" => said == format!("{FROM_DEFAULT:?}").to_lowercase(),
            "poll_interval" => time(POLL_INTERVAL_DEFAULT),
            "open_files_max" => said == OPEN_FILES_MAX_DEFAULT.to_string(),
            // These have no constant: the world decides.
            "files" | "tz" | "format" | "config" | "dead_letters" => true,
            "retry_codes" => said == "broad",
            "detect" => {
                let words = DetectArg::value_variants().iter();
                let word =
                    |word: &DetectArg| word.to_possible_value().unwrap().get_name().to_owned();
                let is_default = |word: &&DetectArg| DETECTORS_DEFAULT.contains(word);
                said == words
                    .filter(is_default)
                    .map(word)
                    .collect::<Vec<_>>()
                    .join(",")
            }
            _ => false,
        }
    }

    #[test]
    fn every_default_in_the_help_is_the_constants() {
        let command = command();
        let send = command.find_subcommand("send").unwrap();
        let mut seen = 0;
        for argument in send.get_arguments() {
            let help = argument.get_help().unwrap().to_string();
            let Some((_, said)) = help.split_once("[default: ") else {
                continue;
            };
            let said = said.trim_end_matches(']');
            let flag = argument.get_id().as_str();
            assert!(is_backed(flag, said), "{flag} says {said:?}");
            seen += 1;
        }
        assert_eq!(seen, 24);
    }
}
