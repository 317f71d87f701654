//! [`Tls`]: the encryption of all connections of an exporter, which follows its files.

use std::sync::Arc;

use pipelines::component::Finding;
use pipelines::net::tls::{ClientTls, Renewing, TlsError};
use pipelines::renewal::Renewals;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::endpoint::{Endpoint, Place, Scheme};
use super::failure::{Failed, Stage};

/// The encryption of all connections of an exporter. Connections made after a file has changed use what it holds then.
#[derive(Debug)]
pub(crate) struct Tls {
    config: ClientTls,
    settings: Arc<Renewing<ClientConfig>>,
}

/// Whether connections to the endpoint are encrypted: `https` asks for it, `http` and a Unix socket for none;
/// otherwise they are unless `tls.insecure` is set.
pub(crate) fn is_encrypted(endpoint: &Endpoint, tls: &ClientTls) -> bool {
    match (&endpoint.place, endpoint.scheme) {
        (Place::Unix(_), _) | (_, Some(Scheme::Plain)) => false,
        (_, Some(Scheme::Tls)) => true,
        (_, None) => !tls.insecure,
    }
}

// === impl Tls ===

impl Tls {
    /// Nothing is read yet; `owner` is whose it is, for the log: `exporter otlp`.
    pub(crate) fn new(config: &ClientTls, owner: &str) -> Arc<Self> {
        Arc::new(Self { config: config.clone(), settings: Arc::new(config.renewing(owner, &[])) })
    }

    /// Follows the files from now on.
    pub(crate) fn follow(&self, renewals: &Renewals) {
        renewals.add(&self.settings);
    }

    /// What the configuration says.
    pub(super) fn config(&self) -> &ClientTls {
        &self.config
    }

    /// What shakes hands, and the name the server's certificate must carry.
    ///
    /// # Errors
    /// [`Stage::Tls`] or [`Stage::Denied`], naming the file that cannot be used.
    pub(super) fn connector(&self, host: &str) -> Result<(TlsConnector, ServerName<'static>), Failed> {
        let failed = |error: TlsError| {
            let stage = if error.is_denied() { Stage::Denied } else { Stage::Tls };
            Failed::new(stage, error.to_string())
        };
        let name = self.config.server_name(host).map_err(failed)?;
        Ok((self.settings.connector().map_err(failed)?, name))
    }

    /// How long the certificates that were read are valid.
    pub(super) fn expiry(&self) -> Vec<Finding> {
        self.settings.expiry()
    }
}
