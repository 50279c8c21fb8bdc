//! Ships inputs to a destination and accounts for every record.

use std::sync::{Arc, Mutex};
use std::thread;

use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc};

use crate::base::secret::Secret;
use crate::base::shutdown::Shutdown;
use crate::delivery::attempts::{Address, Courier, Notice};
use crate::delivery::http::HttpRoute;
use crate::delivery::lines::LinesRoute;
use crate::flow::Event;
use crate::flow::feeder::{FeedPlan, Feeder};
use crate::flow::ledger::{Ending, Ledger};
use crate::flow::local::Local;
use crate::flow::owner::{Owner, OwnerPlan, Route};
use crate::flow::plan::{DeliveryPlan, FlowError, SendPlan, World};
use crate::flow::report::SendReport;
use crate::flow::signals::Signals;
use crate::flow::worker::{Output, WorkerShared, work};
use crate::net::{self, ClientPlan};
use crate::pipeline::buffers::Buffers;
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
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| FlowError::Start {
            what: "the network side",
            source,
        })?;
    let mut plan = plan;
    let cut = Shutdown::new();
    let (notices, notice_receiver) = mpsc::channel(NOTICES_MAX);
    let dry_run = matches!(plan.delivery, DeliveryPlan::Nowhere);
    let out_file = match &plan.delivery {
        DeliveryPlan::Local { out } => out.as_ref().map(|path| path.to_string_lossy().into_owned()),
        _ => None,
    };
    let (route, local) = route(&mut plan, &world, (notices, cut.clone()))?;
    let clock = Arc::clone(&world.clock);
    let (zone_assumed, line_bytes_max) = (
        plan.records.zone_assumed.clone(),
        plan.records.limits.line_bytes_max,
    );
    let label = plan.label.clone();
    let (mut ledger, samples) = ship(plan, world, &runtime, (route, cut), notice_receiver)?;
    // A write that nobody reads may still wait; it ends with the process.
    runtime.shutdown_background();
    let local = local.map(|local| {
        let (counts, failed) = local.finish();
        if let Some(error) = failed {
            ledger.not_kept(format!("not all that arrived could be kept: {error}"));
        }
        counts
    });
    Ok(ledger.close(Ending {
        label,
        elapsed: clock.instant().duration_since(started),
        zone_assumed,
        line_bytes_max,
        dry_run,
        samples,
        local,
        out_file,
    }))
}

/// Reads, parses, encodes and delivers; returns the open books.
fn ship(
    plan: SendPlan,
    world: World<'_>,
    runtime: &Runtime,
    (route, cut): (Route, Shutdown),
    notices: mpsc::Receiver<Notice>,
) -> Result<(Ledger, Vec<String>), FlowError> {
    let room = Arc::new(Semaphore::new(
        plan.threads + plan.in_flight_max + CHUNKS_BETWEEN,
    ));
    let meters: Arc<[Arc<Meter>]> = plan.inputs.iter().map(|_| Arc::default()).collect();
    let is_following = plan.follow.is_some();
    let ledger = Ledger::new(plan.inputs.iter().map(Input::name), plan.warnings);
    let feed_plan = FeedPlan {
        records: plan.records.clone(),
        encoding: plan.encoding,
        flush_interval: plan.flush_interval,
        clock: Arc::clone(&world.clock),
        shutdown: world.shutdown.clone(),
        meters: Arc::clone(&meters),
    };
    let shop = WorkerShared {
        feeder: Mutex::new(Feeder::new(feed_plan, plan.inputs, plan.stdin, plan.follow)),
        room: Arc::clone(&room),
        shutdown: world.shutdown.clone(),
        clock: world.clock,
        records: plan.records,
        batch: plan.batch,
        buffers: Buffers::default(),
        compression: plan.compression,
    };
    if is_following {
        (world.watcher)(Event::Following);
    }
    let mut owner = Owner::new(OwnerPlan {
        route,
        in_flight_max: plan.in_flight_max,
        drain: plan.drain,
        rng: world.rng,
        shutdown: world.shutdown,
        cut,
        room,
        meters,
        watcher: world.watcher,
        ledger,
    });
    let signals = {
        let _inside = runtime.enter();
        Signals::new(world.signals).map_err(|source| FlowError::Start {
            what: "listening to signals",
            source,
        })?
    };
    let (sender, outputs) = mpsc::channel::<Output>(plan.threads);
    thread::scope(|scope| {
        for _ in 0..plan.threads {
            let (shop, sender, handle) = (&shop, sender.clone(), runtime.handle().clone());
            scope.spawn(move || work(shop, &sender, &handle));
        }
        drop(sender);
        runtime.block_on(owner.run(outputs, notices, signals));
    });
    Ok((owner.plan.ledger, owner.samples))
}

/// Opens the way to the destination.
fn route(
    plan: &mut SendPlan,
    world: &World<'_>,
    (notices, cut): (mpsc::Sender<Notice>, Shutdown),
) -> Result<(Route, Option<Local>), FlowError> {
    let delivery = std::mem::replace(&mut plan.delivery, DeliveryPlan::Nowhere);
    let (client, headers, retry_for, address, local) = match delivery {
        DeliveryPlan::Nowhere => return Ok((Route::Nowhere, None)),
        DeliveryPlan::Lines(output) => {
            return Ok((Route::Lines(Arc::new(LinesRoute::new(output))), None));
        }
        DeliveryPlan::Http {
            client,
            headers,
            retry_for,
            address,
        } => (client, headers, retry_for, address, None),
        DeliveryPlan::Local { out } => {
            let local = Local::start(out.as_deref())?;
            local.url().clone_into(&mut plan.label.url);
            let client = Box::new(ClientPlan {
                url: local.url().to_owned(),
                ..ClientPlan::default()
            });
            (
                client,
                Vec::<(String, Secret)>::new(),
                plan.drain,
                Address::Chosen,
                Some(local),
            )
        }
    };
    let courier = Courier {
        route: HttpRoute::new(
            net::client(&client)?,
            client.url,
            plan.encoding,
            plan.compression,
            &headers,
        )?,
        compression: plan.compression,
        retry_for,
        address,
        clock: Arc::clone(&world.clock),
        cut,
        notices,
    };
    Ok((Route::Http(Arc::new(courier)), local))
}
