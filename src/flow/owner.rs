//! The owner of a run, on the main thread: puts the workers' outputs in order, keeps a few requests in flight, hears signals, and
//! writes every record's end into the ledger. Nobody else touches the accounts, so there is nothing to lock.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::base::shutdown::Shutdown;
use crate::delivery::attempts::{Courier, Notice};
use crate::delivery::lines::LinesRoute;
use crate::delivery::{Fate, Shipment};
use crate::flow::Event;
use crate::flow::ledger::{Ledger, ReadChunk};
use crate::flow::signals::Signals;
use crate::flow::worker::{Output, Product, Room};
use crate::source::feed::Meter;

/// How often the watcher is told how far the run is.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// Records shown of a dry run.
const SAMPLES_MAX: usize = 3;

/// Where shipments go.
pub(super) enum Route {
    /// Over HTTP, several at a time.
    Http(Arc<Courier>),
    /// Into a file or a pipe, one after another.
    Lines(Arc<LinesRoute>),
    /// Nowhere.
    Nowhere,
}

/// Where a shipment's records are booked.
#[derive(Debug, Clone, Copy)]
struct Place {
    source: usize,
    chunk: u64,
    records: u64,
}

/// A shipment whose turn has come.
struct Ready {
    place: Place,
    shipment: Shipment,
    room: Room,
}

/// The owner of a run.
pub(super) struct Owner<'w> {
    pub(super) plan: OwnerPlan<'w>,
    pub(super) samples: Vec<String>,
    next_number: u64,
    early: BTreeMap<u64, Output>,
    ready: VecDeque<Ready>,
    in_flight: JoinSet<(Fate, Room)>,
    places: HashMap<task::Id, Place>,
    stopping: bool,
    gave_up: bool,
}

/// What the owner starts with.
pub(super) struct OwnerPlan<'w> {
    pub(super) route: Route,
    pub(super) in_flight_max: usize,
    pub(super) drain: Duration,
    pub(super) rng: fastrand::Rng,
    pub(super) shutdown: Shutdown,
    /// Gives up what is under way.
    pub(super) cut: Shutdown,
    pub(super) room: Arc<Semaphore>,
    pub(super) meters: Arc<[Arc<Meter>]>,
    pub(super) watcher: &'w mut dyn FnMut(Event<'_>),
    pub(super) ledger: Ledger,
}

impl<'w> Owner<'w> {
    pub(super) fn new(plan: OwnerPlan<'w>) -> Owner<'w> {
        Owner {
            plan,
            samples: Vec::new(),
            next_number: 0,
            early: BTreeMap::new(),
            ready: VecDeque::new(),
            in_flight: JoinSet::new(),
            places: HashMap::new(),
            stopping: false,
            gave_up: false,
        }
    }

    /// Runs until every record that was read has come to its end.
    pub(super) async fn run(
        &mut self,
        mut outputs: mpsc::Receiver<Output>,
        mut notices: mpsc::Receiver<Notice>,
        mut signals: Signals,
    ) {
        let mut reading = true;
        let mut deadline: Option<Instant> = None;
        let mut progress = tokio::time::interval(PROGRESS_INTERVAL);
        loop {
            self.start_ready();
            if self.stopping && deadline.is_none() && !self.gave_up {
                deadline = Some(Instant::now() + self.plan.drain);
            }
            if !reading && self.ready.is_empty() && self.in_flight.is_empty() {
                break;
            }
            tokio::select! {
                output = outputs.recv(), if reading => match output {
                    Some(output) => self.sort(output),
                    None => reading = false,
                },
                Some(ended) = self.in_flight.join_next_with_id() => self.settle(ended),
                Some(notice) = notices.recv() => {
                    (self.plan.watcher)(Event::Retrying { reason: &notice.reason, wait: notice.wait });
                }
                signal = signals.next() => deadline = Some(self.interrupt(signal, deadline)),
                _ = progress.tick() => self.tell_progress(),
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    self.give_up();
                    deadline = None;
                }
            }
        }
        self.tell_progress();
    }

    /// Takes outputs in the order of the input; one that comes early waits.
    fn sort(&mut self, output: Output) {
        self.early.insert(output.number, output);
        while let Some(output) = self.early.remove(&self.next_number) {
            self.next_number += 1;
            self.take(output);
        }
    }

