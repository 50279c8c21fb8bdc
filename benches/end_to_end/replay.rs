//! Limit A: the same requests, already encoded and compressed, posted by the same client.
//!
//! What is left is the client, the kernel and the sink. No shipper that posts with this client can be faster.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::Client;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::Result;

/// One request as a sink has kept it.
#[derive(Debug)]
pub(crate) struct Recorded {
    content_type: String,
    pub(crate) content_encoding: String,
    pub(crate) body: Bytes,
}

/// Reads everything a recording sink has kept, in the order of arrival.
pub(crate) fn load(folder: &Path) -> Result<Vec<Recorded>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "head")
        {
            paths.push(path);
        }
    }
    paths.sort();
    let mut requests = Vec::new();
    for path in paths {
        let headers = fs::read_to_string(&path)?;
        let mut lines = headers.lines().map(str::to_owned);
        requests.push(Recorded {
            content_type: lines.next().unwrap_or_default(),
            content_encoding: lines.next().unwrap_or_default(),
            body: Bytes::from(fs::read(path.with_extension("body"))?),
        });
    }
    Ok(requests)
}

/// Posts everything, four requests in flight on one thread, and says how long only that took.
pub(crate) fn post(requests: &[Recorded], url: &str) -> Result<Duration> {
    // A client wants a provider even where it never speaks TLS. A second one is refused, which is as good.
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let client = Client::builder()
        .http1_only()
        .no_proxy()
        .tls_certs_only([])
        .build()?;
    let worker = Worker {
        client,
        url: format!("{url}/v1/logs"),
        requests,
        next: AtomicUsize::new(0),
    };
    let started = Instant::now();
    runtime.block_on(async {
        tokio::try_join!(worker.run(), worker.run(), worker.run(), worker.run())
    })?;
    Ok(started.elapsed())
}

/// What the posts in flight share.
struct Worker<'requests> {
    client: Client,
    url: String,
    requests: &'requests [Recorded],
    next: AtomicUsize,
}

impl Worker<'_> {
    async fn run(&self) -> Result<()> {
        while let Some(request) = self.requests.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let mut post = self
                .client
                .post(&self.url)
                .header(CONTENT_TYPE, &request.content_type)
                .body(request.body.clone());
            if !request.content_encoding.is_empty() {
                post = post.header(CONTENT_ENCODING, &request.content_encoding);
            }
            post.send().await?.error_for_status()?.bytes().await?;
        }
        Ok(())
    }
}
