//! Ships inputs to a destination and accounts for every record.

use std::sync::{Arc, Mutex};
use std::thread;

use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc};

use crate::base::shutdown::Shutdown;
use crate::delivery::attempts::{Address, Courier, Notice};
use crate::delivery::credentials::{Credentials, Renew};
use crate::delivery::health::Health;
use crate::delivery::http::HttpRoute;
use crate::delivery::letters::Letters;
use crate::delivery::lines::LinesRoute;
use crate::flow::Event;
use crate::flow::drops::{DropPlan, Drops, metrics_url};
use crate::flow::feeder::{FeedPlan, Feeder, SERVICE_UNKNOWN};
use crate::flow::keeper::Keeper;
use crate::flow::ledger::{Ending, Ledger};
use crate::flow::live::Live;
use crate::flow::local::Local;
use crate::flow::owner::{Owner, OwnerPlan, Route};
use crate::flow::plan::{
    DeliveryPlan, FlowError, HttpPlan, ReadAgain, RecordPlan, SendPlan, SignalMode, World,
};
use crate::flow::report::{LocalCounts, SendReport};
use crate::flow::signals::Signals;
use crate::flow::worker::{Output, WorkerShared, work};
use crate::net::{self, ClientPlan};
use crate::pipeline::buffers::Buffers;
use crate::pipeline::classify::RetryCodes;
use crate::record::Value;
use crate::source::checkpoint::search::Found;
use crate::source::feed::Meter;
use crate::source::inputs::Input;

/// Chunks beyond those that are parsed or in flight: what keeps either side from waiting for the other.
const CHUNKS_BETWEEN: usize = 2;

/// Notices of waits that may queue up for the screen.
const NOTICES_MAX: usize = 16;

/// Does what the plan says.
///
/// Errors: only what keeps the run from starting. Whatever happens later is in the report.
pub fn send(plan: SendPlan, world: World<'_>) -> Result<SendReport, FlowError> {
    let started = world.clock.instant();
    let runtime = runtime()?;
    let mut plan = plan;
    let cut = Shutdown::new();
    let (notices, notice_receiver) = mpsc::channel(NOTICES_MAX);
    let dry_run = matches!(plan.delivery, DeliveryPlan::Nowhere);
    let out_file = match &plan.delivery {
        DeliveryPlan::Local { out } => out.as_ref().map(|path| path.to_string_lossy().into_owned()),
        _ => None,
    };
    let Way {
        route,
        metrics,
        local,
    } = route(&mut plan, &world, (notices, cut.clone()))?;
    let courier = match &route {
        Route::Http(courier) => Some(Arc::clone(courier)),
        Route::Lines(_) | Route::Nowhere => None,
    };
    let clock = Arc::clone(&world.clock);
    let (zone_assumed, line_bytes_max) = (
        plan.records.zone_assumed.clone(),
        plan.records.limits.line_bytes_max,
    );
    let (label, taking) = (plan.label.clone(), plan.records.taking.clone());
    let again = plan
        .checkpoints
        .as_ref()
        .and_then(|plan| plan.again.clone());
    let drops = Drops::new(DropPlan {
        route: metrics,
        compression: plan.compression,
        resource: resource(&plan.records),
        temporality: plan.temporality,
        clock: Arc::clone(&clock),
    });
    let side = (runtime, notice_receiver);
    let Shipped {
        mut ledger,
        keeper,
        samples,
        undelivered,
        runtime,
    } = ship(plan, world, side, (route, cut, drops))?;
    // A write that nobody reads may still wait; it ends with the process.
    runtime.shutdown_background();
    let local = local.map(|local| finish_local(local, &mut ledger));
    let (warning, is_saved) = keeper.close(ledger.came(), &ledger.reached());
    if let Some(warning) = warning {
        ledger.warn(warning);
    }
    Ok(ledger.close(Ending {
        again: again.filter(|_| is_saved),
        label,
        elapsed: clock.instant().duration_since(started),
        zone_assumed,
        taking,
        line_bytes_max,
        dry_run,
        samples,
        local,
        out_file,
        dead_letter_file: courier.and_then(|courier| written(&courier.dead_letters)),
        undelivered_file: written(&undelivered),
    }))
}

