//! How long to wait before a request is made again: exponential, with full jitter, a server's wish as the floor, and an end.

use std::time::{Duration, Instant};

/// The first wait's upper bound.
const WAIT_FIRST: Duration = Duration::from_secs(1);

/// The last wait's upper bound.
const WAIT_MAX: Duration = Duration::from_secs(32);

/// The tries of one batch.
#[derive(Debug, Clone)]
pub struct Retry {
    deadline: Instant,
    tries: u32,
}

/// What to do after a try that may work later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again after this.
    Wait(Duration),
    /// The window has closed.
    GiveUp,
}

impl Retry {
    /// Tries end at `now + window`.
    pub fn new(now: Instant, window: Duration) -> Retry {
        Retry {
            deadline: now + window,
            tries: 0,
        }
    }

    /// What follows a try that failed at `now`. `after` is the server's `Retry-After`; one that reaches past the window ends the
    /// tries at its end, not at once.
    pub fn next(&mut self, now: Instant, after: Option<Duration>, rng: &mut fastrand::Rng) -> Next {
        let left = self.deadline.saturating_duration_since(now);
        if left.is_zero() {
            return Next::GiveUp;
        }
        let bound = WAIT_FIRST
            .saturating_mul(1 << self.tries.min(5))
            .min(WAIT_MAX);
        self.tries += 1;
        let jitter = bound.mul_f64(rng.f64());
        // The floor keeps what the server asked for; the jitter on top keeps a fleet from returning in the same instant.
        let wait = after.unwrap_or(Duration::ZERO).saturating_add(jitter);
        Next::Wait(wait.min(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::{Clock as _, SystemClock};

    proptest::proptest! {
        #[test]
        fn waits_stay_within_their_bounds_and_the_window(seed in proptest::num::u64::ANY, after in proptest::option::of(0_u64..1_000)) {
            let (mut now, mut rng) = (SystemClock.instant(), fastrand::Rng::with_seed(seed));
            let (start, window) = (now, Duration::from_secs(300));
            let mut retry = Retry::new(now, window);
            for bound in [1, 2, 4, 8, 16, 32, 32, 32] {
                let floor = after.map(Duration::from_secs);
                match retry.next(now, floor, &mut rng) {
                    Next::Wait(wait) => {
                        let left = window.checked_sub(now - start).unwrap();
                        proptest::prop_assert!(wait <= left);
                        proptest::prop_assert!(wait <= floor.unwrap_or_default() + Duration::from_secs(bound));
                        proptest::prop_assert!(wait >= floor.unwrap_or_default().min(left));
                        now += wait;
                    }
                    Next::GiveUp => proptest::prop_assert!(now - start >= window),
                }
            }
        }
    }

    #[test]
    fn no_window_means_no_second_try() {
        let now = SystemClock.instant();
        let mut rng = fastrand::Rng::with_seed(1);
        assert_eq!(
            Retry::new(now, Duration::ZERO).next(now, None, &mut rng),
            Next::GiveUp
        );
    }
}
