//! The legs of the round trip, each with how it ended, and the verdict over all of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::clock::Clock;

/// A leg. Scripts know it by its [`slug`](LegName::slug).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegName {
    /// The destination is known.
    Configuration,
    /// There is a token.
    Token,
    /// Somebody listens there.
    Connection,
    /// The token is accepted.
    Authorization,
    /// Both clocks agree.
    Clock,
    /// Spans are taken.
    Traces,
    /// Logs are taken.
    Logs,
    /// Metrics are taken.
    Metrics,
    /// What was sent can be asked for.
    Visible,
    /// Every record is there once.
    Count,
    /// Levels are those that were sent.
    Severities,
    /// So are times,
    Times,
    /// bodies and messages,
    Bodies,
    /// attributes and their types,
    Attributes,
    /// exceptions,
    Exception,
    /// traces and spans,
    Correlation,
    /// scopes,
    Scopes,
    /// and the resource.
    Resource,
}

impl LegName {
    /// Every leg, in order.
    pub const ALL: [LegName; 18] = [
        LegName::Configuration,
        LegName::Token,
        LegName::Connection,
        LegName::Authorization,
        LegName::Clock,
        LegName::Traces,
        LegName::Logs,
        LegName::Metrics,
        LegName::Visible,
        LegName::Count,
        LegName::Severities,
        LegName::Times,
        LegName::Bodies,
        LegName::Attributes,
        LegName::Exception,
        LegName::Correlation,
        LegName::Scopes,
        LegName::Resource,
    ];

    /// Its name for scripts, and for people too.
    pub fn slug(self) -> &'static str {
        match self {
            LegName::Configuration => "configuration",
            LegName::Token => "token",
            LegName::Connection => "connection",
            LegName::Authorization => "authorization",
            LegName::Clock => "clock",
            LegName::Traces => "traces",
            LegName::Logs => "logs",
            LegName::Metrics => "metrics",
            LegName::Visible => "visible",
            LegName::Count => "count",
            LegName::Severities => "severities",
            LegName::Times => "times",
            LegName::Bodies => "bodies",
            LegName::Attributes => "attributes",
            LegName::Exception => "exception",
            LegName::Correlation => "correlation",
            LegName::Scopes => "scopes",
            LegName::Resource => "resource",
        }
    }
}

/// How a leg ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegStatus {
    /// Well.
    Pass,
    /// Badly.
    Fail,
    /// It was not run.
    Skip,
}

impl LegStatus {
    /// Its word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            LegStatus::Pass => "pass",
            LegStatus::Fail => "fail",
            LegStatus::Skip => "skip",
        }
    }
}

/// One field that is not as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of which record.
    pub record: String,
    /// Which field.
    pub field: String,
    /// What was sent.
    pub expected: String,
    /// What came back.
    pub found: String,
}

/// A leg that ended. Its texts hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Which.
    pub name: LegName,
    /// How.
    pub status: LegStatus,
    /// What was seen, or what went wrong.
    pub detail: String,
    /// How long it took.
    pub took: Duration,
    /// What differs.
    pub differences: Vec<Difference>,
    /// One thing to do about it.
    pub hint: Option<String>,
}

/// What kind of fault ended the first leg that failed; the exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing could be sent: settings, no token.
    Setup,
    /// The server said no.
    Refused,
    /// Nobody answered.
    Undelivered,
    /// It arrived, and not as it was sent.
    Differs,
    /// Somebody wanted to stop; the number of the signal.
    Interrupted(u8),
}

/// A fault of one leg.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// What went wrong.
    pub detail: String,
    /// What differs.
    pub differences: Vec<Difference>,
    /// What to do.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault without differences.
    pub fn new(kind: FaultKind, detail: impl Into<String>, hint: Option<&str>) -> Fault {
        Fault {
            kind,
            detail: detail.into(),
            differences: Vec::new(),
            hint: hint.map(str::to_owned),
        }
    }
}

