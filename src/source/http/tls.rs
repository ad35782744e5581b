//! TLS: which authorities to trust, and which certificate to present.

use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::HttpOptions;
use crate::error::{Error, Result};
use crate::source::file::small;

/// TLS settings for servers.
pub(super) struct Trust {
    /// With their certificates checked.
    pub(super) checked: TlsConfig,
    /// With any certificate.
    pub(super) unchecked: TlsConfig,
}

/// The trusted authorities are those compiled in (Mozilla's): the binary then works on a machine or in a container without
/// a certificate store. A `tls_ca` replaces them, as in pprof, and is how to trust a private authority.
pub(super) fn trust(options: &HttpOptions) -> Result<Trust> {
    let roots = match &options.tls_ca {
        Some(path) => RootCerts::new_with_certs(&certificates(path, &small(path)?)?),
        None => RootCerts::WebPki,
    };
    let own = match (&options.tls_cert, &options.tls_key) {
        (Some(cert), Some(key)) => Some(client_cert(cert, key)?),
        (None, None) => None,
        _ => {
            return Err(Error::Usage(
                "--tls_cert and --tls_key need each other: give both".into(),
            ));
        }
    };
    let config = || TlsConfig::builder().root_certs(roots.clone()).client_cert(own.clone());
    Ok(Trust {
        checked: config().build(),
        unchecked: config().disable_verification(true).build(),
    })
}

fn client_cert(cert: &Path, key: &Path) -> Result<ClientCert> {
    let (cert_pem, key_pem) = (small(cert)?, small(key)?);
    let chain = certificates(cert, &cert_pem)?;
    let unusable = |path: &Path, why: String| Error::Usage(format!("{}: {why}", path.display()));
    let private = PrivateKey::from_pem(&key_pem);
    let private = private.map_err(|_| unusable(key, "no unencrypted private key in PEM form here".into()))?;
    // The client panics on a key that does not match, so that is checked first.
    let ders = chain
        .iter()
        .map(|cert| CertificateDer::from(cert.der().to_vec()))
        .collect();
    let fits = PrivateKeyDer::from_pem_slice(&key_pem)
        .map_err(|error| error.to_string())
        .and_then(|private| {
            let provider = rustls::crypto::ring::default_provider();
            rustls::sign::CertifiedKey::from_der(ders, private, &provider).map_err(|error| error.to_string())
        });
    fits.map_err(|error| unusable(key, format!("does not fit {} ({error})", cert.display())))?;
    Ok(ClientCert::new_with_certs(&chain, private))
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<Certificate<'static>>> {
    let items = parse_pem(pem).flatten();
    let certificates: Vec<_> = items
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Error::Usage(format!(
            "{}: no certificate in PEM form here",
            path.display()
        )));
    }
    Ok(certificates)
}
