//! The state of asking again and again: how long to wait, and what was seen so far. Pure.

use std::time::Duration;

use crate::flow::spike::Pace;
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
    pub(super) rows: Vec<Row>,
    /// What the last answer said instead of rows.
    pub(super) trouble: Option<String>,
    next_pause: Duration,
    pause_max: Duration,
}

impl Asking {
    pub(super) fn new(pace: Pace) -> Asking {
        Asking {
            endpoint: Endpoint::New,
            questions: 0,
            rows: Vec::new(),
            trouble: None,
            next_pause: pace.first,
            pause_max: pace.max,
        }
    }

    /// Until the next question: the server's wish, and never less than our own pause.
    pub(super) fn pause(&mut self, wish: Option<Duration>) -> Duration {
        let own = self.next_pause;
        self.next_pause = (own * 2).min(self.pause_max);
        own.max(wish.unwrap_or(Duration::ZERO))
    }

    /// `1 query`, `3 queries`
    pub(super) fn counted(&self) -> String {
        match self.questions {
            1 => "1 query".to_owned(),
            many => format!("{many} queries"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_their_limit_and_follow_the_servers_wish() {
        let seconds = Duration::from_secs;
        let mut asking = Asking::new(Pace {
            first: seconds(1),
            max: seconds(5),
        });
        let pauses: Vec<Duration> = (0..4).map(|_| asking.pause(None)).collect();
        assert_eq!(pauses, [1, 2, 4, 5].map(seconds));
        assert_eq!(asking.pause(Some(seconds(9))), seconds(9));
        assert_eq!(asking.pause(Some(seconds(0))), seconds(5));
    }
}
