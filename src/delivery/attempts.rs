//! Brings one batch to its end: tries, waits, halves, until each of its records has left by one exit.
//!
//! A batch that is too large is halved at once; one that is refused is halved to find the records at fault. These go to the dead
//! letters, everything else is delivered.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;
use crate::delivery::health::{DENIALS_MAX, Health};
use crate::delivery::http::{HttpRoute, NoAnswer, Received};
use crate::delivery::letters::{Exit, LetterError, Letters};
use crate::delivery::{Fate, Shipment, Stop};
use crate::net::Fault;
use crate::otlp::Compression;
use crate::otlp::answer::status_text;
use crate::otlp::compress::Compressor;
use crate::pipeline::batch::Batch;
use crate::pipeline::classify::{Disposition, RetryCodes, classify};
use crate::pipeline::retry::Window;

/// Most requests spent on finding the records of one batch that the server refuses.
const BISECTIONS_MAX: u32 = 128;

/// A wait that the user may want to know of.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What went wrong.
    pub reason: String,
    /// Until the next try.
    pub wait: Duration,
}

/// What all shipments of a run have in common.
#[derive(Debug)]
pub struct Courier {
    /// Where to.
    pub route: HttpRoute,
    /// For the parts of a batch that was halved.
    pub compression: Compression,
    /// Longest time one batch is tried.
    pub retry_for: Duration,
    /// Which statuses may work later.
    pub retry_codes: RetryCodes,
    /// What is known of the endpoint.
    pub health: Health,
    /// Keeps what the server refuses.
    pub dead_letters: Letters,
    /// Whether a refused connection ends the run at once: nobody chose the address.
    pub address: Address,
    /// Both clocks.
    pub clock: Arc<dyn Clock>,
    /// Raised when there is no more time: what is under way is given up, and counted.
    pub cut: Shutdown,
    /// Who is told of waits. A full channel loses nothing but a line on the screen.
    pub notices: mpsc::Sender<Notice>,
}

/// Who chose the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// The user.
    Chosen,
    /// Nobody: it is the default.
    Assumed,
}

/// How one request ended, retries included.
enum Ended {
    /// All of it was taken; the server may have something to say.
    Delivered { message: String },
    /// Some of it was not.
    PartlyRejected { rejected: u64, message: String },
    /// None of it was, for what it holds.
    Refused { message: String },
    /// None of it was, for who we are.
    Denied { status: u16, message: String },
    /// It is too large.
    TooLarge,
    /// Whatever follows would fare the same.
    Stopped(Stop),
    /// There is no more time.
    Cut,
}

impl Courier {
    /// Delivers a batch. A wait for another try ends only with the window or with the task.
    pub async fn deliver(&self, shipment: Shipment, mut rng: fastrand::Rng) -> Fate {
        let mut fate = Fate::default();
        let mut left = vec![shipment];
        let mut bisections = 0;
        while let Some(shipment) = left.pop() {
            let ended = self.send(&shipment, &mut fate, &mut rng).await;
            let halves = match &ended {
                Ended::TooLarge => self.halves(&shipment),
                Ended::Refused { .. }
                    if bisections < BISECTIONS_MAX && self.health.takes_some() =>
                {
                    bisections += 1;
                    self.halves(&shipment)
                }
                _ => None,
            };
            if let Some((first, second)) = halves {
                fate.split += 1;
                left.extend([second, first]);
                continue;
            }
            if let ControlFlow::Break(stop) = self.book(&mut fate, &shipment.batch, ended) {
                let unsent = std::iter::once(shipment).chain(left.into_iter().rev());
                fate.left = unsent.map(|shipment| shipment.batch).collect();
                fate.stop = stop;
                return fate;
            }
        }
        self.health.batch_ended(fate.delivered > 0);
        fate
    }

