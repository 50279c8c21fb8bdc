//! Why a command could not do its work, and the exit code that follows.
//!
//! Each module has its own error; at the command's edge it becomes a [`Failure`] with a kind, a cause and a hint.

use std::error::Error;

use crate::flow::report::{Outcome, SendReport};
use crate::flow::spike::Verdict;
use crate::flow::spike::leg::FaultKind;
use crate::settings::SettingsError;
use crate::settings::input::InputError;
use crate::settings::layers::LayerError;
use crate::settings::token::TokenError;
use crate::settings::zone::ZoneError;

/// What kind of failure it is; the exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Could not start: usage, settings, no credentials, input unreadable.
    Setup,
    /// The server said no: credentials denied or wrong endpoint.
    Refused,
    /// Not delivered: unreachable, or the retry window ended.
    Undelivered,
}

impl FailureKind {
    /// The process's exit code. The table is DESIGN's, repeated in README and in the man page.
    pub fn exit_code(self) -> u8 {
        match self {
            FailureKind::Setup => 2,
            FailureKind::Refused => 3,
            FailureKind::Undelivered => 4,
        }
    }
}

/// A command that failed.
#[derive(Debug)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// A stable word for scripts, like `settings`.
    pub code: &'static str,
    /// What we tried on what; its sources say why.
    pub error: Box<dyn Error + Send + Sync>,
    /// What to do now.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure before anything was sent.
    pub fn setup(
        code: &'static str,
        error: impl Into<Box<dyn Error + Send + Sync>>,
        hint: Option<String>,
    ) -> Failure {
        Failure {
            kind: FailureKind::Setup,
            code,
            error: error.into(),
            hint,
        }
    }
}

impl From<ZoneError> for Failure {
    fn from(error: ZoneError) -> Failure {
        let hint = error.hint();
        Failure::setup("settings", error, Some(hint))
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Failure {
        let hint = error.hint();
        match &error {
            SettingsError::Token(TokenError::Keychain { .. }) => {
                Failure::setup("keychain", error, hint)
            }
            SettingsError::Token(_) => Failure::setup("token", error, hint),
            _ => Failure::setup("settings", error, hint),
        }
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Failure {
        let hint = error.hint();
        Failure::setup("settings", error, hint)
    }
}

impl From<LayerError> for Failure {
    fn from(error: LayerError) -> Failure {
        let hint = error.hint();
        Failure::setup("settings", error, hint)
    }
}

/// The exit code of a finished `send`.
pub fn exit_code_of(report: &SendReport) -> u8 {
    match report.outcome {
        Outcome::Delivered | Outcome::Disabled => 0,
        // A dry run that read everything did what it was asked for.
        Outcome::Undelivered if report.dry_run => 0,
        // Inputs of which nothing could be read are as good as missing.
        Outcome::Partial if nothing_read(report) => FailureKind::Setup.exit_code(),
        Outcome::Partial => 1,
        Outcome::Denied | Outcome::Misdirected => FailureKind::Refused.exit_code(),
        Outcome::Undelivered => FailureKind::Undelivered.exit_code(),
        Outcome::Interrupted => 128 + report.signal.unwrap_or(2),
    }
}

/// What a round trip is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// That the records are taken, and compared where that is possible.
    Accepted,
    /// That they are compared.
    Verified,
}

/// The exit code of a finished `spike`.
pub fn exit_code_of_spike(verdict: Verdict, wanted: Wanted) -> u8 {
    match (verdict, wanted) {
        (Verdict::Verified, _) | (Verdict::Accepted, Wanted::Accepted) => 0,
        (Verdict::Accepted, Wanted::Verified) | (Verdict::Failed(FaultKind::Differs), _) => 1,
        (Verdict::Failed(FaultKind::Setup), _) => FailureKind::Setup.exit_code(),
        (Verdict::Failed(FaultKind::Refused), _) => FailureKind::Refused.exit_code(),
        (Verdict::Failed(FaultKind::Undelivered), _) => FailureKind::Undelivered.exit_code(),
        (Verdict::Failed(FaultKind::Interrupted(signal)), _) => 128 + signal,
    }
}

fn nothing_read(report: &SendReport) -> bool {
    let all_failed = report.sources.iter().all(|source| source.failure.is_some());
    report.tally.read == 0 && all_failed
}
