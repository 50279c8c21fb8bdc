//! One TLS handshake, with what the client trusts and with the certificate it shows; and what can be wrong with one.
//!
//! A server of TLS 1.3 judges our certificate only after the handshake is over for us, so one that asked for a certificate is listened to
//! for a moment.

use std::io;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustls::client::ResolvesClientCert;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, ProtocolVersion,
    RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::net::{CONNECT_WAIT_MAX, ClientPlan};

/// How long a server that asked for a certificate may take to say that it wants another.
const VERDICT_WAIT_MAX: Duration = Duration::from_secs(1);

/// Names of a certificate that are shown.
const NAMES_MAX: usize = 3;

/// What is wrong with a handshake.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// Nobody here knows who signed it.
    #[error("nothing that is trusted here has signed its certificate")]
    UnknownAuthority,
    /// It was good once.
    #[error("its certificate has expired")]
    Expired,
    /// It will be good.
    #[error("its certificate is not valid yet")]
    NotYetValid,
    /// It is somebody else's.
    #[error("its certificate is for {names}")]
    OtherName {
        /// For whom it is.
        names: String,
    },
    /// Anything else about it.
    #[error("its certificate cannot be used")]
    Certificate(#[source] rustls::Error),
    /// It wants one of ours, and there is none.
    #[error("it wants a client certificate")]
    ClientCertificateWanted,
    /// It does not take ours.
    #[error("it does not take the client certificate")]
    ClientCertificateRefused,
    /// It speaks something else.
    #[error("it does not speak TLS")]
    NotTls,
    /// It says nothing.
    #[error("it does not answer within {} s", CONNECT_WAIT_MAX.as_secs())]
    Timeout,
    /// A file of ours that cannot be used.
    #[error("the certificate files cannot be used")]
    Files(#[source] io::Error),
    /// Anything else.
    #[error("the handshake broke off")]
    Other(#[source] io::Error),
}

/// Shows our certificate, and remembers whether somebody asked for it.
#[derive(Debug)]
struct Shown {
    own: Option<Arc<CertifiedKey>>,
    was_asked: AtomicBool,
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.own.clone()
    }

    fn has_certs(&self) -> bool {
        self.own.is_some()
    }
}

/// Makes the handshake.
pub(super) fn handshake(
    plan: &ClientPlan,
    host: &str,
    mut stream: TcpStream,
) -> Result<(), TlsFault> {
    let shown = Arc::new(Shown {
        own: own_certificate(plan).map_err(TlsFault::Files)?,
        was_asked: AtomicBool::new(false),
    });
    let resolver = Arc::clone(&shown) as Arc<dyn ResolvesClientCert>;
    let config = config(plan, resolver).map_err(TlsFault::Files)?;
    let name = ServerName::try_from(host.to_owned()).map_err(broken)?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(broken)?;
    let fault = |error| of_io(error, &shown);
    let patience = |stream: &TcpStream, time| {
        stream.set_read_timeout(Some(time))?;
        stream.set_write_timeout(Some(time))
    };
    patience(&stream, CONNECT_WAIT_MAX).map_err(TlsFault::Other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).map_err(fault)?;
    }
    let is_judged_later = connection.protocol_version() == Some(ProtocolVersion::TLSv1_3)
        && shown.was_asked.load(Ordering::Relaxed);
    if is_judged_later {
        patience(&stream, VERDICT_WAIT_MAX).map_err(TlsFault::Other)?;
        match connection.complete_io(&mut stream) {
            Err(error) if is_timeout(&error) => {}
            Err(error) => return Err(fault(error)),
            Ok(_) => {}
        }
    }
    Ok(())
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> TlsFault {
    TlsFault::Other(io::Error::other(error))
}

/// What the client trusts.
fn config(plan: &ClientPlan, shown: Arc<dyn ResolvesClientCert>) -> io::Result<ClientConfig> {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let builder = ClientConfig::builder();
    let builder = match &plan.ca_cert {
        Some(path) => builder.with_root_certificates(roots(path)?),
        None => builder.with_platform_verifier().map_err(io::Error::other)?,
    };
    let mut config = builder.with_client_cert_resolver(shown);
    // As the client says it: some servers choose their certificate by it.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn roots(path: &Path) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(io::Error::other)? {
        let certificate = certificate.map_err(io::Error::other)?;
        roots.add(certificate).map_err(io::Error::other)?;
    }
    Ok(roots)
}