    /// Books how a request ended; breaks when nothing more can be sent.
    fn book(&self, fate: &mut Fate, batch: &Batch, ended: Ended) -> ControlFlow<Option<Stop>> {
        let records = batch.record_count() as u64;
        match ended {
            Ended::Delivered { message } => {
                fate.delivered += records;
                if !message.is_empty() {
                    fate.warnings.push(format!("the server says: {message}"));
                }
            }
            Ended::PartlyRejected { rejected, message } => {
                let rejected = rejected.min(records);
                fate.delivered += records - rejected;
                self.suspect(fate, batch, &message);
                count(&mut fate.rejected, &message, rejected);
            }
            Ended::TooLarge => self.bury(fate, batch, "too large for the server"),
            Ended::Refused { message } => self.bury(fate, batch, &message),
            Ended::Denied { status, message } => {
                self.health.stop();
                return ControlFlow::Break(Some(Stop::Denied { status, message }));
            }
            Ended::Stopped(stop) => {
                self.health.stop();
                return ControlFlow::Break(Some(stop));
            }
            Ended::Cut => return ControlFlow::Break(None),
        }
        ControlFlow::Continue(())
    }

    /// Keeps what the server will not take; what cannot be kept is rejected.
    fn bury(&self, fate: &mut Fate, batch: &Batch, reason: &str) {
        let records = batch.record_count() as u64;
        match self.dead_letters.keep(batch, Exit::DeadLettered, reason) {
            Ok(()) => count(&mut fate.dead_lettered, reason, records),
            Err(error) => {
                count(&mut fate.rejected, reason, records);
                not_kept(fate, &error);
            }
        }
    }

    /// Keeps a batch of which some was not taken. Its records are counted by what the server said.
    fn suspect(&self, fate: &mut Fate, batch: &Batch, reason: &str) {
        match self.dead_letters.keep(batch, Exit::Suspect, reason) {
            Ok(()) => fate.suspect += batch.record_count() as u64,
            Err(error) => not_kept(fate, &error),
        }
    }

    /// One request until it has an answer that counts. While the endpoint fails, it waits for its turn to ask.
    async fn send(&self, shipment: &Shipment, fate: &mut Fate, rng: &mut fastrand::Rng) -> Ended {
        let window = Window::new(self.clock.instant(), self.retry_for);
        let (mut turn, mut tries, mut denials) = (None, 0_u32, 0);
        loop {
            if self.health.is_failing() && turn.is_none() {
                turn = tokio::select! {
                    turn = self.health.probe.lock() => Some(turn),
                    () = self.cut.requested() => return Ended::Cut,
                };
            }
            if self.health.is_stopped() {
                return Ended::Cut;
            }
            if !self.health.is_failing() {
                turn = None;
            }
            tries += 1;
            fate.sent += 1;
            fate.retried += u64::from(tries > 1);
            fate.wire_bytes += shipment.wire().len() as u64;
            let attempt = self.route.attempt(shipment.wire().clone(), &*self.clock);
            let answer = tokio::select! {
                answer = attempt => answer,
                () = self.cut.requested() => return Ended::Cut,
            };
            let credentials = answer.as_ref().map_or(0, |received| received.credentials);
            let (after, causes) = match self.judge(answer) {
                Verdict::Ended(ended @ Ended::Denied { .. }) => {
                    // Another program may have renewed the token where it is kept: that is not counted.
                    if self.route.credentials().renewed_since(credentials).await {
                        continue;
                    }
                    // It is asked again at once: some servers learn of a new token a moment late.
                    denials += 1;
                    if self.health.denied() || denials == DENIALS_MAX {
                        return ended;
                    }
                    continue;
                }
                Verdict::Ended(ended) => {
                    self.health.answered();
                    self.route.credentials().accepted();
                    return ended;
                }
                Verdict::Later { after, causes } => (after, causes),
            };
            if turn.is_none() && self.health.is_failing() {
                // Another one has found out before, and asks for all.
                continue;
            }
            self.health.failed();
            let wait = self.health.wait(after, rng);
            let Some(wait) = window.clamp(self.clock.instant(), wait) else {
                return Ended::Stopped(Stop::NoAnswer { causes });
            };
            if turn.is_none() {
                turn = self.health.probe.try_lock().ok();
            }
            if !self.pause(wait, &causes).await {
                return Ended::Cut;
            }
        }
    }

