//! The owner of a run, on the main thread: puts the workers' outputs in order, keeps a few requests in flight, hears signals, and
//! writes every record's end into the ledger. Nobody else touches the accounts, so there is nothing to lock.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;
use crate::delivery::attempts::{Courier, Notice};
use crate::delivery::letters::{Exit, LetterError, Letters};
use crate::delivery::lines::LinesRoute;
use crate::delivery::{Fate, Shipment};
use crate::flow::Event;
use crate::flow::drops::{Drops, QUEUE_FULL, Report};
use crate::flow::keeper::Keeper;
use crate::flow::ledger::{Ledger, ReadChunk};
use crate::flow::live::Live;
use crate::flow::signals::{Heard, Signals};
use crate::flow::worker::{Output, Product, Room};
use crate::pipeline::batch::Batch;
use crate::source::feed::Meter;

/// How often the watcher is told how far the run is.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// How far requests may be ahead of the oldest, as a multiple of those that are under way at a time.
const OVERTAKING: usize = 2;

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

/// Where a batch is booked when it comes to its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) source: usize,
    pub(super) batch: u64,
    /// Its turn among all that was read.
    pub(super) number: u64,
}

/// A shipment whose turn has come.
struct Ready {
    lane: Lane,
    /// Of each batch that is in it.
    places: Vec<Place>,
    shipment: Shipment,
    room: Room,
}

/// What a request on its way holds.
struct Sent {
    /// Its turn among the requests.
    turn: u64,
    lane: Lane,
    places: Vec<Place>,
    records: u64,
}

/// Which way records come to their request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    /// From a file: as they were encoded.
    Bulk,
    /// From a pipe: through the queue.
    Live,
}

/// The owner of a run.
pub(super) struct Owner<'w> {
    pub(super) plan: OwnerPlan<'w>,
    pub(super) samples: Vec<String>,
    next_number: u64,
    early: BTreeMap<u64, Output>,
    ready: VecDeque<Ready>,
    in_flight: JoinSet<(Fate, Room)>,
    sent: HashMap<task::Id, Sent>,
    turns: u64,
    stopping: bool,
    gave_up: bool,
}

