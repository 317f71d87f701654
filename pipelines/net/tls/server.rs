//! TLS of what listens.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use schemars::JsonSchema;
use serde::Deserialize;

use super::error::TlsError;
use super::material::{self, Source};
use super::suites;
use super::version::{self, Version};
use crate::component::{Check, Finding, Problems};
use crate::config::{Duration, Secret};

/// TLS of a server. Its presence turns TLS on.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServerTls {
    /// File with the server's certificate chain in PEM, its own certificate first.
    pub cert_file: Option<PathBuf>,
    /// The certificate chain itself, instead of `cert_file`.
    pub cert_pem: Option<Secret>,
    /// File with the private key of the certificate in PEM.
    pub key_file: Option<PathBuf>,
    /// The private key itself, instead of `key_file`.
    pub key_pem: Option<Secret>,
    /// File with the authorities of client certificates in PEM. When set, every client must show one (mutual TLS).
    pub client_ca_file: Option<PathBuf>,
    /// Whether `client_ca_file` is read again when it changes. Not built yet. Default `false`.
    pub client_ca_file_reload: bool,
    /// Authorities that clients use to verify servers. A server has no use for it.
    pub ca_file: Option<PathBuf>,
    /// The authorities themselves, instead of `ca_file`. A server has no use for it.
    pub ca_pem: Option<Secret>,
    /// Whether the authorities of this machine are trusted, too. A server has no use for it. Default `false`.
    pub include_system_ca_certs_pool: bool,
    /// Lowest version: `1.2` or `1.3`. Default `1.2`.
    pub min_version: Version,
    /// Highest version: `1.2` or `1.3`. Default: the highest there is.
    pub max_version: Version,
    /// Cipher suites of TLS 1.2 to use. Default: all that are safe. Those of TLS 1.3 are always on.
    pub cipher_suites: Vec<String>,
    /// Curves of the key exchange in order of preference: `X25519`, `P256`, `P384`. Default: all, in this order.
    pub curve_preferences: Vec<String>,
    /// How often the certificate and key are read again. Not built yet: they are read at the start. Default: never.
    pub reload_interval: Option<Duration>,
}

// === impl ServerTls ===

impl ServerTls {
    /// Reports what cannot work; paths are relative to the `tls` section.
    pub fn validate(&self, problems: &mut Problems) {
        material::validate(self.cert(), self.key(), self.authorities(), problems);
        version::validate(self.min_version, self.max_version, problems);
        suites::validate(&self.cipher_suites, &self.curve_preferences, problems);
        let has_certificate = self.cert_file.is_some() || self.cert_pem.is_some();
        if !has_certificate && self.key_file.is_none() && self.key_pem.is_none() {
            problems
                .error("", "a server needs a certificate for TLS")
                .help("set cert_file and key_file, or remove tls to listen without encryption");
        }
        if self.ca_file.is_some() || self.ca_pem.is_some() || self.include_system_ca_certs_pool {
            let key = match (&self.ca_file, &self.ca_pem) {
                (Some(_), _) => "ca_file",
                (_, Some(_)) => "ca_pem",
                _ => "include_system_ca_certs_pool",
            };
            problems
                .warning(key, "has no effect on a server")
                .help("client certificates are asked for and verified with client_ca_file");
        }
        if self.reload_interval.is_some() {
            problems.warning("reload_interval", "certificates are read at the start only; restart to renew them");
        }
        if self.client_ca_file_reload {
            problems.warning("client_ca_file_reload", "client_ca_file is read at the start only; restart to renew it");
        }
    }

    /// Reads the files and makes what a TLS acceptor needs; `alpn` names the protocols in order of preference.
    ///
    /// # Errors
    /// If a file cannot be read or used, or certificate and key do not belong together.
    pub fn settings(&self, alpn: &[&[u8]]) -> Result<Arc<ServerConfig>, TlsError> {
        let settings = |error: rustls::Error| TlsError::Settings(format!("tls cannot be set up: {error}"));
        let provider = suites::provider(&self.cipher_suites, &self.curve_preferences);
        let versions = version::between(self.min_version, self.max_version);
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions).map_err(settings)?;
        let identity = material::identity(self.cert(), self.key())?
            .ok_or_else(|| TlsError::Settings("tls has no cert_file".to_owned()))?;
        let mut authorities = RootCertStore::empty();
        let clients = Source::new("client_ca_file", self.client_ca_file.as_deref(), None);
        let builder = if material::add_authorities(clients, &mut authorities)? {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), provider)
                .build()
                .map_err(|error| TlsError::Settings(format!("client_ca_file cannot be used: {error}")))?;
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(identity.chain, identity.key).map_err(|error| {
            TlsError::Settings(format!("certificate and private key cannot be used together: {error}"))
        })?;
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(Arc::new(config))
    }

    /// Reads the files and says whether they can be used.
    #[must_use]
    pub fn check(&self) -> Finding {
        match self.settings(&[]) {
            Ok(_) => Finding::new(Check::Passed, "the certificate and its private key can be read and belong together"),
            Err(error) if error.is_denied() => Finding::new(Check::Denied, error.to_string()),
            Err(error) => Finding::new(Check::Failed, error.to_string()),
        }
    }

    fn cert(&self) -> Source<'_> {
        Source::new("cert_file", self.cert_file.as_deref(), self.cert_pem.as_ref())
    }

    fn key(&self) -> Source<'_> {
        Source::new("key_file", self.key_file.as_deref(), self.key_pem.as_ref())
    }

    fn authorities(&self) -> Source<'_> {
        Source::new("ca_file", self.ca_file.as_deref(), self.ca_pem.as_ref())
    }
}
