//! Reaches a server step by step, each step timed by itself: its name, a connection, a TLS handshake.
//!
//! It trusts what [`client`](super::client) trusts. Blocking: it is made before anything else runs. Nothing is sent but the handshake.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt as _;
use url::Url;

use crate::base::clock::Clock;
use crate::net::{CONNECT_WAIT_MAX, ClientPlan};

/// How a server was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Directly.
    Direct {
        /// Its address.
        address: SocketAddr,
        /// Until its name was known.
        dns: Duration,
        /// From there to the connection.
        tcp: Duration,
        /// From there to the end of the handshake.
        tls: Option<Duration>,
    },
    /// Through a proxy, which knows the rest.
    Proxy,
}

/// Which step failed, and why.
#[derive(Debug, thiserror::Error)]
pub enum ReachError {
    /// The name.
    #[error("no address is known for {host}")]
    Dns {
        /// The name.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// The connection.
    #[error("no connection to {address}")]
    Tcp {
        /// Where to.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The handshake.
    #[error("no TLS with {host}")]
    Tls {
        /// Whom with.
        host: String,
        /// Why.
        source: io::Error,
    },
}

/// Reaches the server of a plan.
pub fn reach(plan: &ClientPlan, clock: &dyn Clock) -> Result<Reach, ReachError> {
    let is_tls = plan.url.starts_with("https:");
    let proxy = if is_tls {
        &plan.https_proxy
    } else {
        &plan.http_proxy
    };
    if proxy.is_some() {
        return Ok(Reach::Proxy);
    }
    let (host, port) = host_and_port(&plan.url);
    let begun = clock.instant();
    let found = (host.as_str(), port).to_socket_addrs();
    let nobody = || io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let found = found.map(Vec::from_iter).and_then(|all| {
        if all.is_empty() {
            Err(nobody())
        } else {
            Ok(all)
        }
    });
    let addresses = found.map_err(|source| ReachError::Dns {
        host: host.clone(),
        source,
    })?;
    let named = clock.instant();
    let (address, stream) = connect(&addresses)?;
    let connected = clock.instant();
    let tls = if is_tls {
        handshake(plan, &host, stream).map_err(|source| ReachError::Tls { host, source })?;
        Some(clock.instant().saturating_duration_since(connected))
    } else {
        None
    };
    Ok(Reach::Direct {
        address,
        dns: named.saturating_duration_since(begun),
        tcp: connected.saturating_duration_since(named),
        tls,
    })
}

/// Those of a URL that was read before. The brackets of IPv6 belong to the URL.
fn host_and_port(url: &str) -> (String, u16) {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let port = url.as_ref().and_then(Url::port_or_known_default);
    (
        host.trim_matches(['[', ']']).to_owned(),
        port.unwrap_or(443),
    )
}

/// The first address that answers; else the last fault.
fn connect(addresses: &[SocketAddr]) -> Result<(SocketAddr, TcpStream), ReachError> {
    let mut fault = None;
    for address in addresses {
        match TcpStream::connect_timeout(address, CONNECT_WAIT_MAX) {
            Ok(stream) => return Ok((*address, stream)),
            Err(source) => {
                let address = *address;
                fault = Some(ReachError::Tcp { address, source });
            }
        }
    }
    Err(fault.expect("there is an address"))
}

fn handshake(plan: &ClientPlan, host: &str, mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(CONNECT_WAIT_MAX))?;
    stream.set_write_timeout(Some(CONNECT_WAIT_MAX))?;
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let config = match &plan.ca_cert {
        Some(path) => {
            let mut roots = RootCertStore::empty();
            let certificates = CertificateDer::pem_file_iter(path).map_err(io::Error::other)?;
            for certificate in certificates {
                let certificate = certificate.map_err(io::Error::other)?;
                roots.add(certificate).map_err(io::Error::other)?;
            }
            ClientConfig::builder()
                .with_root_certificates(roots)
                .with_no_client_auth()
        }
        None => ClientConfig::with_platform_verifier().map_err(io::Error::other)?,
    };
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(())
}
