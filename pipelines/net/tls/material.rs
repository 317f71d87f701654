//! Certificates and keys, from files or from the configuration itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{Error as PemError, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::error::TlsError;
use super::validity::Validity;
use crate::component::Problems;
use crate::config::Secret;
use crate::renewal::{CertificateStatus, Contents};

/// Where PEM text comes from: a file, or the configuration itself. At most one is set in a valid configuration.
#[derive(Clone)]
pub(super) struct Source {
    /// The key of the file.
    key: &'static str,
    file: Option<PathBuf>,
    pem: Option<Secret>,
}

/// Own certificate chain, its key, and how long it is valid.
pub(super) type Identity = (Arc<CertifiedKey>, Option<CertificateStatus>);

/// Trusted authorities, and how long they are valid.
pub(super) type Authorities = (Arc<RootCertStore>, Option<CertificateStatus>);

/// Reports a certificate without key, a key without certificate, and both forms at once.
pub(super) fn validate(cert: &Source, key: &Source, ca: &Source, problems: &mut Problems) {
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

/// Own certificate and key; `None` if none is configured.
///
/// # Errors
/// If a file cannot be read or holds no certificate or key in PEM, or they do not belong together.
pub(super) fn identity(
    cert: &Source,
    key: &Source,
    contents: &Contents,
    provider: &CryptoProvider,
) -> Result<Option<Identity>, TlsError> {
    let Some(pem) = cert.read(contents)? else { return Ok(None) };
    let chain = certificates(cert, pem)?;
    let status = chain.first().and_then(|own| Some(cert.status(Validity::of(own)?)));
    let pem = key.read(contents)?.unwrap_or_default();
    let key = PrivateKeyDer::from_pem_slice(pem).map_err(|error| {
        let what = match error {
            PemError::NoItemsFound => {
                "has no private key in PEM (PKCS#8, PKCS#1 or SEC1; encrypted keys are not supported)".to_owned()
            }
            error => format!("is not PEM: {error}"),
        };
        TlsError::Content { place: key.place(), what }
    })?;
    let key = CertifiedKey::from_der(chain, key, provider)
        .map_err(|error| TlsError::Settings(format!("certificate and private key cannot be used together: {error}")))?;
    Ok(Some((Arc::new(key), status)))
}

/// The authorities of `source`; `None` if none is configured. With `system`, those of this machine are among them.
///
/// # Errors
/// If the file cannot be read, or holds no usable certificate in PEM.
pub(super) fn authorities(source: &Source, contents: &Contents, system: bool) -> Result<Option<Authorities>, TlsError> {
    let mut store = RootCertStore::empty();
    let mut status: Option<CertificateStatus> = None;
    if let Some(pem) = source.read(contents)? {
        for certificate in certificates(source, pem)? {
            if let Some(validity) = Validity::of(&certificate) {
                let this = source.status(validity);
                // While authorities change, the file holds old and new ones; it is of use until the last one expires.
                status = Some(match status {
                    Some(last) if last.not_after >= this.not_after => {
                        CertificateStatus { not_before: last.not_before.min(this.not_before), ..last }
                    }
                    Some(last) => CertificateStatus { not_before: last.not_before.min(this.not_before), ..this },
                    None => this,
                });
            }
            let added = store.add(certificate);
            added.map_err(|error| TlsError::Content {
                place: source.place(),
                what: format!("holds a certificate that cannot be used as an authority: {error}"),
            })?;
        }
    } else if !system {
        return Ok(None);
    }
    if system {
        add_system_authorities(&mut store)?;
    }
    Ok(Some((Arc::new(store), status)))
}

// === impl Source ===

impl Source {
    /// Text of a configuration key, or a file.
    pub(super) fn new(key: &'static str, file: Option<&Path>, pem: Option<&Secret>) -> Self {
        Self { key, file: file.map(Path::to_owned), pem: pem.cloned() }
    }

    pub(super) fn is_set(&self) -> bool {
        self.file.is_some() || self.pem.is_some()
    }

    pub(super) fn file(&self) -> Option<PathBuf> {
        self.file.clone()
    }

    fn place(&self) -> String {
        match &self.file {
            Some(file) => format!("{} `{}`", self.key, file.display()),
            None => self.pem_key(),
        }
    }

    fn pem_key(&self) -> String {
        self.key.replace("_file", "_pem")
    }

    fn read<'a>(&'a self, contents: &'a Contents) -> Result<Option<&'a [u8]>, TlsError> {
        match (&self.file, &self.pem) {
            (Some(path), _) => match contents.file(path) {
                Ok(pem) => Ok(Some(pem)),
                Err(error) => Err(TlsError::Unreadable { key: self.key, path: path.clone(), error }),
            },
            (None, Some(pem)) => Ok(Some(pem.reveal().as_bytes())),
            (None, None) => Ok(None),
        }
    }

    fn status(&self, validity: Validity) -> CertificateStatus {
        let Validity { not_before, not_after, last_day } = validity;
        let key = if self.file.is_some() { self.key.to_owned() } else { self.pem_key() };
        CertificateStatus { key, file: self.file.clone(), not_before, not_after, last_day }
    }
}

/// Adds the authorities this machine trusts.
fn add_system_authorities(store: &mut RootCertStore) -> Result<(), TlsError> {
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

fn certificates(source: &Source, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
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
