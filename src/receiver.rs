//! The OTLP/HTTP endpoint inside the process: takes requests of anyone, hands them on decoded.
//!
//! Shape: [`serve`] accepts connections on the caller's listener until the shutdown; each request that can be read
//! becomes a [`Received`] for the [`Handler`], whose [`Reply`] becomes the answer. Whatever cannot be read is answered
//! here. Plain TCP, HTTP/1.1 and HTTP/2; logs only for now.
//! Limits: every one is a field of [`ReceiverLimits`]. Bodies are inflated and decoded one at a time, on the runtime's
//! thread: the runtime is the receiver's own.
//!
//! Spec: OTLP 1.11, "OTLP/HTTP".

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::base::shutdown::Shutdown;
use crate::base::units::ByteCount;
use crate::otlp::{Compression, Encoding, Signal};
use crate::receiver::connection::Connection;

mod connection;
mod refusal;
mod request;
mod response;

/// One request, decoded.
#[derive(Debug)]
pub struct Received {
    /// What the path says it carries.
    pub signal: Signal,
    /// What it holds; unchecked beyond its encoding.
    pub request: ExportLogsServiceRequest,
    /// Its plain body.
    pub body: Vec<u8>,
    /// How it was written.
    pub encoding: Encoding,
    /// How it was compressed.
    pub compression: Compression,
    /// The size of its plain body.
    pub body_bytes: ByteCount,
    /// The size of its body as it came.
    pub wire_bytes: ByteCount,
}

/// What the handler did with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Took all of it.
    Accepted,
    /// Took the rest; the client must not send it again. With `rejected` 0, a warning.
    Partial {
        /// How many records were not taken.
        rejected: u64,
        /// Why, for the client's developer.
        message: String,
    },
    /// Took nothing; the client should come again.
    Unavailable {
        /// Not before; sent in whole seconds, rounded up.
        retry_after: Duration,
    },
}

/// Takes a request. It runs on the receiver's thread and must not wait.
pub type Handler = Arc<dyn Fn(Received) -> Reply + Send + Sync>;

/// One request of any path and method, its body inflated: for whoever answers more than OTLP.
#[derive(Debug)]
pub struct Asked {
    /// Upper-case.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Behind the `?`; empty when there is none.
    pub query: String,
    /// Names in lower-case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The plain body.
    pub body: Vec<u8>,
}

impl Asked {
    /// The first header of a name, which is given in lower-case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// Names and values; one that HTTP does not allow is left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Answers any request. It runs on the receiver's thread and must not wait.
pub type Answerer = Arc<dyn Fn(Asked) -> Answered + Send + Sync>;

/// Who answers.
#[derive(Clone)]
pub(crate) enum Service {
    /// The OTLP endpoint.
    Otlp(Handler),
    /// Whatever it is.
    Any(Answerer),
}

/// Everything the receiver will not exceed.
#[derive(Debug, Clone, Copy)]
pub struct ReceiverLimits {
    /// Connections at a time; further ones wait in the listener's queue.
    pub connections_max: usize,
    /// One body as it comes.
    pub wire_bytes_max: ByteCount,
    /// One body after inflating.
    pub body_bytes_max: ByteCount,
    /// From the connection to its first request, and from an answer to the next request's last header.
    pub header_wait_max: Duration,
    /// From a request's headers to the end of its body.
    pub body_wait_max: Duration,
    /// From the shutdown to the end of the last connection.
    pub drain_wait_max: Duration,
}

impl ReceiverLimits {
    /// Those of a receiver that one machine's programs send to.
    ///
    /// 20 MiB as it comes is the Collector's limit, 64 MiB inflated the protocol's own.
    pub const STANDARD: ReceiverLimits = ReceiverLimits {
        connections_max: 128,
        wire_bytes_max: ByteCount(20 << 20),
        body_bytes_max: ByteCount(64 << 20),
        header_wait_max: Duration::from_secs(10),
        body_wait_max: Duration::from_secs(30),
        drain_wait_max: Duration::from_secs(2),
    };
}

/// The pause after a failed accept: it fails for want of file descriptors, which come back when connections end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Receives until the shutdown, then lets the requests in flight end.
///
/// Shape: a bound listener → returns when the last connection is closed, at the latest `drain_wait_max` after the
/// shutdown. The handler may be held a little longer by a request that was cut off: until its task notices.
/// Errors: none; a connection that fails takes nothing else with it.
pub async fn serve(
    listener: TcpListener,
    limits: ReceiverLimits,
    handler: Handler,
    shutdown: Shutdown,
) {
    serve_as(listener, limits, Service::Otlp(handler), shutdown).await;
}

/// The same for a server that answers every request itself. What cannot be read is still answered here.
pub async fn serve_any(
    listener: TcpListener,
    limits: ReceiverLimits,
    answerer: Answerer,
    shutdown: Shutdown,
) {
    serve_as(listener, limits, Service::Any(answerer), shutdown).await;
}

async fn serve_as(
    listener: TcpListener,
    limits: ReceiverLimits,
    service: Service,
    shutdown: Shutdown,
) {
    let free = Arc::new(Semaphore::new(limits.connections_max));
    let mut open = JoinSet::new();
    while let Some(permit) = unless(&shutdown, Arc::clone(&free).acquire_owned()).await {
        let Some(accepted) = unless(&shutdown, listener.accept()).await else {
            break;
        };
        if let Ok((stream, _)) = accepted {
            let connection = Connection::new(limits, service.clone(), shutdown.clone());
            open.spawn(async move {
                connection.run(stream).await;
                drop(permit);
            });
        } else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
        while open.try_join_next().is_some() {}
    }
    drop(listener);
    let ended = async { while open.join_next().await.is_some() {} };
    // What is still open after the wait is cut off by the set's own end.
    let _in_time = tokio::time::timeout(limits.drain_wait_max, ended).await;
    open.shutdown().await;
}

/// The work's result; `None` when the shutdown comes first.
async fn unless<T>(shutdown: &Shutdown, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = shutdown.requested() => None,
        result = work => Some(result),
    }
}

#[cfg(test)]
mod tests;
