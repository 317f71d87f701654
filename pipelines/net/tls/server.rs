//! TLS of what listens.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::{ServerConfig, SupportedProtocolVersion};
use schemars::JsonSchema;
use serde::Deserialize;

use super::error::TlsError;
use super::material::{self, Source};
use super::renewing::{self, Material, Renewing, Sources};
use super::suites;
use super::version::{self, Version};
use crate::component::{Finding, Problems};
use crate::config::{self, Secret};

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
    /// Whether `client_ca_file` is read again when it changes. Default `true`.
    pub client_ca_file_reload: Option<bool>,
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
    /// How often certificate and key are looked at; changed ones are used for new connections. 0s for never again.
    /// Default: twice a second.
    pub reload_interval: Option<config::Duration>,
}

// === impl ServerTls ===

impl ServerTls {
    /// Reports what cannot work; paths are relative to the `tls` section.
    pub fn validate(&self, problems: &mut Problems) {
        material::validate(&self.cert(), &self.key(), &self.authorities(), problems);
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
    }

    /// What shakes hands with clients and follows its files once it is added to the engine's
    /// [`Renewals`](crate::renewal::Renewals). `alpn` names the protocols in order of preference; `owner` is whose it
    /// is, for the log: `receiver otlp (grpc)`. Reads nothing yet.
    #[must_use]
    pub fn renewing(&self, owner: impl Into<String>, alpn: &[&[u8]]) -> Renewing<ServerConfig> {
        let provider = suites::provider(&self.cipher_suites, &self.curve_preferences);
        let sources = Sources {
            cert: self.cert(),
            key: self.key(),
            authorities: Source::new("client_ca_file", self.client_ca_file.as_deref(), None),
            system: false,
            provider: provider.clone(),
            identity_period: renewing::period(self.reload_interval),
            authorities_period: self.client_ca_file_reload.unwrap_or(true).then_some(Duration::ZERO),
        };
        let versions = version::between(self.min_version, self.max_version);
        let alpn: Vec<_> = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        Renewing::new(owner.into(), sources, move |material| {
            let mut config = config(provider.clone(), versions, material)?;
            config.alpn_protocols.clone_from(&alpn);
            Ok(config)
        })
    }

    /// Reads the files and makes what a TLS acceptor needs; `alpn` names the protocols in order of preference.
    ///
    /// # Errors
    /// If a file cannot be read or used, or certificate and key do not belong together.
    pub fn settings(&self, alpn: &[&[u8]]) -> Result<Arc<ServerConfig>, TlsError> {
        self.renewing("", alpn).current()
    }

    /// Reads the files and says whether they can be used and for how long.
    #[must_use]
    pub fn check(&self) -> Vec<Finding> {
        self.renewing("", &[]).check("the certificate and its private key can be read and belong together")
    }

    fn cert(&self) -> Source {
        Source::new("cert_file", self.cert_file.as_deref(), self.cert_pem.as_ref())
    }

    fn key(&self) -> Source {
        Source::new("key_file", self.key_file.as_deref(), self.key_pem.as_ref())
    }

    fn authorities(&self) -> Source {
        Source::new("ca_file", self.ca_file.as_deref(), self.ca_pem.as_ref())
    }
}

fn config(
    provider: Arc<CryptoProvider>,
    versions: &[&'static SupportedProtocolVersion],
    material: &Material,
) -> Result<ServerConfig, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .map_err(|error| TlsError::Settings(format!("tls cannot be set up: {error}")))?;
    let (identity, _) =
        material.identity.clone().ok_or_else(|| TlsError::Settings("tls has no cert_file".to_owned()))?;
    let builder = match &material.authorities {
        Some((authorities, _)) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(authorities.clone(), provider).build();
            let verifier =
                verifier.map_err(|error| TlsError::Settings(format!("client_ca_file cannot be used: {error}")))?;
            builder.with_client_cert_verifier(verifier)
        }
        None => builder.with_no_client_auth(),
    };
    Ok(builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(identity))))
}