pub(super) fn runtime() -> Result<Runtime, FlowError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| FlowError::Start {
            what: "the network side",
            source,
        })
}

/// Ends the receiver inside the process, and books what it could not keep.
fn finish_local(local: Local, ledger: &mut Ledger) -> LocalCounts {
    let (counts, failed) = local.finish();
    if let Some(error) = failed {
        ledger.not_kept(format!("not all that arrived could be kept: {error}"));
    }
    counts
}

/// The file of these letters, once something is in it.
fn written(letters: &Letters) -> Option<String> {
    let path = letters.written()?;
    Some(path.to_string_lossy().into_owned())
}

/// What is left when all is read and sent: the open books, and what else the report needs.
struct Shipped {
    ledger: Ledger,
    keeper: Keeper,
    samples: Vec<String>,
    undelivered: Letters,
    runtime: Runtime,
}

impl Shipped {
    fn of(owner: Owner<'_>, runtime: Runtime) -> Shipped {
        Shipped {
            ledger: owner.plan.ledger,
            keeper: owner.plan.keeper,
            samples: owner.samples,
            undelivered: owner.plan.undelivered,
            runtime,
        }
    }
}

/// Reads, parses, encodes and delivers.
fn ship(
    plan: SendPlan,
    world: World<'_>,
    (runtime, notices): (Runtime, mpsc::Receiver<Notice>),
    (route, cut, drops): (Route, Shutdown, Drops),
) -> Result<Shipped, FlowError> {
    let clock = Arc::clone(&world.clock);
    let mut follow = plan.follow;
    let inputs = (plan.inputs, follow.as_mut());
    let (keeper, found) = Keeper::open(plan.checkpoints, inputs, Arc::clone(&clock))?;
    let places = plan.threads + plan.in_flight_max + CHUNKS_BETWEEN;
    let room = Arc::new(Semaphore::new(places));
    let meters: Arc<[Arc<Meter>]> = found.inputs.iter().map(|_| Arc::default()).collect();
    if follow.is_some() {
        (world.watcher)(Event::Following);
    }
    let ledger = ledger(&found, plan.warnings);
    let feed_plan = FeedPlan {
        records: plan.records.clone(),
        encoding: plan.encoding,
        flush_interval: plan.flush_interval,
        clock: Arc::clone(&clock),
        shutdown: world.shutdown.clone(),
        meters: Arc::clone(&meters),
        starts: found.starts,
        is_keeping: keeper.is_keeping(),
    };
    let feeder = Feeder::new(feed_plan, found.inputs, plan.stdin, follow);
    let shop = WorkerShared {
        feeder: Mutex::new(feeder),
        room: Arc::clone(&room),
        shutdown: world.shutdown.clone(),
        clock: world.clock,
        records: plan.records,
        batch: plan.batch,
        buffers: Buffers::default(),
        compression: plan.compression,
        live_records_max: plan.queue.batch.records_max,
    };
    let mut owner = Owner::new(OwnerPlan {
        route,
        in_flight_max: plan.in_flight_max,
        drain: plan.drain,
        undelivered: Letters::new(plan.undelivered),
        rng: world.rng,
        shutdown: world.shutdown,
        cut,
        room,
        meters,
        watcher: world.watcher,
        ledger,
        live: Live::new(plan.queue, plan.compression, Arc::clone(&clock)),
        drops,
        clock,
        keeper,
    });
    let signals = signals(&runtime, world.signals)?;
    run(
        (&shop, plan.threads),
        &mut owner,
        &runtime,
        (notices, signals),
    );
    Ok(Shipped::of(owner, runtime))
}

/// Runs the workers and their owner until every record has come to its end.
fn run(
    (shop, threads): (&WorkerShared, usize),
    owner: &mut Owner<'_>,
    runtime: &Runtime,
    (notices, signals): (mpsc::Receiver<Notice>, Signals),
) {
    let (sender, outputs) = mpsc::channel::<Output>(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, handle) = (sender.clone(), runtime.handle().clone());
            scope.spawn(move || work(shop, &sender, &handle));
        }
        drop(sender);
        runtime.block_on(owner.run(outputs, notices, signals));
    });
}

