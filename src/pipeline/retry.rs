//! How long to wait before a request is made again: exponential, with full jitter, a server's wish as the floor, and an end.

use std::time::{Duration, Instant};

/// The first wait's upper bound.
const WAIT_FIRST: Duration = Duration::from_secs(1);

/// Doublings until the last wait's upper bound, 32 s.
const DOUBLINGS_MAX: u32 = 5;

/// The time in which one batch is tried.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    deadline: Instant,
}

impl Window {
    /// Tries end at `now + length`.
    pub fn new(now: Instant, length: Duration) -> Window {
        Window {
            deadline: now + length,
        }
    }

    /// What is left of a wait at `now`; `None` when the window has closed. A wait that reaches past the window ends at its end, not at
    /// once.
    pub fn clamp(&self, now: Instant, wait: Duration) -> Option<Duration> {
        let left = self.deadline.saturating_duration_since(now);
        (!left.is_zero()).then(|| wait.min(left))
    }
}

/// The waits of an endpoint that fails, each longer than the one before.
#[derive(Debug, Clone, Copy, Default)]
pub struct Backoff {
    steps: u32,
}

impl Backoff {
    /// The next wait. `after` is the server's `Retry-After`: the floor keeps what it asked for, the jitter on top keeps a fleet from
    /// returning in the same instant.
    pub fn next(&mut self, after: Option<Duration>, rng: &mut fastrand::Rng) -> Duration {
        let bound = WAIT_FIRST.saturating_mul(1 << self.steps.min(DOUBLINGS_MAX));
        self.steps += 1;
        let jitter = bound.mul_f64(rng.f64());
        after.unwrap_or(Duration::ZERO).saturating_add(jitter)
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
            let (start, length) = (now, Duration::from_secs(300));
            let (window, mut backoff) = (Window::new(now, length), Backoff::default());
            for bound in [1, 2, 4, 8, 16, 32, 32, 32] {
                let floor = after.map(Duration::from_secs);
                let wait = backoff.next(floor, &mut rng);
                proptest::prop_assert!(wait <= floor.unwrap_or_default() + Duration::from_secs(bound));
                proptest::prop_assert!(wait >= floor.unwrap_or_default());
                match window.clamp(now, wait) {
                    Some(clamped) => {
                        let left = length.checked_sub(now - start).unwrap();
                        proptest::prop_assert_eq!(clamped, wait.min(left));
                        now += clamped;
                    }
                    None => proptest::prop_assert!(now - start >= length),
                }
            }
        }
    }

    #[test]
    fn no_window_means_no_second_try() {
        let now = SystemClock.instant();
        let window = Window::new(now, Duration::ZERO);
        assert_eq!(window.clamp(now, Duration::from_secs(1)), None);
    }
}
