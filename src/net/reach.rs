//! Reaches a server step by step, each step timed by itself: its name, a connection, a TLS handshake.
//!
//! It goes the way that [`client`](super::client) goes: the same trusted roots, the same certificate of our own, and the same proxy or none.
//! Behind a proxy only the proxy is reached; what lies beyond it is seen by the first request. Blocking. Nothing is sent but the handshake.

mod tls;

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::base::clock::Clock;
use crate::net::{CONNECT_WAIT_MAX, ClientPlan};

pub use tls::TlsFault;

/// How a server was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The proxy between, as `host:port`.
    pub proxy: Option<String>,
    /// Until the name was known, of the proxy if there is one.
    pub dns: Duration,
    /// From there to the connection.
    pub tcp: Duration,
    /// From there to the end of the handshake; none without TLS, and none through a proxy.
    pub tls: Option<Duration>,
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
    /// Nobody listens there.
    #[error("{address} refuses the connection")]
    Refused {
        /// Where.
        address: SocketAddr,
    },
    /// Nobody answers there.
    #[error("{address} does not answer within {} s", CONNECT_WAIT_MAX.as_secs())]
    Timeout {
        /// Where.
        address: SocketAddr,
    },
    /// Any other fault of the connection.
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
        source: TlsFault,
    },
}

/// A name and a port, and whether a proxy has them.
struct Place {
    host: String,
    port: u16,
    is_proxy: bool,
}

/// Reaches the server of a plan, or its proxy.
pub fn reach(plan: &ClientPlan, clock: &dyn Clock) -> Result<Reach, ReachError> {
    let place = place(plan);
    let begun = clock.instant();
    let addresses = resolve(&place)?;
    let named = clock.instant();
    let stream = connect(&addresses)?;
    let connected = clock.instant();
    let is_tls = plan.url.starts_with("https:") && !place.is_proxy;
    if is_tls {
        let host = place.host.clone();
        tls::handshake(plan, &host, stream).map_err(|source| ReachError::Tls { host, source })?;
    }
    let shaken = clock.instant();
    Ok(Reach {
        proxy: place
            .is_proxy
            .then(|| format!("{}:{}", place.host, place.port)),
        dns: named.saturating_duration_since(begun),
        tcp: connected.saturating_duration_since(named),
        tls: is_tls.then(|| shaken.saturating_duration_since(connected)),
    })
}

/// Where the client would connect to. Its rules about proxies are those of the client itself.
fn place(plan: &ClientPlan) -> Place {
    let matcher = Matcher::builder()
        .http(plan.http_proxy.clone().unwrap_or_default())
        .https(plan.https_proxy.clone().unwrap_or_default())
        .no(plan.no_proxy.clone().unwrap_or_default())
        .build();
    let proxy = plan
        .url
        .parse()
        .ok()
        .and_then(|uri| matcher.intercept(&uri));
    // Written anew, so that a user and a password stay behind.
    let url = match &proxy {
        Some(proxy) => Url::parse(&proxy.uri().to_string()),
        None => Url::parse(&plan.url),
    };
    let url = url.as_ref().ok();
    let host = url.and_then(Url::host_str).unwrap_or_default();
    let port = url.and_then(Url::port_or_known_default);
    Place {
        // The brackets of IPv6 belong to the URL.
        host: host.trim_matches(['[', ']']).to_owned(),
        port: port.unwrap_or(443),
        is_proxy: proxy.is_some(),
    }
}

fn resolve(place: &Place) -> Result<Vec<SocketAddr>, ReachError> {
    let nobody = || io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let found = (place.host.as_str(), place.port).to_socket_addrs();
    let found = found.map(Vec::from_iter).and_then(|all| {
        let is_known = !all.is_empty();
        is_known.then_some(all).ok_or_else(nobody)
    });
    let host = place.host.clone();
    found.map_err(|source| ReachError::Dns { host, source })
}

/// The first address that answers; else the last fault.
fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, ReachError> {
    let mut fault = None;
    for address in addresses {
        match TcpStream::connect_timeout(address, CONNECT_WAIT_MAX) {
            Ok(stream) => return Ok(stream),
            Err(error) => fault = Some(of_connection(*address, error)),
        }
    }
    Err(fault.expect("there is an address"))
}

fn of_connection(address: SocketAddr, source: io::Error) -> ReachError {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => ReachError::Refused { address },
        io::ErrorKind::TimedOut => ReachError::Timeout { address },
        _ => ReachError::Tcp { address, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, no_proxy: Option<&str>, expected: (&str, u16, bool)) {
        let plan = ClientPlan {
            url: url.to_owned(),
            http_proxy: Some("http://user:secret@plain.example:3128".to_owned()),
            https_proxy: Some("safe.example:3129".to_owned()),
            no_proxy: no_proxy.map(str::to_owned),
            ..ClientPlan::default()
        };
        let place = place(&plan);
        let found = (place.host.as_str(), place.port, place.is_proxy);
        assert_eq!(found, expected);
    }

    #[test]
    fn the_proxy_is_that_of_the_scheme_unless_the_host_is_reached_directly() {
        check(
            "http://a.example/v1/logs",
            None,
            ("plain.example", 3128, true),
        );
        check(
            "https://a.example/v1/logs",
            None,
            ("safe.example", 3129, true),
        );
        let direct = Some("b.example, .a.example,127.0.0.0/8");
        check("https://x.a.example/", direct, ("x.a.example", 443, false));
        check("http://127.0.0.1:4318/", direct, ("127.0.0.1", 4318, false));
        check("http://[::1]:4318/", Some("::1"), ("::1", 4318, false));
        check("http://c.example/", direct, ("plain.example", 3128, true));
    }

    #[test]
    fn a_refused_connection_is_no_timeout() {
        let address = SocketAddr::from(([127, 0, 0, 1], 9));
        let fault = |kind| of_connection(address, io::Error::from(kind));
        assert!(matches!(
            fault(io::ErrorKind::ConnectionRefused),
            ReachError::Refused { .. }
        ));
        assert!(matches!(
            fault(io::ErrorKind::TimedOut),
            ReachError::Timeout { .. }
        ));
        assert!(matches!(
            fault(io::ErrorKind::NetworkUnreachable),
            ReachError::Tcp { .. }
        ));
    }
}
