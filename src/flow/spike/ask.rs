//! The way back: asks until every part is there or the wait is over, then compares.
//!
//! What counts is that each part is there, not how many rows there are: a record that is there twice does not stand for one that is not
//! there yet. Once all are there they are asked for once more, because doubles come late. A server that asks for patience gets it within
//! the wait; one that asks for more ends the leg.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::delivery::credentials::Credentials;
use crate::delivery::http::{HttpRoute, Received};
use crate::flow::spike::asked::{Asking, Endpoint};
use crate::flow::spike::compare::{LEGS, compare};
use crate::flow::spike::leg::{Course, Ending, Fault, FaultKind, LegName};
use crate::flow::spike::parts::Parts;
use crate::flow::spike::send::beyond;
use crate::flow::spike::{Trip, shown};
use crate::logfire::query::ACCEPT;
use crate::logfire::row::Row;
use crate::logfire::rows::{Answer, Reading, read};
use crate::logfire::{QUERY_PATH, QUERY_PATH_OLD};
use crate::otlp::Encoding;

/// What one question gave.
enum Got {
    Rows(Vec<Row>),
    /// Nothing yet, and perhaps later.
    NotYet {
        after: Option<Duration>,
        said: String,
    },
    Fault(Fault),
}

/// The shortest time that a question has for its answer, also when the wait is over before.
const ANSWER_WAIT_MIN: Duration = Duration::from_secs(1);

/// What the wait gave: how its leg ends, and what is there to be compared.
struct Seen {
    rows: Vec<Row>,
    ending: Ending,
}