    fn take(&mut self, output: Output) {
        match output.product {
            Product::Opened(source) => {
                self.plan.ledger.open(&source);
                (self.plan.watcher)(Event::Opened {
                    source: source.index,
                    name: &source.name,
                    detection: &source.detection,
                    total: source.total,
                });
            }
            Product::Failed { index, error } => self.plan.ledger.fail(index, &error),
            Product::Ended { index } => self.plan.ledger.end(index),
            Product::Found {
                index,
                name,
                identity,
                start_offset,
            } => self.plan.ledger.find(index, name, (identity, start_offset)),
            Product::Notice(text) => (self.plan.watcher)(Event::Notice(&text)),
            Product::Made {
                source,
                bytes,
                end_offset,
                stats,
                shipments,
            } => {
                let chunk = self.plan.ledger.read(&ReadChunk {
                    source: source.index,
                    bytes,
                    end_offset,
                    batches: shipments.len(),
                    stats: &stats,
                });
                for shipment in shipments {
                    self.plan.ledger.encoded(shipment.batch.body.len());
                    self.ready.push_back(Ready {
                        place: Place {
                            source: source.index,
                            chunk,
                            records: shipment.batch.record_count() as u64,
                        },
                        shipment,
                        room: Arc::clone(&output.room),
                    });
                }
            }
        }
    }

    /// Starts what may start. Once the run is stopping, what has not started stays unsent.
    fn start_ready(&mut self) {
        while self.stopping || self.in_flight.len() < self.at_a_time() {
            let Some(ready) = self.ready.pop_front() else {
                return;
            };
            if self.stopping {
                self.plan.ledger.leave(ready.place.records);
            } else {
                self.start(ready);
            }
        }
    }

    fn at_a_time(&self) -> usize {
        match self.plan.route {
            Route::Http(_) => self.plan.in_flight_max,
            // Lines follow each other.
            Route::Lines(_) | Route::Nowhere => 1,
        }
    }

    fn start(&mut self, ready: Ready) {
        match &self.plan.route {
            Route::Http(courier) => {
                let (courier, rng) = (Arc::clone(courier), self.plan.rng.fork());
                let handle = self
                    .in_flight
                    .spawn(async move { (courier.deliver(ready.shipment, rng).await, ready.room) });
                self.places.insert(handle.id(), ready.place);
            }
            Route::Lines(route) => {
                // Its reader may be slow, and signals must be heard meanwhile.
                let route = Arc::clone(route);
                let handle = self
                    .in_flight
                    .spawn_blocking(move || (route.deliver(&ready.shipment), ready.room));
                self.places.insert(handle.id(), ready.place);
            }
            Route::Nowhere => {
                let missing = SAMPLES_MAX.saturating_sub(self.samples.len());
                self.samples
                    .extend(super::sample::first_records(&ready.shipment.batch, missing));
                self.plan.ledger.leave(ready.place.records);
            }
        }
    }

    fn settle(&mut self, ended: Result<(task::Id, (Fate, Room)), JoinError>) {
        match ended {
            Ok((id, (fate, _room))) => {
                let place = self.places.remove(&id).expect("every task has its place");
                self.book(place, fate);
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn book(&mut self, place: Place, fate: Fate) {
        if fate.stop.is_some() {
            self.stop();
        }
        self.plan.ledger.settle(place.source, place.chunk, fate);
    }

    /// No more is read, and no more is started.
    fn stop(&mut self) {
        self.stopping = true;
        self.plan.shutdown.request();
        // A worker that waits for room would wait for ever.
        self.plan.room.close();
    }

    /// There is no more time: requests are given up and counted, a write that hangs is left behind.
    fn give_up(&mut self) {
        self.gave_up = true;
        self.stop();
        self.plan.cut.request();
        if matches!(self.plan.route, Route::Lines(_)) {
            for (_, place) in self.places.drain() {
                self.plan.ledger.leave(place.records);
            }
            self.in_flight.detach_all();
        }
    }

    /// The first signal drains, the second ends at once.
    fn interrupt(&mut self, signal: u8, deadline: Option<Instant>) -> Instant {
        self.plan.ledger.interrupt(signal);
        if self.plan.shutdown.is_requested() {
            self.stop();
            return Instant::now();
        }
        self.plan.shutdown.request();
        deadline.unwrap_or_else(|| Instant::now() + self.plan.drain)
    }

    fn tell_progress(&mut self) {
        let progress = self.plan.ledger.progress();
        for (shown, meter) in progress.source_bytes.iter_mut().zip(&*self.plan.meters) {
            *shown = meter.bytes();
        }
        (self.plan.watcher)(Event::Progress(progress));
    }
}
