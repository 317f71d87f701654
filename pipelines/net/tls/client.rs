//! TLS of what connects.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::ServerName;
use schemars::JsonSchema;
use serde::Deserialize;

use super::error::TlsError;
use super::material::{self, Source};
use super::renewing::{self, Material, Renewing, Sources};
use super::version::{self, Version};
use super::{suites, verifier};
use crate::component::Problems;
use crate::config::{Duration, Secret};

/// TLS of a client. Without any key the server must show a certificate that this machine trusts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientTls {
    /// Whether to connect without encryption. Default `false`.
    pub insecure: bool,
    /// Whether to accept any certificate, which protects from listeners only, not from impostors. Default `false`.
    pub insecure_skip_verify: bool,
    /// The name the server's certificate must carry. Default: the host of the endpoint.
    pub server_name_override: Option<String>,
    /// File with the authorities that servers' certificates must come from, in PEM. Default: those of this machine.
    pub ca_file: Option<PathBuf>,
    /// The authorities themselves, instead of `ca_file`.
    pub ca_pem: Option<Secret>,
    /// Whether the authorities of this machine are trusted beside `ca_file`. Default `false`.
    pub include_system_ca_certs_pool: bool,
    /// File with the client's certificate chain in PEM, for servers that ask for one (mutual TLS).
    pub cert_file: Option<PathBuf>,
    /// The certificate chain itself, instead of `cert_file`.
    pub cert_pem: Option<Secret>,
    /// File with the private key of the certificate in PEM.
    pub key_file: Option<PathBuf>,
    /// The private key itself, instead of `key_file`.
    pub key_pem: Option<Secret>,
    /// Lowest version: `1.2` or `1.3`. Default `1.2`.
    pub min_version: Version,
    /// Highest version: `1.2` or `1.3`. Default: the highest there is.
    pub max_version: Version,
    /// Cipher suites of TLS 1.2 to use. Default: all that are safe. Those of TLS 1.3 are always on.
    pub cipher_suites: Vec<String>,
    /// Curves of the key exchange in order of preference: `X25519`, `P256`, `P384`. Default: all, in this order.
    pub curve_preferences: Vec<String>,
    /// How often authorities, certificate and key are looked at; changed ones are used for new connections. 0s for
    /// never again. Default: twice a second.
    pub reload_interval: Option<Duration>,
}

// === impl ClientTls ===

impl ClientTls {
    /// Reports what cannot work; paths are relative to the `tls` section.
    pub fn validate(&self, problems: &mut Problems) {
        material::validate(&self.cert(), &self.key(), &self.authorities(), problems);
        version::validate(self.min_version, self.max_version, problems);
        suites::validate(&self.cipher_suites, &self.curve_preferences, problems);
        if let Some(name) = &self.server_name_override
            && ServerName::try_from(name.as_str()).is_err()
        {
            problems.error("server_name_override", format!("`{name}` is neither a DNS name nor an IP address"));
        }
        if self.insecure_skip_verify && !self.insecure {
            problems
                .warning("insecure_skip_verify", "any server is trusted, an impostor's too")
                .help("set ca_file instead");
        }
    }

    /// What shakes hands with servers and follows its files once it is added to the engine's
    /// [`Renewals`](crate::renewal::Renewals). `alpn` names the protocols in order of preference; `owner` is whose it
    /// is, for the log: `exporter otlp`. Reads nothing yet.
    ///
    /// `insecure` is for the caller to look at: it says whether to use TLS at all.
    #[must_use]
    pub fn renewing(&self, owner: impl Into<String>, alpn: &[&[u8]]) -> Renewing<ClientConfig> {
        let provider = suites::provider(&self.cipher_suites, &self.curve_preferences);
        let (authorities, period) = (self.authorities(), renewing::period(self.reload_interval));
        let sources = Sources {
            cert: self.cert(),
            key: self.key(),
            system: !self.insecure_skip_verify && (self.include_system_ca_certs_pool || !authorities.is_set()),
            authorities,
            provider: provider.clone(),
            identity_period: period,
            authorities_period: period,
        };
        let versions = version::between(self.min_version, self.max_version);
        let alpn: Vec<_> = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        let skip_verify = self.insecure_skip_verify;
        Renewing::new(owner.into(), sources, move |material| {
            let mut config = config(provider.clone(), versions, skip_verify, material)?;
            config.alpn_protocols.clone_from(&alpn);
            Ok(config)
        })
    }

    /// Reads the files and makes what a TLS connector needs; `alpn` names the protocols in order of preference.
    ///
    /// # Errors
    /// If a file cannot be read or used, or certificate and key do not belong together.
    pub fn settings(&self, alpn: &[&[u8]]) -> Result<Arc<ClientConfig>, TlsError> {
        self.renewing("", alpn).current()
    }

    /// The name the server's certificate must carry: `server_name_override` or `host`, a DNS name or an IP address
    /// without brackets.
    ///
    /// # Errors
    /// If it is neither a DNS name nor an IP address.
    pub fn server_name(&self, host: &str) -> Result<ServerName<'static>, TlsError> {
        let name = self.server_name_override.as_deref().unwrap_or(host);
        let parsed = ServerName::try_from(name.to_owned());
        parsed.map_err(|_| {
            TlsError::Settings(format!("the server's name `{name}` is neither a DNS name nor an IP address"))
        })
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
    skip_verify: bool,
    material: &Material,
) -> Result<ClientConfig, TlsError> {
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .map_err(|error| TlsError::Settings(format!("tls cannot be set up: {error}")))?;
    let builder = match &material.authorities {
        _ if skip_verify => builder.dangerous().with_custom_certificate_verifier(verifier::accept_any(provider)),
        Some((authorities, _)) => builder.with_root_certificates(authorities.clone()),
        None => builder.with_root_certificates(RootCertStore::empty()),
    };
    Ok(match &material.identity {
        Some((identity, _)) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity.clone()))),
        None => builder.with_no_client_auth(),
    })
}