/// What the owner starts with.
pub(super) struct OwnerPlan<'w> {
    pub(super) route: Route,
    pub(super) in_flight_max: usize,
    pub(super) drain: Duration,
    /// Keeps what a pipe gave and could not be sent.
    pub(super) undelivered: Letters,
    pub(super) rng: fastrand::Rng,
    pub(super) shutdown: Shutdown,
    /// Gives up what is under way.
    pub(super) cut: Shutdown,
    pub(super) room: Arc<Semaphore>,
    pub(super) meters: Arc<[Arc<Meter>]>,
    pub(super) watcher: &'w mut dyn FnMut(Event<'_>),
    pub(super) ledger: Ledger,
    pub(super) live: Live,
    pub(super) drops: Drops,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) keeper: Keeper,
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
            sent: HashMap::new(),
            turns: 0,
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
            self.start_ready(reading);
            self.shed();
            self.plan.drops.tick();
            if self.stopping && deadline.is_none() && !self.gave_up {
                deadline = Some(Instant::now() + self.plan.drain);
            }
            let nothing_waits = self.ready.is_empty() && self.plan.live.is_empty();
            if !reading && nothing_waits && self.in_flight.is_empty() {
                break;
            }
            let wake = self.wake_in(reading);
            tokio::select! {
                output = outputs.recv(), if reading && !self.plan.live.holds_up() => match output {
                    Some(output) => self.sort(output),
                    None => reading = false,
                },
                Some(ended) = self.in_flight.join_next_with_id() => self.settle(ended),
                Some(notice) = notices.recv() => {
                    (self.plan.watcher)(Event::Retrying { reason: &notice.reason, wait: notice.wait });
                }
                heard = signals.next() => match heard {
                    Heard::Stop(signal) => deadline = Some(self.interrupt(signal, deadline)),
                    Heard::Status => (self.plan.watcher)(Event::Status(self.plan.ledger.tally())),
                },
                Some(report) = self.plan.drops.ended() => self.settle_report(report),
                _ = progress.tick() => {
                    self.save_in_time();
                    self.tell_progress();
                }
                () = sleep(wake.unwrap_or_default()), if wake.is_some() => {}
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    self.give_up();
                    deadline = None;
                }
            }
        }
        self.tell_progress();
        if !self.stopping {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            let fault = self.plan.drops.finish(left.unwrap_or(Duration::MAX)).await;
            if let Some(fault) = fault {
                self.plan.ledger.warn(fault);
            }
        }
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
                self.plan.keeper.begin(&source);
                if source.is_live {
                    self.plan.live.open(source.index);
                }
                (self.plan.watcher)(Event::Opened {
                    source: source.index,
                    name: &source.name,
                    detection: &source.detection,
                    total: source.total,
                });
            }
            Product::Failed { index, error } => {
                self.plan.live.close(index);
                self.plan.ledger.fail(index, &error);
            }
            Product::Ended { index } => {
                self.plan.live.close(index);
                self.plan.ledger.end(index);
                self.plan.keeper.end(index);
            }
            Product::Found(file) => {
                self.plan.ledger.find(&file);
                self.plan.keeper.find(&file);
            }
            Product::Notice(text) => (self.plan.watcher)(Event::Notice(&text)),
            Product::Made {
                source,
                bytes,
                ends,
                stats,
                shipments,
                came_at,
            } => {
                let numbers = self.plan.ledger.read(&ReadChunk {
                    source: source.index,
                    bytes,
                    ends: &ends,
                    batches: shipments.len(),
                    stats: &stats,
                });
                for (batch, shipment) in numbers.into_iter().zip(shipments) {
                    self.plan.ledger.encoded(shipment.batch.body.len());
                    let place = Place {
                        source: source.index,
                        batch,
                        number: output.number,
                    };
                    if source.is_live {
                        // The queue has limits of its own, so the chunk's room is given back.
                        self.plan.live.push(place, shipment, came_at);
                        continue;
                    }
                    self.ready.push_back(Ready {
                        lane: Lane::Bulk,
                        places: vec![place],
                        shipment,
                        room: Arc::clone(&output.room),
                    });
                }
            }
        }
    }

    /// Starts what may start. Once the run is stopping, what has not started stays unsent.
    fn start_ready(&mut self, reading: bool) {
        while self.stopping || self.is_turn() {
            let Some(ready) = self.next_ready(reading && !self.stopping) else {
                return;
            };
            if self.stopping {
                self.keep_undelivered(ready.lane, std::slice::from_ref(&ready.shipment.batch));
                let records = ready.shipment.batch.record_count() as u64;
                self.plan.ledger.leave(records);
            } else {
                self.start(ready);
            }
        }
    }

    /// What waits for nothing but its turn, in the order in which it was read. Live records that still wait for others hold up nobody.
    fn next_ready(&mut self, reading: bool) -> Option<Ready> {
        let turn = self.ready.front().and_then(|ready| ready.places.first());
        let before_live = turn
            .zip(self.plan.live.first())
            .is_some_and(|(bulk, live)| bulk.number < live.number);
        if before_live {
            return self.ready.pop_front();
        }
        let Some((places, shipment)) = self.plan.live.next(reading) else {
            return self.ready.pop_front();
        };
        Some(Ready {
            lane: Lane::Live,
            places,
            shipment,
            room: Room::default(),
        })
    }

    /// When live records become due; `None` while there would be no turn for them.
    fn wake_in(&self, reading: bool) -> Option<Duration> {
        let is_turn = self.is_turn();
        is_turn.then(|| self.plan.live.wake_in(reading)).flatten()
    }

    /// Gives up live records for which there is no room, and tells so.
    fn shed(&mut self) {
        let Some(given) = self.plan.live.shed() else {
            return;
        };
        let ledger = &mut self.plan.ledger;
        ledger.drop_records(QUEUE_FULL, &given.levels);
        for place in given.emptied {
            ledger.resolve(place.source, place.batch);
        }
        self.plan.drops.count(&given.levels);
        (self.plan.watcher)(Event::Dropped {
            levels: &given.levels,
            at: self.plan.clock.instant(),
        });
    }

    fn settle_report(&mut self, report: Report) {
        if let Some(fault) = self.plan.drops.settle(report) {
            self.plan.ledger.warn(fault);
        }
    }

    /// Whether another request may start. One that takes long is overtaken by a few others only: what overtakes it is sent again when the
    /// run ends before it.
    fn is_turn(&self) -> bool {
        let most = self.at_a_time();
        let oldest = self.sent.values().map(|sent| sent.turn).min();
        let ahead = oldest.map_or(0, |oldest| self.turns - oldest);
        self.in_flight.len() < most && ahead < (OVERTAKING * most) as u64
    }

    fn at_a_time(&self) -> usize {
        match self.plan.route {
            Route::Http(_) => self.plan.in_flight_max,
            // Lines follow each other.
            Route::Lines(_) | Route::Nowhere => 1,
        }
    }

    fn start(&mut self, ready: Ready) {
        self.save_in_time();
        self.turns += 1;
        let sent = Sent {
            turn: self.turns - 1,
            lane: ready.lane,
            records: ready.shipment.batch.record_count() as u64,
            places: ready.places,
        };
        match &self.plan.route {
            Route::Http(courier) => {
                let (courier, rng) = (Arc::clone(courier), self.plan.rng.fork());
                let handle = self
                    .in_flight
                    .spawn(async move { (courier.deliver(ready.shipment, rng).await, ready.room) });
                self.remember(handle.id(), sent);
            }
            Route::Lines(route) => {
                // Its reader may be slow, and signals must be heard meanwhile.
                let route = Arc::clone(route);
                let handle = self
                    .in_flight
                    .spawn_blocking(move || (route.deliver(ready.shipment), ready.room));
                self.remember(handle.id(), sent);
            }
            Route::Nowhere => {
                let missing = SAMPLES_MAX.saturating_sub(self.samples.len());
                self.samples
                    .extend(super::sample::first_records(&ready.shipment.batch, missing));
                self.plan.ledger.leave(sent.records);
            }
        }
    }

    fn remember(&mut self, id: task::Id, sent: Sent) {
        if sent.lane == Lane::Live {
            self.plan.live.begin();
        }
        self.sent.insert(id, sent);
    }

    fn settle(&mut self, ended: Result<(task::Id, (Fate, Room)), JoinError>) {
        match ended {
            Ok((id, (fate, _room))) => {
                let sent = self.sent.remove(&id).expect("every task is remembered");
                self.book(sent, fate);
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn book(&mut self, sent: Sent, fate: Fate) {
        if fate.stop.is_some() {
            self.stop();
        }
        self.keep_undelivered(sent.lane, &fate.left);
        if sent.lane == Lane::Live {
            self.plan.live.end();
        }
        let all_resolved = fate.left.is_empty();
        let Some((first, others)) = sent.places.split_first() else {
            return;
        };
        self.plan.ledger.settle(first.source, first.batch, fate);
        for place in others.iter().filter(|_| all_resolved) {
            self.plan.ledger.resolve(place.source, place.batch);
        }
        self.save_in_time();
    }

    /// Keeps what cannot be read again.
    fn keep_undelivered(&mut self, lane: Lane, left: &[Batch]) {
        // What is followed with checkpoints stays in its files.
        if lane == Lane::Bulk || self.plan.keeper.goes_on_in_followed() {
            return;
        }
        for batch in left {
            let kept = self.plan.undelivered.keep(batch, Exit::Undelivered, "");
            if let Err(error @ LetterError::Write { .. }) = kept {
                self.plan
                    .ledger
                    .not_kept(format!("what is unsent is lost: {error}"));
            }
        }
    }

    fn save_in_time(&mut self) {
        let OwnerPlan { keeper, ledger, .. } = &mut self.plan;
        keeper.save_in_time(|| ledger.reached());
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
            for (_, sent) in self.sent.drain() {
                self.plan.ledger.leave(sent.records);
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