impl Trip<'_> {
    /// Waits for the records and compares them.
    pub(super) async fn read_back(&mut self, course: &mut Course<'_>) {
        let Some(read) = self.read.clone() else {
            return;
        };
        course.begin(LegName::Visible);
        let seen = self.wait_for_rows(&read).await;
        course.end(LegName::Visible, seen.ending);
        if !seen.rows.is_empty() {
            self.compare_all(&seen.rows, course);
        }
    }

    fn compare_all(&self, rows: &[Row], course: &mut Course<'_>) {
        let parts = Parts::new(&self.sent, self.correlation, rows);
        for name in LEGS {
            course.begin(name);
            course.end(name, compare(name, &parts, self.copies));
        }
    }

    /// The rows, once every part is there; or those that are there at the end of the wait.
    async fn wait_for_rows(&mut self, read: &Arc<Credentials>) -> Seen {
        let clock = Arc::clone(&self.plan.clock);
        let begun = clock.instant();
        let until = begun + self.plan.wait;
        let mut asking = Asking::new(self.plan.pace);
        loop {
            asking.questions += 1;
            let mut wish = None;
            let left = until.saturating_duration_since(clock.instant());
            match self.ask_in_time(read, &mut asking, left).await {
                Got::Rows(rows) => (asking.rows, asking.trouble) = (rows, None),
                Got::NotYet { after, said } => {
                    wish = after;
                    asking.trouble = Some(said);
                }
                Got::Fault(fault) => {
                    return Seen {
                        rows: asking.rows,
                        ending: Ending::Fail(fault),
                    };
                }
            }
            let now = clock.instant();
            let left = until.saturating_duration_since(now);
            if asking.trouble.is_none() && self.are_there(&asking.rows) == self.wanted() {
                self.visible_after = Some(now.saturating_duration_since(begun));
                return self.look_again(read, asking, left).await;
            }
            if let Some(wish) = wish.filter(|wish| *wish > left) {
                let waited = format!("after {}", asking.counted());
                let mut seen = self.given_up(asking, &waited);
                if let Ending::Fail(fault) = seen.ending {
                    seen.ending = Ending::Fail(beyond(fault, wish, left));
                }
                return seen;
            }
            if left.is_zero() {
                let wait = self.plan.wait.as_secs_f64();
                let waited = format!("in {wait} s, {}", asking.counted());
                return self.given_up(asking, &waited);
            }
            // The last question is asked when the wait ends.
            clock.pause(asking.pause(wish).min(left)).await;
        }
    }

    fn wanted(&self) -> usize {
        self.sent.row_count(self.correlation)
    }

    fn are_there(&self, rows: &[Row]) -> usize {
        Parts::new(&self.sent, self.correlation, rows).found()
    }

    /// Doubles come late, so all rows are asked for once more. What is wrong with that question is told and no fault.
    async fn look_again(
        &mut self,
        read: &Arc<Credentials>,
        mut asking: Asking,
        left: Duration,
    ) -> Seen {
        let first = asking.rows.len();
        let head = format!("{0} of {0} rows after {1}", self.wanted(), asking.counted());
        let pause = asking.pause(None);
        if pause > left {
            return Seen {
                rows: asking.rows,
                ending: Ending::Pass(head),
            };
        }
        self.plan.clock.pause(pause).await;
        let again = self
            .ask_in_time(read, &mut asking, left.saturating_sub(pause))
            .await;
        let tail = match again {
            Got::Rows(rows) if self.are_there(&rows) == self.wanted() => {
                asking.rows = rows;
                match asking.rows.len() {
                    same if same == first => "a second look agrees".to_owned(),
                    other => format!("a second look found {other}"),
                }
            }
            Got::Rows(rows) => format!("a second look found {}", rows.len()),
            Got::NotYet { said, .. } => format!("no second look: {said}"),
            Got::Fault(fault) => format!("no second look: {}", fault.detail),
        };
        Seen {
            rows: asking.rows,
            ending: Ending::Pass(format!("{head}; {tail}")),
        }
    }

    /// What there is when nothing more is waited for.
    fn given_up(&self, asking: Asking, waited: &str) -> Seen {
        let ending = self.ending_of(&asking, waited);
        Seen {
            rows: asking.rows,
            ending: ending.map_or_else(Ending::Fail, Ending::Pass),
        }
    }

    fn ending_of(&self, asking: &Asking, waited: &str) -> Result<String, Fault> {
        let (found, wanted) = (self.are_there(&asking.rows), self.wanted());
        if let Some(said) = &asking.trouble {
            let detail = match found {
                0 => format!("no answer {waited}: {said}"),
                some => format!("{some} of {wanted} rows {waited}, and then: {said}"),
            };
            let hint = "the server is not well or has too much to do; run it again later";
            return Err(Fault::new(FaultKind::Differs, detail, Some(hint)));
        }
        let detail = format!("{found} of {wanted} rows {waited}");
        if found == 0 {
            let hint =
                "wait longer, as in --wait 5m; and check that both tokens are of one project";
            return Err(Fault::new(FaultKind::Differs, detail, Some(hint)));
        }
        Ok(detail)
    }

    /// One question, which has for its answer what is left of the wait.
    async fn ask_in_time(
        &mut self,
        read: &Arc<Credentials>,
        asking: &mut Asking,
        left: Duration,
    ) -> Got {
        let limit = left.max(ANSWER_WAIT_MIN);
        let asked = tokio::time::timeout(limit, self.ask_once(read, asking)).await;
        asked.unwrap_or_else(|_| Got::NotYet {
            after: None,
            said: "no answer within the wait".to_owned(),
        })
    }

    async fn ask_once(&mut self, read: &Arc<Credentials>, asking: &mut Asking) -> Got {
        let (reading, route) = match self.read_once(read, asking.endpoint).await {
            Ok(answered) => answered,
            Err(got) => return got,
        };
        if reading != Reading::NotThere || asking.endpoint == Endpoint::Old {
            return got(reading, |text| shown(&route, text));
        }
        asking.endpoint = Endpoint::Old;
        match self.read_once(read, asking.endpoint).await {
            Ok((reading, route)) => got(reading, |text| shown(&route, text)),
            Err(got) => got,
        }
    }

    async fn read_once(
        &mut self,
        read: &Arc<Credentials>,
        endpoint: Endpoint,
    ) -> Result<(Reading, HttpRoute), Got> {
        let path = match endpoint {
            Endpoint::New => QUERY_PATH,
            Endpoint::Old => QUERY_PATH_OLD,
        };
        let url = self.beside(path).ok_or_else(|| {
            let detail = "the URL does not tell where queries go";
            let hint = "give the base of the server: --to 'logfire?url=https://…'";
            Got::Fault(Fault::new(FaultKind::Setup, detail, Some(hint)))
        })?;
        let route = self
            .plain_route(url, read, Encoding::Json)
            .accepting(ACCEPT);
        let (clock, query) = (Arc::clone(&self.plan.clock), self.query());
        let (route, answer) = match endpoint {
            Endpoint::New => {
                let answer = route.attempt(Bytes::from(query.body()), &*clock).await;
                (route, answer)
            }
            Endpoint::Old => {
                let route = route.asking(&query.old_words());
                let answer = route.ask(&*clock).await;
                (route, answer)
            }
        };
        let received = answer.map_err(|no_answer| Got::NotYet {
            after: None,
            said: no_answer.causes.last().cloned().unwrap_or_default(),
        })?;
        self.note_warning(&received, &route);
        Ok((read_answer(&received), route))
    }
}

fn read_answer(received: &Received) -> Reading {
    read(Answer {
        status: received.status,
        content_type: &received.content_type,
        retry_after: received.retry_after,
        body: &received.body,
    })
}

fn got(reading: Reading, shown: impl Fn(&str) -> String) -> Got {
    let fault = |before: &str, said: &str, hint| {
        let detail = format!("{before}{}", shown(said));
        Got::Fault(Fault::new(FaultKind::Refused, detail, Some(hint)))
    };
    let report = "this server answers unlike Logfire; if it is Logfire, please report it";
    match reading {
        Reading::Rows(rows) => Got::Rows(rows),
        Reading::Later { after, said } => Got::NotYet {
            after,
            said: shown(&said),
        },
        Reading::Unwell { said } => Got::NotYet {
            after: None,
            said: shown(&said),
        },
        Reading::Denied { said } => {
            let hint = "the query needs a read token: otelctl token set --kind read";
            fault("the read token is denied: ", &said, hint)
        }
        Reading::NotThere => {
            let hint = "check the URL: what was sent was taken, and cannot be asked for here";
            fault("the server has neither /v2/query nor /v1/query", "", hint)
        }
        Reading::NotExecuted { said } => fault("the query could not be run: ", &said, report),
        Reading::Invalid { said } => fault("the query was not understood: ", &said, report),
        Reading::Unreadable { why } => fault("", why, report),
    }
}
