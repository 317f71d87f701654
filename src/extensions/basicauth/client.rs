//! [`Client`]: shows a name and a password to those who are asked for something.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use pipelines::Context;
use pipelines::component::{ClientAuth, ExportError};
use pipelines::config::Secret;
use pipelines::renewal::{Contents, FromFiles, Renewals};

use super::config::Login;

/// Shows a name and a password.
pub(super) struct Client(Arc<FromFiles<HeaderValue>>);

// === impl Client ===

impl Client {
    /// Shows what is written, or what the files hold; nothing is read yet. `owner` is whose it is, for the log.
    pub(super) fn new(login: &Login, owner: String, renewals: &Renewals) -> Self {
        let login = login.clone();
        let files: Vec<PathBuf> = [&login.username_file, &login.password_file].into_iter().flatten().cloned().collect();
        let has_files = !files.is_empty();
        let made = Arc::new(FromFiles::new(owner, files, move |contents| value(&login, contents)));
        if has_files {
            renewals.add(&made);
        }
        Self(made)
    }

    /// Reads the files for the first time.
    ///
    /// # Errors
    /// If they cannot be read or used.
    pub(super) fn load(&self) -> Result<(), String> {
        self.0.current().map(drop)
    }
}

impl ClientAuth for Client {
    fn headers(&self, _: &Context, headers: &mut HeaderMap) -> Result<(), ExportError> {
        let value = self.0.current().map_err(ExportError::retry)?;
        headers.insert(header::AUTHORIZATION, HeaderValue::clone(&value));
        Ok(())
    }
}

/// `Basic` with name and password (RFC 7617).
fn value(login: &Login, contents: &Contents) -> Result<HeaderValue, String> {
    let text = |key, file: Option<&Path>, written: &str| match file {
        Some(path) => contents.text(key, path).map(|text| Secret::new(text.trim())),
        None => Ok(Secret::new(written)),
    };
    let name = text("username_file", login.username_file.as_deref(), &login.username)?;
    let password = text("password_file", login.password_file.as_deref(), login.password.reveal())?;
    // A colon ends the name, so one with a colon would be read as another, with a part of it as password.
    if name.is_empty() || name.reveal().contains(':') {
        return Err("the user name is empty or holds a colon".to_owned());
    }
    let pair = STANDARD.encode(format!("{}:{}", name.reveal(), password.reveal()));
    let mut value = HeaderValue::try_from(format!("Basic {pair}")).map_err(|error| error.to_string())?;
    value.set_sensitive(true);
    Ok(value)
}
