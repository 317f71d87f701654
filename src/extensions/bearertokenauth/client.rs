//! [`Client`]: shows the first token to those who are asked for something.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use pipelines::Context;
use pipelines::component::{ClientAuth, ExportError};
use pipelines::renewal::FromFiles;

use super::config::Config;
use super::tokens::Tokens;

/// Shows the first token.
pub(super) struct Client {
    header: HeaderName,
    scheme: String,
    tokens: Arc<FromFiles<Tokens>>,
}

// === impl Client ===

impl Client {
    /// Shows the first of these tokens.
    ///
    /// # Errors
    /// If the header has no name that can be; `validate` reports the same.
    pub(super) fn new(config: &Config, tokens: Arc<FromFiles<Tokens>>) -> Result<Self, String> {
        let header = HeaderName::from_bytes(config.header.as_bytes()).map_err(|error| format!("header: {error}"))?;
        Ok(Self { header, scheme: config.scheme.clone(), tokens })
    }
}

impl ClientAuth for Client {
    fn headers(&self, _: &Context, headers: &mut HeaderMap) -> Result<(), ExportError> {
        let tokens = self.tokens.current().map_err(ExportError::retry)?;
        let space = if self.scheme.is_empty() { "" } else { " " };
        let value = HeaderValue::try_from(format!("{}{space}{}", self.scheme, tokens.first().reveal()));
        // The file may be mended.
        let mut value = value.map_err(|_| ExportError::retry("the token has a control character"))?;
        value.set_sensitive(true);
        headers.insert(self.header.clone(), value);
        Ok(())
    }
}