/// How a leg came to its end.
#[derive(Debug)]
pub enum Ending {
    /// Well; what was seen.
    Pass(String),
    /// Badly.
    Fail(Fault),
    /// It could not be run, or could not tell; why.
    Skip(String),
}

impl From<Result<String, Fault>> for Ending {
    fn from(result: Result<String, Fault>) -> Ending {
        match result {
            Ok(detail) => Ending::Pass(detail),
            Err(fault) => Ending::Fail(fault),
        }
    }
}

/// What happens while the legs are run.
#[derive(Debug)]
pub enum Step<'a> {
    /// A leg was begun.
    Begun(LegName),
    /// A leg ended.
    Ended(&'a Leg),
}

/// Who is told.
pub type Watch<'w> = &'w mut dyn FnMut(&Step<'_>);

/// The legs as they are run, in order.
pub struct Course<'w> {
    watch: Watch<'w>,
    clock: Arc<dyn Clock>,
    begun_at: Instant,
    /// The leg that is under way.
    under_way: Option<LegName>,
    /// Those that ended.
    pub(super) legs: Vec<Leg>,
    /// The first fault.
    pub(super) fault: Option<FaultKind>,
}

impl<'w> Course<'w> {
    /// None is run yet.
    pub fn new(clock: Arc<dyn Clock>, watch: Watch<'w>) -> Course<'w> {
        Course {
            watch,
            begun_at: clock.instant(),
            clock,
            under_way: None,
            legs: Vec::new(),
            fault: None,
        }
    }

    /// A leg is begun.
    pub fn begin(&mut self, name: LegName) {
        self.begun_at = self.clock.instant();
        self.under_way = Some(name);
        (self.watch)(&Step::Begun(name));
    }

    /// The leg that was begun came to its end.
    pub fn end(&mut self, name: LegName, ending: impl Into<Ending>) {
        let took = self
            .clock
            .instant()
            .saturating_duration_since(self.begun_at);
        let mut leg = Leg {
            name,
            status: LegStatus::Pass,
            detail: String::new(),
            took,
            differences: Vec::new(),
            hint: None,
        };
        match ending.into() {
            Ending::Pass(detail) => leg.detail = detail,
            Ending::Skip(why) => {
                leg.status = LegStatus::Skip;
                leg.detail = why;
            }
            Ending::Fail(fault) => {
                leg.status = LegStatus::Fail;
                leg.detail = fault.detail;
                leg.differences = fault.differences;
                leg.hint = fault.hint;
                self.fault.get_or_insert(fault.kind);
            }
        }
        self.push(leg);
    }

    /// A leg is not run.
    pub fn skip(&mut self, name: LegName, why: &str) {
        self.push(Leg {
            name,
            status: LegStatus::Skip,
            detail: why.to_owned(),
            took: Duration::ZERO,
            differences: Vec::new(),
            hint: None,
        });
    }

    /// None of those that are left is run.
    pub fn skip_rest(&mut self, why: &str) {
        for name in LegName::ALL {
            if self.legs.iter().all(|leg| leg.name != name) {
                self.skip(name, why);
            }
        }
    }

    /// Somebody wanted to stop: the leg that is under way fails, and what is left is not run.
    pub fn interrupt(&mut self, signal: u8) {
        let waiting = |name: &LegName| self.legs.iter().all(|leg| leg.name != *name);
        let name = self
            .under_way
            .or_else(|| LegName::ALL.into_iter().find(waiting));
        let kind = FaultKind::Interrupted(signal);
        if let Some(name) = name {
            let word = match signal {
                2 => "SIGINT",
                15 => "SIGTERM",
                _ => "a signal",
            };
            let detail = format!("interrupted by {word}");
            self.end(name, Err(Fault::new(kind, detail, None)));
        }
        self.fault = Some(kind);
    }

    /// Whether any leg failed.
    pub fn has_failed(&self) -> bool {
        self.fault.is_some()
    }

    fn push(&mut self, leg: Leg) {
        self.under_way = None;
        (self.watch)(&Step::Ended(&leg));
        self.legs.push(leg);
    }
}
