//! What all requests of a run know of their endpoint: whether it fails, whether it denies, whether it refuses everything.
//!
//! While it fails, one request at a time asks, after a wait that grows; the others stand behind it. Three denials in a row open the
//! breaker, and nothing more is sent. An endpoint that refuses whole batches is not asked record by record.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::pipeline::retry::Backoff;

/// Denials in a row that open the breaker.
pub const DENIALS_MAX: u32 = 3;

/// Batches in a row of which nothing was taken, behind which a refusal is not the fault of single records.
const REFUSED_BATCHES_MAX: u32 = 2;

/// The endpoint as the requests have found it.
#[derive(Debug, Default)]
pub struct Health {
    state: Mutex<State>,
    /// Held by the one that asks while the endpoint fails.
    pub probe: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// The waits since the last whole answer; `None` while all is well.
    failing: Option<Backoff>,
    denials: u32,
    refused_batches: u32,
    stopped: bool,
}

impl Health {
    /// Whether the last request had no answer, or one that asks for patience.
    pub fn is_failing(&self) -> bool {
        self.state().failing.is_some()
    }

    /// Whether nothing more may be sent.
    pub fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    /// Nothing more is sent.
    pub fn stop(&self) {
        self.state().stopped = true;
    }

    /// A request failed in a way that may pass.
    pub fn failed(&self) {
        let mut state = self.state();
        state.failing.get_or_insert_default();
    }

    /// The wait before the next request.
    pub fn wait(&self, after: Option<Duration>, rng: &mut fastrand::Rng) -> Duration {
        self.state()
            .failing
            .get_or_insert_default()
            .next(after, rng)
    }

    /// A whole answer came that denies nothing.
    pub fn answered(&self) {
        let mut state = self.state();
        state.failing = None;
        state.denials = 0;
    }

    /// The credentials were denied; tells whether the breaker is open now.
    pub fn denied(&self) -> bool {
        let mut state = self.state();
        state.failing = None;
        state.denials += 1;
        state.stopped |= state.denials >= DENIALS_MAX;
        state.stopped
    }

    /// A batch came to its end; `taken` when at least one record of it was.
    pub fn batch_ended(&self, taken: bool) {
        let mut state = self.state();
        state.refused_batches = if taken { 0 } else { state.refused_batches + 1 };
    }

    /// Whether a refusal is worth a search for the record that is at fault.
    pub fn takes_some(&self) -> bool {
        self.state().refused_batches < REFUSED_BATCHES_MAX
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_denials_in_a_row_open_the_breaker_and_two_do_not() {
        let health = Health::default();
        assert!(!health.denied() && !health.denied());
        health.answered();
        assert!(!health.denied() && !health.denied() && !health.is_stopped());
        assert!(health.denied() && health.is_stopped());
        health.answered();
        assert!(health.is_stopped(), "an open breaker stays open");
    }

    #[test]
    fn waits_grow_until_an_answer_comes() {
        let (health, mut rng) = (Health::default(), fastrand::Rng::with_seed(1));
        health.failed();
        let total: Duration = (0..20).map(|_| health.wait(None, &mut rng)).sum();
        assert!(total > Duration::from_secs(60));
        health.answered();
        assert!(!health.is_failing());
        assert!(health.wait(None, &mut rng) <= Duration::from_secs(1));
    }

    proptest::proptest! {
        /// A plain reading of the rule: the breaker is open once three denials stood next to each other.
        #[test]
        fn the_breaker_is_open_once_three_denials_stood_in_a_row(answers in proptest::collection::vec(0_u8..3, 0..20)) {
            let health = Health::default();
            for answer in &answers {
                match answer {
                    0 => health.answered(),
                    1 => health.failed(),
                    _ => { health.denied(); }
                }
            }
            // What fails says nothing about credentials.
            let heard: Vec<u8> = answers.into_iter().filter(|answer| *answer != 1).collect();
            let expected = heard.windows(3).any(|three| three == [2, 2, 2]);
            proptest::prop_assert_eq!(health.is_stopped(), expected);
        }
    }
}
