//! The state of asking again and again: how long to wait, and what was seen so far.

use std::time::Duration;

use crate::flow::spike::leg::{Fault, FaultKind};
use crate::logfire::row::Row;

/// Which of the two endpoints is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Version 2.
    New,
    /// Version 1, for servers that have no other.
    Old,
}

/// What is known after some questions.
pub(super) struct Asking {
    pub(super) endpoint: Endpoint,
    pub(super) questions: u32,
    /// The rows of the last good answer.
    pub(super) best: Vec<Row>,
    /// What the last answer said instead of rows.
    pub(super) trouble: Option<String>,
    /// Whether the next question is the last.
    pub(super) is_last: bool,
    next_pause: Duration,
    pause_max: Duration,
}

impl Asking {
    pub(super) fn new(first_pause: Duration, pause_max: Duration) -> Asking {
        Asking {
            endpoint: Endpoint::New,
            questions: 0,
            best: Vec::new(),
            trouble: None,
            is_last: false,
            next_pause: first_pause,
            pause_max,
        }
    }

    /// Until the next question: the server's wish, and never less than our own pause.
    pub(super) fn pause(&mut self, wish: Option<Duration>) -> Duration {
        let own = self.next_pause;
        self.next_pause = (own * 2).min(self.pause_max);
        own.max(wish.unwrap_or(Duration::ZERO))
    }

    /// What there is when the wait is over.
    pub(super) fn at_the_end(
        self,
        wanted: usize,
        wait: Duration,
    ) -> Result<(Vec<Row>, u32), Fault> {
        if !self.best.is_empty() {
            return Ok((self.best, self.questions));
        }
        let waited = format!("in {} s, {} queries", wait.as_secs_f64(), self.questions);
        let (detail, hint) = match self.trouble {
            Some(said) => (format!("no answer {waited}: {said}"), None),
            None => (
                format!("0 of {wanted} rows {waited}"),
                Some("wait longer, as in --wait 5m; and check that both tokens are of one project"),
            ),
        };
        Err(Fault::new(FaultKind::Differs, detail, hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_their_limit_and_follow_the_servers_wish() {
        let seconds = Duration::from_secs;
        let mut asking = Asking::new(seconds(1), seconds(5));
        let pauses: Vec<Duration> = (0..4).map(|_| asking.pause(None)).collect();
        assert_eq!(pauses, [1, 2, 4, 5].map(seconds));
        assert_eq!(asking.pause(Some(seconds(9))), seconds(9));
        assert_eq!(asking.pause(Some(seconds(0))), seconds(5));
    }
}