/// The books, open for what was found.
fn ledger(found: &Found, warnings: Vec<String>) -> Ledger {
    let mut ledger = Ledger::new(found.inputs.iter().map(Input::name), warnings);
    for warning in &found.warnings {
        ledger.warn(warning.clone());
    }
    ledger
}

fn signals(runtime: &Runtime, mode: SignalMode) -> Result<Signals, FlowError> {
    let _inside = runtime.enter();
    Signals::new(mode).map_err(|source| FlowError::Start {
        what: "listening to signals",
        source,
    })
}

/// The resource of what the run tells of itself.
fn resource(records: &RecordPlan) -> Vec<(String, String)> {
    let service = records.service_name.as_deref().unwrap_or(SERVICE_UNKNOWN);
    let name = ("service.name".to_owned(), service.to_owned());
    let given = |key: &str| records.resource.iter().any(|(held, _)| held == key);
    let detected = records.detected.iter().filter(|found| !given(&found.key));
    let detected = detected.filter_map(|found| match &found.value {
        Value::Text(text) => Some((found.key.to_string(), text.to_string())),
        _ => None,
    });
    std::iter::once(name)
        .chain(detected)
        .chain(records.resource.iter().cloned())
        .collect()
}

/// The ways to a destination.
struct Way {
    route: Route,
    /// Where the count of dropped records goes, if it is known.
    metrics: Option<Arc<HttpRoute>>,
    /// The receiver inside the process.
    local: Option<Local>,
}

impl Way {
    fn of(route: Route) -> Way {
        Way {
            route,
            metrics: None,
            local: None,
        }
    }
}

/// Opens the way to the destination.
fn route(
    plan: &mut SendPlan,
    world: &World<'_>,
    (notices, cut): (mpsc::Sender<Notice>, Shutdown),
) -> Result<Way, FlowError> {
    let delivery = std::mem::replace(&mut plan.delivery, DeliveryPlan::Nowhere);
    let (way, local) = match delivery {
        DeliveryPlan::Nowhere => return Ok(Way::of(Route::Nowhere)),
        DeliveryPlan::Lines(output) => {
            return Ok(Way::of(Route::Lines(Arc::new(LinesRoute::new(output)))));
        }
        DeliveryPlan::Http(way) => (way, None),
        DeliveryPlan::Local { out } => {
            let local = Local::start(out.as_deref())?;
            local.url().clone_into(&mut plan.label.url);
            let way = HttpPlan {
                client: ClientPlan {
                    url: local.url().to_owned(),
                    ..ClientPlan::default()
                },
                headers: Vec::new(),
                renew: None,
                retry_for: plan.drain,
                retry_codes: RetryCodes::Broad,
                address: Address::Chosen,
                dead_letters: None,
            };
            (Box::new(way), Some(local))
        }
    };
    let http = net::client(&way.client)?;
    let credentials = Arc::new(Credentials::new(
        way.headers,
        way.renew.map(in_the_background),
    )?);
    let route_to = |url| {
        let (client, credentials) = (http.clone(), Arc::clone(&credentials));
        HttpRoute::new(client, url, plan.encoding, plan.compression, credentials)
    };
    // The receiver inside the process takes logs only.
    let metrics = metrics_url(&way.client.url).filter(|_| local.is_none());
    let metrics = metrics.map(route_to).map(Arc::new);
    let courier = Courier {
        route: route_to(way.client.url),
        compression: plan.compression,
        retry_for: way.retry_for,
        retry_codes: way.retry_codes,
        health: Health::default(),
        dead_letters: Letters::new(way.dead_letters),
        address: way.address,
        clock: Arc::clone(&world.clock),
        cut,
        notices,
    };
    Ok(Way {
        route: Route::Http(Arc::new(courier)),
        metrics,
        local,
    })
}

/// Reads on another thread, so that requests go on meanwhile.
fn in_the_background(read: ReadAgain) -> Renew {
    Box::new(move || {
        let read = Arc::clone(&read);
        let reading = tokio::task::spawn_blocking(move || read());
        Box::pin(async move { reading.await.ok().flatten() })
    })
}
