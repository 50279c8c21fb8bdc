//! Rules about times: their unit, the clock, and a destination's window.

use super::Judge;
use crate::base::units::UnixNanos;
use crate::validate::found::Edit;
use crate::validate::rules::Code;
use crate::validate::tree::{At, Held, Node};

/// 1980-01-01, in seconds since 1970.
const SECONDS_1980: u64 = 315_532_800;

/// 2100-01-01, in seconds since 1970.
const SECONDS_2100: u64 = 4_102_444_800;

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;

/// Units that are taken for nanoseconds: their name, how many make a second, and how many nanoseconds one is.
const UNITS: [(&str, u64, u64); 3] = [
    ("seconds", 1, SECOND),
    ("milliseconds", 1_000, 1_000_000),
    ("microseconds", 1_000_000, 1_000),
];

impl Judge<'_> {
    /// Looks at one time.
    pub(super) fn time(&mut self, at: At, node: Node) {
        let Held::Unsigned(nanos) = node.held else {
            return;
        };
        if nanos == 0 {
            return;
        }
        if nanos < SECONDS_1980 * SECOND {
            self.too_old(at, node, nanos);
        } else if let Some(now) = self.options.now {
            self.against(at, nanos, now);
        }
    }

    #[cold]
    fn too_old(&mut self, at: At, node: Node, nanos: u64) {
        let place = self.whole(at);
        let unit = UNITS.iter().find(|(_, each_second, _)| {
            (SECONDS_1980 * each_second..SECONDS_2100 * each_second).contains(&nanos)
        });
        let Some((unit, _, factor)) = unit else {
            self.found.add(Code::TimeImplausible, place, || {
                format!("it means {}", date(nanos))
            });
            return;
        };
        let meant = nanos.saturating_mul(*factor);
        let edits: Vec<Edit> = self.integer_edit(node, meant);
        self.found.add_with(
            Code::TimeUnit,
            place,
            || {
                format!(
                    "it means {}; in {unit} it would be {}",
                    date(nanos),
                    date(meant)
                )
            },
            || edits,
        );
    }

    /// A time that is plausible, against the clock.
    fn against(&mut self, at: At, nanos: u64, now: UnixNanos) {
        let window = self.options.destination.and_then(|it| it.window);
        if let Some((past, ahead)) = window {
            let oldest = now.0.saturating_sub(past.saturating_mul(SECOND));
            let newest = now.0.saturating_add(ahead.saturating_mul(SECOND));
            if nanos < oldest || nanos > newest {
                let place = self.whole(at);
                self.found.add(Code::TimeWindow, place, || {
                    format!(
                        "{} lies outside {} to {}",
                        date(nanos),
                        date(oldest),
                        date(newest)
                    )
                });
                return;
            }
        }
        if nanos > now.0.saturating_add(DAY) {
            let place = self.whole(at);
            self.found.add(Code::TimeFuture, place, || {
                format!("{} lies in the future", date(nanos))
            });
        }
    }
}

/// A time as people read it.
pub(super) fn date(nanos: u64) -> String {
    jiff::Timestamp::from_nanosecond(nanos.into())
        .map_or_else(|_| format!("{nanos} ns"), |time| format!("{time:.0}"))
}
