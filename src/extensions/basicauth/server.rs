//! [`Server`]: checks names and passwords of requests coming in.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use pipelines::Identity;
use pipelines::auth::basic;
use pipelines::component::{Credentials, Denied, ServerAuth};
use pipelines::renewal::{FromFiles, Renewals};

use super::config::Users;
use super::htpasswd::{Htpasswd, Refusal};

/// Checks names and passwords.
pub(super) struct Server(Arc<FromFiles<Htpasswd>>);

// === impl Server ===

impl Server {
    /// Nothing is read yet; `owner` is whose it is, for the log.
    pub(super) fn new(users: &Users, owner: String, renewals: &Renewals) -> Self {
        let (file, inline) = (users.file.clone(), users.inline.clone());
        let follows = Arc::new(FromFiles::new(owner, users.file.clone(), move |contents| {
            let text = file.as_deref().map_or(Ok(""), |path| contents.text("htpasswd.file", path))?;
            let place = |wrong| file.as_ref().map_or_else(String::new, |path| format!("{}: {wrong}", path.display()));
            Htpasswd::parse([text, inline.reveal()]).map_err(place)
        }));
        if users.file.is_some() {
            renewals.add(&follows);
        }
        Self(follows)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read or is wrong.
    pub(super) fn load(&self) -> Result<(), String> {
        self.0.current().map(drop)
    }
}

impl ServerAuth for Server {
    fn authenticate(&self, request: &Credentials<'_>) -> Result<Identity, Denied> {
        let busy = |after| {
            let reason = "credentials cannot be checked now; try again".to_owned();
            Denied::Exhausted { reason, after, limit: None }
        };
        let (name, password) = basic(request.headers).map_err(|wrong| Denied::Missing(wrong.to_owned()))?;
        let users = self.0.current().map_err(|_| busy(Duration::from_secs(1)))?;
        match users.verify(&name, &password) {
            Ok(()) => Ok(Identity { attributes: vec![("username".into(), name.into())] }),
            Err(Refusal::Wrong) => Err(Denied::Unauthenticated("the name or the password is wrong".to_owned())),
            Err(Refusal::Busy(after)) => Err(busy(after)),
        }
    }

    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static("Basic realm=\"telemetry\", charset=\"UTF-8\"")
    }
}