    /// Waits, and says so; `false` when there is no more time.
    async fn pause(&self, wait: Duration, causes: &[String]) -> bool {
        let reason = causes.last().cloned().unwrap_or_default();
        // Nobody waits for a line on the screen.
        let _told = self.notices.try_send(Notice { reason, wait });
        tokio::select! {
            () = tokio::time::sleep(wait) => true,
            () = self.cut.requested() => false,
        }
    }

    fn judge(&self, answer: Result<Received, NoAnswer>) -> Verdict {
        let received = match answer {
            Ok(received) => received,
            Err(no_answer) => return self.judge_fault(no_answer),
        };
        let status = received.status;
        let ended = match classify(self.route.encoding(), self.retry_codes, received.answer()) {
            Disposition::Retry { after, message } => {
                let causes = vec![self.said(status, &message)];
                return Verdict::Later { after, causes };
            }
            Disposition::Delivered { message } => Ended::Delivered {
                message: self.route.presentable(&message),
            },
            Disposition::PartlyRejected { rejected, message } => Ended::PartlyRejected {
                rejected,
                message: match self.route.presentable(&message) {
                    message if message.is_empty() => "rejected by the server".to_owned(),
                    message => message,
                },
            },
            Disposition::Refused { message } => Ended::Refused {
                message: self.said(status, &message),
            },
            Disposition::Split => Ended::TooLarge,
            Disposition::Denied { message } => Ended::Denied {
                status,
                message: self.route.presentable(&message),
            },
            Disposition::Misdirected { message } => Ended::Stopped(Stop::Misdirected {
                status: Some(status),
                message: self.route.presentable(&message),
            }),
        };
        Verdict::Ended(ended)
    }

    fn judge_fault(&self, no_answer: NoAnswer) -> Verdict {
        let NoAnswer { fault, causes } = no_answer;
        match fault {
            Fault::Certificate => Verdict::Ended(Ended::Stopped(Stop::Untrusted {
                message: causes.last().cloned().unwrap_or_default(),
            })),
            Fault::NotTls => Verdict::Ended(Ended::Stopped(Stop::Misdirected {
                status: None,
                message: "it does not speak TLS".to_owned(),
            })),
            Fault::ConnectionRefused if self.address == Address::Assumed => {
                Verdict::Ended(Ended::Stopped(Stop::NobodyThere { causes }))
            }
            Fault::ConnectionRefused | Fault::Other => Verdict::Later {
                after: None,
                causes,
            },
        }
    }

    fn said(&self, status: u16, message: &str) -> String {
        status_text(status, &self.route.presentable(message))
    }

    fn halves(&self, shipment: &Shipment) -> Option<(Shipment, Shipment)> {
        let (first, second) = shipment.batch.halves()?;
        let mut compressor = Compressor::new(self.compression);
        let mut ship = |batch: Batch| Shipment {
            compressed: compressor.compress(&batch.body).map(Bytes::from),
            batch,
        };
        Some((ship(first), ship(second)))
    }
}

enum Verdict {
    Ended(Ended),
    Later {
        after: Option<Duration>,
        causes: Vec<String>,
    },
}

fn count(reasons: &mut BTreeMap<String, u64>, reason: &str, records: u64) {
    *reasons.entry(reason.to_owned()).or_default() += records;
}

/// A run without a place for such files has said so by having none.
fn not_kept(fate: &mut Fate, error: &LetterError) {
    if matches!(error, LetterError::Write { .. }) {
        fate.warnings
            .push(format!("what the server did not take is not kept: {error}"));
    }
}
