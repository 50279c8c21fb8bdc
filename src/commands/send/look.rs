//! A look at all records before the first is sent, for destinations that discard some times without a word.
//!
//! The files are read once without sending. Pipes cannot be looked at beforehand; what they send outside of the window is counted.

use std::sync::Arc;
use std::time::Duration;

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;
use crate::base::units::UnixNanos;
use crate::failure::Failure;
use crate::flow::plan::{DeliveryPlan, RecordPlan, SendPlan, SignalMode, World};
use crate::flow::report::SendReport;
use crate::flow::send::send;
use crate::pipeline::stage::Taking;
use crate::pipeline::times::{Outside, TimePolicy, TimeRule, TimeWindow};
use crate::settings::limits::RecordLimits;
use crate::source::inputs::Input;

/// Records that the destination would not keep.
#[derive(Debug, thiserror::Error)]
enum OutsideError {
    /// Nobody said what shall become of them.
    #[error("{count} of {read} records have a time that {destination} {does}: {what}")]
    Undecided {
        count: u64,
        read: u64,
        destination: &'static str,
        does: &'static str,
        what: String,
    },
    /// Moving them does not help.
    #[error(
        "the records lie further apart than the {hours} hours that {destination} takes, so they cannot be moved into them"
    )]
    TooLong {
        hours: u64,
        destination: &'static str,
    },
}

/// What the user said about records outside the window, and what the window is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) limits: RecordLimits,
    pub(super) policy: Option<TimePolicy>,
}

impl Wanted {
    /// What the workers have to know of it.
    pub(super) fn taking(self) -> Taking {
        Taking {
            times: self.limits.window.map(|window| TimeRule {
                window,
                policy: self.policy.unwrap_or(TimePolicy::Keep),
                shift: Arc::default(),
            }),
            message_bytes_max: self.limits.message_bytes_max,
            ..Taking::default()
        }
    }

    /// Looks at the files when that decides anything; returns the signal that ended the look, if one did.
    ///
    /// Errors: records outside the window about which nobody decided, or that cannot be moved into it.
    pub(super) fn look(
        self,
        plan: &SendPlan,
        (clock, signals): (&Arc<dyn Clock>, SignalMode),
    ) -> Result<Option<u8>, Failure> {
        let decided = !matches!(self.policy, None | Some(TimePolicy::Shift));
        let sends = !matches!(plan.delivery, DeliveryPlan::Nowhere);
        let Some(look) = look_plan(plan).filter(|_| !decided && sends) else {
            return Ok(None);
        };
        let world = World {
            clock: Arc::clone(clock),
            rng: fastrand::Rng::with_seed(0),
            shutdown: Shutdown::new(),
            signals,
            watcher: &mut |_| {},
        };
        let report = send(look, world).map_err(|error| {
            let hint = error.hint();
            Failure::setup("setup", error, hint)
        })?;
        if report.signal.is_some() {
            return Ok(report.signal);
        }
        match self.policy {
            None => self.judge(&report)?,
            Some(_) => self.set_shift(&report, plan, clock.now())?,
        }
        Ok(None)
    }

    fn judge(self, report: &SendReport) -> Result<(), Failure> {
        if report.outside.total() == 0 {
            return Ok(());
        }
        let error = OutsideError::Undecided {
            count: report.outside.total(),
            read: report.tally.read,
            destination: self.limits.destination,
            does: if self.limits.is_logfire {
                "discards without a word"
            } else {
                "does not take"
            },
            what: self.sides(report.outside),
        };
        let hint = "choose: --time shift moves all of them to now and keeps their distances, --time now gives them the present time, --time drop leaves them out, --time keep sends them all the same";
        Err(Failure::setup("time-window", error, Some(hint.to_owned())))
    }

    /// How many are too old and too new, in words.
    fn sides(self, outside: Outside) -> String {
        let Some(window) = self.limits.window else {
            return String::new();
        };
        let side = |count: u64, what: &str, length| {
            (count > 0).then(|| format!("{count} {what} {}", length_in_words(length)))
        };
        let before = side(outside.before, "older than", window.age_max);
        let after = side(
            outside.after,
            "ahead of the clock by more than",
            window.ahead_max,
        );
        let sides: Vec<String> = before.into_iter().chain(after).collect();
        sides.join(" and ")
    }

    /// Moves all records so that the latest is now.
    fn set_shift(
        self,
        report: &SendReport,
        plan: &SendPlan,
        now: UnixNanos,
    ) -> Result<(), Failure> {
        let first = report
            .sources
            .iter()
            .filter_map(|source| source.first_time)
            .min();
        let last = report
            .sources
            .iter()
            .filter_map(|source| source.last_time)
            .max();
        let Some((first, last)) = first.zip(last) else {
            return Ok(());
        };
        let Some(TimeWindow { age_max, .. }) = self.limits.window else {
            return Ok(());
        };
        if u128::from(last.0 - first.0) > age_max.as_nanos() {
            let error = OutsideError::TooLong {
                hours: age_max.as_secs() / 3_600,
                destination: self.limits.destination,
            };
            let hint = "send a part of them, or choose --time now or --time drop";
            return Err(Failure::setup("time-window", error, Some(hint.to_owned())));
        }
        if let Some(rule) = &plan.records.taking.times {
            let shift = i128::from(now.0) - i128::from(last.0);
            // Nobody else has looked.
            let _first = rule.shift.set(shift);
        }
        Ok(())
    }
}

/// Whole hours, or minutes.
fn length_in_words(length: Duration) -> String {
    let minutes = length.as_secs() / 60;
    let (count, unit) = if minutes.is_multiple_of(60) {
        (minutes / 60, "hour")
    } else {
        (minutes, "minute")
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// The same run without sending, over the files alone; `None` when there is none.
fn look_plan(plan: &SendPlan) -> Option<SendPlan> {
    let is_file = |input: &&Input| matches!(input, Input::File(_));
    let inputs: Vec<Input> = plan.inputs.iter().filter(is_file).cloned().collect();
    let times = plan.records.taking.times.as_ref()?;
    let times = TimeRule {
        policy: TimePolicy::Keep,
        ..times.clone()
    };
    (!inputs.is_empty()).then(|| SendPlan {
        inputs,
        stdin: None,
        records: RecordPlan {
            taking: Taking {
                times: Some(times),
                ..Taking::default()
            },
            ..plan.records.clone()
        },
        delivery: DeliveryPlan::Nowhere,
        undelivered: None,
        checkpoints: None,
        follow: None,
        label: plan.label.clone(),
        warnings: Vec::new(),
        ..*plan
    })
}
