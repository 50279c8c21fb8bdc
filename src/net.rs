//! Builds the HTTP client: the only place that knows TLS files, trusted roots, proxies and redirects.
//!
//! Redirects are never followed: a followed one would carry the token elsewhere or turn a POST into an empty GET. Roots are
//! loaded for `https` only; a machine without any can still talk to its own collector.

pub mod address;
pub mod reach;

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::tls::Identity;
use reqwest::{Certificate, Client, NoProxy, Proxy, redirect};

/// Longest wait for a connection; a server that takes longer is as good as down.
const CONNECT_WAIT_MAX: Duration = Duration::from_secs(5);

/// How long an idle connection is kept: shorter than the silent limits of common load balancers.
const IDLE_MAX: Duration = Duration::from_secs(55);

/// A client. Its clones share their connections.
pub type HttpClient = Client;

/// What a client is built from.
#[derive(Clone, Default)]
pub struct ClientPlan {
    /// The URL it will talk to; its scheme decides on TLS.
    pub url: String,
    /// Longest wait for one whole answer; `None` waits for ever.
    pub timeout: Option<Duration>,
    /// PEM file with the roots to trust instead of the system's.
    pub ca_cert: Option<PathBuf>,
    /// PEM files of our own certificate and its key.
    pub client_cert: Option<(PathBuf, PathBuf)>,
    /// Proxy for `http` URLs.
    pub http_proxy: Option<String>,
    /// Proxy for `https` URLs.
    pub https_proxy: Option<String>,
    /// Hosts that are reached directly.
    pub no_proxy: Option<String>,
}

/// Why no client could be built.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// A certificate or key file that cannot be read.
    #[error("cannot read {role} {path}")]
    Read {
        /// Which file it is.
        role: &'static str,
        /// Where it is.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// One that is not PEM.
    #[error("{role} {path} is not PEM")]
    Pem {
        /// Which file it is.
        role: &'static str,
        /// Where it is.
        path: String,
        /// Why.
        source: reqwest::Error,
    },
    /// One that is PEM and holds nothing.
    #[error("{role} {path} holds no certificate")]
    Empty {
        /// Which file it is.
        role: &'static str,
        /// Where it is.
        path: String,
    },
    /// A proxy's URL.
    #[error("the proxy for {scheme} URLs is not usable")]
    Proxy {
        /// `http` or `https`.
        scheme: &'static str,
        /// Why.
        source: reqwest::Error,
    },
    /// Anything else: no trusted roots on this machine, for one.
    #[error("cannot set up the connection")]
    Build {
        /// Whether certificate files of the user are in it.
        own_files: bool,
        /// Why.
        source: reqwest::Error,
    },
}

impl NetError {
    /// One thing the user can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            NetError::Read { .. } => None,
            NetError::Pem { .. } | NetError::Empty { .. } => {
                Some("convert it: openssl x509 -inform der -in FILE -out FILE.pem")
            }
            NetError::Proxy { .. } => Some("check the *_PROXY variables"),
            NetError::Build {
                own_files: true, ..
            } => Some(
                "check that the certificate files are whole and that the key belongs to the certificate",
            ),
            NetError::Build {
                own_files: false, ..
            } => Some("install the ca-certificates package, or pass --ca-cert FILE"),
        }
    }
}

/// Builds a client. Costs 2 ms when the system's roots are loaded, else next to nothing.
pub fn client(plan: &ClientPlan) -> Result<Client, NetError> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_WAIT_MAX)
        .pool_idle_timeout(IDLE_MAX)
        .tcp_nodelay(true)
        .user_agent(concat!("otelctl/", env!("CARGO_PKG_VERSION")))
        .no_proxy();
    if let Some(timeout) = plan.timeout {
        builder = builder.timeout(timeout);
    }
    // A second call finds the first one's provider, which is the same.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let tls = plan.url.starts_with("https:");
    match &plan.ca_cert {
        Some(path) => builder = builder.tls_certs_only(roots(path)?),
        None if !tls => builder = builder.tls_certs_only([]),
        None => {}
    }
    if let Some((cert, key)) = &plan.client_cert {
        builder = builder.identity(identity(cert, key)?);
    }
    for proxy in proxies(plan)? {
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|source| NetError::Build {
        own_files: plan.ca_cert.is_some() || plan.client_cert.is_some(),
        source: source.without_url(),
    })
}

fn roots(path: &Path) -> Result<Vec<Certificate>, NetError> {
    let role = "CA certificate";
    let pem = read(role, path)?;
    let path = path.to_string_lossy().into_owned();
    match Certificate::from_pem_bundle(&pem) {
        Ok(found) if found.is_empty() => Err(NetError::Empty { role, path }),
        Ok(found) => Ok(found),
        Err(source) => Err(NetError::Pem { role, path, source }),
    }
}

fn identity(cert: &Path, key: &Path) -> Result<Identity, NetError> {
    let mut pem = read("client certificate", cert)?;
    pem.push(b'\n');
    pem.extend(read("client key", key)?);
    Identity::from_pem(&pem).map_err(|source| NetError::Pem {
        role: "client certificate",
        path: cert.to_string_lossy().into_owned(),
        source,
    })
}

fn read(role: &'static str, path: &Path) -> Result<Vec<u8>, NetError> {
    fs::read(path).map_err(|source| NetError::Read {
        role,
        path: path.to_string_lossy().into_owned(),
        source,
    })
}

fn proxies(plan: &ClientPlan) -> Result<Vec<Proxy>, NetError> {
    let no_proxy = plan.no_proxy.as_deref().and_then(NoProxy::from_string);
    let mut found = Vec::new();
    if let Some(url) = &plan.http_proxy {
        let proxy = Proxy::http(url).map_err(|source| NetError::Proxy {
            scheme: "http",
            source: source.without_url(),
        })?;
        found.push(proxy.no_proxy(no_proxy.clone()));
    }
    if let Some(url) = &plan.https_proxy {
        let proxy = Proxy::https(url).map_err(|source| NetError::Proxy {
            scheme: "https",
            source: source.without_url(),
        })?;
        found.push(proxy.no_proxy(no_proxy));
    }
    Ok(found)
}

/// What became of a request that got no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nobody listens at that address.
    ConnectionRefused,
    /// The server's certificate is not one we trust for that name.
    Certificate,
    /// The server does not speak TLS.
    NotTls,
    /// Anything that may pass.
    Other,
}

/// Tells the faults apart that a new try cannot mend.
pub fn fault(error: &reqwest::Error) -> Fault {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        match cause.downcast_ref() {
            Some(rustls::Error::InvalidCertificate(_)) => return Fault::Certificate,
            Some(rustls::Error::InvalidMessage(_)) => return Fault::NotTls,
            _ => {}
        }
        let io = cause.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return Fault::ConnectionRefused;
        }
        // Asked for its source, an I/O error passes over the error it wraps.
        next = match io.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        };
    }
    Fault::Other
}