fn own_certificate(plan: &ClientPlan) -> io::Result<Option<Arc<CertifiedKey>>> {
    let Some((certificates, key)) = &plan.client_cert else {
        return Ok(None);
    };
    let certificates = CertificateDer::pem_file_iter(certificates).map_err(io::Error::other)?;
    let certificates: Result<Vec<_>, _> = certificates.collect();
    let key = PrivateKeyDer::from_pem_file(key).map_err(io::Error::other)?;
    let provider = rustls::crypto::ring::default_provider();
    let own = CertifiedKey::from_der(certificates.map_err(io::Error::other)?, key, &provider);
    Ok(Some(Arc::new(own.map_err(io::Error::other)?)))
}

fn is_timeout(error: &io::Error) -> bool {
    // Which of the two a socket says is the system's choice.
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
    )
}

fn of_io(error: io::Error, shown: &Shown) -> TlsFault {
    let was_asked = shown.was_asked.load(Ordering::Relaxed);
    let about_ours = if shown.own.is_some() {
        TlsFault::ClientCertificateRefused
    } else {
        TlsFault::ClientCertificateWanted
    };
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(rustls::Error::InvalidCertificate(fault)) => of_certificate(fault),
        Some(rustls::Error::InvalidMessage(_)) => TlsFault::NotTls,
        Some(rustls::Error::AlertReceived(alert)) if was_asked && is_about_ours(*alert) => {
            about_ours
        }
        // Some servers hang up instead of saying so.
        None if was_asked && !is_timeout(&error) => about_ours,
        None if is_timeout(&error) => TlsFault::Timeout,
        _ => TlsFault::Other(error),
    }
}

fn is_about_ours(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::HandshakeFailure
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
    )
}

fn of_certificate(fault: &CertificateError) -> TlsFault {
    match fault {
        CertificateError::UnknownIssuer => TlsFault::UnknownAuthority,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFault::NotYetValid
        }
        CertificateError::NotValidForName => TlsFault::OtherName {
            names: "another name".to_owned(),
        },
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<&str> = presented.iter().map(|name| plain(name)).collect();
            TlsFault::OtherName {
                names: match names.as_slice() {
                    [] => "no name at all".to_owned(),
                    few if few.len() <= NAMES_MAX => few.join(", "),
                    many => format!("{} and others", many[..NAMES_MAX].join(", ")),
                },
            }
        }
        other => TlsFault::Certificate(rustls::Error::InvalidCertificate(other.clone())),
    }
}

/// `DnsName("localhost")` → `localhost`: the library names them in its own way.
fn plain(name: &str) -> &str {
    let inner = name.split_once('(').map_or(name, |(_, inner)| inner);
    inner.trim_matches(['"', ')', '('])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fault: CertificateError, expected: &str) {
        assert_eq!(of_certificate(&fault).to_string(), expected);
    }

    #[test]
    fn faults_of_a_certificate_are_told_apart() {
        check(
            CertificateError::UnknownIssuer,
            "nothing that is trusted here has signed its certificate",
        );
        check(CertificateError::Expired, "its certificate has expired");
        check(
            CertificateError::NotValidForName,
            "its certificate is for another name",
        );
        check(
            CertificateError::BadSignature,
            "its certificate cannot be used",
        );
        let presented = |names: &[&str]| CertificateError::NotValidForNameContext {
            expected: ServerName::try_from("a.example").unwrap(),
            presented: names
                .iter()
                .map(|name| format!("DnsName(\"{name}\")"))
                .collect(),
        };
        check(
            presented(&["b.example"]),
            "its certificate is for b.example",
        );
        check(presented(&[]), "its certificate is for no name at all");
        check(
            presented(&["b", "c", "d", "e"]),
            "its certificate is for b, c, d and others",
        );
    }

    #[test]
    fn an_alert_is_about_our_certificate_only_when_one_was_asked_for() {
        let alert = || {
            let alert = rustls::Error::AlertReceived(AlertDescription::HandshakeFailure);
            io::Error::other(alert)
        };
        let shown = Shown {
            own: None,
            was_asked: AtomicBool::new(false),
        };
        assert!(matches!(of_io(alert(), &shown), TlsFault::Other(_)));
        shown.resolve(&[], &[]);
        assert!(matches!(
            of_io(alert(), &shown),
            TlsFault::ClientCertificateWanted
        ));
    }
}
