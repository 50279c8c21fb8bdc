//! One connection, from its first byte to its end.
//!
//! hyper bounds the time for an HTTP/1 head, but not the wait for the bytes that tell HTTP/1 from HTTP/2, and no idle
//! HTTP/2 connection. So a watch goes with every connection: one that has nothing in flight and began nothing for
//! [`ReceiverLimits::header_wait_max`] is asked to close, and cut off when it does not.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;

use crate::base::shutdown::Shutdown;
use crate::receiver::{ReceiverLimits, Service, request, response};

/// The longest request head; ours is a dozen short headers.
const HEAD_BYTES_MAX: u32 = 64 << 10;

/// Requests at a time on one HTTP/2 connection: each may hold a whole body.
const STREAMS_MAX: u32 = 8;

/// What a connection needs while it runs.
pub(super) struct Connection {
    limits: ReceiverLimits,
    service: Service,
    shutdown: Shutdown,
    requests: Arc<Requests>,
}

impl Connection {
    pub(super) fn new(limits: ReceiverLimits, service: Service, shutdown: Shutdown) -> Connection {
        Connection {
            limits,
            service,
            shutdown,
            requests: Arc::default(),
        }
    }

    /// Serves requests until the peer, the watch or the shutdown ends it.
    pub(super) async fn run(self, stream: TcpStream) {
        let answering = service_fn(|request: Request<Incoming>| {
            let (limits, service) = (self.limits, self.service.clone());
            let in_flight = InFlight::begin(Arc::clone(&self.requests));
            async move {
                let answer = exchange(request, limits, service).await;
                drop(in_flight);
                Ok::<_, Infallible>(answer)
            }
        });
        let builder = self.builder();
        let mut served = pin!(builder.serve_connection(TokioIo::new(stream), answering));
        let mut is_closing = false;
        let mut begun_before = 0;
        loop {
            tokio::select! {
                // How it ended is the peer's affair: what came whole was answered.
                _end = served.as_mut() => return,
                () = self.shutdown.requested(), if !is_closing => {
                    is_closing = true;
                    served.as_mut().graceful_shutdown();
                }
                () = tokio::time::sleep(self.limits.header_wait_max) => {
                    if self.requests.is_quiet_since(begun_before) {
                        if is_closing {
                            return;
                        }
                        is_closing = true;
                        served.as_mut().graceful_shutdown();
                    }
                    begun_before = self.requests.begun.load(Ordering::Relaxed);
                }
            }
        }
    }

    fn builder(&self) -> Builder<TokioExecutor> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_wait_max)
            .max_buf_size(HEAD_BYTES_MAX as usize);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS_MAX)
            .max_header_list_size(HEAD_BYTES_MAX);
        builder
    }
}

/// One request and its answer.
async fn exchange(
    request: Request<Incoming>,
    limits: ReceiverLimits,
    service: Service,
) -> Response<Full<Bytes>> {
    let handler = match service {
        Service::Otlp(handler) => handler,
        Service::Any(answerer) => {
            return match request::take(request, &limits).await {
                Ok(asked) => response::of_answer(answerer(asked)),
                Err(refusal) => response::of_refusal(&refusal),
            };
        }
    };
    match request::receive(request, &limits).await {
        Ok(received) => {
            let encoding = received.encoding;
            response::of_reply(handler(received), encoding)
        }
        Err(refusal) => response::of_refusal(&refusal),
    }
}

/// How many requests a connection has begun and ended.
#[derive(Default)]
struct Requests {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Requests {
    fn is_quiet_since(&self, begun_before: u64) -> bool {
        let begun = self.begun.load(Ordering::Relaxed);
        begun == begun_before && begun == self.ended.load(Ordering::Relaxed)
    }
}

/// Counts one request as ended when it goes, however it goes.
struct InFlight(Arc<Requests>);

impl InFlight {
    fn begin(requests: Arc<Requests>) -> InFlight {
        requests.begun.fetch_add(1, Ordering::Relaxed);
        InFlight(requests)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}
