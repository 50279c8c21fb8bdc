//! Brings one batch to its end: tries, waits, halves, until each of its records has left by one exit.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;
use crate::delivery::http::{HttpRoute, NoAnswer, Received};
use crate::delivery::{Fate, Shipment, Stop};
use crate::net::Fault;
use crate::otlp::Compression;
use crate::otlp::compress::Compressor;
use crate::pipeline::batch::Batch;
use crate::pipeline::classify::{Answer, Disposition, classify};
use crate::pipeline::retry::{Next, Retry};

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
        while let Some(shipment) = left.pop() {
            let records = shipment.batch.record_count() as u64;
            match self.send(&shipment, &mut fate, &mut rng).await {
                Ended::TooLarge => match self.halves(&shipment) {
                    Some((first, second)) => {
                        fate.split += 1;
                        left.push(second);
                        left.push(first);
                    }
                    None => reject(&mut fate, "too large for the server", records),
                },
                Ended::Delivered { message } => {
                    fate.delivered += records;
                    if !message.is_empty() {
                        fate.warnings.push(format!("the server says: {message}"));
                    }
                }
                Ended::PartlyRejected { rejected, message } => {
                    let rejected = rejected.min(records);
                    fate.delivered += records - rejected;
                    reject(&mut fate, &message, rejected);
                }
                Ended::Refused { message } => reject(&mut fate, &message, records),
                ended @ (Ended::Stopped(_) | Ended::Cut) => {
                    let unsent = left
                        .iter()
                        .map(|shipment| shipment.batch.record_count() as u64);
                    fate.unsent += records + unsent.sum::<u64>();
                    if let Ended::Stopped(stop) = ended {
                        fate.stop = Some(stop);
                    }
                    return fate;
                }
            }
        }
        fate
    }

    /// One request until it has an answer that counts.
    async fn send(&self, shipment: &Shipment, fate: &mut Fate, rng: &mut fastrand::Rng) -> Ended {
        let mut retry = Retry::new(self.clock.instant(), self.retry_for);
        let mut tries = 0_u64;
        loop {
            fate.sent += 1;
            fate.retried += u64::from(tries > 0);
            fate.wire_bytes += shipment.wire().len() as u64;
            tries += 1;
            let attempt = self.route.attempt(shipment.wire().clone(), &*self.clock);
            let answer = tokio::select! {
                answer = attempt => answer,
                () = self.cut.requested() => return Ended::Cut,
            };
            let (after, causes) = match self.judge(answer) {
                Verdict::Ended(ended) => return ended,
                Verdict::Later { after, causes } => (after, causes),
            };
            match retry.next(self.clock.instant(), after, rng) {
                Next::GiveUp => return Ended::Stopped(Stop::NoAnswer { causes }),
                Next::Wait(wait) => {
                    let reason = causes.last().cloned().unwrap_or_default();
                    // Nobody waits for a line on the screen.
                    let _told = self.notices.try_send(Notice { reason, wait });
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = self.cut.requested() => return Ended::Cut,
                    }
                }
            }
        }
    }

    fn judge(&self, answer: Result<Received, NoAnswer>) -> Verdict {
        let received = match answer {
            Ok(received) => received,
            Err(no_answer) => return self.judge_fault(no_answer),
        };
        let answer = Answer {
            status: received.status,
            content_type: &received.content_type,
            retry_after: received.retry_after,
            body: &received.body,
        };
        let status = received.status;
        let ended = match classify(self.route.encoding(), answer) {
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
            Disposition::Denied { message } => Ended::Stopped(Stop::Denied {
                status,
                message: self.route.presentable(&message),
            }),
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
        match self.route.presentable(message) {
            message if message.is_empty() => format!("HTTP {status}"),
            message => format!("HTTP {status}: {message}"),
        }
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

fn reject(fate: &mut Fate, reason: &str, records: u64) {
    *fate.rejected.entry(reason.to_owned()).or_default() += records;
}
