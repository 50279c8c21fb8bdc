//! The way back: asks until all of it is there or the wait is over, then compares.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::delivery::credentials::Credentials;
use crate::flow::spike::Trip;
use crate::flow::spike::asked::{Asking, Endpoint};
use crate::flow::spike::compare::{LEGS, Sides, compare};
use crate::flow::spike::leg::{Course, Fault, FaultKind, LegName};
use crate::logfire::QUERY_PATH;
use crate::logfire::query::ACCEPT;
use crate::logfire::row::Row;
use crate::logfire::rows::{Answer, Reading, read};
use crate::otlp::{Compression, Encoding};

/// From the first question to the second; each pause is twice the one before.
const PAUSE: Duration = Duration::from_millis(50);

/// The longest pause, unless the server asks for more.
const PAUSE_MAX: Duration = Duration::from_secs(5);

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

impl Trip<'_> {
    /// Waits for the records and compares them.
    pub(super) async fn read_back(&mut self, course: &mut Course<'_>) {
        let Some(read) = self.read.clone() else {
            return;
        };
        course.begin(LegName::Visible);
        let begun = self.plan.clock.instant();
        match self.wait_for_rows(&read).await {
            Ok((rows, questions)) => {
                let waited = self.plan.clock.instant().saturating_duration_since(begun);
                self.visible_after = Some(waited);
                let (found, all) = (rows.len(), self.sent.row_count(self.correlation));
                let plural = if questions == 1 { "query" } else { "queries" };
                let detail = format!("{found} of {all} rows after {questions} {plural}");
                course.end(LegName::Visible, Ok(detail));
                self.compare_all(&rows, course);
            }
            Err(fault) => course.end(LegName::Visible, Err(fault)),
        }
    }

    fn compare_all(&self, rows: &[Row], course: &mut Course<'_>) {
        let sides = Sides {
            sent: &self.sent,
            rows,
            correlation: self.correlation,
        };
        for name in LEGS {
            course.begin(name);
            match compare(name, sides) {
                None => course.skip(name, "no spans were sent"),
                Some(compared) if compared.differences.is_empty() => {
                    course.end(name, Ok(compared.detail));
                }
                Some(compared) => {
                    let count = compared.differences.len();
                    let verb = if count == 1 {
                        "field differs"
                    } else {
                        "fields differ"
                    };
                    let mut fault = Fault::new(FaultKind::Differs, format!("{count} {verb}"), None);
                    fault.differences = compared.differences;
                    course.end(name, Err(fault));
                }
            }
        }
    }

    /// The rows, as soon as all are there; those that are there at the end of the wait; and how often was asked.
    async fn wait_for_rows(&mut self, read: &Arc<Credentials>) -> Result<(Vec<Row>, u32), Fault> {
        let wanted = self.sent.row_count(self.correlation);
        let until = self.plan.clock.instant() + self.plan.wait;
        let mut asking = Asking::new(PAUSE, PAUSE_MAX);
        loop {
            asking.questions += 1;
            let mut after = None;
            match self.ask_once(read, &mut asking).await {
                Got::Rows(rows) if rows.len() >= wanted => return Ok((rows, asking.questions)),
                Got::Rows(rows) => {
                    asking.trouble = None;
                    asking.best = rows;
                }
                Got::NotYet { after: wish, said } => {
                    after = wish;
                    asking.trouble = Some(said);
                }
                Got::Fault(fault) => return Err(fault),
            }
            let pause = asking.pause(after);
            let left = until.saturating_duration_since(self.plan.clock.instant());
            if left.is_zero() || pause > left {
                // One more question at the very end, when there is time until then.
                if left.is_zero() || asking.is_last {
                    return asking.at_the_end(wanted, self.plan.wait);
                }
                asking.is_last = true;
                tokio::time::sleep(left).await;
            } else {
                tokio::time::sleep(pause).await;
            }
        }
    }

    async fn ask_once(&mut self, read: &Arc<Credentials>, asking: &mut Asking) -> Got {
        let query = self.query();
        let path = match asking.endpoint {
            Endpoint::New => QUERY_PATH.to_owned(),
            Endpoint::Old => query.old_path(),
        };
        let Some(url) = self.beside(&path) else {
            let detail = "the URL does not tell where queries go";
            return Got::Fault(Fault::new(FaultKind::Setup, detail, None));
        };
        let route = crate::delivery::http::HttpRoute::new(
            self.http.clone(),
            url,
            Encoding::Json,
            Compression::None,
            Arc::clone(read),
        )
        .accepting(ACCEPT);
        let clock = Arc::clone(&self.plan.clock);
        let answer = match asking.endpoint {
            Endpoint::New => route.attempt(Bytes::from(query.body()), &*clock).await,
            Endpoint::Old => route.ask(&*clock).await,
        };
        let received = match answer {
            Ok(received) => received,
            Err(no_answer) => {
                let said = no_answer.causes.last().cloned().unwrap_or_default();
                return Got::NotYet { after: None, said };
            }
        };
        self.note_warning(&received, &route);
        let reading = read_answer(&received);
        if reading == Reading::NotThere && asking.endpoint == Endpoint::New {
            asking.endpoint = Endpoint::Old;
            return Box::pin(self.ask_once(read, asking)).await;
        }
        got(reading, |text| route.presentable(text))
    }
}

fn read_answer(received: &crate::delivery::http::Received) -> Reading {
    read(Answer {
        status: received.status,
        content_type: &received.content_type,
        retry_after: received.retry_after,
        body: &received.body,
    })
}

fn got(reading: Reading, shown: impl Fn(&str) -> String) -> Got {
    let fault = |kind, text: String, hint| Got::Fault(Fault::new(kind, shown(&text), hint));
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
            fault(
                FaultKind::Refused,
                format!("the read token is denied: {said}"),
                Some(hint),
            )
        }
        Reading::NotThere => {
            let detail = "the server has neither /v2/query nor /v1/query".to_owned();
            fault(FaultKind::Refused, detail, None)
        }
        Reading::NotExecuted { said } => fault(
            FaultKind::Refused,
            format!("the query could not be run: {said}"),
            None,
        ),
        Reading::Invalid { said } => fault(
            FaultKind::Refused,
            format!("the query was not understood: {said}"),
            None,
        ),
        Reading::Unreadable { why } => fault(FaultKind::Refused, why.to_owned(), None),
    }
}
