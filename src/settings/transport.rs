//! What lies between us and the server: TLS files and proxies. Only names of files and URLs; nothing is opened.

use std::path::PathBuf;

use crate::cli::send::DestinationArgs;
use crate::settings::env::{
    ALL_PROXY, CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY, EnvReader, EnvVars, HTTP_PROXY,
    HTTPS_PROXY, NO_PROXY,
};
use crate::settings::{ProxySettings, SettingsError, Sourced, TlsFiles};

/// Certificate and key make sense together only; they may come from different places.
pub(super) fn tls_files(
    args: &DestinationArgs,
    reader: &EnvReader<'_>,
) -> Result<TlsFiles, SettingsError> {
    let file = |flag: &Option<PathBuf>, flag_name, variables: &[&'static str]| {
        let flag = flag.clone();
        flag.map(|path| Sourced::new(path, reader.flag(flag_name)))
            .or_else(|| {
                let found = reader.vars.first(variables)?;
                Some(Sourced::new(PathBuf::from(found.value), found.origin))
            })
    };
    let ca_cert = file(&args.ca_cert, "--ca-cert", &CERTIFICATE);
    let client_cert = file(&args.client_cert, "--client-cert", &CLIENT_CERTIFICATE);
    let client_key = file(&args.client_key, "--client-key", &CLIENT_KEY);
    match (&client_cert, &client_key) {
        (Some(given), None) => Err(SettingsError::Needs {
            given: given.origin,
            needed: "--client-key",
        }),
        (None, Some(given)) => Err(SettingsError::Needs {
            given: given.origin,
            needed: "--client-cert",
        }),
        _ => Ok(TlsFiles {
            ca_cert: ca_cert.map(|file| file.value),
            client_cert: client_cert.map(|file| file.value),
            client_key: client_key.map(|file| file.value),
        }),
    }
}

/// The variables that other programs read too.
pub(super) fn proxies(env: &EnvVars) -> ProxySettings {
    let read = |names: &[&'static str]| env.first(names).map(|found| found.value.to_owned());
    ProxySettings {
        http: read(&[HTTP_PROXY]),
        https: read(&HTTPS_PROXY),
        all: read(&ALL_PROXY),
        no_proxy: read(&NO_PROXY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::send_args;

    fn resolved(flags: &[&str], env: &[(&str, &str)]) -> Result<TlsFiles, SettingsError> {
        let args = send_args(&flags.join(" "));
        let env = EnvVars::new(env.iter().copied());
        tls_files(&args.destination, &EnvReader::new(&env))
    }

    #[test]
    fn a_client_certificate_and_its_key_need_each_other() {
        let error = |flags, env| resolved(flags, env).unwrap_err().to_string();
        assert_eq!(
            error(&["--client-cert", "c"], &[]),
            "--client-cert needs --client-key"
        );
        assert_eq!(
            error(&[], &[(CLIENT_KEY[0], "k")]),
            "OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY needs --client-cert"
        );
        let env = [(CLIENT_KEY[1], "k"), (CERTIFICATE[1], "ca")];
        let found = resolved(&["--client-cert", "c"], &env).unwrap();
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(found.ca_cert, path("ca"));
        assert_eq!(found.client_cert, path("c"));
        assert_eq!(found.client_key, path("k"));
    }

    #[test]
    fn the_upper_case_http_proxy_is_not_read() {
        let env = [
            ("HTTP_PROXY", "http://evil"),
            ("HTTPS_PROXY", "http://p"),
            ("no_proxy", "c"),
        ];
        let found = proxies(&EnvVars::new(env));
        assert_eq!(found.http, None);
        assert_eq!(found.https.as_deref(), Some("http://p"));
        assert_eq!(found.no_proxy.as_deref(), Some("c"));
    }
}
