//! Where the server is, and how far the line to it is trusted.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::StoreError;

/// What a `postgres://` address says.
pub(crate) struct Target {
    pub(crate) config: tokio_postgres::Config,
    trust: Trust,
}

/// As libpq's `sslmode`. `verify-ca` is treated as `verify-full`.
#[derive(Debug, PartialEq, Eq)]
enum Trust {
    /// `disable`, and nothing said.
    Plain,
    /// `prefer` and `require`: encrypted, whoever answers.
    Anyone,
    /// `verify-full`: the certificate must be good for the host, by the system's roots or those of `sslrootcert`.
    Verified { roots: Option<String> },
}

impl Target {
    /// Reads an address. `sslmode` is `disable` (the default), `prefer`, `require`, `verify-ca` or `verify-full`.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut roots, mut others) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", path)) => roots = Some(path.to_owned()),
                _ => others.push(pair),
            }
        }
        let rest = format!("{address}?{}", others.join("&"));
        let mut config: tokio_postgres::Config = rest.trim_end_matches('?').parse().map_err(|_| {
            StoreError::fault("the database's address is not of the form postgres://user:password@host/name")
        })?;
        let (ssl, trust) = match mode {
            None | Some("disable") => (SslMode::Disable, Trust::Plain),
            Some("prefer") => (SslMode::Prefer, Trust::Anyone),
            Some("require") => (SslMode::Require, Trust::Anyone),
            Some("verify-ca" | "verify-full") => (SslMode::Require, Trust::Verified { roots }),
            Some(other) => {
                let allowed = "disable, prefer, require, verify-ca or verify-full";
                return Err(StoreError::fault(format!("sslmode is `{other}`, it may be {allowed}")));
            }
        };
        config.ssl_mode(ssl).application_name("tidings");
        Ok(Self { config, trust })
    }
}

/// The TLS to use, if any.
pub(crate) fn connector(target: &Target) -> Result<Option<MakeRustlsConnect>, StoreError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(StoreError::fault)?;
    let config = match &target.trust {
        Trust::Plain => return Ok(None),
        Trust::Anyone => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Anyone(provider))).with_no_client_auth()
        }
        Trust::Verified { roots } => builder.with_root_certificates(trusted(roots.as_deref())?).with_no_client_auth(),
    };
    Ok(Some(MakeRustlsConnect::new(config)))
}

fn trusted(file: Option<&str>) -> Result<RootCertStore, StoreError> {
    let mut store = RootCertStore::empty();
    if let Some(file) = file {
        for certificate in CertificateDer::pem_file_iter(file).map_err(StoreError::fault)? {
            store.add(certificate.map_err(StoreError::fault)?).map_err(StoreError::fault)?;
        }
    } else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() {
        return Err(StoreError::fault("no root certificate was found: name a file with sslrootcert=…"));
    }
    Ok(store)
}

/// Believes any certificate, as `sslmode=require` promises, but still checks that the server holds its key.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sslmode_says_how_far_the_line_is_trusted() {
        let trust = |url: &str| Target::parse(url).map(|target| (target.config.get_ssl_mode(), target.trust)).unwrap();
        assert_eq!(trust("postgres://a@h/d"), (SslMode::Disable, Trust::Plain));
        assert_eq!(trust("postgres://a@h/d?sslmode=require"), (SslMode::Require, Trust::Anyone));
        assert_eq!(
            trust("postgres://a@h/d?connect_timeout=3&sslmode=verify-full&sslrootcert=/ca.pem"),
            (SslMode::Require, Trust::Verified { roots: Some("/ca.pem".into()) })
        );
        assert!(Target::parse("postgres://a@h/d?sslmode=maybe").is_err());
    }

    #[test]
    fn a_bad_address_does_not_show_its_password() {
        let error = Target::parse("postgres://ann:secret@h:port/d").err().map(|error| format!("{error:?}"));
        assert!(!error.unwrap().contains("secret"));
    }
}
