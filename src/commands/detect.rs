//! `otelctl detect`: what a file is, why, and what its first records become; with `--list`, what there is.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::base::units::UnixNanos;
use crate::cli::input::DetectArgs;
use crate::commands::layers;
use crate::failure::Failure;
use crate::format::timestamp::Zone;
use crate::host::Host;
use crate::pipeline::group::LineLimits;
use crate::pipeline::preview::previews;
use crate::settings::input::{self, InputSettings};
use crate::settings::resolve::LINE_BYTES_MAX_DEFAULT;
use crate::settings::zone::{time_zone, zone_name};
use crate::source::head::{HEAD_BYTES, byte_order_mark};
use crate::source::inputs::{Input, inputs};
use crate::source::{SourceError, inflate};
use crate::ui::{DetectionReport, FormatChoice, Timed, Ui};

/// Records shown.
const RECORDS_SHOWN: usize = 3;

/// Runs the command.
pub fn run(args: DetectArgs, host: &mut Host, ui: &mut Ui) -> Result<(), Failure> {
    let layers = layers(&args.input, &args.profile, host)?;
    let (args, overlay) = layers.detect(args, &host.env)?;
    let settings = input::input(&args.input, layers.formats(), &overlay)?;
    if let Some(file) = &args.file {
        return look_at(file, &settings, host, ui);
    }
    ui.catalogue(&settings.reading.own);
    Ok(())
}

fn look_at(
    file: &Path,
    settings: &InputSettings,
    host: &mut Host,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let rules = time_zone(settings.time_zone.as_ref(), host.time_zone)?;
    let zone_assumed = settings.time_zone.is_none().then(|| zone_name(&rules));
    let (mut head, written) = head(file, host)?;
    let now = host.clock.now();
    let zone = Zone::new(rules).with_anchor(written.unwrap_or(now));
    let detection = settings.reading.detect(&head, &mut zone.clone());
    complete_lines(&mut head);
    let limits = LineLimits {
        line_bytes_max: LINE_BYTES_MAX_DEFAULT.as_usize(),
        record_lines_max: settings.record_lines_max.value,
    };
    let shown = (&detection.format, &zone);
    let (previews, stats) = previews(head, shown, limits, now, RECORDS_SHOWN);
    ui.detection(&DetectionReport {
        name: &file.to_string_lossy(),
        detection: &detection,
        choice: if settings.reading.given.is_some() {
            FormatChoice::Told
        } else {
            FormatChoice::Detected
        },
        previews: &previews,
        assumed: stats.assumed,
        zone_assumed: zone_assumed.as_deref(),
        timed: match (stats.records, stats.first_time) {
            (0, _) => Timed::Empty,
            (_, None) => Timed::None,
            (_, Some(_)) => Timed::Some,
        },
    });
    Ok(())
}

/// The first bytes of the file, and when it was last written.
fn head(path: &Path, host: &mut Host) -> Result<(Vec<u8>, Option<UnixNanos>), Failure> {
    let setup = |error: SourceError| {
        let hint = error.hint();
        Failure::setup("input", error, hint)
    };
    let (found, _) = inputs(&[PathBuf::from(path)]).map_err(setup)?;
    let (mut head, mut written) = (Vec::new(), None);
    for input in found {
        let open_error = |source| {
            setup(SourceError::Open {
                path: input.name(),
                source,
            })
        };
        let bytes: Box<dyn Read + Send> = match &input {
            Input::File(path) | Input::Stream(path) => {
                written = written.or_else(|| last_written(path));
                Box::new(File::open(path).map_err(open_error)?)
            }
            Input::Stdin => std::mem::replace(&mut host.stdin, Box::new(std::io::empty())),
        };
        let plain = inflate::plain(bytes).map_err(open_error)?;
        plain
            .take(HEAD_BYTES as u64)
            .read_to_end(&mut head)
            .map_err(open_error)?;
    }
    let mark = byte_order_mark(&head, &path.to_string_lossy()).map_err(setup)?;
    head.drain(..mark);
    Ok((head, written))
}

fn last_written(path: &Path) -> Option<UnixNanos> {
    let written = fs::metadata(path).ok()?.modified().ok()?;
    let since = written.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok().map(UnixNanos)
}

/// Takes off a last line that the head has cut in two.
fn complete_lines(head: &mut Vec<u8>) {
    if head.len() == HEAD_BYTES
        && let Some(newline) = memchr::memrchr(b'\n', head)
    {
        head.truncate(newline + 1);
    }
}
