//! Certificates and keys, from files or from the configuration itself.

use std::path::Path;

use rustls::RootCertStore;
use rustls_pki_types::pem::{Error as PemError, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::error::TlsError;
use crate::component::Problems;
use crate::config::Secret;

/// Where PEM text comes from: a file, or the configuration itself. At most one is set in a valid configuration.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// The key of the file.
    pub(super) key: &'static str,
    /// The file.
    pub(super) file: Option<&'a Path>,
    /// The text.
    pub(super) pem: Option<&'a str>,
}

/// Own certificate chain and its key.
pub(super) struct Identity {
    /// The certificates, own one first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// The private key.
    pub(super) key: PrivateKeyDer<'static>,
}

/// Reports a certificate without key, a key without certificate, and both forms at once.
pub(super) fn validate(cert: Source<'_>, key: Source<'_>, ca: Source<'_>, problems: &mut Problems) {
    for source in [cert, key, ca] {
        if source.file.is_some() && source.pem.is_some() {
            let pem = source.key.replace("_file", "_pem");
            problems.error(pem.as_str(), format!("is set beside `{}`; only one of them can be used", source.key));
        }
    }
    match (cert.is_set(), key.is_set()) {
        (true, false) => {
            problems.error("cert_file", "a certificate needs its private key").help("set key_file or key_pem")
        }
        (false, true) => {
            problems.error("key_file", "a private key needs its certificate").help("set cert_file or cert_pem")
        }
        _ => return,
    };
}

/// Reads own certificate and key; `None` if none is configured.
///
/// # Errors
/// If a file cannot be read, or holds no certificate or key in PEM.
pub(super) fn identity(cert: Source<'_>, key: Source<'_>) -> Result<Option<Identity>, TlsError> {
    let Some(pem) = cert.read()? else { return Ok(None) };
    let chain = certificates(cert, &pem)?;
    let pem = key.read()?.unwrap_or_default();
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| {
        let what = match error {
            PemError::NoItemsFound => {
                "has no private key in PEM (PKCS#8, PKCS#1 or SEC1; encrypted keys are not supported)".to_owned()
            }
            error => format!("is not PEM: {error}"),
        };
        TlsError::Content { place: key.place(), what }
    })?;
    Ok(Some(Identity { chain, key }))
}

/// Reads certificate authorities into `store`; false if none is configured.
///
/// # Errors
/// If the file cannot be read, or holds no usable certificate in PEM.
pub(super) fn add_authorities(source: Source<'_>, store: &mut RootCertStore) -> Result<bool, TlsError> {
    let Some(pem) = source.read()? else { return Ok(false) };
    for certificate in certificates(source, &pem)? {
        let added = store.add(certificate);
        added.map_err(|error| TlsError::Content {
            place: source.place(),
            what: format!("holds a certificate that cannot be used as an authority: {error}"),
        })?;
    }
    Ok(true)
}

/// Adds the authorities this machine trusts.
///
/// # Errors
/// If it has none.
pub(super) fn add_system_authorities(store: &mut RootCertStore) -> Result<(), TlsError> {
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = store.add_parsable_certificates(found.certs);
    if added == 0 {
        let why = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(TlsError::Settings(format!(
            "this machine trusts no certificate authority{why}; set ca_file, or install the system's CA certificates"
        )));
    }
    Ok(())
}

// === impl Source ===

impl<'a> Source<'a> {
    /// Text of a configuration key, or a file.
    pub(super) fn new(key: &'static str, file: Option<&'a Path>, pem: Option<&'a Secret>) -> Self {
        Self { key, file, pem: pem.map(Secret::reveal) }
    }

    fn is_set(&self) -> bool {
        self.file.is_some() || self.pem.is_some()
    }

    fn place(&self) -> String {
        match self.file {
            Some(file) => format!("{} `{}`", self.key, file.display()),
            None => self.key.replace("_file", "_pem"),
        }
    }

    fn read(&self) -> Result<Option<Vec<u8>>, TlsError> {
        match (self.file, self.pem) {
            (Some(path), _) => match std::fs::read(path) {
                Ok(pem) => Ok(Some(pem)),
                Err(error) => Err(TlsError::Unreadable { key: self.key, path: path.to_owned(), error }),
            },
            (None, Some(pem)) => Ok(Some(pem.as_bytes().to_vec())),
            (None, None) => Ok(None),
        }
    }
}

fn certificates(source: Source<'_>, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let content = |what: String| TlsError::Content { place: source.place(), what };
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if all.is_empty() => {
            Err(content("has no certificate in PEM (`-----BEGIN CERTIFICATE-----`)".to_owned()))
        }
        Ok(all) => Ok(all),
        Err(error) => Err(content(format!("is not PEM: {error}"))),
    }
}
