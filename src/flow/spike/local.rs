//! The stand-in of Logfire served on a loopback port: real HTTP, on a thread of its own.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;
use crate::base::units::ByteCount;
use crate::flow::plan::FlowError;
use crate::logfire::standin::{self, Project, Standin};
use crate::receiver::{Answered, Asked, ReceiverLimits, serve_any};

/// Logfire's limit of one request, inflated: 100 MB.
const BODY_BYTES_MAX: ByteCount = ByteCount(100_000_000);

/// A running stand-in.
#[derive(Debug)]
pub struct StandinServer {
    url: String,
    shutdown: Shutdown,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl StandinServer {
    /// Binds a free loopback port and serves the project there.
    pub fn start(project: Project, clock: Arc<dyn Clock>) -> Result<StandinServer, FlowError> {
        let start = |source| FlowError::Start {
            what: "the stand-in inside the process",
            source,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(start)?;
        let address = listener.local_addr().map_err(start)?;
        let standin = Standin::new(project, clock);
        let shutdown = Shutdown::new();
        let until = shutdown.clone();
        let thread = thread::spawn(move || run(listener, standin, until));
        Ok(StandinServer {
            url: format!("http://{address}"),
            shutdown,
            thread: Some(thread),
        })
    }

    /// Where it is, without a path.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for StandinServer {
    /// Ends it. What its thread says at the end is nobody's concern: every request was answered before.
    fn drop(&mut self) {
        self.shutdown.request();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn run(listener: TcpListener, standin: Standin, shutdown: Shutdown) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let limits = ReceiverLimits {
        wire_bytes_max: BODY_BYTES_MAX,
        body_bytes_max: BODY_BYTES_MAX,
        ..ReceiverLimits::STANDARD
    };
    runtime.block_on(async move {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let standin = Mutex::new(standin);
        let answerer = Arc::new(move |asked: Asked| answer(&standin, &asked));
        serve_any(listener, limits, answerer, shutdown).await;
        Ok(())
    })
}

fn answer(standin: &Mutex<Standin>, asked: &Asked) -> Answered {
    let mut standin = standin.lock().unwrap_or_else(PoisonError::into_inner);
    let answered = standin.answer(standin::Asked {
        method: &asked.method,
        path: &asked.path,
        query: &asked.query,
        authorization: asked.header("authorization"),
        content_type: asked.header("content-type").unwrap_or_default(),
        accept: asked.header("accept").unwrap_or_default(),
        body: &asked.body,
    });
    let headers = answered.headers.into_iter();
    Answered {
        status: answered.status,
        headers: headers
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        body: answered.body,
    }
}
