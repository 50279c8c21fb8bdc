//! Where a run sends to, and with what.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::send::SendArgs;
use crate::delivery::attempts::Address;
use crate::delivery::credentials::Headers;
use crate::failure::Failure;
use crate::flow::plan::{DeliveryPlan, HttpPlan, ReadAgain};
use crate::flow::report::DestinationLabel;
use crate::net::ClientPlan;
use crate::settings::env::EnvVars;
use crate::settings::layers::Overlay;
use crate::settings::token::{self, Stores};
use crate::settings::{
    Destination, Header, Origin, SendSettings, is_loopback_url, printable_url, resolve,
};
use crate::source::inputs::Input;

/// A file that would be read and written at once.
#[derive(Debug, thiserror::Error)]
#[error("{path} is an input and the output")]
struct SameFile {
    path: String,
}

/// An output that cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}")]
struct OutputError {
    path: String,
    source: io::Error,
}

/// Standard output, for records and for the receipt.
#[derive(Clone)]
pub(super) struct SharedOutput(pub(super) Arc<Mutex<Box<dyn Write + Send>>>);

impl Write for SharedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .flush()
    }
}

pub(super) fn delivery_plan(
    settings: &SendSettings,
    inputs: &[Input],
    stdout: SharedOutput,
    (dead_letters, renew): (Option<PathBuf>, Option<ReadAgain>),
) -> Result<DeliveryPlan, Failure> {
    if settings.dry_run {
        return Ok(DeliveryPlan::Nowhere);
    }
    Ok(match &settings.destination.value {
        Destination::Http { url, .. } => DeliveryPlan::Http(Box::new(HttpPlan {
            client: client_plan(settings, url),
            headers: headers(settings),
            renew,
            retry_for: settings.retry_for.value,
            retry_codes: settings.retry_codes,
            dead_letters,
            address: if settings.destination.origin == Origin::Default {
                Address::Assumed
            } else {
                Address::Chosen
            },
        })),
        Destination::Local { out } => {
            if let Some(path) = out {
                refuse_input(path, inputs)?;
            }
            DeliveryPlan::Local { out: out.clone() }
        }
        Destination::Stdout => DeliveryPlan::Lines(Box::new(stdout)),
        Destination::File(path) => {
            refuse_input(path, inputs)?;
            DeliveryPlan::Lines(Box::new(create(path)?))
        }
    })
}

fn headers(settings: &SendSettings) -> Headers {
    let headers = settings.headers.iter();
    headers
        .map(|header| (header.name.clone(), header.value.clone()))
        .collect()
}

/// Resolves everything once more for the sake of the headers, where the token is kept in a place that may change.
pub(super) fn renewal(
    (args, overlay): (&Arc<SendArgs>, Overlay),
    settings: &SendSettings,
    (env, stores): (EnvVars, Stores),
) -> Option<ReadAgain> {
    let may_change = |header: &Header| token::may_change(header.origin);
    if !settings.headers.iter().any(may_change) {
        return None;
    }
    let (args, destination) = (Arc::clone(args), settings.destination.clone());
    Some(Arc::new(move || {
        let again = resolve::send(&args, &overlay, &env, &stores).ok()?;
        // A token of another region is for another server.
        (again.destination == destination).then(|| headers(&again))
    }))
}

pub(in crate::commands) fn client_plan(settings: &SendSettings, url: &str) -> ClientPlan {
    let proxies = &settings.proxies;
    // What runs on this machine is not behind a proxy.
    let direct = is_loopback_url(url);
    let proxy = |own: &Option<String>| {
        own.clone()
            .or_else(|| proxies.all.clone())
            .filter(|_| !direct)
    };
    ClientPlan {
        url: url.to_owned(),
        timeout: settings.timeout.value,
        ca_cert: settings.tls.ca_cert.clone(),
        client_cert: settings
            .tls
            .client_cert
            .clone()
            .zip(settings.tls.client_key.clone()),
        http_proxy: proxy(&proxies.http),
        https_proxy: proxy(&proxies.https),
        no_proxy: proxies.no_proxy.clone(),
    }
}

/// Writing over an input would destroy what is to be read.
pub(super) fn refuse_input(path: &Path, inputs: &[Input]) -> Result<(), Failure> {
    let target = fs::canonicalize(path);
    let same = inputs.iter().any(|input| match input {
        Input::File(file) => target
            .as_ref()
            .is_ok_and(|target| fs::canonicalize(file).is_ok_and(|file| file == *target)),
        Input::Stdin => {
            let stdin = fs::canonicalize("/dev/stdin");
            target
                .as_ref()
                .is_ok_and(|target| stdin.is_ok_and(|stdin| stdin == *target))
        }
        Input::Stream(_) => false,
    });
    if !same {
        return Ok(());
    }
    let error = SameFile {
        path: path.to_string_lossy().into_owned(),
    };
    Err(Failure::setup(
        "output",
        error,
        Some("choose another place for the output".to_owned()),
    ))
}

fn create(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|source| {
        let error = OutputError {
            path: path.to_string_lossy().into_owned(),
            source,
        };
        Failure::setup(
            "output",
            error,
            Some("choose a place that can be written to".to_owned()),
        )
    })
}

pub(super) fn label(settings: &SendSettings) -> DestinationLabel {
    let (name, url) = match &settings.destination.value {
        Destination::Http { name, url } => (name.clone(), printable_url(url)),
        Destination::Local { .. } => (
            "local".to_owned(),
            "the receiver inside the process".to_owned(),
        ),
        Destination::Stdout => ("stdout".to_owned(), "standard output".to_owned()),
        Destination::File(path) => ("file".to_owned(), path.to_string_lossy().into_owned()),
    };
    DestinationLabel {
        name,
        url,
        encoding: settings.encoding.value,
        compression: settings.compression.value,
    }
}
