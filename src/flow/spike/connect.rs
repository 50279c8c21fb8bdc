//! The connection's leg: the steps to the server with their times, or which of them failed and what to do about it.

use std::sync::Arc;
use std::time::Duration;

use crate::base::causes;
use crate::flow::spike::Trip;
use crate::flow::spike::leg::{Course, Fault, FaultKind, LegName};
use crate::net::reach::{Reach, ReachError, TlsFault, reach};

impl Trip<'_> {
    /// Reaches the server; tells whether that went well.
    pub(super) async fn connect(&mut self, course: &mut Course<'_>) -> bool {
        course.begin(LegName::Connection);
        let (client, clock) = (self.plan.client.clone(), Arc::clone(&self.plan.clock));
        // The steps block, and a signal must be heard meanwhile.
        let reached = tokio::task::spawn_blocking(move || reach(&client, &*clock)).await;
        let reached = reached.expect("reaching a server does not panic");
        let result = reached
            .map(|reach| steps(&reach))
            .map_err(|error| fault(&error));
        let is_there = result.is_ok();
        course.end(LegName::Connection, result);
        is_there
    }
}

/// `dns 0.3 ms · tcp 12.0 ms · tls 24.1 ms`
fn steps(reach: &Reach) -> String {
    let millis = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
    let mut steps = Vec::new();
    steps.extend(reach.proxy.as_ref().map(|proxy| format!("proxy {proxy}")));
    steps.push(format!("dns {}", millis(reach.dns)));
    steps.push(format!("tcp {}", millis(reach.tcp)));
    steps.extend(reach.tls.map(|time| format!("tls {}", millis(time))));
    steps.join(" · ")
}

fn fault(error: &ReachError) -> Fault {
    let hint = match error {
        ReachError::Dns { .. } => "check how the name is spelt, and this machine's DNS",
        ReachError::Refused { .. } => "nothing listens there: check the port, and start the server",
        ReachError::Timeout { .. } => {
            "check the address and the firewall; a proxy is named by https_proxy"
        }
        ReachError::Tcp { .. } => "check the address and this machine's network",
        ReachError::Tls { source, .. } => tls_hint(source),
    };
    Fault::new(kind(error), causes::in_one_line(error), Some(hint))
}

/// A new try meets the same certificate; everything else may pass.
fn kind(error: &ReachError) -> FaultKind {
    match error {
        ReachError::Tls {
            source: TlsFault::Timeout | TlsFault::Other(_),
            ..
        } => FaultKind::Undelivered,
        ReachError::Tls {
            source: TlsFault::Files(_),
            ..
        } => FaultKind::Setup,
        ReachError::Tls { .. } => FaultKind::Refused,
        _ => FaultKind::Undelivered,
    }
}

fn tls_hint(fault: &TlsFault) -> &'static str {
    match fault {
        TlsFault::UnknownAuthority => {
            "if the server is yours, OTEL_EXPORTER_OTLP_CERTIFICATE names the file with its authority"
        }
        TlsFault::Expired | TlsFault::NotYetValid => {
            "renew the server's certificate; if it is new, set this machine's clock"
        }
        TlsFault::OtherName { .. } => "use a name in the URL that the certificate is for",
        TlsFault::ClientCertificateWanted | TlsFault::ClientCertificateRefused => {
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY name the files of yours"
        }
        TlsFault::NotTls => "try the URL with http://, or another port",
        TlsFault::Certificate(_) | TlsFault::Files(_) => {
            "check the files that the OTEL_EXPORTER_OTLP_*CERTIFICATE variables name"
        }
        TlsFault::Timeout | TlsFault::Other(_) => "check the port: perhaps it is not that of HTTPS",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn tls(source: TlsFault) -> ReachError {
        let host = "a.example".to_owned();
        ReachError::Tls { host, source }
    }

    #[test]
    fn what_may_pass_is_told_from_what_does_not() {
        let other = io::Error::from(io::ErrorKind::ConnectionReset);
        for (error, expected) in [
            (tls(TlsFault::Timeout), FaultKind::Undelivered),
            (tls(TlsFault::Other(other)), FaultKind::Undelivered),
            (tls(TlsFault::Expired), FaultKind::Refused),
            (tls(TlsFault::ClientCertificateWanted), FaultKind::Refused),
        ] {
            assert_eq!(fault(&error).kind, expected, "{error:?}");
        }
        let address = ([127, 0, 0, 1], 9).into();
        let refused = fault(&ReachError::Refused { address });
        assert_eq!(refused.kind, FaultKind::Undelivered);
        assert_eq!(refused.detail, "127.0.0.1:9 refuses the connection");
    }

    #[test]
    fn the_cause_stands_behind_the_fault() {
        let fault = fault(&tls(TlsFault::Expired));
        assert_eq!(
            fault.detail,
            "no TLS with a.example: its certificate has expired"
        );
    }

    #[test]
    fn a_proxy_is_named() {
        let reach = Reach {
            proxy: Some("proxy.example:3128".to_owned()),
            dns: Duration::from_micros(300),
            tcp: Duration::from_millis(12),
            tls: None,
        };
        assert_eq!(
            steps(&reach),
            "proxy proxy.example:3128 · dns 0.3 ms · tcp 12.0 ms"
        );
    }
}
